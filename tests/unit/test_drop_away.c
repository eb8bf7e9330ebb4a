#include "drop_case.h"

#include "file/folder.h"
#include "file/session.h"

TestSuite(drop_away, .init = setup, .fini = teardown);

static struct gw_folder opened;

static void
open_folder(void)
{
	cr_assert_eq(gw_folder_open(&opened, folder, &err), GW_OK, "%s", err.text);
}

static void
expect_rows(const char *path, const char *label)
{
	char text[64] = "";
	FILE *file = fopen(in_folder(path), "r");

	cr_assert_not_null(file, "%s", path);
	cr_assert_not_null(fgets(text, sizeof text, file));
	cr_assert_not_null(fgets(text, sizeof text, file));
	(void)fclose(file);
	cr_assert_str_eq(text, label, "%s", path);
}

/* The file as somebody read it. */
static struct gw_dropped
as_read(const char *name, unsigned char sha[GW_SHA])
{
	struct gw_dropped file;

	cr_assert(gw_folder_find(&opened, name, &file));
	file.plain = name;
	cr_assert(gw_folder_hash(&opened, name, sha));
	return file;
}

/* Two pulls put the same file away; between them somebody drops another of its name. */
Test(drop_away, leaves_another_file_of_the_name_where_it_is)
{
	unsigned char sha[GW_SHA];
	struct gw_dropped file;

	open_folder();
	drop("1-09.csv", 0, 1, "a");
	file = as_read("1-09.csv", sha);
	cr_assert_eq(gw_folder_put(&opened, &file, sha, "done/1-09.csv", &err), GW_OK);
	drop("1-09.csv", 0, 1, "other");
	cr_assert_eq(gw_folder_put(&opened, &file, sha, "done/1-09.csv", &err), GW_OK);
	expect_rows("done/1-09.csv", "0,a\n");
	expect_rows("1-09.csv", "0,other\n");
	gw_folder_close(&opened);
}

Test(drop_away, overwrites_nothing)
{
	unsigned char sha[GW_SHA], other_sha[GW_SHA];
	struct gw_dropped file, other;

	open_folder();
	drop("1-09.csv", 0, 1, "a");
	file = as_read("1-09.csv", sha);
	cr_assert_eq(gw_folder_put(&opened, &file, sha, "done/1-09.csv", &err), GW_OK);
	drop("1-09.csv", 0, 1, "b");
	other = as_read("1-09.csv", other_sha);
	cr_assert_eq(gw_folder_put(&opened, &other, other_sha, "done/1-09.csv", &err), GW_RETRY);
	expect_rows("done/1-09.csv", "0,a\n");
	expect_rows("1-09.csv", "0,b\n");
	gw_folder_close(&opened);
}

Test(drop_away, takes_one_away_whose_content_lies_there)
{
	unsigned char sha[GW_SHA];
	struct gw_dropped file;

	open_folder();
	for (int i = 0; i < 2; i++) {
		drop("1-09.csv", 0, 1, "a");
		file = as_read("1-09.csv", sha);
		cr_assert_eq(gw_folder_put(&opened, &file, sha, "done/1-09.csv", &err), GW_OK);
		cr_assert_not(exists("1-09.csv"));
		expect_rows("done/1-09.csv", "0,a\n");
	}
	gw_folder_close(&opened);
}

/* What was on its way when the process ended is read by the next one. */
Test(drop_away, gives_back_what_a_crash_left_on_its_way)
{
	(void)run(NEVER, 0);
	drop(".songma/leaving/1-09.csv", 0, 10, "a");
	drop(".songma/leaving/2-09.csv", 20, 30, "old");
	drop("2-09.csv", 20, 30, "b");
	(void)run(NEVER, 0);
	cr_assert_str_eq(names[0], "a");
	cr_assert_str_eq(names[20], "b", "the newer of the name counts");
	cr_assert(exists("done/1-09.csv"));
	cr_assert_not(exists(".songma/leaving/2-09.csv"));
}

/* Another pull has put it away, so that nothing is noted of it any more: that is no refusal. */
Test(drop_away, rejects_nothing_of_which_nothing_is_noted)
{
	struct gw_session *session = open_session();
	unsigned char sha[GW_SHA];
	struct gw_dropped file;

	open_folder();
	drop("1-09.csv", 0, 1, "a");
	file = as_read("1-09.csv", sha);
	gw_drop_put_away(session, &file, sha);
	cr_assert(exists("1-09.csv"));
	cr_assert_not(exists("rejected/1-09.csv"));
	files->close(session);
	gw_folder_close(&opened);
}

/* It stands, and its copy is all that there is of it. */
Test(drop_away, keeps_an_old_copy_that_is_needed)
{
	const struct timespec times[] = {{.tv_sec = time(NULL) - 30 * 86400},
					 {.tv_sec = time(NULL) - 30 * 86400}};
	char copy[GW_FOLDER_PATH], litter[] = ".songma/work/copying.1";
	unsigned char sha[GW_SHA];

	open_folder();
	drop("1-09.csv", 0, 10, "a");
	(void)as_read("1-09.csv", sha);
	(void)run(NEVER, 0);
	gw_folder_copy_path(sha, copy);
	cr_assert_eq(renameat(opened.dir, "done/1-09.csv", opened.dir, copy), 0);
	drop(litter, 0, 1, "x");
	cr_assert_eq(utimensat(opened.dir, copy, times, 0), 0);
	cr_assert_eq(utimensat(opened.dir, litter, times, 0), 0);
	drop("1-10.csv", 5, 10, "b");
	(void)run(NEVER, 0);
	cr_assert_str_eq(names[0], "", "a row that is gone");
	cr_assert_not(exists(litter));
	gw_folder_close(&opened);
}
