#include "load/merge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "load/resolve.h"
#include "load/row.h"

enum {
	PIECE_BYTES = 64 * 1024, /* of a COPY, sent at once */
	MAX_ROW_BYTES = 32 * 1024 * 1024,
	MAX_RANGES = 64, /* halving leaves at most one range a level behind */
};

struct gw_merge {
	struct gw_db *db;
	struct gw_entities *entities;
	struct gw_buf rows;
	struct gw_row_space space;
	struct gw_row_plan plan;
	bool stage_filled; /* in this transaction */
};

enum gw_status
gw_merge_open(struct gw_db *db, struct gw_entities *entities, struct gw_merge **out,
	      struct gw_error *err)
{
	struct gw_merge *merge = calloc(1, sizeof *merge);

	if (merge == NULL)
		return gw_fail_memory(err);
	merge->db = db;
	merge->entities = entities;
	gw_buf_init(&merge->rows, MAX_ROW_BYTES);
	gw_row_space_init(&merge->space);
	*out = merge;
	return GW_OK;
}

void
gw_merge_close(struct gw_merge *merge)
{
	if (merge == NULL)
		return;
	gw_buf_release(&merge->rows);
	gw_row_space_release(&merge->space);
	free(merge);
}

static enum gw_status
flush_rows(struct gw_merge *merge, size_t least, struct gw_error *err)
{
	if (merge->rows.len < least || merge->rows.len == 0)
		return GW_OK;
	if (gw_db_copy_put(merge->db, merge->rows.data, merge->rows.len, err) != GW_OK)
		return err->status;
	gw_buf_clear(&merge->rows);
	return GW_OK;
}

/* Appends a record's row; one that can't be read or does not fit is set aside instead. */
static enum gw_status
copy_record(struct gw_merge *merge, struct gw_stage *stage, struct gw_arrival *record,
	    struct gw_error *err)
{
	char reason[sizeof err->text];
	struct gw_refusal why = {.code = "value", .reason = reason};
	enum gw_status status =
		gw_row_put(&merge->space, &merge->plan, record, &merge->rows, &why.column, err);

	if (status != GW_REJECT)
		return status;
	memcpy(reason, err->text, sizeof reason);
	return gw_stage_refuse(stage, record, &why, err);
}

/* Live records [from, to) into the stage, or straight into the table. */
static enum gw_status
copy_range(struct gw_merge *merge, struct gw_stage *stage, size_t from, size_t to,
	   struct gw_error *err)
{
	const struct gw_buf *sql = merge->plan.straight ? &merge->plan.entity->copy_straight
							: &merge->plan.entity->copy_stage;
	enum gw_status status;

	if (gw_db_copy_begin(merge->db, sql->data, err) != GW_OK)
		return err->status;
	gw_buf_clear(&merge->rows);
	gw_copy_in_header(&merge->rows);
	for (size_t i = from; i < to; i++) {
		if (stage->live[i]->refusal != NULL)
			continue;
		status = copy_record(merge, stage, stage->live[i], err);
		if (status != GW_OK) {
			gw_db_copy_cancel(merge->db);
			return status;
		}
		if (flush_rows(merge, PIECE_BYTES, err) != GW_OK)
			return err->status;
	}
	gw_copy_in_trailer(&merge->rows);
	if (flush_rows(merge, 1, err) != GW_OK)
		return err->status;
	return gw_db_copy_end(merge->db, err);
}

static void
count_fate(struct gw_slot *slot, char fate, int64_t count)
{
	switch ((enum gw_fate)fate) {
	case GW_FATE_NEW:
	case GW_FATE_RETURNED:
	case GW_FATE_CHANGED:
		slot->loaded += count;
		break;
	case GW_FATE_UNCHANGED:
	case GW_FATE_GONE:
	case GW_FATE_KNOWN:
		slot->unchanged += count;
		break;
	case GW_FATE_SUPERSEDED:
		slot->superseded += count;
		break;
	case GW_FATE_DELETED:
	case GW_FATE_REMEMBERED:
		slot->deleted += count;
		break;
	}
}

