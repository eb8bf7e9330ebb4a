/*
 * Run events: what a pull tells of its runs, as JSON text in
 * <prefix>.<source>._events (one partition), keyed by the run's UUID.
 *
 * A run is one cycle over one stream.  Its end event is committed with the
 * run's last position, and carries the counts, the offset of its last record
 * in each partition and the schema, so that whoever adds up the load can tell
 * when it has seen everything and whether it balances.
 */
#ifndef GW_EVENT_H
#define GW_EVENT_H

#include "kafka/position.h"

enum gw_event_kind { GW_EVENT_RUN_STARTED, GW_EVENT_RUN_ENDED };

struct gw_event {
	enum gw_event_kind kind;
	char source[GW_MAX_STREAM_NAME];
	char stream[GW_MAX_STREAM_NAME];
	char topic[256]; /* of the records */
	int64_t at_us;
	struct gw_run run;
	int partitions;
	int32_t schema_id;
	const char *schema_text; /* RUN_ENDED; in memory of the decoder's arena */
	char pseudonym_key_id[17];
	char identity[64];  /* of the source */
	const char *notice; /* NULL, or what an operator should know */
	int64_t paused_us;  /* since when the stream is paused; 0: it is not */
	const char *why;    /* it is */
	/* How many of a run's records may be refused; -1 and -1: not told. */
	int64_t pause_at, at_least;
};

enum gw_status gw_event_encode(const struct gw_event *event, struct gw_buf *out,
			       struct gw_error *err);
/* How often its run warned of what, as JSON text; "" where it has not. */
enum gw_status gw_event_warnings(const struct gw_event *event, struct gw_buf *out,
				 struct gw_error *err);
/* GW_REJECT: not an event of ours.  Text lives in arena. */
enum gw_status gw_event_decode(const char *text, size_t len, struct gw_arena *arena,
			       struct gw_event *out, struct gw_error *err);

#endif
