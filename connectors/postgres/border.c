#include "table/border.h"
#include "postgres/cursor.h"

static enum gw_status
count(struct gw_cursor *cursor, const struct gw_pg_page *page, const struct gw_values *last,
      bool tied, int64_t *out, struct gw_error *err)
{
	PGresult *result = NULL;

	gw_buf_clear(&cursor->sql);
	(void)gw_buf_puts(&cursor->sql, "SELECT ");
	gw_pg_put_values(cursor, last, 'l', &cursor->sql);
	(void)gw_buf_puts(&cursor->sql, "true; ");
	if (gw_pg_sql_border(&cursor->plan, page, tied, &cursor->sql, err) != GW_OK ||
	    gw_pg_query(cursor->session, cursor->plan.shown, cursor->sql.data, NULL, &result,
			err) != GW_OK)
		return err->status;
	*out = gw_pg_int(result, 0, 0);
	PQclear(result);
	return GW_OK;
}

enum gw_status
gw_pg_border(struct gw_cursor *cursor, const struct gw_pg_page *page, struct gw_pg_rows *rows,
	     struct gw_error *err)
{
	int64_t tied = 1, upto = 0;
	struct gw_values last;
	size_t end;

	if (rows->nrows == 0 || (rows->nrows < rows->most && !rows->no_memory))
		return GW_OK;
	if (gw_pg_page_last(cursor, rows, &last, err) != GW_OK ||
	    count(cursor, page, &last, true, &tied, err) != GW_OK)
		return err->status;
	if (tied > 1 && count(cursor, page, &last, false, &upto, err) != GW_OK)
		return err->status;
	end = gw_border_end(rows->nrows, tied, upto);
	if (end < rows->nrows)
		rows->most = end;
	return GW_OK;
}
