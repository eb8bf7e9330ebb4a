#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "odbc/plan.h"

static struct gw_odbc_field fields[4];
static struct gw_odbc_plan plan;
static struct gw_odbc_text text;
static struct gw_error err;

/* A table with a number as its key, a time, a name of unknown length and a number. */
static void
use(const char *dialect, const char *key, const char *time, const char *name)
{
	const char *const types[] = {key, time, name, key};
	const char *const columns[] = {"t.id", "t.luc", "t.ten", "t.so"};

	plan = (struct gw_odbc_plan){
		.dialect = gw_odbc_dialect_named(dialect),
		.table = "s.b",
		.shown = "s.b",
		.fields = fields,
		.nfields = 4,
		.nvisible = 4,
		.order = {1, 0},
		.norder = 2,
		.ncursor = 1,
		.key = {0},
		.nkey = 1,
		.key_names = {"id"},
		.timed = true,
	};
	cr_assert_not_null(plan.dialect, "%s", dialect);
	for (size_t i = 0; i < 4; i++) {
		fields[i] = (struct gw_odbc_field){
			.name = columns[i] + 2,
			.column = columns[i],
			.type = gw_odbc_type_find(plan.dialect, types[i], types[i]),
			.width = GW_ODBC_INLINE_UNKNOWN,
		};
		cr_assert_not_null(fields[i].type, "%s: %s", dialect, types[i]);
	}
	plan.nfields = plan.nvisible = 3;
}

static void
setup(void)
{
	gw_odbc_text_init(&text);
}

static void
teardown(void)
{
	gw_odbc_text_release(&text);
}

TestSuite(odbc_sql, .init = setup, .fini = teardown);

static const char *
page(enum gw_odbc_phase phase, size_t npos, bool resumed)
{
	const struct gw_odbc_page page = {phase, npos, resumed, 100};

	cr_assert_eq(gw_odbc_sql_page(&plan, &page, &text, &err), GW_OK);
	return text.sql.data;
}

/* Which value each parameter is: a letter for the list, its index. */
static const char *
params(void)
{
	static const char letters[] = {'p', 'k', 'r', 'n', 'o', 'f', 'l'};
	static char out[3 * GW_ODBC_PARAMS];
	size_t n = 0;

	for (size_t i = 0; i < text.nparams && n < sizeof out - 3; i++) {
		out[n++] = letters[text.params[i].list];
		out[n++] = (char)('0' + text.params[i].index);
		out[n++] = ' ';
	}
	out[n > 0 ? n - 1 : 0] = '\0';
	return out;
}

Test(odbc_sql, mariadb_reads_pages_by_an_expanded_comparison)
{
	use("mariadb", "bigint", "datetime", "varchar");
	cr_assert_str_eq(page(GW_ODBC_SNAPSHOT, 0, false),
			 "SELECT t.id, CONCAT(t.luc), t.ten FROM s.b t WHERE 1 = 1 "
			 "ORDER BY t.id LIMIT 100");
	cr_assert_eq(text.nparams, 0);
	cr_assert_str_eq(
		page(GW_ODBC_NEW, 2, false),
		"SELECT t.id, CONCAT(t.luc), t.ten FROM s.b t "
		"WHERE t.luc <= CAST(? AS DATETIME(6)) AND t.luc >= CAST(? AS DATETIME(6)) "
		"AND (t.luc > CAST(? AS DATETIME(6)) OR (t.luc = CAST(? AS DATETIME(6)) AND "
		"t.id > CAST(? AS DECIMAL(20)))) ORDER BY t.luc, t.id LIMIT 100");
	cr_assert_str_eq(params(), "n0 p0 p0 p0 p1");
	cr_assert_str_eq(
		page(GW_ODBC_LATE, 2, true),
		"SELECT t.id, CONCAT(t.luc), t.ten FROM s.b t "
		"WHERE t.luc > CAST(? AS DATETIME(6)) AND t.luc <= CAST(? AS DATETIME(6)) "
		"AND (t.luc < CAST(? AS DATETIME(6)) OR (t.luc = CAST(? AS DATETIME(6)) AND "
		"t.id <= CAST(? AS DECIMAL(20)))) AND t.id > CAST(? AS DECIMAL(20)) "
		"ORDER BY t.id LIMIT 100");
	cr_assert_str_eq(params(), "o0 p0 p0 p0 p1 k0");
}

