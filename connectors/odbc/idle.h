/*
 * Whether anything has happened in a source since a cycle began, asked without
 * reading its catalogue.
 *
 * A cycle reads the rows behind the position (NEW) and those of the overlap
 * again (LATE).  Behind the position one row is looked for.  Of the overlap
 * either the source says that nothing at all was committed (the dialect's
 * mark), or it is read once more, some pages at most, and the rows must be
 * those that the cycle saw.  In doubt there is a cycle.
 *
 * A table whose form was changed is seen though it rests: by the mark's second
 * half, by the question after rows that fails, and in a minute at the latest,
 * since there is a cycle then in any case.  Before rows go on it is seen always:
 * only a cycle hands them over, and it has read the catalogue.
 */
#ifndef GW_ODBC_IDLE_H
#define GW_ODBC_IDLE_H

#include "odbc/rows.h"

enum { GW_ODBC_MARK_MAX = 256 };

/* What the dialect's mark said; "": nothing. */
struct gw_odbc_mark {
	char all[GW_ODBC_MARK_MAX];  /* another one once anything was committed */
	char form[GW_ODBC_MARK_MAX]; /* another one once the table's form was changed */
};

/* The rows of the overlap, as a cycle saw them. */
struct gw_odbc_window {
	bool begun; /* with the first of them */
	bool known; /* up to the last of them, and the position stands where it did */
	size_t pages;
	uint64_t hash;
};

struct gw_odbc_quiet {
	struct gw_odbc_mark mark; /* of the source before the cycle */
	int64_t since_us;         /* when that was asked; monotonic */
	size_t memory;            /* bytes of a batch's arena */
	struct gw_odbc_window window;
};

/* Before a cycle's first page is read, and behind its catalogue: asks for the mark. */
enum gw_status gw_odbc_idle_begin(struct gw_cursor *cursor, struct gw_error *err);

/* A page was read, and the state is still in its phase; last: it was the phase's last. */
void gw_odbc_idle_saw(struct gw_cursor *cursor, const struct gw_odbc_rows *rows, bool last);

/* The connector's idle. */
enum gw_status gw_odbc_idle(struct gw_cursor *cursor, bool *out, struct gw_error *err);

/* ---- without a server --------------------------------------------------------------------------
 */

/* The LATE phase of a cycle begins. */
void gw_odbc_window_begin(struct gw_odbc_window *window);
/* One of its pages, of ncolumns values a row. */
void gw_odbc_window_add(struct gw_odbc_window *window, const struct gw_value *values, size_t nrows,
			size_t ncolumns, bool last);

#endif
