#include "setup/catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "setup/scalar.h"

enum { CATALOGUE_MEMORY = 64 << 20, SAMPLE_MEMORY = 64 << 20, FIRST_ROOM = 64, NAME_MOST = 2048 };

struct gathering {
	struct gw_catalogue *out;
	size_t room;
};

static const char *
keep(struct gw_arena *arena, const char *text)
{
	return text == NULL ? NULL : gw_arena_copy(arena, text, strlen(text));
}

static bool
keep_column(struct gw_arena *arena, const struct gw_column *from, struct gw_column *to)
{
	*to = *from;
	to->name = keep(arena, from->name);
	to->type = keep(arena, from->type);
	to->refusal = keep(arena, from->refusal);
	return to->name != NULL && (from->type == NULL) == (to->type == NULL);
}

static bool
keep_table(struct gw_arena *arena, const struct gw_table *from, struct gw_table *to)
{
	struct gw_column *columns = gw_arena_zalloc(arena, (from->ncolumns + 1) * sizeof *columns);

	*to = *from;
	to->name = keep(arena, from->name);
	to->sheet = keep(arena, from->sheet);
	to->kind = keep(arena, from->kind);
	to->columns = columns;
	if (to->name == NULL || (from->sheet == NULL) != (to->sheet == NULL) || to->kind == NULL ||
	    columns == NULL)
		return false;
	for (size_t i = 0; i < from->ncolumns; i++)
		if (!keep_column(arena, &from->columns[i], &columns[i]))
			return false;
	return true;
}

static enum gw_status
add_table(void *arg, const struct gw_table *table, struct gw_error *err)
{
	struct gathering *g = arg;
	struct gw_catalogue *out = g->out;

	if (out->count == GW_CATALOGUE_TABLES) {
		out->cut = true;
		return GW_OK;
	}
	if (out->count == g->room) {
		size_t room = g->room == 0 ? FIRST_ROOM : 2 * g->room;
		struct gw_table *more = realloc(out->tables, room * sizeof *more);

		if (more == NULL)
			return gw_fail_memory(err);
		out->tables = more;
		g->room = room;
	}
	if (!keep_table(&out->arena, table, &out->tables[out->count]))
		return gw_fail_memory(err);
	out->count++;
	return GW_OK;
}

enum gw_status
gw_catalogue_read(const struct gw_link *link, const char *only, struct gw_catalogue *out,
		  struct gw_error *err)
{
	struct gathering g = {.out = out};

	*out = (struct gw_catalogue){.count = 0};
	gw_arena_init(&out->arena, CATALOGUE_MEMORY);
	return link->connector->discover(link->session, only, add_table, &g, err);
}

size_t
gw_table_length(const struct gw_table *table)
{
	size_t len = strlen(table->name), sheet = table->sheet == NULL ? 0 : strlen(table->sheet);

	/* "name#sheet" */
	return sheet > 0 && len > sheet + 1 ? len - sheet - 1 : len;
}

void
gw_table_put(const struct gw_table *table, struct gw_buf *out)
{
	char name[NAME_MOST];

	(void)snprintf(name, sizeof name, "%.*s", (int)gw_table_length(table), table->name);
	gw_buf_puts(out, "    table: ");
	gw_yaml_scalar(out, name);
	if (table->sheet != NULL) {
		gw_buf_puts(out, "\n    sheet: ");
		gw_yaml_scalar(out, table->sheet);
	}
	gw_buf_putc(out, '\n');
}

void
gw_catalogue_release(struct gw_catalogue *catalogue)
{
	free(catalogue->tables);
	catalogue->tables = NULL;
	catalogue->count = 0;
	gw_arena_release(&catalogue->arena);
}

struct reading {
	const struct gw_table *table;
	const char **names; /* to read */
	size_t *places;     /* which column of the table each is */
	size_t count;
};

static enum gw_status
plan_reading(const struct gw_table *table, struct gw_arena *arena, struct reading *out,
	     struct gw_error *err)
{
	out->table = table;
	out->names = gw_arena_zalloc(arena, (table->ncolumns + 1) * sizeof *out->names);
	out->places = gw_arena_zalloc(arena, (table->ncolumns + 1) * sizeof *out->places);
	if (out->names == NULL || out->places == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < table->ncolumns; i++) {
		/* Pictures and files say nothing to us and may be large. */
		if (table->columns[i].refusal != NULL || table->columns[i].kind == GW_UNHELD ||
		    table->columns[i].kind == GW_BYTES)
			continue;
		out->names[out->count] = table->columns[i].name;
		out->places[out->count++] = i;
	}
	if (out->count == 0)
		return gw_fail(err, GW_CONFIG, _("%s has no column that can be read"), table->name);
	return GW_OK;
}

