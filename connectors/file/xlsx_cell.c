#include "file/xlsx_cell.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "file/sheet_reader.h"
#include "file/xlsx_styles.h"

enum {
	SURE_DIGITS = 15,  /* all that a number of a workbook keeps, whatever was typed */
	SAVED_DIGITS = 17, /* as many are saved, the last of them often an echo of the binary */
	ECHO_MAX = 12,     /* of the last two digits: half the distance between two such numbers */
	NUMBER_MAX = 400,  /* characters of a number, and places before or behind its point */
	FIRST_REAL_DAY = 61, /* of the calendar of 1900, which has a 29 February 1900 */
	DAYS_1900 = 25569,
	DAYS_1904 = 24107, /* from their day 0 to 1970 */
	DAY_DIGITS = 7,
	DAY_MOST = 9999999, /* of so many digits */
	LAST_DAY = 2932896, /* 9999-12-31, from 1970 */
	MS_PER_DAY = 86400000,
	S_PER_HOUR = 3600,
	S_PER_DAY = 24 * S_PER_HOUR,
};

/* A number taken apart: 0.DIGITS times ten to the power of exponent. */
struct digits {
	char text[NUMBER_MAX];
	size_t count; /* without zeros at either end; 0: it is zero */
	int exponent;
	bool negative;
};

enum gw_xlsx_type
gw_xlsx_type_of(const char *name)
{
	static const struct {
		const char *name;
		enum gw_xlsx_type type;
	} types[] = {
		{"s", GW_XLSX_SHARED}, {"inlineStr", GW_XLSX_INLINE}, {"str", GW_XLSX_STRING},
		{"b", GW_XLSX_TRUTH},  {"e", GW_XLSX_ERROR},          {"d", GW_XLSX_ISO},
	};

	for (size_t i = 0; name != NULL && i < sizeof types / sizeof types[0]; i++)
		if (strcmp(name, types[i].name) == 0)
			return types[i].type;
	return GW_XLSX_NUMBER;
}

/* The digits at *p and those behind a point. */
static bool
take_mantissa(const char **p, struct digits *out)
{
	bool point = false, any = false;

	for (;; (*p)++) {
		if (**p == '.' && !point) {
			point = true;
			continue;
		}
		if (**p < '0' || **p > '9')
			return any;
		any = true;
		if (out->count == 0 && **p == '0') {
			out->exponent -= point;
			continue;
		}
		if (out->count == NUMBER_MAX)
			return false;
		out->text[out->count++] = **p;
		out->exponent += !point;
	}
}

static bool
take_exponent(const char *p, struct digits *out)
{
	bool negative = p[1] == '-';
	int64_t n;

	if (*p == '\0')
		return true;
	if ((*p != 'e' && *p != 'E') || strlen(p) > 6)
		return false;
	p += 1 + (p[1] == '-' || p[1] == '+');
	if (*p < '0' || *p > '9' || !gw_parse_i64(p, strlen(p), &n))
		return false;
	out->exponent += (int)(negative ? -n : n);
	return true;
}

static bool
take_apart(const char *text, struct digits *out)
{
	out->count = 0;
	out->exponent = 0;
	out->negative = *text == '-';
	text += *text == '-' || *text == '+';
	if (!take_mantissa(&text, out) || !take_exponent(text, out))
		return false;
	while (out->count > 0 && out->text[out->count - 1] == '0')
		out->count--;
	return out->count == 0 || (out->exponent > -NUMBER_MAX && out->exponent < NUMBER_MAX);
}

/*
 * A number of 15 digits at most that was saved with 17 of them ends in an echo
 * of its binary form (0.10000000000000001): drops that, where what is left is
 * the same number.
 */
static void
drop_echo(const char *text, struct digits *digits)
{
	struct digits shorter;
	char rounded[SURE_DIGITS + 8];
	int64_t head = 0, tail = 0;

	if (digits->count <= SURE_DIGITS || digits->count > SAVED_DIGITS)
		return;
	for (size_t i = 0; i < SURE_DIGITS; i++)
		head = head * 10 + (digits->text[i] - '0');
	for (size_t i = SURE_DIGITS; i < SAVED_DIGITS; i++)
		tail = tail * 10 + (i < digits->count ? digits->text[i] - '0' : 0);
	if (tail > ECHO_MAX && tail < 100 - ECHO_MAX)
		return;
	(void)snprintf(rounded, sizeof rounded, "%s%llde%d", digits->negative ? "-" : "",
		       (long long)head + (tail > ECHO_MAX), digits->exponent - SURE_DIGITS);
	if (fabs(strtod(rounded, NULL) - strtod(text, NULL)) <= 0 && take_apart(rounded, &shorter))
		*digits = shorter;
}

