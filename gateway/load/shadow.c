#include "load/shadow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "kafka/scroll.h"
#include "load/judge.h"
#include "load/known.h"
#include "load/warehouse.h"

enum {
	BATCH_RECORDS = 20000,
	BATCH_BYTES = 8 * 1024 * 1024,
	WAIT_MS = 500,
	STILL_US = 60 * 1000000,
	TELL_US = 1000000,
	NUMBER_TEXT = 24,
	MAX_ARRAYS = 32 * 1024 * 1024,
};

/* As the loader has it, but for whole tables that are compared. */
static const char session_sql[] =
	"SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; "
	"SET plan_cache_mode = force_generic_plan; SET jit = off; "
	"SET client_connection_check_interval = '2s'";
static const char hold_sql[] = "SET statement_timeout = '30min'; "
			       "SET client_connection_check_interval = '2s'";

enum gw_status
gw_shadow_open(struct gw_shadow *shadow, const struct gw_config *config, struct gw_error *err)
{
	shadow->config = config;
	if (gw_warehouse_connect(config, "songma rebuild", &shadow->db, err) != GW_OK ||
	    gw_warehouse_make(shadow->db, config, err) != GW_OK ||
	    gw_db_exec(shadow->db, session_sql, err) != GW_OK ||
	    gw_warehouse_connect(config, "songma rebuild", &shadow->hold, err) != GW_OK ||
	    gw_db_exec(shadow->hold, hold_sql, err) != GW_OK ||
	    gw_registry_open(config->registry_url, &shadow->registry, err) != GW_OK ||
	    gw_registry_ping(shadow->registry, err) != GW_OK ||
	    gw_stage_init(&shadow->stage, BATCH_RECORDS, BATCH_BYTES, err) != GW_OK ||
	    gw_entities_open(shadow->db, shadow->registry, &shadow->entities, err) != GW_OK)
		return err->status;
	gw_entities_shadow(shadow->entities);
	return gw_merge_open(shadow->db, shadow->entities, &shadow->merge, err);
}

static void
forget(struct gw_shadow *shadow)
{
	while (shadow->parts != NULL) {
		struct gw_shadow_part *next = shadow->parts->next;

		free(shadow->parts);
		shadow->parts = next;
	}
	gw_known_topics_free(&shadow->topics);
	free(shadow->streams);
	shadow->streams = NULL;
	shadow->nstreams = 0;
}

void
gw_shadow_close(struct gw_shadow *shadow)
{
	forget(shadow);
	gw_merge_close(shadow->merge);
	gw_entities_close(shadow->entities);
	gw_registry_close(shadow->registry);
	gw_stage_release(&shadow->stage);
	gw_db_close(shadow->hold);
	gw_db_close(shadow->db);
}

static enum gw_status
find_topic(struct gw_shadow *shadow, const char *name, struct gw_topic **out, struct gw_error *err)
{
	const char *prefix = shadow->config->prefix;
	struct gw_rebuild_stream *streams;

	if (gw_known_topic(&shadow->topics, prefix, name, out, err) != GW_OK)
		return err->status != GW_REJECT
			       ? err->status
			       : gw_fail(err, GW_CONFIG,
					 _("canon.%s was loaded from topic %s, which is not of the "
					   "prefix %s in songma.yaml"),
					 shadow->entity, name, prefix);
	for (size_t i = 0; i < shadow->nstreams; i++)
		if (shadow->streams[i].stream == (*out)->stream)
			return GW_OK;
	streams = realloc(shadow->streams, (shadow->nstreams + 1) * sizeof *streams);
	if (streams == NULL)
		return gw_fail_memory(err);
	shadow->streams = streams;
	shadow->streams[shadow->nstreams++] =
		(struct gw_rebuild_stream){.source = (*out)->source, .stream = (*out)->stream};
	return GW_OK;
}

