#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avro/registry.h"
#include "base/i18n.h"
#include "base/text.h"
#include "kafka/ping.h"
#include "load/load.h"
#include "load/warehouse.h"
#include "ops/report.h"
#include "setup/fit.h"
#include "setup/page.h"

enum { GRANTS_MAX = 1024 * 1024 };

struct checks {
	const struct gw_config *config;
	struct gw_report *report;
	bool offline, asked_grants;
	struct gw_registry *registry; /* NULL: away, or not asked */
	struct gw_db *warehouse;      /* likewise */
	struct gw_buf grants;         /* what administrators should run */
	int worst;                    /* exit code */
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

/* What streams are held against; one that is away is told once. */
static void
open_registry(struct checks *checks)
{
	struct gw_error err;
	enum gw_status status =
		gw_registry_open(checks->config->registry_url, &checks->registry, &err);

	if (status == GW_OK)
		status = gw_registry_ping(checks->registry, &err);
	note(checks, _("schema registry"), status,
	     status == GW_OK ? checks->config->registry_url : err.text);
	if (status == GW_OK)
		return;
	gw_registry_close(checks->registry);
	checks->registry = NULL;
}

static void
check_kafka(struct checks *checks)
{
	struct gw_error err;
	enum gw_status status = gw_kafka_ping(checks->config, &err);

	note(checks, "Kafka", status, status == GW_OK ? checks->config->brokers : err.text);
}

static void
open_warehouse(struct checks *checks)
{
	struct gw_error err;
	enum gw_status status =
		gw_warehouse_connect(checks->config, "songma check", &checks->warehouse, &err);

	note(checks, _("warehouse"), status, status == GW_OK ? "" : err.text);
}

/* The schema against what other versions of it, and the table made of it, have promised. */
static void
check_schema(struct checks *checks, const char *part, const struct gw_source *source,
	     const struct gw_stream_plan *plan)
{
	enum gw_status status;
	struct gw_error err;
	bool there = false;

	if (checks->registry != NULL) {
		status = gw_fit_registry(checks->config, checks->registry, source, plan->stream,
					 plan->schema, &err);
		if (status != GW_OK)
			note(checks, part, status, err.text);
	}
	if (checks->warehouse == NULL)
		return;
	status = gw_fit_warehouse(checks->warehouse, plan->schema, &there, &err);
	if (status != GW_OK)
		note(checks, part, status, err.text);
	else if (!there)
		note(checks, part, status,
		     _("the warehouse gets a table for it with the first load"));
}

struct losses {
	const char *cursor;
	bool none; /* the cursor sees all there is */
};

static enum gw_status
take_losses(void *arg, const struct gw_table *table, struct gw_error *err)
{
	struct losses *losses = arg;

	(void)err;
	losses->none = table->late_commits;
	for (size_t i = 0; i < table->ncolumns; i++)
		if (table->columns[i].version &&
		    strcmp(table->columns[i].name, losses->cursor) == 0)
			losses->none = true;
	return GW_OK;
}

/* What a cursor does not see and nothing here can find: said before it happens. */
static void
warn_of_losses(struct checks *checks, const char *part, const struct gw_link *link,
	       const struct gw_stream *stream)
{
	struct losses losses = {.cursor = stream->ncursor > 0 ? stream->cursor[0] : ""};
	char detail[640];
	struct gw_error err;

	if (stream->ncursor == 0 ||
	    link->connector->discover(link->session, stream->table, take_losses, &losses, &err) !=
		    GW_OK ||
	    losses.none)
		return;
	if ((link->connector->can & GW_CAN_LATE_COMMITS) == 0 &&
	    stream->mode == GW_MODE_INCREMENTING)
		(void)snprintf(
			detail, sizeof detail, "%s",
			_("warning: only new rows are read: a change of an old row, and a row "
			  "whose number is committed late, are not seen; songma reconcile finds "
			  "them"));
	else if ((link->connector->can & GW_CAN_LATE_COMMITS) == 0)
		(void)snprintf(
			detail, sizeof detail,
			_("warning: this kind of database does not show when a row was "
			  "committed: a row that is committed late, and a change that leaves "
			  "%s as it was, are not seen; songma reconcile finds them"),
			stream->cursor[0]);
	else if (stream->mode == GW_MODE_INCREMENTING)
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
check_stream(struct checks *checks, const struct gw_link *link, const struct gw_source *source,
	     const struct gw_stream_plan *plan)
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
	check_schema(checks, part, source, plan);
}

/* The tables of all streams; the caller frees it. */
static const char **
tables_of(const struct gw_source *source)
{
	const char **tables = calloc(source->nstreams + 1, sizeof *tables);

	for (size_t i = 0; tables != NULL && i < source->nstreams; i++)
		tables[i] = source->streams[i].table;
	return tables;
}

/* As every SQL database takes it; whose account it is, the administrator knows. */
static void
plain_grants(const struct gw_source *source, struct gw_buf *out)
{
	for (size_t i = 0; i < source->nstreams; i++)
		gw_buf_printf(out, "GRANT SELECT ON %s TO %s;\n", source->streams[i].table,
			      _("<account>"));
}

/* What the administrator runs, where the rights are not right or somebody asked. */
static void
add_grants(struct checks *checks, const struct gw_link *link, const struct gw_source *source,
	   bool needed)
{
	const char **tables = tables_of(source);
	struct gw_error err;

	if (tables != NULL && source->folder == NULL && (needed || checks->asked_grants)) {
		gw_buf_printf(&checks->grants, "-- %s (%s)\n", source->name, source->title);
		if (link->connector->grants == NULL)
			plain_grants(source, &checks->grants);
		else if (link->connector->grants(link->session, tables, source->nstreams,
						 &checks->grants, &err) != GW_OK)
			note(checks, source->name, err.status, err.text);
	}
	free(tables);
}

static void
note_facts(struct checks *checks, const struct gw_link *link, const struct gw_source *source,
	   const struct gw_source_facts *facts)
{
	note(checks, source->name, GW_OK, facts->product);
	if (facts->can_write)
		note(checks, source->name, GW_OK,
		     _("warning: this account could write to the source; ask for one with SELECT "
		       "alone, or, where it is a file, for one that it may only read"));
	if (facts->standby)
		note(checks, source->name, GW_OK,
		     _("this is a replica: what it has not taken over from its primary yet is read "
		       "as soon as it has"));
	if ((link->connector->can & GW_CAN_DELETES) == 0)
		note(checks, source->name, GW_OK,
		     _("rows that are deleted there, and the old key of a row whose key changes, "
		       "can't be seen by reading; songma reconcile finds them"));
}

static enum gw_status
read_facts(const struct gw_link *link, const struct gw_source *source, struct gw_source_facts *out,
	   struct gw_error *err)
{
	const char **tables = tables_of(source);
	enum gw_status status;

