#include "odbc/dialect.h"

#include "base/i18n.h"

#define TIME GW_ODBC_CURSOR_TIME
#define INT GW_ODBC_CURSOR_INT
#define NUMBER GW_ODBC_NUMBER
#define CLOCK GW_ODBC_TIME
#define BY_LENGTH GW_ODBC_BY_LENGTH

#define GEOMETRY N_("geometry is not read")
#define ANY N_("its values have types of their own, row by row")

/* clang-format off */

/* Zero dates become text before the driver would make them null, by CONCAT: a CAST costs the server
   twice as much as the rest of the column.  Numbers and texts keep their column's own collation
   beside a parameter. */
const struct gw_odbc_type gw_odbc_types_mariadb[] = {
	{"bit(1)", GW_ODBC_BOOL, 0, NUMBER, "CAST(@ AS UNSIGNED)", "CAST(? AS UNSIGNED)", NULL},
	{"bit", GW_ODBC_INT, 0, NUMBER, "CAST(@ AS UNSIGNED)", "CAST(? AS UNSIGNED)", NULL},
	{"tinyint", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS DECIMAL(20))", NULL},
	{"smallint", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS DECIMAL(20))", NULL},
	{"mediumint", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS DECIMAL(20))", NULL},
	{"int", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS DECIMAL(20))", NULL},
	{"bigint", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS DECIMAL(20))", NULL},
	{"year", GW_ODBC_INT, 0, NUMBER, "@", "CAST(? AS DECIMAL(20))", NULL},
	{"decimal", GW_ODBC_DECIMAL, 0, 72, "@", "CAST(? AS DECIMAL(65,30))", NULL},
	{"float", GW_ODBC_REAL, 0, NUMBER, "@", NULL, NULL},
	{"double", GW_ODBC_REAL, 0, NUMBER, "@", NULL, NULL},
	{"char", GW_ODBC_TEXT, 0, BY_LENGTH, "@", "?", NULL},
	{"varchar", GW_ODBC_TEXT, 0, BY_LENGTH, "@", "?", NULL},
	{"tinytext", GW_ODBC_TEXT, 0, BY_LENGTH, "@", NULL, NULL},
	{"text", GW_ODBC_TEXT, 0, BY_LENGTH, "@", NULL, NULL},
	{"mediumtext", GW_ODBC_TEXT, 0, BY_LENGTH, "@", NULL, NULL},
	{"longtext", GW_ODBC_TEXT, 0, BY_LENGTH, "@", NULL, NULL},
	{"json", GW_ODBC_TEXT, 0, BY_LENGTH, "@", NULL, NULL},
	{"enum", GW_ODBC_TEXT, 0, BY_LENGTH, "@", NULL, NULL},
	{"set", GW_ODBC_TEXT, 0, BY_LENGTH, "@", NULL, NULL},
	{"uuid", GW_ODBC_UUID, 0, GW_ODBC_ID, "CAST(@ AS CHAR)", "CAST(? AS UUID)", NULL},
	{"inet4", GW_ODBC_TEXT, 0, GW_ODBC_ID, "CAST(@ AS CHAR)", NULL, NULL},
	{"inet6", GW_ODBC_TEXT, 0, GW_ODBC_ID, "CAST(@ AS CHAR)", NULL, NULL},
	{"binary", GW_ODBC_BYTES, 0, BY_LENGTH, "@", "UNHEX(?)", NULL},
	{"varbinary", GW_ODBC_BYTES, 0, BY_LENGTH, "@", "UNHEX(?)", NULL},
	{"tinyblob", GW_ODBC_BYTES, 0, BY_LENGTH, "@", NULL, NULL},
	{"blob", GW_ODBC_BYTES, 0, BY_LENGTH, "@", NULL, NULL},
	{"mediumblob", GW_ODBC_BYTES, 0, BY_LENGTH, "@", NULL, NULL},
	{"longblob", GW_ODBC_BYTES, 0, BY_LENGTH, "@", NULL, NULL},
	{"date", GW_ODBC_DATE, TIME, CLOCK, "CONCAT(@)", "CAST(? AS DATE)", NULL},
	{"datetime", GW_ODBC_LOCAL, TIME, CLOCK, "CONCAT(@)", "CAST(? AS DATETIME(6))", NULL},
	{"timestamp", GW_ODBC_INSTANT, TIME, CLOCK, "CONCAT(@)", "CAST(? AS DATETIME(6))", NULL},
	{"time", GW_ODBC_TEXT, 0, CLOCK, "CONCAT(@)", NULL, NULL},
	{"geometry", GW_ODBC_TEXT, 0, 0, "@", NULL, GEOMETRY},
	{"point", GW_ODBC_TEXT, 0, 0, "@", NULL, GEOMETRY},
	{"linestring", GW_ODBC_TEXT, 0, 0, "@", NULL, GEOMETRY},
	{"polygon", GW_ODBC_TEXT, 0, 0, "@", NULL, GEOMETRY},
	{"multipoint", GW_ODBC_TEXT, 0, 0, "@", NULL, GEOMETRY},
	{"multilinestring", GW_ODBC_TEXT, 0, 0, "@", NULL, GEOMETRY},
	{"multipolygon", GW_ODBC_TEXT, 0, 0, "@", NULL, GEOMETRY},
	{"geometrycollection", GW_ODBC_TEXT, 0, 0, "@", NULL, GEOMETRY},
	{NULL, GW_ODBC_TEXT, 0, 0, NULL, NULL, NULL},
};

