/*
 * What a bookmark of a drop folder says: which file is in hand, and how far.
 *
 * A file goes through its phases in this order; done stays until the next one
 * begins, so that what was finished is known after a crash too:
 *
 *   gone   rows of the file that it replaces, and are not in it
 *   rows   its own
 *   done   all of it is sent
 *   again  files that were taken before are read once more
 */
#ifndef GW_PLACE_H
#define GW_PLACE_H

#include "connector.h"
#include "file/folder.h"
#include "file/sheet.h"

enum gw_drop_phase { GW_DROP_GONE, GW_DROP_ROWS, GW_DROP_DONE, GW_DROP_AGAIN, GW_DROP_PHASES };

struct gw_drop_place {
	enum gw_drop_phase phase;
	bool first;            /* nothing was read before this cycle */
	bool any;              /* a file was taken up to the end before */
	struct gw_taken file;  /* in hand or done, with its place; without a name: none */
	char id[GW_FOLDER_ID]; /* of the file as it lay in the folder */
	char about[GW_SHEET_ABOUT];
	int64_t skipped; /* rows that are none */
	bool replaces;   /* another file of its part, that of sha before */
	unsigned char before[GW_SHA];
	int64_t row;    /* of the sheet, behind which it goes on; 0: at its beginning */
	int64_t sent;   /* rows of the phase that are sent */
	int64_t gone;   /* rows that were deleted */
	uint64_t shape; /* gw_drop_table_shape of the stream: another shape, another bookmark */
};

enum gw_status gw_drop_place_write(const struct gw_drop_place *place, struct gw_bookmark *out,
				   struct gw_error *err);
/* GW_CONFIG: it is none of this connector. */
enum gw_status gw_drop_place_read(const struct gw_bookmark *bookmark, struct gw_drop_place *out,
				  struct gw_error *err);
/* The connector's describe. */
enum gw_status gw_drop_place_describe(const struct gw_bookmark *bookmark, char *out, size_t size,
				      struct gw_error *err);

#endif
