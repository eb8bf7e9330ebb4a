#include "postgres/cursor.h"

#include "base/i18n.h"

/* age() counts 2^31 transactions back; some are left for the time between two looks. */
#define XID_SPAN ((INT64_C(1) << 31) - (INT64_C(1) << 24))

static bool
bulk(const struct gw_cursor *cursor)
{
	return cursor->plan.ncursor == 0;
}

static bool
sweep_due(const struct gw_cursor *cursor, const struct gw_pg_facts *facts)
{
	int64_t since = facts->now_us - cursor->state.sweep_us;
	int64_t every = cursor->stream->sweep_every_us;

	/* A clock that was set back must not put the sweep off. */
	return cursor->plan.has_xmin &&
	       (cursor->sweep_now || since < 0 || (every > 0 && since >= every));
}

/* Changes after the cycle began are left to the next: were the position to pass them, the overlap
   behind it would leave out what came late to this cycle, be it a long one or one that rested.
   With an xmin that is found wherever it lies. */
static int64_t
upper_time(const struct gw_cursor *cursor, const struct gw_pg_facts *facts)
{
	return cursor->plan.timed && !cursor->plan.has_xmin ? facts->now_us : 0;
}

void
gw_pg_walk_start(struct gw_cursor *cursor, const struct gw_pg_facts *facts)
{
	struct gw_pg_state *state = &cursor->state;

	gw_values_clear(&state->at);
	state->cycle_xid = facts->xid;
	state->sweeping = false;
	state->until_us = upper_time(cursor, facts);
	if (bulk(cursor) || !state->complete) {
		state->phase = GW_PG_SNAPSHOT;
		state->sweeping = !bulk(cursor) && cursor->plan.has_xmin;
		cursor->cycle.worth_closing = true;
	} else if (sweep_due(cursor, facts)) {
		state->phase = GW_PG_SWEEP;
		state->sweeping = true;
		cursor->cycle.worth_closing = true;
	} else {
		state->phase = GW_PG_LATE;
	}
	if (state->sweeping)
		state->sweep_us = facts->now_us;
}

static void
close_cycle(struct gw_cursor *cursor)
{
	struct gw_pg_state *state = &cursor->state;

	state->saved_xid = state->cycle_xid;
	if (state->sweeping)
		state->sweep_xid = state->cycle_xid;
	state->cycle_xid = state->until_us = 0;
	state->sweeping = state->again = false;
	state->complete = true;
	state->phase = GW_PG_IDLE;
	cursor->ended = true;
}

void
gw_pg_walk_on(struct gw_cursor *cursor)
{
	struct gw_pg_state *state = &cursor->state;

	gw_values_clear(&state->at);
	switch (state->phase) {
	case GW_PG_SNAPSHOT:
		if (bulk(cursor))
			close_cycle(cursor);
		else
			state->phase = state->sweeping ? GW_PG_SWEEP : GW_PG_NEW;
		break;
	case GW_PG_SWEEP:
	case GW_PG_LATE:
		state->phase = GW_PG_NEW;
		break;
	case GW_PG_NEW:
		close_cycle(cursor);
		break;
	case GW_PG_IDLE:
	case GW_PG_PHASES:
		break;
	}
}

void
gw_pg_walk_again(struct gw_cursor *cursor, const char *notice)
{
	struct gw_pg_state *state = &cursor->state;

	gw_values_clear(&state->position);
	gw_values_clear(&state->at);
	state->phase = GW_PG_IDLE;
	state->saved_xid = state->cycle_xid = state->sweep_xid = state->sweep_us = 0;
	state->until_us = 0;
	state->complete = state->sweeping = false;
	state->again = true;
	cursor->cycle.notice = notice;
	cursor->cycle.worth_closing = true;
}

int64_t
gw_pg_walk_floor(const struct gw_cursor *cursor)
{
	const struct gw_pg_state *state = &cursor->state;

	if (state->phase != GW_PG_SWEEP)
		return state->saved_xid;
	return state->complete ? state->sweep_xid : state->cycle_xid;
}

bool
gw_pg_walk_lost(const struct gw_cursor *cursor, const struct gw_pg_facts *facts)
{
	const struct gw_pg_state *state = &cursor->state;
	int64_t oldest = state->sweep_xid > 0 ? state->sweep_xid : state->saved_xid;

	if (!state->complete || bulk(cursor) || !cursor->plan.has_xmin || oldest == 0)
		return false;
	/* A known source that is behind is a standby that lags; an unknown one may be another. */
	if (state->identity[0] == '\0' && facts->xid < state->saved_xid)
		return true;
	return facts->xid - oldest > XID_SPAN;
}

bool
gw_pg_walk_late(const struct gw_cursor *cursor, const struct gw_pg_facts *facts)
{
	return !bulk(cursor) && cursor->state.complete && !sweep_due(cursor, facts) &&
	       !gw_pg_walk_lost(cursor, facts);
}
