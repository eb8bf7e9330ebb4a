/*
 * Files as tables: names that differ in their numbers alone are one, and its
 * columns are those of the newest.  Of a workbook with several sheets each is a
 * table: "name-*.xlsx#sheet".
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/header.h"
#include "file/session.h"

enum { LIST_MEMORY = 64 << 20, SAMPLE = 500, TABLES_MAX = 500, SHEETS_MAX = 50, STARS_MOST = 6 };

struct describing {
	struct gw_session *session;
	struct gw_arena arena;
	const char *pattern;
	const char *sheet;              /* that was asked for; NULL: the first, or all */
	const struct gw_stream *stream; /* that reads it; NULL: none */
	bool all;                       /* the workbook's other sheets too */
	gw_table_fn *each;
	void *arg;
};

/* ---- columns -------------------------------------------------------------------------------- */

/* The first rows of a sheet, as names. */
struct looking {
	const char **names;
	size_t count;
	int64_t row;
	struct gw_column *columns;
	bool *seen;
};

/* More names than any row before it: then it is taken for the header. */
static enum gw_status
look_for_names(struct describing *d, const struct gw_sheet_row *row, struct looking *look,
	       struct gw_error *err)
{
	const char **names = gw_arena_zalloc(&d->arena, (row->ncells + 1) * sizeof *names);
	size_t now = 0, before = 0;
	bool failed = names == NULL;

	for (size_t c = 0; !failed && c < row->ncells; c++) {
		names[c] = gw_header_name(&row->cells[c], &d->arena, &failed);
		now += names[c] != NULL;
	}
	if (failed)
		return gw_fail_memory(err);
	for (size_t c = 0; c < look->count; c++)
		before += look->names[c] != NULL;
	if (now <= before || now < row->ncells / 2)
		return GW_OK;
	look->names = names;
	look->count = row->ncells;
	look->row = row->number;
	return GW_OK;
}

/* Of several kinds in a column text is what holds them all. */
static void
note_kinds(const struct gw_sheet_row *row, struct looking *look)
{
	for (size_t c = 0; c < look->count; c++) {
		struct gw_column *column = &look->columns[c];
		enum gw_kind kind = c < row->ncells ? row->cells[c].kind : GW_NULL;

		if (kind == GW_NULL || kind == GW_UNHELD) {
			column->nullable = true;
			continue;
		}
		if (look->seen[c] && column->kind != kind)
			kind = (column->kind == GW_INT && kind == GW_DECIMAL) ||
					       (column->kind == GW_DECIMAL && kind == GW_INT)
				       ? GW_DECIMAL
				       : GW_TEXT;
		column->kind = kind;
		look->seen[c] = true;
	}
}

static enum gw_status
sample_row(struct describing *d, const struct gw_sheet_row *row, bool header, struct looking *look,
	   struct gw_error *err)
{
	int64_t fixed = d->stream == NULL ? 0 : d->stream->header_row;

	if (header)
		return fixed == 0 || row->number == fixed ? look_for_names(d, row, look, err)
							  : GW_OK;
	if (row->number > look->row && row->ncells > 0)
		note_kinds(row, look);
	return GW_OK;
}

static enum gw_status
read_sample(struct describing *d, struct gw_sheet *sheet, bool header, struct looking *look,
	    struct gw_error *err)
{
	struct gw_arena scratch;
	struct gw_sheet_row row = {.number = 0};
	enum gw_status status = GW_OK;
	int64_t fixed = d->stream == NULL ? 0 : d->stream->header_row;
	int64_t first = fixed > 0 ? fixed : GW_HEADER_LOOK;
	int64_t last = header ? first : look->row + SAMPLE;
	bool more = true;

	gw_arena_init(&scratch, GW_SHEET_ROW + (8 << 20));
	while (status == GW_OK && more && row.number < last) {
		gw_arena_reset(&scratch);
		status = gw_sheet_next(sheet, &scratch, &row, &more, err);
		if (status == GW_OK && more)
			status = sample_row(d, &row, header, look, err);
	}
	gw_arena_release(&scratch);
	return status;
}

/* One pass for the header, one for the kinds of what is below it. */
static enum gw_status
look_into(struct describing *d, int fd, bool header, struct looking *look, struct gw_error *err)
{
	const struct gw_sheet_options options = {
		.sheet = d->sheet != NULL    ? d->sheet
			 : d->stream != NULL ? d->stream->sheet
					     : NULL,
		.scratch = d->session->folder.path,
	};
	struct gw_sheet *sheet = NULL;
	enum gw_status status = gw_sheet_open(fd, &options, &sheet, err);

	if (status == GW_OK)
		status = read_sample(d, sheet, header, look, err);
	gw_sheet_close(sheet);
	return status;
}

static enum gw_status
name_columns(struct describing *d, struct looking *look, struct gw_error *err)
{
	look->columns = gw_arena_zalloc(&d->arena, (look->count + 1) * sizeof *look->columns);
	look->seen = gw_arena_zalloc(&d->arena, look->count + 1);
	if (look->columns == NULL || look->seen == NULL)
		return gw_fail_memory(err);
	for (size_t c = 0; c < look->count; c++)
		look->columns[c] = (struct gw_column){.name = look->names[c], .kind = GW_TEXT};
	return GW_OK;
}

