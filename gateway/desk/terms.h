/*
 * Words for people of what the warehouse says in codes.
 */
#ifndef GW_DESK_TERMS_H
#define GW_DESK_TERMS_H

#include <stddef.h>

struct gw_term {
	const char *code;  /* NULL ends a list */
	const char *title; /* N_() */
};

/* Of ops.dead_letter: state, and state_why of what has ended by itself. */
extern const struct gw_term gw_letter_states[], gw_letter_reasons[];

/* What people read for a code; the code itself where there is no word for it. */
const char *gw_term_of(const struct gw_term *terms, const char *code);

#endif
