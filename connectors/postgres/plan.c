#include "postgres/plan.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "postgres/failure.h"

enum { INSTANT_OID = 1184 }; /* timestamptz, which is what AT TIME ZONE makes of a timestamp */

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

/* ---- what the catalogue says ------------------------------------------------------------------
 */

static enum gw_status
no_column(const struct gw_table *table, const char *name, bool suggest, struct gw_error *err)
{
	const char *near = suggest ? gw_pg_column_nearest(table, name) : NULL;

	if (near != NULL)
		return gw_fail(err, GW_CONFIG, _("there is no column %s in %s; did you mean %s?"),
			       name, table->name, near);
	return gw_fail(err, GW_CONFIG,
		       _("there is no column %s in %s; songma discover lists its columns"), name,
		       table->name);
}

static enum gw_status
no_cursor(const struct gw_table *table, const struct gw_column *column, bool time,
	  struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG,
		       time ? _("the cursor %s of %s has the type %s, expected timestamp, "
				"timestamptz or date: a text does not order by time")
			    : _("the cursor %s of %s has the type %s, expected smallint, "
				"integer or bigint"),
		       column->name, table->name, column->type);
}

static const struct gw_table_words words = {no_column, no_cursor};

static unsigned
use_of(const struct gw_pg_column *column)
{
	unsigned use = column->readable ? GW_TABLE_READ : 0;

	if (column->cast != NULL)
		use |= GW_TABLE_KEY;
	if (column->type != NULL && (column->type->use & GW_PG_CURSOR_TIME) != 0)
		use |= GW_TABLE_TIME;
	if (column->type != NULL && (column->type->use & GW_PG_CURSOR_INT) != 0)
		use |= GW_TABLE_NUMBER;
	return use;
}

enum gw_status
gw_pg_table_facts(const struct gw_pg_table *table, struct gw_arena *arena,
		  struct gw_table_facts *out, struct gw_error *err)
{
	if (gw_table_facts_init(out, table->ncolumns, arena, err) != GW_OK)
		return err->status;
	out->told.name = table->full;
	out->told.kind = gw_pg_kind_name(table->kind);
	out->told.rows_estimate = table->rows_estimate;
	out->told.readable = table->readable;
	out->told.late_commits = table->has_xmin;
	out->quoted = table->quoted;
	out->words = &words;
	for (size_t i = 0; i < table->ncolumns; i++) {
		const struct gw_pg_column *from = &table->columns[i];
		const struct gw_column column = {
			.name = from->name,
			.type = from->shown,
			.kind = from->type == NULL ? GW_UNHELD : from->type->kind,
			.refusal = from->refusal,
			.nullable = from->nullable,
			.key = from->key,
		};

		gw_table_facts_put(out, i, &column, use_of(from));
	}
	return GW_OK;
}

/* ---- fields -----------------------------------------------------------------------------------
 */

static void
put_field(struct making *m, const struct gw_pg_column *column, const char *before,
	  const char *quoted, const char *behind)
{
	struct gw_pg_plan *plan = m->plan;

	m->fields[plan->nfields].column = column;
	/* What is cast is of the same type whatever the column's is. */
	if (before[0] == '\0' && behind[0] == '\0')
		plan->types[plan->nfields] = column->oid;
	(void)gw_buf_printf(&m->list, "%s%s%s%s", plan->nfields > 0 ? ", " : "", before, quoted,
			    behind);
	plan->nfields++;
}

