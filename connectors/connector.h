/*
 * How the gateway reads a sector database.
 *
 * A connector is code for one kind of database; a sector is configuration.
 * The gateway pulls: it opens a session, begins a read at a bookmark, and asks
 * for batches until one comes back empty: that is one cycle.  A connector
 * never pushes, logs, starts a thread, retries or sleeps, never writes to the
 * source and never holds a transaction of the source open between two batches,
 * but for that of a page which the gateway has asked for beforehand: it
 * reports, and the gateway decides.
 *
 * Life:  open -> check | discover | (begin -> next ... -> end)* -> close
 *
 * One batch is one page, read in one snapshot of the source.  The bookmark
 * after it says all that is needed to go on (or to begin the next cycle)
 * exactly there; it is stored only together with the batch's records.
 */
#ifndef GW_CONNECTOR_H
#define GW_CONNECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"
#include "config/source.h"

struct gw_session; /* a connection; each connector defines its own */
struct gw_cursor;  /* one cycle in progress, or two with one that reads once; likewise */

enum gw_capability {
	GW_CAN_RESUME = 1 << 0,       /* begin() honours a bookmark */
	GW_CAN_DELETES = 1 << 1,      /* rows can say that they are gone */
	GW_CAN_LATE_COMMITS = 1 << 2, /* rows that commit behind the cursor are found */
	GW_CAN_CANCEL = 1 << 3,       /* cancel() interrupts a running query */
};

enum { GW_BOOKMARK_MAX = 4096 };

/* Where a read stopped.  Only the connector that made it looks inside; it may hold key values,
   so it is sealed before it leaves the process. */
struct gw_bookmark {
	uint32_t len; /* 0: none, begin at the beginning */
	unsigned char bytes[GW_BOOKMARK_MAX];
};

struct gw_column {
	const char *name;
	const char *type;    /* as the source names it */
	enum gw_kind kind;   /* what it arrives as; GW_UNHELD: refused, see reason */
	const char *refusal; /* NULL, or why the gateway can't read this type */
	bool nullable;
	bool version; /* the source numbers each change of a row in it; none comes late */
	int key;      /* place in the primary key from 1; 0: not part */
};

struct gw_table {
	const char *name;  /* schema.table */
	const char *sheet; /* of a workbook with several: its name, behind # in name; else NULL */
	const char *kind;  /* "table", "view", "materialized view", "partitioned table"... */
	int64_t rows_estimate; /* -1: unknown */
	bool readable;         /* the account may SELECT it */
	bool late_commits;     /* rows that commit late can be found (it has an xmin) */
	const struct gw_column *columns;
	size_t ncolumns;
};

/* What the session is; see gw_connector.check. */
struct gw_source_facts {
	char product[240]; /* "PostgreSQL 15.20" */
	char identity[64]; /* system identifier, timeline and database, "" where unknown */
	bool can_write;    /* the account could write to one of the tables: a warning */
	bool standby;
	int64_t clock_us; /* the source's now() */
};

struct gw_settings {
	/* All that the file of the source says; it outlives the session.  NULL where there is no
	   such file yet: a connection is being tried, and tables are looked for. */
	const struct gw_source *source;
	const char *connection; /* conninfo, or the folder; secret: never in a message */
	const char *time_zone;  /* of values without a zone */
	int64_t statement_timeout_us;
};

/* A part of a stream: the rows whose column is at least from and less than to, as text that the
   source can read as a value of it; NULL: no limit on that side. */
struct gw_span {
	const char *column;
	const char *from, *to;
};

struct gw_request {
	const struct gw_stream *stream; /* table, key, mode, cursor, overlap; places for messages */
	const char *const *columns;     /* to read, in this order; all named by the mapping */
	size_t ncolumns;
	size_t max_rows; /* of a page */
	bool sweep_now;  /* this cycle looks for late commits in the whole table, due or not */
	/* The table as it is, or the range of it, one time by its key, and then the end: no cursor,
	   no overlap, no sweep.  The bookmarks between are good for such a cycle only. */
	bool once;
	const struct gw_span *range; /* of one that is read once; NULL: all of the table */
};

