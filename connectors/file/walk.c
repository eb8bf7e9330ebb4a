/*
 * From file to file: what a cycle has in hand, and what comes after it.
 */
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/session.h"

/* Goes on behind the row of the place. */
static enum gw_status
skip_rows(struct gw_cursor *cursor, struct gw_error *err)
{
	bool more = true;

	while (cursor->place.row > 0 && more) {
		if (gw_drop_table_next(cursor->table, &more, err) != GW_OK)
			return err->status;
		if (more && cursor->table->number > cursor->place.row) {
			cursor->held = true;
			return GW_OK;
		}
		if (cursor->session->cancelled)
			return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
	}
	return GW_OK;
}

/* The copy that was being read is gone with all that is below .songma, and so is the file. */
static void
give_up(struct gw_cursor *cursor)
{
	gw_drop_tell(cursor,
		     _("the file %s is gone while it was being read: what was sent of it stays; "
		       "put it into the folder again"),
		     cursor->place.file.name);
	cursor->place.phase = GW_DROP_DONE;
	cursor->place.file = (struct gw_taken){.rows = -1};
	cursor->dirty = true;
}

static enum gw_status
resume(struct gw_cursor *cursor, struct gw_error *err)
{
	struct gw_drop_place *place = &cursor->place;
	const char *name = cursor->stream->name;
	struct gw_taken file = place->file;
	const struct gw_taken *stands;
	enum gw_status status = GW_OK;
	bool there = false;

	if (place->phase == GW_DROP_GONE) {
		stands = gw_ledger_of_part(&cursor->session->ledger, name, place->file.part);
		if (stands != NULL)
			file = *stands;
		status = gw_drop_find_gone(cursor, err);
	} else {
		status = gw_report_rows_cut(&cursor->session->folder, place->file.sha, name,
					    place->row, err);
	}
	if (status == GW_OK)
		status = gw_drop_open_content(cursor, &file, place->phase == GW_DROP_GONE,
					      &cursor->table, &there, err);
	if (status == GW_REJECT || (status == GW_OK && !there)) {
		give_up(cursor);
		return GW_OK;
	}
	return status == GW_OK ? skip_rows(cursor, err) : status;
}

/* The next of the files that stand.  One that can't be read is passed over, but for who reads once:
   without it no one may think that its rows are gone. */
static enum gw_status
open_again(struct gw_cursor *cursor, struct gw_error *err)
{
	struct gw_drop_place *place = &cursor->place;
	const struct gw_taken *file =
		gw_ledger_next(&cursor->session->ledger, cursor->stream->name, place->file.place);
	enum gw_status status;
	bool there;

	if (file == NULL) {
		cursor->dirty = true;
		cursor->ended = cursor->once;
		place->phase = cursor->once ? GW_DROP_AGAIN : GW_DROP_DONE;
		place->file =
			(struct gw_taken){.rows = -1, .place = cursor->session->ledger.places + 1};
		return GW_OK;
	}
	if (file->place != place->file.place)
		place->row = 0;
	place->file = *file;
	status = gw_drop_open_content(cursor, &place->file, false, &cursor->table, &there, err);
	if (status == GW_OK && !there)
		status = gw_fail(err, GW_REJECT,
				 _("%s is no longer in done/, though its rows stand: put it back, "
				   "or put a newer file of its part into the folder"),
				 place->file.name);
	if (status == GW_REJECT && !cursor->once) {
		gw_drop_tell(cursor, _("%s: its rows are not sent again and stay as they are: %s"),
			     place->file.name, err->text);
		place->file.place++;
		place->row = 0;
		cursor->dirty = true;
		return GW_OK;
	}
	return status == GW_OK ? skip_rows(cursor, err) : status;
}

enum gw_status
gw_drop_open_next(struct gw_cursor *cursor, struct gw_error *err)
{
	cursor->held = false;
	if (cursor->place.phase == GW_DROP_AGAIN)
		return open_again(cursor, err);
	if (cursor->place.phase != GW_DROP_DONE)
		return resume(cursor, err);
	if (gw_drop_choose(cursor, err) != GW_OK)
		return err->status;
	cursor->ended = cursor->table == NULL;
	return GW_OK;
}

/* The table in hand has no more rows. */
enum gw_status
gw_drop_close_table(struct gw_cursor *cursor, struct gw_error *err)
{
	struct gw_drop_place *place = &cursor->place;
	bool there = false;

	gw_drop_table_close(cursor->table);
	cursor->table = NULL;
	cursor->held = false;
	cursor->dirty = true;
	place->row = 0;
	if (place->phase == GW_DROP_AGAIN) {
		place->file.place++;
	} else if (place->phase == GW_DROP_ROWS || place->file.rows == 0) {
		place->phase = GW_DROP_DONE;
		place->any = true;
	} else {
		place->phase = GW_DROP_ROWS;
		gw_keylist_free(&cursor->gone);
		if (gw_drop_open_content(cursor, &place->file, false, &cursor->table, &there,
					 err) != GW_OK)
			return err->status;
		if (!there)
			give_up(cursor);
	}
	return GW_OK;
}
