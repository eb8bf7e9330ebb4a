#include "reconcile/column.h"

#include <endian.h>
#include <math.h>
#include <string.h>

#include "base/i18n.h"

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_DAYS INT64_C(10957)
#define EPOCH_US (EPOCH_DAYS * INT64_C(86400) * 1000000)

enum {
	NUMERIC_HEAD = 8,
	NUMERIC_POSITIVE = 0,
	NUMERIC_NEGATIVE = 0x4000,
	GROUP = 4, /* decimal digits of a digit on the wire */
};

static enum gw_status
fail_damaged(struct gw_error *err)
{
	return gw_fail(err, GW_RETRY, "%s", _("the warehouse sent a damaged row"));
}

static void
set_unheld(const char *why, struct gw_value *out)
{
	*out = (struct gw_value){.kind = GW_UNHELD, .len = (uint32_t)strlen(why), .as.text = why};
}

static uint16_t
get_u16(const char *data)
{
	uint16_t n;

	memcpy(&n, data, sizeof n);
	return be16toh(n);
}

static int32_t
get_i32(const char *data)
{
	uint32_t n;

	memcpy(&n, data, sizeof n);
	return (int32_t)be32toh(n);
}

static int64_t
get_i64(const char *data)
{
	uint64_t n;

	memcpy(&n, data, sizeof n);
	return (int64_t)be64toh(n);
}

static void
get_real(const char *data, struct gw_value *out)
{
	int32_t bits = get_i32(data);
	float real;

	memcpy(&real, &bits, sizeof real);
	out->kind = GW_FLOAT;
	out->as.real = (double)real;
}

static void
get_double(const char *data, struct gw_value *out)
{
	int64_t bits = get_i64(data);

	out->kind = GW_FLOAT;
	memcpy(&out->as.real, &bits, sizeof bits);
}

static void
get_date(const char *data, struct gw_value *out)
{
	int32_t days = get_i32(data);

	if (days == INT32_MAX || days == INT32_MIN) {
		set_unheld("date_infinity", out);
		return;
	}
	out->kind = GW_DATE;
	out->as.integer = days + EPOCH_DAYS;
}

static void
get_timestamp(const char *data, struct gw_value *out)
{
	int64_t us = get_i64(data);

	if (us == INT64_MIN || us > INT64_MAX - EPOCH_US) {
		set_unheld("timestamp_infinity", out);
		return;
	}
	out->kind = GW_TIMESTAMP;
	out->as.integer = us + EPOCH_US;
}

/* A number on the wire: count base-10000 digits, the first of which stands for 10000^weight. */
struct numeric {
	const char *digits;
	int count, weight, scale;
	bool negative;
};

static char *
put_group(const struct numeric *numeric, int place, char *to)
{
	unsigned group = place >= 0 && place < numeric->count
				 ? get_u16(numeric->digits + (ptrdiff_t)place * 2)
				 : 0;

	for (int i = GROUP - 1; i >= 0; i--) {
		to[i] = (char)('0' + group % 10);
		group /= 10;
	}
	return to + GROUP;
}

/* "-12.50"; zeros before the first digit are left to whoever compares. */
static enum gw_status
put_numeric(const struct numeric *numeric, struct gw_arena *arena, struct gw_value *out,
	    struct gw_error *err)
{
	int whole = numeric->weight < 0 ? 0 : numeric->weight + 1;
	int parts = (numeric->scale + GROUP - 1) / GROUP;
	char *text = gw_arena_alloc(arena, (size_t)(whole + parts) * GROUP + 4), *to = text;

	if (text == NULL)
		return gw_fail_memory(err);
	if (numeric->negative)
		*to++ = '-';
	if (whole == 0)
		*to++ = '0';
	for (int i = 0; i < whole; i++)
		to = put_group(numeric, i, to);
	if (numeric->scale > 0)
		*to++ = '.';
	for (int i = 0; i < parts; i++)
		to = put_group(numeric, numeric->weight + 1 + i, to);
	to -= parts * GROUP - numeric->scale;
	*out = (struct gw_value){.kind = GW_DECIMAL, .len = (uint32_t)(to - text), .as.text = text};
	return GW_OK;
}

static enum gw_status
get_numeric(const char *data, size_t len, struct gw_arena *arena, struct gw_value *out,
	    struct gw_error *err)
{
	struct numeric numeric;
	unsigned sign;

	if (len < NUMERIC_HEAD)
		return fail_damaged(err);
	sign = get_u16(data + 4);
	numeric = (struct numeric){
		.digits = data + NUMERIC_HEAD,
		.count = get_u16(data),
		.weight = (int16_t)get_u16(data + 2),
		.scale = get_u16(data + 6),
		.negative = sign == NUMERIC_NEGATIVE,
	};
	if (len != NUMERIC_HEAD + 2 * (size_t)numeric.count)
		return fail_damaged(err);
	if (sign != NUMERIC_POSITIVE && sign != NUMERIC_NEGATIVE) {
		set_unheld("numeric_nan", out);
		return GW_OK;
	}
	return put_numeric(&numeric, arena, out, err);
}

static void
get_fixed(enum gw_column_type type, const char *data, struct gw_value *out)
{
	*out = (struct gw_value){.kind = GW_INT};
	if (type == GW_COLUMN_BOOLEAN) {
		out->kind = GW_BOOL;
		out->as.truth = data[0] != 0;
	} else if (type == GW_COLUMN_INTEGER) {
		out->as.integer = get_i32(data);
	} else if (type == GW_COLUMN_BIGINT) {
		out->as.integer = get_i64(data);
	} else if (type == GW_COLUMN_REAL) {
		get_real(data, out);
	} else if (type == GW_COLUMN_DOUBLE) {
		get_double(data, out);
	} else if (type == GW_COLUMN_DATE) {
		get_date(data, out);
	} else {
		get_timestamp(data, out);
	}
}

/* Bytes of a value; 0: it has its own length. */
static const unsigned char sizes[GW_COLUMN_TYPES] = {
	[GW_COLUMN_BOOLEAN] = 1,     [GW_COLUMN_INTEGER] = 4, [GW_COLUMN_BIGINT] = 8,
	[GW_COLUMN_REAL] = 4,        [GW_COLUMN_DOUBLE] = 8,  [GW_COLUMN_DATE] = 4,
	[GW_COLUMN_TIMESTAMPTZ] = 8,
};

enum gw_status
gw_column_value(enum gw_column_type type, const char *data, size_t len, struct gw_arena *arena,
		struct gw_value *out, struct gw_error *err)
{
	if (type == GW_COLUMN_NUMERIC)
		return get_numeric(data, len, arena, out, err);
	if (sizes[type] == 0) {
		*out = (struct gw_value){
			.kind = type == GW_COLUMN_BYTEA ? GW_BYTES : GW_TEXT,
			.len = (uint32_t)len,
			.as.text = data,
		};
		return GW_OK;
	}
	if (len != sizes[type])
		return fail_damaged(err);
	get_fixed(type, data, out);
	return GW_OK;
}

void
gw_column_narrow(const struct gw_schema_field *field, struct gw_value *value)
{
	bool whole = field->type == GW_AVRO_INT || field->type == GW_AVRO_LONG;

	if (!whole || field->logical != GW_LOGICAL_NONE || value->kind != GW_FLOAT ||
	    fabs(value->as.real) >= 0x1p63 || value->as.real != trunc(value->as.real))
		return;
	value->as.integer = (int64_t)value->as.real;
	value->kind = GW_INT;
}
