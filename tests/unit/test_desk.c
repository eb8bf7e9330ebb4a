#include "desk/desk.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "desk/parts.h"
#include "desk/print.h"
#include "mapping_case.h"

/* A dossier: a public code from a list, an identifier, a commune, a day. */
struct desk_case {
	struct mapping_case mapping;
	struct gw_desk_plan plan;
	struct gw_arena arena;
	struct gw_error err;
};

static struct desk_case c;
static char *key_columns[] = {NULL, NULL};

/* Fields that take no text, and columns that feed them without a rule. */
static void
add_typed(void)
{
	static const struct {
		const char *name, *column;
		enum gw_avro_type type;
		enum gw_avro_logical logical;
	} typed[] = {
		{"amount", "so", GW_AVRO_LONG, GW_LOGICAL_NONE},
		{"day", "ngay", GW_AVRO_INT, GW_LOGICAL_DATE},
		{"moment", "luc", GW_AVRO_LONG, GW_LOGICAL_TIMESTAMP_MICROS},
		{"yes", "co", GW_AVRO_BOOLEAN, GW_LOGICAL_NONE},
		{"price", "gia", GW_AVRO_BYTES, GW_LOGICAL_DECIMAL},
		{"raw", "tho", GW_AVRO_BYTES, GW_LOGICAL_NONE},
		{"ratio", "ti_le", GW_AVRO_DOUBLE, GW_LOGICAL_NONE},
	};

	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++) {
		struct gw_schema_field *field = add_field(&c.mapping, typed[i].name, typed[i].type);

		field->logical = typed[i].logical;
		field->precision = 6;
		field->scale = 2;
		field->nullable = true;
		map_field(&c.mapping, typed[i].name, typed[i].column, "");
	}
}

static void
setup(void)
{
	struct gw_schema_field *map;

	memset(&c, 0, sizeof c);
	gw_i18n_init("en");
	mapping_case_init(&c.mapping);
	add_field(&c.mapping, "id", GW_AVRO_STRING);
	add_field(&c.mapping, "policy", GW_AVRO_STRING)->nullable = true;
	add_person(&c.mapping, "person")->nullable = true;
	add_field(&c.mapping, "commune", GW_AVRO_STRING)->nullable = true;
	map = add_field(&c.mapping, "commune_map", GW_AVRO_STRING);
	map->nullable = true;
	map->commune_map_of = "commune";
	map_field(&c.mapping, "id", "ma", "trim");
	map_field(&c.mapping, "policy", "ma_cs", "trim code_list:policy");
	map_field(&c.mapping, "person", "cccd", "citizen_number");
	map_field(&c.mapping, "commune", "xa", "commune_code:ten_xa");
	add_typed();
	key_columns[0] = lend("ma");
	set_key(&c.mapping, key_columns, 1);
	assert_compiles(&c.mapping);
	c.plan = (struct gw_desk_plan){.source = &c.mapping.source,
				       .stream = &c.mapping.stream,
				       .schema = &c.mapping.schema,
				       .mapping = c.mapping.mapping};
	gw_arena_init(&c.arena, 16 * 1024 * 1024);
}

static void
teardown(void)
{
	gw_arena_release(&c.arena);
	mapping_case_release(&c.mapping);
}

TestSuite(desk, .init = setup, .fini = teardown);

static const char *const columns[] = {"ma", "ma_cs", "cccd", "xa", "ten_xa"};
static const char *const values[] = {"H56-0001", "HT01", "038199012345", "15538", "Thọ Diên"};
static const struct gw_desk_row row = {.columns = columns, .values = values, .count = 5};

static enum gw_status
check(const char *column, const char *value, enum gw_kind *kind)
{
	struct gw_desk_try attempt = {.column = column, .value = value};
	enum gw_status status = gw_desk_check(&c.plan, &row, &attempt, &c.arena, &c.err);

	*kind = attempt.kind;
	return status;
}

struct mask_case {
	const char *key, *shown;
};

