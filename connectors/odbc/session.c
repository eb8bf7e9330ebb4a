#include "odbc/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/beat.h"
#include "base/i18n.h"
#include "base/text.h"
#include "odbc/connect.h"
#include "odbc/failure.h"
#include "odbc/watch.h"

#define US_PER_SECOND INT64_C(1000000)
#define FALLBACK_TIMEOUT_US (60 * US_PER_SECOND)
/* A call that has run for so long is deep in the driver, and holds no lock of its manager's. */
#define SETTLED_US INT64_C(20000)

enum { PARAMS_MAX = 128 * 1024 };

static enum gw_status
open_handles(struct gw_session *session, struct gw_error *err)
{
	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &session->env)))
		return gw_fail_memory(err);
	(void)SQLSetEnvAttr(session->env, SQL_ATTR_ODBC_VERSION,
			    gw_odbc_number((uintptr_t)SQL_OV_ODBC3), 0);
	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_DBC, session->env, &session->dbc)))
		return gw_fail_memory(err);
	return GW_OK;
}

static void
close_handles(struct gw_session *session)
{
	if (session->stmt != NULL)
		(void)SQLFreeHandle(SQL_HANDLE_STMT, session->stmt);
	if (session->connected) {
		(void)SQLEndTran(SQL_HANDLE_DBC, session->dbc, SQL_ROLLBACK);
		(void)SQLDisconnect(session->dbc);
	}
	if (session->dbc != NULL)
		(void)SQLFreeHandle(SQL_HANDLE_DBC, session->dbc);
	if (session->env != NULL)
		(void)SQLFreeHandle(SQL_HANDLE_ENV, session->env);
	gw_buf_release(&session->wide);
	gw_buf_release(&session->params);
}

void
gw_odbc_kill(struct gw_session *session)
{
	struct gw_session other = {.dialect = session->dialect};
	struct gw_error ignored;
	struct gw_buf sql;

	if (session->killed || session->self == 0 || session->dialect->kill == NULL)
		return;
	session->killed = true;
	gw_buf_init(&sql, GW_ODBC_SQL_MAX);
	gw_buf_init(&other.params, PARAMS_MAX);
	other.statement_timeout_us = US_PER_SECOND;
	if (open_handles(&other, &ignored) == GW_OK &&
	    gw_odbc_connect(session->connection, &other, &ignored) == GW_OK &&
	    SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, other.dbc, &other.stmt)) &&
	    gw_odbc_put(&sql, session->dialect->kill, "", (long long)session->self))
		(void)gw_odbc_run(&other, session->where, sql.data, NULL, 0, &ignored);
	close_handles(&other);
	gw_buf_release(&sql);
}

/* ---- pages ------------------------------------------------------------------------------------
 */

enum gw_status
gw_odbc_begin_page(struct gw_session *session, const char *what, int64_t *clock_us,
		   struct gw_error *err)
{
	char text[GW_TIME_TEXT];

	*clock_us = gw_now_us();
	if (session->dialect->clock == NULL)
		return GW_OK;
	if (gw_odbc_query_one(session, what, session->dialect->clock, text, sizeof text, err) !=
	    GW_OK)
		return err->status;
	text[strcspn(text, ".")] = '\0';
	if (!gw_parse_i64(text, strlen(text), clock_us))
		return gw_fail(err, GW_RETRY, _("%s: the server does not tell the time"), what);
	return GW_OK;
}

void
gw_odbc_end_page(struct gw_session *session)
{
	gw_odbc_done(session);
	if (!session->cancelled)
		(void)SQLEndTran(SQL_HANDLE_DBC, session->dbc, SQL_COMMIT);
}

enum gw_status
gw_odbc_identity(struct gw_session *session, char out[GW_ODBC_IDENTITY_MAX], struct gw_error *err)
{
	enum gw_status status;

	out[0] = '\0';
	if (session->dialect->identity == NULL)
		return GW_OK;
	status = gw_odbc_query_one(session, _("identifying the server"), session->dialect->identity,
				   out, GW_ODBC_IDENTITY_MAX, err);
	gw_odbc_end_page(session);
	/* An account that may not know reads all the same. */
	return status == GW_CONFIG ? GW_OK : status;
}

/* ---- life -------------------------------------------------------------------------------------
 */

/* The dialect's own statements. */
static enum gw_status
run_setup(struct gw_session *session, int64_t seconds, struct gw_error *err)
{
	const struct gw_odbc_dialect *dialect = session->dialect;
	size_t most = sizeof dialect->setup / sizeof dialect->setup[0];
	enum gw_status status = GW_OK;
	struct gw_buf sql;

	gw_buf_init(&sql, GW_ODBC_SQL_MAX);
	for (size_t i = 0; i < most && dialect->setup[i] != NULL && status == GW_OK; i++) {
		gw_buf_clear(&sql);
		status = gw_odbc_put(&sql, dialect->setup[i], "", (long long)seconds)
				 ? gw_odbc_run(session, _("preparing the session"), sql.data, NULL,
					       0, err)
				 : gw_fail_memory(err);
		gw_odbc_done(session);
	}
	gw_buf_release(&sql);
	return status;
}

