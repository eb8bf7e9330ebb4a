/*
 * Records into canon.
 *
 * A batch is judged by version and hash, and what it changes goes into the table
 * by COPY; while a stream's first snapshot fills an empty table, all of it does,
 * unjudged.  What the server refuses is found by halving under savepoints: only
 * the culprits are set aside.
 */
#ifndef GW_MERGE_H
#define GW_MERGE_H

#include "load/stage.h"

struct gw_merge;

enum gw_status gw_merge_open(struct gw_db *db, struct gw_entities *entities, struct gw_merge **out,
			     struct gw_error *err);
void gw_merge_close(struct gw_merge *merge); /* NULL is allowed */

/*
 * Before the transaction: finds how to read each picked record, makes tables and
 * columns that are missing, refuses records that can't be read.
 */
enum gw_status gw_merge_resolve(struct gw_merge *merge, struct gw_stage *stage,
				struct gw_error *err);

/*
 * In the transaction, the offset rows being locked: merges the live records and
 * counts what became of all picked ones in the stage's slots.
 */
enum gw_status gw_merge_apply(struct gw_merge *merge, struct gw_stage *stage, int64_t now_us,
			      struct gw_error *err);

#endif
