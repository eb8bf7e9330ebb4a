/*
 * Duties as child processes of one supervisor: this same program with another
 * command, its progress coming back over a pipe, one JSON object a line.
 *
 * The supervisor holds no secret that a child needs and no state that can't be
 * had again: a child may be killed at any time.
 */
#ifndef GW_CHILD_H
#define GW_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

enum { GW_CHILD_ARGS = 16, GW_CHILD_LINE = 4096 };

struct gw_child {
	const char *title;               /* "pull health": for messages */
	const char *args[GW_CHILD_ARGS]; /* command and arguments, ending with NULL */
	pid_t pid;                       /* 0: not running */
	int progress;                    /* the pipe's end; -1: closed */
	int status;                      /* exit code, 128 + signal; valid once pid is 0 */
	bool started;                    /* has run at least once */
	int64_t started_us;              /* monotonic */
	char line[GW_CHILD_LINE];
	size_t line_len;
};

/* Starts the child with `--progress-fd N` added. */
enum gw_status gw_child_start(struct gw_child *child, struct gw_error *err);

typedef void gw_child_line_fn(void *arg, struct gw_child *child, const char *line);

/* Waits up to timeout_ms for progress or an end; hands on each line; sets pid to 0 at an end. */
void gw_children_wait(struct gw_child *children, size_t count, int timeout_ms,
		      gw_child_line_fn *each, void *arg);

void gw_child_signal(const struct gw_child *child, int signal);

#endif
