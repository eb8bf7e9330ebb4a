/*
 * What the parts of the synthetic connector share.
 *
 * There is one table, which the connection describes.  It has passed so many
 * moments: at each, rows were inserted, changed and deleted, which ones follows
 * from their numbers alone.  So the same connection always gives the same
 * table, and one with a later moment gives that table some time later.
 *
 * The table keeps a log, as it were: the last moment at which each row was
 * touched.  Reading that log in the order (moment, row) misses nothing, for
 * whatever becomes visible is put behind all that was there.
 */
#ifndef GW_SYNTHETIC_PARTS_H
#define GW_SYNTHETIC_PARTS_H

#include <signal.h>

#include "base/buf.h"
#include "synthetic/synthetic.h"

enum {
	GW_SYN_COLUMNS = 2048,
	GW_SYN_KEY = 8,
	GW_SYN_MOMENTS = 1000,
};

enum gw_syn_kind {
	GW_SYN_ID,   /* the row's number */
	GW_SYN_CODE, /* a text that only this row has */
	GW_SYN_NAME, /* somebody's name, in Vietnamese */
	GW_SYN_INT,  /* of any size and sign */
	GW_SYN_BOOL,
	GW_SYN_FLOAT,
	GW_SYN_DECIMAL,
	GW_SYN_DATE,
	GW_SYN_TIMESTAMP,
	GW_SYN_BYTES,
	GW_SYN_ODD,     /* a text, or what no kind holds */
	GW_SYN_BIG,     /* a text, in row 2 one of `big` bytes */
	GW_SYN_CHANGED, /* when the row was changed */
	GW_SYN_KINDS,
};

struct gw_syn_column {
	char *name;
	enum gw_syn_kind kind;
	int key; /* place in the key from 1; 0: not part */
};

/* What the connection says. */
struct gw_syn_table {
	char *text; /* the connection's words; owns all names */
	const char *name;
	struct gw_syn_column *columns;
	size_t ncolumns, nkey;
	int64_t seed;
	int64_t rows;                  /* at moment 0 */
	int64_t moment;                /* how often it was written to since */
	int64_t insert, update, erase; /* rows, at each moment */
	int64_t late;                  /* of those inserted: with an older time than the moment's */
	int64_t nulls, future; /* each so manieth row has no time, or one to come; 0: none */
	int64_t big;           /* bytes */
	/* Trouble. */
	int64_t fail_after; /* rows read in one session, then the source is away; -1: never */
	int64_t slow_ms;    /* a page takes so long */
	int64_t away;       /* not 0: the source does not answer */
	const char *hidden; /* a column that the account may not read */
};

/* What has become of a row until now. */
struct gw_syn_life {
	int64_t born, touched; /* moments */
	bool gone;             /* touched is when */
};

/* Where a read stopped. */
struct gw_syn_state {
	enum gw_syn_phase {
		GW_SYN_SNAPSHOT, /* all rows that there are; moment is when that began */
		GW_SYN_CHANGES,  /* the log: all up to (moment, row) has been read */
		GW_SYN_ONCE,     /* the rows that there are, and then no more */
	} phase;
	int64_t moment;
	int64_t row;    /* the last one that was read */
	bool again;     /* the snapshot is not the first */
	uint64_t shape; /* of what was read: another source, table or key has another */
};

struct gw_session {
	struct gw_syn_table table;
	int64_t timeout_us;
	int64_t given; /* rows, to all cursors */
	volatile sig_atomic_t cancelled;
};

/* Reads the words of a connection, "rows=1000 seed=7 columns=id:id,name:name key=id"; %20 in one
   stands for a blank.  GW_CONFIG: no message shows a value.  Release it in any case. */
enum gw_status gw_syn_table_read(const char *connection, struct gw_syn_table *out,
				 struct gw_error *err);
void gw_syn_table_release(struct gw_syn_table *table);
/* NULL: there is none of that name. */
const struct gw_syn_column *gw_syn_column_find(const struct gw_syn_table *table, const char *name);
const char *gw_syn_kind_name(enum gw_syn_kind kind); /* as the connection has it */
enum gw_kind gw_syn_kind_of(enum gw_syn_kind kind);  /* what it arrives as */

/* Rows are numbered from 1; how many there were or are, at that moment. */
int64_t gw_syn_total(const struct gw_syn_table *table, int64_t moment);
struct gw_syn_life gw_syn_life(const struct gw_syn_table *table, int64_t row);
/* The time that the row says it was changed at; false: it says none. */
bool gw_syn_changed(const struct gw_syn_table *table, int64_t row, int64_t *out_us);
/* The row's value of one column, what must be stored in the arena; false: it has no room. */
bool gw_syn_value(const struct gw_syn_table *table, const struct gw_syn_column *column, int64_t row,
		  struct gw_arena *arena, struct gw_value *out);

enum gw_status gw_syn_bookmark_write(const struct gw_syn_state *state, struct gw_bookmark *out,
				     struct gw_error *err);
/* GW_CONFIG: not a bookmark of this connector. */
enum gw_status gw_syn_bookmark_read(const struct gw_bookmark *bookmark, struct gw_syn_state *out,
				    struct gw_error *err);

/* A request that fits the table. */
struct gw_syn_plan {
	const struct gw_syn_table *table;
	const struct gw_stream *stream;
	size_t *columns; /* places in the table's, in the request's order */
	size_t ncolumns;
	const char *key[GW_SYN_KEY];
	size_t nkey;
	bool once;
	const struct gw_syn_column *range; /* NULL: all rows */
	int64_t from, to;                  /* of it: from <= value < to */
	uint64_t shape;
};

/* Refuses what begin() refuses.  Release it in any case. */
enum gw_status gw_syn_plan_make(const struct gw_syn_table *table, const struct gw_request *request,
				struct gw_syn_plan *out, struct gw_error *err);
void gw_syn_plan_release(struct gw_syn_plan *plan);
/* Whether the row is there now and within the plan's range. */
bool gw_syn_plan_has(const struct gw_syn_plan *plan, int64_t row);
/* Fills the batch's row number nrows and counts it; false: it has no room. */
bool gw_syn_put(const struct gw_syn_plan *plan, int64_t row, struct gw_batch *batch);
/* Room for up to max_rows rows, fewer where the arena is small. */
size_t gw_syn_room(const struct gw_syn_plan *plan, size_t max_rows, struct gw_batch *batch);
enum gw_status gw_syn_fail_wide(const struct gw_syn_plan *plan, const struct gw_batch *batch,
				struct gw_error *err);

/* The connector's functions for single keys and places; see connector.h. */
enum gw_status gw_syn_fetch(struct gw_session *session, const struct gw_request *request,
			    const struct gw_keys *keys, struct gw_batch *batch,
			    struct gw_error *err);
enum gw_status gw_syn_count(struct gw_session *session, const struct gw_request *request,
			    int64_t *out, struct gw_error *err);
enum gw_status gw_syn_place(struct gw_session *session, const struct gw_request *request,
			    const struct gw_bookmark *since, const char *from,
			    struct gw_bookmark *out, struct gw_error *err);
enum gw_status gw_syn_describe(const struct gw_bookmark *bookmark, char *out, size_t size,
			       struct gw_error *err);
enum gw_status gw_syn_ahead(struct gw_session *session, const struct gw_request *request,
			    const struct gw_bookmark *since, const struct gw_keys *key,
			    enum gw_ahead *out, struct gw_error *err);

#endif
