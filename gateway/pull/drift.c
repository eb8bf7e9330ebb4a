#include "pull/drift.h"

#include <stdio.h>
#include <string.h>
#include <xxhash.h>

#include "base/i18n.h"
#include "base/text.h"

enum { CATALOG_MAX = 4 * 1024 * 1024 };

#define STOP GW_THEN_STOP
#define REJECT GW_THEN_REJECT
#define DROP GW_THEN_DISCARD
#define FILL GW_THEN_FILL
#define GO GW_THEN_GO_ON

/* In the order of enum gw_drift: freeze, evolve, discard_row, discard_value.  said: behind the
   column, its type and, where it has another one, that one. */
static const struct {
	enum gw_change_then then[GW_DRIFT_DISCARD_VALUE + 1];
	const char *said;
} table_of_changes[GW_CHANGES] = {
	[GW_CHANGE_GONE] = {{STOP, FILL, REJECT, DROP}, N_("is gone")},
	[GW_CHANGE_REQUIRED_GONE] = {{STOP, STOP, REJECT, REJECT},
				     N_("is gone, and its field can't do without")},
	[GW_CHANGE_KEY_GONE] = {{STOP, STOP, STOP, STOP},
				N_("is gone, and it is of the key or the cursor")},
	[GW_CHANGE_TYPE] = {{STOP, GO, GO, DROP}, N_("has the type")},
	[GW_CHANGE_UNREADABLE] = {{STOP, STOP, REJECT, DROP}, N_("has a type that can't be read:")},
	[GW_CHANGE_NULLABLE] = {{GO, GO, GO, GO}, N_("may be empty now, and its field may not")},
	[GW_CHANGE_NEW] = {{GO, GO, GO, GO}, N_("is new")},
	[GW_CHANGE_BACK] = {{GO, GO, GO, GO}, N_("is there again")},
	[GW_CHANGE_VALUE] = {{REJECT, REJECT, REJECT, DROP}, ""},
};

enum gw_change_then
gw_change_then(enum gw_change_kind kind, enum gw_drift policy)
{
	return table_of_changes[kind].then[policy];
}

/* What the states of a catalogue are about: which column feeds what, and through which rules. */
static uint64_t
basis_of(const struct gw_stream *stream)
{
	uint64_t basis = XXH3_64bits(stream->schema, strlen(stream->schema));

	for (size_t i = 0; i < stream->nfields; i++) {
		const struct gw_field_map *map = &stream->fields[i];
		const char *column = map->column == NULL ? "" : map->column;

		basis = XXH3_64bits_withSeed(map->field, strlen(map->field) + 1, basis);
		basis = XXH3_64bits_withSeed(column, strlen(column) + 1, basis);
		for (size_t r = 0; r < map->nrules; r++)
			basis = XXH3_64bits_withSeed(map->rules[r].name,
						     strlen(map->rules[r].name) + 1, basis);
	}
	return basis;
}

static bool
is_among(const char *name, char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static bool
is_mapped(const struct gw_stream_plan *plan, const char *name)
{
	size_t count;
	const char *const *columns = gw_mapping_columns(plan->mapping, &count);

	for (size_t i = 0; i < count; i++)
		if (strcmp(columns[i], name) == 0)
			return true;
	return false;
}

/* The key may be one that only the source names. */
static bool
is_key(const struct gw_stream_plan *plan, const char *name)
{
	const struct gw_stream *stream = plan->stream;
	size_t count, at;
	const char *const *columns = gw_mapping_columns(plan->mapping, &count);

	for (size_t part = 0; (at = gw_mapping_key_column(plan->mapping, part)) < count; part++)
		if (strcmp(columns[at], name) == 0)
			return true;
	return is_among(name, stream->key, stream->nkey) ||
	       is_among(name, stream->cursor, stream->ncursor);
}

static bool
is_used(const struct gw_stream_plan *plan, const char *name)
{
	return is_mapped(plan, name) || is_key(plan, name);
}

/* A field that it feeds has neither null nor a default. */
static bool
is_required(const struct gw_stream_plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->stream->nfields; i++) {
		const struct gw_field_map *map = &plan->stream->fields[i];
		int at = gw_schema_find(plan->schema, map->field);
		const struct gw_schema_field *field = at < 0 ? NULL : &plan->schema->fields[at];

		if (map->column != NULL && strcmp(map->column, name) == 0 && field != NULL &&
		    !field->nullable && !field->has_default)
			return true;
	}
	return false;
}

static const struct gw_column *
find_column(const struct gw_table *table, const char *name)
{
	for (size_t i = 0; i < table->ncolumns; i++)
		if (strcmp(table->columns[i].name, name) == 0)
			return &table->columns[i];
	return NULL;
}

