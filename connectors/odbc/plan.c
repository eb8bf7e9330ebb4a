#include "odbc/plan.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "base/i18n.h"

enum { REAL_WIDTH = 8 };

/* What the parts of this file share while they make one plan. */
struct making {
	struct gw_session *session;
	const struct gw_request *request;
	const struct gw_stream *stream;
	const struct gw_odbc_table *table;
	struct gw_arena *arena;
	struct gw_odbc_plan *plan;
};

static const struct gw_place *
place_of_column(const struct gw_stream *stream, const char *name)
{
	for (size_t i = 0; i < stream->nfields; i++)
		if (stream->fields[i].column != NULL && strcmp(stream->fields[i].column, name) == 0)
			return &stream->fields[i].at;
	return &stream->at;
}

static enum gw_status
find_column(const struct making *m, const char *name, const struct gw_place *at,
	    const struct gw_odbc_column **out, struct gw_error *err)
{
	const char *near;

	*out = gw_odbc_column_find(m->table, name);
	if (*out != NULL && !(*out)->readable)
		return gw_place_fail(at, err,
				     _("the account may not read the column %s of %s: it needs "
				       "GRANT SELECT (%s) ON %s"),
				     name, m->table->full, name, m->table->quoted);
	if (*out != NULL)
		return GW_OK;
	near = gw_odbc_column_nearest(m->table, name);
	if (near != NULL)
		return gw_place_fail(at, err,
				     _("there is no column %s in %s that the account may read; did "
				       "you mean %s?"),
				     name, m->table->full, near);
	return gw_place_fail(at, err,
			     _("there is no column %s in %s that the account may read; songma "
			       "discover lists its columns"),
			     name, m->table->full);
}

/* How many bytes of it travel with its row, and whether the server must cut it there. */
static void
set_width(const struct gw_odbc_dialect *dialect, const struct gw_odbc_column *column,
	  struct gw_odbc_field *field)
{
	size_t bytes = column->bytes;

	field->width = column->type->width;
	if (column->type->form == GW_ODBC_REAL)
		field->width = REAL_WIDTH;
	if (field->width != GW_ODBC_BY_LENGTH)
		return;
	field->width = bytes == 0 || bytes > GW_ODBC_INLINE_MAX ? GW_ODBC_INLINE_UNKNOWN : bytes;
	field->cut = dialect->length != NULL && (bytes == 0 || bytes > GW_ODBC_INLINE_MAX);
}

static enum gw_status
name_column(const struct making *m, const char *name, const char **out, struct gw_error *err)
{
	struct gw_buf text;

	gw_buf_init(&text, GW_ODBC_SQL_MAX);
	(void)gw_buf_puts(&text, "t.");
	*out = gw_odbc_quote(&text, m->plan->dialect, name)
		       ? gw_arena_copy(m->arena, text.data, text.len)
		       : NULL;
	gw_buf_release(&text);
	return *out == NULL ? gw_fail_memory(err) : GW_OK;
}

/* The field of that column; made if there is none. */
static enum gw_status
add_field(const struct making *m, const struct gw_odbc_column *column, size_t *out,
	  struct gw_error *err)
{
	struct gw_odbc_plan *plan = m->plan;
	struct gw_odbc_field *field;

	for (*out = 0; *out < plan->nfields; (*out)++)
		if (strcmp(plan->fields[*out].name, column->name) == 0)
			return GW_OK;
	field = &plan->fields[plan->nfields];
	*field = (struct gw_odbc_field){
		.name = column->name,
		.type = column->type,
		.nullable = column->nullable,
	};
	set_width(plan->dialect, column, field);
	plan->nfields++;
	return name_column(m, column->name, &field->column, err);
}

/* A column that the request names twice is read twice. */
static enum gw_status
add_visible(const struct making *m, const char *name, struct gw_error *err)
{
	const struct gw_place *at = place_of_column(m->stream, name);
	const struct gw_odbc_column *column;
	struct gw_odbc_field *field = &m->plan->fields[m->plan->nfields];

	if (find_column(m, name, at, &column, err) != GW_OK)
		return err->status;
	if (column->type == NULL)
		return gw_place_fail(
			at, err,
			_("the column %s of %s has the type %s: %s.  Read it through a "
			  "view that converts it"),
			name, m->table->full, column->shown, column->refusal);
	*field = (struct gw_odbc_field){
		.name = column->name,
		.type = column->type,
		.nullable = column->nullable,
	};
	set_width(m->plan->dialect, column, field);
	m->plan->nfields++;
	return name_column(m, name, &field->column, err);
}

