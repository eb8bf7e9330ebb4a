#include <math.h>
#include <string.h>
#include <xxhash.h>

#include "avro/codec.h"
#include "avro/decimal.h"
#include "avro/field.h"
#include "avro/plan.h"
#include "avro/varint.h"
#include "base/i18n.h"

enum { INT_ROOM = 5, LONG_ROOM = 10, LENGTH_ROOM = 6, BRANCH_ROOM = 1 };

#define US_PER_MS 1000

static const enum gw_kind op_kinds[] = {
	[GW_WRITE_BOOL] = GW_BOOL,         [GW_WRITE_INT] = GW_INT,
	[GW_WRITE_LONG] = GW_INT,          [GW_WRITE_FLOAT] = GW_FLOAT,
	[GW_WRITE_DOUBLE] = GW_FLOAT,      [GW_WRITE_TEXT] = GW_TEXT,
	[GW_WRITE_BYTES] = GW_BYTES,       [GW_WRITE_FIXED] = GW_BYTES,
	[GW_WRITE_ENUM] = GW_TEXT,         [GW_WRITE_DATE] = GW_DATE,
	[GW_WRITE_MICROS] = GW_TIMESTAMP,  [GW_WRITE_MILLIS] = GW_TIMESTAMP,
	[GW_WRITE_DECIMAL] = GW_DECIMAL,   [GW_WRITE_DECIMAL_FIXED] = GW_DECIMAL,
	[GW_WRITE_PARTIAL_DATE] = GW_TEXT, [GW_WRITE_NEVER] = GW_UNHELD,
};

/* ---- planning ---- */

static enum gw_write_op
field_op(const struct gw_schema_field *field)
{
	static const enum gw_write_op ops[] = {
		[GW_AVRO_BOOLEAN] = GW_WRITE_BOOL,  [GW_AVRO_INT] = GW_WRITE_INT,
		[GW_AVRO_LONG] = GW_WRITE_LONG,     [GW_AVRO_FLOAT] = GW_WRITE_FLOAT,
		[GW_AVRO_DOUBLE] = GW_WRITE_DOUBLE, [GW_AVRO_STRING] = GW_WRITE_TEXT,
		[GW_AVRO_BYTES] = GW_WRITE_BYTES,   [GW_AVRO_FIXED] = GW_WRITE_FIXED,
		[GW_AVRO_ENUM] = GW_WRITE_ENUM,     [GW_AVRO_NULL] = GW_WRITE_NEVER,
	};

	switch (field->logical) {
	case GW_LOGICAL_DATE:
		return GW_WRITE_DATE;
	case GW_LOGICAL_TIMESTAMP_MILLIS:
		return GW_WRITE_MILLIS;
	case GW_LOGICAL_TIMESTAMP_MICROS:
		return GW_WRITE_MICROS;
	case GW_LOGICAL_DECIMAL:
		return field->type == GW_AVRO_FIXED ? GW_WRITE_DECIMAL_FIXED : GW_WRITE_DECIMAL;
	case GW_LOGICAL_PARTIAL_DATE:
		return GW_WRITE_PARTIAL_DATE;
	case GW_LOGICAL_NONE:
	default:
		return ops[field->type];
	}
}

/* Most bytes that a field takes, its text and bytes aside. */
static size_t
fixed_room(const struct gw_schema_field *field)
{
	static const size_t rooms[] = {
		[GW_AVRO_BOOLEAN] = 1,
		[GW_AVRO_INT] = INT_ROOM,
		[GW_AVRO_LONG] = LONG_ROOM,
		[GW_AVRO_FLOAT] = 4,
		[GW_AVRO_DOUBLE] = 8,
		[GW_AVRO_STRING] = LENGTH_ROOM,
		[GW_AVRO_BYTES] = LENGTH_ROOM + GW_DECIMAL_BYTES,
		[GW_AVRO_FIXED] = 0,
		[GW_AVRO_ENUM] = INT_ROOM,
		[GW_AVRO_NULL] = 0,
	};
	bool decimal = field->logical == GW_LOGICAL_DECIMAL && field->type == GW_AVRO_FIXED;

	return rooms[field->type] + BRANCH_ROOM + (decimal ? field->size : 0);
}

