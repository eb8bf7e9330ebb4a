#include "cmd.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/i18n.h"
#include "base/text.h"
#include "indicator/indicator.h"
#include "ops/report.h"
#include "people/people.h"

/* Today in Vietnam, whose clock has been seven hours before UTC's, without summer time, since 1975:
   a server's own zone must not move a figure to another day. */
static void
today(char out[11])
{
	time_t now = time(NULL) + (time_t)7 * 3600;
	struct tm tm;

	if (gmtime_r(&now, &tm) == NULL || strftime(out, 11, "%Y-%m-%d", &tm) == 0)
		memcpy(out, "1970-01-01", 11);
}

static void
define_columns(struct gw_report *report)
{
	gw_report_column(report, "unit_code", _("CODE"), false);
	gw_report_column(report, "unit_name", _("UNIT"), false);
	gw_report_column(report, "denominator", _("RESIDENTS"), true);
	gw_report_column(report, "fresh", _("FRESH"), true);
	gw_report_column(report, "stale", _("STALE"), true);
	gw_report_column(report, "without", _("WITHOUT"), true);
	gw_report_column(report, "percent", _("SHARE"), true);
	gw_report_column(report, "result", _("RESULT"), false);
}

/* 95,21 in Vietnamese, 95.21 in English and for machines. */
static char
decimal_mark(bool machine)
{
	if (!machine && strcmp(gw_i18n_language(), "vi") == 0)
		return ',';
	return '.';
}

static void
add_row(struct gw_report *report, const struct gw_indicator_row *row, const char *target, bool json)
{
	int64_t short_of = gw_indicator_shortfall(row, target);
	char percent[32], result[96], people[32];

	gw_report_row(report);
	gw_report_text(report, row->unit_code);
	gw_report_text(report, row->unit_name);
	gw_report_number(report, row->denominator);
	gw_report_number(report, row->fresh);
	gw_report_number(report, row->stale);
	gw_report_number(report, row->without);
	if (row->denominator == 0) {
		gw_report_text(report, NULL);
		gw_report_text(report, json ? "no_data" : _("no data"));
		return;
	}
	gw_indicator_percent(row->fresh, row->denominator, decimal_mark(json), percent,
			     sizeof percent);
	gw_report_text(report, percent);
	(void)snprintf(result, sizeof result, _("not reached, %s short"),
		       gw_format_count(short_of, people));
	if (json)
		gw_report_text(report, short_of == 0 ? "reached" : "not_reached");
	else
		gw_report_text(report, short_of == 0 ? _("reached") : result);
}

static const char *
name_of(const char *vi, const char *en)
{
	return strcmp(gw_i18n_language(), "en") == 0 && en != NULL ? en : vi;
}

/* A number that stands for a word in braces; false: the word is none that is known. */
typedef bool word_fn(const void *arg, const char *name, size_t len, int64_t *out);

/* Words with their {names} filled in: no figure without what it counts. */
static void
print_words(const char *words, word_fn *find, const void *arg)
{
	const char *mark;

	while ((mark = strchr(words, '{')) != NULL) {
		size_t len = strcspn(mark + 1, "}");
		int64_t number;
		char text[32];

		(void)printf("%.*s", (int)(mark - words), words);
		if (mark[1 + len] != '}' || !find(arg, mark + 1, len, &number)) {
			(void)printf("{");
			words = mark + 1;
			continue;
		}
		(void)printf("%s", gw_format_count(number, text));
		words = mark + 1 + len + 1;
	}
	(void)printf("%s\n", words);
}

struct computed {
	const struct gw_indicator *indicator;
	const int64_t *values;
};

static bool
find_parameter(const void *arg, const char *name, size_t len, int64_t *out)
{
	const struct computed *computed = arg;
	int i = gw_indicator_find(computed->indicator, name, len);

	if (i >= 0)
		*out = computed->values[i];
	return i >= 0;
}

static void
print_definition(const struct gw_indicator *indicator, const int64_t *values)
{
	const struct gw_indicator_variant *variant = gw_indicator_variant_of(indicator, values);
	struct computed computed = {.indicator = indicator, .values = values};

	print_words(name_of(indicator->definition_vi, indicator->definition_en), find_parameter,
		    &computed);
	if (variant != NULL)
		(void)printf("%s\n", name_of(variant->name_vi, variant->name_en));
}

