/*
 * What the files of this folder share: the state of one source's pull, and what
 * it sends in Kafka transactions.
 */
#ifndef GW_PULL_INTERNAL_H
#define GW_PULL_INTERNAL_H

#include "avro/codec.h"
#include "avro/registry.h"
#include "dlq/control.h"
#include "dlq/correction.h"
#include "dlq/letter.h"
#include "kafka/scroll.h"
#include "pull/plan.h"
#include "pull/pull.h"

/* One stream's way to Kafka. */
struct gw_lane {
	const struct gw_stream_plan *plan;
	char topic[256];
	int32_t schema_id;
	struct gw_position position; /* as last committed */
	struct gw_run ended;         /* the run that gw_pull_send_end has just closed */
	int64_t told_us;             /* when an empty cycle was last told of */
	struct gw_cursor *cursor;    /* of this cycle, or at the end of the last one; or NULL */
};

/*
 * The Kafka transaction that is being filled: pages of one lane, whose own
 * position stays as it was until it commits.
 */
struct gw_transaction {
	bool open;
	unsigned pages;
	int64_t began_us;
	struct gw_position position; /* after its pages */
	struct gw_header header;     /* of the last page's records */
	unsigned char packed[GW_HEADER_SIZE];
};

/* What the desk asks for, and how far that has been done. */
struct gw_control {
	char topic[256];
	struct gw_scroll *scroll;           /* NULL: not opened, or there is no such topic */
	struct gw_corrections *corrections; /* NULL: not read yet */
	/* Of the stream GW_CONTROL_STREAM: the offset of the next request is its bookmark, as text;
	   the run is that of the last request. */
	struct gw_position position;
	struct gw_bookmark after; /* behind the request in hand */
	struct gw_arena arena;    /* the request in hand */
	int64_t looked_us;        /* when both topics were last looked at (monotonic) */
};

#define GW_CONTROL_STREAM "_control"

struct gw_pull {
	const struct gw_config *config;
	const struct gw_source *source;
	gw_pull_fn *progress;
	void *arg;
	struct gw_plan *plan;
	struct gw_registry *registry;
	struct gw_producer *producer;
	struct gw_link link;
	struct gw_pull_keys keys;
	unsigned char letter_public[32];
	char position_topic[256], events_topic[256], letters_topic[256];
	struct gw_lane *lanes; /* source->nstreams of them */
	int64_t last_version;  /* of the source: the largest of all streams */
	bool keeps_hours;      /* no page is read outside of the source's hours */
	struct gw_batch batch;
	struct gw_normalised records;
	struct gw_transaction tx;
	struct gw_control control;
	bool rewind; /* pages before the one in hand were aborted with it: to be read again */
	struct gw_buf text; /* one message at a time */
};

/* A step that is one Kafka transaction, or its end; GW_RETRY: it was aborted and left nothing. */
typedef enum gw_status gw_step_fn(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err);

/*
 * Sends the batch in hand: records and letters.  It is committed with its position unless
 * the source is sending the next page already: then pull->tx stays open for that one too.
 */
enum gw_status gw_pull_send_batch(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err);

/* Commits the open transaction: position after the records.  Then lane->position is it. */
enum gw_status gw_pull_commit(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err);

/* Nothing stays of the open transaction, if there is one. */
void gw_pull_abandon(struct gw_pull *pull);

/* Ends the lane's run (or an empty one, where none is open): event and closing position. */
enum gw_status gw_pull_send_end(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err);

/*
 * Sends the batch in hand, which a request asked for, as a run of its own: its events, records,
 * letters and the position behind the request, in one transaction.  Then lane->ended is that run;
 * the lane's own position and run stay as they were.
 */
enum gw_status gw_pull_send_request(struct gw_pull *pull, struct gw_lane *lane,
				    struct gw_error *err);
/* The position behind the request in hand alone; lane is not looked at. */
enum gw_status gw_pull_send_passed(struct gw_pull *pull, struct gw_lane *lane,
				   struct gw_error *err);

/* Reads the corrections that came since, then does what the desk asks for, request by request.
   GW_OK at once within hours in which the source is left alone. */
enum gw_status gw_pull_control(struct gw_pull *pull, const volatile sig_atomic_t *stop,
			       struct gw_error *err);
void gw_control_close(struct gw_control *control);

/* Parts of a cycle: does a step, a few times where it was aborted (with pull->rewind false). */
enum gw_status gw_pull_with_retries(struct gw_pull *pull, struct gw_lane *lane, gw_step_fn *step,
				    const volatile sig_atomic_t *stop, struct gw_error *err);
/* Tells of the lane's run, with the notice of the batch in hand. */
void gw_pull_tell(struct gw_pull *pull, const struct gw_lane *lane, const struct gw_run *run,
		  bool ended);
void gw_pull_clear_batch(struct gw_pull *pull);
bool gw_pull_may_read(const struct gw_pull *pull);
void gw_pull_end_cursor(struct gw_pull *pull, struct gw_lane *lane);
/* Corrects and normalises the batch in hand. */
enum gw_status gw_pull_normalise(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err);
/* Keeps to the cap on rows with the batch in hand, begun at began (monotonic); GW_CANCELLED after
 *stop. */
enum gw_status gw_pull_pace(const struct gw_pull *pull, int64_t began,
			    const volatile sig_atomic_t *stop, struct gw_error *err);

/* No counts, no offsets, not open. */
void gw_run_clear(struct gw_run *run);

#endif
