/*
 * Which keys of some buckets the warehouse has otherwise than the source, and
 * sending what mends it.
 *
 * The table is scanned for its keys; the rows in those buckets are read again,
 * a thousand at a time, and compared by hash with what the warehouse has.  What
 * is a tombstone's case was not seen by the scan, nor sent by any cycle since
 * the scan began: so no row that came meanwhile is taken back.
 */
#include "pull/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "dlq/row.h"

enum {
	WORD_EVERY_US = 3 * 1000000,
	MOST = 60000, /* keys at a time */
	KEYS_LIMIT = 24 * 1024 * 1024,
	PENDING_LIMIT = 8 * 1024 * 1024,
};

static struct gw_entry **
slot_of(const struct gw_comparing *c, uint64_t key_hash, const char *key, size_t len)
{
	size_t i = (size_t)key_hash & (GW_COMPARE_SLOTS - 1);

	for (; c->slots[i] != NULL; i = (i + 1) & (GW_COMPARE_SLOTS - 1)) {
		const struct gw_entry *entry = c->slots[i];

		if (entry->key_hash == key_hash && entry->len == len &&
		    memcmp(entry->key, key, len) == 0)
			break;
	}
	return &c->slots[i];
}

/* The key's entry, which is new where there was none; NULL: there is no room for it. */
static struct gw_entry *
entry_of(struct gw_comparing *c, const char *key, size_t len)
{
	uint64_t key_hash = gw_bucket_hash(key, len);
	struct gw_entry **slot = slot_of(c, key_hash, key, len), *entry;
	const char *copy;

	if (*slot != NULL)
		return *slot;
	if (c->count >= MOST)
		return NULL;
	entry = gw_arena_zalloc(&c->arena, sizeof *entry);
	copy = gw_arena_copy(&c->arena, key, len);
	if (entry == NULL || copy == NULL)
		return NULL;
	*entry = (struct gw_entry){
		.key_hash = key_hash, .key = copy, .len = len, .kind = GW_DIFFERENCE_LISTED};
	*slot = entry;
	c->count++;
	return entry;
}

static enum gw_status
take_list(struct gw_comparing *c, struct gw_error *err)
{
	struct gw_parcel_reader reader;
	struct gw_parcel_entry listed;
	bool good = gw_parcel_open(c->order->data, c->order->len, &c->head, &reader);
	int got = good ? gw_parcel_next(&reader, &listed) : -1;

	for (; got == 1; got = gw_parcel_next(&reader, &listed)) {
		struct gw_entry *entry = entry_of(c, listed.key, listed.len);

		if (entry == NULL)
			return gw_fail(err, GW_REJECT, "%s", _("too many keys to compare at once"));
		entry->listed = listed.kind == GW_DIFFERENCE_LISTED;
		entry->listed_hash = listed.hash;
	}
	if (got < 0)
		return gw_fail(err, GW_REJECT, "%s",
			       _("this is not an order that this program has written"));
	c->head.rows = 0;
	c->head.more = false;
	return GW_OK;
}

/* A cycle has sent a record with this key; another stream of the source may have the same keys. */
static void
watch(void *arg, const struct gw_lane *lane, const char *key, size_t len)
{
	struct gw_comparing *c = arg;
	struct gw_entry *entry;

	if (lane != c->lane)
		return;
	entry = *slot_of(c, gw_bucket_hash(key, len), key, len);
	if (entry != NULL)
		entry->sent = true;
}

static void
raise_to(int64_t *end, int64_t to)
{
	if (to > *end)
		*end = to;
}

/* Run after run: the last one alone need not reach as far in every partition. */
static void
note_sent(struct gw_comparing *c, const struct gw_lane *lane)
{
	const struct gw_run *runs[] = {&lane->position.run, &lane->ended};

	for (size_t r = 0; r < 2; r++) {
		for (size_t i = 0; i < GW_MAX_PARTITIONS; i++)
			if (runs[r]->started_us != 0)
				raise_to(&c->sent.ends[i], runs[r]->ends[i]);
		if (runs[r]->started_us != 0)
			raise_to(&c->sent.letter_end, runs[r]->letter_end);
	}
}

/* ---- rows that are looked at ---------------------------------------------------------------- */

/* The key of each row of the batch as the source has it: nkey texts a row, in the batch's arena. */
static enum gw_status
raw_keys(struct gw_pull *pull, const struct gw_lane *lane, size_t nkey, const char ***out,
	 struct gw_error *err)
{
	struct gw_batch *batch = &pull->batch;
	const char **raw = gw_arena_alloc(&batch->arena, (batch->nrows * nkey + 1) * sizeof *raw);

	if (raw == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < nkey; i++) {
		size_t column = gw_mapping_key_column(lane->plan->mapping, i);

		for (size_t r = 0; r < batch->nrows; r++)
			if (gw_letter_text(&batch->values[r * batch->ncolumns + column],
					   &batch->arena, &raw[r * nkey + i], err) != GW_OK)
				return err->status;
	}
	*out = raw;
	return GW_OK;
}

