/*
 * What the files of this folder share: the state of one source's pull, and what
 * it sends in Kafka transactions.
 */
#ifndef GW_PULL_INTERNAL_H
#define GW_PULL_INTERNAL_H

#include "avro/codec.h"
#include "avro/registry.h"
#include "control/answer.h"
#include "control/order.h"
#include "dlq/correction.h"
#include "dlq/letter.h"
#include "kafka/scroll.h"
#include "pull/drift.h"
#include "pull/plan.h"
#include "pull/pull.h"

enum { GW_FLOOD_CAUSES = 16 };

/* The letters of the page in hand, by what rejected them. */
struct gw_flood {
	struct {
		char column[132], rule[32];
		int64_t letters;
	} causes[GW_FLOOD_CAUSES];
	size_t ncauses;
	int64_t letters;
	struct gw_counts run; /* of the run, when there were too many */
	bool passed;          /* there were */
};

/* The page in hand of a scan for keys, as the source had it before any correction. */
struct gw_key_cells {
	const struct gw_value *values; /* ncolumns a row */
	size_t ncolumns;
	const size_t *at; /* where each of the mapping's columns stands; (size_t)-1: not read */
};

/* The batch in hand is of rows as they were set aside: where their records go, and the version that
   each row had. */
struct gw_originals {
	char topic[256];
	const int64_t *versions;
};

struct gw_lane;

/* Told of the stream and the key of each record that is sent. */
typedef void gw_watch_fn(void *arg, const struct gw_lane *lane, const char *key, size_t len);

/* What is known of a stream's table. */
struct gw_lane_table {
	struct gw_catalog catalog;
	bool unsaved;          /* Kafka gets it with the next position */
	bool seen;             /* this process has compared it */
	struct gw_arena arena; /* of what follows */
	const char **columns;  /* the mapping's without those that are gone; NULL: all are there */
	size_t ncolumns;
	bool *gone;  /* one a column of the mapping */
	size_t read; /* columns that the cycle in hand asks for */
};

