#include "kafka/header.h"

#include <string.h>

#include "base/i18n.h"

enum { FORMAT = 1, AT_VERSION = 2, AT_MAPPING = 10, AT_RUN = 18 };

static void
put_u64(unsigned char *out, uint64_t n)
{
	for (int i = 0; i < 8; i++)
		out[i] = (unsigned char)(n >> (56 - 8 * i));
}

static uint64_t
get_u64(const unsigned char *bytes)
{
	uint64_t n = 0;

	for (int i = 0; i < 8; i++)
		n = n << 8 | bytes[i];
	return n;
}

void
gw_header_pack(const struct gw_header *header, unsigned char out[GW_HEADER_SIZE])
{
	out[0] = FORMAT;
	out[1] = (unsigned char)header->operation;
	put_u64(out + AT_VERSION, (uint64_t)header->version);
	put_u64(out + AT_MAPPING, header->mapping);
	memcpy(out + AT_RUN, header->run, sizeof header->run);
}

enum gw_status
gw_header_unpack(const unsigned char *bytes, size_t len, struct gw_header *out,
		 struct gw_error *err)
{
	uint64_t version;

	if (bytes == NULL || len != GW_HEADER_SIZE)
		return gw_fail(err, GW_REJECT, _("the header %s has %zu bytes instead of %d"),
			       GW_HEADER_NAME, len, (int)GW_HEADER_SIZE);
	if (bytes[0] != FORMAT)
		return gw_fail(err, GW_REJECT,
			       _("the header %s has format %d; this program knows format %d: a "
				 "newer one wrote it, so update this one"),
			       GW_HEADER_NAME, bytes[0], (int)FORMAT);
	if (bytes[1] == '\0' || strchr("rcslpd", bytes[1]) == NULL)
		return gw_fail(err, GW_REJECT, _("the header %s has an unknown operation (%d)"),
			       GW_HEADER_NAME, bytes[1]);
	version = get_u64(bytes + AT_VERSION);
	if (version > INT64_MAX)
		return gw_fail(err, GW_REJECT, _("the header %s has a negative version"),
			       GW_HEADER_NAME);
	out->operation = (enum gw_operation)bytes[1];
	out->version = (int64_t)version;
	out->mapping = get_u64(bytes + AT_MAPPING);
	memcpy(out->run, bytes + AT_RUN, sizeof out->run);
	return GW_OK;
}
