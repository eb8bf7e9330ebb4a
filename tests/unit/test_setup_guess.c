#include "setup/draft.h"

#include <criterion/criterion.h>

#include "setup_case.h"

TestSuite(guess, .init = begin, .fini = end);

/* Its guesses as rows would have made them. */
static void
proven(struct gw_look *look, size_t column, enum gw_meaning meaning)
{
	look->columns[column] = (struct gw_column_guess){.meaning = meaning,
							 .trust = GW_TRUST_LIKELY,
							 .filled = 200,
							 .tried = 200,
							 .taken = 200};
}

Test(guess, puts_no_number_of_a_person_into_a_field_that_shows_it)
{
	struct gw_source *source = source_of(HEAD);
	struct gw_match match;
	struct gw_error err;
	struct gw_look look;
	struct made made;
	size_t shelf = gw_shelf_find(&kit.shelf, "labour/InsuranceCard");
	int id, number;

	make_table(&made, "public.the_bhyt", "ma_the text*, so_cccd text?, ngay_sua timestamp");
	cr_assert_eq(gw_look_at(&kit, source, &made.table, NULL, &look, &err), GW_OK);
	cr_assert_neq(shelf, GW_NO_COLUMN);
	id = gw_schema_find(kit.shelf.schemas[shelf], "card_id");
	number = gw_schema_find(kit.shelf.schemas[shelf], "social_insurance");
	cr_assert(
		gw_match_schema(&made.table, look.columns, kit.shelf.schemas[shelf], "x", &match));
	cr_expect_eq(match.column[id], 0, "a number of the office's own");
	proven(&look, 0, GW_MEANS_BHYT);
	cr_assert(
		gw_match_schema(&made.table, look.columns, kit.shelf.schemas[shelf], "x", &match));
	cr_expect_eq(match.column[id], GW_NO_COLUMN);
	cr_expect_eq(match.column[number], 0, "it is a pseudonym there");
	cr_expect_eq(match.missing, 1);
	gw_look_release(&look);
	gw_source_free(source);
}

Test(guess, names_the_schema_that_comes_nearest)
{
	struct gw_source *source = source_of(HEAD);
	struct gw_match match;
	struct gw_error err;
	struct gw_look look;
	struct made made;

	make_table(&made, "public.bao_tu",
		   "id integer*, so_dinh_danh text, ngay_mat text, ma_xa text, ts timestamp");
	cr_assert_eq(gw_look_at(&kit, source, &made.table, NULL, &look, &err), GW_OK);
	cr_expect(!look.matched);
	cr_assert(gw_match_nearest(&made.table, look.columns, &kit.shelf, &match));
	cr_expect_str_eq(match.name, "justice/Death");
	cr_expect_eq(match.column[gw_schema_find(match.schema, "died_on")], 2);
	cr_expect_eq(match.column[gw_schema_find(match.schema, "updated_at")], 4);
	gw_look_release(&look);
	make_table(&made, "public.x", "a integer*, b integer, c integer");
	cr_assert_eq(gw_look_at(&kit, source, &made.table, NULL, &look, &err), GW_OK);
	cr_expect(!gw_match_nearest(&made.table, look.columns, &kit.shelf, &match));
	gw_look_release(&look);
	gw_source_free(source);
}

