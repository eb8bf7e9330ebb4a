#include <sodium.h>
#include <stdio.h>

#include "../lib/from_start.h"
#include "dlq/letter.h"
#include "dlq/row.h"
#include "kafka_mock.h"

static unsigned char public_key[32], secret_key[32];
static struct gw_buf sealed, opened;
static struct gw_arena arena;

static void
set_up(void)
{
	cr_assert_geq(sodium_init(), 0, "libsodium");
	crypto_box_keypair(public_key, secret_key);
	gw_buf_init(&sealed, 65536);
	gw_buf_init(&opened, 65536);
	gw_arena_init(&arena, 1024 * 1024);
}

static void
tear_down(void)
{
	gw_buf_release(&sealed);
	gw_buf_release(&opened);
	gw_arena_release(&arena);
}

TestSuite(letter, .init = set_up, .fini = tear_down, .timeout = 60);

#define TEXT(kind_, text_)                                                                         \
	{                                                                                          \
		.kind = kind_, .len = sizeof(text_) - 1, .as.text = (text_)                        \
	}

static const struct {
	const char *column;
	struct gw_value value;
	const char *json;
} values[] = {
	{"none", {.kind = GW_NULL}, "null"},
	{"bool", {.kind = GW_BOOL, .as.truth = true}, "{\"boolean\":\"true\"}"},
	{"int",
	 {.kind = GW_INT, .as.integer = INT64_MIN},
	 "{\"integer\":\"-9223372036854775808\"}"},
	{"float", {.kind = GW_FLOAT, .as.real = 0.1}, "{\"float\":\"0.10000000000000001\"}"},
	{"decimal", TEXT(GW_DECIMAL, "-12.50"), "{\"decimal\":\"-12.50\"}"},
	{"text", TEXT(GW_TEXT, "Nguyễn \"A\"\n"), "\"Nguyễn \\\"A\\\"\\n\""},
	{"empty", TEXT(GW_TEXT, ""), "\"\""},
	{"broken", TEXT(GW_TEXT, "a\xff"), "{\"base64\":\"Yf8=\"}"},
	{"bytes", TEXT(GW_BYTES, "\x00\x01\xff"), "{\"bytes\":\"AAH/\"}"},
	{"date", {.kind = GW_DATE, .as.integer = 0}, "{\"date\":\"1970-01-01\"}"},
	{"time",
	 {.kind = GW_TIMESTAMP, .as.integer = 1},
	 "{\"timestamp\":\"1970-01-01T00:00:00.000001Z\"}"},
	{"unheld", TEXT(GW_UNHELD, "infinity"), "{\"unheld\":\"infinity\"}"},
};

enum { NVALUES = sizeof values / sizeof values[0] };

Test(letter, holds_the_whole_row)
{
	const char *columns[NVALUES];
	struct gw_value row[NVALUES];
	struct gw_buf want;
	struct gw_error err;

	gw_buf_init(&want, 65536);
	for (size_t i = 0; i < NVALUES; i++) {
		columns[i] = values[i].column;
		row[i] = values[i].value;
		gw_buf_printf(&want, "%s\"%s\":%s", i == 0 ? "{" : ",", columns[i], values[i].json);
	}
	gw_buf_puts(&want, "}");
	cr_assert_eq(gw_letter_seal_row(public_key, columns, NVALUES, row, &sealed, &err), GW_OK,
		     "%s", err.text);
	cr_assert_eq(gw_letter_open(public_key, secret_key, sealed.data, sealed.len, &opened, &err),
		     GW_OK, "%s", err.text);
	cr_assert_str_eq(opened.data, want.data);
	gw_buf_release(&want);
}

Test(letter, cannot_be_read_without_the_desks_key)
{
	static const char secret[] = "038099001234";
	unsigned char other_public[32], other_secret[32];
	struct gw_error err;

	crypto_box_keypair(other_public, other_secret);
	cr_assert_eq(gw_letter_seal(public_key, secret, sizeof secret, &sealed, &err), GW_OK);
	cr_assert_null(memmem(sealed.data, sealed.len, secret, 6), "it can be read");
	cr_assert_eq(
		gw_letter_open(other_public, other_secret, sealed.data, sealed.len, &opened, &err),
		GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "keys.letter_secret_file"), "%s", err.text);
	sealed.data[20] ^= 1;
	cr_assert_eq(gw_letter_open(public_key, secret_key, sealed.data, sealed.len, &opened, &err),
		     GW_CONFIG, "a damaged letter opened");
	cr_assert_eq(gw_letter_open(public_key, secret_key, sealed.data, 5, &opened, &err),
		     GW_CONFIG, "half a letter opened");
	cr_assert_eq(opened.len, 0, "something was put out");
}

