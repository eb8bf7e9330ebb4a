#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"

static enum gw_status
read_all(int fd, const char *path, struct gw_buf *buf, struct gw_error *err)
{
	for (;;) {
		char chunk[8192];
		ssize_t n = read(fd, chunk, sizeof chunk);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return gw_fail(err, GW_CONFIG, _("%s: cannot be read: %s"), path,
				       strerror(errno));
		if (n == 0)
			break;
		if (!gw_buf_append(buf, chunk, (size_t)n))
			return gw_fail(err, GW_CONFIG, _("%s: is larger than %zu bytes"), path,
				       buf->max);
	}
	return gw_buf_puts(buf, "") ? GW_OK : gw_fail_memory(err);
}

static enum gw_status
open_file(const char *path, int *fd, struct gw_error *err)
{
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0)
		return gw_fail(err, GW_CONFIG, _("%s: cannot be opened: %s"), path,
			       strerror(errno));
	return GW_OK;
}

enum gw_status
gw_file_read(const char *path, struct gw_buf *buf, struct gw_error *err)
{
	enum gw_status status;
	int fd;

	if (open_file(path, &fd, err) != GW_OK)
		return err->status;
	status = read_all(fd, path, buf, err);
	close(fd);
	return status;
}

enum gw_status
gw_file_read_secret(const char *path, struct gw_buf *buf, struct gw_error *err)
{
	enum gw_status status;
	struct stat st;
	int fd;

	if (open_file(path, &fd, err) != GW_OK)
		return err->status;
	if (fstat(fd, &st) == 0 && (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
		status = gw_fail(err, GW_CONFIG,
				 _("%s: holds a secret but others may read it (mode %03o); run: "
				   "chmod 600 %s"),
				 path, (unsigned)(st.st_mode & 0777), path);
	else
		status = read_all(fd, path, buf, err);
	close(fd);
	if (status == GW_OK)
		gw_buf_trim(buf);
	return status;
}

enum gw_status
gw_file_create(const char *path, unsigned mode, const void *bytes, size_t len, struct gw_error *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, (mode_t)mode);
	const char *p = bytes;
	int failed = 0;

	if (fd < 0)
		return gw_fail(err, GW_CONFIG, _("%s: cannot be created: %s"), path,
			       strerror(errno));
	while (len > 0 && failed == 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno != EINTR)
			failed = errno;
		if (n > 0) {
			p += n;
			len -= (size_t)n;
		}
	}
	if (close(fd) != 0 && failed == 0)
		failed = errno;
	if (failed == 0)
		return GW_OK;
	(void)unlink(path);
	return gw_fail(err, GW_FATAL, _("%s: cannot be written: %s"), path, strerror(failed));
}

char *
gw_path_join(const char *dir, const char *name)
{
	size_t dir_len = strlen(dir), name_len = strlen(name);
	char *path;

	if (name[0] == '/')
		return strdup(name);
	path = malloc(dir_len + name_len + 2);
	if (path == NULL)
		return NULL;
	memcpy(path, dir, dir_len);
	path[dir_len] = '/';
	memcpy(path + dir_len + 1, name, name_len + 1);
	return path;
}

char *
gw_path_dir(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash == NULL)
		return strdup(".");
	return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}
