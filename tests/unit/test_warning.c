/* Values that are taken and counted, since somebody should look at them. */
#include "batch_case.h"
#include "normalise/rule.h"

/* The count of a warning by its column and code; 0: there is none. */
static size_t
rows_of(const struct batch_case *b, const char *column, const char *code)
{
	for (size_t i = 0; i < b->out.nwarnings; i++)
		if (strcmp(b->out.warnings[i].column, column) == 0 &&
		    strcmp(b->out.warnings[i].code, code) == 0)
			return b->out.warnings[i].rows;
	return 0;
}

Test(warning, is_counted_by_column_rule_and_code)
{
	struct batch_case b;

	one_field(&b, GW_AVRO_STRING, "trim cmnd:repair");
	add_row(&b, (struct gw_value[]){integer(1), text("71234567")}, 2);
	add_row(&b, (struct gw_value[]){integer(2), text("171234567")}, 2);
	add_row(&b, (struct gw_value[]){integer(3), text("7123456O")}, 2);
	run(&b);
	cr_assert_eq(b.out.nrecords, 3);
	assert_text(&b.out.records[2].fields[1], "071234560");
	cr_assert_eq(b.out.nwarnings, 2);
	cr_assert_eq(rows_of(&b, "v", "repaired.leading_zero"), 2);
	cr_assert_eq(rows_of(&b, "v", "repaired.letter_o"), 1);
	cr_assert_eq(b.out.warnings[0].first, 0);
	cr_assert_str_eq(b.out.warnings[0].rule, "cmnd");
	release(&b);
}

Test(warning, of_a_row_that_is_refused_is_not_counted)
{
	struct batch_case b;

	one_field(&b, GW_AVRO_STRING, "cmnd:repair citizen_number");
	add_row(&b, (struct gw_value[]){integer(1), text("71234567")}, 2);
	run(&b);
	cr_assert_eq(b.out.nrecords, 0);
	assert_reject(&b, 0, 0, "citizen_number", "citizen_number.digits");
	cr_assert_eq(b.out.nwarnings, 0);
	release(&b);
}

Test(warning, is_none_where_nothing_is_asked)
{
	struct batch_case b;

	one_field(&b, GW_AVRO_STRING, "cmnd");
	add_row(&b, (struct gw_value[]){integer(1), text("171234567")}, 2);
	add_row(&b, (struct gw_value[]){integer(2), text("71234567")}, 2);
	run(&b);
	cr_assert_eq(b.out.nrecords, 1);
	cr_assert_null(b.out.warnings);
	release(&b);
}

Test(warning, has_a_code_and_words_each)
{
	for (unsigned kind = 0; kind < GW_WARN_COUNT; kind++) {
		const struct gw_warning_text *one = gw_warning_text(kind);

		cr_assert_not_null(one->code, "%u", kind);
		cr_assert_gt(strlen(one->text), 10, "%s", one->code);
		for (unsigned other = 0; other < kind; other++)
			cr_assert_str_neq(one->code, gw_warning_text(other)->code);
	}
}

Test(warning, tells_where_a_number_does_not_go_with_birth_and_sex)
{
	static const struct {
		const char *number, *born, *sex, *code;
	} cases[] = {
		{"038156001234", "29/02/1956", "Nữ", ""},
		{"038156001234", "28/02/1957", "Nữ", "citizen_cross.year"},
		{"038156001234", "2056", "Nữ", "citizen_cross.century"},
		{"038156001234", "1956", "Nam", "citizen_cross.sex"},
		{"038156001234", "không rõ", "Nam", "citizen_cross.sex"},
		{"038156001234", "hôm qua", "?", ""},
	};
	struct batch_case b;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		one_field(&b, GW_AVRO_STRING, "citizen_cross:sinh,gioi citizen_number");
		add_row(&b,
			(struct gw_value[]){integer(1), text(cases[i].number), text(cases[i].born),
					    text(cases[i].sex)},
			4);
		run(&b);
		cr_assert_eq(b.out.nrecords, 1, "case %zu", i);
		cr_assert_eq(b.out.nwarnings, cases[i].code[0] == '\0' ? 0 : 1, "case %zu", i);
		if (cases[i].code[0] != '\0')
			cr_assert_eq(rows_of(&b, "v", cases[i].code), 1, "case %zu: %s", i,
				     b.out.warnings[0].code);
		release(&b);
	}
}

Test(warning, of_no_number_at_all_is_left_to_the_rule_of_numbers)
{
	struct batch_case b;

	one_field(&b, GW_AVRO_STRING, "citizen_cross:sinh");
	b.c.fields[1].nullable = true;
	add_row(&b, (struct gw_value[]){integer(1), text("12"), text("1950")}, 3);
	add_row(&b, (struct gw_value[]){integer(2), null_value, null_value}, 3);
	run(&b);
	cr_assert_eq(b.out.nrecords, 2);
	cr_assert_eq(b.out.nwarnings, 0);
	release(&b);
}

