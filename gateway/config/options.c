#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "config/parts.h"

enum { DURATION_TEXT = 32 };

static void *
field_of(const struct gw_option *row, void *settings)
{
	return (char *)settings + row->offset;
}

/* "10min": in the largest unit that holds it without a rest. */
static const char *
duration_text(int64_t us, char out[DURATION_TEXT])
{
	static const struct {
		int64_t us;
		const char *unit;
	} units[] = {
		{INT64_C(86400000000), "d"},
		{INT64_C(3600000000), "h"},
		{60000000, "min"},
		{1000000, "s"},
		{1000, "ms"},
	};
	size_t i = 0;

	while (i + 1 < sizeof units / sizeof units[0] && (us == 0 || us % units[i].us != 0))
		i++;
	(void)snprintf(out, DURATION_TEXT, "%" PRId64 "%s", us / units[i].us, units[i].unit);
	return out;
}

static enum gw_status
expect_scalar(const struct gw_yaml *node, const struct gw_option *row, const char *expected,
	      struct gw_error *err)
{
	if (node->kind == GW_YAML_SCALAR && !gw_yaml_is_nothing(node))
		return GW_OK;
	return gw_yaml_fail(node, err, _("\"%s\": found %s, expected %s"), row->name,
			    gw_yaml_found(node), expected);
}

static enum gw_status
set_text(const struct gw_yaml *node, const struct gw_option *row, void *field, struct gw_error *err)
{
	const char *expected = row->type == GW_OPT_PATH ? _("the path of a file") : _("a text");
	char **to = field;
	char *text;

	if (expect_scalar(node, row, expected, err) != GW_OK)
		return err->status;
	if (node->text[strspn(node->text, " \t\r\n")] == '\0')
		return gw_yaml_fail(node, err, _("\"%s\": found an empty text, expected %s"),
				    row->name, expected);
	text = row->type == GW_OPT_PATH ? gw_path_absolute(node->file, node->text)
					: strdup(node->text);
	if (text == NULL)
		return gw_fail_memory(err);
	free(*to);
	*to = text;
	return GW_OK;
}

static enum gw_status
set_int(const struct gw_yaml *node, const struct gw_option *row, void *field, struct gw_error *err)
{
	bool limited = row->min != 0 || row->max != 0;
	char excerpt[GW_EXCERPT];
	int64_t n;

	if (node->kind != GW_YAML_SCALAR || node->quoted ||
	    !gw_parse_i64(node->text, strlen(node->text), &n))
		return gw_yaml_fail(node, err, _("\"%s\": found %s, expected a whole number%s"),
				    row->name, gw_yaml_excerpt(node, excerpt),
				    node->quoted ? _(" without quotes") : "");
	if (limited && (n < row->min || n > row->max))
		return gw_yaml_fail(
			node, err, _("\"%s\": found %" PRId64 ", expected %" PRId64 " to %" PRId64),
			row->name, n, row->min, row->max);
	*(int64_t *)field = n;
	return GW_OK;
}

static enum gw_status
set_bool(const struct gw_yaml *node, const struct gw_option *row, void *field, struct gw_error *err)
{
	char excerpt[GW_EXCERPT];
	bool truth = node->kind == GW_YAML_SCALAR && strcmp(node->text, "true") == 0;

	if (node->kind != GW_YAML_SCALAR || node->quoted ||
	    (!truth && strcmp(node->text, "false") != 0))
		return gw_yaml_fail(node, err, _("\"%s\": found %s, expected true or false"),
				    row->name, gw_yaml_excerpt(node, excerpt));
	*(bool *)field = truth;
	return GW_OK;
}

static enum gw_status
set_duration(const struct gw_yaml *node, const struct gw_option *row, void *field,
	     struct gw_error *err)
{
	char low[DURATION_TEXT], high[DURATION_TEXT], excerpt[GW_EXCERPT];
	int64_t us;

	if (node->kind != GW_YAML_SCALAR || !gw_parse_duration(node->text, &us))
		return gw_yaml_fail(node, err,
				    _("\"%s\": found %s, expected a duration such as 250ms, 10s, "
				      "15min, 6h or 1d"),
				    row->name, gw_yaml_excerpt(node, excerpt));
	if (us < row->min || (row->max != 0 && us > row->max))
		return gw_yaml_fail(node, err, _("\"%s\": found %s, expected %s to %s"), row->name,
				    gw_yaml_excerpt(node, excerpt), duration_text(row->min, low),
				    duration_text(row->max, high));
	*(int64_t *)field = us;
	return GW_OK;
}

