/*
 * Names, ledger, bookmarks and sets of keys of dropped files.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "file/header.h"
#include "file/keyset.h"
#include "file/ledger.h"
#include "file/pattern.h"
#include "file/place.h"

static struct gw_error err;

/* ---- names ---------------------------------------------------------------------------------- */

Test(drop_pattern, matches_as_people_mean_it)
{
	static const struct {
		const char *pattern, *name, *part; /* NULL: no match */
	} cases[] = {
		{"dan-so-{part}-*.xlsx", "dan-so-00123-2026-09.xlsx", "00123"},
		{"dan-so-{part}-*.xlsx", "DAN-SO-00123-2026-09.XLSX", "00123"},
		{"dan-so-{part}-*.xlsx", "dan-so--2026.xlsx", NULL},
		{"dan-so-{part}.csv", "dan-so-xa-Kim-Long.csv", "xa-kim-long"},
		{"*.csv", "a.b.csv", "a.b.csv"},
		{"*.csv", "a.csv.bak", NULL},
		{"thang-??.csv", "thang-09.csv", "thang-09.csv"},
		{"thang-??.csv", "thang-9.csv", NULL},
		{"x?ng.csv", "x\xc3\xa3ng.csv", "x\xc3\xa3ng.csv"},
		/* composed and decomposed */
		{"x\xc3\xa3-*.csv", "xa\xcc\x83-1.csv", "x\xc3\xa3-1.csv"},
		{"{part}", "a", "a"},
		{"a**b", "ab", "ab"},
		{"*", "\xff", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char part[GW_FILE_NAME] = "-";
		bool matches = gw_pattern_match(cases[i].pattern, cases[i].name, part);

		cr_assert_eq(matches, cases[i].part != NULL, "%s with %s", cases[i].pattern,
			     cases[i].name);
		if (matches)
			cr_assert_str_eq(part, cases[i].part, "%s with %s", cases[i].pattern,
					 cases[i].name);
	}
}

Test(drop_pattern, gives_up_on_one_that_would_take_for_ever)
{
	char part[GW_FILE_NAME], name[200];

	memset(name, 'a', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	cr_assert_not(gw_pattern_match("*a*a*a*a*a*a*a*b", name, part));
}

Test(drop_pattern, allows_one_part_and_no_other_braces)
{
	cr_assert(gw_pattern_valid("a-*.csv"));
	cr_assert(gw_pattern_valid("a-{part}-*.csv"));
	cr_assert_not(gw_pattern_valid("a-{part}-{part}.csv"));
	cr_assert_not(gw_pattern_valid("a-{commune}.csv"));
	cr_assert_not(gw_pattern_valid("a-}{.csv"));
}

Test(drop_names, are_ordered_by_their_numbers)
{
	static const char *const ordered[] = {"a",         "a-9.csv",  "a-009b.csv", "a-10.csv",
					      "a-100.csv", "a-2026-9", "a-2026-10",  "b-1"};

	for (size_t i = 0; i < sizeof ordered / sizeof ordered[0]; i++)
		for (size_t j = 0; j < sizeof ordered / sizeof ordered[0]; j++) {
			int order = gw_pattern_compare(ordered[i], ordered[j]);

			cr_assert_eq((order > 0) - (order < 0), (i > j) - (i < j), "%s and %s",
				     ordered[i], ordered[j]);
		}
	cr_assert_neq(gw_pattern_compare("a-09", "a-9"), 0, "names that differ are never equal");
}

Test(drop_names, of_nobodys_data_are_ignored)
{
	static const char *const ignored[] = {".x.csv",
					      "~$x.xlsx",
					      "x.csv.part",
					      "x.xlsx.TMP",
					      "x.crdownload",
					      "x.filepart",
					      "Thumbs.db",
					      "DESKTOP.INI",
					      ".DS_Store",
					      ".~lock.x.xlsx#",
					      "x.xlsx:Zone.Identifier"};

	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		cr_assert(gw_name_ignored(ignored[i]), "%s", ignored[i]);
	cr_assert_not(gw_name_ignored("x.csv"));
	cr_assert_not(gw_name_ignored("part.csv"));
	cr_assert_not(gw_name_ignored("my-thumbs.db"));
}

Test(drop_names, lose_the_mark_that_lets_them_pass)
{
	char plain[GW_FILE_NAME];
	bool confirmed;

	cr_assert(gw_name_plain("XacNhan-a.csv", plain, &confirmed));
	cr_assert_str_eq(plain, "a.csv");
	cr_assert(confirmed);
	cr_assert(gw_name_plain("a-xacnhan-.csv", plain, &confirmed));
	cr_assert_str_eq(plain, "a-xacnhan-.csv");
	cr_assert_not(confirmed);
	cr_assert_not(gw_name_plain("\xff.csv", plain, &confirmed));
}

Test(drop_names, that_cannot_be_written_down_are_told_and_made_so)
{
	static const struct {
		const char *name, *safe;
		bool odd;
	} cases[] = {
		{"thôn 1.csv", "thôn 1.csv", false}, {"🙂.csv", "🙂.csv", false},
		{"a\nb.csv", "a_b.csv", true},       {"a\x7f.csv", "a_.csv", true},
		{"a\u2028b.csv", "a___b.csv", true}, {"\xc3.csv", "_.csv", true},
	};
	char name[400], safe[GW_FILE_NAME];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		cr_expect_eq(gw_name_odd(cases[i].name) != NULL, cases[i].odd, "%s", cases[i].name);
		gw_name_safe(cases[i].name, safe);
		cr_expect_str_eq(safe, cases[i].safe, "%s", safe);
	}
	/* Not within a character, and with its ending. */
	for (size_t len = 220; len < 390; len++) {
		memset(name, 'x', len);
		memcpy(name + len - 8, "ữ.csv", sizeof "ữ.csv");
		gw_name_safe(name, safe);
		cr_assert_leq(strlen(safe), GW_FILE_NAME_TAKEN);
		cr_assert(gw_utf8_valid(safe, strlen(safe)));
		cr_assert_str_eq(safe + strlen(safe) - 4, ".csv", "%zu: %s", len, safe);
	}
}

Test(drop_names, of_columns_in_older_encodings_are_read)
{
	static const struct {
		const char *cell, *name;
	} cases[] = {
		{"Họ và tên", "Họ và tên"},
		{"  Số \n tiền ", "Số tiền"},
		{"id", "id"},
		{"Mã", "Mã"},
		{"Hoò và tên", "Họ và tên"},
		{"Ðiòa chiÒ", "Địa chỉ"},
		{"Sôì CCCD", "Số CCCD"},
		{"Tên", "Tên"},
		{"Hä vµ tªn", "Họ và tên"},
	};
	struct gw_arena arena;

	gw_arena_init(&arena, 1 << 16);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct gw_value cell = {.kind = GW_TEXT,
					      .len = (uint32_t)strlen(cases[i].cell),
					      .as.text = cases[i].cell};
		bool failed = false;

		cr_expect_str_eq(gw_header_name(&cell, &arena, &failed), cases[i].name, "%s",
				 cases[i].cell);
		cr_expect_not(failed);
	}
	gw_arena_release(&arena);
}

