#include "setup/scalar.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Words that other readers take for something else than text. */
static bool
is_word_of_yaml(const char *text)
{
	static const char *const words[] = {"null", "true", "false", "yes", "no",
					    "on",   "off",  "y",     "n"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcasecmp(text, words[i]) == 0)
			return true;
	return false;
}

static bool
is_bare(const char *text)
{
	return text[0] != '\0' && strchr(LETTERS, text[0]) != NULL &&
	       strspn(text, LETTERS "0123456789_./-") == strlen(text) && !is_word_of_yaml(text);
}

/* Characters that a YAML reader would end a line at, or refuse. */
static bool
is_awkward(const char *at)
{
	static const char *const marks[] = {"\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff"};
	unsigned char c = (unsigned char)at[0];

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (strncmp(at, marks[i], strlen(marks[i])) == 0)
			return true;
	return c < ' ' || c == 0x7f || (c == 0xc2 && (unsigned char)at[1] < 0xa0);
}

static unsigned
code_of(const char *at, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)at;

	if (len == 1)
		return bytes[0];
	if (len == 2)
		return (bytes[0] & 0x1fu) << 6 | (bytes[1] & 0x3fu);
	return (bytes[0] & 0x0fu) << 12 | (bytes[1] & 0x3fu) << 6 | (bytes[2] & 0x3fu);
}

void
gw_yaml_scalar(struct gw_buf *out, const char *text)
{
	if (is_bare(text)) {
		gw_buf_puts(out, text);
		return;
	}
	gw_buf_putc(out, '"');
	for (size_t step; *text != '\0'; text += step) {
		step = gw_utf8_next(text, strlen(text));
		step = step == 0 ? 1 : step;
		if (*text == '"' || *text == '\\')
			gw_buf_printf(out, "\\%c", *text);
		else if (is_awkward(text))
			gw_buf_printf(out, "\\u%04x", code_of(text, step));
		else
			gw_buf_append(out, text, step);
	}
	gw_buf_putc(out, '"');
}

const char *
gw_shell_word(const char *text, char out[GW_SHELL_WORD])
{
	bool bare = text[0] != '\0' && text[0] != '-';
	struct gw_buf word;

	for (const char *at = text; *at != '\0'; at++)
		bare = bare && ((unsigned char)*at >= 0x80 ||
				strchr(LETTERS "0123456789_./:@+,-", *at) != NULL);
	gw_buf_init(&word, GW_SHELL_WORD - 1);
	gw_buf_puts(&word, bare ? "" : "'");
	for (const char *at = text; *at != '\0'; at++)
		if (*at == '\'')
			gw_buf_puts(&word, "'\\''");
		else
			gw_buf_putc(&word, *at);
	gw_buf_puts(&word, bare ? "" : "'");
	(void)snprintf(out, GW_SHELL_WORD, "%s",
		       word.failed || word.data == NULL ? text : word.data);
	gw_buf_release(&word);
	return out;
}

void
gw_yaml_remark(struct gw_buf *out, const char *text)
{
	for (size_t step; *text != '\0'; text += step) {
		step = gw_utf8_next(text, strlen(text));
		if (step == 0 || is_awkward(text))
			gw_buf_putc(out, '?');
		else
			gw_buf_append(out, text, step);
		step = step == 0 ? 1 : step;
	}
}
