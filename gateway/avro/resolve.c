#include <stdlib.h>
#include <string.h>

#include "avro/codec.h"
#include "avro/step.h"
#include "base/i18n.h"

enum { PLAN_MAX = 16 * 1024 * 1024 };

/* The reader's side of one field: what it is, and the node of its branch that is not null. */
struct want {
	const struct gw_schema_field *field;
	const struct gw_node *node;
};

static const struct gw_node *
value_node(const struct gw_schema_field *field)
{
	return field->nullable ? field->node->children[1 - field->null_branch] : field->node;
}

/* Named types go by their name without namespace; the reader's aliases count. */
static bool
names_match(const struct gw_node *writer, const struct gw_node *reader)
{
	const char *name = gw_node_short_name(writer->name);

	if (strcmp(name, gw_node_short_name(reader->name)) == 0)
		return true;
	for (size_t i = 0; i < reader->naliases; i++) {
		if (strcmp(name, gw_node_short_name(reader->aliases[i])) == 0)
			return true;
	}
	return false;
}

static enum gw_status
mismatch(const struct gw_node *writer, const struct want *want, struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG, _("it was written as %s and can't be read as %s"),
		       gw_node_kind_name(writer->kind), gw_node_kind_name(want->node->kind));
}

static enum gw_status
plan_integer(const struct gw_node *writer, const struct want *want, struct gw_read_step *step,
	     struct gw_error *err)
{
	static const enum gw_kind kinds[] = {
		[GW_LOGICAL_NONE] = GW_INT,
		[GW_LOGICAL_DATE] = GW_DATE,
		[GW_LOGICAL_TIMESTAMP_MILLIS] = GW_TIMESTAMP,
		[GW_LOGICAL_TIMESTAMP_MICROS] = GW_TIMESTAMP,
	};
	enum gw_avro_logical unit = want->node->logical;

	step->op = writer->kind == GW_NODE_INT ? GW_READ_INT : GW_READ_LONG;
	if (want->node->kind == GW_NODE_FLOAT || want->node->kind == GW_NODE_DOUBLE) {
		step->as = want->node->kind == GW_NODE_FLOAT ? GW_AS_FLOAT : GW_AS_DOUBLE;
		step->kind = GW_FLOAT;
		return GW_OK;
	}
	if (want->node->kind != GW_NODE_LONG && want->node->kind != writer->kind)
		return mismatch(writer, want, err);
	step->kind = kinds[unit];
	if (step->kind != GW_TIMESTAMP)
		return GW_OK;
	/* A timestamp says itself in which unit it was written. */
	if (writer->logical != GW_LOGICAL_NONE)
		unit = writer->logical;
	if (unit == GW_LOGICAL_DATE)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("it was written as a date and can't be read as a timestamp"));
	step->as = unit == GW_LOGICAL_TIMESTAMP_MILLIS ? GW_AS_MILLIS : GW_AS_IS;
	return GW_OK;
}

static enum gw_status
plan_real(const struct gw_node *writer, const struct want *want, struct gw_read_step *step,
	  struct gw_error *err)
{
	bool wide = want->node->kind == GW_NODE_DOUBLE;

	if (!wide && (want->node->kind != GW_NODE_FLOAT || writer->kind != GW_NODE_FLOAT))
		return mismatch(writer, want, err);
	step->op = writer->kind == GW_NODE_FLOAT ? GW_READ_FLOAT : GW_READ_DOUBLE;
	step->kind = GW_FLOAT;
	return GW_OK;
}

static enum gw_status
plan_decimal(const struct gw_node *writer, const struct want *want, struct gw_read_step *step,
	     struct gw_error *err)
{
	if (writer->logical == GW_LOGICAL_DECIMAL &&
	    (writer->scale != want->node->scale || writer->precision > want->node->precision))
		return gw_fail(
			err, GW_CONFIG,
			_("it was written as a decimal of %d digits, %d after the point, and "
			  "can't be read as one of %d, %d: keep the scale, and let the "
			  "precision only grow"),
			writer->precision, writer->scale, want->node->precision, want->node->scale);
	step->as = GW_AS_DECIMAL;
	step->kind = GW_DECIMAL;
	step->precision = want->node->precision;
	step->scale = want->node->scale;
	return GW_OK;
}

static enum gw_status
plan_bytes(const struct gw_node *writer, const struct want *want, struct gw_read_step *step,
	   struct gw_error *err)
{
	enum gw_node_kind to = want->node->kind;
	bool decimals =
		writer->logical == GW_LOGICAL_DECIMAL && want->node->logical == GW_LOGICAL_DECIMAL;

