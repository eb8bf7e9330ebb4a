/*
 * One connection to a source, and the only place that waits for it.
 *
 * Every wait has an end: the server's statement timeout, and a little later
 * our own, for a server that no longer answers.  After GW_RETRY or
 * GW_CANCELLED the connection may be gone: close the session and open another.
 * Messages are made of SQLSTATEs, names and our own words; what a server says
 * in DETAIL or CONTEXT may hold values and is never read.
 */
#ifndef GW_PG_SESSION_H
#define GW_PG_SESSION_H

#include <libpq-fe.h>
#include <signal.h>

#include "connector.h"

enum { GW_PG_ZONE_MAX = 64, GW_PG_WHERE_MAX = 256 };

struct gw_session {
	PGconn *conn;
	PGcancel *cancel;
	volatile sig_atomic_t cancelled; /* for good: a cancelled session can only be closed */
	int64_t statement_timeout_us;
	int64_t began_us; /* of the statement that runs; monotonic */
	bool ascii;       /* the server says nothing about its text's encoding: check it here */
	char zone[GW_PG_ZONE_MAX];
	char where[GW_PG_WHERE_MAX]; /* "127.0.0.1:5432/health": for messages */
};

enum gw_status gw_pg_open(const struct gw_settings *settings, struct gw_session **out,
			  struct gw_error *err);
void gw_pg_cancel(struct gw_session *session);
void gw_pg_close(struct gw_session *session);

/*
 * Runs one statement with text results; what names it in messages ("public.person").  params
 * are its text parameters and end with NULL; NULL: it has none and may be several statements, of
 * which the last result is kept.  The caller clears *out; out may be NULL.
 */
enum gw_status gw_pg_query(struct gw_session *session, const char *what, const char *sql,
			   const char *const *params, PGresult **out, struct gw_error *err);

/* Sends statements that need no parameters, and waits for nothing: gw_pg_copy_begin or
   gw_pg_discard takes what comes of them. */
enum gw_status gw_pg_send(struct gw_session *session, const char *what, const char *sql,
			  struct gw_error *err);

/*
 * Waits until the COPY … TO STDOUT among the statements sent begins; then rows come from
 * gw_pg_copy_next until it says the end, which is that of all statements.  *first and *last, for
 * the caller to clear, are what the first and the last SELECT before it answered; NULL: there was
 * none, or no second one.
 */
enum gw_status gw_pg_copy_begin(struct gw_session *session, const char *what, PGresult **first,
				PGresult **last, struct gw_error *err);

/* The next message of the COPY: *data is freed with PQfreemem, and NULL at the end. */
enum gw_status gw_pg_copy_next(struct gw_session *session, const char *what, char **data,
			       size_t *len, struct gw_error *err);

/* Takes all that comes of the statements sent, and forgets it. */
void gw_pg_discard(struct gw_session *session, const char *what);

/* Which server, history and database this is: system identifier, timeline, database; "" where the
   account may not know. */
enum { GW_PG_IDENTITY_MAX = 64 };
enum gw_status gw_pg_identity(struct gw_session *session, char out[GW_PG_IDENTITY_MAX],
			      struct gw_error *err);

/* Ends a transaction that failed, where the connection still can. */
void gw_pg_rollback(struct gw_session *session);

/* A field of a text result, "" where it is NULL. */
const char *gw_pg_text(const PGresult *result, int row, int column);
int64_t gw_pg_int(const PGresult *result, int row, int column);
bool gw_pg_true(const PGresult *result, int row, int column);

#endif
