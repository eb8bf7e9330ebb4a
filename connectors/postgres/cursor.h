/*
 * One cycle over one stream.
 *
 * A cycle is a walk through phases; this table is all of it:
 *
 *   first time   snapshot -> sweep -> new -> idle     (no xmin: snapshot -> new)
 *   later        late  -> new -> idle                 within the overlap
 *   sweep due    sweep -> new -> idle                 over the whole table
 *   mode bulk    snapshot -> idle                     every time
 *   once         the same, of all rows or a range
 *
 * Why nothing is lost: a row that a page could not see was written by a
 * transaction not older than the page's xmin.  The xmin of a cycle's first page
 * is kept; the next cycle looks for rows from that transaction on that lie
 * where NEW does not come by: at or behind the position, dated in the future,
 * or not dated.  The position never passes the source's own now().
 */
#ifndef GW_PG_CURSOR_H
#define GW_PG_CURSOR_H

#include "postgres/bookmark.h"
#include "postgres/rows.h"
#include "table/cycle.h"

/* What the source says about the transaction of a page. */
struct gw_pg_facts {
	int64_t now_us;
	int64_t xid; /* xmin of its snapshot */
};

struct gw_cursor {
	struct gw_session *session;
	const struct gw_stream *stream;
	struct gw_arena arena;   /* of table and plan */
	struct gw_arena scratch; /* of one page */
	struct gw_buf sql, text;
	struct gw_pg_table table;
	struct gw_pg_plan plan;
	struct gw_pg_state state;
	struct gw_cycle cycle;
	struct gw_values limits; /* of the plan's range: from, to, as far as they are there */
	size_t page_rows;
	size_t memory;            /* bytes of the batch's arena, once one has come */
	bool asked;               /* the next page's statements have been sent */
	size_t limit;             /* rows that they ask for */
	struct gw_pg_facts facts; /* of the page in progress */
	bool probing;             /* sql holds the probe of gw_pg_idle */
	bool sweep_now;
	bool ended;
};

/* Reads the page that comes next into batch, and moves the state behind it; an empty page too.
   After a failure the cursor can only be ended: the stored bookmark still is right. */
enum gw_status gw_pg_page(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err);

/* Sends the next page's statements without waiting for anything; nothing where it can't be known
   what they are (the cycle's first page) or there is none. */
enum gw_status gw_pg_ask(struct gw_cursor *cursor, struct gw_error *err);
/* Forgets the page asked for: its transaction ends, and the state never moved. */
void gw_pg_drop(struct gw_cursor *cursor);
/* Its rows are coming in, one soon after the other. */
bool gw_pg_ready(const struct gw_cursor *cursor);

/* Begins a page's transaction: its first reader takes the facts, and with them the snapshot. */
enum gw_status gw_pg_begin_page(struct gw_cursor *cursor, struct gw_error *err);

/*
 * Takes the rows of the COPY among the statements sent (cursor->asked), cursor->limit at most, into
 * *rows, and all that comes behind it; *before, for the caller to clear, is what the first SELECT
 * before it answered.  rows->no_memory is no failure: the rows that fit are there.
 */
enum gw_status gw_pg_take_rows(struct gw_cursor *cursor, bool check_duplicates,
			       struct gw_batch *batch, struct gw_pg_rows *rows, PGresult **before,
			       struct gw_error *err);

/* The page may end between rows that the database takes for equal to its last: rows->most becomes
   how many it may have, where these are fewer.  In the page's transaction. */
enum gw_status gw_pg_border(struct gw_cursor *cursor, const struct gw_pg_page *page,
			    struct gw_pg_rows *rows, struct gw_error *err);

/* What the last row holds of the order in NEW, of the key in other phases. */
enum gw_status gw_pg_page_last(struct gw_cursor *cursor, struct gw_pg_rows *rows,
			       struct gw_values *out, struct gw_error *err);

/* True: a cycle begun now would find nothing; one exchange. */
enum gw_status gw_pg_idle(struct gw_cursor *cursor, bool *out, struct gw_error *err);

/* Appends expressions, each with a comma behind it, that give a list of settings its values. */
void gw_pg_put_values(const struct gw_cursor *cursor, const struct gw_values *values, char list,
		      struct gw_buf *out);

/* Appends a SELECT that gives the texts of plan.h their values, for the transaction that runs. */
void gw_pg_put_settings(const struct gw_cursor *cursor, struct gw_buf *out);

/* Describes the table and looks at the bookmark; the connector's begin. */
enum gw_status gw_pg_begin(struct gw_session *session, const struct gw_request *request,
			   const struct gw_bookmark *since, struct gw_cursor **out,
			   struct gw_error *err);
enum gw_status gw_pg_next(struct gw_cursor *cursor, struct gw_batch *batch, struct gw_error *err);
enum gw_status gw_pg_key_columns(struct gw_cursor *cursor, const char *const **columns,
				 size_t *count, struct gw_error *err);
void gw_pg_end(struct gw_cursor *cursor);

/*
 * Proves the limits of a range and keeps them in the form in which the source writes them.
 * GW_REJECT: there is no such column, it can't be compared, or a limit is no value of it.
 */
enum gw_status gw_pg_range_open(struct gw_cursor *cursor, const struct gw_span *range,
				struct gw_error *err);

/* The connector's count and place. */
enum gw_status gw_pg_count(struct gw_session *session, const struct gw_request *request,
			   int64_t *out, struct gw_error *err);
enum gw_status gw_pg_place(struct gw_session *session, const struct gw_request *request,
			   const struct gw_bookmark *since, const char *from,
			   struct gw_bookmark *out, struct gw_error *err);

/* The connector's fetch. */
enum gw_status gw_pg_fetch(struct gw_session *session, const struct gw_request *request,
			   const struct gw_keys *keys, struct gw_batch *batch,
			   struct gw_error *err);

/* The connector's ahead. */
enum gw_status gw_pg_ahead(struct gw_session *session, const struct gw_request *request,
			   const struct gw_bookmark *since, const struct gw_keys *key,
			   enum gw_ahead *out, struct gw_error *err);

/* ---- the walk, without a server ----------------------------------------------------------------
 */

/* Begins a cycle (state->phase is idle): chooses its first phase. */
void gw_pg_walk_start(struct gw_cursor *cursor, const struct gw_pg_facts *facts);

/* The page that ends is the last of its phase: goes on to the next, or ends the cycle. */
void gw_pg_walk_on(struct gw_cursor *cursor);

/* Forgets how far the table was read, so that the cycle reads all of it again. */
void gw_pg_walk_again(struct gw_cursor *cursor, const char *notice);

/* The transaction id from which a row counts as late in this phase. */
int64_t gw_pg_walk_floor(const struct gw_cursor *cursor);

/* True where a cycle begun now would start with LATE. */
bool gw_pg_walk_late(const struct gw_cursor *cursor, const struct gw_pg_facts *facts);

/* True where a saved transaction id is so old that ids have come round since, or is of the future:
   it says nothing then. */
bool gw_pg_walk_lost(const struct gw_cursor *cursor, const struct gw_pg_facts *facts);

#endif
