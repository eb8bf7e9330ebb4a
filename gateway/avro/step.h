/*
 * The plan of a decoder: one step for each field of the writer, in its order.
 *
 * Made by resolution, run by decoding.  A step says what stands in the message
 * and what becomes of it: a value of the reader, or nothing (it is skipped).
 */
#ifndef GW_STEP_H
#define GW_STEP_H

#include "avro/node.h"

/* What stands in the message. */
enum gw_read_op {
	GW_READ_NULL,
	GW_READ_BOOL,
	GW_READ_INT,
	GW_READ_LONG,
	GW_READ_FLOAT,
	GW_READ_DOUBLE,
	GW_READ_BYTES, /* bytes or string */
	GW_READ_FIXED,
	GW_READ_ENUM,
	GW_READ_SKIP,
	GW_READ_MISMATCH, /* a branch that the reader can't take */
};

/* What is made of it. */
enum gw_read_as {
	GW_AS_IS,     /* a value of step->kind */
	GW_AS_MILLIS, /* times a thousand */
	GW_AS_FLOAT,  /* rounded to what 32 bits hold */
	GW_AS_DOUBLE,
	GW_AS_TEXT, /* checked to be UTF-8 */
	GW_AS_DECIMAL,
};

struct gw_read_step {
	enum gw_read_op op;
	enum gw_read_as as;
	enum gw_kind kind;
	int target;                          /* index of the reader's field; -1: none */
	uint32_t size;                       /* of a fixed */
	int precision, scale;                /* of the reader's decimal */
	const struct gw_read_step *branches; /* of a union, instead of op */
	size_t nbranches;                    /* 0: no union */
	const struct gw_value *symbols;      /* the writer's, as the reader has them; UNHELD: not */
	size_t nsymbols;
	const struct gw_node *node; /* what is skipped */
	const char *name;           /* of the field, for messages */
};

/* A field that the writer does not have. */
struct gw_read_default {
	size_t target;
	struct gw_value value;
};

struct gw_decoder {
	struct gw_read_step *steps;
	size_t nsteps;
	struct gw_read_default *defaults;
	size_t ndefaults;
	struct gw_arena arena; /* holds all of it */
};

/*
 * Returns the place behind the value of this type at p, or NULL when the bytes
 * are not one.  Work is bounded by the bytes there are, nesting by 32 levels.
 */
const unsigned char *gw_node_skip(const struct gw_node *node, const unsigned char *p,
				  const unsigned char *end);

#endif
