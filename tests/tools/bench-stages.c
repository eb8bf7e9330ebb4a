/*
 * Each stage between a source and the loader alone, in rows a second: read,
 * normalise, encode, produce (with flush and commit), then consume and decode.
 *
 *   bench-stages SONGMA_YAML SOURCE STREAM
 *
 * One page after another goes through the stages one by one, so that none runs
 * beside another; each one's time is added up.  Records are sent to the
 * stream's topic and the position is not: the configuration wants a prefix of
 * its own.
 */
#include <sodium.h>
#include <string.h>

#include "../lib/from_start.h"
#include "avro/codec.h"
#include "base/i18n.h"
#include "base/text.h"
#include "bench.h"
#include "pull/plan.h"

enum { TAKE = 2000, WAIT_MS = 250, ARENA_MB = 64, PAGE_MB = 256 };

enum stage { READ, NORMALISE, ENCODE, PRODUCE, STAGES };

static const char *const figures[STAGES] = {
	[READ] = "stage_read_rows_s",
	[NORMALISE] = "stage_normalise_rows_s",
	[ENCODE] = "stage_encode_rows_s",
	[PRODUCE] = "stage_produce_rows_s",
};

struct bench {
	struct gw_config *config;
	struct gw_source *source;
	struct gw_plan *plan;
	const struct gw_stream_plan *stream;
	struct gw_link link;
	struct gw_producer *producer;
	char topic[256];
	struct gw_batch batch;
	struct gw_normalised records;
	struct gw_buf encoded;
	size_t *ends; /* of the records in encoded */
	size_t room;
	int64_t us[STAGES], rows;
};

static void
need(enum gw_status status, const char *what, const struct gw_error *err)
{
	if (status != GW_OK)
		bench_die(what, err->text);
}

static void
open_all(struct bench *bench, char **args)
{
	struct gw_error err;

	need(gw_config_read(args[0], &bench->config, &err), "config", &err);
	need(gw_source_read(bench->config, args[1], &bench->source, &err), "source", &err);
	need(gw_plan_make(bench->config, bench->source, &bench->plan, &err), "plan", &err);
	for (size_t i = 0; i < bench->source->nstreams; i++)
		if (strcmp(bench->source->streams[i].name, args[2]) == 0)
			bench->stream = &bench->plan->streams[i];
	if (bench->stream == NULL)
		bench_die(args[2], "the source has no such stream");
	need(gw_link_open(bench->source, &bench->link, &err), "connect", &err);
	need(gw_producer_open(bench->config, args[1], &bench->producer, &err), "producer", &err);
	need(gw_producer_topics(bench->producer, bench->config, bench->source, &err), "topics",
	     &err);
	(void)gw_topic_name(bench->config, args[1], GW_TOPIC_RECORDS, args[2], bench->topic);
	gw_arena_init(&bench->batch.arena, (size_t)ARENA_MB << 20);
	gw_buf_init(&bench->encoded, (size_t)PAGE_MB << 20);
}

static void
close_all(struct bench *bench)
{
	gw_arena_release(&bench->batch.arena);
	gw_buf_release(&bench->encoded);
	free(bench->ends);
	gw_link_close(&bench->link);
	gw_producer_close(bench->producer);
	gw_plan_free(bench->plan);
	gw_source_free(bench->source);
	gw_config_free(bench->config);
}

static void
encode(struct bench *bench)
{
	unsigned char frame[GW_FRAME_SIZE];
	struct gw_error err;

	if (bench->records.nrecords > bench->room) {
		free(bench->ends);
		bench->room = bench->records.nrecords;
		bench->ends = calloc(bench->room, sizeof *bench->ends);
		if (bench->ends == NULL)
			bench_die("encode", "out of memory");
	}
	gw_buf_clear(&bench->encoded);
	gw_frame_put(frame, 1);
	for (size_t i = 0; i < bench->records.nrecords; i++) {
		(void)gw_buf_append(&bench->encoded, frame, sizeof frame);
		need(gw_avro_encode(bench->stream->schema, bench->records.records[i].fields,
				    &bench->encoded, &err),
		     "encode", &err);
		bench->ends[i] = bench->encoded.len;
	}
}

static void
produce(struct bench *bench)
{
	unsigned char packed[GW_HEADER_SIZE];
	const struct gw_header header = {.operation = GW_OP_SNAPSHOT, .version = 1};
	struct gw_run run = {.open = true};
	struct gw_error err;
	size_t at = 0;

	gw_header_pack(&header, packed);
	need(gw_producer_begin(bench->producer, &err), "begin", &err);
	for (size_t i = 0; i < bench->records.nrecords; i++) {
		const struct gw_record *record = &bench->records.records[i];
		const struct gw_message message = {
			.topic = bench->topic,
			.key = record->key,
			.key_len = record->key_len,
			.value = bench->encoded.data + at,
			.value_len = bench->ends[i] - at,
			.header = packed,
		};

		need(gw_producer_send(bench->producer, &message, &err), "produce", &err);
		at = bench->ends[i];
	}
	need(gw_producer_flush(bench->producer, bench->topic, &run, &err), "flush", &err);
	need(gw_producer_commit(bench->producer, &err), "commit", &err);
}

