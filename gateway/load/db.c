#include "load/db.h"

#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/beat.h"
#include "base/i18n.h"
#include "base/sqlstate.h"
#include "base/text.h"

enum { CONNECT_TIMEOUT_US = 10 * 1000000 };
#define STATEMENT_US (INT64_C(15) * 60 * 1000000) /* of a merge, an ANALYZE, a migration */

struct gw_db {
	PGconn *conn;
	char culprit[64];
	int64_t row; /* of a COPY, from 1; 0: none was named */
};

enum gw_status
gw_db_status(const char *sqlstate)
{
	return gw_sqlstate_status(sqlstate, GW_SQL_WAREHOUSE);
}

static const char *
text_or(const char *text, const char *otherwise)
{
	return text != NULL && text[0] != '\0' ? text : otherwise;
}

static enum gw_status
fail_lost(const struct gw_db *db, struct gw_error *err)
{
	return gw_fail(err, GW_RETRY,
		       _("the warehouse at %s, port %s, does not answer; see that PostgreSQL runs "
			 "there and can be reached"),
		       text_or(PQhost(db->conn), "?"), text_or(PQport(db->conn), "?"));
}

/* A failure that the server itself named. */
static enum gw_status
fail_state(struct gw_db *db, const char *sqlstate, struct gw_error *err)
{
	enum gw_status status = gw_db_status(sqlstate);

	if (strcmp(sqlstate, "42501") == 0)
		(void)gw_fail(
			err, status, "%s",
			_("the warehouse does not let this account do it (SQLSTATE 42501); it "
			  "must own the database's schemas and all that is in them"));
	else if (db->culprit[0] != '\0')
		(void)gw_fail(err, status, _("the warehouse says SQLSTATE %s, naming %s"), sqlstate,
			      db->culprit);
	else
		(void)gw_fail(err, status, _("the warehouse says SQLSTATE %s"), sqlstate);
	memcpy(err->sqlstate, sqlstate, 5);
	err->sqlstate[5] = '\0';
	return status;
}

/* "COPY thing, line 123" in whatever language, after the lines of functions that it called. */
static int64_t
row_of(const char *context)
{
	int64_t row = 0;

	while (context != NULL && strncmp(context, "COPY ", 5) != 0) {
		context = strchr(context, '\n');
		context = context == NULL ? NULL : context + 1;
	}
	if (context == NULL || (context = strchr(context, ',')) == NULL)
		return 0;
	context += strcspn(context, "0123456789\n");
	return gw_parse_i64(context, strspn(context, "0123456789"), &row) ? row : 0;
}

static enum gw_status
fail_result(struct gw_db *db, const PGresult *result, struct gw_error *err)
{
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *culprit = PQresultErrorField(result, PG_DIAG_CONSTRAINT_NAME);

	if (culprit == NULL)
		culprit = PQresultErrorField(result, PG_DIAG_COLUMN_NAME);
	db->row = row_of(PQresultErrorField(result, PG_DIAG_CONTEXT));
	db->culprit[0] = '\0';
	if (culprit != NULL && strlen(culprit) < sizeof db->culprit && gw_line_valid(culprit))
		(void)strncat(db->culprit, culprit, sizeof db->culprit - 1);
	/* A connection that broke gives a result without SQLSTATE. */
	if (sqlstate == NULL || !gw_sqlstate_valid(sqlstate))
		return fail_lost(db, err);
	return fail_state(db, sqlstate, err);
}

static void
drop_notice(void *arg, const PGresult *result)
{
	(void)arg;
	(void)result;
}

static bool
is_loopback(const char *host)
{
	return host[0] == '\0' || host[0] == '/' || strcmp(host, "localhost") == 0 ||
	       strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

/* "require" where the conninfo says nothing of TLS and leaves this machine. */
static const char *
default_sslmode(const char *conninfo)
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
	const char *mode = "prefer";

	for (const PQconninfoOption *o = options; o != NULL && o->keyword != NULL; o++)
		if ((strcmp(o->keyword, "host") == 0 || strcmp(o->keyword, "hostaddr") == 0) &&
		    o->val != NULL && !is_loopback(o->val))
			mode = "require";
	PQconninfoFree(options);
	return mode;
}

static bool
is_readable(const char *conninfo)
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL);

	PQconninfoFree(options);
	return options != NULL;
}

static PGconn *
connect_start(const char *conninfo, const char *duty)
{
	/* What stands before dbname are defaults, what stands behind it overrides. */
	const char *keys[] = {
		"sslmode", "keepalives_idle",  "keepalives_interval", "tcp_user_timeout",
		"dbname",  "application_name", "client_encoding",     NULL};
	const char *values[] = {
		default_sslmode(conninfo), "30", "10", "60000", conninfo, duty, "UTF8", NULL};

	return PQconnectStartParams(keys, values, 1);
}

