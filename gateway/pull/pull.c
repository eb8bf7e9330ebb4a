#include "pull/pull.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ops/schedule.h"
#include "pull/internal.h"

enum {
	BATCH_LIMIT = 40 * 1024 * 1024, /* bytes of one page */
	REQUEST_LIMIT = 16 * 1024 * 1024,
	SEND_TRIES = 5,
	EMPTY_RUN_EVERY_US = 60 * 1000000, /* an idle source is told of this often */
};

static enum gw_status
read_keys(struct gw_pull *pull, struct gw_error *err)
{
	const struct gw_config *config = pull->config;

	if (gw_config_public_key(config->letter_public_file, _("public letter key"),
				 pull->letter_public, sizeof pull->letter_public, err) != GW_OK ||
	    gw_config_public_key(config->pull_public_file, _("public pull key"),
				 pull->keys.public_key, sizeof pull->keys.public_key, err) != GW_OK)
		return err->status;
	return gw_config_key(config->pull_secret_file, _("secret pull key"), pull->keys.secret_key,
			     sizeof pull->keys.secret_key, err);
}

static enum gw_status
open_kafka(struct gw_pull *pull, struct gw_error *err)
{
	const char *name = pull->source->name;
	enum gw_status status = gw_producer_open(pull->config, name, &pull->producer, err);

	if (status == GW_OK)
		status = gw_producer_topics(pull->producer, pull->config, pull->source, err);
	if (status == GW_OK)
		status = gw_pull_read_positions(pull, err);
	return status;
}

/* While the source is away: orders that bring their rows with them.  What keeps them back does so
   until the source is there again. */
static void
replay_away(struct gw_pull *pull)
{
	static const volatile sig_atomic_t never;
	struct gw_error ignored;

	if (gw_pull_lanes_register(pull, &ignored) == GW_OK)
		(void)gw_pull_orders(pull, &never, &ignored);
	gw_pull_abandon(pull);
}

static enum gw_status
open_all(struct gw_pull *pull, struct gw_error *err)
{
	const struct gw_source *source = pull->source;
	enum gw_status status = read_keys(pull, err);

	if (status == GW_OK)
		status = gw_plan_try(pull->config, source, &pull->plan, err);
	if (status == GW_OK)
		status = gw_registry_open(pull->config->registry_url, &pull->registry, err);
	if (status == GW_OK)
		status = gw_pull_lanes_open(pull, err);
	if (status == GW_OK)
		status = open_kafka(pull, err);
	if (status == GW_OK) {
		status = gw_link_open(source, &pull->link, err);
		if (status == GW_RETRY)
			replay_away(pull);
	}
	return status == GW_OK ? gw_pull_lanes_register(pull, err) : status;
}

enum gw_status
gw_pull_open(const struct gw_config *config, const struct gw_source *source, gw_pull_fn *progress,
	     void *arg, struct gw_pull **out, struct gw_error *err)
{
	struct gw_pull *pull = calloc(1, sizeof *pull);
	struct gw_lane *lanes = calloc(source->nstreams, sizeof *lanes);
	enum gw_status status = GW_OK;

	if (pull == NULL || lanes == NULL) {
		free(lanes);
		free(pull);
		return gw_fail_memory(err);
	}
	pull->lanes = lanes;
	pull->config = config;
	pull->source = source;
	pull->progress = progress;
	pull->arg = arg;
	gw_arena_init(&pull->batch.arena, BATCH_LIMIT);
	gw_arena_init(&pull->control.arena, REQUEST_LIMIT);
	gw_run_clear(&pull->control.position.run);
	gw_buf_init(&pull->text, (size_t)4 * 1024 * 1024);
	for (size_t i = 0; i < source->nstreams; i++)
		gw_run_clear(&lanes[i].position.run);
	if (!gw_topic_name(config, source->name, GW_TOPIC_POSITION, NULL, pull->position_topic) ||
	    !gw_topic_name(config, source->name, GW_TOPIC_EVENTS, NULL, pull->events_topic) ||
	    !gw_topic_name(config, source->name, GW_TOPIC_LETTERS, NULL, pull->letters_topic) ||
	    !gw_topic_name(config, source->name, GW_TOPIC_CONTROL, NULL, pull->control.topic) ||
	    !gw_topic_name(config, source->name, GW_TOPIC_ANSWERS, NULL,
			   pull->control.answers_topic))
		status = gw_fail(err, GW_CONFIG, "%s",
				 _("the topic's name would be over 249 characters"));
	if (status == GW_OK)
		status = open_all(pull, err);
	if (status != GW_OK) {
		gw_pull_close(pull);
		return status;
	}
	*out = pull;
	return GW_OK;
}