/* As text all of them come as PostgreSQL writes them, not as the driver would. */
const struct gw_odbc_type gw_odbc_types_postgresql[] = {
	{"bool", GW_ODBC_BOOL, 0, NUMBER, "@", "CAST(? AS bool)", NULL},
	{"int2", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS int8)", NULL},
	{"int4", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS int8)", NULL},
	{"int8", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS int8)", NULL},
	{"oid", GW_ODBC_INT, 0, NUMBER, "@", "CAST(? AS oid)", NULL},
	{"float4", GW_ODBC_FLOAT, 0, NUMBER + 8, "CAST(@ AS float8)", NULL, NULL},
	{"float8", GW_ODBC_FLOAT, 0, NUMBER + 8, "@", NULL, NULL},
	{"numeric", GW_ODBC_DECIMAL, 0, 2 * GW_ODBC_ID, "CAST(@ AS text)", "CAST(? AS numeric)", NULL},
	{"money", GW_ODBC_DECIMAL, 0, NUMBER, "CAST(CAST(@ AS numeric) AS text)", NULL, NULL},
	{"text", GW_ODBC_TEXT, 0, BY_LENGTH, "@", "CAST(? AS text)", NULL},
	{"varchar", GW_ODBC_TEXT, 0, BY_LENGTH, "@", "CAST(? AS text)", NULL},
	{"bpchar", GW_ODBC_PADDED, 0, BY_LENGTH, "@", "CAST(? AS bpchar)", NULL},
	{"name", GW_ODBC_TEXT, 0, GW_ODBC_ID + 1, "@", "CAST(? AS name)", NULL},
	{"citext", GW_ODBC_TEXT, 0, BY_LENGTH, "CAST(@ AS text)", NULL, NULL},
	{"enum", GW_ODBC_TEXT, 0, 4 * GW_ODBC_ID, "CAST(@ AS text)", NULL, NULL},
	{"uuid", GW_ODBC_UUID, 0, GW_ODBC_ID, "CAST(@ AS text)", "CAST(? AS uuid)", NULL},
	{"json", GW_ODBC_TEXT, 0, BY_LENGTH, "CAST(@ AS text)", NULL, NULL},
	{"jsonb", GW_ODBC_TEXT, 0, BY_LENGTH, "CAST(@ AS text)", NULL, NULL},
	{"xml", GW_ODBC_TEXT, 0, BY_LENGTH, "CAST(@ AS text)", NULL, NULL},
	{"date", GW_ODBC_DATE, TIME, CLOCK, "CAST(@ AS text)", "CAST(? AS date)", NULL},
	{"timestamp", GW_ODBC_LOCAL, TIME, CLOCK, "CAST(@ AS text)", "CAST(? AS timestamp)", NULL},
	{"timestamptz", GW_ODBC_INSTANT, TIME, CLOCK, "CAST(@ AS text)", "CAST(? AS timestamptz)", NULL},
	{"time", GW_ODBC_TEXT, 0, CLOCK, "CAST(@ AS text)", NULL, NULL},
	{"timetz", GW_ODBC_TEXT, 0, CLOCK, "CAST(@ AS text)", NULL, NULL},
	{"interval", GW_ODBC_TEXT, 0, 4 * GW_ODBC_ID, "CAST(@ AS text)", NULL, NULL},
	{"inet", GW_ODBC_TEXT, 0, GW_ODBC_ID, "abbrev(@)", NULL, NULL},
	{"cidr", GW_ODBC_TEXT, 0, GW_ODBC_ID, "CAST(@ AS text)", NULL, NULL},
	{"macaddr", GW_ODBC_TEXT, 0, GW_ODBC_ID, "CAST(@ AS text)", NULL, NULL},
	{"macaddr8", GW_ODBC_TEXT, 0, GW_ODBC_ID, "CAST(@ AS text)", NULL, NULL},
	{"bytea", GW_ODBC_BYTES, 0, BY_LENGTH, "@", "decode(CAST(? AS text), 'hex')", NULL},
	{"bit", GW_ODBC_TEXT, 0, BY_LENGTH, "CAST(@ AS text)", NULL, NULL},
	{"varbit", GW_ODBC_TEXT, 0, BY_LENGTH, "CAST(@ AS text)", NULL, NULL},
	{NULL, GW_ODBC_TEXT, 0, 0, NULL, NULL, NULL},
};