/* Waits for the socket as the library asks; false when the time is over. */
static bool
connect_wait(PGconn *conn)
{
	PostgresPollingStatusType state = PGRES_POLLING_WRITING;
	int64_t deadline = gw_monotonic_us() + CONNECT_TIMEOUT_US;

	gw_beat(GW_AT_WAREHOUSE);
	while (state != PGRES_POLLING_OK && state != PGRES_POLLING_FAILED) {
		int64_t left_us = deadline - gw_monotonic_us();
		struct pollfd fd = {.fd = PQsocket(conn),
				    .events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT};

		if (left_us <= 0)
			return false;
		if (poll(&fd, 1, (int)(left_us / 1000) + 1) > 0)
			state = PQconnectPoll(conn);
	}
	return state == PGRES_POLLING_OK;
}

/* With PQERRORS_SQLSTATE the message of a refused connection ends in "FATAL:  28P01". */
static enum gw_status
fail_connect(struct gw_db *db, struct gw_error *err)
{
	const char *message = PQerrorMessage(db->conn);
	const char *found = strstr(message, "FATAL:  ");
	char sqlstate[6] = "";
	enum gw_status status;

	if (found != NULL)
		(void)snprintf(sqlstate, sizeof sqlstate, "%s", found + 8);
	if (!gw_sqlstate_valid(sqlstate) || gw_db_status(sqlstate) == GW_RETRY)
		return fail_lost(db, err);
	status = gw_db_status(sqlstate);
	if (strncmp(sqlstate, "28", 2) == 0)
		(void)gw_fail(err, status,
			      _("the warehouse refuses the user or password; correct the "
				"connection file (SQLSTATE %s)"),
			      sqlstate);
	else if (strcmp(sqlstate, "3D000") == 0)
		(void)gw_fail(err, status, "%s",
			      _("the warehouse has no such database; create it or correct the "
				"connection file (SQLSTATE 3D000)"));
	else
		return fail_state(db, sqlstate, err);
	memcpy(err->sqlstate, sqlstate, sizeof sqlstate);
	return status;
}

enum gw_status
gw_db_open(const char *conninfo, const char *duty, struct gw_db **out, struct gw_error *err)
{
	struct gw_db *db = calloc(1, sizeof *db);
	enum gw_status status = GW_OK;

	if (db == NULL)
		return gw_fail_memory(err);
	db->conn = connect_start(conninfo, duty);
	if (db->conn == NULL) {
		status = gw_fail_memory(err);
	} else if (!is_readable(conninfo)) {
		status = gw_fail(err, GW_CONFIG, "%s",
				 _("the warehouse's connection text can't be read; it should look "
				   "like: host=127.0.0.1 port=5432 dbname=warehouse user=songma"));
	} else {
		(void)PQsetErrorVerbosity(db->conn, PQERRORS_SQLSTATE);
		(void)PQsetNoticeReceiver(db->conn, drop_notice, NULL);
		if (PQstatus(db->conn) == CONNECTION_BAD || !connect_wait(db->conn))
			status = fail_connect(db, err);
	}
	if (status != GW_OK) {
		gw_db_close(db);
		return status;
	}
	*out = db;
	return GW_OK;
}

void
gw_db_close(struct gw_db *db)
{
	if (db == NULL)
		return;
	PQfinish(db->conn);
	free(db);
}

bool
gw_db_alive(const struct gw_db *db)
{
	return PQstatus(db->conn) == CONNECTION_OK;
}

static void
busy(void)
{
	gw_beat_long(GW_AT_WAREHOUSE, STATEMENT_US);
}

/* Takes over result: into *out, or frees it. */
static enum gw_status
settle(struct gw_db *db, PGresult *result, struct gw_db_result **out, struct gw_error *err)
{
	ExecStatusType state = PQresultStatus(result);
	enum gw_status status;

	if (state == PGRES_COMMAND_OK || state == PGRES_TUPLES_OK || state == PGRES_EMPTY_QUERY) {
		if (out == NULL)
			PQclear(result);
		else
			*out = (struct gw_db_result *)result;
		return GW_OK;
	}
	status = fail_result(db, result, err);
	PQclear(result);
	return status;
}

enum gw_status
gw_db_exec(struct gw_db *db, const char *sql, struct gw_error *err)
{
	busy();
	return settle(db, PQexec(db->conn, sql), NULL, err);
}

enum gw_status
gw_db_query(struct gw_db *db, const char *sql, const char *const *params, int count,
	    struct gw_db_result **out, struct gw_error *err)
{
	busy();
	return settle(db, PQexecParams(db->conn, sql, count, NULL, params, NULL, NULL, 0), out,
		      err);
}

enum gw_status
gw_db_prepare(struct gw_db *db, const char *name, const char *sql, struct gw_error *err)
{
	return settle(db, PQprepare(db->conn, name, sql, 0, NULL), NULL, err);
}

enum { MAX_PARAMS = 16 };

static enum gw_status
fail_params(struct gw_error *err)
{
	return gw_fail(err, GW_FATAL, "%s", _("a statement has too many parameters"));
}

enum gw_status
gw_db_run(struct gw_db *db, const char *name, const struct gw_db_bytes *params, int count,
	  struct gw_db_result **out, struct gw_error *err)
{
	const char *values[MAX_PARAMS];
	int lengths[MAX_PARAMS], formats[MAX_PARAMS];

