/*
 * What a reader of one kind of file gives to the one in front of them all.
 *
 * A reader refuses with the place in the file; it is the caller's to name the
 * file.  Its state is closed also where opening it has failed.
 */
#ifndef GW_SHEET_READER_H
#define GW_SHEET_READER_H

#include <sys/types.h>

#include "file/sheet.h"

enum { GW_SHEET_NAME = 256 }; /* bytes of a sheet's name: Excel allows 31 characters */

struct gw_sheet_kind {
	enum gw_status (*next)(void *state, struct gw_arena *arena, struct gw_sheet_row *out,
			       bool *more, struct gw_error *err);
	/* NULL: this kind of file has no sheets. */
	const char *(*sheet)(const void *state, size_t i);
	/* NULL: cells of this kind of file are never merged. */
	enum gw_status (*merged)(void *state, int64_t row, size_t column, struct gw_sheet_spot *top,
				 struct gw_error *err);
	void (*close)(void *state);
};

struct gw_sheet {
	const struct gw_sheet_kind *kind;
	void *state;
	char about[GW_SHEET_ABOUT];
	char name[GW_SHEET_NAME];
};

/* Set kind and state as soon as there is something to close, then about and name. */
enum gw_status gw_csv_rows_open(int fd, struct gw_sheet *sheet, struct gw_error *err);
enum gw_status gw_xlsx_open(int fd, const struct gw_sheet_options *options, struct gw_sheet *sheet,
			    struct gw_error *err);

/* Reads from a place of the file until size bytes are there or it ends; -1: errno says why. */
ssize_t gw_sheet_read_at(int fd, void *to, size_t size, off_t offset);

/* GW_FATAL: what the system said when the file was read. */
enum gw_status gw_sheet_fail_read(struct gw_error *err);

/* A value that no type holds, and the word for why. */
struct gw_value gw_sheet_unheld(const char *why);

#endif
