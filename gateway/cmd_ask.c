#include "cmd_ask.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cmd.h"
#include "kafka/producer.h"
#include "load/load.h"
#include "ops/child.h"
#include "ops/report.h"
#include "ops/schedule.h"
#include "serve/state.h"

enum {
	STEP_MS = 100,
	TAKEN_US = 60 * 1000000, /* a pull that runs has looked by then */
	LAST_US = 3 * 1000000,   /* an answer that was committed comes within this time */
	LOOK_US = 10 * 1000000,
	QUIET_US = 120 * 1000000, /* a serve that is started anew comes back by then */
	SHOW_US = 500000,
	TELL_US = 30 * 1000000, /* where no terminal shows it */
	LOAD_POLL_US = 200000,
	LOAD_STILL_US = 600 * 1000000, /* nothing at all was loaded for so long */
	QUERY_US = 30 * 1000000,
	ANSWER_MAX = 16 * 1024 * 1024,
	ENDS_MAX = 4096,
};

/* One order that is waited for. */
struct waiting {
	struct gw_asker *asker;
	const struct gw_ask *ask;
	struct gw_child child; /* the pull that was started for it; pid 0: it ended, or none was */
	struct gw_arena arena; /* the last answer */
	struct gw_answer last;
	bool taken;        /* a pull has answered */
	int64_t heard_us;  /* when the last answer came, or the order went out; monotonic */
	int64_t ended_us;  /* when the child did; 0: not */
	int64_t served_us; /* when a serve was last seen to run the pull */
	int64_t looked_us; /* when that was last looked at */
	int64_t shown_us;
};

/* Counts tell how far an order or a load has come: on a line that changes, or now and then. */
static bool
may_show(const struct gw_ask *ask, int64_t *shown_us)
{
	int64_t now = gw_monotonic_us();

	if (ask->quiet || now - *shown_us < (isatty(STDERR_FILENO) == 1 ? SHOW_US : TELL_US))
		return false;
	*shown_us = now;
	if (isatty(STDERR_FILENO) == 1)
		(void)fprintf(stderr, "\r\033[K");
	return true;
}

static void
end_show(void)
{
	if (isatty(STDERR_FILENO) == 1)
		(void)fflush(stderr);
	else
		(void)fprintf(stderr, "\n");
}

/* What a line that changes has left there. */
static void
clear_show(const struct gw_ask *ask)
{
	if (!ask->quiet && isatty(STDERR_FILENO) == 1)
		(void)fprintf(stderr, "\r\033[K");
}

static void
show_answer(struct waiting *waiting)
{
	const struct gw_counts *counts = &waiting->last.run.counts;
	char rows[32], sent[32];

	if (!waiting->taken || !may_show(waiting->ask, &waiting->shown_us))
		return;
	(void)fprintf(stderr, _("%s: rows looked at %s · sent %s"), waiting->ask->source,
		      gw_format_count(waiting->last.rows, rows),
		      gw_format_count(counts->produced + counts->resent + counts->deleted, sent));
	end_show();
}

static void
ignore_line(void *arg, struct gw_child *child, const char *line)
{
	(void)arg;
	(void)child;
	(void)line;
}

/* An order that went out is done by the pull that runs next, whatever becomes of this command. */
static enum gw_status
stays(const struct waiting *waiting, enum gw_status status, const char *why, struct gw_error *err)
{
	return gw_fail(err, status,
		       _("%s.  It stays asked: the next pull of %s does it, and goes on where it "
			 "stopped (songma serve, or songma pull %s --orders)"),
		       why, waiting->ask->source, waiting->ask->source);
}

static enum gw_status
start_pull(struct waiting *waiting, struct gw_error *err)
{
	waiting->child = (struct gw_child){
		.title = waiting->ask->source,
		.args = {"pull", waiting->ask->source, "--orders", "--config",
			 waiting->ask->config->path},
	};
	/* Who asks wants to see how far it has come, not every batch. */
	(void)setenv("SONGMA_LOG", "warn", 0);
	return gw_child_start(&waiting->child, err);
}

static enum gw_status
status_of_exit(int code)
{
	return code == 2 ? GW_CONFIG : code == 3 ? GW_RETRY : GW_FATAL;
}

