#include "normalise/codes.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/i18n.h"
#include "normalise/code_table.h"
#include "normalise/commune.h"
#include "normalise/csv.h"
#include "normalise/place.h"

enum { TABLES_MAX = 256, ARENA_LIMIT = 256 * 1024 * 1024 };

struct tables {
	struct gw_code_list of[TABLES_MAX];
	size_t count;
};

struct gw_codes {
	struct gw_arena arena;
	struct tables lists, maps;
	struct gw_code_list levels; /* of units: id to level */
	struct gw_communes communes;
	const struct gw_area *areas;
	bool has_codes_of_units, has_lineage, has_former_names;
};

static const struct gw_code_list *
find_table(const struct tables *tables, const char *name)
{
	for (size_t i = 0; i < tables->count; i++)
		if (strcmp(tables->of[i].name, name) == 0)
			return &tables->of[i];
	return NULL;
}

static enum gw_status
add_table(struct gw_codes *codes, struct tables *tables, const char *name, size_t len,
	  struct gw_code_list **out, struct gw_error *err)
{
	struct gw_code_list *table = &tables->of[tables->count];

	if (tables->count == TABLES_MAX)
		return gw_fail(err, GW_CONFIG, _("more than %d code lists"), TABLES_MAX);
	*table = (struct gw_code_list){.name = gw_arena_copy(&codes->arena, name, len),
				       .place = (uint32_t)tables->count};
	if (table->name == NULL)
		return gw_fail_memory(err);
	tables->count++;
	*out = table;
	return GW_OK;
}

/* The table of a map, made where it is new. */
static enum gw_status
map_table(struct gw_codes *codes, const char *map, struct gw_code_list **out, struct gw_error *err)
{
	for (size_t i = 0; i < codes->maps.count; i++) {
		if (strcmp(codes->maps.of[i].name, map) != 0)
			continue;
		*out = &codes->maps.of[i];
		return GW_OK;
	}
	return add_table(codes, &codes->maps, map, strlen(map), out, err);
}

/* What a file's rows are for; called for each row. */
typedef enum gw_status row_fn(struct gw_codes *codes, const struct gw_csv *csv, void *arg,
			      struct gw_error *err);

static enum gw_status
each_row(struct gw_codes *codes, struct gw_csv *csv, const char *path, row_fn *row, void *arg,
	 struct gw_error *err)
{
	bool more = true;

	for (;;) {
		if (gw_csv_next(csv, &more, err) != GW_OK)
			return err->status;
		if (!more)
			return GW_OK;
		if (row(codes, csv, arg, err) != GW_OK)
			return gw_wrap(err, "%s:%u", path, gw_csv_line(csv));
	}
}

/* The code of a row, which stands for itself once all spellings are read. */
struct own_code {
	const char *code; /* of the reader */
	unsigned line;
	struct own_code *next;
};

struct list_rows {
	struct gw_code_list *list;
	struct own_code *first, *last;
};

/* The spellings of one code mostly follow each other: it is kept once. */
static enum gw_status
keep_code(struct gw_codes *codes, const struct gw_csv *csv, struct list_rows *rows,
	  struct gw_error *err)
{
	const char *code = gw_csv_field(csv, 0);
	struct own_code *own;

	if (rows->last != NULL && strcmp(rows->last->code, code) == 0)
		return GW_OK;
	own = gw_arena_alloc(&codes->arena, sizeof *own);
	if (own == NULL)
		return gw_fail_memory(err);
	*own = (struct own_code){.code = code, .line = gw_csv_line(csv)};
	*(rows->last == NULL ? &rows->first : &rows->last->next) = own;
	rows->last = own;
	return GW_OK;
}

static enum gw_status
list_row(struct gw_codes *codes, const struct gw_csv *csv, void *arg, struct gw_error *err)
{
	struct list_rows *rows = arg;
	const char *code = gw_csv_field(csv, 0);

	if (code[0] == '\0')
		return gw_fail(err, GW_CONFIG, "%s", _("a row without a code"));
	if (keep_code(codes, csv, rows, err) != GW_OK)
		return err->status;
	return gw_code_add(rows->list, &codes->arena, gw_csv_field(csv, 1), code, err);
}

