#include "normalise/rule.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "normalise/rules.h"

/*
 * A new rule is a function, a row here, its cases in the tests and its line in
 * the manual, which a test holds against this table.
 */
#define REPAIR_HELP N_("none, or repair: slips are put right, each with a warning")
#define REPAIRS REPAIR_HELP, true
#define REPAIR_WORD GW_TAKES_WORDS, GW_REPAIR

static const struct gw_rule rules[] = {
	{"trim", N_("drops white space at both ends; nothing left is null"), NULL, false,
	 gw_rule_trim, GW_TAKES_NOTHING, NULL},
	{"nfc",
	 N_("composes Unicode text, so that ê is one character however it was typed; Ð is Đ"), NULL,
	 false, gw_rule_nfc, GW_TAKES_NOTHING, NULL},
	{"encoding", N_("Unicode of text whose bytes of an older encoding were kept as Latin-1"),
	 N_("tcvn3, tcvn3_upper, vni, viscii, cp1258, viqr, double, guess or unicode"), false,
	 gw_rule_encoding, GW_TAKES_ENCODING, NULL},
	{"upper", N_("upper case"), NULL, false, gw_rule_upper, GW_TAKES_NOTHING, NULL},
	{"lower", N_("lower case"), NULL, false, gw_rule_lower, GW_TAKES_NOTHING, NULL},
	{"person_name",
	 N_("a person's name: one space, a capital a word, tone marks where tradition has them, "
	    "without courtesy, notes and numbers"),
	 NULL, false, gw_rule_person_name, GW_TAKES_NOTHING, NULL},
	{"date",
	 N_("a day, or as much of it as is known: day/month/year, ISO, year alone, month and year"),
	 REPAIRS, gw_rule_date, REPAIR_WORD},
	{"excel_date", N_("a spreadsheet's number of a day, or what the rule date takes"),
	 N_("none, or 1904: the workbook counts from 1904"), true, gw_rule_excel_date,
	 GW_TAKES_WORDS, GW_EXCEL_1904},
	{"timestamp",
	 N_("a moment: a day and a time of day in either order; without a zone by the source's "
	    "clock, a day alone is its midnight"),
	 NULL, false, gw_rule_timestamp, GW_TAKES_NOTHING, NULL},
	{"integer", N_("a whole number without separators"), NULL, false, gw_rule_integer,
	 GW_TAKES_NOTHING, NULL},
	{"decimal", N_("a number with a decimal comma or point"), NULL, false, gw_rule_decimal,
	 GW_TAKES_NOTHING, NULL},
	{"boolean", N_("có, đúng, x, yes, true, 1; không, sai, no, false, 0"), NULL, false,
	 gw_rule_boolean, GW_TAKES_NOTHING, NULL},
	{"citizen_number", N_("the personal number of 12 digits, province and century checked"),
	 REPAIRS, gw_rule_citizen_number, REPAIR_WORD},
	{"citizen_cross",
	 N_("warns where a personal number does not go with birth date and sex; changes nothing"),
	 N_("columns of the birth date and of the sex: \"ngay_sinh, gioi_tinh\""), false,
	 gw_rule_citizen_cross, GW_TAKES_COLUMNS, NULL},
	{"cmnd", N_("the old identity card number of 9 digits"), REPAIRS, gw_rule_cmnd,
	 REPAIR_WORD},
	{"bhyt_number",
	 N_("a health insurance card of 15 characters, or its last ten: the social insurance "
	    "number"),
	 N_("none, or some of: repair (slips are put right, each with a warning); only_card (a "
	    "personal number in its place is nothing, with a warning); only_citizen (that personal "
	    "number, and nothing where there is a card)"),
	 true, gw_rule_bhyt_number, GW_TAKES_WORDS, GW_REPAIR "," GW_ONLY_CARD "," GW_ONLY_CITIZEN},
	{"social_insurance", N_("the social insurance number of 10 digits"), REPAIRS,
	 gw_rule_social_insurance, REPAIR_WORD},
	{"tax",
	 N_("a tax number: 10 digits with their check digit, 13 for a unit, or a personal number"),
	 REPAIRS, gw_rule_tax, REPAIR_WORD},
	{"phone", N_("a Vietnamese phone number as it is dialled today, 0 first"),
	 N_("none, or some of: repair (slips are put right, each with a warning); several (where "
	    "one value has several numbers all are kept, with a bar between)"),
	 true, gw_rule_phone, GW_TAKES_WORDS, GW_REPAIR "," GW_SEVERAL},
	{"dossier_code",
	 N_("the code of a dossier: unit, day and number, H56.35-250801-0007 or "
	    "000.17.22.H56-210531-0001"),
	 NULL, false, gw_rule_dossier_code, GW_TAKES_NOTHING, NULL},
	{"code_list", N_("the code that a list gives for this spelling"),
	 N_("a list of schemas/codes"), false, gw_rule_code_list, GW_TAKES_LIST, NULL},
	{"commune_code", N_("a commune's code, checked against the source's code map"),
	 N_("none, or the column with the commune's name"), true, gw_rule_commune_code,
	 GW_TAKES_COLUMN, NULL},
	{"address", N_("the code of the one commune that an address can mean"), NULL, false,
	 gw_rule_address, GW_TAKES_NOTHING, NULL},
	{NULL, NULL, NULL, false, NULL, GW_TAKES_NOTHING, NULL},
};

const struct gw_rule *
gw_rules(void)
{
	return rules;
}

const struct gw_rule *
gw_rule_find(const char *name)
{
	for (const struct gw_rule *rule = rules; rule->name != NULL; rule++)
		if (strcmp(rule->name, name) == 0)
			return rule;
	return NULL;
}

enum gw_status
gw_rule_reject(struct gw_rule_context *context, const char *code, struct gw_error *err,
	       const char *fmt, ...)
{
	va_list ap;

	(void)gw_fail(err, GW_REJECT, "%s", "");
	va_start(ap, fmt);
	(void)vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	context->code = code;
	return GW_REJECT;
}

enum gw_status
gw_rule_set_text(struct gw_value *value, struct gw_rule_context *context, const char *text,
		 size_t len, struct gw_error *err)
{
	char *copy = gw_arena_copy(context->arena, text, len);

	if (copy == NULL)
		return gw_fail_memory(err);
	*value = (struct gw_value){.kind = GW_TEXT, .len = (uint32_t)len, .as.text = copy};
	return GW_OK;
}

void
gw_rule_set_null(struct gw_value *value)
{
	*value = (struct gw_value){.kind = GW_NULL};
}

bool
gw_rule_null_word(const char *folded, size_t len)
{
	static const char *const words[] = {
		"không",     "ko",        "không có",   "ko có",   "không rõ", "ko rõ",
		"không nhớ", "ko nhớ",    "không biết", "ko biết", "chưa có",  "chưa rõ",
		"chưa biết", "n/a",       "null",       "none",    "khong",    "khong co",
		"khong ro",  "khong nho", "khong biet", "chua co", "chua ro",  "unknown",
	};

	if (strspn(folded, "-?._/ ") == len)
		return true;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strcmp(words[i], folded) == 0)
			return true;
	return false;
}
