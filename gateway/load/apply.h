/*
 * What verdicts ask of the rows that are there already: history, room for what
 * is new, deletes.  The new rows themselves go in by COPY afterwards.
 */
#ifndef GW_APPLY_H
#define GW_APPLY_H

#include "load/judge.h"

/* Live records from..to of a stage, and the verdicts on them. */
struct gw_range {
	const struct gw_row_plan *plan;
	const struct gw_stage *stage;
	const struct gw_verdict *verdicts; /* of all live records */
	size_t from, to;
};

struct gw_apply {
	struct gw_buf params;
};

void gw_apply_init(struct gw_apply *apply);
void gw_apply_release(struct gw_apply *apply);

/*
 * Runs the steps that the range's records ask for, in the transaction; those that
 * are refused ask for none.  GW_RETRY with SQLSTATE 40001: somebody has changed
 * rows since they were looked up, and the batch is to be done anew.
 */
enum gw_status gw_apply_range(struct gw_apply *apply, struct gw_db *db,
			      const struct gw_range *range, struct gw_error *err);

#endif
