#include "load/ledger.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "load/pause.h"

enum { NUMBER_TEXT = 24, MAX_SEALED = 64 * 1024 * 1024, MAX_ARRAY = 64 * 1024 };

/* A number as a parameter. */
static const char *
number(char text[NUMBER_TEXT], int64_t n)
{
	(void)snprintf(text, NUMBER_TEXT, "%" PRId64, n);
	return text;
}

static const char started_sql[] =
	"INSERT INTO ops.run (id, source, stream, topic, started_at, schema_id, pseudonym_key_id, "
	"identity, notice) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING";

static const char ended_sql[] =
	"INSERT INTO ops.run (id, source, stream, topic, started_at, schema_id, pseudonym_key_id, "
	"identity, notice, ended_at, read, produced, resent, deleted, dead, ends, letter_end, "
	"schema_text, discarded, warned, warnings) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, "
	"$10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, nullif($21, '')::jsonb) "
	"ON CONFLICT (id) DO UPDATE SET (source, stream, topic, "
	"started_at, schema_id, pseudonym_key_id, identity, notice, ended_at, read, produced, "
	"resent, deleted, dead, ends, letter_end, schema_text, discarded, warned, warnings) = ROW "
	"(excluded.source, excluded.stream, "
	"excluded.topic, excluded.started_at, excluded.schema_id, excluded.pseudonym_key_id, "
	"excluded.identity, excluded.notice, excluded.ended_at, excluded.read, excluded.produced, "
	"excluded.resent, excluded.deleted, excluded.dead, excluded.ends, excluded.letter_end, "
	"excluded.schema_text, excluded.discarded, excluded.warned, excluded.warnings)";

enum { STARTED_PARAMS = 9, ENDED_PARAMS = 21 };

static void
put_ends(const struct gw_event *event, struct gw_buf *out)
{
	(void)gw_buf_putc(out, '{');
	for (int i = 0; i < event->partitions && i < GW_MAX_PARTITIONS; i++)
		(void)gw_buf_printf(out, "%s%" PRId64, i == 0 ? "" : ",", event->run.ends[i]);
	(void)gw_buf_putc(out, '}');
}

static enum gw_status
put_event(struct gw_db *db, const struct gw_event *event, struct gw_error *err)
{
	const struct gw_counts *counts = &event->run.counts;
	char id[GW_UUID_TEXT], started[GW_TIME_TEXT], ended[GW_TIME_TEXT], ends_text[2048];
	char n[9][NUMBER_TEXT];
	struct gw_buf ends, warnings;
	enum gw_status status;
	const char *params[ENDED_PARAMS] = {
		id,
		event->source,
		event->stream,
		event->topic,
		started,
		number(n[0], event->schema_id),
		event->pseudonym_key_id,
		event->identity,
		event->notice,
		ended,
		number(n[1], counts->read),
		number(n[2], counts->produced),
		number(n[3], counts->resent),
		number(n[4], counts->deleted),
		number(n[5], counts->dead),
		ends_text,
		number(n[6], event->run.letter_end),
		event->schema_text,
		number(n[7], counts->discarded),
		number(n[8], counts->warned),
		"",
	};

	gw_uuid_format(event->run.id, id);
	gw_timestamp_format(event->run.started_us, started);
	gw_timestamp_format(event->at_us, ended);
	gw_buf_init(&ends, MAX_ARRAY);
	put_ends(event, &ends);
	(void)snprintf(ends_text, sizeof ends_text, "%s", ends.failed ? "{}" : ends.data);
	gw_buf_release(&ends);
	if (event->kind == GW_EVENT_RUN_STARTED)
		return gw_db_query(db, started_sql, params, STARTED_PARAMS, NULL, err);
	gw_buf_init(&warnings, MAX_ARRAY);
	status = gw_event_warnings(event, &warnings, err);
	if (warnings.len > 0)
		params[ENDED_PARAMS - 1] = warnings.data;
	if (status == GW_OK)
		status = gw_db_query(db, ended_sql, params, ENDED_PARAMS, NULL, err);
	gw_buf_release(&warnings);
	return status;
}

static enum gw_status
take_event(struct gw_db *db, struct gw_stage *stage, struct gw_arrival *record,
	   struct gw_error *err)
{
	struct gw_event event;
	struct gw_refusal why = {.code = "event", .reason = err->text};
	enum gw_status status = gw_event_decode((const char *)record->value, record->value_len,
						&stage->arena, &event, err);

	if (status == GW_REJECT) {
		struct gw_error reason = *err;

		why.reason = reason.text;
		return gw_stage_refuse(stage, record, &why, err);
	}
	if (status == GW_OK)
		status = put_event(db, &event, err);
	return status == GW_OK ? gw_pause_told(db, &event, err) : status;
}

