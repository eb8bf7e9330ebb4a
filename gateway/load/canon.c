#include "load/canon.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

void
gw_canon_release(struct gw_canon_table *table)
{
	free(table->columns);
	free(table->hidden);
	table->columns = NULL;
	table->hidden = NULL;
	table->count = 0;
}

bool
gw_canon_name_ok(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len >= GW_MAX_NAME || name[0] < 'a' || name[0] > 'z')
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

/* A table has these columns by itself. */
static bool
is_system_column(const char *name)
{
	static const char *const names[] = {"cmax", "cmin", "ctid", "tableoid", "xmax", "xmin"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

enum gw_status
gw_canon_check(const struct gw_schema *schema, struct gw_error *err)
{
	/* "_live" and the longest name made from it must fit into 63 bytes as well. */
	if (!gw_canon_name_ok(schema->entity) || strlen(schema->entity) + 6 >= GW_MAX_NAME)
		return gw_fail(err, GW_REJECT,
			       _("schema %s: the name can't be that of a table; use letters and "
				 "digits, at most 57 characters"),
			       schema->name);
	for (size_t i = 0; i < schema->nfields; i++)
		if (!gw_canon_name_ok(schema->fields[i].name) ||
		    is_system_column(schema->fields[i].name))
			return gw_fail(err, GW_REJECT,
				       _("schema %s: field %s can't be the name of a column; use "
					 "a-z, 0-9 and _, begin with a letter, at most 63 "
					 "characters"),
				       schema->name, schema->fields[i].name);
	return GW_OK;
}

static const enum gw_column_type plain_types[] = {
	[GW_AVRO_BOOLEAN] = GW_COLUMN_BOOLEAN, [GW_AVRO_INT] = GW_COLUMN_INTEGER,
	[GW_AVRO_LONG] = GW_COLUMN_BIGINT,     [GW_AVRO_FLOAT] = GW_COLUMN_REAL,
	[GW_AVRO_DOUBLE] = GW_COLUMN_DOUBLE,   [GW_AVRO_STRING] = GW_COLUMN_TEXT,
	[GW_AVRO_BYTES] = GW_COLUMN_BYTEA,     [GW_AVRO_FIXED] = GW_COLUMN_BYTEA,
	[GW_AVRO_ENUM] = GW_COLUMN_TEXT,       [GW_AVRO_NULL] = GW_COLUMN_TEXT,
};

enum gw_column_type
gw_canon_type(const struct gw_schema_field *field)
{
	switch (field->logical) {
	case GW_LOGICAL_DATE:
		return GW_COLUMN_DATE;
	case GW_LOGICAL_TIMESTAMP_MILLIS:
	case GW_LOGICAL_TIMESTAMP_MICROS:
		return GW_COLUMN_TIMESTAMPTZ;
	case GW_LOGICAL_DECIMAL:
		return GW_COLUMN_NUMERIC;
	case GW_LOGICAL_PARTIAL_DATE:
		return GW_COLUMN_TEXT;
	case GW_LOGICAL_NONE:
		break;
	}
	return plain_types[field->type];
}

bool
gw_canon_hidden(const struct gw_schema_field *field)
{
	return field->privacy == GW_PERSONAL || field->privacy == GW_SENSITIVE;
}

/* Names have been checked, so that nothing in them needs escaping. */
static void
put_name(struct gw_buf *out, const char *name)
{
	(void)gw_buf_printf(out, "\"%s\"", name);
}

static void
put_literal(struct gw_buf *out, const char *text, size_t len)
{
	(void)gw_buf_putc(out, '\'');
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\'')
			(void)gw_buf_putc(out, '\'');
		(void)gw_buf_putc(out, text[i]);
	}
	(void)gw_buf_putc(out, '\'');
}

static void
put_bytea_literal(struct gw_buf *out, const struct gw_value *value)
{
	const unsigned char *bytes = (const unsigned char *)value->as.text;

	(void)gw_buf_puts(out, "'\\x");
	for (size_t i = 0; i < value->len; i++)
		(void)gw_buf_printf(out, "%02x", bytes[i]);
	(void)gw_buf_puts(out, "'");
}

