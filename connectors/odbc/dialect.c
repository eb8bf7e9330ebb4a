#include "odbc/dialect.h"

#include <string.h>
#include <strings.h>

enum { DETAIL_MAX = 1024 };

/* clang-format off */

#define MARIADB_KEY \
	"COALESCE((SELECT k.ordinal_position FROM information_schema.key_column_usage k" \
	" WHERE k.table_schema = c.table_schema AND k.table_name = c.table_name" \
	" AND k.constraint_name = 'PRIMARY' AND k.column_name = c.column_name), 0)"
#define MARIADB_COLUMNS \
	"SELECT c.column_name, c.column_type, c.data_type," \
	" COALESCE(IF(c.character_set_name IS NULL, c.character_octet_length," \
	" LEAST(c.character_maximum_length, 100000000) * 4), 0)," \
	" c.is_nullable = 'YES', " MARIADB_KEY \
	" FROM information_schema.columns c WHERE c.table_schema = ? AND c.table_name = ?" \
	" ORDER BY c.ordinal_position"
#define MARIADB_TABLES \
	"SELECT table_schema, table_name, IF(table_type LIKE '%VIEW%', 'view', 'table')," \
	" COALESCE(table_rows, -1) FROM information_schema.tables WHERE "
#define MARIADB_UNIQUE \
	"SELECT index_name, column_name FROM information_schema.statistics" \
	" WHERE table_schema = ? AND table_name = ? AND non_unique = 0 ORDER BY index_name"
/* An account sees no rights but its own and those of its roles. */
#define MARIADB_RIGHTS \
	"SELECT 1 FROM (SELECT privilege_type AS p FROM information_schema.user_privileges" \
	" UNION ALL SELECT privilege_type FROM information_schema.schema_privileges" \
	" WHERE ? LIKE table_schema" \
	" UNION ALL SELECT privilege_type FROM information_schema.table_privileges" \
	" WHERE ? = table_name) r" \
	" WHERE r.p IN ('INSERT', 'UPDATE', 'DELETE', 'DROP', 'ALTER', 'CREATE') LIMIT 1"
#define MARIADB_CLOCK "SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)"
#define MARIADB_SETUP \
	"SET SESSION time_zone = '+00:00', sql_mode = 'NO_UNSIGNED_SUBTRACTION'", \
	"SET SESSION lock_wait_timeout = 10, innodb_lock_wait_timeout = 10", \
	"SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", \
	"SET SESSION TRANSACTION READ ONLY"
#define MARIADB_OWN "table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')"

/* All that InnoDB commits, or changes of a table's form, goes through its log. */
#define MARIADB_MARK \
	"SELECT s.variable_value, t.create_time" \
	" FROM information_schema.tables t, information_schema.global_status s" \
	" WHERE t.table_schema = ? AND t.table_name = ? AND t.engine = 'InnoDB'" \
	" AND s.variable_name = 'INNODB_LSN_CURRENT'"

#define PG_TABLES \
	"SELECT n.nspname, c.relname, CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN" \
	" 'partitioned table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' ELSE" \
	" 'foreign table' END, CASE WHEN c.reltuples < 0 THEN -1 ELSE CAST(c.reltuples AS int8) END" \
	" FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace" \
	" WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND "
#define PG_COLUMNS \
	"SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)," \
	" CASE b.typtype WHEN 'e' THEN 'enum' ELSE b.typname END," \
	" CASE WHEN t.typname IN ('varchar', 'bpchar') AND a.atttypmod > 4" \
	" THEN (a.atttypmod - 4) * 4 ELSE 0 END," \
	" CASE WHEN a.attnotnull THEN 0 ELSE 1 END," \
	" COALESCE((SELECT s.place FROM pg_catalog.pg_index i," \
	" pg_catalog.unnest(CAST(i.indkey AS int2[])) WITH ORDINALITY AS s (attnum, place)" \
	" WHERE i.indrelid = a.attrelid AND i.indisprimary AND s.attnum = a.attnum" \
	" AND s.place <= i.indnkeyatts), 0)," \
	" CASE WHEN pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT') THEN 1 ELSE 0 END" \
	" FROM pg_catalog.pg_attribute a" \
	" JOIN pg_catalog.pg_class c ON c.oid = a.attrelid" \
	" JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace" \
	" JOIN pg_catalog.pg_type t ON t.oid = a.atttypid" \
	" JOIN pg_catalog.pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END" \
	" WHERE n.nspname = ? AND c.relname = ? AND a.attnum > 0 AND NOT a.attisdropped" \
	" ORDER BY a.attnum"
