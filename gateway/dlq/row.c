#include "dlq/row.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "dlq/letter.h"
#include "kafka/json.h"

enum { ROW_MAX = 32 * 1024 * 1024 };

/* The text of a value that is not null. */
struct form {
	const char *text;
	size_t len;
	bool encoded; /* base64 of what should be text and is not */
	char small[GW_TIME_TEXT];
	char *made; /* NULL, or where text stands */
};

static bool
encode(const struct gw_value *value, struct form *form)
{
	size_t size = sodium_base64_ENCODED_LEN(value->len, sodium_base64_VARIANT_ORIGINAL);

	form->made = malloc(size);
	if (form->made == NULL)
		return false;
	sodium_bin2base64(form->made, size, (const unsigned char *)value->as.text, value->len,
			  sodium_base64_VARIANT_ORIGINAL);
	form->text = form->made;
	form->len = size - 1;
	return true;
}

static bool
use_small(struct form *form)
{
	form->text = form->small;
	form->len = strlen(form->small);
	return true;
}

/* Text that JSON can't hold is kept too: a letter is whole. */
static bool
use_text(const struct gw_value *value, struct form *form)
{
	if (!gw_utf8_valid(value->as.text, value->len)) {
		form->encoded = true;
		return encode(value, form);
	}
	form->text = value->as.text;
	form->len = value->len;
	return true;
}

/* False: no memory.  Ends with drop. */
static bool
form_of(const struct gw_value *value, struct form *form)
{
	form->encoded = false;
	form->made = NULL;
	switch (value->kind) {
	case GW_NULL:
		form->small[0] = '\0';
		return use_small(form);
	case GW_BOOL:
		(void)snprintf(form->small, sizeof form->small, "%s",
			       value->as.truth ? "true" : "false");
		return use_small(form);
	case GW_INT:
		(void)snprintf(form->small, sizeof form->small, "%" PRId64, value->as.integer);
		return use_small(form);
	case GW_FLOAT: /* seventeen digits, so that no bit is lost */
		(void)snprintf(form->small, sizeof form->small, "%.17g", value->as.real);
		return use_small(form);
	case GW_DATE:
		gw_date_format(value->as.integer, form->small);
		return use_small(form);
	case GW_TIMESTAMP:
		gw_timestamp_format(value->as.integer, form->small);
		return use_small(form);
	case GW_BYTES:
		return encode(value, form);
	case GW_DECIMAL:
	case GW_TEXT:
	case GW_UNHELD:
		break;
	}
	return use_text(value, form);
}

static void
drop(struct form *form)
{
	if (form->made != NULL)
		sodium_memzero(form->made, form->len);
	free(form->made);
}

enum gw_status
gw_letter_text(const struct gw_value *value, struct gw_arena *arena, const char **out,
	       struct gw_error *err)
{
	struct form form;
	const char *text = NULL;

	if (value->kind == GW_NULL) {
		*out = NULL;
		return GW_OK;
	}
	if (form_of(value, &form))
		text = gw_arena_copy(arena, form.text, form.len);
	drop(&form);
	if (text == NULL)
		return gw_fail_memory(err);
	*out = text;
	return GW_OK;
}

bool
gw_letter_put(const struct gw_value *value, struct gw_buf *out)
{
	struct form form;
	bool put = form_of(value, &form) && gw_buf_append(out, form.text, form.len);

	drop(&form);
	return put;
}

/* {"base64": …} where it is no text, {"unheld": …} where no kind holds it. */
static json_t *
json_value(const struct gw_value *value)
{
	struct form form;
	json_t *json = NULL;

	if (value->kind == GW_NULL)
		return json_null();
	if (form_of(value, &form))
		json = json_stringn(form.text, form.len);
	drop(&form);
	if (form.encoded)
		json = json_pack("{s:o}", "base64", json);
	return value->kind == GW_UNHELD ? json_pack("{s:o}", "unheld", json) : json;
}

enum gw_status
gw_letter_seal_row(const unsigned char letter_public[32], const char *const *columns,
		   size_t ncolumns, const struct gw_value *row, struct gw_buf *out,
		   struct gw_error *err)
{
	json_t *object = json_object();
	enum gw_status status = object == NULL ? gw_fail_memory(err) : GW_OK;
	char *text = NULL;
	size_t len;

	for (size_t i = 0; status == GW_OK && i < ncolumns; i++)
		if (json_object_set_new(object, columns[i], json_value(&row[i])) != 0)
			status = gw_fail_memory(err);
	if (status == GW_OK) {
		text = json_dumps(object, JSON_COMPACT);
		status = text == NULL ? gw_fail_memory(err) : GW_OK;
	}
	json_decref(object);
	if (status != GW_OK)
		return status;
	len = strlen(text);
	status = gw_letter_seal(letter_public, text, len, out, err);
	sodium_memzero(text, len);
	free(text);
	return status;
}

/* The text inside what json_value has made of a value; NULL: it has not made this. */
static const json_t *
inside(const json_t *json)
{
	for (int depth = 0; json_is_object(json) && depth < 2; depth++) {
		const json_t *within = depth == 0 ? json_object_get(json, "unheld") : NULL;

		if (json_object_size(json) != 1)
			return NULL;
		json = within != NULL ? within : json_object_get(json, "base64");
	}
	return json_is_string(json) ? json : NULL;
}

static bool
read_cell(const char *column, const json_t *json, struct gw_arena *arena, const char **name,
	  const char **value)
{
	*name = gw_arena_copy(arena, column, strlen(column));
	*value = NULL;
	if (*name == NULL || json_is_null(json))
		return *name != NULL;
	json = inside(json);
	if (json != NULL)
		*value = gw_arena_copy(arena, json_string_value(json), json_string_length(json));
	return *value != NULL;
}

enum gw_status /* NOLINTNEXTLINE(readability-function-size): each is a part of the row */
gw_letter_row(const char *json, size_t len, struct gw_arena *arena, const char *const **columns,
	      const char *const **values, size_t *count, struct gw_error *err)
{
	json_t *root = gw_json_parse(json, len, ROW_MAX);
	size_t n = 0, size = json_object_size(root);
	const char **names = size == 0 ? NULL : gw_arena_alloc(arena, size * sizeof *names);
	const char **texts = size == 0 ? NULL : gw_arena_alloc(arena, size * sizeof *texts);
	bool good = names != NULL && texts != NULL;
	const char *column;
	json_t *value;

	if (good)
		json_object_foreach(root, column, value)
		{
			good = good && read_cell(column, value, arena, &names[n], &texts[n]);
			n += good;
		}
	json_decref(root);
	if (!good)
		return gw_fail(err, GW_REJECT, "%s",
			       _("this is not a row as a letter holds it: damaged, or the letter "
				 "of another kind of record"));
	*columns = names;
	*values = texts;
	*count = n;
	return GW_OK;
}
