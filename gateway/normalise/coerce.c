#include "normalise/coerce.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "normalise/number.h"
#include "normalise/rules.h"
#include "normalise/zone.h"

/* Whole numbers up to these have an exact float and double. */
#define EXACT_FLOAT INT64_C(16777216)
#define EXACT_DOUBLE INT64_C(9007199254740992)

static enum gw_status
mismatch(const struct gw_schema_field *field, const struct gw_value *value,
	 struct gw_rule_context *context, struct gw_error *err)
{
	char type[96];

	gw_schema_type_text(field, type, sizeof type);
	return gw_rule_reject(context, "schema.type", err,
			      _("found %s, which is not put into %s without a rule that says how"),
			      gw_kind_name(value->kind), type);
}

static enum gw_status
out_of_range(const struct gw_schema_field *field, struct gw_rule_context *context,
	     struct gw_error *err)
{
	char type[96];

	gw_schema_type_text(field, type, sizeof type);
	return gw_rule_reject(context, "schema.range", err, _("the number does not fit into %s"),
			      type);
}

static enum gw_status
to_bool(const struct gw_schema_field *field, struct gw_value *value,
	struct gw_rule_context *context, struct gw_error *err)
{
	return value->kind == GW_BOOL ? GW_OK : mismatch(field, value, context, err);
}

static enum gw_status
to_long(const struct gw_schema_field *field, struct gw_value *value,
	struct gw_rule_context *context, struct gw_error *err)
{
	int64_t n;

	if (value->kind == GW_INT)
		return GW_OK;
	if (value->kind != GW_DECIMAL)
		return mismatch(field, value, context, err);
	if (!gw_value_integer(value, &n))
		return out_of_range(field, context, err);
	*value = (struct gw_value){.kind = GW_INT, .as.integer = n};
	return GW_OK;
}

static enum gw_status
to_int(const struct gw_schema_field *field, struct gw_value *value, struct gw_rule_context *context,
       struct gw_error *err)
{
	if (to_long(field, value, context, err) != GW_OK)
		return err->status;
	if (value->as.integer < INT32_MIN || value->as.integer > INT32_MAX)
		return out_of_range(field, context, err);
	return GW_OK;
}

/* The nearest floating-point number of a decimal: what the schema asks for. */
static enum gw_status
to_double(const struct gw_schema_field *field, struct gw_value *value,
	  struct gw_rule_context *context, struct gw_error *err)
{
	int64_t limit = field->type == GW_AVRO_FLOAT ? EXACT_FLOAT : EXACT_DOUBLE;
	double real;

	if (value->kind == GW_FLOAT) {
		real = value->as.real;
	} else if (value->kind == GW_INT) {
		if (value->as.integer > limit || value->as.integer < -limit)
			return out_of_range(field, context, err);
		real = (double)value->as.integer;
	} else if (value->kind == GW_DECIMAL) {
		char *text = gw_arena_copy(context->arena, value->as.text, value->len);

		if (text == NULL)
			return gw_fail_memory(err);
		real = strtod(text, NULL);
	} else {
		return mismatch(field, value, context, err);
	}
	if (!isfinite(real) || (field->type == GW_AVRO_FLOAT && fabs(real) > (double)FLT_MAX))
		return out_of_range(field, context, err);
	*value = (struct gw_value){.kind = GW_FLOAT, .as.real = real};
	return GW_OK;
}

static enum gw_status
day_text(const struct gw_schema_field *field, struct gw_value *value,
	 struct gw_rule_context *context, struct gw_error *err)
{
	char text[GW_DAY_TEXT];

	if (!gw_day_text(value->as.integer, text))
		return out_of_range(field, context, err);
	return gw_rule_set_text(value, context, text, sizeof text - 1, err);
}

static enum gw_status
to_string(const struct gw_schema_field *field, struct gw_value *value,
	  struct gw_rule_context *context, struct gw_error *err)
{
	char text[GW_INTEGER_TEXT];

