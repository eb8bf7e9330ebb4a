#include "config/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"

enum { STREAMS_MAX = 500, COLUMNS_MAX = 32, TABLE_MAX = 2 * GW_IDENTIFIER_MAX };

static const char *const mode_words[] = {
	[GW_MODE_BULK] = "bulk",
	[GW_MODE_INCREMENTING] = "incrementing",
	[GW_MODE_TIMESTAMP] = "timestamp",
	[GW_MODE_TIMESTAMP_INCREMENTING] = "timestamp+incrementing",
	[GW_MODE_LOG] = "log",
	[GW_MODE_FILES] = "files",
	NULL,
};

static const char *const drift_words[] = {
	[GW_DRIFT_FREEZE] = "freeze",
	[GW_DRIFT_EVOLVE] = "evolve",
	[GW_DRIFT_DISCARD_ROW] = "discard_row",
	[GW_DRIFT_DISCARD_VALUE] = "discard_value",
	NULL,
};

const char *
gw_mode_name(enum gw_mode mode)
{
	return mode_words[mode];
}

struct draft {
	struct gw_stream stream;
	const struct gw_yaml *key, *cursor, *fields, *letters;
};

#define AT(member) offsetof(struct draft, member)
#define MINUTE INT64_C(60000000)
#define DAY (1440 * MINUTE)

static const struct gw_option stream_options[] = {
	{.name = "table",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = AT(stream.table),
	 .help = N_(
		 "a table or a view, such as public.ho_so_suc_khoe; of files: a pattern of their "
		 "names, such as dan-so-*.xlsx")},
	{.name = "key",
	 .type = GW_OPT_NODE,
	 .offset = AT(key),
	 .help = N_("the columns that tell rows apart; else the table's primary key")},
	{.name = "mode",
	 .type = GW_OPT_ENUM,
	 .required = true,
	 .offset = AT(stream.mode),
	 .words = mode_words,
	 .help = N_("how new rows are found: bulk, incrementing, timestamp or "
		    "timestamp+incrementing; of files: files")},
	{.name = "cursor",
	 .type = GW_OPT_NODE,
	 .offset = AT(cursor),
	 .help = N_("the column that grows with every change")},
	{.name = "overlap",
	 .type = GW_OPT_DURATION,
	 .offset = AT(stream.overlap_us),
	 .fallback = "10min",
	 .max = 7 * DAY,
	 .help = N_("how far behind the cursor late rows are looked for, each time")},
	{.name = "sweep_every",
	 .type = GW_OPT_DURATION,
	 .offset = AT(stream.sweep_every_us),
	 .fallback = "6h",
	 .min = MINUTE / 60,
	 .max = 366 * DAY,
	 .help = N_("how often late rows are looked for in the whole table")},
	{.name = "drift",
	 .type = GW_OPT_ENUM,
	 .offset = AT(stream.drift),
	 .words = drift_words,
	 .fallback = "freeze",
	 .help = N_("when the table changes: freeze (the stream stops), evolve, discard_row or "
		    "discard_value")},
	{.name = "encoding",
	 .type = GW_OPT_TEXT,
	 .offset = AT(stream.encoding),
	 .help = N_("how texts are encoded, where it is not as the source's encoding says")},
	{.name = "sheet",
	 .type = GW_OPT_TEXT,
	 .offset = AT(stream.sheet),
	 .help = N_("of workbooks: the sheet to read; else the first")},
	{.name = "header_row",
	 .type = GW_OPT_INT,
	 .offset = AT(stream.header_row),
	 .max = 1000,
	 .help = N_("of files: the row with the columns' names; 0: the first that has them all")},
	{.name = "schema",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = AT(stream.schema),
	 .help = N_("the schema of its records, such as health/HealthRecord")},
	{.name = "fields",
	 .type = GW_OPT_NODE,
	 .required = true,
	 .offset = AT(fields),
	 .help = N_("a map from the schema's fields to columns, such as updated_at: "
		    "ngay_cap_nhat")},
	{.name = "letters",
	 .type = GW_OPT_NODE,
	 .offset = AT(letters),
	 .help = N_("when it pauses because too many rows are rejected, where it is not as the "
		    "source's letters say")},
	{.name = NULL},
};

