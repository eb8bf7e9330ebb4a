#include "config/config.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "config/parts.h"

static const char *const language_words[] = {"vi", "en", NULL};
static const char *const tls_words[] = {
	[GW_TLS_AUTO] = "auto", [GW_TLS_ON] = "on", [GW_TLS_OFF] = "off", NULL};

/* The configuration while it is read, with the sections that it is read from. */
struct draft {
	struct gw_config config;
	int language;
	const struct gw_yaml *kafka, *registry, *warehouse, *keys, *properties, *serve, *notify;
};

#define AT(member) offsetof(struct draft, member)

static const struct gw_option root_options[] = {
	{.name = "language",
	 .type = GW_OPT_ENUM,
	 .offset = AT(language),
	 .fallback = "vi",
	 .words = language_words,
	 .help = N_("the language of messages, vi or en")},
	{.name = "prefix",
	 .type = GW_OPT_TEXT,
	 .offset = AT(config.prefix),
	 .fallback = "songma",
	 .help = N_("what every topic's name begins with, such as songma")},
	{.name = "province",
	 .type = GW_OPT_TEXT,
	 .offset = AT(config.province),
	 .help = N_("the two digits of the province's code, such as \"38\"")},
	{.name = "kafka",
	 .type = GW_OPT_NODE,
	 .required = true,
	 .offset = AT(kafka),
	 .help = N_("a map with the brokers, such as kafka: {brokers: 127.0.0.1:9092}")},
	{.name = "registry",
	 .type = GW_OPT_NODE,
	 .required = true,
	 .offset = AT(registry),
	 .help = N_("a map with the schema registry's url")},
	{.name = "warehouse",
	 .type = GW_OPT_NODE,
	 .offset = AT(warehouse),
	 .help = N_("a map with the warehouse's connection_file")},
	{.name = "keys",
	 .type = GW_OPT_NODE,
	 .offset = AT(keys),
	 .help = N_("a map with the files of the keys")},
	{.name = "schemas",
	 .type = GW_OPT_PATH,
	 .offset = AT(config.schemas_dir),
	 .fallback = "schemas",
	 .help = N_("the folder of schemas and code lists")},
	{.name = "sources",
	 .type = GW_OPT_PATH,
	 .offset = AT(config.sources_dir),
	 .fallback = "sources",
	 .help = N_("the folder of source files")},
	{.name = "serve",
	 .type = GW_OPT_NODE,
	 .offset = AT(serve),
	 .help = N_("a map for songma serve, such as serve: {watchdog: 5min}")},
	{.name = "notify",
	 .type = GW_OPT_NODE,
	 .offset = AT(notify),
	 .help = N_("a map that says who is told of trouble, such as notify: {command: "
		    "[/usr/local/bin/tell-us]}")},
	{.name = NULL},
};

static const struct gw_option kafka_options[] = {
	{.name = "brokers",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = AT(config.brokers),
	 .help = N_("host:port, several separated by commas, such as 127.0.0.1:9092")},
	{.name = "tls",
	 .type = GW_OPT_ENUM,
	 .offset = AT(config.tls),
	 .fallback = "auto",
	 .words = tls_words,
	 .help = N_("auto (TLS unless every broker is on this machine), on or off")},
	{.name = "insecure",
	 .type = GW_OPT_BOOL,
	 .offset = AT(config.insecure),
	 .fallback = "false",
	 .help = N_("true accepts a way to Kafka that others may read")},
	{.name = "properties",
	 .type = GW_OPT_NODE,
	 .offset = AT(properties),
	 .help = N_("a map of librdkafka properties")},
	{.name = "partitions",
	 .type = GW_OPT_INT,
	 .offset = AT(config.partitions),
	 .fallback = "4",
	 .min = 1,
	 .max = 1000,
	 .help = N_("how many partitions a record topic is made with; fixed then")},
	{.name = "replication",
	 .type = GW_OPT_INT,
	 .offset = AT(config.replication),
	 .fallback = "1",
	 .min = 1,
	 .max = 32,
	 .help = N_("how many brokers keep a copy of each topic")},
	{.name = NULL},
};

static const struct gw_option registry_options[] = {
	{.name = "url",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = AT(config.registry_url),
	 .help = N_("the address of the schema registry, such as "
		    "http://127.0.0.1:8081/apis/ccompat/v7")},
	{.name = NULL},
};

static const struct gw_option warehouse_options[] = {
	{.name = "connection_file",
	 .type = GW_OPT_PATH,
	 .offset = AT(config.warehouse_file),
	 .help = N_("the file with the warehouse's connection, mode 0600")},
	{.name = "connection_env",
	 .type = GW_OPT_TEXT,
	 .offset = AT(config.warehouse_env),
	 .help = N_("an environment variable with the warehouse's connection")},
	{.name = NULL},
};

#define KEY_FILE(key, member, what)                                                                \
	{                                                                                          \
		.name = key "_file", .type = GW_OPT_PATH, .offset = AT(config.member),             \
		.fallback = "secrets/" what                                                        \
	}

