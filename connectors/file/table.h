/*
 * The rows of one file as a stream wants them: header found, columns in the
 * order of the request, texts of times by the source's clock.
 *
 * What is no row of the table is passed over: empty rows; the header again, as
 * prints of several pages have it; a row of numbers 1, 2, 3… below the header;
 * and a row without a key that has at most two cells, such as a total or a
 * signature.  All else is a row, for the rules to judge.
 */
#ifndef GW_FILE_TABLE_H
#define GW_FILE_TABLE_H

#include "connector.h"
#include "file/keyset.h"
#include "file/sheet.h"
#include "normalise/zone.h"

struct gw_table_spec {
	const struct gw_stream *stream;
	const char *const *columns;
	size_t ncolumns;
	bool keys_only; /* the other columns may be missing: they are null then */
	const struct gw_zone *zone;
	const char *scratch;
};

struct gw_drop_table {
	struct gw_table_spec spec;
	struct gw_sheet *sheet;
	struct gw_arena arena; /* of the header */
	struct gw_arena row_arena;
	size_t *at;  /* of each of the columns, in the sheet; (size_t)-1: it is missing */
	size_t *key; /* of each column of the key, among the columns */
	struct gw_value *values; /* of the row in hand, ncolumns */
	int64_t number;          /* of the row in hand */
	int64_t header;          /* the row of the header */
	int64_t skipped;         /* rows that are none, behind the header */
	bool below_header;       /* no row has come behind it yet */
};

/* Opens the file of that descriptor, which becomes the table's, and finds its header.  GW_REJECT:
   the file is broken, or not of this table; err says it to who made the file. */
enum gw_status gw_drop_table_open(int fd, const struct gw_table_spec *spec,
				  struct gw_drop_table **out, struct gw_error *err);
void gw_drop_table_close(struct gw_drop_table *table); /* NULL is allowed */

/* The next row into table->values, which stand until the next call. */
enum gw_status gw_drop_table_next(struct gw_drop_table *table, bool *more, struct gw_error *err);

/* The key of the row in hand; false: it has none. */
bool gw_drop_table_key(const struct gw_drop_table *table, struct gw_keyhash *out);

/* Tells apart sets of keys that are made of other columns. */
uint64_t gw_drop_table_mark(const struct gw_stream *stream);
/* That, and which files and where in them: tells apart what bookmarks are of. */
uint64_t gw_drop_table_shape(const struct gw_stream *stream);

#endif
