#include <criterion/criterion.h>
#include <math.h>
#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "odbc/decode.h"

static struct gw_arena arena;
static struct gw_zone *zone;
static struct gw_error err;

static void
setup(void)
{
	cr_assert(sodium_init() >= 0);
	gw_arena_init(&arena, 1 << 20);
	cr_assert_eq(gw_zone_read("Asia/Ho_Chi_Minh", &zone, &err), GW_OK);
}

static void
teardown(void)
{
	gw_arena_release(&arena);
	gw_zone_free(zone);
}

TestSuite(odbc_decode, .init = setup, .fini = teardown);

/* The value in words: "int 5", "unheld date_zero"... */
static const char *
show(const struct gw_value *value)
{
	static char out[200];
	char time[GW_TIME_TEXT];

	switch (value->kind) {
	case GW_BOOL:
		return value->as.truth ? "bool true" : "bool false";
	case GW_INT:
		(void)snprintf(out, sizeof out, "int %lld", (long long)value->as.integer);
		return out;
	case GW_FLOAT:
		(void)snprintf(out, sizeof out, "float %.17g", value->as.real);
		return out;
	case GW_DATE:
		(void)snprintf(out, sizeof out, "date %lld", (long long)value->as.integer);
		return out;
	case GW_TIMESTAMP:
		gw_timestamp_format(value->as.integer, time);
		(void)snprintf(out, sizeof out, "time %s", time);
		return out;
	case GW_NULL:
	case GW_DECIMAL:
	case GW_TEXT:
	case GW_BYTES:
	case GW_UNHELD:
		break;
	}
	(void)snprintf(out, sizeof out, "%s %.*s",
		       value->kind == GW_DECIMAL  ? "decimal"
		       : value->kind == GW_UNHELD ? "unheld"
		       : value->kind == GW_BYTES  ? "bytes"
						  : "text",
		       (int)value->len, value->as.text);
	return out;
}

static const struct {
	enum gw_odbc_form form;
	const char *data, *wanted;
} forms[] = {
	{GW_ODBC_BOOL, "1", "bool true"},
	{GW_ODBC_BOOL, "t", "bool true"},
	{GW_ODBC_BOOL, "0", "bool false"},
	{GW_ODBC_BOOL, "7", "unheld not_a_boolean"},
	{GW_ODBC_BOOL, "", "unheld not_a_boolean"},
	{GW_ODBC_INT, "-9223372036854775808", "int -9223372036854775808"},
	{GW_ODBC_INT, "18446744073709551615", "decimal 18446744073709551615"},
	{GW_ODBC_INT, "12.5", "unheld not_an_integer"},
	{GW_ODBC_INT, "", "unheld not_an_integer"},
	{GW_ODBC_DECIMAL, "123.4500", "decimal 123.4500"},
	{GW_ODBC_DECIMAL, ".5", "decimal 0.5"},
	{GW_ODBC_DECIMAL, "-.5", "decimal -0.5"},
	{GW_ODBC_DECIMAL, "+5.", "decimal 5"},
	{GW_ODBC_DECIMAL, "NaN", "unheld numeric_nan"},
	{GW_ODBC_DECIMAL, "-Infinity", "unheld numeric_infinity"},
	{GW_ODBC_DECIMAL, "1e5", "unheld not_a_number"},
	{GW_ODBC_DECIMAL, "", "unheld not_a_number"},
	{GW_ODBC_FLOAT, "1.5e3", "float 1500"},
	{GW_ODBC_FLOAT, "NaN", "unheld float_nan"},
	{GW_ODBC_FLOAT, "-Infinity", "unheld float_infinity"},
	{GW_ODBC_FLOAT, "1,5", "unheld not_a_number"},
	{GW_ODBC_TEXT, "Đặng ", "text Đặng "},
	{GW_ODBC_TEXT, "\xFF", "unheld not_utf8"},
	{GW_ODBC_PADDED, "ab   ", "text ab"},
	{GW_ODBC_UUID, "123E4567-E89B", "text 123e4567-e89b"},
	{GW_ODBC_BYTES, "\xFF", "bytes \xFF"},
	{GW_ODBC_DATE, "1970-01-02", "date 1"},
	{GW_ODBC_DATE, "2024-02-29", "date 19782"},
	{GW_ODBC_DATE, "2023-02-29", "unheld not_a_date"},
	{GW_ODBC_DATE, "0000-00-00", "unheld date_zero"},
	{GW_ODBC_DATE, "2020-00-00", "text 2020"},
	{GW_ODBC_DATE, "2020-05-00", "text 2020-05"},
	{GW_ODBC_DATE, "2020-5-0", "text 2020-5"},
	{GW_ODBC_DATE, "2020-00-15", "unheld not_a_date"},
	{GW_ODBC_DATE, "2020-13-00", "unheld not_a_date"},
	{GW_ODBC_DATE, "0000-05-00", "unheld not_a_date"},
	{GW_ODBC_DATE, "2020-05-00x", "unheld not_a_date"},
	{GW_ODBC_DATE, "0044-05-00 BC", "unheld not_a_date"},
	{GW_ODBC_DATE, "22/11/2026", "unheld not_a_date"},
	{GW_ODBC_DATE, "0044-03-15 BC", "date -735160"},
	{GW_ODBC_DATE, "infinity", "unheld date_infinity"},
	{GW_ODBC_DATE, "2026-11-22 08:00:00", "date 20779"},
	{GW_ODBC_LOCAL, "2026-11-22 08:05:00.5", "time 2026-11-22T01:05:00.500000Z"},
	{GW_ODBC_LOCAL, "2026-11-22", "time 2026-11-21T17:00:00.000000Z"},
	{GW_ODBC_LOCAL, "0000-00-00 00:00:00", "unheld date_zero"},
	{GW_ODBC_LOCAL, "2020-05-00 00:00:00.000000", "text 2020-05"},
	{GW_ODBC_LOCAL, "2020-00-00 08:05:00", "text 2020"},
	{GW_ODBC_INSTANT, "0000-00-00 00:00:00", "unheld date_zero"},
	{GW_ODBC_LOCAL, "hello", "unheld not_a_date"},
	{GW_ODBC_INSTANT, "2026-11-22 08:05:00.1234567+00", "time 2026-11-22T08:05:00.123456Z"},
	{GW_ODBC_INSTANT, "2026-11-22T08:05:00Z", "time 2026-11-22T08:05:00.000000Z"},
	{GW_ODBC_INSTANT, "2026-11-22 08:05:00+07", "unheld not_a_date"},
	{GW_ODBC_INSTANT, "infinity", "unheld timestamp_infinity"},
	{GW_ODBC_INSTANT, "294300-01-01 00:00:00", "unheld timestamp_range"},
};
Test(odbc_decode, each_form_becomes_its_kind)
{
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		struct gw_value value;

		cr_assert(gw_odbc_decode(forms[i].form, forms[i].data, strlen(forms[i].data), zone,
					 &arena, &value));
		cr_assert_str_eq(show(&value), forms[i].wanted, "%s: %s", forms[i].data,
				 show(&value));
	}
}