/* How many rows each step has to find. */
struct work {
	int64_t of[GW_STEPS];
};

static void
add_work(struct work *work, char fate, int64_t count)
{
	switch ((enum gw_fate)fate) {
	case GW_FATE_CHANGED:
		work->of[GW_STEP_PAST] += count;
		work->of[GW_STEP_CHANGED] += count;
		break;
	case GW_FATE_RETURNED:
		work->of[GW_STEP_FORGOTTEN] += count;
		work->of[GW_STEP_FRESH] += count;
		break;
	case GW_FATE_NEW:
		work->of[GW_STEP_FRESH] += count;
		break;
	case GW_FATE_DELETED:
	case GW_FATE_GONE:
		work->of[GW_STEP_GONE] += count;
		break;
	case GW_FATE_REMEMBERED:
	case GW_FATE_KNOWN:
		work->of[GW_STEP_REMEMBERED] += count;
		break;
	case GW_FATE_UNCHANGED:
	case GW_FATE_SUPERSEDED:
		break;
	}
}

static enum gw_status
run_step(struct gw_merge *merge, enum gw_step step, struct gw_db_result **out, struct gw_error *err)
{
	char now[GW_TIME_TEXT], name[GW_MAX_NAME + 16];
	const char *params[] = {merge->plan.topic->source, merge->plan.topic->stream, now};

	gw_timestamp_format(merge->plan.now_us, now);
	gw_entity_statement(merge->plan.entity, step, name);
	return gw_db_run(merge->db, name, params, 3, out, err);
}

/* A row that somebody changed by hand in this moment is not where it was judged: the batch is done
 * anew. */
static enum gw_status
do_step(struct gw_merge *merge, enum gw_step step, int64_t rows, struct gw_error *err)
{
	struct gw_db_result *result = NULL;
	int64_t affected;

	if (run_step(merge, step, &result, err) != GW_OK)
		return err->status;
	affected = gw_db_affected(result);
	gw_db_free(result);
	if (affected == rows)
		return GW_OK;
	(void)gw_fail(err, GW_RETRY, "%s",
		      _("rows of the batch were changed by somebody else meanwhile"));
	memcpy(err->sqlstate, "40001", sizeof err->sqlstate);
	return err->status;
}

