#include <fcntl.h>

#include "xlsx_check.h"

enum { LARGE_ROWS = 100000 };

TestSuite(sheet_hostile, .init = setup, .fini = teardown);

Test(sheet_hostile, refuses_what_is_no_workbook_and_says_what_to_do)
{
	static const struct {
		struct xlsx_part part;
		const char *why;
	} cases[] = {
		{{"xl/workbook.bin", "x", 0}, "(.xlsb): open it in Excel and save it as .xlsx"},
		{{"content.xml", "x", 0}, "(.ods): save it as .xlsx"},
		{{"word/document.xml", "x", 0}, "Word"},
		{{"data.csv", "x", 0}, "unpack it first"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cr_assert_eq(read_file(xlsx_archive(&cases[i].part, 1, true)), GW_REJECT);
		cr_assert_not_null(strstr(err.text, cases[i].why), "%s", err.text);
	}
}

Test(sheet_hostile, refuses_damaged_workbooks_and_names_the_place)
{
	static const struct {
		const char *name;
		struct xlsx_case c;
		const char *why;
	} cases[] = {
		{"no such text",
		 {.sheet = XLSX_SHEET("<row r=\"5\"><c r=\"C5\" t=\"s\"><v>2</v></c></row>")},
		 "sheet \"S1\": after row 0: cell C5: a text that the workbook does not have"},
		{"negative text",
		 {.sheet = XLSX_SHEET("<row><c t=\"s\"><v>-1</v></c></row>")},
		 "cell A1"},
		{"rows out of order",
		 {.sheet = XLSX_SHEET("<row r=\"5\"/><row r=\"5\"/>")},
		 "after row 5"},
		{"a row of no number", {.sheet = XLSX_SHEET("<row r=\"x\"/>")}, "after row 0"},
		{"a row beyond all", {.sheet = XLSX_SHEET("<row r=\"99999999\"/>")}, "more rows"},
		{"a cell of another row",
		 {.sheet = XLSX_SHEET("<row r=\"2\"><c r=\"A3\"/></row>")},
		 "another row"},
		{"a cell nowhere",
		 {.sheet = XLSX_SHEET("<row><c r=\"7\"/></row>")},
		 "no cell of a sheet"},
		{"a cell twice",
		 {.sheet = XLSX_SHEET(
			  "<row><c r=\"B1\"><v>1</v></c><c r=\"B1\"><v>1</v></c></row>")},
		 "cell B1: it stands in the sheet twice"},
		{"too far right",
		 {.sheet = XLSX_SHEET("<row><c r=\"BXY1\"><v>1</v></c></row>")},
		 "cell BXY1: more columns"},
		{"cut XML",
		 {.sheet = "<worksheet><sheetData><row r=\"4\"/><row r=\"5\"><c>"},
		 "sheet \"S1\": after row 4: its XML is damaged"},
		{"no UTF-8",
		 {.sheet = XLSX_SHEET("<row><c t=\"inlineStr\"><is><t>\xc3(</t></is></c></row>")},
		 "after row 0: its XML is damaged"},
		{"no book", {.book = ""}, "no workbook"},
		{"no sheet", {.sheet = ""}, "a part of it is missing"},
		{"two sheets of a name",
		 {.other = {.name = "XL/Worksheets/Sheet1.xml", .bytes = "x"}},
		 "two parts of it have the same name"},
		{"broken texts",
		 {.texts = "<sst><si>"},
		 "the workbook's texts: its XML is damaged"},
		{"broken formats", {.styles = "<x"}, "the workbook's formats"},
		{"broken links", {.book_links = "<x"}, "list of parts"},
		{"broken book", {.book = "<x"}, "list of sheets"},
		{"no sheets", {.book = "<workbook/>"}, "no sheet with cells"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_refused(cases[i].name, &cases[i].c, cases[i].why);
}

Test(sheet_hostile, refuses_document_types_wherever_they_stand)
{
	static const char laughs[] =
		"<?xml version=\"1.0\"?><!DOCTYPE sst [<!ENTITY a \"ha\">"
		"<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">]><sst><si><t>&b;"
		"</t></si></sst>";
	static const char outside[] = "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><worksheet/>";

	check_refused("texts", &(struct xlsx_case){.texts = laughs}, "DOCTYPE");
	check_refused("sheet", &(struct xlsx_case){.sheet = outside}, "DOCTYPE");
	check_refused("styles", &(struct xlsx_case){.styles = laughs}, "DOCTYPE");
	check_refused("book", &(struct xlsx_case){.book = laughs}, "DOCTYPE");
	check_refused("links", &(struct xlsx_case){.links = laughs}, "DOCTYPE");
}

/* A sheet of len bytes: begin, then piece again and again; to be freed. */
static char *
long_sheet(const char *begin, const char *piece, size_t len)
{
	size_t head = strlen(begin), size = strlen(piece);
	char *text = malloc(len + 1);

	cr_assert_not_null(text);
	memcpy(text, begin, head);
	for (size_t i = head; i < len; i++)
		text[i] = piece[(i - head) % size];
	text[len] = '\0';
	return text;
}

Test(sheet_hostile, refuses_xml_that_would_take_up_the_memory)
{
	static const struct {
		const char *name, *begin, *piece, *why;
	} cases[] = {
		{"an endless tag", "<worksheet a=\"", "x", "larger than Excel writes any"},
		{"an endless comment", "<worksheet><!--", "x", "larger than Excel writes any"},
		{"elements in elements", "<worksheet>", "<x>", "elements within elements"},
	};
	size_t len = (size_t)12 << 20;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char *text = long_sheet(cases[i].begin, cases[i].piece, len);

		check_refused(cases[i].name, &(struct xlsx_case){.sheet = text, .sheet_len = len},
			      cases[i].why);
		free(text);
	}
}

Test(sheet_hostile, refuses_names_without_end)
{
	struct gw_buf text;

	gw_buf_init(&text, (size_t)64 << 20);
	(void)gw_buf_puts(&text, "<worksheet>");
	for (int i = 0; i < 200000; i++)
		(void)gw_buf_printf(&text, "<x%d y%d=\"\"/>", i, i);
	check_refused("names", &(struct xlsx_case){.sheet = text.data, .sheet_len = text.len},
		      "larger than Excel writes any");
	gw_buf_release(&text);
}

Test(sheet_hostile, sets_aside_a_cell_that_is_too_long)
{
	static const char end[] = "</t></si><si><t>short</t></si></sst>";
	size_t len = (size_t)50 << 20, tail = sizeof end - 1;
	char *texts = long_sheet("<sst><si><t>", "x", len);

	memcpy(texts + len - tail, end, tail);
	check_case("50 MiB, shared",
		   &(struct xlsx_case){.texts = texts,
				       .sheet = XLSX_SHEET("<row><c t=\"s\"><v>0</v></c>"
							   "<c t=\"s\"><v>1</v></c></row>")},
		   "1: !too_long|short");
	free(texts);
}

Test(sheet_hostile, refuses_a_row_that_is_too_long)
{
	size_t len = (size_t)10 << 20;
	char *text = long_sheet("<worksheet><sheetData><row r=\"3\"><c r=\"B3\" t=\"str\"><v>", "x",
				len);

	check_refused("10 MiB", &(struct xlsx_case){.sheet = text, .sheet_len = len},
		      "cell B3: a row of more than 8 MiB");
	free(text);
}

Test(sheet_hostile, refuses_a_zip_bomb)
{
	size_t len = (size_t)100 << 20;
	char *text = long_sheet("<worksheet><sheetData>", " ", len);

	check_refused("100 MiB of blanks", &(struct xlsx_case){.sheet = text, .sheet_len = len},
		      "unpacks to far more");
	free(text);
}

Test(sheet_hostile, refuses_an_archive_of_too_many_parts)
{
	enum { PARTS = 4097 };
	static struct xlsx_part parts[PARTS];
	static char names[PARTS][8];

	for (int i = 0; i < PARTS; i++) {
		(void)snprintf(names[i], sizeof names[i], "p%d", i);
		parts[i] = (struct xlsx_part){.name = names[i], .bytes = "x"};
	}
	cr_assert_eq(read_file(xlsx_archive(parts, PARTS, false)), GW_REJECT);
	cr_assert_not_null(strstr(err.text, "more than 4096 parts"), "%s", err.text);
}

/* Cut off and changed in each byte: read or refused, and nothing else. */
Test(sheet_hostile, survives_damage_at_every_byte)
{
	static const char sheet[] = XLSX_SHEET("<row><c t=\"s\"><v>1</v></c></row>");
	int fd = xlsx_file(&(struct xlsx_case){.sheet = sheet}, true);
	char bytes[8192];
	ssize_t len = pread(fd, bytes, sizeof bytes, 0);
	size_t refused = 0;

	close(fd);
	cr_assert(len > 0 && len < (ssize_t)sizeof bytes);
	for (ssize_t i = 4; i < len; i++) {
		enum gw_status status = read_file(sheet_file(bytes, (size_t)i));

		cr_assert_eq(status, GW_REJECT, "cut at %zd: %s", i, gw_status_name(status));
		bytes[i] ^= 0x55;
		status = read_file(sheet_file(bytes, (size_t)len));
		bytes[i] ^= 0x55;
		cr_assert(status == GW_OK || status == GW_REJECT, "changed at %zd: %s", i,
			  err.text);
		refused += status == GW_REJECT;
	}
	cr_assert_gt(refused, (size_t)len / 2);
}

/* What a row says is told before what stands behind it is known to be broken. */
Test(sheet_hostile, refuses_merged_cells_that_are_broken_when_they_are_asked_for)
{
	static const char sheet[] = "<worksheet><sheetData><row r=\"1\"><c><v>1</v></c></row>"
				    "</sheetData><mergeCells><mergeCell ref=\"A1:B1\">";
	const struct gw_sheet_options options = {.sheet = NULL};
	int fd = xlsx_file(&(struct xlsx_case){.sheet = sheet}, true);
	struct gw_sheet *book = NULL;
	struct gw_sheet_spot top;

	cr_assert_eq(gw_sheet_open(fd, &options, &book, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_sheet_merged(book, 1, 1, &top, &err), GW_REJECT);
	cr_assert_not_null(strstr(err.text, "sheet \"S1\": its XML is damaged"), "%s", err.text);
	cr_assert_eq(sheet_rows(book, &rows, &err), GW_REJECT);
	cr_assert_str_eq(rows.data, "1: i:1");
	gw_sheet_close(book);
	close(fd);
}

/* A large sheet, stored as it is, in which the byte at a place is changed; 0: none is. */
static int
large_sheet(size_t changed)
{
	static const char begin[] = "<worksheet><sheetData><row><c><v>1</v></c></row>";
	static const char row[] =
		"<row spans=\"1:20\" ht=\"15.75\" customHeight=\"1\" hidden=\"0\"/>";
	static const char end[] = "</sheetData></worksheet>";
	size_t body = sizeof begin - 1 + LARGE_ROWS * (sizeof row - 1), len = body + sizeof end - 1;
	char *text = long_sheet(begin, row, len);
	int fd;

	memcpy(text + body, end, sizeof end - 1);
	fd = xlsx_file(&(struct xlsx_case){.sheet = text, .sheet_len = len}, false);
	if (changed > 0)
		cr_assert_eq(pwrite(fd, "2", 1, (off_t)changed), 1);
	free(text);
	return fd;
}

/* Where a text stands in a file. */
static size_t
place_of(int fd, const char *text)
{
	char *bytes = malloc((size_t)16 << 20), *found;
	ssize_t len = pread(fd, bytes, (size_t)16 << 20, 0);
	size_t at;

	cr_assert_not_null(bytes);
	cr_assert_gt(len, 0);
	found = memmem(bytes, (size_t)len, text, strlen(text));
	cr_assert_not_null(found);
	at = (size_t)(found - bytes);
	free(bytes);
	return at;
}

Test(sheet_hostile, finds_damage_in_a_part_that_is_unpacked_ahead)
{
	int fd = large_sheet(0);
	size_t value = place_of(fd, "<v>1</v>") + 3;

	cr_assert_eq(read_file(fd), GW_OK, "%s", err.text);
	cr_assert_eq(read_file(large_sheet(value)), GW_REJECT);
	cr_assert_not_null(strstr(err.text, "cut off or damaged"), "%s", err.text);
}

Test(sheet_hostile, leaves_off_in_the_middle_of_a_large_sheet)
{
	const struct gw_sheet_options options = {.sheet = NULL};

	for (int i = 1; i <= 4; i++) {
		int fd = large_sheet(0);
		struct gw_sheet *sheet = NULL;
		struct gw_sheet_row row;
		struct gw_arena arena;
		bool more = true;

		gw_arena_init(&arena, 1 << 20);
		cr_assert_eq(gw_sheet_open(fd, &options, &sheet, &err), GW_OK, "%s", err.text);
		for (int n = 0; n < i * LARGE_ROWS / 5; n++)
			cr_assert_eq(gw_sheet_next(sheet, &arena, &row, &more, &err), GW_OK);
		cr_assert(more);
		gw_sheet_close(sheet);
		gw_arena_release(&arena);
		close(fd);
	}
}

static int
open_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

Test(sheet_hostile, leaves_no_descriptor_open)
{
	const struct xlsx_case good = {.sheet = XLSX_SHEET("<row/>")}, bad = {.sheet = "<x"};
	int before = open_descriptors();

	for (int i = 0; i < 3; i++) {
		cr_assert_eq(read_file(xlsx_file(&good, true)), GW_OK);
		cr_assert_eq(read_file(xlsx_file(&bad, true)), GW_REJECT);
		cr_assert_eq(read_file(sheet_file("PK\3\4", 4)), GW_REJECT);
	}
	cr_assert_eq(open_descriptors(), before);
}