/* The default that a field's column gets; the text of a value as a typed literal. */
static void
put_default(struct gw_buf *out, const struct gw_schema_field *field)
{
	const struct gw_value *value = &field->fallback;
	char text[GW_TIME_TEXT];

	(void)gw_buf_puts(out, " DEFAULT ");
	switch (value->kind) {
	case GW_BOOL:
		(void)gw_buf_puts(out, value->as.truth ? "true" : "false");
		break;
	case GW_INT:
		(void)gw_buf_printf(out, "%lld", (long long)value->as.integer);
		break;
	case GW_FLOAT:
		(void)gw_buf_printf(out, "'%.17g'", value->as.real);
		break;
	case GW_DECIMAL:
	case GW_TEXT:
		put_literal(out, value->as.text, value->len);
		break;
	case GW_BYTES:
		put_bytea_literal(out, value);
		break;
	case GW_DATE:
		gw_date_format(value->as.integer, text);
		put_literal(out, text, strlen(text));
		break;
	case GW_TIMESTAMP:
		gw_timestamp_format(value->as.integer, text);
		put_literal(out, text, strlen(text));
		break;
	case GW_NULL:
	case GW_UNHELD:
		(void)gw_buf_puts(out, "NULL");
		break;
	}
}

/*
 * What identifies a row is compared as bytes: a locale's order costs a fifth of
 * a load and nobody reads it.  What is looked up has no collation of its own, so
 * that a look-up in tables made with another one finds their index too.
 */
static const char service_columns[] =
	"_source text COLLATE \"C\" NOT NULL, _stream text COLLATE \"C\" NOT NULL, "
	"_key text COLLATE \"C\" NOT NULL, _version bigint NOT NULL, _run uuid NOT NULL, _hash "
	"bigint NOT NULL, _loaded_at timestamptz NOT NULL, "
	"_deleted_at timestamptz";

static void
put_column(struct gw_buf *out, const struct gw_schema_field *field)
{
	put_name(out, field->name);
	(void)gw_buf_printf(out, " %s", gw_column_type_name(gw_canon_type(field)));
	if (field->has_default && field->fallback.kind != GW_NULL)
		put_default(out, field);
}

static void
create_table(const struct gw_schema *schema, const char *space, const char *more,
	     struct gw_buf *out)
{
	(void)gw_buf_printf(out, "CREATE TABLE %s.\"%s\" (", space, schema->entity);
	for (size_t i = 0; i < schema->nfields; i++) {
		put_column(out, &schema->fields[i]);
		(void)gw_buf_puts(out, ", ");
	}
	(void)gw_buf_printf(out, "%s, %s);\n", service_columns, more);
}

void
gw_canon_create(const struct gw_schema *schema, struct gw_buf *out)
{
	/* The key first: what comes before it in a row of the index is the same in nearly all of
	 * them, and would be compared each time. */
	create_table(schema, "canon", "PRIMARY KEY (_key, _source, _stream)", out);
	create_table(schema, "history",
		     "_valid_from timestamptz NOT NULL, _valid_to timestamptz NOT NULL", out);
	/* History is written often and read seldom: this index costs a change next to nothing, and
	 * still spares a reader all but a few of the table's ranges. */
	(void)gw_buf_printf(out,
			    "CREATE INDEX ON history.\"%s\" USING brin (_key text_bloom_ops) "
			    "WITH (pages_per_range = 32, autosummarize = on);\n",
			    schema->entity);
}

void
gw_canon_add(const struct gw_schema *schema, size_t field, struct gw_buf *out)
{
	static const char *const spaces[] = {"canon", "history"};

	for (size_t i = 0; i < 2; i++) {
		(void)gw_buf_printf(out, "ALTER TABLE %s.\"%s\" ADD COLUMN ", spaces[i],
				    schema->entity);
		put_column(out, &schema->fields[field]);
		(void)gw_buf_puts(out, ";\n");
	}
}

