/*
 * What an SQLSTATE means: try again after a pause, set the row aside, or have a
 * person change something.  One table for both ends, since the codes are the same and
 * what to do is not: a bad value is the source's to keep and the warehouse's to refuse.
 */
#ifndef GW_SQLSTATE_H
#define GW_SQLSTATE_H

#include "base/error.h"

enum gw_sql_end { GW_SQL_SOURCE, GW_SQL_WAREHOUSE };

/* GW_RETRY, GW_REJECT (the warehouse alone), GW_CONFIG, or GW_FATAL for what is none of these. */
enum gw_status gw_sqlstate_status(const char *state, enum gw_sql_end end);

#endif
