/*
 * Which files of a folder were taken: for each stream and part the one whose rows
 * stand now.
 *
 * On disk it is a text, a line a file, only ever appended to, and safe on the
 * disk when an append has returned.  A line that was half written when the power
 * went is passed over.  In memory only what stands now is kept.
 */
#ifndef GW_LEDGER_H
#define GW_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "file/pattern.h"

enum { GW_SHA = 32, GW_SHA_TEXT = 65, GW_LEDGER_MOST = 100000, GW_STREAM_MAX = 129 };

struct gw_taken {
	char stream[GW_STREAM_MAX];
	char part[GW_FILE_NAME], name[GW_FILE_NAME]; /* name: plain, as it is ordered by */
	unsigned char sha[GW_SHA];
	int64_t rows; /* -1: unknown */
	int64_t at_us;
	uint64_t place; /* grows from taking to taking; made by the ledger */
};

struct gw_ledger {
	char *path;
	struct gw_taken *taken; /* in the order in which they were taken */
	size_t count, room;
	uint64_t places;
	int64_t size; /* of the file, as it was read or last written here */
};

/* Reads the ledger, or begins an empty one where there is none (*fresh).  The path is copied. */
enum gw_status gw_ledger_open(struct gw_ledger *ledger, const char *path, bool *fresh,
			      struct gw_error *err);
void gw_ledger_close(struct gw_ledger *ledger); /* one that never opened is allowed */

/* Appends; then it is what stands for its stream and part.  GW_RETRY: the disk is full.  GW_FENCED:
   another pull has written to it since, so that this one knows of the past only. */
enum gw_status gw_ledger_add(struct gw_ledger *ledger, const struct gw_taken *taken,
			     struct gw_error *err);

/* What stands for a part, or has this content; NULL: nothing.  Valid until the next add. */
const struct gw_taken *gw_ledger_of_part(const struct gw_ledger *ledger, const char *stream,
					 const char *part);
const struct gw_taken *gw_ledger_of_content(const struct gw_ledger *ledger, const char *stream,
					    const unsigned char sha[GW_SHA]);
/* The stream's next at or behind a place; NULL: there is none. */
const struct gw_taken *gw_ledger_next(const struct gw_ledger *ledger, const char *stream,
				      uint64_t place);

/* The stream's parts by this pattern, which may not be the one by which they were taken: files that
   do not fit it no longer stand.  In memory alone. */
void gw_ledger_refit(struct gw_ledger *ledger, const char *stream, const char *pattern);

/* One line of the file without its end; false: it is none. */
bool gw_ledger_read_line(const char *line, size_t len, struct gw_taken *out);

/* Puts it into the ledger in memory alone: what a line of the file says. */
enum gw_status gw_ledger_note(struct gw_ledger *ledger, const struct gw_taken *taken,
			      struct gw_error *err);

#endif
