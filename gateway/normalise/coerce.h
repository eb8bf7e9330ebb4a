/*
 * A value as the type of its field wants it, converted only where nothing is
 * lost and nothing is guessed.
 */
#ifndef GW_COERCE_H
#define GW_COERCE_H

#include "avro/schema.h"
#include "normalise/rule.h"

/*
 * value is not null.  GW_REJECT with a code of "schema.": it can't be the
 * field's type without loss, or without a rule that says how.
 */
typedef enum gw_status gw_coerce_fn(const struct gw_schema_field *field, struct gw_value *value,
				    struct gw_rule_context *context, struct gw_error *err);

/* The kind of value that a field takes as it is, where the value is in range; GW_NULL: none. */
enum gw_kind gw_coerce_as_is(const struct gw_schema_field *field);

/* The function for a field's type; NULL for a type that no field may have. */
gw_coerce_fn *gw_coerce_for(const struct gw_schema_field *field);

#endif
