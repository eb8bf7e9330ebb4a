#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "explain/story.h"

static const char *const standings[] = {
	[GW_STANDING_UNKNOWN] = "unknown",   [GW_STANDING_IN_STEP] = "in_step",
	[GW_STANDING_WAITS] = "waits",       [GW_STANDING_DIFFERS] = "differs",
	[GW_STANDING_REJECTED] = "rejected", [GW_STANDING_DELETED] = "deleted",
	[GW_STANDING_LEFT] = "left",         [GW_STANDING_NEVER] = "never",
};

static const char *const aheads[] = {
	[GW_AHEAD_UNKNOWN] = "unknown",
	[GW_AHEAD_NO] = "no",
	[GW_AHEAD_YES] = "yes",
};

static json_t *
text_or_null(const char *text)
{
	return text == NULL || text[0] == '\0' ? json_null() : json_string(text);
}

static json_t *
time_or_null(int64_t us)
{
	char text[GW_TIME_TEXT];

	if (us == 0)
		return json_null();
	gw_timestamp_format(us, text);
	return json_string(text);
}

static json_t *
number_or_null(int64_t n)
{
	return n == 0 ? json_null() : json_integer(n);
}

/* Appends, and drops the list where it can't (NULL: no memory). */
static bool
append(json_t **list, json_t *item)
{
	if (*list != NULL && json_array_append_new(*list, item) == 0)
		return true;
	json_decref(*list);
	*list = NULL;
	return false;
}

static json_t *
source_object(const struct gw_story *story)
{
	const struct gw_look *look = &story->look;
	json_t *corrected = json_array();

	if (!story->looked) {
		json_decref(corrected);
		return json_pack("{s:b, s:o}", "asked", 0, "why", text_or_null(story->silent));
	}
	for (size_t i = 0; i < look->ncorrected; i++)
		if (!append(&corrected, json_string(look->corrected[i])))
			return NULL;
	return json_pack("{s:b, s:b, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "asked", 1, "there",
			 (int)look->there, "ahead", aheads[look->ahead], "read",
			 time_or_null(look->read_us), "position", time_or_null(look->position_us),
			 "column", text_or_null(look->column), "rule", text_or_null(look->rule),
			 "code", text_or_null(look->code), "reason", text_or_null(look->reason),
			 "corrected", corrected);
}

static json_t *
fixes_array(const struct gw_explained *found)
{
	json_t *list = json_array();

	for (size_t i = 0; i < found->nfixes; i++)
		if (!append(&list, json_pack("{s:o, s:s, s:s, s:s}", "at",
					     time_or_null(found->fixes[i].at_us), "by",
					     found->fixes[i].by, "column", found->fixes[i].column,
					     "reason", found->fixes[i].reason)))
			return NULL;
	return list;
}

static json_t *
letters_array(const struct gw_explained *found)
{
	json_t *list = json_array();

	for (size_t i = 0; i < found->nshown; i++) {
		const struct gw_explain_letter *letter = &found->letters[i];

		if (!append(&list,
			    json_pack(
				    "{s:I, s:o, s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:o, s:o, s:o, "
				    "s:o, s:s, s:I, s:I}",
				    "id", (json_int_t)letter->id, "at", time_or_null(letter->at_us),
				    "stage", letter->stage, "column", text_or_null(letter->column),
				    "rule", text_or_null(letter->rule), "code",
				    text_or_null(letter->code), "reason",
				    text_or_null(letter->reason), "state", letter->state,
				    "state_at", time_or_null(letter->changed_us), "state_by",
				    text_or_null(letter->by), "state_why",
				    text_or_null(letter->why), "version",
				    number_or_null(letter->version), "resolved_version",
				    number_or_null(letter->resolved_version), "topic",
				    letter->topic, "partition", (json_int_t)letter->partition,
				    "offset", (json_int_t)letter->offset)))
			return NULL;
	}
	return list;
}

static json_t *
kafka_object(const struct gw_story *story)
{
	const struct gw_explained *found = story->found;

	return json_pack("{s:b, s:b, s:o, s:o, s:o, s:o}", "searched", (int)found->looked, "found",
			 (int)found->found, "topic", text_or_null(found->topic), "partition",
			 found->found ? json_integer(found->partition) : json_null(), "offset",
			 found->found ? json_integer(found->offset) : json_null(), "written",
			 time_or_null(found->record_us));
}

static json_t *
warehouse_object(const struct gw_explained *found)
{
	return json_pack("{s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I}", "row", (int)found->row,
			 "table", text_or_null(found->entity), "version",
			 number_or_null(found->version), "loaded", time_or_null(found->loaded_us),
			 "deleted", time_or_null(found->deleted_us), "run",
			 text_or_null(found->run), "balance", text_or_null(found->balance),
			 "remembered_delete", number_or_null(found->remembered), "earlier_versions",
			 (json_int_t)found->nhistory);
}

enum gw_status
gw_story_print_json(const struct gw_story *story, struct gw_error *err)
{
	json_t *object = json_pack(
		"{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "source", story->source,
		"stream", story->stream, "key", story->shown, "standing",
		standings[gw_story_standing(story)], "in_source", source_object(story), "fixes",
		fixes_array(story->found), "keyless", text_or_null(story->keyless), "in_kafka",
		kafka_object(story), "in_warehouse", warehouse_object(story->found), "letters",
		letters_array(story->found));
	char *text = object == NULL ? NULL : json_dumps(object, JSON_INDENT(2));

	json_decref(object);
	if (text == NULL)
		return gw_fail_memory(err);
	(void)printf("%s\n", text);
	free(text);
	return GW_OK;
}
