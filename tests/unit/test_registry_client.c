/*
 * The registry client against a scripted peer: a thread that answers each call
 * with the next canned answer and keeps what it was asked.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "avro/http.h"
#include "avro/registry.h"

enum { ANSWERS_MAX = 12, ASKED_MAX = 4096 };

struct peer {
	const char *const *answers; /* "200 {json}"; NULL-terminated */
	char asked[ANSWERS_MAX][ASKED_MAX];
	int n, listener, port;
	pthread_t thread;
};

static const char schema_text[] =
	"{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"vn.songma.x\",\"fields\":[{\"name\":"
	"\"a\",\"type\":\"long\",\"doc\":\"ghi chú \\\"x\\\"\",\"privacy\":\"public\"}]}";

/* The end of the headers and the length of the body they announce. */
static bool
is_whole(const char *text)
{
	const char *end = strstr(text, "\r\n\r\n");
	const char *length = strcasestr(text, "Content-Length:");

	if (end == NULL)
		return false;
	return length == NULL || length > end ||
	       strlen(end + 4) >= (size_t)strtol(length + 15, NULL, 10);
}

static void
serve_call(struct peer *peer, int fd, const char *answer)
{
	char *asked = peer->asked[peer->n];
	char head[200];
	size_t used = 0;
	ssize_t got;
	int len;

	while (!is_whole(asked) && used < ASKED_MAX - 1 &&
	       (got = read(fd, asked + used, ASKED_MAX - 1 - used)) > 0)
		used += (size_t)got;
	peer->n++;
	len = snprintf(head, sizeof head,
		       "HTTP/1.1 %.3s X\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n",
		       answer, strlen(answer + 4));
	/* The client may hang up in the middle. */
	if (send(fd, head, (size_t)len, MSG_NOSIGNAL) == len)
		(void)send(fd, answer + 4, strlen(answer + 4), MSG_NOSIGNAL);
	close(fd);
}

static void *
run_peer(void *context)
{
	struct peer *peer = context;

	while (peer->answers[peer->n] != NULL) {
		int fd = accept(peer->listener, NULL, NULL);

		if (fd < 0)
			break;
		serve_call(peer, fd, peer->answers[peer->n]);
	}
	return NULL;
}

static struct gw_registry *
open_registry(struct peer *peer, const char *const *answers)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof address;
	struct gw_registry *registry = NULL;
	struct gw_error err;
	char url[100];

	memset(peer, 0, sizeof *peer);
	peer->answers = answers;
	peer->listener = socket(AF_INET, SOCK_STREAM, 0);
	cr_assert_geq(peer->listener, 0);
	cr_assert_eq(bind(peer->listener, (struct sockaddr *)&address, sizeof address), 0);
	cr_assert_eq(getsockname(peer->listener, (struct sockaddr *)&address, &len), 0);
	cr_assert_eq(listen(peer->listener, 8), 0);
	peer->port = ntohs(address.sin_port);
	cr_assert_eq(pthread_create(&peer->thread, NULL, run_peer, peer), 0);
	(void)snprintf(url, sizeof url, "http://an:mat@127.0.0.1:%d/apis/", peer->port);
	cr_assert_eq(gw_registry_open(url, &registry, &err), GW_OK, "%s", err.text);
	return registry;
}

/* All answers were asked for, no more and no fewer. */
static void
close_registry(struct peer *peer, struct gw_registry *registry)
{
	cr_assert_eq(pthread_join(peer->thread, NULL), 0);
	cr_assert_null(peer->answers[peer->n]);
	close(peer->listener);
	gw_registry_close(registry);
}

static struct gw_schema *
our_schema(void)
{
	struct gw_schema *schema = NULL;
	struct gw_error err;

	cr_assert_eq(
		gw_schema_parse("ours", schema_text, sizeof schema_text - 1, true, &schema, &err),
		GW_OK, "%s", err.text);
	return schema;
}

Test(registry_client, takes_http_addresses_only)
{
	static const char *const bad[] = {"",          "127.0.0.1:8081",     "ftp://h/",
					  "file:///x", "http://h/p?query=1", "http://"};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct gw_registry *registry = NULL;
		struct gw_error err;

		cr_assert_eq(gw_registry_open(bad[i], &registry, &err), GW_CONFIG, "%s", bad[i]);
		cr_assert_null(registry);
	}
	gw_registry_close(NULL);
}

Test(registry_client, says_that_the_registry_is_away_and_never_the_password)
{
	struct gw_registry *registry = NULL;
	struct gw_error err;

	/* Port 1 is nobody's. */
	cr_assert_eq(gw_registry_open("http://an:mat@127.0.0.1:1/x/", &registry, &err), GW_OK);
	cr_assert_eq(gw_registry_ping(registry, &err), GW_RETRY);
	cr_assert_not_null(strstr(err.text, "http://127.0.0.1:1/x is away"), "%s", err.text);
	cr_assert_null(strstr(err.text, "mat"), "%s", err.text);
	gw_registry_close(registry);
}

