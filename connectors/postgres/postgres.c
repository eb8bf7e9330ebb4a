#include "postgres/postgres.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "postgres/catalog.h"
#include "postgres/cursor.h"
#include "table/discover.h"

enum { CATALOG_MAX = 16 << 20 };

static enum gw_status
find_table(struct gw_session *session, const char *name, struct gw_arena *arena,
	   struct gw_table_facts *out, struct gw_error *err)
{
	struct gw_pg_table found;

	if (gw_pg_table_find(session, name, arena, &found, err) != GW_OK)
		return err->status;
	return gw_pg_table_facts(&found, arena, out, err);
}

static enum gw_status
pg_table(struct gw_cursor *cursor, gw_table_fn *each, void *arg, struct gw_error *err)
{
	return each(arg, &cursor->plan.facts.told, err);
}

static enum gw_status
pg_discover(struct gw_session *session, const char *only, gw_table_fn *each, void *arg,
	    struct gw_error *err)
{
	const char *const *names;
	struct gw_arena arena;
	size_t count = 0;
	enum gw_status status;

	if (only != NULL)
		return gw_table_discover(session, only, find_table, each, arg, err);
	gw_arena_init(&arena, CATALOG_MAX);
	status = gw_pg_table_names(session, &arena, &names, &count, err);
	for (size_t i = 0; status == GW_OK && i < count; i++)
		status = gw_table_discover(session, names[i], find_table, each, arg, err);
	gw_arena_release(&arena);
	return status;
}

/* A SELECT without columns and rows needs the very rights that reading needs. */
static enum gw_status
check_table(struct gw_session *session, const char *name, struct gw_arena *arena, bool *writable,
	    struct gw_error *err)
{
	struct gw_pg_table found;
	struct gw_buf sql;
	enum gw_status status = gw_pg_table_find(session, name, arena, &found, err);

	if (status != GW_OK)
		return status;
	*writable = found.writable;
	gw_buf_init(&sql, GW_PG_SQL_MAX);
	status = gw_buf_printf(&sql, "SELECT FROM %s LIMIT 0", found.quoted)
			 ? gw_pg_query(session, found.full, sql.data, NULL, NULL, err)
			 : gw_fail_memory(err);
	gw_buf_release(&sql);
	return status;
}

static enum gw_status
server_facts(struct gw_session *session, struct gw_source_facts *out, struct gw_error *err)
{
	PGresult *result = NULL;

	if (gw_pg_query(session, session->where,
			"SELECT current_setting('server_version'), pg_is_in_recovery(), "
			"(extract(epoch FROM clock_timestamp()) * 1000000)::bigint",
			NULL, &result, err) != GW_OK)
		return err->status;
	(void)snprintf(out->product, sizeof out->product, "PostgreSQL %s",
		       gw_pg_text(result, 0, 0));
	out->standby = gw_pg_true(result, 0, 1);
	out->clock_us = gw_pg_int(result, 0, 2);
	PQclear(result);
	return gw_pg_identity(session, out->identity, err);
}

static enum gw_status
pg_check(struct gw_session *session, const char *const *tables, size_t ntables,
	 struct gw_source_facts *out, struct gw_error *err)
{
	struct gw_source_facts facts = {.can_write = false};
	enum gw_status status = server_facts(session, &facts, err);

	if (status == GW_OK)
		status = gw_table_check(session, tables, ntables, check_table, &facts.can_write,
					err);
	if (status == GW_OK)
		*out = facts;
	return status;
}

const struct gw_connector gw_connector_postgres = {
	.name = "postgres",
	.about = N_("PostgreSQL 12 and later: tables, views, materialized views, foreign tables"),
	.can = GW_CAN_RESUME | GW_CAN_LATE_COMMITS | GW_CAN_CANCEL,
	.open = gw_pg_open,
	.check = pg_check,
	.discover = pg_discover,
	.begin = gw_pg_begin,
	.table = pg_table,
	.next = gw_pg_next,
	.ask = gw_pg_ask,
	.drop = gw_pg_drop,
	.ready = gw_pg_ready,
	.idle = gw_pg_idle,
	.key_columns = gw_pg_key_columns,
	.end = gw_pg_end,
	.fetch = gw_pg_fetch,
	.ahead = gw_pg_ahead,
	.count = gw_pg_count,
	.place = gw_pg_place,
	.describe = gw_pg_bookmark_describe,
	.grants = gw_pg_grants,
	.cancel = gw_pg_cancel,
	.close = gw_pg_close,
};
