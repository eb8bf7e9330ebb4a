#include "normalise/mapping.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "normalise/encoding.h"
#include "normalise/rules.h"

#define ENCODING_RULE "encoding"

enum { MESSAGE_LIST = 700, RULE_NAME_MAX = 32, IMPLIED_MAX = 3 };

/*
 * The rule that always runs last on an identifier, so that every sector comes
 * to the same pseudonym however its mapping was written.
 */
static const char *const canonical_rule[] = {
	[GW_ID_NONE] = NULL,   [GW_ID_CITIZEN_NUMBER] = "citizen_number",
	[GW_ID_CMND] = "cmnd", [GW_ID_SOCIAL_INSURANCE] = "social_insurance",
	[GW_ID_TAX] = "tax",   [GW_ID_PHONE] = "phone",
};

static enum gw_status
fail_unknown_field(const struct gw_mapping *mapping, const struct gw_field_map *map,
		   struct gw_error *err)
{
	struct gw_buf names;

	gw_buf_init(&names, MESSAGE_LIST);
	for (size_t i = 0; i < mapping->schema->nfields; i++)
		(void)gw_buf_printf(&names, "%s%s", i == 0 ? "" : ", ",
				    mapping->schema->fields[i].name);
	(void)gw_place_fail(&map->at, err, _("schema %s has no field \"%s\"; its fields are: %s"),
			    mapping->stream->schema, map->field,
			    names.data == NULL ? "" : names.data);
	gw_buf_release(&names);
	return err->status;
}

/* Refuses a field that the schema lacks, one that is named twice, one that nothing feeds. */
static enum gw_status
check_maps(const struct gw_mapping *mapping, struct gw_error *err)
{
	const struct gw_stream *stream = mapping->stream;

	for (size_t i = 0; i < stream->nfields; i++) {
		const struct gw_field_map *map = &stream->fields[i];

		if (gw_schema_find(mapping->schema, map->field) < 0)
			return fail_unknown_field(mapping, map, err);
		for (size_t j = 0; j < i; j++)
			if (strcmp(stream->fields[j].field, map->field) == 0)
				return gw_place_fail(&map->at, err,
						     _("field \"%s\" is mapped twice, first on "
						       "line %u"),
						     map->field, stream->fields[j].at.line);
		if ((map->column == NULL) == (map->constant == NULL))
			return gw_place_fail(&map->at, err,
					     _("field \"%s\" needs either a column or a constant"),
					     map->field);
	}
	return GW_OK;
}

static const struct gw_field_map *
find_map(const struct gw_stream *stream, const char *field)
{
	for (size_t i = 0; i < stream->nfields; i++)
		if (strcmp(stream->fields[i].field, field) == 0)
			return &stream->fields[i];
	return NULL;
}

/* What the schema's privacy class asks for before a field may travel. */
static enum gw_status
check_privacy(const struct gw_mapping *mapping, const struct gw_field_plan *plan,
	      struct gw_error *err)
{
	const struct gw_schema_field *field = plan->field;
	const char *agreement = mapping->source->agreement;
	bool pseudonym = field->type == GW_AVRO_FIXED ? field->size == GW_HMAC_SIZE
						      : field->type == GW_AVRO_STRING &&
								field->logical == GW_LOGICAL_NONE;

	if (field->privacy == GW_PUBLIC)
		return GW_OK;
	if (field->privacy == GW_IDENTIFIER) {
		if (field->identifier == GW_ID_NONE || !pseudonym)
			return gw_place_fail(&plan->map->at, err,
					     _("schema %s: the identifier \"%s\" needs a kind, and "
					       "the type fixed of 32 bytes or string"),
					     mapping->stream->schema, field->name);
		return GW_OK;
	}
	if (field->purpose == NULL || field->purpose[0] == '\0')
		return gw_place_fail(
			&plan->map->at, err,
			_("schema %s states no purpose for the %s field \"%s\", so it "
			  "must not leave the source: add a \"purpose\" to the schema, or "
			  "take the field out of here"),
			mapping->stream->schema, gw_privacy_name(field->privacy), field->name);
	if (agreement == NULL || agreement[0] == '\0')
		return gw_place_fail(
			&plan->map->at, err,
			_("\"%s\" is a %s field and the source names no agreement: add "
			  "\"agreement:\" with its number, or take the field out of here"),
			field->name, gw_privacy_name(field->privacy));
	return GW_OK;
}

