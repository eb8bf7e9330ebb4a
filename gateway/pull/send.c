/*
 * The order inside a transaction matters: records and letters first, then a
 * flush, since only then their offsets are known; then the events and the
 * position that tell those offsets; then the commit, which makes all of it
 * visible together.  lane->position changes only after the commit.
 */
#include "pull/send.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

/* Each commit costs the broker and both ends the same, however many records it has; each waits for
   the last records to be written, and keeps those who read from seeing them until then. */
enum { PAGES_MAX = 4, OPEN_US = 250000 };

enum gw_status
gw_tx_value(struct gw_pull *pull, const char *topic, const void *key, size_t key_len,
	    struct gw_error *err)
{
	const struct gw_message message = {
		.topic = topic,
		.key = key,
		.key_len = key_len,
		.value = pull->text.data,
		.value_len = pull->text.len,
	};

	return gw_producer_send(pull->producer, &message, err);
}

enum gw_status
gw_tx_position(struct gw_pull *pull, struct gw_position *position, struct gw_error *err)
{
	position->written_us = gw_now_us();
	memcpy(position->pseudonym_key, pull->plan->key_id, sizeof position->pseudonym_key);
	gw_buf_clear(&pull->text);
	if (gw_position_encode(position, &pull->keys, &pull->text, err) != GW_OK)
		return err->status;
	return gw_tx_value(pull, pull->position_topic, position->stream, strlen(position->stream),
			   err);
}

enum gw_status
gw_tx_event(struct gw_pull *pull, const struct gw_lane *lane, enum gw_event_kind kind,
	    const struct gw_run *run, struct gw_error *err)
{
	struct gw_event event = {
		.kind = kind,
		.at_us = gw_now_us(),
		.run = *run,
		.partitions = pull->originals == NULL ? (int)pull->config->partitions : 1,
		.schema_id = lane->schema_id,
		.schema_text = kind == GW_EVENT_RUN_ENDED ? lane->plan->schema->text : NULL,
		.notice = pull->batch.notice,
		.paused_us = lane->position.pause.at_us,
		.why = lane->position.pause.why,
		.pause_at = lane->plan->stream->letters.pause_at,
		.at_least = lane->plan->stream->letters.at_least,
	};
	char uuid[GW_UUID_TEXT];

	strncpy(event.source, pull->source->name, sizeof event.source - 1);
	strncpy(event.stream, lane->plan->stream->name, sizeof event.stream - 1);
	memcpy(event.topic, gw_tx_topic(pull, lane), sizeof event.topic);
	memcpy(event.pseudonym_key_id, pull->plan->key_id, sizeof event.pseudonym_key_id);
	gw_uuid_format(run->id, uuid);
	gw_buf_clear(&pull->text);
	if (gw_event_encode(&event, &pull->text, err) != GW_OK)
		return err->status;
	return gw_tx_value(pull, pull->events_topic, uuid, strlen(uuid), err);
}

static enum gw_status
send_letter(struct gw_pull *pull, struct gw_lane *lane, struct gw_transaction *tx,
	    const struct gw_reject *reject, struct gw_error *err)
{
	struct gw_letter letter = {
		.source = pull->source->name,
		.stream = lane->plan->stream->name,
		.stage = strcmp(reject->rule, "schema") == 0 ? "encode" : "normalise",
		.column = reject->column,
		.rule = reject->rule,
		.code = reject->code,
		.reason = reject->reason,
		.version = tx->header.version,
		.key = reject->key,
		.key_len = reject->key_len,
		.topic = lane->topic,
		.partition = -1,
		.offset = -1,
	};
	size_t ncolumns;
	const char *const *columns = gw_mapping_columns(lane->plan->mapping, &ncolumns);

	if (pull->telling && pull->link.connector->rejected != NULL)
		pull->link.connector->rejected(lane->cursor, reject->row,
					       reject->column[0] == '\0' ? NULL : reject->column,
					       reject->reason);
	memcpy(letter.run, tx->header.run, sizeof letter.run);
	gw_buf_clear(&pull->text);
	if (gw_letter_seal_row(pull->letter_public, columns, ncolumns,
			       pull->batch.values + reject->row * pull->batch.ncolumns, &pull->text,
			       err) != GW_OK)
		return err->status;
	letter.sealed = pull->text.data;
	letter.sealed_len = pull->text.len;
	tx->position.run.counts.dead++;
	gw_flood_note(&pull->flood, reject);
	return gw_letter_send(pull->producer, pull->letters_topic, &letter, &tx->header, err);
}

