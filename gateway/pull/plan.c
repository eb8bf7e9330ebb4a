#include "pull/plan.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/i18n.h"

enum { CONNECTION_MAX = 8192 };

static enum gw_status
plan_stream(const struct gw_config *config, struct gw_plan *plan, size_t i, struct gw_error *err)
{
	struct gw_stream_plan *part = &plan->streams[i];

	part->stream = &plan->source->streams[i];
	if (gw_schema_read(config->schemas_dir, part->stream->schema, &part->schema, err) != GW_OK)
		return err->status != GW_CONFIG
			       ? err->status
			       : gw_place_fail(&part->stream->schema_at, err, "%s", err->text);
	return gw_mapping_compile(plan->source, part->stream, part->schema, plan->codes, &plan->key,
				  &part->mapping, err);
}

/* Only what a person can mend in its files is the stream's own trouble. */
static enum gw_status
try_stream(const struct gw_config *config, struct gw_plan *plan, size_t i, struct gw_error *err)
{
	struct gw_error *wrong = &plan->streams[i].wrong;
	enum gw_status status = plan_stream(config, plan, i, wrong);

	if (status == GW_OK)
		*wrong = (struct gw_error){.status = GW_OK};
	if (status == GW_OK || status == GW_CONFIG || status == GW_REJECT)
		return GW_OK;
	*err = *wrong;
	return status;
}

enum gw_status
gw_plan_try(const struct gw_config *config, const struct gw_source *source, struct gw_plan **out,
	    struct gw_error *err)
{
	struct gw_plan *plan = calloc(1, sizeof *plan);
	enum gw_status status;

	if (plan == NULL)
		return gw_fail_memory(err);
	plan->source = source;
	plan->streams = calloc(source->nstreams, sizeof *plan->streams);
	status = plan->streams == NULL ? gw_fail_memory(err) : GW_OK;
	if (status == GW_OK)
		status = gw_config_key(config->pseudonym_file, _("pseudonym key"), plan->key.secret,
				       sizeof plan->key.secret, err);
	if (status == GW_OK)
		status = gw_codes_read(config->schemas_dir, &plan->codes, err);
	for (size_t i = 0; status == GW_OK && i < source->nstreams; i++)
		status = try_stream(config, plan, i, err);
	if (status != GW_OK) {
		gw_plan_free(plan);
		return status;
	}
	gw_pseudonym_key_id(&plan->key, plan->key_id);
	*out = plan;
	return GW_OK;
}

enum gw_status
gw_plan_make(const struct gw_config *config, const struct gw_source *source, struct gw_plan **out,
	     struct gw_error *err)
{
	struct gw_plan *plan = NULL;
	enum gw_status status = gw_plan_try(config, source, &plan, err);

	for (size_t i = 0; status == GW_OK && plan != NULL && i < source->nstreams; i++)
		if (plan->streams[i].wrong.status != GW_OK) {
			*err = plan->streams[i].wrong;
			status = err->status;
		}
	if (status != GW_OK) {
		gw_plan_free(plan);
		return status;
	}
	*out = plan;
	return GW_OK;
}

void
gw_plan_free(struct gw_plan *plan)
{
	if (plan == NULL)
		return;
	for (size_t i = 0; plan->streams != NULL && i < plan->source->nstreams; i++) {
		gw_mapping_free(plan->streams[i].mapping);
		gw_schema_free(plan->streams[i].schema);
	}
	free(plan->streams);
	gw_codes_free(plan->codes);
	sodium_memzero(&plan->key, sizeof plan->key);
	free(plan);
}

enum gw_status
gw_link_open(const struct gw_source *source, struct gw_link *out, struct gw_error *err)
{
	struct gw_buf secret;
	struct gw_link link = {0};
	struct gw_settings settings = {.source = source,
				       .time_zone = source->time_zone,
				       .statement_timeout_us = source->statement_timeout_us};
	enum gw_status status = gw_connector_find(source->connector, &link.connector, err);

	if (status != GW_OK)
		return gw_place_fail(&source->at, err, "%s", err->text);
	gw_buf_init(&secret, CONNECTION_MAX);
	if (source->folder != NULL)
		status = gw_buf_puts(&secret, source->folder) ? GW_OK : gw_fail_memory(err);
	else
		status = gw_config_secret(source->connection_file, source->connection_env,
					  _("source connection"), &secret, err);
	if (status == GW_OK) {
		settings.connection = secret.data;
		status = link.connector->open(&settings, &link.session, err);
	}
	if (secret.data != NULL)
		sodium_memzero(secret.data, secret.cap);
	gw_buf_release(&secret);
	if (status != GW_OK)
		return gw_wrap(err, _("source %s"), source->name);
	*out = link;
	return GW_OK;
}

void
gw_link_close(struct gw_link *link)
{
	if (link->session != NULL)
		link->connector->close(link->session);
	link->session = NULL;
}

enum gw_status
gw_plan_begin_as(const struct gw_stream_plan *plan, const struct gw_link *link,
		 struct gw_request *request, const struct gw_bookmark *since,
		 struct gw_cursor **out, struct gw_error *err)
{
	struct gw_cursor *cursor = NULL;
	const char *const *key;
	size_t nkey;
	enum gw_status status;

	if (request->columns == NULL)
		request->columns = gw_mapping_columns(plan->mapping, &request->ncolumns);
	status = link->connector->begin(link->session, request, since, &cursor, err);
	if (status == GW_OK)
		status = link->connector->key_columns(cursor, &key, &nkey, err);
	if (status == GW_OK)
		status = gw_mapping_set_key(plan->mapping, key, nkey, err);
	if (status != GW_OK) {
		link->connector->end(cursor);
		return status;
	}
	*out = cursor;
	return GW_OK;
}

enum gw_status
gw_plan_begin(const struct gw_stream_plan *plan, const struct gw_link *link, size_t max_rows,
	      const struct gw_bookmark *since, struct gw_cursor **out, struct gw_error *err)
{
	struct gw_request request = {.stream = plan->stream, .max_rows = max_rows};

	return gw_plan_begin_as(plan, link, &request, since, out, err);
}
