/*
 * What is left to load of partitions that other loaders have.
 *
 * How far those are loaded the warehouse says, but control records of
 * transactions take offsets too: nothing committed may be left where it says less
 * than the end.  So a reader of no group looks.
 */
#ifndef GW_REMAIN_H
#define GW_REMAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"

struct gw_remain {
	char topic[256];
	int32_t partition;
	int64_t end;   /* of all that was written when it was listed, by open transactions too */
	int64_t next;  /* what is below is loaded, says the caller; -1: not asked yet */
	int64_t first; /* of what is committed from next on, the first; end or more: there is none
			  below the end; -1: not looked at, or a transaction is open there */
	bool asked;    /* the caller wants to know first */
};

/* Sets first of those that are asked for.  GW_RETRY: brokers away. */
enum gw_status gw_remain_look(const struct gw_config *config, struct gw_remain *list, size_t count,
			      struct gw_error *err);

#endif
