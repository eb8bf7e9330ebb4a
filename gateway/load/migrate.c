#include "load/migrate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum { MAX_SQL = 1024 * 1024, MAX_ID_TEXT = 16 };

/* What is to be done for a schema, found while the advisory lock is held. */
struct migration {
	struct gw_db *db;
	const struct gw_schema *schema;
	int32_t id;
	char name[512]; /* of the schema, with its namespace */
	bool exists;
	bool current; /* the schema becomes the entity's present one */
	bool changed;
	struct gw_canon_table table; /* as it stands, then as it will */
	struct gw_buf sql;
};

static const char columns_sql[] =
	"SELECT f.name, format_type(a.atttypid, NULL), f.name = ANY (e.hidden) "
	"FROM ops.entity e CROSS JOIN unnest(e.fields) WITH ORDINALITY f(name, nth) "
	"LEFT JOIN pg_attribute a ON a.attname = f.name AND NOT a.attisdropped "
	"AND a.attrelid = to_regclass('canon.' || quote_ident(e.entity)) "
	"WHERE e.entity = $1 ORDER BY f.nth";

static enum gw_status
take_columns(const struct gw_db_result *result, struct gw_canon_table *table, size_t extra,
	     struct gw_error *err)
{
	size_t count = gw_db_rows(result);

	table->columns = calloc(count + extra + 1, sizeof *table->columns);
	table->hidden = calloc(count + extra + 1, sizeof *table->hidden);
	if (table->columns == NULL || table->hidden == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < count; i++) {
		const char *name = gw_db_text(result, i, 0);
		const char *type = gw_db_text(result, i, 1);

		if (type == NULL || !gw_column_type_find(type, &table->columns[i].type))
			return gw_fail(err, GW_CONFIG,
				       _("canon.%s: column %s is gone or has a type that the "
					 "gateway does not fill; somebody changed the table, "
					 "change it back"),
				       table->entity, name);
		(void)strncat(table->columns[i].name, name, GW_MAX_NAME - 1);
		table->hidden[i] = strcmp(gw_db_text(result, i, 2), "t") == 0;
	}
	table->count = count;
	return GW_OK;
}

enum gw_status
gw_migrate_read(struct gw_db *db, struct gw_canon_table *table, size_t extra, struct gw_error *err)
{
	const char *params[] = {table->entity};
	struct gw_db_result *result = NULL;
	enum gw_status status = gw_db_query(db, columns_sql, params, 1, &result, err);

	if (status == GW_OK)
		status = take_columns(result, table, extra, err);
	gw_db_free(result);
	return status;
}

static int
find_column(const struct gw_canon_table *table, const char *name)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->columns[i].name, name) == 0)
			return (int)i;
	return -1;
}

static void
add_column(struct gw_canon_table *table, const struct gw_schema_field *field)
{
	struct gw_canon_column *column = &table->columns[table->count];

	*column = (struct gw_canon_column){.type = gw_canon_type(field)};
	(void)strncat(column->name, field->name, GW_MAX_NAME - 1);
	table->hidden[table->count++] = gw_canon_hidden(field);
}

/* A column that is there: its type may have to grow, its place in the view to change. */
static enum gw_status
adapt_column(struct migration *m, size_t column, const struct gw_schema_field *field,
	     struct gw_error *err)
{
	struct gw_canon_column *old = &m->table.columns[column];
	enum gw_column_type type = gw_canon_type(field);
	bool hidden = gw_canon_hidden(field);

	if (m->current && hidden != m->table.hidden[column]) {
		m->table.hidden[column] = hidden;
		m->changed = true;
	}
	if (type == old->type || gw_canon_widens(type, old->type))
		return GW_OK;
	if (!gw_canon_widens(old->type, type))
		return gw_fail(err, GW_REJECT,
			       _("schema %s, field %s: column canon.%s.%s is of type %s and can't "
				 "become %s; give the field another name"),
			       m->schema->name, field->name, m->schema->entity, old->name,
			       gw_column_type_name(old->type), gw_column_type_name(type));
	gw_canon_widen(m->schema->entity, old->name, type, &m->sql);
	old->type = type;
	m->changed = true;
	return GW_OK;
}

