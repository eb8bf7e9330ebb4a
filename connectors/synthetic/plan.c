#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/i18n.h"
#include "base/text.h"
#include "config/parts.h"
#include "synthetic/parts.h"
#include "table/refuse.h"

static enum gw_status
find_column(const struct gw_syn_plan *plan, const char *name, const struct gw_place *at,
	    const struct gw_syn_column **out, struct gw_error *err)
{
	const struct gw_syn_table *table = plan->table;
	struct gw_nearest nearest;

	*out = gw_syn_column_find(table, name);
	if (*out == NULL) {
		gw_nearest_init(&nearest, name);
		for (size_t i = 0; i < table->ncolumns; i++)
			gw_nearest_try(&nearest, table->columns[i].name);
		if (nearest.best != NULL)
			return gw_place_fail(at, err,
					     _("there is no column %s in %s; did you mean %s?"),
					     name, table->name, nearest.best);
		return gw_place_fail(
			at, err,
			_("there is no column %s in %s; songma discover lists its columns"), name,
			table->name);
	}
	if (table->hidden != NULL && strcmp(table->hidden, name) == 0)
		return gw_place_fail(at, err, _("the account may not read the column %s of %s"),
				     name, table->name);
	return GW_OK;
}

static enum gw_status
check_table(const struct gw_syn_plan *plan, struct gw_error *err)
{
	if (strcmp(plan->stream->table, plan->table->name) == 0)
		return GW_OK;
	return gw_place_fail(&plan->stream->table_at, err,
			     _("there is no table %s; did you mean %s?"), plan->stream->table,
			     plan->table->name);
}

static enum gw_status
take_columns(struct gw_syn_plan *plan, const struct gw_request *request, struct gw_error *err)
{
	const struct gw_syn_column *column;

	plan->columns = calloc(request->ncolumns + 1, sizeof *plan->columns);
	plan->ncolumns = request->ncolumns;
	if (plan->columns == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < request->ncolumns; i++) {
		if (find_column(plan, request->columns[i],
				gw_table_place_of(plan->stream, request->columns[i]), &column,
				err) != GW_OK)
			return err->status;
		plan->columns[i] = (size_t)(column - plan->table->columns);
	}
	return GW_OK;
}

/* The stream's key, or the table's own. */
static enum gw_status
take_key(struct gw_syn_plan *plan, struct gw_error *err)
{
	const struct gw_stream *stream = plan->stream;
	const struct gw_syn_column *column;
	bool unique = stream->nkey == 0;

	for (size_t i = 0; stream->nkey == 0 && i < plan->table->ncolumns; i++)
		if (plan->table->columns[i].key != 0)
			plan->key[plan->table->columns[i].key - 1] = plan->table->columns[i].name;
	plan->nkey = stream->nkey == 0 ? plan->table->nkey : stream->nkey;
	if (plan->nkey > GW_SYN_KEY)
		return gw_place_fail(&stream->key_at, err, _("a key has at most %d columns"),
				     GW_SYN_KEY);
	for (size_t i = 0; i < stream->nkey; i++) {
		if (find_column(plan, stream->key[i], &stream->key_at, &column, err) != GW_OK)
			return err->status;
		plan->key[i] = column->name;
		unique = unique || column->kind == GW_SYN_ID || column->kind == GW_SYN_CODE;
	}
	if (unique)
		return GW_OK;
	return gw_place_fail(&stream->key_at, err,
			     _("two rows of %s have the same key: name the columns that identify "
			       "a row with \"key\""),
			     plan->table->name);
}

static enum gw_status
check_cursor(const struct gw_syn_plan *plan, struct gw_error *err)
{
	const struct gw_stream *stream = plan->stream;
	const struct gw_syn_column *column;

	if (stream->mode == GW_MODE_LOG || stream->mode == GW_MODE_FILES)
		return gw_place_fail(&stream->at, err,
				     _("the synthetic connector has no mode \"%s\""),
				     gw_mode_name((enum gw_mode)stream->mode));
	for (size_t i = 0; i < stream->ncursor; i++) {
		bool number = stream->mode == GW_MODE_INCREMENTING || i == 1;

		if (find_column(plan, stream->cursor[i], &stream->cursor_at, &column, err) != GW_OK)
			return err->status;
		if (column->kind != (number ? GW_SYN_ID : GW_SYN_CHANGED))
			return gw_place_fail(&stream->cursor_at, err,
					     _("the cursor %s of %s has the kind %s, expected %s"),
					     column->name, plan->table->name,
					     gw_syn_kind_name(column->kind),
					     gw_syn_kind_name(number ? GW_SYN_ID : GW_SYN_CHANGED));
	}
	return GW_OK;
}

static enum gw_status
read_limit(const struct gw_syn_plan *plan, const char *text, int64_t none, int64_t *out,
	   struct gw_error *err)
{
	size_t len = text == NULL ? 0 : strlen(text);
	int64_t days;

