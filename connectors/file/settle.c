/*
 * What happens to files once nothing more is read of them.
 */
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "file/session.h"

enum { STREAMS_MAX = 64 };

/* The source's streams whose pattern fits the file. */
static size_t
streams_of(const struct gw_session *session, const char *plain, const char *names[STREAMS_MAX])
{
	char part[GW_FILE_NAME];
	size_t n = 0;

	for (size_t i = 0; i < session->source->nstreams && n < STREAMS_MAX; i++)
		if (gw_pattern_match(session->source->streams[i].table, plain, part))
			names[n++] = session->source->streams[i].name;
	return n;
}

bool
gw_drop_all_through(struct gw_session *session, const struct gw_dropped *file)
{
	const char *names[STREAMS_MAX];
	size_t n = streams_of(session, file->plain, names);
	enum gw_fate fate;

	for (size_t i = 0; i < n; i++)
		if (!gw_report_fate(&session->folder, file->id, names[i], &fate))
			return false;
	return true;
}

/* False: no stream that reads it has said anything of it: another pull has put it away since.  A
   name that had to be cut may fit no stream's pattern. */
static bool
find_place(const struct gw_session *session, const struct gw_dropped *file,
	   const char *const *names, size_t n, const char **where)
{
	enum gw_fate fate;
	bool any = n == 0;

	*where = GW_FOLDER_REJECTED;
	for (size_t i = 0; i < n; i++) {
		if (!gw_report_fate(&session->folder, file->id, names[i], &fate))
			continue;
		any = true;
		if (fate != GW_FATE_REFUSED)
			*where = GW_FOLDER_DONE;
	}
	return any;
}

bool
gw_drop_needs_copy(const struct gw_session *session, const unsigned char sha[GW_SHA])
{
	char to[GW_FOLDER_PATH];
	struct gw_dropped there;

	for (size_t i = 0; i < session->source->nstreams; i++) {
		const struct gw_taken *same = gw_ledger_of_content(
			&session->ledger, session->source->streams[i].name, sha);
		bool known;

		if (same == NULL)
			continue;
		gw_folder_place(&session->folder, same->name, sha, GW_FOLDER_DONE, to, &known);
		if (!known && !gw_folder_find(&session->folder, to, &there))
			return true;
	}
	return false;
}

void
gw_drop_forget_copy(const struct gw_session *session, const unsigned char sha[GW_SHA])
{
	char path[GW_FOLDER_PATH];

	if (gw_drop_needs_copy(session, sha))
		return;
	gw_folder_copy_path(sha, path);
	gw_folder_forget(&session->folder, path);
}

static enum gw_status
put_away(struct gw_session *session, const struct gw_dropped *file, const unsigned char sha[GW_SHA],
	 const char *const *names, size_t n, struct gw_error *err)
{
	char to[GW_FOLDER_PATH];
	const char *where;
	bool known;

	if (!find_place(session, file, names, n, &where))
		return GW_OK;
	gw_folder_place(&session->folder, file->plain, sha, where, to, &known);
	if (gw_report_write(&session->folder, file, to, names, n, err) != GW_OK ||
	    gw_folder_put(&session->folder, file, sha, to, err) != GW_OK)
		return err->status;
	gw_drop_forget_copy(session, sha);
	for (size_t i = 0; i < n; i++)
		gw_report_forget(&session->folder, file->id, sha, names[i]);
	return GW_OK;
}

void
gw_drop_put_away(struct gw_session *session, const struct gw_dropped *file,
		 const unsigned char sha[GW_SHA])
{
	const char *names[STREAMS_MAX];
	size_t n = streams_of(session, file->plain, names);
	struct gw_error err;

	if (put_away(session, file, sha, names, n, &err) == GW_OK)
		session->trouble[0] = '\0';
	else
		(void)snprintf(session->trouble, sizeof session->trouble, "%.590s", err.text);
}