	if (value->kind == GW_TEXT)
		return GW_OK;
	if (value->kind == GW_DECIMAL) {
		value->kind = GW_TEXT;
		return GW_OK;
	}
	if (value->kind == GW_DATE)
		return day_text(field, value, context, err);
	if (value->kind != GW_INT)
		return mismatch(field, value, context, err);
	return gw_rule_set_text(value, context, text, gw_integer_text(value->as.integer, text),
				err);
}

static enum gw_status
to_enum(const struct gw_schema_field *field, struct gw_value *value,
	struct gw_rule_context *context, struct gw_error *err)
{
	if (value->kind != GW_TEXT)
		return mismatch(field, value, context, err);
	for (size_t i = 0; i < field->nsymbols; i++)
		if (strncmp(field->symbols[i], value->as.text, value->len) == 0 &&
		    field->symbols[i][value->len] == '\0')
			return GW_OK;
	return gw_rule_reject(context, "schema.symbol", err,
			      _("text of %u bytes that is none of the schema's %zu words: a "
				"code_list rule turns spellings into them"),
			      value->len, field->nsymbols);
}

static enum gw_status
to_bytes(const struct gw_schema_field *field, struct gw_value *value,
	 struct gw_rule_context *context, struct gw_error *err)
{
	if (value->kind != GW_BYTES)
		return mismatch(field, value, context, err);
	if (field->type == GW_AVRO_FIXED && value->len != field->size)
		return gw_rule_reject(context, "schema.size", err, _("%u bytes, not %u"),
				      value->len, field->size);
	return GW_OK;
}

/* A moment that is midnight in the source's zone is a day; any other needs the rule. */
static enum gw_status
day_of_moment(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	int64_t us_of_day = 1, day = 0;

	if (context->zone != NULL)
		day = gw_zone_day(context->zone, value->as.integer, &us_of_day);
	if (us_of_day != 0)
		return gw_rule_reject(context, "schema.moment", err, "%s",
				      _("a moment with a time of day: the rule date would keep its "
					"day alone"));
	*value = (struct gw_value){.kind = GW_DATE, .as.integer = day};
	return GW_OK;
}

static enum gw_status
to_date(const struct gw_schema_field *field, struct gw_value *value,
	struct gw_rule_context *context, struct gw_error *err)
{
	static const char partial[] = "dddd-dd";

	if (value->kind == GW_DATE)
		return GW_OK;
	if (value->kind == GW_TIMESTAMP)
		return day_of_moment(value, context, err);
	if (value->kind == GW_TEXT && (value->len == 4 || value->len == sizeof partial - 1))
		return gw_rule_reject(context, "schema.partial_date", err, "%s",
				      _("a date without its day, and the field holds whole dates "
					"only"));
	return mismatch(field, value, context, err);
}

static enum gw_status
to_timestamp(const struct gw_schema_field *field, struct gw_value *value,
	     struct gw_rule_context *context, struct gw_error *err)
{
	return value->kind == GW_TIMESTAMP ? GW_OK : mismatch(field, value, context, err);
}

/* True for YYYY, YYYY-MM and YYYY-MM-DD of a day that is. */
static bool
is_partial_date(const char *text, size_t len)
{
	char whole[] = "0000-01-01";
	int64_t days;

	if (len != 4 && len != 7 && len != 10)
		return false;
	memcpy(whole, text, len);
	return gw_date_parse(whole, sizeof whole - 1, &days);
}

static enum gw_status
to_partial_date(const struct gw_schema_field *field, struct gw_value *value,
		struct gw_rule_context *context, struct gw_error *err)
{
	if (value->kind == GW_TEXT)
		return is_partial_date(value->as.text, value->len)
			       ? GW_OK
			       : gw_rule_reject(context, "schema.partial_date", err,
						_("text of %u bytes, expected YYYY, YYYY-MM or "
						  "YYYY-MM-DD: the rule date makes it"),
						value->len);
	if (value->kind == GW_TIMESTAMP && day_of_moment(value, context, err) != GW_OK)
		return err->status;
	if (value->kind != GW_DATE)
		return mismatch(field, value, context, err);
	return day_text(field, value, context, err);
}

static size_t
run_of_digits(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && text[n] >= '0' && text[n] <= '9')
		n++;
	return n;
}

