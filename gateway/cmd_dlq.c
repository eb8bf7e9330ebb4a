/*
 * dlq: the desk of dead letters at a terminal.  Here is only the asking and
 * the order of things: a selection is shown and counted before anything is
 * done about it, and what is done is the desk's.
 */
#include "cmd_confirm.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "desk/desk.h"
#include "desk/print.h"
#include "ops/report.h"
#include "serve/state.h"

enum { IDS_MAX = 64, ANSWER_MAX = 4096, WAIT_MS = 8000, SHOWN_OF_EACH = 10, ATTEMPTS = 3 };

/* One use of the desk: who, what of, and what was chosen. */
struct use {
	const struct gw_args *args;
	const struct gw_config *config;
	struct gw_desk *desk;
	struct gw_choice choice;
	int64_t ids[IDS_MAX];
	struct gw_letters letters;
	bool terminal; /* somebody is there to be asked */
};

typedef enum gw_status use_fn(struct use *use, struct gw_error *err);

static enum gw_status
given_up(struct gw_error *err)
{
	return gw_fail(err, GW_REJECT, "%s", _("given up: nothing was sent"));
}

/* GW_OK: go on.  Without a terminal it takes --yes. */
static enum gw_status
confirm(const struct use *use, const char *question, struct gw_error *err)
{
	char answer[ANSWER_MAX];

	if (gw_args_get(use->args, "yes") != NULL)
		return GW_OK;
	if (!use->terminal)
		return gw_fail(
			err, GW_CONFIG, "%s",
			_("there is no terminal to ask at: add --yes to go on without asking, "
			  "--dry-run to see only"));
	if (!gw_cmd_read_line(question, answer, sizeof answer) || strchr("yYcC", answer[0]) == NULL)
		return given_up(err);
	return GW_OK;
}

static enum gw_status
take_limit(struct use *use, struct gw_error *err)
{
	const char *asked = gw_args_get(use->args, "limit");
	int64_t limit = SHOWN_OF_EACH;

	if (asked != NULL &&
	    (!gw_parse_i64(asked, strlen(asked), &limit) || limit < 1 || limit > GW_DESK_LETTERS))
		return gw_fail(err, GW_CONFIG, _("--limit is a number from 1 to %d, not %s"),
			       GW_DESK_LETTERS, asked);
	use->choice.of_each = (size_t)limit;
	return GW_OK;
}

static void
take_filters(struct use *use)
{
	struct gw_choice *choice = &use->choice;

	choice->rule = gw_args_get(use->args, "rule");
	choice->code = gw_args_get(use->args, "code");
	choice->since = gw_args_get(use->args, "since");
	choice->run = gw_args_get(use->args, "run");
	choice->state = gw_args_get(use->args, "state");
	choice->ended = gw_args_get(use->args, "all") != NULL;
}

static enum gw_status
list(struct use *use, struct gw_error *err)
{
	const struct gw_args *args = use->args;
	const char *commune = gw_args_get(args, "commune");

	take_filters(use);
	use->choice.source = args->nwords > 1 ? args->words[1] : NULL;
	use->choice.stream = args->nwords > 2 ? args->words[2] : NULL;
	if (args->nwords > 3)
		return gw_fail(err, GW_CONFIG, _("songma dlq list takes no %s"), args->words[3]);
	if (take_limit(use, err) != GW_OK)
		return err->status;
	/* All are opened, to be looked through. */
	if (commune != NULL)
		use->choice.of_each = GW_DESK_LETTERS;
	if (gw_desk_select(use->desk, &use->choice, &use->letters, err) != GW_OK ||
	    gw_desk_units(use->desk, &use->letters, err) != GW_OK ||
	    (commune != NULL &&
	     gw_desk_in_commune(use->desk, &use->letters, commune, err) != GW_OK))
		return err->status;
	return gw_dlq_print_list(&use->letters, args->json, err);
}

/* Numbers of letters, or one label of a cause, or all of a source. */
static enum gw_status
take_target(struct use *use, struct gw_error *err)
{
	const struct gw_args *args = use->args;
	const char *source = gw_args_get(args, "all-of");

	take_filters(use);
	use->choice.source = source;
	if (args->nwords == 2 && !gw_parse_i64(args->words[1], strlen(args->words[1]), use->ids))
		use->choice.cause = args->words[1];
	for (size_t i = 1; i < args->nwords && use->choice.cause == NULL; i++, use->choice.nids++)
		if (i > IDS_MAX ||
		    !gw_parse_i64(args->words[i], strlen(args->words[i]), &use->ids[i - 1]))
			return gw_fail(err, GW_CONFIG,
				       _("name one cause (A, B…) or up to %d numbers of letters, "
					 "not %s"),
				       IDS_MAX, args->words[i]);
	use->choice.ids = use->ids;
	if ((args->nwords > 1) == (source != NULL))
		return gw_fail(err, GW_CONFIG,
			       _("songma dlq %s: name a letter by its number, or a "
				 "cause by its label; songma dlq list shows both"),
			       args->words[0]);
	return GW_OK;
}

