/*
 * sync: pulls every source once while a loader runs beside (LOADERS, when there
 * is much), then lets them finish and prints the balance.  Each duty is a process
 * of its own, so the stages overlap and one source's trouble stays its own.
 */
#include "cmd.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beat.h"
#include "base/i18n.h"
#include "base/text.h"
#include "ops/balance.h"
#include "ops/child.h"
#include "ops/report.h"
#include "ops/schedule.h"

enum {
	RUNS_MAX = 1024 * 1024,
	SETTLE_US = 60 * 1000000, /* for another loader that has part of the partitions */
	SHOW_EVERY_US = 1000000,
	LOADERS = 2,
	LARGE = 100000, /* rows of a run; then further loaders are worth their start */
};

/* What went wrong with a child or a source, for the end. */
struct fault {
	char text[sizeof((struct gw_error *)0)->text];
};

struct sync {
	struct gw_config *config;
	struct gw_child
		*children; /* LOADERS, of which the first runs always; then a pull a source */
	size_t nchildren;
	struct fault *faults; /* one a child */
	struct gw_buf failed; /* lines about sources whose file is wrong */
	int code;             /* of these */
	struct gw_buf runs;   /* of this sync: "{uuid,uuid" */
	int64_t read, loaded[LOADERS];
	bool large;
	int64_t shown_us;
	bool tty;
};

static int64_t
number(const json_t *object, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(object, key));
}

/* What all pulls have read is the sum of each one's last word on each of its runs. */
static void
take_line(void *arg, struct gw_child *child, const char *line)
{
	struct sync *sync = arg;
	json_t *p = json_loads(line, 0, NULL);
	const char *run = json_string_value(json_object_get(p, "run"));
	struct gw_word word;

	gw_word_parse(line, &word);
	if (word.kind == GW_WORD_TROUBLE)
		gw_utf8_copy(sync->faults[child - sync->children].text, sizeof sync->faults[0].text,
			     word.text);
	if (child < sync->children + LOADERS)
		sync->loaded[child - sync->children] =
			number(p, "loaded") + number(p, "unchanged") + number(p, "superseded") +
			number(p, "deleted") + number(p, "refused");
	sync->large |= number(p, "read") >= LARGE;
	if (run != NULL && json_is_true(json_object_get(p, "ended"))) {
		sync->read += number(p, "read");
		gw_buf_printf(&sync->runs, "%c%s", sync->runs.len == 0 ? '{' : ',', run);
	}
	json_decref(p);
}

static void
show_progress(struct sync *sync, bool last)
{
	char read[32], loaded[32];
	int64_t now = gw_monotonic_us(), sum = 0;

	if (!sync->tty || (!last && now - sync->shown_us < SHOW_EVERY_US))
		return;
	sync->shown_us = now;
	for (size_t i = 0; i < LOADERS; i++)
		sum += sync->loaded[i];
	(void)fprintf(stderr, "\r\033[K");
	(void)fprintf(stderr, _("read %s · loaded %s"), gw_format_count(sync->read, read),
		      gw_format_count(sum, loaded));
	if (last)
		(void)fprintf(stderr, "\n");
}

/* One that was ended by a signal could not say so itself. */
static void
put_fault(struct sync *sync, const struct gw_child *child)
{
	const char *text = sync->faults[child - sync->children].text;
	struct gw_buf *out = &sync->failed;

	if (child->status > 128)
		gw_buf_printf(out, _("  %s was ended by signal %d (%s); run it again\n"),
			      child->title, child->status - 128, strsignal(child->status - 128));
	else if (text[0] != '\0')
		gw_buf_printf(out, "  %s: %s\n", child->title, text);
	else
		gw_buf_printf(out, _("  %s ended with %d and did not say why: songma check\n"),
			      child->title, child->status);
}

/* Last of all, where a person still sees it. */
static void
tell_failed(struct sync *sync)
{
	(void)fflush(stdout);
	for (size_t i = 0; i < sync->nchildren && !gw_stop; i++)
		if (sync->children[i].status != 0)
			put_fault(sync, &sync->children[i]);
	if (sync->failed.len > 0)
		(void)fprintf(stderr,
			      _("Not everything went through:\n%sMend it and run songma sync "
				"again: it goes on where it stopped, and nothing is loaded "
				"twice.\n"),
			      sync->failed.data);
}

static size_t
pulls_running(const struct sync *sync)
{
	size_t n = 0;

	for (size_t i = LOADERS; i < sync->nchildren; i++)
		n += sync->children[i].pid != 0;
	return n;
}

static void
stop_all(const struct sync *sync)
{
	for (size_t i = 0; i < sync->nchildren; i++)
		gw_child_signal(&sync->children[i], SIGTERM);
}

static bool
loading(const struct sync *sync)
{
	bool any = false;

	for (size_t i = 0; i < LOADERS; i++)
		any |= sync->children[i].pid != 0;
	return any;
}

