#include "file/xlsx_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/sheet_reader.h"
#include "file/xlsx_cell.h"
#include "file/xlsx_merges.h"
#include "file/xlsx_string.h"

enum { ROWS_MAX = 16777216 }; /* of LibreOffice; Excel has 1,048,576 */

enum place {
	IN_DOCUMENT,
	IN_SHEET,
	IN_ROWS,
	IN_ROW,
	IN_CELL,
	IN_VALUE,
	IN_FORMULA,
	IN_INLINE,
	IN_TEXT,
	IN_RUN,
	IN_RUN_TEXT
};

static const struct gw_xlsx_step steps[] = {
	{IN_DOCUMENT, "worksheet", IN_SHEET, false},
	{IN_SHEET, "sheetData", IN_ROWS, false},
	{IN_ROWS, "row", IN_ROW, false},
	{IN_ROW, "c", IN_CELL, false},
	{IN_CELL, "v", IN_VALUE, true},
	{IN_CELL, "f", IN_FORMULA, false},
	{IN_CELL, "is", IN_INLINE, false},
	{IN_INLINE, "t", IN_TEXT, true},
	{IN_INLINE, "r", IN_RUN, false},
	{IN_RUN, "t", IN_RUN_TEXT, true},
	{IN_DOCUMENT, NULL, 0, false},
};

struct gw_xlsx_rows {
	struct gw_xlsx_meaning meaning;
	struct gw_xlsx_xml *xml;
	struct gw_arena *arena; /* of the row that is being read */
	int64_t number;         /* of that row, or of the last */
	bool numbered;          /* the row said its number, itself or by a cell */
	bool hidden;
	size_t bytes;   /* of its texts */
	size_t ncells;  /* up to the last that is not empty */
	size_t column;  /* of the cell */
	size_t columns; /* where the next cell stands that does not say it */
	enum gw_xlsx_type type;
	uint64_t style;
	bool has_formula, has_value;
	struct gw_xlsx_string string; /* what stands in the cell */
	struct gw_value cells[GW_SHEET_COLUMNS];
};

static enum gw_status
fail(const struct gw_xlsx_rows *rows, const char *what, struct gw_error *err)
{
	char place[16];

	gw_sheet_place(rows->column, rows->number, place);
	return gw_fail(err, GW_REJECT, _("cell %s: %s"), place, what);
}

static enum gw_status
begin_row(struct gw_xlsx_rows *rows, const char *const *atts, struct gw_error *err)
{
	const char *r = gw_xlsx_attribute(atts, "r");
	int64_t number = rows->number + 1;

	rows->numbered = r != NULL;
	if (r != NULL && (!gw_parse_i64(r, strlen(r), &number) || number <= rows->number))
		return gw_fail(err, GW_REJECT,
			       _("the row after row %lld stands in the wrong place"),
			       (long long)rows->number);
	if (number > ROWS_MAX)
		return gw_fail(err, GW_REJECT, _("more rows than a sheet has (%d)"), ROWS_MAX);
	rows->number = number;
	rows->hidden = gw_xlsx_is_true(atts, "hidden");
	rows->ncells = rows->columns = rows->column = rows->bytes = 0;
	return GW_OK;
}

/* Where a cell says that it stands. */
static enum gw_status
take_place(struct gw_xlsx_rows *rows, const char *ref, struct gw_error *err)
{
	int64_t row;

	if (!gw_xlsx_place_read(&ref, &row, &rows->column) || *ref != '\0' || row > ROWS_MAX)
		return fail(rows, _("its place is no cell of a sheet"), err);
	if (!rows->numbered && row > rows->number)
		rows->number = row;
	rows->numbered = true;
	if (row != rows->number)
		return fail(rows, _("it stands among the cells of another row"), err);
	return GW_OK;
}

/* The three attributes of a cell, in one go: there are as many cells as anything. */
static void
take_attributes(const char *const *atts, const char **place, const char **style, const char **type)
{
	for (; *atts != NULL; atts += 2) {
		const char *name = *atts;

		if (name[0] == '\0' || name[1] != '\0')
			continue;
		if (name[0] == 'r')
			*place = atts[1];
		else if (name[0] == 's')
			*style = atts[1];
		else if (name[0] == 't')
			*type = atts[1];
	}
}

