#include "normalise/mapping.h"

#include <math.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "normalise/fold.h"
#include "normalise/rules.h"

#define SCHEMA_RULE "schema"

static enum gw_status
refuse_unheld(const struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	if (gw_rule_zero_date(value))
		return gw_rule_reject(context, "schema.unheld", err, "%s",
				      _("the zero date of MariaDB and MySQL (0000-00-00): the rule "
					"date or timestamp would read it as nothing"));
	return gw_rule_reject(context, "schema.unheld", err,
			      _("the source's value can't be held: %.*s"), (int)value->len,
			      value->as.text);
}

/* What no field may hold, whatever its rules are. */
static enum gw_status
check_value(const struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	if (value->kind == GW_UNHELD)
		return refuse_unheld(value, context, err);
	if (value->kind != GW_TEXT && value->kind != GW_BYTES && value->kind != GW_DECIMAL)
		return GW_OK;
	if (value->len > GW_STRING_MAX)
		return gw_rule_reject(context, "schema.too_long", err,
				      _("%u bytes, more than the %d that are taken"), value->len,
				      GW_STRING_MAX);
	if (value->kind == GW_TEXT && !gw_text_surely_nfc(value->as.text, value->len) &&
	    !gw_utf8_valid(value->as.text, value->len))
		return gw_rule_reject(context, "schema.utf8", err,
				      _("text of %u bytes that is not valid UTF-8, or holds a zero "
					"byte"),
				      value->len);
	return GW_OK;
}

/*
 * Another column's cell as the rule may read it: a text in the stream's encoding
 * first becomes Unicode, in *decoded.  One that can't stays as it is.
 */
static const struct gw_value *
other_cell(const struct gw_mapping *mapping, size_t column, const struct gw_row *row,
	   struct gw_value *decoded)
{
	struct gw_rule_context own = {.arena = row->context.arena, .encoding = mapping->encoding};
	struct gw_error ignored;

	if (column == GW_NO_INDEX || row->cells == NULL)
		return NULL;
	*decoded = row->cells[column];
	if (mapping->encoding == NULL || gw_rule_encoding(decoded, &own, &ignored) != GW_OK)
		*decoded = row->cells[column];
	return decoded;
}

/* Keeps what a step asks somebody to look at, until the row is known to be taken. */
static void
keep_warnings(const struct gw_field_plan *plan, const struct gw_rule *rule, struct gw_row *row)
{
	if (row->nwarnings < GW_ROW_WARNINGS)
		row->warnings[row->nwarnings++] = (struct gw_row_warning){
			.plan = plan, .rule = rule, .kinds = row->context.warnings};
	row->context.warnings = 0;
}

static enum gw_status
apply_step(const struct gw_mapping *mapping, const struct gw_step *step, struct gw_row *row,
	   struct gw_value *value, struct gw_error *err)
{
	struct gw_rule_context *context = &row->context;
	struct gw_value name, second;

	context->list = step->commune ? row->map : step->list;
	context->other = step->commune ? row->other : NULL;
	context->encoding = step->encoding;
	context->word = step->word;
	context->name = NULL;
	if (step->name != GW_NO_INDEX) {
		context->name = other_cell(mapping, step->name, row, &name);
		context->second = other_cell(mapping, step->second, row, &second);
		context->name_column = step->name_column;
	}
	return step->rule->apply(value, context, err);
}

static enum gw_status
apply_steps(const struct gw_mapping *mapping, const struct gw_field_plan *plan, struct gw_row *row,
	    struct gw_value *value, struct gw_error *err)
{
	for (size_t i = 0; i < plan->nsteps; i++) {
		const struct gw_step *step = &plan->steps[i];
		enum gw_status status = apply_step(mapping, step, row, value, err);

		if (status != GW_OK) {
			row->rule = step->rule->name;
			return status;
		}
		if (row->context.warnings != 0)
			keep_warnings(plan, step->rule, row);
	}
	return GW_OK;
}

static enum gw_status
pseudonymise(const struct gw_field_plan *plan, struct gw_row *row, struct gw_value *value,
	     struct gw_error *err)
{
	unsigned char *hash = gw_arena_alloc(row->context.arena, GW_HMAC_SIZE);
	char *hex;

	if (hash == NULL)
		return gw_fail_memory(err);
	/* The rule of an identifier's kind ran last, and leaves text. */
	if (!gw_hmac_run(plan->hmac, value->as.text, value->len, hash))
		return gw_fail_memory(err);
	if (plan->field->type == GW_AVRO_FIXED) {
		*value = (struct gw_value){
			.kind = GW_BYTES, .len = GW_HMAC_SIZE, .as.text = (const char *)hash};
		return GW_OK;
	}
	hex = gw_arena_alloc(row->context.arena, GW_HMAC_HEX + 1);
	if (hex == NULL)
		return gw_fail_memory(err);
	gw_hex_encode(hash, GW_HMAC_SIZE, hex);
	*value = (struct gw_value){.kind = GW_TEXT, .len = GW_HMAC_HEX, .as.text = hex};
	return GW_OK;
}

static enum gw_status
take_null(const struct gw_field_plan *plan, struct gw_row *row, struct gw_value *value,
	  struct gw_error *err)
{
	if (plan->field->nullable)
		return GW_OK;
	if (plan->field->has_default) {
		*value = plan->field->fallback;
		return GW_OK;
	}
	row->rule = SCHEMA_RULE;
	return gw_rule_reject(&row->context, "schema.required", err,
			      _("nothing, and the field %s is required"), plan->field->name);
}