const struct gw_option *
gw_stream_options(void)
{
	return stream_options;
}

static void
names_release(char ***names, size_t *count)
{
	gw_names_free(*names, *count);
	*names = NULL;
	*count = 0;
}

void
gw_stream_release(struct gw_stream *stream)
{
	free(stream->name);
	free(stream->table);
	free(stream->schema);
	free(stream->encoding);
	free(stream->sheet);
	names_release(&stream->key, &stream->nkey);
	names_release(&stream->cursor, &stream->ncursor);
	gw_fields_release(stream);
}

static enum gw_status
check_column(const struct gw_yaml *node, const char *what, struct gw_error *err)
{
	if (node->kind != GW_YAML_SCALAR || gw_yaml_is_nothing(node))
		return gw_yaml_fail(node, err, _("\"%s\": found %s, expected the name of a column"),
				    what, gw_yaml_found(node));
	if (!gw_text_plain(node->text) || strlen(node->text) > GW_IDENTIFIER_MAX)
		return gw_yaml_fail(node, err, _("\"%s\": this can't be the name of a column"),
				    what);
	return GW_OK;
}

/* A column or a list of columns, all different. */
static enum gw_status
read_columns(const struct gw_yaml *node, const char *what, char ***out, size_t *count,
	     struct gw_error *err)
{
	bool list = node->kind == GW_YAML_LIST;
	const struct gw_yaml *items = list ? node->items : node;
	size_t n = list ? node->count : 1;

	if (n < 1 || n > COLUMNS_MAX)
		return gw_yaml_fail(node, err, _("\"%s\": expected 1 to %d columns"), what,
				    COLUMNS_MAX);
	*out = calloc(n, sizeof **out);
	if (*out == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < n; i++) {
		if (check_column(&items[i], what, err) != GW_OK)
			return err->status;
		for (size_t j = 0; j < i; j++) {
			if (strcmp((*out)[j], items[i].text) == 0)
				return gw_yaml_fail(&items[i], err,
						    _("\"%s\": the same column twice"), what);
		}
		(*out)[i] = strdup(items[i].text);
		*count = i + 1;
		if ((*out)[i] == NULL)
			return gw_fail_memory(err);
	}
	return GW_OK;
}

/* Fewer columns than the mode needs, or more. */
static enum gw_status
check_cursor(const struct gw_stream *stream, const struct gw_yaml *at, struct gw_error *err)
{
	static const struct {
		size_t count;
		const char *expected;
	} cursors[] = {
		[GW_MODE_BULK] = {0,
				  N_("no cursor, for mode bulk reads the whole table each time")},
		[GW_MODE_INCREMENTING] = {1,
					  N_("one column whose number grows with every new row")},
		[GW_MODE_TIMESTAMP] = {1, N_("one column with the time of a row's last change")},
		[GW_MODE_TIMESTAMP_INCREMENTING] =
			{2, N_("two columns: [time of the last change, growing number]")},
		[GW_MODE_LOG] = {0, N_("no cursor")},
		[GW_MODE_FILES] = {0, N_("no cursor, for each file is read once")},
	};
	const char *mode = mode_words[stream->mode];

	if (stream->ncursor == cursors[stream->mode].count)
		return GW_OK;
	if (stream->ncursor == 0)
		return gw_yaml_fail(at, err, _("\"cursor\" is missing; mode %s expects %s"), mode,
				    _(cursors[stream->mode].expected));
	return gw_yaml_fail(at, err, _("\"cursor\": found %zu, mode %s expects %s"),
			    stream->ncursor, mode, _(cursors[stream->mode].expected));
}

/* What no name begins with, but what people try to put here. */
static bool
looks_like_sql(const char *text)
{
	return strncasecmp(text, "select ", 7) == 0 || strncasecmp(text, "with ", 5) == 0 ||
	       strpbrk(text, ";()*") != NULL;
}

