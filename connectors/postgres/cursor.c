#include "postgres/cursor.h"

#include <stdlib.h>
#include <string.h>

#include "table/refuse.h"

enum { CATALOG_MAX = 16 << 20, SCRATCH_MAX = 1 << 20, KEY_TEXT_MAX = GW_BOOKMARK_MAX };

/* Goes back to the beginning, and says so, where the bookmark is of another source or stream. */
static void
compare_with_source(struct gw_cursor *cursor, const char *identity)
{
	struct gw_pg_state *state = &cursor->state;
	const char *why =
		gw_cycle_why_again(state->identity, identity, state->shape == cursor->plan.shape);

	if (why != NULL)
		gw_pg_walk_again(cursor, why);
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

/* Of numbers there is no telling how far a cycle may read: what was committed late before it was
   interrupted may lie so far behind the position that NEW reaches that no later cycle would look
   there; but for a sweep. */
static void
resume_with_late(struct gw_cursor *cursor)
{
	struct gw_pg_state *state = &cursor->state;

	if (state->phase != GW_PG_NEW || state->at.count == 0 || cursor->plan.has_xmin)
		return;
	gw_values_clear(&state->at);
	state->phase = GW_PG_LATE;
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
	if (gw_cycle_check_values(&state->position, cursor->plan.norder, &state->at,
				  cursor->plan.nkey, cursor->plan.shown, err) != GW_OK)
		return err->status;
	if (state->phase != GW_PG_IDLE)
		cursor->cycle.worth_closing = true;
	/* Behind its last page. */
	else if (cursor->plan.once && state->complete)
		cursor->ended = true;
	resume_with_sweep(cursor);
	resume_with_late(cursor);
	return GW_OK;
}

static enum gw_status
find_table(struct gw_cursor *cursor, struct gw_error *err)
{
	const struct gw_stream *stream = cursor->stream;
	enum gw_status status = gw_pg_table_find(cursor->session, stream->table, &cursor->arena,
						 &cursor->table, err);

	return status == GW_CONFIG ? gw_table_fail_at(&stream->table_at, err) : status;
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
	status = find_table(cursor, err);
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

enum gw_status
gw_pg_next(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err)
{
	enum gw_status status = gw_cycle_open(&cursor->cycle, cursor->plan.shown, batch, err);

	batch->ncolumns = cursor->plan.nvisible;
	while (status == GW_OK && batch->nrows == 0 && !cursor->ended) {
		gw_arena_reset(&batch->arena);
		status = gw_pg_page(cursor, batch, err);
	}
	if (status == GW_OK && gw_cycle_hand_over(&cursor->cycle, cursor->ended, batch))
		status = gw_pg_bookmark_write(&cursor->state, &batch->after, err);
	return gw_cycle_close(&cursor->cycle, batch, status);
}
