/*
 * Takes records as a load would, for the tests of the Kafka side:
 *
 *   kafka-take BROKERS [SECONDS]
 *
 * Reads everything that is in Kafka now, then goes on for SECONDS (0) or until
 * SIGTERM, and says how much it saw in each partition.  Offsets to begin at stand on stdin, one
 * "topic partition offset" a line; other partitions begin at the beginning.
 * KAFKA_PREFIX is taken from the environment, KAFKA_FAIL_ASSIGN=N makes the
 * first N questions for an offset fail.
 */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/text.h"
#include "dlq/letter.h"
#include "kafka/consumer.h"
#include "kafka/event.h"

enum { MAX_PARTS = 256, MAX_TAKE = 10000 };

static volatile sig_atomic_t stopped;

static void
on_signal(int number)
{
	(void)number;
	stopped = 1;
}

struct part {
	char topic[256];
	int32_t partition;
	int64_t begin, next, told;
	int64_t count, tombstones, wrong;
	bool held;
};

struct job {
	struct part parts[MAX_PARTS];
	size_t count;
	int fail;
	int64_t letters, events, odd;
	struct gw_arena arena;
};

static struct part *
part_of(struct job *job, const char *topic, int32_t partition)
{
	size_t i = 0;

	while (i < job->count &&
	       (job->parts[i].partition != partition || strcmp(job->parts[i].topic, topic) != 0))
		i++;
	if (i == MAX_PARTS)
		abort();
	if (i == job->count) {
		job->parts[i].begin = -1;
		job->parts[i].partition = partition;
		(void)snprintf(job->parts[i].topic, sizeof job->parts[i].topic, "%s", topic);
		job->count++;
	}
	return &job->parts[i];
}

static enum gw_status
on_assign(void *arg, const char *topic, int32_t partition, struct gw_start *start,
	  struct gw_error *err)
{
	struct job *job = arg;
	struct part *part = part_of(job, topic, partition);

	if (job->fail > 0) {
		job->fail--;
		return gw_fail(err, GW_RETRY, "the warehouse is away");
	}
	part->held = true;
	start->offset = part->next > 0 ? part->next : part->begin;
	printf("assigned %s %d at %lld\n", topic, (int)partition, (long long)start->offset);
	(void)fflush(stdout);
	return GW_OK;
}

static void
on_revoke(void *arg, const char *topic, int32_t partition)
{
	struct part *part = part_of(arg, topic, partition);

	part->held = false;
	printf("revoked %s %d\n", topic, (int)partition);
	(void)fflush(stdout);
}

static void
look_inside(struct job *job, const struct gw_incoming *message)
{
	struct gw_letter letter;
	struct gw_event event;
	struct gw_header header;
	struct gw_error err;
	size_t len = 0;
	const void *packed = gw_incoming_header(message, GW_HEADER_NAME, &len);

	gw_arena_reset(&job->arena);
	if (strstr(message->topic, "._dlq") != NULL) {
		job->letters += gw_letter_receive(message, &job->arena, &letter, &err) == GW_OK;
	} else if (strstr(message->topic, "._events") != NULL) {
		job->events += gw_event_decode(message->value, message->value_len, &job->arena,
					       &event, &err) == GW_OK;
	} else if (gw_header_unpack(packed, len, &header, &err) != GW_OK ||
		   (message->value == NULL) != (header.operation == GW_OP_DELETE)) {
		job->odd++;
	}
}

static void
count(struct job *job, const struct gw_incoming *message)
{
	struct part *part = part_of(job, message->topic, message->partition);

	if (!part->held || message->offset < part->next)
		part->wrong++;
	part->next = message->offset + 1;
	part->count++;
	part->tombstones += message->value == NULL;
	look_inside(job, message);
}

static enum gw_status
take(struct job *job, struct gw_consumer *consumer, struct gw_error *err)
{
	static struct gw_incoming messages[MAX_TAKE];
	size_t n = 0;
	enum gw_status status = gw_consumer_take(consumer, messages, MAX_TAKE, 1000, &n, err);

	if (status != GW_OK)
		return status;
	for (size_t i = 0; i < n; i++)
		count(job, &messages[i]);
	gw_consumer_release(messages, n);
	return GW_OK;
}

