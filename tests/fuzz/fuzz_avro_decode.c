/*
 * Any bytes as a message.  The first byte chooses a pair of schemas.  What our
 * flat schema reads of itself must come back when it is written and read again.
 */
#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avro/codec.h"

/* All flat types. */
static const char flat[] =
	"{'type':'record','name':'R','fields':[{'name':'a','type':'long'},"
	"{'name':'b','type':'boolean'},{'name':'c','type':['null','string']},"
	"{'name':'d','type':['double','null']},"
	"{'name':'e','type':{'type':'enum','name':'E','symbols':['x','y','z']}},"
	"{'name':'f','type':{'type':'fixed','name':'F','size':4}},"
	"{'name':'g','type':{'type':'bytes','logicalType':'decimal','precision':40,'scale':3}},"
	"{'name':'h','type':'float'},{'name':'i','type':{'type':'int','logicalType':'date'}},"
	"{'name':'j','type':{'type':'long','logicalType':'timestamp-millis'}},"
	"{'name':'k','type':'bytes'}]}";

/* What our readers never take, and must get past. */
static const char nested[] =
	"{'type':'record','name':'R','fields':[{'name':'n','type':{'type':'record','name':'N',"
	"'fields':[{'name':'v','type':['null','string','int']},"
	"{'name':'next','type':['null','N']}]}},"
	"{'name':'l','type':{'type':'array','items':{'type':'array','items':'null'}}},"
	"{'name':'m','type':{'type':'map','values':'N'}},"
	"{'name':'w','type':['null','string','long','N']},"
	"{'name':'e','type':{'type':'enum','name':'E','symbols':['y','q','x']}},"
	"{'name':'s','type':'bytes'},{'name':'a','type':'int'}]}";

static const char last_only[] = "{'type':'record','name':'R','fields':[{'name':'a','type':['null',"
				"'double']}]}";

static const char promoted[] =
	"{'type':'record','name':'R','fields':[{'name':'w','type':['null','long']},"
	"{'name':'s','type':'string'},{'name':'a','type':'long'}]}";

static const char other_words[] =
	"{'type':'record','name':'R','fields':[{'name':'e','type':{'type':'enum','name':'E',"
	"'symbols':['x','other'],'default':'other'}}]}";

static const char other_units[] =
	"{'type':'record','name':'R','fields':[{'name':'c','type':['bytes','null']},"
	"{'name':'j','type':{'type':'long','logicalType':'timestamp-micros'}}]}";

static const struct {
	const char *writer, *reader;
} pairs[] = {
	{flat, flat},          {nested, last_only}, {nested, promoted},
	{nested, other_words}, {flat, other_units},
};

enum { PAIRS = sizeof pairs / sizeof pairs[0], FIELDS_MAX = 20 };

static struct gw_schema *writers[PAIRS], *readers[PAIRS];
static struct gw_decoder *decoders[PAIRS];
static struct gw_arena arena;
static struct gw_buf again;

/* The texts stand above with ' for ", which is easier to read. */
static struct gw_schema *
parse(const char *quoted)
{
	struct gw_schema *schema = NULL;
	struct gw_error err;
	char text[1000];
	size_t len = 0;

	for (; quoted[len] != '\0' && len < sizeof text; len++) {
		text[len] = quoted[len];
		if (quoted[len] == '\'')
			text[len] = '"';
	}
	if (gw_schema_parse("fuzz", text, len, false, &schema, &err) != GW_OK) {
		(void)fprintf(stderr, "%s\n", err.text);
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
		writers[i] = parse(pairs[i].writer);
		readers[i] = parse(pairs[i].reader);
		if (gw_decoder_make(writers[i], readers[i], &decoders[i], &err) != GW_OK) {
			(void)fprintf(stderr, "%s\n", err.text);
			abort();
		}
	}
}

static bool
same_number(double a, double b)
{
	uint64_t x, y;

	/* To the bit, but for NaN, whose bits mean nothing. */
	memcpy(&x, &a, sizeof x);
	memcpy(&y, &b, sizeof y);
	return x == y || (isnan(a) && isnan(b));
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
