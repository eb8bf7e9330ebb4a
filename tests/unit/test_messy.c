/* Values as sector databases hold them, through the rules that are for them. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "messy_case.h"
#include "normalise/encoding.h"
#include "normalise/person_name.h"
#include "places_case.h"

static struct rule_case run;

static void
set_up(void)
{
	places_case_make(&run);
	run.context.list = gw_codes_list(codes, "ethnic_group");
}

static void
tear_down(void)
{
	places_case_drop(&run);
}

TestSuite(messy, .init = set_up, .fini = tear_down);

/* What the rule gave, in the words of the file: with a flag for a warning. */
static const char *
run_rule(const char *rule, const char *word, const char *input)
{
	static char text[600];
	const char *got;

	run.context.word = word;
	got = rule_case_run(&run, rule, text_value(input));
	(void)snprintf(text, sizeof text, "%s%s", got,
		       got[0] != '!' && run.context.warnings != 0 ? ";FLAG" : "");
	return text;
}

/* What the file expects, in the same words. */
static void
expect(const struct messy *messy, char out[128])
{
	const char *expected = messy->expected, *mark = "";
	char *flag = strstr(messy->expected, ";FLAG:");

	if (flag != NULL) {
		*flag = '\0';
		mark = ";FLAG";
	}
	if (strncmp(expected, "INVALID", 7) == 0 || strncmp(expected, "AMBIGUOUS", 9) == 0 ||
	    strncmp(expected, "LUNAR", 5) == 0)
		expected = "!";
	else if (strcmp(messy->kind, "bhyt") == 0 && strlen(expected) == 15)
		expected += 5; /* the rule gives the social insurance number of the card */
	else if (strncmp(expected, "bhxh=", 5) == 0 || strncmp(expected, "cccd=", 5) == 0)
		expected += 5;
	else if (strcmp(messy->kind, "ethnic") == 0)
		expected = gw_code_find(run.context.list, expected, strlen(expected));
	cr_assert_not_null(expected, "case %d", messy->id);
	(void)snprintf(out, 128, "%s%s", expected, mark);
}

static void
check_rule(const char *rule, const char *word, struct messy *messy)
{
	const char *got = run_rule(rule, word, messy->input);
	char expected[128];

	expect(messy, expected);
	if (expected[0] == '!')
		cr_assert_eq(got[0], '!', "case %d gives %s, not a reject", messy->id, got);
	else
		cr_assert_str_eq(got, expected, "case %d gives %s, not %s: %s", messy->id, got,
				 expected, run.err.text);
}

/* A field takes numbers of one kind: that there are others, and what of them it takes, the mapping
   says. */
static const char *
asked_for(const struct messy *messy, const char *word)
{
	if (strncmp(messy->expected, "cccd=", 5) == 0)
		return "only_citizen";
	if (strcmp(messy->kind, "phone") == 0 && strncmp(messy->expected, "AMBIGUOUS", 9) != 0 &&
	    strchr(messy->expected, '|') != NULL)
		return "several";
	return word;
}

static void
check_with_rule(struct messy *messy)
{
	static const struct {
		const char *kind, *rule, *word;
	} rules[] = {
		{"date", "date", "repair"},         {"cccd", "citizen_number", "repair"},
		{"cmnd", "cmnd", "repair"},         {"bhyt", "bhyt_number", "repair"},
		{"phone", "phone", "repair"},       {"mst", "tax", "repair"},
		{"date_excel", "excel_date", NULL}, {"ethnic", "code_list", NULL},
		{"dossier", "dossier_code", NULL},
	};

	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		if (strcmp(rules[i].kind, messy->kind) != 0)
			continue;
		check_rule(rules[i].rule, asked_for(messy, rules[i].word), messy);
		return;
	}
	cr_assert_fail("case %d is of the kind %s, which nobody checks", messy->id, messy->kind);
}

/* A name's warnings say what was taken away; the file expects the name alone. */
static void
check_name(struct messy *messy)
{
	const char *got = rule_case_run(&run, "person_name", text_value(messy->input));

	cr_assert_str_eq(got, messy->expected, "case %d gives %s, not %s: %s", messy->id, got,
			 messy->expected, run.err.text);
}

