#include "load/copy_in.h"

#include <endian.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_DAYS INT64_C(10957)
#define DAY_US (INT64_C(86400) * 1000000)
#define EPOCH_US (EPOCH_DAYS * DAY_US)
/* Its first day is Julian day 0.  The last of a date; a timestamp of ours can't reach the last of
 * its. */
#define FIRST_DAY INT64_C(-2440588)
#define LAST_DAY INT64_C(2145042905)

enum { NUMERIC_NEGATIVE = 0x4000, MAX_NUMERIC_DIGITS = 1000 };

static const char *const type_names[GW_COLUMN_TYPES] = {
	[GW_COLUMN_BOOLEAN] = "boolean",
	[GW_COLUMN_INTEGER] = "integer",
	[GW_COLUMN_BIGINT] = "bigint",
	[GW_COLUMN_REAL] = "real",
	[GW_COLUMN_DOUBLE] = "double precision",
	[GW_COLUMN_NUMERIC] = "numeric",
	[GW_COLUMN_TEXT] = "text",
	[GW_COLUMN_BYTEA] = "bytea",
	[GW_COLUMN_DATE] = "date",
	[GW_COLUMN_TIMESTAMPTZ] = "timestamp with time zone",
};

const char *
gw_column_type_name(enum gw_column_type type)
{
	return type_names[type];
}

bool
gw_column_type_find(const char *name, enum gw_column_type *out)
{
	for (int i = 0; i < GW_COLUMN_TYPES; i++) {
		if (strcmp(type_names[i], name) == 0) {
			*out = (enum gw_column_type)i;
			return true;
		}
	}
	return false;
}

void
gw_copy_in_header(struct gw_buf *buf)
{
	static const char signature[11] = "PGCOPY\n\377\r\n";

	(void)gw_buf_append(buf, signature, sizeof signature);
	(void)gw_buf_put_u32(buf, 0);
	(void)gw_buf_put_u32(buf, 0);
}

void
gw_copy_in_row(struct gw_buf *buf, size_t columns)
{
	(void)gw_buf_put_u16(buf, (uint16_t)columns);
}

void
gw_copy_in_trailer(struct gw_buf *buf)
{
	(void)gw_buf_put_u16(buf, UINT16_MAX);
}

/* Its values look like those of a row: each its length, then itself. */
void
gw_copy_in_array(struct gw_buf *buf, enum gw_array_of type, size_t count)
{
	(void)gw_buf_put_u32(buf, 1); /* dimension */
	(void)gw_buf_put_u32(buf, 0); /* no nulls */
	(void)gw_buf_put_u32(buf, (uint32_t)type);
	(void)gw_buf_put_u32(buf, (uint32_t)count);
	(void)gw_buf_put_u32(buf, 1); /* number of the first */
}

void
gw_copy_in_null(struct gw_buf *buf)
{
	(void)gw_buf_put_u32(buf, UINT32_MAX);
}

/* One look at the room for the length and the value behind it: there are tens of millions of them
 * in a large load. */
void
gw_copy_in_bytes(struct gw_buf *buf, const void *bytes, size_t len)
{
	uint32_t length = htobe32((uint32_t)len);
	char *to = gw_buf_reserve(buf, sizeof length + len);

	if (to == NULL)
		return;
	memcpy(to, &length, sizeof length);
	if (len > 0)
		memcpy(to + sizeof length, bytes, len);
	buf->len += sizeof length + len;
	buf->data[buf->len] = '\0';
}

void
gw_copy_in_bool(struct gw_buf *buf, bool truth)
{
	gw_copy_in_bytes(buf, truth ? "\1" : "\0", 1);
}

void
gw_copy_in_i32(struct gw_buf *buf, int32_t n)
{
	uint32_t big = htobe32((uint32_t)n);

	gw_copy_in_bytes(buf, &big, sizeof big);
}

void
gw_copy_in_i64(struct gw_buf *buf, int64_t n)
{
	uint64_t big = htobe64((uint64_t)n);

	gw_copy_in_bytes(buf, &big, sizeof big);
}

bool
gw_copy_in_timestamp(struct gw_buf *buf, int64_t us)
{
	if (us < FIRST_DAY * DAY_US)
		return false;
	gw_copy_in_i64(buf, us - EPOCH_US);
	return true;
}

void
gw_copy_in_instant(struct gw_buf *buf, int64_t us)
{
	(void)gw_buf_put_u64(buf, (uint64_t)(us - EPOCH_US));
}

