/*
 * What a comparison found, told to who asked or sent to the warehouse.
 */
#include "pull/compare.h"

#include <string.h>

#include "base/text.h"

enum gw_difference
gw_compare_verdict(const struct gw_entry *entry)
{
	if (entry->equal)
		return GW_DIFFERENCE_LISTED;
	if (entry->kind == GW_DIFFERENCE_LISTED)
		return entry->sent || !entry->listed ? GW_DIFFERENCE_LISTED : GW_DIFFERENCE_EXTRA;
	return entry->kind;
}

static bool
is_sendable(enum gw_difference kind)
{
	return kind == GW_DIFFERENCE_MISSING || kind == GW_DIFFERENCE_DIFFERENT;
}

/* All that differs; of a repair only what is sent: at most as many rows as there may be in one
   order, and no deletes where there are more than allowed. */
static bool
is_told(struct gw_comparing *c, enum gw_difference kind, size_t *rows)
{
	if (kind == GW_DIFFERENCE_LISTED)
		return false;
	if (!c->order->repair)
		return true;
	if (kind == GW_DIFFERENCE_EXTRA)
		return c->head.allow > 0;
	if (!is_sendable(kind))
		return false;
	if (*rows == GW_ORDER_KEYS) {
		c->head.more = true;
		return false;
	}
	(*rows)++;
	return true;
}

/* Puts what is told of into out as a parcel, and lets the rest be as good as equal. */
static enum gw_status
pack(struct gw_comparing *c, struct gw_buf *out, struct gw_error *err)
{
	size_t rows = 0;

	gw_parcel_begin(&c->head, out);
	for (size_t i = 0; i < GW_COMPARE_SLOTS; i++) {
		struct gw_entry *entry = c->slots[i];
		struct gw_parcel_entry told;

		if (entry == NULL)
			continue;
		told = (struct gw_parcel_entry){.kind = gw_compare_verdict(entry),
						.key = entry->key,
						.len = entry->len,
						.hash = entry->hash};
		if (is_told(c, told.kind, &rows) &&
		    out->len + gw_parcel_room(&told) <= GW_ANSWER_DATA)
			gw_parcel_add(&told, out);
		else
			entry->equal = true;
	}
	if (c->head.more)
		gw_parcel_mark_more(out);
	return out->failed ? gw_fail_memory(err) : GW_OK;
}

static size_t
count_extra(const struct gw_comparing *c)
{
	size_t n = 0;

	for (size_t i = 0; i < GW_COMPARE_SLOTS; i++)
		n += c->slots[i] != NULL && gw_compare_verdict(c->slots[i]) == GW_DIFFERENCE_EXTRA;
	return n;
}

/* ---- repair --------------------------------------------------------------------------------- */

/* The rows that are to be sent, read for it once more. */
static enum gw_status
fetch_rows(struct gw_comparing *c, struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	size_t n = 0;

	gw_arena_reset(&c->pending_arena);
	for (size_t i = 0; i < GW_COMPARE_SLOTS; i++) {
		const struct gw_entry *entry = c->slots[i];

		if (entry == NULL || entry->raw == NULL || !is_sendable(gw_compare_verdict(entry)))
			continue;
		memcpy(c->pending + n * c->nkey, entry->raw, c->nkey * sizeof *c->pending);
		n++;
	}
	gw_pull_clear_batch(pull);
	pull->records = (struct gw_normalised){0};
	if (n == 0)
		return GW_OK;
	if (gw_pull_fetch(pull, lane,
			  &(struct gw_keys){.columns = c->columns,
					    .ncolumns = c->nkey,
					    .values = c->pending,
					    .count = n},
			  err) != GW_OK)
		return err->status;
	return gw_pull_normalise(pull, lane, err);
}

/* Behind the rows in hand. */
static enum gw_status
add_tombstones(struct gw_comparing *c, struct gw_pull *pull, size_t count, struct gw_error *err)
{
	struct gw_normalised *records = &pull->records;
	size_t n = records->nrecords;
	struct gw_record *all = gw_arena_alloc(&pull->batch.arena, (n + count + 1) * sizeof *all);

	if (all == NULL)
		return gw_fail_memory(err);
	if (n > 0)
		memcpy(all, records->records, n * sizeof *all);
	for (size_t i = 0; i < GW_COMPARE_SLOTS; i++) {
		const struct gw_entry *entry = c->slots[i];

		if (entry != NULL && gw_compare_verdict(entry) == GW_DIFFERENCE_EXTRA)
			all[n++] = (struct gw_record){.key = entry->key,
						      .key_len = (uint32_t)entry->len,
						      .deleted = true};
	}
	records->records = all;
	records->nrecords = n;
	/* A page counts its rows, those that are gone among them. */
	pull->batch.nrows += count;
	return GW_OK;
}

static enum gw_status
send_repair(struct gw_comparing *c, struct gw_pull *pull, struct gw_lane *lane,
	    const volatile sig_atomic_t *stop, struct gw_error *err)
{
	size_t extra = count_extra(c);
	struct gw_run run;
	enum gw_status status;

	if (fetch_rows(c, pull, lane, err) != GW_OK ||
	    (extra > 0 && add_tombstones(c, pull, extra, err) != GW_OK))
		return err->status;
	if (pull->batch.nrows == 0)
		return gw_pull_with_retries(pull, lane, gw_pull_send_passed, stop, err);
	pull->batch.resent = true;
	pull->repairing = true;
	status = gw_pull_with_retries(pull, lane, gw_pull_send_order, stop, err);
	pull->repairing = false;
	if (status != GW_OK)
		return status;
	run = lane->ended;
	gw_pull_tell(pull, lane, &run, true);
	return GW_OK;
}

enum gw_status
gw_compare_answer(struct gw_comparing *c, struct gw_pull *pull, struct gw_lane *lane,
		  const volatile sig_atomic_t *stop, struct gw_error *err)
{
	struct gw_answer *answer = &pull->control.answer;
	struct gw_buf data;
	enum gw_status status;

	gw_buf_init(&data, GW_ANSWER_DATA + 1);
	status = pack(c, &data, err);
	answer->state = GW_ANSWER_DONE;
	answer->run = c->sent;
	answer->data = (const unsigned char *)data.data;
	answer->len = data.len;
	if (status == GW_OK)
		status = c->order->repair
				 ? send_repair(c, pull, lane, stop, err)
				 : gw_pull_with_retries(pull, lane, gw_pull_send_passed, stop, err);
	answer->data = NULL;
	answer->len = 0;
	gw_buf_release(&data);
	return status;
}

void
gw_compare_guard(struct gw_comparing *c)
{
	if (c->head.rows == 0 || (int64_t)count_extra(c) > c->head.allow)
		c->head.allow = 0;
}
