/*
 * One field as a driver hands it over to one value, and back: what a position
 * and a letter say to the text that a parameter takes.
 */
#ifndef GW_ODBC_DECODE_H
#define GW_ODBC_DECODE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/value.h"
#include "normalise/zone.h"
#include "odbc/dialect.h"

/*
 * Decodes data[0..len).  The value points into data, but for a decimal, which data may be too
 * short for: it then lives in the arena.  A day or a time with zeros for the month or the day is
 * the text of what is known, "2020-05".  What no kind holds becomes GW_UNHELD with one of our
 * words.  False: the arena is full.
 */
bool gw_odbc_decode(enum gw_odbc_form form, const char *data, size_t len,
		    const struct gw_zone *zone, struct gw_arena *arena, struct gw_value *out);

/* The value of a field that is longer than the gateway takes. */
void gw_odbc_too_long(struct gw_value *out);

/* A day or a time of any year, without a zone: "2026-11-22[ 08:05:00[.1234567]][ BC][+00]" to
   microseconds since 1970.  NULL, or a word of ours for why there is none. */
const char *gw_odbc_time_parse(const char *data, size_t len, int64_t *out_us);

/* The day alone, in days since 1970; of any year. */
const char *gw_odbc_day_parse(const char *data, size_t len, int64_t *out_days);

/* How many bytes at the front of a day or a time are known, where the month or the day is zero: 7
   of "2020-05-00 00:00:00", 4 of "2020-00-00".  0: it is no such day. */
size_t gw_odbc_day_known(const char *data, size_t len);

/* The moment at which the clocks of the zone (NULL: UTC) show so many microseconds. */
int64_t gw_odbc_time_utc(const struct gw_zone *zone, int64_t local_us);

/* The moment in the form's own text: a day there, or a time of the zone's clock or of UTC. */
bool gw_odbc_time_text(enum gw_odbc_form form, const struct gw_zone *zone, int64_t us,
		       struct gw_buf *out);

/* What a letter or a person wrote of a value of that form, as the parameter's text.  local: times
   without a zone are of the zone's clock and need no change.  False: it is none. */
bool gw_odbc_param_text(enum gw_odbc_form form, const struct gw_zone *zone, const char *data,
			bool local, struct gw_buf *out);

#endif
