#include "cmd.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/i18n.h"
#include "base/text.h"
#include "indicator/indicator.h"
#include "ops/report.h"

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

/* The definition in words, its {months} filled in: no figure without what it counts. */
static void
print_definition(const char *words, int64_t months)
{
	const char *mark = strstr(words, "{months}");

	if (mark == NULL)
		(void)printf("%s\n", words);
	else
		(void)printf("%.*s%lld%s\n", (int)(mark - words), words, (long long)months,
			     mark + strlen("{months}"));
}

static void
print_head(const struct gw_indicator *indicator, const struct gw_indicator_result *result)
{
	char time[32];

	(void)printf("%s\n", name_of(indicator->name_vi, indicator->name_en));
	print_definition(name_of(indicator->definition_vi, indicator->definition_en),
			 result->months);
	(void)printf(_("Required ≥ %s %% · as of %s · PROVISIONAL (definition %s version %lld, "
		       "computed %s)\n"),
		     indicator->target, result->as_of, indicator->code,
		     (long long)indicator->version, gw_format_time(result->computed_us, time));
}

/* The sum of all communes, then those who stand in none. */
static void
print_foot(const struct gw_indicator *indicator, const struct gw_indicator_result *result)
{
	struct gw_indicator_row sum = {.unit_code = ""};
	char percent[32] = "–", a[32], b[32];

	for (size_t i = 0; i < result->nrows; i++) {
		sum.denominator += result->rows[i].denominator;
		sum.fresh += result->rows[i].fresh;
	}
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

static enum gw_status
take_months(const struct gw_args *args, int64_t *months, struct gw_error *err)
{
	const char *asked = gw_args_get(args, "months");

	if (asked != NULL &&
	    (!gw_parse_i64(asked, strlen(asked), months) || *months < 1 || *months > 1200))
		return gw_fail(err, GW_CONFIG, _("--months is a number from 1 to 1200, not %s"),
			       asked);
	return GW_OK;
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

static enum gw_status
compute(struct gw_warehouse *warehouse, const struct gw_indicator *indicator,
	const struct gw_args *args, struct gw_indicator_result **result, struct gw_error *err)
{
	int64_t months = indicator->months;
	char as_of[11];

	if (take_months(args, &months, err) != GW_OK || take_as_of(args, as_of, err) != GW_OK)
		return err->status;
	if (gw_indicator_compute(warehouse, indicator, as_of, months, result, err) != GW_OK)
		return err->status;
	return gw_indicator_store(warehouse, indicator, *result, err);
}

static enum gw_status
work(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	bool show = strcmp(args->words[0], "show") == 0;
	struct gw_indicator *indicator = NULL;
	struct gw_indicator_result *result = NULL;
	struct gw_warehouse *warehouse = NULL;
	enum gw_status status;

	if (!show && strcmp(args->words[0], "compute") != 0)
		return gw_fail(err, GW_CONFIG,
			       _("there is no songma indicator %s; there are compute and show"),
			       args->words[0]);
	status = gw_indicator_read(config->schemas_dir, args->words[1], &indicator, err);
	if (status == GW_OK)
		status = gw_warehouse_open(config, &warehouse, err);
	if (status == GW_OK)
		status = show ? gw_indicator_latest(warehouse, indicator, &result, err)
			      : compute(warehouse, indicator, args, &result, err);
	if (status == GW_OK && result != NULL)
		status = print_result(indicator, result, args->json, err);
	gw_indicator_result_free(result);
	gw_warehouse_close(warehouse);
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
	.arguments = N_("compute|show CODE"),
	.min_words = 2,
	.max_words = 2,
	.options = {{"as-of", N_("DATE"), N_("as of the end of this day (today)")},
		    {"months", N_("N"), N_("what counts as regularly updated (the definition's)")}},
	.run = run,
};