#define PG_UNIQUE \
	"SELECT CAST(i.indexrelid AS text)," \
	" CASE WHEN i.indcollation[s.place - 1] = a.attcollation THEN a.attname ELSE '' END" \
	" FROM pg_catalog.pg_index i" \
	" JOIN pg_catalog.pg_class c ON c.oid = i.indrelid" \
	" JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace" \
	" CROSS JOIN pg_catalog.unnest(CAST(i.indkey AS int2[])) WITH ORDINALITY AS s (attnum, place)" \
	" JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = s.attnum" \
	" WHERE n.nspname = ? AND c.relname = ? AND i.indisunique AND i.indisvalid" \
	" AND i.indpred IS NULL AND i.indexprs IS NULL AND s.place <= i.indnkeyatts" \
	" ORDER BY i.indexrelid"
#define PG_RIGHTS \
	"SELECT 1 FROM pg_catalog.pg_class c" \
	" JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace" \
	" WHERE n.nspname = ? AND c.relname = ?" \
	" AND pg_catalog.has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
#define PG_IDENTITY \
	"SELECT CAST((SELECT system_identifier FROM pg_control_system()) AS text) || '/' ||" \
	" CAST((SELECT timeline_id FROM pg_control_checkpoint()) AS text) || '/' ||" \
	" current_database()"

/* A snapshot with the same transactions sees the same rows; a standby does not list those that are
   under way. */
#define PG_MARK \
	"SELECT CAST(s.s AS text), CAST(c.oid AS text) || '/' || (SELECT" \
	" CAST(SUM(CAST(CAST(a.xmin AS text) AS int8)) AS text) FROM pg_catalog.pg_attribute a" \
	" WHERE a.attrelid = c.oid) FROM (SELECT pg_catalog.txid_current_snapshot() AS s) s," \
	" pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace" \
	" WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'm')" \
	" AND (NOT pg_catalog.pg_is_in_recovery()" \
	" OR pg_catalog.txid_snapshot_xmin(s.s) = pg_catalog.txid_snapshot_xmax(s.s))"

/* What a column was declared as says what its values should be: SQLite's own order of rules. */
#define SQLITE_COLUMNS \
	"SELECT c.name, c.type, CASE" \
	" WHEN c.type LIKE '%datetime%' THEN 'datetime' WHEN c.type LIKE '%timestamp%' THEN" \
	" 'timestamp' WHEN c.type LIKE 'date%' THEN 'date' WHEN c.type LIKE 'time%' THEN 'time'" \
	" WHEN c.type LIKE 'bool%' THEN 'boolean' WHEN c.type LIKE 'json%' THEN 'json'" \
	" WHEN c.type LIKE 'uuid%' OR c.type LIKE 'guid%' THEN 'uuid'" \
	" WHEN c.type LIKE '%int%' THEN 'int' WHEN c.type LIKE '%char%' OR c.type LIKE '%clob%'" \
	" OR c.type LIKE '%text%' THEN 'text' WHEN c.type LIKE '%blob%' THEN 'blob'" \
	" WHEN c.type LIKE '%real%' OR c.type LIKE '%floa%' OR c.type LIKE '%doub%' THEN 'real'" \
	" WHEN c.type LIKE 'dec%' OR c.type LIKE 'num%' THEN 'decimal' ELSE '' END," \
	" 0, CASE WHEN c.\"notnull\" = 0 AND NOT (c.pk = 1 AND c.type LIKE 'integer') THEN 1 ELSE 0 END, c.pk" \
	" FROM (SELECT CAST(? AS TEXT) AS s, CAST(? AS TEXT) AS t) k," \
	" pragma_table_info(k.t, k.s) c ORDER BY c.cid"
#define SQLITE_TABLES \
	"SELECT 'main', name, type, -1 FROM main.sqlite_master" \
	" WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
