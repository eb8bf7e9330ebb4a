/*
 * What went wrong, and what the caller should do about it.
 *
 * Every function that can fail returns an enum gw_status and takes a
 * struct gw_error * as its last parameter.  The status says what to do; the
 * error says why, in words that an operator can act on, in the operator's
 * language; it is UTF-8 without control characters but line ends, whatever a
 * server or a file said.  Functions that fail never log: only the commands do,
 * once, where they decide.  Outputs are untouched on failure.
 */
#ifndef GW_ERROR_H
#define GW_ERROR_H

enum gw_status {
	GW_OK = 0,
	GW_RETRY,     /* the other side is away: wait, then try the same again */
	GW_REJECT,    /* this record is bad: set it aside and go on */
	GW_CONFIG,    /* a person must change the configuration */
	GW_CANCELLED, /* we were asked to stop */
	GW_FENCED,    /* another process has taken this duty over: end, do not restart */
	GW_FATAL,     /* out of memory, disk full, a bug: stop */
};

struct gw_error {
	enum gw_status status;
	unsigned char at; /* enum gw_at: with whom we were busy then */
	char sqlstate[6]; /* "" when the failure did not come from a database */
	char text[1000];  /* "pull justice.death: read: the server closed the connection" */
};

/* Fills *err and returns its status, so that a caller can write: return gw_fail(...).  That is
   GW_FATAL where memory ran out on the way (see memory.h). */
enum gw_status gw_fail(struct gw_error *err, enum gw_status status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Puts "context: " before the text and returns err->status. */
enum gw_status gw_wrap(struct gw_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* The failure that every allocation shares. */
enum gw_status gw_fail_memory(struct gw_error *err);

/* A word for machines: "ok", "retry", "config"... */
const char *gw_status_name(enum gw_status status);

/* The process's exit code: 0 done, 1 failed, 2 configuration, 3 something outside is away. */
int gw_status_exit(enum gw_status status);

#endif
