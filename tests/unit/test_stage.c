/* What waits to be loaded: bounds, keys that come twice, partitions that go. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "load/stage.h"

static struct gw_stage stage;
static struct gw_topic topic = {.name = "p.s.t", .source = "s", .stream = "t"};
static struct gw_partition parts[2] = {
	{.topic = &topic, .partition = 0, .assigned = true},
	{.topic = &topic, .partition = 1, .assigned = true},
};
static struct gw_error err;

static void
set_up(size_t max, size_t bytes)
{
	for (size_t i = 0; i < 2; i++) {
		parts[i].assigned = true;
		parts[i].taken = 0;
	}
	topic.content = GW_CONTENT_EVENTS;
	cr_assert_eq(gw_stage_init(&stage, max, bytes, &err), GW_OK);
}

/* Adds a message; one of the library's own would need a broker, so headers are put in by hand. */
static struct gw_arrival *
add(int partition, int64_t offset, const char *key, int64_t version, const char *value)
{
	const struct gw_incoming message = {
		.topic = topic.name,
		.partition = partition,
		.offset = offset,
		.timestamp_ms = 1,
		.key = key,
		.key_len = key == NULL ? 0 : strlen(key),
		.value = value,
		.value_len = value == NULL ? 0 : strlen(value),
	};
	struct gw_arrival *arrival = &stage.records[stage.count];

	cr_assert_eq(gw_stage_add(&stage, &parts[partition], &message, &err), GW_OK, "%s",
		     err.text);
	arrival->header.version = version;
	arrival->headed = true;
	return arrival;
}

Test(stage, keeps_the_highest_version_of_a_key)
{
	struct gw_arrival *first, *second, *third, *other;

	set_up(10, 10000);
	first = add(0, 1, "a", 100, "x");
	second = add(0, 2, "a", 300, "x");
	third = add(0, 3, "a", 200, "x");
	other = add(1, 1, "b", 50, NULL);
	topic.content = GW_CONTENT_RECORDS;
	cr_assert_eq(gw_stage_pick(&stage, &topic, &err), GW_OK);
	cr_assert_eq(stage.npicked, 4);
	cr_assert_eq(stage.nlive, 2);
	cr_assert(first->lost);
	cr_assert_not(second->lost);
	cr_assert(third->lost);
	cr_assert_not(other->lost);
	cr_assert_eq(stage.live[0], second);
	cr_assert_eq(stage.live[1], other);
	gw_stage_release(&stage);
}

Test(stage, lets_the_later_of_two_equal_versions_stay)
{
	struct gw_arrival *first, *second;

	set_up(10, 10000);
	first = add(0, 1, "a", 100, "x");
	second = add(0, 2, "a", 100, "x");
	topic.content = GW_CONTENT_RECORDS;
	cr_assert_eq(gw_stage_pick(&stage, &topic, &err), GW_OK);
	cr_assert(first->lost);
	cr_assert_not(second->lost);
	gw_stage_release(&stage);
}

Test(stage, finds_every_key_among_many)
{
	set_up(5000, 1000000);
	for (int i = 0; i < 5000; i++) {
		char key[16];

		(void)snprintf(key, sizeof key, "key%d", i % 1700);
		(void)add(i % 2, i, key, i, "x");
	}
	topic.content = GW_CONTENT_RECORDS;
	cr_assert_eq(gw_stage_pick(&stage, &topic, &err), GW_OK);
	cr_assert_eq(stage.nlive, 1700);
	for (size_t i = 0; i < stage.nlive; i++)
		cr_assert_geq(stage.live[i]->header.version, 3300);
	for (int i = 0; i < 1700; i++) {
		char key[16];
		int len = snprintf(key, sizeof key, "key%d", i);
		const struct gw_arrival *found = gw_stage_find(&stage, key, (size_t)len);

		cr_assert_not_null(found, "%s", key);
		cr_assert_eq(memcmp(found->key, key, (size_t)len), 0, "%s", key);
	}
	cr_assert_null(gw_stage_find(&stage, "key1700", 7));
	cr_assert_null(gw_stage_find(&stage, "", 0));
	gw_stage_release(&stage);
}

Test(stage, counts_by_run_and_partition)
{
	set_up(10, 10000);
	for (int i = 0; i < 4; i++) {
		char key[2] = {(char)('a' + i), '\0'};

		add(i % 2, i, key, 1, "x")->header.run[0] = (unsigned char)(i / 2);
	}
	topic.content = GW_CONTENT_RECORDS;
	cr_assert_eq(gw_stage_pick(&stage, &topic, &err), GW_OK);
	cr_assert_eq(stage.nslots, 4);
	/* Picked again, as when a batch is tried again: nothing is counted twice. */
	cr_assert_eq(gw_stage_pick(&stage, &topic, &err), GW_OK);
	cr_assert_eq(stage.nslots, 4);
	gw_stage_release(&stage);
}