static enum gw_status
merge_stage(struct gw_merge *merge, struct gw_stage *stage, struct gw_error *err)
{
	struct gw_db_result *fates = NULL;
	struct work work = {0};

	merge->stage_filled = true;
	if (run_step(merge, GW_STEP_JUDGE, &fates, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < gw_db_rows(fates); i++)
		add_work(&work, gw_db_text(fates, i, 1)[0], gw_db_i64(fates, i, 2));
	for (int step = GW_STEP_JUDGE + 1; step < GW_STEPS; step++)
		if (work.of[step] > 0 &&
		    do_step(merge, (enum gw_step)step, work.of[step], err) != GW_OK) {
			gw_db_free(fates);
			return err->status;
		}
	/* Counted only once nothing of it can fail any more: a refused range is judged again. */
	for (size_t i = 0; i < gw_db_rows(fates); i++)
		count_fate(&stage->slots[gw_db_i64(fates, i, 0)], gw_db_text(fates, i, 1)[0],
			   gw_db_i64(fates, i, 2));
	gw_db_free(fates);
	return GW_OK;
}

/* What an earlier range left in the stage must not be merged again. */
static enum gw_status
empty_stage(struct gw_merge *merge, struct gw_error *err)
{
	char sql[2 * GW_MAX_NAME + 64];

	if (!merge->stage_filled)
		return GW_OK;
	(void)snprintf(sql, sizeof sql,
		       "DELETE FROM pg_temp.\"stage_%s\"; DELETE FROM pg_temp._judged",
		       merge->plan.entity->table.entity);
	return gw_db_exec(merge->db, sql, err);
}

static enum gw_status
try_range(struct gw_merge *merge, struct gw_stage *stage, size_t from, size_t to,
	  struct gw_error *err)
{
	if (gw_db_exec(merge->db, "SAVEPOINT range", err) != GW_OK ||
	    empty_stage(merge, err) != GW_OK || copy_range(merge, stage, from, to, err) != GW_OK ||
	    merge_stage(merge, stage, err) != GW_OK)
		return err->status;
	return gw_db_exec(merge->db, "RELEASE range", err);
}

static enum gw_status
undo_range(struct gw_merge *merge, struct gw_error *err)
{
	struct gw_error undo;

	if (gw_db_exec(merge->db, "ROLLBACK TO range; RELEASE range", &undo) == GW_OK)
		return GW_OK;
	*err = undo;
	return undo.status;
}

/* The one record of a refused range is the culprit. */
static enum gw_status
refuse_culprit(struct gw_merge *merge, struct gw_stage *stage, struct gw_arrival *record,
	       struct gw_error *err)
{
	char code[sizeof err->sqlstate], reason[sizeof err->text], rule[GW_MAX_NAME];
	const struct gw_refusal why = {.code = code, .rule = rule, .reason = reason};

	memcpy(code, err->sqlstate, sizeof code);
	memcpy(reason, err->text, sizeof reason);
	(void)snprintf(rule, sizeof rule, "%s", gw_db_culprit(merge->db));
	return gw_stage_refuse(stage, record, &why, err);
}

struct range {
	size_t from, to;
};

/* Merges through the stage, halving what the server refuses. */
static enum gw_status
merge_halving(struct gw_merge *merge, struct gw_stage *stage, struct gw_error *err)
{
	struct range todo[MAX_RANGES] = {{0, stage->nlive}};
	size_t count = 1;

	while (count > 0) {
		struct range now = todo[--count];
		size_t middle = now.from + (now.to - now.from) / 2;
		enum gw_status status = try_range(merge, stage, now.from, now.to, err);

		if (status == GW_OK)
			continue;
		if (status != GW_REJECT)
			return status;
		if (now.to - now.from == 1)
			status = refuse_culprit(merge, stage, stage->live[now.from], err);
		if (status == GW_FATAL || undo_range(merge, err) != GW_OK)
			return err->status;
		if (now.to - now.from > 1) {
			todo[count++] = (struct range){middle, now.to};
			todo[count++] = (struct range){now.from, middle};
		}
	}
	return GW_OK;
}

static bool
is_first_snapshot(const struct gw_partition *partition, const struct gw_header *header)
{
	return partition->straight && header->operation == GW_OP_SNAPSHOT &&
	       (!partition->has_run ||
		memcmp(partition->run, header->run, sizeof header->run) == 0);
}

/* The flag of a partition falls with the first record that is not of the stream's first snapshot.
 */
static bool
is_straight(const struct gw_stage *stage)
{
	bool all = stage->nlive > 0;

	for (size_t i = 0; i < stage->npicked; i++) {
		const struct gw_arrival *record = stage->picked[i];
		struct gw_partition *partition = record->part;

		if (!record->headed)
			continue;
		partition->straight = is_first_snapshot(partition, &record->header);
		if (partition->straight && !partition->has_run) {
			partition->has_run = true;
			memcpy(partition->run, record->header.run, sizeof partition->run);
		}
		all = all && partition->straight && record->value != NULL;
	}
	return all;
}

/*
 * Copies the whole batch into the table.  *done stays false when the server
 * refuses it: a key that is there already ends this way for good, anything else
 * for this batch.
 */
static enum gw_status
copy_straight(struct gw_merge *merge, struct gw_stage *stage, bool *done, struct gw_error *err)
{
	enum gw_status status = gw_db_exec(merge->db, "SAVEPOINT range", err);

	if (status == GW_OK)
		status = copy_range(merge, stage, 0, stage->nlive, err);
	if (status == GW_REJECT) {
		for (size_t i = 0; i < stage->npicked; i++)
			if (strcmp(err->sqlstate, "23505") == 0)
				stage->picked[i]->part->straight = false;
		return undo_range(merge, err);
	}
	if (status != GW_OK)
		return status;
	for (size_t i = 0; i < stage->nlive; i++)
		if (stage->live[i]->refusal == NULL)
			stage->slots[stage->live[i]->slot].loaded++;
	*done = true;
	return gw_db_exec(merge->db, "RELEASE range", err);
}

/* A delete in a stream that never had a record: there is no table, only the memory of deletes. */
static enum gw_status
remember_delete(struct gw_merge *merge, struct gw_stage *stage, const struct gw_arrival *record,
		struct gw_error *err)
{
	static const char sql[] =
		"WITH old AS (SELECT version FROM ops.deleted WHERE source = $1 AND stream = $2 "
		"AND key = $3), put AS (INSERT INTO ops.deleted AS d (source, stream, key, "
		"version, "
		"at) VALUES ($1, $2, $3, $4::bigint, $5::timestamptz) "
		"ON CONFLICT (source, stream, key) DO UPDATE "
		"SET version = greatest(d.version, excluded.version)) "
		"SELECT CASE WHEN version > $4::bigint THEN 's' WHEN version IS NULL THEN 'r' "
		"ELSE 'q' END FROM (VALUES (1)) one LEFT JOIN old ON true";
	char version[24], now[GW_TIME_TEXT];
	char *key = gw_arena_copy(&stage->arena, record->key, record->key_len);
	const char *params[] = {stage->topic->source, stage->topic->stream, key, version, now};
	struct gw_db_result *fate = NULL;

	if (key == NULL)
		return gw_fail_memory(err);
	(void)snprintf(version, sizeof version, "%" PRId64, record->header.version);
	gw_timestamp_format(merge->plan.now_us, now);
	if (gw_db_query(merge->db, sql, params, 5, &fate, err) != GW_OK)
		return err->status;
	count_fate(&stage->slots[record->slot], gw_db_text(fate, 0, 0)[0], 1);
	gw_db_free(fate);
	return GW_OK;
}

static enum gw_status
merge_live(struct gw_merge *merge, struct gw_stage *stage, struct gw_error *err)
{
	bool done = false;

	if (merge->plan.entity == NULL) {
		for (size_t i = 0; i < stage->nlive; i++)
			if (stage->live[i]->refusal == NULL &&
			    remember_delete(merge, stage, stage->live[i], err) != GW_OK)
				return err->status;
		return GW_OK;
	}
	merge->plan.straight = is_straight(stage);
	if (merge->plan.straight && copy_straight(merge, stage, &done, err) != GW_OK)
		return err->status;
	merge->plan.straight = false;
	return done || stage->nlive == 0 ? GW_OK : merge_halving(merge, stage, err);
}

enum gw_status
gw_merge_resolve(struct gw_merge *merge, struct gw_stage *stage, struct gw_error *err)
{
	merge->plan.topic = stage->topic;
	return gw_resolve(merge->db, merge->entities, stage, &merge->plan.entity, err);
}

enum gw_status
gw_merge_apply(struct gw_merge *merge, struct gw_stage *stage, int64_t now_us, struct gw_error *err)
{
	merge->plan.now_us = now_us;
	merge->stage_filled = false;
	if (merge_live(merge, stage, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < stage->npicked; i++) {
		const struct gw_arrival *record = stage->picked[i];

		if (record->refusal != NULL)
			stage->slots[record->slot].refused++;
		else if (record->lost)
			stage->slots[record->slot].superseded++;
	}
	return GW_OK;
}