/* A file that is there no more can't be read by the others either. */
static void
put_away_if_through(struct gw_session *session, const struct gw_dropped *file,
		    const unsigned char sha[GW_SHA])
{
	struct gw_dropped there;

	if (gw_drop_all_through(session, file) ||
	    !gw_folder_find(&session->folder, file->name, &there) ||
	    strcmp(there.id, file->id) != 0)
		gw_drop_put_away(session, file, sha);
}

enum gw_status
gw_drop_through(struct gw_session *session, const struct gw_dropped *file,
		const struct gw_section *section, struct gw_error *err)
{
	if (gw_report_section(&session->folder, file->id, section, err) != GW_OK)
		return err->status;
	put_away_if_through(session, file, section->sha);
	return GW_OK;
}

/* The file of the bookmark as it lies in the folder, or as if it did. */
static void
find_file(struct gw_session *session, const struct gw_drop_place *place, struct gw_dropped *out,
	  char name[GW_FILE_NAME + 16])
{
	static const char *const marks[] = {"", "xacnhan-", "confirm-"};

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		(void)snprintf(name, GW_FILE_NAME + 16, "%s%s", marks[i], place->file.name);
		if (gw_folder_find(&session->folder, name, out) && strcmp(out->id, place->id) == 0)
			break;
		*out = (struct gw_dropped){.name = name};
	}
	out->plain = place->file.name;
	out->part = place->file.part;
	memcpy(out->id, place->id, sizeof out->id);
}

/* Keys of a file that no longer stands. */
static void
forget_keys(struct gw_session *session, const struct gw_drop_place *place, const char *stream)
{
	char path[GW_FOLDER_PATH];

	if (!place->replaces || memcmp(place->before, place->file.sha, GW_SHA) == 0)
		return;
	gw_drop_keys_path(stream, place->before, path);
	gw_folder_forget(&session->folder, path);
}

static enum gw_status
close_file(struct gw_session *session, struct gw_drop_place *place, const char *stream,
	   struct gw_error *err)
{
	const struct gw_section section = {
		.stream = stream,
		.fate = GW_FATE_TAKEN,
		.about = place->about[0] == '\0' ? NULL : place->about,
		.read = place->file.rows,
		.skipped = place->skipped,
		.gone = place->gone,
		.sha = place->file.sha,
	};
	char name[GW_FILE_NAME + 16];
	struct gw_dropped file;

	find_file(session, place, &file, name);
	(void)snprintf(place->file.stream, sizeof place->file.stream, "%s", stream);
	place->file.at_us = gw_now_us();
	if (gw_report_section(&session->folder, file.id, &section, err) != GW_OK ||
	    gw_ledger_add(&session->ledger, &place->file, err) != GW_OK)
		return err->status;
	forget_keys(session, place, stream);
	put_away_if_through(session, &file, place->file.sha);
	return GW_OK;
}

enum gw_status
gw_drop_stored(struct gw_session *session, const struct gw_stream *stream,
	       const struct gw_bookmark *bookmark, struct gw_error *err)
{
	const struct gw_taken *stands;
	struct gw_drop_place place;
	char name[GW_FILE_NAME + 16];
	struct gw_dropped file;
	enum gw_fate fate;

	if (!session->settles)
		gw_folder_give_back(&session->folder);
	session->settles = true;
	if (bookmark->len == 0)
		return GW_OK;
	if (gw_drop_place_read(bookmark, &place, err) != GW_OK)
		return err->status;
	/* What was read by another key or pattern is read again. */
	if (place.phase != GW_DROP_DONE || place.file.name[0] == '\0' ||
	    place.shape != gw_drop_table_shape(stream))
		return GW_OK;
	stands = gw_ledger_of_part(&session->ledger, stream->name, place.file.part);
	if (stands == NULL ||
	    (stands->place < place.file.place && memcmp(stands->sha, place.file.sha, GW_SHA) != 0))
		return close_file(session, &place, stream->name, err);
	if (!gw_report_fate(&session->folder, place.id, stream->name, &fate))
		return GW_OK;
	find_file(session, &place, &file, name);
	if (gw_drop_all_through(session, &file))
		gw_drop_put_away(session, &file, place.file.sha);
	return GW_OK;
}
