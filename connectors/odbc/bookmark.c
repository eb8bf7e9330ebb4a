#include "odbc/bookmark.h"

#include <jansson.h>
#include <string.h>

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
	root = json_pack("{si ss ss ss so? so? sI sb sb}", "odbc", VERSION, "source",
			 state->identity, "shape", shape, "phase", phase_names[state->phase],
			 "position", gw_values_json(&state->position), "at",
			 gw_values_json(&state->at), "until", (json_int_t)state->until_us,
			 "complete", (int)state->complete, "again", (int)state->again);
	return gw_bookmark_write_place(root, out, err);
}

static bool
read_state(json_t *root, struct gw_odbc_state *out)
{
	const char *identity, *shape, *phase_name;
	size_t phase;
	json_t *position, *at;
	int version, complete, again;
	json_int_t until = 0;

	if (json_unpack(root, "{si ss ss ss so so s?I sb sb}", "odbc", &version, "source",
			&identity, "shape", &shape, "phase", &phase_name, "position", &position,
			"at", &at, "until", &until, "complete", &complete, "again", &again) != 0)
		return false;
	if (version != VERSION || strlen(identity) >= sizeof out->identity ||
	    !gw_shape_parse(shape, &out->shape) ||
	    !gw_word_find(phase_names, GW_ODBC_PHASES, phase_name, &phase))
		return false;
	memcpy(out->identity, identity, strlen(identity) + 1);
	out->phase = (enum gw_odbc_phase)phase;
	out->until_us = until;
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
	gw_bookmark_tell(state.complete, &state.position, out, size);
	return GW_OK;
}
