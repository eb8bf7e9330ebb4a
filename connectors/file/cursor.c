#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/session.h"

enum { CYCLE_MEMORY = 64 << 20, NOTICE_MAX = 2000, LOOK_EVERY = 1024, PAGE_SHARE = 4 };

void
gw_drop_tell(struct gw_cursor *cursor, const char *fmt, ...)
{
	char text[sizeof((struct gw_error *)0)->text + GW_FILE_NAME];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	(void)gw_buf_printf(&cursor->notice, "%s%s", cursor->notice.len > 0 ? "; " : "", text);
}

/* ---- beginning ------------------------------------------------------------------------------ */

static enum gw_status
copy_request(struct gw_cursor *cursor, const struct gw_request *request, struct gw_error *err)
{
	struct gw_arena *arena = &cursor->arena;

	cursor->ncolumns = request->ncolumns;
	cursor->columns = gw_arena_alloc(arena, (request->ncolumns + 1) * sizeof *cursor->columns);
	cursor->numbers = gw_arena_zalloc(arena, cursor->page_rows * sizeof *cursor->numbers);
	cursor->told = gw_arena_zalloc(arena, cursor->page_rows * sizeof *cursor->told);
	cursor->at = gw_arena_zalloc(arena, (request->ncolumns + 1) * sizeof *cursor->at);
	if (cursor->columns == NULL || cursor->numbers == NULL || cursor->told == NULL ||
	    cursor->at == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < request->ncolumns; i++) {
		cursor->columns[i] =
			gw_arena_copy(arena, request->columns[i], strlen(request->columns[i]));
		if (cursor->columns[i] == NULL)
			return gw_fail_memory(err);
	}
	return GW_OK;
}

static enum gw_status
check_request(const struct gw_session *session, const struct gw_request *request,
	      struct gw_error *err)
{
	const struct gw_stream *stream = request->stream;

	if (session->source == NULL)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("a folder that no source file names can't be read"));
	if (!gw_pattern_valid(stream->table))
		return gw_place_fail(
			&stream->table_at, err,
			_("\"table\": at most one {part} and six *, and no other braces"));
	if (stream->nkey == 0)
		return gw_place_fail(&stream->at, err,
				     _("a stream of files needs \"key\": the columns that tell "
				       "one row from another"));
	if (request->range != NULL)
		return gw_fail(err, GW_REJECT, "%s",
			       _("files have no ranges: all of them are read, or keys"));
	return GW_OK;
}

/* Files that stand are read once more, from this place of the ledger on. */
static void
start_again(struct gw_cursor *cursor)
{
	cursor->place.phase = GW_DROP_AGAIN;
	cursor->place.file = (struct gw_taken){.rows = -1};
}

/* A folder that knows of no file, though some were taken. */
static enum gw_status
check_folder(const struct gw_cursor *cursor, bool any, bool changed, struct gw_error *err)
{
	const char *path = cursor->session->folder.path;

	if (any)
		return GW_OK;
	if (cursor->once)
		return gw_fail(err, GW_REJECT,
			       _("no file of %s has been taken, or the folder %s is not the one "
				 "that they were put into; is it mounted?"),
			       cursor->stream->name, path);
	/* Else none of them fits the pattern, which is another one now. */
	if (cursor->place.any && (!changed || cursor->session->ledger.places == 0))
		return gw_fail(err, changed ? GW_CONFIG : GW_RETRY,
			       _("files were taken from the folder %s, and now neither done/ nor "
				 ".songma know of any: is it mounted? If it is a new one on "
				 "purpose, begin anew: songma position set"),
			       path);
	return GW_OK;
}

/* The bookmark is of another key or pattern: goes back to the beginning, and says so. */
static void
forget_place(struct gw_cursor *cursor, bool any)
{
	cursor->place = (struct gw_drop_place){.phase = GW_DROP_DONE, .any = any};
	cursor->dirty = true;
	if (any)
		start_again(cursor);
	gw_drop_tell(
		cursor, "%s",
		_("\"table\", \"key\", \"sheet\" or \"header_row\" are not those of the last "
		  "reading: all files that fit are read again; rows of others stay until songma "
		  "reconcile"));
}

