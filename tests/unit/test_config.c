#include "config/config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder_case.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

TestSuite(config, .init = folder_make, .fini = folder_drop);

#define SMALLEST                                                                                   \
	"kafka: {brokers: \"127.0.0.1:9092\"}\n"                                                   \
	"registry: {url: http://127.0.0.1:8081}\n"

static struct gw_config *
read_ok(const char *text)
{
	struct gw_config *config = NULL;
	struct gw_error err = {0};

	put_file("songma.yaml", text, 0644);
	cr_assert_eq(gw_config_read(NULL, &config, &err), GW_OK, "%s\n%s", text, err.text);
	return config;
}

Test(config, the_smallest_file_gets_all_defaults)
{
	struct gw_config *config = read_ok(SMALLEST);

	cr_assert_str_eq(config->path, in_folder("songma.yaml"));
	cr_assert_str_eq(config->dir, folder);
	cr_assert_str_eq(config->language, "vi");
	cr_assert_str_eq(config->prefix, "songma");
	cr_assert_null(config->province);
	cr_assert_str_eq(config->brokers, "127.0.0.1:9092");
	cr_assert_eq(config->tls, GW_TLS_AUTO);
	cr_assert_not(config->insecure);
	cr_assert_eq(config->nproperties, 0);
	cr_assert_eq(config->partitions, 4);
	cr_assert_eq(config->replication, 1);
	cr_assert_null(config->warehouse_file);
	cr_assert_null(config->warehouse_env);
	cr_assert_str_eq(config->pseudonym_file, in_folder("secrets/pseudonym.key"));
	cr_assert_str_eq(config->letter_secret_file, in_folder("secrets/letter.key"));
	cr_assert_str_eq(config->audit_file, in_folder("secrets/audit.key"));
	cr_assert_str_eq(config->schemas_dir, in_folder("schemas"));
	cr_assert_str_eq(config->sources_dir, in_folder("sources"));
	gw_config_free(config);
	gw_config_free(NULL);
}

Test(config, the_whole_file_is_read)
{
	char path[4200];
	struct gw_config *config = NULL;
	struct gw_error err = {0};

	snprintf(path, sizeof path, "%s/tests/data/config/full.yaml", project);
	setenv("SONGMA_TEST_SECRET", "from the environment", 1);
	cr_assert_eq(gw_config_read(path, &config, &err), GW_OK, "%s", err.text);
	cr_assert_str_eq(config->language, "en");
	cr_assert_str_eq(config->prefix, "thanh-hoa");
	cr_assert_str_eq(config->province, "01", "a leading zero stays");
	cr_assert_str_eq(config->brokers, "kafka1.example:9092, kafka2.example:9092,[::1]:9092");
	cr_assert_eq(config->tls, GW_TLS_ON);
	cr_assert_eq(config->partitions, 12);
	cr_assert_eq(config->replication, 3);
	cr_assert_eq(config->nproperties, 5);
	cr_assert_str_eq(config->properties[0].name, "compression.type");
	cr_assert_str_eq(config->properties[0].value, "zstd");
	cr_assert_str_eq(config->properties[1].value, "67108864", "a number is passed on as text");
	cr_assert_str_eq(config->properties[2].value, "sasl_ssl");
	cr_assert_str_eq(config->properties[3].name, "sasl.password");
	cr_assert_str_eq(config->properties[3].value, "from the environment");
	cr_assert_eq(config->properties[4].value[0], '/', "a location is made absolute");
	cr_assert_not_null(strstr(config->properties[4].value, "tests/data/config/secrets/ca.pem"));
	cr_assert_str_eq(config->registry_url, "https://registry.example/apis/ccompat/v7");
	cr_assert_str_eq(config->warehouse_env, "WAREHOUSE_DSN");
	cr_assert_str_eq(config->pull_secret_file, "/etc/songma/keys/pull.key");
	cr_assert_str_eq(config->audit_file, "/etc/songma/keys/audit.key");
	cr_assert_str_eq(config->schemas_dir, "/usr/share/songma/schemas");
	gw_config_free(config);
}

