#include "load/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/beat.h"
#include "base/i18n.h"
#include "base/text.h"
#include "load/analyze.h"
#include "load/chain.h"
#include "load/drain.h"
#include "load/known.h"
#include "load/ledger.h"
#include "load/merge.h"
#include "load/offset.h"
#include "load/pace.h"
#include "load/pause.h"
#include "load/settle.h"
#include "load/warehouse.h"
#include "load/wrong.h"

enum {
	BATCH_RECORDS = 20000,
	BATCH_BYTES = 8 * 1024 * 1024,
	TAKE_MAX = 2000,
	MAX_ATTEMPTS = 4,  /* at a batch that met a lock or a deadlock */
	LOOK_US = 1000000, /* until it is asked again what is paused */
	NOTICE_MAX = 1200,
	MAX_FENCED = 5, /* batches in a row that another loader had loaded */
};

struct gw_load {
	const struct gw_config *config;
	gw_load_fn *progress;
	void *arg;
	unsigned char letter_public[32];
	struct gw_db *db;
	struct gw_registry *registry;
	struct gw_entities *entities;
	struct gw_merge *merge;
	struct gw_settle *settle;
	struct gw_chain *chain;
	struct gw_consumer *consumer;
	struct gw_known known;
	struct gw_stage stage;
	struct gw_incoming taken[TAKE_MAX];
	struct gw_load_progress totals;
	struct gw_load_pace pace;
	int64_t looked_us; /* when it was last asked what is paused; 0: ask now */
	bool stale;        /* partitions have moved: other loaders may have changed tables */
	struct gw_drain drain;
	struct gw_wrong wrong;
	unsigned fenced;
};

static enum gw_status
on_assign(void *arg, const char *topic, int32_t number, struct gw_start *start,
	  struct gw_error *err)
{
	struct gw_load *load = arg;
	struct gw_partition *partition =
		gw_known_find(&load->known, load->config->prefix, topic, number, err);

	if (partition == NULL)
		return err->status;
	gw_stage_drop(&load->stage, partition);
	if (gw_offset_assign(load->db, gw_consumer_cluster(load->consumer), partition, start,
			     err) != GW_OK)
		return err->status;
	partition->assigned = true;
	partition->topic->held = false;
	gw_drain_moved(&load->drain);
	load->looked_us = 0;
	load->stale = true;
	return GW_OK;
}

static void
on_revoke(void *arg, const char *topic, int32_t number)
{
	struct gw_load *load = arg;
	struct gw_partition *partition = gw_known_partition(&load->known, topic, number);

	if (partition == NULL)
		return;
	partition->assigned = false;
	gw_drain_moved(&load->drain);
	gw_stage_drop(&load->stage, partition);
}

static enum gw_status
open_registry(struct gw_load *load, struct gw_error *err)
{
	enum gw_status status = gw_registry_open(load->config->registry_url, &load->registry, err);

	return status == GW_OK ? gw_registry_ping(load->registry, err) : status;
}

static enum gw_status
open_parts(struct gw_load *load, struct gw_error *err)
{
	const struct gw_config *config = load->config;

	if (gw_config_public_key(config->letter_public_file, _("public letter key"),
				 load->letter_public, sizeof load->letter_public, err) != GW_OK ||
	    gw_stage_init(&load->stage, BATCH_RECORDS, BATCH_BYTES, err) != GW_OK ||
	    gw_warehouse_load(config, &load->db, err) != GW_OK ||
	    open_registry(load, err) != GW_OK ||
	    gw_entities_open(load->db, load->registry, &load->entities, err) != GW_OK ||
	    gw_merge_open(load->db, load->entities, &load->merge, err) != GW_OK ||
	    gw_settle_open(load->db, &load->settle, err) != GW_OK ||
	    gw_chain_open(config, &load->chain, err) != GW_OK)
		return err->status;
	return gw_consumer_open(config, on_assign, on_revoke, load, &load->consumer, err);
}

enum gw_status
gw_load_open(const struct gw_config *config, gw_load_fn *progress, void *arg, struct gw_load **out,
	     struct gw_error *err)
{
	struct gw_load *load = calloc(1, sizeof *load);

