#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "odbc/cursor.h"

static struct gw_odbc_window window;

static struct gw_value
text(const char *value)
{
	return (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)strlen(value), .as.text = value};
}

/* The hash of one row of two values. */
static uint64_t
hash_of(struct gw_value a, struct gw_value b)
{
	const struct gw_value row[] = {a, b};

	gw_odbc_window_begin(&window);
	gw_odbc_window_add(&window, row, 1, 2, true);
	cr_assert(window.known);
	return window.hash;
}

Test(odbc_idle, rows_that_differ_are_told_apart)
{
	const struct gw_value null = {.kind = GW_NULL}, zero = {.kind = GW_INT},
			      date = {.kind = GW_DATE, .as.integer = 1}, no = {.kind = GW_BOOL},
			      yes = {.kind = GW_BOOL, .as.truth = true},
			      real = {.kind = GW_FLOAT, .as.real = 0.5};
	const uint64_t hashes[] = {
		hash_of(text("a"), text("bc")),
		hash_of(text("ab"), text("c")),
		hash_of(text(""), null),
		hash_of(null, text("")),
		hash_of(zero, null),
		hash_of(date, null),
		hash_of(no, null),
		hash_of(yes, null),
		hash_of(real, null),
		hash_of(null, null),
	};

	for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++)
		for (size_t k = 0; k < i; k++)
			cr_assert_neq(hashes[i], hashes[k], "%zu, %zu", i, k);
	cr_assert_eq(hash_of(text("a"), text("bc")), hashes[0]);
}

Test(odbc_idle, the_size_of_pages_is_no_difference)
{
	const struct gw_value rows[] = {text("a"), text("b"), text("c")};
	uint64_t whole;

	gw_odbc_window_begin(&window);
	gw_odbc_window_add(&window, rows, 3, 1, true);
	whole = window.hash;
	gw_odbc_window_begin(&window);
	gw_odbc_window_add(&window, rows, 2, 1, false);
	cr_assert_not(window.known, "there may be more");
	gw_odbc_window_add(&window, rows + 2, 1, 1, true);
	cr_assert(window.known && window.hash == whole);
}

Test(odbc_idle, an_overlap_of_many_pages_is_not_known)
{
	const struct gw_value row = text("a");

	gw_odbc_window_begin(&window);
	for (int i = 0; i < 4; i++)
		gw_odbc_window_add(&window, &row, 1, 1, false);
	gw_odbc_window_add(&window, &row, 1, 1, true);
	cr_assert_not(window.known);
}

Test(odbc_idle, a_cycle_that_went_on_in_the_middle_does_not_know_its_overlap)
{
	const struct gw_value row = text("a");

	window = (struct gw_odbc_window){.begun = false};
	gw_odbc_window_add(&window, &row, 1, 1, true);
	cr_assert_not(window.known);
}

Test(odbc_idle, a_position_that_moved_makes_the_overlap_another)
{
	static struct gw_cursor cursor;
	struct gw_value row = text("a");
	struct gw_arena arena;
	struct gw_odbc_rows rows = {.arena = &arena, .values = &row, .nrows = 1};

	gw_arena_init(&arena, 1000);
	cursor.plan.nvisible = 1;
	gw_odbc_window_begin(&cursor.quiet.window);
	cursor.state.phase = GW_ODBC_LATE;
	gw_odbc_idle_saw(&cursor, &rows, true);
	cr_assert(cursor.quiet.window.known);
	cr_assert_eq(cursor.quiet.memory, arena.limit);
	cursor.state.phase = GW_ODBC_NEW;
	rows.nrows = 0;
	gw_odbc_idle_saw(&cursor, &rows, true);
	cr_assert(cursor.quiet.window.known, "nothing was new");
	rows.nrows = 1;
	gw_odbc_idle_saw(&cursor, &rows, true);
	cr_assert_not(cursor.quiet.window.known);
	gw_arena_release(&arena);
}

Test(odbc_idle, nothing_is_asked_of_a_cursor_that_can_not_tell)
{
	static struct gw_cursor cursor;
	struct gw_error err;
	bool idle = true;

	/* It has no session that could be asked. */
	cursor.state.complete = true;
	cursor.plan.ncursor = 1;
	cr_assert_eq(gw_odbc_idle(&cursor, &idle, &err), GW_OK);
	cr_assert_not(idle, "its cycle goes on");
	cursor.ended = true;
	cursor.quiet.since_us = gw_monotonic_us() - INT64_C(61000000);
	cr_assert_eq(gw_odbc_idle(&cursor, &idle, &err), GW_OK);
	cr_assert_not(idle, "its catalogue is old");
}
