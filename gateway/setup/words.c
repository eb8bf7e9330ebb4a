#include "setup/words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

enum { STEM_MIN = 4, PIECE_MIN = 6 };

/* What a character is in a name of ASCII: a letter or digit, or a blank for all else; 0: nothing,
   for marks over letters. */
static char
plain_of(utf8proc_int32_t c)
{
	utf8proc_category_t category = utf8proc_category(c);

	if (c == 0x111 || c == 0x110 || c == 0xf0 || c == 0xd0)
		return 'd';
	if (category == UTF8PROC_CATEGORY_MN)
		return 0;
	if (c < 0x80 && isalnum((int)c))
		return (char)tolower((int)c);
	return ' ';
}

/* A word ends where a small letter meets a capital, and where letters meet digits. */
static bool
breaks(char before, char now)
{
	bool digit = isdigit((unsigned char)now) != 0;

	if (!isalnum((unsigned char)before))
		return false;
	if (digit != (isdigit((unsigned char)before) != 0))
		return true;
	return islower((unsigned char)before) && isupper((unsigned char)now);
}

struct splitting {
	struct gw_words *out;
	size_t used;   /* of out->text */
	size_t joined; /* of out->joined */
	bool open;     /* a word has begun */
};

static void
close_word(struct splitting *s)
{
	if (s->open)
		s->out->text[s->used++] = '\0';
	s->open = false;
}

static void
put_letter(struct splitting *s, char c)
{
	struct gw_words *out = s->out;

	if (s->used + 2 >= sizeof out->text || s->joined + 1 >= sizeof out->joined)
		return;
	if (!s->open) {
		if (out->count == GW_WORDS_MAX)
			return;
		out->at[out->count++] = out->text + s->used;
		s->open = true;
	}
	out->text[s->used++] = c;
	out->joined[s->joined++] = c;
}

static void
take(struct splitting *s, utf8proc_int32_t c, char *before)
{
	char plain = plain_of(c);
	char shown = plain;

	if (plain == 0)
		return;
	if (c < 0x80)
		shown = (char)c;
	else if (c == 0x110 || c == 0xd0)
		shown = 'D';
	if (plain == ' ' || breaks(*before, shown))
		close_word(s);
	if (plain != ' ')
		put_letter(s, plain);
	*before = shown;
}

void
gw_words(const char *name, struct gw_words *out)
{
	const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)name;
	utf8proc_ssize_t left = (utf8proc_ssize_t)strlen(name), step;
	struct splitting s = {.out = out};
	char before = ' ';

	memset(out, 0, sizeof *out);
	while (left > 0) {
		utf8proc_int32_t c, parts[8];
		utf8proc_ssize_t count;
		int boundary = 0;

		step = utf8proc_iterate(at, left, &c);
		if (step <= 0)
			break;
		count = utf8proc_decompose_char(c, parts, 8, UTF8PROC_DECOMPOSE, &boundary);
		for (utf8proc_ssize_t i = 0; i < count && i < 8; i++)
			take(&s, parts[i], &before);
		at += step;
		left -= step;
	}
	close_word(&s);
}

bool
gw_words_have(const struct gw_words *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->at[i], word) == 0)
			return true;
	return false;
}

/* How many words of the name from at on are those of the pattern, all of them; else 0. */
static size_t
run_at(const struct gw_words *words, size_t at, const char *pattern)
{
	size_t n = 0;

	while (*pattern != '\0') {
		size_t len = strcspn(pattern, "_");

		if (at + n == words->count || strlen(words->at[at + n]) != len ||
		    memcmp(words->at[at + n], pattern, len) != 0)
			return 0;
		n++;
		pattern += len + (pattern[len] == '_');
	}
	return n;
}

/* The pattern without its underscores. */
static size_t
join(const char *pattern, char *out, size_t size)
{
	size_t len = 0;

	for (; *pattern != '\0' && len + 1 < size; pattern++)
		if (*pattern != '_')
			out[len++] = *pattern;
	out[len] = '\0';
	return len;
}

unsigned
gw_words_match(const struct gw_words *words, const char *pattern)
{
	char joined[64];
	size_t len = join(pattern, joined, sizeof joined), whole = strlen(words->joined);

	if (len == 0 || whole < len)
		return 0;
	if (strcmp(words->joined, joined) == 0)
		return 1000;
	for (size_t i = 0; i < words->count; i++)
		if (run_at(words, i, pattern) > 0)
			return (unsigned)(100 + 10 * len + (i == 0 ? 5 : 0));
	if (len >= STEM_MIN && words->count <= 2 &&
	    (memcmp(words->joined, joined, len) == 0 ||
	     memcmp(words->joined + whole - len, joined, len) == 0))
		return (unsigned)(10 * len);
	return 0;
}

static double
weight_of(const char *word)
{
	static const char *const common[] = {"ma",  "so",  "ngay", "id", "ten", "thoi",
					     "gio", "luc", "cua",  "va", "the", "of"};

	for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
		if (strcmp(common[i], word) == 0)
			return 0.3;
	return 1;
}

/* As a word, or as several that were written in one piece: "doituong". */
static bool
stands_in(const struct gw_words *words, const char *word)
{
	return gw_words_have(words, word) ||
	       (strlen(word) >= PIECE_MIN && strstr(words->joined, word) != NULL);
}

double
gw_words_share(const struct gw_words *name, const struct gw_words *a, const struct gw_words *b)
{
	double found = 0, all = 0;

	for (size_t i = 0; i < name->count; i++) {
		double weight = weight_of(name->at[i]);

		all += weight;
		if (stands_in(a, name->at[i]) || stands_in(b, name->at[i]))
			found += weight;
	}
	return all > 0 ? found / all : 0;
}

bool
gw_words_identifier(const char *name, char *out, size_t size)
{
	struct gw_words words;
	size_t len = 0;

	gw_words(name, &words);
	if (words.count == 0 || size < 3)
		return false;
	if (isdigit((unsigned char)words.at[0][0]))
		out[len++] = 't';
	for (size_t i = 0; i < words.count; i++) {
		int n = snprintf(out + len, size - len, "%s%s", i > 0 ? "_" : "", words.at[i]);

		if (n < 0 || (size_t)n >= size - len) {
			out[len] = '\0';
			break;
		}
		len += (size_t)n;
	}
	return len > 0;
}
