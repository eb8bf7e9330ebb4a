#include <criterion/criterion.h>
#include <string.h>

#include "normalise/commune.h"
#include "normalise/csv.h"
#include "rule_case.h"

#define UNITS "tests/data/units/"

static struct gw_codes *codes;
static struct rule_case run;

static void
read_codes(void)
{
	rule_case_init(&run);
	cr_assert_eq(gw_codes_read("schemas", &codes, &run.err), GW_OK, "%s", run.err.text);
	run.context.codes = codes;
	run.context.name_column = "ten_xa";
}

static void
free_codes(void)
{
	gw_codes_free(codes);
	rule_case_release(&run);
}

TestSuite(commune, .init = read_codes, .fini = free_codes);

/* code in map with name comes to expected, a code or "!reject", and is of expected_map. */
static void
check(const char *map, const char *code, const char *name, const char *expected,
      const char *expected_map)
{
	struct gw_value beside = text_value(name);

	run.context.list = gw_codes_map(codes, map);
	cr_assert_not_null(run.context.list);
	run.context.name = &beside;
	/* Once: a code that the name chose is of another map than the row's. */
	cr_assert_str_eq(rule_case_run(&run, "commune_code", text_value(code)), expected,
			 "%s %s: got %s, expected %s (%s)", code, name, run.text, expected,
			 run.err.text);
	if (expected[0] != '!')
		cr_assert_str_eq(gw_code_list_name(run.context.used), expected_map, "%s %s", code,
				 name);
}

static void
stays(const char *map, const char *code, const char *name)
{
	check(map, code, name, code, map);
}

/* A file of tests/data/units, whole. */
struct table {
	struct row {
		char field[4][512];
	} * rows;
	size_t count;
};

static struct table
read_table(const char *path, const char *const names[4])
{
	struct table table = {.rows = calloc(600, sizeof *table.rows)};
	struct gw_csv *csv = NULL;
	bool more = true;

	cr_assert_not_null(table.rows);
	cr_assert_eq(gw_csv_open(path, &csv, &run.err), GW_OK, "%s", run.err.text);
	while (gw_csv_next(csv, &more, &run.err) == GW_OK && more) {
		cr_assert_lt(table.count, 600);
		for (size_t i = 0; i < 4; i++)
			(void)snprintf(table.rows[table.count].field[i], 512, "%s",
				       gw_csv_field(csv, names[i] == NULL
								 ? -1
								 : gw_csv_column(csv, names[i])));
		table.count++;
	}
	cr_assert_not(more, "%s", run.err.text);
	gw_csv_free(csv);
	return table;
}

enum { OLD, NEW, OLD_NAME, NEW_NAME };

static struct table
read_merge(void)
{
	static const char *const names[] = {"old_code", "new_code", "old_name", "new_name"};

	return read_table(UNITS "merge_38.csv", names);
}

/* The name without the word for its kind. */
static const char *
bare(const char *name)
{
	static const char *const kinds[] = {"Xã ", "Phường ", "Thị trấn "};

	for (size_t i = 0; i < 3; i++)
		if (strncmp(name, kinds[i], strlen(kinds[i])) == 0)
			return name + strlen(kinds[i]);
	return name;
}

static size_t
count_heirs(const struct table *merge, const char *old)
{
	size_t n = 0;

	for (size_t i = 0; i < merge->count; i++)
		n += strcmp(merge->rows[i].field[OLD], old) == 0;
	return n;
}

static bool
has_heir(const struct table *merge, const char *old, const char *name)
{
	for (size_t i = 0; i < merge->count; i++)
		if (strcmp(merge->rows[i].field[OLD], old) == 0 &&
		    strcmp(bare(merge->rows[i].field[NEW_NAME]), bare(name)) == 0)
			return true;
	return false;
}

Test(commune, keeps_its_code_where_its_name_stands_beside_it)
{
	struct table merge = read_merge();
	char capitals[GW_FOLD_MAX + 1], folded[GW_FOLD_MAX + 1];

	cr_assert_eq(merge.count, 558);
	for (size_t i = 0; i < merge.count; i++) {
		const struct row *row = &merge.rows[i];

		stays(GW_MAP_BEFORE, row->field[OLD], row->field[OLD_NAME]);
		stays(GW_MAP_BEFORE, row->field[OLD], bare(row->field[OLD_NAME]));
		stays(GW_MAP_BEFORE, row->field[OLD], "");
		stays(GW_MAP_AFTER, row->field[NEW], row->field[NEW_NAME]);
		gw_text_fold(row->field[NEW_NAME], strlen(row->field[NEW_NAME]), folded);
		cr_assert(gw_text_capitals(folded, capitals));
		stays(GW_MAP_AFTER, row->field[NEW], capitals);
	}
	free(merge.rows);
}

