/*
 * Any bytes as the header of a record: refused, or read so that packing it
 * again gives the same bytes.
 */

#include "fuzz.h"
#include "kafka/header.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_header header;
	struct gw_error err;
	unsigned char again[GW_HEADER_SIZE];

	if (gw_header_unpack(data, size, &header, &err) != GW_OK) {
		require_error(&err, GW_REJECT, data, size);
		return 0;
	}
	gw_header_pack(&header, again);
	require(size == sizeof again && memcmp(again, data, size) == 0);
	return 0;
}
