#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "ops/report.h"
#include "pull/plan.h"

enum { MASK_MAX = 256, PREVIEW_MEMORY = 64 * 1024 * 1024 };

/* One field of one record a line: tables of sector databases are wide. */
static void
add_record(struct gw_report *report, const struct gw_schema *schema, const struct gw_record *record)
{
	char shown[MASK_MAX];

	for (size_t f = 0; f < schema->nfields; f++) {
		gw_report_row(report);
		gw_report_number(report, (int64_t)record->row + 1);
		gw_report_text(report, schema->fields[f].name);
		gw_mask(&schema->fields[f], &record->fields[f], shown, sizeof shown);
		gw_report_text(report, shown);
		gw_report_text(report, gw_privacy_name(schema->fields[f].privacy));
	}
}

static void
add_reject(struct gw_report *report, const struct gw_reject *reject)
{
	gw_report_row(report);
	gw_report_number(report, (int64_t)reject->row + 1);
	gw_report_text(report, reject->column);
	gw_report_text(report, reject->reason);
	gw_report_text(report, _("would be a dead letter"));
}

static enum gw_status
show(const struct gw_stream_plan *plan, const struct gw_normalised *seen,
     const struct gw_args *args, struct gw_error *err)
{
	struct gw_report *report = gw_report_new();
	enum gw_status status;

	if (report == NULL)
		return gw_fail_memory(err);
	gw_report_column(report, "row", _("ROW"), true);
	gw_report_column(report, "field", _("FIELD"), false);
	gw_report_column(report, "value", _("VALUE (MASKED)"), false);
	gw_report_column(report, "privacy", _("PRIVACY"), false);
	for (size_t i = 0; i < seen->nrecords; i++)
		if (!seen->records[i].deleted)
			add_record(report, plan->schema, &seen->records[i]);
	for (size_t i = 0; i < seen->nrejects; i++)
		add_reject(report, &seen->rejects[i]);
	status = gw_report_print(report, stdout, args->json, err);
	gw_report_free(report);
	return status;
}

static enum gw_status
preview_stream(const struct gw_link *link, const struct gw_stream_plan *plan, size_t rows,
	       const struct gw_args *args, struct gw_error *err)
{
	struct gw_batch *batch = calloc(1, sizeof *batch);
	const struct gw_bookmark none = {0};
	struct gw_normalised seen = {0};
	struct gw_cursor *cursor = NULL;
	enum gw_status status;

	if (batch == NULL)
		return gw_fail_memory(err);
	gw_arena_init(&batch->arena, PREVIEW_MEMORY);
	status = gw_plan_begin(plan, link, rows, &none, &cursor, err);
	if (status == GW_OK)
		status = link->connector->next(cursor, batch, err);
	if (status == GW_OK)
		status = gw_normalise(plan->mapping, batch, &seen, err);
	if (status == GW_OK && !args->json)
		(void)printf(_("Stream %s (%s → %s): %zu rows read, %zu good, %zu rejected\n"),
			     plan->stream->name, plan->stream->table, plan->stream->schema,
			     batch->nrows, seen.nrecords, seen.nrejects);
	if (status == GW_OK)
		status = show(plan, &seen, args, err);
	link->connector->end(cursor);
	gw_arena_release(&batch->arena);
	free(batch);
	return status;
}

static enum gw_status
preview_source(const struct gw_config *config, const struct gw_source *source, const char *only,
	       size_t rows, const struct gw_args *args, struct gw_error *err)
{
	struct gw_link link = {0};
	struct gw_plan *plan = NULL;
	enum gw_status status = gw_plan_make(config, source, &plan, err);

	if (status == GW_OK)
		status = gw_link_open(source, &link, err);
	for (size_t i = 0; status == GW_OK && i < source->nstreams; i++)
		if (only == NULL || strcmp(only, source->streams[i].name) == 0)
			status = preview_stream(&link, &plan->streams[i], rows, args, err);
	gw_link_close(&link);
	gw_plan_free(plan);
	return status;
}

static enum gw_status
preview(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	const char *only = args->nwords > 1 ? args->words[1] : NULL;
	const char *asked = gw_args_get(args, "rows");
	struct gw_source *source = NULL;
	int64_t rows = 5;
	enum gw_status status;

	if (asked != NULL &&
	    (!gw_parse_i64(asked, strlen(asked), &rows) || rows < 1 || rows > 1000))
		return gw_fail(err, GW_CONFIG, _("--rows is a number from 1 to 1000, not %s"),
			       asked);
	status = gw_source_read(config, args->words[0], &source, err);
	if (status == GW_OK && only != NULL && gw_source_stream(source, only) == NULL)
		status = gw_place_fail(&source->at, err, _("source %s has no stream %s"),
				       source->name, only);
	if (status == GW_OK)
		status = preview_source(config, source, only, (size_t)rows, args, err);
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
	.about = N_("show what the first rows of a source become; nothing is sent"),
	.arguments = N_("SOURCE [STREAM]"),
	.min_words = 1,
	.max_words = 2,
	.details = N_("Identifying, personal and sensitive values are masked."),
	.options = {{"rows", N_("N"), N_("rows of each stream (5)")}},
	.run = run,
};
