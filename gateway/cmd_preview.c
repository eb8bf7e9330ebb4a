#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "config/parts.h"
#include "normalise/mapping.h"
#include "ops/report.h"
#include "pull/plan.h"
#include "setup/shown.h"
#include "setup/tally.h"

enum {
	MASK_MAX = 256,
	PREVIEW_MEMORY = 64 * 1024 * 1024,
	PAGE_ROWS = 1000,
	SAMPLE_ROWS = 10000,
	SAMPLE_MOST = 10000000,
	SHOWN_ROWS = 3,
	SHOWN_MOST = 1000,
	KINDS_SAID = 3, /* in the line that sums up */
	MANY_STREAMS = 4,
};

struct preview {
	const struct gw_stream_plan *plan;
	const struct gw_args *args;
	int64_t rows, shown;
	bool all; /* streams of the source, of which it is */
	size_t index;
	struct gw_report *side; /* source and record */
	struct gw_tally tally;
};

static const struct gw_record *
record_of(const struct gw_normalised *seen, size_t row)
{
	for (size_t i = 0; i < seen->nrecords; i++)
		if (seen->records[i].row == row)
			return &seen->records[i];
	return NULL;
}

static const struct gw_reject *
reject_of(const struct gw_normalised *seen, size_t row)
{
	for (size_t i = 0; i < seen->nrejects; i++)
		if (seen->rejects[i].row == row)
			return &seen->rejects[i];
	return NULL;
}

/* As the source has it, masked as what it becomes, or more; what was refused may be anything. */
static void
put_source(struct preview *preview, const struct gw_batch *batch, size_t row, size_t f,
	   const struct gw_reject *reject)
{
	const struct gw_mapping *mapping = preview->plan->mapping;
	size_t column = mapping->plans[f].column;
	struct gw_schema_field field = preview->plan->schema->fields[f];
	char shown[MASK_MAX];

	if (column == GW_NO_INDEX) {
		gw_report_text(preview->side, NULL);
		gw_report_text(preview->side, NULL);
		return;
	}
	field.privacy =
		gw_shown_as(preview->plan->stream, preview->plan->schema, mapping->columns[column]);
	if (reject != NULL && field.privacy == GW_PUBLIC &&
	    strcmp(reject->column, mapping->columns[column]) == 0)
		field.privacy = GW_SENSITIVE;
	gw_mask(&field, &batch->values[row * batch->ncolumns + column], shown, sizeof shown);
	gw_report_text(preview->side, mapping->columns[column]);
	gw_report_text(preview->side, shown);
}

/* One field a line: tables of sector databases are wide. */
static void
put_row(struct preview *preview, const struct gw_batch *batch, const struct gw_normalised *seen,
	size_t row)
{
	const struct gw_schema *schema = preview->plan->schema;
	const struct gw_record *record = record_of(seen, row);
	const struct gw_reject *reject = reject_of(seen, row);
	char shown[MASK_MAX];

	if (record == NULL && reject == NULL)
		return;
	for (size_t f = 0; f < schema->nfields; f++) {
		gw_report_row(preview->side);
		gw_report_number(preview->side, (int64_t)row + 1);
		put_source(preview, batch, row, f, reject);
		gw_report_text(preview->side, schema->fields[f].name);
		if (record != NULL && !record->deleted) {
			gw_mask(&schema->fields[f], &record->fields[f], shown, sizeof shown);
			gw_report_text(preview->side, shown);
		} else {
			gw_report_text(preview->side, NULL);
		}
		gw_report_text(preview->side, gw_privacy_name(schema->fields[f].privacy));
	}
	if (reject == NULL)
		return;
	gw_report_row(preview->side);
	gw_report_number(preview->side, (int64_t)row + 1);
	gw_report_text(preview->side, reject->column);
	gw_report_text(preview->side, reject->reason);
	gw_report_text(preview->side, _("would be a dead letter"));
	gw_report_text(preview->side, NULL);
	gw_report_text(preview->side, NULL);
}

