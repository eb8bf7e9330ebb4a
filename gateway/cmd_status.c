/*
 * status: how it is, from two sides.  What serve wrote down says how the duties
 * are, the warehouse says what came of them; either may be missing, and then the
 * other still shows.
 */
#include "cmd.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "load/load.h"
#include "ops/report.h"
#include "ops/warned.h"
#include "serve/health.h"
#include "serve/troubles.h"

enum {
	QUERY_TIMEOUT_US = 10 * 1000000,
	STALE_US = 60 * 1000000, /* serve writes more often than that */
};

struct screen {
	const struct gw_config *config;
	struct gw_serve_state *serve;
	struct gw_warehouse *warehouse; /* NULL: away, or none is configured */
	struct gw_report *report;
	struct gw_troubles troubles;
	bool *red; /* of each row */
	size_t rows;
	json_t *warned;        /* by source: of its latest runs */
	struct gw_buf letters; /* lines about dead letters and the like, which are no trouble */
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
	struct gw_seen *seen = arg;
	int64_t *into[] = {&seen->ended_us, &seen->open, &seen->unbalanced, &seen->letters};

	for (size_t i = 0; i < count && i < 4; i++)
		if (values[i] == NULL || !gw_parse_i64(values[i], strlen(values[i]), into[i]))
			return gw_fail(err, GW_FATAL, "%s", _("the warehouse gave no number"));
	seen->asked = true;
	seen->known = seen->ended_us != 0 || seen->open != 0;
	return GW_OK;
}

/* ---- the state of a source ---- */

static const struct gw_duty *
duty_of(const struct screen *screen, const char *source)
{
	for (size_t i = 0; screen->serve->running && i < screen->serve->count; i++)
		if (strcmp(screen->serve->duties[i].kind, "pull") == 0 &&
		    strcmp(screen->serve->duties[i].source, source) == 0)
			return &screen->serve->duties[i];
	return NULL;
}

/* What only the warehouse can tell. */
static void
add_trouble(struct screen *screen, const struct gw_source *source, const struct gw_seen *seen,
	    enum gw_health state)
{
	struct gw_trouble *trouble;

	if (state != GW_HEALTH_UNBALANCED && state != GW_HEALTH_LATE)
		return;
	trouble = gw_troubles_add(&screen->troubles, source->title, gw_health_code(state));
	if (trouble == NULL)
		return;
	gw_utf8_copy(trouble->duties, sizeof trouble->duties, source->name);
	if (state == GW_HEALTH_LATE)
		trouble->since_us = seen->ended_us;
	(void)snprintf(trouble->cause, sizeof trouble->cause,
		       state == GW_HEALTH_LATE ? _("no run has ended; see: songma runs %s")
					       : _("runs do not balance; see: songma runs %s"),
		       source->name);
}

static void
put_row(struct screen *screen, const struct gw_source *source, const struct gw_seen *seen,
	bool json)
{
	const struct gw_duty *duty = duty_of(screen, source->name);
	enum gw_health state = gw_health_of(source, seen, duty, gw_now_us());
	struct gw_report *report = screen->report;
	char time[GW_TIME_TEXT];

	gw_report_row(report);
	gw_report_text(report, source->title);
	gw_report_text(report, source->name);
	gw_report_text(report, json ? gw_health_code(state) : gw_health_word(state));
	if (json)
		gw_timestamp_format(seen->ended_us, time);
	else
		(void)gw_format_time(seen->ended_us, time);
	gw_report_text(report, seen->ended_us == 0 ? NULL : time);
	if (seen->asked) {
		gw_report_number(report, seen->open);
		gw_report_number(report, seen->letters);
	}
	screen->red[screen->rows++] = gw_health_red(state);
	add_trouble(screen, source, seen, state);
	if (seen->letters > 0)
		gw_buf_printf(&screen->letters, _("%s: %lld dead letters → songma dlq list %s\n"),
			      source->title, (long long)seen->letters, source->name);
	if (state == GW_HEALTH_NO_STREAM)
		gw_buf_printf(&screen->letters,
			      _("%s: no stream yet → songma discover %s, songma draft %s TABLE "
				"--write\n"),
			      source->title, source->name, source->name);
}

/* ---- what is not of one source ---- */

