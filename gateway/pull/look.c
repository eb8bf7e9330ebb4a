/*
 * What the source has for a key.  Nothing is sent but the answer, and no value of
 * the row is in that.
 */
#include "pull/internal.h"

#include <string.h>

#include "base/i18n.h"
#include "control/look.h"

enum { LOOK_BYTES = 256 * 1024 };

/* The cells as the source has them, to be seen which of them are corrected. */
static struct gw_value *
keep_cells(struct gw_pull *pull)
{
	size_t size = (pull->batch.ncolumns + 1) * sizeof(struct gw_value);
	struct gw_value *cells = gw_arena_alloc(&pull->control.arena, size);

	if (cells != NULL && pull->batch.nrows > 0)
		memcpy(cells, pull->batch.values, pull->batch.ncolumns * sizeof *cells);
	return cells;
}

/* A correction puts a new text in the value's place, or null. */
static bool
is_other(const struct gw_value *was, const struct gw_value *is)
{
	if (was->kind != is->kind)
		return true;
	return is->kind == GW_TEXT && was->as.text != is->as.text;
}

static void
note_corrected(const struct gw_pull *pull, const struct gw_lane *lane, const struct gw_value *cells,
	       struct gw_look *look)
{
	size_t ncolumns;
	const char *const *columns = gw_mapping_columns(lane->plan->mapping, &ncolumns);

	for (size_t i = 0; i < ncolumns && look->ncorrected < GW_LOOK_COLUMNS; i++)
		if (is_other(&cells[i], &pull->batch.values[i]))
			look->corrected[look->ncorrected++] = columns[i];
}

/* The hash that the loader will come to, which sees the record through its encoding. */
static enum gw_status
hash_record(struct gw_pull *pull, const struct gw_lane *lane, struct gw_look *look,
	    struct gw_error *err)
{
	const struct gw_schema *schema = lane->plan->schema;
	struct gw_arena *arena = &pull->control.arena;
	struct gw_value *values = gw_arena_alloc(arena, (schema->nfields + 1) * sizeof *values);
	struct gw_decoder *decoder = NULL;
	enum gw_status status;

	if (values == NULL)
		return gw_fail_memory(err);
	gw_buf_clear(&pull->text);
	status = gw_avro_encode(schema, pull->records.records[0].fields, &pull->text, err);
	if (status == GW_OK)
		status = gw_decoder_make(schema, schema, &decoder, err);
	if (status == GW_OK)
		status = gw_avro_decode(decoder, (const unsigned char *)pull->text.data,
					pull->text.len, values, arena, err);
	if (status == GW_OK) {
		look->hash = gw_record_hash(schema, values);
		look->hashed = true;
	}
	gw_decoder_free(decoder);
	return status;
}

/* A record that its schema can't hold would be a letter, too. */
static enum gw_status
take_record(struct gw_pull *pull, const struct gw_lane *lane, struct gw_look *look,
	    struct gw_error *err)
{
	const struct gw_record *record = &pull->records.records[0];
	struct gw_arena *arena = &pull->control.arena;

	look->key = gw_arena_copy(arena, record->key, record->key_len);
	if (look->key == NULL)
		return gw_fail_memory(err);
	if (hash_record(pull, lane, look, err) == GW_OK)
		return GW_OK;
	if (err->status != GW_REJECT)
		return err->status;
	look->rule = "schema";
	look->code = "schema.encode";
	look->column = "";
	look->reason = gw_arena_copy(arena, err->text, strlen(err->text));
	return look->reason == NULL ? gw_fail_memory(err) : GW_OK;
}

static enum gw_status
take_reject(struct gw_pull *pull, struct gw_look *look, struct gw_error *err)
{
	const struct gw_reject *reject = &pull->records.rejects[0];

	look->column = reject->column;
	look->rule = reject->rule;
	look->code = reject->code;
	look->reason = reject->reason;
	if (reject->key == NULL)
		return GW_OK;
	look->key = gw_arena_copy(&pull->control.arena, reject->key, reject->key_len);
	return look->key == NULL ? gw_fail_memory(err) : GW_OK;
}

/* No row, but what it would be called. */
static enum gw_status
name_missing(struct gw_pull *pull, const struct gw_lane *lane, const struct gw_order *order,
	     struct gw_look *look, struct gw_error *err)
{
	enum gw_status status = gw_key_of_texts(lane->plan->mapping, &order->keys,
						&pull->control.arena, &look->key, err);

	return status == GW_REJECT ? GW_OK : status;
}

static enum gw_status
compare_place(struct gw_pull *pull, const struct gw_lane *lane, const struct gw_order *order,
	      struct gw_look *look, struct gw_error *err)
{
	struct gw_request request = {.stream = lane->plan->stream, .max_rows = 1};

	if (pull->link.connector->ahead == NULL)
		return GW_OK;
	request.columns = gw_pull_columns(lane, &request.ncolumns);
	return pull->link.connector->ahead(pull->link.session, &request, &lane->position.bookmark,
					   &order->keys, &look->ahead, err);
}

/* Fills look; its texts live in the batch and the request. */
static enum gw_status
look_at(struct gw_pull *pull, struct gw_lane *lane, const struct gw_order *order,
	struct gw_look *look, struct gw_error *err)
{
	struct gw_value *cells;

	if (gw_corrections_catch_up(pull->control.corrections, err) != GW_OK ||
	    gw_pull_fetch(pull, lane, &order->keys, err) != GW_OK)
		return err->status;
	look->read_us = pull->batch.snapshot_us;
	look->position_us = lane->position.written_us;
	look->there = pull->batch.nrows > 0;
	if (!look->there)
		return name_missing(pull, lane, order, look, err);
	cells = keep_cells(pull);
	if (cells == NULL)
		return gw_fail_memory(err);
	if (gw_pull_normalise(pull, lane, err) != GW_OK)
		return err->status;
	note_corrected(pull, lane, cells, look);
	if ((pull->records.nrecords > 0 ? take_record(pull, lane, look, err)
					: take_reject(pull, look, err)) != GW_OK)
		return err->status;
	return compare_place(pull, lane, order, look, err);
}

enum gw_status
gw_pull_look(struct gw_pull *pull, struct gw_lane *lane, const struct gw_order *order,
	     const volatile sig_atomic_t *stop, struct gw_error *err)
{
	struct gw_look look = {.there = false};
	struct gw_buf text;
	enum gw_status status;

	if (order->keys.count != 1)
		return gw_fail(err, GW_REJECT, "%s", _("a look is about one row"));
	gw_buf_init(&text, LOOK_BYTES);
	status = look_at(pull, lane, order, &look, err);
	if (status == GW_OK)
		status = gw_look_encode(&look, &text, err);
	if (status == GW_OK) {
		pull->control.answer.state = GW_ANSWER_DONE;
		pull->control.answer.rows = look.there;
		pull->control.answer.data = (const unsigned char *)text.data;
		pull->control.answer.len = text.len;
		gw_pull_clear_batch(pull);
		status = gw_pull_with_retries(pull, lane, gw_pull_send_passed, stop, err);
	}
	pull->control.answer.data = NULL;
	pull->control.answer.len = 0;
	gw_buf_release(&text);
	return status;
}
