#include "odbc/failure.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/sqlstate.h"
#include "base/text.h"
#include "odbc/session.h"

#define ACCOUNT N_("the server refuses the account: check user and password in the connection file")
#define DATABASE N_("there is no such database: check its name in the connection file")
#define RIGHT N_("the account lacks a right: ask the owner of the database for GRANT SELECT")
#define NO_DRIVER                                                                                  \
	N_("the driver can't be loaded: check its name in the connection file and whether its "    \
	   "package is installed; odbcinst -q -d lists the drivers")
#define NO_ENTRY                                                                                   \
	N_("there is no such database, or the account may not use it: check its name in the "      \
	   "connection file, or ask its owner for GRANT SELECT")
#define LOST N_("the server is away or closed the connection")
#define FULL N_("the server has no connection left for us")
#define TIMEOUT                                                                                    \
	N_("not done within the statement timeout.  The source is busy, or an index is missing "   \
	   "on "                                                                                   \
	   "the cursor or the key; else raise limits: statement_timeout, or lower limits: "        \
	   "page_rows")
#define LOCKED N_("the table is locked by somebody else")
#define GONE N_("there is no such table or column any more")
#define STOPPING N_("the server is stopping, starting or was told to end the query")
#define SORRY                                                                                      \
	N_("the server turns this machine away, as too many connections broke off: its "           \
	   "administrator ends that with FLUSH HOSTS")
#define NO_NAME                                                                                    \
	N_("the server's name is not known: the network's directory of names is away, or the "     \
	   "name in the connection file is wrong")
#define NO_SERVICE                                                                                 \
	N_("the server does not know the database: it is starting, or its name in the "            \
	   "connection file is wrong")
#define CHANGING N_("the table is being changed by somebody else")
#define SHORT N_("the server is short of memory, disk or connections")
#define READ_ONLY                                                                                  \
	N_("reading the table would write (a view with a function that writes); the session is "   \
	   "read-only")

