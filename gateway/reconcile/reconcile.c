#include "reconcile/reconcile.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "reconcile/delivered.h"
#include "reconcile/measure.h"

enum {
	ROUND_KEYS = 20000,
	ROUND_BYTES = GW_ORDER_DATA * 3 / 4,
	ROUND_LIMIT = 24 * 1024 * 1024,
	FOUND_LIMIT = 32 * 1024 * 1024,
	ENTRY_BYTES = 11, /* of a parcel, beside the key */
	PASSES = 3,       /* of a repair, while each leaves less */
	GUARD_ROWS = 100,
	GUARD_PART = 100, /* one of so many */
};

/* One reconciliation on its way. */
struct work {
	const struct gw_reconcile *job;
	struct gw_reconciled *result;
	struct gw_sides *sides;
	struct gw_delivered *delivered;
	size_t round_keys; /* at most; less where they turned out to be long */
	/* The round in hand. */
	struct gw_parcel_head head;
	struct gw_arena arena;
	struct gw_buf parcel;
	struct gw_delivered_key *keys;
	size_t nkeys, room;
};

int64_t
gw_reconcile_guard(int64_t source_rows, int64_t warehouse_rows)
{
	int64_t part = warehouse_rows / GUARD_PART;

	if (source_rows == 0)
		return 0;
	return part < GUARD_ROWS ? part : GUARD_ROWS;
}

void
gw_reconciled_release(struct gw_reconciled *result)
{
	gw_arena_release(&result->arena);
	free(result->found);
	result->found = NULL;
	result->nfound = 0;
}

static void
work_release(struct work *work)
{
	gw_delivered_close(work->delivered);
	gw_arena_release(&work->arena);
	gw_buf_release(&work->parcel);
	free(work->keys);
	free(work->sides);
}

static enum gw_status
work_open(struct work *work, struct gw_error *err)
{
	const struct gw_reconcile *job = work->job;

	gw_arena_init(&work->arena, ROUND_LIMIT);
	gw_buf_init(&work->parcel, GW_ORDER_DATA + 1);
	work->round_keys = ROUND_KEYS;
	return gw_delivered_open(job->config, job->source, job->stream, job->schema,
				 &work->delivered, err);
}

/* ---- what is found -------------------------------------------------------------------------- */

static int
compare_found(const void *a, const void *b)
{
	const struct gw_found *x = a, *y = b;
	int order = memcmp(x->key, y->key, x->len < y->len ? x->len : y->len);

	if (order != 0)
		return order;
	return (x->len > y->len) - (x->len < y->len);
}

static struct gw_found *
find(struct gw_reconciled *result, const char *key, size_t len)
{
	const struct gw_found wanted = {.key = key, .len = len};

	return result->nfound == 0 ? NULL
				   : bsearch(&wanted, result->found, result->nfound,
					     sizeof *result->found, compare_found);
}

static void
count(struct gw_reconciled *result)
{
	memset(result->counts, 0, sizeof result->counts);
	for (size_t i = 0; i < result->nfound; i++)
		if (!result->found[i].settled)
			result->counts[result->found[i].kind]++;
}

static enum gw_status
add_found(struct gw_reconciled *result, const struct gw_parcel_entry *entry, struct gw_error *err)
{
	const char *key;

	if (result->nfound == GW_RECONCILE_FOUND) {
		result->too_many = true;
		return GW_OK;
	}
	if (result->found == NULL) {
		result->found = malloc(GW_RECONCILE_FOUND * sizeof *result->found);
		if (result->found == NULL)
			return gw_fail_memory(err);
	}
	key = gw_arena_copy(&result->arena, entry->key, entry->len);
	if (key == NULL) {
		result->too_many = true;
		return GW_OK;
	}
	result->found[result->nfound++] = (struct gw_found){
		.kind = entry->kind, .key = key, .len = entry->len, .hash = entry->hash};
	return GW_OK;
}

