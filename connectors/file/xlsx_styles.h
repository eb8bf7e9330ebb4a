/*
 * Which cells of a workbook are dates and times: their numbers do not say it,
 * only the formats that they are shown in.
 */
#ifndef GW_XLSX_STYLES_H
#define GW_XLSX_STYLES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct gw_xlsx_zip;

/* What a format shows of a number, as bits. */
enum {
	GW_XLSX_DAY = 1 << 0,     /* year, month or day */
	GW_XLSX_TIME = 1 << 1,    /* hour, minute or second */
	GW_XLSX_ELAPSED = 1 << 2, /* hours and more that have gone by */
};

struct gw_xlsx_styles {
	unsigned char *shows; /* of each style, by its number */
	size_t count;
};

enum gw_status gw_xlsx_styles_read(struct gw_xlsx_styles *styles, struct gw_xlsx_zip *zip,
				   const char *part, struct gw_error *err);
void gw_xlsx_styles_release(struct gw_xlsx_styles *styles);

/* The same of one format as Excel writes it: "dd/mm/yyyy", "[h]:mm". */
unsigned gw_xlsx_format_shows(const char *format);

#endif
