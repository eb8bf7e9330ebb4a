#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "kafka/consumer.h"
#include "kafka/witness.h"
#include "kafka_mock.h"

static struct mock mock;

/* What the callbacks were asked, and what they answer. */
static struct {
	int assigned, revoked, failures;
	struct gw_start start;
	char names[400];
} calls;

static enum gw_status
assign(void *arg, const char *topic, int32_t partition, struct gw_start *start,
       struct gw_error *err)
{
	(void)arg;
	if (calls.failures > 0) {
		calls.failures--;
		return gw_fail(err, GW_RETRY, "the warehouse is away");
	}
	calls.assigned++;
	if (partition == 0) {
		size_t used = strlen(calls.names);

		(void)snprintf(calls.names + used, sizeof calls.names - used, "%s ", topic);
	}
	*start = calls.start;
	return GW_OK;
}

static void
revoke(void *arg, const char *topic, int32_t partition)
{
	(void)arg;
	(void)topic;
	(void)partition;
	calls.revoked++;
}

static void
set_up(void)
{
	cr_assert_geq(sodium_init(), 0, "libsodium");
	mock_start(&mock);
	calls.start = (struct gw_start){.offset = -1};
}

static void
tear_down(void)
{
	mock_stop(&mock);
}

TestSuite(consumer, .init = set_up, .fini = tear_down, .timeout = 60);

static void
produce(const char *topic, int32_t partition, int count)
{
	char why[200], value[20];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *rk;
	rd_kafka_topic_t *handle;

	rd_kafka_conf_set(conf, "bootstrap.servers", mock.brokers, why, sizeof why);
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
	cr_assert_not_null(rk, "%s", why);
	handle = rd_kafka_topic_new(rk, topic, NULL);
	for (int i = 0; i < count; i++) {
		int len = snprintf(value, sizeof value, "%d", i);

		cr_assert_eq(rd_kafka_produce(handle, partition, RD_KAFKA_MSG_F_COPY, value,
					      (size_t)len, "k", 1, NULL),
			     0, "produce");
	}
	cr_assert_eq(rd_kafka_flush(rk, 10000), 0, "flush");
	rd_kafka_topic_destroy(handle);
	rd_kafka_destroy(rk);
}

static struct gw_consumer *
open_consumer(void)
{
	struct gw_consumer *consumer = NULL;
	struct gw_error err = {.text = ""};

	cr_assert_eq(gw_consumer_open(&mock.config, assign, revoke, NULL, &consumer, &err), GW_OK,
		     "%s", err.text);
	return consumer;
}

/* Takes until the marked end; returns how many, and the first offset in *first. */
static int
drain(struct gw_consumer *consumer, int64_t *first)
{
	struct gw_incoming messages[64];
	struct gw_error err;
	size_t count;
	int all = 0;

	cr_assert_eq(gw_consumer_mark_end(consumer, &err), GW_OK, "%s", err.text);
	while (!gw_consumer_reached(consumer)) {
		cr_assert_eq(gw_consumer_take(consumer, messages, 64, 1000, &count, &err), GW_OK,
			     "%s", err.text);
		if (all == 0 && count > 0)
			*first = messages[0].offset;
		all += (int)count;
		gw_consumer_release(messages, count);
	}
	return all;
}

Test(consumer, has_caught_up_once_all_but_one_place_is_taken)
{
	struct gw_incoming messages[64];
	struct gw_consumer *consumer;
	struct gw_error err;
	size_t count = 0, all = 0;

	mock_topic(&mock, "songma.health.record", 1);
	produce("songma.health.record", 0, 40);
	consumer = open_consumer();
	while (all < 20) {
		cr_assert_eq(gw_consumer_take(consumer, messages, 20 - all, 1000, &count, &err),
			     GW_OK, "%s", err.text);
		gw_consumer_release(messages, count);
		all += count;
	}
	cr_assert_not(gw_consumer_caught_up(consumer), "20 records still wait");
	while (all < 39) {
		cr_assert_eq(gw_consumer_take(consumer, messages, 39 - all, 1000, &count, &err),
			     GW_OK, "%s", err.text);
		gw_consumer_release(messages, count);
		all += count;
	}
	cr_assert(gw_consumer_caught_up(consumer), "one place may be the mark of a commit");
	gw_consumer_close(consumer);
}

