#include "kafka/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

json_t *
gw_json_parse(const char *text, size_t len, size_t max)
{
	json_t *root = NULL;

	if (text != NULL && len <= max)
		root = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(root))
		return root;
	json_decref(root);
	return NULL;
}

enum gw_status
gw_json_write(json_t *object, struct gw_buf *out, struct gw_error *err)
{
	char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
	enum gw_status status = GW_OK;

	if (text == NULL || !gw_buf_puts(out, text))
		status = gw_fail_memory(err);
	free(text);
	json_decref(object);
	return status;
}

bool
gw_json_text(const json_t *object, const char *name, char *out, size_t size)
{
	const json_t *value = json_object_get(object, name);
	size_t len = json_string_length(value);

	if (!json_is_string(value) || len >= size)
		return false;
	memcpy(out, json_string_value(value), len + 1);
	return true;
}

bool
gw_json_i64(const json_t *object, const char *name, int64_t min, int64_t *out)
{
	const json_t *value = json_object_get(object, name);

	if (!json_is_integer(value) || json_integer_value(value) < min)
		return false;
	*out = json_integer_value(value);
	return true;
}

bool
gw_json_bool(const json_t *object, const char *name, bool *out)
{
	const json_t *value = json_object_get(object, name);

	*out = json_is_true(value);
	return json_is_boolean(value);
}

bool
gw_json_word(const json_t *object, const char *name, const char *const *words, size_t count,
	     size_t *out)
{
	char word[16];

	if (!gw_json_text(object, name, word, sizeof word))
		return false;
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, words[i]) == 0) {
			*out = i;
			return true;
		}
	return false;
}

bool
gw_json_copy(const json_t *value, struct gw_arena *arena, const char **out)
{
	*out = NULL;
	if (json_is_string(value))
		*out = gw_arena_copy(arena, json_string_value(value), json_string_length(value));
	return *out != NULL || json_is_null(value);
}

bool
gw_json_optional(const json_t *object, const char *name, struct gw_arena *arena, const char **out)
{
	return gw_json_copy(json_object_get(object, name), arena, out);
}

bool
gw_json_time(const json_t *object, const char *name, int64_t *out_us)
{
	const json_t *value = json_object_get(object, name);

	return json_is_string(value) &&
	       gw_timestamp_parse(json_string_value(value), json_string_length(value), out_us);
}

json_t *
gw_json_time_new(int64_t us)
{
	char text[GW_TIME_TEXT];

	gw_timestamp_format(us, text);
	return json_string(text);
}

/* Partitions after the last one with an offset are left out. */
static json_t *
ends_new(const struct gw_run *run)
{
	json_t *ends = json_array();
	size_t count = GW_MAX_PARTITIONS;

	while (count > 0 && run->ends[count - 1] < 0)
		count--;
	for (size_t i = 0; i < count; i++)
		if (json_array_append_new(ends, json_integer(run->ends[i])) != 0) {
			json_decref(ends);
			return NULL;
		}
	return ends;
}

json_t *
gw_json_warnings_new(const struct gw_run *run)
{
	json_t *list = json_array();

	for (size_t i = 0; i < run->nwarnings; i++) {
		const struct gw_run_warning *warning = &run->warnings[i];

		if (json_array_append_new(list, json_pack("{s:s, s:s, s:I}", "column",
							  warning->column, "code", warning->code,
							  "rows", (json_int_t)warning->rows)) !=
		    0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

json_t *
gw_json_run_new(const struct gw_run *run)
{
	char id[GW_UUID_TEXT];

	gw_uuid_format(run->id, id);
	return json_pack("{s:b, s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:I}",
			 "open", (int)run->open, "id", id, "started",
			 gw_json_time_new(run->started_us), "read", (json_int_t)run->counts.read,
			 "produced", (json_int_t)run->counts.produced, "resent",
			 (json_int_t)run->counts.resent, "deleted", (json_int_t)run->counts.deleted,
			 "dead", (json_int_t)run->counts.dead, "discarded",
			 (json_int_t)run->counts.discarded, "warned",
			 (json_int_t)run->counts.warned, "warnings", gw_json_warnings_new(run),
			 "ends", ends_new(run), "letter_end", (json_int_t)run->letter_end);
}

static bool
read_ends(const json_t *object, struct gw_run *run)
{
	const json_t *ends = json_object_get(object, "ends");
	size_t count = json_array_size(ends);

	if (!json_is_array(ends) || count > GW_MAX_PARTITIONS)
		return false;
	for (size_t i = 0; i < GW_MAX_PARTITIONS; i++) {
		const json_t *end = i < count ? json_array_get(ends, i) : NULL;

		if (i < count && (!json_is_integer(end) || json_integer_value(end) < -1))
			return false;
		run->ends[i] = end == NULL ? -1 : json_integer_value(end);
	}
	return gw_json_i64(object, "letter_end", -1, &run->letter_end);
}

/* A run of before tells of no discarded values. */
static bool
read_counts(const json_t *object, struct gw_counts *out)
{
	if (json_object_get(object, "discarded") != NULL &&
	    !gw_json_i64(object, "discarded", 0, &out->discarded))
		return false;
	return gw_json_i64(object, "read", 0, &out->read) &&
	       gw_json_i64(object, "produced", 0, &out->produced) &&
	       gw_json_i64(object, "resent", 0, &out->resent) &&
	       gw_json_i64(object, "deleted", 0, &out->deleted) &&
	       gw_json_i64(object, "dead", 0, &out->dead);
}

/* A run of before tells of no warnings. */
static bool
read_warnings(const json_t *object, struct gw_run *run)
{
	const json_t *list = json_object_get(object, "warnings");
	size_t count = json_array_size(list);

	if (list == NULL)
		return true;
	if (!json_is_array(list) || count > GW_RUN_WARNINGS ||
	    !gw_json_i64(object, "warned", 0, &run->counts.warned))
		return false;
	for (size_t i = 0; i < count; i++) {
		const json_t *item = json_array_get(list, i);
		struct gw_run_warning *warning = &run->warnings[i];

		if (!gw_json_text(item, "column", warning->column, sizeof warning->column) ||
		    !gw_json_text(item, "code", warning->code, sizeof warning->code) ||
		    !gw_json_i64(item, "rows", 0, &warning->rows))
			return false;
	}
	run->nwarnings = count;
	return true;
}

bool
gw_json_run(const json_t *object, const char *name, struct gw_run *out)
{
	const json_t *value = json_object_get(object, name);
	const json_t *open = json_object_get(value, "open");
	char id[GW_UUID_TEXT];
	struct gw_run run = {.open = json_is_true(open)};

	if (!json_is_boolean(open) || !gw_json_text(value, "id", id, sizeof id) ||
	    !gw_uuid_parse(id, run.id) || !gw_json_time(value, "started", &run.started_us) ||
	    !read_counts(value, &run.counts) || !read_warnings(value, &run) ||
	    !read_ends(value, &run))
		return false;
	*out = run;
	return true;
}
