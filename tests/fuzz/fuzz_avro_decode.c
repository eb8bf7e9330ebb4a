/*
 * Any bytes as a message.  The first byte chooses a pair of schemas.  What our
 * flat schema reads of itself must come back when it is written and read again.
 */
#include "avro/field.h"
#include "base/buf.h"
#include "schema.h"
#include "values.h"

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
	{schema_flat, schema_flat}, {nested, last_only},        {nested, promoted},
	{nested, other_words},      {schema_flat, other_units},
};

enum { PAIRS = sizeof pairs / sizeof pairs[0], PARTIAL_DATE = 13 /* of schema_flat */ };

static struct gw_schema *writers[PAIRS], *readers[PAIRS];
static struct gw_decoder *decoders[PAIRS];
static struct gw_arena arena;
static struct gw_buf again;

static void
prepare(void)
{
	struct gw_error err;

	gw_arena_init(&arena, (size_t)1 << 24);
	gw_buf_init(&again, (size_t)1 << 24);
	for (size_t i = 0; i < PAIRS; i++) {
		writers[i] = schema_parse(pairs[i].writer);
		readers[i] = schema_parse(pairs[i].reader);
		if (gw_decoder_make(writers[i], readers[i], &decoders[i], &err) != GW_OK) {
			(void)fprintf(stderr, "%s\n", err.text);
			abort();
		}
	}
}

static void
check_again(const struct gw_value *values)
{
	struct gw_value back[SCHEMA_FIELDS];
	struct gw_error err;

	/* A partial date is text to others: read as it stands, and not written so by us. */
	if (values[PARTIAL_DATE].kind == GW_TEXT &&
	    !gw_partial_date_valid(values[PARTIAL_DATE].as.text, values[PARTIAL_DATE].len))
		return;
	gw_buf_clear(&again);
	require(gw_avro_encode(readers[0], values, &again, &err) == GW_OK);
	require(gw_avro_decode(decoders[0], (const unsigned char *)again.data, again.len, back,
			       &arena, &err) == GW_OK);
	for (size_t i = 0; i < readers[0]->nfields; i++)
		require(value_same(&back[i], &values[i]));
	require(gw_record_hash(readers[0], back) == gw_record_hash(readers[0], values));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gw_value values[SCHEMA_FIELDS];
	struct gw_error err;
	size_t pair;

	if (decoders[0] == NULL)
		prepare();
	if (size == 0)
		return 0;
	pair = data[0] % PAIRS;
	gw_arena_reset(&arena);
	if (gw_avro_decode(decoders[pair], data + 1, size - 1, values, &arena, &err) != GW_OK) {
		require_error(&err, GW_REJECT, data, size);
		return 0;
	}
	if (pair == 0)
		check_again(values);
	return 0;
}
