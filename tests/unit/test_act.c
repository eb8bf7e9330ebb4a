/* Acts as text and back, and the links that chain them. */
#include <stdio.h>
#include <string.h>

#include "dlq/act.h"
#include "message_case.h"

static int64_t many[GW_ACT_LETTERS + 1];

static void
set_up(void)
{
	message_case_make();
	for (size_t i = 0; i < sizeof many / sizeof many[0]; i++)
		many[i] = INT64_MAX - (int64_t)i;
}

TestSuite(act, .init = set_up, .fini = message_case_drop);

static struct gw_act
sample(enum gw_act_kind kind)
{
	static const int64_t letters[] = {7, 1, 9000000000};

	return (struct gw_act){
		.id = "0190cdef-0123-4567-89ab-0123456789ab",
		.kind = kind,
		.by = "Nguyễn Thị Hoa",
		.at_us = INT64_C(1795312672123456),
		.source = "justice",
		.stream = "birth",
		.column = "ngay_sinh",
		.reason = "ghi nhầm “30/02”, đã gọi xã \\ \"hỏi\"",
		.letters = letters,
		.nletters = 3,
	};
}

static struct gw_act
there_and_back(const struct gw_act *in)
{
	struct gw_act out;
	struct gw_error err;

	gw_buf_clear(&text);
	cr_assert_eq(gw_act_encode(in, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_act_decode(text.data, text.len, &arena, &out, &err), GW_OK, "%s", err.text);
	return out;
}

static void
same(const struct gw_act *a, const struct gw_act *b)
{
	cr_assert_str_eq(a->id, b->id);
	cr_assert_eq(a->kind, b->kind, "kind");
	cr_assert_str_eq(a->by, b->by);
	cr_assert_eq(a->at_us, b->at_us, "time");
	cr_assert_str_eq(a->source, b->source);
	cr_assert_str_eq(a->stream, b->stream);
	cr_assert_str_eq(a->column, b->column);
	cr_assert_str_eq(a->reason, b->reason);
	cr_assert_eq(a->nletters, b->nletters, "letters");
	cr_assert_arr_eq(a->letters, b->letters, a->nletters * sizeof a->letters[0], "letters");
}

Test(act, of_every_kind_comes_back_exactly)
{
	for (int kind = GW_ACT_FIX; kind <= GW_ACT_REVEAL; kind++) {
		struct gw_act in = sample((enum gw_act_kind)kind), out = there_and_back(&in);

		same(&in, &out);
	}
}

Test(act, may_be_as_large_as_it_says)
{
	static char reason[GW_ACT_REASON + 1];
	struct gw_act in = sample(GW_ACT_DISCARD), out;

	memset(reason, 'x', sizeof reason - 1);
	memset(in.column, 'c', sizeof in.column - 1);
	memset(in.by, 'b', sizeof in.by - 1);
	in.reason = reason;
	in.letters = many;
	in.nletters = GW_ACT_LETTERS;
	out = there_and_back(&in);
	same(&in, &out);
}

Test(act, needs_neither_reason_nor_column_nor_source)
{
	struct gw_act in = sample(GW_ACT_REPLAY), out;

	in.reason = NULL;
	in.column[0] = in.source[0] = '\0';
	out = there_and_back(&in);
	cr_assert_str_eq(out.reason, "");
	cr_assert_str_eq(out.column, "");
	cr_assert_str_eq(out.source, "");
}

static const struct {
	const char *what, *by, *stream, *reason, *id;
	int64_t letter;
	size_t nletters;
} unfit[] = {
	{"nobody", "", "birth", "x", NULL, 1, 1},
	{"no stream", "hoa", "", "x", NULL, 1, 1},
	{"two lines", "hoa", "birth", "one\ntwo", NULL, 1, 1},
	{"a terminal's escape", "hoa", "birth", "\033[2J", NULL, 1, 1},
	{"a name of two lines", "hoa\n", "birth", "x", NULL, 1, 1},
	{"no UTF-8", "hoa", "birth", "\xff", NULL, 1, 1},
	{"no UUID", "hoa", "birth", "x", "0190cdef", 1, 1},
	{"no letter", "hoa", "birth", "x", NULL, 1, 0},
	{"a letter that can't be", "hoa", "birth", "x", NULL, 0, 1},
	{"too many letters", "hoa", "birth", "x", NULL, 0, GW_ACT_LETTERS + 1},
};

Test(act, that_is_unfit_is_not_written)
{
	struct gw_error err;

	for (size_t i = 0; i < sizeof unfit / sizeof unfit[0]; i++) {
		struct gw_act act = sample(GW_ACT_FIX);

		(void)snprintf(act.by, sizeof act.by, "%s", unfit[i].by);
		(void)snprintf(act.stream, sizeof act.stream, "%s", unfit[i].stream);
		if (unfit[i].id != NULL)
			(void)snprintf(act.id, sizeof act.id, "%s", unfit[i].id);
		act.reason = unfit[i].reason;
		act.letters = unfit[i].nletters > 1 ? many : &unfit[i].letter;
		act.nletters = unfit[i].nletters;
		cr_assert_eq(gw_act_encode(&act, &text, &err), GW_CONFIG, "%s", unfit[i].what);
		cr_assert_eq(text.len, 0, "%s", unfit[i].what);
	}
}

Test(act, with_a_reason_that_is_too_long_is_not_written)
{
	static char reason[GW_ACT_REASON + 2];
	struct gw_act act = sample(GW_ACT_FIX);
	struct gw_error err;

	memset(reason, 'x', sizeof reason - 1);
	act.reason = reason;
	cr_assert_eq(gw_act_encode(&act, &text, &err), GW_CONFIG);
}

static const struct {
	const char *old, *new;
} bads[] = {
	{"act/1", "act/2"},
	{"\"fix\"", "\"fixed\""},
	{"\"fix\"", "7"},
	{"0190cdef-", "0190cdef+"},
	{"\"by\":\"", "\"by\":\"\",\"who\":\""},
	{"2026-", "2026/"},
	{"\"source\":\"justice\"", "\"source\":null"},
	{"\"stream\":\"birth\"", "\"stream\":\"\""},
	{"\"reason\":", "\"raison\":"},
	{"\"column\":\"ngay_sinh\"", "\"column\":[]"},
	{"\"letters\":[", "\"letters\":[0,"},
	{"\"letters\":[", "\"letters\":[-7,"},
	{"\"letters\":[", "\"letters\":[1.5,"},
	{"\"letters\":[", "\"letters\":[\"7\","},
	{"\"letters\":[7,1,9000000000]", "\"letters\":[]"},
	{"\"letters\":[7,1,9000000000]", "\"letters\":{}"},
	{"\"letters\":[7,1,9000000000]", "\"letters\":7"},
	{"Hoa\"", "Hoa\\u001b[2J\""},
	{"Hoa\"", "Hoa\\u0000\""},
	{"{\"format\"", "[{\"format\""},
};

Test(act, that_this_program_has_not_written_is_refused)
{
	struct gw_act in = sample(GW_ACT_FIX), out;
	struct gw_error err;

	(void)there_and_back(&in);
	for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++) {
		const char *bad = text_with(bads[i].old, bads[i].new);

		cr_assert_eq(gw_act_decode(bad, strlen(bad), &arena, &out, &err), GW_REJECT, "%s",
			     bads[i].new);
	}
	cr_assert_eq(gw_act_decode(NULL, 0, &arena, &out, &err), GW_REJECT, "a tombstone");
	cr_assert_eq(gw_act_decode("", 0, &arena, &out, &err), GW_REJECT, "nothing");
}

