#include <stdio.h>
#include <string.h>

#include "kafka/event.h"
#include "message_case.h"

TestSuite(event, .init = message_case_make, .fini = message_case_drop);

static struct gw_event
sample(enum gw_event_kind kind)
{
	struct gw_event event = {
		.kind = kind,
		.source = "health",
		.stream = "record",
		.topic = "songma.health.record",
		.at_us = INT64_C(1795312672123456),
		.run = {.counts = {10, 5, 3, 1, 2}, .letter_end = 7},
		.partitions = 4,
		.schema_id = INT32_MAX,
		.pseudonym_key_id = "0123456789abcdef",
		.identity = "7412 1",
	};

	for (size_t i = 0; i < GW_MAX_PARTITIONS; i++)
		event.run.ends[i] = i < 4 ? (int64_t)i * 1000 : -1;
	if (kind == GW_EVENT_RUN_ENDED) {
		event.schema_text = "{\"type\": \"record\", \"doc\": \"Sổ “hộ tịch”\\n\"}";
		event.notice = "nguồn đã đổi";
	}
	return event;
}

static struct gw_event
there_and_back(const struct gw_event *in)
{
	struct gw_event out;
	struct gw_error err;

	gw_buf_clear(&text);
	cr_assert_eq(gw_event_encode(in, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_event_decode(text.data, text.len, &arena, &out, &err), GW_OK, "%s",
		     err.text);
	return out;
}

Test(event, of_an_ended_run_comes_back_exactly)
{
	struct gw_event in = sample(GW_EVENT_RUN_ENDED), out = there_and_back(&in);

	cr_assert_eq(out.kind, in.kind, "kind");
	cr_assert_str_eq(out.source, in.source);
	cr_assert_str_eq(out.stream, in.stream);
	cr_assert_str_eq(out.topic, in.topic);
	cr_assert_eq(out.at_us, in.at_us, "time");
	cr_assert_eq(out.partitions, 4, "partitions");
	cr_assert_eq(out.schema_id, INT32_MAX, "schema id");
	cr_assert_str_eq(out.schema_text, in.schema_text);
	cr_assert_str_eq(out.pseudonym_key_id, in.pseudonym_key_id);
	cr_assert_str_eq(out.identity, in.identity);
	cr_assert_str_eq(out.notice, in.notice);
	cr_assert_arr_eq(&out.run.counts, &in.run.counts, sizeof in.run.counts, "counts");
	cr_assert_arr_eq(out.run.ends, in.run.ends, sizeof in.run.ends, "ends");
	cr_assert_eq(out.run.letter_end, 7, "letter end");
}

Test(event, of_a_started_run_has_no_schema_and_no_notice)
{
	struct gw_event in = sample(GW_EVENT_RUN_STARTED), out = there_and_back(&in);

	cr_assert_eq(out.kind, GW_EVENT_RUN_STARTED, "kind");
	cr_assert_null(out.schema_text, "schema");
	cr_assert_null(out.notice, "notice");
}

Test(event, tells_whether_its_stream_is_paused)
{
	struct gw_event in = sample(GW_EVENT_RUN_ENDED), out = there_and_back(&in);

	cr_assert_eq(out.paused_us, 0);
	cr_assert_null(out.why);
	in.paused_us = INT64_C(1795312672123456);
	in.why = "120 × ngày_sinh (date)";
	in.pause_at = -1;
	in.at_least = 7;
	out = there_and_back(&in);
	cr_assert_eq(out.paused_us, in.paused_us);
	cr_assert_str_eq(out.why, in.why);
	cr_assert_eq(out.pause_at, -1);
	cr_assert_eq(out.at_least, 7);
}

Test(event, tells_what_its_run_warned_of)
{
	struct gw_event in = sample(GW_EVENT_RUN_ENDED), out = there_and_back(&in);
	struct gw_buf list;
	struct gw_error err;

	gw_buf_init(&list, 65536);
	cr_assert_eq(gw_event_warnings(&out, &list, &err), GW_OK);
	cr_assert_eq(list.len, 0, "nothing");
	gw_run_warn(&in.run, "ngày_sinh", "date.sentinel", 3);
	gw_run_warn(&in.run, NULL, "citizen_cross.sex", INT64_C(5000000000));
	gw_run_warn(&in.run, "ngày_sinh", "date.sentinel", 4);
	out = there_and_back(&in);
	cr_assert_eq(out.run.counts.warned, INT64_C(5000000007));
	cr_assert_eq(out.run.nwarnings, 2);
	cr_assert_str_eq(out.run.warnings[0].column, "ngày_sinh");
	cr_assert_eq(out.run.warnings[0].rows, 7);
	cr_assert_eq(gw_event_warnings(&out, &list, &err), GW_OK, "%s", err.text);
	cr_assert_str_eq(list.data,
			 "[{\"column\":\"ngày_sinh\",\"code\":\"date.sentinel\",\"rows\":7},"
			 "{\"column\":\"\",\"code\":\"citizen_cross.sex\",\"rows\":5000000000}]");
	gw_buf_release(&list);
}

Test(event, of_before_there_were_warnings_is_read_all_the_same)
{
	struct gw_event in = sample(GW_EVENT_RUN_ENDED), out;
	struct gw_error err;
	char *at;

	(void)there_and_back(&in);
	at = strstr(text.data, "\"warned\":0,\"warnings\":[],");
	cr_assert_not_null(at, "%s", text.data);
	memset(at, ' ', strlen("\"warned\":0,\"warnings\":[],"));
	cr_assert_eq(gw_event_decode(text.data, text.len, &arena, &out, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(out.run.counts.warned, 0);
}

static const struct {
	const char *old, *new;
} bads[] = {
	{"event/1", "event/9"},
	{"run_ended", "run_paused"},
	{"\"partitions\":4", "\"partitions\":0"},
	{"\"partitions\":4", "\"partitions\":65"},
	{"\"schema_id\":2147483647", "\"schema_id\":2147483648"},
	{"\"source\":\"health\"", "\"source\":null"},
	{"\"notice\":\"", "\"notice\":7,\"x\":\""},
	{"0123456789abcdef", "0123456789abcdef0"},
	{"\"topic\"", "\"topik\""},
	{"\"warned\":0", "\"warned\":-1"},
	{"\"warnings\":[]", "\"warnings\":{}"},
	{"\"warnings\":[]", "\"warnings\":[{\"column\":\"a\",\"code\":7,\"rows\":1}]"},
	{"\"warnings\":[]",
	 "\"warnings\":[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},"
	 "{},{}]"},
};

Test(event, refuses_what_it_has_not_written)
{
	struct gw_event in = sample(GW_EVENT_RUN_ENDED), out;
	struct gw_error err;

	(void)there_and_back(&in);
	for (size_t i = 0; i < sizeof bads / sizeof bads[0]; i++) {
		const char *bad = text_with(bads[i].old, bads[i].new);

		cr_assert_eq(gw_event_decode(bad, strlen(bad), &arena, &out, &err), GW_REJECT, "%s",
			     bads[i].new);
	}
	cr_assert_eq(gw_event_decode(NULL, 0, &arena, &out, &err), GW_REJECT, "a tombstone");
}
