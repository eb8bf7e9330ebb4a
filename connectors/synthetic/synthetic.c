#include "synthetic/synthetic.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/i18n.h"
#include "base/text.h"
#include "synthetic/parts.h"

enum { SLICE_MS = 20 };

struct gw_cursor {
	struct gw_session *session;
	struct gw_syn_plan plan;
	struct gw_syn_state state;
	size_t max_rows;
	const char *notice;
	bool ended;
	bool moved; /* the state says more than what was last handed over */
};

/* ---- the session ---------------------------------------------------------------------------- */

static enum gw_status
syn_open(const struct gw_settings *settings, struct gw_session **out, struct gw_error *err)
{
	struct gw_session *session = calloc(1, sizeof *session);
	enum gw_status status;

	if (session == NULL)
		return gw_fail_memory(err);
	session->timeout_us = settings->statement_timeout_us;
	status = gw_syn_table_read(settings->connection, &session->table, err);
	if (status == GW_OK && session->table.away != 0)
		status = gw_fail(err, GW_RETRY, _("the synthetic source does not answer"));
	if (status == GW_OK) {
		*out = session;
		return GW_OK;
	}
	gw_syn_table_release(&session->table);
	free(session);
	return status;
}

static void
syn_close(struct gw_session *session)
{
	if (session == NULL)
		return;
	gw_syn_table_release(&session->table);
	free(session);
}

static void
syn_cancel(struct gw_session *session)
{
	session->cancelled = 1;
}

/* What a query of a real source does: it takes its time, can be interrupted, and is given up when
   that takes too long. */
static enum gw_status
take_time(struct gw_session *session, struct gw_error *err)
{
	const struct timespec slice = {.tv_nsec = SLICE_MS * 1000000L};
	int64_t began = gw_monotonic_us();

	for (;;) {
		int64_t spent = gw_monotonic_us() - began;

		if (session->cancelled)
			return gw_fail(err, GW_CANCELLED, _("%s: stopped on request"),
				       session->table.name);
		if (spent >= session->table.slow_ms * 1000)
			return GW_OK;
		if (session->timeout_us > 0 && spent > session->timeout_us)
			return gw_fail(err, GW_RETRY,
				       _("%s: not done within the statement timeout of %lld s"),
				       session->table.name,
				       (long long)(session->timeout_us / 1000000));
		(void)nanosleep(&slice, NULL);
	}
}

static enum gw_status
check_name(const struct gw_session *session, const char *name, struct gw_error *err)
{
	if (strcmp(name, session->table.name) == 0)
		return GW_OK;
	return gw_fail(err, GW_CONFIG, _("there is no table %s; did you mean %s?"), name,
		       session->table.name);
}

static enum gw_status
syn_check(struct gw_session *session, const char *const *tables, size_t ntables,
	  struct gw_source_facts *out, struct gw_error *err)
{
	for (size_t i = 0; i < ntables; i++)
		if (check_name(session, tables[i], err) != GW_OK)
			return err->status;
	*out = (struct gw_source_facts){.product = "synthetic", .clock_us = gw_now_us()};
	(void)snprintf(out->identity, sizeof out->identity, "synthetic/%" PRId64 "/%" PRId64,
		       session->table.seed, session->table.rows);
	return GW_OK;
}

static enum gw_status
syn_discover(struct gw_session *session, const char *only, gw_table_fn *each, void *arg,
	     struct gw_error *err)
{
	const struct gw_syn_table *table = &session->table;
	struct gw_table found = {
		.name = table->name,
		.kind = "table",
		.rows_estimate = gw_syn_total(table, table->moment),
		.readable = true,
		.late_commits = true,
		.ncolumns = table->ncolumns,
	};
	struct gw_column *columns;
	enum gw_status status;

	if (only != NULL && check_name(session, only, err) != GW_OK)
		return err->status;
	columns = calloc(table->ncolumns, sizeof *columns);
	if (columns == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < table->ncolumns; i++) {
		const struct gw_syn_column *from = &table->columns[i];

		columns[i] = (struct gw_column){
			.name = from->name,
			.type = gw_syn_kind_name(from->kind),
			.kind = gw_syn_kind_of(from->kind),
			.nullable = from->key == 0 && from->kind != GW_SYN_ID,
			.key = from->key,
		};
		if (table->hidden != NULL && strcmp(table->hidden, from->name) == 0)
			columns[i].refusal = _("the account may not read this column");
	}
	found.columns = columns;
	status = each(arg, &found, err);
	free(columns);
	return status;
}