#define SQLITE_MARK \
	"SELECT v.data_version, f.schema_version FROM pragma_data_version v," \
	" pragma_schema_version f, main.sqlite_master m WHERE ? = 'main'" \
	" AND m.name = CAST(? AS TEXT) COLLATE NOCASE AND m.type = 'table'"
/* An index in a collation of its own proves nothing of the column's, which no pragma tells: that of
   a table which names any is believed only where it has one too. */
#define SQLITE_UNIQUE \
	"SELECT i.name, CASE WHEN c.coll = 'BINARY' AND m.sql LIKE '%collate%' THEN '' ELSE c.name END" \
	" FROM (SELECT CAST(? AS TEXT) AS s, CAST(? AS TEXT) AS t) k," \
	" pragma_index_list(k.t, k.s) i, pragma_index_xinfo(i.name, k.s) c, main.sqlite_master m" \
	" WHERE i.\"unique\" = 1 AND i.partial = 0 AND c.key = 1" \
	" AND m.type = 'table' AND m.name = k.t COLLATE NOCASE ORDER BY 1"

/* An account sees no objects but those that it has a right to. */
#define MSSQL_FROM \
	" FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id"
#define MSSQL_TABLES \
	"SELECT s.name, o.name, CASE o.type WHEN 'V' THEN 'view' ELSE 'table' END," \
	" COALESCE((SELECT SUM(p.rows) FROM sys.partitions p WHERE p.object_id = o.object_id" \
	" AND p.index_id IN (0, 1)), -1)" MSSQL_FROM \
	" WHERE o.type IN ('U', 'V') AND "
#define MSSQL_COLUMNS \
	"SELECT c.name, t.name, COALESCE(TYPE_NAME(c.system_type_id), t.name)," \
	" CASE WHEN c.max_length < 0 THEN 0 ELSE CAST(c.max_length AS int) * 4 END," \
	" CAST(c.is_nullable AS int)," \
	" COALESCE((SELECT k.key_ordinal FROM sys.indexes i JOIN sys.index_columns k" \
	" ON k.object_id = i.object_id AND k.index_id = i.index_id" \
	" WHERE i.object_id = c.object_id AND i.is_primary_key = 1" \
	" AND k.column_id = c.column_id), 0)," \
	" COALESCE(HAS_PERMS_BY_NAME(QUOTENAME(s.name) + '.' + QUOTENAME(o.name), 'OBJECT', 'SELECT'," \
	" c.name, 'COLUMN'), 1)," \
	" CASE WHEN c.collation_name IS NOT NULL THEN ' COLLATE ' + c.collation_name" \
	" ELSE '(' + CONVERT(varchar(5), c.precision) + ', ' + CONVERT(varchar(5), c.scale) + ')' END" \
	MSSQL_FROM \
	" JOIN sys.columns c ON c.object_id = o.object_id" \
	" JOIN sys.types t ON t.user_type_id = c.user_type_id" \
	" WHERE s.name = ? AND o.name = ? ORDER BY c.column_id"
#define MSSQL_UNIQUE \
	"SELECT i.name, c.name" MSSQL_FROM \
	" JOIN sys.indexes i ON i.object_id = o.object_id" \
	" JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id" \
	" JOIN sys.columns c ON c.object_id = k.object_id AND c.column_id = k.column_id" \
	" WHERE s.name = ? AND o.name = ? AND i.is_unique = 1 AND i.has_filter = 0" \
	" AND k.is_included_column = 0 ORDER BY i.name"
#define MSSQL_RIGHTS \
	"SELECT 1" MSSQL_FROM " WHERE s.name = ? AND o.name = ? AND" \
	" EXISTS (SELECT 1 FROM sys.fn_my_permissions(QUOTENAME(s.name) + '.' + QUOTENAME(o.name)," \
	" 'OBJECT') p WHERE p.permission_name IN ('INSERT', 'UPDATE', 'DELETE', 'ALTER'))"

#define ORACLE_SECOND "'YYYY-MM-DD HH24:MI:SS'"
#define ORACLE_TABLES \
	"SELECT o.owner, o.object_name, LOWER(o.object_type), COALESCE((SELECT t.num_rows" \
	" FROM all_tables t WHERE t.owner = o.owner AND t.table_name = o.object_name), -1)" \
	" FROM all_objects o WHERE o.object_type IN ('TABLE', 'VIEW', 'MATERIALIZED VIEW') AND "
