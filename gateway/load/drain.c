#include "load/drain.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "load/known.h"
#include "load/pause.h"

enum {
	LOOK_US = 200000,
	PATIENCE_US = 60 * 1000000,
	NEAR = 2, /* offsets: the end of a transaction, and nothing else may be left */
};

enum gw_status
gw_drain_mark(struct gw_drain *drain, struct gw_consumer *consumer, struct gw_error *err)
{
	if (!drain->marked && gw_consumer_mark_end(consumer, err) != GW_OK)
		return err->status;
	drain->marked = true;
	return GW_OK;
}

void
gw_drain_moved(struct gw_drain *drain)
{
	free(drain->others);
	drain->others = NULL;
	drain->count = 0;
	drain->listed = false;
	drain->looked_us = 0;
}

void
gw_drain_release(struct gw_drain *drain)
{
	gw_drain_moved(drain);
	gw_known_topics_free(&drain->topics);
	drain->marked = false;
}

static enum gw_status
list_others(struct gw_drain *drain, const struct gw_config *config, struct gw_consumer *consumer,
	    struct gw_error *err)
{
	struct gw_topic *topic = NULL;

	if (gw_consumer_others(consumer, &drain->others, &drain->count, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < drain->count; i++)
		if (gw_known_topic(&drain->topics, config->prefix, drain->others[i].topic, &topic,
				   err) != GW_OK) {
			err->status = err->status == GW_REJECT ? GW_CONFIG : err->status;
			return err->status;
		}
	drain->listed = true;
	drain->moved_us = gw_monotonic_us();
	return GW_OK;
}

static bool
is_loaded(const struct gw_drain *drain, const struct gw_remain *other)
{
	for (const struct gw_topic *topic = drain->topics; topic != NULL; topic = topic->next)
		if (topic->paused && strcmp(topic->name, other->topic) == 0)
			return true;
	for (const struct gw_topic *topic = drain->known; topic != NULL; topic = topic->next)
		if (topic->wrong && strcmp(topic->name, other->topic) == 0)
			return true;
	return other->next >= other->end || other->first >= other->end;
}

/*
 * One that goes on is not looked into: it will be nearer to its end soon.  What was
 * seen to be left there is so as long as the warehouse has not come that far.
 */
static void
take_offset(struct gw_drain *drain, struct gw_remain *other, int64_t next)
{
	bool moved = next != other->next;

	other->next = next;
	if (moved)
		drain->moved_us = gw_monotonic_us();
	other->asked = !is_loaded(drain, other) && other->first < next &&
		       (!moved || other->end - next <= NEAR);
}

static enum gw_status
read_offsets(struct gw_drain *drain, const struct gw_config *config, struct gw_db *db,
	     struct gw_error *err)
{
	static const char sql[] = "SELECT topic, partition, next_offset FROM ops.offset "
				  "WHERE starts_with(topic, $1)";
	const char *params[] = {config->prefix};
	struct gw_db_result *rows = NULL;

	if (gw_db_query(db, sql, params, 1, &rows, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < drain->count; i++) {
		struct gw_remain *other = &drain->others[i];
		int64_t next = 0;

		for (size_t r = 0; r < gw_db_rows(rows); r++)
			if (gw_db_i64(rows, r, 1) == other->partition &&
			    strcmp(gw_db_text(rows, r, 0), other->topic) == 0)
				next = gw_db_i64(rows, r, 2);
		take_offset(drain, other, next);
	}
	gw_db_free(rows);
	return GW_OK;
}

static enum gw_status
fail_stuck(const struct gw_remain *other, struct gw_error *err)
{
	return gw_fail(err, GW_RETRY,
		       _("not all is loaded: topic %s, partition %d is another loader's, which "
			 "has not gone on from offset %lld, of %lld, for a minute; look for it: "
			 "songma status, ps -C songma, its log, on every machine that loads.  "
			 "One that is ended gives its partitions back within ten seconds; then "
			 "load again"),
		       other->topic, (int)other->partition, (long long)other->next,
		       (long long)other->end);
}

/* A transaction that is open ends by itself, and says nothing about a loader. */
static enum gw_status
judge(struct gw_drain *drain, bool *over, struct gw_error *err)
{
	const struct gw_remain *left = NULL;

	for (size_t i = 0; i < drain->count; i++) {
		const struct gw_remain *other = &drain->others[i];

		if (is_loaded(drain, other))
			continue;
		left = other;
		if (other->first < 0)
			drain->moved_us = gw_monotonic_us();
	}
	*over = left == NULL;
	return *over || gw_monotonic_us() - drain->moved_us < PATIENCE_US ? GW_OK
									  : fail_stuck(left, err);
}

enum gw_status
gw_drain_over(struct gw_drain *drain, const struct gw_config *config, struct gw_db *db,
	      struct gw_consumer *consumer, bool *over, struct gw_error *err)
{
	int64_t now = gw_monotonic_us();

	*over = gw_consumer_has_all(consumer);
	if (*over || (drain->looked_us != 0 && now - drain->looked_us < LOOK_US))
		return GW_OK;
	drain->looked_us = now;
	if ((!drain->listed && list_others(drain, config, consumer, err) != GW_OK) ||
	    gw_pause_look(db, drain->topics, err) != GW_OK ||
	    read_offsets(drain, config, db, err) != GW_OK ||
	    gw_remain_look(config, drain->others, drain->count, err) != GW_OK)
		return err->status;
	return judge(drain, over, err);
}
