#include "setup/meaning.h"

#include <string.h>

#include "base/buf.h"
#include "normalise/codes.h"
#include "normalise/rule.h"

enum {
	TRY_MAX = 200, /* values that a rule is tried with */
	TRY_MEMORY = 4 << 20,
	ENOUGH = 10,     /* filled rows that a guess without a name needs */
	SHARE_SURE = 95, /* per cent */
	SHARE_LIKELY = 80,
	SHARE_AGAINST = 50,
	DISTINCT_LOOK = 200, /* rows that are compared with each other */
};

struct trial {
	const struct gw_sample *sample;
	size_t column;
	struct gw_arena arena;
};

void
gw_list_names(const struct gw_codes *codes, struct gw_list_names *out)
{
	struct gw_buf text;
	char *at = out->text;

	memset(out, 0, sizeof *out);
	gw_buf_init(&text, sizeof out->text - 1);
	gw_codes_names(codes, false, &text);
	if (text.data != NULL)
		memcpy(out->text, text.data, text.len + 1);
	gw_buf_release(&text);
	while (*at != '\0' && out->count < GW_LISTS_MAX) {
		size_t len = strcspn(at, ", ");
		char *end = at + len;

		if (len > 0)
			out->at[out->count++] = at;
		at = end + strspn(end, ", ");
		*end = '\0';
	}
}

/* Text, or a number that may be one; what else a rule would take as it is. */
static bool
is_writing(const struct gw_value *value)
{
	return value->kind == GW_TEXT || value->kind == GW_INT || value->kind == GW_DECIMAL;
}

/* Tries at most TRY_MAX values; returns how many were tried. */
static size_t
try_rule(struct trial *trial, const char *name, size_t *taken)
{
	const struct gw_rule *trim = gw_rule_find("trim"), *rule = gw_rule_find(name);
	size_t tried = 0;

	*taken = 0;
	if (rule == NULL || trim == NULL)
		return 0;
	for (size_t r = 0; r < trial->sample->nrows && tried < TRY_MAX; r++) {
		struct gw_value value = *gw_sample_value(trial->sample, r, trial->column);
		struct gw_rule_context context = {.arena = &trial->arena};
		struct gw_error err;

		gw_arena_reset(&trial->arena);
		if (!is_writing(&value) || trim->apply(&value, &context, &err) != GW_OK ||
		    value.kind == GW_NULL)
			continue;
		tried++;
		*taken += rule->apply(&value, &context, &err) == GW_OK;
	}
	return tried;
}

static size_t
share_of(size_t taken, size_t tried)
{
	return tried == 0 ? 0 : taken * 100 / tried;
}

static unsigned char
try_list(struct trial *trial, const struct gw_code_list *list)
{
	size_t tried = 0, taken = 0;

	for (size_t r = 0; r < trial->sample->nrows && tried < TRY_MAX; r++) {
		const struct gw_value *value = gw_sample_value(trial->sample, r, trial->column);
		struct gw_rule_context context = {.arena = &trial->arena, .list = list};
		struct gw_value copy = *value;
		struct gw_error err;

		if (!is_writing(value))
			continue;
		gw_arena_reset(&trial->arena);
		tried++;
		taken += gw_rule_find("code_list")->apply(&copy, &context, &err) == GW_OK;
	}
	return (unsigned char)share_of(taken, tried);
}

static void
try_lists(struct trial *trial, const struct gw_codes *codes, const struct gw_list_names *lists,
	  struct gw_column_guess *out)
{
	for (size_t i = 0; i < lists->count; i++) {
		const struct gw_code_list *list = gw_codes_list(codes, lists->at[i]);

		if (list != NULL)
			out->list_share[i] = try_list(trial, list);
	}
}

static void
count_values(const struct gw_sample *sample, size_t column, struct gw_column_guess *out,
	     size_t *bytes)
{
	size_t look = sample->nrows < DISTINCT_LOOK ? sample->nrows : DISTINCT_LOOK;

	*bytes = 0;
	for (size_t r = 0; r < sample->nrows; r++) {
		const struct gw_value *value = gw_sample_value(sample, r, column);

		if (value->kind == GW_NULL)
			continue;
		out->filled++;
		*bytes += value->kind == GW_TEXT ? value->len : 0;
		for (size_t b = 0; r < look && b < r && !out->repeats; b++)
			out->repeats = gw_value_equal(value, gw_sample_value(sample, b, column));
	}
}

/* What rows alone can tell: numbers so well formed that nothing else looks like them. */
static enum gw_meaning
by_rows(struct trial *trial, size_t mean_length, struct gw_column_guess *out)
{
	static const struct {
		enum gw_meaning meaning;
		size_t least, most; /* bytes of a value, on average */
	} shapes[] = {{GW_MEANS_CITIZEN, 12, 13},
		      {GW_MEANS_BHYT, 14, 16},
		      {GW_MEANS_PHONE, 10, 13},
		      {GW_MEANS_DAY, 8, 20}};

	for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
		size_t taken, tried;

		if (mean_length < shapes[i].least || mean_length > shapes[i].most)
			continue;
		tried = try_rule(trial, gw_meaning_rule(shapes[i].meaning), &taken);
		if (tried >= ENOUGH && share_of(taken, tried) >= SHARE_SURE) {
			out->rule = gw_meaning_rule(shapes[i].meaning);
			out->taken = taken;
			out->tried = tried;
			return shapes[i].meaning;
		}
	}
	return GW_MEANS_UNKNOWN;
}