/* True when another field is derived from the code map of this one. */
static bool
map_is_asked_of(const struct gw_mapping *mapping, const struct gw_schema_field *field)
{
	for (size_t i = 0; i < mapping->schema->nfields; i++) {
		const char *of = mapping->schema->fields[i].commune_map_of;

		if (of != NULL && strcmp(of, field->name) == 0)
			return true;
	}
	return false;
}

/* Whether the mapping ends with the rule, as the schema asks for it: of its words only repair
   leaves what a value comes to. */
static bool
ends_with(const struct gw_field_plan *plan, const char *name)
{
	const struct gw_step *last = plan->nsteps == 0 ? NULL : &plan->steps[plan->nsteps - 1];

	return last != NULL && strcmp(last->rule->name, name) == 0 &&
	       (last->word == NULL || strcmp(last->word, GW_REPAIR) == 0);
}

/* Adds a rule that the schema asks for (NULL: it asks for none), unless the mapping ends with it.
 */
static enum gw_status
add_implied(struct gw_mapping *mapping, struct gw_field_plan *plan, const char *name,
	    struct gw_error *err)
{
	char rule[RULE_NAME_MAX];
	struct gw_rule_use use = {.name = rule, .at = plan->map->at};
	struct gw_step step = {0};

	if (name == NULL || ends_with(plan, name))
		return GW_OK;
	(void)snprintf(rule, sizeof rule, "%s", name);
	if (gw_mapping_plan_rule(mapping, &use, &step, err) != GW_OK)
		return err->status;
	plan->steps[plan->nsteps++] = step;
	return GW_OK;
}

/* The encoding of all texts of the stream; unless the field says its own. */
static enum gw_status
add_encoding(struct gw_mapping *mapping, struct gw_field_plan *plan, struct gw_error *err)
{
	const struct gw_field_map *map = plan->map;
	struct gw_step *step = &plan->steps[0];

	if (mapping->encoding == NULL || map->column == NULL ||
	    (map->nrules > 0 && strcmp(map->rules[0].name, ENCODING_RULE) == 0))
		return GW_OK;
	*step = (struct gw_step){.rule = gw_rule_find(ENCODING_RULE),
				 .encoding = mapping->encoding,
				 .name = GW_NO_INDEX,
				 .second = GW_NO_INDEX};
	if (step->rule == NULL)
		return gw_fail(err, GW_FATAL, "%s", ENCODING_RULE);
	plan->nsteps = 1;
	return GW_OK;
}

/* Which encoding the stream's texts are in; Unicode needs no step. */
static enum gw_status
plan_stream_encoding(struct gw_mapping *mapping, struct gw_error *err)
{
	const char *name = mapping->stream->encoding;

	if (name == NULL)
		name = mapping->source->encoding;
	if (name == NULL)
		return GW_OK;
	mapping->encoding = gw_encoding_find(name);
	if (mapping->encoding == NULL)
		return gw_place_fail(&mapping->stream->at, err,
				     _("there is no encoding \"%s\"; expected %s"), name,
				     _(gw_rule_find(ENCODING_RULE)->argument));
	if (mapping->encoding->kind == GW_ENCODING_UNICODE)
		mapping->encoding = NULL;
	return GW_OK;
}

/* Two rules may not run on what they gave: each reads it otherwise than before. */
static enum gw_status
check_order(const struct gw_field_map *map, const struct gw_step *step, size_t i,
	    struct gw_error *err)
{
	const struct gw_rule_use *use = &map->rules[i];

	/* Decoded text looks like bytes to be decoded. */
	if (step->encoding != NULL && i > 0)
		return gw_place_fail(&use->at, err, _("rule \"%s\" must be the first"), use->name);
	/* What the name says may be a code of another map. */
	if (step->commune && step->name != GW_NO_INDEX && i + 1 < map->nrules)
		return gw_place_fail(&use->at, err, _("rule \"%s\" with a column must be the last"),
				     use->name);
	if (step->rule->apply == gw_rule_address && i + 1 < map->nrules)
		return gw_place_fail(&use->at, err, _("rule \"%s\" must be the last"), use->name);
	return GW_OK;
}

static bool
reads_address(const struct gw_field_plan *plan)
{
	return plan->nsteps > 0 && plan->steps[plan->nsteps - 1].rule->apply == gw_rule_address;
}

