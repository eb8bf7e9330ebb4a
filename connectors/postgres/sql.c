#include "postgres/plan.h"

#include <string.h>

#include "base/i18n.h"

/* "current_setting('songma.p0')::type" */
static void
put_value(struct gw_buf *out, const struct gw_pg_order *order, char list, size_t i)
{
	(void)gw_buf_printf(out, "pg_catalog.current_setting('songma.%c%zu')::%s", list, i,
			    order->cast);
}

static void
put_columns(struct gw_buf *out, const struct gw_pg_order *order, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		(void)gw_buf_puts(out, i > 0 ? ", " : "");
		(void)gw_buf_puts(out, order[i].column);
	}
}

/* "(a, b) > (…, …)": a row comparison, which an index on (a, b) serves. */
static void
put_compare(struct gw_buf *out, const struct gw_pg_order *order, size_t n, const char *operator,
	    char list)
{
	(void)gw_buf_puts(out, "(");
	put_columns(out, order, n);
	(void)gw_buf_printf(out, ") %s (", operator);
	for (size_t i = 0; i < n; i++) {
		(void)gw_buf_puts(out, i > 0 ? ", " : "");
		put_value(out, &order[i], list, i);
	}
	(void)gw_buf_puts(out, ")");
}

/* The sub-select is computed once, not for every row. */
static const char touched_since[] =
	"pg_catalog.age(t.xmin) BETWEEN 0 AND (SELECT "
	"pg_catalog.age(pg_catalog.current_setting('songma.x')::pg_catalog.xid))";

static void
put_within_overlap(struct gw_buf *out, const struct gw_pg_plan *plan)
{
	const struct gw_pg_order *first = &plan->order[0];

	(void)gw_buf_printf(out, " AND %s > ", first->column);
	if (!plan->timed) {
		put_value(out, first, 'p', 0);
		/* Wider, since the smallest numbers less so many are beyond their own type. */
		(void)gw_buf_printf(out, "::pg_catalog.int8 - %d", GW_PG_LATE_IDS);
		return;
	}
	/* Where the source's clock was set back, what is written now lies behind the position. */
	(void)gw_buf_puts(out, "LEAST(");
	put_value(out, first, 'p', 0);
	(void)gw_buf_printf(out, ", %s) - pg_catalog.interval '%lld.%06lld seconds'", plan->now,
			    (long long)(plan->overlap_us / 1000000),
			    (long long)(plan->overlap_us % 1000000));
}

/* Rows that NEW will not reach: at or behind the position, dated later than now, not dated. */
static void
put_out_of_reach(struct gw_buf *out, const struct gw_pg_plan *plan, size_t npos, bool overlap)
{
	const struct gw_pg_order *first = &plan->order[0];

	if (npos == 0) {
		(void)gw_buf_puts(out, "false");
	} else {
		(void)gw_buf_puts(out, "(");
		put_compare(out, plan->order, npos, "<=", 'p');
		if (overlap)
			put_within_overlap(out, plan);
		(void)gw_buf_puts(out, ")");
	}
	/* Without an xmin these would come again in every cycle. */
	if (plan->has_xmin && plan->timed)
		(void)gw_buf_printf(out, " OR %s > %s", first->column, plan->now);
	if (plan->has_xmin && first->nullable)
		(void)gw_buf_printf(out, " OR %s IS NULL", first->column);
}

static void
put_late(struct gw_buf *out, const struct gw_pg_plan *plan, size_t npos, bool overlap)
{
	if (plan->has_xmin)
		(void)gw_buf_printf(out, "%s AND ", touched_since);
	(void)gw_buf_puts(out, "(");
	put_out_of_reach(out, plan, npos, overlap);
	(void)gw_buf_puts(out, ")");
}

static void
put_not_future(struct gw_buf *out, const struct gw_pg_plan *plan)
{
	if (plan->timed)
		(void)gw_buf_printf(out, "%s <= %s", plan->order[0].column, plan->now);
	else
		(void)gw_buf_printf(out, "%s IS NOT NULL", plan->order[0].column);
}