	if (load == NULL)
		return gw_fail_memory(err);
	load->config = config;
	load->progress = progress;
	load->arg = arg;
	if (open_parts(load, err) != GW_OK) {
		gw_load_close(load);
		return err->status;
	}
	*out = load;
	return GW_OK;
}

static void
close_parts(struct gw_load *load)
{
	/* The consumer gives its partitions back, which the stage and the list of them hear of. */
	gw_consumer_close(load->consumer);
	gw_chain_close(load->chain);
	gw_settle_close(load->settle);
	gw_merge_close(load->merge);
	gw_entities_close(load->entities);
	gw_registry_close(load->registry);
	gw_db_close(load->db);
	gw_stage_release(&load->stage);
	gw_drain_release(&load->drain);
	gw_known_free(&load->known);
}

void
gw_load_close(struct gw_load *load)
{
	if (load != NULL)
		close_parts(load);
	free(load);
}

/* What the batch's kind of topic asks for, between the locks and the offsets. */
static enum gw_status
load_content(struct gw_load *load, int64_t now_us, int64_t *letters, struct gw_error *err)
{
	struct gw_stage *stage = &load->stage;

	switch (stage->topic->content) {
	case GW_CONTENT_RECORDS:
		if (gw_settle_begin(load->settle, stage, err) != GW_OK ||
		    gw_merge_apply(load->merge, stage, now_us, err) != GW_OK ||
		    gw_settle_records(load->settle, stage, err) != GW_OK)
			return err->status;
		return gw_ledger_counts(load->db, stage, err);
	case GW_CONTENT_LETTERS:
		return gw_ledger_letters(load->db, stage, letters, err);
	case GW_CONTENT_ACTS:
		return gw_chain_acts(load->chain, load->db, stage, err);
	case GW_CONTENT_EVENTS:
		break;
	}
	return gw_ledger_events(load->db, stage, err);
}

/*
 * One batch is one transaction: the offset rows are locked first, so that
 * nothing is loaded that another loader has loaded or is loading, and stored
 * last.  A crash anywhere leaves nothing half done.
 */
static enum gw_status
load_batch(struct gw_load *load, int64_t *letters, struct gw_error *err)
{
	struct gw_stage *stage = &load->stage;
	int64_t now_us = 0;

	if (stage->topic->content == GW_CONTENT_RECORDS &&
	    gw_merge_resolve(load->merge, stage, err) != GW_OK)
		return err->status;
	if (gw_db_exec(load->db, "BEGIN", err) != GW_OK ||
	    gw_offset_lock(load->db, stage, &now_us, err) != GW_OK ||
	    load_content(load, now_us, letters, err) != GW_OK ||
	    gw_pause_use(load->db, stage, err) != GW_OK ||
	    gw_ledger_refused(load->db, stage, load->letter_public, err) != GW_OK ||
	    gw_settle_letters(load->settle, stage, err) != GW_OK ||
	    gw_offset_store(load->db, stage, err) != GW_OK)
		return err->status;
	return gw_db_commit(load->db, err);
}

static void
report(struct gw_load *load, int64_t letters)
{
	struct gw_load_progress *totals = &load->totals;

	for (size_t i = 0; totals->notice == NULL && i < load->stage.nslots; i++) {
		const struct gw_slot *slot = &load->stage.slots[i];

		totals->loaded += slot->loaded;
		totals->unchanged += slot->unchanged;
		totals->superseded += slot->superseded;
		totals->deleted += slot->deleted;
		totals->refused += slot->refused;
	}
	/* What is told with a notice was rolled back. */
	totals->letters += letters;
	totals->topic = load->stage.topic->name;
	totals->lag = gw_consumer_lag(load->consumer);
	if (load->progress != NULL)
		load->progress(load->arg, totals);
}

