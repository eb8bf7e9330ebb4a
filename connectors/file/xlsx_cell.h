/*
 * What a cell's number, date, truth or error is as a value.
 */
#ifndef GW_XLSX_CELL_H
#define GW_XLSX_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"

enum gw_xlsx_type {
	GW_XLSX_NUMBER,
	GW_XLSX_SHARED, /* number of a text of the workbook */
	GW_XLSX_INLINE,
	GW_XLSX_STRING, /* of a formula */
	GW_XLSX_TRUTH,
	GW_XLSX_ERROR,
	GW_XLSX_ISO, /* a date as text */
};

/* The type that the attribute t names; NULL: a number. */
enum gw_xlsx_type gw_xlsx_type_of(const char *name);

/* How a number is to be taken: bits of xlsx_styles.h, and the workbook's calendar. */
struct gw_xlsx_shown {
	unsigned shows;
	bool from_1904;
};

/* Of GW_XLSX_NUMBER, TRUTH, ERROR and ISO; text is NUL-terminated.  GW_FATAL alone: no memory. */
enum gw_status gw_xlsx_cell_value(enum gw_xlsx_type type, const struct gw_xlsx_shown *shown,
				  const char *text, size_t len, struct gw_arena *arena,
				  struct gw_value *out);

#endif
