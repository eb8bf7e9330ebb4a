/*
 * songma: one program, a command a duty.  Here is only the way to a command:
 * the table, its help, its arguments, the language and the signals.
 */
#include "cmd.h"

#include <curl/curl.h>
#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "config/parts.h"

static const struct gw_cmd *const commands[] = {
	&gw_cmd_init,      &gw_cmd_source,   &gw_cmd_discover, &gw_cmd_draft,     &gw_cmd_check,
	&gw_cmd_preview,   &gw_cmd_sync,     &gw_cmd_serve,    &gw_cmd_status,    &gw_cmd_runs,
	&gw_cmd_dlq,       &gw_cmd_hanging,  &gw_cmd_resume,   &gw_cmd_indicator, &gw_cmd_people,
	&gw_cmd_reconcile, &gw_cmd_backfill, &gw_cmd_position, &gw_cmd_audit,     &gw_cmd_pull,
	&gw_cmd_load,      &gw_cmd_explain,  &gw_cmd_rebuild,
};

static const struct gw_cmd_option common[] = {
	{"config", N_("FILE"),
	 N_("songma.yaml to use ($SONGMA_CONFIG, ./songma.yaml, "
	    "/etc/songma/songma.yaml)")},
	{"output", N_("table|json"), N_("tables for people (the default) or JSON for machines")},
	{"lang", N_("vi|en"), N_("language of messages ($SONGMA_LANG)")},
	{"help", NULL, N_("this help")},
};

volatile sig_atomic_t gw_stop, gw_drain;
static volatile sig_atomic_t stopped_by;
static void (*cancel_work)(void);

static void
on_stop(int signal)
{
	int saved = errno;

	stopped_by = signal;
	gw_stop = 1;
	if (cancel_work != NULL)
		cancel_work();
	errno = saved;
}

static void
on_drain(int signal)
{
	(void)signal;
	gw_drain = 1;
}