/*
 * A code stands for itself, so that a value may be looked up twice, unless the
 * list says that it is another system's code for something else.
 */
static enum gw_status
add_own_codes(struct gw_codes *codes, const struct list_rows *rows, const char *path,
	      struct gw_error *err)
{
	for (const struct own_code *own = rows->first; own != NULL; own = own->next)
		if (gw_code_find(rows->list, own->code, strlen(own->code)) == NULL &&
		    gw_code_add(rows->list, &codes->arena, own->code, own->code, err) != GW_OK)
			return gw_wrap(err, "%s:%u", path, own->line);
	return GW_OK;
}

/* Where the columns of a file about units are; looked up once. */
struct unit_columns {
	int id, level;                           /* unit.csv */
	int map, code, name, full, unit, parent; /* unit_code.csv */
	int old_map, old, new_map, new;          /* lineage.csv */
};

static struct unit_columns
locate(const struct gw_csv *csv)
{
	return (struct unit_columns){
		.id = gw_csv_column(csv, "id"),
		.level = gw_csv_column(csv, "level"),
		.map = gw_csv_column(csv, "map"),
		.code = gw_csv_column(csv, "code"),
		.name = gw_csv_column(csv, "name"),
		.full = gw_csv_column(csv, "full_name"),
		.unit = gw_csv_column(csv, "unit_id"),
		.parent = gw_csv_column(csv, "parent_code"),
		.old_map = gw_csv_column(csv, "old_map"),
		.old = gw_csv_column(csv, "old_code"),
		.new_map = gw_csv_column(csv, "new_map"),
		.new = gw_csv_column(csv, "new_code"),
	};
}

static enum gw_status
unit_row(struct gw_codes *codes, const struct gw_csv *csv, void *arg, struct gw_error *err)
{
	const struct unit_columns *at = arg;

	return gw_code_put(&codes->levels, &codes->arena, gw_csv_field(csv, at->id),
			   gw_csv_field(csv, at->level), err);
}

/* A district or a province: where communes are looked for by name. */
static enum gw_status
add_area(struct gw_codes *codes, const struct gw_csv *csv, const struct unit_columns *at,
	 const struct gw_code_list *map, struct gw_error *err)
{
	const int columns[] = {at->code, at->parent, at->name, at->full};
	const char *texts[4];
	struct gw_area *area = gw_arena_alloc(&codes->arena, sizeof *area);

	for (size_t i = 0; i < 4; i++) {
		const char *text = gw_csv_field(csv, columns[i]);

		texts[i] = gw_arena_copy(&codes->arena, text, strlen(text));
		if (area == NULL || texts[i] == NULL)
			return gw_fail_memory(err);
	}
	*area = (struct gw_area){.map = map,
				 .code = texts[0],
				 .parent = texts[1],
				 .name = texts[2],
				 .full_name = texts[3],
				 .next = codes->areas};
	codes->areas = area;
	return GW_OK;
}

/* A name that a district had before the one in unit_code.csv. */
static enum gw_status
former_name_row(struct gw_codes *codes, const struct gw_csv *csv, void *arg, struct gw_error *err)
{
	const struct gw_code_list *map =
		gw_codes_map(codes, gw_csv_field(csv, gw_csv_column(csv, "map")));

	return map == NULL ? GW_OK : add_area(codes, csv, arg, map, err);
}

static enum gw_status
unit_code_row(struct gw_codes *codes, const struct gw_csv *csv, void *arg, struct gw_error *err)
{
	const struct unit_columns *at = arg;
	const char *id = gw_csv_field(csv, at->unit), *code = gw_csv_field(csv, at->code);
	const char *level = gw_code_exact(&codes->levels, id, strlen(id));
	struct gw_commune_name name = {.name = gw_csv_field(csv, at->name),
				       .full_name = gw_csv_field(csv, at->full),
				       .parent = gw_csv_field(csv, at->parent)};
	struct gw_code_list *map = NULL;

	if (level == NULL)
		return gw_fail(err, GW_CONFIG, _("unit_id %s is not in unit.csv"), id);
	if (map_table(codes, gw_csv_field(csv, at->map), &map, err) != GW_OK)
		return err->status;
	if (strcmp(level, "commune") != 0)
		return add_area(codes, csv, at, map, err);
	if (gw_code_put(map, &codes->arena, code, code, err) != GW_OK)
		return err->status;
	codes->communes.named |= name.name[0] != '\0';
	return gw_commune_add(&codes->communes, &codes->arena, map,
			      gw_code_exact(map, code, strlen(code)), &name, err);
}

