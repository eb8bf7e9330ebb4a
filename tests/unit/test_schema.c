#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "avro/schema.h"
#include "base/buf.h"
#include "folder_case.h"

#define GOOD_DOC "\"doc\":\"x\",\"privacy\":\"public\""

static const char head[] =
	"{\"type\":\"record\",\"name\":\"HealthRecord\",\"namespace\":\"vn.songma.health\",";

static enum gw_status
parse(const char *text, bool strict, struct gw_schema **out, struct gw_error *err)
{
	*out = NULL;
	*err = (struct gw_error){0};
	return gw_schema_parse("a.avsc", text, strlen(text), strict, out, err);
}

/* A record of these fields, in vn.songma.health. */
static struct gw_schema *
record_of(const char *fields, bool strict)
{
	struct gw_schema *schema;
	struct gw_error err;
	struct gw_buf text;

	gw_buf_init(&text, 1 << 20);
	cr_assert(gw_buf_printf(&text, "%s\"fields\":[%s]}", head, fields));
	cr_assert_eq(parse(text.data, strict, &schema, &err), GW_OK, "%s: %s", fields, err.text);
	gw_buf_release(&text);
	return schema;
}

Test(schema, reads_every_schema_that_ships)
{
	static const struct {
		const char *name, *entity;
	} shipped[] = {
		{"health/HealthRecord", "health_record"},
		{"health/HealthUpdate", "health_update"},
		{"justice/Birth", "birth"},
		{"justice/Death", "death"},
		{"justice/Marriage", "marriage"},
		{"population/Person", "person"},
	};

	for (size_t i = 0; i < sizeof shipped / sizeof shipped[0]; i++) {
		struct gw_schema *schema = NULL;
		struct gw_error err;

		cr_assert_eq(gw_schema_read("schemas", shipped[i].name, &schema, &err), GW_OK, "%s",
			     err.text);
		cr_assert_str_eq(schema->entity, shipped[i].entity);
		cr_assert_gt(schema->nfields, 3);
		gw_schema_free(schema);
	}
}

Test(schema, tells_what_each_field_is)
{
	struct gw_schema *schema = record_of(
		"{\"name\":\"who\",\"type\":[\"null\",{\"type\":\"fixed\",\"name\":\"Pseudonym\","
		"\"size\":32}],\"doc\":\"d\",\"privacy\":\"identifier\",\"kind\":\"tax\","
		"\"default\":null},"
		"{\"name\":\"again\",\"type\":\"Pseudonym\",\"doc\":\"d\",\"privacy\":"
		"\"identifier\",\"kind\":\"phone\"},"
		"{\"name\":\"share\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\","
		"\"precision\":5,\"scale\":2},\"doc\":\"d\",\"privacy\":\"sensitive\","
		"\"purpose\":\"p\",\"aliases\":[\"part\",\"ratio\"]},"
		"{\"name\":\"born\",\"type\":[{\"type\":\"string\",\"logicalType\":"
		"\"partial-date\"},\"null\"],\"default\":\"1956\"," GOOD_DOC "},"
		"{\"name\":\"map\",\"type\":\"string\",\"derived\":\"commune_map_of:"
		"born\"," GOOD_DOC "}",
		true);
	const struct gw_schema_field *f = schema->fields;

	cr_assert_eq(schema->nfields, 5);
	cr_assert_str_eq(schema->name, "HealthRecord");
	cr_assert_str_eq(schema->space, "vn.songma.health");
	cr_assert(f[0].nullable && f[0].null_branch == 0 && f[0].size == 32);
	cr_assert(f[0].has_default && f[0].fallback.kind == GW_NULL);
	cr_assert_eq(f[0].privacy, GW_IDENTIFIER);
	cr_assert_eq(f[0].identifier, GW_ID_TAX);
	cr_assert(!f[1].nullable && f[1].null_branch == -1 && f[1].type == GW_AVRO_FIXED);
	cr_assert(f[2].logical == GW_LOGICAL_DECIMAL && f[2].precision == 5 && f[2].scale == 2);
	cr_assert_str_eq(f[2].purpose, "p");
	cr_assert_eq(f[2].naliases, 2);
	cr_assert_str_eq(f[2].aliases[1], "ratio");
	cr_assert(f[3].nullable && f[3].null_branch == 1 && f[3].fallback.kind == GW_TEXT);
	cr_assert_str_eq(f[4].commune_map_of, "born");
	cr_assert_eq(gw_schema_find(schema, "map"), 4);
	cr_assert_eq(gw_schema_find(schema, "none"), -1);
	gw_schema_free(schema);
}

