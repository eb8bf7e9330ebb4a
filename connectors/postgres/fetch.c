/*
 * Rows that are read again by their keys.
 *
 * The keys are texts that may be anything: a letter's key may no longer be a
 * value of its column, where the column's type was changed.  So casts are
 * proved first, without the table, under a savepoint; what fails is narrowed
 * down to single keys, which no row can have.  The rows then come as a page's
 * rows do, in the same snapshot.
 */
#include "postgres/cursor.h"

#include <string.h>

#include "base/i18n.h"
#include "table/keys.h"

enum { KEYS_MAX = 16 << 20 }; /* bytes of one column's list */

struct fetch {
	struct gw_cursor *cursor;
	const struct gw_keys *keys;
	size_t at[GW_PG_MAX_KEY];           /* where key column i of the plan stands in a key */
	bool *hopeless;                     /* of each key: no row can have it */
	struct gw_buf lists[GW_PG_MAX_KEY]; /* arrays, as PostgreSQL reads them */
	size_t listed;
};

static enum gw_status
match_columns(struct fetch *fetch, struct gw_error *err)
{
	const struct gw_pg_plan *plan = &fetch->cursor->plan;

	return gw_keys_match(fetch->keys, plan->key_names, plan->nkey, plan->shown, fetch->at, err);
}

static const char *
text_of(const struct fetch *fetch, size_t key, size_t i)
{
	return fetch->keys->values[key * fetch->keys->ncolumns + fetch->at[i]];
}

static enum gw_status
give_up_nulls(struct fetch *fetch, struct gw_error *err)
{
	size_t count = fetch->keys->count;

	fetch->hopeless =
		gw_arena_zalloc(&fetch->cursor->arena, (count + 1) * sizeof *fetch->hopeless);
	if (fetch->hopeless == NULL)
		return gw_fail_memory(err);
	for (size_t key = 0; key < count; key++)
		for (size_t i = 0; i < fetch->cursor->plan.nkey; i++)
			if (text_of(fetch, key, i) == NULL)
				fetch->hopeless[key] = true;
	return GW_OK;
}

static void
put_element(struct gw_buf *list, const char *text)
{
	(void)gw_buf_puts(list, list->len > 1 ? ",\"" : "\"");
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			(void)gw_buf_putc(list, '\\');
		(void)gw_buf_putc(list, *text);
	}
	(void)gw_buf_putc(list, '"');
}

/* Lists the keys [from, to) that there is hope for. */
static enum gw_status
put_lists(struct fetch *fetch, size_t from, size_t to, struct gw_error *err)
{
	bool failed = false;

	fetch->listed = 0;
	for (size_t key = from; key < to; key++)
		fetch->listed += !fetch->hopeless[key];
	for (size_t i = 0; i < fetch->cursor->plan.nkey; i++) {
		struct gw_buf *list = &fetch->lists[i];

		gw_buf_clear(list);
		(void)gw_buf_putc(list, '{');
		for (size_t key = from; key < to; key++)
			if (!fetch->hopeless[key])
				put_element(list, text_of(fetch, key, i));
		(void)gw_buf_putc(list, '}');
		failed = failed || list->failed;
	}
	return failed ? gw_keys_fail_many(fetch->keys, fetch->cursor->plan.shown, err) : GW_OK;
}

/* Runs a statement whose parameters are the lists. */
static enum gw_status
query_lists(struct fetch *fetch, const char *sql, struct gw_error *err)
{
	const char *params[GW_PG_MAX_KEY + 1] = {NULL};

	for (size_t i = 0; i < fetch->cursor->plan.nkey; i++)
		params[i] = fetch->lists[i].data;
	return gw_pg_query(fetch->cursor->session, fetch->cursor->plan.shown, sql, params, NULL,
			   err);
}

/* *good: all keys of [from, to) can be values of their columns. */
static enum gw_status
prove_some(struct fetch *fetch, size_t from, size_t to, bool *good, struct gw_error *err)
{
	const char *what = fetch->cursor->plan.shown;

	if (put_lists(fetch, from, to, err) != GW_OK)
		return err->status;
	*good = fetch->listed == 0 || query_lists(fetch, fetch->cursor->sql.data, err) == GW_OK;
	if (*good)
		return GW_OK;
	if (strncmp(err->sqlstate, "22", 2) != 0)
		return err->status;
	return gw_pg_query(fetch->cursor->session, what, "ROLLBACK TO SAVEPOINT songma", NULL, NULL,
			   err);
}

static enum gw_status
begin_proof(struct gw_cursor *cursor, struct gw_error *err)
{
	gw_buf_clear(&cursor->sql);
	if (gw_pg_sql_prove_keys(&cursor->plan, &cursor->sql, err) != GW_OK)
		return err->status;
	return gw_pg_query(cursor->session, cursor->plan.shown, "SAVEPOINT songma", NULL, NULL,
			   err);
}

/* Halves what fails, and doubles again what does not: a few bad keys cost a few exchanges. */
static enum gw_status
prove_keys(struct fetch *fetch, struct gw_error *err)
{
	size_t count = fetch->keys->count, step = count;

	if (begin_proof(fetch->cursor, err) != GW_OK)
		return err->status;
	for (size_t from = 0; from < count;) {
		size_t to = step < count - from ? from + step : count;
		bool good = false;

		if (prove_some(fetch, from, to, &good, err) != GW_OK)
			return err->status;
		if (!good && to - from > 1) {
			step = (to - from) / 2;
			continue;
		}
		if (!good)
			fetch->hopeless[from] = true;
		else
			step = step < count / 2 ? step * 2 : count;
		from = to;
	}
	return GW_OK;
}

