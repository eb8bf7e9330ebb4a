/*
 * What is wrong, one line a trouble for a person: what, what happens next, since
 * when, who is to act.  Made of what serve wrote down, and of what others add.
 */
#ifndef GW_SERVE_TROUBLES_H
#define GW_SERVE_TROUBLES_H

#include <jansson.h>
#include <stdio.h>

#include "serve/state.h"

struct gw_trouble {
	char subject[512]; /* a source's title, "Kafka"... */
	char duties[512];  /* the names of those that it holds up */
	char kind[24];     /* of the state, for machines */
	char cause[1200];
	char next[300];            /* what happens by itself, in words; "": nothing */
	char who[256];             /* is to act */
	int64_t since_us, next_us; /* since 1970; 0: not known, none */
};

struct gw_troubles {
	struct gw_trouble *at;
	size_t count, room;
	bool failed; /* memory ran out */
};

void gw_troubles_release(struct gw_troubles *troubles);

/* A new one at the end, empty but for the operator, who is to act; NULL: no memory. */
struct gw_trouble *gw_troubles_add(struct gw_troubles *troubles, const char *subject,
				   const char *kind);

/*
 * Adds those of the duties.  Those that one server's absence holds up together are one trouble,
 * that server's.
 */
void gw_troubles_of_serve(struct gw_troubles *troubles, const struct gw_serve_state *state,
			  int64_t now_us);

/* One line each; red where color is set. */
void gw_troubles_print(const struct gw_troubles *troubles, FILE *out, bool color);

/* The line of one of them; the caller frees it; NULL: no memory. */
char *gw_trouble_line(const struct gw_trouble *trouble);

/* A list of objects; NULL: no memory. */
json_t *gw_troubles_json(const struct gw_troubles *troubles);

/* "2026-11-22T03:04:05.123456Z", or null for 0. */
json_t *gw_time_json(int64_t us);

#endif
