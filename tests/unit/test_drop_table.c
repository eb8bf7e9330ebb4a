/*
 * Headers of dropped files, and what below them is a row.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "file/table.h"
#include "xlsx_case.h"

static struct gw_error err;
static char *key_columns[] = {(char[]){"M\xc3\xa3"}};
static const char *const columns[] = {"T\xc3\xaan g\xe1\xbb\x8di", "M\xc3\xa3"};

static enum gw_status
open_table(const char *text, int64_t header_row, struct gw_drop_table **out)
{
	static struct gw_stream stream;
	const struct gw_table_spec spec = {
		.stream = &stream, .columns = columns, .ncolumns = 2, .scratch = "/tmp"};
	int fd = memfd_create("table", MFD_CLOEXEC);

	stream = (struct gw_stream){.key = key_columns, .nkey = 1, .header_row = header_row};
	cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return gw_drop_table_open(fd, &spec, out, &err);
}

/* "row:key name;" of all rows. */
static const char *
rows_of(const char *text)
{
	static char all[500];
	struct gw_drop_table *table = NULL;
	size_t n = 0;
	bool more;

	all[0] = '\0';
	cr_assert_eq(open_table(text, 0, &table), GW_OK, "%s", err.text);
	while (gw_drop_table_next(table, &more, &err) == GW_OK && more) {
		const struct gw_value *v = table->values;

		n += (size_t)snprintf(all + n, sizeof all - n, "%d:%.*s %.*s;", (int)table->number,
				      v[1].kind == GW_TEXT ? (int)v[1].len : 1,
				      v[1].kind == GW_TEXT ? v[1].as.text : "-",
				      v[0].kind == GW_TEXT ? (int)v[0].len : 1,
				      v[0].kind == GW_TEXT ? v[0].as.text : "-");
	}
	gw_drop_table_close(table);
	return all;
}

Test(drop_table, finds_its_header_below_titles)
{
	cr_assert_str_eq(rows_of("DANH S\xc3\x81"
				 "CH;;\n\n;T\xc3\xaan  g\xe1\xbb\x8di ; M\xc3\xa3;x\n"
				 ";a;1;y\n;b;2;\n"),
			 "4:1 a;5:2 b;");
}

Test(drop_table, takes_a_name_that_is_broken_over_lines_or_decomposed)
{
	cr_assert_str_eq(rows_of("\"T\xc3\xaan\ng\xe1\xbb\x8di\";Ma\xcc\x83\na;1\n"), "3:1 a;");
}

Test(drop_table, passes_over_what_is_no_row)
{
	cr_assert_str_eq(
		rows_of("M\xc3\xa3;T\xc3\xaan g\xe1\xbb\x8di;x\n(1);(2);(3)\n;;\n1;a;\n"
			"M\xc3\xa3;T\xc3\xaan g\xe1\xbb\x8di;x\n2;b;\n;C\xe1\xbb\x99ng: 2;\n"
			";c;d;e;f\n"),
		"4:1 a;6:2 b;8:- c;");
}

Test(drop_table, says_what_is_missing_and_what_is_there)
{
	struct gw_drop_table *table = NULL;

	cr_assert_eq(open_table("M\xc3\xa3;T\xc3\xaan goi\n1;a\n", 0, &table), GW_REJECT);
	cr_assert_not_null(strstr(err.text, "T\xc3\xaan g\xe1\xbb\x8di"), "%s", err.text);
	cr_assert_not_null(strstr(err.text, "T\xc3\xaan goi"), "%s", err.text);
}

Test(drop_table, shows_no_row_of_data_as_what_is_there)
{
	struct gw_drop_table *table = NULL;

	cr_assert_eq(open_table("038199000001;Nguy\xe1\xbb\x85n\n", 0, &table), GW_REJECT);
	cr_assert_null(strstr(err.text, "Nguy"), "%s", err.text);
}

Test(drop_table, refuses_two_columns_of_one_name)
{
	struct gw_drop_table *table = NULL;

	cr_assert_eq(
		open_table("M\xc3\xa3;T\xc3\xaan g\xe1\xbb\x8di;M\xc3\xa3\n1;a;2\n", 0, &table),
		GW_REJECT);
	cr_assert_not_null(strstr(err.text, "A1"), "%s", err.text);
	cr_assert_not_null(strstr(err.text, "C1"), "%s", err.text);
}

Test(drop_table, keeps_to_the_header_row_that_is_given)
{
	struct gw_drop_table *table = NULL;

	cr_assert_eq(open_table("M\xc3\xa3;T\xc3\xaan g\xe1\xbb\x8di\nx;y\n", 2, &table),
		     GW_REJECT);
}

/* "Nhóm" over "Nam" and "Nữ"; "Mã" over two rows. */
#define CELL(place, text) "<c r=\"" place "\" t=\"inlineStr\"><is><t>" text "</t></is></c>"
#define GROUPED                                                                                    \
	"<worksheet xmlns=\"" XLSX_MAIN "\"><sheetData><row r=\"1\">" CELL("A1", "M\xc3\xa3")      \
		CELL("B1", "Nh\xc3\xb3m") "</row><row r=\"2\">" CELL("B2", "Nam")                  \
			CELL("C2", "N\xe1\xbb\xaf") "</row><row r=\"3\">" CELL("A3", "1")          \
				CELL("B3", "x") CELL("C3", "y") "</row></sheetData>"               \
								"<mergeCells>"                     \
								"<mergeCell ref=\"A1:A2\"/>"       \
								"<mergeCell ref=\"B1:C1\"/>"       \
								"</mergeCells></worksheet>"

Test(drop_table, names_a_column_below_a_merged_cell)
{
	static const char *const wanted[] = {"Nh\xc3\xb3m / N\xe1\xbb\xaf", "M\xc3\xa3", "Nam"};
	static struct gw_stream stream;
	const struct gw_table_spec spec = {
		.stream = &stream, .columns = wanted, .ncolumns = 3, .scratch = "/tmp"};
	const struct xlsx_case book = {.sheet = GROUPED};
	struct gw_drop_table *table = NULL;
	bool more;

	stream = (struct gw_stream){.key = key_columns, .nkey = 1};
	cr_assert_eq(gw_drop_table_open(xlsx_file(&book, true), &spec, &table, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(table->header, 2);
	cr_assert_eq(gw_drop_table_next(table, &more, &err), GW_OK);
	cr_assert(more);
	cr_assert_eq(table->values[0].as.text[0], 'y');
	cr_assert_eq(table->values[1].as.text[0], '1');
	cr_assert_eq(table->values[2].as.text[0], 'x');
	gw_drop_table_close(table);
}
