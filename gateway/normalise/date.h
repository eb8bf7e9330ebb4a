/*
 * Dates as people and systems write them, taken apart without a guess.
 *
 * What is not known stays unknown: a partial date is never completed.  A date
 * that could be two days, or a day of the lunar calendar, is refused.
 */
#ifndef GW_DATE_H
#define GW_DATE_H

#include <stdbool.h>
#include <stddef.h>

/* Years that a date may lie in; outside of them it is a typing error. */
enum { GW_YEAR_FIRST = 1890, GW_YEAR_LAST = 2100 };

struct gw_date_parts {
	int year, month, day; /* month and day 0: not known */
	int year_digits;      /* as written */
};

/* How reading went; the words are those of the rule's codes. */
enum gw_date_found {
	GW_DATE_OK,
	GW_DATE_NOTHING, /* a word for "not known" */
	GW_DATE_SHAPE,   /* not read as a date */
	GW_DATE_WORDS,   /* words that are not read */
	GW_DATE_LUNAR,
	GW_DATE_ZONE, /* a moment with a zone, not a day */
	GW_DATE_TIME, /* no such time of day */
};

/* Reads text[0..len) as numbers with marks; GW_DATE_SHAPE where it is not all numbers. */
enum gw_date_found gw_date_numbers(const char *text, size_t len, struct gw_date_parts *out);

/* Reads folded text with words: "ngày 3 tháng tư năm 1980", "apr 3, 1980". */
enum gw_date_found gw_date_words(const char *folded, struct gw_date_parts *out);

#endif
