/*
 * Every PostgreSQL type that the gateway reads, one row each: as what it
 * arrives, how it travels and what it may be used for.  A type without a row
 * is refused by name; nothing is guessed.
 */
#ifndef GW_PG_TYPES_H
#define GW_PG_TYPES_H

#include <stdbool.h>

#include "base/value.h"

/* How a field stands in a binary COPY. */
enum gw_pg_wire {
	GW_PG_BOOL,
	GW_PG_INT2,
	GW_PG_INT4,
	GW_PG_INT8,
	GW_PG_OID,
	GW_PG_FLOAT4,
	GW_PG_FLOAT8,
	GW_PG_NUMERIC,
	GW_PG_TEXT,
	GW_PG_BPCHAR, /* text padded with blanks */
	GW_PG_JSONB,  /* a version byte, then text */
	GW_PG_UUID,
	GW_PG_BYTES,
	GW_PG_DATE,
	GW_PG_TIMESTAMP, /* of timestamptz, or of a timestamp without zone as it stands */
};

enum gw_pg_use {
	GW_PG_KEY = 1 << 0,         /* may be part of a key */
	GW_PG_KEY_TEXT = 1 << 1,    /* likewise, compared as its type but remembered as ::text */
	GW_PG_CURSOR_TIME = 1 << 2, /* orders changes by time */
	GW_PG_CURSOR_INT = 1 << 3,  /* orders changes by number */
	GW_PG_ZONED = 1 << 4,       /* needs the source's time zone to become an instant */
	GW_PG_DAY = 1 << 5,         /* knows the day only */
};

struct gw_pg_type {
	const char *name; /* typname */
	enum gw_kind kind;
	enum gw_pg_wire wire;
	const char *before, *behind; /* put around the column to read it; "" : as it is */
	unsigned use;                /* gw_pg_use bits */
	const char *cast;            /* of a key or cursor value that comes back as text */
};

/* What PostgreSQL's catalogue says about a type, domains already resolved. */
struct gw_pg_type_facts {
	const char *name; /* typname */
	bool builtin;     /* lives in pg_catalog */
	char type;        /* typtype: b base, c composite, e enum, r range, m multirange... */
	char category;    /* typcategory: A array, G geometric, ... */
};

/* The row of that type, or NULL and why it has none: a sentence, translated. */
const struct gw_pg_type *gw_pg_type_find(const struct gw_pg_type_facts *facts,
					 const char **refusal);

/* All rows, for the manual and the tests; the last has a NULL name. */
extern const struct gw_pg_type gw_pg_types[];

#endif
