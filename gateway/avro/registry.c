#include "avro/registry.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "avro/codec.h"
#include "avro/http.h"
#include "base/beat.h"
#include "base/buf.h"
#include "base/i18n.h"

enum { CACHE_MAX = 10000, PATH_MAX_BYTES = 2048, SAID_MAX = 400, CALL_US = 30 * 1000000 };

static const char level[] = "BACKWARD_TRANSITIVE";

struct entry {
	int32_t id;
	struct gw_schema *schema;
};

struct gw_registry {
	struct gw_http *http;
	struct entry *cache; /* by id, rising */
	size_t ncache, room;
	const struct entry *last; /* most messages have the schema of the one before */
};

/* One call and its answer. */
struct call {
	const char *method, *subject, *before, *after; /* path: before, subject (escaped), after */
	const json_t *body;                            /* NULL: none */
	long code;
	json_t *answer; /* NULL: no JSON; the caller gives it back */
};

enum gw_status
gw_registry_open(const char *url, struct gw_registry **out, struct gw_error *err)
{
	struct gw_registry *registry = calloc(1, sizeof *registry);
	enum gw_status status;

	if (registry == NULL)
		return gw_fail_memory(err);
	status = gw_http_open(url, &registry->http, err);
	if (status != GW_OK) {
		free(registry);
		return status;
	}
	*out = registry;
	return GW_OK;
}

void
gw_registry_close(struct gw_registry *registry)
{
	if (registry == NULL)
		return;
	for (size_t i = 0; i < registry->ncache; i++)
		gw_schema_free(registry->cache[i].schema);
	free(registry->cache);
	gw_http_close(registry->http);
	free(registry);
}

/* ---- calls ---- */

static bool
make_path(const struct call *call, struct gw_buf *path)
{
	char *subject = call->subject != NULL ? gw_http_escape(call->subject) : NULL;
	bool made = gw_buf_puts(path, call->before);

	if (call->subject != NULL)
		made = made && subject != NULL && gw_buf_puts(path, subject);
	if (call->after != NULL)
		made = made && gw_buf_puts(path, call->after);
	free(subject);
	return made;
}

static enum gw_status
perform(struct gw_registry *registry, struct call *call, struct gw_error *err)
{
	struct gw_http_answer answer = {0};
	char *body = call->body != NULL ? json_dumps(call->body, JSON_COMPACT) : NULL;
	enum gw_at before = gw_beat_at();
	enum gw_status status;
	struct gw_buf path;

	gw_beat_long(GW_AT_REGISTRY, CALL_US);
	gw_buf_init(&path, PATH_MAX_BYTES);
	if (!make_path(call, &path) || (call->body != NULL && body == NULL))
		status = gw_fail_memory(err);
	else
		status = gw_http_call(registry->http, call->method, path.data, body, &answer, err);
	gw_buf_release(&path);
	free(body);
	if (status != GW_OK)
		return status;
	gw_beat(before);
	call->code = answer.code;
	call->answer = json_loadb(answer.body, answer.len, JSON_DECODE_ANY, NULL);
	return GW_OK;
}

/* What the registry says for itself, on one line. */
static void
take_said(const json_t *answer, char said[SAID_MAX])
{
	const char *text = json_string_value(json_object_get(answer, "message"));
	size_t n = 0;

	if (text == NULL || text[0] == '\0')
		text = _("it gives no reason");
	for (; n < SAID_MAX - 1 && text[n] != '\0'; n++) {
		said[n] = text[n];
		if ((unsigned char)text[n] < ' ')
			said[n] = ' ';
	}
	/* Cut off, but not in the middle of a character. */
	if (n == SAID_MAX - 1) {
		while (n > 0 && ((unsigned char)said[n - 1] & 0x80) != 0)
			n--;
	}
	said[n] = '\0';
}

/* A 404 in the registry's own words is an answer; any other is a wrong address. */
static bool
is_missing(const struct call *call)
{
	return call->code == 404 && json_object_get(call->answer, "error_code") != NULL;
}