Test(odbc_sql, three_columns_are_compared_from_left_to_right)
{
	use("mariadb", "bigint", "datetime", "varchar");
	plan.key[0] = 0;
	plan.key[1] = 2;
	plan.nkey = 2;
	plan.order[2] = 2;
	plan.norder = 3;
	page(GW_ODBC_NEW, 3, false);
	cr_assert_not_null(strstr(text.sql.data,
				  "OR (t.id = CAST(? AS DECIMAL(20)) AND t.ten > ?))))"
				  " ORDER BY t.luc, t.id, t.ten"),
			   "%s", text.sql.data);
	cr_assert_str_eq(params(), "n0 p0 p0 p0 p1 p1 p2");
	page(GW_ODBC_SNAPSHOT, 0, true);
	cr_assert_str_eq(params(), "k0 k0 k0 k1");
}

Test(odbc_sql, postgresql_and_sqlite_compare_rows)
{
	use("postgresql", "int8", "timestamp", "text");
	page(GW_ODBC_NEW, 2, false);
	cr_assert_not_null(strstr(text.sql.data, "AND (t.luc, t.id) > (CAST(? AS timestamp), "
						 "CAST(? AS int8)) ORDER BY"),
			   "%s", text.sql.data);
	cr_assert_str_eq(params(), "n0 p0 p1");
	use("sqlite", "int", "datetime", "text");
	page(GW_ODBC_LATE, 2, false);
	cr_assert_not_null(strstr(text.sql.data, "(t.luc, t.id) <= (CAST(? AS TEXT), "
						 "CAST(? AS INTEGER))"),
			   "%s", text.sql.data);
}

Test(odbc_sql, sql_server_takes_the_top_and_reads_rowversions_below_the_lowest_that_is_active)
{
	use("sqlserver", "bigint", "datetime2", "nvarchar");
	cr_assert_str_eq(
		page(GW_ODBC_SNAPSHOT, 0, true),
		"SELECT TOP (100) t.id, CONVERT(varchar(27), t.luc, 121), t.ten FROM s.b t "
		"WHERE 1 = 1 AND t.id > CAST(? AS bigint) ORDER BY t.id");
	use("sqlserver", "bigint", "timestamp", "nvarchar");
	plan.timed = false;
	plan.ceiling = true;
	cr_assert_str_eq(page(GW_ODBC_NEW, 1, false),
			 "SELECT TOP (100) t.id, CAST(t.luc AS bigint), t.ten FROM s.b t "
			 "WHERE t.luc < CAST(CAST(? AS bigint) AS binary(8)) "
			 "AND t.luc > CAST(CAST(? AS bigint) AS binary(8)) ORDER BY t.luc, t.id");
	cr_assert_str_eq(params(), "n0 p0");
	cr_assert_not_null(strstr(plan.dialect->ceiling, "MIN_ACTIVE_ROWVERSION()"));
	cr_assert_eq(gw_odbc_sql_position(&plan, &text, &err), GW_OK);
	cr_assert_str_eq(text.sql.data,
			 "SELECT TOP (1) CAST(t.luc AS bigint) FROM s.b t "
			 "WHERE t.luc < CAST(CAST(? AS bigint) AS binary(8)) ORDER BY t.luc DESC");
}

