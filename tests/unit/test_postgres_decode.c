#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"
#include "postgres/decode.h"

static struct gw_arena arena;

static void
setup(void)
{
	gw_arena_init(&arena, (size_t)1 << 20);
}

static void
teardown(void)
{
	gw_arena_release(&arena);
}

TestSuite(postgres_decode, .init = setup, .fini = teardown);

/* Decodes hex. */
static enum gw_pg_decoded
decode(enum gw_pg_wire wire, const char *hex, struct gw_value *out)
{
	size_t len = strlen(hex) / 2;
	unsigned char *bytes = gw_arena_alloc(&arena, len + 1);

	cr_assert(gw_hex_decode(hex, 2 * len, bytes, len));
	return gw_pg_decode(wire, (const char *)bytes, (uint32_t)len, &arena, out);
}

static void
expect_text(enum gw_pg_wire wire, const char *hex, enum gw_kind kind, const char *want)
{
	struct gw_value value;

	cr_assert_eq(decode(wire, hex, &value), GW_PG_DECODED, "%s", hex);
	cr_assert_eq(value.kind, kind, "%s: kind %d", hex, (int)value.kind);
	cr_assert_eq(value.len, strlen(want), "%s: %.*s", hex, (int)value.len, value.as.text);
	cr_assert_arr_eq(value.as.text, want, strlen(want), "%s: %.*s", hex, (int)value.len,
			 value.as.text);
}

static void
expect_integer(enum gw_pg_wire wire, const char *hex, enum gw_kind kind, int64_t want)
{
	struct gw_value value;

	cr_assert_eq(decode(wire, hex, &value), GW_PG_DECODED, "%s", hex);
	cr_assert_eq(value.kind, kind);
	cr_assert_eq(value.as.integer, want, "%s: %lld", hex, (long long)value.as.integer);
}

