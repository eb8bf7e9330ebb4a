/*
 * One cycle over one stream.
 *
 * A cycle is a walk through phases; this table is all of it:
 *
 *   first time   snapshot -> new -> idle
 *   later        late -> new -> idle      (the server tells what may come late: new -> idle)
 *   mode bulk    snapshot -> idle         every time
 *   once         the same, of all rows or a range
 *
 * A row that committed behind the position is found as long as it lies within
 * the overlap, which is read again in each cycle.  The position never passes
 * the source's own now().
 */
#ifndef GW_ODBC_CURSOR_H
#define GW_ODBC_CURSOR_H

#include "base/text.h"
#include "odbc/bookmark.h"
#include "odbc/idle.h"
#include "odbc/rows.h"
#include "table/cycle.h"

struct gw_cursor {
	struct gw_session *session;
	const struct gw_stream *stream;
	struct gw_arena arena;   /* of table, plan and the buffers of its columns */
	struct gw_arena scratch; /* of one page */
	struct gw_odbc_text sql;
	struct gw_odbc_table table;
	struct gw_odbc_plan plan;
	struct gw_odbc_state state;
	struct gw_cycle cycle;
	struct gw_odbc_quiet quiet;
	struct gw_values limits; /* of the plan's range: from, to, as far as they are there */
	struct gw_values
		clock; /* now (or the ceiling), and where the overlap begins, of the page */
	char ceiling[GW_TIME_TEXT];   /* of a plan that has one */
	const char *const *keys;      /* to read again: their parameters */
	const struct gw_values *last; /* of the page's last row, while its border is looked at */
	struct gw_odbc_block block;
	size_t page_rows;
	int64_t now_us; /* of the page at hand */
	bool ended;
};

/* Reads the page that comes next into batch, and moves the state behind it; an empty page too.
   After a failure the cursor can only be ended: the stored bookmark still is right. */
enum gw_status gw_odbc_page(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err);

/* Reads a page of the state's phase into rows, and moves the state behind them; *last: the phase
   has no more.  Within what gw_odbc_page_begin has begun. */
enum gw_status gw_odbc_page_read(struct gw_cursor *cursor, struct gw_batch *batch,
				 struct gw_odbc_rows *rows, bool *last, struct gw_error *err);

/* Begins a page: the source's clock, and what follows from it. */
enum gw_status gw_odbc_page_begin(struct gw_cursor *cursor, struct gw_error *err);

/* Runs the cursor's text with its parameters. */
enum gw_status gw_odbc_page_run(struct gw_cursor *cursor, struct gw_error *err);

/* Takes the rows that the text just run answers with; from then on rows can be asked for more. */
enum gw_status gw_odbc_page_take(struct gw_cursor *cursor, struct gw_odbc_rows *rows,
				 struct gw_error *err);

/* Runs the cursor's text, which counts rows. */
enum gw_status gw_odbc_page_count(struct gw_cursor *cursor, int64_t *out, struct gw_error *err);

/* The page's rows behind the first before of them are not all that its conditions have.  Where the
   database takes rows that follow for equal to the last, rows->most becomes how many the page may
   have. */
enum gw_status gw_odbc_border(struct gw_cursor *cursor, const struct gw_odbc_page *page,
			      size_t before, struct gw_odbc_rows *rows, struct gw_error *err);

/* Fetches the long values of rows that were cut. */
enum gw_status gw_odbc_page_whole(struct gw_cursor *cursor, struct gw_odbc_rows *rows,
				  struct gw_error *err);

/* Sets rows up for most rows of the batch; GW_FATAL: no memory. */
enum gw_status gw_odbc_page_rows(struct gw_cursor *cursor, size_t most, struct gw_batch *batch,
				 struct gw_odbc_rows *rows, struct gw_error *err);

enum gw_status gw_odbc_begin(struct gw_session *session, const struct gw_request *request,
			     const struct gw_bookmark *since, struct gw_cursor **out,
			     struct gw_error *err);
enum gw_status gw_odbc_next(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err);
enum gw_status gw_odbc_key_columns(struct gw_cursor *cursor, const char *const **columns,
				   size_t *count, struct gw_error *err);
void gw_odbc_end(struct gw_cursor *cursor);

/* Proves the limits of a range and keeps them as parameters.  GW_REJECT: there is no such column,
   it can't be compared, or a limit is no value of it. */
enum gw_status gw_odbc_range_open(struct gw_cursor *cursor, const struct gw_span *range,
				  struct gw_error *err);

/* The connector's count, place, fetch and ahead. */
enum gw_status gw_odbc_count(struct gw_session *session, const struct gw_request *request,
			     int64_t *out, struct gw_error *err);
enum gw_status gw_odbc_place(struct gw_session *session, const struct gw_request *request,
			     const struct gw_bookmark *since, const char *from,
			     struct gw_bookmark *out, struct gw_error *err);
enum gw_status gw_odbc_fetch(struct gw_session *session, const struct gw_request *request,
			     const struct gw_keys *keys, struct gw_batch *batch,
			     struct gw_error *err);
enum gw_status gw_odbc_ahead(struct gw_session *session, const struct gw_request *request,
			     const struct gw_bookmark *since, const struct gw_keys *key,
			     enum gw_ahead *out, struct gw_error *err);

/* ---- the walk, without a server ----------------------------------------------------------------
 */

/* Begins a cycle (state->phase is idle): chooses its first phase. */
void gw_odbc_walk_start(struct gw_cursor *cursor);

/* The page that ends is the last of its phase: goes on to the next, or ends the cycle. */
void gw_odbc_walk_on(struct gw_cursor *cursor);

/* Forgets how far the table was read, so that the cycle reads all of it again. */
void gw_odbc_walk_again(struct gw_cursor *cursor, const char *notice);

/* What the parameters of GW_ODBC_NOW and GW_ODBC_LOWER are at this time of the source's clock. */
bool gw_odbc_walk_clock(struct gw_cursor *cursor, int64_t now_us);

#endif
