#include "normalise/rules.h"

#include <string.h>

#include "base/text.h"
#include "normalise/codes.h"
#include "normalise/digits.h"

enum { CITIZEN_DIGITS = 12, CENTURY_AT = 3, YEAR_AT = 4, FIRST_YEAR = 1900 };

/* The year of a birth date as the row has it; 0: none that can be read. */
static int
year_of(const struct gw_value *cell, const struct gw_rule_context *context)
{
	struct gw_rule_context own = {.arena = context->arena, .zone = context->zone};
	struct gw_value day = {.kind = GW_NULL};
	struct gw_error ignored;
	int year = 0, month, day_of_month;

	if (cell != NULL)
		day = *cell;
	if (gw_rule_date(&day, &own, &ignored) != GW_OK)
		return 0;
	if (day.kind == GW_DATE)
		gw_date_to_civil(day.as.integer, &year, &month, &day_of_month);
	for (uint32_t i = 0; day.kind == GW_TEXT && i < 4 && i < day.len; i++)
		year = year * 10 + (day.as.text[i] - '0');
	return year;
}

/* 'm' or 'f' by the list gender; 0: neither, or not known. */
static char
sex_of(const struct gw_value *cell, const struct gw_rule_context *context)
{
	const struct gw_code_list *list =
		context->codes == NULL ? NULL : gw_codes_list(context->codes, "gender");
	struct gw_rule_context own = {.arena = context->arena, .list = list};
	struct gw_value sex = {.kind = GW_NULL};
	struct gw_error ignored;

	if (cell != NULL)
		sex = *cell;
	if (list == NULL || gw_rule_code_list(&sex, &own, &ignored) != GW_OK || sex.kind != GW_TEXT)
		return '\0';
	if (sex.len == 4 && memcmp(sex.as.text, "male", 4) == 0)
		return 'm';
	return sex.len == 6 && memcmp(sex.as.text, "female", 6) == 0 ? 'f' : '\0';
}

/*
 * Reads the row's own cells and changes nothing: a slip of either column is no
 * reason to hold back the row.
 */
enum gw_status
gw_rule_citizen_cross(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	struct gw_rule_context own = {.arena = context->arena};
	struct gw_value number = *value;
	struct gw_error ignored;
	int year, century, digits;
	char sex;

	(void)err;
	/* What is no personal number is for the rule of those to refuse. */
	if (gw_rule_citizen_number(&number, &own, &ignored) != GW_OK || number.kind != GW_TEXT)
		return GW_OK;
	century = FIRST_YEAR + (number.as.text[CENTURY_AT] - '0') / 2 * 100;
	digits = (number.as.text[YEAR_AT] - '0') * 10 + (number.as.text[YEAR_AT + 1] - '0');
	year = year_of(context->name, context);
	if (year != 0 && year / 100 * 100 != century)
		gw_rule_warn(context, GW_WARN_CENTURY);
	else if (year != 0 && year % 100 != digits)
		gw_rule_warn(context, GW_WARN_BIRTH_YEAR);
	sex = sex_of(context->second, context);
	if (sex != '\0' && (sex == 'f') != ((number.as.text[CENTURY_AT] - '0') % 2 == 1))
		gw_rule_warn(context, GW_WARN_SEX);
	return GW_OK;
}
