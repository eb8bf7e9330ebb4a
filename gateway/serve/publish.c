#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/log.h"
#include "base/text.h"
#include "serve/internal.h"

enum {
	WRITE_EVERY_US = 10 * 1000000, /* also where nothing has changed */
	WRITE_REST_US = 200000,        /* however much changes */
};

static void
put_notice(struct gw_supervisor *supervisor, const struct gw_duty *duty, enum gw_notice_act act)
{
	json_t *notice = gw_notice_make(duty, act, gw_now_us());

	if (notice == NULL) {
		gw_log(GW_LOG_ERROR, "notice_lost", "duty=%s", duty->name);
		return;
	}
	gw_log(GW_LOG_WARN, "notice_due", "duty=%s of=%s", duty->name,
	       act == GW_NOTICE_END ? "end" : "begin");
	gw_outbox_put(supervisor->outbox, supervisor->config, notice);
	json_decref(notice);
}

static void
look(struct gw_supervisor *supervisor, struct gw_duty *duty, struct gw_notice *notice)
{
	enum gw_notice_act act =
		gw_notice_step(notice, gw_duty_troubled(duty->state),
			       supervisor->config->notify_after_us, gw_monotonic_us());

	if (act == GW_NOTICE_NONE)
		return;
	/* The state that has just begun has a since of its own; the trouble's is the notice's. */
	if (act == GW_NOTICE_END) {
		struct gw_duty ended = *duty;

		ended.since_us = gw_now_us() - (gw_monotonic_us() - notice->since_us);
		put_notice(supervisor, &ended, act);
	} else {
		put_notice(supervisor, duty, act);
	}
	duty->told = notice->told;
	supervisor->changed = true;
}

void
gw_publish_leaving(struct gw_supervisor *supervisor, struct gw_post *post)
{
	if (post->notice.told) {
		post->duty.state = GW_DUTY_OK;
		look(supervisor, &post->duty, &post->notice);
	}
}

static void
delivered(void *arg, const char *channel, const char *why)
{
	(void)arg;
	if (why[0] == '\0')
		gw_log(GW_LOG_INFO, "notice_sent", "by=%s", channel);
	else
		gw_log_text(GW_LOG_ERROR, "notice_failed", channel, why);
}

/* That nobody hears of trouble is trouble too, which only status can show. */
static void
look_at_outbox(struct gw_supervisor *supervisor)
{
	struct gw_duty *duty = &supervisor->telling;
	const char *why = gw_outbox_trouble(supervisor->outbox);
	bool troubled = gw_duty_troubled(duty->state);
	char cause[400];

	if ((why != NULL) == troubled)
		return;
	(void)snprintf(cause, sizeof cause,
		       _("notices of trouble can't be delivered: %s; see notify in songma.yaml and "
			 "the log"),
		       why == NULL ? "" : why);
	gw_duty_take(duty, &(struct gw_happening){
				   .event = why == NULL ? GW_EVENT_GOOD : GW_EVENT_FAILED,
				   .with = GW_AT_HERE,
				   .cause = cause,
				   .now_us = gw_now_us(),
			   });
	supervisor->changed = true;
}

static void
write_state(struct gw_supervisor *supervisor)
{
	struct gw_serve_state *state = supervisor->state;
	const struct gw_duty *own[] = {&supervisor->reading, &supervisor->telling};
	struct gw_error err;

	state->count = 0;
	state->at_us = gw_now_us();
	for (size_t i = 0; i < supervisor->count; i++)
		state->duties[state->count++] = supervisor->posts[i].duty;
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
		if (gw_duty_troubled(own[i]->state))
			state->duties[state->count++] = *own[i];
	supervisor->wrote_us = gw_monotonic_us();
	supervisor->changed = false;
	/* A full disk must not stop the flow; it is said once. */
	if (gw_serve_write(supervisor->config, state, &err) == GW_OK) {
		supervisor->unwritable = false;
	} else if (!supervisor->unwritable) {
		supervisor->unwritable = true;
		gw_log_text(GW_LOG_ERROR, "state_not_written", "", err.text);
	}
}

void
gw_publish(struct gw_supervisor *supervisor)
{
	int64_t since;

	if (gw_outbox_wanted(supervisor->config)) {
		for (size_t i = 0; i < supervisor->count; i++)
			look(supervisor, &supervisor->posts[i].duty, &supervisor->posts[i].notice);
		look(supervisor, &supervisor->reading, &supervisor->reading_notice);
	}
	gw_outbox_turn(supervisor->outbox, supervisor->config, delivered, NULL);
	look_at_outbox(supervisor);
	since = gw_monotonic_us() - supervisor->wrote_us;
	if (since >= WRITE_EVERY_US || (supervisor->changed && since >= WRITE_REST_US))
		write_state(supervisor);
}
