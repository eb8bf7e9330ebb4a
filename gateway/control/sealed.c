#include "control/sealed.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/memory.h"
#include "kafka/json.h"

enum { SEALED_MAX = 4 * 1024 * 1024 };

json_t *
gw_base64_new(const unsigned char *bytes, size_t len)
{
	size_t size = sodium_base64_ENCODED_LEN(len, sodium_base64_VARIANT_ORIGINAL);
	char *text = malloc(size);
	json_t *json = NULL;

	if (text != NULL)
		json = json_string(
			sodium_bin2base64(text, size, bytes, len, sodium_base64_VARIANT_ORIGINAL));
	free(text);
	return json;
}

enum gw_status
gw_sealed_new(json_t *object, const unsigned char pull_public[32], json_t **out,
	      struct gw_error *err)
{
	char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
	size_t len = text == NULL ? 0 : strlen(text);
	unsigned char *sealed = text == NULL ? NULL : malloc(len + crypto_box_SEALBYTES);
	enum gw_status status = GW_OK;
	json_t *json = NULL;

	json_decref(object);
	if (sealed == NULL)
		status = gw_fail_memory(err);
	else if (crypto_box_seal(sealed, (const unsigned char *)text, len, pull_public) != 0)
		status = gw_fail(err, GW_CONFIG, "%s",
				 _("keys.pull_public_file does not hold a key that something can "
				   "be sealed to; copy the pull's own"));
	else
		json = gw_base64_new(sealed, len + crypto_box_SEALBYTES);
	if (text != NULL)
		sodium_memzero(text, len);
	free(text);
	free(sealed);
	if (status == GW_OK && json == NULL)
		status = gw_fail_memory(err);
	if (status == GW_OK)
		*out = json;
	return status;
}

static json_t *
open_box(const unsigned char *sealed, size_t len, const struct gw_pull_keys *keys)
{
	size_t plain = len - crypto_box_SEALBYTES;
	unsigned char *text = malloc(plain + 1);
	json_t *object = NULL;

	if (text == NULL)
		gw_memory_lost();
	if (text != NULL &&
	    crypto_box_seal_open(text, sealed, len, keys->public_key, keys->secret_key) == 0) {
		object = gw_json_parse((const char *)text, plain, SEALED_MAX);
		sodium_memzero(text, plain);
	}
	free(text);
	return object;
}

bool
gw_base64_read(const json_t *object, const char *name, size_t max, struct gw_arena *arena,
	       const unsigned char **out, size_t *len)
{
	const json_t *value = json_object_get(object, name);
	size_t size = json_string_length(value);
	const char *end = NULL;
	unsigned char *bytes;

	*out = NULL;
	*len = 0;
	if (!json_is_string(value))
		return json_is_null(value);
	if (size / 4 * 3 > max + 2)
		return false;
	bytes = gw_arena_alloc(arena, size + 1);
	*out = bytes;
	return bytes != NULL &&
	       sodium_base642bin(bytes, size + 1, json_string_value(value), size, NULL, len, &end,
				 sodium_base64_VARIANT_ORIGINAL) == 0 &&
	       *end == '\0' && *len <= max;
}

json_t *
gw_sealed_open(const json_t *root, const char *name, const struct gw_pull_keys *keys)
{
	const json_t *value = json_object_get(root, name);
	size_t size = json_string_length(value), len = 0;
	const char *end = NULL;
	json_t *object = NULL;
	unsigned char *sealed =
		!json_is_string(value) || size > SEALED_MAX ? NULL : malloc(size + 1);

	if (sealed == NULL && json_is_string(value) && size <= SEALED_MAX)
		gw_memory_lost();
	if (sealed != NULL &&
	    sodium_base642bin(sealed, size + 1, json_string_value(value), size, NULL, &len, &end,
			      sodium_base64_VARIANT_ORIGINAL) == 0 &&
	    *end == '\0' && len > crypto_box_SEALBYTES)
		object = open_box(sealed, len, keys);
	free(sealed);
	return object;
}

/* An array of texts, where NULL stands for null. */
static json_t *
texts_json(const char *const *texts, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; array != NULL && i < count; i++) {
		json_t *text = texts[i] == NULL ? json_null() : json_string(texts[i]);

		if (json_array_append_new(array, text) != 0) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}

json_t *
gw_keys_json(const struct gw_keys *keys)
{
	json_t *rows = json_array();

	for (size_t i = 0; rows != NULL && i < keys->count; i++)
		if (json_array_append_new(rows, texts_json(keys->values + i * keys->ncolumns,
							   keys->ncolumns)) != 0) {
			json_decref(rows);
			rows = NULL;
		}
	return json_pack("{s:o, s:o}", "columns", texts_json(keys->columns, keys->ncolumns),
			 "values", rows);
}

/* NULL stands for null where that may be; false: another type, or no memory. */
static bool
read_text(const json_t *json, bool null, struct gw_arena *arena, const char **out)
{
	return gw_json_copy(json, arena, out) && (null || *out != NULL);
}

static bool
read_texts(const json_t *array, size_t count, bool null, struct gw_arena *arena, const char **out)
{
	bool good = json_is_array(array) && json_array_size(array) == count;

	for (size_t i = 0; good && i < count; i++)
		good = read_text(json_array_get(array, i), null, arena, &out[i]);
	return good;
}

bool
gw_keys_read(const json_t *object, size_t max, struct gw_arena *arena, struct gw_keys *out)
{
	const json_t *columns = json_object_get(object, "columns");
	const json_t *rows = json_object_get(object, "values");
	struct gw_keys keys = {.ncolumns = json_array_size(columns),
			       .count = json_array_size(rows)};
	const char **names, **values;
	bool good;

	if (keys.ncolumns < 1 || keys.ncolumns > GW_KEY_COLUMNS || keys.count < 1 ||
	    keys.count > max)
		return false;
	names = gw_arena_alloc(arena, keys.ncolumns * sizeof *names);
	values = gw_arena_alloc(arena, keys.count * keys.ncolumns * sizeof *values);
	good = names != NULL && values != NULL &&
	       read_texts(columns, keys.ncolumns, false, arena, names);
	for (size_t i = 0; good && i < keys.count; i++)
		good = read_texts(json_array_get(rows, i), keys.ncolumns, true, arena,
				  values + i * keys.ncolumns);
	keys.columns = names;
	keys.values = values;
	if (good)
		*out = keys;
	return good;
}