Test(letter, is_appended_to_what_is_there)
{
	struct gw_error err;

	gw_buf_puts(&sealed, "before");
	cr_assert_eq(gw_letter_seal(public_key, NULL, 0, &sealed, &err), GW_OK, "%s", err.text);
	cr_assert_eq(sealed.len, 6 + crypto_box_SEALBYTES, "%zu", sealed.len);
	cr_assert_eq(gw_letter_open(public_key, secret_key, sealed.data + 6, sealed.len - 6,
				    &opened, &err),
		     GW_OK, "%s", err.text);
	cr_assert_eq(opened.len, 0, "%zu", opened.len);
}

Test(letter, that_does_not_fit_is_said)
{
	static char big[70000];
	struct gw_error err;

	cr_assert_eq(gw_letter_seal(public_key, big, sizeof big, &sealed, &err), GW_FATAL);
}

/* What stands in the JSON, without its quotes and marks. */
static const char *const row_texts[NVALUES] = {
	NULL,
	"true",
	"-9223372036854775808",
	"0.10000000000000001",
	"-12.50",
	"Nguyễn \"A\"\n",
	"",
	"Yf8=",
	"AAH/",
	"1970-01-01",
	"1970-01-01T00:00:00.000001Z",
	"infinity",
};

static void
assert_row_text(size_t i, const char *got)
{
	if (row_texts[i] == NULL)
		cr_assert_null(got, "%s: %s", values[i].column, got);
	else
		cr_assert_str_eq(got, row_texts[i], "%s: %s", values[i].column, got);
}

