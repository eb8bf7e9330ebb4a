#include "postgres/catalog.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "postgres/failure.h"

static const char find_sql[] =
	"SELECT c.oid, n.nspname, c.relname, c.relkind,"
	" CASE WHEN c.reltuples < 0 THEN -1 ELSE c.reltuples::bigint END,"
	" has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT'),"
	" c.relkind IN ('r', 'm', 'p') AND has_column_privilege(c.oid, 'xmin', 'SELECT')"
	/* A partition that is a foreign table has no xmin of ours. */
	"  AND NOT EXISTS (WITH RECURSIVE part AS (SELECT c.oid UNION ALL SELECT i.inhrelid"
	"   FROM pg_inherits i JOIN part ON i.inhparent = part.oid)"
	"   SELECT FROM part JOIN pg_class f USING (oid) WHERE f.relkind = 'f'),"
	" has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
	" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
	" WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')"
	" AND n.nspname = $1::text AND c.relname = $2::text";

/* Servers before 12 know none, nor the column. */
#define IS_LOOSE                                                                                   \
	"EXISTS (SELECT FROM pg_collation l WHERE l.oid = a.attcollation"                          \
	" AND row_to_json(l) ->> 'collisdeterministic' = 'false')"

static const char columns_sql[] =
	"WITH RECURSIVE base AS ("
	"  SELECT a.attnum, t.oid, t.typtype, t.typbasetype"
	"  FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid"
	"  WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped"
	"  UNION ALL SELECT base.attnum, t.oid, t.typtype, t.typbasetype"
	"  FROM base JOIN pg_type t ON t.oid = base.typbasetype WHERE base.typtype = 'd')"
	" SELECT a.attname, format_type(a.atttypid, a.atttypmod), t.typname,"
	" t.typnamespace = 'pg_catalog'::regnamespace, t.typtype, t.typcategory,"
	" format_type(t.oid, NULL), a.attnotnull,"
	" has_column_privilege(a.attrelid, a.attnum, 'SELECT'),"
	" coalesce((SELECT s.place FROM pg_index i,"
	"  unnest(i.indkey::int2[]) WITH ORDINALITY AS s (attnum, place)"
	"  WHERE i.indrelid = a.attrelid AND i.indisprimary AND s.attnum = a.attnum"
	"  AND s.place <= i.indnkeyatts), 0), t.oid, " IS_LOOSE
	" FROM base JOIN pg_attribute a ON a.attrelid = $1::oid AND a.attnum = base.attnum"
	" JOIN pg_type t ON t.oid = base.oid WHERE base.typtype <> 'd' ORDER BY a.attnum";

static const char names_sql[] =
	"SELECT n.nspname || '.' || c.relname"
	" FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
	" WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition"
	" AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'"
	" AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')"
	" ORDER BY n.nspname, c.relname";

static const char unique_sql[] =
	"SELECT i.indexrelid,"
	" CASE WHEN i.indcollation[s.place - 1] = a.attcollation OR NOT " IS_LOOSE
	" THEN a.attname ELSE '' END FROM pg_index i"
	" CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS s (attnum, place)"
	" JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = s.attnum"
	" WHERE i.indrelid = $1::oid AND i.indisunique AND i.indisvalid AND i.indpred IS NULL"
	" AND i.indexprs IS NULL AND s.place <= i.indnkeyatts ORDER BY i.indexrelid";

size_t
gw_pg_distance(const char *a, const char *b)
{
	size_t row[GW_PG_FAR + 1];
	size_t la = strlen(a), lb = strlen(b);

	if (la >= GW_PG_FAR || lb >= GW_PG_FAR)
		return GW_PG_FAR;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t best = corner + (a[i - 1] != b[j - 1]);

			best = row[j] + 1 < best ? row[j] + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			corner = row[j];
			row[j] = best;
		}
	}
	return row[lb];
}

/* More than a third of its letters wrong is another word. */
static size_t
near_enough(const char *word)
{
	size_t third = strlen(word) / 3;

	return third < 2 ? 2 : third;
}

