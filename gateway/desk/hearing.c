#include "desk/hearing.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "control/answer.h"
#include "desk/parts.h"
#include "kafka/producer.h"
#include "kafka/scroll.h"

enum { ANSWER_MAX = 16 * 1024 * 1024 };

struct gw_hearing {
	char source[GW_MAX_STREAM_NAME];
	struct gw_scroll *scroll;
	char (*orders)[GW_UUID_TEXT];
	size_t count, room;
	struct gw_arena arena; /* the answer in hand */
};

void
gw_hearing_close(struct gw_hearing *hearing)
{
	if (hearing == NULL)
		return;
	gw_scroll_close(hearing->scroll);
	gw_arena_release(&hearing->arena);
	free(hearing->orders);
	free(hearing);
}

static enum gw_status
skip(void *arg, const struct gw_incoming *message, struct gw_error *err)
{
	(void)arg;
	(void)message;
	(void)err;
	return GW_OK;
}

enum gw_status
gw_desk_listen(struct gw_desk *desk, const char *source, struct gw_error *err)
{
	struct gw_hearing *hearing = calloc(1, sizeof *hearing);
	char topic[256];
	enum gw_status status = GW_OK;

	if (hearing == NULL)
		return gw_fail_memory(err);
	(void)snprintf(hearing->source, sizeof hearing->source, "%s", source);
	gw_arena_init(&hearing->arena, ANSWER_MAX);
	if (!gw_topic_name(desk->config, source, GW_TOPIC_ANSWERS, NULL, topic))
		status = gw_fail(err, GW_CONFIG, "%s",
				 _("the topic's name would be over 249 characters"));
	if (status == GW_OK)
		status = gw_scroll_try(desk->config, topic, -1, &hearing->scroll, err);
	if (status == GW_OK && hearing->scroll != NULL)
		status = gw_scroll_finish(hearing->scroll, skip, NULL, err);
	if (status != GW_OK) {
		gw_hearing_close(hearing);
		return status;
	}
	gw_hearing_close(desk->hearing);
	desk->hearing = hearing;
	return GW_OK;
}

enum gw_status
gw_hearing_add(struct gw_hearing *hearing, const char *source, const char order[GW_UUID_TEXT],
	       struct gw_error *err)
{
	if (hearing == NULL || hearing->scroll == NULL || strcmp(hearing->source, source) != 0)
		return GW_OK;
	if (hearing->count == hearing->room) {
		size_t room = hearing->room == 0 ? 8 : 2 * hearing->room;
		void *orders = realloc(hearing->orders, room * sizeof *hearing->orders);

		if (orders == NULL)
			return gw_fail_memory(err);
		hearing->orders = orders;
		hearing->room = room;
	}
	memcpy(hearing->orders[hearing->count++], order, GW_UUID_TEXT);
	return GW_OK;
}

/* Index of the order that the message answers, or hearing->count. */
static size_t
order_of(const struct gw_hearing *hearing, const struct gw_incoming *message)
{
	size_t i = 0;

	while (i < hearing->count &&
	       (message->key_len != GW_UUID_TEXT - 1 ||
		memcmp(message->key, hearing->orders[i], GW_UUID_TEXT - 1) != 0))
		i++;
	return i;
}

/* A last answer ends the waiting for its order. */
static enum gw_status
take(struct gw_hearing *hearing, const struct gw_incoming *message, struct gw_heard *out,
     struct gw_error *err)
{
	size_t order = order_of(hearing, message);
	struct gw_answer answer;
	enum gw_status status;

	if (order == hearing->count)
		return GW_OK;
	gw_arena_reset(&hearing->arena);
	status =
		gw_answer_decode(message->value, message->value_len, &hearing->arena, &answer, err);
	if (status != GW_OK)
		return status == GW_REJECT ? GW_OK : status;
	if (answer.state == GW_ANSWER_WORKING)
		return GW_OK;
	out->answered++;
	out->refused += answer.state == GW_ANSWER_REFUSED;
	out->rows += answer.state == GW_ANSWER_REFUSED ? 0 : answer.rows;
	if (answer.why != NULL)
		(void)snprintf(out->why, sizeof out->why, "%s", answer.why);
	memcpy(hearing->orders[order], hearing->orders[--hearing->count], GW_UUID_TEXT);
	return GW_OK;
}

enum gw_status
gw_desk_hear(struct gw_desk *desk, int timeout_ms, struct gw_heard *out, struct gw_error *err)
{
	struct gw_hearing *hearing = desk->hearing;
	int64_t until = gw_monotonic_us() + (int64_t)timeout_ms * 1000, left;
	enum gw_status status = GW_OK;

	*out = (struct gw_heard){0};
	if (hearing == NULL || hearing->scroll == NULL)
		return GW_OK;
	while (status == GW_OK && hearing->count > 0 && (left = until - gw_monotonic_us()) > 0) {
		struct gw_incoming message;
		bool got = false;

		status = gw_scroll_next(hearing->scroll, (int)(left / 1000) + 1, &message, &got,
					err);
		if (status == GW_OK && got) {
			status = take(hearing, &message, out, err);
			gw_consumer_release(&message, 1);
		}
	}
	out->waiting = hearing->count;
	return status;
}
