#include "load/resolve.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"

static enum gw_status
refuse(struct gw_stage *stage, struct gw_arrival *record, const char *code, struct gw_error *err)
{
	char reason[sizeof err->text];
	const struct gw_refusal why = {.code = code, .reason = reason};

	memcpy(reason, err->text, sizeof reason);
	return gw_stage_refuse(stage, record, &why, err);
}

/*
 * A number must stand for the schema that it stood for in the stream's last run
 * of it, or records would be read as something else.  A number that the registry
 * does not have, and no run either, is its records' trouble alone.
 */
static enum gw_status
prove(struct gw_db *db, struct gw_entities *entities, struct gw_topic *topic, int32_t id,
      struct gw_error *err)
{
	static const char sql[] =
		"SELECT schema_text::jsonb = $5::jsonb FROM ops.run WHERE source = $1 AND stream = "
		"$2 "
		"AND topic = $3 AND schema_id = $4::integer AND schema_text IS NOT NULL "
		"ORDER BY started_at DESC LIMIT 1";
	const struct gw_schema *schema = NULL;
	enum gw_status status = gw_entities_schema(entities, id, &schema, err);
	char number[16];
	const char *params[] = {topic->source, topic->stream, topic->records, number, NULL};
	struct gw_db_result *row = NULL;

	if (status != GW_OK && status != GW_REJECT)
		return status;
	(void)snprintf(number, sizeof number, "%d", (int)id);
	params[4] = status == GW_OK ? schema->text : NULL;
	status = gw_db_query(db, sql, params, 5, &row, err);
	if (status == GW_OK && gw_db_rows(row) == 1 &&
	    (gw_db_text(row, 0, 0) == NULL || gw_db_text(row, 0, 0)[0] != 't'))
		status = gw_fail(err, GW_CONFIG,
				 _("topic %s: number %d stands for another schema in the registry "
				   "now, or for none; the registry was emptied, restored to an "
				   "earlier day, or is not the one of before. Nothing is loaded "
				   "until a person decides: put the registry's backup back, or use "
				   "another prefix"),
				 topic->name, (int)id);
	gw_db_free(row);
	if (status == GW_OK)
		topic->proven = id;
	return status;
}

/* Looks the record's schema up; one that is unknown or can't be kept is this record's trouble
 * alone. */
static enum gw_status
find_writer(struct gw_db *db, struct gw_entities *entities, struct gw_stage *stage,
	    struct gw_arrival *record, struct gw_error *err)
{
	int32_t id = 0;
	enum gw_status status = gw_frame_get(record->value, record->value_len, &id, err);

	if (status == GW_REJECT)
		return refuse(stage, record, "frame", err);
	if (id != stage->topic->proven && prove(db, entities, stage->topic, id, err) != GW_OK)
		return err->status;
	record->hashed = false;
	status = gw_entities_writer(entities, id, &record->writer, err);
	if (status == GW_REJECT)
		return refuse(stage, record, "schema", err);
	return status;
}

static enum gw_status
find_writers(struct gw_db *db, struct gw_entities *entities, struct gw_stage *stage,
	     struct gw_error *err)
{
	for (size_t i = 0; i < stage->nlive; i++) {
		struct gw_arrival *record = stage->live[i];

		if (record->refusal == NULL && record->value != NULL &&
		    find_writer(db, entities, stage, record, err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

/* Which table a stream is kept in, as the warehouse has it. */
static enum gw_status
ask_entity(struct gw_db *db, struct gw_topic *topic, struct gw_error *err)
{
	const char *params[] = {topic->source, topic->stream};
	struct gw_db_result *row = NULL;
	enum gw_status status =
		gw_db_query(db, "SELECT entity FROM ops.stream WHERE source = $1 AND stream = $2",
			    params, 2, &row, err);

	if (status == GW_OK && gw_db_rows(row) == 1)
		(void)snprintf(topic->entity, sizeof topic->entity, "%s", gw_db_text(row, 0, 0));
	gw_db_free(row);
	return status;
}

/* The first record of a stream that can be read says which table it is kept in. */
static enum gw_status
learn_entity(struct gw_db *db, const struct gw_stage *stage, struct gw_error *err)
{
	static const char sql[] = "INSERT INTO ops.stream (source, stream, topic, entity) "
				  "VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
	const struct gw_topic *topic = stage->topic;

	for (size_t i = 0; i < stage->nlive; i++) {
		const struct gw_writer *writer = stage->live[i]->writer;
		const char *params[] = {topic->source, topic->stream, topic->records, NULL};

		if (writer == NULL || stage->live[i]->refusal != NULL)
			continue;
		params[3] = writer->entity->table.entity;
		return gw_db_query(db, sql, params, 4, NULL, err);
	}
	return GW_OK;
}

static enum gw_status
find_entity(struct gw_db *db, struct gw_stage *stage, struct gw_error *err)
{
	struct gw_topic *topic = stage->topic;

	if (topic->entity[0] == '\0' && ask_entity(db, topic, err) != GW_OK)
		return err->status;
	if (topic->entity[0] == '\0') {
		if (learn_entity(db, stage, err) != GW_OK)
			return err->status;
		return ask_entity(db, topic, err);
	}
	return GW_OK;
}

static enum gw_status
refuse_strangers(const struct gw_entity *entity, struct gw_stage *stage, struct gw_error *err)
{
	for (size_t i = 0; i < stage->nlive; i++) {
		struct gw_arrival *record = stage->live[i];

		if (record->refusal != NULL || record->writer == NULL ||
		    record->writer->entity == entity)
			continue;
		(void)gw_fail(err, GW_REJECT,
			      _("the stream's records are kept in canon.%s, but this one is of "
				"schema %s"),
			      entity->table.entity, record->writer->schema->name);
		if (refuse(stage, record, "schema", err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

enum gw_status
gw_resolve(struct gw_db *db, struct gw_entities *entities, struct gw_stage *stage,
	   const struct gw_entity **out, struct gw_error *err)
{
	struct gw_entity *entity = NULL;

	/* Twice: a schema met late may change tables, and so what was found before it. */
	for (int pass = 0; pass < 2; pass++)
		if (find_writers(db, entities, stage, err) != GW_OK)
			return err->status;
	if (find_entity(db, stage, err) != GW_OK)
		return err->status;
	if (stage->topic->entity[0] != '\0' &&
	    gw_entities_find(entities, stage->topic->entity, &entity, err) != GW_OK)
		return err->status;
	*out = entity;
	return entity == NULL ? GW_OK : refuse_strangers(entity, stage, err);
}
