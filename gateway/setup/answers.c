#include "setup/answers.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "config/parts.h"
#include "connector.h"
#include "normalise/zone.h"

static const struct gw_ask_facts questions[GW_QUESTIONS] = {
	[GW_ASK_NAME] = {"name", N_("A short name for the source (a-z, 0-9, -), such as health"),
			 NULL, false},
	[GW_ASK_CONNECTOR] = {"connector", N_("Kind of database"), "postgres", false},
	[GW_ASK_TITLE] = {"title",
			  N_("What people call the database, such as CSDL hộ tịch điện tử"), NULL,
			  false},
	[GW_ASK_OWNER] = {"owner", N_("Who runs it, such as Sở Tư pháp"), NULL, false},
	[GW_ASK_AGREEMENT] = {"agreement",
			      N_("Number of the agreement to share (empty: none yet; personal "
				 "fields then stay where they are)"),
			      "", false},
	[GW_ASK_DRIVER] = {"driver", N_("ODBC driver, by its name"), NULL, false},
	[GW_ASK_HOST] = {"host", N_("Machine of the database, by name or address"), "127.0.0.1",
			 false},
	[GW_ASK_PORT] = {"port", N_("Port"), "", false},
	[GW_ASK_DATABASE] = {"database", N_("Name of the database (SQLite: its file)"), NULL,
			     false},
	[GW_ASK_USER] = {"user", N_("Account, one that may only read"), "", false},
	[GW_ASK_PASSWORD] = {"password-file", N_("Password (not shown; empty: none)"), "", true},
	[GW_ASK_FOLDER] = {"folder", N_("Folder that files are put into, from the root"), NULL,
			   false},
	[GW_ASK_TIME_ZONE] = {"time-zone", N_("Time zone of its times"), "Asia/Ho_Chi_Minh", false},
	[GW_ASK_CODES] = {"commune-codes",
			  N_("Commune codes it writes: before-2025-07, after-2025-07, none, or "
			     "COLUMN:DAY (a date column, and the day of the change)"),
			  "none", false},
};

const struct gw_ask_facts *
gw_ask_facts(enum gw_question question)
{
	return &questions[question];
}

static bool
is_connector(const struct gw_answers *answers, const char *name)
{
	return strcmp(answers->text[GW_ASK_CONNECTOR], name) == 0;
}

/* A file on this machine, which has neither server nor account. */
static bool
is_sqlite(const struct gw_answers *answers)
{
	return strcasestr(answers->text[GW_ASK_DRIVER], "sqlite") != NULL;
}

bool
gw_ask_applies(const struct gw_answers *answers, enum gw_question question)
{
	bool whole = answers->connection[0] != '\0';
	bool file = is_connector(answers, GW_FILE_CONNECTOR);

	switch ((unsigned)question) {
	case GW_ASK_FOLDER:
		return file;
	case GW_ASK_DRIVER:
		return !whole && is_connector(answers, "odbc");
	case GW_ASK_DATABASE:
		return !whole && !file;
	case GW_ASK_HOST:
	case GW_ASK_PORT:
	case GW_ASK_USER:
	case GW_ASK_PASSWORD:
		return !whole && !file && !is_sqlite(answers);
	default:
		return true;
	}
}

const char *
gw_ask_port(const struct gw_answers *answers)
{
	static const struct {
		const char *word, *port;
	} ports[] = {{"maria", "3306"},   {"mysql", "3306"}, {"postgre", "5432"},
		     {"freetds", "1433"}, {"tds", "1433"},   {"sql server", "1433"},
		     {"oracle", "1521"}};

	if (is_connector(answers, "postgres"))
		return "5432";
	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
		if (strcasestr(answers->text[GW_ASK_DRIVER], ports[i].word) != NULL)
			return ports[i].port;
	return "";
}

typedef enum gw_status check_fn(const char *text, const struct gw_config *config,
				struct gw_error *err);