static enum gw_status
open_place(struct gw_cursor *cursor, const struct gw_bookmark *since, struct gw_error *err)
{
	const struct gw_ledger *ledger = &cursor->session->ledger;
	uint64_t shape = gw_drop_table_shape(cursor->stream);
	bool any = gw_ledger_next(ledger, cursor->stream->name, 0) != NULL;
	bool none = since == NULL || since->len == 0, changed;

	if (!none && gw_drop_place_read(since, &cursor->place, err) != GW_OK)
		return err->status;
	changed = !none && cursor->place.shape != shape;
	if (check_folder(cursor, any, changed, err) != GW_OK)
		return err->status;
	if (none)
		cursor->place = (struct gw_drop_place){.phase = GW_DROP_DONE, .first = true};
	if (changed)
		forget_place(cursor, any);
	cursor->place.shape = shape;
	if ((none && any) || (cursor->once && cursor->place.phase != GW_DROP_AGAIN))
		start_again(cursor);
	return GW_OK;
}

enum gw_status
gw_drop_begin(struct gw_session *session, const struct gw_request *request,
	      const struct gw_bookmark *since, struct gw_cursor **out, struct gw_error *err)
{
	struct gw_cursor *cursor;
	enum gw_status status;

	if (check_request(session, request, err) != GW_OK)
		return err->status;
	cursor = calloc(1, sizeof *cursor);
	if (cursor == NULL)
		return gw_fail_memory(err);
	gw_arena_init(&cursor->arena, CYCLE_MEMORY);
	gw_buf_init(&cursor->notice, NOTICE_MAX);
	cursor->session = session;
	cursor->stream = request->stream;
	cursor->once = request->once;
	cursor->page_rows = request->max_rows > 0 ? request->max_rows : 1;
	status = copy_request(cursor, request, err);
	if (status == GW_OK)
		status = open_place(cursor, since, err);
	if (status != GW_OK) {
		gw_drop_end(cursor);
		return status;
	}
	*out = cursor;
	return GW_OK;
}

void
gw_drop_end(struct gw_cursor *cursor)
{
	if (cursor == NULL)
		return;
	gw_drop_table_close(cursor->table);
	gw_keylist_free(&cursor->gone);
	gw_buf_release(&cursor->notice);
	gw_arena_release(&cursor->arena);
	free(cursor);
}

/* ---- pages ---------------------------------------------------------------------------------- */

static enum gw_status
keep_value(struct gw_batch *batch, const struct gw_value *from, struct gw_value *to, size_t *bytes,
	   struct gw_error *err)
{
	*to = *from;
	if ((from->kind != GW_TEXT && from->kind != GW_DECIMAL && from->kind != GW_BYTES) ||
	    from->as.text == NULL)
		return GW_OK;
	to->as.text = gw_arena_copy(&batch->arena, from->as.text, from->len);
	*bytes += from->len;
	return to->as.text == NULL ? gw_fail_memory(err) : GW_OK;
}

static enum gw_status
keep_row(struct gw_cursor *cursor, struct gw_batch *batch, size_t *bytes, struct gw_error *err)
{
	const struct gw_drop_table *table = cursor->table;
	struct gw_value *to = batch->values + batch->nrows * cursor->ncolumns;
	bool gone = cursor->page_phase == GW_DROP_GONE;

	for (size_t c = 0; c < cursor->ncolumns; c++) {
		bool is_key = false;

		for (size_t k = 0; k < cursor->stream->nkey; k++)
			is_key = is_key || table->key[k] == c;
		if (gone && !is_key)
			to[c] = (struct gw_value){.kind = GW_NULL};
		else if (keep_value(batch, &table->values[c], &to[c], bytes, err) != GW_OK)
			return err->status;
	}
	*bytes += cursor->ncolumns * sizeof *to;
	cursor->numbers[batch->nrows] = table->number;
	cursor->told[batch->nrows++] = false;
	return GW_OK;
}

