#include <criterion/criterion.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder_case.h"
#include "normalise/code_table.h"
#include "normalise/csv.h"
#include "normalise/fold.h"
#include "rule_case.h"

/* The folder has codes/ in it, and files in that. */
static void
make_folder(void)
{
	folder_make();
	cr_assert_eq(mkdir("codes", 0700), 0);
}

static void
put_codes(const char *name, const char *text)
{
	char path[128];

	(void)snprintf(path, sizeof path, "codes/%s", name);
	put_file(path, text, 0600);
}

TestSuite(codes, .init = make_folder, .fini = folder_drop);

static void
assert_refused(const char *part)
{
	struct gw_codes *codes = NULL;
	struct gw_error err;

	cr_assert_eq(gw_codes_read(folder, &codes, &err), GW_CONFIG);
	cr_assert_null(codes);
	cr_assert_not_null(strstr(err.text, part), "\"%s\" lacks \"%s\"", err.text, part);
}

Test(codes, finds_a_spelling_whatever_its_case_and_composition)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"Đỏ", "red"},
		{"đỏ", "red"},
		{"ĐỎ", "red"},
		{"\u00d0ỏ", "red"},
		{"  Đo\u0309 ", "red"},
		{"red", "red"},
		{"RED", "red"},
		{"1", "red"},
		{"xanh, lá", "green"},
		{"Xanh \"lơ\"", "green"},
		{"đo", "!code_list.unknown"},
		{"", "NULL"},
		{"  ", "NULL"},
	};
	struct gw_codes *codes = NULL;
	struct rule_case run;

	put_codes("colour.csv",
		  "\ufeffcode,synonym,note\r\nred,Đỏ,x\r\nred,1,\r\ngreen,\"Xanh, lá\",\n"
		  "green,\"xanh \"\"lơ\"\"\",\n");
	put_codes("other.csv", "map,code\nx,1\n");
	put_codes("note.txt", "not a list");
	rule_case_init(&run);
	cr_assert_eq(gw_codes_read(folder, &codes, &run.err), GW_OK, "%s", run.err.text);
	cr_assert_null(gw_codes_list(codes, "other"));
	cr_assert_null(gw_codes_map(codes, GW_MAP_AFTER));
	run.context.list = gw_codes_list(codes, "colour");
	cr_assert_not_null(run.context.list);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		rule_case_check(&run, "code_list", text_value(cases[i].in), cases[i].out);
	rule_case_check(&run, "code_list", (struct gw_value){.kind = GW_INT, .as.integer = 1},
			"red");
	rule_case_check(&run, "code_list", (struct gw_value){.kind = GW_BOOL}, "!code_list.kind");
	gw_codes_free(codes);
	rule_case_release(&run);
}

Test(codes, shows_an_unknown_code_and_nothing_that_could_be_a_persons)
{
	static const struct {
		const char *value, *reason;
	} cases[] = {
		{"HT01", "code \"HT01\" is not in the list colour"},
		{" ht01 ", "code \"ht01\" is not in the list colour"},
		{"A", "code \"A\" is not in the list colour"},
		{"TCTX2024", "code \"TCTX2024\" is not in the list colour"},
		{"TCTX12345", "text of 9 bytes that is not in the list colour"},
		{"A12345", "text of 6 bytes that is not in the list colour"},
		{"1", "text of 1 bytes that is not in the list colour"},
		{"1980", "text of 4 bytes that is not in the list colour"},
		{"3/4/80", "text of 6 bytes that is not in the list colour"},
		{"3APR1980", "text of 8 bytes that is not in the list colour"},
		{"19800403", "text of 8 bytes that is not in the list colour"},
		{"038156001234", "text of 12 bytes that is not in the list colour"},
		{"GD479123", "text of 8 bytes that is not in the list colour"},
		{"B1234567", "text of 8 bytes that is not in the list colour"},
		{"0912345678", "text of 10 bytes that is not in the list colour"},
		{"36A12345", "text of 8 bytes that is not in the list colour"},
		{"Lê An", "text of 6 bytes that is not in the list colour"},
		{"Le An", "text of 5 bytes that is not in the list colour"},
		{"Nguyễn", "text of 8 bytes that is not in the list colour"},
		{"HT-01", "text of 5 bytes that is not in the list colour"},
		{"HT\n1", "text of 4 bytes that is not in the list colour"},
	};
	struct gw_codes *codes = NULL;
	struct rule_case run;

	put_codes("colour.csv", "code,synonym\nred,đỏ\n");
	rule_case_init(&run);
	cr_assert_eq(gw_codes_read(folder, &codes, &run.err), GW_OK, "%s", run.err.text);
	run.context.list = gw_codes_list(codes, "colour");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		bool quoted = strncmp(cases[i].reason, "code", 4) == 0;

		run.context.quotable = true;
		rule_case_check(&run, "code_list", text_value(cases[i].value),
				"!code_list.unknown");
		cr_assert_str_eq(run.err.text, cases[i].reason);
		run.context.quotable = false;
		rule_case_check(&run, "code_list", text_value(cases[i].value),
				"!code_list.unknown");
		cr_assert(!quoted || strncmp(run.err.text, "text of", 7) == 0, "%s", run.err.text);
	}
	gw_codes_free(codes);
	rule_case_release(&run);
}

