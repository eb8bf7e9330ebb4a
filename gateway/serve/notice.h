/*
 * When trouble is told of, and in which words: one notice when it has lasted a
 * while, one when it is over, and no flood where a duty comes and goes.
 */
#ifndef GW_SERVE_NOTICE_H
#define GW_SERVE_NOTICE_H

#include <jansson.h>

#include "serve/duty.h"

/* Between two beginnings that are told of one duty, besides the time that trouble must last. */
#define GW_NOTICE_REST_US (INT64_C(5) * 60 * 1000000)

/* Of one duty; zeroed at the beginning.  Times are monotonic. */
struct gw_notice {
	bool troubled;
	bool told;        /* the beginning is; the end is due */
	int64_t since_us; /* of the trouble */
	int64_t begun_us; /* when a beginning was last told; 0: never */
};

enum gw_notice_act { GW_NOTICE_NONE, GW_NOTICE_BEGIN, GW_NOTICE_END };

/* What is to be told now that the duty is in trouble or not. */
enum gw_notice_act gw_notice_step(struct gw_notice *notice, bool troubled, int64_t after_us,
				  int64_t now_us);

/*
 * The notice as an object that the caller gives back: format, event, at, host, duty, kind,
 * source, title, state, cause, since, next, who, duration_s and text, a plain sentence.
 * now_us is since 1970.  NULL: no memory.
 */
json_t *gw_notice_make(const struct gw_duty *duty, enum gw_notice_act act, int64_t now_us);

/* "2 h 5 min", "40 s" of microseconds; returns out. */
char *gw_notice_span(int64_t us, char out[64]);

#endif
