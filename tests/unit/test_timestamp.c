#include "rule_case.h"

#include <stdlib.h>

#include "normalise/zone.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define HOUR INT64_C(3600000000)

static const struct {
	const char *text, *expected;
} moments[] = {
	/* 2025-09-15 08:05 in Vietnam is 01:05 UTC */
	{"2025-09-15 08:05:00", "2025-09-15T01:05:00.000000Z"},
	{"2025-09-15T08:05:00", "2025-09-15T01:05:00.000000Z"},
	{"2025-09-15T08:05:00.250", "2025-09-15T01:05:00.250000Z"},
	{"2025-09-15 08:05:00,123456789", "2025-09-15T01:05:00.123456Z"},
	{"15/09/2025 08:05", "2025-09-15T01:05:00.000000Z"},
	{" 15/9/2025  8:05 ", "2025-09-15T01:05:00.000000Z"},
	{"08:05:00 15/09/2025", "2025-09-15T01:05:00.000000Z"},
	{"15/09/2025 08:05 SA", "2025-09-15T01:05:00.000000Z"},
	{"15/09/2025 8:05 CH", "2025-09-15T13:05:00.000000Z"},
	{"15/09/2025 12:05 AM", "2025-09-14T17:05:00.000000Z"},
	{"15/09/2025 12:05 pm", "2025-09-15T05:05:00.000000Z"},
	{"2025-09-15T08:05:00Z", "2025-09-15T08:05:00.000000Z"},
	{"2025-09-15T08:05:00+07:00", "2025-09-15T01:05:00.000000Z"},
	{"2025-09-15 08:05:00 +0700", "2025-09-15T01:05:00.000000Z"},
	{"2025-09-15 08:05:00-03", "2025-09-15T11:05:00.000000Z"},
	{"2025-09-15", "2025-09-14T17:00:00.000000Z"},
	{"", "NULL"},
	{"không rõ", "NULL"},
	{"0000-00-00 00:00:00", "NULL"},
	{"2025", "!timestamp.partial"},
	{"9/2025 08:05", "!timestamp.partial"},
	{"30/02/2025 08:05", "!date.no_such_day"},
	{"9/15/2025 08:05", "!date.month_first"},
	{"15/09/05 08:05", "!date.ambiguous_year"},
	{"08:05", "!date.shape"},
	{"15/09/2025 08:05 SA CH", "!"},
	{"15/09/2025 25:00", "!"},
	{"15/09/2025 08:60", "!"},
	{"15/09/2025 13:05 CH", "!"},
	{"15/09/2025 08:05 +16", "!"},
	{"15/09/2025 08:05 at noon", "!"},
};

static void
run_text(struct rule_case *run, const char *text)
{
	run->value = text_value(text);
	if (gw_rule_find("timestamp")->apply(&run->value, &run->context, &run->err) == GW_OK)
		rule_case_show(run);
	else
		(void)snprintf(run->text, sizeof run->text, "!%s", run->context.code);
}

Test(timestamp, a_moment_is_read_by_the_clock_of_the_source)
{
	struct gw_zone *zone = NULL;

	for (size_t i = 0; i < COUNT(moments); i++) {
		struct rule_case run;
		bool any = strcmp(moments[i].expected, "!") == 0;

		rule_case_init(&run);
		cr_assert_eq(gw_zone_read("Asia/Ho_Chi_Minh", &zone, &run.err), GW_OK);
		run.context.zone = zone;
		run_text(&run, moments[i].text);
		cr_expect(any ? run.text[0] == '!' : strcmp(run.text, moments[i].expected) == 0,
			  "%s: got %s, want %s", moments[i].text, run.text, moments[i].expected);
		cr_expect(run.text[0] != '!' || strstr(run.err.text, moments[i].text) == NULL ||
				  moments[i].text[0] == '\0',
			  "the message shows the value: %s", run.err.text);
		if (run.value.kind == GW_TIMESTAMP) {
			int64_t once = run.value.as.integer;

			cr_expect_eq(gw_rule_find("timestamp")
					     ->apply(&run.value, &run.context, &run.err),
				     GW_OK);
			cr_expect_eq(run.value.as.integer, once, "%s twice", moments[i].text);
		}
		gw_zone_free(zone);
		rule_case_release(&run);
	}
}

Test(timestamp, without_a_zone_only_what_has_one_itself_is_a_moment)
{
	struct rule_case run;

	rule_case_init(&run);
	run_text(&run, "2025-09-15 08:05");
	cr_expect_str_eq(run.text, "!timestamp.no_zone");
	run_text(&run, "2025-09-15T08:05Z");
	cr_expect_str_eq(run.text, "2025-09-15T08:05:00.000000Z");
	rule_case_release(&run);
}

/* Saigon's clock went from +8 to +7 at 1975-06-13 00:00 of +8 (zdump -v Asia/Ho_Chi_Minh). */
Test(timestamp, a_clock_that_was_set_back_shows_the_later_moment)
{
	struct gw_zone *zone = NULL;
	struct gw_error err;
	int64_t days, local;

	cr_assert_eq(gw_zone_read("Asia/Ho_Chi_Minh", &zone, &err), GW_OK, "%s", err.text);
	cr_assert(gw_date_from_civil(1975, 6, 12, &days));
	local = days * 24 * HOUR + 23 * HOUR + HOUR / 2;
	cr_expect_eq(gw_zone_utc(zone, local), local - 7 * HOUR);
	cr_expect_eq(gw_zone_utc(zone, local - HOUR), local - HOUR - 8 * HOUR);
	for (int64_t at = -40 * 365 * 24 * HOUR; at < 60 * 365 * 24 * HOUR; at += 977 * HOUR)
		cr_expect_eq(gw_zone_local(zone, gw_zone_utc(zone, gw_zone_local(zone, at))),
			     gw_zone_local(zone, at));
	cr_expect_eq(gw_zone_utc(zone, INT64_MAX), INT64_MAX);
	gw_zone_free(zone);
}
