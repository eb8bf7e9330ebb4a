#include "postgres/decode.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_DAYS 10957
#define EPOCH_US (INT64_C(86400000000) * EPOCH_DAYS)

/* Signs of a numeric, and how many digits one of its base-10000 digits has. */
enum { POSITIVE = 0x0000, NEGATIVE = 0x4000, NOT_A_NUMBER = 0xC000, INFINITE = 0xD000 };
enum { NEGATIVE_INFINITE = 0xF000, NUMERIC_HEADER = 8, DIGITS = 4, MAX_SCALE = 0x3FFF };

static enum gw_pg_decoded
unheld(struct gw_value *out, const char *word)
{
	*out = (struct gw_value){.kind = GW_UNHELD, .len = (uint32_t)strlen(word), .as.text = word};
	return GW_PG_DECODED;
}

static enum gw_pg_decoded
text(struct gw_value *out, enum gw_kind kind, const char *data, uint32_t len)
{
	*out = (struct gw_value){.kind = kind, .len = len, .as.text = data};
	return GW_PG_DECODED;
}

static enum gw_pg_decoded
integer(struct gw_value *out, enum gw_kind kind, int64_t n)
{
	*out = (struct gw_value){.kind = kind, .as.integer = n};
	return GW_PG_DECODED;
}

static enum gw_pg_decoded
decode_real(double real, struct gw_value *out)
{
	if (isnan(real))
		return unheld(out, "float_nan");
	if (isinf(real))
		return unheld(out, "float_infinity");
	*out = (struct gw_value){.kind = GW_FLOAT, .as.real = real};
	return GW_PG_DECODED;
}

static enum gw_pg_decoded
decode_float4(const char *data, struct gw_value *out)
{
	uint32_t bits = gw_pg_u32(data);
	float real;

	memcpy(&real, &bits, sizeof real);
	return decode_real((double)real, out);
}

static enum gw_pg_decoded
decode_float8(const char *data, struct gw_value *out)
{
	uint64_t bits = gw_pg_u64(data);
	double real;

	memcpy(&real, &bits, sizeof real);
	return decode_real(real, out);
}

static enum gw_pg_decoded
decode_date(const char *data, struct gw_value *out)
{
	int32_t days = (int32_t)gw_pg_u32(data);

	if (days == INT32_MAX || days == INT32_MIN)
		return unheld(out, "date_infinity");
	return integer(out, GW_DATE, (int64_t)days + EPOCH_DAYS);
}

static enum gw_pg_decoded
decode_timestamp(const char *data, struct gw_value *out)
{
	int64_t us = (int64_t)gw_pg_u64(data);

	if (us == INT64_MAX || us == INT64_MIN)
		return unheld(out, "timestamp_infinity");
	if (__builtin_add_overflow(us, EPOCH_US, &us))
		return unheld(out, "timestamp_range");
	return integer(out, GW_TIMESTAMP, us);
}

static enum gw_pg_decoded
decode_uuid(const char *data, struct gw_arena *arena, struct gw_value *out)
{
	char *copy = gw_arena_alloc(arena, GW_UUID_TEXT);

	if (copy == NULL)
		return GW_PG_NO_MEMORY;
	gw_uuid_format((const unsigned char *)data, copy);
	return text(out, GW_TEXT, copy, GW_UUID_TEXT - 1);
}

static enum gw_pg_decoded
decode_padded(const char *data, uint32_t len, struct gw_value *out)
{
	while (len > 0 && data[len - 1] == ' ')
		len--;
	return text(out, GW_TEXT, data, len);
}

static enum gw_pg_decoded
decode_jsonb(const char *data, uint32_t len, struct gw_value *out)
{
	if (len < 1 || data[0] != 1)
		return GW_PG_DAMAGED;
	return text(out, GW_TEXT, data + 1, len - 1);
}

struct numeric {
	const char *digits; /* of base 10000, two bytes each, the most significant first */
	int ndigits, weight, scale;
	unsigned sign;
};

/* The base-10000 digit that counts 10000^weight; those that are not stored are zero. */
static unsigned
digit_at(const struct numeric *n, int weight)
{
	int i = n->weight - weight;

	return i < 0 || i >= n->ndigits ? 0 : gw_pg_u16(n->digits + 2 * (size_t)i);
}

static char *
put_four(char *to, unsigned digit)
{
	to[0] = (char)('0' + digit / 1000);
	to[1] = (char)('0' + digit / 100 % 10);
	to[2] = (char)('0' + digit / 10 % 10);
	to[3] = (char)('0' + digit % 10);
	return to + DIGITS;
}