/* The partition of row r: topic, partition, and what was read of it. */
static enum gw_status
take_part(struct gw_shadow *shadow, const struct gw_db_result *rows, size_t r, struct gw_error *err)
{
	struct gw_shadow_part *part = shadow->parts;
	const char *name = gw_db_text(rows, r, 0);
	int32_t number = (int32_t)gw_db_i64(rows, r, 1);
	struct gw_topic *topic = NULL;

	while (part != NULL &&
	       (part->partition.partition != number || strcmp(part->topic->name, name) != 0))
		part = part->next;
	if (part == NULL) {
		if (find_topic(shadow, name, &topic, err) != GW_OK)
			return err->status;
		part = calloc(1, sizeof *part);
		if (part == NULL)
			return gw_fail_memory(err);
		part->topic = topic;
		part->partition = (struct gw_partition){
			.topic = topic,
			.partition = number,
			.assigned = true,
			.taken = gw_db_i64(rows, r, 3),
			/* Into an empty table its first snapshot goes as it did the first time. */
			.straight = gw_db_i64(rows, r, 3) == 0,
		};
		part->next_offset = part->partition.taken;
		part->records = gw_db_i64(rows, r, 4);
		part->rows = gw_db_i64(rows, r, 5);
		part->refused = gw_db_i64(rows, r, 6);
		shadow->counts.records += part->records;
		shadow->counts.refused += part->refused;
		part->next = shadow->parts;
		shadow->parts = part;
	}
	part->target = gw_db_i64(rows, r, 2);
	return GW_OK;
}

enum gw_status
gw_shadow_aim(struct gw_shadow *shadow, struct gw_db *db, int64_t *left, struct gw_error *err)
{
	static const char sql[] =
		"SELECT o.topic, o.partition, o.next_offset, coalesce(r.next_offset, 0), "
		"coalesce(r.records, 0), coalesce(r.rows, 0), coalesce(r.refused, 0) "
		"FROM ops.stream s JOIN ops.offset o USING (topic) "
		"LEFT JOIN ops.rebuild_offset r ON r.entity = s.entity AND r.topic = o.topic "
		"AND r.partition = o.partition WHERE s.entity = $1";
	const char *params[] = {shadow->entity};
	struct gw_db_result *rows = NULL;
	enum gw_status status = gw_db_query(db, sql, params, 1, &rows, err);

	for (size_t r = 0; status == GW_OK && r < gw_db_rows(rows); r++)
		status = take_part(shadow, rows, r, err);
	gw_db_free(rows);
	*left = 0;
	for (const struct gw_shadow_part *part = shadow->parts; part != NULL; part = part->next)
		if (part->target > part->next_offset)
			*left += part->target - part->next_offset;
	shadow->counts.total = shadow->counts.records + *left;
	return status;
}

enum gw_status
gw_shadow_find(struct gw_shadow *shadow, struct gw_error *err)
{
	int64_t left;

	forget(shadow);
	gw_entities_forget(shadow->entities);
	return gw_shadow_aim(shadow, shadow->db, &left, err);
}

/* A list of texts or numbers as PostgreSQL writes an array. */
static void
put_element(struct gw_buf *list, const char *text, size_t len)
{
	(void)gw_buf_puts(list, list->len > 0 ? ",\"" : "{\"");
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '"' || text[i] == '\\')
			(void)gw_buf_putc(list, '\\');
		(void)gw_buf_putc(list, text[i]);
	}
	(void)gw_buf_putc(list, '"');
}

/* The keys of what was refused: their rows are taken over from the live table. */
static enum gw_status
keep_refused(struct gw_shadow *shadow, struct gw_error *err)
{
	const struct gw_stage *stage = &shadow->stage;
	struct gw_buf keys, versions;
	char sql[400];
	enum gw_status status = GW_OK;

	gw_buf_init(&keys, MAX_ARRAYS);
	gw_buf_init(&versions, MAX_ARRAYS);
	for (size_t i = 0; i < stage->nlive; i++) {
		char number[NUMBER_TEXT];
		const struct gw_arrival *record = stage->live[i];

		if (record->refusal == NULL)
			continue;
		(void)snprintf(number, sizeof number, "%" PRId64, record->header.version);
		put_element(&keys, record->key, record->key_len);
		put_element(&versions, number, strlen(number));
	}
	(void)snprintf(sql, sizeof sql,
		       "INSERT INTO rebuild.\"%s_refused\" AS r (source, stream, key, version) "
		       "SELECT $1, $2, k.key, k.version FROM unnest($3::text[], $4::bigint[]) "
		       "k(key, version) ON CONFLICT (source, stream, key) DO UPDATE "
		       "SET version = greatest(r.version, excluded.version)",
		       shadow->entity);
	if (keys.len > 0 && gw_buf_putc(&keys, '}') && gw_buf_putc(&versions, '}')) {
		const char *params[] = {stage->topic->source, stage->topic->stream, keys.data,
					versions.data};

		status = gw_db_query(shadow->db, sql, params, 4, NULL, err);
	}
	if (keys.failed || versions.failed)
		status = gw_fail_memory(err);
	gw_buf_release(&keys);
	gw_buf_release(&versions);
	return status;
}

