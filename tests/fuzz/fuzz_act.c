/*
 * Any text as an act: refused, or read so that what is written from it is
 * read as the same act.
 */
#include "dlq/act.h"
#include "message.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_act act, again;
	struct fuzz_space s;
	struct gw_error err;

	space_make(&s);
	if (gw_act_decode((const char *)data, size, &s.arena, &act, &err) == GW_OK) {
		require(act.nletters >= 1 && act.nletters <= GW_ACT_LETTERS);
		require(gw_act_encode(&act, &s.first, &err) == GW_OK);
		require(gw_act_decode(s.first.data, s.first.len, &s.arena, &again, &err) == GW_OK);
		require(gw_act_encode(&again, &s.second, &err) == GW_OK);
		require_written_the_same(&s);
	} else {
		require_error(&err, GW_REJECT, data, size);
	}
	space_drop(&s);
	return 0;
}
