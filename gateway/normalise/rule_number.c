#include "normalise/rules.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "normalise/fold.h"
#include "normalise/number.h"

/* Trims text; true when nothing is left, and value is null then. */
static bool
blank(struct gw_value *value)
{
	gw_text_trim(&value->as.text, &value->len);
	if (value->len > 0)
		return false;
	gw_rule_set_null(value);
	return true;
}

static enum gw_status
reject_kind(struct gw_rule_context *context, const char *code, const struct gw_value *value,
	    struct gw_error *err)
{
	return gw_rule_reject(context, code, err, _("found %s, expected text or a number"),
			      gw_kind_name(value->kind));
}

enum gw_status
gw_rule_integer(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	int64_t n;

	if (value->kind == GW_NULL || value->kind == GW_INT)
		return GW_OK;
	if (value->kind == GW_TEXT) {
		if (blank(value))
			return GW_OK;
		if (!gw_parse_i64(value->as.text, value->len, &n))
			return gw_rule_reject(context, "integer.shape", err,
					      _("text of %u characters that is not a whole number: "
						"only digits and a sign are taken"),
					      value->len);
	} else if (value->kind != GW_DECIMAL && value->kind != GW_FLOAT) {
		return reject_kind(context, "integer.kind", value, err);
	} else if (!gw_value_integer(value, &n)) {
		return gw_rule_reject(context, "integer.fraction", err, "%s",
				      _("the number has a fraction, or is out of range"));
	}
	*value = (struct gw_value){.kind = GW_INT, .as.integer = n};
	return GW_OK;
}

/* What separators a number's text holds. */
struct separators {
	unsigned points, commas;
	size_t last; /* place of the last of them */
};

/* False where text holds anything but digits and separators between digits. */
static bool
find_separators(const char *text, size_t len, struct separators *out)
{
	*out = (struct separators){0};
	for (size_t i = 0; i < len; i++) {
		bool digit = text[i] >= '0' && text[i] <= '9';

		if (!digit && (i == 0 || i + 1 == len || (text[i] != '.' && text[i] != ',') ||
			       text[i - 1] == '.' || text[i - 1] == ','))
			return false;
		if (digit)
			continue;
		out->points += text[i] == '.';
		out->commas += text[i] == ',';
		out->last = i;
	}
	return len > 0;
}

/* True when text[0..len) is 1 to 3 digits, then groups of mark and three digits. */
static bool
grouped(const char *text, size_t len, char mark)
{
	size_t head = strcspn(text, ".,");

	if (head == 0 || head > 3 || text[0] == '0' || head > len)
		return false;
	for (size_t i = head; i < len; i += 4)
		if (text[i] != mark || len - i < 4 || memchr(text + i + 1, '.', 3) != NULL ||
		    memchr(text + i + 1, ',', 3) != NULL)
			return false;
	return true;
}

enum reading { READ_BAD, READ_AMBIGUOUS, READ_OK };

/* Where the decimal mark stands, or len when there is none. */
static enum reading
read_marks(const char *text, size_t len, size_t *mark)
{
	struct separators found;
	unsigned n;

	if (!find_separators(text, len, &found))
		return READ_BAD;
	n = found.points + found.commas;
	*mark = n == 0 ? len : found.last;
	if (n == 0)
		return READ_OK;
	if (n == 1) /* 1.234 is a thousand here and one and a bit there */
		return len - found.last == 4 && grouped(text, len, text[found.last])
			       ? READ_AMBIGUOUS
			       : READ_OK;
	if (found.points == 0 || found.commas == 0) {
		*mark = len;
		return grouped(text, len, text[found.last]) ? READ_OK : READ_BAD;
	}
	/* Both: the last is the decimal mark, all others group. */
	return grouped(text, found.last, text[found.last] == '.' ? ',' : '.') ? READ_OK : READ_BAD;
}

enum { DECIMAL_MAX = 100 };