static void
add_warehouse_trouble(struct screen *screen, const struct gw_error *why)
{
	struct gw_trouble *trouble;

	/* A loader that met the same says more: since when, and when it tries again. */
	for (size_t i = 0; i < screen->troubles.count; i++)
		if (strcmp(screen->troubles.at[i].subject, _("the warehouse")) == 0)
			return;
	trouble = gw_troubles_add(&screen->troubles, _("the warehouse"),
				  why->status == GW_RETRY ? "away" : "failed");
	if (trouble == NULL)
		return;
	gw_utf8_copy(trouble->cause, sizeof trouble->cause, why->text);
	gw_utf8_copy(trouble->next, sizeof trouble->next,
		     _("what was received waits in Kafka, and is loaded when it is back"));
}

static void
add_serve_trouble(struct screen *screen)
{
	const struct gw_serve_state *serve = screen->serve;
	int64_t now = gw_now_us();
	struct gw_trouble *trouble;

	if (serve->running && now - serve->at_us <= STALE_US)
		return;
	/* That it was never started here, or was told to stop, is somebody's wish. */
	if (!serve->running && serve->pid == 0)
		return;
	trouble = gw_troubles_add(&screen->troubles, "songma serve",
				  serve->running ? "stuck" : "not_running");
	if (trouble == NULL)
		return;
	trouble->since_us = serve->at_us;
	gw_utf8_copy(trouble->cause, sizeof trouble->cause,
		     serve->running
			     ? _("it has not written how it is any more; systemctl restart songma")
			     : _("it has ended without being told to; systemctl start songma"));
}

/* A file that was broken while serve goes on with the one of before. */
static void
add_unreadable(struct screen *screen, const char *name, const struct gw_error *why, bool json)
{
	const struct gw_duty *duty = duty_of(screen, name);
	const char *title = duty != NULL && duty->title[0] != '\0' ? duty->title : name;
	struct gw_trouble *trouble;

	gw_report_row(screen->report);
	gw_report_text(screen->report, title);
	gw_report_text(screen->report, name);
	gw_report_text(screen->report,
		       json ? gw_health_code(GW_HEALTH_FAILED) : gw_health_word(GW_HEALTH_FAILED));
	screen->red[screen->rows++] = true;
	for (size_t i = 0; i < screen->troubles.count; i++)
		if (strcmp(screen->troubles.at[i].cause, why->text) == 0)
			return;
	trouble = gw_troubles_add(&screen->troubles, title, "failed");
	if (trouble == NULL)
		return;
	gw_utf8_copy(trouble->duties, sizeof trouble->duties, name);
	gw_utf8_copy(trouble->cause, sizeof trouble->cause, why->text);
}

/* What can't be told now keeps nothing else back. */
static void
add_warned(struct screen *screen, const struct gw_source *source)
{
	struct gw_error ignored;
	json_t *list;

	if (screen->warehouse == NULL ||
	    gw_warned_read(screen->warehouse, source->name, &list, &ignored) != GW_OK)
		return;
	gw_warned_lines(list, source->title, &screen->letters);
	(void)json_object_set_new(screen->warned, source->name, list);
}

static void
add_source(struct screen *screen, const char *name, bool json)
{
	struct gw_source *source = NULL;
	struct gw_seen seen = {0};
	struct gw_error why;
	bool answered;

	if (gw_source_read_bare(screen->config, name, &source, &why) != GW_OK) {
		add_unreadable(screen, name, &why, json);
		return;
	}
	answered = screen->warehouse == NULL ||
		   gw_warehouse_query(screen->warehouse, status_sql, &name, 1, QUERY_TIMEOUT_US,
				      take_source, &seen, &why) == GW_OK;
	/* A warehouse that nothing was ever loaded into has no tables. */
	if (!answered && strcmp(why.sqlstate, "42P01") == 0) {
		seen.asked = true;
	} else if (!answered) {
		/* The others would only say the same, each after as long a wait. */
		add_warehouse_trouble(screen, &why);
		gw_warehouse_close(screen->warehouse);
		screen->warehouse = NULL;
		seen = (struct gw_seen){0};
	}
	put_row(screen, source, &seen, json);
	add_warned(screen, source);
	gw_source_free(source);
}

