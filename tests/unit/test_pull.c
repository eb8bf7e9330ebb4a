/*
 * Pages and Kafka transactions: what is aborted is read again, and nothing is lost or twice.  A
 * table of numbers is the source, the library's mock brokers are Kafka.
 */
#include <sodium.h>
#include <stdio.h>

#include "base/text.h"
#include "kafka/client.h"
#include "kafka_mock.h"
#include "mapping_case.h"
#include "pull/send.h"

enum { ROWS = 60, PAGE = 10 };

/* ---- the source ------------------------------------------------------------------------------ */

struct gw_cursor {
	int64_t next;
};

static struct gw_cursor table;
static struct {
	bool alone;                    /* each page is slow to come */
	const struct gw_stream *wrong; /* the account may not read it */
	int begun, dropped;
	int64_t reads[ROWS]; /* how often each row was read */
} asked;

static enum gw_status
begin(struct gw_session *session, const struct gw_request *request, const struct gw_bookmark *since,
      struct gw_cursor **out, struct gw_error *err)
{
	(void)session;
	if (request->stream == asked.wrong)
		return gw_fail(err, GW_CONFIG, "no SELECT on it");
	table.next = 0;
	if (since->len > 0)
		memcpy(&table.next, since->bytes, sizeof table.next);
	asked.begun++;
	*out = &table;
	return GW_OK;
}

static enum gw_status
key_columns(struct gw_cursor *cursor, const char *const **columns, size_t *count,
	    struct gw_error *err)
{
	static const char *const id[] = {"id"};

	(void)cursor;
	(void)err;
	*columns = id;
	*count = 1;
	return GW_OK;
}

static enum gw_status
next(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err)
{
	size_t n = 0;

	(void)err;
	batch->ncolumns = 1;
	batch->values = gw_arena_zalloc(&batch->arena, PAGE * sizeof *batch->values);
	for (; n < PAGE && cursor->next < ROWS; n++, cursor->next++) {
		batch->values[n] = (struct gw_value){.kind = GW_INT, .as.integer = cursor->next};
		asked.reads[cursor->next]++;
	}
	batch->nrows = n;
	batch->snapshot_us = gw_now_us();
	if (n > 0) {
		batch->after.len = sizeof cursor->next;
		memcpy(batch->after.bytes, &cursor->next, sizeof cursor->next);
	}
	return GW_OK;
}

static void
end(struct gw_cursor *cursor)
{
	(void)cursor;
}

static enum gw_status
ask(struct gw_cursor *cursor, struct gw_error *err)
{
	(void)cursor;
	(void)err;
	return GW_OK;
}

static void
drop(struct gw_cursor *cursor)
{
	(void)cursor;
	asked.dropped++;
}

/* The next page's rows are coming in already, so that a transaction takes as many as it may. */
static bool
ready(const struct gw_cursor *cursor)
{
	return !asked.alone && cursor->next < ROWS;
}

static const struct gw_connector numbers = {
	.name = "numbers",
	.begin = begin,
	.key_columns = key_columns,
	.next = next,
	.end = end,
	.ask = ask,
	.drop = drop,
	.ready = ready,
};

/* ---- the pull -------------------------------------------------------------------------------- */

static struct mock mock;
static struct mapping_case c;
static struct gw_stream_plan plan;
static struct gw_plan all;
static struct gw_lane lane;
static struct gw_pull pull;
static struct gw_error err;
static volatile sig_atomic_t stop;

static void
make_mapping(void)
{
	static char id[] = "id";

	mapping_case_init(&c);
	c.source.name = lend("numbers");
	c.source.page_rows = PAGE;
	c.source.streams = &c.stream;
	c.source.nstreams = 1;
	c.source.schedule.not_from_min = -1;
	c.fields[0] = (struct gw_schema_field){.name = id, .type = GW_AVRO_LONG, .null_branch = -1};
	c.maps[0] = (struct gw_field_map){.field = id, .column = id, .at = c.stream.at};
	c.stream.nfields = 1;
	c.stream.letters = (struct gw_letters_limit){GW_PAUSE_AT, GW_PAUSE_AT_LEAST};
}

