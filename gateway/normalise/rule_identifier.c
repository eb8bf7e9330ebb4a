#include "normalise/rules.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "normalise/digits.h"
#include "normalise/fold.h"
#include "normalise/province.h"

enum {
	CITIZEN_DIGITS = 12,
	CMND_DIGITS = 9,
	INSURANCE_DIGITS = 10,
	TAX_DIGITS = 10,
	TAX_UNIT_DIGITS = 13,
	CARD_CHARACTERS = 15,
};

/* Only two centuries have begun: 0 and 1 are births of 19xx, 2 and 3 of 20xx. */
#define LAST_CENTURY_DIGIT '3'

static const struct gw_digits_shape citizen_shape = {
	.kind_code = "citizen_number.kind",
	.characters_code = "citizen_number.characters",
	.digits_code = "citizen_number.digits",
	.marks = " .-",
	.labels = "cccd|căn cước công dân|căn cước|số định danh|",
};

static bool
province_holds(const char *digits)
{
	unsigned province = (unsigned)(digits[1] - '0') * 10 + (unsigned)(digits[2] - '0');

	return digits[0] == '0' && gw_province_known(province);
}

static enum gw_status
check_citizen(const char *digits, struct gw_rule_context *context, struct gw_error *err)
{
	if (!province_holds(digits))
		return gw_rule_reject(context, "citizen_number.province", err, "%s",
				      _("12 digits whose first three are no province's code"));
	if (digits[3] > LAST_CENTURY_DIGIT)
		return gw_rule_reject(
			context, "citizen_number.century", err, "%s",
			_("12 digits whose fourth names a century that has not begun"));
	return GW_OK;
}

enum gw_status
gw_rule_citizen_number(struct gw_value *value, struct gw_rule_context *context,
		       struct gw_error *err)
{
	struct gw_digits digits;

	if (gw_digits_alone(value, CITIZEN_DIGITS) && province_holds(value->as.text) &&
	    value->as.text[3] <= LAST_CENTURY_DIGIT)
		return GW_OK; /* and is copied nowhere */
	if (gw_digits_take(value, context, &citizen_shape, &digits, err) != GW_OK)
		return err->status;
	if (value->kind == GW_NULL)
		return GW_OK;
	/* Every province begins with one zero or two, which no number column can keep. */
	if (digits.numeric && digits.count == CITIZEN_DIGITS - 2)
		gw_digits_pad(&digits, CITIZEN_DIGITS);
	gw_digits_restore(&digits, CITIZEN_DIGITS, context);
	if (digits.count != CITIZEN_DIGITS)
		return gw_digits_reject(&digits, CITIZEN_DIGITS, context, &citizen_shape, err);
	if (check_citizen(digits.text, context, err) != GW_OK)
		return err->status;
	return gw_rule_set_text(value, context, digits.text, CITIZEN_DIGITS, err);
}

enum gw_status
gw_rule_cmnd(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	static const struct gw_digits_shape shape = {
		.kind_code = "cmnd.kind",
		.characters_code = "cmnd.characters",
		.digits_code = "cmnd.digits",
		.marks = " .-",
		.labels = "cmnd|cmt|chứng minh nhân dân|chứng minh thư|",
	};
	struct gw_digits digits;

	if (gw_digits_take(value, context, &shape, &digits, err) != GW_OK)
		return err->status;
	if (value->kind == GW_NULL)
		return GW_OK;
	gw_digits_restore(&digits, CMND_DIGITS, context);
	if (digits.count != CMND_DIGITS)
		return gw_digits_reject(&digits, CMND_DIGITS, context, &shape, err);
	return gw_rule_set_text(value, context, digits.text, CMND_DIGITS, err);
}

/* The last ten digits of a card, or nothing where the mapping asks for personal numbers alone. */
static enum gw_status
put_insurance(struct gw_value *value, struct gw_rule_context *context, const char *digits,
	      struct gw_error *err)
{
	if (!gw_rule_asked(context, GW_ONLY_CITIZEN))
		return gw_rule_set_text(value, context, digits, INSURANCE_DIGITS, err);
	gw_rule_set_null(value);
	return GW_OK;
}

/* A personal number where a card's should be: where the mapping says what to do about such. */
static bool
is_citizen(struct gw_digits *digits, const struct gw_rule_context *context)
{
	if (!gw_rule_asked(context, GW_ONLY_CARD) && !gw_rule_asked(context, GW_ONLY_CITIZEN))
		return false;
	if (digits->numeric && digits->count == CITIZEN_DIGITS - 1)
		gw_digits_pad(digits, CITIZEN_DIGITS);
	return digits->count == CITIZEN_DIGITS && province_holds(digits->text) &&
	       digits->text[3] <= LAST_CENTURY_DIGIT;
}