/* The pull that was started for it has ended without a last answer. */
static enum gw_status
check_child(struct waiting *waiting, struct gw_error *err)
{
	char why[160];

	if (waiting->child.pid != 0)
		return GW_OK;
	if (waiting->ended_us == 0)
		waiting->ended_us = gw_monotonic_us();
	if (gw_monotonic_us() - waiting->ended_us < LAST_US)
		return GW_OK;
	if (waiting->child.status == 0)
		return stays(waiting, GW_RETRY, _("the pull did not come to it"), err);
	(void)snprintf(why, sizeof why,
		       _("the pull that was started for it ended with exit code %d; what it said "
			 "stands above"),
		       waiting->child.status);
	return stays(waiting, status_of_exit(waiting->child.status), why, err);
}

/* A pull under serve has it, or should. */
static enum gw_status
check_serve(struct waiting *waiting, struct gw_error *err)
{
	int64_t now = gw_monotonic_us();

	if (!waiting->taken)
		return now - waiting->heard_us < TAKEN_US
			       ? GW_OK
			       : stays(waiting, GW_RETRY,
				       _("no pull took it within a minute: it is busy or in "
					 "trouble (songma status), or these are hours in which the "
					 "source is left alone"),
				       err);
	if (now - waiting->looked_us < LOOK_US)
		return GW_OK;
	waiting->looked_us = now;
	if (gw_serve_runs(waiting->ask->config, waiting->ask->source))
		waiting->served_us = now;
	return now - waiting->served_us < QUIET_US || now - waiting->heard_us < QUIET_US
		       ? GW_OK
		       : stays(waiting, GW_RETRY, _("songma serve, which did it, has ended"), err);
}

static void
stop_child(struct waiting *waiting)
{
	gw_child_signal(&waiting->child, SIGTERM);
	while (waiting->child.pid != 0)
		gw_children_wait(&waiting->child, 1, STEP_MS, ignore_line, NULL);
}

/* One look; *done: the last answer is there. */
static enum gw_status
step(struct waiting *waiting, bool *done, struct gw_error *err)
{
	struct gw_answer answer;
	bool got = false;

	gw_children_wait(&waiting->child, 1, 0, ignore_line, NULL);
	if (gw_stop)
		return stays(waiting, GW_CANCELLED, _("stopped on request"), err);
	gw_arena_reset(&waiting->arena);
	if (gw_asker_next(waiting->asker, STEP_MS, &waiting->arena, &answer, &got, err) != GW_OK)
		return gw_wrap(err, _("asked, but the answer can't be heard"));
	if (got) {
		waiting->last = answer;
		waiting->taken = true;
		waiting->heard_us = gw_monotonic_us();
		*done = answer.state != GW_ANSWER_WORKING;
	}
	show_answer(waiting);
	if (*done || got)
		return GW_OK;
	return waiting->child.started ? check_child(waiting, err) : check_serve(waiting, err);
}

/* The last answer into the caller's arena. */
static enum gw_status
hand_over(const struct waiting *waiting, struct gw_arena *arena, struct gw_answer *out,
	  struct gw_error *err)
{
	const struct gw_answer *last = &waiting->last;
	struct gw_answer answer = *last;

	if (last->why != NULL)
		answer.why = gw_arena_copy(arena, last->why, strlen(last->why));
	if (last->data != NULL)
		answer.data = (const unsigned char *)gw_arena_copy(arena, (const char *)last->data,
								   last->len);
	if ((last->why != NULL && answer.why == NULL) ||
	    (last->data != NULL && answer.data == NULL))
		return gw_fail_memory(err);
	*out = answer;
	if (answer.state == GW_ANSWER_REFUSED)
		return gw_fail(err, GW_REJECT, _("refused by the pull of %s: %s"),
			       waiting->ask->source, answer.why == NULL ? "" : answer.why);
	return GW_OK;
}

enum gw_status /* NOLINTNEXTLINE(readability-function-size): each is a part of one question */
gw_cmd_ask(struct gw_asker *asker, const struct gw_ask *ask, struct gw_order *order,
	   struct gw_act *act, struct gw_arena *arena, struct gw_answer *answer,
	   struct gw_error *err)
{
	struct waiting waiting = {
		.asker = asker,
		.ask = ask,
		.heard_us = gw_monotonic_us(),
		.shown_us = gw_monotonic_us(),
	};
	bool done = false;
	enum gw_status status;

