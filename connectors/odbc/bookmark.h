/*
 * What a bookmark of this connector says: where in which phase of a cycle a
 * read stopped.
 *
 * All values are text that a parameter of the column's type takes; they stand
 * in the state itself, which can be copied and needs no release.
 */
#ifndef GW_ODBC_BOOKMARK_H
#define GW_ODBC_BOOKMARK_H

#include "bookmarks.h"
#include "odbc/plan.h"

struct gw_odbc_state {
	char identity[GW_ODBC_IDENTITY_MAX]; /* of the source; "": not permitted to know */
	uint64_t shape;                      /* see gw_odbc_plan */
	enum gw_odbc_phase phase;
	struct gw_values position; /* changes behind it are new */
	struct gw_values at;       /* key of the last row of a phase that goes by key */
	int64_t until_us; /* the cycle in progress reads changes up to here; 0: to the clock */
	bool complete;    /* the whole table has been read once */
	bool again;       /* the table is being read again, since the source is another */
};

enum gw_status gw_odbc_bookmark_write(const struct gw_odbc_state *state, struct gw_bookmark *out,
				      struct gw_error *err);
/* GW_CONFIG: not a bookmark of this connector, or of a later version. */
enum gw_status gw_odbc_bookmark_read(const struct gw_bookmark *bookmark, struct gw_odbc_state *out,
				     struct gw_error *err);
/* The connector's describe. */
enum gw_status gw_odbc_bookmark_describe(const struct gw_bookmark *bookmark, char *out, size_t size,
					 struct gw_error *err);

#endif
