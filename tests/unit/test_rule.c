#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "normalise/codes.h"
#include "normalise/encoding.h"
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

Test(rule, stands_in_the_manual)
{
	struct gw_buf manual;
	struct gw_error err;
	char line[512];

	gw_buf_init(&manual, 1024 * 1024);
	cr_assert_eq(gw_file_read("docs/MAPPING.md", &manual, &err), GW_OK, "%s", err.text);
	for (const struct gw_rule *rule = gw_rules(); rule->name != NULL; rule++) {
		(void)snprintf(line, sizeof line, "| `%s` | %s | %s |", rule->name, rule->help,
			       rule->argument == NULL ? "" : rule->argument);
		cr_assert_not_null(strstr(manual.data, line), "docs/MAPPING.md lacks: %s", line);
	}
	gw_buf_release(&manual);
}

/* The cases of tests/data/messy_cases.tsv. */

struct messy {
	char *line, *save;
	int id;
	char *input, *kind, *expected;
};

/* Takes \t \n \r \\ and \uXXXX apart, in place. */
static void
unescape(char *text)
{
	char *to = text;

	for (char *p = text; *p != '\0';) {
		char hex[5] = "";
		unsigned long cp;

		if (*p != '\\') {
			*to++ = *p++;
			continue;
		}
		if (p[1] != 'u') {
			*to++ = p[1] == 't' ? '\t' : p[1] == 'n' ? '\n' : p[1] == 'r' ? '\r' : p[1];
			p += 2;
			continue;
		}
		memcpy(hex, p + 2, 4);
		cp = strtoul(hex, NULL, 16);
		p += 6;
		if (cp >= 0x800) {
			*to++ = (char)(0xe0 | cp >> 12);
			*to++ = (char)(0x80 | (cp >> 6 & 0x3f));
		} else if (cp >= 0x80) {
			*to++ = (char)(0xc0 | cp >> 6);
		}
		*to++ = cp >= 0x80 ? (char)(0x80 | (cp & 0x3f)) : (char)cp;
	}
	*to = '\0';
}

static void
read_messy(struct gw_buf *file)
{
	struct gw_error err;

	gw_buf_init(file, 1024 * 1024);
	cr_assert_eq(gw_file_read("tests/data/messy_cases.tsv", file, &err), GW_OK, "%s", err.text);
}

/* The next case; false at the end.  start is the file's text at first, then NULL. */
static bool
next_messy(char *start, struct messy *out)
{
	char *field;

	do {
		out->line = strtok_r(start, "\n", &out->save);
		start = NULL;
		if (out->line == NULL)
			return false;
	} while (strspn(out->line, "0123456789") == 0);
	field = out->line;
	out->id = atoi(strsep(&field, "\t"));
	out->input = strsep(&field, "\t");
	out->kind = strsep(&field, "\t");
	out->expected = strsep(&field, "\t");
	unescape(out->input);
	unescape(out->expected);
	return true;
}

static const struct {
	const char *kind, *rule;
} rule_of_kind[] = {
	{"date", "date"},        {"cccd", "citizen_number"}, {"cmnd", "cmnd"},
	{"bhyt", "bhyt_number"}, {"phone", "phone"},         {"mst", "tax"},
	{"ethnic", "code_list"},
};

/*
 * Cases whose expected value asks for a repair or a flag, which no rule makes:
 * refused, never guessed.
 */
static const int refused[] = {
	47,  /* a mark on the wrong vowel */
	110, /* month first */
	113, /* a year in words */
	117, /* a year of the sexagenary cycle */
	125, /* the letter O for zero */
	159, /* text without its leading zero */
	163, /* the letter O for zero */
	172, /* text without its leading zero */
	180, /* Đ for D */
	181, /* the letter O for zero */
	185, /* a personal number on a card: another kind of identifier */
	196, /* two numbers */
	200, /* text without its leading zero */
};

static bool
is_refused(int id)
{
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		if (refused[i] == id)
			return true;
	return false;
}

static const char *
rule_for(const char *kind)
{
	for (size_t i = 0; i < sizeof rule_of_kind / sizeof rule_of_kind[0]; i++)
		if (strcmp(rule_of_kind[i].kind, kind) == 0)
			return rule_of_kind[i].rule;
	return NULL;
}

