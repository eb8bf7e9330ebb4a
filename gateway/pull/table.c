/*
 * What a pull does about a table that is not as it was: drift.c says what has
 * changed and what follows; here the stream is paused, goes on without a column,
 * or goes on as before, and it is said once.
 */
#include "pull/send.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

enum {
	CHANGES_MAX = 4 * 1024 * 1024,
	COLUMNS_MAX = 1024 * 1024,
	NOTICE_MAX = 1200,
	BEGIN_TRIES = 3
};

static const char column_gone[] = "gone";

static const char *const policies[] = {
	[GW_DRIFT_FREEZE] = "freeze",
	[GW_DRIFT_EVOLVE] = "evolve",
	[GW_DRIFT_DISCARD_ROW] = "discard_row",
	[GW_DRIFT_DISCARD_VALUE] = "discard_value",
};

static enum gw_drift
policy_of(const struct gw_lane *lane)
{
	return (enum gw_drift)lane->plan->stream->drift;
}

/* ---- columns that are read ------------------------------------------------------------------ */

const char *const *
gw_pull_columns(const struct gw_lane *lane, size_t *count)
{
	if (lane->table.columns == NULL)
		return gw_mapping_columns(lane->plan->mapping, count);
	*count = lane->table.ncolumns;
	return lane->table.columns;
}

bool
gw_pull_lacks(const struct gw_lane *lane, size_t column)
{
	return lane->table.columns != NULL && lane->table.gone[column];
}

/* What stands for a value of a column that is gone; a field that needs it makes a reject of it. */
static struct gw_value
stand_in(const struct gw_lane *lane)
{
	if (gw_change_then(GW_CHANGE_GONE, policy_of(lane)) == GW_THEN_FILL)
		return (struct gw_value){.kind = GW_NULL};
	return (struct gw_value){
		.kind = GW_UNHELD, .len = sizeof column_gone - 1, .as.text = column_gone};
}

enum gw_status
gw_pull_widen(struct gw_pull *pull, const struct gw_lane *lane, struct gw_error *err)
{
	struct gw_batch *batch = &pull->batch;
	const struct gw_value missing = stand_in(lane);
	struct gw_value *wide;
	size_t ncolumns, from = 0;

	(void)gw_pull_columns(lane, &ncolumns);
	if (batch->nrows > 0 && batch->ncolumns != ncolumns)
		return gw_fail(err, GW_RETRY, _("the table %s changed while it was read"),
			       lane->plan->stream->table);
	if (batch->nrows == 0 || lane->table.columns == NULL)
		return GW_OK;
	(void)gw_mapping_columns(lane->plan->mapping, &ncolumns);
	wide = gw_arena_alloc(&batch->arena, batch->nrows * ncolumns * sizeof *wide);
	if (wide == NULL)
		return gw_fail_memory(err);
	for (size_t r = 0; r < batch->nrows; r++)
		for (size_t c = 0; c < ncolumns; c++)
			wide[r * ncolumns + c] =
				lane->table.gone[c] ? missing : batch->values[from++];
	batch->values = wide;
	batch->ncolumns = ncolumns;
	return GW_OK;
}

static enum gw_column_state
state_of(const struct gw_lane *lane, const char *name)
{
	const struct gw_catalog *catalog = &lane->table.catalog;
	const struct gw_catalog_column *column = NULL;

	if (catalog->ncolumns > 0 && strcmp(catalog->table, lane->plan->stream->table) == 0)
		column = gw_catalog_find(catalog, name);
	return column == NULL ? GW_COLUMN_THERE : column->state;
}

/* Which columns are read, and whose values may be discarded, by what the catalogue knows. */
static enum gw_status
apply(struct gw_lane *lane, struct gw_error *err)
{
	struct gw_lane_table *table = &lane->table;
	enum gw_drift policy = policy_of(lane);
	bool values = gw_change_then(GW_CHANGE_VALUE, policy) == GW_THEN_DISCARD;
	bool changed = gw_change_then(GW_CHANGE_TYPE, policy) == GW_THEN_DISCARD;
	size_t count, there = 0;
	const char *const *columns = gw_mapping_columns(lane->plan->mapping, &count);
	const char **names;
	bool *discarded;

	gw_arena_release(&table->arena);
	gw_arena_init(&table->arena, COLUMNS_MAX);
	names = gw_arena_alloc(&table->arena, (count + 1) * sizeof *names);
	table->gone = gw_arena_zalloc(&table->arena, count + 1);
	discarded = gw_arena_zalloc(&table->arena, count + 1);
	if (names == NULL || table->gone == NULL || discarded == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < count; i++) {
		enum gw_column_state state = state_of(lane, columns[i]);

		table->gone[i] = state == GW_COLUMN_GONE;
		discarded[i] = changed && state == GW_COLUMN_CHANGED;
		if (!table->gone[i])
			names[there++] = columns[i];
	}
	table->columns = there < count ? names : NULL;
	table->ncolumns = there;
	gw_mapping_discard(lane->plan->mapping, values, discarded);
	return GW_OK;
}

