#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"

/* A text that was cut to fit must not end within a character. */
static void
drop_half_character(char *text)
{
	size_t len = strlen(text), tail = 0;
	unsigned char lead;

	while (tail < 3 && tail < len && ((unsigned char)text[len - 1 - tail] & 0xc0) == 0x80)
		tail++;
	if (tail == len)
		return;
	lead = (unsigned char)text[len - 1 - tail];
	if ((lead >= 0xc0 && tail < 1) || (lead >= 0xe0 && tail < 2) || (lead >= 0xf0 && tail < 3))
		text[len - 1 - tail] = '\0';
}

enum gw_status
gw_fail(struct gw_error *err, enum gw_status status, const char *fmt, ...)
{
	char text[sizeof err->text]; /* the arguments may point into *err */
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	drop_half_character(text);
	err->status = status;
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
	drop_half_character(err->text);
	return err->status;
}

enum gw_status
gw_fail_memory(struct gw_error *err)
{
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
