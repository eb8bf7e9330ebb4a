#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "avro/codec.h"
#include "avro/decimal.h"

#define V_NULL                                                                                     \
	{                                                                                          \
		.kind = GW_NULL                                                                    \
	}
#define V_BOOL(b)                                                                                  \
	{                                                                                          \
		.kind = GW_BOOL, .as.truth = (b)                                                   \
	}
#define V_INT(n)                                                                                   \
	{                                                                                          \
		.kind = GW_INT, .as.integer = (n)                                                  \
	}
#define V_DATE(n)                                                                                  \
	{                                                                                          \
		.kind = GW_DATE, .as.integer = (n)                                                 \
	}
#define V_TIME(n)                                                                                  \
	{                                                                                          \
		.kind = GW_TIMESTAMP, .as.integer = (n)                                            \
	}
#define V_REAL(x)                                                                                  \
	{                                                                                          \
		.kind = GW_FLOAT, .as.real = (x)                                                   \
	}
#define V_TEXT(s)                                                                                  \
	{                                                                                          \
		.kind = GW_TEXT, .len = sizeof(s) - 1, .as.text = (s)                              \
	}
#define V_BYTES(s)                                                                                 \
	{                                                                                          \
		.kind = GW_BYTES, .len = sizeof(s) - 1, .as.text = (s)                             \
	}
#define V_DEC(s)                                                                                   \
	{                                                                                          \
		.kind = GW_DECIMAL, .len = sizeof(s) - 1, .as.text = (s)                           \
	}
#define BYTES(s) (s), sizeof(s) - 1

#define FIXED2 "{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}"
#define ENUM3 "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"nam\",\"nu\",\"khac\"]}"
#define DATE "{\"type\":\"int\",\"logicalType\":\"date\"}"
#define MICROS "{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}"
#define MILLIS "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}"
#define PARTIAL "{\"type\":\"string\",\"logicalType\":\"partial-date\"}"
#define DEC52 "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":5,\"scale\":2}"
#define FDEC                                                                                       \
	"{\"type\":\"fixed\",\"name\":\"D\",\"size\":4,\"logicalType\":\"decimal\","               \
	"\"precision\":9,\"scale\":3}"

/* A schema of one field "f" of this type; more is what else the field says. */
static struct gw_schema *
schema_of(const char *type, const char *more)
{
	struct gw_schema *schema = NULL;
	struct gw_error err;
	char text[600];

	(void)snprintf(text, sizeof text,
		       "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f\",\"type\":%s"
		       "%s}]}",
		       type, more);
	cr_assert_eq(gw_schema_parse("test", text, strlen(text), false, &schema, &err), GW_OK,
		     "%s: %s", type, err.text);
	return schema;
}

static enum gw_status
encode(const char *type, const struct gw_value *value, struct gw_buf *out, struct gw_error *err)
{
	struct gw_schema *schema = schema_of(type, "");
	enum gw_status status = gw_avro_encode(schema, value, out, err);

	gw_schema_free(schema);
	return status;
}

