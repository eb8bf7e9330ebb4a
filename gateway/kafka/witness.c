#include "kafka/witness.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum {
	SILENCE_MS = 30000,
	NEAR = 16,    /* offsets back: the end of a transaction and what is before it */
	FARTHER = 16, /* times as far back, where nothing was left */
};

/* One partition under examination. */
struct probe {
	const struct gw_witness *witness;
	int64_t from;  /* this round looks at the offsets from here on */
	bool answered; /* in this round */
	bool found;    /* a message, all that the round has seen being as they should */
	bool settled;
};

struct check {
	struct gw_client client;
	struct probe *probes;
	size_t count;
};

static enum gw_status
fail_other(const struct gw_witness *witness, struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG,
		       _("topic %s, partition %d: the warehouse was loaded up to offset %lld, and "
			 "the topic holds %lld to %lld, but what stands below that offset is not "
			 "what was loaded from there: Kafka was restored to an earlier day and has "
			 "been written on since.  Nothing is loaded until a person decides; with "
			 "another prefix in songma.yaml every source is read again, and versions "
			 "keep old records from overwriting newer ones"),
		       witness->topic, (int)witness->partition, (long long)witness->start.offset,
		       (long long)witness->low, (long long)witness->high);
}

static struct probe *
find(const struct check *check, const rd_kafka_message_t *message)
{
	const char *topic = message->rkt == NULL ? "" : rd_kafka_topic_name(message->rkt);

	for (size_t i = 0; i < check->count; i++)
		if (check->probes[i].witness->partition == message->partition &&
		    strcmp(check->probes[i].witness->topic, topic) == 0)
			return &check->probes[i];
	return NULL;
}

/* Takes the probe's partition out of what is fetched. */
static void
answer(struct check *check, struct probe *probe)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

	probe->answered = true;
	rd_kafka_topic_partition_list_add(list, probe->witness->topic, probe->witness->partition);
	(void)rd_kafka_pause_partitions(check->client.rk, list);
	rd_kafka_topic_partition_list_destroy(list);
}

static enum gw_status
look_at(struct check *check, struct probe *probe, const rd_kafka_message_t *message,
	struct gw_error *err)
{
	const struct gw_start *start = &probe->witness->start;
	int64_t time_ms = rd_kafka_message_timestamp(message, NULL);

	if (message->offset >= start->offset) {
		answer(check, probe);
		return GW_OK;
	}
	probe->found = true;
	if (message->offset == start->offset - 1) {
		answer(check, probe);
		return gw_incoming_print(time_ms, message->key, message->key_len, message->payload,
					 message->len) == start->print
			       ? GW_OK
			       : fail_other(probe->witness, err);
	}
	return time_ms <= start->newest_ms ? GW_OK : fail_other(probe->witness, err);
}

static enum gw_status
take(struct check *check, const rd_kafka_message_t *message, struct gw_error *err)
{
	struct probe *probe = find(check, message);

	if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
		return probe == NULL || probe->answered ? GW_OK
							: look_at(check, probe, message, err);
	if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		if (probe != NULL && !probe->answered)
			answer(check, probe);
		return GW_OK;
	}
	/* What was there a moment ago has just come to the end of its retention. */
	if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
	    message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
		return gw_client_fail(&check->client, RD_KAFKA_RESP_ERR__OUTDATED,
				      probe == NULL ? "" : probe->witness->topic, err);
	if (gw_kafka_class(message->err) == GW_RETRY)
		return GW_OK;
	return gw_client_fail(&check->client, message->err,
			      probe == NULL ? "" : probe->witness->topic, err);
}

/* Begins a round: the probes that are not settled look from so far back on. */
static enum gw_status
begin(struct check *check, int64_t back, struct gw_error *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
	rd_kafka_resp_err_t code;

	for (size_t i = 0; i < check->count; i++) {
		struct probe *probe = &check->probes[i];
		const struct gw_witness *witness = probe->witness;

		probe->answered = probe->settled;
		if (probe->settled)
			continue;
		probe->from = witness->start.offset - back > witness->low
				      ? witness->start.offset - back
				      : witness->low;
		rd_kafka_topic_partition_list_add(list, witness->topic, witness->partition)
			->offset = probe->from;
	}
	code = rd_kafka_assign(check->client.rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	return code == RD_KAFKA_RESP_ERR_NO_ERROR
		       ? GW_OK
		       : gw_client_fail(&check->client, code, _("no records"), err);
}

static bool
all_answered(const struct check *check)
{
	for (size_t i = 0; i < check->count; i++)
		if (!check->probes[i].answered)
			return false;
	return true;
}

static enum gw_status
hear(struct check *check, struct gw_error *err)
{
	int64_t until = gw_deadline(SILENCE_MS);
	enum gw_status status = GW_OK;

	while (status == GW_OK && !all_answered(check)) {
		rd_kafka_message_t *message =
			rd_kafka_consumer_poll(check->client.rk, gw_step_ms(until));

		if (message != NULL) {
			status = take(check, message, err);
			if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
				until = gw_deadline(SILENCE_MS);
			rd_kafka_message_destroy(message);
		} else if (gw_clock_us() >= until) {
			status = gw_client_fail(&check->client, RD_KAFKA_RESP_ERR__TIMED_OUT,
						_("no records"), err);
		}
	}
	return status;
}

/* A round is the end where it found a message, or nothing is left that could be looked at. */
static void
settle(struct check *check)
{
	for (size_t i = 0; i < check->count; i++) {
		struct probe *probe = &check->probes[i];

		probe->settled = probe->settled || probe->found ||
				 probe->from <= probe->witness->low ||
				 probe->witness->start.newest_ms == INT64_MAX;
	}
}

/*
 * One round, on a connection of its own: an assignment that takes another's place before that one
 * has stopped is a race that some versions of the library end the process for
 * (confluentinc/librdkafka issue 5573).
 */
static enum gw_status
run_round(struct check *check, const struct gw_config *config, int64_t back, struct gw_error *err)
{
	enum gw_status status = gw_client_open_reader(&check->client, config, err);

	if (status == GW_OK)
		status = begin(check, back, err);
	if (status == GW_OK)
		status = hear(check, err);
	if (check->client.rk != NULL)
		(void)rd_kafka_consumer_close(check->client.rk);
	gw_client_close(&check->client);
	settle(check);
	return status;
}

static bool
all_settled(const struct check *check)
{
	for (size_t i = 0; i < check->count; i++)
		if (!check->probes[i].settled)
			return false;
	return true;
}

enum gw_status
gw_witness_check(const struct gw_config *config, const struct gw_witness *list, size_t count,
		 struct gw_error *err)
{
	struct check check = {.probes = calloc(count + 1, sizeof *check.probes)};
	enum gw_status status = GW_OK;

	if (check.probes == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < count; i++)
		if (list[i].start.seen && list[i].start.offset > list[i].low)
			check.probes[check.count++].witness = &list[i];
	for (int64_t back = NEAR; status == GW_OK && !all_settled(&check); back *= FARTHER)
		status = run_round(&check, config, back, err);
	free(check.probes);
	return status;
}
