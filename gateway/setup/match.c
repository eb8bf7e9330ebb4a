#include "setup/match.h"

#include <stdlib.h>
#include <string.h>

#include "normalise/codes.h"

static const double least_field = 0.5, least_schema = 0.65;

/* Meanings that go to fields of these names, and to no others. */
static const struct {
	enum gw_meaning meaning;
	const char *words[4]; /* any of them in the field's name */
} homes[] = {
	{GW_MEANS_BIRTH, {"birth", "born"}},
	{GW_MEANS_DEATH, {"died", "death"}},
	{GW_MEANS_UPDATED, {"updated", "modified"}},
	{GW_MEANS_CREATED, {"created", "opened"}},
	{GW_MEANS_FROM, {"from", "since"}},
	{GW_MEANS_TO, {"to", "until"}},
	{GW_MEANS_SEX, {"sex", "gender"}},
	{GW_MEANS_ETHNIC, {"ethnic"}},
	{GW_MEANS_MARITAL, {"marital"}},
};

/* The same, but a field of another name may still be told by its description. */
static const struct {
	enum gw_meaning meaning;
	const char *words[4];
} hints[] = {
	{GW_MEANS_DONE, {"finished", "done", "completed"}},
	{GW_MEANS_MOMENT, {"occurred"}},
	{GW_MEANS_STATUS, {"status", "state"}},
	{GW_MEANS_SORT, {"kind", "class", "type"}},
	{GW_MEANS_AMOUNT, {"amount"}},
	{GW_MEANS_PERCENT, {"completeness", "share", "rate", "percent"}},
};

/* How a column says whose number it is. */
static const struct {
	const char *whose;
	const char *words[3];
	bool needed; /* a column that says nothing is another's */
} owners[] = {
	{"mother", {"me", "mother"}, true},        {"father", {"cha", "bo", "father"}, true},
	{"husband", {"chong", "husband"}, true},   {"wife", {"vo", "wife"}, true},
	{"child", {"con", "tre", "child"}, false},
};

/* A field with the words of its name and of its description. */
struct target {
	const struct gw_schema_field *field;
	struct gw_words name, doc;
	bool commune, first;
};

static bool
any_word(const struct gw_words *words, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count && list[i] != NULL; i++)
		if (gw_words_have(words, list[i]))
			return true;
	return false;
}

bool
gw_field_is_commune(const struct gw_schema *schema, size_t field)
{
	for (size_t i = 0; i < schema->nfields; i++)
		if (schema->fields[i].commune_map_of != NULL &&
		    strcmp(schema->fields[i].commune_map_of, schema->fields[field].name) == 0)
			return true;
	return false;
}

enum { NUMBERS_LEAST = 80 }; /* per cent */

#define BIT(kind) (1u << (kind))
enum {
	NUMBERS = BIT(GW_INT) | BIT(GW_DECIMAL),
	WRITING = NUMBERS | BIT(GW_TEXT),
	DAYS = BIT(GW_DATE) | BIT(GW_TIMESTAMP) | BIT(GW_TEXT) | BIT(GW_INT),
};

/* The kinds whose values can become one of the field, at times by a rule. */
static unsigned
kinds_for(const struct gw_schema_field *field)
{
	static const unsigned types[] = {
		[GW_AVRO_BOOLEAN] = BIT(GW_BOOL) | BIT(GW_TEXT) | BIT(GW_INT),
		[GW_AVRO_INT] = WRITING,
		[GW_AVRO_LONG] = WRITING,
		[GW_AVRO_FLOAT] = WRITING | BIT(GW_FLOAT),
		[GW_AVRO_DOUBLE] = WRITING | BIT(GW_FLOAT),
		[GW_AVRO_STRING] = WRITING,
		[GW_AVRO_BYTES] = BIT(GW_BYTES),
		[GW_AVRO_FIXED] = WRITING,
		[GW_AVRO_ENUM] = WRITING,
		[GW_AVRO_NULL] = 0,
	};

	switch (field->logical) {
	case GW_LOGICAL_TIMESTAMP_MILLIS:
	case GW_LOGICAL_TIMESTAMP_MICROS:
		return BIT(GW_TIMESTAMP);
	case GW_LOGICAL_DATE:
	case GW_LOGICAL_PARTIAL_DATE:
		return DAYS;
	case GW_LOGICAL_DECIMAL:
		return WRITING | BIT(GW_FLOAT);
	case GW_LOGICAL_NONE:
		break;
	}
	return types[field->type];
}

static bool
is_number(const struct gw_schema_field *field)
{
	return field->logical == GW_LOGICAL_DECIMAL ||
	       (field->logical == GW_LOGICAL_NONE && field->type >= GW_AVRO_INT &&
		field->type <= GW_AVRO_DOUBLE);
}

/* Texts must be numbers where the field is one, as far as rows are known. */
static bool
type_fits(const struct gw_column *column, const struct gw_column_guess *guess,
	  const struct gw_schema_field *field)
{
	return column->refusal == NULL && (kinds_for(field) & BIT(column->kind)) != 0 &&
	       (column->kind != GW_TEXT || guess->filled == 0 || !is_number(field) ||
		guess->number_share >= NUMBERS_LEAST);
}