/* All rows, or of the file before those that are gone. */
static bool
is_wanted(const struct gw_cursor *cursor)
{
	struct gw_keyhash key;

	if (cursor->page_phase != GW_DROP_GONE)
		return true;
	return gw_drop_table_key(cursor->table, &key) && gw_keylist_has(&cursor->gone, &key);
}

/* Reads rows until the page is full; *more false: there are no more. */
static enum gw_status
fill(struct gw_cursor *cursor, struct gw_batch *batch, bool *more, struct gw_error *err)
{
	size_t bytes = 0, most = batch->arena.limit / PAGE_SHARE;

	for (size_t seen = 0;; seen++) {
		if (!cursor->held && gw_drop_table_next(cursor->table, more, err) != GW_OK)
			return err->status;
		if (!*more)
			return GW_OK;
		cursor->held = true;
		if (batch->nrows == cursor->most || bytes > most)
			return GW_OK;
		if (is_wanted(cursor) && keep_row(cursor, batch, &bytes, err) != GW_OK)
			return err->status;
		cursor->held = false;
		cursor->place.row = cursor->table->number;
		if (seen % LOOK_EVERY == 0 && cursor->session->cancelled)
			return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
	}
}

static enum gw_status
mark_deleted(struct gw_batch *batch, struct gw_error *err)
{
	bool *deleted = gw_arena_alloc(&batch->arena, batch->nrows * sizeof *deleted);

	if (deleted == NULL)
		return gw_fail_memory(err);
	memset(deleted, true, batch->nrows);
	batch->deleted = deleted;
	return GW_OK;
}

/* A file that was replaced while it was being read again: its rows are no longer right. */
static bool
is_superseded(const struct gw_cursor *cursor)
{
	const struct gw_taken *file = gw_ledger_next(&cursor->session->ledger, cursor->stream->name,
						     cursor->place.file.place);

	return cursor->place.phase == GW_DROP_AGAIN &&
	       (file == NULL || file->place != cursor->place.file.place);
}

/* What is asked about the page's rows later, when the table may be closed. */
static enum gw_status
begin_page(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err)
{
	size_t row = (cursor->ncolumns + 1) * sizeof *batch->values;
	size_t most = batch->arena.limit / PAGE_SHARE / row;

	cursor->page_phase = cursor->place.phase;
	cursor->most = most < cursor->page_rows ? most + 1 : cursor->page_rows;
	memcpy(cursor->at, cursor->table->at, cursor->ncolumns * sizeof *cursor->at);
	(void)snprintf(cursor->sheet, sizeof cursor->sheet, "%s",
		       gw_sheet_name(cursor->table->sheet));
	batch->values = gw_arena_alloc(&batch->arena, cursor->most * row);
	return batch->values == NULL ? gw_fail_memory(err) : GW_OK;
}

static enum gw_status
read_page(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err)
{
	struct gw_drop_place *place = &cursor->place;
	bool more = true;

	if (is_superseded(cursor))
		return gw_drop_close_table(cursor, err);
	if (begin_page(cursor, batch, err) != GW_OK)
		return err->status;
	if (fill(cursor, batch, &more, err) != GW_OK)
		return err->status;
	cursor->dirty = cursor->dirty || batch->nrows > 0;
	place->sent += (int64_t)batch->nrows;
	batch->resent = place->phase == GW_DROP_AGAIN && (cursor->once || !place->first);
	batch->snapshot = place->first && place->phase != GW_DROP_GONE;
	if (place->phase == GW_DROP_GONE) {
		place->gone += (int64_t)batch->nrows;
		if (batch->nrows > 0 && mark_deleted(batch, err) != GW_OK)
			return err->status;
	}
	return more ? GW_OK : gw_drop_close_table(cursor, err);
}

