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

#define DIGITS "0123456789"

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

/* Kinds whose text does not tell them, and what a person types for one. */
static const struct {
	const char *word, *form;
} kinds[] = {
	[GW_BOOL] = {"boolean", N_("true or false")},
	[GW_INT] = {"integer", N_("a whole number")},
	[GW_FLOAT] = {"float", N_("a number such as 12.5")},
	[GW_DECIMAL] = {"decimal", N_("a number such as 12.50")},
	[GW_BYTES] = {"bytes", N_("bytes, written as base64")},
	[GW_DATE] = {"date", N_("a day such as 2026-09-30")},
	[GW_TIMESTAMP] = {"timestamp", N_("a moment such as 2026-09-30T01:02:03.000000Z")},
	[GW_UNHELD] = {"unheld", NULL},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

const char *
gw_letter_form(enum gw_kind kind)
{
	return (size_t)kind < KINDS && kinds[kind].form != NULL ? _(kinds[kind].form) : NULL;
}

/* Text as it is, or {"base64": …} where it is none that JSON holds; other kinds in an object with
   their word. */
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
	return kinds[value->kind].word == NULL ? json
					       : json_pack("{s:o}", kinds[value->kind].word, json);
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

static bool
read_decimal(const char *text, size_t len)
{
	size_t sign = text[0] == '-' || text[0] == '+' ? 1 : 0;
	size_t whole = strspn(text + sign, DIGITS), rest = sign + whole;

	if (whole == 0)
		return false;
	return rest == len || (text[rest] == '.' && rest + 1 < len &&
			       strspn(text + rest + 1, DIGITS) == len - rest - 1);
}

static bool
read_bytes(const char *text, size_t len, struct gw_arena *arena, struct gw_value *out)
{
	unsigned char *bytes = gw_arena_alloc(arena, len + 1);
	const char *end = NULL;
	size_t size = 0;

	if (bytes == NULL ||
	    sodium_base642bin(bytes, len + 1, text, len, NULL, &size, &end,
			      sodium_base64_VARIANT_ORIGINAL) != 0 ||
	    *end != '\0')
		return false;
	out->as.text = (const char *)bytes;
	out->len = (uint32_t)size;
	return true;
}

static bool
read_float(const char *text, double *out)
{
	char *end = NULL;

	*out = strtod(text, &end);
	return end != text && *end == '\0' && text[0] > ' ';
}

static bool
read_bool(const char *text, bool *out)
{
	*out = strcmp(text, "true") == 0;
	return *out || strcmp(text, "false") == 0;
}

/* The text stays where it is. */
static bool
read_value(enum gw_kind kind, const char *text, struct gw_arena *arena, struct gw_value *out)
{
	size_t len = strlen(text);

	*out = (struct gw_value){.kind = kind};
	switch (kind) {
	case GW_BOOL:
		return read_bool(text, &out->as.truth);
	case GW_INT:
		return gw_parse_i64(text, len, &out->as.integer);
	case GW_FLOAT:
		return read_float(text, &out->as.real);
	case GW_DATE:
		return gw_date_parse(text, len, &out->as.integer);
	case GW_TIMESTAMP:
		return gw_timestamp_parse(text, len, &out->as.integer);
	case GW_BYTES:
		return read_bytes(text, len, arena, out);
	case GW_DECIMAL:
	case GW_TEXT:
	case GW_UNHELD:
	case GW_NULL:
		break;
	}
	out->as.text = text;
	out->len = (uint32_t)len;
	return kind != GW_NULL && len <= UINT32_MAX &&
	       (kind != GW_DECIMAL || read_decimal(text, len));
}

bool
gw_letter_value(enum gw_kind kind, const char *text, struct gw_arena *arena, struct gw_value *out)
{
	const char *copy = gw_arena_copy(arena, text, strlen(text));

	return copy != NULL && read_value(kind, copy, arena, out) &&
	       (kind != GW_FLOAT || isfinite(out->as.real));
}

/* The member of an object that says a kind; NULL: none does. */
static const json_t *
find_kind(const json_t *json, enum gw_kind *out)
{
	for (size_t i = 0; i < KINDS; i++) {
		const json_t *within =
			kinds[i].word == NULL ? NULL : json_object_get(json, kinds[i].word);

		if (within != NULL) {
			*out = (enum gw_kind)i;
			return within;
		}
	}
	return NULL;
}

/* What json_value has made of a value: its kind, its text, and whether that is base64 of what
   should be text.  NULL: it has not made this. */
static const json_t *
inside(const json_t *json, enum gw_kind *kind, bool *encoded)
{
	const json_t *within = find_kind(json, kind);

	if (within == NULL)
		*kind = GW_TEXT;
	else if (json_object_size(json) == 1)
		json = within;
	else
		return NULL;
	*encoded = json_is_object(json) &&
		   (*kind == GW_TEXT || *kind == GW_DECIMAL || *kind == GW_UNHELD);
	if (*encoded)
		json = json_object_size(json) == 1 ? json_object_get(json, "base64") : NULL;
	return json_is_string(json) ? json : NULL;
}

/* What a letter holds is never refused as a whole for one value. */
static bool
read_cell(const json_t *json, struct gw_arena *arena, const char **text, struct gw_value *cell)
{
	static const char other[] = "not of the kind that its letter says";
	enum gw_kind kind;
	bool encoded;

	*text = NULL;
	*cell = (struct gw_value){.kind = GW_NULL};
	if (json_is_null(json))
		return true;
	json = inside(json, &kind, &encoded);
	if (json == NULL)
		return false;
	*text = gw_arena_copy(arena, json_string_value(json), json_string_length(json));
	if (*text == NULL)
		return false;
	cell->kind = kind;
	if (encoded ? read_bytes(*text, strlen(*text), arena, cell)
		    : read_value(kind, *text, arena, cell))
		return true;
	*cell = (struct gw_value){.kind = GW_UNHELD, .len = sizeof other - 1, .as.text = other};
	return true;
}

enum gw_status
gw_letter_row(const char *json, size_t len, struct gw_arena *arena, struct gw_letter_row *out,
	      struct gw_error *err)
{
	json_t *root = gw_json_parse(json, len, ROW_MAX);
	size_t n = 0, size = json_object_size(root);
	const char **names = size == 0 ? NULL : gw_arena_alloc(arena, size * sizeof *names);
	const char **texts = size == 0 ? NULL : gw_arena_alloc(arena, size * sizeof *texts);
	struct gw_value *cells = size == 0 ? NULL : gw_arena_alloc(arena, size * sizeof *cells);
	bool good = names != NULL && texts != NULL && cells != NULL;
	const char *column;
	json_t *value;

	if (good)
		json_object_foreach(root, column, value)
		{
			good = good && read_cell(value, arena, &texts[n], &cells[n]) &&
			       (names[n] = gw_arena_copy(arena, column, strlen(column))) != NULL;
			n += good;
		}
	json_decref(root);
	if (!good)
		return gw_fail(err, GW_REJECT, "%s",
			       _("this is not a row as a letter holds it: damaged, or the letter "
				 "of another kind of record"));
	*out = (struct gw_letter_row){names, texts, cells, n};
	return GW_OK;
}