/* Numbers of the servers' own say more than the SQLSTATE that a driver makes of them. */
static const struct {
	const char *dialect;
	int32_t native;
	enum gw_status status;
	const char *sentence;
} natives[] = {
	{"mariadb", 1044, GW_CONFIG, NO_ENTRY},
	{"mariadb", 1045, GW_CONFIG, ACCOUNT},
	{"mariadb", 1049, GW_CONFIG, DATABASE},
	{"mariadb", 1040, GW_RETRY, FULL},
	{"mariadb", 1203, GW_RETRY, FULL},
	{"mariadb", 1226, GW_RETRY, FULL},
	{"mariadb", 1698, GW_CONFIG, ACCOUNT},
	{"mariadb", 1142, GW_CONFIG, RIGHT},
	{"mariadb", 1143, GW_CONFIG, RIGHT},
	{"mariadb", 1146, GW_CONFIG, GONE},
	{"mariadb", 1054, GW_CONFIG, GONE},
	{"mariadb", 1053, GW_RETRY, STOPPING},
	{"mariadb", 1129, GW_RETRY, SORRY},
	{"mariadb", 1130, GW_CONFIG, ACCOUNT},
	{"mariadb", 1461, GW_RETRY, FULL},
	{"mariadb", 2005, GW_RETRY, NO_NAME},
	/* How a sort ends that is stopped with its server. */
	{"mariadb", 1028, GW_RETRY, STOPPING},
	{"mariadb", 1047, GW_RETRY, STOPPING},
	{"mariadb", 1021, GW_RETRY, SHORT},
	{"mariadb", 1030, GW_RETRY, SHORT},
	{"mariadb", 1038, GW_RETRY, SHORT},
	{"mariadb", 1041, GW_RETRY, SHORT},
	{"mariadb", 1114, GW_RETRY, SHORT},
	{"mariadb", 1135, GW_RETRY, SHORT},
	{"mariadb", 1206, GW_RETRY, LOCKED},
	{"mariadb", 1412, GW_RETRY, CHANGING},
	{"mariadb", 1615, GW_RETRY, CHANGING},
	{"mariadb", 1205, GW_RETRY, LOCKED},
	{"mariadb", 1213, GW_RETRY, LOCKED},
	{"mariadb", 1317, GW_RETRY, STOPPING},
	{"mariadb", 1969, GW_RETRY, TIMEOUT},
	{"mariadb", 3024, GW_RETRY, TIMEOUT},
	{"mariadb", 1792, GW_CONFIG, READ_ONLY},
	{"mariadb", 1927, GW_RETRY, STOPPING},
	{"mariadb", 2002, GW_RETRY, LOST},
	{"mariadb", 2003, GW_RETRY, LOST},
	{"mariadb", 2006, GW_RETRY, LOST},
	{"mariadb", 2013, GW_RETRY, LOST},
	{"mariadb", 2026, GW_RETRY, LOST},
	/* A line that breaks amid a packet: half a greeting, a packet that is none, out of turn. */
	{"mariadb", 2012, GW_RETRY, LOST},
	{"mariadb", 2014, GW_RETRY, LOST},
	{"mariadb", 2027, GW_RETRY, LOST},
	{"mariadb", 2055, GW_RETRY, LOST},
	{"mariadb", 4031, GW_RETRY, LOST},
	/* Of the client's library: what it could neither read nor send. */
	{"mariadb", 5013, GW_RETRY, LOST},
	{"mariadb", 5014, GW_RETRY, LOST},
	{"mariadb", 5015, GW_RETRY, LOST},
	{"mariadb", 1043, GW_RETRY, LOST},
	{"mariadb", 1152, GW_RETRY, LOST},
	{"mariadb", 1156, GW_RETRY, LOST},
	{"mariadb", 1157, GW_RETRY, LOST},
	{"mariadb", 1158, GW_RETRY, LOST},
	{"mariadb", 1159, GW_RETRY, LOST},
	{"mariadb", 1160, GW_RETRY, LOST},
	{"mariadb", 1161, GW_RETRY, LOST},
	{"sqlserver", 18456, GW_CONFIG, ACCOUNT},
	{"sqlserver", 18470, GW_CONFIG, ACCOUNT},
	{"sqlserver", 18486, GW_CONFIG, ACCOUNT},
	{"sqlserver", 18487, GW_CONFIG, ACCOUNT},
	{"sqlserver", 18488, GW_CONFIG, ACCOUNT},
	{"sqlserver", 4060, GW_CONFIG, DATABASE},
	{"sqlserver", 911, GW_CONFIG, DATABASE},
	{"sqlserver", 916, GW_CONFIG, NO_ENTRY},
	{"sqlserver", 229, GW_CONFIG, RIGHT},
	{"sqlserver", 230, GW_CONFIG, RIGHT},
	{"sqlserver", 208, GW_CONFIG, GONE},
	{"sqlserver", 207, GW_CONFIG, GONE},
	{"sqlserver", 1222, GW_RETRY, LOCKED},
	{"sqlserver", 1205, GW_RETRY, LOCKED},
	{"sqlserver", 1204, GW_RETRY, LOCKED},
	{"sqlserver", 3960, GW_RETRY, LOCKED},
	{"sqlserver", 701, GW_RETRY, SHORT},
	{"sqlserver", 8645, GW_RETRY, SHORT},
	{"sqlserver", 596, GW_RETRY, STOPPING},
	{"sqlserver", 6005, GW_RETRY, STOPPING},
	{"sqlserver", 17142, GW_RETRY, STOPPING},
	{"sqlserver", 17187, GW_RETRY, STOPPING},
	{"sqlserver", 18401, GW_RETRY, STOPPING},
	{"sqlserver", 17809, GW_RETRY, FULL},
	/* The database is being recovered, restored, or has moved to another machine. */
	{"sqlserver", 921, GW_RETRY, STOPPING},
	{"sqlserver", 922, GW_RETRY, STOPPING},
	{"sqlserver", 927, GW_RETRY, STOPPING},
	{"sqlserver", 952, GW_RETRY, STOPPING},
	{"sqlserver", 976, GW_RETRY, STOPPING},
	{"sqlserver", 983, GW_RETRY, STOPPING},
	/* Of FreeTDS itself. */
	{"sqlserver", 20002, GW_RETRY, LOST},
	{"sqlserver", 20003, GW_RETRY, TIMEOUT},
	{"sqlserver", 20004, GW_RETRY, LOST},
	{"sqlserver", 20006, GW_RETRY, LOST},
	{"sqlserver", 20009, GW_RETRY, LOST},
	{"sqlserver", 20017, GW_RETRY, LOST},
	{"sqlserver", 20047, GW_RETRY, LOST},
	{"oracle", 1017, GW_CONFIG, ACCOUNT},
	{"oracle", 28000, GW_CONFIG, ACCOUNT},
	{"oracle", 28001, GW_CONFIG, ACCOUNT},
	{"oracle", 12505, GW_RETRY, NO_SERVICE},
	{"oracle", 12514, GW_RETRY, NO_SERVICE},
	{"oracle", 1031, GW_CONFIG, RIGHT},
	{"oracle", 1045, GW_CONFIG, RIGHT},
	{"oracle", 942, GW_CONFIG, GONE},
	{"oracle", 904, GW_CONFIG, GONE},
	{"oracle", 54, GW_RETRY, LOCKED},
	{"oracle", 60, GW_RETRY, LOCKED},
	{"oracle", 1013, GW_RETRY, TIMEOUT},
	{"oracle", 1033, GW_RETRY, STOPPING},
	{"oracle", 1034, GW_RETRY, STOPPING},
	{"oracle", 1089, GW_RETRY, STOPPING},
	{"oracle", 28, GW_RETRY, STOPPING},
	{"oracle", 1012, GW_RETRY, STOPPING},
	{"oracle", 1090, GW_RETRY, STOPPING},
	{"oracle", 1092, GW_RETRY, STOPPING},
	{"oracle", 1109, GW_RETRY, STOPPING},
	{"oracle", 12528, GW_RETRY, STOPPING},
	{"oracle", 18, GW_RETRY, FULL},
	{"oracle", 20, GW_RETRY, FULL},
	{"oracle", 12516, GW_RETRY, FULL},
	{"oracle", 12519, GW_RETRY, FULL},
	{"oracle", 12520, GW_RETRY, FULL},
	{"oracle", 1555, GW_RETRY, N_("the server has cleaned up what the reading still needed")},
	{"oracle", 3113, GW_RETRY, LOST},
	{"oracle", 3114, GW_RETRY, LOST},
	{"oracle", 3135, GW_RETRY, LOST},
	{"oracle", 12537, GW_RETRY, LOST},
	{"oracle", 12571, GW_RETRY, LOST},
	{"oracle", 12541, GW_RETRY, LOST},
	{"oracle", 12170, GW_RETRY, LOST},
	{"sqlite", 5, GW_RETRY, LOCKED},
	{"sqlite", 6, GW_RETRY, LOCKED},
	{"sqlite", 8, GW_CONFIG, READ_ONLY},
	{"sqlite", 9, GW_RETRY, STOPPING},
	{"sqlite", 10, GW_RETRY, N_("the disk with the database has trouble")},
	{"sqlite", 11, GW_CONFIG, N_("the database file is damaged: its owner must repair it")},
	{"sqlite", 14, GW_CONFIG,
	 N_("the database file can't be opened: check its path and rights")},
	{"sqlite", 26, GW_CONFIG, N_("the file is no SQLite database")},
};

