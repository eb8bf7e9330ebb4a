#include "odbc/cursor.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "odbc/decode.h"
#include "odbc/failure.h"
#include "table/refuse.h"

/* What a driver that holds a whole result may hold of it. */
enum { HELD_MAX = 48 << 20, BLOCK_MAX = 1 << 20, SCRATCH_LIMIT = 4 << 20 };

static const char *
value_of(const struct gw_cursor *cursor, enum gw_odbc_list list, size_t i)
{
	switch (list) {
	case GW_ODBC_POSITION:
		return gw_values_get(&cursor->state.position, i);
	case GW_ODBC_AFTER:
		return gw_values_get(&cursor->state.at, i);
	case GW_ODBC_LIMITS:
		return gw_values_get(&cursor->limits, i);
	case GW_ODBC_NOW:
		return gw_values_get(&cursor->clock, 0);
	case GW_ODBC_LOWER:
		return gw_values_get(&cursor->clock, 1);
	case GW_ODBC_LAST:
		return gw_values_get(cursor->last, i);
	case GW_ODBC_KEYS:
		break;
	}
	return cursor->keys[i];
}

enum gw_status
gw_odbc_page_run(struct gw_cursor *cursor, struct gw_error *err)
{
	const char *params[GW_ODBC_PARAMS];
	const struct gw_odbc_text *text = &cursor->sql;

	for (size_t i = 0; i < text->nparams; i++)
		params[i] = value_of(cursor, text->params[i].list, text->params[i].index);
	return gw_odbc_run(cursor->session, cursor->plan.shown, text->sql.data, params,
			   text->nparams, err);
}

/* Asked before the rows are: beside them it could count a transaction as ended whose rows the
   query does not see yet. */
static enum gw_status
take_ceiling(struct gw_cursor *cursor, struct gw_error *err)
{
	const char *shown = cursor->plan.shown;
	int64_t n;

	if (!cursor->plan.ceiling)
		return GW_OK;
	if (gw_odbc_query_one(cursor->session, shown, cursor->session->dialect->ceiling,
			      cursor->ceiling, sizeof cursor->ceiling, err) != GW_OK)
		return err->status;
	return gw_parse_i64(cursor->ceiling, strlen(cursor->ceiling), &n)
		       ? GW_OK
		       : gw_fail(err, GW_RETRY,
				 _("%s: the server does not tell which changes are complete"),
				 shown);
}

enum gw_status
gw_odbc_page_begin(struct gw_cursor *cursor, struct gw_error *err)
{
	int64_t now_us;

	if (gw_odbc_begin_page(cursor->session, cursor->plan.shown, &now_us, err) != GW_OK ||
	    take_ceiling(cursor, err) != GW_OK)
		return err->status;
	return gw_odbc_walk_clock(cursor, now_us) ? GW_OK : gw_bookmark_fail_long(err);
}

/* Where the position of the first reading stands: the largest cursor that is not in the future. */
static enum gw_status
take_position(struct gw_cursor *cursor, struct gw_error *err)
{
	struct gw_values *position = &cursor->state.position;
	struct gw_odbc_result result;

	gw_values_clear(position);
	if (gw_odbc_sql_position(&cursor->plan, &cursor->sql, err) != GW_OK ||
	    gw_odbc_page_run(cursor, err) != GW_OK ||
	    gw_odbc_take(cursor->session, cursor->plan.shown, &cursor->scratch, &result, err) !=
		    GW_OK)
		return err->status;
	for (size_t i = 0; result.nrows > 0 && i < cursor->plan.ncursor; i++)
		if (result.cells[i] == NULL ||
		    !gw_values_add(position, result.cells[i], strlen(result.cells[i])))
			return gw_bookmark_fail_long(err);
	return GW_OK;
}

/* Paging by a key steps over rows where it is NULL, so there may be none. */
static enum gw_status
refuse_null_keys(struct gw_cursor *cursor, struct gw_error *err)
{
	struct gw_odbc_result result;

	if (gw_odbc_sql_null_key(&cursor->plan, &cursor->sql, err) != GW_OK)
		return err->status;
	if (cursor->sql.sql.len == 0)
		return GW_OK;
	if (gw_odbc_page_run(cursor, err) != GW_OK ||
	    gw_odbc_take(cursor->session, cursor->plan.shown, &cursor->scratch, &result, err) !=
		    GW_OK)
		return err->status;
	if (result.nrows == 0)
		return GW_OK;
	return gw_table_fail_null_key(cursor->plan.shown, cursor->plan.key_names, cursor->plan.nkey,
				      err);
}