/* The warehouse has a row with this key: as it should be by now, or brought since by a cycle. */
static enum gw_status
take_present(void *arg, const struct gw_delivered_row *row, struct gw_error *err)
{
	struct gw_reconciled *result = arg;
	struct gw_found *found = find(result, row->key, row->len);

	(void)err;
	if (found == NULL)
		return GW_OK;
	if (found->kind == GW_DIFFERENCE_EXTRA)
		found->settled = row->version > result->version;
	else
		found->settled = row->hash == found->hash || row->version > result->version;
	if (found->kind == GW_DIFFERENCE_MISSING && !found->settled)
		found->kind = GW_DIFFERENCE_DIFFERENT;
	return GW_OK;
}

static enum gw_status
take_letter(void *arg, const struct gw_delivered_row *row, struct gw_error *err)
{
	struct gw_found *found = find(arg, row->key, row->len);

	(void)err;
	if (found != NULL && !found->settled && found->kind != GW_DIFFERENCE_EXTRA)
		found->kind = GW_DIFFERENCE_EXCUSED;
	return GW_OK;
}

/* Looks at what was found once more, now that all is loaded. */
static enum gw_status
look_again(struct work *work, struct gw_error *err)
{
	struct gw_reconciled *result = work->result;
	struct gw_delivered_key *keys;
	enum gw_status status;

	if (result->nfound == 0)
		return GW_OK;
	keys = calloc(result->nfound, sizeof *keys);
	if (keys == NULL)
		return gw_fail_memory(err);
	qsort(result->found, result->nfound, sizeof *result->found, compare_found);
	for (size_t i = 0; i < result->nfound; i++) {
		struct gw_found *found = &result->found[i];

		keys[i] = (struct gw_delivered_key){found->key, found->len};
		/* Until a row shows it is still there. */
		found->settled = found->kind == GW_DIFFERENCE_EXTRA;
		if (found->kind == GW_DIFFERENCE_DIFFERENT)
			found->kind = GW_DIFFERENCE_MISSING;
	}
	status =
		gw_delivered_look(work->delivered, keys, result->nfound, take_present, result, err);
	if (status == GW_OK)
		status = gw_delivered_letters(work->delivered, keys, result->nfound, take_letter,
					      result, err);
	free(keys);
	count(result);
	return status;
}

/* ---- a round -------------------------------------------------------------------------------- */

static enum gw_status
take_key(void *arg, const struct gw_delivered_row *row, struct gw_error *err)
{
	struct work *work = arg;
	const char *copy = gw_arena_copy(&work->arena, row->key, row->len);

	if (work->nkeys == work->room) {
		size_t room = work->room == 0 ? 4096 : work->room * 2;
		struct gw_delivered_key *keys = realloc(work->keys, room * sizeof *keys);

		if (keys == NULL)
			return gw_fail_memory(err);
		work->keys = keys;
		work->room = room;
	}
	if (copy == NULL)
		return gw_fail_memory(err);
	work->keys[work->nkeys++] = (struct gw_delivered_key){copy, row->len};
	return GW_OK;
}

static enum gw_status
list_row(void *arg, const struct gw_delivered_row *row, struct gw_error *err)
{
	struct work *work = arg;
	const struct gw_parcel_entry entry = {
		.kind = GW_DIFFERENCE_LISTED, .key = row->key, .len = row->len, .hash = row->hash};

	(void)err;
	if (work->parcel.len + gw_parcel_room(&entry) <= GW_ORDER_DATA)
		gw_parcel_add(&entry, &work->parcel);
	else
		work->parcel.failed = true;
	return GW_OK;
}

/* What the warehouse has in the round's buckets, as a parcel; *fits: it is not too long. */
static enum gw_status
list_keys(struct work *work, bool *fits, struct gw_error *err)
{
	gw_arena_reset(&work->arena);
	work->nkeys = 0;
	gw_buf_clear(&work->parcel);
	gw_parcel_begin(&work->head, &work->parcel);
	if (gw_delivered_keys(work->delivered, &work->head.set, take_key, work, work->job->stop,
			      err) != GW_OK ||
	    gw_delivered_look(work->delivered, work->keys, work->nkeys, list_row, work, err) !=
		    GW_OK)
		return err->status;
	*fits = !work->parcel.failed;
	return GW_OK;
}

