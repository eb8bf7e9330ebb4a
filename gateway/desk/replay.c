#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "control/order.h"
#include "desk/acting.h"
#include "desk/desk.h"

static void
leave(struct gw_acting *acting, const struct gw_error *err)
{
	if (acting->done->left++ == 0)
		(void)snprintf(acting->done->why, sizeof acting->done->why, "%s", err->text);
}

static enum gw_status
send_request(struct gw_acting *acting, struct gw_error *err)
{
	struct gw_order replay = {.kind = GW_ORDER_REPLAY,
				  .at_us = acting->at_us,
				  .keys = {.columns = acting->columns,
					   .ncolumns = acting->ncolumns,
					   .values = acting->keys,
					   .count = acting->nkeys}};
	unsigned char id[16];

	if (acting->nkeys == 0)
		return GW_OK;
	acting->nkeys = 0;
	if (acting->producer == NULL)
		return GW_OK;
	gw_uuid_make(id);
	gw_uuid_format(id, replay.id);
	(void)gw_acting_name(replay.stream, sizeof replay.stream, acting->cause->stream);
	(void)gw_acting_name(replay.by, sizeof replay.by, acting->by);
	gw_buf_clear(&acting->key);
	gw_buf_clear(&acting->value);
	if (!gw_buf_puts(&acting->key, replay.id))
		return gw_fail_memory(err);
	if (gw_order_encode(&replay, acting->pull_public, &acting->value, err) != GW_OK)
		return err->status;
	return gw_acting_send(acting, GW_TOPIC_CONTROL, err);
}

/* True where the request has the key already: several letters of one row. */
static bool
has_key(const struct gw_acting *acting, const char *const *key)
{
	size_t n = acting->ncolumns;

	for (size_t i = 0; i < acting->nkeys; i++) {
		size_t part = 0;

		while (part < n && gw_acting_same(acting->keys[i * n + part], key[part]))
			part++;
		if (part == n)
			return true;
	}
	return false;
}

static enum gw_status
take_key(void *arg, size_t letter, const struct gw_desk_row *row, struct gw_error *err)
{
	struct gw_acting *acting = arg;
	const struct gw_filed *filed = &acting->letters->letters[letter];
	const char **key = acting->keys + acting->nkeys * acting->ncolumns;
	enum gw_status status = gw_desk_key(acting->plan, filed, row, &acting->arena, key, err);

	if (status == GW_REJECT) {
		leave(acting, err);
		return GW_OK;
	}
	if (status != GW_OK)
		return status;
	acting->taken[acting->ntaken++] = filed->id;
	if (!has_key(acting, key)) {
		acting->nkeys++;
		acting->done->keys++;
	}
	return GW_OK;
}

static enum gw_status
replay_cause(struct gw_acting *acting, size_t cause, struct gw_error *err)
{
	struct gw_desk_walk walk = {.letters = acting->letters,
				    .arena = &acting->arena,
				    .each = take_key,
				    .arg = acting};
	size_t last;

	acting->cause = &acting->letters->causes[cause];
	acting->ntaken = 0;
	if (gw_acting_plan(acting, err) != GW_OK)
		return err->status;
	free(acting->keys);
	acting->keys = calloc((GW_ORDER_KEYS + 1) * acting->ncolumns, sizeof *acting->keys);
	if (acting->keys == NULL)
		return gw_fail_memory(err);
	gw_desk_cause_range(acting->letters, cause, &walk.first, &last);
	for (; walk.first < last; walk.first = walk.last) {
		walk.last = last - walk.first < GW_ORDER_KEYS ? last : walk.first + GW_ORDER_KEYS;
		gw_arena_reset(&acting->arena);
		if (gw_desk_walk_rows(acting->desk, &walk, err) != GW_OK ||
		    send_request(acting, err) != GW_OK)
			return err->status;
	}
	acting->done->letters += acting->ntaken;
	return acting->producer == NULL ? GW_OK : gw_acting_note(acting, err);
}

static enum gw_status
replay_all(struct gw_acting *acting, struct gw_error *err)
{
	enum gw_status status = GW_OK;

	*acting->done = (struct gw_done){0};
	for (size_t i = 0; status == GW_OK && i < acting->letters->ncauses; i++)
		status = replay_cause(acting, i, err);
	if (status == GW_OK && acting->done->keys == 0)
		return gw_fail(err, GW_REJECT, _("none of these letters can be replayed: %s"),
			       acting->done->why[0] != '\0' ? acting->done->why
							    : _("they have ended meanwhile"));
	return status;
}

enum gw_status
gw_desk_replay(struct gw_desk *desk, const struct gw_letters *letters, bool dry,
	       struct gw_done *done, struct gw_error *err)
{
	struct gw_acting acting = {.desk = desk,
				   .letters = letters,
				   .kind = GW_ACT_REPLAY,
				   .reason = "",
				   .done = done};
	enum gw_status status = gw_acting_start(&acting, err);

	if (status == GW_OK && !dry)
		status = gw_acting_begin(&acting, err);
	if (status == GW_OK)
		status = replay_all(&acting, err);
	if (status == GW_OK && !dry)
		status = gw_acting_commit(&acting, err);
	gw_acting_finish(&acting);
	return status;
}