static void
check_key(struct messy *messy)
{
	char key[GW_FOLD_MAX + 1];

	cr_assert(gw_name_key(messy->input, strlen(messy->input), key), "case %d", messy->id);
	cr_assert_str_eq(key, messy->expected, "case %d gives %s", messy->id, key);
}

static void
check_equivalence(struct messy *messy)
{
	static const char *const words[] = {
		[GW_NAME_DIFFERENT] = "different",
		[GW_NAME_POSSIBLE] = "possible",
		[GW_NAME_SAME] = "same",
	};
	char *bar = strstr(messy->input, " | ");
	const char *got;

	cr_assert_not_null(bar);
	*bar = '\0';
	got = words[gw_name_compare(messy->input, bar + 3)];
	cr_assert_str_eq(got, messy->expected, "case %d gives %s", messy->id, got);
	cr_assert_eq(gw_name_compare(messy->input, bar + 3), gw_name_compare(bar + 3, messy->input),
		     "case %d the other way", messy->id);
}

static void
check_cross(struct messy *messy)
{
	char *rest = messy->input, *number = strsep(&rest, "|"), *born = strsep(&rest, "|");
	struct gw_value birth = text_value(born), sex = text_value(rest);
	const uint32_t century = UINT32_C(1) << GW_WARN_CENTURY;

	run.context.name = &birth;
	run.context.second = &sex;
	cr_assert_str_eq(rule_case_run(&run, "citizen_cross", text_value(number)), number);
	cr_assert_eq(run.context.warnings,
		     strcmp(messy->expected, "CONFLICT:century") == 0 ? century : 0, "case %d",
		     messy->id);
}

/* Adds the codes of communes, in order, with bars between. */
static void
put_codes(const struct gw_commune *const *list, size_t count, char *out, size_t size)
{
	const char *last = "";

	out[0] = '\0';
	for (size_t done = 0; done < count; done++) {
		const char *next = NULL;

		for (size_t i = 0; i < count; i++)
			if (strcmp(list[i]->code, last) > 0 &&
			    (next == NULL || strcmp(list[i]->code, next) < 0))
				next = list[i]->code;
		if (next == NULL)
			break;
		(void)snprintf(out + strlen(out), size - strlen(out), "%s%s", done == 0 ? "" : "|",
			       next);
		last = next;
	}
}

/* One "word=codes" of what is expected, held against what the address came to. */
static void
check_part(const struct messy *messy, const struct gw_address *address, const char *part)
{
	const struct gw_code_list *after = gw_codes_map(codes, GW_MAP_AFTER);
	const struct gw_commune *heirs[GW_CODES_MAX];
	const char *codes_at = strchr(part, '=');
	char got[256];
	size_t n;

	codes_at = codes_at == NULL ? strchr(part, ':') : codes_at;
	cr_assert_not_null(codes_at, "case %d: %s", messy->id, part);
	if (strncmp(part, "successor=", 10) == 0) {
		cr_assert_eq(address->nold, 1, "case %d", messy->id);
		n = gw_commune_heirs(address->old[0], address->old[0]->map, heirs, GW_CODES_MAX);
		put_codes(heirs, n, got, sizeof got);
	} else if (strncmp(part, "new=", 4) == 0 && address->district) {
		cr_assert_eq(address->nold, 1, "case %d: %zu old", messy->id, address->nold);
		n = gw_commune_heirs(address->old[0], after, heirs, GW_CODES_MAX);
		put_codes(heirs, n, got, sizeof got);
	} else if (strncmp(part, "new=", 4) == 0) {
		put_codes(address->now, address->nnow, got, sizeof got);
	} else {
		put_codes(address->old, address->nold, got, sizeof got);
		cr_assert_eq(strncmp(part, "AMBIGUOUS:", 10) == 0,
			     address->nold > 1 && strncmp(part, "AMBIGUOUS:", 10) == 0, "case %d",
			     messy->id);
		if (strncmp(part, "AMBIGUOUS_ERA", 13) == 0)
			cr_assert_not(address->district, "case %d", messy->id);
	}
	/* The name beside a code is for the reader of the file. */
	n = strspn(codes_at + 1, "0123456789|");
	cr_assert_eq(n, strlen(got), "case %d, %s: got %s", messy->id, part, got);
	cr_assert_eq(strncmp(codes_at + 1, got, n), 0, "case %d, %s: got %s", messy->id, part, got);
}

