/*
 * What else may lie in a drop folder: names that nobody can write down, links,
 * pipes, nothing at all, very many files, a disk that is full.
 */
#include "drop_case.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

TestSuite(drop_odd, .init = setup, .fini = teardown);

/* Files of this folder below the drop folder whose name has that part. */
static int
count_below(const char *where, const char *part)
{
	char command[1024], text[16] = "";
	FILE *out;

	(void)snprintf(command, sizeof command,
		       "find '%s' -maxdepth 1 -type f -name '*%s*' -printf x | wc -c",
		       in_folder(where), part);
	out = popen(command, "r");
	cr_assert_not_null(out);
	cr_assert_not_null(fgets(text, sizeof text, out));
	(void)pclose(out);
	return atoi(text);
}

Test(drop_odd, names_that_cannot_be_written_down_are_put_aside_with_a_report)
{
	char long_name[300];
	const struct {
		const char *name, *why, *safe;
	} cases[] = {
		{"xa\n2026-09.csv", "line break", "xa_2026-09.csv"},
		{"xa\x1b[2J-09.csv", "line break", "xa_[2J-09.csv"},
		{"xa\xff\xfe-09.csv", "not Unicode", "xa__-09.csv"},
		{long_name, "longer than 230 bytes", "aaaa"},
	};

	memset(long_name, 'a', 240);
	(void)snprintf(long_name + 240, sizeof long_name - 240, "-09.csv");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		teardown();
		setup();
		drop(cases[i].name, 0, 10, "a");
		(void)run(NEVER, 0);
		cr_assert_eq(sent[0], 0, "%zu", i);
		cr_assert_eq(notices, 1, "%zu", i);
		cr_assert_not_null(strstr(notice, cases[i].why), "%s", notice);
		cr_assert_null(strpbrk(notice, "\n\x1b"), "%s", notice);
		cr_assert_eq(count_below("rejected", cases[i].safe), 2, "%s", notice);
		cr_assert_not(exists(cases[i].name));
		(void)run(NEVER, 0);
		cr_assert_eq(notices, 1, "it is said once: %s", notice);
	}
}

Test(drop_odd, names_of_many_letters_are_taken)
{
	char name[300];
	size_t len = 0;

	/* 70 letters of three bytes each. */
	for (int i = 0; i < 70; i++)
		len += (size_t)snprintf(name + len, sizeof name - len, "ữ");
	(void)snprintf(name + len, sizeof name - len, "-2026-09.csv");
	drop(name, 0, 10, "a");
	drop("Báo cáo 🙂 'xã' \"A\" (1) & $x; #2-09.csv", 20, 30, "b");
	(void)run(NEVER, 0);
	cr_assert_eq(sent[0], 1);
	cr_assert_eq(sent[20], 1);
	cr_assert_eq(count_below("done", "ữ"), 2);
	cr_assert_eq(count_below("done", "🙂"), 2);
	(void)run(NEVER, 0);
	cr_assert_eq(sent[0] + sent[20], 2);
}

static struct gw_source_facts
check_facts(void)
{
	const char *const tables[] = {pattern};
	struct gw_session *session = open_session();
	struct gw_source_facts facts;

	cr_assert_eq(files->check(session, tables, 1, &facts, &err), GW_OK, "%s", err.text);
	files->close(session);
	return facts;
}

static enum gw_status
count_table(void *arg, const struct gw_table *table, struct gw_error *e)
{
	size_t *count = arg;

	(void)table;
	(void)e;
	++*count;
	return GW_OK;
}

/* A link may lead anywhere, and who opens a pipe waits for ever. */
Test(drop_odd, links_and_pipes_are_never_opened, .timeout = 20)
{
	struct gw_session *session;
	size_t tables = 0;

	drop("1-09.csv", 0, 10, "a");
	cr_assert_eq(mkdir(in_folder("aside"), 0700), 0);
	cr_assert_eq(rename(in_folder("1-09.csv"), in_folder("aside/1-09.csv")), 0);
	cr_assert_eq(symlink(in_folder("aside/1-09.csv"), in_folder("1-09.csv")), 0);
	cr_assert_eq(mkfifo(in_folder("2-09.csv"), 0600), 0);
	cr_assert_eq(mkdir(in_folder("3-09.csv"), 0700), 0);
	(void)run(NEVER, 0);
	cr_assert_eq(sent[0], 0);
	cr_assert_not_null(strstr(check_facts().product, "3 links, pipes or folders"), "%s",
			   check_facts().product);
	source.nstreams = 0;
	session = open_session();
	cr_assert_eq(files->discover(session, NULL, count_table, &tables, &err), GW_OK);
	files->close(session);
	cr_assert_eq(tables, 0);
}

