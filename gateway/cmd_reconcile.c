/*
 * reconcile: what a source has against what the warehouse delivers.  Here is the
 * asking and the showing; a person sees what differs before anything is sent.
 */
#include "cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "avro/schema.h"
#include "base/i18n.h"
#include "base/text.h"
#include "cmd_ask.h"
#include "cmd_confirm.h"
#include "desk/desk.h"
#include "ops/report.h"
#include "reconcile/reconcile.h"

enum { SHOWN = 20, MASKED = 256, ANSWER_MAX = 1024, DELETES_MAX = 1000000000 };

/* One use of the command. */
struct use {
	const struct gw_config *config;
	const struct gw_args *args;
	struct gw_source *source;
	struct gw_asker *asker; /* NULL: nothing was asked yet */
	struct gw_ask ask;
	struct gw_report *report;
	FILE *keys; /* NULL: not wanted */
	bool repair, terminal;
	bool bulk;     /* only streams that are read as a whole each time */
	int64_t allow; /* --allow-deletes; 0: not given */
	char who[128], reason[ANSWER_MAX];
	bool left; /* something differs still */
};

static const struct {
	const char *key, *title;
	bool number, repair;
} columns[] = {
	{"source", N_("SOURCE"), false, false},
	{"stream", N_("STREAM"), false, false},
	{"source_rows", N_("IN SOURCE"), true, false},
	{"warehouse_rows", N_("IN WAREHOUSE"), true, false},
	{"equal", N_("EQUAL"), true, false},
	{"missing", N_("MISSING"), true, false},
	{"extra", N_("EXTRA"), true, false},
	{"different", N_("DIFFERENT"), true, false},
	{"excused", N_("DEAD LETTERS"), true, false},
	{"sent", N_("SENT"), true, true},
	{"deleted", N_("DELETED"), true, true},
};

static const char *const kind_keys[GW_DIFFERENCES] = {
	[GW_DIFFERENCE_LISTED] = "equal",    [GW_DIFFERENCE_MISSING] = "missing",
	[GW_DIFFERENCE_EXTRA] = "extra",     [GW_DIFFERENCE_DIFFERENT] = "different",
	[GW_DIFFERENCE_EXCUSED] = "excused",
};

static const char *const kind_words[GW_DIFFERENCES] = {
	[GW_DIFFERENCE_LISTED] = "",
	[GW_DIFFERENCE_MISSING] = N_("missing in the warehouse"),
	[GW_DIFFERENCE_EXTRA] = N_("not in the source any more"),
	[GW_DIFFERENCE_DIFFERENT] = N_("different"),
	[GW_DIFFERENCE_EXCUSED] = N_("dead letter"),
};

/* The pull is asked only once the process that reads the warehouse has begun. */
static enum gw_status
ask(void *arg, struct gw_order *order, struct gw_act *act, struct gw_arena *arena,
    struct gw_answer *answer, struct gw_error *err)
{
	struct use *use = arg;

	if (use->asker == NULL &&
	    gw_asker_open(use->config, use->source->name, &use->asker, err) != GW_OK)
		return err->status;
	return gw_cmd_ask(use->asker, &use->ask, order, act, arena, answer, err);
}

static enum gw_status
load(void *arg, const char *stream, const struct gw_run *run, struct gw_error *err)
{
	const struct use *use = arg;

	return gw_cmd_load_through(&use->ask, stream, run, err);
}

static int64_t
differing(const struct gw_reconciled *result)
{
	return result->counts[GW_DIFFERENCE_MISSING] + result->counts[GW_DIFFERENCE_EXTRA] +
	       result->counts[GW_DIFFERENCE_DIFFERENT];
}

/* ---- showing -------------------------------------------------------------------------------- */

static void
report_result(struct use *use, const char *stream, const struct gw_reconciled *result)
{
	int64_t known = result->counts[GW_DIFFERENCE_EXCUSED];
	int64_t off = result->counts[GW_DIFFERENCE_MISSING] +
		      result->counts[GW_DIFFERENCE_DIFFERENT] + known;

	gw_report_row(use->report);
	gw_report_text(use->report, use->source->name);
	gw_report_text(use->report, stream);
	gw_report_number(use->report, result->source_rows + result->rejected);
	gw_report_number(use->report, result->warehouse_rows);
	if (result->too_many) {
		for (int i = 0; i < 4; i++)
			gw_report_text(use->report, NULL);
	} else {
		gw_report_number(use->report, result->source_rows - off);
		gw_report_number(use->report, result->counts[GW_DIFFERENCE_MISSING]);
		gw_report_number(use->report, result->counts[GW_DIFFERENCE_EXTRA]);
		gw_report_number(use->report, result->counts[GW_DIFFERENCE_DIFFERENT]);
	}
	gw_report_number(use->report, result->rejected + known);
	if (use->repair) {
		gw_report_number(use->report, result->sent);
		gw_report_number(use->report, result->deleted);
	}
}

