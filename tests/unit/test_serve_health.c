/*
 * How a source is in one word, and the line that each trouble gets.
 */
#include "serve/health.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "serve/troubles.h"

#define S INT64_C(1000000)
#define NOW (1763798400 * S)

static const struct gw_source source = {
	.name = (char *)(uintptr_t) "health",
	.nstreams = 1,
	.schedule = {.every_us = S, .idle_every_us = 60 * S, .not_from_min = -1, .not_to_min = -1},
};

static enum gw_health
health_of(enum gw_duty_state state, enum gw_at with, struct gw_seen seen)
{
	const struct gw_duty duty = {.state = state, .with = with};

	return gw_health_of(&source, &seen, &duty, NOW);
}

#define WELL                                                                                       \
	(struct gw_seen)                                                                           \
	{                                                                                          \
		.asked = true, .known = true, .ended_us = NOW - 10 * S                             \
	}

Test(health, the_trouble_of_the_duty_goes_before_all)
{
	static const struct {
		enum gw_duty_state state;
		enum gw_at with;
		enum gw_health health;
	} cases[] = {
		{GW_DUTY_OK, GW_AT_HERE, GW_HEALTH_NORMAL},
		{GW_DUTY_STARTING, GW_AT_HERE, GW_HEALTH_NORMAL},
		{GW_DUTY_HOURS, GW_AT_HERE, GW_HEALTH_NORMAL},
		{GW_DUTY_AWAY, GW_AT_SOURCE, GW_HEALTH_NO_CONNECTION},
		{GW_DUTY_AWAY, GW_AT_KAFKA, GW_HEALTH_HELD_UP},
		{GW_DUTY_FAILED, GW_AT_SOURCE, GW_HEALTH_FAILED},
		{GW_DUTY_FENCED, GW_AT_KAFKA, GW_HEALTH_FENCED},
		{GW_DUTY_KILLED, GW_AT_HERE, GW_HEALTH_STUCK},
		{GW_DUTY_ENDED, GW_AT_HERE, GW_HEALTH_CRASHED},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum gw_health health = health_of(cases[i].state, cases[i].with, WELL);

		cr_assert_eq(health, cases[i].health, "%zu", i);
		cr_assert_eq(gw_health_red(health), gw_duty_troubled(cases[i].state), "%zu", i);
	}
}

Test(health, a_duty_that_is_well_leaves_it_to_what_came_of_it)
{
	struct gw_seen seen = WELL;

	seen.letters = 3;
	cr_assert_eq(health_of(GW_DUTY_OK, GW_AT_HERE, seen), GW_HEALTH_WITH_LETTERS);
	cr_assert_not(gw_health_red(GW_HEALTH_WITH_LETTERS));
	seen.ended_us = NOW - 181 * S;
	cr_assert_eq(health_of(GW_DUTY_OK, GW_AT_HERE, seen), GW_HEALTH_LATE);
	seen.open = 1;
	cr_assert_eq(health_of(GW_DUTY_OK, GW_AT_HERE, seen), GW_HEALTH_WITH_LETTERS,
		     "a run that is open is no delay");
	seen.unbalanced = 1;
	cr_assert_eq(health_of(GW_DUTY_OK, GW_AT_HERE, seen), GW_HEALTH_UNBALANCED);
	cr_assert_eq(health_of(GW_DUTY_OK, GW_AT_HERE, (struct gw_seen){.asked = true}),
		     GW_HEALTH_NEVER_RUN);
	cr_assert_eq(health_of(GW_DUTY_OK, GW_AT_HERE, (struct gw_seen){0}), GW_HEALTH_NOT_KNOWN);
	cr_assert_eq(gw_health_of(&source, &(struct gw_seen){.asked = true}, NULL, NOW),
		     GW_HEALTH_NEVER_RUN, "without a serve too");
}

Test(health, where_there_is_no_stream_nothing_is_late)
{
	struct gw_source bare = source;

	bare.nstreams = 0;
	cr_assert_eq(gw_health_of(&bare, &(struct gw_seen){.asked = true}, NULL, NOW),
		     GW_HEALTH_NO_STREAM);
	cr_assert_eq(gw_health_of(&bare, &(struct gw_seen){0}, NULL, NOW), GW_HEALTH_NO_STREAM);
	cr_assert_not(gw_health_red(GW_HEALTH_NO_STREAM));
}

