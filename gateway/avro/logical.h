/*
 * Avro's logical types that the gateway knows, and ours.
 */
#ifndef GW_LOGICAL_H
#define GW_LOGICAL_H

#include "avro/node.h"

/* Greatest number of digits of a decimal: what 32 bytes hold. */
enum { GW_DECIMAL_DIGITS = 76 };

/*
 * Takes logicalType, precision and scale of a type's object into the node.
 * strict: one that is unknown or does not fit its type is GW_CONFIG; else it is
 * left out, as Avro asks of readers.
 */
enum gw_status gw_logical_read(const json_t *object, bool strict, struct gw_node *node,
			       struct gw_error *err);

#endif