Test(odbc_sql, a_parameter_becomes_what_its_column_was_declared_as)
{
	static const struct {
		const char *type, *detail, *param;
	} cases[] = {
		{"varchar", " COLLATE Vietnamese_CI_AS",
		 "CAST(CAST(? AS nvarchar(4000)) COLLATE Vietnamese_CI_AS AS varchar(8000))"},
		{"varchar", "", "CAST(CAST(? AS nvarchar(4000)) AS varchar(8000))"},
		{"decimal", "(38, 20)", "CAST(? AS decimal(38, 20))"},
		{"datetime", "(23, 3)", "CAST(CAST(? AS datetime2(3)) AS datetime)"},
		{"image", "(0, 0)", NULL},
	};
	const struct gw_odbc_dialect *dialect = gw_odbc_dialect_named("sqlserver");
	struct gw_arena arena;

	gw_arena_init(&arena, 1 << 16);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct gw_odbc_type *type = gw_odbc_type_declared(
			gw_odbc_type_find(dialect, cases[i].type, ""), cases[i].detail, &arena);

		cr_assert_not_null(type);
		cr_assert_str_eq(type->name, cases[i].type);
		if (cases[i].param == NULL)
			cr_assert_null(type->param);
		else
			cr_assert_str_eq(type->param, cases[i].param);
	}
	gw_arena_release(&arena);
}

Test(odbc_sql, oracle_fetches_the_first_rows_and_its_dates_have_a_time)
{
	use("oracle", "integer", "date", "varchar2");
	cr_assert_str_eq(page(GW_ODBC_NEW, 1, false),
			 "SELECT TO_CHAR(t.id, 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''') AS c0, "
			 "TO_CHAR(t.luc, 'YYYY-MM-DD HH24:MI:SS') || "
			 "CASE WHEN t.luc < DATE '0001-01-01' THEN ' BC' END AS c1, "
			 "t.ten AS c2 FROM s.b t "
			 "WHERE t.luc <= TO_DATE(SUBSTR(?, 1, 19), 'YYYY-MM-DD HH24:MI:SS') "
			 "AND t.luc > TO_DATE(SUBSTR(?, 1, 19), 'YYYY-MM-DD HH24:MI:SS') "
			 "ORDER BY t.luc, t.id FETCH FIRST 100 ROWS ONLY");
	use("oracle", "varchar2", "timestamp with time zone", "nvarchar2");
	page(GW_ODBC_LATE, 2, true);
	cr_assert_not_null(strstr(text.sql.data, "t.luc > FROM_TZ(TO_TIMESTAMP(?, 'YYYY-MM-DD "
						 "HH24:MI:SS.FF9'), 'UTC') AND t.luc <= "),
			   "%s", text.sql.data);
	cr_assert_not_null(strstr(text.sql.data, "AND t.id > TO_CHAR(?) ORDER BY t.id FETCH"), "%s",
			   text.sql.data);
}

Test(odbc_sql, oracle_cuts_no_text_and_no_bytes_itself)
{
	static const char *const types[] = {"clob", "nclob", "blob", "varchar2", "raw"};

	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		use("oracle", "integer", "date", types[i]);
		cr_assert_null(plan.dialect->length, "the driver cuts, and says so");
		page(GW_ODBC_SNAPSHOT, 0, false);
		cr_assert_not_null(strstr(text.sql.data, ", t.ten AS c2 FROM"), "%s",
				   text.sql.data);
		cr_assert_eq(gw_odbc_sql_keys(&plan, 1, true, &text, &err), GW_OK);
		cr_assert_not_null(strstr(text.sql.data, ", t.ten FROM"), "%s", text.sql.data);
	}
}

/* Else a text that is as long as that would be taken for a whole one. */
Test(odbc_sql, where_the_server_cuts_it_leaves_one_more_than_there_is_room_for)
{
	for (const struct gw_odbc_dialect *d = gw_odbc_dialects; d->name != NULL; d++)
		cr_assert(d->length == NULL || (strchr(d->cut_text, '#') != NULL &&
						strchr(d->cut_bytes, '#') != NULL),
			  "%s", d->name);
}

