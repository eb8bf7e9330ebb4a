/*
 * A part of a workbook that is unpacked ahead of who reads it, on a thread of
 * its own, while the rows before are made: unpacking is a sixth of the work.
 *
 * The thread does nothing else: it says nothing, fails nothing and knows no
 * clock.  What it may hold is bounded; where there is no thread to be had the
 * reader unpacks for itself.
 */
#ifndef GW_XLSX_AHEAD_H
#define GW_XLSX_AHEAD_H

#include <zip.h>

struct gw_xlsx_ahead;

/* Of a part that was opened, from where it stands; it is borrowed, and read by no one else until
   this is stopped.  NULL: no memory, so that it is read as it was. */
struct gw_xlsx_ahead *gw_xlsx_ahead_new(zip_file_t *file);
void gw_xlsx_ahead_free(struct gw_xlsx_ahead *ahead); /* stops it; NULL is allowed */

/* As zip_fread, whose error is the part's too. */
zip_int64_t gw_xlsx_ahead_read(struct gw_xlsx_ahead *ahead, void *to, size_t size);

/* Nothing of the archive is read any more until gw_xlsx_ahead_read is called again: before
   anything else is read from it.  What is at hand is kept. */
void gw_xlsx_ahead_stop(struct gw_xlsx_ahead *ahead);

#endif
