#include "dlq/corrections.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/i18n.h"
#include "base/text.h"

enum {
	BUCKETS_MIN = 64,
	HELD_MAX = 64 * 1024 * 1024,
	MESSAGE_MAX = 4 * 1024 * 1024, /* what one message comes to in memory */
	SHAPES_MAX = 256,
	KEY_MAX = 1024 * 1024,
};

static bool
pack_text(struct gw_buf *out, const char *text)
{
	if (text == NULL)
		return gw_buf_putc(out, GW_PACKED_NULL);
	return gw_buf_putc(out, GW_PACKED_TEXT) && gw_buf_append(out, text, strlen(text) + 1);
}

/* An id is a hash, so any part of it tells the bucket. */
static struct gw_mend **
id_bucket(const struct gw_corrections *c, const unsigned char id[GW_MEND_ID])
{
	size_t n;

	memcpy(&n, id, sizeof n);
	return &c->by_id[n & (c->nbuckets - 1)];
}

/* Behind those that are there: a later one stands on what an earlier one made. */
static void
link_fix(struct gw_corrections *c, struct gw_mend *fix)
{
	struct gw_mend **at = gw_mend_bucket(c, fix->hash), **by_id = id_bucket(c, fix->id);

	while (*at != NULL)
		at = &(*at)->next;
	fix->next = NULL;
	*at = fix;
	fix->next_id = *by_id;
	*by_id = fix;
}

/* Takes all old buckets over in their order, so that of corrections of one key stays. */
static enum gw_status
grow(struct gw_corrections *c, struct gw_error *err)
{
	size_t old = c->nbuckets, size = old == 0 ? BUCKETS_MIN : 2 * old;
	struct gw_mend **by_key = calloc(size, sizeof(struct gw_mend *));
	struct gw_mend **by_id = calloc(size, sizeof(struct gw_mend *));
	struct gw_mend **was = c->by_key;

	if (by_key == NULL || by_id == NULL) {
		free(by_key);
		free(by_id);
		return gw_fail_memory(err);
	}
	free(c->by_id);
	c->by_key = by_key;
	c->by_id = by_id;
	c->nbuckets = size;
	for (size_t i = 0; i < old; i++)
		while (was[i] != NULL) {
			struct gw_mend *fix = was[i];

			was[i] = fix->next;
			link_fix(c, fix);
		}
	free(was);
	return GW_OK;
}

static void
free_fix(struct gw_mend *fix)
{
	sodium_memzero(fix, fix->size);
	free(fix);
}

/* Forgets the correction that had this id, if there is one. */
static void
forget(struct gw_corrections *c, const unsigned char id[GW_MEND_ID])
{
	struct gw_mend **at = c->nbuckets == 0 ? NULL : id_bucket(c, id), *fix;

	while (at != NULL && *at != NULL && memcmp((*at)->id, id, GW_MEND_ID) != 0)
		at = &(*at)->next_id;
	if (at == NULL || *at == NULL)
		return;
	fix = *at;
	*at = fix->next_id;
	for (at = gw_mend_bucket(c, fix->hash); *at != fix; at = &(*at)->next)
		;
	*at = fix->next;
	fix->shape->used--;
	c->held -= fix->size;
	c->count--;
	free_fix(fix);
}

static bool
has_shape(const struct gw_mend_shape *shape, const struct gw_correction *correction)
{
	if (strcmp(shape->stream, correction->stream) != 0 ||
	    shape->ncolumns != correction->key.ncolumns)
		return false;
	for (size_t i = 0; i < shape->ncolumns; i++)
		if (strcmp(shape->columns[i], correction->key.columns[i]) != 0)
			return false;
	return true;
}

static void
free_shape(struct gw_mend_shape *shape)
{
	for (size_t i = 0; i < shape->ncolumns; i++)
		free(shape->columns[i]);
	free(shape);
}

/* Finds or makes it; NULL: no memory, or too many. */
static struct gw_mend_shape *
shape_of(struct gw_corrections *c, const struct gw_correction *correction)
{
	size_t ncolumns = correction->key.ncolumns;
	struct gw_mend_shape *shape = c->shapes;
	bool made = true;

	while (shape != NULL && !has_shape(shape, correction))
		shape = shape->next;
	if (shape != NULL || c->nshapes == SHAPES_MAX)
		return shape;
	shape = calloc(1, sizeof *shape + ncolumns * sizeof shape->columns[0]);
	if (shape == NULL)
		return NULL;
	memcpy(shape->stream, correction->stream, sizeof shape->stream);
	shape->ncolumns = ncolumns;
	for (size_t i = 0; i < ncolumns; i++) {
		shape->columns[i] = strdup(correction->key.columns[i]);
		made = made && shape->columns[i] != NULL;
	}
	if (!made) {
		free_shape(shape);
		return NULL;
	}
	shape->next = c->shapes;
	c->shapes = shape;
	c->nshapes++;
	return shape;
}

/* Copies len bytes and a NUL behind what is there. */
static const char *
put_bytes(char **at, const char *bytes, size_t len)
{
	char *to = *at;

	if (bytes == NULL)
		return NULL;
	memcpy(to, bytes, len);
	to[len] = '\0';
	*at += len + 1;
	return to;
}

