/*
 * A drop folder read as a pull reads it: page by page, with the bookmark stored
 * after each, and a crash wherever there can be one.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file/file.h"

enum { KEYS = 100 };

static const struct gw_connector *const files = &gw_connector_file;
static char folder[64], stream_name[] = "s", pattern[] = "{part}-*.csv";
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

static void
setup(void)
{
	(void)snprintf(folder, sizeof folder, "/tmp/songma-drop.XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
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

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static void
teardown(void)
{
	(void)nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

TestSuite(drop_folder, .init = setup, .fini = teardown);

/* Rows from to (exclusive), written an hour ago. */
static void
drop(const char *name, int from, int to, const char *label)
{
	const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL) - 3600}};
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	file = fopen(path, "w");
	cr_assert_not_null(file);
	(void)fprintf(file, "id,name\n");
	for (int i = from; i < to; i++)
		(void)fprintf(file, "%d,%s\n", i, label);
	(void)fclose(file);
	cr_assert_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

static bool
exists(const char *path)
{
	char whole[192];

	(void)snprintf(whole, sizeof whole, "%s/%s", folder, path);
	return access(whole, F_OK) == 0;
}

static struct gw_session *
open_session(void)
{
	const struct gw_settings settings = {
		.source = &source, .connection = folder, .time_zone = "Asia/Ho_Chi_Minh"};
	struct gw_session *session = NULL;

	cr_assert_eq(files->open(&settings, &session, &err), GW_OK, "%s", err.text);
	return session;
}

/* A page is committed: rows and bookmark together. */
static void
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
static bool
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

static void
expect_names(int from, int to, const char *label)
{
	for (int i = from; i < to; i++)
		cr_assert_str_eq(names[i], label, "row %d is \"%s\"", i, names[i]);
}

Test(drop_folder, sends_each_row_once_wherever_it_dies)
{
	for (int crash = BEFORE_COMMIT; crash <= BEFORE_HOOK; crash++)
		for (int page = 0; page < 8; page++) {
			teardown();
			setup();
			drop("1-09.csv", 0, 10, "a");
			drop("2-09.csv", 20, 30, "b");
			(void)run((enum crash)crash, page);
			(void)run(NEVER, 0);
			for (int i = 0; i < 30; i++)
				cr_assert_eq(sent[i], i < 10 || i >= 20, "row %d, page %d", i,
					     page);
			cr_assert(exists("done/1-09.csv") && exists("done/2-09.csv.report.txt"));
			cr_assert_not(exists("1-09.csv") || exists("2-09.csv"));
		}
}

Test(drop_folder, replaces_the_rows_of_a_part_wherever_it_dies)
{
	for (int crash = NEVER; crash <= BEFORE_HOOK; crash++)
		for (int page = 0; page < 8; page++) {
			teardown();
			setup();
			drop("1-09.csv", 0, 20, "old");
			drop("2-09.csv", 20, 25, "other");
			(void)run(NEVER, 0);
			drop("1-10.csv", 6, 18, "new");
			(void)run((enum crash)crash, page);
			(void)run(NEVER, 0);
			expect_names(0, 6, "");
			expect_names(6, 18, "new");
			expect_names(18, 20, "");
			expect_names(20, 25, "other");
			cr_assert_eq(sent[0], 2, "page %d", page);
			cr_assert_eq(sent[7], 2, "page %d", page);
		}
}

Test(drop_folder, reads_a_correction_after_what_it_had_begun)
{
	drop("1-09.csv", 0, 20, "wrong");
	(void)run(BEFORE_COMMIT, 2);
	drop("1-09.csv", 5, 20, "right");
	(void)run(NEVER, 0);
	(void)run(NEVER, 0);
	expect_names(0, 5, "");
	expect_names(5, 20, "right");
}