static char *
put_numeric(const struct numeric *n, char *to)
{
	char *start = to;

	for (int weight = n->weight; weight >= 0; weight--) {
		to = put_four(to, digit_at(n, weight));
		if (weight == n->weight) { /* no leading zeros, but one digit */
			size_t zeros = strspn(start, "0");

			zeros = zeros < DIGITS ? zeros : DIGITS - 1;
			memmove(start, start + zeros, DIGITS - zeros);
			to -= zeros;
		}
	}
	if (n->weight < 0)
		*to++ = '0';
	if (n->scale == 0)
		return to;
	*to++ = '.';
	start = to;
	for (int weight = -1; to - start < n->scale; weight--)
		to = put_four(to, digit_at(n, weight));
	return start + n->scale;
}

static bool
digits_valid(const struct numeric *n)
{
	for (int i = 0; i < n->ndigits; i++)
		if (gw_pg_u16(n->digits + 2 * (size_t)i) > 9999)
			return false;
	return true;
}

/* False where the message contradicts itself. */
static bool
read_numeric(const char *data, uint32_t len, struct numeric *n)
{
	*n = (struct numeric){
		.ndigits = (int16_t)gw_pg_u16(data),
		.weight = (int16_t)gw_pg_u16(data + 2),
		.sign = gw_pg_u16(data + 4),
		.scale = (int16_t)gw_pg_u16(data + 6),
		.digits = data + NUMERIC_HEADER,
	};
	return (n->sign == POSITIVE || n->sign == NEGATIVE) && n->ndigits >= 0 && n->scale >= 0 &&
	       n->scale <= MAX_SCALE && len == NUMERIC_HEADER + 2 * (uint32_t)n->ndigits &&
	       digits_valid(n);
}

enum gw_pg_decoded
gw_pg_decode_numeric(const char *data, uint32_t len, struct gw_arena *arena, struct gw_value *out)
{
	struct numeric n;
	size_t size;
	char *copy, *end;

	if (len < NUMERIC_HEADER)
		return GW_PG_DAMAGED;
	if (!read_numeric(data, len, &n)) {
		if (n.sign == NOT_A_NUMBER)
			return unheld(out, "numeric_nan");
		if (n.sign == INFINITE || n.sign == NEGATIVE_INFINITE)
			return unheld(out, "numeric_infinity");
		return GW_PG_DAMAGED;
	}
	size = (n.weight < 0 ? 1 : ((size_t)n.weight + 1) * DIGITS) + (size_t)n.scale + DIGITS + 3;
	copy = gw_arena_alloc(arena, size);
	if (copy == NULL)
		return GW_PG_NO_MEMORY;
	end = copy;
	if (n.sign == NEGATIVE)
		*end++ = '-';
	memset(end, 0, DIGITS + 1); /* strspn stops behind the first four */
	end = put_numeric(&n, end);
	return text(out, GW_DECIMAL, copy, (uint32_t)(end - copy));
}

/* Bytes that a wire form always has; 0: any number. */
static const uint8_t fixed_len[] = {
	[GW_PG_BOOL] = 1, [GW_PG_INT2] = 2,      [GW_PG_INT4] = 4,   [GW_PG_INT8] = 8,
	[GW_PG_OID] = 4,  [GW_PG_FLOAT4] = 4,    [GW_PG_FLOAT8] = 8, [GW_PG_UUID] = 16,
	[GW_PG_DATE] = 4, [GW_PG_TIMESTAMP] = 8,
};

enum gw_pg_decoded
gw_pg_decode(enum gw_pg_wire wire, const char *data, uint32_t len, struct gw_arena *arena,
	     struct gw_value *out)
{
	if ((size_t)wire < sizeof fixed_len && fixed_len[wire] != 0 && fixed_len[wire] != len)
		return GW_PG_DAMAGED;
	switch (wire) {
	case GW_PG_BOOL:
		*out = (struct gw_value){.kind = GW_BOOL, .as.truth = data[0] != 0};
		return GW_PG_DECODED;
	case GW_PG_INT2:
		return integer(out, GW_INT, (int16_t)gw_pg_u16(data));
	case GW_PG_INT4:
		return integer(out, GW_INT, (int32_t)gw_pg_u32(data));
	case GW_PG_INT8:
		return integer(out, GW_INT, (int64_t)gw_pg_u64(data));
	case GW_PG_OID:
		return integer(out, GW_INT, (int64_t)gw_pg_u32(data));
	case GW_PG_FLOAT4:
		return decode_float4(data, out);
	case GW_PG_FLOAT8:
		return decode_float8(data, out);
	case GW_PG_NUMERIC:
		return gw_pg_decode_numeric(data, len, arena, out);
	case GW_PG_TEXT:
		return text(out, GW_TEXT, data, len);
	case GW_PG_BPCHAR:
		return decode_padded(data, len, out);
	case GW_PG_JSONB:
		return decode_jsonb(data, len, out);
	case GW_PG_UUID:
		return decode_uuid(data, arena, out);
	case GW_PG_BYTES:
		return text(out, GW_BYTES, data, len);
	case GW_PG_DATE:
		return decode_date(data, out);
	case GW_PG_TIMESTAMP:
		return decode_timestamp(data, out);
	}
	return GW_PG_DAMAGED;
}
