/*
 * Bytes that are written once from beginning to end, and then read in pieces.
 *
 * They stay in memory up to a limit; beyond it they lie in a file without a
 * name that nobody else can open, and the blocks last read are kept.
 */
#ifndef GW_SHEET_SPOOL_H
#define GW_SHEET_SPOOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct gw_spool_block;

struct gw_spool {
	const char *folder;  /* borrowed; NULL: nothing may go beyond memory */
	struct gw_buf bytes; /* all of them, or those that are not in the file yet */
	int fd;              /* -1: there is no file */
	uint64_t filed;      /* bytes in the file */
	size_t nblocks;      /* of the file that may be kept in memory */
	struct gw_spool_block *blocks;
	char *cache;
};

/* memory: bytes that may be held, of which there are at least 1 MiB. */
void gw_spool_init(struct gw_spool *spool, const char *folder, size_t memory);
void gw_spool_release(struct gw_spool *spool);

/* GW_REJECT: more than the file may have; GW_RETRY: it can't be written. */
enum gw_status gw_spool_add(struct gw_spool *spool, const void *bytes, size_t len,
			    struct gw_error *err);
/* Nothing is added any more. */
enum gw_status gw_spool_finish(struct gw_spool *spool, struct gw_error *err);

/* How many bytes were added. */
uint64_t gw_spool_size(const struct gw_spool *spool);

/* Copies bytes that were added; after gw_spool_finish. */
enum gw_status gw_spool_read(struct gw_spool *spool, uint64_t offset, void *to, size_t len,
			     struct gw_error *err);

#endif
