#include "file/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "file/session.h"

enum { LIST_MEMORY = 64 << 20 };

static void
drop_close(struct gw_session *session)
{
	if (session == NULL)
		return;
	gw_ledger_close(&session->ledger);
	gw_folder_close(&session->folder);
	gw_zone_free(session->zone);
	free(session);
}

static enum gw_status
open_ledger(struct gw_session *session, struct gw_error *err)
{
	char *path = gw_path_join(session->folder.path, ".songma/taken.jsonl");
	enum gw_status status;
	bool fresh = false;

	if (path == NULL)
		return gw_fail_memory(err);
	status = gw_ledger_open(&session->ledger, path, &fresh, err);
	free(path);
	if (status != GW_OK || session->source == NULL)
		return status;
	if (fresh)
		return gw_drop_rebuild(session, err);
	for (size_t i = 0; i < session->source->nstreams; i++)
		gw_ledger_refit(&session->ledger, session->source->streams[i].name,
				session->source->streams[i].table);
	gw_drop_sweep(session);
	return GW_OK;
}

static enum gw_status
drop_open(const struct gw_settings *settings, struct gw_session **out, struct gw_error *err)
{
	struct gw_session *session = calloc(1, sizeof *session);
	enum gw_status status;

	if (session == NULL)
		return gw_fail_memory(err);
	session->source = settings->source;
	session->folder.dir = -1;
	status = gw_folder_open(&session->folder, settings->connection, err);
	if (status == GW_OK && settings->time_zone != NULL)
		status = gw_zone_read(settings->time_zone, &session->zone, err);
	session->folder.zone = session->zone;
	if (status == GW_OK)
		status = open_ledger(session, err);
	if (status != GW_OK) {
		drop_close(session);
		return status;
	}
	*out = session;
	return GW_OK;
}

static void
drop_cancel(struct gw_session *session)
{
	session->cancelled = 1;
}

struct waiting {
	size_t files, others; /* others: links, pipes, folders */
};

/* What lies there, of all patterns. */
static enum gw_status
count_waiting(struct gw_session *session, const char *const *tables, size_t ntables,
	      struct waiting *out, struct gw_error *err)
{
	struct gw_dropped_list list;
	enum gw_status status = GW_OK;
	struct gw_arena arena;

	gw_arena_init(&arena, LIST_MEMORY);
	*out = (struct waiting){.files = 0};
	/* Without a stream all that is there. */
	for (size_t i = 0; (i < ntables || (i == 0 && ntables == 0)) && status == GW_OK; i++) {
		gw_arena_reset(&arena);
		status = gw_folder_list(&session->folder, ".", ntables == 0 ? NULL : tables[i],
					&arena, &list, err);
		out->files += status == GW_OK ? list.count : 0;
		/* Ours are among all of them. */
		out->others += status == GW_OK && ntables > 0 ? list.others : 0;
	}
	gw_arena_release(&arena);
	return status;
}

static enum gw_status
drop_check(struct gw_session *session, const char *const *tables, size_t ntables,
	   struct gw_source_facts *out, struct gw_error *err)
{
	struct gw_source_facts facts = {.clock_us = gw_now_us()};
	struct waiting waiting;
	size_t len;

	for (size_t i = 0; i < ntables; i++)
		if (!gw_pattern_valid(tables[i]))
			return gw_fail(err, GW_CONFIG,
				       _("\"table\": %s: at most one {part} and six *, and no "
					 "other braces"),
				       tables[i]);
	if (count_waiting(session, tables, ntables, &waiting, err) != GW_OK)
		return err->status;
	(void)snprintf(facts.product, sizeof facts.product,
		       _("folder: %zu files wait, %zu parts are taken"), waiting.files,
		       session->ledger.count);
	len = strlen(facts.product);
	if (waiting.others > 0)
		(void)snprintf(facts.product + len, sizeof facts.product - len,
			       _("; %zu links, pipes or folders are never read: put the files "
				 "themselves there"),
			       waiting.others);
	*out = facts;
	return GW_OK;
}

