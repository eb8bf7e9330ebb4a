/*
 * The merged cells of a sheet.
 *
 * They stand behind the rows in the file, but a header may be understood with
 * them alone: then the part is gone through once more than for its rows.
 */
#ifndef GW_XLSX_MERGES_H
#define GW_XLSX_MERGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct gw_xlsx_zip;

struct gw_xlsx_merge {
	int32_t top, bottom;
	uint32_t left, right;
};

struct gw_xlsx_merges {
	struct gw_xlsx_merge *merges; /* by their top rows */
	size_t count, room;
};

/* Those of the first rows, where headers stand.  GW_REJECT: the part is damaged. */
enum gw_status gw_xlsx_merges_read(struct gw_xlsx_merges *merges, struct gw_xlsx_zip *zip,
				   const char *part, struct gw_error *err);
void gw_xlsx_merges_release(struct gw_xlsx_merges *merges);

/* NULL: the cell is in none. */
const struct gw_xlsx_merge *gw_xlsx_merges_find(const struct gw_xlsx_merges *merges, int64_t row,
						size_t column);

/* "AB12" at *p: column from 0, row from 1; moves behind it. */
bool gw_xlsx_place_read(const char **p, int64_t *row, size_t *column);

#endif
