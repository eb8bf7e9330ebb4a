/*
 * The one header that every record carries, packed: one header costs a third
 * of what four cost.  Name "songma"; 34 bytes:
 * format (1) · operation (1) · version (8) · mapping version (8) · run (16),
 * numbers most significant byte first.
 */
#ifndef GW_HEADER_H
#define GW_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define GW_HEADER_NAME "songma"

/* Of records in a replay topic, beside it: the name of the stream that they belong to, as text. */
#define GW_STREAM_HEADER "songma.stream"

enum { GW_HEADER_SIZE = 34 };

enum gw_operation {
	GW_OP_SNAPSHOT = 'r', /* part of the first reading of the whole table */
	GW_OP_CHANGE = 'c',   /* new or changed since */
	GW_OP_RESENT = 's',   /* read again on purpose */
	GW_OP_LATE = 'l',     /* the same, in the search for rows that were committed late */
	GW_OP_REPAIR = 'p',   /* sent to mend: loaded even if it looks unchanged */
	GW_OP_DELETE = 'd',   /* with a tombstone */
};

struct gw_header {
	enum gw_operation operation;
	int64_t version; /* of the batch */
	uint64_t mapping;
	unsigned char run[16];
};

void gw_header_pack(const struct gw_header *header, unsigned char out[GW_HEADER_SIZE]);
/* GW_REJECT: not a header of ours. */
enum gw_status gw_header_unpack(const unsigned char *bytes, size_t len, struct gw_header *out,
				struct gw_error *err);

#endif
