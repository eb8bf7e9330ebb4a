#include <string.h>

#include "avro/decimal.h"
#include "avro/field.h"
#include "base/i18n.h"
#include "base/text.h"

#define US_PER_MS 1000

bool
gw_partial_date_valid(const char *text, size_t len)
{
	static const char rest[] = "-01-01";
	char full[] = "YYYY-01-01";
	int64_t days;

	if (len != 4 && len != 7 && len != 10)
		return false;
	memcpy(full, text, len);
	memcpy(full + len, rest + (len - 4), 10 - len);
	return gw_date_parse(full, 10, &days);
}

static enum gw_status
wrong_type(const struct gw_schema_field *field, struct gw_error *err)
{
	char type[80];

	gw_schema_type_text(field, type, sizeof type);
	return gw_fail(err, GW_CONFIG, _("its default is not of its type (%s)"), type);
}

static enum gw_status
read_integer(const struct gw_schema_field *field, const json_t *json, struct gw_value *out,
	     struct gw_error *err)
{
	int64_t n = json_integer_value(json);

	if (!json_is_integer(json) ||
	    (field->type == GW_AVRO_INT && (n < INT32_MIN || n > INT32_MAX)))
		return wrong_type(field, err);
	out->kind = GW_INT;
	if (field->logical == GW_LOGICAL_DATE)
		out->kind = GW_DATE;
	else if (field->logical != GW_LOGICAL_NONE)
		out->kind = GW_TIMESTAMP;
	if (field->logical == GW_LOGICAL_TIMESTAMP_MILLIS &&
	    __builtin_mul_overflow(n, US_PER_MS, &n))
		return wrong_type(field, err);
	out->as.integer = n;
	return GW_OK;
}

static enum gw_status
read_real(const struct gw_schema_field *field, const json_t *json, struct gw_value *out,
	  struct gw_error *err)
{
	double real = json_number_value(json);

	if (!json_is_number(json))
		return wrong_type(field, err);
	out->kind = GW_FLOAT;
	out->as.real = field->type == GW_AVRO_FLOAT ? (double)(float)real : real;
	return GW_OK;
}

static enum gw_status
read_text(struct gw_arena *arena, const struct gw_schema_field *field, const json_t *json,
	  struct gw_value *out, struct gw_error *err)
{
	const char *text = json_string_value(json);
	size_t len = json_string_length(json), i = 0;

	if (text == NULL || strlen(text) != len)
		return wrong_type(field, err);
	while (i < field->nsymbols && strcmp(field->symbols[i], text) != 0)
		i++;
	if (field->type == GW_AVRO_ENUM && i == field->nsymbols)
		return gw_fail(err, GW_CONFIG, _("its default \"%s\" is not one of its symbols"),
			       text);
	if (field->logical == GW_LOGICAL_PARTIAL_DATE && !gw_partial_date_valid(text, len))
		return wrong_type(field, err);
	out->as.text = gw_arena_copy(arena, text, len);
	if (out->as.text == NULL)
		return gw_fail_memory(err);
	out->kind = GW_TEXT;
	out->len = (uint32_t)len;
	return GW_OK;
}

/* Bytes stand in JSON as the characters U+0000 to U+00FF; jansson has checked the UTF-8. */
static bool
bytes_from_text(const char *text, size_t len, unsigned char *out, size_t *size)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0xc4)
			return false;
		if (c >= 0xc2)
			c = (unsigned char)((c & 3) << 6 | (text[++i] & 0x3f));
		out[n++] = c;
	}
	*size = n;
	return true;
}

static enum gw_status
read_decimal(struct gw_arena *arena, const struct gw_schema_field *field,
	     const unsigned char *bytes, struct gw_value *out, struct gw_error *err)
{
	char text[GW_DECIMAL_TEXT];
	size_t len;

	if (gw_decimal_decode(bytes, out->len, field->precision, field->scale, text, &len) !=
	    GW_DECIMAL_OK)
		return wrong_type(field, err);
	out->kind = GW_DECIMAL;
	out->len = (uint32_t)len;
	out->as.text = gw_arena_copy(arena, text, len);
	return out->as.text != NULL ? GW_OK : gw_fail_memory(err);
}

static enum gw_status
read_bytes(struct gw_arena *arena, const struct gw_schema_field *field, const json_t *json,
	   struct gw_value *out, struct gw_error *err)
{
	const char *text = json_string_value(json);
	size_t len = json_string_length(json), size = 0;
	unsigned char *bytes;

	if (text == NULL)
		return wrong_type(field, err);
	bytes = gw_arena_alloc(arena, len + 1);
	if (bytes == NULL)
		return gw_fail_memory(err);
	if (!bytes_from_text(text, len, bytes, &size) ||
	    (field->type == GW_AVRO_FIXED && size != field->size))
		return wrong_type(field, err);
	out->kind = GW_BYTES;
	out->len = (uint32_t)size;
	out->as.text = (const char *)bytes;
	if (field->logical == GW_LOGICAL_DECIMAL)
		return read_decimal(arena, field, bytes, out, err);
	return GW_OK;
}

static enum gw_status
read_typed(struct gw_arena *arena, const struct gw_schema_field *field, const json_t *json,
	   struct gw_value *out, struct gw_error *err)
{
	switch (field->type) {
	case GW_AVRO_BOOLEAN:
		out->kind = GW_BOOL;
		out->as.truth = json_is_true(json);
		return json_is_boolean(json) ? GW_OK : wrong_type(field, err);
	case GW_AVRO_INT:
	case GW_AVRO_LONG:
		return read_integer(field, json, out, err);
	case GW_AVRO_FLOAT:
	case GW_AVRO_DOUBLE:
		return read_real(field, json, out, err);
	case GW_AVRO_STRING:
	case GW_AVRO_ENUM:
		return read_text(arena, field, json, out, err);
	case GW_AVRO_BYTES:
	case GW_AVRO_FIXED:
		return read_bytes(arena, field, json, out, err);
	case GW_AVRO_NULL:
	default:
		return wrong_type(field, err);
	}
}

enum gw_status
gw_default_read(struct gw_arena *arena, const struct gw_schema_field *field, const json_t *json,
		struct gw_value *out, struct gw_error *err)
{
	struct gw_value value = {.kind = GW_NULL};

	if (field->null_branch == 0) {
		if (!json_is_null(json))
			return gw_fail(err, GW_CONFIG, "%s",
				       _("null stands first in its union, so its default is null; "
					 "for another default put null second"));
	} else if (field->nullable && json_is_null(json)) {
		return gw_fail(err, GW_CONFIG, "%s",
			       _("its default is null, so null must stand first in its union: "
				 "[\"null\", ...]"));
	} else if (read_typed(arena, field, json, &value, err) != GW_OK) {
		return err->status;
	}
	*out = value;
	return GW_OK;
}
