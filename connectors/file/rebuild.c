/*
 * Order after losses: a ledger that is gone, and what crashes have left behind.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/session.h"

#define REPORT ".report.txt"

enum { LIST_MEMORY = 64 << 20, SHORT_SHA = 8, OLD_S = 7 * 86400, ID = GW_FOLDER_ID - 1 };

static bool
is_report(const char *name)
{
	size_t len = strlen(name), n = sizeof REPORT - 1;

	return len > n && strcmp(name + len - n, REPORT) == 0;
}

/* "name.0123abcd.xlsx" lies beside another "name.xlsx": its own name is that too. */
static void
plain_name(struct gw_taken *taken)
{
	char mark[SHORT_SHA + 2], hex[GW_SHA_TEXT], *at;

	gw_hex_encode(taken->sha, GW_SHA, hex);
	(void)snprintf(mark, sizeof mark, ".%.*s", SHORT_SHA, hex);
	at = strstr(taken->name, mark);
	if (at != NULL)
		memmove(at, at + sizeof mark - 1, strlen(at + sizeof mark - 1) + 1);
}

/* When it was taken: that is when its report was written. */
static int64_t
time_of(const struct gw_session *session, const struct gw_dropped *file)
{
	char path[GW_FOLDER_PATH];
	struct gw_dropped report;

	(void)snprintf(path, sizeof path, GW_FOLDER_DONE "/%.512s" REPORT, file->name);
	if (!gw_folder_find(&session->folder, path, &report))
		report.changed = file->changed;
	return (int64_t)report.changed.tv_sec * 1000000 + report.changed.tv_nsec / 1000;
}

static int
by_time(const void *a, const void *b)
{
	const struct gw_taken *x = a, *y = b;
	int order = gw_pattern_compare(x->part, y->part);

	if (order == 0)
		order = gw_pattern_compare(x->name, y->name);
	return order != 0 ? order : (x->at_us > y->at_us) - (x->at_us < y->at_us);
}

static int
by_content(const void *a, const void *b)
{
	const struct gw_taken *x = a, *y = b;
	int order = memcmp(x->sha, y->sha, GW_SHA);

	return order != 0 ? order : (x->at_us > y->at_us) - (x->at_us < y->at_us);
}

/* What has the content of an earlier one was put away without being read. */
static size_t
drop_copies(struct gw_taken *taken, size_t count)
{
	size_t n = 0;

	qsort(taken, count, sizeof *taken, by_content);
	for (size_t i = 0; i < count; i++)
		if (n == 0 || memcmp(taken[n - 1].sha, taken[i].sha, GW_SHA) != 0)
			taken[n++] = taken[i];
	return n;
}

static size_t
take_files(const struct gw_session *session, const struct gw_stream *stream,
	   const struct gw_dropped_list *list, struct gw_taken *out)
{
	char path[GW_FOLDER_PATH];
	size_t n = 0;

	for (size_t i = 0; i < list->count; i++) {
		const struct gw_dropped *file = &list->files[i];
		struct gw_taken *to = &out[n];

		(void)snprintf(path, sizeof path, GW_FOLDER_DONE "/%.512s", file->name);
		if (is_report(file->name) || !gw_folder_hash(&session->folder, path, to->sha))
			continue;
		(void)snprintf(to->stream, sizeof to->stream, "%s", stream->name);
		(void)snprintf(to->name, sizeof to->name, "%s", file->plain);
		plain_name(to);
		to->rows = -1;
		to->at_us = time_of(session, file);
		n += gw_pattern_match(stream->table, to->name, to->part);
	}
	return n;
}

static enum gw_status
rebuild_stream(struct gw_session *session, const struct gw_stream *stream, struct gw_arena *arena,
	       struct gw_error *err)
{
	struct gw_dropped_list list;
	struct gw_taken *taken;
	enum gw_status status;
	size_t count;

	status = gw_folder_list(&session->folder, GW_FOLDER_DONE, stream->table, arena, &list, err);
	if (status != GW_OK || list.count == 0)
		return status;
	taken = calloc(list.count, sizeof *taken);
	if (taken == NULL)
		return gw_fail_memory(err);
	count = drop_copies(taken, take_files(session, stream, &list, taken));
	qsort(taken, count, sizeof *taken, by_time);
	for (size_t i = 0; i < count && status == GW_OK; i++)
		status = gw_ledger_add(&session->ledger, &taken[i], err);
	free(taken);
	return status;
}

enum gw_status
gw_drop_rebuild(struct gw_session *session, struct gw_error *err)
{
	enum gw_status status = GW_OK;
	struct gw_arena arena;

	gw_arena_init(&arena, LIST_MEMORY);
	for (size_t i = 0; i < session->source->nstreams && status == GW_OK; i++)
		status = rebuild_stream(session, &session->source->streams[i], &arena, err);
	gw_arena_release(&arena);
	return status;
}

static bool
has_id(const struct gw_dropped_list *list, const char *id)
{
	for (size_t i = 0; i < list->count; i++)
		if (strncmp(list->files[i].id, id, ID) == 0)
			return true;
	return false;
}

/* Sections go with their file, all else when it is old; but for a copy that is needed. */
static bool
is_litter(const struct gw_session *session, const struct gw_dropped_list *files,
	  const struct gw_dropped *file)
{
	int64_t old = gw_now_us() / 1000000 - OLD_S;
	unsigned char sha[GW_SHA];

	if (strcspn(file->name, ".") == ID)
		return !has_id(files, file->name);
	if ((int64_t)file->changed.tv_sec > old)
		return false;
	return !gw_hex_decode(file->name, strlen(file->name), sha, GW_SHA) ||
	       !gw_drop_needs_copy(session, sha);
}

void
gw_drop_sweep(struct gw_session *session)
{
	struct gw_dropped_list files, work = {.count = 0};
	char path[GW_FOLDER_PATH];
	struct gw_arena arena;
	struct gw_error ignored;

	gw_arena_init(&arena, LIST_MEMORY);
	if (gw_folder_list(&session->folder, ".", NULL, &arena, &files, &ignored) != GW_OK ||
	    gw_folder_list(&session->folder, GW_FOLDER_WORK, NULL, &arena, &work, &ignored) !=
		    GW_OK)
		work.count = 0;
	for (size_t i = 0; i < work.count; i++) {
		if (!is_litter(session, &files, &work.files[i]))
			continue;
		(void)snprintf(path, sizeof path, GW_FOLDER_WORK "/%.512s", work.files[i].name);
		gw_folder_forget(&session->folder, path);
	}
	gw_arena_release(&arena);
}