/* The commune that one end of a line of lineage.csv names; NULL: none of ours. */
static const struct gw_commune *
lineage_end(const struct gw_codes *codes, const struct gw_csv *csv, int map, const char *otherwise,
	    int code)
{
	const struct gw_code_list *list =
		gw_codes_map(codes, map < 0 ? otherwise : gw_csv_field(csv, map));

	return list == NULL ? NULL
			    : gw_commune_find(&codes->communes, list, gw_csv_field(csv, code));
}

/* Pairs without maps are of the change of 2025. */
static enum gw_status
lineage_row(struct gw_codes *codes, const struct gw_csv *csv, void *arg, struct gw_error *err)
{
	const struct unit_columns *at = arg;

	return gw_commune_inherit(&codes->communes, &codes->arena,
				  lineage_end(codes, csv, at->old_map, GW_MAP_BEFORE, at->old),
				  lineage_end(codes, csv, at->new_map, GW_MAP_AFTER, at->new), err);
}

static enum gw_status
require_columns(const struct gw_csv *csv, const char *path, const char *const *names,
		struct gw_error *err)
{
	for (; *names != NULL; names++)
		if (gw_csv_column(csv, *names) < 0)
			return gw_fail(err, GW_CONFIG, _("%s:1: has no column %s"), path, *names);
	return GW_OK;
}

static enum gw_status
read_units(struct gw_codes *codes, const char *dir, const char *name, row_fn *row,
	   const char *const *columns, struct gw_error *err)
{
	char *path = gw_path_join(dir, name);
	struct unit_columns at;
	struct gw_csv *csv = NULL;
	enum gw_status status;

	if (path == NULL)
		return gw_fail_memory(err);
	status = gw_csv_open(path, &csv, err);
	if (status == GW_OK)
		status = require_columns(csv, path, columns, err);
	if (status == GW_OK) {
		at = locate(csv);
		status = each_row(codes, csv, path, row, &at, err);
	}
	gw_csv_free(csv);
	free(path);
	return status;
}

/* Reads a file that is a code list: its header begins with code,synonym.  Others are not ours. */
static enum gw_status
read_list(struct gw_codes *codes, const char *dir, const char *name, struct gw_error *err)
{
	char *path = gw_path_join(dir, name);
	struct list_rows rows = {.list = NULL};
	struct gw_csv *csv = NULL;
	enum gw_status status;

	if (path == NULL)
		return gw_fail_memory(err);
	status = gw_csv_open(path, &csv, err);
	if (status == GW_OK && gw_csv_column(csv, "code") == 0 &&
	    gw_csv_column(csv, "synonym") == 1) {
		status = add_table(codes, &codes->lists, name, strlen(name) - strlen(".csv"),
				   &rows.list, err);
		if (status == GW_OK)
			status = each_row(codes, csv, path, list_row, &rows, err);
		if (status == GW_OK)
			status = add_own_codes(codes, &rows, path, err);
	}
	gw_csv_free(csv);
	free(path);
	return status;
}

static int
is_csv(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > 4 && strcmp(entry->d_name + len - 4, ".csv") == 0;
}

/* Files about units that are there: the codes need the units, the lineage needs the codes. */
static enum gw_status
read_communes(struct gw_codes *codes, const char *dir, struct gw_error *err)
{
	static const char *const unit_columns[] = {"id", "level", NULL};
	static const char *const code_columns[] = {"map", "code", "unit_id", NULL};
	static const char *const lineage_columns[] = {"old_code", "new_code", NULL};
	static const char *const former_columns[] = {"map", "code", "name", "full_name", NULL};

	if (!codes->has_codes_of_units)
		return GW_OK;
	if (read_units(codes, dir, "unit.csv", unit_row, unit_columns, err) != GW_OK ||
	    read_units(codes, dir, "unit_code.csv", unit_code_row, code_columns, err) != GW_OK)
		return err->status;
	gw_communes_sort(&codes->communes);
	if (codes->has_former_names && read_units(codes, dir, "unit_former_name.csv",
						  former_name_row, former_columns, err) != GW_OK)
		return err->status;
	return codes->has_lineage
		       ? read_units(codes, dir, "lineage.csv", lineage_row, lineage_columns, err)
		       : GW_OK;
}

