/*
 * Reading a file without sending anything: what it has, and what it lacks.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/session.h"

enum { LOOK_EVERY = 1024, FEW = 100 };

void
gw_drop_keys_path(const char *stream, const unsigned char sha[GW_SHA], char out[GW_FOLDER_PATH])
{
	char hex[GW_SHA_TEXT];

	gw_hex_encode(sha, GW_SHA, hex);
	(void)snprintf(out, GW_FOLDER_PATH, GW_FOLDER_KEYS "/%.128s.%s", stream, hex);
}

enum gw_status
gw_drop_open_content(struct gw_cursor *cursor, const struct gw_taken *file, bool keys_only,
		     struct gw_drop_table **out, bool *there, struct gw_error *err)
{
	struct gw_session *session = cursor->session;
	const struct gw_table_spec spec = {
		.stream = cursor->stream,
		.columns = cursor->columns,
		.ncolumns = cursor->ncolumns,
		.keys_only = keys_only,
		.zone = session->zone,
		.scratch = session->folder.path,
	};
	int fd = gw_folder_content(&session->folder, file->name, file->sha);

	*there = fd >= 0;
	/* Rights that are gone for a while make no file that is gone for good. */
	if (!*there && errno != ENOENT)
		return gw_fail(err, GW_RETRY, _("%s can't be opened: %s"), file->name,
			       strerror(errno));
	return *there ? gw_drop_table_open(fd, &spec, out, err) : GW_OK;
}

static enum gw_status
collect(struct gw_cursor *cursor, struct gw_drop_table *table, struct gw_keylist *keys,
	int64_t *rows, struct gw_error *err)
{
	bool more = true;

	for (*rows = 0; more;) {
		struct gw_keyhash key;

		if (gw_drop_table_next(table, &more, err) != GW_OK)
			return err->status;
		if (!more)
			break;
		if (++*rows > GW_KEYSET_MOST)
			return gw_fail(err, GW_REJECT,
				       _("more than %d rows in one file: split it, for instance "
					 "by commune"),
				       GW_KEYSET_MOST);
		if (gw_drop_table_key(table, &key) && gw_keylist_add(keys, &key, err) != GW_OK)
			return err->status;
		if (*rows % LOOK_EVERY == 0 && cursor->session->cancelled)
			return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
	}
	return GW_OK;
}

/* Counts an open file's rows, and writes the set of its keys. */
static enum gw_status
take_keys(struct gw_cursor *cursor, struct gw_drop_table *table, const unsigned char sha[GW_SHA],
	  int64_t *rows, struct gw_error *err)
{
	struct gw_keylist keys = {.keys = NULL};
	char path[GW_FOLDER_PATH], draft[GW_FOLDER_PATH];
	enum gw_status status = collect(cursor, table, &keys, rows, err);

	if (status == GW_OK) {
		(void)gw_keylist_sort(&keys);
		gw_drop_keys_path(cursor->stream->name, sha, path);
		/* One a process: another pull may write the same set. */
		(void)snprintf(draft, sizeof draft, GW_FOLDER_WORK "/keys.%ld", (long)getpid());
		status = gw_keyset_write(&keys, cursor->session->folder.dir, draft, path,
					 gw_drop_table_mark(cursor->stream), err);
	}
	gw_keylist_free(&keys);
	return status;
}

enum gw_status
gw_drop_survey(struct gw_cursor *cursor, struct gw_error *err)
{
	struct gw_drop_place *place = &cursor->place;
	struct gw_drop_table *table = NULL;
	enum gw_status status;
	bool there;

	place->about[0] = '\0';
	status = gw_drop_open_content(cursor, &place->file, false, &table, &there, err);
	if (status != GW_OK)
		return status;
	if (!there)
		return gw_fail(err, GW_RETRY, _("the copy of %s is gone"), place->file.name);
	(void)snprintf(place->about, sizeof place->about, "%.150s", gw_sheet_about(table->sheet));
	status = take_keys(cursor, table, place->file.sha, &place->file.rows, err);
	place->skipped = table->skipped;
	gw_drop_table_close(table);
	return status;
}

