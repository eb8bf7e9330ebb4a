#include "normalise/normalise.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "normalise/rules.h"

#define DOTS "\u2022\u2022\u2022\u2022\u2022\u2022"
#define TWO_DOTS "\u2022\u2022"

enum { NUMBER_TEXT = 64 };

/* Text of any kind but bytes, as a person reads it; *len bytes. */
static const char *
plain(const struct gw_value *value, char number[NUMBER_TEXT], size_t *len)
{
	number[0] = '\0';
	switch (value->kind) {
	case GW_DECIMAL:
	case GW_TEXT:
		*len = value->len;
		return value->as.text;
	case GW_BOOL:
		(void)snprintf(number, NUMBER_TEXT, "%s", value->as.truth ? "true" : "false");
		break;
	case GW_INT:
		(void)snprintf(number, NUMBER_TEXT, "%" PRId64, value->as.integer);
		break;
	case GW_FLOAT:
		(void)snprintf(number, NUMBER_TEXT, "%.15g", value->as.real);
		break;
	case GW_DATE:
		gw_date_format(value->as.integer, number);
		break;
	case GW_TIMESTAMP:
		gw_timestamp_format(value->as.integer, number);
		break;
	case GW_UNHELD:
		if (gw_rule_zero_date(value)) {
			(void)snprintf(number, NUMBER_TEXT, "0000-00-00");
			break;
		}
		*len = value->len;
		return value->as.text;
	case GW_BYTES:
	case GW_NULL:
		break;
	}
	*len = strlen(number);
	return number;
}

/* Length of text cut to at most max bytes between two characters. */
static size_t
cut(const char *text, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && ((unsigned char)text[max] & 0xc0) == 0x80)
		max--;
	return max;
}

/* Control characters become spaces: it goes to a terminal. */
static void
drop_controls(char *out)
{
	for (; *out != '\0'; out++)
		if ((unsigned char)*out < ' ' || *out == 0x7f)
			*out = ' ';
}

/* What fits of text. */
static void
show(const char *text, size_t len, char *out, size_t size)
{
	len = cut(text, len, size - 1);
	memcpy(out, text, len);
	out[len] = '\0';
	drop_controls(out);
}

/* Drops the half of a character that a small out ends with. */
static void
drop_half(char *out)
{
	size_t len = strlen(out);

	while (len > 0 && !gw_utf8_valid(out, len))
		len--;
	out[len] = '\0';
}

/* Both ends of a long number, the beginning of a middling one, nothing of a short one. */
static void
mask_number(const char *text, size_t len, char *out, size_t size)
{
	size_t head = len >= 10 ? 3 : len >= 8 ? 2 : 0;
	size_t tail = len >= 10 ? 3 : 0;

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] >= 0x80 || (unsigned char)text[i] < ' ')
			head = tail = 0;
	(void)snprintf(out, size, "%.*s" DOTS "%.*s", (int)head, text, (int)tail,
		       text + len - tail);
}

/* True for YYYY alone or before a dash. */
static bool
begins_with_year(const char *text, size_t len)
{
	for (size_t i = 0; i < 4; i++)
		if (i == len || text[i] < '0' || text[i] > '9')
			return false;
	return len == 4 || text[4] == '-';
}

/* The year of a date; dots for as much of the rest as is there. */
static void
mask_date(const char *text, size_t len, char *out, size_t size)
{
	(void)snprintf(out, size, "%.4s%s%s", text, len >= 7 ? "-" TWO_DOTS : "",
		       len >= 10 ? "-" TWO_DOTS : "");
}

static size_t
first_character(const char *text, size_t len)
{
	size_t n = len > 0 ? 1 : 0;

	while (n < len && ((unsigned char)text[n] & 0xc0) == 0x80)
		n++;
	return n;
}

static void
mask_personal(const struct gw_schema_field *field, const struct gw_value *value, const char *text,
	      size_t len, char *out, size_t size)
{
	bool date = value->kind == GW_DATE || value->kind == GW_TIMESTAMP ||
		    field->logical == GW_LOGICAL_PARTIAL_DATE || field->logical == GW_LOGICAL_DATE;

	if (date && begins_with_year(text, len))
		mask_date(text, len, out, size);
	else if (value->kind == GW_TEXT && !date && field->privacy == GW_PERSONAL)
		(void)snprintf(out, size, "%.*s" DOTS, (int)first_character(text, len), text);
	else
		(void)snprintf(out, size, "%s", DOTS);
}

void
gw_mask(const struct gw_schema_field *field, const struct gw_value *value, char *out, size_t size)
{
	char number[NUMBER_TEXT], hex[9];
	const char *text;
	size_t len;

	if (size == 0)
		return;
	out[0] = '\0';
	if (value->kind == GW_NULL)
		return;
	if (value->kind == GW_BYTES) { /* a pseudonym, or what no terminal shows */
		size_t bytes = value->len < 4 ? value->len : 4;

		gw_hex_encode((const unsigned char *)value->as.text, bytes, hex);
		(void)snprintf(out, size, "%s\u2026", hex);
		drop_half(out);
		return;
	}
	text = plain(value, number, &len);
	if (field->privacy == GW_PUBLIC || value->kind == GW_UNHELD) {
		show(text, len, out, size);
		return;
	}
	if (field->privacy == GW_IDENTIFIER)
		mask_number(text, len, out, size);
	else
		mask_personal(field, value, text, len, out, size);
	drop_half(out);
	drop_controls(out);
}