Test(health, hours_in_which_it_is_left_alone_are_no_delay)
{
	struct gw_source night = source;
	struct gw_seen seen = WELL;

	night.time_zone = (char *)(uintptr_t) "UTC";
	night.schedule.not_from_min = 0;
	night.schedule.not_to_min = 1440;
	seen.ended_us = NOW - 1000 * S;
	cr_assert_eq(gw_health_of(&night, &seen, NULL, NOW), GW_HEALTH_OUTSIDE_HOURS);
	cr_assert_eq(gw_health_of(&night, &(struct gw_seen){0}, NULL, NOW),
		     GW_HEALTH_OUTSIDE_HOURS);
}

static struct gw_duty
pull(const char *name, enum gw_duty_state state, enum gw_at with)
{
	struct gw_duty duty = {.kind = "pull", .owner = "Sở Y tế", .state = state, .with = with};

	gw_utf8_copy(duty.name, sizeof duty.name, name);
	gw_utf8_copy(duty.source, sizeof duty.source, name);
	gw_utf8_copy(duty.title, sizeof duty.title, name);
	gw_utf8_copy(duty.cause, sizeof duty.cause, "no answer");
	duty.since_us = 1000 * S;
	return duty;
}

static struct gw_troubles
troubles_of(const struct gw_duty *duties, size_t count)
{
	struct gw_serve_state *state = calloc(1, sizeof *state);
	struct gw_troubles troubles = {0};

	state->running = true;
	state->count = count;
	memcpy(state->duties, duties, count * sizeof *duties);
	gw_troubles_of_serve(&troubles, state, 2000 * S);
	free(state);
	return troubles;
}

Test(troubles, one_line_says_what_next_since_and_who)
{
	struct gw_duty duty = pull("health", GW_DUTY_AWAY, GW_AT_SOURCE);
	struct gw_troubles troubles = troubles_of(&duty, 1);
	char *line;

	setenv("TZ", "UTC", 1);
	cr_assert_eq(troubles.count, 1);
	line = gw_trouble_line(&troubles.at[0]);
	cr_assert_str_eq(line, "health: no answer; it is being tried again; nothing that was "
			       "received is lost; since 00:16:40 01/01/1970. To act: Sở Y tế");
	free(line);
	gw_troubles_release(&troubles);
	duty.next_us = 2060 * S;
	troubles = troubles_of(&duty, 1);
	cr_assert_str_eq(troubles.at[0].next, "it is tried again by itself at 00:34:20; nothing "
					      "that was received is lost");
	gw_troubles_release(&troubles);
}

Test(troubles, those_that_one_server_holds_up_are_one)
{
	struct gw_duty duties[] = {
		pull("health", GW_DUTY_AWAY, GW_AT_KAFKA),
		pull("justice", GW_DUTY_AWAY, GW_AT_KAFKA),
		pull("people", GW_DUTY_AWAY, GW_AT_SOURCE),
		pull("one-stop", GW_DUTY_FAILED, GW_AT_KAFKA),
		pull("land", GW_DUTY_OK, GW_AT_HERE),
	};
	struct gw_troubles troubles;

	duties[1].since_us = 900 * S;
	troubles = troubles_of(duties, 5);
	cr_assert_eq(troubles.count, 3);
	cr_assert_str_eq(troubles.at[0].subject, "Kafka");
	cr_assert_str_eq(troubles.at[0].duties, "health, justice");
	cr_assert_eq(troubles.at[0].since_us, 900 * S);
	cr_assert_str_eq(troubles.at[0].who, "the operator");
	cr_assert_str_eq(troubles.at[1].subject, "people");
	cr_assert_str_eq(troubles.at[1].who, "Sở Y tế");
	cr_assert_str_eq(troubles.at[2].subject, "one-stop");
	gw_troubles_release(&troubles);
}

Test(troubles, machines_get_every_field)
{
	struct gw_duty duty = pull("health", GW_DUTY_KILLED, GW_AT_HERE);
	struct gw_troubles troubles = troubles_of(&duty, 1);
	json_t *list = gw_troubles_json(&troubles);
	const json_t *one = json_array_get(list, 0);

	cr_assert_eq(json_array_size(list), 1);
	cr_assert_str_eq(json_string_value(json_object_get(one, "state")), "killed");
	cr_assert_str_eq(json_string_value(json_object_get(one, "duties")), "health");
	cr_assert_str_eq(json_string_value(json_object_get(one, "cause")), "no answer");
	cr_assert_str_eq(json_string_value(json_object_get(one, "since")),
			 "1970-01-01T00:16:40.000000Z");
	cr_assert(json_is_null(json_object_get(one, "next_at")));
	json_decref(list);
	gw_troubles_release(&troubles);
}
