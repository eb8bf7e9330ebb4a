/*
 * What a person who looks at rows of a source may see of a column.
 *
 * A field that is public may be fed by a column that is not: a commune is public, the address that
 * it was found in is not.
 */
#ifndef GW_SHOWN_H
#define GW_SHOWN_H

#include "avro/schema.h"
#include "config/source.h"

/* As what the column's own values are masked: the strictest class of the fields that it feeds;
   GW_SENSITIVE where these are public and it says more than they do. */
enum gw_privacy gw_shown_as(const struct gw_stream *stream, const struct gw_schema *schema,
			    const char *column);

#endif
