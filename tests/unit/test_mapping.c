#include <criterion/criterion.h>

#include "mapping_case.h"

static char id_column[] = "ma", date_column[] = "ngay", real_column[] = "so";

/* id long, name personal, person fixed, commune and its map: all mapped well. */
static void
good(struct mapping_case *c)
{
	static char *key[] = {id_column};
	struct gw_schema_field *field;

	mapping_case_init(c);
	(void)add_field(c, "id", GW_AVRO_LONG);
	field = add_field(c, "name", GW_AVRO_STRING);
	field->privacy = GW_PERSONAL;
	field->purpose = "why";
	(void)add_person(c, "person");
	(void)add_field(c, "commune", GW_AVRO_STRING);
	field = add_field(c, "commune_map", GW_AVRO_STRING);
	field->commune_map_of = "commune";
	field = add_field(c, "note", GW_AVRO_STRING);
	field->nullable = field->has_default = true;
	(void)map_field(c, "id", "ma", "");
	(void)map_field(c, "name", "ten", "trim nfc");
	(void)map_field(c, "person", "cccd", "trim");
	(void)map_field(c, "commune", "xa", "trim commune_code");
	set_key(c, key, 1);
}

Test(mapping, reads_each_column_once)
{
	static char *key[] = {id_column};
	struct mapping_case c;
	const char *const *columns;
	size_t count;

	good(&c);
	c.source.codes = (struct gw_commune_codes){.by = date_column, .at = c.source.codes.at};
	(void)map_field(&c, "note", "ten", "");
	set_key(&c, key, 1);
	assert_compiles(&c);
	columns = gw_mapping_columns(c.mapping, &count);
	cr_assert_eq(count, 5);
	cr_assert_str_eq(columns[0], "ma");
	cr_assert_str_eq(columns[1], "ten");
	cr_assert_str_eq(columns[2], "cccd");
	cr_assert_str_eq(columns[3], "xa");
	cr_assert_str_eq(columns[4], "ngay");
	mapping_case_release(&c);
}

Test(mapping, reads_no_column_for_communes_where_there_are_none)
{
	static char *key[] = {id_column};
	struct mapping_case c;
	size_t count;

	mapping_case_init(&c);
	(void)add_field(&c, "id", GW_AVRO_LONG);
	(void)map_field(&c, "id", "ma", "");
	c.source.codes = (struct gw_commune_codes){.map = lend("no-such-map")};
	set_key(&c, key, 1);
	assert_compiles(&c);
	(void)gw_mapping_columns(c.mapping, &count);
	cr_assert_eq(count, 1);
	mapping_case_release(&c);
}

Test(mapping, refuses_a_field_that_the_schema_lacks)
{
	struct mapping_case c;

	good(&c);
	(void)map_field(&c, "nmae", "ten", "");
	assert_refused(&c, "sources/t.yaml:14:7: ",
		       "schema x/X has no field \"nmae\"; its fields are: id, name, person");
	mapping_case_release(&c);
}

Test(mapping, refuses_a_field_that_is_mapped_twice)
{
	struct mapping_case c;

	good(&c);
	(void)map_field(&c, "name", "ten2", "");
	assert_refused(&c, "sources/t.yaml:14:7: ", "first on line 11");
	mapping_case_release(&c);
}

Test(mapping, refuses_a_field_with_neither_column_nor_constant)
{
	struct mapping_case c;

	good(&c);
	c.maps[1].column = NULL;
	assert_refused(&c, "sources/t.yaml:11:7: ", "needs either a column or a constant");
	mapping_case_release(&c);
}

Test(mapping, refuses_a_required_field_without_a_column)
{
	struct mapping_case c;

	good(&c);
	c.fields[5].has_default = false;
	assert_refused(&c, "sources/t.yaml:5:3: ", "field \"note\" of schema x/X has no default");
	mapping_case_release(&c);
}

Test(mapping, refuses_rules_and_lists_that_there_are_not)
{
	static const struct {
		const char *rules, *message;
	} cases[] = {
		{"trimm", "there is no rule \"trimm\"; the rules are: trim, nfc"},
		{"trim:x", "rule \"trim\" takes no argument"},
		{"code_list", "rule \"code_list\" needs a list of schemas/codes"},
		{"encoding:utf8",
		 "there is no encoding \"utf8\"; expected tcvn3, tcvn3_upper, vni"},
		{"trim encoding:vni", "rule \"encoding\" must be the first"},
		{"phone:repairs", "rule \"phone\": found \"repairs\", expected none, or some of"},
		{"phone:", "rule \"phone\": found \"\", expected none, or some of"},
		{"tax:repair,several", "found \"repair,several\", expected none, or repair"},
		{"code_list:sex",
		 "there is no code list \"sex\" in schemas/codes; the lists are: "},
	};
	struct mapping_case c;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		good(&c);
		(void)map_field(&c, "note", "ghi_chu", cases[i].rules);
		assert_refused(&c, "sources/t.yaml:14:30: ", cases[i].message);
		mapping_case_release(&c);
	}
}