static enum gw_status
plan_columns(struct migration *m, struct gw_error *err)
{
	const struct gw_schema *schema = m->schema;

	for (size_t i = 0; i < schema->nfields; i++) {
		int column = find_column(&m->table, schema->fields[i].name);

		if (column >= 0) {
			if (adapt_column(m, (size_t)column, &schema->fields[i], err) != GW_OK)
				return err->status;
			continue;
		}
		if (m->exists)
			gw_canon_add(schema, i, &m->sql);
		add_column(&m->table, &schema->fields[i]);
		m->changed = true;
	}
	return GW_OK;
}

/*
 * The present schema gives way to one that has all its fields and is newer or
 * has more: then every record can be read as the newest knows it.
 */
static enum gw_status
plan_schema(struct migration *m, const struct gw_db_result *row, struct gw_error *err)
{
	const char *name = gw_db_text(row, 0, 0);
	const char *text = gw_db_text(row, 0, 2);
	struct gw_schema *present = NULL;
	bool covered = true;

	if (strcmp(name, m->name) != 0)
		return gw_fail(
			err, GW_REJECT,
			_("it is the table of schema %s, so %s can't be kept there; give one "
			  "of the two another name"),
			name, m->name);
	if (gw_schema_parse(m->schema->entity, text, strlen(text), false, &present, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < present->nfields; i++)
		covered = covered && gw_schema_find(m->schema, present->fields[i].name) >= 0;
	m->current =
		covered && (m->id > gw_db_i64(row, 0, 1) || m->schema->nfields > present->nfields);
	m->changed = m->current;
	gw_schema_free(present);
	return GW_OK;
}

/* Reads what stands there and decides what is to be done. */
static enum gw_status
plan(struct migration *m, struct gw_error *err)
{
	const char *params[] = {m->schema->entity};
	struct gw_db_result *row = NULL;
	enum gw_status status;

	(void)strncat(m->table.entity, m->schema->entity, GW_MAX_NAME - 1);
	status = gw_db_query(
		m->db,
		"SELECT schema_name, schema_id, schema_text FROM ops.entity WHERE entity = $1",
		params, 1, &row, err);
	if (status == GW_OK) {
		m->exists = gw_db_rows(row) == 1;
		m->current = !m->exists;
		if (m->exists)
			status = plan_schema(m, row, err);
	}
	gw_db_free(row);
	if (status == GW_OK)
		status = gw_migrate_read(m->db, &m->table, m->schema->nfields, err);
	if (status == GW_OK && !m->exists)
		gw_canon_create(m->schema, &m->sql);
	return status == GW_OK ? plan_columns(m, err) : status;
}

/* PostgreSQL's way to write an array; names hold nothing that needs escaping. */
static void
put_array(const struct gw_canon_table *table, bool hidden_only, struct gw_buf *out)
{
	const char *comma = "";

	(void)gw_buf_putc(out, '{');
	for (size_t i = 0; i < table->count; i++) {
		if (hidden_only && !table->hidden[i])
			continue;
		(void)gw_buf_printf(out, "%s%s", comma, table->columns[i].name);
		comma = ",";
	}
	(void)gw_buf_putc(out, '}');
}

static const char remember_sql[] =
	"INSERT INTO ops.entity AS e (entity, schema_name, schema_id, schema_text, fields, hidden) "
	"VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (entity) DO UPDATE SET "
	"schema_name = CASE WHEN $7::boolean THEN excluded.schema_name ELSE e.schema_name END, "
	"schema_id = CASE WHEN $7::boolean THEN excluded.schema_id ELSE e.schema_id END, "
	"schema_text = CASE WHEN $7::boolean THEN excluded.schema_text ELSE e.schema_text END, "
	"fields = excluded.fields, hidden = excluded.hidden, version = e.version + 1, "
	"changed_at = now()";

static enum gw_status
remember(struct migration *m, struct gw_error *err)
{
	struct gw_buf fields, hidden;
	char id[MAX_ID_TEXT];
	enum gw_status status;

	gw_buf_init(&fields, MAX_SQL);
	gw_buf_init(&hidden, MAX_SQL);
	put_array(&m->table, false, &fields);
	put_array(&m->table, true, &hidden);
	(void)snprintf(id, sizeof id, "%d", m->id);
	if (fields.failed || hidden.failed) {
		status = gw_fail_memory(err);
	} else {
		const char *params[] = {m->schema->entity,     m->name,     id,
					m->schema->text,       fields.data, hidden.data,
					m->current ? "t" : "f"};

		status = gw_db_query(m->db, remember_sql, params, 7, NULL, err);
	}
	gw_buf_release(&fields);
	gw_buf_release(&hidden);
	return status;
}

/*
 * A view can be replaced by one with more columns.  One that loses a column (its
 * field has become personal) must be dropped first, which other views on it prevent.
 */
static enum gw_status
replace_view(struct migration *m, struct gw_error *err)
{
	struct gw_buf sql;
	enum gw_status status;

	gw_buf_init(&sql, MAX_SQL);
	gw_canon_view(&m->table, &sql);
	status = sql.failed ? gw_fail_memory(err) : gw_db_exec(m->db, "SAVEPOINT view", err);
	if (status == GW_OK)
		status = gw_db_exec(m->db, sql.data, err);
	if (status == GW_CONFIG && strcmp(err->sqlstate, "42P16") == 0) {
		char drop[GW_MAX_NAME + 64];

		(void)snprintf(drop, sizeof drop, "DROP VIEW canon.\"%s_live\"", m->table.entity);
		status = gw_db_exec(m->db, "ROLLBACK TO view", err);
		if (status == GW_OK)
			status = gw_db_exec(m->db, drop, err);
		if (status == GW_OK)
			status = gw_db_exec(m->db, sql.data, err);
		if (status == GW_CONFIG)
			(void)gw_wrap(err,
				      _("canon.%s_live: a column must leave this view, but "
					"another view stands on it; drop that one"),
				      m->table.entity);
	}
	gw_buf_release(&sql);
	return status;
}

static enum gw_status
carry_out(struct migration *m, struct gw_error *err)
{
	gw_canon_comments(m->schema, &m->sql);
	if (m->sql.failed)
		return gw_fail_memory(err);
	if (m->sql.len > 0 && gw_db_exec(m->db, m->sql.data, err) != GW_OK)
		return err->status;
	if (replace_view(m, err) != GW_OK)
		return err->status;
	return remember(m, err);
}

static enum gw_status
migrate(struct migration *m, struct gw_error *err)
{
	const char *params[] = {m->schema->entity};

	if (gw_db_exec(m->db, "BEGIN", err) != GW_OK)
		return err->status;
	if (gw_db_query(m->db,
			"SELECT pg_advisory_xact_lock(hashtext('songma.entity'), hashtext($1))",
			params, 1, NULL, err) != GW_OK)
		return err->status;
	if (plan(m, err) != GW_OK)
		return err->status;
	if (m->changed && carry_out(m, err) != GW_OK)
		return err->status;
	return gw_db_commit(m->db, err);
}

enum gw_status
gw_migrate_entity(struct gw_db *db, const struct gw_schema *schema, int32_t id, bool *changed,
		  struct gw_error *err)
{
	struct migration m = {.db = db, .schema = schema, .id = id};
	enum gw_status status = gw_canon_check(schema, err);

	if (status != GW_OK)
		return status;
	if (schema->space != NULL && schema->space[0] != '\0')
		(void)snprintf(m.name, sizeof m.name, "%s.%s", schema->space, schema->name);
	else
		(void)snprintf(m.name, sizeof m.name, "%s", schema->name);
	gw_buf_init(&m.sql, MAX_SQL);
	status = migrate(&m, err);
	if (status != GW_OK) {
		gw_db_rollback(db);
		(void)gw_wrap(err, "canon.%s", schema->entity);
	} else {
		*changed = m.changed;
	}
	gw_canon_release(&m.table);
	gw_buf_release(&m.sql);
	return status;
}
