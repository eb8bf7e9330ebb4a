#include <criterion/criterion.h>

#include "batch_case.h"

static char id_column[] = "ma", person_column[] = "cccd", date_column[] = "ngay",
	    name_column[] = "ten";

Test(normalise, sets_good_and_bad_rows_apart)
{
	struct batch_case b;

	one_field(&b, GW_AVRO_STRING, "trim date");
	b.c.fields[1].logical = GW_LOGICAL_PARTIAL_DATE;
	add_row(&b, (struct gw_value[]){integer(1), text(" 3/4/1980 ")}, 2);
	add_row(&b, (struct gw_value[]){integer(2), text("31/2/1980")}, 2);
	add_row(&b, (struct gw_value[]){integer(3), text("1950")}, 2);
	add_row(&b, (struct gw_value[]){integer(4), text("  ")}, 2);
	run(&b);
	cr_assert_eq(b.out.nrecords, 2);
	cr_assert_eq(b.out.nrejects, 2);
	cr_assert_eq(b.out.records[0].row, 0);
	cr_assert_str_eq(b.out.records[0].key, "1");
	cr_assert_eq(b.out.records[0].fields[0].as.integer, 1);
	assert_text(&b.out.records[0].fields[1], "1980-04-03");
	cr_assert_eq(b.out.records[1].row, 2);
	assert_text(&b.out.records[1].fields[1], "1950");
	assert_reject(&b, 0, 1, "date", "date.no_such_day");
	cr_assert_str_eq(b.out.rejects[0].column, "v");
	cr_assert_str_eq(b.out.rejects[0].key, "2");
	cr_assert_str_eq(b.out.rejects[0].reason, "that month has no such day");
	assert_reject(&b, 1, 3, "schema", "schema.required");
	release(&b);
}

Test(normalise, gives_null_a_default_only_where_null_cannot_stand)
{
	struct batch_case b;

	one_field(&b, GW_AVRO_STRING, "");
	b.c.fields[1].has_default = true;
	b.c.fields[1].fallback = text("unknown");
	add_row(&b, (struct gw_value[]){integer(1), null_value}, 2);
	run(&b);
	assert_text(&b.out.records[0].fields[1], "unknown");
	b.c.fields[1].nullable = true;
	run(&b);
	cr_assert_eq(b.out.records[0].fields[1].kind, GW_NULL);
	release(&b);
}

Test(normalise, fills_constants_and_absent_fields_the_same_for_all_rows)
{
	struct gw_schema_field *field;
	struct batch_case b;

	one_field(&b, GW_AVRO_STRING, "");
	field = add_field(&b.c, "sex", GW_AVRO_STRING);
	field = add_field(&b.c, "absent", GW_AVRO_INT);
	field->has_default = true;
	field->fallback = integer(9);
	(void)map_field(&b.c, "sex", "=Nữ", "trim code_list:gender");
	add_row(&b, (struct gw_value[]){integer(1), text("a")}, 2);
	add_row(&b, (struct gw_value[]){integer(2), text("b")}, 2);
	run(&b);
	cr_assert_eq(b.out.nrecords, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_text(&b.out.records[i].fields[2], "female");
		cr_assert_eq(b.out.records[i].fields[3].as.integer, 9);
	}
	release(&b);
}

/* Two identifiers of one kind, one as bytes and one as hex text; the first is the key. */
static void
people(struct batch_case *b)
{
	static char *key[] = {person_column};
	struct gw_schema_field *field;

	init(b);
	(void)add_person(&b->c, "person");
	field = add_field(&b->c, "mother", GW_AVRO_STRING);
	field->nullable = field->has_default = true;
	field->privacy = GW_IDENTIFIER;
	field->identifier = GW_ID_CITIZEN_NUMBER;
	(void)map_field(&b->c, "person", "cccd", "");
	(void)map_field(&b->c, "mother", "cccd_me", "trim citizen_number");
	set_key(&b->c, key, 1);
}

Test(normalise, turns_identifiers_into_pseudonyms_in_keys_too)
{
	struct batch_case b;
	unsigned char hash[32];
	char hex[65];

	people(&b);
	add_row(&b, (struct gw_value[]){text("038 156 001 234"), text("038150000001")}, 2);
	add_row(&b, (struct gw_value[]){integer(38150000001), null_value}, 2);
	run(&b);
	cr_assert_eq(b.out.nrecords, 2);
	gw_pseudonym(&b.c.key, GW_ID_CITIZEN_NUMBER, "038156001234", 12, hash);
	gw_hex_encode(hash, 32, hex);
	cr_assert_str_eq(b.out.records[0].key, hex);
	cr_assert_eq(b.out.records[0].key_len, 64);
	cr_assert_eq(b.out.records[0].fields[0].kind, GW_BYTES);
	cr_assert_arr_eq(b.out.records[0].fields[0].as.text, (const char *)hash, 32);
	/* the mother of the first row is the person of the second */
	assert_text(&b.out.records[0].fields[1], b.out.records[1].key);
	cr_assert_eq(b.out.records[1].fields[1].kind, GW_NULL);
	release(&b);
}