	gw_cmd_signals(NULL);
	status = gw_asker_send(asker, order, act, err);
	if (status != GW_OK)
		return status;
	gw_arena_init(&waiting.arena, ANSWER_MAX);
	if (!gw_serve_runs(ask->config, ask->source))
		status = start_pull(&waiting, err);
	waiting.looked_us = waiting.served_us = gw_monotonic_us();
	while (status == GW_OK && !done)
		status = step(&waiting, &done, err);
	if (status == GW_CANCELLED)
		stop_child(&waiting);
	/* It has nothing else to do, but ends by itself: other orders may wait behind this one. */
	while (status == GW_OK && waiting.child.pid != 0 && !gw_stop)
		gw_children_wait(&waiting.child, 1, STEP_MS, ignore_line, NULL);
	clear_show(ask);
	if (status == GW_OK)
		status = hand_over(&waiting, arena, answer, err);
	gw_arena_release(&waiting.arena);
	return status;
}

/* ---- the warehouse -------------------------------------------------------------------------- */

/* How much of a run is to be loaded still. */
struct loading {
	const struct gw_ask *ask;
	struct gw_warehouse *warehouse;
	const char *params[5];
	int64_t left; /* offsets; an end that has not come counts as one */
	bool loader;  /* one runs */
	struct gw_child child;
	int64_t moved_us; /* when left last changed; monotonic */
	int64_t shown_us;
};

static const char left_sql[] =
	"select (select coalesce(sum(greatest(e.last + 1 - coalesce(o.next_offset, 0), 0)), 0)"
	"::bigint from unnest($2::bigint[]) with ordinality e(last, nth) left join ops.offset o "
	"on o.topic = $1 and o.partition = e.nth - 1 where e.last >= 0)"
	" + greatest($4::bigint + 1 - coalesce((select next_offset from ops.offset "
	"where topic = $3 and partition = 0), 0), 0)"
	" + ($5 <> '' and not exists (select from ops.run where id = nullif($5, '')::uuid "
	"and ended_at is not null))::int, "
	"exists (select from pg_catalog.pg_stat_activity "
	"where datname = current_database() and application_name = 'songma load')";

static enum gw_status
take_left(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct loading *loading = arg;
	int64_t left;

	if (count != 2 || values[0] == NULL || values[1] == NULL ||
	    !gw_parse_i64(values[0], strlen(values[0]), &left))
		return gw_fail(err, GW_FATAL, "%s", _("the warehouse gave no number"));
	if (left != loading->left)
		loading->moved_us = gw_monotonic_us();
	loading->left = left;
	loading->loader = values[1][0] == 't';
	return GW_OK;
}

/* A warehouse that no loader has made yet has loaded nothing. */
static enum gw_status
look(struct loading *loading, struct gw_error *err)
{
	enum gw_status status = gw_warehouse_query(loading->warehouse, left_sql, loading->params, 5,
						   QUERY_US, take_left, loading, err);

	if (status != GW_OK &&
	    (strcmp(err->sqlstate, "42P01") == 0 || strcmp(err->sqlstate, "3F000") == 0)) {
		loading->left = -1;
		loading->loader = false;
		return GW_OK;
	}
	return status;
}

static void
show_left(struct loading *loading)
{
	char left[32];

	if (loading->left <= 0 || !may_show(loading->ask, &loading->shown_us))
		return;
	(void)fprintf(stderr, _("%s: still to load: about %s"), loading->ask->source,
		      gw_format_count(loading->left, left));
	end_show();
}

/* Where no loader runs one is started; *failed is what became of the last one. */
static enum gw_status
keep_loading(struct loading *loading, struct gw_error *err)
{
	struct gw_child *child = &loading->child;

	gw_children_wait(child, 1, 0, ignore_line, NULL);
	if (child->pid != 0 || loading->loader)
		return GW_OK;
	if (child->started && child->status != 0)
		return gw_fail(err, status_of_exit(child->status),
			       _("the loader that was started for it ended with exit code %d; what "
				 "it said stands above"),
			       child->status);
	*child = (struct gw_child){
		.title = "load",
		.args = {"load", "--config", loading->ask->config->path},
	};
	(void)setenv("SONGMA_LOG", "warn", 0);
	return gw_child_start(child, err);
}

