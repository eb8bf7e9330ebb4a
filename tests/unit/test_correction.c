#include "dlq/correction.h"
#include "kafka/producer.h"
#include "kafka_mock.h"
#include "sealed_case.h"

#define TOPIC "songma.health._corrections"

static unsigned char secret[32];
static struct gw_buf key;
static struct gw_batch batch;
static struct mock mock;
static struct gw_producer *desk;

static void
set_up(void)
{
	sealed_case_make();
	randombytes_buf(secret, sizeof secret);
	gw_buf_init(&key, 1024);
	gw_arena_init(&batch.arena, (size_t)1024 * 1024);
	desk = NULL;
}

static void
tear_down(void)
{
	gw_buf_release(&key);
	message_case_drop();
}

TestSuite(correction, .init = set_up, .fini = tear_down, .timeout = 60);

static const char *const columns[] = {"id", "ma_xa"};
static const char *const one_key[] = {"7", "038099001234"};

static struct gw_correction
sample(void)
{
	return (struct gw_correction){
		.stream = "record",
		.key = {.columns = columns, .ncolumns = 2, .values = one_key, .count = 1},
		.column = "ngay_sinh",
		.bad = "31/02/1990",
		.value = "1990-02-03",
		.by = "Nguyễn Thị Hoa",
		.reason = "hỏi lại trạm y tế xã",
		.at_us = INT64_C(1795312672123456),
	};
}

static void
encode(const struct gw_correction *correction)
{
	struct gw_error err;

	gw_buf_clear(&key);
	gw_buf_clear(&text);
	cr_assert_eq(gw_correction_encode(correction, keys.public_key, secret, &key, &text, &err),
		     GW_OK, "%s", err.text);
}

Test(correction, comes_back_exactly)
{
	static const struct {
		const char *bad, *value;
	} cases[] = {{"31/02/1990", "1990-02-03"}, {NULL, "1"}, {"x", NULL}, {"", "a\"\\\n"}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_correction in = sample(), out;
		struct gw_error err;

		in.bad = cases[i].bad;
		in.value = cases[i].value;
		encode(&in);
		cr_assert_eq(gw_correction_decode(text.data, text.len, &keys, &arena, &out, &err),
			     GW_OK, "%s", err.text);
		cr_assert_str_eq(out.stream, in.stream);
		cr_assert_str_eq(out.column, in.column);
		cr_assert_str_eq(out.by, in.by);
		cr_assert_str_eq(out.reason, in.reason);
		cr_assert_eq(out.at_us, in.at_us, "time");
		cr_assert_eq(out.kind, GW_TEXT, "%s", gw_kind_name(out.kind));
		assert_text_or_null(out.bad, in.bad);
		assert_text_or_null(out.value, in.value);
		cr_assert_eq(out.key.ncolumns, 2, "%zu", out.key.ncolumns);
		for (size_t c = 0; c < 2; c++) {
			cr_assert_str_eq(out.key.columns[c], columns[c]);
			cr_assert_str_eq(out.key.values[c], one_key[c]);
		}
	}
}

Test(correction, shows_who_and_why_but_neither_value_nor_row)
{
	static const char *const hidden[] = {"038099001234", "31/02/1990", "1990-02-03",
					     "MDM4MDk5MDAxMjM0"};
	struct gw_correction in = sample();

	encode(&in);
	cr_assert_not_null(strstr(text.data, "Nguyễn Thị Hoa"), "%s", text.data);
	cr_assert_not_null(strstr(text.data, "hỏi lại"), "%s", text.data);
	cr_assert_not_null(strstr(text.data, "ngay_sinh"), "%s", text.data);
	for (size_t i = 0; i < sizeof hidden / sizeof hidden[0]; i++) {
		cr_assert_null(strstr(text.data, hidden[i]), "%s can be read", hidden[i]);
		cr_assert_null(strstr(key.data, hidden[i]), "%s can be read", hidden[i]);
	}
}

static void
key_of(const struct gw_correction *correction, char out[65])
{
	encode(correction);
	cr_assert_eq(key.len, 64, "%zu", key.len);
	memcpy(out, key.data, 65);
}

