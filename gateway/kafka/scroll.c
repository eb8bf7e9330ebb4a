#include "kafka/scroll.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "kafka/client.h"

enum { OPEN_MS = 15000, FINISH_MS = 60000, SIGN_MS = 1000 };

struct gw_scroll {
	struct gw_client client;
	const struct gw_config *config; /* the caller's */
	char topic[256];
	int32_t partition;
	int32_t partitions; /* that the topic has */
	rd_kafka_topic_t *known;
	int64_t next, end;
	bool awake; /* messages are asked for */
	bool heard; /* and some have come, or the end */
	bool slept; /* they were asked for before */
};

static enum gw_status
open_client(struct gw_scroll *scroll, struct gw_error *err)
{
	const struct gw_setting fixed[] = {
		{"group.id", scroll->topic}, /* the library wants one; it joins none */
		{NULL, NULL},
	};
	static const struct gw_setting small[] = {
		{"queued.max.messages.kbytes", "1024"},
		/* So late the end of what is there is known. */
		{"fetch.wait.max.ms", "50"},
		{"check.crcs", "true"},
		{NULL, NULL},
	};
	const struct gw_client_plan plan = {
		.type = RD_KAFKA_CONSUMER,
		.defaults = small,
		.fixed = fixed,
	};

	return gw_client_open(&scroll->client, scroll->config, &plan, err);
}

/* Whether the topic is there.  It also makes the library know the leader, which it asks for half a
   second later if it does not when the reading begins. */
static enum gw_status
look(struct gw_scroll *scroll, bool *there, struct gw_error *err)
{
	const rd_kafka_metadata_t *metadata;
	rd_kafka_resp_err_t code;

	scroll->known = rd_kafka_topic_new(scroll->client.rk, scroll->topic, NULL);
	if (scroll->known == NULL)
		return gw_client_fail(&scroll->client, rd_kafka_last_error(), scroll->topic, err);
	code = rd_kafka_metadata(scroll->client.rk, 0, scroll->known, &metadata, OPEN_MS);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
		code = metadata->topic_cnt == 1 ? metadata->topics[0].err
						: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
		scroll->partitions =
			metadata->topic_cnt == 1 ? metadata->topics[0].partition_cnt : 0;
		rd_kafka_metadata_destroy(metadata);
	}
	*there = code != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART &&
		 code != RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
	if (!*there || code == RD_KAFKA_RESP_ERR_NO_ERROR ||
	    code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE)
		return GW_OK; /* a leader is waited for below */
	return gw_client_fail(&scroll->client, code, scroll->topic, err);
}

/* Asks by the scroll's own client, so for committed ends. */
static enum gw_status
ask(struct gw_scroll *scroll, int64_t which, int64_t *out, struct gw_error *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	enum gw_status status;

	rd_kafka_topic_partition_list_add(list, scroll->topic, scroll->partition);
	status = gw_client_offsets(&scroll->client, list, which, err);
	if (status == GW_OK)
		*out = list->elems[0].offset;
	rd_kafka_topic_partition_list_destroy(list);
	return status;
}

enum gw_status
gw_scroll_mark_soon(struct gw_scroll *scroll, struct gw_error *err)
{
	return ask(scroll, RD_KAFKA_OFFSET_END, &scroll->end, err);
}

enum gw_status
gw_scroll_mark_end(struct gw_scroll *scroll, struct gw_error *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	enum gw_status status;

	rd_kafka_topic_partition_list_add(list, scroll->topic, scroll->partition);
	status = gw_client_written_ends(scroll->config, list, err);
	if (status == GW_OK)
		scroll->end = list->elems[0].offset;
	rd_kafka_topic_partition_list_destroy(list);
	return status;
}

static enum gw_status
begin(struct gw_scroll *scroll, int64_t from, struct gw_error *err)
{
	int64_t beginning = 0;

	if (ask(scroll, RD_KAFKA_OFFSET_BEGINNING, &beginning, err) != GW_OK ||
	    gw_scroll_mark_end(scroll, err) != GW_OK)
		return err->status;
	scroll->next = from < beginning || from > scroll->end ? beginning : from;
	(void)rd_kafka_poll_set_consumer(scroll->client.rk);
	return GW_OK;
}

static enum gw_status
wake(struct gw_scroll *scroll, struct gw_error *err)
{
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_resp_err_t code;

	if (scroll->awake)
		return GW_OK;
	list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, scroll->topic, scroll->partition)->offset =
		scroll->next;
	code = rd_kafka_assign(scroll->client.rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	scroll->awake = code == RD_KAFKA_RESP_ERR_NO_ERROR;
	scroll->heard = false;
	return scroll->awake ? GW_OK : gw_client_fail(&scroll->client, code, scroll->topic, err);
}

