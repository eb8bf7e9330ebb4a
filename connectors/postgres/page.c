#include "postgres/cursor.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "postgres/failure.h"
#include "postgres/rows.h"
#include "table/refuse.h"

#define BEGIN_PAGE "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "

static void
take_facts(struct gw_cursor *cursor, const PGresult *result)
{
	cursor->facts.now_us = gw_pg_int(result, 0, 0);
	cursor->facts.xid = gw_pg_int(result, 0, 1);
}

enum gw_status
gw_pg_begin_page(struct gw_cursor *cursor, struct gw_error *err)
{
	struct gw_session *session = cursor->session;
	PGresult *result = NULL;

	gw_buf_clear(&cursor->sql);
	if (!gw_buf_puts(&cursor->sql, BEGIN_PAGE) ||
	    !gw_buf_puts(&cursor->sql, gw_pg_sql_facts(PQserverVersion(session->conn))))
		return gw_fail_memory(err);
	if (gw_pg_query(session, cursor->plan.shown, cursor->sql.data, NULL, &result, err) != GW_OK)
		return err->status;
	take_facts(cursor, result);
	PQclear(result);
	return GW_OK;
}

/* Where the position of the first reading stands: the largest cursor that is not in the future. */
static enum gw_status
take_position(struct gw_cursor *cursor, struct gw_error *err)
{
	PGresult *result = NULL;
	bool kept = true;

	gw_values_clear(&cursor->state.position);
	gw_buf_clear(&cursor->sql);
	if (gw_pg_sql_position(&cursor->plan, &cursor->sql, err) != GW_OK ||
	    gw_pg_query(cursor->session, cursor->plan.shown, cursor->sql.data, NULL, &result,
			err) != GW_OK)
		return err->status;
	for (int i = 0; PQntuples(result) > 0 && i < PQnfields(result) && kept; i++) {
		const char *text = gw_pg_text(result, 0, i);

		kept = gw_values_add(&cursor->state.position, text, strlen(text));
	}
	PQclear(result);
	return kept ? GW_OK : gw_bookmark_fail_long(err);
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
	return gw_table_fail_null_key(cursor->plan.shown, cursor->plan.key_names, cursor->plan.nkey,
				      err);
}

static enum gw_status
start_cycle(struct gw_cursor *cursor, struct gw_error *err)
{
	if (gw_pg_walk_lost(cursor, &cursor->facts))
		gw_pg_walk_again(cursor, _("too many transactions have passed on the source to "
					   "find late rows: the whole table is read again"));
	gw_pg_walk_start(cursor, &cursor->facts);
	if (cursor->state.phase != GW_PG_SNAPSHOT)
		return GW_OK;
	if (refuse_null_keys(cursor, err) != GW_OK)
		return err->status;
	return cursor->plan.ncursor == 0 ? GW_OK : take_position(cursor, err);
}

/* As many rows as asked for, but the values' own table takes at most a quarter of the arena. */
static size_t
page_limit(const struct gw_cursor *cursor)
{
	size_t row = (cursor->plan.nvisible + 1) * sizeof(struct gw_value);
	size_t most = cursor->memory / 4 / row;
	size_t limit = cursor->page_rows < most ? cursor->page_rows : most;

	return limit == 0 ? 1 : limit;
}

static struct gw_pg_page
next_page(const struct gw_cursor *cursor, size_t limit)
{
	return (struct gw_pg_page){
		.phase = cursor->state.phase,
		.npos = cursor->state.position.count,
		.until_us = cursor->state.until_us,
		.resumed = cursor->state.at.count > 0,
		.limit = limit,
	};
}

/* The whole page is one message: the source is asked once and can work to the page's end.  Where
   there is a border to look at the transaction stays. */