/* Selects, freezes and names what an act will be about. */
static enum gw_status
select_target(struct use *use, struct gw_error *err)
{
	char count[32];

	if (take_target(use, err) != GW_OK ||
	    gw_desk_select(use->desk, &use->choice, &use->letters, err) != GW_OK)
		return err->status;
	if (use->letters.nletters == 0)
		return gw_fail(err, GW_REJECT, "%s",
			       _("no letter that has not ended is chosen: songma dlq list shows "
				 "those that there are"));
	for (size_t i = 0; !use->args->json && i < use->letters.ncauses; i++) {
		gw_dlq_print_cause(&use->letters.causes[i]);
		(void)printf(_("    letters: %s\n"),
			     gw_format_count(use->letters.causes[i].letters, count));
	}
	return GW_OK;
}

static enum gw_status
show(struct use *use, struct gw_error *err)
{
	bool reveal = gw_args_get(use->args, "reveal") != NULL;
	struct gw_original original = {0};
	struct gw_error why = {0};
	enum gw_status status;

	if (take_target(use, err) != GW_OK)
		return err->status;
	if (use->choice.nids != 1)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("songma dlq show takes the number of one letter; songma dlq list "
				 "shows the numbers"));
	use->choice.ended = true;
	if (gw_desk_select(use->desk, &use->choice, &use->letters, err) != GW_OK)
		return err->status;
	if (use->letters.nletters == 0)
		return gw_fail(err, GW_REJECT, _("there is no letter %lld"),
			       (long long)use->ids[0]);
	status = gw_desk_units(use->desk, &use->letters, err);
	if (status == GW_OK &&
	    gw_desk_show(use->desk, &use->letters, 0, reveal, &original, &why) != GW_OK &&
	    (reveal || why.status == GW_FATAL || why.status == GW_CANCELLED)) {
		*err = why;
		status = err->status;
	}
	if (status == GW_OK)
		status = gw_dlq_print_letter(&use->letters, 0, &original, why.text, use->args->json,
					     err);
	gw_original_release(&original);
	return status;
}

/* Waits for the warehouse, and says what it shows. */
static enum gw_status
tell(struct use *use, const struct gw_done *done, struct gw_error *err)
{
	enum gw_desk_seen seen = GW_DESK_WAITS;

	if (gw_desk_wait(use->desk, done, WAIT_MS, &seen, err) != GW_OK)
		return err->status;
	if (use->args->json)
		return gw_dlq_print_done(done, seen, err);
	if (seen == GW_DESK_NO_LOADER)
		(void)printf("%s", _("No loader runs now: songma dlq list shows it once a load has "
				     "run (songma load, songma sync or serve).\n"));
	else if (seen == GW_DESK_WAITS)
		(void)printf("%s", _("The loader has not come to it yet: songma dlq list shows it "
				     "soon.\n"));
	return GW_OK;
}

/* The reason of --reason, or asked for. */
static enum gw_status
ask_reason(const struct use *use, char answer[ANSWER_MAX], struct gw_error *err)
{
	const char *given = gw_args_get(use->args, "reason");

	if (given != NULL)
		(void)snprintf(answer, ANSWER_MAX, "%s", given);
	else if (!use->terminal)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("a reason is needed (--reason): it stays in the audit"));
	else if (!gw_cmd_read_line(_("Reason, without personal data (it stays in the audit): "),
				   answer, ANSWER_MAX))
		return given_up(err);
	return answer[0] == '\0' ? given_up(err) : GW_OK;
}

/* A value as it was given; *asked: by a person, who may try again. */
static enum gw_status
take_value(const struct use *use, struct gw_fix *fix, char answer[ANSWER_MAX], bool *asked,
	   struct gw_error *err)
{
	const char *given = gw_args_get(use->args, "value"), *why;
	char question[256];

	*asked = false;
	fix->value = NULL;
	if (gw_args_get(use->args, "null") != NULL)
		return GW_OK;
	fix->value = given != NULL && strcmp(given, "-") != 0 ? given : answer;
	if (fix->value == given)
		return GW_OK;
	if (given == NULL && !use->terminal)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("a value is needed: --value VALUE, --value - to read it from "
				 "standard input, --null for nothing"));
	*asked = use->terminal;
	why = fix->column != NULL ? fix->column : use->letters.causes[0].column;
	(void)snprintf(question, sizeof question,
		       _("The right value for column %s (nothing typed: give up): "), why);
	if (!gw_cmd_read_line(use->terminal ? question : "", answer, ANSWER_MAX))
		return given_up(err);
	return GW_OK;
}