Test(config, a_property_may_name_a_secret_file)
{
	struct gw_config *config;

	put_file("kafka.password", "s3cret\n", 0600);
	config = read_ok("kafka:\n  brokers: localhost:9092\n  properties:\n"
			 "    sasl.password: {file: kafka.password}\n"
			 "registry: {url: http://127.0.0.1:8081}\n");
	cr_assert_str_eq(config->properties[0].value, "s3cret");
	gw_config_free(config);
}

Test(config, the_environment_sets_the_language)
{
	struct gw_config *config;

	setenv("SONGMA_LANG", "en", 1);
	config = read_ok(SMALLEST);
	cr_assert_str_eq(config->language, "en");
	gw_config_free(config);
	setenv("SONGMA_LANG", "fr", 1);
	config = read_ok(SMALLEST "language: en\n");
	cr_assert_str_eq(config->language, "en", "an unknown language changes nothing");
	gw_config_free(config);
}

Test(config, is_looked_for_in_three_places)
{
	struct gw_config *config = NULL;
	struct gw_error err = {0};

	if (access("/etc/songma/songma.yaml", F_OK) != 0) {
		cr_assert_eq(gw_config_read(NULL, &config, &err), GW_CONFIG);
		cr_assert_str_eq(err.text,
				 "there is no configuration: $SONGMA_CONFIG is not set, and "
				 "neither ./songma.yaml nor /etc/songma/songma.yaml is there; "
				 "songma init writes a commented start");
	}
	setenv("SONGMA_CONFIG", "elsewhere.yaml", 1);
	put_file("songma.yaml", SMALLEST, 0644);
	cr_assert_eq(gw_config_read(NULL, &config, &err), GW_CONFIG,
		     "one that was named is not replaced by another");
	cr_assert_str_eq(err.text,
			 "$SONGMA_CONFIG names elsewhere.yaml, but it can't be opened: No "
			 "such file or directory");
	put_file("elsewhere.yaml", SMALLEST, 0644);
	cr_assert_eq(gw_config_read(NULL, &config, &err), GW_OK, "%s", err.text);
	cr_assert_str_eq(config->path, in_folder("elsewhere.yaml"));
	gw_config_free(config);
	cr_assert_eq(gw_config_read("songma.yaml", &config, &err), GW_OK, "%s", err.text);
	cr_assert_str_eq(config->path, in_folder("songma.yaml"));
	gw_config_free(config);
}

Test(config, says_whom_to_tell_of_trouble)
{
	struct gw_config *config =
		read_ok(SMALLEST "serve: {state_dir: /run/songma, watchdog: 5min}\n"
				 "notify: {command: [/bin/tell, now], after: 30s,\n"
				 "  webhook_file: secrets/webhook.url}\n");

	cr_assert_str_eq(config->state_dir, "/run/songma");
	cr_assert_eq(config->watchdog_us, INT64_C(300000000));
	cr_assert_eq(config->notify_words, 2);
	cr_assert_str_eq(config->notify_command[0], "/bin/tell");
	cr_assert_str_eq(config->notify_command[1], "now");
	cr_assert_null(config->notify_command[2]);
	cr_assert_str_eq(config->notify_webhook_file, in_folder("secrets/webhook.url"));
	cr_assert_eq(config->notify_after_us, 30000000);
	gw_config_free(config);
	config = read_ok(SMALLEST);
	cr_assert_str_eq(config->state_dir, in_folder("run"));
	cr_assert_eq(config->watchdog_us, 0);
	cr_assert_eq(config->notify_words, 0);
	cr_assert_null(config->notify_webhook);
	cr_assert_eq(config->notify_after_us, 60000000);
	gw_config_free(config);
	config = read_ok(SMALLEST "notify: {webhook: \"http://127.0.0.1:8080/x?a=b\"}\n");
	cr_assert_str_eq(config->notify_webhook, "http://127.0.0.1:8080/x?a=b");
	gw_config_free(config);
}

#define REGISTRY "registry: {url: http://127.0.0.1:8081}\n"
#define KAFKA "kafka: {brokers: \"127.0.0.1:9092\"}\n"
#define FAR "kafka:\n  brokers: kafka.example:9092\n"