Test(drop_folder, goes_on_with_the_next_where_a_file_is_gone)
{
	char path[160];

	drop("1-09.csv", 0, 20, "a");
	(void)run(BEFORE_COMMIT, 2);
	(void)snprintf(path, sizeof path, "%s/.songma", folder);
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	(void)snprintf(path, sizeof path, "%s/1-09.csv", folder);
	(void)remove(path);
	drop("2-09.csv", 20, 25, "b");
	(void)run(NEVER, 0);
	expect_names(20, 25, "b");
	cr_assert_not(exists("done/1-09.csv"));
}

Test(drop_folder, leaves_what_is_still_written)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof path, "%s/1-09.csv", folder);
	file = fopen(path, "w");
	(void)fprintf(file, "id,name\n1,x\n");
	(void)fclose(file);
	(void)run(NEVER, 0);
	cr_assert_eq(sent[1], 0);
	cr_assert(exists("1-09.csv"));
}

Test(drop_folder, moves_nothing_for_who_only_looks)
{
	const struct gw_request request = {
		.stream = &stream, .columns = columns, .ncolumns = 2, .max_rows = 4};
	struct gw_session *session;
	struct gw_cursor *cursor = NULL;
	struct gw_batch batch = {.nrows = 0};

	drop("1-09.csv", 0, 0, "empty");
	drop("2-09.csv", 0, 20, "a");
	gw_arena_init(&batch.arena, 1 << 20);
	session = open_session();
	cr_assert_eq(files->begin(session, &request, &stored, &cursor, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(files->next(cursor, &batch, &err), GW_OK, "%s", err.text);
	cr_assert_eq(batch.nrows, 4);
	files->end(cursor);
	files->close(session);
	gw_arena_release(&batch.arena);
	cr_assert(exists("1-09.csv") && exists("2-09.csv"));
	cr_assert_not(exists(".songma/taken.jsonl"));
}

static void
expect_sent(int from, int to, int times)
{
	for (int i = from; i < to; i++)
		cr_assert_eq(sent[i], times, "row %d: %d times, not %d", i, sent[i], times);
}

Test(drop_folder, reads_all_again_by_another_key_wherever_it_dies)
{
	char *both[] = {(char[]){"id"}, (char[]){"name"}};

	for (int crash = NEVER; crash <= BEFORE_HOOK; crash++)
		for (int page = 0; page < 8; page++) {
			teardown();
			setup();
			drop("1-09.csv", 0, 10, "a");
			drop("2-09.csv", 20, 30, "b");
			(void)run(NEVER, 0);
			stream.key = both;
			stream.nkey = 2;
			(void)run((enum crash)crash, page);
			(void)run(NEVER, 0);
			expect_sent(0, 10, 2);
			expect_sent(20, 30, 2);
			cr_assert_eq(notices, 1, "it is said once, not %d times", notices);
		}
}

Test(drop_folder, takes_files_by_the_parts_of_another_pattern)
{
	drop("1-09.csv", 0, 10, "a");
	drop("2-09.csv", 20, 30, "b");
	(void)run(NEVER, 0);
	stream.table = (char[]){"1-{part}.csv"};
	(void)run(NEVER, 0);
	expect_sent(0, 10, 2);
	expect_sent(20, 30, 1);
	cr_assert_eq(notices, 1);
	drop("1-09.csv", 4, 10, "new");
	drop("1-10.csv", 40, 50, "c");
	(void)run(NEVER, 0);
	expect_names(0, 4, "");
	expect_names(4, 10, "new");
	expect_names(20, 30, "b");
	expect_names(40, 50, "c");
	cr_assert_eq(notices, 1);
}

Test(drop_folder, says_once_that_no_file_fits_any_more)
{
	drop("1-09.csv", 0, 10, "a");
	(void)run(NEVER, 0);
	stream.table = (char[]){"x-*.csv"};
	(void)run(NEVER, 0);
	(void)run(NEVER, 0);
	expect_sent(0, 10, 1);
	cr_assert_eq(notices, 1);
	drop("x-1.csv", 20, 30, "b");
	(void)run(NEVER, 0);
	expect_sent(20, 30, 1);
}

/* One that was taken as it was read then: what comes now must not wait for it. */
Test(drop_folder, goes_on_behind_a_file_that_is_not_readable_any_more)
{
	drop("1-09.csv", 0, 10, "a");
	drop("2-09.csv", 20, 30, "b");
	(void)run(NEVER, 0);
	stream.header_row = 2;
	(void)run(NEVER, 0);
	expect_sent(0, 10, 1);
	cr_assert_not_null(strstr(notice, "1-09.csv"), "%s", notice);
	cr_assert_not_null(strstr(notice, "2-09.csv"), "%s", notice);
	stream.header_row = 0;
	(void)run(NEVER, 0);
	expect_sent(0, 10, 2);
}

/* Without the folder's ledger nobody knows which files there were. */
Test(drop_folder, refuses_another_key_where_no_file_is_known)
{
	const struct gw_request request = {
		.stream = &stream, .columns = columns, .ncolumns = 2, .max_rows = 4};
	struct gw_cursor *cursor = NULL;
	struct gw_session *session;

	drop("1-09.csv", 0, 10, "a");
	(void)run(NEVER, 0);
	teardown();
	cr_assert_eq(mkdir(folder, 0700), 0);
	session = open_session();
	cr_assert_eq(files->begin(session, &request, &stored, &cursor, &err), GW_RETRY);
	stream.header_row = 1;
	cr_assert_eq(files->begin(session, &request, &stored, &cursor, &err), GW_CONFIG);
	files->close(session);
}

/* All rows that are read once, as letters: "aab". */
static size_t
read_once(size_t max_rows)
{
	const struct gw_request request = {.stream = &stream,
					   .columns = columns,
					   .ncolumns = 2,
					   .max_rows = max_rows,
					   .once = true};
	struct gw_session *session = open_session();
	struct gw_bookmark at = {.len = 0};
	struct gw_batch batch = {.nrows = 1};
	size_t rows = 0;

	gw_arena_init(&batch.arena, 1 << 20);
	while (batch.nrows > 0) {
		struct gw_cursor *cursor = NULL;

		cr_assert_eq(files->begin(session, &request, &at, &cursor, &err), GW_OK, "%s",
			     err.text);
		cr_assert_eq(files->next(cursor, &batch, &err), GW_OK, "%s", err.text);
		rows += batch.nrows;
		if (batch.after.len > 0)
			at = batch.after;
		files->end(cursor);
	}
	files->close(session);
	gw_arena_release(&batch.arena);
	return rows;
}

Test(drop_folder, reads_all_that_stands_once_from_any_page_on)
{
	drop("1-09.csv", 0, 10, "old");
	drop("2-09.csv", 20, 30, "b");
	(void)run(NEVER, 0);
	drop("1-10.csv", 0, 9, "new");
	(void)run(NEVER, 0);
	cr_assert_eq(read_once(4), 19);
	cr_assert_eq(read_once(100), 19);
}

Test(drop_folder, finds_rows_by_their_keys)
{
	static const char *const values[] = {"3", "77", "24"};
	const struct gw_keys keys = {.columns = (const char *const[]){"id"},
				     .ncolumns = 1,
				     .values = values,
				     .count = 3};
	const struct gw_request request = {
		.stream = &stream, .columns = columns, .ncolumns = 2, .max_rows = 3};
	struct gw_session *session;
	struct gw_batch batch = {.nrows = 0};

	drop("1-09.csv", 0, 10, "old");
	drop("2-09.csv", 20, 30, "b");
	(void)run(NEVER, 0);
	drop("1-09.csv", 0, 10, "new");
	(void)run(NEVER, 0);
	gw_arena_init(&batch.arena, 1 << 20);
	session = open_session();
	cr_assert_eq(files->fetch(session, &request, &keys, &batch, &err), GW_OK, "%s", err.text);
	cr_assert_eq(batch.nrows, 2);
	for (size_t r = 0; r < 2; r++)
		cr_assert(strncmp(batch.values[r * 2 + 1].as.text, "new", 3) == 0 ||
			  strncmp(batch.values[r * 2 + 1].as.text, "b", 1) == 0);
	files->close(session);
	gw_arena_release(&batch.arena);
}
