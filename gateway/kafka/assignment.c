#include "kafka/assignment.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "kafka/witness.h"

static enum gw_status
fail_range(const char *topic, int32_t partition, int64_t offset, int64_t low, int64_t high,
	   struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG,
		       _("topic %s, partition %d: the warehouse was loaded up to offset %lld, but "
			 "the topic holds %lld to %lld; the topic was made anew, its records have "
			 "been deleted, or the warehouse was restored from a backup. Nothing is "
			 "loaded until a person decides; loading the topic again from its "
			 "beginning is safe"),
		       topic, (int)partition, (long long)offset, (long long)low, (long long)high);
}

/* Where to begin: what the caller says, -1 for the beginning. */
static enum gw_status
begin_at(const struct gw_assignment *assignment, struct gw_witness *witness, struct gw_part *part,
	 struct gw_error *err)
{
	struct gw_start *start = &witness->start;
	const char *topic = witness->topic;

	*start = (struct gw_start){.offset = -1};
	if (assignment->assign(assignment->arg, topic, witness->partition, start, err) != GW_OK)
		return err->status;
	if (start->offset < 0)
		start->offset = witness->low;
	if (start->offset < witness->low || start->offset > witness->high)
		return fail_range(topic, witness->partition, start->offset, witness->low,
				  witness->high, err);
	*part = (struct gw_part){
		.partition = witness->partition,
		.next = start->offset,
		.end = witness->high,
		.mark = -1,
	};
	memcpy(part->topic, topic, strlen(topic) + 1);
	return GW_OK;
}

/* Takes each partition of list, which stands at its beginning; ends has where they end. */
static enum gw_status
take_all(struct gw_assignment *assignment, const struct gw_config *config,
	 rd_kafka_topic_partition_list_t *list, const rd_kafka_topic_partition_list_t *ends,
	 struct gw_error *err)
{
	struct gw_witness *witnesses = calloc((size_t)list->cnt + 1, sizeof *witnesses);
	enum gw_status status = GW_OK;

	if (witnesses == NULL)
		return gw_fail_memory(err);
	for (int i = 0; status == GW_OK && i < list->cnt; i++) {
		struct gw_part *part = &assignment->parts[i];

		witnesses[i] = (struct gw_witness){
			.topic = list->elems[i].topic,
			.partition = list->elems[i].partition,
			.low = list->elems[i].offset,
			.high = ends->elems[i].offset,
		};
		status = begin_at(assignment, &witnesses[i], part, err);
		list->elems[i].offset = part->next;
		if (status == GW_OK)
			assignment->count++;
	}
	if (status == GW_OK)
		status = gw_witness_check(config, witnesses, assignment->count, err);
	free(witnesses);
	return status;
}

enum gw_status
gw_assignment_take(struct gw_assignment *assignment, struct gw_client *client,
		   const struct gw_config *config, rd_kafka_topic_partition_list_t *list,
		   struct gw_error *err)
{
	struct gw_part *parts = calloc((size_t)list->cnt + 1, sizeof *parts);
	rd_kafka_topic_partition_list_t *ends;
	enum gw_status status;

	gw_assignment_drop(assignment);
	if (parts == NULL)
		return gw_fail_memory(err);
	ends = rd_kafka_topic_partition_list_copy(list);
	status = gw_client_offsets(client, list, RD_KAFKA_OFFSET_BEGINNING, err);
	if (status == GW_OK)
		status = gw_client_offsets(client, ends, RD_KAFKA_OFFSET_END, err);
	assignment->parts = parts;
	if (status == GW_OK)
		status = take_all(assignment, config, list, ends, err);
	rd_kafka_topic_partition_list_destroy(ends);
	if (status != GW_OK)
		gw_assignment_drop(assignment);
	return status;
}

void
gw_assignment_drop(struct gw_assignment *assignment)
{
	for (size_t i = 0; i < assignment->count; i++)
		assignment->revoke(assignment->arg, assignment->parts[i].topic,
				   assignment->parts[i].partition);
	free(assignment->parts);
	assignment->parts = NULL;
	assignment->count = 0;
	assignment->last = 0;
}

static bool
is_part(const struct gw_part *part, const char *topic, int32_t partition)
{
	return part->partition == partition && strcmp(part->topic, topic) == 0;
}

