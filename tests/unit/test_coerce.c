#include <criterion/criterion.h>
#include <stdlib.h>

#include "batch_case.h"

/* What one value comes to in a field of this type. */
static const struct {
	enum gw_avro_type type;
	enum gw_avro_logical logical;
	struct gw_value in;
	const char *out; /* as show() has it, or !code */
} coercions[] = {
	{GW_AVRO_BOOLEAN, 0, {.kind = GW_BOOL, .as.truth = true}, "true"},
	{GW_AVRO_BOOLEAN, 0, {.kind = GW_INT, .as.integer = 1}, "!schema.type"},
	{GW_AVRO_INT, 0, {.kind = GW_INT, .as.integer = INT32_MAX}, "2147483647"},
	{GW_AVRO_INT, 0, {.kind = GW_INT, .as.integer = INT64_C(2147483648)}, "!schema.range"},
	{GW_AVRO_INT, 0, {.kind = GW_DECIMAL, .len = 4, .as.text = "12.0"}, "12"},
	{GW_AVRO_INT, 0, {.kind = GW_DECIMAL, .len = 4, .as.text = "12.5"}, "!schema.range"},
	{GW_AVRO_LONG, 0, {.kind = GW_TEXT, .len = 2, .as.text = "12"}, "!schema.type"},
	{GW_AVRO_LONG, 0, {.kind = GW_FLOAT, .as.real = 12.0}, "!schema.type"},
	{GW_AVRO_DOUBLE, 0, {.kind = GW_FLOAT, .as.real = 0.5}, "0.5"},
	{GW_AVRO_DOUBLE, 0, {.kind = GW_INT, .as.integer = 3}, "3"},
	{GW_AVRO_DOUBLE, 0, {.kind = GW_INT, .as.integer = INT64_MAX}, "!schema.range"},
	{GW_AVRO_DOUBLE, 0, {.kind = GW_DECIMAL, .len = 3, .as.text = "0.1"}, "0.1"},
	{GW_AVRO_FLOAT, 0, {.kind = GW_INT, .as.integer = 16777217}, "!schema.range"},
	{GW_AVRO_FLOAT, 0, {.kind = GW_FLOAT, .as.real = 1e300}, "!schema.range"},
	{GW_AVRO_FLOAT, 0, {.kind = GW_TEXT, .len = 1, .as.text = "1"}, "!schema.type"},
	{GW_AVRO_STRING, 0, {.kind = GW_TEXT, .len = 1, .as.text = "x"}, "x"},
	{GW_AVRO_STRING, 0, {.kind = GW_INT, .as.integer = -3}, "-3"},
	{GW_AVRO_STRING, 0, {.kind = GW_DECIMAL, .len = 4, .as.text = "1.50"}, "1.50"},
	{GW_AVRO_STRING, 0, {.kind = GW_DATE, .as.integer = 0}, "1970-01-01"},
	{GW_AVRO_STRING, 0, {.kind = GW_BOOL}, "!schema.type"},
	{GW_AVRO_STRING, 0, {.kind = GW_TEXT, .len = 1, .as.text = "\xff"}, "!schema.utf8"},
	{GW_AVRO_STRING, 0, {.kind = GW_TEXT, .len = 3, .as.text = "a\0b"}, "!schema.utf8"},
	{GW_AVRO_STRING, 0, {.kind = GW_UNHELD, .len = 8, .as.text = "infinity"}, "!schema.unheld"},
	{GW_AVRO_STRING, 0, {.kind = GW_NULL}, "!schema.required"},
	{GW_AVRO_BYTES, 0, {.kind = GW_BYTES, .len = 2, .as.text = "\0\1"}, "2 bytes"},
	{GW_AVRO_BYTES, 0, {.kind = GW_TEXT, .len = 2, .as.text = "ab"}, "!schema.type"},
	{GW_AVRO_FIXED, 0, {.kind = GW_BYTES, .len = 4, .as.text = "\0\1\2\3"}, "4 bytes"},
	{GW_AVRO_FIXED, 0, {.kind = GW_BYTES, .len = 3, .as.text = "\0\1\2"}, "!schema.size"},
	{GW_AVRO_ENUM, 0, {.kind = GW_TEXT, .len = 3, .as.text = "two"}, "two"},
	{GW_AVRO_ENUM, 0, {.kind = GW_TEXT, .len = 2, .as.text = "tw"}, "!schema.symbol"},
	{GW_AVRO_ENUM, 0, {.kind = GW_INT, .as.integer = 1}, "!schema.type"},
	{GW_AVRO_INT, GW_LOGICAL_DATE, {.kind = GW_DATE, .as.integer = 0}, "1970-01-01"},
	{GW_AVRO_INT,
	 GW_LOGICAL_DATE,
	 {.kind = GW_TEXT, .len = 4, .as.text = "1950"},
	 "!schema.partial_date"},
	{GW_AVRO_INT,
	 GW_LOGICAL_DATE,
	 {.kind = GW_TEXT, .len = 10, .as.text = "1950-01-02"},
	 "!schema.type"},
	/* midnight in the source's zone, and an hour after it */
	{GW_AVRO_INT,
	 GW_LOGICAL_DATE,
	 {.kind = GW_TIMESTAMP, .as.integer = INT64_C(1757869200000000)},
	 "2025-09-15"},
	{GW_AVRO_INT,
	 GW_LOGICAL_DATE,
	 {.kind = GW_TIMESTAMP, .as.integer = INT64_C(1757872800000000)},
	 "!schema.moment"},
	{GW_AVRO_LONG,
	 GW_LOGICAL_TIMESTAMP_MICROS,
	 {.kind = GW_TIMESTAMP, .as.integer = 5},
	 "5 us"},
	{GW_AVRO_LONG,
	 GW_LOGICAL_TIMESTAMP_MICROS,
	 {.kind = GW_DATE, .as.integer = 5},
	 "!schema.type"},
	{GW_AVRO_LONG,
	 GW_LOGICAL_TIMESTAMP_MILLIS,
	 {.kind = GW_INT, .as.integer = 5},
	 "!schema.type"},
	{GW_AVRO_STRING, GW_LOGICAL_PARTIAL_DATE, {.kind = GW_DATE, .as.integer = 0}, "1970-01-01"},
	{GW_AVRO_STRING,
	 GW_LOGICAL_PARTIAL_DATE,
	 {.kind = GW_DATE, .as.integer = 4000000},
	 "!schema.range"},
	{GW_AVRO_STRING,
	 GW_LOGICAL_PARTIAL_DATE,
	 {.kind = GW_TEXT, .len = 7, .as.text = "1950-03"},
	 "1950-03"},
	{GW_AVRO_STRING,
	 GW_LOGICAL_PARTIAL_DATE,
	 {.kind = GW_TEXT, .len = 7, .as.text = "1950-13"},
	 "!schema.partial_date"},
	{GW_AVRO_STRING,
	 GW_LOGICAL_PARTIAL_DATE,
	 {.kind = GW_TEXT, .len = 10, .as.text = "03/04/1980"},
	 "!schema.partial_date"},
	{GW_AVRO_STRING,
	 GW_LOGICAL_PARTIAL_DATE,
	 {.kind = GW_TIMESTAMP, .as.integer = INT64_C(1757869200000000)},
	 "2025-09-15"},
	{GW_AVRO_STRING,
	 GW_LOGICAL_PARTIAL_DATE,
	 {.kind = GW_INT, .as.integer = 1950},
	 "!schema.type"},
	{GW_AVRO_BYTES,
	 GW_LOGICAL_DECIMAL,
	 {.kind = GW_DECIMAL, .len = 6, .as.text = "123.45"},
	 "123.45"},
	{GW_AVRO_BYTES,
	 GW_LOGICAL_DECIMAL,
	 {.kind = GW_DECIMAL, .len = 8, .as.text = "00123.40"},
	 "00123.40"},
	{GW_AVRO_BYTES, GW_LOGICAL_DECIMAL, {.kind = GW_INT, .as.integer = -7}, "-7"},
	{GW_AVRO_BYTES,
	 GW_LOGICAL_DECIMAL,
	 {.kind = GW_DECIMAL, .len = 5, .as.text = "1.234"},
	 "!schema.scale"},
	{GW_AVRO_BYTES,
	 GW_LOGICAL_DECIMAL,
	 {.kind = GW_DECIMAL, .len = 5, .as.text = "1.230"},
	 "1.230"},
	{GW_AVRO_BYTES,
	 GW_LOGICAL_DECIMAL,
	 {.kind = GW_DECIMAL, .len = 4, .as.text = "1234"},
	 "!schema.precision"},
	{GW_AVRO_BYTES,
	 GW_LOGICAL_DECIMAL,
	 {.kind = GW_DECIMAL, .len = 3, .as.text = "1e5"},
	 "!schema.decimal"},
	{GW_AVRO_BYTES,
	 GW_LOGICAL_DECIMAL,
	 {.kind = GW_TEXT, .len = 1, .as.text = "1"},
	 "!schema.type"},
	{GW_AVRO_BYTES, GW_LOGICAL_DECIMAL, {.kind = GW_FLOAT, .as.real = 1.0}, "!schema.type"},
};

