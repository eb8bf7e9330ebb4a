#include <sodium.h>
#include <stdio.h>

#include "kafka/client.h"
#include "kafka/producer.h"
#include "kafka_mock.h"

static struct mock mock;
static struct gw_run run;

static void
set_up(void)
{
	cr_assert_geq(sodium_init(), 0, "libsodium");
	mock_start(&mock);
	mock_topic(&mock, "songma.health.record", 4);
	mock_topic(&mock, "songma.health._position", 1);
	mock_topic(&mock, "songma.health._dlq", 1);
	for (size_t i = 0; i < GW_MAX_PARTITIONS; i++)
		run.ends[i] = -1;
	run.letter_end = -1;
}

static void
tear_down(void)
{
	mock_stop(&mock);
}

TestSuite(producer, .init = set_up, .fini = tear_down, .timeout = 60);

static struct gw_producer *
open_producer(void)
{
	struct gw_producer *producer = NULL;
	struct gw_error err = {.text = ""};

	cr_assert_eq(gw_producer_open(&mock.config, "health", &producer, &err), GW_OK, "%s",
		     err.text);
	return producer;
}

static void
send_many(struct gw_producer *producer, const char *topic, int count)
{
	struct gw_error err;
	char key[16];
	struct gw_message message = {.topic = topic, .key = key, .value = "v", .value_len = 1};

	for (int i = 0; i < count; i++) {
		message.key_len = (size_t)snprintf(key, sizeof key, "k%d", i);
		cr_assert_eq(gw_producer_send(producer, &message, &err), GW_OK, "%s", err.text);
	}
}

static int64_t
sum_of_ends(void)
{
	int64_t sum = 0;

	for (size_t i = 0; i < 4; i++)
		sum += run.ends[i] + 1;
	return sum;
}

Test(producer, names_topics_by_prefix_source_and_purpose)
{
	char name[256], stream[260];

	cr_assert(gw_topic_name(&mock.config, "health", GW_TOPIC_RECORDS, "record", name));
	cr_assert_str_eq(name, "songma.health.record");
	cr_assert(gw_topic_name(&mock.config, "health", GW_TOPIC_POSITION, NULL, name));
	cr_assert_str_eq(name, "songma.health._position");
	cr_assert(gw_topic_name(&mock.config, "health", GW_TOPIC_LETTERS, NULL, name));
	cr_assert_str_eq(name, "songma.health._dlq");
	cr_assert(gw_topic_name(&mock.config, "health", GW_TOPIC_EVENTS, NULL, name));
	cr_assert_str_eq(name, "songma.health._events");
	cr_assert(gw_topic_name(&mock.config, "health", GW_TOPIC_CONTROL, NULL, name));
	cr_assert_str_eq(name, "songma.health._control");
	cr_assert(gw_topic_name(&mock.config, "health", GW_TOPIC_CORRECTIONS, NULL, name));
	cr_assert_str_eq(name, "songma.health._corrections");
	cr_assert(gw_topic_name(&mock.config, NULL, GW_TOPIC_AUDIT, NULL, name));
	cr_assert_str_eq(name, "songma._audit");
	memset(stream, 'x', sizeof stream);
	stream[249 - strlen("songma.health.")] = '\0';
	cr_assert(gw_topic_name(&mock.config, "health", GW_TOPIC_RECORDS, stream, name));
	stream[249 - strlen("songma.health.")] = 'x';
	stream[250 - strlen("songma.health.")] = '\0';
	cr_assert_not(gw_topic_name(&mock.config, "health", GW_TOPIC_RECORDS, stream, name));
}

