#include "load/judge.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum { MAX_KEY_BYTES = 64 * 1024 * 1024 };

void
gw_judge_init(struct gw_judge *judge)
{
	*judge = (struct gw_judge){0};
	gw_buf_init(&judge->keys, MAX_KEY_BYTES);
}

void
gw_judge_release(struct gw_judge *judge)
{
	gw_buf_release(&judge->keys);
	free(judge->verdicts);
}

static enum gw_fate
fate_of_delete(const struct gw_verdict *known)
{
	if (known->row)
		return known->row_deleted ? GW_FATE_GONE : GW_FATE_DELETED;
	return known->remembered ? GW_FATE_KNOWN : GW_FATE_REMEMBERED;
}

enum gw_fate
gw_judge_fate(const struct gw_verdict *known, bool gone, int64_t version, const int64_t *hash)
{
	if ((known->row && known->version > version) ||
	    (known->remembered && known->remembered_version > version))
		return GW_FATE_SUPERSEDED;
	if (gone)
		return fate_of_delete(known);
	if (!known->row)
		return known->remembered ? GW_FATE_RETURNED : GW_FATE_NEW;
	if (hash != NULL && *hash == known->hash && !known->row_deleted)
		return GW_FATE_UNCHANGED;
	return GW_FATE_CHANGED;
}

static enum gw_status
make_room(struct gw_judge *judge, const struct gw_stage *stage, struct gw_error *err)
{
	if (stage->nlive > judge->room) {
		free(judge->verdicts);
		judge->room = 0;
		judge->verdicts = malloc(stage->max * sizeof *judge->verdicts);
		if (judge->verdicts == NULL)
			return gw_fail_memory(err);
		judge->room = stage->max;
	}
	memset(judge->verdicts, 0, stage->nlive * sizeof *judge->verdicts);
	return GW_OK;
}

/* False for null. */
static bool
take_i64(const struct gw_db_result *rows, size_t row, size_t column, int64_t *out)
{
	const void *bytes = gw_db_binary(rows, row, column, sizeof *out);
	uint64_t big;

	if (bytes == NULL)
		return false;
	memcpy(&big, bytes, sizeof big);
	*out = (int64_t)be64toh(big);
	return true;
}

static enum gw_status
take_row(struct gw_judge *judge, const struct gw_stage *stage, const struct gw_db_result *rows,
	 size_t row, struct gw_error *err)
{
	struct gw_verdict *known;
	const void *tid = gw_db_binary(rows, row, 1, sizeof known->tid);
	const char *deleted = gw_db_binary(rows, row, 4, 1);
	int64_t nth = 0;

	if (!take_i64(rows, row, 0, &nth) || nth < 1 || nth > (int64_t)stage->nlive || tid == NULL)
		return gw_fail(err, GW_FATAL, "%s",
			       _("the warehouse answers a look-up of keys with something else"));
	known = &judge->verdicts[nth - 1];
	memcpy(known->tid, tid, sizeof known->tid);
	known->row =
		take_i64(rows, row, 2, &known->version) && take_i64(rows, row, 3, &known->hash);
	known->row_deleted = deleted != NULL && *deleted != 0;
	known->remembered = take_i64(rows, row, 5, &known->remembered_version);
	return GW_OK;
}

static enum gw_status
look_up(struct gw_judge *judge, struct gw_db *db, const struct gw_row_plan *plan,
	const struct gw_stage *stage, struct gw_error *err)
{
	const struct gw_topic *topic = plan->topic;
	char name[GW_MAX_NAME + 16];
	struct gw_db_result *rows = NULL;
	struct gw_db_bytes params[] = {{topic->source, strlen(topic->source)},
				       {topic->stream, strlen(topic->stream)},
				       {NULL, 0}};
	enum gw_status status;

	gw_buf_clear(&judge->keys);
	gw_copy_in_array(&judge->keys, GW_ARRAY_TEXT, stage->nlive);
	for (size_t i = 0; i < stage->nlive; i++)
		gw_copy_in_bytes(&judge->keys, stage->live[i]->key, stage->live[i]->key_len);
	if (judge->keys.failed)
		return gw_fail_memory(err);
	params[2] = (struct gw_db_bytes){judge->keys.data, judge->keys.len};
	gw_entity_statement(plan->entity, GW_STEP_LOOK, name);
	status = gw_db_run(db, name, params, 3, &rows, err);
	for (size_t i = 0; status == GW_OK && i < gw_db_rows(rows); i++)
		status = take_row(judge, stage, rows, i, err);
	gw_db_free(rows);
	return status;
}

static enum gw_status
judge_record(struct gw_row_space *space, struct gw_stage *stage, struct gw_arrival *record,
	     struct gw_verdict *verdict, struct gw_error *err)
{
	int64_t version = record->header.version, hash;
	enum gw_fate fate = gw_judge_fate(verdict, record->value == NULL, version, NULL);

	/* What was changed in the table by hand has its old hash still. */
	if (fate == GW_FATE_CHANGED && record->header.operation != GW_OP_REPAIR) {
		enum gw_status status = gw_row_hash(space, record, &hash, err);

		if (status == GW_REJECT)
			return gw_row_refuse(stage, record, NULL, err);
		if (status != GW_OK)
			return status;
		fate = gw_judge_fate(verdict, false, version, &hash);
	}
	verdict->fate = (unsigned char)fate;
	record->outlived = fate == GW_FATE_SUPERSEDED &&
			   (verdict->row_deleted || verdict->remembered_version > version);
	return GW_OK;
}

enum gw_status
gw_judge_live(struct gw_judge *judge, struct gw_db *db, struct gw_row_space *space,
	      const struct gw_row_plan *plan, struct gw_stage *stage, struct gw_error *err)
{
	if (make_room(judge, stage, err) != GW_OK || look_up(judge, db, plan, stage, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < stage->nlive; i++)
		if (stage->live[i]->refusal == NULL &&
		    judge_record(space, stage, stage->live[i], &judge->verdicts[i], err) != GW_OK)
			return err->status;
	return GW_OK;
}
