/*
 * One connection to a source through ODBC, and the only place that calls a
 * driver.
 *
 * A driver waits by itself: how long is bounded by the statement's time limit,
 * which the server keeps, and by the sockets' own limits for a server that is
 * gone.  After GW_RETRY or GW_CANCELLED the connection may be gone: close the
 * session and open another.  Messages are made of SQLSTATEs, names and our own
 * words; a driver's text may hold values and is never read.
 */
#ifndef GW_ODBC_SESSION_H
#define GW_ODBC_SESSION_H

#include <signal.h>
#include <sql.h>
#include <sqlext.h>

#include "base/arena.h"
#include "base/buf.h"
#include "connector.h"
#include "normalise/zone.h"
#include "odbc/dialect.h"

enum { GW_ODBC_WHERE_MAX = 256, GW_ODBC_SOCKETS = 8, GW_ODBC_IDENTITY_MAX = 64 };
enum { GW_ODBC_PARAMS = 200, GW_ODBC_SQL_MAX = 1 << 20 };

/* The most bytes of one value; what is longer is not held. */
enum { GW_ODBC_VALUE_MAX = 1 << 20 };

struct gw_session {
	SQLHENV env;
	SQLHDBC dbc;
	SQLHSTMT stmt;
	bool connected;
	const struct gw_odbc_dialect *dialect;
	const struct gw_odbc_driver *driver;
	struct gw_zone *zone;
	volatile sig_atomic_t cancelled; /* for good: a cancelled session can only be closed */
	volatile sig_atomic_t inside;    /* a call of the driver's is running, since called_us */
	volatile int64_t called_us;
	struct gw_odbc_watch *watch; /* of a driver that only this process can interrupt */
	char *connection;            /* secret: to end a query of ours from another connection */
	int64_t self;                /* the session's number there; 0: unknown */
	bool killed;
	int sockets[GW_ODBC_SOCKETS];
	size_t nsockets;
	int64_t statement_timeout_us;
	int64_t began_us;           /* of the statement that runs; monotonic */
	struct gw_buf wide, params; /* of the statement that runs */
	SQLLEN lengths[GW_ODBC_PARAMS];
	char schema[GW_ODBC_WHERE_MAX]; /* of tables that are named without one */
	char where[GW_ODBC_WHERE_MAX];
};

/* Rows of a small result, as text; NULL: null. */
struct gw_odbc_result {
	size_t nrows, ncolumns;
	const char **cells;
};

enum gw_status gw_odbc_open(const struct gw_settings *settings, struct gw_session **out,
			    struct gw_error *err);
void gw_odbc_cancel(struct gw_session *session);
void gw_odbc_close(struct gw_session *session);

/* Runs one statement; what names it in messages.  Its rows wait in session->stmt until
   gw_odbc_done. */
enum gw_status gw_odbc_run(struct gw_session *session, const char *what, const char *sql,
			   const char *const *params, size_t nparams, struct gw_error *err);
/* A call of the driver's came back; GW_OK with *more false at the end of the rows. */
enum gw_status gw_odbc_came(struct gw_session *session, const char *what, SQLRETURN code,
			    bool *more, struct gw_error *err);
SQLRETURN gw_odbc_fetch_row(struct gw_session *session);
void gw_odbc_done(struct gw_session *session);

/* A statement, what names it in messages, its parameters. */
struct gw_odbc_ask {
	const char *what, *sql;
	const char *const *params;
	size_t nparams;
};

/* Runs it and takes all rows into the arena. */
enum gw_status gw_odbc_query(struct gw_session *session, const struct gw_odbc_ask *ask,
			     struct gw_arena *arena, struct gw_odbc_result *out,
			     struct gw_error *err);
/* The rows that wait in session->stmt. */
enum gw_status gw_odbc_take(struct gw_session *session, const char *what, struct gw_arena *arena,
			    struct gw_odbc_result *out, struct gw_error *err);
/* The first row's first column, "" where there is none, cut to size. */
enum gw_status gw_odbc_query_one(struct gw_session *session, const char *what, const char *sql,
				 char *out, size_t size, struct gw_error *err);

/* One column of the row fetched: its bytes go into out, whose maximum bounds them. */
struct gw_odbc_piece {
	size_t column;
	enum gw_odbc_form form;
	struct gw_buf *out;
	bool null; /* filled */
	bool cut;  /* there was more than out's maximum */
};

enum gw_status gw_odbc_get(struct gw_session *session, const char *what,
			   struct gw_odbc_piece *piece, struct gw_error *err);

/* The source's clock, microseconds UTC; begins the page's transaction with it. */
enum gw_status gw_odbc_begin_page(struct gw_session *session, const char *what, int64_t *clock_us,
				  struct gw_error *err);
/* Ends the transaction, if there is one. */
void gw_odbc_end_page(struct gw_session *session);

/* Which server and database this is; "" where it can't be known. */
enum gw_status gw_odbc_identity(struct gw_session *session, char out[GW_ODBC_IDENTITY_MAX],
				struct gw_error *err);

/* Ends the query of a cancelled session from another connection, once: its own was shut, which a
   server notices only when it has something to send. */
void gw_odbc_kill(struct gw_session *session);

/* Tells the driver to stop its call, if it is surely not in its manager's hands by now, and there
   is a reason to: cancelled, or out of time.  Safe in a signal handler. */
void gw_odbc_interrupt(struct gw_session *session);

/* A number where ODBC wants it as a pointer. */
static inline SQLPOINTER
gw_odbc_number(uintptr_t n)
{
	const union {
		uintptr_t number;
		SQLPOINTER pointer;
	} either = {n};

	return either.pointer;
}

/* A text where ODBC wants it writable, though it does not write. */
static inline SQLCHAR *
gw_odbc_chars(const char *text)
{
	const union {
		const char *text;
		SQLCHAR *chars;
	} either = {text};

	return either.chars;
}

/* The C type in which a form is fetched. */
SQLSMALLINT gw_odbc_c_type(enum gw_odbc_form form);

/* UTF-8 to the UTF-16 of the drivers, with a NUL, appended to out; NULL: no memory, or no UTF-8. */
SQLWCHAR *gw_odbc_widen(struct gw_buf *out, const char *text);

#endif
