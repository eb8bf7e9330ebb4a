#include "load/stage.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

enum {
	MAX_KEY = 1024, /* an index entry of PostgreSQL holds 2704 bytes at most */
	REFUSAL_BYTES = 8 * 1024 * 1024,
};

enum gw_status
gw_stage_init(struct gw_stage *stage, size_t max, size_t max_bytes, struct gw_error *err)
{
	size_t table_size = 16;

	while (table_size < 2 * max)
		table_size *= 2;
	*stage = (struct gw_stage){.max = max, .max_bytes = max_bytes, .table_size = table_size};
	gw_arena_init(&stage->arena, max_bytes + REFUSAL_BYTES);
	stage->records = calloc(max, sizeof *stage->records);
	stage->picked = calloc(max, sizeof(struct gw_arrival *));
	stage->live = calloc(max, sizeof(struct gw_arrival *));
	stage->table = calloc(table_size, sizeof *stage->table);
	if (stage->records == NULL || stage->picked == NULL || stage->live == NULL ||
	    stage->table == NULL) {
		gw_stage_release(stage);
		return gw_fail_memory(err);
	}
	return GW_OK;
}

void
gw_stage_release(struct gw_stage *stage)
{
	gw_arena_release(&stage->arena);
	free(stage->records);
	free(stage->picked);
	free(stage->live);
	free(stage->slots);
	free(stage->table);
	*stage = (struct gw_stage){0};
}

void
gw_stage_clear(struct gw_stage *stage)
{
	gw_arena_reset(&stage->arena);
	stage->bytes = 0;
	stage->count = 0;
	stage->topic = NULL;
	stage->npicked = stage->nlive = stage->nslots = 0;
}

size_t
gw_stage_room(const struct gw_stage *stage)
{
	return stage->bytes >= stage->max_bytes ? 0 : stage->max - stage->count;
}

/* A copy of text in the arena; NULL for NULL. */
static bool
keep_text(struct gw_arena *arena, const char *text, const char **out)
{
	*out = text == NULL ? NULL : gw_arena_copy(arena, text, strlen(text));
	return text == NULL || *out != NULL;
}

enum gw_status
gw_stage_refuse(struct gw_stage *stage, struct gw_arrival *record, const struct gw_refusal *why,
		struct gw_error *err)
{
	struct gw_refusal *refusal = gw_arena_zalloc(&stage->arena, sizeof *refusal);

	if (refusal == NULL || !keep_text(&stage->arena, why->code, &refusal->code) ||
	    !keep_text(&stage->arena, why->column, &refusal->column) ||
	    !keep_text(&stage->arena, why->rule, &refusal->rule) ||
	    !keep_text(&stage->arena, why->reason, &refusal->reason))
		return gw_fail_memory(err);
	record->refusal = refusal;
	return GW_OK;
}

static enum gw_status
refuse(struct gw_stage *stage, struct gw_arrival *record, const char *code, const char *reason,
       struct gw_error *err)
{
	const struct gw_refusal why = {.code = code, .reason = reason};

	return gw_stage_refuse(stage, record, &why, err);
}

static enum gw_status
add_letter(struct gw_stage *stage, struct gw_arrival *record, const struct gw_incoming *message,
	   struct gw_error *err)
{
	struct gw_letter *letter = gw_arena_zalloc(&stage->arena, sizeof *letter);
	enum gw_status status;

	if (letter == NULL)
		return gw_fail_memory(err);
	status = gw_letter_receive(message, &stage->arena, letter, err);
	if (status == GW_REJECT)
		return refuse(stage, record, "letter", err->text, err);
	record->letter = letter;
	return status;
}

static enum gw_status
add_header(struct gw_stage *stage, struct gw_arrival *record, const struct gw_incoming *message,
	   struct gw_error *err)
{
	size_t len = 0;
	const void *header = gw_incoming_header(message, GW_HEADER_NAME, &len);

	if (header == NULL)
		return refuse(stage, record, "header",
			      _("the message lacks the gateway's header: something else wrote into "
				"this topic"),
			      err);
	if (gw_header_unpack(header, len, &record->header, err) != GW_OK)
		return refuse(stage, record, "header", err->text, err);
	record->headed = true;
	if (record->key == NULL || record->key_len == 0 || record->key_len > MAX_KEY ||
	    !gw_utf8_valid(record->key, record->key_len))
		return refuse(stage, record, "key",
			      _("the key is missing, is not UTF-8 or is over 1024 bytes long"),
			      err);
	return GW_OK;
}