/* A machine that only pulls has no warehouse, and misses none. */
static void
open_warehouse(struct screen *screen)
{
	const struct gw_config *config = screen->config;
	struct gw_error why;

	if (config->warehouse_file == NULL && config->warehouse_env == NULL)
		return;
	if (gw_warehouse_open(config, &screen->warehouse, &why) != GW_OK)
		add_warehouse_trouble(screen, &why);
}

/* ---- printing ---- */

static bool
wants_color(void)
{
	const char *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) == 1 && (no == NULL || no[0] == '\0');
}

static void
print_head(bool red, bool color)
{
	static const char *const days[] = {N_("Sunday"),    N_("Monday"),   N_("Tuesday"),
					   N_("Wednesday"), N_("Thursday"), N_("Friday"),
					   N_("Saturday")};
	int64_t now = gw_now_us();
	time_t seconds = (time_t)(now / 1000000);
	struct tm tm = {0};
	char clock[16], date[16];

	(void)localtime_r(&seconds, &tm);
	(void)strftime(clock, sizeof clock, "%H:%M", &tm);
	(void)strftime(date, sizeof date, "%d/%m/%Y", &tm);
	(void)printf(_("Sông Mã · %s %s %s"), clock, _(days[tm.tm_wday % 7]), date);
	(void)printf("      %s%s%s\n",
		     !color ? ""
		     : red  ? "\033[1;31m"
			    : "\033[32m",
		     red ? _("TROUBLE") : _("ALL WELL"), color ? "\033[0m" : "");
}

/* Line by line, since colours would upset the widths of the columns. */
static void
print_lines(const struct screen *screen, char *text, bool color)
{
	char *rest = NULL;
	size_t row = 0;

	for (char *line = strtok_r(text, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest), row++) {
		bool red = color && row > 0 && row <= screen->rows && screen->red[row - 1];

		(void)printf("%s%s%s\n", red ? "\033[31m" : "", line, red ? "\033[0m" : "");
	}
}

static enum gw_status
print_table(const struct screen *screen, bool red, struct gw_error *err)
{
	bool color = wants_color();
	char *text = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&text, &size);
	enum gw_status status = memory == NULL
					? gw_fail_memory(err)
					: gw_report_print(screen->report, memory, false, err);

	if (memory != NULL && fclose(memory) != 0 && status == GW_OK)
		status = gw_fail_memory(err);
	if (status == GW_OK) {
		print_head(red, color);
		print_lines(screen, text, color);
		gw_troubles_print(&screen->troubles, stdout, color);
		if (screen->letters.len > 0)
			(void)fputs(screen->letters.data, stdout);
		if (!screen->serve->running)
			(void)puts(_("songma serve is not running here: nothing is pulled or "
				     "loaded by itself"));
	}
	free(text);
	return status;
}

static bool
add_duty(json_t *row, const struct gw_duty *duty)
{
	bool ill = duty != NULL && gw_duty_troubled(duty->state);
	const char *who = ill ? gw_duty_who(duty) : NULL;
	json_t *more = json_pack("{s:s?, s:s?, s:o, s:o, s:s?}", "duty",
				 duty == NULL ? NULL : gw_duty_state_name(duty->state), "cause",
				 ill ? duty->cause : NULL, "since",
				 gw_time_json(duty == NULL ? 0 : duty->since_us), "next_at",
				 gw_time_json(ill ? duty->next_us : 0), "who",
				 who == NULL && ill ? _("the operator") : who);
	bool added = json_object_update(row, more) == 0;

	json_decref(more);
	return added;
}

/* The rows as the report makes them, with what serve knows of each. */
static json_t *
rows_json(const struct screen *screen, struct gw_error *err)
{
	char *text = NULL;
	size_t size = 0, i;
	FILE *memory = open_memstream(&text, &size);
	json_t *rows = NULL, *row;

	if (memory != NULL) {
		(void)gw_report_print(screen->report, memory, true, err);
		if (fclose(memory) == 0)
			rows = json_loads(text, 0, NULL);
	}
	free(text);
	json_array_foreach(rows, i, row)
	{
		const char *name = json_string_value(json_object_get(row, "source"));
		const struct gw_duty *duty = duty_of(screen, name == NULL ? "" : name);
		json_t *warned = json_object_get(screen->warned, name);

		if (!add_duty(row, duty) ||
		    json_object_set(row, "warnings", warned != NULL ? warned : json_null()) != 0 ||
		    json_object_set_new(row, "red", json_boolean(screen->red[i])) != 0) {
			json_decref(rows);
			return NULL;
		}
	}
	return rows;
}

