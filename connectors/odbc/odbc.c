#include "odbc/odbc.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "odbc/catalog.h"
#include "odbc/cursor.h"
#include "table/discover.h"

enum { CATALOG_MAX = 16 << 20 };

static enum gw_status
find_table(struct gw_session *session, const char *name, struct gw_arena *arena,
	   struct gw_table_facts *out, struct gw_error *err)
{
	struct gw_odbc_table found;
	enum gw_status status = gw_odbc_table_find(session, name, arena, &found, err);

	gw_odbc_end_page(session);
	return status == GW_OK ? gw_odbc_table_facts(&found, arena, out, err) : status;
}

static enum gw_status
discover_listed(struct gw_session *session, struct gw_odbc_table *table, gw_table_fn *each,
		void *arg, struct gw_error *err)
{
	struct gw_table_facts facts;
	struct gw_arena arena;
	enum gw_status status;

	gw_arena_init(&arena, CATALOG_MAX);
	status = gw_odbc_table_columns(session, &arena, table, err);
	gw_odbc_end_page(session);
	if (status == GW_OK)
		status = gw_odbc_table_facts(table, &arena, &facts, err);
	if (status == GW_OK)
		status = each(arg, &facts.told, err);
	gw_arena_release(&arena);
	return status;
}

static enum gw_status
odbc_discover(struct gw_session *session, const char *only, gw_table_fn *each, void *arg,
	      struct gw_error *err)
{
	struct gw_odbc_table *tables = NULL;
	struct gw_arena arena;
	size_t count = 0;
	enum gw_status status;

	if (only != NULL)
		return gw_table_discover(session, only, find_table, each, arg, err);
	gw_arena_init(&arena, CATALOG_MAX);
	status = gw_odbc_table_list(session, &arena, &tables, &count, err);
	for (size_t i = 0; status == GW_OK && i < count; i++)
		status = discover_listed(session, &tables[i], each, arg, err);
	gw_arena_release(&arena);
	return status;
}

static enum gw_status
odbc_table(struct gw_cursor *cursor, gw_table_fn *each, void *arg, struct gw_error *err)
{
	return each(arg, &cursor->plan.facts.told, err);
}

/* A SELECT of no rows needs the rights that reading needs. */
static enum gw_status
prove_table(struct gw_session *session, const struct gw_odbc_table *table, bool *writable,
	    struct gw_error *err)
{
	enum gw_status status;
	struct gw_buf sql;

	gw_buf_init(&sql, GW_ODBC_SQL_MAX);
	status = gw_buf_printf(&sql, "SELECT 1 FROM %s t WHERE 1 = 0", table->quoted)
			 ? gw_odbc_run(session, table->full, sql.data, NULL, 0, err)
			 : gw_fail_memory(err);
	gw_odbc_done(session);
	gw_buf_release(&sql);
	return status == GW_OK ? gw_odbc_writable(session, table, writable, err) : status;
}

static enum gw_status
check_table(struct gw_session *session, const char *name, struct gw_arena *arena, bool *writable,
	    struct gw_error *err)
{
	struct gw_odbc_table found;
	enum gw_status status = gw_odbc_table_find(session, name, arena, &found, err);

	if (status == GW_OK)
		status = prove_table(session, &found, writable, err);
	gw_odbc_end_page(session);
	return status;
}

/* "MariaDB 10.11.4 (ODBC, libmaodbc.so)", and whether anybody has tried that dialect. */
static enum gw_status
name_product(struct gw_session *session, char *out, size_t size, struct gw_error *err)
{
	char name[GW_ODBC_WHERE_MAX] = "", version[GW_ODBC_WHERE_MAX] = "";
	SQLSMALLINT len;

	if (session->dialect->version != NULL) {
		if (gw_odbc_query_one(session, session->where, session->dialect->version, name,
				      sizeof name, err) != GW_OK)
			return err->status;
	} else {
		(void)SQLGetInfo(session->dbc, SQL_DBMS_NAME, name, sizeof name, &len);
		(void)SQLGetInfo(session->dbc, SQL_DBMS_VER, version, sizeof version, &len);
	}
	(void)snprintf(out, size,
		       session->dialect->verified ? "%s%s%s (ODBC)"
						  : _("%s%s%s (ODBC; not verified "
						      "against a real server)"),
		       name, version[0] == '\0' ? "" : " ", version);
	return GW_OK;
}

/* Who may write to a database that is a file, the file's rights say. */
static enum gw_status
prove_file(struct gw_session *session, bool *writable, struct gw_error *err)
{
	char path[PATH_MAX] = "";

	*writable = false;
	if (session->dialect->file == NULL)
		return GW_OK;
	if (gw_odbc_query_one(session, session->where, session->dialect->file, path, sizeof path,
			      err) != GW_OK)
		return err->status;
	*writable = path[0] != '\0' && faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0;
	return GW_OK;
}

static enum gw_status
odbc_check(struct gw_session *session, const char *const *tables, size_t ntables,
	   struct gw_source_facts *out, struct gw_error *err)
{
	struct gw_source_facts facts = {.can_write = false};
	enum gw_status status = name_product(session, facts.product, sizeof facts.product, err);

	if (status == GW_OK)
		status = gw_odbc_begin_page(session, session->where, &facts.clock_us, err);
	if (status == GW_OK)
		status = gw_odbc_identity(session, facts.identity, err);
	if (status == GW_OK)
		status = prove_file(session, &facts.can_write, err);
	gw_odbc_end_page(session);
	if (status == GW_OK)
		status = gw_table_check(session, tables, ntables, check_table, &facts.can_write,
					err);
	if (status == GW_OK)
		*out = facts;
	return status;
}

const struct gw_connector gw_connector_odbc = {
	.name = "odbc",
	.about = N_("any database with a unixODBC driver: MariaDB, MySQL, SQL Server, Oracle, "
		    "SQLite, PostgreSQL"),
	.can = GW_CAN_RESUME | GW_CAN_CANCEL,
	.open = gw_odbc_open,
	.check = odbc_check,
	.discover = odbc_discover,
	.begin = gw_odbc_begin,
	.key_columns = gw_odbc_key_columns,
	.table = odbc_table,
	.next = gw_odbc_next,
	.idle = gw_odbc_idle,
	.end = gw_odbc_end,
	.fetch = gw_odbc_fetch,
	.ahead = gw_odbc_ahead,
	.count = gw_odbc_count,
	.place = gw_odbc_place,
	.grants = gw_odbc_grants,
	.describe = gw_odbc_bookmark_describe,
	.cancel = gw_odbc_cancel,
	.close = gw_odbc_close,
};
