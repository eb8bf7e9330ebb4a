#include "conform.h"

#include <stdarg.h>

enum { ENDLESS = 2000 }; /* pages of one cycle that is resumed at each */

struct setup s;

/* ---- what is read ---------------------------------------------------------------------------- */

static void
free_names(char **names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(names[i]);
		names[i] = NULL;
	}
}

static size_t
split(const char *list, char **names, size_t most)
{
	char *copy = strdup(list), *rest = copy;
	size_t n = 0;

	for (char *name; n < most && (name = strsep(&rest, ",")) != NULL;)
		names[n++] = strdup(name);
	free(copy);
	return n;
}

void
use_table(const char *table)
{
	(void)snprintf(s.table, sizeof s.table, "%s", table);
	s.stream.table = s.table;
}

void
use_mode(int mode, const char *cursor)
{
	free_names(s.order, s.stream.ncursor);
	s.stream.mode = mode;
	s.stream.cursor = s.order;
	s.stream.ncursor = cursor == NULL ? 0 : split(cursor, s.order, 2);
}

void
use_no_cursor(void)
{
	if (s.stream.mode != GW_MODE_FILES)
		use_mode(GW_MODE_BULK, NULL);
}

void
use_key(const char *key)
{
	free_names(s.key, s.stream.nkey);
	s.stream.key = s.key;
	s.stream.nkey = key == NULL ? 0 : split(key, s.key, KEY_MAX);
}

static void
use_columns(const char *columns)
{
	free_names(s.columns, s.request.ncolumns);
	s.request.columns = (const char *const *)s.columns;
	s.request.ncolumns = split(columns, s.columns, COLUMNS_MAX);
}

static void
use_usual_mode(void)
{
	char *cursor = strdup(hook("mode"));
	char *blank = strchr(cursor, ' ');

	if (blank != NULL)
		*blank++ = '\0';
	for (int mode = GW_MODE_BULK; mode <= GW_MODE_FILES; mode++)
		if (strcmp(gw_mode_name((enum gw_mode)mode), cursor) == 0)
			use_mode(mode, blank);
	free(cursor);
}

void
use(const char *fixture, const char *columns)
{
	static char file[] = "conform.yaml", name[] = "stream";

	drop_session();
	use_table(hook("fixture %s", fixture));
	(void)snprintf(s.dsn, sizeof s.dsn, "%s", hook("dsn"));
	s.stream.name = name;
	s.stream.overlap_us = INT64_C(600) * 1000000;
	s.stream.sweep_every_us = INT64_C(21600) * 1000000;
	s.stream.at = (struct gw_place){file, 1, 1};
	s.stream.table_at = (struct gw_place){file, 2, 1};
	s.stream.key_at = (struct gw_place){file, 3, 1};
	s.stream.cursor_at = (struct gw_place){file, 4, 1};
	use_columns(columns);
	use_key(NULL);
	use_usual_mode();
	/* A table of a database has a key of its own. */
	if (s.stream.mode == GW_MODE_FILES)
		use_key("id");
	s.request.stream = &s.stream;
	s.request.max_rows = 1000;
	s.request.once = s.request.sweep_now = false;
	s.request.range = NULL;
	s.mark.len = 0;
	s.timeout_us = INT64_C(60) * 1000000;
	s.arena_mb = 64;
	s.restart = false;
	s.ask = ASK_NOT;
}

static enum gw_status
take_shape(void *arg, const struct gw_table *table, struct gw_error *err)
{
	(void)arg;
	(void)err;
	free_names(s.columns, s.request.ncolumns);
	free_names(s.key, s.stream.nkey);
	s.request.ncolumns = s.stream.nkey = 0;
	for (size_t i = 0; i < table->ncolumns && i < COLUMNS_MAX; i++) {
		const struct gw_column *column = &table->columns[i];

		s.columns[s.request.ncolumns++] = strdup(column->name);
		if (column->key > 0 && column->key <= KEY_MAX) {
			s.key[column->key - 1] = strdup(column->name);
			s.stream.nkey++;
		}
	}
	if (s.stream.mode == GW_MODE_FILES && s.request.ncolumns > 0)
		s.key[s.stream.nkey++] = strdup(s.columns[0]);
	return GW_OK;
}

void
use_discovered(void)
{
	struct gw_error err;

	need_session();
	if (noted(s.connector->discover(s.session, s.stream.table, take_shape, NULL, &err), &err) !=
	    GW_OK)
		failed("discover %s: %s", s.stream.table, err.text);
}

/* ---- sessions -------------------------------------------------------------------------------- */

void
drop_session(void)
{
	if (s.session != NULL)
		s.connector->close(s.session);
	s.session = NULL;
}

static enum gw_status
open_session(struct gw_error *err)
{
	static char path[] = "conform.yaml", name[] = "conform", zone[] = "UTC", connector[64];
	static struct gw_source source; /* it outlives the session */
	struct gw_settings settings = {.source = &source,
				       .connection = s.dsn,
				       .time_zone = zone,
				       .statement_timeout_us = s.timeout_us};

	if (s.session != NULL)
		return GW_OK;
	(void)snprintf(connector, sizeof connector, "%s", s.connector->name);
	source = (struct gw_source){
		.path = path,
		.name = name,
		.title = name,
		.owner = name,
		.connector = connector,
		.folder = s.stream.mode == GW_MODE_FILES ? s.dsn : NULL,
		.time_zone = zone,
		.statement_timeout_us = s.timeout_us,
		.page_rows = (int64_t)s.request.max_rows,
		.streams = &s.stream,
		.nstreams = 1,
	};
	return noted(s.connector->open(&settings, &s.session, err), err);
}

