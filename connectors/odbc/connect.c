#include "odbc/connect.h"

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/beat.h"
#include "base/i18n.h"
#include "base/text.h"
#include "odbc/failure.h"

enum { LOGIN_S = 10, FDS_MAX = 256, WIDE_MAX = 64 * 1024, ALIVE_MS = 30000 };

static enum gw_status
fail_text(struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG, "%s",
		       _("the source connection can't be understood: expected "
			 "\"Driver={MariaDB Unicode};Server=…;Port=…;Database=…;UID=…;PWD=…\""));
}

/* The end of a value: a semicolon outside of braces. */
static char *
value_end(char *at)
{
	if (*at != '{')
		return at + strcspn(at, ";");
	for (at++; *at != '\0'; at++) {
		if (*at != '}')
			continue;
		if (at[1] != '}')
			return at + 1;
		at++; /* a brace that is meant */
	}
	return NULL;
}

static bool
add(struct gw_odbc_target *target, const char *name, const char *value)
{
	for (size_t i = 0; i < target->count; i++) {
		if (strcasecmp(target->settings[i].name, name) != 0)
			continue;
		target->settings[i].value = value;
		return true;
	}
	if (target->count == GW_ODBC_SETTINGS_MAX)
		return false;
	target->settings[target->count++] = (struct gw_odbc_setting){name, value};
	return true;
}

static bool
take_setting(struct gw_odbc_target *target, char **at)
{
	char *name = *at + strspn(*at, "; \t\r\n");
	char *equals = strchr(name, '=');
	char *end;

	*at = name;
	if (*name == '\0')
		return true;
	end = equals == NULL ? NULL : value_end(equals + 1);
	if (end == NULL || equals == name || (*end != ';' && *end != '\0'))
		return false;
	*equals = '\0';
	*at = end + (*end == ';');
	*end = '\0';
	if (strcasecmp(name, "Dialect") == 0) {
		target->dialect = equals + 1;
		return true;
	}
	return add(target, name, equals + 1);
}

enum gw_status
gw_odbc_target_read(const char *connection, struct gw_odbc_target *out, struct gw_error *err)
{
	size_t len = strlen(connection);
	char *at = out->text;

	out->count = 0;
	out->dialect = NULL;
	out->bare_braces = false;
	while (len > 0 && strchr(" \t\r\n", connection[len - 1]) != NULL)
		len--;
	if (len == 0 || len >= sizeof out->text)
		return fail_text(err);
	memcpy(out->text, connection, len);
	out->text[len] = '\0';
	while (*at != '\0')
		if (!take_setting(out, &at))
			return fail_text(err);
	return out->count > 0 ? GW_OK : fail_text(err);
}

void
gw_odbc_target_force(struct gw_odbc_target *target, const char *options)
{
	char *at = target->forced;

	(void)snprintf(target->forced, sizeof target->forced, "%s", options);
	while (*at != '\0')
		if (!take_setting(target, &at))
			break;
}

/* As it stands; for a driver that knows no doubled braces they are single ones. */
static void
put_value(const char *value, bool bare_braces, struct gw_buf *out)
{
	for (; *value != '\0'; value++) {
		(void)gw_buf_putc(out, *value);
		if (bare_braces && value[0] == '}' && value[1] == '}')
			value++;
	}
}

bool
gw_odbc_target_write(const struct gw_odbc_target *target, struct gw_buf *out)
{
	for (size_t i = 0; i < target->count; i++) {
		const char *value = target->settings[i].value;

		(void)gw_buf_printf(out, "%s=", target->settings[i].name);
		put_value(value, target->bare_braces && value[0] == '{', out);
		(void)gw_buf_putc(out, ';');
	}
	return !out->failed;
}

static const char *
value_of(const struct gw_odbc_target *target, const char *const *names)
{
	for (; *names != NULL; names++)
		for (size_t i = 0; i < target->count; i++)
			if (strcasecmp(target->settings[i].name, *names) == 0)
				return target->settings[i].value;
	return "";
}

