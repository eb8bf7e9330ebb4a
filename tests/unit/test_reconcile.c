/* Sums by bucket, what goes to and fro about keys, columns read back, and the guard. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avro/codec.h"
#include "load/canon.h"
#include "reconcile/column.h"
#include "reconcile/reconcile.h"

static struct gw_error err;

static void
add(struct gw_buckets *buckets, const char *key, int64_t hash)
{
	gw_buckets_add(buckets, key, strlen(key), hash);
}

static size_t
differing(const struct gw_buckets *a, const struct gw_buckets *b)
{
	size_t n = 0;

	for (size_t i = 0; i < GW_BUCKETS; i++)
		n += gw_buckets_differ(a, b, i);
	return n;
}

static struct gw_buckets *
new_buckets(void)
{
	struct gw_buckets *buckets = calloc(1, sizeof *buckets);

	cr_assert_not_null(buckets);
	return buckets;
}

Test(reconcile, sums_do_not_depend_on_the_order_of_rows)
{
	struct gw_buckets *a = new_buckets(), *b = new_buckets();
	char key[16];

	for (int i = 0; i < 1000; i++) {
		(void)snprintf(key, sizeof key, "k%d", i);
		add(a, key, i * 7);
		(void)snprintf(key, sizeof key, "k%d", 999 - i);
		add(b, key, (999 - i) * 7);
	}
	cr_assert_eq(differing(a, b), 0);
	cr_assert_eq(a->rows, 1000);
	cr_assert_eq(a->key_bytes, b->key_bytes);
	free(a);
	free(b);
}

Test(reconcile, tells_every_kind_of_difference_by_its_bucket)
{
	static const struct {
		const char *what;
		const char *keys[2][2];
		int64_t hashes[2][2];
		size_t buckets;
	} cases[] = {
		{"one row has another content", {{"x", "y"}, {"x", "y"}}, {{1, 2}, {1, 3}}, 1},
		{"a row is missing", {{"x", "y"}, {"x", NULL}}, {{1, 2}, {1, 0}}, 1},
		{"a key is another one", {{"x", "y"}, {"x", "z"}}, {{1, 2}, {1, 2}}, 2},
		{"two rows have changed places", {{"x", "y"}, {"x", "y"}}, {{1, 2}, {2, 1}}, 2},
		{"a row stands twice", {{"x", NULL}, {"x", "x"}}, {{1, 0}, {1, 1}}, 1},
		{"nothing differs", {{"x", "y"}, {"y", "x"}}, {{1, 2}, {2, 1}}, 0},
	};

	for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
		struct gw_buckets *sides[2] = {new_buckets(), new_buckets()};

		for (int s = 0; s < 2; s++)
			for (int i = 0; i < 2; i++)
				if (cases[c].keys[s][i] != NULL)
					add(sides[s], cases[c].keys[s][i], cases[c].hashes[s][i]);
		cr_expect_eq(differing(sides[0], sides[1]), cases[c].buckets, "%s", cases[c].what);
		free(sides[0]);
		free(sides[1]);
	}
}

Test(reconcile, sums_come_back_from_a_message_as_they_were)
{
	struct gw_buckets *a = new_buckets(), *b = new_buckets();
	struct gw_buf buf;

	add(a, "x", INT64_MIN);
	add(a, "y", INT64_MAX);
	a->rejected = 3;
	a->version = 1795349244158574;
	gw_buf_init(&buf, GW_BUCKETS_PACKED + 1);
	gw_buckets_pack(a, &buf);
	cr_assert(!buf.failed);
	cr_assert_eq(buf.len, (size_t)GW_BUCKETS_PACKED);
	cr_assert_lt(buf.len, (size_t)1024 * 1024, "more than a mebibyte");
	cr_assert(gw_buckets_unpack((unsigned char *)buf.data, buf.len, b));
	cr_assert_eq(memcmp(a, b, sizeof *a), 0);
	cr_assert(!gw_buckets_unpack((unsigned char *)buf.data, buf.len - 1, b), "cut");
	buf.data[0] = 'X';
	cr_assert(!gw_buckets_unpack((unsigned char *)buf.data, buf.len, b), "something else");
	gw_buf_release(&buf);
	free(a);
	free(b);
}

Test(reconcile, a_parcel_of_keys_comes_back_as_it_was)
{
	const struct gw_parcel_entry entries[] = {
		{GW_DIFFERENCE_LISTED,
		 "a\x1f"
		 "b",
		 3, -5},
		{GW_DIFFERENCE_MISSING, "k", 1, 7},
		{GW_DIFFERENCE_EXTRA, "e", 1, 0},
	};
	struct gw_parcel_head head = {.allow = 20, .rows = 99}, got;
	struct gw_parcel_reader reader;
	struct gw_parcel_entry entry;
	struct gw_buf buf;
	size_t room = 0;

	gw_bucket_put(&head.set, 0);
	gw_bucket_put(&head.set, GW_BUCKETS - 1);
	gw_buf_init(&buf, 65536);
	gw_parcel_begin(&head, &buf);
	for (size_t i = 0; i < 3; i++) {
		room = buf.len + gw_parcel_room(&entries[i]);
		gw_parcel_add(&entries[i], &buf);
		cr_assert_eq(buf.len, room, "an entry takes the room that was told");
	}
	gw_parcel_mark_more(&buf);
	cr_assert(gw_parcel_open((unsigned char *)buf.data, buf.len, &got, &reader));
	cr_assert_eq(got.allow, 20);
	cr_assert_eq(got.rows, 99);
	cr_assert(got.more);
	cr_assert(gw_bucket_has(&got.set, 0) && gw_bucket_has(&got.set, GW_BUCKETS - 1));
	cr_assert(!gw_bucket_has(&got.set, 1));
	for (size_t i = 0; i < 3; i++) {
		cr_assert_eq(gw_parcel_next(&reader, &entry), 1);
		cr_assert_eq(entry.kind, entries[i].kind);
		cr_assert_eq(entry.len, entries[i].len);
		cr_assert_eq(memcmp(entry.key, entries[i].key, entry.len), 0);
		cr_assert_eq(entry.hash, entries[i].hash);
	}
	cr_assert_eq(gw_parcel_next(&reader, &entry), 0);
	gw_buf_release(&buf);
}

Test(reconcile, a_damaged_parcel_is_refused_wherever_it_is_cut)
{
	const struct gw_parcel_head head = {.allow = 0};
	const struct gw_parcel_entry one = {GW_DIFFERENCE_LISTED, "key", 3, 1};
	struct gw_parcel_head got;
	struct gw_parcel_reader reader;
	struct gw_parcel_entry entry;
	struct gw_buf buf;
	size_t whole;

	gw_buf_init(&buf, 65536);
	gw_parcel_begin(&head, &buf);
	whole = buf.len;
	gw_parcel_add(&one, &buf);
	for (size_t len = 0; len < whole; len++)
		cr_assert(!gw_parcel_open((unsigned char *)buf.data, len, &got, &reader));
	for (size_t len = whole + 1; len < buf.len; len++) {
		cr_assert(gw_parcel_open((unsigned char *)buf.data, len, &got, &reader));
		cr_assert_eq(gw_parcel_next(&reader, &entry), -1);
	}
	buf.data[whole] = GW_DIFFERENCES;
	cr_assert(gw_parcel_open((unsigned char *)buf.data, buf.len, &got, &reader));
	cr_assert_eq(gw_parcel_next(&reader, &entry), -1, "an unknown kind");
	gw_buf_release(&buf);
}

/* ---- columns -------------------------------------------------------------------------------- */

