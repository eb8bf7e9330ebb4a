#include <fcntl.h>

#include "file/xlsx_styles.h"
#include "xlsx_check.h"

TestSuite(sheet_xlsx, .init = setup, .fini = teardown);

Test(sheet_xlsx, reads_cells_of_all_types)
{
	check_sheet(
		"types",
		XLSX_SHEET(
			"<row r=\"1\"><c r=\"A1\" t=\"s\"><v>1</v></c><c r=\"B1\"><v>12</v></c>"
			"<c r=\"C1\" t=\"n\"><v>-1.5</v></c><c r=\"D1\" t=\"b\"><v>1</v></c>"
			"<c r=\"E1\" t=\"b\"><v>0</v></c><c r=\"F1\" t=\"e\"><v>#N/A</v></c>"
			"<c r=\"G1\" t=\"str\"><f>A1&amp;\"!\"</f><v>two!</v></c>"
			"<c r=\"H1\" t=\"inlineStr\"><is><t>in</t></is></c>"
			"<c r=\"I1\"><f>1+1</f><v>2</v></c><c r=\"J1\"><f>1+1</f></c>"
			"<c r=\"K1\" t=\"str\"><f>\"\"</f><v></v></c><c r=\"L1\" s=\"1\"/></row>"),
		"1: two|i:12|n:-1.5|b:true|b:false|!excel_error|two!|in|i:2|!excel_formula");
}

Test(sheet_xlsx, reads_numbers_as_people_entered_them)
{
	static const struct {
		const char *saved, *value;
	} cases[] = {
		{"0", "i:0"},
		{"-0", "i:0"},
		{"007", "i:7"},
		{"38000000000012", "i:38000000000012"},
		{"-123456789012345", "i:-123456789012345"},
		{"1.23457E+11", "i:123457000000"},
		/* Excel has made zeros of what was typed behind the fifteenth digit. */
		{"1234567890123450", "f:1234567890123450"},
		{"1.2345678901234567E+17", "f:1.2345678901234566e+17"},
		{"9007199254740993", "f:9007199254740992"},
		{"999999999999999.99", "f:1000000000000000"},
		{"1E+3", "i:1000"},
		{"1.5e3", "i:1500"},
		{"12.50", "n:12.5"},
		{"5.0", "i:5"},
		{".5", "n:0.5"},
		{"0.10000000000000001", "n:0.1"},
		{"1.1000000000000001", "n:1.1"},
		{"-2.2999999999999998", "n:-2.3"},
		{"1234567.8899999999", "n:1234567.89"},
		{"99999.999999999985", "n:99999.999999999985"},
		{"0.30000000000000004", "n:0.30000000000000004"},
		{"1E-3", "n:0.001"},
		{"1.25E-7", "n:0.000000125"},
		{"123456789012345.12", "n:123456789012345.12"},
		{"1E+20", "f:1e+20"},
		{"-12345678901234567890.12", "f:-1.2345678901234567e+19"},
		{"1E+309", "!excel_error"},
		{"1E+999", "!excel_error"},
		{"INF", "!excel_error"},
		{"1,5", "!excel_error"},
		{"1e", "!excel_error"},
		{"--1", "!excel_error"},
		{".", "!excel_error"},
	};
	char sheet[300], expected[100];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		(void)snprintf(sheet, sizeof sheet, XLSX_SHEET("<row><c><v>%s</v></c></row>"),
			       cases[i].saved);
		(void)snprintf(expected, sizeof expected, "1: %s", cases[i].value);
		check_sheet(cases[i].saved, sheet, expected);
	}
}

struct date {
	int style;
	const char *saved, *in_1900, *in_1904;
};

static const char book_1904[] =
	"<workbook><workbookPr date1904=\"1\"/><sheets><sheet name=\"S\" r:id=\"rId1\" "
	"xmlns:r=\"" XLSX_LINKS "\"/></sheets></workbook>";