#define ORACLE_COLUMNS \
	"SELECT c.column_name, c.data_type," \
	" CASE WHEN c.data_type = 'NUMBER' AND c.data_scale = 0 THEN 'integer'" \
	" WHEN c.data_type LIKE 'INTERVAL%' THEN 'interval'" \
	" ELSE LOWER(REGEXP_REPLACE(c.data_type, '\\([0-9]+\\)', '')) END," \
	" CASE WHEN c.char_length > 0 THEN c.char_length * 4" \
	" WHEN c.data_type = 'RAW' THEN c.data_length ELSE 0 END," \
	" CASE c.nullable WHEN 'Y' THEN 1 ELSE 0 END," \
	" COALESCE((SELECT k.position FROM all_constraints p JOIN all_cons_columns k" \
	" ON k.owner = p.owner AND k.constraint_name = p.constraint_name" \
	" WHERE p.owner = c.owner AND p.table_name = c.table_name AND p.constraint_type = 'P'" \
	" AND k.column_name = c.column_name), 0)" \
	" FROM all_tab_columns c WHERE c.owner = ? AND c.table_name = ? ORDER BY c.column_id"
#define ORACLE_UNIQUE \
	"SELECT i.index_name, c.column_name FROM all_indexes i JOIN all_ind_columns c" \
	" ON c.index_owner = i.owner AND c.index_name = i.index_name" \
	" WHERE i.table_owner = ? AND i.table_name = ? AND i.uniqueness = 'UNIQUE'" \
	" ORDER BY i.index_name"
#define ORACLE_RIGHTS \
	"SELECT 1 FROM DUAL WHERE EXISTS (SELECT 1 FROM session_privs WHERE privilege IN" \
	" ('INSERT ANY TABLE', 'UPDATE ANY TABLE', 'DELETE ANY TABLE', 'ALTER ANY TABLE'))" \
	" OR EXISTS (SELECT 1 FROM all_tab_privs WHERE table_schema = ? AND table_name = ?" \
	" AND privilege IN ('INSERT', 'UPDATE', 'DELETE', 'ALTER'))"

/* The part behind the last '@' is the host. */
#define MARIADB_ACCOUNT \
	"SELECT CONCAT(QUOTE(LEFT(a.u, CHAR_LENGTH(a.u) - CHAR_LENGTH(SUBSTRING_INDEX(a.u, '@', -1)) - 1))," \
	" '@', QUOTE(SUBSTRING_INDEX(a.u, '@', -1))) FROM (SELECT CURRENT_USER() AS u) a"

