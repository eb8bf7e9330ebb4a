/*
 * Streams that are paused because too many rows or records were set aside: ops.pause.
 *
 * The pull pauses the reading of a stream and tells it in its run events; the
 * loader pauses the loading of a topic by itself.  A batch that would pass the limit
 * is rolled back, so that nothing behind the pause has been consumed.  A person ends
 * both by an act (GW_ACT_RESUME).
 */
#ifndef GW_LOAD_PAUSE_H
#define GW_LOAD_PAUSE_H

#include "dlq/act.h"
#include "kafka/event.h"
#include "load/db.h"
#include "load/stage.h"

/* In the transaction of an event: whether its stream's reading is paused now. */
enum gw_status gw_pause_told(struct gw_db *db, const struct gw_event *event, struct gw_error *err);

/*
 * In the transaction, after records of the picked batch were refused.  GW_REJECT, and
 * stage->flooded: their runs have more of them than the stream's limit; the transaction
 * is to be rolled back.
 */
enum gw_status gw_pause_check(struct gw_db *db, struct gw_stage *stage, struct gw_error *err);

/* In the transaction, at the end of a batch: what a person allowed beyond the limit is used up. */
enum gw_status gw_pause_use(struct gw_db *db, struct gw_stage *stage, struct gw_error *err);

/* After the rollback: pauses the loading of the stage's topic, and says why in *why, which is in
   the stage's arena. */
enum gw_status gw_pause_begin(struct gw_db *db, struct gw_stage *stage, const char **why,
			      struct gw_error *err);

/* In the transaction of a GW_ACT_RESUME: its stream's loading is not paused any more. */
enum gw_status gw_pause_end(struct gw_db *db, const struct gw_act *act, struct gw_error *err);

/* Sets paused of each topic in the list as it is in the warehouse now. */
enum gw_status gw_pause_look(struct gw_db *db, struct gw_topic *topics, struct gw_error *err);

#endif
