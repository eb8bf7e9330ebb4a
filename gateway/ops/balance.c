#include "ops/balance.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "normalise/rule.h"
#include "ops/report.h"

enum { QUERY_TIMEOUT_US = 30 * 1000000 };

static const struct {
	const char *key, *title;
	bool number, rare;
} columns[] = {
	{"source", N_("SOURCE"), false, false},
	{"stream", N_("STREAM"), false, false},
	{"started_at", N_("STARTED"), false, false},
	{"read", N_("READ"), true, false},
	{"produced", N_("SENT"), true, false},
	{"resent", N_("RESENT"), true, false},
	{"dead", N_("DEAD"), true, false},
	{"warned", N_("WARNINGS"), true, true},
	{"discarded", N_("DISCARDED"), true, true},
	{"loaded", N_("LOADED"), true, false},
	{"caught", N_("CAUGHT"), true, false},
	{"unchanged", N_("UNCHANGED"), true, false},
	{"superseded", N_("SUPERSEDED"), true, false},
	{"deleted", N_("DELETED"), true, false},
	{"refused", N_("REFUSED"), true, false},
	{"state", N_("BALANCE"), false, false},
	{"reason", N_("REASON"), false, false},
	{"run", N_("RUN"), false, false},
};

static const char list_sql[] =
	"select source, stream, (extract(epoch from started_at) * 1000000)::bigint, read, "
	"produced, "
	"resent, dead, warned, discarded, loaded, caught, unchanged, superseded, deleted, refused, "
	"state, reason, run "
	"from ops.run_balance where ($1 = '' or source = $1) "
	"and ($2 = '' or run = any ($2::uuid[])) order by started_at desc, stream limit $3::bigint";

struct listing {
	struct gw_report *report;
	bool json;
	bool balanced;
	size_t runs;
	int64_t caught, warned, discarded;
};

static const char *
state_word(const char *state)
{
	static const struct {
		const char *state, *word;
	} words[] = {
		{"open", N_("open")},
		{"balanced", N_("balanced")},
		{"unbalanced", N_("DOES NOT BALANCE")},
		{"unprovable", N_("cannot be proven")},
	};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i].state, state) == 0)
			return _(words[i].word);
	return state;
}

/* A cell as people or machines want it; numbers and the start (µs) have their own form. */
static void
add_cell(struct listing *list, size_t column, const char *text)
{
	const char *key = columns[column].key;
	char time[32];
	int64_t n = 0;

	if (text != NULL)
		(void)gw_parse_i64(text, strlen(text), &n);
	if (strcmp(key, "caught") == 0)
		list->caught += n;
	if (strcmp(key, "warned") == 0)
		list->warned += n;
	if (strcmp(key, "discarded") == 0)
		list->discarded += n;
	if (text != NULL && columns[column].number)
		gw_report_number(list->report, n);
	else if (text == NULL || list->json)
		gw_report_text(list->report, text);
	else if (strcmp(key, "started_at") == 0)
		gw_report_text(list->report, gw_format_time(n, time));
	else
		gw_report_text(list->report, strcmp(key, "state") == 0 ? state_word(text) : text);
}

static enum gw_status
add_run(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct listing *list = arg;

	(void)err;
	list->runs++;
	gw_report_row(list->report);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(columns[i].key, "state") == 0 && values[i] != NULL &&
		    strcmp(values[i], "unbalanced") == 0)
			list->balanced = false;
		add_cell(list, i, values[i]);
	}
	return GW_OK;
}

/* What a cursor alone would have missed, and what columns mean that are rarely there. */
static void
print_notes(const struct listing *list, bool one)
{
	char count[32];

	if (list->json)
		return;
	if (list->caught > 0)
		(void)printf(_("%s rows were committed behind the position; the search for late "
			       "commits caught them (CAUGHT)\n"),
			     gw_format_count(list->caught, count));
	if (list->discarded > 0)
		(void)printf(_("%s values were left out of their records, since their column is "
			       "gone or they don't fit (DISCARDED; drift: discard_value)\n"),
			     gw_format_count(list->discarded, count));
	if (list->warned > 0 && !one)
		(void)printf(_("%s values were repaired or are doubtful; songma runs RUN says "
			       "which (WARNINGS)\n"),
			     gw_format_count(list->warned, count));
}

/* ---- what a run warned of ---- */

static const char warnings_sql[] =
	"select w.\"column\", w.code, w.rows from ops.run, jsonb_to_recordset(warnings) "
	"as w(\"column\" text, code text, rows bigint) where id = $1::uuid "
	"order by w.rows desc, w.\"column\", w.code";

/* One that this program does not know yet is its code alone. */
static const char *
meaning_of(const char *code)
{
	for (int kind = 0; kind < GW_WARN_COUNT; kind++) {
		const struct gw_warning_text *known = gw_warning_text((enum gw_warning_kind)kind);

		if (strcmp(known->code, code) == 0)
			return _(known->text);
	}
	return "";
}

