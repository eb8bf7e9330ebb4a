#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/csv_bytes.h"
#include "file/csv_cell.h"
#include "file/csv_form.h"
#include "file/sheet_reader.h"

/* A cell in the row that is being read, as an offset: the text may still move. */
struct piece {
	size_t at, len;
	enum gw_csv_quotes quotes;
};

struct csv {
	struct gw_csv_bytes bytes;
	struct gw_csv_form form;
	int64_t line;   /* on which the next row begins */
	size_t cells;   /* of the row that is being read, also those that are not kept */
	size_t npieces; /* up to the last that is not empty */
	struct piece pieces[GW_SHEET_COLUMNS];
};

/* What became of a row: it is read, or more of the file is needed, or it is broken. */
enum taken { TAKEN, NEED_MORE, BROKEN };

static enum taken
fail(const struct csv *csv, const char *what, struct gw_error *err)
{
	char place[16];

	gw_sheet_place(csv->cells - 1, csv->line, place);
	(void)gw_fail(err, GW_REJECT, _("line %lld, column %zu (%s): %s"), (long long)csv->line,
		      csv->cells, place, what);
	return BROKEN;
}

/* Lines that end in text[0..len), as an editor shows them. */
static int64_t
lines_in(const struct csv *csv, const char *text, size_t len)
{
	const char *end = text + len, *from = text;
	int64_t lines = 0;

	for (const char *p = from; (p = memchr(p, '\n', (size_t)(end - p))) != NULL; p++)
		lines++;
	for (; csv->form.cr && (from = memchr(from, '\r', (size_t)(end - from))) != NULL; from++)
		lines += from + 1 == end || from[1] != '\n';
	return lines;
}

static enum taken
keep(struct csv *csv, const struct gw_csv_cell *cell, const char *row, struct gw_error *err)
{
	/* Excel leaves thousands of delimiters behind cells that were once filled. */
	if (cell->len == 0)
		return TAKEN;
	if (csv->cells > GW_SHEET_COLUMNS)
		return fail(csv, _("more columns than a row may have (2000)"), err);
	for (; csv->npieces < csv->cells; csv->npieces++)
		csv->pieces[csv->npieces] = (struct piece){.len = 0};
	csv->pieces[csv->npieces - 1] = (struct piece){
		.at = (size_t)(cell->text - row), .len = cell->len, .quotes = cell->quotes};
	return TAKEN;
}

static enum taken
too_long(const struct csv *csv, struct gw_error *err)
{
	return fail(
		csv,
		_("a row of more than 8 MiB: a quote that is opened here may never be closed, or "
		  "lines do not end"),
		err);
}

static enum taken
not_found(const struct csv *csv, enum gw_csv_found found, struct gw_error *err)
{
	if (found == GW_CSV_MORE && csv->bytes.text.len - csv->bytes.from < GW_SHEET_ROW)
		return NEED_MORE;
	if (found == GW_CSV_MORE)
		return too_long(csv, err);
	if (found == GW_CSV_OPEN)
		return fail(csv, _("a cell begins here with a quote that is never closed"), err);
	return fail(
		csv,
		_("quotes within a cell in quotes: write each of them twice, or leave them out"),
		err);
}

/* Behind the row whose last cell ends at p. */
static const char *
end_of_row(const struct gw_csv_view *view, const char *p)
{
	size_t size = gw_csv_row_end(view->form, p, view->end);

	if (size > 0)
		return p + size;
	/* At the end of the file carriage returns may be left, and nothing else. */
	while (p < view->end && *p == '\r')
		p++;
	return p;
}

/* Finds the cells of the row that begins at bytes.from; *len of it, its end included. */
static enum taken
take_row(struct csv *csv, size_t *len, struct gw_error *err)
{
	const struct gw_buf *text = &csv->bytes.text;
	const char *row = text->data + csv->bytes.from, *p = row;
	const struct gw_csv_view view = {
		.form = &csv->form, .end = text->data + text->len, .whole = csv->bytes.end};
	struct gw_csv_cell cell;

	csv->npieces = 0;
	for (csv->cells = 1;; csv->cells++) {
		enum gw_csv_found found = gw_csv_cell_find(&view, p, &cell);

		if (found != GW_CSV_CELL)
			return not_found(csv, found, err);
		if (keep(csv, &cell, row, err) != TAKEN)
			return BROKEN;
		if (cell.after == view.end || *cell.after != csv->form.delimiter)
			break;
		p = cell.after + 1;
	}
	if (cell.after + 2 >= view.end && !view.whole)
		return not_found(csv, GW_CSV_MORE, err);
	*len = (size_t)(end_of_row(&view, cell.after) - row);
	return *len > GW_SHEET_ROW ? too_long(csv, err) : TAKEN;
}

