/*
 * What a failure of PostgreSQL means for the gateway, and how it is said.
 */
#ifndef GW_PG_FAILURE_H
#define GW_PG_FAILURE_H

#include <libpq-fe.h>
#include <stdbool.h>

#include "base/error.h"

struct gw_session;

/* What to do about an SQLSTATE ("" or NULL: none came), and our sentence about it, translated. */
enum gw_status gw_pg_meaning(const char *sqlstate, const char **sentence);

/* True where the server's primary message may be shown: it holds names of objects only. */
bool gw_pg_says_names_only(const char *sqlstate);

/*
 * Finds the SQLSTATE in what libpq says about a connection that was refused
 * ("…FATAL:  28P01"), writes it or "" to out.
 */
void gw_pg_refusal_state(const char *message, char out[6]);

/* The connection could not be made. */
enum gw_status gw_pg_fail_open(const struct gw_session *session, struct gw_error *err);

/* A statement failed; result may be NULL.  what names it. */
enum gw_status gw_pg_fail(struct gw_session *session, const PGresult *result, const char *what,
			  struct gw_error *err);

#endif
