/*
 * Topics are made here and nowhere else: their partitions, compaction and
 * retention are part of the promises.
 */
#include "kafka/producer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "kafka/internal.h"

enum { READY_MS = 30000, CREATE_MS = 15000, PAUSE_MS = 100 };

#define THIRTY_DAYS_MS "2592000000"
#define WEEK_MS "604800000"
/* The producer's message.max.bytes and a batch around it. */
#define MESSAGE_BYTES "5308416"

static const struct gw_setting record_settings[] = {
	{"cleanup.policy", "compact"},
	{"min.compaction.lag.ms", THIRTY_DAYS_MS},
	{"delete.retention.ms", THIRTY_DAYS_MS},
	{"max.message.bytes", MESSAGE_BYTES},
	{NULL, NULL},
};

/* Read whole at every start of a pull, so it is cleaned in small pieces. */
static const struct gw_setting position_settings[] = {
	{"cleanup.policy", "compact"},
	{"segment.bytes", "4194304"},
	{"min.cleanable.dirty.ratio", "0.1"},
	{NULL, NULL},
};

static const struct gw_setting kept_settings[] = {
	{"cleanup.policy", "delete"},         {"retention.ms", "-1"}, {"retention.bytes", "-1"},
	{"max.message.bytes", MESSAGE_BYTES}, {NULL, NULL},
};

/* A pull that was away for longer no longer does what was asked. */
static const struct gw_setting control_settings[] = {
	{"cleanup.policy", "delete"},
	{"retention.ms", THIRTY_DAYS_MS},
	{"retention.bytes", "-1"},
	{"max.message.bytes", MESSAGE_BYTES},
	{NULL, NULL},
};

/*
 * Never compacted: that keeps the last record of a key, whatever its version, and here older
 * versions come behind newer ones.  What was loaded is not needed again: a row that the source
 * no longer has is taken over from the table where that is rebuilt.
 */
static const struct gw_setting replay_settings[] = {
	{"cleanup.policy", "delete"},
	{"retention.ms", THIRTY_DAYS_MS},
	{"retention.bytes", "-1"},
	{"max.message.bytes", MESSAGE_BYTES},
	{NULL, NULL},
};

static const struct gw_setting answer_settings[] = {
	{"cleanup.policy", "delete"},
	{"retention.ms", WEEK_MS},
	{"retention.bytes", "-1"},
	{"max.message.bytes", MESSAGE_BYTES},
	{NULL, NULL},
};

static const struct {
	const char *name; /* NULL: the stream's */
	const struct gw_setting *settings;
} kinds[] = {
	[GW_TOPIC_RECORDS] = {NULL, record_settings},
	[GW_TOPIC_POSITION] = {"_position", position_settings},
	[GW_TOPIC_LETTERS] = {"_dlq", kept_settings},
	[GW_TOPIC_EVENTS] = {"_events", kept_settings},
	[GW_TOPIC_CONTROL] = {"_control", control_settings},
	[GW_TOPIC_ANSWERS] = {"_answers", answer_settings},
	[GW_TOPIC_CORRECTIONS] = {"_corrections", position_settings},
	[GW_TOPIC_REPLAY] = {"_replay", replay_settings},
	[GW_TOPIC_AUDIT] = {"_audit", kept_settings},
};

bool
gw_topic_name(const struct gw_config *config, const char *source, enum gw_topic_kind kind,
	      const char *stream, char out[256])
{
	enum { KAFKA_MAX = 249 };
	const char *last = kinds[kind].name != NULL ? kinds[kind].name : stream;
	int len = source == NULL || kind == GW_TOPIC_AUDIT
			  ? snprintf(out, 256, "%s.%s", config->prefix, last)
			  : snprintf(out, 256, "%s.%s.%s", config->prefix, source, last);

	return len > 0 && len <= KAFKA_MAX;
}

struct topic {
	char name[256];
	enum gw_topic_kind kind;
	int partitions;
	bool missing;
	bool ready; /* every partition has a leader */
};

static enum gw_status
list_single(const struct gw_config *config, const char *source, const enum gw_topic_kind *kinds_of,
	    size_t count, struct topic *topics, struct gw_error *err)
{
	for (size_t i = 0; i < count; i++) {
		topics[i].kind = kinds_of[i];
		topics[i].partitions = 1;
		if (!gw_topic_name(config, source, kinds_of[i], NULL, topics[i].name))
			return gw_fail(err, GW_CONFIG,
				       _("source %s: its topics' names would have more than 249 "
					 "characters"),
				       source);
	}
	return GW_OK;
}