void
gw_cmd_signals(void (*cancel)(void))
{
	struct sigaction stop = {.sa_handler = on_stop};
	struct sigaction drain = {.sa_handler = on_drain, .sa_flags = SA_RESTART};
	sigset_t held;

	cancel_work = cancel;
	(void)sigaction(SIGTERM, &stop, NULL);
	(void)sigaction(SIGINT, &stop, NULL);
	(void)sigaction(SIGUSR1, &drain, NULL);
	/* A supervisor starts us with it held back. */
	sigemptyset(&held);
	sigaddset(&held, SIGUSR1);
	(void)sigprocmask(SIG_UNBLOCK, &held, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
}

int
gw_cmd_exit(int code)
{
	return stopped_by != 0 ? 128 + stopped_by : code;
}

int
gw_cmd_fail(const struct gw_error *err)
{
	(void)fprintf(stderr, "songma: %s\n", err->text);
	return gw_cmd_exit(gw_status_exit(err->status));
}

const char *
gw_args_get(const struct gw_args *args, const char *option)
{
	for (size_t i = 0; i < GW_CMD_OPTIONS && args->cmd->options[i].name != NULL; i++)
		if (strcmp(args->cmd->options[i].name, option) == 0)
			return args->values[i];
	return NULL;
}

int
gw_cmd_progress_fd(const struct gw_args *args)
{
	const char *text = gw_args_get(args, "progress-fd");
	int64_t fd;

	return text != NULL && gw_parse_i64(text, strlen(text), &fd) && fd > 2 && fd < 1024
		       ? (int)fd
		       : -1;
}

void
gw_cmd_tell(int fd, const char *line, size_t len)
{
	if (write(fd, line, len) < 0)
		return;
}

struct gw_config *
gw_cmd_config(const struct gw_args *args, int *exit_code)
{
	struct gw_config *config = NULL;
	struct gw_error err;

	if (gw_config_read(args->config_path, &config, &err) != GW_OK) {
		*exit_code = gw_cmd_fail(&err);
		return NULL;
	}
	if (getenv("SONGMA_LANG") == NULL)
		gw_i18n_init(config->language);
	return config;
}

int
gw_cmd_work(const struct gw_args *args, gw_work_fn *work)
{
	int code = 0;
	struct gw_config *config = gw_cmd_config(args, &code);
	struct gw_error err;

	if (config == NULL)
		return code;
	if (work(config, args, &err) != GW_OK)
		code = gw_args_get(args, "told") != NULL ? gw_status_exit(err.status)
							 : gw_cmd_fail(&err);
	gw_config_free(config);
	return gw_cmd_exit(code);
}

/* No file has that name, whatever is in the others. */
static bool
is_unknown(const struct gw_config *config, const char *name, struct gw_error *err)
{
	struct gw_source *source = NULL;
	char **found = NULL;
	size_t n = 0;
	bool known = false;

	if (gw_source_list(config, &found, &n, err) != GW_OK)
		return true;
	for (size_t i = 0; i < n; i++)
		known = known || strcmp(found[i], name) == 0;
	gw_names_free(found, n);
	if (known || gw_source_read_bare(config, name, &source, err) == GW_OK) {
		gw_source_free(source);
		return false;
	}
	return true;
}

enum gw_status
gw_cmd_sources(const struct gw_config *config, const struct gw_args *args, char ***names,
	       size_t *count, struct gw_error *err)
{
	char **found = NULL;
	size_t n = 0;

	if (args->nwords == 0) {
		if (gw_source_list(config, &found, &n, err) != GW_OK)
			return err->status;
		if (n > 0) {
			*names = found;
			*count = n;
			return GW_OK;
		}
		gw_names_free(found, n);
		return gw_fail(err, GW_CONFIG,
			       _("no source yet in %s: songma source add asks for one and writes "
				 "its file"),
			       config->sources_dir);
	}
	for (size_t i = 0; i < args->nwords; i++)
		if (is_unknown(config, args->words[i], err))
			return err->status;
	*names = calloc(args->nwords, sizeof **names);
	*count = *names == NULL ? 0 : args->nwords;
	for (size_t i = 0; i < *count; i++)
		(*names)[i] = strdup(args->words[i]);
	return *names == NULL ? gw_fail_memory(err) : GW_OK;
}

/* Two columns, the left one padded by what the eye sees and not by bytes. */
static void
print_pair(const char *left, const char *right, size_t width)
{
	size_t used = gw_utf8_width(left);

	(void)printf("  %s%*s %s\n", left, used < width ? (int)(width - used) : 0, "", right);
}

static void
print_options(const struct gw_cmd_option *options, size_t max)
{
	for (size_t i = 0; i < max && options[i].name != NULL; i++) {
		char left[80];

		if (options[i].help == NULL)
			continue;
		(void)snprintf(left, sizeof left, "--%s%s%s", options[i].name,
			       options[i].argument != NULL ? " " : "",
			       options[i].argument != NULL ? _(options[i].argument) : "");
		print_pair(left, _(options[i].help), 24);
	}
}

static int
print_usage(void)
{
	(void)printf(_("Songma %s: brings the sector databases of a province together.\n\n"
		       "Usage: songma COMMAND [ARGUMENTS] [OPTIONS]\n\n"),
		     GW_VERSION);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		print_pair(commands[i]->name, _(commands[i]->about), 10);
	(void)printf("%s", _("\nsongma COMMAND --help tells more of one command.\n"
			     "Exit codes: 0 done, 1 failed or does not balance, 2 configuration, "
			     "3 something outside is away.\n"));
	return 0;
}

static int
print_help(const struct gw_cmd *cmd)
{
	(void)printf("songma %s%s%s\n\n%s\n", cmd->name, cmd->arguments != NULL ? " " : "",
		     cmd->arguments != NULL ? _(cmd->arguments) : "", _(cmd->about));
	if (cmd->details != NULL)
		(void)printf("\n%s\n", _(cmd->details));
	(void)printf("\n");
	print_options(cmd->options, GW_CMD_OPTIONS);
	print_options(common, sizeof common / sizeof common[0]);
	return 0;
}

/* Prints what is wrong with the command line, with the way to its help; returns the exit code. */
static int usage_error(const struct gw_cmd *cmd, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int
usage_error(const struct gw_cmd *cmd, const char *fmt, ...)
{
	va_list ap;

	(void)fprintf(stderr, "songma: ");
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	(void)fprintf(stderr, "\n");
	if (cmd != NULL)
		(void)fprintf(stderr, _("See: songma %s --help\n"), cmd->name);
	else
		(void)fprintf(stderr, "%s", _("See: songma --help\n"));
	return 2;
}

/* Finds an option by its word, among the command's and the common ones. */
static const struct gw_cmd_option *
find_option(const struct gw_cmd *cmd, const char *word, size_t len, size_t *index)
{
	for (*index = 0; *index < GW_CMD_OPTIONS && cmd->options[*index].name != NULL; ++*index)
		if (strlen(cmd->options[*index].name) == len &&
		    memcmp(cmd->options[*index].name, word, len) == 0)
			return &cmd->options[*index];
	for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
		if (strlen(common[i].name) == len && memcmp(common[i].name, word, len) == 0)
			return &common[i];
	return NULL;
}

static bool
is_common(const struct gw_cmd_option *option)
{
	return option >= common && option < common + sizeof common / sizeof common[0];
}

/* -1: go on, else the exit code. */
static int
set_common(struct gw_args *args, const char *name, const char *value)
{
	if (strcmp(name, "help") == 0)
		return print_help(args->cmd);
	if (strcmp(name, "config") == 0)
		args->config_path = value;
	else if (strcmp(name, "output") == 0)
		args->json = strcmp(value, "json") == 0;
	else if (strcmp(name, "lang") == 0 && setenv("SONGMA_LANG", value, 1) == 0)
		gw_i18n_init(value);
	if (strcmp(name, "output") == 0 && !args->json && strcmp(value, "table") != 0)
		return usage_error(args->cmd, _("--output is table or json, not %s"), value);
	return -1;
}

/* The option's value: behind "=", or the next word; "" for a switch. */
static const char *
option_value(const struct gw_cmd_option *option, char **argv, int argc, int *at)
{
	const char *equals = strchr(argv[*at], '=');

	if (option->argument == NULL)
		return equals == NULL ? "" : NULL;
	if (equals != NULL)
		return equals + 1;
	return ++*at < argc ? argv[*at] : NULL;
}

/* Takes the option at argv[*at]; -1: go on, else the exit code. */
static int
take_option(struct gw_args *args, char **argv, int argc, int *at)
{
	const char *word = argv[*at] + 2;
	size_t index;
	const struct gw_cmd_option *option =
		find_option(args->cmd, word, strcspn(word, "="), &index);
	const char *value;

	if (option == NULL)
		return usage_error(args->cmd, _("there is no option %s"), argv[*at]);
	value = option_value(option, argv, argc, at);
	if (value == NULL && option->argument == NULL)
		return usage_error(args->cmd, _("option --%s takes no value"), option->name);
	if (value == NULL)
		return usage_error(args->cmd, _("option --%s needs a value"), option->name);
	if (is_common(option))
		return set_common(args, option->name, value);
	args->values[index] = value;
	return -1;
}

static int
run_command(const struct gw_cmd *cmd, int argc, char **argv)
{
	const char **words = calloc((size_t)argc + 1, sizeof *words);
	struct gw_args args = {.cmd = cmd, .words = words};
	int code = words == NULL ? 1 : -1;

	for (int i = 0; code < 0 && i < argc; i++) {
		if (strncmp(argv[i], "--", 2) == 0)
			code = take_option(&args, argv, argc, &i);
		else
			words[args.nwords++] = argv[i];
	}
	if (code < 0 && args.nwords < cmd->min_words)
		code = usage_error(cmd, _("something is missing: songma %s %s"), cmd->name,
				   cmd->arguments == NULL ? "" : _(cmd->arguments));
	if (code < 0 && args.nwords > cmd->max_words)
		code = usage_error(cmd, _("too many arguments, from %s on"), words[cmd->max_words]);
	if (code < 0)
		code = cmd->run(&args);
	free(words);
	return code;
}

static int
no_command(const char *word)
{
	struct gw_nearest nearest;

	gw_nearest_init(&nearest, word);
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		gw_nearest_try(&nearest, commands[i]->name);
	if (nearest.best != NULL)
		return usage_error(NULL, _("there is no command %s; did you mean %s?"), word,
				   nearest.best);
	return usage_error(NULL, _("there is no command %s"), word);
}

int
main(int argc, char **argv)
{
	gw_i18n_init(getenv("SONGMA_LANG"));
	gw_log_level_named(getenv("SONGMA_LOG"));
	/* A core file would hold people's data and keys. */
	(void)prctl(PR_SET_DUMPABLE, 0);
	if (sodium_init() < 0 || curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
		(void)fprintf(stderr, "songma: %s\n", _("the crypto library does not start"));
		return 1;
	}
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return print_usage();
	if (strcmp(argv[1], "--version") == 0)
		return printf("songma %s\n", GW_VERSION) < 0;
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (strcmp(commands[i]->name, argv[1]) == 0)
			return run_command(commands[i], argc - 2, argv + 2);
	return no_command(argv[1]);
}
