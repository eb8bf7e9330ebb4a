/*
 * Sends records as a pull would, by a script on stdin, for the tests of the loader:
 *
 *   load-send SONGMA_YAML SOURCE STREAM SCHEMAS_DIR
 *
 *   schema FOLDER NAME
 *       registers SCHEMAS_DIR/FOLDER/NAME.avsc; records are of it from now on
 *   run
 *       begins a run; prints its id
 *   put OP VERSION KEY FIELD=TEXT...
 *       a record; fields that are not named are null or their default
 *   many OP VERSION FROM COUNT FIELD
 *       COUNT records k<FROM>..., FIELD (a text) follows from key and version
 *   delete VERSION KEY
 *   raw KEY TEXT
 *       a message that is no record: no header, no frame
 *   bad VERSION KEY TEXT
 *       with a header and a frame, but no record
 *   letter KEY [VERSION [COLUMN]]
 *       a dead letter of the run
 *   commit
 *       ends the transaction (one is begun when needed)
 *   end
 *       sends the run's end event, and commits
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avro/codec.h"
#include "avro/registry.h"
#include "base/text.h"
#include "dlq/letter.h"
#include "kafka/producer.h"

enum { MAX_FIELDS = 64, MAX_WORDS = 64 };

struct job {
	struct gw_config *config;
	struct gw_source source;
	struct gw_stream stream;
	struct gw_producer *producer;
	struct gw_registry *registry;
	const char *schemas;
	struct gw_schema *schema;
	int32_t id;
	bool open;
	struct gw_run run;
	unsigned char letter_public[32];
	char topic[256], letters[256], events[256];
	struct gw_buf out;
};

/* A number of the script; 0 where it is none. */
static int64_t
number(const char *text)
{
	int64_t n = 0;

	return gw_parse_i64(text, strlen(text), &n) ? n : 0;
}

static enum gw_status
begin(struct job *job, struct gw_error *err)
{
	if (job->open)
		return GW_OK;
	job->open = true;
	return gw_producer_begin(job->producer, err);
}

static enum gw_status
send_value(struct job *job, char op, int64_t version, const char *key, bool tombstone,
	   struct gw_error *err)
{
	unsigned char packed[GW_HEADER_SIZE];
	struct gw_header header = {.operation = (enum gw_operation)op, .version = version};
	const struct gw_message message = {
		.topic = job->topic,
		.key = key,
		.key_len = strlen(key),
		.value = tombstone ? NULL : job->out.data,
		.value_len = tombstone ? 0 : job->out.len,
		.header = op == '\0' ? NULL : packed,
	};

	memcpy(header.run, job->run.id, sizeof header.run);
	gw_header_pack(&header, packed);
	if (begin(job, err) != GW_OK)
		return err->status;
	return gw_producer_send(job->producer, &message, err);
}

static void
set_value(struct gw_value *value, const struct gw_schema_field *field, const char *text)
{
	int64_t n = 0;

	*value = (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)strlen(text), .as.text = text};
	if (field->logical == GW_LOGICAL_DECIMAL) {
		value->kind = GW_DECIMAL;
	} else if (field->logical == GW_LOGICAL_DATE && gw_date_parse(text, strlen(text), &n)) {
		*value = (struct gw_value){.kind = GW_DATE, .as.integer = n};
	} else if (field->logical == GW_LOGICAL_TIMESTAMP_MICROS &&
		   gw_timestamp_parse(text, strlen(text), &n)) {
		*value = (struct gw_value){.kind = GW_TIMESTAMP, .as.integer = n};
	} else if (field->type == GW_AVRO_BOOLEAN) {
		*value = (struct gw_value){.kind = GW_BOOL, .as.truth = text[0] == 't'};
	} else if (field->type == GW_AVRO_INT || field->type == GW_AVRO_LONG) {
		*value = (struct gw_value){.kind = GW_INT, .as.integer = number(text)};
	} else if (field->type == GW_AVRO_DOUBLE) {
		*value = (struct gw_value){.kind = GW_FLOAT, .as.real = strtod(text, NULL)};
	}
}