/* A column may hold any type whatever it was declared as: all come as text and are looked at. */
#define SQLITE_TEXT "CAST(@ AS TEXT)"
#define SQLITE_REAL "CASE typeof(@) WHEN 'real' THEN printf('%!.17g', @) ELSE CAST(@ AS TEXT) END"

const struct gw_odbc_type gw_odbc_types_sqlite[] = {
	{"boolean", GW_ODBC_BOOL, 0, NUMBER, SQLITE_TEXT, "CAST(? AS INTEGER)", NULL},
	{"bool", GW_ODBC_BOOL, 0, NUMBER, SQLITE_TEXT, "CAST(? AS INTEGER)", NULL},
	{"int", GW_ODBC_INT, INT, NUMBER, SQLITE_TEXT, "CAST(? AS INTEGER)", NULL},
	{"char", GW_ODBC_TEXT, 0, BY_LENGTH, SQLITE_TEXT, "CAST(? AS TEXT)", NULL},
	{"clob", GW_ODBC_TEXT, 0, BY_LENGTH, SQLITE_TEXT, "CAST(? AS TEXT)", NULL},
	{"text", GW_ODBC_TEXT, 0, BY_LENGTH, SQLITE_TEXT, "CAST(? AS TEXT)", NULL},
	{"json", GW_ODBC_TEXT, 0, BY_LENGTH, SQLITE_TEXT, NULL, NULL},
	{"uuid", GW_ODBC_UUID, 0, BY_LENGTH, SQLITE_TEXT, "CAST(? AS TEXT)", NULL},
	{"blob", GW_ODBC_BYTES, 0, BY_LENGTH, "CAST(@ AS BLOB)", NULL, NULL},
	{"real", GW_ODBC_FLOAT, 0, NUMBER + 8, SQLITE_REAL, NULL, NULL},
	{"floa", GW_ODBC_FLOAT, 0, NUMBER + 8, SQLITE_REAL, NULL, NULL},
	{"doub", GW_ODBC_FLOAT, 0, NUMBER + 8, SQLITE_REAL, NULL, NULL},
	{"datetime", GW_ODBC_LOCAL, TIME, CLOCK, SQLITE_TEXT, "CAST(? AS TEXT)", NULL},
	{"timestamp", GW_ODBC_LOCAL, TIME, CLOCK, SQLITE_TEXT, "CAST(? AS TEXT)", NULL},
	{"date", GW_ODBC_DATE, TIME, CLOCK, SQLITE_TEXT, "CAST(? AS TEXT)", NULL},
	{"time", GW_ODBC_TEXT, 0, CLOCK, SQLITE_TEXT, NULL, NULL},
	{"decimal", GW_ODBC_DECIMAL, 0, GW_ODBC_ID, SQLITE_TEXT, NULL, NULL},
	{"numeric", GW_ODBC_DECIMAL, 0, GW_ODBC_ID, SQLITE_TEXT, NULL, NULL},
	{"number", GW_ODBC_DECIMAL, 0, GW_ODBC_ID, SQLITE_TEXT, NULL, NULL},
	{"", GW_ODBC_TEXT, 0, BY_LENGTH, SQLITE_TEXT, NULL, NULL},
	{NULL, GW_ODBC_TEXT, 0, 0, NULL, NULL, NULL},
};