bool
gw_canon_widens(enum gw_column_type from, enum gw_column_type to)
{
	if (from == GW_COLUMN_INTEGER)
		return to == GW_COLUMN_BIGINT || to == GW_COLUMN_DOUBLE;
	if (from == GW_COLUMN_BIGINT || from == GW_COLUMN_REAL)
		return to == GW_COLUMN_DOUBLE;
	return false;
}

void
gw_canon_widen(const char *entity, const char *column, enum gw_column_type type, struct gw_buf *out)
{
	static const char *const spaces[] = {"canon", "history"};

	for (size_t i = 0; i < 2; i++)
		(void)gw_buf_printf(out, "ALTER TABLE %s.\"%s\" ALTER COLUMN \"%s\" TYPE %s;\n",
				    spaces[i], entity, column, gw_column_type_name(type));
}

/* What is ours stands first, so that a field that is added later only adds a column at the end. */
void
gw_canon_view(const struct gw_canon_table *table, struct gw_buf *out)
{
	(void)gw_buf_printf(out,
			    "CREATE OR REPLACE VIEW canon.\"%s_live\" AS SELECT _source, _stream, "
			    "_key, _version, _run, _loaded_at",
			    table->entity);
	for (size_t i = 0; i < table->count; i++)
		if (!table->hidden[i])
			(void)gw_buf_printf(out, ", \"%s\"", table->columns[i].name);
	(void)gw_buf_printf(out, " FROM canon.\"%s\" WHERE _deleted_at IS NULL;\n", table->entity);
}

void
gw_canon_comments(const struct gw_schema *schema, struct gw_buf *out)
{
	for (size_t i = 0; i < schema->nfields; i++) {
		const char *doc = schema->fields[i].doc;

		if (doc == NULL)
			continue;
		(void)gw_buf_printf(out, "COMMENT ON COLUMN canon.\"%s\".\"%s\" IS ",
				    schema->entity, schema->fields[i].name);
		put_literal(out, doc, strlen(doc));
		(void)gw_buf_puts(out, ";\n");
	}
}

/* "a", "b"… each with a prefix such as m. and a comma behind it. */
static void
put_columns(const struct gw_canon_table *table, const char *prefix, struct gw_buf *out)
{
	for (size_t i = 0; i < table->count; i++)
		(void)gw_buf_printf(out, "%s\"%s\", ", prefix, table->columns[i].name);
}

/* The schema that the table stands in. */
static const char *
space_of(const struct gw_canon_table *table)
{
	return table->shadow ? "rebuild" : "canon";
}

/* What remembers deletes of keys that the table never had. */
static void
put_memory(const struct gw_canon_table *table, struct gw_buf *out)
{
	if (table->shadow)
		(void)gw_buf_printf(out, "rebuild.\"%s_gone\"", table->entity);
	else
		(void)gw_buf_puts(out, "ops.deleted");
}

void
gw_canon_copy(const struct gw_canon_table *table, struct gw_buf *out)
{
	(void)gw_buf_printf(out, "COPY %s.\"%s\" (", space_of(table), table->entity);
	put_columns(table, "", out);
	(void)gw_buf_puts(out, "_source, _stream, _key, _version, _run, _hash, _loaded_at) FROM "
			       "STDIN (FORMAT binary)");
}

/*
 * LATERAL with LIMIT is looked up by the whole key, row by row.  A plain join was
 * seen to be planned as all rows of a stream against all keys, for as long as the
 * statistics did not know the stream.  Few streams have deletes to remember, so
 * that one look spares the others a look-up a row.
 */
static void
step_look(const struct gw_canon_table *table, struct gw_buf *out)
{
	(void)gw_buf_printf(
		out,
		"SELECT k.nth, coalesce(c._tid, d._tid), c._version, c._hash, c._gone, d.version "
		"FROM unnest($3::text[]) WITH ORDINALITY k(key, nth) "
		"LEFT JOIN LATERAL (SELECT ctid AS _tid, _version, _hash, "
		"_deleted_at IS NOT NULL AS _gone FROM %s.\"%s\" "
		"WHERE _source = $1 AND _stream = $2 AND _key = k.key LIMIT 1) c ON true "
		"LEFT JOIN LATERAL (SELECT ctid AS _tid, version FROM ",
		space_of(table), table->entity);
	put_memory(table, out);
	(void)gw_buf_puts(out, " WHERE (SELECT EXISTS (SELECT FROM ");
	put_memory(table, out);
	(void)gw_buf_puts(out, " WHERE source = $1 AND stream = $2)) "
			       "AND source = $1 AND stream = $2 AND key = k.key LIMIT 1) d ON true "
			       "WHERE c._tid IS NOT NULL OR d._tid IS NOT NULL");
}

