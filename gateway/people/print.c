#include "people/people.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ops/report.h"

enum { QUERY_TIMEOUT_US = 60 * 1000000 };

struct word {
	const char *code, *title;
};

static const struct word kinds[] = {
	{"cmnd", N_("old identity card (CMND)")},
	{"social_insurance", N_("social insurance (BHXH, BHYT card)")},
	{"citizen_number", N_("personal number")},
	{0},
};

static const struct word doubts[] = {
	{"conflict", N_("a number of several people: not linked")},
	{"shared_number", N_("two people share a number")},
	{"two_numbers", N_("a person with several numbers")},
	{"register_twice", N_("in several rows of the register")},
	{0},
};

static const char counts_sql[] =
	"select k.kind, case when k.kind <> 'citizen_number' then "
	"coalesce((s.linked ->> k.kind)::bigint, 0) end, "
	"case when k.kind <> 'citizen_number' then "
	"(select count(*) from ops.link_conflict c where c.kind = k.kind) end, "
	"(select count(*) from ops.possible_duplicate d where d.kind = k.kind), "
	"coalesce((extract(epoch from s.computed_at) * 1000000)::bigint, 0) "
	"from unnest('{cmnd,social_insurance,citizen_number}'::text[]) with ordinality k(kind, "
	"nth) "
	"left join ops.link_state s on true order by k.nth";

/* A pseudonym's first eight digits are enough to find it again, and too few to know it by. */
static const char doubts_sql[] =
	"select d.what, d.kind, left(encode(d.who, 'hex'), 8), left(encode(d.other, 'hex'), 8), "
	"d.times, array_to_string(d.sources, ', '), count(*) over () from ("
	"select 'conflict' as what, kind, number as who, null::bytea as other, persons as times, "
	"sources from ops.link_conflict where $1 in ('', 'conflicts') union all "
	"select what, kind, person, other, times, sources from ops.possible_duplicate "
	"where $1 in ('', 'duplicates')) d "
	"order by d.what, d.kind, d.times desc, d.who, d.other limit $2::bigint";

struct listing {
	struct gw_report *report;
	bool json;
	int64_t shown, total;
	int64_t computed_us;
};

static const char *
word_of(const struct word *words, const char *code, bool json)
{
	for (size_t i = 0; !json && words[i].code != NULL; i++)
		if (strcmp(words[i].code, code) == 0)
			return _(words[i].title);
	return code;
}

static int64_t
number_of(const char *text)
{
	int64_t n = 0;

	if (text != NULL)
		(void)gw_parse_i64(text, strlen(text), &n);
	return n;
}

static void
add_number(struct listing *list, const char *text)
{
	if (text == NULL)
		gw_report_text(list->report, NULL);
	else
		gw_report_number(list->report, number_of(text));
}

static enum gw_status
add_counts(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct listing *list = arg;

	if (count != 5 || values[0] == NULL)
		return gw_fail(err, GW_FATAL, "%s", _("the warehouse gave no number"));
	gw_report_row(list->report);
	gw_report_text(list->report, word_of(kinds, values[0], list->json));
	for (size_t i = 1; i <= 3; i++)
		add_number(list, values[i]);
	list->computed_us = number_of(values[4]);
	return GW_OK;
}

static enum gw_status
add_doubt(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct listing *list = arg;

	if (count != 7 || values[0] == NULL || values[1] == NULL)
		return gw_fail(err, GW_FATAL, "%s", _("the warehouse gave no number"));
	gw_report_row(list->report);
	gw_report_text(list->report, word_of(doubts, values[0], list->json));
	gw_report_text(list->report, word_of(kinds, values[1], list->json));
	gw_report_text(list->report, values[2]);
	gw_report_text(list->report, values[3]);
	add_number(list, values[4]);
	gw_report_text(list->report, values[5]);
	list->shown++;
	list->total = number_of(values[6]);
	return GW_OK;
}

enum gw_status
gw_people_print_counts(struct gw_warehouse *warehouse, bool json, bool computed,
		       struct gw_error *err)
{
	struct listing list = {.report = gw_report_new(), .json = json};
	char time[32];
	enum gw_status status;

	if (list.report == NULL)
		return gw_fail_memory(err);
	gw_report_column(list.report, "kind", _("NUMBER"), false);
	gw_report_column(list.report, "linked", _("LEAD TO A PERSON"), true);
	gw_report_column(list.report, "conflicts", _("CONFLICTS"), true);
	gw_report_column(list.report, "duplicates", _("POSSIBLE DUPLICATES"), true);
	status = gw_warehouse_query(warehouse, counts_sql, NULL, 0, QUERY_TIMEOUT_US, add_counts,
				    &list, err);
	if (status == GW_OK && !json)
		(void)printf(computed
				     ? _("Links computed %s\n")
				     : _("Nothing has changed since the links were computed, %s\n"),
			     gw_format_time(list.computed_us, time));
	if (status == GW_OK)
		status = gw_report_print(list.report, stdout, json, err);
	gw_report_free(list.report);
	return status;
}

enum gw_status
gw_people_print_doubts(struct gw_warehouse *warehouse, const char *which, int64_t limit, bool json,
		       struct gw_error *err)
{
	struct listing list = {.report = gw_report_new(), .json = json};
	char text[32], shown[32], total[32];
	const char *params[] = {which, text};
	enum gw_status status;

	if (list.report == NULL)
		return gw_fail_memory(err);
	(void)snprintf(text, sizeof text, "%lld", (long long)limit);
	gw_report_column(list.report, "what", _("WHAT"), false);
	gw_report_column(list.report, "kind", _("NUMBER"), false);
	gw_report_column(list.report, "pseudonym", _("PSEUDONYM"), false);
	gw_report_column(list.report, "other", _("AND"), false);
	gw_report_column(list.report, "count", _("COUNT"), true);
	gw_report_column(list.report, "sources", _("SAID BY"), false);
	status = gw_warehouse_query(warehouse, doubts_sql, params, 2, QUERY_TIMEOUT_US, add_doubt,
				    &list, err);
	if (status == GW_OK && (json || list.shown > 0))
		status = gw_report_print(list.report, stdout, json, err);
	if (status == GW_OK && !json && list.total == 0)
		(void)printf("%s", _("None.\n"));
	if (status == GW_OK && !json && list.total > list.shown)
		(void)printf(_("%s of %s shown; --limit shows more\n"),
			     gw_format_count(list.shown, shown),
			     gw_format_count(list.total, total));
	gw_report_free(list.report);
	return status;
}
