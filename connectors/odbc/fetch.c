/*
 * Rows that are read again by their keys, and whether a row lies behind the
 * position.
 *
 * A key's text may be anything: a letter's key may no longer be a value of its
 * column.  What can't be one by its form is given up without asking; what the
 * server refuses for its value is narrowed down to single keys, which no row
 * can have.
 */
#include <string.h>

#include "base/text.h"
#include "odbc/cursor.h"
#include "odbc/decode.h"
#include "table/keys.h"

/* Keys of one query. */
enum { KEYS_AT_ONCE = 20, KEYS_MAX = 16 << 20 };

struct fetch {
	struct gw_cursor *cursor;
	const struct gw_keys *keys;
	size_t at[GW_ODBC_MAX_KEY]; /* where key column i of the plan stands in a key */
	const char **params;        /* of the keys that there is hope for, nkey each */
	size_t nkeys;
	struct gw_arena arena; /* of params */
};

static enum gw_status
match_columns(struct fetch *fetch, struct gw_error *err)
{
	const struct gw_odbc_plan *plan = &fetch->cursor->plan;

	return gw_keys_match(fetch->keys, plan->key_names, plan->nkey, plan->shown, fetch->at, err);
}

/* The parameters of one key; *hope false: no row can have it. */
static enum gw_status
put_key(struct fetch *fetch, size_t key, struct gw_buf *text, bool *hope, struct gw_error *err)
{
	const struct gw_odbc_plan *plan = &fetch->cursor->plan;
	const char **to = fetch->params + fetch->nkeys * plan->nkey;

	*hope = true;
	for (size_t i = 0; i < plan->nkey && *hope; i++) {
		const char *value = fetch->keys->values[key * plan->nkey + fetch->at[i]];
		const struct gw_odbc_field *field = &plan->fields[plan->key[i]];

		gw_buf_clear(text);
		*hope = value != NULL && gw_utf8_valid(value, strlen(value)) &&
			gw_odbc_param_text(field->type->form, fetch->cursor->session->zone, value,
					   false, text);
		if (!*hope)
			break;
		to[i] = gw_arena_copy(&fetch->arena, text->data == NULL ? "" : text->data,
				      text->len);
		if (to[i] == NULL)
			return gw_keys_fail_many(fetch->keys, fetch->cursor->plan.shown, err);
	}
	return GW_OK;
}

static enum gw_status
put_keys(struct fetch *fetch, struct gw_error *err)
{
	size_t count = fetch->keys->count;
	enum gw_status status = GW_OK;
	struct gw_buf text;

	fetch->params = gw_arena_zalloc(&fetch->arena, (count + 1) * fetch->cursor->plan.nkey *
							       sizeof *fetch->params);
	if (fetch->params == NULL)
		return gw_keys_fail_many(fetch->keys, fetch->cursor->plan.shown, err);
	gw_buf_init(&text, GW_BOOKMARK_MAX);
	for (size_t key = 0; key < count && status == GW_OK; key++) {
		bool hope;

		status = put_key(fetch, key, &text, &hope, err);
		fetch->nkeys += hope;
	}
	gw_buf_release(&text);
	return status;
}

/* The rows of some keys; a value that its column can't have is looked for alone. */
static enum gw_status
fetch_some(struct fetch *fetch, size_t from, size_t count, struct gw_odbc_rows *rows,
	   struct gw_error *err)
{
	struct gw_cursor *cursor = fetch->cursor;
	enum gw_status status;

	cursor->keys = fetch->params + from * cursor->plan.nkey;
	/* Others that the database takes for equal would fill the room that theirs need. */
	rows->asked = cursor->plan.loose ? cursor->keys : NULL;
	rows->nasked = count;
	if (gw_odbc_sql_keys(&cursor->plan, count, false, &cursor->sql, err) != GW_OK)
		return err->status;
	status = gw_odbc_page_run(cursor, err);
	if (status == GW_OK)
		return gw_odbc_page_take(cursor, rows, err);
	if (strncmp(err->sqlstate, "22", 2) != 0)
		return status;
	/* The transaction may have failed with it. */
	gw_odbc_end_page(cursor->session);
	if (count == 1)
		return GW_OK;
	if (fetch_some(fetch, from, count / 2, rows, err) != GW_OK)
		return err->status;
	return fetch_some(fetch, from + count / 2, count - count / 2, rows, err);
}

