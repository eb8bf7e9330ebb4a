#include "kafka/catalog.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "kafka/json.h"

#define FORMAT "catalog/1"

enum { TEXT_MAX = 1024 * 1024, ARENA_MAX = 4 * 1024 * 1024, COLUMNS_MAX = 8192 };

static const char *const states[] = {
	[GW_COLUMN_THERE] = "there",
	[GW_COLUMN_GONE] = "gone",
	[GW_COLUMN_CHANGED] = "changed",
};

const struct gw_catalog_column *
gw_catalog_find(const struct gw_catalog *catalog, const char *name)
{
	for (size_t i = 0; i < catalog->ncolumns; i++)
		if (strcmp(catalog->columns[i].name, name) == 0)
			return &catalog->columns[i];
	return NULL;
}

void
gw_catalog_key(const char *stream, char out[GW_CATALOG_KEY_MAX])
{
	(void)snprintf(out, GW_CATALOG_KEY_MAX, GW_CATALOG_KEY "%s", stream);
}

void
gw_catalog_release(struct gw_catalog *catalog)
{
	gw_arena_release(&catalog->arena);
	*catalog = (struct gw_catalog){.ncolumns = 0};
}

/* NULL: no memory, or a name that is no text. */
static json_t *
column_new(const struct gw_catalog_column *column)
{
	if (column->state == GW_COLUMN_THERE)
		return json_pack("{s:s, s:s, s:b}", "name", column->name, "type", column->type,
				 "nullable", (int)column->nullable);
	return json_pack("{s:s, s:s, s:b, s:s, s:o}", "name", column->name, "type", column->type,
			 "nullable", (int)column->nullable, "state", states[column->state], "since",
			 gw_json_time_new(column->since_us));
}

enum gw_status
gw_catalog_encode(const struct gw_catalog *catalog, struct gw_buf *out, struct gw_error *err)
{
	json_t *columns = json_array();
	char mapping[17];

	(void)snprintf(mapping, sizeof mapping, "%016" PRIx64, catalog->mapping);
	for (size_t i = 0; i < catalog->ncolumns; i++)
		if (json_array_append_new(columns, column_new(&catalog->columns[i])) != 0) {
			json_decref(columns);
			return gw_fail_memory(err);
		}
	return gw_json_write(json_pack("{s:s, s:s, s:s, s:s, s:o}", "format", FORMAT, "stream",
				       catalog->stream, "table", catalog->table, "mapping", mapping,
				       "columns", columns),
			     out, err);
}

static bool
read_column(const json_t *value, struct gw_arena *arena, struct gw_catalog_column *out)
{
	size_t state = GW_COLUMN_THERE;

	if (!gw_json_optional(value, "name", arena, &out->name) || out->name == NULL ||
	    !gw_json_optional(value, "type", arena, &out->type) || out->type == NULL ||
	    !gw_json_bool(value, "nullable", &out->nullable))
		return false;
	if (json_object_get(value, "state") != NULL &&
	    (!gw_json_word(value, "state", states, sizeof states / sizeof states[0], &state) ||
	     !gw_json_time(value, "since", &out->since_us)))
		return false;
	out->state = (enum gw_column_state)state;
	return true;
}

static bool
read_columns(const json_t *root, struct gw_catalog *out)
{
	const json_t *columns = json_object_get(root, "columns");
	size_t count = json_array_size(columns);

	if (!json_is_array(columns) || count > COLUMNS_MAX)
		return false;
	out->columns = gw_arena_zalloc(&out->arena, (count + 1) * sizeof *out->columns);
	if (out->columns == NULL)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!read_column(json_array_get(columns, i), &out->arena, &out->columns[i]))
			return false;
	out->ncolumns = count;
	return true;
}

static bool
read_root(const json_t *root, struct gw_catalog *out)
{
	char format[16], mapping[17];
	unsigned char bytes[8];

	if (!gw_json_text(root, "format", format, sizeof format) || strcmp(format, FORMAT) != 0 ||
	    !gw_json_text(root, "stream", out->stream, sizeof out->stream) ||
	    !gw_json_optional(root, "table", &out->arena, &out->table) || out->table == NULL ||
	    !gw_json_text(root, "mapping", mapping, sizeof mapping) ||
	    !gw_hex_decode(mapping, strlen(mapping), bytes, sizeof bytes))
		return false;
	for (size_t i = 0; i < sizeof bytes; i++)
		out->mapping = out->mapping << 8 | bytes[i];
	return read_columns(root, out);
}

enum gw_status
gw_catalog_decode(const char *text, size_t len, struct gw_catalog *out, struct gw_error *err)
{
	struct gw_catalog catalog = {.ncolumns = 0};
	json_t *root = gw_json_parse(text, len, TEXT_MAX);
	bool good;

	gw_arena_init(&catalog.arena, ARENA_MAX);
	good = read_root(root, &catalog);
	json_decref(root);
	if (!good) {
		gw_catalog_release(&catalog);
		return gw_fail(err, GW_CONFIG, "%s",
			       _("this is not the description of a table that this program has "
				 "written"));
	}
	*out = catalog;
	return GW_OK;
}
