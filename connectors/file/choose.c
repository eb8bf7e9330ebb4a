/*
 * Which file comes next, and what is to be done with it.
 */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/session.h"

enum { GUARD_LEAST = 100, BROKEN_WAIT_S = 60 };

static enum gw_status
list_files(struct gw_cursor *cursor, struct gw_error *err)
{
	struct gw_dropped_list list = {.count = 0};
	enum gw_status status;

	if (cursor->listed)
		return GW_OK;
	cursor->listed = true;
	status = gw_folder_list(&cursor->session->folder, ".", cursor->stream->table,
				&cursor->arena, &list, err);
	cursor->files = list.files;
	cursor->nfiles = list.count;
	return status;
}

/* The stream is through with a file that gave it no rows. */
static enum gw_status
set_aside(struct gw_cursor *cursor, const struct gw_dropped *file, enum gw_fate fate,
	  const char *reason, struct gw_error *err)
{
	const struct gw_drop_place *place = &cursor->place;
	const struct gw_section section = {
		.stream = cursor->stream->name,
		.fate = fate,
		.about = place->about[0] == '\0' ? NULL : place->about,
		.reason = reason,
		.sha = place->file.sha,
	};

	gw_drop_tell(cursor,
		     fate == GW_FATE_REFUSED ? _("the file %s was rejected: %s")
					     : _("the file %s was not read: %s"),
		     file->plain, reason);
	if (!cursor->session->settles)
		return GW_OK;
	return gw_drop_through(cursor->session, file, &section, err);
}

/* A file of which nothing is to be sent, such as one with a header alone, is taken at once. */
static enum gw_status
take_empty(struct gw_cursor *cursor, const struct gw_dropped *file, struct gw_error *err)
{
	struct gw_drop_place *place = &cursor->place;
	const struct gw_section section = {
		.stream = cursor->stream->name,
		.fate = GW_FATE_TAKEN,
		.about = place->about,
		.sha = place->file.sha,
		.skipped = place->skipped,
	};

	if (!cursor->session->settles)
		return GW_OK;
	place->file.at_us = gw_now_us();
	if (gw_report_section(&cursor->session->folder, file->id, &section, err) != GW_OK ||
	    gw_ledger_add(&cursor->session->ledger, &place->file, err) != GW_OK)
		return err->status;
	gw_drop_tell(cursor, _("the file %s has no rows"), file->plain);
	return gw_drop_through(cursor->session, file, &section, err);
}

/* What a file is that was already taken, or comes too late; false: neither. */
static bool
is_old(struct gw_cursor *cursor, const struct gw_dropped *file, char *why, size_t size,
       enum gw_fate *fate)
{
	const struct gw_ledger *ledger = &cursor->session->ledger;
	const char *stream = cursor->stream->name;
	const struct gw_taken *same = gw_ledger_of_content(ledger, stream, cursor->place.file.sha);
	const struct gw_taken *stands = gw_ledger_of_part(ledger, stream, file->part);
	char at[GW_TIME_TEXT];

	if (same != NULL) {
		gw_folder_time(&cursor->session->folder, same->at_us, at);
		*fate = GW_FATE_KNOWN;
		(void)snprintf(why, size,
			       _("its content is the same as that of %s, which was taken on %.10s"),
			       same->name, at);
		return true;
	}
	if (stands == NULL || gw_pattern_compare(file->plain, stands->name) >= 0)
		return false;
	*fate = GW_FATE_REFUSED;
	(void)snprintf(why, size,
		       _("%s, a later file of the same part (%s), was taken before; if this one is "
			 "to take its place, give it a later name"),
		       stands->name, stands->part);
	return true;
}

/* More than half of the part's rows would go: nobody means that, but for who says so. */
static bool
is_guarded(const struct gw_cursor *cursor, const struct gw_dropped *file, char *why, size_t size)
{
	size_t gone = cursor->gone.count, before = cursor->before;
	bool empty = cursor->place.file.rows == 0;

	if (file->confirmed || gone == 0 || !(empty || (gone >= GUARD_LEAST && gone > before / 2)))
		return false;
	(void)snprintf(why, size,
		       _("it would delete %zu of the %zu rows of its part (%s); if that is right, "
			 "put it into the folder again with \"xacnhan-\" before its name: "
			 "xacnhan-%s"),
		       gone, before, file->part, file->plain);
	return true;
}

/* One that is broken may still be on its way. */
static bool
is_young(const struct gw_dropped *file)
{
	int64_t age = gw_now_us() / 1000000 - (int64_t)file->changed.tv_sec;

	return age >= 0 && age < BROKEN_WAIT_S;
}

