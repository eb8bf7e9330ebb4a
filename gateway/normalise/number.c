#include "normalise/number.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

#define EXACT_DOUBLE 9007199254740992.0 /* 2^53: every whole number up to it has its double */

/* The days of years 1 to 9999. */
#define DAY_FIRST INT64_C(-719162)
#define DAY_LAST INT64_C(2932896)

size_t
gw_integer_text(int64_t n, char out[GW_INTEGER_TEXT])
{
	char digits[GW_INTEGER_TEXT];
	uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
	size_t count = 0, len = 0;

	do
		digits[count++] = (char)('0' + left % 10);
	while ((left /= 10) > 0);
	if (n < 0)
		out[len++] = '-';
	while (count > 0)
		out[len++] = digits[--count];
	out[len] = '\0';
	return len;
}

bool
gw_day_text(int64_t days, char out[GW_DAY_TEXT])
{
	int year, month, day;

	if (days < DAY_FIRST || days > DAY_LAST)
		return false;
	gw_date_to_civil(days, &year, &month, &day);
	for (int i = 3; i >= 0; i--, year /= 10)
		out[i] = (char)('0' + year % 10);
	out[4] = out[7] = '-';
	out[5] = (char)('0' + month / 10);
	out[6] = (char)('0' + month % 10);
	out[8] = (char)('0' + day / 10);
	out[9] = (char)('0' + day % 10);
	out[10] = '\0';
	return true;
}

bool
gw_decimal_integer(const char *text, size_t len, int64_t *out)
{
	const char *point = memchr(text, '.', len);
	size_t whole = point == NULL ? len : (size_t)(point - text);

	for (size_t i = whole + 1; i < len; i++)
		if (text[i] != '0')
			return false;
	return gw_parse_i64(text, whole, out);
}

bool
gw_value_integer(const struct gw_value *value, int64_t *out)
{
	if (value->kind == GW_INT) {
		*out = value->as.integer;
		return true;
	}
	if (value->kind == GW_DECIMAL)
		return gw_decimal_integer(value->as.text, value->len, out);
	if (value->kind == GW_FLOAT && fabs(value->as.real) <= EXACT_DOUBLE &&
	    trunc(value->as.real) == value->as.real) {
		*out = (int64_t)value->as.real;
		return true;
	}
	return false;
}
