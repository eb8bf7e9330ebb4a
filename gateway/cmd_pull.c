#include "cmd.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/beat.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "ops/schedule.h"
#include "pull/pull.h"

#define SLEEP_OUTSIDE_HOURS_US (INT64_C(10) * 1000000)
#define LOOK_US (INT64_C(2) * 1000000)

static struct gw_pull *volatile running;

struct teller {
	int fd;     /* of the supervisor's pipe; -1: none */
	bool moved; /* the cycle found a row */
};

/* Streams that are wrong while the others flow: tried again by opening the pull anew. */
struct behind {
	unsigned failures;
	int64_t anew_us; /* when, monotonic; 0: the pull was opened since it was last told */
	char told[sizeof((struct gw_error *)0)->text];
};

static void
cancel(void)
{
	gw_pull_cancel(running);
}

/* One JSON object a line; names of sources and streams need no escapes. */
static void
tell_supervisor(int fd, const struct gw_pull_progress *p, const char *run)
{
	char line[512];
	int len = snprintf(line, sizeof line,
			   "{\"source\":\"%s\",\"stream\":\"%s\",\"run\":\"%s\",\"ended\":%s,"
			   "\"empty\":%s,\"read\":%lld,\"produced\":%lld,\"resent\":%lld,"
			   "\"deleted\":%lld,\"dead\":%lld}\n",
			   p->source, p->stream, run, p->ended ? "true" : "false",
			   p->empty ? "true" : "false", (long long)p->counts.read,
			   (long long)p->counts.produced, (long long)p->counts.resent,
			   (long long)p->counts.deleted, (long long)p->counts.dead);

	if (len > 0 && (size_t)len < sizeof line)
		gw_cmd_tell(fd, line, (size_t)len);
}

static void
progress(void *arg, const struct gw_pull_progress *p)
{
	struct teller *teller = arg;
	char run[GW_UUID_TEXT];

	teller->moved = teller->moved || !p->empty;
	gw_uuid_format(p->run, run);
	gw_log(p->empty ? GW_LOG_DEBUG : GW_LOG_INFO, p->ended ? "run_ended" : "batch",
	       "source=%s stream=%s run=%s read=%lld produced=%lld resent=%lld deleted=%lld "
	       "dead=%lld",
	       p->source, p->stream, run, (long long)p->counts.read, (long long)p->counts.produced,
	       (long long)p->counts.resent, (long long)p->counts.deleted,
	       (long long)p->counts.dead);
	if (p->notice != NULL)
		gw_log_text(GW_LOG_WARN, "notice", "", p->notice);
	if (teller->fd >= 0)
		tell_supervisor(teller->fd, p, run);
}

/* What a pull does that is not there to stay. */
struct errand {
	const char *stream; /* one cycle of it; NULL: of all */
	bool orders;        /* no cycle: only what waits to be done for others */
};

static enum gw_status
pull_once(const struct gw_config *config, const struct gw_source *source,
	  const struct errand *errand, struct teller *teller, struct gw_error *err)
{
	struct gw_pull *pull = NULL;
	enum gw_status status = gw_pull_open(config, source, progress, teller, &pull, err);

	if (status != GW_OK)
		return status;
	running = pull;
	status = errand->orders ? gw_pull_orders(pull, &gw_stop, err)
				: gw_pull_cycle(pull, errand->stream, &gw_stop, err);
	running = NULL;
	gw_pull_close(pull);
	return status;
}

static void
close_pull(struct gw_pull **pull, struct behind *behind)
{
	gw_pull_close(*pull);
	*pull = NULL;
	behind->anew_us = 0;
}

/* The cycle went well but for some streams, of which is told once and whenever they are tried
   again; as often as a duty that a person must mend. */
static void
leave_behind(struct behind *behind, const struct gw_error *err)
{
	bool same = strcmp(behind->told, err->text) == 0, opened = behind->anew_us == 0;
	int64_t now = gw_monotonic_us();

	if (!same)
		gw_log_text(GW_LOG_ERROR, "streams_failed", "", err->text);
	if (opened)
		behind->anew_us = now + 5 * gw_backoff_us(4 + behind->failures++);
	if (same && !opened)
		return;
	gw_utf8_copy(behind->told, sizeof behind->told, err->text);
	gw_beat_trouble(err, behind->anew_us > now ? behind->anew_us - now : 1000);
}

/* One cycle over all streams, opening what is closed and closing what failed. */
static enum gw_status
follow_cycle(const struct gw_config *config, const struct gw_source *source, struct teller *teller,
	     struct gw_pull **pull, struct behind *behind, struct gw_error *err)
{
	enum gw_status status = GW_OK;

	if (behind->anew_us != 0 && gw_monotonic_us() >= behind->anew_us)
		close_pull(pull, behind);
	if (*pull == NULL)
		status = gw_pull_open(config, source, progress, teller, pull, err);
	if (status == GW_OK)
		gw_pull_keep_hours(*pull);
	running = *pull;
	if (status == GW_OK)
		status = gw_pull_cycle(*pull, NULL, &gw_stop, err);
	running = NULL;
	if (status == GW_OK) {
		gw_beat_good();
		*behind = (struct behind){0};
	} else if (*pull != NULL && !gw_stop && gw_pull_partly(*pull)) {
		leave_behind(behind, err);
		return GW_OK;
	} else {
		close_pull(pull, behind);
	}
	return status;
}