static void
show(const struct gw_value *value, char out[64])
{
	char day[GW_TIME_TEXT];

	if (value->kind == GW_BOOL)
		(void)snprintf(out, 64, "%s", value->as.truth ? "true" : "false");
	else if (value->kind == GW_INT)
		(void)snprintf(out, 64, "%lld", (long long)value->as.integer);
	else if (value->kind == GW_FLOAT)
		(void)snprintf(out, 64, "%g", value->as.real);
	else if (value->kind == GW_BYTES)
		(void)snprintf(out, 64, "%u bytes", value->len);
	else if (value->kind == GW_TIMESTAMP)
		(void)snprintf(out, 64, "%lld us", (long long)value->as.integer);
	else if (value->kind == GW_DATE) {
		gw_date_format(value->as.integer, day);
		(void)snprintf(out, 64, "%s", day);
	} else
		(void)snprintf(out, 64, "%.*s", (int)value->len, value->as.text);
}

Test(coerce, puts_a_value_into_its_field_only_where_nothing_is_lost)
{
	static const char *const symbols[] = {"one", "two"};

	for (size_t i = 0; i < sizeof coercions / sizeof coercions[0]; i++) {
		struct batch_case b;
		char got[64];

		one_field(&b, coercions[i].type, "");
		b.c.fields[1].logical = coercions[i].logical;
		b.c.fields[1].size = 4;
		b.c.fields[1].symbols = symbols;
		b.c.fields[1].nsymbols = 2;
		b.c.fields[1].precision = 5;
		b.c.fields[1].scale = 2;
		add_row(&b, (struct gw_value[]){integer(1), coercions[i].in}, 2);
		run(&b);
		if (b.out.nrejects > 0)
			(void)snprintf(got, sizeof got, "!%s", b.out.rejects[0].code);
		else
			show(&b.out.records[0].fields[1], got);
		cr_assert_str_eq(got, coercions[i].out, "case %zu: got %s, expected %s (%s)", i,
				 got, coercions[i].out,
				 b.out.nrejects > 0 ? b.out.rejects[0].reason : "");
		release(&b);
	}
}

Test(coerce, refuses_a_text_over_one_mebibyte)
{
	enum { LONG = 1024 * 1024 };
	char *big = calloc(1, LONG + 1);
	struct batch_case b;

	cr_assert_not_null(big);
	memset(big, 'x', LONG + 1);
	one_field(&b, GW_AVRO_STRING, "");
	add_row(&b, (struct gw_value[]){integer(1), {.kind = GW_TEXT, .len = LONG, .as.text = big}},
		2);
	add_row(&b,
		(struct gw_value[]){integer(2), {.kind = GW_TEXT, .len = LONG + 1, .as.text = big}},
		2);
	run(&b);
	cr_assert_eq(b.out.nrecords, 1);
	assert_reject(&b, 0, 1, "schema", "schema.too_long");
	release(&b);
	free(big);
}
