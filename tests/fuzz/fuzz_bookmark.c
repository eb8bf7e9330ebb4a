/*
 * Any text as a bookmark: refused, or read so that it can be written and read
 * again as the same.
 */
#include "bookmark.h"
#include "postgres/bookmark.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_bookmark bookmark = bookmark_take(data, size), written;
	struct gw_pg_state state, again;
	struct gw_error err;

	if (gw_pg_bookmark_read(&bookmark, &state, &err) != GW_OK) {
		require_error(&err, GW_CONFIG, data, size);
		return 0;
	}
	require(gw_pg_bookmark_write(&state, &written, &err) == GW_OK);
	require(gw_pg_bookmark_read(&written, &again, &err) == GW_OK);
	require_same_values(&state.position, &again.position);
	require_same_values(&state.at, &again.at);
	require_same_text(state.identity, again.identity);
	require(state.shape == again.shape && state.phase == again.phase);
	require(state.saved_xid == again.saved_xid && state.cycle_xid == again.cycle_xid);
	require(state.sweep_xid == again.sweep_xid && state.sweep_us == again.sweep_us);
	require(state.complete == again.complete && state.again == again.again &&
		state.sweeping == again.sweeping);
	return 0;
}