/*
 * Many rows by their places: one walk over them, in their order; a join with the
 * places costs three times as much.  To name the stream as well would offer the
 * planner a walk over all of it.
 */
static const char by_place[] = "c.ctid = ANY ($1::tid[])";

/* What a row was goes to history, until now or until it was deleted. */
static void
step_past(const struct gw_canon_table *table, struct gw_buf *out)
{
	static const char ours[] = "_source, _stream, _key, _version, _run, _hash, _loaded_at, "
				   "_deleted_at, _valid_from, _valid_to";

	/* History is not made again. */
	if (table->shadow) {
		(void)gw_buf_printf(out,
				    "SELECT FROM rebuild.\"%s\" c WHERE %s "
				    "AND $2::timestamptz IS NOT NULL",
				    table->entity, by_place);
		return;
	}
	(void)gw_buf_printf(out, "INSERT INTO history.\"%s\" (", table->entity);
	put_columns(table, "", out);
	(void)gw_buf_printf(out, "%s) SELECT ", ours);
	put_columns(table, "c.", out);
	(void)gw_buf_printf(out,
			    "c._source, c._stream, c._key, c._version, c._run, c._hash, "
			    "c._loaded_at, c._deleted_at, c._loaded_at, "
			    "coalesce(c._deleted_at, $2::timestamptz) FROM canon.\"%s\" c "
			    "WHERE %s",
			    table->entity, by_place);
}

/* A delete that comes again raises the version all the same: nothing between the two may come back.
 */
static void
step_gone(const struct gw_canon_table *table, struct gw_buf *out)
{
	(void)gw_buf_printf(out,
			    "UPDATE %s.\"%s\" c SET _version = s._version, _run = s._run, "
			    "_deleted_at = coalesce(c._deleted_at, $4::timestamptz) FROM "
			    "unnest($1::tid[], $2::bigint[], $3::bigint[], $5::bigint[], "
			    "$6::uuid[]) s(_tid, _old, _was, _version, _run) WHERE "
			    "c.ctid = s._tid AND c._version = s._old AND c._hash = s._was",
			    space_of(table), table->entity);
}

void
gw_canon_step(const struct gw_canon_table *table, enum gw_step step, struct gw_buf *out)
{
	switch (step) {
	case GW_STEP_LOOK:
		step_look(table, out);
		break;
	case GW_STEP_PAST:
		step_past(table, out);
		break;
	case GW_STEP_REPLACED:
		(void)gw_buf_printf(out,
				    "DELETE FROM %s.\"%s\" c WHERE %s "
				    "RETURNING c._version # c._hash",
				    space_of(table), table->entity, by_place);
		break;
	case GW_STEP_GONE:
		step_gone(table, out);
		break;
	case GW_STEP_REMEMBERED:
		(void)gw_buf_puts(out, "INSERT INTO ");
		put_memory(table, out);
		(void)gw_buf_puts(out, " AS d (source, stream, key, version, at) "
				       "SELECT $1, $2, s.key, s.version, $3::timestamptz FROM "
				       "unnest($4::text[], $5::bigint[]) s(key, version) "
				       "ON CONFLICT (source, stream, key) DO UPDATE "
				       "SET version = greatest(d.version, excluded.version)");
		break;
	case GW_STEP_FORGOTTEN:
		(void)gw_buf_puts(out, "DELETE FROM ");
		put_memory(table, out);
		(void)gw_buf_puts(out, " d USING unnest($1::tid[], $2::bigint[]) s(tid, old) "
				       "WHERE d.ctid = s.tid AND d.version = s.old");
		break;
	case GW_STEPS:
		break;
	}
}
