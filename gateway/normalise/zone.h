/*
 * The clock of a source: which day it was there at a moment.
 *
 * The rules come from the system's time-zone files, those that the databases
 * themselves use.  A zone that still changes between winter and summer time by
 * rule is refused: the gateway's sources have none.
 */
#ifndef GW_ZONE_H
#define GW_ZONE_H

#include <stdint.h>

#include "base/error.h"

struct gw_zone;

/* Reads "Asia/Ho_Chi_Minh"; GW_CONFIG when there is no such zone. */
enum gw_status gw_zone_read(const char *name, struct gw_zone **out, struct gw_error *err);
void gw_zone_free(struct gw_zone *zone); /* NULL is allowed */

/* Microseconds since 1970-01-01 by the wall clock there. */
int64_t gw_zone_local(const struct gw_zone *zone, int64_t us);

/* The day there, in days since 1970-01-01, and the microseconds since its midnight. */
int64_t gw_zone_day(const struct gw_zone *zone, int64_t us, int64_t *ret_us_of_day);

/*
 * The moment at which the wall clock there shows so many microseconds since
 * 1970-01-01: of two such moments (the clock was set back) the later, and where
 * there is none (it was set on) as if it had not been, as PostgreSQL has it.
 */
int64_t gw_zone_utc(const struct gw_zone *zone, int64_t local_us);

#endif
