#include "odbc/idle.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "base/text.h"
#include "odbc/cursor.h"

/* How long a cycle's catalogue is good for where nothing happens. */
#define LOOK_US INT64_C(60000000)

/* An overlap of more is not read to find out that nothing has happened. */
enum { WINDOW_PAGES = 4 };

/* ---- the overlap ------------------------------------------------------------------------------
 */

static uint64_t
add_value(uint64_t hash, const struct gw_value *value)
{
	const uint32_t head[] = {(uint32_t)value->kind, value->len};

	switch (value->kind) {
	case GW_DECIMAL:
	case GW_TEXT:
	case GW_BYTES:
	case GW_UNHELD:
		hash = XXH3_64bits_withSeed(head, sizeof head, hash);
		return XXH3_64bits_withSeed(value->as.text, value->len, hash);
	case GW_BOOL:
		return XXH3_64bits_withSeed(value->as.truth ? "t" : "f", 1, hash);
	case GW_FLOAT:
		return XXH3_64bits_withSeed(&value->as.real, sizeof value->as.real, hash);
	case GW_INT:
	case GW_DATE:
	case GW_TIMESTAMP:
		return XXH3_64bits_withSeed(&value->as.integer, sizeof value->as.integer, hash);
	case GW_NULL:
		break;
	}
	return XXH3_64bits_withSeed("", 1, hash);
}

void
gw_odbc_window_begin(struct gw_odbc_window *window)
{
	*window = (struct gw_odbc_window){.begun = true};
}

void
gw_odbc_window_add(struct gw_odbc_window *window, const struct gw_value *values, size_t nrows,
		   size_t ncolumns, bool last)
{
	for (size_t i = 0; i < nrows * ncolumns; i++)
		window->hash = add_value(window->hash, &values[i]);
	window->pages++;
	window->known = window->begun && last && window->pages <= WINDOW_PAGES;
}

void
gw_odbc_idle_saw(struct gw_cursor *cursor, const struct gw_odbc_rows *rows, bool last)
{
	struct gw_odbc_window *window = &cursor->quiet.window;

	cursor->quiet.memory = rows->arena->limit;
	if (cursor->state.phase == GW_ODBC_LATE)
		gw_odbc_window_add(window, rows->values, rows->nrows, cursor->plan.nvisible, last);
	else if (cursor->state.phase == GW_ODBC_NEW && rows->nrows > 0)
		window->known = false;
}

/* Reads the overlap as a cycle would; the state stays where it is. */
static enum gw_status
read_window(struct gw_cursor *cursor, struct gw_odbc_window *out, struct gw_error *err)
{
	const struct gw_odbc_state kept = cursor->state;
	enum gw_status status = GW_OK;
	struct gw_batch batch = {.nrows = 0};
	bool last = false;

	gw_arena_init(&batch.arena, cursor->quiet.memory);
	gw_odbc_window_begin(out);
	cursor->state.phase = GW_ODBC_LATE;
	gw_values_clear(&cursor->state.at);
	while (status == GW_OK && !last && out->pages < WINDOW_PAGES) {
		struct gw_odbc_rows rows;

		status = gw_odbc_page_read(cursor, &batch, &rows, &last, err);
		if (status == GW_OK)
			gw_odbc_window_add(out, rows.values, rows.nrows, cursor->plan.nvisible,
					   last);
	}
	cursor->state = kept;
	gw_arena_release(&batch.arena);
	return status;
}

/* ---- the source -------------------------------------------------------------------------------
 */

static void
keep(char out[GW_ODBC_MARK_MAX], const struct gw_odbc_result *result, size_t column)
{
	const char *text =
		result->nrows > 0 && column < result->ncolumns ? result->cells[column] : NULL;

	if (text != NULL && strlen(text) < GW_ODBC_MARK_MAX)
		(void)snprintf(out, GW_ODBC_MARK_MAX, "%s", text);
}