/* ---- a cycle -------------------------------------------------------------------------------- */

static void
begin_anew(struct gw_cursor *cursor)
{
	cursor->state = (struct gw_syn_state){
		.phase = cursor->plan.once ? GW_SYN_ONCE : GW_SYN_SNAPSHOT,
		.moment = cursor->session->table.moment,
		.shape = cursor->plan.shape,
	};
}

static enum gw_status
take_up(struct gw_cursor *cursor, const struct gw_bookmark *since, struct gw_error *err)
{
	struct gw_syn_state state;

	begin_anew(cursor);
	if (since->len == 0)
		return GW_OK;
	if (gw_syn_bookmark_read(since, &state, err) != GW_OK)
		return err->status;
	/* Read on only what is the same: anything else would lose rows without a word. */
	if (state.shape == cursor->plan.shape && state.moment <= cursor->session->table.moment) {
		cursor->state = state;
		return GW_OK;
	}
	cursor->state.again = true;
	cursor->notice = _("the source, table, mode, key or range are not those of the last time: "
			   "the table is read again from its beginning");
	return GW_OK;
}

static void
syn_end(struct gw_cursor *cursor)
{
	if (cursor == NULL)
		return;
	gw_syn_plan_release(&cursor->plan);
	free(cursor);
}

static enum gw_status
syn_begin(struct gw_session *session, const struct gw_request *request,
	  const struct gw_bookmark *since, struct gw_cursor **out, struct gw_error *err)
{
	struct gw_cursor *cursor = calloc(1, sizeof *cursor);

	if (cursor == NULL)
		return gw_fail_memory(err);
	cursor->session = session;
	cursor->max_rows = request->max_rows;
	if (gw_syn_plan_make(&session->table, request, &cursor->plan, err) != GW_OK ||
	    take_up(cursor, since, err) != GW_OK) {
		syn_end(cursor);
		return err->status;
	}
	/* A table without a cursor is read from its beginning in every cycle. */
	if (request->stream->mode == GW_MODE_BULK && cursor->state.phase == GW_SYN_CHANGES) {
		begin_anew(cursor);
		cursor->state.again = true;
	}
	*out = cursor;
	return GW_OK;
}

static enum gw_status
syn_key_columns(struct gw_cursor *cursor, const char *const **columns, size_t *count,
		struct gw_error *err)
{
	(void)err;
	*columns = cursor->plan.key;
	*count = cursor->plan.nkey;
	return GW_OK;
}

/* Whether row number row of the table is what this phase reads now. */
static bool
is_wanted(const struct gw_cursor *cursor, const struct gw_syn_state *state, int64_t row)
{
	struct gw_syn_life life;

	if (state->phase != GW_SYN_CHANGES)
		return gw_syn_plan_has(&cursor->plan, row);
	life = gw_syn_life(cursor->plan.table, row);
	if (life.touched != state->moment)
		return false;
	/* A number that only grows does not show that an older row was changed. */
	return life.gone || life.born == life.touched ||
	       cursor->plan.stream->mode != GW_MODE_INCREMENTING;
}

/* Fills the batch from one moment's part of the log, or from the table, up to the end of either;
   false: a row has no room. */
static bool
fill(const struct gw_cursor *cursor, struct gw_syn_state *state, struct gw_batch *batch,
     size_t room, bool *deleted)
{
	const struct gw_syn_table *table = cursor->plan.table;
	int64_t total = gw_syn_total(table, table->moment);

	while (state->row < total && batch->nrows < room) {
		int64_t row = state->row + 1;

		if (is_wanted(cursor, state, row)) {
			deleted[batch->nrows] = gw_syn_life(table, row).gone;
			if (!gw_syn_put(&cursor->plan, row, batch))
				return false;
		}
		state->row = row;
	}
	return true;
}

