/*
 * Sends made-up records as a pull would, for the tests of the Kafka side:
 *
 *   kafka-send BROKERS SOURCE STREAM RECORDS PER_TRANSACTION END
 *
 * Prints the stream's position as it was found, sends, and ends the last
 * transaction with END: commit, abort, or hold (says "holding", waits for a
 * line on stdin, then commits).  KAFKA_PREFIX and KAFKA_PARTITIONS are taken
 * from the environment; KAFKA_TOMBSTONES=1 makes each tenth record a delete.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/text.h"
#include "dlq/letter.h"
#include "kafka/producer.h"

enum { VALUE_BYTES = 200 };

struct job {
	struct gw_config config;
	struct gw_stream stream;
	struct gw_source source;
	struct gw_pull_keys keys;
	struct gw_position position;
	const char *end;
	int64_t records, per_transaction, sent;
	bool tombstones;
	char topic[256], positions[256], letters[256], events[256];
	struct gw_buf text;
};

static enum gw_status
send_position(struct job *job, struct gw_producer *producer, struct gw_error *err)
{
	struct gw_message message = {
		.topic = job->positions,
		.key = job->stream.name,
		.key_len = strlen(job->stream.name),
	};

	gw_buf_clear(&job->text);
	if (gw_position_encode(&job->position, &job->keys, &job->text, err) != GW_OK)
		return err->status;
	message.value = job->text.data;
	message.value_len = job->text.len;
	return gw_producer_send(producer, &message, err);
}

static enum gw_status
send_event(struct job *job, struct gw_producer *producer, struct gw_error *err)
{
	struct gw_event event = {
		.kind = GW_EVENT_RUN_ENDED,
		.at_us = gw_now_us(),
		.run = job->position.run,
		.partitions = (int)job->config.partitions,
		.schema_id = 1,
		.schema_text = "{}",
	};
	struct gw_message message = {.topic = job->events, .key = "run", .key_len = 3};

	(void)snprintf(event.source, sizeof event.source, "%s", job->source.name);
	(void)snprintf(event.stream, sizeof event.stream, "%s", job->stream.name);
	memcpy(event.topic, job->topic, sizeof event.topic);
	gw_buf_clear(&job->text);
	if (gw_event_encode(&event, &job->text, err) != GW_OK)
		return err->status;
	message.value = job->text.data;
	message.value_len = job->text.len;
	return gw_producer_send(producer, &message, err);
}

static enum gw_status
send_letter(struct job *job, struct gw_producer *producer, const struct gw_header *header,
	    struct gw_error *err)
{
	static const char *const columns[] = {"ten", "ngay_sinh"};
	const struct gw_value row[] = {
		{.kind = GW_TEXT, .len = 3, .as.text = "abc"},
		{.kind = GW_DATE, .as.integer = 0},
	};
	struct gw_letter letter = {
		.source = job->source.name,
		.stream = job->stream.name,
		.stage = "normalise",
		.column = "ngay_sinh",
		.rule = "date",
		.code = "date.no_such_day",
		.reason = "no such day",
		.key = "k0",
		.key_len = 2,
		.topic = job->topic,
		.partition = -1,
		.offset = -1,
	};

	gw_buf_clear(&job->text);
	if (gw_letter_seal_row(job->keys.public_key, columns, 2, row, &job->text, err) != GW_OK)
		return err->status;
	letter.sealed = job->text.data;
	letter.sealed_len = job->text.len;
	job->position.run.counts.dead++;
	return gw_letter_send(producer, job->letters, &letter, header, err);
}

/* Half of it changes with each record, so that it compresses as real records do. */
static void
fill(char value[VALUE_BYTES], int64_t i)
{
	uint64_t state = (uint64_t)i * UINT64_C(6364136223846793005) + 1;

	memset(value, 'x', VALUE_BYTES);
	for (size_t k = 0; k < VALUE_BYTES / 2; k++) {
		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		value[k] = (char)('0' + (state >> 33) % 64);
	}
}

static enum gw_status
send_record(struct job *job, struct gw_producer *producer, int64_t i, struct gw_error *err)
{
	static char value[VALUE_BYTES];
	unsigned char packed[GW_HEADER_SIZE];
	char key[32];
	struct gw_header header = {.operation = GW_OP_CHANGE,
				   .version = job->position.last_version};
	struct gw_message message = {.topic = job->topic, .key = key, .header = packed};

	message.key_len = (size_t)snprintf(key, sizeof key, "k%lld", (long long)i);
	memcpy(header.run, job->position.run.id, sizeof header.run);
	if (job->tombstones && i % 10 == 9) {
		header.operation = GW_OP_DELETE;
		job->position.run.counts.deleted++;
	} else {
		fill(value, i);
		message.value = value;
		message.value_len = sizeof value;
		job->position.run.counts.produced++;
	}
	gw_header_pack(&header, packed);
	if (i == 0 && send_letter(job, producer, &header, err) != GW_OK)
		return err->status;
	return gw_producer_send(producer, &message, err);
}

static enum gw_status
finish(struct job *job, struct gw_producer *producer, struct gw_error *err)
{
	char line[8];

	if (job->sent < job->records || strcmp(job->end, "commit") == 0)
		return gw_producer_commit(producer, err);
	if (strcmp(job->end, "abort") == 0)
		return gw_producer_abort(producer, err);
	printf("holding\n");
	(void)fflush(stdout);
	if (fgets(line, sizeof line, stdin) == NULL)
		return gw_fail(err, GW_CANCELLED, "nobody told to go on");
	return gw_producer_commit(producer, err);
}

