/*
 * How one stream of one table is read: the columns and how they travel, the
 * order of changes, the key; and the SQL texts that follow from it.
 *
 * The SELECT list has the requested columns, then what key and cursor need
 * beyond them.  "Order" means the cursor columns, then the key columns that
 * are not among them: a total order of the changes.  Values never stand in the
 * text, but are its parameters; a text keeps which value each of them is.
 */
#ifndef GW_ODBC_PLAN_H
#define GW_ODBC_PLAN_H

#include "base/buf.h"
#include "odbc/catalog.h"
#include "table/choose.h"

enum { GW_ODBC_MAX_KEY = GW_TABLE_MAX_KEY, GW_ODBC_MAX_ORDER = GW_TABLE_MAX_ORDER };

/* Numbers this far behind may have committed late. */
enum { GW_ODBC_LATE_IDS = 10000 };

/* Bytes of a value that travel with its row; longer ones are fetched one by one. */
enum { GW_ODBC_INLINE_MAX = 4096, GW_ODBC_INLINE_UNKNOWN = 2048 };

/* In the order in which a cycle passes them. */
enum gw_odbc_phase {
	GW_ODBC_IDLE,     /* between two cycles */
	GW_ODBC_SNAPSHOT, /* the whole table by key */
	GW_ODBC_LATE,     /* the overlap, for rows that came late, by key */
	GW_ODBC_NEW,      /* behind the position, in its order */
	GW_ODBC_PHASES,
};

struct gw_odbc_field {
	const char *name;   /* of the column */
	const char *column; /* "t.`name`" */
	const struct gw_odbc_type *type;
	size_t width; /* bytes that travel with the row */
	bool cut;     /* the server cuts it there */
	bool nullable;
};

/* Which value a parameter is. */
enum gw_odbc_list {
	GW_ODBC_POSITION, /* an order value of the position */
	GW_ODBC_AFTER,    /* a key value behind which the page begins */
	GW_ODBC_LIMITS,   /* a limit of the range */
	GW_ODBC_NOW,      /* the source's clock in the cursor's form */
	GW_ODBC_LOWER,    /* where the overlap begins */
	GW_ODBC_KEYS,     /* a key to read again: key number * nkey + column */
	GW_ODBC_LAST,     /* a key or order value of the page's last row */
};

struct gw_odbc_text {
	struct gw_buf sql;
	struct {
		enum gw_odbc_list list;
		size_t index;
	} params[GW_ODBC_PARAMS];
	size_t nparams;
	bool overflow;
};

/* The rows that are meant, by one column. */
struct gw_odbc_range {
	bool used; /* false: all rows are */
	size_t field;
	bool from, to; /* there is a limit on that side */
};

struct gw_odbc_plan {
	const struct gw_odbc_dialect *dialect;
	struct gw_table_facts facts;
	const char *table; /* quoted */
	const char *shown; /* "schema.name" */
	struct gw_odbc_field *fields;
	size_t nfields, nvisible;
	size_t order[GW_ODBC_MAX_ORDER]; /* fields: cursor columns, then the rest of the key */
	size_t norder, ncursor;
	size_t key[GW_ODBC_MAX_KEY];
	size_t nkey;
	const char *key_names[GW_ODBC_MAX_KEY];
	bool key_unique; /* an index says so */
	bool loose;      /* texts in the key may be equal to the database that are not to us: see
			    table/border.h */
	struct gw_odbc_range range;
	bool once;    /* read by key, one time: no cursor */
	bool timed;   /* the first cursor column is a time: nothing is newer than now() */
	bool ceiling; /* the server knows below which number nothing comes late */
	int64_t overlap_us;
	uint64_t shape; /* of table, mode, order and key: another shape, another bookmark */
};

/* What the catalogue says, as the checks and discover() take it; lives in the arena and in table.
 */
enum gw_status gw_odbc_table_facts(const struct gw_odbc_table *table, struct gw_arena *arena,
				   struct gw_table_facts *out, struct gw_error *err);

/* Refuses, with the place in the source file, what can't be read. */
enum gw_status gw_odbc_plan_make(struct gw_session *session, const struct gw_request *request,
				 const struct gw_odbc_table *table, struct gw_arena *arena,
				 struct gw_odbc_plan *out, struct gw_error *err);

/* The field of a column that a plan needs beyond what it reads; GW_REJECT: there is none, or it
   can't be compared. */
enum gw_status gw_odbc_plan_range(const struct gw_odbc_table *table, struct gw_arena *arena,
				  const char *name, struct gw_odbc_plan *plan,
				  struct gw_error *err);

/* Bytes of one row that travel at once, at most. */
size_t gw_odbc_plan_width(const struct gw_odbc_plan *plan);

/* What a page's text depends on beside the plan. */
struct gw_odbc_page {
	enum gw_odbc_phase phase;
	size_t npos;  /* position values that there are */
	bool resumed; /* begins after a key (or, in NEW, at the position anyway) */
	size_t limit;
};

void gw_odbc_text_init(struct gw_odbc_text *text);
void gw_odbc_text_clear(struct gw_odbc_text *text);
void gw_odbc_text_release(struct gw_odbc_text *text);

/* Each clears out and fills it; GW_FATAL where memory or parameters do not suffice. */
enum gw_status gw_odbc_sql_page(const struct gw_odbc_plan *plan, const struct gw_odbc_page *page,
				struct gw_odbc_text *out, struct gw_error *err);

/* SELECT of how many rows of the page's conditions there are up to its last row and with those that
   the database takes for equal to it; tied: of the latter alone. */
enum gw_status gw_odbc_sql_border(const struct gw_odbc_plan *plan, const struct gw_odbc_page *page,
				  bool tied, struct gw_odbc_text *out, struct gw_error *err);

/* SELECT of one row if NEW would find any. */
enum gw_status gw_odbc_sql_new(const struct gw_odbc_plan *plan, size_t npos,
			       struct gw_odbc_text *out, struct gw_error *err);

/* SELECT of the largest cursor that is not in the future, one row or none. */
enum gw_status gw_odbc_sql_position(const struct gw_odbc_plan *plan, struct gw_odbc_text *out,
				    struct gw_error *err);

/* SELECT of one row if a key column is NULL anywhere; empty text if none can be. */
enum gw_status gw_odbc_sql_null_key(const struct gw_odbc_plan *plan, struct gw_odbc_text *out,
				    struct gw_error *err);

/* SELECT of how many rows the range has now, or, where that is by the stream's cursor, how many of
   them NEW reads. */
enum gw_status gw_odbc_sql_count(const struct gw_odbc_plan *plan, struct gw_odbc_text *out,
				 struct gw_error *err);

/* SELECT of the rows with count keys; whole: with their long values, as far as the gateway takes
   them. */
enum gw_status gw_odbc_sql_keys(const struct gw_odbc_plan *plan, size_t count, bool whole,
				struct gw_odbc_text *out, struct gw_error *err);

/* SELECT of one row's first order values (1: it lies behind the position; 2: in the future), of
   the row with key 0. */
enum gw_status gw_odbc_sql_ahead(const struct gw_odbc_plan *plan, size_t npos,
				 struct gw_odbc_text *out, struct gw_error *err);

#endif