static enum gw_status
send_fetch(struct fetch *fetch, struct gw_error *err)
{
	struct gw_cursor *cursor = fetch->cursor;
	struct gw_buf *sql = &cursor->sql;

	gw_buf_clear(sql);
	for (size_t i = 0; i < cursor->plan.nkey; i++)
		(void)gw_buf_printf(sql,
				    "%spg_catalog.set_config('songma.f%zu', $%zu, true) IS NULL",
				    i == 0 ? "SELECT " : ", ", i, i + 1);
	if (sql->failed)
		return gw_fail_memory(err);
	if (query_lists(fetch, sql->data, err) != GW_OK)
		return err->status;
	gw_buf_clear(sql);
	(void)gw_buf_puts(sql, "SELECT; ");
	if (gw_pg_sql_form(&cursor->plan, sql, err) != GW_OK)
		return err->status;
	(void)gw_buf_puts(sql, "; COPY (");
	/* One more than there can be, so that a key that two rows have shows itself. */
	cursor->limit = fetch->listed + 1;
	if (gw_pg_sql_keys(&cursor->plan, cursor->limit, sql, err) != GW_OK)
		return err->status;
	if (!gw_buf_puts(sql, ") TO STDOUT (FORMAT binary); COMMIT"))
		return gw_fail_memory(err);
	if (gw_pg_send(cursor->session, cursor->plan.shown, sql->data, err) != GW_OK)
		return err->status;
	cursor->asked = true;
	return GW_OK;
}

static enum gw_status
fetch_rows(struct fetch *fetch, struct gw_batch *batch, struct gw_error *err)
{
	struct gw_cursor *cursor = fetch->cursor;
	const struct gw_pg_plan *plan = &cursor->plan;
	size_t row = (plan->nvisible + 1) * sizeof(struct gw_value);
	struct gw_pg_rows rows = {0};
	PGresult *before = NULL;

	/* The values' own table leaves room for what they point to. */
	if ((fetch->listed + 1) * row > batch->arena.limit / 2)
		return gw_keys_fail_large(fetch->listed, plan->shown, batch, err);
	if (send_fetch(fetch, err) != GW_OK ||
	    gw_pg_take_rows(cursor, !plan->key_unique, batch, &rows, &before, err) != GW_OK)
		return err->status;
	PQclear(before);
	if (rows.no_memory)
		return gw_keys_fail_large(fetch->listed, plan->shown, batch, err);
	if (rows.nrows > fetch->listed)
		return gw_fail(err, GW_CONFIG,
			       _("two rows of %s have the same key (%s%s): name the columns that "
				 "identify a row with key: …"),
			       plan->shown, plan->key[0].name, plan->nkey > 1 ? ", …" : "");
	batch->values = rows.values;
	batch->nrows = rows.nrows;
	return GW_OK;
}

static enum gw_status
fetch_in_snapshot(struct fetch *fetch, struct gw_batch *batch, struct gw_error *err)
{
	struct gw_cursor *cursor = fetch->cursor;

	if (gw_pg_begin_page(cursor, err) != GW_OK || prove_keys(fetch, err) != GW_OK ||
	    put_lists(fetch, 0, fetch->keys->count, err) != GW_OK)
		return err->status;
	batch->snapshot_us = cursor->facts.now_us;
	if (fetch->listed > 0)
		return fetch_rows(fetch, batch, err);
	return gw_pg_query(cursor->session, cursor->plan.shown, "COMMIT", NULL, NULL, err);
}

static enum gw_status
fetch_keys(struct fetch *fetch, struct gw_batch *batch, struct gw_error *err)
{
	struct gw_cursor *cursor = fetch->cursor;
	enum gw_status status;

	batch->ncolumns = cursor->plan.nvisible;
	if (match_columns(fetch, err) != GW_OK || give_up_nulls(fetch, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < cursor->plan.nkey; i++)
		gw_buf_init(&fetch->lists[i], KEYS_MAX);
	status = fetch_in_snapshot(fetch, batch, err);
	for (size_t i = 0; i < cursor->plan.nkey; i++)
		gw_buf_release(&fetch->lists[i]);
	if (status != GW_OK)
		gw_pg_rollback(cursor->session);
	return status;
}

enum gw_status
gw_pg_fetch(struct gw_session *session, const struct gw_request *request,
	    const struct gw_keys *keys, struct gw_batch *batch, struct gw_error *err)
{
	struct fetch fetch = {.keys = keys};
	enum gw_status status;

	gw_cycle_clear(batch);
	batch->resent = true;
	status = gw_pg_begin(session, request, NULL, &fetch.cursor, err);
	if (status != GW_OK)
		return status;
	status = keys->count > fetch.cursor->page_rows
			 ? gw_keys_fail_many(keys, fetch.cursor->plan.shown, err)
			 : fetch_keys(&fetch, batch, err);
	gw_pg_end(fetch.cursor);
	return status;
}
