#include "file/place.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "bookmarks.h"

enum { VERSION = 1, COUNTS = 5 };

static const char *const phase_names[GW_DROP_PHASES] = {
	[GW_DROP_GONE] = "gone",
	[GW_DROP_ROWS] = "rows",
	[GW_DROP_DONE] = "done",
	[GW_DROP_AGAIN] = "again",
};

enum gw_status
gw_drop_place_write(const struct gw_drop_place *place, struct gw_bookmark *out,
		    struct gw_error *err)
{
	const struct gw_taken *file = &place->file;
	char sha[GW_SHA_TEXT], before[GW_SHA_TEXT], shape[GW_SHAPE_TEXT], text[GW_BOOKMARK_MAX];
	json_t *root;
	size_t len;

	gw_hex_encode(file->sha, GW_SHA, sha);
	gw_hex_encode(place->before, GW_SHA, before);
	gw_shape_format(place->shape, shape);
	root = json_pack("{si ss ss sb sb ss ss ss ss ss sI sI sI sb ss sI sI sI}", "file", VERSION,
			 "shape", shape, "phase", phase_names[place->phase], "first",
			 (int)place->first, "any", (int)place->any, "name", file->name, "part",
			 file->part, "sha256", sha, "id", place->id, "about", place->about,
			 "skipped", (json_int_t)place->skipped, "rows", (json_int_t)file->rows,
			 "place", (json_int_t)file->place, "replaces", (int)place->replaces,
			 "before", before, "row", (json_int_t)place->row, "sent",
			 (json_int_t)place->sent, "deleted", (json_int_t)place->gone);
	if (root == NULL)
		return gw_fail_memory(err);
	len = json_dumpb(root, text, sizeof text, JSON_COMPACT);
	json_decref(root);
	if (len == 0 || len > sizeof text)
		return gw_fail(err, GW_CONFIG, _("the name of the file is too long: %s"),
			       file->name);
	memcpy(out->bytes, text, len);
	out->len = (uint32_t)len;
	return GW_OK;
}

static bool
take_text(char *to, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len >= size)
		return false;
	memcpy(to, text, len + 1);
	return true;
}

static bool
are_counts(const json_int_t counts[COUNTS])
{
	for (size_t i = 0; i < COUNTS; i++)
		if (counts[i] < 0)
			return false;
	return true;
}

static bool
read_file(struct gw_drop_place *out, const char *name, const char *part, const char *sha,
	  const char *before)
{
	return strchr(name, '/') == NULL &&
	       take_text(out->file.name, sizeof out->file.name, name) &&
	       take_text(out->file.part, sizeof out->file.part, part) &&
	       gw_hex_decode(sha, strlen(sha), out->file.sha, GW_SHA) &&
	       gw_hex_decode(before, strlen(before), out->before, GW_SHA);
}

static bool
read_object(json_t *root, struct gw_drop_place *out)
{
	const char *shape, *phase_name, *name, *part, *sha, *id, *about, *before;
	json_int_t skipped, rows, place, row, sent, gone;
	int version, first, any, replaces;
	size_t phase;

	if (json_unpack(root, "{si ss ss sb sb ss ss ss ss ss sI sI sI sb ss sI sI sI}", "file",
			&version, "shape", &shape, "phase", &phase_name, "first", &first, "any",
			&any, "name", &name, "part", &part, "sha256", &sha, "id", &id, "about",
			&about, "skipped", &skipped, "rows", &rows, "place", &place, "replaces",
			&replaces, "before", &before, "row", &row, "sent", &sent, "deleted",
			&gone) != 0)
		return false;
	if (version != VERSION ||
	    !are_counts((const json_int_t[]){place, row, sent, gone, skipped}) || rows < -1 ||
	    !gw_word_find(phase_names, GW_DROP_PHASES, phase_name, &phase))
		return false;
	out->phase = (enum gw_drop_phase)phase;
	out->first = first != 0;
	out->any = any != 0;
	out->replaces = replaces != 0;
	out->file.rows = rows;
	out->file.place = (uint64_t)place;
	out->row = row;
	out->sent = sent;
	out->gone = gone;
	out->skipped = skipped;
	return strchr(id, '/') == NULL && gw_shape_parse(shape, &out->shape) &&
	       take_text(out->id, sizeof out->id, id) &&
	       take_text(out->about, sizeof out->about, about) &&
	       read_file(out, name, part, sha, before);
}

enum gw_status
gw_drop_place_read(const struct gw_bookmark *bookmark, struct gw_drop_place *out,
		   struct gw_error *err)
{
	json_t *root = gw_bookmark_load(bookmark);
	struct gw_drop_place place = {.first = false};
	bool valid;

	valid = root != NULL && read_object(root, &place);
	json_decref(root);
	if (!valid)
		return gw_bookmark_fail_other(err);
	*out = place;
	return GW_OK;
}

enum gw_status
gw_drop_place_describe(const struct gw_bookmark *bookmark, char *out, size_t size,
		       struct gw_error *err)
{
	struct gw_drop_place place;

	if (gw_drop_place_read(bookmark, &place, err) != GW_OK)
		return err->status;
	if (place.file.name[0] == '\0')
		(void)snprintf(out, size, "%s", _("no file has been taken yet"));
	else if (place.phase == GW_DROP_DONE)
		(void)snprintf(out, size, _("files were taken up to %s"), place.file.name);
	else
		(void)snprintf(out, size, _("the file %s is being read, up to row %lld"),
			       place.file.name, (long long)place.row);
	return GW_OK;
}