Test(producer, tells_the_last_offset_of_each_partition)
{
	struct gw_producer *producer = open_producer();
	struct gw_error err;

	cr_assert_eq(gw_producer_begin(producer, &err), GW_OK, "%s", err.text);
	send_many(producer, "songma.health.record", 1000);
	send_many(producer, "songma.health._dlq", 3);
	cr_assert_eq(gw_producer_flush(producer, "songma.health.record", &run, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(sum_of_ends(), 1000, "%lld", (long long)sum_of_ends());
	cr_assert_eq(run.letter_end, 2, "letters end at %lld", (long long)run.letter_end);
	for (size_t i = 4; i < GW_MAX_PARTITIONS; i++)
		cr_assert_eq(run.ends[i], -1, "partition %zu", i);
	cr_assert_eq(gw_producer_commit(producer, &err), GW_OK, "%s", err.text);
	gw_producer_close(producer);
}

Test(producer, puts_a_key_where_other_clients_put_it)
{
	/* murmur2 of the key, without its sign, modulo the partitions: as Kafka's Java client. */
	static const struct {
		const char *key;
		size_t partition;
	} cases[] = {
		{"21", (UINT32_C(0xc5f30f2c) & 0x7fffffff) % 4},
		{"foobar", (UINT32_C(0xd0e49a66) & 0x7fffffff) % 4},
		{"abc", 479470107 % 4},
	};
	struct gw_producer *producer = open_producer();
	struct gw_error err;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_message message = {.topic = "songma.health.record",
					     .key = cases[i].key,
					     .key_len = strlen(cases[i].key)};
		struct gw_run fresh = run;

		cr_assert_eq(gw_producer_begin(producer, &err), GW_OK, "%s", err.text);
		cr_assert_eq(gw_producer_send(producer, &message, &err), GW_OK, "%s", err.text);
		cr_assert_eq(gw_producer_flush(producer, message.topic, &fresh, &err), GW_OK, "%s",
			     err.text);
		cr_assert_geq(fresh.ends[cases[i].partition], 0, "%s is not in partition %zu",
			      cases[i].key, cases[i].partition);
		cr_assert_eq(gw_producer_commit(producer, &err), GW_OK, "%s", err.text);
	}
	gw_producer_close(producer);
}

Test(producer, asks_for_the_outcome_of_a_commit_again)
{
	struct gw_producer *producer = open_producer();
	struct gw_error err;

	cr_assert_eq(gw_producer_begin(producer, &err), GW_OK, "%s", err.text);
	send_many(producer, "songma.health.record", 10);
	rd_kafka_mock_push_request_errors(
		mock.cluster, MOCK_END_TXN, 3, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE,
		RD_KAFKA_RESP_ERR_NOT_COORDINATOR, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS);
	cr_assert_eq(gw_producer_commit(producer, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_producer_begin(producer, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_producer_abort(producer, &err), GW_OK, "%s", err.text);
	gw_producer_close(producer);
}

Test(producer, that_is_fenced_ends_and_stays_so)
{
	struct gw_producer *producer = open_producer();
	struct gw_error err;

	cr_assert_eq(gw_producer_begin(producer, &err), GW_OK, "%s", err.text);
	send_many(producer, "songma.health.record", 10);
	rd_kafka_mock_push_request_errors(mock.cluster, MOCK_END_TXN, 1,
					  RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
	cr_assert_eq(gw_producer_commit(producer, &err), GW_FENCED, "%s", err.text);
	cr_assert_not_null(strstr(err.text, "health"), "%s", err.text);
	cr_assert_eq(gw_producer_begin(producer, &err), GW_FENCED, "%s", err.text);
	cr_assert_eq(gw_producer_abort(producer, &err), GW_OK, "there is nothing to abort");
	gw_producer_close(producer);
}

Test(producer, of_a_desk_fences_neither_a_pull_nor_another_desk)
{
	struct gw_producer *all[3] = {open_producer()};
	struct gw_error err;

	for (int i = 1; i < 3; i++)
		cr_assert_eq(gw_producer_open_desk(&mock.config, &all[i], &err), GW_OK, "%s",
			     err.text);
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(gw_producer_begin(all[i], &err), GW_OK, "%s", err.text);
		send_many(all[i], "songma.health._dlq", 3);
	}
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(gw_producer_commit(all[i], &err), GW_OK, "%d: %s", i, err.text);
		gw_producer_close(all[i]);
	}
}

Test(producer, of_a_desk_that_lost_its_transaction_can_be_asked_again)
{
	struct gw_producer *desk = NULL;
	struct gw_error err;

	cr_assert_eq(gw_producer_open_desk(&mock.config, &desk, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_producer_begin(desk, &err), GW_OK, "%s", err.text);
	send_many(desk, "songma.health._dlq", 3);
	rd_kafka_mock_push_request_errors(mock.cluster, MOCK_END_TXN, 1,
					  RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
	cr_assert_eq(gw_producer_commit(desk, &err), GW_RETRY, "%s", err.text);
	gw_producer_close(desk);
}

Test(producer, aborts_when_a_commit_can_only_be_aborted)
{
	struct gw_producer *producer = open_producer();
	struct gw_error err;

	cr_assert_eq(gw_producer_begin(producer, &err), GW_OK, "%s", err.text);
	send_many(producer, "songma.health.record", 10);
	rd_kafka_mock_push_request_errors(mock.cluster, MOCK_PRODUCE, 1,
					  RD_KAFKA_RESP_ERR_INVALID_MSG);
	cr_assert_eq(gw_producer_flush(producer, "songma.health.record", &run, &err), GW_RETRY,
		     "%s", err.text);
	cr_assert_eq(sum_of_ends(), 0, "offsets of a failed batch were told");
	cr_assert_eq(gw_producer_commit(producer, &err), GW_RETRY, "%s", err.text);
	/* The same producer can send the same batch again, at the latest when it has a new epoch.
	 */
	for (int i = 0; i < 5; i++) {
		cr_assert_eq(gw_producer_begin(producer, &err), GW_OK, "%s", err.text);
		send_many(producer, "songma.health.record", 10);
		if (gw_producer_commit(producer, &err) == GW_OK)
			break;
		cr_assert_eq(err.status, GW_RETRY, "%s", err.text);
		cr_assert_lt(i, 4, "%s", err.text);
	}
	gw_producer_close(producer);
}

/* The library takes no record of a transaction that an earlier record has broken, be it before
   anybody has heard of that one. */
Test(producer, says_of_a_broken_transaction_that_it_is_to_be_tried_again)
{
	const struct timespec pause = {.tv_nsec = 50L * 1000 * 1000};
	const struct gw_message message = {.topic = "songma.health.record",
					   .key = "k",
					   .key_len = 1,
					   .value = "v",
					   .value_len = 1};
	struct gw_producer *producer = open_producer();
	enum gw_status status = GW_OK;
	struct gw_error err;

	cr_assert_eq(gw_producer_begin(producer, &err), GW_OK, "%s", err.text);
	rd_kafka_mock_push_request_errors(mock.cluster, MOCK_PRODUCE, 1,
					  RD_KAFKA_RESP_ERR_INVALID_MSG);
	for (int i = 0; status == GW_OK && i < 200; i++) {
		status = gw_producer_send(producer, &message, &err);
		(void)nanosleep(&pause, NULL);
	}
	cr_assert_eq(status, GW_RETRY, "%s", err.text);
	cr_assert_eq(gw_producer_abort(producer, &err), GW_OK, "%s", err.text);
	gw_producer_close(producer);
}

Test(producer, forgets_the_offsets_of_an_aborted_transaction)
{
	struct gw_producer *producer = open_producer();
	struct gw_error err;

	cr_assert_eq(gw_producer_begin(producer, &err), GW_OK, "%s", err.text);
	send_many(producer, "songma.health.record", 100);
	cr_assert_eq(gw_producer_abort(producer, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_producer_begin(producer, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_producer_flush(producer, "songma.health.record", &run, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(sum_of_ends(), 0, "%lld", (long long)sum_of_ends());
	gw_producer_close(producer);
}

Test(producer, sets_a_record_over_the_size_limit_aside)
{
	static char huge[6 * 1024 * 1024];
	const struct gw_message message = {.topic = "songma.health.record",
					   .key = "k",
					   .key_len = 1,
					   .value = huge,
					   .value_len = sizeof huge};
	struct gw_producer *producer = open_producer();
	struct gw_error err;

	cr_assert_eq(gw_producer_begin(producer, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_producer_send(producer, &message, &err), GW_REJECT, "%s", err.text);
	send_many(producer, "songma.health.record", 1);
	cr_assert_eq(gw_producer_commit(producer, &err), GW_OK, "%s", err.text);
	gw_producer_close(producer);
}

/* Sends a catalogue of a column of that type. */
static void
send_catalog(struct gw_producer *producer, const char *stream, const char *type)
{
	struct gw_catalog_column column = {.name = "a", .type = type, .state = GW_COLUMN_GONE};
	struct gw_catalog catalog = {.table = "public.t", .columns = &column, .ncolumns = 1};
	char key[GW_CATALOG_KEY_MAX];
	struct gw_buf text;
	struct gw_error err;
	struct gw_message message = {.topic = "songma.health._position", .key = key};

	(void)snprintf(catalog.stream, sizeof catalog.stream, "%s", stream);
	gw_catalog_key(stream, key);
	gw_buf_init(&text, 65536);
	cr_assert_eq(gw_catalog_encode(&catalog, &text, &err), GW_OK);
	message.key_len = strlen(key);
	message.value = text.data;
	message.value_len = text.len;
	cr_assert_eq(gw_producer_send(producer, &message, &err), GW_OK, "%s", err.text);
	gw_buf_release(&text);
}

Test(producer, reads_the_newest_position_of_each_stream)
{
	struct gw_pull_keys keys;
	struct gw_positions found = {.count = 77};
	struct gw_position position = {.run = run};
	struct gw_producer *producer = open_producer();
	struct gw_message message = {.topic = "songma.health._position"};
	struct gw_buf text;
	struct gw_error err;

	crypto_box_keypair(keys.public_key, keys.secret_key);
	gw_buf_init(&text, 65536);
	cr_assert_eq(gw_producer_positions(producer, &keys, &found, &err), GW_OK, "%s", err.text);
	cr_assert_eq(found.count, 0, "%zu positions of a source that never ran", found.count);
	gw_positions_free(&found);
	cr_assert_eq(gw_producer_begin(producer, &err), GW_OK, "%s", err.text);
	for (int i = 0; i < 6; i++) {
		(void)snprintf(position.stream, sizeof position.stream, "s%d", i % 3);
		position.last_version = 100 + i;
		gw_buf_clear(&text);
		cr_assert_eq(gw_position_encode(&position, &keys, &text, &err), GW_OK);
		message.key = position.stream;
		message.key_len = 2;
		/* The third stream was reset by a tombstone. */
		message.value = i == 5 ? NULL : text.data;
		message.value_len = text.len;
		cr_assert_eq(gw_producer_send(producer, &message, &err), GW_OK, "%s", err.text);
		send_catalog(producer, position.stream, i < 3 ? "text" : "integer");
	}
	cr_assert_eq(gw_producer_commit(producer, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_producer_positions(producer, &keys, &found, &err), GW_OK, "%s", err.text);
	cr_assert_eq(found.count, 2, "%zu positions", found.count);
	for (size_t i = 0; i < found.count; i++)
		cr_assert_eq(found.list[i].last_version,
			     found.list[i].stream[1] == '0' ? 103 : 104);
	cr_assert_eq(found.ncatalogs, 3, "%zu catalogues", found.ncatalogs);
	for (size_t i = 0; i < found.ncatalogs; i++) {
		cr_assert_eq(found.catalogs[i].ncolumns, 1);
		cr_assert_str_eq(found.catalogs[i].columns[0].type, "integer");
		cr_assert_eq(found.catalogs[i].columns[0].state, GW_COLUMN_GONE);
	}
	gw_positions_free(&found);
	gw_buf_release(&text);
	gw_producer_close(producer);
}

Test(producer, names_the_property_that_is_wrong)
{
	static char name[] = "compression.type", value[] = "zip";
	struct gw_property property = {.name = name, .value = value};
	struct gw_producer *producer = NULL;
	struct gw_error err;

	mock.config.properties = &property;
	mock.config.nproperties = 1;
	cr_assert_eq(gw_producer_open(&mock.config, "health", &producer, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "compression.type"), "%s", err.text);
	cr_assert_null(producer);
}

Test(producer, lets_no_property_take_tls_away)
{
	static char name[] = "security.protocol", value[] = "sasl_plaintext";
	static char away[] = "kafka.example.vn:9092";
	struct gw_property property = {.name = name, .value = value};
	struct gw_producer *producer = NULL;
	struct gw_error err;

	mock.config.properties = &property;
	mock.config.nproperties = 1;
	mock.config.brokers = away;
	cr_assert_eq(gw_producer_open(&mock.config, "health", &producer, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "security.protocol"), "%s", err.text);
}

Test(producer, says_what_to_do_about_each_error)
{
	static const struct {
		rd_kafka_resp_err_t code;
		enum gw_status status;
	} cases[] = {
		{RD_KAFKA_RESP_ERR_NO_ERROR, GW_OK},
		{RD_KAFKA_RESP_ERR__TRANSPORT, GW_RETRY},
		{RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, GW_RETRY},
		{RD_KAFKA_RESP_ERR__FENCED, GW_FENCED},
		{RD_KAFKA_RESP_ERR_PRODUCER_FENCED, GW_FENCED},
		{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, GW_CONFIG},
		{RD_KAFKA_RESP_ERR__SSL, GW_CONFIG},
		{RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, GW_CONFIG},
		{RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, GW_CONFIG},
		{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, GW_CONFIG},
		{RD_KAFKA_RESP_ERR_INVALID_RECORD, GW_CONFIG},
		{RD_KAFKA_RESP_ERR_POLICY_VIOLATION, GW_CONFIG},
		{RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE, GW_CONFIG},
		{RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED, GW_RETRY},
		{RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, GW_RETRY},
		{RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, GW_RETRY},
		{RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED, GW_RETRY},
		{RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, GW_RETRY},
		{RD_KAFKA_RESP_ERR_MEMBER_ID_REQUIRED, GW_RETRY},
		{RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, GW_FENCED},
		{RD_KAFKA_RESP_ERR__BAD_MSG, GW_FATAL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_eq(gw_kafka_class(cases[i].code), cases[i].status, "%s",
			     rd_kafka_err2name(cases[i].code));
}