/* Style 121 is "2026-11-22 08:05:00.1234567", whatever the session's language. */
#define STYLE(size) "CONVERT(varchar(" size "), @, 121)"
/* In the code page of the column's collation: in another's a letter may become another one.  A
   datetime has thirds of milliseconds, which it shows to nobody but a datetime2. */
#define IN_CODE_PAGE "CAST(CAST(? AS nvarchar(4000))@ AS varchar(8000))"

const struct gw_odbc_type gw_odbc_types_sqlserver[] = {
	{"bit", GW_ODBC_BOOL, 0, NUMBER, "@", "CAST(? AS bit)", NULL},
	{"tinyint", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS bigint)", NULL},
	{"smallint", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS bigint)", NULL},
	{"int", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS bigint)", NULL},
	{"bigint", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS bigint)", NULL},
	{"decimal", GW_ODBC_DECIMAL, 0, GW_ODBC_ID, "CONVERT(varchar(50), @)", "CAST(? AS decimal@)", NULL},
	{"numeric", GW_ODBC_DECIMAL, 0, GW_ODBC_ID, "CONVERT(varchar(50), @)", "CAST(? AS decimal@)", NULL},
	{"money", GW_ODBC_DECIMAL, 0, GW_ODBC_ID, "CONVERT(varchar(50), @, 2)", NULL, NULL},
	{"smallmoney", GW_ODBC_DECIMAL, 0, GW_ODBC_ID, "CONVERT(varchar(50), @, 2)", NULL, NULL},
	{"real", GW_ODBC_REAL, 0, NUMBER, "@", NULL, NULL},
	{"float", GW_ODBC_REAL, 0, NUMBER, "@", NULL, NULL},
	{"char", GW_ODBC_PADDED, 0, BY_LENGTH, "@", IN_CODE_PAGE, NULL},
	{"varchar", GW_ODBC_TEXT, 0, BY_LENGTH, "@", IN_CODE_PAGE, NULL},
	{"text", GW_ODBC_TEXT, 0, BY_LENGTH, "CAST(@ AS varchar(max))", NULL, NULL},
	{"nchar", GW_ODBC_PADDED, 0, BY_LENGTH, "@", "CAST(? AS nvarchar(4000))", NULL},
	{"nvarchar", GW_ODBC_TEXT, 0, BY_LENGTH, "@", "CAST(? AS nvarchar(4000))", NULL},
	{"sysname", GW_ODBC_TEXT, 0, BY_LENGTH, "@", "CAST(? AS nvarchar(128))", NULL},
	{"ntext", GW_ODBC_TEXT, 0, BY_LENGTH, "CAST(@ AS nvarchar(max))", NULL, NULL},
	{"xml", GW_ODBC_TEXT, 0, BY_LENGTH, "CAST(@ AS nvarchar(max))", NULL, NULL},
	{"json", GW_ODBC_TEXT, 0, BY_LENGTH, "CAST(@ AS nvarchar(max))", NULL, NULL},
	{"binary", GW_ODBC_BYTES, 0, BY_LENGTH, "@", "CONVERT(varbinary(8000), ?, 2)", NULL},
	{"varbinary", GW_ODBC_BYTES, 0, BY_LENGTH, "@", "CONVERT(varbinary(8000), ?, 2)", NULL},
	{"image", GW_ODBC_BYTES, 0, BY_LENGTH, "CAST(@ AS varbinary(max))", NULL, NULL},
	{"timestamp", GW_ODBC_INT, INT | GW_ODBC_CEILING, NUMBER, "CAST(@ AS bigint)",
	 "CAST(CAST(? AS bigint) AS binary(8))", NULL},
	{"date", GW_ODBC_DATE, TIME, CLOCK, STYLE("10"), "CAST(? AS date)", NULL},
	{"time", GW_ODBC_TEXT, 0, CLOCK, STYLE("16"), NULL, NULL},
	{"smalldatetime", GW_ODBC_LOCAL, TIME, CLOCK, STYLE("27"), "CAST(? AS datetime2)", NULL},
	{"datetime", GW_ODBC_LOCAL, TIME, CLOCK, STYLE("27"),
	 "CAST(CAST(? AS datetime2(3)) AS datetime)", NULL},
	{"datetime2", GW_ODBC_LOCAL, TIME, CLOCK, STYLE("27"), "CAST(? AS datetime2)", NULL},
	{"datetimeoffset", GW_ODBC_INSTANT, TIME, CLOCK,
	 "CONVERT(varchar(27), CAST(SWITCHOFFSET(@, '+00:00') AS datetime2), 121)",
	 "TODATETIMEOFFSET(CAST(? AS datetime2), '+00:00')", NULL},
	{"uniqueidentifier", GW_ODBC_UUID, 0, GW_ODBC_ID, "CAST(@ AS varchar(36))",
	 "CAST(? AS uniqueidentifier)", NULL},
	{"sql_variant", GW_ODBC_TEXT, 0, 0, "@", NULL, ANY},
	{"geometry", GW_ODBC_TEXT, 0, 0, "@", NULL, GEOMETRY},
	{"geography", GW_ODBC_TEXT, 0, 0, "@", NULL, GEOMETRY},
	{"hierarchyid", GW_ODBC_TEXT, 0, 0, "@", NULL, N_("it is a path of numbers: read it through a view with ToString()")},
	{NULL, GW_ODBC_TEXT, 0, 0, NULL, NULL, NULL},
};

