#include "normalise/manual.h"

#include <inttypes.h>
#include <string.h>

#include "base/i18n.h"
#include "config/parts.h"
#include "normalise/rule.h"

#define BEGIN "<!-- made of the program: "
#define END "<!-- end -->\n"

static void
write_rules(struct gw_buf *out)
{
	(void)gw_buf_puts(out, "| rule | what it does | argument |\n|---|---|---|\n");
	for (const struct gw_rule *rule = gw_rules(); rule->name != NULL; rule++)
		(void)gw_buf_printf(out, "| `%s` | %s | %s |\n", rule->name, rule->help,
				    rule->argument == NULL ? "" : rule->argument);
}

static void
write_warnings(struct gw_buf *out)
{
	(void)gw_buf_puts(out, "| code | what happened |\n|---|---|\n");
	for (unsigned kind = 0; kind < GW_WARN_COUNT; kind++)
		(void)gw_buf_printf(out, "| `%s` | %s |\n", gw_warning_text(kind)->code,
				    gw_warning_text(kind)->text);
}

/* In the largest unit that leaves no part. */
static void
write_duration(int64_t us, struct gw_buf *out)
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
	size_t i = us == 0 ? 3 : 0; /* 0s */

	while (i + 1 < sizeof units / sizeof units[0] && us % units[i].us != 0)
		i++;
	(void)gw_buf_printf(out, "%" PRId64 "%s", us / units[i].us, units[i].unit);
}

static void
write_bound(const struct gw_option *option, int64_t bound, struct gw_buf *out)
{
	if (option->type == GW_OPT_DURATION)
		write_duration(bound, out);
	else
		(void)gw_buf_printf(out, "%" PRId64, bound);
}

/* What a key takes. */
static void
write_value(const struct gw_option *option, struct gw_buf *out)
{
	static const char *const types[] = {
		[GW_OPT_TEXT] = "text",
		[GW_OPT_INT] = "a whole number",
		[GW_OPT_BOOL] = "true or false",
		[GW_OPT_DURATION] = "a time",
		[GW_OPT_ENUM] = "",
		[GW_OPT_PATH] = "a path",
		[GW_OPT_NODE] = "as described",
	};

	(void)gw_buf_puts(out, types[option->type]);
	for (size_t i = 0; option->type == GW_OPT_ENUM && option->words[i] != NULL; i++)
		(void)gw_buf_printf(out, "%s`%s`", i == 0 ? "" : ", ", option->words[i]);
	if (option->min == 0 && option->max == 0)
		return;
	(void)gw_buf_puts(out, ", ");
	write_bound(option, option->min, out);
	(void)gw_buf_puts(out, " to ");
	write_bound(option, option->max, out);
}

static void
write_default(const struct gw_option *option, struct gw_buf *out)
{
	if (option->required)
		(void)gw_buf_puts(out, "required");
	else if (option->fallback != NULL)
		(void)gw_buf_printf(out, "`%s`", option->fallback);
}

static void
write_source(struct gw_buf *out)
{
	static const struct {
		const char *title;
		const struct gw_option *(*options)(void);
	} sections[] = {
		{"The file", gw_source_root_options},
		{"`commune_codes:`", gw_codes_options},
		{"`schedule:`", gw_schedule_options},
		{"`limits:`", gw_limits_options},
		{"`letters:`", gw_letters_options},
		{"A stream of `streams:`", gw_stream_options},
		{"A field of `fields:`", gw_field_options},
	};

	for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
		(void)gw_buf_printf(
			out, "%s**%s**\n\n| key | value | default | what |\n|---|---|---|---|\n",
			i == 0 ? "" : "\n", sections[i].title);
		for (const struct gw_option *o = sections[i].options(); o->name != NULL; o++) {
			(void)gw_buf_printf(out, "| `%s` | ", o->name);
			write_value(o, out);
			(void)gw_buf_puts(out, " | ");
			write_default(o, out);
			(void)gw_buf_printf(out, " | %s |\n", o->help);
		}
	}
}

static const struct part {
	const char *name;
	void (*write)(struct gw_buf *out);
} parts[] = {
	{"rules", write_rules},
	{"warnings", write_warnings},
	{"source", write_source},
};

enum { PARTS = sizeof parts / sizeof parts[0] };

/* The part that the mark at text names; PARTS: none. */
static size_t
part_at(const char *text)
{
	size_t i = 0;

	for (text += strlen(BEGIN); i < PARTS; i++) {
		size_t len = strlen(parts[i].name);

		if (strncmp(text, parts[i].name, len) == 0 && strncmp(text + len, " -->\n", 5) == 0)
			break;
	}
	return i;
}

enum gw_status
gw_manual_write(const char *page, struct gw_buf *out, struct gw_error *err)
{
	bool written[PARTS] = {false};
	const char *begin, *end;

	for (; (begin = strstr(page, BEGIN)) != NULL; page = end) {
		size_t part = part_at(begin);

		end = strstr(begin, END);
		if (part == PARTS || end == NULL)
			return gw_fail(
				err, GW_CONFIG, "%s",
				_("a part of the page that is made of the program has no end, "
				  "or a name that the program does not know"));
		begin = strchr(begin, '\n') + 1;
		(void)gw_buf_append(out, page, (size_t)(begin - page));
		(void)gw_buf_puts(out, "\n");
		parts[part].write(out);
		(void)gw_buf_puts(out, "\n");
		written[part] = true;
	}
	for (size_t i = 0; i < PARTS; i++)
		if (!written[i])
			return gw_fail(err, GW_CONFIG, _("the page lacks the part %s"),
				       parts[i].name);
	return gw_buf_puts(out, page) ? GW_OK : gw_fail_memory(err);
}
