/*
 * What a source has, added up bucket by bucket, for a reconciliation.
 */
#include "pull/internal.h"

#include <stdlib.h>

#include "base/i18n.h"
#include "base/text.h"
#include "reconcile/buckets.h"

enum { WORD_EVERY_US = 3 * 1000000 };

struct adding {
	struct gw_buckets *buckets;
	int64_t told_us;
};

/* Who asked hears now and then that it goes on. */
static enum gw_status
tell(struct gw_pull *pull, struct gw_lane *lane, int64_t *told_us,
     const volatile sig_atomic_t *stop, struct gw_error *err)
{
	if (gw_monotonic_us() - *told_us < WORD_EVERY_US)
		return GW_OK;
	*told_us = gw_monotonic_us();
	return gw_pull_with_retries(pull, lane, gw_pull_send_word, stop, err);
}

static enum gw_status
add_page(void *arg, struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	 struct gw_error *err)
{
	struct adding *adding = arg;
	const struct gw_schema *schema = lane->plan->schema;

	for (size_t i = 0; i < pull->records.nrecords; i++) {
		const struct gw_record *record = &pull->records.records[i];

		gw_buckets_add(adding->buckets, record->key, record->key_len,
			       gw_record_hash(schema, record->fields));
	}
	adding->buckets->rejected += (int64_t)pull->records.nrejects;
	pull->control.answer.rows += (int64_t)pull->batch.nrows;
	return tell(pull, lane, &adding->told_us, stop, err);
}

static enum gw_status
answer_sums(struct gw_pull *pull, struct gw_lane *lane, const struct gw_buckets *buckets,
	    const volatile sig_atomic_t *stop, struct gw_error *err)
{
	struct gw_answer *answer = &pull->control.answer;
	struct gw_buf packed;
	enum gw_status status;

	gw_buf_init(&packed, GW_BUCKETS_PACKED + 1);
	gw_buckets_pack(buckets, &packed);
	answer->data = (const unsigned char *)packed.data;
	answer->len = packed.len;
	answer->state = GW_ANSWER_DONE;
	status = packed.failed ? gw_fail_memory(err)
			       : gw_pull_with_retries(pull, lane, gw_pull_send_passed, stop, err);
	answer->data = NULL;
	answer->len = 0;
	gw_buf_release(&packed);
	return status;
}

/*
 * What the stream's cursor has found up to now goes out first, so that it is no
 * difference; a bulk stream would be read as a whole for that.
 */
static enum gw_status
flow_first(struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	   struct gw_error *err)
{
	if (lane->plan->stream->mode == GW_MODE_BULK)
		return GW_OK;
	return gw_pull_flow(pull, lane->plan->stream->name, stop, err);
}

enum gw_status
gw_pull_sums(struct gw_pull *pull, struct gw_lane *lane, const struct gw_order *order,
	     const volatile sig_atomic_t *stop, struct gw_error *err)
{
	struct adding adding = {.told_us = 0};
	const struct gw_scan scan = {.page = add_page, .arg = &adding};
	enum gw_status status;

	(void)order;
	if (tell(pull, lane, &adding.told_us, stop, err) != GW_OK ||
	    flow_first(pull, lane, stop, err) != GW_OK ||
	    gw_corrections_catch_up(pull->control.corrections, err) != GW_OK)
		return err->status;
	adding.buckets = calloc(1, sizeof *adding.buckets);
	if (adding.buckets == NULL)
		return gw_fail_memory(err);
	adding.buckets->version = pull->last_version;
	status = gw_pull_scan(pull, lane, &scan, stop, err);
	if (status == GW_OK)
		status = answer_sums(pull, lane, adding.buckets, stop, err);
	free(adding.buckets);
	return status;
}
