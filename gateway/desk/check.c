#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "desk/desk.h"
#include "desk/parts.h"
#include "dlq/row.h"
#include "normalise/mapping.h"

#define PART_SEPARATOR "\x1f"

enum { TIMESTAMP_TEXT = 27 };

void
gw_desk_plan_free(struct gw_desk_plan *plan)
{
	if (plan == NULL)
		return;
	gw_mapping_free(plan->mapping);
	gw_schema_free(plan->schema);
	gw_source_free(plan->source);
	free(plan);
}

static enum gw_status
compile(struct gw_desk *desk, struct gw_desk_plan *plan, const char *source, const char *stream,
	struct gw_error *err)
{
	const char *schemas = desk->config->schemas_dir;

	if (gw_source_read(desk->config, source, &plan->source, err) != GW_OK)
		return err->status;
	plan->stream = gw_source_stream(plan->source, stream);
	if (plan->stream == NULL)
		return gw_place_fail(&plan->source->at, err, _("source %s has no stream %s"),
				     source, stream);
	if (desk->codes == NULL && gw_codes_read(schemas, &desk->codes, err) != GW_OK)
		return err->status;
	if (gw_schema_read(schemas, plan->stream->schema, &plan->schema, err) != GW_OK)
		return err->status;
	randombytes_buf(plan->key.secret, sizeof plan->key.secret);
	return gw_mapping_compile(plan->source, plan->stream, plan->schema, desk->codes, &plan->key,
				  &plan->mapping, err);
}

enum gw_status
gw_desk_plan_make(struct gw_desk *desk, const char *source, const char *stream,
		  const struct gw_desk_plan **out, struct gw_error *err)
{
	struct gw_desk_plan *plan = desk->plan;

	if (plan == NULL || strcmp(plan->source->name, source) != 0 ||
	    strcmp(plan->stream->name, stream) != 0) {
		plan = calloc(1, sizeof *plan);
		if (plan == NULL)
			return gw_fail_memory(err);
		if (compile(desk, plan, source, stream, err) != GW_OK) {
			gw_desk_plan_free(plan);
			return err->status;
		}
		gw_desk_plan_free(desk->plan);
		desk->plan = plan;
	}
	*out = plan;
	return GW_OK;
}

/* The value of a cell whose kind its text no longer tells: a moment is seen to be one, since the
   map of commune codes may depend on it. */
static struct gw_value
cell_of(const char *text)
{
	struct gw_value value = {.kind = GW_NULL};
	int64_t us;

	if (text == NULL)
		return value;
	value.len = (uint32_t)strlen(text);
	if (value.len == TIMESTAMP_TEXT && gw_timestamp_parse(text, value.len, &us)) {
		value = (struct gw_value){.kind = GW_TIMESTAMP, .as.integer = us};
	} else {
		value.kind = GW_TEXT;
		value.as.text = text;
	}
	return value;
}

/* The row's cells in the order of the mapping. */
static struct gw_value *
make_cells(const struct gw_mapping *mapping, const struct gw_desk_row *row, struct gw_arena *arena)
{
	struct gw_value *cells = gw_arena_zalloc(arena, (mapping->ncolumns + 1) * sizeof *cells);

	for (size_t i = 0; cells != NULL && i < mapping->ncolumns; i++) {
		size_t at = gw_desk_column(row, mapping->columns[i]);
		bool typed =
			at < row->count && row->cells != NULL && row->cells[at].kind != GW_TEXT;

		cells[i] =
			typed ? row->cells[at] : cell_of(at < row->count ? row->values[at] : NULL);
	}
	return cells;
}

static bool
in_key(const struct gw_mapping *mapping, size_t field)
{
	for (size_t i = 0; i < mapping->nkey; i++)
		if (mapping->key[i] == field)
			return true;
	return false;
}

/* True where the field's value depends on the column: it feeds it, or a rule of it looks there. */
static bool
looks_at(const struct gw_field_plan *plan, size_t column)
{
	if (plan->column == column)
		return true;
	for (size_t i = 0; i < plan->nsteps; i++)
		if (plan->steps[i].name == column)
			return true;
	return false;
}

static enum gw_status
check_field(const struct gw_mapping *mapping, size_t field, struct gw_row *row,
	    struct gw_error *err)
{
	struct gw_value value;

	if (gw_field_evaluate(mapping, field, row, &value, err) != GW_OK)
		return gw_wrap(err, _("field %s"), mapping->schema->fields[field].name);
	if (value.kind == GW_NULL && in_key(mapping, field))
		return gw_fail(err, GW_REJECT, _("field %s: nothing, and it is part of the key"),
			       mapping->schema->fields[field].name);
	return GW_OK;
}

