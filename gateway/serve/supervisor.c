#include "serve/supervisor.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "ops/schedule.h"
#include "serve/internal.h"
#include "serve/ready.h"

enum {
	STEADY_US = 60 * 1000000, /* a duty that ran so long starts again at once */
	FENCED_US = 60 * 1000000, /* the pause of a duty that another process took over */
	FORCE_US = 10 * 1000000,  /* after it was told to end, a silent duty is ended by force */
	STOP_US = 20 * 1000000,   /* an orderly stop takes no longer */
	SLEPT_US = 5 * 1000000,   /* the supervisor itself was held up */
	LOOK_MS = 1000,           /* what a duty tells, its end and signals come at once anyway */
	BUSY_MS = 200,            /* until what has changed is written down */
};

static void
happen(struct gw_supervisor *supervisor, struct gw_post *post, struct gw_happening happening)
{
	happening.now_us = gw_now_us();
	gw_duty_take(&post->duty, &happening);
	supervisor->changed = true;
}

/* ---- what duties tell ---- */

static void
take_trouble(struct gw_supervisor *supervisor, struct gw_post *post, const struct gw_word *word)
{
	post->said_why = post->said_why || word->us == 0;
	happen(supervisor, post,
	       (struct gw_happening){
		       .event = gw_duty_event_of(word->status),
		       .with = word->at,
		       .cause = word->text,
		       .next_us = word->us == 0 ? 0 : gw_now_us() + word->us,
	       });
}

/* Every line is a sign of life, whatever it says. */
static void
take_line(void *arg, struct gw_child *child, const char *line)
{
	struct gw_supervisor *supervisor = arg;
	struct gw_post *post = &supervisor->posts[child - supervisor->children];
	struct gw_word word;

	gw_word_parse(line, &word);
	post->heard_us = gw_monotonic_us();
	post->long_us = word.kind == GW_WORD_BEAT ? word.us : 0;
	/* What it says after it was given up is about its end only. */
	if (post->asked_us != 0)
		return;
	switch (word.kind) {
	case GW_WORD_OTHER:
		break;
	case GW_WORD_BEAT:
		if (!gw_duty_troubled(post->duty.state))
			post->duty.with = word.at;
		break;
	case GW_WORD_GOOD:
		happen(supervisor, post, (struct gw_happening){.event = GW_EVENT_GOOD});
		break;
	case GW_WORD_HOURS:
		happen(supervisor, post, (struct gw_happening){.event = GW_EVENT_HOURS});
		break;
	case GW_WORD_TROUBLE:
		take_trouble(supervisor, post, &word);
		break;
	}
}

/* ---- starting and ending ---- */

/* A machine short of memory or processes: tried again like any other trouble. */
static void
note_unstarted(struct gw_supervisor *supervisor, struct gw_post *post, const struct gw_error *err)
{
	int64_t pause = gw_backoff_us(post->failures++);

	post->restart_us = gw_monotonic_us() + pause;
	happen(supervisor, post,
	       (struct gw_happening){.event = GW_EVENT_ENDED,
				     .cause = err->text,
				     .next_us = gw_now_us() + pause});
	gw_log_text(GW_LOG_ERROR, "duty_not_started", "", err->text);
}

static void
start(struct gw_supervisor *supervisor, size_t i)
{
	struct gw_post *post = &supervisor->posts[i];
	struct gw_child *child = &supervisor->children[i];
	const char *config = supervisor->config->path;
	struct gw_error err;

	child->title = post->duty.name;
	if (post->duty.source[0] != '\0')
		memcpy(child->args,
		       (const char *[]){"pull", post->duty.source, "--follow", "--config", config,
					NULL},
		       6 * sizeof child->args[0]);
	else
		memcpy(child->args, (const char *[]){"load", "--follow", "--config", config, NULL},
		       5 * sizeof child->args[0]);
	if (gw_child_start(child, &err) != GW_OK) {
		note_unstarted(supervisor, post, &err);
		return;
	}
	post->heard_us = child->started_us;
	post->long_us = post->asked_us = post->restart_us = 0;
	post->alive = true;
	post->renewing = post->killed = post->said_why = false;
	post->duty.pid = (int)child->pid;
	happen(supervisor, post, (struct gw_happening){.event = GW_EVENT_STARTED});
	gw_log(GW_LOG_INFO, "duty_started", "duty=%s pid=%d", post->duty.name, (int)child->pid);
}

