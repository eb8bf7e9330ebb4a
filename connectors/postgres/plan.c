#include "postgres/plan.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "base/i18n.h"
#include "postgres/failure.h"

struct field {
	const struct gw_pg_column *column;
	bool own_form; /* good for comparing */
};

/* What the parts of this file share while they make one plan. */
struct making {
	struct gw_session *session;
	const struct gw_request *request;
	const struct gw_stream *stream;
	const struct gw_pg_table *table;
	struct gw_arena *arena;
	struct gw_pg_plan *plan;
	struct field *fields;
	struct gw_buf list;
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
	    const struct gw_pg_column **out, struct gw_error *err)
{
	const struct gw_pg_column *near;

	*out = gw_pg_column_find(m->table, name);
	if (*out == NULL) {
		near = gw_pg_column_nearest(m->table, name);
		if (near != NULL)
			return gw_place_fail(at, err,
					     _("there is no column %s in %s; did you mean %s?"),
					     name, m->table->full, near->name);
		return gw_place_fail(
			at, err,
			_("there is no column %s in %s; songma discover lists its columns"), name,
			m->table->full);
	}
	if (!(*out)->readable)
		return gw_place_fail(at, err,
				     _("the account may not read the column %s of %s: it needs "
				       "GRANT SELECT (%s) ON %s"),
				     name, m->table->full, name, m->table->quoted);
	return GW_OK;
}

static void
put_field(struct making *m, const struct gw_pg_column *column, const char *before,
	  const char *quoted, const char *behind)
{
	struct gw_pg_plan *plan = m->plan;

	m->fields[plan->nfields].column = column;
	(void)gw_buf_printf(&m->list, "%s%s%s%s", plan->nfields > 0 ? ", " : "", before, quoted,
			    behind);
	plan->nfields++;
}

/* "t.\"name\"" */
static const char *
quoted_column(struct gw_arena *arena, const char *name)
{
	const char *quoted = gw_pg_quote(arena, name);
	size_t size = quoted == NULL ? 0 : strlen(quoted) + 3;
	char *out = size == 0 ? NULL : gw_arena_alloc(arena, size);

	if (out != NULL)
		(void)snprintf(out, size, "t.%s", quoted);
	return out;
}

/* A requested column, in the form in which it goes on. */
static enum gw_status
add_visible(struct making *m, const char *name, struct gw_error *err)
{
	const struct gw_place *at = place_of_column(m->stream, name);
	const struct gw_pg_column *column;
	const char *quoted, *behind;
	char zone[GW_PG_ZONE_MAX + 20];
	size_t field = m->plan->nfields;

	if (find_column(m, name, at, &column, err) != GW_OK)
		return err->status;
	if (column->type == NULL)
		return gw_place_fail(
			at, err,
			_("the column %s of %s has the type %s: %s.  Read it through a "
			  "view that converts it"),
			name, m->table->full, column->shown, column->refusal);
	quoted = quoted_column(m->arena, name);
	if (quoted == NULL)
		return gw_fail_memory(err);
	behind = column->type->behind;
	if ((column->type->use & GW_PG_ZONED) != 0) {
		(void)snprintf(zone, sizeof zone, " AT TIME ZONE '%s'", m->session->zone);
		behind = zone;
	}
	m->plan->wire[field] = column->type->wire;
	m->fields[field].own_form =
		(column->type->use & GW_PG_ZONED) == 0 &&
		((column->type->use & GW_PG_KEY_TEXT) == 0 || column->type->wire == GW_PG_TEXT);
	put_field(m, column, column->type->before, quoted, behind);
	return GW_OK;
}

/* What turns a letter's text back into the column's value.  A letter has instants in UTC, and bytes
   in base64. */
static enum gw_status
set_read_back(struct making *m, const struct gw_pg_column *column, struct gw_pg_order *out,
	      struct gw_error *err)
{
	struct gw_buf text;

	gw_buf_init(&text, GW_PG_SQL_MAX);
	if ((column->type->use & GW_PG_ZONED) != 0) {
		out->before = "(";
		(void)gw_buf_printf(&text, "::pg_catalog.timestamptz AT TIME ZONE '%s')",
				    m->session->zone);
	} else if (column->type->wire == GW_PG_BYTES) {
		out->before = "pg_catalog.decode(";
		(void)gw_buf_puts(&text, ", 'base64')");
	} else {
		out->before = "";
		(void)gw_buf_printf(&text, "::%s", column->cast);
	}
	out->behind = text.failed ? NULL : gw_arena_copy(m->arena, text.data, text.len);
	gw_buf_release(&text);
	return out->behind == NULL ? gw_fail_memory(err) : GW_OK;
}