/* Asks about the round's buckets. */
static enum gw_status
ask(struct work *work, struct gw_act *act, struct gw_answer *answer, struct gw_error *err)
{
	const struct gw_reconcile *job = work->job;
	struct gw_order order;

	gw_measure_order(job, GW_ORDER_COMPARE, &order);
	order.repair = act != NULL;
	order.data = (const unsigned char *)work->parcel.data;
	order.len = work->parcel.len;
	gw_arena_reset(&work->arena);
	if (job->ask(job->arg, &order, act, &work->arena, answer, err) != GW_OK)
		return err->status;
	return job->load(job->arg, job->stream, &answer->run, err);
}

typedef enum gw_status entry_fn(struct work *work, const struct gw_parcel_entry *entry,
				struct gw_error *err);

static enum gw_status
read_answer(struct work *work, const struct gw_answer *answer, entry_fn *each,
	    struct gw_parcel_head *head, struct gw_error *err)
{
	struct gw_parcel_reader reader;
	struct gw_parcel_entry entry;
	int got = gw_parcel_open(answer->data, answer->len, head, &reader)
			  ? gw_parcel_next(&reader, &entry)
			  : -1;

	for (; got == 1; got = gw_parcel_next(&reader, &entry))
		if (each(work, &entry, err) != GW_OK)
			return err->status;
	if (got == 0)
		return GW_OK;
	return gw_fail(err, GW_REJECT, "%s",
		       _("the pull's answer can't be read; is it older than this program?"));
}

static enum gw_status
keep_entry(struct work *work, const struct gw_parcel_entry *entry, struct gw_error *err)
{
	return add_found(work->result, entry, err);
}

static enum gw_status
count_entry(struct work *work, const struct gw_parcel_entry *entry, struct gw_error *err)
{
	(void)err;
	if (entry->kind == GW_DIFFERENCE_EXTRA)
		work->result->deleted++;
	else
		work->result->sent++;
	return GW_OK;
}

/* ---- finding -------------------------------------------------------------------------------- */

static size_t
larger(const struct gw_sides *sides, size_t bucket)
{
	uint32_t a = sides->source.counts[bucket], b = sides->warehouse.counts[bucket];

	return a > b ? a : b;
}

/* How many keys go into a round, by what they take on the average. */
static size_t
keys_of_round(const struct work *work)
{
	const struct gw_buckets *a = &work->sides->source, *b = &work->sides->warehouse;
	size_t mean =
		(size_t)((a->key_bytes + b->key_bytes) / (a->rows + b->rows + 1)) + ENTRY_BYTES;
	size_t most = ROUND_BYTES / mean;

	return most < work->round_keys ? most : work->round_keys;
}

/* Buckets from *next on that differ, as many as one order takes; false: there are none left. */
static bool
next_round(struct work *work, size_t *next)
{
	size_t most = keys_of_round(work), keys = 0;

	work->head = (struct gw_parcel_head){.allow = 0};
	for (; *next < GW_BUCKETS; (*next)++) {
		if (!gw_buckets_differ(&work->sides->source, &work->sides->warehouse, *next))
			continue;
		if (keys > 0 && keys + larger(work->sides, *next) > most)
			return true;
		keys += larger(work->sides, *next);
		gw_bucket_put(&work->head.set, *next);
	}
	return keys > 0;
}

static enum gw_status
find_rounds(struct work *work, struct gw_error *err)
{
	size_t next = 0, began = 0;
	bool fits = false;

	while (!work->result->too_many && next_round(work, &next)) {
		struct gw_answer answer;
		struct gw_parcel_head head;

		if (list_keys(work, &fits, err) != GW_OK)
			return err->status;
		if (!fits && work->round_keys > 1) {
			work->round_keys /= 2;
			next = began;
			continue;
		}
		if (ask(work, NULL, &answer, err) != GW_OK ||
		    read_answer(work, &answer, keep_entry, &head, err) != GW_OK)
			return err->status;
		work->result->too_many = work->result->too_many || head.more;
		began = next;
	}
	return look_again(work, err);
}

static void
describe(struct work *work)
{
	struct gw_reconciled *result = work->result;
	const struct gw_sides *sides = work->sides;

	result->source_rows = sides->source.rows;
	result->rejected = sides->source.rejected;
	result->warehouse_rows = sides->warehouse.rows;
	result->version = sides->source.version;
	for (size_t i = 0; i < GW_BUCKETS; i++)
		result->buckets += gw_buckets_differ(&sides->source, &sides->warehouse, i);
	result->too_many = !work->job->repair && result->buckets > GW_RECONCILE_BUCKETS;
}

