/*
 * What the desk asks of a source's pull: to read keys again.  One message a
 * request in <prefix>.<source>._control (one partition), as JSON text, keyed by
 * the request's id.
 *
 * Key values may be those of people, so they are sealed to the pull; the rest
 * can be read by an operator.
 */
#ifndef GW_CONTROL_H
#define GW_CONTROL_H

#include "base/text.h"
#include "connector.h"
#include "kafka/position.h"

enum { GW_REPLAY_KEYS = 1000 }; /* of one request; a larger selection is several */

struct gw_replay {
	char id[GW_UUID_TEXT];
	char stream[GW_MAX_STREAM_NAME];
	char by[128];
	int64_t at_us;
	/* All columns of the stream's key, in any order; other columns are passed over. */
	struct gw_keys keys; /* in the decoder's arena */
};

/* Appends to out.  GW_CONFIG: pull_public is no key; GW_REJECT: the keys are too many or too long.
 */
enum gw_status gw_replay_encode(const struct gw_replay *replay, const unsigned char pull_public[32],
				struct gw_buf *out, struct gw_error *err);
/* GW_REJECT: not a request of ours, or sealed to another key. */
enum gw_status gw_replay_decode(const char *text, size_t len, const struct gw_pull_keys *keys,
				struct gw_arena *arena, struct gw_replay *out,
				struct gw_error *err);

#endif
