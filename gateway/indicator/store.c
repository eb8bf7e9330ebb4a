#include "indicator/indicator.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

#define QUERY_TIMEOUT_US (INT64_C(30) * 1000000)

static json_t *
rows_to_json(const struct gw_indicator_result *result)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < result->nrows; i++) {
		const struct gw_indicator_row *row = &result->rows[i];

		json_array_append_new(rows, json_pack("{ss ss sI sI sI sI}", "unit", row->unit_code,
						      "name", row->unit_name, "denominator",
						      (json_int_t)row->denominator, "fresh",
						      (json_int_t)row->fresh, "stale",
						      (json_int_t)row->stale, "without",
						      (json_int_t)row->without));
	}
	return rows;
}

static json_t *
apart_to_json(const struct gw_indicator *indicator, const struct gw_indicator_result *result)
{
	json_t *apart = json_object();

	for (size_t i = 0; i < indicator->naparts; i++)
		json_object_set_new(apart, indicator->apart[i].code,
				    json_integer((json_int_t)result->apart[i]));
	return apart;
}

/* as_of and the values by their names. */
static json_t *
parameters_to_json(const struct gw_indicator *indicator, const struct gw_indicator_result *result)
{
	json_t *parameters = json_pack("{ss}", "as_of", result->as_of);

	for (size_t i = 0; i < indicator->nparameters; i++)
		(void)json_object_set_new(parameters, indicator->parameters[i].name,
					  json_integer((json_int_t)result->values[i]));
	return parameters;
}

/* SHA-256 of all SQL that was run, in hex. */
static void
hash_definition(const struct gw_indicator *indicator, char out[2 * crypto_hash_sha256_BYTES + 1])
{
	crypto_hash_sha256_state state;
	unsigned char hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, (const unsigned char *)indicator->sql,
				  strlen(indicator->sql) + 1);
	for (size_t i = 0; i < indicator->naparts; i++)
		crypto_hash_sha256_update(&state, (const unsigned char *)indicator->apart[i].sql,
					  strlen(indicator->apart[i].sql) + 1);
	crypto_hash_sha256_final(&state, hash);
	gw_hex_encode(hash, sizeof hash, out);
}

enum gw_status
gw_indicator_store(struct gw_warehouse *warehouse, const struct gw_indicator *indicator,
		   const struct gw_indicator_result *result, struct gw_error *err)
{
	char version[24], definition[2 * crypto_hash_sha256_BYTES + 1], time[GW_TIME_TEXT];
	json_t *rows = rows_to_json(result), *apart = apart_to_json(indicator, result),
	       *parameters = parameters_to_json(indicator, result);
	char *rows_text = json_dumps(rows, JSON_COMPACT);
	char *apart_text = json_dumps(apart, JSON_COMPACT);
	char *parameters_text = json_dumps(parameters, JSON_COMPACT);
	const char *params[] = {indicator->code, version,   parameters_text, definition, time,
				result->runs,    rows_text, apart_text};
	enum gw_status status = GW_OK;

	(void)snprintf(version, sizeof version, "%lld", (long long)indicator->version);
	hash_definition(indicator, definition);
	gw_timestamp_format(result->computed_us, time);
	if (rows_text == NULL || apart_text == NULL || parameters_text == NULL)
		status = gw_fail_memory(err);
	if (status == GW_OK)
		status = gw_warehouse_write(
			warehouse,
			"insert into ind.result (code, version, parameters, definition, "
			"computed_at, runs, rows, apart) values ($1, $2::bigint, $3::jsonb, $4, "
			"$5::timestamptz, $6::jsonb, $7::jsonb, $8::jsonb)",
			params, sizeof params / sizeof params[0], err);
	free(rows_text);
	free(apart_text);
	free(parameters_text);
	json_decref(rows);
	json_decref(apart);
	json_decref(parameters);
	return status;
}

struct latest {
	const struct gw_indicator *indicator;
	struct gw_indicator_result *result;
};

