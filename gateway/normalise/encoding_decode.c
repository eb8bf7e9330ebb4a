#include <string.h>
#include <utf8proc.h>

#include "normalise/encoding.h"

/* The characters that windows-1252 has where Latin-1 has control characters. */
static const uint16_t windows[32] = {
	0x20ac, 0,      0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
	0x2039, 0x0152, 0,      0x017d, 0,      0,      0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
	0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,      0x017e, 0x0178,
};

enum { NO_BYTE = -1, NO_BREAK_SPACE = 0xa0, CAPITALS_MIN = 2 };

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

size_t
gw_encoding_bytes(const char *text, size_t len, unsigned char *out)
{
	size_t count = 0;

	for (size_t i = 0; i < len;) {
		utf8proc_int32_t cp;
		utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)text + i,
						      (utf8proc_ssize_t)(len - i), &cp);
		int byte = n <= 0 ? NO_BYTE : byte_of(cp);

		if (byte == NO_BYTE)
			return GW_ENCODING_FAILED;
		out[count++] = (unsigned char)byte;
		i += (size_t)n;
	}
	return count;
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

/*
 * Capitals that have a tone are in no font of small letters: typed with the
 * capitals locked, TRỊNH comes as TRịNH.  One capital alone begins a name.
 */
static bool
typed_in_capitals(const unsigned char *bytes, size_t count)
{
	size_t capitals = 0, most = 0; /* of a word */

	for (size_t i = 0; i < count; i++) {
		if (bytes[i] >= 'a' && bytes[i] <= 'z')
			return false;
		if (bytes[i] >= 'A' && bytes[i] <= 'Z')
			capitals++;
		else if (bytes[i] < 0x80)
			capitals = 0;
		most = capitals > most ? capitals : most;
	}
	return most >= CAPITALS_MIN;
}

static bool
shows_capitals(const struct gw_encoding *encoding, const unsigned char *bytes, size_t count)
{
	if (encoding->kind == GW_ENCODING_CAPITAL)
		return true;
	return strcmp(encoding->name, "tcvn3") == 0 && typed_in_capitals(bytes, count);
}

size_t
gw_encoding_decode(const struct gw_encoding *encoding, const unsigned char *bytes, size_t count,
		   char *out)
{
	bool capitals = shows_capitals(encoding, bytes, count);
	size_t n, len = 0;
	uint16_t letter;

	for (size_t i = 0; i < count; i += n) {
		n = letter_at(encoding, bytes + i, count - i, &letter);
		if (n == 0)
			return GW_ENCODING_FAILED;
		len += (size_t)utf8proc_encode_char(capitals ? utf8proc_toupper(letter) : letter,
						    (utf8proc_uint8_t *)out + len);
	}
	return len;
}

/* What VIQR writes behind a letter for its mark, and what letters may have it. */
static const struct {
	const char *letters;
	utf8proc_int32_t mark;
	char sign;
	bool tone;
} signs[] = {
	{"aeoAEO", 0x0302, '^', false},      {"aA", 0x0306, '(', false},
	{"ouOU", 0x031b, '+', false},        {"aeiouyAEIOUY", 0x0301, '\'', true},
	{"aeiouyAEIOUY", 0x0300, '`', true}, {"aeiouyAEIOUY", 0x0309, '?', true},
	{"aeiouyAEIOUY", 0x0303, '~', true}, {"aeiouyAEIOUY", 0x0323, '.', true},
};

/* The mark that sign is for letter; 0: it is none. */
static utf8proc_int32_t
mark_of(char sign, char letter, bool tone)
{
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
		if (signs[i].sign == sign && signs[i].tone == tone && letter != '\0' &&
		    strchr(signs[i].letters, letter) != NULL)
			return signs[i].mark;
	return 0;
}

/* Copies the letter at text with its marks; returns the bytes taken. */
static size_t
viqr_letter(const char *text, size_t left, utf8proc_uint8_t *out, size_t *len)
{
	size_t used = 1;

	if (left > 1 && (text[0] | 0x20) == 'd' && text[1] == text[0]) {
		*len += (size_t)utf8proc_encode_char(text[0] == 'd' ? 0x0111 : 0x0110, out + *len);
		return 2;
	}
	if (left > 1 && text[0] == '\\') { /* what follows stands for itself */
		out[(*len)++] = (utf8proc_uint8_t)text[1];
		return 2;
	}
	out[(*len)++] = (utf8proc_uint8_t)text[0];
	for (int tone = 0; tone <= 1 && used < left; tone++) {
		utf8proc_int32_t mark = mark_of(text[used], text[0], tone == 1);

		if (mark == 0)
			continue;
		*len += (size_t)utf8proc_encode_char(mark, out + *len);
		used++;
	}
	return used;
}

size_t
gw_viqr_decode(const char *text, size_t len, char *out)
{
	size_t done = 0;

	for (size_t i = 0; i < len;)
		i += viqr_letter(text + i, len - i, (utf8proc_uint8_t *)out, &done);
	return done;
}
