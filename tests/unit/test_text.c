#include "base/text.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <sodium.h>
#include <string.h>
#include <utf8proc.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define DAY_US INT64_C(86400000000)

static void
sodium_ready(void)
{
	cr_assert_geq(sodium_init(), 0);
}

Test(text, integers_are_whole_and_within_range)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t n;
	} cases[] = {
		{"0", true, 0},
		{"-0", true, 0},
		{"+7", true, 7},
		{"0042", true, 42},
		{"9223372036854775807", true, INT64_MAX},
		{"-9223372036854775808", true, INT64_MIN},
		{"9223372036854775808", false, 0},
		{"+9223372036854775808", false, 0},
		{"-9223372036854775809", false, 0},
		{"99999999999999999999999", false, 0},
		{"", false, 0},
		{"-", false, 0},
		{"+", false, 0},
		{"--1", false, 0},
		{" 1", false, 0},
		{"1 ", false, 0},
		{"1.0", false, 0},
		{"0x1", false, 0},
		{"1e3", false, 0},
		{"١", false, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t n = -77;
		bool ok = gw_parse_i64(cases[i].text, strlen(cases[i].text), &n);

		cr_expect_eq(ok, cases[i].ok, "\"%s\"", cases[i].text);
		cr_expect_eq(n, cases[i].ok ? cases[i].n : -77, "\"%s\": %ld", cases[i].text,
			     (long)n);
	}
}

Test(text, an_integer_ends_at_its_length)
{
	int64_t n;

	cr_assert(gw_parse_i64("123456", 3, &n));
	cr_assert_eq(n, 123);
	cr_assert_not(gw_parse_i64("1\0002", 3, &n));
}

Test(text, durations_have_a_unit)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t us;
	} cases[] = {
		{"250ms", true, 250000},
		{"10s", true, 10000000},
		{"15min", true, 900000000},
		{"6h", true, 21600000000},
		{"1d", true, DAY_US},
		{"0s", true, 0},
		{"106751991d", true, 106751991 * DAY_US},
		{"106751992d", false, 0},
		{"9223372036854775808ms", false, 0},
		{"", false, 0},
		{"10", false, 0},
		{"s", false, 0},
		{"-1s", false, 0},
		{"+1s", false, 0},
		{"1 s", false, 0},
		{"1S", false, 0},
		{"1.5h", false, 0},
		{"1h30min", false, 0},
		{"1m", false, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t us = -77;

		cr_expect_eq(gw_parse_duration(cases[i].text, &us), cases[i].ok, "\"%s\"",
			     cases[i].text);
		cr_expect_eq(us, cases[i].ok ? cases[i].us : -77, "\"%s\"", cases[i].text);
	}
}

Test(text, only_days_that_there_are_are_dates)
{
	static const struct {
		int y, m, d;
		bool ok;
		int64_t days;
	} cases[] = {
		{1970, 1, 1, true, 0},      {1969, 12, 31, true, -1},
		{2000, 2, 29, true, 11016}, {2024, 2, 29, true, 19782},
		{1, 1, 1, true, -719162},   {9999, 12, 31, true, 2932896},
		{1900, 2, 29, false, 0},    {2100, 2, 29, false, 0},
		{2023, 2, 29, false, 0},    {2024, 2, 30, false, 0},
		{2024, 4, 31, false, 0},    {2024, 0, 1, false, 0},
		{2024, 13, 1, false, 0},    {2024, 1, 0, false, 0},
		{2024, 1, 32, false, 0},    {0, 12, 31, false, 0},
		{10000, 1, 1, false, 0},    {-1, 1, 1, false, 0},
		{INT_MAX, 1, 1, false, 0},  {2024, INT_MIN, 1, false, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t days = -77;

		cr_expect_eq(gw_date_from_civil(cases[i].y, cases[i].m, cases[i].d, &days),
			     cases[i].ok, "%d-%d-%d", cases[i].y, cases[i].m, cases[i].d);
		cr_expect_eq(days, cases[i].ok ? cases[i].days : -77, "%d-%d-%d: %ld", cases[i].y,
			     cases[i].m, cases[i].d, (long)days);
	}
}

static void
expect_day(int64_t days, int y, int m, int d)
{
	int ry, rm, rd;
	int64_t n = 0;

	gw_date_to_civil(days, &ry, &rm, &rd);
	if (ry != y || rm != m || rd != d)
		cr_assert_fail("%ld is %d-%d-%d, not %d-%d-%d", (long)days, ry, rm, rd, y, m, d);
	if (!gw_date_from_civil(y, m, d, &n) || n != days)
		cr_assert_fail("%d-%d-%d is %ld, not %ld", y, m, d, (long)n, (long)days);
}

/* The calendar counted day by day, which shares nothing with the formula. */
Test(text, every_day_of_nine_thousand_years_is_its_own_number)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t days = -719162, none;

	for (int y = 1; y <= 9999; y++) {
		bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

		for (int m = 1; m <= 12; m++) {
			int last = lengths[m - 1] + (m == 2 && leap);

			for (int d = 1; d <= last; d++)
				expect_day(days++, y, m, d);
			cr_assert_not(gw_date_from_civil(y, m, last + 1, &none));
		}
	}
	cr_assert_eq(days, 2932897);
}