static enum gw_status
fail_kind(enum gw_column_type type, const struct gw_value *value, struct gw_error *err)
{
	return gw_fail(err, GW_REJECT, _("a value of kind %s does not fit a column of type %s"),
		       gw_kind_name(value->kind), type_names[type]);
}

static enum gw_status
fail_range(enum gw_column_type type, struct gw_error *err)
{
	return gw_fail(err, GW_REJECT, _("a value is outside of what type %s holds"),
		       type_names[type]);
}

static enum gw_status
put_boolean(struct gw_buf *buf, const struct gw_value *value, struct gw_error *err)
{
	if (value->kind != GW_BOOL)
		return fail_kind(GW_COLUMN_BOOLEAN, value, err);
	gw_copy_in_bool(buf, value->as.truth);
	return GW_OK;
}

static enum gw_status
put_integer(struct gw_buf *buf, const struct gw_value *value, struct gw_error *err)
{
	if (value->kind != GW_INT)
		return fail_kind(GW_COLUMN_INTEGER, value, err);
	if (value->as.integer < INT32_MIN || value->as.integer > INT32_MAX)
		return fail_range(GW_COLUMN_INTEGER, err);
	gw_copy_in_i32(buf, (int32_t)value->as.integer);
	return GW_OK;
}

static enum gw_status
put_bigint(struct gw_buf *buf, const struct gw_value *value, struct gw_error *err)
{
	if (value->kind != GW_INT)
		return fail_kind(GW_COLUMN_BIGINT, value, err);
	gw_copy_in_i64(buf, value->as.integer);
	return GW_OK;
}

/* A number that is whole may stand in a column that holds fractions. */
static bool
real_of(const struct gw_value *value, double *out)
{
	if (value->kind == GW_FLOAT)
		*out = value->as.real;
	else if (value->kind == GW_INT)
		*out = (double)value->as.integer;
	else
		return false;
	return true;
}

static enum gw_status
put_real(struct gw_buf *buf, const struct gw_value *value, struct gw_error *err)
{
	double real;
	float narrow;
	uint32_t bits;

	if (!real_of(value, &real))
		return fail_kind(GW_COLUMN_REAL, value, err);
	narrow = (float)real;
	memcpy(&bits, &narrow, sizeof bits);
	gw_copy_in_i32(buf, (int32_t)bits);
	return GW_OK;
}

static enum gw_status
put_double(struct gw_buf *buf, const struct gw_value *value, struct gw_error *err)
{
	double real;
	int64_t bits;

	if (!real_of(value, &real))
		return fail_kind(GW_COLUMN_DOUBLE, value, err);
	memcpy(&bits, &real, sizeof bits);
	gw_copy_in_i64(buf, bits);
	return GW_OK;
}

/* Decimal digits of a number: places[0..count) without sign, point and leading zeros. */
struct decimal {
	bool negative;
	unsigned char places[MAX_NUMERIC_DIGITS];
	size_t count;
	size_t scale; /* how many of them stand behind the point */
};

/* "-12.50": a sign, digits, at most one point with digits on both its sides. */
static bool
decimal_parse(const char *text, size_t len, struct decimal *out)
{
	bool digits = false, point = false;
	size_t i = 0;

	/* Not all of places: they are a kilobyte. */
	out->negative = false;
	out->count = out->scale = 0;
	if (len > 0 && (text[0] == '-' || text[0] == '+'))
		out->negative = text[i++] == '-';
	for (; i < len; i++) {
		if (text[i] == '.' && digits && !point && i + 1 < len) {
			point = true;
			continue;
		}
		if (text[i] < '0' || text[i] > '9' || out->count == MAX_NUMERIC_DIGITS)
			return false;
		digits = true;
		out->scale += point;
		out->places[out->count++] = (unsigned char)(text[i] - '0');
	}
	return digits;
}

/* The base-10000 digit that begins at place from (which may lie before or behind the number). */
static uint16_t
group_at(const struct decimal *decimal, int64_t from)
{
	unsigned group = 0;

	for (int64_t i = from; i < from + 4; i++) {
		bool inside = i >= 0 && i < (int64_t)decimal->count;

		group = group * 10 + (inside ? decimal->places[i] : 0u);
	}
	return (uint16_t)group;
}

/*
 * The wire form: number of base-10000 digits, weight of the first, sign, scale,
 * digits.  Groups are aligned to the point, and neither end has a zero group.
 */
