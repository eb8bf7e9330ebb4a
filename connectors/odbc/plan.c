#include "odbc/plan.h"

#include <string.h>

#include "base/i18n.h"
#include "config/parts.h"

enum { REAL_WIDTH = 8 };

/* What the parts of this file share while they make one plan. */
struct making {
	const struct gw_odbc_table *table;
	struct gw_arena *arena;
	struct gw_odbc_plan *plan;
};

/* ---- what the catalogue says ------------------------------------------------------------------
 */

/* A catalogue may not show columns that the account may not read. */
static enum gw_status
no_column(const struct gw_table *table, const char *name, bool suggest, struct gw_error *err)
{
	struct gw_nearest nearest;

	gw_nearest_init(&nearest, name);
	for (size_t i = 0; suggest && i < table->ncolumns; i++)
		gw_nearest_try(&nearest, table->columns[i].name);
	if (nearest.best != NULL)
		return gw_fail(err, GW_CONFIG,
			       _("there is no column %s in %s that the account may read; did "
				 "you mean %s?"),
			       name, table->name, nearest.best);
	return gw_fail(err, GW_CONFIG,
		       _("there is no column %s in %s that the account may read; songma "
			 "discover lists its columns"),
		       name, table->name);
}

static enum gw_status
no_cursor(const struct gw_table *table, const struct gw_column *column, bool time,
	  struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG,
		       time ? _("the cursor %s of %s has the type %s, expected a date or a "
				"time with its date: a text does not order by time")
			    : _("the cursor %s of %s has the type %s, expected a whole number"),
		       column->name, table->name, column->type);
}

static const struct gw_table_words words = {no_column, no_cursor};

static unsigned
use_of(const struct gw_odbc_column *column)
{
	unsigned use = column->readable ? GW_TABLE_READ : 0;

	if (column->type == NULL || column->type->param == NULL)
		return use;
	if ((column->type->use & GW_ODBC_CURSOR_TIME) != 0)
		use |= GW_TABLE_TIME;
	if ((column->type->use & GW_ODBC_CURSOR_INT) != 0)
		use |= GW_TABLE_NUMBER;
	return use | GW_TABLE_KEY;
}

enum gw_status
gw_odbc_table_facts(const struct gw_odbc_table *table, struct gw_arena *arena,
		    struct gw_table_facts *out, struct gw_error *err)
{
	if (gw_table_facts_init(out, table->ncolumns, arena, err) != GW_OK)
		return err->status;
	out->told.name = table->full;
	out->told.kind = table->kind;
	out->told.rows_estimate = table->rows_estimate;
	out->told.readable = true;
	out->quoted = table->quoted;
	out->words = &words;
	for (size_t i = 0; i < table->ncolumns; i++) {
		const struct gw_odbc_column *from = &table->columns[i];
		const struct gw_column column = {
			.name = from->name,
			.type = from->shown,
			.kind = from->type == NULL ? GW_UNHELD
						   : gw_odbc_form_kind(from->type->form),
			.refusal = from->refusal,
			.nullable = from->nullable,
			.version = from->type != NULL && (from->type->use & GW_ODBC_CEILING) != 0,
			.key = from->key,
		};

		gw_table_facts_put(out, i, &column, use_of(from));
	}
	return GW_OK;
}

/* ---- fields -----------------------------------------------------------------------------------
 */

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

/* A column that is asked for twice is read twice. */
static enum gw_status
add_field(const struct making *m, const struct gw_odbc_column *column, struct gw_error *err)
{
	struct gw_odbc_field *field = &m->plan->fields[m->plan->nfields++];

	*field = (struct gw_odbc_field){
		.name = column->name,
		.type = column->type,
		.nullable = column->nullable,
	};
	set_width(m->plan->dialect, column, field);
	return name_column(m, column->name, &field->column, err);
}

/* The field of that column; made if there is none. */
static enum gw_status
find_field(const struct making *m, size_t number, size_t *out, struct gw_error *err)
{
	const struct gw_odbc_column *column = &m->table->columns[number];

	for (*out = 0; *out < m->plan->nfields; (*out)++)
		if (strcmp(m->plan->fields[*out].name, column->name) == 0)
			return GW_OK;
	return add_field(m, column, err);
}

static enum gw_status
add_fields(const struct making *m, const struct gw_table_choice *choice, struct gw_error *err)
{
	struct gw_odbc_plan *plan = m->plan;

	for (size_t i = 0; i < choice->nread; i++)
		if (add_field(m, &m->table->columns[choice->read[i]], err) != GW_OK)
			return err->status;
	plan->nvisible = plan->nfields;
	for (size_t i = 0; i < choice->norder; i++)
		if (find_field(m, choice->order[i], &plan->order[i], err) != GW_OK)
			return err->status;
	for (size_t i = 0; i < choice->nkey; i++)
		if (find_field(m, choice->key[i], &plan->key[i], err) != GW_OK)
			return err->status;
	plan->ceiling = choice->ncursor > 0 &&
			(plan->fields[plan->order[0]].type->use & GW_ODBC_CEILING) != 0;
	return GW_OK;
}

/* Whether the database may take two keys for equal that are not. */
static bool
has_text(const struct gw_odbc_plan *plan)
{
	for (size_t i = 0; i < plan->nkey; i++) {
		enum gw_odbc_form form = plan->fields[plan->key[i]].type->form;

		if (form == GW_ODBC_TEXT || form == GW_ODBC_PADDED)
			return true;
	}
	return false;
}

/* A primary key is unique; of another key the catalogue says it. */
static enum gw_status
look_for_index(struct gw_session *session, const struct gw_request *request, const struct making *m,
	       struct gw_error *err)
{
	struct gw_odbc_plan *plan = m->plan;

	plan->key_unique = request->stream->nkey == 0;
	if (!plan->key_unique && gw_odbc_key_unique(session, m->table, plan->key_names, plan->nkey,
						    &plan->key_unique, err) != GW_OK)
		return err->status;
	plan->loose = !plan->key_unique && has_text(plan);
	return GW_OK;
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
	const struct making m = {table, arena, &plan};
	struct gw_table_choice choice;

	if (plan.fields == NULL)
		return gw_fail_memory(err);
	if (gw_odbc_table_facts(table, arena, &plan.facts, err) != GW_OK ||
	    gw_table_choose(&plan.facts, request, arena, &choice, err) != GW_OK)
		return err->status;
	plan.norder = choice.norder;
	plan.ncursor = choice.ncursor;
	plan.nkey = choice.nkey;
	plan.timed = choice.timed;
	plan.shape = choice.shape;
	memcpy(plan.key_names, choice.key_names, sizeof plan.key_names);
	if (add_fields(&m, &choice, err) != GW_OK ||
	    look_for_index(session, request, &m, err) != GW_OK)
		return err->status;
	*out = plan;
	return GW_OK;
}

enum gw_status
gw_odbc_plan_range(const struct gw_odbc_table *table, struct gw_arena *arena, const char *name,
		   struct gw_odbc_plan *plan, struct gw_error *err)
{
	const struct making m = {.table = table, .arena = arena, .plan = plan};
	size_t column;

	if (gw_table_choose_range(&plan->facts, name, &column, err) != GW_OK)
		return err->status;
	plan->range.used = true;
	return find_field(&m, column, &plan->range.field, err);
}

size_t
gw_odbc_plan_width(const struct gw_odbc_plan *plan)
{
	size_t width = 0;

	for (size_t i = 0; i < plan->nfields; i++)
		width += plan->fields[i].width + 1;
	return width;
}