/* An answer that is no success: away for now, or a refusal. */
static enum gw_status
refused(const struct gw_registry *registry, const struct call *call, struct gw_error *err)
{
	const char *address = gw_http_address(registry->http);
	char said[SAID_MAX];

	take_said(call->answer, said);
	if (call->code >= 500 || call->code == 429 || call->code == 408)
		return gw_fail(err, GW_RETRY,
			       _("the schema registry at %s can't answer now (HTTP %ld): %s"),
			       address, call->code, said);
	if (call->code == 401 || call->code == 403)
		return gw_fail(err, GW_CONFIG,
			       _("the schema registry at %s does not let us in (HTTP %ld): %s"),
			       address, call->code, said);
	if (call->answer == NULL || (call->code == 404 && !is_missing(call)))
		return gw_fail(err, GW_CONFIG,
			       _("what answers at %s is not a schema registry (HTTP %ld); its "
				 "address mostly ends with /apis/ccompat/v7 (Apicurio)"),
			       address, call->code);
	if (call->subject == NULL)
		return gw_fail(err, GW_CONFIG,
			       _("the schema registry at %s refused (HTTP %ld): %s"), address,
			       call->code, said);
	return gw_fail(err, GW_CONFIG, _("the schema registry at %s refused %s (HTTP %ld): %s"),
		       address, call->subject, call->code, said);
}

/* Performs and insists on JSON with code 200. */
static enum gw_status
ask(struct gw_registry *registry, struct call *call, struct gw_error *err)
{
	enum gw_status status = perform(registry, call, err);

	if (status != GW_OK)
		return status;
	return call->code == 200 && call->answer != NULL ? GW_OK : refused(registry, call, err);
}

static enum gw_status
unexpected(const struct gw_registry *registry, struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG,
		       _("what answers at %s does not answer as a schema registry does"),
		       gw_http_address(registry->http));
}

enum gw_status
gw_registry_ping(struct gw_registry *registry, struct gw_error *err)
{
	struct call call = {.method = "GET", .before = "/config"};
	enum gw_status status = ask(registry, &call, err);

	if (status == GW_OK && !json_is_string(json_object_get(call.answer, "compatibilityLevel")))
		status = unexpected(registry, err);
	json_decref(call.answer);
	return status;
}

/* ---- cache ---- */

