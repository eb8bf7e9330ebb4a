#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "pull/internal.h"

static struct gw_stream stream;
static const struct gw_stream_plan plan = {.stream = &stream};
static struct gw_lane lane = {.plan = &plan};
static struct gw_flood flood;

static void
note(const char *column, const char *rule, int times)
{
	const struct gw_reject reject = {.column = column, .rule = rule};

	for (int i = 0; i < times; i++)
		gw_flood_note(&flood, &reject);
}

static bool
passes(int64_t read, int64_t dead)
{
	const struct gw_counts run = {.read = read, .dead = dead};

	return gw_flood_passes(&flood, &lane, &run);
}

Test(flood, begins_beyond_the_larger_of_share_and_number)
{
	static const struct {
		int64_t pause_at, at_least, allow, read, dead;
		bool passed;
	} cases[] = {
		{50000, 100, 0, 100, 100, false},
		{50000, 100, 0, 101, 101, true},
		{50000, 100, 0, 10000, 500, false},
		{50000, 100, 0, 10000, 501, true},
		{50000, 100, 50, 100000, 5050, false},
		{50000, 100, 50, 100000, 5051, true},
		{50000, 0, 0, INT64_C(100000000000000), INT64_C(5000000000000), false},
		{50000, 0, 0, INT64_C(100000000000000), INT64_C(5000000000001), true},
		{0, 0, 0, 1000000, 1, true},
		{GW_PAUSE_NEVER, 0, 0, 10, 10, false},
	};

	gw_flood_begin(&flood);
	note("a", "date", 1);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		stream.letters.pause_at = cases[i].pause_at;
		stream.letters.at_least = cases[i].at_least;
		lane.position.allow = cases[i].allow;
		cr_expect_eq(passes(cases[i].read, cases[i].dead), cases[i].passed, "case %zu", i);
	}
}

Test(flood, is_not_begun_by_a_page_without_letters)
{
	stream.letters = (struct gw_letters_limit){.pause_at = 50000, .at_least = 100};
	gw_flood_begin(&flood);
	cr_assert_not(passes(1000, 900));
}

Test(flood, names_the_most_frequent_causes_first)
{
	char text[200];

	gw_flood_begin(&flood);
	note("ma_cs", "code_list", 3);
	note("ngay_sinh", "date", 20);
	note("", "key", 1);
	gw_flood_causes(&flood, text, sizeof text);
	cr_assert_str_eq(text, "20 × ngay_sinh (date), 3 × ma_cs (code_list), 1 × key");
}

Test(flood, cuts_its_causes_where_a_character_ends)
{
	char text[200];

	gw_flood_begin(&flood);
	note("ngày_sinh_của_người_được_hưởng", "date", 7);
	for (size_t size = 1; size < sizeof text; size++) {
		gw_flood_causes(&flood, text, size);
		cr_assert_lt(strlen(text), size);
		cr_assert(strlen(text) == 0 || gw_utf8_valid(text, strlen(text)), "size %zu", size);
	}
}

Test(flood, counts_more_causes_than_it_keeps)
{
	char column[2] = "a";

	gw_flood_begin(&flood);
	for (int i = 0; i < 20; i++, column[0]++)
		note(column, "date", 1);
	cr_assert_eq(flood.letters, 20);
	cr_assert_eq(flood.ncauses, (size_t)GW_FLOOD_CAUSES);
}
