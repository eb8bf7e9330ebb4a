#include "postgres/session.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/beat.h"
#include "base/i18n.h"
#include "base/text.h"
#include "postgres/connect.h"
#include "postgres/failure.h"

#define US_PER_MS INT64_C(1000)
#define US_PER_SECOND INT64_C(1000000)

/* What a silent server may take beyond its own timeout, or after it was told to stop. */
#define GRACE_US (15 * US_PER_SECOND)
#define CANCEL_GRACE_US (5 * US_PER_SECOND)
#define LOCK_TIMEOUT_US (10 * US_PER_SECOND)
#define IDLE_TIMEOUT_US (60 * US_PER_SECOND)
#define FALLBACK_TIMEOUT_US (60 * US_PER_SECOND)
enum { WAIT_MS = 250, OLDEST_SERVER = 120000 };

/* Values a server-side message may hold must not reach stderr, where libpq would print them. */
static void
drop_notice(void *arg, const char *message)
{
	(void)arg;
	(void)message;
}

static enum gw_status
set_up(struct gw_session *session, struct gw_error *err)
{
	const char *encoding = PQparameterStatus(session->conn, "server_encoding");
	char sql[600];

	session->ascii = encoding != NULL && strcmp(encoding, "SQL_ASCII") == 0;
	(void)snprintf(
		sql, sizeof sql,
		"SET default_transaction_read_only = on; SET statement_timeout = %lld; "
		"SET lock_timeout = %lld; SET idle_in_transaction_session_timeout = %lld; "
		"SET client_encoding = '%s'; SET DateStyle = ISO; "
		"SET IntervalStyle = iso_8601; SET bytea_output = hex; SET TimeZone = 'UTC'; "
		"SET extra_float_digits = 3; SET xmloption = content; "
		"SET standard_conforming_strings = on; "
		/* Ours first, then the account's own: functions of views may need it. */
		"SELECT set_config('search_path', concat_ws(', ', 'pg_catalog', "
		"nullif(current_setting('search_path'), '')), false)",
		(long long)(session->statement_timeout_us / US_PER_MS),
		(long long)(LOCK_TIMEOUT_US / US_PER_MS), (long long)(IDLE_TIMEOUT_US / US_PER_MS),
		session->ascii ? "SQL_ASCII" : "UTF8");
	return gw_pg_query(session, _("preparing the session"), sql, NULL, NULL, err);
}

static enum gw_status
check_version(const struct gw_session *session, struct gw_error *err)
{
	int version = PQserverVersion(session->conn);

	if (version >= OLDEST_SERVER)
		return GW_OK;
	return gw_fail(err, GW_CONFIG,
		       _("%s: PostgreSQL %d is too old; the gateway reads 12 and later"),
		       session->where, version / 10000);
}

enum gw_status
gw_pg_open(const struct gw_settings *settings, struct gw_session **out, struct gw_error *err)
{
	struct gw_session *session = calloc(1, sizeof *session);
	enum gw_status status;

	if (session == NULL)
		return gw_fail_memory(err);
	session->statement_timeout_us = settings->statement_timeout_us > 0
						? settings->statement_timeout_us
						: FALLBACK_TIMEOUT_US;
	status = gw_pg_zone_set(settings->time_zone, session->zone, err);
	if (status == GW_OK)
		status = gw_pg_connect(settings->connection, session, err);
	if (status == GW_OK) {
		(void)PQsetNoticeProcessor(session->conn, drop_notice, NULL);
		session->cancel = PQgetCancel(session->conn);
		status =
			session->cancel == NULL ? gw_fail_memory(err) : check_version(session, err);
	}
	if (status == GW_OK)
		status = set_up(session, err);
	if (status != GW_OK) {
		gw_pg_close(session);
		return status;
	}
	*out = session;
	return GW_OK;
}

void
gw_pg_cancel(struct gw_session *session)
{
	char ignored[8];

	session->cancelled = 1;
	(void)PQcancel(session->cancel, ignored, sizeof ignored);
}

void
gw_pg_close(struct gw_session *session)
{
	if (session == NULL)
		return;
	if (session->cancel != NULL)
		PQfreeCancel(session->cancel);
	if (session->conn != NULL)
		PQfinish(session->conn);
	free(session);
}