/* Where each partition of records stands, as soon as it does. */
static void
tell(struct job *job)
{
	for (size_t i = 0; i < job->count; i++) {
		struct part *part = &job->parts[i];

		if (part->next != part->told)
			printf("at %s %d %lld\n", part->topic, (int)part->partition,
			       (long long)part->next);
		part->told = part->next;
	}
	(void)fflush(stdout);
}

static enum gw_status
run(struct job *job, struct gw_consumer *consumer, int seconds, struct gw_error *err)
{
	enum gw_status status = gw_consumer_mark_end(consumer, err);
	bool patient = job->fail > 0;
	int64_t until;

	while (status == GW_OK && !gw_consumer_reached(consumer)) {
		status = take(job, consumer, err);
		if (status == GW_RETRY && patient) {
			printf("%s: %s\n", gw_status_name(status), err->text);
			status = GW_OK;
		}
	}
	if (status == GW_OK)
		printf("reached lag=%lld cluster=%s\n", (long long)gw_consumer_lag(consumer),
		       gw_consumer_cluster(consumer));
	(void)fflush(stdout);
	until = gw_monotonic_us() + (int64_t)seconds * 1000000;
	while (status == GW_OK && !stopped && gw_monotonic_us() < until) {
		status = take(job, consumer, err);
		tell(job);
	}
	return status;
}

static void
report(const struct job *job, int64_t took)
{
	struct rusage usage;
	int64_t all = 0;

	for (size_t i = 0; i < job->count; i++) {
		const struct part *p = &job->parts[i];

		all += p->count;
		printf("%s %d count=%lld tombstones=%lld wrong=%lld next=%lld\n", p->topic,
		       (int)p->partition, (long long)p->count, (long long)p->tombstones,
		       (long long)p->wrong, (long long)p->next);
	}
	(void)getrusage(RUSAGE_SELF, &usage);
	printf("took records=%lld letters=%lld events=%lld odd=%lld seconds=%.2f per_second=%.0f "
	       "rss_kb=%ld\n",
	       (long long)all, (long long)job->letters, (long long)job->events, (long long)job->odd,
	       (double)took / 1e6, (double)all / ((double)took / 1e6 + 1e-9), usage.ru_maxrss);
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
read_offsets(struct job *job)
{
	char line[400], *rest;

	while (fgets(line, sizeof line, stdin) != NULL) {
		const char *topic = strtok_r(line, " \n", &rest);
		const char *partition = strtok_r(NULL, " \n", &rest);
		const char *offset = strtok_r(NULL, " \n", &rest);

		if (offset != NULL)
			part_of(job, topic, (int32_t)number(partition))->begin = number(offset);
	}
}

int
main(int argc, char **argv)
{
	static struct job job;
	struct gw_config config = {.replication = 1};
	struct gw_consumer *consumer = NULL;
	struct gw_error err;
	enum gw_status status;
	int64_t began = gw_monotonic_us();
	const char *fail = getenv("KAFKA_FAIL_ASSIGN");
	const char *prefix = getenv("KAFKA_PREFIX");

	if (argc < 2 || argc > 3 || sodium_init() < 0) {
		(void)fprintf(stderr, "usage: kafka-take BROKERS [SECONDS] <offsets\n");
		return 2;
	}
	config.brokers = argv[1];
	config.prefix = strdup(prefix == NULL ? "songma" : prefix);
	(void)signal(SIGTERM, on_signal);
	job.fail = fail == NULL ? 0 : (int)number(fail);
	gw_arena_init(&job.arena, (size_t)4 * 1024 * 1024);
	read_offsets(&job);
	status = gw_consumer_open(&config, on_assign, on_revoke, &job, &consumer, &err);
	if (status == GW_OK)
		status = run(&job, consumer, argc == 3 ? (int)number(argv[2]) : 0, &err);
	report(&job, gw_monotonic_us() - began);
	if (status != GW_OK)
		printf("%s: %s\n", gw_status_name(status), err.text);
	gw_consumer_close(consumer);
	gw_arena_release(&job.arena);
	free(config.prefix);
	return gw_status_exit(status);
}
