/*
 * Any text as an act: refused, or read so that what is written from it is
 * read as the same act.
 */

#include "dlq/act.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_act act, again;
	struct gw_arena arena;
	struct gw_buf first, second;
	struct gw_error err;

	gw_arena_init(&arena, (size_t)8 * 1024 * 1024);
	gw_buf_init(&first, (size_t)16 * 1024 * 1024);
	gw_buf_init(&second, (size_t)16 * 1024 * 1024);
	if (gw_act_decode((const char *)data, size, &arena, &act, &err) == GW_OK) {
		require(act.nletters >= 1 && act.nletters <= GW_ACT_LETTERS);
		require(gw_act_encode(&act, &first, &err) == GW_OK);
		require(gw_act_decode(first.data, first.len, &arena, &again, &err) == GW_OK);
		require(gw_act_encode(&again, &second, &err) == GW_OK);
		require(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
	} else {
		require_error(&err, GW_REJECT, data, size);
	}
	gw_buf_release(&first);
	gw_buf_release(&second);
	gw_arena_release(&arena);
	return 0;
}
