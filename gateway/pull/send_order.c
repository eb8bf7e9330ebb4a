/*
 * What is sent for an order: its records as a run of their own, the answers to it
 * and, in the same transaction, the place up to which it has been done.
 */
#include "pull/send.h"

#include <string.h>

#include "base/i18n.h"

/* The answer to the order in hand, with the run as it is in this transaction. */
static enum gw_status
send_answer(struct gw_pull *pull, struct gw_error *err)
{
	struct gw_answer *answer = &pull->control.answer;

	if (answer->order[0] == '\0')
		return GW_OK;
	answer->at_us = gw_now_us();
	answer->version = pull->tx.pages > 0 ? pull->tx.header.version : pull->last_version;
	gw_buf_clear(&pull->text);
	if (gw_answer_encode(answer, &pull->text, err) != GW_OK)
		return err->status;
	return gw_tx_value(pull, pull->control.answers_topic, answer->order, strlen(answer->order),
			   err);
}

/* Where the order in hand has been done up to; none: it is behind us. */
static enum gw_status
put_place(struct gw_pull *pull, const struct gw_bookmark *inner, struct gw_error *err)
{
	return gw_pull_mark_put(pull->control.offset + (inner == NULL ? 1 : 0), inner,
				&pull->tx.position.bookmark, err);
}

/* Ends the transaction of an order; inner: where that goes on, NULL: it is done. */
static enum gw_status
commit_order(struct gw_pull *pull, enum gw_status status, const struct gw_bookmark *inner,
	     struct gw_error *err)
{
	struct gw_position *position = &pull->tx.position;

	if (status == GW_OK)
		status = send_answer(pull, err);
	if (status == GW_OK)
		status = put_place(pull, inner, err);
	if (status == GW_OK)
		status = gw_tx_position(pull, position, err);
	status = gw_tx_close(pull, status, err);
	if (status == GW_OK)
		pull->control.position = *position;
	return status;
}

/* The batch in hand as a run of its own; inner: where the order goes on, NULL: it is done. */
static enum gw_status
send_run(struct gw_pull *pull, struct gw_lane *lane, const struct gw_bookmark *inner,
	 struct gw_error *err)
{
	struct gw_transaction *tx = &pull->tx;
	struct gw_run *run = &tx->position.run;
	enum gw_status status = gw_tx_begin(pull, &pull->control.position, GW_CONTROL_STREAM, err);

	if (status == GW_OK)
		status = gw_tx_event(pull, lane, GW_EVENT_RUN_STARTED, run, err);
	if (status == GW_OK) {
		if (pull->originals != NULL)
			gw_tx_take_originals(pull, lane);
		else
			gw_tx_take(pull, lane);
		status = gw_tx_rows(pull, lane, tx, err);
	}
	if (status == GW_OK)
		status = gw_producer_flush(pull->producer, gw_tx_topic(pull, lane), run, err);
	run->open = false;
	if (status == GW_OK)
		status = gw_tx_event(pull, lane, GW_EVENT_RUN_ENDED, run, err);
	/* What was set aside has versions of long ago. */
	if (pull->originals == NULL)
		tx->position.last_version = tx->header.version;
	pull->control.answer.state = inner == NULL ? GW_ANSWER_DONE : GW_ANSWER_WORKING;
	pull->control.answer.run = *run;
	status = commit_order(pull, status, inner, err);
	if (status != GW_OK)
		return status;
	if (tx->position.last_version > pull->last_version)
		pull->last_version = tx->position.last_version;
	lane->ended = *run;
	return GW_OK;
}

enum gw_status
gw_pull_send_order(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	return send_run(pull, lane, NULL, err);
}

enum gw_status
gw_pull_send_order_part(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	return send_run(pull, lane, &pull->batch.after, err);
}

