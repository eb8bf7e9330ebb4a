#include "setup/answers.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "config/parts.h"
#include "setup/scalar.h"

enum { TEXT_MAX = 64 * 1024 };

/* "key='value'": libpq wants quotes and backslashes escaped. */
static void
put_pair(struct gw_buf *out, const char *key, const char *value)
{
	if (value[0] == '\0')
		return;
	gw_buf_printf(out, "%s%s='", out->len > 0 ? " " : "", key);
	for (; *value != '\0'; value++) {
		if (*value == '\'' || *value == '\\')
			gw_buf_putc(out, '\\');
		gw_buf_putc(out, *value);
	}
	gw_buf_putc(out, '\'');
}

/* "Key={value};": a closing brace is doubled. */
static void
put_odbc(struct gw_buf *out, const char *key, const char *value)
{
	if (value[0] == '\0')
		return;
	gw_buf_printf(out, "%s={", key);
	for (; *value != '\0'; value++) {
		if (*value == '}')
			gw_buf_putc(out, '}');
		gw_buf_putc(out, *value);
	}
	gw_buf_puts(out, "};");
}

/* Names and numbers, which some drivers do not take in braces. */
static void
put_odbc_plain(struct gw_buf *out, const char *key, const char *value)
{
	if (strpbrk(value, ";{}[]()=!@,? '\"") != NULL)
		put_odbc(out, key, value);
	else if (value[0] != '\0')
		gw_buf_printf(out, "%s=%s;", key, value);
}

enum gw_status
gw_answers_connection(const struct gw_answers *answers, struct gw_buf *out, struct gw_error *err)
{
	const char(*text)[GW_ANSWER_MAX] = answers->text;

	gw_buf_clear(out);
	if (answers->connection[0] != '\0') {
		gw_buf_puts(out, answers->connection);
	} else if (strcmp(text[GW_ASK_CONNECTOR], "odbc") == 0) {
		put_odbc(out, "Driver", text[GW_ASK_DRIVER]);
		put_odbc_plain(out, "Server", text[GW_ASK_HOST]);
		put_odbc_plain(out, "Port", text[GW_ASK_PORT]);
		put_odbc_plain(out, "Database", text[GW_ASK_DATABASE]);
		put_odbc_plain(out, "UID", text[GW_ASK_USER]);
		put_odbc_plain(out, "PWD", text[GW_ASK_PASSWORD]);
	} else {
		put_pair(out, "host", text[GW_ASK_HOST]);
		put_pair(out, "port", text[GW_ASK_PORT]);
		put_pair(out, "dbname", text[GW_ASK_DATABASE]);
		put_pair(out, "user", text[GW_ASK_USER]);
		put_pair(out, "password", text[GW_ASK_PASSWORD]);
	}
	return out->failed ? gw_fail_memory(err) : GW_OK;
}

static void
put_setting(struct gw_buf *out, const char *key, const char *value)
{
	gw_buf_printf(out, "%s: ", key);
	gw_yaml_scalar(out, value);
	gw_buf_putc(out, '\n');
}

static void
put_codes(struct gw_buf *out, const char *answer)
{
	const char *colon = strrchr(answer, ':');
	char column[GW_ANSWER_MAX];

	gw_buf_printf(out, "%s\n",
		      _("# Which map its commune codes are of: the maps before and after July 2025 "
			"use the same numbers."));
	if (strcmp(answer, "none") == 0 || answer[0] == '\0') {
		gw_buf_puts(out, "#commune_codes: {map: before-2025-07}\n");
	} else if (colon == NULL) {
		gw_buf_printf(out, "commune_codes: {map: %s}\n", answer);
	} else {
		(void)snprintf(column, sizeof column, "%.*s", (int)(colon - answer), answer);
		gw_buf_puts(out, "commune_codes: {by: ");
		gw_yaml_scalar(out, column);
		gw_buf_printf(out, ", switched_on: %s}\n", colon + 1);
	}
}

static void
put_way(struct gw_buf *out, const struct gw_answers *answers)
{
	if (strcmp(answers->text[GW_ASK_CONNECTOR], GW_FILE_CONNECTOR) == 0) {
		put_setting(out, "folder", answers->text[GW_ASK_FOLDER]);
		return;
	}
	gw_buf_printf(out, "%s\n", _("# The connection with its password, mode 0600; never here."));
	gw_buf_printf(out, "connection_file: secrets/%s.dsn\n", answers->text[GW_ASK_NAME]);
}