/* Digits before and after the point, zeros that say nothing left out; false: not a decimal. */
static bool
count_digits(const char *text, size_t len, int *whole, int *fraction)
{
	size_t sign = len > 0 && (text[0] == '-' || text[0] == '+') ? 1 : 0;
	size_t before = run_of_digits(text + sign, len - sign), zeros = 0, after = 0;
	const char *rest = text + sign + before;

	if (before == 0)
		return false;
	if (rest < text + len) {
		after = len - sign - before - 1;
		if (*rest != '.' || run_of_digits(rest + 1, after) != after)
			return false;
	}
	while (zeros < before && text[sign + zeros] == '0')
		zeros++;
	while (after > 0 && rest[after] == '0')
		after--;
	*whole = (int)(before - zeros);
	*fraction = (int)after;
	return true;
}

static enum gw_status
to_decimal(const struct gw_schema_field *field, struct gw_value *value,
	   struct gw_rule_context *context, struct gw_error *err)
{
	int whole, fraction;

	if (value->kind == GW_INT && gw_rule_decimal(value, context, err) != GW_OK)
		return err->status;
	if (value->kind != GW_DECIMAL)
		return mismatch(field, value, context, err);
	if (!count_digits(value->as.text, value->len, &whole, &fraction))
		return gw_rule_reject(context, "schema.decimal", err, "%s",
				      _("the number is not written as a plain decimal"));
	if (fraction > field->scale)
		return gw_rule_reject(context, "schema.scale", err,
				      _("%d digits after the point, the field holds %d"), fraction,
				      field->scale);
	if (whole > field->precision - field->scale)
		return gw_rule_reject(context, "schema.precision", err,
				      _("%d digits before the point, the field holds %d"), whole,
				      field->precision - field->scale);
	return GW_OK;
}

static gw_coerce_fn *const by_logical[] = {
	[GW_LOGICAL_DATE] = to_date,
	[GW_LOGICAL_TIMESTAMP_MILLIS] = to_timestamp,
	[GW_LOGICAL_TIMESTAMP_MICROS] = to_timestamp,
	[GW_LOGICAL_DECIMAL] = to_decimal,
	[GW_LOGICAL_PARTIAL_DATE] = to_partial_date,
};

static gw_coerce_fn *const by_type[] = {
	[GW_AVRO_BOOLEAN] = to_bool, [GW_AVRO_INT] = to_int,       [GW_AVRO_LONG] = to_long,
	[GW_AVRO_FLOAT] = to_double, [GW_AVRO_DOUBLE] = to_double, [GW_AVRO_STRING] = to_string,
	[GW_AVRO_BYTES] = to_bytes,  [GW_AVRO_FIXED] = to_bytes,   [GW_AVRO_ENUM] = to_enum,
	[GW_AVRO_NULL] = NULL,
};

gw_coerce_fn *
gw_coerce_for(const struct gw_schema_field *field)
{
	return field->logical != GW_LOGICAL_NONE ? by_logical[field->logical]
						 : by_type[field->type];
}

enum gw_kind
gw_coerce_as_is(const struct gw_schema_field *field)
{
	if (field->logical == GW_LOGICAL_DATE)
		return GW_DATE;
	if (field->logical == GW_LOGICAL_TIMESTAMP_MILLIS ||
	    field->logical == GW_LOGICAL_TIMESTAMP_MICROS)
		return GW_TIMESTAMP;
	if (field->logical != GW_LOGICAL_NONE)
		return GW_NULL;
	switch (field->type) {
	case GW_AVRO_BOOLEAN:
		return GW_BOOL;
	case GW_AVRO_INT:
	case GW_AVRO_LONG:
		return GW_INT;
	case GW_AVRO_DOUBLE:
		return GW_FLOAT;
	case GW_AVRO_STRING:
		return GW_TEXT;
	case GW_AVRO_FLOAT: /* these have a size, or words */
	case GW_AVRO_BYTES:
	case GW_AVRO_FIXED:
	case GW_AVRO_ENUM:
	case GW_AVRO_NULL:
		break;
	}
	return GW_NULL;
}
