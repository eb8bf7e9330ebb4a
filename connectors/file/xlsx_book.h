/*
 * What a workbook consists of: its sheets, and which parts hold them, its
 * texts and its formats.
 */
#ifndef GW_XLSX_BOOK_H
#define GW_XLSX_BOOK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

struct gw_xlsx_zip;

struct gw_xlsx_sheet {
	const char *name;
	const char *id;   /* by which the list of parts knows it */
	const char *part; /* NULL: it is a chart, or has none */
	bool hidden;
	struct gw_xlsx_sheet *next;
};

struct gw_xlsx_book {
	struct gw_arena arena; /* of all of it */
	struct gw_xlsx_sheet *sheets;
	const char *part;
	const char *texts, *styles; /* parts; NULL: it has none */
	bool from_1904;             /* the calendar begins there, and not in 1900 */
};

/* GW_REJECT: not a workbook of this kind; says what to do. */
enum gw_status gw_xlsx_book_read(struct gw_xlsx_book *book, struct gw_xlsx_zip *zip,
				 struct gw_error *err);
void gw_xlsx_book_release(struct gw_xlsx_book *book);

/* The sheet of that name, however its letters are composed and whatever their case; NULL: the
   first that is not hidden.  GW_REJECT names those that there are. */
enum gw_status gw_xlsx_book_find(const struct gw_xlsx_book *book, const char *name,
				 const struct gw_xlsx_sheet **out, struct gw_error *err);

#endif
