/*
 * Any text as a schema from a registry that is to be kept in a table: refused,
 * or SQL in which every name and text stays within its quotes, whatever the
 * schema's docs and defaults say.
 */
#include "fuzz.h"
#include "load/canon.h"

/* Walks over SQL; false where a quote never ends.  *statements: semicolons outside of quotes. */
static bool
walk(const char *sql, size_t *statements)
{
	char quote = '\0';

	*statements = 0;
	for (; *sql != '\0'; sql++) {
		if (quote == '\0' && (*sql == '\'' || *sql == '"'))
			quote = *sql;
		else if (*sql == quote)
			quote = '\0';
		else if (quote == '\0')
			*statements += *sql == ';';
	}
	return quote == '\0';
}

static void
require_sql(const struct gw_buf *sql, size_t statements)
{
	size_t found = 0;

	require(!sql->failed && strlen(sql->data) == sql->len);
	require(walk(sql->data, &found) && found == statements);
}

static size_t
docs_of(const struct gw_schema *schema)
{
	size_t count = 0;

	for (size_t i = 0; i < schema->nfields; i++)
		count += schema->fields[i].doc != NULL;
	return count;
}

static void
check_statements(const struct gw_schema *schema)
{
	struct gw_buf sql;

	gw_buf_init(&sql, FUZZ_MEMORY);
	gw_canon_create(schema, &sql);
	require_sql(&sql, 3);
	for (size_t i = 0; i < schema->nfields; i++) {
		gw_buf_clear(&sql);
		gw_canon_add(schema, i, &sql);
		require_sql(&sql, 2);
	}
	gw_buf_clear(&sql);
	(void)gw_buf_puts(&sql, "");
	gw_canon_comments(schema, &sql);
	if (docs_of(schema) > 0)
		require_sql(&sql, docs_of(schema));
	gw_buf_release(&sql);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_schema *schema = NULL;
	struct gw_error err;

	if (gw_schema_parse("fuzz", (const char *)data, size, false, &schema, &err) != GW_OK)
		require_error(&err, GW_CONFIG, "", 0);
	else if (gw_canon_check(schema, &err) != GW_OK)
		require_error(&err, GW_REJECT, "", 0);
	else
		check_statements(schema);
	gw_schema_free(schema);
	return 0;
}
