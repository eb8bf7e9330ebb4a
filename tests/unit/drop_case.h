/*
 * A drop folder read as a pull reads it: page by page, with the bookmark stored
 * after each, and a crash wherever there can be one.
 */
#ifndef TEST_DROP_CASE_H
#define TEST_DROP_CASE_H

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file/file.h"
#include "folder_case.h"

enum { KEYS = 100 };

static const struct gw_connector *const files = &gw_connector_file;
static char stream_name[] = "s", pattern[] = "{part}-*.csv";
static char *key_columns[] = {(char[]){"id"}};
static const char *const columns[] = {"id", "name"};
static struct gw_stream stream;
static struct gw_source source;
static struct gw_error err;

/* What came of it: the warehouse, so to speak. */
static struct gw_bookmark stored;
static char names[KEYS][32];
static int sent[KEYS], notices;
static char notice[1024]; /* the last */

/* Where the process dies: before this many-th page is committed, or before its stored hook. */
enum crash { NEVER, BEFORE_COMMIT, BEFORE_HOOK };

static inline void
setup(void)
{
	folder_make();
	stream = (struct gw_stream){.name = stream_name,
				    .table = pattern,
				    .key = key_columns,
				    .nkey = 1,
				    .mode = GW_MODE_FILES};
	source = (struct gw_source){.streams = &stream, .nstreams = 1, .folder = folder};
	stored.len = 0;
	memset(names, 0, sizeof names);
	memset(sent, 0, sizeof sent);
	notices = 0;
}

static inline void
teardown(void)
{
	folder_drop();
}

/* Rows from to (exclusive), written an hour ago. */
static inline void
drop(const char *name, int from, int to, const char *label)
{
	const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL) - 3600}};
	const char *path = in_folder(name);
	FILE *file = fopen(path, "w");

	cr_assert_not_null(file);
	(void)fprintf(file, "id,name\n");
	for (int i = from; i < to; i++)
		(void)fprintf(file, "%d,%s\n", i, label);
	(void)fclose(file);
	cr_assert_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

static inline bool
exists(const char *path)
{
	return access(in_folder(path), F_OK) == 0;
}

static inline struct gw_session *
open_session(void)
{
	const struct gw_settings settings = {
		.source = &source, .connection = folder, .time_zone = "Asia/Ho_Chi_Minh"};
	struct gw_session *session = NULL;

	cr_assert_eq(files->open(&settings, &session, &err), GW_OK, "%s", err.text);
	return session;
}

/* A page is committed: rows and bookmark together. */
static inline void
commit(const struct gw_batch *batch)
{
	for (size_t r = 0; r < batch->nrows; r++) {
		const struct gw_value *v = batch->values + r * batch->ncolumns;
		int id = atoi(v[0].as.text);

		cr_assert(id >= 0 && id < KEYS);
		if (batch->deleted != NULL && batch->deleted[r])
			names[id][0] = '\0';
		else
			(void)snprintf(names[id], sizeof names[id], "%.*s", (int)v[1].len,
				       v[1].as.text);
		sent[id]++;
	}
	if (batch->after.len > 0)
		stored = batch->after;
	if (batch->notice != NULL) {
		notices++;
		(void)snprintf(notice, sizeof notice, "%s", batch->notice);
	}
}

/* One process: cycles until there is nothing, or it dies at its page-th page; false: it died. */
static inline bool
run(enum crash crash, int page)
{
	const struct gw_request request = {
		.stream = &stream, .columns = columns, .ncolumns = 2, .max_rows = 4};
	struct gw_session *session = open_session();
	struct gw_cursor *cursor = NULL;
	struct gw_batch batch = {.nrows = 0};
	bool alive = true, more = true;

	gw_arena_init(&batch.arena, 1 << 20);
	cr_assert_eq(files->stored(session, &stream, &stored, &err), GW_OK, "%s", err.text);
	cr_assert_eq(files->begin(session, &request, &stored, &cursor, &err), GW_OK, "%s",
		     err.text);
	for (int n = 0; more && alive; n++) {
		cr_assert_eq(files->next(cursor, &batch, &err), GW_OK, "%s", err.text);
		more = batch.nrows > 0;
		alive = n != page || crash != BEFORE_COMMIT;
		if (alive)
			commit(&batch);
		alive = alive && (n != page || crash != BEFORE_HOOK);
		if (alive)
			cr_assert_eq(files->stored(session, &stream, &stored, &err), GW_OK);
	}
	files->end(cursor);
	files->close(session);
	gw_arena_release(&batch.arena);
	return alive;
}

#endif
