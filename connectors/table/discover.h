/*
 * Looking at tables: what a connector tells of one that it found, and whether
 * its account may read all that are named.  What is found lives in an arena
 * that ends with the call.
 */
#ifndef GW_TABLE_DISCOVER_H
#define GW_TABLE_DISCOVER_H

#include "table/choose.h"

/* Finds the table of that name; the facts and what they point to are in the arena. */
typedef enum gw_status gw_table_find_fn(struct gw_session *session, const char *name,
					struct gw_arena *arena, struct gw_table_facts *out,
					struct gw_error *err);

/* discover() of one table. */
enum gw_status gw_table_discover(struct gw_session *session, const char *name,
				 gw_table_find_fn *find, gw_table_fn *each, void *arg,
				 struct gw_error *err);

/* Proves that the account may read the table of that name; *writable: it could change it. */
typedef enum gw_status gw_table_prove_fn(struct gw_session *session, const char *name,
					 struct gw_arena *arena, bool *writable,
					 struct gw_error *err);

/* check() of the tables; *can_write becomes true where the account could change one of them. */
enum gw_status gw_table_check(struct gw_session *session, const char *const *tables, size_t ntables,
			      gw_table_prove_fn *prove, bool *can_write, struct gw_error *err);

#endif
