#include "kafka/client.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/beat.h"
#include "base/i18n.h"

enum { OFFSETS_TIMEOUT_MS = 15000, STEP_MS = 1000 };

static const struct gw_setting common[] = {
	{"client.id", "songma"},
	{"statistics.interval.ms", "0"},
	{"log.connection.close", "false"},
	{"socket.keepalive.enable", "true"},
	{"socket.connection.setup.timeout.ms", "10000"},
	{"reconnect.backoff.max.ms", "2000"},
	{NULL, NULL},
};

static const struct gw_setting over_tls[] = {
	{"security.protocol", "ssl"},
	{"ssl.endpoint.identification.algorithm", "https"},
	{NULL, NULL},
};

/* Of whoever reads: Kafka's own offsets are not used, one that is out of range is an error and
   never a jump, and nothing is seen that was not committed. */
static const struct gw_setting reader[] = {
	{"enable.auto.commit", "false"},       {"enable.auto.offset.store", "false"},
	{"auto.offset.reset", "error"},        {"enable.partition.eof", "true"},
	{"isolation.level", "read_committed"}, {NULL, NULL},
};

static const struct gw_setting unused_group[] = {
	{"group.id", "unused"}, /* the library wants one; it joins none */
	{NULL, NULL},
};

static const struct {
	rd_kafka_resp_err_t code;
	enum gw_status status;
} classes[] = {
	{RD_KAFKA_RESP_ERR_NO_ERROR, GW_OK},
	{RD_KAFKA_RESP_ERR__FENCED, GW_FENCED},
	{RD_KAFKA_RESP_ERR_PRODUCER_FENCED, GW_FENCED},
	{RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH, GW_FENCED},
	{RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE, GW_CONFIG},
	{RD_KAFKA_RESP_ERR__SSL, GW_CONFIG},
	{RD_KAFKA_RESP_ERR__AUTHENTICATION, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_INVALID_TRANSACTION_TIMEOUT, GW_CONFIG},
	{RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, GW_CONFIG},
	{RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_INVALID_PARTITIONS, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_INVALID_CONFIG, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_POLICY_VIOLATION, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION, GW_CONFIG},
	{RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE, GW_CONFIG},
	{RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID, GW_FENCED},
	{RD_KAFKA_RESP_ERR_INVALID_RECORD, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_SECURITY_DISABLED, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_UNSUPPORTED_COMPRESSION_TYPE, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_INVALID_GROUP_ID, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_INVALID_SESSION_TIMEOUT, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_INVALID_REQUIRED_ACKS, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_INVALID_REPLICA_ASSIGNMENT, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_TOPIC_DELETION_DISABLED, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_AUTHORIZATION_FAILED, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_DELEGATION_TOKEN_EXPIRED, GW_CONFIG},
	{RD_KAFKA_RESP_ERR_GROUP_MAX_SIZE_REACHED, GW_CONFIG},
	{RD_KAFKA_RESP_ERR__TRANSPORT, GW_RETRY},
	{RD_KAFKA_RESP_ERR_MEMBER_ID_REQUIRED, GW_RETRY},
	{RD_KAFKA_RESP_ERR_TRANSACTION_COORDINATOR_FENCED, GW_RETRY},
	{RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER, GW_RETRY},
	{RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT, GW_RETRY},
	{RD_KAFKA_RESP_ERR_ELIGIBLE_LEADERS_NOT_AVAILABLE, GW_RETRY},
	{RD_KAFKA_RESP_ERR_PREFERRED_LEADER_NOT_AVAILABLE, GW_RETRY},
	{RD_KAFKA_RESP_ERR_STALE_BROKER_EPOCH, GW_RETRY},
	{RD_KAFKA_RESP_ERR_STALE_CTRL_EPOCH, GW_RETRY},
	{RD_KAFKA_RESP_ERR_FETCH_SESSION_ID_NOT_FOUND, GW_RETRY},
	{RD_KAFKA_RESP_ERR_INVALID_FETCH_SESSION_EPOCH, GW_RETRY},
	{RD_KAFKA_RESP_ERR_LISTENER_NOT_FOUND, GW_RETRY},
	{RD_KAFKA_RESP_ERR__OUTDATED, GW_RETRY},
	{RD_KAFKA_RESP_ERR__NODE_UPDATE, GW_RETRY},
	{RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, GW_RETRY},
	{RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN, GW_RETRY},
	{RD_KAFKA_RESP_ERR__RESOLVE, GW_RETRY},
	{RD_KAFKA_RESP_ERR__TIMED_OUT, GW_RETRY},
	{RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE, GW_RETRY},
	{RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, GW_RETRY},
	{RD_KAFKA_RESP_ERR__WAIT_COORD, GW_RETRY},
	{RD_KAFKA_RESP_ERR__WAIT_CACHE, GW_RETRY},
	{RD_KAFKA_RESP_ERR__IN_PROGRESS, GW_RETRY},
	{RD_KAFKA_RESP_ERR__RETRY, GW_RETRY},
	{RD_KAFKA_RESP_ERR__QUEUE_FULL, GW_RETRY},
	{RD_KAFKA_RESP_ERR__PURGE_QUEUE, GW_RETRY},
	{RD_KAFKA_RESP_ERR__PURGE_INFLIGHT, GW_RETRY},
	{RD_KAFKA_RESP_ERR__DESTROY, GW_RETRY},
	{RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED, GW_RETRY},
	{RD_KAFKA_RESP_ERR_UNKNOWN, GW_RETRY},
	{RD_KAFKA_RESP_ERR_INVALID_MSG, GW_RETRY},
	{RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE, GW_RETRY},
	{RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, GW_RETRY},
	{RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, GW_RETRY},
	{RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE, GW_RETRY},
	{RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE, GW_RETRY},
	{RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION, GW_RETRY},
	{RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, GW_RETRY},
	{RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, GW_RETRY},
	{RD_KAFKA_RESP_ERR_NOT_COORDINATOR, GW_RETRY},
	{RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, GW_RETRY},
	{RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND, GW_RETRY},
	{RD_KAFKA_RESP_ERR_NOT_CONTROLLER, GW_RETRY},
	{RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, GW_RETRY},
	{RD_KAFKA_RESP_ERR_INVALID_TXN_STATE, GW_RETRY},
	{RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, GW_RETRY},
	{RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID, GW_RETRY},
	{RD_KAFKA_RESP_ERR_INVALID_PRODUCER_ID_MAPPING, GW_RETRY},
	{RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR, GW_RETRY},
	{RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS, GW_RETRY},
	{RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, GW_RETRY},
	{RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, GW_RETRY},
	{RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH, GW_RETRY},
	{RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH, GW_RETRY},
	{RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE, GW_RETRY},
	{RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED, GW_RETRY},
};