static void
warn_history(struct use *use, const struct gw_fix *fix)
{
	const struct gw_cause *cause = &use->letters.causes[0];
	const char *column = fix->column != NULL ? fix->column : cause->column;
	const char *given = gw_args_get(use->args, "value");

	if (given != NULL && given[0] != '\0' && strcmp(given, "-") != 0 &&
	    gw_desk_personal(use->desk, cause, column))
		(void)fprintf(
			stderr, "songma: %s\n",
			_("this value may be personal, and stays in the shell's history: clear "
			  "it there; leave --value out to be asked, or give --value -"));
}

/* Takes a value that the mapping of today accepts; a person may try a few times. */
static enum gw_status
find_value(struct use *use, struct gw_fix *fix, char answer[ANSWER_MAX], struct gw_error *err)
{
	struct gw_done done;
	bool asked;

	for (int tries = 1;; tries++) {
		if (take_value(use, fix, answer, &asked, err) != GW_OK)
			return err->status;
		if (gw_desk_fix(use->desk, &use->letters, fix, true, &done, err) == GW_OK)
			return GW_OK;
		if (!asked || tries == ATTEMPTS || err->status != GW_REJECT)
			return err->status;
		(void)fprintf(stderr, "songma: %s\n", err->text);
	}
}

static enum gw_status
send_fix(struct use *use, struct gw_fix *fix, char answer[ANSWER_MAX], struct gw_error *err)
{
	char reason[ANSWER_MAX], count[32], target[32];
	struct gw_fix with_reason;
	struct gw_done done;

	warn_history(use, fix);
	if (find_value(use, fix, answer, err) != GW_OK || ask_reason(use, reason, err) != GW_OK)
		return err->status;
	with_reason = *fix;
	with_reason.reason = reason;
	if (use->terminal && confirm(use, _("Correct them? [y/N] "), err) != GW_OK)
		return err->status;
	if (gw_desk_fix(use->desk, &use->letters, &with_reason, false, &done, err) != GW_OK)
		return err->status;
	if (use->choice.cause != NULL)
		(void)snprintf(target, sizeof target, "%s", use->letters.causes[0].label);
	else
		(void)snprintf(target, sizeof target, "%lld", (long long)use->ids[0]);
	if (!use->args->json)
		(void)printf(_("Corrected: %s. The correction holds on every reading until the "
			       "source changes the value. Next: songma dlq replay %s\n"),
			     gw_format_count((int64_t)done.keys, count), target);
	return tell(use, &done, err);
}

static enum gw_status
fix(struct use *use, struct gw_error *err)
{
	struct gw_fix fix = {.column = gw_args_get(use->args, "column")};
	char answer[ANSWER_MAX] = "";
	enum gw_status status;

	if (gw_args_get(use->args, "value") != NULL && gw_args_get(use->args, "null") != NULL)
		return gw_fail(err, GW_CONFIG, "%s", _("--value and --null exclude each other"));
	status = select_target(use, err);
	if (status == GW_OK)
		status = send_fix(use, &fix, answer, err);
	sodium_memzero(answer, sizeof answer);
	return status;
}

static void
print_sources(const struct gw_letters *letters)
{
	for (size_t i = 0; i < letters->ncauses; i++)
		if (i == 0 || strcmp(letters->causes[i].source, letters->causes[i - 1].source) != 0)
			(void)printf(_("Source %s: a running serve reads them in its next round; "
				       "without one: songma sync %s\n"),
				     letters->causes[i].source, letters->causes[i].source);
}

/* The source, where all letters are of one whose pull runs now: its answer comes within seconds. */
static const char *
listened_to(const struct use *use)
{
	const struct gw_letters *letters = &use->letters;
	const char *source = letters->causes[0].source;

	for (size_t i = 1; i < letters->ncauses; i++)
		if (strcmp(letters->causes[i].source, source) != 0)
			return NULL;
	return gw_serve_runs(use->config, source) ? source : NULL;
}

/* What the pull has answered by now. */
static enum gw_status
hear(struct use *use, const struct gw_done *done, struct gw_error *err)
{
	struct gw_heard heard;

	if (gw_desk_hear(use->desk, WAIT_MS, &heard, err) != GW_OK)
		return err->status;
	if (!use->args->json && heard.answered > 0)
		gw_dlq_print_heard(&heard, done);
	return GW_OK;
}

