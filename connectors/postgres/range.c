/*
 * Parts of a stream that somebody named: rows of a range, and places to read
 * on from.  The texts are a person's and may be anything, or the key of a
 * person: they are proved first, and stand in no message.
 */
#include "postgres/cursor.h"

#include <string.h>

#include "table/refuse.h"

/* The text of a value as a person writes it, for one column. */
struct proof {
	const char *column; /* for messages */
	const char *cast;
	const char *step; /* "", or what is taken from the value: the place before it */
	const char *text;
};

static enum gw_status
fail_value(const struct gw_cursor *cursor, const struct proof *proof, struct gw_error *err)
{
	return gw_table_fail_value(
		cursor->plan.shown, proof->column,
		strncmp(proof->cast, "pg_catalog.", 11) == 0 ? proof->cast + 11 : proof->cast, err);
}

/* Within a transaction whose time zone is the source's, as people there write times. */
static enum gw_status
prove_value(struct gw_cursor *cursor, const struct proof *proof, struct gw_values *out,
	    struct gw_error *err)
{
	const char *params[] = {proof->text, NULL};
	PGresult *result = NULL;
	const char *text;
	bool kept;

	gw_buf_clear(&cursor->sql);
	if (!gw_buf_printf(&cursor->sql, "SELECT ($1::pg_catalog.text::%s%s)::%s::pg_catalog.text",
			   proof->cast, proof->step, proof->cast))
		return gw_fail_memory(err);
	if (gw_pg_query(cursor->session, cursor->plan.shown, cursor->sql.data, params, &result,
			err) != GW_OK)
		return strncmp(err->sqlstate, "22", 2) == 0 ? fail_value(cursor, proof, err)
							    : err->status;
	text = gw_pg_text(result, 0, 0);
	kept = gw_values_add(out, text, strlen(text));
	PQclear(result);
	return kept ? GW_OK : gw_bookmark_fail_long(err);
}

static enum gw_status
begin_proof(struct gw_cursor *cursor, struct gw_error *err)
{
	const char *zone[] = {cursor->session->zone, NULL};

	if (gw_pg_begin_page(cursor, err) != GW_OK)
		return err->status;
	return gw_pg_query(cursor->session, cursor->plan.shown,
			   "SELECT pg_catalog.set_config('TimeZone', $1, true)", zone, NULL, err);
}

enum gw_status
gw_pg_range_open(struct gw_cursor *cursor, const struct gw_span *range, struct gw_error *err)
{
	const char *limits[] = {range->from, range->to};
	const struct gw_pg_column *column;
	enum gw_status status;
	size_t number;

	if (gw_table_choose_range(&cursor->plan.facts, range->column, &number, err) != GW_OK)
		return err->status;
	column = &cursor->table.columns[number];
	cursor->plan.range = (struct gw_pg_range){
		.column = gw_pg_column_quoted(&cursor->arena, column->name),
		.cast = column->cast,
		.from = range->from != NULL,
		.to = range->to != NULL,
	};
	if (cursor->plan.range.column == NULL)
		return gw_fail_memory(err);
	gw_values_clear(&cursor->limits);
	status = begin_proof(cursor, err);
	for (size_t i = 0; status == GW_OK && i < 2; i++) {
		const struct proof proof = {column->name, column->cast, "", limits[i]};

		if (limits[i] != NULL)
			status = prove_value(cursor, &proof, &cursor->limits, err);
	}
	gw_pg_rollback(cursor->session);
	return status;
}

enum gw_status
gw_pg_count(struct gw_session *session, const struct gw_request *request, int64_t *out,
	    struct gw_error *err)
{
	struct gw_cursor *cursor = NULL;
	PGresult *result = NULL;
	enum gw_status status = gw_pg_begin(session, request, NULL, &cursor, err);

	if (status != GW_OK)
		return status;
	gw_buf_clear(&cursor->sql);
	gw_pg_put_settings(cursor, &cursor->sql);
	(void)gw_buf_puts(&cursor->sql, "; ");
	status = gw_pg_sql_count(&cursor->plan, &cursor->sql, err);
	if (status == GW_OK)
		status = gw_pg_query(session, cursor->plan.shown, cursor->sql.data, NULL, &result,
				     err);
	if (status == GW_OK)
		*out = gw_pg_int(result, 0, 0);
	PQclear(result);
	gw_pg_end(cursor);
	return status;
}

static enum gw_status
prove_place(struct gw_cursor *cursor, const char *from, struct gw_values *out, struct gw_error *err)
{
	const struct gw_pg_order *first = &cursor->plan.order[0];
	const struct proof proof = {
		.column = first->name,
		.cast = first->cast,
		.step = first->wire == GW_PG_TIMESTAMP ? " - pg_catalog.interval '1 microsecond'"
						       : " - 1",
		.text = from,
	};
	enum gw_status status = begin_proof(cursor, err);

	if (status == GW_OK)
		status = prove_value(cursor, &proof, out, err);
	gw_pg_rollback(cursor->session);
	return status;
}

/* A sweep that was half done is due again at once; what it looks for is kept. */
static void
move_state(struct gw_cursor *cursor, const struct gw_values *position)
{
	struct gw_pg_state *state = &cursor->state;

	state->position = *position;
	gw_values_clear(&state->at);
	state->phase = GW_PG_IDLE;
	if (state->saved_xid == 0)
		state->saved_xid = state->cycle_xid > 0 ? state->cycle_xid : cursor->facts.xid;
	if (state->sweep_xid == 0) {
		state->sweep_xid = state->saved_xid;
		state->sweep_us = cursor->facts.now_us;
	} else if (state->sweeping) {
		state->sweep_us = 0;
	}
	state->cycle_xid = 0;
	state->sweeping = state->again = false;
	state->complete = true;
}

enum gw_status
gw_pg_place(struct gw_session *session, const struct gw_request *request,
	    const struct gw_bookmark *since, const char *from, struct gw_bookmark *out,
	    struct gw_error *err)
{
	struct gw_values position = {.count = 0};
	struct gw_cursor *cursor = NULL;
	enum gw_status status;

	if (request->stream->mode == GW_MODE_BULK)
		return gw_table_fail_bulk(request->stream, err);
	status = gw_pg_begin(session, request, gw_bookmark_readable(since, gw_pg_bookmark_describe),
			     &cursor, err);
	if (status != GW_OK)
		return status;
	status = prove_place(cursor, from, &position, err);
	if (status == GW_OK) {
		move_state(cursor, &position);
		status = gw_pg_bookmark_write(&cursor->state, out, err);
	}
	gw_pg_end(cursor);
	return status;
}
