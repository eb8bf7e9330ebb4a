#include "ops/balance.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ops/report.h"

enum { QUERY_TIMEOUT_US = 30 * 1000000 };

static const struct {
	const char *key, *title;
	bool number;
} columns[] = {
	{"source", N_("SOURCE"), false},
	{"stream", N_("STREAM"), false},
	{"started_at", N_("STARTED"), false},
	{"read", N_("READ"), true},
	{"produced", N_("SENT"), true},
	{"resent", N_("RESENT"), true},
	{"dead", N_("DEAD"), true},
	{"loaded", N_("LOADED"), true},
	{"caught", N_("CAUGHT"), true},
	{"unchanged", N_("UNCHANGED"), true},
	{"superseded", N_("SUPERSEDED"), true},
	{"deleted", N_("DELETED"), true},
	{"refused", N_("REFUSED"), true},
	{"state", N_("BALANCE"), false},
	{"reason", N_("REASON"), false},
	{"run", N_("RUN"), false},
};

static const char list_sql[] =
	"select source, stream, (extract(epoch from started_at) * 1000000)::bigint, read, "
	"produced, "
	"resent, dead, loaded, caught, unchanged, superseded, deleted, refused, state, reason, run "
	"from ops.run_balance where ($1 = '' or source = $1) "
	"and ($2 = '' or run = any ($2::uuid[])) order by started_at desc, stream limit $3::bigint";

struct listing {
	struct gw_report *report;
	bool json;
	bool balanced;
	int64_t caught;
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
	gw_report_row(list->report);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(columns[i].key, "state") == 0 && values[i] != NULL &&
		    strcmp(values[i], "unbalanced") == 0)
			list->balanced = false;
		add_cell(list, i, values[i]);
	}
	return GW_OK;
}

/* What a cursor alone would have missed. */
static void
print_caught(const struct listing *list)
{
	char count[32];

	if (!list->json && list->caught > 0)
		(void)printf(_("%s rows were committed behind the position; the search for late "
			       "commits caught them (CAUGHT)\n"),
			     gw_format_count(list->caught, count));
}

enum gw_status
gw_balance_print(struct gw_warehouse *warehouse, const struct gw_balance_choice *choice, bool json,
		 bool *balanced, struct gw_error *err)
{
	struct gw_report *report = gw_report_new();
	struct listing list = {.report = report, .json = json, .balanced = true};
	char limit[32];
	const char *params[] = {choice->source != NULL ? choice->source : "",
				choice->runs != NULL ? choice->runs : "", limit};
	enum gw_status status;

	if (report == NULL)
		return gw_fail_memory(err);
	(void)snprintf(limit, sizeof limit, "%lld", (long long)choice->limit);
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
		gw_report_column(report, columns[i].key, _(columns[i].title), columns[i].number);
	status = gw_warehouse_query(warehouse, list_sql, params, 3, QUERY_TIMEOUT_US, add_run,
				    &list, err);
	if (status == GW_OK)
		status = gw_report_print(report, stdout, json, err);
	gw_report_free(report);
	if (status == GW_OK)
		print_caught(&list);
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