Test(odbc_decode, a_double_of_the_machine_is_exact)
{
	const double reals[] = {0.1, (double)NAN, (double)INFINITY};
	const char *const wanted[] = {"float 0.10000000000000001", "unheld float_nan",
				      "unheld float_infinity"};
	struct gw_value value;

	for (size_t i = 0; i < 3; i++) {
		cr_assert(gw_odbc_decode(GW_ODBC_REAL, (const char *)&reals[i], sizeof reals[i],
					 zone, &arena, &value));
		cr_assert_str_eq(show(&value), wanted[i]);
	}
	cr_assert(gw_odbc_decode(GW_ODBC_REAL, "abc", 3, zone, &arena, &value));
	cr_assert_str_eq(show(&value), "unheld not_a_number");
}

Test(odbc_decode, what_letters_and_people_write_becomes_a_parameter)
{
	static const struct {
		enum gw_odbc_form form;
		bool local;
		const char *text, *wanted; /* NULL: it is none */
	} cases[] = {
		{GW_ODBC_INT, false, "-12", "-12"},
		{GW_ODBC_INT, false, "18446744073709551615", "18446744073709551615"},
		{GW_ODBC_INT, false, "12; DROP", NULL},
		{GW_ODBC_INT, false, "", NULL},
		{GW_ODBC_DECIMAL, false, "1.50", "1.50"},
		{GW_ODBC_DECIMAL, false, "x", NULL},
		{GW_ODBC_BOOL, false, "true", "1"},
		{GW_ODBC_TEXT, false, "Đ'; --", "Đ'; --"},
		{GW_ODBC_BYTES, false, "AP8=", "00ff"},
		{GW_ODBC_BYTES, false, "###", NULL},
		{GW_ODBC_DATE, false, "2026-11-22", "2026-11-22"},
		{GW_ODBC_DATE, false, "2026-13-22", NULL},
		{GW_ODBC_DATE, false, "2026-05-00", NULL},
		{GW_ODBC_LOCAL, false, "2026-11-22T01:05:00.500000Z", "2026-11-22 08:05:00.500000"},
		{GW_ODBC_LOCAL, true, "2026-11-22 08:05:00", "2026-11-22 08:05:00.000000"},
		{GW_ODBC_LOCAL, true, "2026-11-22", "2026-11-22 00:00:00.000000"},
		{GW_ODBC_INSTANT, true, "2026-11-22 08:05:00", "2026-11-22 01:05:00.000000"},
		{GW_ODBC_INSTANT, true, "2026-11-22T08:05:00Z", "2026-11-22 08:05:00.000000"},
		{GW_ODBC_LOCAL, true, "yesterday", NULL},
		{GW_ODBC_FLOAT, false, "1.5", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_buf out;
		bool is;

		gw_buf_init(&out, 1000);
		is = gw_odbc_param_text(cases[i].form, zone, cases[i].text, cases[i].local, &out);
		cr_assert_eq(is, cases[i].wanted != NULL, "%s", cases[i].text);
		if (is)
			cr_assert_str_eq(out.data, cases[i].wanted, "%s: %s", cases[i].text,
					 out.data);
		gw_buf_release(&out);
	}
}

Test(odbc_decode, a_value_too_long_is_told_by_a_word)
{
	struct gw_value value;

	gw_odbc_too_long(&value);
	cr_assert_str_eq(show(&value), "unheld too_long");
}

Test(odbc_decode, a_full_arena_is_no_value)
{
	struct gw_arena small;
	struct gw_value value;

	gw_arena_init(&small, 1);
	while (gw_arena_alloc(&small, 1000) != NULL)
		;
	while (gw_arena_alloc(&small, 1) != NULL)
		;
	cr_assert_not(gw_odbc_decode(GW_ODBC_DECIMAL, ".5", 2, zone, &small, &value));
	cr_assert_not(gw_odbc_decode(GW_ODBC_UUID, "ab", 2, zone, &small, &value));
	gw_arena_release(&small);
}