/* The pause, or less where a stream that was wrong is to be tried before its end. */
static int64_t
until_anew(const struct behind *behind, int64_t pause)
{
	int64_t left = behind->anew_us - gw_monotonic_us();

	return behind->anew_us != 0 && left < pause ? left : pause;
}

/* Until the next cycle; people who ask something of the source do not wait for that. */
static enum gw_status
rest(struct gw_pull **pull, int64_t pause, struct gw_error *err)
{
	int64_t until = gw_monotonic_us() + pause, left = pause;
	enum gw_status status = GW_OK;

	while (!gw_stop && *pull != NULL && left > LOOK_US && status == GW_OK) {
		(void)gw_schedule_rest(LOOK_US, &gw_stop, err);
		running = *pull;
		if (!gw_stop)
			status = gw_pull_orders(*pull, &gw_stop, err);
		running = NULL;
		left = until - gw_monotonic_us();
	}
	if (status == GW_OK) {
		(void)gw_schedule_rest(left, &gw_stop, err);
		return GW_OK;
	}
	gw_pull_close(*pull);
	*pull = NULL;
	/* What is away the next cycle finds too, and tells of. */
	return status == GW_RETRY ? GW_OK : status;
}

/*
 * Cycle after cycle on the source's schedule.  What is away is tried again
 * with a growing pause; what only a person can mend ends the duty.
 */
static enum gw_status
follow(const struct gw_config *config, const struct gw_source *source, struct teller *teller,
       struct gw_error *err)
{
	struct gw_pull *pull = NULL;
	struct behind behind = {0};
	struct gw_pace pace = {0};
	unsigned failures = 0;
	enum gw_status status = GW_OK;

	while (!gw_stop && (status == GW_OK || status == GW_RETRY)) {
		int64_t pause = SLEEP_OUTSIDE_HOURS_US, began = gw_monotonic_us();

		status = GW_OK;
		if (gw_schedule_allowed(source, gw_now_us())) {
			teller->moved = false;
			status = follow_cycle(config, source, teller, &pull, &behind, err);
			pause = gw_schedule_pause(&source->schedule, &pace, teller->moved, began) -
				(gw_monotonic_us() - began);
			pause = until_anew(&behind, pause);
		} else {
			gw_beat_hours();
		}
		if (status == GW_RETRY) {
			gw_log_text(GW_LOG_WARN, "away", "", err->text);
			pause = gw_backoff_us(failures);
			gw_beat_trouble(err, pause);
		}
		failures = status == GW_OK ? 0 : failures + 1;
		if (status == GW_OK || status == GW_RETRY)
			status = rest(&pull, pause, err);
	}
	gw_pull_close(pull);
	return gw_stop ? gw_fail(err, GW_CANCELLED, "%s", _("stopped on request")) : status;
}

static enum gw_status
work(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	const struct errand errand = {
		.stream = args->nwords > 1 ? args->words[1] : NULL,
		.orders = gw_args_get(args, "orders") != NULL,
	};
	struct teller teller = {.fd = gw_cmd_progress_fd(args)};
	struct gw_source *source = NULL;
	enum gw_status status;

	gw_beat_to(teller.fd);
	status = gw_source_read_bare(config, args->words[0], &source, err);
	if (status == GW_OK && source->nstreams == 0)
		status = gw_place_fail(&source->at, err,
				       _("the source has no stream yet: songma discover %s lists "
					 "its tables, songma draft %s TABLE --write adds one"),
				       source->name, source->name);
	if (status == GW_OK && errand.stream != NULL &&
	    gw_source_stream(source, errand.stream) == NULL)
		status = gw_place_fail(&source->at, err, _("source %s has no stream %s"),
				       source->name, errand.stream);
	if (status == GW_OK && gw_args_get(args, "follow") != NULL)
		status = follow(config, source, &teller, err);
	else if (status == GW_OK)
		status = pull_once(config, source, &errand, &teller, err);
	if (status != GW_OK && !gw_stop)
		gw_beat_trouble(err, 0);
	gw_source_free(source);
	return status;
}

/*
 * The client library takes and gives back megabytes for every batch; handing them to the kernel
 * and back costs a tenth of a pull's time.  What is kept is bounded by the same queues.
 */
static void
keep_memory(void)
{
	enum { MIB = 1024 * 1024 };

	(void)mallopt(M_MMAP_THRESHOLD, 32 * MIB);
	(void)mallopt(M_TRIM_THRESHOLD, 64 * MIB);
}

static int
run(const struct gw_args *args)
{
	keep_memory();
	gw_cmd_signals(cancel);
	return gw_cmd_work(args, work);
}

const struct gw_cmd gw_cmd_pull = {
	.name = "pull",
	.about = N_("one duty: read a source once (or on its schedule) and send it to Kafka"),
	.arguments = N_("SOURCE [STREAM]"),
	.min_words = 1,
	.max_words = 2,
	.options = {{"follow", NULL, N_("go on, on the source's schedule, until told to stop")},
		    {"orders", NULL,
		     N_("only what is asked of the source and waits: replays, backfills…")},
		    {"progress-fd", "FD", NULL},
		    {"told", NULL, NULL}},
	.run = run,
};
