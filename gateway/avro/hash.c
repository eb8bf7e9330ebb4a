#include <string.h>
#include <xxhash.h>

#include "avro/codec.h"
#include "avro/decimal.h"
#include "avro/plan.h"

enum { SHORT_TEXT = 256 };

#define US_PER_MS 1000

static uint64_t
hash_integer(uint64_t n, uint64_t seed)
{
	unsigned char bytes[8];

	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (unsigned char)(n >> (8 * i));
	return XXH3_64bits_withSeed(bytes, sizeof bytes, seed);
}

static uint64_t
hash_real(const struct gw_schema_field *field, const struct gw_value *value, uint64_t seed)
{
	double real = value->kind == GW_INT ? (double)value->as.integer : value->as.real;
	uint64_t bits;

	if (field->type == GW_AVRO_FLOAT)
		real = (double)(float)real;
	memcpy(&bits, &real, sizeof bits);
	return hash_integer(bits, seed);
}

/* Text that no column of ours can hold is hashed as it stands. */
static uint64_t
hash_decimal(const struct gw_value *value, uint64_t seed)
{
	char shortest[SHORT_TEXT];
	size_t len = value->len;

	if (len > sizeof shortest)
		return XXH3_64bits_withSeed(value->as.text, len, seed);
	len = gw_decimal_shorten(value->as.text, len, shortest);
	return XXH3_64bits_withSeed(shortest, len, seed);
}

static int64_t
whole_millis(int64_t us)
{
	int64_t rest = us % US_PER_MS;

	return us - (rest < 0 ? rest + US_PER_MS : rest);
}

/*
 * What is hashed is the value as the decoder would give it back, so that the
 * side that writes and the side that reads agree.
 */
static uint64_t
hash_field(const struct gw_schema_field *field, const struct gw_value *value)
{
	bool real = field->type == GW_AVRO_FLOAT || field->type == GW_AVRO_DOUBLE;
	enum gw_kind kind = real && value->kind == GW_INT ? GW_FLOAT : value->kind;
	uint64_t seed = field->name_hash + (uint64_t)kind;

	switch (kind) {
	case GW_NULL:
		return XXH3_64bits_withSeed("", 0, seed);
	case GW_BOOL:
		return hash_integer(value->as.truth, seed);
	case GW_INT:
	case GW_DATE:
		return hash_integer((uint64_t)value->as.integer, seed);
	case GW_TIMESTAMP:
		if (field->logical == GW_LOGICAL_TIMESTAMP_MILLIS)
			return hash_integer((uint64_t)whole_millis(value->as.integer), seed);
		return hash_integer((uint64_t)value->as.integer, seed);
	case GW_FLOAT:
		return hash_real(field, value, seed);
	case GW_DECIMAL:
		return hash_decimal(value, seed);
	case GW_TEXT:
	case GW_BYTES:
	case GW_UNHELD:
	default:
		return XXH3_64bits_withSeed(value->as.text, value->len, seed);
	}
}

void
gw_hash_plan(struct gw_schema_field *field)
{
	field->name_hash = XXH3_64bits(field->name, strlen(field->name));
	if (field->has_default)
		field->fallback_hash = hash_field(field, &field->fallback);
}

int64_t
gw_record_hash(const struct gw_schema *schema, const struct gw_value *values)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < schema->nfields; i++) {
		const struct gw_schema_field *field = &schema->fields[i];
		uint64_t hash = hash_field(field, &values[i]);

		if (!field->has_default || hash != field->fallback_hash)
			sum += hash;
	}
	return (int64_t)sum;
}