static void
print_head(const struct gw_indicator *indicator, const struct gw_indicator_result *result)
{
	char time[32];

	(void)printf("%s\n", name_of(indicator->name_vi, indicator->name_en));
	print_definition(indicator, result->values);
	(void)printf(_("Required ≥ %s %% · as of %s · PROVISIONAL (definition %s version %lld, "
		       "computed %s)\n"),
		     indicator->target, result->as_of, indicator->code,
		     (long long)indicator->version, gw_format_time(result->computed_us, time));
}

/* The sum of all communes, then those who stand in none. */
static void
print_foot(const struct gw_indicator *indicator, const struct gw_indicator_result *result)
{
	struct gw_indicator_row sum = gw_indicator_total(result);
	char percent[32] = "–", a[32], b[32];

	if (sum.denominator > 0)
		gw_indicator_percent(sum.fresh, sum.denominator, decimal_mark(false), percent,
				     sizeof percent);
	(void)printf(_("%zu units · %s of %s residents · %s %%\n"), result->nrows,
		     gw_format_count(sum.fresh, a), gw_format_count(sum.denominator, b), percent);
	for (size_t i = 0; i < indicator->naparts; i++)
		(void)printf(_("Apart · %s: %s\n"),
			     name_of(indicator->apart[i].name_vi, indicator->apart[i].name_en),
			     gw_format_count(result->apart[i], a));
}

static enum gw_status
print_result(const struct gw_indicator *indicator, const struct gw_indicator_result *result,
	     bool json, struct gw_error *err)
{
	struct gw_report *report = gw_report_new();
	enum gw_status status;

	if (report == NULL)
		return gw_fail_memory(err);
	define_columns(report);
	for (size_t i = 0; i < result->nrows; i++)
		add_row(report, &result->rows[i], indicator->target, json);
	if (!json)
		print_head(indicator, result);
	status = gw_report_print(report, stdout, json, err);
	if (status == GW_OK && !json)
		print_foot(indicator, result);
	gw_report_free(report);
	return status;
}

/* --set a=1,b=2 */
static enum gw_status
take_set(const struct gw_indicator *indicator, const char *asked, int64_t *values,
	 struct gw_error *err)
{
	char *copy = strdup(asked), *rest = NULL;
	enum gw_status status = copy == NULL ? gw_fail_memory(err) : GW_OK;

	for (char *one = copy == NULL ? NULL : strtok_r(copy, ",", &rest);
	     status == GW_OK && one != NULL; one = strtok_r(NULL, ",", &rest)) {
		char *equals = strchr(one, '=');

		if (equals == NULL) {
			status = gw_fail(err, GW_CONFIG,
					 _("--set takes name=number, several with commas, not %s"),
					 one);
			continue;
		}
		*equals = '\0';
		status = gw_indicator_set(indicator, one, equals + 1, values, err);
	}
	free(copy);
	return status;
}

static enum gw_status
take_values(const struct gw_indicator *indicator, const struct gw_args *args, int64_t *values,
	    struct gw_error *err)
{
	const char *months = gw_args_get(args, "months"), *set = gw_args_get(args, "set");

	gw_indicator_defaults(indicator, values);
	if (months != NULL && gw_indicator_set(indicator, "months", months, values, err) != GW_OK)
		return err->status;
	return set != NULL ? take_set(indicator, set, values, err) : GW_OK;
}

static enum gw_status
take_as_of(const struct gw_args *args, char as_of[11], struct gw_error *err)
{
	const char *asked = gw_args_get(args, "as-of");
	int64_t days;

	today(as_of);
	if (asked == NULL)
		return GW_OK;
	if (!gw_date_parse(asked, strlen(asked), &days))
		return gw_fail(err, GW_CONFIG, _("--as-of is a date such as 2026-11-23, not %s"),
			       asked);
	memcpy(as_of, asked, 11);
	return GW_OK;
}

/* What a computation is asked with. */
struct asked {
	struct gw_warehouse *warehouse;
	const struct gw_indicator *indicator;
	char as_of[11];
	int64_t values[GW_INDICATOR_PARAMETERS];
	bool json;
};