/* Takes ="…" off, the formula in which programs write digits that Excel is to leave alone. */
static char *
without_formula(char *text, size_t *len)
{
	if (*len < 3 || text[0] != '=' || text[1] != '"' ||
	    memchr(text + 2, '"', *len - 2) != text + *len - 1)
		return text;
	*len -= 3;
	return text + 2;
}

static struct gw_value
value_of(char *text, const struct piece *piece)
{
	size_t len = gw_csv_cell_unquote(text, piece->len, piece->quotes);

	text = without_formula(text, &len);
	if (len == 0)
		return (struct gw_value){.kind = GW_NULL};
	if (len > GW_SHEET_CELL)
		return gw_sheet_unheld("too_long");
	return (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)len, .as.text = text};
}

/* Text that is no UTF-8, in a file that is: cut by a program in the middle of a character. */
static void
mark_broken(struct gw_value *cells, size_t ncells)
{
	for (size_t i = 0; i < ncells; i++)
		if (cells[i].kind == GW_TEXT && !gw_utf8_valid(cells[i].as.text, cells[i].len))
			cells[i] = gw_sheet_unheld("not_utf8");
}

/* The row's text is copied at once; its cells point into that. */
static enum gw_status
give_row(const struct csv *csv, size_t len, struct gw_arena *arena, struct gw_sheet_row *out,
	 struct gw_error *err)
{
	const char *row = csv->bytes.text.data + csv->bytes.from;
	struct gw_value *cells;
	char *copy;

	*out = (struct gw_sheet_row){.number = csv->line};
	if (csv->npieces == 0)
		return GW_OK;
	cells = gw_arena_alloc(arena, csv->npieces * sizeof *cells);
	copy = gw_arena_copy(arena, row, len);
	if (cells == NULL || copy == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < csv->npieces; i++)
		cells[i] = value_of(copy + csv->pieces[i].at, &csv->pieces[i]);
	if (!gw_utf8_valid(row, len))
		mark_broken(cells, csv->npieces);
	out->cells = cells;
	out->ncells = csv->npieces;
	/* ="" is empty too. */
	while (out->ncells > 0 && cells[out->ncells - 1].kind == GW_NULL)
		out->ncells--;
	return GW_OK;
}

static enum gw_status
next_row(void *state, struct gw_arena *arena, struct gw_sheet_row *out, bool *more,
	 struct gw_error *err)
{
	struct csv *csv = state;
	struct gw_csv_bytes *bytes = &csv->bytes;
	enum taken taken = NEED_MORE;
	size_t len = 0;

	while (taken == NEED_MORE) {
		if (bytes->end && bytes->from == bytes->text.len) {
			*more = false;
			return GW_OK;
		}
		taken = take_row(csv, &len, err);
		if (taken == NEED_MORE && gw_csv_bytes_more(bytes, err) != GW_OK)
			return err->status;
	}
	if (taken == BROKEN || give_row(csv, len, arena, out, err) != GW_OK)
		return err->status;
	csv->line += lines_in(csv, bytes->text.data + bytes->from, len);
	bytes->from += len;
	*more = true;
	return GW_OK;
}

static void
close_rows(void *state)
{
	struct csv *csv = state;

	gw_csv_bytes_close(&csv->bytes);
	free(csv);
}

static const struct gw_sheet_kind csv_kind = {.next = next_row, .close = close_rows};

enum gw_status
gw_csv_rows_open(int fd, struct gw_sheet *sheet, struct gw_error *err)
{
	struct csv *csv = calloc(1, sizeof *csv);
	struct gw_csv_bytes *bytes;

	if (csv == NULL)
		return gw_fail_memory(err);
	sheet->kind = &csv_kind;
	sheet->state = csv;
	bytes = &csv->bytes;
	csv->line = 1;
	if (gw_csv_bytes_open(bytes, fd, err) != GW_OK || gw_csv_bytes_more(bytes, err) != GW_OK)
		return err->status;
	gw_csv_form_guess(bytes->text.data, bytes->text.len, bytes->end, &csv->form);
	bytes->from = csv->form.said;
	csv->line += csv->form.said > 0;
	(void)snprintf(sheet->about, sizeof sheet->about,
		       csv->form.delimiter == '\t' ? "CSV, %s, TAB" : "CSV, %s, %c",
		       gw_csv_bytes_name(bytes), csv->form.delimiter);
	return GW_OK;
}
