#include <criterion/criterion.h>
#include <math.h>

#include "rule_case.h"

static const struct {
	const char *rule, *in, *out;
} cases[] = {
	{"trim", "  Lan ", "Lan"},
	{"trim", "\u00a0Lê\tVăn \u200b\ufeff", "Lê\tVăn"},
	{"trim", "Đ", "Đ"},
	{"trim", " \u3000\n", "NULL"},
	{"trim", "", "NULL"},
	{"nfc", "Nguyễn", "Nguyễn"},
	{"nfc", "Nguye\u0302\u0303n", "Nguyễn"},
	{"nfc", "Le\u0323\u0302 Thu", "Lệ Thu"},
	{"nfc", "\u212b", "\u00c5"},
	{"nfc", "plain", "plain"},
	{"nfc", "Nguyê\u0303n", "Nguyễn"},
	{"nfc", "\u00d0ặng \u00f0ình, à la \u00c3\u00b0", "Đặng đình, à la Ã°"},
	{"nfc", "", ""},
	{"upper", "hv \u0111ình 1", "HV ĐÌNH 1"},
	{"upper", "abc-1", "ABC-1"},
	{"lower", "ĐẶNG Đình", "đặng đình"},
	{"lower", "ABC-1", "abc-1"},
	{"integer", "12", "int 12"},
	{"integer", " -7 ", "int -7"},
	{"integer", "+7", "int 7"},
	{"integer", "", "NULL"},
	{"integer", "1.000", "!integer.shape"},
	{"integer", "12a", "!integer.shape"},
	{"integer", "9223372036854775808", "!integer.shape"},
	{"decimal", "12", "dec 12"},
	{"decimal", "12,5", "dec 12.5"},
	{"decimal", "12.50", "dec 12.50"},
	{"decimal", "-0,125", "dec -0.125"},
	{"decimal", "+3.5", "dec 3.5"},
	{"decimal", "1.234.567", "dec 1234567"},
	{"decimal", "1.234,5", "dec 1234.5"},
	{"decimal", "1,234,567.89", "dec 1234567.89"},
	{"decimal", "1234.567", "dec 1234.567"},
	{"decimal", "1.234", "!decimal.ambiguous"},
	{"decimal", "12,345", "!decimal.ambiguous"},
	{"decimal", "1.23.456", "!decimal.shape"},
	{"decimal", "1,2,3", "!decimal.shape"},
	{"decimal", "1.2,3.4", "!decimal.shape"},
	{"decimal", ".5", "!decimal.shape"},
	{"decimal", "5.", "!decimal.shape"},
	{"decimal", "1..5", "!decimal.shape"},
	{"decimal", "-", "!decimal.shape"},
	{"decimal", "1e5", "!decimal.shape"},
	{"decimal", "  ", "NULL"},
	{"boolean", "Có", "yes"},
	{"boolean", "co\u0301", "yes"},
	{"boolean", "ĐÚNG", "yes"},
	{"boolean", " x ", "yes"},
	{"boolean", "1", "yes"},
	{"boolean", "Không", "no"},
	{"boolean", "SAI", "no"},
	{"boolean", "false", "no"},
	{"boolean", "có thể", "!boolean.word"},
	{"boolean", "2", "!boolean.word"},
	{"boolean", "", "NULL"},
};

Test(rule, makes_of_each_text_what_the_table_says)
{
	struct rule_case run;

	rule_case_init(&run);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		rule_case_check(&run, cases[i].rule, text_value(cases[i].in), cases[i].out);
	rule_case_release(&run);
}

Test(rule, takes_the_kinds_of_typed_columns)
{
	static const struct {
		const char *rule;
		struct gw_value in;
		const char *out;
	} typed[] = {
		{"integer", {.kind = GW_FLOAT, .as.real = 12.0}, "int 12"},
		{"integer", {.kind = GW_FLOAT, .as.real = 12.5}, "!integer.fraction"},
		{"integer", {.kind = GW_FLOAT, .as.real = 1e300}, "!integer.fraction"},
		{"integer", {.kind = GW_DECIMAL, .len = 5, .as.text = "12.00"}, "int 12"},
		{"integer",
		 {.kind = GW_DECIMAL, .len = 5, .as.text = "12.01"},
		 "!integer.fraction"},
		{"integer", {.kind = GW_BOOL}, "!integer.kind"},
		{"decimal", {.kind = GW_INT, .as.integer = -5}, "dec -5"},
		{"decimal", {.kind = GW_FLOAT, .as.real = 0.1}, "dec 0.1"},
		{"decimal", {.kind = GW_FLOAT, .as.real = 1e300}, "!decimal.range"},
		{"decimal", {.kind = GW_FLOAT, .as.real = (double)INFINITY}, "!decimal.range"},
		{"decimal", {.kind = GW_DATE}, "!decimal.kind"},
		{"boolean", {.kind = GW_INT, .as.integer = 1}, "yes"},
		{"boolean", {.kind = GW_INT, .as.integer = 0}, "no"},
		{"boolean", {.kind = GW_INT, .as.integer = 2}, "!boolean.word"},
		{"boolean", {.kind = GW_DATE}, "!boolean.kind"},
		{"trim", {.kind = GW_INT, .as.integer = 5}, "int 5"},
		{"upper", {.kind = GW_INT, .as.integer = 5}, "int 5"},
	};
	struct rule_case run;

	rule_case_init(&run);
	for (size_t i = 0; i < sizeof typed / sizeof typed[0]; i++)
		rule_case_check(&run, typed[i].rule, typed[i].in, typed[i].out);
	for (const struct gw_rule *rule = gw_rules(); rule->name != NULL; rule++)
		rule_case_check(&run, rule->name, (struct gw_value){.kind = GW_NULL}, "NULL");
	rule_case_release(&run);
}

Test(rule, fails_as_a_whole_when_the_batch_is_out_of_memory)
{
	static const char *const rules[] = {"upper", "nfc", "decimal", "citizen_number"};
	static const char *const inputs[] = {"abc", "e\u0302", "5", "038.156.001.234"};
	struct rule_case run;

	rule_case_init(&run);
	while (gw_arena_alloc(&run.arena, 256) != NULL)
		;
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		struct gw_value value = text_value(inputs[i]);

		while (gw_arena_alloc(&run.arena, 1) != NULL)
			;
		cr_assert_eq(gw_rule_find(rules[i])->apply(&value, &run.context, &run.err),
			     GW_FATAL, "%s", rules[i]);
	}
	rule_case_release(&run);
}

Test(rule, is_found_by_its_name_alone)
{
	cr_assert_null(gw_rule_find("no_such_rule"));
	cr_assert_null(gw_rule_find(""));
	for (const struct gw_rule *rule = gw_rules(); rule->name != NULL; rule++)
		cr_assert_eq(gw_rule_find(rule->name), rule);
}
