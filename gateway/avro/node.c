#include "avro/node.h"

#include <stdio.h>
#include <string.h>

#include "avro/logical.h"
#include "base/i18n.h"

enum { NAMED_MAX = 1000, BRANCHES_MAX = 256, CHILDREN_MAX = 10000 };

static const char *const kind_names[] = {
	"boolean", "int",  "long", "float", "double", "string", "bytes",
	"fixed",   "enum", "null", "array", "map",    "record", "union",
};

_Static_assert((int)GW_NODE_ENUM == (int)GW_AVRO_ENUM, "the kinds begin with the flat types");
_Static_assert((int)GW_NODE_NULL == (int)GW_AVRO_NULL, "the kinds begin with the flat types");

/* The primitive types are the same wherever they stand, unless a logical type is on them. */
static const struct gw_node primitives[] = {
	{.kind = GW_NODE_BOOLEAN, .symbol_default = -1},
	{.kind = GW_NODE_INT, .symbol_default = -1},
	{.kind = GW_NODE_LONG, .symbol_default = -1},
	{.kind = GW_NODE_FLOAT, .symbol_default = -1},
	{.kind = GW_NODE_DOUBLE, .symbol_default = -1},
	{.kind = GW_NODE_STRING, .symbol_default = -1},
	{.kind = GW_NODE_BYTES, .symbol_default = -1},
	{.kind = GW_NODE_NULL, .symbol_default = -1, .empty = true},
};

const char *
gw_node_kind_name(enum gw_node_kind kind)
{
	return kind_names[kind];
}

const char *
gw_node_short_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot != NULL ? dot + 1 : name;
}

static bool
name_part_valid(const char *name, size_t len)
{
	if (len == 0 || (name[0] >= '0' && name[0] <= '9'))
		return false;
	for (size_t i = 0; i < len; i++) {
		char c = name[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
		      (c >= '0' && c <= '9')))
			return false;
	}
	return true;
}

bool
gw_node_name_valid(const char *name)
{
	return name_part_valid(name, strlen(name));
}

static bool
full_name_valid(const char *name)
{
	for (;;) {
		size_t part = strcspn(name, ".");

		if (!name_part_valid(name, part))
			return false;
		if (name[part] == '\0')
			return true;
		name += part + 1;
	}
}

enum gw_status
gw_node_check_keys(json_t *object, const char *const *known, struct gw_error *err)
{
	void *it = json_object_iter(object);

	for (; it != NULL; it = json_object_iter_next(object, it)) {
		const char *key = json_object_iter_key(it);
		size_t i = 0;

		while (known[i] != NULL && strcmp(known[i], key) != 0)
			i++;
		if (known[i] == NULL)
			return gw_fail(
				err, GW_CONFIG,
				_("the attribute \"%s\" is unknown here: correct or remove it"),
				key);
	}
	return GW_OK;
}

enum gw_status
gw_node_read_words(struct gw_arena *arena, const json_t *json, const char *what,
		   const char *const **out, size_t *n, struct gw_error *err)
{
	size_t size = json_array_size(json);
	const char **words;

	if (json != NULL && !json_is_array(json))
		return gw_fail(err, GW_CONFIG, _("\"%s\" must be a list of words in [ ]"), what);
	words = gw_arena_alloc(arena, (size + 1) * sizeof *words);
	if (words == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < size; i++) {
		const json_t *word = json_array_get(json, i);

		if (!json_is_string(word))
			return gw_fail(err, GW_CONFIG, _("\"%s\" must be a list of words in [ ]"),
				       what);
		words[i] = gw_arena_copy(arena, json_string_value(word), json_string_length(word));
		if (words[i] == NULL)
			return gw_fail_memory(err);
	}
	words[size] = NULL;
	*out = words;
	*n = size;
	return GW_OK;
}

static const struct gw_node *
find_primitive(const char *word)
{
	for (size_t i = 0; i < sizeof primitives / sizeof primitives[0]; i++) {
		if (strcmp(kind_names[primitives[i].kind], word) == 0)
			return &primitives[i];
	}
	return NULL;
}

/* A name with dots is full; any other belongs to the namespace around it. */
static const char *
full_name(struct gw_arena *arena, const char *space, const char *name)
{
	size_t before = strchr(name, '.') != NULL ? 0 : strlen(space), len = strlen(name);
	char *full;

	if (before == 0)
		return gw_arena_copy(arena, name, len);
	full = gw_arena_alloc(arena, before + len + 2);
	if (full != NULL)
		(void)snprintf(full, before + len + 2, "%s.%s", space, name);
	return full;
}

