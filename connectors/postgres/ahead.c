/*
 * Whether a row lies before or behind the position.
 *
 * The row is compared where it is, in its own types.  A key that can't be a value
 * of its column stands for no row.
 */
#include <string.h>

#include "postgres/cursor.h"
#include "table/keys.h"

/* "(a, b) > (…, …)" of the row with the key $1, $2…, as NEW compares it; null where it has no
   cursor. */
static enum gw_status
put_question(const struct gw_cursor *cursor, struct gw_buf *out, struct gw_error *err)
{
	const struct gw_pg_plan *plan = &cursor->plan;
	size_t npos = cursor->state.position.count;

	(void)gw_buf_puts(out, "SELECT (");
	for (size_t i = 0; i < npos; i++)
		(void)gw_buf_printf(out, "%s%s", i > 0 ? ", " : "", plan->order[i].column);
	(void)gw_buf_puts(out, ") > (");
	for (size_t i = 0; i < npos; i++)
		(void)gw_buf_printf(out, "%spg_catalog.current_setting('songma.p%zu')::%s",
				    i > 0 ? ", " : "", i, plan->order[i].cast);
	(void)gw_buf_puts(out, ")");
	if (plan->timed)
		(void)gw_buf_printf(out, ", %s > %s", plan->order[0].column, plan->now);
	else
		(void)gw_buf_puts(out, ", false");
	(void)gw_buf_printf(out, " FROM %s AS t WHERE ", plan->table);
	for (size_t i = 0; i < plan->nkey; i++)
		(void)gw_buf_printf(out, "%s%s%s = %s$%zu::pg_catalog.text%s", i > 0 ? " AND " : "",
				    plan->key[i].column,
				    plan->loose && plan->key[i].loose ? GW_PG_EXACT : "",
				    plan->key[i].before, i + 1, plan->key[i].behind);
	return gw_buf_puts(out, " LIMIT 1") ? GW_OK : gw_fail_memory(err);
}

/* The texts of the plan's key columns; false: one is not there. */
static bool
take_params(const struct gw_pg_plan *plan, const struct gw_keys *key, const char **params)
{
	size_t at[GW_PG_MAX_KEY];

	if (gw_keys_find(key, plan->key_names, plan->nkey, at) < plan->nkey)
		return false;
	for (size_t i = 0; i < plan->nkey; i++) {
		params[i] = key->values[at[i]];
		if (params[i] == NULL)
			return false;
	}
	return true;
}

static enum gw_status
ask(struct gw_cursor *cursor, const char *const *params, enum gw_ahead *out, struct gw_error *err)
{
	const char *what = cursor->plan.shown;
	PGresult *result = NULL;

	if (gw_pg_begin_page(cursor, err) != GW_OK)
		return err->status;
	gw_buf_clear(&cursor->sql);
	gw_pg_put_settings(cursor, &cursor->sql);
	if (cursor->sql.failed)
		return gw_fail_memory(err);
	if (gw_pg_query(cursor->session, what, cursor->sql.data, NULL, NULL, err) != GW_OK)
		return err->status;
	gw_buf_clear(&cursor->sql);
	if (put_question(cursor, &cursor->sql, err) != GW_OK ||
	    gw_pg_query(cursor->session, what, cursor->sql.data, params, &result, err) != GW_OK)
		return err->status;
	if (PQntuples(result) == 1 && !PQgetisnull(result, 0, 0) && !gw_pg_true(result, 0, 1))
		*out = gw_pg_true(result, 0, 0) ? GW_AHEAD_YES : GW_AHEAD_NO;
	PQclear(result);
	return gw_pg_query(cursor->session, what, "COMMIT", NULL, NULL, err);
}

enum gw_status
gw_pg_ahead(struct gw_session *session, const struct gw_request *request,
	    const struct gw_bookmark *since, const struct gw_keys *key, enum gw_ahead *out,
	    struct gw_error *err)
{
	const char *params[GW_PG_MAX_KEY + 1] = {NULL};
	struct gw_cursor *cursor = NULL;
	enum gw_status status;

	*out = GW_AHEAD_UNKNOWN;
	if (gw_pg_begin(session, request, since, &cursor, err) != GW_OK)
		return err->status;
	status = GW_OK;
	if (cursor->plan.ncursor == 0) {
		*out = GW_AHEAD_YES;
	} else if (cursor->state.complete && cursor->state.position.count > 0 &&
		   take_params(&cursor->plan, key, params)) {
		status = ask(cursor, params, out, err);
		if (status != GW_OK)
			gw_pg_rollback(session);
		if (status != GW_OK && strncmp(err->sqlstate, "22", 2) == 0)
			status = GW_OK;
	}
	gw_pg_end(cursor);
	return status;
}
