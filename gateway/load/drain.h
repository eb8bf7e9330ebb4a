/*
 * The end of a load that is to end: all that was in Kafka when it was asked to.
 *
 * What another loader of the group has counts too, for it may be dead: one that was
 * killed keeps its partitions until Kafka misses it.  So a load that has loaded its
 * own share waits until theirs is loaded, whoever does it, as long as it goes on.
 */
#ifndef GW_DRAIN_H
#define GW_DRAIN_H

#include "config/config.h"
#include "load/db.h"
#include "load/stage.h"

/* Zeroed at the beginning. */
struct gw_drain {
	bool marked; /* where its own partitions end is noted */
	bool listed; /* those of others are, as partitions are shared out now */
	struct gw_remain *others;
	size_t count;
	struct gw_topic *topics;      /* of theirs */
	const struct gw_topic *known; /* of the load: what is wrong here is not waited for there */
	int64_t looked_us;            /* when the warehouse was last asked about them */
	int64_t moved_us;             /* when they were last seen to go on */
};

/* Notes once where the load is to end. */
enum gw_status gw_drain_mark(struct gw_drain *drain, struct gw_consumer *consumer,
			     struct gw_error *err);

/* Partitions have moved: what others have is another thing now. */
void gw_drain_moved(struct gw_drain *drain);

/*
 * Once the load has loaded its own: *over where nothing of the others' is left either; asks at most
 * a few times a second, and nobody where there are none.  What is paused does not count.
 * GW_RETRY: another loader has partitions and has not gone on for a minute.
 */
enum gw_status gw_drain_over(struct gw_drain *drain, const struct gw_config *config,
			     struct gw_db *db, struct gw_consumer *consumer, bool *over,
			     struct gw_error *err);

/* Forgets all, the mark too. */
void gw_drain_release(struct gw_drain *drain);

#endif
