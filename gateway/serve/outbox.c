#include "serve/outbox.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ops/schedule.h"

enum { QUEUE = 64, CHANNELS = 2, DELIVERY_US = 30 * 1000000, WHY_MAX = 200 };

enum { COMMAND, WEBHOOK };

/* What waits for one way out; the first is the one that is under way. */
struct channel {
	json_t *queue[QUEUE];
	size_t count, dropped;
	pid_t pid; /* 0: none is under way */
	int64_t started_us, next_us;
	unsigned failures;
	char why[WHY_MAX]; /* the last failure; "" after a success */
};

struct gw_outbox {
	struct channel channels[CHANNELS];
};

static const char *const channel_names[CHANNELS] = {
	[COMMAND] = "notify.command",
	[WEBHOOK] = "notify.webhook",
};

struct gw_outbox *
gw_outbox_new(void)
{
	return calloc(1, sizeof(struct gw_outbox));
}

static void
forget(struct channel *channel, size_t at)
{
	json_decref(channel->queue[at]);
	channel->count--;
	for (; at < channel->count; at++)
		channel->queue[at] = channel->queue[at + 1];
}

size_t
gw_outbox_free(struct gw_outbox *outbox)
{
	size_t unsent = 0;

	if (outbox == NULL)
		return 0;
	for (size_t i = 0; i < CHANNELS; i++) {
		unsent += outbox->channels[i].count;
		while (outbox->channels[i].count > 0)
			forget(&outbox->channels[i], 0);
	}
	free(outbox);
	return unsent;
}

static bool
is_wanted(const struct gw_config *config, size_t which)
{
	return which == COMMAND
		       ? config->notify_words > 0
		       : config->notify_webhook != NULL || config->notify_webhook_file != NULL;
}

bool
gw_outbox_wanted(const struct gw_config *config)
{
	return is_wanted(config, COMMAND) || is_wanted(config, WEBHOOK);
}

/* The one under way stays: the oldest behind it makes room. */
static void
make_room(struct channel *channel)
{
	forget(channel, 1);
	channel->dropped++;
}

void
gw_outbox_put(struct gw_outbox *outbox, const struct gw_config *config, json_t *notice)
{
	for (size_t i = 0; i < CHANNELS; i++) {
		struct channel *channel = &outbox->channels[i];

		if (!is_wanted(config, i))
			continue;
		if (channel->count == QUEUE)
			make_room(channel);
		channel->queue[channel->count++] = json_incref(notice);
	}
}

/* SONGMA_NOTICE_CAUSE and so on. */
static void
set_environment(json_t *notice)
{
	const char *key;
	json_t *value;

	json_object_foreach(notice, key, value)
	{
		char name[64] = "SONGMA_NOTICE_", number[32];
		size_t at = strlen(name);

		for (const char *p = key; *p != '\0' && at + 1 < sizeof name; p++)
			name[at++] = (char)toupper((unsigned char)*p);
		(void)snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
		(void)setenv(name,
			     json_is_string(value)    ? json_string_value(value)
			     : json_is_integer(value) ? number
						      : "",
			     1);
	}
}

/* In the new process, a group of its own, so that all it starts can be ended with it. */
static void
become(const struct gw_config *config, size_t which, json_t *notice, int input)
{
	char self[] = "songma", serve[] = "serve", send[] = "--send-notice", at[] = "--config";
	char *post[] = {self, serve, send, at, config->path, NULL};
	sigset_t none;

	(void)setpgid(0, 0);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	/* What it says belongs into the log. */
	if (dup2(input, STDIN_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
		_exit(126);
	if (which == WEBHOOK) {
		(void)execv("/proc/self/exe", post);
		_exit(127);
	}
	set_environment(notice);
	(void)execv(config->notify_command[0], config->notify_command);
	_exit(127);
}

static void
fail(struct channel *channel, const char *why)
{
	(void)snprintf(channel->why, sizeof channel->why, "%s", why);
	channel->next_us = gw_monotonic_us() + gw_backoff_us(channel->failures++);
}

/* A notice is far smaller than what a pipe takes without a reader. */
static bool
start(struct channel *channel, const struct gw_config *config, size_t which)
{
	char *text = json_dumps(channel->queue[0], JSON_COMPACT);
	int fds[2] = {-1, -1};
	bool ready = text != NULL && pipe2(fds, O_CLOEXEC) == 0 &&
		     write(fds[1], text, strlen(text)) == (ssize_t)strlen(text);
	pid_t pid = ready ? fork() : -1;

	if (pid == 0)
		become(config, which, channel->queue[0], fds[0]);
	if (pid > 0) {
		(void)setpgid(pid, pid);
		channel->pid = pid;
		channel->started_us = gw_monotonic_us();
	} else {
		fail(channel, strerror(errno));
	}
	if (fds[0] >= 0) {
		close(fds[0]);
		close(fds[1]);
	}
	free(text);
	return pid > 0;
}

/* False: it is under way still. */
static bool
finish(struct channel *channel)
{
	char why[WHY_MAX];
	int status;

	if (waitpid(channel->pid, &status, WNOHANG) != channel->pid) {
		if (gw_monotonic_us() - channel->started_us > DELIVERY_US)
			(void)kill(-channel->pid, SIGKILL);
		return false;
	}
	channel->pid = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		forget(channel, 0);
		channel->failures = 0;
		channel->why[0] = '\0';
		return true;
	}
	if (WIFSIGNALED(status))
		(void)snprintf(why, sizeof why, _("ended by signal %d (after %d s it is ended)"),
			       WTERMSIG(status), DELIVERY_US / 1000000);
	else if (WEXITSTATUS(status) == 127)
		(void)snprintf(why, sizeof why, "%s", _("the program can't be started"));
	else
		(void)snprintf(why, sizeof why, _("it ended with code %d"), WEXITSTATUS(status));
	fail(channel, why);
	return true;
}

void
gw_outbox_turn(struct gw_outbox *outbox, const struct gw_config *config, gw_outbox_fn *each,
	       void *arg)
{
	for (size_t i = 0; i < CHANNELS; i++) {
		struct channel *channel = &outbox->channels[i];

		if (channel->pid != 0 && finish(channel))
			each(arg, channel_names[i], channel->why);
		if (channel->dropped > 0) {
			channel->dropped = 0;
			each(arg, channel_names[i], _("too many wait: the oldest was dropped"));
		}
		/* Nobody is to be told that way any more. */
		while (channel->pid == 0 && channel->count > 0 && !is_wanted(config, i)) {
			forget(channel, 0);
			channel->why[0] = '\0';
		}
		if (channel->pid == 0 && channel->count > 0 &&
		    gw_monotonic_us() >= channel->next_us && !start(channel, config, i))
			each(arg, channel_names[i], channel->why);
	}
}

const char *
gw_outbox_trouble(const struct gw_outbox *outbox)
{
	for (size_t i = 0; i < CHANNELS; i++)
		if (outbox->channels[i].why[0] != '\0')
			return outbox->channels[i].why;
	return NULL;
}