/* Of a column with several numbers, or with those of two kinds, no pseudonym is made of another. */
Test(normalise, makes_a_pseudonym_of_one_number_of_its_kind_alone)
{
	static const struct {
		enum gw_identifier kind;
		const char *rules, *in, *number; /* NULL: it is refused */
	} cases[] = {
		{GW_ID_PHONE, "phone:several", "0378123456 / không", "0378123456"},
		{GW_ID_PHONE, "phone:several", "0378123456/0912345678", NULL},
		{GW_ID_PHONE, "phone:repair,several", "378123456", "0378123456"},
		{GW_ID_CITIZEN_NUMBER, "bhyt_number:only_citizen", "038156001234", "038156001234"},
		{GW_ID_CITIZEN_NUMBER, "bhyt_number", "3820123456", NULL},
		{GW_ID_SOCIAL_INSURANCE, "bhyt_number:only_card", "3820123456", "3820123456"},
		{GW_ID_SOCIAL_INSURANCE, "bhyt_number:only_citizen", "038156001234", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		unsigned char hash[32];
		struct batch_case b;

		one_field(&b, GW_AVRO_FIXED, cases[i].rules);
		b.c.fields[1].size = sizeof hash;
		b.c.fields[1].privacy = GW_IDENTIFIER;
		b.c.fields[1].identifier = cases[i].kind;
		add_row(&b, (struct gw_value[]){integer(1), text(cases[i].in)}, 2);
		run(&b);
		cr_assert_eq(b.out.nrecords, cases[i].number != NULL, "case %zu", i);
		if (cases[i].number != NULL) {
			gw_pseudonym(&b.c.key, cases[i].kind, cases[i].number,
				     strlen(cases[i].number), hash);
			cr_assert_arr_eq(b.out.records[0].fields[1].as.text, (const char *)hash, 32,
					 "case %zu", i);
		}
		release(&b);
	}
}

Test(normalise, never_lets_a_value_of_a_row_into_records_keys_or_rejects)
{
	static const char *const canaries[] = {"038156001234", "156001234", "CANARY"};
	struct batch_case b;

	people(&b);
	add_row(&b, (struct gw_value[]){text("038156001234"), text("038156001234")}, 2);
	add_row(&b, (struct gw_value[]){text("038150000001"), text("CANARY038156001234")}, 2);
	add_row(&b, (struct gw_value[]){text("138156001234"), null_value}, 2);
	add_row(&b, (struct gw_value[]){text("CANARY"), null_value}, 2);
	run(&b);
	cr_assert_eq(b.out.nrecords, 1);
	cr_assert_eq(b.out.nrejects, 3);
	for (size_t i = 0; i < sizeof canaries / sizeof canaries[0]; i++) {
		size_t len = strlen(canaries[i]);

		cr_assert_null(strstr(b.out.records[0].key, canaries[i]));
		for (size_t f = 0; f < 2; f++)
			cr_assert_null(memmem(b.out.records[0].fields[f].as.text,
					      b.out.records[0].fields[f].len, canaries[i], len));
		for (size_t r = 0; r < b.out.nrejects; r++) {
			cr_assert_null(strstr(b.out.rejects[r].reason, canaries[i]));
			cr_assert(b.out.rejects[r].key == NULL ||
				  strstr(b.out.rejects[r].key, canaries[i]) == NULL);
		}
	}
	cr_assert_not_null(b.out.rejects[0].key); /* its key part was good */
	cr_assert_null(b.out.rejects[1].key);
	cr_assert_null(b.out.rejects[2].key);
	release(&b);
}

Test(normalise, rejects_a_second_row_of_the_same_key)
{
	struct batch_case b;

	people(&b);
	add_row(&b, (struct gw_value[]){text("038156001234"), null_value}, 2);
	add_row(&b, (struct gw_value[]){text("038.156.001.234"), null_value}, 2);
	add_row(&b, (struct gw_value[]){text("038150000001"), text("x")}, 2);
	add_row(&b, (struct gw_value[]){text("038150000001"), null_value}, 2);
	run(&b);
	cr_assert_eq(b.out.nrecords, 2);
	assert_reject(&b, 0, 1, "key", "key.duplicate");
	cr_assert_str_eq(b.out.rejects[0].column, "");
	cr_assert_str_eq(b.out.rejects[0].key, b.out.records[0].key);
	/* a row that was rejected leaves its key free */
	assert_reject(&b, 1, 2, "citizen_number", "citizen_number.characters");
	cr_assert_eq(b.out.records[1].row, 3);
	release(&b);
}

Test(normalise, joins_the_parts_of_a_key)
{
	static char *key[] = {date_column, id_column, name_column};
	struct gw_schema_field *field;
	struct batch_case b;

	init(&b);
	add_field(&b.c, "id", GW_AVRO_BYTES)->logical = GW_LOGICAL_DECIMAL;
	b.c.fields[0].precision = 9;
	b.c.fields[0].scale = 3;
	add_field(&b.c, "day", GW_AVRO_INT)->logical = GW_LOGICAL_DATE;
	field = add_field(&b.c, "name", GW_AVRO_STRING);
	field->privacy = GW_PERSONAL;
	field->purpose = "why";
	field->nullable = true;
	(void)map_field(&b.c, "id", "ma", "");
	(void)map_field(&b.c, "day", "ngay", "");
	(void)map_field(&b.c, "name", "ten", "");
	set_key(&b.c, key, 3);
	add_row(&b,
		(struct gw_value[]){{.kind = GW_DECIMAL, .len = 4, .as.text = "1.50"},
				    {.kind = GW_DATE},
				    text("Lan")},
		3);
	add_row(&b, (struct gw_value[]){integer(2), {.kind = GW_DATE}, null_value}, 3);
	run(&b);
	cr_assert_eq(b.out.nrecords, 1);
	cr_assert_eq(strncmp(b.out.records[0].key,
			     "1970-01-01\x1f"
			     "1.5\x1f",
			     15),
		     0, "%s", b.out.records[0].key);
	cr_assert_eq(b.out.records[0].key_len, 15 + 64);
	cr_assert_null(strstr(b.out.records[0].key, "Lan"));
	assert_reject(&b, 0, 1, "key", "key.null");
	cr_assert_str_eq(b.out.rejects[0].column, "ten");
	release(&b);
}

Test(normalise, rejects_keys_that_cannot_be_told_apart)
{
	static char *key[] = {name_column};
	char big[4200];
	struct batch_case b;

	memset(big, 'k', sizeof big);
	big[sizeof big - 1] = '\0';
	init(&b);
	(void)add_field(&b.c, "name", GW_AVRO_STRING);
	(void)map_field(&b.c, "name", "ten", "");
	set_key(&b.c, key, 1);
	add_row(&b,
		(struct gw_value[]){text("a\x1f"
					 "b")},
		1);
	add_row(&b, (struct gw_value[]){text(big)}, 1);
	add_row(&b, (struct gw_value[]){text("")}, 1);
	run(&b);
	cr_assert_eq(b.out.nrecords, 0);
	assert_reject(&b, 0, 0, "key", "key.separator");
	assert_reject(&b, 1, 1, "key", "key.too_long");
	assert_reject(&b, 2, 2, "key", "key.null");
	release(&b);
}

Test(normalise, keeps_the_key_alone_of_a_deleted_row)
{
	static const bool deleted[] = {false, true, true};
	struct batch_case b;

	one_field(&b, GW_AVRO_LONG, "");
	b.batch.deleted = deleted;
	add_row(&b, (struct gw_value[]){integer(1), integer(5)}, 2);
	add_row(&b, (struct gw_value[]){integer(2), null_value}, 2);
	add_row(&b, (struct gw_value[]){null_value, null_value}, 2);
	run(&b);
	cr_assert_eq(b.out.nrecords, 2);
	cr_assert_not(b.out.records[0].deleted);
	cr_assert(b.out.records[1].deleted);
	cr_assert_null(b.out.records[1].fields);
	cr_assert_str_eq(b.out.records[1].key, "2");
	assert_reject(&b, 0, 2, "schema", "schema.required");
	release(&b);
}

/* commune and its map, which the row's date tells; 15538 is an old code alone, 15520 is in both. */
static void
communes(struct batch_case *b)
{
	static char *key[] = {id_column};

	init(b);
	(void)add_field(&b->c, "commune_map", GW_AVRO_STRING);
	b->c.fields[0].commune_map_of = "commune";
	(void)add_field(&b->c, "id", GW_AVRO_LONG);
	(void)add_field(&b->c, "commune", GW_AVRO_STRING);
	(void)map_field(&b->c, "id", "ma", "");
	(void)map_field(&b->c, "commune", "xa", "");
	set_key(&b->c, key, 1);
	b->c.source.codes.map = NULL;
	b->c.source.codes.by = date_column;
	b->c.source.codes.switched_on_days = 20346; /* 2025-09-15 */
}

Test(normalise, names_the_map_of_a_commune_code_by_the_rows_date)
{
	const struct gw_value old_day = {.kind = GW_DATE, .as.integer = 20345};
	const struct gw_value new_day = {.kind = GW_DATE, .as.integer = 20346};
	/* the last microsecond of the 14th in Thanh Hóa */
	const struct gw_value old_moment = {.kind = GW_TIMESTAMP,
					    .as.integer = INT64_C(1757869199999999)};
	struct batch_case b;

	communes(&b);
	add_row(&b, (struct gw_value[]){integer(1), text(" 15520 "), old_day}, 3);
	add_row(&b, (struct gw_value[]){integer(2), text("15520"), new_day}, 3);
	add_row(&b, (struct gw_value[]){integer(3), integer(15520), old_moment}, 3);
	add_row(&b, (struct gw_value[]){integer(4), text("15520"), text("15/09/2025")}, 3);
	add_row(&b, (struct gw_value[]){integer(5), text("15538"), null_value}, 3);
	add_row(&b, (struct gw_value[]){integer(6), text("15520"), null_value}, 3);
	add_row(&b, (struct gw_value[]){integer(7), text("15520"), text("2025")}, 3);
	add_row(&b, (struct gw_value[]){integer(8), text("15538"), new_day}, 3);
	run(&b);
	cr_assert_eq(b.out.nrecords, 5);
	assert_text(&b.out.records[0].fields[0], GW_MAP_BEFORE);
	assert_text(&b.out.records[0].fields[2], "15520");
	assert_text(&b.out.records[1].fields[0], GW_MAP_AFTER);
	assert_text(&b.out.records[2].fields[0], GW_MAP_BEFORE);
	assert_text(&b.out.records[3].fields[0], GW_MAP_AFTER);
	assert_text(&b.out.records[4].fields[0], GW_MAP_BEFORE);
	assert_reject(&b, 0, 5, "commune_code", "commune_code.map_unknown");
	assert_reject(&b, 1, 6, "commune_code", "commune_code.map_unknown");
	assert_reject(&b, 2, 7, "commune_code", "commune_code.not_in_map");
	release(&b);
}

Test(normalise, holds_a_communes_name_against_its_code)
{
	struct batch_case b;

	communes(&b);
	b.c.source.codes.by = NULL;
	b.c.source.codes.map = lend(GW_MAP_BEFORE);
	b.c.stream.nfields = 1;
	(void)map_field(&b.c, "commune", "xa", "trim commune_code:ten");
	add_row(&b, (struct gw_value[]){integer(1), text("15520"), text("xã Thọ Hải")}, 3);
	add_row(&b, (struct gw_value[]){integer(2), text("14758"), text("Hạc Thành")}, 3);
	add_row(&b, (struct gw_value[]){integer(3), text("14758"), null_value}, 3);
	add_row(&b, (struct gw_value[]){integer(4), text("15520"), text("Ngọc Trạo")}, 3);
	run(&b);
	cr_assert_eq(b.out.nrecords, 3);
	assert_text(&b.out.records[0].fields[2], "15520");
	assert_text(&b.out.records[0].fields[0], GW_MAP_BEFORE);
	assert_text(&b.out.records[1].fields[2], "14797");
	assert_text(&b.out.records[1].fields[0], GW_MAP_AFTER);
	assert_text(&b.out.records[2].fields[2], "14758");
	assert_text(&b.out.records[2].fields[0], GW_MAP_BEFORE);
	assert_reject(&b, 0, 3, "commune_code", "commune_code.name_mismatch");
	cr_assert_str_eq(b.out.rejects[0].column, "xa");
	release(&b);
}

Test(normalise, holds_a_constant_code_against_each_rows_name)
{
	struct batch_case b;

	communes(&b);
	b.c.source.codes.by = NULL;
	b.c.source.codes.map = lend(GW_MAP_AFTER);
	b.c.stream.nfields = 1;
	(void)map_field(&b.c, "commune", "=15520", "commune_code:ten");
	add_row(&b, (struct gw_value[]){integer(1), text("Xuân Hòa")}, 2);
	add_row(&b, (struct gw_value[]){integer(2), text("Thọ Hải")}, 2);
	run(&b);
	cr_assert_eq(b.out.nrecords, 1);
	assert_reject(&b, 0, 1, "commune_code", "commune_code.other_map");
	release(&b);
}

Test(normalise, shows_an_unknown_code_of_a_public_field_alone)
{
	struct batch_case b;

	one_field(&b, GW_AVRO_STRING, "code_list:gender");
	add_row(&b, (struct gw_value[]){integer(1), text("HT01")}, 2);
	run(&b);
	cr_assert_str_eq(b.out.rejects[0].reason, "code \"HT01\" is not in the list gender");
	release(&b);
	one_field(&b, GW_AVRO_STRING, "code_list:gender");
	b.c.fields[1].privacy = GW_SENSITIVE;
	b.c.fields[1].purpose = "a test";
	add_row(&b, (struct gw_value[]){integer(1), text("HT01")}, 2);
	run(&b);
	cr_assert_str_eq(b.out.rejects[0].reason, "text of 4 bytes that is not in the list gender");
	release(&b);
}

Test(normalise, names_the_one_map_of_a_source_that_has_one)
{
	struct batch_case b;

	communes(&b);
	b.c.source.codes.by = NULL;
	b.c.source.codes.map = lend(GW_MAP_AFTER);
	b.c.fields[2].nullable = true;
	add_row(&b, (struct gw_value[]){integer(1), text("15520")}, 2);
	add_row(&b, (struct gw_value[]){integer(2), text("15538")}, 2);
	add_row(&b, (struct gw_value[]){integer(3), null_value}, 2);
	run(&b);
	cr_assert_eq(b.out.nrecords, 2);
	assert_text(&b.out.records[0].fields[0], GW_MAP_AFTER);
	assert_text(&b.out.records[1].fields[0], GW_MAP_AFTER);
	cr_assert_eq(b.out.records[1].fields[2].kind, GW_NULL);
	assert_reject(&b, 0, 1, "commune_code", "commune_code.not_in_map");
	release(&b);
}

Test(normalise, looks_a_constant_commune_up_by_the_rows_date_too)
{
	struct batch_case b;

	communes(&b);
	b.c.stream.nfields = 1;
	(void)map_field(&b.c, "commune", "=15520", "commune_code");
	add_row(&b, (struct gw_value[]){integer(1), {.kind = GW_DATE, .as.integer = 20345}}, 2);
	add_row(&b, (struct gw_value[]){integer(2), {.kind = GW_DATE, .as.integer = 20346}}, 2);
	add_row(&b, (struct gw_value[]){integer(3), null_value}, 2);
	run(&b);
	cr_assert_eq(b.out.nrecords, 2);
	assert_text(&b.out.records[0].fields[0], GW_MAP_BEFORE);
	assert_text(&b.out.records[1].fields[0], GW_MAP_AFTER);
	assert_reject(&b, 0, 2, "commune_code", "commune_code.map_unknown");
	release(&b);
}

Test(normalise, gives_the_same_for_the_same_batch_again)
{
	struct gw_normalised first;
	struct batch_case b;

	people(&b);
	add_row(&b, (struct gw_value[]){text("038156001234"), text("x")}, 2);
	add_row(&b, (struct gw_value[]){text("038150000001"), null_value}, 2);
	run(&b);
	first = b.out;
	run(&b);
	cr_assert_eq(b.out.nrecords, first.nrecords);
	cr_assert_eq(b.out.nrejects, first.nrejects);
	cr_assert_str_eq(b.out.records[0].key, first.records[0].key);
	cr_assert_str_eq(b.out.rejects[0].reason, first.rejects[0].reason);
	release(&b);
}

Test(normalise, fails_as_a_whole_without_memory_or_with_another_batch)
{
	struct gw_normalised untouched = {.nrecords = 77};
	struct batch_case b;

	people(&b);
	add_row(&b, (struct gw_value[]){text("038156001234"), null_value}, 2);
	assert_compiles(&b.c);
	b.batch.ncolumns = 3;
	cr_assert_eq(gw_normalise(b.c.mapping, &b.batch, &untouched, &b.c.err), GW_FATAL);
	b.batch.ncolumns = 2;
	while (gw_arena_alloc(&b.batch.arena, 1024) != NULL)
		;
	while (gw_arena_alloc(&b.batch.arena, 1) != NULL)
		;
	cr_assert_eq(gw_normalise(b.c.mapping, &b.batch, &untouched, &b.c.err), GW_FATAL);
	cr_assert_eq(untouched.nrecords, 77);
	release(&b);
}
