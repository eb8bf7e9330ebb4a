/*
 * Notices: when they are due, what they say, and that they arrive or are tried again.
 */
#include "serve/notice.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "folder_case.h"
#include "serve/outbox.h"

#define S INT64_C(1000000)

static void
make(void)
{
	folder_make();
	cr_assert_geq(sodium_init(), 0);
	(void)signal(SIGPIPE, SIG_IGN);
}

TestSuite(notice, .init = make, .fini = folder_drop);

/* Each look: when, whether there is trouble, what is to be told.  Trouble counts after 60 s. */
struct look {
	int64_t at_s;
	bool troubled;
	enum gw_notice_act act;
};

static void
expect_acts(const struct look *looks, size_t count)
{
	struct gw_notice notice = {0};

	for (size_t i = 0; i < count; i++)
		cr_assert_eq(gw_notice_step(&notice, looks[i].troubled, 60 * S, looks[i].at_s * S),
			     looks[i].act, "at %lld s", (long long)looks[i].at_s);
}

#define EXPECT(...)                                                                                \
	do {                                                                                       \
		const struct look looks[] = {__VA_ARGS__};                                         \
		expect_acts(looks, sizeof looks / sizeof looks[0]);                                \
	} while (0)

Test(notice, trouble_that_lasts_is_told_once_and_its_end_once)
{
	EXPECT({1000, false, GW_NOTICE_NONE}, {1001, true, GW_NOTICE_NONE},
	       {1060, true, GW_NOTICE_NONE}, {1061, true, GW_NOTICE_BEGIN},
	       {1062, true, GW_NOTICE_NONE}, {9000, true, GW_NOTICE_NONE},
	       {9001, false, GW_NOTICE_END}, {9002, false, GW_NOTICE_NONE});
}

Test(notice, trouble_that_passes_soon_is_not_told)
{
	EXPECT({1000, true, GW_NOTICE_NONE}, {1059, true, GW_NOTICE_NONE},
	       {1060, false, GW_NOTICE_NONE}, {1061, true, GW_NOTICE_NONE},
	       {1119, true, GW_NOTICE_NONE}, {1120, false, GW_NOTICE_NONE});
}

Test(notice, a_duty_that_comes_and_goes_is_told_of_every_six_minutes)
{
	EXPECT({1000, true, GW_NOTICE_NONE}, {1060, true, GW_NOTICE_BEGIN},
	       {1070, false, GW_NOTICE_END}, {1080, true, GW_NOTICE_NONE},
	       {1150, true, GW_NOTICE_NONE}, {1160, false, GW_NOTICE_NONE},
	       {1170, true, GW_NOTICE_NONE}, {1419, true, GW_NOTICE_NONE},
	       {1420, true, GW_NOTICE_BEGIN}, {1430, false, GW_NOTICE_END});
}

Test(notice, never_more_than_one_pair_in_the_rest_however_it_flaps)
{
	struct gw_notice notice = {0};
	int64_t begun[64];
	size_t count = 0;

	for (int64_t s = 0; s < 7200; s++) {
		/* Ill for 90 s, well for 7. */
		bool troubled = s % 97 < 90;

		if (gw_notice_step(&notice, troubled, 60 * S, (1000 + s) * S) == GW_NOTICE_BEGIN &&
		    count < 64)
			begun[count++] = s;
	}
	cr_assert_geq(count, 10);
	for (size_t i = 1; i < count; i++)
		cr_assert_geq(begun[i] - begun[i - 1], 360);
}

static struct gw_duty
sick(void)
{
	return (struct gw_duty){
		.name = "health",
		.kind = "pull",
		.source = "health",
		.title = "Y tế",
		.owner = "Sở Y tế",
		.state = GW_DUTY_AWAY,
		.with = GW_AT_SOURCE,
		.cause = "no answer",
		.since_us = 1000 * S,
		.next_us = 2000 * S,
	};
}

static const char *
text_of(const json_t *notice, const char *key)
{
	return json_string_value(json_object_get(notice, key));
}

Test(notice, says_what_a_reader_and_a_machine_need)
{
	struct gw_duty duty = sick();
	json_t *notice = gw_notice_make(&duty, GW_NOTICE_BEGIN, 1100 * S);

	cr_assert_str_eq(text_of(notice, "format"), "notice/1");
	cr_assert_str_eq(text_of(notice, "event"), "begin");
	cr_assert_str_eq(text_of(notice, "duty"), "health");
	cr_assert_str_eq(text_of(notice, "state"), "away");
	cr_assert_str_eq(text_of(notice, "cause"), "no answer");
	cr_assert_str_eq(text_of(notice, "who"), "Sở Y tế");
	cr_assert_str_eq(text_of(notice, "since"), "1970-01-01T00:16:40.000000Z");
	cr_assert_eq(json_integer_value(json_object_get(notice, "duration_s")), 100);
	cr_assert_not_null(strstr(text_of(notice, "text"), "no answer"));
	cr_assert_not_null(strstr(text_of(notice, "text"), "Sở Y tế"));
	json_decref(notice);
	notice = gw_notice_make(&duty, GW_NOTICE_END, 1100 * S);
	cr_assert_str_eq(text_of(notice, "event"), "end");
	cr_assert_not_null(strstr(text_of(notice, "text"), "1 min"));
	json_decref(notice);
}

Test(notice, spans_are_short)
{
	char out[64];

	cr_assert_str_eq(gw_notice_span(5 * S, out), "5 s");
	cr_assert_str_eq(gw_notice_span(125 * S, out), "2 min");
	cr_assert_str_eq(gw_notice_span(3660 * S, out), "1 h 1 min");
	cr_assert_str_eq(gw_notice_span(90000 * S, out), "1 d 1 h");
}

