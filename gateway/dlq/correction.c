#include "dlq/correction.h"

#include <sodium.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "control/sealed.h"
#include "kafka/json.h"

#define FORMAT "correction/1"

/* Kafka takes a mebibyte into a compacted topic of small segments. */
enum { TEXT_MAX = 512 * 1024 };

/* Each part with its length before it, so that no two lists of parts are alike. */
static void
hash_text(crypto_generichash_state *state, const char *text)
{
	uint64_t len = text == NULL ? UINT64_MAX : strlen(text);
	unsigned char packed[8];

	for (int i = 0; i < 8; i++)
		packed[i] = (unsigned char)(len >> (56 - 8 * i));
	(void)crypto_generichash_update(state, packed, sizeof packed);
	if (text != NULL)
		(void)crypto_generichash_update(state, (const unsigned char *)text, len);
}

static enum gw_status
put_key(const struct gw_correction *correction, const unsigned char letter_secret[32],
	struct gw_buf *out, struct gw_error *err)
{
	unsigned char hash[32];
	char hex[2 * sizeof hash + 1];
	crypto_generichash_state state;

	(void)crypto_generichash_init(&state, letter_secret, 32, sizeof hash);
	hash_text(&state, FORMAT);
	hash_text(&state, correction->stream);
	for (size_t i = 0; i < correction->key.ncolumns; i++) {
		hash_text(&state, correction->key.columns[i]);
		hash_text(&state, correction->key.values[i]);
	}
	hash_text(&state, NULL);
	hash_text(&state, correction->column);
	hash_text(&state, correction->bad);
	(void)crypto_generichash_final(&state, hash, sizeof hash);
	gw_hex_encode(hash, sizeof hash, hex);
	return gw_buf_puts(out, hex) ? GW_OK : gw_fail_memory(err);
}

/* Text has been the only one for long, and is what is not said. */
static const char *const kinds[] = {
	[GW_TEXT] = "text",   [GW_BOOL] = "boolean",        [GW_INT] = "integer",
	[GW_FLOAT] = "float", [GW_DECIMAL] = "decimal",     [GW_BYTES] = "bytes",
	[GW_DATE] = "date",   [GW_TIMESTAMP] = "timestamp",
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const char *
kind_word(enum gw_kind kind)
{
	return (size_t)kind < KINDS && kinds[kind] != NULL ? kinds[kind] : kinds[GW_TEXT];
}

static bool
read_kind(const json_t *root, enum gw_kind *out)
{
	const char *word = json_string_value(json_object_get(root, "kind"));

	*out = GW_TEXT;
	if (json_object_get(root, "kind") == NULL)
		return true;
	for (size_t i = 0; word != NULL && i < KINDS; i++)
		if (kinds[i] != NULL && strcmp(kinds[i], word) == 0) {
			*out = (enum gw_kind)i;
			return true;
		}
	return false;
}

static enum gw_status
put_value(const struct gw_correction *correction, const unsigned char pull_public[32],
	  struct gw_buf *out, struct gw_error *err)
{
	json_t *sealed = NULL;

	if (gw_sealed_new(json_pack("{s:o, s:s?, s:s?}", "key", gw_keys_json(&correction->key),
				    "bad", correction->bad, "value", correction->value),
			  pull_public, &sealed, err) != GW_OK)
		return err->status;
	return gw_json_write(json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "format", FORMAT,
				       "stream", correction->stream, "column", correction->column,
				       "kind", kind_word(correction->kind), "by", correction->by,
				       "reason",
				       correction->reason == NULL ? "" : correction->reason, "at",
				       gw_json_time_new(correction->at_us), "sealed", sealed),
			     out, err);
}

enum gw_status
gw_correction_encode(const struct gw_correction *correction, const unsigned char pull_public[32],
		     const unsigned char letter_secret[32], struct gw_buf *key,
		     struct gw_buf *value, struct gw_error *err)
{
	size_t before = value->len;

	if (correction->key.count != 1 || correction->key.ncolumns < 1 ||
	    correction->key.ncolumns > GW_KEY_COLUMNS)
		return gw_fail(err, GW_REJECT, _("a correction is of one row, by 1 to %d columns"),
			       (int)GW_KEY_COLUMNS);
	if (put_value(correction, pull_public, value, err) != GW_OK)
		return err->status;
	if (value->len - before > TEXT_MAX) {
		value->len = before;
		return gw_fail(err, GW_REJECT,
			       _("column %s: the value is too long to be corrected"),
			       correction->column);
	}
	return put_key(correction, letter_secret, key, err);
}

static bool
read_root(const json_t *root, struct gw_arena *arena, struct gw_correction *out)
{
	char format[16];

	return gw_json_text(root, "format", format, sizeof format) && strcmp(format, FORMAT) == 0 &&
	       gw_json_text(root, "stream", out->stream, sizeof out->stream) &&
	       gw_json_text(root, "by", out->by, sizeof out->by) &&
	       gw_json_optional(root, "column", arena, &out->column) && out->column != NULL &&
	       gw_json_optional(root, "reason", arena, &out->reason) && out->reason != NULL &&
	       read_kind(root, &out->kind) && gw_json_time(root, "at", &out->at_us);
}

enum gw_status
gw_correction_decode(const char *text, size_t len, const struct gw_pull_keys *keys,
		     struct gw_arena *arena, struct gw_correction *out, struct gw_error *err)
{
	struct gw_correction correction = {.at_us = 0};
	json_t *root = gw_json_parse(text, len, TEXT_MAX);
	bool ours = read_root(root, arena, &correction);
	json_t *inner = ours ? gw_sealed_open(root, "sealed", keys) : NULL;
	bool good = gw_keys_read(json_object_get(inner, "key"), 1, arena, &correction.key) &&
		    gw_json_optional(inner, "bad", arena, &correction.bad) &&
		    gw_json_optional(inner, "value", arena, &correction.value);

	json_decref(inner);
	json_decref(root);
	if (!ours)
		return gw_fail(err, GW_REJECT, "%s",
			       _("this is not a correction that this program has written"));
	if (!good)
		return gw_fail(err, GW_REJECT,
			       _("a correction of stream %s, column %s, can't be opened: it was "
				 "damaged, or sealed to another key than keys.pull_public_file"),
			       correction.stream, correction.column);
	*out = correction;
	return GW_OK;
}
