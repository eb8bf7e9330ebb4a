/*
 * The log of a duty: one line on stderr an event, `level=… event=… key=value…`.
 *
 * Only the commands and duties call it, never a library function.  The service
 * manager adds the time.  Values are quoted where they have spaces; no personal
 * value and no secret may be passed.
 */
#ifndef GW_LOG_H
#define GW_LOG_H

enum gw_log_level { GW_LOG_DEBUG, GW_LOG_INFO, GW_LOG_WARN, GW_LOG_ERROR };

/* Lines below this level are dropped; the default is GW_LOG_INFO. */
void gw_log_level_set(enum gw_log_level level);

/* The same by name ("debug", "info", "warn", "error"); NULL and other words change nothing. */
void gw_log_level_named(const char *name);

/*
 * Logs event with a printf-made list of fields, such as
 * gw_log(GW_LOG_INFO, "batch", "source=%s rows=%zu", source, rows).
 * Text that may hold spaces goes through gw_log_text.
 */
void gw_log(enum gw_log_level level, const char *event, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Logs event with fields (may be ""), then message="text" with quotes and line ends escaped. */
void gw_log_text(enum gw_log_level level, const char *event, const char *fields, const char *text);

#endif
