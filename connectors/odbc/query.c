#include "odbc/session.h"

#include <stdio.h>
#include <string.h>

#include "base/beat.h"
#include "base/i18n.h"
#include "base/text.h"
#include "odbc/failure.h"
#include "odbc/watch.h"

#define GRACE_US INT64_C(15000000)

enum { CELL_MAX = 64 * 1024, PIECE = 32 * 1024, COLUMNS_MAX = 64 };

/* The character of n bytes. */
static uint32_t
code_point(const unsigned char *b, size_t n)
{
	static const unsigned char first[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
	uint32_t c = b[0] & first[n];

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (b[i] & 0x3F);
	return c;
}

SQLWCHAR *
gw_odbc_widen(struct gw_buf *out, const char *text)
{
	size_t len = strlen(text), start = out->len;

	while (len > 0) {
		size_t n = gw_utf8_next(text, len);
		uint32_t c = n == 0 ? 0 : code_point((const unsigned char *)text, n);
		uint16_t units[2] = {(uint16_t)c, 0};

		if (n == 0)
			return NULL;
		if (c >= 0x10000) {
			units[0] = (uint16_t)(0xD800 + ((c - 0x10000) >> 10));
			units[1] = (uint16_t)(0xDC00 + ((c - 0x10000) & 0x3FF));
		}
		(void)gw_buf_append(out, units, c < 0x10000 ? 2 : 4);
		text += n;
		len -= n;
	}
	if (!gw_buf_append(out, "\0", 2))
		return NULL;
	return (SQLWCHAR *)(void *)(out->data + start);
}

SQLSMALLINT
gw_odbc_c_type(enum gw_odbc_form form)
{
	if (form == GW_ODBC_BYTES)
		return SQL_C_BINARY;
	return form == GW_ODBC_REAL ? SQL_C_DOUBLE : SQL_C_CHAR;
}

/* ---- statements -------------------------------------------------------------------------------
 */

enum gw_status
gw_odbc_came(struct gw_session *session, const char *what, SQLRETURN code, bool *more,
	     struct gw_error *err)
{
	gw_beat(GW_AT_SOURCE);
	*more = code != SQL_NO_DATA;
	if (session->cancelled)
		gw_odbc_kill(session);
	if (session->cancelled || (!SQL_SUCCEEDED(code) && code != SQL_NO_DATA))
		return gw_odbc_fail(session, SQL_HANDLE_STMT, session->stmt, what, err);
	return GW_OK;
}

/* Parameters travel in UTF-16: what a driver takes char data for depends on its locale. */
static enum gw_status
bind_params(struct gw_session *session, const char *const *params, size_t nparams,
	    struct gw_error *err)
{
	size_t at[GW_ODBC_PARAMS];

	gw_buf_clear(&session->params);
	(void)SQLFreeStmt(session->stmt, SQL_RESET_PARAMS);
	if (nparams > GW_ODBC_PARAMS)
		return gw_fail(err, GW_FATAL, _("the key has too many columns for one query"));
	for (size_t i = 0; i < nparams; i++) {
		at[i] = session->params.len;
		if (gw_odbc_widen(&session->params, params[i]) == NULL)
			return gw_fail(err, GW_CONFIG, "%s",
				       _("a key or cursor value is not valid UTF-8 text: it can't "
					 "be remembered"));
	}
	for (size_t i = 0; i < nparams; i++) {
		size_t end = i + 1 < nparams ? at[i + 1] : session->params.len;
		size_t units = (end - at[i]) / sizeof(SQLWCHAR) - 1;

		session->lengths[i] = (SQLLEN)(units * sizeof(SQLWCHAR));
		if (!SQL_SUCCEEDED(SQLBindParameter(
			    session->stmt, (SQLUSMALLINT)(i + 1), SQL_PARAM_INPUT, SQL_C_WCHAR,
			    SQL_WVARCHAR, units == 0 ? 1 : units, 0, session->params.data + at[i],
			    session->lengths[i], &session->lengths[i])))
			return gw_odbc_fail(session, SQL_HANDLE_STMT, session->stmt, session->where,
					    err);
	}
	return GW_OK;
}

static void
enter(struct gw_session *session)
{
	if (session->watch != NULL)
		session->called_us = gw_monotonic_us();
	session->inside = 1;
}

static SQLRETURN
execute(struct gw_session *session, SQLWCHAR *wide)
{
	SQLRETURN code;

	if (!session->driver->apart)
		return SQLExecDirectW(session->stmt, wide, SQL_NTS);
	code = SQLPrepareW(session->stmt, wide, SQL_NTS);
	return SQL_SUCCEEDED(code) ? SQLExecute(session->stmt) : code;
}

enum gw_status
gw_odbc_run(struct gw_session *session, const char *what, const char *sql,
	    const char *const *params, size_t nparams, struct gw_error *err)
{
	SQLWCHAR *wide;
	SQLRETURN code;
	bool more;

	if (session->cancelled)
		return gw_fail(err, GW_CANCELLED, _("%s: stopped on request"), what);
	gw_buf_clear(&session->wide);
	wide = gw_odbc_widen(&session->wide, sql);
	if (wide == NULL)
		return gw_fail_memory(err);
	if (bind_params(session, params, nparams, err) != GW_OK)
		return err->status;
	gw_beat_long(GW_AT_SOURCE, session->statement_timeout_us + GRACE_US);
	session->began_us = gw_monotonic_us();
	gw_odbc_watch_start(session);
	enter(session);
	code = execute(session, wide);
	session->inside = 0;
	if (gw_odbc_came(session, what, code, &more, err) != GW_OK) {
		gw_odbc_done(session);
		return err->status;
	}
	return GW_OK;
}

SQLRETURN
gw_odbc_fetch_row(struct gw_session *session)
{
	SQLRETURN code;

	enter(session);
	code = SQLFetch(session->stmt);
	session->inside = 0;
	return code;
}

void
gw_odbc_done(struct gw_session *session)
{
	gw_odbc_watch_stop(session);
	session->began_us = 0;
	(void)SQLFreeStmt(session->stmt, SQL_CLOSE);
	(void)SQLFreeStmt(session->stmt, SQL_UNBIND);
	(void)SQLSetStmtAttr(session->stmt, SQL_ATTR_ROW_ARRAY_SIZE, gw_odbc_number(1), 0);
	(void)SQLSetStmtAttr(session->stmt, SQL_ATTR_ROWS_FETCHED_PTR, NULL, 0);
}

/* Bytes of a piece that came: one that was not the last is as long as its buffer, less the NUL. */
static size_t
came_of(SQLLEN len, size_t room)
{
	return len == SQL_NO_TOTAL || len > (SQLLEN)room ? room : (size_t)len;
}

enum gw_status
gw_odbc_get(struct gw_session *session, const char *what, struct gw_odbc_piece *piece,
	    struct gw_error *err)
{
	SQLSMALLINT type = gw_odbc_c_type(piece->form);
	size_t room = type == SQL_C_CHAR ? PIECE - 1 : PIECE;
	SQLRETURN code = SQL_SUCCESS_WITH_INFO;
	struct gw_buf *out = piece->out;

	piece->null = piece->cut = false;
	gw_buf_clear(out);
	while (code == SQL_SUCCESS_WITH_INFO) {
		char *to = gw_buf_reserve(out, PIECE);
		SQLLEN len = 0;
		bool more;

		piece->cut = to == NULL;
		if (piece->cut)
			return GW_OK;
		code = SQLGetData(session->stmt, (SQLUSMALLINT)(piece->column + 1), type, to, PIECE,
				  &len);
		if (code == SQL_NO_DATA)
			break;
		if (gw_odbc_came(session, what, code, &more, err) != GW_OK)
			return err->status;
		piece->null = len == SQL_NULL_DATA;
		if (piece->null)
			return GW_OK;
		out->len += came_of(len, room);
	}
	if (out->data != NULL)
		out->data[out->len] = '\0';
	return GW_OK;
}

/* One row's cells into the arena. */
static enum gw_status
take_cells(struct gw_session *session, const char *what, struct gw_buf *cell,
	   struct gw_arena *arena, const char **cells, struct gw_error *err)
{
	SQLSMALLINT columns = 0;

	(void)SQLNumResultCols(session->stmt, &columns);
	for (size_t c = 0; c < (size_t)columns; c++) {
		struct gw_odbc_piece piece = {.column = c, .form = GW_ODBC_TEXT, .out = cell};

		if (gw_odbc_get(session, what, &piece, err) != GW_OK)
			return err->status;
		cells[c] = NULL;
		if (piece.null)
			continue;
		cells[c] = gw_arena_copy(arena, cell->data, cell->len);
		if (cells[c] == NULL)
			return gw_fail_memory(err);
	}
	return GW_OK;
}

/* Rows come into a table that doubles. */
static bool
grow(struct gw_arena *arena, struct gw_odbc_result *result, size_t *room)
{
	size_t wanted = *room == 0 ? 16 : 2 * *room;
	const char **cells = gw_arena_zalloc(arena, wanted * result->ncolumns * sizeof *cells);

	if (cells == NULL)
		return false;
	if (result->nrows > 0)
		memcpy(cells, result->cells, result->nrows * result->ncolumns * sizeof *cells);
	result->cells = cells;
	*room = wanted;
	return true;
}

enum gw_status
gw_odbc_take(struct gw_session *session, const char *what, struct gw_arena *arena,
	     struct gw_odbc_result *out, struct gw_error *err)
{
	struct gw_odbc_result result = {.nrows = 0};
	enum gw_status status = GW_OK;
	SQLSMALLINT columns = 0;
	struct gw_buf cell;
	size_t room = 0;
	bool more = true;

	/* Without its columns an answer that was cut off would be one without rows. */
	status = gw_odbc_came(session, what, SQLNumResultCols(session->stmt, &columns), &more, err);
	result.ncolumns = columns > 0 && columns < COLUMNS_MAX ? (size_t)columns : 0;
	gw_buf_init(&cell, CELL_MAX);
	while (status == GW_OK && result.ncolumns > 0) {
		status = gw_odbc_came(session, what, gw_odbc_fetch_row(session), &more, err);
		if (status != GW_OK || !more)
			break;
		if ((result.nrows == room && !grow(arena, &result, &room)) || result.cells == NULL)
			status = gw_fail_memory(err);
		else
			status = take_cells(session, what, &cell, arena,
					    result.cells + result.nrows * result.ncolumns, err);
		result.nrows++;
	}
	gw_buf_release(&cell);
	gw_odbc_done(session);
	if (status == GW_OK)
		*out = result;
	return status;
}

enum gw_status
gw_odbc_query(struct gw_session *session, const struct gw_odbc_ask *ask, struct gw_arena *arena,
	      struct gw_odbc_result *out, struct gw_error *err)
{
	if (gw_odbc_run(session, ask->what, ask->sql, ask->params, ask->nparams, err) != GW_OK)
		return err->status;
	return gw_odbc_take(session, ask->what, arena, out, err);
}

enum gw_status
gw_odbc_query_one(struct gw_session *session, const char *what, const char *sql, char *out,
		  size_t size, struct gw_error *err)
{
	const struct gw_odbc_ask ask = {.what = what, .sql = sql};
	struct gw_odbc_result result = {.nrows = 0};
	struct gw_arena arena;
	const char *text = NULL;
	enum gw_status status;

	gw_arena_init(&arena, (size_t)CELL_MAX * 4);
	status = gw_odbc_query(session, &ask, &arena, &result, err);
	if (status == GW_OK && result.nrows > 0 && result.cells != NULL)
		text = result.cells[0];
	if (status == GW_OK)
		(void)snprintf(out, size, "%s", text == NULL ? "" : text);
	gw_arena_release(&arena);
	return status;
}
