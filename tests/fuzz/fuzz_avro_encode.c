/*
 * Any values as a record: each is refused with the name of its field and
 * nothing of the value, or what was encoded is read as a record that is encoded
 * to the same bytes.
 */
#include "base/buf.h"
#include "schema.h"
#include "values.h"

static struct gw_schema *schema;
static struct gw_decoder *decoder;
static struct gw_arena arena;
static struct gw_buf first, second;

static void
prepare(void)
{
	struct gw_error err;

	schema = schema_parse(schema_flat);
	require(gw_decoder_make(schema, schema, &decoder, &err) == GW_OK);
	gw_arena_init(&arena, FUZZ_MEMORY);
	gw_buf_init(&first, FUZZ_MEMORY);
	gw_buf_init(&second, FUZZ_MEMORY);
}

static void
check_written(const struct gw_value *values)
{
	struct gw_value back[SCHEMA_FIELDS], again[SCHEMA_FIELDS];
	struct gw_error err;

	require(gw_avro_decode(decoder, (const unsigned char *)first.data, first.len, back, &arena,
			       &err) == GW_OK);
	gw_buf_clear(&second);
	require(gw_avro_encode(schema, back, &second, &err) == GW_OK);
	require(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
	require(gw_avro_decode(decoder, (const unsigned char *)second.data, second.len, again,
			       &arena, &err) == GW_OK);
	for (size_t i = 0; i < schema->nfields; i++) {
		require(value_same(&back[i], &again[i]));
		/* What has one form only is the very same. */
		if (values[i].kind == back[i].kind && values[i].kind != GW_FLOAT &&
		    values[i].kind != GW_TIMESTAMP && values[i].kind != GW_DECIMAL)
			require(gw_value_equal(&values[i], &back[i]));
	}
	require(gw_record_hash(schema, back) == gw_record_hash(schema, again));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *all = data;
	size_t all_size = size;
	struct gw_value values[SCHEMA_FIELDS] = {{0}};
	struct gw_error err;

	if (schema == NULL)
		prepare();
	gw_arena_reset(&arena);
	gw_buf_clear(&first);
	for (size_t i = 0; i < schema->nfields; i++)
		values[i] = value_take_valid(&data, &size);
	if (gw_avro_encode(schema, values, &first, &err) == GW_OK)
		check_written(values);
	else
		require_error(&err, GW_REJECT, all, all_size);
	return 0;
}
