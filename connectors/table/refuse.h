/*
 * What readers of tables refuse in the same words.  No message shows a value.
 */
#ifndef GW_TABLE_REFUSE_H
#define GW_TABLE_REFUSE_H

#include "connector.h"

/* Where the source file names the column; the stream's place where it does not. */
const struct gw_place *gw_table_place_of(const struct gw_stream *stream, const char *column);

/* GW_CONFIG: what err says, with the place in the source file before it. */
enum gw_status gw_table_fail_at(const struct gw_place *at, struct gw_error *err);

/* GW_CONFIG: one row does not fit a batch. */
enum gw_status gw_table_fail_large(const char *table, const struct gw_batch *batch,
				   struct gw_error *err);

/* GW_CONFIG: there is a row without a key. */
enum gw_status gw_table_fail_null_key(const char *table, const char *const *key, size_t nkey,
				      struct gw_error *err);

/* GW_CONFIG: as many rows as a page holds, and more, have keys that the database takes for equal.
 */
enum gw_status gw_table_fail_tied(const char *table, const char *const *key, size_t nkey,
				  size_t rows, struct gw_error *err);

/* GW_REJECT: what a person gave as a limit or a place is no value of its column. */
enum gw_status gw_table_fail_value(const char *table, const char *column, const char *type,
				   struct gw_error *err);

/* GW_REJECT: a stream without a cursor has no place. */
enum gw_status gw_table_fail_bulk(const struct gw_stream *stream, struct gw_error *err);

#endif
