#include <criterion/criterion.h>
#include <string.h>

#include "odbc/cursor.h"

#define MINUTE INT64_C(60000000)
#define NOON INT64_C(1795348800000000) /* 2026-11-22 12:00 UTC */

static struct gw_session session;
static struct gw_cursor cursor;
static struct gw_odbc_field fields[2];
static struct gw_error err;

static void
use_type(const char *type)
{
	fields[0].type = gw_odbc_type_find(gw_odbc_dialect_named("mariadb"), type, type);
	cr_assert_not_null(fields[0].type);
}

static void
setup(void)
{
	session = (struct gw_session){.cancelled = 0};
	cr_assert_eq(gw_zone_read("Asia/Ho_Chi_Minh", &session.zone, &err), GW_OK);
	cursor = (struct gw_cursor){
		.session = &session,
		.plan = {.fields = fields,
			 .ncursor = 1,
			 .norder = 2,
			 .nkey = 1,
			 .timed = true,
			 .overlap_us = 10 * MINUTE},
	};
	use_type("datetime");
}

static void
teardown(void)
{
	gw_zone_free(session.zone);
}

TestSuite(odbc_walk, .init = setup, .fini = teardown);

/* Walks a cycle from its start; the phases' first letters. */
static const char *
walk(void)
{
	static const char letters[] = {'-', 'S', 'L', 'N'};
	static char path[8];
	size_t n = 0;

	cursor.ended = false;
	gw_odbc_walk_start(&cursor);
	while (!cursor.ended && n < sizeof path - 1) {
		path[n++] = letters[cursor.state.phase];
		gw_odbc_walk_on(&cursor);
	}
	path[n] = '\0';
	return path;
}

Test(odbc_walk, goes_through_the_phases_of_its_table)
{
	cr_assert_str_eq(walk(), "SN");
	cr_assert_str_eq(walk(), "LN");
	cursor.plan.ceiling = true;
	cr_assert_str_eq(walk(), "N", "what may come late is kept back by the server");
	gw_odbc_walk_again(&cursor, "another source");
	cr_assert_str_eq(walk(), "SN");
	cursor.plan.ncursor = 0;
	cr_assert_str_eq(walk(), "S");
	cr_assert_str_eq(walk(), "S");
}

static void
clock_is(const char *now, const char *lower)
{
	cr_assert(gw_odbc_walk_clock(&cursor, NOON));
	cr_assert_str_eq(gw_values_get(&cursor.clock, 0), now);
	cr_assert_str_eq(gw_values_get(&cursor.clock, 1), lower);
}

static void
stand_at(const char *position)
{
	gw_values_clear(&cursor.state.position);
	cr_assert(gw_values_add(&cursor.state.position, position, strlen(position)));
}

Test(odbc_walk, the_overlap_begins_before_the_position_or_before_now)
{
	stand_at("2026-11-22 18:30:00.5");
	clock_is("2026-11-22 19:00:00.000000", "2026-11-22 18:20:00.500000");
	stand_at("2026-11-23 08:00:00"); /* the source's clock was set back */
	clock_is("2026-11-22 19:00:00.000000", "2026-11-22 18:50:00.000000");
	use_type("timestamp");
	stand_at("2026-11-22 11:30:00");
	clock_is("2026-11-22 12:00:00.000000", "2026-11-22 11:20:00.000000");
	use_type("date");
	stand_at("2026-11-22");
	clock_is("2026-11-22", "2026-11-21");
}

Test(odbc_walk, reads_no_further_than_to_when_the_cycle_began)
{
	cursor.state.complete = true;
	stand_at("2026-11-22 18:30:00.5");
	cr_assert(gw_odbc_walk_clock(&cursor, NOON - INT64_C(3600000000)));
	gw_odbc_walk_start(&cursor);
	clock_is("2026-11-22 18:00:00.000000", "2026-11-22 18:20:00.500000");
	gw_odbc_walk_on(&cursor);
	clock_is("2026-11-22 18:00:00.000000", "2026-11-22 18:20:00.500000");
	gw_odbc_walk_on(&cursor);
	clock_is("2026-11-22 19:00:00.000000", "2026-11-22 18:20:00.500000");
}

Test(odbc_walk, numbers_overlap_by_count)
{
	cursor.plan.timed = false;
	use_type("bigint");
	stand_at("25000");
	clock_is("", "15000");
	stand_at("-9223372036854775808");
	clock_is("", "-9223372036854775808");
	stand_at("18446744073709551615");
	clock_is("", "0");
}

/* ---- bookmarks --------------------------------------------------------------------------------
 */

Test(odbc_bookmark, says_the_same_when_it_is_read)
{
	struct gw_odbc_state state = {.identity = "abc/def",
				      .shape = UINT64_MAX,
				      .phase = GW_ODBC_LATE,
				      .complete = true};
	struct gw_odbc_state again;
	struct gw_bookmark bookmark;
	char line[200];

	cr_assert(gw_values_add(&state.position, "2026-11-22 08:05:00", 19));
	cr_assert(gw_values_add(&state.position, "Đặng", strlen("Đặng")));
	cr_assert(gw_values_add(&state.at, "", 0));
	cr_assert_eq(gw_odbc_bookmark_write(&state, &bookmark, &err), GW_OK);
	cr_assert_eq(gw_odbc_bookmark_read(&bookmark, &again, &err), GW_OK);
	cr_assert_str_eq(gw_values_get(&again.position, 1), "Đặng");
	cr_assert_str_eq(gw_values_get(&again.at, 0), "");
	cr_assert(again.shape == UINT64_MAX && again.phase == GW_ODBC_LATE && again.complete);
	cr_assert_eq(gw_odbc_bookmark_describe(&bookmark, line, sizeof line, &err), GW_OK);
	cr_assert_not_null(strstr(line, "2026-11-22 08:05:00"));
	cr_assert_null(strstr(line, "Đặng"), "a key's value is told to nobody");
}

Test(odbc_bookmark, refuses_what_another_connector_wrote)
{
	static const char *const texts[] = {
		"",
		"{}",
		"[]",
		"{\"v\":1,\"source\":\"\",\"shape\":\"0000000000000000\",\"phase\":\"idle\"}",
		"{\"odbc\":2,\"source\":\"\",\"shape\":\"0000000000000000\",\"phase\":\"idle\","
		"\"position\":[],\"at\":[],\"complete\":true,\"again\":false}",
		"{\"odbc\":1,\"source\":\"\",\"shape\":\"000000000000000g\",\"phase\":\"idle\","
		"\"position\":[],\"at\":[],\"complete\":true,\"again\":false}",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct gw_bookmark bookmark = {.len = (uint32_t)strlen(texts[i])};
		struct gw_odbc_state state;

		memcpy(bookmark.bytes, texts[i], bookmark.len);
		cr_assert_eq(gw_odbc_bookmark_read(&bookmark, &state, &err), GW_CONFIG, "%s",
			     texts[i]);
	}
}

Test(odbc_bookmark, a_key_that_is_too_long_is_refused)
{
	struct gw_odbc_state state = {.phase = GW_ODBC_NEW};
	struct gw_bookmark bookmark;
	char text[GW_BOOKMARK_MAX] = "";

	memset(text, 'x', sizeof text - 1);
	cr_assert_not(gw_values_add(&state.at, text, sizeof text));
	cr_assert(gw_values_add(&state.at, text, sizeof text - 1));
	cr_assert_eq(gw_odbc_bookmark_write(&state, &bookmark, &err), GW_CONFIG);
}
