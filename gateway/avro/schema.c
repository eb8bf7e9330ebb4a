#include "avro/schema.h"

#include <stdlib.h>
#include <string.h>

#include "avro/avroc.h"
#include "avro/field.h"
#include "avro/plan.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/i18n.h"

enum {
	TEXT_MAX = 1024 * 1024,
	NESTING_MAX = 64, /* brackets; Avro-C overflows its stack on millions */
	FIELDS_MAX = 1000,
	ENTITY_MAX = 58, /* a table's name and "_live", 63 bytes in all */
	ARENA_MAX = 64 * 1024 * 1024,
};

static const char space_prefix[] = "vn.songma.";

/* Fails when the brackets outside of text are nested too deep. */
static enum gw_status
check_nesting(const char *text, size_t len, struct gw_error *err)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (quoted && text[i] == '\\')
			i++;
		else if (text[i] == '"')
			quoted = !quoted;
		else if (!quoted && (text[i] == '{' || text[i] == '['))
			depth++;
		else if (!quoted && (text[i] == '}' || text[i] == ']'))
			depth--;
		if (depth > NESTING_MAX)
			return gw_fail(err, GW_CONFIG,
				       _("its brackets are nested deeper than %d levels"),
				       NESTING_MAX);
	}
	return GW_OK;
}

static enum gw_status
load_json(const char *text, size_t len, json_t **out, struct gw_error *err)
{
	json_error_t where;

	if (len > TEXT_MAX)
		return gw_fail(err, GW_CONFIG, _("it has more than %d bytes"), TEXT_MAX);
	if (check_nesting(text, len, err) != GW_OK)
		return err->status;
	*out = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL,
			  &where);
	if (*out == NULL)
		return gw_fail(err, GW_CONFIG, _("line %d, column %d: it is not valid JSON: %s"),
			       where.line, where.column, where.text);
	return GW_OK;
}

/*
 * The text that Avro-C gets.  It takes no NUL, which the default of bytes may
 * hold (a decimal's nought is one), and does not look at defaults: so it gets
 * such a schema without them.
 */
static char *
text_without_defaults(const json_t *json)
{
	json_t *copy = json_deep_copy(json);
	const json_t *fields = json_object_get(copy, "fields");
	char *text;

	for (size_t i = 0; i < json_array_size(fields); i++)
		(void)json_object_del(json_array_get(fields, i), "default");
	text = json_dumps(copy, JSON_COMPACT);
	json_decref(copy);
	return text;
}

/* Avro-C is the second opinion on what is an Avro schema, and what its generic tools can read. */
static enum gw_status
check_avro(const json_t *json, const char *text, size_t len, struct gw_error *err)
{
	static const char nul[] = "\\u0000";
	avro_schema_t schema = NULL;
	char *plain = NULL;
	int failed;

	if (memmem(text, len, nul, sizeof nul - 1) != NULL) {
		plain = text_without_defaults(json);
		if (plain == NULL)
			return gw_fail_memory(err);
		text = plain;
		len = strlen(plain);
	}
	failed = avro_schema_from_json_length(text, len, &schema);
	free(plain);
	if (failed != 0)
		return gw_fail(err, GW_CONFIG, _("Avro does not accept it: %s"), avro_strerror());
	avro_schema_decref(schema);
	return GW_OK;
}

static bool
is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* HealthRecord becomes health_record, BHYTCard bhyt_card. */
static const char *
snake_case(struct gw_arena *arena, const char *name)
{
	char *out = gw_arena_alloc(arena, 2 * strlen(name) + 1), *to = out;

	if (out == NULL)
		return NULL;
	for (size_t i = 0; name[i] != '\0'; i++) {
		bool begins =
			i > 0 && is_upper(name[i]) && name[i - 1] != '_' &&
			(!is_upper(name[i - 1]) || (name[i + 1] >= 'a' && name[i + 1] <= 'z'));

		if (begins)
			*to++ = '_';
		*to = name[i];
		if (is_upper(name[i]))
			*to = (char)(name[i] - 'A' + 'a');
		to++;
	}
	*to = '\0';
	return out;
}

