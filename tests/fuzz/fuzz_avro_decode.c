/*
 * Any bytes as a message.  The first byte chooses a pair of schemas.  What our
 * flat schema reads of itself must come back when it is written and read again.
 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avro/codec.h"

#define RECORD(fields) "{\"type\":\"record\",\"name\":\"R\",\"fields\":[" fields "]}"
#define F(name, type) "{\"name\":\"" name "\",\"type\":" type "}"

#define FLAT                                                                                                                                                                                                                                                                             \
	RECORD(F("a", "\"long\"") "," F("b", "\"boolean\"") "," F("c", "[\"null\",\"string\"]") "," F("d", "[\"double\",\"null\"]") "," F("e", "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"x\",\"y\",\"z\"]}") "," F("f", "{\"type\":\"fixed\",\"name\":\"F\",\"size\":4}") "," F( \
		"g",                                                                                                                                                                                                                                                                     \
		"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":40,"                                                                                                                                                                                                      \
		"\"scale\":3}") "," F("h",                                                                                                                                                                                                                                               \
				      "\"float\"") "," F("i",                                                                                                                                                                                                                            \
							 "{\"type\":\"int\",\"logicalType\":"                                                                                                                                                                                            \
							 "\"date\"}") "," F("j",                                                                                                                                                                                                         \
									    "{\"type\":\"long\","                                                                                                                                                                                        \
									    "\"logicalType\":"                                                                                                                                                                                           \
									    "\"timestamp-"                                                                                                                                                                                               \
									    "millis\"}") "," F("k",                                                                                                                                                                                      \
											       "\"byte"                                                                                                                                                                                  \
											       "s"                                                                                                                                                                                       \
											       "\""))

#define NESTED                                                                                                                                                                                       \
	RECORD(F(                                                                                                                                                                                    \
		"n",                                                                                                                                                                                 \
		"{\"type\":\"record\",\"name\":\"N\",\"fields\":[{\"name\":\"v\",\"type\":"                                                                                                          \
		"[\"null\",\"string\",\"int\"]},{\"name\":\"next\",\"type\":[\"null\","                                                                                                              \
		"\"N\"]}]}") "," F("l",                                                                                                                                                              \
				   "{\"type\":\"array\",\"items\":{\"type\":\"array\","                                                                                                              \
				   "\"items\":\"null\"}}") "," F("m",                                                                                                                                \
								 "{\"type\":\"map\",\"values\":"                                                                                                     \
								 "\"N\"}") "," F("w",                                                                                                                \
										 "[\"null\","                                                                                                        \
										 "\"string\","                                                                                                       \
										 "\"long\","                                                                                                         \
										 "\"N\"]") "," F("e",                                                                                                \
												 "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"y\",\"q\",\"x\"]}") "," F("s",                    \
																					     "\"bytes\"") "," F("a", \
																								"\"int\""))

static const struct {
	const char *writer, *reader;
} pairs[] = {
	{FLAT, FLAT},
	{NESTED, RECORD(F("a", "[\"null\",\"double\"]"))},
	{NESTED,
	 RECORD(F("w", "[\"null\",\"long\"]") "," F("s", "\"string\"") "," F("a", "\"long\""))},
	{NESTED, RECORD(F("e", "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"x\",\"other\"],"
			       "\"default\":\"other\"}"))},
	{FLAT, RECORD(F("c", "[\"bytes\",\"null\"]") "," F(
		       "j", "{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}"))},
};

enum { PAIRS = sizeof pairs / sizeof pairs[0], FIELDS_MAX = 20 };

static struct gw_schema *readers[PAIRS];
static struct gw_decoder *decoders[PAIRS];
static struct gw_arena arena;
static struct gw_buf again;

static struct gw_schema *
parse(const char *text)
{
	struct gw_schema *schema = NULL;
	struct gw_error err;

	if (gw_schema_parse("fuzz", text, strlen(text), false, &schema, &err) != GW_OK) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	return schema;
}

static void
prepare(void)
{
	struct gw_error err;

	gw_arena_init(&arena, (size_t)1 << 24);
	gw_buf_init(&again, (size_t)1 << 24);
	for (size_t i = 0; i < PAIRS; i++) {
		readers[i] = parse(pairs[i].reader);
		if (gw_decoder_make(parse(pairs[i].writer), readers[i], &decoders[i], &err) !=
		    GW_OK) {
			fprintf(stderr, "%s\n", err.text);
			abort();
		}
	}
}

static bool
same_number(double a, double b)
{
	return memcmp(&a, &b, sizeof a) == 0 || (a != a && b != b);
}

static void
check_again(const struct gw_value *values)
{
	struct gw_value back[FIELDS_MAX];
	struct gw_error err;

	gw_buf_clear(&again);
	assert(gw_avro_encode(readers[0], values, &again, &err) == GW_OK);
	assert(gw_avro_decode(decoders[0], (const unsigned char *)again.data, again.len, back,
			      &arena, &err) == GW_OK);
	for (size_t i = 0; i < readers[0]->nfields; i++)
		assert(values[i].kind == GW_FLOAT ? same_number(back[i].as.real, values[i].as.real)
						  : gw_value_equal(&back[i], &values[i]));
	assert(gw_record_hash(readers[0], back) == gw_record_hash(readers[0], values));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_value values[FIELDS_MAX];
	struct gw_error err;
	size_t pair;

	if (decoders[0] == NULL)
		prepare();
	if (size == 0)
		return 0;
	pair = data[0] % PAIRS;
	gw_arena_reset(&arena);
	if (gw_avro_decode(decoders[pair], data + 1, size - 1, values, &arena, &err) != GW_OK) {
		assert(err.status == GW_REJECT);
		return 0;
	}
	if (pair == 0)
		check_again(values);
	return 0;
}