Test(stage, forgets_a_partition_that_is_taken_away)
{
	set_up(10, 10000);
	(void)add(0, 1, "a", 1, "x");
	(void)add(1, 1, "b", 1, "x");
	gw_stage_drop(&stage, &parts[0]);
	cr_assert_eq(gw_stage_pick(&stage, &topic, &err), GW_OK);
	cr_assert_eq(stage.npicked, 1);
	cr_assert_eq(stage.picked[0]->part, &parts[1]);
	gw_stage_release(&stage);
}

Test(stage, passes_over_what_it_has_taken_or_does_not_hold)
{
	struct gw_incoming message = {.topic = "p.s.t", .offset = 5, .key = "a", .key_len = 1};

	set_up(10, 10000);
	(void)add(0, 5, "a", 1, "x");
	cr_assert_eq(gw_stage_add(&stage, &parts[0], &message, &err), GW_OK);
	cr_assert_eq(stage.count, 1, "the offset was taken already");
	parts[1].assigned = false;
	cr_assert_eq(gw_stage_add(&stage, &parts[1], &message, &err), GW_OK);
	cr_assert_eq(stage.count, 1, "the partition is not ours");
	gw_stage_release(&stage);
}

Test(stage, says_when_it_is_full_of_messages)
{
	const struct gw_incoming message = {
		.topic = "p.s.t", .offset = 9, .key = "c", .key_len = 1};

	set_up(2, 10000);
	(void)add(0, 1, "a", 1, "x");
	(void)add(0, 2, "b", 1, "x");
	cr_assert_eq(gw_stage_room(&stage), 0);
	cr_assert_eq(gw_stage_add(&stage, &parts[0], &message, &err), GW_RETRY);
	gw_stage_clear(&stage);
	cr_assert_eq(gw_stage_room(&stage), 2);
	cr_assert_eq(gw_stage_add(&stage, &parts[0], &message, &err), GW_OK);
	gw_stage_release(&stage);
}

Test(stage, says_when_it_is_full_of_bytes_but_takes_one_large_message)
{
	static char large[600000];
	struct gw_incoming message = {.topic = "p.s.t",
				      .offset = 9,
				      .key = "c",
				      .key_len = 1,
				      .value = large,
				      .value_len = sizeof large};

	set_up(100, 300000);
	(void)add(0, 1, "a", 1, "x");
	cr_assert_eq(gw_stage_add(&stage, &parts[0], &message, &err), GW_RETRY);
	gw_stage_clear(&stage);
	cr_assert_eq(gw_stage_add(&stage, &parts[0], &message, &err), GW_OK);
	cr_assert_eq(gw_stage_room(&stage), 0);
	gw_stage_release(&stage);
}

Test(stage, copies_what_it_takes)
{
	char key[] = "abc", value[] = "xyz";
	const struct gw_arrival *arrival;

	set_up(10, 10000);
	arrival = add(0, 1, key, 1, value);
	memset(key, '-', 3);
	memset(value, '-', 3);
	cr_assert_eq(memcmp(arrival->key, "abc", 3), 0);
	cr_assert_eq(memcmp(arrival->value, "xyz", 3), 0);
	gw_stage_release(&stage);
}

Test(stage, keeps_the_reason_of_a_refusal)
{
	char reason[] = "because";
	const struct gw_refusal why = {.code = "value", .column = "day", .reason = reason};
	struct gw_arrival *arrival;

	set_up(10, 10000);
	arrival = add(0, 1, "a", 1, "x");
	cr_assert_eq(gw_stage_refuse(&stage, arrival, &why, &err), GW_OK);
	reason[0] = '-';
	cr_assert_str_eq(arrival->refusal->reason, "because");
	cr_assert_str_eq(arrival->refusal->column, "day");
	cr_assert_null(arrival->refusal->rule);
	topic.content = GW_CONTENT_RECORDS;
	cr_assert_eq(gw_stage_pick(&stage, &topic, &err), GW_OK);
	cr_assert_eq(stage.nlive, 0);
	cr_assert_eq(stage.npicked, 1);
	gw_stage_release(&stage);
}