enum gw_status
gw_write_plan(struct gw_schema *schema, struct gw_error *err)
{
	struct gw_write_step *steps =
		gw_arena_zalloc(&schema->arena, (schema->nfields + 1) * sizeof *steps);

	if (steps == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < schema->nfields; i++) {
		const struct gw_schema_field *field = &schema->fields[i];
		enum gw_write_op op = field_op(field);

		steps[i] = (struct gw_write_step){.op = op,
						  .kind = op_kinds[op],
						  .null_byte = -1,
						  .value_byte = -1,
						  .field = field};
		if (field->nullable) {
			/* Zig-zag: branch 0 is the byte 0, branch 1 the byte 2. */
			steps[i].null_byte = field->null_branch == 0 ? 0 : 2;
			steps[i].value_byte = field->null_branch == 0 ? 2 : 0;
		}
		schema->fixed_room += fixed_room(field);
	}
	schema->steps = steps;
	return GW_OK;
}

enum gw_status
gw_symbols_plan(struct gw_arena *arena, struct gw_schema_field *field, struct gw_error *err)
{
	uint32_t size = 8;
	uint16_t *slots;

	if (field->type != GW_AVRO_ENUM)
		return GW_OK;
	while (size < 2 * field->nsymbols)
		size *= 2;
	slots = gw_arena_zalloc(arena, size * sizeof *slots);
	if (slots == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < field->nsymbols; i++) {
		const char *symbol = field->symbols[i];
		size_t at = XXH3_64bits(symbol, strlen(symbol)) & (size - 1);

		while (slots[at] != 0)
			at = (at + 1) & (size - 1);
		slots[at] = (uint16_t)(i + 1);
	}
	field->symbol_slots = slots;
	field->symbol_mask = size - 1;
	return GW_OK;
}

/* ---- refusing: out of the way of what is usual ---- */

#define REFUSE __attribute__((cold, noinline)) static unsigned char *

REFUSE
refuse(const struct gw_schema_field *field, const char *why, struct gw_error *err)
{
	(void)gw_fail(err, GW_REJECT, "%s", why);
	(void)gw_wrap(err, _("field %s"), field->name);
	return NULL;
}

REFUSE
refuse_kind(const struct gw_schema_field *field, const struct gw_value *value, struct gw_error *err)
{
	char type[80];

	if (value->kind == GW_NULL)
		return refuse(field, _("it has no value, and its schema does not allow null"), err);
	gw_schema_type_text(field, type, sizeof type);
	(void)gw_fail(err, GW_REJECT, _("it must be %s, but the value is %s"), type,
		      gw_kind_name(value->kind));
	(void)gw_wrap(err, _("field %s"), field->name);
	return NULL;
}

REFUSE
refuse_decimal(const struct gw_schema_field *field, enum gw_decimal_result result,
	       struct gw_error *err)
{
	if (result == GW_DECIMAL_SYNTAX)
		return refuse(field, _("it is not a decimal number"), err);
	if (result == GW_DECIMAL_SCALE)
		(void)gw_fail(err, GW_REJECT,
			      ngettext("it has more than %d digit after the point",
				       "it has more than %d digits after the point",
				       (unsigned long)field->scale),
			      field->scale);
	else
		(void)gw_fail(err, GW_REJECT,
			      _("it has more than %d digits (precision %d, scale %d)"),
			      field->precision, field->precision, field->scale);
	(void)gw_wrap(err, _("field %s"), field->name);
	return NULL;
}

