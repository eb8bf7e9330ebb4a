/*
 * One cell of a text file: where it ends, and what it says.
 *
 * Quotes are taken as RFC 4180 has them, and where people and programs got them
 * wrong as Excel shows them, as long as there is one way only to read the row.
 */
#ifndef GW_CSV_CELL_H
#define GW_CSV_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "file/csv_form.h"

enum gw_csv_found {
	GW_CSV_CELL,   /* a cell and its end */
	GW_CSV_MORE,   /* more of the file is needed to tell */
	GW_CSV_OPEN,   /* a quote is never closed */
	GW_CSV_UNCLEAR /* quotes within quotes that can be read in several ways */
};

/* How the text between the ends of a cell is to be read. */
enum gw_csv_quotes {
	GW_CSV_PLAIN,   /* as it stands */
	GW_CSV_DOUBLED, /* doubled quotes stand for one, others for themselves */
	GW_CSV_TAIL     /* the first quote that is not doubled ended it; text follows */
};

struct gw_csv_cell {
	const char *text;
	size_t len;
	enum gw_csv_quotes quotes;
	const char *after; /* the delimiter or the end of the row, or of the file */
};

/* The text that is there, and whether more may come after it. */
struct gw_csv_view {
	const struct gw_csv_form *form;
	const char *end; /* a NUL stands there */
	bool whole;
};

/* Takes the cell that begins at p. */
enum gw_csv_found gw_csv_cell_find(const struct gw_csv_view *view, const char *p,
				   struct gw_csv_cell *out);

/* Reads quotes in place; returns the length that is left. */
size_t gw_csv_cell_unquote(char *text, size_t len, enum gw_csv_quotes quotes);

#endif
