#include "normalise/fold.h"

#include <string.h>
#include <utf8proc.h>

#define HIGH_BITS UINT64_C(0x8080808080808080)
#define LOW_BITS UINT64_C(0x0101010101010101)

enum { ETH = 0x00f0, D_STROKE = 0x0111 };

bool
gw_text_ascii(const char *text, size_t len)
{
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t w;

		memcpy(&w, text + i, 8);
		/* The second term finds a zero byte among bytes below 0x80. */
		if (((w | (w - LOW_BITS)) & HIGH_BITS) != 0)
			return false;
	}
	for (; i < len; i++)
		if (text[i] <= 0)
			return false;
	return true;
}

bool
gw_text_surely_nfc(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + len;

	while (p < end) {
		if (*p < 0x80) {
			p++;
		} else if (*p <= 0xcb && end - p >= 2) { /* up to U+02FF */
			p += 2;
		} else if (*p == 0xe1 && end - p >= 3 && /* U+1EA0 to U+1EF9: Vietnamese */
			   ((p[1] == 0xba && p[2] >= 0xa0) || (p[1] == 0xbb && p[2] <= 0xb9))) {
			p += 3;
		} else {
			return false;
		}
	}
	return true;
}

static bool
is_blank(utf8proc_int32_t cp)
{
	return cp == ' ' || (cp >= '\t' && cp <= '\r') || cp == 0x85 || cp == 0xa0 ||
	       (cp >= 0x2000 && cp <= 0x200b) || cp == 0x2028 || cp == 0x2029 || cp == 0x202f ||
	       cp == 0x205f || cp == 0x2060 || cp == 0x3000 || cp == 0xfeff;
}

/* Bytes of the white space that text begins with; 0: none. */
static size_t
blank_at(const unsigned char *text, size_t len)
{
	utf8proc_int32_t cp;
	utf8proc_ssize_t n;

	if (text[0] < 0x80)
		return is_blank(text[0]) ? 1 : 0;
	n = utf8proc_iterate(text, (utf8proc_ssize_t)len, &cp);
	return n > 0 && is_blank(cp) ? (size_t)n : 0;
}

void
gw_text_trim(const char **text, uint32_t *len)
{
	const unsigned char *p = (const unsigned char *)*text;
	size_t left = *len, n;

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
	for (size_t i = 0; i < len; i++)
		out[i] = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
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
