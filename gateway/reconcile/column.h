/*
 * Columns of the warehouse as the values that were loaded into them: the way
 * back of a COPY in binary format.  What a person put there by hand may be
 * anything that the column holds, and comes back as what it is.
 */
#ifndef GW_COLUMN_H
#define GW_COLUMN_H

#include "avro/schema.h"
#include "base/arena.h"
#include "load/copy_in.h"

/*
 * The value of a column.  Text and bytes point into data, decimals into arena; an infinite
 * date and a number that is none are GW_UNHELD.  GW_RETRY: damaged.  GW_FATAL: memory.
 */
enum gw_status gw_column_value(enum gw_column_type type, const char *data, size_t len,
			       struct gw_arena *arena, struct gw_value *out, struct gw_error *err);

/* Of a column that was widened since: whole numbers are whole again for a field that has them. */
void gw_column_narrow(const struct gw_schema_field *field, struct gw_value *value);

#endif
