/*
 * The duty that fills the warehouse: Kafka → PostgreSQL.
 *
 * A batch is one transaction: the offset rows of its partitions are locked
 * first (not where they were left: another loader has taken over), then its
 * records are merged by version into the canon table of their entity, and the
 * new offsets are stored.  So what was consumed and what it made are always
 * the same.  The warehouse's own schema is made and migrated by gw_warehouse_prepare.
 */
#ifndef GW_LOAD_H
#define GW_LOAD_H

#include <signal.h>

#include "config/config.h"

struct gw_load;

struct gw_load_progress {
	const char *topic;
	int64_t loaded, unchanged, superseded, deleted, refused; /* since the load was opened */
	int64_t letters;
	int64_t lag;        /* records still to load; -1: not known */
	const char *notice; /* NULL, or what an operator should know of the topic */
};
typedef void gw_load_fn(void *arg, const struct gw_load_progress *progress);

enum gw_status gw_load_open(const struct gw_config *config, gw_load_fn *progress, void *arg,
			    struct gw_load **out, struct gw_error *err);
void gw_load_close(struct gw_load *load); /* NULL is allowed */

/*
 * Loads until *stop is set (GW_CANCELLED; the batch in hand is finished), or,
 * once *drain is set, until everything that was in Kafka then has been loaded, be
 * it by other loaders (GW_OK).  Both may be set by signal handlers.  GW_RETRY: the
 * warehouse, Kafka or the registry is away, or another loader stands still; what was
 * not committed is rolled back and will be loaded by whoever opens a load next.  GW_FENCED: other
 * loaders change the same offsets all the time.
 */
enum gw_status gw_load_run(struct gw_load *load, const volatile sig_atomic_t *stop,
			   const volatile sig_atomic_t *drain, struct gw_error *err);

/*
 * Makes or migrates ops, ref and the rest of the warehouse from schemas_dir
 * (the warehouse and codes folders), under an advisory lock; a no-op when all is there.
 * The loader, `indicator` and `check` call it.
 */
struct gw_warehouse;
enum gw_status gw_warehouse_open(const struct gw_config *config, struct gw_warehouse **out,
				 struct gw_error *err);
void gw_warehouse_close(struct gw_warehouse *warehouse);
enum gw_status gw_warehouse_prepare(struct gw_warehouse *warehouse, const char *schemas_dir,
				    struct gw_error *err);

/* A read-only query with text parameters; rows come as text, NULL for null. */
typedef enum gw_status gw_row_fn(void *arg, const char *const *values, size_t count,
				 struct gw_error *err);
enum gw_status gw_warehouse_query(struct gw_warehouse *warehouse, const char *sql,
				  const char *const *params, size_t nparams, int64_t timeout_us,
				  gw_row_fn *each, void *arg, struct gw_error *err);

/* All queries until gw_warehouse_end see one snapshot. */
enum gw_status gw_warehouse_begin(struct gw_warehouse *warehouse, struct gw_error *err);
void gw_warehouse_end(struct gw_warehouse *warehouse);

/* One statement that writes, in a transaction of its own; not between begin and end. */
enum gw_status gw_warehouse_write(struct gw_warehouse *warehouse, const char *sql,
				  const char *const *params, size_t nparams, struct gw_error *err);

#endif