Test(letter, has_one_text_for_a_value_wherever_it_stands)
{
	const char *columns[NVALUES];
	struct gw_value row[NVALUES];
	struct gw_letter_row read;
	struct gw_error err;

	for (size_t i = 0; i < NVALUES; i++) {
		const char *out = "";

		columns[i] = values[i].column;
		row[i] = values[i].value;
		cr_assert_eq(gw_letter_text(&row[i], &arena, &out, &err), GW_OK, "%s", err.text);
		assert_row_text(i, out);
		gw_buf_clear(&opened);
		cr_assert(gw_letter_put(&row[i], &opened), "%s", columns[i]);
		cr_assert_str_eq(opened.data, out == NULL ? "" : out);
	}
	gw_buf_clear(&opened);
	cr_assert_eq(gw_letter_seal_row(public_key, columns, NVALUES, row, &sealed, &err), GW_OK);
	cr_assert_eq(gw_letter_open(public_key, secret_key, sealed.data, sealed.len, &opened, &err),
		     GW_OK, "%s", err.text);
	cr_assert_eq(gw_letter_row(opened.data, opened.len, &arena, &read, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(read.count, NVALUES, "%zu", read.count);
	for (size_t i = 0; i < NVALUES; i++) {
		cr_assert_str_eq(read.columns[i], columns[i]);
		assert_row_text(i, read.values[i]);
		cr_assert(gw_value_equal(&read.cells[i], &row[i]), "%s came back as %s", columns[i],
			  gw_kind_name(read.cells[i].kind));
	}
}

Test(letter, of_before_its_kinds_were_told_holds_text)
{
	static const char json[] = "{\"n\":\"5\",\"d\":\"1970-01-01\",\"z\":null}";
	struct gw_letter_row read;
	struct gw_error err;

	cr_assert_eq(gw_letter_row(json, sizeof json - 1, &arena, &read, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(read.count, 3, "%zu", read.count);
	cr_assert_eq(read.cells[0].kind, GW_TEXT, "%s", gw_kind_name(read.cells[0].kind));
	cr_assert_eq(read.cells[1].kind, GW_TEXT, "%s", gw_kind_name(read.cells[1].kind));
	cr_assert_eq(read.cells[2].kind, GW_NULL, "%s", gw_kind_name(read.cells[2].kind));
	cr_assert_str_eq(read.values[1], "1970-01-01");
}

Test(letter, opens_though_a_value_is_not_what_it_says)
{
	static const char json[] = "{\"n\":{\"integer\":\"x\"},\"b\":{\"bytes\":\"*\"}}";
	struct gw_letter_row read;
	struct gw_error err;

	cr_assert_eq(gw_letter_row(json, sizeof json - 1, &arena, &read, &err), GW_OK, "%s",
		     err.text);
	for (size_t i = 0; i < 2; i++)
		cr_assert_eq(read.cells[i].kind, GW_UNHELD, "%s", gw_kind_name(read.cells[i].kind));
	cr_assert_str_eq(read.values[0], "x");
}

Test(letter, takes_a_typed_text_for_a_value_of_its_kind_alone)
{
	static const struct {
		enum gw_kind kind;
		const char *text;
		bool good;
	} cases[] = {
		{GW_BOOL, "true", true},
		{GW_BOOL, "false", true},
		{GW_BOOL, "yes", false},
		{GW_BOOL, "", false},
		{GW_INT, "-12", true},
		{GW_INT, "12.0", false},
		{GW_INT, " 12", false},
		{GW_INT, "9223372036854775808", false},
		{GW_FLOAT, "1e3", true},
		{GW_FLOAT, "nan", false},
		{GW_FLOAT, "inf", false},
		{GW_FLOAT, "1e999", false},
		{GW_FLOAT, "1x", false},
		{GW_FLOAT, "", false},
		{GW_FLOAT, " 1", false},
		{GW_DECIMAL, "-12.50", true},
		{GW_DECIMAL, "+7", true},
		{GW_DECIMAL, "12.", false},
		{GW_DECIMAL, ".5", false},
		{GW_DECIMAL, "1,5", false},
		{GW_DECIMAL, "1.5.", false},
		{GW_DECIMAL, "-", false},
		{GW_DATE, "2026-02-28", true},
		{GW_DATE, "2026-02-30", false},
		{GW_DATE, "28/02/2026", false},
		{GW_TIMESTAMP, "2026-02-28T01:02:03.000000Z", true},
		{GW_TIMESTAMP, "2026-02-28", false},
		{GW_BYTES, "AAH/", true},
		{GW_BYTES, "", true},
		{GW_BYTES, "not base64!", false},
		{GW_TEXT, "anything", true},
		{GW_NULL, "anything", false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_value value;
		bool good = gw_letter_value(cases[i].kind, cases[i].text, &arena, &value);

		cr_assert_eq(good, cases[i].good, "\"%s\" as %s", cases[i].text,
			     gw_kind_name(cases[i].kind));
		cr_assert(!good || value.kind == cases[i].kind, "\"%s\" became %s", cases[i].text,
			  gw_kind_name(value.kind));
	}
}

Test(letter, of_another_kind_is_no_row)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{}",
		"{\"a\":1}",
		"{\"a\":\"1\"",
		"\"\"",
		"{\"a\":[]}",
		"{\"a\":{\"hex\":\"00\"}}",
		"{\"a\":{}}",
		"{\"a\":{\"unheld\":{\"unheld\":\"x\"}}}",
		"{\"a\":{\"integer\":5}}",
		"{\"a\":{\"integer\":{\"base64\":\"NQ==\"}}}",
		"{\"a\":{\"integer\":\"5\",\"date\":\"1970-01-01\"}}",
	};
	struct gw_letter_row row = {.count = 77};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct gw_error err;

		cr_assert_eq(gw_letter_row(texts[i], strlen(texts[i]), &arena, &row, &err),
			     GW_REJECT, "%s is a row", texts[i]);
	}
	cr_assert_eq(row.count, 77, "something was put out");
}

/* ---- through Kafka ---------------------------------------------------------------------- */

static const struct gw_header header = {
	.operation = GW_OP_CHANGE, .version = 4711, .run = {1, 2, 3}};

static void
take_one(struct gw_consumer *consumer, struct gw_incoming *message)
{
	struct gw_error err;
	size_t count = 0;

	while (count == 0)
		cr_assert_eq(gw_consumer_take(consumer, message, 1, 1000, &count, &err), GW_OK,
			     "%s", err.text);
}

static void
send_letter(const struct mock *mock, const struct gw_letter *letter)
{
	const struct gw_message other = {.topic = "songma.health._dlq",
					 .key = "k",
					 .key_len = 1,
					 .value = "not a letter",
					 .value_len = 12};
	struct gw_producer *producer;
	struct gw_error err;

	cr_assert_eq(gw_producer_open(&mock->config, "health", &producer, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(gw_producer_begin(producer, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_letter_send(producer, "songma.health._dlq", letter, &header, &err), GW_OK,
		     "%s", err.text);
	cr_assert_eq(gw_producer_send(producer, &other, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_producer_commit(producer, &err), GW_OK, "%s", err.text);
	gw_producer_close(producer);
}

static void
assert_header(const struct gw_incoming *message, const char *name, const char *want)
{
	size_t len = 0;
	const char *text = gw_incoming_header(message, name, &len);

	cr_assert_not_null(text, "%s is missing", name);
	cr_assert(len == strlen(want) && memcmp(text, want, len) == 0, "%s is %.*s", name, (int)len,
		  text);
}

static void
assert_same(const struct gw_letter *in, const struct gw_letter *out)
{
	struct gw_error err;

	cr_assert_str_eq(out->source, in->source);
	cr_assert_str_eq(out->stream, in->stream);
	cr_assert_str_eq(out->stage, in->stage);
	cr_assert_str_eq(out->column, in->column);
	cr_assert_str_eq(out->rule, in->rule);
	cr_assert_str_eq(out->code, in->code);
	cr_assert_str_eq(out->reason, in->reason);
	cr_assert_str_eq(out->topic, "songma.health._dlq");
	cr_assert_eq(out->offset, 0, "offset");
	cr_assert_eq(out->version, 4711, "version");
	cr_assert_arr_eq(out->run, header.run, 16, "run");
	cr_assert_eq(out->key_len, in->key_len, "length of the key");
	cr_assert_arr_eq(out->key, in->key, in->key_len, "key");
	cr_assert_eq(
		gw_letter_open(public_key, secret_key, out->sealed, out->sealed_len, &opened, &err),
		GW_OK, "%s", err.text);
	cr_assert_str_eq(opened.data, "row");
}

Test(letter, travels_with_the_reason_beside_it)
{
	struct mock mock;
	struct gw_letter in = {
		.source = "health",
		.stream = "record",
		.stage = "normalise",
		.column = "ngay_sinh",
		.rule = "date",
		.code = "date.no_such_day",
		.reason = "ngày 31 không có trong tháng 2",
		.key = "a\037b",
		.key_len = 3,
		.topic = "songma.health.record",
		.partition = -1,
		.offset = -1,
	};
	struct gw_letter out;
	struct gw_incoming message;
	struct gw_consumer *consumer;
	struct gw_error err;

	mock_start(&mock);
	mock_topic(&mock, "songma.health._dlq", 1);
	cr_assert_eq(gw_letter_seal(public_key, "row", 3, &sealed, &err), GW_OK);
	in.sealed = sealed.data;
	in.sealed_len = sealed.len;
	send_letter(&mock, &in);
	cr_assert_eq(
		gw_consumer_open(&mock.config, from_start, ignore_revoke, NULL, &consumer, &err),
		GW_OK, "%s", err.text);
	take_one(consumer, &message);
	cr_assert_eq(gw_letter_receive(&message, &arena, &out, &err), GW_OK, "%s", err.text);
	assert_header(&message, "__connect.errors.topic", "songma.health.record");
	assert_header(&message, "__connect.errors.class.name", "songma.normalise");
	assert_header(&message, "__connect.errors.exception.class.name", "songma.date.no_such_day");
	assert_header(&message, "__connect.errors.exception.message",
		      "date.no_such_day: stream record, column ngay_sinh, rule date: "
		      "ngày 31 không có trong tháng 2");
	gw_consumer_release(&message, 1);
	assert_same(&in, &out);
	take_one(consumer, &message);
	cr_assert_eq(gw_letter_receive(&message, &arena, &out, &err), GW_REJECT,
		     "it took anything");
	gw_consumer_release(&message, 1);
	gw_consumer_close(consumer);
	mock_stop(&mock);
}
