#include "file/header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "config/parts.h"
#include "normalise/encoding.h"

#define NONE ((size_t)-1)

enum { LIST_MAX = 400, SHOWN = 12 };

static bool
is_blank(const char *text, size_t len, size_t *n)
{
	static const char *const blanks[] = {" ",
					     "\t",
					     "\r",
					     "\n",
					     "\xc2\xa0",
					     "\xe2\x80\x8b",
					     "\xef\xbb\xbf",
					     "\v",
					     "\xe2\x80\xa8",
					     "\xe3\x80\x80"};

	for (size_t i = 0; i < sizeof blanks / sizeof blanks[0]; i++) {
		*n = strlen(blanks[i]);
		if (*n <= len && memcmp(text, blanks[i], *n) == 0)
			return true;
	}
	return false;
}

/* Without blanks at the ends, and one in place of several. */
static size_t
squeeze(const char *text, size_t len, char *out)
{
	size_t n = 0, step;
	bool gap = false;

	for (size_t i = 0; i < len; i += step) {
		if (is_blank(text + i, len - i, &step)) {
			gap = n > 0;
			continue;
		}
		step = 1;
		if (gap)
			out[n++] = ' ';
		gap = false;
		out[n++] = text[i];
	}
	out[n] = '\0';
	return n;
}

