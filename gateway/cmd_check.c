#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avro/registry.h"
#include "base/i18n.h"
#include "kafka/ping.h"
#include "load/load.h"
#include "ops/report.h"
#include "pull/plan.h"

struct checks {
	const struct gw_config *config;
	struct gw_report *report;
	int worst; /* exit code */
};

/* One line of the report; a problem's message says what to do. */
static void
note(struct checks *checks, const char *part, enum gw_status status, const char *detail)
{
	int code = gw_status_exit(status);

	gw_report_row(checks->report);
	gw_report_text(checks->report, part);
	gw_report_text(checks->report, status == GW_OK ? _("good") : _("PROBLEM"));
	gw_report_text(checks->report, detail);
	/* A mistake in the configuration outranks what is merely away. */
	if (checks->worst != 2 && code != 0)
		checks->worst = code;
}

static void
check_registry(struct checks *checks)
{
	struct gw_registry *registry = NULL;
	struct gw_error err;
	enum gw_status status = gw_registry_open(checks->config->registry_url, &registry, &err);

	if (status == GW_OK)
		status = gw_registry_ping(registry, &err);
	note(checks, _("schema registry"), status,
	     status == GW_OK ? checks->config->registry_url : err.text);
	gw_registry_close(registry);
}

static void
check_kafka(struct checks *checks)
{
	struct gw_error err;
	enum gw_status status = gw_kafka_ping(checks->config, &err);

	note(checks, "Kafka", status, status == GW_OK ? checks->config->brokers : err.text);
}

static void
check_warehouse(struct checks *checks)
{
	struct gw_warehouse *warehouse = NULL;
	struct gw_error err;
	enum gw_status status = gw_warehouse_open(checks->config, &warehouse, &err);

	note(checks, _("warehouse"), status, status == GW_OK ? "" : err.text);
	gw_warehouse_close(warehouse);
}

static enum gw_status
take_late_commits(void *arg, const struct gw_table *table, struct gw_error *err)
{
	bool *late_commits = arg;

	(void)err;
	*late_commits = table->late_commits;
	return GW_OK;
}

/* What a cursor does not see and nothing here can find: said before it happens. */
static void
warn_of_losses(struct checks *checks, const char *part, const struct gw_link *link,
	       const struct gw_stream *stream)
{
	bool late_commits = true;
	char detail[640];
	struct gw_error err;

	if (stream->mode == GW_MODE_BULK ||
	    link->connector->discover(link->session, stream->table, take_late_commits,
				      &late_commits, &err) != GW_OK ||
	    late_commits)
		return;
	if (stream->mode == GW_MODE_INCREMENTING)
		(void)snprintf(
			detail, sizeof detail,
			_("warning: %s shows no xmin (it is a view or a foreign table, or the "
			  "account may not read that column): a number committed more than "
			  "10,000 numbers late and every change of an old row are not seen; "
			  "songma reconcile finds them"),
			stream->table);
	else
		(void)snprintf(
			detail, sizeof detail,
			_("warning: %s shows no xmin (it is a view or a foreign table, or the "
			  "account may not read that column): a row committed more than %lld "
			  "min late (overlap), a change that leaves %s as it was, and a later "
			  "row without %s are not seen; songma reconcile finds them"),
			stream->table, (long long)(stream->overlap_us / 60000000),
			stream->cursor[0], stream->cursor[0]);
	note(checks, part, GW_OK, detail);
}

static void
check_stream(struct checks *checks, const struct gw_link *link, const struct gw_stream_plan *plan)
{
	const struct gw_bookmark none = {0};
	struct gw_cursor *cursor = NULL;
	char part[256];
	struct gw_error err;
	enum gw_status status = gw_plan_begin(plan, link, 1, &none, &cursor, &err);

	(void)snprintf(part, sizeof part, "· %s", plan->stream->name);
	note(checks, part, status, status == GW_OK ? plan->stream->table : err.text);
	link->connector->end(cursor);
	if (status == GW_OK)
		warn_of_losses(checks, part, link, plan->stream);
}

