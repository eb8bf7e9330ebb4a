#include "load/known.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum gw_status
gw_known_topic(struct gw_topic **list, const char *prefix, const char *name, struct gw_topic **out,
	       struct gw_error *err)
{
	struct gw_topic *topic = *list;

	while (topic != NULL && strcmp(topic->name, name) != 0)
		topic = topic->next;
	if (topic == NULL) {
		topic = calloc(1, sizeof *topic);
		if (topic == NULL)
			return gw_fail_memory(err);
		if (!gw_topic_parse(prefix, name, topic)) {
			free(topic);
			return gw_fail(err, GW_REJECT,
				       _("topic %s: the name is not that of a source's stream; "
					 "delete the topic or use another prefix"),
				       name);
		}
		gw_topic_add(list, topic);
	}
	*out = topic;
	return GW_OK;
}

void
gw_known_topics_free(struct gw_topic **list)
{
	while (*list != NULL) {
		struct gw_topic *next = (*list)->next;

		gw_topic_free(*list);
		*list = next;
	}
}

struct gw_partition *
gw_known_partition(const struct gw_known *known, const char *topic, int32_t number)
{
	struct gw_partition *partition = known->partitions;

	while (partition != NULL &&
	       (partition->partition != number || strcmp(partition->topic->name, topic) != 0))
		partition = partition->next;
	return partition;
}

struct gw_partition *
gw_known_find(struct gw_known *known, const char *prefix, const char *name, int32_t number,
	      struct gw_error *err)
{
	struct gw_partition *partition = gw_known_partition(known, name, number);
	struct gw_topic *topic = NULL;

	if (partition != NULL)
		return partition;
	if (gw_known_topic(&known->topics, prefix, name, &topic, err) != GW_OK) {
		if (err->status == GW_REJECT)
			err->status = GW_CONFIG;
		return NULL;
	}
	partition = calloc(1, sizeof *partition);
	if (partition == NULL) {
		(void)gw_fail_memory(err);
		return NULL;
	}
	partition->topic = topic;
	partition->partition = number;
	partition->next = known->partitions;
	known->partitions = partition;
	return partition;
}

void
gw_known_hold(struct gw_known *known, struct gw_topic *topic, struct gw_stage *stage)
{
	for (struct gw_partition *part = known->partitions; part != NULL; part = part->next) {
		if (part->topic != topic)
			continue;
		gw_stage_drop(stage, part);
		part->taken = part->left;
	}
	topic->held = true;
}

void
gw_known_free(struct gw_known *known)
{
	while (known->partitions != NULL) {
		struct gw_partition *next = known->partitions->next;

		free(known->partitions);
		known->partitions = next;
	}
	gw_known_topics_free(&known->topics);
}
