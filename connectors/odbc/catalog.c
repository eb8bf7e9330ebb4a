#include "odbc/catalog.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "config/parts.h"
#include "odbc/failure.h"

/* Columns of ODBC's own catalogue functions, from 0. */
enum { TABLE_SCHEMA = 1, TABLE_NAME = 2, TABLE_TYPE = 3, COLUMN_NAME = 3, DATA_TYPE = 4 };
enum { TYPE_NAME = 5, COLUMN_SIZE = 6, NULLABLE = 10, KEY_NAME = 3, KEY_PLACE = 4 };
enum { WIDEST = 4 }; /* bytes of one character */

static const struct {
	int code;
	const char *name;
} codes[] = {
	{SQL_BIT, "bit"},
	{SQL_TINYINT, "tinyint"},
	{SQL_SMALLINT, "smallint"},
	{SQL_INTEGER, "integer"},
	{SQL_BIGINT, "bigint"},
	{SQL_DECIMAL, "decimal"},
	{SQL_NUMERIC, "decimal"},
	{SQL_REAL, "real"},
	{SQL_FLOAT, "double"},
	{SQL_DOUBLE, "double"},
	{SQL_CHAR, "char"},
	{SQL_WCHAR, "char"},
	{SQL_VARCHAR, "varchar"},
	{SQL_WVARCHAR, "varchar"},
	{SQL_LONGVARCHAR, "longvarchar"},
	{SQL_WLONGVARCHAR, "longvarchar"},
	{SQL_BINARY, "binary"},
	{SQL_VARBINARY, "binary"},
	{SQL_LONGVARBINARY, "longbinary"},
	{SQL_TYPE_DATE, "date"},
	{SQL_TYPE_TIME, "time"},
	{SQL_TYPE_TIMESTAMP, "timestamp"},
	{SQL_GUID, "guid"},
};

const char *
gw_odbc_code_name(int code)
{
	for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++)
		if (codes[i].code == code)
			return codes[i].name;
	return "";
}

static const char *
cell(const struct gw_odbc_result *result, size_t row, size_t column)
{
	const char *text =
		column < result->ncolumns ? result->cells[row * result->ncolumns + column] : NULL;

	return text == NULL ? "" : text;
}

static int64_t
number(const struct gw_odbc_result *result, size_t row, size_t column)
{
	const char *text = cell(result, row, column);
	int64_t n = 0;

	return gw_parse_i64(text, strcspn(text, "."), &n) ? n : 0;
}

/* ---- tables -----------------------------------------------------------------------------------
 */

static const char *
take(struct gw_arena *arena, const struct gw_buf *buf)
{
	return buf->failed || buf->data == NULL ? NULL : gw_arena_copy(arena, buf->data, buf->len);
}

static enum gw_status
name_table(const struct gw_session *session, struct gw_arena *arena, struct gw_odbc_table *table,
	   struct gw_error *err)
{
	const char *dot = table->schema[0] == '\0' ? "" : ".";
	struct gw_buf text;

	gw_buf_init(&text, GW_ODBC_SQL_MAX);
	(void)gw_buf_printf(&text, "%s%s%s", table->schema, dot, table->name);
	table->full = take(arena, &text);
	gw_buf_clear(&text);
	if (dot[0] != '\0') {
		(void)gw_odbc_quote(&text, session->dialect, table->schema);
		(void)gw_buf_puts(&text, dot);
	}
	(void)gw_odbc_quote(&text, session->dialect, table->name);
	table->quoted = take(arena, &text);
	gw_buf_release(&text);
	return table->full == NULL || table->quoted == NULL ? gw_fail_memory(err) : GW_OK;
}

static enum gw_status
fill_table(const struct gw_session *session, const struct gw_odbc_result *result, size_t row,
	   struct gw_arena *arena, struct gw_odbc_table *out, struct gw_error *err)
{
	bool odbc = session->dialect->tables == NULL;
	bool view = odbc && strstr(cell(result, row, TABLE_TYPE), "VIEW") != NULL;

	*out = (struct gw_odbc_table){
		.schema = cell(result, row, odbc ? TABLE_SCHEMA : 0),
		.name = cell(result, row, odbc ? TABLE_NAME : 1),
		.kind = !odbc  ? cell(result, row, 2)
			: view ? "view"
			       : "table",
		.rows_estimate = odbc ? -1 : number(result, row, 3),
	};
	return name_table(session, arena, out, err);
}