static const struct gw_option key_options[] = {
	KEY_FILE("pseudonym", pseudonym_file, "pseudonym.key"),
	KEY_FILE("letter_public", letter_public_file, "letter.pub"),
	KEY_FILE("letter_secret", letter_secret_file, "letter.key"),
	KEY_FILE("pull_public", pull_public_file, "pull.pub"),
	KEY_FILE("pull_secret", pull_secret_file, "pull.key"),
	KEY_FILE("audit", audit_file, "audit.key"),
	{.name = NULL},
};

static const struct gw_option serve_options[] = {
	{.name = "state_dir",
	 .type = GW_OPT_PATH,
	 .offset = AT(config.state_dir),
	 .fallback = "run",
	 .help = N_("the folder where serve writes how its duties are")},
	{.name = "watchdog",
	 .type = GW_OPT_DURATION,
	 .offset = AT(config.watchdog_us),
	 .min = 5000000,
	 .max = INT64_C(86400000000),
	 .help = N_("a duty that gives no sign of life for so long is ended and started anew")},
	{.name = NULL},
};

static const struct gw_option *const tables[] = {
	root_options,      kafka_options, registry_options,
	warehouse_options, key_options,   serve_options,
};

static void
draft_release(struct draft *draft)
{
	struct gw_config *config = &draft->config;

	for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++)
		gw_option_release(tables[i], draft);
	for (size_t i = 0; i < config->nproperties; i++) {
		free(config->properties[i].name);
		if (config->properties[i].value != NULL)
			sodium_memzero(config->properties[i].value,
				       strlen(config->properties[i].value));
		free(config->properties[i].value);
	}
	free(config->properties);
	gw_notify_release(config);
	free(config->path);
	free(config->dir);
	free(config->language);
}

void
gw_config_free(struct gw_config *config)
{
	struct draft draft;

	if (config == NULL)
		return;
	draft = (struct draft){.config = *config};
	draft_release(&draft);
	free(config);
}

/* "host", "host:port" or "[address]:port" */
static bool
broker_ok(const char *broker, size_t len)
{
	const char *colon = memrchr(broker, ':', len);
	const char *bracket = memrchr(broker, ']', len);
	const char *allowed = GW_LOWER GW_UPPER GW_DIGIT ".-_";
	size_t host = len;
	int64_t port;

	if (colon != NULL && (bracket == NULL || colon > bracket)) {
		host = (size_t)(colon - broker);
		if (!gw_parse_i64(colon + 1, len - host - 1, &port) || port < 1 || port > 65535)
			return false;
	}
	if (bracket != NULL)
		return broker[0] == '[' && bracket == broker + host - 1 && host > 4;
	return host > 0 && strspn(broker, allowed) >= host;
}

static enum gw_status
check_brokers(const struct gw_yaml *kafka, const struct gw_config *config, struct gw_error *err)
{
	const struct gw_yaml *at = gw_yaml_get(kafka, "brokers");
	const char *p = config->brokers;

	for (;;) {
		size_t len;

		p += strspn(p, " ");
		len = strcspn(p, ", ");
		if (!broker_ok(p, len))
			return gw_yaml_fail(at, err,
					    _("\"brokers\": expected host:port, several "
					      "separated by commas, such as "
					      "127.0.0.1:9092"));
		p += len + strspn(p + len, " ");
		if (*p == '\0')
			break;
		if (*p != ',')
			return gw_yaml_fail(at, err,
					    _("\"brokers\": expected a comma between two "
					      "brokers"));
		p++;
	}
	if (config->tls != GW_TLS_OFF || config->insecure || gw_config_loopback(config->brokers))
		return GW_OK;
	return gw_yaml_fail(gw_yaml_get(kafka, "tls"), err,
			    _("\"tls: off\" leaves the way to Kafka open to others; it is refused "
			      "unless every broker is on this machine (127.0.0.1) or \"insecure: "
			      "true\" stands beside it"));
}

static enum gw_status
check_registry(const struct gw_yaml *registry, const struct gw_config *config, struct gw_error *err)
{
	const struct gw_yaml *at = gw_yaml_get(registry, "url");
	const char *url = config->registry_url;
	size_t scheme = strncmp(url, "http://", 7) == 0    ? 7
			: strncmp(url, "https://", 8) == 0 ? 8
							   : 0;

	if (scheme == 0 || url[scheme] == '\0' || url[scheme] == '/' ||
	    strpbrk(url, " \t\n") != NULL)
		return gw_yaml_fail(at, err,
				    _("\"url\": expected an address that begins with http:// or "
				      "https://, such as http://127.0.0.1:8081/apis/ccompat/v7"));
	return GW_OK;
}