enum gw_status
gw_kafka_class(rd_kafka_resp_err_t code)
{
	for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
		if (classes[i].code == code)
			return classes[i].status;
	return GW_FATAL;
}

/* "[thrd:x]: x:9092/bootstrap: Connect to x failed: refused (after 0ms in state CONNECT)" without
   the thread, the broker's name and the state. */
static void
keep_complaint(struct gw_client *client, const char *text)
{
	const char *from = strncmp(text, "[thrd:", 6) == 0 ? strstr(text, "]: ") : NULL;
	const char *end;
	size_t len;

	if (from != NULL) {
		text = from + 3;
		from = strstr(text, ": ");
		if (from != NULL)
			text = from + 2;
	}
	end = strstr(text, " (after ");
	len = end == NULL ? strlen(text) : (size_t)(end - text);
	if (len >= sizeof client->complaint)
		len = sizeof client->complaint - 1;
	(void)pthread_mutex_lock(&client->lock);
	memcpy(client->complaint, text, len);
	client->complaint[len] = '\0';
	(void)pthread_mutex_unlock(&client->lock);
}

static void
on_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	enum { SYSLOG_ERR = 3 };

	(void)facility;
	if (level <= SYSLOG_ERR)
		keep_complaint(rd_kafka_opaque(rk), text);
}