static struct gw_mend *
make_fix(const struct gw_buf *key, const struct gw_correction *correction)
{
	size_t column_len = strlen(correction->column);
	size_t bad_len = correction->bad == NULL ? 0 : strlen(correction->bad);
	size_t value_len = correction->value == NULL ? 0 : strlen(correction->value);
	size_t size = sizeof(struct gw_mend) + key->len + column_len + bad_len + value_len + 4;
	struct gw_mend *fix = calloc(1, size);
	char *at;

	if (fix == NULL)
		return NULL;
	at = fix->texts;
	fix->size = size;
	fix->hash = XXH3_64bits(key->data, key->len);
	fix->key = put_bytes(&at, key->data, key->len);
	fix->key_len = key->len;
	fix->column = put_bytes(&at, correction->column, column_len);
	fix->bad = put_bytes(&at, correction->bad, bad_len);
	fix->bad_len = bad_len;
	fix->value = put_bytes(&at, correction->value, value_len);
	fix->value_len = value_len;
	fix->kind = correction->kind;
	return fix;
}

static enum gw_status
fail_many(const struct gw_corrections *c, struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG,
		       _("topic %s: there are more corrections than memory is set aside for (%zu); "
			 "mend the source itself"),
		       c->topic, c->count);
}

static enum gw_status
add(struct gw_corrections *c, const unsigned char id[GW_MEND_ID],
    const struct gw_correction *correction, struct gw_error *err)
{
	struct gw_mend_shape *shape = shape_of(c, correction);
	struct gw_mend *fix;
	bool packed = true;

	if (shape == NULL && c->nshapes == SHAPES_MAX)
		return fail_many(c, err);
	gw_buf_clear(&c->packed);
	for (size_t i = 0; i < correction->key.ncolumns; i++)
		packed = packed && pack_text(&c->packed, correction->key.values[i]);
	if (shape == NULL || !packed || (c->count == c->nbuckets && grow(c, err) != GW_OK))
		return gw_fail_memory(err);
	fix = make_fix(&c->packed, correction);
	if (fix == NULL)
		return gw_fail_memory(err);
	if (fix->size > HELD_MAX - c->held) {
		free_fix(fix);
		return fail_many(c, err);
	}
	memcpy(fix->id, id, GW_MEND_ID);
	fix->shape = shape;
	shape->used++;
	c->held += fix->size;
	c->count++;
	link_fix(c, fix);
	return GW_OK;
}

/* A message that can't be read is counted and passed over: its row is rejected again, and seen. */
static enum gw_status
take(void *arg, const struct gw_incoming *message, struct gw_error *err)
{
	struct gw_corrections *c = arg;
	unsigned char id[GW_MEND_ID];
	struct gw_correction correction;
	enum gw_status status;

	if (!gw_hex_decode(message->key, message->key_len, id, sizeof id)) {
		c->unreadable++;
		return GW_OK;
	}
	forget(c, id);
	if (message->value == NULL)
		return GW_OK;
	gw_arena_reset(&c->arena);
	status = gw_correction_decode(message->value, message->value_len, &c->keys, &c->arena,
				      &correction, err);
	if (status == GW_OK)
		return add(c, id, &correction, err);
	c->unreadable += status == GW_REJECT;
	return status == GW_REJECT ? GW_OK : status;
}

enum gw_status
gw_corrections_refresh(struct gw_corrections *c, struct gw_error *err)
{
	enum gw_status status = c->scroll == NULL
					? gw_scroll_try(c->config, c->topic, -1, &c->scroll, err)
					: gw_scroll_mark_soon(c->scroll, err);

	if (status == GW_OK && c->scroll != NULL)
		status = gw_scroll_finish(c->scroll, take, c, err);
	return status;
}

enum gw_status
gw_corrections_catch_up(struct gw_corrections *c, struct gw_error *err)
{
	enum gw_status status;

	if (c->scroll == NULL)
		return gw_corrections_refresh(c, err);
	status = gw_scroll_mark_end(c->scroll, err);
	if (status == GW_OK)
		status = gw_scroll_finish(c->scroll, take, c, err);
	return status;
}

enum gw_status
gw_corrections_open(const struct gw_config *config, const char *source,
		    const struct gw_pull_keys *keys, struct gw_corrections **out,
		    struct gw_error *err)
{
	struct gw_corrections *c = calloc(1, sizeof *c);
	enum gw_status status = GW_OK;

	if (c == NULL)
		return gw_fail_memory(err);
	c->config = config;
	c->keys = *keys;
	gw_arena_init(&c->arena, MESSAGE_MAX);
	gw_buf_init(&c->packed, KEY_MAX);
	if (!gw_topic_name(config, source, GW_TOPIC_CORRECTIONS, NULL, c->topic))
		status = gw_fail(err, GW_CONFIG,
				 _("source %s: its topics' names would have more than 249 "
				   "characters"),
				 source);
	if (status == GW_OK)
		status = gw_corrections_refresh(c, err);
	if (status != GW_OK) {
		gw_corrections_close(c);
		return status;
	}
	*out = c;
	return GW_OK;
}

void
gw_corrections_close(struct gw_corrections *c)
{
	if (c == NULL)
		return;
	gw_scroll_close(c->scroll);
	for (size_t i = 0; i < c->nbuckets; i++)
		while (c->by_key[i] != NULL) {
			struct gw_mend *next = c->by_key[i]->next;

			free_fix(c->by_key[i]);
			c->by_key[i] = next;
		}
	while (c->shapes != NULL) {
		struct gw_mend_shape *next = c->shapes->next;

		free_shape(c->shapes);
		c->shapes = next;
	}
	free(c->by_key);
	free(c->by_id);
	gw_arena_release(&c->arena);
	gw_buf_release(&c->packed);
	sodium_memzero(&c->keys, sizeof c->keys);
	free(c);
}

size_t
gw_corrections_count(const struct gw_corrections *c)
{
	return c->count;
}

size_t
gw_corrections_unreadable(struct gw_corrections *c)
{
	size_t n = c->unreadable;

	c->unreadable = 0;
	return n;
}