static struct gw_value
text_of(enum gw_kind kind, const char *text)
{
	return (struct gw_value){.kind = kind, .len = (uint32_t)strlen(text), .as.text = text};
}

static struct gw_value
number(enum gw_kind kind, int64_t n)
{
	return (struct gw_value){.kind = kind, .as.integer = n};
}

static struct gw_value
real(double n)
{
	return (struct gw_value){.kind = GW_FLOAT, .as.real = n};
}

/* Into the column's wire form and back. */
static struct gw_value
round_trip(enum gw_column_type type, const struct gw_value *value, struct gw_buf *wire,
	   struct gw_arena *arena)
{
	struct gw_value back;

	gw_buf_clear(wire);
	cr_assert_eq(gw_copy_in_value(wire, type, value, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_column_value(type, wire->data + 4, wire->len - 4, arena, &back, &err),
		     GW_OK);
	return back;
}

static const struct {
	const char *type; /* in Avro */
	enum gw_column_type column;
	const char *kind; /* of the values: i, f, n (decimal), t, b, d, s (timestamp), ? (bool) */
	const char *values[12];
} trips[] = {
	{"\"boolean\"", GW_COLUMN_BOOLEAN, "?", {"0", "1"}},
	{"\"int\"", GW_COLUMN_INTEGER, "i", {"0", "-1", "2147483647", "-2147483648"}},
	{"\"long\"",
	 GW_COLUMN_BIGINT,
	 "i",
	 {"0", "-1", "9223372036854775807", "-9223372036854775808"}},
	{"\"float\"", GW_COLUMN_REAL, "f", {"0", "-0.5", "0.1", "3.0e38", "1e-40"}},
	{"\"double\"", GW_COLUMN_DOUBLE, "f", {"0", "-0.0", "0.1", "1e308", "4.9e-324"}},
	{"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":40,\"scale\":8}",
	 GW_COLUMN_NUMERIC,
	 "n",
	 {"0", "-0.07", "1", "-1", "10000", "10000.0001", "12345678.12345678", "0.00000001",
	  "99990000", "00012.50", "123456789012345678901234567890.12"}},
	{"\"string\"", GW_COLUMN_TEXT, "t", {"", "x", "tiếng Việt"}},
	{"{\"type\":\"string\",\"logicalType\":\"partial-date\"}",
	 GW_COLUMN_TEXT,
	 "t",
	 {"1977", "1977-05", "1977-05-09"}},
	{"\"bytes\"", GW_COLUMN_BYTEA, "b", {"", "\xff\x01"}},
	{"{\"type\":\"int\",\"logicalType\":\"date\"}",
	 GW_COLUMN_DATE,
	 "d",
	 {"0", "-719162", "2932896", "10957"}},
	{"{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}",
	 GW_COLUMN_TIMESTAMPTZ,
	 "s",
	 {"0", "-1", "1795349244158574", "-62135596800000000", "946684800000000"}},
	{"{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}",
	 GW_COLUMN_TIMESTAMPTZ,
	 "s",
	 {"0", "-1000", "1795349244158000"}},
};

static struct gw_value
value_of(char kind, const char *text)
{
	switch (kind) {
	case '?':
		return (struct gw_value){.kind = GW_BOOL, .as.truth = text[0] == '1'};
	case 'i':
		return number(GW_INT, strtoll(text, NULL, 10));
	case 'd':
		return number(GW_DATE, strtoll(text, NULL, 10));
	case 's':
		return number(GW_TIMESTAMP, strtoll(text, NULL, 10));
	case 'f':
		return real(strtod(text, NULL));
	case 'n':
		return text_of(GW_DECIMAL, text);
	case 'b':
		return text_of(GW_BYTES, text);
	default:
		return text_of(GW_TEXT, text);
	}
}

static struct gw_schema *
schema_of(const char *type, bool nullable)
{
	struct gw_schema *schema;
	char text[512];
	int len = snprintf(text, sizeof text,
			   "{\"type\":\"record\",\"name\":\"T\",\"fields\":[{\"name\":\"f\","
			   "\"type\":%s%s%s%s}]}",
			   nullable ? "[\"null\"," : "", type, nullable ? "]" : "",
			   nullable ? ",\"default\":null" : "");

	cr_assert_eq(gw_schema_parse("test", text, (size_t)len, false, &schema, &err), GW_OK, "%s",
		     err.text);
	return schema;
}

Test(reconcile, every_type_has_the_same_hash_after_the_warehouse)
{
	struct gw_buf wire;
	struct gw_arena arena;

	gw_buf_init(&wire, 4096);
	gw_arena_init(&arena, 1024 * 1024);
	for (size_t t = 0; t < sizeof trips / sizeof trips[0]; t++) {
		struct gw_schema *schema = schema_of(trips[t].type, t % 2 == 0);

		cr_assert_eq(gw_canon_type(&schema->fields[0]), trips[t].column);
		for (size_t v = 0; v < 12 && trips[t].values[v] != NULL; v++) {
			struct gw_value value = value_of(trips[t].kind[0], trips[t].values[v]);
			struct gw_value back = round_trip(trips[t].column, &value, &wire, &arena);

			cr_expect_eq(back.kind, value.kind, "%s %s", trips[t].type,
				     trips[t].values[v]);
			cr_expect_eq(gw_record_hash(schema, &value), gw_record_hash(schema, &back),
				     "%s %s", trips[t].type, trips[t].values[v]);
		}
		gw_schema_free(schema);
	}
	gw_arena_release(&arena);
	gw_buf_release(&wire);
}

Test(reconcile, what_only_a_hand_can_have_put_there_is_no_value_of_a_record)
{
	static const struct {
		enum gw_column_type type;
		size_t len;
		unsigned char wire[10];
	} cases[] = {
		{GW_COLUMN_DATE, 4, {0x7f, 0xff, 0xff, 0xff}},
		{GW_COLUMN_DATE, 4, {0x80}},
		{GW_COLUMN_TIMESTAMPTZ, 8, {0x7f, 255, 255, 255, 255, 255, 255, 255}},
		{GW_COLUMN_TIMESTAMPTZ, 8, {0x80}},
		{GW_COLUMN_NUMERIC, 8, {0, 0, 0, 0, 0xc0}},
		{GW_COLUMN_NUMERIC, 8, {0, 0, 0, 0, 0xd0}},
	};
	struct gw_arena arena;
	struct gw_value value;

	gw_arena_init(&arena, 1024 * 1024);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		cr_assert_eq(gw_column_value(cases[i].type, (const char *)cases[i].wire,
					     cases[i].len, &arena, &value, &err),
			     GW_OK);
		cr_expect_eq(value.kind, GW_UNHELD, "case %zu", i);
	}
	gw_arena_release(&arena);
}