static enum gw_status
start_cycle(struct gw_cursor *cursor, struct gw_error *err)
{
	gw_odbc_walk_start(cursor);
	if (cursor->state.phase != GW_ODBC_SNAPSHOT)
		return GW_OK;
	if (refuse_null_keys(cursor, err) != GW_OK)
		return err->status;
	return cursor->plan.ncursor == 0 ? GW_OK : take_position(cursor, err);
}

/* ---- rows -------------------------------------------------------------------------------------
 */

static enum gw_status
make_block(struct gw_cursor *cursor, struct gw_error *err)
{
	size_t width = gw_odbc_plan_width(&cursor->plan) + cursor->plan.nfields * sizeof(SQLLEN);
	size_t rows = BLOCK_MAX / (width + 1) + 1;

	if (cursor->block.rows > 0)
		return GW_OK;
	if (rows > cursor->session->driver->block)
		rows = cursor->session->driver->block;
	return gw_odbc_block_make(&cursor->plan, rows, &cursor->arena, &cursor->block)
		       ? GW_OK
		       : gw_fail_memory(err);
}

static enum gw_status
bind(struct gw_cursor *cursor, struct gw_error *err)
{
	struct gw_odbc_block *block = &cursor->block;
	SQLHSTMT stmt = cursor->session->stmt;

	(void)SQLSetStmtAttr(stmt, SQL_ATTR_ROW_BIND_TYPE, gw_odbc_number(SQL_BIND_BY_COLUMN), 0);
	if (block->rows > 1)
		(void)SQLSetStmtAttr(stmt, SQL_ATTR_ROW_ARRAY_SIZE,
				     gw_odbc_number((uintptr_t)block->rows), 0);
	(void)SQLSetStmtAttr(stmt, SQL_ATTR_ROWS_FETCHED_PTR, &block->fetched, 0);
	for (size_t f = 0; f < cursor->plan.nfields; f++)
		if (!SQL_SUCCEEDED(SQLBindCol(stmt, (SQLUSMALLINT)(f + 1),
					      gw_odbc_c_type(cursor->plan.fields[f].type->form),
					      block->data[f], (SQLLEN)block->stride[f],
					      block->lengths[f])))
			return gw_odbc_fail(cursor->session, SQL_HANDLE_STMT, stmt,
					    cursor->plan.shown, err);
	return GW_OK;
}

enum gw_status
gw_odbc_page_rows(struct gw_cursor *cursor, size_t most, struct gw_batch *batch,
		  struct gw_odbc_rows *rows, struct gw_error *err)
{
	if (make_block(cursor, err) != GW_OK)
		return err->status;
	*rows = (struct gw_odbc_rows){
		.plan = &cursor->plan,
		.block = &cursor->block,
		.zone = cursor->session->zone,
		.arena = &batch->arena,
		.scratch = &cursor->scratch,
		.values = gw_arena_alloc(&batch->arena,
					 (cursor->plan.nvisible + 1) * most * sizeof *rows->values),
		.most = most,
	};
	return rows->values == NULL ? gw_fail_memory(err) : GW_OK;
}

enum gw_status
gw_odbc_page_take(struct gw_cursor *cursor, struct gw_odbc_rows *rows, struct gw_error *err)
{
	enum gw_status status = bind(cursor, err);
	bool more = true;

	while (status == GW_OK && !rows->no_memory) {
		cursor->block.fetched = 0;
		status = gw_odbc_came(cursor->session, cursor->plan.shown,
				      gw_odbc_fetch_row(cursor->session), &more, err);
		if (status != GW_OK || !more)
			break;
		/* A driver that takes one row at a time may not count it. */
		if (cursor->block.rows == 1)
			cursor->block.fetched = 1;
		status = gw_odbc_rows_take(rows, err);
	}
	gw_odbc_done(cursor->session);
	return status;
}

/* ---- long values ------------------------------------------------------------------------------
 */

/* Whether field f, where it is of the key, has what the key asked for says: the database may take
   another row's for equal. */
static bool
is_its_key(const struct gw_cursor *cursor, size_t f, const struct gw_buf *piece)
{
	const struct gw_odbc_plan *plan = &cursor->plan;
	const char *data = piece->data == NULL ? "" : piece->data;

	for (size_t i = 0; plan->loose && i < plan->nkey; i++)
		if (plan->key[i] == f &&
		    !gw_odbc_rows_same(&plan->fields[f], data, piece->len, cursor->keys[i]))
			return false;
	return true;
}

static bool
keep_value(const struct gw_odbc_rows *rows, const struct gw_odbc_piece *got, struct gw_value *to)
{
	const struct gw_buf *piece = got->out;
	const char *copy;

	*to = (struct gw_value){.kind = GW_NULL};
	if (got->cut || piece->len > GW_ODBC_VALUE_MAX) {
		gw_odbc_too_long(to);
		return true;
	}
	if (got->null)
		return true;
	copy = gw_arena_copy(rows->arena, piece->data == NULL ? "" : piece->data, piece->len);
	return copy != NULL &&
	       gw_odbc_decode(got->form, copy, piece->len, rows->zone, rows->arena, to);
}

