#include "postgres/connect.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/beat.h"
#include "base/i18n.h"
#include "base/text.h"
#include "postgres/failure.h"

#define US_PER_SECOND INT64_C(1000000)
enum { MAX_SETTINGS = 64, MAX_WAIT_S = 600, WAIT_MS = 250 };

/* Given where the connection file does not say otherwise. */
static const struct {
	const char *name, *value;
} fallbacks[] = {
	{"connect_timeout", "10"},     {"application_name", "songma"}, {"keepalives", "1"},
	{"keepalives_idle", "30"},     {"keepalives_interval", "10"},  {"keepalives_count", "3"},
	{"tcp_user_timeout", "30000"},
};

struct target {
	const char *names[MAX_SETTINGS + 1];
	const char *values[MAX_SETTINGS + 1];
	size_t count;
	int64_t wait_us; /* for all hosts together */
};

static const char *
value_of(const struct target *target, const char *name)
{
	for (size_t i = 0; i < target->count; i++)
		if (strcmp(target->names[i], name) == 0)
			return target->values[i];
	return NULL;
}

static void
add(struct target *target, const char *name, const char *value)
{
	if (target->count < MAX_SETTINGS) {
		target->names[target->count] = name;
		target->values[target->count++] = value;
	}
}

/* "a,b,c" names three. */
static int64_t
count_hosts(const struct target *target)
{
	const char *hosts = value_of(target, "host");
	int64_t n = 1;

	if (hosts == NULL)
		hosts = value_of(target, "hostaddr");
	for (; hosts != NULL && *hosts != '\0'; hosts++)
		n += *hosts == ',';
	return n;
}

static void
plan(struct target *target, const PQconninfoOption *given)
{
	const char *timeout;
	int64_t seconds = 0;

	for (; given->keyword != NULL; given++)
		if (given->val != NULL && strcmp(given->keyword, "client_encoding") != 0)
			add(target, given->keyword, given->val);
	for (size_t i = 0; i < sizeof fallbacks / sizeof fallbacks[0]; i++)
		if (value_of(target, fallbacks[i].name) == NULL)
			add(target, fallbacks[i].name, fallbacks[i].value);
	timeout = value_of(target, "connect_timeout");
	if (!gw_parse_i64(timeout, strlen(timeout), &seconds) || seconds <= 0 ||
	    seconds > MAX_WAIT_S)
		seconds = MAX_WAIT_S;
	target->wait_us = seconds * count_hosts(target) * US_PER_SECOND;
}

static void
name_place(struct gw_session *session, const struct target *target)
{
	const char *host = PQhost(session->conn);
	const char *port = PQport(session->conn);
	const char *db = PQdb(session->conn);

	if (host == NULL || host[0] == '\0')
		host = value_of(target, "host");
	(void)snprintf(session->where, sizeof session->where, "%s:%s/%s",
		       host == NULL ? "localhost" : host, port == NULL ? "" : port,
		       db == NULL ? "" : db);
}

/* Only a connection made step by step can be told beforehand to report the SQLSTATE of a refusal;
   libpq gives no other way to it, and the server's text may be in any language. */
static enum gw_status
connect_by_steps(struct gw_session *session, const struct target *target, struct gw_error *err)
{
	int64_t deadline = gw_monotonic_us() + target->wait_us;
	PostgresPollingStatusType step = PGRES_POLLING_WRITING;

	while (step != PGRES_POLLING_OK) {
		struct pollfd pfd = {.fd = PQsocket(session->conn),
				     .events = step == PGRES_POLLING_READING ? POLLIN : POLLOUT};

		gw_beat(GW_AT_SOURCE);
		if (step == PGRES_POLLING_FAILED || PQstatus(session->conn) == CONNECTION_BAD) {
			name_place(session, target);
			return gw_pg_fail_open(session, err);
		}
		if (gw_monotonic_us() > deadline) {
			name_place(session, target);
			return gw_fail(
				err, GW_RETRY, _("%s: the server does not answer within %lld s"),
				session->where, (long long)(target->wait_us / US_PER_SECOND));
		}
		if (poll(&pfd, 1, WAIT_MS) > 0)
			step = PQconnectPoll(session->conn);
	}
	name_place(session, target);
	(void)PQsetErrorVerbosity(session->conn, PQERRORS_DEFAULT);
	return GW_OK;
}

enum gw_status
gw_pg_connect(const char *connection, struct gw_session *session, struct gw_error *err)
{
	struct target target = {.count = 0};
	char *quoted = NULL; /* libpq's own complaint repeats a piece of the text */
	PQconninfoOption *given = PQconninfoParse(connection, &quoted);
	enum gw_status status;

	PQfreemem(quoted);
	if (given == NULL)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("the source connection can't be understood: expected "
				 "\"host=… port=… dbname=… user=… password=…\" or "
				 "\"postgresql://…\""));
	plan(&target, given);
	session->conn = PQconnectStartParams(target.names, target.values, 0);
	if (session->conn == NULL) {
		status = gw_fail_memory(err);
	} else {
		(void)PQsetErrorVerbosity(session->conn, PQERRORS_SQLSTATE);
		status = connect_by_steps(session, &target, err);
	}
	PQconninfoFree(given);
	return status;
}

enum gw_status
gw_pg_zone_set(const char *name, char out[GW_PG_ZONE_MAX], struct gw_error *err)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789_+-/";
	size_t len = name == NULL ? 0 : strlen(name);

	if (name == NULL || len == 0)
		name = "UTC";
	else if (len >= GW_PG_ZONE_MAX || strspn(name, allowed) != len)
		return gw_fail(err, GW_CONFIG,
			       _("time_zone: expected a name such as Asia/Ho_Chi_Minh"));
	(void)snprintf(out, GW_PG_ZONE_MAX, "%s", name);
	return GW_OK;
}
