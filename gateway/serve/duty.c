#include "serve/duty.h"

#include <string.h>

#include "base/text.h"

#define S(state) GW_DUTY_##state
#define E(event) GW_EVENT_##event

static const struct {
	const char *name;
	bool troubled;
} states[GW_DUTY_STATES] = {
	[S(STARTING)] = {"starting", false}, [S(OK)] = {"ok", false},
	[S(HOURS)] = {"hours", false},       [S(AWAY)] = {"away", true},
	[S(FAILED)] = {"failed", true},      [S(FENCED)] = {"fenced", true},
	[S(KILLED)] = {"killed", true},      [S(ENDED)] = {"ended", true},
};

/* Where there is no trouble yet: what happens is what it is. */
#define WELL                                                                                       \
	{                                                                                          \
		[E(STARTED)] = S(STARTING), [E(GOOD)] = S(OK), [E(HOURS)] = S(HOURS),              \
		[E(AWAY)] = S(AWAY), [E(FAILED)] = S(FAILED), [E(FENCED)] = S(FENCED),             \
		[E(KILLED)] = S(KILLED), [E(ENDED)] = S(ENDED),                                    \
	}

/* Trouble stays through a new start and through forbidden hours: nothing has been proven. */
#define ILL(state)                                                                                 \
	{                                                                                          \
		[E(STARTED)] = S(state), [E(GOOD)] = S(OK), [E(HOURS)] = S(state),                 \
		[E(AWAY)] = S(AWAY), [E(FAILED)] = S(FAILED), [E(FENCED)] = S(FENCED),             \
		[E(KILLED)] = S(KILLED), [E(ENDED)] = S(ENDED),                                    \
	}

static const enum gw_duty_state table[GW_DUTY_STATES][GW_EVENTS] = {
	[S(STARTING)] = WELL,      [S(OK)] = WELL,
	[S(HOURS)] = WELL,         [S(AWAY)] = ILL(AWAY),
	[S(FAILED)] = ILL(FAILED), [S(FENCED)] = ILL(FENCED),
	[S(KILLED)] = ILL(KILLED), [S(ENDED)] = ILL(ENDED),
};

enum gw_duty_state
gw_duty_next(enum gw_duty_state state, enum gw_duty_event event)
{
	return table[state][event];
}

bool
gw_duty_troubled(enum gw_duty_state state)
{
	return states[state].troubled;
}

const char *
gw_duty_state_name(enum gw_duty_state state)
{
	return states[state].name;
}

bool
gw_duty_state_parse(const char *text, enum gw_duty_state *out)
{
	for (size_t i = 0; i < GW_DUTY_STATES; i++)
		if (text != NULL && strcmp(text, states[i].name) == 0) {
			*out = (enum gw_duty_state)i;
			return true;
		}
	return false;
}

enum gw_duty_event
gw_duty_event_of(enum gw_status status)
{
	switch (status) {
	case GW_OK:
		return GW_EVENT_GOOD;
	case GW_RETRY:
		return GW_EVENT_AWAY;
	case GW_CONFIG:
	case GW_REJECT:
		return GW_EVENT_FAILED;
	case GW_FENCED:
		return GW_EVENT_FENCED;
	case GW_CANCELLED:
	case GW_FATAL:
		break;
	}
	return GW_EVENT_ENDED;
}

static bool
means_trouble(enum gw_duty_event event)
{
	return event != GW_EVENT_STARTED && event != GW_EVENT_GOOD && event != GW_EVENT_HOURS;
}

void
gw_duty_take(struct gw_duty *duty, const struct gw_happening *happening)
{
	enum gw_duty_state before = duty->state;
	enum gw_duty_state after = gw_duty_next(before, happening->event);
	bool ill = gw_duty_troubled(after);

	duty->state = after;
	if (after != before && !(ill && gw_duty_troubled(before)))
		duty->since_us = happening->now_us;
	duty->next_us = 0;
	if (!ill) {
		duty->cause[0] = '\0';
		duty->with = GW_AT_HERE;
	} else if (means_trouble(happening->event)) {
		duty->with = happening->with;
		duty->next_us = happening->next_us;
		gw_utf8_copy(duty->cause, sizeof duty->cause, happening->cause);
	}
}

const char *
gw_duty_who(const struct gw_duty *duty)
{
	return duty->with == GW_AT_SOURCE && duty->owner[0] != '\0' ? duty->owner : NULL;
}
