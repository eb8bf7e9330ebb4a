/*
 * How one stream of one table is read: the columns and how they travel, the
 * order of changes, the key; and the SQL texts that follow from it.
 *
 * The SELECT list has the requested columns, then what key and cursor need in
 * their own form, where no requested column has it.  "Order" means the cursor
 * columns, then the key columns that are not among them: a total order of the
 * changes.  Values never stand in the text: COPY takes no parameters, so they
 * are settings of the transaction:
 *   songma.p0, p1…  the position: order values behind which changes are new
 *   songma.k0, k1…  the key after which the page begins
 *   songma.x        the transaction id from which rows may have come late
 *   songma.f0, f1…  lists of the keys to read again, one for each key column
 *   songma.r0, r1   the limits of the range that is read
 *   songma.l0, l1…  order or key of a page's last row
 */
#ifndef GW_PG_PLAN_H
#define GW_PG_PLAN_H

#include "base/buf.h"
#include "postgres/catalog.h"
#include "table/choose.h"

enum {
	GW_PG_MAX_KEY = GW_TABLE_MAX_KEY,
	GW_PG_MAX_ORDER = GW_TABLE_MAX_ORDER,
	GW_PG_SQL_MAX = 1 << 20
};

/* Rows with an id this far behind may have committed late. */
enum { GW_PG_LATE_IDS = 10000 };

/* Behind a text column that is compared letter for letter, whatever its own collation is. */
#define GW_PG_EXACT " COLLATE pg_catalog.\"C\""

/* In the order in which a cycle passes them. */
enum gw_pg_phase {
	GW_PG_IDLE,     /* between two cycles */
	GW_PG_SNAPSHOT, /* the whole table by key */
	GW_PG_SWEEP,    /* the whole table for rows that came late, by key */
	GW_PG_LATE,     /* the same, within the overlap */
	GW_PG_NEW,      /* behind the position, in its order */
	GW_PG_PHASES,
};

struct gw_pg_order {
	const char *name;            /* of the column */
	const char *column;          /* "t.\"name\"" */
	const char *cast;            /* its type in SQL */
	const char *before, *behind; /* around its text in a letter: the column's own value again */
	enum gw_pg_wire wire;
	size_t field; /* in the SELECT list */
	bool nullable;
	bool loose; /* its collation takes texts for equal that are not */
};

/* The rows that are meant, by one column. */
struct gw_pg_range {
	const char *column; /* "t.\"name\""; NULL: all rows are */
	const char *cast;   /* its type in SQL */
	bool from, to;      /* there is a limit on that side */
};

struct gw_pg_plan {
	struct gw_table_facts facts;
	const char *table;     /* quoted */
	const char *shown;     /* "schema.name" */
	const char *fields;    /* the SELECT list */
	enum gw_pg_wire *wire; /* of each field */
	unsigned *types;       /* of each field: the type's oid as it was planned; 0: any will do */
	bool *for_order;       /* of each field: key or cursor needs it */
	size_t nfields, nvisible;
	struct gw_pg_order order[GW_PG_MAX_ORDER]; /* cursor columns, then the rest of the key */
	size_t norder, ncursor;
	struct gw_pg_order key[GW_PG_MAX_KEY];
	size_t nkey;
	const char *key_names[GW_PG_MAX_KEY];
	bool key_unique; /* an index says so */
	bool loose;      /* the database may take keys for equal that are not: see table/border.h */
	struct gw_pg_range range;
	bool once; /* read by key, one time: no cursor */
	bool has_xmin;
	bool timed;      /* the first cursor column is a time: nothing is newer than now() */
	const char *now; /* the source's clock in the cursor's type */
	int64_t overlap_us;
	uint64_t shape; /* of table, mode, order and key: another shape, another bookmark */
};

/* What the catalogue says, as the checks and discover() take it; lives in the arena and in table.
 */
enum gw_status gw_pg_table_facts(const struct gw_pg_table *table, struct gw_arena *arena,
				 struct gw_table_facts *out, struct gw_error *err);

/* "t.\"name\"" from the arena; NULL past its limit. */
const char *gw_pg_column_quoted(struct gw_arena *arena, const char *name);

/* Refuses, with the place in the source file, what can't be read. */
enum gw_status gw_pg_plan_make(struct gw_session *session, const struct gw_request *request,
			       const struct gw_pg_table *table, struct gw_arena *arena,
			       struct gw_pg_plan *out, struct gw_error *err);

/* What a page's text depends on beside the plan. */
struct gw_pg_page {
	enum gw_pg_phase phase;
	size_t npos;      /* position values that there are */
	int64_t until_us; /* NEW ends here, by the source's clock; 0: with the page */
	bool resumed;     /* begins after a key (or, in NEW, at the position anyway) */
	size_t limit;
};

/* SELECT … of a page into out. */
enum gw_status gw_pg_sql_page(const struct gw_pg_plan *plan, const struct gw_pg_page *page,
			      struct gw_buf *out, struct gw_error *err);

/* SELECT of how many rows of the page's conditions there are up to its last row and with those that
   the database takes for equal to it, into out; tied: of the latter alone. */
enum gw_status gw_pg_sql_border(const struct gw_pg_plan *plan, const struct gw_pg_page *page,
				bool tied, struct gw_buf *out, struct gw_error *err);

/*
 * SELECT of no row, whose description says of which types the plan's fields are now, into out.  It
 * holds the table's form until the transaction ends, so that what follows is of these types.
 */
enum gw_status gw_pg_sql_form(const struct gw_pg_plan *plan, struct gw_buf *out,
			      struct gw_error *err);

/* What a page begins with: the source's clock, in microseconds, and the xmin of the snapshot. */
const char *gw_pg_sql_facts(int server_version);

/*
 * SELECT of clock, xmin and whether a cycle that starts LATE would find a row, into out: the
 * conditions of its pages in one snapshot.  floor is the transaction id from which rows may have
 * come late, in full.
 */
enum gw_status gw_pg_sql_probe(const struct gw_pg_plan *plan, size_t npos, int64_t floor,
			       int server_version, struct gw_buf *out, struct gw_error *err);

/* SELECT of how many rows the range has now, or, where that is by the stream's cursor, how many of
   them NEW reads; into out. */
enum gw_status gw_pg_sql_count(const struct gw_pg_plan *plan, struct gw_buf *out,
			       struct gw_error *err);

/* SELECT of the largest cursor that is not in the future, as text, one row or none. */
enum gw_status gw_pg_sql_position(const struct gw_pg_plan *plan, struct gw_buf *out,
				  struct gw_error *err);

/*
 * SELECT that fails (SQLSTATE class 22) where a key can't be a value of its columns, into out; it
 * looks at no table.  Its parameters are the lists of the keys' texts, as arrays, one for each key
 * column.
 */
enum gw_status gw_pg_sql_prove_keys(const struct gw_pg_plan *plan, struct gw_buf *out,
				    struct gw_error *err);

/* SELECT of the rows that have the keys of the settings, limit at most, into out: by key where no
   index makes it unique. */
enum gw_status gw_pg_sql_keys(const struct gw_pg_plan *plan, size_t limit, struct gw_buf *out,
			      struct gw_error *err);

/* SELECT of one row if a key column is NULL anywhere; empty text if none can be. */
enum gw_status gw_pg_sql_null_key(const struct gw_pg_plan *plan, struct gw_buf *out,
				  struct gw_error *err);

#endif
