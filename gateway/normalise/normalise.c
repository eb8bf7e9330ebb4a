#include "normalise/normalise.h"

#include <string.h>
#include <xxhash.h>

#include "base/i18n.h"
#include "normalise/mapping.h"
#include "normalise/rules.h"

enum { WARNINGS_FIRST = 16 };

/* One call of gw_normalise. */
struct work {
	struct gw_mapping *mapping;
	struct gw_batch *batch;
	struct gw_normalised *out;
	struct gw_value *values; /* nfields a row that became a record, one after the other */
	struct seen {
		uint32_t hash;   /* the half that did not choose the slot */
		uint32_t record; /* its index + 1; 0: free */
	} * seen;                /* hash set of keys, at most half full */
	size_t seen_size;
	size_t warnings_room;
};

static enum gw_status
start(struct work *work, struct gw_error *err)
{
	size_t rows = work->batch->nrows;
	struct gw_arena *arena = &work->batch->arena;

	work->seen_size = 16;
	while (work->seen_size < rows * 2)
		work->seen_size *= 2;
	work->out->records = gw_arena_alloc(arena, rows * sizeof *work->out->records);
	work->values =
		gw_arena_alloc(arena, rows * work->mapping->schema->nfields * sizeof *work->values);
	work->seen = gw_arena_zalloc(arena, work->seen_size * sizeof *work->seen);
	return work->out->records == NULL || work->values == NULL || work->seen == NULL
		       ? gw_fail_memory(err)
		       : GW_OK;
}

/* Where a key stands in the set, or where it would. */
static struct seen *
seen_slot(const struct work *work, const char *key, size_t len, uint32_t *ret_hash)
{
	uint64_t hash = XXH3_64bits(key, len);
	size_t i = (size_t)hash & (work->seen_size - 1);

	*ret_hash = (uint32_t)(hash >> 32);
	for (; work->seen[i].record != 0; i = (i + 1) & (work->seen_size - 1)) {
		const struct gw_record *record = &work->out->records[work->seen[i].record - 1];

		if (work->seen[i].hash == *ret_hash && record->key_len == len &&
		    memcmp(record->key, key, len) == 0)
			break;
	}
	return &work->seen[i];
}

static enum gw_status
add_reject(struct work *work, const struct gw_row *row, size_t r, const char *key, size_t key_len,
	   struct gw_error *err)
{
	struct gw_normalised *out = work->out;
	struct gw_arena *arena = &work->batch->arena;

	if (out->rejects == NULL)
		out->rejects =
			gw_arena_alloc(arena, (work->batch->nrows - r) * sizeof *out->rejects);
	if (out->rejects == NULL)
		return gw_fail_memory(err);
	out->rejects[out->nrejects] = (struct gw_reject){
		.row = r,
		.key_len = (uint32_t)key_len,
		.column = row->column,
		.rule = row->rule,
		.code = row->context.code,
		.key = key == NULL ? NULL : gw_arena_copy(arena, key, key_len),
		.reason = gw_arena_copy(arena, err->text, strlen(err->text)),
	};
	if ((key != NULL && out->rejects[out->nrejects].key == NULL) ||
	    out->rejects[out->nrejects].reason == NULL)
		return gw_fail_memory(err);
	out->nrejects++;
	return GW_OK;
}

/* The place where a warning is counted, made where there is none; NULL: memory. */
static struct gw_warning *
warning_slot(struct work *work, const struct gw_warning *wanted)
{
	struct gw_normalised *out = work->out;
	struct gw_warning *more;

	for (size_t i = 0; i < out->nwarnings; i++)
		if (out->warnings[i].code == wanted->code &&
		    out->warnings[i].rule == wanted->rule &&
		    out->warnings[i].column == wanted->column)
			return &out->warnings[i];
	if (out->nwarnings == work->warnings_room) {
		work->warnings_room = work->warnings_room * 2 + WARNINGS_FIRST;
		more = gw_arena_alloc(&work->batch->arena,
				      work->warnings_room * sizeof *out->warnings);
		if (more == NULL)
			return NULL;
		if (out->nwarnings > 0)
			memcpy(more, out->warnings, out->nwarnings * sizeof *more);
		out->warnings = more;
	}
	out->warnings[out->nwarnings] = *wanted;
	return &out->warnings[out->nwarnings++];
}

/* Counts what a row that became a record asks somebody to look at. */
static enum gw_status
add_warnings(struct work *work, const struct gw_row *row, size_t r, struct gw_error *err)
{
	for (size_t i = 0; i < row->nwarnings; i++) {
		const struct gw_row_warning *warning = &row->warnings[i];

		for (unsigned kind = 0; kind < GW_WARN_COUNT; kind++) {
			const struct gw_warning_text *text = gw_warning_text(kind);
			struct gw_warning wanted = {.rule = warning->rule->name,
						    .code = text->code,
						    .text = text->text,
						    .first = r,
						    .column = ""};
			struct gw_warning *slot;

			if ((warning->kinds & UINT32_C(1) << kind) == 0)
				continue;
			if (warning->plan->column != GW_NO_INDEX)
				wanted.column = work->mapping->columns[warning->plan->column];
			slot = warning_slot(work, &wanted);
			if (slot == NULL)
				return gw_fail_memory(err);
			slot->rows++;
		}
	}
	return GW_OK;
}