	if (tables == NULL)
		return gw_fail_memory(err);
	status = link->connector->check(link->session, tables, source->nstreams, out, err);
	free(tables);
	return status;
}

static void
check_live(struct checks *checks, const struct gw_source *source, const struct gw_plan *plan)
{
	struct gw_source_facts facts = {0};
	struct gw_link link = {0};
	struct gw_error err;
	enum gw_status status = gw_link_open(source, &link, &err);
	bool open = status == GW_OK;

	if (open)
		status = read_facts(&link, source, &facts, &err);
	if (status == GW_OK)
		note_facts(checks, &link, source, &facts);
	else
		note(checks, source->name, status, err.text);
	for (size_t i = 0; status == GW_OK && i < source->nstreams; i++)
		check_stream(checks, &link, source, &plan->streams[i]);
	if (open)
		add_grants(checks, &link, source,
			   facts.can_write || (status == GW_CONFIG && source->nstreams > 0));
	gw_link_close(&link);
}

static enum gw_status
read_plan(const struct checks *checks, const char *name, struct gw_source **source,
	  struct gw_plan **plan, struct gw_error *err)
{
	if (gw_source_read_bare(checks->config, name, source, err) != GW_OK)
		return err->status;
	if ((*source)->nstreams == 0)
		return gw_place_fail(
			&(*source)->at, err,
			_("the source has no stream yet: songma discover %s lists its tables, "
			  "songma draft %s TABLE --write adds one"),
			name, name);
	return gw_plan_make(checks->config, *source, plan, err);
}

static void
check_source(struct checks *checks, const char *name)
{
	struct gw_source *source = NULL;
	struct gw_plan *plan = NULL;
	struct gw_error err;
	enum gw_status status = read_plan(checks, name, &source, &plan, &err);

	if (status != GW_OK || checks->offline || plan == NULL)
		note(checks, name, status, status == GW_OK ? source->path : err.text);
	else
		check_live(checks, source, plan);
	gw_plan_free(plan);
	gw_source_free(source);
}

static enum gw_status
fill_page(const struct gw_source *source, struct gw_page *page, struct gw_catalogue *tables,
	  struct gw_source_facts *facts, struct gw_error *err)
{
	struct gw_link link = {0};
	enum gw_status status = gw_link_open(source, &link, err);

