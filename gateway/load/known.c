#include "load/known.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

static enum gw_status
find_topic(struct gw_known *known, const char *prefix, const char *name, struct gw_topic **out,
	   struct gw_error *err)
{
	struct gw_topic *topic = known->topics;

	while (topic != NULL && strcmp(topic->name, name) != 0)
		topic = topic->next;
	if (topic == NULL) {
		topic = calloc(1, sizeof *topic);
		if (topic == NULL)
			return gw_fail_memory(err);
		if (!gw_topic_parse(prefix, name, topic)) {
			free(topic);
			return gw_fail(err, GW_CONFIG,
				       _("topic %s: the name is not that of a source's stream; "
					 "delete the topic or use another prefix"),
				       name);
		}
		gw_topic_add(&known->topics, topic);
	}
	*out = topic;
	return GW_OK;
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

	if (partition != NULL || find_topic(known, prefix, name, &topic, err) != GW_OK)
		return partition;
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
	while (known->topics != NULL) {
		struct gw_topic *next = known->topics->next;

		free(known->topics);
		known->topics = next;
	}
}
