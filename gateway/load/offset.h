/*
 * The rows of ops.offset: how far each partition is loaded.
 *
 * A loader that loads a batch holds the rows of its partitions from the first
 * statement to the commit.  A row that does not say what this loader left there
 * belongs to another loader by now: then nothing is loaded (GW_FENCED).
 */
#ifndef GW_OFFSET_H
#define GW_OFFSET_H

#include "load/db.h"
#include "load/stage.h"

/*
 * Where to begin in a partition, waiting for a transaction of another loader on
 * it to end.  Makes the row at first contact; then it is the beginning.
 * GW_CONFIG: the row is of another Kafka cluster.
 */
enum gw_status gw_offset_assign(struct gw_db *db, const char *cluster,
				struct gw_partition *partition, struct gw_start *start,
				struct gw_error *err);

/*
 * Locks the rows of the stage's picked messages, in order, in the open
 * transaction.  *now_us is the server's time after the locks are held.
 */
enum gw_status gw_offset_lock(struct gw_db *db, const struct gw_stage *stage, int64_t *now_us,
			      struct gw_error *err);

/* Stores the offsets behind the picked messages; the partitions themselves learn it by
 * gw_offset_done. */
enum gw_status gw_offset_store(struct gw_db *db, const struct gw_stage *stage,
			       struct gw_error *err);
/* After the commit. */
void gw_offset_done(const struct gw_stage *stage);

#endif
