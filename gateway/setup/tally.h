/*
 * What would be set aside of many rows, counted by column, rule and reason: "12 of 10,000".
 */
#ifndef GW_TALLY_H
#define GW_TALLY_H

#include "normalise/normalise.h"

enum { GW_TALLY_KINDS = 200 };

struct gw_tally_kind {
	char column[128], rule[64], reason[256];
	bool warning; /* the row goes on */
	size_t count;
};

struct gw_tally {
	struct gw_tally_kind *kinds; /* the most frequent first, once sorted */
	size_t nkinds;
	size_t rows, rejected, warned;
	size_t other; /* of kinds beyond GW_TALLY_KINDS */
};

enum gw_status gw_tally_init(struct gw_tally *tally, struct gw_error *err);
void gw_tally_release(struct gw_tally *tally);

/* Counts a batch that was normalised. */
void gw_tally_add(struct gw_tally *tally, size_t rows, const struct gw_normalised *seen);
void gw_tally_sort(struct gw_tally *tally);

#endif
