/*
 * Reading the positions back.  A read_committed reader ends at the last stable
 * offset, which lies behind the end while a transaction is open or its end is
 * being written: what it has seen by then may be stale.  So the end is asked
 * for as a read_uncommitted reader first, and then all up to there is read.
 */
#include "kafka/producer.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "kafka/internal.h"

enum { READ_MS = 60000, LEADER_MS = 5000, STREAMS_MAX = 4096, POSITION_BYTES = 64 * 1024 };

/* The newest message of a key, still as text: an old one need not be readable any more. */
struct newest {
	char stream[GW_MAX_STREAM_NAME];
	char *text; /* NULL: a tombstone */
	size_t len;
	int64_t offset;
};

struct reading {
	struct gw_producer *producer;
	struct newest *newest;
	size_t count, cap;
	int64_t end; /* the first offset that need not be read */
	bool done;
};

static enum gw_status
open_reader(struct gw_producer *producer, struct gw_client *client, struct gw_error *err)
{
	const struct gw_setting fixed[] = {
		{"group.id", producer->position_topic}, /* the library wants one; it joins none */
		{"enable.auto.commit", "false"},        {"enable.auto.offset.store", "false"},
		{"auto.offset.reset", "error"},         {"enable.partition.eof", "true"},
		{"isolation.level", "read_committed"},  {NULL, NULL},
	};
	static const struct gw_setting small[] = {
		{"queued.max.messages.kbytes", "1024"},
		{"fetch.wait.max.ms", "50"},
		{"check.crcs", "true"},
		{NULL, NULL},
	};
	const struct gw_client_plan plan = {
		.type = RD_KAFKA_CONSUMER,
		.defaults = small,
		.fixed = fixed,
	};

	return gw_client_open(client, producer->config, &plan, err);
}

static enum gw_status
find_end(const struct gw_producer *producer, int64_t *end, struct gw_error *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	enum gw_status status;

	rd_kafka_topic_partition_list_add(list, producer->position_topic, 0);
	status = gw_client_written_ends(producer->config, list, err);
	if (status == GW_OK)
		*end = list->elems[0].offset;
	rd_kafka_topic_partition_list_destroy(list);
	return status;
}

static struct newest *
newest_of(struct reading *reading, const char *stream, size_t len, struct gw_error *err)
{
	for (size_t i = 0; i < reading->count; i++)
		if (strlen(reading->newest[i].stream) == len &&
		    memcmp(reading->newest[i].stream, stream, len) == 0)
			return &reading->newest[i];
	if (reading->count == reading->cap) {
		size_t cap = reading->cap == 0 ? 16 : 2 * reading->cap;
		struct newest *grown =
			cap > STREAMS_MAX ? NULL : realloc(reading->newest, cap * sizeof *grown);

		if (grown == NULL) {
			(void)gw_fail_memory(err);
			return NULL;
		}
		reading->newest = grown;
		reading->cap = cap;
	}
	reading->newest[reading->count] = (struct newest){.text = NULL};
	memcpy(reading->newest[reading->count].stream, stream, len);
	return &reading->newest[reading->count++];
}

static enum gw_status
keep(struct reading *reading, const rd_kafka_message_t *message, struct gw_error *err)
{
	struct newest *newest;
	char *text = NULL;

	if (message->key == NULL || message->key_len == 0 ||
	    message->key_len >= GW_MAX_STREAM_NAME || message->len > POSITION_BYTES)
		return gw_fail(err, GW_CONFIG,
			       _("topic %s, offset %lld: this is not a position that this program "
				 "has written"),
			       reading->producer->position_topic, (long long)message->offset);
	newest = newest_of(reading, message->key, message->key_len, err);
	if (newest == NULL)
		return err->status;
	if (message->payload != NULL) {
		text = malloc(message->len + 1);
		if (text == NULL)
			return gw_fail_memory(err);
		memcpy(text, message->payload, message->len);
	}
	free(newest->text);
	newest->text = text;
	newest->len = message->len;
	newest->offset = message->offset;
	return GW_OK;
}

static enum gw_status
take(struct reading *reading, struct gw_client *client, const rd_kafka_message_t *message,
     struct gw_error *err)
{
	if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		reading->done = message->offset >= reading->end;
		return GW_OK;
	}
	if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
		return keep(reading, message, err);
	if (gw_kafka_class(message->err) == GW_RETRY)
		return GW_OK; /* the library goes on by itself, until our deadline */
	return gw_client_fail(client, message->err, _("positions can't be read"), err);
}