/* A word for a type: a primitive one or the name of a type that was described before. */
static enum gw_status
read_reference(struct gw_node_reader *reader, const char *word, const char *space,
	       const struct gw_node **out, struct gw_error *err)
{
	const struct gw_node *found = find_primitive(word);
	const char *full;

	if (found == NULL) {
		full = full_name(reader->arena, space, word);
		if (full == NULL)
			return gw_fail_memory(err);
		for (size_t i = 0; i < reader->nnamed && found == NULL; i++) {
			if (strcmp(reader->named[i]->name, full) == 0)
				found = reader->named[i];
		}
	}
	if (found == NULL)
		return gw_fail(err, GW_CONFIG,
			       _("the type \"%s\" is unknown: it is neither one of Avro's nor "
				 "described before this place"),
			       word);
	*out = found;
	return GW_OK;
}

static enum gw_status
make_children(struct gw_node_reader *reader, struct gw_node *node, size_t n, struct gw_error *err)
{
	if (n > CHILDREN_MAX)
		return gw_fail(err, GW_CONFIG, _("it has %zu parts; at most %d are read"), n,
			       CHILDREN_MAX);
	node->children = gw_arena_zalloc(reader->arena, (n + 1) * sizeof(struct gw_node *));
	if (node->children == NULL)
		return gw_fail_memory(err);
	node->nchildren = n;
	return GW_OK;
}

static bool
same_branch(const struct gw_node *a, const struct gw_node *b)
{
	if (a->name != NULL && b->name != NULL)
		return strcmp(a->name, b->name) == 0;
	return a->kind == b->kind && a->name == NULL && b->name == NULL;
}

static enum gw_status
read_union(struct gw_node_reader *reader, const json_t *json, const char *space,
	   struct gw_node *node, struct gw_error *err)
{
	size_t n = json_array_size(json);

	node->kind = GW_NODE_UNION;
	if (n == 0 || n > BRANCHES_MAX)
		return gw_fail(err, GW_CONFIG, _("a union has 1 to %d types in its [ ]"),
			       BRANCHES_MAX);
	if (make_children(reader, node, n, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < n; i++) {
		if (gw_node_read(reader, json_array_get(json, i), space, &node->children[i], err) !=
		    GW_OK)
			return err->status;
		if (node->children[i]->kind == GW_NODE_UNION)
			return gw_fail(err, GW_CONFIG, "%s", _("a union can't hold a union"));
		for (size_t k = 0; k < i; k++) {
			if (same_branch(node->children[k], node->children[i]))
				return gw_fail(err, GW_CONFIG, _("the union has the type %s twice"),
					       gw_node_kind_name(node->children[i]->kind));
		}
	}
	return GW_OK;
}

/* Takes the name, which others may use from here on; *space becomes the name's namespace. */
static enum gw_status
read_name(struct gw_node_reader *reader, const json_t *object, const char **space,
	  struct gw_node *node, struct gw_error *err)
{
	const char *name = json_string_value(json_object_get(object, "name"));
	const char *own = json_string_value(json_object_get(object, "namespace"));
	const char *dot;

	if (name == NULL)
		return gw_fail(err, GW_CONFIG, _("a %s needs a \"name\""),
			       gw_node_kind_name(node->kind));
	node->name = full_name(reader->arena, own != NULL ? own : *space, name);
	if (node->name == NULL)
		return gw_fail_memory(err);
	if (!full_name_valid(node->name) || find_primitive(node->name) != NULL)
		return gw_fail(err, GW_CONFIG,
			       _("\"%s\" can't be a name: write letters, digits and _ (parts of a "
				 "namespace are parted by dots), no digit first"),
			       node->name);
	for (size_t i = 0; i < reader->nnamed; i++) {
		if (strcmp(reader->named[i]->name, node->name) == 0)
			return gw_fail(err, GW_CONFIG,
				       _("the type %s is described twice: the second time write "
					 "its name alone"),
				       node->name);
	}
	if (reader->nnamed == NAMED_MAX)
		return gw_fail(err, GW_CONFIG, _("more than %d named types"), NAMED_MAX);
	reader->named[reader->nnamed++] = node;
	dot = strrchr(node->name, '.');
	*space = dot == NULL ? ""
			     : gw_arena_copy(reader->arena, node->name, (size_t)(dot - node->name));
	return *space != NULL ? GW_OK : gw_fail_memory(err);
}

static enum gw_status
read_aliases(struct gw_node_reader *reader, const json_t *object, const char *space,
	     struct gw_node *node, struct gw_error *err)
{
	const char *const *words = NULL;
	const char **full;

