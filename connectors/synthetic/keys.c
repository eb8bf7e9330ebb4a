#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "synthetic/parts.h"

enum { KEY_ARENA = 4096 };

/* The column of the key that names a row by itself. */
static const struct gw_syn_column *
naming_column(const struct gw_syn_plan *plan, size_t *out_at)
{
	for (size_t i = 0; i < plan->nkey; i++) {
		const struct gw_syn_column *column = gw_syn_column_find(plan->table, plan->key[i]);

		if (column->kind != GW_SYN_ID && column->kind != GW_SYN_CODE)
			continue;
		*out_at = i;
		return column;
	}
	return NULL;
}

/* The keys must be those of the stream, in whatever order. */
static enum gw_status
match_columns(const struct gw_syn_plan *plan, const struct gw_keys *keys, struct gw_error *err)
{
	size_t found = 0;

	for (size_t k = 0; k < plan->nkey; k++)
		for (size_t i = 0; i < keys->ncolumns; i++)
			found += strcmp(plan->key[k], keys->columns[i]) == 0;
	if (found == plan->nkey && found == keys->ncolumns)
		return GW_OK;
	return gw_fail(err, GW_CONFIG,
		       _("the rows to read again are not named by the key of %s: its key was "
			 "changed since"),
		       plan->table->name);
}

/* The text of key number i for that column of the plan's key. */
static const char *
text_of(const struct gw_syn_plan *plan, const struct gw_keys *keys, size_t i, size_t column)
{
	for (size_t c = 0; c < keys->ncolumns; c++)
		if (strcmp(keys->columns[c], plan->key[column]) == 0)
			return keys->values[i * keys->ncolumns + c];
	return NULL;
}

/* Whether that column of the key has this text in the row, as letters hold it. */
static bool
has_text(const struct gw_syn_plan *plan, int64_t row, size_t column, const char *text)
{
	struct gw_arena arena;
	struct gw_value value;
	int64_t number;
	bool same = false;

	gw_arena_init(&arena, KEY_ARENA);
	if (text != NULL &&
	    gw_syn_value(plan->table, gw_syn_column_find(plan->table, plan->key[column]), row,
			 &arena, &value)) {
		size_t len = strlen(text);

		if (value.kind == GW_INT)
			same = gw_parse_i64(text, len, &number) && number == value.as.integer;
		else if (value.kind == GW_TEXT)
			same = len == value.len && memcmp(text, value.as.text, len) == 0;
	}
	gw_arena_release(&arena);
	return same;
}

/* The row that a key names; 0: there is none. */
static int64_t
row_of(const struct gw_syn_plan *plan, const struct gw_keys *keys, size_t i)
{
	size_t at = 0;
	const struct gw_syn_column *naming = naming_column(plan, &at);
	const char *text = text_of(plan, keys, i, at);
	int64_t row = 0;

	if (naming == NULL || text == NULL)
		return 0;
	/* A code ends with the row's number. */
	if (naming->kind == GW_SYN_CODE && (text = strrchr(text, '-')) != NULL)
		text++;
	if (text == NULL || !gw_parse_i64(text, strlen(text), &row) || !gw_syn_plan_has(plan, row))
		return 0;
	for (size_t k = 0; k < plan->nkey; k++)
		if (!has_text(plan, row, k, text_of(plan, keys, i, k)))
			return 0;
	return row;
}

static bool
seen_before(const struct gw_syn_plan *plan, const struct gw_keys *keys, size_t i, int64_t row)
{
	for (size_t j = 0; j < i; j++)
		if (row_of(plan, keys, j) == row)
			return true;
	return false;
}

static enum gw_status
fetch_rows(const struct gw_syn_plan *plan, const struct gw_keys *keys, struct gw_batch *batch,
	   struct gw_error *err)
{
	if (match_columns(plan, keys, err) != GW_OK)
		return err->status;
	if (gw_syn_room(plan, keys->count + 1, batch) < keys->count)
		return gw_syn_fail_wide(plan, batch, err);
	for (size_t i = 0; i < keys->count; i++) {
		int64_t row = row_of(plan, keys, i);

		if (row != 0 && !seen_before(plan, keys, i, row) && !gw_syn_put(plan, row, batch))
			return gw_syn_fail_wide(plan, batch, err);
	}
	return GW_OK;
}

enum gw_status
gw_syn_fetch(struct gw_session *session, const struct gw_request *request,
	     const struct gw_keys *keys, struct gw_batch *batch, struct gw_error *err)
{
	struct gw_syn_plan plan;
	enum gw_status status = gw_syn_plan_make(&session->table, request, &plan, err);

	batch->deleted = NULL;
	batch->notice = NULL;
	batch->late = batch->snapshot = false;
	batch->resent = true;
	batch->after.len = 0;
	batch->snapshot_us = gw_now_us();
	if (status == GW_OK && keys->count > request->max_rows)
		status =
			gw_fail(err, GW_CONFIG,
				_("there are more keys to read again than a page has rows: ask for "
				  "fewer at once"));
	if (status == GW_OK)
		status = fetch_rows(&plan, keys, batch, err);
	gw_syn_plan_release(&plan);
	return status;
}

