/* Any bytes as a framed message: what is taken for a frame is one. */
#include "avro/codec.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char frame[GW_FRAME_SIZE];
	struct gw_error err;
	int32_t id = -1;

	if (gw_frame_get(data, size, &id, &err) != GW_OK) {
		require_error(&err, GW_REJECT, data, size);
		require(id == -1);
		return 0;
	}
	require(id >= 0);
	gw_frame_put(frame, id);
	require(memcmp(frame, data, sizeof frame) == 0);
	return 0;
}
