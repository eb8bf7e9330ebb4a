/*
 * What the codec prepares once for a schema, so that a record takes no search
 * and no allocation.  Made by gw_schema_parse, in the schema's arena.
 */
#ifndef GW_PLAN_H
#define GW_PLAN_H

#include "avro/node.h"

/* How a field is written. */
enum gw_write_op {
	GW_WRITE_BOOL,
	GW_WRITE_INT,
	GW_WRITE_LONG,
	GW_WRITE_FLOAT,
	GW_WRITE_DOUBLE,
	GW_WRITE_TEXT,
	GW_WRITE_BYTES,
	GW_WRITE_FIXED,
	GW_WRITE_ENUM,
	GW_WRITE_DATE,
	GW_WRITE_MICROS,
	GW_WRITE_MILLIS,
	GW_WRITE_DECIMAL,
	GW_WRITE_DECIMAL_FIXED,
	GW_WRITE_PARTIAL_DATE,
	GW_WRITE_NEVER, /* a foreign writer's field that is not flat */
};

struct gw_write_step {
	enum gw_write_op op;
	enum gw_kind kind;      /* that the value must have */
	signed char null_byte;  /* what stands for null; -1: it can't be null */
	signed char value_byte; /* what stands before a value; -1: nothing */
	const struct gw_schema_field *field;
};

/* Plans schema->steps and fixed_room; fields are complete. */
enum gw_status gw_write_plan(struct gw_schema *schema, struct gw_error *err);

/* Plans the symbol table of an enum field. */
enum gw_status gw_symbols_plan(struct gw_arena *arena, struct gw_schema_field *field,
			       struct gw_error *err);

/* Plans the hashes of a field whose name, type and default are complete. */
void gw_hash_plan(struct gw_schema_field *field);

#endif
