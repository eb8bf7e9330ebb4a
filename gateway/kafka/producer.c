#include "kafka/producer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "kafka/internal.h"

enum {
	INIT_MS = 30000,
	FLUSH_MS = 30000,
	/* Longer than the broker keeps a transaction open, so that then its outcome is certain. */
	OUTCOME_MS = 30000,
	CLOSE_MS = 3000,
	TRANSACTION_MS = 10000, /* transaction.timeout.ms below */
};

static enum gw_status
init_transactions(struct gw_producer *producer, struct gw_error *err)
{
	int64_t until = gw_deadline(INIT_MS);
	rd_kafka_resp_err_t code;
	bool again;

	do {
		rd_kafka_error_t *error =
			rd_kafka_init_transactions(producer->client.rk, gw_step_ms(until));

		rd_kafka_poll(producer->client.rk, 0); /* serves the error callback */
		if (error == NULL)
			return GW_OK;
		code = rd_kafka_error_code(error);
		again = rd_kafka_error_is_retriable(error) && !rd_kafka_error_is_fatal(error);
		rd_kafka_error_destroy(error);
	} while (again && gw_clock_us() < until);
	return gw_client_fail(&producer->client, code, _("transactions can't be started"), err);
}

static enum gw_status
open_client(struct gw_producer *producer, const char *id, struct gw_error *err)
{
	const struct gw_setting defaults[] = {
		/* Between two machines the line is what is scarce, on one machine it is the CPU. */
		{"compression.type",
		 gw_config_loopback(producer->config->brokers) ? "none" : "lz4"},
		{"linger.ms", "5"},
		{"queue.buffering.max.kbytes", "16384"},
		{"queue.buffering.max.messages", "20000"},
		/* A page's text may have 4 MiB. */
		{"message.max.bytes", "5242880"},
		{NULL, NULL},
	};
	const struct gw_setting fixed[] = {
		{"transactional.id", id},          {"transaction.timeout.ms", "10000"},
		{"enable.idempotence", "true"},    {"acks", "all"},
		{"partitioner", "murmur2_random"}, {NULL, NULL},
	};
	const struct gw_client_plan plan = {
		.type = RD_KAFKA_PRODUCER,
		.defaults = defaults,
		.fixed = fixed,
		.owner = producer,
		.delivered = gw_outlet_delivered,
	};

	if (gw_client_open(&producer->client, producer->config, &plan, err) != GW_OK)
		return err->status;
	return init_transactions(producer, err);
}

enum gw_status
gw_producer_open(const struct gw_config *config, const char *source, struct gw_producer **out,
		 struct gw_error *err)
{
	struct gw_producer *producer = calloc(1, sizeof *producer);
	char id[300];

	if (producer == NULL)
		return gw_fail_memory(err);
	producer->config = config;
	producer->source = strdup(source);
	(void)snprintf(id, sizeof id, "%s.%s.pull", config->prefix, source);
	if (producer->source == NULL)
		(void)gw_fail_memory(err);
	else if (!gw_topic_name(config, source, GW_TOPIC_POSITION, NULL,
				producer->position_topic) ||
		 !gw_topic_name(config, source, GW_TOPIC_LETTERS, NULL, producer->letters_topic))
		(void)gw_fail(err, GW_CONFIG,
			      _("source %s: its topics' names would have more than 249 characters"),
			      source);
	else if (open_client(producer, id, err) == GW_OK) {
		*out = producer;
		return GW_OK;
	}
	gw_producer_close(producer);
	return err->status;
}

enum gw_status
gw_producer_open_desk(const struct gw_config *config, struct gw_producer **out,
		      struct gw_error *err)
{
	struct gw_producer *producer = calloc(1, sizeof *producer);
	unsigned char random[16];
	char id[300], uuid[GW_UUID_TEXT];

	if (producer == NULL)
		return gw_fail_memory(err);
	producer->config = config;
	gw_uuid_make(random);
	gw_uuid_format(random, uuid);
	(void)snprintf(id, sizeof id, "%s.desk.%s", config->prefix, uuid);
	if (open_client(producer, id, err) == GW_OK) {
		*out = producer;
		return GW_OK;
	}
	gw_producer_close(producer);
	return err->status;
}

/* Never again this producer; *err stays its answer. */
static enum gw_status
give_up(struct gw_producer *producer, struct gw_error *err)
{
	producer->open = false;
	producer->broken = true;
	producer->why = *err;
	return err->status;
}

/*
 * A fatal error of the library.  The broker also fences a producer whose
 * transaction has been open for too long (it was stopped, or cut off): only
 * before that time can it have been another pull.
 */
static enum gw_status
fail_fatal(struct gw_producer *producer, struct gw_error *err)
{
	char why[300] = "";
	rd_kafka_resp_err_t code = rd_kafka_fatal_error(producer->client.rk, why, sizeof why);
	enum gw_status status = gw_kafka_class(code);

	if (status == GW_FENCED && producer->source == NULL)
		(void)gw_fail(err, GW_RETRY,
			      _("Kafka ended the desk's transaction, and nothing of it was done; "
				"do the same again"));
	else if (status == GW_FENCED && producer->open &&
		 gw_clock_us() - producer->began_us >= (int64_t)TRANSACTION_MS * 1000)
		(void)gw_fail(err, GW_RETRY,
			      _("source %s: Kafka ended a transaction that was open for more than "
				"%d seconds (this process was stopped, or the brokers were away); "
				"it is started anew"),
			      producer->source, (int)TRANSACTION_MS / 1000);
	else if (status == GW_FENCED)
		(void)gw_fail(err, GW_FENCED,
			      _("source %s: another pull of this source has taken over, so this "
				"one ends; see that only one machine pulls it"),
			      producer->source);
	else
		(void)gw_fail(err, status == GW_OK ? GW_FATAL : status, _("Kafka at %s: %s"),
			      producer->client.brokers, why);
	return give_up(producer, err);
}

