#include "postgres/catalog.h"

#include <string.h>

enum { NAMES_MAX = 1 << 20, SCHEMAS_MAX = 64 };

struct granting {
	struct gw_arena arena;
	const char *account, *database; /* quoted */
	const char *schemas[SCHEMAS_MAX];
	size_t nschemas;
	struct gw_buf *out;
};

static enum gw_status
who(struct gw_session *session, struct granting *g, struct gw_error *err)
{
	PGresult *result = NULL;

	if (gw_pg_query(session, session->where, "SELECT current_user, current_database()", NULL,
			&result, err) != GW_OK)
		return err->status;
	g->account = gw_pg_quote(&g->arena, gw_pg_text(result, 0, 0));
	g->database = gw_pg_quote(&g->arena, gw_pg_text(result, 0, 1));
	PQclear(result);
	return g->account == NULL || g->database == NULL ? gw_fail_memory(err) : GW_OK;
}

/* Once for each schema. */
static void
put_schema(struct granting *g, const char *schema)
{
	for (size_t i = 0; i < g->nschemas; i++)
		if (strcmp(g->schemas[i], schema) == 0)
			return;
	if (g->nschemas < SCHEMAS_MAX)
		g->schemas[g->nschemas++] = schema;
	gw_buf_printf(g->out, "GRANT USAGE ON SCHEMA %s TO %s;\n", schema, g->account);
}

/* The table may not be there, or not be seen: its name is all that is needed. */
static bool
put_table(struct granting *g, const char *full)
{
	const char *dot = strchr(full, '.');
	const char *schema, *name;

	if (dot == NULL)
		return true;
	schema = gw_arena_copy(&g->arena, full, (size_t)(dot - full));
	schema = schema == NULL ? NULL : gw_pg_quote(&g->arena, schema);
	name = gw_pg_quote(&g->arena, dot + 1);
	if (schema == NULL || name == NULL)
		return false;
	put_schema(g, schema);
	gw_buf_printf(g->out, "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON %s.%s FROM %s;\n", schema,
		      name, g->account);
	return gw_buf_printf(g->out, "GRANT SELECT ON %s.%s TO %s;\n", schema, name, g->account);
}

enum gw_status
gw_pg_grants(struct gw_session *session, const char *const *tables, size_t ntables,
	     struct gw_buf *out, struct gw_error *err)
{
	struct granting g = {.out = out};
	enum gw_status status;

	gw_arena_init(&g.arena, NAMES_MAX);
	status = who(session, &g, err);
	if (status == GW_OK)
		gw_buf_printf(out,
			      "ALTER ROLE %s SET default_transaction_read_only = on;\n"
			      "GRANT CONNECT ON DATABASE %s TO %s;\n",
			      g.account, g.database, g.account);
	for (size_t i = 0; status == GW_OK && i < ntables; i++)
		if (!put_table(&g, tables[i]))
			status = gw_fail_memory(err);
	if (status == GW_OK && out->failed)
		status = gw_fail_memory(err);
	gw_arena_release(&g.arena);
	return status;
}
