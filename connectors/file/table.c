#include "file/table.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#define XXH_STATIC_LINKING_ONLY /* a state that is no allocation */
#include <xxhash.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/header.h"

#define NONE ((size_t)-1)

enum {
	HEADER_MEMORY = 16 << 20,
	ROW_MEMORY = GW_SHEET_ROW + (8 << 20),
	KEY_MAX = 8,
	FOOT_CELLS = 2, /* of a row without a key that is none of the table's */
	NUMBERS_LEAST = 3,
};

/* The sheet takes a descriptor that stays its caller's. */
struct opened {
	struct gw_drop_table table;
	int fd;
};

uint64_t
gw_drop_table_mark(const struct gw_stream *stream)
{
	XXH3_state_t state;

	XXH3_INITSTATE(&state);
	(void)XXH3_64bits_reset(&state);
	(void)XXH3_64bits_update(&state, &stream->nkey, sizeof stream->nkey);
	for (size_t i = 0; i < stream->nkey; i++)
		(void)XXH3_64bits_update(&state, stream->key[i], strlen(stream->key[i]) + 1);
	if (stream->sheet != NULL)
		(void)XXH3_64bits_update(&state, stream->sheet, strlen(stream->sheet) + 1);
	return XXH3_64bits_digest(&state);
}

uint64_t
gw_drop_table_shape(const struct gw_stream *stream)
{
	uint64_t mark = gw_drop_table_mark(stream);

	return XXH3_64bits_withSeed(
		stream->table, strlen(stream->table) + 1,
		XXH3_64bits_withSeed(&stream->header_row, sizeof stream->header_row, mark));
}

/* ---- header --------------------------------------------------------------------------------- */

static enum gw_status
next_row(struct gw_drop_table *table, struct gw_sheet_row *row, bool *more, struct gw_error *err)
{
	gw_arena_reset(&table->row_arena);
	return gw_sheet_next(table->sheet, &table->row_arena, row, more, err);
}

/* Those that have to be there. */
static enum gw_status
wanted_names(struct gw_drop_table *table, const char ***names, size_t **places, size_t *count,
	     struct gw_error *err)
{
	const struct gw_table_spec *spec = &table->spec;
	size_t n = 0;

	*names = gw_arena_alloc(&table->arena, (spec->ncolumns + 1) * sizeof **names);
	*places = gw_arena_alloc(&table->arena, (spec->ncolumns + 1) * sizeof **places);
	if (*names == NULL || *places == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < spec->ncolumns; i++) {
		bool is_key = false;

		for (size_t k = 0; k < spec->stream->nkey; k++)
			is_key = is_key || table->key[k] == i;
		if (spec->keys_only && !is_key)
			continue;
		(*names)[n] = spec->columns[i];
		(*places)[n++] = i;
	}
	*count = n;
	return GW_OK;
}

static enum gw_status
search_header(struct gw_drop_table *table, struct gw_header_search *search, struct gw_error *err)
{
	int64_t fixed = table->spec.stream->header_row;
	int64_t last = fixed > 0 ? fixed : GW_HEADER_LOOK;
	struct gw_sheet_row row = {.number = 0};
	bool more = true, found = false;

	while (row.number < last) {
		if (next_row(table, &row, &more, err) != GW_OK)
			return err->status;
		if (!more || row.number > last)
			break;
		if (gw_header_try(search, &row, &found, err) != GW_OK)
			return err->status;
		/* A row before the one that is given may have the names too. */
		if (row.number < fixed) {
			search->best = 0;
			continue;
		}
		if (found) {
			table->header = row.number;
			return GW_OK;
		}
	}
	return gw_header_fail(search, err);
}

