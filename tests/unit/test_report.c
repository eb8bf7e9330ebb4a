/*
 * Tables for people, JSON for machines: the same rows.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "ops/report.h"

static char *
printed(const struct gw_report *report, bool json)
{
	char *text = NULL;
	size_t len = 0;
	struct gw_error err;
	FILE *out = open_memstream(&text, &len);

	cr_assert_eq(gw_report_print(report, out, json, &err), GW_OK);
	fclose(out);
	return text;
}

static struct gw_report *
two_rows(void)
{
	struct gw_report *report = gw_report_new();

	gw_report_column(report, "unit", "ĐƠN VỊ", false);
	gw_report_column(report, "people", "DÂN SỐ", true);
	gw_report_row(report);
	gw_report_text(report, "Thọ Xuân");
	gw_report_number(report, 34346);
	gw_report_row(report);
	gw_report_text(report, NULL);
	gw_report_number(report, 7);
	return report;
}

Test(report, aligns_vietnamese_text_by_what_the_eye_sees)
{
	struct gw_report *report = two_rows();

	gw_i18n_init("vi");
	char *text = printed(report, false);
	cr_assert_str_eq(text, "ĐƠN VỊ    DÂN SỐ\n"
			       "Thọ Xuân  34.346\n"
			       "–              7\n");
	free(text);
	gw_report_free(report);
}

Test(report, gives_machines_plain_numbers_and_null)
{
	struct gw_report *report = two_rows();
	char *text = printed(report, true);

	cr_assert_not_null(strstr(text, "\"people\": 34346"));
	cr_assert_not_null(strstr(text, "\"unit\": null"));
	free(text);
	gw_report_free(report);
}

Test(report, fills_up_a_row_that_was_left_short)
{
	struct gw_report *report = gw_report_new();

	gw_report_column(report, "a", "A", false);
	gw_report_column(report, "b", "B", false);
	gw_report_row(report);
	gw_report_text(report, "1");
	gw_report_row(report);
	gw_report_text(report, "2");
	gw_report_text(report, "3");
	char *text = printed(report, false);
	cr_assert_str_eq(text, "A  B\n1  –\n2  3\n");
	free(text);
	gw_report_free(report);
}

Test(report, leaves_rare_columns_out_where_nothing_is_in_them)
{
	static const int64_t numbers[][2] = {{0, 0}, {7, 0}};

	for (size_t i = 0; i < 2; i++) {
		struct gw_report *report = gw_report_new();
		char *text;

		gw_report_column(report, "a", "A", false);
		gw_report_column(report, "b", "B", true);
		gw_report_rare(report);
		gw_report_column(report, "c", "C", true);
		gw_report_rare(report);
		for (size_t row = 0; row < 2; row++) {
			gw_report_row(report);
			gw_report_text(report, "x");
			gw_report_number(report, row == 1 ? numbers[i][0] : 0);
		}
		gw_report_row(report);
		text = printed(report, false);
		cr_expect_str_eq(text, i == 0 ? "A\nx\nx\n" : "A  B\nx  0\nx  7\n");
		free(text);
		text = printed(report, true);
		cr_expect_not_null(strstr(text, "\"b\": 0"), "machines get all of them");
		cr_expect_not_null(strstr(text, "\"c\": null"));
		free(text);
		gw_report_free(report);
	}
}

Test(report, writes_counts_the_way_of_the_language)
{
	static const struct {
		int64_t number;
		const char *vi, *en;
	} cases[] = {
		{0, "0", "0"},
		{999, "999", "999"},
		{1000, "1.000", "1,000"},
		{-1234567, "-1.234.567", "-1,234,567"},
		{-999, "-999", "-999"},
	};
	char out[32];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		gw_i18n_init("vi");
		cr_assert_str_eq(gw_format_count(cases[i].number, out), cases[i].vi);
		gw_i18n_init("en");
		cr_assert_str_eq(gw_format_count(cases[i].number, out), cases[i].en);
	}
}
