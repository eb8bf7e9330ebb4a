#include "file/xlsx_merges.h"

#include <stdlib.h>
#include <string.h>

#include "file/xlsx_xml.h"
#include "file/xlsx_zip.h"

enum {
	CHUNK = 256 * 1024,
	PREFIX_MAX = 64,    /* of a namespace, with the < before it */
	HEADERS_END = 1000, /* the last row that is looked for */
	MERGES_MAX = 16384,
	LETTERS_MAX = 4,
	ROW_DIGITS = 8,
};

enum place { IN_DOCUMENT, IN_MERGES, IN_MERGE };

static const struct gw_xlsx_step steps[] = {
	{IN_DOCUMENT, "mergeCells", IN_MERGES, false},
	{IN_MERGES, "mergeCell", IN_MERGE, false},
	{IN_DOCUMENT, NULL, 0, false},
};

static const char wanted[] = "mergeCells";

/* A part that is read from where the merged cells begin. */
struct reading {
	struct gw_xlsx_part *part;
	struct gw_xlsx_merges *merges;
	struct gw_xlsx_xml *xml;
	char *chunk;
	size_t from, len; /* what is not handed on yet */
	bool end;
};

bool
gw_xlsx_place_read(const char **p, int64_t *row, size_t *column)
{
	const char *at = *p;
	int64_t n = 0;
	size_t c = 0;

	while (*at >= 'A' && *at <= 'Z' && at - *p < LETTERS_MAX)
		c = c * 26 + (size_t)(*at++ - 'A' + 1);
	if (c == 0)
		return false;
	for (*p = at; *at >= '0' && *at <= '9' && at - *p < ROW_DIGITS; at++)
		n = n * 10 + (*at - '0');
	if (n == 0)
		return false;
	*p = at;
	*row = n;
	*column = c - 1;
	return true;
}

static enum gw_status
add(struct gw_xlsx_merges *merges, const struct gw_xlsx_merge *merge, struct gw_error *err)
{
	struct gw_xlsx_merge *more = merges->merges;

	if (merges->count == merges->room) {
		merges->room = merges->room == 0 ? 64 : 2 * merges->room;
		more = realloc(merges->merges, merges->room * sizeof *more);
	}
	if (more == NULL)
		return gw_fail_memory(err);
	merges->merges = more;
	merges->merges[merges->count++] = *merge;
	return GW_OK;
}

static enum gw_status
enter(void *arg, int at, const char *const *atts, struct gw_error *err)
{
	struct reading *reading = arg;
	const char *ref = gw_xlsx_attribute(atts, "ref");
	int64_t top, bottom;
	size_t left, right;

	if (at != IN_MERGE || ref == NULL || reading->merges->count == MERGES_MAX)
		return GW_OK;
	if (!gw_xlsx_place_read(&ref, &top, &left) || *ref++ != ':' ||
	    !gw_xlsx_place_read(&ref, &bottom, &right) || top > HEADERS_END || bottom < top ||
	    right < left)
		return GW_OK;
	return add(reading->merges,
		   &(struct gw_xlsx_merge){.top = (int32_t)top,
					   .bottom = (int32_t)bottom,
					   .left = (uint32_t)left,
					   .right = (uint32_t)right},
		   err);
}

/* Behind them stands the end of what this document does not begin with. */
static enum gw_status
leave(void *arg, int at, struct gw_error *err)
{
	struct reading *reading = arg;

	(void)err;
	if (at == IN_MERGES)
		gw_xlsx_xml_pause(reading->xml);
	return GW_OK;
}

static enum gw_status
read_on(void *self, void *to, size_t size, size_t *got, struct gw_error *err)
{
	struct reading *reading = self;

	if (reading->len == 0)
		return gw_xlsx_part_read(reading->part, to, size, got, err);
	*got = size < reading->len ? size : reading->len;
	memcpy(to, reading->chunk + reading->from, *got);
	reading->from += *got;
	reading->len -= *got;
	return GW_OK;
}

