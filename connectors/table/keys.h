/*
 * The columns of keys that rows are read again by: in whatever order they were
 * sent, they are found by their names.
 */
#ifndef GW_TABLE_KEYS_H
#define GW_TABLE_KEYS_H

#include "connector.h"

/* Fills at with where each name stands among the keys' columns.  Returns how many were found, from
   the first on: count where all are there, else the number of one that is not. */
size_t gw_keys_find(const struct gw_keys *keys, const char *const *names, size_t count, size_t *at);

/* The same for a table's key, which must be named in full and alone; GW_CONFIG: it is not. */
enum gw_status gw_keys_match(const struct gw_keys *keys, const char *const *key, size_t nkey,
			     const char *table, size_t *at, struct gw_error *err);

/* GW_CONFIG: they are too many, or their texts too long. */
enum gw_status gw_keys_fail_many(const struct gw_keys *keys, const char *table,
				 struct gw_error *err);

/* GW_CONFIG: the rows of so many keys do not fit the batch. */
enum gw_status gw_keys_fail_large(size_t count, const char *table, const struct gw_batch *batch,
				  struct gw_error *err);

#endif
