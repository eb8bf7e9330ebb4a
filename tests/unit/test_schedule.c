/*
 * When a source may be read.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "ops/schedule.h"

static bool
allowed(const char *zone, int from, int to, const char *utc)
{
	char name[64];
	struct gw_source source = {.schedule = {.not_from_min = from, .not_to_min = to}};
	int64_t us;

	(void)snprintf(name, sizeof name, "%s", zone);
	source.time_zone = name;
	cr_assert(gw_timestamp_parse(utc, strlen(utc), &us), "%s", utc);
	return gw_schedule_allowed(&source, us);
}

Test(schedule, keeps_out_of_the_forbidden_hours_of_the_sources_own_zone)
{
	/* 09:00 to 11:00 in Vietnam is 02:00 to 04:00 UTC. */
	static const struct {
		const char *utc;
		bool allowed;
	} cases[] = {
		{"2026-11-22T01:59:59Z", true},
		{"2026-11-22T02:00:00Z", false},
		{"2026-11-22T03:59:00Z", false},
		{"2026-11-22T04:00:00Z", true},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_assert_eq(allowed("Asia/Ho_Chi_Minh", 9 * 60, 11 * 60, cases[i].utc),
			     cases[i].allowed, "%s", cases[i].utc);
}

Test(schedule, understands_hours_that_span_midnight)
{
	cr_assert_not(allowed("UTC", 22 * 60, 5 * 60, "2026-11-22T23:00:00Z"));
	cr_assert_not(allowed("UTC", 22 * 60, 5 * 60, "2026-11-22T04:59:00Z"));
	cr_assert(allowed("UTC", 22 * 60, 5 * 60, "2026-11-22T05:00:00Z"));
	cr_assert(allowed("UTC", 22 * 60, 5 * 60, "2026-11-22T21:59:00Z"));
}

Test(schedule, is_always_allowed_without_forbidden_hours)
{
	cr_assert(allowed("UTC", -1, -1, "2026-11-22T21:59:00Z"));
}

Test(schedule, pauses_longer_after_each_failure_and_never_over_a_minute)
{
	for (unsigned failures = 0; failures < 40; failures++) {
		int64_t pause = gw_backoff_us(failures);
		int64_t full = failures < 6 ? INT64_C(1000000) << failures : 60 * INT64_C(1000000);

		cr_assert_geq(pause, full / 2);
		cr_assert_leq(pause, full);
	}
}

Test(schedule, stops_waiting_at_once_when_told_to)
{
	const volatile sig_atomic_t stop = 1;
	int64_t began = gw_monotonic_us();
	struct gw_error err;

	cr_assert_eq(gw_schedule_wait(10 * INT64_C(1000000), &stop, &err), GW_CANCELLED);
	cr_assert_lt(gw_monotonic_us() - began, 1000000);
}