Test(codes, refuses_a_spelling_of_two_codes_at_its_line)
{
	put_codes("colour.csv", "code,synonym\nred,đỏ\nblue,Đỏ\n");
	assert_refused("colour.csv:3: \"đỏ\" stands for red and for blue");
}

Test(codes, refuses_a_row_without_a_code)
{
	put_codes("colour.csv", "code,synonym\nred,đỏ\n,xanh\n");
	assert_refused("colour.csv:3: a row without a code");
}

/* A code stands for itself only once all spellings are known, wherever its rows are. */
Test(codes, prefers_a_later_spelling_to_the_code_itself)
{
	static const char *const cases[][2] = {{"1", "2"}, {"2", "1"}, {"3", "3"}, {"4", "1"}};
	const struct gw_code_list *list;
	struct gw_codes *codes = NULL;
	struct gw_error err;

	put_codes("colour.csv", "code,synonym\n1,4\n2,red\n3,blue\n1,2\n2,1\n");
	cr_assert_eq(gw_codes_read(folder, &codes, &err), GW_OK, "%s", err.text);
	list = gw_codes_list(codes, "colour");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_str_eq(gw_code_find(list, cases[i][0], 1), cases[i][1], "%s",
				 cases[i][0]);
	gw_codes_free(codes);
}

Test(codes, refuses_a_code_that_is_too_long_at_its_first_line)
{
	char text[4 * GW_FOLD_MAX], code[GW_FOLD_MAX + 2];

	memset(code, 'x', sizeof code - 1);
	code[sizeof code - 1] = '\0';
	(void)snprintf(text, sizeof text, "code,synonym\nred,\"đỏ\nthắm\"\n%s,a\n%s,b\n", code,
		       code);
	put_codes("colour.csv", text);
	assert_refused("colour.csv:4: the spelling is longer than ");
}

Test(codes, refuses_a_unit_that_is_not_listed)
{
	put_codes("unit.csv", "id,level\na,commune\n");
	put_codes("unit_code.csv", "map,code,unit_id\nm,00001,a\nm,00002,b\n");
	assert_refused("unit_code.csv:3: unit_id b is not in unit.csv");
}

Test(codes, refuses_units_without_their_columns)
{
	put_codes("unit.csv", "id,kind\na,commune\n");
	put_codes("unit_code.csv", "map,code,unit_id\n");
	assert_refused("unit.csv:1: has no column level");
}

