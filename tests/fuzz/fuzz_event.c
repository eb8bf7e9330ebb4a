/*
 * Any text as a run event: refused, or read so that what is written from it is
 * read as the same event.
 */

#include "fuzz.h"
#include "kafka/event.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_event event, again;
	struct gw_arena arena;
	struct gw_buf first, second;
	struct gw_error err;

	gw_arena_init(&arena, (size_t)8 * 1024 * 1024);
	gw_buf_init(&first, (size_t)16 * 1024 * 1024);
	gw_buf_init(&second, (size_t)16 * 1024 * 1024);
	if (gw_event_decode((const char *)data, size, &arena, &event, &err) == GW_OK) {
		require(event.partitions >= 1 && event.partitions <= GW_MAX_PARTITIONS);
		require(gw_event_encode(&event, &first, &err) == GW_OK);
		require(gw_event_decode(first.data, first.len, &arena, &again, &err) == GW_OK);
		require(gw_event_encode(&again, &second, &err) == GW_OK);
		require(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
	} else {
		require_error(&err, GW_REJECT, data, size);
	}
	gw_buf_release(&first);
	gw_buf_release(&second);
	gw_arena_release(&arena);
	return 0;
}
