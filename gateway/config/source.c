#include "config/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/i18n.h"
#include "base/text.h"
#include "config/parts.h"

enum gw_status
gw_place_fail(const struct gw_place *at, struct gw_error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)gw_fail_at(at, err, fmt, ap);
	va_end(ap);
	return err->status;
}

struct gw_place
gw_place_of(const struct gw_source *source, const struct gw_yaml *node)
{
	return (struct gw_place){.file = source->path, .line = node->line, .column = node->column};
}

static void
source_release(struct gw_source *source)
{
	for (size_t i = 0; i < source->nstreams; i++)
		gw_stream_release(&source->streams[i]);
	free(source->streams);
	free(source->path);
	free(source->name);
	free(source->title);
	free(source->owner);
	free(source->agreement);
	free(source->connector);
	free(source->connection_file);
	free(source->connection_env);
	free(source->folder);
	free(source->encoding);
	free(source->time_zone);
	free(source->codes.map);
	free(source->codes.by);
}

void
gw_source_free(struct gw_source *source)
{
	if (source == NULL)
		return;
	source_release(source);
	free(source);
}

const struct gw_stream *
gw_source_stream(const struct gw_source *source, const char *name)
{
	for (size_t i = 0; i < source->nstreams; i++) {
		if (strcmp(source->streams[i].name, name) == 0)
			return &source->streams[i];
	}
	return NULL;
}

struct draft {
	struct gw_source source;
	char *file, *folder; /* as written, before they are made absolute */
	bool bare;           /* it may have no stream yet */
	const struct gw_yaml *codes, *schedule, *limits, *letters, *streams;
};

#define AT(member) offsetof(struct draft, member)

static const char streams_help[] = N_("a map of the tables to read, a name of your own for each");

static const struct gw_option root_options[] = {
	{.name = "source",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = AT(source.name),
	 .help = N_("the file's name without .yaml")},
	{.name = "title",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = AT(source.title),
	 .help = N_("the name that people know the database by, such as CSDL hộ tịch điện tử")},
	{.name = "owner",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = AT(source.owner),
	 .help = N_("who runs the database, such as Sở Tư pháp")},
	{.name = "agreement",
	 .type = GW_OPT_TEXT,
	 .offset = AT(source.agreement),
	 .help = N_("the number of the agreement to share; personal fields need it")},
	{.name = "connector",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = AT(source.connector),
	 .help = N_("the kind of database, such as postgres")},
	{.name = "connection_file",
	 .type = GW_OPT_TEXT,
	 .offset = AT(file),
	 .help = N_("the file with the connection, mode 0600")},
	{.name = "connection_env",
	 .type = GW_OPT_TEXT,
	 .offset = AT(source.connection_env),
	 .help = N_("an environment variable with the connection")},
	{.name = "folder",
	 .type = GW_OPT_TEXT,
	 .offset = AT(folder),
	 .help = N_(
		 "connector file: the folder that files are put into, in place of a connection")},
	{.name = "encoding",
	 .type = GW_OPT_TEXT,
	 .offset = AT(source.encoding),
	 .help = N_("how texts are encoded that are not Unicode: an argument of the rule encoding, "
		    "such as tcvn3")},
	{.name = "time_zone",
	 .type = GW_OPT_TEXT,
	 .required = true,
	 .offset = AT(source.time_zone),
	 .help = N_("the time zone of the database's times, such as Asia/Ho_Chi_Minh")},
	{.name = "commune_codes",
	 .type = GW_OPT_NODE,
	 .offset = AT(codes),
	 .help = N_("which map of commune codes the database writes")},
	{.name = "schedule",
	 .type = GW_OPT_NODE,
	 .offset = AT(schedule),
	 .help = N_("how often it is read, such as {every: 15min}")},
	{.name = "limits",
	 .type = GW_OPT_NODE,
	 .offset = AT(limits),
	 .help = N_("how gently it is read, such as {rows_per_second: 5000}")},
	{.name = "letters",
	 .type = GW_OPT_NODE,
	 .offset = AT(letters),
	 .help = N_("when a stream pauses because too many rows are rejected, such as "
		    "{pause_at: 5%, at_least: 100}")},
	{.name = "streams", .type = GW_OPT_NODE, .offset = AT(streams), .help = streams_help},
	{.name = NULL},
};

const struct gw_option *
gw_source_root_options(void)
{
	return root_options;
}