/* Keeps a key of the source for when its row is to be sent. */
static enum gw_status
keep_raw(struct gw_comparing *c, struct gw_entry *entry, const char *const *raw,
	 struct gw_error *err)
{
	const char **kept = gw_arena_alloc(&c->arena, c->nkey * sizeof *kept);

	if (kept == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < c->nkey; i++) {
		kept[i] = raw[i] == NULL ? NULL : gw_arena_copy(&c->arena, raw[i], strlen(raw[i]));
		if (raw[i] != NULL && kept[i] == NULL)
			return gw_fail_memory(err);
	}
	entry->raw = kept;
	return GW_OK;
}

/* A record that the schema can't hold is a letter as soon as it is sent. */
static enum gw_status
check_encoding(struct gw_pull *pull, const struct gw_lane *lane, const struct gw_record *record,
	       bool *holds, struct gw_error *err)
{
	enum gw_status status;

	gw_buf_clear(&pull->text);
	status = gw_avro_encode(lane->plan->schema, record->fields, &pull->text, err);
	*holds = status == GW_OK;
	return status == GW_REJECT ? GW_OK : status;
}

static enum gw_status
judge(struct gw_comparing *c, struct gw_pull *pull, const struct gw_lane *lane,
      const struct gw_record *record, const char *const *raw, struct gw_error *err)
{
	struct gw_entry *entry = entry_of(c, record->key, record->key_len);
	bool holds = false;

	if (entry == NULL) {
		c->head.more = true;
		return GW_OK;
	}
	entry->hash = gw_record_hash(lane->plan->schema, record->fields);
	entry->equal = entry->equal || (entry->listed && entry->hash == entry->listed_hash);
	if (entry->equal)
		return GW_OK;
	if (check_encoding(pull, lane, record, &holds, err) != GW_OK)
		return err->status;
	entry->kind = !holds          ? GW_DIFFERENCE_EXCUSED
		      : entry->listed ? GW_DIFFERENCE_DIFFERENT
				      : GW_DIFFERENCE_MISSING;
	return keep_raw(c, entry, raw, err);
}

/* Dead letters: what the warehouse has of them is older, and right to be there. */
static void
excuse(struct gw_comparing *c, const struct gw_normalised *records)
{
	for (size_t i = 0; i < records->nrejects; i++) {
		const struct gw_reject *reject = &records->rejects[i];
		struct gw_entry *entry =
			reject->key == NULL
				? NULL
				: *slot_of(c, gw_bucket_hash(reject->key, reject->key_len),
					   reject->key, reject->key_len);

		if (entry != NULL)
			entry->equal = true;
	}
}