static enum gw_status
begin_cell(struct gw_xlsx_rows *rows, const char *const *atts, struct gw_error *err)
{
	const char *place = NULL, *style = NULL, *type = NULL;

	take_attributes(atts, &place, &style, &type);
	rows->column = rows->columns;
	if (place != NULL && take_place(rows, place, err) != GW_OK)
		return err->status;
	rows->columns = rows->column + 1;
	rows->type = gw_xlsx_type_of(type);
	rows->style = 0;
	for (; style != NULL && *style >= '0' && *style <= '9' && rows->style < UINT32_MAX; style++)
		rows->style = rows->style * 10 + (uint64_t)(*style - '0');
	rows->has_formula = rows->has_value = false;
	gw_xlsx_string_begin(&rows->string);
	return GW_OK;
}

static enum gw_status
enter(void *arg, int at, const char *const *atts, struct gw_error *err)
{
	struct gw_xlsx_rows *rows = arg;

	switch ((enum place)at) {
	case IN_ROW:
		return begin_row(rows, atts, err);
	case IN_CELL:
		return begin_cell(rows, atts, err);
	case IN_FORMULA:
		rows->has_formula = true;
		return GW_OK;
	case IN_VALUE:
	case IN_INLINE:
		rows->has_value = true;
		return GW_OK;
	case IN_TEXT:
	case IN_RUN_TEXT:
		gw_xlsx_string_begin_run(&rows->string, atts);
		return GW_OK;
	case IN_DOCUMENT:
	case IN_SHEET:
	case IN_ROWS:
	case IN_RUN:
		break;
	}
	return GW_OK;
}

static enum gw_status
add_text(void *arg, int at, const char *text, size_t len, struct gw_error *err)
{
	struct gw_xlsx_rows *rows = arg;

	(void)at;
	rows->bytes += len;
	if (rows->bytes > GW_SHEET_ROW)
		return fail(rows, _("a row of more than 8 MiB"), err);
	return gw_xlsx_string_add(&rows->string, text, len) ? GW_OK : gw_fail_memory(err);
}

static enum gw_status
find_shared(struct gw_xlsx_rows *rows, struct gw_value *out, struct gw_error *err)
{
	const struct gw_buf *text = &rows->string.text;
	int64_t number;

	if (!gw_parse_i64(text->data, text->len, &number) || number < 0 ||
	    (uint64_t)number >= rows->meaning.texts->count)
		return fail(rows, _("a text that the workbook does not have"), err);
	if (gw_xlsx_texts_find(rows->meaning.texts, (uint64_t)number, rows->arena, out, err) !=
	    GW_OK)
		return err->status;
	rows->bytes += out->kind == GW_TEXT ? out->len : 0;
	return rows->bytes > GW_SHEET_ROW ? fail(rows, _("a row of more than 8 MiB"), err) : GW_OK;
}

static enum gw_status
give_string(struct gw_xlsx_rows *rows, struct gw_value *out, struct gw_error *err)
{
	const struct gw_buf *text = &rows->string.text;
	const char *copy;

	gw_xlsx_string_end(&rows->string);
	*out = (struct gw_value){.kind = GW_NULL};
	if (text->len == 0)
		return GW_OK;
	copy = gw_arena_copy(rows->arena, text->data, text->len);
	if (copy == NULL)
		return gw_fail_memory(err);
	*out = (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)text->len, .as.text = copy};
	return GW_OK;
}

/* What a cell is that has no text, or more than there is room for. */
static struct gw_value
without_text(const struct gw_xlsx_rows *rows)
{
	bool reckoned =
		rows->has_value && (rows->type == GW_XLSX_STRING || rows->string.text.len > 0);

	if (rows->string.too_long)
		return gw_sheet_unheld("too_long");
	/* Programs write formulas that nothing has reckoned yet. */
	if (rows->has_formula && !reckoned)
		return gw_sheet_unheld("excel_formula");
	return (struct gw_value){.kind = GW_NULL};
}

/* Programs save the text that a formula gives as if it were a number; none has zeros before it. */
static bool
is_text(const struct gw_xlsx_rows *rows)
{
	const struct gw_buf *text = &rows->string.text;

	if (rows->type == GW_XLSX_INLINE || rows->type == GW_XLSX_STRING)
		return true;
	return rows->has_formula && rows->type == GW_XLSX_NUMBER && text->len > 1 &&
	       text->data[0] == '0' && strspn(text->data, "0123456789") == text->len;
}

