/*
 * What a column most likely holds: from its name, its type and a few rows.
 *
 * A guess is a proposal that a person reads; it is never acted on alone.  It carries counts of
 * the sample and no value of it.
 */
#ifndef GW_MEANING_H
#define GW_MEANING_H

#include "setup/catalogue.h"
#include "setup/words.h"

enum gw_meaning {
	GW_MEANS_UNKNOWN,
	GW_MEANS_CITIZEN, /* the identifiers first, see gw_meaning_identifier */
	GW_MEANS_CMND,
	GW_MEANS_BHYT,
	GW_MEANS_BHXH,
	GW_MEANS_TAX,
	GW_MEANS_PHONE,
	GW_MEANS_NAME, /* personal, and no field takes it */
	GW_MEANS_ADDRESS,
	GW_MEANS_EMAIL,
	GW_MEANS_FREE_TEXT,
	GW_MEANS_STAFF,
	GW_MEANS_RELIGION,
	GW_MEANS_PICTURE,
	GW_MEANS_SECRET,
	GW_MEANS_BIRTH, /* days and times */
	GW_MEANS_DEATH,
	GW_MEANS_UPDATED,
	GW_MEANS_CREATED,
	GW_MEANS_FROM,
	GW_MEANS_TO,
	GW_MEANS_DONE,
	GW_MEANS_DAY,
	GW_MEANS_MOMENT,
	GW_MEANS_SEX, /* codes */
	GW_MEANS_ETHNIC,
	GW_MEANS_MARITAL,
	GW_MEANS_COMMUNE,
	GW_MEANS_COMMUNE_NAME,
	GW_MEANS_STATUS,
	GW_MEANS_SORT,
	GW_MEANS_AMOUNT, /* the rest */
	GW_MEANS_PERCENT,
	GW_MEANS_NUMBER, /* of the row: id */
	GW_MEANS_CODE,
	GW_MEANINGS,
};

enum gw_trust { GW_TRUST_WEAK, GW_TRUST_LIKELY, GW_TRUST_SURE };

enum { GW_LISTS_MAX = 48, GW_LIST_NAMES = 4096 };

/* The code lists by name. */
struct gw_list_names {
	char text[GW_LIST_NAMES];
	const char *at[GW_LISTS_MAX];
	size_t count;
};
void gw_list_names(const struct gw_codes *codes, struct gw_list_names *out);

struct gw_column_guess {
	enum gw_meaning meaning;
	enum gw_trust trust;
	bool by_name;     /* the name says it, else the rows */
	const char *rule; /* that its values were tried with; NULL: none */
	size_t filled;    /* rows of the sample that have a value */
	size_t taken;     /* of those tried, how many the rule takes */
	size_t tried;
	unsigned char number_share; /* per cent of its texts that are numbers */
	bool repeats;               /* two rows of the sample have the same value */
	bool odd_days; /* days and moments that a rule reads as none, or as a part of a day */
	const char *encoding;                   /* that its texts seem to be in; NULL: Unicode */
	unsigned char list_share[GW_LISTS_MAX]; /* per cent of its values that each list has */
};

/* What its name alone says of a column of this kind; GW_NULL: of any. */
enum gw_meaning gw_meaning_of_name(const struct gw_words *words, enum gw_kind kind);

/* codes may be NULL (no lists are tried), and so may the sample. */
void gw_column_guess(const struct gw_codes *codes, const struct gw_list_names *lists,
		     const struct gw_table *table, size_t column, const struct gw_sample *sample,
		     struct gw_column_guess *out);

/* The encoding that most texts of a column seem to be in; NULL: Unicode, or not to be told. */
const char *gw_sample_encoding(const struct gw_sample *sample, size_t column);

/* "personal number (CCCD)": for people, in their language; "" for unknown. */
const char *gw_meaning_text(enum gw_meaning meaning);

/* The kind of identifier that it is, or GW_ID_NONE. */
enum gw_identifier gw_meaning_identifier(enum gw_meaning meaning);
/* The rule that reads texts of it; NULL: none. */
const char *gw_meaning_rule(enum gw_meaning meaning);
/* True for what tells who a person is or how they live, and for texts that may. */
bool gw_meaning_personal(enum gw_meaning meaning);
/* True for days and moments. */
bool gw_meaning_time(enum gw_meaning meaning);

#endif
