#include "odbc/bookmark.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum { VERSION = 1, SHAPE_TEXT = 17 };

static const char *const phase_names[GW_ODBC_PHASES] = {
	[GW_ODBC_IDLE] = "idle",
	[GW_ODBC_SNAPSHOT] = "snapshot",
	[GW_ODBC_LATE] = "late",
	[GW_ODBC_NEW] = "new",
};

void
gw_odbc_values_clear(struct gw_odbc_values *values)
{
	values->count = values->used = 0;
}

bool
gw_odbc_values_add(struct gw_odbc_values *values, const char *text, size_t len)
{
	if (values->count == GW_ODBC_MAX_ORDER || len >= sizeof values->bytes - values->used)
		return false;
	if (len > 0)
		memcpy(values->bytes + values->used, text, len);
	values->bytes[values->used + len] = '\0';
	values->at[values->count++] = values->used;
	values->used += len + 1;
	return true;
}

const char *
gw_odbc_value(const struct gw_odbc_values *values, size_t i)
{
	return values->bytes + values->at[i];
}

enum gw_status
gw_odbc_fail_long_key(struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG,
		       _("the key is too long: the values of key and cursor together must stay "
			 "under %d bytes"),
		       GW_BOOKMARK_MAX - 600);
}

static json_t *
list_of(const struct gw_odbc_values *values)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < values->count; i++) {
		if (json_array_append_new(list, json_string(gw_odbc_value(values, i))) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

enum gw_status
gw_odbc_bookmark_write(const struct gw_odbc_state *state, struct gw_bookmark *out,
		       struct gw_error *err)
{
	char shape[SHAPE_TEXT];
	char text[GW_BOOKMARK_MAX];
	json_t *root;
	size_t len;

	(void)snprintf(shape, sizeof shape, "%016" PRIx64, state->shape);
	/* o? : a list that could not be made, for want of memory or since it is no UTF-8. */
	root = json_pack("{si ss ss ss so? so? sb sb}", "odbc", VERSION, "source", state->identity,
			 "shape", shape, "phase", phase_names[state->phase], "position",
			 list_of(&state->position), "at", list_of(&state->at), "complete",
			 (int)state->complete, "again", (int)state->again);
	if (root == NULL || !json_is_array(json_object_get(root, "position")) ||
	    !json_is_array(json_object_get(root, "at"))) {
		json_decref(root);
		return gw_fail(err, GW_CONFIG, "%s",
			       _("a key or cursor value is not valid UTF-8 text: it can't be "
				 "remembered"));
	}
	len = json_dumpb(root, text, sizeof text, JSON_COMPACT);
	json_decref(root);
	if (len == 0 || len > sizeof text)
		return gw_odbc_fail_long_key(err);
	memcpy(out->bytes, text, len);
	out->len = (uint32_t)len;
	return GW_OK;
}

static bool
read_list(const json_t *list, struct gw_odbc_values *out)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (!json_is_string(item) ||
		    !gw_odbc_values_add(out, json_string_value(item), json_string_length(item)))
			return false;
	}
	return json_is_array(list);
}

static bool
read_phase(const char *name, enum gw_odbc_phase *out)
{
	for (size_t i = 0; i < GW_ODBC_PHASES; i++) {
		if (strcmp(phase_names[i], name) != 0)
			continue;
		*out = (enum gw_odbc_phase)i;
		return true;
	}
	return false;
}

static bool
read_shape(const char *text, uint64_t *out)
{
	if (strlen(text) != SHAPE_TEXT - 1 || strspn(text, "0123456789abcdef") != SHAPE_TEXT - 1)
		return false;
	*out = strtoull(text, NULL, 16);
	return true;
}

static bool
read_state(json_t *root, struct gw_odbc_state *out)
{
	const char *identity, *shape, *phase;
	json_t *position, *at;
	int version, complete, again;

	if (json_unpack(root, "{si ss ss ss so so sb sb}", "odbc", &version, "source", &identity,
			"shape", &shape, "phase", &phase, "position", &position, "at", &at,
			"complete", &complete, "again", &again) != 0)
		return false;
	if (version != VERSION || strlen(identity) >= sizeof out->identity ||
	    !read_shape(shape, &out->shape) || !read_phase(phase, &out->phase))
		return false;
	memcpy(out->identity, identity, strlen(identity) + 1);
	out->complete = complete != 0;
	out->again = again != 0;
	return read_list(position, &out->position) && read_list(at, &out->at);
}

enum gw_status
gw_odbc_bookmark_read(const struct gw_bookmark *bookmark, struct gw_odbc_state *out,
		      struct gw_error *err)
{
	json_t *root = NULL;
	struct gw_odbc_state state = {.shape = 0};
	bool valid;

	if (bookmark->len <= GW_BOOKMARK_MAX)
		root = json_loadb((const char *)bookmark->bytes, bookmark->len,
				  JSON_REJECT_DUPLICATES, NULL);
	valid = root != NULL && read_state(root, &state);
	json_decref(root);
	if (!valid)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("the stored position is not one of this connector, or was written "
				 "by a later version of songma"));
	*out = state;
	return GW_OK;
}

enum gw_status
gw_odbc_bookmark_describe(const struct gw_bookmark *bookmark, char *out, size_t size,
			  struct gw_error *err)
{
	struct gw_odbc_state state;

	if (gw_odbc_bookmark_read(bookmark, &state, err) != GW_OK)
		return err->status;
	/* The values behind the first are of the key, or may be. */
	if (!state.complete)
		(void)snprintf(out, size, "%s", _("the whole table is being read"));
	else if (state.position.count == 0)
		(void)snprintf(out, size, "%s", _("the whole table has been read"));
	else
		(void)snprintf(out, size, _("changes were read up to %s"),
			       gw_odbc_value(&state.position, 0));
	return GW_OK;
}
