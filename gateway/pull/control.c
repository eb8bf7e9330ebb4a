/*
 * What is asked of a pull, order by order.  The last answer to an order is
 * committed together with the place behind it, so that it is done once; a long
 * order notes where it goes on after a crash.
 */
#include "pull/internal.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

/* A source that is polled ten times a second is not looked after that often. */
enum { LOOK_US = 1000000 };

static gw_order_fn *const doers[] = {
	[GW_ORDER_REPLAY] = gw_pull_replay,     [GW_ORDER_LOOK] = gw_pull_look,
	[GW_ORDER_BACKFILL] = gw_pull_backfill, [GW_ORDER_POSITION] = gw_pull_position,
	[GW_ORDER_SUMS] = gw_pull_sums,         [GW_ORDER_COMPARE] = gw_pull_compare,
	[GW_ORDER_RESUME] = gw_pull_resume,
};

/* One cycle's orders. */
struct taking {
	struct gw_pull *pull;
	const volatile sig_atomic_t *stop;
};

void
gw_control_close(struct gw_control *control)
{
	gw_scroll_close(control->scroll);
	gw_corrections_close(control->corrections);
	gw_arena_release(&control->arena);
}

/* The order in hand is behind us and left nothing: said, and never looked at again. */
static enum gw_status
refuse(struct gw_pull *pull, const char *stream, const volatile sig_atomic_t *stop,
       struct gw_error *err)
{
	char why[sizeof err->text], text[sizeof err->text + 128];

	memcpy(why, err->text, sizeof why);
	pull->control.answer.state = GW_ANSWER_REFUSED;
	pull->control.answer.why = why;
	if (gw_pull_with_retries(pull, &pull->lanes[0], gw_pull_send_passed, stop, err) != GW_OK)
		return err->status;
	(void)snprintf(text, sizeof text, _("an order is passed over: %s"), why);
	gw_pull_notice(pull, stream, text);
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

static enum gw_status
do_order(struct gw_pull *pull, const struct gw_order *order, const volatile sig_atomic_t *stop,
	 struct gw_error *err)
{
	struct gw_lane *lane = find_lane(pull, order->stream);
	size_t kind = (size_t)order->kind;

	if (lane == NULL)
		return gw_fail(err, GW_REJECT, _("source %s has no stream %s"), pull->source->name,
			       order->stream);
	if (kind >= sizeof doers / sizeof doers[0] || doers[kind] == NULL)
		return gw_fail(err, GW_REJECT,
			       _("this pull can't do a %s; is it older than the "
				 "program that asks?"),
			       gw_order_word(order->kind));
	if (!lane->ready) {
		*err = lane->wrong;
		return err->status = GW_REJECT;
	}
	/* It waits for the source, and the orders behind it with it. */
	if (pull->link.session == NULL && !gw_pull_needs_no_source(lane, order)) {
		pull->control.closed = true;
		return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
	}
	return doers[kind](pull, lane, order, stop, err);
}

static enum gw_status
take_order(struct gw_pull *pull, const struct gw_incoming *message,
	   const volatile sig_atomic_t *stop, struct gw_error *err)
{
	struct gw_control *control = &pull->control;
	struct gw_order order = {.stream = GW_CONTROL_STREAM};
	enum gw_status status;

	control->offset = message->offset;
	if (gw_pull_mark_get(&control->position.bookmark, &control->inner) != message->offset)
		control->inner.len = 0;
	if (control->inner.len == 0)
		control->position.run.open = false;
	control->answer = (struct gw_answer){.state = GW_ANSWER_WORKING};
	gw_run_clear(&control->answer.run);
	pull->rewind = false;
	gw_arena_reset(&control->arena);
	status = gw_order_decode(message->value, message->value_len, &pull->keys, &control->arena,
				 &order, err);
	if (status == GW_OK) {
		memcpy(control->answer.order, order.id, sizeof order.id);
		status = do_order(pull, &order, stop, err);
	}
	return status == GW_REJECT ? refuse(pull, order.stream, stop, err) : status;
}

static enum gw_status
take(void *arg, const struct gw_incoming *message, struct gw_error *err)
{
	struct taking *taking = arg;

	taking->pull->control.closed = !gw_pull_may_read(taking->pull);
	if (*taking->stop || taking->pull->control.closed)
		return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
	return take_order(taking->pull, message, taking->stop, err);
}

static enum gw_status
refresh_corrections(struct gw_pull *pull, struct gw_error *err)
{
	struct gw_control *control = &pull->control;
	char text[512];
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
		gw_pull_notice(pull, GW_CONTROL_STREAM, text);
	}
	return GW_OK;
}

/* Without the topic there are no orders. */
static enum gw_status
mark_orders(struct gw_pull *pull, struct gw_error *err)
{
	struct gw_control *control = &pull->control;
	struct gw_bookmark inner;

	if (control->scroll != NULL)
		return gw_scroll_mark_soon(control->scroll, err);
	return gw_scroll_try(pull->config, control->topic,
			     gw_pull_mark_get(&control->position.bookmark, &inner),
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
	control->closed = false;
	status = refresh_corrections(pull, err);
	if (status == GW_OK && gw_pull_may_read(pull)) {
		status = mark_orders(pull, err);
		if (status == GW_OK && control->scroll != NULL)
			status = gw_scroll_finish(control->scroll, take, &taking, err);
	}
	if (status == GW_OK)
		return GW_OK;
	/* What was taken and not done is taken again. */
	gw_scroll_close(control->scroll);
	control->scroll = NULL;
	if (control->closed)
		return GW_OK;
	if (*stop)
		return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
	return gw_wrap(err, "%s", pull->source->name);
}

enum gw_status
gw_pull_orders(struct gw_pull *pull, const volatile sig_atomic_t *stop, struct gw_error *err)
{
	pull->control.looked_us = 0;
	return gw_pull_control(pull, stop, err);
}
