#include "load/entity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "load/migrate.h"

enum { MAX_SQL = 1024 * 1024, BAD_US = 5 * 1000000 };

struct gw_entities {
	struct gw_db *db;
	struct gw_registry *registry;
	struct gw_entity *first;
	struct gw_writer *writers;
	bool shadow;
	/* The id that was no good last, and why: a flood of it must not ask the registry each time.
	 */
	int32_t bad_id;
	int64_t bad_until_us;
	struct gw_error bad;
};

enum gw_status
gw_entities_open(struct gw_db *db, struct gw_registry *registry, struct gw_entities **out,
		 struct gw_error *err)
{
	struct gw_entities *entities = calloc(1, sizeof *entities);

	if (entities == NULL)
		return gw_fail_memory(err);
	entities->db = db;
	entities->registry = registry;
	*out = entities;
	return GW_OK;
}

void
gw_entities_shadow(struct gw_entities *entities)
{
	gw_entities_forget(entities);
	entities->shadow = true;
}

static void
writer_free(struct gw_writer *writer)
{
	gw_decoder_free(writer->decoder);
	free(writer->fields);
	free(writer);
}

static void
entity_free(struct gw_entity *entity)
{
	gw_canon_release(&entity->table);
	gw_schema_free(entity->schema);
	gw_buf_release(&entity->copy);
	free(entity);
}

static void
forget_writers(struct gw_entities *entities)
{
	while (entities->writers != NULL) {
		struct gw_writer *next = entities->writers->next;

		writer_free(entities->writers);
		entities->writers = next;
	}
}

void
gw_entity_statement(const struct gw_entity *entity, enum gw_step step, char out[GW_MAX_NAME + 16])
{
	(void)snprintf(out, GW_MAX_NAME + 16, "merge%d_%s", (int)step, entity->table.entity);
}

/* The statements for a table that may have other columns by now. */
static void
drop_statements(struct gw_db *db, const struct gw_entity *entity)
{
	if (!entity->prepared)
		return;
	for (int step = 0; step < GW_STEPS; step++) {
		char sql[GW_MAX_NAME + 48], name[GW_MAX_NAME + 16];
		struct gw_error unused;

		gw_entity_statement(entity, (enum gw_step)step, name);
		(void)snprintf(sql, sizeof sql, "DEALLOCATE \"%s\"", name);
		(void)gw_db_exec(db, sql, &unused);
	}
}

void
gw_entities_forget(struct gw_entities *entities)
{
	forget_writers(entities);
	while (entities->first != NULL) {
		struct gw_entity *next = entities->first->next;

		drop_statements(entities->db, entities->first);
		entity_free(entities->first);
		entities->first = next;
	}
}

void
gw_entities_close(struct gw_entities *entities)
{
	if (entities == NULL)
		return;
	gw_entities_forget(entities);
	free(entities);
}

static enum gw_status
entity_fill(struct gw_db *db, struct gw_entity *entity, struct gw_error *err)
{
	const char *params[] = {entity->table.entity};
	struct gw_db_result *result = NULL;
	char origin[GW_MAX_NAME + 16];
	enum gw_status status =
		gw_db_query(db, "SELECT schema_text FROM ops.entity WHERE entity = $1", params, 1,
			    &result, err);

	(void)snprintf(origin, sizeof origin, "canon.%s", entity->table.entity);
	if (status == GW_OK && gw_db_rows(result) == 0)
		status = gw_fail(err, GW_CONFIG,
				 _("%s: ops.entity does not know this table; if it was restored "
				   "or emptied by hand, restore ops together with it"),
				 origin);
	if (status == GW_OK) {
		const char *text = gw_db_text(result, 0, 0);

		status = gw_schema_parse(origin, text, strlen(text), false, &entity->schema, err);
	}
	gw_db_free(result);
	return status == GW_OK ? gw_migrate_read(db, &entity->table, 0, err) : status;
}

/* The COPY and the statements of a merge. */
static enum gw_status
entity_prepare(struct gw_db *db, struct gw_entity *entity, struct gw_error *err)
{
	struct gw_buf sql;
	enum gw_status status = GW_OK;

	gw_buf_init(&sql, MAX_SQL);
	gw_canon_copy(&entity->table, &entity->copy);
	entity->prepared = true;
	for (int step = 0; status == GW_OK && step < GW_STEPS; step++) {
		char name[GW_MAX_NAME + 16];

		gw_buf_clear(&sql);
		gw_canon_step(&entity->table, (enum gw_step)step, &sql);
		gw_entity_statement(entity, (enum gw_step)step, name);
		status = sql.failed || entity->copy.failed ? gw_fail_memory(err)
							   : gw_db_prepare(db, name, sql.data, err);
	}
	gw_buf_release(&sql);
	return status;
}

static struct gw_entity *
entity_known(const struct gw_entities *entities, const char *name)
{
	struct gw_entity *entity = entities->first;

	while (entity != NULL && strcmp(entity->table.entity, name) != 0)
		entity = entity->next;
	return entity;
}

