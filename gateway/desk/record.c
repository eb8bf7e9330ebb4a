/*
 * Letters of the warehouse: the original is the record as it came from Kafka, whose
 * schema the registry knows.
 */
#include <string.h>

#include "avro/codec.h"
#include "avro/registry.h"
#include "base/i18n.h"
#include "desk/desk.h"
#include "desk/parts.h"
#include "dlq/row.h"

enum { RECORD_MAX = 64 * 1024 * 1024 };

struct opening {
	struct gw_desk *desk;
	struct gw_registry *registry;
	const char *culprit;
	bool reveal, found;
	struct gw_original *out;
	struct gw_buf bytes, plain;
};

static enum gw_status
take_sealed(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct opening *opening = arg;

	if (count != 1 || values[0] == NULL)
		return gw_fail(err, GW_FATAL, "%s", _("the warehouse gave no letter"));
	opening->found = true;
	return gw_desk_unseal(opening->desk, values[0], &opening->bytes, &opening->plain, err);
}

static enum gw_status
read_sealed(struct opening *opening, int64_t id, struct gw_error *err)
{
	struct gw_buf number;
	const char *params[1];
	enum gw_status status;

	gw_buf_init(&number, 32);
	(void)gw_buf_printf(&number, "%lld", (long long)id);
	params[0] = number.data;
	status = gw_desk_query(opening->desk,
			       "select encode(sealed, 'hex') from ops.dead_letter where id = $1",
			       params, 1, take_sealed, opening, err);
	gw_buf_release(&number);
	if (status == GW_OK && !opening->found)
		return gw_fail(err, GW_REJECT, _("there is no letter %lld"), (long long)id);
	return status;
}

/* As a person may see it. */
static enum gw_status
show_field(struct opening *opening, const struct gw_schema_field *field,
	   const struct gw_value *value, struct gw_error *err)
{
	struct gw_arena *arena = &opening->out->arena;
	struct gw_cell *cell = &opening->out->cells[opening->out->ncells++];
	char masked[256];

	cell->column = gw_arena_copy(arena, field->name, strlen(field->name));
	if (cell->column == NULL)
		return gw_fail_memory(err);
	cell->culprit = strcmp(field->name, opening->culprit) == 0;
	cell->clear = opening->reveal || value->kind == GW_NULL || field->privacy == GW_PUBLIC;
	if (cell->clear)
		return gw_letter_text(value, arena, &cell->value, err);
	gw_mask(field, value, masked, sizeof masked);
	cell->value = gw_arena_copy(arena, masked, strlen(masked));
	return cell->value == NULL ? gw_fail_memory(err) : GW_OK;
}

static enum gw_status
show_fields(struct opening *opening, const struct gw_schema *schema, struct gw_error *err)
{
	struct gw_original *out = opening->out;
	struct gw_value *values =
		gw_arena_zalloc(&out->arena, (schema->nfields + 1) * sizeof *values);
	struct gw_decoder *decoder = NULL;
	enum gw_status status;

	out->cells = gw_arena_zalloc(&out->arena, (schema->nfields + 1) * sizeof *out->cells);
	if (values == NULL || out->cells == NULL)
		return gw_fail_memory(err);
	status = gw_decoder_make(schema, schema, &decoder, err);
	if (status == GW_OK)
		status = gw_avro_decode(
			decoder, (const unsigned char *)opening->plain.data + GW_FRAME_SIZE,
			opening->plain.len - GW_FRAME_SIZE, values, &out->arena, err);
	for (size_t i = 0; status == GW_OK && i < schema->nfields; i++)
		status = show_field(opening, &schema->fields[i], &values[i], err);
	gw_decoder_free(decoder);
	return status;
}

static enum gw_status
show_record(struct opening *opening, struct gw_error *err)
{
	const struct gw_schema *schema = NULL;
	int32_t id = 0;

	if (opening->plain.len == 0)
		return gw_fail(err, GW_REJECT, "%s",
			       _("the original is a delete: it has a key and no fields"));
	if (gw_frame_get((const unsigned char *)opening->plain.data, opening->plain.len, &id,
			 err) != GW_OK ||
	    gw_registry_open(opening->desk->config->registry_url, &opening->registry, err) !=
		    GW_OK ||
	    gw_registry_schema(opening->registry, id, &schema, err) != GW_OK)
		return err->status;
	return show_fields(opening, schema, err);
}

enum gw_status
gw_desk_record(struct gw_desk *desk, const struct gw_letters *letters, size_t which, bool reveal,
	       struct gw_original *out, struct gw_error *err)
{
	const struct gw_filed *filed = &letters->letters[which];
	struct opening opening = {.desk = desk,
				  .culprit = letters->causes[filed->cause].column,
				  .reveal = reveal,
				  .out = out};
	enum gw_status status;

	gw_buf_init(&opening.bytes, RECORD_MAX);
	gw_buf_init(&opening.plain, RECORD_MAX);
	status = read_sealed(&opening, filed->id, err);
	if (status == GW_OK)
		status = show_record(&opening, err);
	/* What was shown of it so far is not the record. */
	if (status != GW_OK)
		out->ncells = 0;
	gw_registry_close(opening.registry);
	gw_buf_release(&opening.bytes);
	gw_desk_wipe(&opening.plain);
	return status;
}