/* All but the loaders after the first, which are for help_loader. */
static enum gw_status
start_all(struct sync *sync, struct gw_error *err)
{
	for (size_t i = 0; i < sync->nchildren; i++)
		if ((i == 0 || i >= LOADERS) && gw_child_start(&sync->children[i], err) != GW_OK) {
			stop_all(sync);
			return err->status;
		}
	return GW_OK;
}

/* Much to load takes several sessions of the warehouse, where there are processors and partitions
 * for them. */
static void
help_loader(struct sync *sync)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct gw_error ignored;

	if (!sync->large)
		return;
	for (size_t i = 1; i < LOADERS; i++) {
		struct gw_child *next = &sync->children[i];

		if (next->started || sync->config->partitions <= (int64_t)i ||
		    processors <= (long)i)
			continue;
		/* Without it the others do all. */
		next->started = true;
		(void)gw_child_start(next, &ignored);
	}
}

static void
drain(const struct sync *sync)
{
	for (size_t i = 0; i < LOADERS; i++)
		gw_child_signal(&sync->children[i], SIGUSR1);
}

/* Runs the children to their end: pulls first, then the loaders are let out. */
static enum gw_status
run_children(struct sync *sync, struct gw_error *err)
{
	bool draining = false, stopping = false;

	if (start_all(sync, err) != GW_OK)
		return err->status;
	while (pulls_running(sync) > 0 || loading(sync)) {
		gw_children_wait(sync->children, sync->nchildren, 200, take_line, sync);
		show_progress(sync, false);
		if (gw_stop && !stopping) {
			stop_all(sync);
			stopping = true;
		}
		if (!draining && !stopping)
			help_loader(sync);
		if (!draining && pulls_running(sync) == 0) {
			drain(sync);
			draining = true;
		}
	}
	show_progress(sync, true);
	return gw_stop ? gw_fail(err, GW_CANCELLED, "%s", _("stopped on request")) : GW_OK;
}

/* Another loader may hold part of the partitions: its last batches are waited for. */
static enum gw_status
settle(struct gw_warehouse *warehouse, const char *runs, struct gw_error *err)
{
	int64_t until = gw_monotonic_us() + SETTLE_US, open = 0;

	for (;;) {
		if (gw_balance_open(warehouse, runs, false, &open, err) != GW_OK)
			return err->status;
		if (open == 0 || gw_monotonic_us() > until)
			return GW_OK;
		if (gw_schedule_wait(200000, &gw_stop, err) != GW_OK)
			return err->status;
	}
}

static enum gw_status
print_balance(struct sync *sync, bool json, struct gw_error *err)
{
	struct gw_warehouse *warehouse = NULL;
	struct gw_balance_choice choice = {.limit = 100000};
	bool balanced = true;
	int64_t open = 0;
	enum gw_status status;

	if (sync->runs.len == 0)
		return GW_OK;
	if (!gw_buf_putc(&sync->runs, '}'))
		return gw_fail_memory(err);
	choice.runs = sync->runs.data;
	status = gw_warehouse_open(sync->config, &warehouse, err);
	if (status == GW_OK)
		status = settle(warehouse, choice.runs, err);
	if (status == GW_OK)
		status = gw_balance_print(warehouse, &choice, json, &balanced, err);
	if (status == GW_OK)
		status = gw_balance_open(warehouse, choice.runs, true, &open, err);
	gw_warehouse_close(warehouse);
	if (status == GW_OK && !balanced)
		return gw_fail(err, GW_REJECT, "%s", _("at least one run does not balance"));
	if (status == GW_OK && open > 0)
		return gw_fail(err, GW_REJECT,
			       _("%lld runs are not loaded to their end yet: see songma runs"),
			       (long long)open);
	return status;
}

/* The worst exit code of the children, and of sources whose file is wrong. */
static int
worst_exit(const struct sync *sync)
{
	int worst = sync->code;

	for (size_t i = 0; i < sync->nchildren; i++)
		if (sync->children[i].status > worst)
			worst = sync->children[i].status;
	return worst > 128 ? 1 : worst;
}

static enum gw_status
make_children(struct sync *sync, char **names, size_t count, struct gw_error *err)
{
	sync->children = calloc(count + LOADERS, sizeof *sync->children);
	sync->faults = calloc(count + LOADERS, sizeof *sync->faults);
	if (sync->children == NULL || sync->faults == NULL)
		return gw_fail_memory(err);
	sync->nchildren = count + LOADERS;
	for (size_t i = 0; i < LOADERS; i++)
		sync->children[i] = (struct gw_child){
			.title = "load",
			.args = {"load", "--until-drained", "--told", "--config",
				 sync->config->path},
		};
	for (size_t i = 0; i < count; i++)
		sync->children[LOADERS + i] = (struct gw_child){
			.title = names[i],
			.args = {"pull", names[i], "--told", "--config", sync->config->path},
		};
	return GW_OK;
}

static void
ignore_line(void *arg, struct gw_child *child, const char *line)
{
	(void)arg;
	(void)child;
	(void)line;
}