static const struct {
	const char *text;
	const char *message;
} refused[] = {
	{REGISTRY,
	 "songma.yaml:1:1: \"kafka\" is missing; expected a map with the brokers, such as "
	 "kafka: {brokers: 127.0.0.1:9092}"},
	{KAFKA, "songma.yaml:1:1: \"registry\" is missing; expected a map with the schema "
		"registry's url"},
	{"kafka: {}\n" REGISTRY, "songma.yaml:1:8: \"brokers\" is missing; expected host:port, "
				 "several separated by commas, such as 127.0.0.1:9092"},
	{"kafka: localhost\n" REGISTRY, "songma.yaml:1:8: found a text, expected a map of keys and "
					"values, beginning with \"brokers: …\""},
	{SMALLEST "langauge: vi\n", "songma.yaml:3:1: unknown key \"langauge\"; did you mean "
				    "\"language\"? Known here: language, prefix, province, kafka, "
				    "registry, warehouse, keys, schemas, sources, serve, notify"},
	{SMALLEST "serve: {watchdog: 4s}\n",
	 "songma.yaml:3:19: \"watchdog\": found \"4s\", expected 5s to 1d"},
	{SMALLEST "notify: {command: tell}\n",
	 "songma.yaml:3:19: \"command\": expected a list of 1 to 15 words, such as "
	 "[/usr/local/bin/tell-us, --now]"},
	{SMALLEST "notify: {command: [tell]}\n",
	 "songma.yaml:3:20: \"command\": the program is named with its whole path, from / on"},
	{SMALLEST "notify: {command: [/tell, [a]]}\n",
	 "songma.yaml:3:27: \"command\": found a list, expected a text"},
	{SMALLEST "notify: {webhook: \"http://example.vn/x\"}\n",
	 "songma.yaml:3:19: \"webhook\": expected an address that begins with https:// (http:// on "
	 "this machine alone), such as https://example.vn/songma"},
	{SMALLEST "notify: {webhook: \"http://127.0.0.1.example.vn/\"}\n",
	 "songma.yaml:3:19: \"webhook\": expected an address that begins with https:// (http:// on "
	 "this machine alone), such as https://example.vn/songma"},
	{SMALLEST "notify: {webhook: \"https://a/\", webhook_file: b}\n",
	 "songma.yaml:3:47: \"webhook\" and \"webhook_file\" stand together; take one of them "
	 "away"},
	{SMALLEST "language: fr\n",
	 "songma.yaml:3:11: \"language\": found \"fr\", expected one of: vi, en"},
	{SMALLEST "province: 038\n",
	 "songma.yaml:3:11: \"province\": expected two digits in quotes, such as \"38\""},
	{SMALLEST "province: TH\n",
	 "songma.yaml:3:11: \"province\": expected two digits in quotes, such as \"38\""},
	{SMALLEST "prefix: Sông\n", "songma.yaml:3:9: \"prefix\": expected at most 64 of a-z, 0-9 "
				    "and -"},
	{"kafka: {brokers: \"a b\"}\n" REGISTRY,
	 "songma.yaml:1:18: \"brokers\": expected a comma between two brokers"},
	{"kafka: {brokers: \"a:0\"}\n" REGISTRY,
	 "songma.yaml:1:18: \"brokers\": expected host:port, several separated by commas, such as "
	 "127.0.0.1:9092"},
	{"kafka: {brokers: \"PLAINTEXT://a:1\"}\n" REGISTRY,
	 "songma.yaml:1:18: \"brokers\": expected host:port, several separated by commas, such as "
	 "127.0.0.1:9092"},
	{"kafka: {brokers: \"a:1,,b:1\"}\n" REGISTRY,
	 "songma.yaml:1:18: \"brokers\": expected host:port, several separated by commas, such as "
	 "127.0.0.1:9092"},
	{FAR "  tls: off\n" REGISTRY,
	 "songma.yaml:3:8: \"tls: off\" leaves the way to Kafka open to others; it is refused "
	 "unless "
	 "every broker is on this machine (127.0.0.1) or \"insecure: true\" stands beside it"},
	{FAR "  properties: {security.protocol: PLAINTEXT}\n" REGISTRY,
	 "songma.yaml:3:35: \"security.protocol: plaintext\" leaves the way to Kafka open to "
	 "others; "
	 "it is refused unless every broker is on this machine or \"insecure: true\" stands under "
	 "kafka"},
	{FAR "  partitions: 0\n" REGISTRY,
	 "songma.yaml:3:15: \"partitions\": found 0, expected 1 to 1000"},
	{FAR "  properties: [a]\n" REGISTRY,
	 "songma.yaml:3:15: \"properties\": found a list, expected a map of librdkafka properties, "
	 "such as compression.type: zstd"},
	{FAR "  properties: {linger.ms: [1]}\n" REGISTRY,
	 "songma.yaml:3:27: \"linger.ms\": found a list, expected a text"},
	{FAR "  properties: {Linger MS: 1}\n" REGISTRY,
	 "songma.yaml:3:16: this is not the name of a librdkafka property; expected such as "
	 "compression.type"},
	{FAR "  properties: {sasl.password: hunter2}\n" REGISTRY,
	 "songma.yaml:3:31: \"sasl.password\" is secret; put it into a file of its own (chmod 600) "
	 "and write {file: secrets/NAME}, or {env: NAME}"},
	{FAR "  properties: {sasl.password: {}}\n" REGISTRY,
	 "songma.yaml:3:31: \"sasl.password\": expected {file: path} or {env: NAME}"},
	{FAR "  properties: {sasl.password: {env: SONGMA_UNSET}}\n" REGISTRY,
	 "sasl.password: the environment variable SONGMA_UNSET is not set"},
	{KAFKA "registry: {url: 127.0.0.1:8081}\n",
	 "songma.yaml:2:17: \"url\": expected an address that begins with http:// or https://, "
	 "such "
	 "as http://127.0.0.1:8081/apis/ccompat/v7"},
	{KAFKA "registry: {url: \"http://me:hunter2@registry\"}\n",
	 "songma.yaml:2:17: a password stands here; move it to a file of its own (chmod 600) and "
	 "name that file: connection_file: secrets/NAME.dsn"},
	{SMALLEST "warehouse: {password: hunter2}\n",
	 "songma.yaml:3:13: \"password\" does not belong here; write the connection, such as "
	 "host=… "
	 "dbname=… user=… password=…, into a file of its own (chmod 600) and name that file: "
	 "connection_file: secrets/NAME.dsn"},
	{SMALLEST "warehouse: {connection_file: \"host=x Password = hunter2\"}\n",
	 "songma.yaml:3:30: a password stands here; move it to a file of its own (chmod 600) and "
	 "name that file: connection_file: secrets/NAME.dsn"},
	{SMALLEST "warehouse: {connection_file: \"host=x user=hunter2\"}\n",
	 "songma.yaml:3:30: \"connection_file\": expected the path of a file; the connection "
	 "itself "
	 "stands in that file (chmod 600)"},
	{SMALLEST "warehouse: {connection_file: a, connection_env: B}\n",
	 "songma.yaml:3:49: connection_file and connection_env both stand here, expected one of "
	 "them"},
	{SMALLEST "warehouse: {connection_env: \"host=x user=hunter2\"}\n",
	 "songma.yaml:3:29: \"connection_env\": expected the name of an environment variable, such "
	 "as "
	 "HEALTH_DSN; the connection itself does not stand here"},
	{SMALLEST "keys: {pseudonym: x}\n",
	 "songma.yaml:3:8: unknown key \"pseudonym\". Known here: pseudonym_file, "
	 "letter_public_file, letter_secret_file, pull_public_file, pull_secret_file, audit_file"},
};