Test(mapping, lets_a_personal_field_go_only_for_a_purpose_and_under_an_agreement)
{
	struct mapping_case c;

	good(&c);
	c.source.agreement = lend("");
	assert_refused(&c, "sources/t.yaml:11:7: ", "names no agreement");
	c.source.agreement = NULL;
	assert_refused(&c, "sources/t.yaml:11:7: ", "names no agreement");
	c.source.agreement = lend("01/TT");
	c.fields[1].purpose = NULL;
	assert_refused(&c, "sources/t.yaml:11:7: ", "states no purpose");
	c.fields[1].privacy = GW_SENSITIVE;
	assert_refused(&c, "sources/t.yaml:11:7: ", "states no purpose");
	mapping_case_release(&c);
}

Test(mapping, refuses_an_identifier_that_can_hold_no_pseudonym)
{
	struct mapping_case c;

	good(&c);
	c.fields[2].size = 16;
	assert_refused(&c, "sources/t.yaml:12:7: ", "needs a kind");
	c.fields[2].size = 32;
	c.fields[2].identifier = GW_ID_NONE;
	assert_refused(&c, "sources/t.yaml:12:7: ", "needs a kind");
	c.fields[2].identifier = GW_ID_TAX;
	c.fields[2].type = GW_AVRO_LONG;
	assert_refused(&c, "sources/t.yaml:12:7: ", "needs a kind");
	mapping_case_release(&c);
}

Test(mapping, refuses_to_be_told_a_derived_field)
{
	struct mapping_case c;

	good(&c);
	(void)map_field(&c, "commune_map", "bang_ma", "");
	assert_refused(&c, "sources/t.yaml:14:7: ", "filled by the gateway");
	c.stream.nfields--;
	c.fields[4].commune_map_of = "nowhere";
	assert_refused(&c, "sources/t.yaml:8:13: ", "which is no field");
	mapping_case_release(&c);
}

Test(mapping, needs_to_know_which_map_commune_codes_are_of)
{
	struct mapping_case c;

	good(&c);
	c.source.codes.map = lend("after-1976");
	assert_refused(
		&c, "sources/t.yaml:3:16: ",
		"no commune code map \"after-1976\" in schemas/codes/unit_code.csv; the maps "
		"are: ");
	c.source.codes.map = NULL;
	assert_refused(&c, "sources/t.yaml:13:30: ", "commune_codes: {map: before-2025-07}");
	c.maps[3].nrules = 0; /* the schema asks for it all the same */
	assert_refused(&c, "sources/t.yaml:13:7: ", "commune_codes: {map: before-2025-07}");
	mapping_case_release(&c);
}

Test(mapping, refuses_a_key_that_feeds_no_field_or_an_inexact_one)
{
	static char other[] = "khac";
	static char *unmapped[] = {id_column, other}, *real[] = {real_column};
	struct mapping_case c;

	good(&c);
	set_key(&c, unmapped, 2);
	assert_refused(&c, "sources/t.yaml:7:10: ", "key column \"khac\" feeds no field");
	(void)add_field(&c, "real", GW_AVRO_DOUBLE);
	(void)map_field(&c, "real", "so", "");
	set_key(&c, real, 1);
	assert_refused(&c, "sources/t.yaml:7:10: ", "floating-point");
	mapping_case_release(&c);
}

Test(mapping, reads_the_column_of_a_communes_name)
{
	struct mapping_case c;
	const char *const *columns;
	uint64_t without;
	size_t n;

	good(&c);
	(void)map_field(&c, "note", "xa", "commune_code");
	assert_compiles(&c);
	without = gw_mapping_version(c.mapping);
	columns = gw_mapping_columns(c.mapping, &n);
	cr_assert_str_eq(columns[n - 1], "xa");
	c.rules[c.stream.nfields - 1][0].argument = lend("ten_xa");
	assert_compiles(&c);
	columns = gw_mapping_columns(c.mapping, &n);
	cr_assert_str_eq(columns[n - 1], "ten_xa");
	cr_assert_neq(gw_mapping_version(c.mapping), without);
	mapping_case_release(&c);
}

Test(mapping, lets_no_rule_follow_one_that_may_change_a_communes_map)
{
	struct mapping_case c;

	good(&c);
	(void)map_field(&c, "note", "xa", "commune_code:ten_xa trim");
	assert_refused(&c, "sources/t.yaml:14:30: ",
		       "rule \"commune_code\" with a column must be the last");
	mapping_case_release(&c);
}

Test(mapping, makes_no_key_of_what_another_column_decides)
{
	static char commune[] = "xa_2";
	static char *key[] = {commune};
	struct mapping_case c;

	good(&c);
	(void)map_field(&c, "note", "xa_2", "commune_code:ten_xa");
	set_key(&c, key, 1);
	assert_refused(&c, "sources/t.yaml:7:10: ", "whose rules read another column");
	mapping_case_release(&c);
}

