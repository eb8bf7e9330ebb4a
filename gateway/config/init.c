#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "config/parts.h"

enum { TEXT_MAX = 64 * 1024 };

bool
gw_init_exists(const char *dir, const char *name)
{
	char *path = gw_path_join(dir, name);
	struct stat st;
	bool there = path != NULL && lstat(path, &st) == 0;

	free(path);
	return there;
}

enum gw_status
gw_init_folder(const char *dir, unsigned mode, struct gw_error *err)
{
	struct stat st;

	if (mkdir(dir, (mode_t)mode) == 0)
		return GW_OK;
	if (errno == EEXIST && stat(dir, &st) == 0) {
		if (S_ISDIR(st.st_mode))
			return GW_OK;
		errno = ENOTDIR;
	}
	return gw_fail(err, GW_CONFIG, _("%s: the folder cannot be made: %s"), dir,
		       strerror(errno));
}

/* Kept files that differ from what is delivered are worth a look after an upgrade. */
static bool
differs(const char *path, const struct gw_init_file *file)
{
	struct gw_error unread;
	struct gw_buf now;
	bool other;

	gw_buf_init(&now, file->len + 1);
	other = gw_file_read(path, &now, &unread) != GW_OK || now.len != file->len ||
		memcmp(now.data, file->bytes, file->len) != 0;
	gw_buf_release(&now);
	return other;
}

enum gw_status
gw_init_write(const struct gw_init_file *file, struct gw_buf *report, size_t *written,
	      struct gw_error *err)
{
	char *path = gw_path_join(file->dir, file->name);
	enum gw_status status = GW_OK;
	bool told;

	if (path == NULL)
		return gw_fail_memory(err);
	if (gw_init_exists(file->dir, file->name)) {
		told = gw_buf_printf(report, _("kept     %s%s\n"), file->name,
				     file->compare && differs(path, file)
					     ? _(" (differs from the one that is delivered)")
					     : "");
	} else {
		status = gw_file_create(path, file->mode, file->bytes, file->len, err);
		told = status != GW_OK || gw_buf_printf(report, _("written  %s\n"), file->name);
		*written += status == GW_OK;
	}
	free(path);
	return status == GW_OK && !told ? gw_fail_memory(err) : status;
}

typedef enum gw_status make_fn(struct gw_buf *out, struct gw_error *err);

static enum gw_status
write_text(const char *dir, const char *name, make_fn *make, struct gw_buf *report, size_t *written,
	   struct gw_error *err)
{
	struct gw_init_file file = {.dir = dir, .name = name, .mode = 0644};
	enum gw_status status;
	struct gw_buf text;

	gw_buf_init(&text, TEXT_MAX);
	status = make(&text, err);
	if (status == GW_OK) {
		file.bytes = text.data;
		file.len = text.len;
		status = gw_init_write(&file, report, written, err);
	}
	gw_buf_release(&text);
	return status;
}

static enum gw_status
make_folders(const char *dir, struct gw_error *err)
{
	static const struct {
		const char *name;
		unsigned mode;
	} folders[] = {{"sources", 0755}, {"secrets", 0700}, {"schemas", 0755}};

	if (gw_init_folder(dir, 0755, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		char *path = gw_path_join(dir, folders[i].name);
		enum gw_status status;

		if (path == NULL)
			return gw_fail_memory(err);
		status = gw_init_folder(path, folders[i].mode, err);
		free(path);
		if (status != GW_OK)
			return status;
	}
	return GW_OK;
}

/* The folder may be older than us, and open to others. */
static bool
warn_of_open_secrets(const char *dir, struct gw_buf *report)
{
	char *path = gw_path_join(dir, "secrets");
	bool told = path != NULL;
	struct stat st;

	if (told && stat(path, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		told = gw_buf_printf(report,
				     _("warning  secrets: others may look into this folder; "
				       "run: chmod 700 %s\n"),
				     path);
	free(path);
	return told;
}

enum gw_status
gw_config_init(const char *dir, struct gw_buf *report, struct gw_error *err)
{
	size_t written = 0;

	gw_buf_clear(report);
	if (make_folders(dir, err) != GW_OK ||
	    write_text(dir, "songma.yaml", gw_init_songma_yaml, report, &written, err) != GW_OK ||
	    write_text(dir, "sources/example.yaml.txt", gw_init_example, report, &written, err) !=
		    GW_OK ||
	    gw_init_keys(dir, report, &written, err) != GW_OK ||
	    gw_init_schemas(dir, report, &written, err) != GW_OK)
		return err->status;
	if (!warn_of_open_secrets(dir, report) ||
	    (written == 0 &&
	     !gw_buf_puts(report, _("Everything was there already; nothing was changed.\n"))))
		return gw_fail_memory(err);
	return GW_OK;
}
