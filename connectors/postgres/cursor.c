#include "postgres/cursor.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "postgres/failure.h"

enum { CATALOG_MAX = 16 << 20, SCRATCH_MAX = 1 << 20, KEY_TEXT_MAX = GW_BOOKMARK_MAX };

/* Goes back to the beginning, and says so, where the bookmark is of another source or stream. */
static void
compare_with_source(struct gw_cursor *cursor, const char *identity)
{
	struct gw_pg_state *state = &cursor->state;

	if (state->identity[0] != '\0' && identity[0] != '\0' &&
	    strcmp(state->identity, identity) != 0)
		gw_pg_walk_again(cursor, _("the source is another server or database than before, "
					   "or was restored: the whole table is read again; rows "
					   "that are gone from it stay until a reconcile"));
	else if (state->shape != cursor->plan.shape)
		gw_pg_walk_again(cursor, _("table, mode, cursor or key are not those of the last "
					   "reading: the whole table is read again"));
	state->shape = cursor->plan.shape;
	if (identity[0] != '\0')
		memcpy(state->identity, identity, GW_PG_IDENTITY_MAX);
}

/* A cycle that was interrupted behind its sweep, and is told to sweep, goes back to it: what NEW
   has read since lies behind the position. */
static void
resume_with_sweep(struct gw_cursor *cursor)
{
	struct gw_pg_state *state = &cursor->state;

	if (!cursor->sweep_now || !cursor->plan.has_xmin || state->sweeping || !state->complete ||
	    (state->phase != GW_PG_LATE && state->phase != GW_PG_NEW))
		return;
	gw_values_clear(&state->at);
	state->phase = GW_PG_SWEEP;
	state->sweeping = true;
}

static enum gw_status
open_bookmark(struct gw_cursor *cursor, const struct gw_bookmark *since, struct gw_error *err)
{
	struct gw_pg_state *state = &cursor->state;
	char identity[GW_PG_IDENTITY_MAX];

	if (gw_pg_identity(cursor->session, identity, err) != GW_OK)
		return err->status;
	if (since == NULL || since->len == 0) {
		state->shape = cursor->plan.shape;
		memcpy(state->identity, identity, sizeof identity);
		return GW_OK;
	}
	if (gw_pg_bookmark_read(since, state, err) != GW_OK)
		return err->status;
	compare_with_source(cursor, identity);
	if (state->position.count > cursor->plan.norder ||
	    (state->at.count > 0 && state->at.count != cursor->plan.nkey))
		return gw_fail(err, GW_CONFIG, _("the stored position does not fit %s"),
			       cursor->plan.shown);
	cursor->worth_closing = cursor->worth_closing || state->phase != GW_PG_IDLE;
	/* Behind its last page. */
	if (cursor->plan.once && state->complete && state->phase == GW_PG_IDLE)
		cursor->ended = true;
	resume_with_sweep(cursor);
	return GW_OK;
}

static enum gw_status
find_table(struct gw_cursor *cursor, const struct gw_stream *stream, struct gw_error *err)
{
	struct gw_error cause;
	enum gw_status status = gw_pg_table_find(cursor->session, stream->table, &cursor->arena,
						 &cursor->table, &cause);

	if (status == GW_CONFIG)
		return gw_place_fail(&stream->table_at, err, "%s", cause.text);
	if (status != GW_OK)
		*err = cause;
	return status;
}

enum gw_status
gw_pg_begin(struct gw_session *session, const struct gw_request *request,
	    const struct gw_bookmark *since, struct gw_cursor **out, struct gw_error *err)
{
	struct gw_cursor *cursor = calloc(1, sizeof *cursor);
	enum gw_status status;

	if (cursor == NULL)
		return gw_fail_memory(err);
	gw_arena_init(&cursor->arena, CATALOG_MAX);
	gw_arena_init(&cursor->scratch, SCRATCH_MAX);
	gw_buf_init(&cursor->sql, GW_PG_SQL_MAX);
	gw_buf_init(&cursor->text, KEY_TEXT_MAX);
	cursor->session = session;
	cursor->stream = request->stream;
	cursor->sweep_now = request->sweep_now;
	cursor->page_rows = request->max_rows > 0 ? request->max_rows : 1;
	status = find_table(cursor, request->stream, err);
	if (status == GW_OK)
		status = gw_pg_plan_make(session, request, &cursor->table, &cursor->arena,
					 &cursor->plan, err);
	if (status == GW_OK && request->range != NULL)
		status = gw_pg_range_open(cursor, request->range, err);
	if (status == GW_OK)
		status = open_bookmark(cursor, since, err);
	if (status != GW_OK) {
		gw_pg_end(cursor);
		return status;
	}
	*out = cursor;
	return GW_OK;
}

void
gw_pg_end(struct gw_cursor *cursor)
{
	if (cursor == NULL)
		return;
	gw_pg_drop(cursor);
	gw_buf_release(&cursor->sql);
	gw_buf_release(&cursor->text);
	gw_arena_release(&cursor->scratch);
	gw_arena_release(&cursor->arena);
	free(cursor);
}

enum gw_status
gw_pg_key_columns(struct gw_cursor *cursor, const char *const **columns, size_t *count,
		  struct gw_error *err)
{
	(void)err;
	*columns = cursor->plan.key_names;
	*count = cursor->plan.nkey;
	return GW_OK;
}

static void
tell(struct gw_cursor *cursor, struct gw_batch *batch)
{
	batch->notice = cursor->notice;
	cursor->notice = NULL;
}

/* The state after a batch is the bookmark after it.  Once it closes the cycle nothing is left to
   remember at the end. */
static enum gw_status
hand_over(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err)
{
	tell(cursor, batch);
	if (!cursor->worth_closing)
		return GW_OK;
	cursor->worth_closing = !cursor->ended;
	return gw_pg_bookmark_write(&cursor->state, &batch->after, err);
}

enum gw_status
gw_pg_next(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err)
{
	enum gw_status status = GW_OK;

	batch->nrows = 0;
	batch->ncolumns = cursor->plan.nvisible;
	batch->deleted = NULL;
	batch->resent = batch->late = batch->snapshot = false;
	batch->after.len = 0;
	batch->notice = NULL;
	if (cursor->broken)
		return gw_fail(err, GW_RETRY,
			       _("%s: the cycle was broken off; begin again at the last position"),
			       cursor->plan.shown);
	while (status == GW_OK && batch->nrows == 0 && !cursor->ended) {
		gw_arena_reset(&batch->arena);
		status = gw_pg_page(cursor, batch, err);
	}
	if (status == GW_OK)
		status = hand_over(cursor, batch, err);
	if (status != GW_OK) {
		cursor->broken = true;
		batch->nrows = 0;
	}
	return status;
}
