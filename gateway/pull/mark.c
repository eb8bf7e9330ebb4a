/*
 * The bookmark of the orders: the offset of the next one as text and, while that
 * one is half done, behind a newline, where it goes on.
 */
#include "pull/internal.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

int64_t
gw_pull_mark_get(const struct gw_bookmark *mark, struct gw_bookmark *inner)
{
	const unsigned char *end = mark->len == 0 ? NULL : memchr(mark->bytes, '\n', mark->len);
	size_t digits = end == NULL ? mark->len : (size_t)(end - mark->bytes);
	int64_t offset = -1;

	inner->len = 0;
	if (digits == 0 || !gw_parse_i64((const char *)mark->bytes, digits, &offset))
		return -1;
	if (end != NULL) {
		inner->len = mark->len - (uint32_t)digits - 1;
		memcpy(inner->bytes, end + 1, inner->len);
	}
	return offset;
}

enum gw_status
gw_pull_mark_put(int64_t offset, const struct gw_bookmark *inner, struct gw_bookmark *out,
		 struct gw_error *err)
{
	char number[32];
	size_t len = (size_t)snprintf(number, sizeof number, inner == NULL ? "%lld" : "%lld\n",
				      (long long)offset);

	if (inner != NULL && inner->len > sizeof out->bytes - len)
		return gw_fail(err, GW_REJECT, "%s",
			       _("the key of a row is too long to be noted as a place"));
	memcpy(out->bytes, number, len);
	out->len = (uint32_t)len;
	if (inner == NULL)
		return GW_OK;
	memcpy(out->bytes + len, inner->bytes, inner->len);
	out->len += inner->len;
	return GW_OK;
}
