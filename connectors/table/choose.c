#include "table/choose.h"

#include <string.h>
#include <xxhash.h>

#include "base/i18n.h"
#include "table/refuse.h"

enum gw_status
gw_table_facts_init(struct gw_table_facts *facts, size_t ncolumns, struct gw_arena *arena,
		    struct gw_error *err)
{
	struct gw_column *columns = gw_arena_zalloc(arena, (ncolumns + 1) * sizeof *columns);
	unsigned *use = gw_arena_zalloc(arena, (ncolumns + 1) * sizeof *use);

	if (columns == NULL || use == NULL)
		return gw_fail_memory(err);
	*facts = (struct gw_table_facts){
		.told = {.columns = columns, .ncolumns = ncolumns},
		.use = use,
		.columns = columns,
	};
	return GW_OK;
}

void
gw_table_facts_put(struct gw_table_facts *facts, size_t i, const struct gw_column *column,
		   unsigned use)
{
	facts->columns[i] = *column;
	facts->use[i] = use;
	if (column->kind != GW_UNHELD && (use & GW_TABLE_READ) == 0)
		facts->columns[i].refusal = _("the account may not read this column");
}

/* ---- the choice -------------------------------------------------------------------------------
 */

struct choosing {
	const struct gw_table_facts *facts;
	const struct gw_request *request;
	const struct gw_stream *stream;
	struct gw_table_choice *out;
};

/* The column's number; ncolumns: there is none. */
static size_t
number_of(const struct gw_table *table, const char *name)
{
	size_t i = 0;

	while (i < table->ncolumns && strcmp(table->columns[i].name, name) != 0)
		i++;
	return i;
}

static enum gw_status
find_column(const struct choosing *c, const char *name, const struct gw_place *at, size_t *out,
	    struct gw_error *err)
{
	const struct gw_table_facts *facts = c->facts;

	*out = number_of(&facts->told, name);
	if (*out == facts->told.ncolumns) {
		(void)facts->words->no_column(&facts->told, name, true, err);
		return gw_table_fail_at(at, err);
	}
	if ((facts->use[*out] & GW_TABLE_READ) == 0)
		return gw_place_fail(at, err,
				     _("the account may not read the column %s of %s: it needs "
				       "GRANT SELECT (%s) ON %s"),
				     name, facts->told.name, name, facts->quoted);
	return GW_OK;
}

static enum gw_status
choose_read(const struct choosing *c, size_t *read, struct gw_error *err)
{
	for (size_t i = 0; i < c->request->ncolumns; i++) {
		const char *name = c->request->columns[i];
		const struct gw_place *at = gw_table_place_of(c->stream, name);
		const struct gw_column *column;

		if (find_column(c, name, at, &read[i], err) != GW_OK)
			return err->status;
		column = &c->facts->told.columns[read[i]];
		if (column->kind == GW_UNHELD)
			return gw_place_fail(
				at, err,
				_("the column %s of %s has the type %s: %s.  Read it through a "
				  "view that converts it"),
				name, c->facts->told.name, column->type, column->refusal);
	}
	c->out->read = read;
	c->out->nread = c->request->ncolumns;
	return GW_OK;
}

static enum gw_status
choose_cursor(const struct choosing *c, size_t i, unsigned use, struct gw_error *err)
{
	const struct gw_place *at = &c->stream->cursor_at;
	const struct gw_table *told = &c->facts->told;
	size_t column;

	if (find_column(c, c->stream->cursor[i], at, &column, err) != GW_OK)
		return err->status;
	if ((c->facts->use[column] & use) == 0) {
		(void)c->facts->words->no_cursor(told, &told->columns[column], use == GW_TABLE_TIME,
						 err);
		return gw_table_fail_at(at, err);
	}
	c->out->order[i] = column;
	c->out->norder = ++c->out->ncursor;
	return GW_OK;
}

static enum gw_status
choose_cursors(const struct choosing *c, struct gw_error *err)
{
	static const struct {
		size_t count;
		unsigned use[2];
	} wanted[] = {
		[GW_MODE_BULK] = {0, {0, 0}},
		[GW_MODE_INCREMENTING] = {1, {GW_TABLE_NUMBER, 0}},
		[GW_MODE_TIMESTAMP] = {1, {GW_TABLE_TIME, 0}},
		[GW_MODE_TIMESTAMP_INCREMENTING] = {2, {GW_TABLE_TIME, GW_TABLE_NUMBER}},
	};
	int mode = c->stream->mode;

	if (c->request->once)
		return GW_OK;
	if (mode < 0 || (size_t)mode >= sizeof wanted / sizeof wanted[0])
		return gw_place_fail(&c->stream->at, err, _("this connector has no mode %s"),
				     gw_mode_name((enum gw_mode)mode));
	if (c->stream->ncursor < wanted[mode].count)
		return gw_place_fail(&c->stream->cursor_at, err,
				     _("the mode %s needs %zu cursor columns, found %zu"),
				     gw_mode_name((enum gw_mode)mode), wanted[mode].count,
				     c->stream->ncursor);
	c->out->timed = wanted[mode].use[0] == GW_TABLE_TIME;
	for (size_t i = 0; i < wanted[mode].count; i++)
		if (choose_cursor(c, i, wanted[mode].use[i], err) != GW_OK)
			return err->status;
	return GW_OK;
}

static enum gw_status
check_key_column(const struct choosing *c, size_t number, const struct gw_place *at,
		 struct gw_error *err)
{
	const struct gw_column *column = &c->facts->told.columns[number];

