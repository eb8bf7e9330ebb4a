/*
 * Is a partition still the log that was read?  For this folder and the loader.
 *
 * Offsets alone don't tell: a Kafka that was restored to an earlier day and
 * written on since has other messages below the offset where the reading goes
 * on, and they would be jumped over.  So the reader remembers the last message
 * that it took (its offset and a fingerprint) and the newest time of all that it
 * took.  A message never changes where it stands, so another one at that offset
 * proves another log.  Where compaction has removed it, or the end of a
 * transaction stands there now, the newest messages that are left below tell:
 * the reader took all of them, so none can be newer than the newest that it
 * took, whatever order the producers' clocks gave them.  Both hold without any
 * trust in clocks, so a log that is whole is never refused.
 */
#ifndef GW_KAFKA_WITNESS_H
#define GW_KAFKA_WITNESS_H

#include "kafka/client.h"
#include "kafka/consumer.h"

struct gw_witness {
	const char *topic;
	int32_t partition;
	int64_t low, high; /* what the topic holds */
	struct gw_start start;
};

/* Looks into all of them with a connection of its own.  GW_CONFIG: one is another log, named;
   GW_RETRY: brokers away.  None at all: nothing is asked. */
enum gw_status gw_witness_check(const struct gw_config *config, const struct gw_witness *list,
				size_t count, struct gw_error *err);

#endif