/* A moment of the source's clock as the cursor's type sees it. */
static void
put_moment(struct gw_buf *out, const struct gw_pg_plan *plan, int64_t us)
{
	static const char now[] = "pg_catalog.now()";
	const char *at = strstr(plan->now, now);

	(void)gw_buf_printf(out, "%.*spg_catalog.to_timestamp(%lld.%06lld)%s",
			    (int)(at - plan->now), plan->now, (long long)(us / 1000000),
			    (long long)(us % 1000000), at + sizeof now - 1);
}

static void
put_new(struct gw_buf *out, const struct gw_pg_plan *plan, size_t npos, int64_t until_us)
{
	put_not_future(out, plan);
	if (plan->timed && until_us > 0) {
		(void)gw_buf_printf(out, " AND %s <= ", plan->order[0].column);
		put_moment(out, plan, until_us);
	}
	if (npos == 0)
		return;
	(void)gw_buf_puts(out, " AND ");
	put_compare(out, plan->order, npos, ">", 'p');
	/* Says nothing new, but an index on the cursor alone can use it. */
	(void)gw_buf_printf(out, " AND %s >= ", plan->order[0].column);
	put_value(out, &plan->order[0], 'p', 0);
}

/* Rows that have no value there are outside of every range. */
static void
put_range(struct gw_buf *out, const struct gw_pg_range *range)
{
	const char *value = "pg_catalog.current_setting('songma.r";

	if (range->column == NULL)
		(void)gw_buf_puts(out, "true");
	if (range->column != NULL && !range->from && !range->to)
		(void)gw_buf_printf(out, "%s IS NOT NULL", range->column);
	if (range->from)
		(void)gw_buf_printf(out, "%s >= %s0')::%s", range->column, value, range->cast);
	if (range->to)
		(void)gw_buf_printf(out, "%s%s < %s%d')::%s", range->from ? " AND " : "",
				    range->column, value, (int)range->from, range->cast);
}

static enum gw_status
done(const struct gw_buf *out, struct gw_error *err)
{
	return out->failed ? gw_fail_memory(err) : GW_OK;
}

/* Where a page's rows are. */
static void
put_where(struct gw_buf *out, const struct gw_pg_plan *plan, const struct gw_pg_page *page)
{
	if (page->phase == GW_PG_NEW)
		put_new(out, plan, page->npos, page->until_us);
	else if (page->phase == GW_PG_SNAPSHOT)
		put_range(out, &plan->range);
	else
		put_late(out, plan, page->npos, page->phase == GW_PG_LATE);
	if (page->phase != GW_PG_NEW && page->resumed) {
		(void)gw_buf_puts(out, " AND ");
		put_compare(out, plan->key, plan->nkey, ">", 'k');
	}
}

enum gw_status
gw_pg_sql_page(const struct gw_pg_plan *plan, const struct gw_pg_page *page, struct gw_buf *out,
	       struct gw_error *err)
{
	bool by_key = page->phase != GW_PG_NEW;

	(void)gw_buf_printf(out, "SELECT %s FROM %s AS t WHERE ", plan->fields, plan->table);
	put_where(out, plan, page);
	(void)gw_buf_puts(out, " ORDER BY ");
	if (by_key)
		put_columns(out, plan->key, plan->nkey);
	else
		put_columns(out, plan->order, plan->norder);
	(void)gw_buf_printf(out, " LIMIT %zu", page->limit);
	return done(out, err);
}

enum gw_status
gw_pg_sql_border(const struct gw_pg_plan *plan, const struct gw_pg_page *page, bool tied,
		 struct gw_buf *out, struct gw_error *err)
{
	const char *operator= tied ? "=" : "<=";

	(void)gw_buf_printf(out, "SELECT pg_catalog.count(*) FROM %s AS t WHERE ", plan->table);
	put_where(out, plan, page);
	(void)gw_buf_puts(out, " AND ");
	if (page->phase == GW_PG_NEW)
		put_compare(out, plan->order, plan->norder, operator, 'l');
	else
		put_compare(out, plan->key, plan->nkey, operator, 'l');
	return done(out, err);
}

