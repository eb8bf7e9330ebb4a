/*
 * The type tree of an Avro schema, nested types and all.
 *
 * Our own schemas are flat.  A foreign writer's need not be, and what our
 * reader does not want of it must still be skipped, so the whole tree is kept.
 * A named type is one node however often it is used: the tree of a recursive
 * schema has cycles.  Nodes live in the arena that they were read into.
 */
#ifndef GW_NODE_H
#define GW_NODE_H

#include <jansson.h>

#include "avro/schema.h"

/* The first ones are those of enum gw_avro_type, in its order. */
enum gw_node_kind {
	GW_NODE_BOOLEAN,
	GW_NODE_INT,
	GW_NODE_LONG,
	GW_NODE_FLOAT,
	GW_NODE_DOUBLE,
	GW_NODE_STRING,
	GW_NODE_BYTES,
	GW_NODE_FIXED,
	GW_NODE_ENUM,
	GW_NODE_NULL,
	GW_NODE_ARRAY,
	GW_NODE_MAP,
	GW_NODE_RECORD,
	GW_NODE_UNION,
};

struct gw_node {
	enum gw_node_kind kind;
	enum gw_avro_logical logical;
	int precision, scale;       /* of a decimal */
	uint32_t size;              /* of a fixed */
	const char *name;           /* full name of a named type, else NULL */
	const char *const *aliases; /* of a named type, full names */
	size_t naliases;
	const char *const *symbols; /* of an enum */
	size_t nsymbols;
	int symbol_default;              /* index of the enum's own default, or -1 */
	const char *const *names;        /* of a record's fields */
	const struct gw_node **children; /* fields, branches, or the one items or values */
	size_t nchildren;
	bool empty; /* every value of it takes no byte at all */
};

/* What reading one schema needs; the named types met so far are its memory. */
struct gw_node_reader {
	struct gw_arena *arena;
	bool strict; /* attributes that Avro does not know are refused in types */
	const struct gw_node **named;
	size_t nnamed;
};

/*
 * Reads the type that json describes; space is the namespace around it ("" for
 * none).  GW_CONFIG says what is wrong; nesting is bounded by the JSON's own.
 */
enum gw_status gw_node_read(struct gw_node_reader *reader, json_t *json, const char *space,
			    const struct gw_node **out, struct gw_error *err);

/* "boolean", "array"...: the word that stands in a schema. */
const char *gw_node_kind_name(enum gw_node_kind kind);

/* The part of a full name behind its last dot. */
const char *gw_node_short_name(const char *name);

/* True when name is a letter or _ followed by letters, digits and _. */
bool gw_node_name_valid(const char *name);

/* Reads an array of text into the arena; json may be NULL (an empty list).  what names it. */
enum gw_status gw_node_read_words(struct gw_arena *arena, const json_t *json, const char *what,
				  const char *const **out, size_t *n, struct gw_error *err);

/* GW_CONFIG when the object has a key that is not in the NULL-terminated list. */
enum gw_status gw_node_check_keys(json_t *object, const char *const *known, struct gw_error *err);

#endif