static enum gw_status
compute(const struct asked *asked, struct gw_error *err)
{
	struct gw_indicator_result *result = NULL;
	enum gw_status status = gw_indicator_compute(asked->warehouse, asked->indicator,
						     asked->as_of, asked->values, &result, err);

	if (status == GW_OK)
		status = gw_indicator_store(asked->warehouse, asked->indicator, result, err);
	if (status == GW_OK)
		status = print_result(asked->indicator, result, asked->json, err);
	gw_indicator_result_free(result);
	return status;
}

static json_t *
variant_to_json(const struct gw_indicator *indicator, const struct gw_indicator_variant *variant,
		const struct gw_indicator_row *total)
{
	json_t *one = json_pack("{ss}", "code", variant->code);
	char percent[32];

	for (size_t i = 0; i < indicator->nparameters; i++)
		if (variant->named[i])
			(void)json_object_set_new(one, indicator->parameters[i].name,
						  json_integer((json_int_t)variant->values[i]));
	(void)json_object_set_new(one, "denominator", json_integer((json_int_t)total->denominator));
	(void)json_object_set_new(one, "fresh", json_integer((json_int_t)total->fresh));
	(void)json_object_set_new(one, "stale", json_integer((json_int_t)total->stale));
	(void)json_object_set_new(one, "without", json_integer((json_int_t)total->without));
	if (total->denominator > 0)
		gw_indicator_percent(total->fresh, total->denominator, '.', percent,
				     sizeof percent);
	(void)json_object_set_new(one, "ratio",
				  total->denominator > 0 ? json_string(percent) : json_null());
	return one;
}

static enum gw_status
print_comparison_json(const struct asked *asked, const struct gw_indicator_row *totals,
		      struct gw_error *err)
{
	const struct gw_indicator *indicator = asked->indicator;
	json_t *variants = json_array(), *root;
	bool printed;

	for (size_t v = 0; v < indicator->nvariants; v++)
		(void)json_array_append_new(
			variants, variant_to_json(indicator, &indicator->variants[v], &totals[v]));
	root = json_pack("{ss ss so}", "indicator", indicator->code, "as_of", asked->as_of,
			 "variants", variants);
	printed = root != NULL && json_dumpf(root, stdout, JSON_INDENT(1)) == 0;
	json_decref(root);
	return printed && puts("") >= 0 ? GW_OK : gw_fail_memory(err);
}

/* What the first variant has ahead of another. */
struct ahead {
	const struct gw_indicator_row *first, *other;
};

static bool
find_worth(const void *arg, const char *name, size_t len, int64_t *out)
{
	const struct ahead *ahead = arg;

	if (len == strlen("fresh") && memcmp(name, "fresh", len) == 0)
		*out = ahead->first->fresh - ahead->other->fresh;
	else if (len == strlen("denominator") && memcmp(name, "denominator", len) == 0)
		*out = ahead->other->denominator - ahead->first->denominator;
	else
		return false;
	return true;
}

static enum gw_status
print_comparison(const struct asked *asked, const struct gw_indicator_row *totals,
		 struct gw_error *err)
{
	static const struct {
		const char *key, *title;
	} columns[] = {{"name", N_("COMPUTED")},   {"denominator", N_("RESIDENTS")},
		       {"fresh", N_("FRESH")},     {"stale", N_("STALE")},
		       {"without", N_("WITHOUT")}, {"ratio", N_("SHARE")}};
	const struct gw_indicator *indicator = asked->indicator;
	struct gw_report *report = gw_report_new();
	enum gw_status status;