	if (gw_node_read_words(reader->arena, json_object_get(object, "aliases"), "aliases", &words,
			       &node->naliases, err) != GW_OK)
		return err->status;
	full = gw_arena_alloc(reader->arena, (node->naliases + 1) * sizeof *full);
	if (full == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < node->naliases; i++) {
		full[i] = full_name(reader->arena, space, words[i]);
		if (full[i] == NULL)
			return gw_fail_memory(err);
	}
	node->aliases = full;
	return GW_OK;
}

static enum gw_status
read_fixed(const json_t *object, struct gw_node *node, struct gw_error *err)
{
	const json_t *size = json_object_get(object, "size");
	json_int_t n = json_integer_value(size);

	if (!json_is_integer(size) || n < 0 || n > INT32_MAX)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("a fixed needs a \"size\": its number of bytes"));
	node->size = (uint32_t)n;
	node->empty = n == 0;
	return GW_OK;
}

static enum gw_status
check_symbol(const struct gw_node *node, size_t i, struct gw_error *err)
{
	if (!gw_node_name_valid(node->symbols[i]))
		return gw_fail(err, GW_CONFIG,
			       _("\"%s\" can't be a symbol: write letters, digits and _, no digit "
				 "first"),
			       node->symbols[i]);
	for (size_t k = 0; k < i; k++) {
		if (strcmp(node->symbols[k], node->symbols[i]) == 0)
			return gw_fail(err, GW_CONFIG, _("the symbol \"%s\" stands twice"),
				       node->symbols[i]);
	}
	return GW_OK;
}

static enum gw_status
read_enum(struct gw_node_reader *reader, const json_t *object, struct gw_node *node,
	  struct gw_error *err)
{
	const char *fallback = json_string_value(json_object_get(object, "default"));

	if (gw_node_read_words(reader->arena, json_object_get(object, "symbols"), "symbols",
			       &node->symbols, &node->nsymbols, err) != GW_OK)
		return err->status;
	if (node->nsymbols == 0 || node->nsymbols > CHILDREN_MAX)
		return gw_fail(err, GW_CONFIG, _("an enum needs 1 to %d \"symbols\""),
			       CHILDREN_MAX);
	for (size_t i = 0; i < node->nsymbols; i++) {
		if (check_symbol(node, i, err) != GW_OK)
			return err->status;
		if (fallback != NULL && strcmp(fallback, node->symbols[i]) == 0)
			node->symbol_default = (int)i;
	}
	if (fallback != NULL && node->symbol_default < 0)
		return gw_fail(err, GW_CONFIG,
			       _("the enum's default \"%s\" is not one of its symbols"), fallback);
	return GW_OK;
}

static enum gw_status
read_record_field(struct gw_node_reader *reader, const json_t *field, const char *space,
		  struct gw_node *node, const char **names, struct gw_error *err)
{
	size_t i = node->nchildren;
	const char *name = json_string_value(json_object_get(field, "name"));

	if (name == NULL || !gw_node_name_valid(name))
		return gw_fail(err, GW_CONFIG,
			       _("field number %zu needs a \"name\" of letters, digits and _, no "
				 "digit first"),
			       i + 1);
	for (size_t k = 0; k < i; k++) {
		if (strcmp(names[k], name) == 0)
			return gw_fail(err, GW_CONFIG, _("the field %s stands twice"), name);
	}
	names[i] = gw_arena_copy(reader->arena, name, strlen(name));
	if (names[i] == NULL)
		return gw_fail_memory(err);
	if (json_object_get(field, "type") == NULL)
		return gw_fail(err, GW_CONFIG, _("field %s needs a \"type\""), name);
	if (gw_node_read(reader, json_object_get(field, "type"), space, &node->children[i], err) !=
	    GW_OK)
		return gw_wrap(err, _("field %s"), name);
	node->nchildren++;
	return GW_OK;
}

static enum gw_status
read_record(struct gw_node_reader *reader, const json_t *object, const char *space,
	    struct gw_node *node, struct gw_error *err)
{
	const json_t *fields = json_object_get(object, "fields");
	size_t n = json_array_size(fields);
	const char **names;
	bool empty = true;

