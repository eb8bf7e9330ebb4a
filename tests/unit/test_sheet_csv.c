#include <criterion/criterion.h>

#include "sheet_case.h"

static struct gw_buf rows;
static struct gw_error err;
static char about[GW_SHEET_ABOUT];

static void
setup(void)
{
	gw_buf_init(&rows, (size_t)64 << 20);
	about[0] = '\0';
}

static void
teardown(void)
{
	gw_buf_release(&rows);
}

TestSuite(sheet_csv, .init = setup, .fini = teardown);

/* The rows of a file with these bytes, as text in rows. */
static enum gw_status
read_bytes(const void *bytes, size_t len)
{
	const struct gw_sheet_options options = {.sheet = NULL};
	struct gw_sheet *sheet = NULL;
	enum gw_status status;
	int fd = sheet_file(bytes, len);

	cr_assert_geq(fd, 0);
	gw_buf_clear(&rows);
	(void)gw_buf_puts(&rows, "");
	err = (struct gw_error){.status = GW_OK};
	status = gw_sheet_open(fd, &options, &sheet, &err);
	if (status == GW_OK) {
		(void)snprintf(about, sizeof about, "%s", gw_sheet_about(sheet));
		status = sheet_rows(sheet, &rows, &err);
	}
	gw_sheet_close(sheet);
	close(fd);
	return status;
}

static void
check_rows(const char *name, const void *bytes, size_t len, const char *expected)
{
	enum gw_status status = read_bytes(bytes, len);

	cr_assert_eq(status, GW_OK, "%s: %s", name, err.text);
	cr_assert_str_eq(rows.data, expected, "%s: found\n%s\nexpected\n%s", name, rows.data,
			 expected);
}

struct good {
	const char *name, *text, *rows;
};

static void
check_good(const struct good *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check_rows(cases[i].name, cases[i].text, strlen(cases[i].text), cases[i].rows);
}

#define CHECK_GOOD(cases) check_good(cases, sizeof(cases) / sizeof *(cases))

Test(sheet_csv, reads_rows_as_the_standard_has_them)
{
	static const struct good cases[] = {
		{"nothing", "", ""},
		{"one row", "a,b", "1: a|b"},
		{"LF", "a,b\n1,2\n", "1: a|b\n2: 1|2"},
		{"CRLF", "a,b\r\n1,2\r\n", "1: a|b\n2: 1|2"},
		{"quotes", "a,b\n\"1,5\",\"x\"\"y\"\n", "1: a|b\n2: 1,5|x\"y"},
		{"only a quote", "a,b\n\"\"\"\",2\n", "1: a|b\n2: \"|2"},
		{"lines in a cell", "a,b\n\"1\n2\r\n3\",x\n4,5\n",
		 "1: a|b\n2: 1\n2\r\n3|x\n5: 4|5"},
		{"empty cells", "a,b,c\n,,3\n1,,\n", "1: a|b|c\n2: ||3\n3: 1"},
		{"empty in quotes", "a,b\n\"\",2\n", "1: a|b\n2: |2"},
		{"empty rows", "a,b\n\n,\n1,2\n", "1: a|b\n2:\n3:\n4: 1|2"},
		{"blanks stay", "a,b\n 1 ,\t2 \n", "1: a|b\n2:  1 |\t2 "},
		{"quotes at the end of the file", "a,b\n1,\"2\"", "1: a|b\n2: 1|2"},
	};

	CHECK_GOOD(cases);
}