Test(commune, goes_by_the_name_of_a_new_commune_only_where_the_old_one_was_divided)
{
	struct table merge = read_merge();
	size_t parts = 0;

	for (size_t i = 0; i < merge.count; i++) {
		const struct row *row = &merge.rows[i];
		bool own = strcmp(bare(row->field[OLD_NAME]), bare(row->field[NEW_NAME])) == 0;

		if (own || count_heirs(&merge, row->field[OLD]) == 1) {
			stays(GW_MAP_BEFORE, row->field[OLD], row->field[NEW_NAME]);
			continue;
		}
		check(GW_MAP_BEFORE, row->field[OLD], row->field[NEW_NAME], row->field[NEW],
		      GW_MAP_AFTER);
		parts++;
	}
	cr_assert_gt(parts, 10);
	check(GW_MAP_BEFORE, "14758", "Hạc Thành", "14797", GW_MAP_AFTER);
	free(merge.rows);
}

Test(commune, refuses_the_name_that_its_code_has_in_the_other_map)
{
	static const char *const names[4] = {"code", "name_before", "name_after"};
	struct table reused = read_table(UNITS "reused_38.csv", names), merge = read_merge();
	size_t refused = 0;

	cr_assert_eq(reused.count, 101);
	for (size_t i = 0; i < reused.count; i++) {
		const char *code = reused.rows[i].field[0], *before = reused.rows[i].field[1],
			   *after = reused.rows[i].field[2];
		bool same = strcmp(bare(before), bare(after)) == 0;

		check(GW_MAP_AFTER, code, before, same ? code : "!commune_code.other_map",
		      GW_MAP_AFTER);
		refused += !same;
		if (!same && !has_heir(&merge, code, after))
			check(GW_MAP_BEFORE, code, after, "!commune_code.other_map", "");
	}
	cr_assert_eq(refused, 84);
	check(GW_MAP_AFTER, "15520", "Thọ Hải", "!commune_code.other_map", "");
	stays(GW_MAP_AFTER, "15520", "Xuân Hòa");
	stays(GW_MAP_BEFORE, "15520", "Thọ Hải");
	stays(GW_MAP_BEFORE, "15520", "Xuân Hòa"); /* what it became, as a whole */
	free(reused.rows);
	free(merge.rows);
}

/* Takes the first part of a text of parts with |, without the district in brackets. */
static const char *
part(char **rest)
{
	char *found = strsep(rest, "|"), *district = strstr(found, " (");

	if (district != NULL)
		*district = '\0';
	return found;
}

Test(commune, tells_names_apart_that_differ_in_accents_alone)
{
	static const char *const columns[4] = {"era", "codes", "names"};
	struct table groups = read_table(UNITS "collisions_38.csv", columns), merge = read_merge();
	size_t refused = 0;

	cr_assert_eq(groups.count, 44);
	for (size_t i = 0; i < groups.count; i++) {
		const char *map = strcmp(groups.rows[i].field[0], "after") == 0 ? GW_MAP_AFTER
										: GW_MAP_BEFORE;
		const char *code[16], *name[16];
		char *codes_left = groups.rows[i].field[1], *names_left = groups.rows[i].field[2];
		size_t n = 0;

		for (; codes_left != NULL && n < 16; n++) {
			code[n] = part(&codes_left);
			name[n] = part(&names_left);
			cr_assert_not_null(name[n]);
		}
		for (size_t a = 0; a < n; a++)
			for (size_t b = 0; b < n; b++) {
				bool same = strcmp(bare(name[a]), bare(name[b])) == 0;

				if (same)
					stays(map, code[a], name[b]);
				else if (!has_heir(&merge, code[a], name[b]))
					check(map, code[a], name[b], "!commune_code.name_mismatch",
					      "");
				refused += !same;
			}
	}
	cr_assert_gt(refused, 20);
	free(groups.rows);
	free(merge.rows);
}

