/*
 * What the producer's files share.  For this folder only.
 */
#ifndef GW_KAFKA_INTERNAL_H
#define GW_KAFKA_INTERNAL_H

#include "kafka/client.h"
#include "kafka/producer.h"

/* A topic that this producer has sent to. */
struct gw_outlet {
	struct gw_outlet *next;
	char name[256];
	rd_kafka_topic_t *topic;
	int64_t ends[GW_MAX_PARTITIONS]; /* last offset of the open transaction; -1: none */
};

struct gw_producer {
	struct gw_client client;
	const struct gw_config *config; /* the caller's */
	char *source;                   /* NULL: the desk's */
	char position_topic[256], letters_topic[256];
	struct gw_outlet *outlets; /* the one used last stands first */
	bool open;                 /* a transaction is open */
	int64_t began_us;          /* by a clock that counts sleep too */
	unsigned unpolled;
	rd_kafka_resp_err_t undelivered; /* of the first message that failed; 0: none */
	bool broken;                     /* no use any more: why says it */
	struct gw_error why;
};

/* Raises the ends of the message's outlet; a failure is kept in undelivered. */
void gw_outlet_delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque);
void gw_outlets_forget(struct gw_producer *producer);
void gw_outlets_raise(const struct gw_producer *producer, const char *record_topic,
		      struct gw_run *run);
void gw_outlets_free(struct gw_producer *producer);

/* A failure inside the open transaction, which the caller then aborts. */
enum gw_status gw_producer_fail(struct gw_producer *producer, rd_kafka_resp_err_t code,
				const char *what, struct gw_error *err);

#endif
