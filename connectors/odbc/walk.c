#include "odbc/cursor.h"

#include <string.h>

#include "base/text.h"
#include "odbc/decode.h"

static bool
bulk(const struct gw_cursor *cursor)
{
	return cursor->plan.ncursor == 0;
}

void
gw_odbc_walk_start(struct gw_cursor *cursor)
{
	struct gw_odbc_state *state = &cursor->state;

	gw_values_clear(&state->at);
	state->until_us = cursor->plan.timed ? cursor->now_us : 0;
	gw_odbc_window_begin(&cursor->quiet.window);
	if (bulk(cursor) || !state->complete) {
		state->phase = GW_ODBC_SNAPSHOT;
		cursor->cycle.worth_closing = true;
	} else {
		/* Where the server keeps back what may come late, nothing does. */
		state->phase = cursor->plan.ceiling ? GW_ODBC_NEW : GW_ODBC_LATE;
	}
}

static void
close_cycle(struct gw_cursor *cursor)
{
	struct gw_odbc_state *state = &cursor->state;

	state->again = false;
	state->until_us = 0;
	state->complete = true;
	state->phase = GW_ODBC_IDLE;
	cursor->ended = true;
}

void
gw_odbc_walk_on(struct gw_cursor *cursor)
{
	struct gw_odbc_state *state = &cursor->state;

	gw_values_clear(&state->at);
	switch (state->phase) {
	case GW_ODBC_SNAPSHOT:
		if (bulk(cursor))
			close_cycle(cursor);
		else
			state->phase = GW_ODBC_NEW;
		break;
	case GW_ODBC_LATE:
		state->phase = GW_ODBC_NEW;
		break;
	case GW_ODBC_NEW:
		close_cycle(cursor);
		break;
	case GW_ODBC_IDLE:
	case GW_ODBC_PHASES:
		break;
	}
}

void
gw_odbc_walk_again(struct gw_cursor *cursor, const char *notice)
{
	struct gw_odbc_state *state = &cursor->state;

	gw_values_clear(&state->position);
	gw_values_clear(&state->at);
	state->phase = GW_ODBC_IDLE;
	state->until_us = 0;
	state->complete = false;
	state->again = true;
	cursor->cycle.notice = notice;
	cursor->cycle.worth_closing = true;
}

/* Where the source's clock was set back, what is written now lies behind the position. */
static int64_t
lower_time(const struct gw_cursor *cursor, enum gw_odbc_form form, int64_t now_us)
{
	const struct gw_values *position = &cursor->state.position;
	const char *text = position->count == 0 ? "" : gw_values_get(position, 0);
	const struct gw_zone *zone = form == GW_ODBC_INSTANT ? NULL : cursor->session->zone;
	int64_t us = now_us;

	if (gw_odbc_time_parse(text, strlen(text), &us) == NULL)
		us = gw_odbc_time_utc(zone, us);
	return (us < now_us ? us : now_us) - cursor->plan.overlap_us;
}

static int64_t
lower_number(const struct gw_cursor *cursor)
{
	const struct gw_values *position = &cursor->state.position;
	const char *text = position->count == 0 ? "" : gw_values_get(position, 0);
	int64_t n;

	if (!gw_parse_i64(text, strlen(text), &n))
		return 0;
	return n < INT64_MIN + GW_ODBC_LATE_IDS ? INT64_MIN : n - GW_ODBC_LATE_IDS;
}

/* Keeps a text that no column's parameter could need longer. */
static bool
keep(struct gw_values *values, const struct gw_buf *text)
{
	return !text->failed && gw_values_add(values, text->data, text->len);
}

/* Changes after the cycle began are left to the next: were the position to pass them, the overlap
   behind it would leave out what came late to this cycle, be it a long one or one that rested. */
static int64_t
upper_time(const struct gw_cursor *cursor, int64_t now_us)
{
	int64_t until = cursor->state.until_us;

	return until != 0 && until < now_us ? until : now_us;
}

bool
gw_odbc_walk_clock(struct gw_cursor *cursor, int64_t now_us)
{
	const struct gw_odbc_plan *plan = &cursor->plan;
	enum gw_odbc_form form;
	struct gw_buf text;
	bool kept;

	cursor->now_us = now_us;
	gw_values_clear(&cursor->clock);
	if (bulk(cursor))
		return true;
	form = plan->fields[plan->order[0]].type->form;
	gw_buf_init(&text, GW_BOOKMARK_MAX);
	if (plan->timed) {
		kept = gw_odbc_time_text(form, cursor->session->zone, upper_time(cursor, now_us),
					 &text) &&
		       keep(&cursor->clock, &text);
		gw_buf_clear(&text);
		kept = kept && gw_odbc_time_text(form, cursor->session->zone,
						 lower_time(cursor, form, now_us), &text);
	} else {
		kept = gw_values_add(&cursor->clock, cursor->ceiling, strlen(cursor->ceiling)) &&
		       gw_buf_printf(&text, "%lld", (long long)lower_number(cursor));
	}
	kept = kept && keep(&cursor->clock, &text);
	gw_buf_release(&text);
	return kept;
}
