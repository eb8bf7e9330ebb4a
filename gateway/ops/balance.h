/*
 * The balance of runs, as the warehouse adds it up.
 */
#ifndef GW_BALANCE_H
#define GW_BALANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "load/load.h"

struct gw_balance_choice {
	const char *source; /* NULL: all */
	const char *runs;   /* NULL, or UUIDs as PostgreSQL writes an array: "{…,…}" */
	const char *run;    /* NULL, or the UUID of one alone, which is told of with its warnings */
	int64_t limit;
};

/* Prints the chosen runs, newest first; *balanced is false when one is unbalanced.  GW_REJECT:
   there is no such run. */
enum gw_status gw_balance_print(struct gw_warehouse *warehouse,
				const struct gw_balance_choice *choice, bool json, bool *balanced,
				struct gw_error *err);

/* How many of the runs (array text) are not known yet or still open; paused: also of streams whose
   loading is paused, so that waiting for them is in vain. */
enum gw_status gw_balance_open(struct gw_warehouse *warehouse, const char *runs, bool paused,
			       int64_t *count, struct gw_error *err);

#endif