Test(correction, replaces_an_earlier_one_of_the_same_bad_value_and_no_other)
{
	static const char *const other_key[] = {"7", "038099001235"};
	/* The same texts, but parted elsewhere. */
	static const char *const parted[] = {"70", "38099001234"};
	struct gw_correction first = sample(), next;
	char want[65], got[65];

	key_of(&first, want);
	next = sample();
	next.value = "1990-03-02";
	next.reason = "another reason";
	next.at_us++;
	key_of(&next, got);
	cr_assert_str_eq(got, want, "it would not replace the first one");
	for (int i = 0; i < 6; i++) {
		next = sample();
		if (i == 0)
			next.bad = "30/02/1990";
		else if (i == 1)
			next.bad = NULL;
		else if (i == 2)
			next.column = "ngay_cap";
		else if (i == 3)
			next.key.values = other_key;
		else if (i == 4)
			next.key.values = parted;
		else
			memcpy(next.stream, "recorf", 6);
		key_of(&next, got);
		cr_assert_str_neq(got, want, "case %d would replace the first one", i);
	}
	secret[0] ^= 1;
	key_of(&first, got);
	cr_assert_str_neq(got, want, "the cell can be guessed without the secret");
}

Test(correction, that_cannot_be_one_is_refused)
{
	static char huge[1024 * 1024];
	struct gw_correction in = sample(), out;
	struct gw_error err;

	in.key.count = 2;
	cr_assert_eq(gw_correction_encode(&in, keys.public_key, secret, &key, &text, &err),
		     GW_REJECT, "two rows");
	in = sample();
	memset(huge, 'x', sizeof huge - 1);
	in.value = huge;
	cr_assert_eq(gw_correction_encode(&in, keys.public_key, secret, &key, &text, &err),
		     GW_REJECT, "too long");
	cr_assert_not_null(strstr(err.text, "ngay_sinh"), "%s", err.text);
	cr_assert_eq(key.len + text.len, 0, "something was put out");
	in = sample();
	encode(&in);
	cr_assert_eq(gw_correction_decode(text.data, text.len, &others, &arena, &out, &err),
		     GW_REJECT, "it was opened by another key");
	cr_assert_eq(gw_correction_decode(text.data, text.len - 1, &keys, &arena, &out, &err),
		     GW_REJECT, "half a message");
	cr_assert_eq(gw_correction_decode("{}", 2, &keys, &arena, &out, &err), GW_REJECT, "{}");
}

/* ---- through Kafka to a batch ----------------------------------------------------------- */

enum { ROWS = 3, COLUMNS = 3 };

static const char *const names[COLUMNS] = {"id", "ten", "ngay_sinh"};
static const char *const id_column[] = {"id"};
static struct gw_value cells[ROWS * COLUMNS];

static struct gw_value
text_value(const char *t)
{
	return (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)strlen(t), .as.text = t};
}

/* Rows 1 to 3; a number, a text, and a date, a text or nothing. */
static void
fill_batch(void)
{
	gw_arena_reset(&batch.arena);
	batch.values = cells;
	batch.nrows = ROWS;
	batch.ncolumns = COLUMNS;
	for (int64_t r = 0; r < ROWS; r++) {
		cells[r * COLUMNS] = (struct gw_value){.kind = GW_INT, .as.integer = r + 1};
		cells[r * COLUMNS + 1] = text_value("Lê");
	}
	cells[2] = (struct gw_value){.kind = GW_DATE, .as.integer = 0};
	cells[5] = text_value("31/02/1990");
	cells[8] = (struct gw_value){.kind = GW_NULL};
}

static void
open_mock(void)
{
	struct gw_error err;

	mock_start(&mock);
	mock_topic(&mock, TOPIC, 1);
	cr_assert_eq(gw_producer_open_desk(&mock.config, &desk, &err), GW_OK, "%s", err.text);
	fill_batch();
}

static void
close_mock(void)
{
	gw_producer_close(desk);
	mock_stop(&mock);
	gw_arena_release(&batch.arena);
}