enum gw_status
gw_entities_find(struct gw_entities *entities, const char *name, struct gw_entity **out,
		 struct gw_error *err)
{
	struct gw_entity *entity = entity_known(entities, name);
	enum gw_status status;

	if (entity != NULL) {
		*out = entity;
		return GW_OK;
	}
	entity = calloc(1, sizeof *entity);
	if (entity == NULL)
		return gw_fail_memory(err);
	(void)strncat(entity->table.entity, name, GW_MAX_NAME - 1);
	entity->table.shadow = entities->shadow;
	gw_buf_init(&entity->copy, MAX_SQL);
	status = entity_fill(entities->db, entity, err);
	if (status == GW_OK)
		status = entity_prepare(entities->db, entity, err);
	if (status != GW_OK) {
		drop_statements(entities->db, entity);
		entity_free(entity);
		return status;
	}
	entity->next = entities->first;
	entities->first = entity;
	*out = entity;
	return GW_OK;
}

/* True when every field of part is one of whole. */
static bool
covers(const struct gw_schema *whole, const struct gw_schema *part)
{
	for (size_t i = 0; i < part->nfields; i++)
		if (gw_schema_find(whole, part->fields[i].name) < 0)
			return false;
	return true;
}

/*
 * Records are read as the table's present schema where that loses nothing, so
 * that what the writer lacks gets its default; else as they were written.
 */
static enum gw_status
plan_reading(struct gw_writer *writer, struct gw_error *err)
{
	const struct gw_canon_table *table = &writer->entity->table;

	writer->reader = writer->entity->schema;
	if (!covers(writer->reader, writer->schema) ||
	    gw_decoder_make(writer->schema, writer->reader, &writer->decoder, err) != GW_OK) {
		writer->reader = writer->schema;
		if (gw_decoder_make(writer->schema, writer->schema, &writer->decoder, err) != GW_OK)
			return err->status;
	}
	writer->fields = calloc(table->count + 1, sizeof *writer->fields);
	if (writer->fields == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < table->count; i++)
		writer->fields[i] = gw_schema_find(writer->reader, table->columns[i].name);
	return GW_OK;
}

/* Sees that the table has all that the schema needs. */
static enum gw_status
entity_for(struct gw_entities *entities, int32_t id, const struct gw_schema *schema,
	   struct gw_entity **out, struct gw_error *err)
{
	bool changed = false;

	if (gw_migrate_entity(entities->db, schema, id, &changed, err) != GW_OK)
		return err->status;
	if (changed)
		gw_entities_forget(entities);
	return gw_entities_find(entities, schema->entity, out, err);
}

/*
 * The registry says GW_CONFIG both of itself and of a schema that is none of
 * ours: if it answers well otherwise, it is the schema.
 */
static enum gw_status
find_schema(struct gw_registry *registry, int32_t id, const struct gw_schema **out,
	    struct gw_error *err)
{
	enum gw_status status = gw_registry_schema(registry, id, out, err);
	struct gw_error ping;

	if (status != GW_CONFIG)
		return status;
	if (gw_registry_ping(registry, &ping) != GW_OK) {
		*err = ping;
		return ping.status;
	}
	return err->status = GW_REJECT;
}

enum gw_status
gw_entities_schema(struct gw_entities *entities, int32_t id, const struct gw_schema **out,
		   struct gw_error *err)
{
	return find_schema(entities->registry, id, out, err);
}

static enum gw_status
writer_make(struct gw_entities *entities, int32_t id, struct gw_writer *writer,
	    struct gw_error *err)
{
	writer->id = id;
	if (find_schema(entities->registry, id, &writer->schema, err) != GW_OK)
		return err->status;
	if (entity_for(entities, id, writer->schema, &writer->entity, err) != GW_OK)
		return err->status;
	return plan_reading(writer, err);
}

static enum gw_status
writer_new(struct gw_entities *entities, int32_t id, struct gw_writer **out, struct gw_error *err)
{
	struct gw_writer *writer = calloc(1, sizeof *writer);

	if (writer == NULL)
		return gw_fail_memory(err);
	if (writer_make(entities, id, writer, err) != GW_OK) {
		writer_free(writer);
		return err->status;
	}
	writer->next = entities->writers;
	entities->writers = writer;
	*out = writer;
	return GW_OK;
}

enum gw_status
gw_entities_writer(struct gw_entities *entities, int32_t id, const struct gw_writer **out,
		   struct gw_error *err)
{
	struct gw_writer *writer = entities->writers;

	while (writer != NULL && writer->id != id)
		writer = writer->next;
	if (writer == NULL && id == entities->bad_id &&
	    gw_monotonic_us() < entities->bad_until_us) {
		*err = entities->bad;
		return err->status;
	}
	if (writer == NULL && writer_new(entities, id, &writer, err) != GW_OK) {
		if (err->status == GW_REJECT) {
			entities->bad_id = id;
			entities->bad_until_us = gw_monotonic_us() + BAD_US;
			entities->bad = *err;
		}
		return err->status;
	}
	*out = writer;
	return GW_OK;
}
