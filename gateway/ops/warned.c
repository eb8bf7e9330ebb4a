#include "ops/warned.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

enum { QUERY_TIMEOUT_US = 10 * 1000000 };

/* Runs that found nothing are many, and say nothing of the rows before them. */
static const char sql[] =
	"select s.stream, r.warned, r.id from (select distinct stream from ops.stream where source "
	"= $1) s cross join lateral (select id, warned from ops.run where source = $1 and stream = "
	"s.stream and read > 0 order by started_at desc limit 1) r where r.warned > 0 order by 1";

static enum gw_status
take(void *arg, const char *const *values, size_t count, struct gw_error *err)
{
	json_t *list = arg;
	int64_t rows = 0;

	if (count < 3 || values[1] == NULL || !gw_parse_i64(values[1], strlen(values[1]), &rows))
		return GW_OK;
	return json_array_append_new(list, json_pack("{s:s, s:I, s:s}", "stream", values[0], "rows",
						     (json_int_t)rows, "run", values[2])) == 0
		       ? GW_OK
		       : gw_fail_memory(err);
}

enum gw_status
gw_warned_read(struct gw_warehouse *warehouse, const char *source, json_t **out,
	       struct gw_error *err)
{
	json_t *list = json_array();
	enum gw_status status;

	if (list == NULL)
		return gw_fail_memory(err);
	status = gw_warehouse_query(warehouse, sql, &source, 1, QUERY_TIMEOUT_US, take, list, err);
	if (status != GW_OK && strcmp(err->sqlstate, "42703") != 0 &&
	    strcmp(err->sqlstate, "42P01") != 0) {
		json_decref(list);
		return status;
	}
	*out = list;
	return GW_OK;
}

void
gw_warned_lines(const json_t *list, const char *title, struct gw_buf *out)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);

		(void)gw_buf_printf(
			out, _("%s: warnings in the latest run of %s: %lld → songma runs %s\n"),
			title, json_string_value(json_object_get(one, "stream")),
			(long long)json_integer_value(json_object_get(one, "rows")),
			json_string_value(json_object_get(one, "run")));
	}
}