Test(config, a_mistake_is_named_with_its_place_and_without_any_secret)
{
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct gw_config *config = NULL;
		struct gw_error err = {0};

		put_file("songma.yaml", refused[i].text, 0644);
		cr_expect_eq(gw_config_read(NULL, &config, &err), GW_CONFIG, "%s", refused[i].text);
		cr_expect_str_eq(err.text, refused[i].message, "%s\n got: %s\nwant: %s",
				 refused[i].text, err.text, refused[i].message);
		cr_expect_null(strstr(err.text, "hunter2"));
		gw_config_free(config);
	}
}

static const char *const promised[] = {
	"bootstrap.servers",
	"metadata.broker.list",
	"transactional.id",
	"transaction.timeout.ms",
	"enable.idempotence",
	"enable.gapless.guarantee",
	"acks",
	"request.required.acks",
	"max.in.flight",
	"max.in.flight.requests.per.connection",
	"retries",
	"message.send.max.retries",
	"delivery.timeout.ms",
	"message.timeout.ms",
	"queuing.strategy",
	"partitioner",
	"isolation.level",
	"enable.auto.commit",
	"auto.commit.enable",
	"auto.commit.interval.ms",
	"enable.auto.offset.store",
	"offset.store.method",
	"auto.offset.reset",
	"enable.partition.eof",
	"group.id",
	"group.instance.id",
	"partition.assignment.strategy",
	"topic.blacklist",
	"allow.auto.create.topics",
	"plugin.library.paths",
	"delivery.report.only.error",
	"test.mock.num.brokers",
};