/* Tables keep the order of their columns: the one at the same place is looked at first. */
static const struct gw_catalog_column *
find_near(const struct gw_catalog *catalog, size_t at, const char *name)
{
	if (at < catalog->ncolumns && strcmp(catalog->columns[at].name, name) == 0)
		return &catalog->columns[at];
	return gw_catalog_find(catalog, name);
}

struct comparing {
	const struct gw_stream_plan *plan;
	struct gw_changes out;
};

static void
note(struct comparing *c, enum gw_change_kind kind, const struct gw_catalog_column *was,
     const struct gw_column *is)
{
	const char *name = is != NULL ? is->name : "";

	if (was != NULL)
		name = was->name;
	c->out.list[c->out.count++] = (struct gw_change){
		.kind = kind,
		.then = gw_change_then(kind, (enum gw_drift)c->plan->stream->drift),
		.known = was != NULL && was->state == GW_COLUMN_GONE && kind != GW_CHANGE_BACK,
		.column = name,
		.was = was != NULL ? was->type : NULL,
		.is = is != NULL ? is->type : NULL,
	};
}

/* A mapped column that the table has, and had. */
static void
compare_mapped(struct comparing *c, const struct gw_catalog_column *was, const struct gw_column *is)
{
	bool unreadable = is->kind == GW_UNHELD;

	if (unreadable && strcmp(was->type, is->type) != 0)
		note(c, GW_CHANGE_UNREADABLE, was, is);
	else if (unreadable)
		return;
	else if (was->state == GW_COLUMN_GONE)
		note(c, GW_CHANGE_BACK, was, is);
	else if (strcmp(was->type, is->type) != 0)
		note(c, GW_CHANGE_TYPE, was, is);
	else if (is->nullable && !was->nullable && is_required(c->plan, is->name))
		note(c, GW_CHANGE_NULLABLE, was, is);
}

/* A column that the table has; a mapped one that the catalogue (was NULL) does not know was mapped
   just now. */
static void
compare_column(struct comparing *c, const struct gw_catalog_column *was, const struct gw_column *is)
{
	bool used = is_used(c->plan, is->name);

	if (was == NULL && !used)
		note(c, GW_CHANGE_NEW, NULL, is);
	else if (was != NULL && used)
		compare_mapped(c, was, is);
}

static void
compare_missing(struct comparing *c, const struct gw_catalog_column *was)
{
	if (!is_used(c->plan, was->name))
		return;
	if (is_key(c->plan, was->name))
		note(c, GW_CHANGE_KEY_GONE, was, NULL);
	else if (is_required(c->plan, was->name))
		note(c, GW_CHANGE_REQUIRED_GONE, was, NULL);
	else
		note(c, GW_CHANGE_GONE, was, NULL);
}

/* Whether the catalogue says anything about this table. */
static bool
is_of(const struct gw_catalog *catalog, const struct gw_stream_plan *plan)
{
	return catalog->ncolumns > 0 && strcmp(catalog->table, plan->stream->table) == 0;
}

enum gw_status
gw_drift_compare(const struct gw_catalog *catalog, const struct gw_table *table,
		 const struct gw_stream_plan *plan, struct gw_arena *arena, struct gw_changes *out,
		 struct gw_error *err)
{
	struct comparing c = {.plan = plan};

	*out = (struct gw_changes){0};
	if (!is_of(catalog, plan))
		return GW_OK;
	c.out.list = gw_arena_alloc(arena,
				    (catalog->ncolumns + table->ncolumns + 1) * sizeof *c.out.list);
	if (c.out.list == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < table->ncolumns; i++)
		compare_column(&c, find_near(catalog, i, table->columns[i].name),
			       &table->columns[i]);
	for (size_t i = 0; i < catalog->ncolumns; i++)
		if (find_column(table, catalog->columns[i].name) == NULL)
			compare_missing(&c, &catalog->columns[i]);
	*out = c.out;
	return GW_OK;
}

/* ---- what is remembered -------------------------------------------------------------------- */

static bool
add(struct gw_catalog *to, const struct gw_catalog_column *column)
{
	struct gw_catalog_column *at = &to->columns[to->ncolumns];

	/* A name that is no text can't be written down. */
	if (!gw_utf8_valid(column->name, strlen(column->name)) ||
	    !gw_utf8_valid(column->type, strlen(column->type)))
		return true;
	*at = *column;
	at->name = gw_arena_copy(&to->arena, column->name, strlen(column->name));
	at->type = gw_arena_copy(&to->arena, column->type, strlen(column->type));
	to->ncolumns++;
	return at->name != NULL && at->type != NULL;
}

