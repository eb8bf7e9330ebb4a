/*
 * A stream's table or a range of it read again, and sent as a run of its own.
 * Each page is a Kafka transaction that also notes where the order goes on, so
 * that a crash leaves a run that the next pull continues.
 */
#include "pull/internal.h"

#include <string.h>

#include "base/i18n.h"

static const struct gw_span *
range_of(const struct gw_order *order)
{
	return order->range.column == NULL ? NULL : &order->range;
}

enum gw_status
gw_pull_count(struct gw_pull *pull, struct gw_lane *lane, struct gw_request *request,
	      const volatile sig_atomic_t *stop, struct gw_error *err)
{
	const struct gw_connector *connector = pull->link.connector;

	if (connector->count == NULL)
		return gw_fail(err, GW_REJECT, _("a source of the kind %s can't count its rows"),
			       connector->name);
	request->stream = lane->plan->stream;
	request->max_rows = 1;
	request->columns = gw_pull_columns(lane, &request->ncolumns);
	if (connector->count(pull->link.session, request, &pull->control.answer.rows, err) != GW_OK)
		return err->status;
	pull->control.answer.state = GW_ANSWER_DONE;
	return gw_pull_with_retries(pull, lane, gw_pull_send_passed, stop, err);
}

static enum gw_status
send_page(void *arg, struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	  struct gw_error *err)
{
	(void)arg;
	pull->rewind = false;
	if (gw_pull_with_retries(pull, lane, gw_pull_send_order_page, stop, err) != GW_OK)
		return err->status;
	gw_pull_tell(pull, lane, &pull->control.position.run, false);
	return GW_OK;
}

/* Whether all of it was read, or it can't go on: what was sent is a whole run. */
static enum gw_status
end_run(struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	struct gw_error *err)
{
	struct gw_run run;

	gw_pull_clear_batch(pull);
	if (gw_pull_with_retries(pull, lane, gw_pull_send_order_end, stop, err) != GW_OK)
		return err->status;
	run = lane->ended;
	gw_pull_tell(pull, lane, &run, true);
	return GW_OK;
}

static enum gw_status
give_up(struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	struct gw_error *err)
{
	char why[sizeof err->text];

	memcpy(why, err->text, sizeof why);
	pull->control.answer.state = GW_ANSWER_REFUSED;
	pull->control.answer.why = why;
	pull->flood.passed = false;
	gw_pull_notice(pull, lane->plan->stream->name, why);
	return end_run(pull, lane, stop, err);
}

enum gw_status
gw_pull_backfill(struct gw_pull *pull, struct gw_lane *lane, const struct gw_order *order,
		 const volatile sig_atomic_t *stop, struct gw_error *err)
{
	const struct gw_scan scan = {
		.range = range_of(order),
		.from = pull->control.inner,
		.page = send_page,
	};
	enum gw_status status;

	if (order->dry) {
		struct gw_request request = {.once = true, .range = scan.range};

		return gw_pull_count(pull, lane, &request, stop, err);
	}
	if (gw_corrections_catch_up(pull->control.corrections, err) != GW_OK)
		return err->status;
	status = gw_pull_scan(pull, lane, &scan, stop, err);
	if (status == GW_REJECT && pull->control.position.run.open)
		return give_up(pull, lane, stop, err);
	if (status != GW_OK)
		return status;
	pull->control.answer.state = GW_ANSWER_DONE;
	return end_run(pull, lane, stop, err);
}
