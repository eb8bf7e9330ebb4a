#include "indicator/parts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/i18n.h"

static const char *const origins[] = {"decree", "press", "sample", NULL};
static const char *const units[] = {"commune", NULL};

struct words {
	char *vi, *en;
};

static const struct gw_option word_rows[] = {
	{.name = "vi", .type = GW_OPT_TEXT, .required = true, .offset = offsetof(struct words, vi)},
	{.name = "en", .type = GW_OPT_TEXT, .required = true, .offset = offsetof(struct words, en)},
	{0},
};

struct apart {
	char *code;
	const struct gw_yaml *name;
	char *sql;
};

static const struct gw_option apart_rows[] = {
	{.name = "code",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = offsetof(struct apart, code)},
	{.name = "name",
	 .type = GW_OPT_NODE,
	 .required = true,
	 .offset = offsetof(struct apart, name)},
	{.name = "sql",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = offsetof(struct apart, sql)},
	{0},
};

struct file {
	char *code;
	int64_t version;
	const struct gw_yaml *name, *parameters, *definition, *variants, *apart;
	int name_from, unit;
	char *target;
	char *sql;
};

static const struct gw_option file_rows[] = {
	{.name = "code",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = offsetof(struct file, code)},
	{.name = "version",
	 .type = GW_OPT_INT,
	 .required = true,
	 .offset = offsetof(struct file, version),
	 .min = 1,
	 .max = 1000000},
	{.name = "name",
	 .type = GW_OPT_NODE,
	 .required = true,
	 .offset = offsetof(struct file, name)},
	{.name = "name_from",
	 .type = GW_OPT_ENUM,
	 .required = true,
	 .offset = offsetof(struct file, name_from),
	 .words = origins},
	{.name = "unit",
	 .type = GW_OPT_ENUM,
	 .required = true,
	 .offset = offsetof(struct file, unit),
	 .words = units},
	{.name = "target",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = offsetof(struct file, target)},
	{.name = "parameters",
	 .type = GW_OPT_NODE,
	 .required = true,
	 .offset = offsetof(struct file, parameters)},
	{.name = "definition",
	 .type = GW_OPT_NODE,
	 .required = true,
	 .offset = offsetof(struct file, definition)},
	{.name = "sql",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = offsetof(struct file, sql)},
	{.name = "variants", .type = GW_OPT_NODE, .offset = offsetof(struct file, variants)},
	{.name = "apart", .type = GW_OPT_NODE, .offset = offsetof(struct file, apart)},
	{0},
};

/* Steps over a quoted text or a comment at p; returns p itself where there is none. */
static const char *
skip_quoted(const char *p)
{
	const char *end;

	if (p[0] == '-' && p[1] == '-') {
		end = strchr(p, '\n');
		return end == NULL ? p + strlen(p) : end;
	}
	if (*p != '\'' && *p != '"')
		return p;
	end = strchr(p + 1, *p);
	return end == NULL ? p + strlen(p) : end + 1;
}

static bool
is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* A schema that definitions may not read; pg_ covers pg_catalog and pg_read_file() alike. */
static bool
is_foreign(const char *word, size_t len)
{
	static const char *const schemas[] = {"ops", "ind", "history", "information_schema"};

	if (len > 3 && strncasecmp(word, "pg_", 3) == 0)
		return true;
	for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++)
		if (strlen(schemas[i]) == len && strncasecmp(word, schemas[i], len) == 0 &&
		    word[len] == '.')
			return true;
	return false;
}

/* What a word of the statement may not be; the first one says what kind of statement it is. */
static enum gw_status
check_word(const char *origin, const char *word, size_t len, bool first, struct gw_error *err)
{
	bool opens = (len == 6 && strncasecmp(word, "select", 6) == 0) ||
		     (len == 4 && strncasecmp(word, "with", 4) == 0);

	if (is_foreign(word, len))
		return gw_fail(err, GW_CONFIG,
			       _("%s: a definition reads canon and ref alone, not %.*s"), origin,
			       (int)len, word);
	if (first && !opens)
		return gw_fail(err, GW_CONFIG, _("%s: expected SELECT or WITH, found %.*s"), origin,
			       (int)len, word);
	return GW_OK;
}

enum gw_status
gw_indicator_check_sql(const char *origin, const char *sql, struct gw_error *err)
{
	bool first = true;
	size_t len;

	for (const char *p = sql; *p != '\0'; p += len) {
		len = (size_t)(skip_quoted(p) - p);
		if (len > 0)
			continue;
		if (*p == ';')
			return gw_fail(err, GW_CONFIG,
				       _("%s: one statement without \";\" is expected"), origin);
		while (is_word(p[len]))
			len++;
		if (len > 0 && check_word(origin, p, len, first, err) != GW_OK)
			return err->status;
		first &= len == 0;
		len += len == 0;
	}
	return first ? gw_fail(err, GW_CONFIG, _("%s: the SQL is empty"), origin) : GW_OK;
}

enum gw_status
gw_indicator_read_words(const struct gw_yaml *node, char **vi, char **en, struct gw_error *err)
{
	struct words words = {0};
	enum gw_status status = gw_yaml_options(node, word_rows, &words, err);

	*vi = words.vi;
	*en = words.en;
	return status;
}

