#include <criterion/criterion.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "dlq/control.h"

static struct gw_pull_keys keys, others;
static struct gw_buf text;
static struct gw_arena arena;

static void
set_up(void)
{
	cr_assert_geq(sodium_init(), 0, "libsodium");
	crypto_box_keypair(keys.public_key, keys.secret_key);
	crypto_box_keypair(others.public_key, others.secret_key);
	gw_buf_init(&text, (size_t)16 * 1024 * 1024);
	gw_arena_init(&arena, (size_t)16 * 1024 * 1024);
}

static void
tear_down(void)
{
	gw_buf_release(&text);
	gw_arena_release(&arena);
}

TestSuite(control, .init = set_up, .fini = tear_down);

static const char *const columns[] = {"ma_xa", "so_cccd"};
static const char *const values[] = {"14758", "038099001234", "14759", NULL, "", "a\"\n\\ Thọ"};

static struct gw_replay
sample(void)
{
	return (struct gw_replay){
		.id = "630f5832-b9a5-4ba7-bcf8-43c063d9faa3",
		.stream = "health_record",
		.by = "Nguyễn Thị Hoa",
		.at_us = INT64_C(1795312672123456),
		.keys = {.columns = columns, .ncolumns = 2, .values = values, .count = 3},
	};
}

static enum gw_status
decode(const struct gw_pull_keys *with, struct gw_replay *out, struct gw_error *err)
{
	return gw_replay_decode(text.data, text.len, with, &arena, out, err);
}

static void
assert_text(const char *got, const char *want)
{
	if (want == NULL)
		cr_assert_null(got, "%s instead of null", got);
	else
		cr_assert_str_eq(got, want);
}