/*
 * An assignment that ends while the one before it is still being stopped is a race that some
 * versions of the library end the process for (confluentinc/librdkafka issue 5573).  Where
 * something has come of this one, the other is over.
 */
static bool
may_sleep(const struct gw_scroll *scroll)
{
	return scroll->awake && (scroll->heard || !scroll->slept);
}

static void
fall_asleep(struct gw_scroll *scroll)
{
	if (!may_sleep(scroll))
		return;
	(void)rd_kafka_assign(scroll->client.rk, NULL);
	scroll->awake = false;
	scroll->slept = true;
}

/* Where to begin. */
struct start {
	int64_t from;
	int32_t partition;
	const void *key; /* not NULL: in the partition that it falls into, at from_ms */
	size_t key_len;
	int64_t from_ms;
};

/* The first message from that time on; there need not be one. */
static enum gw_status
seek_time(struct gw_scroll *scroll, int64_t from_ms, struct gw_error *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_resp_err_t code;

	rd_kafka_topic_partition_list_add(list, scroll->topic, scroll->partition)->offset =
		from_ms > 0 ? from_ms : 0;
	code = rd_kafka_offsets_for_times(scroll->client.rk, list, OPEN_MS);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		code = list->elems[0].err;
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		scroll->next = list->elems[0].offset >= 0 ? list->elems[0].offset : scroll->end;
	rd_kafka_topic_partition_list_destroy(list);
	return code == RD_KAFKA_RESP_ERR_NO_ERROR
		       ? GW_OK
		       : gw_client_fail(&scroll->client, code, scroll->topic, err);
}

static enum gw_status
start_at(struct gw_scroll *scroll, const struct start *start, struct gw_error *err)
{
	scroll->partition = start->partition;
	/* As the producer does it. */
	if (start->key != NULL && scroll->partitions > 0)
		scroll->partition = rd_kafka_msg_partitioner_murmur2_random(
			scroll->known, start->key, start->key_len, scroll->partitions, NULL, NULL);
	if (begin(scroll, start->from, err) != GW_OK)
		return err->status;
	return start->key != NULL ? seek_time(scroll, start->from_ms, err) : GW_OK;
}

static enum gw_status
try_open(const struct gw_config *config, const char *topic, const struct start *start,
	 struct gw_scroll **out, struct gw_error *err)
{
	struct gw_scroll *scroll = calloc(1, sizeof *scroll);
	bool there = false;
	enum gw_status status;

	if (scroll == NULL || strlen(topic) >= sizeof scroll->topic) {
		free(scroll);
		return gw_fail_memory(err);
	}
	scroll->config = config;
	memcpy(scroll->topic, topic, strlen(topic) + 1);
	status = open_client(scroll, err);
	if (status == GW_OK)
		status = look(scroll, &there, err);
	if (status == GW_OK && there)
		status = start_at(scroll, start, err);
	if (status != GW_OK || !there) {
		gw_scroll_close(scroll);
		scroll = NULL;
	}
	if (status == GW_OK)
		*out = scroll;
	return status;
}

enum gw_status
gw_scroll_try(const struct gw_config *config, const char *topic, int64_t from,
	      struct gw_scroll **out, struct gw_error *err)
{
	const struct start start = {.from = from};

	return try_open(config, topic, &start, out, err);
}

enum gw_status
gw_scroll_open(const struct gw_config *config, const char *topic, int64_t from,
	       struct gw_scroll **out, struct gw_error *err)
{
	return gw_scroll_part(config, topic, 0, from, out, err);
}

enum gw_status
gw_scroll_keyed(const struct gw_config *config, const char *topic, const char *key, int64_t from_ms,
		struct gw_scroll **out, struct gw_error *err)
{
	const struct start start = {
		.from = -1, .key = key, .key_len = strlen(key), .from_ms = from_ms};

	*out = NULL;
	return try_open(config, topic, &start, out, err);
}

enum gw_status
gw_scroll_part(const struct gw_config *config, const char *topic, int32_t partition, int64_t from,
	       struct gw_scroll **out, struct gw_error *err)
{
	const struct start start = {.from = from, .partition = partition};
	struct gw_scroll *scroll = NULL;