void
gw_pull_end_cursor(struct gw_pull *pull, struct gw_lane *lane)
{
	if (lane->cursor != NULL)
		pull->link.connector->end(lane->cursor);
	lane->cursor = NULL;
}

void
gw_pull_close(struct gw_pull *pull)
{
	if (pull == NULL)
		return;
	for (size_t i = 0; i < pull->source->nstreams; i++) {
		gw_pull_end_cursor(pull, &pull->lanes[i]);
		gw_pull_table_close(&pull->lanes[i]);
	}
	gw_control_close(&pull->control);
	gw_link_close(&pull->link);
	gw_producer_close(pull->producer);
	gw_registry_close(pull->registry);
	gw_plan_free(pull->plan);
	gw_arena_release(&pull->batch.arena);
	gw_buf_release(&pull->text);
	sodium_memzero(&pull->keys, sizeof pull->keys);
	free(pull->lanes);
	free(pull);
}

void
gw_pull_cancel(struct gw_pull *pull)
{
	if (pull != NULL && pull->link.session != NULL && pull->link.connector->cancel != NULL)
		pull->link.connector->cancel(pull->link.session);
}

void
gw_pull_keep_hours(struct gw_pull *pull)
{
	pull->keeps_hours = true;
}

void
gw_run_clear(struct gw_run *run)
{
	*run = (struct gw_run){.letter_end = -1};
	for (size_t i = 0; i < GW_MAX_PARTITIONS; i++)
		run->ends[i] = -1;
}

/*
 * A transaction that Kafka aborted (a broker changed hands) left nothing, so
 * the same step is done again, a few times, then reported as away; unless it had
 * pages that are no longer in hand.  The source does not wait for that with the
 * page that it was asked for.
 */
enum gw_status
gw_pull_with_retries(struct gw_pull *pull, struct gw_lane *lane, gw_step_fn *step,
		     const volatile sig_atomic_t *stop, struct gw_error *err)
{
	enum gw_status status = GW_OK;

	for (int try = 0; try < SEND_TRIES; try++) {
		struct gw_error ignored;

		status = step(pull, lane, err);
		if (status != GW_RETRY || pull->rewind)
			break;
		if (lane->cursor != NULL && pull->link.connector->drop != NULL)
			pull->link.connector->drop(lane->cursor);
		if (gw_schedule_wait(INT64_C(200000) << try, stop, &ignored) != GW_OK)
			break;
	}
	return status;
}

void
gw_pull_clear_batch(struct gw_pull *pull)
{
	gw_arena_reset(&pull->batch.arena);
	pull->batch.nrows = 0;
	pull->batch.deleted = NULL;
	pull->batch.resent = pull->batch.late = pull->batch.snapshot = false;
	pull->batch.after.len = 0;
	pull->batch.notice = NULL;
}

/* Reads a page; where nothing slows it down on purpose, the source goes on with the next one. */
static enum gw_status
read_page(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	const struct gw_connector *connector = pull->link.connector;
	enum gw_status status;

	gw_pull_clear_batch(pull);
	status = connector->next(lane->cursor, &pull->batch, err);
	if (status == GW_OK)
		status = gw_pull_widen(pull, lane, err);
	if (status == GW_OK && connector->ask != NULL && pull->source->rows_per_second == 0 &&
	    pull->batch.nrows > 0)
		status = connector->ask(lane->cursor, err);
	return status;
}

/* The lane's position is committed: the connector may put away what lies behind it. */
static enum gw_status
tell_stored(struct gw_pull *pull, const struct gw_lane *lane, struct gw_error *err)
{
	const struct gw_connector *connector = pull->link.connector;

	return connector->stored == NULL ? GW_OK
					 : connector->stored(pull->link.session, lane->plan->stream,
							     &lane->position.bookmark, err);
}

/* Closes the run that the cycle had, or tells now and then that there was nothing. */
static enum gw_status
finish_cycle(struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	     struct gw_error *err)
{
	int64_t now = gw_monotonic_us();
	struct gw_run run;

	/* A sweep that found nothing closes with a bookmark that is worth keeping. */
	if (!lane->position.run.open && pull->batch.after.len == 0 && pull->batch.notice == NULL) {
		if (lane->told_us != 0 && now - lane->told_us < EMPTY_RUN_EVERY_US)
			return GW_OK;
		lane->told_us = now;
	}
	if (gw_pull_with_retries(pull, lane, gw_pull_send_end, stop, err) != GW_OK)
		return err->status;
	run = lane->ended;
	gw_pull_tell(pull, lane, &run, true);
	return tell_stored(pull, lane, err);
}

