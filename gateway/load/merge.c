#include "load/merge.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "load/apply.h"
#include "load/pause.h"
#include "load/resolve.h"

enum {
	PIECE_BYTES = 64 * 1024, /* of a COPY, sent at once */
	MAX_ROW_BYTES = 32 * 1024 * 1024,
	LEAST_RANGE = 16,
};

struct gw_merge {
	struct gw_db *db;
	struct gw_entities *entities;
	struct gw_buf rows;
	struct gw_row_space space;
	struct gw_row_plan plan;
	struct gw_judge judge;
	struct gw_apply apply;
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
	gw_judge_init(&merge->judge);
	gw_apply_init(&merge->apply);
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
	gw_judge_release(&merge->judge);
	gw_apply_release(&merge->apply);
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

/* A range of a stage on its way into the table; without verdicts all of it goes in. */
struct flow {
	struct gw_stage *stage;
	struct gw_range range;
	bool refused; /* a record was set aside while it was copied */
};

static bool
goes_in(const struct gw_range *range, size_t i)
{
	if (range->stage->live[i]->refusal != NULL)
		return false;
	if (range->verdicts == NULL)
		return true;
	return range->verdicts[i].fate == GW_FATE_NEW ||
	       range->verdicts[i].fate == GW_FATE_RETURNED ||
	       range->verdicts[i].fate == GW_FATE_CHANGED;
}

/* Sends a record's row; one that can't be read or does not fit is set aside instead. */
static enum gw_status
copy_record(struct gw_merge *merge, struct flow *flow, struct gw_arrival *record,
	    struct gw_error *err)
{
	const char *column = NULL;
	enum gw_status status =
		gw_row_put(&merge->space, &merge->plan, record, &merge->rows, &column, err);