/* The field that holds the column in a form that can be compared; made if there is none. */
static enum gw_status
add_order(struct making *m, const struct gw_pg_column *column, struct gw_pg_order *out,
	  struct gw_error *err)
{
	bool as_text = (column->type->use & GW_PG_KEY_TEXT) != 0;
	size_t field = 0;

	*out = (struct gw_pg_order){
		.name = column->name,
		.column = quoted_column(m->arena, column->name),
		.cast = column->cast,
		.wire = as_text ? GW_PG_TEXT : column->type->wire,
		.nullable = column->nullable,
	};
	if (out->column == NULL)
		return gw_fail_memory(err);
	while (field < m->plan->nfields &&
	       (m->fields[field].column != column || !m->fields[field].own_form))
		field++;
	out->field = field;
	m->plan->for_order[field] = true;
	if (field < m->plan->nfields)
		return GW_OK;
	m->plan->wire[field] = out->wire;
	m->fields[field].own_form = true;
	put_field(m, column, "", out->column, as_text ? "::pg_catalog.text" : "");
	return GW_OK;
}

static enum gw_status
add_cursor(struct making *m, size_t i, unsigned use, struct gw_error *err)
{
	const char *name = m->stream->cursor[i];
	const struct gw_place *at = &m->stream->cursor_at;
	const struct gw_pg_column *column;

	if (find_column(m, name, at, &column, err) != GW_OK)
		return err->status;
	if (column->type == NULL || (column->type->use & use) == 0)
		return gw_place_fail(
			at, err,
			use == GW_PG_CURSOR_TIME
				? _("the cursor %s of %s has the type %s, expected timestamp, "
				    "timestamptz or date: a text does not order by time")
				: _("the cursor %s of %s has the type %s, expected smallint, "
				    "integer or bigint"),
			name, m->table->full, column->shown);
	m->plan->norder = ++m->plan->ncursor;
	return add_order(m, column, &m->plan->order[i], err);
}

