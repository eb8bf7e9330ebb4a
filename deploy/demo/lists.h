/*
 * The lists that people are drawn from: communes, names, ages, places.  Read
 * once from plain CSV files (no quotes); everything points into their text.
 */
#ifndef DEMO_LISTS_H
#define DEMO_LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A file: a header line that is skipped, then rows of exactly so many columns. */
struct demo_csv {
	char *text;
	char **cells; /* row-major */
	size_t nrows, ncols;
};

bool demo_csv_read(const char *dir, const char *file, char separator, size_t ncols,
		   struct demo_csv *out);
void demo_csv_free(struct demo_csv *csv);

enum demo_area { DEMO_PLAIN, DEMO_MOUNTAIN, DEMO_URBAN, DEMO_AREAS };

struct demo_old_unit {
	const char *code, *name;
	bool split;
};

struct demo_commune {
	const char *code, *name;
	uint32_t population;
	enum demo_area area;
	const struct demo_old_unit *old; /* the former communes that went into it */
	uint32_t nold;
};

/* Words, each with the sum of the weights up to it. */
struct demo_words {
	char **words;
	uint32_t *sums; /* NULL: all alike */
	uint32_t count, sum;
};

const char *demo_word(const struct demo_words *words, uint64_t random);

struct demo_cohort {
	int year_from, year_to;
	bool female;
	struct demo_words middle, given;
};

struct demo_ethnic {
	const char *code, *code_2008, *name;
	uint32_t weight[DEMO_AREAS];      /* summed up */
	struct demo_words family, middle; /* none: as everybody */
};

struct demo_age {
	int from, to;
	uint32_t sum;
	uint32_t male_permille;
};

enum { DEMO_FILES = 13 };

struct demo_lists {
	struct demo_csv files[DEMO_FILES];
	struct demo_commune *communes;
	uint32_t ncommunes;
	struct demo_old_unit *old_units;
	struct demo_cohort *cohorts;
	uint32_t ncohorts;
	struct demo_ethnic *ethnics;
	uint32_t nethnics;
	struct demo_age *ages;
	uint32_t nages, ages_sum;
	struct demo_words family, abolished, lost, phones, provinces;
	const struct demo_csv *targets; /* groups of insured people: letters, benefit digit */
	const struct demo_csv *classes; /* of social protection: class, amount a month */
	struct demo_words streets, hamlet_prefix[DEMO_AREAS], hamlet_name[DEMO_AREAS];
};

/* False, with a line on stderr, when a list is missing or malformed. */
bool demo_lists_read(const char *dir, struct demo_lists *out);
void demo_lists_free(struct demo_lists *lists);

/* True when today's map has a commune of this code. */
bool demo_is_new_code(const struct demo_lists *lists, const char *code);

/* A commune's name without what kind of commune it is. */
const char *demo_bare_name(const char *name);
bool demo_same_name(const char *name, const char *other);

#endif
