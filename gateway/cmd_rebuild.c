/*
 * rebuild: a canon table made again from Kafka.
 */
#include "cmd.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cmd_confirm.h"
#include "dlq/act.h"
#include "kafka/producer.h"
#include "load/rebuild.h"
#include "ops/report.h"

enum { MESSAGE_MAX = 64 * 1024 };

/* One rebuild, and who wants it. */
struct job {
	const struct gw_config *config;
	const struct gw_args *args;
	char entity[GW_MAX_NAME];
	char by[128], reason[GW_CMD_REASON];
};

static enum gw_status
send_act(struct gw_producer *producer, const struct job *job, const struct gw_rebuild_stream *of,
	 struct gw_error *err)
{
	struct gw_act act = {.kind = GW_ACT_REBUILD, .at_us = gw_now_us(), .reason = job->reason};
	unsigned char id[16];
	struct gw_buf text;
	char topic[256];
	struct gw_message message = {.topic = topic, .key = act.id};
	enum gw_status status;

	gw_uuid_make(id);
	gw_uuid_format(id, act.id);
	(void)snprintf(act.by, sizeof act.by, "%s", job->by);
	(void)snprintf(act.source, sizeof act.source, "%s", of->source);
	(void)snprintf(act.stream, sizeof act.stream, "%s", of->stream);
	gw_buf_init(&text, MESSAGE_MAX);
	status = gw_act_encode(&act, &text, err);
	message.key_len = strlen(act.id);
	message.value = text.data;
	message.value_len = text.len;
	if (status == GW_OK && !gw_topic_name(job->config, NULL, GW_TOPIC_AUDIT, NULL, topic))
		status = gw_fail(err, GW_CONFIG, "%s",
				 _("the topic's name would be over 249 characters"));
	if (status == GW_OK)
		status = gw_producer_send(producer, &message, err);
	gw_buf_release(&text);
	return status;
}

/* Into the audit, before anything changes: an act for each stream of the table. */
static enum gw_status
note(void *arg, const struct gw_rebuild_stream *streams, size_t count, struct gw_error *err)
{
	const struct job *job = arg;
	struct gw_producer *producer = NULL;
	enum gw_status status = gw_producer_open_desk(job->config, &producer, err);

	for (size_t i = 0; status == GW_OK && i < count; i++)
		status = gw_producer_desk_topics(producer, job->config, streams[i].source, err);
	if (status == GW_OK)
		status = gw_producer_begin(producer, err);
	for (size_t i = 0; status == GW_OK && i < count; i++)
		status = send_act(producer, job, &streams[i], err);
	if (status == GW_OK)
		status = gw_producer_commit(producer, err);
	gw_producer_close(producer);
	return status;
}

static void
show(void *arg, const struct gw_rebuild_counts *counts)
{
	const struct job *job = arg;
	char read[32], total[32];

	if (isatty(STDERR_FILENO) != 1)
		return;
	(void)fprintf(stderr, "\r\033[K");
	(void)fprintf(stderr, _("canon.%s: %s of about %s records read"), job->entity,
		      gw_format_count(counts->records, read),
		      gw_format_count(counts->total, total));
	(void)fflush(stderr);
}

static void
print_json(const struct job *job, const struct gw_rebuild_counts *counts)
{
	(void)printf("{\"table\": \"%s\", \"resumed\": %s, \"swapped\": %s, \"records\": %lld, "
		     "\"refused\": %lld, \"same\": %lld, \"differ\": %lld, \"missing\": %lld, "
		     "\"extra\": %lld, \"newer\": %lld, \"kept\": %lld}\n",
		     job->entity, counts->resumed ? "true" : "false",
		     counts->swapped ? "true" : "false", (long long)counts->records,
		     (long long)counts->refused, (long long)counts->same, (long long)counts->differ,
		     (long long)counts->missing, (long long)counts->extra, (long long)counts->newer,
		     (long long)counts->kept);
}

static void
print_line(const char *what, int64_t rows)
{
	char count[32];
	size_t width = gw_utf8_width(what);

	(void)printf("  %s%*s %s\n", what, width < 56 ? (int)(56 - width) : 0, "",
		     gw_format_count(rows, count));
}