/* A column that is there, as it is remembered. */
static bool
learn_column(struct gw_catalog *to, const struct gw_stream_plan *plan,
	     const struct gw_catalog_column *was, const struct gw_column *is, int64_t now_us)
{
	struct gw_catalog_column column = {
		.name = is->name, .type = is->type, .nullable = is->nullable};
	bool other = was != NULL && strcmp(was->type, is->type) != 0;

	if (was == NULL || !is_mapped(plan, is->name))
		return add(to, &column);
	if (is->kind == GW_UNHELD && other) {
		column.type = was->type;
		column.state = GW_COLUMN_GONE;
	} else if (other || was->state == GW_COLUMN_CHANGED) {
		column.state = GW_COLUMN_CHANGED;
	}
	if (column.state != GW_COLUMN_THERE)
		column.since_us = was->state == column.state ? was->since_us : now_us;
	return add(to, &column);
}

static bool
learn_missing(struct gw_catalog *to, const struct gw_stream_plan *plan,
	      const struct gw_catalog_column *was, int64_t now_us)
{
	struct gw_catalog_column column = *was;

	if (!is_used(plan, was->name))
		return true;
	column.state = GW_COLUMN_GONE;
	if (was->state != GW_COLUMN_GONE)
		column.since_us = now_us;
	return add(to, &column);
}

/* What was said of another mapping says nothing about this one, but that a column is gone. */
static struct gw_catalog_column
as_known(const struct gw_catalog *catalog, uint64_t basis, const struct gw_catalog_column *was)
{
	struct gw_catalog_column column = *was;

	if (catalog->mapping != basis && column.state == GW_COLUMN_CHANGED)
		column.state = GW_COLUMN_THERE;
	return column;
}

static bool
learn_all(const struct gw_catalog *catalog, const struct gw_table *table,
	  const struct gw_stream_plan *plan, int64_t now_us, struct gw_catalog *to)
{
	size_t known = is_of(catalog, plan) ? catalog->ncolumns : 0;
	bool good = true;

	to->mapping = basis_of(plan->stream);
	to->table = gw_arena_copy(&to->arena, plan->stream->table, strlen(plan->stream->table));
	to->columns =
		gw_arena_zalloc(&to->arena, (known + table->ncolumns + 1) * sizeof *to->columns);
	if (to->table == NULL || to->columns == NULL)
		return false;
	for (size_t i = 0; good && i < table->ncolumns; i++) {
		const struct gw_catalog_column *was =
			known == 0 ? NULL : find_near(catalog, i, table->columns[i].name);
		struct gw_catalog_column column = {.name = NULL};

		if (was != NULL)
			column = as_known(catalog, to->mapping, was);
		good = learn_column(to, plan, was == NULL ? NULL : &column, &table->columns[i],
				    now_us);
	}
	for (size_t i = 0; good && i < known; i++)
		if (find_column(table, catalog->columns[i].name) == NULL)
			good = learn_missing(to, plan, &catalog->columns[i], now_us);
	return good;
}

enum gw_status
gw_drift_learn(const struct gw_catalog *catalog, const struct gw_table *table,
	       const struct gw_stream_plan *plan, int64_t now_us, struct gw_catalog *out,
	       struct gw_error *err)
{
	struct gw_catalog made = {.ncolumns = 0};

	gw_arena_init(&made.arena, CATALOG_MAX);
	(void)snprintf(made.stream, sizeof made.stream, "%s", plan->stream->name);
	if (!learn_all(catalog, table, plan, now_us, &made)) {
		gw_catalog_release(&made);
		return gw_fail_memory(err);
	}
	*out = made;
	return GW_OK;
}

/* ---- what is said -------------------------------------------------------------------------- */

static void
say_one(const struct gw_change *change, char *out, size_t size)
{
	const char *said = _(table_of_changes[change->kind].said);

	if (change->kind == GW_CHANGE_TYPE || change->kind == GW_CHANGE_UNREADABLE)
		(void)snprintf(out, size, _("column %s, which was %s, %s %s now"), change->column,
			       change->was, said, change->is);
	else
		(void)snprintf(out, size, _("column %s (%s) %s"), change->column,
			       change->is != NULL ? change->is : change->was, said);
}

void
gw_drift_say(const struct gw_change *changes, size_t count, bool stops, char *out, size_t size)
{
	char one[300];
	size_t len = 0;

	out[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		int wrote;

		if (stops ? changes[i].then != GW_THEN_STOP : changes[i].known)
			continue;
		say_one(&changes[i], one, sizeof one);
		wrote = snprintf(out + len, size - len, "%s%s", len == 0 ? "" : "; ", one);
		if (wrote < 0 || (size_t)wrote >= size - len) {
			len = size - 1;
			break;
		}
		len += (size_t)wrote;
	}
	while (len > 0 && !gw_utf8_valid(out, len))
		len--;
	out[len] = '\0';
}
