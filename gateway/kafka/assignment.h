/*
 * The partitions that a consumer holds, and how far each has been taken.  For
 * this folder only.
 *
 * Offsets are positions: the number of the next message.  Control records of
 * transactions take offsets too, so the end of a partition is reached by its
 * end-of-partition event and not by a count.
 */
#ifndef GW_KAFKA_ASSIGNMENT_H
#define GW_KAFKA_ASSIGNMENT_H

#include "kafka/client.h"
#include "kafka/consumer.h"

struct gw_part {
	char topic[256];
	int32_t partition;
	int64_t next;
	int64_t end;  /* committed end when it was taken over */
	int64_t mark; /* to be reached; -1: not marked */
	bool at_end;  /* nothing committed was left when last looked */
	bool held;    /* nothing of it is to be taken */
};

struct gw_assignment {
	gw_assign_fn *assign;
	gw_revoke_fn *revoke;
	void *arg;
	struct gw_part *parts;
	size_t count;
	size_t last; /* found last: messages come in rows of one partition */
};

/*
 * Asks where to begin in each partition of list, checks it against what the
 * topic holds and what was taken from it before, sets the list's offsets and
 * takes the partitions over.  Nothing is held after a failure.
 */
enum gw_status gw_assignment_take(struct gw_assignment *assignment, struct gw_client *client,
				  const struct gw_config *config,
				  rd_kafka_topic_partition_list_t *list, struct gw_error *err);
/* Tells the caller of each partition that it is gone. */
void gw_assignment_drop(struct gw_assignment *assignment);

/* From now on nothing of the topic is taken; its partitions count as if they were at their end. */
enum gw_status gw_assignment_hold(struct gw_assignment *assignment, struct gw_client *client,
				  const char *topic, struct gw_error *err);

/* NULL: not ours. */
struct gw_part *gw_assignment_find(struct gw_assignment *assignment, const char *topic,
				   int32_t partition);

/* Marks the ends of all partitions as they are now, to be reached. */
enum gw_status gw_assignment_mark(struct gw_assignment *assignment, const struct gw_config *config,
				  struct gw_error *err);
/* Nothing more is known to wait in any partition, as of the last fetch; asks nobody. */
bool gw_assignment_caught_up(const struct gw_assignment *assignment,
			     const struct gw_client *client);
/*
 * The library looks only once a second whether a queue that was full has room
 * again.  Any request to the brokers of the partitions makes it look at once.
 */
void gw_assignment_nudge(const struct gw_assignment *assignment, struct gw_client *client);
bool gw_assignment_reached(const struct gw_assignment *assignment);
int64_t gw_assignment_lag(const struct gw_assignment *assignment, struct gw_client *client);

#endif
