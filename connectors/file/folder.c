#include "file/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/i18n.h"
#include "base/text.h"
#include "normalise/zone.h"

enum { SETTLE_S = 5 };

static const char *const below[] = {GW_FOLDER_DONE, GW_FOLDER_REJECTED, ".songma",
				    GW_FOLDER_WORK, GW_FOLDER_KEYS,     GW_FOLDER_LEAVING};

/* ---- the folder ----------------------------------------------------------------------------- */

static enum gw_status
make_below(const struct gw_folder *folder, struct gw_error *err)
{
	for (size_t i = 0; i < sizeof below / sizeof below[0]; i++) {
		if (mkdirat(folder->dir, below[i], folder->mode | 0700) != 0 && errno != EEXIST)
			return gw_fail(err, GW_CONFIG,
				       _("can't make the folder %s in %s: %s; the account that "
					 "songma runs as needs to write there: setfacl -m "
					 "u:ACCOUNT:rwx %s"),
				       below[i], folder->path, strerror(errno), folder->path);
		if (faccessat(folder->dir, below[i], R_OK | W_OK | X_OK, AT_EACCESS) != 0)
			return gw_fail(err, GW_CONFIG,
				       _("the folder %s in %s can't be written to: %s; the account "
					 "that songma runs as needs to: setfacl -m u:ACCOUNT:rwx "
					 "%s/%s"),
				       below[i], folder->path, strerror(errno), folder->path,
				       below[i]);
	}
	return GW_OK;
}

enum gw_status
gw_folder_open(struct gw_folder *folder, const char *path, struct gw_error *err)
{
	struct stat st;
	enum gw_status status;

	*folder = (struct gw_folder){.path = strdup(path), .dir = -1};
	if (folder->path == NULL)
		return gw_fail_memory(err);
	folder->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->dir < 0 || fstat(folder->dir, &st) != 0) {
		status = errno == ENOENT || errno == ENOTDIR || errno == EACCES ? GW_CONFIG
										: GW_RETRY;
		return gw_fail(err, status,
			       _("the folder %s can't be opened: %s; is it there, and is what it "
				 "lies on mounted?"),
			       path, strerror(errno));
	}
	folder->mode = st.st_mode & 07777;
	return make_below(folder, err);
}

void
gw_folder_close(struct gw_folder *folder)
{
	if (folder->path != NULL && folder->dir >= 0)
		(void)close(folder->dir);
	free(folder->path);
	*folder = (struct gw_folder){.dir = -1};
}

/* ---- looking -------------------------------------------------------------------------------- */

/* A time of the future is that of another clock: then when it was changed here counts. */
static bool
is_settled(const struct stat *st)
{
	int64_t now = gw_now_us() / 1000000;
	int64_t at = st->st_mtim.tv_sec;

	if (at > now)
		at = st->st_ctim.tv_sec;
	return at > now + SETTLE_S || now - at >= SETTLE_S;
}

