/*
 * Any bytes as a text file of rows: refused at a line and column, or read; and
 * then the rows, written again as the standard has them, are read as the same.
 */
#include "../unit/sheet_case.h"
#include "fuzz.h"

enum { ARENA = 64 * 1024 * 1024 };

/* What no text can hold is written as a text of its own. */
static void
write_cell(const struct gw_value *cell, struct gw_buf *out)
{
	require(cell->kind == GW_TEXT || cell->kind == GW_NULL || cell->kind == GW_UNHELD);
	require(cell->kind != GW_TEXT || gw_utf8_valid(cell->as.text, cell->len));
	for (uint32_t i = 0; cell->kind == GW_TEXT && i < cell->len; i++) {
		(void)gw_buf_putc(out, cell->as.text[i]);
		if (cell->as.text[i] == '"')
			(void)gw_buf_putc(out, '"');
	}
	if (cell->kind == GW_UNHELD)
		(void)gw_buf_puts(out, "?");
}

static void
write_row(const struct gw_sheet_row *row, struct gw_buf *out)
{
	require(row->ncells <= GW_SHEET_COLUMNS);
	require(row->ncells == 0 || row->cells[row->ncells - 1].kind != GW_NULL);
	for (size_t i = 0; i < row->ncells; i++) {
		(void)gw_buf_puts(out, i == 0 ? "\"" : ";\"");
		write_cell(&row->cells[i], out);
		(void)gw_buf_putc(out, '"');
	}
	(void)gw_buf_putc(out, '\n');
}

/* All rows into out, each cell in quotes; false: the file is refused. */
static bool
write_rows(struct gw_sheet *sheet, struct gw_buf *out, struct gw_error *err)
{
	struct gw_sheet_row row;
	struct gw_arena arena;
	int64_t last = 0;
	bool more = true, good = true;

	gw_arena_init(&arena, ARENA);
	while (more && good) {
		gw_arena_reset(&arena);
		good = gw_sheet_next(sheet, &arena, &row, &more, err) == GW_OK;
		if (!good || !more)
			break;
		require(row.number > last);
		last = row.number;
		write_row(&row, out);
	}
	gw_arena_release(&arena);
	return good;
}

/* Reads the bytes as a file; false: refused, and the reason is fit to be shown. */
static bool
read_bytes(const void *data, size_t size, struct gw_buf *out)
{
	const struct gw_sheet_options options = {.sheet = NULL};
	struct gw_sheet *sheet = NULL;
	struct gw_error err;
	int fd = sheet_file(data, size);
	bool good;

	require(fd >= 0);
	good = gw_sheet_open(fd, &options, &sheet, &err) == GW_OK && write_rows(sheet, out, &err);
	if (!good)
		require_error(&err, GW_REJECT, data, size);
	gw_sheet_close(sheet);
	close(fd);
	return good;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char head[] = "\xef\xbb\xbfsep=;\n";
	struct gw_buf first, second;

	if (size >= 4 && memcmp(data, "PK", 2) == 0)
		return 0; /* another reader's */
	gw_buf_init(&first, FUZZ_MEMORY);
	gw_buf_init(&second, FUZZ_MEMORY);
	(void)gw_buf_puts(&first, head);
	(void)gw_buf_puts(&second, head);
	if (read_bytes(data, size, &first) && !first.failed) {
		require(read_bytes(first.data, first.len, &second));
		require(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
	}
	gw_buf_release(&first);
	gw_buf_release(&second);
	return 0;
}