static enum gw_status
replay(struct use *use, struct gw_error *err)
{
	struct gw_wish wish = {.dry = true, .original = gw_args_get(use->args, "original") != NULL};
	const char *source;
	struct gw_done done;
	char rows[32];

	if (select_target(use, err) != GW_OK ||
	    gw_desk_replay(use->desk, &use->letters, &wish, &done, err) != GW_OK)
		return err->status;
	if (!use->args->json)
		gw_dlq_print_wish(&wish, &done);
	if (gw_args_get(use->args, "dry-run") != NULL)
		return use->args->json ? gw_dlq_print_done(&done, GW_DESK_WAITS, err) : GW_OK;
	wish.dry = false;
	if (confirm(use, _("Send for them? [y/N] "), err) != GW_OK)
		return err->status;
	source = listened_to(use);
	if ((source != NULL && gw_desk_listen(use->desk, source, err) != GW_OK) ||
	    gw_desk_replay(use->desk, &use->letters, &wish, &done, err) != GW_OK)
		return err->status;
	if (!use->args->json) {
		(void)printf(_("Sent for: %s rows.\n"), gw_format_count((int64_t)done.keys, rows));
		print_sources(&use->letters);
	}
	return hear(use, &done, err) == GW_OK ? tell(use, &done, err) : err->status;
}

static enum gw_status
discard(struct use *use, struct gw_error *err)
{
	char reason[ANSWER_MAX], count[32];
	struct gw_done done;

	if (select_target(use, err) != GW_OK || ask_reason(use, reason, err) != GW_OK)
		return err->status;
	if (use->terminal &&
	    confirm(use, _("Discard them? Their rows stay out of the warehouse. [y/N] "), err) !=
		    GW_OK)
		return err->status;
	if (gw_desk_discard(use->desk, &use->letters, reason, &done, err) != GW_OK)
		return err->status;
	if (!use->args->json)
		(void)printf(_("Discarded: %s\n"), gw_format_count((int64_t)done.letters, count));
	return tell(use, &done, err);
}

static const struct {
	const char *name;
	use_fn *run;
} verbs[] = {
	{"list", list}, {"show", show}, {"fix", fix}, {"replay", replay}, {"discard", discard},
};

static use_fn *
find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return verbs[i].run;
	return NULL;
}

static enum gw_status
work(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	char name[64];
	struct use use = {.args = args, .config = config, .terminal = isatty(STDIN_FILENO) == 1};
	struct gw_identity who = {.name = gw_cmd_who(name, sizeof name)};
	use_fn *verb = find_verb(args->words[0]);
	enum gw_status status;

	if (verb == NULL)
		return gw_fail(err, GW_CONFIG,
			       _("there is no songma dlq %s; there are list, show, fix, replay and "
				 "discard"),
			       args->words[0]);
	who.may_reveal = access(config->letter_secret_file, R_OK) == 0;
	if (gw_desk_open(config, &who, &use.desk, err) != GW_OK)
		return err->status;
	status = verb(&use, err);
	gw_letters_release(&use.letters);
	gw_desk_close(use.desk);
	return status;
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, work);
}

const struct gw_cmd gw_cmd_dlq = {
	.name = "dlq",
	.about = N_("dead letters: list by cause, show, fix, replay, discard"),
	.arguments = N_("list [SOURCE [STREAM]] | show NUMBER | fix CAUSE|NUMBER… | "
			"replay CAUSE|NUMBER… | discard CAUSE|NUMBER…"),
	.min_words = 1,
	.max_words = IDS_MAX + 1,
	.details = N_(
		"A cause is a letter such as A, a letter a number, as list shows them. fix "
		"replaces "
		"the value of one column on every reading until the source changes it; replay has "
		"the rows read again (with --original those that are gone from the source are sent "
		"as they were set aside, never over newer data); discard ends letters without "
		"loading them. What is done "
		"stands in the audit with name and reason (songma audit)."),
	.options = {{"rule", N_("RULE"), N_("letters of this rule")},
		    {"code", N_("CODE"), N_("letters with this code")},
		    {"since", N_("DAY"), N_("set aside on this day or later (2026-09-30)")},
		    {"run", N_("UUID"), N_("letters of this run")},
		    {"state", N_("STATE"), N_("open, fixed, replayed, resolved, discarded")},
		    {"commune", N_("CODE|NAME"),
		     N_("list: letters whose row is of this commune; needs the letter key")},
		    {"all", NULL, N_("list: those that have ended, too")},
		    {"limit", N_("N"), N_("list: how many of each cause (10)")},
		    {"reveal", NULL, N_("show: in clear; this is audited")},
		    {"value", N_("VALUE"), N_("fix: the right value; - reads standard input")},
		    {"null", NULL, N_("fix: nothing is the right value")},
		    {"column", N_("COLUMN"), N_("fix: another column than the letter names")},
		    {"reason", N_("TEXT"),
		     N_("fix, discard: why, for the audit; else it is asked for")},
		    {"all-of", N_("SOURCE"), N_("replay, discard: all letters of a source")},
		    {"original", NULL,
		     N_("replay: rows that are gone from the source as they were set aside")},
		    {"dry-run", NULL, N_("replay: count and show, send nothing")},
		    {"yes", NULL, N_("do not ask")}},
	.run = run,
};
