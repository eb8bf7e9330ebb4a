/*
 * Answers of a pull to orders, in <prefix>.<source>._answers (one partition, kept
 * for a week), as JSON text keyed by the order's id: that it was taken, what it
 * has come to so far, and at last that it is done or refused.  The last answer is
 * committed with the place behind the order, so that it comes once.
 */
#ifndef GW_ANSWER_H
#define GW_ANSWER_H

#include "base/text.h"
#include "kafka/position.h"

enum gw_answer_state {
	GW_ANSWER_WORKING, /* taken, and so far; may come again after a crash */
	GW_ANSWER_DONE,
	GW_ANSWER_REFUSED, /* nothing of it was done: why */
};

enum { GW_ANSWER_DATA = 2 * 1024 * 1024 };

struct gw_answer {
	char order[GW_UUID_TEXT];
	enum gw_answer_state state;
	int64_t at_us;
	int64_t rows;    /* looked at so far, or that a dry order means */
	int64_t version; /* the source's last; what it sends later has a greater one */
	/* What was sent for it so far: counts, and offsets of its last records; not open and with
	   a zero id: nothing was. */
	struct gw_run run;
	const char *why;           /* REFUSED; else NULL, or what a person should know */
	const unsigned char *data; /* as the kind of order says */
	size_t len;
};

enum gw_status gw_answer_encode(const struct gw_answer *answer, struct gw_buf *out,
				struct gw_error *err);
/* GW_REJECT: not an answer of ours.  Text and data are in arena. */
enum gw_status gw_answer_decode(const char *text, size_t len, struct gw_arena *arena,
				struct gw_answer *out, struct gw_error *err);

#endif
