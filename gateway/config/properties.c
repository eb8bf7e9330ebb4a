#include "config/parts.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum { PROPERTIES_MAX = 200, SECRET_MAX = 16 * 1024 };

/* A last * stands for any rest. */
static const struct {
	const char *name;
	const char *why;
} refused[] = {
	{"bootstrap.servers", N_("the brokers stand in kafka.brokers")},
	{"metadata.broker.list", N_("the brokers stand in kafka.brokers")},
	{"transactional.id", N_("it is <prefix>.<source>.pull, so that a second pull of a source "
				"ends the first")},
	{"transaction.timeout.ms", N_("a transaction must end soon after a crash, so that "
				      "readers are not held up")},
	{"enable.idempotence", N_("without it a record could be sent twice")},
	{"enable.gapless.guarantee", N_("records must stay in order")},
	{"acks", N_("a record counts as sent only when all replicas have it")},
	{"request.required.acks", N_("a record counts as sent only when all replicas have it")},
	{"max.in.flight*", N_("records must stay in order")},
	{"retries", N_("a record is sent again until its transaction ends")},
	{"message.send.max.retries", N_("a record is sent again until its transaction ends")},
	{"delivery.timeout.ms", N_("it must fit the transaction's time limit")},
	{"message.timeout.ms", N_("it must fit the transaction's time limit")},
	{"queuing.strategy", N_("records must stay in order")},
	{"partitioner", N_("the partition of a key is fixed at birth")},
	{"msg_order_cmp", N_("records must stay in order")},
	{"delivery.report.only.error", N_("a run counts the offset of every record sent")},
	{"produce.offset.report", N_("a run counts the offset of every record sent")},
	{"isolation.level", N_("a load reads only what was committed")},
	{"enable.auto.commit", N_("offsets are kept in the warehouse, with the rows they made")},
	{"auto.commit.*", N_("offsets are kept in the warehouse, with the rows they made")},
	{"enable.auto.offset.store",
	 N_("offsets are kept in the warehouse, with the rows they made")},
	{"offset.store.*", N_("offsets are kept in the warehouse, with the rows they made")},
	{"auto.offset.reset", N_("an offset out of range must be seen, never jumped over")},
	{"enable.partition.eof", N_("a sync ends by it")},
	{"group.id", N_("it is <prefix>.load, so that loads share the partitions")},
	{"group.instance.id", N_("two loads with the same one would push each other out")},
	{"partition.assignment.strategy", N_("taking over a partition rests on it")},
	{"topic.blacklist", N_("topics that are hidden are never loaded")},
	{"allow.auto.create.topics",
	 N_("topics are made with partitions and retention of their own")},
	{"auto.create.topics.enable",
	 N_("topics are made with partitions and retention of their own")},
	{"plugin.library.paths", N_("code of others would run beside the keys")},
	{"test.mock*", N_("data would go to a broker that is not there")},
	{"default_topic_conf", N_("it is set by code only")},
};

/* Their value must not stand in a file that is not secret. */
static const char *const secret_names[] = {
	"sasl.password",
	"ssl.key.password",
	"ssl.keystore.password",
	"ssl.key.pem",
	"sasl.oauthbearer.client.secret",
	"ssl_key",
};

static const char *const path_names[] = {
	"ssl.ca.location",  "ssl.certificate.location", "ssl.key.location",
	"ssl.crl.location", "ssl.keystore.location",    "sasl.kerberos.keytab",
};

/* Ways around TLS that are refused like tls: off. */
static const struct {
	const char *name, *value;
} unsafe[] = {
	{"security.protocol", "plaintext"},
	{"security.protocol", "sasl_plaintext"},
	{"enable.ssl.certificate.verification", "false"},
	{"ssl.endpoint.identification.algorithm", "none"},
};

static bool
is_one_of(const char *name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(name, names[i]) == 0)
			return true;
	}
	return false;
}

static enum gw_status
check_name(const struct gw_yaml *key, struct gw_error *err)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
		const char *name = refused[i].name, *star = strchr(name, '*');
		bool same = star == NULL ? strcmp(key->text, name) == 0
					 : strncmp(key->text, name, (size_t)(star - name)) == 0;

		if (same)
			return gw_yaml_fail(key, err, _("\"%s\" can't be set here: %s"), key->text,
					    _(refused[i].why));
	}
	if (!gw_text_of(key->text, GW_LOWER GW_DIGIT "._-", GW_IDENTIFIER_MAX))
		return gw_yaml_fail(key, err,
				    _("this is not the name of a librdkafka property; "
				      "expected such as compression.type"));
	return GW_OK;
}

