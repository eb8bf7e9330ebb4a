/*
 * Rows of a statement to values.
 *
 * Columns are bound to buffers of a fixed size, a block of rows at once.  What
 * is longer than its buffer is told, not lost: the caller fetches such a row
 * by itself.
 */
#ifndef GW_ODBC_ROWS_H
#define GW_ODBC_ROWS_H

#include "odbc/bookmark.h"

struct gw_odbc_block {
	size_t rows;      /* that one fetch takes */
	char **data;      /* of each field: rows * stride bytes */
	SQLLEN **lengths; /* of each field, one a row */
	size_t *stride;   /* of each field */
	SQLULEN fetched;  /* rows that the last fetch took */
};

/* A row with a value that did not fit its buffer. */
struct gw_odbc_cut {
	size_t row;
	const char *const *key; /* its key, as parameters */
};

struct gw_odbc_rows {
	/* set by the caller */
	const struct gw_odbc_plan *plan;
	const struct gw_odbc_block *block;
	const struct gw_zone *zone;
	struct gw_arena *arena, *scratch;
	struct gw_value *values; /* room for most rows of plan->nvisible */
	size_t most;
	bool check_duplicates; /* rows come in the order of the key, and no index makes it unique */
	bool in_order;         /* rows come in the order of changes: the last one's is wanted */
	const char *const *asked; /* NULL: all rows; else those whose texts are the keys' letter for
				     letter: parameters of nasked keys */
	size_t nasked;
	/* filled */
	size_t nrows;
	struct gw_values order, key; /* of the last row */
	struct gw_odbc_cut *cuts;
	size_t ncuts, room;
	bool no_memory; /* the arena is full: the row after nrows did not fit */
};

/* Allocates a block for the plan; NULL memory: false. */
bool gw_odbc_block_make(const struct gw_odbc_plan *plan, size_t rows, struct gw_arena *arena,
			struct gw_odbc_block *out);

/* Whether bytes are what the parameter of that field says, letter for letter where they are text:
   of numbers and times the database's word is enough. */
bool gw_odbc_rows_same(const struct gw_odbc_field *field, const char *data, size_t len,
		       const char *param);

/* Takes the block's rows in.  GW_CONFIG: a key column is NULL, a key stands twice, or a value can't
   order rows.  Once no_memory is set the rest is ignored. */
enum gw_status gw_odbc_rows_take(struct gw_odbc_rows *rows, struct gw_error *err);

#endif
