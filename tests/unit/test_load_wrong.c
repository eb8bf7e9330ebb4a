#include "load/wrong.h"

#include <sodium.h>

#include "base/text.h"
#include "kafka_mock.h"
#include "load/pace.h"

static struct mock mock;
static struct gw_consumer *consumer;
static struct gw_wrong wrong;
static struct gw_known known;
static struct gw_stage stage;
static struct gw_error err;

static enum gw_status
assign(void *arg, const char *topic, int32_t partition, struct gw_start *start,
       struct gw_error *ignored)
{
	(void)arg;
	(void)topic;
	(void)partition;
	(void)ignored;
	*start = (struct gw_start){.offset = -1};
	return GW_OK;
}

static void
revoke(void *arg, const char *topic, int32_t partition)
{
	(void)arg;
	(void)topic;
	(void)partition;
}

static void
set_up(void)
{
	cr_assert_geq(sodium_init(), 0);
	mock_start(&mock);
	cr_assert_eq(gw_consumer_open(&mock.config, assign, revoke, NULL, &consumer, &err), GW_OK,
		     "%s", err.text);
	wrong = (struct gw_wrong){.topics = 0};
}

static void
tear_down(void)
{
	gw_consumer_close(consumer);
	mock_stop(&mock);
}

TestSuite(load_wrong, .init = set_up, .fini = tear_down, .timeout = 60);

static struct gw_topic
topic_of(enum gw_topic_content content, const char *name)
{
	struct gw_topic topic = {.content = content};

	(void)snprintf(topic.name, sizeof topic.name, "%s", name);
	return topic;
}

static enum gw_status
leave(struct gw_topic *topic, enum gw_status status, const char *why)
{
	(void)gw_fail(&err, status, "%s", why);
	return gw_wrong_leave(&wrong, &known, &stage, consumer, topic, &err);
}

Test(load_wrong, leaves_the_topic_alone_that_fails_and_says_so)
{
	struct gw_topic birth = topic_of(GW_CONTENT_RECORDS, "songma.justice.birth");
	struct gw_topic death = topic_of(GW_CONTENT_RECORDS, "songma.justice.death");

	cr_expect_eq(gw_wrong_say(&wrong, &err), GW_OK);
	cr_assert_eq(leave(&birth, GW_CONFIG, "no right"), GW_OK, "%s", err.text);
	cr_expect(birth.wrong && birth.held);
	cr_expect_eq(gw_wrong_say(&wrong, &err), GW_CONFIG);
	cr_expect_str_eq(err.text,
			 "load songma.justice.birth: no right; the other streams went on");
	/* Its partitions came again. */
	cr_assert_eq(leave(&birth, GW_CONFIG, "no right"), GW_OK);
	cr_expect_eq(wrong.topics, 1);
	cr_assert_eq(leave(&death, GW_REJECT, "no table"), GW_OK);
	cr_expect_eq(gw_wrong_say(&wrong, &err), GW_CONFIG);
	cr_expect_str_eq(err.text,
			 "2 streams failed, the others went on: load songma.justice.birth: "
			 "no right | load songma.justice.death: no table");
}

Test(load_wrong, is_no_topic_of_all_streams_and_nothing_that_passes)
{
	static const struct {
		enum gw_topic_content content;
		bool mixed;
		enum gw_status status;
	} cases[] = {
		{GW_CONTENT_RECORDS, false, GW_RETRY}, {GW_CONTENT_RECORDS, false, GW_FENCED},
		{GW_CONTENT_RECORDS, false, GW_FATAL}, {GW_CONTENT_RECORDS, true, GW_CONFIG},
		{GW_CONTENT_EVENTS, false, GW_CONFIG}, {GW_CONTENT_LETTERS, false, GW_REJECT},
		{GW_CONTENT_ACTS, false, GW_CONFIG},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_topic topic = topic_of(cases[i].content, "songma.x");

		topic.mixed = cases[i].mixed;
		cr_expect_eq(leave(&topic, cases[i].status, "why"), cases[i].status, "case %zu", i);
		cr_expect_str_eq(err.text, "load songma.x: why");
		cr_expect_not(topic.wrong || topic.held, "case %zu", i);
	}
	cr_expect_eq(wrong.topics, 0);
}

Test(load_wrong, is_tried_again_when_it_is_due)
{
	struct gw_topic topic = topic_of(GW_CONTENT_RECORDS, "songma.x");

	cr_expect_not(gw_wrong_due(&wrong), "nothing is wrong");
	cr_assert_eq(leave(&topic, GW_CONFIG, "why"), GW_OK);
	cr_expect_not(gw_wrong_due(&wrong), "not yet");
	cr_expect(wrong.told);
	wrong.anew_us = gw_monotonic_us() - 1;
	cr_expect(gw_wrong_due(&wrong));
}

Test(load_pace, one_batch_proves_nothing_where_a_stream_was_wrong)
{
	struct gw_load_pace pace = {.loaded_us = 1};

	cr_expect(gw_load_proven(&pace, false));
	pace.doubt = true;
	cr_expect_not(gw_load_proven(&pace, false), "more waits, which may be of that stream");
	cr_expect(gw_load_proven(&pace, true));
	pace = (struct gw_load_pace){.doubt = true};
	cr_expect_not(gw_load_proven(&pace, true), "to be connected proves nothing");
	cr_expect_not(gw_load_rests(&pace, true));
	pace.idle_us = gw_monotonic_us() - 3000000;
	cr_expect(gw_load_proven(&pace, true), "for long there was nothing to do");
	cr_expect(gw_load_rests(&pace, true));
	cr_expect_not(gw_load_rests(&pace, false));
}
