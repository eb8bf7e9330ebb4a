/*
 * What a database's catalogue says about tables: columns with their types, the
 * primary key, unique indexes, whether the account could write.  Everything
 * lives in the arena that is passed in.
 */
#ifndef GW_ODBC_CATALOG_H
#define GW_ODBC_CATALOG_H

#include "odbc/session.h"

struct gw_odbc_column {
	const char *name;
	const char *shown;               /* the type as people write it */
	const struct gw_odbc_type *type; /* NULL: refused */
	const char *refusal;
	size_t bytes; /* that its text has at most; 0: unknown */
	bool nullable;
	bool readable; /* the account may SELECT it */
	int key;       /* place in the primary key from 1; 0: not part */
};

struct gw_odbc_table {
	const char *schema, *name; /* schema "": there is none */
	const char *full;          /* "schema.name" */
	const char *quoted;
	const char *kind;
	int64_t rows_estimate;
	struct gw_odbc_column *columns;
	size_t ncolumns;
};

/* Finds "schema.name" or "name", where either may have dots.  GW_CONFIG names the nearest. */
enum gw_status gw_odbc_table_find(struct gw_session *session, const char *full,
				  struct gw_arena *arena, struct gw_odbc_table *out,
				  struct gw_error *err);

/* All tables and views that can be seen, without their columns. */
enum gw_status gw_odbc_table_list(struct gw_session *session, struct gw_arena *arena,
				  struct gw_odbc_table **out, size_t *count, struct gw_error *err);

enum gw_status gw_odbc_table_columns(struct gw_session *session, struct gw_arena *arena,
				     struct gw_odbc_table *table, struct gw_error *err);

/* True when the primary key or a unique index covers no other columns than these. */
enum gw_status gw_odbc_key_unique(struct gw_session *session, const struct gw_odbc_table *table,
				  const char *const *key, size_t nkey, bool *out,
				  struct gw_error *err);

/* Whether the account could write to it. */
enum gw_status gw_odbc_writable(struct gw_session *session, const struct gw_odbc_table *table,
				bool *out, struct gw_error *err);

/* The name of ODBC's type code, as the generic types have it. */
const char *gw_odbc_code_name(int code);

/*
 * The statements with which an administrator lets this account read these tables, a line each;
 * where there are no accounts, who may read the file.
 */
enum gw_status gw_odbc_grants(struct gw_session *session, const char *const *tables, size_t ntables,
			      struct gw_buf *out, struct gw_error *err);

/* One of them: "schema.name" or "name" (then of that schema, if there is one) that the catalogue
   does not show; account as the dialect writes it, NULL: not known. */
bool gw_odbc_put_grant(const struct gw_odbc_dialect *dialect, const char *schema, const char *name,
		       const char *account, struct gw_buf *out);

#endif