Test(schema, keeps_the_text_to_the_byte)
{
	const char *text =
		" {\"type\" : \"record\", \"name\":\"A\",\"namespace\":\"vn.songma.x\",\n"
		"\"fields\":[{\"name\":\"a\",\"type\":\"int\"," GOOD_DOC "}]}\n\n";
	struct gw_schema *schema;
	struct gw_error err;

	cr_assert_eq(parse(text, true, &schema, &err), GW_OK, "%s", err.text);
	cr_assert_eq(schema->text_len, strlen(text));
	cr_assert_str_eq(schema->text, text);
	gw_schema_free(schema);
}

#define NUMBER(name, kind, whose)                                                                  \
	"{\"name\":\"" name "\",\"type\":\"string\",\"doc\":\"x\",\"privacy\":\"identifier\","     \
	"\"kind\":\"" kind "\",\"whose\":\"" whose "\"}"

/* A field that our own schemas must not have, and the words that its refusal holds. */
static const struct {
	const char *field, *says;
} strict_cases[] = {
	{"{\"name\":\"a\",\"type\":\"int\",\"privacy\":\"public\"}", "\"doc\" is missing"},
	{"{\"name\":\"a\",\"type\":\"int\",\"doc\":\"\",\"privacy\":\"public\"}", "\"doc\""},
	{"{\"name\":\"a\",\"type\":\"int\",\"doc\":\"x\"}", "\"privacy\" is missing"},
	{"{\"name\":\"a\",\"type\":\"int\",\"doc\":\"x\",\"privacy\":\"secret\"}", "secret"},
	{"{\"name\":\"a\",\"type\":\"string\",\"doc\":\"x\",\"privacy\":\"identifier\"}",
	 "\"kind\""},
	{"{\"name\":\"a\",\"type\":\"string\",\"doc\":\"x\",\"privacy\":\"identifier\",\"kind\":"
	 "\"passport\"}",
	 "citizen_number"},
	{"{\"name\":\"a\",\"type\":\"long\",\"doc\":\"x\",\"privacy\":\"identifier\",\"kind\":"
	 "\"tax\"}",
	 "Pseudonym"},
	{"{\"name\":\"a\",\"type\":\"long\",\"doc\":\"x\",\"privacy\":\"public\",\"kind\":\"tax\"}",
	 "\"kind\" belongs"},
	{"{\"name\":\"a\",\"type\":\"int\",\"doc\":\"x\",\"privacy\":\"personal\"}", "\"purpose\""},
	{"{\"name\":\"a\",\"type\":\"int\",\"doc\":\"x\",\"privacy\":\"sensitive\"}",
	 "\"purpose\""},
	{"{\"name\":\"a\",\"type\":\"int\",\"logicalType\":\"date\"," GOOD_DOC "}",
	 "stands inside the type"},
	{"{\"name\":\"a\",\"type\":{\"type\":\"int\",\"logicaltype\":\"date\"}," GOOD_DOC "}",
	 "\"logicaltype\" is unknown"},
	{"{\"name\":\"a\",\"type\":\"int\",\"purpsoe\":\"x\"," GOOD_DOC "}", "\"purpsoe\""},
	{"{\"name\":\"a\",\"type\":{\"type\":\"int\",\"logicalType\":\"day\"}," GOOD_DOC "}",
	 "partial-date"},
	{"{\"name\":\"a\",\"type\":{\"type\":\"string\",\"logicalType\":\"date\"}," GOOD_DOC "}",
	 "stands on the type int, not on string"},
	{"{\"name\":\"a\",\"type\":{\"type\":\"array\",\"items\":\"int\"}," GOOD_DOC "}", "array"},
	{"{\"name\":\"a\",\"type\":[\"null\",\"int\",\"string\"]," GOOD_DOC "}", "union"},
	{"{\"name\":\"a\",\"type\":[\"int\"]," GOOD_DOC "}", "union"},
	{"{\"name\":\"_key\",\"type\":\"int\"," GOOD_DOC "}", "column"},
	{"{\"name\":\"a\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":"
	 "77}"
	 "," GOOD_DOC "}",
	 "1 to 76"},
	{"{\"name\":\"a\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":3,"
	 "\"scale\":4}," GOOD_DOC "}",
	 "\"scale\""},
	{"{\"name\":\"a\",\"type\":{\"type\":\"fixed\",\"name\":\"D\",\"size\":2,\"logicalType\":"
	 "\"decimal\",\"precision\":5}," GOOD_DOC "}",
	 "larger size"},
	{"{\"name\":\"a\",\"type\":[\"null\",\"int\"],\"default\":5," GOOD_DOC "}",
	 "null stands first"},
	{"{\"name\":\"a\",\"type\":[\"int\",\"null\"],\"default\":null," GOOD_DOC "}", "first"},
	{"{\"name\":\"a\",\"type\":\"int\",\"default\":\"5\"," GOOD_DOC "}", "integer"},
	{"{\"name\":\"a\",\"type\":\"int\",\"default\":3000000000," GOOD_DOC "}", "integer"},
	{"{\"name\":\"a\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"x\"]},"
	 "\"default\":\"y\"," GOOD_DOC "}",
	 "not one of its symbols"},
	{"{\"name\":\"a\",\"type\":{\"type\":\"string\",\"logicalType\":\"partial-date\"},"
	 "\"default\":\"1956-13\"," GOOD_DOC "}",
	 "partial date"},
	{"{\"name\":\"a\",\"type\":\"string\",\"derived\":\"map_of:b\"," GOOD_DOC "}",
	 "commune_map_of:<field>"},
	{"{\"name\":\"a\",\"type\":\"string\",\"derived\":\"commune_map_of:b\"," GOOD_DOC "}",
	 "the field b"},
	{"{\"name\":\"a\",\"type\":\"string\",\"derived\":\"commune_map_of:a\"," GOOD_DOC "}",
	 "the field a"},
	{"{\"name\":\"a\",\"type\":\"int\",\"derived\":\"commune_map_of:b\"," GOOD_DOC "}",
	 "\"string\""},
	{"{\"name\":\"a\",\"type\":\"string\",\"whose\":\"person\"," GOOD_DOC "}",
	 "\"whose\" belongs"},
	{NUMBER("a", "tax", "Person"), "\"whose\" is a word"},
	{NUMBER("a", "tax", ""), "\"whose\" is a word"},
	{NUMBER("a", "tax", "a b"), "\"whose\" is a word"},
	{"{\"name\":\"a\",\"type\":\"string\",\"doc\":\"x\",\"privacy\":\"identifier\",\"kind\":"
	 "\"tax\",\"whose\":7}",
	 "\"whose\" must be text"},
	{NUMBER("a", "tax", "wife") "," NUMBER("b", "cmnd", "wife") "," NUMBER("c", "tax", "wife"),
	 "has a tax already, in the field a"},
};

