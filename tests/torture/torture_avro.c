/* Schemas, encoding, decoding, and the registry's client. */
#include <stdlib.h>
#include <string.h>

#include "avro/codec.h"
#include "avro/http.h"
#include "avro/registry.h"
#include "base/buf.h"
#include "torture.h"

static const char wide[] =
	"{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"t\",\"fields\":["
	"{\"name\":\"a\",\"type\":\"long\"},"
	"{\"name\":\"b\",\"type\":[\"null\",\"string\"],\"default\":null},"
	"{\"name\":\"c\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"x\",\"y\"]}},"
	"{\"name\":\"d\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":9,"
	"\"scale\":2}},"
	"{\"name\":\"e\",\"type\":{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":"
	"\"N\","
	"\"fields\":[{\"name\":\"n\",\"type\":[\"null\",\"N\"]}]}}}]}";

static const char narrow[] =
	"{\"type\":\"record\",\"name\":\"R\",\"namespace\":\"t\",\"fields\":["
	"{\"name\":\"d\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":12,"
	"\"scale\":2}},"
	"{\"name\":\"c\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"y\",\"x\"]}},"
	"{\"name\":\"a2\",\"type\":\"double\",\"aliases\":[\"a\"],\"default\":1.5},"
	"{\"name\":\"f\",\"type\":\"string\",\"default\":\"none\"}]}";

/* a = 3, b = "hi", c = y, d = 12.34, e = [] */
static const unsigned char message[] = {6, 2, 4, 'h', 'i', 2, 4, 0x04, 0xd2, 0};

static enum gw_status
check_values(const struct gw_value *values, size_t count)
{
	torture_require(count == 4 && values[0].kind == GW_DECIMAL, "the decimal");
	torture_require(memcmp(values[0].as.text, "12.34", 5) == 0, "its digits");
	torture_require(values[1].len == 1 && values[1].as.text[0] == 'y', "the word");
	torture_require(values[2].kind == GW_FLOAT, "the number");
	return GW_OK;
}

static enum gw_status
codec(struct gw_error *err)
{
	struct gw_schema *writer = NULL, *reader = NULL;
	struct gw_decoder *decoder = NULL;
	struct gw_value values[4];
	struct gw_arena arena;
	struct gw_buf out;
	enum gw_status status;

	gw_arena_init(&arena, 1 << 20);
	gw_buf_init(&out, 1 << 20);
	status = gw_schema_parse("w", wide, strlen(wide), false, &writer, err);
	if (status == GW_OK)
		status = gw_schema_parse("r", narrow, strlen(narrow), false, &reader, err);
	if (status == GW_OK)
		status = gw_decoder_make(writer, reader, &decoder, err);
	if (status == GW_OK)
		status = gw_avro_decode(decoder, message, sizeof message, values, &arena, err);
	if (status == GW_OK)
		status = check_values(values, reader->nfields);
	if (status == GW_OK)
		status = gw_avro_encode(reader, values, &out, err);
	if (status == GW_OK)
		torture_require(gw_record_hash(reader, values) != 0, "the hash");
	gw_buf_release(&out);
	gw_arena_release(&arena);
	gw_decoder_free(decoder);
	gw_schema_free(reader);
	gw_schema_free(writer);
	return status;
}

static enum gw_status
schema(struct gw_error *err)
{
	struct gw_schema *schema = NULL;
	enum gw_status status = gw_schema_read("schemas", "health/HealthRecord", &schema, err);

	if (status == GW_OK)
		torture_require(gw_schema_find(schema, "person") >= 0, "the field");
	gw_schema_free(schema);
	return status;
}

/* Nothing listens there. */
static enum gw_status
registry(struct gw_error *err)
{
	struct gw_registry *registry = NULL;
	char *escaped = gw_http_escape("a b");
	enum gw_status status =
		escaped == NULL ? gw_fail_memory(err)
				: gw_registry_open("http://127.0.0.1:1/apis", &registry, err);

	if (status == GW_OK)
		status = gw_registry_ping(registry, err);
	if (status == GW_RETRY)
		status = GW_OK;
	gw_registry_close(registry);
	free(escaped);
	return status;
}

const struct torture_case torture_avro[] = {
	{"schema", schema},
	{"codec", codec},
	{"registry", registry},
	{NULL, NULL},
};