static void
count_record(struct gw_counts *counts, enum gw_operation operation)
{
	if (operation == GW_OP_DELETE)
		counts->deleted++;
	else if (operation == GW_OP_RESENT || operation == GW_OP_LATE || operation == GW_OP_REPAIR)
		counts->resent++;
	else
		counts->produced++;
}

/* What a replay topic's records tell beside their header. */
static void
put_stream(const struct gw_lane *lane, struct gw_text_header headers[2])
{
	headers[0] = (struct gw_text_header){.name = GW_STREAM_HEADER,
					     .value = lane->plan->stream->name};
	headers[1] = (struct gw_text_header){.name = NULL};
}

static enum gw_status
send_encoded(struct gw_pull *pull, struct gw_lane *lane, struct gw_transaction *tx,
	     const struct gw_record *record, struct gw_error *err)
{
	unsigned char tomb[GW_HEADER_SIZE];
	struct gw_text_header headers[2];
	struct gw_message message = {
		.topic = gw_tx_topic(pull, lane),
		.key = record->key,
		.key_len = record->key_len,
		.header = tx->packed,
	};

	put_stream(lane, headers);
	if (pull->originals != NULL)
		message.headers = headers;

	if (record->deleted) {
		struct gw_header header = tx->header;

		header.operation = GW_OP_DELETE;
		gw_header_pack(&header, tomb);
		message.header = tomb;
	} else {
		message.value = pull->text.data;
		message.value_len = pull->text.len;
	}
	if (gw_producer_send(pull->producer, &message, err) != GW_OK)
		return err->status;
	if (pull->watch != NULL)
		pull->watch(pull->watch_arg, lane, record->key, record->key_len);
	count_record(&tx->position.run.counts,
		     record->deleted ? GW_OP_DELETE : tx->header.operation);
	return GW_OK;
}

/* A record that the schema can't hold becomes a letter; the others go on. */
static enum gw_status
send_record(struct gw_pull *pull, struct gw_lane *lane, struct gw_transaction *tx,
	    const struct gw_record *record, struct gw_error *err)
{
	unsigned char frame[GW_FRAME_SIZE];
	struct gw_reject reject = {
		.row = record->row,
		.key = record->key,
		.key_len = record->key_len,
		.column = "",
		.rule = "schema",
		.code = "schema.encode",
		.reason = err->text,
	};
	enum gw_status status = GW_OK;

	gw_buf_clear(&pull->text);
	gw_frame_put(frame, lane->schema_id);
	if (!gw_buf_append(&pull->text, frame, sizeof frame))
		return gw_fail_memory(err);
	if (!record->deleted)
		status = gw_avro_encode(lane->plan->schema, record->fields, &pull->text, err);
	if (status == GW_OK)
		return send_encoded(pull, lane, tx, record, err);
	if (status != GW_REJECT)
		return status;
	return send_letter(pull, lane, tx, &reject, err);
}

/* A row that was set aside goes on having the version that it had. */
static void
use_version(const struct gw_pull *pull, struct gw_transaction *tx, size_t row)
{
	if (pull->originals == NULL)
		return;
	tx->header.version = pull->originals->versions[row];
	gw_header_pack(&tx->header, tx->packed);
}

