/*
 * Canon tables of this session, and how records of each schema id get into them.
 *
 * A schema id that was not met before is looked up in the registry; a table or
 * column that it needs and the warehouse lacks is made at once, under an
 * advisory lock and in a transaction of its own.  Everything is kept for as
 * long as the session and thrown away with it.
 */
#ifndef GW_ENTITY_H
#define GW_ENTITY_H

#include "avro/codec.h"
#include "avro/registry.h"
#include "load/canon.h"
#include "load/db.h"

struct gw_entity {
	struct gw_canon_table table;
	struct gw_schema *schema; /* what it has now */
	struct gw_buf copy;
	bool prepared; /* its statements, in this session */
	struct gw_entity *next;
};

/* The name of the prepared statement of a step. */
void gw_entity_statement(const struct gw_entity *entity, enum gw_step step,
			 char out[GW_MAX_NAME + 16]);

/* How to read what was written with one schema id. */
struct gw_writer {
	int32_t id;
	const struct gw_schema *schema; /* the registry's */
	const struct gw_schema *reader; /* the entity's present schema, or the writer's own */
	struct gw_decoder *decoder;
	struct gw_entity *entity;
	int *fields; /* for each column of the table: field of reader, or -1 */
	struct gw_writer *next;
};

struct gw_entities;

enum gw_status gw_entities_open(struct gw_db *db, struct gw_registry *registry,
				struct gw_entities **out, struct gw_error *err);
void gw_entities_close(struct gw_entities *entities); /* NULL is allowed */

/* From now on it is about the tables in the making (rebuild.h), which are there. */
void gw_entities_shadow(struct gw_entities *entities);

/* What the registry has for an id, and owns.  GW_REJECT: nothing, or nothing that is a schema. */
enum gw_status gw_entities_schema(struct gw_entities *entities, int32_t id,
				  const struct gw_schema **out, struct gw_error *err);

/*
 * The writer of a schema id; call outside of a transaction.  GW_REJECT: the
 * registry has no such id, or its schema can't be kept in a table here.
 */
enum gw_status gw_entities_writer(struct gw_entities *entities, int32_t id,
				  const struct gw_writer **out, struct gw_error *err);

/* An entity by name, with its statements prepared; GW_CONFIG where there is none.  Outside of a
 * transaction.
 */
enum gw_status gw_entities_find(struct gw_entities *entities, const char *name,
				struct gw_entity **out, struct gw_error *err);

/* Another loader may have changed tables: what is known of them is read again. */
void gw_entities_forget(struct gw_entities *entities);

#endif
