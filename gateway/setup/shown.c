#include "setup/shown.h"

#include <string.h>

#include "setup/meaning.h"

/* Its value is a small part of what it was made of. */
static bool
tells_little(const struct gw_field_map *map)
{
	for (size_t i = 0; i < map->nrules; i++)
		if (strcmp(map->rules[i].name, "address") == 0)
			return true;
	return false;
}

/* Of a name that says nothing the schema knows better. */
static bool
sounds_personal(const char *column)
{
	enum gw_meaning meaning;
	struct gw_words words;

	gw_words(column, &words);
	meaning = gw_meaning_of_name(&words, GW_NULL);
	return meaning != GW_MEANS_UNKNOWN && gw_meaning_personal(meaning);
}

enum gw_privacy
gw_shown_as(const struct gw_stream *stream, const struct gw_schema *schema, const char *column)
{
	enum gw_privacy strictest = GW_PUBLIC;

	for (size_t i = 0; i < stream->nfields; i++) {
		const struct gw_field_map *map = &stream->fields[i];
		int at = gw_schema_find(schema, map->field);

		if (map->column == NULL || strcmp(map->column, column) != 0 || at < 0)
			continue;
		if (schema->fields[at].privacy > strictest)
			strictest = schema->fields[at].privacy;
		if (tells_little(map))
			strictest = GW_SENSITIVE;
	}
	return strictest == GW_PUBLIC && sounds_personal(column) ? GW_SENSITIVE : strictest;
}