/* Reads a page; false at the end of the cycle. */
static bool
read_page(struct bench *bench, struct gw_cursor *cursor)
{
	struct gw_error err;

	gw_arena_reset(&bench->batch.arena);
	bench->batch.nrows = 0;
	bench->batch.deleted = NULL;
	bench->batch.after.len = 0;
	need(bench->link.connector->next(cursor, &bench->batch, &err), "read", &err);
	return bench->batch.nrows > 0;
}

static int64_t
lap(struct bench *bench, enum stage stage, int64_t since)
{
	int64_t now = bench_now_us();

	bench->us[stage] += now - since;
	return now;
}

static void
pull(struct bench *bench)
{
	static const struct gw_bookmark none;
	struct gw_cursor *cursor = NULL;
	struct gw_error err;
	int64_t at = bench_now_us();

	need(gw_plan_begin(bench->stream, &bench->link, (size_t)bench->source->page_rows, &none,
			   &cursor, &err),
	     "begin", &err);
	while (read_page(bench, cursor)) {
		at = lap(bench, READ, at);
		need(gw_normalise(bench->stream->mapping, &bench->batch, &bench->records, &err),
		     "normalise", &err);
		at = lap(bench, NORMALISE, at);
		encode(bench);
		at = lap(bench, ENCODE, at);
		produce(bench);
		at = lap(bench, PRODUCE, at);
		bench->rows += (int64_t)bench->records.nrecords;
	}
	bench->link.connector->end(cursor);
	for (size_t i = 0; i < STAGES; i++)
		bench_print(figures[i], (double)bench->rows * 1e6 / (double)bench->us[i]);
}

/* How many records of the stream were among the messages; each is decoded. */
static int64_t
decode(const struct bench *bench, const struct gw_decoder *decoder, const struct gw_incoming *taken,
       size_t count)
{
	static struct gw_value values[256];
	static struct gw_arena arena;
	struct gw_error err;
	int64_t rows = 0;

	if (arena.limit == 0)
		gw_arena_init(&arena, (size_t)ARENA_MB << 20);
	gw_arena_reset(&arena);
	for (size_t i = 0; i < count; i++) {
		const struct gw_incoming *message = &taken[i];

		if (strcmp(message->topic, bench->topic) != 0)
			continue;
		need(gw_avro_decode(decoder, (const unsigned char *)message->value + GW_FRAME_SIZE,
				    message->value_len - GW_FRAME_SIZE, values, &arena, &err),
		     "decode", &err);
		rows++;
	}
	return rows;
}

static void
take(const struct bench *bench)
{
	static struct gw_incoming taken[TAKE];
	struct gw_consumer *consumer = NULL;
	struct gw_decoder *decoder = NULL;
	const struct gw_schema *schema = bench->stream->schema;
	struct gw_error err;
	int64_t rows = 0, began = 0;

	if (schema->nfields > 256)
		bench_die("decode", "the schema has too many fields");
	need(gw_decoder_make(schema, schema, &decoder, &err), "schema", &err);
	need(gw_consumer_open(bench->config, from_start, ignore_revoke, NULL, &consumer, &err),
	     "consumer", &err);
	while (rows < bench->rows) {
		size_t count = 0;

		need(gw_consumer_take(consumer, taken, TAKE, WAIT_MS, &count, &err), "consume",
		     &err);
		/* Joining the group is no part of it. */
		if (began == 0)
			began = bench_now_us();
		if (rows == 0 && count == 0)
			began = 0;
		rows += decode(bench, decoder, taken, count);
		gw_consumer_release(taken, count);
	}
	bench_print("stage_consume_rows_s", (double)rows * 1e6 / (double)(bench_now_us() - began));
	gw_consumer_close(consumer);
	gw_decoder_free(decoder);
}

int
main(int argc, char **argv)
{
	static struct bench bench;

	if (argc != 4 || sodium_init() < 0) {
		(void)fprintf(stderr, "usage: bench-stages SONGMA_YAML SOURCE STREAM\n");
		return 2;
	}
	(void)gw_i18n_init("en");
	open_all(&bench, argv + 1);
	pull(&bench);
	take(&bench);
	close_all(&bench);
	return 0;
}
