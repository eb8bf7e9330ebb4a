#include "avro/field.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"

enum { NAME_MAX_BYTES = 63 }; /* of a column in PostgreSQL */

static const char commune_map_of[] = "commune_map_of:";

static const char *const privacy_names[] = {
	[GW_PUBLIC] = "public",
	[GW_IDENTIFIER] = "identifier",
	[GW_PERSONAL] = "personal",
	[GW_SENSITIVE] = "sensitive",
};

static const char *const identifier_names[] = {
	[GW_ID_NONE] = "",     [GW_ID_CITIZEN_NUMBER] = "citizen_number",
	[GW_ID_CMND] = "cmnd", [GW_ID_SOCIAL_INSURANCE] = "social_insurance",
	[GW_ID_TAX] = "tax",   [GW_ID_PHONE] = "phone",
};

const char *
gw_privacy_name(enum gw_privacy privacy)
{
	return privacy_names[privacy];
}

const char *
gw_identifier_name(enum gw_identifier kind)
{
	return identifier_names[kind];
}

enum gw_identifier
gw_identifier_find(const char *name)
{
	for (size_t i = 1; i < sizeof identifier_names / sizeof identifier_names[0]; i++) {
		if (strcmp(identifier_names[i], name) == 0)
			return (enum gw_identifier)i;
	}
	return GW_ID_NONE;
}

static const char *
type_word(const struct gw_schema_field *field)
{
	static const char *const types[] = {
		[GW_AVRO_BOOLEAN] = N_("boolean"), [GW_AVRO_INT] = N_("integer"),
		[GW_AVRO_LONG] = N_("integer"),    [GW_AVRO_FLOAT] = N_("number"),
		[GW_AVRO_DOUBLE] = N_("number"),   [GW_AVRO_STRING] = N_("text"),
		[GW_AVRO_BYTES] = N_("bytes"),     [GW_AVRO_NULL] = N_("nested"),
	};
	static const char *const logicals[] = {
		[GW_LOGICAL_DATE] = N_("date"),
		[GW_LOGICAL_TIMESTAMP_MILLIS] = N_("timestamp"),
		[GW_LOGICAL_TIMESTAMP_MICROS] = N_("timestamp"),
		[GW_LOGICAL_PARTIAL_DATE] = N_("partial date"),
	};

	return field->logical != GW_LOGICAL_NONE ? logicals[field->logical] : types[field->type];
}

void
gw_schema_type_text(const struct gw_schema_field *field, char *out, size_t size)
{
	if (field->logical == GW_LOGICAL_DECIMAL)
		(void)snprintf(out, size, _("decimal of %d digits, %d of them after the point"),
			       field->precision, field->scale);
	else if (field->type == GW_AVRO_ENUM)
		(void)snprintf(out, size,
			       ngettext("enum of %zu word", "enum of %zu words", field->nsymbols),
			       field->nsymbols);
	else if (field->type == GW_AVRO_FIXED)
		(void)snprintf(out, size,
			       ngettext("%u byte exactly", "%u bytes exactly", field->size),
			       field->size);
	else
		(void)snprintf(out, size, "%s", _(type_word(field)));
}

/* The type beside null where the field is a union of the two, else the type itself. */
static const struct gw_node *
flatten(const struct gw_node *node, struct gw_schema_field *out)
{
	out->null_branch = -1;
	if (node->kind != GW_NODE_UNION || node->nchildren != 2)
		return node;
	for (int i = 0; i < 2; i++) {
		if (node->children[i]->kind == GW_NODE_NULL) {
			out->nullable = true;
			out->null_branch = i;
			return node->children[1 - i];
		}
	}
	return node;
}

static void
take_type(const struct gw_node *node, struct gw_schema_field *out)
{
	const struct gw_node *base = flatten(node, out);

	out->node = node;
	out->type = base->kind < GW_NODE_NULL ? (enum gw_avro_type)base->kind : GW_AVRO_NULL;
	out->logical = base->logical;
	out->size = base->size;
	out->precision = base->precision;
	out->scale = base->scale;
	out->symbols = base->symbols;
	out->nsymbols = base->nsymbols;
}