	if (c->out->nkey == GW_TABLE_MAX_KEY)
		return gw_place_fail(at, err, _("the key of %s has more than %d columns"),
				     c->facts->told.name, (int)GW_TABLE_MAX_KEY);
	if ((c->facts->use[number] & GW_TABLE_KEY) == 0)
		return gw_place_fail(at, err,
				     _("the column %s of %s has the type %s, which can't be a key"),
				     column->name, c->facts->told.name, column->type);
	for (size_t i = 0; i < c->out->nkey; i++)
		if (c->out->key[i] == number)
			return gw_place_fail(at, err, _("the key names the column %s twice"),
					     column->name);
	return GW_OK;
}

static enum gw_status
choose_key_column(const struct choosing *c, const char *name, struct gw_error *err)
{
	const struct gw_place *at = c->stream->nkey > 0 ? &c->stream->key_at : &c->stream->table_at;
	struct gw_table_choice *out = c->out;
	size_t number;

	if (find_column(c, name, at, &number, err) != GW_OK ||
	    check_key_column(c, number, at, err) != GW_OK)
		return err->status;
	out->key_names[out->nkey] = c->facts->told.columns[number].name;
	out->key[out->nkey++] = number;
	for (size_t i = 0; i < out->ncursor; i++)
		if (out->order[i] == number)
			return GW_OK;
	out->order[out->norder++] = number;
	return GW_OK;
}

static enum gw_status
choose_primary_key(const struct choosing *c, struct gw_error *err)
{
	const struct gw_table *told = &c->facts->told;

	for (int place = 1;; place++) {
		size_t i = 0;

		while (i < told->ncolumns && told->columns[i].key != place)
			i++;
		if (i == told->ncolumns && place == 1)
			return gw_place_fail(&c->stream->table_at, err,
					     _("%s has no primary key: name the columns that "
					       "identify a row with key: …"),
					     told->name);
		if (i == told->ncolumns)
			return GW_OK;
		if (choose_key_column(c, told->columns[i].name, err) != GW_OK)
			return err->status;
	}
}

static enum gw_status
choose_key(const struct choosing *c, struct gw_error *err)
{
	if (c->stream->nkey == 0)
		return choose_primary_key(c, err);
	for (size_t i = 0; i < c->stream->nkey; i++)
		if (choose_key_column(c, c->stream->key[i], err) != GW_OK)
			return err->status;
	return GW_OK;
}

/* ---- the shape --------------------------------------------------------------------------------
 */

static uint64_t
shape_with(uint64_t shape, const char *text)
{
	return XXH3_64bits_withSeed(text, strlen(text) + 1, shape);
}

/* The texts of a range, with what is not there told apart from what is empty. */
static uint64_t
shape_with_range(uint64_t shape, const struct gw_span *range)
{
	const char *texts[] = {range == NULL ? NULL : range->column,
			       range == NULL ? NULL : range->from,
			       range == NULL ? NULL : range->to};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		shape = texts[i] == NULL ? XXH3_64bits_withSeed("once", sizeof "once", shape)
					 : shape_with(shape, texts[i]);
	return shape;
}

static uint64_t
shape_of(const struct choosing *c)
{
	const struct gw_table *told = &c->facts->told;
	uint64_t shape = shape_with((uint64_t)c->stream->mode, told->name);

	for (size_t i = 0; i < c->out->norder; i++)
		shape = shape_with(shape, told->columns[c->out->order[i]].name);
	for (size_t i = 0; i < c->out->nkey; i++)
		shape = shape_with(shape, c->out->key_names[i]);
	return c->request->once ? shape_with_range(shape, c->request->range) : shape;
}

enum gw_status
gw_table_choose(const struct gw_table_facts *facts, const struct gw_request *request,
		struct gw_arena *arena, struct gw_table_choice *out, struct gw_error *err)
{
	struct gw_table_choice choice = {.nread = 0};
	const struct choosing c = {facts, request, request->stream, &choice};
	size_t *read = gw_arena_alloc(arena, (request->ncolumns + 1) * sizeof *read);

	if (read == NULL)
		return gw_fail_memory(err);
	if (choose_read(&c, read, err) != GW_OK || choose_cursors(&c, err) != GW_OK ||
	    choose_key(&c, err) != GW_OK)
		return err->status;
	choice.shape = shape_of(&c);
	*out = choice;
	return GW_OK;
}

enum gw_status
gw_table_choose_range(const struct gw_table_facts *facts, const char *name, size_t *out,
		      struct gw_error *err)
{
	const struct gw_table *told = &facts->told;
	size_t number = number_of(told, name);

	if (number == told->ncolumns) {
		(void)facts->words->no_column(told, name, false, err);
		err->status = GW_REJECT;
		return GW_REJECT;
	}
	if ((facts->use[number] & GW_TABLE_READ) == 0)
		return gw_fail(err, GW_REJECT,
			       _("the account may not read the column %s of %s: it needs "
				 "GRANT SELECT (%s) ON %s"),
			       name, told->name, name, facts->quoted);
	if ((facts->use[number] & GW_TABLE_KEY) == 0)
		return gw_fail(
			err, GW_REJECT,
			_("the column %s of %s has the type %s, which has no range: take the "
			  "cursor or a column of the key"),
			name, told->name, told->columns[number].type);
	*out = number;
	return GW_OK;
}