static enum gw_status
send_record(struct job *job, char op, int64_t version, const char *key,
	    const struct gw_value *values, struct gw_error *err)
{
	unsigned char frame[GW_FRAME_SIZE];

	gw_frame_put(frame, job->id);
	gw_buf_clear(&job->out);
	(void)gw_buf_append(&job->out, frame, sizeof frame);
	if (gw_avro_encode(job->schema, values, &job->out, err) != GW_OK)
		return err->status;
	if (op == GW_OP_RESENT)
		job->run.counts.resent++;
	else
		job->run.counts.produced++;
	job->run.counts.read++;
	return send_value(job, op, version, key, false, err);
}

static void
defaults(const struct gw_schema *schema, struct gw_value *values)
{
	for (size_t i = 0; i < schema->nfields; i++)
		values[i] = schema->fields[i].fallback;
}

static enum gw_status
do_put(struct job *job, char **words, struct gw_error *err)
{
	struct gw_value values[MAX_FIELDS];

	defaults(job->schema, values);
	for (size_t i = 4; words[i] != NULL; i++) {
		char *text = strchr(words[i], '=');
		int field;

		*text++ = '\0';
		field = gw_schema_find(job->schema, words[i]);
		if (field < 0)
			return gw_fail(err, GW_CONFIG, "no field %s", words[i]);
		set_value(&values[field], &job->schema->fields[field], text);
	}
	return send_record(job, words[1][0], number(words[2]), words[3], values, err);
}

/* Follows from key and version, and compresses no better than real records do. */
static void
make_text(int64_t i, int64_t version, char text[64])
{
	uint64_t state = (uint64_t)(i * 1000003 + version) * UINT64_C(6364136223846793005) + 1;
	unsigned char bytes[31];

	for (size_t b = 0; b < sizeof bytes; b++) {
		state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		bytes[b] = (unsigned char)(state >> 56);
	}
	gw_hex_encode(bytes, sizeof bytes, text);
}

static enum gw_status
do_many(struct job *job, char **words, struct gw_error *err)
{
	struct gw_value values[MAX_FIELDS];
	int64_t from = number(words[3]), count = number(words[4]);
	int field = gw_schema_find(job->schema, words[5]);
	char key[32], text[64];

	defaults(job->schema, values);
	for (int64_t i = from; i < from + count; i++) {
		(void)snprintf(key, sizeof key, "k%lld", (long long)i);
		make_text(i, number(words[2]), text);
		set_value(&values[field], &job->schema->fields[field], text);
		if (send_record(job, words[1][0], number(words[2]), key, values, err) != GW_OK)
			return err->status;
		/* As a pull does: a transaction holds one batch. */
		if (i % 10000 == 9999) {
			if (gw_producer_flush(job->producer, job->topic, &job->run, err) != GW_OK ||
			    gw_producer_commit(job->producer, err) != GW_OK)
				return err->status;
			job->open = false;
		}
	}
	return GW_OK;
}

static enum gw_status
do_delete(struct job *job, char **words, struct gw_error *err)
{
	job->run.counts.deleted++;
	return send_value(job, 'd', number(words[1]), words[2], true, err);
}

static enum gw_status
do_raw(struct job *job, char **words, struct gw_error *err)
{
	gw_buf_clear(&job->out);
	(void)gw_buf_puts(&job->out, words[2]);
	return send_value(job, '\0', 0, words[1], false, err);
}

static enum gw_status
do_bad(struct job *job, char **words, struct gw_error *err)
{
	unsigned char frame[GW_FRAME_SIZE];

	gw_frame_put(frame, job->id);
	gw_buf_clear(&job->out);
	(void)gw_buf_append(&job->out, frame, sizeof frame);
	(void)gw_buf_puts(&job->out, words[3]);
	job->run.counts.read++;
	job->run.counts.produced++;
	return send_value(job, 'c', number(words[1]), words[2], false, err);
}

