#include "base/error.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/beat.h"
#include "base/i18n.h"
#include "base/memory.h"
#include "base/text.h"

/* True when text ends within a character: it was cut to fit. */
static bool
is_cut(const char *text, size_t len)
{
	static const unsigned char leads[] = {0xc0, 0xe0, 0xf0};

	for (size_t tail = 0; tail < len && tail < 3; tail++) {
		unsigned char c = (unsigned char)text[len - 1 - tail];

		if ((c & 0xc0) != 0x80)
			return c >= leads[tail];
	}
	return false;
}

/*
 * What servers, files and libraries say stands in messages, and these go to
 * terminals and logs: they are UTF-8 without control characters, whatever came.
 */
static void
make_plain(char *text)
{
	size_t len = strlen(text), size;

	if (is_cut(text, len))
		while (((unsigned char)text[--len] & 0xc0) == 0x80)
			;
	text[len] = '\0';
	for (size_t i = 0; i < len; i += size) {
		size = gw_utf8_next(text + i, len - i);
		if (size == 0) {
			text[i] = '?';
			size = 1;
		} else if (size == 1 && ((unsigned char)text[i] < ' ' || text[i] == 0x7f) &&
			   text[i] != '\n') {
			text[i] = ' ';
		}
	}
}

enum gw_status
gw_fail(struct gw_error *err, enum gw_status status, const char *fmt, ...)
{
	char text[sizeof err->text]; /* the arguments may point into *err */
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (gw_memory_was_lost()) {
		status = GW_FATAL;
		(void)snprintf(text, sizeof text, "%s", _("out of memory"));
	}
	make_plain(text);
	err->status = status;
	err->at = (unsigned char)gw_beat_at();
	err->sqlstate[0] = '\0';
	memcpy(err->text, text, sizeof text);
	return status;
}

enum gw_status
gw_wrap(struct gw_error *err, const char *fmt, ...)
{
	char cause[sizeof err->text];
	va_list ap;
	int used;

	memcpy(cause, err->text, sizeof cause);
	va_start(ap, fmt);
	used = vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	if (used >= 0 && (size_t)used < sizeof err->text)
		(void)snprintf(err->text + used, sizeof err->text - (size_t)used, ": %s", cause);
	make_plain(err->text);
	return err->status;
}

enum gw_status
gw_fail_memory(struct gw_error *err)
{
	(void)gw_memory_was_lost();
	return gw_fail(err, GW_FATAL, "%s", _("out of memory"));
}

static const struct {
	const char *name;
	int exit_code;
} statuses[] = {
	[GW_OK] = {"ok", 0},         [GW_RETRY] = {"retry", 3},         [GW_REJECT] = {"reject", 1},
	[GW_CONFIG] = {"config", 2}, [GW_CANCELLED] = {"cancelled", 1}, [GW_FENCED] = {"fenced", 1},
	[GW_FATAL] = {"fatal", 1},
};

const char *
gw_status_name(enum gw_status status)
{
	return statuses[status].name;
}

int
gw_status_exit(enum gw_status status)
{
	return statuses[status].exit_code;
}
