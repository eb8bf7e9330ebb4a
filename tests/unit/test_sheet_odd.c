/*
 * Workbooks as programs write them that are not Excel.
 */
#include "xlsx_check.h"

TestSuite(sheet_odd, .init = setup, .fini = teardown);

Test(sheet_odd, keeps_zeros_of_a_text_that_a_formula_gives)
{
	/* rust_xlsxwriter saves such a text without its type. */
	check_sheet("formulas",
		    XLSX_SHEET("<row><c><f>\"0123\"</f><v>0123</v></c><c><f>0</f><v>0</v></c>"
			       "<c><f>0.5</f><v>0.5</v></c><c><v>0123</v></c>"
			       "<c s=\"1\"><f>\"00\"</f><v>00</v></c></row>"),
		    "1: 0123|i:0|n:0.5|i:123|00");
}

Test(sheet_odd, finds_parts_whose_names_are_written_as_in_an_address)
{
	const struct xlsx_case c = {
		.book_links = "<Relationships>" XLSX_LINK("rId1", "worksheet",
							  "S%E1%BB%91%201.xml") "</Relationships>",
		.other = {.name = "xl/s\xe1\xbb\x91 1.xml",
			  .bytes = XLSX_SHEET("<row><c><v>7</v></c></row>")},
	};
	const struct xlsx_case other = {
		.book_links = "<Relationships>" XLSX_LINK("rId1", "worksheet",
							  "a%zz.xml") "</Relationships>",
		.other = {.name = "xl/A%ZZ.xml", .bytes = XLSX_SHEET("<row><c><v>8</v></c></row>")},
	};

	check_case("letters", &c, "1: i:7");
	check_case("no letters", &other, "1: i:8");
	check_refused("the beginning of a name",
		      &(struct xlsx_case){.book_links = "<Relationships>" XLSX_LINK(
						  "rId1", "worksheet",
						  "worksheets/sheet1.xm") "</Relationships>"},
		      "a part of it is missing");
}
