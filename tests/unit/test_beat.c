/*
 * What a duty tells over its pipe, and what its supervisor understands of it.
 */
#include "base/beat.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int ends[2];

static void
pipe_make(void)
{
	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	gw_beat_to(ends[1]);
}

static void
pipe_drop(void)
{
	gw_beat_to(-1);
	close(ends[0]);
	close(ends[1]);
}

TestSuite(beat, .init = pipe_make, .fini = pipe_drop);

/* All that was said since the last call. */
static const char *
said(void)
{
	static char text[8192];
	ssize_t n = read(ends[0], text, sizeof text - 1);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static struct gw_word
parsed(const char *line)
{
	struct gw_word word;

	gw_word_parse(line, &word);
	return word;
}

Test(beat, says_with_whom_it_is_busy)
{
	struct gw_word word;

	gw_beat(GW_AT_SOURCE);
	word = parsed(said());
	cr_assert_eq(word.kind, GW_WORD_BEAT);
	cr_assert_eq(word.at, GW_AT_SOURCE);
	cr_assert_eq(word.us, 0);
	cr_assert_eq(gw_beat_at(), GW_AT_SOURCE);
}

Test(beat, does_not_repeat_itself_within_a_second_but_knows_where_it_is)
{
	gw_beat(GW_AT_SOURCE);
	(void)said();
	for (int i = 0; i < 1000; i++)
		gw_beat(i % 2 == 0 ? GW_AT_KAFKA : GW_AT_SOURCE);
	cr_assert_str_eq(said(), "");
	gw_beat(GW_AT_KAFKA);
	cr_assert_eq(gw_beat_at(), GW_AT_KAFKA);
}

Test(beat, says_at_once_that_something_takes_long)
{
	struct gw_word word;

	gw_beat(GW_AT_HERE);
	(void)said();
	gw_beat_long(GW_AT_WAREHOUSE, 600 * INT64_C(1000000));
	word = parsed(said());
	cr_assert_eq(word.kind, GW_WORD_BEAT);
	cr_assert_eq(word.at, GW_AT_WAREHOUSE);
	cr_assert_eq(word.us, 600 * INT64_C(1000000));
}

Test(beat, says_only_once_that_all_is_well)
{
	struct gw_error err;

	gw_beat_good();
	gw_beat_good();
	cr_assert_str_eq(said(), "{\"good\":true}\n");
	gw_beat_hours();
	cr_assert_eq(parsed(said()).kind, GW_WORD_HOURS);
	(void)gw_fail(&err, GW_RETRY, "away");
	gw_beat_trouble(&err, 0);
	(void)said();
	gw_beat_good();
	cr_assert_eq(parsed(said()).kind, GW_WORD_GOOD);
}

Test(beat, lays_trouble_at_the_door_where_it_arose)
{
	struct gw_error err;
	struct gw_word word;

	gw_beat(GW_AT_SOURCE);
	(void)gw_fail(&err, GW_RETRY, "máy chủ \"a\"\nkhông trả lời\\");
	gw_beat(GW_AT_KAFKA); /* while it cleans up */
	(void)said();
	gw_beat_trouble(&err, 2500000);
	word = parsed(said());
	cr_assert_eq(word.kind, GW_WORD_TROUBLE);
	cr_assert_eq(word.at, GW_AT_SOURCE);
	cr_assert_eq(word.status, GW_RETRY);
	cr_assert_eq(word.us, 2500000);
	cr_assert_str_eq(word.text, "máy chủ \"a\"\nkhông trả lời\\");
}

Test(beat, keeps_the_longest_message_within_one_line)
{
	struct gw_error err;
	char text[sizeof err.text];

	memset(text, '"', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	(void)gw_fail(&err, GW_CONFIG, "%s", text);
	gw_beat_trouble(&err, 0);
	cr_assert_str_eq(parsed(said()).text, text);
}

Test(beat, does_not_wait_for_a_supervisor_that_does_not_read)
{
	char block[4096] = {0};

	cr_assert_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	while (write(ends[1], block, sizeof block) > 0)
		continue;
	cr_assert_eq(fcntl(ends[1], F_SETFL, 0), 0);
	gw_beat_long(GW_AT_SOURCE, 1000000);
	cr_assert_eq(gw_beat_at(), GW_AT_SOURCE);
}

Test(beat, takes_what_it_does_not_know_for_a_mere_sign_of_life)
{
	static const char *const lines[] = {
		"",
		"nonsense",
		"[1]",
		"{\"read\":5}",
		"{\"beat\":\"elsewhere\"}",
		"{\"beat\":7}",
		"{\"good\":false}",
		"{\"trouble\":\"retry\"}",
		"{\"trouble\":\"retry\",\"with\":\"nobody\"}",
	};

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		cr_assert_eq(parsed(lines[i]).kind, GW_WORD_OTHER, "%s", lines[i]);
}

Test(beat, takes_absurd_durations_for_none)
{
	cr_assert_eq(parsed("{\"beat\":\"here\",\"within_ms\":-5}").us, 0);
	cr_assert_eq(parsed("{\"beat\":\"here\",\"within_ms\":9223372036854775807}").us, 0);
	cr_assert_eq(parsed("{\"trouble\":\"odd\",\"with\":\"here\"}").status, GW_FATAL);
}