static enum gw_status
fetch_rows(struct fetch *fetch, struct gw_batch *batch, struct gw_error *err)
{
	struct gw_cursor *cursor = fetch->cursor;
	const struct gw_odbc_plan *plan = &cursor->plan;
	size_t row = (plan->nvisible + 1) * sizeof(struct gw_value);
	struct gw_odbc_rows rows;

	/* The values' own table leaves room for what they point to. */
	if ((fetch->nkeys + 1) * row > batch->arena.limit / 2)
		return gw_keys_fail_large(fetch->nkeys, plan->shown, batch, err);
	/* One more than there can be, so that a key that two rows have shows itself. */
	if (gw_odbc_page_rows(cursor, fetch->nkeys + 1, batch, &rows, err) != GW_OK)
		return err->status;
	rows.check_duplicates = !plan->key_unique;
	for (size_t from = 0; from < fetch->nkeys && !rows.no_memory; from += KEYS_AT_ONCE) {
		size_t left = fetch->nkeys - from;

		if (fetch_some(fetch, from, left < KEYS_AT_ONCE ? left : KEYS_AT_ONCE, &rows,
			       err) != GW_OK)
			return err->status;
	}
	if (!rows.no_memory && gw_odbc_page_whole(cursor, &rows, err) != GW_OK)
		return err->status;
	if (rows.no_memory)
		return gw_keys_fail_large(fetch->nkeys, plan->shown, batch, err);
	batch->values = rows.values;
	batch->nrows = rows.nrows;
	return GW_OK;
}

static enum gw_status
fetch_keys(struct fetch *fetch, struct gw_batch *batch, struct gw_error *err)
{
	struct gw_cursor *cursor = fetch->cursor;
	enum gw_status status;

	batch->ncolumns = cursor->plan.nvisible;
	if (match_columns(fetch, err) != GW_OK || put_keys(fetch, err) != GW_OK)
		return err->status;
	status = gw_odbc_page_begin(cursor, err);
	batch->snapshot_us = cursor->now_us;
	if (status == GW_OK && fetch->nkeys > 0)
		status = fetch_rows(fetch, batch, err);
	gw_odbc_end_page(cursor->session);
	return status;
}

enum gw_status
gw_odbc_fetch(struct gw_session *session, const struct gw_request *request,
	      const struct gw_keys *keys, struct gw_batch *batch, struct gw_error *err)
{
	struct fetch fetch = {.keys = keys};
	enum gw_status status;

	gw_cycle_clear(batch);
	batch->resent = true;
	status = gw_odbc_begin(session, request, NULL, &fetch.cursor, err);
	if (status != GW_OK)
		return status;
	gw_arena_init(&fetch.arena, KEYS_MAX);
	status = keys->count > fetch.cursor->page_rows
			 ? gw_keys_fail_many(keys, fetch.cursor->plan.shown, err)
			 : fetch_keys(&fetch, batch, err);
	gw_arena_release(&fetch.arena);
	gw_odbc_end(fetch.cursor);
	return status;
}

/* ---- ahead ------------------------------------------------------------------------------------
 */

static enum gw_status
ask_ahead(struct fetch *fetch, enum gw_ahead *out, struct gw_error *err)
{
	static const enum gw_ahead answers[] = {GW_AHEAD_NO, GW_AHEAD_YES, GW_AHEAD_UNKNOWN};
	struct gw_cursor *cursor = fetch->cursor;
	struct gw_odbc_result result = {.nrows = 0};
	const char *answer;

	cursor->keys = fetch->params;
	if (gw_odbc_page_begin(cursor, err) != GW_OK ||
	    gw_odbc_sql_ahead(&cursor->plan, cursor->state.position.count, &cursor->sql, err) !=
		    GW_OK ||
	    gw_odbc_page_run(cursor, err) != GW_OK ||
	    gw_odbc_take(cursor->session, cursor->plan.shown, &cursor->scratch, &result, err) !=
		    GW_OK)
		return strncmp(err->sqlstate, "22", 2) == 0 ? GW_OK : err->status;
	answer = result.nrows == 1 ? result.cells[0] : NULL;
	if (answer != NULL && answer[0] >= '0' && answer[0] <= '2')
		*out = answers[answer[0] - '0'];
	return GW_OK;
}

static enum gw_status
look_ahead(struct fetch *fetch, enum gw_ahead *out, struct gw_error *err)
{
	const struct gw_odbc_state *state = &fetch->cursor->state;

	if (fetch->cursor->plan.ncursor == 0) {
		*out = GW_AHEAD_YES;
		return GW_OK;
	}
	if (!state->complete || state->position.count == 0)
		return GW_OK;
	if (match_columns(fetch, err) != GW_OK)
		return GW_OK;
	if (put_keys(fetch, err) != GW_OK)
		return err->status;
	return fetch->nkeys == 1 ? ask_ahead(fetch, out, err) : GW_OK;
}

enum gw_status
gw_odbc_ahead(struct gw_session *session, const struct gw_request *request,
	      const struct gw_bookmark *since, const struct gw_keys *key, enum gw_ahead *out,
	      struct gw_error *err)
{
	struct fetch fetch = {.keys = key};
	enum gw_status status;

	*out = GW_AHEAD_UNKNOWN;
	status = gw_odbc_begin(session, request, since, &fetch.cursor, err);
	if (status != GW_OK)
		return status;
	gw_arena_init(&fetch.arena, KEYS_MAX);
	status = look_ahead(&fetch, out, err);
	gw_odbc_end_page(session);
	gw_arena_release(&fetch.arena);
	gw_odbc_end(fetch.cursor);
	return status;
}