/* A key that was refused and loads after all is refused no longer. */
static enum gw_status
release_refused(struct gw_shadow *shadow, struct gw_error *err)
{
	char sql[400];
	const char *params[] = {shadow->stage.topic->source, shadow->stage.topic->stream};

	(void)snprintf(
		sql, sizeof sql,
		"DELETE FROM rebuild.\"%s_refused\" r USING rebuild.\"%s\" m "
		"WHERE r.source = $1 AND r.stream = $2 AND m._key = r.key "
		"AND m._source = r.source AND m._stream = r.stream AND m._version > r.version",
		shadow->entity, shadow->entity);
	return gw_db_query(shadow->db, sql, params, 2, NULL, err);
}

static enum gw_status
store(struct gw_shadow *shadow, const struct gw_shadow_part *part, int64_t next,
      struct gw_error *err)
{
	static const char sql[] =
		"INSERT INTO ops.rebuild_offset (entity, topic, partition, next_offset, records, "
		"rows, refused) VALUES ($1, $2, $3::integer, $4::bigint, $5::bigint, $6::bigint, "
		"$7::bigint) ON CONFLICT (entity, topic, partition) DO UPDATE "
		"SET next_offset = excluded.next_offset, records = excluded.records, "
		"rows = excluded.rows, refused = excluded.refused";
	const int64_t numbers[] = {part->partition.partition, next, part->records, part->rows,
				   part->refused};
	char texts[5][NUMBER_TEXT];
	const char *params[7] = {shadow->entity, part->topic->name};

	for (int i = 0; i < 5; i++) {
		(void)snprintf(texts[i], sizeof texts[i], "%" PRId64, numbers[i]);
		params[2 + i] = texts[i];
	}
	return gw_db_query(shadow->db, sql, params, 7, NULL, err);
}

static void
count(struct gw_shadow *shadow, struct gw_shadow_part *part)
{
	const struct gw_stage *stage = &shadow->stage;
	int64_t refused = 0;

	for (size_t i = 0; i < stage->nlive; i++) {
		const struct gw_arrival *record = stage->live[i];

		part->rows += record->refusal == NULL &&
			      (record->fate == GW_FATE_NEW || record->fate == GW_FATE_RETURNED);
	}
	for (size_t i = 0; i < stage->npicked; i++)
		refused += stage->picked[i]->refusal != NULL;
	part->records += (int64_t)stage->npicked;
	part->refused += refused;
	shadow->counts.records += (int64_t)stage->npicked;
	shadow->counts.refused += refused;
}

/* What is in the stage, and that it is: one transaction. */
static enum gw_status
put_batch(struct gw_shadow *shadow, struct gw_shadow_part *part, int64_t next, struct gw_error *err)
{
	struct gw_stage *stage = &shadow->stage;
	int64_t now_us;

	if (gw_stage_pick(stage, part->topic, err) != GW_OK)
		return err->status;
	if (stage->npicked > 0 && gw_merge_resolve(shadow->merge, stage, err) != GW_OK)
		return err->status;
	if (gw_db_exec(shadow->db, "BEGIN", err) != GW_OK)
		return err->status;
	if (stage->npicked > 0) {
		now_us = stage->picked[stage->npicked - 1]->timestamp_ms * 1000;
		if (gw_merge_apply(shadow->merge, stage, now_us, err) != GW_OK)
			return err->status;
		count(shadow, part);
		if (keep_refused(shadow, err) != GW_OK || release_refused(shadow, err) != GW_OK)
			return err->status;
	}
	if (store(shadow, part, next, err) != GW_OK)
		return err->status;
	return gw_db_commit(shadow->db, err);
}

