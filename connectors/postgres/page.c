#include "postgres/cursor.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "postgres/failure.h"
#include "postgres/rows.h"

enum { MAX_SETTINGS = GW_PG_MAX_ORDER + GW_PG_MAX_KEY + 1, SETTINGS_SQL = 1200, XID_TEXT = 24 };
enum { OLD_XID_FUNCTIONS = 130000 };

/* The first reader of a page's snapshot: when and where it stands. */
static enum gw_status
begin_page(struct gw_cursor *cursor, struct gw_pg_facts *facts, struct gw_error *err)
{
	struct gw_session *session = cursor->session;
	const char *sql = PQserverVersion(session->conn) < OLD_XID_FUNCTIONS
				  ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
				    "SELECT (extract(epoch FROM now()) * 1000000)::bigint, "
				    "txid_snapshot_xmin(txid_current_snapshot())"
				  : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
				    "SELECT (extract(epoch FROM now()) * 1000000)::bigint, "
				    "pg_snapshot_xmin(pg_current_snapshot())::text";
	PGresult *result = NULL;

	if (gw_pg_query(session, cursor->plan.shown, sql, NULL, &result, err) != GW_OK)
		return err->status;
	facts->now_us = gw_pg_int(result, 0, 0);
	facts->xid = gw_pg_int(result, 0, 1);
	PQclear(result);
	return GW_OK;
}

/* Where the position of the first reading stands: the largest cursor that is not in the future. */
static enum gw_status
take_position(struct gw_cursor *cursor, struct gw_error *err)
{
	PGresult *result = NULL;
	bool kept = true;

	gw_pg_values_clear(&cursor->state.position);
	gw_buf_clear(&cursor->sql);
	if (gw_pg_sql_position(&cursor->plan, &cursor->sql, err) != GW_OK ||
	    gw_pg_query(cursor->session, cursor->plan.shown, cursor->sql.data, NULL, &result,
			err) != GW_OK)
		return err->status;
	for (int i = 0; PQntuples(result) > 0 && i < PQnfields(result) && kept; i++) {
		const char *text = gw_pg_text(result, 0, i);

		kept = gw_pg_values_add(&cursor->state.position, text, strlen(text));
	}
	PQclear(result);
	return kept ? GW_OK : gw_pg_fail_long_key(err);
}

/* Paging by a key steps over rows where it is NULL, so there may be none. */
static enum gw_status
refuse_null_keys(struct gw_cursor *cursor, struct gw_error *err)
{
	PGresult *result = NULL;
	int rows;

	if (gw_pg_sql_null_key(&cursor->plan, &cursor->sql, err) != GW_OK)
		return err->status;
	if (cursor->sql.len == 0)
		return GW_OK;
	if (gw_pg_query(cursor->session, cursor->plan.shown, cursor->sql.data, NULL, &result,
			err) != GW_OK)
		return err->status;
	rows = PQntuples(result);
	PQclear(result);
	if (rows == 0)
		return GW_OK;
	return gw_fail(err, GW_CONFIG,
		       _("a key column of %s (%s%s) is empty (NULL) in a row: a key must identify "
			 "every row"),
		       cursor->plan.shown, cursor->plan.key[0].name,
		       cursor->plan.nkey > 1 ? ", …" : "");
}

static enum gw_status
start_cycle(struct gw_cursor *cursor, const struct gw_pg_facts *facts, struct gw_error *err)
{
	if (gw_pg_walk_lost(cursor, facts))
		gw_pg_walk_again(cursor, _("too many transactions have passed on the source to "
					   "find late rows: the whole table is read again"));
	gw_pg_walk_start(cursor, facts);
	if (cursor->state.phase != GW_PG_SNAPSHOT)
		return GW_OK;
	if (refuse_null_keys(cursor, err) != GW_OK)
		return err->status;
	return cursor->plan.ncursor == 0 ? GW_OK : take_position(cursor, err);
}