	if (count > MAX_PARAMS)
		return fail_params(err);
	for (int i = 0; i < count; i++) {
		if (params[i].len > INT32_MAX)
			return fail_params(err);
		values[i] = params[i].data;
		lengths[i] = (int)params[i].len;
		formats[i] = 1;
	}
	busy();
	return settle(db, PQexecPrepared(db->conn, name, count, values, lengths, formats, 1), out,
		      err);
}

enum gw_status
gw_db_query_bytes(struct gw_db *db, const char *sql, const char *const *params, int count,
		  const struct gw_db_bytes *bytes, struct gw_error *err)
{
	const char *values[MAX_PARAMS];
	int lengths[MAX_PARAMS] = {0};
	int formats[MAX_PARAMS] = {0};

	if (count >= MAX_PARAMS || bytes->len > INT32_MAX)
		return fail_params(err);
	for (int i = 0; i < count; i++)
		values[i] = params[i];
	values[count] = bytes->data;
	lengths[count] = (int)bytes->len;
	formats[count] = 1;
	busy();
	return settle(db, PQexecParams(db->conn, sql, count + 1, NULL, values, lengths, formats, 0),
		      NULL, err);
}

enum gw_status
gw_db_commit(struct gw_db *db, struct gw_error *err)
{
	enum gw_status status;
	PGresult *result;
	bool undone;

	busy();
	result = PQexec(db->conn, "COMMIT");
	/* A transaction that had failed is rolled back, and COMMIT says so without an error. */
	undone = PQresultStatus(result) == PGRES_COMMAND_OK &&
		 strcmp(PQcmdStatus(result), "COMMIT") != 0;
	status = settle(db, result, NULL, err);
	if (status == GW_OK && undone)
		return gw_fail(err, GW_FATAL, "%s",
			       _("the warehouse rolled a transaction back that was to commit"));
	return status;
}

void
gw_db_rollback(struct gw_db *db)
{
	if (PQtransactionStatus(db->conn) != PQTRANS_IDLE)
		PQclear(PQexec(db->conn, "ROLLBACK"));
}

static enum gw_status
begin_copy(struct gw_db *db, const char *sql, ExecStatusType wanted, struct gw_error *err)
{
	enum gw_status status = GW_OK;
	PGresult *result;

	busy();
	result = PQexec(db->conn, sql);
	if (PQresultStatus(result) != wanted)
		status = fail_result(db, result, err);
	PQclear(result);
	return status;
}

enum gw_status
gw_db_copy_begin(struct gw_db *db, const char *sql, struct gw_error *err)
{
	return begin_copy(db, sql, PGRES_COPY_IN, err);
}

enum gw_status
gw_db_copy_out(struct gw_db *db, const char *sql, struct gw_error *err)
{
	return begin_copy(db, sql, PGRES_COPY_OUT, err);
}

/* Takes what the server says at the end of a COPY. */
static enum gw_status
copy_result(struct gw_db *db, struct gw_error *err)
{
	PGresult *result = PQgetResult(db->conn);
	enum gw_status status = settle(db, result, NULL, err);

	while (result != NULL) {
		result = PQgetResult(db->conn);
		PQclear(result);
	}
	return status;
}

/* During a COPY the server has nothing to say until it refuses a row. */
static bool
has_refused(const struct gw_db *db)
{
	struct pollfd fd = {.fd = PQsocket(db->conn), .events = POLLIN};

	return poll(&fd, 1, 0) > 0;
}

enum gw_status
gw_db_copy_put(struct gw_db *db, const void *bytes, size_t len, struct gw_error *err)
{
	if (has_refused(db) && PQputCopyEnd(db->conn, "given up") == 1)
		return copy_result(db, err) == GW_OK ? fail_lost(db, err) : err->status;
	if (PQputCopyData(db->conn, bytes, (int)len) == 1)
		return GW_OK;
	if (!gw_db_alive(db))
		return fail_lost(db, err);
	return copy_result(db, err) == GW_OK ? fail_lost(db, err) : err->status;
}

enum gw_status
gw_db_copy_end(struct gw_db *db, struct gw_error *err)
{
	if (PQputCopyEnd(db->conn, NULL) != 1)
		return fail_lost(db, err);
	return copy_result(db, err);
}

enum gw_status
gw_db_copy_take(struct gw_db *db, char **data, size_t *len, struct gw_error *err)
{
	int got;

	PQfreemem(*data);
	*data = NULL;
	got = PQgetCopyData(db->conn, data, 0);
	if (got < 0)
		return copy_result(db, err);
	*len = (size_t)got;
	return GW_OK;
}

void
gw_db_copy_cancel(struct gw_db *db)
{
	struct gw_error unused;

	if (PQputCopyEnd(db->conn, "given up") == 1)
		(void)copy_result(db, &unused);
}

const char *
gw_db_culprit(const struct gw_db *db)
{
	return db->culprit;
}

int64_t
gw_db_culprit_row(const struct gw_db *db)
{
	return db->row;
}
