#include "file/csv_cell.h"

#include <string.h>

/* A cell that begins without a quote: quotes in it are characters like others. */
static enum gw_csv_found
find_plain(const struct gw_csv_view *view, const char *p, struct gw_csv_cell *out)
{
	const char delimiter = view->form->delimiter;
	const char row_end = view->form->cr ? '\r' : '\n';
	const char *from = p, *stop;

	while (*p != delimiter && *p != '\n' && *p != row_end && p < view->end)
		p++;
	if (p == view->end && !view->whole)
		return GW_CSV_MORE;
	stop = p;
	/* Carriage returns before a line end, or the end of the file, belong to it. */
	if (p == view->end || *p == '\n')
		while (stop > from && stop[-1] == '\r')
			stop--;
	*out = (struct gw_csv_cell){.text = from, .len = (size_t)(stop - from), .after = stop};
	return GW_CSV_CELL;
}

static const char *
skip_cr(const struct gw_csv_view *view, const char *p)
{
	while (p < view->end && *p == '\r')
		p++;
	return p;
}

/* Whether a cell in quotes may end where p stands. */
static bool
ends_cell(const struct gw_csv_view *view, const char *p)
{
	return p == view->end || *p == view->form->delimiter ||
	       gw_csv_row_end(view->form, p, view->end) > 0 || skip_cr(view, p) == view->end;
}

/* The end of the line at p; NULL: it is not there yet. */
static const char *
end_of_line(const struct gw_csv_view *view, const char *p)
{
	for (; p < view->end; p++)
		if (gw_csv_row_end(view->form, p, view->end) > 0)
			return p;
	return view->whole ? p : NULL;
}

/* The quotes that stand in a line behind one that was not doubled. */
struct strays {
	size_t count;
	const char *close; /* the one that ends the cell; NULL: none does */
};

static struct strays
find_strays(const struct gw_csv_view *view, const char *p, const char *line)
{
	struct strays strays = {.count = 1};

	for (; (p = memchr(p, '"', (size_t)(line - p))) != NULL; p++) {
		bool doubled = p + 1 < line && p[1] == '"';

		if (doubled && strays.count % 2 != 0 && ends_cell(view, p + 2)) {
			/* The second of a pair, and the end of the cell. */
			strays.count++;
			strays.close = p + 1;
			break;
		}
		if (!doubled && ends_cell(view, p + 1)) {
			strays.close = p;
			break;
		}
		p += doubled;
		strays.count += !doubled;
	}
	return strays;
}

/* The delimiter of this line at or after p, or the line's end. */
static const char *
delimiter_of(const struct gw_csv_view *view, const char *p, const char *line)
{
	const char *found = memchr(p, view->form->delimiter, (size_t)(line - p));

	return found == NULL ? line : found;
}

/*
 * The quote at q is followed by text.  It ended the cell when nothing but
 * blanks stands before the delimiter, or when no other quote is in the line;
 * it is one of a pair within the text when all of them are.  A cell of several
 * lines rather has a quote that was forgotten in the first of them.
 */
static enum gw_csv_found
find_stray(const struct gw_csv_view *view, const char *q, struct gw_csv_cell *out)
{
	const char *line = end_of_line(view, q + 1), *blank = q + 1, *next;
	struct strays strays;

	if (line == NULL)
		return GW_CSV_MORE;
	next = delimiter_of(view, q + 1, line);
	while (blank < next && *blank == ' ')
		blank++;
	if (blank == next) {
		out->len = (size_t)(q - out->text);
		out->after = next;
		return GW_CSV_CELL;
	}
	if (memchr(out->text, '\n', (size_t)(q - out->text)) != NULL)
		return GW_CSV_UNCLEAR;
	if (memchr(q + 1, '"', (size_t)(line - q - 1)) == NULL) {
		out->quotes = GW_CSV_TAIL;
		out->len = (size_t)(next - out->text);
		out->after = next;
		return GW_CSV_CELL;
	}
	strays = find_strays(view, q + 1, line);
	if (strays.close == NULL || strays.count % 2 != 0)
		return GW_CSV_UNCLEAR;
	out->quotes = GW_CSV_DOUBLED;
	out->len = (size_t)(strays.close - out->text);
	out->after = strays.close + 1;
	return GW_CSV_CELL;
}

static enum gw_csv_found
find_quoted(const struct gw_csv_view *view, const char *p, struct gw_csv_cell *out)
{
	*out = (struct gw_csv_cell){.text = p};
	for (;;) {
		const char *q = memchr(p, '"', (size_t)(view->end - p));

		if (q == NULL)
			return view->whole ? GW_CSV_OPEN : GW_CSV_MORE;
		/* What follows tells what it is. */
		if (!view->whole && skip_cr(view, q + 1) == view->end)
			return GW_CSV_MORE;
		if (q[1] == '"') {
			out->quotes = GW_CSV_DOUBLED;
			p = q + 2;
			continue;
		}
		if (!ends_cell(view, q + 1))
			return find_stray(view, q, out);
		out->len = (size_t)(q - out->text);
		out->after = q + 1;
		return GW_CSV_CELL;
	}
}

enum gw_csv_found
gw_csv_cell_find(const struct gw_csv_view *view, const char *p, struct gw_csv_cell *out)
{
	return *p == '"' ? find_quoted(view, p + 1, out) : find_plain(view, p, out);
}

size_t
gw_csv_cell_unquote(char *text, size_t len, enum gw_csv_quotes quotes)
{
	char *to, *end = text + len;
	const char *from;

	if (quotes == GW_CSV_PLAIN)
		return len;
	to = memchr(text, '"', len);
	for (from = to; from != NULL && from < end; from++) {
		if (*from == '"' && from + 1 < end && from[1] == '"') {
			from++;
		} else if (*from == '"' && quotes == GW_CSV_TAIL) {
			memmove(to, from + 1, (size_t)(end - from - 1));
			return (size_t)(to - text) + (size_t)(end - from - 1);
		}
		*to++ = *from;
	}
	return to == NULL ? len : (size_t)(to - text);
}
