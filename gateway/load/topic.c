/*
 * The topics of a load, by their names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "load/stage.h"

#define REPLAY "_replay"

static bool
copy_name(char *to, size_t size, const char *from, size_t len)
{
	if (len == 0 || len >= size)
		return false;
	memcpy(to, from, len);
	to[len] = '\0';
	return true;
}

/* Which source and stream the rest of a name, behind the prefix, says. */
static bool
split_name(const char *rest, struct gw_topic *topic)
{
	const char *dot = strchr(rest, '.');

	if (dot == NULL ||
	    !copy_name(topic->source, sizeof topic->source, rest, (size_t)(dot - rest)))
		return false;
	return copy_name(topic->stream, sizeof topic->stream, dot + 1, strlen(dot + 1));
}

/* False for a name with an underscore that is none of these. */
static bool
set_content(struct gw_topic *topic)
{
	static const struct {
		const char *stream;
		enum gw_topic_content content;
		bool of_source;
	} others[] = {
		{"_dlq", GW_CONTENT_LETTERS, true},
		{"_events", GW_CONTENT_EVENTS, true},
		{REPLAY, GW_CONTENT_RECORDS, true},
		{"_audit", GW_CONTENT_ACTS, false},
	};

	topic->content = GW_CONTENT_RECORDS;
	topic->mixed = topic->source[0] != '\0' && strcmp(topic->stream, REPLAY) == 0;
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strcmp(topic->stream, others[i].stream) == 0 &&
		    (topic->source[0] != '\0') == others[i].of_source) {
			topic->content = others[i].content;
			return true;
		}
	return topic->stream[0] != '_' && topic->source[0] != '\0';
}

bool
gw_topic_parse(const char *prefix, const char *name, struct gw_topic *out)
{
	size_t prefix_len = strlen(prefix);
	struct gw_topic topic = {.content = GW_CONTENT_RECORDS};
	const char *rest;

	if (strncmp(name, prefix, prefix_len) != 0 || name[prefix_len] != '.' ||
	    !copy_name(topic.name, sizeof topic.name, name, strlen(name)))
		return false;
	rest = name + prefix_len + 1;
	if (strcmp(rest, "_audit") == 0)
		memcpy(topic.stream, rest, strlen(rest) + 1);
	else if (!split_name(rest, &topic))
		return false;
	if (!set_content(&topic))
		return false;
	memcpy(topic.records, topic.name, sizeof topic.records);
	*out = topic;
	return true;
}

void
gw_topic_free(struct gw_topic *topic)
{
	while (topic->streams != NULL) {
		struct gw_topic *next = topic->streams->next;

		free(topic->streams);
		topic->streams = next;
	}
	free(topic);
}

enum gw_status
gw_topic_stream(struct gw_topic *replay, const char *name, struct gw_topic **out,
		struct gw_error *err)
{
	struct gw_topic *topic = replay->streams;

	if (name == NULL) {
		*out = replay;
		return GW_OK;
	}
	while (topic != NULL && strcmp(topic->stream, name) != 0)
		topic = topic->next;
	if (topic == NULL) {
		size_t len = strlen(replay->name) - strlen(REPLAY);

		topic = calloc(1, sizeof *topic);
		if (topic == NULL)
			return gw_fail_memory(err);
		*topic = *replay;
		topic->streams = NULL;
		topic->entity[0] = '\0';
		(void)snprintf(topic->stream, sizeof topic->stream, "%s", name);
		(void)snprintf(topic->records + len, sizeof topic->records - len, "%s", name);
		topic->next = replay->streams;
		replay->streams = topic;
	}
	*out = topic;
	return GW_OK;
}

void
gw_topic_add(struct gw_topic **list, struct gw_topic *topic)
{
	while (topic->content != GW_CONTENT_LETTERS && *list != NULL)
		list = &(*list)->next;
	topic->next = *list;
	*list = topic;
}