	step->op = GW_READ_BYTES;
	step->kind = GW_BYTES;
	if (want->node->logical == GW_LOGICAL_DECIMAL && writer->kind == GW_NODE_BYTES &&
	    (to == GW_NODE_BYTES || decimals))
		return plan_decimal(writer, want, step, err);
	if (to == GW_NODE_STRING) {
		step->as = GW_AS_TEXT;
		step->kind = GW_TEXT;
		return GW_OK;
	}
	if (to != GW_NODE_BYTES || want->node->logical != GW_LOGICAL_NONE)
		return mismatch(writer, want, err);
	return GW_OK;
}

static enum gw_status
plan_fixed(const struct gw_node *writer, const struct want *want, struct gw_read_step *step,
	   struct gw_error *err)
{
	bool fixed = want->node->kind == GW_NODE_FIXED;
	bool same = fixed && names_match(writer, want->node) && writer->size == want->node->size;

	step->op = GW_READ_FIXED;
	step->kind = GW_BYTES;
	step->size = writer->size;
	if (want->node->logical == GW_LOGICAL_DECIMAL &&
	    (same || writer->logical == GW_LOGICAL_DECIMAL))
		return plan_decimal(writer, want, step, err);
	if (!fixed)
		return mismatch(writer, want, err);
	if (!same)
		return gw_fail(err, GW_CONFIG,
			       _("it was written as %s of %u bytes and can't be read as %s of %u "
				 "bytes"),
			       gw_node_short_name(writer->name), writer->size,
			       gw_node_short_name(want->node->name), want->node->size);
	return GW_OK;
}

static struct gw_value
find_symbol(const struct gw_node *reader, const char *symbol)
{
	for (size_t i = 0; i <= reader->nsymbols; i++) {
		bool last = i == reader->nsymbols;
		int at = last ? reader->symbol_default : (int)i;

		if (at < 0 || (!last && strcmp(reader->symbols[at], symbol) != 0))
			continue;
		return (struct gw_value){.kind = GW_TEXT,
					 .len = (uint32_t)strlen(reader->symbols[at]),
					 .as.text = reader->symbols[at]};
	}
	return (struct gw_value){.kind = GW_UNHELD, .as.text = ""};
}

static enum gw_status
plan_enum(struct gw_arena *arena, const struct gw_node *writer, const struct want *want,
	  struct gw_read_step *step, struct gw_error *err)
{
	struct gw_value *symbols;

	if (want->node->kind != GW_NODE_ENUM)
		return mismatch(writer, want, err);
	if (!names_match(writer, want->node))
		return gw_fail(
			err, GW_CONFIG, _("it was written as the enum %s and can't be read as %s"),
			gw_node_short_name(writer->name), gw_node_short_name(want->node->name));
	symbols = gw_arena_alloc(arena, writer->nsymbols * sizeof *symbols);
	if (symbols == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < writer->nsymbols; i++)
		symbols[i] = find_symbol(want->node, writer->symbols[i]);
	step->op = GW_READ_ENUM;
	step->kind = GW_TEXT;
	step->symbols = symbols;
	step->nsymbols = writer->nsymbols;
	return GW_OK;
}

/* One type of the writer that is not a union. */
static enum gw_status
plan_value(struct gw_arena *arena, const struct gw_node *writer, const struct want *want,
	   struct gw_read_step *step, struct gw_error *err)
{
	switch (writer->kind) {
	case GW_NODE_NULL:
		step->op = GW_READ_NULL;
		if (want->field->nullable)
			return GW_OK;
		return gw_fail(
			err, GW_CONFIG, "%s",
			_("it may be null in what was written, and our schema does not allow "
			  "that"));
	case GW_NODE_BOOLEAN:
		step->op = GW_READ_BOOL;
		step->kind = GW_BOOL;
		return want->node->kind == GW_NODE_BOOLEAN ? GW_OK : mismatch(writer, want, err);
	case GW_NODE_INT:
	case GW_NODE_LONG:
		return plan_integer(writer, want, step, err);
	case GW_NODE_FLOAT:
	case GW_NODE_DOUBLE:
		return plan_real(writer, want, step, err);
	case GW_NODE_STRING:
	case GW_NODE_BYTES:
		return plan_bytes(writer, want, step, err);
	case GW_NODE_FIXED:
		return plan_fixed(writer, want, step, err);
	case GW_NODE_ENUM:
		return plan_enum(arena, writer, want, step, err);
	case GW_NODE_ARRAY:
	case GW_NODE_MAP:
	case GW_NODE_RECORD:
	case GW_NODE_UNION:
	default:
		return mismatch(writer, want, err);
	}
}

/* A branch that can't be read is no fault until it is met, as long as another one can. */
static enum gw_status
plan_union(struct gw_arena *arena, const struct gw_node *writer, const struct want *want,
	   struct gw_read_step *step, struct gw_error *err)
{
	struct gw_read_step *branches =
		gw_arena_zalloc(arena, writer->nchildren * sizeof *branches);
	size_t readable = 0;

