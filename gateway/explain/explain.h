/*
 * What has become of one row: what the warehouse has under its canonical key, and
 * where in Kafka that stands.  No value of the row is looked at but its key.
 *
 * What the source has is told by its pull (control/look.h).
 */
#ifndef GW_EXPLAIN_H
#define GW_EXPLAIN_H

#include "base/arena.h"
#include "base/text.h"
#include "config/config.h"
#include "config/source.h"
#include "connector.h"

enum { GW_EXPLAIN_ITEMS = 20 }; /* of letters, fixes and history; the newest of them */

/* A dead letter of the key. */
struct gw_explain_letter {
	int64_t id, at_us, changed_us;
	const char *stage, *column, *rule, *code, *reason; /* "" for none */
	const char *state, *by, *why;      /* of the last change of state; likewise */
	int64_t version, resolved_version; /* 0: not known */
	const char *topic;                 /* where it stands */
	int64_t partition, offset;
};

/* A correction that a person made for one of the key's letters. */
struct gw_explain_fix {
	int64_t at_us;
	const char *by, *column, *reason;
};

struct gw_explain_version {
	int64_t from_us, to_us, version;
};

/* All texts are in arena. */
struct gw_explained {
	struct gw_arena arena;
	const char *entity; /* NULL: nothing of the stream was ever loaded */

	bool row; /* canon has it, be it deleted */
	int64_t version, hash, loaded_us;
	int64_t deleted_us;  /* 0: it is not */
	const char *run;     /* that brought it */
	const char *balance; /* of the run: "open", "balanced"…; "" where it is not known */
	int64_t run_us;      /* when it began; 0: not known */

	int64_t remembered; /* version of a delete of a key that canon never had; 0: none */
	int64_t remembered_us;

	int64_t nhistory; /* what it was before, all of it */
	struct gw_explain_version history[GW_EXPLAIN_ITEMS];
	size_t nversions; /* in history */

	int64_t nletters;
	struct gw_explain_letter letters[GW_EXPLAIN_ITEMS];
	size_t nshown;

	struct gw_explain_fix fixes[GW_EXPLAIN_ITEMS];
	size_t nfixes;

	/* The record of the version that canon has. */
	bool replayed; /* it came through the replay topic: the source did not have the row any more
			*/
	char topic[256];
	bool looked; /* for as far as it could be; else Kafka was not asked, or searched too long */
	bool found;
	int64_t partition, offset, record_us;
};

void gw_explain_init(struct gw_explained *out);
void gw_explain_release(struct gw_explained *out);

/* Fills all but the record.  An empty warehouse knows nothing, and that is no failure. */
enum gw_status gw_explain_warehouse(const struct gw_config *config, const char *source,
				    const char *stream, const char *key, struct gw_explained *out,
				    struct gw_error *err);

/* Searches the record near the time of its version, for some seconds at most. */
enum gw_status gw_explain_record(const struct gw_config *config, const char *source,
				 const char *stream, const char *key, struct gw_explained *out,
				 struct gw_error *err);

/*
 * The canonical key of a row without its source: only where all parts of it are public.
 * GW_REJECT: it can't be told, and why.  In arena.
 */
enum gw_status gw_explain_key(const struct gw_config *config, const struct gw_source *source,
			      const struct gw_stream *stream, const struct gw_keys *keys,
			      struct gw_arena *arena, const char **out, struct gw_error *err);

#endif