Test(reconcile, a_damaged_column_is_an_error)
{
	static const struct {
		enum gw_column_type type;
		size_t len;
		unsigned char wire[10];
	} cases[] = {
		{GW_COLUMN_INTEGER, 3, {0}},     {GW_COLUMN_BIGINT, 4, {0}},
		{GW_COLUMN_BOOLEAN, 0, {0}},     {GW_COLUMN_DATE, 8, {0}},
		{GW_COLUMN_NUMERIC, 7, {0}},     {GW_COLUMN_NUMERIC, 8, {0, 1}},
		{GW_COLUMN_NUMERIC, 10, {0, 0}},
	};
	struct gw_arena arena;
	struct gw_value value;

	gw_arena_init(&arena, 1024 * 1024);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect_eq(gw_column_value(cases[i].type, (const char *)cases[i].wire,
					     cases[i].len, &arena, &value, &err),
			     GW_RETRY, "case %zu", i);
	gw_arena_release(&arena);
}

Test(reconcile, a_widened_column_is_whole_again_for_a_whole_field)
{
	struct gw_schema *whole = schema_of("\"long\"", false),
			 *part = schema_of("\"double\"", false);
	struct gw_value value = real(12), half = real(12.5), same = real(12);

	gw_column_narrow(&whole->fields[0], &value);
	cr_assert(value.kind == GW_INT && value.as.integer == 12);
	gw_column_narrow(&whole->fields[0], &half);
	cr_assert_eq(half.kind, GW_FLOAT, "what is not whole stays what it is");
	gw_column_narrow(&part->fields[0], &same);
	cr_assert_eq(same.kind, GW_FLOAT);
	gw_schema_free(whole);
	gw_schema_free(part);
}

Test(reconcile, the_guard_is_the_lesser_of_a_hundredth_and_a_hundred)
{
	static const struct {
		int64_t source, warehouse, guard;
	} cases[] = {
		{50, 50, 0},       {99, 99, 0},         {100, 100, 1},           {500, 500, 5},
		{9999, 9999, 99},  {10000, 10000, 100}, {1000000, 1000000, 100}, {0, 1000000, 0},
		{1, 1000000, 100},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect_eq(gw_reconcile_guard(cases[i].source, cases[i].warehouse),
			     cases[i].guard, "%lld rows", (long long)cases[i].warehouse);
}
