#include "postgres/postgres.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "postgres/catalog.h"
#include "postgres/cursor.h"
#include "postgres/failure.h"

enum { CATALOG_MAX = 16 << 20 };

static enum gw_status
describe_table(const struct gw_pg_table *found, struct gw_arena *arena, gw_table_fn *each,
	       void *arg, struct gw_error *err)
{
	struct gw_column *columns = gw_arena_zalloc(arena, (found->ncolumns + 1) * sizeof *columns);
	struct gw_table table = {
		.name = found->full,
		.kind = gw_pg_kind_name(found->kind),
		.rows_estimate = found->rows_estimate,
		.readable = found->readable,
		.late_commits = found->has_xmin,
		.columns = columns,
		.ncolumns = found->ncolumns,
	};

	if (columns == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < found->ncolumns; i++) {
		const struct gw_pg_column *from = &found->columns[i];

		columns[i] = (struct gw_column){
			.name = from->name,
			.type = from->shown,
			.kind = from->type == NULL ? GW_UNHELD : from->type->kind,
			.refusal = from->refusal,
			.nullable = from->nullable,
			.key = from->key,
		};
		if (from->type != NULL && !from->readable)
			columns[i].refusal = _("the account may not read this column");
	}
	return each(arg, &table, err);
}

static enum gw_status
pg_table(struct gw_cursor *cursor, gw_table_fn *each, void *arg, struct gw_error *err)
{
	return describe_table(&cursor->table, &cursor->arena, each, arg, err);
}

static enum gw_status
discover_one(struct gw_session *session, const char *name, gw_table_fn *each, void *arg,
	     struct gw_error *err)
{
	struct gw_arena arena;
	struct gw_pg_table found;
	enum gw_status status;

	gw_arena_init(&arena, CATALOG_MAX);
	status = gw_pg_table_find(session, name, &arena, &found, err);
	if (status == GW_OK)
		status = describe_table(&found, &arena, each, arg, err);
	gw_arena_release(&arena);
	return status;
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
		return discover_one(session, only, each, arg, err);
	gw_arena_init(&arena, CATALOG_MAX);
	status = gw_pg_table_names(session, &arena, &names, &count, err);
	for (size_t i = 0; status == GW_OK && i < count; i++)
		status = discover_one(session, names[i], each, arg, err);
	gw_arena_release(&arena);
	return status;
}

/* A SELECT without columns and rows needs the very rights that reading needs. */
static enum gw_status
check_table(struct gw_session *session, const char *name, bool *writable, struct gw_error *err)
{
	struct gw_pg_table found;
	struct gw_arena arena;
	struct gw_buf sql;
	enum gw_status status;

	gw_arena_init(&arena, CATALOG_MAX);
	gw_buf_init(&sql, GW_PG_SQL_MAX);
	status = gw_pg_table_find(session, name, &arena, &found, err);
	if (status == GW_OK) {
		*writable = found.writable;
		status = gw_buf_printf(&sql, "SELECT FROM %s LIMIT 0", found.quoted)
				 ? gw_pg_query(session, found.full, sql.data, NULL, NULL, err)
				 : gw_fail_memory(err);
	}
	gw_buf_release(&sql);
	gw_arena_release(&arena);
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

	for (size_t i = 0; status == GW_OK && i < ntables; i++) {
		bool writable = false;

		status = check_table(session, tables[i], &writable, err);
		facts.can_write = facts.can_write || writable;
	}
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