static enum gw_status
check_texts(const struct gw_yaml *root, const struct gw_source *source, struct gw_error *err)
{
	const struct {
		const char *key, *value;
	} lines[] = {
		{"title", source->title},
		{"owner", source->owner},
		{"agreement", source->agreement},
		{"connector", source->connector},
	};

	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		if (lines[i].value != NULL && !gw_text_plain(lines[i].value))
			return gw_yaml_fail(gw_yaml_get(root, lines[i].key), err,
					    _("\"%s\": expected one line of text"), lines[i].key);
	}
	return GW_OK;
}

/* A folder for files, a connection for all else. */
static enum gw_status
check_way(const struct gw_yaml *root, const struct draft *draft, struct gw_error *err)
{
	bool files = strcmp(draft->source.connector, GW_FILE_CONNECTOR) == 0;
	bool connection = draft->file != NULL || draft->source.connection_env != NULL;

	if (!files && draft->folder != NULL)
		return gw_yaml_fail(gw_yaml_get(root, "folder"), err,
				    _("\"folder\" is for \"connector: file\"; a database has a "
				      "connection_file"));
	if (!files)
		return gw_connection_check(root, draft->file, draft->source.connection_env, true,
					   err);
	if (draft->folder == NULL || connection)
		return gw_yaml_fail(gw_yaml_get(root, "connector"), err,
				    _("\"connector: file\" needs \"folder\", the folder that files "
				      "are put into, and no connection"));
	return GW_OK;
}

static enum gw_status
check_root(const struct gw_yaml *root, const char *name, const struct draft *draft,
	   struct gw_error *err)
{
	const struct gw_source *source = &draft->source;
	const struct gw_yaml *at = gw_yaml_get(root, "source");
	char excerpt[GW_EXCERPT];

	if (!gw_source_name_ok(source->name))
		return gw_yaml_fail(
			at, err, _("\"source\": found %s, expected at most %d of a-z, 0-9 and -"),
			gw_yaml_excerpt(at, excerpt), GW_NAME_MAX);
	if (strcmp(source->name, name) != 0)
		return gw_yaml_fail(
			at, err, _("\"source\": found %s, expected \"%s\", the name of the file"),
			gw_yaml_excerpt(at, excerpt), name);
	if (check_texts(root, source, err) != GW_OK)
		return err->status;
	at = gw_yaml_get(root, "time_zone");
	if (!gw_text_of(source->time_zone, GW_UPPER GW_LOWER GW_DIGIT "/_+-", GW_NAME_MAX) ||
	    (strchr(source->time_zone, '/') == NULL && strcmp(source->time_zone, "UTC") != 0) ||
	    strchr(GW_UPPER, source->time_zone[0]) == NULL)
		return gw_yaml_fail(at, err,
				    _("\"time_zone\": found %s, expected a name such as "
				      "Asia/Ho_Chi_Minh or UTC"),
				    gw_yaml_excerpt(at, excerpt));
	return check_way(root, draft, err);
}

/* With what they take from the source where they say nothing. */
static enum gw_status
read_streams(struct draft *draft, const struct gw_yaml *root, struct gw_error *err)
{
	struct gw_yaml letters = gw_yaml_section(root, draft->letters);

	draft->source.letters =
		(struct gw_letters_limit){.pause_at = GW_PAUSE_AT, .at_least = GW_PAUSE_AT_LEAST};
	if (gw_letters_read(&letters, &draft->source.letters, err) != GW_OK)
		return err->status;
	if (draft->bare && (draft->streams == NULL || draft->streams->count == 0))
		return GW_OK;
	if (draft->streams == NULL)
		return gw_yaml_fail(root, err, _("\"%s\" is missing; expected %s"), "streams",
				    _(streams_help));
	return gw_streams_read(&draft->source, draft->streams, err);
}

/* What is relative begins at the folder of songma.yaml. */
static enum gw_status
take_paths(struct draft *draft, const struct gw_config *config, const struct gw_yaml *root,
	   struct gw_error *err)
{
	struct gw_source *source = &draft->source;

	source->path = strdup(root->file);
	if (draft->file != NULL)
		source->connection_file = gw_path_absolute(config->path, draft->file);
	if (draft->folder != NULL)
		source->folder = gw_path_absolute(config->path, draft->folder);
	if (source->path == NULL || (draft->file != NULL && source->connection_file == NULL) ||
	    (draft->folder != NULL && source->folder == NULL))
		return gw_fail_memory(err);
	source->at = gw_place_of(source, root);
	return GW_OK;
}

