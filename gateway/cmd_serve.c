/*
 * serve: one process a duty (a pull a source, one or more loads), each
 * restarted with a growing pause when it ends, until told to stop.
 */
#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "ops/child.h"
#include "ops/schedule.h"

enum {
	MAX_LOADS = 16,
	STEADY_US = 60 * 1000000, /* a duty that ran so long starts again at once */
	FENCED_US = 60 * 1000000, /* the pause of a duty that another process took over */
	STOP_US = 20 * 1000000,   /* an orderly stop takes no longer */
	LOOK_MS = 1000,           /* what a duty tells, its end and signals come at once anyway */
};

struct serve {
	struct gw_config *config;
	struct gw_child *children;
	size_t nchildren;
};

/* Of all that a duty tells, only that another process has taken it over matters here. */
static void
take_line(void *arg, struct gw_child *child, const char *line)
{
	(void)arg;
	child->fenced |= strcmp(line, "{\"fenced\":true}") == 0;
}

static void
note_end(struct gw_child *child)
{
	int64_t now = gw_monotonic_us();
	int64_t pause;

	if (child->fenced) {
		/* A sync typed by hand, normally: it has its turn, then the duty goes on. */
		child->fenced = false;
		child->restart_us = now + FENCED_US;
		gw_log(GW_LOG_ERROR, "duty_taken_over", "duty=%s restart_in_ms=%d", child->title,
		       FENCED_US / 1000);
		return;
	}
	if (now - child->started_us > STEADY_US)
		child->failures = 0;
	pause = gw_backoff_us(child->failures++);
	child->restart_us = now + pause;
	gw_log(GW_LOG_WARN, "duty_ended", "duty=%s exit=%d restart_in_ms=%lld", child->title,
	       child->status, (long long)(pause / 1000));
}

/* Until the first duty's pause is over, but not for long. */
static int
time_to_wait(const struct serve *serve)
{
	int64_t now = gw_monotonic_us(), ms = LOOK_MS;

	for (size_t i = 0; i < serve->nchildren; i++) {
		const struct gw_child *child = &serve->children[i];
		int64_t left = (child->restart_us - now) / 1000 + 1;

		if (child->pid == 0 && left < ms)
			ms = left;
	}
	return ms < 1 ? 1 : (int)ms;
}

static enum gw_status
supervise(struct serve *serve, struct gw_error *err)
{
	while (!gw_stop) {
		int64_t now = gw_monotonic_us();

		for (size_t i = 0; i < serve->nchildren; i++) {
			struct gw_child *child = &serve->children[i];

			if (child->pid == 0 && child->started && child->restart_us == 0)
				note_end(child);
			if (child->pid != 0 || now < child->restart_us)
				continue;
			child->restart_us = 0;
			if (gw_child_start(child, err) != GW_OK)
				return err->status;
			gw_log(GW_LOG_INFO, "duty_started", "duty=%s pid=%d", child->title,
			       (int)child->pid);
		}
		gw_children_wait(serve->children, serve->nchildren, time_to_wait(serve), take_line,
				 NULL);
	}
	return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
}

static size_t
running(const struct serve *serve)
{
	size_t n = 0;

	for (size_t i = 0; i < serve->nchildren; i++)
		n += serve->children[i].pid != 0;
	return n;
}

/* Asks first; what does not end in time is ended, which loses nothing. */
static void
stop_all(struct serve *serve)
{
	int64_t until = gw_monotonic_us() + STOP_US;

	for (size_t i = 0; i < serve->nchildren; i++)
		gw_child_signal(&serve->children[i], SIGTERM);
	while (running(serve) > 0) {
		gw_children_wait(serve->children, serve->nchildren, 100, take_line, NULL);
		if (gw_monotonic_us() < until)
			continue;
		for (size_t i = 0; i < serve->nchildren; i++)
			gw_child_signal(&serve->children[i], SIGKILL);
	}
}

static enum gw_status
make_children(struct serve *serve, char **names, size_t count, size_t loads, struct gw_error *err)
{
	serve->children = calloc(count + loads, sizeof *serve->children);
	if (serve->children == NULL)
		return gw_fail_memory(err);
	serve->nchildren = count + loads;
	for (size_t i = 0; i < loads; i++)
		serve->children[i] = (struct gw_child){
			.title = "load",
			.args = {"load", "--follow", "--config", serve->config->path},
		};
	for (size_t i = 0; i < count; i++) {
		struct gw_source *source = NULL;

		if (gw_source_read(serve->config, names[i], &source, err) != GW_OK)
			return err->status;
		gw_source_free(source);
		serve->children[loads + i] = (struct gw_child){
			.title = names[i],
			.args = {"pull", names[i], "--follow", "--config", serve->config->path},
		};
	}
	return GW_OK;
}

static enum gw_status
count_loads(const struct gw_args *args, int64_t *loads, struct gw_error *err)
{
	const char *asked = gw_args_get(args, "loads");

	*loads = 1;
	if (asked != NULL &&
	    (!gw_parse_i64(asked, strlen(asked), loads) || *loads < 1 || *loads > MAX_LOADS))
		return gw_fail(err, GW_CONFIG, _("--loads is a number from 1 to %d, not %s"),
			       MAX_LOADS, asked);
	return GW_OK;
}

static int
run(const struct gw_args *args)
{
	int code = 0;
	struct serve serve = {.config = gw_cmd_config(args, &code)};
	struct gw_error err = {0};
	char **names = NULL;
	size_t count = 0;
	int64_t loads;
	enum gw_status status;

	if (serve.config == NULL)
		return code;
	gw_cmd_signals(NULL);
	status = count_loads(args, &loads, &err);
	if (status == GW_OK)
		status = gw_cmd_sources(serve.config, args, &names, &count, &err);
	if (status == GW_OK)
		status = make_children(&serve, names, count, (size_t)loads, &err);
	if (status == GW_OK)
		status = supervise(&serve, &err);
	stop_all(&serve);
	/* To be told to stop is how serve ends: that is success. */
	code = status == GW_CANCELLED ? 0 : gw_cmd_fail(&err);
	free(serve.children);
	gw_names_free(names, count);
	gw_config_free(serve.config);
	return code;
}

const struct gw_cmd gw_cmd_serve = {
	.name = "serve",
	.about = N_("run every duty as a process of its own, each source on its schedule, until "
		    "told to stop"),
	.arguments = N_("[SOURCE…]"),
	.max_words = 64,
	.options = {{"loads", N_("N"), N_("loader processes (1)")}},
	.run = run,
};