Test(desk, shows_the_end_of_a_public_key_and_the_beginning_of_a_pseudonym)
{
	static const struct mask_case cases[] = {
		{NULL, ""},
		{"", ""},
		{"17", "17"},
		{"1234", "1234"},
		{"12345", "\u20262345"},
		{"000.17.22.H56-250904-0001", "\u2026-0001"},
		{"H\u1ed2 S\u01a0 S\u1ed0 \u0110\u1ee8C", "\u2026 \u0110\u1ee8C"},
		{"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "0123\u2026"},
		{"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\x1f"
		 "2024-06-30",
		 "0123\u2026 / \u20266-30"},
	};
	char shown[64];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		gw_desk_mask_key(cases[i].key, shown, sizeof shown);
		cr_expect_str_eq(shown, cases[i].shown, "%s: %s", cases[i].key, shown);
	}
}

Test(desk, never_writes_past_the_room_for_a_key)
{
	char shown[8] = "1234567";

	gw_desk_mask_key("aaaaaaaaaa\x1f"
			 "bbbbbbbbbb",
			 shown, 6);
	cr_assert_lt(strlen(shown), 6);
	cr_assert_eq(shown[6], '7');
}

struct check_case {
	const char *column, *value, *part; /* part of the refusal; NULL: accepted */
};