Test(text, dates_are_read_and_written_alike)
{
	static const char *const bad[] = {
		"",           "2024",       "2024-02",     "2024-2-29",   "2024-02-30",
		"24-02-29",   "2024/02/29", "2024-02-29 ", "02024-02-29", "-024-02-29",
		"2024-02-2x", "20240229",   "0000-01-01",  "2024-02-29T", "2024-02- 9",
	};
	char out[GW_TIME_TEXT];
	int64_t days = -77;

	for (int64_t n = -719162; n <= 2932896; n += 97) {
		gw_date_format(n, out);
		if (!gw_date_parse(out, strlen(out), &days) || days != n)
			cr_assert_fail("%s", out);
	}
	days = -77;
	for (size_t i = 0; i < COUNT(bad); i++)
		cr_expect_not(gw_date_parse(bad[i], strlen(bad[i]), &days), "\"%s\"", bad[i]);
	cr_assert_eq(days, -77);
}

Test(text, timestamps_are_read_exactly)
{
	static const struct {
		const char *text;
		bool ok;
		int64_t us;
	} cases[] = {
		{"1970-01-01T00:00:00Z", true, 0},
		{"1970-01-01 00:00:00Z", true, 0},
		{"1970-01-01T00:00:00.5Z", true, 500000},
		{"1970-01-01T00:00:00.000001Z", true, 1},
		{"1969-12-31T23:59:59.999999Z", true, -1},
		{"2026-11-22T03:04:05.123456Z", true, INT64_C(1795316645123456)},
		{"1970-01-01T00:00:00.0000001Z", false, 0},
		{"1970-01-01T00:00:00.Z", false, 0},
		{"1970-01-01T00:00:00", false, 0},
		{"1970-01-01T00:00:00+07:00", false, 0},
		{"1970-01-01T24:00:00Z", false, 0},
		{"1970-01-01T00:60:00Z", false, 0},
		{"1970-01-01T00:00:60Z", false, 0},
		{"1970-01-01", false, 0},
		{"1970-01-01T00:00:00Zx", false, 0},
		{"1970-02-30T00:00:00Z", false, 0},
		{"", false, 0},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t us = -77;

		cr_expect_eq(gw_timestamp_parse(cases[i].text, strlen(cases[i].text), &us),
			     cases[i].ok, "\"%s\"", cases[i].text);
		cr_expect_eq(us, cases[i].ok ? cases[i].us : -77, "\"%s\": %ld", cases[i].text,
			     (long)us);
	}
}

Test(text, timestamps_are_written_as_they_are_read)
{
	char out[GW_TIME_TEXT];
	int64_t back;

	gw_timestamp_format(-1, out);
	cr_assert_str_eq(out, "1969-12-31T23:59:59.999999Z");
	gw_timestamp_format(INT64_C(1795316645123456), out);
	cr_assert_str_eq(out, "2026-11-22T03:04:05.123456Z");
	for (int64_t us = -719162 * DAY_US; us < 2932897 * DAY_US;
	     us += 397 * DAY_US + 12345678901) {
		gw_timestamp_format(us, out);
		if (!gw_timestamp_parse(out, strlen(out), &back) || back != us)
			cr_assert_fail("%s", out);
	}
	/* Years past 9999 are written, so that a message can show them. */
	gw_timestamp_format(INT64_MAX, out);
	cr_assert_str_eq(out, "294247-01-10T04:00:54.775807Z");
	gw_timestamp_format(INT64_MIN, out);
	cr_assert_str_eq(out, "-290308-12-21T19:59:05.224192Z");
}

Test(text, hex_goes_both_ways)
{
	static const struct {
		const char *hex;
		bool ok;
	} cases[] = {
		{"00ff10", true},  {"00FF10", true},   {"00ff1", false}, {"00ff100", false},
		{"00ff1g", false}, {"00 ff10", false}, {"", false},
	};
	unsigned char bytes[3];
	char out[7];

	gw_hex_encode((const unsigned char *)"\x00\xff\x1a", 3, out);
	cr_assert_str_eq(out, "00ff1a");
	gw_hex_encode(NULL, 0, out);
	cr_assert_str_eq(out, "");
	for (size_t i = 0; i < COUNT(cases); i++)
		cr_expect_eq(gw_hex_decode(cases[i].hex, strlen(cases[i].hex), bytes, 3),
			     cases[i].ok, "\"%s\"", cases[i].hex);
}