Test(codes, keeps_communes_alone_as_commune_codes)
{
	static const struct {
		struct gw_value in;
		const char *out;
	} cases[] = {
		{{.kind = GW_TEXT, .len = 5, .as.text = "14755"}, "14755"},
		{{.kind = GW_TEXT, .len = 7, .as.text = " 14755 "}, "14755"},
		{{.kind = GW_INT, .as.integer = 14755}, "14755"},
		{{.kind = GW_INT, .as.integer = 1}, "00001"},
		{{.kind = GW_DECIMAL, .len = 5, .as.text = "14755"}, "14755"},
		{{.kind = GW_TEXT, .len = 3, .as.text = "380"}, "!commune_code.shape"},
		{{.kind = GW_TEXT, .len = 6, .as.text = "014755"}, "!commune_code.shape"},
		{{.kind = GW_TEXT, .len = 5, .as.text = "1475x"}, "!commune_code.shape"},
		{{.kind = GW_INT, .as.integer = -14755}, "!commune_code.shape"},
		{{.kind = GW_INT, .as.integer = -1}, "!commune_code.shape"},
		{{.kind = GW_TEXT, .len = 5, .as.text = "14756"}, "!commune_code.not_in_map"},
		{{.kind = GW_INT, .as.integer = 380}, "!commune_code.not_in_map"},
		{{.kind = GW_BOOL}, "!commune_code.kind"},
		{{.kind = GW_TEXT, .len = 0, .as.text = ""}, "NULL"},
	};
	struct gw_codes *codes = NULL;
	struct rule_case run;

	put_codes("unit.csv", "id,level\np,province\nd,district\nc,commune\ne,commune\n");
	put_codes("unit_code.csv", "map,code,unit_id\nm,38,p\nm,00380,d\nm,14755,c\nm,00001,e\n");
	rule_case_init(&run);
	cr_assert_eq(gw_codes_read(folder, &codes, &run.err), GW_OK, "%s", run.err.text);
	run.context.list = gw_codes_map(codes, "m");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		rule_case_check(&run, "commune_code", cases[i].in, cases[i].out);
	gw_codes_free(codes);
	rule_case_release(&run);
}

Test(codes, takes_the_one_map_that_has_a_code_where_the_row_does_not_tell)
{
	struct gw_codes *codes = NULL;
	struct rule_case run;

	put_codes("unit.csv", "id,level\na,commune\nb,commune\nc,commune\n");
	put_codes("unit_code.csv", "map,code,unit_id\nold,00001,a\nold,00002,b\nnew,00002,c\n");
	rule_case_init(&run);
	cr_assert_eq(gw_codes_read(folder, &codes, &run.err), GW_OK, "%s", run.err.text);
	run.context.list = gw_codes_map(codes, "new");
	run.context.other = gw_codes_map(codes, "old");
	rule_case_check(&run, "commune_code", text_value("00001"), "00001");
	cr_assert_str_eq(gw_code_list_name(run.context.used), "old");
	rule_case_check(&run, "commune_code", text_value("00002"), "!commune_code.map_unknown");
	rule_case_check(&run, "commune_code", text_value("00003"), "!commune_code.not_in_map");
	gw_codes_free(codes);
	rule_case_release(&run);
}

Test(codes, has_another_hash_when_a_list_changes)
{
	struct gw_codes *codes = NULL;
	struct gw_error err;
	uint64_t before;

	put_codes("colour.csv", "code,synonym\nred,đỏ\n");
	cr_assert_eq(gw_codes_read(folder, &codes, &err), GW_OK, "%s", err.text);
	before = gw_code_list_hash(gw_codes_list(codes, "colour"));
	gw_codes_free(codes);
	codes = NULL;
	put_codes("colour.csv", "code,synonym\nred,đỏ\nred,rouge\n");
	cr_assert_eq(gw_codes_read(folder, &codes, &err), GW_OK, "%s", err.text);
	cr_assert_neq(gw_code_list_hash(gw_codes_list(codes, "colour")), before);
	gw_codes_free(codes);
}

Test(codes, holds_the_lists_of_the_project)
{
	struct gw_codes *codes = NULL;
	struct gw_error err;
	struct gw_buf names;

	cr_assert_eq(chdir(project), 0);
	cr_assert_eq(gw_codes_read("schemas", &codes, &err), GW_OK, "%s", err.text);
	gw_buf_init(&names, 4096);
	gw_codes_names(codes, false, &names);
	cr_assert_not_null(strstr(names.data, "ethnic_group, "), "%s", names.data);
	cr_assert_str_eq(gw_code_find(gw_codes_list(codes, "gender"), "NỮ", strlen("NỮ")),
			 "female");
	cr_assert_str_eq(
		gw_code_find(gw_codes_list(codes, "ethnic_group"), "mường", strlen("mường")), "06");
	/* The numbers of 2008 come to those of 1979. */
	cr_assert_str_eq(gw_code_find(gw_codes_list(codes, "ethnic_group_2008"), "06", 2), "04");
	cr_assert_str_eq(
		gw_code_find(gw_codes_list(codes, "ethnic_group_2008"), "MƯỜNG", strlen("MƯỜNG")),
		"06");
	cr_assert_not_null(gw_code_exact(gw_codes_map(codes, GW_MAP_BEFORE), "15538", 5));
	cr_assert_null(gw_code_exact(gw_codes_map(codes, GW_MAP_AFTER), "15538", 5));
	gw_buf_release(&names);
	gw_codes_free(codes);
}

