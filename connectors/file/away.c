/*
 * Files are put away, so that none is lost and none is overwritten, even where two pulls do it at
 * once since the one does not know yet that the other has followed it, and somebody puts another
 * file of that name into the folder meanwhile.  So a file is first taken out of the folder, to a
 * place that nobody but a pull writes to; there it is looked at once more, and goes back if it is
 * not what was read.  What a crash leaves there goes back too.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "file/folder.h"

static bool
is_there(const struct gw_folder *folder, const char *path)
{
	return faccessat(folder->dir, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

void
gw_folder_place(const struct gw_folder *folder, const char *plain, const unsigned char sha[GW_SHA],
		const char *where, char to[GW_FOLDER_PATH], bool *known)
{
	gw_folder_place_name(where, plain, NULL, to);
	*known = gw_folder_has(folder, to, sha);
	if (!*known && is_there(folder, to))
		gw_folder_place_name(where, plain, sha, to);
}

/* For file systems that can't rename so themselves; errno as rename() has it. */
static bool
link_new(const struct gw_folder *folder, const char *from, const char *to)
{
	if (linkat(folder->dir, from, folder->dir, to, 0) == 0)
		return unlinkat(folder->dir, from, 0) == 0;
	if (errno == EEXIST || errno == ENOENT || errno == EACCES || errno == ENOSPC)
		return false;
	if (is_there(folder, to)) {
		errno = EEXIST;
		return false;
	}
	return renameat(folder->dir, from, folder->dir, to) == 0;
}

/* False, with EEXIST in errno: there is another, which stays. */
static bool
rename_new(const struct gw_folder *folder, const char *from, const char *to)
{
	if (renameat2(folder->dir, from, folder->dir, to, RENAME_NOREPLACE) == 0)
		return true;
	return (errno == EINVAL || errno == ENOSYS) && link_new(folder, from, to);
}

static enum gw_status
fail_move(const struct gw_folder *folder, const char *from, const char *to, struct gw_error *err)
{
	return gw_fail(err, GW_RETRY,
		       _("can't move %s to %s in %s: %s; the account that songma runs as needs to "
			 "write there"),
		       from, to, folder->path, strerror(errno));
}

static void
leaving_path(const char *name, char out[GW_FOLDER_PATH])
{
	(void)snprintf(out, GW_FOLDER_PATH, GW_FOLDER_LEAVING "/%.512s", name);
}

/* Where a newer one of its name has come meanwhile, that one counts. */
static bool
give_back(const struct gw_folder *folder, const char *name)
{
	char path[GW_FOLDER_PATH];

	leaving_path(name, path);
	if (rename_new(folder, path, name) || errno == ENOENT)
		return true;
	return errno == EEXIST && unlinkat(folder->dir, path, 0) == 0;
}

void
gw_folder_give_back(const struct gw_folder *folder)
{
	int fd = openat(folder->dir, GW_FOLDER_LEAVING, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (dir == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			(void)give_back(folder, entry->d_name);
	(void)closedir(dir);
}

static bool
is_file(const struct gw_folder *folder, const char *path, const struct gw_dropped *file)
{
	struct stat st;

	return fstatat(folder->dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       gw_folder_is_same(&st, file);
}

/* What a crash left there makes way. */
static bool
take(const struct gw_folder *folder, const char *name, const char *leaving)
{
	return rename_new(folder, name, leaving) ||
	       (errno == EEXIST && give_back(folder, name) && rename_new(folder, name, leaving));
}

/* *out: it is out of the folder; else it was not there any more as it was read. */
static enum gw_status
take_out(const struct gw_folder *folder, const struct gw_dropped *file, const char *leaving,
	 bool *out, struct gw_error *err)
{
	*out = false;
	if (!is_file(folder, file->name, file))
		return GW_OK;
	if (!take(folder, file->name, leaving))
		return errno == ENOENT ? GW_OK : fail_move(folder, file->name, leaving, err);
	*out = is_file(folder, leaving, file);
	if (!*out && !give_back(folder, file->name))
		return fail_move(folder, leaving, file->name, err);
	return GW_OK;
}

/* The content may lie there already, put there by another pull or under the same name before. */
static bool
lay_down(const struct gw_folder *folder, const char *from, const char *to,
	 const unsigned char sha[GW_SHA])
{
	if (rename_new(folder, from, to))
		return true;
	if (errno != EEXIST)
		return false;
	if (gw_folder_has(folder, to, sha))
		return unlinkat(folder->dir, from, 0) == 0 || errno == ENOENT;
	errno = EEXIST;
	return false;
}

enum gw_status
gw_folder_put(const struct gw_folder *folder, const struct gw_dropped *file,
	      const unsigned char sha[GW_SHA], const char *to, struct gw_error *err)
{
	char leaving[GW_FOLDER_PATH], kept[GW_FOLDER_PATH];
	bool out;

	leaving_path(file->name, leaving);
	gw_folder_copy_path(sha, kept);
	if (take_out(folder, file, leaving, &out, err) != GW_OK)
		return err->status;
	if (out && !lay_down(folder, leaving, to, sha)) {
		(void)fail_move(folder, leaving, to, err);
		(void)give_back(folder, file->name);
		return err->status;
	}
	/* It is gone from the folder: its copy takes its place, unless that has done so before. */
	if (!out && !lay_down(folder, kept, to, sha) && errno != ENOENT)
		return fail_move(folder, kept, to, err);
	return GW_OK;
}
