/*
 * A canonical schema: a flat Avro record whose every field says what it is,
 * how private it is, and what stands in for it when it is absent.
 *
 * Avro-C reads and checks the text too; what the fast codec and the
 * warehouse need is taken from the text itself, since Avro-C drops doc,
 * default, aliases and logicalType.  The original text is kept to the byte: it
 * is what the registry gets.  A schema owns all that it points to and does not
 * change after it is made.
 */
#ifndef GW_SCHEMA_H
#define GW_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/value.h"

enum gw_avro_type {
	GW_AVRO_BOOLEAN,
	GW_AVRO_INT,
	GW_AVRO_LONG,
	GW_AVRO_FLOAT,
	GW_AVRO_DOUBLE,
	GW_AVRO_STRING,
	GW_AVRO_BYTES,
	GW_AVRO_FIXED,
	GW_AVRO_ENUM,
	GW_AVRO_NULL, /* only in a foreign writer's schema: null, nested, or a wide union */
};

enum gw_avro_logical {
	GW_LOGICAL_NONE,
	GW_LOGICAL_DATE,
	GW_LOGICAL_TIMESTAMP_MILLIS,
	GW_LOGICAL_TIMESTAMP_MICROS,
	GW_LOGICAL_DECIMAL,
	GW_LOGICAL_PARTIAL_DATE, /* ours: text YYYY[-MM[-DD]] */
};

enum gw_privacy { GW_PUBLIC, GW_IDENTIFIER, GW_PERSONAL, GW_SENSITIVE };

/* The kinds of identifier; the name is part of what is pseudonymised. */
enum gw_identifier {
	GW_ID_NONE,
	GW_ID_CITIZEN_NUMBER,
	GW_ID_CMND,
	GW_ID_SOCIAL_INSURANCE,
	GW_ID_TAX,
	GW_ID_PHONE,
};

struct gw_node;
struct gw_write_step;

struct gw_schema_field {
	const char *name;
	const char *doc;
	enum gw_avro_type type; /* of the branch that is not null */
	enum gw_avro_logical logical;
	bool nullable;
	int null_branch;            /* of the union; -1: not a union */
	uint32_t size;              /* of a fixed */
	int precision, scale;       /* of a decimal */
	const char *const *symbols; /* of an enum */
	size_t nsymbols;
	const char *const *aliases;
	size_t naliases;
	bool has_default;
	struct gw_value fallback; /* the default, as the decoder gives it; GW_NULL for null */
	enum gw_privacy privacy;
	enum gw_identifier identifier;
	const char *whose;          /* of an identifier: the person it is of; NULL: not said */
	const char *purpose;        /* NULL: none stated */
	const char *commune_map_of; /* derived: name of the field whose code map this names */

	/* For the codec alone, planned when the schema is read. */
	const struct gw_node *node; /* the whole type; type is GW_AVRO_NULL where it is not flat */
	const uint16_t *symbol_slots; /* hash table of symbols: index + 1, 0 is free */
	uint32_t symbol_mask;
	uint64_t name_hash;
	uint64_t fallback_hash;
};

struct gw_schema {
	const char *name;   /* "HealthRecord" */
	const char *space;  /* "vn.songma.health" */
	const char *entity; /* "health_record": the canon table's name */
	const char *text;   /* the original */
	size_t text_len;
	const struct gw_schema_field *fields;
	size_t nfields;
	struct gw_arena arena; /* holds all of it */

	/* For the codec alone, planned when the schema is read. */
	const struct gw_node *root;
	const struct gw_write_step *steps; /* one a field */
	size_t fixed_room;                 /* most bytes a record takes beside its text and bytes */
};

/*
 * Reads a schema.  origin names it in messages (a path, "registry id 7").
 * strict: ours, so that doc and privacy are required (GW_CONFIG names the
 * field and what it lacks); a schema from a registry is read without strict.
 */
enum gw_status gw_schema_parse(const char *origin, const char *text, size_t len, bool strict,
			       struct gw_schema **out, struct gw_error *err);
/* Reads <dir>/<name>.avsc, strict; name is such as "health/HealthRecord". */
enum gw_status gw_schema_read(const char *dir, const char *name, struct gw_schema **out,
			      struct gw_error *err);
void gw_schema_free(struct gw_schema *schema); /* NULL is allowed */

/* Index of a field, or -1. */
int gw_schema_find(const struct gw_schema *schema, const char *field);

const char *gw_privacy_name(enum gw_privacy privacy);
const char *gw_identifier_name(enum gw_identifier kind);

/* The kind that an .avsc calls by this name, or GW_ID_NONE. */
enum gw_identifier gw_identifier_find(const char *name);

/* "integer", "timestamp", "enum of 3 words"...: for messages; into out. */
void gw_schema_type_text(const struct gw_schema_field *field, char *out, size_t size);

#endif
