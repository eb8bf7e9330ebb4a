#include "control/order.h"
#include "sealed_case.h"

TestSuite(order, .init = sealed_case_make, .fini = message_case_drop);

static const char *const columns[] = {"ma_xa", "so_cccd"};
static const char *const values[] = {"14758", "038099001234", "14759", NULL, "", "a\"\n\\ Thọ"};

static struct gw_order
sample(void)
{
	return (struct gw_order){
		.kind = GW_ORDER_REPLAY,
		.id = "630f5832-b9a5-4ba7-bcf8-43c063d9faa3",
		.stream = "health_record",
		.by = "Nguyễn Thị Hoa",
		.at_us = INT64_C(1795312672123456),
		.keys = {.columns = columns, .ncolumns = 2, .values = values, .count = 3},
	};
}

static enum gw_status
decode(const struct gw_pull_keys *with, struct gw_order *out, struct gw_error *err)
{
	return gw_order_decode(text.data, text.len, with, &arena, out, err);
}

Test(order, comes_back_exactly)
{
	struct gw_order in = sample(), out;
	struct gw_error err;

	cr_assert_eq(gw_order_encode(&in, keys.public_key, &text, &err), GW_OK, "%s", err.text);
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
		assert_text_or_null(out.keys.values[i], values[i]);
}

Test(order, brings_rows_as_they_were_set_aside)
{
	static const char first[] = "{\"so_cccd\":\"038099001234\"}", last[] = "{\"a\":\"\\\"\"}";
	static const struct gw_order_row rows[] = {
		{first, sizeof first - 1, INT64_C(1795312672123456)},
		{NULL, 0, 0},
		{last, sizeof last - 1, 1}};
	struct gw_order in = sample(), out;
	struct gw_error err;

	in.rows = rows;
	cr_assert_eq(gw_order_encode(&in, keys.public_key, &text, &err), GW_OK, "%s", err.text);
	cr_assert_null(strstr(text.data, "038099001234"), "the row can be read");
	cr_assert_eq(decode(&keys, &out, &err), GW_OK, "%s", err.text);
	cr_assert_not_null(out.rows);
	for (size_t i = 0; i < 3; i++) {
		cr_assert_eq(out.rows[i].version, rows[i].version, "version of %zu", i);
		cr_assert_eq(out.rows[i].len, rows[i].len, "length of %zu", i);
		assert_text_or_null(out.rows[i].row, rows[i].row);
	}
	in.kind = GW_ORDER_LOOK;
	gw_buf_clear(&text);
	cr_assert_eq(gw_order_encode(&in, keys.public_key, &text, &err), GW_REJECT, "a look");
}

