/*
 * Streams whose records can't be loaded while those of others can: a table that may not be
 * written, a schema that does not fit it.  They are left in Kafka until the load is opened anew.
 */
#ifndef GW_LOAD_WRONG_H
#define GW_LOAD_WRONG_H

#include "kafka/consumer.h"
#include "load/db.h"
#include "load/known.h"

/* Zeroed at the beginning. */
struct gw_wrong {
	struct gw_error first;
	size_t topics;
	char causes[800];
	int64_t anew_us; /* monotonic: when all is to be tried again */
	bool told;       /* to the supervisor */
};

/* A lock that another holds, a deadlock: the same batch may be tried again at once. */
bool gw_wrong_passes(const struct gw_db *db, const struct gw_error *err);

/* Where the failure is the topic's alone: notes it, and nothing of the topic is taken any more.
   Else it is the load's, as it is. */
enum gw_status gw_wrong_leave(struct gw_wrong *wrong, struct gw_known *known,
			      struct gw_stage *stage, struct gw_consumer *consumer,
			      struct gw_topic *topic, struct gw_error *err);

/* GW_OK where there is none; else what is wrong with all of them, in one message. */
enum gw_status gw_wrong_say(const struct gw_wrong *wrong, struct gw_error *err);

/* Tells the supervisor once.  True when all is to be tried again. */
bool gw_wrong_due(struct gw_wrong *wrong);

#endif
