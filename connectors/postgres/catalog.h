/*
 * What PostgreSQL's catalogue says about tables: columns with their types,
 * primary key, unique indexes, rights of the account, whether rows carry an
 * xmin.  Everything lives in the arena that is passed in.
 */
#ifndef GW_PG_CATALOG_H
#define GW_PG_CATALOG_H

#include "postgres/session.h"
#include "postgres/types.h"

struct gw_pg_column {
	const char *name;
	const char *shown;             /* the type as people write it: "character(12)" */
	const char *cast;              /* of a key or cursor value; NULL: no such use */
	const struct gw_pg_type *type; /* NULL: refused */
	const char *refusal;
	bool nullable;
	bool readable; /* the account may SELECT it */
	int key;       /* place in the primary key from 1; 0: not part */
	unsigned oid;  /* of its type; a domain's is that of what it is a domain of */
	bool loose;    /* its collation takes texts for equal that are not */
};

struct gw_pg_table {
	const char *oid;
	const char *schema, *name;
	const char *full;   /* "schema.name" */
	const char *quoted; /* "\"schema\".\"name\"" */
	char kind;          /* relkind */
	int64_t rows_estimate;
	bool readable; /* the whole table or at least one column */
	bool has_xmin; /* rows have one, and the account may read it */
	bool writable; /* the account could change it */
	struct gw_pg_column *columns;
	size_t ncolumns;
};

/* Finds "schema.name".  GW_CONFIG names the nearest of those that can be read. */
enum gw_status gw_pg_table_find(struct gw_session *session, const char *full,
				struct gw_arena *arena, struct gw_pg_table *out,
				struct gw_error *err);

/* The names of all tables and views that the account can read: "schema.name", sorted. */
enum gw_status gw_pg_table_names(struct gw_session *session, struct gw_arena *arena,
				 const char *const **out, size_t *count, struct gw_error *err);

/* The name of the nearest column, or NULL when none is near. */
const char *gw_pg_column_nearest(const struct gw_table *table, const char *name);

/* True when a unique index, in the columns' own collations, covers no other columns than these. */
enum gw_status gw_pg_key_unique(struct gw_session *session, const struct gw_pg_table *table,
				const char *const *key, size_t nkey, bool *out,
				struct gw_error *err);

/* See gw_connector.grants. */
enum gw_status gw_pg_grants(struct gw_session *session, const char *const *tables, size_t ntables,
			    struct gw_buf *out, struct gw_error *err);

/* "table", "view"...: a word of PostgreSQL's own. */
const char *gw_pg_kind_name(char kind);

/* "\"" + name + "\"" with quotes doubled, from the arena; NULL past its limit. */
const char *gw_pg_quote(struct gw_arena *arena, const char *name);

/* How many letters differ, at most GW_PG_FAR. */
enum { GW_PG_FAR = 64 };
size_t gw_pg_distance(const char *a, const char *b);

#endif
