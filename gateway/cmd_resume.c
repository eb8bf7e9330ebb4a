/*
 * resume: ends the pause of a stream that had too many letters.  The reading is
 * resumed by the source's pull, which is asked for it; the loading by the act
 * that goes with the question, once a loader sees it.
 */
#include "cmd.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "cmd_ask.h"
#include "ops/report.h"

enum { ANSWER_BYTES = 1024 * 1024, ALLOW_MAX = 1000000000 };

static enum gw_status
take_allow(const struct gw_args *args, int64_t *out, struct gw_error *err)
{
	const char *text = gw_args_get(args, "allow");

	*out = 0;
	if (text == NULL ||
	    (gw_parse_i64(text, strlen(text), out) && *out >= 1 && *out <= ALLOW_MAX))
		return GW_OK;
	return gw_fail(err, GW_CONFIG, _("--allow is a number of letters from 1, not %s"), text);
}

/* Both must be known here; the pull would only refuse. */
static enum gw_status
check_names(const struct gw_config *config, const char *source, const char *stream,
	    struct gw_error *err)
{
	struct gw_source *read = NULL;
	enum gw_status status = gw_source_read(config, source, &read, err);

	if (status == GW_OK && gw_source_stream(read, stream) == NULL)
		status = gw_fail(err, GW_CONFIG, _("source %s has no stream %s"), source, stream);
	gw_source_free(read);
	return status;
}

static void
tell(const struct gw_args *args, const struct gw_answer *answer)
{
	const char *source = args->words[0], *stream = args->words[1];

	if (args->json) {
		(void)printf("{\"source\": \"%s\", \"stream\": \"%s\", \"reading_was_paused\": "
			     "%s}\n",
			     source, stream, answer->why == NULL ? "true" : "false");
		return;
	}
	if (answer->why == NULL)
		(void)printf(_("%s.%s: its pause has ended. It is read on by songma serve, or "
			       "now: songma sync %s\n"),
			     source, stream, source);
	else
		(void)printf(_("%s.%s: %s. Where its loading was paused, it goes on with the next "
			       "loader (songma serve, or songma load)\n"),
			     source, stream, answer->why);
}

static enum gw_status
ask(const struct gw_config *config, const struct gw_args *args, struct gw_order *order,
    struct gw_error *err)
{
	const char *reason = gw_args_get(args, "reason");
	struct gw_act act = {.kind = GW_ACT_RESUME,
			     .allow = order->allow,
			     .reason = reason == NULL ? "" : reason};
	const struct gw_ask how = {.config = config, .source = args->words[0], .quiet = true};
	struct gw_asker *asker = NULL;
	struct gw_answer answer;
	struct gw_arena arena;
	enum gw_status status;

	(void)gw_cmd_who(order->by, sizeof order->by);
	memcpy(act.by, order->by, sizeof act.by);
	(void)snprintf(order->stream, sizeof order->stream, "%s", args->words[1]);
	gw_arena_init(&arena, ANSWER_BYTES);
	status = gw_asker_open(config, args->words[0], &asker, err);
	if (status == GW_OK)
		status = gw_cmd_ask(asker, &how, order, &act, &arena, &answer, err);
	if (status == GW_OK)
		tell(args, &answer);
	gw_asker_close(asker);
	gw_arena_release(&arena);
	return status;
}

static enum gw_status
work(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	struct gw_order order = {.kind = GW_ORDER_RESUME};

	if (take_allow(args, &order.allow, err) != GW_OK ||
	    check_names(config, args->words[0], args->words[1], err) != GW_OK)
		return err->status;
	return ask(config, args, &order, err);
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, work);
}

const struct gw_cmd gw_cmd_resume = {
	.name = "resume",
	.about = N_("a stream that paused because too many rows were set aside goes on"),
	.arguments = N_("SOURCE STREAM"),
	.min_words = 2,
	.max_words = 2,
	.details =
		N_("First mend what songma status names: the source, the mapping, or the "
		   "warehouse's constraint. Else the same flood pauses it again. Where the data is "
		   "just as it is, --allow lets so many letters more pass, once."),
	.options = {{"allow", N_("N"), N_("so many letters beyond the limit are accepted, once")},
		    {"reason", N_("TEXT"), N_("why, for the audit")}},
	.run = run,
};
