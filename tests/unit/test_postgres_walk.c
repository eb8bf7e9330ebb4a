#include <criterion/criterion.h>
#include <string.h>

#include "postgres/cursor.h"

static struct gw_stream stream;
static struct gw_cursor cursor;
static struct gw_error err;

#define HOUR INT64_C(3600000000)

static void
setup(void)
{
	stream = (struct gw_stream){.sweep_every_us = 6 * HOUR};
	cursor = (struct gw_cursor){
		.stream = &stream,
		.plan = {.ncursor = 1, .norder = 2, .nkey = 1, .has_xmin = true, .timed = true},
	};
}

TestSuite(postgres_walk, .init = setup);

/* Walks a cycle from its start; the phases' first letters. */
static const char *
walk(int64_t now_us, int64_t xid)
{
	static const char letters[] = {'-', 'S', 'W', 'L', 'N'};
	static char path[8];
	size_t n = 0;

	cursor.ended = false;
	gw_pg_walk_start(&cursor, &(struct gw_pg_facts){.now_us = now_us, .xid = xid});
	while (!cursor.ended && n < sizeof path - 1) {
		path[n++] = letters[cursor.state.phase];
		gw_pg_walk_on(&cursor);
	}
	path[n] = '\0';
	return path;
}

Test(postgres_walk, goes_through_the_phases_of_its_table)
{
	cr_assert_str_eq(walk(HOUR, 100), "SWN");
	cr_assert_str_eq(walk(2 * HOUR, 200), "LN");
	cr_assert_str_eq(walk(6 * HOUR, 300), "LN");
	cr_assert_str_eq(walk(7 * HOUR, 400), "WN", "six hours after the first");
	cr_assert_str_eq(walk(8 * HOUR, 500), "LN");
	cursor.sweep_now = true;
	cr_assert_str_eq(walk(8 * HOUR, 600), "WN");
}

static bool
late(int64_t now_us, int64_t xid)
{
	return gw_pg_walk_late(&cursor, &(struct gw_pg_facts){.now_us = now_us, .xid = xid});
}

Test(postgres_walk, only_a_cycle_that_starts_late_can_be_known_to_be_empty)
{
	cr_assert_not(late(HOUR, 100), "nothing has been read yet");
	(void)walk(HOUR, 100);
	cr_assert(late(2 * HOUR, 200));
	cr_assert_not(late(7 * HOUR, 200), "the sweep is due");
	cr_assert_not(late(HOUR - 1, 200), "the clock was set back");
	cr_assert_not(late(2 * HOUR, INT64_C(1) << 31), "the ids have come round");
	cursor.plan.ncursor = 0;
	cr_assert_not(late(2 * HOUR, 200), "bulk reads everything");
}

Test(postgres_walk, a_view_is_never_swept)
{
	cursor.plan.has_xmin = false;
	cursor.sweep_now = true;
	cr_assert_str_eq(walk(HOUR, 100), "SN");
	cr_assert_str_eq(walk(20 * HOUR, 200), "LN");
}

Test(postgres_walk, bulk_takes_the_whole_table_each_time)
{
	cursor.plan.ncursor = 0;
	cr_assert_str_eq(walk(HOUR, 100), "S");
	cr_assert_str_eq(walk(2 * HOUR, 100), "S");
}

Test(postgres_walk, keeps_the_transaction_id_of_the_first_page)
{
	(void)walk(HOUR, 100);
	cr_assert_eq(cursor.state.saved_xid, 100);
	cr_assert_eq(cursor.state.sweep_xid, 100);
	(void)walk(2 * HOUR, 200);
	cr_assert_eq(cursor.state.saved_xid, 200);
	cr_assert_eq(cursor.state.sweep_xid, 100, "nothing was swept since");
}

Test(postgres_walk, looks_back_to_the_transaction_that_the_phase_needs)
{
	gw_pg_walk_start(&cursor, &(struct gw_pg_facts){HOUR, 100});
	gw_pg_walk_on(&cursor);
	cr_assert_eq(cursor.state.phase, GW_PG_SWEEP);
	cr_assert_eq(gw_pg_walk_floor(&cursor), 100, "the snapshot's own first page");
	gw_pg_walk_on(&cursor);
	gw_pg_walk_on(&cursor);
	(void)walk(2 * HOUR, 200);
	gw_pg_walk_start(&cursor, &(struct gw_pg_facts){3 * HOUR, 300});
	cr_assert_eq(gw_pg_walk_floor(&cursor), 200, "late: the last cycle's");
	(void)walk(9 * HOUR, 400);
	cr_assert_eq(cursor.state.sweep_xid, 400);
}

Test(postgres_walk, a_clock_that_was_set_back_does_not_put_the_sweep_off)
{
	(void)walk(100 * HOUR, 100);
	cr_assert_str_eq(walk(HOUR, 200), "WN");
	cr_assert_str_eq(walk(2 * HOUR, 300), "LN");
}

Test(postgres_walk, starts_over_when_transaction_ids_have_come_round)
{
	struct gw_pg_facts far = {2 * HOUR, 100 + (INT64_C(1) << 31)};

	(void)walk(HOUR, 100);
	cr_assert_not(gw_pg_walk_lost(&cursor, &(struct gw_pg_facts){HOUR, 1000}));
	cr_assert(gw_pg_walk_lost(&cursor, &far));
	cr_assert(gw_pg_walk_lost(&cursor, &(struct gw_pg_facts){HOUR, 50}),
		  "an unknown source whose ids are behind");
	memcpy(cursor.state.identity, "1/1/1", 6);
	cr_assert_not(gw_pg_walk_lost(&cursor, &(struct gw_pg_facts){HOUR, 50}),
		      "a known one is a standby that lags");
	gw_pg_walk_again(&cursor, "notice");
	cr_assert_str_eq(walk(2 * HOUR, far.xid), "SWN");
	cr_assert_not(cursor.state.again, "the cycle that read it again is over");
}

