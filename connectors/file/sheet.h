/*
 * Rows of a file that people made: comma- or tab-separated text, or a sheet of
 * a workbook (XLSX).
 *
 * A reader goes through a sheet once, from top to bottom, in bounded memory
 * whatever the size of the file; what it can't read it refuses with the sheet,
 * the row and the column.  It knows nothing of streams, mappings or names of
 * columns: the header is a row like any other.
 *
 * The kind of a file is found by its content, not by its name: a workbook is a
 * zip; text is UTF-8 or UTF-16 (with or without a mark), or else bytes
 * of an older encoding, which are given as the characters U+0000 to U+00FF of
 * the same numbers (windows-1252 for 0x80 to 0x9F), as databases hand them over
 * that keep such text: a rule of the mapping decodes them.
 */
#ifndef GW_SHEET_H
#define GW_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"

enum {
	GW_SHEET_COLUMNS = 2000,    /* of a row; more are refused */
	GW_SHEET_CELL = 1 << 20,    /* bytes of a cell; a longer one is GW_UNHELD "too_long" */
	GW_SHEET_ROW = 8 << 20,     /* bytes of a row; a longer one ends the file: refused */
	GW_SHEET_MEMORY = 48 << 20, /* what a reader may hold at any time */
};

struct gw_sheet_options {
	const char *sheet; /* of a workbook: its name; NULL: the first that is not hidden */
	/* Folder for what does not fit into memory (the texts of a workbook): a file of ours
	   without a name, gone with the process.  It is where the rows lie anyway. */
	const char *scratch;
};

/*
 * A row as it stands.  Texts are UTF-8, live in the arena that was given, and are not trimmed;
 * an empty cell is GW_NULL.  Of text files all cells are GW_TEXT ("0123" also where ="0123"
 * is written).  Of workbooks: numbers GW_INT
 * where they are whole, else GW_DECIMAL, but GW_FLOAT where they have more than the 15 digits
 * before the point that a workbook keeps, so that no identifier is made of one; dates (by the
 * cell's format, in the workbook's calendar of 1900 or 1904) GW_DATE, or GW_TIMESTAMP with
 * microseconds of the wall clock where they have a time of day, or GW_TEXT "HH:MM:SS" for a time
 * alone; truth GW_BOOL; a formula is its saved value, GW_UNHELD "excel_formula" where no program
 * has reckoned it; an error (#N/A) "excel_error", a date that is none "excel_date".  Text that is
 * no UTF-8 in a file that is otherwise: "not_utf8".  A merged cell's value stands in its first cell
 * alone.
 */
struct gw_sheet_row {
	int64_t number; /* as a person counts, from 1: of the sheet, or the line where it begins */
	struct gw_value *cells;
	size_t ncells; /* up to the last that is not empty; 0: an empty row */
	bool hidden;   /* filtered away or folded; it counts like others */
};

struct gw_sheet; /* an open reader */

/* What a file is, for messages: "CSV, UTF-16, ;" or "XLSX, Trang tính 1". */
enum { GW_SHEET_ABOUT = 160 };

/*
 * Opens the file of that descriptor, which stays the caller's and is read from its beginning.
 * GW_REJECT: it can't be read (not a text nor a workbook, no such sheet - names those that there
 * are -, encrypted, a program's macro file is fine but its macros are not looked at, more than
 * a workbook may unpack to, a document type in its XML).
 */
enum gw_status gw_sheet_open(int fd, const struct gw_sheet_options *options, struct gw_sheet **out,
			     struct gw_error *err);

/*
 * The next row into *out, texts into arena; *more false at the end.  Empty rows come too.
 * GW_REJECT: the file is broken here; message with sheet, row and column.
 */
enum gw_status gw_sheet_next(struct gw_sheet *sheet, struct gw_arena *arena,
			     struct gw_sheet_row *out, bool *more, struct gw_error *err);

/* What was found out about the file; valid until it is closed. */
const char *gw_sheet_about(const struct gw_sheet *sheet);
/* The sheet's name; "" of text files. */
const char *gw_sheet_name(const struct gw_sheet *sheet);
/* The name of the i-th sheet that is not hidden; NULL: there are no more, as of text files. */
const char *gw_sheet_listed(const struct gw_sheet *sheet, size_t i);
/* "AB12": where a person finds a cell; column from 0. */
void gw_sheet_place(size_t column, int64_t row, char out[16]);

struct gw_sheet_spot {
	int64_t row; /* 0: there is none */
	size_t column;
};

/*
 * Where the value of a merged cell stands, so that a header that spans columns names each of
 * them; *top is row 0 where the cell is merged with no other.  It is known for the first 1000 rows.
 * Since that stands behind the rows, a sheet is gone through when it is asked for the first time.
 * GW_REJECT: the file is broken.
 */
enum gw_status gw_sheet_merged(struct gw_sheet *sheet, int64_t row, size_t column,
			       struct gw_sheet_spot *top, struct gw_error *err);

void gw_sheet_close(struct gw_sheet *sheet); /* NULL is allowed */

#endif