static enum gw_status
find_header(struct gw_drop_table *table, struct gw_error *err)
{
	struct gw_header_search *search = gw_arena_zalloc(&table->arena, sizeof *search);
	const char **names;
	size_t *places;

	if (search == NULL)
		return gw_fail_memory(err);
	search->arena = &table->arena;
	search->sheet = table->sheet;
	if (wanted_names(table, &names, &places, &search->nwanted, err) != GW_OK)
		return err->status;
	search->wanted = names;
	if (gw_header_begin(search, err) != GW_OK || search_header(table, search, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < search->nwanted; i++)
		table->at[places[i]] = search->at[i];
	table->below_header = true;
	return GW_OK;
}

/* ---- opening -------------------------------------------------------------------------------- */

static enum gw_status
find_key(struct gw_drop_table *table, struct gw_error *err)
{
	const struct gw_table_spec *spec = &table->spec;

	for (size_t k = 0; k < spec->stream->nkey; k++) {
		size_t i = 0;

		while (i < spec->ncolumns && strcmp(spec->columns[i], spec->stream->key[k]) != 0)
			i++;
		if (i == spec->ncolumns)
			return gw_place_fail(&spec->stream->key_at, err,
					     _("the column \"%s\" of the key feeds no field"),
					     spec->stream->key[k]);
		table->key[k] = i;
	}
	return GW_OK;
}

static enum gw_status
prepare(struct gw_drop_table *table, struct gw_error *err)
{
	size_t n = table->spec.ncolumns + 1;

	table->at = gw_arena_alloc(&table->arena, n * sizeof *table->at);
	table->key =
		gw_arena_zalloc(&table->arena, (table->spec.stream->nkey + 1) * sizeof *table->key);
	table->values = gw_arena_zalloc(&table->arena, n * sizeof *table->values);
	if (table->at == NULL || table->key == NULL || table->values == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < n; i++)
		table->at[i] = NONE;
	return find_key(table, err);
}

enum gw_status
gw_drop_table_open(int fd, const struct gw_table_spec *spec, struct gw_drop_table **out,
		   struct gw_error *err)
{
	const struct gw_sheet_options options = {.sheet = spec->stream->sheet,
						 .scratch = spec->scratch};
	struct opened *opened = calloc(1, sizeof *opened);
	struct gw_drop_table *table;
	enum gw_status status;

	if (opened == NULL) {
		(void)close(fd);
		return gw_fail_memory(err);
	}
	table = &opened->table;
	opened->fd = fd;
	table->spec = *spec;
	gw_arena_init(&table->arena, HEADER_MEMORY);
	gw_arena_init(&table->row_arena, ROW_MEMORY);
	status = prepare(table, err);
	if (status == GW_OK)
		status = gw_sheet_open(fd, &options, &table->sheet, err);
	if (status == GW_OK)
		status = find_header(table, err);
	if (status != GW_OK) {
		gw_drop_table_close(table);
		return status;
	}
	*out = table;
	return GW_OK;
}

void
gw_drop_table_close(struct gw_drop_table *table)
{
	struct opened *opened = (struct opened *)table;

	if (table == NULL)
		return;
	gw_sheet_close(table->sheet);
	(void)close(opened->fd);
	gw_arena_release(&table->arena);
	gw_arena_release(&table->row_arena);
	free(opened);
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void
take_cells(struct gw_drop_table *table, const struct gw_sheet_row *row)
{
	const struct gw_table_spec *spec = &table->spec;

	for (size_t i = 0; i < spec->ncolumns; i++) {
		struct gw_value *to = &table->values[i];

		*to = table->at[i] < row->ncells ? row->cells[table->at[i]]
						 : (struct gw_value){.kind = GW_NULL};
		if (to->kind == GW_TIMESTAMP && spec->zone != NULL)
			to->as.integer = gw_zone_utc(spec->zone, to->as.integer);
	}
	table->number = row->number;
}

static bool
is_empty(const struct gw_value *cell)
{
	const char *text = cell->as.text;
	uint32_t len = cell->len;

	if (cell->kind == GW_NULL)
		return true;
	if (cell->kind != GW_TEXT)
		return false;
	while (len > 0 && (*text == ' ' || *text == '\t')) {
		text++;
		len--;
	}
	return len == 0;
}

static size_t
filled(const struct gw_sheet_row *row)
{
	size_t n = 0;

	for (size_t c = 0; c < row->ncells; c++)
		n += !is_empty(&row->cells[c]);
	return n;
}

static bool
has_key(const struct gw_drop_table *table)
{
	bool any = false;

	for (size_t k = 0; k < table->spec.stream->nkey; k++)
		any = any || !is_empty(&table->values[table->key[k]]);
	return any;
}

/* The names of the key's columns in place of a key. */
static bool
is_header_again(struct gw_drop_table *table)
{
	bool failed = false;

	for (size_t k = 0; k < table->spec.stream->nkey; k++) {
		const char *name =
			gw_header_name(&table->values[table->key[k]], &table->row_arena, &failed);

		if (name == NULL || strcmp(name, table->spec.columns[table->key[k]]) != 0)
			return false;
	}
	return true;
}

/* 7 of "7" and of "(7)"; -1: neither. */
static int64_t
number_of(const struct gw_value *cell)
{
	const char *text = cell->as.text;
	size_t len = cell->len;
	int64_t n;

	if (cell->kind == GW_INT)
		return cell->as.integer;
	if (cell->kind != GW_TEXT)
		return -1;
	if (len > 2 && text[0] == '(' && text[len - 1] == ')') {
		text++;
		len -= 2;
	}
	return len <= 4 && gw_parse_i64(text, len, &n) ? n : -1;
}

static bool
is_numbering(const struct gw_sheet_row *row)
{
	int64_t next = 1;

	for (size_t c = 0; c < row->ncells; c++) {
		if (is_empty(&row->cells[c]))
			continue;
		if (number_of(&row->cells[c]) != next)
			return false;
		next++;
	}
	return next > NUMBERS_LEAST;
}

static bool
is_no_row(struct gw_drop_table *table, const struct gw_sheet_row *row)
{
	size_t cells = filled(row);

	if (cells == 0)
		return true;
	if (table->below_header && is_numbering(row))
		return true;
	if (!has_key(table))
		return cells <= FOOT_CELLS;
	return is_header_again(table);
}

enum gw_status
gw_drop_table_next(struct gw_drop_table *table, bool *more, struct gw_error *err)
{
	struct gw_sheet_row row;

	for (;;) {
		bool empty;

		if (next_row(table, &row, more, err) != GW_OK)
			return err->status;
		if (!*more)
			return GW_OK;
		take_cells(table, &row);
		if (!is_no_row(table, &row)) {
			table->below_header = false;
			return GW_OK;
		}
		empty = filled(&row) == 0;
		table->below_header = table->below_header && empty;
		table->skipped += !empty;
	}
}

bool
gw_drop_table_key(const struct gw_drop_table *table, struct gw_keyhash *out)
{
	struct gw_value key[KEY_MAX];
	size_t n = table->spec.stream->nkey;

	if (n == 0 || n > KEY_MAX)
		return false;
	for (size_t k = 0; k < n; k++)
		key[k] = table->values[table->key[k]];
	return gw_keyhash_of(key, n, out);
}