#define ORACLE_NUMBER "TO_CHAR(@, 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''')"
#define ORACLE_CLOCK "'YYYY-MM-DD HH24:MI:SS.FF9'"
#define ORACLE_ERA " || CASE WHEN @ < DATE '0001-01-01' THEN ' BC' END"

/* A DATE of Oracle's has a time of day.  Parameters, which come as NVARCHAR2, get their column's
   type: else the column would be converted, and its order and its index with it.  Nothing but
   blanks is NULL once it has lost them. */
const struct gw_odbc_type gw_odbc_types_oracle[] = {
	{"number", GW_ODBC_DECIMAL, INT, GW_ODBC_ID, ORACLE_NUMBER,
	 "TO_NUMBER(?)", NULL},
	{"integer", GW_ODBC_INT, INT, GW_ODBC_ID, ORACLE_NUMBER,
	 "TO_NUMBER(?)", NULL},
	{"float", GW_ODBC_DECIMAL, 0, 2 * GW_ODBC_ID, ORACLE_NUMBER, NULL, NULL},
	{"binary_float", GW_ODBC_REAL, 0, NUMBER, "@", NULL, NULL},
	{"binary_double", GW_ODBC_REAL, 0, NUMBER, "@", NULL, NULL},
	{"varchar2", GW_ODBC_TEXT, 0, BY_LENGTH, "@", "TO_CHAR(?)", NULL},
	{"nvarchar2", GW_ODBC_TEXT, 0, BY_LENGTH, "@", "TO_NCHAR(?)", NULL},
	{"char", GW_ODBC_PADDED, 0, BY_LENGTH, "@", "CAST(NVL(?, ' ') AS CHAR(2000))", NULL},
	{"nchar", GW_ODBC_PADDED, 0, BY_LENGTH, "@", "CAST(NVL(?, ' ') AS NCHAR(1000))", NULL},
	{"clob", GW_ODBC_TEXT, 0, BY_LENGTH, "@", NULL, NULL},
	{"nclob", GW_ODBC_TEXT, 0, BY_LENGTH, "@", NULL, NULL},
	{"raw", GW_ODBC_BYTES, 0, BY_LENGTH, "@", "HEXTORAW(?)", NULL},
	{"blob", GW_ODBC_BYTES, 0, BY_LENGTH, "@", NULL, NULL},
	{"date", GW_ODBC_LOCAL, TIME, CLOCK, "TO_CHAR(@, 'YYYY-MM-DD HH24:MI:SS')" ORACLE_ERA,
	 "TO_DATE(SUBSTR(?, 1, 19), 'YYYY-MM-DD HH24:MI:SS')", NULL},
	{"timestamp with time zone", GW_ODBC_INSTANT, TIME, CLOCK,
	 "TO_CHAR(SYS_EXTRACT_UTC(@), " ORACLE_CLOCK ")" ORACLE_ERA,
	 "FROM_TZ(TO_TIMESTAMP(?, " ORACLE_CLOCK "), 'UTC')", NULL},
	{"timestamp with local time zone", GW_ODBC_INSTANT, TIME, CLOCK,
	 "TO_CHAR(SYS_EXTRACT_UTC(@), " ORACLE_CLOCK ")" ORACLE_ERA,
	 "FROM_TZ(TO_TIMESTAMP(?, " ORACLE_CLOCK "), 'UTC')", NULL},
	{"timestamp", GW_ODBC_LOCAL, TIME, CLOCK, "TO_CHAR(@, " ORACLE_CLOCK ")" ORACLE_ERA,
	 "TO_TIMESTAMP(?, " ORACLE_CLOCK ")", NULL},
	{"interval", GW_ODBC_TEXT, 0, CLOCK, "TO_CHAR(@)", NULL, NULL},
	{"rowid", GW_ODBC_TEXT, 0, GW_ODBC_ID, "ROWIDTOCHAR(@)", NULL, NULL},
	{"long", GW_ODBC_TEXT, 0, 0, "@", NULL, N_("LONG is obsolete and can't be cut: read it through a view with TO_LOB")},
	{"long raw", GW_ODBC_TEXT, 0, 0, "@", NULL, N_("LONG RAW is obsolete and can't be cut: read it through a view with TO_LOB")},
	{"bfile", GW_ODBC_TEXT, 0, 0, "@", NULL, N_("it is a file on the server")},
	{"xmltype", GW_ODBC_TEXT, 0, 0, "@", NULL, N_("read it through a view with XMLSERIALIZE")},
	{"sdo_geometry", GW_ODBC_TEXT, 0, 0, "@", NULL, GEOMETRY},
	{"anydata", GW_ODBC_TEXT, 0, 0, "@", NULL, ANY},
	{NULL, GW_ODBC_TEXT, 0, 0, NULL, NULL, NULL},
};