/* A state before its class. */
static const struct {
	const char *state;
	enum gw_status status;
	const char *sentence;
} states[] = {
	{"01000", GW_CONFIG, NO_DRIVER},
	{"01S00", GW_CONFIG, N_("the connection file has a setting that the driver does not know")},
	{"08004", GW_CONFIG, ACCOUNT},
	{"08", GW_RETRY, LOST},
	{"0A", GW_CONFIG, N_("the server can't do this with the table")},
	{"07", GW_CONFIG, N_("the driver can't read a column's type")},
	{"21", GW_CONFIG, N_("the server does not accept the query")},
	{"22021", GW_CONFIG, N_("the table holds text that is not valid in its encoding")},
	{"22P05", GW_CONFIG, N_("the table holds a character that has no equivalent in UTF-8")},
	{"22", GW_CONFIG, N_("a value in the table can't be converted")},
	{"25006", GW_CONFIG, READ_ONLY},
	{"25", GW_RETRY, N_("the server ended the transaction")},
	{"28", GW_CONFIG, ACCOUNT},
	{"3D", GW_CONFIG, DATABASE},
	{"3F", GW_CONFIG, N_("there is no such schema")},
	{"40", GW_RETRY, N_("the server interrupted the query")},
	{"42501", GW_CONFIG, RIGHT},
	{"42S02", GW_CONFIG, GONE},
	{"42S22", GW_CONFIG, GONE},
	{"42", GW_CONFIG, N_("the server does not accept the query")},
	{"53", GW_RETRY, SHORT},
	{"54", GW_CONFIG, N_("the query is over a limit of the server")},
	{"55P03", GW_RETRY, LOCKED},
	{"57014", GW_RETRY, TIMEOUT},
	{"57", GW_RETRY, STOPPING},
	{"58", GW_RETRY, N_("the server has trouble with its disk")},
	{"70100", GW_RETRY, TIMEOUT},
	{"HY001", GW_RETRY, N_("the driver is short of memory")},
	{"HY008", GW_RETRY, STOPPING},
	{"HYT00", GW_RETRY, TIMEOUT},
	{"HYT01", GW_RETRY, LOST},
	{"HY", GW_CONFIG, N_("the driver refused the call")},
	{"IM002", GW_CONFIG,
	 N_("there is no such driver or data source: odbcinst -q -d lists the drivers")},
	{"IM003", GW_CONFIG, NO_DRIVER},
	{"IM", GW_CONFIG, N_("the driver manager refuses the connection string")},
	{"S1T00", GW_RETRY, TIMEOUT},
	{"XX001", GW_CONFIG, N_("data on the server are damaged: its owner must repair them")},
	{"XX", GW_RETRY, N_("the server reports an internal error")},
};