static enum gw_status
check_facts(struct checks *checks, const struct gw_link *link, const struct gw_source *source,
	    struct gw_error *err)
{
	const char **tables = calloc(source->nstreams, sizeof *tables);
	struct gw_source_facts facts = {0};
	enum gw_status status;

	if (tables == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < source->nstreams; i++)
		tables[i] = source->streams[i].table;
	status = link->connector->check(link->session, tables, source->nstreams, &facts, err);
	free(tables);
	note(checks, source->name, status, status == GW_OK ? facts.product : err->text);
	if (status == GW_OK && facts.can_write)
		note(checks, source->name, GW_OK,
		     _("warning: this account could write to the source; ask for one with SELECT "
		       "alone"));
	if (status == GW_OK && facts.standby)
		note(checks, source->name, GW_OK,
		     _("this is a replica: what it has not taken over from its primary yet is read "
		       "as soon as it has"));
	if (status == GW_OK && (link->connector->can & GW_CAN_DELETES) == 0)
		note(checks, source->name, GW_OK,
		     _("rows that are deleted there, and the old key of a row whose key changes, "
		       "can't be seen by reading; songma reconcile finds them"));
	return status;
}

static void
check_live(struct checks *checks, const struct gw_source *source, const struct gw_plan *plan)
{
	struct gw_link link = {0};
	struct gw_error err;
	enum gw_status status = gw_link_open(source, &link, &err);

	if (status != GW_OK)
		note(checks, source->name, status, err.text);
	else
		status = check_facts(checks, &link, source, &err);
	for (size_t i = 0; status == GW_OK && i < source->nstreams; i++)
		check_stream(checks, &link, &plan->streams[i]);
	gw_link_close(&link);
}

static void
check_source(struct checks *checks, const char *name, bool offline)
{
	struct gw_source *source = NULL;
	struct gw_plan *plan = NULL;
	struct gw_error err;
	enum gw_status status = gw_source_read(checks->config, name, &source, &err);

	if (status == GW_OK)
		status = gw_plan_make(checks->config, source, &plan, &err);
	if (status != GW_OK || offline)
		note(checks, name, status, status == GW_OK ? source->path : err.text);
	else
		check_live(checks, source, plan);
	gw_plan_free(plan);
	gw_source_free(source);
}

static int
check(struct checks *checks, const struct gw_args *args)
{
	bool offline = gw_args_get(args, "offline") != NULL;
	struct gw_error err;
	char **names = NULL;
	size_t count = 0;

	gw_report_column(checks->report, "part", _("PART"), false);
	gw_report_column(checks->report, "result", _("RESULT"), false);
	gw_report_column(checks->report, "detail", _("DETAIL"), false);
	if (gw_cmd_sources(checks->config, args, &names, &count, &err) != GW_OK)
		return gw_cmd_fail(&err);
	for (size_t i = 0; i < count; i++)
		check_source(checks, names[i], offline);
	gw_names_free(names, count);
	if (!offline) {
		check_registry(checks);
		check_kafka(checks);
		check_warehouse(checks);
	}
	if (gw_report_print(checks->report, stdout, args->json, &err) != GW_OK)
		return gw_cmd_fail(&err);
	return checks->worst;
}

static int
run(const struct gw_args *args)
{
	int code = 0;
	struct gw_config *config = gw_cmd_config(args, &code);
	struct checks checks = {.config = config, .report = gw_report_new()};

	if (config != NULL)
		code = checks.report == NULL ? 1 : check(&checks, args);
	gw_report_free(checks.report);
	gw_config_free(config);
	return code;
}

const struct gw_cmd gw_cmd_check = {
	.name = "check",
	.about =
		N_("prove that configuration, sources, registry, Kafka and warehouse fit together"),
	.arguments = N_("[SOURCE…]"),
	.max_words = 64,
	.options = {{"offline", NULL, N_("files alone: connect to nothing")}},
	.run = run,
};