/* Goes on to the next part of a cycle; false: there is none. */
static bool
go_on(const struct gw_cursor *cursor, struct gw_syn_state *state)
{
	if (state->phase == GW_SYN_ONCE)
		return false;
	if (cursor->plan.stream->mode == GW_MODE_BULK) {
		state->phase = GW_SYN_CHANGES; /* only to say that the table was read */
		return false;
	}
	/* What was written since the snapshot began follows it. */
	state->phase = GW_SYN_CHANGES;
	if (state->moment == cursor->session->table.moment)
		return false;
	state->moment++;
	state->row = 0;
	return true;
}

/* Fills the batch from the next part of the cycle that has rows; none has: the cycle ends. */
static bool
fill_some(struct gw_cursor *cursor, struct gw_syn_state *state, struct gw_batch *batch, size_t room,
	  bool *deleted)
{
	while (fill(cursor, state, batch, room, deleted)) {
		if (batch->nrows > 0)
			return true;
		if (!go_on(cursor, state)) {
			cursor->ended = true;
			return true;
		}
	}
	return batch->nrows > 0;
}

/* One page: rows of one phase, and the state behind them. */
static enum gw_status
read_page(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err)
{
	struct gw_syn_state state = cursor->state;
	size_t room = gw_syn_room(&cursor->plan, cursor->max_rows, batch);
	bool *deleted = room == 0 ? NULL : gw_arena_zalloc(&batch->arena, room);

	if (deleted == NULL || !fill_some(cursor, &state, batch, room, deleted))
		return gw_syn_fail_wide(&cursor->plan, batch, err);
	batch->deleted = state.phase == GW_SYN_CHANGES && batch->nrows > 0 ? deleted : NULL;
	batch->snapshot = state.phase == GW_SYN_SNAPSHOT;
	batch->resent = state.phase == GW_SYN_ONCE || (batch->snapshot && state.again);
	cursor->moved = cursor->moved || batch->nrows > 0 || state.phase != cursor->state.phase ||
			state.moment != cursor->state.moment;
	cursor->state = state;
	return GW_OK;
}

static enum gw_status
syn_next(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err)
{
	struct gw_session *session = cursor->session;
	int64_t limit = session->table.fail_after;

	batch->nrows = 0;
	batch->ncolumns = cursor->plan.ncolumns;
	batch->deleted = NULL;
	batch->resent = batch->late = batch->snapshot = false;
	batch->after.len = 0;
	batch->notice = NULL;
	if (cursor->ended)
		return GW_OK;
	if (take_time(session, err) != GW_OK)
		return err->status;
	if (limit >= 0 && session->given >= limit)
		return gw_fail(err, GW_RETRY, _("the synthetic source does not answer"));
	if (read_page(cursor, batch, err) != GW_OK)
		return err->status;
	session->given += (int64_t)batch->nrows;
	batch->snapshot_us = gw_now_us();
	batch->notice = cursor->notice;
	cursor->notice = NULL;
	if (!cursor->moved)
		return GW_OK;
	cursor->moved = false;
	return gw_syn_bookmark_write(&cursor->state, &batch->after, err);
}

/* The table does not change within a session. */
static enum gw_status
syn_idle(struct gw_cursor *cursor, bool *out, struct gw_error *err)
{
	(void)err;
	*out = cursor->ended && cursor->plan.stream->mode != GW_MODE_BULK;
	return GW_OK;
}

const struct gw_connector gw_connector_synthetic = {
	.name = "synthetic",
	.about = N_("a table that is computed: for tests of load and trouble, not for a sector"),
	.for_tests = true,
	.can = GW_CAN_RESUME | GW_CAN_DELETES | GW_CAN_LATE_COMMITS | GW_CAN_CANCEL,
	.open = syn_open,
	.check = syn_check,
	.discover = syn_discover,
	.begin = syn_begin,
	.key_columns = syn_key_columns,
	.next = syn_next,
	.end = syn_end,
	.idle = syn_idle,
	.fetch = gw_syn_fetch,
	.count = gw_syn_count,
	.place = gw_syn_place,
	.describe = gw_syn_describe,
	.ahead = gw_syn_ahead,
	.cancel = syn_cancel,
	.close = syn_close,
};