/* Where tables are that are named without a schema, and the session's number. */
static enum gw_status
look_around(struct gw_session *session, struct gw_error *err)
{
	const struct gw_odbc_dialect *dialect = session->dialect;
	const char *what = _("preparing the session");
	char self[GW_TIME_TEXT] = "";

	if (dialect->self != NULL &&
	    gw_odbc_query_one(session, what, dialect->self, self, sizeof self, err) != GW_OK)
		return err->status;
	if (!gw_parse_i64(self, strlen(self), &session->self))
		session->self = 0;
	return dialect->schema == NULL
		       ? GW_OK
		       : gw_odbc_query_one(session, what, dialect->schema, session->schema,
					   sizeof session->schema, err);
}

static enum gw_status
set_up(struct gw_session *session, struct gw_error *err)
{
	int64_t seconds = session->statement_timeout_us / US_PER_SECOND;
	enum gw_status status;

	if (session->driver->interrupts)
		gw_odbc_watch_make(session);
	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_STMT, session->dbc, &session->stmt)))
		return gw_odbc_fail(session, SQL_HANDLE_DBC, session->dbc, session->where, err);
	seconds = seconds < 1 ? 1 : seconds;
	(void)SQLSetStmtAttr(session->stmt, SQL_ATTR_QUERY_TIMEOUT,
			     gw_odbc_number((uintptr_t)seconds), 0);
	status = run_setup(session, seconds, err);
	(void)SQLSetConnectAttr(session->dbc, SQL_ATTR_AUTOCOMMIT,
				gw_odbc_number((uintptr_t)SQL_AUTOCOMMIT_OFF), SQL_IS_UINTEGER);
	if (status == GW_OK)
		status = look_around(session, err);
	gw_odbc_end_page(session);
	return status;
}

/* What the settings say, before there is a connection. */
static enum gw_status
take_settings(struct gw_session *session, const struct gw_settings *settings, struct gw_error *err)
{
	const char *zone = settings->time_zone;

	session->statement_timeout_us = settings->statement_timeout_us > 0
						? settings->statement_timeout_us
						: FALLBACK_TIMEOUT_US;
	gw_buf_init(&session->params, PARAMS_MAX);
	session->connection = strdup(settings->connection);
	if (session->connection == NULL)
		return gw_fail_memory(err);
	return gw_zone_read(zone == NULL || zone[0] == '\0' ? "UTC" : zone, &session->zone, err);
}

enum gw_status
gw_odbc_open(const struct gw_settings *settings, struct gw_session **out, struct gw_error *err)
{
	struct gw_session *session = calloc(1, sizeof *session);
	enum gw_status status;

	if (session == NULL)
		return gw_fail_memory(err);
	status = take_settings(session, settings, err);
	if (status == GW_OK)
		status = open_handles(session, err);
	if (status == GW_OK)
		status = gw_odbc_connect(session->connection, session, err);
	if (status == GW_OK)
		status = set_up(session, err);
	if (status != GW_OK) {
		gw_odbc_close(session);
		return status;
	}
	*out = session;
	return GW_OK;
}

void
gw_odbc_interrupt(struct gw_session *session)
{
	int64_t now = gw_monotonic_us();
	bool out_of_time =
		session->began_us > 0 && now - session->began_us > session->statement_timeout_us;

	if ((session->cancelled || out_of_time) && session->inside != 0 &&
	    now - session->called_us > SETTLED_US)
		(void)SQLCancel(session->stmt);
}

/*
 * Runs in a signal handler, which may have interrupted the driver anywhere: what is done here must
 * take no lock.  The driver's sockets are shut, so that its call comes back; a driver without one
 * is told to stop.
 */
void
gw_odbc_cancel(struct gw_session *session)
{
	session->cancelled = 1;
	for (size_t i = 0; i < session->nsockets; i++)
		(void)shutdown(session->sockets[i], SHUT_RDWR);
	if (session->driver != NULL && session->driver->interrupts)
		gw_odbc_interrupt(session);
}

void
gw_odbc_close(struct gw_session *session)
{
	if (session == NULL)
		return;
	gw_odbc_watch_free(session);
	if (session->cancelled)
		gw_odbc_kill(session);
	close_handles(session);
	if (session->connection != NULL)
		explicit_bzero(session->connection, strlen(session->connection));
	free(session->connection);
	gw_zone_free(session->zone);
	free(session);
}