Test(commune, is_taken_with_a_code_that_ended_before_the_map_did)
{
	static const char *const columns[4] = {"code", "successor", "today"};
	struct table ended = read_table(UNITS "abolished_38.csv", columns);

	cr_assert_eq(ended.count, 89);
	for (size_t i = 0; i < ended.count; i++) {
		run.context.list = gw_codes_map(codes, GW_MAP_BEFORE);
		run.context.name = NULL;
		rule_case_check(&run, "commune_code", text_value(ended.rows[i].field[0]),
				ended.rows[i].field[0]);
	}
	stays(GW_MAP_BEFORE, "14788", "Phường Tân Sơn");
	stays(GW_MAP_BEFORE, "14788", "P. Phú Sơn");       /* its successor */
	stays(GW_MAP_BEFORE, "14788", "Phường Hạc Thành"); /* and that one's */
	check(GW_MAP_BEFORE, "14788", "Hàm Rồng", "!commune_code.name_mismatch", "");
	free(ended.rows);
}

Test(commune, is_known_in_the_whole_country)
{
	static const struct {
		const char *map, *code, *name;
	} cases[] = {
		{GW_MAP_BEFORE, "00001", "Phường Phúc Xá"},
		{GW_MAP_BEFORE, "00004", "p.trúc bạch"},
	};
	const struct gw_communes *all = gw_codes_communes(codes);
	size_t before = 0;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		stays(cases[i].map, cases[i].code, cases[i].name);
	for (size_t i = 0; i < all->count; i++)
		before += strcmp(all->all[i].map->name, GW_MAP_BEFORE) == 0;
	cr_assert_geq(before, 10000);
	cr_assert_geq(all->count - before, 3300);
}

Test(commune, has_its_name_however_that_is_written)
{
	static const char *const hits[] = {
		"Xã Xuân Hòa",
		"xã xuân hoà",
		"XÃ XUÂN HÒA",
		"Xuân Hoà",
		"  Xuân   Hòa ",
		"Xa\u0303 Xua\u0302n Ho\u0300a",
		"Xu\u00e2n Hoa\u0300",
		"X. Xuân Hòa",
		"x.Xuân Hòa",
		"P. Xuân Hòa",
		"TT Xuân Hòa",
		"Thị trấn Xuân-Hòa",
		"XuânHoà",
		"không rõ",
		"-",
		"   ",
	};
	static const char *const misses[] = {"Xuan Hoa", "Xuân Hóa",           "Xuân", "Xuân Hòa 1",
					     "Xã",       "Xuân Hòa, Thọ Xuân", "\xff"};

	for (size_t i = 0; i < sizeof hits / sizeof hits[0]; i++)
		stays(GW_MAP_AFTER, "15520", hits[i]);
	for (size_t i = 0; i < sizeof misses / sizeof misses[0]; i++)
		check(GW_MAP_AFTER, "15520", misses[i], "!commune_code.name_mismatch", "");
}

Test(commune, is_found_by_its_name_where_the_row_does_not_tell_the_map)
{
	static const struct {
		const char *code, *name, *out, *map;
	} cases[] = {
		{"15520", "Thọ Hải", "15520", GW_MAP_BEFORE},
		{"15520", "Xuân Hòa", "15520", GW_MAP_AFTER},
		{"15520", "Xuân Lập", "!commune_code.map_unknown", ""},
		{"15520", "", "!commune_code.map_unknown", ""},
		{"15538", "Thọ Diên", "15538", GW_MAP_BEFORE},
		{"15538", "Xuân Hòa", "15538", GW_MAP_BEFORE},
		{"15538", "Xuân Lập", "!commune_code.name_mismatch", ""},
		{"99999", "Xuân Hòa", "!commune_code.not_in_map", ""},
	};

	run.context.other = gw_codes_map(codes, GW_MAP_AFTER);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(GW_MAP_BEFORE, cases[i].code, cases[i].name, cases[i].out, cases[i].map);
}

Test(commune, says_what_is_wrong_without_showing_the_row)
{
	struct gw_value number = {.kind = GW_INT, .as.integer = 1};

	check(GW_MAP_AFTER, "15520", "Thọ Hải", "!commune_code.other_map", "");
	cr_assert_not_null(strstr(run.err.text, "column \"ten_xa\""), "%s", run.err.text);
	cr_assert_not_null(strstr(run.err.text, "in the map before-2025-07, and the row counts as "
						"of the map after-2025-07"),
			   "%s", run.err.text);
	cr_assert_null(strstr(run.err.text, "Thọ"), "%s", run.err.text);
	check(GW_MAP_AFTER, "15520", "Ngọc Trạo", "!commune_code.name_mismatch", "");
	cr_assert_null(strstr(run.err.text, "Ngọc"), "%s", run.err.text);
	run.context.name = &number;
	rule_case_check(&run, "commune_code", text_value("15520"), "!commune_code.name_kind");
}