/* 1: this field's person; 0: another's. */
static bool
same_owner(const struct gw_words *column, const struct gw_schema_field *field)
{
	for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++) {
		bool said = any_word(column, owners[i].words, 3);
		bool meant = field->whose != NULL && strcmp(field->whose, owners[i].whose) == 0;

		if ((said && !meant) || (!said && meant && owners[i].needed))
			return false;
	}
	return true;
}

static double
score_identifier(const struct gw_words *column, const struct gw_column_guess *guess,
		 const struct target *target)
{
	if (gw_meaning_identifier(guess->meaning) != target->field->identifier ||
	    !same_owner(column, target->field))
		return 0;
	return guess->trust == GW_TRUST_SURE ? 1 : guess->trust == GW_TRUST_LIKELY ? 0.9 : 0.6;
}

static bool
is_time(const struct gw_schema_field *field)
{
	return field->logical != GW_LOGICAL_NONE && field->logical != GW_LOGICAL_DECIMAL;
}

/* -1: the meaning has no home of its own. */
static double
score_home(const struct gw_column_guess *guess, const struct target *target)
{
	for (size_t i = 0; i < sizeof homes / sizeof homes[0]; i++)
		if (homes[i].meaning == guess->meaning)
			return gw_meaning_time(guess->meaning) == is_time(target->field) &&
					       any_word(&target->name, homes[i].words, 4)
				       ? 0.95
				       : 0;
	return -1;
}

static double
score_hint(const struct gw_column_guess *guess, const struct target *target)
{
	for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++)
		if (hints[i].meaning == guess->meaning &&
		    any_word(&target->name, hints[i].words, 4))
			return 0.8;
	return 0;
}

static double
score_words(const struct gw_words *column, const struct gw_column *facts,
	    const struct target *target)
{
	double score = 0.9 * gw_words_share(column, &target->name, &target->doc);

	/* "id" says nothing but that it is the row's number, as a schema's first field does. */
	if (target->first && facts->kind == GW_INT && column->count == 1 &&
	    strcmp(column->at[0], "id") == 0 && score < 0.8)
		score = 0.8;
	/* The same of a key that is called by letters alone, "MADT". */
	if (target->first && facts->key == 1 && score < 0.6)
		score = 0.6;
	return score;
}

/* What no schema's description should draw out of the source by the likeness of words. */
static bool
never_by_words(enum gw_meaning meaning)
{
	return meaning >= GW_MEANS_NAME && meaning <= GW_MEANS_SECRET;
}

enum { NUMBERS_PROVEN = 80 }; /* per cent */

/* Rows show that it is a person's number, which no field may take as it is. */
static bool
proven_identifier(const struct gw_column_guess *guess)
{
	return gw_meaning_identifier(guess->meaning) != GW_ID_NONE && guess->tried > 0 &&
	       guess->taken * 100 >= guess->tried * NUMBERS_PROVEN;
}

/* By what the field is called and described, where nothing else says. */
static double
score_likeness(const struct gw_words *column, const struct gw_column *facts,
	       const struct gw_column_guess *guess, const struct target *target)
{
	double home = score_home(guess, target), words, hint;
	bool identifier = gw_meaning_identifier(guess->meaning) != GW_ID_NONE;

	if (home > 0 || never_by_words(guess->meaning) || proven_identifier(guess))
		return home > 0 ? home : 0;
	words = score_words(column, facts, target);
	/* A day named for the beginning, or a person's number, belongs to no other field, unless
	   all its words do. */
	if (words < 0.85 && (home == 0 || identifier))
		return 0;
	hint = score_hint(guess, target);
	return hint > words ? hint + 0.1 * words : words;
}

static double
score(const struct gw_words *column, const struct gw_column *facts,
      const struct gw_column_guess *guess, const struct target *target)
{
	if (target->field->commune_map_of != NULL || !type_fits(facts, guess, target->field))
		return 0;
	if (target->field->privacy == GW_IDENTIFIER)
		return score_identifier(column, guess, target);
	if (target->commune || guess->meaning == GW_MEANS_COMMUNE)
		return target->commune && guess->meaning == GW_MEANS_COMMUNE ? 0.95 : 0;
	return score_likeness(column, facts, guess, target);
}

struct pair {
	double score;
	size_t column, field;
};

static int
better_pair(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->score != y->score)
		return x->score < y->score ? 1 : -1;
	if (x->field != y->field)
		return x->field < y->field ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

static void
set_target(const struct gw_schema *schema, size_t field, struct target *out)
{
	out->field = &schema->fields[field];
	out->commune = gw_field_is_commune(schema, field);
	out->first = field == 0;
	gw_words(out->field->name, &out->name);
	gw_words(out->field->doc == NULL ? "" : out->field->doc, &out->doc);
}

