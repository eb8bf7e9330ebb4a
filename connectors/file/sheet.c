#include "file/sheet.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/i18n.h"
#include "file/sheet_reader.h"

enum { HEAD = 512, LETTERS = 26 };

/* What a file begins with that is neither text nor a workbook, and what to do about it. */
static const struct {
	const char *bytes;
	size_t len;
	const char *refusal;
} refused[] = {
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8,
	 N_("protected with a password, or an old workbook (.xls): open it in Excel, take the "
	    "password "
	    "away and save it as .xlsx")},
	{"\x09\x08\x10\x00", 4,
	 N_("an old workbook (.xls): open it in Excel and save it as .xlsx")},
	{"\x09\x08\x08\x00", 4,
	 N_("an old workbook (.xls): open it in Excel and save it as .xlsx")},
	{"\x09\x04\x06\x00", 4,
	 N_("an old workbook (.xls): open it in Excel and save it as .xlsx")},
	{"%PDF", 4, N_("a PDF document: ask for the table itself, as .xlsx or .csv")},
	{"{\\rtf", 5, N_("a text document: ask for the table itself, as .xlsx or .csv")},
	{"\x1f\x8b", 2, N_("a packed file (gzip): unpack it first")},
	{"Rar!", 4, N_("a packed file (RAR): unpack it first")},
	{"7z\xbc\xaf", 4, N_("a packed file (7-Zip): unpack it first")},
};

/* Pages that programs give out under a workbook's name: Excel opens them with a warning. */
static const char *const markup[] = {"<!doctype", "<html", "<table",    "<head", "<meta",
				     "<style",    "<body", "<workbook", "<?xml", "<div"};

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

/* The first character that is neither a mark of the encoding nor white space. */
static const char *
first_visible(const char *head)
{
	if (strncmp(head, "\xef\xbb\xbf", 3) == 0)
		head += 3;
	while (isspace((unsigned char)*head))
		head++;
	return head;
}

static enum gw_status
refuse(const char *head, size_t len, struct gw_error *err)
{
	const char *text = first_visible(head);

	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (len >= refused[i].len && memcmp(head, refused[i].bytes, refused[i].len) == 0)
			return gw_fail(err, GW_REJECT, "%s", _(refused[i].refusal));
	for (size_t i = 0; i < sizeof markup / sizeof markup[0]; i++)
		if (strncasecmp(text, markup[i], strlen(markup[i])) == 0)
			return gw_fail(err, GW_REJECT, "%s",
				       _("a web page (HTML or XML) under the name of a table: open "
					 "it in Excel and save it as .xlsx"));
	return GW_OK;
}

static enum gw_status
open_reader(int fd, const struct gw_sheet_options *options, struct gw_sheet *sheet,
	    struct gw_error *err)
{
	char head[HEAD + 1];
	ssize_t len = gw_sheet_read_at(fd, head, HEAD, 0);

	if (len < 0)
		return gw_sheet_fail_read(err);
	head[len] = '\0';
	/* The second is an archive with nothing in it. */
	if (len >= 4 && (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0))
		return gw_xlsx_open(fd, options, sheet, err);
	if (refuse(head, (size_t)len, err) != GW_OK)
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
