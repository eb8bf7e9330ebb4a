/*
 * When a source may be read.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

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

Test(schedule, knows_the_hours_of_two_zones_in_the_same_minute)
{
	/* 02:30 UTC is 09:30 in Vietnam. */
	cr_assert_not(allowed("Asia/Ho_Chi_Minh", 9 * 60, 10 * 60, "2026-11-22T02:30:00Z"));
	cr_assert(allowed("UTC", 9 * 60, 10 * 60, "2026-11-22T02:30:20Z"));
	cr_assert_not(allowed("Asia/Ho_Chi_Minh", 9 * 60, 10 * 60, "2026-11-22T02:30:59Z"));
}

static const struct gw_schedule fast = {.every_us = 100000, .idle_every_us = 1000000};

Test(schedule, asks_an_idle_source_less_and_less_often_but_not_at_once)
{
	static const struct {
		int64_t at_s;
		bool moved;
		int64_t pause_us;
	} cycles[] = {
		{100, false, 100000},  {129, false, 100000}, {130, false, 200000},
		{131, false, 400000},  {132, false, 800000}, {133, false, 1000000},
		{134, false, 1000000}, {135, true, 100000},  {164, false, 100000},
		{165, false, 200000},
	};
	struct gw_pace pace = {0};

	for (size_t i = 0; i < sizeof cycles / sizeof cycles[0]; i++)
		cr_assert_eq(
			gw_schedule_pause(&fast, &pace, cycles[i].moved, cycles[i].at_s * 1000000),
			cycles[i].pause_us, "cycle %zu", i);
}

Test(schedule, keeps_its_pace_where_an_idle_source_is_asked_as_often)
{
	const struct gw_schedule even = {.every_us = 5000000, .idle_every_us = 5000000};
	struct gw_pace pace = {0};

	for (int64_t s = 1; s < 500; s += 5)
		cr_assert_eq(gw_schedule_pause(&even, &pace, false, s * 1000000), 5000000);
}

static volatile sig_atomic_t rung;

static void
ring(int number)
{
	(void)number;
	rung = 1;
}

Test(schedule, a_signal_ends_the_wait)
{
	const struct sigaction action = {.sa_handler = ring};
	const struct itimerval soon = {.it_value = {.tv_usec = 100000}};
	int64_t began = gw_monotonic_us();
	struct gw_error err;

	cr_assert_eq(sigaction(SIGALRM, &action, NULL), 0);
	cr_assert_eq(setitimer(ITIMER_REAL, &soon, NULL), 0);
	cr_assert_eq(gw_schedule_wait(INT64_C(20) * 1000000, &rung, &err), GW_CANCELLED);
	cr_assert_lt(gw_monotonic_us() - began, 5000000);
}

Test(schedule, waits_as_long_as_it_was_told_to)
{
	const volatile sig_atomic_t stop = 0;
	int64_t began = gw_monotonic_us();
	struct gw_error err;

	cr_assert_eq(gw_schedule_wait(30000, &stop, &err), GW_OK);
	cr_assert_geq(gw_monotonic_us() - began, 30000);
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
