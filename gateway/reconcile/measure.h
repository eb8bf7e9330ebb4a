/*
 * The sums of both sides, taken at the same time.  For this folder alone.
 */
#ifndef GW_MEASURE_H
#define GW_MEASURE_H

#include "reconcile/reconcile.h"

struct gw_sides {
	struct gw_buckets source, warehouse;
};

/* *out is to be free()d. */
enum gw_status gw_measure(const struct gw_reconcile *job, struct gw_sides **out,
			  struct gw_error *err);

/* One order about the stream, filled in but for what it is about. */
void gw_measure_order(const struct gw_reconcile *job, enum gw_order_kind kind,
		      struct gw_order *out);

#endif
