/* What travels as JSON: positions, events, acts, corrections, orders, answers, letters. */
#include <sodium.h>
#include <string.h>

#include "control/answer.h"
#include "control/order.h"
#include "dlq/act.h"
#include "dlq/correction.h"
#include "dlq/letter.h"
#include "dlq/row.h"
#include "kafka/event.h"
#include "postgres/bookmark.h"
#include "torture.h"

static const char id[] = "630f5832-b9a5-4ba7-bcf8-43c063d9faa3";
static const char *const columns[] = {"ma_xa", "so_cccd"};
static const char *const texts[] = {"14758", "038099001234"};

struct space {
	struct gw_pull_keys keys;
	struct gw_arena arena;
	struct gw_buf first, second;
};

static void
space_init(struct space *space)
{
	static const unsigned char seed[crypto_box_SEEDBYTES] = {1};

	(void)crypto_box_seed_keypair(space->keys.public_key, space->keys.secret_key, seed);
	gw_arena_init(&space->arena, (size_t)8 * 1024 * 1024);
	gw_buf_init(&space->first, (size_t)8 * 1024 * 1024);
	gw_buf_init(&space->second, (size_t)8 * 1024 * 1024);
}

static enum gw_status
space_release(struct space *space, enum gw_status status)
{
	gw_arena_release(&space->arena);
	gw_buf_release(&space->first);
	gw_buf_release(&space->second);
	return status;
}

static enum gw_status
position(struct gw_error *err)
{
	struct gw_position position = {.stream = "record", .last_version = 7}, again;
	struct space s;
	enum gw_status status;

	space_init(&s);
	position.bookmark.len = 100;
	memset(position.bookmark.bytes, 'x', 100);
	position.run.open = true;
	position.run.ends[0] = 5;
	status = gw_position_encode(&position, &s.keys, &s.first, err);
	if (status == GW_OK)
		status = gw_position_decode(s.first.data, s.first.len, &s.keys, &again, err);
	if (status == GW_OK)
		torture_require(again.bookmark.len == 100 && again.last_version == 7, "it");
	return space_release(&s, status);
}

static enum gw_status
event(struct gw_error *err)
{
	struct gw_event event = {.kind = GW_EVENT_RUN_ENDED,
				 .source = "health",
				 .stream = "record",
				 .topic = "songma.health.record",
				 .partitions = 4,
				 .schema_id = 7,
				 .schema_text = "{}",
				 .pseudonym_key_id = "0123456789abcdef",
				 .identity = "1/1/health",
				 .notice = "another server"};
	struct gw_event again;
	struct space s;
	enum gw_status status;

	space_init(&s);
	status = gw_event_encode(&event, &s.first, err);
	if (status == GW_OK)
		status = gw_event_decode(s.first.data, s.first.len, &s.arena, &again, err);
	if (status == GW_OK)
		torture_require(strcmp(again.schema_text, "{}") == 0, "the schema");
	return space_release(&s, status);
}

static enum gw_status
act(struct gw_error *err)
{
	static const int64_t letters[] = {1, 2, 3};
	struct gw_act act = {.kind = GW_ACT_FIX,
			     .by = "Hoa",
			     .source = "health",
			     .stream = "record",
			     .column = "ma_xa",
			     .reason = "sai mã",
			     .letters = letters,
			     .nletters = 3};
	struct gw_act again;
	struct space s;
	enum gw_status status;

	space_init(&s);
	memcpy(act.id, id, sizeof id);
	status = gw_act_encode(&act, &s.first, err);
	if (status == GW_OK)
		status = gw_act_decode(s.first.data, s.first.len, &s.arena, &again, err);
	if (status == GW_OK)
		torture_require(again.nletters == 3 && again.letters[2] == 3, "the letters");
	return space_release(&s, status);
}

