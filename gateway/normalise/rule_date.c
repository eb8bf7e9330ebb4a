#include "normalise/rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "normalise/date.h"
#include "normalise/fold.h"
#include "normalise/zone.h"

/* Two digits of a year from here on are of 19xx for certain until 2040; before, of either century.
 */
enum { FIRST_CERTAIN_YEAR = 40, SPREADSHEET_YEAR = 1900 };

/* Further from 1970 than any year of four digits. */
#define DAYS_MAX INT64_C(4000000)

static const struct {
	enum gw_date_found found;
	const char *code, *reason;
} refusals[] = {
	{GW_DATE_SHAPE, "date.shape", N_("not read as a date")},
	{GW_DATE_WORDS, "date.words", N_("has words that are not read as a date")},
	{GW_DATE_LUNAR, "date.lunar",
	 N_("a day of the lunar calendar, which must not be stored as a "
	    "solar one")},
	{GW_DATE_ZONE, "date.zone", N_("a moment with a time zone, not a day")},
	{GW_DATE_TIME, "date.time", N_("what follows the date is no time of day")},
};

static enum gw_status
refuse(struct gw_rule_context *context, enum gw_date_found found, uint32_t len,
       struct gw_error *err)
{
	size_t i = 0;

	while (i + 1 < sizeof refusals / sizeof refusals[0] && refusals[i].found != found)
		i++;
	return gw_rule_reject(context, refusals[i].code, err, _("text of %u bytes: %s"), len,
			      _(refusals[i].reason));
}

/* Days that systems write for "not known". */
static bool
is_sentinel(int year, int month, int day)
{
	static const struct {
		int year, month, day;
	} sentinels[] = {
		{0, 0, 0},                /* MySQL */
		{1, 1, 1},                /* .NET */
		{1753, 1, 1},             /* SQL Server */
		{SPREADSHEET_YEAR, 1, 1}, /* of them */
		{9999, 12, 31},           /* for ever */
	};

	for (size_t i = 0; i < sizeof sentinels / sizeof sentinels[0]; i++)
		if (year == sentinels[i].year && month == sentinels[i].month &&
		    day == sentinels[i].day)
			return true;
	return false;
}

/* Where only one order makes a day of it, and the mapping asks for repairs. */
static void
repair_order(struct gw_date_parts *parts, struct gw_rule_context *context)
{
	int month = parts->day;

	if (!gw_rule_repairs(context) || parts->month <= 12 || month > 12 || month == 0)
		return;
	parts->day = parts->month;
	parts->month = month;
	gw_rule_warn(context, GW_WARN_MONTH_FIRST);
}

static enum gw_status
check_month_and_day(const struct gw_date_parts *parts, struct gw_rule_context *context,
		    struct gw_error *err)
{
	if (parts->month == 0 && parts->day != 0)
		return gw_rule_reject(context, "date.day_without_month", err, "%s",
				      _("a day without a month"));
	if (parts->month <= 12)
		return GW_OK;
	if (parts->day <= 12)
		return gw_rule_reject(context, "date.month_first", err, "%s",
				      _("the month is over 12: is the month written first?"));
	return gw_rule_reject(context, "date.no_such_month", err, "%s",
			      _("there is no such month"));
}

/* The value that the parts make: a day, or text where day or month is not known. */
static enum gw_status
put_parts(const struct gw_date_parts *parts, struct gw_value *value,
	  struct gw_rule_context *context, struct gw_error *err)
{
	char text[32];
	int64_t days;
	int len;

	if (parts->year < GW_YEAR_FIRST || parts->year > GW_YEAR_LAST)
		return gw_rule_reject(context, "date.year_range", err,
				      _("the year is not between %d and %d"), GW_YEAR_FIRST,
				      GW_YEAR_LAST);
	if (check_month_and_day(parts, context, err) != GW_OK)
		return err->status;
	if (parts->day == 0) {
		len = parts->month == 0
			      ? snprintf(text, sizeof text, "%04d", parts->year)
			      : snprintf(text, sizeof text, "%04d-%02d", parts->year, parts->month);
		return gw_rule_set_text(value, context, text, (size_t)len, err);
	}
	if (!gw_date_from_civil(parts->year, parts->month, parts->day, &days))
		return gw_rule_reject(context, "date.no_such_day", err, "%s",
				      _("that month has no such day"));
	*value = (struct gw_value){.kind = GW_DATE, .as.integer = days};
	return GW_OK;
}