/* "schema.table", "table", or with the database before them; each part may hold what names hold. */
static bool
is_name(const char *text, size_t dots_max)
{
	size_t dots = 0;

	for (const char *dot = strchr(text, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
		if (dot == text || dot[1] == '\0' || dot[1] == '.')
			return false;
		dots++;
	}
	return strlen(text) <= TABLE_MAX && dots <= dots_max;
}

static enum gw_status
check_pattern(const struct gw_stream *stream, const struct gw_yaml *at, struct gw_error *err)
{
	if (gw_text_plain(stream->table) && strlen(stream->table) <= TABLE_MAX &&
	    strchr(stream->table, '/') == NULL && stream->table[0] != '.')
		return GW_OK;
	return gw_yaml_fail(at, err,
			    _("\"table\": expected a pattern of file names in the folder, such as "
			      "dan-so-*.xlsx"));
}

/* "ho_so" becomes "public.ho_so" with PostgreSQL; other databases know their own default. */
static enum gw_status
check_table(const struct gw_source *source, struct gw_stream *stream, const struct gw_yaml *at,
	    struct gw_error *err)
{
	bool postgres = strcmp(source->connector, "postgres") == 0;
	char excerpt[GW_EXCERPT];
	char *whole = NULL;

	if (strcmp(source->connector, GW_FILE_CONNECTOR) == 0)
		return check_pattern(stream, at, err);
	if (!gw_text_plain(stream->table) || looks_like_sql(stream->table))
		return gw_yaml_fail(
			at, err,
			_("\"table\": expected the name of a table or a view, never SQL; "
			  "for a query, ask the owner for a view"));
	if (!is_name(stream->table, postgres ? 1 : 2))
		return gw_yaml_fail(
			at, err,
			_("\"table\": found %s, expected such as public.ho_so_suc_khoe or "
			  "ho_so_suc_khoe"),
			gw_yaml_excerpt(at, excerpt));
	if (!postgres || strchr(stream->table, '.') != NULL)
		return GW_OK;
	if (asprintf(&whole, "public.%s", stream->table) < 0)
		return gw_fail_memory(err);
	free(stream->table);
	stream->table = whole;
	return GW_OK;
}

/* Files have a mode of their own, which no database has. */
static enum gw_status
check_mode(const struct gw_source *source, const struct gw_stream *stream, const struct gw_yaml *at,
	   struct gw_error *err)
{
	bool files = strcmp(source->connector, GW_FILE_CONNECTOR) == 0;

	if (stream->mode == GW_MODE_LOG)
		return gw_yaml_fail(
			at, err,
			_("\"mode: log\" is not built yet; use timestamp, incrementing, "
			  "timestamp+incrementing or bulk"));
	if (files != (stream->mode == GW_MODE_FILES))
		return gw_yaml_fail(at, err,
				    files ? _("\"mode\": \"connector: file\" knows the mode files "
					      "alone")
					  : _("\"mode: files\" is for \"connector: file\""));
	return GW_OK;
}

/* The stream's encoding, or a copy of the source's. */
static enum gw_status
take_encoding(const struct gw_source *source, struct gw_stream *stream, struct gw_error *err)
{
	if (stream->encoding != NULL || source->encoding == NULL)
		return GW_OK;
	stream->encoding = strdup(source->encoding);
	return stream->encoding == NULL ? gw_fail_memory(err) : GW_OK;
}

/* "health/HealthRecord": it becomes a path, so nothing else may pass. */
static enum gw_status
check_schema(const struct gw_stream *stream, const struct gw_yaml *at, struct gw_error *err)
{
	const char *slash = strchr(stream->schema, '/');
	size_t sector = slash == NULL ? 0 : (size_t)(slash - stream->schema);
	char excerpt[GW_EXCERPT];

	if (sector > 0 && sector <= GW_NAME_MAX &&
	    strspn(stream->schema, GW_LOWER GW_DIGIT "_-") == sector &&
	    gw_text_of(slash + 1, GW_UPPER GW_LOWER GW_DIGIT, GW_NAME_MAX) &&
	    strchr(GW_UPPER, slash[1]) != NULL)
		return GW_OK;
	return gw_yaml_fail(at, err,
			    _("\"schema\": found %s, expected sector/Name, such as "
			      "health/HealthRecord"),
			    gw_yaml_excerpt(at, excerpt));
}

static struct gw_place
place_or(const struct gw_source *source, const struct gw_yaml *node, const struct gw_yaml *other)
{
	return gw_place_of(source, node != NULL ? node : other);
}

static enum gw_status
read_key_and_cursor(struct draft *draft, const struct gw_yaml *node, struct gw_error *err)
{
	struct gw_stream *stream = &draft->stream;

	if (draft->key != NULL &&
	    read_columns(draft->key, "key", &stream->key, &stream->nkey, err) != GW_OK)
		return err->status;
	if (draft->cursor != NULL &&
	    read_columns(draft->cursor, "cursor", &stream->cursor, &stream->ncursor, err) != GW_OK)
		return err->status;
	return check_cursor(stream, draft->cursor != NULL ? draft->cursor : node, err);
}

static enum gw_status
read_parts(struct gw_source *source, struct draft *draft, const struct gw_yaml *node,
	   struct gw_error *err)
{
	struct gw_stream *stream = &draft->stream;
	const struct gw_yaml *table = gw_yaml_get(node, "table");
	const struct gw_yaml *schema = gw_yaml_get(node, "schema");

	stream->table_at = gw_place_of(source, table);
	stream->schema_at = gw_place_of(source, schema);
	stream->key_at = place_or(source, draft->key, node);
	stream->cursor_at = place_or(source, draft->cursor, node);
	if (check_table(source, stream, table, err) != GW_OK ||
	    check_mode(source, stream, gw_yaml_get(node, "mode"), err) != GW_OK ||
	    check_schema(stream, schema, err) != GW_OK ||
	    take_encoding(source, stream, err) != GW_OK)
		return err->status;
	stream->letters = source->letters;
	if (draft->letters != NULL &&
	    gw_letters_read(draft->letters, &stream->letters, err) != GW_OK)
		return err->status;
	if (read_key_and_cursor(draft, node, err) != GW_OK)
		return err->status;
	return gw_fields_read(source, stream, draft->fields, err);
}

static enum gw_status
read_stream(struct gw_source *source, const struct gw_yaml *key, const struct gw_yaml *node,
	    struct gw_stream *out, struct gw_error *err)
{
	struct draft draft = {0};
	char excerpt[GW_EXCERPT];
	enum gw_status status;

	if (!gw_text_of(key->text, GW_LOWER GW_DIGIT "_", GW_NAME_MAX) || key->text[0] == '_')
		return gw_yaml_fail(key, err,
				    _("stream %s: expected a name of at most %d of a-z, 0-9 and _, "
				      "that does not begin with _"),
				    gw_yaml_excerpt(key, excerpt), GW_NAME_MAX);
	if (gw_yaml_options(node, stream_options, &draft, err) != GW_OK)
		return err->status;
	draft.stream.at = gw_place_of(source, key);
	draft.stream.name = strdup(key->text);
	status = draft.stream.name == NULL ? gw_fail_memory(err)
					   : read_parts(source, &draft, node, err);
	if (status == GW_OK)
		*out = draft.stream;
	else
		gw_stream_release(&draft.stream);
	return status;
}

enum gw_status
gw_streams_read(struct gw_source *source, const struct gw_yaml *node, struct gw_error *err)
{
	if (node->kind != GW_YAML_MAP)
		return gw_yaml_fail(
			node, err,
			_("\"streams\": found %s, expected a map: a name of your own for "
			  "each table to read"),
			gw_yaml_found(node));
	if (node->count < 1 || node->count > STREAMS_MAX)
		return gw_yaml_fail(node, err, _("\"streams\": found %zu, expected 1 to %d"),
				    node->count, STREAMS_MAX);
	source->streams = calloc(node->count, sizeof *source->streams);
	if (source->streams == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < node->count; i++) {
		if (read_stream(source, &node->keys[i], &node->items[i], &source->streams[i],
				err) != GW_OK)
			return err->status;
		source->nstreams = i + 1;
	}
	return GW_OK;
}