static enum gw_status
spread(const struct reading *reading, struct gw_sample *out, struct gw_error *err)
{
	size_t width = reading->table->ncolumns;
	struct gw_value *values;

	out->nrows = out->batch.nrows < GW_SAMPLE_ROWS ? out->batch.nrows : GW_SAMPLE_ROWS;
	out->ncolumns = width;
	if (out->nrows == 0)
		return GW_OK;
	values = gw_arena_zalloc(&out->batch.arena, out->nrows * width * sizeof *values);
	if (values == NULL)
		return gw_fail_memory(err);
	for (size_t r = 0; r < out->nrows; r++)
		for (size_t c = 0; c < reading->count; c++)
			values[r * width + reading->places[c]] =
				out->batch.values[r * out->batch.ncolumns + c];
	out->values = values;
	return GW_OK;
}

static enum gw_status
read_page(const struct gw_link *link, const struct gw_request *request,
	  const struct reading *reading, struct gw_sample *out, struct gw_error *err)
{
	const struct gw_bookmark none = {0};
	struct gw_cursor *cursor = NULL;
	enum gw_status status = link->connector->begin(link->session, request, &none, &cursor, err);

	if (status == GW_OK)
		status = link->connector->next(cursor, &out->batch, err);
	if (status == GW_OK)
		status = spread(reading, out, err);
	link->connector->end(cursor);
	return status;
}

/* The stream that such a reading is of; what it points to is in arena. */
static enum gw_status
name_stream(const struct gw_table *table, const size_t *key, struct gw_arena *arena,
	    struct gw_stream *stream, struct gw_error *err)
{
	stream->name = gw_arena_copy(arena, "sample", strlen("sample"));
	stream->table = gw_arena_copy(arena, table->name, gw_table_length(table));
	if (table->sheet != NULL)
		stream->sheet = gw_arena_copy(arena, table->sheet, strlen(table->sheet));
	stream->key = gw_arena_zalloc(arena, (stream->nkey + 1) * sizeof *stream->key);
	if (stream->name == NULL || stream->table == NULL || stream->key == NULL ||
	    (table->sheet != NULL && stream->sheet == NULL))
		return gw_fail_memory(err);
	for (size_t i = 0; i < stream->nkey; i++) {
		const char *name = table->columns[key[i]].name;

		stream->key[i] = gw_arena_copy(arena, name, strlen(name));
		if (stream->key[i] == NULL)
			return gw_fail_memory(err);
	}
	return GW_OK;
}

enum gw_status
gw_sample_read(const struct gw_reach *reach, const struct gw_table *table, const size_t *key,
	       size_t nkey, struct gw_sample *out, struct gw_error *err)
{
	const struct gw_source *source = reach->source;
	struct gw_place at = {.file = source->path, .line = 1, .column = 1};
	bool files = source->folder != NULL;
	struct gw_stream stream = {.mode = files ? GW_MODE_FILES : GW_MODE_BULK,
				   .encoding = source->encoding,
				   .nkey = nkey,
				   .at = at,
				   .table_at = at,
				   .key_at = at,
				   .cursor_at = at,
				   .schema_at = at};
	struct gw_request request = {.stream = &stream, .max_rows = GW_SAMPLE_ROWS, .once = !files};
	struct reading reading = {0};
	struct gw_arena arena; /* the batch's own is the connector's to reset */
	enum gw_status status;

	*out = (struct gw_sample){.nrows = 0};
	gw_arena_init(&out->batch.arena, SAMPLE_MEMORY);
	gw_arena_init(&arena, SAMPLE_MEMORY);
	status = name_stream(table, key, &arena, &stream, err);
	if (status == GW_OK)
		status = plan_reading(table, &arena, &reading, err);
	if (status == GW_OK) {
		request.columns = reading.names;
		request.ncolumns = reading.count;
		status = read_page(reach->link, &request, &reading, out, err);
	}
	gw_arena_release(&arena);
	return status;
}

void
gw_sample_release(struct gw_sample *sample)
{
	gw_arena_release(&sample->batch.arena);
	sample->nrows = 0;
}

const struct gw_value *
gw_sample_value(const struct gw_sample *sample, size_t row, size_t column)
{
	return &sample->values[row * sample->ncolumns + column];
}