/* By the names that ODBC's own type codes get in the catalogue part. */
const struct gw_odbc_type gw_odbc_types_generic[] = {
	{"bit", GW_ODBC_BOOL, 0, NUMBER, "@", "CAST(? AS SMALLINT)", NULL},
	{"tinyint", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS BIGINT)", NULL},
	{"smallint", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS BIGINT)", NULL},
	{"integer", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS BIGINT)", NULL},
	{"bigint", GW_ODBC_INT, INT, NUMBER, "@", "CAST(? AS BIGINT)", NULL},
	{"decimal", GW_ODBC_DECIMAL, 0, 2 * GW_ODBC_ID, "@", NULL, NULL},
	{"real", GW_ODBC_REAL, 0, NUMBER, "@", NULL, NULL},
	{"double", GW_ODBC_REAL, 0, NUMBER, "@", NULL, NULL},
	{"char", GW_ODBC_PADDED, 0, BY_LENGTH, "@", "?", NULL},
	{"varchar", GW_ODBC_TEXT, 0, BY_LENGTH, "@", "?", NULL},
	{"longvarchar", GW_ODBC_TEXT, 0, BY_LENGTH, "@", NULL, NULL},
	{"binary", GW_ODBC_BYTES, 0, BY_LENGTH, "@", NULL, NULL},
	{"longbinary", GW_ODBC_BYTES, 0, BY_LENGTH, "@", NULL, NULL},
	{"date", GW_ODBC_DATE, TIME, CLOCK, "@", "CAST(? AS DATE)", NULL},
	{"time", GW_ODBC_TEXT, 0, CLOCK, "@", NULL, NULL},
	{"timestamp", GW_ODBC_LOCAL, TIME, CLOCK, "@", "CAST(? AS TIMESTAMP)", NULL},
	{"guid", GW_ODBC_UUID, 0, GW_ODBC_ID, "@", "?", NULL},
	{NULL, GW_ODBC_TEXT, 0, 0, NULL, NULL, NULL},
};
/* clang-format on */