static void
put_settings(char sql[SETTINGS_SQL], size_t *count, const struct gw_pg_values *values, char list,
	     const char **params)
{
	size_t used = strlen(sql);

	for (size_t i = 0; i < values->count; i++) {
		params[*count] = gw_pg_value(values, i);
		used += (size_t)snprintf(sql + used, SETTINGS_SQL - used,
					 "%sset_config('songma.%c%zu', $%zu, true)",
					 *count > 0 ? ", " : "", list, i, *count + 1);
		++*count;
	}
}

/* Gives the page's text its values; they last as long as the transaction. */
static enum gw_status
set_values(struct gw_cursor *cursor, struct gw_error *err)
{
	const char *params[MAX_SETTINGS + 1];
	char sql[SETTINGS_SQL] = "SELECT ";
	char xid[XID_TEXT];
	size_t count = 0, used;

	put_settings(sql, &count, &cursor->state.position, 'p', params);
	put_settings(sql, &count, &cursor->state.at, 'k', params);
	used = strlen(sql);
	(void)snprintf(sql + used, sizeof sql - used, "%sset_config('songma.x', $%zu, true)",
		       count > 0 ? ", " : "", count + 1);
	/* xid is the lower half of an xid8. */
	(void)snprintf(xid, sizeof xid, "%lu",
		       (unsigned long)((uint64_t)gw_pg_walk_floor(cursor) & UINT32_MAX));
	params[count++] = xid;
	params[count] = NULL;
	return gw_pg_query(cursor->session, cursor->plan.shown, sql, params, NULL, err);
}

/* Takes every message of the COPY, the rest too when a row was refused, so that the session stays
   good for other tables. */
static enum gw_status
copy_rows(struct gw_cursor *cursor, struct gw_pg_rows *rows, struct gw_error *err)
{
	const char *what = cursor->plan.shown;
	enum gw_status status = GW_OK;
	struct gw_error later;
	size_t len;
	char *data;

	if (gw_pg_copy_begin(cursor->session, what, cursor->sql.data, err) != GW_OK)
		return err->status;
	for (;;) {
		if (gw_pg_copy_next(cursor->session, what, &data, &len,
				    status == GW_OK ? err : &later) != GW_OK)
			return err->status;
		if (data == NULL)
			break;
		if (status == GW_OK)
			status = gw_pg_rows_feed(rows, data, len, err);
		PQfreemem(data);
	}
	if (status == GW_OK && !rows->ended && !rows->no_memory)
		return gw_fail(err, GW_RETRY, _("%s: the server sent a damaged row"), what);
	return status;
}

/* As many rows as asked for, but the values' own table takes at most a quarter of the arena. */
static size_t
page_limit(const struct gw_cursor *cursor, const struct gw_batch *batch)
{
	size_t row = (cursor->plan.nvisible + 1) * sizeof *batch->values;
	size_t most = batch->arena.limit / 4 / row;
	size_t limit = cursor->page_rows < most ? cursor->page_rows : most;

	return limit == 0 ? 1 : limit;
}

static enum gw_status
read_rows(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_pg_rows *rows,
	  struct gw_error *err)
{
	struct gw_pg_page page = {
		.phase = cursor->state.phase,
		.npos = cursor->state.position.count,
		.resumed = cursor->state.at.count > 0,
		.limit = page_limit(cursor, batch),
	};

