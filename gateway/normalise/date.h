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

/* A word or a number of folded text. */
struct gw_date_token {
	const char *text;
	size_t len;
	int number; /* -1: a word */
};

bool gw_date_word_is(const struct gw_date_token *token, const char *word);

/*
 * Reads a number in words, up to 9999: "ba", "hai mươi mốt", "một nghìn chín trăm
 * tám mươi".  Returns how many tokens it took, 0 where none is.
 */
size_t gw_date_numeral(const struct gw_date_token *tokens, size_t count, int *out);

/* The place of "Giáp Thìn" in the cycle of sixty years, 0 for Giáp Tý; -1: two other words. */
int gw_date_cycle(const struct gw_date_token *first, const struct gw_date_token *second);

#endif
