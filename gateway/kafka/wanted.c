#include "kafka/wanted.h"

#include <stdio.h>
#include <string.h>

enum { LOOK_MS = 5000 };

static bool
is_wanted(const char *prefix, const char *topic)
{
	size_t len = strlen(prefix);
	const char *last;

	if (strncmp(topic, prefix, len) != 0 || topic[len] != '.')
		return false;
	if (strcmp(topic + len + 1, "_audit") == 0)
		return true;
	last = strchr(topic + len + 1, '.');
	if (last == NULL || last == topic + len + 1)
		return false;
	last++;
	if (*last == '_')
		return strcmp(last, "_dlq") == 0 || strcmp(last, "_events") == 0 ||
		       strcmp(last, "_replay") == 0;
	return *last != '\0' && *last != '.';
}

void
gw_wanted_pattern(const char *prefix, char *out, size_t size)
{
	size_t n = 0;

	out[n++] = '^';
	for (; *prefix != '\0' && n + 60 < size; prefix++) {
		if (*prefix == '.')
			out[n++] = '\\';
		out[n++] = *prefix;
	}
	(void)snprintf(out + n, size - n, "\\.([^.]+\\.([^_.].*|_dlq|_events|_replay)|_audit)$");
}

static uint64_t
print_of(const rd_kafka_metadata_topic_t *topic)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (const char *c = topic->topic; *c != '\0'; c++)
		hash = (hash ^ (unsigned char)*c) * UINT64_C(1099511628211);
	return (hash | 1) * (uint64_t)(topic->partition_cnt + 1);
}

enum gw_status
gw_wanted_look(struct gw_client *client, const char *prefix, struct gw_wanted *out,
	       rd_kafka_topic_partition_list_t *list, struct gw_error *err)
{
	const rd_kafka_metadata_t *metadata;

	if (gw_client_metadata(client, true, LOOK_MS, &metadata, err) != GW_OK)
		return err->status;
	*out = (struct gw_wanted){.print = 0};
	for (int i = 0; i < metadata->topic_cnt; i++) {
		const rd_kafka_metadata_topic_t *topic = &metadata->topics[i];

		if (!is_wanted(prefix, topic->topic))
			continue;
		out->print += print_of(topic);
		out->partitions += (size_t)topic->partition_cnt;
		for (int p = 0; list != NULL && p < topic->partition_cnt; p++)
			rd_kafka_topic_partition_list_add(list, topic->topic, p);
	}
	rd_kafka_metadata_destroy(metadata);
	return GW_OK;
}