static size_t
cache_place(const struct gw_registry *registry, int32_t id)
{
	size_t low = 0, high = registry->ncache;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (registry->cache[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Takes the schema over when it succeeds. */
static enum gw_status
cache_add(struct gw_registry *registry, int32_t id, struct gw_schema *schema, struct gw_error *err)
{
	size_t at = cache_place(registry, id);
	struct entry *cache = registry->cache;

	if (registry->ncache == CACHE_MAX)
		return gw_fail(err, GW_FATAL, _("more than %d schemas are in use at once"),
			       CACHE_MAX);
	if (registry->ncache == registry->room) {
		size_t room = registry->room == 0 ? 16 : 2 * registry->room;

		cache = realloc(registry->cache, room * sizeof *cache);
		if (cache == NULL)
			return gw_fail_memory(err);
		registry->cache = cache;
		registry->room = room;
	}
	memmove(cache + at + 1, cache + at, (registry->ncache - at) * sizeof *cache);
	cache[at] = (struct entry){.id = id, .schema = schema};
	registry->ncache++;
	registry->last = NULL;
	return GW_OK;
}

static enum gw_status
parse_answer(const struct gw_registry *registry, const struct call *call, const char *origin,
	     struct gw_schema **out, struct gw_error *err)
{
	const json_t *text = json_object_get(call->answer, "schema");
	const char *type = json_string_value(json_object_get(call->answer, "schemaType"));

	if (!json_is_string(text))
		return unexpected(registry, err);
	if (type != NULL && strcmp(type, "AVRO") != 0)
		return gw_fail(err, GW_CONFIG, _("schema %s: it is of the type %s, not AVRO"),
			       origin, type);
	return gw_schema_parse(origin, json_string_value(text), json_string_length(text), false,
			       out, err);
}

static enum gw_status
fetch(struct gw_registry *registry, int32_t id, struct gw_schema **out, struct gw_error *err)
{
	struct call call = {.method = "GET", .before = "/schemas/ids/"};
	char number[16], origin[64];
	enum gw_status status;

	(void)snprintf(number, sizeof number, "%d", id);
	(void)snprintf(origin, sizeof origin, _("number %d of the registry"), id);
	call.after = number;
	status = perform(registry, &call, err);
	if (status == GW_OK && is_missing(&call))
		status = gw_fail(err, GW_REJECT,
				 _("the schema registry at %s has no schema number %d"),
				 gw_http_address(registry->http), id);
	else if (status == GW_OK && (call.code != 200 || call.answer == NULL))
		status = refused(registry, &call, err);
	if (status == GW_OK)
		status = parse_answer(registry, &call, origin, out, err);
	json_decref(call.answer);
	return status;
}

/* Makes the schema of this id the last one used. */
static enum gw_status
use(struct gw_registry *registry, int32_t id, struct gw_error *err)
{
	size_t at = cache_place(registry, id);
	struct gw_schema *schema = NULL;
	enum gw_status status = GW_OK;

	if (at == registry->ncache || registry->cache[at].id != id) {
		status = fetch(registry, id, &schema, err);
		if (status == GW_OK)
			status = cache_add(registry, id, schema, err);
	}
	if (status != GW_OK) {
		gw_schema_free(schema);
		return status;
	}
	registry->last = &registry->cache[at];
	return GW_OK;
}

enum gw_status
gw_registry_schema(struct gw_registry *registry, int32_t id, const struct gw_schema **out,
		   struct gw_error *err)
{
	if ((registry->last == NULL || registry->last->id != id) && use(registry, id, err) != GW_OK)
		return err->status;
	*out = registry->last->schema;
	return GW_OK;
}

/* ---- subjects ---- */

/* Sees that the subject takes only what can read all of its versions. */
static enum gw_status
ensure_level(struct gw_registry *registry, const char *subject, struct gw_error *err)
{
	struct call get = {.method = "GET", .before = "/config/", .subject = subject};
	struct call put = {.method = "PUT", .before = "/config/", .subject = subject};
	enum gw_status status = perform(registry, &get, err);
	const char *now = json_string_value(json_object_get(get.answer, "compatibilityLevel"));
	bool right = get.code == 200 && now != NULL && strcmp(now, level) == 0;
	json_t *body = NULL;

	if (status == GW_OK && get.code != 200 && !is_missing(&get))
		status = refused(registry, &get, err);
	json_decref(get.answer);
	if (status != GW_OK || right)
		return status;
	body = json_pack("{s:s}", "compatibility", level);
	put.body = body;
	status = body != NULL ? ask(registry, &put, err) : gw_fail_memory(err);
	json_decref(put.answer);
	json_decref(body);
	return status;
}

static json_t *
pack_schema(const struct gw_schema *schema)
{
	return json_pack("{s:s,s:s%}", "schemaType", "AVRO", "schema", schema->text,
			 schema->text_len);
}

/* Asks the registry; *compatible is its word, for a subject that has versions. */
static enum gw_status
ask_compatible(struct gw_registry *registry, const char *subject, const struct gw_schema *schema,
	       bool *compatible, struct gw_error *err)
{
	struct call call = {.method = "POST",
			    .before = "/compatibility/subjects/",
			    .subject = subject,
			    .after = "/versions"};
	json_t *body = pack_schema(schema);
	enum gw_status status;

	call.body = body;
	status = body != NULL ? perform(registry, &call, err) : gw_fail_memory(err);
	if (status == GW_OK && !is_missing(&call) && (call.code != 200 || call.answer == NULL))
		status = refused(registry, &call, err);
	*compatible =
		is_missing(&call) || json_is_true(json_object_get(call.answer, "is_compatible"));
	json_decref(call.answer);
	json_decref(body);
	return status;
}

/* Can our schema read what was written with this version?  We say which field can't, and why. */
static enum gw_status
check_version(struct gw_registry *registry, const char *subject, const struct gw_schema *schema,
	      json_int_t version, struct gw_error *err)
{
	struct call call = {.method = "GET", .before = "/subjects/", .subject = subject};
	struct gw_schema *old = NULL;
	struct gw_decoder *decoder = NULL;
	char after[48], origin[64];
	enum gw_status status;

	(void)snprintf(after, sizeof after, "/versions/%d", (int)version);
	(void)snprintf(origin, sizeof origin, _("version %d in the registry"), (int)version);
	call.after = after;
	status = ask(registry, &call, err);
	if (status == GW_OK)
		status = parse_answer(registry, &call, origin, &old, err);
	json_decref(call.answer);
	if (status == GW_OK) {
		status = gw_decoder_make(old, schema, &decoder, err);
		if (status == GW_CONFIG)
			(void)gw_wrap(err, _("%s: our schema can't read records of version %d"),
				      subject, (int)version);
	}
	gw_decoder_free(decoder);
	gw_schema_free(old);
	return status;
}

/* Newest first, so that the version a person knows best is the one that is named. */
static enum gw_status
check_versions(struct gw_registry *registry, const char *subject, const struct gw_schema *schema,
	       struct gw_error *err)
{
	struct call call = {
		.method = "GET", .before = "/subjects/", .subject = subject, .after = "/versions"};
	enum gw_status status = perform(registry, &call, err);

	if (status == GW_OK && !is_missing(&call) &&
	    (call.code != 200 || !json_is_array(call.answer)))
		status = refused(registry, &call, err);
	for (size_t i = json_array_size(call.answer); status == GW_OK && i-- > 0;)
		status = check_version(registry, subject, schema,
				       json_integer_value(json_array_get(call.answer, i)), err);
	json_decref(call.answer);
	return status;
}

enum gw_status
gw_registry_check(struct gw_registry *registry, const char *subject, const struct gw_schema *schema,
		  struct gw_error *err)
{
	bool compatible = false;
	enum gw_status status = ensure_level(registry, subject, err);

	if (status == GW_OK)
		status = ask_compatible(registry, subject, schema, &compatible, err);
	/* Ours is the stricter check, and says which field: decimals, units of time. */
	if (status == GW_OK)
		status = check_versions(registry, subject, schema, err);
	if (status == GW_OK && !compatible)
		return gw_fail(
			err, GW_CONFIG,
			_("%s: the schema registry at %s says that our schema can't read all "
			  "earlier versions (%s); undo the change, or give new fields a "
			  "default"),
			subject, gw_http_address(registry->http), level);
	return status;
}

enum gw_status
gw_registry_register(struct gw_registry *registry, const char *subject,
		     const struct gw_schema *schema, int32_t *id, struct gw_error *err)
{
	struct call call = {
		.method = "POST", .before = "/subjects/", .subject = subject, .after = "/versions"};
	json_t *body = pack_schema(schema);
	json_int_t number = 0;
	enum gw_status status;

	call.body = body;
	status = body != NULL ? ask(registry, &call, err) : gw_fail_memory(err);
	if (status == GW_OK) {
		number = json_integer_value(json_object_get(call.answer, "id"));
		if (number < 1 || number > INT32_MAX)
			status = unexpected(registry, err);
	}
	json_decref(call.answer);
	json_decref(body);
	/* Some registries forget the level of a subject that had no version yet. */
	if (status == GW_OK)
		status = ensure_level(registry, subject, err);
	if (status == GW_OK)
		*id = (int32_t)number;
	return status;
}