Test(text, a_uuid_has_its_dashes_in_their_places, .init = sodium_ready)
{
	static const char *const bad[] = {
		"",
		"123e4567-e89b-42d3-a456-42661417400",
		"123e4567-e89b-42d3-a456-4266141740000",
		"123e4567e89b42d3a45642661417400000000",
		"----123e4567e89b42d3a456426614174000",
		"123e45-67e89b-42d3-a456-426614174000",
		"123e4567-e89b-42d3-a456-42661417400g",
		"123e4567 e89b 42d3 a456 426614174000",
	};
	unsigned char uuid[16], again[16];
	char text[GW_UUID_TEXT];

	for (int i = 0; i < 100; i++) {
		gw_uuid_make(uuid);
		gw_uuid_format(uuid, text);
		cr_assert_eq(strlen(text), 36);
		cr_assert_eq(text[14], '4', "version: %s", text);
		cr_assert_not_null(strchr("89ab", text[19]), "variant: %s", text);
		cr_assert(gw_uuid_parse(text, again));
		cr_assert_arr_eq(uuid, again, 16);
	}
	cr_assert(gw_uuid_parse("123E4567-E89B-42D3-A456-426614174000", uuid));
	for (size_t i = 0; i < COUNT(bad); i++)
		cr_expect_not(gw_uuid_parse(bad[i], uuid), "\"%s\"", bad[i]);
}

Test(text, utf8_is_valid_only_in_its_shortest_form)
{
	static const struct {
		const char *text;
		size_t len;
		bool ok;
	} cases[] = {
		{"", 0, true},
		{"Thọ Xuân", 11, true},
		{"Tho\xcc\xa3", 5, true}, /* decomposed */
		{"\xf0\x9f\x9a\x97", 4, true},
		{"\xf4\x8f\xbf\xbf", 4, true},  /* U+10FFFF */
		{"\xf4\x90\x80\x80", 4, false}, /* past it */
		{"\xed\x9f\xbf", 3, true},
		{"\xed\xa0\x80", 3, false}, /* surrogates */
		{"\xed\xbf\xbf", 3, false},
		{"\xc0\xaf", 2, false}, /* overlong */
		{"\xc1\xbf", 2, false},
		{"\xe0\x9f\xbf", 3, false},
		{"\xf0\x8f\xbf\xbf", 4, false},
		{"\xc0\x80", 2, false},
		{"a\0b", 3, false},
		{"\x80", 1, false},
		{"a\xc4", 2, false}, /* cut off */
		{"\xe1\xbb", 2, false},
		{"\xc4(", 2, false},
		{"\xff", 1, false},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		cr_expect_eq(gw_utf8_valid(cases[i].text, cases[i].len), cases[i].ok, "case %zu",
			     i);
}

/* Every lead with every second byte, and third and fourth ones at the borders of what follows one.
 */
Test(text, utf8_is_judged_as_by_utf8proc)
{
	static const unsigned char more[] = {0x00, 0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xff};

	for (unsigned i = 0; i < 256 * 256 * COUNT(more) * COUNT(more); i++) {
		const unsigned char text[] = {
			(unsigned char)(i & 0xff), (unsigned char)(i >> 8 & 0xff),
			more[(i >> 16) % COUNT(more)], more[(i >> 16) / COUNT(more)]};
		bool ok = true;

		for (size_t at = 0; ok && at < sizeof text;) {
			utf8proc_int32_t cp;
			utf8proc_ssize_t n = utf8proc_iterate(
				text + at, (utf8proc_ssize_t)(sizeof text - at), &cp);

			ok = n > 0 && cp != 0;
			at += ok ? (size_t)n : 0;
		}
		cr_assert_eq(gw_utf8_valid((const char *)text, sizeof text), ok,
			     "%02x %02x %02x %02x", text[0], text[1], text[2], text[3]);
	}
}

Test(text, width_counts_columns_of_a_terminal)
{
	cr_assert_eq(gw_utf8_width("abc"), 3);
	cr_assert_eq(gw_utf8_width("Thọ Xuân"), 8);
	cr_assert_eq(gw_utf8_width("Tho\xcc\xa3"), 3, "combining marks take none");
	cr_assert_eq(gw_utf8_width("文"), 2);
	cr_assert_eq(gw_utf8_width("\xff"), 1);
}
