#include "postgres/bookmark.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

enum { VERSION = 1 };

static const char *const phase_names[GW_PG_PHASES] = {
	[GW_PG_IDLE] = "idle", [GW_PG_SNAPSHOT] = "snapshot", [GW_PG_SWEEP] = "sweep",
	[GW_PG_LATE] = "late", [GW_PG_NEW] = "new",
};

enum gw_status
gw_pg_bookmark_write(const struct gw_pg_state *state, struct gw_bookmark *out, struct gw_error *err)
{
	char shape[GW_SHAPE_TEXT];
	json_t *root;

	gw_shape_format(state->shape, shape);
	/* o? : a list that could not be made, for want of memory or since it is no UTF-8. */
	root = json_pack("{si ss ss ss so? so? sI sI sI sI sI sb sb sb}", "v", VERSION, "source",
			 state->identity, "shape", shape, "phase", phase_names[state->phase],
			 "position", gw_values_json(&state->position), "at",
			 gw_values_json(&state->at), "saved", (json_int_t)state->saved_xid, "cycle",
			 (json_int_t)state->cycle_xid, "swept", (json_int_t)state->sweep_xid,
			 "swept_us", (json_int_t)state->sweep_us, "until",
			 (json_int_t)state->until_us, "complete", (int)state->complete, "again",
			 (int)state->again, "sweeping", (int)state->sweeping);
	return gw_bookmark_write_place(root, out, err);
}

static bool
read_state(json_t *root, struct gw_pg_state *out)
{
	const char *identity, *shape, *phase_name;
	size_t phase;
	json_t *position, *at;
	json_int_t saved, cycle, swept, swept_us, until = 0;
	int version, complete, again, sweeping;

	if (json_unpack(root, "{si ss ss ss so so sI sI sI sI s?I sb sb sb}", "v", &version,
			"source", &identity, "shape", &shape, "phase", &phase_name, "position",
			&position, "at", &at, "saved", &saved, "cycle", &cycle, "swept", &swept,
			"swept_us", &swept_us, "until", &until, "complete", &complete, "again",
			&again, "sweeping", &sweeping) != 0)
		return false;
	if (version != VERSION || strlen(identity) >= sizeof out->identity ||
	    !gw_shape_parse(shape, &out->shape) ||
	    !gw_word_find(phase_names, GW_PG_PHASES, phase_name, &phase) || saved < 0 ||
	    cycle < 0 || swept < 0)
		return false;
	memcpy(out->identity, identity, strlen(identity) + 1);
	out->phase = (enum gw_pg_phase)phase;
	out->saved_xid = saved;
	out->cycle_xid = cycle;
	out->sweep_xid = swept;
	out->sweep_us = swept_us;
	out->until_us = until;
	out->complete = complete != 0;
	out->again = again != 0;
	out->sweeping = sweeping != 0;
	return gw_values_take(position, &out->position) && gw_values_take(at, &out->at);
}

enum gw_status
gw_pg_bookmark_read(const struct gw_bookmark *bookmark, struct gw_pg_state *out,
		    struct gw_error *err)
{
	json_t *root = gw_bookmark_load(bookmark);
	struct gw_pg_state state = {.shape = 0};
	bool valid = root != NULL && read_state(root, &state);

	json_decref(root);
	if (!valid)
		return gw_bookmark_fail_other(err);
	*out = state;
	return GW_OK;
}

enum gw_status
gw_pg_bookmark_describe(const struct gw_bookmark *bookmark, char *out, size_t size,
			struct gw_error *err)
{
	struct gw_pg_state state;
	char swept[GW_TIME_TEXT];

	if (gw_pg_bookmark_read(bookmark, &state, err) != GW_OK)
		return err->status;
	gw_bookmark_tell(state.complete, &state.position, out, size);
	if (!state.complete || state.position.count == 0 || state.sweep_us == 0)
		return GW_OK;
	gw_timestamp_format(state.sweep_us, swept);
	(void)snprintf(out, size,
		       _("changes were read up to %s; the whole table was last searched "
			 "for late rows at %s"),
		       gw_values_get(&state.position, 0), swept);
	return GW_OK;
}
