/*
 * The parts of a workbook apart from their archive, so that what is tried gets
 * past it: sheet, texts, formats, book and its links, in this order, with a zero
 * byte between them.  What is read holds to what the header of the readers says.
 */
#include <math.h>

#include "../unit/xlsx_case.h"
#include "fuzz.h"

enum { ARENA = 64 * 1024 * 1024, PARTS = 5 };

#define SURE_TO 1e15 /* numbers below it have no more digits than a workbook keeps */

static void
check_cell(const struct gw_value *cell)
{
	require(cell->kind != GW_TEXT || gw_utf8_valid(cell->as.text, cell->len));
	require(cell->kind != GW_TEXT || (cell->len > 0 && cell->len <= GW_SHEET_CELL));
	require(cell->kind != GW_INT ||
		(cell->as.integer < (int64_t)SURE_TO && cell->as.integer > -(int64_t)SURE_TO));
	for (uint32_t i = 0; cell->kind == GW_DECIMAL && i < cell->len; i++)
		require(strchr("-.0123456789", cell->as.text[i]) != NULL);
	require(cell->kind != GW_FLOAT ||
		(isfinite(cell->as.real) && fabs(cell->as.real) >= SURE_TO));
	require(cell->kind != GW_BYTES);
}

static enum gw_status
check_rows(struct gw_sheet *sheet, struct gw_error *err)
{
	enum gw_status status = GW_OK;
	struct gw_sheet_row row;
	struct gw_arena arena;
	struct gw_sheet_spot top;
	int64_t last = 0;
	bool more = true;

	gw_arena_init(&arena, ARENA);
	while (status == GW_OK && more) {
		gw_arena_reset(&arena);
		status = gw_sheet_next(sheet, &arena, &row, &more, err);
		if (status != GW_OK || !more)
			break;
		require(row.number > last && row.ncells <= GW_SHEET_COLUMNS);
		require(row.ncells == 0 || row.cells[row.ncells - 1].kind != GW_NULL);
		last = row.number;
		for (size_t i = 0; i < row.ncells; i++)
			check_cell(&row.cells[i]);
		status = gw_sheet_merged(sheet, row.number, 0, &top, err);
		require(status != GW_OK || (top.row <= row.number && top.column == 0));
	}
	gw_arena_release(&arena);
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct gw_sheet_options options = {.scratch = "/tmp"};
	char *parts[PARTS];
	struct gw_sheet *sheet = NULL;
	struct gw_error err;
	int fd;

	for (size_t i = 0; i < PARTS; i++) {
		struct fuzz_part part = fuzz_next(&data, &size, '\0');

		parts[i] = part.len == 0 ? NULL : fuzz_text(part.text, part.len);
	}
	fd = xlsx_file(&(struct xlsx_case){.sheet = parts[0],
					   .texts = parts[1],
					   .styles = parts[2],
					   .book = parts[3],
					   .book_links = parts[4]},
		       false);
	require(fd >= 0);
	if (gw_sheet_open(fd, &options, &sheet, &err) != GW_OK || check_rows(sheet, &err) != GW_OK)
		require_error(&err, GW_REJECT, "", 0);
	gw_sheet_close(sheet);
	close(fd);
	for (size_t i = 0; i < PARTS; i++)
		free(parts[i]);
	return 0;
}