/* Rows in row order: row r, column c is values[r * ncolumns + c]. */
struct gw_batch {
	struct gw_arena arena; /* owns values and all that they point to; the caller resets it */
	struct gw_value *values;
	size_t nrows;
	size_t ncolumns;
	const bool *deleted;      /* deleted[r]: row r has only its key columns; NULL: none is */
	bool resent;              /* these rows are read again on purpose */
	bool late;                /* and that is the search for late commits (overlap, sweep) */
	bool snapshot;            /* part of the first reading of the whole table */
	int64_t snapshot_us;      /* the source's clock in this page's snapshot */
	struct gw_bookmark after; /* goes on here once these rows are safe */
	const char *notice; /* NULL, or what an operator should know (another identity…), once */
};

/* Keys to read again: the key columns in order and, for each key, their values as text, as letters
   hold them; NULL: null, which no row's key is. */
struct gw_keys {
	const char *const *columns;
	size_t ncolumns;
	const char *const *values; /* count * ncolumns */
	size_t count;
};

/* Whether the next cycle will read a row that is there now. */
enum gw_ahead {
	GW_AHEAD_UNKNOWN,
	GW_AHEAD_NO,  /* it is behind the bookmark: it was read */
	GW_AHEAD_YES, /* a change that no cycle has read yet, or each cycle reads all rows */
};

typedef enum gw_status gw_table_fn(void *arg, const struct gw_table *table, struct gw_error *err);

struct gw_connector {
	const char *name;
	const char *about; /* N_() */
	unsigned can;      /* gw_capability bits */
	bool for_tests;    /* not offered to people; who knows its name may use it */

	/* GW_RETRY when the source is away, GW_CONFIG for a wrong password or database. */
	enum gw_status (*open)(const struct gw_settings *settings, struct gw_session **out,
			       struct gw_error *err);
	/* Proves that the account can read the tables, and says what it is. */
	enum gw_status (*check)(struct gw_session *session, const char *const *tables,
				size_t ntables, struct gw_source_facts *out, struct gw_error *err);
	/* Describes the named table (GW_CONFIG: there is none; names the nearest), or all readable
	   ones with NULL: calls each, whose table is valid during the call only. */
	enum gw_status (*discover)(struct gw_session *session, const char *only, gw_table_fn *each,
				   void *arg, struct gw_error *err);

	/* Begins a cycle after since (len 0: the first).  Refuses (GW_CONFIG, with the place in the
	   source file) a missing table, column, key, an unusable cursor or type.  GW_REJECT: the
	   range has a column or limit that is none; no message shows a limit. */
	enum gw_status (*begin)(struct gw_session *session, const struct gw_request *request,
				const struct gw_bookmark *since, struct gw_cursor **out,
				struct gw_error *err);
	/* The key columns of this cycle, in order: the stream's key, or the table's primary key.
	   Valid until end(). */
	enum gw_status (*key_columns)(struct gw_cursor *cursor, const char *const **columns,
				      size_t *count, struct gw_error *err);
	/* Optional: calls each with the table as begin() found it, and asks the source nothing; not
	   at all where there is no table that could change.  Without it discover() tells, when a
	   pull begins and when a cycle fails. */
	enum gw_status (*table)(struct gw_cursor *cursor, gw_table_fn *each, void *arg,
				struct gw_error *err);
	/* Fills an empty batch.  Success with nrows == 0 is the end of the cycle; after.len > 0
	   then is a bookmark that closes it, so that the next cycle does not look again at what
	   this one has read.  Worth storing even if the cycle had no rows (a sweep that found
	   none); nothing is lost where it is not stored, only time. */
	enum gw_status (*next)(struct gw_cursor *cursor, struct gw_batch *batch,
			       struct gw_error *err);
	void (*end)(struct gw_cursor *cursor); /* NULL is allowed */

	/*
	 * Optional: sends the query of the page that next() will fill, and waits for nothing, so
	 * that the source works while the gateway does; what it answers meanwhile waits in the
	 * network's buffers, which are bounded.  The page is one snapshot transaction as ever, and
	 * its clock and xmin are those of that snapshot.  It begins now and ends in next(), drop()
	 * or end(): the gateway calls one of them as soon as one Kafka transaction has come to its
	 * end, which has a time limit (a minute, normally some milliseconds).  That is safe: it
	 * reads only, holds no lock but against changing the table's form, and no longer than a
	 * slow page might.  Not called where rows per second are capped.
	 */
	enum gw_status (*ask)(struct gw_cursor *cursor, struct gw_error *err);
	/* Gives up what was asked for; next() then asks again.  There where ask() is. */
	void (*drop)(struct gw_cursor *cursor);
	/*
	 * True when rows of the page asked for are coming in and will go on coming without a long
	 * search between them, so that the gateway can take this page into the Kafka transaction
	 * of the one before.  When in doubt false.  There where ask() is; waits for nothing.
	 */
	bool (*ready)(const struct gw_cursor *cursor);