	if (try_open(config, topic, &start, &scroll, err) != GW_OK)
		return err->status;
	if (scroll == NULL)
		return gw_fail(err, GW_CONFIG,
			       _("Kafka at %s has no topic %s; check prefix in songma.yaml"),
			       config->brokers, topic);
	*out = scroll;
	return GW_OK;
}

static bool
is_sign(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR__PARTITION_EOF;
}

/* So that it may be closed; the stopping that is waited for asks no broker. */
static void
wait_sign(struct gw_scroll *scroll)
{
	int64_t until = gw_deadline(SIGN_MS);

	while (scroll->awake && !may_sleep(scroll) && gw_clock_us() < until) {
		rd_kafka_message_t *message =
			rd_kafka_consumer_poll(scroll->client.rk, gw_step_ms(until));

		if (message == NULL)
			continue;
		scroll->heard = is_sign(message->err);
		rd_kafka_message_destroy(message);
	}
}

void
gw_scroll_close(struct gw_scroll *scroll)
{
	if (scroll == NULL)
		return;
	wait_sign(scroll);
	if (scroll->client.rk != NULL)
		(void)rd_kafka_consumer_close(scroll->client.rk);
	if (scroll->known != NULL)
		rd_kafka_topic_destroy(scroll->known);
	gw_client_close(&scroll->client);
	free(scroll);
}

int64_t
gw_scroll_place(const struct gw_scroll *scroll)
{
	return scroll->next;
}

int64_t
gw_scroll_end(const struct gw_scroll *scroll)
{
	return scroll->end;
}

bool
gw_scroll_reached(const struct gw_scroll *scroll)
{
	return scroll->next >= scroll->end;
}

/* Owns the message unless it has been put into *out. */
static enum gw_status
take(struct gw_scroll *scroll, rd_kafka_message_t *message, struct gw_incoming *out, bool *got,
     struct gw_error *err)
{
	rd_kafka_resp_err_t code = message->err;

	scroll->heard = scroll->heard || is_sign(code);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
		scroll->next = message->offset + 1;
		*out = (struct gw_incoming){
			.topic = scroll->topic,
			.partition = message->partition,
			.offset = message->offset,
			.timestamp_ms = rd_kafka_message_timestamp(message, NULL),
			.key = message->key,
			.key_len = message->key_len,
			.value = message->payload,
			.value_len = message->len,
			.handle = message,
		};
		*got = true;
		return GW_OK;
	}
	if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF && message->offset > scroll->next)
		scroll->next = message->offset;
	rd_kafka_message_destroy(message);
	/* What may pass the library tries again by itself. */
	if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF || gw_kafka_class(code) == GW_RETRY)
		return GW_OK;
	return gw_client_fail(&scroll->client, code, scroll->topic, err);
}

enum gw_status
gw_scroll_next(struct gw_scroll *scroll, int timeout_ms, struct gw_incoming *message, bool *got,
	       struct gw_error *err)
{
	rd_kafka_message_t *taken;

	*got = false;
	if (wake(scroll, err) != GW_OK)
		return err->status;
	taken = rd_kafka_consumer_poll(scroll->client.rk, timeout_ms);
	return taken == NULL ? GW_OK : take(scroll, taken, message, got, err);
}

enum gw_status
gw_scroll_finish(struct gw_scroll *scroll, gw_scroll_fn *each, void *arg, struct gw_error *err)
{
	int64_t until = gw_deadline(FINISH_MS);
	enum gw_status status = GW_OK;

	while (status == GW_OK && !gw_scroll_reached(scroll)) {
		struct gw_incoming message;
		bool got;

		status = gw_scroll_next(scroll, gw_step_ms(until), &message, &got, err);
		if (status != GW_OK)
			break;
		if (got) {
			status = each(arg, &message, err);
			gw_consumer_release(&message, 1);
			until = gw_deadline(FINISH_MS);
		} else if (gw_clock_us() >= until) {
			status = gw_client_fail(&scroll->client, RD_KAFKA_RESP_ERR__TIMED_OUT,
						scroll->topic, err);
		}
	}
	fall_asleep(scroll);
	return status;
}

enum gw_status
gw_scroll_all(const struct gw_config *config, const char *topic, gw_scroll_fn *each, void *arg,
	      int64_t *next, struct gw_error *err)
{
	struct gw_scroll *scroll = NULL;
	enum gw_status status = gw_scroll_try(config, topic, -1, &scroll, err);

	if (status == GW_OK && scroll != NULL)
		status = gw_scroll_finish(scroll, each, arg, err);
	if (status == GW_OK)
		*next = scroll == NULL ? 0 : scroll->next;
	gw_scroll_close(scroll);
	return status;
}
