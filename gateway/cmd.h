/*
 * The commands of songma: a table row and a function each.
 *
 * A command reads its arguments from the table-driven parser, works through the
 * folders' functions, prints its result on stdout and its trouble, once, on
 * stderr, and returns the exit code: 0 done, 1 failed or does not balance,
 * 2 configuration, 3 something outside is away, 128 + signal when stopped.
 */
#ifndef GW_CMD_H
#define GW_CMD_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "config/config.h"
#include "config/source.h"

enum { GW_CMD_OPTIONS = 20 };

struct gw_cmd_option {
	const char *name;     /* without the dashes */
	const char *argument; /* N_(); NULL: a switch */
	const char *help;     /* N_(); NULL: not shown */
};

struct gw_args {
	const struct gw_cmd *cmd;
	const char *config_path;            /* --config */
	bool json;                          /* --output json */
	const char *values[GW_CMD_OPTIONS]; /* of cmd->options; "" for a switch that is set */
	const char *const *words;           /* what is left */
	size_t nwords;
};

struct gw_cmd {
	const char *name;
	const char *about;     /* N_(); one line */
	const char *arguments; /* N_(); "SOURCE [STREAM]" */
	size_t min_words, max_words;
	const char *details; /* N_(); NULL: none */
	struct gw_cmd_option options[GW_CMD_OPTIONS];
	int (*run)(const struct gw_args *args);
};

extern const struct gw_cmd gw_cmd_init, gw_cmd_check, gw_cmd_discover, gw_cmd_preview, gw_cmd_pull,
	gw_cmd_load, gw_cmd_sync, gw_cmd_serve, gw_cmd_status, gw_cmd_runs, gw_cmd_indicator,
	gw_cmd_people, gw_cmd_audit, gw_cmd_dlq, gw_cmd_backfill, gw_cmd_position, gw_cmd_hanging,
	gw_cmd_resume, gw_cmd_explain, gw_cmd_rebuild, gw_cmd_reconcile, gw_cmd_source,
	gw_cmd_draft;

/* Value of an option of this command, or NULL when it was not given. */
const char *gw_args_get(const struct gw_args *args, const char *option);

/* The pipe to a supervisor that --progress-fd names; -1: none. */
int gw_cmd_progress_fd(const struct gw_args *args);

/* Writes a line to it; a supervisor that is gone or slow does not stop the flow. */
void gw_cmd_tell(int fd, const char *line, size_t len);

/* Reads songma.yaml (the language follows it) or prints why not; NULL then, with *exit_code set. */
struct gw_config *gw_cmd_config(const struct gw_args *args, int *exit_code);

/* What a command does with its configuration; config is freed behind it. */
typedef enum gw_status gw_work_fn(const struct gw_config *config, const struct gw_args *args,
				  struct gw_error *err);

/* Reads the configuration, does the work, prints what failed (with --told the supervisor does so,
   which was told), and returns the exit code. */
int gw_cmd_work(const struct gw_args *args, gw_work_fn *work);

/* Prints the error on stderr once, and returns its exit code. */
int gw_cmd_fail(const struct gw_error *err);

/* Set by SIGTERM and SIGINT (stop) and SIGUSR1 (drain) after gw_cmd_signals. */
extern volatile sig_atomic_t gw_stop, gw_drain;

/* Takes the signals; cancel (may be NULL) is called in the handler of a stop. */
void gw_cmd_signals(void (*cancel)(void));

/* The name of the person at the keyboard, through sudo too; into out. */
const char *gw_cmd_who(char *out, size_t size);

/* 128 + the signal that stopped us, or code when none did. */
int gw_cmd_exit(int code);

/* The sources named by words, or all when there are none; free with gw_names_free. */
enum gw_status gw_cmd_sources(const struct gw_config *config, const struct gw_args *args,
			      char ***names, size_t *count, struct gw_error *err);

#endif
