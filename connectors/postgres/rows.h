/*
 * Binary COPY to values.
 *
 * The decoder is fed the messages of a COPY … TO STDOUT (FORMAT binary) as they
 * come; each holds whole rows.  It copies a message once into the batch's arena
 * and points into the copy.  Every length is checked: a damaged message is an
 * error, never a read outside of it.
 */
#ifndef GW_PG_ROWS_H
#define GW_PG_ROWS_H

#include "base/arena.h"
#include "base/buf.h"
#include "postgres/plan.h"

struct gw_pg_raw {
	const char *data; /* NULL: the field is NULL */
	uint32_t len;
};

struct gw_pg_rows {
	/* set by the caller */
	const struct gw_pg_plan *plan;
	struct gw_arena *arena;
	struct gw_value *values; /* room for most rows of plan->nvisible */
	size_t most;
	bool check_text;       /* the server does not vouch for UTF-8 */
	bool check_duplicates; /* rows come in the order of the key, and no index makes it unique */
	/* filled */
	size_t nrows;
	struct gw_pg_raw
		last[GW_PG_MAX_ORDER + GW_PG_MAX_KEY]; /* order, then key, of the last row */
	bool begun;                                    /* the header has come */
	bool ended;                                    /* the trailer has come */
	bool no_memory; /* the arena is full: the row after nrows did not fit */
};

/*
 * Takes one message in.  GW_CONFIG: a key column is NULL or a key stands twice;
 * GW_RETRY: the message is damaged.  Once no_memory is set the rest is ignored.
 */
enum gw_status gw_pg_rows_feed(struct gw_pg_rows *rows, const char *data, size_t len,
			       struct gw_error *err);

/* Appends what the last row holds of order[i] or key[i] as text that its type's input reads back;
   GW_CONFIG when it is NULL or can't be written. */
enum gw_status gw_pg_rows_order_text(const struct gw_pg_rows *rows, size_t i, struct gw_buf *out,
				     struct gw_error *err);
enum gw_status gw_pg_rows_key_text(const struct gw_pg_rows *rows, size_t i, struct gw_buf *out,
				   struct gw_error *err);

#endif