static enum gw_status
put_citizen(struct gw_value *value, struct gw_rule_context *context, const char *digits,
	    struct gw_error *err)
{
	if (!gw_rule_asked(context, GW_ONLY_CARD))
		return gw_rule_set_text(value, context, digits, CITIZEN_DIGITS, err);
	gw_rule_warn(context, GW_WARN_CITIZEN_FOR_CARD);
	gw_rule_set_null(value);
	return GW_OK;
}

static enum gw_status
take_insurance(struct gw_value *value, struct gw_rule_context *context,
	       const struct gw_digits_shape *shape, struct gw_error *err)
{
	struct gw_digits digits;

	if (gw_digits_take(value, context, shape, &digits, err) != GW_OK)
		return err->status;
	if (value->kind == GW_NULL)
		return GW_OK;
	if (is_citizen(&digits, context))
		return put_citizen(value, context, digits.text, err);
	gw_digits_restore(&digits, INSURANCE_DIGITS, context);
	if (digits.count != INSURANCE_DIGITS)
		return gw_digits_reject(&digits, INSURANCE_DIGITS, context, shape, err);
	return put_insurance(value, context, digits.text, err);
}

enum gw_status
gw_rule_social_insurance(struct gw_value *value, struct gw_rule_context *context,
			 struct gw_error *err)
{
	static const struct gw_digits_shape shape = {
		.kind_code = "social_insurance.kind",
		.characters_code = "social_insurance.characters",
		.digits_code = "social_insurance.digits",
		.marks = " .-",
		.labels = "bhxh|mã số bhxh|số bhxh|",
	};

	return take_insurance(value, context, &shape, err);
}

/* The groups of insured people, by the benefit digit that goes with each. */
static const char *const card_groups[] = {
	NULL,
	" CC TE ",
	" CK CB KC HN DT DK XD BT TS ",
	" HT TC CN ",
	" DN HX CH NN TK HC XK TB NO CT XB TN CS XN MS HD TQ TA TY HG LS HS SV GB GD BA ",
	" QN CA CY ",
};

/* Copies letters and digits in upper case, drops spaces, dots and dashes; false at all else. */
static bool
scan_card(const char *text, size_t len, char out[CARD_CHARACTERS + 1], unsigned *count)
{
	*count = 0;
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c >= 'a' && c <= 'z')
			c = (char)(c ^ 0x20);
		if (c == '\0' || strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .-", c) == NULL)
			return false;
		if (c == ' ' || c == '.' || c == '-')
			continue;
		if (*count < CARD_CHARACTERS)
			out[*count] = c;
		(*count)++;
	}
	out[*count < CARD_CHARACTERS ? *count : CARD_CHARACTERS] = '\0';
	return true;
}

/* Đ of a Vietnamese keyboard becomes D; how many bytes there are then, and whether there was one.
 */
static size_t
repair_letters(const char *text, size_t len, char *out, size_t size, bool *found)
{
	size_t n = 0;

	for (size_t at = 0; at < len; n++) {
		bool d = len - at >= 2 && text[at] == '\xc4' &&
			 (text[at + 1] == '\x90' || text[at + 1] == '\x91');

		if (n == size)
			return 0;
		*found |= d;
		if (d)
			out[n] = 'D';
		else
			out[n] = text[at];
		at += d ? 2 : 1;
	}
	return n;
}

/* Such a card; false: a character too many. */
static bool
repair_card(const char *text, size_t len, struct gw_rule_context *context,
	    char card[CARD_CHARACTERS + 1])
{
	char plain[2 * CARD_CHARACTERS];
	bool d = false, o = false;
	unsigned count = 0;
	size_t n = repair_letters(text, len, plain, sizeof plain, &d);

	if (n == 0 || !scan_card(plain, n, card, &count) || count != CARD_CHARACTERS)
		return false;
	for (size_t i = 2; i < CARD_CHARACTERS; i++) {
		o |= card[i] == 'O';
		if (card[i] == 'O')
			card[i] = '0';
	}
	if (d)
		gw_rule_warn(context, GW_WARN_LETTER_D);
	if (o)
		gw_rule_warn(context, GW_WARN_LETTER_O);
	return true;
}

static bool
take_card(const char *text, size_t len, struct gw_rule_context *context,
	  char card[CARD_CHARACTERS + 1])
{
	unsigned count = 0;
	bool taken = gw_rule_repairs(context)
			     ? repair_card(text, len, context, card)
			     : scan_card(text, len, card, &count) && count == CARD_CHARACTERS;

	return taken && card[0] > '9' && card[1] > '9';
}