/* Columns without a name are none. */
static size_t
close_up(struct looking *look)
{
	size_t n = 0;

	for (size_t c = 0; c < look->count; c++) {
		if (look->columns[c].name == NULL)
			continue;
		look->columns[n] = look->columns[c];
		look->columns[n].type = gw_kind_name(look->columns[c].kind);
		n++;
	}
	return n;
}

static void
mark_key(const struct describing *d, struct gw_column *columns, size_t count)
{
	for (size_t k = 0; d->stream != NULL && k < d->stream->nkey; k++)
		for (size_t c = 0; c < count; c++)
			if (strcmp(columns[c].name, d->stream->key[k]) == 0)
				columns[c].key = (int)k + 1;
}

static bool
same_sheet(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* The stream that reads this sheet; NULL: of no name. */
static const struct gw_stream *
stream_of(const struct gw_session *session, const char *pattern, const char *sheet)
{
	const struct gw_source *source = session->source;

	for (size_t i = 0; source != NULL && i < source->nstreams; i++)
		if (strcmp(source->streams[i].table, pattern) == 0 &&
		    same_sheet(source->streams[i].sheet, sheet))
			return &source->streams[i];
	return NULL;
}

/* "name#sheet", or the name alone. */
static const char *
table_name(struct describing *d)
{
	char name[2 * GW_FILE_NAME + 2];

	if (d->sheet == NULL)
		return d->pattern;
	(void)snprintf(name, sizeof name, "%.255s#%.255s", d->pattern, d->sheet);
	return gw_arena_copy(&d->arena, name, strlen(name));
}

static enum gw_status
describe(struct describing *d, int fd, struct gw_error *err)
{
	struct looking look = {.row = 0};
	struct gw_table table = {.name = table_name(d),
				 .sheet = d->sheet,
				 .kind = d->sheet == NULL ? _("files") : _("sheet"),
				 .rows_estimate = -1,
				 .readable = true,
				 .late_commits = true};
	enum gw_status status =
		table.name == NULL ? gw_fail_memory(err) : look_into(d, fd, true, &look, err);

	if (status == GW_OK)
		status = name_columns(d, &look, err);
	if (status == GW_OK)
		status = look_into(d, fd, false, &look, err);
	if (status != GW_OK && status != GW_REJECT)
		return status;
	table.readable = status == GW_OK;
	table.columns = look.columns;
	table.ncolumns = status == GW_OK ? close_up(&look) : 0;
	mark_key(d, look.columns, table.ncolumns);
	return d->each(d->arg, &table, err);
}

struct sheets {
	const char *names[SHEETS_MAX];
	size_t count;
};

/* The sheets that may be meant, where a workbook has more than one. */
static enum gw_status
list_sheets(struct describing *d, int fd, struct sheets *out, struct gw_error *err)
{
	const struct gw_sheet_options options = {.scratch = d->session->folder.path};
	struct gw_sheet *sheet = NULL;
	enum gw_status status = gw_sheet_open(fd, &options, &sheet, err);
	const char *name;

	out->count = 0;
	while (status == GW_OK && out->count < SHEETS_MAX &&
	       (name = gw_sheet_listed(sheet, out->count)) != NULL) {
		out->names[out->count] = gw_arena_copy(&d->arena, name, strlen(name));
		if (out->names[out->count++] == NULL)
			status = gw_fail_memory(err);
	}
	gw_sheet_close(sheet);
	/* What can't be read is described as such. */
	return status == GW_REJECT ? GW_OK : status;
}

/* The table that was asked for, or each sheet by itself.  The first is what a stream reads that
   names no sheet. */
static enum gw_status
describe_file(struct describing *d, int fd, struct gw_error *err)
{
	struct sheets sheets = {.count = 0};
	const struct gw_stream *first = stream_of(d->session, d->pattern, NULL);
	enum gw_status status = d->all ? list_sheets(d, fd, &sheets, err) : GW_OK;

	d->stream = stream_of(d->session, d->pattern, d->sheet);
	if (status == GW_OK && sheets.count < 2)
		return describe(d, fd, err);
	for (size_t i = 0; i < sheets.count && status == GW_OK; i++) {
		d->sheet = i == 0 && first != NULL ? NULL : sheets.names[i];
		d->stream = stream_of(d->session, d->pattern, d->sheet);
		status = describe(d, fd, err);
	}
	return status;
}

/* ---- names ---------------------------------------------------------------------------------- */

/* "dan-so-00123-2026-09.xlsx" becomes "dan-so-*-*-*.xlsx".  Of more numbers than a pattern may have
   stars for, the last star stands for all up to the ending. */
static void
generalise(const char *name, char out[GW_FILE_NAME])
{
	const char *dot = strrchr(name, '.');
	size_t n = 0, stars = 0;

	while (*name != '\0') {
		size_t step = strspn(name, "0123456789");

		if (step == 0) {
			/* Which mean something in a pattern. */
			out[n] = *name++;
			if (strchr("{}*", out[n]) != NULL)
				out[n] = '?';
			n++;
			continue;
		}
		out[n++] = '*';
		if (++stars == STARS_MOST && dot != NULL && dot > name)
			step = (size_t)(dot - name);
		name += step;
	}
	out[n] = '\0';
}

static bool
is_configured(const struct gw_session *session, const char *pattern)
{
	const struct gw_source *source = session->source;

	for (size_t i = 0; source != NULL && i < source->nstreams; i++)
		if (strcmp(source->streams[i].table, pattern) == 0)
			return true;
	return false;
}

/* The newest by name of those that fit, in the folder, else in done/, open; -1: there is none. */
static enum gw_status
open_newest(struct describing *d, int *out, struct gw_error *err)
{
	static const char *const places[] = {".", GW_FOLDER_DONE};
	struct gw_dropped_list list;
	char path[GW_FOLDER_PATH];

	*out = -1;
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
		if (gw_folder_list(&d->session->folder, places[i], d->pattern, &d->arena, &list,
				   err) != GW_OK)
			return err->status;
		for (size_t n = list.count; n > 0 && *out < 0; n--) {
			(void)snprintf(path, sizeof path, "%s/%.512s", places[i],
				       list.files[n - 1].name);
			if (strstr(path, ".report.txt") == NULL)
				*out = openat(d->session->folder.dir, path,
					      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
		}
	}
	return GW_OK;
}

/* A name with # may be that of a file, or of a sheet in one. */
static enum gw_status
open_named(struct describing *d, const char *name, int *out, struct gw_error *err)
{
	const char *at = name;
	enum gw_status status;

	d->pattern = name;
	status = open_newest(d, out, err);
	while (status == GW_OK && *out < 0 && (at = strchr(at, '#')) != NULL) {
		char *pattern = gw_arena_copy(&d->arena, name, (size_t)(at++ - name));

		if (pattern == NULL)
			return gw_fail_memory(err);
		d->pattern = pattern;
		d->sheet = at;
		status = open_newest(d, out, err);
	}
	if (*out < 0) {
		d->pattern = name;
		d->sheet = NULL;
	}
	return status;
}

static enum gw_status
describe_named(struct describing *d, const char *name, struct gw_error *err)
{
	const struct gw_table none = {.name = name,
				      .kind = _("files"),
				      .rows_estimate = -1,
				      .readable = true,
				      .late_commits = true};
	enum gw_status status;
	int fd;

	gw_arena_reset(&d->arena);
	d->sheet = NULL;
	if (open_named(d, name, &fd, err) != GW_OK)
		return err->status;
	if (fd >= 0) {
		status = describe_file(d, fd, err);
		(void)close(fd);
		return status;
	}
	return is_configured(d->session, name)
		       ? d->each(d->arg, &none, err)
		       : gw_fail(err, GW_CONFIG, _("no file fits %s in the folder %s"), name,
				 d->session->folder.path);
}

/* Those of the streams, then groups of names that no stream reads. */
struct groups {
	char names[TABLES_MAX][2 * GW_FILE_NAME];
	size_t count;
};

static void
add_group(struct groups *groups, const char *pattern)
{
	for (size_t i = 0; i < groups->count; i++)
		if (strcmp(groups->names[i], pattern) == 0)
			return;
	if (groups->count < TABLES_MAX)
		(void)snprintf(groups->names[groups->count++], sizeof groups->names[0], "%s",
			       pattern);
}

static bool
is_read(const struct gw_session *session, const char *name)
{
	const struct gw_source *source = session->source;
	char part[GW_FILE_NAME];

	for (size_t i = 0; source != NULL && i < source->nstreams; i++)
		if (gw_pattern_match(source->streams[i].table, name, part))
			return true;
	return false;
}

static enum gw_status
find_groups(struct describing *d, struct groups *groups, struct gw_error *err)
{
	const struct gw_source *source = d->session->source;
	struct gw_dropped_list list;
	char pattern[GW_FILE_NAME];

	for (size_t i = 0; source != NULL && i < source->nstreams; i++)
		add_group(groups, source->streams[i].table);
	if (gw_folder_list(&d->session->folder, ".", NULL, &d->arena, &list, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < list.count; i++) {
		if (is_read(d->session, list.files[i].plain))
			continue;
		generalise(list.files[i].plain, pattern);
		add_group(groups, pattern);
	}
	return GW_OK;
}

enum gw_status
gw_drop_discover(struct gw_session *session, const char *only, gw_table_fn *each, void *arg,
		 struct gw_error *err)
{
	struct describing d = {.session = session, .each = each, .arg = arg, .all = only == NULL};
	struct groups *groups;
	enum gw_status status;

	gw_arena_init(&d.arena, LIST_MEMORY);
	groups = calloc(1, sizeof *groups);
	if (groups == NULL)
		return gw_fail_memory(err);
	if (only != NULL)
		add_group(groups, only);
	status = only != NULL ? GW_OK : find_groups(&d, groups, err);
	for (size_t i = 0; i < groups->count && status == GW_OK; i++)
		status = describe_named(&d, groups->names[i], err);
	free(groups);
	gw_arena_release(&d.arena);
	return status;
}
