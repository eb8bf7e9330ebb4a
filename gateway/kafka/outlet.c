#include "kafka/internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum { QUEUE_MS = 30000, REPORT_MS = 1000, POLL_EVERY = 500, HEADERS_MAX = 24 };

void
gw_outlet_delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
	struct gw_producer *producer = gw_client_owner(opaque);
	struct gw_outlet *outlet = message->_private;

	(void)rk;
	if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
		if (producer->undelivered == RD_KAFKA_RESP_ERR_NO_ERROR)
			producer->undelivered = message->err;
	} else if (message->partition >= 0 && message->partition < GW_MAX_PARTITIONS &&
		   message->offset > outlet->ends[message->partition]) {
		outlet->ends[message->partition] = message->offset;
	}
}

void
gw_outlets_forget(struct gw_producer *producer)
{
	producer->undelivered = RD_KAFKA_RESP_ERR_NO_ERROR;
	for (struct gw_outlet *outlet = producer->outlets; outlet != NULL; outlet = outlet->next)
		for (size_t i = 0; i < GW_MAX_PARTITIONS; i++)
			outlet->ends[i] = -1;
}

static struct gw_outlet *
outlet_new(struct gw_producer *producer, const char *name, struct gw_error *err)
{
	struct gw_outlet *outlet = calloc(1, sizeof *outlet);

	if (outlet == NULL || strlen(name) >= sizeof outlet->name) {
		free(outlet);
		(void)gw_fail_memory(err);
		return NULL;
	}
	memcpy(outlet->name, name, strlen(name) + 1);
	outlet->topic = rd_kafka_topic_new(producer->client.rk, name, NULL);
	if (outlet->topic == NULL) {
		(void)gw_client_fail(&producer->client, rd_kafka_last_error(), name, err);
		free(outlet);
		return NULL;
	}
	for (size_t i = 0; i < GW_MAX_PARTITIONS; i++)
		outlet->ends[i] = -1;
	return outlet;
}

/* Finds or makes the outlet and puts it first, since records come in rows of thousands. */
static struct gw_outlet *
outlet_for(struct gw_producer *producer, const char *name, struct gw_error *err)
{
	struct gw_outlet **at = &producer->outlets;
	struct gw_outlet *outlet;

	while (*at != NULL && strcmp((*at)->name, name) != 0)
		at = &(*at)->next;
	outlet = *at;
	if (outlet != NULL)
		*at = outlet->next;
	else
		outlet = outlet_new(producer, name, err);
	if (outlet != NULL) {
		outlet->next = producer->outlets;
		producer->outlets = outlet;
	}
	return outlet;
}

/* The library's argument is not const, but it copies. */
static void *
unconst(const void *bytes)
{
	union {
		const void *in;
		void *out;
	} same = {.in = bytes};

	return same.out;
}

static size_t
put_header(rd_kafka_vu_t *vus, size_t n, const char *name, const void *bytes, size_t len)
{
	vus[n].vtype = RD_KAFKA_VTYPE_HEADER;
	vus[n].u.header.name = name;
	vus[n].u.header.val = bytes;
	vus[n].u.header.size = (ssize_t)len;
	return n + 1;
}

/* Fills vus, of at least 5 + HEADERS_MAX; returns how many, 0 for too many headers. */
static size_t
describe(const struct gw_message *message, struct gw_outlet *outlet, rd_kafka_vu_t *vus)
{
	const struct gw_text_header *header = message->headers;
	size_t n = 5;

	vus[0].vtype = RD_KAFKA_VTYPE_RKT;
	vus[0].u.rkt = outlet->topic;
	vus[1].vtype = RD_KAFKA_VTYPE_KEY;
	vus[1].u.mem.ptr = unconst(message->key);
	vus[1].u.mem.size = message->key_len;
	vus[2].vtype = RD_KAFKA_VTYPE_VALUE;
	vus[2].u.mem.ptr = unconst(message->value);
	vus[2].u.mem.size = message->value == NULL ? 0 : message->value_len;
	vus[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
	vus[3].u.i = RD_KAFKA_MSG_F_COPY;
	vus[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
	vus[4].u.ptr = outlet;
	if (message->header != NULL)
		n = put_header(vus, n, GW_HEADER_NAME, message->header, GW_HEADER_SIZE);
	for (; header != NULL && header->name != NULL; header++) {
		if (n == 5 + HEADERS_MAX)
			return 0;
		n = put_header(vus, n, header->name, header->value, strlen(header->value));
	}
	return n;
}

static void
poll_sometimes(struct gw_producer *producer)
{
	if (++producer->unpolled < POLL_EVERY)
		return;
	producer->unpolled = 0;
	rd_kafka_poll(producer->client.rk, 0);
}

static enum gw_status
fail_send(struct gw_producer *producer, rd_kafka_resp_err_t code, const char *topic,
	  struct gw_error *err)
{
	if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE)
		return gw_fail(err, GW_REJECT,
			       _("topic %s: the record is larger than Kafka takes "
				 "(message.max.bytes)"),
			       topic);
	/* Nothing is taken since an earlier record broke the transaction; its report is on its way.
	 */
	if (code == RD_KAFKA_RESP_ERR__STATE && producer->open) {
		if (producer->undelivered == RD_KAFKA_RESP_ERR_NO_ERROR)
			rd_kafka_poll(producer->client.rk, REPORT_MS);
		code = RD_KAFKA_RESP_ERR_INVALID_TXN_STATE;
	}
	if (producer->undelivered != RD_KAFKA_RESP_ERR_NO_ERROR)
		code = producer->undelivered;
	return gw_producer_fail(producer, code, topic, err);
}

enum gw_status
gw_producer_send(struct gw_producer *producer, const struct gw_message *message,
		 struct gw_error *err)
{
	rd_kafka_vu_t vus[5 + HEADERS_MAX];
	int64_t until = 0;
	struct gw_outlet *outlet = outlet_for(producer, message->topic, err);
	size_t count;
	rd_kafka_resp_err_t code;

	if (outlet == NULL)
		return err->status;
	count = describe(message, outlet, vus);
	if (count == 0)
		return gw_fail(err, GW_FATAL, _("topic %s: a message has more than %d headers"),
			       message->topic, (int)HEADERS_MAX);
	for (;;) {
		rd_kafka_error_t *error = rd_kafka_produceva(producer->client.rk, vus, count);

		if (error == NULL)
			break;
		code = rd_kafka_error_code(error);
		rd_kafka_error_destroy(error);
		if (until == 0)
			until = gw_deadline(QUEUE_MS);
		if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL || gw_clock_us() >= until)
			return fail_send(producer, code, message->topic, err);
		rd_kafka_poll(producer->client.rk, gw_step_ms(until));
	}
	poll_sometimes(producer);
	return GW_OK;
}

void
gw_outlets_raise(const struct gw_producer *producer, const char *record_topic, struct gw_run *run)
{
	for (const struct gw_outlet *o = producer->outlets; o != NULL; o = o->next) {
		if (strcmp(o->name, producer->letters_topic) == 0 && o->ends[0] > run->letter_end)
			run->letter_end = o->ends[0];
		if (strcmp(o->name, record_topic) != 0)
			continue;
		for (size_t i = 0; i < GW_MAX_PARTITIONS; i++)
			if (o->ends[i] > run->ends[i])
				run->ends[i] = o->ends[i];
	}
}

void
gw_outlets_free(struct gw_producer *producer)
{
	while (producer->outlets != NULL) {
		struct gw_outlet *outlet = producer->outlets;

		producer->outlets = outlet->next;
		rd_kafka_topic_destroy(outlet->topic);
		free(outlet);
	}
}