void
need_session(void)
{
	struct gw_error err;

	if (open_session(&err) != GW_OK)
		failed("open: %s", err.text);
}

void
look_again(void)
{
	char dsn[WORD_MAX];

	(void)snprintf(dsn, sizeof dsn, "%s", hook("dsn"));
	if (strcmp(dsn, s.dsn) == 0)
		return;
	drop_session();
	memcpy(s.dsn, dsn, sizeof dsn);
}

/* ---- a cycle --------------------------------------------------------------------------------- */

static void
take_batch(const struct gw_batch *batch, struct taken *out)
{
	out->batches++;
	out->noticed = out->noticed || batch->notice != NULL;
	out->most = batch->nrows > out->most ? batch->nrows : out->most;
	out->held = batch->arena.held > out->held ? batch->arena.held : out->held;
	for (size_t r = 0; r < batch->nrows; r++) {
		bool gone = batch->deleted != NULL && batch->deleted[r];

		rows_add(gone ? &out->gone : &out->rows,
			 row_text(batch->values + r * batch->ncolumns, batch->ncolumns));
		out->fresh += !gone && !batch->resent;
		out->snapshot += batch->snapshot;
	}
	if (batch->after.len > 0)
		s.mark = batch->after;
}

/* What a pull says as soon as a page is safe, and before it begins. */
static enum gw_status
tell_stored(struct gw_error *err)
{
	if (s.connector->stored == NULL || s.mark.len == 0)
		return GW_OK;
	return noted(s.connector->stored(s.session, &s.stream, &s.mark, err), err);
}

static enum gw_status
ask_for_next(struct gw_cursor *cursor, struct gw_error *err)
{
	enum gw_status status;

	if (s.ask == ASK_NOT)
		return GW_OK;
	status = noted(s.connector->ask(cursor, err), err);
	if (status == GW_OK && s.ask == ASK_AND_DROP)
		s.connector->drop(cursor);
	return status;
}

/* Pages of one cursor; with restart there is only one. */
static enum gw_status
read_pages(struct gw_cursor *cursor, size_t batches, struct taken *out, struct gw_error *err)
{
	struct gw_batch batch = {.nrows = 0};
	enum gw_status status = GW_OK;
	size_t seen = 0;

	gw_arena_init(&batch.arena, s.arena_mb << 20);
	while (status == GW_OK && (batches == 0 || out->batches < batches)) {
		gw_arena_reset(&batch.arena);
		status = noted(s.connector->next(cursor, &batch, err), err);
		if (status != GW_OK)
			break;
		take_batch(&batch, out);
		status = tell_stored(err);
		if (batch.nrows == 0 && status == GW_OK) {
			out->ended = true;
			break;
		}
		if (s.restart && ++seen == 1)
			break;
		if (status == GW_OK)
			status = ask_for_next(cursor, err);
	}
	gw_arena_release(&batch.arena);
	return status;
}

enum gw_status
read_on(size_t batches, struct taken *out, struct gw_error *err)
{
	enum gw_status status;

	*out = (struct taken){.ended = false};
	do {
		struct gw_cursor *cursor = NULL;

		status = open_session(err);
		if (status == GW_OK)
			status = noted(
				s.connector->begin(s.session, &s.request, &s.mark, &cursor, err),
				err);
		if (status == GW_OK)
			status = read_pages(cursor, batches, out, err);
		s.connector->end(cursor);
		if (s.restart)
			drop_session();
		if (out->batches > ENDLESS)
			failed("there is no end: page after page, and the bookmark does not help");
	} while (status == GW_OK && s.restart && !out->ended &&
		 (batches == 0 || out->batches < batches));
	return status;
}

void
must_read(size_t batches, struct taken *out)
{
	struct gw_error err;

	if (read_on(batches, out, &err) != GW_OK)
		failed("reading %s: %s: %s", s.stream.table, gw_status_name(err.status), err.text);
}

void
must_read_lines(FILE *file)
{
	char line[LINE_BYTES];
	struct taken taken;
	size_t row = 0;

	must_read(0, &taken);
	for (; fgets(line, sizeof line, file) != NULL; row++) {
		line[strcspn(line, "\n")] = '\0';
		expect(row < taken.rows.count, "only %zu rows", taken.rows.count);
		expect(strcmp(line, taken.rows.text[row]) == 0, "row %zu is\n%s\nnot\n%s", row + 1,
		       taken.rows.text[row], line);
	}
	(void)fclose(file);
	expect(row == taken.rows.count && row > 0, "%zu rows, not %zu", taken.rows.count, row);
	release(&taken);
}

void
must_refuse(enum gw_status want, const char *part)
{
	struct gw_cursor *cursor = NULL;
	struct gw_error err = {.text = ""};
	enum gw_status status;

	need_session();
	status = noted(s.connector->begin(s.session, &s.request, &s.mark, &cursor, &err), &err);
	s.connector->end(status == GW_OK ? cursor : NULL);
	expect(status == want, "wanted %s, got %s: %s", gw_status_name(want),
	       gw_status_name(status), status == GW_OK ? "it was begun" : err.text);
	expect(strstr(err.text, part) != NULL, "\"%s\" is not in \"%s\"", part, err.text);
}

void
release(struct taken *taken)
{
	rows_free(&taken->rows);
	rows_free(&taken->gone);
}