/* *found: it is the row that was asked for. */
static enum gw_status
take_whole(struct gw_cursor *cursor, struct gw_odbc_rows *rows, struct gw_value *to,
	   struct gw_buf *piece, bool *found, struct gw_error *err)
{
	const struct gw_odbc_plan *plan = &cursor->plan;
	size_t n = plan->loose ? plan->nfields : plan->nvisible;

	*found = true;
	for (size_t f = 0; f < n && *found && !rows->no_memory; f++) {
		struct gw_odbc_piece got = {
			.column = f, .form = plan->fields[f].type->form, .out = piece};

		if (gw_odbc_get(cursor->session, plan->shown, &got, err) != GW_OK)
			return err->status;
		*found = is_its_key(cursor, f, piece);
		if (*found && f < plan->nvisible)
			rows->no_memory = !keep_value(rows, &got, &to[f]);
	}
	return GW_OK;
}

static enum gw_status
fetch_whole(struct gw_cursor *cursor, struct gw_odbc_rows *rows, const struct gw_odbc_cut *cut,
	    struct gw_buf *piece, struct gw_error *err)
{
	struct gw_value *to = rows->values + cut->row * cursor->plan.nvisible;
	enum gw_status status;
	bool more = true, found = false;

	cursor->keys = cut->key;
	if (gw_odbc_page_run(cursor, err) != GW_OK)
		return err->status;
	do {
		status = gw_odbc_came(cursor->session, cursor->plan.shown,
				      gw_odbc_fetch_row(cursor->session), &more, err);
		if (status == GW_OK && more)
			status = take_whole(cursor, rows, to, piece, &found, err);
	} while (status == GW_OK && more && !found);
	if (status == GW_OK && !found)
		status = gw_fail(err, GW_RETRY, _("%s: a row was changed while it was read"),
				 cursor->plan.shown);
	gw_odbc_done(cursor->session);
	return status;
}

/* Each long row by itself, in the same transaction, as far as the database has snapshots. */
enum gw_status
gw_odbc_page_whole(struct gw_cursor *cursor, struct gw_odbc_rows *rows, struct gw_error *err)
{
	enum gw_status status = GW_OK;
	struct gw_buf piece;

	if (rows->ncuts == 0)
		return GW_OK;
	if (gw_odbc_sql_keys(&cursor->plan, 1, true, &cursor->sql, err) != GW_OK)
		return err->status;
	/* A character may take four bytes, and a piece is reserved before it is known to be there.
	 */
	gw_buf_init(&piece, GW_ODBC_VALUE_MAX + (128 << 10));
	for (size_t i = 0; i < rows->ncuts && status == GW_OK && !rows->no_memory; i++) {
		status = fetch_whole(cursor, rows, &rows->cuts[i], &piece, err);
		/* The page is read again, up to the row before it. */
		if (rows->no_memory)
			rows->nrows = rows->cuts[i].row;
	}
	gw_buf_release(&piece);
	return status;
}

/* ---- the page ---------------------------------------------------------------------------------
 */

/* As many rows as asked for, but the values' own table takes at most a quarter of the arena. */
static size_t
page_limit(const struct gw_cursor *cursor, const struct gw_batch *batch)
{
	size_t row = (cursor->plan.nvisible + 1) * sizeof(struct gw_value);
	size_t most = batch->arena.limit / 4 / row;
	size_t limit = cursor->page_rows < most ? cursor->page_rows : most;

	return limit == 0 ? 1 : limit;
}

/* As many as the driver may hold of it at once. */
static size_t
query_limit(const struct gw_cursor *cursor, size_t left)
{
	size_t most = HELD_MAX / (gw_odbc_plan_width(&cursor->plan) + 1) + 1;

	return cursor->session->driver->buffers && most < left ? most : left;
}

static void
remember(struct gw_cursor *cursor, const struct gw_odbc_rows *rows)
{
	if (cursor->state.phase != GW_ODBC_NEW) {
		cursor->state.at = rows->key;
		return;
	}
	cursor->state.position = rows->order;
	if (!cursor->plan.timed && !cursor->plan.ceiling)
		gw_cycle_mark(&cursor->state.at, cursor->plan.nkey);
}

/* Queries, one after another in one transaction, until there are enough rows; *last: the phase has
   no more.  Where the page may not end behind the last of them rows->most is less than rows->nrows.
 */