/* Fills pairs, of room for all; returns how many there are. */
static size_t
pair_up(const struct gw_table *table, const struct gw_column_guess *guesses,
	const struct gw_schema *schema, struct pair *pairs)
{
	size_t count = 0;

	for (size_t f = 0; f < schema->nfields; f++) {
		struct target target;

		set_target(schema, f, &target);
		for (size_t c = 0; c < table->ncolumns; c++) {
			struct gw_words words;
			double found;

			gw_words(table->columns[c].name, &words);
			found = score(&words, &table->columns[c], &guesses[c], &target);
			if (found >= least_field)
				pairs[count++] =
					(struct pair){.score = found, .column = c, .field = f};
		}
	}
	qsort(pairs, count, sizeof *pairs, better_pair);
	return count;
}

static bool
column_taken(const struct gw_match *match, size_t column)
{
	for (size_t f = 0; f < match->schema->nfields; f++)
		if (match->column[f] == column)
			return true;
	return false;
}

static void
sum_up(const struct gw_table *table, struct gw_match *out)
{
	double got = 0, all = 0;
	struct gw_words name, doc, entity;
	const char *dot = strrchr(table->name, '.');

	for (size_t f = 0; f < out->schema->nfields; f++) {
		const struct gw_schema_field *field = &out->schema->fields[f];
		double weight = field->has_default ? 1 : 2;

		if (field->commune_map_of != NULL)
			continue;
		all += weight;
		out->wanted++;
		got += weight * out->sure[f];
		out->found += out->column[f] != GW_NO_COLUMN;
		out->missing += out->column[f] == GW_NO_COLUMN && !field->has_default;
	}
	gw_words(dot == NULL ? table->name : dot + 1, &name);
	gw_words(out->schema->entity, &entity);
	gw_words(out->schema->text, &doc); /* its description stands first in it */
	out->score = 0.75 * (all > 0 ? got / all : 0) + 0.25 * gw_words_share(&name, &entity, &doc);
	for (size_t i = 0; i < out->missing; i++)
		out->score *= 0.7;
}

bool
gw_match_schema(const struct gw_table *table, const struct gw_column_guess *guesses,
		const struct gw_schema *schema, const char *name, struct gw_match *out)
{
	struct pair *pairs;
	size_t count;

	if (schema->nfields > GW_MATCH_FIELDS)
		return false;
	pairs = calloc(schema->nfields * table->ncolumns + 1, sizeof *pairs);
	if (pairs == NULL)
		return false;
	*out = (struct gw_match){.schema = schema, .name = name};
	for (size_t f = 0; f < schema->nfields; f++)
		out->column[f] = GW_NO_COLUMN;
	count = pair_up(table, guesses, schema, pairs);
	for (size_t i = 0; i < count; i++) {
		if (out->column[pairs[i].field] != GW_NO_COLUMN ||
		    column_taken(out, pairs[i].column))
			continue;
		out->column[pairs[i].field] = pairs[i].column;
		out->sure[pairs[i].field] = pairs[i].score < 1 ? pairs[i].score : 1;
	}
	free(pairs);
	sum_up(table, out);
	return out->found > 0;
}

/* Whether a table may be held against a schema at all. */
static bool
is_candidate(const struct gw_table *table, const struct gw_schema *schema)
{
	const char *dot = strrchr(table->name, '.');
	struct gw_words name, entity;

	if (strstr(schema->text, GW_DRAFTED) == NULL)
		return true;
	gw_words(dot == NULL ? table->name : dot + 1, &name);
	gw_words(schema->entity, &entity);
	return strcmp(name.joined, entity.joined) == 0;
}

/* Whether a match is to be taken instead of the best one so far; NULL: there is none. */
typedef bool better_fn(const struct gw_match *match, const struct gw_match *best);

static bool
fits_better(const struct gw_match *match, const struct gw_match *best)
{
	return match->score >= least_schema && match->found * 10 >= match->wanted * 7 &&
	       (best == NULL || match->score > best->score);
}

static bool
comes_nearer(const struct gw_match *match, const struct gw_match *best)
{
	return match->found > 1 &&
	       (best == NULL || match->found * best->wanted > best->found * match->wanted);
}

static bool
choose(const struct gw_table *table, const struct gw_column_guess *guesses,
       const struct gw_shelf *shelf, better_fn *better, struct gw_match *out)
{
	bool any = false;

	for (size_t i = 0; i < shelf->count; i++) {
		struct gw_match match;

		if (is_candidate(table, shelf->schemas[i]) &&
		    gw_match_schema(table, guesses, shelf->schemas[i], shelf->names[i], &match) &&
		    better(&match, any ? out : NULL)) {
			*out = match;
			any = true;
		}
	}
	return any;
}

bool
gw_match_best(const struct gw_table *table, const struct gw_column_guess *guesses,
	      const struct gw_shelf *shelf, struct gw_match *out)
{
	return choose(table, guesses, shelf, fits_better, out);
}

bool
gw_match_nearest(const struct gw_table *table, const struct gw_column_guess *guesses,
		 const struct gw_shelf *shelf, struct gw_match *out)
{
	return choose(table, guesses, shelf, comes_nearer, out);
}