static enum gw_status
add_cursor(const struct making *m, size_t i, unsigned use, struct gw_error *err)
{
	const char *name = m->stream->cursor[i];
	const struct gw_place *at = &m->stream->cursor_at;
	const struct gw_odbc_column *column;

	if (find_column(m, name, at, &column, err) != GW_OK)
		return err->status;
	if (column->type == NULL || column->type->param == NULL || (column->type->use & use) == 0)
		return gw_place_fail(
			at, err,
			use == GW_ODBC_CURSOR_TIME
				? _("the cursor %s of %s has the type %s, expected a date or a "
				    "time with its date: a text does not order by time")
				: _("the cursor %s of %s has the type %s, expected a whole number"),
			name, m->table->full, column->shown);
	m->plan->norder = ++m->plan->ncursor;
	m->plan->ceiling =
		m->plan->ceiling || (i == 0 && (column->type->use & GW_ODBC_CEILING) != 0);
	return add_field(m, column, &m->plan->order[i], err);
}

static enum gw_status
add_cursors(const struct making *m, struct gw_error *err)
{
	static const struct {
		size_t count;
		unsigned use[2];
	} wanted[] = {
		[GW_MODE_BULK] = {0, {0, 0}},
		[GW_MODE_INCREMENTING] = {1, {GW_ODBC_CURSOR_INT, 0}},
		[GW_MODE_TIMESTAMP] = {1, {GW_ODBC_CURSOR_TIME, 0}},
		[GW_MODE_TIMESTAMP_INCREMENTING] = {2, {GW_ODBC_CURSOR_TIME, GW_ODBC_CURSOR_INT}},
	};
	int mode = m->stream->mode;

	if (m->request->once)
		return GW_OK;
	if (mode < 0 || (size_t)mode >= sizeof wanted / sizeof wanted[0])
		return gw_place_fail(&m->stream->at, err, _("this connector has no mode %s"),
				     gw_mode_name((enum gw_mode)mode));
	if (m->stream->ncursor < wanted[mode].count)
		return gw_place_fail(&m->stream->cursor_at, err,
				     _("the mode %s needs %zu cursor columns, found %zu"),
				     gw_mode_name((enum gw_mode)mode), wanted[mode].count,
				     m->stream->ncursor);
	m->plan->timed = (wanted[mode].use[0] & GW_ODBC_CURSOR_TIME) != 0;
	for (size_t i = 0; i < wanted[mode].count; i++)
		if (add_cursor(m, i, wanted[mode].use[i], err) != GW_OK)
			return err->status;
	return GW_OK;
}

static enum gw_status
check_key_column(const struct making *m, const struct gw_odbc_column *column,
		 const struct gw_place *at, struct gw_error *err)
{
	if (m->plan->nkey == GW_ODBC_MAX_KEY)
		return gw_place_fail(at, err, _("the key of %s has more than %d columns"),
				     m->table->full, (int)GW_ODBC_MAX_KEY);
	if (column->type == NULL || column->type->param == NULL)
		return gw_place_fail(at, err,
				     _("the column %s of %s has the type %s, which can't be a key"),
				     column->name, m->table->full, column->shown);
	for (size_t i = 0; i < m->plan->nkey; i++)
		if (strcmp(m->plan->key_names[i], column->name) == 0)
			return gw_place_fail(at, err, _("the key names the column %s twice"),
					     column->name);
	return GW_OK;
}

static enum gw_status
add_key_column(const struct making *m, const char *name, struct gw_error *err)
{
	const struct gw_place *at = m->stream->nkey > 0 ? &m->stream->key_at : &m->stream->table_at;
	const struct gw_odbc_column *column;
	struct gw_odbc_plan *plan = m->plan;
	size_t field;

	if (find_column(m, name, at, &column, err) != GW_OK ||
	    check_key_column(m, column, at, err) != GW_OK ||
	    add_field(m, column, &field, err) != GW_OK)
		return err->status;
	plan->key_names[plan->nkey] = column->name;
	plan->key[plan->nkey++] = field;
	for (size_t i = 0; i < plan->ncursor; i++)
		if (plan->order[i] == field)
			return GW_OK;
	plan->order[plan->norder++] = field;
	return GW_OK;
}