Test(sheet_xlsx, reads_dates_of_both_calendars)
{
	/* Styles: 1 is 14, 2 is 22 (with a time), 3 is 20 (a time), 4 dd/mm/yyyy, 5 [h]:mm. */
	static const struct date cases[] = {
		{1, "46348", "d:2026-11-22", "d:2030-11-23"},
		{4, "46348", "d:2026-11-22", "d:2030-11-23"},
		{1, "1", "d:1900-01-01", "d:1904-01-02"},
		{1, "59", "d:1900-02-28", "d:1904-02-29"},
		{1, "60", "!excel_date", "d:1904-03-01"},
		{1, "61", "d:1900-03-01", "d:1904-03-02"},
		{1, "0", "!excel_date", "d:1904-01-01"},
		{1, "-1", "!excel_date", "!excel_date"},
		{1, "2958465", "d:9999-12-31", "!excel_date"},
		{1, "2958466", "!excel_date", "!excel_date"},
		{1, "1E+12", "!excel_date", "!excel_date"},
		{1, "1E-12", "!excel_date", "d:1904-01-01"},
		{2, "46348.5", "t:2026-11-22T12:00:00.000000Z", "t:2030-11-23T12:00:00.000000Z"},
		{2, "46348", "d:2026-11-22", "d:2030-11-23"},
		{2, "46348.430902777778", "t:2026-11-22T10:20:30.000000Z",
		 "t:2030-11-23T10:20:30.000000Z"},
		{2, "46348.99999999999", "d:2026-11-23", "d:2030-11-24"},
		{1, "46348.25", "t:2026-11-22T06:00:00.000000Z", "t:2030-11-23T06:00:00.000000Z"},
		{3, "0.5", "12:00:00", "12:00:00"},
		{3, "0.43090277777777775", "10:20:30", "10:20:30"},
		{3, "0", "00:00:00", "00:00:00"},
		{3, "0.99999999", "23:59:59", "23:59:59"},
		{3, "0.99999999999999", "23:59:59", "23:59:59"},
		{3, "46348.5", "t:2026-11-22T12:00:00.000000Z", "t:2030-11-23T12:00:00.000000Z"},
		{5, "1.5", "36:00:00", "36:00:00"},
		{5, "0.99999999", "24:00:00", "24:00:00"},
		{5, "-1.5", "!excel_date", "!excel_date"},
		{0, "46348", "i:46348", "i:46348"},
		{99, "46348", "i:46348", "i:46348"},
	};
	char sheet[300], expected[100];

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		(void)snprintf(sheet, sizeof sheet,
			       XLSX_SHEET("<row><c s=\"%d\"><v>%s</v></c></row>"), cases[i].style,
			       cases[i].saved);
		(void)snprintf(expected, sizeof expected, "1: %s", cases[i].in_1900);
		check_sheet(cases[i].saved, sheet, expected);
		(void)snprintf(expected, sizeof expected, "1: %s", cases[i].in_1904);
		check_case(cases[i].saved, &(struct xlsx_case){.sheet = sheet, .book = book_1904},
			   expected);
	}
}

Test(sheet_xlsx, reads_dates_that_are_saved_as_text)
{
	check_sheet("ISO 8601",
		    XLSX_SHEET("<row><c t=\"d\"><v>2026-11-22</v></c>"
			       "<c t=\"d\"><v>2026-11-22T10:20:30</v></c>"
			       "<c t=\"d\"><v>2026-11-22T10:20:30.250Z</v></c>"
			       "<c t=\"d\"><v>1969-12-31T23:00:00</v></c>"
			       "<c t=\"d\"><v>2026-11-22T00:00:00</v></c>"
			       "<c t=\"d\"><v>10:20:30</v></c><c t=\"d\"><v>23:59:59.9</v></c>"
			       "<c t=\"d\"><v>2026-02-30</v></c><c t=\"d\"><v>x</v></c></row>"),
		    "1: d:2026-11-22|t:2026-11-22T10:20:30.000000Z|t:2026-11-22T10:20:30.250000Z|"
		    "t:1969-12-31T23:00:00.000000Z|d:2026-11-22|10:20:30|23:59:59|!excel_date|"
		    "!excel_date");
}

