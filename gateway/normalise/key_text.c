/*
 * The canonical key of a row of which only the key is known, as text.
 */
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "normalise/mapping.h"

bool
gw_key_is_public(const struct gw_mapping *mapping)
{
	for (size_t i = 0; i < mapping->nkey; i++)
		if (mapping->plans[mapping->key[i]].field->privacy != GW_PUBLIC)
			return false;
	return mapping->nkey > 0;
}

/* What a field takes as it is; GW_NULL where rules make it of what they find. */
static enum gw_kind
kind_of(const struct gw_mapping *mapping, size_t column)
{
	for (size_t i = 0; i < mapping->nkey; i++)
		if (mapping->plans[mapping->key[i]].column == column)
			return mapping->plans[mapping->key[i]].as_is;
	return GW_NULL;
}

/* The text as the value that the source would give; a text where it can't be that. */
static struct gw_value
cell_of(const char *text, enum gw_kind kind)
{
	struct gw_value cell = {.kind = GW_TEXT, .len = (uint32_t)strlen(text), .as.text = text};
	int64_t n = 0;
	bool read = false;

	if (kind == GW_INT)
		read = gw_parse_i64(text, cell.len, &n);
	else if (kind == GW_DATE)
		read = gw_date_parse(text, cell.len, &n);
	else if (kind == GW_TIMESTAMP)
		read = gw_timestamp_parse(text, cell.len, &n);
	else if (kind == GW_DECIMAL)
		cell.kind = GW_DECIMAL;
	if (read)
		cell = (struct gw_value){.kind = kind, .as.integer = n};
	return cell;
}

/* The texts as cells of a row that has nothing else. */
static struct gw_value *
cells_of(const struct gw_mapping *mapping, const struct gw_keys *keys, struct gw_arena *arena)
{
	struct gw_value *cells = gw_arena_zalloc(arena, (mapping->ncolumns + 1) * sizeof *cells);

	for (size_t i = 0; cells != NULL && i < mapping->ncolumns; i++) {
		cells[i].kind = GW_NULL;
		for (size_t k = 0; k < keys->ncolumns; k++)
			if (strcmp(keys->columns[k], mapping->columns[i]) == 0 &&
			    keys->values[k] != NULL)
				cells[i] = cell_of(keys->values[k], kind_of(mapping, i));
	}
	return cells;
}

enum gw_status
gw_key_of_texts(const struct gw_mapping *mapping, const struct gw_keys *keys,
		struct gw_arena *arena, const char **out, struct gw_error *err)
{
	struct gw_row row = {
		.context = {.arena = arena, .zone = mapping->zone, .codes = mapping->codes}};
	struct gw_value *values =
		gw_arena_zalloc(arena, (mapping->schema->nfields + 1) * sizeof *values);
	char *key = gw_arena_alloc(arena, GW_KEY_MAX + 1);
	size_t len = 0;

	row.cells = cells_of(mapping, keys, arena);
	if (values == NULL || key == NULL || row.cells == NULL)
		return gw_fail_memory(err);
	if (mapping->nkey == 0)
		return gw_fail(err, GW_REJECT, "%s", _("the key of the stream is not known"));
	gw_row_map(mapping, &row);
	for (size_t i = 0; i < mapping->nkey; i++)
		if (gw_field_evaluate(mapping, mapping->key[i], &row, &values[mapping->key[i]],
				      err) != GW_OK)
			return err->status;
	if (gw_key_make(mapping, values, &row, key, &len, err) != GW_OK)
		return err->status;
	key[len] = '\0';
	*out = key;
	return GW_OK;
}
