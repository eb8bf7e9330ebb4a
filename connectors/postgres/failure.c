#include "postgres/failure.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/sqlstate.h"
#include "base/text.h"
#include "postgres/session.h"

/* How it is said; class or whole state, the longest match first: a state before its class. */
static const struct {
	const char *state;
	bool names_only;
	const char *sentence;
} meanings[] = {
	{"08P01", false, N_("the connection broke in the middle of a message")},
	{"08", true, N_("the connection was lost")},
	{"0A", false, N_("the server can't do this with the table")},
	{"22008", false,
	 N_("a date or time in the table is beyond what the time zone can convert")},
	{"22021", false, N_("the table holds text that is not valid in its encoding")},
	{"22P05", false, N_("the table holds a character that has no equivalent in UTF-8")},
	{"22023", false, N_("the server does not know a setting or time zone")},
	{"22", false, N_("a value in the table can't be converted")},
	{"25006", false,
	 N_("reading the table would write (a view with a function that writes); the session is "
	    "read-only")},
	{"25", false, N_("the server ended the transaction")},
	{"26", false, N_("the server has lost a prepared statement")},
	{"28", true,
	 N_("the server refuses the account: check user and password in the connection file")},
	{"3D", true, N_("there is no such database: check dbname in the connection file")},
	{"40", false, N_("the server interrupted the query (conflict with recovery)")},
	{"42501", true,
	 N_("the account lacks a right: ask the owner of the database for GRANT SELECT")},
	{"42", true, N_("the server does not accept the query")},
	{"53300", false, N_("the server has no connection left for us")},
	{"53100", false, N_("the server's disk is full")},
	{"53200", false, N_("the server is short of memory")},
	{"53400", false, N_("the query is over a limit that was set on the server")},
	{"53", false, N_("the server is short of memory, disk or connections")},
	{"54", false, N_("the query is over a limit of the server")},
	{"55P03", false, N_("the table is locked by somebody else")},
	{"55", false, N_("the table can't be read at the moment")},
	{"57P04", false, N_("the database was dropped")},
	{"57", false, N_("the server is stopping, starting or was told to end the query")},
	{"72", false, N_("the server has cleaned up what the reading still needed")},
	{"F0", false, N_("the server's own configuration is broken at the moment")},
	{"HV00N", false, N_("the server behind a foreign table is away")},
	{"58", false, N_("the server has trouble with its disk")},
	{"XX001", false, N_("data on the server are damaged: its owner must repair them")},
	{"XX002", false, N_("an index on the server is damaged: its owner must build it anew")},
	{"XX", false, N_("the server reports an internal error")},
	{"", false, N_("the server is away or closed the connection")},
};

static bool
state_is_none(const char *sqlstate)
{
	return sqlstate == NULL || sqlstate[0] == '\0';
}

static size_t
meaning_of(const char *sqlstate)
{
	size_t last = sizeof meanings / sizeof meanings[0] - 1;

	if (state_is_none(sqlstate))
		return last;
	for (size_t i = 0; i < last; i++)
		if (strncmp(sqlstate, meanings[i].state, strlen(meanings[i].state)) == 0)
			return i;
	return last + 1;
}

enum gw_status
gw_pg_meaning(const char *sqlstate, const char **sentence)
{
	size_t i = meaning_of(sqlstate);

	*sentence = i == sizeof meanings / sizeof meanings[0] ? _("the server refused the query")
							      : _(meanings[i].sentence);
	if (state_is_none(sqlstate))
		return GW_RETRY;
	return gw_sqlstate_status(sqlstate, GW_SQL_SOURCE);
}

bool
gw_pg_says_names_only(const char *sqlstate)
{
	size_t i = meaning_of(sqlstate);

	return i < sizeof meanings / sizeof meanings[0] && meanings[i].names_only;
}

static bool
state_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

void
gw_pg_refusal_state(const char *message, char out[6])
{
	out[0] = '\0';
	/* The severity before it may be in any language; the colon and two blanks are fixed. */
	for (const char *at = strstr(message, ":  "); at != NULL; at = strstr(at + 1, ":  ")) {
		size_t n = 0;

		while (n < 5 && state_char(at[3 + n]))
			n++;
		if (n == 5 && !state_char(at[8])) {
			memcpy(out, at + 3, 5);
			out[5] = '\0';
		}
	}
}

static enum gw_status
fail_state(struct gw_error *err, const char *sqlstate)
{
	(void)snprintf(err->sqlstate, sizeof err->sqlstate, "%s", sqlstate);
	return err->status;
}

enum gw_status
gw_pg_fail_open(const struct gw_session *session, struct gw_error *err)
{
	const char *sentence;
	char state[6];
	enum gw_status status;

	gw_pg_refusal_state(PQerrorMessage(session->conn), state);
	if (state[0] == '\0' && PQconnectionNeedsPassword(session->conn)) {
		status = GW_CONFIG;
		sentence = _("the server asks for a password and the connection file has none");
	} else if (state[0] == '\0') {
		status = GW_RETRY;
		sentence = _("the server does not answer or refuses connections");
	} else {
		status = gw_pg_meaning(state, &sentence);
	}
	if (state[0] == '\0')
		return gw_fail(err, status, "%s: %s", session->where, sentence);
	(void)gw_fail(err, status, "%s: %s (SQLSTATE %s)", session->where, sentence, state);
	return fail_state(err, state);
}

/* 57014 says that somebody ended the query: we, the statement timeout, or an administrator.
   The text that tells them apart is in the server's language, so the clock decides. */
static enum gw_status
fail_interrupted(const struct gw_session *session, const char *what, struct gw_error *err)
{
	int64_t limit = session->statement_timeout_us;

	if (limit > 0 && gw_monotonic_us() - session->began_us >= limit - limit / 20)
		(void)gw_fail(err, GW_RETRY,
			      _("%s: not done within the statement timeout of %lld s.  The source "
				"is busy, or an index is missing on the cursor or the key; else "
				"raise limits: statement_timeout, or lower limits: page_rows"),
			      what, (long long)(limit / 1000000));
	else
		(void)gw_fail(err, GW_RETRY,
			      _("%s: an administrator of the server ended the query"), what);
	return fail_state(err, "57014");
}

/* NULL: the server named none. */
static const char *
state_of(const PGresult *result)
{
	const char *state = result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_SQLSTATE);

	return state != NULL && gw_sqlstate_valid(state) ? state : NULL;
}

enum gw_status
gw_pg_fail(struct gw_session *session, const PGresult *result, const char *what,
	   struct gw_error *err)
{
	const char *state = state_of(result);
	const char *says =
		result == NULL ? NULL : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *sentence;
	enum gw_status status;

	if (session->cancelled)
		return gw_fail(err, GW_CANCELLED, _("%s: stopped on request"), what);
	if (state == NULL || PQstatus(session->conn) == CONNECTION_BAD) {
		(void)gw_fail(err, GW_RETRY, _("%s: the server closed the connection (%s)"), what,
			      session->where);
		return fail_state(err, state == NULL ? "" : state);
	}
	if (strcmp(state, "57014") == 0)
		return fail_interrupted(session, what, err);
	status = gw_pg_meaning(state, &sentence);
	if (gw_pg_says_names_only(state) && says != NULL && gw_line_valid(says))
		(void)gw_fail(err, status, "%s: %s: %s (SQLSTATE %s)", what, sentence, says, state);
	else
		(void)gw_fail(err, status, "%s: %s (SQLSTATE %s)", what, sentence, state);
	return fail_state(err, state);
}
