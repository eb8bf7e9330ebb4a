#include "lists.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

enum {
	AGES,
	ABOLISHED,
	CLASSES,
	COHORTS,
	COMMUNES,
	ETHNICS,
	FAMILIES,
	INSURANCE,
	LINEAGE,
	LOST,
	PHONES,
	PLACES,
	PROVINCES
};

static const struct {
	const char *file;
	size_t ncols;
} files[DEMO_FILES] = {
	[AGES] = {"ages.csv", 4},
	[ABOLISHED] = {"abolished.csv", 2},
	[CLASSES] = {"classes.csv", 2},
	[COHORTS] = {"cohort_names.csv", 5},
	[COMMUNES] = {"communes.csv", 4},
	[ETHNICS] = {"ethnic_groups.csv", 6},
	[FAMILIES] = {"family_names.csv", 2},
	[INSURANCE] = {"bhyt_targets.csv", 2},
	[LINEAGE] = {"lineage.csv", 4},
	[LOST] = {"lost.csv", 1},
	[PHONES] = {"phone_prefixes.csv", 1},
	[PLACES] = {"places.csv", 3},
	[PROVINCES] = {"provinces.csv", 1},
};

static const char *const area_names[DEMO_AREAS] = {"plain", "mountain", "urban"};

const char *
demo_word(const struct demo_words *words, uint64_t random)
{
	uint32_t at, low = 0, high = words->count - 1;

	if (words->sums == NULL)
		return words->words[demo_below(random, words->count)];
	at = demo_below(random, words->sum);
	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (words->sums[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return words->words[low];
}

/* A number of a list, in hundredths; 0 for what is no number. */
static uint32_t
hundredths(const char *text)
{
	char *end;
	double number = strtod(text, &end);

	if (end == text || *end != '\0' || number < 0 || number > 1e7)
		return 0;
	return (uint32_t)(number * 100 + 0.5);
}

/* One column of a file as words; weight, where there is one, is the next column in hundredths. */
static bool
column_words(const struct demo_csv *csv, bool weighted, struct demo_words *out)
{
	out->count = (uint32_t)csv->nrows;
	out->words = calloc(csv->nrows + 1, sizeof *out->words);
	out->sums = weighted ? calloc(csv->nrows + 1, sizeof *out->sums) : NULL;
	if (out->words == NULL || (weighted && out->sums == NULL))
		return false;
	for (size_t i = 0; i < csv->nrows; i++) {
		out->words[i] = csv->cells[i * csv->ncols];
		if (!weighted)
			continue;
		out->sum += hundredths(csv->cells[i * csv->ncols + 1]);
		out->sums[i] = out->sum;
	}
	return csv->nrows > 0;
}

/* The words of one cell, which stand apart by '|'. */
static bool
cell_words(char *cell, struct demo_words *out)
{
	size_t n = 1;

	for (const char *p = cell; *p != '\0'; p++)
		n += *p == '|';
	out->words = calloc(n, sizeof *out->words);
	if (out->words == NULL)
		return false;
	while (cell != NULL)
		out->words[out->count++] = strsep(&cell, "|");
	return true;
}

/* The places of one kind, and of one area unless area is DEMO_AREAS. */
static bool
place_words(const struct demo_csv *csv, const char *kind, enum demo_area area,
	    struct demo_words *out)
{
	out->words = calloc(csv->nrows + 1, sizeof *out->words);
	if (out->words == NULL)
		return false;
	for (size_t i = 0; i < csv->nrows; i++) {
		char **row = csv->cells + i * csv->ncols;

		if (strcmp(row[0], kind) != 0)
			continue;
		if (area != DEMO_AREAS && strcmp(row[2], area_names[area]) != 0)
			continue;
		out->words[out->count++] = row[1];
	}
	return true;
}

static bool
read_places(struct demo_lists *lists)
{
	const struct demo_csv *csv = &lists->files[PLACES];

	if (!place_words(csv, "street", DEMO_AREAS, &lists->streets))
		return false;
	for (unsigned area = 0; area < DEMO_AREAS; area++) {
		enum demo_area named = area == DEMO_URBAN ? DEMO_PLAIN : (enum demo_area)area;

		if (!place_words(csv, "hamlet_prefix", (enum demo_area)area,
				 &lists->hamlet_prefix[area]) ||
		    !place_words(csv, "hamlet_name", named, &lists->hamlet_name[area]))
			return false;
		if (lists->hamlet_prefix[area].count == 0 || lists->hamlet_name[area].count == 0)
			return false;
	}
	return lists->streets.count > 0;
}

static enum demo_area
area_of(const char *name)
{
	for (unsigned i = 0; i < DEMO_AREAS; i++)
		if (strcmp(name, area_names[i]) == 0)
			return (enum demo_area)i;
	return DEMO_PLAIN;
}

/* The lineage sorted by new unit, as each commune's own stretch of old units. */
static bool
read_communes(struct demo_lists *lists)
{
	const struct demo_csv *units = &lists->files[COMMUNES];
	const struct demo_csv *lineage = &lists->files[LINEAGE];
	size_t used = 0;

	lists->ncommunes = (uint32_t)units->nrows;
	lists->communes = calloc(units->nrows + 1, sizeof *lists->communes);
	lists->old_units = calloc(lineage->nrows + 1, sizeof *lists->old_units);
	if (lists->communes == NULL || lists->old_units == NULL)
		return false;
	for (size_t i = 0; i < units->nrows; i++) {
		char **row = units->cells + i * units->ncols;
		struct demo_commune *commune = &lists->communes[i];

		*commune = (struct demo_commune){.code = row[0],
						 .name = row[1],
						 .population = hundredths(row[2]) / 100,
						 .area = area_of(row[3]),
						 .old = lists->old_units + used};
		for (size_t j = 0; j < lineage->nrows; j++) {
			char **edge = lineage->cells + j * lineage->ncols;

			if (strcmp(edge[1], commune->code) != 0)
				continue;
			lists->old_units[used++] =
				(struct demo_old_unit){edge[0], edge[3], edge[2][0] == '1'};
			commune->nold++;
		}
		if (commune->nold == 0 || commune->population == 0)
			return false;
	}
	return units->nrows > 0;
}

static bool
read_cohorts(struct demo_lists *lists)
{
	const struct demo_csv *csv = &lists->files[COHORTS];

	lists->ncohorts = (uint32_t)csv->nrows;
	lists->cohorts = calloc(csv->nrows + 1, sizeof *lists->cohorts);
	if (lists->cohorts == NULL)
		return false;
	for (size_t i = 0; i < csv->nrows; i++) {
		char **row = csv->cells + i * csv->ncols;
		struct demo_cohort *cohort = &lists->cohorts[i];

		cohort->year_from = (int)(hundredths(row[0]) / 100);
		cohort->year_to = (int)(hundredths(row[1]) / 100);
		cohort->female = row[2][0] == 'F';
		if (!cell_words(row[3], &cohort->middle) || !cell_words(row[4], &cohort->given))
			return false;
	}
	return csv->nrows > 0;
}

/* The small peoples live in the mountains nearly all: their weight there is four times the
   province's, and a tenth of it elsewhere. */
static uint32_t
weight_in(uint32_t weight, enum demo_area area)
{
	return area == DEMO_MOUNTAIN ? weight * 4 : weight / 10 + 1;
}

/* The first row, the majority, gets what the others leave. */
static bool
read_ethnics(struct demo_lists *lists)
{
	const struct demo_csv *csv = &lists->files[ETHNICS];
	uint32_t sum[DEMO_AREAS] = {0};

	lists->nethnics = (uint32_t)csv->nrows;
	lists->ethnics = calloc(csv->nrows + 1, sizeof *lists->ethnics);
	if (lists->ethnics == NULL)
		return false;
	for (size_t i = csv->nrows; i-- > 0;) {
		char **row = csv->cells + i * csv->ncols;
		struct demo_ethnic *ethnic = &lists->ethnics[i];

		ethnic->code = row[0];
		ethnic->code_2008 = row[1];
		ethnic->name = row[2];
		for (unsigned area = 0; area < DEMO_AREAS; area++) {
			sum[area] += weight_in(hundredths(row[3]), (enum demo_area)area);
			ethnic->weight[area] = sum[area];
		}
		if (row[4][0] == '*')
			continue;
		if (!cell_words(row[4], &ethnic->family) || !cell_words(row[5], &ethnic->middle))
			return false;
	}
	return csv->nrows > 0;
}

static bool
read_ages(struct demo_lists *lists)
{
	const struct demo_csv *csv = &lists->files[AGES];

	lists->nages = (uint32_t)csv->nrows;
	lists->ages = calloc(csv->nrows + 1, sizeof *lists->ages);
	if (lists->ages == NULL)
		return false;
	for (size_t i = 0; i < csv->nrows; i++) {
		char **row = csv->cells + i * csv->ncols;

		lists->ages_sum += hundredths(row[2]);
		lists->ages[i] = (struct demo_age){(int)(hundredths(row[0]) / 100),
						   (int)(hundredths(row[1]) / 100), lists->ages_sum,
						   hundredths(row[3]) / 10};
	}
	return csv->nrows > 0;
}

static bool
read_words(struct demo_lists *lists)
{
	lists->targets = &lists->files[INSURANCE];
	lists->classes = &lists->files[CLASSES];
	if (lists->targets->nrows == 0 || lists->classes->nrows == 0)
		return false;
	return column_words(&lists->files[FAMILIES], true, &lists->family) &&
	       column_words(&lists->files[ABOLISHED], false, &lists->abolished) &&
	       column_words(&lists->files[LOST], false, &lists->lost) &&
	       column_words(&lists->files[PHONES], false, &lists->phones) &&
	       column_words(&lists->files[PROVINCES], false, &lists->provinces);
}

bool
demo_lists_read(const char *dir, struct demo_lists *out)
{
	*out = (struct demo_lists){0};
	for (size_t i = 0; i < DEMO_FILES; i++)
		if (!demo_csv_read(dir, files[i].file, ',', files[i].ncols, &out->files[i]))
			return false;
	if (read_communes(out) && read_cohorts(out) && read_ethnics(out) && read_ages(out) &&
	    read_places(out) && read_words(out))
		return true;
	(void)fprintf(stderr, "songma-demo-people: a list in %s is empty or incomplete\n", dir);
	return false;
}

bool
demo_is_new_code(const struct demo_lists *lists, const char *code)
{
	for (uint32_t i = 0; i < lists->ncommunes; i++)
		if (strcmp(lists->communes[i].code, code) == 0)
			return true;
	return false;
}

const char *
demo_bare_name(const char *name)
{
	static const char *const kinds[] = {"Xã ", "Phường ", "Thị trấn "};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strncmp(name, kinds[i], strlen(kinds[i])) == 0)
			return name + strlen(kinds[i]);
	return name;
}

bool
demo_same_name(const char *name, const char *other)
{
	return strcmp(demo_bare_name(name), demo_bare_name(other)) == 0;
}

static void
free_words(struct demo_words *words)
{
	free(words->words);
	free(words->sums);
}

void
demo_lists_free(struct demo_lists *lists)
{
	struct demo_words *flat[] = {&lists->family, &lists->abolished, &lists->lost,
				     &lists->phones, &lists->provinces, &lists->streets};

	for (size_t i = 0; i < sizeof flat / sizeof flat[0]; i++)
		free_words(flat[i]);
	for (unsigned area = 0; area < DEMO_AREAS; area++) {
		free_words(&lists->hamlet_prefix[area]);
		free_words(&lists->hamlet_name[area]);
	}
	for (uint32_t i = 0; i < lists->ncohorts; i++) {
		free_words(&lists->cohorts[i].middle);
		free_words(&lists->cohorts[i].given);
	}
	for (uint32_t i = 0; i < lists->nethnics; i++) {
		free_words(&lists->ethnics[i].family);
		free_words(&lists->ethnics[i].middle);
	}
	free(lists->communes);
	free(lists->old_units);
	free(lists->cohorts);
	free(lists->ethnics);
	free(lists->ages);
	for (size_t i = 0; i < DEMO_FILES; i++)
		demo_csv_free(&lists->files[i]);
	*lists = (struct demo_lists){0};
}
