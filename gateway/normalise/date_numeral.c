#include <string.h>

#include "normalise/date.h"

bool
gw_date_word_is(const struct gw_date_token *token, const char *word)
{
	return token->number < 0 && strlen(word) == token->len &&
	       memcmp(word, token->text, token->len) == 0;
}

/* A digit in words; those after mười or mươi differ. */
static const struct {
	const char *word;
	int number;
	bool first, last; /* before a word of tens and alone; behind one */
} digits[] = {
	{"không", 0, true, false}, {"một", 1, true, true},  {"mốt", 1, false, true},
	{"hai", 2, true, true},    {"ba", 3, true, true},   {"bốn", 4, true, true},
	{"tư", 4, true, true},     {"năm", 5, true, false}, {"lăm", 5, false, true},
	{"nhăm", 5, false, true},  {"sáu", 6, true, true},  {"bảy", 7, true, true},
	{"bẩy", 7, true, true},    {"tám", 8, true, true},  {"chín", 9, true, true},
};

struct numeral {
	const struct gw_date_token *tokens;
	size_t count, used;
};

/* True, and past it, where the next token is one of the two words. */
static bool
accept(struct numeral *n, const char *word, const char *other)
{
	const struct gw_date_token *token = &n->tokens[n->used];

	if (n->used == n->count ||
	    (!gw_date_word_is(token, word) && !gw_date_word_is(token, other)))
		return false;
	n->used++;
	return true;
}

/* -1: no digit; nothing is taken then. */
static int
accept_digit(struct numeral *n, bool last)
{
	for (size_t i = 0; n->used < n->count && i < sizeof digits / sizeof digits[0]; i++)
		if ((last ? digits[i].last : digits[i].first) &&
		    gw_date_word_is(&n->tokens[n->used], digits[i].word)) {
			n->used++;
			return digits[i].number;
		}
	return -1;
}

/* A digit with the word for its place behind it: "chín trăm"; -1: none. */
static int
accept_place(struct numeral *n, const char *place, const char *other)
{
	size_t before = n->used;
	int digit = accept_digit(n, false);

	if (digit >= 0 && accept(n, place, other))
		return digit;
	n->used = before;
	return -1;
}

/* What is below a hundred; -1: nothing. */
static int
accept_tens(struct numeral *n)
{
	int tens, digit;

	if (accept(n, "linh", "lẻ"))
		return accept_digit(n, false);
	tens = accept(n, "mười", "mười") ? 1 : accept_place(n, "mươi", "mươi");
	if (tens < 0)
		return accept_digit(n, false);
	digit = accept_digit(n, true);
	return tens * 10 + (digit < 0 ? 0 : digit);
}

size_t
gw_date_numeral(const struct gw_date_token *tokens, size_t count, int *out)
{
	struct numeral n = {.tokens = tokens, .count = count};
	int thousands = accept_place(&n, "nghìn", "ngàn");
	int hundreds = thousands < 0 ? -1 : accept_place(&n, "trăm", "trăm");
	int rest = accept_tens(&n);

	*out = (thousands < 0 ? 0 : thousands * 1000) + (hundreds < 0 ? 0 : hundreds * 100) +
	       (rest < 0 ? 0 : rest);
	return thousands < 0 && rest < 0 ? 0 : n.used;
}

/* Ten stems and twelve branches, which turn together. */
static const char *const stems[][2] = {
	{"giáp", "giáp"}, {"ất", "ất"},     {"bính", "bính"}, {"đinh", "đinh"}, {"mậu", "mậu"},
	{"kỷ", "kỉ"},     {"canh", "canh"}, {"tân", "tân"},   {"nhâm", "nhâm"}, {"quý", "quí"},
};
static const char *const branches[][2] = {
	{"tý", "tí"},     {"sửu", "sửu"}, {"dần", "dần"},   {"mão", "mẹo"},
	{"thìn", "thìn"}, {"tỵ", "tị"},   {"ngọ", "ngọ"},   {"mùi", "mùi"},
	{"thân", "thân"}, {"dậu", "dậu"}, {"tuất", "tuất"}, {"hợi", "hợi"},
};

static int
place_of(const struct gw_date_token *token, const char *const (*names)[2], int count)
{
	for (int i = 0; i < count; i++)
		if (gw_date_word_is(token, names[i][0]) || gw_date_word_is(token, names[i][1]))
			return i;
	return -1;
}

int
gw_date_cycle(const struct gw_date_token *first, const struct gw_date_token *second)
{
	int stem = place_of(first, stems, 10), branch = place_of(second, branches, 12);

	/* Both are odd or both even: half of the pairs never come. */
	if (stem < 0 || branch < 0 || (stem - branch) % 2 != 0)
		return -1;
	for (int year = stem; year < 60; year += 10)
		if (year % 12 == branch)
			return year;
	return -1;
}
