#include "kafka/event.h"

#include <string.h>

#include "base/i18n.h"
#include "kafka/json.h"

#define FORMAT "event/1"

enum { TEXT_MAX = 2 * 1024 * 1024 };

static const char *const kinds[] = {
	[GW_EVENT_RUN_STARTED] = "run_started",
	[GW_EVENT_RUN_ENDED] = "run_ended",
};

enum gw_status
gw_event_encode(const struct gw_event *event, struct gw_buf *out, struct gw_error *err)
{
	return gw_json_write(
		json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:i, s:i, s:s?, s:s, s:s, s:s?}",
			  "format", FORMAT, "kind", kinds[event->kind], "source", event->source,
			  "stream", event->stream, "topic", event->topic, "at",
			  gw_json_time_new(event->at_us), "run", gw_json_run_new(&event->run),
			  "partitions", event->partitions, "schema_id", (int)event->schema_id,
			  "schema", event->schema_text, "pseudonym_key", event->pseudonym_key_id,
			  "identity", event->identity, "notice", event->notice),
		out, err);
}

static bool
read_kind(const json_t *root, enum gw_event_kind *out)
{
	char word[16];

	if (!gw_json_text(root, "kind", word, sizeof word))
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (strcmp(word, kinds[i]) == 0) {
			*out = (enum gw_event_kind)i;
			return true;
		}
	return false;
}

/* Text in the arena, or NULL for null; false: another type, or no memory. */
static bool
read_optional(const json_t *root, const char *name, struct gw_arena *arena, const char **out)
{
	const json_t *value = json_object_get(root, name);

	*out = NULL;
	if (json_is_string(value))
		*out = gw_arena_copy(arena, json_string_value(value), json_string_length(value));
	return json_is_null(value) || *out != NULL;
}

static bool
read_numbers(const json_t *root, struct gw_event *out)
{
	int64_t partitions, schema_id;

	if (!gw_json_i64(root, "partitions", 1, &partitions) || partitions > GW_MAX_PARTITIONS ||
	    !gw_json_i64(root, "schema_id", 0, &schema_id) || schema_id > INT32_MAX)
		return false;
	out->partitions = (int)partitions;
	out->schema_id = (int32_t)schema_id;
	return true;
}

static bool
read_names(const json_t *root, struct gw_event *out)
{
	return gw_json_text(root, "source", out->source, sizeof out->source) &&
	       gw_json_text(root, "stream", out->stream, sizeof out->stream) &&
	       gw_json_text(root, "topic", out->topic, sizeof out->topic) &&
	       gw_json_text(root, "pseudonym_key", out->pseudonym_key_id,
			    sizeof out->pseudonym_key_id) &&
	       gw_json_text(root, "identity", out->identity, sizeof out->identity);
}

static bool
read_root(const json_t *root, struct gw_arena *arena, struct gw_event *out)
{
	char format[16];

	return gw_json_text(root, "format", format, sizeof format) && strcmp(format, FORMAT) == 0 &&
	       read_kind(root, &out->kind) && read_names(root, out) &&
	       gw_json_time(root, "at", &out->at_us) && gw_json_run(root, "run", &out->run) &&
	       read_numbers(root, out) && read_optional(root, "schema", arena, &out->schema_text) &&
	       read_optional(root, "notice", arena, &out->notice);
}

enum gw_status
gw_event_decode(const char *text, size_t len, struct gw_arena *arena, struct gw_event *out,
		struct gw_error *err)
{
	struct gw_event event = {.schema_text = NULL};
	json_t *root = gw_json_parse(text, len, TEXT_MAX);
	bool good = read_root(root, arena, &event);

	json_decref(root);
	if (!good)
		return gw_fail(err, GW_REJECT, "%s",
			       _("this is not a run event that this program has written"));
	*out = event;
	return GW_OK;
}