/* With why there are no rows, for instance. */
static enum gw_status
next_page(const struct preview *preview, const struct gw_link *link, struct gw_cursor *cursor,
	  struct gw_batch *batch, struct gw_error *err)
{
	gw_arena_reset(&batch->arena);
	batch->nrows = 0;
	batch->notice = NULL;
	if (link->connector->next(cursor, batch, err) != GW_OK)
		return err->status;
	if (batch->notice != NULL)
		(void)fprintf(stderr, "%s: %s\n", preview->plan->stream->name, batch->notice);
	return GW_OK;
}

static enum gw_status
read_rows(struct preview *preview, const struct gw_link *link, struct gw_batch *batch,
	  struct gw_error *err)
{
	size_t page = preview->rows < PAGE_ROWS ? (size_t)preview->rows : PAGE_ROWS;
	const struct gw_bookmark none = {0};
	struct gw_cursor *cursor = NULL;
	enum gw_status status = gw_plan_begin(preview->plan, link, page, &none, &cursor, err);

	while (status == GW_OK && (int64_t)preview->tally.rows < preview->rows) {
		struct gw_normalised seen = {0};
		bool first = preview->tally.rows == 0;

		status = next_page(preview, link, cursor, batch, err);
		if (status == GW_OK && batch->nrows == 0)
			break;
		if (status == GW_OK)
			status = gw_normalise(preview->plan->mapping, batch, &seen, err);
		if (status != GW_OK)
			break;
		for (size_t r = 0; first && r < batch->nrows && (int64_t)r < preview->shown; r++)
			put_row(preview, batch, &seen, r);
		gw_tally_add(&preview->tally, batch->nrows, &seen);
	}
	link->connector->end(cursor);
	return status;
}

static bool
same_kind(const struct gw_tally_kind *a, const struct gw_tally_kind *b)
{
	return a->warning == b->warning && strcmp(a->column, b->column) == 0 &&
	       strcmp(a->rule, b->rule) == 0;
}

/* The most frequent by column and rule, whatever the reasons. */
static void
say_kinds(const struct gw_tally *tally)
{
	int said = 0;

	for (size_t i = 0; i < tally->nkinds && !tally->kinds[i].warning && said < KINDS_SAID;
	     i++) {
		const struct gw_tally_kind *kind = &tally->kinds[i];
		size_t count = 0;
		bool before = false;
		char text[32];

		for (size_t k = 0; k < tally->nkinds; k++) {
			bool same = same_kind(&tally->kinds[k], kind);

			before = before || (same && k < i);
			count += same ? tally->kinds[k].count : 0;
		}
		if (before)
			continue;
		(void)printf("%s %s %s (%s)", said++ == 0 ? ":" : ",",
			     gw_format_count((int64_t)count, text), kind->column, kind->rule);
	}
}

/* "12 of 10,000 rows would be dead letters: 11 dan_toc (code_list), 1 ngay_sinh (date)" */
static void
say_sum(const struct preview *preview)
{
	const struct gw_tally *tally = &preview->tally;
	char bad[32], all[32];

	if (preview->all && preview->index > 0)
		(void)printf("\n");
	(void)printf(_("Stream %s (%s → %s): "), preview->plan->stream->name,
		     preview->plan->stream->table, preview->plan->stream->schema);
	(void)gw_format_count((int64_t)tally->rows, all);
	if (tally->rows == 0) {
		(void)printf("%s\n", _("it has no rows"));
		return;
	}
	if (tally->rejected == 0) {
		(void)printf(_("all of %s rows are good"), all);
	} else {
		(void)printf(_("%s of %s rows would be dead letters"),
			     gw_format_count((int64_t)tally->rejected, bad), all);
		say_kinds(tally);
	}
	if (tally->warned > 0)
		(void)printf(_("; %s warnings"), gw_format_count((int64_t)tally->warned, bad));
	(void)printf("\n");
}