static enum gw_status
read_apart(const struct gw_yaml *node, struct gw_indicator_apart *out, struct gw_error *err)
{
	struct apart apart = {0};
	enum gw_status status = gw_yaml_options(node, apart_rows, &apart, err);

	out->code = apart.code;
	out->sql = apart.sql;
	if (status == GW_OK)
		status = gw_indicator_read_words(apart.name, &out->name_vi, &out->name_en, err);
	return status == GW_OK ? gw_indicator_check_sql(out->code, out->sql, err) : status;
}

static enum gw_status
read_aparts(const struct gw_yaml *list, struct gw_indicator *indicator, struct gw_error *err)
{
	if (list == NULL)
		return GW_OK;
	if (list->kind != GW_YAML_LIST)
		return gw_yaml_fail(list, err,
				    _("expected a list of counts, each with code, name "
				      "and sql"));
	indicator->apart = calloc(list->count + 1, sizeof *indicator->apart);
	if (indicator->apart == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < list->count; i++) {
		indicator->naparts = i + 1;
		if (read_apart(&list->items[i], &indicator->apart[i], err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

/* "95" or "97.5": what the target is compared with, digit by digit. */
static bool
is_target(const char *text)
{
	size_t whole = strspn(text, "0123456789");
	size_t rest = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;

	return whole >= 1 && whole <= 3 && rest <= 2 &&
	       text[whole + (text[whole] == '.' ? rest + 1 : 0)] == '\0' &&
	       (text[whole] != '.' || rest > 0);
}

static enum gw_status
read_file(const struct gw_yaml *root, struct gw_indicator *indicator, struct gw_error *err)
{
	struct file file = {0};
	enum gw_status status = gw_yaml_options(root, file_rows, &file, err);

	indicator->code = file.code;
	indicator->version = file.version;
	indicator->target = file.target;
	indicator->sql = file.sql;
	if (status != GW_OK)
		return status;
	indicator->name_from = strdup(origins[file.name_from]);
	if (indicator->name_from == NULL)
		return gw_fail_memory(err);
	if (!is_target(file.target))
		return gw_yaml_fail(gw_yaml_get(root, "target"), err,
				    _("the target is a percentage such as 95 or 97.5"));
	if (gw_indicator_read_words(file.name, &indicator->name_vi, &indicator->name_en, err) !=
		    GW_OK ||
	    gw_indicator_read_words(file.definition, &indicator->definition_vi,
				    &indicator->definition_en, err) != GW_OK ||
	    gw_indicator_read_parameters(file.parameters, indicator, err) != GW_OK ||
	    gw_indicator_read_variants(file.variants, indicator, err) != GW_OK ||
	    gw_indicator_check_sql(indicator->path, indicator->sql, err) != GW_OK)
		return err->status;
	return read_aparts(file.apart, indicator, err);
}

/* A code is part of a path. */
static bool
is_code(const char *code)
{
	size_t len =
		strspn(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

	return len > 0 && len < 64 && code[len] == '\0';
}

enum gw_status
gw_indicator_read(const char *schemas_dir, const char *code, struct gw_indicator **out,
		  struct gw_error *err)
{
	struct gw_indicator *indicator;
	struct gw_yaml_doc *doc = NULL;
	struct gw_buf path;
	enum gw_status status;

	if (!is_code(code))
		return gw_fail(err, GW_CONFIG,
			       _("an indicator's code is letters, digits, - and _"));
	indicator = calloc(1, sizeof *indicator);
	if (indicator == NULL)
		return gw_fail_memory(err);
	gw_buf_init(&path, 4096);
	status = gw_buf_printf(&path, "%s/indicators/%s.yaml", schemas_dir, code)
			 ? gw_yaml_read(path.data, &doc, err)
			 : gw_fail_memory(err);
	indicator->path = path.data; /* taken over */
	if (status == GW_OK)
		status = read_file(gw_yaml_root(doc), indicator, err);
	if (status == GW_OK && strcmp(indicator->code, code) != 0)
		status = gw_yaml_fail(gw_yaml_get(gw_yaml_root(doc), "code"), err,
				      _("the code is %s, but the file is named %s.yaml"),
				      indicator->code, code);
	gw_yaml_free(doc);
	if (status != GW_OK) {
		gw_indicator_free(indicator);
		return status;
	}
	*out = indicator;
	return GW_OK;
}

void
gw_indicator_free(struct gw_indicator *indicator)
{
	if (indicator == NULL)
		return;
	for (size_t i = 0; i < indicator->naparts; i++) {
		free(indicator->apart[i].code);
		free(indicator->apart[i].name_vi);
		free(indicator->apart[i].name_en);
		free(indicator->apart[i].sql);
	}
	free(indicator->apart);
	gw_indicator_release_parameters(indicator);
	free(indicator->path);
	free(indicator->code);
	free(indicator->name_vi);
	free(indicator->name_en);
	free(indicator->name_from);
	free(indicator->target);
	free(indicator->definition_vi);
	free(indicator->definition_en);
	free(indicator->sql);
	free(indicator);
}