static void
print_keys(const struct use *use, const char *stream, const struct gw_reconciled *result)
{
	char key[GW_BOOKMARK_MAX + 1], masked[MASKED], count[32];
	int64_t shown = 0, all = differing(result);

	if (use->args->json || all == 0)
		return;
	(void)printf(_("%s.%s: %s keys differ\n"), use->source->name, stream,
		     gw_format_count(all, count));
	for (size_t i = 0; i < result->nfound && shown < SHOWN; i++) {
		const struct gw_found *found = &result->found[i];

		if (found->settled || found->kind == GW_DIFFERENCE_EXCUSED ||
		    found->len >= sizeof key)
			continue;
		memcpy(key, found->key, found->len);
		key[found->len] = '\0';
		gw_desk_mask_key(key, masked, sizeof masked);
		(void)printf("  %-24s %s\n", masked, _(kind_words[found->kind]));
		shown++;
	}
	if (all > shown)
		(void)printf(_("  … and %s more (--keys FILE writes all of them)\n"),
			     gw_format_count(all - shown, count));
}

/* One line a key: stream, what is with it, the key; parts of a key stay apart by U+001F. */
static void
write_keys(const struct use *use, const char *stream, const struct gw_reconciled *result)
{
	for (size_t i = 0; use->keys != NULL && i < result->nfound; i++) {
		const struct gw_found *found = &result->found[i];

		if (!found->settled)
			(void)fprintf(use->keys, "%s\t%s\t%.*s\n", stream, kind_keys[found->kind],
				      (int)found->len, found->key);
	}
}

static void
say_too_many(const struct use *use, const char *stream)
{
	(void)fprintf(stderr, "songma: ");
	(void)fprintf(stderr,
		      _("%s.%s: so much differs that it is no matter of single keys. First: songma "
			"sync %s. If it stays so: songma backfill %s %s --all\n"),
		      use->source->name, stream, use->source->name, use->source->name, stream);
}

/* Why the rows that the source has no more stay in the warehouse. */
static void
say_guarded(const struct use *use, const char *stream, const struct gw_reconciled *result,
	    int64_t guard)
{
	long long extra = (long long)result->counts[GW_DIFFERENCE_EXTRA];

	(void)fprintf(stderr, "songma: ");
	if (result->source_rows + result->rejected == 0)
		(void)fprintf(stderr,
			      _("%s.%s: the source has no rows at all, so nothing is deleted: see "
				"that its table is the right one and was not emptied by mistake\n"),
			      use->source->name, stream);
	else
		(void)fprintf(stderr,
			      _("%s.%s: %lld rows of the warehouse are not in the source any more; "
				"only %lld may be deleted unasked, so none is. If they are to go: "
				"songma reconcile %s %s --repair --allow-deletes %lld\n"),
			      use->source->name, stream, extra, (long long)guard, use->source->name,
			      stream, extra);
}

/* ---- repair --------------------------------------------------------------------------------- */

static enum gw_status
take_allow(struct use *use, struct gw_error *err)
{
	const char *allow = gw_args_get(use->args, "allow-deletes");

	if (allow == NULL || (gw_parse_i64(allow, strlen(allow), &use->allow) && use->allow >= 1 &&
			      use->allow <= DELETES_MAX))
		return GW_OK;
	return gw_fail(err, GW_CONFIG, _("--allow-deletes is a number of rows from 1, not %s"),
		       allow);
}

static enum gw_status
take_reason(struct use *use, struct gw_error *err)
{
	const char *reason = gw_args_get(use->args, "reason");

	if (reason != NULL)
		(void)snprintf(use->reason, sizeof use->reason, "%s", reason);
	else if (!use->terminal)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("a reason is needed (--reason): it stays in the audit"));
	else if (!gw_cmd_read_line(_("Reason, without personal data (it stays in the audit): "),
				   use->reason, sizeof use->reason))
		return gw_fail(err, GW_REJECT, "%s", _("given up: nothing was sent"));
	return GW_OK;
}