/* psqlodbc tells one SQLSTATE for all that goes wrong while it connects; the server's own words, in
   English, say more.  They are looked at and never shown. */
static const struct {
	const char *part;
	const char *state;
	enum gw_status status;
	const char *sentence;
} refusals[] = {
	{"password authentication failed", "28P01", GW_CONFIG, ACCOUNT},
	{"no password supplied", "28P01", GW_CONFIG, ACCOUNT},
	{"pg_hba.conf", "28000", GW_CONFIG, ACCOUNT},
	{"is not permitted to log in", "28000", GW_CONFIG, ACCOUNT},
	{"permission denied for database", "42501", GW_CONFIG, RIGHT},
	/* These name a role or a database too. */
	{"too many connections for", "53300", GW_RETRY, FULL},
	{"database \"", "3D000", GW_CONFIG, DATABASE},
	{"role \"", "28000", GW_CONFIG, ACCOUNT},
};

static bool
same_dialect(const char *of_row, const struct gw_odbc_dialect *dialect)
{
	const char *name = dialect == NULL ? of_row : dialect->name;

	/* Of one family: the numbers are the same. */
	if (strcmp(name, "mysql") == 0)
		name = "mariadb";
	return strcmp(of_row, name) == 0;
}

enum gw_status
gw_odbc_meaning(const struct gw_odbc_dialect *dialect, const char *sqlstate, int32_t native,
		const char **sentence)
{
	for (size_t i = 0; i < sizeof natives / sizeof natives[0]; i++) {
		if (natives[i].native != native || !same_dialect(natives[i].dialect, dialect))
			continue;
		*sentence = _(natives[i].sentence);
		return natives[i].status;
	}
	if (sqlstate == NULL || sqlstate[0] == '\0') {
		*sentence = _(LOST);
		return GW_RETRY;
	}
	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
		if (strncmp(sqlstate, states[i].state, strlen(states[i].state)) != 0)
			continue;
		*sentence = _(states[i].sentence);
		return states[i].status;
	}
	*sentence = _("the server refused the query");
	return gw_sqlstate_status(sqlstate, GW_SQL_SOURCE);
}

struct report {
	char state[6];
	int32_t native;
	char text[300]; /* never shown */
};

