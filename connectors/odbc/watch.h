/*
 * A limit of time for drivers that know none: a database within this process
 * has no server that would end a query.
 *
 * While a statement runs, a timer's signal looks at it some times a second.
 */
#ifndef GW_ODBC_WATCH_H
#define GW_ODBC_WATCH_H

#include "odbc/session.h"

/* Gives the session a watch; it is not running.  Without a timer there is none, and no limit. */
void gw_odbc_watch_make(struct gw_session *session);
void gw_odbc_watch_free(struct gw_session *session);

/* From the statement's beginning to its end; without a watch nothing. */
void gw_odbc_watch_start(struct gw_session *session);
void gw_odbc_watch_stop(struct gw_session *session);

#endif