static enum gw_status
print_json(const struct screen *screen, bool red, struct gw_error *err)
{
	const struct gw_serve_state *serve = screen->serve;
	json_t *root = json_pack(
		"{s:s, s:o, s:s, s:{s:b, s:o, s:o}, s:o, s:o}", "format", "status/1", "at",
		gw_time_json(gw_now_us()), "state", red ? "trouble" : "well", "serve", "running",
		serve->running, "pid", serve->running ? json_integer(serve->pid) : json_null(),
		"at", gw_time_json(serve->at_us), "sources", rows_json(screen, err), "troubles",
		gw_troubles_json(&screen->troubles));
	int failed = root == NULL || json_dumpf(root, stdout, JSON_INDENT(2)) != 0;

	json_decref(root);
	(void)fputc('\n', stdout);
	return failed ? gw_fail_memory(err) : GW_OK;
}

/* ---- the command ---- */

static enum gw_status
begin(struct screen *screen, size_t count, struct gw_error *err)
{
	static const struct {
		const char *key, *title;
		bool number;
	} columns[] = {
		{"title", N_("SOURCE"), false},     {"source", N_("NAME"), false},
		{"state", N_("STATE"), false},      {"as_of", N_("AS OF"), false},
		{"open_runs", N_("LOADING"), true}, {"dead_letters", N_("DEAD"), true},
	};

	screen->report = gw_report_new();
	screen->red = calloc(count + 1, sizeof *screen->red);
	screen->warned = json_object();
	if (screen->report == NULL || screen->red == NULL || screen->warned == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
		gw_report_column(screen->report, columns[i].key, _(columns[i].title),
				 columns[i].number);
	return gw_serve_read(screen->config, &screen->serve, err);
}

static void
end(struct screen *screen)
{
	gw_warehouse_close(screen->warehouse);
	gw_troubles_release(&screen->troubles);
	gw_buf_release(&screen->letters);
	gw_report_free(screen->report);
	json_decref(screen->warned);
	free(screen->serve);
	free(screen->red);
}

static void
fill(struct screen *screen, char **names, size_t count, bool json)
{
	add_serve_trouble(screen);
	if (screen->serve->running)
		gw_troubles_of_serve(&screen->troubles, screen->serve, gw_now_us());
	open_warehouse(screen);
	for (size_t i = 0; i < count; i++)
		add_source(screen, names[i], json);
	/* A row that was left short is filled up. */
	gw_report_row(screen->report);
}

static bool
any_red(const struct screen *screen)
{
	bool red = screen->troubles.count > 0;

	for (size_t i = 0; i < screen->rows; i++)
		red = red || screen->red[i];
	return red;
}

/* The exit code: 1 where something is red. */
static int
run(const struct gw_args *args)
{
	int code = 0;
	struct gw_config *config = gw_cmd_config(args, &code);
	struct screen screen = {.config = config};
	char **names = NULL;
	size_t count = 0;
	struct gw_error err;
	enum gw_status status;

	if (config == NULL)
		return code;
	gw_buf_init(&screen.letters, (size_t)1024 * 1024);
	status = gw_cmd_sources(config, args, &names, &count, &err);
	if (status == GW_OK)
		status = begin(&screen, count, &err);
	if (status == GW_OK) {
		bool red;

		fill(&screen, names, count, args->json);
		red = any_red(&screen);
		status = args->json ? print_json(&screen, red, &err)
				    : print_table(&screen, red, &err);
		code = red ? 1 : 0;
	}
	if (status != GW_OK)
		code = gw_cmd_fail(&err);
	gw_names_free(names, count);
	end(&screen);
	gw_config_free(config);
	return gw_cmd_exit(code);
}

const struct gw_cmd gw_cmd_status = {
	.name = "status",
	.about = N_("each source: how it is, as of when, what is waiting, dead letters"),
	.arguments = N_("[SOURCE…]"),
	.max_words = 64,
	.details = N_("Below the table is a line for each trouble: what it is, what happens next, "
		      "since when, and who is to act. It ends with 1 where something is red."),
	.run = run,
};