/* A page of an order's run, all but its place and answer. */
static enum gw_status
send_page(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	struct gw_transaction *tx = &pull->tx;
	struct gw_run *run = &tx->position.run;
	enum gw_status status = gw_tx_begin(pull, &pull->control.position, GW_CONTROL_STREAM, err);

	if (status == GW_OK && !pull->control.position.run.open)
		status = gw_tx_event(pull, lane, GW_EVENT_RUN_STARTED, run, err);
	if (status == GW_OK) {
		gw_tx_take(pull, lane);
		status = gw_tx_rows(pull, lane, tx, err);
	}
	if (status == GW_OK && gw_flood_passes(&pull->flood, lane, &run->counts))
		status = gw_fail(err, GW_REJECT,
				 _("too many rows are rejected: %lld of %lld; songma dlq list says "
				   "by what"),
				 (long long)run->counts.dead, (long long)run->counts.read);
	if (status == GW_OK)
		status = gw_producer_flush(pull->producer, lane->topic, run, err);
	tx->position.last_version = tx->header.version;
	return status;
}

enum gw_status
gw_pull_send_order_page(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	struct gw_position *position = &pull->tx.position;
	struct gw_answer *answer = &pull->control.answer;
	enum gw_status status = send_page(pull, lane, err);

	answer->state = GW_ANSWER_WORKING;
	answer->run = position->run;
	answer->rows = position->run.counts.read;
	if (status == GW_OK)
		status = send_answer(pull, err);
	if (status == GW_OK)
		status = put_place(pull, &pull->batch.after, err);
	if (status == GW_OK)
		status = gw_tx_position(pull, position, err);
	status = gw_tx_close(pull, status, err);
	if (status != GW_OK)
		return status;
	pull->control.position = *position;
	pull->last_version = position->last_version;
	return GW_OK;
}

enum gw_status
gw_pull_send_order_end(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	struct gw_run *run = &pull->tx.position.run;
	struct gw_answer *answer = &pull->control.answer;
	enum gw_status status = gw_tx_begin(pull, &pull->control.position, GW_CONTROL_STREAM, err);

	if (status == GW_OK && !pull->control.position.run.open)
		status = gw_tx_event(pull, lane, GW_EVENT_RUN_STARTED, run, err);
	run->open = false;
	if (status == GW_OK)
		status = gw_tx_event(pull, lane, GW_EVENT_RUN_ENDED, run, err);
	answer->run = *run;
	answer->rows = run->counts.read;
	status = commit_order(pull, status, NULL, err);
	if (status == GW_OK)
		lane->ended = *run;
	return status;
}

enum gw_status
gw_pull_send_place(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	struct gw_position moved = lane->position;
	struct gw_answer *answer = &pull->control.answer;
	enum gw_status status = gw_tx_begin(pull, &pull->control.position, GW_CONTROL_STREAM, err);

	pull->tx.position.run = pull->control.position.run;
	pull->tx.position.run.open = false;
	strncpy(moved.stream, lane->plan->stream->name, sizeof moved.stream - 1);
	moved.bookmark = pull->batch.after;
	moved.run.open = false;
	if (status == GW_OK && lane->position.run.open)
		status = gw_tx_event(pull, lane, GW_EVENT_RUN_ENDED, &moved.run, err);
	if (status == GW_OK)
		status = gw_tx_position(pull, &moved, err);
	answer->state = GW_ANSWER_DONE;
	if (lane->position.run.open)
		answer->run = moved.run;
	status = commit_order(pull, status, NULL, err);
	if (status == GW_OK)
		lane->position = moved;
	return status;
}

enum gw_status
gw_pull_send_passed(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	enum gw_status status = gw_tx_begin(pull, &pull->control.position, GW_CONTROL_STREAM, err);

	(void)lane;
	pull->tx.position.run = pull->control.position.run;
	pull->tx.position.run.open = false;
	return commit_order(pull, status, NULL, err);
}

enum gw_status
gw_pull_send_word(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	enum gw_status status = gw_tx_begin(pull, &pull->control.position, GW_CONTROL_STREAM, err);

	(void)lane;
	if (status == GW_OK)
		status = send_answer(pull, err);
	return gw_tx_close(pull, status, err);
}
