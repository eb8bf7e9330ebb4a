/*
 * The duty of one source: database → Kafka.
 *
 * For each stream, cycle by cycle: read a page, normalise and encode it, then
 * in one Kafka transaction send its records, its letters and the position after
 * it.  A crash anywhere leaves nothing half done, and the restart goes on at
 * that position, in the same run.
 */
#ifndef GW_PULL_H
#define GW_PULL_H

#include <signal.h>

#include "config/source.h"
#include "kafka/position.h"

struct gw_pull;

/* What a pull tells while it works; called between batches. */
struct gw_pull_progress {
	const char *source, *stream;
	unsigned char run[16];
	struct gw_counts counts; /* of the run so far */
	bool ended;              /* the run is over; counts are final */
	bool empty;              /* ended, and there was nothing to do */
	const char *notice;      /* NULL, or what an operator should know */
	int64_t version;         /* of the batch just committed */
};
typedef void gw_pull_fn(void *arg, const struct gw_pull_progress *progress);

/*
 * Connects everything in the order in which a person can mend it: files, keys
 * and schemas (GW_CONFIG), registry and compatibility, Kafka, source.
 */
enum gw_status gw_pull_open(const struct gw_config *config, const struct gw_source *source,
			    gw_pull_fn *progress, void *arg, struct gw_pull **out,
			    struct gw_error *err);
void gw_pull_close(struct gw_pull *pull); /* NULL is allowed */

/* From now on no page is read in the hours in which the source is to be left alone: a cycle
   ends early then, with GW_OK, and its run stays open for the next one to go on with. */
void gw_pull_keep_hours(struct gw_pull *pull);

/*
 * One cycle over the stream of that name, or over all with NULL.  *stop (may be
 * set by a signal handler) ends it between batches with GW_CANCELLED.  A stream that
 * is wrong (GW_CONFIG, GW_REJECT) keeps none of the others back; it is left alone
 * until the pull is opened anew.
 */
enum gw_status gw_pull_cycle(struct gw_pull *pull, const char *stream,
			     const volatile sig_atomic_t *stop, struct gw_error *err);

/* After a cycle that failed: true where all that failed is streams, and others went on. */
bool gw_pull_partly(const struct gw_pull *pull);

/* Only what is asked of the source: the orders that wait now. */
enum gw_status gw_pull_orders(struct gw_pull *pull, const volatile sig_atomic_t *stop,
			      struct gw_error *err);

/* Interrupts a running query; safe in a signal handler. */
void gw_pull_cancel(struct gw_pull *pull);

#endif
