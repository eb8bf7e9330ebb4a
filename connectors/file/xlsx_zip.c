#include "file/xlsx_zip.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/sheet_reader.h"
#include "file/xlsx_ahead.h"

enum {
	PARTS_MAX = 4096,
	DIRECTORY_MAX = 1 << 20, /* bytes: libzip keeps all of it */
	END_SIZE = 22,           /* of the record at the end of a zip, without its comment */
	LOCATOR_SIZE = 20,       /* of the one that leads to a larger one */
	END64_SIZE = 56,
	TAIL = END_SIZE + 0xffff + LOCATOR_SIZE, /* in which both stand */
	RATIO_MAX = 200, /* unpacked to packed; sheets that people made stay below 50 */
	RATIO_FREE = 64 * 1024 * 1024, /* so much may be packed as well as it will */
	AHEAD_FROM = 1024 * 1024,      /* unpacked: of what is larger the rest is read ahead */
};

#define PART_MAX (UINT64_C(16) << 30)

struct gw_xlsx_zip {
	zip_t *zip;
	uint64_t size; /* of the file */
	int64_t parts;
	struct gw_xlsx_part *turn; /* the part that may be reading ahead: no other may read then */
};

struct gw_xlsx_part {
	struct gw_xlsx_zip *zip;
	zip_file_t *file;
	struct gw_xlsx_ahead *ahead; /* NULL: it is small, or was so far */
	uint64_t got, most;
};

static enum gw_status
fail_damaged(const char *why, struct gw_error *err)
{
	return gw_fail(err, GW_REJECT,
		       _("the workbook is cut off or damaged (%s): copy it again, or open it in "
			 "Excel and save it anew"),
		       why);
}

static enum gw_status
fail_zip(zip_error_t *error, struct gw_error *err)
{
	if (zip_error_code_zip(error) == ZIP_ER_MEMORY)
		return gw_fail_memory(err);
	return fail_damaged(zip_error_strerror(error), err);
}

static uint64_t
little(const unsigned char *p, size_t size)
{
	uint64_t n = 0;

	while (size-- > 0)
		n = n << 8 | p[size];
	return n;
}

/* Whether a directory of so many parts and bytes may be read. */
static bool
is_modest(uint64_t parts, uint64_t bytes)
{
	return parts <= PARTS_MAX && bytes <= DIRECTORY_MAX;
}

/* A record at the end of the zip; at its place is all ones where a larger one has the numbers. */
static bool
end_is_modest(int fd, const unsigned char *end, const unsigned char *tail)
{
	const unsigned char *locator = end - LOCATOR_SIZE;
	unsigned char large[END64_SIZE];
	uint64_t parts = little(end + 10, 2), bytes = little(end + 12, 4);

	if (end - tail >= LOCATOR_SIZE && memcmp(locator, "PK\6\7", 4) == 0) {
		uint64_t at = little(locator + 8, 8);

		if (at > INT64_MAX ||
		    gw_sheet_read_at(fd, large, END64_SIZE, (off_t)at) != END64_SIZE)
			return true; /* libzip finds nothing either */
		if (!is_modest(little(large + 32, 8), little(large + 40, 8)))
			return false;
	}
	return is_modest(parts == 0xffff ? 0 : parts, bytes == 0xffffffff ? 0 : bytes);
}

/*
 * libzip reads the whole directory when it opens a zip, and takes whichever
 * record at the end looks best: none of them may tell of a huge one.
 */
static enum gw_status
check_directory(int fd, uint64_t size, struct gw_error *err)
{
	size_t want = size < TAIL ? (size_t)size : TAIL;
	unsigned char *tail = malloc(TAIL);
	bool modest = true;
	ssize_t got;

	if (tail == NULL)
		return gw_fail_memory(err);
	got = gw_sheet_read_at(fd, tail, want, (off_t)(size - want));
	for (ssize_t i = 0; modest && i + END_SIZE <= got; i++)
		if (memcmp(tail + i, "PK\5\6", 4) == 0)
			modest = end_is_modest(fd, tail + i, tail);
	free(tail);
	if (got < 0)
		return gw_sheet_fail_read(err);
	if (!modest)
		return gw_fail(
			err, GW_REJECT,
			_("an archive of more than %d parts is no workbook that people made"),
			PARTS_MAX);
	return GW_OK;
}

/* The archive of a descriptor of its own, since libzip closes it. */
static enum gw_status
open_archive(int fd, struct gw_xlsx_zip *zip, struct gw_error *err)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	FILE *file = own < 0 ? NULL : fdopen(own, "rb");
	zip_source_t *source = NULL;
	zip_error_t error;

	if (file == NULL) {
		if (own >= 0)
			close(own);
		return gw_sheet_fail_read(err);
	}
	zip_error_init(&error);
	source = zip_source_filep_create(file, 0, 0, &error);
	if (source == NULL)
		(void)fclose(file);
	else
		zip->zip = zip_open_from_source(source, ZIP_RDONLY, &error);
	if (zip->zip != NULL) {
		zip_error_fini(&error);
		return GW_OK;
	}
	if (source != NULL)
		zip_source_free(source);
	(void)fail_zip(&error, err);
	zip_error_fini(&error);
	return err->status;
}

enum gw_status
gw_xlsx_zip_open(int fd, struct gw_xlsx_zip **out, struct gw_error *err)
{
	struct gw_xlsx_zip *zip;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return gw_sheet_fail_read(err);
	if (check_directory(fd, (uint64_t)st.st_size, err) != GW_OK)
		return err->status;
	zip = calloc(1, sizeof *zip);
	if (zip == NULL)
		return gw_fail_memory(err);
	zip->size = (uint64_t)st.st_size;
	if (open_archive(fd, zip, err) != GW_OK) {
		free(zip);
		return err->status;
	}
	zip->parts = zip_get_num_entries(zip->zip, 0);
	*out = zip;
	return GW_OK;
}

