/* What the load does without a server: staging, rows, the SQL of tables; binary COPY both ways. */
#include <stdlib.h>
#include <string.h>

#include "load/canon.h"
#include "load/prepare.h"
#include "load/row.h"
#include "postgres/rows.h"
#include "torture.h"

enum { MESSAGES = 40 };

static struct gw_topic topic = {.name = "p.s.t", .source = "s", .stream = "t"};

static enum gw_status
add_messages(struct gw_stage *stage, struct gw_partition *part, struct gw_error *err)
{
	static const char keys[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
	enum gw_status status = GW_OK;

	for (int i = 0; i < MESSAGES && status == GW_OK; i++) {
		const struct gw_incoming message = {.topic = topic.name,
						    .offset = i,
						    .key = keys + i,
						    .key_len = 1,
						    .value = "a value",
						    .value_len = 7};
		struct gw_arrival *arrival = &stage->records[stage->count];

		status = gw_stage_add(stage, part, &message, err);
		/* A message of the library's own would need a broker. */
		if (status == GW_OK) {
			arrival->headed = true;
			arrival->header.version = i;
			arrival->header.run[0] = (unsigned char)i; /* many slots */
			arrival->refusal = NULL;
		}
	}
	return status;
}

static enum gw_status
stage(struct gw_error *err)
{
	static const struct gw_refusal why = {
		.code = "value", .column = "c", .rule = "r", .reason = "why"};
	struct gw_partition part = {.topic = &topic, .assigned = true};
	struct gw_stage stage = {.max = 0};
	enum gw_status status = gw_stage_init(&stage, 100, 100000, err);

	topic.content = GW_CONTENT_EVENTS; /* so that no header is looked for */
	if (status == GW_OK)
		status = add_messages(&stage, &part, err);
	topic.content = GW_CONTENT_RECORDS;
	if (status == GW_OK)
		status = gw_stage_pick(&stage, &topic, err);
	if (status == GW_OK) {
		torture_require(stage.npicked == MESSAGES && stage.nlive == 26, "the batch");
		status = gw_stage_refuse(&stage, stage.live[0], &why, err);
	}
	gw_stage_clear(&stage);
	gw_stage_release(&stage);
	return status;
}

static const char schema_text[] =
	"{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"t\",\"fields\":["
	"{\"name\":\"a\",\"type\":\"long\",\"doc\":\"it's\"},"
	"{\"name\":\"b\",\"type\":\"string\",\"default\":\"x\"}]}";

static enum gw_status
put_row(struct gw_schema *schema, struct gw_decoder *decoder, struct gw_buf *out,
	struct gw_error *err)
{
	static const unsigned char message[] = {0, 0, 0, 0, 7, 6, 4, 'h', 'i'};
	static int fields[] = {0, 1};
	struct gw_canon_column columns[] = {{"a", GW_COLUMN_BIGINT}, {"b", GW_COLUMN_TEXT}};
	struct gw_entity entity = {.table = {.columns = columns, .count = 2}, .schema = schema};
	const struct gw_writer writer = {
		.schema = schema, .reader = schema, .decoder = decoder, .fields = fields};
	const struct gw_row_plan plan = {.entity = &entity, .topic = &topic};
	struct gw_arrival record = {.key = "k",
				    .key_len = 1,
				    .value = message,
				    .value_len = sizeof message,
				    .writer = &writer};
	struct gw_row_space space;
	const char *column;
	enum gw_status status;

	gw_row_space_init(&space);
	status = gw_row_put(&space, &plan, &record, out, &column, err);
	gw_row_space_release(&space);
	return status;
}

static enum gw_status
row(struct gw_error *err)
{
	struct gw_schema *schema = NULL;
	struct gw_decoder *decoder = NULL;
	struct gw_buf out, sql;
	enum gw_status status =
		gw_schema_parse("t", schema_text, strlen(schema_text), false, &schema, err);

	gw_buf_init(&out, 1 << 20);
	gw_buf_init(&sql, 1 << 20);
	if (status == GW_OK)
		status = gw_decoder_make(schema, schema, &decoder, err);
	if (status == GW_OK)
		status = put_row(schema, decoder, &out, err);
	if (status == GW_OK) {
		torture_require(out.len > 60, "the row");
		gw_canon_create(schema, &sql);
		gw_canon_comments(schema, &sql);
		status = sql.failed ? gw_fail_memory(err) : GW_OK;
	}
	gw_buf_release(&out);
	gw_buf_release(&sql);
	gw_decoder_free(decoder);
	gw_schema_free(schema);
	return status;
}

/* Header, one row of an int8 and a numeric 12.5, trailer. */
static const char copied[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0"
			     "\0\2\0\0\0\10\0\0\0\0\0\0\0\7"
			     "\0\0\0\14\0\2\0\0\0\0\0\1\0\14\23\210"
			     "\377\377";

static enum gw_status
copy(struct gw_error *err)
{
	static enum gw_pg_wire wire[] = {GW_PG_INT8, GW_PG_NUMERIC};
	static bool for_order[] = {true, false};
	static const struct gw_pg_plan plan = {
		.shown = "public.t",
		.wire = wire,
		.for_order = for_order,
		.nfields = 2,
		.nvisible = 2,
		.order = {{.name = "id", .wire = GW_PG_INT8, .field = 0}},
		.norder = 1,
		.key = {{.name = "id", .wire = GW_PG_INT8, .field = 0}},
		.nkey = 1,
	};
	struct gw_value values[2];
	struct gw_arena arena;
	struct gw_pg_rows rows = {.plan = &plan, .arena = &arena, .values = values, .most = 1};
	enum gw_status status;

	gw_arena_init(&arena, 1 << 20);
	status = gw_pg_rows_feed(&rows, copied, sizeof copied - 1, err);
	if (status == GW_OK && rows.no_memory)
		status = gw_fail_memory(err);
	if (status == GW_OK)
		torture_require(rows.nrows == 1 && values[1].len == 4 &&
					memcmp(values[1].as.text, "12.5", 4) == 0,
				"the row");
	gw_arena_release(&arena);
	return status;
}

const struct torture_case torture_load[] = {
	{"stage", stage},
	{"row", row},
	{"copy", copy},
	{NULL, NULL},
};
