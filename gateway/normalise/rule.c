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
static const struct gw_rule rules[] = {
	{"trim", N_("drops white space at both ends; nothing left is null"), NULL, false,
	 gw_rule_trim},
	{"nfc", N_("composes Unicode text, so that ê is one character however it was typed"), NULL,
	 false, gw_rule_nfc},
	{"encoding", N_("Unicode of text whose bytes of an older encoding were kept as Latin-1"),
	 N_("tcvn3, vni, viscii or cp1258"), false, gw_rule_encoding},
	{"upper", N_("upper case"), NULL, false, gw_rule_upper},
	{"lower", N_("lower case"), NULL, false, gw_rule_lower},
	{"date",
	 N_("a day, or as much of it as is known: day/month/year, ISO, year alone, month and year"),
	 NULL, false, gw_rule_date},
	{"integer", N_("a whole number without separators"), NULL, false, gw_rule_integer},
	{"decimal", N_("a number with a decimal comma or point"), NULL, false, gw_rule_decimal},
	{"boolean", N_("có, đúng, x, yes, true, 1; không, sai, no, false, 0"), NULL, false,
	 gw_rule_boolean},
	{"citizen_number", N_("the personal number of 12 digits, province and century checked"),
	 NULL, false, gw_rule_citizen_number},
	{"cmnd", N_("the old identity card number of 9 digits"), NULL, false, gw_rule_cmnd},
	{"bhyt_number",
	 N_("a health insurance card of 15 characters, or its last ten: the social insurance "
	    "number"),
	 NULL, false, gw_rule_bhyt_number},
	{"social_insurance", N_("the social insurance number of 10 digits"), NULL, false,
	 gw_rule_social_insurance},
	{"tax",
	 N_("a tax number: 10 digits with their check digit, 13 for a unit, or a personal number"),
	 NULL, false, gw_rule_tax},
	{"phone", N_("a Vietnamese phone number as it is dialled today, 0 first"), NULL, false,
	 gw_rule_phone},
	{"code_list", N_("the code that a list gives for this spelling"),
	 N_("a list of schemas/codes"), false, gw_rule_code_list},
	{"commune_code", N_("a commune's code, checked against the source's code map"),
	 N_("none, or the column with the commune's name"), true, gw_rule_commune_code},
	{NULL, NULL, NULL, false, NULL},
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