/* Before anything is read: what has to be known for a repair. */
static enum gw_status
prepare_repair(struct use *use, struct gw_error *err)
{
	if (!use->repair && (gw_args_get(use->args, "reason") != NULL ||
			     gw_args_get(use->args, "allow-deletes") != NULL))
		return gw_fail(err, GW_CONFIG, "%s",
			       _("--reason and --allow-deletes go with --repair"));
	if (!use->repair)
		return GW_OK;
	if (take_allow(use, err) != GW_OK || take_reason(use, err) != GW_OK)
		return err->status;
	if (!use->terminal && gw_args_get(use->args, "yes") == NULL)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("there is no terminal to ask at: add --yes to go on without "
				 "asking, or leave --repair out to see only"));
	return GW_OK;
}

static enum gw_status
confirm(const struct use *use, struct gw_error *err)
{
	char answer[ANSWER_MAX];

	if (gw_args_get(use->args, "yes") != NULL)
		return GW_OK;
	if (gw_cmd_read_line(_("Send what mends them? [y/N] "), answer, sizeof answer) &&
	    strchr("yYcC", answer[0]) != NULL)
		return GW_OK;
	return gw_fail(err, GW_REJECT, "%s", _("given up: nothing was sent"));
}

static enum gw_status
repair(struct use *use, const struct gw_reconcile *job, struct gw_reconciled *result,
       struct gw_error *err)
{
	int64_t rows = result->source_rows + result->rejected;
	int64_t guard = gw_reconcile_guard(rows, result->warehouse_rows);
	int64_t deletes = rows > 0 && use->allow > guard ? use->allow : guard;
	int64_t extra = result->counts[GW_DIFFERENCE_EXTRA];
	struct gw_act act = {.kind = GW_ACT_REPAIR, .reason = use->reason};

	(void)snprintf(act.by, sizeof act.by, "%s", use->who);
	if (extra > deletes) {
		say_guarded(use, job->stream, result, guard);
		deletes = 0;
	}
	if (differing(result) == (deletes == 0 ? extra : 0))
		return GW_OK;
	if (confirm(use, err) != GW_OK)
		return err->status;
	return gw_reconcile_repair(job, result, deletes, &act, err);
}

/* ---- streams -------------------------------------------------------------------------------- */

static enum gw_status
reconcile(struct use *use, const struct gw_reconcile *job, struct gw_reconciled *result,
	  struct gw_error *err)
{
	if (gw_reconcile_find(job, result, err) != GW_OK)
		return err->status;
	if (result->too_many)
		say_too_many(use, job->stream);
	write_keys(use, job->stream, result);
	print_keys(use, job->stream, result);
	if (use->repair && differing(result) > 0 && repair(use, job, result, err) != GW_OK)
		return err->status;
	report_result(use, job->stream, result);
	use->left = use->left || result->too_many || differing(result) > 0;
	return GW_OK;
}

static enum gw_status
reconcile_stream(struct use *use, const struct gw_stream *stream, struct gw_error *err)
{
	struct gw_schema *schema = NULL;
	struct gw_reconciled result = {.nfound = 0};
	struct gw_reconcile job = {
		.config = use->config,
		.source = use->source->name,
		.stream = stream->name,
		.by = use->who,
		.repair = use->repair,
		.stop = &gw_stop,
		.ask = ask,
		.load = load,
		.arg = use,
	};
	enum gw_status status =
		gw_schema_read(use->config->schemas_dir, stream->schema, &schema, err);

	if (status != GW_OK)
		return gw_place_fail(&stream->schema_at, err, "%s", err->text);
	job.schema = schema;
	status = reconcile(use, &job, &result, err);
	gw_reconciled_release(&result);
	gw_schema_free(schema);
	return status == GW_OK ? GW_OK : gw_wrap(err, "%s.%s", use->source->name, stream->name);
}