Test(mapping, learns_its_key_from_the_table_where_the_file_names_none)
{
	const char *const good_key[] = {"ma"}, *const bad_key[] = {"xyz"};
	struct gw_normalised out = {0};
	struct gw_batch batch = {.nrows = 0};
	struct mapping_case c;

	good(&c);
	set_key(&c, NULL, 0);
	assert_compiles(&c);
	cr_assert_eq(gw_normalise(c.mapping, &batch, &out, &c.err), GW_FATAL);
	cr_assert_eq(gw_mapping_set_key(c.mapping, bad_key, 1, &c.err), GW_CONFIG);
	cr_assert_not_null(strstr(c.err.text, "sources/t.yaml:5:3: "), "%s", c.err.text);
	cr_assert_eq(gw_mapping_set_key(c.mapping, NULL, 0, &c.err), GW_CONFIG);
	cr_assert_not_null(strstr(c.err.text, "has no primary key"), "%s", c.err.text);
	cr_assert_eq(gw_mapping_set_key(c.mapping, good_key, 1, &c.err), GW_OK);
	cr_assert_eq(gw_normalise(c.mapping, &batch, &out, &c.err), GW_OK);
	cr_assert_eq(out.nrecords, 0);
	mapping_case_release(&c);
}

Test(mapping, refuses_a_constant_that_its_field_cannot_hold)
{
	struct mapping_case c;

	good(&c);
	c.fields[5].type = GW_AVRO_INT;
	(void)map_field(&c, "note", "=abc", "");
	assert_refused(&c, "sources/t.yaml:14:7: ", "the constant of field \"note\": found text");
	cr_assert_null(strstr(c.err.text, "abc"));
	mapping_case_release(&c);
}

Test(mapping, refuses_a_time_zone_that_there_is_not)
{
	struct mapping_case c;

	good(&c);
	c.source.time_zone = lend("Asia/Thanh_Hoa");
	assert_refused(&c, "sources/t.yaml:1:1: ", "time zone Asia/Thanh_Hoa");
	mapping_case_release(&c);
}

Test(mapping, has_a_version_that_changes_with_all_that_decides)
{
	static char other_map[] = "after-2025-07";
	struct mapping_case c;
	uint64_t first;

	good(&c);
	assert_compiles(&c);
	first = gw_mapping_version(c.mapping);
	assert_compiles(&c);
	cr_assert_eq(gw_mapping_version(c.mapping), first);
	c.source.title = lend("another title");
	assert_compiles(&c);
	cr_assert_eq(gw_mapping_version(c.mapping), first);
	c.maps[1].nrules--;
	assert_compiles(&c);
	cr_assert_neq(gw_mapping_version(c.mapping), first);
	c.maps[1].nrules++;
	c.key.secret[0] ^= 1;
	assert_compiles(&c);
	cr_assert_neq(gw_mapping_version(c.mapping), first);
	c.key.secret[0] ^= 1;
	c.source.codes.map = other_map;
	assert_compiles(&c);
	cr_assert_neq(gw_mapping_version(c.mapping), first);
	c.source.codes.map = lend(GW_MAP_BEFORE);
	c.schema.text = "{ }";
	assert_compiles(&c);
	cr_assert_neq(gw_mapping_version(c.mapping), first);
	c.schema.text = "{}";
	assert_compiles(&c);
	cr_assert_eq(gw_mapping_version(c.mapping), first);
	mapping_case_release(&c);
}

Test(mapping, is_freed_when_there_is_none)
{
	gw_mapping_free(NULL);
	gw_codes_free(NULL);
}

Test(mapping, compiles_for_every_stream_of_the_demo)
{
	static const char *const names[] = {"population", "justice", "health"};
	struct gw_config config = {.path = lend("./songma.yaml"),
				   .sources_dir = lend("deploy/sources"),
				   .schemas_dir = lend("schemas")};
	struct mapping_case c;
	size_t streams = 0;

	mapping_case_init(&c);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		struct gw_source *source = NULL;

		cr_assert_eq(gw_source_read(&config, names[i], &source, &c.err), GW_OK, "%s",
			     c.err.text);
		for (size_t s = 0; s < source->nstreams; s++, streams++) {
			const struct gw_stream *stream = &source->streams[s];
			struct gw_mapping *mapping = NULL;
			struct gw_schema *schema = NULL;

			cr_assert_eq(gw_schema_read("schemas", stream->schema, &schema, &c.err),
				     GW_OK, "%s", c.err.text);
			cr_assert_eq(gw_mapping_compile(source, stream, schema, c.codes, &c.key,
							&mapping, &c.err),
				     GW_OK, "%s", c.err.text);
			gw_mapping_free(mapping);
			gw_schema_free(schema);
		}
		gw_source_free(source);
	}
	cr_assert_eq(streams, 6);
	mapping_case_release(&c);
}