static enum gw_status
show_tally(const struct preview *preview, struct gw_error *err)
{
	const struct gw_tally *tally = &preview->tally;
	struct gw_report *report;
	enum gw_status status;

	if (tally->nkinds == 0)
		return GW_OK;
	report = gw_report_new();
	if (report == NULL)
		return gw_fail_memory(err);
	gw_report_column(report, "rows", _("ROWS"), true);
	gw_report_column(report, "column", _("COLUMN"), false);
	gw_report_column(report, "rule", _("RULE"), false);
	gw_report_column(report, "reason", _("REASON"), false);
	gw_report_column(report, "result", _("RESULT"), false);
	for (size_t i = 0; i < tally->nkinds; i++) {
		gw_report_row(report);
		gw_report_number(report, (int64_t)tally->kinds[i].count);
		gw_report_text(report, tally->kinds[i].column);
		gw_report_text(report, tally->kinds[i].rule);
		gw_report_text(report, tally->kinds[i].reason);
		gw_report_text(report, tally->kinds[i].warning ? _("warning, it goes on")
							       : _("would be a dead letter"));
	}
	if (tally->other > 0) {
		gw_report_row(report);
		gw_report_number(report, (int64_t)tally->other);
		gw_report_text(report, NULL);
		gw_report_text(report, NULL);
		gw_report_text(report, _("other reasons"));
		gw_report_text(report, NULL);
	}
	if (!preview->args->json)
		(void)printf("\n");
	status = gw_report_print(report, stdout, preview->args->json, err);
	gw_report_free(report);
	return status;
}

static void
begin_side(struct gw_report *report)
{
	gw_report_column(report, "row", _("ROW"), true);
	gw_report_column(report, "column", _("COLUMN"), false);
	gw_report_column(report, "source", _("SOURCE (MASKED)"), false);
	gw_report_column(report, "field", _("FIELD"), false);
	gw_report_column(report, "value", _("RECORD (MASKED)"), false);
	gw_report_column(report, "privacy", _("PRIVACY"), false);
}

static enum gw_status
preview_stream(struct preview *preview, const struct gw_link *link, struct gw_error *err)
{
	struct gw_batch *batch = calloc(1, sizeof *batch);
	enum gw_status status;

	if (batch == NULL)
		return gw_fail_memory(err);
	preview->side = gw_report_new();
	status = preview->side == NULL ? gw_fail_memory(err) : gw_tally_init(&preview->tally, err);
	if (status == GW_OK) {
		gw_arena_init(&batch->arena, PREVIEW_MEMORY);
		begin_side(preview->side);
		status = read_rows(preview, link, batch, err);
		gw_arena_release(&batch->arena);
		gw_tally_sort(&preview->tally);
	}
	if (status == GW_OK && !preview->args->json)
		say_sum(preview);
	if (status == GW_OK && preview->shown > 0)
		status = gw_report_print(preview->side, stdout, preview->args->json, err);
	if (status == GW_OK)
		status = show_tally(preview, err);
	gw_tally_release(&preview->tally);
	gw_report_free(preview->side);
	free(batch);
	return status;
}

static enum gw_status
preview_source(const struct gw_config *config, const struct gw_source *source, const char *only,
	       const struct preview *asked, struct gw_error *err)
{
	struct gw_link link = {0};
	struct gw_plan *plan = NULL;
	enum gw_status status = gw_plan_make(config, source, &plan, err), first = GW_OK;

	if (status == GW_OK)
		status = gw_link_open(source, &link, err);
	for (size_t i = 0; status == GW_OK && i < source->nstreams; i++) {
		struct preview preview = *asked;

		if (only != NULL && strcmp(only, source->streams[i].name) != 0)
			continue;
		preview.index = i;
		preview.plan = &plan->streams[i];
		status = preview_stream(&preview, &link, err);
		/* What is wrong with one hides none of the others. */
		if (only == NULL && (status == GW_CONFIG || status == GW_REJECT)) {
			(void)fprintf(stderr, _("Stream %s can't be shown: %s\n"),
				      source->streams[i].name, err->text);
			first = first == GW_OK ? status : first;
			status = GW_OK;
		}
	}
	if (status == GW_OK && first != GW_OK)
		status = gw_fail(err, first, "%s", _("not all streams could be shown"));
	gw_link_close(&link);
	gw_plan_free(plan);
	return status;
}

