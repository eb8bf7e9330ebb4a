#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/sheet_reader.h"
#include "file/xlsx_book.h"
#include "file/xlsx_merges.h"
#include "file/xlsx_rows.h"
#include "file/xlsx_zip.h"

struct xlsx {
	struct gw_xlsx_zip *zip;
	struct gw_xlsx_book book;
	struct gw_xlsx_texts texts;
	struct gw_xlsx_styles styles;
	struct gw_xlsx_merges merges;
	bool merges_known;
	struct gw_xlsx_part *part; /* of the sheet */
	struct gw_xlsx_rows *rows;
	const struct gw_xlsx_sheet *sheet;
};

static enum gw_status
next_row(void *state, struct gw_arena *arena, struct gw_sheet_row *out, bool *more,
	 struct gw_error *err)
{
	struct xlsx *xlsx = state;

	if (gw_xlsx_rows_next(xlsx->rows, arena, out, more, err) != GW_OK)
		return gw_wrap(err, _("sheet \"%s\""), xlsx->sheet->name);
	return GW_OK;
}

static enum gw_status
find_merged(void *state, int64_t row, size_t column, struct gw_sheet_spot *top,
	    struct gw_error *err)
{
	struct xlsx *xlsx = state;
	const struct gw_xlsx_merge *merge;

	if (!xlsx->merges_known &&
	    gw_xlsx_merges_read(&xlsx->merges, xlsx->zip, xlsx->sheet->part, err) != GW_OK)
		return gw_wrap(err, _("sheet \"%s\""), xlsx->sheet->name);
	xlsx->merges_known = true;
	merge = gw_xlsx_merges_find(&xlsx->merges, row, column);
	if (merge != NULL)
		*top = (struct gw_sheet_spot){.row = merge->top, .column = merge->left};
	return GW_OK;
}

static const char *
listed_sheet(const void *state, size_t i)
{
	const struct xlsx *xlsx = state;
	const struct gw_xlsx_sheet *sheet = xlsx->book.sheets;

	for (; sheet != NULL; sheet = sheet->next)
		if (!sheet->hidden && sheet->part != NULL && i-- == 0)
			return sheet->name;
	return NULL;
}

static void
close_book(void *state)
{
	struct xlsx *xlsx = state;

	gw_xlsx_rows_close(xlsx->rows);
	gw_xlsx_part_close(xlsx->part);
	gw_xlsx_merges_release(&xlsx->merges);
	gw_xlsx_styles_release(&xlsx->styles);
	gw_xlsx_texts_release(&xlsx->texts);
	gw_xlsx_book_release(&xlsx->book);
	gw_xlsx_zip_close(xlsx->zip);
	free(xlsx);
}

static enum gw_status
read_part(void *self, void *to, size_t size, size_t *got, struct gw_error *err)
{
	return gw_xlsx_part_read(self, to, size, got, err);
}

static enum gw_status
open_sheet(struct xlsx *xlsx, struct gw_error *err)
{
	struct gw_xlsx_input input = {.read = read_part};
	const struct gw_xlsx_meaning meaning = {
		.texts = &xlsx->texts, .styles = &xlsx->styles, .from_1904 = xlsx->book.from_1904};

	if (gw_xlsx_part_open(xlsx->zip, xlsx->sheet->part, &xlsx->part, err) != GW_OK)
		return err->status;
	input.self = xlsx->part;
	return gw_xlsx_rows_open(&meaning, &input, &xlsx->rows, err);
}

/* All that the cells of a sheet refer to, and then the sheet. */
static enum gw_status
open_book(struct xlsx *xlsx, const char *name, struct gw_error *err)
{
	const struct gw_xlsx_book *book = &xlsx->book;

	if (gw_xlsx_book_read(&xlsx->book, xlsx->zip, err) != GW_OK ||
	    gw_xlsx_book_find(book, name, &xlsx->sheet, err) != GW_OK)
		return err->status;
	if (book->styles != NULL &&
	    gw_xlsx_styles_read(&xlsx->styles, xlsx->zip, book->styles, err) != GW_OK)
		return gw_wrap(err, _("the workbook's formats"));
	if (book->texts != NULL &&
	    gw_xlsx_texts_read(&xlsx->texts, xlsx->zip, book->texts, err) != GW_OK)
		return err->status;
	if (open_sheet(xlsx, err) != GW_OK)
		return gw_wrap(err, _("sheet \"%s\""), xlsx->sheet->name);
	return GW_OK;
}

/* A name longer than Excel allows was cut, maybe within a character. */
static void
drop_half(char *text)
{
	size_t len = strlen(text);

	while (!gw_utf8_valid(text, len))
		text[--len] = '\0';
}

static const struct gw_sheet_kind xlsx_kind = {
	.next = next_row, .sheet = listed_sheet, .merged = find_merged, .close = close_book};

enum gw_status
gw_xlsx_open(int fd, const struct gw_sheet_options *options, struct gw_sheet *sheet,
	     struct gw_error *err)
{
	struct xlsx *xlsx = calloc(1, sizeof *xlsx);

	if (xlsx == NULL)
		return gw_fail_memory(err);
	sheet->kind = &xlsx_kind;
	sheet->state = xlsx;
	gw_xlsx_texts_init(&xlsx->texts, options->scratch);
	if (gw_xlsx_zip_open(fd, &xlsx->zip, err) != GW_OK ||
	    open_book(xlsx, options->sheet, err) != GW_OK)
		return err->status;
	(void)snprintf(sheet->name, sizeof sheet->name, "%s", xlsx->sheet->name);
	(void)snprintf(sheet->about, sizeof sheet->about, "XLSX, %s", xlsx->sheet->name);
	drop_half(sheet->name);
	drop_half(sheet->about);
	return GW_OK;
}
