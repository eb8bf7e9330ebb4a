#include <stddef.h>
#include <string.h>

#include "base/i18n.h"
#include "normalise/rules.h"

static const struct gw_warning_text texts[GW_WARN_COUNT] = {
	[GW_WARN_LETTER_O] = {"repaired.letter_o", N_("the letter O was read as a zero")},
	[GW_WARN_LETTER_D] = {"repaired.letter_d", N_("the letter Đ was read as D")},
	[GW_WARN_LEADING_ZERO] = {"repaired.leading_zero", N_("a lost leading zero was put back")},
	[GW_WARN_MONTH_FIRST] =
		{"repaired.month_first",
		 N_("a month over 12 was read as the day, and the day as the month")},
	[GW_WARN_MAYBE_YEAR_ONLY] = {"date.maybe_year_only",
				     N_("the first of January, which systems write where only the "
					"year is known")},
	[GW_WARN_SENTINEL] = {"date.sentinel",
			      N_("the first of January 1900, which spreadsheets write for \"not "
				 "known\", was read as nothing")},
	[GW_WARN_ZERO_DATE] = {"date.zero",
			       N_("the zero date of MariaDB and MySQL, which they keep for \"not "
				  "known\", was read as nothing")},
	[GW_WARN_YEAR_OR_SERIAL] = {"excel_date.year",
				    N_("a number that is a year or a spreadsheet's day of 1905 was "
				       "read as the year")},
	[GW_WARN_CITIZEN_FOR_CARD] = {"bhyt_number.citizen",
				      N_("a personal number stood where a card's number should "
					 "be, and was left out")},
	[GW_WARN_NAME_NOTE] = {"person_name.note",
			       N_("a note in brackets was taken out of the name")},
	[GW_WARN_NAME_HONORIFIC] = {"person_name.honorific",
				    N_("a word of courtesy was taken off the name")},
	[GW_WARN_NAME_NUMBER] = {"person_name.number", N_("a number was taken off the name")},
	[GW_WARN_NAME_SURNAME] = {"person_name.surname",
				  N_("the family name was put right: hỏi for ngã, or shortened")},
	[GW_WARN_CENTURY] = {"citizen_cross.century",
			     N_("the number says another century of birth than the birth date")},
	[GW_WARN_BIRTH_YEAR] = {"citizen_cross.year",
				N_("the number says another year of birth than the birth date")},
	[GW_WARN_SEX] = {"citizen_cross.sex", N_("the number says another sex than the row")},
	[GW_WARN_OLD_UNIT] =
		{"address.old_unit",
		 N_("the address names a unit of before July 2025; the commune that it "
		    "became was taken")},
};

const struct gw_warning_text *
gw_warning_text(enum gw_warning_kind kind)
{
	return &texts[kind];
}

void
gw_rule_warn(struct gw_rule_context *context, enum gw_warning_kind kind)
{
	context->warnings |= UINT32_C(1) << kind;
}

bool
gw_rule_words_hold(const char *words, const char *word, size_t len)
{
	while (*words != '\0') {
		size_t n = strcspn(words, ", ");

		if (n > 0 && n == len && memcmp(words, word, len) == 0)
			return true;
		words += n;
		words += strspn(words, ", ");
	}
	return false;
}

bool
gw_rule_asked(const struct gw_rule_context *context, const char *word)
{
	return context->word != NULL && gw_rule_words_hold(context->word, word, strlen(word));
}

bool
gw_rule_repairs(const struct gw_rule_context *context)
{
	return gw_rule_asked(context, GW_REPAIR);
}
