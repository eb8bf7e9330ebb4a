/*
 * position: how far the streams of a source have been read, and going on from
 * another place.  Only the pull's key opens what is stored, so it is told where
 * that key may be read; moving it is asked of the pull.
 */
#include "cmd.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cmd_ask.h"
#include "cmd_confirm.h"
#include "kafka/producer.h"
#include "kafka/scroll.h"
#include "ops/report.h"

enum { ARENA_MAX = 4 * 1024 * 1024, DESCRIBED = 512 };

/* One use of the command. */
struct use {
	const struct gw_config *config;
	const struct gw_args *args;
	struct gw_source *source;
	const struct gw_connector *connector;
	struct gw_pull_keys keys;
	struct gw_position *positions; /* of each stream of the source; written_us 0: none */
	struct gw_report *report;
};

/* ---- get --------------------------------------------------------------------------------------
 */

/* The last message of a stream is its position; those of others are passed over. */
static enum gw_status
keep(void *arg, const struct gw_incoming *message, struct gw_error *err)
{
	struct use *use = arg;

	for (size_t i = 0; i < use->source->nstreams; i++) {
		const char *name = use->source->streams[i].name;

		if (message->value == NULL || message->key_len != strlen(name) ||
		    memcmp(message->key, name, message->key_len) != 0)
			continue;
		if (gw_position_decode(message->value, message->value_len, &use->keys,
				       &use->positions[i], err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

static enum gw_status
read_positions(struct use *use, struct gw_error *err)
{
	const struct gw_config *config = use->config;
	char topic[256];
	int64_t next;

	use->positions = calloc(use->source->nstreams + 1, sizeof *use->positions);
	if (use->positions == NULL)
		return gw_fail_memory(err);
	if (!gw_topic_name(config, use->source->name, GW_TOPIC_POSITION, NULL, topic))
		return gw_fail(err, GW_CONFIG, "%s",
			       _("the topic's name would be over 249 characters"));
	if (gw_config_public_key(config->pull_public_file, _("public pull key"),
				 use->keys.public_key, sizeof use->keys.public_key, err) != GW_OK ||
	    gw_config_key(config->pull_secret_file, _("secret pull key"), use->keys.secret_key,
			  sizeof use->keys.secret_key, err) != GW_OK)
		return err->status;
	return gw_scroll_all(config, topic, keep, use, &next, err);
}

/* As explain and the warehouse write it, without points between the digits. */
static void
put_version(const struct use *use, int64_t version)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%lld", (long long)version);
	if (use->args->json)
		gw_report_number(use->report, version);
	else
		gw_report_text(use->report, text);
}

static void
report_stream(struct use *use, size_t i)
{
	const struct gw_stream *stream = &use->source->streams[i];
	const struct gw_position *position = &use->positions[i];
	char line[DESCRIBED], written[GW_TIME_TEXT], run[GW_UUID_TEXT];
	struct gw_error why;

	gw_report_row(use->report);
	gw_report_text(use->report, stream->name);
	gw_report_text(use->report, gw_mode_name((enum gw_mode)stream->mode));
	if (position->written_us == 0) {
		gw_report_text(use->report, _("nothing was read yet"));
		for (int cell = 0; cell < 3; cell++)
			gw_report_text(use->report, NULL);
		return;
	}
	if (position->bookmark.len == 0)
		(void)snprintf(line, sizeof line, "%s",
			       _("the next cycle begins at the beginning"));
	else if (use->connector->describe == NULL ||
		 use->connector->describe(&position->bookmark, line, sizeof line, &why) != GW_OK)
		(void)snprintf(line, sizeof line, "%s", _("it can't be told"));
	gw_report_text(use->report, line);
	put_version(use, position->last_version);
	if (use->args->json)
		gw_timestamp_format(position->written_us, written);
	gw_report_text(use->report,
		       use->args->json ? written : gw_format_time(position->written_us, written));
	gw_uuid_format(position->run.id, run);
	gw_report_text(use->report, position->run.open ? run : NULL);
}

static enum gw_status
get(struct use *use, struct gw_error *err)
{
	const char *only = use->args->nwords > 2 ? use->args->words[2] : NULL;
	enum gw_status status;

	if (gw_connector_find(use->source->connector, &use->connector, err) != GW_OK)
		return err->status;
	use->report = gw_report_new();
	if (use->report == NULL)
		return gw_fail_memory(err);
	status = read_positions(use, err);
	if (status != GW_OK)
		return status;
	gw_report_column(use->report, "stream", _("STREAM"), false);
	gw_report_column(use->report, "mode", _("MODE"), false);
	gw_report_column(use->report, "place", _("PLACE"), false);
	gw_report_column(use->report, "last_version", _("LAST VERSION"), true);
	gw_report_column(use->report, "written_at", _("WRITTEN"), false);
	gw_report_column(use->report, "run", _("OPEN RUN"), false);
	for (size_t i = 0; i < use->source->nstreams; i++)
		if (only == NULL || strcmp(only, use->source->streams[i].name) == 0)
			report_stream(use, i);
	return gw_report_print(use->report, stdout, use->args->json, err);
}

/* ---- set --------------------------------------------------------------------------------------
 */

/* What is asked of the pull, twice: how many rows it means, then that it be done. */
struct setting {
	struct gw_asker *asker;
	struct gw_ask ask;
	struct gw_order order;
	struct gw_act act;
	struct gw_arena arena;
	char reason[GW_CMD_REASON];
};

static void
tell_count(const struct use *use, const char *stream, int64_t rows)
{
	const char *to = gw_args_get(use->args, "to");
	char count[32];

	if (use->args->json)
		(void)printf("{\"rows\": %lld}\n", (long long)rows);
	else
		(void)printf(_("%s.%s would go on from %s and read %s rows\n"), use->source->name,
			     stream, strcmp(to, "beginning") == 0 ? _("the beginning") : to,
			     gw_format_count(rows, count));
	(void)fflush(stdout);
}

static enum gw_status
ask(struct setting *setting, struct gw_act *act, struct gw_answer *answer, struct gw_error *err)
{
	gw_arena_reset(&setting->arena);
	return gw_cmd_ask(setting->asker, &setting->ask, &setting->order, act, &setting->arena,
			  answer, err);
}

static enum gw_status
carry_out(struct use *use, struct setting *setting, struct gw_error *err)
{
	const struct gw_args *args = use->args;
	const char *stream = args->words[2];
	bool dry = gw_args_get(args, "dry-run") != NULL;
	struct gw_answer answer;

	setting->order.dry = true;
	if (ask(setting, NULL, &answer, err) != GW_OK)
		return err->status;
	if (dry || !args->json)
		tell_count(use, stream, answer.rows);
	if (dry)
		return GW_OK;
	if (gw_cmd_reason(args, false, setting->reason, err) != GW_OK ||
	    gw_cmd_confirm(args, _("Go on from there? [y/N] "), err) != GW_OK)
		return err->status;
	setting->order.dry = false;
	if (ask(setting, &setting->act, &answer, err) != GW_OK)
		return err->status;
	if (args->json)
		(void)printf("{\"rows\": %lld, \"set\": true}\n", (long long)answer.rows);
	else
		(void)printf(_("Set. The next cycle reads on from there: a running serve does it "
			       "by itself; without one: songma sync %s\n"),
			     use->source->name);
	return GW_OK;
}

static enum gw_status
set(struct use *use, struct gw_error *err)
{
	const struct gw_args *args = use->args;
	const char *to = gw_args_get(args, "to");
	struct setting setting = {.order = {.kind = GW_ORDER_POSITION},
				  .act = {.kind = GW_ACT_POSITION}};
	enum gw_status status;

	if (to == NULL || to[0] == '\0' || args->nwords < 3)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("songma position set SOURCE STREAM --to VALUE: a value of the "
				 "stream's cursor (2026-11-22, \"2026-11-22 08:05:00\", 12345), or "
				 "beginning"));
	if (gw_args_get(args, "dry-run") == NULL &&
	    gw_cmd_reason(args, true, setting.reason, err) != GW_OK)
		return err->status;
	setting.act.reason = setting.reason;
	setting.ask = (struct gw_ask){
		.config = use->config, .source = use->source->name, .quiet = args->json};
	(void)snprintf(setting.order.stream, sizeof setting.order.stream, "%s", args->words[2]);
	(void)gw_cmd_who(setting.order.by, sizeof setting.order.by);
	(void)gw_cmd_who(setting.act.by, sizeof setting.act.by);
	setting.order.range.from = strcmp(to, "beginning") == 0 ? NULL : to;
	gw_arena_init(&setting.arena, ARENA_MAX);
	status = gw_asker_open(use->config, use->source->name, &setting.asker, err);
	if (status == GW_OK)
		status = carry_out(use, &setting, err);
	gw_asker_close(setting.asker);
	gw_arena_release(&setting.arena);
	return status;
}

/* ---- the command ------------------------------------------------------------------------------
 */

static enum gw_status
work(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	struct use use = {.config = config, .args = args};
	bool sets = strcmp(args->words[0], "set") == 0;
	enum gw_status status;

	if (!sets && strcmp(args->words[0], "get") != 0)
		return gw_fail(err, GW_CONFIG,
			       _("there is no songma position %s; there are get and set"),
			       args->words[0]);
	gw_cmd_signals(NULL);
	status = gw_source_read(config, args->words[1], &use.source, err);
	if (status == GW_OK && args->nwords > 2 &&
	    gw_source_stream(use.source, args->words[2]) == NULL)
		status = gw_place_fail(&use.source->at, err, _("source %s has no stream %s"),
				       use.source->name, args->words[2]);
	if (status == GW_OK)
		status = sets ? set(&use, err) : get(&use, err);
	gw_report_free(use.report);
	if (use.positions != NULL)
		sodium_memzero(use.positions, (use.source->nstreams + 1) * sizeof *use.positions);
	free(use.positions);
	gw_source_free(use.source);
	sodium_memzero(&use.keys, sizeof use.keys);
	return status;
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, work);
}

const struct gw_cmd gw_cmd_position = {
	.name = "position",
	.about = N_("how far streams have been read; go on from another place"),
	.arguments = N_("get SOURCE [STREAM] | set SOURCE STREAM"),
	.min_words = 2,
	.max_words = 3,
	.details = N_("set moves the place at which the next cycle begins; versions only grow, so "
		      "nothing newer is overwritten. Rows that are skipped stay out until they "
		      "change, or until a backfill or reconcile --repair."),
	.options = {{"to", N_("VALUE"), N_("set: a value of the cursor, or beginning")},
		    {"dry-run", NULL, N_("set: only say how many rows it means")},
		    {"yes", NULL, N_("do not ask")},
		    {"reason", N_("TEXT"), N_("why, for the audit; else it is asked for")}},
	.run = run,
};
