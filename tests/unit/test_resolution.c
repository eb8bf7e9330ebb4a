#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "avro/codec.h"

#define BYTES(s) (s), sizeof(s) - 1
#define ENUM(symbols) "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[" symbols "]}"
#define MICROS "{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}"
#define MILLIS "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}"
#define DATE "{\"type\":\"int\",\"logicalType\":\"date\"}"
#define DEC(p, s)                                                                                  \
	"{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":" p ",\"scale\":" s "}"

static struct gw_schema *
schema_of(const char *fields)
{
	struct gw_schema *schema = NULL;
	struct gw_error err;
	char text[2000];

	(void)snprintf(text, sizeof text, "{\"type\":\"record\",\"name\":\"R\",\"fields\":[%s]}",
		       fields);
	cr_assert_eq(gw_schema_parse("test", text, strlen(text), false, &schema, &err), GW_OK,
		     "%s: %s", fields, err.text);
	return schema;
}

/* The values as one line: "i:5 t:abc n". */
static void
print_values(const struct gw_value *values, size_t n, char *out, size_t size)
{
	static const char letters[] = {[GW_BOOL] = 'b',    [GW_INT] = 'i',       [GW_FLOAT] = 'f',
				       [GW_DECIMAL] = 'm', [GW_TEXT] = 't',      [GW_BYTES] = 'y',
				       [GW_DATE] = 'd',    [GW_TIMESTAMP] = 's', [GW_UNHELD] = '?'};
	size_t used = 0;

	for (size_t i = 0; i < n; i++) {
		const struct gw_value *v = &values[i];
		const char *gap = i > 0 ? " " : "";
		char *to = out + used;
		int len;

		if (v->kind == GW_NULL)
			len = snprintf(to, size - used, "%sn", gap);
		else if (v->kind == GW_BOOL)
			len = snprintf(to, size - used, "%sb:%d", gap, v->as.truth);
		else if (v->kind == GW_FLOAT)
			len = snprintf(to, size - used, "%sf:%.9g", gap, v->as.real);
		else if (v->kind == GW_INT || v->kind == GW_DATE || v->kind == GW_TIMESTAMP)
			len = snprintf(to, size - used, "%s%c:%lld", gap, letters[v->kind],
				       (long long)v->as.integer);
		else
			len = snprintf(to, size - used, "%s%c:%.*s", gap, letters[v->kind],
				       (int)v->len, v->as.text);
		used += (size_t)len;
		cr_assert_lt(used, size);
	}
}

/* Reads bytes that writer's fields made as reader's fields; GW_CONFIG: no plan. */
static enum gw_status
resolve(const char *writer, const char *reader, const char *bytes, size_t len, char out[500],
	struct gw_error *err)
{
	struct gw_schema *w = schema_of(writer), *r = schema_of(reader);
	struct gw_decoder *decoder = NULL;
	struct gw_value values[10];
	struct gw_arena arena;
	enum gw_status status = gw_decoder_make(w, r, &decoder, err);

	gw_arena_init(&arena, 1 << 20);
	if (status == GW_OK)
		status = gw_avro_decode(decoder, (const unsigned char *)bytes, len, values, &arena,
					err);
	out[0] = '\0';
	if (status == GW_OK)
		print_values(values, r->nfields, out, 500);
	gw_arena_release(&arena);
	gw_decoder_free(decoder);
	gw_schema_free(w);
	gw_schema_free(r);
	return status;
}

#define A(type) "{\"name\":\"a\",\"type\":" type "}"
#define ITEM(name, type) "{\"name\":\"" name "\",\"type\":" type "}"

