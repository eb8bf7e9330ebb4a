#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "control/order.h"
#include "desk/acting.h"
#include "desk/desk.h"
#include "desk/hearing.h"

enum { ROWS = 200 }; /* in memory at once, where they are sent too */

static void
leave(struct gw_acting *acting, const struct gw_error *err)
{
	if (acting->done->left++ == 0)
		(void)snprintf(acting->done->why, sizeof acting->done->why, "%s", err->text);
}

/* Sends what has been gathered, and gathers anew. */
static enum gw_status
send_request(struct gw_acting *acting, struct gw_error *err)
{
	struct gw_order replay = {.kind = GW_ORDER_REPLAY,
				  .at_us = acting->at_us,
				  .keys = {.columns = acting->columns,
					   .ncolumns = acting->ncolumns,
					   .values = acting->keys,
					   .count = acting->nkeys},
				  .rows = acting->original ? acting->rows : NULL};
	unsigned char id[16];

	acting->bytes = 0;
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
	if (gw_order_encode(&replay, acting->pull_public, &acting->value, err) != GW_OK ||
	    gw_acting_send(acting, GW_TOPIC_CONTROL, err) != GW_OK)
		return err->status;
	return gw_hearing_add(acting->desk->hearing, acting->cause->source, replay.id, err);
}

/* Where the request has the key already: several letters of one row; nkeys: it has not. */
static size_t
find_key(const struct gw_acting *acting, const char *const *key)
{
	size_t n = acting->ncolumns, i = 0;

	for (; i < acting->nkeys; i++) {
		size_t part = 0;

		while (part < n && gw_acting_same(acting->keys[i * n + part], key[part]))
			part++;
		if (part == n)
			break;
	}
	return i;
}

/* What must hold before an original can be sent in place of a row. */
static enum gw_status
check_original(const struct gw_filed *filed, const struct gw_desk_row *row, struct gw_error *err)
{
	if (row == NULL)
		return gw_fail(err, GW_REJECT, "%s",
			       _("the original is a record that the warehouse refused, not a row: "
				 "send for it without --original"));
	if (filed->version <= 0)
		return gw_fail(err, GW_REJECT, "%s",
			       _("the letter does not say which version its row had, so nothing "
				 "would keep newer data from being overwritten: the row can only "
				 "be read again (without --original)"));
	if (row->len > GW_ORDER_ROWS)
		return gw_fail(err, GW_REJECT,
			       _("the row is over %d bytes long, too long to be sent as it was set "
				 "aside"),
			       (int)GW_ORDER_ROWS);
	return GW_OK;
}

static size_t
size_of(const struct gw_acting *acting, const char *const *key, const struct gw_desk_row *row)
{
	size_t size = acting->original ? row->len : 0;

	for (size_t i = 0; acting->original && i < acting->ncolumns; i++)
		size += key[i] == NULL ? 0 : strlen(key[i]);
	return size;
}

/* The original beside its key; of several the newest. */
static enum gw_status
put_row(struct gw_acting *acting, size_t at, const struct gw_filed *filed,
	const struct gw_desk_row *row, struct gw_error *err)
{
	struct gw_order_row *put = &acting->rows[at];

	if (!acting->original || (at < acting->nkeys && put->version >= filed->version))
		return GW_OK;
	*put = (struct gw_order_row){
		.row = gw_arena_copy(&acting->arena, row->json, row->len),
		.len = row->len,
		.version = filed->version,
	};
	return put->row == NULL ? gw_fail_memory(err) : GW_OK;
}

