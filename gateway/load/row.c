#include "load/row.h"

#include <stdlib.h>
#include <string.h>

enum { ROW_BYTES = 32 * 1024 * 1024 };

void
gw_row_space_init(struct gw_row_space *space)
{
	*space = (struct gw_row_space){0};
	gw_arena_init(&space->arena, ROW_BYTES);
}

void
gw_row_space_release(struct gw_row_space *space)
{
	gw_arena_release(&space->arena);
	free(space->values);
	space->values = NULL;
	space->room = 0;
}

static enum gw_status
make_room(struct gw_row_space *space, size_t count, struct gw_error *err)
{
	struct gw_value *values;

	if (count <= space->room)
		return GW_OK;
	values = realloc(space->values, count * sizeof *values);
	if (values == NULL)
		return gw_fail_memory(err);
	space->values = values;
	space->room = count;
	return GW_OK;
}

static enum gw_status
put_fields(struct gw_row_space *space, const struct gw_row_plan *plan,
	   const struct gw_arrival *record, struct gw_buf *out, const char **column,
	   struct gw_error *err)
{
	const struct gw_canon_table *table = &plan->entity->table;
	const struct gw_writer *writer = record->writer;

	for (size_t i = 0; i < table->count; i++) {
		static const struct gw_value null = {.kind = GW_NULL};
		int field = writer->fields[i];
		const struct gw_value *value = field < 0 ? &null : &space->values[field];

		if (gw_copy_in_value(out, table->columns[i].type, value, err) != GW_OK) {
			*column = table->columns[i].name;
			return err->status;
		}
	}
	return GW_OK;
}

/* The service columns, in the order that the COPY names them. */
static void
put_service(const struct gw_row_plan *plan, const struct gw_arrival *record, struct gw_buf *out)
{
	gw_copy_in_bytes(out, plan->topic->source, strlen(plan->topic->source));
	gw_copy_in_bytes(out, plan->topic->stream, strlen(plan->topic->stream));
	gw_copy_in_bytes(out, record->key, record->key_len);
	gw_copy_in_i64(out, record->header.version);
	gw_copy_in_bytes(out, record->header.run, sizeof record->header.run);
	gw_copy_in_i64(out, record->hash);
	/* What is made again is as old as its record, or what it was would have to begin now. */
	(void)gw_copy_in_timestamp(out, plan->entity->table.shadow ? record->timestamp_ms * 1000
								   : plan->now_us);
}

static enum gw_status
decode(struct gw_row_space *space, const struct gw_arrival *record, struct gw_error *err)
{
	const struct gw_writer *writer = record->writer;

	if (make_room(space, writer->reader->nfields, err) != GW_OK)
		return err->status;
	gw_arena_reset(&space->arena);
	return gw_avro_decode(writer->decoder, record->value + GW_FRAME_SIZE,
			      record->value_len - GW_FRAME_SIZE, space->values, &space->arena, err);
}

static enum gw_status
decode_and_hash(struct gw_row_space *space, struct gw_arrival *record, struct gw_error *err)
{
	if (decode(space, record, err) != GW_OK)
		return err->status;
	if (!record->hashed)
		record->hash = gw_record_hash(record->writer->reader, space->values);
	record->hashed = true;
	return GW_OK;
}

enum gw_status
gw_row_hash(struct gw_row_space *space, struct gw_arrival *record, int64_t *hash,
	    struct gw_error *err)
{
	if (!record->hashed && decode_and_hash(space, record, err) != GW_OK)
		return err->status;
	*hash = record->hash;
	return GW_OK;
}

enum gw_status
gw_row_put(struct gw_row_space *space, const struct gw_row_plan *plan, struct gw_arrival *record,
	   struct gw_buf *out, const char **column, struct gw_error *err)
{
	size_t before = out->len;
	enum gw_status status = decode_and_hash(space, record, err);

	*column = NULL;
	if (status == GW_OK) {
		gw_copy_in_row(out, plan->entity->table.count + GW_COPY_EXTRA);
		status = put_fields(space, plan, record, out, column, err);
	}
	if (status == GW_OK) {
		put_service(plan, record, out);
		if (out->failed)
			status = gw_fail_memory(err);
	}
	if (status == GW_REJECT)
		out->len = before;
	return status;
}

enum gw_status
gw_row_refuse(struct gw_stage *stage, struct gw_arrival *record, const char *column,
	      struct gw_error *err)
{
	char reason[sizeof err->text];
	const struct gw_refusal why = {.code = "value", .column = column, .reason = reason};

	memcpy(reason, err->text, sizeof reason);
	return gw_stage_refuse(stage, record, &why, err);
}