/* The batch would have made too many letters, and was rolled back. */
static enum gw_status
pause_topic(struct gw_load *load, struct gw_topic *topic, struct gw_error *err)
{
	char notice[NOTICE_MAX];
	const char *why;

	if (gw_pause_begin(load->db, &load->stage, &why, err) != GW_OK)
		return err->status;
	(void)snprintf(notice, sizeof notice,
		       _("loading of %s.%s is paused: %s.  Mend the constraint or the data; then: "
			 "songma resume %s %s"),
		       topic->source, topic->stream, why, topic->source, topic->stream);
	load->totals.notice = notice;
	report(load, 0);
	load->totals.notice = NULL;
	gw_known_hold(&load->known, topic, &load->stage);
	return gw_consumer_hold(load->consumer, topic->name, err);
}

static enum gw_status
load_topic(struct gw_load *load, struct gw_topic *topic, struct gw_error *err)
{
	for (int attempt = 1;; attempt++) {
		int64_t letters = 0;

		if (gw_stage_pick(&load->stage, topic, err) != GW_OK)
			return err->status;
		if (load->stage.npicked == 0)
			return GW_OK;
		if (load_batch(load, &letters, err) == GW_OK) {
			gw_offset_done(&load->stage);
			load->fenced = 0;
			gw_analyze_note(&load->stage);
			report(load, letters);
			if (!topic->mixed)
				return GW_OK;
			/* The next of them may be of another stream. */
			gw_stage_pass(&load->stage);
			attempt = 0;
			continue;
		}
		gw_db_rollback(load->db);
		if (load->stage.flooded)
			return pause_topic(load, topic, err);
		if (attempt < MAX_ATTEMPTS && gw_wrong_passes(load->db, err))
			continue;
		load->stale = true;
		return gw_wrong_leave(&load->wrong, &load->known, &load->stage, load->consumer,
				      topic, err);
	}
}

static enum gw_status
load_all(struct gw_load *load, struct gw_error *err)
{
	if (load->stale)
		gw_entities_forget(load->entities);
	load->stale = false;
	for (struct gw_topic *topic = load->known.topics; topic != NULL; topic = topic->next)
		if (load_topic(load, topic, err) != GW_OK)
			return err->status;
	gw_stage_clear(&load->stage);
	load->pace.loaded_us = gw_monotonic_us();
	return GW_OK;
}

/* Puts what was taken into the stage, loading it whenever it is full. */
static enum gw_status
stage_taken(struct gw_load *load, size_t count, struct gw_error *err)
{
	if (count > 0)
		load->pace.last_us = gw_monotonic_us();
	for (size_t i = 0; i < count; i++) {
		const struct gw_incoming *message = &load->taken[i];
		struct gw_partition *partition =
			gw_known_partition(&load->known, message->topic, message->partition);
		enum gw_status status;

		if (partition == NULL)
			continue;
		if (load->stage.count == 0)
			load->pace.first_us = load->pace.last_us;
		status = gw_stage_add(&load->stage, partition, message, err);
		if (status == GW_RETRY) {
			status = load_all(load, err);
			if (status == GW_OK)
				status = gw_stage_add(&load->stage, partition, message, err);
		}
		if (status != GW_OK)
			return status;
	}
	return GW_OK;
}

static int
wait_ms(const struct gw_load *load)
{
	return gw_load_wait_ms(&load->pace, load->stage.count,
			       gw_consumer_caught_up(load->consumer));
}

static enum gw_status
take(struct gw_load *load, struct gw_error *err)
{
	size_t room = gw_stage_room(&load->stage);
	size_t count = 0;
	enum gw_status status;

	status = gw_consumer_take(load->consumer, load->taken, room < TAKE_MAX ? room : TAKE_MAX,
				  wait_ms(load), &count, err);
	if (status != GW_OK)
		return status;
	status = stage_taken(load, count, err);
	gw_consumer_release(load->taken, count);
	return status;
}

/* Nothing is staged and nothing waits in Kafka. */
static bool
is_idle(const struct gw_load *load)
{
	return load->stage.count == 0 && gw_consumer_lag(load->consumer) == 0;
}

/* A batch waits until it is full, old enough, or the last one there is. */
static bool
is_due(const struct gw_load *load, bool reached)
{
	return load->stage.count > 0 &&
	       (reached || gw_stage_room(&load->stage) == 0 || wait_ms(load) == 0);
}

static enum gw_status begin_again(struct gw_load *load, struct gw_error *err);