Test(act, with_too_many_letters_is_refused)
{
	struct gw_act in = sample(GW_ACT_FIX), out;
	struct gw_error err;
	char *end;

	in.letters = many;
	in.nletters = GW_ACT_LETTERS;
	(void)there_and_back(&in);
	end = strchr(text.data, ']');
	cr_assert_not_null(end);
	memcpy(end, ",1]}", 5);
	cr_assert_eq(gw_act_decode(text.data, strlen(text.data), &arena, &out, &err), GW_REJECT);
}

Test(act, whose_id_is_in_capitals_has_the_same_id)
{
	struct gw_act in = sample(GW_ACT_FIX), out;

	memcpy(in.id, "0190CDEF-0123-4567-89AB-0123456789AB", sizeof in.id);
	out = there_and_back(&in);
	cr_assert_str_eq(out.id, "0190cdef-0123-4567-89ab-0123456789ab");
}

/* HMAC-SHA-256 of 32 zero bytes, 0000000000000001 and "act", as openssl works it out. */
Test(act, is_linked_as_the_definition_says)
{
	static const unsigned char zeros[GW_ACT_LINK];
	unsigned char key[32], link[GW_ACT_LINK];
	char hex[2 * GW_ACT_LINK + 1];

	for (size_t i = 0; i < sizeof key; i++)
		key[i] = (unsigned char)i;
	gw_act_link(key, zeros, 1, "act", 3, link);
	gw_hex_encode(link, sizeof link, hex);
	cr_assert_str_eq(hex, "cace9dc6a30e422c90bc4fa1f30bd500aea3d31ee77a5413f8e84a0b1997e962");
}

Test(act, has_another_link_when_anything_is_another)
{
	unsigned char key[32] = {1}, previous[GW_ACT_LINK] = {2};
	unsigned char link[GW_ACT_LINK], other[GW_ACT_LINK];

	gw_act_link(key, previous, 5, "act", 3, link);
	gw_act_link(key, previous, 5, "act", 3, other);
	cr_assert_arr_eq(link, other, sizeof link, "the same again");
	gw_act_link(key, previous, 6, "act", 3, other);
	cr_assert_arr_neq(link, other, sizeof link, "another place");
	gw_act_link(key, previous, 5, "acts", 4, other);
	cr_assert_arr_neq(link, other, sizeof link, "another text");
	previous[31] = 1;
	gw_act_link(key, previous, 5, "act", 3, other);
	cr_assert_arr_neq(link, other, sizeof link, "another past");
	previous[31] = 0;
	key[31] = 1;
	gw_act_link(key, previous, 5, "act", 3, other);
	cr_assert_arr_neq(link, other, sizeof link, "another key");
}