const struct gw_odbc_dialect gw_odbc_dialects[] = {
	{
		.name = "mariadb", .products = {"MariaDB"}, .verified = true,
		.open_quote = '`', .close_quote = '`',
		.clock = MARIADB_CLOCK, .version = "SELECT CONCAT('MariaDB ', VERSION())",
		.identity = "SELECT CONCAT(MD5(CONCAT(@@server_uid, @@datadir)), '/', LEFT(MD5(DATABASE()), 8))",
		.schema = "SELECT DATABASE()",
		.self = "SELECT CONNECTION_ID()",
		.kill = "KILL QUERY #",
		.setup = {MARIADB_SETUP, "SET SESSION max_statement_time = #"},
		.mark = MARIADB_MARK,
		.length = "LENGTH(@)", .cut_text = "LEFT(@, #)", .cut_bytes = "LEFT(@, #)",
		.types = gw_odbc_types_mariadb,
		.tables = MARIADB_TABLES MARIADB_OWN " ORDER BY 1, 2",
		.table = MARIADB_TABLES "table_schema = ? AND table_name = ?",
		.columns = MARIADB_COLUMNS, .unique = MARIADB_UNIQUE, .rights = MARIADB_RIGHTS,
		.account = MARIADB_ACCOUNT,
	},
	{
		.name = "mysql", .products = {"MySQL"},
		.open_quote = '`', .close_quote = '`',
		.clock = MARIADB_CLOCK, .version = "SELECT CONCAT('MySQL ', VERSION())",
		.identity = "SELECT CONCAT(@@server_uuid, '/', LEFT(MD5(DATABASE()), 8))",
		.schema = "SELECT DATABASE()",
		.self = "SELECT CONNECTION_ID()",
		.kill = "KILL QUERY #",
		.setup = {MARIADB_SETUP, "SET SESSION max_execution_time = # * 1000"},
		.length = "LENGTH(@)", .cut_text = "LEFT(@, #)", .cut_bytes = "LEFT(@, #)",
		.types = gw_odbc_types_mariadb,
		.tables = MARIADB_TABLES MARIADB_OWN " ORDER BY 1, 2",
		.table = MARIADB_TABLES "table_schema = ? AND table_name = ?",
		.columns = MARIADB_COLUMNS, .unique = MARIADB_UNIQUE, .rights = MARIADB_RIGHTS,
		.account = MARIADB_ACCOUNT,
	},
	{
		.name = "postgresql", .products = {"PostgreSQL"}, .verified = true,
		.open_quote = '"', .close_quote = '"', .row_values = true,
		.clock = "SELECT CAST(extract(epoch FROM pg_catalog.now()) * 1000000 AS int8)",
		.version = "SELECT 'PostgreSQL ' || current_setting('server_version')",
		.identity = PG_IDENTITY,
		.schema = "SELECT 'public'",
		.self = "SELECT pg_backend_pid()",
		.kill = "SELECT pg_cancel_backend(#)",
		.setup = {"SET default_transaction_read_only = on",
			  "SET default_transaction_isolation = 'repeatable read'",
			  "SET TimeZone = 'UTC'", "SET DateStyle = 'ISO'", "SET IntervalStyle = 'iso_8601'",
			  "SET extra_float_digits = 3", "SET lock_timeout = 10000",
			  "SET statement_timeout = '#s'"},
		.mark = PG_MARK,
		.length = "octet_length(@)", .cut_text = "left(@, #)", .cut_bytes = "substr(@, 1, #)",
		.types = gw_odbc_types_postgresql,
		.tables = PG_TABLES "NOT c.relispartition AND n.nspname <> 'information_schema'"
			" AND left(n.nspname, 3) <> 'pg_'"
			" AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')"
			" AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT') ORDER BY 1, 2",
		.table = PG_TABLES "n.nspname = ? AND c.relname = ?",
		.columns = PG_COLUMNS, .unique = PG_UNIQUE, .rights = PG_RIGHTS,
		.account = "SELECT '\"' || replace(current_user, '\"', '\"\"') || '\"'",
	},
	{
		.name = "sqlite", .products = {"SQLite"}, .verified = true,
		.open_quote = '"', .close_quote = '"', .row_values = true,
		.clock = "SELECT CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER) * 1000",
		.version = "SELECT 'SQLite ' || sqlite_version()",
		.schema = "SELECT 'main'",
		.setup = {"PRAGMA query_only = 1"},
		.mark = SQLITE_MARK,
		.length = "length(CAST(@ AS BLOB))", .cut_text = "substr(@, 1, #)",
		.cut_bytes = "substr(@, 1, #)",
		.types = gw_odbc_types_sqlite,
		.tables = SQLITE_TABLES " ORDER BY 2",
		.table = SQLITE_TABLES " AND ? = 'main' AND name = CAST(? AS TEXT) COLLATE NOCASE",
		.columns = SQLITE_COLUMNS, .unique = SQLITE_UNIQUE,
		.file = "SELECT file FROM pragma_database_list WHERE name = 'main'",
	},
	{
		.name = "sqlserver", .products = {"Microsoft SQL Server", "SQL Server"},
		.open_quote = '[', .close_quote = ']', .paging = GW_ODBC_TOP,
		.clock = "SELECT CAST(DATEDIFF(day, '1970-01-01', n.u) AS bigint) * 86400000000 +"
			" CAST(DATEDIFF(second, CAST(n.u AS date), n.u) AS bigint) * 1000000 +"
			" DATEPART(microsecond, n.u) FROM (SELECT SYSUTCDATETIME() AS u) n",
		.version = "SELECT 'SQL Server ' + CONVERT(varchar(40), SERVERPROPERTY('ProductVersion'))",
		.identity = "SELECT CONVERT(varchar(36), d.service_broker_guid) FROM sys.databases d"
			" WHERE d.database_id = DB_ID()",
		.schema = "SELECT SCHEMA_NAME()",
		.setup = {"SET LOCK_TIMEOUT 10000", "SET DATEFORMAT ymd", "SET QUOTED_IDENTIFIER ON",
			  "SET TEXTSIZE 2147483647"},
		.ceiling = "SELECT CAST(MIN_ACTIVE_ROWVERSION() AS bigint)",
		.length = "DATALENGTH(@)", .cut_text = "LEFT(@, #)", .cut_bytes = "SUBSTRING(@, 1, #)",
		.types = gw_odbc_types_sqlserver,
		.tables = MSSQL_TABLES "s.name NOT IN ('sys', 'INFORMATION_SCHEMA') ORDER BY 1, 2",
		.table = MSSQL_TABLES "s.name = ? AND o.name = ?",
		.columns = MSSQL_COLUMNS, .unique = MSSQL_UNIQUE, .rights = MSSQL_RIGHTS,
		.account = "SELECT QUOTENAME(USER_NAME())",
	},
	{
		.name = "oracle", .products = {"Oracle"},
		.open_quote = '"', .close_quote = '"', .paging = GW_ODBC_FETCH_FIRST,
		.clock = "SELECT TO_CHAR(ROUND((TO_DATE(TO_CHAR(n.u, " ORACLE_SECOND "), " ORACLE_SECOND ")"
			" - DATE '1970-01-01') * 86400) * 1000000 + TO_NUMBER(TO_CHAR(n.u, 'FF6')), 'TM9')"
			" FROM (SELECT SYS_EXTRACT_UTC(SYSTIMESTAMP) AS u FROM DUAL) n",
		.identity = "SELECT SUBSTR(SYS_CONTEXT('USERENV', 'DB_UNIQUE_NAME') || '/' ||"
			" SYS_CONTEXT('USERENV', 'CON_NAME'), 1, 60) FROM DUAL",
		.schema = "SELECT SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA') FROM DUAL",
		.setup = {"ALTER SESSION SET TIME_ZONE = '+00:00'",
			  "ALTER SESSION SET NLS_SORT = BINARY NLS_COMP = BINARY",
			  "ALTER SESSION SET NLS_NUMERIC_CHARACTERS = '.,' NLS_CALENDAR = 'GREGORIAN'",
			  "ALTER SESSION SET ISOLATION_LEVEL = SERIALIZABLE"},
		.types = gw_odbc_types_oracle,
		.tables = ORACLE_TABLES "o.owner NOT IN (SELECT u.username FROM all_users u"
			" WHERE u.oracle_maintained = 'Y') ORDER BY 1, 2",
		.table = ORACLE_TABLES "o.owner = ? AND o.object_name = ?",
		.columns = ORACLE_COLUMNS, .unique = ORACLE_UNIQUE, .rights = ORACLE_RIGHTS,
		.account = "SELECT '\"' || USER || '\"' FROM DUAL",
	},
	{
		.name = "generic",
		.open_quote = '"', .close_quote = '"', .paging = GW_ODBC_FETCH_FIRST,
		.types = gw_odbc_types_generic,
	},
	{.name = NULL},
};