Test(schema, says_what_a_field_lacks_and_where)
{
	for (size_t i = 0; i < sizeof strict_cases / sizeof strict_cases[0]; i++) {
		const char *field = strict_cases[i].field;
		struct gw_schema *schema;
		struct gw_error err;
		char text[1000];

		(void)snprintf(text, sizeof text, "%s\"fields\":[%s]}", head, field);
		cr_assert_eq(parse(text, true, &schema, &err), GW_CONFIG, "%s", field);
		cr_assert_null(schema);
		cr_assert_not_null(strstr(err.text, strict_cases[i].says), "%s: %s", field,
				   err.text);
		cr_assert_eq(strncmp(err.text, "schema a.avsc: field ", 21), 0, "%s", err.text);
	}
}

Test(schema, tells_whose_an_identifier_is)
{
	static const char fields[] = NUMBER("a", "tax", "wife") "," NUMBER(
		"b", "cmnd", "wife") "," NUMBER("c", "tax", "the_other");
	struct gw_schema *schema = record_of(fields, true);

	cr_assert_str_eq(schema->fields[1].whose, "wife");
	cr_assert_str_eq(schema->fields[2].whose, "the_other");
	gw_schema_free(schema);
	schema = record_of("{\"name\":\"a\",\"type\":\"int\",\"whose\":\"wife\"},"
			   "{\"name\":\"b\",\"type\":\"int\",\"whose\":7}",
			   false);
	cr_assert_null(schema->fields[0].whose, "a foreign writer's, on no identifier");
	cr_assert_null(schema->fields[1].whose);
	gw_schema_free(schema);
}