Test(sheet_csv, reads_files_as_excel_and_people_write_them)
{
	static const struct good cases[] = {
		{"mark",
		 "\xef\xbb\xbf"
		 "a,b\n1,2\n",
		 "1: a|b\n2: 1|2"},
		{"only a mark", "\xef\xbb\xbf", ""},
		{"sep", "sep=;\r\na,b;c\r\n1,5;2\r\n", "2: a,b|c\n3: 1,5|2"},
		{"sep in capitals", "SEP=^\na^b\n", "2: a|b"},
		{"mark and sep", "\xef\xbb\xbfsep=|\na|b\n", "2: a|b"},
		{"sep that is a row", "sep=;x,b\n1,2\n", "1: sep=;x|b\n2: 1|2"},
		{"CR", "a;b\r1;2\r\r3;4", "1: a|b\n2: 1|2\n3:\n4: 3|4"},
		{"CR with line feeds in cells", "a;b\r\"1\n2\";x\r3;4\r",
		 "1: a|b\n2: 1\n2|x\n4: 3|4"},
		{"CR and a LF", "a;b\r1;2\n3;4\r\n5;6", "1: a|b\n2: 1|2\n3: 3|4\n4: 5|6"},
		{"CR CR LF", "a,b\r\r\n1,2\r\r\n\"3\",\"4\"\r\r\n", "1: a|b\n2: 1|2\n3: 3|4"},
		{"CR within a cell", "a,b\n1\r2,3\n", "1: a|b\n2: 1\r2|3"},
		{"CR at the end", "a,b\n1,2\r", "1: a|b\n2: 1|2"},
		{"CR behind quotes at the end", "a,b\n1,\"2\"\r", "1: a|b\n2: 1|2"},
		{"trailing delimiters", "a;b;;;;\n1;2;;;;\n", "1: a|b\n2: 1|2"},
		{"end of a DOS text", "a,b\n1,2\n\x1a", "1: a|b\n2: 1|2"},
		{"digits in formulas",
		 "a,b,c,d\n=\"0123\",\"=\"\"0456\"\"\",=\"\",\"=\"\"1;2\"\"\"\n",
		 "1: a|b|c|d\n2: 0123|0456||1;2"},
		{"empty formulas", "a,b\n1,=\"\"\n=\"\"\n", "1: a|b\n2: 1\n3:"},
		{"other formulas", "a,b,c,d,e\n=A1,=\"a\"&\"b\",=\",\"=\"\"x\",\"=\"\n",
		 "1: a|b|c|d|e\n2: =A1|=\"a\"&\"b\"|=\"|=\"x|="},
	};

	CHECK_GOOD(cases);
}

Test(sheet_csv, takes_wrong_quotes_where_there_is_one_way_to_read_them)
{
	static const struct good cases[] = {
		{"within a plain cell", "a,b\n5\" pipe,x\"\"y\n", "1: a|b\n2: 5\" pipe|x\"\"y"},
		{"behind a blank", "a,b\n \"x\",y\n", "1: a|b\n2:  \"x\"|y"},
		{"pairs in a quoted cell", "a,b\n\"C\xc3\xb4ng ty \"An Ph\xc3\xa1t\" TH\",2\n",
		 "1: a|b\n2: C\xc3\xb4ng ty \"An Ph\xc3\xa1t\" TH|2"},
		{"a pair at the end", "a,b\n\"ty \"An\"\",2\n\"x\",\"y\"\n",
		 "1: a|b\n2: ty \"An\"|2\n3: x|y"},
		{"text behind", "a,b\n\"abc\"def,2\n", "1: a|b\n2: abcdef|2"},
		{"text behind doubled ones", "a,b\n\"a\"\"b\"c,2\n", "1: a|b\n2: a\"bc|2"},
		{"text behind at the end", "a,b\n1,\"abc\"def", "1: a|b\n2: 1|abcdef"},
		{"blanks behind", "a,b\n\"abc\"  ,\"d\" \n", "1: a|b\n2: abc|d"},
	};

	CHECK_GOOD(cases);
}

struct bad {
	const char *name, *text, *place, *why;
};