Test(stage, of_a_replay_topic_is_picked_stream_by_stream)
{
	static struct gw_topic replay = {.name = "p.s._replay",
					 .source = "s",
					 .stream = "_replay",
					 .records = "p.s._replay",
					 .mixed = true};
	static const char *const streams[] = {"a", "a", "b", NULL, "a"};
	static const struct {
		const char *stream, *records;
		size_t picked, live;
	} wanted[] = {
		{"a", "p.s.a", 2, 1},
		{"b", "p.s.b", 1, 1},
		{"_replay", "p.s._replay", 1, 1},
		{"a", "p.s.a", 1, 1},
	};

	set_up(10, 10000);
	for (int64_t i = 0; i < 5; i++)
		add(0, i + 1, "k", 100 - i, "x")->stream = streams[i];
	parts[0].topic = &replay;
	for (size_t i = 0; i < 4; i++) {
		cr_assert_eq(gw_stage_pick(&stage, &replay, &err), GW_OK, "%s", err.text);
		cr_assert_str_eq(stage.topic->stream, wanted[i].stream);
		cr_assert_str_eq(stage.topic->records, wanted[i].records);
		cr_assert_str_eq(stage.topic->name, "p.s._replay",
				 "offsets are those of the topic");
		cr_assert_eq(stage.npicked, wanted[i].picked, "%zu: %zu", i, stage.npicked);
		cr_assert_eq(stage.nlive, wanted[i].live, "%zu: %zu", i, stage.nlive);
		gw_stage_pass(&stage);
	}
	cr_assert_eq(gw_stage_pick(&stage, &replay, &err), GW_OK);
	cr_assert_eq(stage.npicked, 0, "nothing is left");
	parts[0].topic = &topic;
	gw_stage_release(&stage);
}

Test(topic, of_letters_comes_first)
{
	struct gw_topic topics[] = {
		{.content = GW_CONTENT_RECORDS}, {.content = GW_CONTENT_LETTERS},
		{.content = GW_CONTENT_ACTS},    {.content = GW_CONTENT_RECORDS},
		{.content = GW_CONTENT_LETTERS},
	};
	static const size_t wanted[] = {4, 1, 0, 2, 3};
	struct gw_topic *list = NULL;

	for (size_t i = 0; i < 5; i++)
		gw_topic_add(&list, &topics[i]);
	for (size_t i = 0; i < 5; i++) {
		cr_assert_eq(list, &topics[wanted[i]], "place %zu", i);
		list = list->next;
	}
	cr_assert_null(list);
}

Test(topic, is_read_from_its_name)
{
	static const struct {
		const char *name, *source, *stream;
		enum gw_topic_content content;
	} cases[] = {
		{"songma.health.record", "health", "record", GW_CONTENT_RECORDS},
		{"songma.health._dlq", "health", "_dlq", GW_CONTENT_LETTERS},
		{"songma.health._events", "health", "_events", GW_CONTENT_EVENTS},
		{"songma.health._replay", "health", "_replay", GW_CONTENT_RECORDS},
		{"songma._replay", NULL, NULL, GW_CONTENT_RECORDS},
		{"songma._audit", "", "_audit", GW_CONTENT_ACTS},
		{"songma.health._audit", NULL, NULL, GW_CONTENT_RECORDS},
		{"songma._dlq", NULL, NULL, GW_CONTENT_RECORDS},
		{"songma._events", NULL, NULL, GW_CONTENT_RECORDS},
		{"songma._audit.record", "_audit", "record", GW_CONTENT_RECORDS},
		{"songma.health._position", NULL, NULL, GW_CONTENT_RECORDS},
		{"songma.health._control", NULL, NULL, GW_CONTENT_RECORDS},
		{"songma.health._corrections", NULL, NULL, GW_CONTENT_RECORDS},
		{"songma.health", NULL, NULL, GW_CONTENT_RECORDS},
		{"songma.health.", NULL, NULL, GW_CONTENT_RECORDS},
		{"songma..record", NULL, NULL, GW_CONTENT_RECORDS},
		{"songmax.health.record", NULL, NULL, GW_CONTENT_RECORDS},
		{"other.health.record", NULL, NULL, GW_CONTENT_RECORDS},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_topic found;
		bool good = gw_topic_parse("songma", cases[i].name, &found);

		cr_assert_eq(good, cases[i].source != NULL, "%s", cases[i].name);
		if (!good)
			continue;
		cr_assert_str_eq(found.source, cases[i].source);
		cr_assert_str_eq(found.stream, cases[i].stream);
		cr_assert_eq(found.content, cases[i].content);
		cr_assert_str_eq(found.records, cases[i].name);
		cr_assert_eq(found.mixed, strstr(cases[i].name, "_replay") != NULL, "%s",
			     cases[i].name);
	}
}
