/*
 * What a query gave: rows of cells.
 */
#include "load/db.h"

#include <libpq-fe.h>
#include <string.h>

#include "base/text.h"

static const PGresult *
library_result(const struct gw_db_result *result)
{
	return (const PGresult *)result;
}

size_t
gw_db_rows(const struct gw_db_result *result)
{
	return (size_t)PQntuples(library_result(result));
}

size_t
gw_db_columns(const struct gw_db_result *result)
{
	return (size_t)PQnfields(library_result(result));
}

const char *
gw_db_text(const struct gw_db_result *result, size_t row, size_t column)
{
	const PGresult *r = library_result(result);

	if (PQgetisnull(r, (int)row, (int)column))
		return NULL;
	return PQgetvalue(r, (int)row, (int)column);
}

int64_t
gw_db_i64(const struct gw_db_result *result, size_t row, size_t column)
{
	const char *text = gw_db_text(result, row, column);
	int64_t n = 0;

	if (text != NULL && !gw_parse_i64(text, strlen(text), &n))
		n = 0;
	return n;
}

const void *
gw_db_binary(const struct gw_db_result *result, size_t row, size_t column, size_t size)
{
	const PGresult *r = library_result(result);

	if (PQgetisnull(r, (int)row, (int)column) ||
	    (size_t)PQgetlength(r, (int)row, (int)column) != size)
		return NULL;
	return PQgetvalue(r, (int)row, (int)column);
}

struct gw_db_bytes
gw_db_cell(const struct gw_db_result *result, size_t row, size_t column)
{
	const PGresult *r = library_result(result);
	struct gw_db_bytes cell = {.len = (size_t)PQgetlength(r, (int)row, (int)column)};

	if (!PQgetisnull(r, (int)row, (int)column))
		cell.data = PQgetvalue(r, (int)row, (int)column);
	return cell;
}

int64_t
gw_db_affected(struct gw_db_result *result)
{
	const char *text = PQcmdTuples((PGresult *)result);
	int64_t n = 0;

	return gw_parse_i64(text, strlen(text), &n) ? n : 0;
}

void
gw_db_free(struct gw_db_result *result)
{
	PQclear((PGresult *)result);
}