static enum gw_status
drop_key_columns(struct gw_cursor *cursor, const char *const **columns, size_t *count,
		 struct gw_error *err)
{
	(void)err;
	*columns = (const char *const *)cursor->stream->key;
	*count = cursor->stream->nkey;
	return GW_OK;
}

/* Rows of a ledger that was rebuilt are not known before they are counted. */
static enum gw_status
count_rows(struct gw_cursor *cursor, const struct gw_taken *file, int64_t *out,
	   struct gw_error *err)
{
	struct gw_drop_table *table = NULL;
	bool there = false, more = true;
	enum gw_status status = GW_OK;

	if (file->rows >= 0) {
		*out += file->rows;
		return GW_OK;
	}
	if (gw_drop_open_content(cursor, file, true, &table, &there, err) != GW_OK || !there)
		return there ? err->status : GW_OK;
	while (status == GW_OK && more) {
		status = gw_drop_table_next(table, &more, err);
		*out += status == GW_OK && more;
	}
	gw_drop_table_close(table);
	return status;
}

static enum gw_status
drop_count(struct gw_session *session, const struct gw_request *request, int64_t *out,
	   struct gw_error *err)
{
	struct gw_cursor *cursor = NULL;
	const struct gw_taken *file;
	enum gw_status status = gw_drop_begin(session, request, NULL, &cursor, err);
	int64_t rows = 0;

	if (status != GW_OK)
		return status;
	file = gw_ledger_next(&session->ledger, request->stream->name, 0);
	for (; status == GW_OK && file != NULL;
	     file = gw_ledger_next(&session->ledger, request->stream->name, file->place + 1))
		status = count_rows(cursor, file, &rows, err);
	gw_drop_end(cursor);
	if (status == GW_OK)
		*out = rows;
	return status;
}

/* As long as files wait, one of them may have it. */
static enum gw_status
drop_ahead(struct gw_session *session, const struct gw_request *request,
	   const struct gw_bookmark *since, const struct gw_keys *key, enum gw_ahead *out,
	   struct gw_error *err)
{
	struct gw_drop_place place = {.phase = GW_DROP_ROWS};
	struct waiting waiting;

	(void)key;
	*out = GW_AHEAD_UNKNOWN;
	if (since->len == 0)
		return GW_OK;
	if (gw_drop_place_read(since, &place, err) != GW_OK ||
	    count_waiting(session, (const char *const[]){request->stream->table}, 1, &waiting,
			  err) != GW_OK)
		return err->status;
	if (waiting.files == 0 && place.phase == GW_DROP_DONE &&
	    place.shape == gw_drop_table_shape(request->stream))
		*out = GW_AHEAD_NO;
	return GW_OK;
}

/* A folder has no table that changes: a file that lacks a column is rejected, and who made it is
   told. */
static enum gw_status
drop_table(struct gw_cursor *cursor, gw_table_fn *each, void *arg, struct gw_error *err)
{
	(void)cursor;
	(void)each;
	(void)arg;
	(void)err;
	return GW_OK;
}

const struct gw_connector gw_connector_file = {
	.name = "file",
	.about = N_("a folder that CSV files and Excel workbooks are put into"),
	.can = GW_CAN_RESUME | GW_CAN_DELETES | GW_CAN_CANCEL,
	.open = drop_open,
	.check = drop_check,
	.discover = gw_drop_discover,
	.begin = gw_drop_begin,
	.next = gw_drop_next,
	.key_columns = drop_key_columns,
	.table = drop_table,
	.end = gw_drop_end,
	.fetch = gw_drop_fetch,
	.ahead = drop_ahead,
	.count = drop_count,
	.describe = gw_drop_place_describe,
	.rejected = gw_drop_rejected,
	.stored = gw_drop_stored,
	.cancel = drop_cancel,
	.close = drop_close,
};