	*out = none;
	if (text == NULL)
		return GW_OK;
	if (plan->range->kind == GW_SYN_ID && gw_parse_i64(text, len, out))
		return GW_OK;
	if (plan->range->kind == GW_SYN_CHANGED && gw_timestamp_parse(text, len, out))
		return GW_OK;
	if (plan->range->kind == GW_SYN_CHANGED && gw_date_parse(text, len, &days)) {
		*out = days * INT64_C(86400000000);
		return GW_OK;
	}
	return gw_fail(err, GW_REJECT, _("what was given is no value of the column %s of %s"),
		       plan->range->name, plan->table->name);
}

static enum gw_status
take_range(struct gw_syn_plan *plan, const struct gw_span *span, struct gw_error *err)
{
	if (span == NULL)
		return GW_OK;
	plan->range = gw_syn_column_find(plan->table, span->column);
	if (plan->range == NULL ||
	    (plan->range->kind != GW_SYN_ID && plan->range->kind != GW_SYN_CHANGED))
		return gw_fail(err, GW_REJECT,
			       _("there is no column %s in %s that has a range: take the cursor or "
				 "a column of the key"),
			       span->column, plan->table->name);
	if (read_limit(plan, span->from, INT64_MIN, &plan->from, err) != GW_OK)
		return err->status;
	return read_limit(plan, span->to, INT64_MAX, &plan->to, err);
}

/* What a bookmark must not be used across: another source, table, key, way or range. */
static uint64_t
shape_of(const struct gw_syn_plan *plan)
{
	uint64_t shape = XXH3_64bits(plan->table->name, strlen(plan->table->name));
	const int64_t parts[] = {plan->table->seed,
				 plan->table->rows,
				 plan->once,
				 plan->stream->mode,
				 plan->range == NULL ? 0 : plan->from,
				 plan->range == NULL ? 0 : plan->to};

	for (size_t i = 0; i < plan->nkey; i++)
		shape = XXH3_64bits_withSeed(plan->key[i], strlen(plan->key[i]), shape);
	if (plan->range != NULL)
		shape = XXH3_64bits_withSeed(plan->range->name, strlen(plan->range->name), shape);
	return XXH3_64bits_withSeed(parts, sizeof parts, shape);
}

enum gw_status
gw_syn_plan_make(const struct gw_syn_table *table, const struct gw_request *request,
		 struct gw_syn_plan *out, struct gw_error *err)
{
	*out = (struct gw_syn_plan){
		.table = table, .stream = request->stream, .once = request->once};
	if (check_table(out, err) != GW_OK || take_columns(out, request, err) != GW_OK ||
	    take_key(out, err) != GW_OK || check_cursor(out, err) != GW_OK ||
	    take_range(out, request->range, err) != GW_OK)
		return err->status;
	out->shape = shape_of(out);
	return GW_OK;
}

void
gw_syn_plan_release(struct gw_syn_plan *plan)
{
	free(plan->columns);
	plan->columns = NULL;
}

bool
gw_syn_plan_has(const struct gw_syn_plan *plan, int64_t row)
{
	int64_t value = row;

	if (row < 1 || row > gw_syn_total(plan->table, plan->table->moment) ||
	    gw_syn_life(plan->table, row).gone)
		return false;
	if (plan->range == NULL)
		return true;
	if (plan->range->kind == GW_SYN_CHANGED && !gw_syn_changed(plan->table, row, &value))
		return false;
	return value >= plan->from && (value < plan->to || plan->to == INT64_MAX);
}

bool
gw_syn_put(const struct gw_syn_plan *plan, int64_t row, struct gw_batch *batch)
{
	struct gw_value *values = batch->values + batch->nrows * plan->ncolumns;
	bool gone = gw_syn_life(plan->table, row).gone;

	for (size_t i = 0; i < plan->ncolumns; i++) {
		const struct gw_syn_column *column = &plan->table->columns[plan->columns[i]];
		bool key = false;

		values[i] = (struct gw_value){.kind = GW_NULL};
		for (size_t k = 0; gone && k < plan->nkey; k++)
			key = key || strcmp(plan->key[k], column->name) == 0;
		if ((!gone || key) &&
		    !gw_syn_value(plan->table, column, row, &batch->arena, &values[i]))
			return false;
	}
	batch->nrows++;
	return true;
}

size_t
gw_syn_room(const struct gw_syn_plan *plan, size_t max_rows, struct gw_batch *batch)
{
	size_t ncolumns = plan->ncolumns == 0 ? 1 : plan->ncolumns;

	batch->nrows = 0;
	batch->ncolumns = plan->ncolumns;
	/* Half of the arena at most is for the values themselves. */
	while (max_rows > 1 && max_rows * ncolumns * sizeof *batch->values > batch->arena.limit / 2)
		max_rows /= 2;
	batch->values = gw_arena_alloc(&batch->arena, max_rows * ncolumns * sizeof *batch->values);
	return batch->values == NULL ? 0 : max_rows;
}

enum gw_status
gw_syn_fail_wide(const struct gw_syn_plan *plan, const struct gw_batch *batch, struct gw_error *err)
{
	return gw_place_fail(&plan->stream->table_at, err,
			     _("a row of %s is larger than the %zu MB of a batch: map fewer "
			       "columns"),
			     plan->table->name, batch->arena.limit >> 20);
}