static const struct {
	const char *type;
	struct gw_value value;
	const char *bytes;
	size_t len;
} good_cases[] = {
	{"\"boolean\"", V_BOOL(true), BYTES("\1")},
	{"\"boolean\"", V_BOOL(false), BYTES("\0")},
	{"\"int\"", V_INT(0), BYTES("\0")},
	{"\"int\"", V_INT(-1), BYTES("\1")},
	{"\"int\"", V_INT(64), BYTES("\x80\1")},
	{"\"int\"", V_INT(INT32_MAX), BYTES("\xfe\xff\xff\xff\x0f")},
	{"\"int\"", V_INT(INT32_MIN), BYTES("\xff\xff\xff\xff\x0f")},
	{"\"long\"", V_INT(INT64_MAX), BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1")},
	{"\"long\"", V_INT(INT64_MIN), BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\1")},
	{"\"float\"", V_REAL(1.5), BYTES("\0\0\xc0\x3f")},
	{"\"float\"", V_INT(2), BYTES("\0\0\0\x40")},
	{"\"double\"", V_REAL(-2.0), BYTES("\0\0\0\0\0\0\0\xc0")},
	{"\"double\"", V_INT(1), BYTES("\0\0\0\0\0\0\xf0\x3f")},
	{"\"string\"", V_TEXT(""), BYTES("\0")},
	{"\"string\"", V_TEXT("Mã"), BYTES("\x06M\xc3\xa3")},
	{"\"bytes\"", V_BYTES("\0\xff"), BYTES("\4\0\xff")},
	{FIXED2, V_BYTES("ab"), BYTES("ab")},
	{ENUM3, V_TEXT("nam"), BYTES("\0")},
	{ENUM3, V_TEXT("khac"), BYTES("\4")},
	{DATE, V_DATE(-1), BYTES("\1")},
	{MICROS, V_TIME(1000001), BYTES("\x82\x89\x7a")},
	{MILLIS, V_TIME(1999), BYTES("\2")},
	{MILLIS, V_TIME(-1), BYTES("\1")},
	{MILLIS, V_TIME(-1000), BYTES("\1")},
	{PARTIAL, V_TEXT("1956"),
	 BYTES("\x08"
	       "1956")},
	{PARTIAL, V_TEXT("2024-02-29"),
	 BYTES("\x14"
	       "2024-02-29")},
	{DEC52, V_DEC("0"), BYTES("\2\0")},
	{DEC52, V_DEC("-0.00"), BYTES("\2\0")},
	{DEC52, V_DEC("1.28"), BYTES("\4\0\x80")},
	{DEC52, V_DEC("-1.28"), BYTES("\2\x80")},
	{DEC52, V_DEC("12.5"), BYTES("\4\4\xe2")},
	{DEC52, V_DEC("+0012.50000"), BYTES("\4\4\xe2")},
	{DEC52, V_DEC("999.99"), BYTES("\6\1\x86\x9f")},
	{FDEC, V_DEC("-0.001"), BYTES("\xff\xff\xff\xff")},
	{FDEC, V_DEC("1"), BYTES("\0\0\3\xe8")},
	{"[\"null\",\"int\"]", V_NULL, BYTES("\0")},
	{"[\"null\",\"int\"]", V_INT(1), BYTES("\2\2")},
	{"[\"int\",\"null\"]", V_NULL, BYTES("\2")},
	{"[\"int\",\"null\"]", V_INT(1), BYTES("\0\2")},
};

Test(codec, writes_the_bytes_that_avro_asks_for)
{
	struct gw_buf out;

	gw_buf_init(&out, 1000);
	for (size_t i = 0; i < sizeof good_cases / sizeof good_cases[0]; i++) {
		struct gw_error err = {0};

		gw_buf_clear(&out);
		cr_assert_eq(encode(good_cases[i].type, &good_cases[i].value, &out, &err), GW_OK,
			     "case %zu: %s", i, err.text);
		cr_assert_eq(out.len, good_cases[i].len, "case %zu: %zu bytes", i, out.len);
		cr_assert_arr_eq(out.data, good_cases[i].bytes, out.len, "case %zu", i);
	}
	gw_buf_release(&out);
}

static const struct {
	const char *type;
	struct gw_value value;
	const char *says;
} bad_cases[] = {
	{"\"int\"", V_NULL, "null"},
	{"\"int\"", V_TEXT("770401"), "integer"},
	{"\"int\"", V_INT(INT64_C(2147483648)), "range"},
	{"\"int\"", V_INT(INT64_C(-2147483649)), "range"},
	{DATE, V_DATE(INT64_C(99999999999)), "range"},
	{DATE, V_INT(770401), "date"},
	{"\"float\"", V_REAL(7.70401e300), "range"},
	{MILLIS, V_TIME(INT64_MIN), "range"},
	{"\"boolean\"", V_INT(1), "boolean"},
	{"\"string\"", V_BYTES("770401"), "text"},
	{FIXED2, V_BYTES("770401"), "6 bytes, not 2"},
	{ENUM3, V_TEXT("770401"), "symbols"},
	{ENUM3, V_TEXT(""), "symbols"},
	{ENUM3, V_TEXT("nam\0x"), "symbols"},
	{PARTIAL, V_TEXT("770401"), "YYYY"},
	{PARTIAL, V_TEXT("2023-02-29"), "YYYY"},
	{PARTIAL, V_TEXT("2023-13"), "YYYY"},
	{PARTIAL, V_TEXT("0000"), "YYYY"},
	{DEC52, V_DEC("7704.01"), "more than 5 digits"},
	{DEC52, V_DEC("1000"), "more than 5 digits"},
	{DEC52, V_DEC("7.70401"), "2 digits after"},
	{DEC52, V_DEC("770401x"), "decimal number"},
	{DEC52, V_DEC("1."), "decimal number"},
	{DEC52, V_DEC(""), "decimal number"},
	{DEC52, V_DEC("-"), "decimal number"},
	{DEC52, V_DEC("1e2"), "decimal number"},
	{DEC52, V_INT(1), "decimal"},
	{FDEC, V_DEC("7704010.000"), "more than 9 digits"},
	{"{\"type\":\"array\",\"items\":\"int\"}", V_NULL, "nested"},
};

Test(codec, refuses_what_a_field_can_not_hold_without_telling_it)
{
	struct gw_buf out;

	gw_buf_init(&out, 1000);
	cr_assert(gw_buf_puts(&out, "before"));
	for (size_t i = 0; i < sizeof bad_cases / sizeof bad_cases[0]; i++) {
		struct gw_error err = {0};

		cr_assert_eq(encode(bad_cases[i].type, &bad_cases[i].value, &out, &err), GW_REJECT,
			     "case %zu", i);
		cr_assert_not_null(strstr(err.text, bad_cases[i].says), "case %zu: %s", i,
				   err.text);
		cr_assert_eq(strncmp(err.text, "field f: ", 9), 0, "%s", err.text);
		cr_assert_null(strstr(err.text, "7704"), "%s", err.text);
		cr_assert_str_eq(out.data, "before", "the buffer is as it was");
	}
	gw_buf_release(&out);
}

Test(codec, refuses_a_record_that_is_too_large_and_takes_the_next)
{
	struct gw_schema *schema = schema_of("\"string\"", "");
	struct gw_value large = {.kind = GW_TEXT, .len = UINT32_MAX, .as.text = ""};
	struct gw_value small = V_TEXT("x");
	struct gw_error err = {0};
	struct gw_buf out;

	gw_buf_init(&out, 100);
	cr_assert_eq(gw_avro_encode(schema, &large, &out, &err), GW_REJECT);
	cr_assert_eq(gw_avro_encode(schema, &small, &out, &err), GW_OK);
	cr_assert_eq(out.len, 2);
	gw_buf_release(&out);
	gw_schema_free(schema);
}

/* ---- decimals ---- */

Test(codec, keeps_every_digit_of_a_decimal)
{
	static const char *const texts[] = {
		"0",
		"-1",
		"127",
		"128",
		"-128",
		"-129",
		"999999999999999999",
		"1000000000000000000",
		"-1000000000000000000",
		"9223372036854775807",
		"9223372036854775808",
		"-9223372036854775808",
		"-9223372036854775809",
		"18446744073709551616",
		"340282366920938463463374607431768211455",
		"9999999999999999999999999999999999999999999999999999999999999999999999999999",
		"-9999999999999999999999999999999999999999999999999999999999999999999999999999",
		"-1000000000000000000000000000000000000000000000000000000000000000000000000000",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		unsigned char bytes[GW_DECIMAL_BYTES];
		char text[GW_DECIMAL_TEXT];
		size_t size = 0, len = 0;

		cr_assert_eq(gw_decimal_encode(texts[i], strlen(texts[i]), 76, 0, bytes, &size),
			     GW_DECIMAL_OK, "%s", texts[i]);
		cr_assert_eq(gw_decimal_decode(bytes, size, 76, 0, text, &len), GW_DECIMAL_OK);
		cr_assert_str_eq(text, texts[i]);
		cr_assert_eq(len, strlen(texts[i]));
	}
}

Test(codec, writes_the_fraction_of_a_decimal_in_full)
{
	static const struct {
		const char *in, *out;
		int precision, scale;
	} cases[] = {
		{"12.5", "12.50", 5, 2},
		{"0", "0.00", 5, 2},
		{"-.5", NULL, 5, 2},
		{"-0.05", "-0.05", 5, 2},
		{"0.0001", "0.0001", 4, 4},
		{"1", NULL, 4, 4},
		{"-0.1234567890123456789012345678901234567890",
		 "-0.1234567890123456789012345678901234567890", 40, 40},
		{"000000000000000000000000000000000000000000000000000000000000000000000000000000001"
		 ".5",
		 "1.5", 2, 1},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unsigned char bytes[GW_DECIMAL_BYTES];
		char text[GW_DECIMAL_TEXT];
		size_t size = 0, len = 0;
		enum gw_decimal_result result;

		result = gw_decimal_encode(cases[i].in, strlen(cases[i].in), cases[i].precision,
					   cases[i].scale, bytes, &size);
		cr_assert_eq(result == GW_DECIMAL_OK, cases[i].out != NULL, "%s", cases[i].in);
		if (cases[i].out == NULL)
			continue;
		cr_assert_eq(gw_decimal_decode(bytes, size, cases[i].precision, cases[i].scale,
					       text, &len),
			     GW_DECIMAL_OK);
		cr_assert_str_eq(text, cases[i].out);
	}
}

Test(codec, reads_decimals_with_needless_bytes_and_refuses_too_many_digits)
{
	unsigned char long_one[40];
	char text[GW_DECIMAL_TEXT];
	size_t len;

	memset(long_one, 0xff, sizeof long_one);
	cr_assert_eq(gw_decimal_decode(long_one, sizeof long_one, 3, 1, text, &len), GW_DECIMAL_OK);
	cr_assert_str_eq(text, "-0.1");
	long_one[0] = 0x7f;
	cr_assert_eq(gw_decimal_decode(long_one, sizeof long_one, 76, 0, text, &len),
		     GW_DECIMAL_PRECISION);
	cr_assert_eq(gw_decimal_decode(long_one, 32, 76, 0, text, &len), GW_DECIMAL_PRECISION);
	cr_assert_eq(gw_decimal_decode((const unsigned char *)"\3\xe8", 2, 3, 0, text, &len),
		     GW_DECIMAL_PRECISION);
	cr_assert_eq(gw_decimal_decode(long_one, 0, 3, 0, text, &len), GW_DECIMAL_SYNTAX);
}

/* ---- hashes ---- */

static int64_t
hash_of(const char *type, const char *more, struct gw_value value)
{
	struct gw_schema *schema = schema_of(type, more);
	int64_t hash = gw_record_hash(schema, &value);

	gw_schema_free(schema);
	return hash;
}

Test(codec, hashes_what_the_reader_will_see)
{
	const struct gw_value dec = V_DEC("12.5"), padded = V_DEC("+012.500"),
			      other = V_DEC("12.51");
	const struct gw_value us = V_TIME(-1), ms = V_TIME(-1000), later = V_TIME(0);
	const struct gw_value real = V_REAL(0.1), rounded = V_REAL((double)0.1f);
	const struct gw_value whole = V_INT(2), same = V_REAL(2.0);

	cr_assert_eq(hash_of(DEC52, "", dec), hash_of(DEC52, "", padded));
	cr_assert_neq(hash_of(DEC52, "", dec), hash_of(DEC52, "", other));
	cr_assert_eq(hash_of(MILLIS, "", us), hash_of(MILLIS, "", ms));
	cr_assert_neq(hash_of(MILLIS, "", us), hash_of(MILLIS, "", later));
	cr_assert_neq(hash_of(MICROS, "", us), hash_of(MICROS, "", ms));
	cr_assert_eq(hash_of("\"float\"", "", real), hash_of("\"float\"", "", rounded));
	cr_assert_neq(hash_of("\"double\"", "", real), hash_of("\"double\"", "", rounded));
	cr_assert_eq(hash_of("\"double\"", "", whole), hash_of("\"double\"", "", same));
}

Test(codec, hashes_nothing_where_a_field_has_its_default)
{
	const struct gw_value null = V_NULL, seven = V_INT(7), dec = V_DEC("2.5");
	const char *nullable = "[\"null\",\"int\"]";

	cr_assert_eq(hash_of(nullable, ",\"default\":null", null), 0);
	cr_assert_neq(hash_of(nullable, ",\"default\":null", seven), 0);
	cr_assert_neq(hash_of(nullable, "", null), 0);
	cr_assert_eq(hash_of("\"int\"", ",\"default\":7", seven), 0);
	cr_assert_eq(hash_of(DEC52, ",\"default\":\"\\u0000\\u00fa\"", dec), 0);
	cr_assert_eq(hash_of("\"int\"", "", seven), hash_of("\"long\"", "", seven));
	cr_assert_eq(hash_of("\"int\"", "", seven), hash_of(nullable, "", seven));
}

Test(codec, hashes_by_name_and_not_by_place)
{
	static const char *const texts[] = {
		"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},"
		"{\"name\":\"b\",\"type\":\"int\"}]}",
		"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"b\",\"type\":\"int\"},"
		"{\"name\":\"new\",\"type\":\"int\",\"default\":0},{\"name\":\"a\",\"type\":"
		"\"int\"}]}",
	};
	const struct gw_value first[] = {V_INT(1), V_INT(2)};
	const struct gw_value second[] = {V_INT(2), V_INT(0), V_INT(1)};
	const struct gw_value swapped[] = {V_INT(1), V_INT(0), V_INT(2)};
	struct gw_schema *a = NULL, *b = NULL;
	struct gw_error err;

	cr_assert_eq(gw_schema_parse("a", texts[0], strlen(texts[0]), false, &a, &err), GW_OK);
	cr_assert_eq(gw_schema_parse("b", texts[1], strlen(texts[1]), false, &b, &err), GW_OK);
	cr_assert_eq(gw_record_hash(a, first), gw_record_hash(b, second));
	cr_assert_neq(gw_record_hash(a, first), gw_record_hash(b, swapped));
	gw_schema_free(a);
	gw_schema_free(b);
}

Test(codec, hashes_the_same_tomorrow)
{
	const struct gw_value value = V_TEXT("Thọ Xuân");

	/* Hashes are kept in the warehouse: the function may never change. */
	cr_assert_eq(hash_of("\"string\"", "", value), INT64_C(7173516329907950271));
}
