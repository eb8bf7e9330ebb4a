/*
 * Any text as a position: refused, or read so that it can be written and read
 * again as the same position.
 */
#include "kafka/position.h"
#include "sealed.h"

/* A bookmark is sealed with a new random key each time, so positions are compared and not texts. */
static void
require_same(const struct gw_position *a, const struct gw_position *b)
{
	require(strcmp(a->stream, b->stream) == 0);
	require(a->last_version == b->last_version && a->written_us == b->written_us);
	require(a->bookmark.len == b->bookmark.len);
	require(memcmp(a->bookmark.bytes, b->bookmark.bytes, a->bookmark.len) == 0);
	require(a->run.open == b->run.open && a->run.started_us == b->run.started_us);
	require(memcmp(a->run.id, b->run.id, sizeof a->run.id) == 0);
	require(memcmp(&a->run.counts, &b->run.counts, sizeof a->run.counts) == 0);
	require(memcmp(a->run.ends, b->run.ends, sizeof a->run.ends) == 0);
	require(a->run.letter_end == b->run.letter_end);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_position position, again;
	struct gw_error err;
	struct gw_buf text;

	sealed_prepare();
	if (gw_position_decode((const char *)data, size, &keys, &position, &err) != GW_OK) {
		require_error(&err, GW_CONFIG, data, 0); /* names may be told */
		return 0;
	}
	gw_buf_init(&text, 65536);
	require(gw_position_encode(&position, &keys, &text, &err) == GW_OK);
	require(gw_position_decode(text.data, text.len, &keys, &again, &err) == GW_OK);
	require_same(&position, &again);
	gw_buf_release(&text);
	return 0;
}
