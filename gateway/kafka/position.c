#include "kafka/position.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "kafka/json.h"

#define FORMAT "position/1"

enum {
	SEALED_MAX = GW_BOOKMARK_MAX + crypto_box_SEALBYTES,
	BASE64_MAX = (SEALED_MAX + 2) / 3 * 4 + 1,
	TEXT_MAX = 64 * 1024,
};

void
gw_run_warn(struct gw_run *run, const char *column, const char *code, int64_t rows)
{
	struct gw_run_warning new = {.rows = rows};

	gw_utf8_copy(new.column, sizeof new.column, column == NULL ? "" : column);
	gw_utf8_copy(new.code, sizeof new.code, code);
	run->counts.warned += rows;
	for (size_t i = 0; i < run->nwarnings; i++) {
		struct gw_run_warning *known = &run->warnings[i];

		if (strcmp(known->column, new.column) == 0 && strcmp(known->code, new.code) == 0) {
			known->rows += rows;
			return;
		}
	}
	if (run->nwarnings < GW_RUN_WARNINGS)
		run->warnings[run->nwarnings++] = new;
}

/* "" stands for no bookmark. */
static bool
seal_bookmark(const struct gw_bookmark *bookmark, const struct gw_pull_keys *keys,
	      char out[BASE64_MAX])
{
	unsigned char sealed[SEALED_MAX];

	out[0] = '\0';
	if (bookmark->len == 0)
		return true;
	if (bookmark->len > GW_BOOKMARK_MAX ||
	    crypto_box_seal(sealed, bookmark->bytes, bookmark->len, keys->public_key) != 0)
		return false;
	sodium_bin2base64(out, BASE64_MAX, sealed, bookmark->len + crypto_box_SEALBYTES,
			  sodium_base64_VARIANT_ORIGINAL);
	return true;
}

/* NULL: no memory, or its text is none. */
static json_t *
pause_new(const struct gw_pause *pause)
{
	char mapping[17];

	if (pause->at_us == 0)
		return json_null();
	(void)snprintf(mapping, sizeof mapping, "%016" PRIx64, pause->mapping);
	return json_pack("{s:o, s:s, s:s}", "at", gw_json_time_new(pause->at_us), "mapping",
			 mapping, "why", pause->why);
}

/* A position of before knows of no pause. */
static bool
read_pause(const json_t *root, struct gw_position *out)
{
	const json_t *object = json_object_get(root, "pause");
	unsigned char bytes[8];
	char mapping[17];

	if (json_object_get(root, "allow") != NULL && !gw_json_i64(root, "allow", 0, &out->allow))
		return false;
	if (object == NULL || json_is_null(object))
		return true;
	if (!gw_json_time(object, "at", &out->pause.at_us) || out->pause.at_us == 0 ||
	    !gw_json_text(object, "why", out->pause.why, sizeof out->pause.why) ||
	    !gw_json_text(object, "mapping", mapping, sizeof mapping) ||
	    !gw_hex_decode(mapping, strlen(mapping), bytes, sizeof bytes))
		return false;
	for (size_t i = 0; i < sizeof bytes; i++)
		out->pause.mapping = out->pause.mapping << 8 | bytes[i];
	return true;
}

/* A position of before does not name it. */
static bool
read_key_id(const json_t *root, struct gw_position *out)
{
	return json_object_get(root, "pseudonym_key") == NULL ||
	       gw_json_text(root, "pseudonym_key", out->pseudonym_key, sizeof out->pseudonym_key);
}

enum gw_status
gw_position_encode(const struct gw_position *position, const struct gw_pull_keys *keys,
		   struct gw_buf *out, struct gw_error *err)
{
	char sealed[BASE64_MAX];

	if (!seal_bookmark(&position->bookmark, keys, sealed))
		return gw_fail(err, GW_FATAL, _("stream %s: its bookmark can't be sealed"),
			       position->stream);
	return gw_json_write(
		json_pack("{s:s, s:s, s:I, s:o, s:s, s:s, s:o, s:o, s:I}", "format", FORMAT,
			  "stream", position->stream, "version", (json_int_t)position->last_version,
			  "written", gw_json_time_new(position->written_us), "pseudonym_key",
			  position->pseudonym_key, "bookmark", sealed, "run",
			  gw_json_run_new(&position->run), "pause", pause_new(&position->pause),
			  "allow", (json_int_t)position->allow),
		out, err);
}

/* Reads the base64 text of a sealed bookmark; *len 0: there is none. */
static bool
read_sealed(const json_t *root, unsigned char sealed[SEALED_MAX], size_t *len)
{
	const json_t *value = json_object_get(root, "bookmark");
	const char *end = NULL;

	if (!json_is_string(value) ||
	    sodium_base642bin(sealed, SEALED_MAX, json_string_value(value),
			      json_string_length(value), NULL, len, &end,
			      sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    *end != '\0')
		return false;
	return *len == 0 || *len > crypto_box_SEALBYTES;
}

static bool
read_root(const json_t *root, struct gw_position *out, unsigned char sealed[SEALED_MAX],
	  size_t *sealed_len)
{
	char format[16];

	return gw_json_text(root, "format", format, sizeof format) && strcmp(format, FORMAT) == 0 &&
	       gw_json_text(root, "stream", out->stream, sizeof out->stream) &&
	       gw_json_i64(root, "version", 0, &out->last_version) &&
	       gw_json_time(root, "written", &out->written_us) &&
	       gw_json_run(root, "run", &out->run) && read_pause(root, out) &&
	       read_key_id(root, out) && read_sealed(root, sealed, sealed_len);
}

enum gw_status
gw_position_decode(const char *text, size_t len, const struct gw_pull_keys *keys,
		   struct gw_position *out, struct gw_error *err)
{
	unsigned char sealed[SEALED_MAX];
	size_t sealed_len = 0;
	struct gw_position position = {.last_version = 0};
	json_t *root = gw_json_parse(text, len, TEXT_MAX);
	bool good = read_root(root, &position, sealed, &sealed_len);

	json_decref(root);
	if (!good)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("this is not a position that this program has written"));
	if (sealed_len > 0 && crypto_box_seal_open(position.bookmark.bytes, sealed, sealed_len,
						   keys->public_key, keys->secret_key) != 0)
		return gw_fail(err, GW_CONFIG,
			       _("the bookmark of stream %s is sealed to another key than "
				 "keys.pull_public_file and keys.pull_secret_file; put back the "
				 "key pair that was there when it was written"),
			       position.stream);
	if (sealed_len > 0)
		position.bookmark.len = (uint32_t)(sealed_len - crypto_box_SEALBYTES);
	*out = position;
	return GW_OK;
}
