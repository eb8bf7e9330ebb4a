#include "odbc/plan.h"

#include "base/i18n.h"

/* Characters of a long value that the gateway asks for: one more than it takes. */
#define WHOLE ((long long)GW_ODBC_VALUE_MAX + 1)

void
gw_odbc_text_init(struct gw_odbc_text *text)
{
	gw_buf_init(&text->sql, GW_ODBC_SQL_MAX);
	text->nparams = 0;
	text->overflow = false;
}

void
gw_odbc_text_clear(struct gw_odbc_text *text)
{
	gw_buf_clear(&text->sql);
	text->nparams = 0;
	text->overflow = false;
}

void
gw_odbc_text_release(struct gw_odbc_text *text)
{
	gw_buf_release(&text->sql);
}

static void
put(struct gw_odbc_text *out, const char *text)
{
	(void)gw_buf_puts(&out->sql, text);
}

/* The parameter, as the field's type takes it. */
static void
put_value(struct gw_odbc_text *out, const struct gw_odbc_field *field, enum gw_odbc_list list,
	  size_t index)
{
	put(out, field->type->param);
	out->overflow = out->overflow || out->nparams == GW_ODBC_PARAMS;
	if (out->overflow)
		return;
	out->params[out->nparams].list = list;
	out->params[out->nparams++].index = index;
}

static void
put_compare_one(struct gw_odbc_text *out, const struct gw_odbc_field *field, const char *operator,
		enum gw_odbc_list list, size_t index)
{
	put(out, field->column);
	put(out, operator);
	put_value(out, field, list, index);
}

static void
put_columns(const struct gw_odbc_plan *plan, const size_t *fields, size_t n, const char *behind,
	    struct gw_odbc_text *out)
{
	for (size_t i = 0; i < n; i++) {
		put(out, i > 0 ? ", " : "");
		put(out, plan->fields[fields[i]].column);
		put(out, behind);
	}
}

struct compare {
	const size_t *fields;
	size_t n;
	bool greater; /* than the values; else less or equal */
	enum gw_odbc_list list;
};

/* "(a, b) > (?, ?)", where an index serves that. */
static void
put_row_compare(const struct gw_odbc_plan *plan, const struct compare *c, struct gw_odbc_text *out)
{
	put(out, "(");
	put_columns(plan, c->fields, c->n, "", out);
	put(out, c->greater ? ") > (" : ") <= (");
	for (size_t i = 0; i < c->n; i++) {
		put(out, i > 0 ? ", " : "");
		put_value(out, &plan->fields[c->fields[i]], c->list, i);
	}
	put(out, ")");
}

/* "(a > ? OR (a = ? AND " */
static void
put_step(const struct gw_odbc_field *field, const struct compare *c, size_t i,
	 struct gw_odbc_text *out)
{
	put(out, "(");
	put_compare_one(out, field, c->greater ? " > " : " < ", c->list, i);
	put(out, " OR (");
	put_compare_one(out, field, " = ", c->list, i);
	put(out, " AND ");
}

/* The same as "(a > ? OR (a = ? AND (b > ? …)))".  What stands before it says nothing new, but an
   index can use it. */
static void
put_compare(const struct gw_odbc_plan *plan, const struct compare *c, struct gw_odbc_text *out)
{
	const struct gw_odbc_field *first = &plan->fields[c->fields[0]];

	if (plan->dialect->row_values && c->n > 1) {
		put_row_compare(plan, c, out);
		return;
	}
	if (c->n > 1) {
		put_compare_one(out, first, c->greater ? " >= " : " <= ", c->list, 0);
		put(out, " AND ");
	}
	for (size_t i = 0; i + 1 < c->n; i++)
		put_step(&plan->fields[c->fields[i]], c, i, out);
	put_compare_one(out, &plan->fields[c->fields[c->n - 1]],
			c->greater ? " > " : " <= ", c->list, c->n - 1);
	for (size_t i = 1; i < c->n; i++)
		put(out, "))");
}

static void
put_compare_order(const struct gw_odbc_plan *plan, size_t npos, bool greater,
		  struct gw_odbc_text *out)
{
	const struct compare c = {plan->order, npos, greater, GW_ODBC_POSITION};

