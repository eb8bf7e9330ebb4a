/*
 * Any answers of a schema registry: each call gives what it promises or says
 * why not, in text that a terminal shows.  The first line chooses the calls;
 * each line behind it is an answer, its first byte the HTTP code.
 */
#include "avro/http.h"
#include "avro/registry.h"
#include "schema.h"

/* Stands in for the connection: the linker takes these and not those of the archive. */
static const uint8_t *answers;
static size_t answers_len, ncalls;
static char *answered;

enum gw_status
gw_http_open(const char *url, struct gw_http **out, struct gw_error *err)
{
	(void)url, (void)err;
	*out = NULL;
	return GW_OK;
}

void
gw_http_close(struct gw_http *http)
{
	(void)http;
}

const char *
gw_http_address(const struct gw_http *http)
{
	(void)http;
	return "http://registry";
}

char *
gw_http_escape(const char *text)
{
	return strdup(text);
}

enum gw_status
gw_http_call(struct gw_http *http, const char *method, const char *path, const char *body,
	     struct gw_http_answer *out, struct gw_error *err)
{
	static const long codes[] = {200, 404, 422, 409, 500, 401, 429, 0, 204};
	struct fuzz_part part = fuzz_next(&answers, &answers_len, '\n');

	(void)http;
	require(method != NULL && path[0] == '/' && (body == NULL || body[0] == '{'));
	ncalls++;
	free(answered);
	answered = fuzz_text(part.len > 0 ? part.text + 1 : "", part.len > 0 ? part.len - 1 : 0);
	if (part.len == 0)
		return gw_fail(err, GW_RETRY, "away");
	*out = (struct gw_http_answer){
		.code = codes[(unsigned char)part.text[0] % (sizeof codes / sizeof codes[0])],
		.body = answered,
		.len = strlen(answered),
	};
	return GW_OK;
}

static void
check_answer(enum gw_status status, const struct gw_error *err)
{
	if (status == GW_OK)
		return;
	require(err->status == status);
	require(status == GW_RETRY || status == GW_CONFIG || status == GW_REJECT);
	require_message(err);
}

static void
call(struct gw_registry *registry, const struct gw_schema *ours, char which)
{
	const struct gw_schema *found = NULL, *again = NULL;
	enum gw_status status = GW_OK;
	struct gw_error err;
	int32_t id = -1;
	size_t before;

	switch (which) {
	case 'p':
		status = gw_registry_ping(registry, &err);
		break;
	case 'c':
		status = gw_registry_check(registry, "songma.health.record-value", ours, &err);
		break;
	case 'r':
		status = gw_registry_register(registry, "songma.health.record-value", ours, &id,
					      &err);
		require((status == GW_OK) == (id >= 1));
		break;
	case 's':
		status = gw_registry_schema(registry, 7, &found, &err);
		if (status != GW_OK)
			break;
		before = ncalls; /* an id's schema never changes: it is not asked for again */
		require(gw_registry_schema(registry, 7, &again, &err) == GW_OK);
		require(found == again && ncalls == before && found->nfields < SIZE_MAX);
		break;
	default:
		return;
	}
	check_answer(status, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct gw_schema *ours;
	struct fuzz_part calls = fuzz_next(&data, &size, '\n');
	struct gw_registry *registry = NULL;
	struct gw_error err;

	if (ours == NULL)
		ours = schema_parse(schema_flat);
	answers = data;
	answers_len = size;
	require(gw_registry_open("http://registry", &registry, &err) == GW_OK);
	for (size_t i = 0; i < calls.len && i < 8; i++)
		call(registry, ours, calls.text[i]);
	gw_registry_close(registry);
	free(answered);
	answered = NULL;
	return 0;
}