struct gw_part *
gw_assignment_find(struct gw_assignment *assignment, const char *topic, int32_t partition)
{
	if (assignment->last < assignment->count &&
	    is_part(&assignment->parts[assignment->last], topic, partition))
		return &assignment->parts[assignment->last];
	for (size_t i = 0; i < assignment->count; i++)
		if (is_part(&assignment->parts[i], topic, partition)) {
			assignment->last = i;
			return &assignment->parts[i];
		}
	return NULL;
}

enum gw_status
gw_assignment_hold(struct gw_assignment *assignment, struct gw_client *client, const char *topic,
		   struct gw_error *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

	for (size_t i = 0; i < assignment->count; i++) {
		if (strcmp(assignment->parts[i].topic, topic) != 0)
			continue;
		assignment->parts[i].held = true;
		rd_kafka_topic_partition_list_add(list, topic, assignment->parts[i].partition);
	}
	if (list->cnt > 0)
		code = rd_kafka_pause_partitions(client->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	return code == RD_KAFKA_RESP_ERR_NO_ERROR ? GW_OK
						  : gw_client_fail(client, code, topic, err);
}

enum gw_status
gw_assignment_mark(struct gw_assignment *assignment, const struct gw_config *config,
		   struct gw_error *err)
{
	rd_kafka_topic_partition_list_t *list =
		rd_kafka_topic_partition_list_new((int)assignment->count);
	enum gw_status status = GW_OK;

	for (size_t i = 0; i < assignment->count; i++)
		rd_kafka_topic_partition_list_add(list, assignment->parts[i].topic,
						  assignment->parts[i].partition);
	if (assignment->count > 0)
		status = gw_client_written_ends(config, list, err);
	for (size_t i = 0; status == GW_OK && i < assignment->count; i++)
		assignment->parts[i].mark = list->elems[i].offset;
	rd_kafka_topic_partition_list_destroy(list);
	return status;
}

/*
 * The end of a partition is told a fetch later than its last record, so that
 * who waits for it waits in vain.  The last offset of a transaction is the mark of
 * its commit, which is never taken: one that is left is none to wait for.
 */
static bool
is_caught_up(const struct gw_part *part, const struct gw_client *client)
{
	int64_t low = 0, high = part->end;

	(void)rd_kafka_get_watermark_offsets(client->rk, part->topic, part->partition, &low, &high);
	return part->held || part->at_end ||
	       (high < part->end ? part->end : high) - part->next <= 1;
}

bool
gw_assignment_caught_up(const struct gw_assignment *assignment, const struct gw_client *client)
{
	for (size_t i = 0; i < assignment->count; i++)
		if (!is_caught_up(&assignment->parts[i], client))
			return false;
	return true;
}

void
gw_assignment_nudge(const struct gw_assignment *assignment, struct gw_client *client)
{
	enum { NUDGE_MS = 200 };
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(8);

	for (size_t i = 0; i < assignment->count; i++)
		if (!is_caught_up(&assignment->parts[i], client))
			rd_kafka_topic_partition_list_add(list, assignment->parts[i].topic,
							  assignment->parts[i].partition)
				->offset = RD_KAFKA_OFFSET_END;
	if (list->cnt > 0)
		(void)rd_kafka_offsets_for_times(client->rk, list, NUDGE_MS);
	rd_kafka_topic_partition_list_destroy(list);
}

bool
gw_assignment_reached(const struct gw_assignment *assignment)
{
	for (size_t i = 0; i < assignment->count; i++)
		if (!assignment->parts[i].held &&
		    (assignment->parts[i].mark < 0 ||
		     assignment->parts[i].next < assignment->parts[i].mark))
			return false;
	return true;
}

int64_t
gw_assignment_lag(const struct gw_assignment *assignment, struct gw_client *client)
{
	int64_t lag = 0;

	for (size_t i = 0; i < assignment->count; i++) {
		const struct gw_part *part = &assignment->parts[i];
		int64_t low = 0, high = part->end;

		/* From the last fetch; it counts open transactions too, but asks nobody. */
		(void)rd_kafka_get_watermark_offsets(client->rk, part->topic, part->partition, &low,
						     &high);
		if (high < part->end)
			high = part->end;
		if (!part->held && !part->at_end && high > part->next)
			lag += high - part->next;
	}
	return lag;
}
