#include "file/csv_form.h"

#include <string.h>
#include <strings.h>

enum { SAMPLE = 64 * 1024, ROWS = 100 };

/* In the order in which they are taken where nothing else decides: commas stand in numbers. */
static const char delimiters[] = {'\t', ';', '|', ','};
static const char sayable[] = {'\t', ';', '|', ',', ':', '^', '~', ' '};

/* The end of the line at p, quotes or not. */
static const char *
line_end(const char *p, const char *end)
{
	while (p < end && *p != '\n' && *p != '\r')
		p++;
	return p;
}

static void
take_said(const char *text, const char *end, struct gw_csv_form *out)
{
	const char *p = text, *stop = line_end(text, end);

	if (stop - p != 5 || strncasecmp(p, "sep=", 4) != 0 || stop == end ||
	    memchr(sayable, p[4], sizeof sayable) == NULL)
		return;
	out->delimiter = p[4];
	out->said = (size_t)(stop - text) + gw_csv_row_end(out, stop, end);
}

/* Whether the first row ends with a carriage return alone. */
static bool
ends_with_cr(const char *p, const char *end)
{
	bool quoted = false;

	for (; p < end; p++) {
		quoted ^= *p == '"';
		if (*p == '\n' && !quoted)
			return false;
		if (*p == '\r' && !quoted)
			return p + 1 < end && p[1] != '\n' && p[1] != '\r';
	}
	return false;
}

/*
 * Cells of the row at *p, and moves behind it.  0: it is empty; *whole false
 * where it does not end here.  Wrong quotes are not looked into.
 */
static size_t
count_cells(const struct gw_csv_form *form, const char **p, const char *end, bool *whole)
{
	const char *at = *p, *from = at;
	bool quoted = false, may_open = true;
	size_t cells = 1, size = 0;

	for (; at < end; at++) {
		if (quoted) {
			/* A doubled quote ends the quotes and opens them again. */
			quoted = *at != '"';
			may_open = !quoted;
			continue;
		}
		size = gw_csv_row_end(form, at, end);
		if (size > 0)
			break;
		quoted = *at == '"' && may_open;
		may_open = *at == form->delimiter;
		cells += may_open;
	}
	*whole = size > 0;
	*p = at + size;
	return at == from ? 0 : cells;
}

/* How many rows have the same number of cells, more than one, as most rows do. */
static size_t
rows_alike(const struct gw_csv_form *form, const char *p, const char *end, bool all)
{
	size_t counts[ROWS], n = 0, best = 0;
	bool whole;

	while (p < end && n < ROWS) {
		size_t cells = count_cells(form, &p, end, &whole);

		if (cells > 0 && (whole || all || n == 0))
			counts[n++] = cells;
	}
	for (size_t i = 0; i < n; i++) {
		size_t same = 0;

		for (size_t k = 0; k < n && counts[i] > 1; k++)
			same += counts[k] == counts[i];
		best = same > best ? same : best;
	}
	return best;
}

void
gw_csv_form_guess(const char *text, size_t len, bool whole, struct gw_csv_form *out)
{
	const char *end = text + (len < SAMPLE ? len : SAMPLE);
	struct gw_csv_form form = {.delimiter = ',', .cr = ends_with_cr(text, end)};
	size_t most = 0;

	*out = form;
	take_said(text, end, out);
	for (size_t i = 0; i < sizeof delimiters && out->said == 0; i++) {
		size_t alike;

		form.delimiter = delimiters[i];
		alike = rows_alike(&form, text, end, whole && len <= SAMPLE);
		if (alike > most)
			out->delimiter = form.delimiter;
		most = alike > most ? alike : most;
	}
}
