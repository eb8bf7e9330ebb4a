#include "postgres/bookmark.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

enum { VERSION = 1, SHAPE_TEXT = 17 };

static const char *const phase_names[GW_PG_PHASES] = {
	[GW_PG_IDLE] = "idle", [GW_PG_SNAPSHOT] = "snapshot", [GW_PG_SWEEP] = "sweep",
	[GW_PG_LATE] = "late", [GW_PG_NEW] = "new",
};

void
gw_pg_values_clear(struct gw_pg_values *values)
{
	values->count = values->used = 0;
}

bool
gw_pg_values_add(struct gw_pg_values *values, const char *text, size_t len)
{
	if (values->count == GW_PG_MAX_ORDER || len >= sizeof values->bytes - values->used)
		return false;
	if (len > 0)
		memcpy(values->bytes + values->used, text, len);
	values->bytes[values->used + len] = '\0';
	values->at[values->count++] = values->used;
	values->used += len + 1;
	return true;
}

const char *
gw_pg_value(const struct gw_pg_values *values, size_t i)
{
	return values->bytes + values->at[i];
}

enum gw_status
gw_pg_fail_long_key(struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG,
		       _("the key is too long: the values of key and cursor together must stay "
			 "under %d bytes"),
		       GW_BOOKMARK_MAX - 600);
}

static json_t *
list_of(const struct gw_pg_values *values)
{
	json_t *list = json_array();

	for (size_t i = 0; list != NULL && i < values->count; i++) {
		if (json_array_append_new(list, json_string(gw_pg_value(values, i))) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

enum gw_status
gw_pg_bookmark_write(const struct gw_pg_state *state, struct gw_bookmark *out, struct gw_error *err)
{
	char shape[SHAPE_TEXT];
	char text[GW_BOOKMARK_MAX];
	json_t *root;
	size_t len;

	(void)snprintf(shape, sizeof shape, "%016" PRIx64, state->shape);
	/* o? : a list that could not be made, for want of memory or since it is no UTF-8. */
	root = json_pack("{si ss ss ss so? so? sI sI sI sI sb sb sb}", "v", VERSION, "source",
			 state->identity, "shape", shape, "phase", phase_names[state->phase],
			 "position", list_of(&state->position), "at", list_of(&state->at), "saved",
			 (json_int_t)state->saved_xid, "cycle", (json_int_t)state->cycle_xid,
			 "swept", (json_int_t)state->sweep_xid, "swept_us",
			 (json_int_t)state->sweep_us, "complete", (int)state->complete, "again",
			 (int)state->again, "sweeping", (int)state->sweeping);
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
		return gw_pg_fail_long_key(err);
	memcpy(out->bytes, text, len);
	out->len = (uint32_t)len;
	return GW_OK;
}

static bool
read_list(const json_t *list, struct gw_pg_values *out)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);

		if (!json_is_string(item) ||
		    !gw_pg_values_add(out, json_string_value(item), json_string_length(item)))
			return false;
	}
	return json_is_array(list);
}

static bool
read_phase(const char *name, enum gw_pg_phase *out)
{
	for (size_t i = 0; i < GW_PG_PHASES; i++) {
		if (strcmp(phase_names[i], name) != 0)
			continue;
		*out = (enum gw_pg_phase)i;
		return true;
	}
	return false;
}

static bool
read_shape(const char *text, uint64_t *out)
{
	char *end;

	if (strlen(text) != SHAPE_TEXT - 1 || strspn(text, "0123456789abcdef") != SHAPE_TEXT - 1)
		return false;
	*out = strtoull(text, &end, 16);
	return *end == '\0';
}

static bool
read_state(json_t *root, struct gw_pg_state *out)
{
	const char *identity, *shape, *phase;
	json_t *position, *at;
	json_int_t saved, cycle, swept, swept_us;
	int version, complete, again, sweeping;

	if (json_unpack(root, "{si ss ss ss so so sI sI sI sI sb sb sb}", "v", &version, "source",
			&identity, "shape", &shape, "phase", &phase, "position", &position, "at",
			&at, "saved", &saved, "cycle", &cycle, "swept", &swept, "swept_us",
			&swept_us, "complete", &complete, "again", &again, "sweeping",
			&sweeping) != 0)
		return false;
	if (version != VERSION || strlen(identity) >= sizeof out->identity ||
	    !read_shape(shape, &out->shape) || !read_phase(phase, &out->phase) || saved < 0 ||
	    cycle < 0 || swept < 0)
		return false;
	memcpy(out->identity, identity, strlen(identity) + 1);
	out->saved_xid = saved;
	out->cycle_xid = cycle;
	out->sweep_xid = swept;
	out->sweep_us = swept_us;
	out->complete = complete != 0;
	out->again = again != 0;
	out->sweeping = sweeping != 0;
	return read_list(position, &out->position) && read_list(at, &out->at);
}

enum gw_status
gw_pg_bookmark_read(const struct gw_bookmark *bookmark, struct gw_pg_state *out,
		    struct gw_error *err)
{
	json_t *root = NULL;
	struct gw_pg_state state = {.shape = 0};
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
gw_pg_bookmark_describe(const struct gw_bookmark *bookmark, char *out, size_t size,
			struct gw_error *err)
{
	struct gw_pg_state state;
	char swept[GW_TIME_TEXT];
	const char *place;

	if (gw_pg_bookmark_read(bookmark, &state, err) != GW_OK)
		return err->status;
	/* The values behind the first are of the key, or may be. */
	place = state.position.count > 0 ? gw_pg_value(&state.position, 0) : NULL;
	gw_timestamp_format(state.sweep_us, swept);
	if (!state.complete)
		(void)snprintf(out, size, "%s", _("the whole table is being read"));
	else if (place == NULL)
		(void)snprintf(out, size, "%s", _("the whole table has been read"));
	else if (state.sweep_us == 0)
		(void)snprintf(out, size, _("changes were read up to %s"), place);
	else
		(void)snprintf(out, size,
			       _("changes were read up to %s; the whole table was last searched "
				 "for late rows at %s"),
			       place, swept);
	return GW_OK;
}
