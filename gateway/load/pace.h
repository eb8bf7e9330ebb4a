/*
 * When a load does what: how long messages wait for company, and what it means that nothing comes.
 */
#ifndef GW_LOAD_PACE_H
#define GW_LOAD_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed at the beginning; times are monotonic. */
struct gw_load_pace {
	int64_t first_us;  /* when the oldest message of the stage came */
	int64_t last_us;   /* and the newest */
	int64_t idle_us;   /* since when there is nothing to do; 0: there is */
	int64_t loaded_us; /* when a batch was done last */
	bool doubt;        /* a batch proves nothing: another stream may be wrong */
};

/*
 * How long to wait for more when count messages are staged.  A record that comes alone is loaded at
 * once; where records keep coming, those that come within a pause share the work of a batch, and
 * many wait for more as long as more come.
 */
int gw_load_wait_ms(const struct gw_load_pace *pace, size_t count, bool caught_up);

/* Notes whether there is nothing to do.  True: for a while.  A loader that is quicker than its
   sources is idle between any two batches; that is no rest. */
bool gw_load_rests(struct gw_load_pace *pace, bool idle);

/* It loaded a batch, or there was none; to be connected alone proves nothing. */
bool gw_load_proven(const struct gw_load_pace *pace, bool idle);

#endif