/* ODBC's own list: it has a schema and a name of any text, so rows are compared here. */
static enum gw_status
odbc_tables(struct gw_session *session, struct gw_arena *arena, struct gw_odbc_result *out,
	    struct gw_error *err)
{
	static SQLCHAR types[] = "TABLE,VIEW";
	const char *what = _("listing the tables");
	SQLRETURN code = SQLTables(session->stmt, NULL, 0, NULL, 0, NULL, 0, types, SQL_NTS);
	bool more;

	if (gw_odbc_came(session, what, code, &more, err) != GW_OK)
		return err->status;
	return gw_odbc_take(session, what, arena, out, err);
}

enum gw_status
gw_odbc_table_list(struct gw_session *session, struct gw_arena *arena, struct gw_odbc_table **out,
		   size_t *count, struct gw_error *err)
{
	const struct gw_odbc_ask ask = {.what = _("listing the tables"),
					.sql = session->dialect->tables};
	struct gw_odbc_result result = {.nrows = 0};
	struct gw_odbc_table *tables;
	enum gw_status status;

	status = ask.sql == NULL ? odbc_tables(session, arena, &result, err)
				 : gw_odbc_query(session, &ask, arena, &result, err);
	if (status != GW_OK)
		return status;
	tables = gw_arena_zalloc(arena, (result.nrows + 1) * sizeof *tables);
	if (tables == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < result.nrows && status == GW_OK; i++)
		status = fill_table(session, &result, i, arena, &tables[i], err);
	*out = tables;
	*count = result.nrows;
	return status;
}

static enum gw_status
fail_unknown(struct gw_session *session, const char *full, struct gw_arena *arena,
	     struct gw_error *err)
{
	struct gw_odbc_table *tables = NULL;
	const char *elsewhere = NULL;
	struct gw_nearest nearest;
	size_t count = 0;

	if (gw_odbc_table_list(session, arena, &tables, &count, err) != GW_OK)
		return err->status;
	gw_nearest_init(&nearest, full);
	for (size_t i = 0; i < count; i++) {
		gw_nearest_try(&nearest, tables[i].full);
		/* Its name alone is enough for one of the schema that is meant without one. */
		if (strcasecmp(tables[i].schema, session->schema) == 0)
			gw_nearest_try(&nearest, tables[i].name);
		else if (strcasecmp(tables[i].name, full) == 0)
			elsewhere = tables[i].full;
	}
	if (elsewhere != NULL)
		nearest.best = elsewhere;
	if (nearest.best != NULL)
		return gw_fail(err, GW_CONFIG,
			       _("there is no table or view %s in %s; did you mean %s?"), full,
			       session->where, nearest.best);
	return gw_fail(err, GW_CONFIG,
		       _("there is no table or view %s in %s; songma discover lists them"), full,
		       session->where);
}

/* Looks for one split of the name; *out->name stays NULL where there is none. */
static enum gw_status
try_name(struct gw_session *session, const char *schema, const char *name, struct gw_arena *arena,
	 struct gw_odbc_table *out, struct gw_error *err)
{
	const char *params[] = {schema, name};
	const struct gw_odbc_ask ask = {name, session->dialect->table, params, 2};
	struct gw_odbc_table *tables = NULL;
	struct gw_odbc_result result;
	size_t count = 0;

	if (ask.sql != NULL) {
		if (gw_odbc_query(session, &ask, arena, &result, err) != GW_OK)
			return err->status;
		return result.nrows == 0 ? GW_OK : fill_table(session, &result, 0, arena, out, err);
	}
	if (gw_odbc_table_list(session, arena, &tables, &count, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < count; i++)
		if (strcmp(tables[i].name, name) == 0 &&
		    (schema[0] == '\0' || strcmp(tables[i].schema, schema) == 0))
			*out = tables[i];
	return GW_OK;
}

enum gw_status
gw_odbc_table_find(struct gw_session *session, const char *full, struct gw_arena *arena,
		   struct gw_odbc_table *out, struct gw_error *err)
{
	struct gw_odbc_table table = {.name = NULL};
	const char *dot = full;

