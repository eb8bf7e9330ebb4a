/*
 * The rows of one sheet of a workbook, as its XML is walked through.
 */
#ifndef GW_XLSX_ROWS_H
#define GW_XLSX_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "file/sheet.h"
#include "file/xlsx_styles.h"
#include "file/xlsx_texts.h"
#include "file/xlsx_xml.h"

struct gw_xlsx_rows;

/* What the rows of a sheet mean: borrowed while they are read. */
struct gw_xlsx_meaning {
	struct gw_xlsx_texts *texts;
	const struct gw_xlsx_styles *styles;
	bool from_1904;
};

/* Input is of the sheet's part, and borrowed too. */
enum gw_status gw_xlsx_rows_open(const struct gw_xlsx_meaning *meaning,
				 const struct gw_xlsx_input *input, struct gw_xlsx_rows **out,
				 struct gw_error *err);
void gw_xlsx_rows_close(struct gw_xlsx_rows *rows); /* NULL is allowed */

/* As gw_sheet_next, without the sheet's name in messages. */
enum gw_status gw_xlsx_rows_next(struct gw_xlsx_rows *rows, struct gw_arena *arena,
				 struct gw_sheet_row *out, bool *more, struct gw_error *err);

#endif
