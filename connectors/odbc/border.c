/*
 * The border of a page by a key that no unique index covers.
 *
 * Which texts a database takes for equal only the database knows, and asking it
 * with another collation would do without the column's index.  So it counts:
 * the rows that equal the last one, which a look at the index tells and which
 * nearly always is that row alone, and only then how many rows the page has
 * with all of them.
 */
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "odbc/cursor.h"
#include "table/border.h"

enum gw_status
gw_odbc_page_count(struct gw_cursor *cursor, int64_t *out, struct gw_error *err)
{
	const char *shown = cursor->plan.shown;
	struct gw_odbc_result result;

	if (gw_odbc_page_run(cursor, err) != GW_OK ||
	    gw_odbc_take(cursor->session, shown, &cursor->scratch, &result, err) != GW_OK)
		return err->status;
	if (result.nrows == 0 || result.cells[0] == NULL ||
	    !gw_parse_i64(result.cells[0], strlen(result.cells[0]), out))
		return gw_fail(err, GW_RETRY, _("%s: the server sent a damaged row"), shown);
	return GW_OK;
}

static enum gw_status
count(struct gw_cursor *cursor, const struct gw_odbc_page *page, bool tied, int64_t *out,
      struct gw_error *err)
{
	if (gw_odbc_sql_border(&cursor->plan, page, tied, &cursor->sql, err) != GW_OK)
		return err->status;
	return gw_odbc_page_count(cursor, out, err);
}

enum gw_status
gw_odbc_border(struct gw_cursor *cursor, const struct gw_odbc_page *page, size_t before,
	       struct gw_odbc_rows *rows, struct gw_error *err)
{
	size_t taken = rows->nrows - before, end;
	int64_t tied = 1, upto = 0;
	enum gw_status status;

	if (!cursor->plan.loose)
		return GW_OK;
	cursor->last = rows->in_order ? &rows->order : &rows->key;
	status = count(cursor, page, true, &tied, err);
	if (status == GW_OK && tied > 1)
		status = count(cursor, page, false, &upto, err);
	cursor->last = NULL;
	end = gw_border_end(taken, tied, upto);
	if (end < taken)
		rows->most = before + end;
	return status;
}