static enum gw_status
do_letter(struct job *job, char **words, struct gw_error *err)
{
	struct gw_header header = {
		.operation = GW_OP_CHANGE,
		.version = words[2] == NULL ? 1 : number(words[2]),
	};
	struct gw_letter letter = {
		.source = job->source.name,
		.stream = job->stream.name,
		.stage = "normalise",
		.column = words[2] == NULL || words[3] == NULL ? "ngay_sinh" : words[3],
		.rule = "date",
		.code = "date.no_such_day",
		.reason = "no such day",
		.key = words[1],
		.key_len = strlen(words[1]),
		.topic = job->topic,
		.partition = -1,
		.offset = -1,
	};

	gw_buf_clear(&job->out);
	if (gw_letter_seal(job->letter_public, words[1], strlen(words[1]), &job->out, err) != GW_OK)
		return err->status;
	letter.sealed = job->out.data;
	letter.sealed_len = job->out.len;
	memcpy(header.run, job->run.id, sizeof header.run);
	memcpy(letter.run, job->run.id, sizeof letter.run);
	job->run.counts.read++;
	job->run.counts.dead++;
	if (begin(job, err) != GW_OK)
		return err->status;
	return gw_letter_send(job->producer, job->letters, &letter, &header, err);
}

static enum gw_status
do_schema(struct job *job, char **words, struct gw_error *err)
{
	char subject[300], dir[1000];

	gw_schema_free(job->schema);
	job->schema = NULL;
	(void)snprintf(subject, sizeof subject, "%s-value", job->topic);
	(void)snprintf(dir, sizeof dir, "%s/%s", job->schemas, words[1]);
	if (gw_schema_read(dir, words[2], &job->schema, err) != GW_OK ||
	    gw_registry_check(job->registry, subject, job->schema, err) != GW_OK)
		return err->status;
	return gw_registry_register(job->registry, subject, job->schema, &job->id, err);
}

static enum gw_status
send_event(struct job *job, enum gw_event_kind kind, struct gw_error *err)
{
	struct gw_event event = {.kind = kind,
				 .at_us = gw_now_us(),
				 .run = job->run,
				 .partitions = (int)job->config->partitions,
				 .schema_id = job->id,
				 .schema_text = job->schema == NULL ? "" : job->schema->text,
				 .pause_at = GW_PAUSE_AT,
				 .at_least = GW_PAUSE_AT_LEAST};
	char id[GW_UUID_TEXT];
	struct gw_message message = {.topic = job->events, .key = id, .key_len = 36};

	gw_uuid_format(job->run.id, id);
	(void)snprintf(event.source, sizeof event.source, "%s", job->source.name);
	(void)snprintf(event.stream, sizeof event.stream, "%s", job->stream.name);
	(void)snprintf(event.topic, sizeof event.topic, "%s", job->topic);
	gw_buf_clear(&job->out);
	if (gw_event_encode(&event, &job->out, err) != GW_OK)
		return err->status;
	message.value = job->out.data;
	message.value_len = job->out.len;
	if (begin(job, err) != GW_OK)
		return err->status;
	return gw_producer_send(job->producer, &message, err);
}

static enum gw_status
do_run(struct job *job, char **words, struct gw_error *err)
{
	char id[GW_UUID_TEXT];

	(void)words;
	job->run = (struct gw_run){.open = true, .started_us = gw_now_us(), .letter_end = -1};
	for (size_t i = 0; i < GW_MAX_PARTITIONS; i++)
		job->run.ends[i] = -1;
	gw_uuid_make(job->run.id);
	gw_uuid_format(job->run.id, id);
	printf("%s\n", id);
	return send_event(job, GW_EVENT_RUN_STARTED, err);
}