static enum gw_status
read_merges(struct reading *reading, struct gw_error *err)
{
	static const struct gw_xlsx_walk walk = {steps, enter, NULL, leave};
	const struct gw_xlsx_input input = {.read = read_on, .self = reading};
	enum gw_status status;
	bool more;

	status = gw_xlsx_xml_open(&walk, reading, &input, &reading->xml, err);
	if (reading->xml != NULL)
		status = gw_xlsx_xml_run(reading->xml, &more, err);
	gw_xlsx_xml_close(reading->xml);
	reading->xml = NULL;
	return status;
}

/* Where the element begins in what is at hand; text holds no < that is not escaped. */
static const char *
find_element(const char *text, size_t len)
{
	const char *end = text + len, *found = text, *open;

	while ((found = memmem(found, (size_t)(end - found), wanted, sizeof wanted - 1)) != NULL) {
		for (open = found; open > text && found - open < PREFIX_MAX && *open != '<'; open--)
			;
		if (*open == '<' && (open + 1 == found || found[-1] == ':') && open[1] != '/')
			return open;
		found++;
	}
	return NULL;
}

/* Reads on; the end of the chunk before stays, since the element may begin in it. */
static enum gw_status
next_chunk(struct reading *reading, struct gw_error *err)
{
	const size_t kept = PREFIX_MAX + sizeof wanted;
	size_t keep = reading->len < kept ? reading->len : kept, got;

	memmove(reading->chunk, reading->chunk + reading->len - keep, keep);
	reading->len = keep;
	if (gw_xlsx_part_read(reading->part, reading->chunk + keep, CHUNK, &got, err) != GW_OK)
		return err->status;
	reading->len += got;
	reading->end = got == 0;
	return GW_OK;
}

/* Goes through all of the part, and takes the merged cells where they come. */
static enum gw_status
go_through(struct reading *reading, struct gw_error *err)
{
	bool found = false;

	while (!reading->end) {
		const char *element;

		if (next_chunk(reading, err) != GW_OK)
			return err->status;
		element = found ? NULL : find_element(reading->chunk, reading->len);
		if (element == NULL)
			continue;
		found = true;
		reading->from = (size_t)(element - reading->chunk);
		reading->len -= reading->from;
		if (read_merges(reading, err) != GW_OK)
			return err->status;
		reading->len = 0;
	}
	return GW_OK;
}

static int
by_top(const void *a, const void *b)
{
	const struct gw_xlsx_merge *one = a, *other = b;

	return (one->top > other->top) - (one->top < other->top);
}

enum gw_status
gw_xlsx_merges_read(struct gw_xlsx_merges *merges, struct gw_xlsx_zip *zip, const char *part,
		    struct gw_error *err)
{
	struct reading reading = {.merges = merges,
				  .chunk = malloc(CHUNK + PREFIX_MAX + sizeof wanted)};
	enum gw_status status = GW_OK;

	if (reading.chunk == NULL)
		status = gw_fail_memory(err);
	if (status == GW_OK)
		status = gw_xlsx_part_open(zip, part, &reading.part, err);
	if (status == GW_OK)
		status = go_through(&reading, err);
	if (merges->count > 1)
		qsort(merges->merges, merges->count, sizeof *merges->merges, by_top);
	gw_xlsx_part_close(reading.part);
	free(reading.chunk);
	return status;
}

void
gw_xlsx_merges_release(struct gw_xlsx_merges *merges)
{
	free(merges->merges);
	*merges = (struct gw_xlsx_merges){.count = 0};
}

const struct gw_xlsx_merge *
gw_xlsx_merges_find(const struct gw_xlsx_merges *merges, int64_t row, size_t column)
{
	for (size_t i = 0; i < merges->count && merges->merges[i].top <= row; i++)
		if (row <= merges->merges[i].bottom && column >= merges->merges[i].left &&
		    column <= merges->merges[i].right)
			return &merges->merges[i];
	return NULL;
}