static const struct {
	const char *writer, *reader, *bytes;
	size_t len;
	const char *values;
} good_cases[] = {
	/* promotions */
	{A("\"int\""), A("\"long\""), BYTES("\5"), "i:-3"},
	{A("\"int\""), A("\"float\""), BYTES("\5"), "f:-3"},
	{A("\"int\""), A("\"double\""), BYTES("\5"), "f:-3"},
	{A("\"long\""), A("\"float\""), BYTES("\xfe\xff\xff\xff\x0f"), "f:2.14748365e+09"},
	{A("\"long\""), A("\"double\""), BYTES("\xfe\xff\xff\xff\x0f"), "f:2.14748365e+09"},
	{A("\"float\""), A("\"double\""), BYTES("\0\0\xc0\x3f"), "f:1.5"},
	{A("\"string\""), A("\"bytes\""), BYTES("\4ab"), "y:ab"},
	{A("\"bytes\""), A("\"string\""), BYTES("\4ab"), "t:ab"},
	/* unions on either side */
	{A("\"int\""), A("[\"null\",\"long\"]"), BYTES("\5"), "i:-3"},
	{A("\"null\""), A("[\"null\",\"long\"]"), BYTES(""), "n"},
	{A("[\"null\",\"int\"]"), A("[\"long\",\"null\"]"), BYTES("\2\5"), "i:-3"},
	{A("[\"null\",\"int\"]"), A("[\"long\",\"null\"]"), BYTES("\0"), "n"},
	{A("[\"null\",\"int\"]"), A("\"int\""), BYTES("\2\5"), "i:-3"},
	{A("[\"int\"]"), A("\"int\""), BYTES("\0\5"), "i:-3"},
	{A("[\"string\",\"int\",\"null\"]"), A("[\"null\",\"long\"]"), BYTES("\2\5"), "i:-3"},
	{A("[\"string\",\"int\",\"null\"]"), A("[\"null\",\"long\"]"), BYTES("\4"), "n"},
	/* logical types */
	{A("\"int\""), A(DATE), BYTES("\2"), "d:1"},
	{A(DATE), A("\"long\""), BYTES("\2"), "i:1"},
	{A(MILLIS), A(MICROS), BYTES("\3"), "s:-2000"},
	{A(MICROS), A(MILLIS), BYTES("\3"), "s:-2"},
	{A("\"long\""), A(MILLIS), BYTES("\3"), "s:-2000"},
	{A("\"long\""), A(MICROS), BYTES("\3"), "s:-2"},
	{A(MILLIS), A("\"long\""), BYTES("\3"), "i:-2"},
	{A(DEC("5", "2")), A(DEC("9", "2")), BYTES("\4\4\xe2"), "m:12.50"},
	{A("\"bytes\""), A(DEC("9", "2")), BYTES("\4\4\xe2"), "m:12.50"},
	{A(DEC("5", "2")), A("\"bytes\""), BYTES("\2x"), "y:x"},
	/* enums */
	{A(ENUM("\"x\",\"y\"")), A(ENUM("\"y\",\"x\"")), BYTES("\2"), "t:y"},
	{A(ENUM("\"x\",\"y\"")),
	 A("{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"z\",\"x\"],"
	   "\"default\":\"z\"}"),
	 BYTES("\2"), "t:z"},
	{A(ENUM("\"x\",\"y\"")),
	 A("{\"type\":\"enum\",\"name\":\"n.New\",\"aliases\":[\"E\"],"
	   "\"symbols\":[\"x\"]}"),
	 BYTES("\0"), "t:x"},
	/* fields */
	{A("\"int\"") "," ITEM("b", "\"int\""), ITEM("b", "\"int\"") "," A("\"int\""),
	 BYTES("\2\4"), "i:2 i:1"},
	{A("\"int\""), ITEM("b", "\"int\",\"aliases\":[\"x\",\"a\"]"), BYTES("\2"), "i:1"},
	{A("\"int\""), A("\"int\"") "," ITEM("b", "\"int\",\"aliases\":[\"a\"],\"default\":7"),
	 BYTES("\2"), "i:1 i:7"},
	{A("\"int\""), ITEM("b", "[\"null\",\"int\"],\"default\":null"), BYTES("\2"), "n"},
	{A("\"int\""), ITEM("b", "\"string\",\"default\":\"moi\""), BYTES("\2"), "t:moi"},
	/* skipped: every type, nested ones too */
	{ITEM("x", "\"boolean\"") "," ITEM("y", "\"double\"") "," ITEM("z", "\"string\"") "," A(
		 "\"int\""),
	 A("\"int\""),
	 BYTES("\1"
	       "12345678"
	       "\4ab"
	       "\2"),
	 "i:1"},
	{ITEM("x", "{\"type\":\"array\",\"items\":\"string\"}") "," A("\"int\""), A("\"int\""),
	 BYTES("\4\2p\2q\0"
	       "\2"),
	 "i:1"},
	{ITEM("x", "{\"type\":\"array\",\"items\":\"long\"}") "," A("\"int\""), A("\"int\""),
	 BYTES("\3\6???\0"
	       "\2"),
	 "i:1"},
	{ITEM("x", "{\"type\":\"map\",\"values\":[\"null\",\"int\"]}") "," A("\"int\""),
	 A("\"int\""),
	 BYTES("\4\2k\0\2l\2\4\0"
	       "\2"),
	 "i:1"},
	{ITEM("x", "{\"type\":\"record\",\"name\":\"N\",\"fields\":[{\"name\":\"v\",\"type\":"
		   "\"int\"},{\"name\":\"next\",\"type\":[\"null\",\"N\"]}]}") "," A("\"int\""),
	 A("\"int\""),
	 BYTES("\1\2\1\2\1\0"
	       "\2"),
	 "i:1"},
	{ITEM("x", "{\"type\":\"array\",\"items\":\"null\"}") "," A("\"int\""), A("\"int\""),
	 BYTES("\x80\x80\x80\x80\x80\x80\x80\x80\x40\0"
	       "\2"),
	 "i:1"},
};