Test(config, properties_that_the_promises_rest_on_are_refused_with_the_reason)
{
	for (size_t i = 0; i < COUNT(promised); i++) {
		struct gw_config *config = NULL;
		struct gw_error err = {0};
		char text[300], start[100];

		snprintf(text, sizeof text, FAR "  properties: {%s: x}\n" REGISTRY, promised[i]);
		snprintf(start, sizeof start,
			 "songma.yaml:3:16: \"%s\" can't be set here: ", promised[i]);
		put_file("songma.yaml", text, 0644);
		cr_expect_eq(gw_config_read(NULL, &config, &err), GW_CONFIG, "%s", promised[i]);
		cr_expect_eq(strncmp(err.text, start, strlen(start)), 0, "%s", err.text);
		cr_expect_gt(strlen(err.text), strlen(start) + 10, "no reason: %s", err.text);
	}
}

Test(config, what_weakens_tls_is_accepted_where_nobody_listens_or_where_it_is_wished)
{
	static const char *const accepted[] = {
		"kafka: {brokers: \"127.0.0.1:9092,[::1]:9092\", tls: off}\n" REGISTRY,
		"kafka: {brokers: \"kafka.example:9092\", tls: off, insecure: true}\n" REGISTRY,
		"kafka: {brokers: localhost, properties: {security.protocol: "
		"sasl_plaintext}}\n" REGISTRY,
		"kafka: {brokers: a.example, insecure: true, properties: "
		"{enable.ssl.certificate.verification: false}}\n" REGISTRY,
		FAR "  properties: {security.protocol: sasl_ssl}\n" REGISTRY,
	};

	for (size_t i = 0; i < COUNT(accepted); i++)
		gw_config_free(read_ok(accepted[i]));
}

