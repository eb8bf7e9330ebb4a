/*
 * Reading a table once, beside the cycles of its stream.
 */
#include "pull/internal.h"

#include "base/i18n.h"
#include "base/text.h"

/* The cycles beside a scan take at most one part in so many and one of its time. */
enum { FLOW_EVERY_US = 5 * 1000000, FLOW_PART = 4 };

static enum gw_status
begin(struct gw_pull *pull, struct gw_lane *lane, const struct gw_scan *scan,
      struct gw_cursor **cursor, struct gw_error *err)
{
	struct gw_request request = {
		.stream = lane->plan->stream,
		.max_rows = gw_pull_page_rows(pull),
		.once = true,
		.range = scan->range,
	};

	gw_pull_end_cursor(pull, lane);
	if (!scan->keys)
		request.columns = gw_pull_columns(lane, &request.ncolumns);
	else if (gw_pull_keys_plan(pull, lane, &request, err) != GW_OK)
		return err->status;
	return gw_plan_begin_as(lane->plan, &pull->link, &request, &scan->from, cursor, err);
}

void
gw_pull_scan_yield(struct gw_pull *pull)
{
	if (pull->scanning != NULL && pull->link.connector->drop != NULL)
		pull->link.connector->drop(pull->scanning);
}

/* Where nothing slows it down on purpose, the source goes on with the next page meanwhile. */
static enum gw_status
ask_next(struct gw_pull *pull, int64_t flow_us, struct gw_error *err)
{
	const struct gw_connector *connector = pull->link.connector;

	if (connector->ask == NULL || pull->source->rows_per_second > 0 ||
	    gw_monotonic_us() >= flow_us)
		return GW_OK;
	return connector->ask(pull->scanning, err);
}

/* A scan on its way. */
struct scanning {
	const struct gw_scan *scan;
	const volatile sig_atomic_t *stop;
	int64_t began_us, flow_us; /* monotonic: when it began, and the next cycles are due */
	bool ended;
};

static enum gw_status
flow(struct gw_pull *pull, struct scanning *scanning, struct gw_error *err)
{
	int64_t began = gw_monotonic_us(), ended;

	gw_pull_scan_yield(pull);
	if (gw_pull_flow_beside(pull, scanning->began_us, scanning->stop, err) != GW_OK)
		return err->status;
	ended = gw_monotonic_us();
	scanning->flow_us = ended + FLOW_EVERY_US;
	if (FLOW_PART * (ended - began) > FLOW_EVERY_US)
		scanning->flow_us = ended + FLOW_PART * (ended - began);
	return GW_OK;
}

static enum gw_status
read_page(struct gw_pull *pull, struct gw_lane *lane, struct scanning *scanning,
	  struct gw_error *err)
{
	gw_pull_clear_batch(pull);
	if (pull->link.connector->next(pull->scanning, &pull->batch, err) != GW_OK)
		return err->status;
	scanning->ended = pull->batch.nrows == 0;
	if (scanning->ended)
		return GW_OK;
	pull->batch.resent = true;
	pull->batch.snapshot = false;
	if (ask_next(pull, scanning->flow_us, err) != GW_OK)
		return err->status;
	if (scanning->scan->keys)
		return gw_pull_keys_take(pull, lane, err);
	return gw_pull_widen(pull, lane, err) == GW_OK ? gw_pull_normalise(pull, lane, err)
						       : err->status;
}

static enum gw_status
scan_page(struct gw_pull *pull, struct gw_lane *lane, struct scanning *scanning,
	  struct gw_error *err)
{
	const struct gw_scan *scan = scanning->scan;
	int64_t began = gw_monotonic_us();

	if (read_page(pull, lane, scanning, err) != GW_OK)
		return err->status;
	if (scanning->ended)
		return GW_OK;
	if (scan->page(scan->arg, pull, lane, scanning->stop, err) != GW_OK ||
	    gw_pull_pace(pull, began, scanning->stop, err) != GW_OK)
		return err->status;
	return gw_monotonic_us() < scanning->flow_us ? GW_OK : flow(pull, scanning, err);
}

enum gw_status
gw_pull_scan(struct gw_pull *pull, struct gw_lane *lane, const struct gw_scan *scan,
	     const volatile sig_atomic_t *stop, struct gw_error *err)
{
	int64_t now = gw_monotonic_us();
	struct scanning scanning = {
		.scan = scan, .stop = stop, .began_us = now, .flow_us = now + FLOW_EVERY_US};
	enum gw_status status = begin(pull, lane, scan, &pull->scanning, err);

	while (status == GW_OK && !scanning.ended) {
		pull->control.closed = !gw_pull_may_read(pull);
		if (*stop || pull->control.closed)
			status = gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
		else
			status = scan_page(pull, lane, &scanning, err);
	}
	if (pull->scanning != NULL)
		pull->link.connector->end(pull->scanning);
	pull->scanning = NULL;
	return status;
}
