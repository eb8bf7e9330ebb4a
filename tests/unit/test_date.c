#include <criterion/criterion.h>

#include "normalise/date.h"
#include "normalise/zone.h"
#include "rule_case.h"

static const struct {
	const char *in, *out;
} cases[] = {
	/* day first, whatever the mark */
	{"03/04/1980", "1980-04-03"},
	{"3/4/1980", "1980-04-03"},
	{"03-04-1980", "1980-04-03"},
	{"03.04.1980", "1980-04-03"},
	{" 03 / 04 / 1980 ", "1980-04-03"},
	{"1980-04-03", "1980-04-03"},
	{"1980/4/3", "1980-04-03"},
	{"29/02/2000", "2000-02-29"},
	{"29/02/2001", "!date.no_such_day"},
	{"31/4/1980", "!date.no_such_day"},
	{"2/29/1956", "!date.month_first"},
	{"29/29/1956", "!date.no_such_month"},
	{"03/04-1980", "!date.shape"},
	{"3/4", "!date.shape"},
	{"003/04/1980", "!date.shape"},
	{"3/4/198", "!date.shape"},
	/* a partial date stays partial */
	{"1950", "1950"},
	{"00/00/1950", "1950"},
	{"--/--/1950", "1950"},
	{"?/?/1950", "1950"},
	{"00/03/1950", "1950-03"},
	{"3/1950", "1950-03"},
	{"1950-03", "1950-03"},
	{"1950-3", "1950-03"},
	{"1950-00-00", "1950"},
	{"13/1950", "!date.month_first"},
	{"15/00/1950", "!date.day_without_month"},
	/* digits together */
	{"19800403", "1980-04-03"},
	{"03041980", "1980-04-03"},
	{"19800400", "1980-04"},
	{"19800000", "1980"},
	{"00001980", "1980"},
	{"99999999", "!date.shape"},
	{"123456", "!date.shape"},
	{"20514", "!date.shape"},
	/* a time of day goes */
	{"1980-04-03 00:00:00", "1980-04-03"},
	{"1980-04-03T07:30", "1980-04-03"},
	{"1980-04-03 07:30:00.000", "1980-04-03"},
	{"03/04/1980 12:00:00 SA", "1980-04-03"},
	{"03/04/1980 1:05 PM", "1980-04-03"},
	{"1980-04-03 25:00", "!date.time"},
	{"1980-04-03 07:30:61", "!date.time"},
	{"1980-04-03T07:30:00Z", "!date.zone"},
	{"1980-04-03T07:30:00+07:00", "!date.zone"},
	{"1980-04-03x", "!date.words"},
	/* words */
	{"ngày 03/04/1980", "1980-04-03"},
	{"Ngày 3 tháng 4 năm 1980", "1980-04-03"},
	{"ngày 3 tháng tư năm 1980", "1980-04-03"},
	{"ngày 3 tháng năm năm 1980", "1980-05-03"},
	{"tháng mười hai năm 1980", "1980-12"},
	{"tháng 3/1950", "1950-03"},
	{"Tháng 3 năm 1950", "1950-03"},
	{"năm 1950", "1950"},
	{"ngày 3/1950", "!date.words"},
	{"năm 50", "!date.words"},
	{"ngày 3", "!date.words"},
	{"tháng ba tháng tư năm 1980", "!date.words"},
	{"ngày ba tháng tư năm một nghìn chín trăm tám mươi", "1980-04-03"},
	{"Ngày hai mươi mốt tháng mười hai năm hai nghìn không trăm linh năm", "2005-12-21"},
	{"ngày mồng hai tháng năm năm một ngàn chín trăm năm mươi lăm", "1955-05-02"},
	{"năm một nghìn chín trăm", "1900"},
	{"năm mười", "!date.words"},
	{"tháng mười một nghìn", "!date.words"},
	{"Giáp Thìn 1964", "1964"},
	{"năm Giáp Thìn (1964)", "1964"},
	{"Ất Tỵ 1965", "1965"},
	{"Giáp Thìn 1965", "!date.words"},
	{"Giáp Thìn", "!date.words"},
	{"Giáp Tỵ 1964", "!date.words"}, /* no such pair */
	{"3 Apr 1980", "1980-04-03"},
	{"April 3, 1980", "1980-04-03"},
	{"Apr 1980", "1980-04"},
	{"3 Avr 1980", "!date.words"},
	{"hôm qua", "!date.words"},
	{"15/7 âm lịch 1962", "!date.lunar"},
	{"15 tháng chạp năm 1962", "!date.lunar"},
	/* two digits of a year */
	{"31/12/55", "1955-12-31"},
	{"05/06/12", "!date.ambiguous_year"},
	{"05/06/39", "!date.ambiguous_year"},
	{"05/06/40", "1940-06-05"},
	/* what means nothing */
	{"", "NULL"},
	{"   ", "NULL"},
	{"-", "NULL"},
	{"?", "NULL"},
	{"--/--/----", "NULL"},
	{"không rõ", "NULL"},
	{"KHÔNG NHỚ", "NULL"},
	{"00/00/0000", "NULL"},
	{"01/01/1900", "NULL"},
	{"1753-01-01", "NULL"},
	{"0001-01-01", "NULL"},
	{"31/12/9999", "NULL"},
	{"99991231", "NULL"},
	/* years beyond */
	{"31/12/1889", "!date.year_range"},
	{"01/01/1890", "1890-01-01"},
	{"01/01/2101", "!date.year_range"},
	{"2205", "!date.year_range"},
};