/* Evaluates what the column feeds, with the value in its place. */
static enum gw_status
check_value(const struct gw_desk_plan *plan, const struct gw_desk_row *row, size_t at,
	    const struct gw_value *value, struct gw_arena *arena, struct gw_error *err)
{
	const struct gw_mapping *mapping = plan->mapping;
	struct gw_value *cells = make_cells(mapping, row, arena);
	struct gw_row seen = {
		.cells = cells,
		.context = {.arena = arena, .zone = mapping->zone, .codes = mapping->codes}};
	size_t checked = 0;

	if (cells == NULL)
		return gw_fail_memory(err);
	cells[at] = *value;
	gw_row_map(mapping, &seen);
	for (size_t i = 0; i < mapping->schema->nfields; i++) {
		if (!looks_at(&mapping->plans[i], at))
			continue;
		checked++;
		if (check_field(mapping, i, &seen, err) != GW_OK)
			return err->status;
	}
	if (checked == 0 && mapping->by != at)
		return gw_fail(err, GW_REJECT, _("the column \"%s\" feeds no field"),
			       mapping->columns[at]);
	return GW_OK;
}

/* The kind that a field takes without a rule; GW_TEXT where that is text. */
static enum gw_kind
kind_of(const struct gw_schema_field *field)
{
	enum gw_kind kind = gw_coerce_as_is(field);

	if (kind != GW_NULL)
		return kind;
	if (field->logical == GW_LOGICAL_DECIMAL)
		return GW_DECIMAL;
	if (field->logical != GW_LOGICAL_NONE)
		return GW_TEXT;
	if (field->type == GW_AVRO_BYTES || field->type == GW_AVRO_FIXED)
		return GW_BYTES;
	return field->type == GW_AVRO_FLOAT ? GW_FLOAT : GW_TEXT;
}

/* What the column holds, or where that can't be told what is asked for without a rule. */
static enum gw_kind
kind_wanted(const struct gw_desk_plan *plan, const struct gw_desk_row *row, size_t at)
{
	const struct gw_mapping *mapping = plan->mapping;
	size_t cell = gw_desk_column(row, mapping->columns[at]);

	if (cell < row->count && row->cells != NULL && row->cells[cell].kind != GW_NULL &&
	    row->cells[cell].kind != GW_UNHELD && row->cells[cell].kind != GW_TEXT)
		return row->cells[cell].kind;
	for (size_t i = 0; i < mapping->schema->nfields; i++)
		if (mapping->plans[i].column == at && mapping->plans[i].nsteps == 0)
			return kind_of(mapping->plans[i].field);
	return GW_TEXT;
}

enum gw_status
gw_desk_check(const struct gw_desk_plan *plan, const struct gw_desk_row *row,
	      struct gw_desk_try *attempt, struct gw_arena *arena, struct gw_error *err)
{
	size_t at = gw_mapping_column(plan->mapping, attempt->column);
	struct gw_value value = {.kind = GW_NULL};
	enum gw_status status;
	enum gw_kind kind;

	attempt->kind = GW_TEXT;
	if (at == GW_NO_INDEX)
		return gw_fail(err, GW_REJECT,
			       _("the mapping of today does not read the column \"%s\", so a "
				 "correction of it would change nothing"),
			       attempt->column);
	if (attempt->value != NULL && !gw_letter_value(GW_TEXT, attempt->value, arena, &value))
		return gw_fail_memory(err);
	status = check_value(plan, row, at, &value, arena, err);
	kind = kind_wanted(plan, row, at);
	if (status != GW_REJECT || attempt->value == NULL || kind == GW_TEXT)
		return status;
	if (!gw_letter_value(kind, attempt->value, arena, &value))
		return gw_fail(err, GW_REJECT, _("column \"%s\" takes %s, and this is none"),
			       attempt->column, gw_letter_form(kind));
	attempt->kind = kind;
	return check_value(plan, row, at, &value, arena, err);
}

bool
gw_desk_commune(const struct gw_desk_plan *plan, const struct gw_desk_row *row,
		struct gw_arena *arena, const char **code, const char **map)
{
	const struct gw_mapping *mapping = plan->mapping;
	struct gw_row seen = {
		.context = {.arena = arena, .zone = mapping->zone, .codes = mapping->codes}};
	struct gw_value value;
	struct gw_error ignored;