static enum gw_status
read_root(struct draft *draft, const struct gw_config *config, const char *name,
	  const struct gw_yaml *root, struct gw_error *err)
{
	struct gw_source *source = &draft->source;
	struct gw_yaml codes, schedule, limits;

	if (gw_yaml_no_secrets(root, err) != GW_OK || gw_yaml_no_connection(root, err) != GW_OK ||
	    gw_yaml_options(root, root_options, draft, err) != GW_OK ||
	    check_root(root, name, draft, err) != GW_OK ||
	    take_paths(draft, config, root, err) != GW_OK)
		return err->status;
	codes = gw_yaml_section(root, draft->codes);
	schedule = gw_yaml_section(root, draft->schedule);
	limits = gw_yaml_section(root, draft->limits);
	if (gw_codes_option_read(source, &codes, err) != GW_OK ||
	    gw_schedule_read(source, &schedule, err) != GW_OK ||
	    gw_limits_read(source, &limits, err) != GW_OK)
		return err->status;
	return read_streams(draft, root, err);
}

static enum gw_status
build(const struct gw_config *config, const char *name, const struct gw_yaml *root, bool bare,
      struct gw_source **out, struct gw_error *err)
{
	struct gw_source *source = malloc(sizeof *source);
	struct draft draft = {.bare = bare};
	enum gw_status status;

	if (source == NULL)
		return gw_fail_memory(err);
	status = read_root(&draft, config, name, root, err);
	free(draft.file);
	free(draft.folder);
	if (status != GW_OK) {
		source_release(&draft.source);
		free(source);
		return status;
	}
	*source = draft.source;
	*out = source;
	return GW_OK;
}

enum gw_status
gw_source_build(const struct gw_config *config, const char *name, const struct gw_yaml *root,
		struct gw_source **out, struct gw_error *err)
{
	return build(config, name, root, false, out, err);
}

/* There is no such file: the nearest name and all that there are. */
static enum gw_status
unknown_source(const struct gw_config *config, const char *name, struct gw_error *err)
{
	struct gw_nearest nearest;
	struct gw_buf known;
	char **names = NULL;
	size_t count = 0;

	if (gw_source_list(config, &names, &count, err) != GW_OK)
		return err->status;
	gw_buf_init(&known, sizeof err->text / 2);
	gw_nearest_init(&nearest, name);
	for (size_t i = 0; i < count; i++) {
		gw_buf_printf(&known, "%s%s", i == 0 ? "" : ", ", names[i]);
		gw_nearest_try(&nearest, names[i]);
	}
	if (count == 0)
		(void)gw_fail(
			err, GW_CONFIG,
			_("there is no source \"%.60s\": %s has no file yet that ends in .yaml"),
			name, gw_path_shown(config->sources_dir));
	else if (nearest.best != NULL)
		(void)gw_fail(
			err, GW_CONFIG,
			_("there is no source \"%.60s\" in %s; did you mean \"%s\"? Known: %s"),
			name, gw_path_shown(config->sources_dir), nearest.best, known.data);
	else
		(void)gw_fail(err, GW_CONFIG, _("there is no source \"%.60s\" in %s. Known: %s"),
			      name, gw_path_shown(config->sources_dir),
			      known.data == NULL ? "" : known.data);
	gw_buf_release(&known);
	gw_names_free(names, count);
	return err->status;
}

static enum gw_status
read_file(const struct gw_config *config, const char *name, bool bare, struct gw_source **out,
	  struct gw_error *err)
{
	struct gw_yaml_doc *doc = NULL;
	enum gw_status status;
	char file[GW_NAME_MAX + sizeof ".yaml"];
	char *path;

	/* Checked before a path is made of it, for it may come from a command line. */
	if (!gw_source_name_ok(name))
		return unknown_source(config, name, err);
	(void)stpcpy(stpcpy(file, name), ".yaml");
	path = gw_path_join(config->sources_dir, file);
	if (path == NULL)
		return gw_fail_memory(err);
	if (access(path, F_OK) != 0 && errno == ENOENT)
		status = unknown_source(config, name, err);
	else
		status = gw_yaml_read(path, &doc, err);
	if (status == GW_OK)
		status = build(config, name, gw_yaml_root(doc), bare, out, err);
	gw_yaml_free(doc);
	free(path);
	return status;
}

enum gw_status
gw_source_read(const struct gw_config *config, const char *name, struct gw_source **out,
	       struct gw_error *err)
{
	return read_file(config, name, false, out, err);
}

enum gw_status
gw_source_read_bare(const struct gw_config *config, const char *name, struct gw_source **out,
		    struct gw_error *err)
{
	return read_file(config, name, true, out, err);
}
