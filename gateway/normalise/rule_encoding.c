#include <utf8proc.h>

#include "base/i18n.h"
#include "normalise/encoding.h"
#include "normalise/fold.h"
#include "normalise/rules.h"

/* The characters that windows-1252 has where Latin-1 has control characters. */
static const uint16_t windows[32] = {
	0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

enum { NO_BYTE = -1, LETTER_BYTES = 3, NO_BREAK_SPACE = 0xa0 };

/* The byte that a character was; NO_BYTE: none. */
static int
byte_of(utf8proc_int32_t cp)
{
	if (cp < 0x100)
		return (int)cp;
	for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++)
		if (windows[i] == cp)
			return (int)(0x80 + i);
	return NO_BYTE;
}

/* Writes the bytes that text was read from; false where a character was none. */
static bool
to_bytes(const struct gw_value *value, unsigned char *bytes, size_t *count)
{
	const utf8proc_uint8_t *text = (const utf8proc_uint8_t *)value->as.text;

	*count = 0;
	for (uint32_t i = 0; i < value->len;) {
		utf8proc_int32_t cp;
		utf8proc_ssize_t n = utf8proc_iterate(text + i, value->len - i, &cp);
		int byte = n <= 0 ? NO_BYTE : byte_of(cp);

		if (byte == NO_BYTE)
			return false;
		bytes[(*count)++] = (unsigned char)byte;
		i += (uint32_t)n;
	}
	return true;
}

/* The letter at p and how many bytes it takes; 0: the encoding has no such letter. */
static size_t
letter_at(const struct gw_encoding *encoding, const unsigned char *p, size_t left, uint16_t *letter)
{
	for (size_t i = 0; i < encoding->npairs; i++) {
		const struct gw_encoding_pair *pair = &encoding->pairs[i];

		if (pair->first != p[0] ||
		    (pair->second != 0 && (left < 2 || pair->second != p[1])))
			continue;
		*letter = pair->letter;
		return pair->second == 0 ? 1 : 2;
	}
	*letter = p[0];
	if (p[0] >= 0x80)
		*letter = encoding->high == NULL ? 0 : encoding->high[p[0] - 0x80];
	if (p[0] == NO_BREAK_SPACE && *letter == 0)
		*letter = NO_BREAK_SPACE;
	return *letter == 0 ? 0 : 1;
}

static bool
decode(const struct gw_encoding *encoding, const unsigned char *bytes, size_t count, char *out,
       uint32_t *len)
{
	uint16_t letter;
	size_t n;

	*len = 0;
	for (size_t i = 0; i < count; i += n) {
		n = letter_at(encoding, bytes + i, count - i, &letter);
		if (n == 0)
			return false;
		*len += (uint32_t)utf8proc_encode_char(letter, (utf8proc_uint8_t *)out + *len);
	}
	return true;
}

enum gw_status
gw_rule_encoding(struct gw_value *value, struct gw_rule_context *context, struct gw_error *err)
{
	const struct gw_encoding *encoding = context->encoding;
	unsigned char *bytes;
	size_t count;
	char *out;

	if (value->kind != GW_TEXT || value->len == 0 ||
	    (encoding->npairs == 0 && gw_text_ascii(value->as.text, value->len)))
		return GW_OK;
	bytes = gw_arena_alloc(context->arena, value->len);
	if (bytes == NULL)
		return gw_fail_memory(err);
	if (!to_bytes(value, bytes, &count))
		return gw_rule_reject(context, "encoding.unicode", err,
				      _("text of %u bytes with a character that no byte of %s "
					"stands for: is the column in Unicode already?"),
				      value->len, encoding->name);
	out = gw_arena_alloc(context->arena, count * LETTER_BYTES);
	if (out == NULL)
		return gw_fail_memory(err);
	if (!decode(encoding, bytes, count, out, &value->len))
		return gw_rule_reject(context, "encoding.byte", err,
				      _("text of %zu characters with one that %s does not have"),
				      count, encoding->name);
	value->as.text = out;
	return gw_rule_nfc(value, context, err);
}
