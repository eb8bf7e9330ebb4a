/*
 * The warehouse's PostgreSQL, as this folder uses it.
 *
 * One connection, used by one thread.  What the server says of a failure is
 * reduced to its SQLSTATE and the name of a constraint: its own text may quote
 * values of rows, so it is never even asked for.  The status of a failure says
 * what to do: GW_RETRY for a server that is away or busy, GW_CONFIG for rights
 * and missing things, GW_REJECT for data that it refuses.
 */
#ifndef GW_DB_H
#define GW_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct gw_db;
struct gw_db_result;

/* Connects within ten seconds; duty is shown in the server's list of sessions.  conninfo is secret.
 */
enum gw_status gw_db_open(const char *conninfo, const char *duty, struct gw_db **out,
			  struct gw_error *err);
void gw_db_close(struct gw_db *db); /* NULL is allowed */

/* False once the connection is lost; then only gw_db_close is of use. */
bool gw_db_alive(const struct gw_db *db);

/* Runs statements without parameters or results. */
enum gw_status gw_db_exec(struct gw_db *db, const char *sql, struct gw_error *err);

/*
 * Runs one statement with text parameters (NULL for null).  *out is to be freed;
 * a NULL out drops the result.
 */
enum gw_status gw_db_query(struct gw_db *db, const char *sql, const char *const *params, int count,
			   struct gw_db_result **out, struct gw_error *err);
/* The same for a statement prepared under a name. */
enum gw_status gw_db_prepare(struct gw_db *db, const char *name, const char *sql,
			     struct gw_error *err);

struct gw_db_bytes {
	const void *data;
	size_t len;
};
/* Runs it with parameters that are not null, in their binary form; so are the results. */
enum gw_status gw_db_run(struct gw_db *db, const char *name, const struct gw_db_bytes *params,
			 int count, struct gw_db_result **out, struct gw_error *err);

/* The statement with one parameter more, of type bytea, behind the text parameters. */
enum gw_status gw_db_query_bytes(struct gw_db *db, const char *sql, const char *const *params,
				 int count, const struct gw_db_bytes *bytes, struct gw_error *err);

/* Commits; GW_RETRY also when the outcome is not known. */
enum gw_status gw_db_commit(struct gw_db *db, struct gw_error *err);
/* Ends a transaction that failed; never fails itself (a lost connection has ended it too). */
void gw_db_rollback(struct gw_db *db);

size_t gw_db_rows(const struct gw_db_result *result);
size_t gw_db_columns(const struct gw_db_result *result);
/* Text of a value, NULL for null; lives as long as the result. */
const char *gw_db_text(const struct gw_db_result *result, size_t row, size_t column);
/* The same as a number; 0 for null. */
int64_t gw_db_i64(const struct gw_db_result *result, size_t row, size_t column);
/* A binary value of size bytes; NULL for null and for what has another size. */
const void *gw_db_binary(const struct gw_db_result *result, size_t row, size_t column, size_t size);
/* A binary value of any size; data NULL for null. */
struct gw_db_bytes gw_db_cell(const struct gw_db_result *result, size_t row, size_t column);
/* How many rows an INSERT, UPDATE or DELETE has put, changed or taken. */
int64_t gw_db_affected(struct gw_db_result *result);
void gw_db_free(struct gw_db_result *result); /* NULL is allowed */

/* COPY … FROM STDIN: begin, put any number of pieces, end.  A failed put or begin has ended it. */
enum gw_status gw_db_copy_begin(struct gw_db *db, const char *sql, struct gw_error *err);
enum gw_status gw_db_copy_put(struct gw_db *db, const void *bytes, size_t len,
			      struct gw_error *err);
enum gw_status gw_db_copy_end(struct gw_db *db, struct gw_error *err);
/* Gives a COPY up that the caller can't finish. */
void gw_db_copy_cancel(struct gw_db *db);

/* COPY … TO STDOUT: begin, then take messages, each of whole rows, until *data is NULL, which ends
   it.  *data is NULL at first and freed by the next take; a failed take has ended it. */
enum gw_status gw_db_copy_out(struct gw_db *db, const char *sql, struct gw_error *err);
enum gw_status gw_db_copy_take(struct gw_db *db, char **data, size_t *len, struct gw_error *err);

/* Constraint (else column) that the last refusal named; "" when it named none. */
const char *gw_db_culprit(const struct gw_db *db);
/* Row of a COPY (from 1) that the last refusal named; 0 when it named none. */
int64_t gw_db_culprit_row(const struct gw_db *db);

/* What a SQLSTATE asks the caller to do. */
enum gw_status gw_db_status(const char *sqlstate);

#endif
