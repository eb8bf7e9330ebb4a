/*
 * Which topics a load reads: <prefix>.<source>.<stream>, and of those with an
 * underscore letters, events, replayed records and acts alone.  For this folder
 * only.
 */
#ifndef GW_KAFKA_WANTED_H
#define GW_KAFKA_WANTED_H

#include "kafka/client.h"

struct gw_wanted {
	uint64_t print; /* changes when one comes or goes, or gets more partitions; 0: none is there
			 */
	size_t partitions; /* of all of them */
};

/* The same in the library's words, for a subscription. */
void gw_wanted_pattern(const char *prefix, char *out, size_t size);

/* Asks the brokers which there are; their partitions are added to list, which may be NULL. */
enum gw_status gw_wanted_look(struct gw_client *client, const char *prefix, struct gw_wanted *out,
			      rd_kafka_topic_partition_list_t *list, struct gw_error *err);

#endif
