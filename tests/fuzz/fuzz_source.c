/*
 * Any bytes as a source file: what is accepted keeps what later stages rest
 * on, and everything else is refused at a place of the file.
 */

#include "config/parts.h"
#include "fuzz.h"

static void
check_stream(const struct gw_source *source, const struct gw_stream *stream)
{
	static const size_t cursors[] = {0, 1, 1, 2};

	require(gw_source_stream(source, stream->name) == stream && stream->name[0] != '_');
	require(strchr(stream->table, '.') != NULL && strchr(stream->schema, '/') != NULL);
	require(strstr(stream->schema, "..") == NULL);
	require(stream->mode >= GW_MODE_BULK && stream->mode < GW_MODE_LOG);
	require(stream->ncursor == cursors[stream->mode] && stream->nfields > 0);
	require(stream->at.file == source->path && stream->table_at.line > 0);
	for (size_t i = 0; i < stream->nfields; i++) {
		const struct gw_field_map *map = &stream->fields[i];

		require((map->column == NULL) != (map->constant == NULL));
		require(map->constant == NULL || map->nrules == 0);
		for (size_t j = 0; j < map->nrules; j++)
			require(map->rules[j].name != NULL && map->rules[j].at.line > 0);
	}
}

static void
check_source(const struct gw_source *source)
{
	require(strcmp(source->name, "fuzz") == 0 && source->title != NULL);
	require((source->connection_file == NULL) != (source->connection_env == NULL));
	require(source->codes.map == NULL || source->codes.by == NULL);
	require((source->schedule.not_from_min < 0) == (source->schedule.not_to_min < 0));
	require(source->page_rows > 0 && source->rows_per_second >= 0 && source->nstreams > 0);
	for (size_t i = 0; i < source->nstreams; i++)
		check_stream(source, &source->streams[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[] = "/f/songma.yaml", dir[] = "/f";
	const struct gw_config config = {.path = path, .dir = dir, .sources_dir = dir};
	struct gw_source *source = NULL;
	struct gw_yaml_doc *doc = NULL;
	struct gw_error err = {0};

	if (gw_yaml_parse("/f/fuzz.yaml", (const char *)data, size, &doc, &err) != GW_OK)
		return 0;
	if (gw_source_build(&config, "fuzz", gw_yaml_root(doc), &source, &err) != GW_OK) {
		require(source == NULL);
		require_error(&err, GW_CONFIG, "", 0);
		require(strncmp(err.text, "/f/fuzz.yaml:", 13) == 0);
	} else {
		check_source(source);
	}
	gw_source_free(source);
	gw_yaml_free(doc);
	return 0;
}
