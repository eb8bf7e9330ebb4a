/*
 * When a source may be read, and how long to wait.
 */
#ifndef GW_SCHEDULE_H
#define GW_SCHEDULE_H

#include <signal.h>
#include <stdbool.h>

#include "config/source.h"

/* False within the source's not_between hours of its own time zone; us since 1970. */
bool gw_schedule_allowed(const struct gw_source *source, int64_t now_us);

/* How often a source is asked at the moment; zeroed at the beginning. */
struct gw_pace {
	int64_t moved_us; /* when a cycle last found a row, monotonic */
	int64_t pause_us;
};

/*
 * From the beginning of the cycle that has ended to that of the next one: every, and after half
 * a minute without a row twice as long with each cycle, up to idle_every.  moved: the cycle
 * found a row.
 */
int64_t gw_schedule_pause(const struct gw_schedule *schedule, struct gw_pace *pace, bool moved,
			  int64_t now_us);

/* Waits us (nothing where it is not positive); GW_CANCELLED as soon as *stop is set. */
enum gw_status gw_schedule_wait(int64_t us, const volatile sig_atomic_t *stop,
				struct gw_error *err);

/* The same, with signs of life to the supervisor. */
enum gw_status gw_schedule_rest(int64_t us, const volatile sig_atomic_t *stop,
				struct gw_error *err);

/* The pause after so many failures in a row: 1 s doubling to 60 s, with jitter. */
int64_t gw_backoff_us(unsigned failures);

#endif