static enum gw_status
rows_from_json(const json_t *rows, struct gw_indicator_result *result, struct gw_error *err)
{
	result->rows = calloc(json_array_size(rows) + 1, sizeof *result->rows);
	if (result->rows == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		struct gw_indicator_row *row = &result->rows[i];
		const char *unit, *name;
		json_int_t denominator, fresh, stale, without;

		if (json_unpack(json_array_get(rows, i), "{ss ss sI sI sI sI}", "unit", &unit,
				"name", &name, "denominator", &denominator, "fresh", &fresh,
				"stale", &stale, "without", &without) != 0)
			return gw_fail(err, GW_FATAL, "%s", _("ind.result holds no rows of ours"));
		result->nrows = i + 1;
		(void)snprintf(row->unit_code, sizeof row->unit_code, "%s", unit);
		row->unit_name = strdup(name);
		if (row->unit_name == NULL)
			return gw_fail_memory(err);
		row->denominator = denominator;
		row->fresh = fresh;
		row->stale = stale;
		row->without = without;
	}
	return GW_OK;
}

struct parts {
	json_t *parameters, *rows, *apart;
};

static enum gw_status
take_parts(const struct parts *parts, const struct gw_indicator *indicator,
	   struct gw_indicator_result *result, struct gw_error *err)
{
	const char *as_of = json_string_value(json_object_get(parts->parameters, "as_of"));

	if (as_of == NULL || parts->rows == NULL || parts->apart == NULL)
		return gw_fail(err, GW_FATAL, "%s", _("ind.result holds no rows of ours"));
	(void)snprintf(result->as_of, sizeof result->as_of, "%s", as_of);
	for (size_t i = 0; i < indicator->nparameters; i++)
		result->values[i] = json_integer_value(
			json_object_get(parts->parameters, indicator->parameters[i].name));
	for (size_t i = 0; i < indicator->naparts; i++)
		result->apart[i] =
			json_integer_value(json_object_get(parts->apart, indicator->apart[i].code));
	return rows_from_json(parts->rows, result, err);
}

/* values: parameters, computed (µs), rows, apart. */
static enum gw_status
take_latest(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct latest *latest = arg;
	struct gw_indicator_result *result = calloc(1, sizeof *result);
	struct parts parts;
	enum gw_status status;

	latest->result = result;
	if (result == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < count; i++)
		if (values[i] == NULL)
			return gw_fail(err, GW_FATAL, "%s", _("ind.result holds no rows of ours"));
	result->apart = calloc(latest->indicator->naparts + 1, sizeof *result->apart);
	if (result->apart == NULL)
		return gw_fail_memory(err);
	if (!gw_parse_i64(values[1], strlen(values[1]), &result->computed_us))
		return gw_fail(err, GW_FATAL, "%s", _("ind.result holds no rows of ours"));
	parts = (struct parts){.parameters = json_loads(values[0], 0, NULL),
			       .rows = json_loads(values[2], 0, NULL),
			       .apart = json_loads(values[3], 0, NULL)};
	status = take_parts(&parts, latest->indicator, result, err);
	json_decref(parts.parameters);
	json_decref(parts.rows);
	json_decref(parts.apart);
	return status;
}

enum gw_status
gw_indicator_latest(struct gw_warehouse *warehouse, const struct gw_indicator *indicator,
		    struct gw_indicator_result **out, struct gw_error *err)
{
	struct latest latest = {.indicator = indicator};
	char version[24];
	const char *params[] = {indicator->code, version};
	enum gw_status status;

	(void)snprintf(version, sizeof version, "%lld", (long long)indicator->version);
	status = gw_warehouse_query(
		warehouse,
		"select parameters, (extract(epoch from computed_at) * 1000000)::bigint, rows, "
		"apart from ind.result where code = $1 and version = $2::bigint "
		"order by computed_at desc, id desc limit 1",
		params, 2, QUERY_TIMEOUT_US, take_latest, &latest, err);
	if (status == GW_OK && latest.result == NULL)
		status = gw_fail(err, GW_CONFIG,
				 _("indicator %s, version %lld, has not been computed yet; run: "
				   "songma indicator compute %s"),
				 indicator->code, (long long)indicator->version, indicator->code);
	if (status != GW_OK) {
		gw_indicator_result_free(latest.result);
		return status;
	}
	*out = latest.result;
	return GW_OK;
}