/* A name that a topic can have. */
static bool
is_stream(const char *name, size_t len)
{
	return len > 0 && len < GW_MAX_STREAM_NAME && name[0] != '_' &&
	       memchr(name, '\0', len) == NULL && gw_utf8_valid(name, len);
}

/* Which stream a record of a replay topic belongs to. */
static enum gw_status
add_stream(struct gw_stage *stage, struct gw_arrival *record, const struct gw_incoming *message,
	   struct gw_error *err)
{
	size_t len = 0;
	const char *name = gw_incoming_header(message, GW_STREAM_HEADER, &len);

	if (record->refusal != NULL)
		return GW_OK;
	if (name == NULL || !is_stream(name, len) ||
	    strlen(record->part->topic->name) + len >= sizeof record->part->topic->records)
		return refuse(stage, record, "header",
			      _("the message does not say which stream it belongs to: something "
				"else wrote into this topic"),
			      err);
	record->stream = gw_arena_copy(&stage->arena, name, len);
	return record->stream == NULL ? gw_fail_memory(err) : GW_OK;
}

/* What the headers of a message say, by what its topic is for. */
static enum gw_status
read_headers(struct gw_stage *stage, struct gw_arrival *record, const struct gw_incoming *message,
	     struct gw_error *err)
{
	const struct gw_topic *topic = record->part->topic;
	enum gw_status status = GW_OK;

	if (topic->content == GW_CONTENT_RECORDS)
		status = add_header(stage, record, message, err);
	else if (topic->content == GW_CONTENT_LETTERS)
		status = add_letter(stage, record, message, err);
	return status == GW_OK && topic->mixed ? add_stream(stage, record, message, err) : status;
}

/* Copies key and value; false when there is no memory for them. */
static bool
try_copy(struct gw_arena *arena, struct gw_arrival *record, const struct gw_incoming *message)
{
	if (message->key != NULL) {
		record->key = gw_arena_copy(arena, message->key, message->key_len);
		record->key_len = (uint32_t)message->key_len;
	}
	if (message->value != NULL) {
		record->value = (const unsigned char *)gw_arena_copy(arena, message->value,
								     message->value_len);
		record->value_len = (uint32_t)message->value_len;
	}
	return (message->key == NULL || record->key != NULL) &&
	       (message->value == NULL || record->value != NULL);
}

/* Blocks kept from smaller messages may leave no room for a large one: an empty stage gives them
 * back. */
static bool
copy_message(struct gw_stage *stage, struct gw_arrival *record, const struct gw_incoming *message)
{
	if (try_copy(&stage->arena, record, message))
		return true;
	if (stage->count > 0)
		return false;
	gw_arena_release(&stage->arena);
	return try_copy(&stage->arena, record, message);
}

static enum gw_status
fail_full(struct gw_error *err)
{
	return gw_fail(err, GW_RETRY, "%s", _("the batch is full"));
}

enum gw_status
gw_stage_add(struct gw_stage *stage, struct gw_partition *part, const struct gw_incoming *message,
	     struct gw_error *err)
{
	size_t len = message->key_len + message->value_len;
	struct gw_arrival *record = &stage->records[stage->count];
	enum gw_status status;

	if (!part->assigned || message->offset < part->taken)
		return GW_OK;
	if (gw_stage_room(stage) == 0 ||
	    (stage->count > 0 && stage->bytes + len > stage->max_bytes))
		return fail_full(err);
	*record = (struct gw_arrival){
		.part = part, .offset = message->offset, .timestamp_ms = message->timestamp_ms};
	if (!copy_message(stage, record, message))
		return stage->count > 0 ? fail_full(err) : gw_fail_memory(err);
	status = read_headers(stage, record, message, err);
	if (status != GW_OK)
		return status;
	stage->count++;
	stage->bytes += len + sizeof *record;
	part->taken = message->offset + 1;
	return GW_OK;
}

void
gw_stage_drop(struct gw_stage *stage, const struct gw_partition *part)
{
	for (size_t i = 0; i < stage->count; i++)
		if (stage->records[i].part == part)
			stage->records[i].part = NULL;
}

/* The slot of a record; runs come one after the other, so that the newest slot is nearly always it.
 */
