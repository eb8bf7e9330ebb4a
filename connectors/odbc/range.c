/*
 * Parts of a stream that somebody named: rows of a range, and places to read
 * on from.  The texts are a person's and may be anything, or the key of a
 * person: they are proved here, and stand in no message.
 */
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "odbc/cursor.h"
#include "odbc/decode.h"
#include "table/refuse.h"

static enum gw_status
fail_value(const struct gw_cursor *cursor, const struct gw_odbc_field *field, struct gw_error *err)
{
	return gw_table_fail_value(cursor->plan.shown, field->name, field->type->name, err);
}

/* As people there write it: times by the clock of the source's time zone. */
static enum gw_status
keep_value(const struct gw_cursor *cursor, const struct gw_odbc_field *field, const char *text,
	   struct gw_values *out, struct gw_error *err)
{
	enum gw_status status = GW_OK;
	struct gw_buf param;

	gw_buf_init(&param, GW_BOOKMARK_MAX);
	if (!gw_utf8_valid(text, strlen(text)) ||
	    !gw_odbc_param_text(field->type->form, cursor->session->zone, text, true, &param))
		status = fail_value(cursor, field, err);
	else if (!gw_values_add(out, param.data == NULL ? "" : param.data, param.len))
		status = gw_bookmark_fail_long(err);
	gw_buf_release(&param);
	return status;
}

enum gw_status
gw_odbc_range_open(struct gw_cursor *cursor, const struct gw_span *range, struct gw_error *err)
{
	const char *limits[] = {range->from, range->to};

	gw_values_clear(&cursor->limits);
	if (gw_odbc_plan_range(&cursor->table, &cursor->arena, range->column, &cursor->plan, err) !=
	    GW_OK)
		return err->status;
	cursor->plan.range.from = range->from != NULL;
	cursor->plan.range.to = range->to != NULL;
	for (size_t i = 0; i < 2; i++)
		if (limits[i] != NULL &&
		    keep_value(cursor, &cursor->plan.fields[cursor->plan.range.field], limits[i],
			       &cursor->limits, err) != GW_OK)
			return err->status;
	return GW_OK;
}

static enum gw_status
run_count(struct gw_cursor *cursor, int64_t *out, struct gw_error *err)
{
	if (gw_odbc_page_begin(cursor, err) != GW_OK ||
	    gw_odbc_sql_count(&cursor->plan, &cursor->sql, err) != GW_OK)
		return err->status;
	return gw_odbc_page_count(cursor, out, err);
}

enum gw_status
gw_odbc_count(struct gw_session *session, const struct gw_request *request, int64_t *out,
	      struct gw_error *err)
{
	struct gw_cursor *cursor = NULL;
	enum gw_status status = gw_odbc_begin(session, request, NULL, &cursor, err);

	if (status != GW_OK)
		return status;
	status = run_count(cursor, out, err);
	gw_odbc_end_page(session);
	gw_odbc_end(cursor);
	return status;
}

/* The value before the one that was given, so that rows with that one are behind it. */
static enum gw_status
step_back(const struct gw_cursor *cursor, const struct gw_odbc_field *field, const char *text,
	  struct gw_buf *out, struct gw_error *err)
{
	static const struct {
		enum gw_odbc_form form;
		int64_t us;
	} steps[] = {
		{GW_ODBC_DATE, INT64_C(86400000000)}, {GW_ODBC_LOCAL, 1}, {GW_ODBC_INSTANT, 1}};
	int64_t n;

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		if (steps[i].form != field->type->form)
			continue;
		if (gw_odbc_time_parse(text, strlen(text), &n) != NULL)
			return fail_value(cursor, field, err);
		return gw_odbc_time_text(field->type->form == GW_ODBC_DATE ? GW_ODBC_DATE
									   : GW_ODBC_INSTANT,
					 NULL, n - steps[i].us, out)
			       ? GW_OK
			       : fail_value(cursor, field, err);
	}
	if (!gw_parse_i64(text, strlen(text), &n))
		return fail_value(cursor, field, err);
	return gw_buf_printf(out, "%lld", (long long)(n == INT64_MIN ? n : n - 1))
		       ? GW_OK
		       : gw_fail_memory(err);
}

static enum gw_status
find_place(const struct gw_cursor *cursor, const char *from, struct gw_values *out,
	   struct gw_error *err)
{
	const struct gw_odbc_field *field = &cursor->plan.fields[cursor->plan.order[0]];
	struct gw_values value = {.count = 0};
	struct gw_buf text;
	enum gw_status status;

	gw_buf_init(&text, GW_BOOKMARK_MAX);
	status = keep_value(cursor, field, from, &value, err);
	if (status == GW_OK)
		status = step_back(cursor, field, gw_values_get(&value, 0), &text, err);
	if (status == GW_OK && !gw_values_add(out, text.data, text.len))
		status = gw_bookmark_fail_long(err);
	gw_buf_release(&text);
	return status;
}

enum gw_status
gw_odbc_place(struct gw_session *session, const struct gw_request *request,
	      const struct gw_bookmark *since, const char *from, struct gw_bookmark *out,
	      struct gw_error *err)
{
	struct gw_values position = {.count = 0};
	struct gw_cursor *cursor = NULL;
	enum gw_status status;

	if (request->stream->mode == GW_MODE_BULK)
		return gw_table_fail_bulk(request->stream, err);
	status =
		gw_odbc_begin(session, request,
			      gw_bookmark_readable(since, gw_odbc_bookmark_describe), &cursor, err);
	if (status != GW_OK)
		return status;
	status = find_place(cursor, from, &position, err);
	if (status == GW_OK) {
		cursor->state.position = position;
		gw_values_clear(&cursor->state.at);
		cursor->state.phase = GW_ODBC_IDLE;
		cursor->state.complete = true;
		cursor->state.again = false;
		status = gw_odbc_bookmark_write(&cursor->state, out, err);
	}
	gw_odbc_end(cursor);
	return status;
}