/* What the rule's result is, in the words of the file. */
static void
expect(const struct messy *messy, const struct gw_code_list *list, char out[64])
{
	const char *expected = messy->expected;
	char *flag = strstr(messy->expected, ";FLAG:");

	if (flag != NULL)
		*flag = '\0';
	if (strncmp(expected, "INVALID", 7) == 0 || strncmp(expected, "AMBIGUOUS", 9) == 0 ||
	    strncmp(expected, "LUNAR", 5) == 0)
		expected = "!";
	else if (strcmp(messy->kind, "bhyt") == 0 && strlen(expected) == 15)
		expected += 5; /* the rule gives the social insurance number of the card */
	else if (strncmp(expected, "bhxh=", 5) == 0)
		expected += 5;
	else if (strcmp(messy->kind, "ethnic") == 0)
		expected = gw_code_find(list, expected, strlen(expected));
	cr_assert_not_null(expected, "case %d", messy->id);
	(void)snprintf(out, 64, "%s", expected);
}

Test(rule, makes_of_messy_values_what_is_expected_or_refuses_them)
{
	struct gw_codes *codes = NULL;
	struct rule_case run;
	struct messy messy = {0};
	struct gw_buf file;
	char *text;
	int checked = 0, refusals = 0;

	rule_case_init(&run);
	cr_assert_eq(gw_codes_read("schemas", &codes, &run.err), GW_OK, "%s", run.err.text);
	run.context.list = gw_codes_list(codes, "ethnic_group");
	read_messy(&file);
	for (text = file.data; next_messy(text, &messy); text = NULL) {
		const char *rule = rule_for(messy.kind), *got;
		char expected[64];

		if (rule == NULL)
			continue;
		expect(&messy, run.context.list, expected);
		got = rule_case_run(&run, rule, text_value(messy.input));
		checked++;
		if (is_refused(messy.id)) {
			refusals++;
			cr_assert_eq(got[0], '!', "case %d was refused, now it gives %s", messy.id,
				     got);
		} else if (expected[0] == '!') {
			cr_assert_eq(got[0], '!', "case %d gives %s, not a reject", messy.id, got);
		} else {
			cr_assert_str_eq(got, expected, "case %d gives %s, not %s: %s", messy.id,
					 got, expected, run.err.text);
		}
	}
	cr_assert_eq(checked, 70, "%d cases were checked", checked);
	cr_assert_eq(refusals, (int)(sizeof refused / sizeof refused[0]));
	gw_buf_release(&file);
	gw_codes_free(codes);
	rule_case_release(&run);
}

/* A reason may hold a count of digits, never four of the value's in a row. */
static void
assert_no_digits_of(const char *input, const char *reason, const char *rule, int id)
{
	char digits[5] = "";

	for (const char *p = input; strlen(p) >= 4; p++) {
		if (strspn(p, "0123456789") < 4)
			continue;
		memcpy(digits, p, 4);
		cr_assert_null(strstr(reason, digits), "%s shows digits of case %d", rule, id);
	}
}

Test(rule, never_shows_a_value_in_its_reason)
{
	struct gw_codes *codes = NULL;
	struct rule_case run;
	struct messy messy = {0};
	struct gw_buf file;
	char *text;
	int rejects = 0;

	rule_case_init(&run);
	cr_assert_eq(gw_codes_read("schemas", &codes, &run.err), GW_OK, "%s", run.err.text);
	read_messy(&file);
	run.context.encoding = gw_encoding_find("tcvn3");
	for (text = file.data; next_messy(text, &messy); text = NULL)
		for (const struct gw_rule *rule = gw_rules(); rule->name != NULL; rule++) {
			run.context.list = strcmp(rule->name, "commune_code") == 0
						   ? gw_codes_map(codes, GW_MAP_BEFORE)
						   : gw_codes_list(codes, "gender");
			if (rule_case_run(&run, rule->name, text_value(messy.input))[0] != '!')
				continue;
			rejects++;
			/* Shorter than this, a value is part of any sentence. */
			if (strlen(messy.input) >= 4)
				cr_assert_null(strstr(run.err.text, messy.input),
					       "%s shows case %d", rule->name, messy.id);
			assert_no_digits_of(messy.input, run.err.text, rule->name, messy.id);
		}
	cr_assert_gt(rejects, 1000, "%d rejects were looked at", rejects);
	gw_buf_release(&file);
	gw_codes_free(codes);
	rule_case_release(&run);
}
