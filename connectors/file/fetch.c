/*
 * Rows by their keys, out of the files that stand: their sets of keys tell which
 * of them has to be opened.
 */
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/session.h"

/* What is looked for, and what was found of it. */
struct search {
	struct gw_cursor *cursor;
	struct gw_batch *batch;
	const struct gw_keys *keys;
	struct wanted {
		struct gw_keyhash hash;
		size_t row; /* of the batch; count: not found yet */
	} * wanted;
	size_t count;
};

static int
by_hash(const void *a, const void *b)
{
	return gw_keyhash_compare(a, b);
}

/* Keys that are null stand for no row. */
static enum gw_status
hash_keys(struct search *search, struct gw_error *err)
{
	const struct gw_keys *keys = search->keys;
	struct gw_value *key =
		gw_arena_alloc(&search->cursor->arena, (keys->ncolumns + 1) * sizeof *key);

	search->wanted =
		gw_arena_alloc(&search->cursor->arena, (keys->count + 1) * sizeof *search->wanted);
	if (key == NULL || search->wanted == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < keys->count; i++) {
		struct wanted *to = &search->wanted[search->count];

		for (size_t c = 0; c < keys->ncolumns; c++) {
			const char *text = keys->values[i * keys->ncolumns + c];

			key[c] = (struct gw_value){.kind = text == NULL ? GW_NULL : GW_TEXT,
						   .len = text == NULL ? 0 : (uint32_t)strlen(text),
						   .as.text = text};
		}
		*to = (struct wanted){.row = keys->count};
		search->count += gw_keyhash_of(key, keys->ncolumns, &to->hash);
	}
	qsort(search->wanted, search->count, sizeof *search->wanted, by_hash);
	return GW_OK;
}

static enum gw_status
check_columns(const struct gw_stream *stream, const struct gw_keys *keys, struct gw_error *err)
{
	bool same = keys->ncolumns == stream->nkey;

	for (size_t k = 0; same && k < stream->nkey; k++)
		same = strcmp(keys->columns[k], stream->key[k]) == 0;
	if (same)
		return GW_OK;
	return gw_place_fail(&stream->key_at, err, "%s",
			     _("these keys are not made of the columns of the stream's key"));
}

static bool
has_any(const struct search *search, const struct gw_keyset *set)
{
	for (size_t i = 0; i < search->count; i++)
		if (gw_keyset_has(set, &search->wanted[i].hash))
			return true;
	return false;
}

static enum gw_status
keep_row(struct search *search, const struct gw_drop_table *table, struct wanted *wanted,
	 struct gw_error *err)
{
	struct gw_batch *batch = search->batch;
	size_t row = wanted->row < search->keys->count ? wanted->row : batch->nrows;
	struct gw_value *to = batch->values + row * batch->ncolumns;

	for (size_t c = 0; c < batch->ncolumns; c++) {
		to[c] = table->values[c];
		if (to[c].kind != GW_TEXT && to[c].kind != GW_DECIMAL && to[c].kind != GW_BYTES)
			continue;
		if (to[c].as.text == NULL)
			continue;
		to[c].as.text = gw_arena_copy(&batch->arena, to[c].as.text, to[c].len);
		if (to[c].as.text == NULL)
			return gw_fail(err, GW_CONFIG, "%s",
				       _("the rows to read again are larger than a batch: ask for "
					 "fewer at once"));
	}
	batch->nrows += row == batch->nrows;
	wanted->row = row;
	return GW_OK;
}

/* The last row of a key is what stands: that of the file taken last. */
static enum gw_status
search_table(struct search *search, struct gw_drop_table *table, struct gw_error *err)
{
	bool more = true;

	while (gw_drop_table_next(table, &more, err) == GW_OK && more) {
		struct gw_keyhash key;
		struct wanted *wanted;

		if (!gw_drop_table_key(table, &key))
			continue;
		wanted = bsearch(&key, search->wanted, search->count, sizeof *search->wanted,
				 by_hash);
		if (wanted != NULL && keep_row(search, table, wanted, err) != GW_OK)
			return err->status;
		if (search->cursor->session->cancelled)
			return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
	}
	return more ? err->status : GW_OK;
}

static enum gw_status
search_file(struct search *search, const struct gw_taken *file, struct gw_error *err)
{
	struct gw_cursor *cursor = search->cursor;
	struct gw_keyset set = {.keys = NULL};
	struct gw_drop_table *table = NULL;
	bool there, any;

	if (gw_drop_keys(cursor, file, &set, &there, err) != GW_OK)
		return err->status;
	any = there && has_any(search, &set);
	gw_keyset_close(&set);
	if (there && !any)
		return GW_OK;
	if (gw_drop_open_content(cursor, file, false, &table, &there, err) != GW_OK)
		return err->status;
	if (!there)
		return gw_fail(err, GW_REJECT,
			       _("%s is no longer in done/, though its rows stand: put it back, or "
				 "put a newer file of its part into the folder"),
			       file->name);
	if (search_table(search, table, err) != GW_OK) {
		gw_drop_table_close(table);
		return err->status;
	}
	gw_drop_table_close(table);
	return GW_OK;
}

static enum gw_status
search_all(struct search *search, struct gw_error *err)
{
	struct gw_cursor *cursor = search->cursor;
	const struct gw_ledger *ledger = &cursor->session->ledger;
	const char *stream = cursor->stream->name;
	const struct gw_taken *file = gw_ledger_next(ledger, stream, 0);

	for (; file != NULL; file = gw_ledger_next(ledger, stream, file->place + 1))
		if (search_file(search, file, err) != GW_OK)
			return err->status;
	return GW_OK;
}

enum gw_status
gw_drop_fetch(struct gw_session *session, const struct gw_request *request,
	      const struct gw_keys *keys, struct gw_batch *batch, struct gw_error *err)
{
	struct search search = {.batch = batch, .keys = keys};
	enum gw_status status = check_columns(request->stream, keys, err);

	if (status == GW_OK)
		status = gw_drop_begin(session, request, NULL, &search.cursor, err);
	if (status != GW_OK)
		return status;
	batch->nrows = 0;
	batch->ncolumns = request->ncolumns;
	batch->resent = true;
	batch->snapshot_us = gw_now_us();
	batch->values = gw_arena_alloc(&batch->arena, (keys->count + 1) * (request->ncolumns + 1) *
							      sizeof *batch->values);
	status = batch->values == NULL ? gw_fail_memory(err) : hash_keys(&search, err);
	if (status == GW_OK)
		status = search_all(&search, err);
	gw_drop_end(search.cursor);
	return status;
}