static enum gw_status
correction(struct gw_error *err)
{
	static const unsigned char secret[32] = {2};
	const struct gw_correction correction = {
		.stream = "record",
		.key = {.columns = columns, .ncolumns = 2, .values = texts, .count = 1},
		.column = "ngay_sinh",
		.bad = "30/02/1980",
		.value = NULL,
		.by = "Hoa",
		.reason = "",
	};
	struct gw_correction again;
	struct space s;
	enum gw_status status;

	space_init(&s);
	status = gw_correction_encode(&correction, s.keys.public_key, secret, &s.first, &s.second,
				      err);
	if (status == GW_OK)
		status = gw_correction_decode(s.second.data, s.second.len, &s.keys, &s.arena,
					      &again, err);
	if (status == GW_OK)
		torture_require(strcmp(again.bad, "30/02/1980") == 0, "the value");
	return space_release(&s, status);
}

static enum gw_status
order(struct gw_error *err)
{
	struct gw_order order = {
		.kind = GW_ORDER_REPLAY,
		.stream = "record",
		.by = "Hoa",
		.keys = {.columns = columns, .ncolumns = 2, .values = texts, .count = 1},
	};
	struct gw_order again;
	struct space s;
	enum gw_status status;

	space_init(&s);
	memcpy(order.id, id, sizeof id);
	status = gw_order_encode(&order, s.keys.public_key, &s.first, err);
	if (status == GW_OK)
		status = gw_order_decode(s.first.data, s.first.len, &s.keys, &s.arena, &again, err);
	if (status == GW_OK)
		torture_require(strcmp(again.keys.values[1], texts[1]) == 0, "the key");
	return space_release(&s, status);
}

static enum gw_status
answer(struct gw_error *err)
{
	struct gw_answer answer = {.state = GW_ANSWER_DONE,
				   .rows = 3,
				   .why = "rows were gone",
				   .data = (const unsigned char *)"abc",
				   .len = 3};
	struct gw_answer again;
	struct space s;
	enum gw_status status;

	space_init(&s);
	memcpy(answer.order, id, sizeof id);
	status = gw_answer_encode(&answer, &s.first, err);
	if (status == GW_OK)
		status = gw_answer_decode(s.first.data, s.first.len, &s.arena, &again, err);
	if (status == GW_OK)
		torture_require(again.len == 3 && again.data[2] == 'c', "the data");
	return space_release(&s, status);
}

static enum gw_status
letter(struct gw_error *err)
{
	static const struct gw_value row[] = {
		{.kind = GW_TEXT, .len = 5, .as.text = "14758"},
		{.kind = GW_BYTES, .len = 3, .as.text = "\0\1\2"},
	};
	struct gw_letter_row read;
	const char *text;
	struct space s;
	enum gw_status status;

	space_init(&s);
	status = gw_letter_seal_row(s.keys.public_key, columns, 2, row, &s.first, err);
	if (status == GW_OK)
		status = gw_letter_open(s.keys.public_key, s.keys.secret_key, s.first.data,
					s.first.len, &s.second, err);
	if (status == GW_OK)
		status = gw_letter_row(s.second.data, s.second.len, &s.arena, &read, err);
	if (status == GW_OK) {
		torture_require(read.count == 2 && strcmp(read.values[0], "14758") == 0, "the row");
		status = gw_letter_text(&row[1], &s.arena, &text, err);
	}
	if (status == GW_OK)
		torture_require(strcmp(text, read.values[1]) == 0, "the bytes");
	return space_release(&s, status);
}

static enum gw_status
bookmark(struct gw_error *err)
{
	struct gw_pg_state state = {.identity = "1/1/health", .phase = GW_PG_NEW}, again;
	struct gw_bookmark written;
	enum gw_status status;

	torture_require(gw_values_add(&state.position, "17", 2), "room");
	status = gw_pg_bookmark_write(&state, &written, err);
	if (status == GW_OK)
		status = gw_pg_bookmark_read(&written, &again, err);
	if (status == GW_OK)
		torture_require(strcmp(gw_values_get(&again.position, 0), "17") == 0, "it");
	return status;
}

const struct torture_case torture_dlq[] = {
	{"position", position},     {"event", event},       {"act", act},
	{"correction", correction}, {"order", order},       {"answer", answer},
	{"letter", letter},         {"bookmark", bookmark}, {NULL, NULL},
};