static struct gw_slot *
find_slot(struct gw_stage *stage, const struct gw_arrival *record)
{
	size_t i = stage->nslots;

	while (i-- > 0) {
		struct gw_slot *slot = &stage->slots[i];

		if (slot->part == record->part && slot->has_run == record->headed &&
		    memcmp(slot->run, record->header.run, sizeof slot->run) == 0)
			return slot;
	}
	return NULL;
}

static enum gw_status
set_slot(struct gw_stage *stage, struct gw_arrival *record, struct gw_error *err)
{
	struct gw_slot *slot = find_slot(stage, record);

	if (slot == NULL) {
		if (stage->nslots == stage->slot_room) {
			size_t room = stage->slot_room == 0 ? 16 : 2 * stage->slot_room;
			struct gw_slot *slots = realloc(stage->slots, room * sizeof *slots);

			if (slots == NULL)
				return gw_fail_memory(err);
			stage->slots = slots;
			stage->slot_room = room;
		}
		slot = &stage->slots[stage->nslots++];
		*slot = (struct gw_slot){.part = record->part, .has_run = record->headed};
		memcpy(slot->run, record->header.run, sizeof slot->run);
	}
	record->slot = (uint32_t)(slot - stage->slots);
	return GW_OK;
}

/* FNV-1a; its worst case costs one batch some time, no more. */
static uint64_t
hash_key(const char *key, size_t len)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)key[i]) * UINT64_C(1099511628211);
	return hash ^ (hash >> 32);
}

/* Puts a record among the live ones, or in the place of an older one of its key. */
static void
add_live(struct gw_stage *stage, struct gw_arrival *record)
{
	size_t mask = stage->table_size - 1;
	size_t at = (size_t)hash_key(record->key, record->key_len) & mask;

	for (; stage->table[at] != 0; at = (at + 1) & mask) {
		struct gw_arrival **other = &stage->live[stage->table[at] - 1];

		if ((*other)->key_len != record->key_len ||
		    memcmp((*other)->key, record->key, record->key_len) != 0)
			continue;
		if ((*other)->header.version > record->header.version) {
			record->lost = true;
		} else {
			(*other)->lost = true;
			*other = record;
		}
		return;
	}
	stage->live[stage->nlive++] = record;
	stage->table[at] = (uint32_t)stage->nlive;
}

struct gw_arrival *
gw_stage_find(const struct gw_stage *stage, const char *key, size_t len)
{
	size_t mask = stage->table_size - 1;

	for (size_t at = (size_t)hash_key(key, len) & mask; stage->table[at] != 0;
	     at = (at + 1) & mask) {
		struct gw_arrival *record = stage->live[stage->table[at] - 1];

		if (record->key_len == len && memcmp(record->key, key, len) == 0)
			return record;
	}
	return NULL;
}

/* Puts a message into the batch.  Of a replay topic the first one says which stream is picked;
 *goes_on: this one is of it. */
static enum gw_status
pick(struct gw_stage *stage, struct gw_arrival *record, bool *goes_on, struct gw_error *err)
{
	struct gw_topic *topic = record->part->topic;

	if (topic->mixed && gw_topic_stream(topic, record->stream, &topic, err) != GW_OK)
		return err->status;
	*goes_on = stage->npicked == 0 || stage->topic == topic;
	if (!*goes_on)
		return GW_OK;
	if (stage->npicked == 0)
		memset(stage->table, 0, stage->table_size * sizeof *stage->table);
	stage->topic = topic;
	record->lost = false;
	stage->picked[stage->npicked++] = record;
	if (topic->content == GW_CONTENT_RECORDS && record->refusal == NULL)
		add_live(stage, record);
	return set_slot(stage, record, err);
}

enum gw_status
gw_stage_pick(struct gw_stage *stage, struct gw_topic *topic, struct gw_error *err)
{
	bool goes_on = true;

	stage->topic = topic;
	stage->npicked = stage->nlive = stage->nslots = 0;
	stage->limited = stage->flooded = false;
	for (size_t i = 0; goes_on && i < stage->count; i++) {
		struct gw_arrival *record = &stage->records[i];

		if (record->part != NULL && record->part->topic == topic &&
		    pick(stage, record, &goes_on, err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

void
gw_stage_pass(struct gw_stage *stage)
{
	for (size_t i = 0; i < stage->npicked; i++)
		stage->picked[i]->part = NULL;
	stage->npicked = stage->nlive = 0;
}
