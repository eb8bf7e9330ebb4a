#include "normalise/rules.h"

#include <string.h>
#include <utf8proc.h>

#include "base/i18n.h"
#include "normalise/fold.h"

enum gw_status
gw_rule_trim(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	(void)context;
	(void)err;
	if (value->kind != GW_TEXT)
		return GW_OK;
	gw_text_trim(&value->as.text, &value->len);
	if (value->len == 0)
		gw_rule_set_null(value);
	return GW_OK;
}

static enum gw_status
reject_encoding(struct gw_rule_context *context, const char *code, struct gw_error *err)
{
	return gw_rule_reject(context, code, err, "%s", _("the text is not valid UTF-8"));
}

/* The eth of Icelandic, which old keyboards give for đ; the next one at or behind p. */
static const char *
find_eth(const char *p, const char *end)
{
	for (; (p = memchr(p, 0xc3, (size_t)(end - p))) != NULL && end - p >= 2; p++)
		if (p[1] == '\x90' || p[1] == '\xb0')
			return p;
	return NULL;
}

/* Makes every eth a đ, which takes as many bytes. */
static enum gw_status
replace_eth(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	const char *end = value->as.text + value->len, *eth = find_eth(value->as.text, end);
	char *copy;

	if (eth == NULL)
		return GW_OK;
	copy = gw_arena_copy(context->arena, value->as.text, value->len);
	if (copy == NULL)
		return gw_fail_memory(err);
	for (; eth != NULL; eth = find_eth(eth + 2, end)) {
		char *at = copy + (eth - value->as.text);

		at[0] = '\xc4';
		at[1] = at[1] == '\x90' ? '\x90' : '\x91';
	}
	value->as.text = copy;
	return GW_OK;
}

enum gw_status
gw_rule_nfc(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	const utf8proc_uint8_t *text;
	utf8proc_int32_t *points;
	utf8proc_ssize_t n;

	if (value->kind != GW_TEXT)
		return GW_OK;
	if (replace_eth(value, context, err) != GW_OK)
		return err->status;
	if (gw_text_surely_nfc(value->as.text, value->len))
		return GW_OK;
	text = (const utf8proc_uint8_t *)value->as.text;
	n = utf8proc_decompose(text, value->len, NULL, 0, options);
	if (n < 0)
		return reject_encoding(context, "nfc.utf8", err);
	points = gw_arena_alloc(context->arena, ((size_t)n + 1) * sizeof *points);
	if (points == NULL)
		return gw_fail_memory(err);
	n = utf8proc_decompose(text, value->len, points, n, options);
	if (n >= 0)
		n = utf8proc_reencode(points, n, options);
	if (n < 0)
		return reject_encoding(context, "nfc.utf8", err);
	value->as.text = (const char *)points;
	value->len = (uint32_t)n;
	return GW_OK;
}

static bool
is_letter_from(char c, char first)
{
	return c >= first && c <= first + 25;
}

static enum gw_status
case_ascii(struct gw_value *value, struct gw_rule_context *context, char first,
	   struct gw_error *err)
{
	uint32_t i = 0;
	char *copy;

	while (i < value->len && !is_letter_from(value->as.text[i], first))
		i++;
	if (i == value->len)
		return GW_OK;
	copy = gw_arena_copy(context->arena, value->as.text, value->len);
	if (copy == NULL)
		return gw_fail_memory(err);
	for (; i < value->len; i++)
		if (is_letter_from(copy[i], first))
			copy[i] = (char)(copy[i] ^ 0x20);
	value->as.text = copy;
	return GW_OK;
}

/* first: the first letter of the case that goes. */
static enum gw_status
change_case(struct gw_value *value, struct gw_rule_context *context,
	    utf8proc_int32_t (*map)(utf8proc_int32_t), char first, struct gw_error *err)
{
	const utf8proc_uint8_t *text = (const utf8proc_uint8_t *)value->as.text;
	utf8proc_uint8_t *out;
	size_t len = 0;

	if (value->kind != GW_TEXT)
		return GW_OK;
	if (gw_text_ascii(value->as.text, value->len))
		return case_ascii(value, context, first, err);
	/* A letter of two bytes may become one of three. */
	out = gw_arena_alloc(context->arena, (size_t)value->len * 2 + 4);
	if (out == NULL)
		return gw_fail_memory(err);
	for (uint32_t i = 0; i < value->len;) {
		utf8proc_int32_t cp;
		utf8proc_ssize_t n = utf8proc_iterate(text + i, value->len - i, &cp);

		if (n <= 0)
			return reject_encoding(context, "case.utf8", err);
		len += (size_t)utf8proc_encode_char(map(cp), out + len);
		i += (uint32_t)n;
	}
	value->as.text = (const char *)out;
	value->len = (uint32_t)len;
	return GW_OK;
}

enum gw_status
gw_rule_upper(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	return change_case(value, context, utf8proc_toupper, 'a', err);
}

enum gw_status
gw_rule_lower(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	return change_case(value, context, utf8proc_tolower, 'A', err);
}
