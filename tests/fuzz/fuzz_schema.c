/*
 * Any text as a schema.  The first byte says whether it is taken for one of
 * ours.  What is accepted must have a plan to read itself.
 */
#include "avro/codec.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_schema *schema = NULL;
	struct gw_decoder *decoder = NULL;
	struct gw_error err;
	bool strict = size > 0 && (data[0] & 1) != 0;

	if (size == 0)
		return 0;
	if (gw_schema_parse("fuzz", (const char *)data + 1, size - 1, strict, &schema, &err) !=
	    GW_OK) {
		require(schema == NULL);
		require_error(&err, GW_CONFIG, "", 0);
		return 0;
	}
	require(schema->text_len == size - 1);
	if (gw_decoder_make(schema, schema, &decoder, &err) != GW_OK) {
		require(!strict);
		require_error(&err, GW_CONFIG, "", 0);
	}
	gw_decoder_free(decoder);
	gw_schema_free(schema);
	return 0;
}