	*rows = (struct gw_pg_rows){
		.plan = &cursor->plan,
		.arena = &batch->arena,
		.most = page.limit,
		.check_text = cursor->session->ascii,
		.check_duplicates = !cursor->plan.key_unique && page.phase != GW_PG_NEW,
	};
	rows->values = gw_arena_alloc(&batch->arena, (cursor->plan.nvisible + 1) * page.limit *
							     sizeof *rows->values);
	if (rows->values == NULL)
		return gw_fail_memory(err);
	gw_buf_clear(&cursor->sql);
	(void)gw_buf_puts(&cursor->sql, "COPY (");
	if (gw_pg_sql_page(&cursor->plan, &page, &cursor->sql, err) != GW_OK)
		return err->status;
	if (!gw_buf_puts(&cursor->sql, ") TO STDOUT (FORMAT binary)"))
		return gw_fail_memory(err);
	if (set_values(cursor, err) != GW_OK || copy_rows(cursor, rows, err) != GW_OK)
		return err->status;
	if (gw_pg_query(cursor->session, cursor->plan.shown, "COMMIT", NULL, NULL, err) != GW_OK)
		return err->status;
	if (rows->no_memory && rows->nrows == 0)
		return gw_fail(err, GW_CONFIG,
			       _("a row of %s is larger than the %zu MB that a batch may take"),
			       cursor->plan.shown, batch->arena.limit >> 20);
	return GW_OK;
}

typedef enum gw_status text_fn(const struct gw_pg_rows *rows, size_t i, struct gw_buf *out,
			       struct gw_error *err);

static enum gw_status
remember(struct gw_cursor *cursor, const struct gw_pg_rows *rows, text_fn *text, size_t count,
	 struct gw_pg_values *out, struct gw_error *err)
{
	struct gw_pg_values values = {.count = 0};
	enum gw_status status = GW_OK;

	for (size_t i = 0; i < count && status == GW_OK; i++) {
		gw_buf_clear(&cursor->text);
		status = text(rows, i, &cursor->text, err);
		if (status == GW_OK &&
		    !gw_pg_values_add(&values, cursor->text.data == NULL ? "" : cursor->text.data,
				      cursor->text.len))
			status = gw_pg_fail_long_key(err);
	}
	if (status == GW_OK)
		*out = values;
	return status;
}

/* Moves the state behind the rows that were read. */
static enum gw_status
move_on(struct gw_cursor *cursor, struct gw_pg_rows *rows, struct gw_error *err)
{
	bool in_order = cursor->state.phase == GW_PG_NEW;
	bool full = rows->nrows == rows->most || rows->no_memory;
	enum gw_status status = GW_OK;

	/* The batch's arena may be full by now. */
	gw_arena_reset(&cursor->scratch);
	rows->arena = &cursor->scratch;
	if (rows->nrows > 0 && in_order)
		status = remember(cursor, rows, gw_pg_rows_order_text, cursor->plan.norder,
				  &cursor->state.position, err);
	else if (rows->nrows > 0 && full)
		status = remember(cursor, rows, gw_pg_rows_key_text, cursor->plan.nkey,
				  &cursor->state.at, err);
	if (status != GW_OK)
		return status;
	cursor->worth_closing = cursor->worth_closing || rows->nrows > 0;
	if (rows->no_memory)
		cursor->page_rows = rows->nrows;
	if (!full)
		gw_pg_walk_on(cursor);
	return GW_OK;
}

static void
describe(const struct gw_cursor *cursor, const struct gw_pg_rows *rows,
	 const struct gw_pg_facts *facts, struct gw_batch *batch)
{
	const struct gw_pg_state *state = &cursor->state;

	batch->values = rows->values;
	batch->nrows = rows->nrows;
	batch->snapshot_us = facts->now_us;
	batch->snapshot = state->phase == GW_PG_SNAPSHOT && !state->complete && !state->again;
	batch->resent = state->phase != GW_PG_NEW && !batch->snapshot;
}

enum gw_status
gw_pg_page(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err)
{
	struct gw_pg_facts facts;
	struct gw_pg_rows rows;
	enum gw_status status = begin_page(cursor, &facts, err);

	if (status == GW_OK && cursor->state.phase == GW_PG_IDLE)
		status = start_cycle(cursor, &facts, err);
	if (status == GW_OK)
		status = read_rows(cursor, batch, &rows, err);
	if (status != GW_OK) {
		gw_pg_rollback(cursor->session);
		return status;
	}
	describe(cursor, &rows, &facts, batch);
	return move_on(cursor, &rows, err);
}