enum gw_status
gw_ledger_events(struct gw_db *db, struct gw_stage *stage, struct gw_error *err)
{
	for (size_t i = 0; i < stage->npicked; i++) {
		struct gw_arrival *record = stage->picked[i];

		if (record->refusal == NULL && record->value != NULL &&
		    take_event(db, stage, record, err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

static const char letter_sql[] =
	"INSERT INTO ops.dead_letter (source, stream, run, stage, column_name, rule, code, reason, "
	"key, version, topic, partition, kafka_offset, at, sealed) VALUES ($1, $2, $3, $4, "
	"nullif($5, ''), nullif($6, ''), $7, $8, $9, $10, $11, $12, $13, "
	"to_timestamp($14::bigint / 1000.0), $15) "
	"ON CONFLICT (topic, partition, kafka_offset, stage, "
	"coalesce(run, '00000000-0000-0000-0000-000000000000'::uuid)) DO NOTHING";

enum { LETTER_PARAMS = 14 };

/* Where a letter stood; run NULL: none is known. */
static enum gw_status
put_letter(struct gw_db *db, const struct gw_letter *letter, const unsigned char *run,
	   int64_t timestamp_ms, struct gw_error *err)
{
	char id[GW_UUID_TEXT], key[2048], n[4][NUMBER_TEXT];
	bool has_key = letter->key != NULL && letter->key_len < sizeof key &&
		       gw_utf8_valid(letter->key, letter->key_len);
	const char *params[LETTER_PARAMS] = {
		letter->source,
		letter->stream,
		run == NULL ? NULL : id,
		letter->stage,
		letter->column,
		letter->rule,
		letter->code,
		letter->reason,
		has_key ? key : NULL,
		run == NULL ? NULL : number(n[0], letter->version),
		letter->topic,
		number(n[1], letter->partition),
		number(n[2], letter->offset),
		number(n[3], timestamp_ms),
	};
	const struct gw_db_bytes sealed = {letter->sealed, letter->sealed_len};

	if (run != NULL)
		gw_uuid_format(run, id);
	if (has_key) {
		memcpy(key, letter->key, letter->key_len);
		key[letter->key_len] = '\0';
	}
	return gw_db_query_bytes(db, letter_sql, params, LETTER_PARAMS, &sealed, err);
}

enum gw_status
gw_ledger_letters(struct gw_db *db, const struct gw_stage *stage, int64_t *count,
		  struct gw_error *err)
{
	*count = 0;
	for (size_t i = 0; i < stage->npicked; i++) {
		const struct gw_letter *letter = stage->picked[i]->letter;

		if (letter == NULL)
			continue;
		if (put_letter(db, letter, letter->run, stage->picked[i]->timestamp_ms, err) !=
		    GW_OK)
			return err->status;
		(*count)++;
	}
	return GW_OK;
}

static enum gw_status
put_refused(struct gw_db *db, const struct gw_topic *topic, const struct gw_arrival *record,
	    const struct gw_buf *sealed, struct gw_error *err)
{
	const struct gw_refusal *why = record->refusal;
	const struct gw_letter letter = {
		.source = topic->source,
		.stream = topic->stream,
		.stage = "load",
		.column = why->column,
		.rule = why->rule,
		.code = why->code,
		.reason = why->reason,
		.version = record->header.version,
		.key = record->key,
		.key_len = record->key_len,
		.sealed = sealed->data,
		.sealed_len = sealed->len,
		.topic = topic->name,
		.partition = record->part->partition,
		.offset = record->offset,
	};

	return put_letter(db, &letter, record->headed ? record->header.run : NULL,
			  record->timestamp_ms, err);
}

enum gw_status
gw_ledger_refused(struct gw_db *db, const struct gw_stage *stage,
		  const unsigned char letter_public[32], struct gw_error *err)
{
	struct gw_buf sealed;
	enum gw_status status = GW_OK;

	gw_buf_init(&sealed, MAX_SEALED);
	for (size_t i = 0; i < stage->npicked && status == GW_OK; i++) {
		const struct gw_arrival *record = stage->picked[i];

		if (record->refusal == NULL)
			continue;
		gw_buf_clear(&sealed);
		status = gw_letter_seal(letter_public, record->value, record->value_len, &sealed,
					err);
		if (status == GW_OK)
			status = put_refused(db, stage->topic, record, &sealed, err);
	}
	gw_buf_release(&sealed);
	return status;
}

static const char counts_sql[] =
	"INSERT INTO ops.run_load AS l (run, topic, partition, loaded, unchanged, superseded, "
	"deleted, refused, caught) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
	"ON CONFLICT (run, topic, partition) DO UPDATE SET loaded = l.loaded + excluded.loaded, "
	"unchanged = l.unchanged + excluded.unchanged, "
	"superseded = l.superseded + excluded.superseded, deleted = l.deleted + excluded.deleted, "
	"refused = l.refused + excluded.refused, caught = l.caught + excluded.caught";

enum gw_status
gw_ledger_counts(struct gw_db *db, const struct gw_stage *stage, struct gw_error *err)
{
	for (size_t i = 0; i < stage->nslots; i++) {
		const struct gw_slot *slot = &stage->slots[i];
		char run[GW_UUID_TEXT], n[7][NUMBER_TEXT];
		const char *params[] = {
			run,
			stage->topic->name,
			number(n[0], slot->part->partition),
			number(n[1], slot->loaded),
			number(n[2], slot->unchanged),
			number(n[3], slot->superseded),
			number(n[4], slot->deleted),
			number(n[5], slot->refused),
			number(n[6], slot->caught),
		};

		/* A message that something else wrote belongs to no run. */
		if (!slot->has_run)
			continue;
		gw_uuid_format(slot->run, run);
		if (gw_db_query(db, counts_sql, params, 9, NULL, err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}
