/*
 * Values of every kind from bytes.
 */
#ifndef FUZZ_VALUES_H
#define FUZZ_VALUES_H

#include <math.h>

#include "base/value.h"
#include "fuzz.h"

/* Takes one value from the bytes: a byte for the kind, then what it holds.  Text points into the
   bytes.  Null where nothing is left. */
static inline struct gw_value
value_take(const uint8_t **data, size_t *size)
{
	struct gw_value value = {.kind = GW_NULL};
	size_t len;

	if (*size == 0)
		return value;
	value.kind = (enum gw_kind)(**data % (GW_UNHELD + 1));
	(*data)++;
	(*size)--;
	switch (value.kind) {
	case GW_NULL:
		return value;
	case GW_BOOL:
		len = *size < 1 ? 0 : 1;
		value.as.truth = len > 0 && **data % 2 == 1;
		break;
	case GW_INT:
	case GW_FLOAT:
	case GW_DATE:
	case GW_TIMESTAMP:
		len = *size < sizeof value.as.integer ? *size : sizeof value.as.integer;
		memcpy(&value.as, *data, len);
		break;
	case GW_DECIMAL:
	case GW_TEXT:
	case GW_BYTES:
	case GW_UNHELD:
	default:
		len = *size == 0 ? 0 : **data;
		*data += *size > 0;
		*size -= *size > 0;
		len = len < *size ? len : *size;
		value.as.text = (const char *)*data;
		value.len = (uint32_t)len;
		break;
	}
	*data += len;
	*size -= len;
	return value;
}

/* The same, as every later stage may trust it to be: text is UTF-8. */
static inline struct gw_value
value_take_valid(const uint8_t **data, size_t *size)
{
	struct gw_value value = value_take(data, size);

	if ((value.kind == GW_TEXT || value.kind == GW_DECIMAL) &&
	    !gw_utf8_valid(value.as.text, value.len))
		value.kind = GW_BYTES;
	return value;
}

/* To the bit, but for NaN, whose bits mean nothing. */
static inline bool
value_same(const struct gw_value *a, const struct gw_value *b)
{
	if (a->kind == GW_FLOAT && b->kind == GW_FLOAT)
		return memcmp(&a->as.real, &b->as.real, sizeof a->as.real) == 0 ||
		       (isnan(a->as.real) && isnan(b->as.real));
	return gw_value_equal(a, b);
}

#endif