#define FREETDS_OPTIONS "ClientCharset=UTF-8"

/*
 * psqlodbc reads a result in pieces only through a cursor of the server's; MariaDB's driver always
 * holds all of it.  That one sends a statement and its execution in one go where it may, and then
 * (3.1.15) goes on to describe columns that never came if the line breaks amid their names: it reads
 * through a null pointer.  Where it prepares first it knows that there is nothing to describe.
 */
static const struct gw_odbc_driver drivers[] = {
	{"psqlodbc", "UseDeclareFetch=1;Fetch=500;BoolsAsChar=1;ByteaAsLongVarBinary=1;"
		     "UnknownSizes=2;MaxVarcharSize=4096;MaxLongVarcharSize=4096;Protocol=7.4-0", false, false, 100, false, false},
	{"maodbc", "CHARSET=utf8mb4", true, false, 100, false, true},
	{"myodbc", "CHARSET=utf8mb4;NO_CACHE=1;FORWARD_CURSOR=1", true, false, 100, false, false},
	{"sqlite", "StepAPI=1;NoCreat=1;LongNames=1;Timeout=10000", false, true, 1, false, false},
	{"tdsodbc", FREETDS_OPTIONS, false, false, 1, true, false},
	{"freetds", FREETDS_OPTIONS, false, false, 1, true, false},
	{NULL, "", true, false, 1, false, false},
};
/* clang-format on */

