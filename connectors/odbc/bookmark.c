#include "odbc/bookmark.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"

enum { VERSION = 1 };

static const char *const phase_names[GW_ODBC_PHASES] = {
	[GW_ODBC_IDLE] = "idle",
	[GW_ODBC_SNAPSHOT] = "snapshot",
	[GW_ODBC_LATE] = "late",
	[GW_ODBC_NEW] = "new",
};

enum gw_status
gw_odbc_bookmark_write(const struct gw_odbc_state *state, struct gw_bookmark *out,
		       struct gw_error *err)
{
	char shape[GW_SHAPE_TEXT];
	json_t *root;

	gw_shape_format(state->shape, shape);
	/* o? : a list that could not be made, for want of memory or since it is no UTF-8. */
	root = json_pack("{si ss ss ss so? so? sb sb}", "odbc", VERSION, "source", state->identity,
			 "shape", shape, "phase", phase_names[state->phase], "position",
			 gw_values_json(&state->position), "at", gw_values_json(&state->at),
			 "complete", (int)state->complete, "again", (int)state->again);
	if (root == NULL || !json_is_array(json_object_get(root, "position")) ||
	    !json_is_array(json_object_get(root, "at"))) {
		json_decref(root);
		return gw_fail(err, GW_CONFIG, "%s",
			       _("a key or cursor value is not valid UTF-8 text: it can't be "
				 "remembered"));
	}
	return gw_bookmark_write(root, out, err);
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
	    !gw_shape_parse(shape, &out->shape) || !read_phase(phase, &out->phase))
		return false;
	memcpy(out->identity, identity, strlen(identity) + 1);
	out->complete = complete != 0;
	out->again = again != 0;
	return gw_values_take(position, &out->position) && gw_values_take(at, &out->at);
}

enum gw_status
gw_odbc_bookmark_read(const struct gw_bookmark *bookmark, struct gw_odbc_state *out,
		      struct gw_error *err)
{
	json_t *root = gw_bookmark_load(bookmark);
	struct gw_odbc_state state = {.shape = 0};
	bool valid = root != NULL && read_state(root, &state);

	json_decref(root);
	if (!valid)
		return gw_bookmark_fail_other(err);
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
			       gw_values_get(&state.position, 0));
	return GW_OK;
}
