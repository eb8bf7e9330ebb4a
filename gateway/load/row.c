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

static void
put_nulls(size_t count, struct gw_buf *out)
{
	for (size_t i = 0; i < count; i++)
		gw_copy_in_null(out);
}

/* The service columns, in the order that the COPY statements name them. */
static void
put_service(const struct gw_row_plan *plan, const struct gw_arrival *record, int64_t hash,
	    struct gw_buf *out)
{
	if (plan->straight) {
		gw_copy_in_bytes(out, plan->topic->source, strlen(plan->topic->source));
		gw_copy_in_bytes(out, plan->topic->stream, strlen(plan->topic->stream));
	}
	gw_copy_in_bytes(out, record->key, record->key_len);
	gw_copy_in_i64(out, record->header.version);
	gw_copy_in_bytes(out, record->header.run, sizeof record->header.run);
	gw_copy_in_i64(out, hash);
	if (plan->straight) {
		(void)gw_copy_in_timestamp(out, plan->now_us);
	} else {
		gw_copy_in_bool(out, record->value == NULL);
		gw_copy_in_i32(out, (int32_t)record->slot);
	}
}

static enum gw_status
put_record(struct gw_row_space *space, const struct gw_row_plan *plan,
	   const struct gw_arrival *record, struct gw_buf *out, const char **column,
	   struct gw_error *err)
{
	const struct gw_writer *writer = record->writer;

	if (make_room(space, writer->reader->nfields, err) != GW_OK)
		return err->status;
	gw_arena_reset(&space->arena);
	if (gw_avro_decode(writer->decoder, record->value + GW_FRAME_SIZE,
			   record->value_len - GW_FRAME_SIZE, space->values, &space->arena,
			   err) != GW_OK)
		return err->status;
	if (put_fields(space, plan, record, out, column, err) != GW_OK)
		return err->status;
	put_service(plan, record, gw_record_hash(writer->reader, space->values), out);
	return GW_OK;
}

enum gw_status
gw_row_put(struct gw_row_space *space, const struct gw_row_plan *plan,
	   const struct gw_arrival *record, struct gw_buf *out, const char **column,
	   struct gw_error *err)
{
	size_t before = out->len;
	size_t columns = plan->entity->table.count;
	enum gw_status status = GW_OK;

	*column = NULL;
	gw_copy_in_row(out, columns + (plan->straight ? GW_STRAIGHT_EXTRA : GW_STAGE_EXTRA));
	if (record->value == NULL) {
		put_nulls(columns, out);
		put_service(plan, record, 0, out);
	} else {
		status = put_record(space, plan, record, out, column, err);
	}
	if (status == GW_OK && out->failed)
		status = gw_fail_memory(err);
	if (status == GW_REJECT)
		out->len = before;
	return status;
}