/* Waits until the server has sent something, and takes it in. */
static enum gw_status
take_in(struct gw_session *session, const char *what, struct gw_error *err)
{
	struct pollfd pfd = {.fd = PQsocket(session->conn), .events = POLLIN};
	int64_t stopped_us = 0;

	for (;;) {
		int n = poll(&pfd, 1, WAIT_MS);
		int64_t now = gw_monotonic_us();

		gw_beat(GW_AT_SOURCE);
		if (n > 0)
			break;
		if (n < 0 && errno != EINTR)
			return gw_pg_fail(session, NULL, what, err);
		if (session->cancelled && stopped_us == 0)
			stopped_us = now;
		if (session->cancelled && now - stopped_us > CANCEL_GRACE_US)
			return gw_pg_fail(session, NULL, what, err);
		if (now - session->began_us > session->statement_timeout_us + GRACE_US)
			return gw_fail(err, GW_RETRY,
				       _("%s: the server (%s) has stopped answering"), what,
				       session->where);
	}
	if (PQconsumeInput(session->conn) == 0)
		return gw_pg_fail(session, NULL, what, err);
	return GW_OK;
}

/* The next result of the running statement, without waiting longer than allowed. */
static enum gw_status
next_result(struct gw_session *session, const char *what, PGresult **out, struct gw_error *err)
{
	while (PQisBusy(session->conn))
		if (take_in(session, what, err) != GW_OK)
			return err->status;
	*out = PQgetResult(session->conn);
	return GW_OK;
}

static bool
succeeded(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK || status == PGRES_COPY_OUT;
}

/* Takes all results to the end of the statement; keeps the last, or the first that failed. */
static enum gw_status
all_results(struct gw_session *session, const char *what, PGresult **out, struct gw_error *err)
{
	PGresult *kept = NULL, *result = NULL;
	enum gw_status status;

	while ((status = next_result(session, what, &result, err)) == GW_OK && result != NULL) {
		if (kept != NULL && !succeeded(kept)) {
			PQclear(result);
			continue;
		}
		PQclear(kept);
		kept = result;
		if (PQresultStatus(kept) == PGRES_COPY_OUT)
			break; /* its rows follow */
	}
	if (status == GW_OK && (kept == NULL || !succeeded(kept)))
		status = gw_pg_fail(session, kept, what, err);
	if (status != GW_OK) {
		PQclear(kept);
		return status;
	}
	*out = kept;
	return GW_OK;
}

static enum gw_status
start(struct gw_session *session, const char *what, int sent, struct gw_error *err)
{
	gw_beat(GW_AT_SOURCE);
	if (sent == 0)
		return gw_pg_fail(session, NULL, what, err);
	session->began_us = gw_monotonic_us();
	return GW_OK;
}

enum gw_status
gw_pg_query(struct gw_session *session, const char *what, const char *sql,
	    const char *const *params, PGresult **out, struct gw_error *err)
{
	PGresult *result = NULL;
	int count = 0, sent;

	if (session->cancelled)
		return gw_pg_fail(session, NULL, what, err);
	while (params != NULL && params[count] != NULL)
		count++;
	sent = params == NULL
		       ? PQsendQuery(session->conn, sql)
		       : PQsendQueryParams(session->conn, sql, count, NULL, params, NULL, NULL, 0);
	if (start(session, what, sent, err) != GW_OK ||
	    all_results(session, what, &result, err) != GW_OK)
		return err->status;
	if (out == NULL)
		PQclear(result);
	else
		*out = result;
	return GW_OK;
}

enum gw_status
gw_pg_send(struct gw_session *session, const char *what, const char *sql, struct gw_error *err)
{
	if (session->cancelled)
		return gw_pg_fail(session, NULL, what, err);
	return start(session, what, PQsendQuery(session->conn, sql), err);
}

enum gw_status
gw_pg_copy_begin(struct gw_session *session, const char *what, PGresult **first, PGresult **last,
		 struct gw_error *err)
{
	PGresult *result = NULL;
	enum gw_status status;

	*first = *last = NULL;

