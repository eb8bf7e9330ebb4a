/*
 * The keys of a file's rows as a set of 128-bit hashes: what tells which rows a
 * newer file of the same part lacks, in sixteen bytes a row.
 *
 * On disk a set is sorted, so that it is looked into without being read; it can
 * always be made again from the file.  Two keys that people would take for the
 * same (white space, leading zeros, composition) have the same hash: at worst a
 * row stays that should go, until a reconcile.
 */
#ifndef GW_KEYSET_H
#define GW_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/value.h"

enum { GW_KEYSET_MOST = 4000000 }; /* 64 MB while it is made */

struct gw_keyhash {
	uint64_t high, low;
};

/* Hashes a key of count values; false: all of them are empty, or one is held by no type. */
bool gw_keyhash_of(const struct gw_value *values, size_t count, struct gw_keyhash *out);
int gw_keyhash_compare(const void *a, const void *b);

/* A set in memory that grows. */
struct gw_keylist {
	struct gw_keyhash *keys;
	size_t count, room;
};

/* GW_REJECT: more than GW_KEYSET_MOST. */
enum gw_status gw_keylist_add(struct gw_keylist *list, const struct gw_keyhash *key,
			      struct gw_error *err);
/* Sorts, and drops what is there twice; returns how many that were. */
size_t gw_keylist_sort(struct gw_keylist *list);
bool gw_keylist_has(const struct gw_keylist *list, const struct gw_keyhash *key);
void gw_keylist_free(struct gw_keylist *list);

/* Writes a sorted list to path below the folder dir (a descriptor), as draft first, which nobody
   else writes to; mark tells what the keys are made of.  GW_RETRY: the disk is full. */
enum gw_status gw_keyset_write(const struct gw_keylist *list, int dir, const char *draft,
			       const char *path, uint64_t mark, struct gw_error *err);

/* A set on disk. */
struct gw_keyset {
	const struct gw_keyhash *keys;
	size_t count;
	void *map;
	size_t size;
};

/* False: it is not there, is of another mark or damaged. */
bool gw_keyset_open(struct gw_keyset *set, int dir, const char *path, uint64_t mark);
bool gw_keyset_has(const struct gw_keyset *set, const struct gw_keyhash *key);
void gw_keyset_close(struct gw_keyset *set); /* one that never opened is allowed */

/* The keys of before that now lacks, into an empty list, sorted. */
enum gw_status gw_keyset_missing(const struct gw_keyset *before, const struct gw_keyset *now,
				 struct gw_keylist *out, struct gw_error *err);
/* Takes out what the set has. */
void gw_keylist_without(struct gw_keylist *list, const struct gw_keyset *set);

#endif