Test(sheet_xlsx, knows_formats_that_show_dates)
{
	static const struct {
		const char *format;
		unsigned shows;
	} cases[] = {
		{"General", 0},
		{"0.00", 0},
		{"#,##0\\ _\xe2\x82\xab", 0},
		{"0.00E+00", 0},
		{"@", 0},
		{"", 0},
		{"[Red]#,##0", 0},
		{"#,##0 \"dd\"", 0},
		{"0\\d", 0},
		{"0\\", 0},
		{"0\"", 0},
		{"[$-42A]0", 0},
		{"[", 0},
		{"0;[Red]dd", 0},
		{"dd/mm/yyyy", GW_XLSX_DAY},
		{"[$-42A]dd/mm/yyyy;@", GW_XLSX_DAY},
		{"\"ng\xc3\xa0y\" dd \"th\xc3\xa1ng\" mm", GW_XLSX_DAY},
		{"mmm-yy", GW_XLSX_DAY},
		{"mm", GW_XLSX_DAY},
		{"YYYY", GW_XLSX_DAY},
		{"h:mm", GW_XLSX_TIME},
		{"mm:ss.0", GW_XLSX_TIME},
		{"h:mm AM/PM", GW_XLSX_TIME},
		{"dd/mm/yyyy hh:mm", GW_XLSX_DAY | GW_XLSX_TIME},
		{"[h]:mm:ss", GW_XLSX_ELAPSED | GW_XLSX_TIME},
		{"[mm]", GW_XLSX_ELAPSED},
		{"[hh", GW_XLSX_ELAPSED},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		cr_assert_eq(gw_xlsx_format_shows(cases[i].format), cases[i].shows, "%s: %u",
			     cases[i].format, gw_xlsx_format_shows(cases[i].format));
}

Test(sheet_xlsx, reads_texts_of_several_looks)
{
	static const char texts[] =
		"<x:sst xmlns:x=\"" XLSX_MAIN "\">"
		"<x:si><x:t>plain</x:t></x:si>"
		"<x:si><x:r><x:rPr><x:b/></x:rPr><x:t xml:space=\"preserve\">rich </x:t></x:r>"
		"<x:r><x:t>text</x:t></x:r></x:si>"
		"<x:si><x:t>base</x:t><x:rPh sb=\"0\" eb=\"1\"><x:t>phonetic</x:t></x:rPh>"
		"<x:phoneticPr fontId=\"1\"/></x:si>"
		"<x:si><x:t xml:space=\"preserve\"> kept </x:t></x:si>"
		"<x:si><x:t> dropped\n</x:t></x:si>"
		"<x:si><x:t>a_x000D__x000A_b_x005F_x0041_ _xD83D__xDE00_ _xD83D_ _x0000_ "
		"_x1EA1_</x:t></x:si>"
		"<x:si/><x:si><x:t/></x:si>"
		"<x:si><x:t>a&lt;b&amp;c&#x1EA1;<![CDATA[<d>]]></x:t></x:si></x:sst>";

	check_case("texts",
		   &(struct xlsx_case){
			   .texts = texts,
			   .sheet = XLSX_SHEET("<row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c>"
					       "<c t=\"s\"><v>2</v></c><c t=\"s\"><v>3</v></c>"
					       "<c t=\"s\"><v>4</v></c><c t=\"s\"><v>5</v></c>"
					       "<c t=\"s\"><v>6</v></c><c t=\"s\"><v>7</v></c>"
					       "<c t=\"s\"><v>8</v></c></row>")},
		   "1: plain|rich text|base| kept |dropped|a\r\nb_x0041_ \xf0\x9f\x98\x80 _xD83D_ "
		   "_x0000_ \xe1\xba\xa1|||"
		   "a<b&c\xe1\xba\xa1<d>");
}

Test(sheet_xlsx, reads_inline_texts_of_several_looks)
{
	check_sheet(
		"inline",
		XLSX_SHEET(
			"<row><c t=\"inlineStr\"><is><r><t xml:space=\"preserve\">a </t></r>"
			"<r><t>b</t></r><rPh><t>no</t></rPh></is></c><c t=\"inlineStr\"><is/></c>"
			"<c t=\"inlineStr\"><is><t> x_x0009_y </t></is></c>"
			"<c t=\"str\"><v> s </v></c></row>"),
		"1: a b||x\ty| s ");
}

Test(sheet_xlsx, finds_cells_that_do_not_say_where_they_stand)
{
	check_sheet("no places",
		    XLSX_SHEET("<row><c><v>1</v></c><c r=\"D1\"><v>4</v></c><c><v>5</v></c></row>"
			       "<row/><row r=\"7\" hidden=\"1\"><c><v>7</v></c></row>"
			       "<row><c r=\"B12\"><v>8</v></c></row><row><c><v>9</v></c></row>"),
		    "1: i:1|||i:4|i:5\n2:\n7h: i:7\n12: |i:8\n13: i:9");
	check_sheet(
		"any order",
		XLSX_SHEET("<row r=\"3\"><c r=\"B3\"><v>2</v></c><c r=\"A3\"><v>1</v></c></row>"),
		"3: i:1|i:2");
	check_sheet("nothing", XLSX_SHEET(""), "");
}

/* What no type fits is set aside, and never taken for something else. */
Test(sheet_xlsx, reads_cells_of_odd_forms)
{
	check_sheet(
		"odd",
		XLSX_SHEET(
			"<row r=\"1\" ht=\"15\"><c r=\"A1\" t=\"s\"/><c r=\"B1\" t=\"s\"><v/></c>"
			"<c r=\"C1\"><is><t>no type</t></is></c>"
			"<c r=\"D1\" t=\"inlineStr\"><v>in its value</v></c>"
			"<c r=\"E1\" t=\"n\"><v> 5 </v></c><c r=\"F1\" t=\"b\"><v>TRUE</v></c>"
			"<c r=\"G1\" t=\"b\"><v>true</v></c><c r=\"H1\" t=\"d\"><v>P1D</v></c>"
			"<c r=\"I1\" t=\"n\" vm=\"1\" cm=\"1\"><f t=\"array\" "
			"ref=\"I1:I2\">SUM(1)</f>"
			"<v>3</v></c><c r=\"J1\" t=\"str\"><f>A1</f></c>"
			"<c r=\"K1\" t=\"e\"><f>1/0</f><v>#DIV/0!</v></c>"
			"<c r=\"L1\" t=\"str\"><v>'0123</v></c></row>"),
		"1: ||!excel_error|in its value|!excel_error|!excel_error|b:true|!excel_date|i:3|"
		"!excel_formula|!excel_error|'0123");
}

Test(sheet_xlsx, passes_over_what_it_does_not_know)
{
	check_sheet(
		"strict, prefixes, extensions",
		"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?><!-- c -->\n"
		"<x:worksheet xmlns:x=\"http://purl.oclc.org/ooxml/spreadsheetml/main\" "
		"xmlns:q=\"q\"><x:dimension ref=\"A1:B2\"/><x:sheetViews><x:sheetData><x:row>"
		"<x:c><x:v>0</x:v></x:c></x:row></x:sheetData></x:sheetViews>\n<x:sheetData>\n"
		"<x:row r=\"1\" q:r=\"5\"> <x:c r=\"A1\" q:t=\"s\"><x:v>1</x:v><x:extLst><x:ext>"
		"<x:v>9</x:v></x:ext></x:extLst></x:c> </x:row>\n</x:sheetData><x:v>3</x:v>"
		"<x:extLst><q:row><q:c><q:v>8</q:v></q:c></q:row></x:extLst></x:worksheet>",
		"1: i:1");
}

static const char many_sheets[] =
	"<workbook xmlns:r=\"" XLSX_LINKS "\"><sheets>"
	"<sheet name=\"Ghi ch\xc3\xba\" sheetId=\"1\" state=\"hidden\" r:id=\"a\"/>"
	"<sheet name=\"Bi\xe1\xbb\x83u \xc4\x91\xe1\xbb\x93\" sheetId=\"2\" r:id=\"b\"/>"
	"<sheet name=\"D\xc3\xa2n c\xc6\xb0 &lt;1&gt;\" sheetId=\"3\" "
	"r:id=\"c\"/></sheets></workbook>";

static struct xlsx_case
with_many_sheets(void)
{
	return (struct xlsx_case){
		.book = many_sheets,
		.book_links = "<Relationships>" XLSX_LINK("a", "worksheet", "/xl/hidden.xml")
			XLSX_LINK("b", "chartsheet", "charts/sheet2.xml") XLSX_LINK(
				"c", "worksheet", "./../xl/worksheets/sheet1.xml")
				XLSX_LINK("d", "sharedStrings",
					  "none.xml\" TargetMode=\"External") "</Relationships>",
		.sheet = XLSX_SHEET("<row><c><v>3</v></c></row>"),
		.other = {.name = "XL\\Hidden.XML",
			  .bytes = XLSX_SHEET("<row><c><v>1</v></c></row>")},
	};
}

Test(sheet_xlsx, takes_the_first_sheet_that_is_not_hidden)
{
	const struct xlsx_case c = with_many_sheets();

	check_case("first", &c, "1: i:3");
}

Test(sheet_xlsx, finds_a_sheet_by_its_name)
{
	const struct xlsx_case c = with_many_sheets();

	sheet_name = "ghi chu\xcc\x81";
	check_case("hidden, decomposed, other case", &c, "1: i:1");
	sheet_name = "D\xc3\xa2n c\xc6\xb0 <1>";
	check_case("last", &c, "1: i:3");
	sheet_name = "Bi\xe1\xbb\x83u \xc4\x91\xe1\xbb\x93";
	check_refused("a chart", &c, "\"Ghi ch\xc3\xba\" (hidden), \"D\xc3\xa2n c\xc6\xb0 <1>\"");
	sheet_name = "Sheet9";
	check_refused("none", &c, "no sheet \"Sheet9\"");
}

Test(sheet_xlsx, cuts_a_long_name_between_characters)
{
	const struct gw_sheet_options options = {.sheet = NULL};
	struct gw_sheet *book = NULL;
	char xml[2000] = "<workbook xmlns:r=\"r\"><sheets><sheet r:id=\"rId1\" name=\"";
	int fd;

	for (int i = 0; i < 300; i++)
		memcpy(xml + strlen(xml), "\xe1\xbb\x8d", 4);
	memcpy(xml + strlen(xml), "\"/></sheets></workbook>", 24);
	fd = xlsx_file(&(struct xlsx_case){.book = xml}, true);
	cr_assert_eq(gw_sheet_open(fd, &options, &book, &err), GW_OK, "%s", err.text);
	cr_assert_eq(strlen(gw_sheet_name(book)), 255);
	cr_assert(gw_utf8_valid(gw_sheet_name(book), 255));
	cr_assert_eq(strlen(gw_sheet_about(book)), strlen("XLSX, ") + 153);
	gw_sheet_close(book);
	close(fd);
}

Test(sheet_xlsx, tells_which_cells_are_merged)
{
	static const char sheet[] =
		"<x:worksheet xmlns:x=\"m\"><x:sheetData><x:row><x:c "
		"t=\"inlineStr\"><x:is><x:t>mergeCells"
		"</x:t></x:is></x:c></x:row></x:sheetData><x:phoneticPr/><x:mergeCells count=\"3\">"
		"<x:mergeCell ref=\"B2:B4\"/><x:mergeCell ref=\"A1:C1\"/><x:mergeCell ref=\"x\"/>"
		"<x:mergeCell ref=\"D9:C1\"/></x:mergeCells><x:pageMargins/></x:worksheet>";
	static const struct {
		int64_t row;
		size_t column;
		struct gw_sheet_spot top;
	} cases[] = {{1, 0, {1, 0}}, {1, 2, {1, 0}}, {1, 3, {0, 0}},
		     {2, 1, {2, 1}}, {4, 1, {2, 1}}, {5, 1, {0, 0}}};
	const struct gw_sheet_options options = {.sheet = NULL};
	struct gw_sheet *book = NULL;
	struct gw_sheet_spot top;
	int fd = xlsx_file(&(struct xlsx_case){.sheet = sheet}, true);

	cr_assert_eq(gw_sheet_open(fd, &options, &book, &err), GW_OK, "%s", err.text);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cr_assert_eq(gw_sheet_merged(book, cases[i].row, cases[i].column, &top, &err),
			     GW_OK, "%s", err.text);
		cr_assert_eq(top.row, cases[i].top.row, "case %zu", i);
		cr_assert_eq(top.column, cases[i].top.column, "case %zu", i);
	}
	cr_assert_eq(sheet_rows(book, &rows, &err), GW_OK, "%s", err.text);
	cr_assert_str_eq(rows.data, "1: mergeCells");
	cr_assert_str_eq(gw_sheet_about(book), "XLSX, S1");
	cr_assert_str_eq(gw_sheet_name(book), "S1");
	gw_sheet_close(book);
	close(fd);
}