/* A file that can't be put away is told of once, until it is another one. */
static void
tell_trouble(struct gw_cursor *cursor)
{
	struct gw_session *session = cursor->session;

	if (strcmp(session->trouble, session->told) == 0)
		return;
	memcpy(session->told, session->trouble, sizeof session->told);
	if (session->trouble[0] != '\0')
		gw_drop_tell(cursor, "%s", session->trouble);
}

static enum gw_status
hand_over(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err)
{
	tell_trouble(cursor);
	cursor->npage = batch->nrows;
	batch->snapshot_us = gw_now_us();
	if (cursor->notice.len > 0) {
		batch->notice =
			gw_arena_copy(&batch->arena, cursor->notice.data, cursor->notice.len);
		gw_buf_clear(&cursor->notice);
		if (batch->notice == NULL)
			return gw_fail_memory(err);
	}
	if (batch->nrows == 0 && cursor->place.first && cursor->place.any) {
		cursor->place.first = false;
		cursor->dirty = true;
	}
	if (!cursor->dirty)
		return GW_OK;
	cursor->dirty = false;
	return gw_drop_place_write(&cursor->place, &batch->after, err);
}

/* A file was taken to its end without a row more: that has to be remembered first. */
static bool
has_silent_end(const struct gw_cursor *cursor, const struct gw_batch *batch)
{
	const struct gw_drop_place *place = &cursor->place;

	return batch->nrows == 0 && cursor->table == NULL && cursor->dirty &&
	       place->phase == GW_DROP_DONE && place->file.name[0] != '\0';
}

enum gw_status
gw_drop_next(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err)
{
	enum gw_status status = GW_OK;

	batch->nrows = 0;
	batch->ncolumns = cursor->ncolumns;
	batch->deleted = NULL;
	batch->resent = batch->late = batch->snapshot = false;
	batch->after.len = 0;
	batch->notice = NULL;
	while (status == GW_OK && batch->nrows == 0 && !cursor->ended) {
		gw_arena_reset(&batch->arena);
		status = cursor->table == NULL ? gw_drop_open_next(cursor, err)
					       : read_page(cursor, batch, err);
		cursor->ended = cursor->ended || (status == GW_OK && has_silent_end(cursor, batch));
	}
	if (status == GW_OK)
		status = hand_over(cursor, batch, err);
	if (status != GW_OK) {
		cursor->ended = true;
		batch->nrows = 0;
	}
	return status;
}

/* ---- rows that were set aside --------------------------------------------------------------- */

static size_t
column_of(const struct gw_cursor *cursor, const char *name)
{
	for (size_t c = 0; name != NULL && c < cursor->ncolumns; c++)
		if (strcmp(cursor->columns[c], name) == 0)
			return c;
	return cursor->ncolumns;
}

void
gw_drop_rejected(struct gw_cursor *cursor, size_t row, const char *column, const char *reason)
{
	struct gw_session *session = cursor->session;
	char line[1400], place[32];
	size_t c = column_of(cursor, column);
	struct gw_error err;

	if (row >= cursor->npage || cursor->told[row] || cursor->page_phase != GW_DROP_ROWS)
		return;
	cursor->told[row] = true;
	if (c < cursor->ncolumns && cursor->at[c] < GW_SHEET_COLUMNS) {
		gw_sheet_place(cursor->at[c], cursor->numbers[row], place);
		(void)snprintf(line, sizeof line, "%s%s%s (%s): %s", cursor->sheet,
			       cursor->sheet[0] != '\0' ? "!" : "", place, column, reason);
	} else {
		(void)snprintf(line, sizeof line, _("%s row %lld: %s"), cursor->sheet,
			       (long long)cursor->numbers[row], reason);
	}
	if (gw_report_row_note(&session->folder, cursor->place.file.sha, cursor->stream->name,
			       cursor->numbers[row], line, &err) != GW_OK)
		(void)snprintf(session->trouble, sizeof session->trouble, "%.590s", err.text);
}
