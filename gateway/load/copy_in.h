/*
 * Rows in the binary format of COPY.
 *
 * One row is appended at a time to a buffer of the caller: begin with the
 * header, for each row its number of columns and then the columns, and end
 * with the trailer.  A value that its column can't hold is refused with the
 * shape of what is wrong and never the value; what was appended of its row is
 * then the caller's to cut off.
 */
#ifndef GW_COPY_IN_H
#define GW_COPY_IN_H

#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

/* The column types of the warehouse's tables. */
enum gw_column_type {
	GW_COLUMN_BOOLEAN,
	GW_COLUMN_INTEGER,
	GW_COLUMN_BIGINT,
	GW_COLUMN_REAL,
	GW_COLUMN_DOUBLE,
	GW_COLUMN_NUMERIC,
	GW_COLUMN_TEXT,
	GW_COLUMN_BYTEA,
	GW_COLUMN_DATE,
	GW_COLUMN_TIMESTAMPTZ,
	GW_COLUMN_TYPES, /* how many */
};

/* "double precision"... as PostgreSQL writes it. */
const char *gw_column_type_name(enum gw_column_type type);
/* False where there is no such type here. */
bool gw_column_type_find(const char *name, enum gw_column_type *out);

/* Buffers fail when they are full; ask buf->failed once. */
void gw_copy_in_header(struct gw_buf *buf);
void gw_copy_in_row(struct gw_buf *buf, size_t columns);
void gw_copy_in_trailer(struct gw_buf *buf);

/* Instead of header and rows: begins an array parameter, count values of a column type follow. */
enum gw_array_of {
	GW_ARRAY_BIGINT = 20,
	GW_ARRAY_TEXT = 25,
	GW_ARRAY_TID = 27,
	GW_ARRAY_UUID = 2950
};
void gw_copy_in_array(struct gw_buf *buf, enum gw_array_of type, size_t count);
/* A timestamptz parameter: microseconds since 1970 of a time of ours. */
void gw_copy_in_instant(struct gw_buf *buf, int64_t us);

/* GW_REJECT: the column can't hold the value.  GW_FATAL: the buffer is full. */
enum gw_status gw_copy_in_value(struct gw_buf *buf, enum gw_column_type type,
				const struct gw_value *value, struct gw_error *err);

void gw_copy_in_null(struct gw_buf *buf);
void gw_copy_in_bytes(struct gw_buf *buf, const void *bytes, size_t len); /* text, uuid, bytea */
void gw_copy_in_bool(struct gw_buf *buf, bool truth);
void gw_copy_in_i32(struct gw_buf *buf, int32_t n);
void gw_copy_in_i64(struct gw_buf *buf, int64_t n);
/* Microseconds since 1970; false outside of what PostgreSQL holds. */
bool gw_copy_in_timestamp(struct gw_buf *buf, int64_t us);

#endif
