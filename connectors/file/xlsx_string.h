/*
 * A text of a workbook as its XML has it: in runs of several looks, with
 * characters in the form _x000D_ that XML could not hold.
 */
#ifndef GW_XLSX_STRING_H
#define GW_XLSX_STRING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct gw_xlsx_string {
	struct gw_buf text; /* at most what a cell may have */
	bool too_long;      /* it had more */
	bool keeps_blanks;  /* of the run: xml:space="preserve" */
	size_t run;         /* where it begins */
};

void gw_xlsx_string_init(struct gw_xlsx_string *string);
void gw_xlsx_string_release(struct gw_xlsx_string *string);

void gw_xlsx_string_begin(struct gw_xlsx_string *string);
/* A run of it, <t>: blanks at its ends count only where it says so. */
void gw_xlsx_string_begin_run(struct gw_xlsx_string *string, const char *const *atts);
/* False: no memory. */
bool gw_xlsx_string_add(struct gw_xlsx_string *string, const char *text, size_t len);
void gw_xlsx_string_end_run(struct gw_xlsx_string *string);
/* The text is whole now: reads _x000D_ and the like. */
void gw_xlsx_string_end(struct gw_xlsx_string *string);

#endif