Test(postgres_decode, keeps_every_digit_of_a_numeric)
{
	static const struct {
		const char *hex; /* count, weight, sign, scale, digits */
		const char *want;
	} cases[] = {
		{"0000000000000000", "0"},
		{"0000000000000002", "0.00"},
		{"00010000000000000001", "1"},
		{"00010000400000000001", "-1"},
		{"0001000000000000270f", "9999"},
		{"00010001000000000001", "10000"},
		{"000200010000000000010001", "10001"},
		{"0001000200000000000c", "1200000000"},
		{"0002000000000002000c1388", "12.50"},
		{"0002000040000001000c1388", "-12.5"},
		{"0001ffff000000021388", "0.50"},
		{"0001ffff000000040001", "0.0001"},
		{"0001fffe000000060064", "0.000001"},
		{"0001fffb000000140001", "0.00000000000000000001"},
		{"000200000000000300010000", "1.000"},
		{"0003000100000005007b11d71edc", "1234567.79000"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect_text(GW_PG_NUMERIC, cases[i].hex, GW_DECIMAL, cases[i].want);
}

Test(postgres_decode, holds_the_largest_weight)
{
	struct gw_value value;

	/* 10^131068, and not a digit less */
	cr_assert_eq(decode(GW_PG_NUMERIC, "00017fff000000000001", &value), GW_PG_DECODED);
	cr_assert_eq(value.len, 32767 * 4 + 1);
	cr_assert_eq(value.as.text[0], '1');
	cr_assert_eq(value.as.text[value.len - 1], '0');
}

Test(postgres_decode, refuses_a_numeric_that_contradicts_itself)
{
	static const char *const cases[] = {
		"",                         /* nothing */
		"00010000000000",           /* too short for a header */
		"0001000000000000",         /* a digit that is not there */
		"00010000000000000001ff",   /* half a digit more */
		"000100000000000027100001", /* a digit more */
		"00010000000000002710",     /* 10000 is no digit */
		"00010000100000000001",     /* no such sign */
		"ffff000000000000",         /* minus one digits */
		"00010000000040000001",     /* scale over the limit */
		"000100000000ffff0001",     /* negative scale */
	};
	struct gw_value value;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_eq(decode(GW_PG_NUMERIC, cases[i], &value), GW_PG_DAMAGED, "%s",
			     cases[i]);
}

Test(postgres_decode, names_what_no_kind_holds)
{
	static const struct {
		enum gw_pg_wire wire;
		const char *hex, *word;
	} cases[] = {
		{GW_PG_NUMERIC, "00000000c0000000", "numeric_nan"},
		{GW_PG_NUMERIC, "00000000d0000000", "numeric_infinity"},
		{GW_PG_NUMERIC, "00000000f0000000", "numeric_infinity"},
		{GW_PG_DATE, "7fffffff", "date_infinity"},
		{GW_PG_DATE, "80000000", "date_infinity"},
		{GW_PG_TIMESTAMP, "7fffffffffffffff", "timestamp_infinity"},
		{GW_PG_TIMESTAMP, "8000000000000000", "timestamp_infinity"},
		{GW_PG_TIMESTAMP, "7ffffffffffffffe", "timestamp_range"},
		{GW_PG_FLOAT4, "7fc00000", "float_nan"},
		{GW_PG_FLOAT4, "ff800000", "float_infinity"},
		{GW_PG_FLOAT8, "7ff8000000000000", "float_nan"},
		{GW_PG_FLOAT8, "7ff0000000000000", "float_infinity"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		expect_text(cases[i].wire, cases[i].hex, GW_UNHELD, cases[i].word);
}

Test(postgres_decode, reads_whole_numbers_of_every_width)
{
	expect_integer(GW_PG_INT2, "8000", GW_INT, INT16_MIN);
	expect_integer(GW_PG_INT2, "7fff", GW_INT, INT16_MAX);
	expect_integer(GW_PG_INT4, "80000000", GW_INT, INT32_MIN);
	expect_integer(GW_PG_INT4, "ffffffff", GW_INT, -1);
	expect_integer(GW_PG_OID, "ffffffff", GW_INT, UINT32_MAX);
	expect_integer(GW_PG_INT8, "8000000000000000", GW_INT, INT64_MIN);
	expect_integer(GW_PG_INT8, "7fffffffffffffff", GW_INT, INT64_MAX);
}

Test(postgres_decode, counts_days_and_microseconds_from_1970)
{
	expect_integer(GW_PG_DATE, "00000000", GW_DATE, 10957);
	expect_integer(GW_PG_DATE, "ffffd533", GW_DATE, 0);
	expect_integer(GW_PG_TIMESTAMP, "0000000000000000", GW_TIMESTAMP, INT64_C(946684800000000));
	expect_integer(GW_PG_TIMESTAMP, "ffffffffffffffff", GW_TIMESTAMP, INT64_C(946684799999999));
}

Test(postgres_decode, reads_texts_in_their_forms)
{
	expect_text(GW_PG_TEXT, "4d61", GW_TEXT, "Ma");
	expect_text(GW_PG_TEXT, "", GW_TEXT, "");
	expect_text(GW_PG_TEXT, "412020", GW_TEXT, "A  ");
	expect_text(GW_PG_BPCHAR, "412020", GW_TEXT, "A");
	expect_text(GW_PG_BPCHAR, "202020", GW_TEXT, "");
	expect_text(GW_PG_BPCHAR, "20412020", GW_TEXT, " A");
	expect_text(GW_PG_JSONB, "017b7d", GW_TEXT, "{}");
	expect_text(GW_PG_BYTES, "41ff", GW_BYTES, "A\xff");
	expect_text(GW_PG_UUID, "a0eebc999c0b4ef8bb6d6bb9bd380a11", GW_TEXT,
		    "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
}

Test(postgres_decode, refuses_lengths_that_a_type_never_has)
{
	static const struct {
		enum gw_pg_wire wire;
		const char *hex;
	} cases[] = {
		{GW_PG_BOOL, ""},        {GW_PG_BOOL, "0101"},     {GW_PG_INT2, "01"},
		{GW_PG_INT4, "0001"},    {GW_PG_INT8, "00000001"}, {GW_PG_OID, "0000000001"},
		{GW_PG_FLOAT4, ""},      {GW_PG_FLOAT8, "00"},     {GW_PG_UUID, "00"},
		{GW_PG_DATE, "000000"},  {GW_PG_TIMESTAMP, "00"},  {GW_PG_JSONB, ""},
		{GW_PG_JSONB, "027b7d"},
	};
	struct gw_value value;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_eq(decode(cases[i].wire, cases[i].hex, &value), GW_PG_DAMAGED, "%zu", i);
}