/* What stands in the cell as a value. */
static enum gw_status
read_value(struct gw_xlsx_rows *rows, struct gw_value *out, struct gw_error *err)
{
	const struct gw_buf *text = &rows->string.text;
	const struct gw_xlsx_styles *styles = rows->meaning.styles;
	const struct gw_xlsx_shown shown = {
		.shows = rows->style < styles->count ? styles->shows[rows->style] : 0,
		.from_1904 = rows->meaning.from_1904};

	if (rows->string.too_long || text->len == 0) {
		*out = without_text(rows);
		return GW_OK;
	}
	if (rows->type == GW_XLSX_SHARED)
		return find_shared(rows, out, err);
	if (is_text(rows))
		return give_string(rows, out, err);
	if (gw_xlsx_cell_value(rows->type, &shown, text->data, text->len, rows->arena, out) !=
	    GW_OK)
		return gw_fail_memory(err);
	return GW_OK;
}

static enum gw_status
end_cell(struct gw_xlsx_rows *rows, struct gw_error *err)
{
	struct gw_value value = {.kind = GW_NULL};

	if (read_value(rows, &value, err) != GW_OK)
		return err->status;
	if (value.kind == GW_NULL)
		return GW_OK;
	if (rows->column >= GW_SHEET_COLUMNS)
		return fail(rows, _("more columns than a row may have (2000)"), err);
	for (; rows->ncells <= rows->column; rows->ncells++)
		rows->cells[rows->ncells] = (struct gw_value){.kind = GW_NULL};
	if (rows->cells[rows->column].kind != GW_NULL)
		return fail(rows, _("it stands in the sheet twice"), err);
	rows->cells[rows->column] = value;
	return GW_OK;
}

static enum gw_status
leave(void *arg, int at, struct gw_error *err)
{
	struct gw_xlsx_rows *rows = arg;

	if (at == IN_CELL)
		return end_cell(rows, err);
	if (at == IN_TEXT || at == IN_RUN_TEXT)
		gw_xlsx_string_end_run(&rows->string);
	if (at == IN_ROW)
		gw_xlsx_xml_pause(rows->xml);
	return GW_OK;
}

enum gw_status
gw_xlsx_rows_open(const struct gw_xlsx_meaning *meaning, const struct gw_xlsx_input *input,
		  struct gw_xlsx_rows **out, struct gw_error *err)
{
	static const struct gw_xlsx_walk walk = {steps, enter, add_text, leave};
	struct gw_xlsx_rows *rows = calloc(1, sizeof *rows);

	if (rows == NULL)
		return gw_fail_memory(err);
	rows->meaning = *meaning;
	gw_xlsx_string_init(&rows->string);
	if (gw_xlsx_xml_open(&walk, rows, input, &rows->xml, err) != GW_OK) {
		gw_xlsx_rows_close(rows);
		return err->status;
	}
	*out = rows;
	return GW_OK;
}

void
gw_xlsx_rows_close(struct gw_xlsx_rows *rows)
{
	if (rows == NULL)
		return;
	gw_xlsx_xml_close(rows->xml);
	gw_xlsx_string_release(&rows->string);
	free(rows);
}

enum gw_status
gw_xlsx_rows_next(struct gw_xlsx_rows *rows, struct gw_arena *arena, struct gw_sheet_row *out,
		  bool *more, struct gw_error *err)
{
	struct gw_value *cells = NULL;
	int64_t before = rows->number;

	rows->arena = arena;
	if (gw_xlsx_xml_run(rows->xml, more, err) != GW_OK)
		return gw_wrap(err, _("after row %lld"), (long long)before);
	if (!*more)
		return GW_OK;
	if (rows->ncells > 0)
		cells = gw_arena_alloc(arena, rows->ncells * sizeof *cells);
	if (rows->ncells > 0 && cells == NULL)
		return gw_fail_memory(err);
	if (cells != NULL)
		memcpy(cells, rows->cells, rows->ncells * sizeof *cells);
	*out = (struct gw_sheet_row){.number = rows->number,
				     .cells = cells,
				     .ncells = rows->ncells,
				     .hidden = rows->hidden};
	return GW_OK;
}
