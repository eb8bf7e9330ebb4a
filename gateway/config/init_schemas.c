#include "config/parts.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"

#ifndef GW_SHARE_DIR
#define GW_SHARE_DIR "/usr/share/songma"
#endif

enum { DEPTH_MAX = 4, FILE_MAX = 64 * 1024 * 1024, PATH_TEXT = 4096 };

struct copy {
	const char *from; /* the delivered folder */
	const char *dir;  /* where init writes */
	struct gw_buf *report;
	size_t *written;
	struct gw_error *err;
};

static bool
is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* <folder of the running program>/../schemas, as in a build folder. */
static bool
beside_program(char out[PATH_TEXT])
{
	static const char tail[] = "/../schemas";
	ssize_t len = readlink("/proc/self/exe", out, PATH_TEXT - sizeof tail);
	char *slash;

	if (len <= 0)
		return false;
	out[len] = '\0';
	slash = strrchr(out, '/');
	if (slash == NULL)
		return false;
	memcpy(slash, tail, sizeof tail);
	return is_folder(out);
}

static bool
find_share(char out[PATH_TEXT])
{
	const char *named = getenv("SONGMA_SHARE");

	if (named != NULL && named[0] != '\0') {
		(void)snprintf(out, PATH_TEXT, "%s/schemas", named);
		return is_folder(out);
	}
	if (beside_program(out))
		return true;
	(void)snprintf(out, PATH_TEXT, "%s/schemas", GW_SHARE_DIR);
	return is_folder(out);
}

static enum gw_status copy_folder(const struct copy *copy, const char *under, int depth);

/* name is "schemas/…", the same below both folders. */
static enum gw_status
copy_file(const struct copy *copy, const char *from, const char *name)
{
	struct gw_init_file file = {.dir = copy->dir, .name = name, .mode = 0644, .compare = true};
	enum gw_status status;
	struct gw_buf text;

	gw_buf_init(&text, FILE_MAX);
	status = gw_file_read(from, &text, copy->err);
	if (status == GW_OK) {
		file.bytes = text.data;
		file.len = text.len;
		status = gw_init_write(&file, copy->report, copy->written, copy->err);
	}
	gw_buf_release(&text);
	return status;
}

static enum gw_status
copy_entry(const struct copy *copy, const char *name, int depth)
{
	char *from = gw_path_join(copy->from, name + strlen("schemas/"));
	enum gw_status status = GW_OK;
	struct stat st;

	if (from == NULL)
		return gw_fail_memory(copy->err);
	if (stat(from, &st) == 0 && S_ISREG(st.st_mode))
		status = copy_file(copy, from, name);
	else if (is_folder(from) && depth < DEPTH_MAX)
		status = copy_folder(copy, name, depth + 1);
	free(from);
	return status;
}

static int
visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static enum gw_status
copy_entries(const struct copy *copy, const char *under, struct dirent **entries, int count,
	     int depth)
{
	enum gw_status status = GW_OK;

	for (int i = 0; i < count && status == GW_OK; i++) {
		char *name = gw_path_join(under, entries[i]->d_name);

		status = name == NULL ? gw_fail_memory(copy->err) : copy_entry(copy, name, depth);
		free(name);
	}
	return status;
}

static enum gw_status
copy_between(const struct copy *copy, const char *from, const char *under, int depth)
{
	struct dirent **entries = NULL;
	enum gw_status status;
	int count = scandir(from, &entries, visible, alphasort);

	if (count < 0)
		return gw_fail(copy->err, GW_CONFIG, _("%s: cannot be read: %s"), from,
			       strerror(errno));
	status = copy_entries(copy, under, entries, count, depth);
	for (int i = 0; i < count; i++)
		free(entries[i]);
	free(entries);
	return status;
}

/* under is "schemas" or a folder below it. */
static enum gw_status
copy_folder(const struct copy *copy, const char *under, int depth)
{
	const char *below = under[strlen("schemas")] == '/' ? under + strlen("schemas/") : ".";
	char *from = gw_path_join(copy->from, below), *to = gw_path_join(copy->dir, under);
	enum gw_status status;

	if (from == NULL || to == NULL)
		status = gw_fail_memory(copy->err);
	else if (gw_init_folder(to, 0755, copy->err) != GW_OK)
		status = copy->err->status;
	else
		status = copy_between(copy, from, under, depth);
	free(from);
	free(to);
	return status;
}

enum gw_status
gw_init_schemas(const char *dir, struct gw_buf *report, size_t *written, struct gw_error *err)
{
	char from[PATH_TEXT];
	struct copy copy = {.from = from, .dir = dir, .report = report, .err = err};

	copy.written = written;
	if (find_share(from))
		return copy_folder(&copy, "schemas", 0);
	if (!gw_buf_printf(report,
			   _("warning  schemas: %s is not there; name the folder that holds the "
			     "delivered schemas in $SONGMA_SHARE and run this again\n"),
			   from))
		return gw_fail_memory(err);
	return GW_OK;
}