/* It said nothing itself: a crash, a signal, or a configuration that it could not even read. */
static void
explain_end(struct gw_supervisor *supervisor, struct gw_post *post, int status)
{
	char cause[300];

	if (status == 128 + SIGABRT)
		(void)snprintf(
			cause, sizeof cause, "%s",
			_("a check inside the program or one of its libraries failed, and it "
			  "ended itself (signal 6); its last line in the log says which.  It "
			  "is started anew, which loses nothing"));
	else if (status == 2)
		(void)snprintf(cause, sizeof cause, "%s",
			       _("its configuration can't be read; run songma check"));
	else if (status > 128)
		(void)snprintf(cause, sizeof cause, _("its process was ended by signal %d (%s)"),
			       status - 128, strsignal(status - 128));
	else
		(void)snprintf(cause, sizeof cause,
			       _("its process ended by itself with code %d; the log says more"),
			       status);
	happen(supervisor, post,
	       (struct gw_happening){.event = status == 2 ? GW_EVENT_FAILED : GW_EVENT_ENDED,
				     .cause = cause});
}

/* What only a person can mend is looked at every now and then, the rest soon. */
static int64_t
pause_of(struct gw_post *post)
{
	unsigned failures = post->failures++;

	if (post->duty.state == GW_DUTY_FENCED)
		return FENCED_US;
	if (post->duty.state == GW_DUTY_FAILED)
		return 5 * gw_backoff_us(failures + 4);
	return gw_backoff_us(failures);
}

static void
note_end(struct gw_supervisor *supervisor, size_t i)
{
	struct gw_post *post = &supervisor->posts[i];
	const struct gw_child *child = &supervisor->children[i];
	int64_t now = gw_monotonic_us(), pause;
	char fields[192];

	post->alive = false;
	post->duty.pid = 0;
	supervisor->changed = true;
	if (post->renewing || post->leaving) {
		gw_log(GW_LOG_INFO, "duty_stopped", "duty=%s exit=%d", post->duty.name,
		       child->status);
		return;
	}
	if (!post->killed && !post->said_why)
		explain_end(supervisor, post, child->status);
	if (now - child->started_us > STEADY_US)
		post->failures = 0;
	pause = pause_of(post);
	post->restart_us = now + pause;
	post->duty.restarts++;
	post->duty.next_us = gw_now_us() + pause;
	(void)snprintf(fields, sizeof fields, "duty=%s exit=%d restart_in_ms=%lld", post->duty.name,
		       child->status, (long long)(pause / 1000));
	gw_log_text(post->duty.state == GW_DUTY_FENCED ? GW_LOG_ERROR : GW_LOG_WARN,
		    post->duty.state == GW_DUTY_FENCED ? "duty_taken_over" : "duty_ended", fields,
		    post->duty.cause);
}

/* ---- the watchdog ---- */

static const char *
busy_with(enum gw_at at)
{
	static const char *const words[] = {
		[GW_AT_HERE] = N_("its own work"),
		[GW_AT_SOURCE] = N_("the source's database"),
		[GW_AT_KAFKA] = N_("Kafka"),
		[GW_AT_REGISTRY] = N_("the schema registry"),
		[GW_AT_WAREHOUSE] = N_("the warehouse"),
	};

	return _(words[at]);
}

static void
give_up(struct gw_supervisor *supervisor, size_t i, int64_t silence)
{
	struct gw_post *post = &supervisor->posts[i];
	char cause[300], span[64];

	(void)snprintf(cause, sizeof cause,
		       _("no sign of life for %s while it was busy with %s; it is ended and "
			 "started anew, which loses nothing"),
		       gw_notice_span(silence, span), busy_with(post->duty.with));
	post->killed = true;
	happen(supervisor, post, (struct gw_happening){.event = GW_EVENT_KILLED, .cause = cause});
	gw_log(GW_LOG_ERROR, "duty_silent", "duty=%s pid=%d silent_ms=%lld", post->duty.name,
	       (int)supervisor->children[i].pid, (long long)(silence / 1000));
}

