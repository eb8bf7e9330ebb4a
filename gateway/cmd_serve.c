/*
 * serve: one process a duty (a pull a source, one or more loads), looked after
 * until told to stop.
 */
#include "cmd.h"

#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "serve/outbox.h"
#include "serve/supervisor.h"

enum { MAX_LOADS = 16 };

static volatile sig_atomic_t wants_reload;

static void
on_reload(int signal)
{
	(void)signal;
	wants_reload = 1;
}

/* At a terminal a hang-up means that the terminal is gone, and ends serve as it ends anything. */
static void
take_reload(void)
{
	const struct sigaction reload = {.sa_handler = on_reload};

	if (isatty(STDERR_FILENO) != 1)
		(void)sigaction(SIGHUP, &reload, NULL);
}

static enum gw_status
count_loads(const struct gw_args *args, struct gw_serve_plan *plan, struct gw_error *err)
{
	const char *asked = gw_args_get(args, "loads");
	int64_t loads = 1;

	if (asked != NULL &&
	    (!gw_parse_i64(asked, strlen(asked), &loads) || loads < 1 || loads > MAX_LOADS))
		return gw_fail(err, GW_CONFIG, _("--loads is a number from 1 to %d, not %s"),
			       MAX_LOADS, asked);
	plan->loads = (size_t)loads;
	return GW_OK;
}

/* What the supervisor starts to post a notice. */
static enum gw_status
send_notice(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	(void)args;
	return gw_outbox_post(config, err);
}

static int
run(const struct gw_args *args)
{
	struct gw_serve_plan plan = {
		.names = args->nwords > 0 ? args->words : NULL,
		.nnames = args->nwords,
	};
	struct gw_config *config;
	struct gw_error err = {0};
	int code = 0;

	if (gw_args_get(args, "send-notice") != NULL)
		return gw_cmd_work(args, send_notice);
	config = gw_cmd_config(args, &code);
	if (config == NULL)
		return code;
	gw_cmd_signals(NULL);
	take_reload();
	if (count_loads(args, &plan, &err) != GW_OK) {
		gw_config_free(config);
		return gw_cmd_fail(&err);
	}
	/* To be told to stop is how serve ends: that is success. */
	return gw_serve(config, &plan, &gw_stop, &wants_reload, &err) == GW_CANCELLED
		       ? 0
		       : gw_cmd_fail(&err);
}

const struct gw_cmd gw_cmd_serve = {
	.name = "serve",
	.about = N_("run every duty as a process of its own, each source on its schedule, until "
		    "told to stop"),
	.arguments = N_("[SOURCE…]"),
	.max_words = 64,
	.details = N_("SIGHUP (systemctl reload songma) makes it read songma.yaml and the source "
		      "files again; songma status shows how its duties are."),
	.options = {{"loads", N_("N"), N_("loader processes (1)")}, {"send-notice", NULL, NULL}},
	.run = run,
};
