#include "kafka/producer.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "kafka/internal.h"
#include "kafka/scroll.h"

enum { KEYS_MAX = 8192, MESSAGE_BYTES = 1024 * 1024 };

/* The newest message of a key, still as text: an old one need not be readable any more. */
struct newest {
	char key[GW_CATALOG_KEY_MAX];
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
newest_of(struct reading *reading, const char *key, size_t len, struct gw_error *err)
{
	for (size_t i = 0; i < reading->count; i++)
		if (strlen(reading->newest[i].key) == len &&
		    memcmp(reading->newest[i].key, key, len) == 0)
			return &reading->newest[i];
	if (reading->count == reading->cap) {
		size_t cap = reading->cap == 0 ? 16 : 2 * reading->cap;
		struct newest *grown =
			cap > KEYS_MAX ? NULL : realloc(reading->newest, cap * sizeof *grown);

		if (grown == NULL) {
			(void)gw_fail_memory(err);
			return NULL;
		}
		reading->newest = grown;
		reading->cap = cap;
	}
	reading->newest[reading->count] = (struct newest){.text = NULL};
	memcpy(reading->newest[reading->count].key, key, len);
	return &reading->newest[reading->count++];
}

static enum gw_status
keep(void *arg, const struct gw_incoming *message, struct gw_error *err)
{
	struct reading *reading = arg;
	struct newest *newest;
	char *text = NULL;

	if (message->key == NULL || message->key_len == 0 ||
	    message->key_len >= GW_CATALOG_KEY_MAX || message->value_len > MESSAGE_BYTES)
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

static bool
is_catalog(const struct newest *newest)
{
	return strncmp(newest->key, GW_CATALOG_KEY, strlen(GW_CATALOG_KEY)) == 0;
}

static enum gw_status
decode_one(const struct newest *newest, const struct gw_pull_keys *keys, struct gw_positions *out,
	   struct gw_error *err)
{
	const char *of, *says = newest->key;
	enum gw_status status;

	if (is_catalog(newest)) {
		status = gw_catalog_decode(newest->text, newest->len,
					   &out->catalogs[out->ncatalogs], err);
		of = out->catalogs[out->ncatalogs].stream;
		says += strlen(GW_CATALOG_KEY);
		out->ncatalogs += status == GW_OK;
	} else {
		status = gw_position_decode(newest->text, newest->len, keys, &out->list[out->count],
					    err);
		of = out->list[out->count].stream;
		out->count += status == GW_OK;
	}
	if (status == GW_OK && strcmp(of, says) != 0)
		status =
			gw_fail(err, GW_CONFIG, _("it is of stream %s, its key says %s"), of, says);
	return status;
}

static enum gw_status
decode(const struct reading *reading, const struct gw_pull_keys *keys, struct gw_positions *out,
       struct gw_error *err)
{
	out->list = calloc(reading->count + 1, sizeof *out->list);
	out->catalogs = calloc(reading->count + 1, sizeof *out->catalogs);
	if (out->list == NULL || out->catalogs == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < reading->count; i++) {
		const struct newest *newest = &reading->newest[i];

		if (newest->text != NULL && decode_one(newest, keys, out, err) != GW_OK)
			return gw_wrap(err, _("topic %s, offset %lld"),
				       reading->producer->position_topic,
				       (long long)newest->offset);
	}
	return GW_OK;
}

void
gw_positions_free(struct gw_positions *positions)
{
	for (size_t i = 0; i < positions->ncatalogs; i++)
		gw_catalog_release(&positions->catalogs[i]);
	free(positions->catalogs);
	free(positions->list);
	*positions = (struct gw_positions){.list = NULL};
}

enum gw_status
gw_producer_positions(struct gw_producer *producer, const struct gw_pull_keys *keys,
		      struct gw_positions *out, struct gw_error *err)
{
	struct reading reading = {.producer = producer};
	struct gw_positions found = {.list = NULL};
	int64_t next;
	enum gw_status status = gw_scroll_all(producer->config, producer->position_topic, keep,
					      &reading, &next, err);

	if (status == GW_OK)
		status = decode(&reading, keys, &found, err);
	for (size_t i = 0; i < reading.count; i++)
		free(reading.newest[i].text);
	free(reading.newest);
	if (status != GW_OK) {
		gw_positions_free(&found);
		return status;
	}
	*out = found;
	return GW_OK;
}