static enum gw_status
list_records(const struct gw_config *config, const struct gw_source *source, struct topic *topics,
	     struct gw_error *err)
{
	for (size_t i = 0; i < source->nstreams; i++) {
		const char *stream = source->streams[i].name;

		topics[i].kind = GW_TOPIC_RECORDS;
		topics[i].partitions = (int)config->partitions;
		if (!gw_topic_name(config, source->name, GW_TOPIC_RECORDS, stream, topics[i].name))
			return gw_fail(err, GW_CONFIG,
				       _("source %s: a topic's name would have more than 249 "
					 "characters; shorten the stream's name (%s)"),
				       source->name, stream);
	}
	return GW_OK;
}

static enum gw_status
fail_partitions(const struct topic *topic, int found, struct gw_error *err)
{
	if (topic->kind != GW_TOPIC_RECORDS)
		return gw_fail(err, GW_CONFIG,
			       _("topic %s has %d partitions instead of 1, so this program did not "
				 "make it; choose another prefix in songma.yaml"),
			       topic->name, found);
	return gw_fail(
		err, GW_CONFIG,
		_("topic %s has %d partitions, but songma.yaml says kafka.partitions: %d; the "
		  "number is fixed at birth, since another one would part the records of a "
		  "key: write %d"),
		topic->name, found, topic->partitions, found);
}

/* Compares one topic with what the brokers have. */
static enum gw_status
compare(struct topic *topic, const rd_kafka_metadata_t *metadata, struct gw_error *err)
{
	const rd_kafka_metadata_topic_t *found = NULL;

	for (int i = 0; i < metadata->topic_cnt && found == NULL; i++)
		if (strcmp(metadata->topics[i].topic, topic->name) == 0)
			found = &metadata->topics[i];
	topic->missing = found == NULL || found->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
	topic->ready = !topic->missing && found->err == RD_KAFKA_RESP_ERR_NO_ERROR;
	if (!topic->ready)
		return GW_OK;
	if (found->partition_cnt != topic->partitions)
		return fail_partitions(topic, found->partition_cnt, err);
	for (int i = 0; i < found->partition_cnt; i++)
		topic->ready = topic->ready && found->partitions[i].leader >= 0;
	return GW_OK;
}

static enum gw_status
look(struct gw_producer *producer, struct topic *topics, size_t count, struct gw_error *err)
{
	const rd_kafka_metadata_t *metadata;
	enum gw_status status =
		gw_client_metadata(&producer->client, true, CREATE_MS, &metadata, err);

	if (status != GW_OK)
		return status;
	for (size_t i = 0; status == GW_OK && i < count; i++)
		status = compare(&topics[i], metadata, err);
	rd_kafka_metadata_destroy(metadata);
	return status;
}

static rd_kafka_NewTopic_t *
describe(const struct topic *topic, int replication)
{
	rd_kafka_NewTopic_t *new =
		rd_kafka_NewTopic_new(topic->name, topic->partitions, replication, NULL, 0);

	for (const struct gw_setting *s = kinds[topic->kind].settings; new != NULL && s->name; s++)
		(void)rd_kafka_NewTopic_set_config(new, s->name, s->value);
	return new;
}

