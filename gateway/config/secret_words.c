#include "config/parts.h"

#include <ctype.h>
#include <string.h>

#include "base/i18n.h"

/* Keys that people carry over from other tools' configuration. */
static const char *const connection_words[] = {
	"connection", "connection_string", "conninfo", "dsn",  "url",      "uri",
	"host",       "hostname",          "port",     "user", "username", "dbname",
	"database",   "password",          "passwd",   "pass", "pwd",      "secret",
	"account",
};

/* "password=…", "Pwd = …" as connection strings have it. */
static bool
assigns_password(const char *text)
{
	static const char *const words[] = {"password", "passwd", "pwd", "pass"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		size_t len = strlen(words[i]);

		for (const char *p = strcasestr(text, words[i]); p != NULL;
		     p = strcasestr(p + 1, words[i])) {
			bool begins = p == text || !isalpha((unsigned char)p[-1]);

			if (begins && p[len + strspn(p + len, " ")] == '=')
				return true;
		}
	}
	return false;
}

/* "scheme://user:password@host" */
static bool
carries_login(const char *text)
{
	const char *login = strstr(text, "://"), *at, *colon;

	if (login == NULL)
		return false;
	login += 3;
	at = memchr(login, '@', strcspn(login, "/ "));
	colon = strchr(login, ':');
	return at != NULL && colon != NULL && colon < at;
}

enum gw_status
gw_yaml_no_secrets(const struct gw_yaml *node, struct gw_error *err)
{
	if (node->kind == GW_YAML_SCALAR) {
		if (!assigns_password(node->text) && !carries_login(node->text))
			return GW_OK;
		return gw_yaml_fail(node, err,
				    _("a password stands here; move it to a file of its own "
				      "(chmod 600) and name that file: connection_file: "
				      "secrets/NAME.dsn"));
	}
	for (size_t i = 0; i < node->count; i++) {
		if (gw_yaml_no_secrets(&node->items[i], err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

enum gw_status
gw_yaml_no_connection(const struct gw_yaml *map, struct gw_error *err)
{
	if (map->kind != GW_YAML_MAP)
		return GW_OK;
	for (size_t i = 0; i < map->count; i++) {
		const char *key = map->keys[i].text;

		for (size_t j = 0; j < sizeof connection_words / sizeof connection_words[0]; j++) {
			if (strcasecmp(key, connection_words[j]) != 0)
				continue;
			return gw_yaml_fail(
				&map->keys[i], err,
				_("\"%s\" does not belong here; write the connection, "
				  "such as host=… dbname=… user=… password=…, into a file "
				  "of its own (chmod 600) and name that file: "
				  "connection_file: secrets/NAME.dsn"),
				connection_words[j]);
		}
	}
	return GW_OK;
}

enum gw_status
gw_connection_check(const struct gw_yaml *map, const char *file, const char *env, bool required,
		    struct gw_error *err)
{
	const struct gw_yaml *at = gw_yaml_get(map, "connection_env");

	if (file != NULL && env != NULL)
		return gw_yaml_fail(
			at, err,
			_("connection_file and connection_env both stand here, expected "
			  "one of them"));
	if (required && file == NULL && env == NULL)
		return gw_yaml_fail(map, err,
				    _("\"connection_file\" is missing; expected a file with the "
				      "connection, such as secrets/NAME.dsn (or connection_env, an "
				      "environment variable)"));
	if (env != NULL && !gw_text_of(env, GW_UPPER GW_LOWER GW_DIGIT "_", GW_IDENTIFIER_MAX))
		return gw_yaml_fail(at, err,
				    _("\"connection_env\": expected the name of an environment "
				      "variable, such as HEALTH_DSN; the connection itself does "
				      "not stand here"));
	if (file != NULL && strpbrk(file, "=;\n") != NULL)
		return gw_yaml_fail(gw_yaml_get(map, "connection_file"), err,
				    _("\"connection_file\": expected the path of a file; the "
				      "connection itself stands in that file (chmod 600)"));
	return GW_OK;
}
