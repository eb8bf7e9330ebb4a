/*
 * Rows that are sent again because a person asked for them.  Those that the source
 * has are read anew.  Those that it no longer has, or can't be asked for, go out
 * as they were set aside, where the order brings them, with the versions that they
 * had: so that nothing newer is overwritten, they have a topic of their own.
 *
 * Both together are two transactions, each with its run; between them the order is
 * half done.
 */
#include "pull/internal.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "dlq/row.h"

enum { NOTICE_MAX = 400, KEY_COLUMNS = 1024 };

/* Where an order that is half done goes on. */
static const char behind_found[] = "found";

struct replaying {
	const struct gw_order *order;
	bool *gone; /* of the order's keys: the row is to go out as it was set aside */
	size_t ngone, nfound;
	bool away; /* the source could not be asked */
	struct gw_originals originals;
};

/* ---- which of the rows are gone ------------------------------------------------------------- */

/* The key's columns in the batch in hand and in the order. */
struct places {
	size_t count;
	size_t cells[KEY_COLUMNS], sent[KEY_COLUMNS];
};

static void
find_places(const struct gw_lane *lane, const struct gw_keys *keys, struct places *out)
{
	const struct gw_mapping *mapping = lane->plan->mapping;
	size_t ncolumns, cell;
	const char *const *columns = gw_mapping_columns(mapping, &ncolumns);

	out->count = 0;
	while (out->count < KEY_COLUMNS &&
	       (cell = gw_mapping_key_column(mapping, out->count)) < ncolumns) {
		size_t at = 0;

		while (at < keys->ncolumns && strcmp(keys->columns[at], columns[cell]) != 0)
			at++;
		out->cells[out->count] = cell;
		out->sent[out->count++] = at;
	}
}

/* The keys of the batch in hand, as letters write them: places->count a row.  NULL after a failure.
 */
static const char **
write_keys(struct gw_pull *pull, const struct places *places, struct gw_error *err)
{
	struct gw_batch *batch = &pull->batch;
	const char **texts =
		gw_arena_alloc(&batch->arena, (batch->nrows * places->count + 1) * sizeof *texts);

	if (texts == NULL)
		(void)gw_fail_memory(err);
	for (size_t i = 0; texts != NULL && i < batch->nrows * places->count; i++) {
		size_t row = i / places->count, cell = places->cells[i % places->count];

		if (gw_letter_text(&batch->values[row * batch->ncolumns + cell], &batch->arena,
				   &texts[i], err) != GW_OK)
			return NULL;
	}
	return texts;
}

static bool
is_key(const struct places *places, const char *const *row, const struct gw_keys *keys, size_t key)
{
	for (size_t p = 0; p < places->count; p++) {
		const char *sent = places->sent[p] < keys->ncolumns
					   ? keys->values[key * keys->ncolumns + places->sent[p]]
					   : NULL;

		if (sent == NULL || row[p] == NULL || strcmp(sent, row[p]) != 0)
			return false;
	}
	return true;
}

/* A row that is there after all, by another spelling of its key, does no harm: what was read anew
   has a newer version than what was set aside. */
static enum gw_status
mark_gone(struct replaying *replaying, struct gw_pull *pull, const struct gw_lane *lane,
	  struct gw_error *err)
{
	const struct gw_order *order = replaying->order;
	struct places places;
	const char **texts;

	replaying->gone =
		gw_arena_zalloc(&pull->control.arena, order->keys.count * sizeof *replaying->gone);
	if (replaying->gone == NULL)
		return gw_fail_memory(err);
	find_places(lane, &order->keys, &places);
	texts = write_keys(pull, &places, err);
	if (texts == NULL)
		return err->status;
	for (size_t k = 0; order->rows != NULL && k < order->keys.count; k++) {
		bool found = false;

		for (size_t r = 0; places.count > 0 && !found && r < pull->batch.nrows; r++)
			found = is_key(&places, texts + r * places.count, &order->keys, k);
		replaying->gone[k] = !found && order->rows[k].row != NULL;
		replaying->ngone += replaying->gone[k];
	}
	return GW_OK;
}

