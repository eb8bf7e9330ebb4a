/*
 * Names of tables and columns as words: "NgaySinh", "ngày_sinh" and "NGAY SINH" are "ngay sinh".
 *
 * What stands in databases was named by many hands: with and without accents, with
 * underscores, in one piece.  Here all of it becomes lower-case ASCII words.
 */
#ifndef GW_WORDS_H
#define GW_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { GW_WORDS_MAX = 48, GW_WORDS_TEXT = 512 };

struct gw_words {
	char text[GW_WORDS_TEXT]; /* the words, each ending with NUL */
	const char *at[GW_WORDS_MAX];
	size_t count;
	char joined[GW_WORDS_TEXT]; /* all of them in one piece */
};

/* Splits a name, or the text of a description; what is beyond the limits is left out.  Text that
   is not UTF-8 has no words.  The struct points into itself: it can't be copied. */
void gw_words(const char *name, struct gw_words *out);

/* True when the word is among them. */
bool gw_words_have(const struct gw_words *words, const char *word);

/*
 * How well a name is this pattern, such as "ngay_sinh": its words in a row, or its letters at the
 * end or the beginning of a name written in one piece.  0: not at all; longer patterns score
 * higher, and the whole name highest.
 */
unsigned gw_words_match(const struct gw_words *words, const char *pattern);

/*
 * The share, 0 to 1, of the name's words that stand in any of the two texts.  Words that every
 * other name has (ma, so, ngay) count little.
 */
double gw_words_share(const struct gw_words *name, const struct gw_words *a,
		      const struct gw_words *b);

/* Writes the name as [a-z][a-z0-9_]*, "t" before what begins with a digit; false: nothing of it
   is left. */
bool gw_words_identifier(const char *name, char *out, size_t size);

#endif
