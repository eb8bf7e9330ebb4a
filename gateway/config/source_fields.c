#include "config/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum { FIELDS_MAX = 2000, RULES_MAX = 32 };

struct draft {
	struct gw_field_map map;
	const struct gw_yaml *constant, *rules;
};

static const struct gw_option field_options[] = {
	{.name = "column",
	 .type = GW_OPT_TEXT,
	 .offset = offsetof(struct draft, map.column),
	 .help = N_("the column that feeds the field")},
	{.name = "rules",
	 .type = GW_OPT_NODE,
	 .offset = offsetof(struct draft, rules),
	 .help = N_("what is done to the value, in order, such as [trim, date]")},
	{.name = "constant",
	 .type = GW_OPT_NODE,
	 .offset = offsetof(struct draft, constant),
	 .help = N_("a text that every record gets, in place of a column")},
	{.name = NULL},
};

const struct gw_option *
gw_field_options(void)
{
	return field_options;
}

static void
field_release(struct gw_field_map *map)
{
	for (size_t i = 0; i < map->nrules; i++) {
		free(map->rules[i].name);
		free(map->rules[i].argument);
	}
	free(map->rules);
	free(map->field);
	free(map->column);
	free(map->constant);
}

void
gw_fields_release(struct gw_stream *stream)
{
	for (size_t i = 0; i < stream->nfields; i++)
		field_release(&stream->fields[i]);
	free(stream->fields);
	stream->fields = NULL;
	stream->nfields = 0;
}

/* "rule", or {rule: argument} */
static enum gw_status
read_rule(const struct gw_source *source, const struct gw_yaml *node, struct gw_rule_use *out,
	  struct gw_error *err)
{
	bool pair = node->kind == GW_YAML_MAP && node->count == 1 &&
		    node->items[0].kind == GW_YAML_SCALAR && !gw_yaml_is_nothing(&node->items[0]);
	const struct gw_yaml *name = pair ? &node->keys[0] : node;
	char excerpt[GW_EXCERPT];

	if (name->kind != GW_YAML_SCALAR ||
	    !gw_text_of(name->text, GW_LOWER GW_DIGIT "_", GW_NAME_MAX))
		return gw_yaml_fail(node, err,
				    _("\"rules\": found %s, expected the name of a rule, or {rule: "
				      "argument}"),
				    gw_yaml_excerpt(node, excerpt));
	out->at = gw_place_of(source, node);
	out->name = strdup(name->text);
	if (pair)
		out->argument = strdup(node->items[0].text);
	if (out->name == NULL || (pair && out->argument == NULL))
		return gw_fail_memory(err);
	return GW_OK;
}

static enum gw_status
read_rules(const struct gw_source *source, const struct gw_yaml *node, struct gw_field_map *map,
	   struct gw_error *err)
{
	char excerpt[GW_EXCERPT];

	if (node->kind != GW_YAML_LIST)
		return gw_yaml_fail(node, err,
				    _("\"rules\": found %s, expected a list such as [trim, date]"),
				    gw_yaml_excerpt(node, excerpt));
	if (node->count > RULES_MAX)
		return gw_yaml_fail(node, err, _("\"rules\": found %zu, expected at most %d"),
				    node->count, RULES_MAX);
	if (node->count == 0)
		return GW_OK;
	map->rules = calloc(node->count, sizeof *map->rules);
	if (map->rules == NULL)
		return gw_fail_memory(err);
	map->nrules = node->count;
	for (size_t i = 0; i < node->count; i++) {
		if (read_rule(source, &node->items[i], &map->rules[i], err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

static enum gw_status
check_field(const struct draft *draft, const struct gw_yaml *node, struct gw_error *err)
{
	const struct gw_yaml *constant = draft->constant;
	const char *column = draft->map.column;

	if (column != NULL && constant != NULL)
		return gw_yaml_fail(node, err,
				    _("column and constant both stand here, expected one of them"));
	if (column == NULL && constant == NULL)
		return gw_yaml_fail(node, err,
				    _("\"column\" is missing; expected the column that feeds the "
				      "field, or a constant"));
	if (constant != NULL && constant->kind != GW_YAML_SCALAR)
		return gw_yaml_fail(constant, err, _("\"constant\": found %s, expected a text"),
				    gw_yaml_found(constant));
	if (constant != NULL && draft->rules != NULL)
		return gw_yaml_fail(draft->rules, err,
				    _("\"rules\" work on a column; a constant is taken as it is"));
	if (column != NULL && (!gw_text_plain(column) || strlen(column) > GW_IDENTIFIER_MAX))
		return gw_yaml_fail(node, err, _("\"%s\": this can't be the name of a column"),
				    "column");
	return GW_OK;
}

/* {column: …, rules: […]} or {constant: …} */
static enum gw_status
read_long(const struct gw_source *source, const struct gw_yaml *node, struct gw_field_map *map,
	  struct gw_error *err)
{
	struct draft draft = {0};

	if (gw_yaml_options(node, field_options, &draft, err) != GW_OK)
		return err->status;
	map->column = draft.map.column;
	if (check_field(&draft, node, err) != GW_OK)
		return err->status;
	if (draft.constant != NULL) {
		map->constant = strdup(draft.constant->text);
		return map->constant == NULL ? gw_fail_memory(err) : GW_OK;
	}
	return draft.rules == NULL ? GW_OK : read_rules(source, draft.rules, map, err);
}

static enum gw_status
read_field(const struct gw_source *source, const struct gw_yaml *key, const struct gw_yaml *node,
	   struct gw_field_map *map, struct gw_error *err)
{
	char excerpt[GW_EXCERPT];

	if (!gw_text_of(key->text, GW_UPPER GW_LOWER GW_DIGIT "_", GW_IDENTIFIER_MAX))
		return gw_yaml_fail(key, err,
				    _("field %s: expected the name of a field of the schema"),
				    gw_yaml_excerpt(key, excerpt));
	map->at = gw_place_of(source, key);
	map->field = strdup(key->text);
	if (map->field == NULL)
		return gw_fail_memory(err);
	if (node->kind == GW_YAML_MAP)
		return read_long(source, node, map, err);
	if (node->kind != GW_YAML_SCALAR || gw_yaml_is_nothing(node) ||
	    !gw_text_plain(node->text) || strlen(node->text) > GW_IDENTIFIER_MAX)
		return gw_yaml_fail(node, err,
				    _("field \"%s\": found %s, expected a column, or {column: …, "
				      "rules: […]}"),
				    key->text, gw_yaml_excerpt(node, excerpt));
	map->column = strdup(node->text);
	return map->column == NULL ? gw_fail_memory(err) : GW_OK;
}

enum gw_status
gw_fields_read(struct gw_source *source, struct gw_stream *stream, const struct gw_yaml *node,
	       struct gw_error *err)
{
	if (node->kind != GW_YAML_MAP)
		return gw_yaml_fail(
			node, err,
			_("\"fields\": found %s, expected a map from fields of the schema "
			  "to columns"),
			gw_yaml_found(node));
	if (node->count < 1 || node->count > FIELDS_MAX)
		return gw_yaml_fail(node, err, _("\"fields\": found %zu, expected 1 to %d"),
				    node->count, FIELDS_MAX);
	stream->fields = calloc(node->count, sizeof *stream->fields);
	if (stream->fields == NULL)
		return gw_fail_memory(err);
	stream->nfields = node->count;
	for (size_t i = 0; i < node->count; i++) {
		if (read_field(source, &node->keys[i], &node->items[i], &stream->fields[i], err) !=
		    GW_OK)
			return err->status;
	}
	return GW_OK;
}