static enum gw_status
take_mark(struct gw_cursor *cursor, struct gw_odbc_mark *out, struct gw_error *err)
{
	const char *params[] = {cursor->table.schema, cursor->table.name};
	const struct gw_odbc_ask ask = {cursor->table.full, cursor->session->dialect->mark, params,
					2};
	struct gw_odbc_result result = {.nrows = 0};
	enum gw_status status;

	*out = (struct gw_odbc_mark){.all = ""};
	if (ask.sql == NULL)
		return GW_OK;
	status = gw_odbc_query(cursor->session, &ask, &cursor->scratch, &result, err);
	/* An account that may not know reads all the same; the transaction may have failed. */
	if (status == GW_CONFIG)
		gw_odbc_end_page(cursor->session);
	if (status != GW_OK)
		return status == GW_CONFIG ? GW_OK : status;
	keep(out->all, &result, 0);
	keep(out->form, &result, 1);
	return GW_OK;
}

enum gw_status
gw_odbc_idle_begin(struct gw_cursor *cursor, struct gw_error *err)
{
	cursor->quiet.since_us = gw_monotonic_us();
	if (cursor->plan.once || cursor->stream->mode == GW_MODE_BULK)
		return GW_OK;
	return take_mark(cursor, &cursor->quiet.mark, err);
}

static enum gw_status
look_for_new(struct gw_cursor *cursor, bool *found, struct gw_error *err)
{
	struct gw_odbc_result result;

	if (gw_odbc_sql_new(&cursor->plan, cursor->state.position.count, &cursor->sql, err) !=
		    GW_OK ||
	    gw_odbc_page_run(cursor, err) != GW_OK ||
	    gw_odbc_take(cursor->session, cursor->plan.shown, &cursor->scratch, &result, err) !=
		    GW_OK)
		return err->status;
	*found = result.nrows > 0;
	return GW_OK;
}

/* The same mark, or the same rows; where the server keeps back what may come late, nothing does. */
static enum gw_status
look_at_overlap(struct gw_cursor *cursor, const struct gw_odbc_mark *mark, bool *same,
		struct gw_error *err)
{
	const struct gw_odbc_quiet *quiet = &cursor->quiet;
	struct gw_odbc_window now;

	*same = cursor->plan.ceiling ||
		(mark->all[0] != '\0' && strcmp(mark->all, quiet->mark.all) == 0);
	if (*same || !quiet->window.known)
		return GW_OK;
	if (read_window(cursor, &now, err) != GW_OK)
		return err->status;
	*same = now.known && now.hash == quiet->window.hash;
	return GW_OK;
}

static enum gw_status
look(struct gw_cursor *cursor, bool *idle, struct gw_error *err)
{
	struct gw_odbc_mark mark;
	bool found = true;

	gw_arena_reset(&cursor->scratch);
	/* The mark is older than the snapshot in which rows are looked for. */
	if (take_mark(cursor, &mark, err) != GW_OK || gw_odbc_page_begin(cursor, err) != GW_OK ||
	    look_for_new(cursor, &found, err) != GW_OK)
		return err->status;
	if (found || strcmp(mark.form, cursor->quiet.mark.form) != 0)
		return GW_OK;
	return look_at_overlap(cursor, &mark, idle, err);
}

enum gw_status
gw_odbc_idle(struct gw_cursor *cursor, bool *out, struct gw_error *err)
{
	enum gw_status status;
	bool idle = false;

	*out = false;
	if (!cursor->ended || cursor->cycle.broken || !cursor->state.complete ||
	    cursor->plan.ncursor == 0 || gw_monotonic_us() - cursor->quiet.since_us >= LOOK_US)
		return GW_OK;
	status = look(cursor, &idle, err);
	gw_odbc_end_page(cursor->session);
	/* What only a person can mend is found again, and better said, when the cycle begins. */
	if (status != GW_OK)
		return status == GW_RETRY || status == GW_FATAL ? status : GW_OK;
	*out = idle;
	return GW_OK;
}
