#include "load/apply.h"

#include <endian.h>
#include <string.h>

#include "base/i18n.h"

enum {
	MAX_PARAMS = 6,
	MAX_PARAM_BYTES = 64 * 1024 * 1024,
};

enum content { NONE, SOURCE, STREAM, NOW, TID, OLD, WAS, KEY, VERSION, RUN };

#define FATE(name) (1u << GW_FATE_##name)

/* Which records a step is for, and its parameters. */
static const struct {
	unsigned fates;
	enum content params[MAX_PARAMS];
} steps[GW_STEPS] = {
	[GW_STEP_PAST] = {FATE(CHANGED), {TID, NOW}},
	[GW_STEP_REPLACED] = {FATE(CHANGED), {TID}},
	[GW_STEP_GONE] = {FATE(DELETED) | FATE(GONE), {TID, OLD, WAS, NOW, VERSION, RUN}},
	[GW_STEP_REMEMBERED] = {FATE(REMEMBERED) | FATE(KNOWN),
				{SOURCE, STREAM, NOW, KEY, VERSION}},
	[GW_STEP_FORGOTTEN] = {FATE(RETURNED), {TID, OLD}},
};

void
gw_apply_init(struct gw_apply *apply)
{
	gw_buf_init(&apply->params, MAX_PARAM_BYTES);
}

void
gw_apply_release(struct gw_apply *apply)
{
	gw_buf_release(&apply->params);
}

static bool
is_for(const struct gw_range *range, size_t i, enum gw_step step)
{
	return range->stage->live[i]->refusal == NULL &&
	       (steps[step].fates >> range->verdicts[i].fate & 1) != 0;
}

static enum gw_array_of
array_type(enum content content)
{
	if (content == TID)
		return GW_ARRAY_TID;
	if (content == KEY)
		return GW_ARRAY_TEXT;
	return content == RUN ? GW_ARRAY_UUID : GW_ARRAY_BIGINT;
}

static void
put_element(enum content content, const struct gw_arrival *record, const struct gw_verdict *verdict,
	    struct gw_buf *out)
{
	if (content == TID)
		gw_copy_in_bytes(out, verdict->tid, sizeof verdict->tid);
	else if (content == KEY)
		gw_copy_in_bytes(out, record->key, record->key_len);
	else if (content == RUN)
		gw_copy_in_bytes(out, record->header.run, sizeof record->header.run);
	else if (content == VERSION)
		gw_copy_in_i64(out, record->header.version);
	else if (content == WAS)
		gw_copy_in_i64(out, verdict->hash);
	else
		gw_copy_in_i64(out, verdict->row ? verdict->version : verdict->remembered_version);
}

static void
put_param(const struct gw_range *range, enum gw_step step, enum content content, size_t count,
	  struct gw_buf *out)
{
	const struct gw_topic *topic = range->plan->topic;

	switch (content) {
	case SOURCE:
		(void)gw_buf_puts(out, topic->source);
		return;
	case STREAM:
		(void)gw_buf_puts(out, topic->stream);
		return;
	case NOW:
		gw_copy_in_instant(out, range->plan->now_us);
		return;
	case NONE:
	case TID:
	case OLD:
	case WAS:
	case KEY:
	case VERSION:
	case RUN:
		break;
	}
	gw_copy_in_array(out, array_type(content), count);
	for (size_t i = range->from; i < range->to; i++)
		if (is_for(range, i, step))
			put_element(content, range->stage->live[i], &range->verdicts[i], out);
}

/* What a step's rows say themselves must be the rows that were judged: their sum is asked. */
static bool
are_same(const struct gw_range *range, enum gw_step step, const struct gw_db_result *result)
{
	uint64_t sum = 0, part;

	if (step != GW_STEP_REPLACED)
		return true;
	for (size_t i = range->from; i < range->to; i++)
		if (is_for(range, i, step))
			sum += (uint64_t)(range->verdicts[i].version ^ range->verdicts[i].hash);
	for (size_t i = 0; i < gw_db_rows(result); i++) {
		const void *bytes = gw_db_binary(result, i, 0, sizeof part);

		if (bytes == NULL)
			return false;
		memcpy(&part, bytes, sizeof part);
		sum -= be64toh(part);
	}
	return sum == 0;
}

/* Appends all parameters, and says where each of them stands; how many they are. */
static int
put_params(struct gw_apply *apply, const struct gw_range *range, enum gw_step step, size_t count,
	   struct gw_db_bytes params[MAX_PARAMS])
{
	size_t ends[MAX_PARAMS];
	int n = 0;

	gw_buf_clear(&apply->params);
	for (; n < MAX_PARAMS && steps[step].params[n] != NONE; n++) {
		put_param(range, step, steps[step].params[n], count, &apply->params);
		ends[n] = apply->params.len;
	}
	for (int i = 0; i < n; i++) {
		size_t from = i == 0 ? 0 : ends[i - 1];

		params[i] = (struct gw_db_bytes){apply->params.data + from, ends[i] - from};
	}
	return n;
}

static enum gw_status
run_step(struct gw_apply *apply, struct gw_db *db, const struct gw_range *range, enum gw_step step,
	 size_t count, struct gw_error *err)
{
	struct gw_db_bytes params[MAX_PARAMS];
	struct gw_db_result *result = NULL;
	char name[GW_MAX_NAME + 16];
	int n = put_params(apply, range, step, count, params);
	bool done;

	if (apply->params.failed)
		return gw_fail_memory(err);
	gw_entity_statement(range->plan->entity, step, name);
	if (gw_db_run(db, name, params, n, &result, err) != GW_OK)
		return err->status;
	done = gw_db_affected(result) == (int64_t)count && are_same(range, step, result);
	gw_db_free(result);
	if (done)
		return GW_OK;
	(void)gw_fail(err, GW_RETRY, "%s",
		      _("rows of the batch were changed by somebody else meanwhile"));
	memcpy(err->sqlstate, "40001", sizeof err->sqlstate);
	return err->status;
}

enum gw_status
gw_apply_range(struct gw_apply *apply, struct gw_db *db, const struct gw_range *range,
	       struct gw_error *err)
{
	for (int step = GW_STEP_LOOK + 1; step < GW_STEPS; step++) {
		size_t count = 0;

		for (size_t i = range->from; i < range->to; i++)
			count += is_for(range, i, (enum gw_step)step);
		if (count > 0 &&
		    run_step(apply, db, range, (enum gw_step)step, count, err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}
