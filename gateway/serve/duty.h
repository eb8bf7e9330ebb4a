/*
 * How a duty is, as its supervisor sees it: a table of states and what happens
 * to a duty, and the record of one duty that everybody may read.
 *
 * Trouble lasts until the duty has done a whole round of its work; to be started
 * again does not end it.  No field holds a personal value or a secret.
 */
#ifndef GW_SERVE_DUTY_H
#define GW_SERVE_DUTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/beat.h"

enum gw_duty_state {
	GW_DUTY_STARTING,
	GW_DUTY_OK,
	GW_DUTY_HOURS,  /* waits: the source is to be left alone now */
	GW_DUTY_AWAY,   /* a server is away; it tries again by itself */
	GW_DUTY_FAILED, /* a person must mend something; tried again slowly */
	GW_DUTY_FENCED, /* another process does its work */
	GW_DUTY_KILLED, /* it made no progress and was ended */
	GW_DUTY_ENDED,  /* it crashed, or ended where it should not */
	GW_DUTY_STATES,
};

enum gw_duty_event {
	GW_EVENT_STARTED,
	GW_EVENT_GOOD,
	GW_EVENT_HOURS,
	GW_EVENT_AWAY,
	GW_EVENT_FAILED,
	GW_EVENT_FENCED,
	GW_EVENT_KILLED,
	GW_EVENT_ENDED,
	GW_EVENTS,
};

enum gw_duty_state gw_duty_next(enum gw_duty_state state, enum gw_duty_event event);
bool gw_duty_troubled(enum gw_duty_state state);

/* "ok", "away"...; false: text is none of them. */
const char *gw_duty_state_name(enum gw_duty_state state);
bool gw_duty_state_parse(const char *text, enum gw_duty_state *out);

/* What a duty's own word about trouble means. */
enum gw_duty_event gw_duty_event_of(enum gw_status status);

struct gw_duty {
	char name[96];   /* "health", "load 1"; for logs and messages */
	char kind[16];   /* "pull", "load"; "config", "notice": the supervisor's own trouble */
	char source[72]; /* of a pull, else "" */
	char title[256]; /* of the source */
	char owner[256]; /* of the source */
	enum gw_duty_state state;
	enum gw_at with; /* trouble: with whom */
	char cause[sizeof((struct gw_error *)0)->text];
	int64_t since_us;  /* since 1970: of this state, or of the trouble whatever its kind */
	int64_t next_us;   /* since 1970: when it is tried again; 0: now, or nothing is to be */
	int pid;           /* 0: does not run */
	unsigned restarts; /* after an end that was not asked for */
	bool told;         /* a notice of this trouble is out */
};

/*
 * What happened to it: state, cause, since and next follow.  with, cause and
 * next_us are only looked at where the event means trouble.
 */
struct gw_happening {
	enum gw_duty_event event;
	enum gw_at with;
	const char *cause;
	int64_t now_us, next_us;
};
void gw_duty_take(struct gw_duty *duty, const struct gw_happening *happening);

/* Who is to act: the source's owner where the source is the trouble; NULL: the operator. */
const char *gw_duty_who(const struct gw_duty *duty);

#endif
