/*
 * A stream whose rows are rejected in masses pauses and says why, instead of
 * writing letters without end.  The page that would pass the limit is aborted,
 * so the run ends, balanced, behind the page before it; there the stream goes on
 * once a person says so, or once the mapping has changed.
 */
#include "pull/internal.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

enum { SHOWN = 4, NOTICE_MAX = 800 };

void
gw_flood_begin(struct gw_flood *flood)
{
	flood->ncauses = 0;
	flood->letters = 0;
	flood->passed = false;
}

void
gw_flood_note(struct gw_flood *flood, const struct gw_reject *reject)
{
	size_t i = 0;

	flood->letters++;
	while (i < flood->ncauses && (strcmp(flood->causes[i].column, reject->column) != 0 ||
				      strcmp(flood->causes[i].rule, reject->rule) != 0))
		i++;
	if (i == GW_FLOOD_CAUSES || strlen(reject->column) >= sizeof flood->causes[0].column ||
	    strlen(reject->rule) >= sizeof flood->causes[0].rule)
		return;
	if (i == flood->ncauses) {
		memcpy(flood->causes[i].column, reject->column, strlen(reject->column) + 1);
		memcpy(flood->causes[i].rule, reject->rule, strlen(reject->rule) + 1);
		flood->causes[i].letters = 0;
		flood->ncauses++;
	}
	flood->causes[i].letters++;
}

bool
gw_flood_passes(struct gw_flood *flood, const struct gw_lane *lane, const struct gw_counts *run)
{
	int64_t most = gw_letters_most(&lane->plan->stream->letters, run->read);

	flood->run = *run;
	flood->passed =
		flood->letters > 0 && run->dead > most && run->dead - most > lane->position.allow;
	return flood->passed;
}

/* The most frequent cause that is no more frequent than before; NULL: none is left. */
static const char *
next_cause(const struct gw_flood *flood, bool *told, size_t *out)
{
	size_t best = GW_FLOOD_CAUSES;

	for (size_t i = 0; i < flood->ncauses; i++)
		if (!told[i] && (best == GW_FLOOD_CAUSES ||
				 flood->causes[i].letters > flood->causes[best].letters))
			best = i;
	if (best == GW_FLOOD_CAUSES)
		return NULL;
	told[best] = true;
	*out = best;
	return flood->causes[best].rule;
}

/* Cut where a character ends. */
static void
cut(char *text)
{
	size_t len = strlen(text);

	while (len > 0 && !gw_utf8_valid(text, len))
		len--;
	text[len] = '\0';
}

void
gw_flood_causes(const struct gw_flood *flood, char *out, size_t size)
{
	bool told[GW_FLOOD_CAUSES] = {false};
	size_t len = 0, i = 0;
	const char *rule;

	out[0] = '\0';
	for (int n = 0; n < SHOWN && (rule = next_cause(flood, told, &i)) != NULL; n++) {
		const char *column = flood->causes[i].column;
		int wrote =
			snprintf(out + len, size - len,
				 column[0] == '\0' ? "%s%lld × %s%s" : "%s%lld × %s (%s)",
				 n == 0 ? "" : ", ", (long long)flood->causes[i].letters,
				 column[0] == '\0' ? rule : column, column[0] == '\0' ? "" : rule);

		if (wrote < 0 || (size_t)wrote >= size - len)
			break;
		len += (size_t)wrote;
	}
	cut(out);
}

/* Commits the pause as it stands in *pause (at_us 0: its end); a run that is open ends. */
static enum gw_status
commit_pause(struct gw_pull *pull, struct gw_lane *lane, const struct gw_pause *pause,
	     int64_t allow, const volatile sig_atomic_t *stop, struct gw_error *err)
{
	struct gw_pause was = lane->position.pause;
	int64_t allowed = lane->position.allow;
	enum gw_status status;
	struct gw_run run;

	lane->position.pause = *pause;
	lane->position.allow = allow;
	pull->pausing = true;
	status = gw_pull_with_retries(pull, lane, gw_pull_send_end, stop, err);
	pull->pausing = false;
	if (status != GW_OK) {
		lane->position.pause = was;
		lane->position.allow = allowed;
		return status;
	}
	lane->pause_told = true;
	run = lane->ended;
	gw_pull_tell(pull, lane, &run, true);
	return GW_OK;
}

/* What a pause is of: another mapping, or another policy for a changed table, ends it. */
static uint64_t
basis_of(const struct gw_lane *lane)
{
	return gw_mapping_basis(lane->plan->mapping) ^ (uint64_t)lane->plan->stream->drift;
}

