#include "control/look.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "kafka/json.h"

enum { TEXT_MAX = 256 * 1024, NUMBER_TEXT = 24 };

static const char *const aheads[] = {
	[GW_AHEAD_UNKNOWN] = "unknown",
	[GW_AHEAD_NO] = "no",
	[GW_AHEAD_YES] = "yes",
};

enum { AHEADS = sizeof aheads / sizeof aheads[0] };

static json_t *
columns_new(const struct gw_look *look)
{
	json_t *list = json_array();

	for (size_t i = 0; i < look->ncorrected; i++)
		if (json_array_append_new(list, json_string(look->corrected[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

enum gw_status
gw_look_encode(const struct gw_look *look, struct gw_buf *out, struct gw_error *err)
{
	char hash[NUMBER_TEXT];

	/* All of its bits, which a number of JSON need not keep. */
	(void)snprintf(hash, sizeof hash, "%" PRId64, look->hash);
	return gw_json_write(json_pack("{s:b, s:s, s:I, s:I, s:s?, s:s?, s:s?, s:s?, s:s?, s:s?, "
				       "s:o}",
				       "there", (int)look->there, "ahead", aheads[look->ahead],
				       "read", (json_int_t)look->read_us, "position",
				       (json_int_t)look->position_us, "key", look->key, "column",
				       look->column, "rule", look->rule, "code", look->code,
				       "reason", look->reason, "hash", look->hashed ? hash : NULL,
				       "corrected", columns_new(look)),
			     out, err);
}

static bool
read_columns(const json_t *root, struct gw_arena *arena, struct gw_look *out)
{
	const json_t *list = json_object_get(root, "corrected");
	size_t count = json_array_size(list);

	if (!json_is_array(list) || count > GW_LOOK_COLUMNS)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!gw_json_copy(json_array_get(list, i), arena, &out->corrected[i]) ||
		    out->corrected[i] == NULL)
			return false;
	out->ncorrected = count;
	return true;
}

static bool
read_hash(const json_t *root, struct gw_arena *arena, struct gw_look *out)
{
	const char *text;

	if (!gw_json_optional(root, "hash", arena, &text))
		return false;
	out->hashed = text != NULL;
	return text == NULL || gw_parse_i64(text, strlen(text), &out->hash);
}

static bool
read_root(const json_t *root, struct gw_arena *arena, struct gw_look *out)
{
	size_t ahead;

	if (!gw_json_bool(root, "there", &out->there) ||
	    !gw_json_word(root, "ahead", aheads, AHEADS, &ahead) ||
	    !gw_json_i64(root, "read", 0, &out->read_us) ||
	    !gw_json_i64(root, "position", 0, &out->position_us))
		return false;
	out->ahead = (enum gw_ahead)ahead;
	return gw_json_optional(root, "key", arena, &out->key) &&
	       gw_json_optional(root, "column", arena, &out->column) &&
	       gw_json_optional(root, "rule", arena, &out->rule) &&
	       gw_json_optional(root, "code", arena, &out->code) &&
	       gw_json_optional(root, "reason", arena, &out->reason) &&
	       read_hash(root, arena, out) && read_columns(root, arena, out);
}

enum gw_status
gw_look_decode(const unsigned char *data, size_t len, struct gw_arena *arena, struct gw_look *out,
	       struct gw_error *err)
{
	struct gw_look look = {.there = false};
	json_t *root = gw_json_parse((const char *)data, len, TEXT_MAX);
	bool ours = read_root(root, arena, &look);

	json_decref(root);
	if (!ours)
		return gw_fail(
			err, GW_REJECT, "%s",
			_("this is not an answer about a row that this program has written"));
	*out = look;
	return GW_OK;
}