#define WRITTEN(late_day, formulas)                                                                \
	"1: Ng\xc6\xb0\xe1\xbb\x9di||S\xe1\xbb\x91\n"                                              \
	"2: H\xe1\xbb\x8d t\xc3\xaan|S\xe1\xbb\x91 \xc4\x91\xe1\xbb\x8bnh danh\n"                  \
	"3: Nguy\xe1\xbb\x85n V\xc4\x83n An|038199000001|i:1|n:1.5|n:0.1|b:true|d:1980-02-29\n"    \
	"4:   kho\xe1\xba\xa3ng tr\xe1\xba\xafng "                                                 \
	"|hai\nd\xc3\xb2ng|i:-7|n:123456789.25|n:0.0000001|b:false|" late_day "\n"                 \
	"5: <&>\"'|tab\there|i:1000000000000|n:3.3|n:0.6666666666666666|b:true|"                   \
	"t:2026-11-22T10:20:30.000000Z\n"                                                          \
	"6: |NFD: e\xcc\xa3\xcc\x82|i:0|f:1e+20|n:99.99|b:false|07:05:09\n"                        \
	"7h: " formulas "|!excel_error|\xc4\x91\xe1\xba\xadm v\xc3\xa0 th\xc6\xb0\xe1\xbb\x9dng"