static enum gw_status
check_card(const char *card, struct gw_rule_context *context, struct gw_error *err)
{
	char group[] = {' ', card[0], card[1], ' ', '\0'};
	unsigned benefit = (unsigned)(card[2] - '0');

	if (strspn(card + 2, "0123456789") != CARD_CHARACTERS - 2)
		return gw_rule_reject(context, "bhyt_number.characters", err, "%s",
				      _("15 characters, but not 2 letters and 13 digits"));
	for (unsigned digit = 1; digit < sizeof card_groups / sizeof card_groups[0]; digit++) {
		if (strstr(card_groups[digit], group) == NULL)
			continue;
		if (digit == benefit)
			return GW_OK;
		return gw_rule_reject(
			context, "bhyt_number.benefit", err, "%s",
			_("the benefit digit does not go with the card's two letters"));
	}
	return gw_rule_reject(context, "bhyt_number.group", err, "%s",
			      _("the card's two letters are no group of insured people"));
}

enum gw_status
gw_rule_bhyt_number(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	static const struct gw_digits_shape shape = {
		.kind_code = "bhyt_number.kind",
		.characters_code = "bhyt_number.characters",
		.digits_code = "bhyt_number.digits",
		.marks = " .-",
		.labels = "bhyt|thẻ bhyt|số thẻ|",
	};
	char card[CARD_CHARACTERS + 1];
	const char *text = value->as.text;
	uint32_t len = value->len;

	if (value->kind != GW_TEXT)
		return take_insurance(value, context, &shape, err);
	gw_text_trim(&text, &len);
	if (!take_card(text, len, context, card))
		return take_insurance(value, context, &shape, err);
	if (check_card(card, context, err) != GW_OK)
		return err->status;
	return put_insurance(value, context, card + CARD_CHARACTERS - INSURANCE_DIGITS, err);
}

static bool
tax_check_digit_holds(const char *digits)
{
	static const int weights[TAX_DIGITS - 1] = {31, 29, 23, 19, 17, 13, 7, 5, 3};
	int sum = 0;

	for (size_t i = 0; i < sizeof weights / sizeof weights[0]; i++)
		sum += weights[i] * (digits[i] - '0');
	/* A remainder of 0 would need the digit 10: such numbers are never issued. */
	return 10 - sum % 11 == digits[TAX_DIGITS - 1] - '0';
}

/* Text of twelve digits is a person's number, a number of as many has lost its zero. */
static void
restore_tax_zero(struct gw_digits *digits, struct gw_rule_context *context)
{
	static const unsigned wanted[] = {TAX_DIGITS, CITIZEN_DIGITS, TAX_UNIT_DIGITS};
	unsigned count = digits->count;

	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		if (count + 1 == wanted[i] && (digits->numeric || wanted[i] != TAX_UNIT_DIGITS))
			gw_digits_restore(digits, wanted[i], context);
}

enum gw_status
gw_rule_tax(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	static const struct gw_digits_shape shape = {
		.kind_code = "tax.kind",
		.characters_code = "tax.characters",
		.digits_code = "tax.digits",
		.marks = " .-",
		.labels = "mst|mã số thuế|",
	};
	struct gw_digits digits;
	char out[TAX_UNIT_DIGITS + 2];
	int len;

	if (gw_digits_take(value, context, &shape, &digits, err) != GW_OK)
		return err->status;
	if (value->kind == GW_NULL)
		return GW_OK;
	restore_tax_zero(&digits, context);
	if (digits.count == CITIZEN_DIGITS) /* a person's tax number since 1/7/2025 */
		return check_citizen(digits.text, context, err) != GW_OK
			       ? err->status
			       : gw_rule_set_text(value, context, digits.text, CITIZEN_DIGITS, err);
	if (digits.count != TAX_DIGITS && digits.count != TAX_UNIT_DIGITS)
		return gw_digits_reject(&digits, TAX_DIGITS, context, &shape, err);
	if (!tax_check_digit_holds(digits.text))
		return gw_rule_reject(
			context, "tax.check_digit", err, "%s",
			_("the tenth digit is not the check digit of the first nine"));
	len = snprintf(out, sizeof out, "%.10s%s%.3s", digits.text,
		       digits.count == TAX_UNIT_DIGITS ? "-" : "", digits.text + TAX_DIGITS);
	return gw_rule_set_text(value, context, out, (size_t)len, err);
}