static bool
is_fatal(const struct gw_producer *producer)
{
	char why[4];

	return rd_kafka_fatal_error(producer->client.rk, why, sizeof why) !=
	       RD_KAFKA_RESP_ERR_NO_ERROR;
}

enum gw_status
gw_producer_fail(struct gw_producer *producer, rd_kafka_resp_err_t code, const char *what,
		 struct gw_error *err)
{
	if (is_fatal(producer))
		return fail_fatal(producer, err);
	/* Not fatal, so that an abort leads to a new epoch, or to a fatal error. */
	if (gw_kafka_class(code) == GW_FENCED)
		return gw_fail(err, GW_RETRY, _("Kafka at %s: %s: %s"), producer->client.brokers,
			       what, rd_kafka_err2str(code));
	return gw_client_fail(&producer->client, code, what, err);
}

enum gw_status
gw_producer_begin(struct gw_producer *producer, struct gw_error *err)
{
	rd_kafka_error_t *error;
	rd_kafka_resp_err_t code;

	if (producer->broken) {
		*err = producer->why;
		return err->status;
	}
	error = rd_kafka_begin_transaction(producer->client.rk);
	if (error == NULL) {
		gw_outlets_forget(producer);
		producer->open = true;
		producer->began_us = gw_clock_us();
		return GW_OK;
	}
	code = rd_kafka_error_code(error);
	rd_kafka_error_destroy(error);
	return gw_producer_fail(producer, code, _("no transaction can be begun"), err);
}

enum gw_status
gw_producer_flush(struct gw_producer *producer, const char *record_topic, struct gw_run *run,
		  struct gw_error *err)
{
	int64_t until = gw_deadline(FLUSH_MS);
	rd_kafka_resp_err_t code;

	do
		code = rd_kafka_flush(producer->client.rk, gw_step_ms(until));
	while (code == RD_KAFKA_RESP_ERR__TIMED_OUT && gw_clock_us() < until);
	if (producer->undelivered != RD_KAFKA_RESP_ERR_NO_ERROR)
		code = producer->undelivered;
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR || is_fatal(producer))
		return gw_producer_fail(producer, code, _("records can't be sent"), err);
	gw_outlets_raise(producer, record_topic, run);
	return GW_OK;
}

typedef rd_kafka_error_t *end_fn(rd_kafka_t *rk, int timeout_ms);

/* Commits or aborts; asks again while the answer is not known.  NULL: done. */
static rd_kafka_error_t *
end_transaction(struct gw_producer *producer, end_fn *end, int timeout_ms)
{
	int64_t until = gw_deadline(timeout_ms);

	for (;;) {
		rd_kafka_error_t *error = end(producer->client.rk, gw_step_ms(until));

		if (error == NULL) {
			producer->open = false;
			return NULL;
		}
		if (!rd_kafka_error_is_retriable(error) || rd_kafka_error_is_fatal(error) ||
		    gw_clock_us() >= until)
			return error;
		rd_kafka_error_destroy(error);
	}
}

static enum gw_status
abort_within(struct gw_producer *producer, int timeout_ms, struct gw_error *err)
{
	rd_kafka_error_t *error;
	rd_kafka_resp_err_t code;

	if (!producer->open)
		return GW_OK;
	error = end_transaction(producer, rd_kafka_abort_transaction, timeout_ms);
	if (error == NULL)
		return GW_OK;
	code = rd_kafka_error_code(error);
	rd_kafka_error_destroy(error);
	if (is_fatal(producer))
		return fail_fatal(producer, err);
	(void)gw_client_fail(&producer->client, code, _("a transaction can't be aborted"), err);
	return give_up(producer, err);
}

enum gw_status
gw_producer_abort(struct gw_producer *producer, struct gw_error *err)
{
	return abort_within(producer, OUTCOME_MS, err);
}

enum gw_status
gw_producer_commit(struct gw_producer *producer, struct gw_error *err)
{
	rd_kafka_error_t *error =
		end_transaction(producer, rd_kafka_commit_transaction, OUTCOME_MS);
	struct gw_error second;
	rd_kafka_resp_err_t code;
	bool abort;

	if (error == NULL)
		return GW_OK;
	code = rd_kafka_error_code(error);
	abort = rd_kafka_error_txn_requires_abort(error);
	rd_kafka_error_destroy(error);
	if (producer->undelivered != RD_KAFKA_RESP_ERR_NO_ERROR)
		code = producer->undelivered;
	if (gw_producer_fail(producer, code, _("a transaction can't be committed"), err) ==
		    GW_FENCED ||
	    producer->broken)
		return err->status;
	if (!abort)
		return give_up(producer, err);
	if (abort_within(producer, OUTCOME_MS, &second) != GW_OK)
		*err = second;
	return err->status;
}

void
gw_producer_close(struct gw_producer *producer)
{
	struct gw_error ignored;

	if (producer == NULL)
		return;
	if (!producer->broken)
		(void)abort_within(producer, CLOSE_MS, &ignored);
	if (producer->client.rk != NULL)
		(void)rd_kafka_purge(producer->client.rk,
				     RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	gw_outlets_free(producer);
	gw_client_close(&producer->client);
	free(producer->source);
	free(producer);
}