/* A batch's rows count as read; tombstones don't stand for rows. */
enum gw_status
gw_tx_rows(struct gw_pull *pull, struct gw_lane *lane, struct gw_transaction *tx,
	   struct gw_error *err)
{
	struct gw_run *run = &tx->position.run;
	int64_t tombstones = run->counts.deleted;

	gw_flood_begin(&pull->flood);
	for (size_t i = 0; i < pull->records.nrecords; i++) {
		use_version(pull, tx, pull->records.records[i].row);
		if (send_record(pull, lane, tx, &pull->records.records[i], err) != GW_OK)
			return err->status;
	}
	for (size_t i = 0; i < pull->records.nrejects; i++) {
		use_version(pull, tx, pull->records.rejects[i].row);
		if (send_letter(pull, lane, tx, &pull->records.rejects[i], err) != GW_OK)
			return err->status;
	}
	run->counts.read += (int64_t)pull->batch.nrows - (run->counts.deleted - tombstones);
	run->counts.discarded += (int64_t)pull->records.discarded;
	for (size_t i = 0; i < pull->records.nwarnings; i++) {
		const struct gw_warning *warning = &pull->records.warnings[i];

		gw_run_warn(run, warning->column, warning->code, (int64_t)warning->rows);
	}
	return GW_OK;
}

static void
begin_run(struct gw_run *run)
{
	gw_run_clear(run);
	run->open = true;
	gw_uuid_make(run->id);
	run->started_us = gw_now_us();
}

/* Strictly increasing for the source, whatever its clock does. */
static int64_t
next_version(const struct gw_pull *pull)
{
	int64_t version = pull->tx.pages > 0 ? pull->tx.header.version : pull->last_version;

	return pull->batch.snapshot_us > version ? pull->batch.snapshot_us : version + 1;
}

static enum gw_operation
operation_of(const struct gw_batch *batch)
{
	if (batch->late)
		return GW_OP_LATE;
	if (batch->resent)
		return GW_OP_RESENT;
	return batch->snapshot ? GW_OP_SNAPSHOT : GW_OP_CHANGE;
}

/* The header of the records of the batch in hand. */
void
gw_tx_take(struct gw_pull *pull, const struct gw_lane *lane)
{
	struct gw_transaction *tx = &pull->tx;

	tx->header = (struct gw_header){
		.operation = pull->repairing ? GW_OP_REPAIR : operation_of(&pull->batch),
		.version = next_version(pull),
		.mapping = gw_mapping_version(lane->plan->mapping),
	};
	memcpy(tx->header.run, tx->position.run.id, sizeof tx->header.run);
	gw_header_pack(&tx->header, tx->packed);
	tx->pages++;
}

void
gw_tx_take_originals(struct gw_pull *pull, const struct gw_lane *lane)
{
	struct gw_transaction *tx = &pull->tx;

	tx->header = (struct gw_header){
		.operation = GW_OP_RESENT,
		.version = pull->last_version,
		.mapping = gw_mapping_version(lane->plan->mapping),
	};
	memcpy(tx->header.run, tx->position.run.id, sizeof tx->header.run);
}

const char *
gw_tx_topic(const struct gw_pull *pull, const struct gw_lane *lane)
{
	return pull->originals == NULL ? lane->topic : pull->originals->topic;
}

enum gw_status
gw_tx_begin(struct gw_pull *pull, const struct gw_position *from, const char *stream,
	    struct gw_error *err)
{
	struct gw_transaction *tx = &pull->tx;

	*tx = (struct gw_transaction){
		.position = *from,
		.began_us = gw_monotonic_us(),
	};
	strncpy(tx->position.stream, stream, sizeof tx->position.stream - 1);
	if (!tx->position.run.open)
		begin_run(&tx->position.run);
	tx->open = gw_producer_begin(pull->producer, err) == GW_OK;
	return tx->open ? GW_OK : err->status;
}

static enum gw_status
begin_lane(struct gw_pull *pull, const struct gw_lane *lane, struct gw_error *err)
{
	return gw_tx_begin(pull, &lane->position, lane->plan->stream->name, err);
}

