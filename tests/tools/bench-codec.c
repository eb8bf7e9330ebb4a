/*
 * How many records a second the codec writes, reads and hashes on one core.
 * Usage: bench-codec [RECORDS]      twenty fields a record, about 170 bytes
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "avro/codec.h"
#include "base/text.h"

enum { FIELDS = 20, BATCH = 1000, DECIMAL_FIELD = 19 };

static const char schema_text[] =
	"{\"type\":\"record\",\"name\":\"Bench\",\"namespace\":\"vn.songma.bench\",\"fields\":["
	"{\"name\":\"f0\",\"type\":\"long\"},"
	"{\"name\":\"f1\",\"type\":{\"type\":\"fixed\",\"name\":\"Pseudonym\",\"size\":32}},"
	"{\"name\":\"f2\",\"type\":\"string\"},"
	"{\"name\":\"f3\",\"type\":[\"null\",\"string\"],\"default\":null},"
	"{\"name\":\"f4\",\"type\":[\"null\",{\"type\":\"int\",\"logicalType\":\"date\"}]},"
	"{\"name\":\"f5\",\"type\":{\"type\":\"enum\",\"name\":\"Sex\",\"symbols\":"
	"[\"male\",\"female\",\"unknown\"]}},"
	"{\"name\":\"f6\",\"type\":{\"type\":\"string\",\"logicalType\":\"partial-date\"}},"
	"{\"name\":\"f7\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}},"
	"{\"name\":\"f8\",\"type\":\"int\"},{\"name\":\"f9\",\"type\":\"boolean\"},"
	"{\"name\":\"f10\",\"type\":[\"null\",\"double\"]},{\"name\":\"f11\",\"type\":\"string\"},"
	"{\"name\":\"f12\",\"type\":[\"null\",\"long\"]},{\"name\":\"f13\",\"type\":\"string\"},"
	"{\"name\":\"f14\",\"type\":[\"null\",\"string\"]},{\"name\":\"f15\",\"type\":\"int\"},"
	"{\"name\":\"f16\",\"type\":\"float\"},{\"name\":\"f17\",\"type\":[\"null\",\"boolean\"]},"
	"{\"name\":\"f18\",\"type\":\"string\"},"
	"{\"name\":\"f19\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\","
	"\"precision\":12,\"scale\":2}}]}";

#define TEXT(s)                                                                                    \
	{                                                                                          \
		.kind = GW_TEXT, .len = sizeof(s) - 1, .as.text = (s)                              \
	}

static const struct gw_value sample[FIELDS] = {
	{.kind = GW_INT, .as.integer = 3700123},
	{.kind = GW_BYTES, .len = 32, .as.text = "0123456789abcdef0123456789abcdef"},
	TEXT("HS-38-0001234567"),
	TEXT("14869"),
	{.kind = GW_DATE, .as.integer = 20779},
	TEXT("female"),
	TEXT("1956-02"),
	{.kind = GW_TIMESTAMP, .as.integer = INT64_C(1795312345678901)},
	{.kind = GW_INT, .as.integer = 42},
	{.kind = GW_BOOL, .as.truth = true},
	{.kind = GW_FLOAT, .as.real = 98.25},
	TEXT("before-2025-07"),
	{.kind = GW_INT, .as.integer = -70000},
	TEXT("Thọ Xuân"),
	{.kind = GW_NULL},
	{.kind = GW_INT, .as.integer = 2026},
	{.kind = GW_FLOAT, .as.real = 0.5},
	{.kind = GW_NULL},
	TEXT("examination"),
	{.kind = GW_DECIMAL, .len = 8, .as.text = "12345.67"},
};

static void
fail(const struct gw_error *err)
{
	(void)fprintf(stderr, "bench-codec: %s\n", err->text);
	exit(1);
}

/* Of this process, so that others on the machine do not count. */
static int64_t
cpu_us(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) != 0)
		exit(1);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
report(const char *what, long records, int64_t began)
{
	double seconds = (double)(cpu_us() - began) / 1e6;

	printf("%-8s %10.0f records/s  %6.1f ns a record\n", what, (double)records / seconds,
	       seconds * 1e9 / (double)records);
}

static void
bench_encode(const struct gw_schema *schema, long records, struct gw_buf *out)
{
	int64_t began = cpu_us();
	struct gw_error err;

	for (long i = 0; i < records; i++) {
		if (i % BATCH == 0)
			gw_buf_clear(out);
		if (gw_avro_encode(schema, sample, out, &err) != GW_OK)
			fail(&err);
	}
	report("encode", records, began);
}

static void
bench_decode(const struct gw_schema *schema, long records, const struct gw_buf *one)
{
	struct gw_decoder *decoder = NULL;
	struct gw_value values[FIELDS];
	struct gw_arena arena;
	struct gw_error err;
	int64_t began;

	gw_arena_init(&arena, (size_t)16 << 20);
	if (gw_decoder_make(schema, schema, &decoder, &err) != GW_OK)
		fail(&err);
	began = cpu_us();
	for (long i = 0; i < records; i++) {
		if (i % BATCH == 0)
			gw_arena_reset(&arena);
		if (gw_avro_decode(decoder, (const unsigned char *)one->data, one->len, values,
				   &arena, &err) != GW_OK)
			fail(&err);
	}
	report("decode", records, began);
	if (!gw_value_equal(&values[DECIMAL_FIELD], &sample[DECIMAL_FIELD]))
		printf("decode gives another value back\n");
	gw_decoder_free(decoder);
	gw_arena_release(&arena);
}

static void
bench_hash(const struct gw_schema *schema, long records)
{
	int64_t began = cpu_us();
	uint64_t sum = 0;

	for (long i = 0; i < records; i++)
		sum += (uint64_t)gw_record_hash(schema, sample);
	report("hash", records, began);
	/* Used, so that the loop is not left out. */
	if (sum == 1)
		printf("one\n");
}

int
main(int argc, char **argv)
{
	struct gw_schema *schema = NULL;
	int64_t records = 3000000;
	struct gw_buf out;
	struct gw_error err;

	if (argc > 1 && (!gw_parse_i64(argv[1], strlen(argv[1]), &records) || records < 1)) {
		(void)fprintf(stderr, "usage: bench-codec [RECORDS]\n");
		return 2;
	}
	gw_buf_init(&out, (size_t)1 << 30);
	if (gw_schema_parse("bench", schema_text, sizeof schema_text - 1, false, &schema, &err) !=
	    GW_OK)
		fail(&err);
	bench_encode(schema, records, &out);
	gw_buf_clear(&out);
	if (gw_avro_encode(schema, sample, &out, &err) != GW_OK)
		fail(&err);
	printf("         %10zu bytes a record\n", out.len);
	bench_decode(schema, records, &out);
	bench_hash(schema, records);
	gw_buf_release(&out);
	gw_schema_free(schema);
	return 0;
}