/* ---- ledger --------------------------------------------------------------------------------- */

static char ledger_path[] = "/tmp/songma-ledger.XXXXXX";
static struct gw_ledger ledger;

static void
setup(void)
{
	int fd = mkstemp(ledger_path);
	bool fresh;

	cr_assert_geq(fd, 0);
	(void)close(fd);
	(void)unlink(ledger_path);
	cr_assert_eq(gw_ledger_open(&ledger, ledger_path, &fresh, &err), GW_OK);
	cr_assert(fresh);
}

static void
teardown(void)
{
	gw_ledger_close(&ledger);
	(void)unlink(ledger_path);
}

TestSuite(drop_ledger, .init = setup, .fini = teardown);

static enum gw_status
add(struct gw_ledger *to, const char *stream, const char *part, const char *name, int content)
{
	struct gw_taken taken = {.rows = content, .at_us = 1000000};

	(void)snprintf(taken.stream, sizeof taken.stream, "%s", stream);
	(void)snprintf(taken.part, sizeof taken.part, "%s", part);
	(void)snprintf(taken.name, sizeof taken.name, "%s", name);
	memset(taken.sha, content, sizeof taken.sha);
	return gw_ledger_add(to, &taken, &err);
}

static void
take(const char *stream, const char *part, const char *name, int content)
{
	cr_assert_eq(add(&ledger, stream, part, name, content), GW_OK, "%s", err.text);
}

static void
reopen(void)
{
	bool fresh;

	gw_ledger_close(&ledger);
	cr_assert_eq(gw_ledger_open(&ledger, ledger_path, &fresh, &err), GW_OK);
	cr_assert_not(fresh);
}