/* What a ping makes of an answer. */
static const struct {
	const char *answer;
	enum gw_status status;
	const char *says;
} ping_cases[] = {
	{"200 {\"compatibilityLevel\":\"NONE\"}", GW_OK, NULL},
	{"200 <html>welcome</html>", GW_CONFIG, "not a schema registry"},
	{"200 {}", GW_CONFIG, "does not answer as"},
	{"404 ", GW_CONFIG, "/apis/ccompat/v7"},
	{"302 ", GW_CONFIG, "HTTP 302"},
	{"401 {\"message\":\"who are you\"}", GW_CONFIG, "does not let us in"},
	{"500 {\"message\":\"the disk\\nis full\"}", GW_RETRY, "the disk is full"},
	{"503 ", GW_RETRY, "HTTP 503"},
	{"429 {}", GW_RETRY, "HTTP 429"},
};

Test(registry_client, knows_an_absent_registry_from_a_wrong_one)
{
	for (size_t i = 0; i < sizeof ping_cases / sizeof ping_cases[0]; i++) {
		const char *const answers[] = {ping_cases[i].answer, NULL};
		struct gw_error err = {0};
		struct peer peer;
		struct gw_registry *registry = open_registry(&peer, answers);

		cr_assert_eq(gw_registry_ping(registry, &err), ping_cases[i].status, "%s: %s",
			     ping_cases[i].answer, err.text);
		if (ping_cases[i].says != NULL)
			cr_assert_not_null(strstr(err.text, ping_cases[i].says), "%s", err.text);
		cr_assert_eq(strncmp(peer.asked[0], "GET /apis/config ", 17), 0);
		close_registry(&peer, registry);
	}
}

Test(registry_client, asks_for_an_id_once)
{
	static const char *const answers[] = {
		"200 "
		"{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\",\\\"fields\\\":"
		"[]}\"}",
		"200 "
		"{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"S\\\",\\\"fields\\\":"
		"[]}\",\"schemaType\":\"AVRO\"}",
		NULL};
	static const int32_t ids[] = {7, 7, 3, 7, 3, 3};
	struct peer peer;
	struct gw_registry *registry = open_registry(&peer, answers);

	for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
		const struct gw_schema *schema = NULL;
		struct gw_error err = {0};

		cr_assert_eq(gw_registry_schema(registry, ids[i], &schema, &err), GW_OK, "%s",
			     err.text);
		cr_assert_str_eq(schema->name, ids[i] == 7 ? "R" : "S");
	}
	cr_assert_eq(strncmp(peer.asked[0], "GET /apis/schemas/ids/7 ", 24), 0);
	close_registry(&peer, registry);
}

static const struct {
	const char *answer;
	enum gw_status status;
	const char *says;
} schema_cases[] = {
	{"404 {\"error_code\":40403,\"message\":\"none\"}", GW_REJECT, "no schema number 7"},
	{"404 ", GW_CONFIG, "not a schema registry"},
	{"200 {\"schema\":\"{\"}", GW_CONFIG, "number 7"},
	{"200 {\"schema\":\"syntax\",\"schemaType\":\"PROTOBUF\"}", GW_CONFIG, "PROTOBUF"},
	{"200 {\"id\":7}", GW_CONFIG, "does not answer"},
	{"500 ", GW_RETRY, "500"},
};

Test(registry_client, rejects_an_id_that_no_schema_has)
{
	for (size_t i = 0; i < sizeof schema_cases / sizeof schema_cases[0]; i++) {
		const char *const answers[] = {schema_cases[i].answer, NULL};
		const struct gw_schema *schema = NULL;
		struct gw_error err = {0};
		struct peer peer;
		struct gw_registry *registry = open_registry(&peer, answers);

		cr_assert_eq(gw_registry_schema(registry, 7, &schema, &err), schema_cases[i].status,
			     "%s: %s", schema_cases[i].answer, err.text);
		cr_assert_not_null(strstr(err.text, schema_cases[i].says), "%s", err.text);
		cr_assert_null(schema);
		close_registry(&peer, registry);
	}
}

Test(registry_client, registers_the_original_text)
{
	static const char *const answers[] = {
		"200 {\"id\":41}", "200 {\"compatibilityLevel\":\"BACKWARD_TRANSITIVE\"}", NULL};
	struct gw_schema *schema = our_schema();
	struct gw_error err = {0};
	struct peer peer;
	struct gw_registry *registry = open_registry(&peer, answers);
	int32_t id = 0;

	cr_assert_eq(gw_registry_register(registry, "a.b c-value", schema, &id, &err), GW_OK, "%s",
		     err.text);
	cr_assert_eq(id, 41);
	cr_assert_eq(strncmp(peer.asked[0], "POST /apis/subjects/a.b%20c-value/versions ", 43), 0);
	cr_assert_not_null(strstr(peer.asked[0], "ghi chú \\\\\\\"x\\\\\\\""), "%s", peer.asked[0]);
	cr_assert_not_null(strstr(peer.asked[0], "\"schemaType\":\"AVRO\""));
	close_registry(&peer, registry);
	gw_schema_free(schema);
}

