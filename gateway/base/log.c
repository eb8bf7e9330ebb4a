#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"

enum { LINE_MAX_BYTES = 4096 };

static enum gw_log_level lowest = GW_LOG_INFO;

static const char *const names[] = {
	[GW_LOG_DEBUG] = "debug",
	[GW_LOG_INFO] = "info",
	[GW_LOG_WARN] = "warn",
	[GW_LOG_ERROR] = "error",
};

void
gw_log_level_set(enum gw_log_level level)
{
	lowest = level;
}

void
gw_log_level_named(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			lowest = (enum gw_log_level)i;
}

void
gw_log(enum gw_log_level level, const char *event, const char *fmt, ...)
{
	char fields[LINE_MAX_BYTES];
	va_list ap;

	if (level < lowest)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(fields, sizeof fields, fmt, ap);
	va_end(ap);
	/* One call, so that the lines of several processes do not mix. */
	(void)fprintf(stderr, "level=%s event=%s %s\n", names[level], event, fields);
}

void
gw_log_text(enum gw_log_level level, const char *event, const char *fields, const char *text)
{
	struct gw_buf line;

	if (level < lowest)
		return;
	gw_buf_init(&line, LINE_MAX_BYTES);
	for (const char *p = text; *p != '\0'; p++) {
		if (*p == '\n')
			gw_buf_puts(&line, "\\n");
		else if (*p == '"' || *p == '\\')
			gw_buf_printf(&line, "\\%c", *p);
		else
			gw_buf_putc(&line, *p);
	}
	(void)fprintf(stderr, "level=%s event=%s %s%smessage=\"%s\"\n", names[level], event, fields,
		      fields[0] == '\0' ? "" : " ", line.data == NULL ? "" : line.data);
	gw_buf_release(&line);
}
