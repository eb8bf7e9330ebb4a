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

/* Sums over whole tables: what a planner does for a few rows out of many is of no use here. */
static const char settings_sql[] =
	"select set_config('work_mem', '128MB', true), set_config('jit', 'off', true), "
	"set_config('enable_mergejoin', 'off', true)";

static enum gw_status
take_nothing(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	(void)arg;
	(void)values;
	(void)count;
	(void)err;
	return GW_OK;
}

/* The parameters of every statement: as_of, then the values as text. */
struct asking {
	const char *params[1 + GW_INDICATOR_PARAMETERS];
	char texts[GW_INDICATOR_PARAMETERS][24];
	size_t count;
};

static void
ask_with(const struct gw_indicator *indicator, const struct gw_indicator_result *result,
	 struct asking *asking)
{
	asking->params[0] = result->as_of;
	asking->count = 1 + indicator->nparameters;
	for (size_t i = 0; i < indicator->nparameters; i++) {
		(void)snprintf(asking->texts[i], sizeof asking->texts[i], "%lld",
			       (long long)result->values[i]);
		asking->params[1 + i] = asking->texts[i];
	}
}

static enum gw_status
run_rows(struct gw_warehouse *warehouse, const struct gw_indicator *indicator,
	 struct gw_indicator_result *result, struct gw_error *err)
{
	struct taking taking = {.result = result};
	struct asking asking;

	ask_with(indicator, result, &asking);
	return gw_warehouse_query(warehouse, indicator->sql, asking.params, asking.count,
				  QUERY_TIMEOUT_US, take_row, &taking, err);
}

static enum gw_status
run_apart(struct gw_warehouse *warehouse, const struct gw_indicator *indicator,
	  struct gw_indicator_result *result, struct gw_error *err)
{
	struct asking asking;

	ask_with(indicator, result, &asking);
	for (size_t i = 0; i < indicator->naparts; i++)
		if (gw_warehouse_query(warehouse, indicator->apart[i].sql, asking.params,
				       asking.count, QUERY_TIMEOUT_US, take_count,
				       &result->apart[i], err) != GW_OK)
			return gw_wrap(err, "%s", indicator->apart[i].code);
	return gw_warehouse_query(warehouse, runs_sql, NULL, 0, QUERY_TIMEOUT_US, take_text,
				  &result->runs, err);
}

/* All that follows until gw_warehouse_end is in one snapshot, so that the counts belong together.
 */
static enum gw_status
begin(struct gw_warehouse *warehouse, struct gw_error *err)
{
	if (gw_warehouse_begin(warehouse, err) != GW_OK)
		return err->status;
	return gw_warehouse_query(warehouse, settings_sql, NULL, 0, QUERY_TIMEOUT_US, take_nothing,
				  NULL, err);
}

static struct gw_indicator_result *
new_result(const struct gw_indicator *indicator, const char *as_of,
	   const int64_t values[GW_INDICATOR_PARAMETERS])
{
	struct gw_indicator_result *result = calloc(1, sizeof *result);

	if (result == NULL)
		return NULL;
	(void)snprintf(result->as_of, sizeof result->as_of, "%s", as_of);
	memcpy(result->values, values, indicator->nparameters * sizeof *values);
	result->computed_us = gw_now_us();
	result->apart = calloc(indicator->naparts + 1, sizeof *result->apart);
	if (result->apart != NULL)
		return result;
	free(result);
	return NULL;
}

enum gw_status
gw_indicator_compute(struct gw_warehouse *warehouse, const struct gw_indicator *indicator,
		     const char *as_of, const int64_t values[GW_INDICATOR_PARAMETERS],
		     struct gw_indicator_result **out, struct gw_error *err)
{
	struct gw_indicator_result *result = new_result(indicator, as_of, values);
	enum gw_status status;

	if (result == NULL)
		return gw_fail_memory(err);
	status = begin(warehouse, err);
	if (status == GW_OK)
		status = run_rows(warehouse, indicator, result, err);
	if (status == GW_OK)
		status = run_apart(warehouse, indicator, result, err);
	gw_warehouse_end(warehouse);
	if (status != GW_OK) {
		gw_indicator_result_free(result);
		return gw_wrap(err, _("indicator %s"), indicator->code);
	}
	*out = result;
	return GW_OK;
}

static enum gw_status
sum_variant(struct gw_warehouse *warehouse, const struct gw_indicator *indicator,
	    struct gw_indicator_result *result, struct gw_indicator_row *total,
	    struct gw_error *err)
{
	if (result == NULL)
		return gw_fail_memory(err);
	if (run_rows(warehouse, indicator, result, err) != GW_OK)
		return err->status;
	*total = gw_indicator_total(result);
	return GW_OK;
}

enum gw_status /* NOLINTNEXTLINE(readability-function-size): each is a part of what is asked */
gw_indicator_compare(struct gw_warehouse *warehouse, const struct gw_indicator *indicator,
		     const char *as_of, const int64_t base[GW_INDICATOR_PARAMETERS],
		     struct gw_indicator_row *totals, struct gw_error *err)
{
	enum gw_status status = begin(warehouse, err);

	for (size_t v = 0; status == GW_OK && v < indicator->nvariants; v++) {
		const struct gw_indicator_variant *variant = &indicator->variants[v];
		int64_t values[GW_INDICATOR_PARAMETERS] = {0};
		struct gw_indicator_result *result;

		for (size_t i = 0; i < indicator->nparameters; i++)
			values[i] = variant->named[i] ? variant->values[i] : base[i];
		result = new_result(indicator, as_of, values);
		status = sum_variant(warehouse, indicator, result, &totals[v], err);
		gw_indicator_result_free(result);
	}
	gw_warehouse_end(warehouse);
	return status == GW_OK ? GW_OK : gw_wrap(err, _("indicator %s"), indicator->code);
}

struct gw_indicator_row
gw_indicator_total(const struct gw_indicator_result *result)
{
	struct gw_indicator_row total = {.unit_code = ""};

	for (size_t i = 0; i < result->nrows; i++) {
		total.denominator += result->rows[i].denominator;
		total.fresh += result->rows[i].fresh;
		total.stale += result->rows[i].stale;
		total.without += result->rows[i].without;
	}
	return total;
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
