/*
 * Statistics of canon tables for PostgreSQL's planner.
 *
 * Its own daemon looks about once a minute, so that an indicator computed right
 * after a first load would be planned for empty tables and never end.  The
 * loader therefore analyses what it has changed much, as soon as it has caught
 * up; a share of the rows is enough, so that steady trickles cost nothing.
 */
#ifndef GW_ANALYZE_H
#define GW_ANALYZE_H

#include "load/db.h"
#include "load/stage.h"

/* Adds what the batch in the stage has changed to its topic's count. */
void gw_analyze_note(const struct gw_stage *stage);

/* Analyses the tables of those topics that have changed enough; call outside of a transaction. */
enum gw_status gw_analyze_due(struct gw_db *db, struct gw_topic *topics, struct gw_error *err);

#endif
