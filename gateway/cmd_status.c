#include "cmd.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/i18n.h"
#include "base/text.h"
#include "load/load.h"
#include "ops/report.h"
#include "ops/schedule.h"

enum { QUERY_TIMEOUT_US = 10 * 1000000 };

struct seen {
	bool known;
	int64_t ended_us; /* of the last run that ended */
	int64_t open, unbalanced, letters;
};

static const char status_sql[] =
	"select (select coalesce((extract(epoch from max(ended_at)) * 1000000)::bigint, 0) from "
	"ops.run where source = $1), "
	"(select count(*) from ops.run_balance where source = $1 and state = 'open'), "
	"(select count(*) from ops.run_balance where source = $1 and state = 'unbalanced'), "
	"(select count(*) from ops.dead_letter where source = $1 "
	"and state in ('open', 'fixed', 'replayed'))";

static enum gw_status
take_source(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct seen *seen = arg;
	int64_t *into[] = {&seen->ended_us, &seen->open, &seen->unbalanced, &seen->letters};

	for (size_t i = 0; i < count && i < 4; i++)
		if (values[i] == NULL || !gw_parse_i64(values[i], strlen(values[i]), into[i]))
			return gw_fail(err, GW_FATAL, "%s", _("the warehouse gave no number"));
	seen->known = seen->ended_us != 0 || seen->open != 0;
	return GW_OK;
}

enum source_state { UNBALANCED, NEVER_RUN, OUTSIDE_HOURS, LATE, WITH_LETTERS, NORMAL };

static const struct {
	const char *code, *word;
} states[] = {
	[UNBALANCED] = {"unbalanced", N_("DOES NOT BALANCE")},
	[NEVER_RUN] = {"never_run", N_("never run")},
	[OUTSIDE_HOURS] = {"outside_hours", N_("waits for its hours")},
	[LATE] = {"late", N_("LATE")},
	[WITH_LETTERS] = {"dead_letters", N_("normal, with dead letters")},
	[NORMAL] = {"normal", N_("normal")},
};

/* Late: three times its own rhythm, and at least a minute, without an ended or an open run. */
static enum source_state
state_of(const struct seen *seen, const struct gw_source *source)
{
	int64_t patience = 3 * source->schedule.idle_every_us, now = gw_now_us();

	if (patience < 60 * INT64_C(1000000))
		patience = 60 * INT64_C(1000000);
	if (seen->unbalanced > 0)
		return UNBALANCED;
	if (!seen->known)
		return NEVER_RUN;
	if (now - seen->ended_us > patience && seen->open == 0)
		return gw_schedule_allowed(source, now) ? LATE : OUTSIDE_HOURS;
	return seen->letters > 0 ? WITH_LETTERS : NORMAL;
}

static enum gw_status
add_source(struct gw_warehouse *warehouse, const struct gw_config *config, const char *name,
	   struct gw_report *report, bool json, struct gw_error *err)
{
	struct gw_source *source = NULL;
	struct seen seen = {0};
	enum source_state state;
	char time[32];
	enum gw_status status = gw_source_read(config, name, &source, err);

	if (status == GW_OK)
		status = gw_warehouse_query(warehouse, status_sql, &name, 1, QUERY_TIMEOUT_US,
					    take_source, &seen, err);
	if (status == GW_OK) {
		gw_report_row(report);
		gw_report_text(report, source->title);
		gw_report_text(report, name);
		state = state_of(&seen, source);
		gw_report_text(report, json ? states[state].code : _(states[state].word));
		gw_report_text(report, gw_format_time(seen.ended_us, time));
		gw_report_number(report, seen.open);
		gw_report_number(report, seen.letters);
	}
	gw_source_free(source);
	return status;
}

static enum gw_status
show(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	struct gw_report *report = gw_report_new();
	struct gw_warehouse *warehouse = NULL;
	char **names = NULL;
	size_t count = 0;
	char now[32];
	enum gw_status status = report == NULL ? gw_fail_memory(err)
					       : gw_cmd_sources(config, args, &names, &count, err);

	if (status == GW_OK)
		status = gw_warehouse_open(config, &warehouse, err);
	if (status == GW_OK) {
		gw_report_column(report, "title", _("SOURCE"), false);
		gw_report_column(report, "source", _("NAME"), false);
		gw_report_column(report, "state", _("STATE"), false);
		gw_report_column(report, "as_of", _("AS OF"), false);
		gw_report_column(report, "open_runs", _("LOADING"), true);
		gw_report_column(report, "dead_letters", _("DEAD"), true);
	}
	for (size_t i = 0; status == GW_OK && i < count; i++)
		status = add_source(warehouse, config, names[i], report, args->json, err);
	if (status == GW_OK && !args->json)
		(void)printf(_("Sông Mã · %s\n"), gw_format_time(gw_now_us(), now));
	if (status == GW_OK)
		status = gw_report_print(report, stdout, args->json, err);
	gw_warehouse_close(warehouse);
	gw_names_free(names, count);
	gw_report_free(report);
	return status;
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, show);
}

const struct gw_cmd gw_cmd_status = {
	.name = "status",
	.about = N_("each source: how it is, as of when, what is waiting, dead letters"),
	.arguments = N_("[SOURCE…]"),
	.max_words = 64,
	.run = run,
};