/* Communes made by hand: what the project's own do not have yet. */
static const struct {
	const char *map, *code, *name;
} made[] = {
	{"m", "00001", "Một"}, {"m", "00001", "Uno"}, /* two names of one code */
	{"m", "00002", "Hai"}, {"m", "00003", "Ba"},      {"m", "00004", "Bốn"},
	{"m", "00005", "Hai"}, {"n", "00001", "Bốn"},     {"n", "00002", "Phường Đúc"},
	{"n", "00007", "1"},   {"m", "380", "Thanh Hóa"},
};

static const struct {
	const char *old_map, *old, *new_map, *new;
} led[] = {
	{"m", "00001", "m", "00002"}, {"m", "00001", "m", "00003"}, {"m", "00003", "m", "00004"},
	{"m", "00004", "n", "00001"}, {"m", "00004", "m", "00001"}, {"m", "00005", "m", "00002"},
	{"m", "00001", "m", "00002"}, {"m", "00009", "m", "00002"},
};

static const struct gw_commune *
find(const struct gw_communes *communes, const struct gw_code_list *maps, const char *map,
     const char *code)
{
	return gw_commune_find(communes, &maps[map[0] - 'm'], code);
}

Test(commune, leads_to_its_heirs_through_every_change)
{
	static const struct {
		const char *code, *name, *map, *heir; /* NULL: none */
		bool apart;
	} cases[] = {
		{"00001", "Hai", "m", "00002", true},  {"00001", "Ba", "m", "00003", true},
		{"00001", "Bốn", "m", "00004", true}, /* and n's Bốn by way of it */
		{"00003", "Bốn", "m", "00004", false}, {"00005", "Hai", "m", "00002", false},
		{"00005", "Bốn", NULL, NULL, false},   {"00002", "Hai", NULL, NULL, false},
	};
	struct gw_code_list maps[] = {{.name = "m"}, {.name = "n", .place = 1}};
	struct gw_communes communes = {0};
	struct gw_commune_text text;
	bool apart;

	for (size_t i = 0; i < sizeof made / sizeof made[0]; i++) {
		struct gw_commune_name name = {.name = made[i].name, .full_name = made[i].name};

		cr_assert_eq(gw_commune_add(&communes, &run.arena, &maps[made[i].map[0] - 'm'],
					    made[i].code, &name, &run.err),
			     GW_OK);
	}
	gw_communes_sort(&communes);
	cr_assert_eq(communes.count, 8);
	for (size_t i = 0; i < sizeof led / sizeof led[0]; i++)
		cr_assert_eq(gw_commune_inherit(&communes, &run.arena,
						find(&communes, maps, led[i].old_map, led[i].old),
						find(&communes, maps, led[i].new_map, led[i].new),
						&run.err),
			     GW_OK);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct gw_commune *heir;

		gw_commune_text(&text, cases[i].name, (uint32_t)strlen(cases[i].name));
		heir = gw_commune_heir_named(find(&communes, maps, "m", cases[i].code), &text,
					     &apart);
		cr_assert_eq(heir == NULL, cases[i].heir == NULL, "case %zu", i);
		if (heir == NULL)
			continue;
		cr_assert_str_eq(heir->code, cases[i].heir, "case %zu", i);
		cr_assert_str_eq(heir->map->name, cases[i].map, "case %zu", i);
		cr_assert_eq(apart, cases[i].apart, "case %zu", i);
	}
	gw_commune_text(&text, "UNO", 3);
	cr_assert(gw_commune_named(find(&communes, maps, "m", "00001"), &text));
	gw_commune_text(&text, "Phường Phường Đúc", (uint32_t)strlen("Phường Phường Đúc"));
	cr_assert(gw_commune_named(find(&communes, maps, "n", "00002"), &text));
	gw_commune_text(&text, "P. 01", 5);
	cr_assert(gw_commune_named(find(&communes, maps, "n", "00007"), &text));
	gw_commune_text(&text, "P. 10", 5);
	cr_assert_not(gw_commune_named(find(&communes, maps, "n", "00007"), &text));
	gw_communes_release(&communes);
}
