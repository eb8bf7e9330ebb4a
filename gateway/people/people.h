/*
 * Who is who across the sectors: links computed in the warehouse, and what is doubtful in them.
 *
 * The work is PostgreSQL's (schemas/warehouse has the rules); nothing of a person passes through
 * here but the first digits of a pseudonym, for people to find it again.
 */
#ifndef GW_PEOPLE_H
#define GW_PEOPLE_H

#include "load/load.h"

/*
 * Computes the links if what they are made from has changed since (again: in any case).  *computed
 * (may be NULL) says whether they were.  GW_RETRY: somebody else is at it for too long.
 */
enum gw_status gw_people_link(struct gw_warehouse *warehouse, bool again, bool *computed,
			      struct gw_error *err);

/* Prints how many numbers of each kind lead to a person, how many are conflicts, and how many
 * possible duplicates there are. */
enum gw_status gw_people_print_counts(struct gw_warehouse *warehouse, bool json, bool computed,
				      struct gw_error *err);

/* Prints conflicts ("conflicts"), possible duplicates ("duplicates") or both (""), limit at most.
 */
enum gw_status gw_people_print_doubts(struct gw_warehouse *warehouse, const char *which,
				      int64_t limit, bool json, struct gw_error *err);

#endif
