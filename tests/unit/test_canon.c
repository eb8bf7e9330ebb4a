/* The SQL of canon tables, and what the warehouse's files may say. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "load/canon.h"
#include "load/db.h"
#include "load/prepare.h"

static const char record[] =
	"{\"type\":\"record\",\"name\":\"HealthRecord\",\"namespace\":\"vn.songma.health\","
	"\"doc\":\"d\",\"fields\":["
	"{\"name\":\"flag\",\"type\":\"boolean\",\"default\":true,\"doc\":\"it's\","
	"\"privacy\":\"public\"},"
	"{\"name\":\"small\",\"type\":\"int\",\"default\":-7,\"doc\":\"d\",\"privacy\":\"public\"},"
	"{\"name\":\"large\",\"type\":[\"null\",\"long\"],\"default\":null,\"doc\":\"d\","
	"\"privacy\":\"public\"},"
	"{\"name\":\"word\",\"type\":\"string\",\"default\":\"it's\",\"doc\":\"d\","
	"\"privacy\":\"public\"},"
	"{\"name\":\"day\",\"type\":{\"type\":\"int\",\"logicalType\":\"date\"},\"default\":0,"
	"\"doc\":\"d\",\"privacy\":\"personal\",\"purpose\":\"p\"},"
	"{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"},"
	"\"doc\":\"d\",\"privacy\":\"public\"},"
	"{\"name\":\"person\",\"type\":{\"type\":\"fixed\",\"name\":\"Pseudonym\",\"size\":32},"
	"\"doc\":\"d\",\"privacy\":\"identifier\",\"kind\":\"citizen_number\"},"
	"{\"name\":\"amount\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\","
	"\"precision\":5,\"scale\":2},\"doc\":\"d\",\"privacy\":\"sensitive\",\"purpose\":\"p\"}]}";

static struct gw_schema *
schema_of(const char *text)
{
	struct gw_schema *schema = NULL;
	struct gw_error err;

	cr_assert_eq(gw_schema_parse("test", text, strlen(text), false, &schema, &err), GW_OK, "%s",
		     err.text);
	return schema;
}

static bool
contains(const struct gw_buf *sql, const char *part)
{
	return sql->data != NULL && strstr(sql->data, part) != NULL;
}

Test(canon, takes_only_plain_names)
{
	static const char *const good[] = {"a", "health_record", "x9",
					   "a12345678901234567890123456789012345678901234567890"
					   "12345678901a"};
	static const char *const bad[] = {"",
					  "9a",
					  "_key",
					  "A",
					  "a-b",
					  "a b",
					  "a\"b",
					  "é",
					  "a.b",
					  "a;",
					  "a123456789012345678901234567890123"
					  "456789012345678901234567890123"};

	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		cr_assert(gw_canon_name_ok(good[i]), "%s", good[i]);
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_assert_not(gw_canon_name_ok(bad[i]), "%s", bad[i]);
}

Test(canon, makes_a_table_from_a_schema)
{
	struct gw_schema *schema = schema_of(record);
	struct gw_error err;
	struct gw_buf sql;

	gw_buf_init(&sql, 65536);
	cr_assert_eq(gw_canon_check(schema, &err), GW_OK);
	gw_canon_create(schema, &sql);
	cr_assert_not(sql.failed);
	cr_assert(contains(&sql, "CREATE TABLE canon.\"health_record\" ("));
	cr_assert(contains(&sql, "CREATE TABLE history.\"health_record\" ("));
	cr_assert(contains(&sql, "\"flag\" boolean DEFAULT true, "));
	cr_assert(contains(&sql, "\"small\" integer DEFAULT -7, "));
	cr_assert(contains(&sql, "\"large\" bigint, "), "a null default needs no word");
	cr_assert(contains(&sql, "\"word\" text DEFAULT 'it''s', "));
	cr_assert(contains(&sql, "\"day\" date DEFAULT '1970-01-01', "));
	cr_assert(contains(&sql, "\"at\" timestamp with time zone, "));
	cr_assert(contains(&sql, "\"person\" bytea, "));
	cr_assert(contains(&sql, "\"amount\" numeric, "));
	cr_assert(contains(&sql, "PRIMARY KEY (_key, _source, _stream)"));
	gw_buf_release(&sql);
	gw_schema_free(schema);
}

Test(canon, quotes_what_a_comment_says)
{
	struct gw_schema *schema = schema_of(record);
	struct gw_buf sql;

	gw_buf_init(&sql, 65536);
	gw_canon_comments(schema, &sql);
	cr_assert(contains(&sql, "COMMENT ON COLUMN canon.\"health_record\".\"flag\" IS 'it''s';"));
	gw_buf_release(&sql);
	gw_schema_free(schema);
}

Test(canon, adds_a_column_to_the_table_and_to_its_past)
{
	struct gw_schema *schema = schema_of(record);
	struct gw_buf sql;

	gw_buf_init(&sql, 65536);
	gw_canon_add(schema, 3, &sql);
	cr_assert(contains(&sql, "ALTER TABLE canon.\"health_record\" ADD COLUMN \"word\" text "
				 "DEFAULT 'it''s';"));
	cr_assert(contains(&sql, "ALTER TABLE history.\"health_record\" ADD COLUMN \"word\" text "
				 "DEFAULT 'it''s';"));
	gw_buf_release(&sql);
	gw_schema_free(schema);
}

Test(canon, leaves_personal_and_sensitive_columns_out_of_the_view)
{
	struct gw_schema *schema = schema_of(record);
	struct gw_canon_column columns[8] = {{.type = GW_COLUMN_TEXT}};
	bool hidden[8];
	struct gw_canon_table table = {
		.entity = "health_record", .columns = columns, .hidden = hidden, .count = 8};
	struct gw_buf sql;

	for (size_t i = 0; i < schema->nfields; i++) {
		(void)snprintf(columns[i].name, sizeof columns[i].name, "%s",
			       schema->fields[i].name);
		hidden[i] = gw_canon_hidden(&schema->fields[i]);
	}
	gw_buf_init(&sql, 65536);
	gw_canon_view(&table, &sql);
	cr_assert(contains(&sql, "canon.\"health_record_live\""));
	cr_assert(contains(&sql, "\"person\""));
	cr_assert_not(contains(&sql, "\"day\""));
	cr_assert_not(contains(&sql, "\"amount\""));
	cr_assert(contains(&sql, "WHERE _deleted_at IS NULL"));
	gw_buf_release(&sql);
	gw_schema_free(schema);
}

Test(canon, refuses_a_field_that_cannot_be_a_column)
{
	static const char *const names[] = {"_key", "Name", "a name", "ctid", "tableoid"};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const struct gw_schema_field field = {.name = names[i]};
		const struct gw_schema schema = {
			.name = "T", .entity = "t", .fields = &field, .nfields = 1};
		struct gw_error err;

		cr_assert_eq(gw_canon_check(&schema, &err), GW_REJECT, "%s", names[i]);
		cr_assert_not_null(strstr(err.text, names[i]));
	}
}

Test(canon, widens_only_where_nothing_is_lost)
{
	static const struct {
		enum gw_column_type from, to;
		bool can;
	} cases[] = {
		{GW_COLUMN_INTEGER, GW_COLUMN_BIGINT, true},
		{GW_COLUMN_INTEGER, GW_COLUMN_DOUBLE, true},
		{GW_COLUMN_REAL, GW_COLUMN_DOUBLE, true},
		{GW_COLUMN_BIGINT, GW_COLUMN_INTEGER, false},
		{GW_COLUMN_INTEGER, GW_COLUMN_REAL, false},
		{GW_COLUMN_TEXT, GW_COLUMN_BYTEA, false},
		{GW_COLUMN_DATE, GW_COLUMN_TIMESTAMPTZ, false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_eq(gw_canon_widens(cases[i].from, cases[i].to), cases[i].can, "case %zu",
			     i);
}

Test(canon, finds_rows_by_key_or_place_and_never_by_value)
{
	struct gw_canon_column columns[1] = {{.name = "word", .type = GW_COLUMN_TEXT}};
	bool hidden[1] = {false};
	const struct gw_canon_table table = {
		.entity = "thing", .columns = columns, .hidden = hidden, .count = 1};
	static const int params[GW_STEPS] = {
		[GW_STEP_LOOK] = 3, [GW_STEP_PAST] = 2,       [GW_STEP_REPLACED] = 1,
		[GW_STEP_GONE] = 6, [GW_STEP_REMEMBERED] = 5, [GW_STEP_FORGOTTEN] = 2,
	};
	struct gw_buf sql;

	gw_buf_init(&sql, 65536);
	for (int step = 0; step < GW_STEPS; step++) {
		char param[16];

		gw_buf_clear(&sql);
		gw_canon_step(&table, (enum gw_step)step, &sql);
		cr_assert_not(sql.failed);
		for (int n = 1; n <= params[step] + 1; n++) {
			(void)snprintf(param, sizeof param, "$%d", n);
			cr_assert_eq(contains(&sql, param), n <= params[step], "step %d, %s", step,
				     param);
		}
		cr_assert_not(contains(&sql, "'thing'"), "names are names, not values");
	}
	gw_buf_clear(&sql);
	gw_canon_step(&table, GW_STEP_GONE, &sql);
	cr_assert(contains(&sql, "c.ctid = s._tid AND c._version = s._old AND c._hash = s._was"),
		  "the same row, not its place alone");
	gw_buf_clear(&sql);
	gw_canon_step(&table, GW_STEP_REPLACED, &sql);
	cr_assert(contains(&sql, "RETURNING c._version # c._hash"),
		  "what it was is told, not its place alone");
	gw_buf_clear(&sql);
	gw_canon_step(&table, GW_STEP_LOOK, &sql);
	cr_assert(contains(&sql, "_key = k.key LIMIT 1) c"));
	gw_buf_clear(&sql);
	gw_canon_copy(&table, &sql);
	cr_assert_str_eq(sql.data, "COPY canon.\"thing\" (\"word\", _source, _stream, _key, "
				   "_version, _run, _hash, _loaded_at) FROM STDIN (FORMAT binary)");
	gw_buf_release(&sql);
}

Test(database, says_what_to_do_by_the_sqlstate)
{
	static const struct {
		const char *sqlstate;
		enum gw_status status;
	} cases[] = {
		{"08006", GW_RETRY},  {"40P01", GW_RETRY},  {"53100", GW_RETRY},
		{"57P01", GW_RETRY},  {"55P03", GW_RETRY},  {"25P03", GW_RETRY},
		{"57014", GW_RETRY},  {"22P02", GW_REJECT}, {"23514", GW_REJECT},
		{"23505", GW_REJECT}, {"54000", GW_REJECT}, {"P0001", GW_REJECT},
		{"28P01", GW_CONFIG}, {"42501", GW_CONFIG}, {"3D000", GW_CONFIG},
		{"2BP01", GW_CONFIG}, {"XX000", GW_FATAL},  {"25P02", GW_FATAL},
		{"54001", GW_FATAL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_eq(gw_db_status(cases[i].sqlstate), cases[i].status, "%s",
			     cases[i].sqlstate);
}

Test(prepare, reads_a_line_of_the_list_of_lists)
{
	static const struct {
		const char *line, *file, *schema, *table;
		bool bad;
	} cases[] = {
		{"unit.csv ref.unit", "unit.csv", "ref", "unit", false},
		{"  unit.csv\tref.unit_code  # codes", "unit.csv", "ref", "unit_code", false},
		{"# a comment", NULL, NULL, NULL, false},
		{"", NULL, NULL, NULL, false},
		{"unit.csv", NULL, NULL, NULL, true},
		{"unit.csv unit", NULL, NULL, NULL, true},
		{"unit.csv ref.unit more", NULL, NULL, NULL, true},
		{"../unit.csv ref.unit", NULL, NULL, NULL, true},
		{"unit.csv ref.\"unit\"", NULL, NULL, NULL, true},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *file = NULL, *schema = NULL, *table = NULL;
		char line[100];
		bool bad = false, good;

		(void)snprintf(line, sizeof line, "%s", cases[i].line);
		good = gw_prepare_line(line, &file, &schema, &table, &bad);
		cr_assert_eq(good, cases[i].file != NULL, "case %zu", i);
		cr_assert_eq(bad, cases[i].bad, "case %zu", i);
		if (good) {
			cr_assert_str_eq(file, cases[i].file);
			cr_assert_str_eq(schema, cases[i].schema);
			cr_assert_str_eq(table, cases[i].table);
		}
	}
}

Test(prepare, takes_columns_from_the_first_line)
{
	static const struct {
		const char *csv, *columns;
	} cases[] = {
		{"a,b_c\n1,2\n", "\"a\", \"b_c\""},
		{"a\r\n1\r\n", "\"a\""},
		{"a,b", NULL},
		{"a,\n", NULL},
		{"a,b\"c\n", NULL},
		{"a;b\n", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_buf out;
		bool good;

		gw_buf_init(&out, 1000);
		good = gw_prepare_columns(cases[i].csv, strlen(cases[i].csv), &out);
		cr_assert_eq(good, cases[i].columns != NULL, "case %zu", i);
		if (good)
			cr_assert_str_eq(out.data, cases[i].columns);
		gw_buf_release(&out);
	}
}