static enum gw_status
read_rows(struct gw_cursor *cursor, struct gw_odbc_rows *rows, bool *last, struct gw_error *err)
{
	rows->check_duplicates = !cursor->plan.key_unique && cursor->state.phase != GW_ODBC_NEW;
	rows->in_order = cursor->state.phase == GW_ODBC_NEW;
	*last = false;
	while (!*last && !rows->no_memory && rows->nrows < rows->most) {
		size_t before = rows->nrows;
		const struct gw_odbc_page page = {
			.phase = cursor->state.phase,
			.npos = cursor->state.position.count,
			.resumed = cursor->state.at.count > 0,
			.limit = query_limit(cursor, rows->most - before),
		};

		if (gw_odbc_sql_page(&cursor->plan, &page, &cursor->sql, err) != GW_OK ||
		    gw_odbc_page_run(cursor, err) != GW_OK ||
		    gw_odbc_page_take(cursor, rows, err) != GW_OK)
			return err->status;
		*last = rows->nrows - before < page.limit && !rows->no_memory;
		if (rows->nrows == before)
			continue;
		if (!*last && gw_odbc_border(cursor, &page, before, rows, err) != GW_OK)
			return err->status;
		remember(cursor, rows);
	}
	return GW_OK;
}

/* A page that would end between rows which the database takes for equal is read again with fewer
   rows: the next one has all of those. */
static enum gw_status
read_to_border(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_odbc_rows *rows,
	       bool *last, struct gw_error *err)
{
	const struct gw_values at = cursor->state.at, position = cursor->state.position;
	const struct gw_odbc_plan *plan = &cursor->plan;
	size_t most = page_limit(cursor, batch);

	for (;;) {
		gw_arena_reset(&batch->arena);
		gw_arena_reset(&cursor->scratch);
		if (gw_odbc_page_rows(cursor, most, batch, rows, err) != GW_OK ||
		    read_rows(cursor, rows, last, err) != GW_OK)
			return err->status;
		if (rows->nrows <= rows->most)
			return GW_OK;
		if (rows->most == 0)
			return gw_table_fail_tied(plan->shown, plan->key_names, plan->nkey,
						  rows->nrows, err);
		cursor->state.at = at;
		cursor->state.position = position;
		most = rows->most;
	}
}

/* A page whose long values do not fit is read again with fewer rows. */
enum gw_status
gw_odbc_page_read(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_odbc_rows *rows,
		  bool *last, struct gw_error *err)
{
	const struct gw_values at = cursor->state.at, position = cursor->state.position;

	for (;;) {
		bool whole;

		if (read_to_border(cursor, batch, rows, last, err) != GW_OK)
			return err->status;
		whole = rows->no_memory;
		rows->no_memory = false;
		if (gw_odbc_page_whole(cursor, rows, err) != GW_OK)
			return err->status;
		if (!rows->no_memory) {
			rows->no_memory = whole;
			break;
		}
		cursor->state.at = at;
		cursor->state.position = position;
		if (rows->nrows == 0)
			break;
		cursor->page_rows = rows->nrows;
	}
	if (!rows->no_memory || rows->nrows > 0)
		return GW_OK;
	return gw_table_fail_large(cursor->plan.shown, batch, err);
}

static void
describe(const struct gw_cursor *cursor, const struct gw_odbc_rows *rows, struct gw_batch *batch)
{
	const struct gw_odbc_state *state = &cursor->state;

	batch->values = rows->values;
	batch->nrows = rows->nrows;
	batch->snapshot_us = cursor->now_us;
	batch->snapshot = state->phase == GW_ODBC_SNAPSHOT && !state->complete && !state->again &&
			  !cursor->plan.once;
	batch->resent = state->phase != GW_ODBC_NEW && !batch->snapshot;
	batch->late = state->phase == GW_ODBC_LATE;
}

enum gw_status
gw_odbc_page(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err)
{
	struct gw_odbc_rows rows = {.nrows = 0};
	enum gw_status status = gw_odbc_page_begin(cursor, err);
	bool last = false;

	gw_arena_reset(&cursor->scratch);
	if (status == GW_OK && cursor->state.phase == GW_ODBC_IDLE)
		status = start_cycle(cursor, err);
	/* The position of a first reading is known only now. */
	if (status == GW_OK && !gw_odbc_walk_clock(cursor, cursor->now_us))
		status = gw_bookmark_fail_long(err);
	if (status == GW_OK)
		status = gw_odbc_page_read(cursor, batch, &rows, &last, err);
	gw_odbc_end_page(cursor->session);
	if (status != GW_OK)
		return status;
	describe(cursor, &rows, batch);
	gw_odbc_idle_saw(cursor, &rows, last);
	cursor->cycle.worth_closing = cursor->cycle.worth_closing || rows.nrows > 0;
	if (rows.no_memory)
		cursor->page_rows = rows.nrows;
	if (last)
		gw_odbc_walk_on(cursor);
	return GW_OK;
}