const char *
gw_pg_column_quoted(struct gw_arena *arena, const char *name)
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
add_visible(struct making *m, const struct gw_pg_column *column, struct gw_error *err)
{
	const char *quoted = gw_pg_column_quoted(m->arena, column->name);
	const char *behind = column->type->behind;
	char zone[GW_PG_ZONE_MAX + 20];
	size_t field = m->plan->nfields;

	if (quoted == NULL)
		return gw_fail_memory(err);
	if ((column->type->use & GW_PG_ZONED) != 0) {
		(void)snprintf(zone, sizeof zone, " AT TIME ZONE '%s'", m->session->zone);
		behind = zone;
	}
	m->plan->wire[field] = column->type->wire;
	m->fields[field].own_form =
		(column->type->use & GW_PG_ZONED) == 0 &&
		((column->type->use & GW_PG_KEY_TEXT) == 0 || column->type->wire == GW_PG_TEXT);
	put_field(m, column, column->type->before, quoted, behind);
	if ((column->type->use & GW_PG_ZONED) != 0)
		m->plan->types[field] = INSTANT_OID;
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
		.column = gw_pg_column_quoted(m->arena, column->name),
		.cast = column->cast,
		.wire = as_text ? GW_PG_TEXT : column->type->wire,
		.nullable = column->nullable,
		.loose = column->loose,
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
add_key_column(struct making *m, const struct gw_pg_column *column, struct gw_pg_order *out,
	       struct gw_error *err)
{
	if (add_order(m, column, out, err) != GW_OK)
		return err->status;
	return set_read_back(m, column, out, err);
}

static enum gw_status
add_fields(struct making *m, const struct gw_table_choice *choice, struct gw_error *err)
{
	const struct gw_pg_column *columns = m->table->columns;
	struct gw_pg_plan *plan = m->plan;

	for (size_t i = 0; i < choice->nread; i++)
		if (add_visible(m, &columns[choice->read[i]], err) != GW_OK)
			return err->status;
	plan->nvisible = plan->nfields;
	for (size_t i = 0; i < choice->ncursor; i++)
		if (add_order(m, &columns[choice->order[i]], &plan->order[i], err) != GW_OK)
			return err->status;
	for (size_t i = 0; i < choice->nkey; i++)
		if (add_key_column(m, &columns[choice->key[i]], &plan->key[i], err) != GW_OK)
			return err->status;
	/* Behind the cursor the order goes by columns of the key. */
	for (size_t i = choice->ncursor; i < choice->norder; i++)
		for (size_t k = 0; k < choice->nkey; k++)
			if (choice->key[k] == choice->order[i])
				plan->order[i] = plan->key[k];
	return GW_OK;
}

/* A primary key is unique; of another key the catalogue says it. */
static enum gw_status
look_for_index(const struct making *m, struct gw_error *err)
{
	struct gw_pg_plan *plan = m->plan;

	plan->key_unique = m->stream->nkey == 0;
	if (!plan->key_unique && gw_pg_key_unique(m->session, m->table, plan->key_names, plan->nkey,
						  &plan->key_unique, err) != GW_OK)
		return err->status;
	for (size_t i = 0; !plan->key_unique && i < plan->nkey; i++)
		plan->loose = plan->loose || plan->key[i].loose;
	return GW_OK;
}

/* The source's clock as the cursor's type sees it; the zone is proved on the way. */
static enum gw_status
set_clock(struct making *m, size_t cursor, struct gw_error *err)
{
	const char *zone[] = {m->session->zone, NULL};
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
	use = m->table->columns[cursor].type->use;
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

static enum gw_status
add_all(struct making *m, struct gw_error *err)
{
	struct gw_table_choice choice;
	struct gw_pg_plan *plan = m->plan;

	if (!m->table->readable)
		return gw_place_fail(&m->stream->table_at, err,
				     _("the account may not read %s: it needs GRANT SELECT ON %s, "
				       "and USAGE on the schema %s"),
				     m->table->full, m->table->quoted, m->table->schema);
	if (gw_pg_table_facts(m->table, m->arena, &plan->facts, err) != GW_OK ||
	    gw_table_choose(&plan->facts, m->request, m->arena, &choice, err) != GW_OK)
		return err->status;
	plan->norder = choice.norder;
	plan->ncursor = choice.ncursor;
	plan->nkey = choice.nkey;
	plan->timed = choice.timed;
	plan->shape = choice.shape;
	memcpy(plan->key_names, choice.key_names, sizeof plan->key_names);
	if (add_fields(m, &choice, err) != GW_OK || look_for_index(m, err) != GW_OK ||
	    set_clock(m, choice.order[0], err) != GW_OK)
		return err->status;
	if (m->list.failed)
		return gw_fail_memory(err);
	plan->fields = gw_arena_copy(m->arena, m->list.data, m->list.len);
	return plan->fields == NULL ? gw_fail_memory(err) : GW_OK;
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
		.types = gw_arena_zalloc(arena, most * sizeof *plan.types),
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

	if (plan.wire == NULL || plan.types == NULL || plan.for_order == NULL || m.fields == NULL)
		return gw_fail_memory(err);
	gw_buf_init(&m.list, GW_PG_SQL_MAX);
	status = add_all(&m, err);
	gw_buf_release(&m.list);
	if (status == GW_OK)
		*out = plan;
	return status;
}