Test(codes, says_which_folder_is_missing)
{
	struct gw_codes *codes = NULL;
	struct gw_error err;

	cr_assert_eq(gw_codes_read("/nonexistent", &codes, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "/nonexistent/codes"), "%s", err.text);
}

Test(csv, takes_quotes_commas_and_line_ends_apart)
{
	static const char text[] = "a,b,c\r\n1,\"x, \"\"y\"\"\nz\",\n,\"\",3";
	struct gw_csv *csv = NULL;
	struct gw_error err;
	bool more = false;

	cr_assert_eq(gw_csv_parse("t", text, sizeof text - 1, &csv, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_csv_column(csv, "c"), 2);
	cr_assert_eq(gw_csv_column(csv, "d"), -1);
	cr_assert_eq(gw_csv_next(csv, &more, &err), GW_OK, "%s", err.text);
	cr_assert(more);
	cr_assert_eq(gw_csv_line(csv), 2);
	cr_assert_str_eq(gw_csv_field(csv, 0), "1");
	cr_assert_str_eq(gw_csv_field(csv, 1), "x, \"y\"\nz");
	cr_assert_str_eq(gw_csv_field(csv, 2), "");
	cr_assert_eq(gw_csv_next(csv, &more, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_csv_line(csv), 4);
	cr_assert_str_eq(gw_csv_field(csv, 0), "");
	cr_assert_str_eq(gw_csv_field(csv, 1), "");
	cr_assert_str_eq(gw_csv_field(csv, 2), "3");
	cr_assert_eq(gw_csv_next(csv, &more, &err), GW_OK, "%s", err.text);
	cr_assert_not(more);
	gw_csv_free(csv);
}

Test(csv, says_where_a_file_is_broken)
{
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"", "t: is empty"},
		{"a,b\n1\n", "t:2: found 1 fields, expected 2"},
		{"a,b\n1,2,3\n", "t:2: found 3 fields, expected 2"},
		{"a,b\n1,\"2\n", "t:2: a field in quotes never ends"},
		{"a,b\n1,\"2\"x\n", "t:2: found a quote or other text"},
		{"a,b\n1,2\"x\n", "t:2: found a quote or other text"},
		{"a,b\n1,\xff\n", "t: is not valid UTF-8"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_csv *csv = NULL;
		struct gw_error err;
		bool more = true;
		enum gw_status status =
			gw_csv_parse("t", cases[i].text, strlen(cases[i].text), &csv, &err);

		while (status == GW_OK && more)
			status = gw_csv_next(csv, &more, &err);
		cr_assert_eq(status, GW_CONFIG, "case %zu", i);
		cr_assert_eq(strncmp(err.text, cases[i].message, strlen(cases[i].message)), 0,
			     "case %zu: %s", i, err.text);
		gw_csv_free(csv);
	}
}

Test(csv, refuses_more_columns_than_its_limit)
{
	struct gw_csv *csv = NULL;
	struct gw_error err;
	char text[GW_CSV_COLUMNS_MAX * 2 + 2];

	memset(text, ',', sizeof text);
	cr_assert_eq(gw_csv_parse("t", text, GW_CSV_COLUMNS_MAX, &csv, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "more than 64 fields"), "%s", err.text);
}

Test(fold, cannot_fold_what_is_too_long_or_broken)
{
	char out[GW_FOLD_MAX + 1], text[GW_FOLD_MAX + 2];

	memset(text, 'A', sizeof text);
	cr_assert_eq(gw_text_fold(text, GW_FOLD_MAX, out), GW_FOLD_MAX);
	cr_assert_eq(out[0], 'a');
	cr_assert_eq(gw_text_fold(text, GW_FOLD_MAX + 1, out), GW_FOLD_FAILED);
	cr_assert_eq(gw_text_fold("a\xff", 2, out), GW_FOLD_FAILED);
	cr_assert_not(gw_text_ascii("1234567\xc3\xa9", 9));
	cr_assert_not(gw_text_ascii("12345678\0x", 10));
	cr_assert_not(gw_text_ascii("1234\0"
				    "678",
				    8));
	cr_assert(gw_text_ascii("\x01\x7f 34567890", 11));
}
