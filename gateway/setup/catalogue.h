/*
 * What a database has: its tables and columns, kept beyond the call that tells of them, with a
 * few rows of each that was looked into.
 *
 * Values of a sample stay in memory and go nowhere: what is written and shown of them are
 * counts.
 */
#ifndef GW_CATALOGUE_H
#define GW_CATALOGUE_H

#include "pull/plan.h"

/* A source and the session with it. */
struct gw_reach {
	const struct gw_link *link;
	const struct gw_source *source;
};

/* A few rows: row r, column c is values[r * ncolumns + c]; the columns are those of the table. */
struct gw_sample {
	struct gw_batch batch;
	size_t nrows, ncolumns;
	const struct gw_value *values;
};

struct gw_catalogue {
	struct gw_arena arena;
	struct gw_table *tables;
	size_t count;
	bool cut; /* there are more than it holds */
};

enum { GW_CATALOGUE_TABLES = 5000, GW_SAMPLE_ROWS = 500 };

/* All tables, or only the named one.  Release it also after a failure. */
enum gw_status gw_catalogue_read(const struct gw_link *link, const char *only,
				 struct gw_catalogue *out, struct gw_error *err);
void gw_catalogue_release(struct gw_catalogue *catalogue);

/* How much of a table's name a stream's table is: without the sheet, which it names by itself. */
size_t gw_table_length(const struct gw_table *table);

/* The settings of a stream that reads the table: table, and sheet where it has one. */
void gw_table_put(const struct gw_table *table, struct gw_buf *out);

/*
 * Reads the first rows of a table in the order of key (columns of it, nkey > 0).  Columns that
 * can't be read are null in the sample.  Release it also after a failure.
 */
enum gw_status gw_sample_read(const struct gw_reach *reach, const struct gw_table *table,
			      const size_t *key, size_t nkey, struct gw_sample *out,
			      struct gw_error *err);
void gw_sample_release(struct gw_sample *sample);

/* The value of a row's column. */
const struct gw_value *gw_sample_value(const struct gw_sample *sample, size_t row, size_t column);

#endif