/* Takes text of an attribute, when it is there. */
static enum gw_status
take_text(struct gw_arena *arena, const json_t *json, const char *key, const char **out,
	  struct gw_error *err)
{
	const json_t *value = json_object_get(json, key);

	if (value == NULL)
		return GW_OK;
	if (!json_is_string(value))
		return gw_fail(err, GW_CONFIG, _("\"%s\" must be text"), key);
	*out = gw_arena_copy(arena, json_string_value(value), json_string_length(value));
	return *out != NULL ? GW_OK : gw_fail_memory(err);
}

static enum gw_status
check_type(const struct gw_schema_field *field, const json_t *json, struct gw_error *err)
{
	if (json_object_get(json, "logicalType") != NULL)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("\"logicalType\" stands inside the type: write \"type\": "
				 "{\"type\": \"int\", \"logicalType\": \"date\"}"));
	if (field->type == GW_AVRO_NULL)
		return gw_fail(err, GW_CONFIG,
			       _("its type is %s: a record is flat, so write one "
				 "simple type, or [\"null\", that type]"),
			       gw_node_kind_name(field->node->kind));
	if (field->name[0] == '_' || strlen(field->name) > NAME_MAX_BYTES)
		return gw_fail(
			err, GW_CONFIG,
			_("its name becomes a column: begin it with a letter and use at most "
			  "%d characters"),
			NAME_MAX_BYTES);
	if (field->type == GW_AVRO_FIXED && field->size == 0)
		return gw_fail(err, GW_CONFIG, "%s", _("a fixed of 0 bytes holds nothing"));
	return GW_OK;
}

static enum gw_status
read_privacy(const json_t *json, struct gw_schema_field *out, struct gw_error *err)
{
	const char *word = json_string_value(json_object_get(json, "privacy"));
	size_t i = 0, n = sizeof privacy_names / sizeof privacy_names[0];

	if (word == NULL)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("\"privacy\" is missing: write \"privacy\": \"public\", "
				 "\"identifier\", \"personal\" or \"sensitive\""));
	while (i < n && strcmp(privacy_names[i], word) != 0)
		i++;
	if (i == n)
		return gw_fail(err, GW_CONFIG,
			       _("\"privacy\" is \"%s\"; it must be public, identifier, personal "
				 "or sensitive"),
			       word);
	out->privacy = (enum gw_privacy)i;
	return GW_OK;
}

static enum gw_status
read_identifier(const json_t *json, struct gw_schema_field *out, struct gw_error *err)
{
	const char *word = json_string_value(json_object_get(json, "kind"));

	if (out->privacy != GW_IDENTIFIER) {
		if (word == NULL)
			return GW_OK;
		return gw_fail(
			err, GW_CONFIG, "%s",
			_("\"kind\" belongs to a field whose \"privacy\" is \"identifier\""));
	}
	out->identifier = word != NULL ? gw_identifier_find(word) : GW_ID_NONE;
	if (out->identifier == GW_ID_NONE)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("an identifier needs \"kind\": citizen_number, cmnd, "
				 "social_insurance, tax or phone"));
	if (out->logical != GW_LOGICAL_NONE ||
	    (out->type != GW_AVRO_STRING && (out->type != GW_AVRO_FIXED || out->size != 32)))
		return gw_fail(
			err, GW_CONFIG, "%s",
			_("an identifier travels as a pseudonym: its type is {\"type\": "
			  "\"fixed\", \"name\": \"Pseudonym\", \"size\": 32} or \"string\""));
	return GW_OK;
}

/* Fields of one schema with the same word name the same person: so it is said of identifiers only.
 */
static enum gw_status
check_whose(const struct gw_schema_field *field, struct gw_error *err)
{
	if (field->whose == NULL)
		return GW_OK;
	if (field->privacy != GW_IDENTIFIER)
		return gw_fail(
			err, GW_CONFIG, "%s",
			_("\"whose\" belongs to a field whose \"privacy\" is \"identifier\""));
	if (field->whose[0] == '\0' ||
	    field->whose[strspn(field->whose, "abcdefghijklmnopqrstuvwxyz_")] != '\0')
		return gw_fail(err, GW_CONFIG, "%s",
			       _("\"whose\" is a word of a-z and _, such as \"person\""));
	return GW_OK;
}

