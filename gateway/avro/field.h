/*
 * One field of a record schema: its flat type, its default, and what our own
 * schemas must say beside it (doc, privacy, purpose).
 */
#ifndef GW_FIELD_H
#define GW_FIELD_H

#include "avro/node.h"

/*
 * Fills *out from the field's JSON object and its type's tree.  strict: what
 * our own schemas must have is asked for, GW_CONFIG says what is missing and
 * what to write.  All that *out points to is in the arena.
 */
enum gw_status gw_field_read(struct gw_arena *arena, bool strict, json_t *json,
			     const struct gw_node *node, struct gw_schema_field *out,
			     struct gw_error *err);

/*
 * Reads the JSON default of a field whose type is known, as the decoder would
 * give it.  GW_CONFIG: it is not of that type.
 */
enum gw_status gw_default_read(struct gw_arena *arena, const struct gw_schema_field *field,
			       const json_t *json, struct gw_value *out, struct gw_error *err);

/* True for YYYY, YYYY-MM or YYYY-MM-DD that is a year, month or day of the calendar. */
bool gw_partial_date_valid(const char *text, size_t len);

#endif