/* Holds what a loader has paused, be it another one; begins anew where a person ended a pause. */
static enum gw_status
look_paused(struct gw_load *load, struct gw_error *err)
{
	int64_t now = gw_monotonic_us();
	bool over = false;

	if (load->looked_us != 0 && now - load->looked_us < LOOK_US)
		return GW_OK;
	load->looked_us = now;
	if (gw_pause_look(load->db, load->known.topics, err) != GW_OK)
		return err->status;
	for (struct gw_topic *topic = load->known.topics; topic != NULL; topic = topic->next) {
		over |= topic->held && !topic->paused && !topic->wrong;
		if (!topic->paused || topic->held)
			continue;
		gw_known_hold(&load->known, topic, &load->stage);
		if (gw_consumer_hold(load->consumer, topic->name, err) != GW_OK)
			return err->status;
	}
	return over ? begin_again(load, err) : GW_OK;
}

/* All that is ours is loaded, unless what was loaded last has ended a pause. */
static enum gw_status
end(struct gw_load *load, bool *done, struct gw_error *err)
{
	load->looked_us = 0;
	load->drain.known = load->known.topics;
	if (look_paused(load, err) != GW_OK)
		return err->status;
	if (load->drain.marked &&
	    gw_drain_over(&load->drain, load->config, load->db, load->consumer, done, err) != GW_OK)
		return err->status;
	return gw_analyze_due(load->db, load->known.topics, err);
}

/* One turn: takes what there is, loads what is due.  *done: all that there was is loaded. */
static enum gw_status
turn(struct gw_load *load, bool drain, bool *done, struct gw_error *err)
{
	bool reached;

	if ((drain && gw_drain_mark(&load->drain, load->consumer, err) != GW_OK) ||
	    take(load, err) != GW_OK || look_paused(load, err) != GW_OK)
		return err->status;
	reached = drain && gw_consumer_reached(load->consumer);
	if (is_due(load, reached) && load_all(load, err) != GW_OK)
		return err->status;
	if (reached && load->stage.count == 0)
		return end(load, done, err);
	return gw_load_rests(&load->pace, is_idle(load))
		       ? gw_analyze_due(load->db, load->known.topics, err)
		       : GW_OK;
}

/* Leaves the group and comes back, so that every offset is read again. */
static enum gw_status
begin_again(struct gw_load *load, struct gw_error *err)
{
	gw_consumer_close(load->consumer);
	load->consumer = NULL;
	gw_stage_clear(&load->stage);
	gw_drain_release(&load->drain);
	for (struct gw_topic *topic = load->known.topics; topic != NULL; topic = topic->next)
		topic->held = false;
	return gw_consumer_open(load->config, on_assign, on_revoke, load, &load->consumer, err);
}

/* With nothing known of before, so that what failed is tried once more. */
static enum gw_status
open_anew(struct gw_load *load, struct gw_error *err)
{
	const struct gw_config *config = load->config;
	gw_load_fn *progress = load->progress;
	void *arg = load->arg;

	close_parts(load);
	memset(load, 0, sizeof *load);
	load->config = config;
	load->progress = progress;
	load->arg = arg;
	load->pace.doubt = true;
	return open_parts(load, err);
}

enum gw_status
gw_load_run(struct gw_load *load, const volatile sig_atomic_t *stop,
	    const volatile sig_atomic_t *drain, struct gw_error *err)
{
	bool done = false;

	while (!done) {
		enum gw_status status;

		if (*stop)
			return gw_fail(err, GW_CANCELLED, "%s", _("asked to stop"));
		status = turn(load, *drain != 0, &done, err);
		if (status == GW_OK && load->wrong.topics == 0 &&
		    gw_load_proven(&load->pace, is_idle(load)))
			gw_beat_good();
		if (status == GW_OK && *drain == 0 && gw_wrong_due(&load->wrong))
			status = open_anew(load, err);
		if (status == GW_FENCED && ++load->fenced <= MAX_FENCED)
			status = begin_again(load, err);
		if (status != GW_OK)
			return status;
	}
	return gw_wrong_say(&load->wrong, err);
}
