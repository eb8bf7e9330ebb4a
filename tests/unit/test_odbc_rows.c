#include <criterion/criterion.h>
#include <string.h>

#include "odbc/rows.h"

enum { MOST = 8 };

/* A text as the key, and a number. */
static struct gw_odbc_field fields[2];
static struct gw_odbc_plan plan;
static struct gw_odbc_block block;
static struct gw_odbc_rows rows;
static struct gw_arena arena, scratch;
static struct gw_error err;

static void
setup(void)
{
	const struct gw_odbc_dialect *dialect = gw_odbc_dialect_named("sqlserver");

	gw_arena_init(&arena, (size_t)1 << 20);
	gw_arena_init(&scratch, (size_t)1 << 20);
	fields[0] = (struct gw_odbc_field){
		.name = "ma", .type = gw_odbc_type_find(dialect, "nchar", "nchar"), .width = 20};
	fields[1] = (struct gw_odbc_field){
		.name = "so", .type = gw_odbc_type_find(dialect, "int", "int"), .width = 20};
	plan = (struct gw_odbc_plan){.dialect = dialect,
				     .shown = "dbo.t",
				     .fields = fields,
				     .nfields = 2,
				     .nvisible = 2,
				     .nkey = 1,
				     .key_names = {"ma"},
				     .loose = true};
	cr_assert(gw_odbc_block_make(&plan, MOST, &arena, &block));
	rows = (struct gw_odbc_rows){.plan = &plan,
				     .block = &block,
				     .arena = &arena,
				     .scratch = &scratch,
				     .most = MOST,
				     .check_duplicates = true};
	rows.values = gw_arena_alloc(&arena, MOST * 2 * sizeof *rows.values);
}

static void
teardown(void)
{
	gw_arena_release(&arena);
	gw_arena_release(&scratch);
}

TestSuite(odbc_rows, .init = setup, .fini = teardown);

static void
put_cell(size_t f, size_t r, const char *text)
{
	memcpy(block.data[f] + r * block.stride[f], text, strlen(text) + 1);
	block.lengths[f][r] = (SQLLEN)strlen(text);
}

/* Rows with these keys, numbered from 0; returns how many of them were taken. */
static size_t
take(const char *const *keys, size_t count)
{
	static const char *const numbers[] = {"0", "1", "2", "3", "4", "5"};

	for (size_t r = 0; r < count; r++) {
		put_cell(0, r, keys[r]);
		put_cell(1, r, numbers[r]);
	}
	block.fetched = count;
	cr_assert_eq(gw_odbc_rows_take(&rows, &err), GW_OK, "%s", err.text);
	return rows.nrows;
}

Test(odbc_rows, keys_that_only_the_database_takes_for_equal_are_two_rows)
{
	static const char *const keys[] = {"a", "A", "á", "Á"};

	cr_assert_eq(take(keys, 4), 4);
	cr_assert_str_eq(gw_values_get(&rows.key, 0), "Á");
}

Test(odbc_rows, of_those_only_what_is_asked_for_is_taken)
{
	static const char *const keys[] = {"A   ", "á   ", "a   ", "B   ", "b   "};
	const char *asked[] = {"a", "b"};

	rows.asked = asked;
	rows.nasked = 2;
	rows.most = 3; /* one more than there can be */
	cr_assert_eq(take(keys, 5), 2);
	cr_assert_eq(rows.values[1].as.integer, 2);
	cr_assert_eq(rows.values[3].as.integer, 4);
}

Test(odbc_rows, two_rows_of_the_key_asked_for_are_told)
{
	static const char *const keys[] = {"A", "a", "a"};
	const char *asked[] = {"a"};

	rows.asked = asked;
	rows.nasked = 1;
	for (size_t r = 0; r < 3; r++) {
		put_cell(0, r, keys[r]);
		put_cell(1, r, "1");
	}
	block.fetched = 3;
	cr_assert_eq(gw_odbc_rows_take(&rows, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "the same key"));
}

Test(odbc_rows, texts_are_compared_letter_for_letter_and_numbers_by_the_database)
{
	cr_assert(gw_odbc_rows_same(&fields[0], "a  ", 3, "a"));
	cr_assert_not(gw_odbc_rows_same(&fields[0], "A  ", 3, "a"));
	cr_assert_not(gw_odbc_rows_same(&fields[0], "", 0, "a"));
	cr_assert(gw_odbc_rows_same(&fields[1], "007", 3, "7"));
	fields[0].type = gw_odbc_type_find(plan.dialect, "nvarchar", "nvarchar");
	cr_assert_not(gw_odbc_rows_same(&fields[0], "a ", 2, "a"));
}
