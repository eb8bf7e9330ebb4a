/*
 * What the warehouse keeps of runs and of what was set aside.
 *
 * All of it is written in the transaction of the batch, so that it is there
 * once, like the rows themselves.
 */
#ifndef GW_LEDGER_H
#define GW_LEDGER_H

#include "load/db.h"
#include "load/stage.h"

/* The picked run events into ops.run; what is none is refused. */
enum gw_status gw_ledger_events(struct gw_db *db, struct gw_stage *stage, struct gw_error *err);

/* The picked letters into ops.dead_letter; *count gets how many there were. */
enum gw_status gw_ledger_letters(struct gw_db *db, const struct gw_stage *stage, int64_t *count,
				 struct gw_error *err);

/* The refused of the picked messages into ops.dead_letter, each sealed. */
enum gw_status gw_ledger_refused(struct gw_db *db, const struct gw_stage *stage,
				 const unsigned char letter_public[32], struct gw_error *err);

/* The slots' counts into ops.run_load. */
enum gw_status gw_ledger_counts(struct gw_db *db, const struct gw_stage *stage,
				struct gw_error *err);

#endif