static void
read_report(short handle_type, void *handle, struct report *out)
{
	SQLCHAR state[6] = "";
	SQLINTEGER native = 0;
	SQLSMALLINT len = 0;

	*out = (struct report){.native = 0};
	for (SQLSMALLINT i = 1; i <= 3; i++) {
		if (!SQL_SUCCEEDED(SQLGetDiagRec(handle_type, handle, i, state, &native,
						 (SQLCHAR *)out->text, sizeof out->text, &len)))
			break;
		/* A driver may put a general warning before what it is about. */
		if (i > 1 && strncmp((const char *)state, "HY000", 5) == 0)
			continue;
		if (gw_sqlstate_valid((const char *)state))
			memcpy(out->state, state, sizeof out->state);
		out->native = native;
		if (strncmp(out->state, "01", 2) != 0)
			break;
	}
}

enum gw_status
gw_odbc_refusal(const struct gw_odbc_dialect *dialect, char state[6], int32_t native,
		const char *text, const char **sentence)
{
	for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
		if (strncmp(state, "08", 2) != 0 || strstr(text, refusals[i].part) == NULL)
			continue;
		(void)snprintf(state, 6, "%s", refusals[i].state);
		*sentence = _(refusals[i].sentence);
		return refusals[i].status;
	}
	/* It is the login's time that is over, not a statement's. */
	if (strcmp(state, "HYT00") == 0 || strcmp(state, "S1T00") == 0) {
		*sentence = _(LOST);
		return GW_RETRY;
	}
	/* The manager's own is about a driver that is not there; a driver's was broken off. */
	if (strcmp(state, "01000") == 0 && strstr(text, "[Driver Manager]") == NULL)
		state[0] = '\0';
	return gw_odbc_meaning(dialect, state, native, sentence);
}

bool
gw_odbc_line_broken(const struct gw_session *session)
{
	for (size_t i = 0; i < session->nsockets; i++) {
		struct pollfd at = {.fd = session->sockets[i], .events = POLLRDHUP};

		/* Another thread's may be among them. */
		if (poll(&at, 1, 0) == 0)
			return false;
	}
	return session->nsockets > 0;
}

/* A broken line is told from what the driver makes of it: "can't send", a call out of turn. */
static enum gw_status
meaning_of_failure(const struct gw_session *session, struct report *report, const char **sentence)
{
	enum gw_status status;

	if (!session->connected)
		return gw_odbc_refusal(session->dialect, report->state, report->native,
				       report->text, sentence);
	/* A call that failed with a warning alone was broken off. */
	if (strncmp(report->state, "01", 2) == 0)
		report->state[0] = '\0';
	status = gw_odbc_meaning(session->dialect, report->state, report->native, sentence);
	if (status != GW_CONFIG || !gw_odbc_line_broken(session))
		return status;
	*sentence = _(LOST);
	return GW_RETRY;
}

enum gw_status
gw_odbc_fail(struct gw_session *session, short handle_type, void *handle, const char *what,
	     struct gw_error *err)
{
	int64_t limit = session->statement_timeout_us;
	const char *sentence;
	struct report report;
	enum gw_status status;

	read_report(handle_type, handle, &report);
	if (session->cancelled)
		return gw_fail(err, GW_CANCELLED, _("%s: stopped on request"), what);
	status = meaning_of_failure(session, &report, &sentence);
	explicit_bzero(report.text, sizeof report.text);
	/* A statement that ended with its time is out of time, whatever the driver makes of it. */
	if (session->connected && session->began_us > 0 && limit > 0 &&
	    gw_monotonic_us() - session->began_us >= limit - limit / 20) {
		status = GW_RETRY;
		sentence = _(TIMEOUT);
	}
	if (report.native != 0)
		(void)gw_fail(err, status, _("%s: %s (SQLSTATE %s, number %ld)"), what, sentence,
			      report.state[0] == '\0' ? "-" : report.state, (long)report.native);
	else
		(void)gw_fail(err, status, "%s: %s (SQLSTATE %s)", what, sentence,
			      report.state[0] == '\0' ? "-" : report.state);
	(void)snprintf(err->sqlstate, sizeof err->sqlstate, "%s", report.state);
	return err->status;
}
