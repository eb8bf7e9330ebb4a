/*
 * One connection to Kafka, set up the same way for every use, and what its
 * errors mean for the caller.  For this folder only: everybody else sees the
 * producer and the consumer.
 *
 * What the library would print is caught: the last complaint of its threads is
 * kept for the next message to a person.
 */
#ifndef GW_KAFKA_CLIENT_H
#define GW_KAFKA_CLIENT_H

#include <librdkafka/rdkafka.h>
#include <pthread.h>

#include "config/config.h"

struct gw_setting {
	const char *name; /* NULL ends a list */
	const char *value;
};

struct gw_client_plan {
	rd_kafka_type_t type;
	const struct gw_setting *defaults; /* songma.yaml's kafka.properties may change them */
	const struct gw_setting *fixed; /* the promises rest on them; after those of all readers */
	void *owner;                    /* for the callbacks: gw_client_owner */
	void (*delivered)(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque);
	void (*rebalance)(rd_kafka_t *rk, rd_kafka_resp_err_t code,
			  rd_kafka_topic_partition_list_t *partitions, void *opaque);
};

struct gw_client {
	rd_kafka_t *rk;
	void *owner;
	char *brokers;
	pthread_mutex_t lock; /* the complaint comes from the library's threads */
	bool locked;          /* lock is there to be destroyed */
	char complaint[240];  /* "Connect to ipv4#127.0.0.1:9092 failed: Connection refused" */
	rd_kafka_resp_err_t refusal; /* last TLS or password failure; 0: none */
};

/* Connects nothing yet.  GW_CONFIG: a property that the library refuses.  client is zeroed before
   and closed with gw_client_close also after a failure.  It must not move. */
enum gw_status gw_client_open(struct gw_client *client, const struct gw_config *config,
			      const struct gw_client_plan *plan, struct gw_error *err);
void gw_client_close(struct gw_client *client);

/* A small reader on a connection of its own that joins no group: it reads what it is assigned. */
enum gw_status gw_client_open_reader(struct gw_client *client, const struct gw_config *config,
				     struct gw_error *err);

/* The plan's owner, in a callback that gets opaque. */
void *gw_client_owner(void *opaque);

/* A clock that counts the time when the machine slept too. */
int64_t gw_clock_us(void);
int64_t gw_deadline(int ms);
/* What is left until the deadline, at least 1 ms and at most a second. */
int gw_step_ms(int64_t until_us);

/* What to do about an error of the library. */
enum gw_status gw_kafka_class(rd_kafka_resp_err_t code);

/* The class of code, with a message: what was being done, why not, what to do. */
enum gw_status gw_client_fail(struct gw_client *client, rd_kafka_resp_err_t code, const char *what,
			      struct gw_error *err);

/*
 * Asks the brokers for the list of all topics (or of none), and so whether
 * they answer, for timeout_ms at most.  The caller destroys *out; out may be
 * NULL.
 */
enum gw_status gw_client_metadata(struct gw_client *client, bool topics, int timeout_ms,
				  const rd_kafka_metadata_t **out, struct gw_error *err);

/* The committed (or, as isolation.level says, the written) ends of the partitions, or with
   RD_KAFKA_OFFSET_BEGINNING their beginnings: sets the list's offsets. */
enum gw_status gw_client_offsets(struct gw_client *client, rd_kafka_topic_partition_list_t *list,
				 int64_t which, struct gw_error *err);

/*
 * The written ends, of open transactions too: sets the list's offsets.  A
 * commit is decided before its mark stands in every partition, so for a moment
 * the committed ends lie behind what was committed.
 */
enum gw_status gw_client_written_ends(const struct gw_config *config,
				      rd_kafka_topic_partition_list_t *list, struct gw_error *err);

#endif