enum gw_status
gw_answers_source(const struct gw_answers *answers, struct gw_buf *out, struct gw_error *err)
{
	const char *name = answers->text[GW_ASK_NAME];

	gw_buf_clear(out);
	put_setting(out, "source", name);
	put_setting(out, "title", answers->text[GW_ASK_TITLE]);
	put_setting(out, "owner", answers->text[GW_ASK_OWNER]);
	gw_buf_printf(
		out, "%s\n",
		_("# Number of the agreement to share; without it no personal field travels."));
	if (answers->text[GW_ASK_AGREEMENT][0] == '\0')
		gw_buf_puts(out, "#agreement: \"…\"\n");
	else
		put_setting(out, "agreement", answers->text[GW_ASK_AGREEMENT]);
	put_setting(out, "connector", answers->text[GW_ASK_CONNECTOR]);
	put_way(out, answers);
	gw_buf_printf(out, "%s\n", _("# Time zone of times that carry none."));
	put_setting(out, "time_zone", answers->text[GW_ASK_TIME_ZONE]);
	put_codes(out, answers->text[GW_ASK_CODES]);
	gw_buf_printf(
		out, "%s\nschedule: {every: 15min}\n",
		_("# How often it is read; not_between: [\"09:00\", \"11:00\"] leaves it alone "
		  "in busy hours."));
	gw_buf_printf(out, "%s\nlimits: {rows_per_second: 5000}\n",
		      _("# How gently it is read; unlimited only for a replica."));
	gw_buf_printf(out,
		      _("# A stream is a table and what becomes of its columns.  To have one "
			"proposed:\n#   songma discover %s\n#   songma draft %s TABLE --write\n"),
		      name, name);
	gw_buf_puts(out, "streams:\n");
	return out->failed ? gw_fail_memory(err) : GW_OK;
}

/* The folder of the configuration, and in it secrets/, which is made where it is missing. */
static enum gw_status
secret_path(const struct gw_answers *answers, const struct gw_config *config, char **out,
	    struct gw_error *err)
{
	char *folder = gw_path_join(config->dir, "secrets");
	enum gw_status status =
		folder == NULL ? gw_fail_memory(err) : gw_init_folder(folder, 0700, err);

	if (status == GW_OK && asprintf(out, "%s/%s.dsn", folder, answers->text[GW_ASK_NAME]) < 0) {
		*out = NULL;
		status = gw_fail_memory(err);
	}
	free(folder);
	return status;
}

static enum gw_status
write_secret(const struct gw_answers *answers, const char *path, struct gw_error *err)
{
	struct gw_buf text;
	enum gw_status status;

	gw_buf_init(&text, TEXT_MAX);
	status = gw_answers_connection(answers, &text, err);
	if (status == GW_OK && !gw_buf_putc(&text, '\n'))
		status = gw_fail_memory(err);
	if (status == GW_OK)
		status = gw_file_create(path, 0600, text.data, text.len, err);
	if (text.data != NULL)
		sodium_memzero(text.data, text.cap);
	gw_buf_release(&text);
	return status;
}

static enum gw_status
write_source(const struct gw_answers *answers, const char *path, struct gw_error *err)
{
	struct gw_buf text;
	enum gw_status status;

	gw_buf_init(&text, TEXT_MAX);
	status = gw_answers_source(answers, &text, err);
	if (status == GW_OK)
		status = gw_file_create(path, 0644, text.data, text.len, err);
	gw_buf_release(&text);
	return status;
}

enum gw_status
gw_answers_write(const struct gw_answers *answers, const struct gw_config *config, char **file,
		 struct gw_error *err)
{
	bool secret = strcmp(answers->text[GW_ASK_CONNECTOR], GW_FILE_CONNECTOR) != 0;
	char *dsn = NULL, *path = NULL;
	enum gw_status status = GW_OK;

	if (asprintf(&path, "%s/%s.yaml", config->sources_dir, answers->text[GW_ASK_NAME]) < 0)
		return gw_fail_memory(err);
	if (secret)
		status = secret_path(answers, config, &dsn, err);
	if (status == GW_OK && secret)
		status = write_secret(answers, dsn, err);
	if (status == GW_OK) {
		status = write_source(answers, path, err);
		/* It was written just now, for this source alone. */
		if (status != GW_OK && dsn != NULL)
			(void)unlink(dsn);
	}
	free(dsn);
	if (status != GW_OK) {
		free(path);
		return status;
	}
	*file = path;
	return GW_OK;
}
