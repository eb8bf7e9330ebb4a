#include "calendar.h"

#include <stdio.h>
#include <string.h>

int64_t
demo_days(struct demo_date date)
{
	/* years begin in March, so that the leap day is the last of its year */
	int64_t y = date.year - (date.month <= 2);
	int64_t era = y / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

struct demo_date
demo_civil(int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = z / 146097;
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	return (struct demo_date){(int)(yoe + era * 400) + (month <= 2), month,
				  (int)(doy - (153 * mp + 2) / 5 + 1)};
}

static int
month_length(int year, int month)
{
	struct demo_date first = {year, month, 1};
	struct demo_date next = {month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1};

	return (int)(demo_days(next) - demo_days(first));
}

int64_t
demo_months_before(int64_t days, int months)
{
	struct demo_date date = demo_civil(days);
	int total = date.year * 12 + date.month - 1 - months;

	date.year = total / 12;
	date.month = total % 12 + 1;
	if (date.day > month_length(date.year, date.month))
		date.day = month_length(date.year, date.month);
	return demo_days(date);
}

/* A number of n digits, or -1. */
static int
digits(const char *text, size_t n)
{
	int number = 0;

	for (size_t i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

bool
demo_date_parse(const char *text, int64_t *out_days)
{
	struct demo_date date;

	if (strlen(text) != sizeof "2026-10-31" - 1 || text[4] != '-' || text[7] != '-')
		return false;
	date = (struct demo_date){digits(text, 4), digits(text + 5, 2), digits(text + 8, 2)};
	if (date.year < 1 || date.month < 1 || date.month > 12 || date.day < 1 ||
	    date.day > month_length(date.year, date.month))
		return false;
	*out_days = demo_days(date);
	return true;
}

void
demo_date_text(int64_t days, enum demo_date_shape shape, char out[DEMO_DATE_TEXT])
{
	struct demo_date d = demo_civil(days);

	switch (shape) {
	case DEMO_ISO:
		(void)snprintf(out, DEMO_DATE_TEXT, "%04d-%02d-%02d", d.year, d.month, d.day);
		break;
	case DEMO_SLASHES:
		(void)snprintf(out, DEMO_DATE_TEXT, "%02d/%02d/%04d", d.day, d.month, d.year);
		break;
	case DEMO_SHORT:
		(void)snprintf(out, DEMO_DATE_TEXT, "%d/%d/%04d", d.day, d.month, d.year);
		break;
	case DEMO_DASHES:
		(void)snprintf(out, DEMO_DATE_TEXT, "%d-%d-%04d", d.day, d.month, d.year);
		break;
	case DEMO_MONTH:
		(void)snprintf(out, DEMO_DATE_TEXT, "%02d/%04d", d.month, d.year);
		break;
	case DEMO_YEAR:
		(void)snprintf(out, DEMO_DATE_TEXT, "%04d", d.year);
		break;
	case DEMO_COMPACT:
		(void)snprintf(out, DEMO_DATE_TEXT, "%04d%02d%02d", d.year, d.month, d.day);
		break;
	case DEMO_ZERO_DAYS:
		(void)snprintf(out, DEMO_DATE_TEXT, "00/00/%04d", d.year);
		break;
	}
}

void
demo_time_text(int64_t us, char out[DEMO_DATE_TEXT])
{
	int64_t seconds = us / 1000000;
	int fraction = (int)(us % 1000000);
	int of_day = (int)(seconds % DEMO_DAY_S);
	struct demo_date d = demo_civil(seconds / DEMO_DAY_S);
	int n = snprintf(out, DEMO_DATE_TEXT, "%04d-%02d-%02d %02d:%02d:%02d", d.year, d.month,
			 d.day, of_day / 3600, of_day / 60 % 60, of_day % 60);

	if (fraction != 0 && n > 0 && n < DEMO_DATE_TEXT)
		(void)snprintf(out + n, (size_t)(DEMO_DATE_TEXT - n), ".%06d", fraction);
}
