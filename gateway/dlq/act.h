/*
 * Acts: what a person did at the dead-letter desk or with a stream, as JSON text in
 * <prefix>._audit (one partition, kept without limit), keyed by the act's id.
 *
 * An act is sent in the Kafka transaction that does the thing itself.  The
 * loader chains acts into ops.audit and moves the letters they name.  An act
 * holds names, numbers and the person's reason; no value of any row.
 */
#ifndef GW_ACT_H
#define GW_ACT_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "kafka/position.h"

enum gw_act_kind {
	GW_ACT_FIX,
	GW_ACT_REPLAY,
	GW_ACT_DISCARD,
	GW_ACT_REVEAL, /* showed a letter in clear */
	/* About a stream, and no letter of it: */
	GW_ACT_BACKFILL, /* had a range, or all of it, read again */
	GW_ACT_POSITION, /* had it go on from another place */
	GW_ACT_REPAIR,   /* had sent what a reconciliation found */
	GW_ACT_RESUME,   /* ended its pause */
	GW_ACT_REBUILD,  /* made its canon table anew from Kafka */
};

enum {
	GW_ACT_LETTERS = 1000, /* of one act; a larger selection is several */
	GW_ACT_COLUMN = 132,   /* a source's column may have 128 bytes */
	GW_ACT_REASON = 1000,  /* bytes */
};

struct gw_act {
	char id[GW_UUID_TEXT];
	enum gw_act_kind kind;
	char by[128];
	int64_t at_us;
	char source[GW_MAX_STREAM_NAME];
	char stream[GW_MAX_STREAM_NAME];
	char column[GW_ACT_COLUMN]; /* of a fix; "" else */
	int64_t allow;              /* of a resume: letters beyond the limit; 0 else */
	const char *reason;         /* "" where none was given */
	const int64_t *letters;     /* ids in ops.dead_letter */
	size_t nletters;            /* 0 of those about a stream */
};

/* "fix", "replay"…: as it stands in the message and in ops.audit. */
const char *gw_act_word(enum gw_act_kind kind);

/*
 * Appends the act's text.  GW_CONFIG: by or stream is empty, the id is no
 * UUID, a text is too long or no line of text; there is no letter where there must be,
 * or one where there mustn't, one that is below 1, or more than GW_ACT_LETTERS.
 */
enum gw_status gw_act_encode(const struct gw_act *act, struct gw_buf *out, struct gw_error *err);

/*
 * What ties an act to all before it: HMAC-SHA-256 with the audit key of the previous
 * link (32 zero bytes at first), seq as 8 bytes big-endian and the act's text.
 */
enum { GW_ACT_LINK = 32 };
void gw_act_link(const unsigned char key[32], const unsigned char previous[GW_ACT_LINK],
		 int64_t seq, const char *text, size_t len, unsigned char out[GW_ACT_LINK]);

/* GW_REJECT: not an act of ours.  Reason and letters live in arena. */
enum gw_status gw_act_decode(const char *text, size_t len, struct gw_arena *arena,
			     struct gw_act *out, struct gw_error *err);

#endif
