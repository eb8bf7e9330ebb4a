/*
 * backfill: rows of a stream that are read again and sent, whether or not they
 * changed.  Here is the asking; the pull reads and sends, the loader loads what
 * is different.
 */
#include "cmd.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cmd_ask.h"
#include "cmd_confirm.h"
#include "control/key_list.h"
#include "load/load.h"
#include "ops/child.h"
#include "ops/report.h"

enum { ARENA_MAX = 16 * 1024 * 1024, RUNS_MAX = 1024 * 1024, QUERY_US = 60 * 1000000 };

/* One use of the command. */
struct use {
	const struct gw_config *config;
	const struct gw_args *args;
	struct gw_source *source;
	const struct gw_stream *stream;
	struct gw_asker *asker;
	struct gw_ask ask;
	struct gw_span range; /* column NULL: all of the stream */
	struct gw_key_list keys;
	bool by_keys, all;
	char who[128], reason[GW_CMD_REASON];
	struct gw_arena arena; /* the last answer */
	struct gw_run run;     /* of all runs: the furthest ends */
	struct gw_buf runs;    /* "{uuid,uuid" */
};

/* What the warehouse says of all runs together. */
struct sums {
	int64_t read, loaded, unchanged, other, dead;
	bool balanced;
};

/* ---- what is meant ----------------------------------------------------------------------------
 */

static enum gw_status
take_range(struct use *use, struct gw_error *err)
{
	const struct gw_stream *stream = use->stream;

	use->range = (struct gw_span){
		.column = gw_args_get(use->args, "column"),
		.from = gw_args_get(use->args, "from"),
		.to = gw_args_get(use->args, "to"),
	};
	if (use->range.from == NULL && use->range.to == NULL)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("which rows? --from and --to name a range (of the cursor, or of "
				 "--column), --keys a list of keys, --all the whole stream"));
	if (use->range.column == NULL && stream->ncursor > 0)
		use->range.column = stream->cursor[0];
	if (use->range.column == NULL)
		return gw_fail(err, GW_CONFIG,
			       _("stream %s has no cursor: name the column of the range with "
				 "--column"),
			       stream->name);
	return GW_OK;
}

/* Exactly one of the three ways to say it. */
static enum gw_status
take_choice(struct use *use, struct gw_error *err)
{
	const struct gw_args *args = use->args;
	bool ranged = gw_args_get(args, "column") != NULL || gw_args_get(args, "from") != NULL ||
		      gw_args_get(args, "to") != NULL;
	const char *keys = gw_args_get(args, "keys");

	use->all = gw_args_get(args, "all") != NULL;
	use->by_keys = keys != NULL;
	if ((int)use->all + (int)use->by_keys + (int)ranged > 1)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("--all, --keys and a range (--column, --from, --to) exclude each "
				 "other"));
	if (use->by_keys)
		return gw_key_list_read(keys, use->stream, &use->keys, err);
	return use->all ? GW_OK : take_range(use, err);
}

/* ---- asking -----------------------------------------------------------------------------------
 */

static void
begin_order(const struct use *use, enum gw_order_kind kind, struct gw_order *order)
{
	*order = (struct gw_order){.kind = kind};
	(void)snprintf(order->stream, sizeof order->stream, "%s", use->stream->name);
	(void)snprintf(order->by, sizeof order->by, "%s", use->who);
}

static enum gw_status
count_rows(struct use *use, int64_t *rows, struct gw_error *err)
{
	struct gw_answer answer;
	struct gw_order order;

	if (use->by_keys) {
		*rows = (int64_t)use->keys.count;
		return GW_OK;
	}
	begin_order(use, GW_ORDER_BACKFILL, &order);
	order.range = use->range;
	order.dry = true;
	if (gw_cmd_ask(use->asker, &use->ask, &order, NULL, &use->arena, &answer, err) != GW_OK)
		return err->status;
	*rows = answer.rows;
	return GW_OK;
}

/* The run is one of those that are waited for and added up. */
static enum gw_status
add_run(struct use *use, const struct gw_run *run, struct gw_error *err)
{
	char id[GW_UUID_TEXT];

	for (size_t i = 0; i < GW_MAX_PARTITIONS; i++)
		if (run->ends[i] > use->run.ends[i])
			use->run.ends[i] = run->ends[i];
	if (run->letter_end > use->run.letter_end)
		use->run.letter_end = run->letter_end;
	/* Their ends are told of one after another. */
	memcpy(use->run.id, run->id, sizeof use->run.id);
	gw_uuid_format(run->id, id);
	return gw_buf_printf(&use->runs, "%c%s", use->runs.len == 0 ? '{' : ',', id)
		       ? GW_OK
		       : gw_fail_memory(err);
}