/* The name of the map that the other field's commune code was found in. */
static void
derive(const struct gw_mapping *mapping, const struct gw_field_plan *plan, const struct gw_row *row,
       struct gw_value *out)
{
	const char *name = mapping->used[plan->derived_of];

	if (name == NULL && row->other == NULL && row->map != NULL)
		name = gw_code_list_name(row->map);
	if (name == NULL) {
		gw_rule_set_null(out);
		return;
	}
	*out = (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)strlen(name), .as.text = name};
}

/* What the field begins as, and where a reject would come from. */
static void
begin(const struct gw_mapping *mapping, const struct gw_field_plan *plan, struct gw_row *row,
      struct gw_value *value)
{
	row->rule = SCHEMA_RULE;
	row->column = "";
	if (plan->derived_of != GW_NO_INDEX) {
		derive(mapping, plan, row, value);
	} else if (plan->column != GW_NO_INDEX) {
		*value = row->cells[plan->column];
		row->column = mapping->columns[plan->column];
	} else {
		*value = plan->constant;
	}
}

/* Whether the value is a zero date, and a rule of the field one that takes it. */
static bool
takes_zero_date(const struct gw_field_plan *plan, const struct gw_value *value)
{
	if (!gw_rule_zero_date(value))
		return false;
	for (size_t i = 0; i < plan->nsteps; i++) {
		const struct gw_rule *rule = plan->steps[i].rule;

		if (rule->apply == gw_rule_date || rule->apply == gw_rule_excel_date ||
		    rule->apply == gw_rule_timestamp)
			return true;
	}
	return false;
}

enum gw_status
gw_field_evaluate(const struct gw_mapping *mapping, size_t field, struct gw_row *row,
		  struct gw_value *value, struct gw_error *err)
{
	const struct gw_field_plan *plan = &mapping->plans[field];

	begin(mapping, plan, row, value);
	if (!takes_zero_date(plan, value) && check_value(value, &row->context, err) != GW_OK)
		return err->status;
	if (plan->nsteps > 0) {
		row->context.used = NULL;
		row->context.places = mapping->places;
		row->context.warnings = 0;
		row->context.quotable = plan->field->privacy == GW_PUBLIC;
		if (apply_steps(mapping, plan, row, value, err) != GW_OK)
			return err->status;
		mapping->used[field] =
			row->context.used == NULL ? NULL : gw_code_list_name(row->context.used);
	}
	if (value->kind == GW_NULL)
		return take_null(plan, row, value, err);
	if (plan->hmac != NULL)
		return pseudonymise(plan, row, value, err);
	row->rule = SCHEMA_RULE;
	return plan->coerce(plan->field, value, &row->context, err);
}

void
gw_mapping_discard(struct gw_mapping *mapping, bool values, const bool *columns)
{
	mapping->discard_values = values;
	mapping->discarded_columns = columns;
}

bool
gw_field_discard(const struct gw_mapping *mapping, size_t field, const struct gw_row *row,
		 struct gw_value *value)
{
	const struct gw_field_plan *plan = &mapping->plans[field];
	bool unfit = mapping->discard_values && strcmp(row->rule, SCHEMA_RULE) == 0;

	if (plan->column == GW_NO_INDEX || (!unfit && (mapping->discarded_columns == NULL ||
						       !mapping->discarded_columns[plan->column])))
		return false;
	mapping->used[field] = NULL;
	if (plan->field->nullable)
		gw_rule_set_null(value);
	else if (plan->field->has_default)
		*value = plan->field->fallback;
	return plan->field->nullable || plan->field->has_default;
}

bool
gw_field_as_is(const struct gw_field_plan *plan, const struct gw_value *cell)
{
	if (cell->kind != plan->as_is)
		return false;
	if (cell->kind == GW_TEXT)
		return cell->len <= GW_STRING_MAX && gw_text_surely_nfc(cell->as.text, cell->len);
	if (cell->kind == GW_INT && plan->field->type == GW_AVRO_INT)
		return cell->as.integer >= INT32_MIN && cell->as.integer <= INT32_MAX;
	return cell->kind != GW_FLOAT || isfinite(cell->as.real);
}

/* The map by the row's date; both where there is none to read. */
static void
map_of_date(const struct gw_mapping *mapping, struct gw_row *row)
{
	struct gw_rule_context context = row->context;
	struct gw_error ignored;
	struct gw_value day = {.kind = GW_NULL};

	if (row->cells != NULL)
		day = row->cells[mapping->by];
	/* A date that can't be read tells as little as none. */
	if (check_value(&day, &context, &ignored) != GW_OK ||
	    gw_rule_date(&day, &context, &ignored) != GW_OK || day.kind != GW_DATE)
		row->other = mapping->map_after;
	else if (day.as.integer >= mapping->source->codes.switched_on_days)
		row->map = mapping->map_after;
}

void
gw_row_map(const struct gw_mapping *mapping, struct gw_row *row)
{
	row->map = mapping->map_before;
	row->other = NULL;
	if (mapping->by != GW_NO_INDEX)
		map_of_date(mapping, row);
}