REFUSE
refuse_size(const struct gw_schema_field *field, const struct gw_value *value, struct gw_error *err)
{
	(void)gw_fail(err, GW_REJECT, _("it has %u bytes, not %u"), value->len, field->size);
	(void)gw_wrap(err, _("field %s"), field->name);
	return NULL;
}

/* ---- writing: p has room for all of it; NULL when refused ---- */

static unsigned char *
put_bytes(unsigned char *p, const void *bytes, size_t len)
{
	if (len > 0)
		memcpy(p, bytes, len);
	return p + len;
}

static unsigned char *
put_text(unsigned char *p, const struct gw_value *value)
{
	return put_bytes(gw_varint_put(p, value->len), value->as.text, value->len);
}

static unsigned char *
put_int(unsigned char *p, const struct gw_schema_field *field, int64_t n, struct gw_error *err)
{
	if (n < INT32_MIN || n > INT32_MAX)
		return refuse(field, _("it is out of the range of a 32-bit integer"), err);
	return gw_varint_put(p, n);
}

static unsigned char *
put_little_endian(unsigned char *p, uint64_t bits, size_t size)
{
	for (size_t i = 0; i < size; i++)
		p[i] = (unsigned char)(bits >> (8 * i));
	return p + size;
}

static unsigned char *
put_double(unsigned char *p, double real)
{
	uint64_t bits;

	memcpy(&bits, &real, sizeof bits);
	return put_little_endian(p, bits, sizeof bits);
}

static unsigned char *
put_float(unsigned char *p, const struct gw_schema_field *field, double real, struct gw_error *err)
{
	float small = (float)real;
	uint32_t bits;

	if (isinf(small) && !isinf(real))
		return refuse(field, _("it is out of the range of a 32-bit number"), err);
	memcpy(&bits, &small, sizeof bits);
	return put_little_endian(p, bits, sizeof bits);
}

static unsigned char *
put_real(unsigned char *p, const struct gw_write_step *step, const struct gw_value *value,
	 struct gw_error *err)
{
	double real = value->kind == GW_INT ? (double)value->as.integer : value->as.real;

	if (step->op == GW_WRITE_FLOAT)
		return put_float(p, step->field, real, err);
	return put_double(p, real);
}

static unsigned char *
put_symbol(unsigned char *p, const struct gw_schema_field *field, const struct gw_value *value,
	   struct gw_error *err)
{
	size_t at = XXH3_64bits(value->as.text, value->len) & field->symbol_mask;

	for (; field->symbol_slots[at] != 0; at = (at + 1) & field->symbol_mask) {
		size_t i = field->symbol_slots[at] - 1u;
		const char *symbol = field->symbols[i];

		if (strlen(symbol) == value->len && memcmp(symbol, value->as.text, value->len) == 0)
			return gw_varint_put(p, (int64_t)i);
	}
	return refuse(field, _("its word is not one of the schema's symbols"), err);
}

/* Towards the past, so that a value and its hash mean the same before 1970 and after. */
static unsigned char *
put_millis(unsigned char *p, const struct gw_schema_field *field, int64_t us, struct gw_error *err)
{
	int64_t ms = us / US_PER_MS - (us % US_PER_MS < 0);

	/* The first millisecond of all begins before the first microsecond. */
	if (ms < INT64_MIN / US_PER_MS)
		return refuse(field, _("it is out of the range of a timestamp"), err);
	return gw_varint_put(p, ms);
}

static unsigned char *
put_decimal(unsigned char *p, const struct gw_write_step *step, const struct gw_value *value,
	    struct gw_error *err)
{
	const struct gw_schema_field *field = step->field;
	unsigned char bytes[GW_DECIMAL_BYTES];
	enum gw_decimal_result result;
	size_t size;

	result = gw_decimal_encode(value->as.text, value->len, field->precision, field->scale,
				   bytes, &size);
	if (result != GW_DECIMAL_OK)
		return refuse_decimal(field, result, err);
	if (step->op == GW_WRITE_DECIMAL)
		return put_bytes(gw_varint_put(p, (int64_t)size), bytes, size);
	memset(p, (bytes[0] & 0x80) != 0 ? 0xff : 0, field->size - size);
	return put_bytes(p + (field->size - size), bytes, size);
}