enum gw_status
gw_drop_keys(struct gw_cursor *cursor, const struct gw_taken *file, struct gw_keyset *out,
	     bool *there, struct gw_error *err)
{
	uint64_t mark = gw_drop_table_mark(cursor->stream);
	int dir = cursor->session->folder.dir;
	struct gw_drop_table *table = NULL;
	char path[GW_FOLDER_PATH];
	enum gw_status status;
	int64_t rows;

	gw_drop_keys_path(cursor->stream->name, file->sha, path);
	*there = gw_keyset_open(out, dir, path, mark);
	if (*there)
		return GW_OK;
	status = gw_drop_open_content(cursor, file, true, &table, there, err);
	if (status == GW_OK && *there)
		status = take_keys(cursor, table, file->sha, &rows, err);
	gw_drop_table_close(table);
	if (status == GW_OK && *there)
		*there = gw_keyset_open(out, dir, path, mark);
	if (status != GW_REJECT)
		return status;
	/* It was good once; the mapping asks for other columns now. */
	*there = false;
	return GW_OK;
}

/* A row that moved to another part is not gone. */
static enum gw_status
spare_others(struct gw_cursor *cursor, bool *known, struct gw_error *err)
{
	const struct gw_ledger *ledger = &cursor->session->ledger;
	const struct gw_taken *other = gw_ledger_next(ledger, cursor->stream->name, 0);

	for (; other != NULL && cursor->gone.count > 0;
	     other = gw_ledger_next(ledger, cursor->stream->name, other->place + 1)) {
		struct gw_keyset set = {.keys = NULL};

		if (strcmp(other->part, cursor->place.file.part) == 0)
			continue;
		if (gw_drop_keys(cursor, other, &set, known, err) != GW_OK)
			return err->status;
		if (!*known)
			return GW_OK;
		gw_keylist_without(&cursor->gone, &set);
		gw_keyset_close(&set);
	}
	return GW_OK;
}

static enum gw_status
compare_sets(struct gw_cursor *cursor, const struct gw_taken *before, bool *known,
	     struct gw_error *err)
{
	struct gw_keyset old = {.keys = NULL}, now = {.keys = NULL};
	enum gw_status status = gw_drop_keys(cursor, before, &old, known, err);

	if (status == GW_OK && *known)
		status = gw_drop_keys(cursor, &cursor->place.file, &now, known, err);
	if (status == GW_OK && *known)
		status = gw_keyset_missing(&old, &now, &cursor->gone, err);
	cursor->before = old.count;
	gw_keyset_close(&old);
	gw_keyset_close(&now);
	return status;
}

enum gw_status
gw_drop_find_gone(struct gw_cursor *cursor, struct gw_error *err)
{
	const struct gw_drop_place *place = &cursor->place;
	struct gw_taken before = {.rows = -1};
	const struct gw_taken *stands;
	bool known = true;

	gw_keylist_free(&cursor->gone);
	cursor->before = 0;
	stands =
		gw_ledger_of_part(&cursor->session->ledger, cursor->stream->name, place->file.part);
	if (!place->replaces || stands == NULL)
		return GW_OK;
	before = *stands;
	memcpy(before.sha, place->before, GW_SHA);
	if (compare_sets(cursor, &before, &known, err) != GW_OK ||
	    (known && spare_others(cursor, &known, err) != GW_OK))
		return err->status;
	if (known)
		return GW_OK;
	gw_keylist_free(&cursor->gone);
	gw_drop_tell(cursor,
		     _("%s: an earlier file is no longer in done/, so it can't be told which rows "
		       "are gone: nothing is deleted; put it back, or run songma reconcile"),
		     place->file.name);
	return GW_OK;
}