static void
on_error(rd_kafka_t *rk, int code, const char *reason, void *opaque)
{
	struct gw_client *client = opaque;

	(void)rk;
	(void)reason;
	if (code == RD_KAFKA_RESP_ERR__SSL || code == RD_KAFKA_RESP_ERR__AUTHENTICATION)
		client->refusal = (rd_kafka_resp_err_t)code;
}

int64_t
gw_clock_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
gw_deadline(int ms)
{
	return gw_clock_us() + (int64_t)ms * 1000;
}

int
gw_step_ms(int64_t until_us)
{
	int64_t left = (until_us - gw_clock_us()) / 1000;

	gw_beat(GW_AT_KAFKA);
	return left < 1 ? 1 : left > STEP_MS ? STEP_MS : (int)left;
}

void *
gw_client_owner(void *opaque)
{
	return ((struct gw_client *)opaque)->owner;
}

static enum gw_status
set(rd_kafka_conf_t *conf, const char *name, const char *value, struct gw_error *err)
{
	char why[256];

	if (rd_kafka_conf_set(conf, name, value, why, sizeof why) == RD_KAFKA_CONF_OK)
		return GW_OK;
	return gw_fail(err, GW_CONFIG, _("songma.yaml: kafka.properties: %s is refused: %s"), name,
		       why);
}

static enum gw_status
set_list(rd_kafka_conf_t *conf, const struct gw_setting *list, struct gw_error *err)
{
	for (; list != NULL && list->name != NULL; list++)
		if (set(conf, list->name, list->value, err) != GW_OK)
			return err->status;
	return GW_OK;
}

static bool
wants_tls(const struct gw_config *config)
{
	return config->tls == GW_TLS_ON ||
	       (config->tls == GW_TLS_AUTO && !gw_config_loopback(config->brokers));
}

/* A property may add SASL to TLS, but not take TLS away. */
static enum gw_status
check_tls(rd_kafka_conf_t *conf, struct gw_error *err)
{
	char protocol[32] = "";
	size_t size = sizeof protocol;

	if (rd_kafka_conf_get(conf, "security.protocol", protocol, &size) != RD_KAFKA_CONF_OK ||
	    strcmp(protocol, "ssl") == 0 || strcmp(protocol, "sasl_ssl") == 0)
		return GW_OK;
	return gw_fail(err, GW_CONFIG,
		       _("songma.yaml: kafka.properties: security.protocol is %s, but kafka.tls "
			 "asks for TLS; write ssl or sasl_ssl"),
		       protocol);
}

/* What the promises rest on: nothing that songma.yaml says may change it. */
static enum gw_status
set_fixed(rd_kafka_conf_t *conf, const struct gw_client_plan *plan, struct gw_error *err)
{
	if (plan->type == RD_KAFKA_CONSUMER && set_list(conf, reader, err) != GW_OK)
		return err->status;
	return set_list(conf, plan->fixed, err);
}

static enum gw_status
set_all(rd_kafka_conf_t *conf, const struct gw_config *config, const struct gw_client_plan *plan,
	struct gw_error *err)
{
	bool tls = wants_tls(config);
	enum gw_status status = set(conf, "bootstrap.servers", config->brokers, err);

	if (status == GW_OK)
		status = set_list(conf, common, err);
	if (status == GW_OK && tls)
		status = set_list(conf, over_tls, err);
	if (status == GW_OK)
		status = set_list(conf, plan->defaults, err);
	for (size_t i = 0; status == GW_OK && i < config->nproperties; i++)
		status = set(conf, config->properties[i].name, config->properties[i].value, err);
	if (status == GW_OK && tls && !config->insecure)
		status = check_tls(conf, err);
	if (status == GW_OK)
		status = set_fixed(conf, plan, err);
	return status;
}

