/*
 * Numbers that arrive as one kind and mean another, converted only when exact.
 */
#ifndef GW_NUMBER_H
#define GW_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/value.h"

enum { GW_INTEGER_TEXT = 21, GW_DAY_TEXT = 11 };

/*
 * Decimal digits of n into out, with a NUL; returns how many bytes.  For every
 * value of a column: printf costs more than all else that is done to it.
 */
size_t gw_integer_text(int64_t n, char out[GW_INTEGER_TEXT]);

/* YYYY-MM-DD and a NUL; false, and out untouched, for years other than 1 to 9999. */
bool gw_day_text(int64_t days, char out[GW_DAY_TEXT]);

/* The text of a DECIMAL as an integer; false when it has a fraction or no int64 holds it. */
bool gw_decimal_integer(const char *text, size_t len, int64_t *out);

/* The same of an INT, DECIMAL or FLOAT; false for any other kind. */
bool gw_value_integer(const struct gw_value *value, int64_t *out);

#endif