/* Reads rows by their keys, as they are now, and compares. */
static enum gw_status
look(struct gw_comparing *c, struct gw_pull *pull, struct gw_lane *lane, const char *const *values,
     size_t count, struct gw_error *err)
{
	const struct gw_keys keys = {
		.columns = c->columns, .ncolumns = c->nkey, .values = values, .count = count};
	const char **raw = NULL;

	if (gw_pull_fetch(pull, lane, &keys, err) != GW_OK ||
	    raw_keys(pull, lane, c->nkey, &raw, err) != GW_OK ||
	    gw_pull_normalise(pull, lane, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < pull->records.nrecords; i++) {
		const struct gw_record *record = &pull->records.records[i];

		if (judge(c, pull, lane, record, raw + record->row * c->nkey, err) != GW_OK)
			return err->status;
	}
	excuse(c, &pull->records);
	return GW_OK;
}

static enum gw_status
look_at_pending(struct gw_comparing *c, struct gw_pull *pull, struct gw_lane *lane,
		struct gw_error *err)
{
	size_t scanned = pull->batch.nrows;

	if (c->npending > 0)
		gw_pull_scan_yield(pull);
	for (size_t i = 0; i < c->npending; i += GW_ORDER_KEYS) {
		size_t count = c->npending - i < GW_ORDER_KEYS ? c->npending - i : GW_ORDER_KEYS;

		if (look(c, pull, lane, c->pending + i * c->nkey, count, err) != GW_OK)
			return err->status;
	}
	/* The cap on rows is about both. */
	pull->batch.nrows = scanned + c->npending;
	c->npending = 0;
	gw_arena_reset(&c->pending_arena);
	return GW_OK;
}

/* ---- the scan ------------------------------------------------------------------------------- */

static enum gw_status
add_pending(struct gw_comparing *c, const struct gw_pull *pull, const struct gw_lane *lane,
	    size_t row, struct gw_error *err)
{
	const struct gw_key_cells *cells = &pull->cells;
	const char **to = c->pending + c->npending * c->nkey;

	for (size_t i = 0; i < c->nkey; i++) {
		size_t column = cells->at[gw_mapping_key_column(lane->plan->mapping, i)];

		if (gw_letter_text(&cells->values[row * cells->ncolumns + column],
				   &c->pending_arena, &to[i], err) != GW_OK)
			return err->status;
	}
	c->npending++;
	return GW_OK;
}

static enum gw_status
plan_columns(struct gw_comparing *c, const struct gw_pull *pull, const struct gw_lane *lane,
	     struct gw_error *err)
{
	size_t count, most = GW_ORDER_KEYS + gw_pull_page_rows(pull);
	const char *const *columns = gw_mapping_columns(lane->plan->mapping, &count);

	if (c->columns != NULL)
		return GW_OK;
	while (gw_mapping_key_column(lane->plan->mapping, c->nkey) < count)
		c->nkey++;
	c->columns = gw_arena_alloc(&c->arena, (c->nkey + 1) * sizeof *c->columns);
	c->pending = gw_arena_alloc(&c->arena, most * (c->nkey + 1) * sizeof *c->pending);
	if (c->columns == NULL || c->pending == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < c->nkey; i++)
		c->columns[i] = columns[gw_mapping_key_column(lane->plan->mapping, i)];
	return GW_OK;
}

static enum gw_status
tell(struct gw_comparing *c, struct gw_pull *pull, struct gw_lane *lane,
     const volatile sig_atomic_t *stop, struct gw_error *err)
{
	if (gw_monotonic_us() - c->told_us < WORD_EVERY_US)
		return GW_OK;
	c->told_us = gw_monotonic_us();
	return gw_pull_with_retries(pull, lane, gw_pull_send_word, stop, err);
}

/* A repair is about the keys that were sent; a comparison about all of some buckets. */
static bool
is_wanted(const struct gw_comparing *c, const struct gw_record *record)
{
	uint64_t hash = gw_bucket_hash(record->key, record->key_len);

	if (c->order->repair)
		return *slot_of(c, hash, record->key, record->key_len) != NULL;
	return gw_bucket_has(&c->head.set, gw_bucket_of(hash));
}

static enum gw_status
take_page(void *arg, struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	  struct gw_error *err)
{
	struct gw_comparing *c = arg;

	note_sent(c, lane);
	if (plan_columns(c, pull, lane, err) != GW_OK)
		return err->status;
	c->head.rows += (int64_t)pull->batch.nrows;
	pull->control.answer.rows = c->head.rows;
	for (size_t i = 0; i < pull->records.nrecords; i++) {
		const struct gw_record *record = &pull->records.records[i];

		if (is_wanted(c, record) && add_pending(c, pull, lane, record->row, err) != GW_OK)
			return err->status;
	}
	if (c->npending >= GW_ORDER_KEYS && look_at_pending(c, pull, lane, err) != GW_OK)
		return err->status;
	return tell(c, pull, lane, stop, err);
}

/* What changed before its row was looked at, a cycle that begins after that has sent; so who asks
   sees it loaded. */
static enum gw_status
flow_after(struct gw_comparing *c, struct gw_pull *pull, struct gw_lane *lane,
	   const volatile sig_atomic_t *stop, struct gw_error *err)
{
	bool any = false;

	for (size_t i = 0; i < GW_COMPARE_SLOTS && !any; i++)
		any = c->slots[i] != NULL &&
		      gw_compare_verdict(c->slots[i]) != GW_DIFFERENCE_LISTED;
	if (any && gw_pull_flow(pull, lane->plan->stream->name, stop, err) != GW_OK)
		return err->status;
	note_sent(c, lane);
	return GW_OK;
}

static enum gw_status
compare(struct gw_comparing *c, struct gw_pull *pull, struct gw_lane *lane,
	const volatile sig_atomic_t *stop, struct gw_error *err)
{
	const struct gw_scan scan = {.keys = true, .page = take_page, .arg = c};

	if (take_list(c, err) != GW_OK || tell(c, pull, lane, stop, err) != GW_OK ||
	    gw_corrections_catch_up(pull->control.corrections, err) != GW_OK ||
	    gw_pull_scan(pull, lane, &scan, stop, err) != GW_OK)
		return err->status;
	pull->batch.nrows = 0;
	if (look_at_pending(c, pull, lane, err) != GW_OK)
		return err->status;
	if (c->order->repair)
		gw_compare_guard(c);
	else if (flow_after(c, pull, lane, stop, err) != GW_OK)
		return err->status;
	return gw_compare_answer(c, pull, lane, stop, err);
}

static void
listen_to(struct gw_pull *pull, gw_watch_fn *each, void *arg)
{
	pull->watch = each;
	pull->watch_arg = arg;
}

enum gw_status
gw_pull_compare(struct gw_pull *pull, struct gw_lane *lane, const struct gw_order *order,
		const volatile sig_atomic_t *stop, struct gw_error *err)
{
	struct gw_comparing c = {.order = order, .lane = lane};
	enum gw_status status;

	gw_run_clear(&c.sent);
	gw_arena_init(&c.arena, KEYS_LIMIT);
	gw_arena_init(&c.pending_arena, PENDING_LIMIT);
	c.slots = calloc(GW_COMPARE_SLOTS, sizeof(struct gw_entry *));
	listen_to(pull, watch, &c);
	status = c.slots == NULL ? gw_fail_memory(err) : compare(&c, pull, lane, stop, err);
	listen_to(pull, NULL, NULL);
	free(c.slots);
	gw_arena_release(&c.arena);
	gw_arena_release(&c.pending_arena);
	return status;
}
