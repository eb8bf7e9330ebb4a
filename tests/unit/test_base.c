#include <criterion/criterion.h>
#include <fcntl.h>
#include <limits.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "base/value.h"

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

/* The calendar counted day by day, which shares nothing with the formula. */
Test(text, every_day_of_nine_thousand_years_is_its_own_number)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int64_t days = -719162;

	for (int y = 1; y <= 9999; y++) {
		bool leap = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

		for (int m = 1; m <= 12; m++) {
			int last = lengths[m - 1] + (m == 2 && leap);
			int ry, rm, rd;
			int64_t n;

			for (int d = 1; d <= last; d += d < last - 1 ? 7 : 1) {
				gw_date_to_civil(days + d - 1, &ry, &rm, &rd);
				if (ry != y || rm != m || rd != d)
					cr_assert_fail("%ld is %d-%d-%d, not %d-%d-%d", (long)days,
						       ry, rm, rd, y, m, d);
				if (!gw_date_from_civil(y, m, d, &n) || n != days + d - 1)
					cr_assert_fail("%d-%d-%d", y, m, d);
			}
			cr_assert_not(gw_date_from_civil(y, m, last + 1, &n));
			days += last;
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

Test(text, width_counts_columns_of_a_terminal)
{
	cr_assert_eq(gw_utf8_width("abc"), 3);
	cr_assert_eq(gw_utf8_width("Thọ Xuân"), 8);
	cr_assert_eq(gw_utf8_width("Tho\xcc\xa3"), 3, "combining marks take none");
	cr_assert_eq(gw_utf8_width("文"), 2);
	cr_assert_eq(gw_utf8_width("\xff"), 1);
}

Test(arena, memory_is_aligned_for_any_type)
{
	struct gw_arena arena;

	gw_arena_init(&arena, 1 << 20);
	for (size_t size = 1; size < 200; size++) {
		void *p = gw_arena_alloc(&arena, size);

		cr_assert_not_null(p);
		cr_assert_eq((uintptr_t)p % _Alignof(max_align_t), 0);
		memset(p, 0xff, size);
	}
	for (const unsigned char *z = gw_arena_zalloc(&arena, 100), *p = z; p < z + 100; p++)
		cr_assert_eq(*p, 0);
	cr_assert_str_eq(gw_arena_copy(&arena, "abcdef", 3), "abc");
	cr_assert_str_eq(gw_arena_copy(&arena, NULL, 0), "");
	gw_arena_release(&arena);
}

Test(arena, the_limit_holds)
{
	struct gw_arena arena;
	size_t n = 0;

	gw_arena_init(&arena, 1 << 20);
	while (gw_arena_alloc(&arena, 1000) != NULL)
		n++;
	cr_assert_leq(n * 1000, 1 << 20);
	cr_assert_geq(n * 1000, (1 << 20) / 100 * 99, "%zu", n);
	cr_assert_leq(arena.held, 1 << 20);
	gw_arena_release(&arena);
	cr_assert_null(gw_arena_alloc(&arena, (1 << 20) + 1));
	cr_assert_null(gw_arena_alloc(&arena, SIZE_MAX));
	cr_assert_null(gw_arena_alloc(&arena, SIZE_MAX - 20));
	cr_assert_null(gw_arena_copy(&arena, "", SIZE_MAX));
	cr_assert_not_null(gw_arena_alloc(&arena, 1 << 20), "usable after release");
	gw_arena_release(&arena);
}

Test(arena, reset_keeps_the_blocks_for_the_next_batch)
{
	struct gw_arena arena;
	size_t held;

	gw_arena_init(&arena, 16 << 20);
	for (int i = 0; i < 5000; i++)
		cr_assert_not_null(gw_arena_alloc(&arena, 1000));
	held = arena.held;
	for (int batch = 0; batch < 10; batch++) {
		gw_arena_reset(&arena);
		for (int i = 0; i < 5000; i++) {
			char *p = gw_arena_alloc(&arena, 1000);

			cr_assert_not_null(p);
			memset(p, batch, 1000);
		}
		cr_assert_eq(arena.held, held);
	}
	gw_arena_release(&arena);
	cr_assert_eq(arena.held, 0);
}

Test(arena, blocks_of_an_earlier_batch_do_not_keep_a_large_value_out)
{
	struct gw_arena arena;
	char *small;

	gw_arena_init(&arena, 4 << 20);
	while (gw_arena_alloc(&arena, 1000) != NULL)
		;
	gw_arena_reset(&arena);
	small = gw_arena_copy(&arena, "kept", 4);
	cr_assert_not_null(gw_arena_alloc(&arena, 3 << 20));
	cr_assert_str_eq(small, "kept");
	cr_assert_leq(arena.held, 4 << 20);
	gw_arena_reset(&arena);
	cr_assert_not_null(gw_arena_alloc(&arena, 4 << 20));
	gw_arena_release(&arena);
}

Test(buf, the_maximum_holds_to_the_byte)
{
	struct gw_buf buf;

	gw_buf_init(&buf, 100);
	for (int i = 0; i < 100; i++)
		cr_assert(gw_buf_putc(&buf, 'x'));
	cr_assert(gw_buf_puts(&buf, ""), "nothing more fits in a full buffer");
	cr_assert_eq(buf.len, 100);
	cr_assert_eq(buf.data[100], '\0');
	cr_assert_not(gw_buf_putc(&buf, 'x'));
	cr_assert(buf.failed);
	gw_buf_clear(&buf);
	cr_assert(gw_buf_printf(&buf, "%0100d", 7));
	cr_assert_eq(strlen(buf.data), 100);
	gw_buf_clear(&buf);
	cr_assert_not(gw_buf_printf(&buf, "%0101d", 7));
	gw_buf_release(&buf);
	gw_buf_init(&buf, 0);
	cr_assert(gw_buf_puts(&buf, ""));
	cr_assert_str_eq(buf.data, "");
	cr_assert_not(gw_buf_putc(&buf, 'x'));
	gw_buf_release(&buf);
}

Test(buf, a_failure_sticks_until_it_is_cleared)
{
	struct gw_buf buf;

	gw_buf_init(&buf, 8);
	cr_assert(gw_buf_puts(&buf, "12345"));
	cr_assert_not(gw_buf_puts(&buf, "67890"));
	cr_assert_not(gw_buf_puts(&buf, "6"), "it would fit, but something is missing before it");
	cr_assert_not(gw_buf_printf(&buf, "%d", 6));
	cr_assert_str_eq(buf.data, "12345");
	gw_buf_clear(&buf);
	cr_assert(gw_buf_puts(&buf, "12345678"));
	cr_assert_str_eq(buf.data, "12345678");
	gw_buf_release(&buf);
	cr_assert_null(buf.data);
	cr_assert(gw_buf_puts(&buf, "1234"), "usable after release");
	cr_assert_not(gw_buf_append(&buf, "x", SIZE_MAX));
	gw_buf_release(&buf);
}

Test(buf, integers_are_big_endian)
{
	struct gw_buf buf;

	gw_buf_init(&buf, 100);
	gw_buf_put_u16(&buf, 0x0102);
	gw_buf_put_u32(&buf, 0x03040506);
	gw_buf_put_u64(&buf, 0x0708090a0b0c0d0e);
	cr_assert_eq(buf.len, 14);
	for (size_t i = 0; i < 14; i++)
		cr_assert_eq(buf.data[i], (char)(i + 1));
	gw_buf_release(&buf);
}

Test(error, says_status_and_cause)
{
	struct gw_error err = {.sqlstate = "08006"};

	cr_assert_eq(gw_fail(&err, GW_REJECT, "%d digits", 11), GW_REJECT);
	cr_assert_str_eq(err.text, "11 digits");
	cr_assert_str_eq(err.sqlstate, "");
	cr_assert_eq(gw_wrap(&err, "stream %s", "death"), GW_REJECT);
	cr_assert_str_eq(err.text, "stream death: 11 digits");
	cr_assert_eq(gw_fail(&err, GW_RETRY, "again: %s", err.text), GW_RETRY);
	cr_assert_str_eq(err.text, "again: stream death: 11 digits");
	cr_assert_eq(gw_fail_memory(&err), GW_FATAL);
	cr_assert_str_eq(gw_status_name(GW_FENCED), "fenced");
	cr_assert_eq(gw_status_exit(GW_OK), 0);
	cr_assert_eq(gw_status_exit(GW_FATAL), 1);
	cr_assert_eq(gw_status_exit(GW_CONFIG), 2);
	cr_assert_eq(gw_status_exit(GW_RETRY), 3);
}

Test(error, a_text_that_is_cut_stays_utf8)
{
	char filler[1100];
	struct gw_error err;

	for (size_t n = 990; n < sizeof err.text; n++) {
		memset(filler, 'x', n);
		filler[n] = '\0';
		gw_fail(&err, GW_FATAL, "%sữậ🚗ữậ", filler);
		cr_assert_lt(strlen(err.text), sizeof err.text);
		cr_assert(gw_utf8_valid(err.text, strlen(err.text)), "%zu", n);
		cr_assert(strncmp(err.text, filler, n) == 0);
		gw_fail(&err, GW_FATAL, "ữậữậ");
		gw_wrap(&err, "%s", filler);
		cr_assert(gw_utf8_valid(err.text, strlen(err.text)), "%zu", n);
	}
	gw_fail(&err, GW_FATAL, "Thọ");
	cr_assert_str_eq(err.text, "Thọ", "a whole character at the end stays");
	gw_wrap(&err, "%s", "đ");
	cr_assert_str_eq(err.text, "đ: Thọ");
}

static char folder[64], project[4096];

static void
folder_make(void)
{
	cr_assert_not_null(getcwd(project, sizeof project));
	strcpy(folder, "/tmp/songma-base-XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
}

static void
folder_drop(void)
{
	char command[100];

	cr_assert_eq(chdir(project), 0, "a sanitizer's report goes to the build folder");
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	cr_assert_eq(system(command), 0);
}

static void
put_file(const char *name, const char *bytes, size_t len, mode_t mode)
{
	struct gw_error err;

	cr_assert_eq(gw_file_create(name, 0600, bytes, len, &err), GW_OK, "%s", err.text);
	cr_assert_eq(chmod(name, mode), 0);
}

Test(file, what_was_created_is_read, .init = folder_make, .fini = folder_drop)
{
	struct gw_error err = {0};
	struct gw_buf buf;

	put_file("a", "x\0y\n", 4, 0644);
	gw_buf_init(&buf, 4);
	cr_assert_eq(gw_file_read("a", &buf, &err), GW_OK, "exactly the maximum: %s", err.text);
	cr_assert_eq(buf.len, 4);
	cr_assert_arr_eq(buf.data, "x\0y\n", 5);
	cr_assert_eq(gw_file_create("a", 0644, "b", 1, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, "a: cannot be created: File exists");
	gw_buf_release(&buf);
	gw_buf_init(&buf, 3);
	cr_assert_eq(gw_file_read("a", &buf, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, "a: is larger than 3 bytes");
	gw_buf_release(&buf);
	cr_assert_eq(gw_file_read(".", &buf, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, ".: cannot be read: Is a directory");
	put_file("empty", "", 0, 0644);
	cr_assert_eq(gw_file_read("empty", &buf, &err), GW_OK);
	cr_assert_str_eq(buf.data, "", "data is never NULL after success");
	gw_buf_release(&buf);
}

Test(file, a_secret_that_others_may_read_is_refused, .init = folder_make, .fini = folder_drop)
{
	static const struct {
		mode_t mode;
		bool ok;
	} cases[] = {{0600, true},  {0400, true},  {0640, false}, {0604, false},
		     {0620, false}, {0644, false}, {0610, false}};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct gw_error err = {0};
		struct gw_buf buf;

		put_file("s", "hunter2 \r\n\n", 11, cases[i].mode);
		gw_buf_init(&buf, 100);
		cr_expect_eq(gw_file_read_secret("s", &buf, &err), cases[i].ok ? GW_OK : GW_CONFIG,
			     "%03o", cases[i].mode);
		if (cases[i].ok)
			cr_expect_str_eq(buf.data, "hunter2");
		else
			cr_expect_not_null(strstr(err.text, "chmod 600 s"), "%s", err.text);
		cr_expect_null(strstr(err.text, "hunter"));
		gw_buf_release(&buf);
		unlink("s");
	}
}

Test(file, paths_are_joined_and_cut)
{
	static const struct {
		const char *dir, *name, *joined, *parent;
	} cases[] = {
		{"/etc/songma", "songma.yaml", "/etc/songma/songma.yaml", "/etc/songma"},
		{"/etc/songma", "/var/x", "/var/x", "/var"},
		{"a", "b/c", "a/b/c", "a/b"},
		{"/", "x", "//x", "/"},
		{".", "x", "./x", "."},
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		char *joined = gw_path_join(cases[i].dir, cases[i].name);
		char *parent = gw_path_dir(cases[i].joined);

		cr_expect_str_eq(joined, cases[i].joined);
		cr_expect_str_eq(parent, cases[i].parent);
		free(joined);
		free(parent);
	}
}

Test(value, equal_means_kind_and_content)
{
	struct gw_value text = {.kind = GW_TEXT, .len = 2, .as.text = "ab"};
	struct gw_value same = {.kind = GW_TEXT, .len = 2, .as.text = "abc"};
	struct gw_value bytes = {.kind = GW_BYTES, .len = 2, .as.text = "ab"};
	struct gw_value empty = {.kind = GW_TEXT}, null = {.kind = GW_NULL};
	struct gw_value five = {.kind = GW_INT, .as.integer = 5};
	struct gw_value day = {.kind = GW_DATE, .as.integer = 5};

	cr_assert(gw_value_equal(&text, &same));
	cr_assert_not(gw_value_equal(&text, &bytes));
	cr_assert_not(gw_value_equal(&text, &empty));
	cr_assert(gw_value_equal(&empty, &empty));
	cr_assert(gw_value_equal(&null, &null));
	cr_assert_not(gw_value_equal(&null, &empty));
	cr_assert_not(gw_value_equal(&five, &day));
	cr_assert_str_eq(gw_kind_name(GW_TIMESTAMP), "timestamp");
}
