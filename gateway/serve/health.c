#include "serve/health.h"

#include "base/i18n.h"
#include "ops/schedule.h"

#define MINUTE_US (INT64_C(60) * 1000000)

static const struct {
	const char *code, *word;
	bool red;
} words[] = {
	[GW_HEALTH_NO_CONNECTION] = {"no_connection", N_("NO CONNECTION"), true},
	[GW_HEALTH_HELD_UP] = {"held_up", N_("HELD UP"), true},
	[GW_HEALTH_FAILED] = {"failed", N_("NEEDS MENDING"), true},
	[GW_HEALTH_FENCED] = {"taken_over", N_("TAKEN OVER"), true},
	[GW_HEALTH_STUCK] = {"stuck", N_("WAS STUCK"), true},
	[GW_HEALTH_CRASHED] = {"crashed", N_("CRASHED"), true},
	[GW_HEALTH_UNBALANCED] = {"unbalanced", N_("DOES NOT BALANCE"), true},
	[GW_HEALTH_LATE] = {"late", N_("LATE"), true},
	[GW_HEALTH_NO_STREAM] = {"no_stream", N_("no stream yet"), false},
	[GW_HEALTH_NOT_KNOWN] = {"not_known", N_("not known"), false},
	[GW_HEALTH_NEVER_RUN] = {"never_run", N_("never run"), false},
	[GW_HEALTH_OUTSIDE_HOURS] = {"outside_hours", N_("waits for its hours"), false},
	[GW_HEALTH_WITH_LETTERS] = {"dead_letters", N_("normal, with dead letters"), false},
	[GW_HEALTH_NORMAL] = {"normal", N_("normal"), false},
};

static enum gw_health
of_duty(const struct gw_duty *duty)
{
	static const enum gw_health of[GW_DUTY_STATES] = {
		[GW_DUTY_STARTING] = GW_HEALTH_NORMAL, [GW_DUTY_OK] = GW_HEALTH_NORMAL,
		[GW_DUTY_HOURS] = GW_HEALTH_NORMAL,    [GW_DUTY_AWAY] = GW_HEALTH_HELD_UP,
		[GW_DUTY_FAILED] = GW_HEALTH_FAILED,   [GW_DUTY_FENCED] = GW_HEALTH_FENCED,
		[GW_DUTY_KILLED] = GW_HEALTH_STUCK,    [GW_DUTY_ENDED] = GW_HEALTH_CRASHED,
	};

	if (duty == NULL)
		return GW_HEALTH_NORMAL;
	if (duty->state == GW_DUTY_AWAY && duty->with == GW_AT_SOURCE)
		return GW_HEALTH_NO_CONNECTION;
	return of[duty->state];
}

/* Late: three times its own rhythm, and at least a minute, without an ended or an open run. */
static bool
is_overdue(const struct gw_source *source, const struct gw_seen *seen, int64_t now_us)
{
	int64_t patience = 3 * source->schedule.idle_every_us;

	if (patience < MINUTE_US)
		patience = MINUTE_US;
	return seen->open == 0 && now_us - seen->ended_us > patience;
}

static enum gw_health
of_runs(const struct gw_source *source, const struct gw_seen *seen, int64_t now_us)
{
	if (seen->unbalanced > 0)
		return GW_HEALTH_UNBALANCED;
	if (!seen->known)
		return GW_HEALTH_NEVER_RUN;
	if (is_overdue(source, seen, now_us))
		return gw_schedule_allowed(source, now_us) ? GW_HEALTH_LATE
							   : GW_HEALTH_OUTSIDE_HOURS;
	return seen->letters > 0 ? GW_HEALTH_WITH_LETTERS : GW_HEALTH_NORMAL;
}

enum gw_health
gw_health_of(const struct gw_source *source, const struct gw_seen *seen, const struct gw_duty *duty,
	     int64_t now_us)
{
	enum gw_health health = of_duty(duty);

	if (health != GW_HEALTH_NORMAL)
		return health;
	if (source->nstreams == 0)
		return GW_HEALTH_NO_STREAM;
	if (seen->asked)
		return of_runs(source, seen, now_us);
	return gw_schedule_allowed(source, now_us) ? GW_HEALTH_NOT_KNOWN : GW_HEALTH_OUTSIDE_HOURS;
}

const char *
gw_health_code(enum gw_health health)
{
	return words[health].code;
}

const char *
gw_health_word(enum gw_health health)
{
	return _(words[health].word);
}

bool
gw_health_red(enum gw_health health)
{
	return words[health].red;
}