/* ---- the way out ---- */

struct heard {
	int sent, failed;
	char why[200];
};

static void
hear(void *arg, const char *channel, const char *why)
{
	struct heard *heard = arg;

	cr_assert_str_eq(channel, "notify.command");
	if (why[0] == '\0')
		heard->sent++;
	else
		heard->failed++;
	(void)snprintf(heard->why, sizeof heard->why, "%s", why);
}

/* A configuration whose command is this shell script. */
static struct gw_config
telling(const char *script)
{
	static char shell[] = "/bin/sh", option[] = "-c", text[512];
	static char *command[] = {shell, option, text, NULL};

	(void)snprintf(text, sizeof text, "%s", script);
	return (struct gw_config){.notify_command = command, .notify_words = 3};
}

static void
turn_until(struct gw_outbox *outbox, const struct gw_config *config, struct heard *heard,
	   int events)
{
	const struct timespec moment = {.tv_nsec = 10000000};

	for (int i = 0; i < 1000 && heard->sent + heard->failed < events; i++) {
		gw_outbox_turn(outbox, config, hear, heard);
		(void)nanosleep(&moment, NULL);
	}
	cr_assert_eq(heard->sent + heard->failed, events);
}

static struct gw_outbox *
with_notices(const struct gw_config *config, int count)
{
	struct gw_outbox *outbox = gw_outbox_new();
	struct gw_duty duty = sick();

	for (int i = 0; i < count; i++) {
		json_t *notice = gw_notice_make(&duty, GW_NOTICE_BEGIN, (1100 + i) * S);

		gw_outbox_put(outbox, config, notice);
		json_decref(notice);
	}
	return outbox;
}

static void
read_whole(const char *name, struct gw_buf *buf)
{
	struct gw_error err = {0};

	gw_buf_init(buf, 65536);
	cr_assert_eq(gw_file_read(name, buf, &err), GW_OK, "%s", err.text);
}

Test(notice, a_command_gets_it_on_its_input_and_in_its_environment)
{
	struct gw_config config =
		telling("cat >in.json; echo \"$SONGMA_NOTICE_EVENT|$SONGMA_NOTICE_CAUSE|"
			"$SONGMA_NOTICE_WHO|$SONGMA_NOTICE_DURATION_S\" >env");
	struct gw_outbox *outbox = with_notices(&config, 1);
	struct heard heard = {0};
	struct gw_buf text;
	json_t *notice;

	turn_until(outbox, &config, &heard, 1);
	cr_assert_eq(heard.sent, 1, "%s", heard.why);
	cr_assert_null(gw_outbox_trouble(outbox));
	cr_assert_eq(gw_outbox_free(outbox), 0);
	read_whole("in.json", &text);
	notice = json_loadb(text.data, text.len, 0, NULL);
	cr_assert_str_eq(text_of(notice, "cause"), "no answer");
	json_decref(notice);
	gw_buf_release(&text);
	read_whole("env", &text);
	cr_assert_str_eq(text.data, "begin|no answer|Sở Y tế|100\n");
	gw_buf_release(&text);
}

Test(notice, what_fails_is_said_and_tried_again_in_order)
{
	struct gw_config config = telling(
		"[ -e tried ] || { touch tried; exit 3; }; echo $SONGMA_NOTICE_DURATION_S >>order");
	struct gw_outbox *outbox = with_notices(&config, 2);
	struct heard heard = {0};
	struct gw_buf text;

	turn_until(outbox, &config, &heard, 1);
	cr_assert_eq(heard.failed, 1);
	cr_assert_not_null(strstr(heard.why, "3"), "%s", heard.why);
	cr_assert_not_null(gw_outbox_trouble(outbox));
	turn_until(outbox, &config, &heard, 3);
	cr_assert_eq(heard.sent, 2);
	cr_assert_null(gw_outbox_trouble(outbox));
	read_whole("order", &text);
	cr_assert_str_eq(text.data, "100\n101\n");
	gw_buf_release(&text);
	cr_assert_eq(gw_outbox_free(outbox), 0);
}

Test(notice, a_program_that_is_not_there_is_said)
{
	struct gw_config config = telling("true");
	struct gw_outbox *outbox;
	struct heard heard = {0};
	char missing[] = "/nonexistent/tell";

	config.notify_command[0] = missing;
	outbox = with_notices(&config, 1);
	turn_until(outbox, &config, &heard, 1);
	cr_assert_eq(heard.failed, 1);
	cr_assert_str_eq(heard.why, "the program can't be started");
	cr_assert_eq(gw_outbox_free(outbox), 1, "it was not delivered");
}

Test(notice, a_full_box_drops_the_oldest_and_says_so)
{
	struct gw_config config = telling("echo $SONGMA_NOTICE_DURATION_S >>order");
	struct gw_outbox *outbox = with_notices(&config, 66);
	struct heard heard = {0};
	struct gw_buf text;

	turn_until(outbox, &config, &heard, 65);
	cr_assert_eq(heard.failed, 1, "that some were dropped");
	cr_assert_eq(heard.sent, 64);
	read_whole("order", &text);
	cr_assert_eq(strncmp(text.data, "100\n103\n104\n", 12), 0, "%s", text.data);
	gw_buf_release(&text);
	cr_assert_eq(gw_outbox_free(outbox), 0);
}

Test(notice, nothing_goes_where_nobody_is_named)
{
	struct gw_config config = {0};
	struct gw_outbox *outbox = with_notices(&config, 1);

	cr_assert_not(gw_outbox_wanted(&config));
	cr_assert_eq(gw_outbox_free(outbox), 0);
}