Test(resolution, reads_what_another_schema_wrote)
{
	for (size_t i = 0; i < sizeof good_cases / sizeof good_cases[0]; i++) {
		struct gw_error err = {0};
		char values[500];

		cr_assert_eq(resolve(good_cases[i].writer, good_cases[i].reader,
				     good_cases[i].bytes, good_cases[i].len, values, &err),
			     GW_OK, "case %zu %s: %s", i, good_cases[i].writer, err.text);
		cr_assert_str_eq(values, good_cases[i].values, "case %zu %s", i,
				 good_cases[i].writer);
	}
}

/* No plan can be made: a person must change a schema. */
static const struct {
	const char *writer, *reader, *says;
} config_cases[] = {
	{A("\"long\""), A("\"int\""), "written as long"},
	{A("\"double\""), A("\"float\""), "written as double"},
	{A("\"float\""), A("\"long\""), "written as float"},
	{A("\"string\""), A("\"int\""), "written as string"},
	{A("\"boolean\""), A("\"int\""), "written as boolean"},
	{A(ENUM("\"x\"")), A("\"string\""), "written as enum"},
	{A("\"string\""), A(ENUM("\"x\"")), "written as string"},
	{A("\"string\""), A(DEC("5", "2")), "written as string"},
	{A("{\"type\":\"array\",\"items\":\"int\"}"), A("\"int\""), "written as array"},
	{A("\"int\""), A("{\"type\":\"array\",\"items\":\"int\"}"), "flat"},
	{A("\"null\""), A("\"int\""), "null"},
	{A("[\"null\",\"string\"]"), A("\"int\""), "written as string"},
	{A("{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}"),
	 A("{\"type\":\"fixed\",\"name\":\"F\",\"size\":3}"), "2 bytes"},
	{A("{\"type\":\"fixed\",\"name\":\"F\",\"size\":2}"),
	 A("{\"type\":\"fixed\",\"name\":\"G\",\"size\":2}"), "F of 2"},
	{A(ENUM("\"x\"")), A("{\"type\":\"enum\",\"name\":\"G\",\"symbols\":[\"x\"]}"), "enum E"},
	{A(DEC("5", "2")), A(DEC("9", "3")), "keep the scale"},
	{A(DEC("5", "2")), A(DEC("4", "2")), "keep the scale"},
	{A(DATE), A(MICROS), "date"},
	{A("\"int\""), A("\"int\"") "," ITEM("b", "\"int\""), "field b: "},
	{A("\"int\""),
	 ITEM("b", "\"int\",\"aliases\":[\"a\"]") "," ITEM("c", "\"int\",\"aliases\":[\"a\"]"),
	 "two fields"},
};

Test(resolution, says_which_field_can_not_be_resolved)
{
	for (size_t i = 0; i < sizeof config_cases / sizeof config_cases[0]; i++) {
		struct gw_error err = {0};
		char values[500];

		cr_assert_eq(resolve(config_cases[i].writer, config_cases[i].reader, "", 0, values,
				     &err),
			     GW_CONFIG, "case %zu", i);
		cr_assert_not_null(strstr(err.text, config_cases[i].says), "case %zu: %s", i,
				   err.text);
		cr_assert_eq(strncmp(err.text, "field ", 6), 0, "%s", err.text);
	}
}