/* ---- bookmarks ---------------------------------------------------------------------------------
 */

Test(postgres_walk, a_bookmark_says_all_of_the_state)
{
	struct gw_pg_state state = {
		.identity = "7710808095922847440/1/16390",
		.shape = UINT64_C(0xfedcba9876543210),
		.phase = GW_PG_SWEEP,
		.saved_xid = INT64_C(1) << 40,
		.cycle_xid = 2,
		.sweep_xid = 3,
		.sweep_us = -4,
		.complete = true,
		.sweeping = true,
	};
	struct gw_pg_state back;
	struct gw_bookmark bookmark;

	cr_assert(gw_values_add(&state.position, "2026-11-22", 10));
	cr_assert(gw_values_add(&state.position, "Nguyễn \"x\" \\", strlen("Nguyễn \"x\" \\")));
	cr_assert(gw_values_add(&state.at, "", 0));
	cr_assert_eq(gw_pg_bookmark_write(&state, &bookmark, &err), GW_OK);
	cr_assert_eq(gw_pg_bookmark_read(&bookmark, &back, &err), GW_OK);
	cr_assert_str_eq(back.identity, state.identity);
	cr_assert_eq(back.shape, state.shape);
	cr_assert_eq(back.phase, state.phase);
	cr_assert_eq(back.saved_xid, state.saved_xid);
	cr_assert_eq(back.cycle_xid, state.cycle_xid);
	cr_assert_eq(back.sweep_xid, state.sweep_xid);
	cr_assert_eq(back.sweep_us, state.sweep_us);
	cr_assert(back.complete && back.sweeping && !back.again);
	cr_assert_eq(back.position.count, 2);
	cr_assert_str_eq(gw_values_get(&back.position, 1), gw_values_get(&state.position, 1));
	cr_assert_eq(back.at.count, 1);
	cr_assert_str_eq(gw_values_get(&back.at, 0), "");
}

Test(postgres_walk, a_key_too_long_for_a_bookmark_is_refused)
{
	struct gw_pg_state state = {.phase = GW_PG_NEW};
	struct gw_bookmark bookmark = {.len = 7};
	char text[GW_BOOKMARK_MAX];

	memset(text, 'x', sizeof text);
	cr_assert_not(gw_values_add(&state.at, text, sizeof text));
	cr_assert(gw_values_add(&state.at, text, sizeof text - 1));
	cr_assert_eq(gw_pg_bookmark_write(&state, &bookmark, &err), GW_CONFIG);
	cr_assert_eq(bookmark.len, 7, "the output is untouched");
}

Test(postgres_walk, a_key_that_is_no_utf8_is_refused)
{
	struct gw_pg_state state = {.phase = GW_PG_NEW};
	struct gw_bookmark bookmark;

	cr_assert(gw_values_add(&state.at, "\xff", 1));
	cr_assert_eq(gw_pg_bookmark_write(&state, &bookmark, &err), GW_CONFIG);
}

Test(postgres_walk, refuses_what_is_no_bookmark)
{
	static const char *const cases[] = {
		"",
		"{}",
		"[]",
		"\x01\x02",
		"{\"v\":1}",
		"{\"v\":2,\"source\":\"\",\"shape\":\"0000000000000000\",\"phase\":\"new\","
		"\"position\":[],\"at\":[],\"saved\":0,\"cycle\":0,\"swept\":0,\"swept_us\":0,"
		"\"complete\":true,\"again\":false,\"sweeping\":false}",
		"{\"v\":1,\"source\":\"\",\"shape\":\"0000000000000000\",\"phase\":\"old\","
		"\"position\":[],\"at\":[],\"saved\":0,\"cycle\":0,\"swept\":0,\"swept_us\":0,"
		"\"complete\":true,\"again\":false,\"sweeping\":false}",
		"{\"v\":1,\"source\":\"\",\"shape\":\"0000000000000000\",\"phase\":\"new\","
		"\"position\":[1],\"at\":[],\"saved\":0,\"cycle\":0,\"swept\":0,\"swept_us\":0,"
		"\"complete\":true,\"again\":false,\"sweeping\":false}",
		"{\"v\":1,\"source\":\"\",\"shape\":\"00000000000000\",\"phase\":\"new\","
		"\"position\":[],\"at\":[],\"saved\":0,\"cycle\":0,\"swept\":0,\"swept_us\":0,"
		"\"complete\":true,\"again\":false,\"sweeping\":false}",
		"{\"v\":1,\"source\":\"\",\"shape\":\"0000000000000000\",\"phase\":\"new\","
		"\"position\":[],\"at\":[],\"saved\":-1,\"cycle\":0,\"swept\":0,\"swept_us\":0,"
		"\"complete\":true,\"again\":false,\"sweeping\":false}",
	};
	struct gw_bookmark bookmark;
	struct gw_pg_state state;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		bookmark.len = (uint32_t)strlen(cases[i]);
		memcpy(bookmark.bytes, cases[i], bookmark.len);
		cr_assert_eq(gw_pg_bookmark_read(&bookmark, &state, &err), GW_CONFIG, "%zu", i);
	}
}