/* Whole texts that are no schemas at all, ours or a foreign one's. */
static const struct {
	const char *text, *says;
} broken_cases[] = {
	{"", "line 1"},
	{"{\"type\":\"record\"\n\"name\":1}", "line 2"},
	{"\"string\"", "must be a record"},
	{"[\"null\",\"int\"]", "must be a record"},
	{"{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"a\"]}", "must be a record"},
	{"{\"type\":\"record\",\"fields\":[]}", "\"name\""},
	{"{\"type\":\"record\",\"name\":\"A b\",\"fields\":[]}", "can't be a name"},
	{"{\"type\":\"record\",\"name\":\"A\"}", "\"fields\""},
	{"{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"type\":\"int\"}]}", "field number 1"},
	{"{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\"}]}", "field a"},
	{"{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":\"Nope\"}]}",
	 "\"Nope\" is unknown"},
	{"{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":\"int\"},"
	 "{\"name\":\"a\",\"type\":\"int\"}]}",
	 "twice"},
	{"{\"type\":\"record\",\"name\":\"A\",\"name\":\"B\",\"fields\":[]}", "duplicate"},
	{"{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":[\"int\","
	 "\"int\"]}]}",
	 "twice"},
	{"{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":[\"int\","
	 "[\"null\"]]}]}",
	 "union can't hold a union"},
	{"{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":[]}]}", "union"},
	{"{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":{\"type\":"
	 "\"fixed\",\"name\":\"F\"}}]}",
	 "\"size\""},
	{"{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":{\"type\":"
	 "\"enum\",\"name\":\"F\",\"symbols\":[\"x\",\"x\"]}}]}",
	 "stands twice"},
	{"{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":{\"type\":"
	 "\"enum\",\"name\":\"F\",\"symbols\":[\"x\"],\"default\":\"y\"}}]}",
	 "default"},
	{"{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":{\"type\":"
	 "\"array\"}}]}",
	 "\"items\""},
	{"{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":{\"type\":"
	 "\"fixed\",\"name\":\"A\",\"size\":1}}]}",
	 "described twice"},
	{"{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":7}]}",
	 "a type is"},
};

Test(schema, refuses_what_is_no_schema)
{
	for (size_t i = 0; i < sizeof broken_cases / sizeof broken_cases[0]; i++) {
		struct gw_schema *schema;
		struct gw_error err;

		cr_assert_eq(parse(broken_cases[i].text, false, &schema, &err), GW_CONFIG, "%s",
			     broken_cases[i].text);
		cr_assert_not_null(strstr(err.text, broken_cases[i].says), "%s: %s",
				   broken_cases[i].text, err.text);
	}
}

Test(schema, refuses_nul_but_in_the_default_of_bytes)
{
	static const char *const texts[] = {
		"{\"type\":\"record\",\"name\":\"A\\u0000\",\"fields\":[]}",
		"{\"type\":\"record\",\"name\":\"A\",\"doc\":\"\\u0000\",\"fields\":[]}",
	};
	struct gw_schema *schema;
	struct gw_error err;

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		cr_assert_eq(parse(texts[i], false, &schema, &err), GW_CONFIG, "%s", texts[i]);
	schema = record_of("{\"name\":\"a\",\"type\":\"string\",\"default\":\"\\u0000\"},"
			   "{\"name\":\"b\",\"type\":\"bytes\",\"default\":\"\\u0000\"}",
			   false);
	cr_assert(!schema->fields[0].has_default);
	cr_assert(schema->fields[1].has_default && schema->fields[1].fallback.len == 1);
	gw_schema_free(schema);
}

Test(schema, refuses_a_record_of_ours_in_the_wrong_namespace)
{
	static const char *const texts[] = {
		"{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"a\",\"type\":"
		"\"int\"," GOOD_DOC "}]}",
		"{\"type\":\"record\",\"name\":\"A\",\"namespace\":\"org.x\",\"fields\":[{\"name\":"
		"\"a\",\"type\":\"int\"," GOOD_DOC "}]}",
		"{\"type\":\"record\",\"name\":\"A\",\"namespace\":\"vn.songma.x.y\",\"fields\":"
		"[{\"name\":\"a\",\"type\":\"int\"," GOOD_DOC "}]}",
	};

	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct gw_schema *schema;
		struct gw_error err;

		cr_assert_eq(parse(texts[i], true, &schema, &err), GW_CONFIG, "%s", texts[i]);
		cr_assert_not_null(strstr(err.text, "vn.songma.<sector>"), "%s", err.text);
	}
}

Test(schema, refuses_a_text_that_is_too_large_or_too_deep)
{
	size_t size = (size_t)3 << 20;
	char *text = malloc(size);
	struct gw_schema *schema;
	struct gw_error err;

	cr_assert_not_null(text);
	memset(text, '[', size);
	cr_assert_eq(gw_schema_parse("x", text, size, false, &schema, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "bytes"), "%s", err.text);
	cr_assert_eq(gw_schema_parse("x", text, 1000000, false, &schema, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "nested"), "%s", err.text);
	free(text);
}

Test(schema, takes_brackets_within_text_for_text)
{
	char doc[200];
	char field[400];

	memset(doc, '[', sizeof doc - 1);
	doc[sizeof doc - 1] = '\0';
	(void)snprintf(
		field, sizeof field,
		"{\"name\":\"a\",\"type\":\"int\",\"privacy\":\"public\",\"doc\":\"\\\"%s\"}", doc);
	gw_schema_free(record_of(field, true));
}

Test(schema, reads_a_foreign_schema_without_our_attributes)
{
	struct gw_schema *schema = record_of(
		"{\"name\":\"a\",\"type\":\"int\",\"purpose\":7,\"x\":1},"
		"{\"name\":\"list\",\"type\":{\"type\":\"array\",\"items\":\"HealthRecord\"}},"
		"{\"name\":\"wide\",\"type\":[\"null\",\"int\",\"string\"]},"
		"{\"name\":\"odd\",\"type\":{\"type\":\"int\",\"logicalType\":\"time-millis\"}},"
		"{\"name\":\"bad\",\"type\":\"int\",\"default\":\"x\"},"
		"{\"name\":\"_own\",\"type\":\"null\"}",
		false);

	cr_assert_eq(schema->nfields, 6);
	cr_assert_eq(schema->fields[0].privacy, GW_SENSITIVE, "not said: the most private");
	cr_assert_eq(schema->fields[1].type, GW_AVRO_NULL);
	cr_assert_eq(schema->fields[2].type, GW_AVRO_NULL);
	cr_assert_eq(schema->fields[3].logical, GW_LOGICAL_NONE);
	cr_assert(!schema->fields[4].has_default);
	gw_schema_free(schema);
}

Test(schema, reads_defaults_as_the_decoder_gives_them)
{
	struct gw_schema *schema = record_of(
		"{\"name\":\"b\",\"type\":\"boolean\",\"default\":true},"
		"{\"name\":\"l\",\"type\":\"long\",\"default\":-9000000000},"
		"{\"name\":\"f\",\"type\":\"float\",\"default\":0.1},"
		"{\"name\":\"d\",\"type\":\"double\",\"default\":2},"
		"{\"name\":\"y\",\"type\":\"bytes\",\"default\":\"\\u0001\\u00ff\"},"
		"{\"name\":\"day\",\"type\":{\"type\":\"int\",\"logicalType\":\"date\"},"
		"\"default\":1},"
		"{\"name\":\"ms\",\"type\":{\"type\":\"long\",\"logicalType\":"
		"\"timestamp-millis\"},\"default\":-5},"
		"{\"name\":\"dec\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\","
		"\"precision\":4,\"scale\":2},\"default\":\"\\u0000\\u00fa\"},"
		"{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"u\","
		"\"v\"]},\"default\":\"v\"}",
		false);
	const struct gw_schema_field *f = schema->fields;

	for (size_t i = 0; i < schema->nfields; i++)
		cr_assert(f[i].has_default, "%s", f[i].name);
	cr_assert(f[0].fallback.kind == GW_BOOL && f[0].fallback.as.truth);
	cr_assert_eq(f[1].fallback.as.integer, INT64_C(-9000000000));
	cr_assert_eq(f[2].fallback.as.real, (double)0.1f);
	cr_assert(f[3].fallback.kind == GW_FLOAT && f[3].fallback.as.real == 2.0);
	cr_assert(f[4].fallback.len == 2 && memcmp(f[4].fallback.as.text, "\x01\xff", 2) == 0);
	cr_assert_eq(f[5].fallback.kind, GW_DATE);
	cr_assert(f[6].fallback.kind == GW_TIMESTAMP && f[6].fallback.as.integer == -5000);
	cr_assert_eq(f[7].fallback.kind, GW_DECIMAL);
	cr_assert_str_eq(f[7].fallback.as.text, "2.50");
	cr_assert_str_eq(f[8].fallback.as.text, "v");
	gw_schema_free(schema);
}

Test(schema, makes_table_names_of_record_names)
{
	static const char *const cases[][2] = {
		{"Birth", "birth"},          {"HealthRecord", "health_record"},
		{"BHYTCard", "bhyt_card"},   {"CardBHYT", "card_bhyt"},
		{"Form2Copy", "form2_copy"}, {"Already_Snake", "already_snake"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_schema *schema;
		struct gw_error err;
		char text[300];

		(void)snprintf(text, sizeof text,
			       "{\"type\":\"record\",\"name\":\"%s\",\"fields\":[]}", cases[i][0]);
		cr_assert_eq(parse(text, false, &schema, &err), GW_OK, "%s", err.text);
		cr_assert_str_eq(schema->entity, cases[i][1]);
		gw_schema_free(schema);
	}
}

Test(schema, knows_the_words_of_privacy_and_kind)
{
	cr_assert_str_eq(gw_privacy_name(GW_SENSITIVE), "sensitive");
	cr_assert_str_eq(gw_identifier_name(GW_ID_SOCIAL_INSURANCE), "social_insurance");
	cr_assert_eq(gw_identifier_find("cmnd"), GW_ID_CMND);
	cr_assert_eq(gw_identifier_find(""), GW_ID_NONE);
	cr_assert_eq(gw_identifier_find("x"), GW_ID_NONE);
}

Test(schema, names_its_types_for_people)
{
	struct gw_schema *schema = record_of(
		"{\"name\":\"a\",\"type\":\"long\"},"
		"{\"name\":\"b\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"u\","
		"\"v\"]}},"
		"{\"name\":\"c\",\"type\":[\"null\",{\"type\":\"bytes\",\"logicalType\":"
		"\"decimal\",\"precision\":5,\"scale\":2}]},"
		"{\"name\":\"d\",\"type\":{\"type\":\"fixed\",\"name\":\"F\",\"size\":32}}",
		false);
	static const char *const expected[] = {"integer", "enum of 2 words",
					       "decimal of 5 digits, 2 of them after the point",
					       "32 bytes exactly"};

	for (size_t i = 0; i < 4; i++) {
		char text[80];

		gw_schema_type_text(&schema->fields[i], text, sizeof text);
		cr_assert_str_eq(text, expected[i]);
	}
	gw_schema_free(schema);
}

Test(schema, stands_in_the_folder_and_file_that_its_name_says, .init = folder_make,
     .fini = folder_drop)
{
	const char *path = in_folder("Other.avsc");
	struct gw_schema *schema = NULL;
	struct gw_error err;

	put_file("Other.avsc",
		 "{\"type\":\"record\",\"name\":\"A\",\"namespace\":\"vn.songma.x\","
		 "\"fields\":[{\"name\":\"a\",\"type\":\"int\"," GOOD_DOC "}]}",
		 0644);
	cr_assert_eq(gw_schema_read(folder, "Other", &schema, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "folder must be x"), "%s", err.text);
	cr_assert_eq(gw_schema_read("/", path + 1, &schema, &err), GW_CONFIG);
	cr_assert_eq(gw_schema_read(folder, "x/Missing", &schema, &err), GW_CONFIG);
	cr_assert_not_null(strstr(err.text, "Missing.avsc"), "%s", err.text);
	cr_assert_null(schema);
}