static bool
has_bulk(const struct gw_source *source)
{
	for (size_t i = 0; i < source->nstreams; i++)
		if (source->streams[i].mode == GW_MODE_BULK)
			return true;
	return false;
}

/* What was deleted in a stream that is read as a whole each time, nothing but a comparison finds.
   The exit code of it, which has said by itself why. */
static enum gw_status
reconcile_bulk(const struct sync *sync, const char *name, bool json, int *code,
	       struct gw_error *err)
{
	struct gw_child child = {
		.title = name,
		.args = {"reconcile", name, "--bulk", "--repair", "--yes", "--reason",
			 "songma sync --reconcile", "--config", sync->config->path, "--output",
			 json ? "json" : "table"},
	};
	struct gw_source *source = NULL;
	bool bulk;

	if (gw_source_read(sync->config, name, &source, err) != GW_OK)
		return err->status;
	bulk = has_bulk(source);
	gw_source_free(source);
	if (!bulk)
		return GW_OK;
	if (gw_child_start(&child, err) != GW_OK)
		return err->status;
	while (child.pid != 0) {
		gw_children_wait(&child, 1, 200, ignore_line, NULL);
		if (gw_stop)
			gw_child_signal(&child, SIGTERM);
	}
	*code = child.status > *code ? child.status : *code;
	return GW_OK;
}

/* Sources that have no stream yet are told of and left out: nothing is wrong with them. */
static bool
is_bare(const struct gw_source *source)
{
	const char *name = source->name;

	if (source->nstreams == 0)
		(void)fprintf(stderr,
			      _("%s has no stream yet: songma discover %s lists its "
				"tables, songma draft %s TABLE --write adds one\n"),
			      name, name, name);
	return source->nstreams == 0;
}

/* One whose file is wrong is told of at the end, and keeps none of the others back. */
static enum gw_status
leave_out(struct sync *sync, char **names, size_t *count, struct gw_error *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < *count; i++) {
		struct gw_source *source = NULL;
		char *name = names[i];
		enum gw_status status = gw_source_read_bare(sync->config, name, &source, err);
		bool out = status != GW_OK || is_bare(source);
		int code = gw_status_exit(status);

		gw_source_free(source);
		if (status != GW_OK && status != GW_CONFIG && status != GW_REJECT)
			return status;
		if (status != GW_OK)
			gw_buf_printf(&sync->failed, "  %s: %s\n", name, err->text);
		sync->code = code > sync->code ? code : sync->code;
		/* Changes places with the first that is left out, which is freed with the rest. */
		names[i] = names[kept];
		names[kept] = name;
		kept += !out;
	}
	*count = kept;
	return GW_OK;
}

/* Nothing is started where all is wrong. */
static enum gw_status
move(struct sync *sync, char **names, size_t count, struct gw_error *err)
{
	if (count == 0 && sync->code != 0)
		return GW_OK;
	if (make_children(sync, names, count, err) != GW_OK)
		return err->status;
	return run_children(sync, err);
}

static int
run(const struct gw_args *args)
{
	int code = 0;
	struct sync sync = {.config = gw_cmd_config(args, &code), .tty = isatty(2) == 1};
	struct gw_error err = {0};
	char **names = NULL;
	size_t count = 0, named = 0;
	enum gw_status status;

	if (sync.config == NULL)
		return code;
	gw_buf_init(&sync.runs, RUNS_MAX);
	gw_buf_init(&sync.failed, RUNS_MAX);
	gw_cmd_signals(NULL);
	/* Who types sync wants the balance, not every batch; SONGMA_LOG=info shows them. */
	(void)setenv("SONGMA_LOG", "warn", 0);
	status = gw_cmd_sources(sync.config, args, &names, &named, &err);
	count = named;
	if (status == GW_OK)
		status = leave_out(&sync, names, &count, &err);
	if (status == GW_OK)
		status = move(&sync, names, count, &err);
	code = worst_exit(&sync);
	if (status == GW_OK)
		status = print_balance(&sync, args->json, &err);
	for (size_t i = 0; gw_args_get(args, "reconcile") != NULL && status == GW_OK && i < count;
	     i++)
		status = reconcile_bulk(&sync, names[i], args->json, &code, &err);
	if (status != GW_OK) {
		int failed = gw_cmd_fail(&err);

		code = code > failed ? code : failed;
	}
	tell_failed(&sync);
	free(sync.children);
	free(sync.faults);
	gw_buf_release(&sync.failed);
	gw_buf_release(&sync.runs);
	gw_names_free(names, named);
	gw_config_free(sync.config);
	return gw_cmd_exit(code);
}

const struct gw_cmd gw_cmd_sync = {
	.name = "sync",
	.about = N_("pull sources once, load until caught up, print the balance"),
	.arguments = N_("[SOURCE…]"),
	.max_words = 64,
	.details = N_("A stream or a source that is wrong keeps none of the others back: the end "
		      "says which it was, why and what to do, and the exit code is the worst."),
	.options = {{"reconcile", NULL,
		     N_("then delete, within the guard, what streams of mode bulk have lost")}},
	.run = run,
};
