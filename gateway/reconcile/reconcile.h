/*
 * Reconciliation of a stream: what the source has against what the warehouse
 * delivers, down to keys, and sending what mends it.
 *
 * Both sides add up (buckets.h) at the same time, the source's pull in Kafka's
 * name and a process of this command at the warehouse.  Of buckets that differ
 * the warehouse's keys go to the pull, which reads those rows again; a key that it
 * finds otherwise is reported only if it is still so after all was loaded that the
 * pull had sent until then.  Memory is bounded: keys are compared some
 * thousands at a time.
 */
#ifndef GW_RECONCILE_H
#define GW_RECONCILE_H

#include <signal.h>

#include "config/source.h"
#include "control/answer.h"
#include "control/order.h"
#include "dlq/act.h"
#include "reconcile/parcel.h"

enum {
	GW_RECONCILE_FOUND = 100000,            /* keys of one reconciliation */
	GW_RECONCILE_BUCKETS = GW_BUCKETS / 10, /* that may differ before it is called a backfill */
};

/* Sends an order and waits for its last answer, whose data is in arena. */
typedef enum gw_status gw_reconcile_ask_fn(void *arg, struct gw_order *order, struct gw_act *act,
					   struct gw_arena *arena, struct gw_answer *answer,
					   struct gw_error *err);
/* Waits until the run's records are loaded. */
typedef enum gw_status gw_reconcile_load_fn(void *arg, const char *stream, const struct gw_run *run,
					    struct gw_error *err);

struct gw_reconcile {
	const struct gw_config *config;
	const char *source, *stream;
	const struct gw_schema *schema;
	const char *by;
	bool repair; /* is meant: then no number of buckets is too many */
	const volatile sig_atomic_t *stop;
	gw_reconcile_ask_fn *ask;
	gw_reconcile_load_fn *load;
	void *arg;
};

struct gw_found {
	enum gw_difference kind; /* MISSING, EXTRA, DIFFERENT; EXCUSED: a dead letter, and known */
	const char *key;         /* canonical, not NUL-terminated */
	size_t len;
	int64_t hash;
	bool settled; /* it differs no more */
};

struct gw_reconciled {
	struct gw_arena arena; /* holds the keys */
	int64_t source_rows;   /* that are records */
	int64_t warehouse_rows;
	int64_t rejected; /* rows of the source that are dead letters */
	int64_t version;  /* of the source, when it began to be read */
	int64_t buckets;  /* that differ */
	bool too_many;    /* keys: those found are only some */
	struct gw_found *found;
	size_t nfound;
	int64_t counts[GW_DIFFERENCES]; /* of what is found and not settled */
	int64_t sent, deleted;          /* by a repair */
};

/* *out is to be released in any case. */
enum gw_status gw_reconcile_find(const struct gw_reconcile *job, struct gw_reconciled *out,
				 struct gw_error *err);
void gw_reconciled_release(struct gw_reconciled *result);

/* How many rows may be deleted without anybody's word: the lesser of 1 % and 100; none where the
   source is empty. */
int64_t gw_reconcile_guard(int64_t source_rows, int64_t warehouse_rows);

/*
 * Sends what was found, and at most so many deletes: where there are more, none.
 * What is left stands in the result.  act: what the audit is to keep.
 */
enum gw_status gw_reconcile_repair(const struct gw_reconcile *job, struct gw_reconciled *result,
				   int64_t deletes, const struct gw_act *act, struct gw_error *err);

#endif