	put_compare(plan, &c, out);
}

static void
put_not_future(const struct gw_odbc_plan *plan, struct gw_odbc_text *out)
{
	const struct gw_odbc_field *first = &plan->fields[plan->order[0]];

	if (plan->timed) {
		put_compare_one(out, first, " <= ", GW_ODBC_NOW, 0);
		return;
	}
	if (plan->ceiling) {
		put_compare_one(out, first, " < ", GW_ODBC_NOW, 0);
		return;
	}
	put(out, first->column);
	put(out, " IS NOT NULL");
}

static void
put_new(const struct gw_odbc_plan *plan, size_t npos, struct gw_odbc_text *out)
{
	put_not_future(plan, out);
	if (npos == 0)
		return;
	put(out, " AND ");
	put_compare_order(plan, npos, true, out);
}

/* Rows that NEW will not reach, within the overlap. */
static void
put_late(const struct gw_odbc_plan *plan, size_t npos, struct gw_odbc_text *out)
{
	if (npos == 0) {
		put(out, "1 = 0");
		return;
	}
	put_compare_one(out, &plan->fields[plan->order[0]], " > ", GW_ODBC_LOWER, 0);
	put(out, " AND ");
	put_compare_order(plan, npos, false, out);
}

/* Rows that have no value there are outside of every range. */
static void
put_range(const struct gw_odbc_plan *plan, struct gw_odbc_text *out)
{
	const struct gw_odbc_range *range = &plan->range;
	const struct gw_odbc_field *field = &plan->fields[range->used ? range->field : 0];

	if (!range->used)
		put(out, "1 = 1");
	if (range->used && !range->from && !range->to) {
		put(out, field->column);
		put(out, " IS NOT NULL");
	}
	if (range->from)
		put_compare_one(out, field, " >= ", GW_ODBC_LIMITS, 0);
	put(out, range->from && range->to ? " AND " : "");
	if (range->to)
		put_compare_one(out, field, " < ", GW_ODBC_LIMITS, range->from ? 1 : 0);
}

/* "CASE WHEN length > # THEN its beginning ELSE it END": one more than there is room for, so that
   it shows. */
static void
put_cut(const struct gw_odbc_dialect *dialect, const struct gw_odbc_field *field, const char *read,
	long long bytes, struct gw_odbc_text *out)
{
	bool binary = field->type->form == GW_ODBC_BYTES;

	put(out, "CASE WHEN ");
	(void)gw_odbc_put(&out->sql, dialect->length, read, 0);
	(void)gw_buf_printf(&out->sql, " > %lld THEN ", bytes - 1);
	(void)gw_odbc_put(&out->sql, binary ? dialect->cut_bytes : dialect->cut_text, read, bytes);
	put(out, " ELSE ");
	put(out, read);
	put(out, " END");
}

/* What the type's SQL makes of the column. */
static enum gw_status
put_field(const struct gw_odbc_plan *plan, const struct gw_odbc_field *field, bool whole,
	  struct gw_odbc_text *out, struct gw_error *err)
{
	struct gw_buf read;

	gw_buf_init(&read, GW_ODBC_SQL_MAX);
	if (!gw_odbc_put(&read, field->type->read, field->column, 0)) {
		gw_buf_release(&read);
		return gw_fail_memory(err);
	}
	if (field->cut)
		put_cut(plan->dialect, field, read.data,
			whole ? WHOLE : (long long)field->width + 1, out);
	else
		put(out, read.data);
	gw_buf_release(&read);
	return GW_OK;
}

static enum gw_status
put_select(const struct gw_odbc_plan *plan, size_t limit, bool whole, struct gw_odbc_text *out,
	   struct gw_error *err)
{
	put(out, "SELECT ");
	if (limit > 0 && plan->dialect->paging == GW_ODBC_TOP)
		(void)gw_buf_printf(&out->sql, "TOP (%zu) ", limit);
	for (size_t i = 0; i < plan->nfields; i++) {
		put(out, i > 0 ? ", " : "");
		if (put_field(plan, &plan->fields[i], whole, out, err) != GW_OK)
			return err->status;
		/* Oracle limits only the rows of columns whose names differ. */
		if (limit > 0 && plan->dialect->paging == GW_ODBC_FETCH_FIRST)
			(void)gw_buf_printf(&out->sql, " AS c%zu", i);
	}
	(void)gw_buf_printf(&out->sql, " FROM %s t WHERE ", plan->table);
	return GW_OK;
}

