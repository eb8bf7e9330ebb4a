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

/* The value of that kind that a letter writes as this text: text as it is, bytes as base64, others
   in their one form.  False: the text is none of that kind.  In arena. */
bool gw_letter_value(enum gw_kind kind, const char *text, struct gw_arena *arena,
		     struct gw_value *out);

/* What a person types for a value of that kind, for messages: "a whole number"; NULL: any text. */
const char *gw_letter_form(enum gw_kind kind);

struct gw_letter_row {
	const char *const *columns;
	const char *const *values; /* as text; NULL: null */
	const struct gw_value
		*cells; /* as the source had them; text where the letter tells no kind */
	size_t count;
};

/* Reads an opened letter's JSON row.  All in arena.  GW_REJECT: not such a row. */
enum gw_status gw_letter_row(const char *json, size_t len, struct gw_arena *arena,
			     struct gw_letter_row *out, struct gw_error *err);

#endif
