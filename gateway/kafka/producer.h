/*
 * The transactional producer of one source's pull, and that of a desk.
 *
 * A pull's transactional.id is <prefix>.<source>.pull: opening a second one
 * fences the first, whose next call fails with GW_FENCED.  The caller reads and
 * normalises first, then begins, sends and commits, so that no transaction stays
 * open while a source is slow.  Queues are bounded; a full queue is waited for.
 */
#ifndef GW_PRODUCER_H
#define GW_PRODUCER_H

#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "kafka/catalog.h"
#include "kafka/event.h"
#include "kafka/header.h"
#include "kafka/position.h"

struct gw_producer;

/* What a topic is for decides its partitions, compaction and retention. */
enum gw_topic_kind {
	GW_TOPIC_RECORDS,
	GW_TOPIC_POSITION,
	GW_TOPIC_LETTERS,
	GW_TOPIC_EVENTS,
	GW_TOPIC_CONTROL,     /* what is asked of the source's pull; kept 30 days */
	GW_TOPIC_ANSWERS,     /* what the pull answers; kept a week */
	GW_TOPIC_CORRECTIONS, /* the newest fix of each bad value, kept for good */
	GW_TOPIC_REPLAY,      /* records of rows that are gone from the source, with old versions;
				 not compacted; kept 30 days */
	GW_TOPIC_AUDIT,       /* what people did, in all sources; kept whole */
};

/* "<prefix>.<source>.<stream>", "<prefix>.<source>._position"..., "<prefix>._audit"; stream only
   for records, source for all but the audit.  Into out; false when the name is over Kafka's 249
   characters. */
bool gw_topic_name(const struct gw_config *config, const char *source, enum gw_topic_kind kind,
		   const char *stream, char out[256]);

/* Initialises transactions (fencing an older pull).  GW_RETRY: the brokers are away, named.
   config must outlive the producer. */
enum gw_status gw_producer_open(const struct gw_config *config, const char *source,
				struct gw_producer **out, struct gw_error *err);
void gw_producer_close(struct gw_producer *producer); /* NULL is allowed; aborts what is open */

/* The desk's: transactional.id <prefix>.desk.<random>, so it fences nobody.  Close it likewise. */
enum gw_status gw_producer_open_desk(const struct gw_config *config, struct gw_producer **out,
				     struct gw_error *err);

/*
 * Creates the topics of the source that are missing (position, letters, events, control,
 * answers, corrections, replay, and records of each stream).  GW_CONFIG: one is there with another
 * number of partitions.
 */
enum gw_status gw_producer_topics(struct gw_producer *producer, const struct gw_config *config,
				  const struct gw_source *source, struct gw_error *err);

/* The same for what a desk writes or waits for: control, answers, corrections, and the audit. */
enum gw_status gw_producer_desk_topics(struct gw_producer *producer, const struct gw_config *config,
				       const char *source, struct gw_error *err);

/* What a pull has left in its source's position topic; streams that never ran are not in it. */
struct gw_positions {
	struct gw_position *list;
	size_t count;
	struct gw_catalog *catalogs; /* of their tables; zeroed where a caller took one over */
	size_t ncatalogs;
};

/*
 * Reads the positions of all streams, up to the uncommitted high watermark (a
 * read up to the last stable offset alone could give a stale one).  Call after
 * gw_producer_open.  *out is to be freed with gw_positions_free after success.
 */
enum gw_status gw_producer_positions(struct gw_producer *producer, const struct gw_pull_keys *keys,
				     struct gw_positions *out, struct gw_error *err);
void gw_positions_free(struct gw_positions *positions);

enum gw_status gw_producer_begin(struct gw_producer *producer, struct gw_error *err);

struct gw_message {
	const char *topic;
	const void *key;
	size_t key_len;
	const void *value; /* copied; NULL: a tombstone */
	size_t value_len;
	const unsigned char *header;          /* GW_HEADER_SIZE bytes, or NULL */
	const struct gw_text_header *headers; /* more, ending with a NULL name; or NULL */
};

struct gw_text_header {
	const char *name;
	const char *value;
};

/* Queues one message of the open transaction; waits while the queue is full.  GW_REJECT: it is
   larger than Kafka takes, and nothing was queued. */
enum gw_status gw_producer_send(struct gw_producer *producer, const struct gw_message *message,
				struct gw_error *err);

/*
 * Waits until all that was sent has its offset: for those of run's record topic
 * and of the letters raises run->ends and run->letter_end.  Then the position and
 * events that tell these offsets can be sent in the same transaction.
 */
enum gw_status gw_producer_flush(struct gw_producer *producer, const char *record_topic,
				 struct gw_run *run, struct gw_error *err);

/*
 * Commits; a commit whose outcome is unknown is asked again until it is known.
 * GW_RETRY: aborted, the same batch may be sent again; where that is not certain
 * (the brokers stay away, or ended the transaction because it took too long),
 * gw_producer_begin goes on answering GW_RETRY: open another producer and read
 * the positions again.  GW_FENCED: another pull has taken over.
 */
enum gw_status gw_producer_commit(struct gw_producer *producer, struct gw_error *err);
enum gw_status gw_producer_abort(struct gw_producer *producer, struct gw_error *err);

#endif
