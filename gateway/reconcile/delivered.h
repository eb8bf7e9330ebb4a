/*
 * What the warehouse has of a stream: its delivered columns, not the hash that
 * was noted when they were loaded; so what was changed by hand is found.
 *
 * Rows come through one at a time, whatever their number.  Deleted rows are none.
 */
#ifndef GW_DELIVERED_H
#define GW_DELIVERED_H

#include <signal.h>

#include "avro/schema.h"
#include "config/config.h"
#include "reconcile/buckets.h"

struct gw_delivered;

/* Columns are read as the fields of schema, which must outlive it.  GW_RETRY: the warehouse is
   away.  A table that is not there has no rows. */
enum gw_status gw_delivered_open(const struct gw_config *config, const char *source,
				 const char *stream, const struct gw_schema *schema,
				 struct gw_delivered **out, struct gw_error *err);
void gw_delivered_close(struct gw_delivered *delivered); /* NULL is allowed */

/* Adds up all rows; *stop ends it with GW_CANCELLED. */
enum gw_status gw_delivered_sums(struct gw_delivered *delivered, struct gw_buckets *out,
				 const volatile sig_atomic_t *stop, struct gw_error *err);

struct gw_delivered_row {
	const char *key; /* not NUL-terminated; during the call */
	size_t len;
	int64_t version, hash; /* of gw_delivered_look; else 0 */
};
typedef enum gw_status gw_delivered_fn(void *arg, const struct gw_delivered_row *row,
				       struct gw_error *err);

/* Calls each for the keys of all rows in these buckets. */
enum gw_status gw_delivered_keys(struct gw_delivered *delivered, const struct gw_bucket_set *set,
				 gw_delivered_fn *each, void *arg,
				 const volatile sig_atomic_t *stop, struct gw_error *err);

struct gw_delivered_key {
	const char *key;
	size_t len;
};

/* Calls each for those of the keys that there are. */
enum gw_status gw_delivered_look(struct gw_delivered *delivered,
				 const struct gw_delivered_key *keys, size_t count,
				 gw_delivered_fn *each, void *arg, struct gw_error *err);
/* Calls each for those of the keys that have a dead letter which has not ended. */
enum gw_status gw_delivered_letters(struct gw_delivered *delivered,
				    const struct gw_delivered_key *keys, size_t count,
				    gw_delivered_fn *each, void *arg, struct gw_error *err);

#endif