	/* What was sent long ago may have waited for us, not we for it. */
	session->began_us = gw_monotonic_us();
	while ((status = next_result(session, what, &result, err)) == GW_OK && result != NULL &&
	       succeeded(result)) {
		ExecStatusType what_came = PQresultStatus(result);
		PGresult **keep = *first == NULL ? first : last;

		if (what_came == PGRES_TUPLES_OK) {
			PQclear(*keep);
			*keep = result;
			continue;
		}
		PQclear(result);
		if (what_came == PGRES_COPY_OUT)
			return GW_OK;
	}
	if (status == GW_OK) {
		status = gw_pg_fail(session, result, what, err);
		PQclear(result);
		gw_pg_discard(session, what);
	}
	PQclear(*first);
	PQclear(*last);
	*first = *last = NULL;
	return status;
}

enum gw_status
gw_pg_copy_next(struct gw_session *session, const char *what, char **data, size_t *len,
		struct gw_error *err)
{
	PGresult *result = NULL;
	int n;

	while ((n = PQgetCopyData(session->conn, data, 1)) == 0)
		if (take_in(session, what, err) != GW_OK)
			return err->status;
	if (n > 0) {
		*len = (size_t)n;
		return GW_OK;
	}
	*data = NULL;
	if (n == -2)
		return gw_pg_fail(session, NULL, what, err);
	/* The end of the data is the end of the COPY only if the server says so. */
	if (all_results(session, what, &result, err) != GW_OK)
		return err->status;
	PQclear(result);
	return GW_OK;
}

void
gw_pg_discard(struct gw_session *session, const char *what)
{
	PGresult *result = NULL;
	struct gw_error ignored;
	char *data = NULL;
	size_t len;
	bool copies;

	while (!session->cancelled && next_result(session, what, &result, &ignored) == GW_OK &&
	       result != NULL) {
		copies = PQresultStatus(result) == PGRES_COPY_OUT;
		PQclear(result);
		while (copies && gw_pg_copy_next(session, what, &data, &len, &ignored) == GW_OK &&
		       data != NULL)
			PQfreemem(data);
	}
}

enum gw_status
gw_pg_identity(struct gw_session *session, char out[GW_PG_IDENTITY_MAX], struct gw_error *err)
{
	/* On a primary the write-ahead log knows the timeline before the next checkpoint does. */
	static const char sql[] =
		"SELECT (SELECT system_identifier FROM pg_control_system())"
		" || '/' || CASE WHEN pg_is_in_recovery()"
		" THEN (SELECT timeline_id FROM pg_control_checkpoint())"
		" ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END"
		" || '/' || (SELECT oid FROM pg_database WHERE datname = current_database())";
	PGresult *result = NULL;

	out[0] = '\0';
	if (gw_pg_query(session, _("identifying the server"), sql, NULL, &result, err) != GW_OK)
		return strncmp(err->sqlstate, "42", 2) == 0 ? GW_OK : err->status;
	(void)snprintf(out, GW_PG_IDENTITY_MAX, "%s", gw_pg_text(result, 0, 0));
	PQclear(result);
	return GW_OK;
}

void
gw_pg_rollback(struct gw_session *session)
{
	struct gw_error ignored;

	if (PQstatus(session->conn) == CONNECTION_BAD ||
	    PQtransactionStatus(session->conn) == PQTRANS_IDLE || session->cancelled)
		return;
	if (PQtransactionStatus(session->conn) == PQTRANS_ACTIVE)
		return; /* in the middle of a COPY: only closing helps */
	(void)gw_pg_query(session, "rollback", "ROLLBACK", NULL, NULL, &ignored);
}

const char *
gw_pg_text(const PGresult *result, int row, int column)
{
	return PQgetisnull(result, row, column) ? "" : PQgetvalue(result, row, column);
}

int64_t
gw_pg_int(const PGresult *result, int row, int column)
{
	const char *text = gw_pg_text(result, row, column);
	int64_t n = 0;

	return gw_parse_i64(text, strlen(text), &n) ? n : 0;
}

bool
gw_pg_true(const PGresult *result, int row, int column)
{
	return gw_pg_text(result, row, column)[0] == 't';
}
