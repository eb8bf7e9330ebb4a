#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "kafka/scroll.h"
#include "kafka_mock.h"

#define TOPIC "songma.health._control"

static struct mock mock;
static struct gw_producer *desk;

static void
set_up(void)
{
	struct gw_error err;

	cr_assert_geq(sodium_init(), 0, "libsodium");
	mock_start(&mock);
	mock_topic(&mock, TOPIC, 1);
	cr_assert_eq(gw_producer_open_desk(&mock.config, &desk, &err), GW_OK, "%s", err.text);
}

static void
tear_down(void)
{
	gw_producer_close(desk);
	mock_stop(&mock);
}

TestSuite(scroll, .init = set_up, .fini = tear_down, .timeout = 60);

/* Sends messages first, first + 1… */
static void
produce(int first, int count)
{
	struct gw_error err;
	char text[16];
	struct gw_message message = {.topic = TOPIC, .key = "k", .key_len = 1, .value = text};

	cr_assert_eq(gw_producer_begin(desk, &err), GW_OK, "%s", err.text);
	for (int i = first; i < first + count; i++) {
		message.value_len = (size_t)snprintf(text, sizeof text, "%d", i);
		cr_assert_eq(gw_producer_send(desk, &message, &err), GW_OK, "%s", err.text);
	}
	cr_assert_eq(gw_producer_commit(desk, &err), GW_OK, "%s", err.text);
}

/* What was taken: that it came in order, and how much. */
struct tally {
	int next, count;
	int stop; /* the message that ends it; 0: none */
};

static enum gw_status
count(void *arg, const struct gw_incoming *message, struct gw_error *err)
{
	struct tally *tally = arg;
	char text[16] = "";

	cr_assert_lt(message->value_len, sizeof text, "too long");
	memcpy(text, message->value, message->value_len);
	cr_assert_eq(atoi(text), tally->next, "%s instead of %d", text, tally->next);
	tally->next++;
	tally->count++;
	return tally->next == tally->stop ? gw_fail(err, GW_REJECT, "enough") : GW_OK;
}

static struct gw_scroll *
open_scroll(int64_t from)
{
	struct gw_scroll *scroll = NULL;
	struct gw_error err;

	cr_assert_eq(gw_scroll_open(&mock.config, TOPIC, from, &scroll, &err), GW_OK, "%s",
		     err.text);
	return scroll;
}

static void
finish(struct gw_scroll *scroll, struct tally *tally)
{
	struct gw_error err;

	cr_assert_eq(gw_scroll_finish(scroll, count, tally, &err), GW_OK, "%s", err.text);
	cr_assert(gw_scroll_reached(scroll), "it ended before the end");
}

Test(scroll, takes_all_that_there_is_in_order)
{
	struct tally tally = {0, 0, 0};
	int64_t next = -1;
	struct gw_error err;

	cr_assert_eq(gw_scroll_all(&mock.config, TOPIC, count, &tally, &next, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(next, 0, "an empty topic ends at %lld", (long long)next);
	produce(0, 2500);
	cr_assert_eq(gw_scroll_all(&mock.config, TOPIC, count, &tally, &next, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(tally.count, 2500, "%d", tally.count);
	cr_assert_geq(next, 2500, "%lld", (long long)next);
}

Test(scroll, begins_where_it_is_told)
{
	struct tally tally = {7, 0, 0};
	struct gw_scroll *scroll;

	produce(0, 10);
	scroll = open_scroll(7);
	finish(scroll, &tally);
	cr_assert_eq(tally.count, 3, "%d", tally.count);
	cr_assert_geq(gw_scroll_place(scroll), 10, "place");
	gw_scroll_close(scroll);
}

Test(scroll, begins_anew_where_the_topic_was_made_anew)
{
	struct tally tally = {0, 0, 0};
	struct gw_scroll *scroll;

	produce(0, 10);
	scroll = open_scroll(4711);
	finish(scroll, &tally);
	cr_assert_eq(tally.count, 10, "%d", tally.count);
	gw_scroll_close(scroll);
}

Test(scroll, goes_on_with_what_comes_later)
{
	struct tally tally = {0, 0, 0};
	struct gw_scroll *scroll = open_scroll(-1);
	struct gw_error err;

	cr_assert(gw_scroll_reached(scroll), "an empty topic has an end");
	for (int round = 0; round < 3; round++) {
		produce(tally.next, 5);
		cr_assert_eq(round % 2 == 0 ? gw_scroll_mark_soon(scroll, &err)
					    : gw_scroll_mark_end(scroll, &err),
			     GW_OK, "%s", err.text);
		cr_assert_not(gw_scroll_reached(scroll), "it has not looked");
		finish(scroll, &tally);
		cr_assert_eq(tally.count, 5 * (round + 1), "%d", tally.count);
	}
	finish(scroll, &tally);
	cr_assert_eq(tally.count, 15, "without a new mark nothing is taken");
	gw_scroll_close(scroll);
}

Test(scroll, waits_for_the_next_message)
{
	struct gw_scroll *scroll = open_scroll(-1);
	struct gw_incoming message;
	struct gw_error err;
	bool got = true;

	cr_assert_eq(gw_scroll_next(scroll, 50, &message, &got, &err), GW_OK, "%s", err.text);
	cr_assert_not(got, "it came from nowhere");
	produce(0, 1);
	for (int i = 0; i < 20 && !got; i++)
		cr_assert_eq(gw_scroll_next(scroll, 1000, &message, &got, &err), GW_OK, "%s",
			     err.text);
	cr_assert(got, "it never came");
	cr_assert_str_eq(message.topic, TOPIC);
	cr_assert_eq(message.offset, 0, "offset");
	cr_assert(message.key_len == 1 && message.value_len == 1, "key and value");
	gw_consumer_release(&message, 1);
	gw_scroll_close(scroll);
}

Test(scroll, ends_where_its_reader_fails)
{
	struct tally tally = {0, 0, 4};
	struct gw_scroll *scroll;
	struct gw_error err;

	produce(0, 10);
	scroll = open_scroll(-1);
	cr_assert_eq(gw_scroll_finish(scroll, count, &tally, &err), GW_REJECT, "%s", err.text);
	cr_assert_eq(tally.count, 4, "%d", tally.count);
	cr_assert_str_eq(err.text, "enough");
	gw_scroll_close(scroll);
}

Test(scroll, tells_a_topic_that_is_not_there)
{
	struct gw_scroll *scroll = NULL;
	struct tally tally = {0, 0, 0};
	int64_t next = -1;
	struct gw_error err;

	mock_no_topic(&mock, "songma.none._control");
	cr_assert_eq(gw_scroll_open(&mock.config, "songma.none._control", -1, &scroll, &err),
		     GW_CONFIG, "it opened");
	cr_assert_not_null(strstr(err.text, "songma.none._control"), "%s", err.text);
	cr_assert_eq(gw_scroll_try(&mock.config, "songma.none._control", -1, &scroll, &err), GW_OK,
		     "%s", err.text);
	cr_assert_null(scroll, "it opened");
	cr_assert_eq(
		gw_scroll_all(&mock.config, "songma.none._control", count, &tally, &next, &err),
		GW_OK, "%s", err.text);
	cr_assert(next == 0 && tally.count == 0, "%d messages up to %lld", tally.count,
		  (long long)next);
}
