#include "cmd.h"

#include "base/i18n.h"
#include "ops/report.h"
#include "pull/plan.h"

struct listing {
	struct gw_report *report;
	bool columns; /* of one table, else one row a table */
};

static enum gw_status
add_table(void *arg, const struct gw_table *table, struct gw_error *err)
{
	struct listing *list = arg;

	(void)err;
	if (!list->columns) {
		gw_report_row(list->report);
		gw_report_text(list->report, table->name);
		gw_report_text(list->report, table->kind);
		if (table->rows_estimate >= 0)
			gw_report_number(list->report, table->rows_estimate);
		else
			gw_report_text(list->report, NULL);
		gw_report_number(list->report, (int64_t)table->ncolumns);
		gw_report_text(list->report, table->readable ? _("yes") : _("no"));
		return GW_OK;
	}
	for (size_t i = 0; i < table->ncolumns; i++) {
		const struct gw_column *column = &table->columns[i];

		gw_report_row(list->report);
		gw_report_text(list->report, column->name);
		gw_report_text(list->report, column->type);
		gw_report_text(list->report, column->refusal != NULL ? column->refusal
								     : gw_kind_name(column->kind));
		gw_report_text(list->report, column->nullable ? _("yes") : _("no"));
		if (column->key > 0)
			gw_report_number(list->report, column->key);
		else
			gw_report_text(list->report, NULL);
	}
	return GW_OK;
}

static void
columns_of(struct gw_report *report, bool columns)
{
	if (columns) {
		gw_report_column(report, "column", _("COLUMN"), false);
		gw_report_column(report, "type", _("TYPE"), false);
		gw_report_column(report, "arrives_as", _("ARRIVES AS"), false);
		gw_report_column(report, "nullable", _("MAY BE EMPTY"), false);
		gw_report_column(report, "key", _("KEY"), true);
		return;
	}
	gw_report_column(report, "table", _("TABLE"), false);
	gw_report_column(report, "kind", _("KIND"), false);
	gw_report_column(report, "rows_estimate", _("ROWS (ABOUT)"), true);
	gw_report_column(report, "columns", _("COLUMNS"), true);
	gw_report_column(report, "readable", _("READABLE"), false);
}

static enum gw_status
discover(const struct gw_config *config, const struct gw_args *args, struct gw_error *err)
{
	const char *only = args->nwords > 1 ? args->words[1] : NULL;
	struct listing list = {.report = gw_report_new(), .columns = only != NULL};
	struct gw_link link = {0};
	struct gw_source *source = NULL;
	enum gw_status status = list.report == NULL
					? gw_fail_memory(err)
					: gw_source_read(config, args->words[0], &source, err);

	if (status == GW_OK)
		status = gw_link_open(source, &link, err);
	if (status == GW_OK) {
		columns_of(list.report, only != NULL);
		status = link.connector->discover(link.session, only, add_table, &list, err);
	}
	if (status == GW_OK)
		status = gw_report_print(list.report, stdout, args->json, err);
	gw_link_close(&link);
	gw_source_free(source);
	gw_report_free(list.report);
	return status;
}

static int
run(const struct gw_args *args)
{
	return gw_cmd_work(args, discover);
}

const struct gw_cmd gw_cmd_discover = {
	.name = "discover",
	.about = N_("list the tables of a source, or the columns of one table"),
	.arguments = N_("SOURCE [TABLE]"),
	.min_words = 1,
	.max_words = 2,
	.run = run,
};
