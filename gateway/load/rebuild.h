/*
 * A canon table made again from its topics, beside the live one.
 *
 * All streams of the table are read from the beginning of their topics up to what
 * the loaders have loaded, into rebuild.<entity>, by the same merge; its source
 * is not touched.  Then the loaders are held for a moment, what they loaded
 * meanwhile is read too, the two tables are compared, and, where it balances, the
 * made one becomes the live one and the old one goes to before.<entity>.  How far
 * it has come stands in ops.rebuild_offset, with each batch: one that was broken
 * off goes on there.  History is not made again.
 *
 * What Kafka does not have can't be made: rows that are deleted and whose last
 * value was compacted away, and rows whose newest record can't be loaded, are taken
 * over as they are.
 */
#ifndef GW_REBUILD_H
#define GW_REBUILD_H

#include <signal.h>

#include "load/canon.h"
#include "load/load.h"

struct gw_rebuild;

/* What is to be done, and what for. */
struct gw_rebuild_wish {
	const char *by, *reason; /* as the audit names them */
	bool dry;                /* compare, and change nothing */
	bool force;              /* lose what the live table has besides, and rows of no record */
};

struct gw_rebuild_counts {
	bool resumed, swapped;
	int64_t records; /* read */
	int64_t refused; /* of them, not loadable: they have their letters */
	int64_t total;   /* records to be read, about */
	/* The live table against the made one, by value; see ops.rebuild_compare. */
	int64_t same, differ, missing, extra, newer, kept;
};

/* Told now and then; counts are valid during the call. */
typedef void gw_rebuild_fn(void *arg, const struct gw_rebuild_counts *counts);

/* A stream of the table. */
struct gw_rebuild_stream {
	const char *source, *stream;
};
/* Called once all has been read and before anything changes: the audit. */
typedef enum gw_status gw_rebuild_note_fn(void *arg, const struct gw_rebuild_stream *streams,
					  size_t count, struct gw_error *err);

/* GW_CONFIG: there is no such table, or another rebuild of it runs.  config must outlive it. */
enum gw_status gw_rebuild_open(const struct gw_config *config, const char *entity,
			       struct gw_rebuild **out, struct gw_error *err);
void gw_rebuild_close(struct gw_rebuild *rebuild); /* NULL is allowed */

/* The table that a stream is kept in; GW_CONFIG: nothing of it was ever loaded. */
enum gw_status gw_rebuild_find(const struct gw_config *config, const char *source,
			       const char *stream, char entity[GW_MAX_NAME], struct gw_error *err);

/*
 * GW_REJECT: it does not balance, Kafka lacks what the live table has, or the live
 * table has what would be lost; nothing was changed, and why says it.  GW_RETRY: something is away,
 * or somebody holds the table; GW_CANCELLED after *stop.  Both go on the next time.
 */
enum gw_status gw_rebuild_run(struct gw_rebuild *rebuild, const struct gw_rebuild_wish *wish,
			      const volatile sig_atomic_t *stop, struct gw_rebuild_counts *out,
			      struct gw_error *err);
void gw_rebuild_listen(struct gw_rebuild *rebuild, gw_rebuild_fn *progress,
		       gw_rebuild_note_fn *note, void *arg);

/* Drops the table that was live before the last rebuild; *was false: there is none. */
enum gw_status gw_rebuild_drop_old(struct gw_rebuild *rebuild, bool *was, struct gw_error *err);

#endif
