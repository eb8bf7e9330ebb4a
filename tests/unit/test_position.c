#include "kafka/position.h"
#include "sealed_case.h"

TestSuite(position, .init = sealed_case_make, .fini = message_case_drop);

static struct gw_position
sample(void)
{
	struct gw_position position = {
		.stream = "health_record",
		.last_version = INT64_C(9007199254740993), /* no double holds it */
		.written_us = INT64_C(1795312672123456),
		.run = {.open = true,
			.id = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16},
			.started_us = INT64_C(1795312000000001),
			.counts = {INT64_MAX, 20, 3, 1, 2},
			.letter_end = -1},
	};

	for (size_t i = 0; i < GW_MAX_PARTITIONS; i++)
		position.run.ends[i] = -1;
	position.run.ends[0] = 99;
	position.run.ends[3] = INT64_C(4611686018427387905);
	position.bookmark.len = 18;
	memcpy(position.bookmark.bytes, "038099001234\0x'\"\\\n", 18);
	return position;
}

static void
assert_same(const struct gw_position *a, const struct gw_position *b)
{
	cr_assert_str_eq(a->stream, b->stream);
	cr_assert_eq(a->last_version, b->last_version, "version");
	cr_assert_eq(a->written_us, b->written_us, "written");
	cr_assert_eq(a->bookmark.len, b->bookmark.len, "bookmark length");
	cr_assert_arr_eq(a->bookmark.bytes, b->bookmark.bytes, a->bookmark.len, "bookmark");
	cr_assert_eq(a->run.open, b->run.open, "open");
	cr_assert_arr_eq(a->run.id, b->run.id, 16, "run");
	cr_assert_eq(a->run.started_us, b->run.started_us, "started");
	cr_assert_arr_eq(&a->run.counts, &b->run.counts, sizeof a->run.counts, "counts");
	cr_assert_arr_eq(a->run.ends, b->run.ends, sizeof a->run.ends, "ends");
	cr_assert_eq(a->run.letter_end, b->run.letter_end, "letter end");
}