void
gw_pull_abandon(struct gw_pull *pull)
{
	struct gw_error ignored;

	if (pull->tx.open)
		(void)gw_producer_abort(pull->producer, &ignored);
	pull->tx.open = false;
	pull->tx.pages = 0;
}

/* Whatever failed, nothing of the transaction may stay. */
enum gw_status
gw_tx_close(struct gw_pull *pull, enum gw_status status, struct gw_error *err)
{
	if (status == GW_OK) {
		status = gw_producer_commit(pull->producer, err);
		pull->tx.open = false;
		pull->tx.pages = 0;
	} else {
		gw_pull_abandon(pull);
	}
	return status;
}

static enum gw_status
commit(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	struct gw_transaction *tx = &pull->tx;
	enum gw_status status =
		gw_producer_flush(pull->producer, lane->topic, &tx->position.run, err);

	if (status == GW_OK)
		status = gw_tx_position(pull, &tx->position, err);
	if (status == GW_OK)
		status = gw_pull_send_table(pull, lane, err);
	status = gw_tx_close(pull, status, err);
	if (status != GW_OK)
		return status;
	lane->table.unsaved = false;
	lane->position = tx->position;
	pull->last_version = tx->position.last_version;
	return GW_OK;
}

enum gw_status
gw_pull_commit(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	enum gw_status status = commit(pull, lane, err);

	pull->rewind = status != GW_OK;
	return status;
}

static bool
may_stay_open(const struct gw_pull *pull, const struct gw_lane *lane)
{
	const struct gw_connector *connector = pull->link.connector;

	return pull->tx.pages < PAGES_MAX && gw_monotonic_us() - pull->tx.began_us < OPEN_US &&
	       connector->ready != NULL && connector->ready(lane->cursor);
}

enum gw_status
gw_pull_send_batch(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	struct gw_transaction *tx = &pull->tx;
	enum gw_status status = tx->open ? GW_OK : begin_lane(pull, lane, err);
	bool alone = tx->pages == 0;

	if (status == GW_OK && alone && !lane->position.run.open)
		status = gw_tx_event(pull, lane, GW_EVENT_RUN_STARTED, &tx->position.run, err);
	if (status == GW_OK) {
		gw_tx_take(pull, lane);
		pull->telling = true;
		status = gw_tx_rows(pull, lane, tx, err);
		pull->telling = false;
	}
	if (status == GW_OK && gw_flood_passes(&pull->flood, lane, &tx->position.run.counts))
		status = gw_fail(err, GW_REJECT, "%s", _("too many rows are rejected"));
	if (status == GW_OK) {
		tx->position.last_version = tx->header.version;
		tx->position.bookmark = pull->batch.after;
		if (may_stay_open(pull, lane))
			return GW_OK;
		status = commit(pull, lane, err);
	} else {
		gw_pull_abandon(pull);
	}
	pull->rewind = status != GW_OK && !alone;
	return status;
}

enum gw_status
gw_pull_send_end(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	struct gw_position *position = &pull->tx.position;
	/* An empty cycle leaves the position as it is, unless it closes with a new bookmark. */
	bool moves = lane->position.run.open || pull->batch.after.len > 0 || pull->pausing;
	enum gw_status status = begin_lane(pull, lane, err);

	position->run.open = false;
	if (pull->batch.after.len > 0)
		position->bookmark = pull->batch.after;
	if (!pull->pausing)
		position->allow = 0;
	if (status == GW_OK)
		status = gw_tx_event(pull, lane, GW_EVENT_RUN_ENDED, &position->run, err);
	if (status == GW_OK && moves)
		status = gw_tx_position(pull, position, err);
	if (status == GW_OK)
		status = gw_pull_send_table(pull, lane, err);
	status = gw_tx_close(pull, status, err);
	if (status != GW_OK)
		return status;
	lane->table.unsaved = false;
	lane->ended = position->run;
	if (moves)
		lane->position = *position;
	return GW_OK;
}
