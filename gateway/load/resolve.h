/*
 * How each record of a batch is to be read, and which table its stream is kept in.
 */
#ifndef GW_RESOLVE_H
#define GW_RESOLVE_H

#include "load/stage.h"

/*
 * Outside of a transaction: finds the writer of every live record with a value,
 * making tables and columns that are missing, and refuses records that can't be
 * read or that belong to another table.  *out is NULL for a stream that never
 * had a record.
 */
enum gw_status gw_resolve(struct gw_db *db, struct gw_entities *entities, struct gw_stage *stage,
			  const struct gw_entity **out, struct gw_error *err);

#endif