enum gw_status
gw_pg_sql_form(const struct gw_pg_plan *plan, struct gw_buf *out, struct gw_error *err)
{
	(void)gw_buf_printf(out, "SELECT %s FROM %s AS t WHERE false", plan->fields, plan->table);
	return done(out, err);
}

enum { OLD_XID_FUNCTIONS = 130000 };

const char *
gw_pg_sql_facts(int server_version)
{
	return server_version < OLD_XID_FUNCTIONS
		       ? "SELECT (extract(epoch FROM pg_catalog.now()) * "
			 "1000000)::pg_catalog.int8, "
			 "pg_catalog.txid_snapshot_xmin(pg_catalog.txid_current_snapshot())"
		       : "SELECT (extract(epoch FROM pg_catalog.now()) * "
			 "1000000)::pg_catalog.int8, "
			 "pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())"
			 "::pg_catalog.text";
}

enum gw_status
gw_pg_sql_probe(const struct gw_pg_plan *plan, size_t npos, int64_t floor, int server_version,
		struct gw_buf *out, struct gw_error *err)
{
	const char *xmax = server_version < OLD_XID_FUNCTIONS
				   ? "pg_catalog.txid_snapshot_xmax("
				     "pg_catalog.txid_current_snapshot())"
				   : "pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())"
				     "::pg_catalog.text::pg_catalog.int8";

	(void)gw_buf_puts(out, gw_pg_sql_facts(server_version));
	/* The order makes an index on the cursor the obvious way even without statistics. */
	(void)gw_buf_printf(out, ", (SELECT true FROM %s AS t WHERE ", plan->table);
	put_new(out, plan, npos, 0);
	(void)gw_buf_puts(out, " ORDER BY ");
	put_columns(out, plan->order, plan->norder);
	(void)gw_buf_puts(out, " LIMIT 1) IS TRUE OR ");
	/* No transaction has begun since: then no row can have come late, and none is looked at. */
	if (plan->has_xmin)
		(void)gw_buf_printf(out, "CASE WHEN %s > %lld THEN ", xmax, (long long)floor);
	(void)gw_buf_printf(out, "EXISTS (SELECT FROM %s AS t WHERE ", plan->table);
	put_late(out, plan, npos, true);
	(void)gw_buf_puts(out, plan->has_xmin ? ") ELSE false END" : ")");
	return done(out, err);
}

enum gw_status
gw_pg_sql_count(const struct gw_pg_plan *plan, struct gw_buf *out, struct gw_error *err)
{
	(void)gw_buf_printf(out, "SELECT pg_catalog.count(*) FROM %s AS t WHERE ", plan->table);
	put_range(out, &plan->range);
	if (plan->range.column != NULL && plan->timed) {
		(void)gw_buf_puts(out, " AND ");
		put_not_future(out, plan);
	}
	return done(out, err);
}

enum gw_status
gw_pg_sql_position(const struct gw_pg_plan *plan, struct gw_buf *out, struct gw_error *err)
{
	(void)gw_buf_puts(out, "SELECT ");
	for (size_t i = 0; i < plan->ncursor; i++)
		(void)gw_buf_printf(out, "%s%s::pg_catalog.text", i > 0 ? ", " : "",
				    plan->order[i].column);
	(void)gw_buf_printf(out, " FROM %s AS t WHERE ", plan->table);
	put_not_future(out, plan);
	for (size_t i = 1; i < plan->ncursor; i++)
		(void)gw_buf_printf(out, " AND %s IS NOT NULL", plan->order[i].column);
	(void)gw_buf_puts(out, " ORDER BY ");
	for (size_t i = 0; i < plan->ncursor; i++)
		(void)gw_buf_printf(out, "%s%s DESC", i > 0 ? ", " : "", plan->order[i].column);
	(void)gw_buf_puts(out, " LIMIT 1");
	return done(out, err);
}

