/*
 * Rows that are read again by their keys.
 */
#include "pull/internal.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "table/keys.h"

enum { NOTICE_MAX = 400 };

/* Takes the key's columns, in its order, out of those that were sent; all in the request's arena.
   GW_REJECT: one of them was not sent. */
static enum gw_status
choose_columns(struct gw_pull *pull, const char *const *key, size_t nkey,
	       const struct gw_keys *sent, struct gw_keys *out, struct gw_error *err)
{
	struct gw_arena *arena = &pull->control.arena;
	const char **columns = gw_arena_alloc(arena, nkey * sizeof *columns);
	const char **values = gw_arena_alloc(arena, sent->count * nkey * sizeof *values);
	size_t *at = gw_arena_alloc(arena, nkey * sizeof *at);
	size_t found;

	if (columns == NULL || values == NULL || at == NULL)
		return gw_fail_memory(err);
	found = gw_keys_find(sent, key, nkey, at);
	if (found < nkey)
		return gw_fail(err, GW_REJECT, _("key column \"%s\" is not in it"), key[found]);
	for (size_t i = 0; i < nkey; i++) {
		columns[i] = gw_arena_copy(arena, key[i], strlen(key[i]));
		if (columns[i] == NULL)
			return gw_fail_memory(err);
		for (size_t k = 0; k < sent->count; k++)
			values[k * nkey + i] = sent->values[k * sent->ncolumns + at[i]];
	}
	*out = (struct gw_keys){
		.columns = columns, .ncolumns = nkey, .values = values, .count = sent->count};
	return GW_OK;
}

/* A key that only the source knows is asked for by beginning a cycle, which also tells it to the
   mapping. */
static enum gw_status
learn_key(struct gw_pull *pull, struct gw_lane *lane, const struct gw_keys *sent,
	  struct gw_keys *out, struct gw_error *err)
{
	const struct gw_connector *connector = pull->link.connector;
	const struct gw_stream *stream = lane->plan->stream;
	struct gw_request request = {.stream = stream, .max_rows = (size_t)pull->source->page_rows};
	const char *const *key = (const char *const *)stream->key;
	size_t nkey = stream->nkey;
	enum gw_status status;

	if (nkey > 0)
		return choose_columns(pull, key, nkey, sent, out, err);
	gw_pull_end_cursor(pull, lane);
	request.columns = gw_pull_columns(lane, &request.ncolumns);
	status = gw_plan_begin_as(lane->plan, &pull->link, &request, &lane->position.bookmark,
				  &lane->cursor, err);
	if (status == GW_OK)
		status = connector->key_columns(lane->cursor, &key, &nkey, err);
	if (status == GW_OK)
		status = choose_columns(pull, key, nkey, sent, out, err);
	gw_pull_end_cursor(pull, lane);
	return status;
}

/* Says how many of the keys no row has any more. */
static enum gw_status
note_missing(struct gw_pull *pull, size_t asked, struct gw_error *err)
{
	size_t found = pull->batch.nrows;
	char text[NOTICE_MAX];

	if (found >= asked || pull->batch.notice != NULL)
		return GW_OK;
	(void)snprintf(text, sizeof text,
		       _("of %zu rows that were to be read again the source has %zu"), asked,
		       found);
	pull->batch.notice = gw_arena_copy(&pull->batch.arena, text, strlen(text));
	return pull->batch.notice == NULL ? gw_fail_memory(err) : GW_OK;
}

enum gw_status
gw_pull_fetch(struct gw_pull *pull, struct gw_lane *lane, const struct gw_keys *sent,
	      struct gw_error *err)
{
	struct gw_request request = {.stream = lane->plan->stream, .max_rows = sent->count};
	struct gw_keys keys;
	enum gw_status status;

	if (pull->link.connector->fetch == NULL)
		return gw_fail(err, GW_REJECT, _("a source of the kind %s can't do that"),
			       pull->link.connector->name);
	if (learn_key(pull, lane, sent, &keys, err) != GW_OK)
		return err->status;
	request.columns = gw_pull_columns(lane, &request.ncolumns);
	gw_pull_clear_batch(pull);
	status =
		pull->link.connector->fetch(pull->link.session, &request, &keys, &pull->batch, err);
	if (status == GW_OK)
		status = gw_pull_widen(pull, lane, err);
	/* That the stream itself can be read was proven a moment ago. */
	if (status == GW_CONFIG)
		err->status = GW_REJECT;
	if (status != GW_OK)
		return err->status;
	pull->batch.resent = true;
	pull->batch.snapshot = false;
	pull->batch.after.len = 0;
	return note_missing(pull, sent->count, err);
}