Test(date, makes_of_each_text_what_the_table_says)
{
	struct rule_case run;

	rule_case_init(&run);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		rule_case_check(&run, "date", text_value(cases[i].in), cases[i].out);
	rule_case_release(&run);
}

Test(date, takes_dates_and_numbers_of_typed_columns)
{
	static const struct {
		struct gw_value in;
		const char *out;
	} typed[] = {
		{{.kind = GW_NULL}, "NULL"},
		{{.kind = GW_DATE, .as.integer = 0}, "1970-01-01"},
		{{.kind = GW_DATE, .as.integer = -25567}, "NULL"}, /* 1900-01-01 */
		{{.kind = GW_DATE, .as.integer = 100000}, "!date.year_range"},
		{{.kind = GW_DATE, .as.integer = INT64_MAX}, "!date.year_range"},
		{{.kind = GW_DATE, .as.integer = INT64_MIN}, "!date.year_range"},
		{{.kind = GW_INT, .as.integer = 1950}, "1950"},
		{{.kind = GW_INT, .as.integer = 19800403}, "1980-04-03"},
		{{.kind = GW_INT, .as.integer = 3041980}, "!date.shape"}, /* has lost its zero */
		{{.kind = GW_INT, .as.integer = -1950}, "!date.shape"},
		{{.kind = GW_BOOL}, "!date.kind"},
		{{.kind = GW_FLOAT, .as.real = 1950.0}, "!date.kind"},
		{{.kind = GW_TIMESTAMP}, "!date.kind"}, /* no zone is known */
	};
	struct rule_case run;

	rule_case_init(&run);
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
		rule_case_check(&run, "date", typed[i].in, typed[i].out);
	rule_case_release(&run);
}