static enum gw_status
plan_steps(struct gw_mapping *mapping, struct gw_field_plan *plan, struct gw_error *err)
{
	const struct gw_field_map *map = plan->map;

	plan->steps =
		gw_arena_zalloc(&mapping->arena, (map->nrules + IMPLIED_MAX) * sizeof *plan->steps);
	if (plan->steps == NULL)
		return gw_fail_memory(err);
	if (add_encoding(mapping, plan, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < map->nrules; i++) {
		struct gw_step *step = &plan->steps[plan->nsteps];

		if (gw_mapping_plan_rule(mapping, &map->rules[i], step, err) != GW_OK ||
		    check_order(map, step, i, err) != GW_OK)
			return err->status;
		plan->nsteps++;
	}
	if (map_is_asked_of(mapping, plan->field) && !reads_address(plan) &&
	    add_implied(mapping, plan, "commune_code", err) != GW_OK)
		return err->status;
	if (plan->field->privacy != GW_IDENTIFIER)
		return GW_OK;
	if (add_implied(mapping, plan, canonical_rule[plan->field->identifier], err) != GW_OK)
		return err->status;
	plan->hmac = gw_hmac_new(mapping->key_secret, gw_identifier_name(plan->field->identifier));
	return plan->hmac == NULL ? gw_fail_memory(err) : GW_OK;
}

static enum gw_status
plan_derived(const struct gw_mapping *mapping, struct gw_field_plan *plan, struct gw_error *err)
{
	int of = gw_schema_find(mapping->schema, plan->field->commune_map_of);

	if (plan->map != NULL)
		return gw_place_fail(
			&plan->map->at, err,
			_("field \"%s\" is filled by the gateway; take it out of here"),
			plan->field->name);
	if (of < 0)
		return gw_place_fail(
			&mapping->stream->schema_at, err,
			_("schema %s: \"%s\" names the code map of \"%s\", which is no "
			  "field"),
			mapping->stream->schema, plan->field->name, plan->field->commune_map_of);
	plan->derived_of = (size_t)of;
	plan->each_row = true;
	return GW_OK;
}

static enum gw_status
plan_field(struct gw_mapping *mapping, struct gw_field_plan *plan, struct gw_error *err)
{
	const struct gw_field_map *map = plan->map;

	if (plan->field->commune_map_of != NULL)
		return plan_derived(mapping, plan, err);
	if (map == NULL && !plan->field->has_default)
		return gw_place_fail(&mapping->stream->at, err,
				     _("stream %s: field \"%s\" of schema %s has no default and no "
				       "column feeds it: add it to \"fields\""),
				     mapping->stream->name, plan->field->name,
				     mapping->stream->schema);
	if (map == NULL)
		return GW_OK;
	if (map->column != NULL)
		plan->column = gw_mapping_add_column(mapping, map->column);
	if (check_privacy(mapping, plan, err) != GW_OK || plan_steps(mapping, plan, err) != GW_OK)
		return err->status;
	if (map->column != NULL) {
		plan->each_row = true;
		if (plan->nsteps == 0)
			plan->as_is = gw_coerce_as_is(plan->field);
		return GW_OK;
	}
	plan->constant = (struct gw_value){
		.kind = GW_TEXT, .len = (uint32_t)strlen(map->constant), .as.text = map->constant};
	return GW_OK;
}

enum gw_status
gw_mapping_plan_fields(struct gw_mapping *mapping, struct gw_error *err)
{
	if (check_maps(mapping, err) != GW_OK || plan_stream_encoding(mapping, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < mapping->schema->nfields; i++) {
		struct gw_field_plan *plan = &mapping->plans[i];
		const struct gw_schema_field *field = &mapping->schema->fields[i];

		*plan = (struct gw_field_plan){
			.field = field,
			.map = find_map(mapping->stream, field->name),
			.column = GW_NO_INDEX,
			.derived_of = GW_NO_INDEX,
			.coerce = gw_coerce_for(field),
		};
		mapping->template[i] = field->fallback;
		if (plan_field(mapping, plan, err) != GW_OK)
			return err->status;
	}
	for (size_t i = 0; i < mapping->stream->nkey; i++)
		(void)gw_mapping_add_column(mapping, mapping->stream->key[i]);
	if (mapping->source->codes.by != NULL)
		mapping->by = gw_mapping_add_column(mapping, mapping->source->codes.by);
	return GW_OK;
}