static void
set_up(void)
{
	static const char text[] =
		"{\"type\": \"record\", \"name\": \"X\", \"namespace\": \"vn.songma.x\", \"doc\": "
		"\"numbers\", "
		"\"fields\": [{\"name\": \"id\", \"type\": \"long\", \"privacy\": \"public\", "
		"\"doc\": \"a number\"}]}";
	struct gw_schema *schema = NULL;

	make_mapping();
	mock_start(&mock);
	mock_topic(&mock, "songma.numbers.s", 4);
	mock_topic(&mock, "songma.numbers._position", 1);
	mock_topic(&mock, "songma.numbers._events", 1);
	mock_topic(&mock, "songma.numbers._corrections", 1);
	cr_assert_eq(gw_schema_parse("x", text, strlen(text), true, &schema, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(
		gw_mapping_compile(&c.source, &c.stream, schema, c.codes, &c.key, &c.mapping, &err),
		GW_OK, "%s", err.text);
	plan = (struct gw_stream_plan){.stream = &c.stream, .schema = schema, .mapping = c.mapping};
	all = (struct gw_plan){.source = &c.source, .streams = &plan};
	lane = (struct gw_lane){.plan = &plan, .topic = "songma.numbers.s"};
	gw_run_clear(&lane.position.run);
	pull = (struct gw_pull){.config = &mock.config,
				.source = &c.source,
				.plan = &all,
				.lanes = &lane,
				.link = {.connector = &numbers},
				.position_topic = "songma.numbers._position",
				.events_topic = "songma.numbers._events"};
	crypto_box_keypair(pull.keys.public_key, pull.keys.secret_key);
	gw_arena_init(&pull.batch.arena, 1 << 20);
	gw_buf_init(&pull.text, 1 << 20);
	cr_assert_eq(gw_pull_table_open(&lane, NULL, &err), GW_OK, "%s", err.text);
	cr_assert_eq(gw_producer_open(&mock.config, "numbers", &pull.producer, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(gw_corrections_open(&mock.config, "numbers", &pull.keys,
					 &pull.control.corrections, &err),
		     GW_OK, "%s", err.text);
}

static void
tear_down(void)
{
	gw_corrections_close(pull.control.corrections);
	gw_producer_close(pull.producer);
	gw_pull_table_close(&lane);
	gw_arena_release(&pull.batch.arena);
	gw_buf_release(&pull.text);
	gw_mapping_free(c.mapping);
	gw_codes_free(c.codes);
	mock_stop(&mock);
}

TestSuite(pull, .init = set_up, .fini = tear_down, .timeout = 60);

/* All that the run says was sent stands behind it, and the position behind the last row. */
static void
expect_whole(void)
{
	const struct gw_counts *counts = &lane.ended.counts;
	struct gw_positions found;
	int64_t at;

	cr_expect_eq(counts->read, ROWS, "read %lld", (long long)counts->read);
	cr_expect_eq(counts->produced, ROWS, "produced %lld", (long long)counts->produced);
	cr_expect_eq(counts->resent + counts->dead + counts->deleted, 0);
	cr_assert_eq(gw_producer_positions(pull.producer, &pull.keys, &found, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(found.count, 1, "%zu positions", found.count);
	cr_assert_eq(found.list[0].bookmark.len, sizeof at);
	memcpy(&at, found.list[0].bookmark.bytes, sizeof at);
	cr_expect_eq(at, ROWS, "the position is behind row %lld", (long long)at);
	cr_expect_not(found.list[0].run.open);
	cr_expect_eq(found.list[0].run.counts.produced, ROWS);
	gw_positions_free(&found);
}

Test(pull, sends_pages_that_come_in_by_one_transaction)
{
	cr_assert_eq(gw_pull_flow(&pull, NULL, &stop, &err), GW_OK, "%s", err.text);
	expect_whole();
	cr_expect_eq(asked.begun, 1);
	for (int i = 0; i < ROWS; i++)
		cr_expect_eq(asked.reads[i], 1, "row %d was read %lld times", i,
			     (long long)asked.reads[i]);
}

/* Up to four pages share a transaction, and only the last of them is still in hand when it is
   aborted: so the cycle begins again behind the last commit. */
Test(pull, reads_the_pages_of_an_aborted_transaction_again)
{
	static const struct {
		int16_t request;
		rd_kafka_resp_err_t code;
		const char *what;
	} cases[] = {
		{MOCK_END_TXN, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, "the commit"},
		{MOCK_PRODUCE, RD_KAFKA_RESP_ERR_INVALID_MSG, "a batch of records"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		int64_t most = 0;

		memset(&asked, 0, sizeof asked);
		lane.position = (struct gw_position){.last_version = pull.last_version};
		gw_run_clear(&lane.position.run);
		rd_kafka_mock_push_request_errors(mock.cluster, cases[i].request, 1, cases[i].code);
		cr_assert_eq(gw_pull_flow(&pull, NULL, &stop, &err), GW_OK, "%s: %s", cases[i].what,
			     err.text);
		expect_whole();
		cr_expect_gt(asked.begun, 1, "%s: nothing was begun again", cases[i].what);
		for (int r = 0; r < ROWS; r++) {
			cr_expect_geq(asked.reads[r], 1, "%s: row %d was not read", cases[i].what,
				      r);
			if (asked.reads[r] > most)
				most = asked.reads[r];
		}
		cr_expect_gt(most, 1, "%s: no page was read again", cases[i].what);
	}
}

/* A page that is alone in its transaction is still in hand, and is sent again without the source.
 */
Test(pull, sends_a_page_that_is_alone_again_without_reading_it)
{
	asked.alone = true;
	rd_kafka_mock_push_request_errors(mock.cluster, MOCK_END_TXN, 1,
					  RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING);
	cr_assert_eq(gw_pull_flow(&pull, NULL, &stop, &err), GW_OK, "%s", err.text);
	expect_whole();
	cr_expect_eq(asked.begun, 1);
	cr_expect_gt(asked.dropped, 0, "the source waited with the page that it was asked for");
	for (int i = 0; i < ROWS; i++)
		cr_expect_eq(asked.reads[i], 1, "row %d was read %lld times", i,
			     (long long)asked.reads[i]);
}

/* ---- streams that are wrong ------------------------------------------------------------------ */

/* Another stream before the one of numbers, in the same pull. */
static struct gw_stream streams[2];
static struct gw_stream_plan plans[2];
static struct gw_lane lanes[2];

static void
add_stream(void)
{
	streams[0] = streams[1] = c.stream;
	streams[0].name = lend("locked");
	plans[0] = plans[1] = plan;
	lanes[0] = lanes[1] = lane;
	for (size_t i = 0; i < 2; i++) {
		plans[i].stream = &streams[i];
		lanes[i].plan = &plans[i];
		lanes[i].ready = true;
	}
	c.source.streams = streams;
	c.source.nstreams = 2;
	all.streams = plans;
	pull.lanes = lanes;
}

Test(pull, reads_the_other_streams_where_one_is_wrong)
{
	add_stream();
	asked.wrong = &streams[0];
	cr_assert_eq(gw_pull_cycle(&pull, NULL, &stop, &err), GW_CONFIG);
	cr_expect_str_eq(err.text, "numbers.locked: no SELECT on it; the other streams went on");
	cr_expect(gw_pull_partly(&pull));
	lane = lanes[1];
	expect_whole();
	cr_expect_eq(lanes[1].wrong.status, GW_OK);
}

Test(pull, leaves_a_wrong_stream_alone_until_it_is_opened_anew)
{
	add_stream();
	asked.wrong = &streams[0];
	cr_assert_eq(gw_pull_cycle(&pull, NULL, &stop, &err), GW_CONFIG);
	asked.wrong = NULL;
	asked.begun = 0;
	cr_assert_eq(gw_pull_cycle(&pull, NULL, &stop, &err), GW_CONFIG);
	cr_expect_eq(asked.begun, 1, "only the right one is begun, not %d", asked.begun);
	cr_expect_eq(gw_pull_cycle(&pull, "s", &stop, &err), GW_OK, "%s", err.text);
	cr_expect_eq(gw_pull_cycle(&pull, "locked", &stop, &err), GW_CONFIG);
	cr_expect_str_eq(err.text, "numbers.locked: no SELECT on it");
}

Test(pull, is_not_partly_done_where_all_streams_are_wrong)
{
	add_stream();
	lanes[1].wrong = lanes[0].wrong =
		(struct gw_error){.status = GW_REJECT, .text = "numbers.s: does not fit"};
	lanes[0].wrong.status = GW_CONFIG;
	cr_expect_eq(gw_pull_cycle(&pull, NULL, &stop, &err), GW_CONFIG, "the worst of both");
	cr_expect_not(gw_pull_partly(&pull));
	cr_expect_str_eq(err.text, "no stream can be read: numbers.s: does not fit | numbers.s: "
				   "does not fit");
}

Test(pull, cuts_causes_to_what_a_message_holds)
{
	static const char mark[] = "numbers.s: ";

	add_stream();
	for (size_t i = 0; i < 2; i++) {
		lanes[i].wrong.status = GW_CONFIG;
		memset(lanes[i].wrong.text, 'x', sizeof lanes[i].wrong.text - 1);
		memcpy(lanes[i].wrong.text, mark, sizeof mark - 1);
	}
	cr_expect_eq(gw_pull_lanes_say(&pull, NULL, &err), GW_CONFIG);
	cr_expect_not_null(strstr(err.text, "| numbers.s: x"), "the second is named: %s", err.text);
	cr_expect_lt(strlen(err.text), sizeof err.text);
}