	if (!json_is_array(fields))
		return gw_fail(err, GW_CONFIG, "%s",
			       _("a record needs \"fields\": a list of fields in [ ]"));
	if (make_children(reader, node, n, err) != GW_OK)
		return err->status;
	names = gw_arena_zalloc(reader->arena, (n + 1) * sizeof *names);
	if (names == NULL)
		return gw_fail_memory(err);
	node->names = names;
	for (node->nchildren = 0; node->nchildren < n;) {
		if (read_record_field(reader, json_array_get(fields, node->nchildren), space, node,
				      names, err) != GW_OK)
			return err->status;
		empty = empty && node->children[node->nchildren - 1]->empty;
	}
	node->empty = empty;
	return GW_OK;
}

static enum gw_status
read_nested(struct gw_node_reader *reader, const json_t *object, const char *space,
	    struct gw_node *node, struct gw_error *err)
{
	const char *of = node->kind == GW_NODE_ARRAY ? "items" : "values";
	json_t *inner = json_object_get(object, of);

	if (inner == NULL)
		return gw_fail(err, GW_CONFIG, _("a %s needs \"%s\": the type of what it holds"),
			       gw_node_kind_name(node->kind), of);
	if (make_children(reader, node, 1, err) != GW_OK)
		return err->status;
	return gw_node_read(reader, inner, space, &node->children[0], err);
}

static enum gw_status
read_described(struct gw_node_reader *reader, const json_t *object, const char *space,
	       struct gw_node *node, struct gw_error *err)
{
	enum gw_status status;

	if (node->kind == GW_NODE_ARRAY || node->kind == GW_NODE_MAP)
		return read_nested(reader, object, space, node, err);
	status = read_name(reader, object, &space, node, err);
	if (status == GW_OK)
		status = read_aliases(reader, object, space, node, err);
	if (status != GW_OK)
		return status;
	if (node->kind == GW_NODE_RECORD)
		return read_record(reader, object, space, node, err);
	if (node->kind == GW_NODE_ENUM)
		return read_enum(reader, object, node, err);
	return read_fixed(object, node, err);
}

/* The kind that this word begins the description of, or -1: it stands for a whole type. */
static int
described_kind(const char *word)
{
	int kind = GW_NODE_UNION;

	if (word == NULL || find_primitive(word) != NULL)
		return -1;
	while (--kind >= 0 && strcmp(kind_names[kind], word) != 0)
		continue;
	return kind;
}

/* Sets *node unless the object only names a type that needs no node of its own. */
static enum gw_status
read_object(struct gw_node_reader *reader, json_t *object, const char *space, struct gw_node *node,
	    const struct gw_node **out, struct gw_error *err)
{
	static const char *const known[] = {"type",      "name",    "namespace", "doc",
					    "aliases",   "symbols", "default",   "size",
					    "fields",    "items",   "values",    "logicalType",
					    "precision", "scale",   NULL};
	json_t *type = json_object_get(object, "type");
	int kind = described_kind(json_string_value(type));

	if (reader->strict && gw_node_check_keys(object, known, err) != GW_OK)
		return err->status;
	if (type == NULL)
		return gw_fail(err, GW_CONFIG, "%s", _("an object in { } needs a \"type\""));
	if (kind >= 0) {
		node->kind = (enum gw_node_kind)kind;
		*out = node;
		if (read_described(reader, object, space, node, err) != GW_OK)
			return err->status;
	} else {
		if (gw_node_read(reader, type, space, out, err) != GW_OK)
			return err->status;
		/* A record may not be complete yet, and takes no logical type. */
		if ((*out)->kind == GW_NODE_RECORD)
			return GW_OK;
		*node = **out;
		*out = node;
	}
	return gw_logical_read(object, reader->strict, node, err);
}

enum gw_status
gw_node_read(struct gw_node_reader *reader, json_t *json, const char *space,
	     const struct gw_node **out, struct gw_error *err)
{
	struct gw_node *node;

	if (reader->named == NULL)
		reader->named = gw_arena_alloc(reader->arena, NAMED_MAX * sizeof(struct gw_node *));
	if (reader->named == NULL)
		return gw_fail_memory(err);
	if (json_is_string(json))
		return read_reference(reader, json_string_value(json), space, out, err);
	node = gw_arena_zalloc(reader->arena, sizeof *node);
	if (node == NULL)
		return gw_fail_memory(err);
	node->symbol_default = -1;
	if (json_is_object(json))
		return read_object(reader, json, space, node, out, err);
	if (!json_is_array(json))
		return gw_fail(err, GW_CONFIG, "%s",
			       _("a type is a word, a list in [ ] or an object in { }"));
	*out = node;
	return read_union(reader, json, space, node, err);
}
