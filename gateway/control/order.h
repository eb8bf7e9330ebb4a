/*
 * Orders: what is asked of a source's pull, which alone reads the source and
 * writes its topics.  One message each in <prefix>.<source>._control (one
 * partition), as JSON text, keyed by the order's id.  The pull takes them one
 * after another between its cycles, and answers (answer.h).
 *
 * Key values, rows and the ends of a range may be those of people, so they are
 * sealed to the pull; the rest can be read by an operator.
 */
#ifndef GW_ORDER_H
#define GW_ORDER_H

#include "base/text.h"
#include "connector.h"
#include "kafka/position.h"

enum gw_order_kind {
	GW_ORDER_REPLAY,   /* read the rows with these keys again, and send them */
	GW_ORDER_BACKFILL, /* the same for a range, or all of the stream */
	GW_ORDER_POSITION, /* go on with the stream from another place */
	GW_ORDER_SUMS,     /* add up what the source has, bucket by bucket */
	GW_ORDER_COMPARE,  /* tell which keys of some buckets the warehouse has otherwise */
	GW_ORDER_LOOK,     /* tell what the source has for a key; nothing is sent */
	GW_ORDER_RESUME,   /* end the pause of a stream */
};

enum {
	GW_ORDER_KEYS = 1000, /* of one order; a larger selection is several */
	GW_ORDER_DATA = 2 * 1024 * 1024,
	/* Bytes of keys and rows that fit though each of their quotes gets a mark before it and all
	   of it is sealed and written as base64. */
	GW_ORDER_ROWS = 1024 * 1024,
};

/* A row as it was set aside, for the case that the source no longer has it. */
struct gw_order_row {
	const char *row; /* as its letter holds it (dlq/row.h); NULL: there is none for this key */
	size_t len;
	int64_t version; /* that it had, and goes on having */
};

struct gw_order {
	enum gw_order_kind kind;
	char id[GW_UUID_TEXT];
	char stream[GW_MAX_STREAM_NAME];
	char by[128];
	int64_t at_us;
	/* Of REPLAY and LOOK, at least one: all columns of the stream's key, in any order; other
	   columns are passed over.  Of others none (count 0). */
	struct gw_keys keys;
	const struct gw_order_row *rows; /* REPLAY: one for each key; or NULL */
	/* Of BACKFILL (column NULL: all of the stream) and POSITION (from: the cursor's value to go
	   on from, NULL: the beginning). */
	struct gw_span range;
	int64_t allow;             /* RESUME: letters of the next run beyond the limit */
	bool dry;                  /* BACKFILL, POSITION: only tell how many rows it means */
	bool repair;               /* COMPARE: send what is found, and tombstones */
	const unsigned char *data; /* COMPARE: keys and hashes, as the reconciliation packs them */
	size_t len;
};

/* "replay", "backfill"…: as it stands in the message. */
const char *gw_order_word(enum gw_order_kind kind);

/* Appends to out.  GW_CONFIG: pull_public is no key; GW_REJECT: keys or data are too many or too
   long. */
enum gw_status gw_order_encode(const struct gw_order *order, const unsigned char pull_public[32],
			       struct gw_buf *out, struct gw_error *err);
/* GW_REJECT: not an order of ours, or sealed to another key.  Keys, rows, range and data are in
   arena. */
enum gw_status gw_order_decode(const char *text, size_t len, const struct gw_pull_keys *keys,
			       struct gw_arena *arena, struct gw_order *out, struct gw_error *err);

#endif