/* Notes the files about units that are there: they are long, and no lists. */
static bool
is_of_units(struct gw_codes *codes, const char *name)
{
	bool code = strcmp(name, "unit_code.csv") == 0, lineage = strcmp(name, "lineage.csv") == 0;
	bool former = strcmp(name, "unit_former_name.csv") == 0;

	codes->has_codes_of_units |= code;
	codes->has_lineage |= lineage;
	codes->has_former_names |= former;
	return code || lineage || former || strcmp(name, "unit.csv") == 0;
}

static enum gw_status
read_dir(struct gw_codes *codes, const char *dir, struct gw_error *err)
{
	struct dirent **names = NULL;
	enum gw_status status = GW_OK;
	int n = scandir(dir, &names, is_csv, alphasort);

	if (n < 0)
		return gw_fail(err, GW_CONFIG, _("%s: the folder of code lists cannot be read: %s"),
			       dir, strerror(errno));
	for (int i = 0; i < n; i++) {
		bool of_units = is_of_units(codes, names[i]->d_name);

		if (status == GW_OK && !of_units)
			status = read_list(codes, dir, names[i]->d_name, err);
		free(names[i]);
	}
	free(names);
	return status == GW_OK ? read_communes(codes, dir, err) : status;
}

enum gw_status
gw_codes_read(const char *schemas_dir, struct gw_codes **out, struct gw_error *err)
{
	struct gw_codes *codes = calloc(1, sizeof *codes);
	char *dir = gw_path_join(schemas_dir, "codes");
	enum gw_status status;

	if (codes == NULL || dir == NULL) {
		free(codes);
		free(dir);
		return gw_fail_memory(err);
	}
	gw_arena_init(&codes->arena, ARENA_LIMIT);
	status = read_dir(codes, dir, err);
	free(dir);
	if (status == GW_OK)
		*out = codes;
	else
		gw_codes_free(codes);
	return status;
}

static void
release(struct tables *tables)
{
	for (size_t i = 0; i < tables->count; i++)
		gw_code_release(&tables->of[i]);
}

void
gw_codes_free(struct gw_codes *codes)
{
	if (codes == NULL)
		return;
	release(&codes->lists);
	release(&codes->maps);
	gw_code_release(&codes->levels);
	gw_communes_release(&codes->communes);
	gw_arena_release(&codes->arena);
	free(codes);
}

const struct gw_code_list *
gw_codes_list(const struct gw_codes *codes, const char *name)
{
	return find_table(&codes->lists, name);
}

const struct gw_code_list *
gw_codes_map(const struct gw_codes *codes, const char *map)
{
	return find_table(&codes->maps, map);
}

const struct gw_communes *
gw_codes_communes(const struct gw_codes *codes)
{
	return &codes->communes;
}

const struct gw_area *
gw_codes_areas(const struct gw_codes *codes)
{
	return codes->areas;
}

const struct gw_commune *
gw_codes_commune_elsewhere(const struct gw_codes *codes, const struct gw_code_list *map,
			   const char *code, struct gw_commune_text *text)
{
	for (size_t i = 0; i < codes->maps.count; i++) {
		const struct gw_commune *commune =
			gw_commune_find(&codes->communes, &codes->maps.of[i], code);

		if (&codes->maps.of[i] != map && commune != NULL && gw_commune_named(commune, text))
			return commune;
	}
	return NULL;
}

void
gw_codes_names(const struct gw_codes *codes, bool maps, struct gw_buf *out)
{
	const struct tables *tables = maps ? &codes->maps : &codes->lists;

	for (size_t i = 0; i < tables->count; i++)
		(void)gw_buf_printf(out, "%s%s", i == 0 ? "" : ", ", tables->of[i].name);
}