static void
print_counts(const struct job *job, const struct gw_rebuild_counts *counts)
{
	if (counts->resumed)
		(void)printf("%s", _("Went on where the rebuild before it had stopped.\n"));
	(void)printf(_("The live table canon.%s against its topics:\n"), job->entity);
	print_line(_("rows that are alike"), counts->same);
	print_line(_("rows that differ"), counts->differ);
	print_line(_("rows that the live table lacks"), counts->missing);
	print_line(_("rows that no record in Kafka stands for"), counts->extra);
	if (counts->newer > 0)
		print_line(_("rows that are newer than in Kafka"), counts->newer);
	print_line(_("rows that only the live table can tell (taken over)"), counts->kept);
	if (counts->refused > 0)
		print_line(_("records that can't be loaded (they have their letters)"),
			   counts->refused);
	if (!counts->swapped) {
		(void)printf(_("Nothing was changed.  To rebuild it: songma rebuild %s\n"),
			     job->entity);
		return;
	}
	(void)printf(_("canon.%s is now what its topics say.  Its history was not made again.\n"
		       "The table as it was stands in before.%s until the next rebuild; to drop "
		       "it: songma rebuild %s --drop-old\n"),
		     job->entity, job->entity, job->entity);
}

static enum gw_status
drop_old(const struct job *job, struct gw_rebuild *rebuild, struct gw_error *err)
{
	bool was = false;

	if (gw_rebuild_drop_old(rebuild, &was, err) != GW_OK)
		return err->status;
	if (job->args->json)
		(void)printf("{\"table\": \"%s\", \"dropped\": %s}\n", job->entity,
			     was ? "true" : "false");
	else if (was)
		(void)printf(_("before.%s is dropped.\n"), job->entity);
	else
		(void)printf(_("There is no before.%s.\n"), job->entity);
	return GW_OK;
}

static enum gw_status
rebuild_table(struct job *job, struct gw_rebuild *rebuild, struct gw_error *err)
{
	const struct gw_rebuild_wish wish = {
		.by = job->by,
		.reason = job->reason,
		.dry = gw_args_get(job->args, "dry-run") != NULL,
		.force = gw_args_get(job->args, "force") != NULL,
	};
	struct gw_rebuild_counts counts;
	enum gw_status status;

	gw_cmd_signals(NULL);
	gw_rebuild_listen(rebuild, job->args->json ? NULL : show, note, job);
	status = gw_rebuild_run(rebuild, &wish, &gw_stop, &counts, err);
	if (!job->args->json && isatty(STDERR_FILENO) == 1)
		(void)fprintf(stderr, "\r\033[K");
	if (status != GW_OK)
		return gw_wrap(err, "canon.%s", job->entity);
	if (job->args->json)
		print_json(job, &counts);
	else
		print_counts(job, &counts);
	return GW_OK;
}

/* The table by its name, or by a stream that is kept in it. */
static enum gw_status
find_table(struct job *job, struct gw_error *err)
{
	const char *const *words = job->args->words;

	if (job->args->nwords == 2)
		return gw_rebuild_find(job->config, words[0], words[1], job->entity, err);
	if (!gw_canon_name_ok(words[0]))
		return gw_fail(err, GW_CONFIG, _("%s is no name of a canon table"), words[0]);
	(void)snprintf(job->entity, sizeof job->entity, "%s", words[0]);
	return GW_OK;
}

static enum gw_status
work(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	struct job job = {.config = config, .args = args};
	bool drop = gw_args_get(args, "drop-old") != NULL;
	struct gw_rebuild *rebuild = NULL;
	enum gw_status status;

	(void)gw_cmd_who(job.by, sizeof job.by);
	if (find_table(&job, err) != GW_OK)
		return err->status;
	if (!drop && gw_args_get(args, "dry-run") == NULL &&
	    gw_cmd_reason(args, false, job.reason, err) != GW_OK)
		return err->status;
	status = gw_rebuild_open(config, job.entity, &rebuild, err);
	if (status == GW_OK)
		status = drop ? drop_old(&job, rebuild, err) : rebuild_table(&job, rebuild, err);
	gw_rebuild_close(rebuild);
	return status;
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, work);
}

const struct gw_cmd gw_cmd_rebuild = {
	.name = "rebuild",
	.about = N_("make a table of the warehouse again from Kafka"),
	.arguments = N_("TABLE | SOURCE STREAM"),
	.min_words = 1,
	.max_words = 2,
	.details = N_(
		"TABLE is a table of canon, such as person; all streams that are kept in it are "
		"read again from Kafka, not from their sources, into a table beside it, which "
		"takes its place once it balances.  Loaders go on meanwhile and wait for a moment "
		"at the end.  History is not made again.  Broken off, it goes on where it "
		"stopped."),
	.options = {{"dry-run", NULL, N_("compare only, change nothing")},
		    {"yes", NULL, N_("do not ask")},
		    {"force", NULL,
		     N_("also where rows of no record, or what was added to the table, are lost")},
		    {"drop-old", NULL, N_("drop the table as it was before the last rebuild")},
		    {"reason", N_("TEXT"), N_("why, for the audit")}},
	.run = run,
};