static enum gw_status
refuse_word(const struct gw_yaml *node, const struct gw_option *row, struct gw_error *err)
{
	char excerpt[GW_EXCERPT];
	struct gw_nearest nearest;
	struct gw_buf known;

	gw_buf_init(&known, sizeof err->text);
	gw_nearest_init(&nearest, node->kind == GW_YAML_SCALAR ? node->text : "");
	for (size_t i = 0; row->words[i] != NULL; i++) {
		gw_buf_printf(&known, "%s%s", i == 0 ? "" : ", ", row->words[i]);
		gw_nearest_try(&nearest, row->words[i]);
	}
	if (nearest.best != NULL)
		(void)gw_yaml_fail(node, err,
				   _("\"%s\": found %s, expected one of: %s; did you mean \"%s\"?"),
				   row->name, gw_yaml_excerpt(node, excerpt),
				   known.data == NULL ? "" : known.data, nearest.best);
	else
		(void)gw_yaml_fail(node, err, _("\"%s\": found %s, expected one of: %s"), row->name,
				   gw_yaml_excerpt(node, excerpt),
				   known.data == NULL ? "" : known.data);
	gw_buf_release(&known);
	return err->status;
}

static enum gw_status
set_enum(const struct gw_yaml *node, const struct gw_option *row, void *field, struct gw_error *err)
{
	if (node->kind == GW_YAML_SCALAR) {
		for (int i = 0; row->words[i] != NULL; i++) {
			if (strcmp(node->text, row->words[i]) != 0)
				continue;
			*(int *)field = i;
			return GW_OK;
		}
	}
	return refuse_word(node, row, err);
}

static enum gw_status
set_node(const struct gw_yaml *node, const struct gw_option *row, void *field, struct gw_error *err)
{
	(void)row;
	(void)err;
	*(const struct gw_yaml **)field = node;
	return GW_OK;
}

static enum gw_status (*const setters[])(const struct gw_yaml *node, const struct gw_option *row,
					 void *field, struct gw_error *err) = {
	[GW_OPT_TEXT] = set_text,         [GW_OPT_INT] = set_int,   [GW_OPT_BOOL] = set_bool,
	[GW_OPT_DURATION] = set_duration, [GW_OPT_ENUM] = set_enum, [GW_OPT_PATH] = set_text,
	[GW_OPT_NODE] = set_node,
};

static enum gw_status
refuse_key(const struct gw_yaml *key, const struct gw_option *table, struct gw_error *err)
{
	char excerpt[GW_EXCERPT];
	struct gw_nearest nearest;
	struct gw_buf known;

	gw_buf_init(&known, sizeof err->text);
	gw_nearest_init(&nearest, key->text);
	for (const struct gw_option *row = table; row->name != NULL; row++) {
		gw_buf_printf(&known, "%s%s", row == table ? "" : ", ", row->name);
		gw_nearest_try(&nearest, row->name);
	}
	if (nearest.best != NULL)
		(void)gw_yaml_fail(key, err,
				   _("unknown key %s; did you mean \"%s\"? Known here: %s"),
				   gw_yaml_excerpt(key, excerpt), nearest.best,
				   known.data == NULL ? "" : known.data);
	else
		(void)gw_yaml_fail(key, err, _("unknown key %s. Known here: %s"),
				   gw_yaml_excerpt(key, excerpt),
				   known.data == NULL ? "" : known.data);
	gw_buf_release(&known);
	return err->status;
}

static bool
has_row(const struct gw_option *table, const char *name)
{
	for (; table->name != NULL; table++) {
		if (strcmp(table->name, name) == 0)
			return true;
	}
	return false;
}

static enum gw_status
set_row(const struct gw_yaml *map, const struct gw_option *row, void *settings,
	struct gw_error *err)
{
	const struct gw_yaml *node = gw_yaml_get(map, row->name);
	struct gw_yaml fallback = *map;

	if (node != NULL && (row->required || !gw_yaml_is_nothing(node)))
		return setters[row->type](node, row, field_of(row, settings), err);
	if (row->required)
		return row->help == NULL
			       ? gw_yaml_fail(map, err, _("\"%s\" is missing"), row->name)
			       : gw_yaml_fail(map, err, _("\"%s\" is missing; expected %s"),
					      row->name, _(row->help));
	if (row->fallback == NULL)
		return GW_OK;
	fallback.kind = GW_YAML_SCALAR;
	fallback.text = row->fallback;
	fallback.quoted = false;
	return setters[row->type](&fallback, row, field_of(row, settings), err);
}

enum gw_status
gw_yaml_options(const struct gw_yaml *map, const struct gw_option *table, void *settings,
		struct gw_error *err)
{
	enum gw_status status = GW_OK;

	if (map->kind != GW_YAML_MAP)
		return gw_yaml_fail(map, err,
				    _("found %s, expected a map of keys and values, "
				      "beginning with \"%s: …\""),
				    gw_yaml_found(map), table->name);
	for (size_t i = 0; i < map->count; i++) {
		if (!has_row(table, map->keys[i].text))
			return refuse_key(&map->keys[i], table, err);
	}
	for (const struct gw_option *row = table; status == GW_OK && row->name != NULL; row++)
		status = set_row(map, row, settings, err);
	if (status != GW_OK)
		gw_option_release(table, settings);
	return status;
}

void
gw_option_release(const struct gw_option *table, void *settings)
{
	for (; table->name != NULL; table++) {
		char **text = field_of(table, settings);

		if (table->type != GW_OPT_TEXT && table->type != GW_OPT_PATH)
			continue;
		free(*text);
		*text = NULL;
	}
}
