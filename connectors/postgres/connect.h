/*
 * Making the connection: which settings it gets beside those in the connection
 * file, and how long it may take.
 */
#ifndef GW_PG_CONNECT_H
#define GW_PG_CONNECT_H

#include "postgres/session.h"

/* Connects session->conn, fills session->where.  The connection text is in no message. */
enum gw_status gw_pg_connect(const char *connection, struct gw_session *session,
			     struct gw_error *err);

/* Takes the name of a time zone if it can stand in SQL between quotes. */
enum gw_status gw_pg_zone_set(const char *name, char out[GW_PG_ZONE_MAX], struct gw_error *err);

#endif