/* In the batch's arena, since it goes with the event. */
static enum gw_status
put_notice(struct gw_pull *pull, const char *text, struct gw_error *err)
{
	gw_pull_clear_batch(pull);
	pull->batch.notice = gw_arena_copy(&pull->batch.arena, text, strlen(text));
	return pull->batch.notice == NULL ? gw_fail_memory(err) : GW_OK;
}

static void
say_paused(const struct gw_pull *pull, const struct gw_lane *lane, const char *why,
	   char out[NOTICE_MAX])
{
	(void)snprintf(out, NOTICE_MAX,
		       _("stream %s is paused: %s.  Mend the source or the mapping; then: songma "
			 "resume %s %s"),
		       lane->plan->stream->name, why, pull->source->name, lane->plan->stream->name);
	cut(out);
}

enum gw_status
gw_pull_pause(struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	      struct gw_error *err)
{
	struct gw_pause pause = {
		.at_us = gw_now_us(),
		.mapping = basis_of(lane),
	};
	char causes[sizeof pause.why / 2], text[NOTICE_MAX];

	pull->flood.passed = pull->rewind = false;
	gw_flood_causes(&pull->flood, causes, sizeof causes);
	(void)snprintf(pause.why, sizeof pause.why,
		       _("%lld of %lld rows were rejected; of the last page: %s"),
		       (long long)pull->flood.run.dead, (long long)pull->flood.run.read, causes);
	cut(pause.why);
	say_paused(pull, lane, pause.why, text);
	if (put_notice(pull, text, err) != GW_OK)
		return err->status;
	return commit_pause(pull, lane, &pause, 0, stop, err);
}

enum gw_status
gw_pull_stop(struct gw_pull *pull, struct gw_lane *lane, const char *why, const char *notice,
	     const volatile sig_atomic_t *stop, struct gw_error *err)
{
	struct gw_pause pause = {.at_us = gw_now_us(), .mapping = basis_of(lane)};

	(void)snprintf(pause.why, sizeof pause.why, "%s", why);
	cut(pause.why);
	if (put_notice(pull, notice, err) != GW_OK)
		return err->status;
	return commit_pause(pull, lane, &pause, 0, stop, err);
}

enum gw_status
gw_pull_say(struct gw_pull *pull, struct gw_lane *lane, const char *notice,
	    const volatile sig_atomic_t *stop, struct gw_error *err)
{
	if (put_notice(pull, notice, err) != GW_OK)
		return err->status;
	return commit_pause(pull, lane, &lane->position.pause, lane->position.allow, stop, err);
}

static enum gw_status
end_pause(struct gw_pull *pull, struct gw_lane *lane, int64_t allow, const char *notice,
	  const volatile sig_atomic_t *stop, struct gw_error *err)
{
	const struct gw_pause none = {.at_us = 0};

	if (put_notice(pull, notice, err) != GW_OK)
		return err->status;
	return commit_pause(pull, lane, &none, allow, stop, err);
}

enum gw_status
gw_pull_rests(struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	      bool *rests, struct gw_error *err)
{
	const struct gw_pause *pause = &lane->position.pause;
	char text[NOTICE_MAX];

	*rests = false;
	if (pause->at_us == 0)
		return GW_OK;
	if (pause->mapping != basis_of(lane))
		return end_pause(pull, lane, 0,
				 _("its mapping, schema or code lists were changed since it was "
				   "paused: it is read again"),
				 stop, err);
	*rests = true;
	if (lane->pause_told)
		return GW_OK;
	lane->pause_told = true;
	say_paused(pull, lane, pause->why, text);
	gw_pull_notice(pull, lane->plan->stream->name, text);
	return GW_OK;
}

enum gw_status
gw_pull_resume(struct gw_pull *pull, struct gw_lane *lane, const struct gw_order *order,
	       const volatile sig_atomic_t *stop, struct gw_error *err)
{
	bool paused = lane->position.pause.at_us != 0;

	if ((paused || order->allow > 0) &&
	    end_pause(pull, lane, order->allow, _("a person ended its pause: it is read again"),
		      stop, err) != GW_OK)
		return err->status;
	pull->control.answer.state = GW_ANSWER_DONE;
	pull->control.answer.why = paused ? NULL : _("its reading was not paused");
	return gw_pull_with_retries(pull, lane, gw_pull_send_passed, stop, err);
}
