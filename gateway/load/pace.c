#include "load/pace.h"

#include "base/text.h"

enum {
	BATCH_US = 200000,   /* the oldest message waits no longer for company */
	PAUSE_US = 50000,    /* between batches that are not full */
	FEW = 2000,          /* records that need not wait for more */
	QUIET_US = 30000,    /* without another record, until more than those are loaded */
	PROVEN_US = 2000000, /* of nothing to do: then there is nothing */
	REST_US = 500000,    /* of nothing to do, until what was loaded is analysed */
	IDLE_MS = 100,       /* also until a wish to end is heard */
};

int
gw_load_wait_ms(const struct gw_load_pace *pace, size_t count, bool caught_up)
{
	int64_t due_us = pace->first_us + BATCH_US;
	int64_t soon_us = count < FEW ? pace->loaded_us + PAUSE_US : pace->last_us + QUIET_US;

	if (count == 0)
		return IDLE_MS;
	if (due_us > soon_us && caught_up)
		due_us = soon_us;
	due_us -= gw_monotonic_us();
	return due_us <= 0 ? 0 : (int)(due_us / 1000) + 1;
}

bool
gw_load_rests(struct gw_load_pace *pace, bool idle)
{
	if (!idle)
		pace->idle_us = 0;
	else if (pace->idle_us == 0)
		pace->idle_us = gw_monotonic_us();
	return pace->idle_us != 0 && gw_monotonic_us() - pace->idle_us >= REST_US;
}

bool
gw_load_proven(const struct gw_load_pace *pace, bool idle)
{
	return (pace->loaded_us != 0 && (idle || !pace->doubt)) ||
	       (pace->idle_us != 0 && gw_monotonic_us() - pace->idle_us >= PROVEN_US);
}
