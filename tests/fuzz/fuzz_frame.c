/* Any bytes as a framed message: what is taken for a frame is one. */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "avro/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char frame[GW_FRAME_SIZE];
	struct gw_error err;
	int32_t id = -1;

	if (gw_frame_get(data, size, &id, &err) != GW_OK) {
		assert(err.status == GW_REJECT && id == -1);
		return 0;
	}
	assert(id >= 0);
	gw_frame_put(frame, id);
	assert(memcmp(frame, data, sizeof frame) == 0);
	return 0;
}