Test(control, comes_back_exactly)
{
	struct gw_replay in = sample(), out;
	struct gw_error err;

	cr_assert_eq(gw_replay_encode(&in, keys.public_key, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(decode(&keys, &out, &err), GW_OK, "%s", err.text);
	cr_assert_str_eq(out.id, in.id);
	cr_assert_str_eq(out.stream, in.stream);
	cr_assert_str_eq(out.by, in.by);
	cr_assert_eq(out.at_us, in.at_us, "time");
	cr_assert_eq(out.keys.ncolumns, 2, "%zu columns", out.keys.ncolumns);
	cr_assert_eq(out.keys.count, 3, "%zu keys", out.keys.count);
	for (size_t i = 0; i < 2; i++)
		cr_assert_str_eq(out.keys.columns[i], columns[i]);
	for (size_t i = 0; i < 6; i++)
		assert_text(out.keys.values[i], values[i]);
}

Test(control, shows_who_asks_for_how_much_and_no_key)
{
	struct gw_replay in = sample();
	struct gw_error err;

	cr_assert_eq(gw_replay_encode(&in, keys.public_key, &text, &err), GW_OK, "%s", err.text);
	cr_assert_not_null(strstr(text.data, "Nguyễn Thị Hoa"), "%s", text.data);
	cr_assert_not_null(strstr(text.data, "\"count\":3"), "%s", text.data);
	cr_assert_null(strstr(text.data, "038099001234"), "the key can be read");
	cr_assert_null(strstr(text.data, "MDM4MDk5MDAxMjM0"), "the key is only encoded");
	cr_assert_null(strstr(text.data, "so_cccd"), "%s", text.data);
}

Test(control, is_opened_by_the_pull_it_is_for_alone)
{
	struct gw_replay in = sample(), out = {.at_us = 77};
	struct gw_error err;

	cr_assert_eq(gw_replay_encode(&in, keys.public_key, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(decode(&others, &out, &err), GW_REJECT, "%s", err.text);
	cr_assert_not_null(strstr(err.text, in.id), "%s", err.text);
	cr_assert_eq(out.at_us, 77, "something was put out");
}

Test(control, takes_as_many_keys_as_one_request_may_have)
{
	static const char *many[GW_REPLAY_KEYS + 1];
	struct gw_replay in = sample(), out;
	struct gw_error err;

	for (size_t i = 0; i < sizeof many / sizeof many[0]; i++)
		many[i] = "038099001234";
	in.keys = (struct gw_keys){columns, 1, many, GW_REPLAY_KEYS};
	cr_assert_eq(gw_replay_encode(&in, keys.public_key, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(decode(&keys, &out, &err), GW_OK, "%s", err.text);
	cr_assert_eq(out.keys.count, GW_REPLAY_KEYS, "%zu", out.keys.count);
	gw_buf_clear(&text);
	in.keys.count++;
	cr_assert_eq(gw_replay_encode(&in, keys.public_key, &text, &err), GW_REJECT, "too many");
	in.keys.count = 0;
	cr_assert_eq(gw_replay_encode(&in, keys.public_key, &text, &err), GW_REJECT, "none");
	in.keys = (struct gw_keys){columns, 0, many, 1};
	cr_assert_eq(gw_replay_encode(&in, keys.public_key, &text, &err), GW_REJECT, "no column");
	cr_assert_eq(text.len, 0, "something was put out");
}

Test(control, whose_keys_are_too_long_is_refused)
{
	static char huge[4 * 1024 * 1024];
	const char *one = huge;
	struct gw_replay in = sample();
	struct gw_error err;

	memset(huge, 'x', sizeof huge - 1);
	in.keys = (struct gw_keys){columns, 1, &one, 1};
	cr_assert_eq(gw_replay_encode(&in, keys.public_key, &text, &err), GW_REJECT);
	cr_assert_eq(text.len, 0, "something was put out");
}

Test(control, to_a_key_that_is_none_is_named)
{
	static const unsigned char zeros[32];
	struct gw_replay in = sample();
	struct gw_error err;

	cr_assert_eq(gw_replay_encode(&in, zeros, &text, &err), GW_CONFIG, "%s", err.text);
	cr_assert_not_null(strstr(err.text, "keys.pull_public_file"), "%s", err.text);
}

Test(control, that_is_something_else_is_refused)
{
	static const char *const texts[] = {
		"",
		"{}",
		"[]",
		"{\"format\":\"replay/1\"",
		"{\"format\":\"position/1\",\"id\":\"630f5832-b9a5-4ba7-bcf8-43c063d9faa3\"}",
		"{\"format\":\"replay/1\",\"id\":\"no\",\"stream\":\"s\",\"by\":\"b\","
		"\"at\":\"2026-11-22T00:00:00Z\",\"count\":1,\"sealed\":\"\"}",
		"{\"format\":\"replay/1\",\"id\":\"630f5832-b9a5-4ba7-bcf8-43c063d9faa3\","
		"\"stream\":\"s\",\"by\":\"b\",\"at\":\"2026-11-22T00:00:00Z\",\"count\":1}",
		"{\"format\":\"replay/1\",\"id\":\"630f5832-b9a5-4ba7-bcf8-43c063d9faa3\","
		"\"stream\":\"s\",\"by\":\"b\",\"at\":\"2026-11-22T00:00:00Z\",\"count\":1,"
		"\"sealed\":\"AAAA\"}",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct gw_replay out;
		struct gw_error err;

		cr_assert_eq(
			gw_replay_decode(texts[i], strlen(texts[i]), &keys, &arena, &out, &err),
			GW_REJECT, "%s was taken", texts[i]);
	}
	cr_assert_eq(gw_replay_decode(NULL, 0, &keys, &arena, &(struct gw_replay){.at_us = 0},
				      &(struct gw_error){.status = GW_OK}),
		     GW_REJECT, "a tombstone was taken");
}

Test(control, that_was_damaged_is_refused)
{
	struct gw_replay in = sample(), out;
	struct gw_error err;
	char *sealed;

	cr_assert_eq(gw_replay_encode(&in, keys.public_key, &text, &err), GW_OK, "%s", err.text);
	sealed = strstr(text.data, "\"sealed\":\"");
	cr_assert_not_null(sealed, "%s", text.data);
	sealed[80] = sealed[80] == 'A' ? 'B' : 'A';
	cr_assert_eq(decode(&keys, &out, &err), GW_REJECT, "%s", err.text);
}