enum gw_status
gw_pull_table_open(struct gw_lane *lane, struct gw_catalog *known, struct gw_error *err)
{
	if (known != NULL) {
		lane->table.catalog = *known;
		*known = (struct gw_catalog){.ncolumns = 0};
	}
	return apply(lane, err);
}

void
gw_pull_table_close(struct gw_lane *lane)
{
	gw_catalog_release(&lane->table.catalog);
	gw_arena_release(&lane->table.arena);
}

enum gw_status
gw_pull_send_table(struct gw_pull *pull, const struct gw_lane *lane, struct gw_error *err)
{
	char key[GW_CATALOG_KEY_MAX];

	if (!lane->table.unsaved)
		return GW_OK;
	gw_catalog_key(lane->plan->stream->name, key);
	gw_buf_clear(&pull->text);
	if (gw_catalog_encode(&lane->table.catalog, &pull->text, err) != GW_OK)
		return err->status;
	return gw_tx_value(pull, pull->position_topic, key, strlen(key), err);
}

/* ---- changes ------------------------------------------------------------------------------- */

struct looking {
	struct gw_pull *pull;
	struct gw_lane *lane;
	struct gw_arena arena; /* of changes */
	struct gw_changes changes;
	size_t fresh; /* those that nobody knows yet */
	bool stops;
	bool moved; /* the list of columns that the cycle was begun with is gone */
	char said[NOTICE_MAX / 3];
};

static bool
is_same(const struct gw_catalog *a, const struct gw_catalog *b)
{
	if (a->ncolumns != b->ncolumns || a->mapping != b->mapping || a->table == NULL ||
	    strcmp(a->table, b->table) != 0)
		return false;
	for (size_t i = 0; i < a->ncolumns; i++) {
		const struct gw_catalog_column *x = &a->columns[i], *y = &b->columns[i];

		if (x->state != y->state || x->nullable != y->nullable ||
		    strcmp(x->name, y->name) != 0 || strcmp(x->type, y->type) != 0)
			return false;
	}
	return true;
}

/* From now on the catalogue is the table as it is. */
static enum gw_status
learn(struct looking *looking, const struct gw_table *table, struct gw_error *err)
{
	struct gw_lane *lane = looking->lane;
	struct gw_catalog now;

	if (gw_drift_learn(&lane->table.catalog, table, lane->plan, gw_now_us(), &now, err) !=
	    GW_OK)
		return err->status;
	if (is_same(&lane->table.catalog, &now)) {
		gw_catalog_release(&now);
		return GW_OK;
	}
	gw_catalog_release(&lane->table.catalog);
	lane->table.catalog = now;
	lane->table.unsaved = true;
	looking->moved = lane->table.columns != NULL;
	return apply(lane, err);
}

static enum gw_status
look(void *arg, const struct gw_table *table, struct gw_error *err)
{
	struct looking *looking = arg;
	const struct gw_lane *lane = looking->lane;

	if (gw_drift_compare(&lane->table.catalog, table, lane->plan, &looking->arena,
			     &looking->changes, err) != GW_OK)
		return err->status;
	for (size_t i = 0; i < looking->changes.count; i++) {
		looking->fresh += !looking->changes.list[i].known;
		looking->stops = looking->stops || looking->changes.list[i].then == GW_THEN_STOP;
	}
	gw_drift_say(looking->changes.list, looking->changes.count, looking->stops, looking->said,
		     sizeof looking->said);
	return learn(looking, table, err);
}

static enum gw_status
stop_stream(const struct looking *looking, const volatile sig_atomic_t *stop, struct gw_error *err)
{
	const struct gw_stream *stream = looking->lane->plan->stream;
	const char *source = looking->pull->source->name;
	char why[sizeof looking->said + 100], notice[NOTICE_MAX];

	(void)snprintf(why, sizeof why, _("the table %s has changed: %s"), stream->table,
		       looking->said);
	(void)snprintf(notice, sizeof notice,
		       _("stream %s is paused: %s.  Change its mapping (songma draft %s %s shows "
			 "one), or write drift: evolve, discard_value or discard_row to the "
			 "stream; where the mapping is right as it is: songma resume %s %s"),
		       stream->name, why, source, stream->table, source, stream->name);
	return gw_pull_stop(looking->pull, looking->lane, why, notice, stop, err);
}