static void
set_callbacks(rd_kafka_conf_t *conf, struct gw_client *client, const struct gw_client_plan *plan)
{
	rd_kafka_conf_set_opaque(conf, client);
	rd_kafka_conf_set_log_cb(conf, on_log);
	rd_kafka_conf_set_error_cb(conf, on_error);
	if (plan->delivered != NULL)
		rd_kafka_conf_set_dr_msg_cb(conf, plan->delivered);
	if (plan->rebalance != NULL)
		rd_kafka_conf_set_rebalance_cb(conf, plan->rebalance);
}

enum gw_status
gw_client_open(struct gw_client *client, const struct gw_config *config,
	       const struct gw_client_plan *plan, struct gw_error *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[400] = "";

	client->owner = plan->owner;
	client->brokers = strdup(config->brokers);
	client->locked = client->locked || pthread_mutex_init(&client->lock, NULL) == 0;
	if (client->brokers == NULL || !client->locked) {
		rd_kafka_conf_destroy(conf);
		return gw_fail_memory(err);
	}
	if (set_all(conf, config, plan, err) != GW_OK) {
		rd_kafka_conf_destroy(conf);
		return err->status;
	}
	set_callbacks(conf, client, plan);
	client->rk = rd_kafka_new(plan->type, conf, why, sizeof why);
	if (client->rk != NULL)
		return GW_OK;
	rd_kafka_conf_destroy(conf);
	return gw_fail(err, GW_CONFIG, _("songma.yaml: kafka.properties: %s"), why);
}

enum gw_status
gw_client_open_reader(struct gw_client *client, const struct gw_config *config,
		      struct gw_error *err)
{
	static const struct gw_setting small[] = {
		{"queued.max.messages.kbytes", "1024"},
		{"fetch.max.bytes", "1048576"},
		{"max.partition.fetch.bytes", "65536"},
		{"fetch.wait.max.ms", "50"},
		{NULL, NULL},
	};
	const struct gw_client_plan plan = {
		.type = RD_KAFKA_CONSUMER,
		.defaults = small,
		.fixed = unused_group,
	};
	enum gw_status status = gw_client_open(client, config, &plan, err);

	if (status == GW_OK)
		(void)rd_kafka_poll_set_consumer(client->rk);
	return status;
}

void
gw_client_close(struct gw_client *client)
{
	if (client->rk != NULL)
		rd_kafka_destroy(client->rk);
	if (client->locked)
		(void)pthread_mutex_destroy(&client->lock);
	free(client->brokers);
	*client = (struct gw_client){.rk = NULL};
}

static enum gw_status
fail_retry(const struct gw_client *client, const char *what, const char *why, const char *complaint,
	   struct gw_error *err)
{
	if (complaint[0] == '\0')
		return gw_fail(err, GW_RETRY,
			       _("Kafka at %s: %s: %s; check that it runs and that kafka.brokers "
				 "in songma.yaml is right"),
			       client->brokers, what, why);
	return gw_fail(err, GW_RETRY,
		       _("Kafka at %s: %s: %s (%s); check that it runs and that kafka.brokers in "
			 "songma.yaml is right"),
		       client->brokers, what, why, complaint);
}

enum gw_status
gw_client_fail(struct gw_client *client, rd_kafka_resp_err_t code, const char *what,
	       struct gw_error *err)
{
	enum gw_status status = gw_kafka_class(code);
	char complaint[sizeof client->complaint];