Test(sheet_xlsx, reads_what_real_programs_wrote)
{
	static const struct {
		const char *path, *rows;
	} cases[] = {
		{"tests/data/sheets/xlsxwriter.xlsx", WRITTEN("d:1900-03-01", "i:2|ab")},
		{"tests/data/sheets/xlsxwriter-inline.xlsx", WRITTEN("d:1900-03-01", "i:2|ab")},
		/* Before the first day of that calendar. */
		{"tests/data/sheets/xlsxwriter-1904.xlsx", WRITTEN("!excel_date", "i:2|ab")},
		/* It reckons no formulas. */
		{"tests/data/sheets/openpyxl.xlsx", WRITTEN("d:1900-03-01", "!excel_formula|")},
		{"tests/data/sheets/openpyxl-1904.xlsx", WRITTEN("!excel_date", "!excel_formula|")},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cr_assert_eq(read_file(open(cases[i].path, O_RDONLY | O_CLOEXEC)), GW_OK, "%s: %s",
			     cases[i].path, err.text);
		cr_assert_str_eq(rows.data, cases[i].rows, "%s: found\n%s\nexpected\n%s",
				 cases[i].path, rows.data, cases[i].rows);
	}
}

/* Of a sheet that is large enough to be unpacked ahead, each row its number, and merged cells. */
static int
large_sheet(int nrows)
{
	struct gw_buf sheet;
	int fd;

	gw_buf_init(&sheet, (size_t)64 << 20);
	(void)gw_buf_puts(&sheet, "<worksheet><sheetData>");
	for (int i = 1; i <= nrows; i++)
		(void)gw_buf_printf(&sheet, "<row r=\"%d\"><c r=\"A%d\"><v>%d</v></c></row>", i, i,
				    i);
	(void)gw_buf_puts(&sheet, "</sheetData><mergeCells><mergeCell ref=\"A1:B2\"/></mergeCells>"
				  "</worksheet>");
	fd = xlsx_file(&(struct xlsx_case){.sheet = sheet.data}, true);
	gw_buf_release(&sheet);
	return fd;
}

