#include <string.h>

#include "base/text.h"
#include "odbc/decode.h"

#define DAY_US INT64_C(86400000000)
enum { YEARS_MAX = 294000 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

struct clock {
	int64_t year, month, day, hour, minute, second, us;
};

/* Takes digits, at least least of them; -1: there are too few, or too many to be any part. */
static int64_t
take_number(const char **at, const char *end, int least)
{
	const char *start = *at;
	int64_t n = 0;

	while (*at < end && is_digit(**at) && *at - start < 9)
		n = n * 10 + (*(*at)++ - '0');
	return *at - start < least ? -1 : n;
}

static bool
take_char(const char **at, const char *end, char c)
{
	if (*at == end || **at != c)
		return false;
	(*at)++;
	return true;
}

/* Digits of a second; what is finer than a microsecond is dropped. */
static int64_t
take_fraction(const char **at, const char *end)
{
	int64_t us = 0, unit = 100000;

	for (; *at < end && is_digit(**at); (*at)++, unit /= 10)
		us += (**at - '0') * unit;
	return us;
}

static bool
take_clock(const char **at, const char *end, struct clock *out)
{
	out->hour = take_number(at, end, 1);
	if (out->hour < 0 || !take_char(at, end, ':'))
		return false;
	out->minute = take_number(at, end, 1);
	if (take_char(at, end, ':'))
		out->second = take_number(at, end, 1);
	if (take_char(at, end, '.'))
		out->us = take_fraction(at, end);
	return out->minute >= 0 && out->minute < 60 && out->second >= 0 && out->second <= 60 &&
	       out->hour <= 24;
}

/* Behind the clock: UTC in one of its ways, an era. */
static bool
take_rest(const char *at, const char *end, struct clock *out)
{
	static const char *const utc[] = {"Z", "+00:00", "+0000", "+00", " +00:00"};

	for (size_t i = 0; i < sizeof utc / sizeof utc[0]; i++) {
		size_t len = strlen(utc[i]);

		if ((size_t)(end - at) < len || strncmp(at, utc[i], len) != 0)
			continue;
		at += len;
		break;
	}
	if (end - at == 3 && strncmp(at, " BC", 3) == 0) {
		out->year = 1 - out->year;
		return true;
	}
	return at == end;
}

/* Days since 1970-01-01 in the proleptic Gregorian calendar. */
static int64_t
days_of(const struct clock *c)
{
	int64_t year = c->year - (c->month <= 2);
	int64_t era = (year >= 0 ? year : year - 399) / 400;
	int64_t of_era = year - era * 400;
	int64_t of_year = (153 * (c->month + (c->month > 2 ? -3 : 9)) + 2) / 5 + c->day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool
day_exists(const struct clock *c)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (c->year % 4 == 0 && c->year % 100 != 0) || c->year % 400 == 0;

	return c->month >= 1 && c->month <= 12 && c->day >= 1 &&
	       c->day <= lengths[c->month - 1] + (c->month == 2 && leap);
}

static bool
take_day(const char **at, const char *end, struct clock *c)
{
	c->year = take_number(at, end, 4);
	if (c->year < 0 || !take_char(at, end, '-'))
		return false;
	c->month = take_number(at, end, 1);
	if (c->month < 0 || !take_char(at, end, '-'))
		return false;
	c->day = take_number(at, end, 1);
	return c->day >= 0;
}

/* The clock behind the day, where there is one. */
static bool
take_behind_day(const char **at, const char *end, struct clock *c)
{
	bool clock =
		*at < end && (**at == 'T' || (**at == ' ' && end - *at > 1 && is_digit((*at)[1])));

	if (!clock)
		return true;
	(*at)++;
	return take_clock(at, end, c);
}

/* The word for a day that is known in part; told apart by its place. */
static const char partial[] = "date_partial";

/* NULL, or a word of ours for why these are no day. */
static const char *
why_no_day(const struct clock *c)
{
	if (c->year == 0 && c->month == 0 && c->day == 0)
		return "date_zero";
	if (c->year > 0 && c->month <= 12 && c->day == 0)
		return partial;
	return day_exists(c) ? NULL : "not_a_date";
}

static const char *
parse_clock(const char *data, size_t len, struct clock *c)
{
	const char *at = data, *end = data + len;

	while (end > at && end[-1] == ' ')
		end--;
	*c = (struct clock){.year = 0};
	if (!take_day(&at, end, c) || !take_behind_day(&at, end, c) || !take_rest(at, end, c))
		return "not_a_date";
	return why_no_day(c);
}

static bool
is_infinity(const char *data, size_t len)
{
	return (len == 8 && strncmp(data, "infinity", 8) == 0) ||
	       (len == 9 && strncmp(data, "-infinity", 9) == 0);
}

const char *
gw_odbc_day_parse(const char *data, size_t len, int64_t *out_days)
{
	struct clock c;
	const char *why;

	if (is_infinity(data, len))
		return "date_infinity";
	why = parse_clock(data, len, &c);
	if (why == NULL)
		*out_days = days_of(&c);
	return why;
}

const char *
gw_odbc_time_parse(const char *data, size_t len, int64_t *out_us)
{
	struct clock c;
	const char *why;

	if (is_infinity(data, len))
		return "timestamp_infinity";
	why = parse_clock(data, len, &c);
	if (why != NULL)
		return why;
	if (c.year > YEARS_MAX || c.year < -YEARS_MAX)
		return "timestamp_range";
	*out_us = days_of(&c) * DAY_US +
		  ((c.hour * 60 + c.minute) * 60 + c.second) * INT64_C(1000000) + c.us;
	return NULL;
}

size_t
gw_odbc_day_known(const char *data, size_t len)
{
	const char *at = data;
	struct clock c;

	if (parse_clock(data, len, &c) != partial)
		return 0;
	(void)take_number(&at, data + len, 4);
	if (c.month > 0) {
		at++;
		(void)take_number(&at, data + len, 1);
	}
	return (size_t)(at - data);
}

int64_t
gw_odbc_time_utc(const struct gw_zone *zone, int64_t local_us)
{
	return zone == NULL ? local_us : gw_zone_utc(zone, local_us);
}

bool
gw_odbc_time_text(enum gw_odbc_form form, const struct gw_zone *zone, int64_t us,
		  struct gw_buf *out)
{
	char stamp[GW_TIME_TEXT];

	if (form != GW_ODBC_INSTANT && zone != NULL)
		us = gw_zone_local(zone, us);
	gw_timestamp_format(us, stamp);
	if (strlen(stamp) < 20)
		return false;
	stamp[10] = ' ';
	return gw_buf_append(out, stamp, form == GW_ODBC_DATE ? 10 : strcspn(stamp, "Z"));
}
