#include "normalise/fold.h"

#include <string.h>
#include <utf8proc.h>

#include "base/text.h"

enum { ETH = 0x00f0, D_STROKE = 0x0111 };

bool
gw_text_ascii(const char *text, size_t len)
{
	return gw_ascii_run(text, len) == len;
}

static bool
continues(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* Bytes of the letter at p: Latin up to U+02FF, or Vietnamese U+1EA0 to U+1EF9; 0: another. */
static size_t
letter(const unsigned char *p, size_t left)
{
	if (*p >= 0xc2 && *p <= 0xcb && left >= 2)
		return continues(p[1]) ? 2 : 0;
	if (*p != 0xe1 || left < 3 || !continues(p[2]))
		return 0;
	return (p[1] == 0xba && p[2] >= 0xa0) || (p[1] == 0xbb && p[2] <= 0xb9) ? 3 : 0;
}

bool
gw_text_surely_nfc(const char *text, size_t len)
{
	size_t i, n;

	for (i = gw_ascii_run(text, len); i < len; i += gw_ascii_run(text + i, len - i)) {
		n = letter((const unsigned char *)text + i, len - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

static bool
is_blank(utf8proc_int32_t cp)
{
	static const struct {
		utf8proc_int32_t from, to;
	} blanks[] = {
		{0x85, 0x85},     {0xa0, 0xa0},     {0x2000, 0x200b}, {0x2028, 0x2029},
		{0x202f, 0x202f}, {0x205f, 0x2060}, {0x3000, 0x3000}, {0xfeff, 0xfeff},
	};

	for (size_t i = 0; i < sizeof blanks / sizeof blanks[0] && cp >= blanks[i].from; i++)
		if (cp <= blanks[i].to)
			return true;
	return false;
}

/* Bytes of the white space that text begins with; 0: none. */
static size_t
blank_at(const unsigned char *text, size_t len)
{
	utf8proc_int32_t cp;
	utf8proc_ssize_t n;

	if (text[0] < 0x80)
		return text[0] == ' ' || (text[0] >= '\t' && text[0] <= '\r') ? 1 : 0;
	n = utf8proc_iterate(text, (utf8proc_ssize_t)len, &cp);
	return n > 0 && is_blank(cp) ? (size_t)n : 0;
}

/* An ASCII character that is no white space. */
static bool
is_solid(unsigned char c)
{
	return c > ' ' && c < 0x80;
}

void
gw_text_trim(const char **text, uint32_t *len)
{
	const unsigned char *p = (const unsigned char *)*text;
	size_t left = *len, n;

	if (left > 0 && is_solid(p[0]) && is_solid(p[left - 1])) /* most values */
		return;
	while (left > 0 && (n = blank_at(p, left)) > 0) {
		p += n;
		left -= n;
	}
	while (left > 0) {
		size_t start = left - 1;

		while (start > 0 && (p[start] & 0xc0) == 0x80 && left - start < 4)
			start--;
		n = blank_at(p + start, left - start);
		if (n != left - start)
			break;
		left = start;
	}
	*text = (const char *)p;
	*len = (uint32_t)left;
}

static int
fold_ascii(const char *text, size_t len, char *out)
{
	memcpy(out, text, len);
	for (size_t i = 0; i < len; i++)
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] ^ 0x20);
	out[len] = '\0';
	return (int)len;
}

static int
fold_unicode(const char *text, size_t len, char *out)
{
	const utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD;
	utf8proc_int32_t points[GW_FOLD_MAX + 1];
	utf8proc_ssize_t n =
		utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)len, points,
				   GW_FOLD_MAX, options);

	if (n < 0 || n > GW_FOLD_MAX)
		return GW_FOLD_FAILED;
	for (utf8proc_ssize_t i = 0; i < n; i++)
		if (points[i] == ETH)
			points[i] = D_STROKE;
	n = utf8proc_reencode(points, n, options);
	if (n < 0 || n > GW_FOLD_MAX)
		return GW_FOLD_FAILED;
	memcpy(out, points, (size_t)n);
	out[n] = '\0';
	return (int)n;
}

int
gw_text_fold(const char *text, size_t len, char out[GW_FOLD_MAX + 1])
{
	uint32_t left = len > UINT32_MAX ? UINT32_MAX : (uint32_t)len;

	gw_text_trim(&text, &left);
	if (left > GW_FOLD_MAX)
		return GW_FOLD_FAILED;
	return gw_text_ascii(text, left) ? fold_ascii(text, left, out)
					 : fold_unicode(text, left, out);
}

bool
gw_text_capitals(const char *folded, char out[GW_FOLD_MAX + 1])
{
	const utf8proc_uint8_t *p = (const utf8proc_uint8_t *)folded;
	utf8proc_uint8_t letter_bytes[4];
	size_t len = 0;

	while (*p != 0) {
		utf8proc_int32_t cp;
		utf8proc_ssize_t n = utf8proc_iterate(p, -1, &cp), m;

		if (n <= 0)
			return false;
		m = utf8proc_encode_char(utf8proc_toupper(cp), letter_bytes);
		if (len + (size_t)m > GW_FOLD_MAX)
			return false;
		memcpy(out + len, letter_bytes, (size_t)m);
		len += (size_t)m;
		p += n;
	}
	out[len] = '\0';
	return true;
}
