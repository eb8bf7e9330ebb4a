/*
 * CSV as RFC 4180 has it: UTF-8, comma, double quotes, LF or CRLF, a header.
 *
 * Read whole, within limits, and taken apart in place: fields are valid until
 * the reader is freed.  Every row must have as many fields as the header.
 */
#ifndef GW_CSV_H
#define GW_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { GW_CSV_COLUMNS_MAX = 64 };

struct gw_csv;

/* Reads path and its header; GW_CONFIG names path, line and what is wrong. */
enum gw_status gw_csv_open(const char *path, struct gw_csv **out, struct gw_error *err);
/* The same from memory, which is copied; name stands for the path in messages. */
enum gw_status gw_csv_parse(const char *name, const char *text, size_t len, struct gw_csv **out,
			    struct gw_error *err);
void gw_csv_free(struct gw_csv *csv); /* NULL is allowed */

/* Place of a column by its name in the header, or -1. */
int gw_csv_column(const struct gw_csv *csv, const char *name);

/* Moves to the next row; *more is false after the last. */
enum gw_status gw_csv_next(struct gw_csv *csv, bool *more, struct gw_error *err);

/* A field of the present row, NUL-terminated; "" where column is -1. */
const char *gw_csv_field(const struct gw_csv *csv, int column);

/* Line on which the present row begins, from 1. */
unsigned gw_csv_line(const struct gw_csv *csv);

#endif
