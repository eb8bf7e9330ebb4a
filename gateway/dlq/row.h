/*
 * A source's row as a letter writes it: each value as text.  The same text
 * stands in a request to read keys again and in a correction, so that what was
 * read in a letter is found again in the source.
 */
#ifndef GW_LETTER_ROW_H
#define GW_LETTER_ROW_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/value.h"

/* The value as a letter writes it; NULL for null; for bytes, text that is not UTF-8 and unheld
   values what the letter's JSON has as text.  In arena. */
enum gw_status gw_letter_text(const struct gw_value *value, struct gw_arena *arena,
			      const char **out, struct gw_error *err);

/* Appends the same to out; nothing for null.  False: no memory, or past the buffer's maximum. */
bool gw_letter_put(const struct gw_value *value, struct gw_buf *out);

/* Reads an opened letter's JSON row: (*values)[i] is the text of (*columns)[i] (NULL: null).  All
   in arena.  GW_REJECT: not such a row. */
enum gw_status gw_letter_row(const char *json, size_t len, struct gw_arena *arena,
			     const char *const **columns, const char *const **values, size_t *count,
			     struct gw_error *err);

#endif