static enum gw_status
add_cursors(struct making *m, struct gw_error *err)
{
	static const struct {
		size_t count;
		unsigned use[2];
	} wanted[] = {
		[GW_MODE_BULK] = {0, {0, 0}},
		[GW_MODE_INCREMENTING] = {1, {GW_PG_CURSOR_INT, 0}},
		[GW_MODE_TIMESTAMP] = {1, {GW_PG_CURSOR_TIME, 0}},
		[GW_MODE_TIMESTAMP_INCREMENTING] = {2, {GW_PG_CURSOR_TIME, GW_PG_CURSOR_INT}},
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
	m->plan->timed = (wanted[mode].use[0] & GW_PG_CURSOR_TIME) != 0;
	for (size_t i = 0; i < wanted[mode].count; i++)
		if (add_cursor(m, i, wanted[mode].use[i], err) != GW_OK)
			return err->status;
	return GW_OK;
}

static enum gw_status
add_key_column(struct making *m, const char *name, struct gw_error *err)
{
	const struct gw_place *at = m->stream->nkey > 0 ? &m->stream->key_at : &m->stream->table_at;
	const struct gw_pg_column *column;
	struct gw_pg_plan *plan = m->plan;

	if (find_column(m, name, at, &column, err) != GW_OK)
		return err->status;
	if (plan->nkey == GW_PG_MAX_KEY)
		return gw_place_fail(at, err, _("the key of %s has more than %d columns"),
				     m->table->full, (int)GW_PG_MAX_KEY);
	if (column->cast == NULL)
		return gw_place_fail(at, err,
				     _("the column %s of %s has the type %s, which can't be a key"),
				     name, m->table->full, column->shown);
	for (size_t i = 0; i < plan->nkey; i++)
		if (strcmp(plan->key_names[i], name) == 0)
			return gw_place_fail(at, err, _("the key names the column %s twice"), name);
	plan->key_names[plan->nkey] = column->name;
	if (add_order(m, column, &plan->key[plan->nkey], err) != GW_OK ||
	    set_read_back(m, column, &plan->key[plan->nkey], err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < plan->ncursor; i++)
		if (strcmp(plan->order[i].name, name) == 0) {
			plan->nkey++;
			return GW_OK;
		}
	plan->order[plan->norder++] = plan->key[plan->nkey++];
	return GW_OK;
}

static enum gw_status
add_primary_key(struct making *m, struct gw_error *err)
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
add_key(struct making *m, struct gw_error *err)
{
	if (m->stream->nkey == 0)
		return add_primary_key(m, err);
	for (size_t i = 0; i < m->stream->nkey; i++)
		if (add_key_column(m, m->stream->key[i], err) != GW_OK)
			return err->status;
	return gw_pg_key_unique(m->session, m->table, m->plan->key_names, m->plan->nkey,
				&m->plan->key_unique, err);
}

/* The source's clock as the cursor's type sees it; the zone is proved on the way. */
static enum gw_status
set_clock(struct making *m, struct gw_error *err)
{
	const char *zone[] = {m->session->zone, NULL};
	const struct gw_pg_column *column;
	char now[GW_PG_ZONE_MAX + 100];
	unsigned use;

	if (gw_pg_query(m->session, m->session->zone, "SELECT now() AT TIME ZONE $1::text", zone,
			NULL, err) != GW_OK)
		return strcmp(err->sqlstate, "22023") == 0
			       ? gw_fail(err, GW_CONFIG,
					 _("time_zone: the source does not know the zone %s"),
					 m->session->zone)
			       : err->status;
	if (!m->plan->timed)
		return GW_OK;
	column = gw_pg_column_find(m->table, m->plan->order[0].name);
	use = column == NULL ? 0 : column->type->use;
	if ((use & GW_PG_DAY) != 0)
		(void)snprintf(now, sizeof now,
			       "(pg_catalog.now() AT TIME ZONE '%s')::pg_catalog.date",
			       m->session->zone);
	else if ((use & GW_PG_ZONED) != 0)
		(void)snprintf(now, sizeof now, "(pg_catalog.now() AT TIME ZONE '%s')",
			       m->session->zone);
	else
		(void)snprintf(now, sizeof now, "pg_catalog.now()");
	m->plan->now = gw_arena_copy(m->arena, now, strlen(now));
	return m->plan->now == NULL ? gw_fail_memory(err) : GW_OK;
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
shape_of(const struct gw_stream *stream, const struct gw_pg_plan *plan)
{
	uint64_t shape =
		XXH3_64bits_withSeed(plan->shown, strlen(plan->shown) + 1, (uint64_t)stream->mode);

	for (size_t i = 0; i < plan->norder; i++)
		shape = XXH3_64bits_withSeed(plan->order[i].name, strlen(plan->order[i].name) + 1,
					     shape);
	for (size_t i = 0; i < plan->nkey; i++)
		shape = XXH3_64bits_withSeed(plan->key[i].name, strlen(plan->key[i].name) + 1,
					     shape);
	return shape;
}

static enum gw_status
add_all(struct making *m, struct gw_error *err)
{
	if (!m->table->readable)
		return gw_place_fail(&m->stream->table_at, err,
				     _("the account may not read %s: it needs GRANT SELECT ON %s, "
				       "and USAGE on the schema %s"),
				     m->table->full, m->table->quoted, m->table->schema);
	for (size_t i = 0; i < m->request->ncolumns; i++)
		if (add_visible(m, m->request->columns[i], err) != GW_OK)
			return err->status;
	m->plan->nvisible = m->plan->nfields;
	if (add_cursors(m, err) != GW_OK || add_key(m, err) != GW_OK || set_clock(m, err) != GW_OK)
		return err->status;
	if (m->list.failed)
		return gw_fail_memory(err);
	m->plan->fields = gw_arena_copy(m->arena, m->list.data, m->list.len);
	return m->plan->fields == NULL ? gw_fail_memory(err) : GW_OK;
}

enum gw_status
gw_pg_plan_make(struct gw_session *session, const struct gw_request *request,
		const struct gw_pg_table *table, struct gw_arena *arena, struct gw_pg_plan *out,
		struct gw_error *err)
{
	size_t most = request->ncolumns + 2 * (size_t)GW_PG_MAX_ORDER;
	struct gw_pg_plan plan = {
		.table = table->quoted,
		.shown = table->full,
		.wire = gw_arena_zalloc(arena, most * sizeof *plan.wire),
		.for_order = gw_arena_zalloc(arena, most * sizeof *plan.for_order),
		.once = request->once,
		.has_xmin = table->has_xmin,
		.overlap_us = request->stream->overlap_us,
	};
	struct making m = {
		.session = session,
		.request = request,
		.stream = request->stream,
		.table = table,
		.arena = arena,
		.plan = &plan,
		.fields = gw_arena_zalloc(arena, most * sizeof *m.fields),
	};
	enum gw_status status;

	if (plan.wire == NULL || plan.for_order == NULL || m.fields == NULL)
		return gw_fail_memory(err);
	gw_buf_init(&m.list, GW_PG_SQL_MAX);
	status = add_all(&m, err);
	gw_buf_release(&m.list);
	if (status != GW_OK)
		return status;
	plan.shape = shape_of(request->stream, &plan);
	if (request->once)
		plan.shape = shape_of_range(request->range, plan.shape);
	*out = plan;
	return GW_OK;
}