enum gw_status
gw_syn_count(struct gw_session *session, const struct gw_request *request, int64_t *out,
	     struct gw_error *err)
{
	struct gw_syn_plan plan;
	enum gw_status status = gw_syn_plan_make(&session->table, request, &plan, err);
	int64_t total = gw_syn_total(&session->table, session->table.moment), n = 0, us;

	for (int64_t row = 1; status == GW_OK && row <= total; row++) {
		if (!gw_syn_plan_has(&plan, row))
			continue;
		/* What a cycle finds behind a place has a time, which has come. */
		n += request->once || request->stream->mode != GW_MODE_TIMESTAMP ||
		     (gw_syn_changed(&session->table, row, &us) && us <= gw_now_us());
	}
	if (status == GW_OK)
		*out = n;
	gw_syn_plan_release(&plan);
	return status;
}

/* The place in the log before the first moment that has rows of this time or later. */
static int64_t
moment_before(const struct gw_syn_table *table, int64_t from_us)
{
	int64_t total = gw_syn_total(table, table->moment), first = table->moment + 1, us;

	for (int64_t row = 1; row <= total; row++) {
		int64_t touched = gw_syn_life(table, row).touched;

		if (touched < first && gw_syn_changed(table, row, &us) && us >= from_us)
			first = touched;
	}
	return first - 1;
}

enum gw_status
gw_syn_place(struct gw_session *session, const struct gw_request *request,
	     const struct gw_bookmark *since, const char *from, struct gw_bookmark *out,
	     struct gw_error *err)
{
	const struct gw_stream *stream = request->stream;
	struct gw_request ranged = *request;
	struct gw_syn_state state = {.phase = GW_SYN_CHANGES};
	struct gw_syn_plan plan;
	struct gw_span span = {.from = from};
	enum gw_status status;

	(void)since; /* the log has no rows that come behind a place in it */
	if (stream->ncursor == 0 || stream->mode == GW_MODE_INCREMENTING)
		return gw_fail(err, GW_REJECT, _("%s has no place of that kind to go on from"),
			       stream->table);
	span.column = stream->cursor[0];
	ranged.range = &span;
	status = gw_syn_plan_make(&session->table, &ranged, &plan, err);
	if (status == GW_OK) {
		state.moment = moment_before(&session->table, plan.from);
		state.row = gw_syn_total(&session->table, session->table.moment);
	}
	gw_syn_plan_release(&plan);
	if (status == GW_OK)
		status = gw_syn_plan_make(&session->table, request, &plan, err);
	if (status != GW_OK)
		return status;
	state.shape = plan.shape;
	gw_syn_plan_release(&plan);
	/* Before the first moment there is the table of the beginning. */
	if (state.moment < 0)
		state = (struct gw_syn_state){.phase = GW_SYN_SNAPSHOT, .shape = state.shape};
	return gw_syn_bookmark_write(&state, out, err);
}

enum gw_status
gw_syn_describe(const struct gw_bookmark *bookmark, char *out, size_t size, struct gw_error *err)
{
	struct gw_syn_state state;

	if (gw_syn_bookmark_read(bookmark, &state, err) != GW_OK)
		return err->status;
	if (state.phase == GW_SYN_CHANGES)
		(void)snprintf(out, size, _("changes are read up to moment %lld"),
			       (long long)state.moment);
	else
		(void)snprintf(out, size, "%s", _("the whole table is being read"));
	return GW_OK;
}

static bool
is_ahead(const struct gw_syn_plan *plan, const struct gw_syn_state *state, int64_t row)
{
	int64_t touched = gw_syn_life(plan->table, row).touched;

	if (plan->stream->mode == GW_MODE_BULK || touched > state->moment)
		return true;
	return row > state->row && (state->phase == GW_SYN_SNAPSHOT || touched == state->moment);
}

enum gw_status
gw_syn_ahead(struct gw_session *session, const struct gw_request *request,
	     const struct gw_bookmark *since, const struct gw_keys *key, enum gw_ahead *out,
	     struct gw_error *err)
{
	struct gw_syn_state state = {.phase = GW_SYN_SNAPSHOT};
	struct gw_syn_plan plan;
	enum gw_status status = gw_syn_plan_make(&session->table, request, &plan, err);
	int64_t row;

	if (status == GW_OK)
		status = match_columns(&plan, key, err);
	if (status == GW_OK && since->len > 0)
		status = gw_syn_bookmark_read(since, &state, err);
	if (status == GW_OK && state.shape == plan.shape && state.phase != GW_SYN_ONCE) {
		row = row_of(&plan, key, 0);
		*out = row == 0                       ? GW_AHEAD_UNKNOWN
		       : is_ahead(&plan, &state, row) ? GW_AHEAD_YES
						      : GW_AHEAD_NO;
	} else if (status == GW_OK) {
		*out = GW_AHEAD_UNKNOWN;
	}
	gw_syn_plan_release(&plan);
	return status;
}