Test(guess, finds_the_time_of_change_under_other_names)
{
	static const struct {
		const char *columns, *mode;
		size_t cursor;
	} cases[] = {
		{"id integer*, D_TAO timestamp, D_SUA timestamp", "timestamp+incrementing", 2},
		{"ma text*, ten text, ts timestamp", "timestamp", 2},
		{"ma text*, ts integer", "bulk", 0},
		{"ma text*, tong_so timestamp", "bulk", 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_source *source = source_of(HEAD);
		struct gw_error err;
		struct gw_look look;
		struct made made;

		make_table(&made, "t", cases[i].columns);
		cr_assert_eq(gw_look_at(&kit, source, &made.table, NULL, &look, &err), GW_OK);
		cr_expect_str_eq(gw_mode_name((enum gw_mode)look.mode), cases[i].mode, "%zu", i);
		if (look.ncursor > 0)
			cr_expect_eq(look.cursor[0], cases[i].cursor, "%zu", i);
		gw_look_release(&look);
		gw_source_free(source);
	}
}

Test(guess, reads_moments_of_zeros_by_a_rule)
{
	const struct gw_schema_field moment = {.type = GW_AVRO_LONG,
					       .logical = GW_LOGICAL_TIMESTAMP_MICROS};
	const struct gw_list_names lists = {.count = 0};
	struct gw_value rows[2] = {{.kind = GW_TIMESTAMP, .as.integer = 1},
				   {.kind = GW_UNHELD, .as.text = "date_zero", .len = 9}};
	struct gw_sample sample = {.nrows = 1, .ncolumns = 1, .values = rows};
	struct gw_column_guess guess;
	struct made made;

	make_table(&made, "t", "luc timestamp?");
	gw_column_guess(NULL, &lists, &made.table, 0, &sample, &guess);
	cr_expect_null(gw_match_rule(&moment, GW_TIMESTAMP, &guess));
	sample.nrows = 2;
	gw_column_guess(NULL, &lists, &made.table, 0, &sample, &guess);
	cr_assert_not_null(gw_match_rule(&moment, GW_TIMESTAMP, &guess));
	cr_expect_str_eq(gw_match_rule(&moment, GW_TIMESTAMP, &guess), "timestamp");
}

Test(guess, takes_an_amount_for_a_key_only_where_nothing_else_will_do)
{
	static const struct {
		const char *columns;
		size_t key[2];
	} cases[] = {
		{"the text, so_tien text, ky text", {0, 2}},
		{"the text, so_tien text", {0, 1}},
		{"the text, so_luong integer, ky text", {0, 2}},
	};
	struct gw_value rows[3 * 3];

	/* Two rows of a card, of different months and amounts, and one of another card. */
	for (size_t r = 0; r < 3; r++)
		for (size_t c = 0; c < 3; c++) {
			static const char *const texts[3][3] = {
				{"a", "1", "x"}, {"a", "2", "y"}, {"b", "1", "x"}};

			rows[r * 3 + c] = (struct gw_value){
				.kind = GW_TEXT, .as.text = texts[r][c], .len = 1};
		}
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_sample sample = {.nrows = 3, .ncolumns = 3, .values = rows};
		struct gw_source *source = source_of(HEAD);
		struct gw_error err;
		struct gw_look look;
		struct made made;

		make_table(&made, "t", cases[i].columns);
		cr_assert_eq(gw_look_at(&kit, source, &made.table, &sample, &look, &err), GW_OK);
		cr_assert_eq(look.nkey, 2, "%zu", i);
		cr_expect(look.key[0] == cases[i].key[0] && look.key[1] == cases[i].key[1], "%zu",
			  i);
		gw_look_release(&look);
		gw_source_free(source);
	}
}

Test(guess, of_a_schema_of_its_own_asks_no_more_than_it_must)
{
	struct made made;
	const struct gw_schema *schema = NULL;
	struct gw_draft draft;
	struct gw_error err;

	make_table(&made, "t.may_do", "id integer*, gia decimal?, ngay_sua timestamp, ten text");
	cr_assert_eq(invent(&made, &schema, &draft, &err), GW_OK, "%s", err.text);
	cr_expect_eq(draft.unsure, 1, "the cursor alone: %s", draft.yaml.data);
	cr_expect_not_null(strstr(draft.yaml.data, "schemas/test/MayDo.avsc"), "%s",
			   draft.yaml.data);
	gw_draft_release(&draft);
}

Test(guess, holds_no_table_against_what_was_drafted_for_another)
{
	static const struct {
		const char *table;
		bool matched;
	} cases[] = {{"his.ca_truc", true}, {"his.CaTruc", true}, {"his.bao_cao", false}};
	const struct gw_schema *schema = NULL;
	struct gw_shelf own = {.count = 1};
	char name[] = "test/CaTruc", *names[] = {name};
	struct gw_draft draft;
	struct gw_error err;
	struct made made;

	make_table(&made, "his.ca_truc", "id integer*, ngay_sua timestamp");
	cr_assert_eq(invent(&made, &schema, &draft, &err), GW_OK, "%s", err.text);
	own.schemas = &draft.invented;
	own.names = names;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct gw_source *source = source_of(HEAD);
		struct gw_match match;
		struct gw_look look;

		make_table(&made, cases[i].table, "id integer*, ngay_sua timestamp");
		cr_assert_eq(gw_look_at(&kit, source, &made.table, NULL, &look, &err), GW_OK);
		cr_expect_eq(gw_match_best(&made.table, look.columns, &own, &match),
			     cases[i].matched, "%s", cases[i].table);
		gw_look_release(&look);
		gw_source_free(source);
	}
	gw_draft_release(&draft);
}