/* A name that any of these may have. */
static bool
says_little(enum gw_meaning meaning)
{
	return meaning == GW_MEANS_UNKNOWN || meaning == GW_MEANS_CODE ||
	       meaning == GW_MEANS_NUMBER;
}

/* A number of one kind in a column that is named for another. */
static void
try_other_identifier(struct trial *trial, struct gw_column_guess *out)
{
	static const enum gw_meaning others[] = {GW_MEANS_CITIZEN, GW_MEANS_CMND, GW_MEANS_BHYT,
						 GW_MEANS_BHXH};

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		const char *rule = gw_meaning_rule(others[i]);
		size_t taken, tried = try_rule(trial, rule, &taken);

		if (share_of(taken, tried) < SHARE_LIKELY ||
		    share_of(taken, tried) <= share_of(out->taken, out->tried))
			continue;
		out->meaning = others[i];
		out->rule = rule;
		out->taken = taken;
		out->tried = tried;
	}
}

static void
weigh(struct gw_column_guess *out)
{
	size_t share = share_of(out->taken, out->tried);

	if (out->meaning == GW_MEANS_UNKNOWN)
		out->trust = GW_TRUST_WEAK;
	else if (out->tried == 0)
		out->trust = out->by_name ? GW_TRUST_LIKELY : GW_TRUST_WEAK;
	else if (share >= SHARE_SURE)
		out->trust = out->by_name ? GW_TRUST_SURE : GW_TRUST_LIKELY;
	else
		out->trust = share >= SHARE_LIKELY ? GW_TRUST_LIKELY : GW_TRUST_WEAK;
}

static void
guess_from_rows(struct trial *trial, struct gw_column_guess *out)
{
	size_t bytes, taken, tried;

	count_values(trial->sample, trial->column, out, &bytes);
	if (out->filled == 0)
		return;
	out->encoding = gw_sample_encoding(trial->sample, trial->column);
	tried = try_rule(trial, "decimal", &taken);
	out->number_share = (unsigned char)share_of(taken, tried);
	if (says_little(out->meaning)) {
		enum gw_meaning found = by_rows(trial, bytes / out->filled, out);

		if (found != GW_MEANS_UNKNOWN) {
			out->meaning = found;
			out->by_name = false;
		}
		return;
	}
	out->rule = gw_meaning_rule(out->meaning);
	/* Which map a commune's code is of is not known here. */
	if (out->rule == NULL || out->meaning == GW_MEANS_COMMUNE)
		return;
	out->tried = try_rule(trial, out->rule, &out->taken);
	if (gw_meaning_identifier(out->meaning) != GW_ID_NONE && out->tried >= ENOUGH &&
	    share_of(out->taken, out->tried) < SHARE_AGAINST)
		try_other_identifier(trial, out);
}

/* Zero dates, months whose day is zero, the last day of 9999: without the rule they stay or are
 * refused. */
static bool
has_odd_days(struct trial *trial, enum gw_kind kind)
{
	const struct gw_rule *date = gw_rule_find(kind == GW_DATE ? "date" : "timestamp");

	for (size_t r = 0; date != NULL && r < trial->sample->nrows; r++) {
		struct gw_value value = *gw_sample_value(trial->sample, r, trial->column);
		struct gw_rule_context context = {.arena = &trial->arena};
		struct gw_error err;

		gw_arena_reset(&trial->arena);
		if (value.kind != GW_NULL && (kind == GW_DATE || value.kind != kind) &&
		    date->apply(&value, &context, &err) == GW_OK && value.kind != kind)
			return true;
	}
	return false;
}

void
gw_column_guess(const struct gw_codes *codes, const struct gw_list_names *lists,
		const struct gw_table *table, size_t column, const struct gw_sample *sample,
		struct gw_column_guess *out)
{
	struct trial trial = {.sample = sample, .column = column};
	enum gw_kind kind = table->columns[column].kind;
	struct gw_words words;

	memset(out, 0, sizeof *out);
	gw_words(table->columns[column].name, &words);
	out->meaning = gw_meaning_of_name(&words, kind);
	out->by_name = out->meaning != GW_MEANS_UNKNOWN;
	if (!out->by_name && kind == GW_TIMESTAMP)
		out->meaning = GW_MEANS_MOMENT;
	if (!out->by_name && kind == GW_DATE)
		out->meaning = GW_MEANS_DAY;
	if (sample != NULL && sample->nrows > 0) {
		gw_arena_init(&trial.arena, TRY_MEMORY);
		guess_from_rows(&trial, out);
		out->odd_days =
			(kind == GW_DATE || kind == GW_TIMESTAMP) && has_odd_days(&trial, kind);
		if (codes != NULL)
			try_lists(&trial, codes, lists, out);
		gw_arena_release(&trial.arena);
	}
	weigh(out);
}