enum gw_status
gw_reconcile_find(const struct gw_reconcile *job, struct gw_reconciled *out, struct gw_error *err)
{
	struct work work = {.job = job, .result = out};
	enum gw_status status;

	*out = (struct gw_reconciled){.nfound = 0};
	gw_arena_init(&out->arena, FOUND_LIMIT);
	status = gw_measure(job, &work.sides, err);
	if (status != GW_OK)
		return status;
	describe(&work);
	status = work_open(&work, err);
	if (status == GW_OK && out->buckets > 0 && !out->too_many)
		status = find_rounds(&work, err);
	work_release(&work);
	return status;
}

/* ---- repair --------------------------------------------------------------------------------- */

/* Keys that were found, from *next on, as many as one order sends; 0: there are none left. */
static size_t
next_repair(struct work *work, size_t *next, bool deletes)
{
	struct gw_reconciled *result = work->result;

	work->nkeys = 0;
	for (; *next < result->nfound && work->nkeys < GW_ORDER_KEYS; (*next)++) {
		const struct gw_found *found = &result->found[*next];

		if (!found->settled && found->kind != GW_DIFFERENCE_EXCUSED &&
		    (found->kind != GW_DIFFERENCE_EXTRA || deletes))
			work->keys[work->nkeys++] =
				(struct gw_delivered_key){found->key, found->len};
	}
	return work->nkeys;
}

/* What the warehouse has of these keys, and those that it lacks. */
static enum gw_status
list_repair(struct work *work, int64_t allow, struct gw_error *err)
{
	work->head = (struct gw_parcel_head){.allow = allow};
	gw_buf_clear(&work->parcel);
	gw_parcel_begin(&work->head, &work->parcel);
	if (gw_delivered_look(work->delivered, work->keys, work->nkeys, list_row, work, err) !=
	    GW_OK)
		return err->status;
	for (size_t i = 0; i < work->nkeys; i++) {
		const struct gw_found *found =
			find(work->result, work->keys[i].key, work->keys[i].len);

		if (found->kind == GW_DIFFERENCE_MISSING)
			gw_parcel_add(&(struct gw_parcel_entry){.kind = GW_DIFFERENCE_MISSING,
								.key = found->key,
								.len = found->len},
				      &work->parcel);
	}
	return work->parcel.failed ? gw_fail_memory(err) : GW_OK;
}

static enum gw_status
repair_pass(struct work *work, int64_t deletes, const struct gw_act *act, struct gw_error *err)
{
	size_t next = 0;

	while (next_repair(work, &next, deletes > 0) > 0) {
		struct gw_act mine = *act;
		struct gw_answer answer;
		struct gw_parcel_head head;

		if (list_repair(work, deletes - work->result->deleted, err) != GW_OK ||
		    ask(work, &mine, &answer, err) != GW_OK ||
		    read_answer(work, &answer, count_entry, &head, err) != GW_OK)
			return err->status;
	}
	return look_again(work, err);
}

static int64_t
left(const struct gw_reconciled *result)
{
	return result->counts[GW_DIFFERENCE_MISSING] + result->counts[GW_DIFFERENCE_EXTRA] +
	       result->counts[GW_DIFFERENCE_DIFFERENT];
}

enum gw_status
gw_reconcile_repair(const struct gw_reconcile *job, struct gw_reconciled *result, int64_t deletes,
		    const struct gw_act *act, struct gw_error *err)
{
	struct work work = {.job = job, .result = result};
	int64_t before = INT64_MAX;
	enum gw_status status = work_open(&work, err);

	work.keys = malloc(GW_ORDER_KEYS * sizeof *work.keys);
	if (work.keys == NULL) {
		work_release(&work);
		return gw_fail_memory(err);
	}
	if (result->counts[GW_DIFFERENCE_EXTRA] > deletes)
		deletes = 0;
	for (int pass = 0; status == GW_OK && pass < PASSES && left(result) > 0; pass++) {
		if (left(result) >= before)
			break;
		before = left(result);
		status = repair_pass(&work, deletes, act, err);
	}
	work_release(&work);
	return status;
}