static void
expect_two(void)
{
	unsigned char one[GW_SHA], three[GW_SHA];
	const struct gw_taken *first = gw_ledger_next(&ledger, "s", 0), *second;

	memset(one, 1, sizeof one);
	memset(three, 3, sizeof three);
	cr_assert_str_eq(gw_ledger_of_part(&ledger, "s", "1")->name, "1-10.csv");
	cr_assert_null(gw_ledger_of_part(&ledger, "other", "1"));
	cr_assert_null(gw_ledger_of_content(&ledger, "s", one), "it no longer stands");
	cr_assert_not_null(gw_ledger_of_content(&ledger, "s", three));
	cr_assert_str_eq(first->part, "2", "in the order in which they were taken");
	second = gw_ledger_next(&ledger, "s", first->place + 1);
	cr_assert_str_eq(second->part, "1");
	cr_assert_null(gw_ledger_next(&ledger, "s", second->place + 1));
}

Test(drop_ledger, knows_what_stands_for_each_part_after_a_restart_too)
{
	take("s", "1", "1-09.csv", 1);
	take("s", "2", "2-09.csv", 2);
	take("t", "1", "1-09.csv", 1);
	take("s", "1", "1-10.csv", 3);
	expect_two();
	reopen();
	expect_two();
}

Test(drop_ledger, passes_over_half_a_line_and_goes_on_behind_it)
{
	int fd;

	take("s", "2", "2-09.csv", 2);
	fd = open(ledger_path, O_WRONLY | O_APPEND);
	cr_assert_eq(write(fd, "{\"v\":1,\"stream\":\"s\",\"pa", 23), 23);
	(void)close(fd);
	reopen();
	take("s", "1", "1-10.csv", 3);
	reopen();
	expect_two();
}

Test(drop_ledger, is_not_written_by_who_knows_of_the_past_only)
{
	struct gw_ledger stopped;
	bool fresh;

	take("s", "1", "1-09.csv", 1);
	cr_assert_eq(gw_ledger_open(&stopped, ledger_path, &fresh, &err), GW_OK);
	cr_assert_eq(add(&stopped, "s", "1", "1-10.csv", 2), GW_OK, "%s", err.text);
	cr_assert_eq(add(&stopped, "s", "1", "1-11.csv", 3), GW_OK, "its own are none of others");
	cr_assert_eq(add(&ledger, "s", "1", "1-10.csv", 2), GW_FENCED);
	gw_ledger_close(&stopped);
	reopen();
	cr_assert_str_eq(gw_ledger_of_part(&ledger, "s", "1")->name, "1-11.csv");
}

/* ---- bookmarks ------------------------------------------------------------------------------ */

Test(drop_place, is_what_was_written)
{
	struct gw_drop_place place = {
		.phase = GW_DROP_GONE,
		.any = true,
		.replaces = true,
		.row = 1234,
		.sent = 1000,
		.gone = 7,
		.skipped = 2,
		.shape = 0x0123456789abcdef,
		.id = "0123456789abcdef",
		.about = "CSV, UTF-8, ;",
		.file = {.rows = 99,
			 .place = 12,
			 .name = "d\xc3\xa2n-s\xe1\xbb\x91.csv",
			 .part = "1"},
	};
	struct gw_drop_place read;
	struct gw_bookmark bookmark;
	char text[200];

	memset(place.file.sha, 0xab, GW_SHA);
	memset(place.before, 0xcd, GW_SHA);
	cr_assert_eq(gw_drop_place_write(&place, &bookmark, &err), GW_OK);
	cr_assert_eq(gw_drop_place_read(&bookmark, &read, &err), GW_OK, "%s", err.text);
	cr_assert_eq(memcmp(&place, &read, sizeof place), 0);
	cr_assert_eq(gw_drop_place_describe(&bookmark, text, sizeof text, &err), GW_OK);
	cr_assert_not_null(strstr(text, "1234"));
}

Test(drop_place, refuses_what_is_no_place)
{
	static const char *const texts[] = {
		"", "{}", "[1]", "null", "{\"v\":1,\"source\":\"x\"}",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct gw_bookmark bookmark = {.len = (uint32_t)strlen(texts[i])};
		struct gw_drop_place place;

		memcpy(bookmark.bytes, texts[i], bookmark.len);
		cr_assert_eq(gw_drop_place_read(&bookmark, &place, &err), GW_CONFIG, "%s",
			     texts[i]);
	}
}

/* ---- sets of keys --------------------------------------------------------------------------- */

static struct gw_value
text_value(const char *text)
{
	return (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)strlen(text), .as.text = text};
}

static struct gw_keyhash
hash(struct gw_value value)
{
	struct gw_keyhash out = {0, 0};

	(void)gw_keyhash_of(&value, 1, &out);
	return out;
}

