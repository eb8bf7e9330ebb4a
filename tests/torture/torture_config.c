/* The configuration, source files, indicators, and what a pull plans from them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"
#include "config/source.h"
#include "indicator/indicator.h"
#include "pull/plan.h"
#include "torture.h"

static enum gw_status
open_config(struct gw_config **out, struct gw_error *err)
{
	char path[128];

	(void)snprintf(path, sizeof path, "%s/songma.yaml", torture_dir);
	return gw_config_read(path, out, err);
}

static enum gw_status
config(struct gw_error *err)
{
	struct gw_config *config = NULL;
	enum gw_status status = open_config(&config, err);

	if (status == GW_OK)
		torture_require(strcmp(config->prefix, "songma") == 0, "the prefix");
	gw_config_free(config);
	return status;
}

static enum gw_status
source(struct gw_error *err)
{
	struct gw_config *config = NULL;
	struct gw_source *source = NULL;
	enum gw_status status = open_config(&config, err);
	char **names = NULL;
	size_t count = 0;

	if (status == GW_OK)
		status = gw_source_list(config, &names, &count, err);
	if (status == GW_OK)
		status = gw_source_read(config, "fuzz", &source, err);
	if (status == GW_OK)
		torture_require(count >= 1 && source->nstreams > 0, "the streams");
	gw_source_free(source);
	gw_names_free(names, count);
	gw_config_free(config);
	return status;
}

static enum gw_status
keys(struct gw_error *err)
{
	struct gw_config *config = NULL;
	enum gw_status status = open_config(&config, err);
	unsigned char key[32];

	if (status == GW_OK)
		status = gw_config_key(config->pseudonym_file, "key", key, sizeof key, err);
	gw_config_free(config);
	return status;
}

static enum gw_status
init(struct gw_error *err)
{
	struct gw_buf report;
	enum gw_status status;
	char dir[128];

	(void)setenv("SONGMA_SHARE", "tests/data/config/share", 1);
	(void)snprintf(dir, sizeof dir, "%s/new", torture_dir);
	gw_buf_init(&report, 1 << 20);
	status = gw_config_init(dir, &report, err);
	/* What is there is kept: a start that was cut off can be made again. */
	if (status == GW_OK)
		torture_require(report.len > 0, "the report");
	gw_buf_release(&report);
	torture_require(torture_remove(dir), "a folder that can be removed");
	(void)unsetenv("SONGMA_SHARE");
	return status;
}

static enum gw_status
plan(struct gw_error *err)
{
	struct gw_config *config = NULL;
	struct gw_source *source = NULL;
	struct gw_plan *plan = NULL;
	enum gw_status status = open_config(&config, err);

	if (status == GW_OK)
		status = gw_source_read(config, "fuzz", &source, err);
	if (status == GW_OK)
		status = gw_plan_make(config, source, &plan, err);
	if (status == GW_OK)
		torture_require(plan->streams[0].mapping != NULL, "the mapping");
	gw_plan_free(plan);
	gw_source_free(source);
	gw_config_free(config);
	return status;
}

static enum gw_status
indicator(struct gw_error *err)
{
	struct gw_indicator *indicator = NULL;
	enum gw_status status = gw_indicator_read("schemas", "EHR", &indicator, err);

	if (status == GW_OK)
		torture_require(indicator->sql != NULL, "the SQL");
	gw_indicator_free(indicator);
	return status;
}

const struct torture_case torture_config[] = {
	{"config", config}, {"source", source},       {"keys", keys}, {"init", init},
	{"plan", plan},     {"indicator", indicator}, {NULL, NULL},
};
