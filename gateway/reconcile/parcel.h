/*
 * What goes to and fro about some keys: to the pull, which buckets and what the
 * warehouse has in them, or which keys to repair; back, the keys that differ.  Canonical keys, so
 * that no person's number is in it.
 */
#ifndef GW_PARCEL_H
#define GW_PARCEL_H

#include "reconcile/buckets.h"

/* What is known of a key. */
enum gw_difference {
	GW_DIFFERENCE_LISTED,    /* to the pull: the warehouse has it, with this hash */
	GW_DIFFERENCE_MISSING,   /* the source has it with this hash (to the pull: it did), the
				  * warehouse not */
	GW_DIFFERENCE_EXTRA,     /* the warehouse has it, the source not */
	GW_DIFFERENCE_DIFFERENT, /* both have it; the source with this hash */
	GW_DIFFERENCE_EXCUSED,   /* the source's row is a dead letter */
	GW_DIFFERENCES,          /* how many */
};

struct gw_parcel_head {
	int64_t allow; /* to the pull: so many tombstones at most; back: 0 where it sent none */
	int64_t rows;  /* back: rows of the source that were looked at */
	bool more;     /* back: there are more keys than were told, or could be sent at once */
	struct gw_bucket_set set; /* to the pull, of a comparison */
};

struct gw_parcel_entry {
	enum gw_difference kind;
	const char *key; /* not NUL-terminated; points into the parcel */
	size_t len;
	int64_t hash; /* 0 where there is none */
};

/* Begins a parcel at the end of out; ask out->failed. */
void gw_parcel_begin(const struct gw_parcel_head *head, struct gw_buf *out);
/* Sets more in a parcel that out begins with. */
void gw_parcel_mark_more(struct gw_buf *out);
/* How many bytes an entry takes. */
size_t gw_parcel_room(const struct gw_parcel_entry *entry);
void gw_parcel_add(const struct gw_parcel_entry *entry, struct gw_buf *out);

struct gw_parcel_reader {
	const unsigned char *at, *end;
};

/* False: these bytes are no parcel.  They must outlive the reader. */
bool gw_parcel_open(const unsigned char *bytes, size_t len, struct gw_parcel_head *head,
		    struct gw_parcel_reader *out);
/* 1: *entry is the next; 0: there is none; -1: the bytes are damaged. */
int gw_parcel_next(struct gw_parcel_reader *reader, struct gw_parcel_entry *entry);

#endif
