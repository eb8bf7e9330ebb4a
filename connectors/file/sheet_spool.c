#include "file/sheet_spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/memory.h"
#include "file/sheet_reader.h"

enum { BLOCK = 4 * 1024, PATH_LEN = 4096 };

#define FILE_MAX (UINT64_C(4) << 30)

struct gw_spool_block {
	uint64_t number; /* from 1; 0: the place is free */
	size_t len;
};

void
gw_spool_init(struct gw_spool *spool, const char *folder, size_t memory)
{
	*spool = (struct gw_spool){.folder = folder, .fd = -1};
	gw_buf_init(&spool->bytes, memory);
}

void
gw_spool_release(struct gw_spool *spool)
{
	gw_buf_release(&spool->bytes);
	if (spool->fd >= 0)
		close(spool->fd);
	free(spool->blocks);
	free(spool->cache);
	gw_spool_init(spool, NULL, 0);
}

static enum gw_status
fail_file(const struct gw_spool *spool, struct gw_error *err)
{
	return gw_fail(err, GW_RETRY, _("%s: no file for a workbook's texts: %s"), spool->folder,
		       strerror(errno));
}

/* A file that never had a name, or, where the file system has none such, lost it at once. */
static int
open_nameless(const char *folder)
{
	char path[PATH_LEN];
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, S_IRUSR | S_IWUSR);

	if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
		return fd;
	if (snprintf(path, sizeof path, "%s/.songma-XXXXXX", folder) >= PATH_LEN) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(path);
	return fd;
}

static enum gw_status
write_out(struct gw_spool *spool, struct gw_error *err)
{
	const char *from = spool->bytes.data;
	size_t left = spool->bytes.len;

	if (spool->folder == NULL || spool->filed + left > FILE_MAX)
		return gw_fail(err, GW_REJECT, "%s",
			       _("the workbook has more text than can be kept at hand: save the "
				 "sheet as CSV UTF-8"));
	if (spool->fd < 0)
		spool->fd = open_nameless(spool->folder);
	if (spool->fd < 0)
		return fail_file(spool, err);
	while (left > 0) {
		ssize_t n = write(spool->fd, from, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail_file(spool, err);
		from += n;
		left -= (size_t)n;
	}
	spool->filed += spool->bytes.len;
	gw_buf_clear(&spool->bytes);
	return GW_OK;
}

enum gw_status
gw_spool_add(struct gw_spool *spool, const void *bytes, size_t len, struct gw_error *err)
{
	if (len > spool->bytes.max - spool->bytes.len && write_out(spool, err) != GW_OK)
		return err->status;
	if (!gw_buf_append(&spool->bytes, bytes, len))
		return gw_fail_memory(err);
	return GW_OK;
}

enum gw_status
gw_spool_finish(struct gw_spool *spool, struct gw_error *err)
{
	if (spool->fd < 0)
		return GW_OK;
	if (write_out(spool, err) != GW_OK)
		return err->status;
	gw_buf_release(&spool->bytes);
	/* Texts that come again and again stand anywhere in the file: many are to be at hand. */
	spool->nblocks = spool->bytes.max / BLOCK;
	spool->blocks = calloc(spool->nblocks, sizeof *spool->blocks);
	spool->cache = malloc(spool->nblocks * BLOCK);
	if (spool->blocks == NULL || spool->cache == NULL)
		return gw_fail_memory(err);
	return GW_OK;
}

uint64_t
gw_spool_size(const struct gw_spool *spool)
{
	return spool->filed + spool->bytes.len;
}

/* The block with this number: each has one place where it may be kept. */
static enum gw_status
find_block(struct gw_spool *spool, uint64_t number, const char **out, size_t *len,
	   struct gw_error *err)
{
	size_t at = (size_t)(number % spool->nblocks);
	struct gw_spool_block *block = &spool->blocks[at];
	char *place = spool->cache + at * BLOCK;

	if (block->number != number + 1) {
		ssize_t got = gw_sheet_read_at(spool->fd, place, BLOCK, (off_t)(number * BLOCK));

		block->number = 0;
		if (got < 0)
			return fail_file(spool, err);
		*block = (struct gw_spool_block){.number = number + 1, .len = (size_t)got};
	}
	*out = place;
	*len = block->len;
	return GW_OK;
}

enum gw_status
gw_spool_read(struct gw_spool *spool, uint64_t offset, void *to, size_t len, struct gw_error *err)
{
	char *out = to;

	if (spool->fd < 0) {
		memcpy(out, spool->bytes.data + offset, len);
		return GW_OK;
	}
	while (len > 0) {
		size_t from = (size_t)(offset % BLOCK), there = 0, part;
		const char *block = NULL;

		if (find_block(spool, offset / BLOCK, &block, &there, err) != GW_OK)
			return err->status;
		part = there > from ? there - from : 0;
		part = part < len ? part : len;
		if (part == 0) {
			errno = EIO;
			return fail_file(spool, err);
		}
		memcpy(out, block + from, part);
		out += part;
		offset += part;
		len -= part;
	}
	return GW_OK;
}