static void
put_limit(const struct gw_odbc_plan *plan, size_t limit, struct gw_odbc_text *out)
{
	if (plan->dialect->paging == GW_ODBC_LIMIT)
		(void)gw_buf_printf(&out->sql, " LIMIT %zu", limit);
	else if (plan->dialect->paging == GW_ODBC_FETCH_FIRST)
		(void)gw_buf_printf(&out->sql, " FETCH FIRST %zu ROWS ONLY", limit);
}

static enum gw_status
done(const struct gw_odbc_text *out, struct gw_error *err)
{
	if (out->overflow)
		return gw_fail(err, GW_CONFIG, _("the key has too many columns for one query"));
	return out->sql.failed ? gw_fail_memory(err) : GW_OK;
}

/* Where a page's rows are. */
static void
put_where(const struct gw_odbc_plan *plan, const struct gw_odbc_page *page,
	  struct gw_odbc_text *out)
{
	const struct compare c = {plan->key, plan->nkey, true, GW_ODBC_AFTER};

	if (page->phase == GW_ODBC_NEW) {
		put_new(plan, page->npos, out);
		return;
	}
	if (page->phase == GW_ODBC_SNAPSHOT)
		put_range(plan, out);
	else
		put_late(plan, page->npos, out);
	if (!page->resumed)
		return;
	put(out, " AND ");
	put_compare(plan, &c, out);
}

enum gw_status
gw_odbc_sql_page(const struct gw_odbc_plan *plan, const struct gw_odbc_page *page,
		 struct gw_odbc_text *out, struct gw_error *err)
{
	bool by_key = page->phase != GW_ODBC_NEW;

	gw_odbc_text_clear(out);
	if (put_select(plan, page->limit, false, out, err) != GW_OK)
		return err->status;
	put_where(plan, page, out);
	put(out, " ORDER BY ");
	if (by_key)
		put_columns(plan, plan->key, plan->nkey, "", out);
	else
		put_columns(plan, plan->order, plan->norder, "", out);
	put_limit(plan, page->limit, out);
	return done(out, err);
}

enum gw_status
gw_odbc_sql_border(const struct gw_odbc_plan *plan, const struct gw_odbc_page *page, bool tied,
		   struct gw_odbc_text *out, struct gw_error *err)
{
	const struct compare by_key = {plan->key, plan->nkey, false, GW_ODBC_LAST};
	const struct compare in_order = {plan->order, plan->norder, false, GW_ODBC_LAST};
	const struct compare *c = page->phase == GW_ODBC_NEW ? &in_order : &by_key;

	gw_odbc_text_clear(out);
	(void)gw_buf_printf(&out->sql, "SELECT COUNT(*) FROM %s t WHERE ", plan->table);
	put_where(plan, page, out);
	for (size_t i = 0; tied && i < c->n; i++) {
		put(out, " AND ");
		put_compare_one(out, &plan->fields[c->fields[i]], " = ", c->list, i);
	}
	if (!tied) {
		put(out, " AND ");
		put_compare(plan, c, out);
	}
	return done(out, err);
}

enum gw_status
gw_odbc_sql_new(const struct gw_odbc_plan *plan, size_t npos, struct gw_odbc_text *out,
		struct gw_error *err)
{
	gw_odbc_text_clear(out);
	put(out, plan->dialect->paging == GW_ODBC_TOP ? "SELECT TOP (1) 1" : "SELECT 1");
	(void)gw_buf_printf(&out->sql, " FROM %s t WHERE ", plan->table);
	put_new(plan, npos, out);
	/* The order makes an index on the cursor the obvious way even without statistics. */
	put(out, " ORDER BY ");
	put_columns(plan, plan->order, plan->norder, "", out);
	put_limit(plan, 1, out);
	return done(out, err);
}