Test(date, of_a_spreadsheet_is_counted_from_1900_or_1904)
{
	static const struct {
		const char *word;
		struct gw_value in;
		const char *out;
	} serials[] = {
		{NULL, {.kind = GW_NULL}, "NULL"},
		{NULL, {.kind = GW_INT, .as.integer = 20514}, "1956-02-29"},
		{NULL, {.kind = GW_FLOAT, .as.real = 32874.75}, "1990-01-01"},
		{NULL, {.kind = GW_DECIMAL, .len = 7, .as.text = "32874.5"}, "1990-01-01"},
		{NULL, {.kind = GW_DATE, .as.integer = 0}, "1970-01-01"},
		{NULL, {.kind = GW_INT, .as.integer = 0}, "NULL"},
		{NULL, {.kind = GW_INT, .as.integer = 1}, "NULL"}, /* 01/01/1900 */
		{NULL, {.kind = GW_INT, .as.integer = 2}, "1900-01-02"},
		{NULL, {.kind = GW_INT, .as.integer = 60}, "!excel_date.no_such_day"},
		{NULL, {.kind = GW_INT, .as.integer = 1950}, "1950"}, /* typed as a year */
		{NULL, {.kind = GW_INT, .as.integer = 19800403}, "1980-04-03"},
		{NULL, {.kind = GW_INT, .as.integer = 2958465}, "NULL"}, /* 31/12/9999 */
		{NULL, {.kind = GW_INT, .as.integer = 99991231}, "NULL"},
		{NULL, {.kind = GW_INT, .as.integer = 100000}, "!date.year_range"},
		{NULL, {.kind = GW_INT, .as.integer = -5}, "!date.shape"},
		{NULL, {.kind = GW_FLOAT, .as.real = -5}, "!excel_date.range"},
		{NULL, {.kind = GW_BOOL}, "!date.kind"},
		{"1904", {.kind = GW_INT, .as.integer = 0}, "1904-01-01"},
		{"1904", {.kind = GW_INT, .as.integer = 60}, "1904-03-01"},
		{"1904", {.kind = GW_INT, .as.integer = 31412}, "1990-01-01"},
	};
	static const struct {
		const char *in, *out;
	} texts[] = {
		{"32,874", "1990-01-01"},   {"32874.5", "1990-01-01"}, {"1,2,3", "!date.shape"},
		{"3,28.74", "!date.shape"}, {"32874.", "!date.shape"}, {"03/04/1980", "1980-04-03"},
		{"1950", "1950"},           {"không rõ", "NULL"},
	};
	struct rule_case run;

	rule_case_init(&run);
	for (size_t i = 0; i < sizeof serials / sizeof serials[0]; i++) {
		run.context.word = serials[i].word;
		rule_case_check(&run, "excel_date", serials[i].in, serials[i].out);
	}
	run.context.word = NULL;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		rule_case_check(&run, "excel_date", text_value(texts[i].in), texts[i].out);
	rule_case_release(&run);
}

Test(date, of_a_moment_is_the_day_at_the_source)
{
	struct gw_zone *zone = NULL;
	struct rule_case run;
	/* 2025-09-14 16:59:59 and 17:00 UTC: before and after midnight in Thanh Hóa */
	const int64_t midnight = INT64_C(1757869200000000);

	rule_case_init(&run);
	cr_assert_eq(gw_zone_read("Asia/Ho_Chi_Minh", &zone, &run.err), GW_OK, "%s", run.err.text);
	run.context.zone = zone;
	rule_case_check(&run, "date",
			(struct gw_value){.kind = GW_TIMESTAMP, .as.integer = midnight - 1},
			"2025-09-14");
	rule_case_check(&run, "date",
			(struct gw_value){.kind = GW_TIMESTAMP, .as.integer = midnight},
			"2025-09-15");
	gw_zone_free(zone);
	rule_case_release(&run);
}

Test(date, knows_the_hours_that_a_zone_had_in_the_past)
{
	struct gw_zone *zone = NULL;
	struct gw_error err;
	int64_t us_of_day;

	cr_assert_eq(gw_zone_read("UTC", &zone, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_zone_local(zone, 5), 5);
	cr_assert_eq(gw_zone_day(zone, -1, &us_of_day), -1);
	cr_assert_eq(us_of_day, INT64_C(86399999999));
	cr_assert_eq(gw_zone_day(zone, INT64_MIN, &us_of_day), -106751992, "the first of all days");
	cr_assert(us_of_day >= 0 && us_of_day < INT64_C(86400000000));
	gw_zone_free(zone);
	cr_assert_eq(gw_zone_read("Asia/Ho_Chi_Minh", &zone, &err), GW_OK, "%s", err.text);
	/* eight hours until June 1975, seven since */
	cr_assert_eq(gw_zone_local(zone, 0), INT64_C(28800000000));
	cr_assert_eq(gw_zone_local(zone, INT64_C(1000000000000000)), INT64_C(1000025200000000));
	cr_assert_eq(gw_zone_local(zone, INT64_MAX), INT64_MAX);
	gw_zone_free(zone);
}

Test(date, refuses_a_zone_that_it_cannot_count_in)
{
	static const char *const names[] = {
		"", "/etc/passwd", "../../etc/passwd", "Asia/Nowhere", "Europe/Paris", "zone.tab"};
	struct gw_zone *zone = NULL;
	struct gw_error err;

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		cr_assert_eq(gw_zone_read(names[i], &zone, &err), GW_CONFIG, "%s", names[i]);
		cr_assert_null(zone);
	}
}