Test(warning, goes_on_past_the_first_kinds)
{
	static char names[7][4];
	struct batch_case b;

	one_field(&b, GW_AVRO_STRING, "trim");
	for (int i = 0; i < 6; i++) { /* more kinds and columns than there was room for at first */
		(void)snprintf(names[i], sizeof names[i], "c%d", i);
		(void)add_field(&b.c, names[i], GW_AVRO_STRING);
		(void)map_field(&b.c, names[i], names[i], "person_name");
	}
	for (int row = 0; row < 2; row++) {
		struct gw_value cells[8] = {integer(row), text("x")};

		for (int i = 2; i < 8; i++)
			cells[i] = text("Bà: Nguyển Thị Tám (đã chết) 2");
		add_row(&b, cells, 8);
	}
	run(&b);
	cr_assert_eq(b.out.nrecords, 2);
	assert_text(&b.out.records[1].fields[7], "Nguyễn Thị Tám");
	cr_assert_eq(b.out.nwarnings, 24);
	for (size_t i = 0; i < b.out.nwarnings; i++)
		cr_assert_eq(b.out.warnings[i].rows, 2, "%s", b.out.warnings[i].code);
	release(&b);
}

/* A source in TCVN3: all its texts, the name beside a commune's code too. */
Test(warning, encoding_of_a_source_is_of_all_its_texts)
{
	struct batch_case b;

	one_field(&b, GW_AVRO_STRING, "trim");
	b.c.source.encoding = lend("tcvn3");
	(void)add_field(&b.c, "plain", GW_AVRO_STRING);
	(void)add_field(&b.c, "own", GW_AVRO_STRING);
	(void)add_field(&b.c, "commune", GW_AVRO_STRING);
	(void)map_field(&b.c, "plain", "p", "");
	(void)map_field(&b.c, "own", "o", "encoding:unicode");
	(void)map_field(&b.c, "commune", "xa", "commune_code:ten");
	add_row(&b,
		(struct gw_value[]){integer(1), text(" V\u00a8n "), text("NguyÔn"), text("Nguyễn"),
				    text("15538"), text("Th\u00e4 Di\u00aan")},
		6);
	add_row(&b,
		(struct gw_value[]){integer(2), text("Nguyễn"), text("x"), text("x"), text("15538"),
				    text("x")},
		6);
	run(&b);
	cr_assert_eq(b.out.nrecords, 1, "%s", b.out.nrejects > 0 ? b.out.rejects[0].reason : "");
	assert_text(&b.out.records[0].fields[1], "Văn");
	assert_text(&b.out.records[0].fields[2], "Nguyễn");
	assert_text(&b.out.records[0].fields[3], "Nguyễn");
	assert_text(&b.out.records[0].fields[4], "15538");
	assert_reject(&b, 0, 1, "encoding", "encoding.unicode");
	release(&b);
}

Test(warning, encoding_of_a_stream_goes_before_that_of_its_source)
{
	struct batch_case b;

	one_field(&b, GW_AVRO_STRING, "trim");
	b.c.source.encoding = lend("tcvn3");
	b.c.stream.encoding = lend("unicode");
	add_row(&b, (struct gw_value[]){integer(1), text("Nguyễn")}, 2);
	run(&b);
	assert_text(&b.out.records[0].fields[1], "Nguyễn");
	b.c.stream.encoding = lend("utf9");
	assert_refused(&b.c,
		       "sources/t.yaml:5:3: ", "there is no encoding \"utf9\"; expected tcvn3");
	release(&b);
}

Test(warning, is_given_for_a_zero_date_that_a_rule_for_dates_takes)
{
	static const struct {
		const char *rules, *word, *rule, *code; /* NULL: it is taken */
	} cases[] = {
		{"", "date_zero", "schema", "schema.unheld"},
		{"trim nfc", "date_zero", "schema", "schema.unheld"},
		{"date", "date_zero", NULL, NULL},
		{"trim date", "date_zero", NULL, NULL},
		{"date:repair", "date_zero", NULL, NULL},
		{"timestamp", "date_zero", NULL, NULL},
		{"excel_date", "date_zero", NULL, NULL},
		{"date", "date_infinity", "schema", "schema.unheld"},
		{"date", "date_zero_", "schema", "schema.unheld"},
		{"date", "date", "schema", "schema.unheld"},
		{"integer date", "date_zero", "integer", "integer.kind"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct gw_value unheld = {.kind = GW_UNHELD,
						.len = (uint32_t)strlen(cases[i].word),
						.as.text = cases[i].word};
		struct batch_case b;

		one_field(&b, GW_AVRO_INT, cases[i].rules);
		b.c.fields[1].logical = i == 5 ? GW_LOGICAL_TIMESTAMP_MICROS : GW_LOGICAL_DATE;
		b.c.fields[1].nullable = true;
		add_row(&b, (struct gw_value[]){integer(1), unheld}, 2);
		run(&b);
		if (cases[i].code != NULL) {
			assert_reject(&b, 0, 0, cases[i].rule, cases[i].code);
		} else {
			cr_assert_eq(b.out.nrecords, 1, "case %zu", i);
			cr_assert_eq(b.out.records[0].fields[1].kind, GW_NULL, "case %zu", i);
			cr_assert_eq(b.out.nwarnings, 1, "case %zu", i);
			cr_assert_str_eq(b.out.warnings[0].code, "date.zero");
		}
		release(&b);
	}
}

Test(warning, is_none_where_a_zero_date_is_refused_saying_what_takes_it)
{
	struct batch_case b;

	one_field(&b, GW_AVRO_INT, "");
	b.c.fields[1].logical = GW_LOGICAL_DATE;
	add_row(&b,
		(struct gw_value[]){
			integer(1),
			(struct gw_value){.kind = GW_UNHELD, .len = 9, .as.text = "date_zero"}},
		2);
	run(&b);
	assert_reject(&b, 0, 0, "schema", "schema.unheld");
	cr_assert_not_null(strstr(b.out.rejects[0].reason, "the rule date or timestamp"), "%s",
			   b.out.rejects[0].reason);
	release(&b);
}
