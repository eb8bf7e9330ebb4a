/* Values as COPY's binary columns. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "load/copy_in.h"

static struct gw_value
text_value(enum gw_kind kind, const char *text)
{
	return (struct gw_value){.kind = kind, .len = (uint32_t)strlen(text), .as.text = text};
}

static struct gw_value
number(enum gw_kind kind, int64_t n)
{
	return (struct gw_value){.kind = kind, .as.integer = n};
}

/* The bytes of one column in hex, or what the refusal says. */
static void
put(enum gw_column_type type, struct gw_value value, char out[400])
{
	struct gw_buf buf;
	struct gw_error err;

	gw_buf_init(&buf, 4096);
	if (gw_copy_in_value(&buf, type, &value, &err) == GW_OK)
		gw_hex_encode((const unsigned char *)buf.data, buf.len, out);
	else
		(void)snprintf(out, 400, "%s", gw_status_name(err.status));
	gw_buf_release(&buf);
}

Test(copy_in, writes_decimals_as_groups_of_ten_thousand)
{
	static const struct {
		const char *decimal, *wire; /* length, groups, weight, sign, scale, groups... */
	} cases[] = {
		{"0", "00000008 0000 0000 0000 0000"},
		{"0.00", "00000008 0000 0000 0000 0002"},
		{"-0", "00000008 0000 0000 0000 0000"},
		{"1", "0000000a 0001 0000 0000 0000 0001"},
		{"-1", "0000000a 0001 0000 4000 0000 0001"},
		{"+7", "0000000a 0001 0000 0000 0000 0007"},
		{"10000", "0000000a 0001 0001 0000 0000 0001"},
		{"12345678", "0000000c 0002 0001 0000 0000 04d2 162e"},
		{"12.50", "0000000c 0002 0000 0000 0002 000c 1388"},
		{"0.0001", "0000000a 0001 ffff 0000 0004 0001"},
		{"0.00001", "0000000a 0001 fffe 0000 0005 03e8"},
		{"-0.07", "0000000a 0001 ffff 4000 0002 02bc"},
		{"00012.5", "0000000c 0002 0000 0000 0001 000c 1388"},
		{"10000.0001", "0000000e 0003 0001 0000 0004 0001 0000 0001"},
		{"", "reject"},
		{"-", "reject"},
		{".5", "reject"},
		{"5.", "reject"},
		{"1.2.3", "reject"},
		{"1e5", "reject"},
		{" 1", "reject"},
		{"NaN", "reject"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char found[400], wanted[400];
		size_t n = 0;

		for (const char *p = cases[i].wire; *p != '\0'; p++)
			if (*p != ' ')
				wanted[n++] = *p;
		wanted[n] = '\0';
		put(GW_COLUMN_NUMERIC, text_value(GW_DECIMAL, cases[i].decimal), found);
		cr_assert_str_eq(found, wanted, "%s", cases[i].decimal);
	}
}

Test(copy_in, refuses_a_decimal_of_over_a_thousand_digits)
{
	char digits[1002], found[400];

	memset(digits, '9', sizeof digits - 1);
	digits[sizeof digits - 1] = '\0';
	put(GW_COLUMN_NUMERIC, text_value(GW_DECIMAL, digits), found);
	cr_assert_str_eq(found, "reject");
}

Test(copy_in, counts_days_and_microseconds_from_2000)
{
	char found[400];

	put(GW_COLUMN_DATE, number(GW_DATE, 10957), found);
	cr_assert_str_eq(found, "0000000400000000");
	put(GW_COLUMN_DATE, number(GW_DATE, 10956), found);
	cr_assert_str_eq(found, "00000004ffffffff");
	put(GW_COLUMN_TIMESTAMPTZ, number(GW_TIMESTAMP, INT64_C(946684800000000)), found);
	cr_assert_str_eq(found, "000000080000000000000000");
	put(GW_COLUMN_TIMESTAMPTZ, number(GW_TIMESTAMP, INT64_C(946684799999999)), found);
	cr_assert_str_eq(found, "00000008ffffffffffffffff");
}

Test(copy_in, refuses_what_a_type_cannot_hold)
{
	static const struct {
		enum gw_column_type type;
		enum gw_kind kind;
		int64_t n;
		bool good;
	} cases[] = {
		{GW_COLUMN_INTEGER, GW_INT, INT32_MAX, true},
		{GW_COLUMN_INTEGER, GW_INT, INT64_C(2147483648), false},
		{GW_COLUMN_INTEGER, GW_INT, INT32_MIN, true},
		{GW_COLUMN_INTEGER, GW_INT, INT64_C(-2147483649), false},
		{GW_COLUMN_BIGINT, GW_INT, INT64_MIN, true},
		{GW_COLUMN_DATE, GW_DATE, -2440588, true},
		{GW_COLUMN_DATE, GW_DATE, -2440589, false},
		{GW_COLUMN_DATE, GW_DATE, 2145042905, true},
		{GW_COLUMN_DATE, GW_DATE, 2145042906, false},
		{GW_COLUMN_TIMESTAMPTZ, GW_TIMESTAMP, INT64_MAX, true},
		{GW_COLUMN_TIMESTAMPTZ, GW_TIMESTAMP, INT64_MIN, false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char found[400];

		put(cases[i].type, number(cases[i].kind, cases[i].n), found);
		cr_assert_eq(strcmp(found, "reject") != 0, cases[i].good, "case %zu", i);
	}
}

Test(copy_in, refuses_a_value_of_another_kind_and_names_both)
{
	const struct gw_value secret = {.kind = GW_TEXT, .len = 6, .as.text = "secret"};
	struct gw_error err;
	struct gw_buf buf;

	gw_buf_init(&buf, 4096);
	for (int type = 0; type < GW_COLUMN_TYPES; type++) {
		if (type == GW_COLUMN_TEXT)
			continue;
		cr_assert_eq(gw_copy_in_value(&buf, (enum gw_column_type)type, &secret, &err),
			     GW_REJECT, "type %d", type);
		cr_assert_not_null(strstr(err.text, "text"));
		cr_assert_null(strstr(err.text, "secret"), "a value is in the message");
	}
	cr_assert_eq(buf.len, 0);
	gw_buf_release(&buf);
}

Test(copy_in, writes_text_bytes_truth_and_null)
{
	char found[400];

	put(GW_COLUMN_TEXT, text_value(GW_TEXT, "Hà"), found);
	cr_assert_str_eq(found, "0000000348c3a0");
	put(GW_COLUMN_TEXT, text_value(GW_TEXT, "\xc3"), found);
	cr_assert_str_eq(found, "reject");
	put(GW_COLUMN_TEXT, (struct gw_value){.kind = GW_TEXT, .len = 3, .as.text = "a\0b"}, found);
	cr_assert_str_eq(found, "reject");
	put(GW_COLUMN_BYTEA, (struct gw_value){.kind = GW_BYTES, .len = 2, .as.text = "\0\xff"},
	    found);
	cr_assert_str_eq(found, "0000000200ff");
	put(GW_COLUMN_BOOLEAN, (struct gw_value){.kind = GW_BOOL, .as.truth = true}, found);
	cr_assert_str_eq(found, "0000000101");
	put(GW_COLUMN_DATE, (struct gw_value){.kind = GW_NULL}, found);
	cr_assert_str_eq(found, "ffffffff");
}

Test(copy_in, lets_a_whole_number_stand_in_a_wider_column)
{
	char found[400];

	put(GW_COLUMN_DOUBLE, number(GW_INT, 1), found);
	cr_assert_str_eq(found, "000000083ff0000000000000");
	put(GW_COLUMN_REAL, (struct gw_value){.kind = GW_FLOAT, .as.real = -2.5}, found);
	cr_assert_str_eq(found, "00000004c0200000");
}

Test(copy_in, frames_a_file)
{
	struct gw_buf buf;

	gw_buf_init(&buf, 100);
	gw_copy_in_header(&buf);
	cr_assert_eq(buf.len, 19);
	cr_assert_eq(memcmp(buf.data, "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0", 19), 0);
	gw_copy_in_row(&buf, 3);
	gw_copy_in_trailer(&buf);
	cr_assert_eq(memcmp(buf.data + 19, "\0\3\377\377", 4), 0);
	gw_buf_release(&buf);
}

Test(copy_in, says_that_the_buffer_is_full)
{
	const struct gw_value value = {.kind = GW_TEXT,
				       .len = 50,
				       .as.text = "12345678901234567890"
						  "12345678901234567890"
						  "1234567890"};
	struct gw_error err;
	struct gw_buf buf;

	gw_buf_init(&buf, 20);
	cr_assert_eq(gw_copy_in_value(&buf, GW_COLUMN_TEXT, &value, &err), GW_FATAL);
	gw_buf_release(&buf);
}

Test(copy_in, knows_its_types_by_name)
{
	for (int i = 0; i < GW_COLUMN_TYPES; i++) {
		enum gw_column_type found = GW_COLUMN_TYPES;

		cr_assert(gw_column_type_find(gw_column_type_name((enum gw_column_type)i), &found));
		cr_assert_eq((int)found, i);
	}
	cr_assert_not(gw_column_type_find("json", &(enum gw_column_type){0}));
}

Test(copy_in, writes_parameters_as_the_server_reads_them)
{
	static const unsigned char tid[6] = {0, 0, 0, 9, 0, 3};
	char hex[200];
	struct gw_buf buf;

	gw_buf_init(&buf, 4096);
	gw_copy_in_array(&buf, GW_ARRAY_TID, 1);
	gw_copy_in_bytes(&buf, tid, sizeof tid);
	gw_hex_encode((const unsigned char *)buf.data, buf.len, hex);
	cr_assert_str_eq(hex, "00000001"
			      "00000000"
			      "0000001b"
			      "00000001"
			      "00000001"
			      "00000006"
			      "000000090003");
	gw_buf_clear(&buf);
	gw_copy_in_instant(&buf, INT64_C(946684800000000) + 5); /* 2000-01-01 */
	gw_hex_encode((const unsigned char *)buf.data, buf.len, hex);
	cr_assert_str_eq(hex, "0000000000000005");
	gw_buf_release(&buf);
}
