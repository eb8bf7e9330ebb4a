#include "dlq/control.h"

#include <string.h>

#include "base/i18n.h"
#include "dlq/sealed.h"
#include "kafka/json.h"

#define FORMAT "replay/1"

enum { TEXT_MAX = 4 * 1024 * 1024 };

enum gw_status
gw_replay_encode(const struct gw_replay *replay, const unsigned char pull_public[32],
		 struct gw_buf *out, struct gw_error *err)
{
	const struct gw_keys *keys = &replay->keys;
	size_t before = out->len;
	json_t *sealed = NULL;

	if (keys->count < 1 || keys->count > GW_REPLAY_KEYS || keys->ncolumns < 1 ||
	    keys->ncolumns > GW_KEY_COLUMNS)
		return gw_fail(err, GW_REJECT,
			       _("%zu keys of %zu columns can't be asked for at once: at most %d "
				 "keys of %d columns"),
			       keys->count, keys->ncolumns, (int)GW_REPLAY_KEYS,
			       (int)GW_KEY_COLUMNS);
	if (gw_sealed_new(gw_keys_json(keys), pull_public, &sealed, err) != GW_OK ||
	    gw_json_write(json_pack("{s:s, s:s, s:s, s:s, s:o, s:I, s:o}", "format", FORMAT, "id",
				    replay->id, "stream", replay->stream, "by", replay->by, "at",
				    gw_json_time_new(replay->at_us), "count",
				    (json_int_t)keys->count, "sealed", sealed),
			  out, err) != GW_OK)
		return err->status;
	if (out->len - before <= TEXT_MAX)
		return GW_OK;
	out->len = before;
	return gw_fail(err, GW_REJECT, "%s",
		       _("the keys of these rows are too long to be asked for at once; replay "
			 "fewer letters"));
}

static bool
read_root(const json_t *root, struct gw_replay *out)
{
	char format[16];
	unsigned char id[16];

	return gw_json_text(root, "format", format, sizeof format) && strcmp(format, FORMAT) == 0 &&
	       gw_json_text(root, "id", out->id, sizeof out->id) && gw_uuid_parse(out->id, id) &&
	       gw_json_text(root, "stream", out->stream, sizeof out->stream) &&
	       gw_json_text(root, "by", out->by, sizeof out->by) &&
	       gw_json_time(root, "at", &out->at_us);
}

enum gw_status
gw_replay_decode(const char *text, size_t len, const struct gw_pull_keys *keys,
		 struct gw_arena *arena, struct gw_replay *out, struct gw_error *err)
{
	struct gw_replay replay = {.at_us = 0};
	json_t *root = gw_json_parse(text, len, TEXT_MAX);
	bool ours = read_root(root, &replay);
	json_t *inner = ours ? gw_sealed_open(root, "sealed", keys) : NULL;
	bool good = gw_keys_read(inner, GW_REPLAY_KEYS, arena, &replay.keys);

	json_decref(inner);
	json_decref(root);
	if (!ours)
		return gw_fail(err, GW_REJECT, "%s",
			       _("this is not a request that this program has written"));
	if (!good)
		return gw_fail(err, GW_REJECT,
			       _("request %s for stream %s can't be opened: it was damaged, or "
				 "sealed to another key than keys.pull_public_file"),
			       replay.id, replay.stream);
	*out = replay;
	return GW_OK;
}
