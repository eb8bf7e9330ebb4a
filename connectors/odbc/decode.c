#include "odbc/decode.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { NUMBER_MAX = 64, KEY_MAX = 4096 };

static bool
unheld(struct gw_value *out, const char *word)
{
	*out = (struct gw_value){.kind = GW_UNHELD, .len = (uint32_t)strlen(word), .as.text = word};
	return true;
}

void
gw_odbc_too_long(struct gw_value *out)
{
	(void)unheld(out, "too_long");
}

static bool
text(struct gw_value *out, enum gw_kind kind, const char *data, size_t len)
{
	*out = (struct gw_value){.kind = kind, .len = (uint32_t)len, .as.text = data};
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "-12", "+3", "12.50", ".5", "7."; *whole: no point in it. */
static bool
is_decimal(const char *data, size_t len, bool *whole)
{
	size_t i = len > 0 && (data[0] == '-' || data[0] == '+') ? 1 : 0;
	size_t digits = 0, points = 0;

	for (; i < len; i++) {
		if (is_digit(data[i]))
			digits++;
		else if (data[i] == '.' && points == 0)
			points++;
		else
			return false;
	}
	*whole = points == 0;
	return digits > 0;
}

static bool
decode_infinity(const char *data, size_t len, struct gw_value *out)
{
	if (len == 3 && strncasecmp(data, "nan", 3) == 0)
		return unheld(out, "numeric_nan");
	if (len > 0 && (data[0] == '-' || data[0] == '+')) {
		data++;
		len--;
	}
	return len >= 3 && strncasecmp(data, "inf", 3) == 0 ? unheld(out, "numeric_infinity")
							    : unheld(out, "not_a_number");
}

/* Some databases leave the zero before the point out. */
static bool
decode_decimal(const char *data, size_t len, struct gw_arena *arena, struct gw_value *out)
{
	size_t sign = len > 0 && (data[0] == '-' || data[0] == '+') ? 1 : 0;
	bool whole;
	char *copy;

	if (!is_decimal(data, len, &whole))
		return decode_infinity(data, len, out);
	if (data[0] == '+')
		return decode_decimal(data + 1, len - 1, arena, out);
	if (data[len - 1] == '.')
		len--;
	if (data[sign] != '.')
		return text(out, GW_DECIMAL, data, len);
	copy = gw_arena_alloc(arena, len + 2);
	if (copy == NULL)
		return false;
	memcpy(copy, data, sign);
	copy[sign] = '0';
	memcpy(copy + sign + 1, data + sign, len - sign);
	return text(out, GW_DECIMAL, copy, len + 1);
}

static bool
decode_int(const char *data, size_t len, struct gw_value *out)
{
	bool whole;

	*out = (struct gw_value){.kind = GW_INT};
	if (gw_parse_i64(data, len, &out->as.integer))
		return true;
	if (is_decimal(data, len, &whole) && whole)
		return text(out, GW_DECIMAL, data, len);
	return unheld(out, "not_an_integer");
}

static bool
decode_bool(const char *data, size_t len, struct gw_value *out)
{
	*out = (struct gw_value){.kind = GW_BOOL};
	if (len > 0 && strchr("1tTyY", data[0]) != NULL)
		out->as.truth = true;
	else if (len == 0 || strchr("0fFnN", data[0]) == NULL)
		return unheld(out, "not_a_boolean");
	return true;
}

static bool
decode_real(double real, struct gw_value *out)
{
	if (isnan(real))
		return unheld(out, "float_nan");
	if (isinf(real))
		return unheld(out, "float_infinity");
	*out = (struct gw_value){.kind = GW_FLOAT, .as.real = real};
	return true;
}

static bool
decode_float(const char *data, size_t len, struct gw_value *out)
{
	char number[NUMBER_MAX], *end;
	double real;

	if (len == 0 || len >= sizeof number)
		return unheld(out, "not_a_number");
	memcpy(number, data, len);
	number[len] = '\0';
	real = strtod(number, &end);
	return *end == '\0' ? decode_real(real, out) : unheld(out, "not_a_number");
}

static bool
decode_text(const char *data, size_t len, struct gw_value *out)
{
	if (!gw_utf8_valid(data, len))
		return unheld(out, "not_utf8");
	return text(out, GW_TEXT, data, len);
}

static bool
decode_padded(const char *data, size_t len, struct gw_value *out)
{
	while (len > 0 && data[len - 1] == ' ')
		len--;
	return decode_text(data, len, out);
}

static bool
decode_uuid(const char *data, size_t len, struct gw_arena *arena, struct gw_value *out)
{
	char *copy;

	if (!gw_utf8_valid(data, len))
		return unheld(out, "not_utf8");
	copy = gw_arena_copy(arena, data, len);
	if (copy == NULL)
		return false;
	for (size_t i = 0; i < len; i++)
		if (copy[i] >= 'A' && copy[i] <= 'F')
			copy[i] = (char)(copy[i] - 'A' + 'a');
	return text(out, GW_TEXT, copy, len);
}

/* What is known of a day where month or day are zeros, as a rule for dates reads it. */
static bool
decode_known(const char *data, size_t len, const char *why, struct gw_value *out)
{
	size_t known = gw_odbc_day_known(data, len);

	return known > 0 ? text(out, GW_TEXT, data, known) : unheld(out, why);
}

static bool
decode_date(const char *data, size_t len, struct gw_value *out)
{
	int64_t days;
	const char *why = gw_odbc_day_parse(data, len, &days);

	if (why != NULL)
		return decode_known(data, len, why, out);
	*out = (struct gw_value){.kind = GW_DATE, .as.integer = days};
	return true;
}

static bool
decode_time(const char *data, size_t len, const struct gw_zone *zone, struct gw_value *out)
{
	int64_t us;
	const char *why = gw_odbc_time_parse(data, len, &us);

	if (why != NULL)
		return decode_known(data, len, why, out);
	*out = (struct gw_value){.kind = GW_TIMESTAMP, .as.integer = gw_odbc_time_utc(zone, us)};
	return true;
}

bool
gw_odbc_decode(enum gw_odbc_form form, const char *data, size_t len, const struct gw_zone *zone,
	       struct gw_arena *arena, struct gw_value *out)
{
	double real;

	switch (form) {
	case GW_ODBC_BOOL:
		return decode_bool(data, len, out);
	case GW_ODBC_INT:
		return decode_int(data, len, out);
	case GW_ODBC_DECIMAL:
		return decode_decimal(data, len, arena, out);
	case GW_ODBC_FLOAT:
		return decode_float(data, len, out);
	case GW_ODBC_REAL:
		if (len != sizeof real)
			return unheld(out, "not_a_number");
		memcpy(&real, data, sizeof real);
		return decode_real(real, out);
	case GW_ODBC_TEXT:
		return decode_text(data, len, out);
	case GW_ODBC_PADDED:
		return decode_padded(data, len, out);
	case GW_ODBC_UUID:
		return decode_uuid(data, len, arena, out);
	case GW_ODBC_BYTES:
		return text(out, GW_BYTES, data, len);
	case GW_ODBC_DATE:
		return decode_date(data, len, out);
	case GW_ODBC_LOCAL:
		return decode_time(data, len, zone, out);
	case GW_ODBC_INSTANT:
		return decode_time(data, len, NULL, out);
	case GW_ODBC_FORMS:
		break;
	}
	return unheld(out, "not_known");
}

/* ---- and back ---------------------------------------------------------------------------------
 */

/* Bytes travel as hex digits. */
static bool
bytes_param(const char *data, struct gw_buf *out)
{
	unsigned char bytes[KEY_MAX];
	char *to;
	size_t len;

	if (sodium_base642bin(bytes, sizeof bytes, data, strlen(data), NULL, &len, NULL,
			      sodium_base64_VARIANT_ORIGINAL) != 0)
		return false;
	to = gw_buf_reserve(out, 2 * len + 1);
	if (to == NULL)
		return false;
	gw_hex_encode(bytes, len, to);
	out->len += 2 * len;
	return true;
}

static bool
time_param(enum gw_odbc_form form, const struct gw_zone *zone, const char *data, bool local,
	   struct gw_buf *out)
{
	size_t len = strlen(data);
	bool zoned = len > 0 &&
		     (data[len - 1] == 'Z' || strchr(data + (len < 10 ? len : 10), '+') != NULL);
	int64_t us;

	if (gw_odbc_time_parse(data, len, &us) != NULL)
		return false;
	if (form == GW_ODBC_DATE)
		return gw_odbc_time_text(form, NULL, us, out);
	if (local && !zoned)
		us = gw_odbc_time_utc(zone, us);
	return gw_odbc_time_text(form, zone, us, out);
}

bool
gw_odbc_param_text(enum gw_odbc_form form, const struct gw_zone *zone, const char *data, bool local,
		   struct gw_buf *out)
{
	struct gw_value value;
	bool whole;

	switch (form) {
	case GW_ODBC_BOOL:
		return decode_bool(data, strlen(data), &value) && value.kind == GW_BOOL &&
		       gw_buf_putc(out, value.as.truth ? '1' : '0');
	case GW_ODBC_INT:
		return is_decimal(data, strlen(data), &whole) && whole && gw_buf_puts(out, data);
	case GW_ODBC_DECIMAL:
		return is_decimal(data, strlen(data), &whole) && gw_buf_puts(out, data);
	case GW_ODBC_TEXT:
	case GW_ODBC_PADDED:
	case GW_ODBC_UUID:
		return gw_buf_puts(out, data);
	case GW_ODBC_BYTES:
		return bytes_param(data, out);
	case GW_ODBC_DATE:
	case GW_ODBC_LOCAL:
	case GW_ODBC_INSTANT:
		return time_param(form, zone, data, local, out);
	case GW_ODBC_FLOAT:
	case GW_ODBC_REAL:
	case GW_ODBC_FORMS:
		break;
	}
	return false;
}