/* The calls of a check, and what comes of them. */
static const struct {
	const char *answers[ANSWERS_MAX];
	enum gw_status status;
	const char *says;
} check_cases[] = {
	{{"404 {\"error_code\":40401}", "200 {\"compatibility\":\"BACKWARD_TRANSITIVE\"}",
	  "404 {\"error_code\":40401}", "404 {\"error_code\":40401}", NULL},
	 GW_OK,
	 NULL},
	{{"200 {\"compatibilityLevel\":\"NONE\"}", "200 {}", "200 {\"is_compatible\":true}",
	  "200 []", NULL},
	 GW_OK,
	 NULL},
	{{"200 {\"compatibilityLevel\":\"BACKWARD_TRANSITIVE\"}", "200 {\"is_compatible\":true}",
	  "200 [1]",
	  "200 {\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\",\\\"fields\\\":"
	  "[{\\\"name\\\":\\\"a\\\",\\\"type\\\":\\\"int\\\"}]}\"}",
	  NULL},
	 GW_OK,
	 NULL},
	{{"200 {\"compatibilityLevel\":\"BACKWARD_TRANSITIVE\"}", "200 {\"is_compatible\":false}",
	  "200 [1,2]",
	  "200 {\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"R\\\",\\\"fields\\\":"
	  "[{\\\"name\\\":\\\"b\\\",\\\"type\\\":\\\"int\\\"}]}\"}",
	  NULL},
	 GW_CONFIG,
	 "s-value: our schema can't read records of version 2: field a: "},
	{{"200 {\"compatibilityLevel\":\"BACKWARD_TRANSITIVE\"}", "200 {\"is_compatible\":false}",
	  "200 []", NULL},
	 GW_CONFIG,
	 "BACKWARD_TRANSITIVE"},
	{{"200 {\"compatibilityLevel\":\"BACKWARD_TRANSITIVE\"}",
	  "422 {\"error_code\":42201,\"message\":\"bad Avro\"}", NULL},
	 GW_CONFIG,
	 "refused s-value (HTTP 422): bad Avro"},
	{{"200 {\"compatibilityLevel\":\"NONE\"}", "403 {\"message\":\"read only\"}", NULL},
	 GW_CONFIG,
	 "read only"},
	{{"503 ", NULL}, GW_RETRY, "503"},
};

Test(registry_client, sees_that_all_versions_can_be_read)
{
	for (size_t i = 0; i < sizeof check_cases / sizeof check_cases[0]; i++) {
		struct gw_schema *schema = our_schema();
		struct gw_error err = {0};
		struct peer peer;
		struct gw_registry *registry = open_registry(&peer, check_cases[i].answers);

		cr_assert_eq(gw_registry_check(registry, "s-value", schema, &err),
			     check_cases[i].status, "case %zu: %s", i, err.text);
		if (check_cases[i].says != NULL)
			cr_assert_not_null(strstr(err.text, check_cases[i].says), "case %zu: %s", i,
					   err.text);
		cr_assert_eq(strncmp(peer.asked[0], "GET /apis/config/s-value ", 25), 0);
		close_registry(&peer, registry);
		gw_schema_free(schema);
	}
}

Test(registry_client, sets_the_level_of_a_subject_that_has_another)
{
	struct gw_schema *schema = our_schema();
	struct gw_error err = {0};
	struct peer peer;
	struct gw_registry *registry = open_registry(&peer, check_cases[1].answers);

	cr_assert_eq(gw_registry_check(registry, "s-value", schema, &err), GW_OK, "%s", err.text);
	cr_assert_eq(strncmp(peer.asked[1], "PUT /apis/config/s-value ", 25), 0);
	cr_assert_not_null(strstr(peer.asked[1], "{\"compatibility\":\"BACKWARD_TRANSITIVE\"}"));
	cr_assert_eq(
		strncmp(peer.asked[2], "POST /apis/compatibility/subjects/s-value/versions ", 51),
		0);
	close_registry(&peer, registry);
	gw_schema_free(schema);
}

Test(registry_client, refuses_an_answer_without_end)
{
	size_t size = ((size_t)5 << 20) + 5;
	char *answer = malloc(size);
	const char *const answers[] = {answer, NULL};
	struct gw_registry *registry;
	struct gw_error err = {0};
	struct peer peer;

	cr_assert_not_null(answer);
	memset(answer, ' ', size);
	memcpy(answer, "200 ", 4);
	answer[size - 1] = '\0';
	registry = open_registry(&peer, answers);
	cr_assert_eq(gw_registry_ping(registry, &err), GW_CONFIG, "%s", err.text);
	cr_assert_not_null(strstr(err.text, "4194304 bytes"), "%s", err.text);
	close_registry(&peer, registry);
	free(answer);
}

Test(registry_client, escapes_what_a_path_can_not_hold)
{
	char *escaped = gw_http_escape("a.b-c_d~e/ ?%ữ");

	cr_assert_str_eq(escaped, "a.b-c_d~e%2F%20%3F%25%E1%BB%AF");
	free(escaped);
}