enum gw_status
gw_odbc_sql_position(const struct gw_odbc_plan *plan, struct gw_odbc_text *out,
		     struct gw_error *err)
{
	gw_odbc_text_clear(out);
	put(out, plan->dialect->paging == GW_ODBC_TOP ? "SELECT TOP (1) " : "SELECT ");
	for (size_t i = 0; i < plan->ncursor; i++) {
		const struct gw_odbc_field *field = &plan->fields[plan->order[i]];

		put(out, i > 0 ? ", " : "");
		(void)gw_odbc_put(&out->sql, field->type->read, field->column, 0);
	}
	(void)gw_buf_printf(&out->sql, " FROM %s t WHERE ", plan->table);
	put_not_future(plan, out);
	for (size_t i = 1; i < plan->ncursor; i++) {
		put(out, " AND ");
		put(out, plan->fields[plan->order[i]].column);
		put(out, " IS NOT NULL");
	}
	put(out, " ORDER BY ");
	put_columns(plan, plan->order, plan->ncursor, " DESC", out);
	put_limit(plan, 1, out);
	return done(out, err);
}

enum gw_status
gw_odbc_sql_null_key(const struct gw_odbc_plan *plan, struct gw_odbc_text *out,
		     struct gw_error *err)
{
	const char *between = " WHERE ";

	gw_odbc_text_clear(out);
	for (size_t i = 0; i < plan->nkey; i++) {
		const struct gw_odbc_field *field = &plan->fields[plan->key[i]];

		if (!field->nullable)
			continue;
		if (out->sql.len == 0) {
			put(out, plan->dialect->paging == GW_ODBC_TOP ? "SELECT TOP (1) 1 FROM "
								      : "SELECT 1 FROM ");
			(void)gw_buf_printf(&out->sql, "%s t", plan->table);
		}
		put(out, between);
		put(out, field->column);
		put(out, " IS NULL");
		between = " OR ";
	}
	if (out->sql.len > 0)
		put_limit(plan, 1, out);
	return done(out, err);
}

enum gw_status
gw_odbc_sql_count(const struct gw_odbc_plan *plan, struct gw_odbc_text *out, struct gw_error *err)
{
	gw_odbc_text_clear(out);
	(void)gw_buf_printf(&out->sql, "SELECT COUNT(*) FROM %s t WHERE ", plan->table);
	put_range(plan, out);
	if (plan->range.used && plan->ncursor > 0) {
		put(out, " AND ");
		put_not_future(plan, out);
	}
	return done(out, err);
}

static void
put_key(const struct gw_odbc_plan *plan, size_t key, struct gw_odbc_text *out)
{
	for (size_t i = 0; i < plan->nkey; i++) {
		put(out, i > 0 ? " AND " : "");
		put_compare_one(out, &plan->fields[plan->key[i]], " = ", GW_ODBC_KEYS,
				key * plan->nkey + i);
	}
}

enum gw_status
gw_odbc_sql_keys(const struct gw_odbc_plan *plan, size_t count, bool whole,
		 struct gw_odbc_text *out, struct gw_error *err)
{
	gw_odbc_text_clear(out);
	if (put_select(plan, 0, whole, out, err) != GW_OK)
		return err->status;
	for (size_t key = 0; key < count; key++) {
		put(out, key > 0 ? " OR (" : "(");
		put_key(plan, key, out);
		put(out, ")");
	}
	/* Where two rows have one key, they stand side by side. */
	if (!whole) {
		put(out, " ORDER BY ");
		put_columns(plan, plan->key, plan->nkey, "", out);
	}
	return done(out, err);
}

enum gw_status
gw_odbc_sql_ahead(const struct gw_odbc_plan *plan, size_t npos, struct gw_odbc_text *out,
		  struct gw_error *err)
{
	gw_odbc_text_clear(out);
	put(out, "SELECT CASE WHEN NOT (");
	put_not_future(plan, out);
	put(out, ") THEN 2 WHEN ");
	put_compare_order(plan, npos, true, out);
	put(out, " THEN 1 WHEN ");
	put_compare_order(plan, npos, false, out);
	(void)gw_buf_printf(&out->sql, " THEN 0 ELSE 2 END FROM %s t WHERE ", plan->table);
	put_key(plan, 0, out);
	return done(out, err);
}
