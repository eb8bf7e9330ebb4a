/*
 * Any bytes as a field of any form that a driver may hand over: a value, or a
 * word of ours; and as the text of a key.
 */
#include "fuzz.h"
#include "odbc/decode.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gw_arena arena;
	static struct gw_zone *zone;
	struct gw_value value;
	struct gw_error err;
	struct gw_buf param;
	char *text;

	if (arena.limit == 0) {
		gw_arena_init(&arena, 1 << 20);
		require(gw_zone_read("Asia/Ho_Chi_Minh", &zone, &err) == GW_OK);
	}
	if (size == 0)
		return 0;
	gw_arena_reset(&arena);
	require(gw_odbc_decode((enum gw_odbc_form)(data[0] % GW_ODBC_FORMS), (const char *)data + 1,
			       size - 1, zone, &arena, &value));
	require(value.kind != GW_NULL);
	require(value.kind != GW_TEXT || gw_utf8_valid(value.as.text, value.len));
	text = gw_arena_copy(&arena, (const char *)data + 1, size - 1);
	if (text == NULL)
		return 0;
	gw_buf_init(&param, 1 << 16);
	(void)gw_odbc_param_text((enum gw_odbc_form)(data[0] % GW_ODBC_FORMS), zone, text,
				 data[0] > 127, &param);
	gw_buf_release(&param);
	return 0;
}