static enum gw_status
check_unsafe(const struct gw_yaml *value, const char *name, const struct gw_config *config,
	     struct gw_error *err)
{
	if (config->insecure || gw_config_loopback(config->brokers))
		return GW_OK;
	for (size_t i = 0; i < sizeof unsafe / sizeof unsafe[0]; i++) {
		if (strcmp(name, unsafe[i].name) == 0 &&
		    strcasecmp(value->text, unsafe[i].value) == 0)
			return gw_yaml_fail(
				value, err,
				_("\"%s: %s\" leaves the way to Kafka open to others; it "
				  "is refused unless every broker is on this machine or "
				  "\"insecure: true\" stands under kafka"),
				name, unsafe[i].value);
	}
	return GW_OK;
}

struct reference {
	char *file, *env;
};

static const struct gw_option reference_options[] = {
	{.name = "file", .type = GW_OPT_PATH, .offset = offsetof(struct reference, file)},
	{.name = "env", .type = GW_OPT_TEXT, .offset = offsetof(struct reference, env)},
	{.name = NULL},
};

/* {file: path} or {env: NAME} */
static enum gw_status
read_reference(const struct gw_yaml *node, const char *name, char **value, struct gw_error *err)
{
	struct reference ref = {0};
	enum gw_status status;
	struct gw_buf secret;

	if (gw_yaml_options(node, reference_options, &ref, err) != GW_OK)
		return err->status;
	gw_buf_init(&secret, SECRET_MAX);
	if ((ref.file == NULL) == (ref.env == NULL))
		status = gw_yaml_fail(node, err, _("\"%s\": expected {file: path} or {env: NAME}"),
				      name);
	else
		status = gw_config_secret(ref.file, ref.env, name, &secret, err);
	if (status == GW_OK) {
		*value = strdup(secret.data);
		status = *value == NULL ? gw_fail_memory(err) : GW_OK;
	}
	if (secret.data != NULL)
		sodium_memzero(secret.data, secret.cap);
	gw_buf_release(&secret);
	gw_option_release(reference_options, &ref);
	return status;
}

static enum gw_status
read_value(const struct gw_yaml *node, const char *name, const struct gw_config *config,
	   char **value, struct gw_error *err)
{
	bool path = is_one_of(name, path_names, sizeof path_names / sizeof path_names[0]);

	if (node->kind == GW_YAML_MAP)
		return read_reference(node, name, value, err);
	if (node->kind != GW_YAML_SCALAR || gw_yaml_is_nothing(node))
		return gw_yaml_fail(node, err, _("\"%s\": found %s, expected a text"), name,
				    gw_yaml_found(node));
	if (is_one_of(name, secret_names, sizeof secret_names / sizeof secret_names[0]))
		return gw_yaml_fail(node, err,
				    _("\"%s\" is secret; put it into a file of its own (chmod 600) "
				      "and write {file: secrets/NAME}, or {env: NAME}"),
				    name);
	if (check_unsafe(node, name, config, err) != GW_OK)
		return err->status;
	if (path && strcmp(node->text, "probe") != 0)
		*value = gw_path_absolute(node->file, node->text);
	else
		*value = strdup(node->text);
	return *value == NULL ? gw_fail_memory(err) : GW_OK;
}

enum gw_status
gw_properties_read(const struct gw_yaml *node, struct gw_config *config, struct gw_error *err)
{
	if (node == NULL || gw_yaml_is_nothing(node))
		return GW_OK;
	if (node->kind != GW_YAML_MAP)
		return gw_yaml_fail(node, err,
				    _("\"properties\": found %s, expected a map of librdkafka "
				      "properties, such as compression.type: zstd"),
				    gw_yaml_found(node));
	if (node->count > PROPERTIES_MAX)
		return gw_yaml_fail(node, err, _("\"properties\": more than %d"), PROPERTIES_MAX);
	if (node->count == 0)
		return GW_OK;
	config->properties = calloc(node->count, sizeof *config->properties);
	if (config->properties == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < node->count; i++) {
		struct gw_property *property = &config->properties[i];

		config->nproperties = i + 1;
		if (check_name(&node->keys[i], err) != GW_OK)
			return err->status;
		property->name = strdup(node->keys[i].text);
		if (property->name == NULL)
			return gw_fail_memory(err);
		if (read_value(&node->items[i], property->name, config, &property->value, err) !=
		    GW_OK)
			return err->status;
	}
	return GW_OK;
}