/* Told to end, in time by force.  A process that is stopped hears only that. */
static void
ask_to_end(struct gw_supervisor *supervisor, size_t i, int64_t patience_us)
{
	struct gw_post *post = &supervisor->posts[i];
	const struct gw_child *child = &supervisor->children[i];
	int64_t now = gw_monotonic_us();

	if (post->asked_us == 0) {
		post->asked_us = now;
		gw_child_signal(child, SIGTERM);
	} else if (now - post->asked_us > patience_us) {
		gw_child_signal(child, SIGKILL);
	}
}

static void
watch(struct gw_supervisor *supervisor)
{
	int64_t now = gw_monotonic_us();
	bool slept = now - supervisor->looked_us > SLEPT_US;

	supervisor->looked_us = now;
	for (size_t i = 0; i < supervisor->count; i++) {
		struct gw_post *post = &supervisor->posts[i];
		int64_t allowed =
			post->long_us > post->patience_us ? post->long_us : post->patience_us;

		if (supervisor->children[i].pid == 0)
			continue;
		/* What they said meanwhile is still to be read. */
		if (slept)
			post->heard_us = now;
		if (!post->killed && post->asked_us == 0 && now - post->heard_us > allowed)
			give_up(supervisor, i, now - post->heard_us);
		if (post->killed)
			ask_to_end(supervisor, i, FORCE_US);
		else if (post->leaving || post->renewing)
			ask_to_end(supervisor, i, STOP_US);
	}
}

/* ---- files read again ---- */

static void
reload(struct gw_supervisor *supervisor)
{
	struct gw_config *config = NULL;
	struct gw_error err;
	char cause[sizeof err.text], words[96];
	enum gw_status status;

	(void)snprintf(words, sizeof words, "RELOADING=1\nMONOTONIC_USEC=%lld",
		       (long long)gw_monotonic_us());
	gw_ready_say(words);
	status = gw_config_read(supervisor->config->path, &config, &err);
	if (status == GW_OK)
		status = gw_posts_take(supervisor, config, &err);
	if (status == GW_OK) {
		gw_duty_take(&supervisor->reading,
			     &(struct gw_happening){.event = GW_EVENT_GOOD, .now_us = gw_now_us()});
		gw_log(GW_LOG_INFO, "reloaded", "duties=%zu", supervisor->count);
	} else {
		gw_utf8_copy(cause, sizeof cause, err.text);
		gw_duty_take(&supervisor->reading, &(struct gw_happening){.event = GW_EVENT_FAILED,
									  .cause = cause,
									  .now_us = gw_now_us()});
		gw_log_text(GW_LOG_ERROR, "reload_refused", "", err.text);
	}
	supervisor->changed = true;
	gw_ready_say("READY=1");
}

/* ---- the loop ---- */

/* Until the first duty's pause is over, but not for long. */
static int
time_to_wait(const struct gw_supervisor *supervisor)
{
	int64_t now = gw_monotonic_us(), ms = supervisor->changed ? BUSY_MS : LOOK_MS;

	for (size_t i = 0; i < supervisor->count; i++) {
		int64_t left = (supervisor->posts[i].restart_us - now) / 1000 + 1;

		if (supervisor->children[i].pid == 0 && left < ms)
			ms = left;
	}
	return ms < 1 ? 1 : (int)ms;
}

/* Ends are looked at, those that left forgotten, those that are due started. */
static void
turn(struct gw_supervisor *supervisor)
{
	for (size_t i = 0; i < supervisor->count;) {
		struct gw_post *post = &supervisor->posts[i];

		if (supervisor->children[i].pid == 0 && post->alive)
			note_end(supervisor, i);
		if (supervisor->children[i].pid == 0 && post->leaving) {
			gw_publish_leaving(supervisor, post);
			gw_posts_drop(supervisor, i);
			continue;
		}
		if (supervisor->children[i].pid == 0 && gw_monotonic_us() >= post->restart_us)
			start(supervisor, i);
		i++;
	}
}