static enum gw_status
flush(struct gw_shadow *shadow, struct gw_shadow_part *part, int64_t next, struct gw_error *err)
{
	const struct gw_rebuild_counts counts = shadow->counts;
	const struct gw_shadow_part before = *part;
	enum gw_status status = put_batch(shadow, part, next, err);
	int64_t now = gw_monotonic_us();

	if (status != GW_OK) {
		gw_db_rollback(shadow->db);
		*part = before;
		shadow->counts = counts;
		return status;
	}
	gw_stage_clear(&shadow->stage);
	part->next_offset = part->partition.taken = next;
	if (shadow->progress != NULL && now - shadow->told_us >= TELL_US) {
		shadow->told_us = now;
		shadow->progress(shadow->arg, &shadow->counts);
	}
	return GW_OK;
}

/* One message into the stage, which is emptied where it is full. */
static enum gw_status
stage_message(struct gw_shadow *shadow, struct gw_shadow_part *part,
	      const struct gw_incoming *message, struct gw_error *err)
{
	enum gw_status status;

	if (gw_stage_room(&shadow->stage) == 0 &&
	    flush(shadow, part, part->partition.taken, err) != GW_OK)
		return err->status;
	status = gw_stage_add(&shadow->stage, &part->partition, message, err);
	if (status != GW_RETRY)
		return status;
	if (flush(shadow, part, part->partition.taken, err) != GW_OK)
		return err->status;
	return gw_stage_add(&shadow->stage, &part->partition, message, err);
}

/* Up to the target, which is there. */
static enum gw_status
read_on(struct gw_shadow *shadow, struct gw_shadow_part *part, struct gw_scroll *scroll,
	const volatile sig_atomic_t *stop, struct gw_error *err)
{
	int64_t moved = gw_monotonic_us();
	enum gw_status status = GW_OK;
	bool passed = false;

	while (status == GW_OK && !passed) {
		struct gw_incoming message;
		bool got;

		if (*stop)
			return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
		status = gw_scroll_next(scroll, WAIT_MS, &message, &got, err);
		if (status == GW_OK && got) {
			passed = message.offset >= part->target;
			if (!passed)
				status = stage_message(shadow, part, &message, err);
			gw_consumer_release(&message, 1);
			moved = gw_monotonic_us();
		}
		passed = passed || gw_scroll_place(scroll) >= part->target;
		if (status == GW_OK && !passed && gw_monotonic_us() - moved > STILL_US)
			status = gw_fail(err, GW_RETRY,
					 _("Kafka gave no record of topic %s for a minute"),
					 part->topic->name);
	}
	return status == GW_OK ? flush(shadow, part, part->target, err) : status;
}

static enum gw_status
read_part(struct gw_shadow *shadow, struct gw_shadow_part *part, const volatile sig_atomic_t *stop,
	  struct gw_error *err)
{
	struct gw_scroll *scroll = NULL;
	enum gw_status status =
		gw_scroll_part(shadow->config, part->topic->name, part->partition.partition,
			       part->next_offset > 0 ? part->next_offset : -1, &scroll, err);

	part->partition.taken = part->next_offset;
	if (status == GW_OK && gw_scroll_end(scroll) < part->target)
		status = gw_fail(err, GW_CONFIG,
				 _("topic %s, partition %d ends at offset %lld, but records up to "
				   "%lld were loaded from it: it was made anew, and canon.%s can't "
				   "be made from it"),
				 part->topic->name, (int)part->partition.partition,
				 (long long)gw_scroll_end(scroll), (long long)part->target,
				 shadow->entity);
	if (status == GW_OK)
		status = read_on(shadow, part, scroll, stop, err);
	gw_scroll_close(scroll);
	gw_stage_clear(&shadow->stage);
	return status;
}

enum gw_status
gw_shadow_read(struct gw_shadow *shadow, const volatile sig_atomic_t *stop, struct gw_error *err)
{
	for (struct gw_shadow_part *part = shadow->parts; part != NULL; part = part->next)
		if (part->next_offset < part->target && read_part(shadow, part, stop, err) != GW_OK)
			return err->status;
	return GW_OK;
}

enum gw_status
gw_shadow_analyze(struct gw_shadow *shadow, struct gw_error *err)
{
	char sql[3 * GW_MAX_NAME + 96];

	(void)snprintf(sql, sizeof sql,
		       "ANALYZE rebuild.\"%s\", rebuild.\"%s_refused\", "
		       "rebuild.\"%s_gone\"",
		       shadow->entity, shadow->entity, shadow->entity);
	return gw_db_exec(shadow->db, sql, err);
}