	gw_beat(GW_AT_KAFKA);
	(void)pthread_mutex_lock(&client->lock);
	memcpy(complaint, client->complaint, sizeof complaint);
	(void)pthread_mutex_unlock(&client->lock);
	if (status == GW_RETRY && client->refusal != RD_KAFKA_RESP_ERR_NO_ERROR)
		return gw_fail(err, GW_CONFIG,
			       _("Kafka at %s: %s: %s (%s); check kafka.tls and kafka.properties "
				 "(certificates, user, password) in songma.yaml"),
			       client->brokers, what, rd_kafka_err2str(client->refusal), complaint);
	if (status == GW_RETRY)
		return fail_retry(client, what, rd_kafka_err2str(code), complaint, err);
	return gw_fail(err, status, _("Kafka at %s: %s: %s"), client->brokers, what,
		       rd_kafka_err2str(code));
}

enum gw_status
gw_client_metadata(struct gw_client *client, bool topics, int timeout_ms,
		   const rd_kafka_metadata_t **out, struct gw_error *err)
{
	const rd_kafka_metadata_t *metadata;
	rd_kafka_resp_err_t code;

	gw_beat_long(GW_AT_KAFKA, (int64_t)timeout_ms * 1000);
	code = rd_kafka_metadata(client->rk, topics, NULL, &metadata, timeout_ms);
	if (code != RD_KAFKA_RESP_ERR_NO_ERROR)
		return gw_client_fail(client, code, _("no answer"), err);
	client->refusal = RD_KAFKA_RESP_ERR_NO_ERROR;
	if (out != NULL)
		*out = metadata;
	else
		rd_kafka_metadata_destroy(metadata);
	return GW_OK;
}

/* One question about offsets: its own failure, or that of the first partition that has one. */
static rd_kafka_resp_err_t
ask_offsets(struct gw_client *client, rd_kafka_topic_partition_list_t *list, int64_t which,
	    int timeout_ms)
{
	rd_kafka_resp_err_t code;

	for (int i = 0; i < list->cnt; i++)
		list->elems[i].offset = which;
	code = rd_kafka_offsets_for_times(client->rk, list, timeout_ms);
	for (int i = 0; code == RD_KAFKA_RESP_ERR_NO_ERROR && i < list->cnt; i++)
		code = list->elems[i].err;
	return code;
}

/* A partition made or moved a moment ago: its broker does not know yet that it leads it. */
static bool
is_settling(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
	       code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
	       code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE ||
	       code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION;
}

enum gw_status
gw_client_offsets(struct gw_client *client, rd_kafka_topic_partition_list_t *list, int64_t which,
		  struct gw_error *err)
{
	const struct timespec pause = {.tv_nsec = 50L * 1000 * 1000};
	int64_t until = gw_deadline(OFFSETS_TIMEOUT_MS);
	rd_kafka_resp_err_t code;

	if (list->cnt == 0)
		return GW_OK;
	for (;;) {
		code = ask_offsets(client, list, which, OFFSETS_TIMEOUT_MS);
		if (!is_settling(code) || gw_clock_us() >= until)
			break;
		(void)nanosleep(&pause, NULL);
	}
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return GW_OK;
	if (is_settling(code))
		code = RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
	return gw_client_fail(client, code, _("no answer about offsets"), err);
}

enum gw_status
gw_client_written_ends(const struct gw_config *config, rd_kafka_topic_partition_list_t *list,
		       struct gw_error *err)
{
	static const struct gw_setting fixed[] = {
		{"group.id", "unused"}, /* the library wants one; it joins none */
		{"isolation.level", "read_uncommitted"},
		{NULL, NULL},
	};
	const struct gw_client_plan plan = {.type = RD_KAFKA_CONSUMER, .fixed = fixed};
	struct gw_client client = {.rk = NULL};
	enum gw_status status = gw_client_open(&client, config, &plan, err);

	if (status == GW_OK)
		status = gw_client_offsets(&client, list, RD_KAFKA_OFFSET_END, err);
	gw_client_close(&client);
	return status;
}
