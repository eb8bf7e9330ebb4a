#include "normalise/zone.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/i18n.h"

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_DAY (INT64_C(86400) * US_PER_SECOND)
#define ZONE_DIR "/usr/share/zoneinfo"

enum { FILE_MAX = 256 * 1024, HEADER = 44, TYPE_SIZE = 6, TIMES_MAX = 4096 };

struct gw_zone {
	size_t count;
	int32_t first; /* seconds east of Greenwich before the first change */
	struct change {
		int64_t at; /* seconds since 1970 */
		int32_t offset;
	} changes[];
};

/* The parts of one block of a zone file (RFC 8536). */
struct block {
	const unsigned char *times, *types, *offsets;
	size_t ntimes, ntypes;
	const unsigned char *end;
};

static uint64_t
big_endian(const unsigned char *p, int bytes)
{
	uint64_t n = 0;

	for (int i = 0; i < bytes; i++)
		n = n << 8 | p[i];
	return n;
}

/* Finds the parts of the block at p; false where it does not fit before end. */
static bool
find_block(const unsigned char *p, const unsigned char *end, size_t time_size, struct block *out)
{
	size_t counts[6], size;

	if (end - p < HEADER || memcmp(p, "TZif", 4) != 0)
		return false;
	for (size_t i = 0; i < 6; i++)
		counts[i] = (size_t)big_endian(p + 20 + 4 * i, 4);
	/* isutc, isstd, leap seconds, times, types, characters */
	if (counts[0] > 256 || counts[1] > 256 || counts[2] > TIMES_MAX || counts[3] > TIMES_MAX ||
	    counts[4] == 0 || counts[4] > 256 || counts[5] > 4096)
		return false;
	size = counts[3] * (time_size + 1) + counts[4] * TYPE_SIZE + counts[5] +
	       counts[2] * (time_size + 4) + counts[1] + counts[0];
	if ((size_t)(end - p) - HEADER < size)
		return false;
	out->ntimes = counts[3];
	out->ntypes = counts[4];
	out->times = p + HEADER;
	out->types = out->times + out->ntimes * time_size;
	out->offsets = out->types + out->ntimes;
	out->end = p + HEADER + size;
	return true;
}

static struct gw_zone *
make_zone(const struct block *block)
{
	struct gw_zone *zone = malloc(sizeof *zone + block->ntimes * sizeof zone->changes[0]);

	if (zone == NULL)
		return NULL;
	zone->count = block->ntimes;
	zone->first = (int32_t)big_endian(block->offsets, 4);
	for (size_t i = 0; i < block->ntimes; i++) {
		size_t type = block->types[i] < block->ntypes ? block->types[i] : 0;

		zone->changes[i].at = (int64_t)big_endian(block->times + 8 * i, 8);
		zone->changes[i].offset = (int32_t)big_endian(block->offsets + type * TYPE_SIZE, 4);
	}
	return zone;
}

static enum gw_status
parse(const char *name, const struct gw_buf *file, struct gw_zone **out, struct gw_error *err)
{
	const unsigned char *p = (const unsigned char *)file->data, *end = p + file->len;
	struct block old, block;
	struct gw_zone *zone;

	/* The first block has 32-bit times, for old readers; the second is the one to read. */
	if (!find_block(p, end, 4, &old) || !find_block(old.end, end, 8, &block))
		return gw_fail(err, GW_CONFIG, _("time zone %s: its file in %s is damaged"), name,
			       ZONE_DIR);
	if (memchr(block.end, ',', (size_t)(end - block.end)) != NULL)
		return gw_fail(err, GW_CONFIG,
			       _("time zone %s changes to summer time, which is not supported"),
			       name);
	zone = make_zone(&block);
	if (zone == NULL)
		return gw_fail_memory(err);
	*out = zone;
	return GW_OK;
}

enum gw_status
gw_zone_read(const char *name, struct gw_zone **out, struct gw_error *err)
{
	struct gw_buf file;
	enum gw_status status;
	char *path;

	if (name[0] == '/' || name[0] == '\0' || strstr(name, "..") != NULL)
		return gw_fail(err, GW_CONFIG,
			       _("time zone %s: not a name such as "
				 "Asia/Ho_Chi_Minh"),
			       name);
	path = gw_path_join(ZONE_DIR, name);
	if (path == NULL)
		return gw_fail_memory(err);
	gw_buf_init(&file, FILE_MAX);
	status = gw_file_read(path, &file, err);
	if (status != GW_OK)
		status = gw_wrap(err, _("time zone %s"), name);
	else
		status = parse(name, &file, out, err);
	gw_buf_release(&file);
	free(path);
	return status;
}

void
gw_zone_free(struct gw_zone *zone)
{
	free(zone);
}

int64_t
gw_zone_local(const struct gw_zone *zone, int64_t us)
{
	int64_t seconds = us / US_PER_SECOND - (us % US_PER_SECOND < 0);
	int32_t offset = zone->first;
	int64_t local;

	for (size_t i = zone->count; i-- > 0;) {
		if (zone->changes[i].at > seconds)
			continue;
		offset = zone->changes[i].offset;
		break;
	}
	return __builtin_add_overflow(us, offset * US_PER_SECOND, &local) ? us : local;
}

int64_t
gw_zone_day(const struct gw_zone *zone, int64_t us, int64_t *ret_us_of_day)
{
	int64_t local = gw_zone_local(zone, us);
	int64_t rest = local % US_PER_DAY;

	*ret_us_of_day = rest < 0 ? rest + US_PER_DAY : rest;
	return local / US_PER_DAY - (rest < 0);
}

int64_t
gw_zone_utc(const struct gw_zone *zone, int64_t local_us)
{
	int64_t before, after;

	/* No clock is right that near to where numbers end. */
	if (local_us < INT64_MIN / 2 || local_us > INT64_MAX / 2)
		return local_us;
	/* Between two changes that are a day apart one of these offsets holds. */
	before = local_us - US_PER_DAY;
	before = local_us - (gw_zone_local(zone, before) - before);
	after = local_us + US_PER_DAY;
	after = local_us - (gw_zone_local(zone, after) - after);
	return gw_zone_local(zone, after) == local_us ? after : before;
}