static bool
same(struct gw_value a, struct gw_value b)
{
	struct gw_keyhash x = hash(a), y = hash(b);

	return gw_keyhash_compare(&x, &y) == 0;
}

Test(drop_keys, are_the_same_where_people_take_them_for_the_same)
{
	cr_assert(same(text_value("0012"), text_value(" 12 ")), "zeros that Excel drops");
	cr_assert(same(text_value("'0012"), (struct gw_value){.kind = GW_INT, .as.integer = 12}));
	cr_assert(same(text_value("x\xc3\xa3"), text_value("xa\xcc\x83")), "NFD");
	cr_assert(same(text_value("1970-01-02"),
		       (struct gw_value){.kind = GW_DATE, .as.integer = 1}));
	cr_assert_not(same(text_value("120"), text_value("12")));
	cr_assert_not(same(text_value("0"), text_value("00x")));
	cr_assert_not(same(text_value("A12"), text_value("a12")));
}

Test(drop_keys, keep_their_parts_apart)
{
	struct gw_value a[] = {text_value("1"), text_value("23")};
	struct gw_value b[] = {text_value("12"), text_value("3")};
	struct gw_value none[] = {{.kind = GW_NULL}, {.kind = GW_NULL}};
	struct gw_keyhash x, y;

	cr_assert(gw_keyhash_of(a, 2, &x));
	cr_assert(gw_keyhash_of(b, 2, &y));
	cr_assert_neq(gw_keyhash_compare(&x, &y), 0);
	cr_assert_not(gw_keyhash_of(none, 2, &x), "no key");
}

static struct gw_keyhash
nth(uint64_t n)
{
	return (struct gw_keyhash){.high = n * UINT64_C(0x9e3779b97f4a7c15), .low = n};
}

static void
write_set(int dir, const char *path, uint64_t from, uint64_t to)
{
	struct gw_keylist list = {.keys = NULL};

	for (uint64_t n = from; n < to; n++) {
		struct gw_keyhash key = nth(n);

		cr_assert_eq(gw_keylist_add(&list, &key, &err), GW_OK);
		if (n % 10 == 0)
			cr_assert_eq(gw_keylist_add(&list, &key, &err), GW_OK);
	}
	cr_assert_eq(gw_keylist_sort(&list), (to - from + 9) / 10, "those that are there twice");
	cr_assert_eq(gw_keyset_write(&list, dir, "draft", path, 7, &err), GW_OK, "%s", err.text);
	gw_keylist_free(&list);
}

/* Cut off, as a crash may leave it. */
static void
expect_damage_noticed(int dir)
{
	struct gw_keyset set;
	int fd = openat(dir, "now", O_WRONLY);

	cr_assert_eq(ftruncate(fd, 1000), 0);
	(void)close(fd);
	cr_assert_not(gw_keyset_open(&set, dir, "now", 7));
}

Test(drop_keys, tell_what_a_newer_set_lacks)
{
	char folder[] = "/tmp/songma-keys.XXXXXX";
	struct gw_keyset old, now;
	struct gw_keylist gone = {.keys = NULL};
	int dir;

	cr_assert_not_null(mkdtemp(folder));
	dir = open(folder, O_RDONLY | O_DIRECTORY);
	write_set(dir, "old", 0, 1000);
	write_set(dir, "now", 100, 1100);
	cr_assert_not(gw_keyset_open(&old, dir, "old", 8), "a set of other columns");
	cr_assert_not(gw_keyset_open(&old, dir, "none", 7));
	cr_assert(gw_keyset_open(&old, dir, "old", 7));
	cr_assert(gw_keyset_open(&now, dir, "now", 7));
	cr_assert_eq(gw_keyset_missing(&old, &now, &gone, &err), GW_OK);
	cr_assert_eq(gone.count, 100);
	for (uint64_t n = 0; n < 1100; n++) {
		struct gw_keyhash key = nth(n);

		cr_assert_eq(gw_keylist_has(&gone, &key), n < 100, "%d", (int)n);
		cr_assert_eq(gw_keyset_has(&now, &key), n >= 100, "%d", (int)n);
	}
	gw_keylist_without(&gone, &old);
	cr_assert_eq(gone.count, 0);
	gw_keylist_free(&gone);
	gw_keyset_close(&old);
	gw_keyset_close(&now);
	expect_damage_noticed(dir);
	(void)unlinkat(dir, "old", 0);
	(void)unlinkat(dir, "now", 0);
	(void)close(dir);
	(void)rmdir(folder);
}
