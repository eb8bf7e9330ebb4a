/*
 * What a bookmark of this connector says: where in which phase of a cycle a
 * read stopped, and what later cycles need to find rows that came late.
 *
 * Transaction ids are those of 64 bits, 0: none.  All values are text that the
 * column's own type reads back; they stand in the state itself, which can be
 * copied and needs no release.
 */
#ifndef GW_PG_BOOKMARK_H
#define GW_PG_BOOKMARK_H

#include "bookmarks.h"
#include "postgres/plan.h"

struct gw_pg_state {
	char identity[GW_PG_IDENTITY_MAX]; /* of the source; "": not permitted to know */
	uint64_t shape;                    /* see gw_pg_plan */
	enum gw_pg_phase phase;
	struct gw_values position; /* changes behind it are new */
	struct gw_values at;       /* key of the last row of a phase that goes by key */
	int64_t saved_xid;         /* xmin of the first page of the last cycle that ended */
	int64_t cycle_xid;         /* the same of the cycle in progress */
	int64_t sweep_xid; /* the same of the last cycle that looked through the whole table */
	int64_t sweep_us;  /* when that was, by the source's clock */
	int64_t until_us;  /* the cycle in progress reads changes up to here; 0: to the clock */
	bool complete;     /* the whole table has been read once */
	bool again;        /* the table is being read again, since the source is another */
	bool sweeping;     /* the cycle in progress looks through the whole table */
};

enum gw_status gw_pg_bookmark_write(const struct gw_pg_state *state, struct gw_bookmark *out,
				    struct gw_error *err);
/* GW_CONFIG: not a bookmark of this connector, or of a later version. */
enum gw_status gw_pg_bookmark_read(const struct gw_bookmark *bookmark, struct gw_pg_state *out,
				   struct gw_error *err);
/* The connector's describe. */
enum gw_status gw_pg_bookmark_describe(const struct gw_bookmark *bookmark, char *out, size_t size,
				       struct gw_error *err);

#endif
