/*
 * How a text file is written: what stands between cells, what ends a row.
 *
 * Guessed from its first rows, as no file says it, but those that begin with
 * the line "sep=;" which Excel understands.
 */
#ifndef GW_CSV_FORM_H
#define GW_CSV_FORM_H

#include <stdbool.h>
#include <stddef.h>

struct gw_csv_form {
	char delimiter;
	bool cr;     /* a carriage return alone ends a row */
	size_t said; /* bytes of the line "sep=" with its end; 0: there is none */
};

/* whole: text is all of the file. */
void gw_csv_form_guess(const char *text, size_t len, bool whole, struct gw_csv_form *out);

/* Bytes of the end of a row that stands at p; 0: none does. */
static inline size_t
gw_csv_row_end(const struct gw_csv_form *form, const char *p, const char *end)
{
	const char *from = p;

	/* Programs that end lines twice over write CR CR LF. */
	while (p < end && *p == '\r' && !form->cr)
		p++;
	if (p < end && *p == '\n')
		return (size_t)(p - from) + 1;
	if (form->cr && p < end && *p == '\r')
		return p + 1 < end && p[1] == '\n' ? 2 : 1;
	return 0;
}

#endif
