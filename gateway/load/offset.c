#include "load/offset.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

enum { NUMBER_TEXT = 24, MAX_ARRAYS = 1024 * 1024 };

/* Straight: nothing of the stream was in canon when it was first met, be it by the other
 * partitions. */
static const char first_contact_sql[] =
	"INSERT INTO ops.offset (topic, partition, next_offset, cluster_id, straight) "
	"SELECT $1, $2::integer, 0, $3, "
	"left($5, 1) <> '_' "
	"AND NOT EXISTS (SELECT FROM ops.stream WHERE source = $4 AND stream = $5) "
	"AND NOT EXISTS (SELECT FROM ops.deleted WHERE source = $4 AND stream = $5) "
	"OR EXISTS (SELECT FROM ops.offset WHERE topic = $1 AND straight) "
	"ON CONFLICT (topic, partition) DO NOTHING";

static const char read_sql[] =
	"SELECT next_offset, cluster_id, straight, straight_run, seen_offset, seen_print, "
	"(extract(epoch FROM seen_until) * 1000)::bigint FROM ops.offset "
	"WHERE topic = $1 AND partition = $2::integer FOR UPDATE";

static void
take_row(const struct gw_db_result *row, size_t r, size_t first, struct gw_partition *partition)
{
	const char *run = gw_db_text(row, r, first + 1);

	partition->straight = strcmp(gw_db_text(row, r, first), "t") == 0;
	partition->has_run = run != NULL && gw_uuid_parse(run, partition->run);
}

/* An offset that a hand moved has no witness; nor has one of before there were any. */
static void
take_start(const struct gw_db_result *row, struct gw_start *start)
{
	int64_t next = gw_db_i64(row, 0, 0);

	*start = (struct gw_start){.offset = next == 0 ? -1 : next, .newest_ms = INT64_MAX};
	start->seen = gw_db_text(row, 0, 4) != NULL && gw_db_i64(row, 0, 4) == next - 1;
	if (!start->seen)
		return;
	start->print = gw_db_i64(row, 0, 5);
	if (gw_db_text(row, 0, 6) != NULL)
		start->newest_ms = gw_db_i64(row, 0, 6);
}

static enum gw_status
check_cluster(struct gw_db *db, const char *cluster, const char *stored,
	      const struct gw_partition *partition, struct gw_error *err)
{
	const char *params[] = {partition->topic->name, cluster};

	if (stored[0] == '\0' && cluster[0] != '\0')
		return gw_db_query(db,
				   "UPDATE ops.offset SET cluster_id = $2 WHERE topic = $1 "
				   "AND cluster_id = ''",
				   params, 2, NULL, err);
	if (cluster[0] == '\0' || strcmp(stored, cluster) == 0)
		return GW_OK;
	return gw_fail(err, GW_CONFIG,
		       _("topic %s: the warehouse was loaded from Kafka cluster %s, but this is "
			 "cluster %s; correct kafka.brokers in songma.yaml, or, where the old "
			 "cluster is gone for good, empty ops.offset and load again: versions keep "
			 "old records from overwriting newer ones"),
		       partition->topic->name, stored, cluster);
}

static enum gw_status
read_row(struct gw_db *db, const char *cluster, struct gw_partition *partition,
	 struct gw_start *start, struct gw_error *err)
{
	char number[NUMBER_TEXT];
	const char *params[] = {partition->topic->name, number, cluster, partition->topic->source,
				partition->topic->stream};
	struct gw_db_result *row = NULL;
	enum gw_status status;

	(void)snprintf(number, sizeof number, "%" PRId32, partition->partition);
	status = gw_db_query(db, first_contact_sql, params, 5, NULL, err);
	if (status == GW_OK)
		status = gw_db_query(db, read_sql, params, 2, &row, err);
	if (status == GW_OK && gw_db_rows(row) != 1)
		status = gw_fail(err, GW_RETRY, "%s", _("an offset vanished while it was read"));
	if (status == GW_OK)
		status = check_cluster(db, cluster, gw_db_text(row, 0, 1), partition, err);
	if (status == GW_OK) {
		partition->left = partition->taken = gw_db_i64(row, 0, 0);
		take_row(row, 0, 2, partition);
		take_start(row, start);
	}
	gw_db_free(row);
	return status;
}

enum gw_status
gw_offset_assign(struct gw_db *db, const char *cluster, struct gw_partition *partition,
		 struct gw_start *start, struct gw_error *err)
{
	enum gw_status status = gw_db_exec(db, "BEGIN", err);

	if (status == GW_OK)
		status = read_row(db, cluster, partition, start, err);
	if (status == GW_OK)
		status = gw_db_commit(db, err);
	if (status != GW_OK)
		gw_db_rollback(db);
	return status;
}

/* True at the first picked message of its partition. */
static bool
is_first(const struct gw_stage *stage, size_t i)
{
	return stage->picked[i]->part->mark == i;
}

/* Marks in each partition its first and last picked message. */
static void
mark_partitions(const struct gw_stage *stage)
{
	for (size_t i = stage->npicked; i-- > 0;)
		stage->picked[i]->part->mark = i;
}

