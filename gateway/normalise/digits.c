#include "normalise/digits.h"

#include <string.h>

#include "base/i18n.h"
#include "normalise/fold.h"
#include "normalise/number.h"
#include "normalise/rules.h"

/* Comes with copied text. */
#define NO_BREAK_SPACE "\xc2\xa0"

/* Collects digits; false at a character that is neither a digit nor a mark. */
static bool
scan(const char *text, size_t len, const char *marks, struct gw_digits *out)
{
	*out = (struct gw_digits){0};
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c >= '0' && c <= '9') {
			if (out->count < GW_DIGITS_MAX)
				out->text[out->count] = c;
			out->count++;
		} else if (len - i >= 2 && memcmp(text + i, NO_BREAK_SPACE, 2) == 0) {
			i++;
		} else if (c == '\0' || strchr(marks, c) == NULL) {
			return false;
		}
	}
	return true;
}

/* What stands after a label that shape allows, or folded itself. */
static char *
after_label(char *folded, const char *labels)
{
	for (const char *label = labels; *label != '\0';) {
		size_t len = strcspn(label, "|");

		if (strncmp(folded, label, len) == 0)
			return folded + len + strspn(folded + len, " :.");
		label += len + 1;
	}
	return folded;
}

/* The letter O where a zero belongs: only in what is digits otherwise. */
static bool
scan_repaired(char *folded, const char *marks, struct gw_rule_context *context,
	      struct gw_digits *out)
{
	bool digits = strpbrk(folded, "0123456789") != NULL;

	if (!gw_rule_repairs(context) || !digits)
		return false;
	for (char *p = folded; (p = strchr(p, 'o')) != NULL;)
		*p = '0';
	if (!scan(folded, strlen(folded), marks, out))
		return false;
	gw_rule_warn(context, GW_WARN_LETTER_O);
	return true;
}

static enum gw_status
take_text(struct gw_value *value, struct gw_rule_context *context,
	  const struct gw_digits_shape *shape, struct gw_digits *out, struct gw_error *err)
{
	char folded[GW_FOLD_MAX + 1], *bare;
	const char *text = value->as.text;
	uint32_t len = value->len;
	int folded_len;

	gw_text_trim(&text, &len);
	if (len > 0 && text[0] == '\'') { /* how a spreadsheet keeps a number text */
		text++;
		len--;
	}
	if (scan(text, len, shape->marks, out))
		return GW_OK;
	folded_len = gw_text_fold(text, len, folded);
	if (folded_len != GW_FOLD_FAILED) {
		if (gw_rule_null_word(folded, (size_t)folded_len)) {
			*out = (struct gw_digits){0};
			return GW_OK;
		}
		bare = after_label(folded, shape->labels);
		if (scan(bare, strlen(bare), shape->marks, out) ||
		    scan_repaired(bare, shape->marks, context, out))
			return GW_OK;
	}
	return gw_rule_reject(context, shape->characters_code, err,
			      _("text of %u bytes with characters that are no digits"), len);
}

enum gw_status
gw_digits_take(struct gw_value *value, struct gw_rule_context *context,
	       const struct gw_digits_shape *shape, struct gw_digits *out, struct gw_error *err)
{
	int64_t n;

	if (value->kind == GW_NULL)
		return GW_OK;
	if (value->kind == GW_TEXT) {
		if (take_text(value, context, shape, out, err) != GW_OK)
			return err->status;
	} else if (gw_value_integer(value, &n) && n >= 0) {
		*out = (struct gw_digits){.numeric = true};
		out->count = (unsigned)gw_integer_text(n, out->text);
	} else {
		return gw_rule_reject(context, shape->kind_code, err,
				      _("found %s, expected text or a whole number above zero"),
				      gw_kind_name(value->kind));
	}
	if (strspn(out->text, "0") == strlen(out->text))
		gw_rule_set_null(value);
	return GW_OK;
}

bool
gw_digits_alone(const struct gw_value *value, unsigned count)
{
	unsigned other = 0;

	if (value->kind != GW_TEXT || value->len != count)
		return false;
	for (unsigned i = 0; i < count; i++)
		other |= (unsigned char)value->as.text[i] - (unsigned)'0' > 9;
	return other == 0;
}

void
gw_digits_pad(struct gw_digits *digits, unsigned want)
{
	unsigned missing = want - digits->count;

	if (digits->count >= want || want > GW_DIGITS_MAX)
		return;
	memmove(digits->text + missing, digits->text, digits->count + 1);
	memset(digits->text, '0', missing);
	digits->count = want;
}

void
gw_digits_restore(struct gw_digits *digits, unsigned want, struct gw_rule_context *context)
{
	if (digits->count + 1 != want || (!digits->numeric && !gw_rule_repairs(context)))
		return;
	gw_digits_pad(digits, want);
	if (!digits->numeric)
		gw_rule_warn(context, GW_WARN_LEADING_ZERO);
}

enum gw_status
gw_digits_reject(const struct gw_digits *digits, unsigned want, struct gw_rule_context *context,
		 const struct gw_digits_shape *shape, struct gw_error *err)
{
	if (digits->count + 1 == want)
		return gw_rule_reject(context, shape->digits_code, err,
				      _("%u digits, not %u: has a spreadsheet dropped the leading "
					"zero?"),
				      digits->count, want);
	return gw_rule_reject(context, shape->digits_code, err, _("%u digits, not %u"),
			      digits->count, want);
}
