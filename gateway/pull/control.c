/*
 * What the desk asks of a pull: rows to be read again.  Each request is a run of
 * its own, whose records, letters and events are committed together with the
 * place behind the request, so that it is done once.
 */
#include "pull/internal.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

/* A source that is polled ten times a second is not looked after that often. */
enum { NOTICE_MAX = 1200, LOOK_US = 1000000 };

/* One cycle's requests. */
struct taking {
	struct gw_pull *pull;
	const volatile sig_atomic_t *stop;
	bool closed; /* the hours in which the source may be read are over */
};

void
gw_control_close(struct gw_control *control)
{
	gw_scroll_close(control->scroll);
	gw_corrections_close(control->corrections);
	gw_arena_release(&control->arena);
}

/* A word to the operator that is of no run. */
static void
notice(struct gw_pull *pull, const char *stream, const char *text)
{
	const struct gw_pull_progress progress = {
		.source = pull->source->name,
		.stream = stream,
		.empty = true,
		.notice = text,
		.version = pull->last_version,
	};

	if (pull->progress != NULL)
		pull->progress(pull->arg, &progress);
}

static void
put_offset(int64_t offset, struct gw_bookmark *out)
{
	out->len = (uint32_t)snprintf((char *)out->bytes, sizeof out->bytes, "%lld",
				      (long long)offset);
}

/* -1: nothing has been done yet, or the place can't be read. */
static int64_t
get_offset(const struct gw_bookmark *bookmark)
{
	int64_t offset = -1;

	if (bookmark->len == 0 ||
	    !gw_parse_i64((const char *)bookmark->bytes, bookmark->len, &offset))
		return -1;
	return offset;
}

/* The request in hand is behind us and left nothing: said, and never looked at again. */
static enum gw_status
pass(struct gw_pull *pull, const char *stream, const char *why, const volatile sig_atomic_t *stop,
     struct gw_error *err)
{
	char text[NOTICE_MAX];

	(void)snprintf(text, sizeof text,
		       _("a request to read rows again is passed over (replay its letters again "
			 "when this is mended): %s"),
		       why);
	if (gw_pull_with_retries(pull, &pull->lanes[0], gw_pull_send_passed, stop, err) != GW_OK)
		return err->status;
	notice(pull, stream, text);
	return GW_OK;
}

static struct gw_lane *
find_lane(struct gw_pull *pull, const char *stream)
{
	for (size_t i = 0; i < pull->source->nstreams; i++)
		if (strcmp(pull->lanes[i].plan->stream->name, stream) == 0)
			return &pull->lanes[i];
	return NULL;
}

/* Takes the key's columns, in its order, out of those that were sent; all in the request's arena.
   GW_REJECT: one of them was not sent. */
static enum gw_status
choose_columns(struct gw_pull *pull, const char *const *key, size_t nkey,
	       const struct gw_keys *sent, struct gw_keys *out, struct gw_error *err)
{
	struct gw_arena *arena = &pull->control.arena;
	const char **columns = gw_arena_alloc(arena, nkey * sizeof *columns);
	const char **values = gw_arena_alloc(arena, sent->count * nkey * sizeof *values);

	if (columns == NULL || values == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < nkey; i++) {
		size_t at = 0;

		while (at < sent->ncolumns && strcmp(sent->columns[at], key[i]) != 0)
			at++;
		if (at == sent->ncolumns)
			return gw_fail(err, GW_REJECT, _("key column \"%s\" is not in it"), key[i]);
		columns[i] = gw_arena_copy(arena, key[i], strlen(key[i]));
		if (columns[i] == NULL)
			return gw_fail_memory(err);
		for (size_t k = 0; k < sent->count; k++)
			values[k * nkey + i] = sent->values[k * sent->ncolumns + at];
	}
	*out = (struct gw_keys){
		.columns = columns, .ncolumns = nkey, .values = values, .count = sent->count};
	return GW_OK;
}

/* A cycle is begun for its key alone, which may be known to the source only; that also tells it
   to the mapping. */
static enum gw_status
learn_key(struct gw_pull *pull, struct gw_lane *lane, const struct gw_keys *sent,
	  struct gw_keys *out, struct gw_error *err)
{
	const struct gw_connector *connector = pull->link.connector;
	const char *const *key;
	size_t nkey;
	enum gw_status status;

