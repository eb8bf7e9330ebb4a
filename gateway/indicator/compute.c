#include "indicator/indicator.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"

enum { ROWS_MAX = 100000 };

#define QUERY_TIMEOUT_US (INT64_C(300) * 1000000)

struct taking {
	struct gw_indicator_result *result;
	size_t cap;
};

static bool
take_number(const char *text, int64_t *out)
{
	return text != NULL && gw_parse_i64(text, strlen(text), out) && *out >= 0;
}

static struct gw_indicator_row *
next_row(struct taking *taking)
{
	struct gw_indicator_result *result = taking->result;

	if (result->nrows == taking->cap) {
		size_t cap = taking->cap == 0 ? 256 : 2 * taking->cap;
		struct gw_indicator_row *rows = realloc(result->rows, cap * sizeof *rows);

		if (rows == NULL)
			return NULL;
		result->rows = rows;
		taking->cap = cap;
	}
	result->rows[result->nrows] = (struct gw_indicator_row){0};
	return &result->rows[result->nrows++];
}

static enum gw_status
take_counts(const char *const *values, struct gw_indicator_row *row, struct gw_error *err)
{
	int64_t *const counts[] = {&row->denominator, &row->fresh, &row->stale, &row->without};

	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
		if (!take_number(values[i], counts[i]))
			return gw_fail(err, GW_FATAL, _("unit %s: a count is missing or negative"),
				       row->unit_code);
	if (row->fresh + row->stale + row->without != row->denominator)
		return gw_fail(err, GW_FATAL,
			       _("unit %s: fresh + stale + without is not the number of residents"),
			       row->unit_code);
	return GW_OK;
}

static enum gw_status
take_row(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	struct taking *taking = arg;
	struct gw_indicator_row *row;

	if (count != 6 || values[0] == NULL || strlen(values[0]) >= sizeof row->unit_code)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("the indicator's SQL must give unit_code, unit_name, denominator, "
				 "fresh, stale, without"));
	if (taking->result->nrows == ROWS_MAX)
		return gw_fail(err, GW_CONFIG, _("the indicator's SQL gives more than %d units"),
			       ROWS_MAX);
	row = next_row(taking);
	if (row == NULL)
		return gw_fail_memory(err);
	memcpy(row->unit_code, values[0], strlen(values[0]) + 1);
	row->unit_name = strdup(values[1] != NULL ? values[1] : values[0]);
	if (row->unit_name == NULL)
		return gw_fail_memory(err);
	return take_counts(values + 2, row, err);
}

static enum gw_status
take_count(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	if (count != 1 || !take_number(values[0], arg))
		return gw_fail(err, GW_CONFIG, _("a count apart must give one number"));
	return GW_OK;
}

static enum gw_status
take_text(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	char **text = arg;

	if (count == 1 && values[0] != NULL)
		*text = strdup(values[0]);
	return *text != NULL ? GW_OK : gw_fail_memory(err);
}

static const char runs_sql[] =
	"select coalesce(jsonb_object_agg(source || '.' || stream, id), '{}')::text from ("
	"select distinct on (source, stream) source, stream, id from ops.run "
	"where ended_at is not null order by source, stream, ended_at desc) r";

/* All of it in one snapshot, so that the counts belong together. */
static enum gw_status
run_all(struct gw_warehouse *warehouse, const struct gw_indicator *indicator,
	struct gw_indicator_result *result, struct gw_error *err)
{
	struct taking taking = {.result = result};
	char months[24];
	const char *params[] = {result->as_of, months};
	enum gw_status status;

	(void)snprintf(months, sizeof months, "%lld", (long long)result->months);
	status = gw_warehouse_query(warehouse, indicator->sql, params, 2, QUERY_TIMEOUT_US,
				    take_row, &taking, err);
	for (size_t i = 0; status == GW_OK && i < indicator->naparts; i++) {
		status = gw_warehouse_query(warehouse, indicator->apart[i].sql, params, 2,
					    QUERY_TIMEOUT_US, take_count, &result->apart[i], err);
		if (status != GW_OK)
			(void)gw_wrap(err, "%s", indicator->apart[i].code);
	}
	if (status == GW_OK)
		status = gw_warehouse_query(warehouse, runs_sql, NULL, 0, QUERY_TIMEOUT_US,
					    take_text, &result->runs, err);
	return status;
}

enum gw_status
gw_indicator_compute(struct gw_warehouse *warehouse, const struct gw_indicator *indicator,
		     const char *as_of, int64_t months, struct gw_indicator_result **out,
		     struct gw_error *err)
{
	struct gw_indicator_result *result = calloc(1, sizeof *result);
	enum gw_status status;

	if (result == NULL)
		return gw_fail_memory(err);
	(void)snprintf(result->as_of, sizeof result->as_of, "%s", as_of);
	result->months = months;
	result->computed_us = gw_now_us();
	result->apart = calloc(indicator->naparts + 1, sizeof *result->apart);
	status = result->apart == NULL ? gw_fail_memory(err) : gw_warehouse_begin(warehouse, err);
	if (status == GW_OK) {
		status = run_all(warehouse, indicator, result, err);
		gw_warehouse_end(warehouse);
	}
	if (status != GW_OK) {
		gw_indicator_result_free(result);
		return gw_wrap(err, _("indicator %s"), indicator->code);
	}
	*out = result;
	return GW_OK;
}

void
gw_indicator_result_free(struct gw_indicator_result *result)
{
	if (result == NULL)
		return;
	for (size_t i = 0; i < result->nrows; i++)
		free(result->rows[i].unit_name);
	free(result->rows);
	free(result->apart);
	free(result->runs);
	free(result);
}

void
gw_indicator_percent(int64_t numerator, int64_t denominator, char mark, char *out, size_t size)
{
	/* Hundredths of a per cent, rounded half up; counts of people are far from overflow. */
	int64_t hundredths = (numerator * 20000 + denominator) / (2 * denominator);

	(void)snprintf(out, size, "%lld%c%02lld", (long long)(hundredths / 100), mark,
		       (long long)(hundredths % 100));
}

/* "97.5" to 9750: hundredths of a per cent. */
static int64_t
target_hundredths(const char *target)
{
	const char *dot = strchr(target, '.');
	int64_t whole = 0, part = 0;
	size_t digits = dot == NULL ? 0 : strlen(dot + 1);

	(void)gw_parse_i64(target, dot == NULL ? strlen(target) : (size_t)(dot - target), &whole);
	if (digits > 0)
		(void)gw_parse_i64(dot + 1, digits, &part);
	return whole * 100 + (digits == 1 ? part * 10 : part);
}

int64_t
gw_indicator_shortfall(const struct gw_indicator_row *row, const char *target)
{
	/* The fewest people whose share reaches the target exactly, not its rounding. */
	int64_t needed = (row->denominator * target_hundredths(target) + 9999) / 10000;

	return row->fresh >= needed ? 0 : needed - row->fresh;
}
