/*
 * The sum of a stream, bucket by bucket of its canonical keys.
 *
 * Both sides of a reconciliation add a 64-bit hash of each record into the bucket
 * of its key; sums don't depend on the order of rows.  Where two buckets are
 * alike their rows are taken to be alike (a chance of one in 2^64 a bucket that
 * differs); where they differ the keys in them are looked at one by one.  Less
 * than a mebibyte, however large the stream.
 */
#ifndef GW_BUCKETS_H
#define GW_BUCKETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { GW_BUCKETS = 65536 };

/* Too large for the stack. */
struct gw_buckets {
	int64_t rows;     /* that were added */
	int64_t rejected; /* rows that are no record (dead letters), and so were not */
	int64_t key_bytes;
	int64_t version; /* of the source, when it began to be read */
	uint64_t sums[GW_BUCKETS];
	uint32_t counts[GW_BUCKETS];
};

/* Some of the buckets. */
struct gw_bucket_set {
	unsigned char bits[GW_BUCKETS / 8];
};

uint64_t gw_bucket_hash(const char *key, size_t len);

static inline size_t
gw_bucket_of(uint64_t key_hash)
{
	return (size_t)(key_hash >> 48);
}

static inline bool
gw_bucket_has(const struct gw_bucket_set *set, size_t bucket)
{
	return (set->bits[bucket / 8] >> (bucket % 8) & 1) != 0;
}

static inline void
gw_bucket_put(struct gw_bucket_set *set, size_t bucket)
{
	set->bits[bucket / 8] = (unsigned char)(set->bits[bucket / 8] | 1u << (bucket % 8));
}

/* Adds a record: its canonical key, and gw_record_hash of its fields. */
void gw_buckets_add(struct gw_buckets *buckets, const char *key, size_t len, int64_t hash);

static inline bool
gw_buckets_differ(const struct gw_buckets *a, const struct gw_buckets *b, size_t bucket)
{
	return a->sums[bucket] != b->sums[bucket] || a->counts[bucket] != b->counts[bucket];
}

enum { GW_BUCKETS_PACKED = 4 + 4 * 8 + GW_BUCKETS * 12 };

/* Appends GW_BUCKETS_PACKED bytes; ask out->failed. */
void gw_buckets_pack(const struct gw_buckets *buckets, struct gw_buf *out);
/* False: these are no such bytes. */
bool gw_buckets_unpack(const unsigned char *bytes, size_t len, struct gw_buckets *out);

#endif