static enum gw_status
take_number(const struct gw_args *args, const char *option, int64_t least, int64_t most,
	    int64_t *out, struct gw_error *err)
{
	const char *asked = gw_args_get(args, option);

	if (asked == NULL ||
	    (gw_parse_i64(asked, strlen(asked), out) && *out >= least && *out <= most))
		return GW_OK;
	return gw_fail(err, GW_CONFIG, _("--%s is a number from %lld to %lld, not %s"), option,
		       (long long)least, (long long)most, asked);
}

static enum gw_status
no_stream(const struct gw_source *source, struct gw_error *err)
{
	return gw_place_fail(&source->at, err,
			     _("the source has no stream yet: songma discover %s lists its tables, "
			       "songma draft %s TABLE --write adds one"),
			     source->name, source->name);
}

/* A stream may also be named by its table, with or without what stands before the point. */
static enum gw_status
find_stream(const struct gw_source *source, const char **name, struct gw_error *err)
{
	struct gw_nearest nearest;

	if (gw_source_stream(source, *name) != NULL)
		return GW_OK;
	gw_nearest_init(&nearest, *name);
	for (size_t i = 0; i < source->nstreams; i++) {
		const struct gw_stream *stream = &source->streams[i];
		const char *dot = strrchr(stream->table, '.');

		if (strcmp(stream->table, *name) == 0 ||
		    (dot != NULL && strcmp(dot + 1, *name) == 0)) {
			*name = stream->name;
			return GW_OK;
		}
		gw_nearest_try(&nearest, stream->name);
		gw_nearest_try(&nearest, dot == NULL ? stream->table : dot + 1);
	}
	if (nearest.best != NULL)
		return gw_fail(err, GW_CONFIG, _("source %s has no stream %s; did you mean %s?"),
			       source->name, *name, nearest.best);
	return gw_fail(err, GW_CONFIG,
		       _("source %s has no stream %s; songma preview %s shows all that it has"),
		       source->name, *name, source->name);
}

/* Of many streams the sums are what is looked for. */
static void
show_fewer(const struct gw_source *source, struct preview *asked)
{
	if (asked->all && source->nstreams >= MANY_STREAMS &&
	    gw_args_get(asked->args, "show") == NULL)
		asked->shown = 1;
}

static enum gw_status
preview(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	const char *only = args->nwords > 1 ? args->words[1] : NULL;
	struct preview asked = {
		.args = args, .rows = SAMPLE_ROWS, .shown = SHOWN_ROWS, .all = only == NULL};
	struct gw_source *source = NULL;
	enum gw_status status;

	if (take_number(args, "rows", 1, SAMPLE_MOST, &asked.rows, err) != GW_OK ||
	    take_number(args, "show", 0, SHOWN_MOST, &asked.shown, err) != GW_OK)
		return err->status;
	status = gw_source_read_bare(config, args->words[0], &source, err);
	if (status == GW_OK && source->nstreams == 0)
		status = no_stream(source, err);
	else if (status == GW_OK && only != NULL)
		status = find_stream(source, &only, err);
	if (status == GW_OK)
		show_fewer(source, &asked);
	if (status == GW_OK)
		status = preview_source(config, source, only, &asked, err);
	gw_source_free(source);
	return status;
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, preview);
}

const struct gw_cmd gw_cmd_preview = {
	.name = "preview",
	.about = N_("show what rows of a source become, and how many would be rejected; nothing "
		    "is sent"),
	.arguments = N_("SOURCE [STREAM]"),
	.min_words = 1,
	.max_words = 2,
	.details = N_("Identifying, personal and sensitive values are masked."),
	.options = {{"rows", N_("N"), N_("rows of each stream that are tried (10000)")},
		    {"show", N_("N"), N_("rows that are shown beside their records (3)")}},
	.run = run,
};