	/* As it stands first, then with its first dot as the one behind the schema, and so
	 * on. */
	if (try_name(session, session->schema, full, arena, &table, err) != GW_OK)
		return err->status;
	while (table.name == NULL && (dot = strchr(dot, '.')) != NULL) {
		const char *schema = gw_arena_copy(arena, full, (size_t)(dot - full));

		if (schema == NULL)
			return gw_fail_memory(err);
		if (try_name(session, schema, ++dot, arena, &table, err) != GW_OK)
			return err->status;
	}
	if (table.name == NULL)
		return fail_unknown(session, full, arena, err);
	if (gw_odbc_table_columns(session, arena, &table, err) != GW_OK)
		return err->status;
	*out = table;
	return GW_OK;
}

/* ---- columns
 * ----------------------------------------------------------------------------------
 */

static enum gw_status
set_type(const struct gw_session *session, struct gw_odbc_column *column, const char *name,
	 const char *detail, struct gw_arena *arena, struct gw_error *err)
{
	const struct gw_odbc_type *type = gw_odbc_type_find(session->dialect, column->shown, name);

	if (type == NULL)
		column->refusal = _("the gateway does not know this type");
	else if (type->refusal != NULL)
		column->refusal = _(type->refusal);
	if (column->refusal != NULL)
		return GW_OK;
	column->type = gw_odbc_type_declared(type, detail, arena);
	return column->type == NULL ? gw_fail_memory(err) : GW_OK;
}

static enum gw_status
odbc_columns(struct gw_session *session, struct gw_arena *arena, const struct gw_odbc_table *table,
	     struct gw_odbc_result *out, struct gw_error *err)
{
	SQLCHAR *schema = gw_odbc_chars(table->schema);
	SQLCHAR *name = gw_odbc_chars(table->name);
	SQLRETURN code;
	bool more;

	(void)SQLSetStmtAttr(session->stmt, SQL_ATTR_METADATA_ID, gw_odbc_number(SQL_FALSE), 0);
	code = SQLColumns(session->stmt, NULL, 0, schema[0] == '\0' ? NULL : schema, SQL_NTS, name,
			  SQL_NTS, NULL, 0);
	if (gw_odbc_came(session, table->full, code, &more, err) != GW_OK)
		return err->status;
	return gw_odbc_take(session, table->full, arena, out, err);
}

static enum gw_status
odbc_keys(struct gw_session *session, struct gw_arena *arena, const struct gw_odbc_table *table,
	  struct gw_odbc_result *out, struct gw_error *err)
{
	SQLCHAR *schema = gw_odbc_chars(table->schema);
	SQLCHAR *name = gw_odbc_chars(table->name);
	SQLRETURN code = SQLPrimaryKeys(session->stmt, NULL, 0, schema[0] == '\0' ? NULL : schema,
					SQL_NTS, name, SQL_NTS);
	bool more;

	if (gw_odbc_came(session, table->full, code, &more, err) != GW_OK)
		return err->status;
	return gw_odbc_take(session, table->full, arena, out, err);
}

/* An underscore or a percent sign in a name is a pattern there: rows of other tables come
 * too. */
static enum gw_status
fill_odbc_columns(struct gw_session *session, struct gw_arena *arena, struct gw_odbc_table *table,
		  struct gw_error *err)
{
	struct gw_odbc_result columns = {.nrows = 0}, keys = {.nrows = 0};