static void
describe(const struct stat *st, const char *name, struct gw_dropped *out)
{
	char state[GW_FOLDER_PATH];

	out->changed = st->st_mtim;
	out->inode = st->st_ino;
	out->size = st->st_size;
	out->settled = is_settled(st);
	(void)snprintf(state, sizeof state, "%s/%ju/%jd/%jd.%09ld", name, (uintmax_t)st->st_ino,
		       (intmax_t)st->st_size, (intmax_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
	(void)snprintf(out->id, sizeof out->id, "%016" PRIx64, XXH3_64bits(state, strlen(state)));
}

bool
gw_folder_find(const struct gw_folder *folder, const char *name, struct gw_dropped *out)
{
	struct stat st;

	if (fstatat(folder->dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
		return false;
	out->name = name;
	describe(&st, name, out);
	return true;
}

struct listing {
	const struct gw_folder *folder;
	const char *below, *pattern;
	struct gw_arena *arena;
	struct gw_dropped *files;
	size_t count, room, others;
};

static enum gw_status
keep(struct listing *list, const struct gw_dropped *file, const char *plain, const char *part,
     struct gw_error *err)
{
	struct gw_dropped *to;

	if (list->count >= GW_FOLDER_MOST)
		return gw_fail(err, GW_CONFIG, _("%s: more than %d files; take some out"),
			       list->folder->path, GW_FOLDER_MOST);
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 64 : list->room * 2;
		struct gw_dropped *more = gw_arena_alloc(list->arena, room * sizeof *more);

		if (more == NULL)
			return gw_fail_memory(err);
		if (list->count > 0)
			memcpy(more, list->files, list->count * sizeof *more);
		list->files = more;
		list->room = room;
	}
	to = &list->files[list->count];
	*to = *file;
	to->name = gw_arena_copy(list->arena, file->name, strlen(file->name));
	to->plain = gw_arena_copy(list->arena, plain, strlen(plain));
	to->part = gw_arena_copy(list->arena, part, strlen(part));
	if (to->name == NULL || to->plain == NULL || to->part == NULL)
		return gw_fail_memory(err);
	list->count++;
	return GW_OK;
}

static enum gw_status
look_at(struct listing *list, const char *name, struct gw_error *err)
{
	char plain[GW_FILE_NAME], part[GW_FILE_NAME], path[GW_FOLDER_PATH];
	struct gw_dropped file = {.name = name, .odd = gw_name_odd(name)};
	struct stat st;

	if (gw_name_ignored(name))
		return GW_OK;
	if (!gw_name_plain(name, plain, &file.confirmed))
		gw_name_safe(name, plain);
	if (list->pattern == NULL)
		memcpy(part, plain, sizeof part);
	else if (!gw_pattern_match(list->pattern, plain, part))
		return GW_OK;
	if (file.odd != NULL)
		gw_name_safe(name, plain);
	(void)snprintf(path, sizeof path, "%s/%s", list->below, name);
	if (fstatat(list->folder->dir, path, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return GW_OK;
	if (!S_ISREG(st.st_mode)) {
		list->others++;
		return GW_OK;
	}
	describe(&st, name, &file);
	return keep(list, &file, plain, part, err);
}

static int
by_order(const void *a, const void *b)
{
	const struct gw_dropped *x = a, *y = b;
	int order = gw_pattern_compare(x->part, y->part);

	if (order == 0)
		order = gw_pattern_compare(x->plain, y->plain);
	return order != 0 ? order : strcmp(x->name, y->name);
}

enum gw_status
gw_folder_list(const struct gw_folder *folder, const char *where, const char *pattern,
	       struct gw_arena *arena, struct gw_dropped_list *out, struct gw_error *err)
{
	struct listing list = {
		.folder = folder, .below = where, .pattern = pattern, .arena = arena};
	int fd = openat(folder->dir, where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	enum gw_status status = GW_OK;
	const struct dirent *entry;

	if (dir == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return gw_fail(err, GW_RETRY, _("the folder %s can't be read: %s"), folder->path,
			       strerror(errno));
	}
	while (status == GW_OK && (entry = readdir(dir)) != NULL)
		status = look_at(&list, entry->d_name, err);
	(void)closedir(dir);
	if (status != GW_OK)
		return status;
	if (list.count > 0)
		qsort(list.files, list.count, sizeof *list.files, by_order);
	*out = (struct gw_dropped_list){
		.files = list.files, .count = list.count, .others = list.others};
	return GW_OK;
}

/* ---- small files ---------------------------------------------------------------------------- */

bool
gw_folder_write_all(int fd, const void *from, size_t len)
{
	const char *bytes = from;

	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno != EINTR)
			return false;
		bytes += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

enum gw_status
gw_folder_write(const struct gw_folder *folder, const char *path, const struct gw_buf *text,
		struct gw_error *err)
{
	char draft[GW_FOLDER_PATH];
	bool good;
	int fd, cause;

	if (text->failed)
		return gw_fail_memory(err);
	(void)snprintf(draft, sizeof draft, GW_FOLDER_WORK "/writing.%ld", (long)getpid());
	fd = openat(folder->dir, draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		    folder->mode & 0666);
	good = fd >= 0 &&
	       gw_folder_write_all(fd, text->data == NULL ? "" : text->data, text->len) &&
	       fchmod(fd, folder->mode & 0666) == 0 && fsync(fd) == 0;
	cause = errno;
	if (fd >= 0)
		(void)close(fd);
	if (good && renameat(folder->dir, draft, folder->dir, path) != 0) {
		cause = errno;
		good = false;
	}
	return good ? GW_OK
		    : gw_fail(err, GW_RETRY, _("can't write %s in %s: %s"), path, folder->path,
			      strerror(cause));
}

bool
gw_folder_read(const struct gw_folder *folder, const char *path, struct gw_buf *out)
{
	int fd = openat(folder->dir, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	ssize_t n = 1;
	char chunk[8192];

	gw_buf_clear(out);
	if (fd < 0)
		return false;
	while (n > 0) {
		n = read(fd, chunk, sizeof chunk);
		if (n > 0 && !gw_buf_append(out, chunk, (size_t)n))
			n = -1;
	}
	(void)close(fd);
	return n == 0;
}

void
gw_folder_time(const struct gw_folder *folder, int64_t us, char out[GW_TIME_TEXT])
{
	gw_timestamp_format(folder->zone == NULL ? us : gw_zone_local(folder->zone, us), out);
	out[10] = ' ';
	out[16] = '\0';
}

void
gw_folder_forget(const struct gw_folder *folder, const char *path)
{
	(void)unlinkat(folder->dir, path, 0);
}
