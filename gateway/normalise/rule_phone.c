#include "normalise/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "normalise/digits.h"

enum { MOBILE_DIGITS = 10, LANDLINE_DIGITS = 11, NUMBERS_MAX = 4 };

static const struct gw_digits_shape shape = {
	.kind_code = "phone.kind",
	.characters_code = "phone.characters",
	.digits_code = "phone.digits",
	.marks = " .-+()",
	.labels = "sđt|đt|số điện thoại|điện thoại|",
};

/* Prefixes of mobile numbers, as libphonenumber 9.0.43 has them. */
static const char mobile[] = " 032 033 034 035 036 037 038 039 052 055 056 058 059 070 076 077 078 "
			     "079 081 082 083 084 085 086 087 088 089 090 091 092 093 094 096 097 "
			     "098 099 ";

/* Mobile numbers had 11 digits until 2018: four digits then, three now. */
static const struct {
	char before[5], now[4];
} renumbered[] = {
	{"0162", "032"}, {"0163", "033"}, {"0164", "034"}, {"0165", "035"}, {"0166", "036"},
	{"0167", "037"}, {"0168", "038"}, {"0169", "039"}, {"0186", "056"}, {"0188", "058"},
	{"0199", "059"}, {"0120", "070"}, {"0126", "076"}, {"0122", "077"}, {"0128", "078"},
	{"0121", "079"}, {"0127", "081"}, {"0129", "082"}, {"0123", "083"}, {"0124", "084"},
	{"0125", "085"},
};

/*
 * Area codes until 2017 that are mobile prefixes today, with the 3 that nearly
 * all their subscriber numbers began with: such a number may be either.
 */
static const char once_landline[] =
	" 0333 0363 0373 0383 0393 0553 0563 0583 0593 0703 0763 0773 0793 0833 ";

static bool
listed(const char *list, const char *digits, int len)
{
	char word[8];

	(void)snprintf(word, sizeof word, " %.*s ", len, digits);
	return strstr(list, word) != NULL;
}

/* +84, 0084 and 84 become 0; a number column gets back the 0 that it could not keep. */
static void
to_national(struct gw_digits *digits, bool international, struct gw_rule_context *context)
{
	size_t drop = strncmp(digits->text, "0084", 4) == 0 ? 4
		      : international || (strncmp(digits->text, "84", 2) == 0 &&
					  digits->count >= LANDLINE_DIGITS)
			      ? 2
			      : 0;

	if (digits->count > GW_DIGITS_MAX)
		return;
	if (drop > 0) {
		memmove(digits->text + 1, digits->text + drop, digits->count - drop + 1);
		digits->text[0] = '0';
		digits->count = (unsigned)strlen(digits->text);
	} else if (digits->numeric) {
		gw_digits_pad(digits, digits->count + 1);
	} else if (digits->text[0] != '0') {
		gw_digits_restore(digits, MOBILE_DIGITS, context);
	}
}

static void
renumber(struct gw_digits *digits)
{
	if (digits->count != LANDLINE_DIGITS)
		return;
	for (size_t i = 0; i < sizeof renumbered / sizeof renumbered[0]; i++) {
		if (strncmp(digits->text, renumbered[i].before, 4) != 0)
			continue;
		memcpy(digits->text, renumbered[i].now, 3);
		memmove(digits->text + 3, digits->text + 4, 8);
		digits->count = MOBILE_DIGITS;
		return;
	}
}

static bool
begins_with_plus_84(const struct gw_value *value)
{
	const char *plus = value->kind == GW_TEXT ? memchr(value->as.text, '+', value->len) : NULL;
	size_t left = plus == NULL ? 0 : value->len - (size_t)(plus - value->as.text);

	return left >= 3 && memcmp(plus, "+84", 3) == 0;
}

static enum gw_status
take_one(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	struct gw_digits digits;
	bool international = begins_with_plus_84(value);

	if (gw_digits_take(value, context, &shape, &digits, err) != GW_OK)
		return err->status;
	if (value->kind == GW_NULL)
		return GW_OK;
	to_national(&digits, international, context);
	renumber(&digits);
	if (digits.count == MOBILE_DIGITS && listed(once_landline, digits.text, 4))
		return gw_rule_reject(context, "phone.ambiguous", err, "%s",
				      _("10 digits that were a landline until 2017 and may be a "
					"mobile number now"));
	if (digits.count != MOBILE_DIGITS && digits.count != LANDLINE_DIGITS)
		return gw_digits_reject(&digits, MOBILE_DIGITS, context, &shape, err);
	if (digits.count == MOBILE_DIGITS ? !listed(mobile, digits.text, 3)
					  : strncmp(digits.text, "02", 2) != 0)
		return gw_rule_reject(context, "phone.prefix", err,
				      _("%u digits, but no prefix of mobile or landline numbers"),
				      digits.count);
	return gw_rule_set_text(value, context, digits.text, digits.count, err);
}

/* What stands between the numbers of a text, the surest first; NULL: nothing does. */
static const char *
mark_between(const struct gw_value *value)
{
	static const char *const marks[] = {"|", ";", "/", ",", " - ", "-"};

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (memmem(value->as.text, value->len, marks[i], strlen(marks[i])) != NULL)
			return marks[i];
	return NULL;
}

/* All the numbers, with bars between; one that is none refuses them all. */
static enum gw_status
take_each(struct gw_value *value, const char *mark, struct gw_rule_context *context,
	  struct gw_error *err)
{
	char out[NUMBERS_MAX * (LANDLINE_DIGITS + 1) + 1];
	const char *at = value->as.text, *end = at + value->len, *next;
	size_t len = 0;

	for (; at != NULL; at = next == NULL ? NULL : next + strlen(mark)) {
		struct gw_value one = {.kind = GW_TEXT, .as.text = at};

		next = memmem(at, (size_t)(end - at), mark, strlen(mark));
		one.len = (uint32_t)((next == NULL ? end : next) - at);
		if (take_one(&one, context, err) != GW_OK)
			return err->status;
		if (one.kind == GW_NULL)
			continue;
		if (len + 1 + one.len >= sizeof out)
			return gw_rule_reject(context, "phone.several", err,
					      _("more than %d numbers in one value"), NUMBERS_MAX);
		len += (size_t)snprintf(out + len, sizeof out - len, "%s%.*s", len == 0 ? "" : "|",
					(int)one.len, one.as.text);
	}
	if (len > 0)
		return gw_rule_set_text(value, context, out, len, err);
	gw_rule_set_null(value);
	return GW_OK;
}

/* Dashes may stand in one number as well as between two: what is one number as a whole is that. */
enum gw_status
gw_rule_phone(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	const struct gw_rule_context before = *context;
	enum gw_status status = take_one(value, context, err);
	const char *mark = NULL;

	if (status == GW_REJECT && gw_rule_asked(context, GW_SEVERAL) && value->kind == GW_TEXT)
		mark = mark_between(value);
	if (mark == NULL)
		return status;
	*context = before;
	return take_each(value, mark, context, err);
}
