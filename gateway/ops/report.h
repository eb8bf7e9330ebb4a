/*
 * A table for people or the same rows as JSON for machines.
 *
 * Columns have a key (JSON) and a title (people).  Numbers are written the way
 * of the language for people (1.000 in Vietnamese) and plain for machines.
 */
#ifndef GW_REPORT_H
#define GW_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

enum { GW_REPORT_COLUMNS = 24 };

struct gw_report;

struct gw_report *gw_report_new(void); /* NULL: no memory */
void gw_report_free(struct gw_report *report);

/* Adds a column; key and title must outlive the report.  Numbers stand at the right. */
void gw_report_column(struct gw_report *report, const char *key, const char *title, bool number);

/* Of the column added last: a table for people leaves it out where it is empty or 0 throughout. */
void gw_report_rare(struct gw_report *report);

/* Begins a row; cells follow in column order.  Memory that runs out shows in gw_report_print. */
void gw_report_row(struct gw_report *report);
void gw_report_text(struct gw_report *report, const char *text); /* NULL: nothing there */
void gw_report_number(struct gw_report *report, int64_t number);

/* Prints a table, or a JSON array of objects. */
enum gw_status gw_report_print(const struct gw_report *report, FILE *out, bool json,
			       struct gw_error *err);

/* "1.000" (vi) or "1,000" (en) into out; returns out. */
char *gw_format_count(int64_t number, char out[32]);

/* "08:05 22/11/2026" local time of microseconds since 1970; "–" for 0.  Returns out. */
char *gw_format_time(int64_t us, char out[32]);

#endif
