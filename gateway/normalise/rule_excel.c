#include "normalise/rules.h"

#include <math.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "normalise/date.h"
#include "normalise/fold.h"
#include "normalise/number.h"

/*
 * Day 1 is the first of January 1900, and day 60 a 29 February that never was:
 * from there on all serials are one too many.  The other system begins with day
 * 0 in 1904 and has no such day.
 */
enum {
	NO_SUCH_DAY = 60,
	DAYS_TO_1899_12_30 = -25569,
	DAYS_TO_1904 = -24107,
	SERIAL_MAX = 2958465, /* 31/12/9999 */
	SERIAL_DIGITS = 7,
};

static bool
since_1904(const struct gw_rule_context *context)
{
	return gw_rule_asked(context, GW_EXCEL_1904);
}

/* True where every comma has three digits behind it, and one to three before the first. */
static bool
commas_fit(const char *digits, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (digits[i] == ',' ? (len - i) % 4 != 0 || i == 0
				     : len >= 4 && (len - i) % 4 == 0)
			return false;
	return true;
}

/* "20514", "20,514", "32874.5": a number without its fraction, which is the time of day. */
static bool
serial_of_text(const char *text, int64_t *out)
{
	size_t whole = strspn(text, "0123456789,"), digits = 0;
	const char *fraction = text + whole;

	if (*fraction == '.' && fraction[1] != '\0')
		fraction += 1 + strspn(fraction + 1, "0123456789");
	if (*fraction != '\0' || (memchr(text, ',', whole) != NULL && !commas_fit(text, whole)))
		return false;
	*out = 0;
	for (size_t i = 0; i < whole; i++) {
		if (text[i] == ',')
			continue;
		if (++digits > SERIAL_DIGITS)
			return false;
		*out = *out * 10 + (text[i] - '0');
	}
	return digits > 0;
}

/* True when the value is a number of days; *serial then is it. */
static bool
take_serial(const struct gw_value *value, int64_t *serial)
{
	char copy[32];
	const char *text = value->as.text;
	uint32_t len = value->len;

	if (value->kind == GW_INT) {
		*serial = value->as.integer;
		return *serial >= 0 && *serial <= SERIAL_MAX;
	}
	if (value->kind == GW_FLOAT) {
		if (!(value->as.real >= 0 && value->as.real <= SERIAL_MAX))
			return false;
		*serial = (int64_t)floor(value->as.real);
		return true;
	}
	if (value->kind != GW_TEXT && value->kind != GW_DECIMAL)
		return false;
	gw_text_trim(&text, &len);
	if (len >= sizeof copy)
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	return serial_of_text(copy, serial) && *serial <= SERIAL_MAX;
}

static enum gw_status
day_of(int64_t serial, struct gw_value *value, struct gw_rule_context *context,
       struct gw_error *err)
{
	int64_t days = serial + DAYS_TO_1899_12_30 + (serial < NO_SUCH_DAY ? 1 : 0);

	if (since_1904(context))
		days = serial + DAYS_TO_1904;
	else if (serial == NO_SUCH_DAY)
		return gw_rule_reject(context, "excel_date.no_such_day", err, "%s",
				      _("day 60 of a spreadsheet is 29/02/1900, which never was"));
	*value = (struct gw_value){.kind = GW_DATE, .as.integer = days};
	if (gw_rule_date(value, context, err) != GW_OK)
		return err->status;
	/* A spreadsheet has no half of a date that it would have filled up. */
	context->warnings &= ~(UINT32_C(1) << GW_WARN_MAYBE_YEAR_ONLY);
	return GW_OK;
}

enum gw_status
gw_rule_excel_date(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	struct gw_value year;
	int64_t serial = 0;

	if (!take_serial(value, &serial)) {
		if (value->kind == GW_FLOAT || value->kind == GW_DECIMAL)
			return gw_rule_reject(context, "excel_date.range", err, "%s",
					      _("a number that is no day of a spreadsheet"));
		return gw_rule_date(value, context, err);
	}
	if (serial == 0 && !since_1904(context)) {
		gw_rule_set_null(value);
		return GW_OK;
	}
	if (serial < GW_YEAR_FIRST || serial > GW_YEAR_LAST)
		return day_of(serial, value, context, err);
	/* A year that somebody typed, much rather than a day of 1905. */
	gw_rule_warn(context, GW_WARN_YEAR_OR_SERIAL);
	year = (struct gw_value){.kind = GW_INT, .as.integer = serial};
	if (gw_rule_date(&year, context, err) != GW_OK)
		return err->status;
	*value = year;
	return GW_OK;
}
