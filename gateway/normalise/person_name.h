/*
 * Names of people as registers write them, made comparable.
 *
 * A normal name is in NFC with one space, each word with a capital, tone marks
 * where tradition has them (Hòa, Khỏe, Thủy), without the words and notes that
 * clerks put around it.  Given names are never corrected, i and y never
 * changed.  A name alone proves nothing: who links people needs more.
 */
#ifndef GW_PERSON_NAME_H
#define GW_PERSON_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "normalise/fold.h"

/* What was taken from a name, or put right in it, as bits. */
enum gw_name_change {
	GW_NAME_NOTE = 1,      /* words in brackets */
	GW_NAME_HONORIFIC = 2, /* ông, bà: ... */
	GW_NAME_NUMBER = 4,    /* "Lê Văn Tám 2" */
	GW_NAME_SURNAME = 8,   /* Nguyển is Nguyễn */
};

enum gw_name_status {
	GW_NAME_OK,
	GW_NAME_NOTHING,    /* empty, or a word for "not known" */
	GW_NAME_LONG,       /* than GW_FOLD_MAX bytes, or too many words, or not UTF-8 */
	GW_NAME_CHARACTERS, /* digits in a word, or what no name has */
};

/* Writes the normal form, NUL-terminated; changes are or-ed bits of enum gw_name_change. */
enum gw_name_status gw_name_normal(const char *text, size_t len, char out[GW_FOLD_MAX + 1],
				   unsigned *changes);

/*
 * Writes the search key of a name: small ASCII letters without marks, "dang
 * dinh duc".  False where the name has no normal form.
 */
bool gw_name_key(const char *text, size_t len, char out[GW_FOLD_MAX + 1]);

/* What two names say about whether they can be one person's. */
enum gw_name_match {
	GW_NAME_DIFFERENT,
	GW_NAME_POSSIBLE, /* a candidate that needs other evidence */
	GW_NAME_SAME,
};

/*
 * Compares two names.  Possible: accents are missing in one, i for y, ngã for
 * hỏi, n for l, ch for tr, x for s, a middle Thị or Văn left out, another order.
 */
enum gw_name_match gw_name_compare(const char *a, const char *b);

#endif