static enum gw_status
do_commit(struct job *job, char **words, struct gw_error *err)
{
	(void)words;
	if (!job->open)
		return GW_OK;
	job->open = false;
	if (gw_producer_flush(job->producer, job->topic, &job->run, err) != GW_OK)
		return err->status;
	return gw_producer_commit(job->producer, err);
}

static enum gw_status
do_end(struct job *job, char **words, struct gw_error *err)
{
	job->run.open = false;
	if (begin(job, err) != GW_OK ||
	    gw_producer_flush(job->producer, job->topic, &job->run, err) != GW_OK ||
	    send_event(job, GW_EVENT_RUN_ENDED, err) != GW_OK)
		return err->status;
	return do_commit(job, words, err);
}

static const struct {
	const char *word;
	size_t words;
	enum gw_status (*fn)(struct job *job, char **words, struct gw_error *err);
} commands[] = {
	{"schema", 3, do_schema}, {"run", 1, do_run}, {"put", 4, do_put}, {"many", 6, do_many},
	{"delete", 3, do_delete}, {"raw", 3, do_raw}, {"bad", 4, do_bad}, {"letter", 2, do_letter},
	{"commit", 1, do_commit}, {"end", 1, do_end},
};

static enum gw_status
perform(struct job *job, char *line, struct gw_error *err)
{
	char *words[MAX_WORDS + 1] = {NULL};
	char *save = NULL;
	size_t count = 0;

	for (char *word = strtok_r(line, " \n", &save); word != NULL && count < MAX_WORDS;
	     word = strtok_r(NULL, " \n", &save))
		words[count++] = word;
	if (count == 0)
		return GW_OK;
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(commands[i].word, words[0]) == 0 && count >= commands[i].words)
			return commands[i].fn(job, words, err);
	return gw_fail(err, GW_CONFIG, "not a command: %s", words[0]);
}

static enum gw_status
set_up(struct job *job, char **argv, struct gw_error *err)
{
	if (gw_config_read(argv[1], &job->config, err) != GW_OK)
		return err->status;
	job->source.name = argv[2];
	job->stream.name = argv[3];
	job->source.streams = &job->stream;
	job->source.nstreams = 1;
	job->schemas = argv[4];
	gw_buf_init(&job->out, (size_t)16 * 1024 * 1024);
	(void)gw_topic_name(job->config, argv[2], GW_TOPIC_RECORDS, argv[3], job->topic);
	(void)gw_topic_name(job->config, argv[2], GW_TOPIC_LETTERS, NULL, job->letters);
	(void)gw_topic_name(job->config, argv[2], GW_TOPIC_EVENTS, NULL, job->events);
	if (gw_config_public_key(job->config->letter_public_file, "letter key", job->letter_public,
				 32, err) != GW_OK ||
	    gw_registry_open(job->config->registry_url, &job->registry, err) != GW_OK ||
	    gw_producer_open(job->config, argv[2], &job->producer, err) != GW_OK)
		return err->status;
	return gw_producer_topics(job->producer, job->config, &job->source, err);
}

int
main(int argc, char **argv)
{
	static struct job job;
	char line[4096];
	struct gw_error err;
	enum gw_status status;

	if (argc != 5 || sodium_init() < 0)
		return 2;
	status = set_up(&job, argv, &err);
	while (status == GW_OK && fgets(line, sizeof line, stdin) != NULL)
		status = perform(&job, line, &err);
	if (status == GW_OK)
		status = do_commit(&job, NULL, &err);
	if (status != GW_OK)
		(void)fprintf(stderr, "%s: %s\n", gw_status_name(status), err.text);
	gw_producer_close(job.producer);
	gw_registry_close(job.registry);
	gw_schema_free(job.schema);
	gw_buf_release(&job.out);
	gw_config_free(job.config);
	return gw_status_exit(status);
}
