#include "control/asker.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "kafka/producer.h"
#include "kafka/scroll.h"

enum { MESSAGE_MAX = 8 * 1024 * 1024 };

struct gw_asker {
	const struct gw_config *config;
	char source[GW_MAX_STREAM_NAME];
	unsigned char pull_public[32];
	char control_topic[256], answers_topic[256], audit_topic[256];
	char order[GW_UUID_TEXT]; /* the last one sent */
	struct gw_producer *producer;
	struct gw_scroll *answers;
	struct gw_buf text;
};

static enum gw_status
skip(void *arg, const struct gw_incoming *message, struct gw_error *err)
{
	(void)arg;
	(void)message;
	(void)err;
	return GW_OK;
}

static enum gw_status
open_parts(struct gw_asker *asker, struct gw_error *err)
{
	const struct gw_config *config = asker->config;
	enum gw_status status;

	if (!gw_topic_name(config, asker->source, GW_TOPIC_CONTROL, NULL, asker->control_topic) ||
	    !gw_topic_name(config, asker->source, GW_TOPIC_ANSWERS, NULL, asker->answers_topic) ||
	    !gw_topic_name(config, NULL, GW_TOPIC_AUDIT, NULL, asker->audit_topic))
		return gw_fail(err, GW_CONFIG, "%s",
			       _("the topic's name would be over 249 characters"));
	status = gw_config_public_key(config->pull_public_file, _("public pull key"),
				      asker->pull_public, sizeof asker->pull_public, err);
	if (status == GW_OK)
		status = gw_producer_open_desk(config, &asker->producer, err);
	if (status == GW_OK)
		status = gw_producer_desk_topics(asker->producer, config, asker->source, err);
	if (status == GW_OK)
		status = gw_scroll_open(config, asker->answers_topic, -1, &asker->answers, err);
	if (status == GW_OK)
		status = gw_scroll_finish(asker->answers, skip, NULL, err);
	return status;
}

enum gw_status
gw_asker_open(const struct gw_config *config, const char *source, struct gw_asker **out,
	      struct gw_error *err)
{
	struct gw_asker *asker = calloc(1, sizeof *asker);

	if (asker == NULL)
		return gw_fail_memory(err);
	asker->config = config;
	strncpy(asker->source, source, sizeof asker->source - 1);
	gw_buf_init(&asker->text, MESSAGE_MAX);
	if (open_parts(asker, err) != GW_OK) {
		gw_asker_close(asker);
		return err->status;
	}
	*out = asker;
	return GW_OK;
}

void
gw_asker_close(struct gw_asker *asker)
{
	if (asker == NULL)
		return;
	gw_scroll_close(asker->answers);
	gw_producer_close(asker->producer);
	gw_buf_release(&asker->text);
	free(asker);
}

static enum gw_status
send_text(struct gw_asker *asker, const char *topic, const char *key, struct gw_error *err)
{
	const struct gw_message message = {
		.topic = topic,
		.key = key,
		.key_len = strlen(key),
		.value = asker->text.data,
		.value_len = asker->text.len,
	};

	return gw_producer_send(asker->producer, &message, err);
}

static void
fill_in(const struct gw_asker *asker, struct gw_order *order, struct gw_act *act)
{
	unsigned char id[16];

	gw_uuid_make(id);
	gw_uuid_format(id, order->id);
	order->at_us = gw_now_us();
	if (act == NULL)
		return;
	gw_uuid_make(id);
	gw_uuid_format(id, act->id);
	act->at_us = order->at_us;
	memcpy(act->source, asker->source, sizeof act->source);
	memcpy(act->stream, order->stream, sizeof act->stream);
}

static enum gw_status
send_both(struct gw_asker *asker, const struct gw_order *order, const struct gw_act *act,
	  struct gw_error *err)
{
	gw_buf_clear(&asker->text);
	if (gw_order_encode(order, asker->pull_public, &asker->text, err) != GW_OK ||
	    send_text(asker, asker->control_topic, order->id, err) != GW_OK)
		return err->status;
	if (act == NULL)
		return GW_OK;
	gw_buf_clear(&asker->text);
	if (gw_act_encode(act, &asker->text, err) != GW_OK)
		return err->status;
	return send_text(asker, asker->audit_topic, act->id, err);
}

enum gw_status
gw_asker_send(struct gw_asker *asker, struct gw_order *order, struct gw_act *act,
	      struct gw_error *err)
{
	struct gw_error ignored;

	fill_in(asker, order, act);
	memcpy(asker->order, order->id, sizeof asker->order);
	if (gw_producer_begin(asker->producer, err) != GW_OK)
		return err->status;
	if (send_both(asker, order, act, err) != GW_OK) {
		(void)gw_producer_abort(asker->producer, &ignored);
		return err->status;
	}
	return gw_producer_commit(asker->producer, err);
}

/* An answer to our order, or *got false: it is to another one, or what is not ours. */
static enum gw_status
take_answer(const struct gw_asker *asker, const struct gw_incoming *message, struct gw_arena *arena,
	    struct gw_answer *out, bool *got, struct gw_error *err)
{
	size_t len = strlen(asker->order);

	if (message->key_len != len || memcmp(message->key, asker->order, len) != 0)
		return GW_OK;
	*got = gw_answer_decode(message->value, message->value_len, arena, out, err) == GW_OK;
	return *got || err->status == GW_REJECT ? GW_OK : err->status;
}

enum gw_status
gw_asker_next(struct gw_asker *asker, int timeout_ms, struct gw_arena *arena, struct gw_answer *out,
	      bool *got, struct gw_error *err)
{
	int64_t until = gw_monotonic_us() + (int64_t)timeout_ms * 1000, left;
	enum gw_status status = GW_OK;
	bool came = true;

	*got = false;
	while (status == GW_OK && came && !*got && (left = until - gw_monotonic_us()) > 0) {
		struct gw_incoming message;

		status = gw_scroll_next(asker->answers, (int)(left / 1000) + 1, &message, &came,
					err);
		if (status == GW_OK && came) {
			status = take_answer(asker, &message, arena, out, got, err);
			gw_consumer_release(&message, 1);
		}
	}
	return status;
}