void
gw_odbc_target_name(const struct gw_odbc_target *target, char *out, size_t size)
{
	static const char *const servers[] = {"Server", "Servername", "Host", "DSN", "DBQ", NULL};
	static const char *const ports[] = {"Port", NULL};
	static const char *const databases[] = {"Database", "DB", NULL};
	const char *server = value_of(target, servers), *port = value_of(target, ports);

	/* A database that is a file has no server. */
	(void)snprintf(out, size, "%s%s%s%s%s", server, port[0] == '\0' ? "" : ":", port,
		       server[0] == '\0' ? "" : "/", value_of(target, databases));
	if (!gw_line_valid(out))
		(void)snprintf(out, size, "%s", "ODBC");
}

/* ---- the sockets that a driver opens ----------------------------------------------------------
 */

static size_t
list_sockets(int fds[FDS_MAX])
{
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;
	size_t n = 0;

	if (dir == NULL)
		return 0;
	while (n < FDS_MAX && (entry = readdir(dir)) != NULL) {
		int type;
		socklen_t len = sizeof type;
		int64_t fd;

		if (gw_parse_i64(entry->d_name, strlen(entry->d_name), &fd) &&
		    getsockopt((int)fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0)
			fds[n++] = (int)fd;
	}
	(void)closedir(dir);
	return n;
}

static bool
among(int fd, const int *fds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (fds[i] == fd)
			return true;
	return false;
}

/* A server that is gone without a word is noticed; one that works is not disturbed. */
static void
keep_watch(int fd)
{
	static const struct {
		int level, name, value;
	} settings[] = {
		{SOL_SOCKET, SO_KEEPALIVE, 1},
		{IPPROTO_TCP, TCP_KEEPIDLE, 30},
		{IPPROTO_TCP, TCP_KEEPINTVL, 10},
		{IPPROTO_TCP, TCP_KEEPCNT, 3},
		{IPPROTO_TCP, TCP_USER_TIMEOUT, ALIVE_MS},
	};

	for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
		(void)setsockopt(fd, settings[i].level, settings[i].name, &settings[i].value,
				 sizeof settings[i].value);
}

static void
take_sockets(struct gw_session *session, const int *before, size_t nbefore)
{
	int now[FDS_MAX];
	size_t n = list_sockets(now);

	session->nsockets = 0;
	for (size_t i = 0; i < n && session->nsockets < GW_ODBC_SOCKETS; i++) {
		if (among(now[i], before, nbefore))
			continue;
		keep_watch(now[i]);
		session->sockets[session->nsockets++] = now[i];
	}
}

/* ---- the connection ---------------------------------------------------------------------------
 */

static enum gw_status
connect_once(struct gw_session *session, const struct gw_odbc_target *target, struct gw_error *err)
{
	int before[FDS_MAX];
	size_t nbefore = list_sockets(before);
	struct gw_buf text;
	SQLWCHAR *wide;
	SQLRETURN code;

	gw_buf_init(&text, (size_t)2 * GW_ODBC_CONNECTION_MAX);
	gw_buf_clear(&session->wide);
	wide = gw_odbc_target_write(target, &text) ? gw_odbc_widen(&session->wide, text.data)
						   : NULL;
	if (text.data != NULL)
		explicit_bzero(text.data, text.len);
	gw_buf_release(&text);
	if (wide == NULL)
		return fail_text(err);
	(void)SQLSetConnectAttr(session->dbc, SQL_ATTR_LOGIN_TIMEOUT,
				gw_odbc_number((uintptr_t)LOGIN_S), SQL_IS_UINTEGER);
	(void)SQLSetConnectAttr(session->dbc, SQL_ATTR_ACCESS_MODE,
				gw_odbc_number((uintptr_t)SQL_MODE_READ_ONLY), SQL_IS_UINTEGER);
	gw_beat_long(GW_AT_SOURCE, INT64_C(2000000) * LOGIN_S);
	code = SQLDriverConnectW(session->dbc, NULL, wide, SQL_NTS, NULL, 0, NULL,
				 SQL_DRIVER_NOPROMPT);
	explicit_bzero(session->wide.data, session->wide.len);
	gw_beat(GW_AT_SOURCE);
	if (!SQL_SUCCEEDED(code))
		return gw_odbc_fail(session, SQL_HANDLE_DBC, session->dbc, session->where, err);
	session->connected = true;
	take_sockets(session, before, nbefore);
	return GW_OK;
}

/* "" where the driver does not know it; where the line broke it can't be told from another one. */
static enum gw_status
info(struct gw_session *session, SQLUSMALLINT what, char *out, size_t size, struct gw_error *err)
{
	SQLSMALLINT len = 0;

	out[0] = '\0';
	if (SQL_SUCCEEDED(SQLGetInfo(session->dbc, what, out, (SQLSMALLINT)size, &len)))
		return GW_OK;
	out[0] = '\0';
	return gw_odbc_line_broken(session)
		       ? gw_odbc_fail(session, SQL_HANDLE_DBC, session->dbc, session->where, err)
		       : GW_OK;
}

static enum gw_status
choose_driver(struct gw_session *session, struct gw_error *err)
{
	char file[GW_ODBC_WHERE_MAX];

	if (info(session, SQL_DRIVER_NAME, file, sizeof file, err) != GW_OK)
		return err->status;
	session->driver = gw_odbc_driver_of(file);
	return GW_OK;
}

static enum gw_status
choose_dialect(struct gw_session *session, const struct gw_odbc_target *target,
	       struct gw_error *err)
{
	char product[GW_ODBC_WHERE_MAX];

	if (info(session, SQL_DBMS_NAME, product, sizeof product, err) != GW_OK)
		return err->status;
	session->dialect = gw_odbc_dialect_of(product);
	if (target->dialect == NULL)
		return GW_OK;
	session->dialect = gw_odbc_dialect_named(target->dialect);
	if (session->dialect != NULL)
		return GW_OK;
	return gw_fail(err, GW_CONFIG, "%s",
		       _("the setting Dialect of the source connection is none of mariadb, mysql, "
			 "postgresql, sqlite, sqlserver, oracle, generic"));
}

/* One that is known by its name is told at once: some would make a database that is not there. */
static const struct gw_odbc_driver *
prepare_driver(struct gw_odbc_target *target)
{
	static const char *const names[] = {"Driver", NULL};
	const struct gw_odbc_driver *driver = gw_odbc_driver_of(value_of(target, names));

	gw_odbc_target_force(target, driver->options);
	target->bare_braces = driver->bare_braces;
	return driver;
}

/* What another driver needs is known once it is there: it is told, and connects again. */
enum gw_status
gw_odbc_connect(const char *connection, struct gw_session *session, struct gw_error *err)
{
	struct gw_odbc_target *target = calloc(1, sizeof *target);
	const struct gw_odbc_driver *early = NULL;
	enum gw_status status;

	if (target == NULL)
		return gw_fail_memory(err);
	gw_buf_init(&session->wide, (size_t)4 * GW_ODBC_SQL_MAX);
	status = gw_odbc_target_read(connection, target, err);
	if (status == GW_OK) {
		gw_odbc_target_name(target, session->where, sizeof session->where);
		early = prepare_driver(target);
		status = connect_once(session, target, err);
	}
	if (status == GW_OK)
		status = choose_driver(session, err);
	if (status == GW_OK)
		status = choose_dialect(session, target, err);
	if (status == GW_OK && early != session->driver && session->driver->options[0] != '\0') {
		gw_odbc_target_force(target, session->driver->options);
		target->bare_braces = session->driver->bare_braces;
		session->connected = false;
		(void)SQLDisconnect(session->dbc);
		status = connect_once(session, target, err);
	}
	explicit_bzero(target, sizeof *target);
	free(target);
	return status;
}