Test(position, comes_back_exactly)
{
	struct gw_position in = sample(), out;
	struct gw_error err;

	cr_assert_eq(gw_position_encode(&in, &keys, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_position_decode(text.data, text.len, &keys, &out, &err), GW_OK, "%s",
		     err.text);
	assert_same(&in, &out);
}

Test(position, keeps_the_first_kinds_of_warnings_and_counts_all)
{
	struct gw_position in = sample(), out;
	struct gw_error err;
	char column[200];

	for (int i = 0; i < GW_RUN_WARNINGS + 5; i++) {
		(void)snprintf(column, sizeof column, "cột %d", i);
		gw_run_warn(&in.run, column, "repaired.letter_o", 2);
	}
	gw_run_warn(&in.run, "cột 1", "repaired.letter_o", 40);
	gw_run_warn(&in.run, "cột 1", "date.sentinel", 1);
	cr_assert_eq(in.run.nwarnings, GW_RUN_WARNINGS);
	cr_assert_eq(in.run.counts.warned, 2 * (GW_RUN_WARNINGS + 5) + 41);
	cr_assert_eq(in.run.warnings[1].rows, 42, "one that is known is counted on");
	cr_assert_eq(gw_position_encode(&in, &keys, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_position_decode(text.data, text.len, &keys, &out, &err), GW_OK, "%s",
		     err.text);
	assert_same(&in, &out);
	cr_assert_arr_eq(out.run.warnings, in.run.warnings, sizeof in.run.warnings);
}

/* No letter is cut in two, and what is cut stays the same kind. */
Test(position, cuts_the_column_of_a_warning)
{
	struct gw_run run = {.open = false};
	char column[200];

	for (size_t i = 0; i < 3; i++) {
		memset(column, 'x', sizeof column);
		memcpy(column + 91 + i, "Đặng Đặng", sizeof "Đặng Đặng");
		gw_run_warn(&run, column, "date.sentinel", 1);
		gw_run_warn(&run, column, "date.sentinel", 1);
		cr_assert_eq(run.nwarnings, i + 1);
		cr_assert_eq(run.warnings[i].rows, 2);
	}
	cr_assert_eq(strlen(run.warnings[0].column), 93, "%s", run.warnings[0].column);
	cr_assert_eq(strlen(run.warnings[1].column), 94, "%s", run.warnings[1].column);
	cr_assert_eq(strlen(run.warnings[2].column), 95, "%s", run.warnings[2].column);
}

Test(position, keeps_its_bookmark_sealed)
{
	struct gw_position in = sample();
	struct gw_error err;

	cr_assert_eq(gw_position_encode(&in, &keys, &text, &err), GW_OK, "%s", err.text);
	cr_assert_null(strstr(text.data, "038099001234"), "the key can be read");
	cr_assert_null(strstr(text.data, "MDM4MDk5MDAxMjM0"), "the key is only encoded");
	cr_assert_not_null(strstr(text.data, "9007199254740993"), "the version can't be read");
}

Test(position, without_a_bookmark_begins_at_the_beginning)
{
	struct gw_position in = sample(), out = sample();
	struct gw_error err;

	in.bookmark.len = 0;
	cr_assert_eq(gw_position_encode(&in, &keys, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_position_decode(text.data, text.len, &keys, &out, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(out.bookmark.len, 0, "a bookmark came from nowhere");
}

Test(position, with_the_largest_bookmark_fits)
{
	struct gw_position in = sample(), out;
	struct gw_error err;

	in.bookmark.len = GW_BOOKMARK_MAX;
	memset(in.bookmark.bytes, 0xfe, GW_BOOKMARK_MAX);
	for (size_t i = 0; i < GW_MAX_PARTITIONS; i++)
		in.run.ends[i] = INT64_MAX - (int64_t)i;
	cr_assert_eq(gw_position_encode(&in, &keys, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_position_decode(text.data, text.len, &keys, &out, &err), GW_OK, "%s",
		     err.text);
	assert_same(&in, &out);
}

Test(position, sealed_to_another_key_is_named_as_that)
{
	struct gw_position in = sample(), out = {.last_version = 77};
	struct gw_error err;

	cr_assert_eq(gw_position_encode(&in, &others, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_position_decode(text.data, text.len, &keys, &out, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "keys.pull_secret_file"), "%s", err.text);
	cr_assert_not_null(strstr(err.text, "health_record"), "%s", err.text);
	cr_assert_eq(out.last_version, 77, "the output was touched");
}

/* A piece of a good position, and what stands there instead. */
static const struct {
	const char *old, *new;
} bads[] = {
	{"position/1", "position/2"},
	{"\"stream\":\"health_record\"", "\"stream\":7"},
	{"9007199254740993", "-1"},
	{"9007199254740993", "9007199254740993.0"},
	{"9007199254740993", "9223372036854775808"},
	{"\"open\":true", "\"open\":1"},
	{"\"read\":9223372036854775807", "\"read\":-1"},
	{"\"letter_end\":-1", "\"letter_end\":-2"},
	{"\"letter_end\":-1", "\"letter_end\":null"},
	{"[99,", "[\"99\","},
	{"\"started\":\"2", "\"started\":\"x"},
	{"\"bookmark\":\"", "\"bookmark\":\"!"},
	{"\"format\"", "\"stream\":\"twice\",\"format\""},
	{"{", "["},
};

Test(position, refuses_what_it_has_not_written)
{
	struct gw_position in = sample(), out;
	struct gw_error err;

	cr_assert_eq(gw_position_encode(&in, &keys, &text, &err), GW_OK, "%s", err.text);
	for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++) {
		const char *bad = text_with(bads[i].old, bads[i].new);

		cr_assert_eq(gw_position_decode(bad, strlen(bad), &keys, &out, &err), GW_CONFIG,
			     "%s", bads[i].new);
	}
	for (size_t len = 0; len < text.len; len += 7)
		cr_assert_eq(gw_position_decode(text.data, len, &keys, &out, &err), GW_CONFIG,
			     "cut at %zu", len);
}

Test(position, keeps_a_pause_and_what_is_allowed)
{
	struct gw_position in = sample(), out;
	struct gw_error err;

	in.allow = 250;
	in.pause = (struct gw_pause){.at_us = INT64_C(1795312672123456),
				     .mapping = UINT64_C(0xfedcba9876543210),
				     .why = "120 × ngày_sinh (date)"};
	cr_assert_eq(gw_position_encode(&in, &keys, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_position_decode(text.data, text.len, &keys, &out, &err), GW_OK, "%s",
		     err.text);
	assert_same(&in, &out);
	cr_assert_eq(out.allow, 250);
	cr_assert_eq(out.pause.at_us, in.pause.at_us);
	cr_assert_eq(out.pause.mapping, in.pause.mapping);
	cr_assert_str_eq(out.pause.why, in.pause.why);
}