	if (odbc_columns(session, arena, table, &columns, err) != GW_OK ||
	    odbc_keys(session, arena, table, &keys, err) != GW_OK)
		return err->status;
	table->columns = gw_arena_zalloc(arena, (columns.nrows + 1) * sizeof *table->columns);
	if (table->columns == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < columns.nrows; i++) {
		struct gw_odbc_column *column = &table->columns[table->ncolumns];

		if (strcmp(cell(&columns, i, TABLE_NAME), table->name) != 0)
			continue;
		*column = (struct gw_odbc_column){
			.name = cell(&columns, i, COLUMN_NAME),
			.shown = cell(&columns, i, TYPE_NAME),
			.bytes = (size_t)number(&columns, i, COLUMN_SIZE) * WIDEST,
			.nullable = number(&columns, i, NULLABLE) != SQL_NO_NULLS,
			.readable = true,
		};
		if (set_type(session, column,
			     gw_odbc_code_name((int)number(&columns, i, DATA_TYPE)), "", arena,
			     err) != GW_OK)
			return err->status;
		for (size_t k = 0; k < keys.nrows; k++)
			if (strcmp(cell(&keys, k, KEY_NAME), column->name) == 0)
				column->key = (int)number(&keys, k, KEY_PLACE);
		table->ncolumns++;
	}
	return GW_OK;
}

enum gw_status
gw_odbc_table_columns(struct gw_session *session, struct gw_arena *arena,
		      struct gw_odbc_table *table, struct gw_error *err)
{
	const char *params[] = {table->schema, table->name};
	const struct gw_odbc_ask ask = {table->full, session->dialect->columns, params, 2};
	struct gw_odbc_result result;

	if (ask.sql == NULL)
		return fill_odbc_columns(session, arena, table, err);
	if (gw_odbc_query(session, &ask, arena, &result, err) != GW_OK)
		return err->status;
	table->ncolumns = result.nrows;
	table->columns = gw_arena_zalloc(arena, (result.nrows + 1) * sizeof *table->columns);
	if (table->columns == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < result.nrows; i++) {
		struct gw_odbc_column *column = &table->columns[i];

		*column = (struct gw_odbc_column){
			.name = cell(&result, i, 0),
			.shown = cell(&result, i, 1),
			.bytes = (size_t)number(&result, i, 3),
			.nullable = number(&result, i, 4) != 0,
			.readable = result.ncolumns <= 6 || number(&result, i, 6) != 0,
			.key = (int)number(&result, i, 5),
		};
		if (set_type(session, column, cell(&result, i, 2), cell(&result, i, 7), arena,
			     err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

/* ---- keys and rights --------------------------------------------------------------------------
 */

static bool
among(const char *name, const char *const *key, size_t nkey)
{
	for (size_t i = 0; i < nkey; i++)
		if (strcmp(name, key[i]) == 0)
			return true;
	return false;
}

static bool
covers_primary_key(const struct gw_odbc_table *table, const char *const *key, size_t nkey)
{
	bool any = false;

	for (size_t i = 0; i < table->ncolumns; i++) {
		if (table->columns[i].key == 0)
			continue;
		any = true;
		if (!among(table->columns[i].name, key, nkey))
			return false;
	}
	return any;
}

enum gw_status
gw_odbc_key_unique(struct gw_session *session, const struct gw_odbc_table *table,
		   const char *const *key, size_t nkey, bool *out, struct gw_error *err)
{
	const char *params[] = {table->schema, table->name};
	const struct gw_odbc_ask ask = {table->full, session->dialect->unique, params, 2};
	struct gw_odbc_result result;
	struct gw_arena arena;
	enum gw_status status;

	*out = covers_primary_key(table, key, nkey);
	if (*out || session->dialect->unique == NULL)
		return GW_OK;
	gw_arena_init(&arena, GW_ODBC_SQL_MAX);
	status = gw_odbc_query(session, &ask, &arena, &result, err);
	for (size_t row = 0; status == GW_OK && row < result.nrows && !*out;) {
		const char *index = cell(&result, row, 0);

		*out = true;
		for (; row < result.nrows && strcmp(index, cell(&result, row, 0)) == 0; row++)
			*out = *out && among(cell(&result, row, 1), key, nkey);
	}
	gw_arena_release(&arena);
	return status;
}

enum gw_status
gw_odbc_writable(struct gw_session *session, const struct gw_odbc_table *table, bool *out,
		 struct gw_error *err)
{
	const char *params[] = {table->schema, table->name};
	const struct gw_odbc_ask ask = {table->full, session->dialect->rights, params, 2};
	struct gw_odbc_result result = {.nrows = 0};
	struct gw_arena arena;
	enum gw_status status = GW_OK;

	*out = false;
	if (session->dialect->rights == NULL)
		return GW_OK;
	gw_arena_init(&arena, GW_ODBC_SQL_MAX);
	status = gw_odbc_query(session, &ask, &arena, &result, err);
	*out = status == GW_OK && result.nrows > 0;
	gw_arena_release(&arena);
	return status;
}
