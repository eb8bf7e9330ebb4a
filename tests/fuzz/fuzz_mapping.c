/*
 * Any text as a source file, held against a schema, and any values as its rows:
 * a mapping is refused at a place of the file, or each row becomes one record
 * that can be encoded or one reject that tells nothing of it, and the same file
 * is the same mapping.  The values stand behind a NUL.
 */
#include <sodium.h>

#include "base/buf.h"
#include "config/parts.h"
#include "normalise/normalise.h"
#include "schema.h"
#include "values.h"

enum { ROWS = 3, COLUMNS_MAX = 64 };

static const char text[] =
	"{'type':'record','name':'R','namespace':'f','fields':["
	"{'name':'id','type':'long','doc':'d','privacy':'public'},"
	"{'name':'person','type':{'type':'fixed','name':'P','size':32},'doc':'d',"
	"'privacy':'identifier','kind':'citizen_number'},"
	"{'name':'born','type':['null',{'type':'string','logicalType':'partial-date'}],"
	"'default':null,'doc':'d','privacy':'personal','purpose':'age'},"
	"{'name':'gender','type':['null',{'type':'enum','name':'G','symbols':['female','male']}],"
	"'default':null,'doc':'d','privacy':'personal','purpose':'age'},"
	"{'name':'commune','type':['null','string'],'default':null,'doc':'d','privacy':'public'},"
	"{'name':'paid','type':['null',{'type':'bytes','logicalType':'decimal','precision':12,"
	"'scale':2}],'default':null,'doc':'d','privacy':'public'},"
	"{'name':'at','type':['null',{'type':'long','logicalType':'timestamp-micros'}],"
	"'default':null,'doc':'d','privacy':'public'},"
	"{'name':'alive','type':['null','boolean'],'default':null,'doc':'d','privacy':'public'}]}";

static struct gw_schema *schema;
static struct gw_codes *codes;
static struct gw_pseudonym_key key;

static void
prepare(void)
{
	struct gw_error err;

	require(sodium_init() >= 0);
	schema = schema_parse(text);
	require(gw_codes_read("schemas", &codes, &err) == GW_OK);
}

static void
check_records(const struct gw_normalised *out)
{
	struct gw_buf encoded;
	struct gw_error err;

	gw_buf_init(&encoded, FUZZ_MEMORY);
	for (size_t i = 0; i < out->nrecords; i++) {
		const struct gw_record *record = &out->records[i];

		require(record->key_len > 0 && gw_utf8_valid(record->key, record->key_len));
		for (size_t j = 0; j < i; j++)
			require(record->key_len != out->records[j].key_len ||
				memcmp(record->key, out->records[j].key, record->key_len) != 0);
		gw_buf_clear(&encoded);
		if (gw_avro_encode(schema, record->fields, &encoded, &err) != GW_OK) {
			require(err.status == GW_REJECT);
			require_message(&err);
		}
	}
	gw_buf_release(&encoded);
}

static void
check_rejects(const struct gw_normalised *out, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < out->nrejects; i++) {
		const struct gw_reject *reject = &out->rejects[i];

		require(reject->row < ROWS && reject->code[0] != '\0');
		require(gw_utf8_valid(reject->reason, strlen(reject->reason)));
		require_hidden(reject->reason, data, size);
		require_hidden(reject->code, data, size);
	}
}

/* Reasons may show the code of a public field, which is nobody's: such digits are not looked for.
 */
static bool
quotes(const struct gw_stream *stream)
{
	for (size_t i = 0; i < stream->nfields; i++)
		if (strcmp(stream->fields[i].field, "commune") == 0)
			return true;
	return false;
}

static void
check_rows(struct gw_mapping *mapping, const struct gw_stream *stream, const uint8_t *data,
	   size_t size)
{
	static struct gw_value values[ROWS * COLUMNS_MAX];
	struct gw_batch batch = {.values = values, .nrows = ROWS};
	const uint8_t *all = data;
	size_t all_size = size;
	struct gw_normalised out;
	struct gw_error err;

	(void)gw_mapping_columns(mapping, &batch.ncolumns);
	if (batch.ncolumns > COLUMNS_MAX)
		return;
	for (size_t i = 0; i < ROWS * batch.ncolumns; i++) {
		values[i] = value_take_valid(&data, &size);
		if (values[i].kind == GW_UNHELD) {
			values[i].as.text = "infinity";
			values[i].len = 8;
		}
		/* What a connector promises. */
		if (values[i].kind == GW_FLOAT && isnan(values[i].as.real))
			values[i].kind = GW_NULL;
	}
	gw_arena_init(&batch.arena, FUZZ_MEMORY);
	require(gw_normalise(mapping, &batch, &out, &err) == GW_OK);
	require(out.nrecords + out.nrejects == ROWS);
	check_records(&out);
	check_rejects(&out, quotes(stream) ? (const uint8_t *)"" : all,
		      quotes(stream) ? 0 : all_size);
	gw_arena_release(&batch.arena);
}

static void
check_stream(const struct gw_source *source, const struct gw_stream *stream, const uint8_t *data,
	     size_t size)
{
	struct gw_mapping *mapping = NULL, *again = NULL;
	struct gw_error err;

	if (gw_mapping_compile(source, stream, schema, codes, &key, &mapping, &err) != GW_OK) {
		require(mapping == NULL);
		require_error(&err, GW_CONFIG, "", 0);
		require(strncmp(err.text, "/f/fuzz.yaml:", 13) == 0);
		return;
	}
	require(gw_mapping_compile(source, stream, schema, codes, &key, &again, &err) == GW_OK);
	require(gw_mapping_version(mapping) == gw_mapping_version(again));
	gw_mapping_free(again);
	if (stream->nkey > 0)
		check_rows(mapping, stream, data, size);
	gw_mapping_free(mapping);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char path[] = "/f/songma.yaml", dir[] = "/f";
	const struct gw_config config = {.path = path, .dir = dir, .sources_dir = dir};
	struct fuzz_part yaml = fuzz_next(&data, &size, '\0');
	struct gw_source *source = NULL;
	struct gw_yaml_doc *doc = NULL;
	struct gw_error err;

	if (schema == NULL)
		prepare();
	if (gw_yaml_parse("/f/fuzz.yaml", yaml.text, yaml.len, &doc, &err) == GW_OK &&
	    gw_source_build(&config, "fuzz", gw_yaml_root(doc), &source, &err) == GW_OK)
		for (size_t i = 0; i < source->nstreams; i++)
			check_stream(source, &source->streams[i], data, size);
	else
		require_error(&err, GW_CONFIG, "", 0);
	gw_source_free(source);
	gw_yaml_free(doc);
	return 0;
}