static void
name_place(struct gw_cursor *cursor, const struct gw_dropped *file)
{
	struct gw_drop_place *place = &cursor->place;
	const struct gw_taken *stands;

	place->replaces = false;
	place->row = place->sent = place->gone = place->skipped = 0;
	place->about[0] = '\0';
	place->file.rows = -1;
	place->file.place = cursor->session->ledger.places + 1;
	(void)snprintf(place->file.stream, sizeof place->file.stream, "%s", cursor->stream->name);
	(void)snprintf(place->file.name, sizeof place->file.name, "%s", file->plain);
	(void)snprintf(place->file.part, sizeof place->file.part, "%s", file->part);
	memcpy(place->id, file->id, sizeof place->id);
	stands = gw_ledger_of_part(&cursor->session->ledger, cursor->stream->name, file->part);
	if (stands == NULL)
		return;
	place->replaces = true;
	memcpy(place->before, stands->sha, GW_SHA);
}

/* The first phase that has something to do. */
static enum gw_status
open_first(struct gw_cursor *cursor, struct gw_error *err)
{
	struct gw_drop_place *place = &cursor->place;
	const struct gw_taken *stands;
	struct gw_taken before;
	bool there = false;

	place->phase = GW_DROP_ROWS;
	if (cursor->session->settles &&
	    gw_report_rows_cut(&cursor->session->folder, place->file.sha, cursor->stream->name, 0,
			       err) != GW_OK)
		return err->status;
	stands =
		gw_ledger_of_part(&cursor->session->ledger, cursor->stream->name, place->file.part);
	if (cursor->gone.count > 0 && stands != NULL) {
		before = *stands;
		if (gw_drop_open_content(cursor, &before, true, &cursor->table, &there, err) !=
			    GW_OK &&
		    err->status != GW_REJECT)
			return err->status;
		if (there && cursor->table != NULL) {
			place->phase = GW_DROP_GONE;
			return GW_OK;
		}
		gw_drop_tell(cursor,
			     _("%s: the file before it, %s, is no longer in done/: %lld rows that "
			       "are gone stay until songma reconcile"),
			     place->file.name, before.name, (long long)cursor->gone.count);
	}
	return gw_drop_open_content(cursor, &place->file, false, &cursor->table, &there, err);
}

static enum gw_status
examine(struct gw_cursor *cursor, const struct gw_dropped *file, struct gw_error *err)
{
	char why[sizeof err->text];
	enum gw_fate fate = GW_FATE_REFUSED;
	enum gw_status status;

	if (file->odd != NULL)
		return set_aside(cursor, file, fate, file->odd, err);
	if (is_old(cursor, file, why, sizeof why, &fate))
		return set_aside(cursor, file, fate, why, err);
	status = gw_drop_survey(cursor, err);
	if (status == GW_REJECT && is_young(file))
		return GW_OK;
	if (status == GW_REJECT) {
		memcpy(why, err->text, sizeof why);
		return set_aside(cursor, file, GW_FATE_REFUSED, why, err);
	}
	if (status == GW_OK)
		status = gw_drop_find_gone(cursor, err);
	if (status != GW_OK)
		return status;
	if (is_guarded(cursor, file, why, sizeof why))
		return set_aside(cursor, file, GW_FATE_REFUSED, why, err);
	if (cursor->place.file.rows == 0 && cursor->gone.count == 0)
		return take_empty(cursor, file, err);
	return open_first(cursor, err);
}

/* Nothing changes where the file does while it is copied: it comes in a later cycle. */
static enum gw_status
try_file(struct gw_cursor *cursor, const struct gw_dropped *file, struct gw_error *err)
{
	struct gw_session *session = cursor->session;
	enum gw_fate fate;
	enum gw_status status;
	bool same, through;

	through = gw_report_fate(&session->folder, file->id, cursor->stream->name, &fate);
	if (!file->settled || (through && !gw_drop_all_through(session, file)))
		return GW_OK;
	name_place(cursor, file);
	status = gw_folder_copy(&session->folder, file, &session->cancelled, cursor->place.file.sha,
				&same, err);
	if (status == GW_REJECT) {
		gw_drop_tell(cursor, "%s", err->text);
		return GW_OK;
	}
	if (status != GW_OK || !same)
		return status;
	if (through) {
		if (session->settles)
			gw_drop_put_away(session, file, cursor->place.file.sha);
		return GW_OK;
	}
	status = examine(cursor, file, err);
	if (status == GW_OK && cursor->table == NULL && session->settles)
		gw_drop_forget_copy(session, cursor->place.file.sha);
	return status;
}

enum gw_status
gw_drop_choose(struct gw_cursor *cursor, struct gw_error *err)
{
	struct gw_drop_place before = cursor->place;

	if (list_files(cursor, err) != GW_OK)
		return err->status;
	while (cursor->next_file < cursor->nfiles && cursor->table == NULL) {
		const struct gw_dropped *file = &cursor->files[cursor->next_file++];

		if (try_file(cursor, file, err) != GW_OK)
			return err->status;
		if (cursor->table == NULL)
			cursor->place = before;
		if (cursor->session->cancelled)
			return gw_fail(err, GW_CANCELLED, "%s", _("stopped on request"));
	}
	return GW_OK;
}