	seen.cells = make_cells(mapping, row, arena);
	if (seen.cells == NULL)
		return false;
	gw_row_map(mapping, &seen);
	for (size_t i = 0; i < mapping->schema->nfields; i++) {
		const struct gw_field_plan *field = &mapping->plans[i];

		for (size_t j = 0; j < field->nsteps; j++) {
			if (!field->steps[j].commune)
				continue;
			if (gw_field_evaluate(mapping, i, &seen, &value, &ignored) != GW_OK ||
			    value.kind != GW_TEXT || mapping->used[i] == NULL)
				return false;
			*code = gw_arena_copy(arena, value.as.text, value.len);
			*map = mapping->used[i];
			return *code != NULL;
		}
	}
	return false;
}

static enum gw_status
key_of_row(const struct gw_desk_plan *plan, const struct gw_desk_row *row, const char **values,
	   struct gw_error *err)
{
	const struct gw_stream *stream = plan->stream;

	for (size_t i = 0; i < stream->nkey; i++) {
		size_t at = gw_desk_column(row, stream->key[i]);

		if (at == row->count || row->values[at] == NULL)
			return gw_fail(
				err, GW_REJECT,
				_("the row has nothing in the key column \"%s\", so it can't "
				  "be found again: correct it at the source"),
				stream->key[i]);
		values[i] = row->values[at];
	}
	return GW_OK;
}

/* Rules that leave a key's value as it is, or nearly so: what they change would not be found. */
static bool
keeps_value(const struct gw_field_plan *plan)
{
	for (size_t i = 0; i < plan->nsteps; i++)
		if (strcmp(plan->steps[i].rule->name, "trim") != 0 &&
		    strcmp(plan->steps[i].rule->name, "nfc") != 0)
			return false;
	return plan->field->privacy == GW_PUBLIC && plan->field->type != GW_AVRO_FIXED &&
	       (plan->field->type != GW_AVRO_BYTES || plan->field->logical == GW_LOGICAL_DECIMAL);
}

/* The canonical key, whose parts are the values of the key columns where the mapping leaves them.
 */
static enum gw_status
key_of_record(const struct gw_desk_plan *plan, const char *key, struct gw_arena *arena,
	      const char **values, struct gw_error *err)
{
	const struct gw_mapping *mapping = plan->mapping;

	for (size_t i = 0; i < mapping->nkey; i++) {
		const struct gw_field_plan *field = &mapping->plans[mapping->key[i]];
		size_t len = strcspn(key, PART_SEPARATOR);

		if (!keeps_value(field))
			return gw_fail(
				err, GW_REJECT,
				_("the key column \"%s\" is personal or is changed by rules, "
				  "so its value can't be told from the record's key: correct "
				  "the row at the source; it is read again when it changes"),
				plan->stream->key[i]);
		if ((key[len] == '\0') != (i + 1 == mapping->nkey))
			return gw_fail(err, GW_REJECT, "%s",
				       _("the letter's key has another number of parts than the "
					 "source file says now"));
		values[i] = gw_arena_copy(arena, key, len);
		if (values[i] == NULL)
			return gw_fail_memory(err);
		key += len + 1;
	}
	return GW_OK;
}

enum gw_status
gw_desk_no_key(const struct gw_desk_plan *plan, struct gw_error *err)
{
	return gw_place_fail(&plan->stream->at, err,
			     _("stream %s: name the key columns (\"key:\") in the source file, so "
			       "that a single row can be told from others"),
			     plan->stream->name);
}

const char *const *
gw_desk_key_columns(const struct gw_desk_plan *plan, size_t *count)
{
	*count = plan->stream->nkey;
	if (*count > 0)
		return (const char *const *)plan->stream->key;
	return gw_mapping_columns(plan->mapping, count);
}

/* Where the source file leaves the key to the table, its pull picks it out of the whole row. */
static void
whole_row(const struct gw_desk_plan *plan, const struct gw_desk_row *row, const char **values)
{
	size_t count;
	const char *const *columns = gw_mapping_columns(plan->mapping, &count);

	for (size_t i = 0; i < count; i++) {
		size_t at = gw_desk_column(row, columns[i]);

		values[i] = at < row->count ? row->values[at] : NULL;
	}
}

enum gw_status
gw_desk_key(const struct gw_desk_plan *plan, const struct gw_filed *letter,
	    const struct gw_desk_row *row, struct gw_arena *arena, const char **values,
	    struct gw_error *err)
{
	if (plan->stream->nkey == 0 && row == NULL)
		return gw_desk_no_key(plan, err);
	if (plan->stream->nkey == 0) {
		whole_row(plan, row, values);
		return GW_OK;
	}
	if (row != NULL)
		return key_of_row(plan, row, values, err);
	if (letter->key == NULL)
		return gw_fail(err, GW_REJECT, "%s",
			       _("the letter has no key, and its row can't be opened here: correct "
				 "it at the source"));
	return key_of_record(plan, letter->key, arena, values, err);
}