static enum gw_status
evaluate(const struct gw_mapping *mapping, size_t from, size_t to, struct gw_row *row,
	 struct gw_value *values, struct gw_error *err)
{
	for (size_t i = from; i < to; i++) {
		size_t field = mapping->order[i];
		const struct gw_field_plan *plan = &mapping->plans[field];

		/* Most columns: a number, a day, a plain text. */
		if (plan->as_is != GW_NULL && gw_field_as_is(plan, &row->cells[plan->column])) {
			values[field] = row->cells[plan->column];
			continue;
		}
		if (gw_field_evaluate(mapping, field, row, &values[field], err) == GW_OK)
			continue;
		if (err->status != GW_REJECT || !row->may_discard ||
		    !gw_field_discard(mapping, field, row, &values[field]))
			return err->status;
		row->discarded++;
	}
	return GW_OK;
}

static enum gw_status
reject_duplicate(struct gw_row *row, struct gw_error *err)
{
	row->rule = "key";
	row->column = "";
	return gw_rule_reject(&row->context, "key.duplicate", err, "%s",
			      _("another row of the same batch has the same key"));
}

/*
 * Makes a record of row r, or fails with GW_REJECT; *key_len > 0 says that the
 * key in key stands all the same.
 */
static enum gw_status
take_row(struct work *work, size_t r, struct gw_row *row, char *key, size_t *key_len,
	 struct gw_error *err)
{
	const struct gw_mapping *mapping = work->mapping;
	struct gw_normalised *out = work->out;
	struct gw_value *values = work->values + out->nrecords * mapping->schema->nfields;
	bool deleted = work->batch->deleted != NULL && work->batch->deleted[r];
	size_t len;
	struct seen *slot;
	uint32_t hash;
	char *copy;

	row->cells = work->batch->values + r * work->batch->ncolumns;
	row->nwarnings = 0;
	gw_row_map(mapping, row);
	for (size_t i = mapping->norder; i < mapping->schema->nfields; i++)
		values[mapping->order[i]] = mapping->template[mapping->order[i]];
	row->may_discard = false;
	row->discarded = 0;
	if (evaluate(mapping, 0, mapping->nfirst, row, values, err) != GW_OK ||
	    gw_key_make(mapping, values, row, key, &len, err) != GW_OK)
		return err->status;
	*key_len = len;
	slot = seen_slot(work, key, len, &hash);
	if (slot->record != 0)
		return reject_duplicate(row, err);
	row->may_discard = true;
	if (!deleted &&
	    evaluate(mapping, mapping->nfirst, mapping->norder, row, values, err) != GW_OK)
		return err->status;
	out->discarded += row->discarded;
	copy = gw_arena_copy(&work->batch->arena, key, len);
	if (copy == NULL)
		return gw_fail_memory(err);
	if (row->nwarnings > 0 && add_warnings(work, row, r, err) != GW_OK)
		return err->status;
	out->records[out->nrecords++] = (struct gw_record){
		.row = r,
		.key = copy,
		.key_len = (uint32_t)len,
		.deleted = deleted,
		.fields = deleted ? NULL : values,
	};
	*slot = (struct seen){.hash = hash, .record = (uint32_t)out->nrecords};
	return GW_OK;
}

static enum gw_status
take_rows(struct work *work, struct gw_error *err)
{
	struct gw_row row = {.context = {.arena = &work->batch->arena,
					 .zone = work->mapping->zone,
					 .codes = work->mapping->codes}};
	char key[GW_KEY_MAX];

	for (size_t r = 0; r < work->batch->nrows; r++) {
		size_t key_len = 0;
		enum gw_status status = take_row(work, r, &row, key, &key_len, err);

		if (status == GW_REJECT)
			status = add_reject(work, &row, r, key_len > 0 ? key : NULL, key_len, err);
		if (status != GW_OK)
			return status;
	}
	return GW_OK;
}

enum gw_status
gw_normalise(struct gw_mapping *mapping, struct gw_batch *batch, struct gw_normalised *out,
	     struct gw_error *err)
{
	struct gw_normalised made = {0};
	struct work work = {.mapping = mapping, .batch = batch, .out = &made};

	if (mapping->nkey == 0)
		return gw_fail(err, GW_FATAL, "%s", _("the mapping was not told its key"));
	if (batch->ncolumns != mapping->ncolumns && batch->nrows > 0)
		return gw_fail(err, GW_FATAL, _("the batch has %zu columns, the mapping reads %zu"),
			       batch->ncolumns, mapping->ncolumns);
	if (batch->nrows > 0 && (start(&work, err) != GW_OK || take_rows(&work, err) != GW_OK))
		return err->status;
	*out = made;
	return GW_OK;
}