Test(order, holds_rows_of_the_most_bytes_that_fit_whatever_they_are)
{
	static char quotes[GW_ORDER_ROWS];
	const struct gw_order_row row = {quotes, sizeof quotes, 1};
	struct gw_order in = sample(), out;
	struct gw_error err;

	memset(quotes, '"', sizeof quotes);
	in.keys.count = 1;
	in.rows = &row;
	cr_assert_eq(gw_order_encode(&in, keys.public_key, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(decode(&keys, &out, &err), GW_OK, "%s", err.text);
	cr_assert_eq(out.rows[0].len, sizeof quotes, "%zu", out.rows[0].len);
}

Test(order, shows_who_asks_for_how_much_and_no_key)
{
	struct gw_order in = sample();
	struct gw_error err;

	cr_assert_eq(gw_order_encode(&in, keys.public_key, &text, &err), GW_OK, "%s", err.text);
	cr_assert_not_null(strstr(text.data, "Nguyễn Thị Hoa"), "%s", text.data);
	cr_assert_not_null(strstr(text.data, "\"count\":3"), "%s", text.data);
	cr_assert_null(strstr(text.data, "038099001234"), "the key can be read");
	cr_assert_null(strstr(text.data, "MDM4MDk5MDAxMjM0"), "the key is only encoded");
	cr_assert_null(strstr(text.data, "so_cccd"), "%s", text.data);
}

Test(order, is_opened_by_the_pull_it_is_for_alone)
{
	struct gw_order in = sample(), out = {.at_us = 77};
	struct gw_error err;

	cr_assert_eq(gw_order_encode(&in, keys.public_key, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(decode(&others, &out, &err), GW_REJECT, "%s", err.text);
	cr_assert_not_null(strstr(err.text, in.id), "%s", err.text);
	cr_assert_eq(out.at_us, 77, "something was put out");
}

Test(order, takes_as_many_keys_as_one_may_have)
{
	static const char *many[GW_ORDER_KEYS + 1];
	struct gw_order in = sample(), out;
	struct gw_error err;

	for (size_t i = 0; i < sizeof many / sizeof many[0]; i++)
		many[i] = "038099001234";
	in.keys = (struct gw_keys){columns, 1, many, GW_ORDER_KEYS};
	cr_assert_eq(gw_order_encode(&in, keys.public_key, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(decode(&keys, &out, &err), GW_OK, "%s", err.text);
	cr_assert_eq(out.keys.count, GW_ORDER_KEYS, "%zu", out.keys.count);
	gw_buf_clear(&text);
	in.keys.count++;
	cr_assert_eq(gw_order_encode(&in, keys.public_key, &text, &err), GW_REJECT, "too many");
	in.keys.count = 0;
	cr_assert_eq(gw_order_encode(&in, keys.public_key, &text, &err), GW_REJECT, "none");
	in.keys = (struct gw_keys){columns, 0, many, 1};
	cr_assert_eq(gw_order_encode(&in, keys.public_key, &text, &err), GW_REJECT, "no column");
	cr_assert_eq(text.len, 0, "something was put out");
}

Test(order, whose_keys_are_too_long_is_refused)
{
	static char huge[4 * 1024 * 1024];
	const char *one = huge;
	struct gw_order in = sample();
	struct gw_error err;

	memset(huge, 'x', sizeof huge - 1);
	in.keys = (struct gw_keys){columns, 1, &one, 1};
	cr_assert_eq(gw_order_encode(&in, keys.public_key, &text, &err), GW_REJECT);
	cr_assert_eq(text.len, 0, "something was put out");
}

Test(order, to_a_key_that_is_none_is_named)
{
	static const unsigned char zeros[32];
	struct gw_order in = sample();
	struct gw_error err;

	cr_assert_eq(gw_order_encode(&in, zeros, &text, &err), GW_CONFIG, "%s", err.text);
	cr_assert_not_null(strstr(err.text, "keys.pull_public_file"), "%s", err.text);
}

Test(order, that_is_something_else_is_refused)
{
#define ID "\"id\":\"630f5832-b9a5-4ba7-bcf8-43c063d9faa3\","
#define REST                                                                                       \
	"\"stream\":\"s\",\"by\":\"b\",\"at\":\"2026-11-22T00:00:00Z\",\"count\":1,"               \
	"\"dry\":false,\"repair\":false,\"data\":null"
	static const char *const texts[] = {
		"",
		"{}",
		"[]",
		"{\"format\":\"order/1\"",
		"{\"format\":\"position/1\"," ID "\"kind\":\"replay\"," REST "}",
		"{\"format\":\"order/1\",\"id\":\"no\",\"kind\":\"replay\"," REST
		",\"sealed\":\"\"}",
		"{\"format\":\"order/1\"," ID "\"kind\":\"paint\"," REST ",\"sealed\":\"AAAA\"}",
		"{\"format\":\"order/1\"," ID "\"kind\":\"replay\"," REST "}",
		"{\"format\":\"order/1\"," ID "\"kind\":\"replay\"," REST ",\"sealed\":\"AAAA\"}",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct gw_order out;
		struct gw_error err;

		cr_assert_eq(gw_order_decode(texts[i], strlen(texts[i]), &keys, &arena, &out, &err),
			     GW_REJECT, "%s was taken", texts[i]);
	}
	cr_assert_eq(gw_order_decode(NULL, 0, &keys, &arena, &(struct gw_order){.at_us = 0},
				     &(struct gw_error){.status = GW_OK}),
		     GW_REJECT, "a tombstone was taken");
}

Test(order, that_was_damaged_is_refused)
{
	struct gw_order in = sample(), out;
	struct gw_error err;
	char *sealed;

	cr_assert_eq(gw_order_encode(&in, keys.public_key, &text, &err), GW_OK, "%s", err.text);
	sealed = strstr(text.data, "\"sealed\":\"");
	cr_assert_not_null(sealed, "%s", text.data);
	sealed[80] = sealed[80] == 'A' ? 'B' : 'A';
	cr_assert_eq(decode(&keys, &out, &err), GW_REJECT, "%s", err.text);
}

Test(order, for_a_range_hides_its_ends)
{
	struct gw_order in = sample(), out;
	struct gw_error err;

	in.kind = GW_ORDER_BACKFILL;
	in.keys.count = 0;
	in.range = (struct gw_span){.column = "so_cccd", .from = "038099001234", .to = NULL};
	in.dry = true;
	cr_assert_eq(gw_order_encode(&in, keys.public_key, &text, &err), GW_OK, "%s", err.text);
	cr_assert_null(strstr(text.data, "038099001234"), "the end can be read");
	cr_assert_eq(decode(&keys, &out, &err), GW_OK, "%s", err.text);
	cr_assert_eq(out.kind, GW_ORDER_BACKFILL);
	cr_assert_str_eq(out.range.column, "so_cccd");
	cr_assert_str_eq(out.range.from, "038099001234");
	cr_assert_null(out.range.to);
	cr_assert(out.dry && !out.repair);
}

Test(order, carries_bytes_as_they_are)
{
	static unsigned char bytes[GW_ORDER_DATA + 1];
	struct gw_order in = sample(), out;
	struct gw_error err;

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(i * 7);
	in.kind = GW_ORDER_COMPARE;
	in.keys.count = 0;
	in.repair = true;
	in.data = bytes;
	in.len = GW_ORDER_DATA;
	cr_assert_eq(gw_order_encode(&in, keys.public_key, &text, &err), GW_OK, "%s", err.text);
	cr_assert_eq(decode(&keys, &out, &err), GW_OK, "%s", err.text);
	cr_assert_eq(out.len, in.len, "%zu", out.len);
	cr_assert_eq(memcmp(out.data, bytes, in.len), 0);
	cr_assert(out.repair);
	in.len++;
	cr_assert_eq(gw_order_encode(&in, keys.public_key, &text, &err), GW_REJECT, "too long");
}