static void
check_address(struct messy *messy)
{
	static const struct {
		const char *expected;
		enum gw_address_kind kind;
	} kinds[] = {
		{"NULL", GW_ADDRESS_NOTHING},
		{"SAME_AS_ABOVE", GW_ADDRESS_SAME_AS_ABOVE},
		{"province=38", GW_ADDRESS_PROVINCE},
	};
	struct gw_address address;
	char *rest = messy->expected, *part;

	gw_address_read(places, messy->input, strlen(messy->input), &address);
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		if (strcmp(kinds[i].expected, messy->expected) != 0)
			continue;
		cr_assert_eq(address.kind, kinds[i].kind, "case %d", messy->id);
		return;
	}
	cr_assert_eq(address.kind, GW_ADDRESS_COMMUNE, "case %d: kind %d", messy->id, address.kind);
	while ((part = strsep(&rest, ";")) != NULL) {
		if (strncmp(part, "AMBIGUOUS:old=", 14) == 0)
			memmove(part + 10, part + 14, strlen(part + 14) + 1);
		check_part(messy, &address, part);
	}
}

Test(messy, values_give_what_is_expected)
{
	static const struct {
		const char *kind;
		void (*check)(struct messy *messy);
	} kinds[] = {
		{"name_norm", check_name},         {"name_key", check_key},
		{"name_equiv", check_equivalence}, {"cccd_cross", check_cross},
		{"address", check_address},
	};
	struct messy messy = {0};
	struct gw_buf file;
	char *text;
	int checked = 0;

	read_messy(&file);
	for (text = file.data; next_messy(text, &messy); text = NULL) {
		void (*check)(struct messy *) = check_with_rule;

		for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
			if (strcmp(kinds[i].kind, messy.kind) == 0)
				check = kinds[i].check;
		check(&messy);
		checked++;
	}
	cr_assert_eq(checked, 171, "%d cases were checked", checked);
	gw_buf_release(&file);
}

/* Without the word, nothing is put right. */
Test(messy, slips_are_refused_where_the_mapping_asks_for_no_repair)
{
	static const struct {
		const char *rule, *in;
	} slips[] = {
		{"date", "2/29/1956"},
		{"date", "O3/O4/198O"},
		{"citizen_number", "38156001234"},
		{"citizen_number", "O38156OO1234"},
		{"cmnd", "71234567"},
		{"bhyt_number", "GĐ4383820123456"},
		{"bhyt_number", "GD438382O123456"},
		{"tax", "100233488"},
		{"phone", "378123456"},
	};

	for (size_t i = 0; i < sizeof slips / sizeof slips[0]; i++) {
		const char *got = run_rule(slips[i].rule, NULL, slips[i].in);

		cr_assert_eq(got[0], '!', "%s: %s gives %s", slips[i].rule, slips[i].in, got);
		got = run_rule(slips[i].rule, "repair", slips[i].in);
		cr_assert_not_null(strstr(got, ";FLAG"), "%s: %s gives %s", slips[i].rule,
				   slips[i].in, got);
	}
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

Test(messy, values_are_in_no_reason)
{
	struct messy messy = {0};
	struct gw_buf file;
	char *text;
	int rejects = 0;

	read_messy(&file);
	run.context.encoding = gw_encoding_find("tcvn3");
	for (text = file.data; next_messy(text, &messy); text = NULL)
		for (const struct gw_rule *rule = gw_rules(); rule->name != NULL; rule++) {
			bool map = strcmp(rule->name, "commune_code") == 0 ||
				   strcmp(rule->name, "address") == 0;

			run.context.list = map ? gw_codes_map(codes, GW_MAP_BEFORE)
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
}
