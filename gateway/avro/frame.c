#include "avro/codec.h"
#include "base/i18n.h"

void
gw_frame_put(unsigned char out[GW_FRAME_SIZE], int32_t id)
{
	uint32_t n = (uint32_t)id;

	out[0] = 0;
	for (int i = 0; i < 4; i++)
		out[1 + i] = (unsigned char)(n >> (24 - 8 * i));
}

enum gw_status
gw_frame_get(const unsigned char *bytes, size_t len, int32_t *id, struct gw_error *err)
{
	uint32_t n = 0;

	if (len < GW_FRAME_SIZE)
		return gw_fail(
			err, GW_REJECT,
			_("the message has %zu bytes; the number of its schema alone takes %d"),
			len, GW_FRAME_SIZE);
	if (bytes[0] != 0)
		return gw_fail(err, GW_REJECT, "%s",
			       _("the message does not begin with the number of a schema"));
	for (int i = 0; i < 4; i++)
		n = n << 8 | bytes[1 + i];
	if (n > INT32_MAX)
		return gw_fail(err, GW_REJECT, "%s",
			       _("the message begins with a number that no schema has"));
	*id = (int32_t)n;
	return GW_OK;
}
