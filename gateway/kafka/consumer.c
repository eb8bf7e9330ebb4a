#include "kafka/consumer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/i18n.h"
#include "kafka/assignment.h"
#include "kafka/wanted.h"

enum {
	OPEN_MS = 15000,
	PROBE_MS = 5000,
	PROBE_EVERY_US = 5000000,
	CLUSTER_MS = 1000,
	PATIENCE_MS = 5, /* then more is asked for */
};

static const struct gw_setting defaults[] = {
	{"session.timeout.ms", "10000"},
	/* So late a loader hears of another one. */
	{"heartbeat.interval.ms", "1000"},
	{"max.poll.interval.ms", "600000"},
	{"topic.metadata.refresh.interval.ms", "5000"},
	/* 40 MB at half a million records a second, instead of 93. */
	{"queued.max.messages.kbytes", "4096"},
	{"fetch.max.bytes", "1048576"},
	{"max.partition.fetch.bytes", "524288"},
	/* Also how long a question waits behind a fetch on the same connection. */
	{"fetch.wait.max.ms", "100"},
	{"check.crcs", "true"},
	{NULL, NULL},
};

struct gw_consumer {
	const struct gw_config *config; /* the caller's */
	struct gw_client client;
	char *prefix;
	char cluster[64];
	struct gw_assignment held;
	/* What the group gave and could not be taken over yet; NULL: nothing. */
	rd_kafka_topic_partition_list_t *pending;
	bool joined;             /* the group has said what is ours, be it nothing */
	bool marked;             /* partitions that come are marked too */
	bool nothing;            /* when marked, there was no topic to be read */
	uint64_t topics;         /* fingerprint of the topics there were when we joined */
	struct gw_wanted wanted; /* the topics there were when last asked */
	bool troubled;           /* for the next take */
	struct gw_error trouble;
	int64_t heard_us; /* when the brokers last gave a sign of life */
	/* The take in progress, which loses the messages of partitions taken away. */
	struct gw_incoming *taking;
	size_t taken;
};

static void
remember(struct gw_consumer *consumer, const struct gw_error *err)
{
	if (consumer->troubled)
		return;
	consumer->troubled = true;
	consumer->trouble = *err;
}

/* Takes the pending partitions over; they stay pending after a failure. */
static enum gw_status
take_over(struct gw_consumer *consumer, struct gw_error *err)
{
	rd_kafka_topic_partition_list_t *list = consumer->pending;
	rd_kafka_resp_err_t code;

	if (gw_wanted_look(&consumer->client, consumer->prefix, &consumer->wanted, NULL, err) !=
		    GW_OK ||
	    gw_assignment_take(&consumer->held, &consumer->client, consumer->config, list, err) !=
		    GW_OK)
		return err->status;
	if (consumer->marked &&
	    gw_assignment_mark(&consumer->held, consumer->config, err) != GW_OK) {
		gw_assignment_drop(&consumer->held);
		return err->status;
	}
	code = rd_kafka_assign(consumer->client.rk, list);
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
		gw_assignment_drop(&consumer->held);
		return gw_client_fail(&consumer->client, code, _("partitions can't be taken over"),
				      err);
	}
	rd_kafka_topic_partition_list_destroy(list);
	consumer->pending = NULL;
	consumer->joined = true;
	consumer->topics = consumer->wanted.print;
	return GW_OK;
}

static void
drop_all(struct gw_consumer *consumer)
{
	gw_consumer_release(consumer->taking, consumer->taken);
	consumer->taken = 0;
	consumer->joined = false;
	if (consumer->pending != NULL)
		rd_kafka_topic_partition_list_destroy(consumer->pending);
	consumer->pending = NULL;
	gw_assignment_drop(&consumer->held);
}

/* With an eager strategy all partitions go, then all that are ours come. */
static void
on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t *partitions,
	     void *opaque)
{
	struct gw_consumer *consumer = gw_client_owner(opaque);
	struct gw_error err;

	drop_all(consumer);
	if (code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
		consumer->pending = rd_kafka_topic_partition_list_copy(partitions);
		if (take_over(consumer, &err) == GW_OK)
			return;
		remember(consumer, &err);
	}
	(void)rd_kafka_assign(rk, NULL);
}