	if (status == GW_OK)
		status = read_facts(&link, source, facts, err);
	if (status == GW_OK)
		status = gw_catalogue_read(&link, NULL, tables, err);
	gw_link_close(&link);
	page->tables = tables;
	page->facts = facts;
	return status;
}

/* The page for the director on standard output, and nothing else. */
static enum gw_status
print_page(const struct checks *checks, const char *name, struct gw_error *err)
{
	struct gw_page page = {.now_us = gw_now_us()};
	struct gw_catalogue tables = {.count = 0};
	struct gw_source_facts facts = {0};
	struct gw_source *source = NULL;
	struct gw_plan *plan = NULL;
	struct gw_buf text;
	enum gw_status status = read_plan(checks, name, &source, &plan, err);

	gw_buf_init(&text, GW_PAGE_MAX);
	page.plan = plan;
	if (status == GW_OK && !checks->offline)
		status = fill_page(source, &page, &tables, &facts, err);
	if (status == GW_OK)
		status = gw_page_make(&page, &text, err);
	if (status == GW_OK && fwrite(text.data, 1, text.len, stdout) != text.len)
		status = gw_fail(err, GW_FATAL, "%s", _("the page can't be written"));
	gw_buf_release(&text);
	gw_catalogue_release(&tables);
	gw_plan_free(plan);
	gw_source_free(source);
	return status;
}

static int
check_all(struct checks *checks, const struct gw_args *args)
{
	struct gw_error err;
	char **names = NULL;
	size_t count = 0;

	gw_report_column(checks->report, "part", _("PART"), false);
	gw_report_column(checks->report, "result", _("RESULT"), false);
	gw_report_column(checks->report, "detail", _("DETAIL"), false);
	if (gw_cmd_sources(checks->config, args, &names, &count, &err) != GW_OK)
		return gw_cmd_fail(&err);
	if (!checks->offline) {
		open_registry(checks);
		check_kafka(checks);
		open_warehouse(checks);
	}
	for (size_t i = 0; i < count; i++)
		check_source(checks, names[i]);
	gw_names_free(names, count);
	if (gw_report_print(checks->report, stdout, args->json, &err) != GW_OK)
		return gw_cmd_fail(&err);
	if (checks->grants.len > 0 && !args->json)
		(void)printf(_("\nFor the administrators of the sources:\n%s"),
			     checks->grants.data);
	/* Behind the report also where both go to one file. */
	(void)fflush(stdout);
	if (checks->worst == 0 && !checks->offline && args->nwords == 1 && !args->json)
		(void)fprintf(stderr,
			      _("Next: songma sync %s reads and loads what there is now; songma "
				"serve does so by itself from then on.\n"),
			      args->words[0]);
	return checks->worst;
}

static int
check(struct checks *checks, const struct gw_args *args)
{
	struct gw_error err;

	if (gw_args_get(args, "report") == NULL)
		return check_all(checks, args);
	if (args->nwords != 1)
		(void)gw_fail(&err, GW_CONFIG, "%s",
			      _("--report is for one source: songma check SOURCE --report > "
				"page.html"));
	else if (print_page(checks, args->words[0], &err) == GW_OK)
		return 0;
	return gw_cmd_fail(&err);
}

static int
run(const struct gw_args *args)
{
	int code = 0;
	struct gw_config *config = gw_cmd_config(args, &code);
	struct checks checks = {
		.config = config,
		.report = gw_report_new(),
		.offline = gw_args_get(args, "offline") != NULL,
		.asked_grants = gw_args_get(args, "grants") != NULL,
	};

	gw_buf_init(&checks.grants, GRANTS_MAX);
	if (config != NULL)
		code = checks.report == NULL ? 1 : check(&checks, args);
	gw_buf_release(&checks.grants);
	gw_registry_close(checks.registry);
	gw_db_close(checks.warehouse);
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
	.details = N_("Prints the statements for a source's administrator where its rights are not "
		      "as they should be."),
	.options =
		{{"offline", NULL, N_("files alone: connect to nothing")},
		 {"grants", NULL, N_("print the statements for the administrators in any case")},
		 {"report", NULL,
		  N_("the page for the director (HTML, Vietnamese): what leaves, as what, why")}},
	.run = run,
};