/* A whole number of at most so many digits as a workbook keeps. */
static bool
is_whole(const struct digits *digits, int64_t *out)
{
	int64_t n = 0;

	if (digits->count > 0 && (int)digits->count > digits->exponent)
		return false;
	for (int i = 0; digits->count > 0 && i < digits->exponent; i++)
		n = n * 10 + (i < (int)digits->count ? digits->text[i] - '0' : 0);
	*out = digits->negative ? -n : n;
	return true;
}

static char *
put_zeros(char *to, int count)
{
	while (count-- > 0)
		*to++ = '0';
	return to;
}

/* "-0.00125" of its digits. */
static enum gw_status
give_decimal(const struct digits *digits, struct gw_arena *arena, struct gw_value *out)
{
	char text[2 * NUMBER_MAX + 8], *to = text;
	int count = (int)digits->count;
	int whole = digits->exponent < count ? digits->exponent : count;
	const char *copy;

	if (digits->negative)
		*to++ = '-';
	if (whole <= 0)
		*to++ = '0';
	whole = whole < 0 ? 0 : whole;
	memcpy(to, digits->text, (size_t)whole);
	to = put_zeros(to + whole, digits->exponent - count);
	if (whole < count) {
		*to++ = '.';
		to = put_zeros(to, -digits->exponent);
		memcpy(to, digits->text + whole, (size_t)(count - whole));
		to += count - whole;
	}
	copy = gw_arena_copy(arena, text, (size_t)(to - text));
	if (copy == NULL)
		return GW_FATAL;
	*out = (struct gw_value){.kind = GW_DECIMAL, .len = (uint32_t)(to - text), .as.text = copy};
	return GW_OK;
}

static enum gw_status
give_text(const char *text, size_t len, struct gw_arena *arena, struct gw_value *out)
{
	const char *copy = gw_arena_copy(arena, text, len);

	if (copy == NULL)
		return GW_FATAL;
	*out = (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)len, .as.text = copy};
	return GW_OK;
}

static int64_t
seconds(int64_t ms)
{
	return (ms + 500) / 1000;
}

/* The last half second of a day is not the next one's midnight. */
static int64_t
second_of_day(int64_t ms)
{
	int64_t s = seconds(ms);

	return s < S_PER_DAY ? s : S_PER_DAY - 1;
}

static enum gw_status
give_clock(int64_t s, struct gw_arena *arena, struct gw_value *out)
{
	char text[40];
	int len = snprintf(text, sizeof text, "%02lld:%02lld:%02lld", (long long)(s / S_PER_HOUR),
			   (long long)(s / 60 % 60), (long long)(s % 60));

	return give_text(text, (size_t)len, arena, out);
}

/* A day, or a moment of it, from the days since 1970 and what has gone by of the day. */
static void
give_day(int64_t days, int64_t us, struct gw_value *out)
{
	if (us == 0)
		*out = (struct gw_value){.kind = GW_DATE, .as.integer = days};
	else
		*out = (struct gw_value){.kind = GW_TIMESTAMP,
					 .as.integer = days * MS_PER_DAY * 1000 + us};
}

/* What has gone by since the first day of the calendar; Excel reckons to the millisecond. */
static int64_t
milliseconds(const struct digits *digits)
{
	double n = 0;

	for (size_t i = 0; i < digits->count && i <= SAVED_DIGITS; i++)
		n = n * 10 + (digits->text[i] - '0');
	return llround(n *
		       pow(10, digits->exponent - (int)(digits->count < SAVED_DIGITS + 1
								? digits->count
								: SAVED_DIGITS + 1)) *
		       MS_PER_DAY);
}

/* The day of the calendar as one since 1970; false: there is none such. */
static bool
find_day(int64_t *day, bool from_1904)
{
	if (!from_1904 && (*day == 0 || *day == FIRST_REAL_DAY - 1))
		return false;
	if (from_1904)
		*day -= DAYS_1904;
	else
		*day -= DAYS_1900 - (*day < FIRST_REAL_DAY);
	return *day <= LAST_DAY;
}

/* So many milliseconds as a date or time; below_one: none of them is of a whole day. */
static enum gw_status
give_shown(int64_t ms, bool below_one, const struct gw_xlsx_shown *shown, struct gw_arena *arena,
	   struct gw_value *out)
{
	int64_t day = ms / MS_PER_DAY;

