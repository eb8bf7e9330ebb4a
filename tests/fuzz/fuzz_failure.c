/*
 * Any fields of an error that a PostgreSQL server may send, to the connector
 * and to the load: what is made of them can be shown, and has nothing of what
 * a server says about values.  One line a field: SQLSTATE, message, detail,
 * constraint, column; the rest is what a refused connection says.
 */
#include <fcntl.h>
#include <libpq-fe.h>

#include "fuzz.h"
#include "load/db.h"
#include "postgres/failure.h"
#include "postgres/session.h"

enum { STATE, MESSAGE, DETAIL, CONSTRAINT, COLUMN, REFUSAL, FIELDS };

/* Stand in for the library's: those of a program come before those of a shared one. */
static char *fields[FIELDS];
static int connection, result;

char *
PQresultErrorField(const PGresult *res, int code)
{
	static const int codes[] = {
		[STATE] = PG_DIAG_SQLSTATE,        [MESSAGE] = PG_DIAG_MESSAGE_PRIMARY,
		[DETAIL] = PG_DIAG_MESSAGE_DETAIL, [CONSTRAINT] = PG_DIAG_CONSTRAINT_NAME,
		[COLUMN] = PG_DIAG_COLUMN_NAME,
	};

	(void)res;
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i] == code)
			return fields[i];
	return fields[DETAIL];
}

char *
PQerrorMessage(const PGconn *conn)
{
	(void)conn;
	return fields[REFUSAL];
}

PGconn *
PQconnectStartParams(const char *const *keywords, const char *const *values, int expand)
{
	(void)keywords, (void)values, (void)expand;
	return (PGconn *)(void *)&connection;
}

ConnStatusType
PQstatus(const PGconn *conn)
{
	(void)conn;
	return result ? CONNECTION_OK : CONNECTION_BAD;
}

int
PQsocket(const PGconn *conn)
{
	static int nowhere = -1; /* always ready */

	(void)conn;
	if (nowhere < 0)
		nowhere = open("/dev/null", O_RDWR);
	return nowhere;
}

PostgresPollingStatusType
PQconnectPoll(PGconn *conn)
{
	(void)conn;
	return PGRES_POLLING_OK;
}

int
PQconnectionNeedsPassword(const PGconn *conn)
{
	(void)conn;
	return 0;
}

PGVerbosity
PQsetErrorVerbosity(PGconn *conn, PGVerbosity verbosity)
{
	(void)conn;
	return verbosity;
}

PQnoticeReceiver
PQsetNoticeReceiver(PGconn *conn, PQnoticeReceiver proc, void *arg)
{
	(void)conn, (void)proc, (void)arg;
	return NULL;
}

char *
PQhost(const PGconn *conn)
{
	static char host[] = "h";

	(void)conn;
	return host;
}

char *
PQport(const PGconn *conn)
{
	static char port[] = "1";

	(void)conn;
	return port;
}

void
PQfinish(PGconn *conn)
{
	(void)conn;
}

PGresult *
PQexec(PGconn *conn, const char *query)
{
	(void)conn, (void)query;
	return (PGresult *)(void *)&result;
}

ExecStatusType
PQresultStatus(const PGresult *res)
{
	(void)res;
	return PGRES_FATAL_ERROR;
}

void
PQclear(PGresult *res)
{
	(void)res;
}

static bool
stands_in(const char *whole, const char *part)
{
	return whole != NULL && strstr(whole, part) != NULL;
}

/* What a server says in detail is never shown, unless a name says the same. */
static void
require_no_detail(const struct gw_error *err)
{
	const char *detail = fields[DETAIL];

	if (detail == NULL || strlen(detail) < FUZZ_DIGITS ||
	    strspn(detail, "0123456789") != strlen(detail))
		return;
	require(!strstr(err->text, detail) || stands_in(fields[MESSAGE], detail) ||
		stands_in(fields[CONSTRAINT], detail) || stands_in(fields[COLUMN], detail));
}

static void
require_shown(const struct gw_error *err, bool names_only)
{
	require(err->status > GW_OK && err->status <= GW_FATAL);
	require_message(err);
	require(gw_utf8_valid(err->sqlstate, strlen(err->sqlstate)));
	require(strchr(err->text, '\n') == NULL);
	require_no_detail(err);
	if (fields[MESSAGE] != NULL && !names_only && fields[CONSTRAINT] == NULL &&
	    fields[COLUMN] == NULL)
		require_hidden(err->text, fields[MESSAGE], strlen(fields[MESSAGE]));
}

static void
check_connector(void)
{
	struct gw_session session = {.where = "h:1/d"};
	struct gw_error err;

	session.conn = (PGconn *)(void *)&connection;
	(void)gw_pg_fail(&session, (const PGresult *)(const void *)&result, "public.person", &err);
	require_shown(&err, gw_pg_says_names_only(fields[STATE]));
	(void)gw_pg_fail_open(&session, &err);
	require_shown(&err, false);
	require_hidden(err.text, fields[REFUSAL], strlen(fields[REFUSAL]));
}

static void
check_load(void)
{
	struct gw_error err;
	struct gw_db *db = NULL;

	result = 0;
	require(gw_db_open("host=h", "load", &db, &err) != GW_OK && db == NULL);
	require_shown(&err, false);
	require_hidden(err.text, fields[REFUSAL], strlen(fields[REFUSAL]));
	result = 1;
	require(gw_db_open("host=h", "load", &db, &err) == GW_OK);
	require(gw_db_exec(db, "SELECT", &err) != GW_OK);
	require_shown(&err, false);
	gw_db_close(db);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < REFUSAL; i++) {
		struct fuzz_part part = fuzz_next(&data, &size, '\n');

		fields[i] = part.len == 1 && part.text[0] == '-' ? NULL
								 : fuzz_text(part.text, part.len);
	}
	fields[REFUSAL] = fuzz_text(data, size);
	result = 1;
	check_connector();
	check_load();
	for (size_t i = 0; i < FIELDS; i++) {
		free(fields[i]);
		fields[i] = NULL;
	}
	return 0;
}
