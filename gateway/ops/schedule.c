#include "ops/schedule.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/i18n.h"
#include "base/text.h"

/* Minutes since midnight in a zone that the C library knows by name. */
static int
minute_of_day(const char *zone, int64_t now_us)
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

enum gw_status
gw_schedule_wait(int64_t us, const volatile sig_atomic_t *stop, struct gw_error *err)
{
	int64_t until = gw_monotonic_us() + us;

	while (!*stop) {
		int64_t left = until - gw_monotonic_us();
		struct timespec step = {.tv_nsec = 50L * 1000 * 1000};

		if (left <= 0)
			return GW_OK;
		if (left < INT64_C(50) * 1000)
			step.tv_nsec = (long)left * 1000;
		nanosleep(&step, NULL);
	}
	return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
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