static enum gw_status
take_names(struct gw_schema *schema, struct gw_error *err)
{
	const char *full = schema->root->name;
	const char *dot = strrchr(full, '.');

	schema->name = gw_node_short_name(full);
	schema->space =
		dot == NULL ? "" : gw_arena_copy(&schema->arena, full, (size_t)(dot - full));
	schema->entity = snake_case(&schema->arena, schema->name);
	return schema->space != NULL && schema->entity != NULL ? GW_OK : gw_fail_memory(err);
}

static enum gw_status
check_derived(const struct gw_schema *schema, const struct gw_schema_field *field,
	      struct gw_error *err)
{
	int of = field->commune_map_of != NULL ? gw_schema_find(schema, field->commune_map_of) : -1;

	if (field->commune_map_of == NULL || (of >= 0 && &schema->fields[of] != field))
		return GW_OK;
	return gw_fail(err, GW_CONFIG,
		       _("field %s: \"derived\" names the field %s, which is not there"),
		       field->name, field->commune_map_of);
}

/* Two numbers of one kind for one person: which of them would be the person's? */
static enum gw_status
check_whose(const struct gw_schema *schema, const struct gw_schema_field *field,
	    struct gw_error *err)
{
	for (const struct gw_schema_field *other = schema->fields; other < field; other++)
		if (field->whose != NULL && other->whose != NULL &&
		    field->identifier == other->identifier &&
		    strcmp(field->whose, other->whose) == 0)
			return gw_fail(err, GW_CONFIG,
				       _("field %s: \"whose\": \"%s\" has a %s already, in the "
					 "field %s; give one of the two another word"),
				       field->name, field->whose,
				       gw_identifier_name(field->identifier), other->name);
	return GW_OK;
}