/* How well bytes read in this encoding; *text, composed, is the caller's to free. */
static unsigned
score_in(const struct gw_encoding *encoding, const unsigned char *bytes, size_t count, char **text)
{
	char loose[GW_ENCODING_LETTER * GW_HEADER_NAME + 1];
	utf8proc_uint8_t *composed = NULL;
	struct gw_reading reading = {.text = NULL};
	size_t len = gw_encoding_decode(encoding, bytes, count, loose);
	utf8proc_ssize_t size = -1;

	if (len != GW_ENCODING_FAILED)
		size = utf8proc_map((const utf8proc_uint8_t *)loose, (utf8proc_ssize_t)len,
				    &composed, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	*text = (char *)composed;
	if (size <= 0 || size > GW_HEADER_NAME)
		return 0;
	reading.text = *text;
	reading.len = (uint32_t)size;
	gw_encoding_score(&reading);
	return reading.whole ? reading.score : 0;
}

/* Of bytes of an older encoding what they mean, where they read better so: both the names of files
   and those of mappings go through here. */
static void
read_old(char *name, size_t len)
{
	struct gw_reading plain = {.text = name, .len = (uint32_t)len};
	unsigned char bytes[GW_HEADER_NAME];
	const struct gw_encoding *const *e = gw_encoding_guesses();
	char *best_text = NULL;
	unsigned best;
	size_t count;

	if (gw_ascii_run(name, len) == len)
		return;
	count = gw_encoding_bytes(name, len, bytes);
	if (count == GW_ENCODING_FAILED)
		return;
	gw_encoding_score(&plain);
	best = plain.score;
	for (; *e != NULL; e++) {
		char *text = NULL;
		unsigned score =
			(*e)->kind == GW_ENCODING_TABLE ? score_in(*e, bytes, count, &text) : 0;

		if (score <= best) {
			free(text);
			continue;
		}
		free(best_text);
		best_text = text;
		best = score;
	}
	if (best_text != NULL)
		memcpy(name, best_text, strlen(best_text) + 1);
	free(best_text);
}

const char *
gw_header_name(const struct gw_value *cell, struct gw_arena *arena, bool *failed)
{
	utf8proc_uint8_t *composed = NULL;
	char plain[GW_HEADER_NAME + 1];
	const char *name = NULL;
	utf8proc_ssize_t len;
	size_t size;

	if ((cell->kind != GW_TEXT && cell->kind != GW_DECIMAL) || cell->len > GW_HEADER_NAME ||
	    !gw_utf8_valid(cell->as.text, cell->len) ||
	    (size = squeeze(cell->as.text, cell->len, plain)) == 0)
		return NULL;
	read_old(plain, size);
	len = utf8proc_map((const utf8proc_uint8_t *)plain, 0, &composed,
			   UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (len >= 0)
		name = gw_arena_copy(arena, (const char *)composed, (size_t)len);
	*failed = *failed || name == NULL;
	free(composed);
	return name;
}

enum gw_status
gw_header_begin(struct gw_header_search *search, struct gw_error *err)
{
	search->at = gw_arena_alloc(search->arena, (search->nwanted + 1) * sizeof *search->at);
	return search->at == NULL ? gw_fail_memory(err) : GW_OK;
}

static const struct gw_header_row *
row_of(const struct gw_header_search *search, int64_t number)
{
	for (size_t i = 0; i < search->nrows; i++)
		if (search->rows[i].number == number)
			return &search->rows[i];
	return NULL;
}

/* What stands in a cell that is part of a merged one; NULL: it is none, or seen no more. */
static enum gw_status
merged_name(const struct gw_header_search *search, int64_t row, size_t column, const char **name,
	    struct gw_error *err)
{
	const struct gw_header_row *top;
	struct gw_sheet_spot spot;

	if (gw_sheet_merged(search->sheet, row, column, &spot, err) != GW_OK)
		return err->status;
	top = spot.row == 0 ? NULL : row_of(search, spot.row);
	*name = top == NULL || spot.column >= top->count ? NULL : top->own[spot.column];
	return GW_OK;
}

static bool
join(const struct gw_header_search *search, const char *above, const char **whole)
{
	size_t size = strlen(above) + sizeof " / " + strlen(*whole);
	char *joined = gw_arena_alloc(search->arena, size);

	if (joined == NULL)
		return false;
	(void)snprintf(joined, size, "%s / %s", above, *whole);
	*whole = joined;
	return true;
}

/* Behind the last cell there may be more columns that a merged cell above gives a name. */
static size_t
width_of(const struct gw_header_search *search, const struct gw_sheet_row *row)
{
	size_t width = row->ncells;

	if (search->nrows > 1 && search->rows[search->nrows - 2].count > width)
		width = search->rows[search->nrows - 2].count;
	return width;
}

/* Looks at merged cells only where they would say something: to find them takes time. */
static enum gw_status
name_column(const struct gw_header_search *search, const struct gw_header_row *row, size_t c,
	    struct gw_error *err)
{
	const char *above = NULL;

	if (row->own[c] == NULL && merged_name(search, row->number, c, &row->own[c], err) != GW_OK)
		return err->status;
	row->whole[c] = row->own[c];
	if (row->own[c] == NULL || search->nrows == 1)
		return GW_OK;
	if (merged_name(search, row->number - 1, c, &above, err) != GW_OK)
		return err->status;
	if (above != NULL && strcmp(above, row->own[c]) != 0 &&
	    !join(search, above, &row->whole[c]))
		return gw_fail_memory(err);
	return GW_OK;
}

static enum gw_status
name_row(struct gw_header_search *search, const struct gw_sheet_row *row, struct gw_error *err)
{
	struct gw_header_row *to = &search->rows[search->nrows - 1];
	size_t width = width_of(search, row);
	const char **own = gw_arena_zalloc(search->arena, (width + 1) * sizeof *own);
	const char **whole = gw_arena_zalloc(search->arena, (width + 1) * sizeof *whole);
	bool failed = own == NULL || whole == NULL;

	*to = (struct gw_header_row){.number = row->number, .own = own, .whole = whole};
	for (size_t c = 0; c < row->ncells && !failed; c++)
		own[c] = gw_header_name(&row->cells[c], search->arena, &failed);
	if (failed)
		return gw_fail_memory(err);
	to->count = width;
	for (size_t c = 0; c < width; c++)
		if (name_column(search, to, c, err) != GW_OK)
			return err->status;
	return GW_OK;
}

/* The column of that name, and whether there is a second one. */
static size_t
find(const char *const *names, size_t count, const char *wanted, size_t *second)
{
	size_t at = NONE;

	*second = NONE;
	for (size_t c = 0; c < count; c++) {
		if (names[c] == NULL || strcmp(names[c], wanted) != 0)
			continue;
		if (at != NONE) {
			*second = c;
			break;
		}
		at = c;
	}
	return at;
}

static size_t
find_in(const struct gw_header_row *row, const char *wanted, size_t *second)
{
	size_t at = find(row->whole, row->count, wanted, second);

	return at != NONE ? at : find(row->own, row->count, wanted, second);
}

/* The mapping's names in the form in which those of files are compared. */
static const char *
plain_name(const struct gw_header_search *search, size_t i, bool *failed)
{
	const struct gw_value name = {.kind = GW_TEXT,
				      .len = (uint32_t)strlen(search->wanted[i]),
				      .as.text = search->wanted[i]};
	const char *plain = gw_header_name(&name, search->arena, failed);

	return plain == NULL ? search->wanted[i] : plain;
}

static enum gw_status
fail_twice(const struct gw_header_row *row, const char *name, size_t first, size_t second,
	   struct gw_error *err)
{
	char one[16], other[16];

	gw_sheet_place(first, row->number, one);
	gw_sheet_place(second, row->number, other);
	return gw_fail(err, GW_REJECT,
		       _("two columns are called \"%s\": %s and %s; give one of them another name, "
			 "or call them \"group / name\" in the mapping where a merged cell above "
			 "tells them apart"),
		       name, one, other);
}

enum gw_status
gw_header_try(struct gw_header_search *search, const struct gw_sheet_row *row, bool *found,
	      struct gw_error *err)
{
	const struct gw_header_row *in;
	size_t matches = 0, second, twice = NONE, twice_at[2] = {0, 0};
	bool failed = false;

	*found = false;
	if (search->nrows == GW_HEADER_LOOK) {
		memmove(search->rows, search->rows + 1,
			(GW_HEADER_LOOK - 1) * sizeof search->rows[0]);
		search->nrows--;
	}
	search->nrows++;
	if (name_row(search, row, err) != GW_OK)
		return err->status;
	in = &search->rows[search->nrows - 1];
	for (size_t i = 0; i < search->nwanted; i++) {
		search->at[i] = find_in(in, plain_name(search, i, &failed), &second);
		matches += search->at[i] != NONE;
		if (second != NONE && twice == NONE) {
			twice = i;
			twice_at[0] = search->at[i];
			twice_at[1] = second;
		}
	}
	if (failed)
		return gw_fail_memory(err);
	if (matches > search->best) {
		search->best = matches;
		search->best_row = *in;
	}
	if (matches < search->nwanted)
		return GW_OK;
	if (twice != NONE)
		return fail_twice(in, search->wanted[twice], twice_at[0], twice_at[1], err);
	*found = true;
	return GW_OK;
}

static void
put_name(struct gw_buf *list, const char *name, size_t *n)
{
	(*n)++;
	if (*n > SHOWN) {
		(void)gw_buf_puts(list, *n == SHOWN + 1 ? ", …" : "");
		return;
	}
	(void)gw_buf_printf(list, "%s\"%s\"", *n > 1 ? ", " : "", name);
}

/* With the nearest name that is there. */
static void
put_missing(const struct gw_header_search *search, const char *wanted, struct gw_buf *list,
	    size_t *n)
{
	const struct gw_header_row *row = &search->best_row;
	struct gw_nearest nearest;

	put_name(list, wanted, n);
	if (*n > SHOWN)
		return;
	gw_nearest_init(&nearest, wanted);
	for (size_t c = 0; c < row->count; c++)
		if (row->whole[c] != NULL)
			gw_nearest_try(&nearest, row->whole[c]);
	if (nearest.best != NULL)
		(void)gw_buf_printf(list, _(" (nearest: \"%s\")"), nearest.best);
}

/* A row that has none of the names may be one of data: it is not shown. */
enum gw_status
gw_header_fail(const struct gw_header_search *search, struct gw_error *err)
{
	const struct gw_header_row *row = &search->best_row;
	struct gw_buf missing, there;
	size_t n = 0, m = 0, second;
	bool failed = false;

	if (search->nrows == 0)
		return gw_fail(err, GW_REJECT, "%s", _("it is empty"));
	if (search->best == 0)
		return gw_fail(err, GW_REJECT,
			       _("no row has the names of the columns (looked for: \"%s\" and %zu "
				 "more); is this the right sheet?"),
			       search->wanted[0], search->nwanted - 1);
	gw_buf_init(&missing, LIST_MAX);
	gw_buf_init(&there, LIST_MAX);
	for (size_t i = 0; i < search->nwanted; i++)
		if (find_in(row, plain_name(search, i, &failed), &second) == NONE)
			put_missing(search, search->wanted[i], &missing, &n);
	for (size_t c = 0; c < row->count; c++)
		if (row->whole[c] != NULL)
			put_name(&there, row->whole[c], &m);
	(void)gw_fail(err, GW_REJECT, _("row %lld lacks the columns %s; it has %s"),
		      (long long)row->number, missing.data == NULL ? "" : missing.data,
		      there.data == NULL ? "" : there.data);
	gw_buf_release(&missing);
	gw_buf_release(&there);
	return err->status;
}