static enum gw_status
load_all(struct loading *loading, struct gw_error *err)
{
	loading->moved_us = loading->shown_us = gw_monotonic_us();
	for (;;) {
		if (look(loading, err) != GW_OK)
			return err->status;
		show_left(loading);
		if (loading->left == 0)
			return GW_OK;
		if (keep_loading(loading, err) != GW_OK)
			return err->status;
		if (gw_monotonic_us() - loading->moved_us > LOAD_STILL_US)
			return gw_fail(err, GW_RETRY, "%s",
				       _("the loader has loaded nothing for ten minutes: what was "
					 "sent waits in Kafka and nothing is lost; songma status "
					 "says why"));
		if (gw_schedule_wait(LOAD_POLL_US, &gw_stop, err) != GW_OK)
			return gw_fail(err, GW_CANCELLED, "%s",
				       _("stopped on request; what was sent waits in Kafka, and "
					 "the next loader loads it"));
	}
}

/* What its batches have is finished: none is left half done. */
static void
end_loader(struct loading *loading)
{
	if (gw_stop || loading->left != 0)
		gw_child_signal(&loading->child, SIGTERM);
	while (loading->child.pid != 0)
		gw_children_wait(&loading->child, 1, STEP_MS, ignore_line, NULL);
}

static bool
sent_nothing(const struct gw_run *run)
{
	static const unsigned char none[sizeof run->id];
	bool any = run->letter_end >= 0 || memcmp(run->id, none, sizeof none) != 0;

	for (size_t i = 0; i < GW_MAX_PARTITIONS; i++)
		any = any || run->ends[i] >= 0;
	return !any;
}

/* As PostgreSQL writes an array. */
static enum gw_status
put_ends(const struct gw_config *config, const struct gw_run *run, struct gw_buf *out,
	 struct gw_error *err)
{
	(void)gw_buf_putc(out, '{');
	for (int i = 0; i < (int)config->partitions && i < GW_MAX_PARTITIONS; i++)
		(void)gw_buf_printf(out, "%s%lld", i == 0 ? "" : ",", (long long)run->ends[i]);
	return gw_buf_putc(out, '}') ? GW_OK : gw_fail_memory(err);
}

/* The run's id, where its end is told of in an event. */
static void
put_ended(const struct gw_run *run, char out[GW_UUID_TEXT])
{
	static const unsigned char none[sizeof run->id];

	out[0] = '\0';
	if (!run->open && memcmp(run->id, none, sizeof none) != 0)
		gw_uuid_format(run->id, out);
}

enum gw_status
gw_cmd_load_through(const struct gw_ask *ask, const char *stream, const struct gw_run *run,
		    struct gw_error *err)
{
	char topic[256], letters[256], letter_end[32], ended[GW_UUID_TEXT];
	struct gw_buf ends;
	struct loading loading = {.ask = ask, .left = -1};
	enum gw_status status;

	if (sent_nothing(run))
		return GW_OK;
	if (!gw_topic_name(ask->config, ask->source, GW_TOPIC_RECORDS, stream, topic) ||
	    !gw_topic_name(ask->config, ask->source, GW_TOPIC_LETTERS, NULL, letters))
		return gw_fail(err, GW_CONFIG, "%s",
			       _("the topic's name would be over 249 characters"));
	gw_cmd_signals(NULL);
	gw_buf_init(&ends, ENDS_MAX);
	put_ended(run, ended);
	(void)snprintf(letter_end, sizeof letter_end, "%lld", (long long)run->letter_end);
	status = put_ends(ask->config, run, &ends, err);
	if (status == GW_OK)
		status = gw_warehouse_open(ask->config, &loading.warehouse, err);
	loading.params[0] = topic;
	loading.params[1] = ends.data;
	loading.params[2] = letters;
	loading.params[3] = letter_end;
	loading.params[4] = ended;
	if (status == GW_OK)
		status = load_all(&loading, err);
	end_loader(&loading);
	clear_show(ask);
	gw_warehouse_close(loading.warehouse);
	gw_buf_release(&ends);
	return status;
}
