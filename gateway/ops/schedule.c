#include "ops/schedule.h"

#include <poll.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/beat.h"
#include "base/i18n.h"
#include "base/text.h"

enum {
	QUIET_US = 30 * 1000000, /* a source that was silent so long is idle */
	SIGN_EVERY_US = 1000000,
};

/* Minutes since midnight in a zone that the C library knows by name. */
static int
minute_in_zone(const char *zone, int64_t now_us)
{
	const char *old = getenv("TZ");
	char *saved = old == NULL ? NULL : strdup(old);
	time_t seconds = (time_t)(now_us / 1000000);
	struct tm tm = {0};

	if (zone != NULL)
		setenv("TZ", zone, 1);
	tzset();
	(void)localtime_r(&seconds, &tm);
	if (saved != NULL)
		setenv("TZ", saved, 1);
	else
		unsetenv("TZ");
	tzset();
	free(saved);
	return tm.tm_hour * 60 + tm.tm_min;
}

/* Asked before each page, and reading the zone anew costs more than a page's query. */
static int
minute_of_day(const char *zone, int64_t now_us)
{
	static struct {
		char zone[64];
		int64_t minute; /* since 1970 */
		int of_day;
	} known = {.minute = -1};
	int64_t minute = now_us / 60000000;
	const char *name = zone == NULL ? "" : zone;

	if (minute != known.minute || strcmp(name, known.zone) != 0) {
		known.of_day = minute_in_zone(zone, now_us);
		known.minute = strlen(name) < sizeof known.zone ? minute : -1;
		(void)snprintf(known.zone, sizeof known.zone, "%s", name);
	}
	return known.of_day;
}

bool
gw_schedule_allowed(const struct gw_source *source, int64_t now_us)
{
	int from = source->schedule.not_from_min, to = source->schedule.not_to_min, now;

	if (from < 0 || to < 0)
		return true;
	now = minute_of_day(source->time_zone, now_us);
	/* "22:00" to "05:00" spans midnight. */
	return from <= to ? now < from || now >= to : now < from && now >= to;
}

int64_t
gw_schedule_pause(const struct gw_schedule *schedule, struct gw_pace *pace, bool moved,
		  int64_t now_us)
{
	if (moved || pace->moved_us == 0)
		*pace = (struct gw_pace){.moved_us = now_us};
	if (pace->pause_us < schedule->every_us)
		pace->pause_us = schedule->every_us;
	if (now_us - pace->moved_us >= QUIET_US && pace->pause_us < schedule->idle_every_us)
		pace->pause_us = 2 * pace->pause_us < schedule->idle_every_us
					 ? 2 * pace->pause_us
					 : schedule->idle_every_us;
	return pace->pause_us;
}

/*
 * Signals are let in only while ppoll sleeps: one that came between the look
 * at *stop and the sleep would otherwise be slept over.
 */
enum gw_status
gw_schedule_wait(int64_t us, const volatile sig_atomic_t *stop, struct gw_error *err)
{
	int64_t until = gw_monotonic_us() + us, left = us;
	sigset_t all, before;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	for (; !*stop && left > 0; left = until - gw_monotonic_us()) {
		const struct timespec span = {.tv_sec = left / 1000000,
					      .tv_nsec = left % 1000000 * 1000};

		(void)ppoll(NULL, 0, &span, &before);
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return *stop ? gw_fail(err, GW_CANCELLED, "%s", _("stopped on request")) : GW_OK;
}

enum gw_status
gw_schedule_rest(int64_t us, const volatile sig_atomic_t *stop, struct gw_error *err)
{
	int64_t until = gw_monotonic_us() + us;
	enum gw_status status;

	do {
		gw_beat(GW_AT_HERE);
		us = until - gw_monotonic_us();
		status = gw_schedule_wait(us < SIGN_EVERY_US ? us : SIGN_EVERY_US, stop, err);
	} while (status == GW_OK && gw_monotonic_us() < until);
	return status;
}

int64_t
gw_backoff_us(unsigned failures)
{
	int64_t pause = INT64_C(1000000) << (failures < 6 ? failures : 6);

	if (pause > 60 * INT64_C(1000000))
		pause = 60 * INT64_C(1000000);
	/* Half fixed, half drawn: many duties that fail together don't come back together. */
	return pause / 2 + (int64_t)randombytes_uniform((uint32_t)(pause / 2));
}
