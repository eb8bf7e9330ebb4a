/*
 * Canon tables that grow with their schemas.
 *
 * A table never loses a column: a field that a newer schema lacks stays as it
 * was and is null in newer rows.
 */
#ifndef GW_MIGRATE_H
#define GW_MIGRATE_H

#include "load/canon.h"
#include "load/db.h"

/*
 * Makes the schema's table, or adds and widens columns, in one transaction
 * under an advisory lock.  *changed is set when anything was done.  GW_REJECT:
 * the schema can't be kept there (another one has the table, a column can't
 * be changed into what it wants).  GW_CONFIG: the warehouse does not let us.
 */
enum gw_status gw_migrate_entity(struct gw_db *db, const struct gw_schema *schema, int32_t id,
				 bool *changed, struct gw_error *err);

/*
 * Reads the columns of table->entity as they stand; none: there is no such
 * entity.  There is room for extra columns more.  GW_CONFIG: somebody took a
 * column away or gave it a type of its own.  Release the table also on failure.
 */
enum gw_status gw_migrate_read(struct gw_db *db, struct gw_canon_table *table, size_t extra,
			       struct gw_error *err);

#endif
