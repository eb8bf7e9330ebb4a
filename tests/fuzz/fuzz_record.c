/*
 * Any bytes as a record to be loaded: refused with the name of a column, or one
 * whole row of COPY, whose fields are as many as the table's.
 */
#include "load/row.h"
#include "postgres/decode.h"
#include "schema.h"

static struct gw_schema *schema;
static struct gw_canon_column columns[SCHEMA_FIELDS];
static bool hidden[SCHEMA_FIELDS];
static int fields[SCHEMA_FIELDS];
static struct gw_entity entity;
static struct gw_writer writer;
static struct gw_topic topic = {.name = "p.s.t", .source = "s", .stream = "t"};
static struct gw_row_space space;

static void
prepare(void)
{
	struct gw_error err;

	schema = schema_parse(schema_flat);
	writer = (struct gw_writer){
		.schema = schema, .reader = schema, .entity = &entity, .fields = fields};
	require(gw_decoder_make(schema, schema, &writer.decoder, &err) == GW_OK);
	for (size_t i = 0; i < schema->nfields; i++) {
		(void)snprintf(columns[i].name, sizeof columns[i].name, "%s",
			       schema->fields[i].name);
		columns[i].type = gw_canon_type(&schema->fields[i]);
		fields[i] = (int)i;
	}
	entity = (struct gw_entity){
		.table = {.columns = columns, .hidden = hidden, .count = schema->nfields},
		.schema = schema};
	gw_row_space_init(&space);
}

/* One row of a binary COPY, and nothing behind it. */
static void
require_row(const struct gw_buf *row)
{
	const char *at = row->data, *end = row->data + row->len;
	size_t count = entity.table.count + GW_COPY_EXTRA;

	require(row->len >= 2 && gw_pg_u16(at) == count);
	at += 2;
	for (size_t i = 0; i < count; i++) {
		uint32_t len;

		require(end - at >= 4);
		len = gw_pg_u32(at);
		at += 4;
		if (len == UINT32_MAX)
			continue;
		require((size_t)(end - at) >= len);
		at += len;
	}
	require(at == end);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct gw_row_plan plan = {.entity = &entity, .topic = &topic};
	const char *column = NULL;
	struct gw_error err;
	struct gw_buf row;

	if (schema == NULL)
		prepare();
	if (size < GW_FRAME_SIZE)
		return 0;
	struct gw_arrival record = {.key = "k",
				    .key_len = 1,
				    .value = data,
				    .value_len = (uint32_t)size,
				    .writer = &writer};

	gw_buf_init(&row, FUZZ_MEMORY);
	if (gw_row_put(&space, &plan, &record, &row, &column, &err) == GW_OK) {
		require_row(&row);
	} else {
		require_error(&err, GW_REJECT, data, size);
		require(row.len == 0);
		require(column == NULL || gw_canon_name_ok(column));
	}
	gw_buf_release(&row);
	return 0;
}