const struct gw_odbc_dialect *
gw_odbc_dialect_named(const char *name)
{
	for (const struct gw_odbc_dialect *d = gw_odbc_dialects; d->name != NULL; d++)
		if (strcasecmp(d->name, name) == 0)
			return d;
	return NULL;
}

const struct gw_odbc_dialect *
gw_odbc_dialect_of(const char *product)
{
	for (const struct gw_odbc_dialect *d = gw_odbc_dialects; d->name != NULL; d++)
		for (size_t i = 0; d->products[i] != NULL; i++)
			if (strncasecmp(d->products[i], product, strlen(d->products[i])) == 0)
				return d;
	return gw_odbc_dialect_named("generic");
}

const struct gw_odbc_driver *
gw_odbc_driver_of(const char *file)
{
	const struct gw_odbc_driver *d = drivers;

	while (d->file != NULL && strcasestr(file, d->file) == NULL)
		d++;
	return d;
}

const struct gw_odbc_type *
gw_odbc_type_find(const struct gw_odbc_dialect *dialect, const char *shown, const char *name)
{
	const struct gw_odbc_type *type;

	for (type = dialect->types; type->name != NULL; type++)
		if (strcasecmp(type->name, shown) == 0)
			return type;
	for (type = dialect->types; type->name != NULL; type++)
		if (strcasecmp(type->name, name) == 0)
			return type;
	return NULL;
}

const struct gw_odbc_type *
gw_odbc_type_declared(const struct gw_odbc_type *type, const char *detail, struct gw_arena *arena)
{
	struct gw_odbc_type *copy;
	struct gw_buf param;

	if (type->param == NULL || strchr(type->param, '@') == NULL)
		return type;
	copy = gw_arena_zalloc(arena, sizeof *copy);
	gw_buf_init(&param, DETAIL_MAX);
	if (copy != NULL && gw_odbc_put(&param, type->param, detail, 0)) {
		*copy = *type;
		copy->param = gw_arena_copy(arena, param.data, param.len);
	}
	gw_buf_release(&param);
	return copy == NULL || copy->param == NULL ? NULL : copy;
}

enum gw_kind
gw_odbc_form_kind(enum gw_odbc_form form)
{
	static const enum gw_kind kinds[GW_ODBC_FORMS] = {
		[GW_ODBC_BOOL] = GW_BOOL,       [GW_ODBC_INT] = GW_INT,
		[GW_ODBC_DECIMAL] = GW_DECIMAL, [GW_ODBC_FLOAT] = GW_FLOAT,
		[GW_ODBC_REAL] = GW_FLOAT,      [GW_ODBC_TEXT] = GW_TEXT,
		[GW_ODBC_PADDED] = GW_TEXT,     [GW_ODBC_UUID] = GW_TEXT,
		[GW_ODBC_BYTES] = GW_BYTES,     [GW_ODBC_DATE] = GW_DATE,
		[GW_ODBC_LOCAL] = GW_TIMESTAMP, [GW_ODBC_INSTANT] = GW_TIMESTAMP,
	};

	return kinds[form];
}

bool
gw_odbc_put(struct gw_buf *out, const char *template, const char *column, long long number)
{
	for (; *template != '\0'; template ++) {
		if (*template == '@')
			(void)gw_buf_puts(out, column);
		else if (*template == '#')
			(void)gw_buf_printf(out, "%lld", number);
		else
			(void)gw_buf_putc(out, *template);
	}
	return !out->failed;
}

bool
gw_odbc_quote(struct gw_buf *out, const struct gw_odbc_dialect *dialect, const char *name)
{
	(void)gw_buf_putc(out, dialect->open_quote);
	for (; *name != '\0'; name++) {
		if (*name == dialect->close_quote)
			(void)gw_buf_putc(out, *name);
		(void)gw_buf_putc(out, *name);
	}
	return gw_buf_putc(out, dialect->close_quote);
}
