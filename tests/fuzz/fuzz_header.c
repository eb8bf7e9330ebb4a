/*
 * Any bytes as the header of a record: refused, or read so that packing it
 * again gives the same bytes.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kafka/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_header header;
	struct gw_error err;
	unsigned char again[GW_HEADER_SIZE];

	if (gw_header_unpack(data, size, &header, &err) != GW_OK)
		return 0;
	gw_header_pack(&header, again);
	if (size != sizeof again || memcmp(again, data, size) != 0)
		abort();
	return 0;
}