Test(sheet_csv, refuses_quotes_that_can_be_read_in_two_ways)
{
	static const struct bad cases[] = {
		{"never closed", "a,b\n1,\"2\n3,4\n", "line 2, column 2 (B2)", "never closed"},
		{"never closed, later quotes", "a,b\n1,\"2\n3,\"4\"\n", "line 2, column 2 (B2)",
		 "quotes within a cell"},
		{"never closed, quoted rows", "a,b\n\"1,\"2\"\n\"3\",\"4\"\n", "line 2, column 1",
		 "quotes within a cell"},
		{"an odd one", "a,b\n\"he said \"yes\", and left\",5\n", "line 2, column 1 (A2)",
		 "quotes within a cell"},
		{"only opened", "a,b\n1,\"", "line 2, column 2", "never closed"},
		{"opened in a later line", "a,b\n\"1\n2\",3\n4,\"5\n", "line 4, column 2 (B4)",
		 "never closed"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cr_assert_eq(read_bytes(cases[i].text, strlen(cases[i].text)), GW_REJECT,
			     "%s: read as\n%s", cases[i].name, rows.data);
		cr_assert_not_null(strstr(err.text, cases[i].place), "%s: %s", cases[i].name,
				   err.text);
		cr_assert_not_null(strstr(err.text, cases[i].why), "%s: %s", cases[i].name,
				   err.text);
	}
}

Test(sheet_csv, guesses_what_stands_between_cells)
{
	static const struct {
		const char *text, *about;
	} cases[] = {
		{"a,b\n1,2\n", "CSV, UTF-8, ,"},
		{"a;b;c\n1,5;2,5;3,5\n2,5;3,5;4,5\n", "CSV, UTF-8, ;"},
		{"a\tb\n1,5\t2\n", "CSV, UTF-8, TAB"},
		{"a|b\n1;2|3\n", "CSV, UTF-8, |"},
		{"a,b\n\"1;2;3\",4\n\"5;6;7\",8\n", "CSV, UTF-8, ,"},
		{"UBND X\xc3\x83 THI\xe1\xbb\x86U TRUNG, HUY\xe1\xbb\x86N\n\nSTT;H\xe1\xbb\x8d "
		 "t\xc3\xaan;Ng\xc3\xa0y\n1;A;2\n2;B;3\n",
		 "CSV, UTF-8, ;"},
		{"one column\n1\n2\n", "CSV, UTF-8, ,"},
		{"sep=;\na,b\n", "CSV, UTF-8, ;"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cr_assert_eq(read_bytes(cases[i].text, strlen(cases[i].text)), GW_OK, "%s",
			     err.text);
		cr_assert_str_eq(about, cases[i].about, "%s: %s", cases[i].text, about);
	}
}

Test(sheet_csv, reads_utf16_of_both_orders)
{
	static const char little[] = "\xff\xfe"
				     "a\0;\0b\0\r\0\n\0\x4d\x01;\0\x3d\xd8\x00\xde\n\0";
	static const char big[] = "\xfe\xff"
				  "\0a\0;\0b\0\r\0\n\x01\x4d\0;\xd8\x3d\xde\x00\0\n";
	static const char expected[] = "1: a|b\n2: \xc5\x8d|\xf0\x9f\x98\x80";

	check_rows("little", little, sizeof little - 1, expected);
	cr_assert_str_eq(about, "CSV, UTF-16, ;");
	check_rows("big", big, sizeof big - 1, expected);
}

Test(sheet_csv, knows_utf16_that_has_no_mark)
{
	static const char little[] = "a\0;\0\x10\x01\r\0\n\0\xa1\x1e;\0"
				     "1\0\n\0";
	static const char big[] = "\0a\0;\x01\x10\0\r\0\n\x1e\xa1\0;\0"
				  "1\0\n";
	static const char expected[] = "1: a|\xc4\x90\n2: \xe1\xba\xa1|1";

	check_rows("little", little, sizeof little - 1, expected);
	cr_assert_str_eq(about, "CSV, UTF-16, ;");
	check_rows("big", big, sizeof big - 1, expected);
}

Test(sheet_csv, refuses_utf16_that_was_cut_off)
{
	static const char odd[] = "\xff\xfe"
				  "a\0;\0b";
	static const char half[] = "\xff\xfe"
				   "a\0;\0\x3d\xd8";

	cr_assert_eq(read_bytes(odd, sizeof odd - 1), GW_REJECT);
	cr_assert_not_null(strstr(err.text, "cut off"), "%s", err.text);
	cr_assert_eq(read_bytes(half, sizeof half - 1), GW_REJECT);
}

Test(sheet_csv, sets_cells_aside_that_are_no_utf16)
{
	static const char lone[] = "\xff\xfe"
				   "a\0;\0\x00\xdc;\0\x3d\xd8x\0;\0\0\0;\0b\0\n\0";

	check_rows("lone halves", lone, sizeof lone - 1, "1: a|!not_utf8|!not_utf8|!not_utf8|b");
}

Test(sheet_csv, gives_bytes_of_old_encodings_as_characters)
{
	/* The same as a database would hand them over that keeps them as windows-1252. */
	check_rows("TCVN3", "a;b\nTh\xe4 Di\xaan;\xa7\x80\x81\n", 17,
		   "1: a|b\n2: Th\xc3\xa4 Di\xc2\xaan|\xc2\xa7\xe2\x82\xac\xc2\x81");
	cr_assert_str_eq(about, "CSV, 8-bit, ;");
}

Test(sheet_csv, keeps_utf8_that_is_broken_in_a_few_places)
{
	struct gw_buf text;

	gw_buf_init(&text, 1 << 20);
	(void)gw_buf_puts(&text, "a,b\n");
	for (int i = 0; i < 20; i++)
		(void)gw_buf_puts(&text, "\xe1\xbb\x8d\xe1\xba\xa1,x\n");
	(void)gw_buf_puts(&text, "cut \xe1\xbb,\xe1\xbb\x8d\n");
	cr_assert_eq(read_bytes(text.data, text.len), GW_OK, "%s", err.text);
	cr_assert_str_eq(about, "CSV, UTF-8, ,");
	cr_assert_not_null(strstr(rows.data, "\n22: !not_utf8|\xe1\xbb\x8d"), "%s", rows.data);
	gw_buf_release(&text);
}

Test(sheet_csv, refuses_a_file_with_zero_bytes)
{
	cr_assert_eq(read_bytes("a,b\n1,2\n3,\0x\n", 14), GW_REJECT);
	cr_assert_not_null(strstr(err.text, "line 3: found a zero byte"), "%s", err.text);
	/* Zeros on both sides of the pairs are no UTF-16. */
	cr_assert_eq(read_bytes("\0\0\0\0a\0\0b", 8), GW_REJECT);
	cr_assert_not_null(strstr(err.text, "line 1: found a zero byte"), "%s", err.text);
}

Test(sheet_csv, refuses_files_of_other_kinds_and_says_what_to_do)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *why;
	} cases[] = {
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1xxxx", 12, "save it as .xlsx"},
		{"%PDF-1.7\n", 9, "PDF"},
		{"\x1f\x8b\x08\x00\x00", 5, "unpack it first"},
		{"  \n<html><table><tr>", 20, "web page"},
		{"\xef\xbb\xbf<!DOCTYPE html>", 18, "web page"},
		{"<?xml version=\"1.0\"?><Workbook>", 31, "web page"},
		{"<!-- x --><tr>", 14, "web page"},
		{"\xff\xfe<\0h\0t\0m\0l\0", 12, "web page"},
		{"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", 46, "web page"},
		{"<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?>", 60,
		 "an XML table of Excel 2003"},
		{"<?xml version=\"1.0\"?><office:document x=\"\">", 43, "(.ods)"},
		{"\x09\0\4\0\2\0\x10\0", 8, "an old workbook (.xls)"},
		{"L\0\0\0\1\x14\2\0\0\0\0\0", 12, "put the file itself here"},
		{"[InternetShortcut]\r\nURL=x", 25, "put the file itself here"},
		{"\x89PNG\r\n\x1a\n", 8, "a picture"},
		{"\0\1\0\0Standard ACE DB", 19, "Access"},
		{"PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22, "unpack it first"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cr_assert_eq(read_bytes(cases[i].bytes, cases[i].len), GW_REJECT, "case %zu", i);
		cr_assert_not_null(strstr(err.text, cases[i].why), "case %zu: %s", i, err.text);
	}
}

Test(sheet_csv, tells_what_is_within_a_compound_file)
{
	enum { SECTOR = 512, FIRST = 1, ENTRY = 3 * 128 };
	static const struct {
		const char *part, *why;
	} cases[] = {
		{"EncryptedPackage", "protected with a password: open it in Excel"},
		{"Workbook", "an old workbook (.xls)"},
		{"Book", "an old workbook (.xls)"},
		{"WordDocument", "a Word document"},
		{"Bookmarks", "protected with a password, or an old workbook (.xls)"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char file[4 * SECTOR] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

		file[30] = 9;
		file[48] = FIRST;
		for (size_t k = 0; k < strlen(cases[i].part); k++)
			file[(FIRST + 1) * SECTOR + ENTRY + 2 * k] = cases[i].part[k];
		cr_assert_eq(read_bytes(file, sizeof file), GW_REJECT, "%s", cases[i].part);
		cr_assert_not_null(strstr(err.text, cases[i].why), "%s: %s", cases[i].part,
				   err.text);
		/* Whatever the header says. */
		memset(file + 48, 0xff, 4);
		cr_assert_eq(read_bytes(file, sizeof file), GW_REJECT, "%s", cases[i].part);
		cr_assert_not_null(strstr(err.text, "or an old workbook"), "%s", err.text);
	}
}

Test(sheet_csv, reads_what_begins_almost_like_a_page)
{
	static const struct good cases[] = {
		{"an age", "<5,b\n1,2\n", "1: <5|b\n2: 1|2"},
		{"a header", "MIME,b\n1,2\n", "1: MIME|b\n2: 1|2"},
	};

	CHECK_GOOD(cases);
}

Test(sheet_csv, sets_aside_a_cell_that_is_too_long)
{
	size_t len = GW_SHEET_CELL + 1;
	char *text = malloc(len + 16);

	cr_assert_not_null(text);
	memcpy(text, "a,b\n", 4);
	memset(text + 4, 'x', len);
	memcpy(text + 4 + len, ",1\n", 3);
	check_rows("one more", text, len + 7, "1: a|b\n2: !too_long|1");
	memmove(text + 4, text + 5, len + 2);
	cr_assert_eq(read_bytes(text, len + 6), GW_OK);
	cr_assert_eq(rows.len, (size_t)GW_SHEET_CELL + strlen("1: a|b\n2: |1"));
	free(text);
}

Test(sheet_csv, refuses_a_row_without_end)
{
	size_t len = (size_t)2 * GW_SHEET_ROW;
	char *text = malloc(len);

	cr_assert_not_null(text);
	memset(text, 'x', len);
	memcpy(text, "a,b\n1,", 6);
	cr_assert_eq(read_bytes(text, len), GW_REJECT);
	cr_assert_not_null(strstr(err.text, "line 2, column 2"), "%s", err.text);
	text[6] = '"';
	memset(text + 7, '\n', len - 7);
	cr_assert_eq(read_bytes(text, len), GW_REJECT);
	cr_assert_not_null(strstr(err.text, "line 2, column 2"), "%s", err.text);
	cr_assert_not_null(strstr(err.text, "may never be closed"), "%s", err.text);
	/* A long row that has an end is one. */
	memset(text, ',', len);
	memcpy(text, "a,b\n", 4);
	text[GW_SHEET_ROW - 1000] = '\n';
	text[GW_SHEET_ROW - 999] = 'c';
	len = GW_SHEET_ROW - 998;
	check_rows("long", text, len, "1: a|b\n2:\n3: c");
	free(text);
}

Test(sheet_csv, refuses_more_columns_than_a_row_may_have)
{
	char text[3 * GW_SHEET_COLUMNS];
	size_t n = 0;

	for (int i = 0; i < GW_SHEET_COLUMNS; i++) {
		text[n++] = 'x';
		text[n++] = ',';
	}
	cr_assert_eq(read_bytes(text, n), GW_OK, "%s", err.text);
	text[n++] = 'y';
	cr_assert_eq(read_bytes(text, n), GW_REJECT);
	cr_assert_not_null(strstr(err.text, "line 1, column 2001 (BXY1)"), "%s", err.text);
}

/* Rows of all lengths, so that each byte of them stands once at the end of what is read at once. */
Test(sheet_csv, does_not_depend_on_where_the_file_is_cut)
{
	struct gw_buf text, expected;

	gw_buf_init(&text, 1 << 24);
	gw_buf_init(&expected, 1 << 24);
	(void)gw_buf_puts(&text, "a,b,c\r\n");
	(void)gw_buf_puts(&expected, "1: a|b|c");
	for (int i = 0, line = 2; text.len < (1 << 20); i++, line += 2) {
		int n = i % 61;

		(void)gw_buf_printf(
			&text, "%.*s,\"x\"\"\r\n%d\",\"\xe1\xbb\x8d\"\r\n", n,
			"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", i);
		(void)gw_buf_printf(
			&expected, "\n%d: %.*s|x\"\r\n%d|\xe1\xbb\x8d", line, n,
			"yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy", i);
	}
	cr_assert_eq(read_bytes(text.data, text.len), GW_OK, "%s", err.text);
	cr_assert_str_eq(rows.data, expected.data);
	gw_buf_release(&text);
	gw_buf_release(&expected);
}

Test(sheet, names_cells_as_excel_does)
{
	static const struct {
		size_t column;
		int64_t row;
		const char *place;
	} cases[] = {{0, 1, "A1"},
		     {25, 2, "Z2"},
		     {26, 3, "AA3"},
		     {27, 12, "AB12"},
		     {701, 1, "ZZ1"},
		     {702, 1, "AAA1"},
		     {16383, 1048576, "XFD1048576"}};
	char place[16];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		gw_sheet_place(cases[i].column, cases[i].row, place);
		cr_assert_str_eq(place, cases[i].place);
	}
}
