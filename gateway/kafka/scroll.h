/*
 * Reading a topic of one partition (or one of several) in order, read_committed, outside of any
 * group: positions, what the desk asks for, corrections, the audit.
 *
 * A read_committed reader ends at the last stable offset, which lies behind the
 * end while a transaction is open or its end is being written.  So the end is
 * asked for as a read_uncommitted reader first, and a scroll has reached it
 * when it has taken all up to there.  It asks the brokers for messages from
 * gw_scroll_next until gw_scroll_finish has come to the end.
 */
#ifndef GW_SCROLL_H
#define GW_SCROLL_H

#include "kafka/consumer.h"

struct gw_scroll;

/*
 * from: the first offset to read, -1: the beginning; one that is not there (any
 * more) stands for the beginning too.  GW_CONFIG: there is no such topic;
 * GW_RETRY: brokers away.  config must outlive the scroll.
 */
enum gw_status gw_scroll_open(const struct gw_config *config, const char *topic, int64_t from,
			      struct gw_scroll **out, struct gw_error *err);
/* The same, but *out is NULL where there is no such topic. */
enum gw_status gw_scroll_try(const struct gw_config *config, const char *topic, int64_t from,
			     struct gw_scroll **out, struct gw_error *err);
/* One partition of a topic that may have several. */
enum gw_status gw_scroll_part(const struct gw_config *config, const char *topic, int32_t partition,
			      int64_t from, struct gw_scroll **out, struct gw_error *err);
/* The partition that messages with this key go to, from the first one of that time on; *out is NULL
   where there is no such topic. */
enum gw_status gw_scroll_keyed(const struct gw_config *config, const char *topic, const char *key,
			       int64_t from_ms, struct gw_scroll **out, struct gw_error *err);
void gw_scroll_close(struct gw_scroll *scroll); /* NULL is allowed; messages are released before */

/* The next committed message, waiting up to timeout_ms; *got false: nothing now.  Release with
   gw_consumer_release(message, 1). */
enum gw_status gw_scroll_next(struct gw_scroll *scroll, int timeout_ms, struct gw_incoming *message,
			      bool *got, struct gw_error *err);

/* The offset behind all that was taken. */
int64_t gw_scroll_place(const struct gw_scroll *scroll);

/* The marked end: the offset behind what was written then. */
int64_t gw_scroll_end(const struct gw_scroll *scroll);
/* Whether all has been taken up to the marked end: what was committed, or being committed, when the
   scroll was opened or gw_scroll_mark_end last called. */
bool gw_scroll_reached(const struct gw_scroll *scroll);
enum gw_status gw_scroll_mark_end(struct gw_scroll *scroll, struct gw_error *err);
/* In one exchange, but the mark may miss what is just being committed. */
enum gw_status gw_scroll_mark_soon(struct gw_scroll *scroll, struct gw_error *err);

/* The message is valid during the call only. */
typedef enum gw_status gw_scroll_fn(void *arg, const struct gw_incoming *message,
				    struct gw_error *err);

/* Calls each for what is left up to the marked end, and waits for it; GW_RETRY when it takes more
   than a minute. */
enum gw_status gw_scroll_finish(struct gw_scroll *scroll, gw_scroll_fn *each, void *arg,
				struct gw_error *err);

/* Calls each for all that is committed (or being committed) now; *next: the offset behind it.
   A topic that is not there has none. */
enum gw_status gw_scroll_all(const struct gw_config *config, const char *topic, gw_scroll_fn *each,
			     void *arg, int64_t *next, struct gw_error *err);

#endif