Test(sheet_xlsx, tells_of_merged_cells_while_a_large_sheet_is_read)
{
	enum { ROWS = 120000, ASKED = 50000 };
	const struct gw_sheet_options options = {.sheet = NULL};
	int fd = large_sheet(ROWS);
	struct gw_sheet *book = NULL;
	struct gw_sheet_row row;
	struct gw_sheet_spot top;
	struct gw_arena arena;
	bool more = true;

	gw_arena_init(&arena, 1 << 20);
	cr_assert_eq(gw_sheet_open(fd, &options, &book, &err), GW_OK, "%s", err.text);
	for (int i = 1; i <= ROWS; i++) {
		gw_arena_reset(&arena);
		cr_assert_eq(gw_sheet_next(book, &arena, &row, &more, &err), GW_OK, "%s", err.text);
		cr_assert(more && row.number == i && row.ncells == 1);
		cr_assert_eq(row.cells[0].as.integer, i);
		if (i != ASKED)
			continue;
		cr_assert_eq(gw_sheet_merged(book, 2, 1, &top, &err), GW_OK, "%s", err.text);
		cr_assert(top.row == 1 && top.column == 0);
	}
	cr_assert_eq(gw_sheet_next(book, &arena, &row, &more, &err), GW_OK, "%s", err.text);
	cr_assert_not(more);
	gw_arena_release(&arena);
	gw_sheet_close(book);
	close(fd);
}

