/*
 * How fast a driver hands rows over to a plain loop in C, and how fast the
 * connector reads the same table through it.
 *
 *   bench-odbc bare SQL       a bare fetch loop: columns bound as text, blocks of 100 rows
 *   bench-odbc read TABLE KEY COLUMN,…   one reading of the whole table by the connector
 *
 * The connection is in $SOURCE_DSN.  Prints rows, rows a second, CPU seconds of this process and
 * the peak of its memory in kilobytes.
 */
#include <sql.h>
#include <sqlext.h>
#include <string.h>
#include <sys/resource.h>

#include "bench.h"
#include "config/source.h"
#include "odbc/odbc.h"
#include "odbc/session.h"

enum { BLOCK = 100, CELL = 256, COLUMNS_MAX = 100, ARENA = 40 << 20, PAGE_ROWS = 10000 };

/* The names between commas; their places are the caller's. */
static size_t
split(char *list, char *names[COLUMNS_MAX])
{
	size_t n = 0;

	while (list != NULL && n < COLUMNS_MAX)
		names[n++] = strsep(&list, ",");
	return n;
}

static char cells[COLUMNS_MAX][BLOCK][CELL];
static SQLLEN lengths[COLUMNS_MAX][BLOCK];

static SQLHDBC
connect_bare(const char *connection)
{
	SQLHENV env = NULL;
	SQLHDBC dbc = NULL;

	(void)SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &env);
	(void)SQLSetEnvAttr(env, SQL_ATTR_ODBC_VERSION, gw_odbc_number(SQL_OV_ODBC3), 0);
	(void)SQLAllocHandle(SQL_HANDLE_DBC, env, &dbc);
	if (!SQL_SUCCEEDED(SQLDriverConnect(dbc, NULL, gw_odbc_chars(connection), SQL_NTS, NULL, 0,
					    NULL, SQL_DRIVER_NOPROMPT)))
		bench_die("connect", "the driver refuses");
	return dbc;
}

static size_t
read_bare(const char *connection, const char *sql)
{
	SQLHDBC dbc = connect_bare(connection);
	SQLHSTMT stmt = NULL;
	SQLSMALLINT columns = 0;
	SQLULEN fetched = 0;
	size_t rows = 0;

	(void)SQLAllocHandle(SQL_HANDLE_STMT, dbc, &stmt);
	(void)SQLSetStmtAttr(stmt, SQL_ATTR_ROW_ARRAY_SIZE, gw_odbc_number(BLOCK), 0);
	(void)SQLSetStmtAttr(stmt, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0);
	if (!SQL_SUCCEEDED(SQLExecDirect(stmt, gw_odbc_chars(sql), SQL_NTS)))
		bench_die("query", "the server refuses");
	(void)SQLNumResultCols(stmt, &columns);
	for (SQLSMALLINT c = 0; c < columns && c < COLUMNS_MAX; c++)
		(void)SQLBindCol(stmt, (SQLUSMALLINT)(c + 1), SQL_C_CHAR, cells[c], CELL,
				 lengths[c]);
	while (SQL_SUCCEEDED(SQLFetch(stmt)))
		rows += fetched;
	(void)SQLFreeHandle(SQL_HANDLE_STMT, stmt);
	(void)SQLDisconnect(dbc);
	return rows;
}

static size_t
read_all(struct gw_session *session, const struct gw_request *request, struct gw_error *err)
{
	const struct gw_connector *odbc = &gw_connector_odbc;
	static struct gw_batch batch;
	struct gw_cursor *cursor = NULL;
	size_t rows = 0;

	gw_arena_init(&batch.arena, ARENA);
	if (odbc->begin(session, request, NULL, &cursor, err) != GW_OK)
		bench_die("begin", err->text);
	do {
		gw_arena_reset(&batch.arena);
		if (odbc->next(cursor, &batch, err) != GW_OK)
			bench_die("read", err->text);
		rows += batch.nrows;
	} while (batch.nrows > 0);
	odbc->end(cursor);
	gw_arena_release(&batch.arena);
	return rows;
}

static size_t
read_connector(const char *connection, char **args)
{
	char *columns[COLUMNS_MAX], *key[COLUMNS_MAX];
	struct gw_settings settings = {.connection = connection,
				       .time_zone = "Asia/Ho_Chi_Minh",
				       .statement_timeout_us = INT64_C(600000000)};
	struct gw_stream stream = {.table = args[0], .key = key, .mode = GW_MODE_BULK};
	struct gw_request request = {
		.stream = &stream,
		.columns = (const char *const *)columns,
		.max_rows = PAGE_ROWS,
	};
	struct gw_session *session = NULL;
	struct gw_error err;
	size_t rows;

	stream.nkey = split(args[1], key);
	request.ncolumns = split(args[2], columns);
	if (gw_connector_odbc.open(&settings, &session, &err) != GW_OK)
		bench_die("open", err.text);
	rows = read_all(session, &request, &err);
	gw_connector_odbc.close(session);
	return rows;
}

static double
seconds(const struct timeval *time)
{
	return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

int
main(int argc, char **argv)
{
	const char *connection = getenv("SOURCE_DSN");
	struct rusage usage;
	int64_t began = bench_now_us();
	size_t rows;

	if (connection == NULL || argc < 3 || (strcmp(argv[1], "read") == 0 && argc < 5))
		bench_die("usage", "bench-odbc bare SQL | read TABLE KEY COLUMN,…");
	rows = strcmp(argv[1], "bare") == 0 ? read_bare(connection, argv[2])
					    : read_connector(connection, argv + 2);
	bench_print("rows", (double)rows);
	bench_print("rows_s", (double)rows * 1e6 / (double)(bench_now_us() - began));
	(void)getrusage(RUSAGE_SELF, &usage);
	bench_print("cpu_s", seconds(&usage.ru_utime) + seconds(&usage.ru_stime));
	bench_print("rss_kb", (double)usage.ru_maxrss);
	return 0;
}
