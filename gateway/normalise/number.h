/*
 * Numbers that arrive as one kind and mean another, converted only when exact.
 */
#ifndef GW_NUMBER_H
#define GW_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/value.h"

/* The text of a DECIMAL as an integer; false when it has a fraction or no int64 holds it. */
bool gw_decimal_integer(const char *text, size_t len, int64_t *out);

/* The same of an INT, DECIMAL or FLOAT; false for any other kind. */
bool gw_value_integer(const struct gw_value *value, int64_t *out);

#endif
