/*
 * The states of a duty: what happens to it, and what that makes of it.
 */
#include "serve/duty.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

Test(duty, every_state_knows_what_each_event_makes_of_it)
{
	/* In the order of the events: started good hours away failed fenced killed ended. */
	static const enum gw_duty_state wanted[GW_DUTY_STATES][GW_EVENTS] = {
		[GW_DUTY_STARTING] = {GW_DUTY_STARTING, GW_DUTY_OK, GW_DUTY_HOURS, GW_DUTY_AWAY,
				      GW_DUTY_FAILED, GW_DUTY_FENCED, GW_DUTY_KILLED,
				      GW_DUTY_ENDED},
		[GW_DUTY_OK] = {GW_DUTY_STARTING, GW_DUTY_OK, GW_DUTY_HOURS, GW_DUTY_AWAY,
				GW_DUTY_FAILED, GW_DUTY_FENCED, GW_DUTY_KILLED, GW_DUTY_ENDED},
		[GW_DUTY_HOURS] = {GW_DUTY_STARTING, GW_DUTY_OK, GW_DUTY_HOURS, GW_DUTY_AWAY,
				   GW_DUTY_FAILED, GW_DUTY_FENCED, GW_DUTY_KILLED, GW_DUTY_ENDED},
		[GW_DUTY_AWAY] = {GW_DUTY_AWAY, GW_DUTY_OK, GW_DUTY_AWAY, GW_DUTY_AWAY,
				  GW_DUTY_FAILED, GW_DUTY_FENCED, GW_DUTY_KILLED, GW_DUTY_ENDED},
		[GW_DUTY_FAILED] = {GW_DUTY_FAILED, GW_DUTY_OK, GW_DUTY_FAILED, GW_DUTY_AWAY,
				    GW_DUTY_FAILED, GW_DUTY_FENCED, GW_DUTY_KILLED, GW_DUTY_ENDED},
		[GW_DUTY_FENCED] = {GW_DUTY_FENCED, GW_DUTY_OK, GW_DUTY_FENCED, GW_DUTY_AWAY,
				    GW_DUTY_FAILED, GW_DUTY_FENCED, GW_DUTY_KILLED, GW_DUTY_ENDED},
		[GW_DUTY_KILLED] = {GW_DUTY_KILLED, GW_DUTY_OK, GW_DUTY_KILLED, GW_DUTY_AWAY,
				    GW_DUTY_FAILED, GW_DUTY_FENCED, GW_DUTY_KILLED, GW_DUTY_ENDED},
		[GW_DUTY_ENDED] = {GW_DUTY_ENDED, GW_DUTY_OK, GW_DUTY_ENDED, GW_DUTY_AWAY,
				   GW_DUTY_FAILED, GW_DUTY_FENCED, GW_DUTY_KILLED, GW_DUTY_ENDED},
	};

	for (int state = 0; state < GW_DUTY_STATES; state++)
		for (int event = 0; event < GW_EVENTS; event++)
			cr_assert_eq(
				gw_duty_next((enum gw_duty_state)state, (enum gw_duty_event)event),
				wanted[state][event], "state %s, event %d",
				gw_duty_state_name((enum gw_duty_state)state), event);
}

Test(duty, has_a_name_for_every_state_that_can_be_read_back)
{
	for (int i = 0; i < GW_DUTY_STATES; i++) {
		enum gw_duty_state back;

		cr_assert(gw_duty_state_parse(gw_duty_state_name((enum gw_duty_state)i), &back));
		cr_assert_eq((int)back, i);
	}
	cr_assert_not(gw_duty_state_parse("well", &(enum gw_duty_state){0}));
	cr_assert_not(gw_duty_state_parse(NULL, &(enum gw_duty_state){0}));
}

Test(duty, its_own_word_says_what_it_met)
{
	static const struct {
		enum gw_status status;
		enum gw_duty_event event;
	} cases[] = {
		{GW_OK, GW_EVENT_GOOD},       {GW_RETRY, GW_EVENT_AWAY},
		{GW_REJECT, GW_EVENT_FAILED}, {GW_CONFIG, GW_EVENT_FAILED},
		{GW_FENCED, GW_EVENT_FENCED}, {GW_FATAL, GW_EVENT_ENDED},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		cr_assert_eq(gw_duty_event_of(cases[i].status), cases[i].event, "%s",
			     gw_status_name(cases[i].status));
}

static void
take(struct gw_duty *duty, enum gw_duty_event event, enum gw_at with, const char *cause,
     int64_t now_us)
{
	gw_duty_take(duty, &(struct gw_happening){.event = event,
						  .with = with,
						  .cause = cause,
						  .now_us = now_us,
						  .next_us = now_us + 5});
}

Test(duty, trouble_has_lasted_since_it_began_whatever_it_turned_into)
{
	struct gw_duty duty = {.owner = "Sở Y tế"};

	take(&duty, GW_EVENT_STARTED, GW_AT_HERE, NULL, 10);
	take(&duty, GW_EVENT_GOOD, GW_AT_HERE, NULL, 20);
	take(&duty, GW_EVENT_GOOD, GW_AT_HERE, NULL, 30);
	cr_assert_eq(duty.since_us, 20);
	take(&duty, GW_EVENT_AWAY, GW_AT_SOURCE, "no answer", 40);
	cr_assert_eq(duty.since_us, 40);
	cr_assert_eq(duty.next_us, 45);
	take(&duty, GW_EVENT_ENDED, GW_AT_HERE, "crashed", 50);
	take(&duty, GW_EVENT_STARTED, GW_AT_HERE, NULL, 60);
	cr_assert_eq(duty.state, GW_DUTY_ENDED);
	cr_assert_str_eq(duty.cause, "crashed", "a new start does not hide why");
	cr_assert_eq(duty.since_us, 40);
	cr_assert_eq(duty.next_us, 0, "it is being tried now");
	take(&duty, GW_EVENT_GOOD, GW_AT_HERE, NULL, 70);
	cr_assert_eq(duty.since_us, 70);
	cr_assert_str_eq(duty.cause, "");
	cr_assert_eq(duty.next_us, 0);
}

Test(duty, the_owner_is_to_act_only_where_the_source_is_the_trouble)
{
	struct gw_duty duty = {.owner = "Sở Y tế"};

	take(&duty, GW_EVENT_AWAY, GW_AT_SOURCE, "no answer", 1);
	cr_assert_str_eq(gw_duty_who(&duty), "Sở Y tế");
	take(&duty, GW_EVENT_AWAY, GW_AT_KAFKA, "no answer", 2);
	cr_assert_null(gw_duty_who(&duty));
	take(&duty, GW_EVENT_FAILED, GW_AT_SOURCE, "the password is refused", 3);
	cr_assert_str_eq(gw_duty_who(&duty), "Sở Y tế");
	take(&duty, GW_EVENT_KILLED, GW_AT_HERE, "silent", 4);
	cr_assert_null(gw_duty_who(&duty));
	duty.owner[0] = '\0';
	take(&duty, GW_EVENT_AWAY, GW_AT_SOURCE, "no answer", 5);
	cr_assert_null(gw_duty_who(&duty), "a load has no owner");
}

Test(duty, cuts_a_text_between_letters)
{
	char out[6];

	gw_utf8_copy(out, sizeof out, "Sở Y");
	cr_assert_str_eq(out, "Sở ");
	gw_utf8_copy(out, 4, "Sở");
	cr_assert_str_eq(out, "S");
	gw_utf8_copy(out, 5, "Sở");
	cr_assert_str_eq(out, "Sở");
}