static void
produce(const void *k, size_t klen, const void *v, size_t vlen)
{
	const struct gw_message message = {
		.topic = TOPIC, .key = k, .key_len = klen, .value = v, .value_len = vlen};
	struct gw_error err;

	cr_assert_eq(gw_producer_begin(desk, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_producer_send(desk, &message, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_producer_commit(desk, &err), GW_OK, "%s", err.text);
}

static struct gw_correction
of_row(const char *const *id, const char *column, const char *bad, const char *good)
{
	struct gw_correction c = sample();

	c.key = (struct gw_keys){.columns = id_column, .ncolumns = 1, .values = id, .count = 1};
	c.column = column;
	c.bad = bad;
	c.value = good;
	return c;
}

static void
correct(const char *id, const char *column, const char *bad, const char *good)
{
	struct gw_correction c = of_row(&id, column, bad, good);

	encode(&c);
	produce(key.data, key.len, text.data, text.len);
}

static struct gw_corrections *
open_corrections(const struct gw_pull_keys *with)
{
	struct gw_corrections *corrections = NULL;
	struct gw_error err;

	cr_assert_eq(gw_corrections_open(&mock.config, "health", with, &corrections, &err), GW_OK,
		     "%s", err.text);
	return corrections;
}

static size_t
apply(const struct gw_corrections *corrections, const char *stream)
{
	size_t applied = 77;
	struct gw_error err;

	cr_assert_eq(gw_corrections_apply(corrections, stream, names, &batch, &applied, &err),
		     GW_OK, "%s", err.text);
	return applied;
}

static void
assert_cell(size_t i, const char *want)
{
	cr_assert_eq(cells[i].kind, GW_TEXT, "cell %zu is %s", i, gw_kind_name(cells[i].kind));
	cr_assert(cells[i].len == strlen(want) && memcmp(cells[i].as.text, want, cells[i].len) == 0,
		  "cell %zu is %.*s", i, (int)cells[i].len, cells[i].as.text);
}

Test(correction, changes_its_cell_while_the_bad_value_stands)
{
	struct gw_corrections *corrections;

	open_mock();
	correct("1", "ngay_sinh", "1970-01-01", "1990-01-01");
	correct("2", "ngay_sinh", "31/02/1990", NULL);
	correct("3", "ngay_sinh", NULL, "2000-01-01");
	correct("3", "ten", "Lê Lợi", "Lê Lai");
	correct("4", "ten", "Lê", "Lê Lai");
	corrections = open_corrections(&keys);
	cr_assert_eq(gw_corrections_count(corrections), 5, "%zu",
		     gw_corrections_count(corrections));
	cr_assert_eq(apply(corrections, "other"), 0, "of another stream");
	cr_assert_eq(apply(corrections, "record"), 3, "another number of cells");
	assert_cell(2, "1990-01-01");
	cr_assert_eq(cells[5].kind, GW_NULL, "%s", gw_kind_name(cells[5].kind));
	assert_cell(8, "2000-01-01");
	assert_cell(7, "Lê");
	cr_assert_eq(apply(corrections, "record"), 0, "it stands on what it made itself");
	gw_corrections_close(corrections);
	close_mock();
}

Test(correction, is_a_value_of_its_kind)
{
	static const struct {
		enum gw_kind kind;
		const char *value;
		struct gw_value want;
	} cases[] = {
		{GW_DATE, "1990-01-01", {.kind = GW_DATE, .as.integer = 7305}},
		{GW_INT, "-7", {.kind = GW_INT, .as.integer = -7}},
		{GW_DECIMAL, "1.50", {.kind = GW_DECIMAL, .len = 4, .as.text = "1.50"}},
		/* What was no value of its kind is left to be rejected as text. */
		{GW_DATE, "never", {.kind = GW_TEXT, .len = 5, .as.text = "never"}},
	};

	open_mock();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *id = "1";
		struct gw_correction in = of_row(&id, "ngay_sinh", "1970-01-01", cases[i].value);
		struct gw_corrections *corrections;

		in.kind = cases[i].kind;
		encode(&in);
		produce(key.data, key.len, text.data, text.len);
		corrections = open_corrections(&keys);
		fill_batch();
		cr_assert_eq(apply(corrections, "record"), 1, "%s", cases[i].value);
		cr_assert(gw_value_equal(&cells[2], &cases[i].want), "%s became %s", cases[i].value,
			  gw_kind_name(cells[2].kind));
		gw_corrections_close(corrections);
	}
	close_mock();
}

Test(correction, that_comes_later_replaces_stands_on_or_ends_an_earlier_one)
{
	struct gw_corrections *corrections;
	struct gw_error err;

	open_mock();
	correct("2", "ngay_sinh", "31/02/1990", "30/02/1990");
	corrections = open_corrections(&keys);
	/* What was loaded with its correction was rejected again, and corrected as it was. */
	correct("2", "ngay_sinh", "30/02/1990", "1990-02-28");
	cr_assert_eq(gw_corrections_refresh(corrections, &err), GW_OK, "%s", err.text);
	cr_assert_eq(apply(corrections, "record"), 2, "one on the other");
	assert_cell(5, "1990-02-28");

	fill_batch();
	correct("2", "ngay_sinh", "31/02/1990", "1990-03-03");
	cr_assert_eq(gw_corrections_catch_up(corrections, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_corrections_count(corrections), 2, "%zu",
		     gw_corrections_count(corrections));
	cr_assert_eq(apply(corrections, "record"), 1, "the first one was replaced");
	assert_cell(5, "1990-03-03");

	fill_batch();
	produce(key.data, key.len, NULL, 0);
	cr_assert_eq(gw_corrections_refresh(corrections, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_corrections_count(corrections), 1, "a tombstone ends it");
	cr_assert_eq(apply(corrections, "record"), 0, "it was ended");
	gw_corrections_close(corrections);
	close_mock();
}

Test(correction, goes_round_in_no_circle)
{
	struct gw_corrections *corrections;

	open_mock();
	correct("2", "ngay_sinh", "31/02/1990", "28/02/1990");
	correct("2", "ngay_sinh", "28/02/1990", "31/02/1990");
	corrections = open_corrections(&keys);
	cr_assert_eq(apply(corrections, "record"), 2, "there and back");
	assert_cell(5, "31/02/1990");
	gw_corrections_close(corrections);
	close_mock();
}

Test(correction, leaves_deleted_rows_and_batches_without_its_column_alone)
{
	static const bool deleted[ROWS] = {false, true, false};
	struct gw_corrections *corrections;

	open_mock();
	correct("2", "ngay_sinh", "31/02/1990", "x");
	correct("1", "no_such_column", "Lê", "x");
	corrections = open_corrections(&keys);
	batch.deleted = deleted;
	cr_assert_eq(apply(corrections, "record"), 0, "a deleted row was corrected");
	cells[2] = cells[3];
	batch.ncolumns = 2;
	batch.deleted = NULL;
	batch.nrows = 2;
	cr_assert_eq(apply(corrections, "record"), 0, "there is no such column");
	gw_corrections_close(corrections);
	close_mock();
}

Test(correction, that_cannot_be_opened_is_counted_and_passed_over)
{
	struct gw_corrections *corrections;

	open_mock();
	correct("2", "ngay_sinh", "31/02/1990", "x");
	produce("no hash", 7, "{}", 2);
	produce(key.data, key.len, "{}", 2);
	corrections = open_corrections(&keys);
	cr_assert_eq(gw_corrections_unreadable(corrections), 2, "both");
	cr_assert_eq(gw_corrections_unreadable(corrections), 0, "they were told already");
	cr_assert_eq(gw_corrections_count(corrections), 0, "it was overwritten");
	gw_corrections_close(corrections);
	correct("2", "ngay_sinh", "31/02/1990", "x");
	corrections = open_corrections(&others);
	cr_assert_eq(gw_corrections_unreadable(corrections), 4, "sealed to another pull");
	gw_corrections_close(corrections);
	close_mock();
}

Test(correction, is_found_among_thousands)
{
	enum { MANY = 3000 };
	struct gw_corrections *corrections;
	struct gw_message message = {.topic = TOPIC};
	struct gw_error err;

	open_mock();
	cr_assert_eq(gw_producer_begin(desk, &err), GW_OK, "%s", err.text);
	for (int i = 0; i < MANY; i++) {
		char id[16];
		const char *at = id;
		struct gw_correction c = of_row(&at, "ten", "Lê", id);

		(void)snprintf(id, sizeof id, "%d", i);
		encode(&c);
		message.key = key.data;
		message.key_len = key.len;
		message.value = text.data;
		message.value_len = text.len;
		cr_assert_eq(gw_producer_send(desk, &message, &err), GW_OK, "%s", err.text);
	}
	cr_assert_eq(gw_producer_commit(desk, &err), GW_OK, "%s", err.text);
	corrections = open_corrections(&keys);
	cr_assert_eq(gw_corrections_count(corrections), MANY, "%zu",
		     gw_corrections_count(corrections));
	cr_assert_eq(apply(corrections, "record"), ROWS, "each row has one");
	assert_cell(1, "1");
	assert_cell(4, "2");
	assert_cell(7, "3");
	gw_corrections_close(corrections);
	close_mock();
}

Test(correction, without_a_topic_there_are_none)
{
	struct gw_corrections *corrections = NULL;
	struct gw_error err;

	mock_start(&mock);
	mock_no_topic(&mock, TOPIC);
	fill_batch();
	cr_assert_eq(gw_corrections_open(&mock.config, "health", &keys, &corrections, &err), GW_OK,
		     "%s", err.text);
	cr_assert_eq(gw_corrections_refresh(corrections, &err), GW_OK, "%s", err.text);
	cr_assert_eq(apply(corrections, "record"), 0, "there is none");
	gw_corrections_close(corrections);
	close_mock();
}