static enum gw_status
supervise(struct gw_supervisor *supervisor, const volatile sig_atomic_t *stop,
	  volatile sig_atomic_t *wants_reload, struct gw_error *err)
{
	bool ready = false;

	supervisor->looked_us = gw_monotonic_us();
	while (!*stop) {
		if (*wants_reload) {
			*wants_reload = 0;
			reload(supervisor);
		}
		turn(supervisor);
		watch(supervisor);
		gw_publish(supervisor);
		gw_ready_say(ready ? "WATCHDOG=1" : "READY=1");
		ready = true;
		gw_children_wait(supervisor->children, supervisor->count, time_to_wait(supervisor),
				 take_line, supervisor);
	}
	return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
}

static size_t
running(const struct gw_supervisor *supervisor)
{
	size_t n = 0;

	for (size_t i = 0; i < supervisor->count; i++)
		n += supervisor->children[i].pid != 0;
	return n;
}

/* Asks first; what does not end in time is ended, which loses nothing. */
static void
stop_all(struct gw_supervisor *supervisor)
{
	gw_ready_say("STOPPING=1");
	while (running(supervisor) > 0) {
		for (size_t i = 0; i < supervisor->count; i++) {
			supervisor->posts[i].killed = false;
			if (supervisor->children[i].pid != 0)
				ask_to_end(supervisor, i, STOP_US);
		}
		gw_children_wait(supervisor->children, supervisor->count, 100, take_line,
				 supervisor);
		gw_ready_say("WATCHDOG=1");
	}
}

static enum gw_status
prepare(struct gw_supervisor *supervisor, struct gw_config *config, struct gw_error *err)
{
	struct gw_serve_state *old = NULL;
	struct gw_error ignored;
	bool known = gw_serve_read(config, &old, &ignored) == GW_OK;
	enum gw_status status;

	supervisor->children = calloc(GW_POSTS, sizeof *supervisor->children);
	supervisor->posts = calloc(GW_POSTS, sizeof *supervisor->posts);
	supervisor->state = calloc(1, sizeof *supervisor->state);
	supervisor->outbox = gw_outbox_new();
	if (supervisor->children == NULL || supervisor->posts == NULL ||
	    supervisor->state == NULL || supervisor->outbox == NULL) {
		gw_config_free(config);
		free(old);
		return gw_fail_memory(err);
	}
	supervisor->state->pid = (int)getpid();
	supervisor->reading = (struct gw_duty){.name = "songma.yaml", .kind = "config"};
	supervisor->telling = (struct gw_duty){.name = "notify", .kind = "notice"};
	status = gw_posts_take(supervisor, config, err);
	if (status == GW_OK && known)
		gw_posts_inherit(supervisor, old);
	free(old);
	return status;
}

/* Without a pid: it was told to end, and nobody need miss it. */
static void
write_farewell(struct gw_supervisor *supervisor)
{
	struct gw_error ignored;

	supervisor->state->pid = 0;
	supervisor->state->at_us = gw_now_us();
	(void)gw_serve_write(supervisor->config, supervisor->state, &ignored);
}

static void
release(struct gw_supervisor *supervisor)
{
	size_t unsent = gw_outbox_free(supervisor->outbox);

	if (unsent > 0)
		gw_log(GW_LOG_WARN, "notices_unsent", "count=%zu", unsent);
	gw_config_free(supervisor->config);
	free(supervisor->children);
	free(supervisor->posts);
	free(supervisor->state);
}

enum gw_status
gw_serve(struct gw_config *config, const struct gw_serve_plan *plan,
	 const volatile sig_atomic_t *stop, volatile sig_atomic_t *wants_reload,
	 struct gw_error *err)
{
	struct gw_supervisor supervisor = {.plan = *plan};
	enum gw_status status;
	int lock = -1;

	if (gw_serve_lock(config, &lock, err) != GW_OK) {
		gw_config_free(config);
		return err->status;
	}
	gw_ready_open();
	status = prepare(&supervisor, config, err);
	if (status == GW_OK && supervisor.config != NULL)
		status = supervise(&supervisor, stop, wants_reload, err);
	if (supervisor.children != NULL)
		stop_all(&supervisor);
	if (status == GW_CANCELLED)
		write_farewell(&supervisor);
	release(&supervisor);
	close(lock);
	return status;
}