static enum gw_status
send_batch(struct job *job, struct gw_producer *producer, struct gw_error *err)
{
	int64_t until = job->sent + job->per_transaction;
	enum gw_status status = gw_producer_begin(producer, err);

	if (until > job->records)
		until = job->records;
	job->position.last_version++;
	for (; status == GW_OK && job->sent < until; job->sent++)
		status = send_record(job, producer, job->sent, err);
	if (status == GW_OK)
		status = gw_producer_flush(producer, job->topic, &job->position.run, err);
	if (status == GW_OK && job->sent == job->records)
		status = send_event(job, producer, err);
	if (status == GW_OK)
		status = send_position(job, producer, err);
	if (status == GW_OK)
		return finish(job, producer, err);
	struct gw_error second;

	if (gw_producer_abort(producer, &second) != GW_OK)
		printf("abort: %s: %s\n", gw_status_name(second.status), second.text);
	return status;
}

static enum gw_status
find_position(struct job *job, struct gw_producer *producer, struct gw_error *err)
{
	struct gw_positions found;

	if (gw_producer_positions(producer, &job->keys, &found, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < found.count; i++)
		if (strcmp(found.list[i].stream, job->stream.name) == 0)
			job->position = found.list[i];
	printf("position version=%lld produced=%lld deleted=%lld bookmark=%u streams=%zu\n",
	       (long long)job->position.last_version, (long long)job->position.run.counts.produced,
	       (long long)job->position.run.counts.deleted, job->position.bookmark.len,
	       found.count);
	(void)fflush(stdout);
	gw_positions_free(&found);
	return GW_OK;
}

static void
report(const struct job *job, int64_t began_us)
{
	struct rusage usage;
	int64_t took = gw_monotonic_us() - began_us;

	(void)getrusage(RUSAGE_SELF, &usage);
	printf("sent records=%lld seconds=%.2f per_second=%.0f rss_kb=%ld ends=%lld,%lld,%lld,%lld "
	       "letter_end=%lld\n",
	       (long long)job->sent, (double)took / 1e6,
	       (double)job->sent / ((double)took / 1e6 + 1e-9), usage.ru_maxrss,
	       (long long)job->position.run.ends[0], (long long)job->position.run.ends[1],
	       (long long)job->position.run.ends[2], (long long)job->position.run.ends[3],
	       (long long)job->position.run.letter_end);
}

static enum gw_status
run(struct job *job, struct gw_producer **producer, struct gw_error *err)
{
	enum gw_status status = gw_producer_open(&job->config, job->source.name, producer, err);
	int64_t began;

	if (status == GW_OK)
		status = gw_producer_topics(*producer, &job->config, &job->source, err);
	if (status == GW_OK)
		status = find_position(job, *producer, err);
	job->position.bookmark.len = 5;
	memcpy(job->position.bookmark.bytes, "12345", 5);
	began = gw_monotonic_us();
	while (status == GW_OK && job->sent < job->records)
		status = send_batch(job, *producer, err);
	if (status == GW_OK)
		report(job, began);
	return status;
}

static int64_t
number(const char *text)
{
	int64_t n = 0;

	if (!gw_parse_i64(text, strlen(text), &n))
		(void)fprintf(stderr, "%s is not a number\n", text);
	return n;
}

static void
set_up(struct job *job, char **argv)
{
	static const unsigned char seed[crypto_box_SEEDBYTES] = {1};
	const char *prefix = getenv("KAFKA_PREFIX");
	const char *partitions = getenv("KAFKA_PARTITIONS");

	job->config.prefix = strdup(prefix == NULL ? "songma" : prefix);
	job->config.brokers = argv[1];
	job->config.partitions = partitions == NULL ? 4 : number(partitions);
	job->config.replication = 1;
	job->source.name = argv[2];
	job->stream.name = argv[3];
	job->source.streams = &job->stream;
	job->source.nstreams = 1;
	job->records = number(argv[4]);
	job->per_transaction = number(argv[5]);
	job->end = argv[6];
	job->tombstones = getenv("KAFKA_TOMBSTONES") != NULL;
	(void)gw_topic_name(&job->config, argv[2], GW_TOPIC_RECORDS, argv[3], job->topic);
	(void)gw_topic_name(&job->config, argv[2], GW_TOPIC_POSITION, NULL, job->positions);
	(void)gw_topic_name(&job->config, argv[2], GW_TOPIC_LETTERS, NULL, job->letters);
	(void)gw_topic_name(&job->config, argv[2], GW_TOPIC_EVENTS, NULL, job->events);
	(void)snprintf(job->position.stream, sizeof job->position.stream, "%s", argv[3]);
	for (size_t i = 0; i < GW_MAX_PARTITIONS; i++)
		job->position.run.ends[i] = -1;
	job->position.run.letter_end = -1;
	gw_uuid_make(job->position.run.id);
	(void)crypto_box_seed_keypair(job->keys.public_key, job->keys.secret_key, seed);
	gw_buf_init(&job->text, (size_t)1024 * 1024);
}

int
main(int argc, char **argv)
{
	static struct job job;
	struct gw_producer *producer = NULL;
	struct gw_error err;
	enum gw_status status;

	if (argc != 7 || sodium_init() < 0) {
		(void)fprintf(stderr,
			      "usage: kafka-send BROKERS SOURCE STREAM RECORDS PER_TRANSACTION "
			      "commit|abort|hold\n");
		return 2;
	}
	set_up(&job, argv);
	status = run(&job, &producer, &err);
	if (status != GW_OK)
		printf("%s: %s\n", gw_status_name(status), err.text);
	gw_producer_close(producer);
	gw_buf_release(&job.text);
	free(job.config.prefix);
	return gw_status_exit(status);
}
