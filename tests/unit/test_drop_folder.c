#include "drop_case.h"

#include <errno.h>
#include <sys/resource.h>

#include "file/folder.h"

TestSuite(drop_folder, .init = setup, .fini = teardown);

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

/* The first file waits for the other stream, so that it is read from its copy. */
Test(drop_folder, keeps_what_stands_when_the_same_content_comes_again)
{
	struct gw_stream both[] = {stream, stream};

	both[1].name = (char[]){"t"};
	source.streams = both;
	source.nstreams = 2;
	drop("1-09.csv", 0, 20, "a");
	drop("1-10.csv", 0, 20, "a");
	drop("1-11.csv", 5, 20, "b");
	(void)run(NEVER, 0);
	expect_names(0, 5, "");
	expect_names(5, 20, "b");
	cr_assert(exists("1-09.csv"));
}

Test(drop_folder, does_not_take_what_it_can_not_open_for_gone)
{
	const unsigned char sha[GW_SHA] = {0};
	struct rlimit usual, none;
	struct gw_folder opened;
	int cause;

	cr_assert_eq(gw_folder_open(&opened, folder, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_folder_content(&opened, "1-09.csv", sha), -1);
	cr_assert_eq(errno, ENOENT);
	cr_assert_eq(getrlimit(RLIMIT_NOFILE, &usual), 0);
	none = usual;
	none.rlim_cur = 0;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	cr_expect_eq(gw_folder_content(&opened, "1-09.csv", sha), -1);
	cause = errno;
	cr_assert_eq(setrlimit(RLIMIT_NOFILE, &usual), 0);
	cr_assert_eq(cause, EMFILE);
	gw_folder_close(&opened);
}

Test(drop_folder, goes_on_with_the_next_where_a_file_is_gone)
{
	drop("1-09.csv", 0, 20, "a");
	(void)run(BEFORE_COMMIT, 2);
	remove_all(in_folder(".songma"));
	remove_all(in_folder("1-09.csv"));
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