/* The values of the lists' column number i. */
static void
put_read_back(struct gw_buf *out, const struct gw_pg_order *key, size_t i)
{
	(void)gw_buf_printf(out, "%sk.c%zu%s", key->before, i, key->behind);
}

/* "ROWS FROM (unnest(…), unnest(…)) AS k (c0, c1)"; parameters or settings hold the lists. */
static void
put_lists(struct gw_buf *out, size_t nkey, bool parameters)
{
	(void)gw_buf_puts(out, " FROM ROWS FROM (");
	for (size_t i = 0; i < nkey; i++) {
		(void)gw_buf_puts(out, i > 0 ? ", pg_catalog.unnest(" : "pg_catalog.unnest(");
		if (parameters)
			(void)gw_buf_printf(out, "$%zu", i + 1);
		else
			(void)gw_buf_printf(out, "pg_catalog.current_setting('songma.f%zu')", i);
		(void)gw_buf_puts(out, "::pg_catalog.text[])");
	}
	(void)gw_buf_puts(out, ") AS k (");
	for (size_t i = 0; i < nkey; i++)
		(void)gw_buf_printf(out, "%sc%zu", i > 0 ? ", " : "", i);
	(void)gw_buf_puts(out, ")");
}

enum gw_status
gw_pg_sql_prove_keys(const struct gw_pg_plan *plan, struct gw_buf *out, struct gw_error *err)
{
	(void)gw_buf_puts(out, "SELECT ");
	for (size_t i = 0; i < plan->nkey; i++) {
		(void)gw_buf_puts(out, i > 0 ? ", pg_catalog.count(" : "pg_catalog.count(");
		put_read_back(out, &plan->key[i], i);
		(void)gw_buf_puts(out, ")");
	}
	put_lists(out, plan->nkey, true);
	return done(out, err);
}

/* "(a, b) IN (SELECT …)" of the lists in the settings; exact: letter for letter. */
static void
put_among(struct gw_buf *out, const struct gw_pg_plan *plan, bool exact)
{
	(void)gw_buf_puts(out, "(");
	for (size_t i = 0; i < plan->nkey; i++)
		(void)gw_buf_printf(out, "%s%s%s", i > 0 ? ", " : "", plan->key[i].column,
				    exact && plan->key[i].loose ? GW_PG_EXACT : "");
	(void)gw_buf_puts(out, ") IN (SELECT ");
	for (size_t i = 0; i < plan->nkey; i++) {
		(void)gw_buf_puts(out, i > 0 ? ", " : "");
		put_read_back(out, &plan->key[i], i);
	}
	put_lists(out, plan->nkey, false);
	(void)gw_buf_puts(out, ")");
}

enum gw_status
gw_pg_sql_keys(const struct gw_pg_plan *plan, size_t limit, struct gw_buf *out,
	       struct gw_error *err)
{
	(void)gw_buf_printf(out, "SELECT %s FROM %s AS t WHERE ", plan->fields, plan->table);
	put_among(out, plan, false);
	/* Others that are equal would take the place of those that are asked for. */
	if (plan->loose) {
		(void)gw_buf_puts(out, " AND ");
		put_among(out, plan, true);
	}
	if (!plan->key_unique) {
		(void)gw_buf_puts(out, " ORDER BY ");
		put_columns(out, plan->key, plan->nkey);
	}
	(void)gw_buf_printf(out, " LIMIT %zu", limit);
	return done(out, err);
}

enum gw_status
gw_pg_sql_null_key(const struct gw_pg_plan *plan, struct gw_buf *out, struct gw_error *err)
{
	const char *between = " WHERE ";

	gw_buf_clear(out);
	for (size_t i = 0; i < plan->nkey; i++) {
		if (!plan->key[i].nullable)
			continue;
		if (out->len == 0)
			(void)gw_buf_printf(out, "SELECT 1 FROM %s AS t", plan->table);
		(void)gw_buf_printf(out, "%s%s IS NULL", between, plan->key[i].column);
		between = " OR ";
	}
	if (out->len > 0)
		(void)gw_buf_puts(out, " LIMIT 1");
	return done(out, err);
}
