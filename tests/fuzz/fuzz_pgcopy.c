/*
 * The parser of binary COPY data: any bytes, cut into messages, must give rows
 * or an error, never a read outside of them.  Byte 0 chooses the page's room,
 * the last row's checks and where the messages are cut.
 */

#include "fuzz.h"
#include "postgres/rows.h"

enum { MOST = 16, ARENA = 1 << 20 };

static enum gw_pg_wire wire[] = {
	GW_PG_INT8,   GW_PG_BOOL,   GW_PG_INT2,    GW_PG_INT4, GW_PG_OID,
	GW_PG_FLOAT4, GW_PG_FLOAT8, GW_PG_NUMERIC, GW_PG_TEXT, GW_PG_BPCHAR,
	GW_PG_JSONB,  GW_PG_UUID,   GW_PG_BYTES,   GW_PG_DATE, GW_PG_TIMESTAMP,
};
enum { FIELDS = sizeof wire / sizeof wire[0] };
static bool for_order[FIELDS] = {[0] = true, [FIELDS - 1] = true};

static const struct gw_pg_plan plan = {
	.shown = "public.t",
	.wire = wire,
	.for_order = for_order,
	.nfields = FIELDS,
	.nvisible = FIELDS - 1,
	.order = {{.name = "changed", .wire = GW_PG_TIMESTAMP, .field = FIELDS - 1},
		  {.name = "id", .wire = GW_PG_INT8, .field = 0}},
	.norder = 2,
	.ncursor = 1,
	.key = {{.name = "id", .wire = GW_PG_INT8, .field = 0}},
	.nkey = 1,
};

/* Reads every value, so that the sanitizers see each byte that it points to. */
static unsigned
touch(const struct gw_pg_rows *rows)
{
	unsigned sum = 0;

	for (size_t i = 0; i < rows->nrows * plan.nvisible; i++) {
		const struct gw_value *value = &rows->values[i];

		if (value->kind == GW_TEXT || value->kind == GW_DECIMAL ||
		    value->kind == GW_BYTES || value->kind == GW_UNHELD)
			for (uint32_t j = 0; j < value->len; j++)
				sum += (unsigned char)value->as.text[j];
	}
	return sum;
}

static void
remember(const struct gw_pg_rows *rows)
{
	struct gw_buf text;
	struct gw_error err;

	gw_buf_init(&text, GW_BOOKMARK_MAX);
	for (size_t i = 0; i < plan.norder; i++)
		(void)gw_pg_rows_order_text(rows, i, &text, &err);
	gw_buf_release(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_arena arena;
	struct gw_error err;
	struct gw_pg_rows rows = {.plan = &plan, .arena = &arena, .most = MOST};
	size_t step;

	if (size < 1)
		return 0;
	step = data[0] == 0 ? size : (size_t)data[0] * 4;
	rows.check_text = (data[0] & 1) != 0;
	rows.check_duplicates = (data[0] & 2) != 0;
	gw_arena_init(&arena, ARENA);
	rows.values = gw_arena_alloc(&arena, (size_t)MOST * FIELDS * sizeof *rows.values);
	for (size_t at = 1; rows.values != NULL && at < size; at += step) {
		size_t len = size - at < step ? size - at : step;
		char *message = malloc(len); /* exactly so long: a byte more is seen */

		if (message == NULL)
			break;
		memcpy(message, data + at, len);
		enum gw_status status = gw_pg_rows_feed(&rows, message, len, &err);

		free(message);
		if (status == GW_OK)
			continue;
		require(status == GW_RETRY || status == GW_CONFIG);
		require_error(&err, status, data, size);
		break;
	}
	if (rows.values != NULL && touch(&rows) != 1 && rows.nrows > 0)
		remember(&rows);
	gw_arena_release(&arena);
	return 0;
}