Test(drop_odd, a_file_of_no_bytes_is_put_aside_as_what_it_is)
{
	const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL) - 3600}};
	FILE *file = fopen(in_folder("1-09.csv"), "w");

	cr_assert_not_null(file);
	(void)fclose(file);
	cr_assert_eq(utimensat(AT_FDCWD, in_folder("1-09.csv"), times, 0), 0);
	(void)run(NEVER, 0);
	cr_assert_not_null(strstr(notice, "empty"), "%s", notice);
	cr_assert(exists("rejected/1-09.csv.report.txt"));
}

Test(drop_odd, the_same_content_in_one_cycle_is_read_once)
{
	drop("1-09.csv", 0, 10, "a");
	drop("2-09.csv", 0, 10, "a");
	(void)run(NEVER, 0);
	cr_assert_eq(sent[0], 1);
	cr_assert_not_null(strstr(notice, "same as that of 1-09.csv"), "%s", notice);
	cr_assert(exists("done/2-09.csv.report.txt"));
}

/* Runs it as an account that may not write here; true: it said that. */
static int
as_nobody(void (*body)(void))
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		if (geteuid() == 0 && (setegid(65534) != 0 || seteuid(65534) != 0))
			_exit(9);
		body();
		_exit(8);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
open_forbidden(void)
{
	const struct gw_settings settings = {
		.source = &source, .connection = folder, .time_zone = "UTC"};
	struct gw_session *session = NULL;
	enum gw_status status = files->open(&settings, &session, &err);

	_exit(status == GW_CONFIG && strstr(err.text, "setfacl -m u:ACCOUNT:rwx") != NULL &&
			      strstr(err.text, folder) != NULL
		      ? 0
		      : 1);
}

Test(drop_odd, a_folder_that_cannot_be_written_to_says_what_to_grant)
{
	cr_assert_eq(chmod(folder, 0555), 0);
	cr_assert_eq(as_nobody(open_forbidden), 0);
	cr_assert_eq(chmod(folder, 0777), 0);
	cr_assert_eq(mkdir(in_folder("done"), 0755), 0);
	cr_assert_eq(chmod(in_folder("done"), 0555), 0);
	cr_assert_eq(as_nobody(open_forbidden), 0);
}

/* As on a disk that is full: nothing larger than that can be written. */
static void
read_without_room(void)
{
	const struct rlimit most = {4096, 4096};
	const struct gw_request request = {
		.stream = &stream, .columns = columns, .ncolumns = 2, .max_rows = 4};
	struct gw_session *session = open_session();
	struct gw_cursor *cursor = NULL;
	struct gw_batch batch = {.nrows = 0};
	enum gw_status status;

	(void)signal(SIGXFSZ, SIG_IGN);
	gw_arena_init(&batch.arena, 1 << 20);
	if (files->stored(session, &stream, &stored, &err) != GW_OK ||
	    setrlimit(RLIMIT_FSIZE, &most) != 0)
		_exit(7);
	status = files->begin(session, &request, &stored, &cursor, &err);
	if (status == GW_OK)
		status = files->next(cursor, &batch, &err);
	_exit(status == GW_RETRY && strstr(err.text, "1-09.csv") != NULL &&
			      strstr(err.text, "its own size once more") != NULL
		      ? 0
		      : 1);
}

Test(drop_odd, a_full_disk_is_told_by_name_and_loses_nothing)
{
	char label[200];
	int status = 0;
	pid_t child;

	memset(label, 'x', sizeof label - 1);
	label[sizeof label - 1] = '\0';
	drop("1-09.csv", 0, 40, label);
	child = fork();
	if (child == 0)
		read_without_room();
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%d", status);
	cr_assert(exists("1-09.csv"));
	(void)run(NEVER, 0);
	cr_assert_eq(sent[39], 1);
	cr_assert(exists("done/1-09.csv"));
}

/* Thousands of files: each page's work must not grow with their number. */
Test(drop_odd, very_many_files_take_bounded_memory)
{
	enum { MANY = 500, GROWTH_MIB = 16 };
	struct rusage before, after;
	char name[32];

	cr_assert_eq(getrusage(RUSAGE_SELF, &before), 0);
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(name, sizeof name, "xa%05d-09.csv", i);
		drop(name, i % KEYS, i % KEYS + 1, name);
	}
	(void)run(NEVER, 0);
	cr_assert_eq(getrusage(RUSAGE_SELF, &after), 0);
	for (int i = 0; i < KEYS; i++)
		cr_assert_eq(sent[i], MANY / KEYS, "row %d: %d", i, sent[i]);
	cr_assert_eq(count_below("done", "report"), MANY);
	/* What is freed stays mapped under AddressSanitizer. */
#ifndef __SANITIZE_ADDRESS__
	cr_assert_lt(after.ru_maxrss - before.ru_maxrss, GROWTH_MIB * 1024L);
#endif
}
