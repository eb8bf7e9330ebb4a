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

static json_t *
paused_new(const struct gw_event *event)
{
	return event->paused_us == 0 ? json_null() : gw_json_time_new(event->paused_us);
}

enum gw_status
gw_event_encode(const struct gw_event *event, struct gw_buf *out, struct gw_error *err)
{
	return gw_json_write(
		json_pack(
			"{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:i, s:i, s:s?, s:s, s:s, s:s?, s:o, "
			"s:s?, s:I, s:I}",
			"format", FORMAT, "kind", kinds[event->kind], "source", event->source,
			"stream", event->stream, "topic", event->topic, "at",
			gw_json_time_new(event->at_us), "run", gw_json_run_new(&event->run),
			"partitions", event->partitions, "schema_id", (int)event->schema_id,
			"schema", event->schema_text, "pseudonym_key", event->pseudonym_key_id,
			"identity", event->identity, "notice", event->notice, "paused",
			paused_new(event), "why", event->paused_us == 0 ? NULL : event->why,
			"pause_at", (json_int_t)event->pause_at, "at_least",
			(json_int_t)event->at_least),
		out, err);
}

enum gw_status
gw_event_warnings(const struct gw_event *event, struct gw_buf *out, struct gw_error *err)
{
	return event->run.nwarnings == 0
		       ? GW_OK
		       : gw_json_write(gw_json_warnings_new(&event->run), out, err);
}

static bool
read_kind(const json_t *root, enum gw_event_kind *out)
{
	size_t kind;

	if (!gw_json_word(root, "kind", kinds, sizeof kinds / sizeof kinds[0], &kind))
		return false;
	*out = (enum gw_event_kind)kind;
	return true;
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

/* An event of before tells nothing of it. */
static bool
read_pause(const json_t *root, struct gw_arena *arena, struct gw_event *out)
{
	const json_t *paused = json_object_get(root, "paused");

	out->pause_at = out->at_least = -1;
	if (paused == NULL)
		return true;
	if (!json_is_null(paused) && !gw_json_time(root, "paused", &out->paused_us))
		return false;
	return gw_json_optional(root, "why", arena, &out->why) &&
	       gw_json_i64(root, "pause_at", -1, &out->pause_at) &&
	       gw_json_i64(root, "at_least", -1, &out->at_least);
}

static bool
read_root(const json_t *root, struct gw_arena *arena, struct gw_event *out)
{
	char format[16];

	return gw_json_text(root, "format", format, sizeof format) && strcmp(format, FORMAT) == 0 &&
	       read_kind(root, &out->kind) && read_names(root, out) &&
	       gw_json_time(root, "at", &out->at_us) && gw_json_run(root, "run", &out->run) &&
	       read_numbers(root, out) &&
	       gw_json_optional(root, "schema", arena, &out->schema_text) &&
	       gw_json_optional(root, "notice", arena, &out->notice) &&
	       read_pause(root, arena, out);
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