/* ---- rows as they were set aside ------------------------------------------------------------ */

/* A column that the mapping did not read then is no null: the row is set aside again. */
static struct gw_value
cell_of(const struct gw_letter_row *row, const char *column)
{
	static const char missing[] = "no such column when it was set aside";

	for (size_t i = 0; i < row->count; i++)
		if (strcmp(row->columns[i], column) == 0)
			return row->cells[i];
	return (struct gw_value){.kind = GW_UNHELD, .len = sizeof missing - 1, .as.text = missing};
}

static enum gw_status
take_row(struct gw_pull *pull, const struct gw_lane *lane, const struct gw_order_row *original,
	 struct gw_error *err)
{
	struct gw_batch *batch = &pull->batch;
	size_t ncolumns;
	const char *const *columns = gw_mapping_columns(lane->plan->mapping, &ncolumns);
	struct gw_letter_row row;

	if (gw_letter_row(original->row, original->len, &batch->arena, &row, err) != GW_OK)
		return err->status;
	for (size_t c = 0; c < ncolumns; c++)
		batch->values[batch->nrows * ncolumns + c] = cell_of(&row, columns[c]);
	batch->nrows++;
	return GW_OK;
}

/* Makes the rows that are gone the batch in hand. */
static enum gw_status
take_rows(struct replaying *replaying, struct gw_pull *pull, const struct gw_lane *lane,
	  struct gw_error *err)
{
	const struct gw_order *order = replaying->order;
	struct gw_batch *batch = &pull->batch;
	int64_t *versions;

	gw_pull_clear_batch(pull);
	(void)gw_mapping_columns(lane->plan->mapping, &batch->ncolumns);
	batch->values = gw_arena_zalloc(&batch->arena,
					replaying->ngone * batch->ncolumns * sizeof *batch->values);
	versions = gw_arena_alloc(&pull->control.arena, replaying->ngone * sizeof *versions);
	if (batch->values == NULL || versions == NULL)
		return gw_fail_memory(err);
	for (size_t k = 0; k < order->keys.count; k++) {
		if (!replaying->gone[k])
			continue;
		versions[batch->nrows] = order->rows[k].version;
		if (take_row(pull, lane, &order->rows[k], err) != GW_OK)
			return err->status;
	}
	batch->resent = true;
	replaying->originals.versions = versions;
	if (!gw_topic_name(pull->config, pull->source->name, GW_TOPIC_REPLAY, NULL,
			   replaying->originals.topic))
		return gw_fail(err, GW_CONFIG, "%s",
			       _("the topic's name would be over 249 characters"));
	return GW_OK;
}

/* ---- the order ------------------------------------------------------------------------------ */

/* The source is away, not only busy. */
static bool
is_away(const struct gw_error *err)
{
	return err->status == GW_RETRY &&
	       (err->sqlstate[0] == '\0' || strncmp(err->sqlstate, "08", 2) == 0 ||
		strncmp(err->sqlstate, "57P", 3) == 0);
}

static enum gw_status
fetch(struct replaying *replaying, struct gw_pull *pull, struct gw_lane *lane, struct gw_error *err)
{
	const struct gw_order *order = replaying->order;
	bool may_be_away = order->rows != NULL && lane->plan->stream->nkey > 0;

	/* One that can't be asked for single rows is no better. */
	replaying->away =
		pull->link.session == NULL || (may_be_away && pull->link.connector->fetch == NULL);
	if (!replaying->away && gw_pull_fetch(pull, lane, &order->keys, err) != GW_OK) {
		if (!may_be_away || !is_away(err))
			return err->status;
		replaying->away = true;
	}
	if (replaying->away)
		gw_pull_clear_batch(pull);
	replaying->nfound = pull->batch.nrows;
	return mark_gone(replaying, pull, lane, err);
}

