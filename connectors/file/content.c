/*
 * What files hold: copied, hashed, found again and put away.
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/folder.h"

enum { CHUNK = 1 << 18, SHORT_SHA = 8 };

void
gw_folder_copy_path(const unsigned char sha[GW_SHA], char out[GW_FOLDER_PATH])
{
	char hex[GW_SHA_TEXT];

	gw_hex_encode(sha, GW_SHA, hex);
	(void)snprintf(out, GW_FOLDER_PATH, GW_FOLDER_WORK "/%s", hex);
}

static enum gw_status
fail_copy(struct gw_error *err)
{
	return gw_fail(err, GW_RETRY,
		       _("it can't be copied into .songma/work: %s; until it is read it needs its "
			 "own size once more on that disk"),
		       strerror(errno));
}

/* One chunk of what pass_on() passes on; *n: its length, 0 at the end. */
static enum gw_status
pass_chunk(int from, int to, char *chunk, ssize_t *n, struct gw_error *err)
{
	do {
		*n = read(from, chunk, CHUNK);
	} while (*n < 0 && errno == EINTR);
	if (*n < 0)
		return gw_fail(err, GW_RETRY, _("it can't be read: %s"), strerror(errno));
	if (*n > 0 && to >= 0 && !gw_folder_write_all(to, chunk, (size_t)*n))
		return fail_copy(err);
	return GW_OK;
}

/* Hashes all of from, and writes it to to (-1: nowhere). */
static enum gw_status
pass_on(int from, int to, const volatile sig_atomic_t *stop, unsigned char sha[GW_SHA],
	struct gw_error *err)
{
	EVP_MD_CTX *hash = EVP_MD_CTX_new();
	char *chunk = malloc(CHUNK);
	enum gw_status status = GW_OK;
	ssize_t n = 1;

	if (hash == NULL || chunk == NULL || EVP_DigestInit_ex(hash, EVP_sha256(), NULL) != 1)
		status = gw_fail_memory(err);
	while (status == GW_OK && n > 0) {
		status = pass_chunk(from, to, chunk, &n, err);
		if (status == GW_OK && n > 0)
			(void)EVP_DigestUpdate(hash, chunk, (size_t)n);
		if (status == GW_OK && stop != NULL && *stop)
			status = gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
	}
	if (status == GW_OK)
		(void)EVP_DigestFinal_ex(hash, sha, NULL);
	EVP_MD_CTX_free(hash);
	free(chunk);
	return status;
}

bool
gw_folder_is_same(const struct stat *st, const struct gw_dropped *file)
{
	return st->st_ino == file->inode && st->st_size == file->size &&
	       st->st_mtim.tv_sec == file->changed.tv_sec &&
	       st->st_mtim.tv_nsec == file->changed.tv_nsec;
}

/* One a process: somebody may be looking at the folder while another pulls. */
static void
draft_path(char out[GW_FOLDER_PATH])
{
	(void)snprintf(out, GW_FOLDER_PATH, GW_FOLDER_WORK "/copying.%ld", (long)getpid());
}

static enum gw_status
copy(const struct gw_folder *folder, const char *draft, int from, const volatile sig_atomic_t *stop,
     unsigned char sha[GW_SHA], struct gw_error *err)
{
	int to = openat(folder->dir, draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
			folder->mode & 0666);
	enum gw_status status;

	if (to < 0)
		return gw_fail(err, GW_RETRY, _("can't write into %s: %s"), folder->path,
			       strerror(errno));
	status = pass_on(from, to, stop, sha, err);
	if (status == GW_OK && fsync(to) != 0)
		status = fail_copy(err);
	(void)close(to);
	return status;
}

enum gw_status
gw_folder_copy(const struct gw_folder *folder, const struct gw_dropped *file,
	       const volatile sig_atomic_t *stop, unsigned char sha[GW_SHA], bool *same,
	       struct gw_error *err)
{
	int from = openat(folder->dir, file->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	char path[GW_FOLDER_PATH], draft[GW_FOLDER_PATH];
	enum gw_status status;
	struct stat st;

	*same = false;
	draft_path(draft);
	if (from < 0 && errno == ENOENT)
		return GW_OK;
	if (from < 0)
		return gw_fail(err, GW_REJECT, _("%s can't be opened: %s"), file->plain,
			       strerror(errno));
	status = copy(folder, draft, from, stop, sha, err);
	if (status == GW_RETRY)
		status = gw_wrap(err, "%s/%s", folder->path, file->plain);
	if (status == GW_OK)
		*same = fstat(from, &st) == 0 && gw_folder_is_same(&st, file);
	(void)close(from);
	if (status == GW_OK && *same) {
		gw_folder_copy_path(sha, path);
		if (renameat(folder->dir, draft, folder->dir, path) != 0)
			status = gw_fail(err, GW_RETRY, _("can't write into %s: %s"), folder->path,
					 strerror(errno));
	}
	if (status != GW_OK || !*same)
		gw_folder_forget(folder, draft);
	return status;
}

bool
gw_folder_hash(const struct gw_folder *folder, const char *path, unsigned char sha[GW_SHA])
{
	int fd = openat(folder->dir, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct gw_error ignored;
	bool good = fd >= 0 && pass_on(fd, -1, NULL, sha, &ignored) == GW_OK;

	if (fd >= 0)
		(void)close(fd);
	return good;
}

void
gw_folder_place_name(const char *where, const char *plain, const unsigned char *sha,
		     char out[GW_FOLDER_PATH])
{
	const char *dot = strrchr(plain, '.');
	size_t stem = dot == NULL || dot == plain ? strlen(plain) : (size_t)(dot - plain);
	char hex[GW_SHA_TEXT];

	if (sha == NULL) {
		(void)snprintf(out, GW_FOLDER_PATH, "%s/%s", where, plain);
		return;
	}
	gw_hex_encode(sha, GW_SHA, hex);
	(void)snprintf(out, GW_FOLDER_PATH, "%s/%.*s.%.*s%s", where, (int)stem, plain, SHORT_SHA,
		       hex, plain + stem);
}

/* False: errno is ENOENT where it has another content or is not there. */
static bool
has_content(const struct gw_folder *folder, const char *path, const unsigned char sha[GW_SHA],
	    int *out)
{
	int fd = openat(folder->dir, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	unsigned char found[GW_SHA];
	struct gw_error ignored;
	int cause = ENOENT;

	if (fd < 0)
		return false;
	if (pass_on(fd, -1, NULL, found, &ignored) != GW_OK)
		cause = errno;
	else if (memcmp(found, sha, GW_SHA) == 0 && lseek(fd, 0, SEEK_SET) == 0) {
		*out = fd;
		return true;
	}
	(void)close(fd);
	errno = cause;
	return false;
}

bool
gw_folder_has(const struct gw_folder *folder, const char *path, const unsigned char sha[GW_SHA])
{
	int fd = -1;

	if (!has_content(folder, path, sha, &fd))
		return false;
	(void)close(fd);
	return true;
}

int
gw_folder_content(const struct gw_folder *folder, const char *plain,
		  const unsigned char sha[GW_SHA])
{
	char paths[3][GW_FOLDER_PATH];
	int fd = -1, cause = ENOENT;

	gw_folder_copy_path(sha, paths[0]);
	gw_folder_place_name(GW_FOLDER_DONE, plain, sha, paths[1]);
	gw_folder_place_name(GW_FOLDER_DONE, plain, NULL, paths[2]);
	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		if (has_content(folder, paths[i], sha, &fd))
			return fd;
		if (errno != ENOENT && errno != ELOOP)
			cause = errno;
	}
	errno = cause;
	return -1;
}