Test(consumer, takes_records_letters_events_and_acts_and_no_positions)
{
	struct gw_consumer *consumer;
	int64_t first;

	mock_topic(&mock, "songma.health.record", 2);
	mock_topic(&mock, "songma.health._dlq", 1);
	mock_topic(&mock, "songma.health._events", 1);
	mock_topic(&mock, "songma.health._replay", 1);
	mock_topic(&mock, "songma.health._position", 1);
	mock_topic(&mock, "songma.health._control", 1);
	mock_topic(&mock, "songma.health._corrections", 1);
	mock_topic(&mock, "songma._audit", 1);
	mock_topic(&mock, "songma._control", 1);
	mock_topic(&mock, "songma.health", 1);
	mock_topic(&mock, "songma2.health.record", 1);
	mock_topic(&mock, "xsongma.health.record", 1);
	produce("songma.health.record", 0, 10);
	produce("songma.health.record", 1, 100);
	produce("songma.health._events", 0, 2);
	produce("songma.health._position", 0, 5);
	produce("songma._audit", 0, 3);
	consumer = open_consumer();
	cr_assert_eq(drain(consumer, &first), 115, "another number of messages");
	cr_assert_eq(calls.assigned, 6, "%d: %s", calls.assigned, calls.names);
	cr_assert_not_null(strstr(calls.names, "_replay"), "%s", calls.names);
	cr_assert_null(strstr(calls.names, "_position"), "%s", calls.names);
	cr_assert_null(strstr(calls.names, "_control"), "%s", calls.names);
	cr_assert_null(strstr(calls.names, "_corrections"), "%s", calls.names);
	cr_assert_eq(gw_consumer_lag(consumer), 0, "lag");
	cr_assert_str_neq(gw_consumer_cluster(consumer), "");
	gw_consumer_close(consumer);
	cr_assert_eq(calls.revoked, 6, "%d", calls.revoked);
}

Test(consumer, begins_where_the_warehouse_says_be_it_at_the_very_end)
{
	struct gw_consumer *consumer;
	int64_t first = -1;

	mock_topic(&mock, "songma.health.record", 2);
	produce("songma.health.record", 0, 100);
	produce("songma.health.record", 1, 60);
	calls.start.offset = 60;
	consumer = open_consumer();
	cr_assert_eq(drain(consumer, &first), 40, "another number of messages");
	cr_assert_eq(first, 60, "%lld", (long long)first);
	gw_consumer_close(consumer);
}

Test(consumer, names_the_topic_that_does_not_reach_so_far)
{
	struct gw_consumer *consumer;
	struct gw_incoming messages[8];
	struct gw_error err;
	enum gw_status status = GW_OK;
	size_t count;

	mock_topic(&mock, "songma.health.record", 1);
	produce("songma.health.record", 0, 100);
	calls.start.offset = 101;
	consumer = open_consumer();
	for (int i = 0; i < 20 && status == GW_OK; i++)
		status = gw_consumer_take(consumer, messages, 8, 1000, &count, &err);
	cr_assert_eq(status, GW_CONFIG, "%s", err.text);
	cr_assert_not_null(strstr(err.text, "songma.health.record"), "%s", err.text);
	cr_assert_not_null(strstr(err.text, "101"), "%s", err.text);
	cr_assert_not_null(strstr(err.text, "0 to 100"), "%s", err.text);
	gw_consumer_close(consumer);
}

Test(consumer, asks_again_when_the_warehouse_was_away)
{
	struct gw_consumer *consumer;
	struct gw_incoming messages[64];
	struct gw_error err;
	int retries = 0, all = 0;
	size_t count;

	mock_topic(&mock, "songma.health.record", 3);
	for (int p = 0; p < 3; p++)
		produce("songma.health.record", p, 10);
	calls.failures = 2;
	consumer = open_consumer();
	for (int i = 0; i < 30 && all < 30; i++) {
		enum gw_status status =
			gw_consumer_take(consumer, messages, 64, 1000, &count, &err);

		if (status == GW_OK) {
			all += (int)count;
			gw_consumer_release(messages, count);
			continue;
		}
		cr_assert_eq(status, GW_RETRY, "%s", err.text);
		cr_assert_not_null(strstr(err.text, "the warehouse is away"), "%s", err.text);
		retries++;
	}
	cr_assert_eq(all, 30, "%d messages", all);
	cr_assert_eq(retries, 2, "%d retries", retries);
	gw_consumer_close(consumer);
}