/* One stream's way to Kafka. */
struct gw_lane {
	const struct gw_stream_plan *plan;
	char topic[256];
	int32_t schema_id;
	struct gw_position position; /* as last committed */
	struct gw_run ended;         /* the run that gw_pull_send_end has just closed */
	int64_t told_us;             /* when an empty cycle was last told of */
	bool pause_told;             /* by this process, that it is paused */
	struct gw_cursor *cursor;    /* of this cycle, or at the end of the last one; or NULL */
	struct gw_lane_table table;
	int64_t cycled_us;     /* end of its last cycle, monotonic */
	bool ready;            /* it has a mapping, and its schema is registered */
	struct gw_error wrong; /* status GW_OK: nothing; else it is left alone, and the others
				  are not */
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

/* What is asked of the source, and how far that has been done. */
struct gw_control {
	char topic[256], answers_topic[256];
	struct gw_scroll *scroll;           /* NULL: not opened, or there is no such topic */
	struct gw_corrections *corrections; /* NULL: not read yet */
	/* Of the stream GW_CONTROL_STREAM.  Its bookmark is, as text, the offset of the next order;
	   while that one is half done, behind a newline, where it goes on.  The run is that of the
	   last order, open while that one is half done. */
	struct gw_position position;
	int64_t offset;           /* of the order in hand */
	struct gw_bookmark inner; /* where the order in hand goes on; none: at its beginning */
	struct gw_answer answer;  /* to it, as far as it has come; order "": there is none */
	struct gw_arena arena;    /* the order in hand */
	int64_t looked_us;        /* when both topics were last looked at (monotonic) */
	bool closed;              /* the hours in which the source may be read ended meanwhile */
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
	struct gw_flood flood;
	bool pausing;   /* gw_pull_send_end commits lane->position.pause and ->allow as they are */
	bool repairing; /* what is sent is loaded though it may look unchanged */
	const struct gw_originals *originals; /* NULL: rows as the source has them */
	struct gw_cursor *scanning;           /* NULL: no scan is going on */
	struct gw_key_cells cells;            /* of a scan for keys */
	gw_watch_fn *watch;                   /* NULL: nobody wants to know which keys are sent */
	void *watch_arg;
	bool partly;  /* the last cycle went well but for streams that are wrong */
	bool telling; /* the batch in hand is the lane's cursor's, which is told of rows set aside
		       */
	bool rewind;  /* pages before the one in hand were aborted with it: to be read again */
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
 * Sends the batch in hand, which the order in hand asked for, as a run of its own: its events,
 * records, letters, the answer that it is done and the position behind the order, in one
 * transaction.  Then lane->ended is that run; the lane's own position and run stay as they were.
 */
enum gw_status gw_pull_send_order(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err);
/* The same for a part of the order: it goes on behind batch.after, with a run of its own. */
enum gw_status gw_pull_send_order_part(struct gw_pull *pull, struct gw_lane *lane,
				       struct gw_error *err);
/*
 * The batch in hand as a page of the run that the order in hand has, with how far it has come;
 * the order goes on behind batch.after.  GW_REJECT: the run has too many letters now; nothing
 * of this page stays.
 */
enum gw_status gw_pull_send_order_page(struct gw_pull *pull, struct gw_lane *lane,
				       struct gw_error *err);
/* Ends that run (an empty one, where there was no page) and with it the order; the answer says what
   its state says.  Then lane->ended is the run. */
enum gw_status gw_pull_send_order_end(struct gw_pull *pull, struct gw_lane *lane,
				      struct gw_error *err);
/* Puts the lane's position to batch.after, ends its run if one is open, and with that the order. */
enum gw_status gw_pull_send_place(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err);
/* The answer to the order in hand and the position behind it alone; lane is not looked at. */
enum gw_status gw_pull_send_passed(struct gw_pull *pull, struct gw_lane *lane,
				   struct gw_error *err);
/* The answer to the order in hand alone: how far it has come; lane is not looked at. */
enum gw_status gw_pull_send_word(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err);

/* The offset of the next order; -1: nothing has been done yet, or the mark can't be read.  *inner:
   where that order goes on; len 0: at its beginning. */
int64_t gw_pull_mark_get(const struct gw_bookmark *mark, struct gw_bookmark *inner);
/* inner NULL: it has not begun.  GW_REJECT: too long for a bookmark. */
enum gw_status gw_pull_mark_put(int64_t offset, const struct gw_bookmark *inner,
				struct gw_bookmark *out, struct gw_error *err);

/* Reads the corrections that came since, then takes what is asked, order by order.  GW_OK at once
   within hours in which the source is left alone. */
enum gw_status gw_pull_control(struct gw_pull *pull, const volatile sig_atomic_t *stop,
			       struct gw_error *err);
void gw_control_close(struct gw_control *control);

/*
 * Does one order for a lane.  GW_OK: it has sent its last answer with the position
 * behind it (gw_pull_send_order, gw_pull_send_passed).  GW_REJECT: refused; the
 * caller answers so.  Anything else: it stays to be done, from control.inner on.
 */
typedef enum gw_status gw_order_fn(struct gw_pull *pull, struct gw_lane *lane,
				   const struct gw_order *order, const volatile sig_atomic_t *stop,
				   struct gw_error *err);
gw_order_fn gw_pull_sums, gw_pull_compare;
gw_order_fn gw_pull_look, gw_pull_replay, gw_pull_backfill, gw_pull_position, gw_pull_resume;

/* Whether an order can be done while the source is away: its rows are in it. */
bool gw_pull_needs_no_source(const struct gw_lane *lane, const struct gw_order *order);

/* Answers the order in hand with how many rows the request's range has, whose stream is filled in
   here. */
enum gw_status gw_pull_count(struct gw_pull *pull, struct gw_lane *lane, struct gw_request *request,
			     const volatile sig_atomic_t *stop, struct gw_error *err);

/* Reads rows by their keys into the batch in hand.  GW_REJECT: the source can't, or these are no
   keys of the stream. */
enum gw_status gw_pull_fetch(struct gw_pull *pull, struct gw_lane *lane, const struct gw_keys *sent,
			     struct gw_error *err);

/* A page of a scan is in hand: pull->batch, corrected and normalised into pull->records. */
typedef enum gw_status gw_scan_fn(void *arg, struct gw_pull *pull, struct gw_lane *lane,
				  const volatile sig_atomic_t *stop, struct gw_error *err);

struct gw_scan {
	const struct gw_span *range; /* NULL: all of the table */
	struct gw_bookmark from;     /* len 0: at the beginning */
	/* Only what makes the key is read: records are keys alone, marked as deleted, and
	   pull->cells has what the source had. */
	bool keys;
	gw_scan_fn *page;
	void *arg;
};

/* A page of a scan may have been asked for already: gives it up, so that the session can be used.
 */
void gw_pull_scan_yield(struct gw_pull *pull);

/* Parts of a scan for keys: what to ask for, and the page in hand as records. */
enum gw_status gw_pull_keys_plan(struct gw_pull *pull, struct gw_lane *lane,
				 struct gw_request *request, struct gw_error *err);
enum gw_status gw_pull_keys_take(struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err);

/*
 * Reads the stream's table once, page by page, within the cap on rows.  Every few
 * seconds all streams have a cycle of their own between two pages, so that a long
 * scan holds nothing up; the batch in hand is another one then.  GW_CANCELLED
 * with control.closed: the source's hours are over.
 */
enum gw_status gw_pull_scan(struct gw_pull *pull, struct gw_lane *lane, const struct gw_scan *scan,
			    const volatile sig_atomic_t *stop, struct gw_error *err);

/* The page in hand has no letters yet; then each of them, and whether the run has too many now. */
void gw_flood_begin(struct gw_flood *flood);
void gw_flood_note(struct gw_flood *flood, const struct gw_reject *reject);
bool gw_flood_passes(struct gw_flood *flood, const struct gw_lane *lane,
		     const struct gw_counts *run);
/* "120 × ngay_sinh (date), 23 × ma_cs (code_list)"; valid UTF-8, cut to size. */
void gw_flood_causes(const struct gw_flood *flood, char *out, size_t size);

/* Pauses the stream, whose last page made too many letters and was aborted. */
enum gw_status gw_pull_pause(struct gw_pull *pull, struct gw_lane *lane,
			     const volatile sig_atomic_t *stop, struct gw_error *err);
/* Whether the stream is paused, and is to stay so: another mapping ends a pause. */
enum gw_status gw_pull_rests(struct gw_pull *pull, struct gw_lane *lane,
			     const volatile sig_atomic_t *stop, bool *rests, struct gw_error *err);

/* Pauses the stream for another reason; both texts are copied. */
enum gw_status gw_pull_stop(struct gw_pull *pull, struct gw_lane *lane, const char *why,
			    const char *notice, const volatile sig_atomic_t *stop,
			    struct gw_error *err);
/* Ends the stream's run, be it an empty one, with a notice that whoever reads its events gets. */
enum gw_status gw_pull_say(struct gw_pull *pull, struct gw_lane *lane, const char *notice,
			   const volatile sig_atomic_t *stop, struct gw_error *err);

/* Takes known over (NULL: there is nothing), and decides what is read. */
enum gw_status gw_pull_table_open(struct gw_lane *lane, struct gw_catalog *known,
				  struct gw_error *err);
void gw_pull_table_close(struct gw_lane *lane);

/* The columns to ask the source for: the mapping's, without those that are known to be gone. */
const char *const *gw_pull_columns(const struct gw_lane *lane, size_t *count);
/* The mapping's column of that number is gone. */
bool gw_pull_lacks(const struct gw_lane *lane, size_t column);
/* Puts what stands for the columns that are gone into the batch in hand, once it was read with
   gw_pull_columns. */
enum gw_status gw_pull_widen(struct gw_pull *pull, const struct gw_lane *lane,
			     struct gw_error *err);

/* Sends the catalogue in the open transaction, if it is not in Kafka yet; once that is committed,
   lane->table.unsaved is the caller's to clear. */
enum gw_status gw_pull_send_table(struct gw_pull *pull, const struct gw_lane *lane,
				  struct gw_error *err);

/* Begins a cycle and looks at its table.  *rests: the stream is paused now, for it has changed. */
enum gw_status gw_pull_begin(struct gw_pull *pull, struct gw_lane *lane,
			     const volatile sig_atomic_t *stop, bool *rests, struct gw_error *err);
/*
 * Looks whether the table is why a cycle has just failed (GW_CONFIG in *err); where it is not, the
 * failure stays what it is.  *rests: the stream is paused now; *again: the cycle is to be begun
 * anew, for other columns are read now.
 */
enum gw_status gw_pull_table_why(struct gw_pull *pull, struct gw_lane *lane, bool *again,
				 bool *rests, const volatile sig_atomic_t *stop,
				 struct gw_error *err);

/* Positions, runs and catalogues as they were committed last. */
enum gw_status gw_pull_read_positions(struct gw_pull *pull, struct gw_error *err);

/* Names topics and holds schemas against the registry; what is wrong with one lane is noted there.
   Fails where nothing is right, with what is wrong with the first. */
enum gw_status gw_pull_lanes_open(struct gw_pull *pull, struct gw_error *err);
/* After every check has passed: registering is the first thing that leaves a trace. */
enum gw_status gw_pull_lanes_register(struct gw_pull *pull, struct gw_error *err);
/* True where a failure is the lane's alone, which is left alone from now on. */
bool gw_pull_lane_fails(struct gw_pull *pull, struct gw_lane *lane, const struct gw_error *err);
/* True where a lane's query took too long, or what it asked for is locked: it is tried again with
   the next cycle, and the line is good for the others. */
bool gw_pull_lane_is_slow(const struct gw_error *err);
/* GW_OK where any lane is right; else as gw_pull_lanes_say. */
enum gw_status gw_pull_lanes_any(struct gw_pull *pull, struct gw_error *err);
/* GW_OK, or what is wrong with the stream of that name, or with any with NULL: in one message that
   says, too, that the others went on. */
enum gw_status gw_pull_lanes_say(struct gw_pull *pull, const char *stream, struct gw_error *err);

/* One cycle over the stream of that name, or over all with NULL; GW_OK, too, where one of all has
   failed, which it says itself. */
enum gw_status gw_pull_flow(struct gw_pull *pull, const char *stream,
			    const volatile sig_atomic_t *stop, struct gw_error *err);
/* The same over all, beside a scan that began then (monotonic): a stream that is read as a whole
   takes part when its schedule says so. */
enum gw_status gw_pull_flow_beside(struct gw_pull *pull, int64_t began_us,
				   const volatile sig_atomic_t *stop, struct gw_error *err);

/* Parts of a cycle: does a step, a few times where it was aborted (with pull->rewind false). */
enum gw_status gw_pull_with_retries(struct gw_pull *pull, struct gw_lane *lane, gw_step_fn *step,
				    const volatile sig_atomic_t *stop, struct gw_error *err);
/* Tells an operator something that is of no run. */
void gw_pull_notice(struct gw_pull *pull, const char *stream, const char *text);
/* Tells of the lane's run, with the notice of the batch in hand. */
void gw_pull_tell(struct gw_pull *pull, const struct gw_lane *lane, const struct gw_run *run,
		  bool ended);
void gw_pull_clear_batch(struct gw_pull *pull);
size_t gw_pull_page_rows(const struct gw_pull *pull);
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