static enum gw_status
read_sections(struct draft *draft, const struct gw_yaml *root, struct gw_error *err)
{
	struct gw_yaml warehouse = gw_yaml_section(root, draft->warehouse);
	struct gw_yaml keys = gw_yaml_section(root, draft->keys);
	struct gw_yaml serve = gw_yaml_section(root, draft->serve);
	struct gw_yaml notify = gw_yaml_section(root, draft->notify);

	if (gw_yaml_options(draft->kafka, kafka_options, draft, err) != GW_OK ||
	    check_brokers(draft->kafka, &draft->config, err) != GW_OK ||
	    gw_properties_read(draft->properties, &draft->config, err) != GW_OK)
		return err->status;
	if (gw_yaml_options(draft->registry, registry_options, draft, err) != GW_OK ||
	    check_registry(draft->registry, &draft->config, err) != GW_OK)
		return err->status;
	if (gw_yaml_no_connection(&warehouse, err) != GW_OK ||
	    gw_yaml_options(&warehouse, warehouse_options, draft, err) != GW_OK ||
	    gw_connection_check(&warehouse, draft->config.warehouse_file,
				draft->config.warehouse_env, false, err) != GW_OK)
		return err->status;
	if (gw_yaml_options(&keys, key_options, draft, err) != GW_OK ||
	    gw_yaml_options(&serve, serve_options, draft, err) != GW_OK)
		return err->status;
	return gw_notify_read(&notify, &draft->config, err);
}

static const char *
language_of(const struct draft *draft)
{
	const char *wish = getenv("SONGMA_LANG");

	for (size_t i = 0; wish != NULL && language_words[i] != NULL; i++) {
		if (strcmp(wish, language_words[i]) == 0)
			return wish;
	}
	return language_words[draft->language];
}

static enum gw_status
read_root(struct draft *draft, const char *path, const struct gw_yaml *root, struct gw_error *err)
{
	struct gw_config *config = &draft->config;

	if (gw_yaml_no_secrets(root, err) != GW_OK ||
	    gw_yaml_options(root, root_options, draft, err) != GW_OK)
		return err->status;
	if (!gw_text_of(config->prefix, GW_LOWER GW_DIGIT "-", GW_NAME_MAX))
		return gw_yaml_fail(gw_yaml_get(root, "prefix"), err,
				    _("\"prefix\": expected at most %d of a-z, 0-9 and -"),
				    GW_NAME_MAX);
	if (config->province != NULL &&
	    (strlen(config->province) != 2 || !gw_text_of(config->province, GW_DIGIT, GW_NAME_MAX)))
		return gw_yaml_fail(
			gw_yaml_get(root, "province"), err,
			_("\"province\": expected two digits in quotes, such as \"38\""));
	config->path = strdup(path);
	config->dir = gw_path_dir(path);
	config->language = strdup(language_of(draft));
	if (config->path == NULL || config->dir == NULL || config->language == NULL)
		return gw_fail_memory(err);
	return read_sections(draft, root, err);
}

enum gw_status
gw_config_build(const char *path, const struct gw_yaml *root, struct gw_config **out,
		struct gw_error *err)
{
	struct gw_config *config = malloc(sizeof *config);
	struct draft draft = {0};

	if (config == NULL)
		return gw_fail_memory(err);
	if (read_root(&draft, path, root, err) != GW_OK) {
		draft_release(&draft);
		free(config);
		return err->status;
	}
	*config = draft.config;
	*out = config;
	return GW_OK;
}

/* The file to read where none was named; it may be missing when the environment named it. */
static enum gw_status
find_file(const char **out, struct gw_error *err)
{
	static const char *const usual[] = {"./songma.yaml", "/etc/songma/songma.yaml"};
	const char *named = getenv("SONGMA_CONFIG");

	if (named != NULL && named[0] != '\0') {
		*out = named;
		if (access(named, F_OK) == 0)
			return GW_OK;
		return gw_fail(err, GW_CONFIG,
			       _("$SONGMA_CONFIG names %s, but it can't be opened: %s"), named,
			       strerror(errno));
	}
	for (size_t i = 0; i < sizeof usual / sizeof usual[0]; i++) {
		*out = usual[i];
		if (access(usual[i], F_OK) == 0)
			return GW_OK;
	}
	return gw_fail(err, GW_CONFIG,
		       _("there is no configuration: $SONGMA_CONFIG is not set, and neither %s nor "
			 "%s is there; songma init writes a commented start"),
		       usual[0], usual[1]);
}

enum gw_status
gw_config_read(const char *path, struct gw_config **out, struct gw_error *err)
{
	struct gw_yaml_doc *doc = NULL;
	enum gw_status status;
	char *whole;

	if (path == NULL && find_file(&path, err) != GW_OK)
		return err->status;
	whole = gw_path_absolute("", path);
	if (whole == NULL)
		return gw_fail_memory(err);
	status = gw_yaml_read(whole, &doc, err);
	if (status == GW_OK)
		status = gw_config_build(whole, gw_yaml_root(doc), out, err);
	gw_yaml_free(doc);
	free(whole);
	return status;
}