static void
decimal_put(struct gw_buf *buf, const struct decimal *decimal)
{
	int64_t whole = (int64_t)(decimal->count - decimal->scale);
	int64_t first = (whole + 3) / 4;  /* groups before the point */
	int64_t from = whole - first * 4; /* place where the first group begins */
	int64_t groups = first + ((int64_t)decimal->scale + 3) / 4;
	int64_t weight = first - 1;

	while (groups > 0 && group_at(decimal, from) == 0) {
		from += 4;
		groups--;
		weight--;
	}
	while (groups > 0 && group_at(decimal, from + (groups - 1) * 4) == 0)
		groups--;
	(void)gw_buf_put_u32(buf, (uint32_t)(8 + 2 * groups));
	(void)gw_buf_put_u16(buf, (uint16_t)groups);
	(void)gw_buf_put_u16(buf, groups == 0 ? 0 : (uint16_t)(int16_t)weight);
	(void)gw_buf_put_u16(buf, decimal->negative && groups > 0 ? NUMERIC_NEGATIVE : 0);
	(void)gw_buf_put_u16(buf, (uint16_t)decimal->scale);
	for (int64_t i = 0; i < groups; i++)
		(void)gw_buf_put_u16(buf, group_at(decimal, from + i * 4));
}

static enum gw_status
put_numeric(struct gw_buf *buf, const struct gw_value *value, struct gw_error *err)
{
	struct decimal decimal;

	if (value->kind != GW_DECIMAL)
		return fail_kind(GW_COLUMN_NUMERIC, value, err);
	if (!decimal_parse(value->as.text, value->len, &decimal))
		return gw_fail(err, GW_REJECT, "%s",
			       _("a decimal is not written as one, or has over 1000 digits"));
	decimal_put(buf, &decimal);
	return GW_OK;
}

static enum gw_status
put_text(struct gw_buf *buf, const struct gw_value *value, struct gw_error *err)
{
	if (value->kind != GW_TEXT)
		return fail_kind(GW_COLUMN_TEXT, value, err);
	if (!gw_utf8_valid(value->as.text, value->len))
		return gw_fail(err, GW_REJECT, "%s", _("a text is not UTF-8, or has a NUL in it"));
	gw_copy_in_bytes(buf, value->as.text, value->len);
	return GW_OK;
}

static enum gw_status
put_bytea(struct gw_buf *buf, const struct gw_value *value, struct gw_error *err)
{
	if (value->kind != GW_BYTES)
		return fail_kind(GW_COLUMN_BYTEA, value, err);
	gw_copy_in_bytes(buf, value->as.text, value->len);
	return GW_OK;
}

static enum gw_status
put_date(struct gw_buf *buf, const struct gw_value *value, struct gw_error *err)
{
	if (value->kind != GW_DATE)
		return fail_kind(GW_COLUMN_DATE, value, err);
	if (value->as.integer < FIRST_DAY || value->as.integer > LAST_DAY)
		return fail_range(GW_COLUMN_DATE, err);
	gw_copy_in_i32(buf, (int32_t)(value->as.integer - EPOCH_DAYS));
	return GW_OK;
}

static enum gw_status
put_timestamptz(struct gw_buf *buf, const struct gw_value *value, struct gw_error *err)
{
	if (value->kind != GW_TIMESTAMP)
		return fail_kind(GW_COLUMN_TIMESTAMPTZ, value, err);
	if (!gw_copy_in_timestamp(buf, value->as.integer))
		return fail_range(GW_COLUMN_TIMESTAMPTZ, err);
	return GW_OK;
}

typedef enum gw_status put_fn(struct gw_buf *buf, const struct gw_value *value,
			      struct gw_error *err);

static put_fn *const putters[GW_COLUMN_TYPES] = {
	[GW_COLUMN_BOOLEAN] = put_boolean, [GW_COLUMN_INTEGER] = put_integer,
	[GW_COLUMN_BIGINT] = put_bigint,   [GW_COLUMN_REAL] = put_real,
	[GW_COLUMN_DOUBLE] = put_double,   [GW_COLUMN_NUMERIC] = put_numeric,
	[GW_COLUMN_TEXT] = put_text,       [GW_COLUMN_BYTEA] = put_bytea,
	[GW_COLUMN_DATE] = put_date,       [GW_COLUMN_TIMESTAMPTZ] = put_timestamptz,
};

enum gw_status
gw_copy_in_value(struct gw_buf *buf, enum gw_column_type type, const struct gw_value *value,
		 struct gw_error *err)
{
	enum gw_status status = GW_OK;

	if (value->kind == GW_NULL)
		gw_copy_in_null(buf);
	else
		status = putters[type](buf, value, err);
	if (status == GW_OK && buf->failed)
		return gw_fail_memory(err);
	return status;
}
