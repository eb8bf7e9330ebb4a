#include "load/stage.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

enum {
	MAX_KEY = 1024, /* an index entry of PostgreSQL holds 2704 bytes at most */
	REFUSAL_BYTES = 8 * 1024 * 1024,
};

static bool
copy_name(char *to, size_t size, const char *from, size_t len)
{
	if (len == 0 || len >= size)
		return false;
	memcpy(to, from, len);
	to[len] = '\0';
	return true;
}

/* Which source and stream the rest of a name, behind the prefix, says. */
static bool
split_name(const char *rest, struct gw_topic *topic)
{
	const char *dot = strchr(rest, '.');

	if (dot == NULL ||
	    !copy_name(topic->source, sizeof topic->source, rest, (size_t)(dot - rest)))
		return false;
	return copy_name(topic->stream, sizeof topic->stream, dot + 1, strlen(dot + 1));
}

/* False for a name with an underscore that is none of these. */
static bool
set_content(struct gw_topic *topic)
{
	static const struct {
		const char *stream;
		enum gw_topic_content content;
		bool of_source;
	} others[] = {
		{"_dlq", GW_CONTENT_LETTERS, true},
		{"_events", GW_CONTENT_EVENTS, true},
		{"_audit", GW_CONTENT_ACTS, false},
	};

	topic->content = GW_CONTENT_RECORDS;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strcmp(topic->stream, others[i].stream) == 0 &&
		    (topic->source[0] != '\0') == others[i].of_source) {
			topic->content = others[i].content;
			return true;
		}
	return topic->stream[0] != '_' && topic->source[0] != '\0';
}

bool
gw_topic_parse(const char *prefix, const char *name, struct gw_topic *out)
{
	size_t prefix_len = strlen(prefix);
	struct gw_topic topic = {.content = GW_CONTENT_RECORDS};
	const char *rest;

	if (strncmp(name, prefix, prefix_len) != 0 || name[prefix_len] != '.' ||
	    !copy_name(topic.name, sizeof topic.name, name, strlen(name)))
		return false;
	rest = name + prefix_len + 1;
	if (strcmp(rest, "_audit") == 0)
		memcpy(topic.stream, rest, strlen(rest) + 1);
	else if (!split_name(rest, &topic))
		return false;
	if (!set_content(&topic))
		return false;
	*out = topic;
	return true;
}

void
gw_topic_add(struct gw_topic **list, struct gw_topic *topic)
{
	while (topic->content != GW_CONTENT_LETTERS && *list != NULL)
		list = &(*list)->next;
	topic->next = *list;
	*list = topic;
}

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
	enum gw_status status = GW_OK;

	if (!part->assigned || message->offset < part->taken)
		return GW_OK;
	if (gw_stage_room(stage) == 0 ||
	    (stage->count > 0 && stage->bytes + len > stage->max_bytes))
		return fail_full(err);
	*record = (struct gw_arrival){
		.part = part, .offset = message->offset, .timestamp_ms = message->timestamp_ms};
	if (!copy_message(stage, record, message))
		return stage->count > 0 ? fail_full(err) : gw_fail_memory(err);
	if (part->topic->content == GW_CONTENT_RECORDS)
		status = add_header(stage, record, message, err);
	else if (part->topic->content == GW_CONTENT_LETTERS)
		status = add_letter(stage, record, message, err);
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

enum gw_status
gw_stage_pick(struct gw_stage *stage, struct gw_topic *topic, struct gw_error *err)
{
	stage->topic = topic;
	stage->npicked = stage->nlive = stage->nslots = 0;
	stage->limited = stage->flooded = false;
	for (size_t i = 0; i < stage->count; i++) {
		struct gw_arrival *record = &stage->records[i];

		if (record->part == NULL || record->part->topic != topic)
			continue;
		if (stage->npicked == 0)
			memset(stage->table, 0, stage->table_size * sizeof *stage->table);
		record->lost = false;
		stage->picked[stage->npicked++] = record;
		if (topic->content == GW_CONTENT_RECORDS && record->refusal == NULL)
			add_live(stage, record);
		if (set_slot(stage, record, err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}