static enum gw_status
subscribe(struct gw_consumer *consumer, struct gw_error *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	char pattern[400];
	rd_kafka_resp_err_t code;

	gw_wanted_pattern(consumer->prefix, pattern, sizeof pattern);
	rd_kafka_topic_partition_list_add(list, pattern, RD_KAFKA_PARTITION_UA);
	code = rd_kafka_subscribe(consumer->client.rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return GW_OK;
	return gw_client_fail(&consumer->client, code, _("topics can't be subscribed to"), err);
}

static enum gw_status
open_client(struct gw_consumer *consumer, const struct gw_config *config, struct gw_error *err)
{
	char group[300];
	const struct gw_setting fixed[] = {
		{"group.id", group},
		{"partition.assignment.strategy", "roundrobin"},
		{NULL, NULL},
	};
	const struct gw_client_plan plan = {
		.type = RD_KAFKA_CONSUMER,
		.defaults = defaults,
		.fixed = fixed,
		.owner = consumer,
		.rebalance = on_rebalance,
	};

	(void)snprintf(group, sizeof group, "%s.load", config->prefix);
	if (gw_client_open(&consumer->client, config, &plan, err) != GW_OK)
		return err->status;
	(void)rd_kafka_poll_set_consumer(consumer->client.rk);
	if (gw_client_metadata(&consumer->client, false, OPEN_MS, NULL, err) != GW_OK)
		return err->status;
	consumer->heard_us = gw_clock_us();
	return subscribe(consumer, err);
}

enum gw_status
gw_consumer_open(const struct gw_config *config, gw_assign_fn *assign, gw_revoke_fn *revoke,
		 void *arg, struct gw_consumer **out, struct gw_error *err)
{
	struct gw_consumer *consumer = calloc(1, sizeof *consumer);

	if (consumer == NULL)
		return gw_fail_memory(err);
	consumer->config = config;
	consumer->held.assign = assign;
	consumer->held.revoke = revoke;
	consumer->held.arg = arg;
	consumer->prefix = strdup(config->prefix);
	if (consumer->prefix == NULL)
		(void)gw_fail_memory(err);
	else if (open_client(consumer, config, err) == GW_OK) {
		*out = consumer;
		return GW_OK;
	}
	gw_consumer_close(consumer);
	return err->status;
}

void
gw_consumer_close(struct gw_consumer *consumer)
{
	if (consumer == NULL)
		return;
	if (consumer->client.rk != NULL)
		(void)rd_kafka_consumer_close(consumer->client.rk);
	if (consumer->pending != NULL)
		rd_kafka_topic_partition_list_destroy(consumer->pending);
	gw_assignment_drop(&consumer->held);
	gw_client_close(&consumer->client);
	free(consumer->prefix);
	free(consumer);
}

const char *
gw_consumer_cluster(struct gw_consumer *consumer)
{
	char *id;

	if (consumer->cluster[0] != '\0')
		return consumer->cluster;
	id = rd_kafka_clusterid(consumer->client.rk, CLUSTER_MS);
	if (id != NULL) {
		(void)snprintf(consumer->cluster, sizeof consumer->cluster, "%s", id);
		rd_kafka_mem_free(consumer->client.rk, id);
	}
	return consumer->cluster;
}

/* A topic that was deleted is taken away by the next look at the list of topics; what the library
   tries again by itself is no news either: a probe says if the brokers are away. */
static void
take_error(struct gw_consumer *consumer, const rd_kafka_message_t *message)
{
	const char *topic = message->rkt == NULL ? "" : rd_kafka_topic_name(message->rkt);
	struct gw_error err;

	switch ((int)message->err) {
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
		return;
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
		(void)gw_fail(
			&err, GW_CONFIG,
			_("topic %s, partition %d: offset %lld, the next to load, is no "
			  "longer there; the topic was made anew, or its records have been "
			  "deleted. Nothing is loaded until a person decides; loading the topic "
			  "again from its beginning is safe"),
			topic, (int)message->partition, (long long)message->offset);
		break;
	default:
		if (gw_kafka_class(message->err) == GW_RETRY)
			return;
		(void)gw_client_fail(&consumer->client, message->err,
				     topic[0] == '\0' ? _("no records") : topic, &err);
	}
	remember(consumer, &err);
}

/* Puts a message into the take, or notes what it says; owns it. */
static void
take_message(struct gw_consumer *consumer, rd_kafka_message_t *message)
{
	struct gw_part *part = NULL;
	bool keep = false;

	if (message->rkt != NULL)
		part = gw_assignment_find(&consumer->held, rd_kafka_topic_name(message->rkt),
					  message->partition);
	if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		if (part != NULL) {
			part->next = message->offset;
			part->at_end = true;
		}
	} else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		take_error(consumer, message);
	} else if (part != NULL && !part->held) {
		part->next = message->offset + 1;
		part->at_end = false;
		keep = true;
	}
	if (!keep) {
		rd_kafka_message_destroy(message);
		return;
	}
	consumer->taking[consumer->taken++] = (struct gw_incoming){
		.topic = rd_kafka_topic_name(message->rkt),
		.partition = message->partition,
		.offset = message->offset,
		.timestamp_ms = rd_kafka_message_timestamp(message, NULL),
		.key = message->key,
		.key_len = message->key_len,
		.value = message->payload,
		.value_len = message->len,
		.handle = message,
	};
}

