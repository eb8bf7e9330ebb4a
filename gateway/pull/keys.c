/*
 * Scanning a table for its keys: a tenth of what all columns cost.  Where other
 * columns have a say in the key, or corrections may, all of them are read.
 */
#include "pull/internal.h"

#include <string.h>

#include "base/i18n.h"

#define NOT_READ ((size_t)-1)

/* A mapping that nobody has told its key yet learns it by beginning a cycle. */
static enum gw_status
learn_key(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	struct gw_request request = {.stream = lane->plan->stream, .max_rows = 1, .once = true};
	const struct gw_bookmark from = {.len = 0};
	struct gw_cursor *cursor = NULL;

	if (gw_mapping_key_column(lane->plan->mapping, 0) != NOT_READ)
		return GW_OK;
	request.columns = gw_pull_columns(lane, &request.ncolumns);
	if (gw_plan_begin_as(lane->plan, &pull->link, &request, &from, &cursor, err) != GW_OK)
		return err->status;
	pull->link.connector->end(cursor);
	return GW_OK;
}

enum gw_status
gw_pull_keys_plan(struct gw_pull *pull, struct gw_lane *lane, struct gw_request *request,
		  struct gw_error *err)
{
	struct gw_arena *arena = &pull->control.arena;
	struct gw_mapping *mapping = lane->plan->mapping;
	size_t ncolumns, n = 0;
	const char *const *columns = gw_mapping_columns(mapping, &ncolumns);
	bool *needed = gw_arena_zalloc(arena, ncolumns + 1);
	size_t *at = gw_arena_alloc(arena, (ncolumns + 1) * sizeof *at);
	const char **chosen = gw_arena_alloc(arena, (ncolumns + 1) * sizeof *chosen);

	if (needed == NULL || at == NULL || chosen == NULL)
		return gw_fail_memory(err);
	if (learn_key(pull, lane, err) != GW_OK)
		return err->status;
	if (gw_corrections_any(pull->control.corrections, lane->plan->stream->name) ||
	    !gw_mapping_key_columns(mapping, needed))
		memset(needed, true, ncolumns);
	for (size_t i = 0; i < ncolumns; i++) {
		at[i] = NOT_READ;
		if (!needed[i] || gw_pull_lacks(lane, i))
			continue;
		at[i] = n;
		chosen[n++] = columns[i];
	}
	request->columns = chosen;
	request->ncolumns = n;
	pull->cells = (struct gw_key_cells){.ncolumns = n, .at = at};
	return GW_OK;
}

/* Rows as the mapping wants them, null where nothing was read; what was read stays as it is. */
static enum gw_status
widen(struct gw_pull *pull, size_t ncolumns, struct gw_error *err)
{
	struct gw_batch *batch = &pull->batch;
	struct gw_key_cells *cells = &pull->cells;
	struct gw_value *wide =
		gw_arena_zalloc(&batch->arena, batch->nrows * ncolumns * sizeof *wide);

	if (wide == NULL)
		return gw_fail_memory(err);
	for (size_t c = 0; c < ncolumns; c++) {
		if (cells->at[c] == NOT_READ)
			continue;
		for (size_t r = 0; r < batch->nrows; r++)
			wide[r * ncolumns + c] = batch->values[r * cells->ncolumns + cells->at[c]];
	}
	cells->values = batch->values;
	batch->values = wide;
	batch->ncolumns = ncolumns;
	return GW_OK;
}

enum gw_status
gw_pull_keys_take(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	struct gw_batch *batch = &pull->batch;
	struct gw_mapping *mapping = lane->plan->mapping;
	size_t ncolumns, applied;
	const char *const *columns = gw_mapping_columns(mapping, &ncolumns);
	bool *deleted = gw_arena_alloc(&batch->arena, batch->nrows * sizeof *deleted);

	if (deleted == NULL)
		return gw_fail_memory(err);
	memset(deleted, true, batch->nrows);
	if (widen(pull, ncolumns, err) != GW_OK ||
	    gw_corrections_apply(pull->control.corrections, lane->plan->stream->name, columns,
				 batch, &applied, err) != GW_OK)
		return err->status;
	batch->deleted = deleted;
	if (gw_normalise(mapping, batch, &pull->records, err) != GW_OK)
		return gw_wrap(err, _("normalise"));
	return GW_OK;
}
