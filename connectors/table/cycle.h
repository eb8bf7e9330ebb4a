/*
 * What a cycle over a table is, whatever reads it: the bookmark that it goes on
 * from, the batches that it hands over, its end.
 *
 * A connector's cursor holds one beside its own plan and state; which phases a
 * cycle walks through is the connector's.
 */
#ifndef GW_TABLE_CYCLE_H
#define GW_TABLE_CYCLE_H

#include "bookmarks.h"

struct gw_cycle {
	bool worth_closing; /* its end is worth remembering */
	bool broken;        /* a page failed: the state may stand between two places */
	const char *notice; /* not yet told */
};

/* Why what a bookmark remembers is of no use, or NULL: the source has another identity ("": not
   known), or the plan another shape. */
const char *gw_cycle_why_again(const char *was, const char *is, bool same_shape);

/* GW_CONFIG: the bookmark's values are not as many as order and key have columns. */
enum gw_status gw_cycle_check_values(const struct gw_values *position, size_t norder,
				     const struct gw_values *at, size_t nkey, const char *table,
				     struct gw_error *err);

/* Notes in the key of a phase that goes by position that it has read on: a cycle that is resumed
   there begins with its overlap again.  Only where a cycle does not end by the clock. */
void gw_cycle_mark(struct gw_values *at, size_t nkey);

/* Takes all marks and rows from a batch. */
void gw_cycle_clear(struct gw_batch *batch);

/*
 * The three parts of next().  open() clears the batch; GW_RETRY: the cycle was broken off before.
 * hand_over() gives it the notice that is due; true: the state is to be written as the bookmark
 * behind it.  close() takes what came of it all, keeps in mind that it failed, and returns it.
 */
enum gw_status gw_cycle_open(const struct gw_cycle *cycle, const char *table,
			     struct gw_batch *batch, struct gw_error *err);
bool gw_cycle_hand_over(struct gw_cycle *cycle, bool ended, struct gw_batch *batch);
enum gw_status gw_cycle_close(struct gw_cycle *cycle, struct gw_batch *batch,
			      enum gw_status status);

#endif
