/*
 * What a stream's table looked like when it was last read: what a pull compares
 * with, to see that a column went, came or changed.  One message a stream in
 * <prefix>.<source>._position (compacted), keyed "_catalog." and the stream's
 * name, as JSON text; written only when it is another one, in the transaction
 * of the next position.
 */
#ifndef GW_CATALOG_H
#define GW_CATALOG_H

#include "kafka/position.h"

#define GW_CATALOG_KEY "_catalog."

enum { GW_CATALOG_KEY_MAX = GW_MAX_STREAM_NAME + sizeof GW_CATALOG_KEY };

enum gw_column_state {
	GW_COLUMN_THERE,
	GW_COLUMN_GONE,    /* a mapped one; type is what it was */
	GW_COLUMN_CHANGED, /* a mapped one has another type than the mapping was written for */
};

struct gw_catalog_column {
	const char *name;
	const char *type; /* as the source names it */
	bool nullable;
	enum gw_column_state state;
	int64_t since_us; /* of a state that is not THERE; else 0 */
};

/* All texts live in arena. */
struct gw_catalog {
	char stream[GW_MAX_STREAM_NAME];
	const char *table;
	uint64_t mapping; /* basis of the mapping that the states are about */
	struct gw_catalog_column *columns;
	size_t ncolumns; /* 0: nothing is known */
	struct gw_arena arena;
};

/* The column of that name, or NULL. */
const struct gw_catalog_column *gw_catalog_find(const struct gw_catalog *catalog, const char *name);

/* Appends JSON text. */
enum gw_status gw_catalog_encode(const struct gw_catalog *catalog, struct gw_buf *out,
				 struct gw_error *err);
/* GW_CONFIG: not a catalogue of ours.  Release *out after success. */
enum gw_status gw_catalog_decode(const char *text, size_t len, struct gw_catalog *out,
				 struct gw_error *err);
void gw_catalog_release(struct gw_catalog *catalog); /* one that is zeroed is allowed */

/* Puts the message's key into out. */
void gw_catalog_key(const char *stream, char out[GW_CATALOG_KEY_MAX]);

#endif
