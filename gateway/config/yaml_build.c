#include "config/parts.h"

#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/i18n.h"

enum { DEPTH_MAX = 32, NODES_MAX = 65536 };

struct build {
	yaml_parser_t parser;
	struct gw_yaml_doc *doc;
	const char *text;
	size_t len;
	size_t nodes;
	struct gw_error *err;
};

struct nodes {
	struct gw_yaml *at;
	size_t count, cap;
};

static enum gw_status
parser_failed(const struct build *b)
{
	struct gw_yaml_trouble trouble = {
		.name = b->doc->name,
		.problem = b->parser.problem == NULL ? "" : b->parser.problem,
		.line = (unsigned)b->parser.problem_mark.line + 1,
		.column = (unsigned)b->parser.problem_mark.column + 1,
		.text = b->text,
		.len = b->len,
	};

	if (b->parser.error == YAML_MEMORY_ERROR)
		return gw_fail_memory(b->err);
	if (b->parser.error == YAML_READER_ERROR)
		gw_text_locate(b->text, b->parser.problem_offset, &trouble.line, &trouble.column);
	if (b->parser.context != NULL) {
		trouble.begun_line = (unsigned)b->parser.context_mark.line + 1;
		trouble.begun_column = (unsigned)b->parser.context_mark.column + 1;
	}
	return gw_yaml_explain(&trouble, b->err);
}

static enum gw_status
next_event(struct build *b, yaml_event_t *event)
{
	return yaml_parser_parse(&b->parser, event) == 1 ? GW_OK : parser_failed(b);
}

static struct gw_yaml
node_at(const struct build *b, const yaml_event_t *event)
{
	return (struct gw_yaml){
		.file = b->doc->name,
		.line = (unsigned)event->start_mark.line + 1,
		.column = (unsigned)event->start_mark.column + 1,
	};
}

static enum gw_status
refuse_extras(const struct build *b, const struct gw_yaml *at, const yaml_char_t *anchor,
	      const yaml_char_t *tag)
{
	if (anchor != NULL)
		return gw_yaml_fail(at, b->err,
				    _("an anchor (&name) is not allowed here; write the value out, "
				      "or put text that begins with & in quotes"));
	if (tag != NULL)
		return gw_yaml_fail(at, b->err,
				    _("a tag (!name) is not allowed here; put text that begins "
				      "with ! in quotes"));
	return GW_OK;
}

/* A place at the list's end, which grows in the arena; NULL: no memory. */
static struct gw_yaml *
nodes_add(struct build *b, struct nodes *list)
{
	if (list->count == list->cap) {
		size_t cap = list->cap == 0 ? 4 : list->cap * 2;
		struct gw_yaml *at = gw_arena_zalloc(&b->doc->arena, cap * sizeof *at);

		if (at == NULL)
			return NULL;
		if (list->count > 0)
			memcpy(at, list->at, list->count * sizeof *at);
		list->at = at;
		list->cap = cap;
	}
	return &list->at[list->count++];
}

static enum gw_status
read_scalar(struct build *b, const yaml_event_t *event, struct gw_yaml *out)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;

	out->kind = GW_YAML_SCALAR;
	out->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	if (memchr(text, 0, len) != NULL)
		return gw_yaml_fail(out, b->err, _("text may not hold the character \\0"));
	out->text = gw_arena_copy(&b->doc->arena, text, len);
	if (out->text == NULL)
		return gw_fail_memory(b->err);
	return refuse_extras(b, out, event->data.scalar.anchor, event->data.scalar.tag);
}

static enum gw_status read_node(struct build *b, const yaml_event_t *event, unsigned depth,
				struct gw_yaml *out);

static enum gw_status
read_list(struct build *b, unsigned depth, struct gw_yaml *out)
{
	struct nodes items = {0};
	enum gw_status status = GW_OK;

	while (status == GW_OK) {
		struct gw_yaml *item;
		yaml_event_t event;

		if (next_event(b, &event) != GW_OK)
			return b->err->status;
		if (event.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&event);
			break;
		}
		item = nodes_add(b, &items);
		status = item == NULL ? gw_fail_memory(b->err) : read_node(b, &event, depth, item);
		yaml_event_delete(&event);
	}
	out->items = items.at;
	out->count = items.count;
	return status;
}

struct key_ref {
	const struct gw_yaml *key;
};

static int
compare_keys(const void *a, const void *b)
{
	const struct gw_yaml *left = ((const struct key_ref *)a)->key;
	const struct gw_yaml *right = ((const struct key_ref *)b)->key;
	int order = strcmp(left->text, right->text);

	return order != 0 ? order : (left > right) - (left < right);
}

static enum gw_status
refuse_duplicates(struct build *b, const struct gw_yaml *map)
{
	const struct gw_yaml *again = NULL, *first = NULL;
	struct key_ref *sorted;

	if (map->count < 2)
		return GW_OK;
	sorted = malloc(map->count * sizeof *sorted);
	if (sorted == NULL)
		return gw_fail_memory(b->err);
	for (size_t i = 0; i < map->count; i++)
		sorted[i].key = &map->keys[i];
	qsort(sorted, map->count, sizeof *sorted, compare_keys);
	for (size_t i = 1; i < map->count; i++) {
		if (strcmp(sorted[i - 1].key->text, sorted[i].key->text) == 0 &&
		    (again == NULL || sorted[i].key < again)) {
			first = sorted[i - 1].key;
			again = sorted[i].key;
		}
	}
	free(sorted);
	if (again == NULL)
		return GW_OK;
	return gw_yaml_fail(again, b->err,
			    _("\"%.60s\" stands here for the second time; it was set "
			      "at line %u already"),
			    again->text, first->line);
}