static enum gw_status
read_all(struct reading *reading, struct gw_client *client, struct gw_error *err)
{
	int64_t until = gw_deadline(READ_MS);
	enum gw_status status = GW_OK;

	while (status == GW_OK && !reading->done) {
		rd_kafka_message_t *message = rd_kafka_consumer_poll(client->rk, gw_step_ms(until));

		if (message != NULL) {
			status = take(reading, client, message, err);
			rd_kafka_message_destroy(message);
		} else if (gw_clock_us() >= until) {
			status = gw_client_fail(client, RD_KAFKA_RESP_ERR__TIMED_OUT,
						_("positions can't be read"), err);
		}
	}
	return status;
}

/* Asks for the leader first: the library asks half a second later for one that it does not know
   when the reading begins.  Without an answer it does that. */
static rd_kafka_topic_t *
meet_leader(struct gw_client *client, const char *topic)
{
	rd_kafka_topic_t *known = rd_kafka_topic_new(client->rk, topic, NULL);
	const rd_kafka_metadata_t *metadata;

	if (known != NULL && rd_kafka_metadata(client->rk, 0, known, &metadata, LEADER_MS) ==
				     RD_KAFKA_RESP_ERR_NO_ERROR)
		rd_kafka_metadata_destroy(metadata);
	return known;
}

static enum gw_status
read_committed(struct reading *reading, struct gw_error *err)
{
	struct gw_client client = {.rk = NULL};
	rd_kafka_topic_t *topic;
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_resp_err_t code;
	enum gw_status status = open_reader(reading->producer, &client, err);

	if (status == GW_OK) {
		(void)rd_kafka_poll_set_consumer(client.rk);
		topic = meet_leader(&client, reading->producer->position_topic);
		list = rd_kafka_topic_partition_list_new(1);
		rd_kafka_topic_partition_list_add(list, reading->producer->position_topic, 0)
			->offset = RD_KAFKA_OFFSET_BEGINNING;
		code = rd_kafka_assign(client.rk, list);
		rd_kafka_topic_partition_list_destroy(list);
		status = code == RD_KAFKA_RESP_ERR_NO_ERROR
				 ? read_all(reading, &client, err)
				 : gw_client_fail(&client, code, _("positions can't be read"), err);
		(void)rd_kafka_consumer_close(client.rk);
		if (topic != NULL)
			rd_kafka_topic_destroy(topic);
	}
	gw_client_close(&client);
	return status;
}

static enum gw_status
decode(const struct reading *reading, const struct gw_pull_keys *keys, struct gw_position *out,
       size_t *count, struct gw_error *err)
{
	*count = 0;
	for (size_t i = 0; i < reading->count; i++) {
		const struct newest *newest = &reading->newest[i];
		enum gw_status status = GW_OK;

		if (newest->text == NULL)
			continue;
		status = gw_position_decode(newest->text, newest->len, keys, &out[*count], err);
		if (status == GW_OK && strcmp(out[*count].stream, newest->stream) != 0)
			status = gw_fail(err, GW_CONFIG, _("it is of stream %s, its key says %s"),
					 out[*count].stream, newest->stream);
		if (status != GW_OK)
			return gw_wrap(err, _("topic %s, offset %lld"),
				       reading->producer->position_topic,
				       (long long)newest->offset);
		(*count)++;
	}
	return GW_OK;
}

enum gw_status
gw_producer_positions(struct gw_producer *producer, const struct gw_pull_keys *keys,
		      struct gw_position **out, size_t *count, struct gw_error *err)
{
	struct reading reading = {.producer = producer};
	struct gw_position *positions = NULL;
	size_t found = 0;
	enum gw_status status = find_end(producer, &reading.end, err);

	reading.done = reading.end == 0;
	if (status == GW_OK && !reading.done)
		status = read_committed(&reading, err);
	if (status == GW_OK) {
		positions = calloc(reading.count + 1, sizeof *positions);
		status = positions == NULL ? gw_fail_memory(err)
					   : decode(&reading, keys, positions, &found, err);
	}
	for (size_t i = 0; i < reading.count; i++)
		free(reading.newest[i].text);
	free(reading.newest);
	if (status != GW_OK) {
		free(positions);
		return status;
	}
	*out = positions;
	*count = found;
	return GW_OK;
}
