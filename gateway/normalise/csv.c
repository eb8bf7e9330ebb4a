#include "normalise/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"

enum { FILE_MAX = 16 * 1024 * 1024 };

struct gw_csv {
	char *name;
	struct gw_buf text;
	char *next, *end;
	unsigned line, next_line;
	size_t ncolumns;
	char *header[GW_CSV_COLUMNS_MAX];
	char *fields[GW_CSV_COLUMNS_MAX];
};

static enum gw_status
fail(const struct gw_csv *csv, const char *what, struct gw_error *err)
{
	return gw_fail(err, GW_CONFIG, "%s:%u: %s", csv->name, csv->line, what);
}

/* Un-doubles the quotes of a field in place; NULL where it never ends. */
static char *
take_quoted(struct gw_csv *csv, char *from)
{
	char *to = from;

	for (; from < csv->end; from++) {
		if (*from == '\n')
			csv->next_line++;
		if (*from != '"') {
			*to++ = *from;
		} else if (from + 1 < csv->end && from[1] == '"') {
			*to++ = '"';
			from++;
		} else {
			/* The rest is shorter than it was: the end of the text goes here. */
			*to = '\0';
			return from + 1;
		}
	}
	return NULL;
}

static char *
end_of_plain(char *p)
{
	while (*p != ',' && *p != '\n' && *p != '\r' && *p != '"' && *p != '\0')
		p++;
	return p;
}

/*
 * Takes the field at csv->next and ends it with NUL; *mark is what followed it:
 * a comma, a line end, or NUL at the end of the file.
 */
static enum gw_status
take_field(struct gw_csv *csv, char **out, char *mark, struct gw_error *err)
{
	char *p = csv->next;
	bool quoted = p < csv->end && *p == '"';

	*out = quoted ? p + 1 : p;
	if (quoted) {
		p = take_quoted(csv, p + 1);
		if (p == NULL)
			return fail(csv, _("a field in quotes never ends"), err);
	} else {
		p = end_of_plain(p);
	}
	if (p < csv->end && *p == '\r' && p[1] == '\n')
		*p++ = '\0';
	if (p < csv->end && *p != ',' && *p != '\n')
		return fail(csv,
			    _("found a quote or other text beside a field in quotes; expected a "
			      "comma or the end of the line"),
			    err);
	*mark = *p;
	*p = '\0';
	csv->next = p < csv->end ? p + 1 : p;
	csv->next_line += *mark == '\n';
	return GW_OK;
}

static enum gw_status
take_row(struct gw_csv *csv, char *fields[GW_CSV_COLUMNS_MAX], size_t *count, struct gw_error *err)
{
	char mark = ',';

	csv->line = csv->next_line;
	for (*count = 0; mark == ','; (*count)++) {
		if (*count == GW_CSV_COLUMNS_MAX)
			return fail(csv, _("more than 64 fields"), err);
		if (take_field(csv, &fields[*count], &mark, err) != GW_OK)
			return err->status;
	}
	return GW_OK;
}

static enum gw_status
start(struct gw_csv *csv, struct gw_error *err)
{
	csv->next = csv->text.data;
	csv->end = csv->next + csv->text.len;
	csv->line = csv->next_line = 1;
	if (!gw_utf8_valid(csv->text.data, csv->text.len))
		return gw_fail(err, GW_CONFIG, _("%s: is not valid UTF-8 text"), csv->name);
	if (csv->text.len >= 3 && memcmp(csv->next, "\xef\xbb\xbf", 3) == 0)
		csv->next += 3;
	if (csv->next == csv->end)
		return gw_fail(err, GW_CONFIG, _("%s: is empty; expected a header line"),
			       csv->name);
	return take_row(csv, csv->header, &csv->ncolumns, err);
}

static struct gw_csv *
csv_new(const char *name)
{
	struct gw_csv *csv = calloc(1, sizeof *csv);

	if (csv == NULL)
		return NULL;
	gw_buf_init(&csv->text, FILE_MAX);
	csv->name = strdup(name);
	if (csv->name != NULL)
		return csv;
	gw_csv_free(csv);
	return NULL;
}

static enum gw_status
finish(struct gw_csv *csv, enum gw_status status, struct gw_csv **out, struct gw_error *err)
{
	if (status == GW_OK)
		status = start(csv, err);
	if (status == GW_OK)
		*out = csv;
	else
		gw_csv_free(csv);
	return status;
}

enum gw_status
gw_csv_open(const char *path, struct gw_csv **out, struct gw_error *err)
{
	struct gw_csv *csv = csv_new(path);

	if (csv == NULL)
		return gw_fail_memory(err);
	return finish(csv, gw_file_read(path, &csv->text, err), out, err);
}

enum gw_status
gw_csv_parse(const char *name, const char *text, size_t len, struct gw_csv **out,
	     struct gw_error *err)
{
	struct gw_csv *csv = csv_new(name);

	if (csv == NULL)
		return gw_fail_memory(err);
	if (!gw_buf_append(&csv->text, text, len) || !gw_buf_puts(&csv->text, ""))
		return finish(csv, gw_fail_memory(err), out, err);
	return finish(csv, GW_OK, out, err);
}

void
gw_csv_free(struct gw_csv *csv)
{
	if (csv == NULL)
		return;
	gw_buf_release(&csv->text);
	free(csv->name);
	free(csv);
}

int
gw_csv_column(const struct gw_csv *csv, const char *name)
{
	for (size_t i = 0; i < csv->ncolumns; i++)
		if (strcmp(csv->header[i], name) == 0)
			return (int)i;
	return -1;
}

enum gw_status
gw_csv_next(struct gw_csv *csv, bool *more, struct gw_error *err)
{
	size_t count;

	if (csv->next == csv->end) {
		*more = false;
		return GW_OK;
	}
	if (take_row(csv, csv->fields, &count, err) != GW_OK)
		return err->status;
	if (count != csv->ncolumns)
		return gw_fail(err, GW_CONFIG,
			       _("%s:%u: found %zu fields, expected %zu as in the header"),
			       csv->name, csv->line, count, csv->ncolumns);
	*more = true;
	return GW_OK;
}

const char *
gw_csv_field(const struct gw_csv *csv, int column)
{
	return column < 0 ? "" : csv->fields[column];
}

unsigned
gw_csv_line(const struct gw_csv *csv)
{
	return csv->line;
}