static enum gw_status
read_derived(const json_t *json, struct gw_schema_field *out, struct gw_error *err)
{
	const json_t *derived = json_object_get(json, "derived");
	const char *word = json_string_value(derived);
	size_t prefix = sizeof commune_map_of - 1;

	if (derived == NULL)
		return GW_OK;
	if (word == NULL || strncmp(word, commune_map_of, prefix) != 0 || word[prefix] == '\0')
		return gw_fail(err, GW_CONFIG, _("\"derived\" must be \"%s<field>\""),
			       commune_map_of);
	if (out->type != GW_AVRO_STRING || out->logical != GW_LOGICAL_NONE)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("the name of a code map is text: its type must be \"string\""));
	return GW_OK;
}

static enum gw_status
check_strict(json_t *json, struct gw_schema_field *out, struct gw_error *err)
{
	static const char *const known[] = {"name",    "type",    "doc",     "default",
					    "aliases", "order",   "privacy", "kind",
					    "purpose", "derived", "whose",   NULL};

	if (check_type(out, json, err) != GW_OK || gw_node_check_keys(json, known, err) != GW_OK)
		return err->status;
	if (out->doc == NULL || out->doc[0] == '\0')
		return gw_fail(err, GW_CONFIG, "%s",
			       _("\"doc\" is missing: say in a few words what the field holds"));
	if (read_privacy(json, out, err) != GW_OK || read_identifier(json, out, err) != GW_OK ||
	    check_whose(out, err) != GW_OK)
		return err->status;
	if ((out->privacy == GW_PERSONAL || out->privacy == GW_SENSITIVE) &&
	    (out->purpose == NULL || out->purpose[0] == '\0'))
		return gw_fail(err, GW_CONFIG,
			       _("it is %s, so it may travel only for a stated purpose: write "
				 "\"purpose\": \"...\""),
			       privacy_names[out->privacy]);
	return read_derived(json, out, err);
}

/*
 * A foreign writer's attributes are taken where they make sense and left where
 * they do not; a field that does not say how private it is is taken for the most.
 */
static void
take_lenient(const json_t *json, struct gw_schema_field *out)
{
	struct gw_error ignored;

	if (read_privacy(json, out, &ignored) != GW_OK)
		out->privacy = GW_SENSITIVE;
	if (read_identifier(json, out, &ignored) != GW_OK)
		out->identifier = GW_ID_NONE;
	if (check_whose(out, &ignored) != GW_OK)
		out->whose = NULL;
}

static enum gw_status
take_words(struct gw_arena *arena, const json_t *json, struct gw_schema_field *out,
	   struct gw_error *err)
{
	const char *derived = NULL;

	if (take_text(arena, json, "doc", &out->doc, err) != GW_OK ||
	    take_text(arena, json, "purpose", &out->purpose, err) != GW_OK ||
	    take_text(arena, json, "whose", &out->whose, err) != GW_OK ||
	    take_text(arena, json, "derived", &derived, err) != GW_OK)
		return err->status;
	if (derived != NULL && strncmp(derived, commune_map_of, sizeof commune_map_of - 1) == 0)
		out->commune_map_of = derived + sizeof commune_map_of - 1;
	return gw_node_read_words(arena, json_object_get(json, "aliases"), "aliases", &out->aliases,
				  &out->naliases, err);
}

enum gw_status
gw_field_read(struct gw_arena *arena, bool strict, json_t *json, const struct gw_node *node,
	      struct gw_schema_field *out, struct gw_error *err)
{
	const json_t *fallback = json_object_get(json, "default");
	struct gw_schema_field field = {.name = out->name};
	enum gw_status status;

	take_type(node, &field);
	status = take_words(arena, json, &field, err);
	if (status == GW_FATAL || (status != GW_OK && strict))
		return status;
	if (!strict)
		take_lenient(json, &field);
	else if (check_strict(json, &field, err) != GW_OK)
		return err->status;
	if (fallback != NULL) {
		status = gw_default_read(arena, &field, fallback, &field.fallback, err);
		if (status == GW_FATAL || (status != GW_OK && strict))
			return status;
		field.has_default = status == GW_OK;
	}
	*out = field;
	return GW_OK;
}