static enum gw_status
tell(const struct looking *looking, const volatile sig_atomic_t *stop, struct gw_error *err)
{
	const struct gw_stream *stream = looking->lane->plan->stream;
	char notice[NOTICE_MAX];

	(void)snprintf(notice, sizeof notice,
		       _("the table %s has changed: %s.  Stream %s goes on (drift: %s); songma "
			 "draft %s %s shows a mapping of the table as it is now"),
		       stream->table, looking->said, stream->name, policies[stream->drift],
		       looking->pull->source->name, stream->table);
	return gw_pull_say(looking->pull, looking->lane, notice, stop, err);
}

/* What follows once it was looked; *again: the cycle is to be begun anew. */
static enum gw_status
follow(const struct looking *looking, bool failed, bool *again, const volatile sig_atomic_t *stop,
       struct gw_error *err)
{
	size_t before = looking->lane->table.read, now;

	(void)gw_pull_columns(looking->lane, &now);
	if (looking->stops)
		return stop_stream(looking, stop, err);
	*again = now != before || (failed && looking->fresh > 0);
	return looking->fresh > 0 ? tell(looking, stop, err) : GW_OK;
}

static void
begin(struct looking *looking, struct gw_pull *pull, struct gw_lane *lane)
{
	*looking = (struct looking){.pull = pull, .lane = lane};
	gw_arena_init(&looking->arena, CHANGES_MAX);
}

/* Looks at the table of the cycle that has just begun. */
static enum gw_status
look_at_cycle(struct gw_pull *pull, struct gw_lane *lane, bool *again, bool *rests,
	      const volatile sig_atomic_t *stop, struct gw_error *err)
{
	const struct gw_connector *connector = pull->link.connector;
	struct looking looking;
	struct gw_error ignored;
	enum gw_status status = GW_OK;

	*again = *rests = false;
	begin(&looking, pull, lane);
	(void)gw_pull_columns(lane, &lane->table.read);
	if (connector->table != NULL)
		status = connector->table(lane->cursor, look, &looking, err);
	else if (!lane->table.seen && connector->discover != NULL)
		/* A source that can't tell has no catalogue, and is read all the same. */
		(void)connector->discover(pull->link.session, lane->plan->stream->table, look,
					  &looking, &ignored);
	lane->table.seen = true;
	*rests = looking.stops;
	if (status == GW_OK && looking.changes.count > 0)
		status = follow(&looking, false, again, stop, err);
	*again = *again || looking.moved;
	gw_arena_release(&looking.arena);
	return status;
}

enum gw_status
gw_pull_table_why(struct gw_pull *pull, struct gw_lane *lane, bool *again, bool *rests,
		  const volatile sig_atomic_t *stop, struct gw_error *err)
{
	const struct gw_connector *connector = pull->link.connector;
	struct gw_error cause = *err;
	struct looking looking;
	enum gw_status status;

	*again = *rests = false;
	if (lane->table.catalog.ncolumns == 0 || connector->discover == NULL)
		return cause.status;
	begin(&looking, pull, lane);
	(void)gw_pull_columns(lane, &lane->table.read);
	status = connector->discover(pull->link.session, lane->plan->stream->table, look, &looking,
				     err);
	*rests = status == GW_OK && looking.stops;
	if (status == GW_OK && looking.changes.count > 0)
		status = follow(&looking, true, again, stop, err);
	gw_arena_release(&looking.arena);
	/* It has another cause, and that is the better message. */
	if (!*again && !*rests) {
		*err = cause;
		return cause.status;
	}
	return status;
}

enum gw_status
gw_pull_begin(struct gw_pull *pull, struct gw_lane *lane, const volatile sig_atomic_t *stop,
	      bool *rests, struct gw_error *err)
{
	bool again = true;
	enum gw_status status = GW_OK;

	for (int try = 0; status == GW_OK && again && !*rests && try < BEGIN_TRIES; try++) {
		struct gw_request request = {.stream = lane->plan->stream,
					     .max_rows = gw_pull_page_rows(pull)};

		gw_pull_end_cursor(pull, lane);
		request.columns = gw_pull_columns(lane, &request.ncolumns);
		status = gw_plan_begin_as(lane->plan, &pull->link, &request,
					  &lane->position.bookmark, &lane->cursor, err);
		if (status == GW_OK)
			status = look_at_cycle(pull, lane, &again, rests, stop, err);
		else if (status == GW_CONFIG)
			status = gw_pull_table_why(pull, lane, &again, rests, stop, err);
	}
	return status;
}