void
gw_xlsx_zip_close(struct gw_xlsx_zip *zip)
{
	if (zip == NULL)
		return;
	zip_discard(zip->zip);
	free(zip);
}

/* The character at *p, which may be written as in an address (%20), and moves behind it. */
static int
take_plain(const char **p)
{
	unsigned char c = (unsigned char)**p, meant;

	if (c == '%' && gw_hex_decode(*p + 1, strnlen(*p + 1, 2), &meant, 1)) {
		c = meant;
		*p += 2;
	}
	*p += **p != '\0';
	return c == '\\' ? '/' : tolower(c);
}

/* Case does not count in names of parts, and some programs write the other slash, or letters of an
   address where others write them as they are. */
static bool
same_name(const char *a, const char *b)
{
	int one, other;

	a += *a == '/' || *a == '\\';
	b += *b == '/';
	do {
		one = take_plain(&a);
		other = take_plain(&b);
	} while (one == other && one != '\0');
	return one == other;
}

/* Place of the part; -1: there is none; -2: programs would differ about which it is. */
static int64_t
find_part(const struct gw_xlsx_zip *zip, const char *name)
{
	int64_t found = -1;

	for (int64_t i = 0; i < zip->parts; i++) {
		const char *other = zip_get_name(zip->zip, (zip_uint64_t)i, ZIP_FL_ENC_RAW);

		if (other == NULL || !same_name(other, name))
			continue;
		if (found >= 0)
			return -2;
		found = i;
	}
	return found;
}

bool
gw_xlsx_zip_has(const struct gw_xlsx_zip *zip, const char *name)
{
	return find_part(zip, name) != -1;
}

static enum gw_status
fail_bomb(struct gw_error *err)
{
	return gw_fail(err, GW_REJECT, "%s",
		       _("the workbook unpacks to far more than people fill in: it is refused "
			 "before it takes up the machine"));
}

static enum gw_status
check_part(const struct gw_xlsx_zip *zip, const zip_stat_t *stat, uint64_t *most,
	   struct gw_error *err)
{
	uint64_t packed = stat->comp_size < zip->size ? stat->comp_size : zip->size;

	if (stat->encryption_method != ZIP_EM_NONE)
		return gw_fail(err, GW_REJECT, "%s",
			       _("the archive is protected with a password: take it away and save "
				 "the workbook as .xlsx"));
	*most = RATIO_FREE + packed * RATIO_MAX;
	*most = *most < PART_MAX ? *most : PART_MAX;
	return stat->size > *most ? fail_bomb(err) : GW_OK;
}

/* The archive is for this part now; libzip is not made for two threads. */
static void
take_turn(struct gw_xlsx_zip *zip, struct gw_xlsx_part *part)
{
	if (zip->turn != NULL && zip->turn != part && zip->turn->ahead != NULL)
		gw_xlsx_ahead_stop(zip->turn->ahead);
	zip->turn = part;
}

enum gw_status
gw_xlsx_part_open(struct gw_xlsx_zip *zip, const char *name, struct gw_xlsx_part **out,
		  struct gw_error *err)
{
	const zip_uint64_t wanted = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_ENCRYPTION_METHOD;
	int64_t at = find_part(zip, name);
	struct gw_xlsx_part *part;
	zip_stat_t stat;
	uint64_t most = 0;

	take_turn(zip, NULL);
	if (at == -1)
		return fail_damaged(_("a part of it is missing"), err);
	if (at < 0)
		return fail_damaged(_("two parts of it have the same name"), err);
	if (zip_stat_index(zip->zip, (zip_uint64_t)at, 0, &stat) != 0 ||
	    (stat.valid & wanted) != wanted)
		return fail_damaged(_("a part of it can't be found"), err);
	if (check_part(zip, &stat, &most, err) != GW_OK)
		return err->status;
	part = calloc(1, sizeof *part);
	if (part == NULL)
		return gw_fail_memory(err);
	part->zip = zip;
	part->most = most;
	part->file = zip_fopen_index(zip->zip, (zip_uint64_t)at, 0);
	if (part->file == NULL) {
		free(part);
		return fail_zip(zip_get_error(zip->zip), err);
	}
	*out = part;
	return GW_OK;
}

enum gw_status
gw_xlsx_part_read(struct gw_xlsx_part *part, void *to, size_t size, size_t *got,
		  struct gw_error *err)
{
	zip_int64_t n;

	take_turn(part->zip, part);
	if (part->ahead == NULL && part->got >= AHEAD_FROM)
		part->ahead = gw_xlsx_ahead_new(part->file);
	n = part->ahead == NULL ? zip_fread(part->file, to, size)
				: gw_xlsx_ahead_read(part->ahead, to, size);
	if (n < 0)
		return fail_zip(zip_file_get_error(part->file), err);
	part->got += (uint64_t)n;
	if (part->got > part->most)
		return fail_bomb(err);
	*got = (size_t)n;
	return GW_OK;
}

void
gw_xlsx_part_close(struct gw_xlsx_part *part)
{
	if (part == NULL)
		return;
	gw_xlsx_ahead_free(part->ahead);
	if (part->zip->turn == part)
		part->zip->turn = NULL;
	(void)zip_fclose(part->file);
	free(part);
}
