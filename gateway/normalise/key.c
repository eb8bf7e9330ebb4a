#include "normalise/mapping.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "normalise/number.h"
#include "normalise/rules.h"

/* Between the parts of a key; no part may hold it. */
#define PART_SEPARATOR '\x1f'

enum { NUMBER_TEXT = 64 };

bool
gw_key_allows(const struct gw_schema_field *field)
{
	return field->type != GW_AVRO_FLOAT && field->type != GW_AVRO_DOUBLE;
}

/* Zeros after the point that say nothing: 1.50 and 1.5 are one key. */
static size_t
plain_decimal(const char *text, size_t len)
{
	if (memchr(text, '.', len) == NULL)
		return len;
	while (text[len - 1] == '0')
		len--;
	return text[len - 1] == '.' ? len - 1 : len;
}

/* The text of a part; bytes become hex in arena.  NULL: past the arena's limit, or not a part. */
static const char *
part_text(const struct gw_value *value, char number[NUMBER_TEXT], struct gw_arena *arena,
	  size_t *len)
{
	char *hex;

	if (value->kind == GW_TEXT || value->kind == GW_DECIMAL) {
		*len = value->kind == GW_TEXT ? value->len
					      : plain_decimal(value->as.text, value->len);
		return value->as.text;
	}
	if (value->kind == GW_BYTES) {
		hex = gw_arena_alloc(arena, (size_t)value->len * 2 + 1);
		if (hex == NULL)
			return NULL;
		gw_hex_encode((const unsigned char *)value->as.text, value->len, hex);
		*len = (size_t)value->len * 2;
		return hex;
	}
	if (value->kind == GW_INT)
		(void)gw_integer_text(value->as.integer, number);
	else if (value->kind == GW_DATE)
		gw_date_format(value->as.integer, number);
	else if (value->kind == GW_TIMESTAMP)
		gw_timestamp_format(value->as.integer, number);
	else if (value->kind == GW_BOOL)
		(void)snprintf(number, NUMBER_TEXT, "%s", value->as.truth ? "true" : "false");
	else
		return NULL;
	*len = strlen(number);
	return number;
}

/* Whether nothing but the field's own column has a say in it. */
static bool
stands_alone(const struct gw_field_plan *plan)
{
	if (plan->derived_of != GW_NO_INDEX)
		return false;
	for (size_t i = 0; i < plan->nsteps; i++)
		if (plan->steps[i].commune)
			return false;
	return true;
}

bool
gw_mapping_key_columns(const struct gw_mapping *mapping, bool *needed)
{
	for (size_t i = 0; i < mapping->nkey; i++) {
		const struct gw_field_plan *plan = &mapping->plans[mapping->key[i]];

		if (!stands_alone(plan) || plan->column == GW_NO_INDEX)
			return false;
		needed[plan->column] = true;
	}
	return mapping->nkey > 0;
}

size_t
gw_mapping_key_column(const struct gw_mapping *mapping, size_t part)
{
	return part < mapping->nkey ? mapping->plans[mapping->key[part]].column : GW_NO_INDEX;
}

static enum gw_status
reject(struct gw_row *row, const struct gw_field_plan *plan, const char *code, struct gw_error *err,
       const char *reason)
{
	row->rule = "key";
	row->column = plan->map->column;
	return gw_rule_reject(&row->context, code, err, "%s", reason);
}

/* The key as it grows. */
struct growing {
	char *text;
	size_t len;
};

static enum gw_status
put_part(const struct gw_mapping *mapping, const struct gw_field_plan *plan,
	 const struct gw_value *value, struct gw_row *row, struct growing *out,
	 struct gw_error *err)
{
	unsigned char hash[GW_HMAC_SIZE];
	char number[NUMBER_TEXT], hex[GW_HMAC_HEX + 1];
	const char *text;
	size_t text_len = 0;

	if (value->kind == GW_NULL)
		return reject(row, plan, "key.null", err, _("nothing, and it is part of the key"));
	text = part_text(value, number, row->context.arena, &text_len);
	if (text == NULL)
		return gw_fail_memory(err);
	if (plan->field->privacy == GW_PERSONAL || plan->field->privacy == GW_SENSITIVE) {
		if (!gw_hmac_run(mapping->key_hmac, text, text_len, hash))
			return gw_fail_memory(err);
		gw_hex_encode(hash, sizeof hash, hex);
		text = hex;
		text_len = GW_HMAC_HEX;
	}
	if (memchr(text, PART_SEPARATOR, text_len) != NULL)
		return reject(row, plan, "key.separator", err,
			      _("a part of the key holds the control character that separates "
				"parts"));
	if (text_len + 1 > GW_KEY_MAX - out->len)
		return reject(row, plan, "key.too_long", err, _("the key is over 4096 bytes"));
	memcpy(out->text + out->len, text, text_len);
	out->len += text_len;
	return GW_OK;
}

enum gw_status
gw_key_make(const struct gw_mapping *mapping, const struct gw_value *values, struct gw_row *row,
	    char *out, size_t *len, struct gw_error *err)
{
	struct growing key = {.text = out};

	for (size_t i = 0; i < mapping->nkey; i++) {
		size_t field = mapping->key[i];

		if (i > 0)
			out[key.len++] = PART_SEPARATOR;
		if (put_part(mapping, &mapping->plans[field], &values[field], row, &key, err) !=
		    GW_OK)
			return err->status;
	}
	*len = key.len;
	if (key.len > 0)
		return GW_OK;
	return reject(row, &mapping->plans[mapping->key[0]], "key.null", err,
		      _("the key is an empty text"));
}
