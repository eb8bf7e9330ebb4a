#include "control/answer.h"
#include "message_case.h"

TestSuite(answer, .init = message_case_make, .fini = message_case_drop);

static struct gw_answer
sample(void)
{
	struct gw_answer answer = {
		.order = "630f5832-b9a5-4ba7-bcf8-43c063d9faa3",
		.state = GW_ANSWER_DONE,
		.at_us = INT64_C(1795312672123456),
		.rows = 37,
		.version = INT64_C(1795312672000000),
		.run = {.id = {1, 2},
			.started_us = 5,
			.counts = {.read = 37, .resent = 36, .dead = 1}},
		.why = "một dòng lỗi",
		.data = (const unsigned char *)"\0\1\2",
		.len = 3,
	};

	for (size_t i = 0; i < GW_MAX_PARTITIONS; i++)
		answer.run.ends[i] = i < 3 ? (int64_t)i + 10 : -1;
	answer.run.letter_end = 4;
	return answer;
}

Test(answer, comes_back_exactly)
{
	struct gw_answer in = sample(), out;
	struct gw_error err;

	cr_assert_eq(gw_answer_encode(&in, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_answer_decode(text.data, text.len, &arena, &out, &err), GW_OK, "%s",
		     err.text);
	cr_assert_str_eq(out.order, in.order);
	cr_assert_eq(out.state, in.state);
	cr_assert_eq(out.at_us, in.at_us);
	cr_assert_eq(out.rows, 37);
	cr_assert_eq(out.version, in.version);
	cr_assert_eq(memcmp(&out.run.counts, &in.run.counts, sizeof in.run.counts), 0, "counts");
	cr_assert_eq(memcmp(out.run.ends, in.run.ends, sizeof in.run.ends), 0, "ends");
	cr_assert_str_eq(out.why, in.why);
	cr_assert_eq(out.len, 3, "%zu", out.len);
	cr_assert_eq(memcmp(out.data, in.data, 3), 0, "data");
}

Test(answer, may_say_nothing_but_that_it_works)
{
	struct gw_answer in = sample(), out;
	struct gw_error err;

	in.state = GW_ANSWER_WORKING;
	in.why = NULL;
	in.len = 0;
	cr_assert_eq(gw_answer_encode(&in, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_answer_decode(text.data, text.len, &arena, &out, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(out.state, GW_ANSWER_WORKING);
	cr_assert_null(out.why);
	cr_assert_eq(out.len, 0, "%zu", out.len);
}

Test(answer, that_is_something_else_is_refused)
{
	static const char *const texts[] = {"", "{}", "{\"format\":\"answer/1\"}", "[1]"};
	struct gw_answer in = sample(), out;
	struct gw_error err;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		cr_assert_eq(gw_answer_decode(texts[i], strlen(texts[i]), &arena, &out, &err),
			     GW_REJECT, "%s was taken", texts[i]);
	in.len = GW_ANSWER_DATA + 1;
	cr_assert_eq(gw_answer_encode(&in, &text, &err), GW_FATAL, "too long");
}
