#include "kafka/producer.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "kafka/internal.h"
#include "kafka/scroll.h"

enum { STREAMS_MAX = 4096, POSITION_BYTES = 64 * 1024 };

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
};

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
keep(void *arg, const struct gw_incoming *message, struct gw_error *err)
{
	struct reading *reading = arg;
	struct newest *newest;
	char *text = NULL;

	if (message->key == NULL || message->key_len == 0 ||
	    message->key_len >= GW_MAX_STREAM_NAME || message->value_len > POSITION_BYTES)
		return gw_fail(err, GW_CONFIG,
			       _("topic %s, offset %lld: this is not a position that this program "
				 "has written"),
			       reading->producer->position_topic, (long long)message->offset);
	newest = newest_of(reading, message->key, message->key_len, err);
	if (newest == NULL)
		return err->status;
	if (message->value != NULL) {
		text = malloc(message->value_len + 1);
		if (text == NULL)
			return gw_fail_memory(err);
		memcpy(text, message->value, message->value_len);
	}
	free(newest->text);
	newest->text = text;
	newest->len = message->value_len;
	newest->offset = message->offset;
	return GW_OK;
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
	int64_t next;
	enum gw_status status = gw_scroll_all(producer->config, producer->position_topic, keep,
					      &reading, &next, err);

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
