#include "file/sheet.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "file/refusal.h"
#include "file/sheet_reader.h"

enum { LETTERS = 26 };

ssize_t
gw_sheet_read_at(int fd, void *to, size_t size, off_t offset)
{
	size_t got = 0;

	while (got < size) {
		ssize_t n = pread(fd, (char *)to + got, size - got, offset + (off_t)got);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		if (n == 0)
			break;
		got += (size_t)n;
	}
	return (ssize_t)got;
}

enum gw_status
gw_sheet_fail_read(struct gw_error *err)
{
	return gw_fail(err, GW_FATAL, _("the file cannot be read: %s"), strerror(errno));
}

struct gw_value
gw_sheet_unheld(const char *why)
{
	return (struct gw_value){.kind = GW_UNHELD, .len = (uint32_t)strlen(why), .as.text = why};
}

static enum gw_status
open_reader(int fd, const struct gw_sheet_options *options, struct gw_sheet *sheet,
	    struct gw_error *err)
{
	char head[GW_REFUSAL_HEAD];
	ssize_t len = gw_sheet_read_at(fd, head, sizeof head, 0);

	if (len < 0)
		return gw_sheet_fail_read(err);
	/* The second is an archive with nothing in it. */
	if (len >= 4 && (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0))
		return gw_xlsx_open(fd, options, sheet, err);
	if (gw_refusal_check(fd, head, (size_t)len, err) != GW_OK)
		return err->status;
	return gw_csv_rows_open(fd, sheet, err);
}

enum gw_status
gw_sheet_open(int fd, const struct gw_sheet_options *options, struct gw_sheet **out,
	      struct gw_error *err)
{
	struct gw_sheet *sheet = calloc(1, sizeof *sheet);

	if (sheet == NULL)
		return gw_fail_memory(err);
	if (open_reader(fd, options, sheet, err) != GW_OK) {
		gw_sheet_close(sheet);
		return err->status;
	}
	*out = sheet;
	return GW_OK;
}

enum gw_status
gw_sheet_next(struct gw_sheet *sheet, struct gw_arena *arena, struct gw_sheet_row *out, bool *more,
	      struct gw_error *err)
{
	return sheet->kind->next(sheet->state, arena, out, more, err);
}

const char *
gw_sheet_about(const struct gw_sheet *sheet)
{
	return sheet->about;
}

const char *
gw_sheet_name(const struct gw_sheet *sheet)
{
	return sheet->name;
}

const char *
gw_sheet_listed(const struct gw_sheet *sheet, size_t i)
{
	return sheet->kind->sheet == NULL ? NULL : sheet->kind->sheet(sheet->state, i);
}

void
gw_sheet_place(size_t column, int64_t row, char out[16])
{
	char letters[8];
	size_t n = sizeof letters;

	/* There is no zero in this notation: after Z comes AA. */
	for (column++; column > 0 && n > 0; column = (column - 1) / LETTERS)
		letters[--n] = (char)('A' + (column - 1) % LETTERS);
	(void)snprintf(out, 16, "%.*s%lld", (int)(sizeof letters - n), letters + n,
		       (long long)(row < 0 ? 0 : row % 100000000));
}

enum gw_status
gw_sheet_merged(struct gw_sheet *sheet, int64_t row, size_t column, struct gw_sheet_spot *top,
		struct gw_error *err)
{
	*top = (struct gw_sheet_spot){.row = 0};
	return sheet->kind->merged == NULL
		       ? GW_OK
		       : sheet->kind->merged(sheet->state, row, column, top, err);
}

void
gw_sheet_close(struct gw_sheet *sheet)
{
	if (sheet == NULL)
		return;
	if (sheet->kind != NULL)
		sheet->kind->close(sheet->state);
	free(sheet);
}