static enum gw_status
add_primary_key(const struct making *m, struct gw_error *err)
{
	for (int place = 1;; place++) {
		size_t i = 0;

		while (i < m->table->ncolumns && m->table->columns[i].key != place)
			i++;
		if (i == m->table->ncolumns && place == 1)
			return gw_place_fail(&m->stream->table_at, err,
					     _("%s has no primary key: name the columns that "
					       "identify a row with key: …"),
					     m->table->full);
		if (i == m->table->ncolumns)
			break;
		if (add_key_column(m, m->table->columns[i].name, err) != GW_OK)
			return err->status;
	}
	m->plan->key_unique = true;
	return GW_OK;
}

static enum gw_status
add_key(const struct making *m, struct gw_error *err)
{
	if (m->stream->nkey == 0)
		return add_primary_key(m, err);
	for (size_t i = 0; i < m->stream->nkey; i++)
		if (add_key_column(m, m->stream->key[i], err) != GW_OK)
			return err->status;
	return gw_odbc_key_unique(m->session, m->table, m->plan->key_names, m->plan->nkey,
				  &m->plan->key_unique, err);
}

/* The texts of a range, with what is not there told apart from what is empty. */
static uint64_t
shape_of_range(const struct gw_span *range, uint64_t shape)
{
	const char *texts[] = {range == NULL ? NULL : range->column,
			       range == NULL ? NULL : range->from,
			       range == NULL ? NULL : range->to};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		shape = texts[i] == NULL
				? XXH3_64bits_withSeed("once", sizeof "once", shape)
				: XXH3_64bits_withSeed(texts[i], strlen(texts[i]) + 1, shape);
	return shape;
}

static uint64_t
shape_of(const struct gw_stream *stream, const struct gw_odbc_plan *plan)
{
	uint64_t shape =
		XXH3_64bits_withSeed(plan->shown, strlen(plan->shown) + 1, (uint64_t)stream->mode);

	for (size_t i = 0; i < plan->norder; i++) {
		const char *name = plan->fields[plan->order[i]].name;

		shape = XXH3_64bits_withSeed(name, strlen(name) + 1, shape);
	}
	for (size_t i = 0; i < plan->nkey; i++)
		shape = XXH3_64bits_withSeed(plan->key_names[i], strlen(plan->key_names[i]) + 1,
					     shape);
	return shape;
}

enum gw_status
gw_odbc_plan_make(struct gw_session *session, const struct gw_request *request,
		  const struct gw_odbc_table *table, struct gw_arena *arena,
		  struct gw_odbc_plan *out, struct gw_error *err)
{
	/* One more for the column of a range. */
	size_t most = request->ncolumns + GW_ODBC_MAX_ORDER + 3;
	struct gw_odbc_plan plan = {
		.dialect = session->dialect,
		.table = table->quoted,
		.shown = table->full,
		.fields = gw_arena_zalloc(arena, most * sizeof *plan.fields),
		.once = request->once,
		.overlap_us = request->stream->overlap_us,
	};
	const struct making m = {session, request, request->stream, table, arena, &plan};

	if (plan.fields == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < request->ncolumns; i++)
		if (add_visible(&m, request->columns[i], err) != GW_OK)
			return err->status;
	plan.nvisible = plan.nfields;
	if (add_cursors(&m, err) != GW_OK || add_key(&m, err) != GW_OK)
		return err->status;
	plan.shape = shape_of(request->stream, &plan);
	if (request->once)
		plan.shape = shape_of_range(request->range, plan.shape);
	*out = plan;
	return GW_OK;
}

enum gw_status
gw_odbc_plan_range(struct gw_session *session, const struct gw_odbc_table *table,
		   struct gw_arena *arena, const char *name, struct gw_odbc_plan *plan,
		   struct gw_error *err)
{
	const struct gw_odbc_column *column = gw_odbc_column_find(table, name);
	const struct making m = {.session = session, .table = table, .arena = arena, .plan = plan};

	if (column == NULL)
		return gw_fail(err, GW_REJECT,
			       _("there is no column %s in %s that the account may read; songma "
				 "discover lists its columns"),
			       name, plan->shown);
	if (column->type == NULL || column->type->param == NULL)
		return gw_fail(
			err, GW_REJECT,
			_("the column %s of %s has the type %s, which has no range: take the "
			  "cursor or a column of the key"),
			name, plan->shown, column->shown);
	plan->range.used = true;
	return add_field(&m, column, &plan->range.field, err);
}

size_t
gw_odbc_plan_width(const struct gw_odbc_plan *plan)
{
	size_t width = 0;

	for (size_t i = 0; i < plan->nfields; i++)
		width += plan->fields[i].width + 1;
	return width;
}
