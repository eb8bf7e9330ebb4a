/*
 * A connection tried at once: what is at its other end, and what the account may do there.
 */
#ifndef GW_PROBE_H
#define GW_PROBE_H

#include "connector.h"

struct gw_probe {
	struct gw_source_facts facts;
	size_t tables;    /* that the account can read, at most GW_PROBE_TABLES are counted */
	size_t broken;    /* of them that can't be read after all, such as views of what is gone */
	int64_t ahead_us; /* of the source's clock before ours */
};

enum { GW_PROBE_TABLES = 200 };

/* Opens, asks, closes.  connection is a secret, or the folder of connector file. */
enum gw_status gw_probe(const char *connector, const char *connection, const char *time_zone,
			struct gw_probe *out, struct gw_error *err);

/* What a person can do about a connection that failed; in their language. */
const char *gw_probe_advice(const struct gw_error *err);

#endif
