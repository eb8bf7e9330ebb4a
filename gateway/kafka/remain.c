#include "kafka/remain.h"

#include <string.h>

#include "base/i18n.h"
#include "kafka/client.h"

enum { SILENCE_MS = 30000 };

struct look {
	struct gw_client client;
	struct gw_remain *list;
	size_t count;
	size_t open; /* not answered yet */
};

static struct gw_remain *
find(const struct look *look, const char *topic, int32_t partition)
{
	for (size_t i = 0; i < look->count; i++)
		if (look->list[i].asked && look->list[i].partition == partition &&
		    strcmp(look->list[i].topic, topic) == 0)
			return &look->list[i];
	return NULL;
}

/* Takes the partition out of what is fetched. */
static void
answer(struct look *look, struct gw_remain *remain, int64_t first)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);

	remain->first = first;
	remain->asked = false;
	look->open--;
	rd_kafka_topic_partition_list_add(list, remain->topic, remain->partition);
	(void)rd_kafka_pause_partitions(look->client.rk, list);
	rd_kafka_topic_partition_list_destroy(list);
}

/* A reader of what is committed ends where a transaction is open, which may be below the end. */
static enum gw_status
take(struct look *look, const rd_kafka_message_t *message, struct gw_error *err)
{
	const char *topic = message->rkt == NULL ? "" : rd_kafka_topic_name(message->rkt);
	struct gw_remain *remain = find(look, topic, message->partition);

	if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR ||
	    message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		bool is_end = message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF;

		if (remain != NULL)
			answer(look, remain,
			       is_end && message->offset < remain->end ? -1 : message->offset);
		return GW_OK;
	}
	/* What was there a moment ago has just come to the end of its retention. */
	if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET ||
	    message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE)
		return gw_client_fail(&look->client, RD_KAFKA_RESP_ERR__OUTDATED, topic, err);
	if (gw_kafka_class(message->err) == GW_RETRY)
		return GW_OK;
	return gw_client_fail(&look->client, message->err, topic, err);
}

/* From where they are loaded to, or their beginning. */
static enum gw_status
begin(struct look *look, struct gw_error *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
	enum gw_status status;

	for (size_t i = 0; i < look->count; i++)
		if (look->list[i].asked)
			rd_kafka_topic_partition_list_add(list, look->list[i].topic,
							  look->list[i].partition);
	look->open = (size_t)list->cnt;
	status = gw_client_offsets(&look->client, list, RD_KAFKA_OFFSET_BEGINNING, err);
	for (int i = 0; status == GW_OK && i < list->cnt; i++) {
		const struct gw_remain *remain =
			find(look, list->elems[i].topic, list->elems[i].partition);

		if (remain != NULL && list->elems[i].offset < remain->next)
			list->elems[i].offset = remain->next;
	}
	if (status == GW_OK)
		code = rd_kafka_assign(look->client.rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	return code == RD_KAFKA_RESP_ERR_NO_ERROR
		       ? status
		       : gw_client_fail(&look->client, code, _("no records"), err);
}

static enum gw_status
hear(struct look *look, struct gw_error *err)
{
	int64_t until = gw_deadline(SILENCE_MS);
	enum gw_status status = GW_OK;

	while (status == GW_OK && look->open > 0) {
		rd_kafka_message_t *message =
			rd_kafka_consumer_poll(look->client.rk, gw_step_ms(until));

		if (message != NULL) {
			status = take(look, message, err);
			rd_kafka_message_destroy(message);
		} else if (gw_clock_us() >= until) {
			status = gw_client_fail(&look->client, RD_KAFKA_RESP_ERR__TIMED_OUT,
						_("no records"), err);
		}
	}
	return status;
}

enum gw_status
gw_remain_look(const struct gw_config *config, struct gw_remain *list, size_t count,
	       struct gw_error *err)
{
	struct look look = {.list = list, .count = count};
	enum gw_status status = GW_OK;
	bool any = false;

	for (size_t i = 0; i < count; i++)
		any |= list[i].asked;
	if (!any)
		return GW_OK;
	status = gw_client_open_reader(&look.client, config, err);
	if (status == GW_OK)
		status = begin(&look, err);
	if (status == GW_OK)
		status = hear(&look, err);
	if (look.client.rk != NULL)
		(void)rd_kafka_consumer_close(look.client.rk);
	gw_client_close(&look.client);
	return status;
}