static enum gw_status
read_pair(struct build *b, yaml_event_t *event, unsigned depth, struct nodes *keys,
	  struct nodes *values)
{
	struct gw_yaml *key = nodes_add(b, keys), *value = nodes_add(b, values);
	struct gw_yaml at = node_at(b, event);
	bool plain = event->type == YAML_SCALAR_EVENT;
	enum gw_status status;
	yaml_event_t next;

	if (key == NULL || value == NULL)
		return gw_fail_memory(b->err);
	if (!plain && event->type != YAML_ALIAS_EVENT)
		return gw_yaml_fail(
			&at, b->err,
			_("found a list or a map where a key belongs, expected a name"));
	if (read_node(b, event, depth, key) != GW_OK || next_event(b, &next) != GW_OK)
		return b->err->status;
	status = read_node(b, &next, depth, value);
	yaml_event_delete(&next);
	return status;
}

static enum gw_status
read_map(struct build *b, unsigned depth, struct gw_yaml *out)
{
	struct nodes keys = {0}, values = {0};
	enum gw_status status = GW_OK;

	while (status == GW_OK) {
		yaml_event_t event;

		if (next_event(b, &event) != GW_OK)
			return b->err->status;
		if (event.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&event);
			break;
		}
		status = read_pair(b, &event, depth, &keys, &values);
		yaml_event_delete(&event);
	}
	out->keys = keys.at;
	out->items = values.at;
	out->count = keys.count;
	return status == GW_OK ? refuse_duplicates(b, out) : status;
}

static enum gw_status
read_node(struct build *b, const yaml_event_t *event, unsigned depth, struct gw_yaml *out)
{
	bool map = event->type == YAML_MAPPING_START_EVENT;

	*out = node_at(b, event);
	if (++b->nodes > NODES_MAX)
		return gw_yaml_fail(out, b->err, _("the file has more than %d entries"), NODES_MAX);
	if (event->type == YAML_ALIAS_EVENT)
		return gw_yaml_fail(
			out, b->err,
			_("an alias (*name) is not allowed here; write the value out, or "
			  "put text that begins with * in quotes"));
	if (event->type == YAML_SCALAR_EVENT)
		return read_scalar(b, event, out);
	out->kind = map ? GW_YAML_MAP : GW_YAML_LIST;
	if (depth >= DEPTH_MAX)
		return gw_yaml_fail(out, b->err, _("nested more than %d deep"), DEPTH_MAX);
	if (map) {
		const yaml_char_t *anchor = event->data.mapping_start.anchor;

		if (refuse_extras(b, out, anchor, event->data.mapping_start.tag) != GW_OK)
			return b->err->status;
		return read_map(b, depth + 1, out);
	}
	if (refuse_extras(b, out, event->data.sequence_start.anchor,
			  event->data.sequence_start.tag) != GW_OK)
		return b->err->status;
	return read_list(b, depth + 1, out);
}

/* Takes two events that only open or end something; tells type and place of the second. */
static enum gw_status
skip_two(struct build *b, yaml_event_type_t *type, struct gw_yaml *at)
{
	for (int i = 0; i < 2; i++) {
		yaml_event_t event;

		if (next_event(b, &event) != GW_OK)
			return b->err->status;
		*type = event.type;
		*at = node_at(b, &event);
		yaml_event_delete(&event);
	}
	return GW_OK;
}

static enum gw_status
read_document(struct build *b)
{
	yaml_event_type_t type = YAML_NO_EVENT;
	enum gw_status status;
	yaml_event_t event;
	struct gw_yaml at;

	if (skip_two(b, &type, &at) != GW_OK)
		return b->err->status;
	if (type == YAML_STREAM_END_EVENT) {
		at.line = at.column = 1;
		return gw_yaml_fail(&at, b->err, _("the file is empty"));
	}
	if (next_event(b, &event) != GW_OK)
		return b->err->status;
	status = read_node(b, &event, 0, &b->doc->root);
	yaml_event_delete(&event);
	if (status != GW_OK)
		return status;
	if (skip_two(b, &type, &at) != GW_OK)
		return b->err->status;
	if (type != YAML_STREAM_END_EVENT)
		return gw_yaml_fail(&at, b->err,
				    _("a second document begins here (---); a file holds one"));
	return GW_OK;
}

enum gw_status
gw_yaml_build(struct gw_yaml_doc *doc, const char *text, size_t len, struct gw_error *err)
{
	static const char mark[] = "\xef\xbb\xbf"; /* some editors begin UTF-8 files with it */
	size_t skip = len >= 3 && memcmp(text, mark, 3) == 0 ? 3 : 0;
	struct build b = {.doc = doc, .text = text + skip, .len = len - skip, .err = err};
	enum gw_status status;

	if (yaml_parser_initialize(&b.parser) != 1)
		return gw_fail_memory(err);
	yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&b.parser, (const unsigned char *)b.text, b.len);
	status = read_document(&b);
	yaml_parser_delete(&b.parser);
	return status;
}
