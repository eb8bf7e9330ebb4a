/* Days and seconds of the local calendar; days count from 1970-01-01. */
#ifndef DEMO_CALENDAR_H
#define DEMO_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

enum { DEMO_DAY_S = 86400, DEMO_DATE_TEXT = 32 };

struct demo_date {
	int year, month, day;
};

int64_t demo_days(struct demo_date date);
struct demo_date demo_civil(int64_t days);

/* The same day some months earlier; the last of the month where it is shorter. */
int64_t demo_months_before(int64_t days, int months);

/* "2026-10-31" exactly; false otherwise, or where there is no such day. */
bool demo_date_parse(const char *text, int64_t *out_days);

enum demo_date_shape {
	DEMO_ISO,       /* 1980-02-01 */
	DEMO_SLASHES,   /* 01/02/1980 */
	DEMO_SHORT,     /* 1/2/1980 */
	DEMO_DASHES,    /* 1-2-1980 */
	DEMO_MONTH,     /* 02/1980 */
	DEMO_YEAR,      /* 1980 */
	DEMO_ZERO_DAYS, /* 00/00/1980 */
	DEMO_COMPACT,   /* 19800201 */
};

void demo_date_text(int64_t days, enum demo_date_shape shape, char out[DEMO_DATE_TEXT]);

/* "2026-10-31 07:05:00", with microseconds where there are any. */
void demo_time_text(int64_t us, char out[DEMO_DATE_TEXT]);

#endif