Test(config, loopback_is_told_from_the_network)
{
	static const struct {
		const char *brokers;
		bool loopback;
	} cases[] = {
		{"127.0.0.1:9092", true},
		{"127.0.0.1", true},
		{"127.8.9.1:1", true},
		{"localhost:9092", true},
		{"LOCALHOST", true},
		{"[::1]:9092", true},
		{"[::1]", true},
		{"::1", true},
		{"127.0.0.1:9092, localhost:9093 ,[::1]:9094", true},
		{"127.0.0.1:9092,kafka:9092", false},
		{"kafka:9092,127.0.0.1:9092", false},
		{"10.0.0.1:9092", false},
		{"127.0.0.1.example.vn:9092", false},
		{"localhost.example.vn:9092", false},
		{"127.0.0.1 kafka:9092", false},
		{"[::2]:9092", false},
		{"[::1", false},
		{"[::1]x:9092", false},
		{"::1:9092", false},
		{"PLAINTEXT://127.0.0.1:9092", false},
		{"127.0.0.1:9092,", false},
		{"", false},
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		cr_expect_eq(gw_config_loopback(cases[i].brokers), cases[i].loopback, "\"%s\"",
			     cases[i].brokers);
}

Test(config, a_secret_comes_from_a_file_or_the_environment)
{
	struct gw_error err = {0};
	struct gw_buf out;

	gw_buf_init(&out, 40);
	put_file("w.dsn", "host=x password=hunter2\n", 0600);
	cr_assert_eq(gw_config_secret(in_folder("w.dsn"), NULL, "warehouse connection", &out, &err),
		     GW_OK, "%s", err.text);
	cr_assert_str_eq(out.data, "host=x password=hunter2");
	cr_assert_eq(chmod("w.dsn", 0640), 0);
	cr_assert_eq(gw_config_secret(in_folder("w.dsn"), NULL, "warehouse connection", &out, &err),
		     GW_CONFIG);
	cr_assert_str_eq(err.text,
			 "warehouse connection: w.dsn: holds a secret but others may read "
			 "it (mode 640); run: chmod 600 w.dsn");
	cr_assert_eq(gw_config_secret(NULL, NULL, "warehouse connection", &out, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, "warehouse connection: the configuration names neither "
				   "connection_file nor connection_env");
	unsetenv("SONGMA_TEST_DSN");
	cr_assert_eq(gw_config_secret(NULL, "SONGMA_TEST_DSN", "x", &out, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, "x: the environment variable SONGMA_TEST_DSN is not set");
	setenv("SONGMA_TEST_DSN", "", 1);
	cr_assert_eq(gw_config_secret(NULL, "SONGMA_TEST_DSN", "x", &out, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, "x: SONGMA_TEST_DSN is empty");
	setenv("SONGMA_TEST_DSN", "hunter2 hunter2 hunter2 hunter2 hunter2 hunter2", 1);
	cr_assert_eq(gw_config_secret(NULL, "SONGMA_TEST_DSN", "x", &out, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, "x: the environment variable SONGMA_TEST_DSN is too long");
	setenv("SONGMA_TEST_DSN", "host=y", 1);
	cr_assert_eq(gw_config_secret(NULL, "SONGMA_TEST_DSN", "x", &out, &err), GW_OK);
	cr_assert_str_eq(out.data, "host=y", "what was there before is gone");
	gw_buf_release(&out);
}

Test(config, a_key_has_its_length_and_never_shows)
{
	unsigned char key[4] = {9, 9, 9, 9};
	struct gw_error err = {0};

	put_file("k", "00ff10Ab\n", 0600);
	cr_assert_eq(gw_config_key(in_folder("k"), "key", key, sizeof key, &err), GW_OK, "%s",
		     err.text);
	cr_assert_arr_eq(key, "\x00\xff\x10\xab", 4);
	put_file("k", "00ff10abcd\n", 0600);
	cr_assert_eq(gw_config_key(in_folder("k"), "key", key, sizeof key, &err), GW_CONFIG);
	cr_assert_str_eq(err.text,
			 "key: k: found 10 characters, expected 8 hex digits; songma init "
			 "makes such keys");
	put_file("k", "hunter2x", 0600);
	cr_assert_eq(gw_config_key(in_folder("k"), "key", key, sizeof key, &err), GW_CONFIG);
	cr_assert_null(strstr(err.text, "hunter2"));
	put_file("k", "00ff10ab", 0644);
	cr_assert_eq(gw_config_key(in_folder("k"), "key", key, sizeof key, &err), GW_CONFIG);
	cr_assert_eq(gw_config_public_key(in_folder("k"), "key", key, sizeof key, &err), GW_OK);
	cr_assert_eq(gw_config_key("nowhere", "pseudonym key", key, sizeof key, &err), GW_CONFIG);
	cr_assert_str_eq(err.text, "pseudonym key: nowhere: cannot be opened: No such file or "
				   "directory");
	cr_assert_eq(gw_config_key(NULL, "key", key, sizeof key, &err), GW_CONFIG);
}
