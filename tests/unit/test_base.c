#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/value.h"
#include "folder_case.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

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

Test(error, a_text_can_be_shown_whatever_a_server_said)
{
	struct gw_error err;

	gw_fail(&err, GW_RETRY, "it says: %s", "a\x1b[2Jb\tc\xff\xc3 d\ne\x7f");
	cr_assert_str_eq(err.text, "it says: a [2Jb c?? d\ne ");
	gw_wrap(&err, "%s", "\xe1\xbb");
	cr_assert(gw_utf8_valid(err.text, strlen(err.text)), "%s", err.text);
}

Test(error, memory_that_ran_out_is_said_and_nothing_else)
{
	struct gw_error err;

	gw_memory_lost();
	cr_assert_eq(gw_fail(&err, GW_REJECT, "this is no row"), GW_FATAL);
	cr_assert_str_eq(err.text, "out of memory");
	cr_assert_eq(err.status, GW_FATAL);
	cr_assert_eq(gw_fail(&err, GW_REJECT, "this is no row"), GW_REJECT, "said once");
	gw_memory_lost();
	cr_assert_eq(gw_fail_memory(&err), GW_FATAL);
	cr_assert_eq(gw_fail(&err, GW_CONFIG, "this is no file"), GW_CONFIG, "said once");
}

Test(text, a_line_is_utf8_without_control_characters)
{
	cr_assert(gw_line_valid("quan hệ \"t\" không có"));
	cr_assert(gw_line_valid(""));
	cr_assert_not(gw_line_valid("a\nb"));
	cr_assert_not(gw_line_valid("a\x7f"));
	cr_assert_not(gw_line_valid("a\xc3"));
	cr_assert(gw_sqlstate_valid("23505") && gw_sqlstate_valid("XX000"));
	cr_assert_not(gw_sqlstate_valid("2350"));
	cr_assert_not(gw_sqlstate_valid("235050"));
	cr_assert_not(gw_sqlstate_valid("23\x1b[5"));
	cr_assert_eq(gw_utf8_next("ữ", 3), 3);
	cr_assert_eq(gw_utf8_next("ữ", 2), 0, "cut off");
	cr_assert_eq(gw_utf8_next("", 1), 0, "NUL");
	cr_assert_eq(gw_utf8_next("a", 0), 0, "nothing");
}

static void
put_bytes(const char *name, const char *bytes, size_t len, mode_t mode)
{
	struct gw_error err;

	cr_assert_eq(gw_file_create(name, 0600, bytes, len, &err), GW_OK, "%s", err.text);
	cr_assert_eq(chmod(name, mode), 0);
}

Test(file, what_was_created_is_read, .init = folder_make, .fini = folder_drop)
{
	struct gw_error err = {0};
	struct gw_buf buf;

	put_bytes("a", "x\0y\n", 4, 0644);
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
	put_bytes("empty", "", 0, 0644);
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

		put_bytes("s", "hunter2 \r\n\n", 11, cases[i].mode);
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