/* After a silence, asks the brokers whether they are there. */
static enum gw_status
probe(struct gw_consumer *consumer, struct gw_error *err)
{
	if (gw_clock_us() - consumer->heard_us < PROBE_EVERY_US)
		return GW_OK;
	if (gw_client_metadata(&consumer->client, false, PROBE_MS, NULL, err) != GW_OK)
		return err->status;
	consumer->heard_us = gw_clock_us();
	return GW_OK;
}

static enum gw_status
settle(struct gw_consumer *consumer, struct gw_error *err)
{
	if (consumer->troubled) {
		consumer->troubled = false;
		*err = consumer->trouble;
		return err->status;
	}
	return consumer->pending == NULL ? GW_OK : take_over(consumer, err);
}

/* Takes one message, if there is one within wait_ms; false: there was none. */
static bool
take_one(struct gw_consumer *consumer, int wait_ms)
{
	rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer->client.rk, wait_ms);

	if (message != NULL)
		take_message(consumer, message);
	return message != NULL;
}

/* Waits for the first message, and no longer than until the marked end is reached. */
static void
wait_first(struct gw_consumer *consumer, int timeout_ms)
{
	int64_t until = gw_deadline(timeout_ms);
	bool reached = gw_consumer_reached(consumer);
	int wait = timeout_ms < PATIENCE_MS || gw_consumer_caught_up(consumer) ? gw_step_ms(until)
									       : PATIENCE_MS;
	bool over = false;

	while (!over) {
		if (take_one(consumer, wait))
			consumer->heard_us = gw_clock_us();
		else if (wait == PATIENCE_MS)
			gw_assignment_nudge(&consumer->held, &consumer->client);
		over = consumer->taken > 0 || consumer->troubled || gw_clock_us() >= until ||
		       (!reached && gw_consumer_reached(consumer));
		wait = gw_step_ms(until);
	}
}

enum gw_status
gw_consumer_take(struct gw_consumer *consumer, struct gw_incoming *out, size_t max, int timeout_ms,
		 size_t *count, struct gw_error *err)
{
	if (settle(consumer, err) != GW_OK)
		return err->status;
	consumer->taking = out;
	consumer->taken = 0;
	wait_first(consumer, timeout_ms);
	while (consumer->taken > 0 && consumer->taken < max && !consumer->troubled)
		if (!take_one(consumer, 0))
			break;
	*count = consumer->taken;
	consumer->taking = NULL;
	consumer->taken = 0;
	if (*count > 0)
		return GW_OK;
	if (consumer->troubled)
		return settle(consumer, err);
	return probe(consumer, err);
}

