/*
 * Which columns of a sheet are those that a mapping names.
 *
 * Names are compared trimmed, with white space and line ends inside as one blank,
 * in NFC.  Under a cell that is merged over several columns a name is also
 * "above / below".  A row is a header if all that is wanted stands in it once.
 */
#ifndef GW_FILE_HEADER_H
#define GW_FILE_HEADER_H

#include "base/arena.h"
#include "file/sheet.h"

enum { GW_HEADER_LOOK = 50, GW_HEADER_NAME = 500 };

/* A row as a header: its names, NULL where there is none. */
struct gw_header_row {
	int64_t number;
	const char **own;   /* as the cell says, or the cell that it is merged with */
	const char **whole; /* "above / below"; own where nothing is above */
	size_t count;
};

/* What a search for a header has seen; in an arena of the caller's. */
struct gw_header_search {
	struct gw_arena *arena;
	struct gw_sheet *sheet;
	const char *const *wanted;
	size_t nwanted;
	struct gw_header_row rows[GW_HEADER_LOOK]; /* those seen last; the newest at (nrows - 1) */
	size_t nrows;
	size_t best; /* most names found in a row */
	struct gw_header_row best_row;
	size_t *at; /* nwanted: the column of each; (size_t)-1: none */
};

/* A cell's text as a name; NULL: it is none.  *failed: memory. */
const char *gw_header_name(const struct gw_value *cell, struct gw_arena *arena, bool *failed);

enum gw_status gw_header_begin(struct gw_header_search *search, struct gw_error *err);
/* Looks at a row; *found: it is the header, and search->at says where what is.  GW_REJECT: two
   columns have a name that is wanted. */
enum gw_status gw_header_try(struct gw_header_search *search, const struct gw_sheet_row *row,
			     bool *found, struct gw_error *err);
/* Says what was missing in the best row. */
enum gw_status gw_header_fail(const struct gw_header_search *search, struct gw_error *err);

#endif