static enum gw_status
check_name(const char *text, const struct gw_config *config, struct gw_error *err)
{
	enum gw_status status = GW_OK;
	char file[GW_NAME_MAX + sizeof ".yaml"];
	char *path;

	if (!gw_source_name_ok(text))
		return gw_fail(err, GW_CONFIG,
			       _("a name has 1 to %d of a-z, 0-9 and -, such as health or "
				 "one-stop"),
			       GW_NAME_MAX);
	(void)snprintf(file, sizeof file, "%s.yaml", text);
	path = gw_path_join(config->sources_dir, file);
	if (path == NULL)
		return gw_fail_memory(err);
	if (access(path, F_OK) == 0)
		status = gw_fail(err, GW_CONFIG,
				 _("%s is there already and is not overwritten: take another name, "
				   "or edit that file"),
				 gw_path_shown(path));
	free(path);
	return status;
}

static enum gw_status
check_connector(const char *text, const struct gw_config *config, struct gw_error *err)
{
	const struct gw_connector *found;

	(void)config;
	return gw_connector_find(text, &found, err);
}

static enum gw_status
check_line(const char *text, const struct gw_config *config, struct gw_error *err)
{
	(void)config;
	if (text[0] == '\0' || gw_text_plain(text))
		return GW_OK;
	return gw_fail(err, GW_CONFIG, "%s", _("one line of text is expected"));
}

static enum gw_status
check_host(const char *text, const struct gw_config *config, struct gw_error *err)
{
	(void)config;
	if (strstr(text, "//") == NULL &&
	    gw_text_of(text, GW_LOWER GW_UPPER GW_DIGIT ".-_:,/\\", 255))
		return GW_OK;
	return gw_fail(err, GW_CONFIG, "%s",
		       _("a name or address is expected, such as 10.1.2.3 or csdl.soyte.local, "
			 "without port, blanks or http://"));
}

static enum gw_status
check_port(const char *text, const struct gw_config *config, struct gw_error *err)
{
	int64_t port;

	(void)config;
	if (text[0] == '\0' ||
	    (gw_parse_i64(text, strlen(text), &port) && port >= 1 && port <= 65535))
		return GW_OK;
	return gw_fail(err, GW_CONFIG, "%s", _("a port is a number from 1 to 65535"));
}

static enum gw_status
check_folder(const char *text, const struct gw_config *config, struct gw_error *err)
{
	struct stat st;

	(void)config;
	if (text[0] != '/')
		return gw_fail(err, GW_CONFIG, "%s",
			       _("a path from the root is expected, such as /srv/songma/dan-so"));
	if (check_line(text, config, err) != GW_OK)
		return err->status;
	if (stat(text, &st) != 0 || !S_ISDIR(st.st_mode))
		return gw_fail(err, GW_CONFIG,
			       _("there is no folder %s: make it first, writable for the account "
				 "that songma runs as"),
			       text);
	return GW_OK;
}

static enum gw_status
check_zone(const char *text, const struct gw_config *config, struct gw_error *err)
{
	struct gw_zone *zone = NULL;

	(void)config;
	if (!gw_text_of(text, GW_UPPER GW_LOWER GW_DIGIT "/_+-", GW_NAME_MAX) ||
	    (strchr(text, '/') == NULL && strcmp(text, "UTC") != 0) ||
	    strchr(GW_UPPER, text[0]) == NULL)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("a name such as Asia/Ho_Chi_Minh or UTC is expected"));
	if (gw_zone_read(text, &zone, err) != GW_OK)
		return err->status;
	gw_zone_free(zone);
	return GW_OK;
}

static enum gw_status
check_codes(const char *text, const struct gw_config *config, struct gw_error *err)
{
	const char *colon = strrchr(text, ':');
	int64_t days;

	(void)config;
	if (strcmp(text, "none") == 0 || strcmp(text, "before-2025-07") == 0 ||
	    strcmp(text, "after-2025-07") == 0)
		return GW_OK;
	if (colon != NULL && colon > text && gw_text_plain(text) &&
	    gw_date_parse(colon + 1, strlen(colon + 1), &days))
		return GW_OK;
	return gw_fail(err, GW_CONFIG, "%s",
		       _("expected before-2025-07, after-2025-07, none, or a column and a day such "
			 "as ngay_lap:2025-07-01"));
}