/* Adds the letter's row to the request, which is sent before where it would be too long with it. */
static enum gw_status
add_key(struct gw_acting *acting, const struct gw_filed *filed, const struct gw_desk_row *row,
	const char **key, struct gw_error *err)
{
	size_t size = size_of(acting, key, row), at = find_key(acting, key);

	if (acting->nkeys > 0 && acting->bytes + size > GW_ORDER_ROWS) {
		if (send_request(acting, err) != GW_OK)
			return err->status;
		at = 0;
	}
	if (put_row(acting, at, filed, row, err) != GW_OK)
		return err->status;
	acting->bytes += size;
	if (at < acting->nkeys)
		return GW_OK;
	memcpy(acting->keys + at * acting->ncolumns, key, acting->ncolumns * sizeof *key);
	acting->nkeys++;
	acting->done->keys++;
	acting->done->originals += acting->original;
	return GW_OK;
}

static enum gw_status
take_key(void *arg, size_t letter, const struct gw_desk_row *row, struct gw_error *err)
{
	struct gw_acting *acting = arg;
	const struct gw_filed *filed = &acting->letters->letters[letter];
	const char **key = gw_arena_alloc(&acting->arena, acting->ncolumns * sizeof *key);
	enum gw_status status;

	if (key == NULL)
		return gw_fail_memory(err);
	status = acting->original ? check_original(filed, row, err) : GW_OK;
	if (status == GW_OK)
		status = gw_desk_key(acting->plan, filed, row, &acting->arena, key, err);
	if (status == GW_REJECT) {
		leave(acting, err);
		return GW_OK;
	}
	if (status != GW_OK)
		return status;
	acting->taken[acting->ntaken++] = filed->id;
	return add_key(acting, filed, row, key, err);
}

/* Room for one request of the cause in hand. */
static enum gw_status
make_room(struct gw_acting *acting, struct gw_error *err)
{
	free(acting->keys);
	free(acting->rows);
	acting->keys = calloc(GW_ORDER_KEYS * acting->ncolumns, sizeof *acting->keys);
	acting->rows = calloc(GW_ORDER_KEYS, sizeof *acting->rows);
	acting->nkeys = 0;
	return acting->keys == NULL || acting->rows == NULL ? gw_fail_memory(err) : GW_OK;
}

static enum gw_status
replay_cause(struct gw_acting *acting, size_t cause, struct gw_error *err)
{
	struct gw_desk_walk walk = {.letters = acting->letters,
				    .arena = &acting->arena,
				    .each = take_key,
				    .arg = acting};
	size_t last, most = acting->original ? ROWS : GW_ORDER_KEYS;

	acting->cause = &acting->letters->causes[cause];
	acting->ntaken = 0;
	if (gw_acting_plan(acting, err) != GW_OK || make_room(acting, err) != GW_OK)
		return err->status;
	gw_desk_cause_range(acting->letters, cause, &walk.first, &last);
	for (; walk.first < last; walk.first = walk.last) {
		walk.last = last - walk.first < most ? last : walk.first + most;
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

static enum gw_status
check_right(const struct gw_desk *desk, const struct gw_wish *wish, struct gw_error *err)
{
	if (!wish->original || desk->may_reveal)
		return GW_OK;
	return gw_fail(
		err, GW_CONFIG,
		_("to send rows as they were set aside opens letters, and this account can't "
		  "read the secret letter key (keys.letter_secret_file in %s)"),
		desk->config->path);
}

enum gw_status
gw_desk_replay(struct gw_desk *desk, const struct gw_letters *letters, const struct gw_wish *wish,
	       struct gw_done *done, struct gw_error *err)
{
	struct gw_acting acting = {.desk = desk,
				   .letters = letters,
				   .kind = GW_ACT_REPLAY,
				   .reason = wish->original ? "--original" : "",
				   .original = wish->original,
				   .done = done};
	enum gw_status status = gw_acting_start(&acting, err);

	if (status == GW_OK)
		status = check_right(desk, wish, err);
	if (status == GW_OK && !wish->dry)
		status = gw_acting_begin(&acting, err);
	if (status == GW_OK)
		status = replay_all(&acting, err);
	if (status == GW_OK && !wish->dry)
		status = gw_acting_commit(&acting, err);
	gw_acting_finish(&acting);
	return status;
}
