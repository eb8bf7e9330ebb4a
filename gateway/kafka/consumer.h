/*
 * The read_committed consumer of a load.
 *
 * A member of the group <prefix>.load over all topics of the prefix that carry
 * records, letters, events and acts (not what only a pull reads).  Where it begins in a partition
 * is the caller's to say, since offsets live in the warehouse; Kafka's own
 * offsets are not used, and an offset out of range is an error that is named,
 * never a jump.
 */
#ifndef GW_CONSUMER_H
#define GW_CONSUMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "kafka/producer.h"
#include "kafka/remain.h"

struct gw_consumer;

/* A message as it stands in librdkafka's memory; valid until gw_consumer_release. */
struct gw_incoming {
	const char *topic;
	int32_t partition;
	int64_t offset;
	int64_t timestamp_ms;
	const void *key;
	size_t key_len;
	const void *value; /* NULL: a tombstone */
	size_t value_len;
	void *handle; /* the library's message */
};

/* Where to begin in a partition, and what is known of what was taken from it before. */
struct gw_start {
	int64_t offset;    /* -1: at the beginning */
	bool seen;         /* the message before it, and so the next two are known */
	int64_t print;     /* gw_incoming_print of that one */
	int64_t newest_ms; /* time of the newest of all that were taken; INT64_MAX: not known */
};

/*
 * Called on assignment, once a partition, with *start at the beginning: says where to begin.
 * A partition that is seen not to be the log that was read is GW_CONFIG in the next take.  After
 * a failure all that were asked for are revoked, and asked for again in the next take.
 */
typedef enum gw_status gw_assign_fn(void *arg, const char *topic, int32_t partition,
				    struct gw_start *start, struct gw_error *err);
/* Called when partitions are taken away: drop what is buffered of them. */
typedef void gw_revoke_fn(void *arg, const char *topic, int32_t partition);

/* config must outlive the consumer; so must arg, and messages must be released before it closes. */
enum gw_status gw_consumer_open(const struct gw_config *config, gw_assign_fn *assign,
				gw_revoke_fn *revoke, void *arg, struct gw_consumer **out,
				struct gw_error *err);
void gw_consumer_close(struct gw_consumer *consumer); /* NULL is allowed; leaves the group */

/* Identity of the Kafka cluster, as the brokers say it; "" before the first contact. */
const char *gw_consumer_cluster(struct gw_consumer *consumer);

/*
 * Takes up to max messages, waiting up to timeout_ms for the first.  *count 0
 * and GW_OK: nothing now.  GW_RETRY: brokers away.  GW_CONFIG: a stored offset
 * is out of the topic's range, or what stands below it is not what was taken
 * (it was recreated, or it or the warehouse restored).
 */
enum gw_status gw_consumer_take(struct gw_consumer *consumer, struct gw_incoming *out, size_t max,
				int timeout_ms, size_t *count, struct gw_error *err);
void gw_consumer_release(struct gw_incoming *messages, size_t count);

/* Header by name; NULL when there is none. */
const void *gw_incoming_header(const struct gw_incoming *message, const char *name, size_t *len);

/* A fingerprint of time, key and value: the same for as long as the message stands there. */
int64_t gw_incoming_print(int64_t timestamp_ms, const void *key, size_t key_len, const void *value,
			  size_t value_len);

/* Nothing of the topic is taken any more, until the consumer is opened anew or its partitions come
   again; what waits there counts for nothing. */
enum gw_status gw_consumer_hold(struct gw_consumer *consumer, const char *topic,
				struct gw_error *err);

/*
 * Notes the end of all assigned partitions as it is now, with transactions that are just
 * being committed; gw_consumer_reached
 * then tells whether all of them have been taken up to there.
 */
enum gw_status gw_consumer_mark_end(struct gw_consumer *consumer, struct gw_error *err);
bool gw_consumer_reached(const struct gw_consumer *consumer);

/* No partition of the topics is another loader's, or nobody's yet, as far as is known; asks nobody.
 */
bool gw_consumer_has_all(const struct gw_consumer *consumer);
/* Lists those that are, with their ends as they are now; the caller frees *out. */
enum gw_status gw_consumer_others(struct gw_consumer *consumer, struct gw_remain **out,
				  size_t *count, struct gw_error *err);

/* Nothing more is known to wait: what was taken need not wait for company.  A guess, and cheap. */
bool gw_consumer_caught_up(const struct gw_consumer *consumer);

/* Sum over assigned partitions of what is still to be taken; -1: not known yet. */
int64_t gw_consumer_lag(struct gw_consumer *consumer);

#endif