static enum gw_status
decimal_text(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	char text[DECIMAL_MAX + 1], out[DECIMAL_MAX + 2];
	bool sign = value->as.text[0] == '-' || value->as.text[0] == '+';
	size_t len = value->len - sign, used = 0, mark = 0;
	enum reading reading = READ_BAD;

	if (len <= DECIMAL_MAX) {
		memcpy(text, value->as.text + sign, len);
		text[len] = '\0';
		reading = read_marks(text, len, &mark);
	}
	if (reading == READ_AMBIGUOUS)
		return gw_rule_reject(context, "decimal.ambiguous", err, "%s",
				      _("one mark before three digits: thousands or a fraction?"));
	if (reading == READ_BAD)
		return gw_rule_reject(context, "decimal.shape", err,
				      _("text of %u characters that is not a number"), value->len);
	if (value->as.text[0] == '-')
		out[used++] = '-';
	for (size_t i = 0; i < len; i++) {
		if (i == mark)
			out[used++] = '.';
		else if (text[i] != '.' && text[i] != ',')
			out[used++] = text[i];
	}
	if (gw_rule_set_text(value, context, out, used, err) != GW_OK)
		return err->status;
	value->kind = GW_DECIMAL;
	return GW_OK;
}

/* The shortest text that reads back as the same number. */
static enum gw_status
decimal_float(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	char out[64];
	int len = 0;

	for (int digits = 15; digits <= 17; digits++) {
		len = snprintf(out, sizeof out, "%.*g", digits, value->as.real);
		if (strtod(out, NULL) == value->as.real)
			break;
	}
	if (!isfinite(value->as.real) || strchr(out, 'e') != NULL)
		return gw_rule_reject(context, "decimal.range", err, "%s",
				      _("the floating-point number is too large or too small to be "
					"written out"));
	if (gw_rule_set_text(value, context, out, (size_t)len, err) != GW_OK)
		return err->status;
	value->kind = GW_DECIMAL;
	return GW_OK;
}

enum gw_status
gw_rule_decimal(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	char out[GW_INTEGER_TEXT];
	size_t len;

	if (value->kind == GW_NULL || value->kind == GW_DECIMAL)
		return GW_OK;
	if (value->kind == GW_TEXT)
		return blank(value) ? GW_OK : decimal_text(value, context, err);
	if (value->kind == GW_FLOAT)
		return decimal_float(value, context, err);
	if (value->kind != GW_INT)
		return reject_kind(context, "decimal.kind", value, err);
	len = gw_integer_text(value->as.integer, out);
	if (gw_rule_set_text(value, context, out, len, err) != GW_OK)
		return err->status;
	value->kind = GW_DECIMAL;
	return GW_OK;
}

static const struct {
	const char *word;
	bool truth;
} truths[] = {
	{"có", true},     {"co", true},     {"đúng", true},   {"dung", true}, {"x", true},
	{"yes", true},    {"y", true},      {"true", true},   {"t", true},    {"1", true},
	{"không", false}, {"ko", false},    {"khong", false}, {"sai", false}, {"no", false},
	{"n", false},     {"false", false}, {"f", false},     {"0", false},
};

static enum gw_status
boolean_word(const char *word, struct gw_value *value, struct gw_rule_context *context,
	     struct gw_error *err)
{
	for (size_t i = 0; i < sizeof truths / sizeof truths[0]; i++) {
		if (strcmp(truths[i].word, word) != 0)
			continue;
		*value = (struct gw_value){.kind = GW_BOOL, .as.truth = truths[i].truth};
		return GW_OK;
	}
	return gw_rule_reject(context, "boolean.word", err, "%s",
			      _("the value is none of the words for yes and no"));
}

enum gw_status
gw_rule_boolean(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	char word[GW_FOLD_MAX + 1];
	int64_t n;

	if (value->kind == GW_NULL || value->kind == GW_BOOL)
		return GW_OK;
	if (value->kind == GW_TEXT) {
		if (blank(value))
			return GW_OK;
		if (gw_text_fold(value->as.text, value->len, word) == GW_FOLD_FAILED)
			word[0] = '\0';
		return boolean_word(word, value, context, err);
	}
	if (!gw_value_integer(value, &n))
		return reject_kind(context, "boolean.kind", value, err);
	if (n != 0 && n != 1)
		return gw_rule_reject(context, "boolean.word", err, "%s",
				      _("the number is neither 0 nor 1"));
	*value = (struct gw_value){.kind = GW_BOOL, .as.truth = n == 1};
	return GW_OK;
}
