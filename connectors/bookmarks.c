#include "bookmarks.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

void
gw_values_clear(struct gw_values *values)
{
	values->count = values->used = 0;
}

bool
gw_values_add(struct gw_values *values, const char *text, size_t len)
{
	if (values->count == GW_VALUES_MAX || len >= sizeof values->bytes - values->used)
		return false;
	if (len > 0)
		memcpy(values->bytes + values->used, text, len);
	values->bytes[values->used + len] = '\0';
	values->at[values->count++] = values->used;
	values->used += len + 1;
	return true;
}

const char *
gw_values_get(const struct gw_values *values, size_t i)
{
	return values->bytes + values->at[i];
}

json_t *
gw_values_json(const struct gw_values *values)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < values->count; i++) {
		if (json_array_append_new(list, json_string(gw_values_get(values, i))) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

bool
gw_values_take(const json_t *list, struct gw_values *out)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (!json_is_string(item) ||
		    !gw_values_add(out, json_string_value(item), json_string_length(item)))
			return false;
	}
	return json_is_array(list);
}

void
gw_shape_format(uint64_t shape, char out[GW_SHAPE_TEXT])
{
	(void)snprintf(out, GW_SHAPE_TEXT, "%016" PRIx64, shape);
}

bool
gw_shape_parse(const char *text, uint64_t *out)
{
	if (strlen(text) != GW_SHAPE_TEXT - 1 ||
	    strspn(text, "0123456789abcdef") != GW_SHAPE_TEXT - 1)
		return false;
	*out = strtoull(text, NULL, 16);
	return true;
}

enum gw_status
gw_bookmark_write(json_t *root, struct gw_bookmark *out, struct gw_error *err)
{
	char text[GW_BOOKMARK_MAX];
	size_t len = json_dumpb(root, text, sizeof text, JSON_COMPACT);

	json_decref(root);
	if (len == 0 || len > sizeof text)
		return gw_bookmark_fail_long(err);
	memcpy(out->bytes, text, len);
	out->len = (uint32_t)len;
	return GW_OK;
}

json_t *
gw_bookmark_load(const struct gw_bookmark *bookmark)
{
	if (bookmark->len > GW_BOOKMARK_MAX)
		return NULL;
	return json_loadb((const char *)bookmark->bytes, bookmark->len, JSON_REJECT_DUPLICATES,
			  NULL);
}

enum gw_status
gw_bookmark_fail_other(struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG, "%s",
		       _("the stored position is not one of this connector, or was written "
			 "by a later version of songma"));
}

enum gw_status
gw_bookmark_fail_long(struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG,
		       _("the key is too long: the values of key and cursor together must stay "
			 "under %d bytes"),
		       GW_BOOKMARK_MAX - 600);
}