	if (report == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
		gw_report_column(report, columns[i].key, _(columns[i].title), i > 0);
	for (size_t v = 0; v < indicator->nvariants; v++) {
		const struct gw_indicator_variant *variant = &indicator->variants[v];
		char percent[32] = "–";

		gw_report_row(report);
		gw_report_text(report, name_of(variant->name_vi, variant->name_en));
		gw_report_number(report, totals[v].denominator);
		gw_report_number(report, totals[v].fresh);
		gw_report_number(report, totals[v].stale);
		gw_report_number(report, totals[v].without);
		if (totals[v].denominator > 0)
			gw_indicator_percent(totals[v].fresh, totals[v].denominator,
					     decimal_mark(false), percent, sizeof percent);
		gw_report_text(report, percent);
	}
	(void)printf("%s\n", name_of(indicator->name_vi, indicator->name_en));
	(void)printf(
		_("The whole province · as of %s · PROVISIONAL (definition %s version %lld)\n"),
		asked->as_of, indicator->code, (long long)indicator->version);
	status = gw_report_print(report, stdout, false, err);
	gw_report_free(report);
	for (size_t v = 1; status == GW_OK && v < indicator->nvariants; v++) {
		const struct gw_indicator_variant *variant = &indicator->variants[v];
		struct ahead ahead = {.first = &totals[0], .other = &totals[v]};

		if (variant->worth_vi != NULL)
			print_words(name_of(variant->worth_vi, variant->worth_en), find_worth,
				    &ahead);
	}
	return status;
}

static enum gw_status
compare(const struct asked *asked, struct gw_error *err)
{
	struct gw_indicator_row *totals;
	enum gw_status status;

	if (asked->indicator->nvariants == 0)
		return gw_fail(err, GW_CONFIG, _("the definition of %s has no variants to compare"),
			       asked->indicator->code);
	totals = calloc(asked->indicator->nvariants, sizeof *totals);
	if (totals == NULL)
		return gw_fail_memory(err);
	status = gw_indicator_compare(asked->warehouse, asked->indicator, asked->as_of,
				      asked->values, totals, err);
	if (status == GW_OK)
		status = asked->json ? print_comparison_json(asked, totals, err)
				     : print_comparison(asked, totals, err);
	free(totals);
	return status;
}

static enum gw_status
show(const struct asked *asked, struct gw_error *err)
{
	struct gw_indicator_result *result = NULL;

	enum gw_status status =
		gw_indicator_latest(asked->warehouse, asked->indicator, &result, err);

	if (status == GW_OK)
		status = print_result(asked->indicator, result, asked->json, err);
	gw_indicator_result_free(result);
	return status;
}

typedef enum gw_status act_fn(const struct asked *asked, struct gw_error *err);

static const struct act {
	const char *word;
	act_fn *act;
	bool computes;
} acts[] = {{"compute", compute, true}, {"compare", compare, true}, {"show", show, false}};

/* Fresh figures need the links of what is loaded now. */
static enum gw_status
act_on(const struct act *act, struct asked *asked, const struct gw_config *config,
       struct gw_error *err)
{
	enum gw_status status = gw_warehouse_open(config, &asked->warehouse, err);

	if (status == GW_OK && act->computes)
		status = gw_warehouse_prepare(asked->warehouse, config->schemas_dir, err);
	if (status == GW_OK && act->computes)
		status = gw_people_link(asked->warehouse, false, NULL, err);
	if (status == GW_OK)
		status = act->act(asked, err);
	gw_warehouse_close(asked->warehouse);
	return status;
}

static enum gw_status
work(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	struct asked asked = {.json = args->json};
	struct gw_indicator *indicator = NULL;
	const struct act *act = NULL;
	enum gw_status status;

	for (size_t i = 0; i < sizeof acts / sizeof acts[0]; i++)
		if (strcmp(acts[i].word, args->words[0]) == 0)
			act = &acts[i];
	if (act == NULL)
		return gw_fail(
			err, GW_CONFIG,
			_("there is no songma indicator %s; there are compute, show and compare"),
			args->words[0]);
	status = gw_indicator_read(config->schemas_dir, args->words[1], &indicator, err);
	asked.indicator = indicator;
	if (status == GW_OK)
		status = take_values(indicator, args, asked.values, err);
	if (status == GW_OK)
		status = take_as_of(args, asked.as_of, err);
	if (status == GW_OK)
		status = act_on(act, &asked, config, err);
	gw_indicator_free(indicator);
	return status;
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, work);
}

const struct gw_cmd gw_cmd_indicator = {
	.name = "indicator",
	.about = N_("compute a shared indicator for every commune, or show the last figures"),
	.arguments = N_("compute|show|compare CODE"),
	.min_words = 2,
	.max_words = 2,
	.details = N_("compare puts the variants of the definition side by side, for the whole "
		      "province, and stores nothing."),
	.options = {{"as-of", N_("DATE"), N_("as of the end of this day (today)")},
		    {"months", N_("N"), N_("what counts as regularly updated (the definition's)")},
		    {"set", N_("NAME=N,…"), N_("other parameters of the definition")}},
	.run = run,
};