static enum gw_status
check_rows(const struct gw_stage *stage, const struct gw_db_result *rows, struct gw_error *err)
{
	size_t wanted = 0;

	for (size_t i = 0; i < stage->npicked; i++) {
		struct gw_partition *partition = stage->picked[i]->part;
		bool found = false;

		if (!is_first(stage, i))
			continue;
		wanted++;
		for (size_t r = 0; r < gw_db_rows(rows) && !found; r++) {
			found = gw_db_i64(rows, r, 0) == partition->partition &&
				gw_db_i64(rows, r, 1) == partition->left;
			if (found)
				take_row(rows, r, 2, partition);
		}
		if (!found)
			return gw_fail(err, GW_FENCED,
				       _("topic %s, partition %d: another loader has loaded from "
					 "offset %lld on"),
				       partition->topic->name, (int)partition->partition,
				       (long long)partition->left);
	}
	return wanted > 0 ? GW_OK : gw_fail(err, GW_FATAL, "%s", _("an empty batch"));
}

enum gw_status
gw_offset_lock(struct gw_db *db, const struct gw_stage *stage, int64_t *now_us,
	       struct gw_error *err)
{
	static const char sql[] =
		"WITH held AS (SELECT partition, next_offset, straight, straight_run "
		"FROM ops.offset WHERE topic = $1 AND partition = ANY ($2::integer[]) "
		"ORDER BY partition FOR UPDATE) SELECT *, "
		"(extract(epoch FROM clock_timestamp()) * 1000000)::bigint FROM held";
	const char *params[2] = {stage->topic->name, NULL};
	struct gw_db_result *rows = NULL;
	struct gw_buf numbers;
	enum gw_status status;

	gw_buf_init(&numbers, MAX_ARRAYS);
	mark_partitions(stage);
	for (size_t i = 0; i < stage->npicked; i++)
		if (is_first(stage, i))
			(void)gw_buf_printf(&numbers, "%s%" PRId32, i == 0 ? "{" : ",",
					    stage->picked[i]->part->partition);
	(void)gw_buf_putc(&numbers, '}');
	params[1] = numbers.data;
	status = numbers.failed ? gw_fail_memory(err) : gw_db_query(db, sql, params, 2, &rows, err);
	if (status == GW_OK)
		status = check_rows(stage, rows, err);
	if (status == GW_OK)
		*now_us = gw_db_i64(rows, 0, 4);
	gw_db_free(rows);
	gw_buf_release(&numbers);
	return status;
}

/* The last picked message of a partition; messages of one stand in order. */
static const struct gw_arrival *
last_of(const struct gw_stage *stage, const struct gw_partition *partition)
{
	size_t i = stage->npicked;

	while (stage->picked[i - 1]->part != partition)
		i--;
	return stage->picked[i - 1];
}

/* The time of its newest picked message: producers' clocks need not agree, so it need not be the
   last one's. */
static int64_t
newest_of(const struct gw_stage *stage, const struct gw_partition *partition)
{
	int64_t newest = 0;

	for (size_t i = 0; i < stage->npicked; i++)
		if (stage->picked[i]->part == partition && stage->picked[i]->timestamp_ms > newest)
			newest = stage->picked[i]->timestamp_ms;
	return newest;
}

/* seen_until is kept only where it was from the first message on: it must be true of all. */
static enum gw_status
store_row(struct gw_db *db, const struct gw_stage *stage, const struct gw_partition *partition,
	  struct gw_error *err)
{
	static const char sql[] =
		"UPDATE ops.offset SET next_offset = $3::bigint + 1, straight = $4::boolean, "
		"straight_run = $5::uuid, seen_offset = $3::bigint, seen_print = $6::bigint, "
		"seen_until = CASE WHEN next_offset = 0 OR seen_until IS NOT NULL "
		"THEN greatest(seen_until, to_timestamp($7::bigint / 1000.0)) END "
		"WHERE topic = $1 AND partition = $2::integer";
	const struct gw_arrival *last = last_of(stage, partition);
	char number[NUMBER_TEXT], offset[NUMBER_TEXT], print[NUMBER_TEXT], newest[NUMBER_TEXT];
	char run[GW_UUID_TEXT];
	const char *params[] = {stage->topic->name,
				number,
				offset,
				partition->straight ? "t" : "f",
				partition->has_run ? run : NULL,
				print,
				newest};

	(void)snprintf(number, sizeof number, "%" PRId32, partition->partition);
	(void)snprintf(offset, sizeof offset, "%" PRId64, last->offset);
	(void)snprintf(print, sizeof print, "%" PRId64,
		       gw_incoming_print(last->timestamp_ms, last->key, last->key_len, last->value,
					 last->value_len));
	(void)snprintf(newest, sizeof newest, "%" PRId64, newest_of(stage, partition));
	gw_uuid_format(partition->run, run);
	return gw_db_query(db, sql, params, 7, NULL, err);
}

enum gw_status
gw_offset_store(struct gw_db *db, const struct gw_stage *stage, struct gw_error *err)
{
	for (size_t i = 0; i < stage->npicked; i++)
		if (is_first(stage, i) &&
		    store_row(db, stage, stage->picked[i]->part, err) != GW_OK)
			return err->status;
	return GW_OK;
}

void
gw_offset_done(const struct gw_stage *stage)
{
	for (size_t i = 0; i < stage->npicked; i++)
		stage->picked[i]->part->left = stage->picked[i]->offset + 1;
}