	if (branches == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < writer->nchildren; i++) {
		enum gw_status status;

		branches[i].name = step->name;
		branches[i].target = step->target;
		status = plan_value(arena, writer->children[i], want, &branches[i], err);
		if (status == GW_FATAL)
			return status;
		if (status != GW_OK)
			branches[i].op = GW_READ_MISMATCH;
		else if (writer->children[i]->kind != GW_NODE_NULL || writer->nchildren == 1)
			readable++;
	}
	step->branches = branches;
	step->nbranches = writer->nchildren;
	return readable > 0 ? GW_OK : GW_CONFIG;
}

static enum gw_status
plan_target(struct gw_decoder *decoder, const struct gw_node *writer,
	    const struct gw_schema_field *field, struct gw_read_step *step, struct gw_error *err)
{
	struct want want = {.field = field, .node = value_node(field)};

	if (field->type == GW_AVRO_NULL)
		return gw_fail(err, GW_CONFIG, _("our side must be flat, not %s"),
			       gw_node_kind_name(field->node->kind));
	if (writer->kind == GW_NODE_UNION)
		return plan_union(&decoder->arena, writer, &want, step, err);
	return plan_value(&decoder->arena, writer, &want, step, err);
}

/* The writer's field that fills this one: of the same name, else of an alias no one claims. */
static int
find_writer(const struct gw_schema *writer, const struct gw_schema *reader,
	    const struct gw_schema_field *field)
{
	int at = gw_schema_find(writer, field->name);

	for (size_t i = 0; i < field->naliases && at < 0; i++) {
		if (gw_schema_find(reader, field->aliases[i]) < 0)
			at = gw_schema_find(writer, field->aliases[i]);
	}
	return at;
}

static enum gw_status
plan_field(struct gw_decoder *decoder, const struct gw_schema *writer,
	   const struct gw_schema *reader, size_t target, struct gw_error *err)
{
	const struct gw_schema_field *field = &reader->fields[target];
	struct gw_read_step *step;
	int at = find_writer(writer, reader, field);

	if (at < 0 && !field->has_default)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("it is not in what was written, and our schema gives it no "
				 "default: add \"default\""));
	if (at < 0) {
		decoder->defaults[decoder->ndefaults++] =
			(struct gw_read_default){.target = target, .value = field->fallback};
		return GW_OK;
	}
	step = &decoder->steps[at];
	if (step->target >= 0)
		return gw_fail(err, GW_CONFIG, _("two fields of ours read the written field %s"),
			       writer->fields[at].name);
	*step = (struct gw_read_step){.target = (int)target, .name = field->name};
	return plan_target(decoder, writer->root->children[at], field, step, err);
}

static enum gw_status
plan(struct gw_decoder *decoder, const struct gw_schema *writer, const struct gw_schema *reader,
     struct gw_error *err)
{
	struct gw_read_step *steps =
		gw_arena_zalloc(&decoder->arena, (writer->nfields + 1) * sizeof *steps);

	decoder->defaults =
		gw_arena_zalloc(&decoder->arena, (reader->nfields + 1) * sizeof *decoder->defaults);
	if (steps == NULL || decoder->defaults == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < writer->nfields; i++)
		steps[i] = (struct gw_read_step){.op = GW_READ_SKIP,
						 .target = -1,
						 .node = writer->root->children[i],
						 .name = writer->fields[i].name};
	decoder->steps = steps;
	decoder->nsteps = writer->nfields;
	if (!names_match(writer->root, reader->root))
		return gw_fail(err, GW_CONFIG,
			       _("the record was written as %s and can't be read as %s"),
			       writer->name, reader->name);
	for (size_t i = 0; i < reader->nfields; i++) {
		if (plan_field(decoder, writer, reader, i, err) != GW_OK)
			return gw_wrap(err, _("field %s"), reader->fields[i].name);
	}
	return GW_OK;
}

enum gw_status
gw_decoder_make(const struct gw_schema *writer, const struct gw_schema *reader,
		struct gw_decoder **out, struct gw_error *err)
{
	struct gw_decoder *decoder = calloc(1, sizeof *decoder);

	if (decoder == NULL)
		return gw_fail_memory(err);
	gw_arena_init(&decoder->arena, PLAN_MAX);
	if (plan(decoder, writer, reader, err) != GW_OK) {
		gw_decoder_free(decoder);
		return err->status;
	}
	*out = decoder;
	return GW_OK;
}

void
gw_decoder_free(struct gw_decoder *decoder)
{
	if (decoder == NULL)
		return;
	gw_arena_release(&decoder->arena);
	free(decoder);
}
