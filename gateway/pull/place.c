/*
 * A stream that goes on from another place: its position is moved, its versions
 * are not, and nothing that was sent is taken back.
 */
#include "pull/internal.h"

#include "base/i18n.h"

static enum gw_status
count_from(struct gw_pull *pull, struct gw_lane *lane, const struct gw_order *order,
	   const volatile sig_atomic_t *stop, struct gw_error *err)
{
	const struct gw_stream *stream = lane->plan->stream;
	const struct gw_span span = {
		.column = stream->ncursor > 0 ? stream->cursor[0] : NULL,
		.from = order->range.from,
	};
	struct gw_request request = {.range = order->range.from == NULL ? NULL : &span};

	return gw_pull_count(pull, lane, &request, stop, err);
}

/* The bookmark of the place into the batch in hand, which has no rows. */
static enum gw_status
find_place(struct gw_pull *pull, struct gw_lane *lane, const char *from, struct gw_error *err)
{
	const struct gw_connector *connector = pull->link.connector;
	struct gw_request request = {.stream = lane->plan->stream, .max_rows = 1};

	gw_pull_clear_batch(pull);
	if (from == NULL)
		return GW_OK;
	request.columns = gw_pull_columns(lane, &request.ncolumns);
	return connector->place(pull->link.session, &request, &lane->position.bookmark, from,
				&pull->batch.after, err);
}

enum gw_status
gw_pull_position(struct gw_pull *pull, struct gw_lane *lane, const struct gw_order *order,
		 const volatile sig_atomic_t *stop, struct gw_error *err)
{
	const char *from = order->range.from;

	if (from != NULL && pull->link.connector->place == NULL)
		return gw_fail(err, GW_REJECT,
			       _("a source of the kind %s has no place but the beginning"),
			       pull->link.connector->name);
	if (from != NULL && lane->plan->stream->ncursor == 0)
		return gw_fail(err, GW_REJECT,
			       _("stream %s is read as a whole every time: there is no place in it "
				 "to go on from"),
			       lane->plan->stream->name);
	if (order->dry)
		return count_from(pull, lane, order, stop, err);
	gw_pull_end_cursor(pull, lane);
	if (find_place(pull, lane, from, err) != GW_OK ||
	    gw_pull_with_retries(pull, lane, gw_pull_send_place, stop, err) != GW_OK)
		return err->status;
	lane->told_us = 0;
	return GW_OK;
}