	gw_pull_end_cursor(pull, lane);
	status = gw_plan_begin(lane->plan, &pull->link, (size_t)pull->source->page_rows,
			       &lane->position.bookmark, &lane->cursor, err);
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

/* GW_REJECT: nothing of the request can be done. */
static enum gw_status
fetch(struct gw_pull *pull, struct gw_lane *lane, const struct gw_keys *sent, struct gw_error *err)
{
	struct gw_request request = {.stream = lane->plan->stream, .max_rows = sent->count};
	struct gw_keys keys;
	enum gw_status status;

	if (pull->link.connector->fetch == NULL)
		return gw_fail(err, GW_REJECT, _("a source of the kind %s can't do that"),
			       pull->link.connector->name);
	if (learn_key(pull, lane, sent, &keys, err) != GW_OK)
		return err->status;
	request.columns = gw_mapping_columns(lane->plan->mapping, &request.ncolumns);
	gw_pull_clear_batch(pull);
	status =
		pull->link.connector->fetch(pull->link.session, &request, &keys, &pull->batch, err);
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

static enum gw_status
replay(struct gw_pull *pull, struct gw_lane *lane, const struct gw_replay *request,
       const volatile sig_atomic_t *stop, struct gw_error *err)
{
	int64_t began = gw_monotonic_us();
	struct gw_run run;
	enum gw_status status;

	/* What was corrected before this was asked for. */
	if (gw_corrections_catch_up(pull->control.corrections, err) != GW_OK)
		return err->status;
	status = fetch(pull, lane, &request->keys, err);
	if (status == GW_REJECT) {
		char why[sizeof err->text];

		memcpy(why, err->text, sizeof why);
		return pass(pull, request->stream, why, stop, err);
	}
	if (status != GW_OK || gw_pull_normalise(pull, lane, err) != GW_OK ||
	    gw_pull_with_retries(pull, lane, gw_pull_send_request, stop, err) != GW_OK)
		return err->status;
	run = lane->ended;
	gw_pull_tell(pull, lane, &run, true);
	return gw_pull_pace(pull, began, stop, err);
}

static enum gw_status
take_request(struct gw_pull *pull, const struct gw_incoming *message,
	     const volatile sig_atomic_t *stop, struct gw_error *err)
{
	struct gw_control *control = &pull->control;
	struct gw_replay request;
	struct gw_lane *lane;
	char why[sizeof err->text];

	put_offset(message->offset + 1, &control->after);
	pull->rewind = false;
	gw_arena_reset(&control->arena);
	if (gw_replay_decode(message->value, message->value_len, &pull->keys, &control->arena,
			     &request, err) != GW_OK) {
		if (err->status != GW_REJECT)
			return err->status;
		memcpy(why, err->text, sizeof why);
		return pass(pull, GW_CONTROL_STREAM, why, stop, err);
	}
	lane = find_lane(pull, request.stream);
	if (lane != NULL)
		return replay(pull, lane, &request, stop, err);
	(void)snprintf(why, sizeof why, _("source %s has no stream %s"), pull->source->name,
		       request.stream);
	return pass(pull, GW_CONTROL_STREAM, why, stop, err);
}

static enum gw_status
take(void *arg, const struct gw_incoming *message, struct gw_error *err)
{
	struct taking *taking = arg;

	taking->closed = !gw_pull_may_read(taking->pull);
	if (*taking->stop || taking->closed)
		return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
	return take_request(taking->pull, message, taking->stop, err);
}

static enum gw_status
refresh_corrections(struct gw_pull *pull, struct gw_error *err)
{
	struct gw_control *control = &pull->control;
	char text[NOTICE_MAX];
	size_t unreadable;
	enum gw_status status =
		control->corrections == NULL
			? gw_corrections_open(pull->config, pull->source->name, &pull->keys,
					      &control->corrections, err)
			: gw_corrections_refresh(control->corrections, err);

	if (status != GW_OK)
		return status;
	unreadable = gw_corrections_unreadable(control->corrections);
	if (unreadable > 0) {
		(void)snprintf(text, sizeof text,
			       _("%zu corrections can't be opened and are not applied: they were "
				 "damaged, or sealed to another key than keys.pull_public_file"),
			       unreadable);
		notice(pull, GW_CONTROL_STREAM, text);
	}
	return GW_OK;
}

/* Without the topic there are no requests. */
static enum gw_status
mark_requests(struct gw_pull *pull, struct gw_error *err)
{
	struct gw_control *control = &pull->control;

	if (control->scroll != NULL)
		return gw_scroll_mark_soon(control->scroll, err);
	return gw_scroll_try(pull->config, control->topic, get_offset(&control->position.bookmark),
			     &control->scroll, err);
}

enum gw_status
gw_pull_control(struct gw_pull *pull, const volatile sig_atomic_t *stop, struct gw_error *err)
{
	struct gw_control *control = &pull->control;
	struct taking taking = {.pull = pull, .stop = stop};
	int64_t now = gw_monotonic_us();
	enum gw_status status;

	if (control->looked_us != 0 && now - control->looked_us < LOOK_US)
		return GW_OK;
	control->looked_us = now;
	status = refresh_corrections(pull, err);
	if (status == GW_OK && gw_pull_may_read(pull)) {
		status = mark_requests(pull, err);
		if (status == GW_OK && control->scroll != NULL)
			status = gw_scroll_finish(control->scroll, take, &taking, err);
	}
	if (status == GW_OK)
		return GW_OK;
	/* What was taken and not done is taken again. */
	gw_scroll_close(control->scroll);
	control->scroll = NULL;
	if (taking.closed)
		return GW_OK;
	if (*stop)
		return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
	return gw_wrap(err, "%s", pull->source->name);
}