static enum gw_status
add_warning(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct gw_report *report = arg;
	int64_t rows = 0;

	(void)err;
	if (count < 3 || values[1] == NULL || values[2] == NULL)
		return GW_OK;
	(void)gw_parse_i64(values[2], strlen(values[2]), &rows);
	gw_report_row(report);
	gw_report_number(report, rows);
	gw_report_text(report, values[0]);
	gw_report_text(report, values[1]);
	gw_report_text(report, meaning_of(values[1]));
	return GW_OK;
}

/* The rows of a report as JSON; NULL: no memory. */
static json_t *
json_of(const struct gw_report *report, struct gw_error *err)
{
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	json_t *rows = NULL;

	if (memory != NULL) {
		(void)gw_report_print(report, memory, true, err);
		if (fclose(memory) == 0)
			rows = json_loads(text, 0, NULL);
	}
	free(text);
	return rows;
}

/* The run as in the list of them, and what it warned of with it. */
static enum gw_status
print_both(const struct listing *list, const struct gw_report *warnings, struct gw_error *err)
{
	json_t *runs;
	int failed;

	if (!list->json) {
		if (gw_report_print(list->report, stdout, false, err) != GW_OK)
			return err->status;
		if (list->warned == 0)
			return GW_OK;
		(void)printf("\n");
		return gw_report_print(warnings, stdout, false, err);
	}
	runs = json_of(list->report, err);
	failed = json_object_set_new(json_array_get(runs, 0), "warnings", json_of(warnings, err));
	if (failed == 0)
		failed = json_dumpf(runs, stdout, JSON_INDENT(2));
	json_decref(runs);
	(void)fputc('\n', stdout);
	return failed == 0 ? GW_OK : gw_fail_memory(err);
}

static enum gw_status
print_one(struct gw_warehouse *warehouse, const struct listing *list, const char *run,
	  struct gw_error *err)
{
	struct gw_report *warnings;
	enum gw_status status;

	if (list->runs == 0)
		return gw_fail(err, GW_REJECT, _("the warehouse knows no run %s; see: songma runs"),
			       run);
	warnings = gw_report_new();
	if (warnings == NULL)
		return gw_fail_memory(err);
	gw_report_column(warnings, "rows", _("ROWS"), true);
	gw_report_column(warnings, "column", _("COLUMN"), false);
	gw_report_column(warnings, "code", _("CODE"), false);
	gw_report_column(warnings, "warning", _("WARNING"), false);
	status = gw_warehouse_query(warehouse, warnings_sql, &run, 1, QUERY_TIMEOUT_US, add_warning,
				    warnings, err);
	if (status == GW_OK)
		status = print_both(list, warnings, err);
	gw_report_free(warnings);
	return status;
}

/* ---- the list ---- */

static enum gw_status
fill(struct gw_warehouse *warehouse, const struct gw_balance_choice *choice, struct listing *list,
     struct gw_error *err)
{
	char limit[32], one[64];
	const char *params[] = {choice->source != NULL ? choice->source : "",
				choice->runs != NULL ? choice->runs : "", limit};

	(void)snprintf(limit, sizeof limit, "%lld", (long long)choice->limit);
	if (choice->run != NULL) {
		(void)snprintf(one, sizeof one, "{%s}", choice->run);
		params[1] = one;
	}
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
		gw_report_column(list->report, columns[i].key, _(columns[i].title),
				 columns[i].number);
		if (columns[i].rare)
			gw_report_rare(list->report);
	}
	return gw_warehouse_query(warehouse, list_sql, params, 3, QUERY_TIMEOUT_US, add_run, list,
				  err);
}

enum gw_status
gw_balance_print(struct gw_warehouse *warehouse, const struct gw_balance_choice *choice, bool json,
		 bool *balanced, struct gw_error *err)
{
	struct gw_report *report = gw_report_new();
	struct listing list = {.report = report, .json = json, .balanced = true};
	enum gw_status status;

	if (report == NULL)
		return gw_fail_memory(err);
	status = fill(warehouse, choice, &list, err);
	if (status == GW_OK && choice->run != NULL)
		status = print_one(warehouse, &list, choice->run, err);
	else if (status == GW_OK)
		status = gw_report_print(report, stdout, json, err);
	gw_report_free(report);
	if (status == GW_OK)
		print_notes(&list, choice->run != NULL);
	if (status == GW_OK)
		*balanced = list.balanced;
	return status;
}

static enum gw_status
take_count(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	if (count != 1 || values[0] == NULL || !gw_parse_i64(values[0], strlen(values[0]), arg))
		return gw_fail(err, GW_FATAL, "%s", _("the warehouse gave no number"));
	return GW_OK;
}

enum gw_status
gw_balance_open(struct gw_warehouse *warehouse, const char *runs, bool paused, int64_t *count,
		struct gw_error *err)
{
	static const char sql[] =
		"select count(*) from unnest($1::uuid[]) u(id) left join ops.run_balance b "
		"on b.run = u.id where b.run is null or (b.state = 'open' and ($2::boolean "
		"or not exists (select from ops.pause p where p.source = b.source "
		"and p.stream = b.stream and p.side = 'load' and p.ended_at is null)))";
	const char *params[] = {runs, paused ? "t" : "f"};

	return gw_warehouse_query(warehouse, sql, params, 2, QUERY_TIMEOUT_US, take_count, count,
				  err);
}
