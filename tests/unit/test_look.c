#include "control/look.h"

#include <criterion/criterion.h>
#include <string.h>

static struct gw_arena arena;
static struct gw_buf text;
static struct gw_error err;

static void
begin(void)
{
	gw_arena_init(&arena, 1 << 20);
	gw_buf_init(&text, 1 << 20);
}

static void
end(void)
{
	gw_arena_release(&arena);
	gw_buf_release(&text);
}

TestSuite(look, .init = begin, .fini = end);

Test(look, comes_back_as_it_went)
{
	const struct gw_look look = {
		.there = true,
		.ahead = GW_AHEAD_NO,
		.read_us = 17,
		.position_us = 18,
		.key = "a\x1f"
		       "b",
		.column = "ma",
		.rule = "date",
		.code = "date.day",
		.reason = "no such day",
		.hashed = true,
		.hash = INT64_MIN + 1,
		.corrected = {"ten", "ma"},
		.ncorrected = 2,
	};
	struct gw_look back;

	cr_assert_eq(gw_look_encode(&look, &text, &err), GW_OK);
	cr_assert_eq(gw_look_decode((unsigned char *)text.data, text.len, &arena, &back, &err),
		     GW_OK);
	cr_assert(back.there && back.hashed);
	cr_assert_eq(back.ahead, GW_AHEAD_NO);
	cr_assert_eq(back.hash, INT64_MIN + 1, "all bits of the hash");
	cr_assert_str_eq(back.key, look.key);
	cr_assert_str_eq(back.reason, look.reason);
	cr_assert_eq(back.ncorrected, 2);
	cr_assert_str_eq(back.corrected[1], "ma");
}

Test(look, of_a_row_that_is_not_there_says_no_more)
{
	const struct gw_look look = {.read_us = 1};
	struct gw_look back;

	cr_assert_eq(gw_look_encode(&look, &text, &err), GW_OK);
	cr_assert_eq(gw_look_decode((unsigned char *)text.data, text.len, &arena, &back, &err),
		     GW_OK);
	cr_assert(!back.there && !back.hashed && back.key == NULL && back.reason == NULL);
}

Test(look, takes_nothing_else)
{
	static const char *const others[] = {
		"", "[]", "{}", "{\"there\": true}",
		"{\"there\":true,\"ahead\":\"maybe\",\"read\":1,\"position\":1,\"corrected\":[]}"};
	struct gw_look back;

	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		cr_assert_eq(gw_look_decode((const unsigned char *)others[i], strlen(others[i]),
					    &arena, &back, &err),
			     GW_REJECT, "%s", others[i]);
}