/* There is a plan, and this message breaks it. */
static const struct {
	const char *writer, *reader, *bytes;
	size_t len;
} reject_cases[] = {
	{A("\"int\""), A("\"int\""), BYTES("")},
	{A("\"int\""), A("\"int\""), BYTES("\x80")},
	{A("\"int\""), A("\"int\""), BYTES("\x80\x80\x80\x80\x10")},
	{A("\"int\""), A("\"int\""), BYTES("\2\2")},
	{A("\"long\""), A("\"long\""), BYTES("\xff\xff\xff\xff\xff\xff\xff\xff\xff\2")},
	{A("\"long\""), A("\"long\""), BYTES("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\1")},
	{A(MILLIS), A(MICROS), BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1")},
	{A("\"boolean\""), A("\"boolean\""), BYTES("\2")},
	{A("\"boolean\""), A("\"boolean\""), BYTES("")},
	{A("\"string\""), A("\"string\""), BYTES("\1")},
	{A("\"string\""), A("\"string\""), BYTES("\4a")},
	{A("\"string\""), A("\"string\""), BYTES("\2\xff")},
	{A("\"string\""), A("\"string\""), BYTES("\2\0")},
	{A("\"string\""), A("\"string\""),
	 BYTES("\x14"
	       "abcdefgh\xc3"
	       "a")},
	{A("\"bytes\""), A("\"string\""), BYTES("\2\xff")},
	{A("\"string\""), A("\"string\""), BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1")},
	{A(ENUM("\"x\",\"y\"")), A(ENUM("\"x\"")), BYTES("\2")},
	{A(ENUM("\"x\"")), A(ENUM("\"x\"")), BYTES("\2")},
	{A(ENUM("\"x\"")), A(ENUM("\"x\"")), BYTES("\1")},
	{A("[\"null\",\"int\"]"), A("[\"null\",\"int\"]"), BYTES("\4")},
	{A("[\"null\",\"int\"]"), A("[\"null\",\"int\"]"), BYTES("\1")},
	{A("[\"null\",\"int\"]"), A("\"int\""), BYTES("\0")},
	{A("[\"string\",\"int\"]"), A("\"int\""), BYTES("\0\2a")},
	{A("\"double\""), A("\"double\""), BYTES("1234567")},
	{A(DEC("3", "0")), A(DEC("3", "0")), BYTES("\4\3\xe8")},
	{A(DEC("3", "0")), A(DEC("3", "0")), BYTES("\0")},
	/* in what is skipped */
	{ITEM("x", "\"string\"") "," A("\"int\""), A("\"int\""),
	 BYTES("\x7f"
	       "ab")},
	{ITEM("x", "{\"type\":\"array\",\"items\":\"int\"}") "," A("\"int\""), A("\"int\""),
	 BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\1\2")},
	{ITEM("x", "{\"type\":\"array\",\"items\":\"int\"}") "," A("\"int\""), A("\"int\""),
	 BYTES("\3\xfe\xff\xff\xff\x0f")},
	{ITEM("x", "[\"null\",\"int\"]") "," A("\"int\""), A("\"int\""), BYTES("\6\2")},
	{ITEM("x", "{\"type\":\"record\",\"name\":\"N\",\"fields\":[{\"name\":\"n\",\"type\":"
		   "\"N\"}]}") "," A("\"int\""),
	 A("\"int\""), BYTES("\2\2\2")},
	{ITEM("x", "{\"type\":\"record\",\"name\":\"N\",\"fields\":[{\"name\":\"n\",\"type\":["
		   "\"null\",\"N\"]}]}") "," A("\"int\""),
	 A("\"int\""),
	 BYTES("\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\0\2")},
};

Test(resolution, rejects_a_message_that_is_not_of_the_writers_schema)
{
	for (size_t i = 0; i < sizeof reject_cases / sizeof reject_cases[0]; i++) {
		struct gw_error err = {0};
		char values[500];

		cr_assert_eq(resolve(reject_cases[i].writer, reject_cases[i].reader,
				     reject_cases[i].bytes, reject_cases[i].len, values, &err),
			     GW_REJECT, "case %zu %s gave %s", i, reject_cases[i].writer, values);
		cr_assert_neq(err.text[0], '\0');
	}
}

Test(resolution, goes_by_the_records_name_or_alias)
{
	static const char *const texts[] = {
		"{\"type\":\"record\",\"name\":\"a.R\",\"fields\":[]}",
		"{\"type\":\"record\",\"name\":\"b.R\",\"fields\":[]}",
		"{\"type\":\"record\",\"name\":\"S\",\"aliases\":[\"R\"],\"fields\":[]}",
		"{\"type\":\"record\",\"name\":\"T\",\"fields\":[]}",
	};
	static const enum gw_status expected[] = {GW_OK, GW_OK, GW_OK, GW_CONFIG};
	struct gw_schema *writer = NULL;
	struct gw_error err;

	cr_assert_eq(gw_schema_parse("w", texts[0], strlen(texts[0]), false, &writer, &err), GW_OK);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct gw_schema *reader = NULL;
		struct gw_decoder *decoder = NULL;

		cr_assert_eq(gw_schema_parse("r", texts[i], strlen(texts[i]), false, &reader, &err),
			     GW_OK);
		cr_assert_eq(gw_decoder_make(writer, reader, &decoder, &err), expected[i], "%s",
			     texts[i]);
		gw_decoder_free(decoder);
		gw_schema_free(reader);
	}
	gw_schema_free(writer);
	gw_decoder_free(NULL);
}
