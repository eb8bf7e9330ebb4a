#include "config/parts.h"

#include <string.h>

#include "base/i18n.h"

/* What the parser says, and what the person did. */
static const struct {
	const char *problem;
	bool at_begin; /* the mistake is where the thing begins, not where the parser gave up */
	const char *text;
} explained[] = {
	{"mapping values are not allowed", false,
	 N_("a \":\" that can't stand here: the line is indented wrongly, or text with \": \" in "
	    "it "
	    "needs quotes")},
	{"could not find expected ':'", true, N_("this key has no \":\" and value behind it")},
	{"block sequence entries are not allowed", false,
	 N_("a list item \"- \" can't stand here; begin the list on a line of its own")},
	{"mapping keys are not allowed", false, N_("a key can't stand here")},
	{"found unexpected end of stream", true, N_("the quote that opens here is never closed")},
	{"found unexpected document indicator", true,
	 N_("the quote that opens here is never closed")},
	{"found unknown escape", false,
	 N_("a \\ in double quotes begins an escape; use single quotes, or write \\\\")},
	{"did not find expected hexdecimal", false,
	 N_("a \\ in double quotes begins an escape; use single quotes, or write \\\\")},
	{"invalid Unicode character escape", false, N_("there is no such character")},
	{"found a tab character", false,
	 N_("a tab is used for indentation; use spaces (two a level)")},
	{"did not find expected key", false,
	 N_("this line is not indented like the lines before it")},
	{"did not find expected '-' indicator", false,
	 N_("a list item \"- \" is expected here, indented like the ones before it")},
	{"did not find expected ',' or ']'", true,
	 N_("the [ that opens here is not closed, or a comma is missing after it")},
	{"did not find expected ',' or '}'", true,
	 N_("the { that opens here is not closed, or a comma is missing after it")},
	{"did not find expected <document start>", false,
	 N_("this line stands outside of what the file began with; check its indentation")},
	{"did not find expected node content", false, N_("a value is missing here")},
	{"control characters", false, N_("a control character stands here; delete it")},
	{"expected comment or line break", false, N_("nothing may follow | or > on its line")},
	{"undefined tag handle", false,
	 N_("a tag (!name) is not allowed here; put text that begins with ! in quotes")},
	{"alphabetic or numeric character", true,
	 N_("text that begins with * or & must be put in quotes")},
	{"cannot start any token", false,
	 N_("text can't begin with this character; put it in quotes")},
};

void
gw_text_locate(const char *text, size_t offset, unsigned *line, unsigned *column)
{
	*line = *column = 1;
	for (size_t i = 0; i < offset; i++) {
		if (text[i] == '\n') {
			++*line;
			*column = 1;
		} else if (((unsigned char)text[i] & 0xc0) != 0x80) {
			++*column;
		}
	}
}

/* True when the spaces that begin the line hold a tab. */
static bool
tab_indents(const struct gw_yaml_trouble *trouble)
{
	const char *p = trouble->text, *end = p + trouble->len;

	for (unsigned line = 1; line < trouble->line; line++) {
		p = memchr(p, '\n', (size_t)(end - p));
		if (p == NULL)
			return false;
		p++;
	}
	for (; p < end && (*p == ' ' || *p == '\t'); p++) {
		if (*p == '\t')
			return true;
	}
	return false;
}

enum gw_status
gw_yaml_explain(const struct gw_yaml_trouble *trouble, struct gw_error *err)
{
	struct gw_yaml at = {
		.file = trouble->name, .line = trouble->line, .column = trouble->column};

	if (tab_indents(trouble))
		return gw_yaml_fail(&at, err, "%s",
				    _("a tab is used for indentation; use spaces (two a level)"));
	for (size_t i = 0; i < sizeof explained / sizeof explained[0]; i++) {
		if (strstr(trouble->problem, explained[i].problem) == NULL)
			continue;
		if (explained[i].at_begin && trouble->begun_line > 0) {
			at.line = trouble->begun_line;
			at.column = trouble->begun_column;
		}
		return gw_yaml_fail(&at, err, "%s", _(explained[i].text));
	}
	return gw_yaml_fail(&at, err, _("this is not YAML: %s"), trouble->problem);
}
