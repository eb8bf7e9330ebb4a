/*
 * How a source is, in one word, from what its duty tells and what the warehouse
 * knows of it; the worse of the two counts.
 */
#ifndef GW_SERVE_HEALTH_H
#define GW_SERVE_HEALTH_H

#include "config/source.h"
#include "serve/duty.h"

/* What the warehouse knows of a source. */
struct gw_seen {
	bool asked;       /* false: it is away, and the rest means nothing */
	bool known;       /* it has heard of a run */
	int64_t ended_us; /* when the last run ended, since 1970 */
	int64_t open, unbalanced, letters;
};

enum gw_health {
	GW_HEALTH_NO_CONNECTION,
	GW_HEALTH_HELD_UP, /* another server is away */
	GW_HEALTH_FAILED,
	GW_HEALTH_FENCED,
	GW_HEALTH_STUCK,
	GW_HEALTH_CRASHED,
	GW_HEALTH_UNBALANCED,
	GW_HEALTH_LATE,
	GW_HEALTH_NO_STREAM, /* nothing is to be read yet */
	GW_HEALTH_NOT_KNOWN,
	GW_HEALTH_NEVER_RUN,
	GW_HEALTH_OUTSIDE_HOURS,
	GW_HEALTH_WITH_LETTERS,
	GW_HEALTH_NORMAL,
};

/* duty is NULL where no serve runs its pull here; now_us is since 1970. */
enum gw_health gw_health_of(const struct gw_source *source, const struct gw_seen *seen,
			    const struct gw_duty *duty, int64_t now_us);

const char *gw_health_code(enum gw_health health); /* for machines */
const char *gw_health_word(enum gw_health health); /* for people */
bool gw_health_red(enum gw_health health);

#endif
