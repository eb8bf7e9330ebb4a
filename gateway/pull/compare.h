/*
 * A comparison of keys on its way: what was found, to be told and sent.  For two files of this
 * folder alone.
 */
#ifndef GW_PULL_COMPARE_H
#define GW_PULL_COMPARE_H

#include "pull/internal.h"
#include "reconcile/parcel.h"

enum { GW_COMPARE_SLOTS = 131072 };

/* A key of the warehouse, or one that it lacks. */
struct gw_entry {
	uint64_t key_hash;
	const char *key;
	size_t len;
	enum gw_difference kind; /* LISTED: the source has not been seen to have it */
	bool listed, equal;
	bool sent;              /* by a cycle, since the scan began */
	int64_t listed_hash;    /* the warehouse's */
	int64_t hash;           /* the source's */
	const char *const *raw; /* its key in the source; NULL: not wanted */
};

struct gw_comparing {
	const struct gw_order *order;
	const struct gw_lane *lane;
	struct gw_parcel_head head; /* of the order, then of the answer */
	struct gw_arena arena;      /* entries and what they point to */
	struct gw_entry **slots;
	size_t count;
	const char **columns; /* nkey of the source's key */
	size_t nkey;
	const char **pending; /* keys to look at: nkey texts each, in pending_arena */
	size_t npending;
	struct gw_arena pending_arena;
	struct gw_run sent; /* ends of all that was sent meanwhile */
	int64_t told_us;
};

/* What became of a key; LISTED: nothing that anybody has to know. */
enum gw_difference gw_compare_verdict(const struct gw_entry *entry);

/* No more deletes than were allowed, and none where the source is empty: it is more likely to be
   broken than to have lost all of its rows. */
void gw_compare_guard(struct gw_comparing *c);

/* Ends the order: tells what differs, or sends it and tells what was sent. */
enum gw_status gw_compare_answer(struct gw_comparing *c, struct gw_pull *pull, struct gw_lane *lane,
				 const volatile sig_atomic_t *stop, struct gw_error *err);

#endif