	if (status == GW_REJECT) {
		flow->refused = true;
		status = gw_row_refuse(flow->stage, record, column, err);
	}
	if (status != GW_OK) {
		gw_db_copy_cancel(merge->db);
		return status;
	}
	return flush_rows(merge, PIECE_BYTES, err);
}

static enum gw_status
copy_flow(struct gw_merge *merge, struct flow *flow, struct gw_error *err)
{
	const struct gw_range *range = &flow->range;
	size_t i = range->from;

	while (i < range->to && !goes_in(range, i))
		i++;
	if (i == range->to)
		return GW_OK;
	if (gw_db_copy_begin(merge->db, merge->plan.entity->copy.data, err) != GW_OK)
		return err->status;
	gw_buf_clear(&merge->rows);
	gw_copy_in_header(&merge->rows);
	for (; i < range->to; i++)
		if (goes_in(range, i) &&
		    copy_record(merge, flow, flow->stage->live[i], err) != GW_OK)
			return err->status;
	gw_copy_in_trailer(&merge->rows);
	if (flush_rows(merge, 1, err) != GW_OK)
		return err->status;
	return gw_db_copy_end(merge->db, err);
}

static void
note_fate(struct gw_stage *stage, struct gw_arrival *record, enum gw_fate fate)
{
	struct gw_slot *slot = &stage->slots[record->slot];

	record->fate = (unsigned char)fate;
	switch (fate) {
	case GW_FATE_NEW:
	case GW_FATE_RETURNED:
	case GW_FATE_CHANGED:
		slot->loaded++;
		slot->caught += record->headed && record->header.operation == GW_OP_LATE;
		break;
	case GW_FATE_UNCHANGED:
	case GW_FATE_GONE:
	case GW_FATE_KNOWN:
		slot->unchanged++;
		break;
	case GW_FATE_SUPERSEDED:
		slot->superseded++;
		break;
	case GW_FATE_DELETED:
	case GW_FATE_REMEMBERED:
		slot->deleted++;
		break;
	}
}

/*
 * One range under its savepoint.  GW_REJECT: the server refuses something in it,
 * or records were set aside (flow->refused) after their old rows had been dealt
 * with; either way it is to be undone.
 */
static enum gw_status
try_range(struct gw_merge *merge, struct flow *flow, struct gw_error *err)
{
	if (gw_db_exec(merge->db, "SAVEPOINT range", err) != GW_OK ||
	    (flow->range.verdicts != NULL &&
	     gw_apply_range(&merge->apply, merge->db, &flow->range, err) != GW_OK) ||
	    copy_flow(merge, flow, err) != GW_OK)
		return err->status;
	if (flow->refused)
		return GW_REJECT;
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

/* The table's own key, not one that somebody has added. */
static bool
is_known_key(const struct gw_merge *merge, const struct gw_error *err)
{
	const char *name = gw_db_culprit(merge->db);
	size_t len = strlen(name);

	return strcmp(err->sqlstate, "23505") == 0 && len > strlen("_pkey") &&
	       strcmp(name + len - strlen("_pkey"), "_pkey") == 0;
}

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

static struct gw_range
whole(const struct gw_merge *merge, const struct gw_stage *stage, const struct gw_verdict *verdicts)
{
	return (struct gw_range){
		.plan = &merge->plan,
		.stage = stage,
		.verdicts = verdicts,
		.to = stage->nlive,
	};
}

/* The record that a failed COPY named; range->to: none, and any of them may be it. */
static size_t
find_culprit(const struct gw_merge *merge, const struct gw_range *range)
{
	int64_t row = gw_db_culprit_row(merge->db);
	size_t i = range->from;

	if (row <= 0)
		return range->to;
	for (; i < range->to; i++)
		if (goes_in(range, i) && --row == 0)
			break;
	return i;
}

/* What is still to be merged of a batch, and how much of it at once. */
struct todo {
	size_t at, size;
};

/*
 * A range was undone.  Where the server named the record it is set aside, and what
 * stands before it is known to be good; where it did not the range is halved.  Culprits
 * come in crowds: ranges are as long as the last one was until the next, so that little
 * is sent in vain.
 */
static enum gw_status
step_back(struct gw_merge *merge, const struct flow *flow, struct todo *todo, struct gw_error *err)
{
	const struct gw_range *range = &flow->range;
	size_t count = range->to - range->from, culprit = find_culprit(merge, range);

	if (flow->refused && culprit == range->to)
		return GW_OK;
	if (culprit == range->to && count > 1) {
		todo->size = count / 2;
		return GW_OK;
	}
	if (culprit == range->to)
		culprit = range->from;
	if (culprit == range->from) {
		todo->at++;
		todo->size = count / 2 > LEAST_RANGE ? count / 2 : LEAST_RANGE;
	} else {
		todo->size = culprit - range->from;
	}
	return refuse_culprit(merge, flow->stage, flow->stage->live[culprit], err);
}

/*
 * Merges the batch, setting aside what the server refuses.  GW_REJECT: there was too
 * much of it (stage->flooded), or without verdicts a key is there already.
 */
static enum gw_status
merge_ranges(struct gw_merge *merge, struct gw_stage *stage, const struct gw_verdict *verdicts,
	     struct gw_error *err)
{
	struct todo todo = {.size = stage->nlive};

	while (todo.at < stage->nlive) {
		struct flow flow = {.stage = stage, .range = whole(merge, stage, verdicts)};
		enum gw_status status;

		flow.range.from = todo.at;
		if (stage->nlive - todo.at > todo.size)
			flow.range.to = todo.at + todo.size;
		status = try_range(merge, &flow, err);
		if (status == GW_OK) {
			todo.at = flow.range.to;
			todo.size = 2 * todo.size < stage->nlive ? 2 * todo.size : stage->nlive;
			continue;
		}
		if (status != GW_REJECT || (verdicts == NULL && is_known_key(merge, err)))
			return status;
		if (step_back(merge, &flow, &todo, err) != GW_OK ||
		    undo_range(merge, err) != GW_OK ||
		    gw_pause_check(merge->db, stage, err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

/* Merges what is judged first. */
static enum gw_status
merge_judged(struct gw_merge *merge, struct gw_stage *stage, struct gw_error *err)
{
	if (gw_judge_live(&merge->judge, merge->db, &merge->space, &merge->plan, stage, err) !=
		    GW_OK ||
	    merge_ranges(merge, stage, merge->judge.verdicts, err) != GW_OK)
		return err->status;
	/* Counted only once nothing of it can fail any more. */
	for (size_t i = 0; i < stage->nlive; i++)
		if (stage->live[i]->refusal == NULL)
			note_fate(stage, stage->live[i],
				  (enum gw_fate)merge->judge.verdicts[i].fate);
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

/* Copies the whole batch into the table.  *done stays false when a key is there already, which ends
   this way for good. */
static enum gw_status
copy_straight(struct gw_merge *merge, struct gw_stage *stage, bool *done, struct gw_error *err)
{
	enum gw_status status = gw_db_exec(merge->db, "SAVEPOINT straight", err);

	if (status == GW_OK)
		status = merge_ranges(merge, stage, NULL, err);
	if (status == GW_REJECT && !stage->flooded) {
		for (size_t i = 0; i < stage->npicked; i++)
			stage->picked[i]->part->straight = false;
		return gw_db_exec(merge->db, "ROLLBACK TO straight; RELEASE straight", err);
	}
	if (status != GW_OK)
		return status;
	for (size_t i = 0; i < stage->nlive; i++)
		if (stage->live[i]->refusal == NULL)
			note_fate(stage, stage->live[i], GW_FATE_NEW);
	*done = true;
	return gw_db_exec(merge->db, "RELEASE straight", err);
}

/* A delete in a stream that never had a record: there is no table, only the memory of deletes. */
static enum gw_status
remember_delete(struct gw_merge *merge, struct gw_stage *stage, struct gw_arrival *record,
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
	char known;

	if (key == NULL)
		return gw_fail_memory(err);
	(void)snprintf(version, sizeof version, "%" PRId64, record->header.version);
	gw_timestamp_format(merge->plan.now_us, now);
	if (gw_db_query(merge->db, sql, params, 5, &fate, err) != GW_OK)
		return err->status;
	known = gw_db_text(fate, 0, 0)[0];
	note_fate(stage, record,
		  known == 's'   ? GW_FATE_SUPERSEDED
		  : known == 'r' ? GW_FATE_REMEMBERED
				 : GW_FATE_KNOWN);
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
	if (is_straight(stage) && copy_straight(merge, stage, &done, err) != GW_OK)
		return err->status;
	return done || stage->nlive == 0 ? GW_OK : merge_judged(merge, stage, err);
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
