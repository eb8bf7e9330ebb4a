/*
 * A folder of its own for every test, which is also its working folder, so that a test may write
 * files and read messages with short paths.
 */
#ifndef TEST_FOLDER_CASE_H
#define TEST_FOLDER_CASE_H

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static char folder[64], project[4096];

static inline void
folder_make(void)
{
	cr_assert_not_null(getcwd(project, sizeof project));
	(void)snprintf(folder, sizeof folder, "%s", "/tmp/songma-test-XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
	unsetenv("SONGMA_CONFIG");
	unsetenv("SONGMA_LANG");
	unsetenv("SONGMA_SHARE");
}

/* Removes a file, or a folder with all that is in it. */
static inline void
remove_all(const char *path)
{
	char command[700];

	(void)snprintf(command, sizeof command, "rm -rf '%s'", path);
	cr_assert_eq(system(command), 0);
}

static inline void
folder_drop(void)
{
	cr_assert_eq(chdir(project), 0, "a sanitizer's report goes to the build folder");
	remove_all(folder);
}

/* Writes a file anew. */
static inline void
put_file(const char *name, const char *text, mode_t mode)
{
	struct gw_error err;

	unlink(name);
	cr_assert_eq(gw_file_create(name, mode, text, strlen(text), &err), GW_OK, "%s", err.text);
}

/* The absolute path of a file in the folder; the last four stay valid. */
static inline char *
in_folder(const char *name)
{
	static char path[4][640];
	static size_t next;
	char *out = path[next++ % 4];

	(void)snprintf(out, sizeof path[0], "%s/%s", folder, name);
	return out;
}

#endif