static enum gw_status
send_page(struct gw_cursor *cursor, bool begun, size_t limit, struct gw_error *err)
{
	struct gw_buf *sql = &cursor->sql;
	const struct gw_pg_page page = next_page(cursor, limit);

	gw_buf_clear(sql);
	if (!begun) {
		(void)gw_buf_puts(sql, BEGIN_PAGE);
		(void)gw_buf_puts(sql, gw_pg_sql_facts(PQserverVersion(cursor->session->conn)));
		(void)gw_buf_puts(sql, "; ");
	}
	gw_pg_put_settings(cursor, sql);
	(void)gw_buf_puts(sql, "; ");
	if (gw_pg_sql_form(&cursor->plan, sql, err) != GW_OK)
		return err->status;
	(void)gw_buf_puts(sql, "; COPY (");
	if (gw_pg_sql_page(&cursor->plan, &page, sql, err) != GW_OK)
		return err->status;
	(void)gw_buf_puts(sql, ") TO STDOUT (FORMAT binary)");
	if (!gw_buf_puts(sql, cursor->plan.loose ? "" : "; COMMIT"))
		return gw_fail_memory(err);
	if (gw_pg_send(cursor->session, cursor->plan.shown, sql->data, err) != GW_OK)
		return err->status;
	cursor->limit = limit;
	cursor->asked = true;
	return GW_OK;
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

/* The binary form of a value does not tell its type: what was planned as a number would be read as
   one after its column has become a date. */
static bool
is_as_planned(const struct gw_pg_plan *plan, const PGresult *form)
{
	if (form == NULL || (size_t)PQnfields(form) != plan->nfields)
		return false;
	for (size_t f = 0; f < plan->nfields; f++)
		if (plan->types[f] != 0 && PQftype(form, (int)f) != plan->types[f])
			return false;
	return true;
}

/* Up to the first row; *first: what the first SELECT of the page answered. */
static enum gw_status
begin_copy(struct gw_cursor *cursor, PGresult **first, struct gw_error *err)
{
	struct gw_session *session = cursor->session;
	const char *what = cursor->plan.shown;
	PGresult *form = NULL;
	bool planned;

	if (gw_pg_copy_begin(session, what, first, &form, err) != GW_OK)
		return err->status;
	planned = is_as_planned(&cursor->plan, form);
	PQclear(form);
	if (planned)
		return GW_OK;
	PQclear(*first);
	gw_pg_discard(session, what);
	return gw_fail(err, GW_RETRY, _("the table %s changed while it was read"), what);
}

enum gw_status
gw_pg_take_rows(struct gw_cursor *cursor, bool check_duplicates, struct gw_batch *batch,
		struct gw_pg_rows *rows, PGresult **before, struct gw_error *err)
{
	PGresult *first = NULL;

	*rows = (struct gw_pg_rows){
		.plan = &cursor->plan,
		.arena = &batch->arena,
		.values =
			gw_arena_alloc(&batch->arena, (cursor->plan.nvisible + 1) * cursor->limit *
							      sizeof *rows->values),
		.most = cursor->limit,
		.check_text = cursor->session->ascii,
		.check_duplicates = check_duplicates,
	};
	if (rows->values == NULL) {
		gw_pg_drop(cursor);
		return gw_fail_memory(err);
	}
	cursor->asked = false;
	if (begin_copy(cursor, &first, err) != GW_OK)
		return err->status;
	if (copy_rows(cursor, rows, err) != GW_OK) {
		PQclear(first);
		return err->status;
	}
	*before = first;
	return GW_OK;
}

/* begun: the transaction stands, and its facts are known. */
static enum gw_status
take_page(struct gw_cursor *cursor, bool begun, struct gw_batch *batch, struct gw_pg_rows *rows,
	  struct gw_error *err)
{
	bool check_duplicates = !cursor->plan.key_unique && cursor->state.phase != GW_PG_NEW;
	PGresult *facts = NULL;

	if (gw_pg_take_rows(cursor, check_duplicates, batch, rows, &facts, err) != GW_OK)
		return err->status;
	if (!begun)
		take_facts(cursor, facts);
	PQclear(facts);
	if (rows->no_memory && rows->nrows == 0)
		return gw_table_fail_large(cursor->plan.shown, batch, err);
	return GW_OK;
}

/* A page that would end between rows which the database takes for equal is read again with fewer
   rows: the next one has all of those. */
static enum gw_status
read_rows(struct gw_cursor *cursor, bool begun, struct gw_batch *batch, struct gw_pg_rows *rows,
	  struct gw_error *err)
{
	const struct gw_pg_plan *plan = &cursor->plan;

	for (size_t limit = page_limit(cursor);; limit = rows->most) {
		const struct gw_pg_page page = next_page(cursor, limit);

		if (!cursor->asked && send_page(cursor, begun, limit, err) != GW_OK)
			return err->status;
		if (take_page(cursor, begun, batch, rows, err) != GW_OK)
			return err->status;
		if (!plan->loose)
			return GW_OK;
		if (gw_pg_border(cursor, &page, rows, err) != GW_OK)
			return err->status;
		if (rows->nrows <= rows->most)
			return gw_pg_query(cursor->session, plan->shown, "COMMIT", NULL, NULL, err);
		if (rows->most == 0)
			return gw_table_fail_tied(plan->shown, plan->key_names, plan->nkey,
						  rows->nrows, err);
		begun = true;
		gw_arena_reset(&batch->arena);
	}
}

typedef enum gw_status text_fn(const struct gw_pg_rows *rows, size_t i, struct gw_buf *out,
			       struct gw_error *err);

static enum gw_status
remember(struct gw_cursor *cursor, const struct gw_pg_rows *rows, text_fn *text, size_t count,
	 struct gw_values *out, struct gw_error *err)
{
	struct gw_values values = {.count = 0};
	enum gw_status status = GW_OK;

	for (size_t i = 0; i < count && status == GW_OK; i++) {
		gw_buf_clear(&cursor->text);
		status = text(rows, i, &cursor->text, err);
		if (status == GW_OK &&
		    !gw_values_add(&values, cursor->text.data == NULL ? "" : cursor->text.data,
				   cursor->text.len))
			status = gw_bookmark_fail_long(err);
	}
	if (status == GW_OK)
		*out = values;
	return status;
}

enum gw_status
gw_pg_page_last(struct gw_cursor *cursor, struct gw_pg_rows *rows, struct gw_values *out,
		struct gw_error *err)
{
	const struct gw_pg_plan *plan = &cursor->plan;

	/* The batch's arena may be full by now. */
	gw_arena_reset(&cursor->scratch);
	rows->arena = &cursor->scratch;
	if (cursor->state.phase == GW_PG_NEW)
		return remember(cursor, rows, gw_pg_rows_order_text, plan->norder, out, err);
	return remember(cursor, rows, gw_pg_rows_key_text, plan->nkey, out, err);
}

static enum gw_status
remember_last(struct gw_cursor *cursor, struct gw_pg_rows *rows, bool full, struct gw_error *err)
{
	bool in_order = cursor->state.phase == GW_PG_NEW;
	struct gw_values *at = &cursor->state.at;

	if (rows->nrows == 0 || !(in_order || full))
		return GW_OK;
	if (gw_pg_page_last(cursor, rows, in_order ? &cursor->state.position : at, err) != GW_OK)
		return err->status;
	if (in_order && !cursor->plan.timed)
		gw_cycle_mark(at, cursor->plan.nkey);
	return GW_OK;
}

/* Moves the state behind the rows that were read. */
static enum gw_status
move_on(struct gw_cursor *cursor, struct gw_pg_rows *rows, struct gw_error *err)
{
	bool full = rows->nrows == rows->most || rows->no_memory;

	if (remember_last(cursor, rows, full, err) != GW_OK)
		return err->status;
	cursor->cycle.worth_closing = cursor->cycle.worth_closing || rows->nrows > 0;
	if (rows->no_memory)
		cursor->page_rows = rows->nrows;
	if (!full)
		gw_pg_walk_on(cursor);
	return GW_OK;
}

static void
describe(const struct gw_cursor *cursor, const struct gw_pg_rows *rows, struct gw_batch *batch)
{
	const struct gw_pg_state *state = &cursor->state;

	batch->values = rows->values;
	batch->nrows = rows->nrows;
	batch->snapshot_us = cursor->facts.now_us;
	batch->snapshot = state->phase == GW_PG_SNAPSHOT && !state->complete && !state->again &&
			  !cursor->plan.once;
	batch->resent = state->phase != GW_PG_NEW && !batch->snapshot;
	batch->late = state->phase == GW_PG_LATE || state->phase == GW_PG_SWEEP;
}

enum gw_status
gw_pg_page(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err)
{
	bool first = cursor->state.phase == GW_PG_IDLE;
	struct gw_pg_rows rows = {0};
	enum gw_status status = GW_OK;

	cursor->memory = batch->arena.limit;
	if (first)
		status = gw_pg_begin_page(cursor, err);
	if (status == GW_OK && first)
		status = start_cycle(cursor, err);
	if (status == GW_OK)
		status = read_rows(cursor, first, batch, &rows, err);
	if (status != GW_OK) {
		gw_pg_rollback(cursor->session);
		return status;
	}
	describe(cursor, &rows, batch);
	return move_on(cursor, &rows, err);
}

enum gw_status
gw_pg_ask(struct gw_cursor *cursor, struct gw_error *err)
{
	if (cursor->asked || cursor->ended || cursor->cycle.broken || cursor->memory == 0 ||
	    cursor->state.phase == GW_PG_IDLE)
		return GW_OK;
	cursor->cycle.broken = send_page(cursor, false, page_limit(cursor), err) != GW_OK;
	return cursor->cycle.broken ? err->status : GW_OK;
}

void
gw_pg_drop(struct gw_cursor *cursor)
{
	if (!cursor->asked)
		return;
	cursor->asked = false;
	gw_pg_discard(cursor->session, cursor->plan.shown);
	gw_pg_rollback(cursor->session);
}

/* The server sends nothing before a few kilobytes of rows are there.  A search for late rows may
   find some at once and the next after minutes. */
bool
gw_pg_ready(const struct gw_cursor *cursor)
{
	struct pollfd socket = {.fd = PQsocket(cursor->session->conn), .events = POLLIN};

	if (!cursor->asked ||
	    (cursor->state.phase != GW_PG_SNAPSHOT && cursor->state.phase != GW_PG_NEW))
		return false;
	return poll(&socket, 1, 0) == 1;
}

static enum gw_status
make_probe(struct gw_cursor *cursor, struct gw_error *err)
{
	gw_buf_clear(&cursor->sql);
	gw_pg_put_settings(cursor, &cursor->sql);
	(void)gw_buf_puts(&cursor->sql, "; ");
	return gw_pg_sql_probe(&cursor->plan, cursor->state.position.count,
			       gw_pg_walk_floor(cursor), PQserverVersion(cursor->session->conn),
			       &cursor->sql, err);
}

static bool
can_probe(const struct gw_cursor *cursor)
{
	return cursor->ended && !cursor->cycle.broken && !cursor->asked && cursor->state.complete &&
	       cursor->plan.ncursor > 0;
}

/*
 * The probe is an empty cycle's late and new page in one snapshot, so its xmin is as good as that
 * of such a cycle's first page for what may come late after it.
 */
enum gw_status
gw_pg_idle(struct gw_cursor *cursor, bool *out, struct gw_error *err)
{
	PGresult *result = NULL;
	enum gw_status status;
	bool found;

	*out = false;
	if (!can_probe(cursor))
		return GW_OK;
	if (!cursor->probing && make_probe(cursor, err) != GW_OK)
		return err->status;
	cursor->probing = true;
	status = gw_pg_query(cursor->session, cursor->plan.shown, cursor->sql.data, NULL, &result,
			     err);
	/* What only a person can mend is found again, and better said, when the cycle begins. */
	if (status != GW_OK)
		return status == GW_RETRY || status == GW_FATAL ? status : GW_OK;
	take_facts(cursor, result);
	found = gw_pg_true(result, 0, 2);
	PQclear(result);
	if (found || !gw_pg_walk_late(cursor, &cursor->facts))
		return GW_OK;
	cursor->probing = cursor->state.saved_xid == cursor->facts.xid;
	cursor->state.saved_xid = cursor->facts.xid;
	*out = true;
	return GW_OK;
}