static check_fn *const checks[GW_QUESTIONS] = {
	[GW_ASK_NAME] = check_name,      [GW_ASK_CONNECTOR] = check_connector,
	[GW_ASK_TITLE] = check_line,     [GW_ASK_OWNER] = check_line,
	[GW_ASK_AGREEMENT] = check_line, [GW_ASK_DRIVER] = check_line,
	[GW_ASK_HOST] = check_host,      [GW_ASK_PORT] = check_port,
	[GW_ASK_DATABASE] = check_line,  [GW_ASK_USER] = check_line,
	[GW_ASK_PASSWORD] = check_line,  [GW_ASK_FOLDER] = check_folder,
	[GW_ASK_TIME_ZONE] = check_zone, [GW_ASK_CODES] = check_codes,
};

/* Blanks around an answer were not meant; those of a password may be. */
static size_t
trimmed(const char **text, bool secret)
{
	size_t len = strlen(*text);

	while (len > 0 && strchr("\r\n", (*text)[len - 1]) != NULL)
		len--;
	while (!secret && len > 0 && strchr(" \t", (*text)[len - 1]) != NULL)
		len--;
	while (!secret && len > 0 && strchr(" \t", **text) != NULL) {
		++*text;
		len--;
	}
	return len;
}

#define SQL_SERVER "sql server;freetds"

/* People know what their database is, not what we read it with. */
static void
by_product(struct gw_answers *answers, char *text, size_t size)
{
	static const struct {
		const char *typed, *connector, *product;
	} products[] = {
		{"mariadb", "odbc", "maria;mysql"},
		{"mysql", "odbc", "mysql;maria"},
		{"sqlserver", "odbc", SQL_SERVER},
		{"sql server", "odbc", SQL_SERVER},
		{"mssql", "odbc", SQL_SERVER},
		{"oracle", "odbc", "oracle"},
		{"sqlite", "odbc", "sqlite3"},
		{"postgresql", "postgres", NULL},
		{"csv", "file", NULL},
		{"excel", "file", NULL},
		{"xlsx", "file", NULL},
		{"folder", "file", NULL},
	};

	answers->product = NULL;
	for (size_t i = 0; i < sizeof products / sizeof products[0]; i++)
		if (strcasecmp(products[i].typed, text) == 0) {
			answers->product = products[i].product;
			(void)snprintf(text, size, "%s", products[i].connector);
			return;
		}
}

enum gw_status
gw_ask_take(struct gw_answers *answers, const struct gw_config *config, enum gw_question question,
	    const char *typed, struct gw_error *err)
{
	const struct gw_ask_facts *facts = &questions[question];
	size_t len = trimmed(&typed, facts->secret);
	char text[GW_ANSWER_MAX];
	enum gw_status status;

	if (len >= sizeof text)
		return gw_fail(err, GW_CONFIG, _("that is longer than %d bytes"),
			       GW_ANSWER_MAX - 1);
	if (!gw_utf8_valid(typed, len))
		return gw_fail(err, GW_CONFIG, "%s", _("that is not UTF-8 text"));
	memcpy(text, typed, len);
	text[len] = '\0';
	if (len == 0 && answers->text[question][0] != '\0')
		return GW_OK;
	if (len == 0 && facts->fallback == NULL)
		return gw_fail(err, GW_CONFIG, "%s", _("an answer is needed"));
	if (len == 0)
		(void)snprintf(text, sizeof text, "%s",
			       question == GW_ASK_PORT ? gw_ask_port(answers) : facts->fallback);
	if (question == GW_ASK_CONNECTOR)
		by_product(answers, text, sizeof text);
	status = checks[question](text, config, err);
	if (status == GW_OK)
		memcpy(answers->text[question], text, sizeof text);
	sodium_memzero(text, sizeof text);
	return status;
}

void
gw_answers_wipe(struct gw_answers *answers)
{
	sodium_memzero(answers->text[GW_ASK_PASSWORD], sizeof answers->text[GW_ASK_PASSWORD]);
	sodium_memzero(answers->connection, sizeof answers->connection);
}