/* What an operator should know, beside the run and in the answer. */
static enum gw_status
note(const struct replaying *replaying, struct gw_pull *pull, struct gw_error *err)
{
	size_t asked = replaying->order->keys.count;
	char text[NOTICE_MAX];
	const char *kept;

	if (replaying->ngone > 0)
		(void)snprintf(text, sizeof text,
			       replaying->away
				       ? _("the source can't be asked: %zu rows were sent as they "
					   "were set aside, with the versions that they had; newer "
					   "data of a row stays as it is")
				       : _("%zu rows are gone from the source and were sent as "
					   "they were set aside, with the versions that they had; "
					   "newer data of a row stays as it is, and songma "
					   "reconcile --repair would delete them again"),
			       replaying->ngone);
	else if (replaying->nfound < asked)
		(void)snprintf(text, sizeof text,
			       _("of %zu rows that were to be read again the source has %zu; the "
				 "others are gone from it: songma dlq replay --original sends "
				 "them as they were set aside"),
			       asked, replaying->nfound);
	else
		return GW_OK;
	kept = gw_arena_copy(&pull->control.arena, text, strlen(text));
	if (kept == NULL)
		return gw_fail_memory(err);
	pull->batch.notice = kept;
	pull->control.answer.why = kept;
	return GW_OK;
}

static enum gw_status
send_batch(struct gw_pull *pull, struct gw_lane *lane, gw_step_fn *step,
	   const volatile sig_atomic_t *stop, struct gw_error *err)
{
	struct gw_run run;

	if (gw_pull_normalise(pull, lane, err) != GW_OK ||
	    gw_pull_with_retries(pull, lane, step, stop, err) != GW_OK)
		return err->status;
	run = lane->ended;
	gw_pull_tell(pull, lane, &run, true);
	return GW_OK;
}

static enum gw_status
send_originals(struct replaying *replaying, struct gw_pull *pull, struct gw_lane *lane,
	       const volatile sig_atomic_t *stop, struct gw_error *err)
{
	enum gw_status status = take_rows(replaying, pull, lane, err);

	if (status == GW_OK)
		status = note(replaying, pull, err);
	if (status != GW_OK)
		return status;
	pull->originals = &replaying->originals;
	status = send_batch(pull, lane, gw_pull_send_order, stop, err);
	pull->originals = NULL;
	return status;
}

/* What was found goes out first, unless that was done before a crash. */
static enum gw_status
send_both(struct replaying *replaying, struct gw_pull *pull, struct gw_lane *lane,
	  const volatile sig_atomic_t *stop, struct gw_error *err)
{
	struct gw_bookmark *after = &pull->batch.after;

	if (replaying->nfound > 0 && pull->control.inner.len == 0) {
		memcpy(after->bytes, behind_found, sizeof behind_found);
		after->len = sizeof behind_found;
		pull->batch.notice = NULL;
		if (send_batch(pull, lane, gw_pull_send_order_part, stop, err) != GW_OK)
			return err->status;
	}
	return send_originals(replaying, pull, lane, stop, err);
}

bool
gw_pull_needs_no_source(const struct gw_lane *lane, const struct gw_order *order)
{
	return order->kind == GW_ORDER_REPLAY && order->rows != NULL &&
	       lane->plan->stream->nkey > 0;
}

enum gw_status
gw_pull_replay(struct gw_pull *pull, struct gw_lane *lane, const struct gw_order *order,
	       const volatile sig_atomic_t *stop, struct gw_error *err)
{
	int64_t began = gw_monotonic_us();
	struct replaying replaying = {.order = order};
	enum gw_status status;

	/* What was corrected before this was asked for. */
	if (gw_corrections_catch_up(pull->control.corrections, err) != GW_OK ||
	    fetch(&replaying, pull, lane, err) != GW_OK)
		return err->status;
	pull->control.answer.rows = (int64_t)(replaying.nfound + replaying.ngone);
	if (replaying.ngone > 0) {
		status = send_both(&replaying, pull, lane, stop, err);
	} else {
		status = note(&replaying, pull, err);
		if (status == GW_OK)
			status = send_batch(pull, lane, gw_pull_send_order, stop, err);
	}
	return status == GW_OK ? gw_pull_pace(pull, began, stop, err) : status;
}
