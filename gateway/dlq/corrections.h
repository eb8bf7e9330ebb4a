/*
 * The corrections of a source in memory: found by the row's key when a batch is
 * corrected, and by the hash that is their message's key when a later message
 * replaces or removes them.  For the two files that are corrections only.
 */
#ifndef GW_CORRECTIONS_H
#define GW_CORRECTIONS_H

#include "control/sealed.h"
#include "dlq/correction.h"
#include "kafka/scroll.h"

enum { GW_MEND_ID = 32 };

/* Columns that tell rows of a stream apart; nearly always there is one a stream. */
struct gw_mend_shape {
	struct gw_mend_shape *next;
	size_t used; /* corrections that have it */
	char stream[GW_MAX_STREAM_NAME];
	size_t ncolumns;
	char *columns[];
};

struct gw_mend {
	struct gw_mend *next;    /* with keys of the same bucket, the oldest first */
	struct gw_mend *next_id; /* with ids of the same bucket */
	struct gw_mend_shape *shape;
	uint64_t hash;   /* of the key */
	size_t size;     /* of all of it */
	const char *key; /* packed: see GW_PACKED_NULL */
	size_t key_len;
	const char *column;
	const char *bad, *value; /* NULL: null */
	size_t bad_len, value_len;
	enum gw_kind kind; /* of value */
	unsigned char id[GW_MEND_ID];
	char texts[];
};

struct gw_corrections {
	const struct gw_config *config; /* the caller's */
	struct gw_pull_keys keys;
	char topic[256];
	struct gw_scroll *scroll; /* NULL: there is no such topic yet */
	struct gw_arena arena;    /* the message in hand */
	struct gw_buf packed;     /* likewise */
	struct gw_mend_shape *shapes;
	size_t nshapes;
	struct gw_mend **by_key, **by_id; /* nbuckets each, a power of two */
	size_t nbuckets, count, held, unreadable;
};

/*
 * A packed key: GW_PACKED_NULL for a null, else GW_PACKED_TEXT, the text and a
 * NUL, which no text holds; so keys are alike only if their parts are.
 */
#define GW_PACKED_NULL '\1'
#define GW_PACKED_TEXT '\2'

/* Where the corrections of keys with this hash begin; nbuckets is not 0. */
static inline struct gw_mend **
gw_mend_bucket(const struct gw_corrections *c, uint64_t hash)
{
	return &c->by_key[(size_t)hash & (c->nbuckets - 1)];
}

#endif