bool
gw_pull_may_read(const struct gw_pull *pull)
{
	return !pull->keeps_hours || gw_schedule_allowed(pull->source, gw_now_us());
}

/* Closes what is open, then the cycle. */
static enum gw_status
end_pages(struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	  struct gw_error *err)
{
	if (pull->tx.open && gw_pull_commit(pull, lane, err) != GW_OK)
		return err->status;
	return finish_cycle(pull, lane, stop, err);
}

enum gw_status
gw_pull_pace(const struct gw_pull *pull, int64_t began, const volatile sig_atomic_t *stop,
	     struct gw_error *err)
{
	if (pull->source->rows_per_second > 0)
		began += (int64_t)pull->batch.nrows * 1000000 / pull->source->rows_per_second;
	return gw_schedule_wait(began - gw_monotonic_us(), stop, err);
}

enum gw_status
gw_pull_normalise(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	struct gw_mapping *mapping = lane->plan->mapping;
	size_t ncolumns, applied;
	const char *const *columns = gw_mapping_columns(mapping, &ncolumns);

	if (gw_corrections_apply(pull->control.corrections, lane->plan->stream->name, columns,
				 &pull->batch, &applied, err) != GW_OK ||
	    gw_normalise(mapping, &pull->batch, &pull->records, err) != GW_OK)
		return gw_wrap(err, _("normalise"));
	return GW_OK;
}

static enum gw_status
send_page(struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	  struct gw_error *err)
{
	if (gw_pull_normalise(pull, lane, err) != GW_OK ||
	    gw_pull_with_retries(pull, lane, gw_pull_send_batch, stop, err) != GW_OK)
		return err->status;
	if (pull->tx.open)
		return GW_OK;
	gw_pull_tell(pull, lane, &lane->position.run, false);
	return tell_stored(pull, lane, err);
}

/* Page after page; *ended: the cycle came to its end, not only to the forbidden hours. */
static enum gw_status
run_pages(struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	  bool *ended, struct gw_error *err)
{
	while (gw_pull_may_read(pull)) {
		int64_t began = gw_monotonic_us();
		enum gw_status status = read_page(pull, lane, err);

		if (status != GW_OK)
			return status;
		*ended = pull->batch.nrows == 0;
		if (*ended)
			return end_pages(pull, lane, stop, err);
		status = send_page(pull, lane, stop, err);
		if (status == GW_REJECT && pull->flood.passed)
			return gw_pull_pause(pull, lane, stop, err);
		if (status != GW_OK || gw_pull_pace(pull, began, stop, err) != GW_OK)
			return err->status;
	}
	return pull->tx.open ? gw_pull_commit(pull, lane, err) : GW_OK;
}

/* A page no larger than a second's allowance keeps the cap even within short spans. */
size_t
gw_pull_page_rows(const struct gw_pull *pull)
{
	int64_t rows = pull->source->page_rows;

	if (pull->source->rows_per_second > 0 && rows > pull->source->rows_per_second)
		rows = pull->source->rows_per_second;
	return (size_t)rows;
}

static enum gw_status
walk_once(struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	  struct gw_error *err)
{
	bool ended = false, rests = false, again = false, begun;
	enum gw_status status;

	pull->rewind = false;
	status = tell_stored(pull, lane, err);
	if (status == GW_OK)
		status = gw_pull_begin(pull, lane, stop, &rests, err);
	begun = status == GW_OK;
	if (begun && !rests)
		status = run_pages(pull, lane, stop, &ended, err);
	gw_pull_abandon(pull);
	if (status != GW_OK || !ended || pull->link.connector->idle == NULL)
		gw_pull_end_cursor(pull, lane);
	/* The table changed between two pages; where it does not stop, the next cycle goes on. */
	if (status == GW_CONFIG && begun)
		status = gw_pull_table_why(pull, lane, &again, &rests, stop, err);
	return status;
}

/* What was aborted together with pages that are no longer in hand, and a page that a replica broke
   off in favour of what its primary sends it. */
static bool
is_read_again(const struct gw_pull *pull, const struct gw_error *err)
{
	return pull->rewind || strncmp(err->sqlstate, "40", 2) == 0;
}

