/*
 * Any text as a run event: refused, or read so that what is written from it is
 * read as the same event.
 */
#include "kafka/event.h"
#include "message.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_event event, again;
	struct fuzz_space s;
	struct gw_error err;

	space_make(&s);
	if (gw_event_decode((const char *)data, size, &s.arena, &event, &err) == GW_OK) {
		require(event.partitions >= 1 && event.partitions <= GW_MAX_PARTITIONS);
		require(gw_event_encode(&event, &s.first, &err) == GW_OK);
		require(gw_event_decode(s.first.data, s.first.len, &s.arena, &again, &err) ==
			GW_OK);
		require(gw_event_encode(&again, &s.second, &err) == GW_OK);
		require_written_the_same(&s);
	} else {
		require_error(&err, GW_REJECT, data, size);
	}
	space_drop(&s);
	return 0;
}
