/*
 * Any two schemas, parted by a NUL, and behind another NUL any message: what
 * the writer wrote is read as the reader wants it or refused, and what was read
 * can be written by the reader and read again as the same.
 */
#include "avro/codec.h"
#include "base/buf.h"
#include "fuzz.h"
#include "values.h"

enum { FIELDS_MAX = 64 };

static void
check_again(const struct gw_schema *reader, const struct gw_value *values, struct gw_arena *arena)
{
	struct gw_value again[FIELDS_MAX];
	struct gw_decoder *decoder = NULL;
	struct gw_error err;
	struct gw_buf written;

	gw_buf_init(&written, FUZZ_MEMORY);
	/* A reader with nested fields decodes them to nothing, and can't write them. */
	if (gw_decoder_make(reader, reader, &decoder, &err) == GW_OK &&
	    gw_avro_encode(reader, values, &written, &err) == GW_OK) {
		require(gw_avro_decode(decoder, (const unsigned char *)written.data, written.len,
				       again, arena, &err) == GW_OK);
		for (size_t i = 0; i < reader->nfields; i++)
			require(value_same(&values[i], &again[i]));
		require(gw_record_hash(reader, values) == gw_record_hash(reader, again));
	}
	gw_decoder_free(decoder);
	gw_buf_release(&written);
}

static void
check_message(const struct gw_schema *writer, const struct gw_schema *reader, const uint8_t *data,
	      size_t size)
{
	struct gw_value values[FIELDS_MAX];
	struct gw_decoder *decoder = NULL;
	struct gw_arena arena;
	struct gw_error err;

	gw_arena_init(&arena, FUZZ_MEMORY);
	if (gw_decoder_make(writer, reader, &decoder, &err) != GW_OK)
		require_error(&err, GW_CONFIG, "", 0);
	else if (gw_avro_decode(decoder, data, size, values, &arena, &err) != GW_OK)
		require_error(&err, GW_REJECT, data, size);
	else
		check_again(reader, values, &arena);
	gw_decoder_free(decoder);
	gw_arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_part ours = fuzz_next(&data, &size, '\0');
	struct fuzz_part theirs = fuzz_next(&data, &size, '\0');
	struct gw_schema *writer = NULL, *reader = NULL;
	struct gw_error err;

	if (gw_schema_parse("w", ours.text, ours.len, false, &writer, &err) != GW_OK ||
	    gw_schema_parse("r", theirs.text, theirs.len, false, &reader, &err) != GW_OK)
		require_error(&err, GW_CONFIG, "", 0);
	else if (reader->nfields <= FIELDS_MAX)
		check_message(writer, reader, data, size);
	gw_schema_free(writer);
	gw_schema_free(reader);
	return 0;
}
