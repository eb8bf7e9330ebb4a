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

bool
gw_word_find(const char *const *words, size_t count, const char *word, size_t *out)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(words[i], word) != 0)
			continue;
		*out = i;
		return true;
	}
	return false;
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

enum gw_status
gw_bookmark_write_place(json_t *root, struct gw_bookmark *out, struct gw_error *err)
{
	if (root != NULL && json_is_array(json_object_get(root, "position")) &&
	    json_is_array(json_object_get(root, "at")))
		return gw_bookmark_write(root, out, err);
	json_decref(root);
	return gw_fail(err, GW_CONFIG, "%s",
		       _("a key or cursor value is not valid UTF-8 text: it can't be "
			 "remembered"));
}

json_t *
gw_bookmark_load(const struct gw_bookmark *bookmark)
{
	if (bookmark->len > GW_BOOKMARK_MAX)
		return NULL;
	return json_loadb((const char *)bookmark->bytes, bookmark->len, JSON_REJECT_DUPLICATES,
			  NULL);
}

const struct gw_bookmark *
gw_bookmark_readable(const struct gw_bookmark *bookmark, gw_describe_fn *describe)
{
	struct gw_error unread;
	char line[GW_BOOKMARK_MAX];

	if (bookmark == NULL || bookmark->len == 0)
		return NULL;
	return describe(bookmark, line, sizeof line, &unread) == GW_OK ? bookmark : NULL;
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

void
gw_bookmark_tell(bool complete, const struct gw_values *position, char *out, size_t size)
{
	/* The values behind the first are of the key, or may be. */
	if (!complete)
		(void)snprintf(out, size, "%s", _("the whole table is being read"));
	else if (position->count == 0)
		(void)snprintf(out, size, "%s", _("the whole table has been read"));
	else
		(void)snprintf(out, size, _("changes were read up to %s"),
			       gw_values_get(position, 0));
}