static enum gw_status
reconcile_all(struct use *use, struct gw_error *err)
{
	const struct gw_args *args = use->args;

	for (size_t i = 1; i < args->nwords; i++)
		if (gw_source_stream(use->source, args->words[i]) == NULL)
			return gw_fail(err, GW_CONFIG, _("source %s has no stream %s"),
				       use->source->name, args->words[i]);
	for (size_t i = 0; i < use->source->nstreams; i++) {
		const struct gw_stream *stream = &use->source->streams[i];
		bool wanted = args->nwords == 1;

		if (use->bulk && stream->mode != GW_MODE_BULK)
			continue;
		for (size_t w = 1; w < args->nwords; w++)
			wanted = wanted || strcmp(args->words[w], stream->name) == 0;
		if (wanted && reconcile_stream(use, stream, err) != GW_OK)
			return err->status;
	}
	return gw_report_print(use->report, stdout, args->json, err);
}

static enum gw_status
open_keys(struct use *use, struct gw_error *err)
{
	const char *path = gw_args_get(use->args, "keys");
	int fd;

	if (path == NULL)
		return GW_OK;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0 && fchmod(fd, 0600) == 0)
		use->keys = fdopen(fd, "w");
	if (use->keys != NULL)
		return GW_OK;
	if (fd >= 0)
		(void)close(fd);
	return gw_fail(err, GW_CONFIG, _("%s can't be written: %s"), path, strerror(errno));
}

static enum gw_status
close_keys(struct use *use, enum gw_status status, struct gw_error *err)
{
	bool bad = use->keys != NULL && (ferror(use->keys) != 0 || fclose(use->keys) != 0);

	if (bad && status == GW_OK)
		return gw_fail(err, GW_RETRY, _("%s can't be written: %s"),
			       gw_args_get(use->args, "keys"), strerror(errno));
	return status;
}

static enum gw_status
prepare(struct use *use, struct gw_error *err)
{
	if (prepare_repair(use, err) != GW_OK ||
	    gw_source_read(use->config, use->args->words[0], &use->source, err) != GW_OK)
		return err->status;
	use->ask = (struct gw_ask){.config = use->config, .source = use->source->name};
	use->report = gw_report_new();
	if (use->report == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++)
		if (use->repair || !columns[i].repair)
			gw_report_column(use->report, columns[i].key, _(columns[i].title),
					 columns[i].number);
	return open_keys(use, err);
}

static enum gw_status
work(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	struct use use = {
		.config = config,
		.args = args,
		.repair = gw_args_get(args, "repair") != NULL,
		.bulk = gw_args_get(args, "bulk") != NULL,
		.terminal = isatty(STDIN_FILENO) == 1,
	};
	enum gw_status status;

	gw_cmd_signals(NULL);
	(void)gw_cmd_who(use.who, sizeof use.who);
	status = prepare(&use, err);
	if (status == GW_OK)
		status = reconcile_all(&use, err);
	status = close_keys(&use, status, err);
	gw_asker_close(use.asker);
	gw_report_free(use.report);
	gw_source_free(use.source);
	if (status != GW_OK || !use.left)
		return status;
	return gw_fail(err, GW_REJECT, "%s",
		       use.repair ? _("not all of it is mended: the table says what is left")
				  : _("source and warehouse differ; songma reconcile SOURCE STREAM "
				      "--repair sends what mends it"));
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, work);
}

const struct gw_cmd gw_cmd_reconcile = {
	.name = "reconcile",
	.about = N_("compare a source with the warehouse, key by key, and mend what differs"),
	.arguments = N_("SOURCE [STREAM…]"),
	.min_words = 1,
	.max_words = 64,
	.details = N_("Finds rows that the warehouse lacks, has too many, or has otherwise, also "
		      "where somebody changed its tables by hand. --repair sends them through the "
		      "normal way; rows that the source has no more are deleted so, unasked "
		      "at most 100, and no more than a hundredth of all. Dead letters and "
		      "corrections stay as they "
		      "are."),
	.options = {{"repair", NULL, N_("send what mends the warehouse")},
		    {"allow-deletes", N_("N"), N_("with --repair: up to so many rows may go")},
		    {"reason", N_("TEXT"), N_("with --repair: why, for the audit")},
		    {"keys", N_("FILE"), N_("write all keys that differ to a file of mode 0600")},
		    {"bulk", NULL,
		     N_("only streams of mode bulk, whose deletes nothing else finds")},
		    {"yes", NULL, N_("do not ask")},
		    {"progress-fd", "FD", NULL}},
	.run = run,
};