	/*
	 * Optional: asks, in an exchange or a few and of a cursor that came to the end of its
	 * cycle, whether a cycle begun now would find nothing, or only rows that it has handed over
	 * as they are (*out true).  When in doubt it is false, and the gateway begins one.
	 */
	enum gw_status (*idle)(struct gw_cursor *cursor, bool *out, struct gw_error *err);

	/*
	 * Optional: reads the rows that have these keys, as they are now, into an empty batch, all
	 * in one snapshot of the source and in any order; a key that no row has is not in it, nor
	 * is one whose text can't be a value of its column.  At most request->max_rows keys.
	 * GW_CONFIG: the columns are not the stream's key, or all that begin() refuses.
	 * batch->resent is true, batch->snapshot_us the source's clock; batch->after is empty.
	 */
	enum gw_status (*fetch)(struct gw_session *session, const struct gw_request *request,
				const struct gw_keys *keys, struct gw_batch *batch,
				struct gw_error *err);

	/*
	 * Optional: how many rows the request's range has now, NULL: all of the table.  Not read
	 * once: how many of them a cycle finds that begins at that place of the stream's cursor,
	 * which are none of the future.  GW_REJECT as begin().
	 */
	enum gw_status (*count)(struct gw_session *session, const struct gw_request *request,
				int64_t *out, struct gw_error *err);
	/*
	 * Optional: where a cycle begins that reads on from this value of the stream's cursor,
	 * the rows that have it included.  since is the bookmark that is stored: what it knows
	 * of rows that may still come late is kept.  GW_REJECT: it is no value of that column,
	 * or the stream has no cursor.
	 */
	enum gw_status (*place)(struct gw_session *session, const struct gw_request *request,
				const struct gw_bookmark *since, const char *from,
				struct gw_bookmark *out, struct gw_error *err);
	/* Optional: what a bookmark says, as a line for a person: how far changes were read, as
	   a value of the cursor; no value of a key.  GW_CONFIG: it is not of this connector. */
	enum gw_status (*describe)(const struct gw_bookmark *bookmark, char *out, size_t size,
				   struct gw_error *err);

	/* Optional: whether a cycle begun at the bookmark reads the row with this key (one) as a
	   change.  Rows that come late, and what a sweep finds, aside. */
	enum gw_status (*ahead)(struct gw_session *session, const struct gw_request *request,
				const struct gw_bookmark *since, const struct gw_keys *key,
				enum gw_ahead *out, struct gw_error *err);

	/*
	 * Optional: row number row of the batch last filled was set aside, for this column (NULL:
	 * none alone) and this reason, which holds no value.  Told for each such row as the page is
	 * sent, and again where its transaction is aborted and the page is sent once more.  For who
	 * gave us the rows and has no way to see dead letters: a report beside the file.
	 */
	void (*rejected)(struct gw_cursor *cursor, size_t row, const char *column,
			 const char *reason);
	/*
	 * Optional: this bookmark of the stream is stored now, so no cycle will ask again for what
	 * lies behind it: files that are read to their end are put away.  Told after each page that
	 * is committed and once more before a cycle begins; does nothing where it was done before.
	 */
	enum gw_status (*stored)(struct gw_session *session, const struct gw_stream *stream,
				 const struct gw_bookmark *bookmark, struct gw_error *err);

	/*
	 * Optional: the statements that the source's administrator runs so that this account may
	 * read these tables, and may not write to them; a line each, in the source's own SQL.
	 */
	enum gw_status (*grants)(struct gw_session *session, const char *const *tables,
				 size_t ntables, struct gw_buf *out, struct gw_error *err);

	/* Interrupts the running query; safe in a signal handler. */
	void (*cancel)(struct gw_session *session);
	void (*close)(struct gw_session *session); /* NULL is allowed */
};

/* The connector of that name; GW_CONFIG names those that people are offered. */
enum gw_status gw_connector_find(const char *name, const struct gw_connector **out,
				 struct gw_error *err);

/* All of them, ending with NULL. */
extern const struct gw_connector *const gw_connectors[];

#endif
