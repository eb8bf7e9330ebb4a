/*
 * Preloaded into a database server, answers every writing at a place of a file
 * with "no space left on device" for as long as the file $NOSPACE_FILE is there.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static bool
is_full(void)
{
	const char *file = getenv("NOSPACE_FILE");
	int before = errno;
	bool full = file != NULL && access(file, F_OK) == 0;

	errno = full ? ENOSPC : before;
	return full;
}

ssize_t
pwrite(int fd, const void *bytes, size_t count, off_t at)
{
	return is_full() ? -1 : (ssize_t)syscall(SYS_pwrite64, fd, bytes, count, at);
}

ssize_t
pwritev(int fd, const struct iovec *parts, int count, off_t at)
{
	return is_full() ? -1 : (ssize_t)syscall(SYS_pwritev, fd, parts, (long)count, at, 0L);
}

ssize_t
pwrite64(int fd, const void *bytes, size_t count, off64_t at)
{
	return pwrite(fd, bytes, count, at);
}

ssize_t
pwritev64(int fd, const struct iovec *parts, int count, off64_t at)
{
	return pwritev(fd, parts, count, at);
}
