#include "dlq/corrections.h"

#include <string.h>
#include <xxhash.h>

#include "dlq/row.h"

/* A batch's own limit, and what base64 adds to it. */
enum { BATCH_TEXT = 64 * 1024 * 1024 };

static bool
pack_value(struct gw_buf *out, const struct gw_value *value)
{
	if (value->kind == GW_NULL)
		return gw_buf_putc(out, GW_PACKED_NULL);
	return gw_buf_putc(out, GW_PACKED_TEXT) && gw_letter_put(value, out) &&
	       gw_buf_putc(out, '\0');
}

/* One call of gw_corrections_apply, for one shape. */
struct work {
	const struct gw_corrections *c;
	const struct gw_mend_shape *shape;
	const char *const *columns;
	struct gw_batch *batch;
	size_t key[GW_KEY_COLUMNS]; /* places of the shape's columns */
	struct gw_buf packed, cell;
	size_t applied;
};

/* batch->ncolumns: there is none of that name. */
static size_t
find_column(const struct work *work, const char *name)
{
	size_t i = 0;

	while (i < work->batch->ncolumns && strcmp(work->columns[i], name) != 0)
		i++;
	return i;
}

static enum gw_status
correct_cell(struct work *work, const struct gw_mend *fix, struct gw_value *cell,
	     struct gw_error *err)
{
	struct gw_value value = {.kind = GW_NULL};

	if ((cell->kind == GW_NULL) != (fix->bad == NULL))
		return GW_OK;
	gw_buf_clear(&work->cell);
	if (fix->bad != NULL && !gw_letter_put(cell, &work->cell))
		return gw_fail_memory(err);
	if (fix->bad != NULL && (work->cell.len != fix->bad_len ||
				 memcmp(work->cell.data, fix->bad, fix->bad_len) != 0))
		return GW_OK;
	/* That it is of its kind was seen when it was made; else it is rejected as what it is. */
	if (fix->value != NULL &&
	    !gw_letter_value(fix->kind, fix->value, &work->batch->arena, &value) &&
	    !gw_letter_value(GW_TEXT, fix->value, &work->batch->arena, &value))
		return gw_fail_memory(err);
	*cell = value;
	work->applied++;
	return GW_OK;
}

static enum gw_status
correct_row(struct work *work, struct gw_value *row, struct gw_error *err)
{
	const struct gw_mend *fix;
	bool packed = true;
	uint64_t hash;

	gw_buf_clear(&work->packed);
	for (size_t i = 0; i < work->shape->ncolumns; i++)
		packed = packed && pack_value(&work->packed, &row[work->key[i]]);
	if (!packed)
		return gw_fail_memory(err);
	hash = XXH3_64bits(work->packed.data, work->packed.len);
	for (fix = *gw_mend_bucket(work->c, hash); fix != NULL; fix = fix->next) {
		size_t column;

		if (fix->hash != hash || fix->shape != work->shape ||
		    fix->key_len != work->packed.len ||
		    memcmp(fix->key, work->packed.data, fix->key_len) != 0)
			continue;
		column = find_column(work, fix->column);
		if (column < work->batch->ncolumns &&
		    correct_cell(work, fix, &row[column], err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

static enum gw_status
correct_batch(struct work *work, struct gw_error *err)
{
	struct gw_batch *batch = work->batch;

	for (size_t i = 0; i < work->shape->ncolumns; i++) {
		work->key[i] = find_column(work, work->shape->columns[i]);
		if (work->key[i] == batch->ncolumns)
			return GW_OK;
	}
	for (size_t r = 0; r < batch->nrows; r++)
		if ((batch->deleted == NULL || !batch->deleted[r]) &&
		    correct_row(work, batch->values + r * batch->ncolumns, err) != GW_OK)
			return err->status;
	return GW_OK;
}

bool
gw_corrections_any(const struct gw_corrections *c, const char *stream)
{
	const struct gw_mend_shape *shape = c->shapes;

	while (shape != NULL && (shape->used == 0 || strcmp(shape->stream, stream) != 0))
		shape = shape->next;
	return shape != NULL;
}

enum gw_status
gw_corrections_apply(const struct gw_corrections *c, const char *stream, const char *const *columns,
		     struct gw_batch *batch, size_t *applied, struct gw_error *err)
{
	struct work work = {.c = c, .columns = columns, .batch = batch};
	enum gw_status status = GW_OK;

	gw_buf_init(&work.packed, BATCH_TEXT);
	gw_buf_init(&work.cell, BATCH_TEXT);
	for (const struct gw_mend_shape *shape = c->shapes; status == GW_OK && shape != NULL;
	     shape = shape->next) {
		if (shape->used == 0 || strcmp(shape->stream, stream) != 0)
			continue;
		work.shape = shape;
		status = correct_batch(&work, err);
	}
	gw_buf_release(&work.packed);
	gw_buf_release(&work.cell);
	if (status == GW_OK)
		*applied = work.applied;
	return status;
}