static enum gw_status
send(struct use *use, struct gw_order *order, struct gw_act *act, struct gw_error *err)
{
	struct gw_answer answer = {.rows = 0};

	gw_arena_reset(&use->arena);
	if (gw_cmd_ask(use->asker, &use->ask, order, act, &use->arena, &answer, err) != GW_OK)
		return err->status;
	return add_run(use, &answer.run, err);
}

/* One act for all of them. */
static enum gw_status
send_keys(struct use *use, struct gw_act *act, struct gw_error *err)
{
	struct gw_order order;

	begin_order(use, GW_ORDER_REPLAY, &order);
	for (size_t at = 0; at < use->keys.count; at += GW_ORDER_KEYS) {
		size_t left = use->keys.count - at;

		order.keys = (struct gw_keys){
			.columns = use->keys.columns,
			.ncolumns = use->keys.ncolumns,
			.values = (const char *const *)use->keys.values + at * use->keys.ncolumns,
			.count = left < GW_ORDER_KEYS ? left : GW_ORDER_KEYS,
		};
		if (send(use, &order, at == 0 ? act : NULL, err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

static enum gw_status
send_all(struct use *use, struct gw_error *err)
{
	struct gw_act act = {.kind = GW_ACT_BACKFILL, .reason = use->reason};
	struct gw_order order;

	(void)snprintf(act.by, sizeof act.by, "%s", use->who);
	if (use->by_keys)
		return send_keys(use, &act, err);
	begin_order(use, GW_ORDER_BACKFILL, &order);
	order.range = use->range;
	return send(use, &order, &act, err);
}

/* ---- what it came to --------------------------------------------------------------------------
 */

static const char sums_sql[] =
	"select coalesce(sum(read), 0), coalesce(sum(loaded), 0), coalesce(sum(unchanged), 0), "
	"coalesce(sum(superseded + deleted), 0), coalesce(sum(dead + refused), 0), "
	"coalesce(bool_and(state = 'balanced'), false) from ops.run_balance "
	"where run = any ($1::uuid[])";

static enum gw_status
take_sums(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct sums *sums = arg;
	int64_t *const to[] = {&sums->read, &sums->loaded, &sums->unchanged, &sums->other,
			       &sums->dead};

	for (size_t i = 0; i < 5; i++)
		if (count != 6 || values[i] == NULL ||
		    !gw_parse_i64(values[i], strlen(values[i]), to[i]))
			return gw_fail(err, GW_FATAL, "%s", _("the warehouse gave no number"));
	sums->balanced = values[5] != NULL && values[5][0] == 't';
	return GW_OK;
}

static void
print_sums(const struct use *use, const struct sums *sums)
{
	char n[5][32];

	if (use->args->json) {
		(void)printf("{\"read\": %lld, \"loaded\": %lld, \"unchanged\": %lld, "
			     "\"superseded\": %lld, \"dead\": %lld, \"balanced\": %s}\n",
			     (long long)sums->read, (long long)sums->loaded,
			     (long long)sums->unchanged, (long long)sums->other,
			     (long long)sums->dead, sums->balanced ? "true" : "false");
		return;
	}
	(void)printf(_("Read again: %s · loaded: %s · unchanged: %s · superseded by newer: %s · "
		       "dead letters: %s\n"),
		     gw_format_count(sums->read, n[0]), gw_format_count(sums->loaded, n[1]),
		     gw_format_count(sums->unchanged, n[2]), gw_format_count(sums->other, n[3]),
		     gw_format_count(sums->dead, n[4]));
	(void)printf("%s\n", sums->balanced ? _("It balances.") : _("It DOES NOT BALANCE."));
}

static enum gw_status
tell_sums(struct use *use, struct gw_error *err)
{
	struct gw_warehouse *warehouse = NULL;
	struct sums sums = {.read = 0};
	const char *params[1];
	enum gw_status status;

	if (!gw_buf_putc(&use->runs, '}'))
		return gw_fail_memory(err);
	params[0] = use->runs.data;
	status = gw_warehouse_open(use->config, &warehouse, err);
	if (status == GW_OK)
		status = gw_warehouse_query(warehouse, sums_sql, params, 1, QUERY_US, take_sums,
					    &sums, err);
	gw_warehouse_close(warehouse);
	if (status != GW_OK)
		return status;
	print_sums(use, &sums);
	return sums.balanced
		       ? GW_OK
		       : gw_fail(err, GW_REJECT, "%s", _("at least one run does not balance"));
}

static void
ignore_line(void *arg, struct gw_child *child, const char *line)
{
	(void)arg;
	(void)child;
	(void)line;
}

/* What is gone from the source came with no page: only a comparison finds it. */
static enum gw_status
delete_gone(struct use *use, struct gw_error *err)
{
	struct gw_child child = {
		.title = "reconcile",
		.args = {"reconcile", use->source->name, use->stream->name, "--repair", "--yes",
			 "--reason", use->reason, "--config", use->config->path, "--output",
			 use->args->json ? "json" : "table"},
	};

	(void)fflush(stdout);
	if (gw_child_start(&child, err) != GW_OK)
		return err->status;
	while (child.pid != 0) {
		if (gw_stop)
			gw_child_signal(&child, SIGTERM);
		gw_children_wait(&child, 1, 200, ignore_line, NULL);
	}
	if (gw_stop)
		return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
	if (child.status == 0)
		return GW_OK;
	return gw_fail(err,
		       child.status == 2   ? GW_CONFIG
		       : child.status == 3 ? GW_RETRY
					   : GW_REJECT,
		       _("all of it was read again; what is gone from the source could not be "
			 "settled, as said above: songma reconcile %s %s --repair"),
		       use->source->name, use->stream->name);
}

/* ---- the command ------------------------------------------------------------------------------
 */

static void
tell_count(const struct use *use, int64_t rows)
{
	char count[32];

	if (use->args->json)
		(void)printf("{\"rows\": %lld}\n", (long long)rows);
	else
		(void)printf(_("To be read again: %s rows of %s.%s\n"),
			     gw_format_count(rows, count), use->source->name, use->stream->name);
	(void)fflush(stdout);
}

static enum gw_status
carry_out(struct use *use, struct gw_error *err)
{
	int64_t rows = 0;

	if (count_rows(use, &rows, err) != GW_OK)
		return err->status;
	if (!use->args->json || gw_args_get(use->args, "dry-run") != NULL)
		tell_count(use, rows);
	if (gw_args_get(use->args, "dry-run") != NULL)
		return GW_OK;
	if (gw_cmd_reason(use->args, false, use->reason, err) != GW_OK ||
	    gw_cmd_confirm(use->args, _("Read them again? [y/N] "), err) != GW_OK ||
	    send_all(use, err) != GW_OK ||
	    gw_cmd_load_through(&use->ask, use->stream->name, &use->run, err) != GW_OK ||
	    tell_sums(use, err) != GW_OK)
		return err->status;
	return use->all ? delete_gone(use, err) : GW_OK;
}

static enum gw_status
prepare(struct use *use, struct gw_error *err)
{
	const struct gw_args *args = use->args;

	if (gw_source_read(use->config, args->words[0], &use->source, err) != GW_OK)
		return err->status;
	use->stream = gw_source_stream(use->source, args->words[1]);
	if (use->stream == NULL)
		return gw_place_fail(&use->source->at, err, _("source %s has no stream %s"),
				     use->source->name, args->words[1]);
	if (take_choice(use, err) != GW_OK)
		return err->status;
	if (gw_args_get(args, "dry-run") == NULL &&
	    gw_cmd_reason(args, true, use->reason, err) != GW_OK)
		return err->status;
	use->ask = (struct gw_ask){
		.config = use->config, .source = use->source->name, .quiet = args->json};
	return gw_asker_open(use->config, use->source->name, &use->asker, err);
}

static enum gw_status
work(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	struct use use = {.config = config, .args = args};
	enum gw_status status;
	size_t i;

	gw_cmd_signals(NULL);
	(void)gw_cmd_who(use.who, sizeof use.who);
	gw_arena_init(&use.arena, ARENA_MAX);
	gw_buf_init(&use.runs, RUNS_MAX);
	use.run.letter_end = -1;
	for (i = 0; i < GW_MAX_PARTITIONS; i++)
		use.run.ends[i] = -1;
	status = prepare(&use, err);
	if (status == GW_OK)
		status = carry_out(&use, err);
	gw_asker_close(use.asker);
	gw_key_list_release(&use.keys);
	gw_buf_release(&use.runs);
	gw_arena_release(&use.arena);
	gw_source_free(use.source);
	return status;
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, work);
}

const struct gw_cmd gw_cmd_backfill = {
	.name = "backfill",
	.about = N_("read rows of a stream again and load what is different"),
	.arguments = N_("SOURCE STREAM"),
	.min_words = 2,
	.max_words = 2,
	.details = N_("A range has the rows from A up to but not including B, by the stream's "
		      "cursor or by --column; times are those of the source's zone. --all reads "
		      "the whole table, then deletes what is gone from the source (as reconcile "
		      "--repair does, with its guard). A file of keys has one key a line; where "
		      "the key has several columns it is CSV whose first line names them. It goes "
		      "on where it stopped after a crash."),
	.options = {{"all", NULL, N_("the whole stream")},
		    {"column", N_("COLUMN"), N_("the column of the range")},
		    {"from", "A", N_("the range begins with A")},
		    {"to", "B", N_("the range ends before B")},
		    {"keys", N_("FILE"), N_("a list of keys; - reads standard input")},
		    {"dry-run", NULL, N_("only say how many rows it means")},
		    {"yes", NULL, N_("do not ask")},
		    {"reason", N_("TEXT"), N_("why, for the audit; else it is asked for")}},
	.run = run,
};
