#include "dlq/letter.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static json_t *
base64_text(const char *bytes, size_t len)
{
	size_t size = sodium_base64_ENCODED_LEN(len, sodium_base64_VARIANT_ORIGINAL);
	char *text = malloc(size);
	json_t *value = NULL;

	if (text != NULL) {
		sodium_bin2base64(text, size, (const unsigned char *)bytes, len,
				  sodium_base64_VARIANT_ORIGINAL);
		value = json_string(text);
		sodium_memzero(text, size);
	}
	free(text);
	return value;
}

/* Text that JSON can't hold is kept too, as {"base64": ...}: a letter is whole. */
static json_t *
text_value(const struct gw_value *value)
{
	if (gw_utf8_valid(value->as.text, value->len))
		return json_stringn(value->as.text, value->len);
	return json_pack("{s:o}", "base64", base64_text(value->as.text, value->len));
}

/* Seventeen digits, so that no bit is lost. */
static json_t *
real_value(double real)
{
	char text[40];

	(void)snprintf(text, sizeof text, "%.17g", real);
	return json_string(text);
}

static json_t *
formatted(int64_t n, void (*format)(int64_t, char *))
{
	char text[GW_TIME_TEXT];

	format(n, text);
	return json_string(text);
}

static void
format_integer(int64_t n, char *out)
{
	(void)snprintf(out, GW_TIME_TEXT, "%" PRId64, n);
}

static json_t *
json_value(const struct gw_value *value)
{
	switch (value->kind) {
	case GW_NULL:
		return json_null();
	case GW_BOOL:
		return json_string(value->as.truth ? "true" : "false");
	case GW_INT:
		return formatted(value->as.integer, format_integer);
	case GW_FLOAT:
		return real_value(value->as.real);
	case GW_DATE:
		return formatted(value->as.integer, gw_date_format);
	case GW_TIMESTAMP:
		return formatted(value->as.integer, gw_timestamp_format);
	case GW_BYTES:
		return base64_text(value->as.text, value->len);
	case GW_UNHELD:
		return json_pack("{s:o}", "unheld", text_value(value));
	case GW_DECIMAL:
	case GW_TEXT:
		break;
	}
	return text_value(value);
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