enum gw_status
gw_consumer_hold(struct gw_consumer *consumer, const char *topic, struct gw_error *err)
{
	return gw_assignment_hold(&consumer->held, &consumer->client, topic, err);
}

void
gw_consumer_release(struct gw_incoming *messages, size_t count)
{
	for (size_t i = 0; i < count; i++)
		rd_kafka_message_destroy(messages[i].handle);
}

const void *
gw_incoming_header(const struct gw_incoming *message, const char *name, size_t *len)
{
	rd_kafka_headers_t *headers;
	const void *value;

	if (rd_kafka_message_headers(message->handle, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
	    rd_kafka_header_get_last(headers, name, &value, len) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return NULL;
	return value;
}

int64_t
gw_incoming_print(int64_t timestamp_ms, const void *key, size_t key_len, const void *value,
		  size_t value_len)
{
	uint64_t hash = XXH3_64bits_withSeed(key, key_len, (uint64_t)timestamp_ms);

	return (int64_t)XXH3_64bits_withSeed(value, value_len, hash);
}

enum gw_status
gw_consumer_mark_end(struct gw_consumer *consumer, struct gw_error *err)
{
	if (gw_wanted_look(&consumer->client, consumer->prefix, &consumer->wanted, NULL, err) !=
	    GW_OK)
		return err->status;
	/* A topic that the group does not know yet: wait until it has shared it out. */
	if (consumer->joined && consumer->wanted.print != consumer->topics)
		consumer->joined = false;
	consumer->nothing = consumer->wanted.print == 0;
	consumer->marked = true;
	return gw_assignment_mark(&consumer->held, consumer->config, err);
}

bool
gw_consumer_reached(const struct gw_consumer *consumer)
{
	if (!consumer->marked)
		return false;
	return consumer->nothing || (consumer->joined && gw_assignment_reached(&consumer->held));
}

bool
gw_consumer_has_all(const struct gw_consumer *consumer)
{
	return consumer->held.count >= consumer->wanted.partitions;
}

static struct gw_remain *
remains_of(const rd_kafka_topic_partition_list_t *list)
{
	struct gw_remain *remains = calloc((size_t)list->cnt + 1, sizeof *remains);

	for (int i = 0; remains != NULL && i < list->cnt; i++) {
		const rd_kafka_topic_partition_t *part = &list->elems[i];

		remains[i] = (struct gw_remain){
			.partition = part->partition,
			.end = part->offset,
			.next = -1,
			.first = -1,
		};
		memcpy(remains[i].topic, part->topic, strlen(part->topic) + 1);
	}
	return remains;
}

enum gw_status
gw_consumer_others(struct gw_consumer *consumer, struct gw_remain **out, size_t *count,
		   struct gw_error *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
	enum gw_status status =
		gw_wanted_look(&consumer->client, consumer->prefix, &consumer->wanted, list, err);

	for (int i = list->cnt; status == GW_OK && i-- > 0;)
		if (gw_assignment_find(&consumer->held, list->elems[i].topic,
				       list->elems[i].partition) != NULL)
			(void)rd_kafka_topic_partition_list_del_by_idx(list, i);
	if (status == GW_OK && list->cnt > 0)
		status = gw_client_written_ends(consumer->config, list, err);
	if (status == GW_OK) {
		*out = remains_of(list);
		*count = (size_t)list->cnt;
		status = *out == NULL ? gw_fail_memory(err) : GW_OK;
	}
	rd_kafka_topic_partition_list_destroy(list);
	return status;
}

bool
gw_consumer_caught_up(const struct gw_consumer *consumer)
{
	return gw_assignment_caught_up(&consumer->held, &consumer->client);
}

int64_t
gw_consumer_lag(struct gw_consumer *consumer)
{
	if (!consumer->joined)
		return -1;
	return gw_assignment_lag(&consumer->held, &consumer->client);
}