Test(consumer, counts_a_topic_that_is_new_as_something_to_reach)
{
	struct gw_consumer *consumer;
	int64_t first;

	mock_topic(&mock, "songma.health.record", 1);
	produce("songma.health.record", 0, 3);
	consumer = open_consumer();
	cr_assert_eq(drain(consumer, &first), 3, "the first topic");
	mock_topic(&mock, "songma.justice.death", 1);
	produce("songma.justice.death", 0, 5);
	calls.start = (struct gw_start){.offset = -1};
	cr_assert_geq(drain(consumer, &first), 5, "the new topic");
	cr_assert_not_null(strstr(calls.names, "songma.justice.death"), "%s", calls.names);
	gw_consumer_close(consumer);
}

Test(consumer, has_reached_the_end_when_there_is_no_topic)
{
	struct gw_consumer *consumer = open_consumer();
	struct gw_error err;

	cr_assert_not(gw_consumer_reached(consumer), "nothing was marked");
	cr_assert_eq(gw_consumer_mark_end(consumer, &err), GW_OK, "%s", err.text);
	cr_assert(gw_consumer_reached(consumer));
	gw_consumer_close(consumer);
}

Test(consumer, waits_for_the_first_message_no_longer_than_told)
{
	struct gw_consumer *consumer;
	struct gw_incoming messages[8];
	struct gw_error err;
	int64_t first;
	size_t count = 77;

	mock_topic(&mock, "songma.health.record", 1);
	consumer = open_consumer();
	cr_assert_eq(drain(consumer, &first), 0, "messages from nowhere");
	cr_assert_eq(gw_consumer_take(consumer, messages, 8, 50, &count, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(count, 0, "%zu", count);
	cr_assert_eq(gw_consumer_take(consumer, messages, 8, 0, &count, &err), GW_OK, "%s",
		     err.text);
	produce("songma.health.record", 0, 1);
	cr_assert_eq(gw_consumer_take(consumer, messages, 8, 10000, &count, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(count, 1, "%zu", count);
	cr_assert_eq(messages[0].key_len, 1, "key");
	cr_assert_eq(messages[0].value_len, 1, "value");
	cr_assert_gt(messages[0].timestamp_ms, 0, "time");
	cr_assert_null(gw_incoming_header(&messages[0], "songma", &count), "a header from nowhere");
	gw_consumer_release(messages, 1);
	gw_consumer_close(consumer);
}

Test(consumer, has_all_where_there_is_no_other)
{
	struct gw_consumer *consumer;
	struct gw_remain *others = NULL;
	struct gw_error err;
	size_t count = 77;
	int64_t first;

	mock_topic(&mock, "songma.health.record", 2);
	mock_topic(&mock, "songma.health._position", 1);
	consumer = open_consumer();
	(void)drain(consumer, &first);
	cr_assert(gw_consumer_has_all(consumer));
	cr_assert_eq(gw_consumer_others(consumer, &others, &count, &err), GW_OK, "%s", err.text);
	cr_assert_eq(count, 0, "%zu", count);
	free(others);
	mock_topic(&mock, "songma.health._events", 1);
	produce("songma.health._events", 0, 3);
	cr_assert_eq(gw_consumer_others(consumer, &others, &count, &err), GW_OK, "%s", err.text);
	cr_assert_eq(count, 1, "what nobody has yet is not ours: %zu", count);
	cr_assert_str_eq(others[0].topic, "songma.health._events");
	cr_assert_eq(others[0].end, 3);
	cr_assert_not(gw_consumer_has_all(consumer));
	free(others);
	gw_consumer_close(consumer);
}

/* ---- what is left of others' partitions ---------------------------------------------------- */

Test(consumer, looks_what_is_left_of_a_partition)
{
	static const struct {
		int64_t end, next, first;
	} cases[] = {
		{5, 0, 0}, {5, 4, 4}, {5, 5, 5}, {3, 3, 3}, {5, -1, 0}, {9, 5, -1},
	};
	struct gw_remain list[6] = {{.topic = ""}};
	struct gw_error err;

	mock_topic(&mock, "songma.health.record", 6);
	for (size_t i = 0; i < 6; i++) {
		produce("songma.health.record", (int32_t)i, 5);
		list[i] = (struct gw_remain){.topic = "songma.health.record",
					     .partition = (int32_t)i,
					     .end = cases[i].end,
					     .next = cases[i].next,
					     .first = 77,
					     .asked = i != 3};
	}
	cr_assert_eq(gw_remain_look(&mock.config, list, 6, &err), GW_OK, "%s", err.text);
	for (size_t i = 0; i < 6; i++)
		cr_expect_eq(list[i].first, i == 3 ? 77 : cases[i].first, "%zu: %lld", i,
			     (long long)list[i].first);
	cr_assert_not(list[0].asked);
	cr_assert_eq(gw_remain_look(&mock.config, list, 6, &err), GW_OK, "nothing is asked");
}

/* ---- is it the log that was read? ------------------------------------------------------------ */

/* Takes all that there is; the start of who has taken it up to that offset. */
static struct gw_start
take_up_to(int64_t offset)
{
	struct gw_consumer *consumer = open_consumer();
	struct gw_start start = {.offset = offset, .seen = true, .newest_ms = INT64_MIN};
	struct gw_incoming messages[64];
	struct gw_error err;
	size_t count;

	cr_assert_eq(gw_consumer_mark_end(consumer, &err), GW_OK, "%s", err.text);
	while (!gw_consumer_reached(consumer)) {
		cr_assert_eq(gw_consumer_take(consumer, messages, 64, 1000, &count, &err), GW_OK,
			     "%s", err.text);
		for (size_t i = 0; i < count; i++) {
			const struct gw_incoming *m = &messages[i];

			if (m->offset >= offset)
				continue;
			if (m->timestamp_ms > start.newest_ms)
				start.newest_ms = m->timestamp_ms;
			start.print = gw_incoming_print(m->timestamp_ms, m->key, m->key_len,
							m->value, m->value_len);
		}
		gw_consumer_release(messages, count);
	}
	gw_consumer_close(consumer);
	return start;
}

Test(consumer, goes_on_in_the_log_that_was_read)
{
	struct gw_consumer *consumer;
	int64_t first = -1;

	mock_topic(&mock, "songma.health.record", 1);
	produce("songma.health.record", 0, 50);
	calls.start = take_up_to(30);
	consumer = open_consumer();
	cr_assert_eq(drain(consumer, &first), 20);
	cr_assert_eq(first, 30, "%lld", (long long)first);
	gw_consumer_close(consumer);
}

Test(consumer, takes_nothing_of_a_log_that_is_another_one)
{
	struct gw_consumer *consumer;
	struct gw_incoming messages[8];
	struct gw_error err;
	enum gw_status status = GW_OK;
	size_t count, taken = 0;

	mock_topic(&mock, "songma.health.record", 1);
	produce("songma.health.record", 0, 50);
	calls.start = take_up_to(30);
	calls.start.print++;
	consumer = open_consumer();
	for (int i = 0; i < 20 && status == GW_OK; i++) {
		status = gw_consumer_take(consumer, messages, 8, 1000, &count, &err);
		taken += status == GW_OK ? count : 0;
	}
	cr_assert_eq(status, GW_CONFIG, "%s", err.text);
	cr_assert_eq(taken, 0);
	cr_assert_not_null(strstr(err.text, "songma.health.record, partition 0"), "%s", err.text);
	cr_assert_not_null(strstr(err.text, "offset 30"), "%s", err.text);
	cr_assert_not_null(strstr(err.text, "0 to 50"), "%s", err.text);
	cr_assert_not_null(strstr(err.text, "another prefix"), "%s", err.text);
	gw_consumer_close(consumer);
}

/* Where its message is gone, as the offset behind the last one stands for here, those that are left
   below tell by their times. */
Test(consumer, looks_below_where_the_last_message_is_gone)
{
	struct gw_witness two[2] = {{.topic = "songma.health.record"}, {.partition = 1}};
	struct gw_start taken;
	struct gw_error err;

	mock_topic(&mock, "songma.health.record", 2);
	produce("songma.health.record", 0, 400);
	taken = take_up_to(400);
	taken.offset = 401;
	taken.print++;
	two[1].topic = two[0].topic;
	two[0].high = 401;
	two[0].start = taken;
	two[1].high = 90;
	two[1].start = (struct gw_start){.offset = 1, .seen = true, .newest_ms = 0};
	cr_expect_eq(gw_witness_check(&mock.config, two, 2, &err), GW_OK, "%s", err.text);
	two[0].start.newest_ms--;
	cr_expect_eq(gw_witness_check(&mock.config, two, 2, &err), GW_CONFIG);
	cr_expect_not_null(strstr(err.text, "offset 401"), "%s", err.text);
	two[0].start.newest_ms = INT64_MAX;
	cr_expect_eq(gw_witness_check(&mock.config, two, 2, &err), GW_OK, "not known since when");
	two[0].start = taken;
	two[0].start.newest_ms--;
	two[0].low = 401;
	cr_expect_eq(gw_witness_check(&mock.config, two, 2, &err), GW_OK, "nothing is left");
	two[0].start.seen = false;
	two[0].low = 0;
	cr_expect_eq(gw_witness_check(&mock.config, two, 2, &err), GW_OK, "nothing is known");
}