Test(odbc_sql, sessions_compare_as_they_order_and_write_numbers_one_way)
{
	static const struct {
		const char *dialect, *part;
	} cases[] = {
		{"oracle", "NLS_SORT = BINARY NLS_COMP = BINARY"},
		{"oracle", "NLS_NUMERIC_CHARACTERS = '.,'"},
		{"oracle", "NLS_CALENDAR = 'GREGORIAN'"},
		{"oracle", "ISOLATION_LEVEL = SERIALIZABLE"},
		{"sqlserver", "SET DATEFORMAT ymd"},
		{"sqlserver", "SET TEXTSIZE 2147483647"},
		{"sqlserver", "SET LOCK_TIMEOUT 10000"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct gw_odbc_dialect *d = gw_odbc_dialect_named(cases[i].dialect);
		bool found = false;

		for (size_t s = 0; s < sizeof d->setup / sizeof d->setup[0]; s++)
			found = found ||
				(d->setup[s] != NULL && strstr(d->setup[s], cases[i].part) != NULL);
		cr_assert(found, "%s: %s", cases[i].dialect, cases[i].part);
	}
}

Test(odbc_sql, what_may_be_long_is_cut_by_the_server)
{
	static const struct {
		const char *dialect, *key, *time, *type, *part, *whole;
	} cases[] = {
		{"mariadb", "bigint", "datetime", "longtext",
		 "CASE WHEN LENGTH(t.ten) > 2048 THEN LEFT(t.ten, 2049) ELSE t.ten END",
		 "LEFT(t.ten, 1048577)"},
		{"postgresql", "int8", "timestamp", "jsonb",
		 "CASE WHEN octet_length(CAST(t.ten AS text)) > 2048 THEN left(CAST(t.ten AS "
		 "text), "
		 "2049) ELSE CAST(t.ten AS text) END",
		 "1048577"},
		{"postgresql", "int8", "timestamp", "bytea", "substr(t.ten, 1, 2049)", "1048577"},
		{"sqlite", "int", "datetime", "blob",
		 "length(CAST(CAST(t.ten AS BLOB) AS BLOB)) > 2048", "1048577"},
		{"sqlserver", "bigint", "datetime2", "varbinary", "SUBSTRING(t.ten, 1, 2049)",
		 "1048577"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		use(cases[i].dialect, cases[i].key, cases[i].time, cases[i].type);
		fields[2].cut = true;
		page(GW_ODBC_SNAPSHOT, 0, false);
		cr_assert_not_null(strstr(text.sql.data, cases[i].part), "%s", text.sql.data);
		cr_assert_eq(gw_odbc_sql_keys(&plan, 1, true, &text, &err), GW_OK);
		cr_assert_not_null(strstr(text.sql.data, cases[i].whole), "%s", text.sql.data);
	}
}

Test(odbc_sql, keys_are_parameters_one_after_another)
{
	use("mariadb", "bigint", "datetime", "varchar");
	plan.key[1] = 2;
	plan.nkey = 2;
	cr_assert_eq(gw_odbc_sql_keys(&plan, 2, false, &text, &err), GW_OK);
	cr_assert_not_null(strstr(text.sql.data,
				  "WHERE (t.id = CAST(? AS DECIMAL(20)) AND t.ten = ?) "
				  "OR (t.id = CAST(? AS DECIMAL(20)) AND t.ten = ?) "
				  "ORDER BY t.id, t.ten"),
			   "%s", text.sql.data);
	cr_assert_str_eq(params(), "f0 f1 f2 f3");
}

Test(odbc_sql, more_parameters_than_there_is_room_for_are_refused)
{
	use("mariadb", "bigint", "datetime", "varchar");
	cr_assert_eq(gw_odbc_sql_keys(&plan, GW_ODBC_PARAMS + 1, false, &text, &err), GW_CONFIG);
}

Test(odbc_sql, ranges_counts_and_missing_keys)
{
	use("mariadb", "bigint", "datetime", "varchar");
	plan.ncursor = 0;
	plan.range = (struct gw_odbc_range){.used = true, .field = 0, .from = true, .to = true};
	cr_assert_eq(gw_odbc_sql_count(&plan, &text, &err), GW_OK);
	cr_assert_str_eq(text.sql.data,
			 "SELECT COUNT(*) FROM s.b t WHERE t.id >= CAST(? AS DECIMAL(20)) "
			 "AND t.id < CAST(? AS DECIMAL(20))");
	cr_assert_str_eq(params(), "r0 r1");
	plan.range.from = false;
	page(GW_ODBC_SNAPSHOT, 0, false);
	cr_assert_str_eq(params(), "r0");
	cr_assert_eq(gw_odbc_sql_null_key(&plan, &text, &err), GW_OK);
	cr_assert_eq(text.sql.len, 0, "no column of the key can be null");
	fields[0].nullable = true;
	cr_assert_eq(gw_odbc_sql_null_key(&plan, &text, &err), GW_OK);
	cr_assert_str_eq(text.sql.data, "SELECT 1 FROM s.b t WHERE t.id IS NULL LIMIT 1");
}

Test(odbc_sql, names_are_quoted_as_each_dialect_does)
{
	static const struct {
		const char *dialect, *name, *quoted;
	} cases[] = {
		{"mariadb", "a`b", "`a``b`"},        {"postgresql", "a\"b", "\"a\"\"b\""},
		{"sqlserver", "a]b[c", "[a]]b[c]"},  {"oracle", "select", "\"select\""},
		{"generic", "bảng 1", "\"bảng 1\""},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		gw_odbc_text_clear(&text);
		cr_assert(gw_odbc_quote(&text.sql, gw_odbc_dialect_named(cases[i].dialect),
					cases[i].name));
		cr_assert_str_eq(text.sql.data, cases[i].quoted);
	}
}

Test(odbc_sql, every_type_of_every_dialect_is_whole)
{
	for (const struct gw_odbc_dialect *d = gw_odbc_dialects; d->name != NULL; d++) {
		cr_assert(d->types != NULL && d->open_quote != 0 && d->close_quote != 0, "%s",
			  d->name);
		for (const struct gw_odbc_type *t = d->types; t->name != NULL; t++) {
			cr_assert_not_null(strchr(t->read, '@'), "%s %s", d->name, t->name);
			cr_assert(t->param == NULL || strchr(t->param, '?') != NULL, "%s %s",
				  d->name, t->name);
			cr_assert(t->use == 0 || t->param != NULL, "%s %s: a cursor is compared",
				  d->name, t->name);
			cr_assert_eq(gw_odbc_type_find(d, t->name, t->name), t, "%s %s twice",
				     d->name, t->name);
		}
	}
}

Test(odbc_sql, a_dialect_is_known_by_the_products_name)
{
	cr_assert_str_eq(gw_odbc_dialect_of("MariaDB")->name, "mariadb");
	cr_assert_str_eq(gw_odbc_dialect_of("Microsoft SQL Server")->name, "sqlserver");
	cr_assert_str_eq(gw_odbc_dialect_of("Oracle")->name, "oracle");
	cr_assert_str_eq(gw_odbc_dialect_of("Access")->name, "generic");
	cr_assert_null(gw_odbc_dialect_named("access"));
}

Test(odbc_sql, whether_anything_is_new_is_one_row_of_an_index)
{
	use("mariadb", "bigint", "datetime", "varchar");
	cr_assert_eq(gw_odbc_sql_new(&plan, 1, &text, &err), GW_OK);
	cr_assert_str_eq(text.sql.data,
			 "SELECT 1 FROM s.b t WHERE t.luc <= CAST(? AS DATETIME(6)) AND "
			 "t.luc > CAST(? AS DATETIME(6)) ORDER BY t.luc, t.id LIMIT 1");
	cr_assert_str_eq(params(), "n0 p0");
	cr_assert_eq(gw_odbc_sql_new(&plan, 0, &text, &err), GW_OK);
	cr_assert_str_eq(params(), "n0", "an empty table has no position");
	use("sqlserver", "bigint", "datetime2", "varchar");
	cr_assert_eq(gw_odbc_sql_new(&plan, 0, &text, &err), GW_OK);
	cr_assert_eq(strncmp(text.sql.data, "SELECT TOP (1) 1 FROM s.b t WHERE", 33), 0, "%s",
		     text.sql.data);
}

Test(odbc_sql, marks_are_of_a_table_and_say_two_things)
{
	for (const struct gw_odbc_dialect *d = gw_odbc_dialects; d->name != NULL; d++) {
		const char *first = d->mark == NULL ? NULL : strchr(d->mark, '?');

		if (d->mark == NULL)
			continue;
		cr_assert(d->verified, "%s: only what was tried is trusted", d->name);
		cr_assert(first != NULL && strchr(first + 1, '?') != NULL &&
				  strchr(strchr(first + 1, '?') + 1, '?') == NULL,
			  "%s: schema and table", d->name);
	}
}

/* ---- the border of a page ---------------------------------------------------------------------
 */

static const char *
border(const struct gw_odbc_page *page, bool tied)
{
	cr_assert_eq(gw_odbc_sql_border(&plan, page, tied, &text, &err), GW_OK);
	return text.sql.data;
}

Test(odbc_sql, counts_what_equals_the_last_row_in_the_columns_own_collation)
{
	const struct gw_odbc_page by_key = {GW_ODBC_SNAPSHOT, 0, true, 100};
	const struct gw_odbc_page in_order = {GW_ODBC_NEW, 2, false, 100};

	use("mariadb", "varchar", "datetime", "varchar");
	cr_assert_str_eq(border(&by_key, true), "SELECT COUNT(*) FROM s.b t WHERE 1 = 1 "
						"AND t.id > ? AND t.id = ?");
	cr_assert_str_eq(params(), "k0 l0");
	cr_assert_str_eq(border(&by_key, false), "SELECT COUNT(*) FROM s.b t WHERE 1 = 1 "
						 "AND t.id > ? AND t.id <= ?");
	border(&in_order, true);
	cr_assert_not_null(strstr(text.sql.data, " AND t.luc = CAST(? AS DATETIME(6)) "
						 "AND t.id = ?"),
			   "%s", text.sql.data);
	cr_assert_str_eq(params(), "n0 p0 p0 p0 p1 l0 l1");
	border(&in_order, false);
	cr_assert_str_eq(params(), "n0 p0 p0 p0 p1 l0 l0 l0 l1");
	use("sqlite", "text", "datetime", "text");
	border(&in_order, false);
	cr_assert_not_null(strstr(text.sql.data, " AND (t.luc, t.id) <= (CAST(? AS TEXT), "
						 "CAST(? AS TEXT))"),
			   "%s", text.sql.data);
	cr_assert_str_eq(params(), "n0 p0 p1 l0 l1");
}

Test(odbc_sql, counts_the_overlap_by_its_conditions)
{
	const struct gw_odbc_page late = {GW_ODBC_LATE, 2, false, 100};

	use("sqlserver", "nvarchar", "datetime2", "nvarchar");
	border(&late, true);
	cr_assert_null(strstr(text.sql.data, "TOP"), "%s", text.sql.data);
	cr_assert_str_eq(params(), "o0 p0 p0 p0 p1 l0");
}

Test(odbc_sql, a_page_reads_the_same_whatever_its_border_is)
{
	static const char *const dialects[] = {"mariadb", "postgresql", "sqlite", "sqlserver"};
	static const char *const names[][2] = {{"varchar", "datetime"},
					       {"text", "timestamp"},
					       {"text", "datetime"},
					       {"nvarchar", "datetime2"}};

	for (size_t i = 0; i < sizeof dialects / sizeof dialects[0]; i++)
		for (int phase = GW_ODBC_SNAPSHOT; phase < GW_ODBC_PHASES; phase++) {
			char plain[2000];

			use(dialects[i], names[i][0], names[i][1], names[i][0]);
			(void)snprintf(plain, sizeof plain, "%s",
				       page((enum gw_odbc_phase)phase, 2, true));
			plan.loose = true;
			cr_assert_str_eq(page((enum gw_odbc_phase)phase, 2, true), plain);
			cr_assert_null(strstr(plain, "COLLATE"), "%s", plain);
		}
}