const char *
gw_pg_kind_name(char kind)
{
	static const struct {
		char kind;
		const char *name;
	} kinds[] = {
		{'r', "table"},         {'p', "partitioned table"},
		{'v', "view"},          {'m', "materialized view"},
		{'f', "foreign table"},
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	return "?";
}

const char *
gw_pg_quote(struct gw_arena *arena, const char *name)
{
	char *quoted = gw_arena_alloc(arena, 2 * strlen(name) + 3);
	char *to = quoted;

	if (quoted == NULL)
		return NULL;
	*to++ = '"';
	for (; *name != '\0'; name++) {
		if (*name == '"')
			*to++ = '"';
		*to++ = *name;
	}
	*to++ = '"';
	*to = '\0';
	return quoted;
}

static const char *
keep(struct gw_arena *arena, const PGresult *result, int row, int column)
{
	const char *text = gw_pg_text(result, row, column);

	return gw_arena_copy(arena, text, strlen(text));
}

static const char *
joined(struct gw_arena *arena, const char *a, const char *b)
{
	size_t size = strlen(a) + strlen(b) + 2;
	char *out = gw_arena_alloc(arena, size);

	if (out != NULL)
		(void)snprintf(out, size, "%s.%s", a, b);
	return out;
}

static bool
fill_column(struct gw_arena *arena, const PGresult *result, int row, struct gw_pg_column *column)
{
	struct gw_pg_type_facts facts = {
		.name = gw_pg_text(result, row, 2),
		.builtin = gw_pg_true(result, row, 3),
		.type = gw_pg_text(result, row, 4)[0],
		.category = gw_pg_text(result, row, 5)[0],
	};

	*column = (struct gw_pg_column){
		.name = keep(arena, result, row, 0),
		.shown = keep(arena, result, row, 1),
		.nullable = !gw_pg_true(result, row, 7),
		.readable = gw_pg_true(result, row, 8),
		.key = (int)gw_pg_int(result, row, 9),
		.oid = (unsigned)gw_pg_int(result, row, 10),
		.loose = gw_pg_true(result, row, 11),
	};
	column->type = gw_pg_type_find(&facts, &column->refusal);
	if (column->type != NULL && (column->type->use & GW_PG_KEY) != 0)
		column->cast = facts.type == 'e' ? keep(arena, result, row, 6) : column->type->cast;
	return column->name != NULL && column->shown != NULL;
}

static enum gw_status
load_columns(struct gw_session *session, struct gw_arena *arena, struct gw_pg_table *table,
	     struct gw_error *err)
{
	const char *params[] = {table->oid, NULL};
	PGresult *result = NULL;
	enum gw_status status = GW_OK;

	if (gw_pg_query(session, table->full, columns_sql, params, &result, err) != GW_OK)
		return err->status;
	table->ncolumns = (size_t)PQntuples(result);
	table->columns = gw_arena_zalloc(arena, (table->ncolumns + 1) * sizeof *table->columns);
	for (size_t i = 0; i < table->ncolumns && status == GW_OK; i++)
		if (table->columns == NULL ||
		    !fill_column(arena, result, (int)i, &table->columns[i]))
			status = gw_fail_memory(err);
	PQclear(result);
	return status;
}

static bool
fill_table(struct gw_arena *arena, const PGresult *result, struct gw_pg_table *table)
{
	const char *schema = keep(arena, result, 0, 1);
	const char *name = keep(arena, result, 0, 2);

	*table = (struct gw_pg_table){
		.oid = keep(arena, result, 0, 0),
		.schema = schema,
		.name = name,
		.kind = gw_pg_text(result, 0, 3)[0],
		.rows_estimate = gw_pg_int(result, 0, 4),
		.readable = gw_pg_true(result, 0, 5),
		.has_xmin = gw_pg_true(result, 0, 6),
		.writable = gw_pg_true(result, 0, 7),
	};
	if (table->oid == NULL || schema == NULL || name == NULL)
		return false;
	table->full = joined(arena, schema, name);
	schema = gw_pg_quote(arena, schema);
	name = gw_pg_quote(arena, name);
	table->quoted = schema == NULL || name == NULL ? NULL : joined(arena, schema, name);
	return table->full != NULL && table->quoted != NULL;
}

static enum gw_status
fail_unknown(struct gw_session *session, const char *full, struct gw_arena *arena,
	     struct gw_error *err)
{
	const char *const *names = NULL;
	const char *best = NULL;
	size_t count = 0, least = near_enough(full) + 1;

	if (gw_pg_table_names(session, arena, &names, &count, err) != GW_OK)
		return err->status;
	for (size_t i = 0; names != NULL && i < count; i++) {
		size_t distance = gw_pg_distance(full, names[i]);

		if (distance < least) {
			least = distance;
			best = names[i];
		}
	}
	if (best != NULL)
		return gw_fail(err, GW_CONFIG,
			       _("there is no table or view %s in %s; did you mean %s?"), full,
			       session->where, best);
	return gw_fail(err, GW_CONFIG,
		       _("there is no table or view %s in %s; songma discover lists them"), full,
		       session->where);
}

enum gw_status
gw_pg_table_find(struct gw_session *session, const char *full, struct gw_arena *arena,
		 struct gw_pg_table *out, struct gw_error *err)
{
	const char *dot = strchr(full, '.');
	const char *params[3] = {NULL, NULL, NULL};
	struct gw_pg_table table;
	PGresult *result = NULL;
	enum gw_status status;

	if (dot == NULL || dot == full || dot[1] == '\0')
		return gw_fail(
			err, GW_CONFIG,
			_("found the table \"%s\", expected schema.table, such as public.%s"), full,
			dot == NULL ? full : "person");
	params[0] = gw_arena_copy(arena, full, (size_t)(dot - full));
	params[1] = dot + 1;
	if (params[0] == NULL)
		return gw_fail_memory(err);
	if (gw_pg_query(session, full, find_sql, params, &result, err) != GW_OK)
		return err->status;
	if (PQntuples(result) == 0) {
		PQclear(result);
		return fail_unknown(session, full, arena, err);
	}
	status = fill_table(arena, result, &table) ? GW_OK : gw_fail_memory(err);
	PQclear(result);
	if (status == GW_OK)
		status = load_columns(session, arena, &table, err);
	if (status == GW_OK)
		*out = table;
	return status;
}

enum gw_status
gw_pg_table_names(struct gw_session *session, struct gw_arena *arena, const char *const **out,
		  size_t *count, struct gw_error *err)
{
	PGresult *result = NULL;
	const char **names;
	enum gw_status status = GW_OK;

	if (gw_pg_query(session, _("listing the tables"), names_sql, NULL, &result, err) != GW_OK)
		return err->status;
	*count = (size_t)PQntuples(result);
	names = gw_arena_zalloc(arena, (*count + 1) * sizeof *names);
	for (size_t i = 0; names != NULL && i < *count && status == GW_OK; i++) {
		names[i] = keep(arena, result, (int)i, 0);
		if (names[i] == NULL)
			status = gw_fail_memory(err);
	}
	PQclear(result);
	if (names == NULL)
		return gw_fail_memory(err);
	*out = names;
	return status;
}

const char *
gw_pg_column_nearest(const struct gw_table *table, const char *name)
{
	const char *best = NULL;
	size_t least = near_enough(name) + 1;

	for (size_t i = 0; i < table->ncolumns; i++) {
		size_t distance = gw_pg_distance(name, table->columns[i].name);

		if (distance < least) {
			least = distance;
			best = table->columns[i].name;
		}
	}
	return best;
}

static bool
among(const char *name, const char *const *key, size_t nkey)
{
	for (size_t i = 0; i < nkey; i++)
		if (strcmp(name, key[i]) == 0)
			return true;
	return false;
}

enum gw_status
gw_pg_key_unique(struct gw_session *session, const struct gw_pg_table *table,
		 const char *const *key, size_t nkey, bool *out, struct gw_error *err)
{
	const char *params[] = {table->oid, NULL};
	PGresult *result = NULL;
	int rows;

	if (gw_pg_query(session, table->full, unique_sql, params, &result, err) != GW_OK)
		return err->status;
	rows = PQntuples(result);
	*out = false;
	for (int row = 0; row < rows && !*out;) {
		const char *index = gw_pg_text(result, row, 0);

		*out = true;
		for (; row < rows && strcmp(index, gw_pg_text(result, row, 0)) == 0; row++)
			*out = *out && among(gw_pg_text(result, row, 1), key, nkey);
	}
	PQclear(result);
	return GW_OK;
}