/* That another process made a topic a moment ago is as good. */
static enum gw_status
check_created(struct gw_producer *producer, rd_kafka_event_t *event, struct gw_error *err)
{
	const rd_kafka_CreateTopics_result_t *result = rd_kafka_event_CreateTopics_result(event);
	const rd_kafka_topic_result_t **topics;
	size_t count = 0;

	if (result == NULL || rd_kafka_event_error(event) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return gw_client_fail(&producer->client,
				      result == NULL ? RD_KAFKA_RESP_ERR__TIMED_OUT
						     : rd_kafka_event_error(event),
				      _("topics can't be made"), err);
	topics = rd_kafka_CreateTopics_result_topics(result, &count);
	for (size_t i = 0; i < count; i++) {
		rd_kafka_resp_err_t code = rd_kafka_topic_result_error(topics[i]);
		const char *why = rd_kafka_topic_result_error_string(topics[i]);

		if (code != RD_KAFKA_RESP_ERR_NO_ERROR &&
		    code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
			return gw_fail(err, gw_kafka_class(code), _("topic %s can't be made: %s"),
				       rd_kafka_topic_result_name(topics[i]),
				       why != NULL ? why : rd_kafka_err2str(code));
	}
	return GW_OK;
}

static enum gw_status
ask_for(struct gw_producer *producer, rd_kafka_NewTopic_t **news, size_t count,
	struct gw_error *err)
{
	rd_kafka_AdminOptions_t *options =
		rd_kafka_AdminOptions_new(producer->client.rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(producer->client.rk);
	rd_kafka_event_t *event;
	enum gw_status status;
	char why[200];

	(void)rd_kafka_AdminOptions_set_request_timeout(options, CREATE_MS, why, sizeof why);
	(void)rd_kafka_AdminOptions_set_operation_timeout(options, CREATE_MS, why, sizeof why);
	rd_kafka_CreateTopics(producer->client.rk, news, count, options, queue);
	event = rd_kafka_queue_poll(queue, 2 * CREATE_MS);
	status = check_created(producer, event, err);
	rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
	rd_kafka_AdminOptions_destroy(options);
	return status;
}

static enum gw_status
create_missing(struct gw_producer *producer, const struct topic *topics, size_t count,
	       struct gw_error *err)
{
	rd_kafka_NewTopic_t **news = calloc(count, sizeof(rd_kafka_NewTopic_t *));
	enum gw_status status = GW_OK;
	size_t n = 0;

	if (news == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < count; i++) {
		if (!topics[i].missing)
			continue;
		news[n] = describe(&topics[i], (int)producer->config->replication);
		if (news[n] == NULL) {
			status = gw_fail_memory(err);
			break;
		}
		n++;
	}
	if (status == GW_OK && n > 0)
		status = ask_for(producer, news, n, err);
	rd_kafka_NewTopic_destroy_array(news, n);
	free(news);
	return status;
}

/* Looks, makes what is missing, and looks again until every partition has a leader. */
static enum gw_status
make_ready(struct gw_producer *producer, const char *source, struct topic *topics, size_t count,
	   struct gw_error *err)
{
	int64_t until = gw_deadline(READY_MS);

	for (;;) {
		bool ready = true;

		if (look(producer, topics, count, err) != GW_OK)
			return err->status;
		for (size_t i = 0; i < count; i++)
			ready = ready && topics[i].ready;
		if (ready)
			return GW_OK;
		if (gw_clock_us() >= until)
			return gw_fail(
				err, GW_RETRY,
				_("Kafka at %s: topics of source %s have no leader yet; look "
				  "at the brokers if this lasts"),
				producer->client.brokers, source);
		if (create_missing(producer, topics, count, err) != GW_OK)
			return err->status;
		rd_kafka_poll(producer->client.rk, PAUSE_MS);
	}
}

enum gw_status
gw_producer_topics(struct gw_producer *producer, const struct gw_config *config,
		   const struct gw_source *source, struct gw_error *err)
{
	static const enum gw_topic_kind single[] = {
		GW_TOPIC_POSITION, GW_TOPIC_LETTERS,     GW_TOPIC_EVENTS, GW_TOPIC_CONTROL,
		GW_TOPIC_ANSWERS,  GW_TOPIC_CORRECTIONS, GW_TOPIC_REPLAY};
	enum { NSINGLE = sizeof single / sizeof single[0] };
	size_t count = NSINGLE + source->nstreams;
	struct topic *topics;
	enum gw_status status;

	if (config->partitions < 1 || config->partitions > GW_MAX_PARTITIONS)
		return gw_fail(err, GW_CONFIG,
			       _("songma.yaml: kafka.partitions is %lld; it can be from 1 to %d"),
			       (long long)config->partitions, (int)GW_MAX_PARTITIONS);
	topics = calloc(count, sizeof *topics);
	if (topics == NULL)
		return gw_fail_memory(err);
	status = list_single(config, source->name, single, NSINGLE, topics, err);
	if (status == GW_OK)
		status = list_records(config, source, topics + NSINGLE, err);
	if (status == GW_OK)
		status = make_ready(producer, source->name, topics, count, err);
	free(topics);
	return status;
}

enum gw_status
gw_producer_desk_topics(struct gw_producer *producer, const struct gw_config *config,
			const char *source, struct gw_error *err)
{
	static const enum gw_topic_kind single[] = {GW_TOPIC_CONTROL, GW_TOPIC_ANSWERS,
						    GW_TOPIC_CORRECTIONS, GW_TOPIC_AUDIT};
	enum { NSINGLE = sizeof single / sizeof single[0] };
	struct topic topics[NSINGLE] = {{.missing = false}};

	if (list_single(config, source, single, NSINGLE, topics, err) != GW_OK)
		return err->status;
	return make_ready(producer, source, topics, NSINGLE, err);
}
