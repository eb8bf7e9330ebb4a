#include "odbc/drivers.h"

#include <sql.h>
#include <sqlext.h>

void
gw_odbc_drivers(struct gw_buf *out)
{
	SQLHENV env = SQL_NULL_HENV;
	SQLCHAR name[128];
	SQLSMALLINT len;
	SQLUSMALLINT step = SQL_FETCH_FIRST;

	if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &env)))
		return;
	/* The ODBC manager's version is an integer where a pointer is expected. */
	(void)SQLSetEnvAttr(env, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
	while (SQL_SUCCEEDED(
		SQLDrivers(env, step, name, (SQLSMALLINT)sizeof name, &len, NULL, 0, NULL))) {
		gw_buf_printf(out, "%s%s", out->len > 0 ? "; " : "", (const char *)name);
		step = SQL_FETCH_NEXT;
	}
	(void)SQLFreeHandle(SQL_HANDLE_ENV, env);
}