Test(desk, accepts_what_the_mapping_of_today_accepts)
{
	static const struct check_case cases[] = {
		{"ma_cs", "HT02", NULL},
		{"ma_cs", " HT02 ", NULL},
		{"ma_cs", NULL, NULL},
		{"ma_cs", "HT09", "\"HT09\" is not in the list"},
		{"cccd", "038199012346", NULL},
		{"cccd", "03819901234", "11 digits"},
		{"ma", NULL, "required"},
		{"ma", "   ", "required"},
		{"xa", "15520", "name"},
		{"xa", "15538", NULL},
		{"ten_xa", "Somewhere else", "name"},
		{"ten_xa", NULL, NULL},
		{"nobody", "1", "does not read"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum gw_kind kind;
		enum gw_status status = check(cases[i].column, cases[i].value, &kind);

		cr_expect_eq(kind, GW_TEXT, "%s", gw_kind_name(kind));
		cr_expect_eq(status, cases[i].part == NULL ? GW_OK : GW_REJECT, "%s = %s: %s",
			     cases[i].column, cases[i].value, c.err.text);
		if (status != GW_OK && cases[i].part != NULL)
			cr_expect_not_null(strstr(c.err.text, cases[i].part), "%s lacks %s",
					   c.err.text, cases[i].part);
	}
}

Test(desk, takes_a_value_of_the_kind_that_a_column_without_a_rule_needs)
{
	static const struct {
		const char *column, *value;
		enum gw_kind kind;
		const char *part; /* of the refusal; NULL: accepted */
	} cases[] = {
		{"so", "12", GW_INT, NULL},
		{"so", "12.5", GW_TEXT, "takes a whole number"},
		{"so", "nhiều", GW_TEXT, "takes a whole number"},
		{"so", NULL, GW_TEXT, NULL},
		{"ngay", "2026-02-28", GW_DATE, NULL},
		{"ngay", "2026-02-30", GW_TEXT, "takes a day"},
		{"ngay", "28/02/2026", GW_TEXT, "takes a day"},
		{"luc", "2026-02-28T01:02:03.000000Z", GW_TIMESTAMP, NULL},
		{"luc", "2026-02-28", GW_TEXT, "takes a moment"},
		{"co", "true", GW_BOOL, NULL},
		{"co", "có", GW_TEXT, "true or false"},
		{"gia", "12.50", GW_DECIMAL, NULL},
		{"gia", "12.505", GW_DECIMAL, "3 digits after the point"},
		{"gia", "12,5", GW_TEXT, "takes a number"},
		{"tho", "AAH/", GW_BYTES, NULL},
		{"tho", "*", GW_TEXT, "base64"},
		{"ti_le", "0.5", GW_FLOAT, NULL},
		{"ti_le", "inf", GW_TEXT, "takes a number"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum gw_kind kind;
		enum gw_status status = check(cases[i].column, cases[i].value, &kind);

		cr_expect_eq(status, cases[i].part == NULL ? GW_OK : GW_REJECT, "%s = %s: %s",
			     cases[i].column, cases[i].value, c.err.text);
		cr_expect_eq(kind, cases[i].kind, "%s = %s is %s", cases[i].column, cases[i].value,
			     gw_kind_name(kind));
		if (status != GW_OK && cases[i].part != NULL)
			cr_expect_not_null(strstr(c.err.text, cases[i].part), "%s lacks %s",
					   c.err.text, cases[i].part);
	}
}

Test(desk, takes_a_value_of_the_kind_that_the_row_has)
{
	static const char *const names[] = {"so", "ngay"};
	static const char *const texts[] = {"1.5", "2026-01-01"};
	static const struct gw_value cells[] = {
		{.kind = GW_DECIMAL, .len = 3, .as.text = "1.5"},
		{.kind = GW_TIMESTAMP, .as.integer = 1},
	};
	const struct gw_desk_row typed = {
		.columns = names, .values = texts, .count = 2, .cells = cells};
	struct gw_desk_try attempt = {.column = "so", .value = "3"};

	cr_assert_eq(gw_desk_check(&c.plan, &typed, &attempt, &c.arena, &c.err), GW_OK, "%s",
		     c.err.text);
	cr_assert_eq(attempt.kind, GW_DECIMAL, "%s", gw_kind_name(attempt.kind));
	attempt = (struct gw_desk_try){.column = "ngay", .value = "2026-02-28"};
	cr_assert_eq(gw_desk_check(&c.plan, &typed, &attempt, &c.arena, &c.err), GW_REJECT);
	cr_assert_not_null(strstr(c.err.text, "takes a moment"), "%s", c.err.text);
}

Test(desk, a_refusal_names_the_field_and_no_personal_value)
{
	enum gw_kind kind;

	cr_assert_eq(check("cccd", "03819901234", &kind), GW_REJECT);
	cr_assert_not_null(strstr(c.err.text, "field person"), "%s", c.err.text);
	cr_assert_null(strstr(c.err.text, "03819901234"), "%s", c.err.text);
}

Test(desk, masks_by_the_most_private_field_that_a_column_feeds)
{
	const char *shown;

	cr_assert(gw_desk_mask(&c.plan, "ma_cs", "HT01", &c.arena, &shown));
	cr_assert_str_eq(shown, "HT01");
	cr_assert_not(gw_desk_mask(&c.plan, "cccd", "038199012345", &c.arena, &shown));
	cr_assert_null(strstr(shown, "199012"), "%s", shown);
	cr_assert_not(gw_desk_mask(&c.plan, "ten_xa", "Thọ Diên", &c.arena, &shown),
		      "a column that feeds no field is not shown");
	cr_assert_null(strstr(shown, "Di"), "%s", shown);
	cr_assert_not(gw_desk_mask(NULL, "ma_cs", "HT01", &c.arena, &shown),
		      "without a mapping nothing is");
	cr_assert_null(strstr(shown, "HT01"), "%s", shown);
	cr_assert(gw_desk_mask(&c.plan, "cccd", NULL, &c.arena, &shown));
	cr_assert_null(shown);
}

/* The letter is about one column of a row; the others are no less private for that. */
Test(desk, masks_a_personal_value_in_another_column)
{
	static char *cursor[] = {NULL};
	static const struct {
		const char *column, *value, *hidden;
	} others[] = {
		{"cccd", "038199012345", "199012"},       /* an identifier of its own */
		{"dia_chi", "số 5, xã Thọ Diên", "số 5"}, /* makes a public commune */
		{"ho_ten", "Nguyễn Văn An", "An"},        /* makes a public text */
		{"ghi_chu", "038199012345", "199012"},    /* no field uses it */
		{"ngay_sinh", "1990-01-02", "1990"},      /* orders changes, and is a birthday */
	};
	const char *shown;

	mapping_case_release(&c.mapping);
	mapping_case_init(&c.mapping);
	add_field(&c.mapping, "id", GW_AVRO_STRING);
	(void)add_person(&c.mapping, "person");
	add_field(&c.mapping, "commune", GW_AVRO_STRING)->nullable = true;
	add_field(&c.mapping, "word", GW_AVRO_STRING)->nullable = true;
	map_field(&c.mapping, "id", "ma", "trim");
	map_field(&c.mapping, "person", "cccd", "citizen_number");
	map_field(&c.mapping, "commune", "dia_chi", "address");
	map_field(&c.mapping, "word", "ho_ten", "");
	set_key(&c.mapping, key_columns, 1);
	c.mapping.stream.cursor = cursor;
	c.mapping.stream.ncursor = 1;
	assert_compiles(&c.mapping);
	c.plan.mapping = c.mapping.mapping;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
		cursor[0] = lend(others[i].column);
		cr_expect_not(
			gw_desk_mask(&c.plan, others[i].column, others[i].value, &c.arena, &shown),
			"%s is shown", others[i].column);
		cr_expect_null(strstr(shown, others[i].hidden), "%s: %s", others[i].column, shown);
		cr_expect_not(gw_desk_public(&c.plan, others[i].column), "%s", others[i].column);
	}
	cursor[0] = lend("cap_nhat");
	cr_expect(gw_desk_mask(&c.plan, "cap_nhat", "2026-11-22T08:00:00Z", &c.arena, &shown));
	cr_expect_str_eq(shown, "2026-11-22T08:00:00Z");
	cr_expect_not(gw_desk_mask(&c.plan, "cap_nhat", "Nguyễn Văn An", &c.arena, &shown));
	cursor[0] = lend("ma");
	cr_expect_not(gw_desk_mask(&c.plan, "cap_nhat", "5", &c.arena, &shown));
}

Test(desk, knows_which_columns_are_public)
{
	cr_assert(gw_desk_public(&c.plan, "ma_cs"));
	cr_assert_not(gw_desk_public(&c.plan, "cccd"));
	cr_assert_not(gw_desk_public(&c.plan, "ten_xa"));
	cr_assert_not(gw_desk_public(&c.plan, "nobody"));
}

Test(desk, finds_the_commune_of_a_row)
{
	const char *code = NULL, *map = NULL;

	cr_assert(gw_desk_commune(&c.plan, &row, &c.arena, &code, &map));
	cr_assert_str_eq(code, "15538");
	cr_assert_str_eq(map, GW_MAP_BEFORE);
	cr_assert_not(gw_desk_commune(&c.plan,
				      &(struct gw_desk_row){
					      .columns = columns, .values = values, .count = 3},
				      &c.arena, &code, &map),
		      "a row without one tells none");
}

Test(desk, takes_the_key_from_the_row_as_the_source_has_it)
{
	static const char *const raw[] = {" H56-0001 ", "HT01", NULL, NULL, NULL};
	static const char *const null[] = {NULL, "HT01", NULL, NULL, NULL};
	struct gw_filed letter = {.key = "H56-0001"};
	const char *key[1] = {NULL};

	cr_assert_eq(
		gw_desk_key(&c.plan, &letter,
			    &(struct gw_desk_row){.columns = columns, .values = raw, .count = 5},
			    &c.arena, key, &c.err),
		GW_OK, "%s", c.err.text);
	cr_assert_str_eq(key[0], " H56-0001 ");
	cr_assert_eq(
		gw_desk_key(&c.plan, &letter,
			    &(struct gw_desk_row){.columns = columns, .values = null, .count = 5},
			    &c.arena, key, &c.err),
		GW_REJECT);
}

Test(desk, takes_the_key_from_the_record_where_it_is_public)
{
	struct gw_filed letter = {.key = "H56-0001"};
	const char *key[1] = {NULL};

	cr_assert_eq(gw_desk_key(&c.plan, &letter, NULL, &c.arena, key, &c.err), GW_OK, "%s",
		     c.err.text);
	cr_assert_str_eq(key[0], "H56-0001");
	letter.key = "H56-0001\x1f"
		     "2";
	cr_assert_eq(gw_desk_key(&c.plan, &letter, NULL, &c.arena, key, &c.err), GW_REJECT);
	letter.key = NULL;
	cr_assert_eq(gw_desk_key(&c.plan, &letter, NULL, &c.arena, key, &c.err), GW_REJECT);
}

Test(desk, does_not_guess_a_personal_key)
{
	struct gw_filed letter = {
		.key = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"};
	const char *key[1] = {NULL};

	key_columns[0] = lend("cccd");
	assert_compiles(&c.mapping);
	c.plan.mapping = c.mapping.mapping;
	cr_assert_eq(gw_desk_key(&c.plan, &letter, NULL, &c.arena, key, &c.err), GW_REJECT);
	cr_assert_not_null(strstr(c.err.text, "\"cccd\""), "%s", c.err.text);
}

Test(desk, asks_with_the_whole_row_where_the_table_knows_its_key)
{
	struct gw_filed letter = {.key = "H56-0001"};
	const char *key[16] = {NULL};
	size_t count;
	const char *const *asked;

	c.mapping.stream.nkey = 0;
	asked = gw_desk_key_columns(&c.plan, &count);
	cr_assert_eq(count, 12);
	cr_assert_eq(gw_desk_key(&c.plan, &letter, &row, &c.arena, key, &c.err), GW_OK);
	for (size_t i = 0; i < count; i++)
		if (gw_desk_column(&row, asked[i]) < row.count)
			cr_expect_str_eq(key[i], values[gw_desk_column(&row, asked[i])]);
		else
			cr_expect_null(key[i], "%s", asked[i]);
	cr_assert_eq(gw_desk_key(&c.plan, &letter, NULL, &c.arena, key, &c.err), GW_CONFIG);
	cr_assert_not_null(strstr(c.err.text, "\"key:\""), "%s", c.err.text);
}

/* Two causes: three letters of the first, of which one is shown, and one that has ended. */
static struct gw_cause causes[] = {
	{.label = "A",
	 .source = "one-stop",
	 .stream = "dossier",
	 .stage = "normalise",
	 .column = "ma_chinh_sach",
	 .rule = "code_list",
	 .code = "code_list.unknown",
	 .reason = "code \"HT01\" is not in the list policy",
	 .letters = 3,
	 .open = 3},
	{.label = "",
	 .source = "one-stop",
	 .stream = "dossier",
	 .stage = "load",
	 .column = "",
	 .rule = "thing_check",
	 .code = "23514",
	 .reason = "",
	 .letters = 1},
};
static struct gw_filed filed[] = {
	{.id = 7, .cause = 0, .key = "H56-250904-0001", .state = "open", .by = "", .why = ""},
	{.id = 9, .cause = 1, .state = "resolved", .by = "load", .why = "superseded"},
};
static const struct gw_letters two = {
	.causes = causes, .ncauses = 2, .letters = filed, .nletters = 2};

static void
read_stdout(char *out, size_t size)
{
	FILE *seen = cr_get_redirected_stdout();
	size_t len;

	(void)fflush(stdout);
	len = fread(out, 1, size - 1, seen);
	out[len] = '\0';
}

Test(desk, lists_letters_by_cause_with_what_to_do, .init = cr_redirect_stdout)
{
	static const char *const parts[] = {
		"Dead letters: 4",
		"causes: 2",
		"\u2026-0001",
		"2 more",
		"[A] one-stop.dossier, column ma_chinh_sach: code \"HT01\"",
		"songma dlq fix A",
		"dlq replay A",
		"23514",
		"these have ended"};
	char text[4096];
	struct gw_error err;

	gw_i18n_init("en");
	cr_assert_eq(gw_dlq_print_list(&two, false, &err), GW_OK);
	read_stdout(text, sizeof text);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
		cr_expect_not_null(strstr(text, parts[i]), "%s lacks %s", text, parts[i]);
	cr_assert_null(strstr(text, "H56-250904"), "a key is not shown whole");
}

Test(desk, shows_why_a_letter_ended, .init = cr_redirect_stdout)
{
	const struct gw_original nothing = {.ncells = 0};
	char text[4096];
	struct gw_error err;

	gw_i18n_init("en");
	cr_assert_eq(gw_dlq_print_letter(&two, 1, &nothing, "no right", false, &err), GW_OK);
	read_stdout(text, sizeof text);
	cr_expect_not_null(strstr(text, "newer data of this key was there already"), "%s", text);
	cr_expect_not_null(strstr(text, "The row is not shown: no right"), "%s", text);
}

Test(desk, sends_no_control_character_to_a_terminal, .init = cr_redirect_stdout)
{
	static struct gw_cell cells[] = {{.column = "ten",
					  .value = "a\x1b[2Jb\xc2\x9b"
						   "31m\r\n",
					  .clear = true}};
	const struct gw_original original = {.cells = cells, .ncells = 1};
	char text[4096];
	struct gw_error err;

	gw_i18n_init("en");
	cr_assert_eq(gw_dlq_print_letter(&two, 0, &original, NULL, false, &err), GW_OK);
	read_stdout(text, sizeof text);
	cr_expect_not_null(strstr(text, "a [2Jb  31m"), "%s", text);
	cr_expect_null(strchr(text, '\x1b'));
	cr_expect_null(strchr(text, '\r'));
	cr_expect_null(strstr(text, "\xc2\x9b"));
}