static enum gw_status
take_parts(struct gw_date_parts *parts, struct gw_value *value, struct gw_rule_context *context,
	   struct gw_error *err)
{
	if (is_sentinel(parts->year, parts->month, parts->day)) {
		if (parts->year == SPREADSHEET_YEAR)
			gw_rule_warn(context, GW_WARN_SENTINEL);
		gw_rule_set_null(value);
		return GW_OK;
	}
	repair_order(parts, context);
	if (parts->month == 1 && parts->day == 1)
		gw_rule_warn(context, GW_WARN_MAYBE_YEAR_ONLY);
	if (parts->year_digits == 2) {
		if (parts->year < FIRST_CERTAIN_YEAR)
			return gw_rule_reject(
				context, "date.ambiguous_year", err, "%s",
				_("two digits of a year that may be of either century"));
		parts->year += 1900;
	}
	return put_parts(parts, value, context, err);
}

/* The letter O where a zero belongs: only in what is numbers otherwise. */
static enum gw_date_found
repaired_numbers(char *folded, struct gw_rule_context *context, struct gw_date_parts *parts)
{
	enum gw_date_found found;

	if (!gw_rule_repairs(context) || strpbrk(folded, "0123456789") == NULL)
		return GW_DATE_SHAPE;
	if (folded[strspn(folded, "0123456789o/-. ")] != '\0')
		return GW_DATE_SHAPE;
	for (char *p = folded; (p = strchr(p, 'o')) != NULL;)
		*p = '0';
	found = gw_date_numbers(folded, strlen(folded), parts);
	if (found == GW_DATE_OK)
		gw_rule_warn(context, GW_WARN_LETTER_O);
	return found;
}

static enum gw_status
date_text(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	char folded[GW_FOLD_MAX + 1];
	struct gw_date_parts parts;
	const char *text = value->as.text;
	uint32_t len = value->len;
	enum gw_date_found found;
	int folded_len;

	gw_text_trim(&text, &len);
	found = gw_date_numbers(text, len, &parts);
	if (found == GW_DATE_OK)
		return take_parts(&parts, value, context, err);
	folded_len = gw_text_fold(text, len, folded);
	if (found != GW_DATE_SHAPE || folded_len == GW_FOLD_FAILED)
		return refuse(context, found, len, err);
	if (gw_rule_null_word(folded, (size_t)folded_len)) {
		gw_rule_set_null(value);
		return GW_OK;
	}
	/* Without a letter there is nothing more to read. */
	if (strpbrk(folded, "abcdefghijklmnopqrstuvwxyz") == NULL)
		return refuse(context, found, len, err);
	found = gw_date_words(folded, &parts);
	if (found == GW_DATE_WORDS && repaired_numbers(folded, context, &parts) == GW_DATE_OK)
		found = GW_DATE_OK;
	return found == GW_DATE_OK ? take_parts(&parts, value, context, err)
				   : refuse(context, found, len, err);
}

static enum gw_status
date_days(int64_t days, struct gw_value *value, struct gw_rule_context *context,
	  struct gw_error *err)
{
	struct gw_date_parts parts = {.year_digits = 4, .year = GW_YEAR_LAST + 1};

	if (days > -DAYS_MAX && days < DAYS_MAX)
		gw_date_to_civil(days, &parts.year, &parts.month, &parts.day);
	return take_parts(&parts, value, context, err);
}

/* 1950, 19800403: a number is read as its digits. */
static enum gw_status
date_integer(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	char text[24];
	int len = snprintf(text, sizeof text, "%" PRId64, value->as.integer);
	struct gw_value read = {.kind = GW_TEXT, .len = (uint32_t)len, .as.text = text};

	if (date_text(&read, context, err) != GW_OK)
		return err->status;
	*value = read;
	return GW_OK;
}

bool
gw_rule_zero_date(const struct gw_value *value)
{
	static const char word[] = "date_zero";

	return value->kind == GW_UNHELD && value->len == sizeof word - 1 &&
	       memcmp(value->as.text, word, sizeof word - 1) == 0;
}

void
gw_rule_take_zero_date(struct gw_value *value, struct gw_rule_context *context)
{
	gw_rule_warn(context, GW_WARN_ZERO_DATE);
	gw_rule_set_null(value);
}

enum gw_status
gw_rule_date(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	int64_t us_of_day;

	if (value->kind == GW_NULL)
		return GW_OK;
	if (value->kind == GW_TEXT)
		return date_text(value, context, err);
	if (value->kind == GW_DATE)
		return date_days(value->as.integer, value, context, err);
	if (value->kind == GW_TIMESTAMP && context->zone != NULL)
		return date_days(gw_zone_day(context->zone, value->as.integer, &us_of_day), value,
				 context, err);
	if (value->kind == GW_INT)
		return date_integer(value, context, err);
	if (gw_rule_zero_date(value)) {
		gw_rule_take_zero_date(value, context);
		return GW_OK;
	}
	return gw_rule_reject(context, "date.kind", err, _("found %s, expected a date or text"),
			      gw_kind_name(value->kind));
}