/* More texts than are held in memory, in an order that is not that of the file. */
Test(sheet_xlsx, reads_more_texts_than_fit_into_memory)
{
	enum { TEXTS = 1200000, EVERY = 40009, CELLS = 500 };
	struct gw_buf texts, sheet, expected;

	gw_buf_init(&texts, (size_t)256 << 20);
	gw_buf_init(&sheet, 1 << 20);
	gw_buf_init(&expected, 1 << 20);
	(void)gw_buf_puts(&texts, "<sst>");
	for (int i = 0; i < TEXTS; i++)
		(void)gw_buf_printf(&texts, "<si><t>text number %d</t></si>", i);
	(void)gw_buf_puts(&texts, "</sst>");
	(void)gw_buf_puts(&sheet, "<worksheet><sheetData><row>");
	for (int64_t i = 0; i < CELLS; i++) {
		(void)gw_buf_printf(&sheet, "<c t=\"s\"><v>%d</v></c>", (int)(i * EVERY % TEXTS));
		(void)gw_buf_printf(&expected, "%stext number %d", i == 0 ? "1: " : "|",
				    (int)(i * EVERY % TEXTS));
	}
	(void)gw_buf_puts(&sheet, "</row></sheetData></worksheet>");
	check_case("texts", &(struct xlsx_case){.texts = texts.data, .sheet = sheet.data},
		   expected.data);
	gw_buf_release(&texts);
	gw_buf_release(&sheet);
	gw_buf_release(&expected);
}