static enum gw_status
walk(struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
     struct gw_error *err)
{
	enum gw_status status = walk_once(pull, lane, stop, err);
	struct gw_error ignored;

	for (int try = 0; status == GW_RETRY && is_read_again(pull, err) && try < SEND_TRIES;
	     try++) {
		if (gw_schedule_wait(INT64_C(200000) << try, stop, &ignored) != GW_OK)
			break;
		status = walk_once(pull, lane, stop, err);
	}
	return status;
}

/* Where the cursor of the last cycle can tell that nothing has happened since, none is begun. */
static enum gw_status
cycle_lane(struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	   struct gw_error *err)
{
	bool idle = false;
	enum gw_status status = GW_OK;

	if (!gw_pull_may_read(pull))
		return GW_OK;
	if (lane->cursor != NULL)
		status = pull->link.connector->idle(lane->cursor, &idle, err);
	gw_pull_clear_batch(pull);
	if (status == GW_OK && idle)
		status = finish_cycle(pull, lane, stop, err);
	if (status != GW_OK || !idle)
		gw_pull_end_cursor(pull, lane);
	if (status == GW_OK && !idle)
		status = walk(pull, lane, stop, err);
	if (status != GW_OK && *stop)
		return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
	return status == GW_OK
		       ? GW_OK
		       : gw_wrap(err, "%s.%s", pull->source->name, lane->plan->stream->name);
}

static enum gw_status
flow_lane(struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	  struct gw_error *err)
{
	bool rests;
	enum gw_status status;

	if (lane->wrong.status != GW_OK)
		return GW_OK;
	status = gw_pull_rests(pull, lane, stop, &rests, err);
	if (status == GW_OK && !rests)
		status = cycle_lane(pull, lane, stop, err);
	lane->cycled_us = gw_monotonic_us();
	return status == GW_OK || gw_pull_lane_fails(pull, lane, err) ? GW_OK : status;
}

/* One that is too slow keeps none back that come behind it; it is told of when they are through. */
enum gw_status
gw_pull_flow(struct gw_pull *pull, const char *stream, const volatile sig_atomic_t *stop,
	     struct gw_error *err)
{
	struct gw_error slow = {.status = GW_OK};

	for (size_t i = 0; i < pull->source->nstreams; i++) {
		struct gw_lane *lane = &pull->lanes[i];

		if (stream != NULL && strcmp(stream, lane->plan->stream->name) != 0)
			continue;
		if (flow_lane(pull, lane, stop, err) == GW_OK)
			continue;
		if (!gw_pull_lane_is_slow(err))
			return err->status;
		if (slow.status == GW_OK)
			slow = *err;
	}
	if (slow.status != GW_OK) {
		*err = slow;
		return err->status;
	}
	/* Who asks for one stream builds on its cycle. */
	return stream == NULL ? GW_OK : gw_pull_lanes_say(pull, stream, err);
}

/* Reading it as a whole is dear: as often as the schedule says, and not where there is none. */
static bool
is_due_beside(const struct gw_pull *pull, const struct gw_lane *lane, int64_t began_us)
{
	int64_t every_us = pull->source->schedule.every_us;
	int64_t last_us = lane->cycled_us > began_us ? lane->cycled_us : began_us;

	return lane->plan->stream->mode != GW_MODE_BULK ||
	       (every_us > 0 && gw_monotonic_us() - last_us >= every_us);
}

enum gw_status
gw_pull_flow_beside(struct gw_pull *pull, int64_t began_us, const volatile sig_atomic_t *stop,
		    struct gw_error *err)
{
	for (size_t i = 0; i < pull->source->nstreams; i++)
		if (is_due_beside(pull, &pull->lanes[i], began_us) &&
		    flow_lane(pull, &pull->lanes[i], stop, err) != GW_OK &&
		    !gw_pull_lane_is_slow(err))
			return err->status;
	return GW_OK;
}

enum gw_status
gw_pull_cycle(struct gw_pull *pull, const char *stream, const volatile sig_atomic_t *stop,
	      struct gw_error *err)
{
	pull->partly = false;
	if (gw_pull_control(pull, stop, err) != GW_OK ||
	    gw_pull_flow(pull, stream, stop, err) != GW_OK)
		return err->status;
	pull->partly = gw_pull_lanes_any(pull, err) == GW_OK;
	return gw_pull_lanes_say(pull, stream, err);
}

bool
gw_pull_partly(const struct gw_pull *pull)
{
	return pull->partly;
}