static unsigned char *
put_value(unsigned char *p, const struct gw_write_step *step, const struct gw_value *value,
	  struct gw_error *err)
{
	switch (step->op) {
	case GW_WRITE_BOOL:
		*p = value->as.truth;
		return p + 1;
	case GW_WRITE_INT:
	case GW_WRITE_DATE:
		return put_int(p, step->field, value->as.integer, err);
	case GW_WRITE_LONG:
	case GW_WRITE_MICROS:
		return gw_varint_put(p, value->as.integer);
	case GW_WRITE_MILLIS:
		return put_millis(p, step->field, value->as.integer, err);
	case GW_WRITE_FLOAT:
	case GW_WRITE_DOUBLE:
		return put_real(p, step, value, err);
	case GW_WRITE_PARTIAL_DATE:
		if (!gw_partial_date_valid(value->as.text, value->len))
			return refuse(step->field,
				      _("it is not a date YYYY, YYYY-MM or YYYY-MM-DD"), err);
		return put_text(p, value);
	case GW_WRITE_TEXT:
	case GW_WRITE_BYTES:
		return put_text(p, value);
	case GW_WRITE_FIXED:
		if (value->len != step->field->size)
			return refuse_size(step->field, value, err);
		return put_bytes(p, value->as.text, value->len);
	case GW_WRITE_ENUM:
		return put_symbol(p, step->field, value, err);
	case GW_WRITE_DECIMAL:
	case GW_WRITE_DECIMAL_FIXED:
		return put_decimal(p, step, value, err);
	case GW_WRITE_NEVER:
	default:
		return refuse(step->field, _("a record can't be written with a nested field"), err);
	}
}

static unsigned char *
put_field(unsigned char *p, const struct gw_write_step *step, const struct gw_value *value,
	  struct gw_error *err)
{
	bool real = step->kind == GW_FLOAT && value->kind == GW_INT;

	if (value->kind == GW_NULL && step->null_byte >= 0) {
		*p = (unsigned char)step->null_byte;
		return p + 1;
	}
	if (step->op != GW_WRITE_NEVER && value->kind != step->kind && !real)
		return refuse_kind(step->field, value, err);
	if (step->value_byte >= 0)
		*p++ = (unsigned char)step->value_byte;
	return put_value(p, step, value, err);
}

static size_t
needed_room(const struct gw_schema *schema, const struct gw_value *values)
{
	size_t need = schema->fixed_room;

	for (size_t i = 0; i < schema->nfields; i++) {
		if (values[i].kind == GW_TEXT || values[i].kind == GW_BYTES)
			need += values[i].len;
	}
	return need;
}

enum gw_status
gw_avro_encode(const struct gw_schema *schema, const struct gw_value *values, struct gw_buf *out,
	       struct gw_error *err)
{
	size_t need = needed_room(schema, values);
	unsigned char *p;

	/* Asked before the buffer is, so that one record too many does not make it fail for good.
	 */
	if (!out->failed && (out->len >= out->max || need > out->max - out->len))
		return gw_fail(err, GW_REJECT,
			       _("the record takes up to %zu bytes, and only %zu are left of the "
				 "%zu that a message may have"),
			       need, out->max - out->len, out->max);
	p = (unsigned char *)gw_buf_reserve(out, need);
	if (p == NULL)
		return gw_fail_memory(err);
	for (size_t i = 0; i < schema->nfields; i++) {
		p = put_field(p, &schema->steps[i], &values[i], err);
		if (p == NULL) {
			out->data[out->len] = '\0';
			return err->status;
		}
	}
	out->len = (size_t)((char *)p - out->data);
	out->data[out->len] = '\0';
	return GW_OK;
}