static enum gw_status
check_strict(json_t *json, const struct gw_schema *schema, struct gw_error *err)
{
	static const char *const known[] = {"type",   "name",    "namespace", "doc",
					    "fields", "aliases", NULL};
	const char *sector = schema->space + sizeof space_prefix - 1;

	if (gw_node_check_keys(json, known, err) != GW_OK)
		return err->status;
	if (strncmp(schema->space, space_prefix, sizeof space_prefix - 1) != 0 ||
	    !gw_node_name_valid(sector))
		return gw_fail(err, GW_CONFIG,
			       _("its namespace is \"%s\"; write \"namespace\": \"%s<sector>\""),
			       schema->space, space_prefix);
	if (schema->entity[0] == '_' || strlen(schema->entity) > ENTITY_MAX)
		return gw_fail(err, GW_CONFIG,
			       _("its name becomes a table: begin it with a letter and use at most "
				 "%d characters"),
			       ENTITY_MAX);
	if (schema->nfields == 0 || schema->nfields > FIELDS_MAX)
		return gw_fail(err, GW_CONFIG, _("a record has 1 to %d fields, not %zu"),
			       FIELDS_MAX, schema->nfields);
	for (size_t i = 0; i < schema->nfields; i++) {
		if (check_derived(schema, &schema->fields[i], err) != GW_OK ||
		    check_whose(schema, &schema->fields[i], err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

static enum gw_status
read_fields(struct gw_schema *schema, const json_t *json, bool strict, struct gw_error *err)
{
	const json_t *list = json_object_get(json, "fields");
	const struct gw_node *root = schema->root;
	struct gw_schema_field *fields;

	fields = gw_arena_zalloc(&schema->arena, (root->nchildren + 1) * sizeof *fields);
	if (fields == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < root->nchildren; i++) {
		fields[i].name = root->names[i];
		if (gw_field_read(&schema->arena, strict, json_array_get(list, i),
				  root->children[i], &fields[i], err) != GW_OK ||
		    gw_symbols_plan(&schema->arena, &fields[i], err) != GW_OK)
			return gw_wrap(err, _("field %s"), root->names[i]);
		gw_hash_plan(&fields[i]);
	}
	schema->fields = fields;
	schema->nfields = root->nchildren;
	return GW_OK;
}

static enum gw_status
read_record(struct gw_schema *schema, json_t *json, bool strict, struct gw_error *err)
{
	struct gw_node_reader reader = {.arena = &schema->arena, .strict = strict};

	if (gw_node_read(&reader, json, "", &schema->root, err) != GW_OK)
		return err->status;
	if (schema->root->kind != GW_NODE_RECORD || !json_is_object(json) ||
	    !json_is_array(json_object_get(json, "fields")))
		return gw_fail(err, GW_CONFIG, "%s",
			       _("it must be a record: {\"type\": \"record\", \"name\": ..., "
				 "\"fields\": [...]}"));
	if (take_names(schema, err) != GW_OK || read_fields(schema, json, strict, err) != GW_OK)
		return err->status;
	if (strict && check_strict(json, schema, err) != GW_OK)
		return err->status;
	return gw_write_plan(schema, err);
}

static enum gw_status
parse(struct gw_schema *schema, const char *text, size_t len, bool strict, struct gw_error *err)
{
	json_t *json = NULL;
	enum gw_status status = load_json(text, len, &json, err);

	if (status == GW_OK)
		status = read_record(schema, json, strict, err);
	if (status == GW_OK)
		status = check_avro(json, text, len, err);
	json_decref(json);
	if (status != GW_OK)
		return status;
	schema->text = gw_arena_copy(&schema->arena, text, len);
	schema->text_len = len;
	return schema->text != NULL ? GW_OK : gw_fail_memory(err);
}

enum gw_status
gw_schema_parse(const char *origin, const char *text, size_t len, bool strict,
		struct gw_schema **out, struct gw_error *err)
{
	struct gw_schema *schema = calloc(1, sizeof *schema);
	enum gw_status status;

	if (schema == NULL)
		return gw_fail_memory(err);
	gw_arena_init(&schema->arena, ARENA_MAX);
	status = parse(schema, text, len, strict, err);
	if (status != GW_OK) {
		gw_schema_free(schema);
		(void)gw_wrap(err, _("schema %s"), origin);
		return status;
	}
	*out = schema;
	return GW_OK;
}

/* A schema stands where its name says: health/HealthRecord is HealthRecord of vn.songma.health. */
static enum gw_status
check_place(const struct gw_schema *schema, const char *name, struct gw_error *err)
{
	const char *slash = strrchr(name, '/');
	const char *sector = schema->space + sizeof space_prefix - 1;
	size_t len = slash != NULL ? (size_t)(slash - name) : 0;
	bool same = slash != NULL && strlen(sector) == len;

	/* A folder may have dashes, a namespace can't. */
	for (size_t i = 0; same && i < len; i++)
		same = sector[i] == (name[i] == '-' ? '_' : name[i]);
	if (!same)
		return gw_fail(err, GW_CONFIG,
			       _("its namespace is %s, so its folder must be %s (write its name as "
				 "sector/Name)"),
			       schema->space, sector);
	if (strcmp(slash + 1, schema->name) != 0)
		return gw_fail(err, GW_CONFIG,
			       _("the record in it is named %s: name the file %s.avsc"),
			       schema->name, schema->name);
	return GW_OK;
}

enum gw_status
gw_schema_read(const char *dir, const char *name, struct gw_schema **out, struct gw_error *err)
{
	struct gw_schema *schema = NULL;
	char *path = gw_path_join(dir, name), *file = NULL;
	enum gw_status status;
	struct gw_buf text;

	gw_buf_init(&text, TEXT_MAX + 1);
	if (path == NULL || asprintf(&file, "%s.avsc", path) < 0) {
		free(path);
		return gw_fail_memory(err);
	}
	status = gw_file_read(file, &text, err);
	if (status == GW_OK)
		status = gw_schema_parse(file, text.data != NULL ? text.data : "", text.len, true,
					 &schema, err);
	if (schema != NULL && check_place(schema, name, err) != GW_OK) {
		status = gw_wrap(err, _("schema %s"), file);
		gw_schema_free(schema);
		schema = NULL;
	}
	if (schema != NULL)
		*out = schema;
	gw_buf_release(&text);
	free(file);
	free(path);
	return status;
}

void
gw_schema_free(struct gw_schema *schema)
{
	if (schema == NULL)
		return;
	gw_arena_release(&schema->arena);
	free(schema);
}

int
gw_schema_find(const struct gw_schema *schema, const char *field)
{
	for (size_t i = 0; i < schema->nfields; i++) {
		if (strcmp(schema->fields[i].name, field) == 0)
			return (int)i;
	}
	return -1;
}