	if ((shown->shows & GW_XLSX_ELAPSED) != 0)
		return give_clock(seconds(ms), arena, out);
	if ((shown->shows & GW_XLSX_DAY) == 0 && below_one)
		return give_clock(second_of_day(ms), arena, out);
	if (find_day(&day, shown->from_1904))
		give_day(day, ms % MS_PER_DAY * 1000, out);
	return GW_OK;
}

/* A number that is shown as a date or time. */
static enum gw_status
give_date(const struct digits *number, const struct gw_xlsx_shown *shown, struct gw_arena *arena,
	  struct gw_value *out)
{
	*out = gw_sheet_unheld("excel_date");
	if (number->count > 0 && (number->negative || number->exponent > DAY_DIGITS))
		return GW_OK;
	return give_shown(milliseconds(number), number->exponent <= 0, shown, arena, out);
}

/*
 * A number of more digits before its point than a workbook keeps: what was typed
 * may have been another one, so it is no number to be exact about.
 */
static void
give_rough(const char *text, struct gw_value *out)
{
	double real = strtod(text, NULL);

	if (isfinite(real))
		*out = (struct gw_value){.kind = GW_FLOAT, .as.real = real};
}

static enum gw_status
give_number(const struct gw_xlsx_shown *shown, const char *text, struct gw_arena *arena,
	    struct gw_value *out)
{
	struct digits digits;
	int64_t n;

	/* Infinity and the like: what Excel shows as an error. */
	*out = gw_sheet_unheld("excel_error");
	if (!take_apart(text, &digits))
		return GW_OK;
	if (shown->shows != 0)
		return give_date(&digits, shown, arena, out);
	drop_echo(text, &digits);
	if (digits.count > 0 && digits.exponent > SURE_DIGITS) {
		give_rough(text, out);
		return GW_OK;
	}
	if (!is_whole(&digits, &n))
		return give_decimal(&digits, arena, out);
	*out = (struct gw_value){.kind = GW_INT, .as.integer = n};
	return GW_OK;
}

/* Few digits and nothing else, as most numbers are. */
static bool
is_short(const char *text, size_t len, int64_t *out)
{
	int64_t n = 0;

	if (len == 0 || len > SURE_DIGITS)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		n = n * 10 + (text[i] - '0');
	}
	*out = n;
	return true;
}

/* "2026-11-22", that with a time behind T, or a time alone. */
static enum gw_status
give_iso(const char *text, size_t len, struct gw_arena *arena, struct gw_value *out)
{
	char moment[GW_TIME_TEXT];
	bool zoned = len > 0 && text[len - 1] == 'Z';
	int64_t n;

	*out = gw_sheet_unheld("excel_date");
	len -= zoned;
	if (len + 1 >= sizeof moment - 11)
		return GW_OK;
	if (gw_date_parse(text, len, &n)) {
		give_day(n, 0, out);
		return GW_OK;
	}
	(void)snprintf(moment, sizeof moment, "%.*sZ", (int)len, text);
	if (gw_timestamp_parse(moment, len + 1, &n)) {
		int64_t days = n / 1000 / MS_PER_DAY - (n % (INT64_C(1000) * MS_PER_DAY) < 0);

		give_day(days, n - days * MS_PER_DAY * 1000, out);
		return GW_OK;
	}
	(void)snprintf(moment, sizeof moment, "1970-01-01T%.*sZ", (int)len, text);
	if (gw_timestamp_parse(moment, len + 12, &n))
		return give_clock(second_of_day(n / 1000), arena, out);
	return GW_OK;
}

enum gw_status
gw_xlsx_cell_value(enum gw_xlsx_type type, const struct gw_xlsx_shown *shown, const char *text,
		   size_t len, struct gw_arena *arena, struct gw_value *out)
{
	bool truth;
	int64_t n;

	if (type == GW_XLSX_ISO)
		return give_iso(text, len, arena, out);
	if (type == GW_XLSX_TRUTH) {
		truth = strcmp(text, "1") == 0 || strcmp(text, "true") == 0;
		*out = truth || strcmp(text, "0") == 0 || strcmp(text, "false") == 0
			       ? (struct gw_value){.kind = GW_BOOL, .as.truth = truth}
			       : gw_sheet_unheld("excel_error");
		return GW_OK;
	}
	if (type != GW_XLSX_NUMBER) {
		*out = gw_sheet_unheld("excel_error");
		return GW_OK;
	}
	if (!is_short(text, len, &n))
		return give_number(shown, text, arena, out);
	if (shown->shows == 0) {
		*out = (struct gw_value){.kind = GW_INT, .as.integer = n};
		return GW_OK;
	}
	*out = gw_sheet_unheld("excel_date");
	return n > DAY_MOST ? GW_OK : give_shown(n * MS_PER_DAY, n == 0, shown, arena, out);
}
