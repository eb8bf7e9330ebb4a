#include "normalise/rules.h"

#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "normalise/fold.h"

enum { CODE_MAX = 40, DAY_DIGITS = 6, NUMBER_MIN = 4, NUMBER_MAX = 6, CENTURY = 2000 };

/* Letters and digits in capitals without white space; false: other characters, or too long. */
static bool
scan(const char *text, size_t len, char out[CODE_MAX + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == ' ')
			continue;
		if (c >= 'a' && c <= 'z')
			c = (char)(c ^ 0x20);
		if (n == CODE_MAX || c == '\0' ||
		    strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-", c) == NULL)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return true;
}

/* H56: a province or a ministry. */
static bool
is_body(const char *part, size_t len)
{
	return len == 3 && part[0] >= 'A' && part[0] <= 'Z' && strspn(part + 1, "0123456789") >= 2;
}

/* "000.17.22.H56", the form until 2020, or "H56.35.01". */
static bool
is_unit(const char *code, size_t len)
{
	size_t parts = 0, bodies = 0, body_at = 0;

	for (size_t i = 0; i <= len; parts++) {
		size_t n = strcspn(code + i, ".-");
		bool digits = strspn(code + i, "0123456789") >= n;

		if (is_body(code + i, n)) {
			bodies++;
			body_at = parts;
		} else if (!digits || n < 2 || n > 3) {
			return false;
		}
		i += n + 1;
	}
	return bodies == 1 && parts >= 2 && parts <= 4 && (body_at == 0 || body_at == parts - 1);
}

static bool
is_day(const char *digits)
{
	int n[3];
	int64_t days;

	for (size_t i = 0; i < 3; i++)
		n[i] = (digits[2 * i] - '0') * 10 + (digits[2 * i + 1] - '0');
	return gw_date_from_civil(CENTURY + n[0], n[1], n[2], &days);
}

/* What is wrong with a code of the right characters; NULL: nothing. */
static const char *
fault_of(const char *code)
{
	size_t unit = strcspn(code, "-"), number;

	if (code[unit] == '\0' || strspn(code + unit + 1, "0123456789") != DAY_DIGITS ||
	    code[unit + 1 + DAY_DIGITS] != '-')
		return "dossier_code.shape";
	number = strspn(code + unit + DAY_DIGITS + 2, "0123456789");
	if (number < NUMBER_MIN || number > NUMBER_MAX ||
	    code[unit + DAY_DIGITS + 2 + number] != '\0')
		return "dossier_code.shape";
	if (!is_unit(code, unit))
		return "dossier_code.unit";
	return is_day(code + unit + 1) ? NULL : "dossier_code.day";
}

static enum gw_status
reject(const char *fault, uint32_t len, struct gw_rule_context *context, struct gw_error *err)
{
	if (strcmp(fault, "dossier_code.day") == 0)
		return gw_rule_reject(
			context, "dossier_code.day", err, "%s",
			_("the six digits in the middle are no day (year, month, day)"));
	if (strcmp(fault, "dossier_code.unit") == 0)
		return gw_rule_reject(context, "dossier_code.unit", err, "%s",
				      _("what stands before the day is no unit's code, such as "
					"000.17.22.H56 or H56.35"));
	return gw_rule_reject(
		context, "dossier_code.shape", err,
		_("text of %u bytes, expected a unit's code, six digits of a day and a "
		  "number, with dashes between them"),
		len);
}

enum gw_status
gw_rule_dossier_code(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	char code[CODE_MAX + 1] = "", folded[GW_FOLD_MAX + 1];
	const char *text = value->as.text, *fault;
	uint32_t len = value->len;

	if (value->kind == GW_NULL)
		return GW_OK;
	if (value->kind != GW_TEXT)
		return gw_rule_reject(context, "dossier_code.kind", err,
				      _("found %s, expected text"), gw_kind_name(value->kind));
	gw_text_trim(&text, &len);
	if (gw_text_fold(text, len, folded) != GW_FOLD_FAILED &&
	    gw_rule_null_word(folded, strlen(folded))) {
		gw_rule_set_null(value);
		return GW_OK;
	}
	fault = scan(text, len, code) ? fault_of(code) : "dossier_code.shape";
	if (fault != NULL)
		return reject(fault, len, context, err);
	return gw_rule_set_text(value, context, code, strlen(code), err);
}
