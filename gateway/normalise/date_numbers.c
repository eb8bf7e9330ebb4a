#include "normalise/date.h"

#include <stdint.h>
#include <string.h>

enum { GROUP_DIGITS_MAX = 8, FOR_EVER = 99991231 };

struct groups {
	int value[3], digits[3];
	int count;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *
skip_spaces(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	return p;
}

/* Reads at most GROUP_DIGITS_MAX digits; none is a group that is not known. */
static bool
take_group(const char **p, const char *end, struct groups *groups)
{
	int value = 0, digits = 0;

	for (; *p < end && is_digit(**p); (*p)++, digits++) {
		if (digits == GROUP_DIGITS_MAX)
			return false;
		value = value * 10 + (**p - '0');
	}
	if (digits == 0) /* --/--/1950 */
		while (*p < end && (**p == '-' || **p == '_' || **p == '?'))
			(*p)++;
	groups->value[groups->count] = value;
	groups->digits[groups->count++] = digits;
	return true;
}

/* Up to three groups with one kind of mark between them; *p is moved past them. */
static bool
take_groups(const char **p, const char *end, struct groups *groups)
{
	char mark = '\0';

	*groups = (struct groups){0};
	for (;;) {
		const char *next;

		*p = skip_spaces(*p, end);
		if (!take_group(p, end, groups))
			return false;
		next = skip_spaces(*p, end);
		if (groups->count == 3 || next == end || strchr("/-.", *next) == NULL ||
		    (mark != '\0' && *next != mark))
			return true;
		mark = *next;
		*p = next + 1;
	}
}

static bool
take_two(const char **p, const char *end, int max)
{
	int n = 0, digits = 0;

	for (; *p < end && is_digit(**p) && digits < 2; (*p)++, digits++)
		n = n * 10 + (**p - '0');
	return digits > 0 && n <= max;
}

/* After seconds: a fraction, then the Vietnamese or English half of the day. */
static const char *
skip_time_tail(const char *p, const char *end)
{
	static const char halves[] = "SA CH AM PM sa ch am pm";

	if (p < end && *p == '.')
		for (p++; p < end && is_digit(*p); p++)
			;
	p = skip_spaces(p, end);
	for (size_t i = 0; i < sizeof halves - 1; i += 3)
		if (end - p >= 2 && memcmp(p, halves + i, 2) == 0)
			return p + 2;
	return p;
}

/* HH:MM and perhaps :SS. */
static bool
take_clock(const char **p, const char *end)
{
	if (!take_two(p, end, 23) || *p == end || **p != ':')
		return false;
	(*p)++;
	if (!take_two(p, end, 59))
		return false;
	if (*p == end || **p != ':')
		return true;
	(*p)++;
	return take_two(p, end, 60);
}

/* What may follow a whole date: a time of day, which is dropped. */
static enum gw_date_found
check_time(const char *p, const char *end)
{
	const char *start = p;

	p = *p == 'T' ? p + 1 : skip_spaces(p, end);
	if (p == start || p == end || !is_digit(*p))
		return GW_DATE_SHAPE;
	if (!take_clock(&p, end))
		return GW_DATE_TIME;
	p = skip_spaces(skip_time_tail(p, end), end);
	if (p == end)
		return GW_DATE_OK;
	return strchr("Zz+-", *p) != NULL ? GW_DATE_ZONE : GW_DATE_TIME;
}

/*
 * Eight digits together: year first or day first.  At most one of the two has
 * a year within bounds and a month, since no such year begins like a month.
 */
static enum gw_date_found
parts_of_eight(struct gw_date_parts *out, int n)
{
	int year = n / 10000, last = n % 10000;

	out->year_digits = 4;
	if ((year >= GW_YEAR_FIRST && year <= GW_YEAR_LAST && last / 100 <= 12) || n == FOR_EVER) {
		out->year = year;
		out->month = last / 100;
		out->day = last % 100;
		return GW_DATE_OK;
	}
	if (last < GW_YEAR_FIRST || last > GW_YEAR_LAST)
		return GW_DATE_SHAPE;
	out->year = last;
	out->month = year % 100;
	out->day = year / 100;
	return GW_DATE_OK;
}

/* Which group is what, by how many there are and how many digits of one tell the year. */
static const struct pattern {
	int count, year, year_digits, month, day; /* -1: there is none */
} patterns[] = {
	{1, 0, 4, -1, -1}, {2, 0, 4, 1, -1}, {2, 1, 4, 0, -1},
	{3, 0, 4, 1, 2},   {3, 2, 4, 1, 0},  {3, 2, 2, 1, 0},
};

static enum gw_date_found
parts(struct gw_date_parts *out, const struct groups *groups, const struct pattern *pattern)
{
	int month = pattern->month, day = pattern->day;
	bool ok =
		(month < 0 || groups->digits[month] <= 2) && (day < 0 || groups->digits[day] <= 2);

	*out = (struct gw_date_parts){
		.year = groups->value[pattern->year],
		.year_digits = pattern->year_digits,
		.month = month < 0 ? 0 : groups->value[month],
		.day = day < 0 ? 0 : groups->value[day],
	};
	return ok ? GW_DATE_OK : GW_DATE_SHAPE;
}

static enum gw_date_found
parts_of_groups(const struct groups *groups, struct gw_date_parts *out)
{
	if (groups->count == 1 && groups->digits[0] == 8)
		return parts_of_eight(out, groups->value[0]);
	for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
		const struct pattern *p = &patterns[i];

		if (groups->count == p->count && groups->digits[p->year] == p->year_digits)
			return parts(out, groups, p);
	}
	return GW_DATE_SHAPE;
}

/* The digits of text from at; a character that is none makes *ok false. */
static int
digits_at(const char *text, size_t at, size_t count, bool *ok)
{
	int n = 0;

	for (size_t i = at; i < at + count; i++) {
		*ok = *ok && is_digit(text[i]);
		n = n * 10 + (text[i] - '0');
	}
	return n;
}

/* 03/04/1980 and 1980-04-03, which most columns hold: what the patterns would come to. */
static bool
parts_of_ten(const char *text, struct gw_date_parts *out)
{
	bool year_last = text[2] == '/' && text[5] == '/', ok = true;
	bool year_first = text[4] == '-' && text[7] == '-';

	if (!year_last && !year_first)
		return false;
	out->year_digits = 4;
	out->year = digits_at(text, year_last ? 6 : 0, 4, &ok);
	out->month = digits_at(text, year_last ? 3 : 5, 2, &ok);
	out->day = digits_at(text, year_last ? 0 : 8, 2, &ok);
	return ok;
}

enum gw_date_found
gw_date_numbers(const char *text, size_t len, struct gw_date_parts *out)
{
	const char *p = text, *end = text + len;
	struct groups groups;
	enum gw_date_found found;

	if (len == 10 && parts_of_ten(text, out))
		return GW_DATE_OK;
	if (!take_groups(&p, end, &groups))
		return GW_DATE_SHAPE;
	found = parts_of_groups(&groups, out);
	if (found != GW_DATE_OK || skip_spaces(p, end) == end)
		return found;
	return groups.count == 3 ? check_time(p, end) : GW_DATE_SHAPE;
}
