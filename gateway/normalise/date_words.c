#include "normalise/date.h"

#include <string.h>

enum { TOKENS_MAX = 12 };

struct token {
	const char *text;
	size_t len;
	int number; /* -1: a word */
};

/* What the next number is. */
enum slot { SLOT_ANY, SLOT_DAY, SLOT_MONTH, SLOT_YEAR };

struct reading {
	struct gw_date_parts *parts;
	enum slot slot;
	bool named_month; /* an English name: numbers around it need no label */
};

static const struct {
	const char *word;
	enum slot slot;
} labels[] = {
	{"ngày", SLOT_DAY},    {"ngay", SLOT_DAY}, {"tháng", SLOT_MONTH},
	{"thang", SLOT_MONTH}, {"năm", SLOT_YEAR}, {"nam", SLOT_YEAR},
};

static const struct {
	const char *word;
	int number;
} numerals[] = {
	{"một", 1}, {"hai", 2}, {"ba", 3},  {"tư", 4},  {"bốn", 4},  {"năm", 5},
	{"sáu", 6}, {"bảy", 7}, {"bẩy", 7}, {"tám", 8}, {"chín", 9}, {"mười", 10},
};

static const char *const months[] = {
	"january", "february", "march",     "april",   "may",      "june",
	"july",    "august",   "september", "october", "november", "december",
};

static bool
word_is(const struct token *token, const char *word)
{
	return token->number < 0 && strlen(word) == token->len &&
	       memcmp(word, token->text, token->len) == 0;
}

/* Splits at spaces and marks, and between letters and digits. */
static size_t
split(const char *folded, struct token tokens[TOKENS_MAX])
{
	static const char marks[] = " ,-/.:()";
	static const char digits[] = "0123456789";
	size_t n = 0;

	while (folded += strspn(folded, marks), *folded != '\0') {
		size_t number = strspn(folded, digits);

		if (n == TOKENS_MAX || number > 4)
			return 0;
		tokens[n] = (struct token){.text = folded, .number = -1, .len = number};
		if (number > 0)
			tokens[n].number = 0;
		else
			tokens[n].len = strcspn(folded, " ,-/.:()0123456789");
		for (size_t i = 0; i < number; i++)
			tokens[n].number = tokens[n].number * 10 + (folded[i] - '0');
		folded += tokens[n++].len;
	}
	return n;
}

static bool
is_lunar(const struct token *token)
{
	return word_is(token, "âl") || word_is(token, "al") || word_is(token, "âm") ||
	       word_is(token, "lịch") || word_is(token, "giêng") || word_is(token, "chạp");
}

/* An English month by its name or first three letters, or 0. */
static int
english_month(const struct token *token)
{
	if (token->number >= 0 || token->len < 3)
		return 0;
	for (int i = 0; i < 12; i++) {
		size_t len = strlen(months[i]);

		if ((token->len == 3 || token->len == len) &&
		    memcmp(months[i], token->text, token->len) == 0)
			return i + 1;
	}
	return 0;
}

static int
numeral(const struct token *token)
{
	for (size_t i = 0; i < sizeof numerals / sizeof numerals[0]; i++)
		if (word_is(token, numerals[i].word))
			return numerals[i].number;
	return 0;
}

static bool
put(int *where, int number)
{
	if (*where != 0 || number == 0)
		return false;
	*where = number;
	return true;
}

static bool
put_number(struct reading *reading, const struct token *token)
{
	struct gw_date_parts *parts = reading->parts;
	enum slot slot = reading->slot;

	reading->slot = SLOT_ANY;
	if (slot == SLOT_ANY && reading->named_month)
		slot = token->len == 4 ? SLOT_YEAR : SLOT_DAY;
	if (slot == SLOT_DAY)
		return token->len <= 2 && put(&parts->day, token->number);
	if (slot == SLOT_MONTH)
		return token->len <= 2 && put(&parts->month, token->number);
	parts->year_digits = (int)token->len;
	return slot == SLOT_YEAR && token->len == 4 && put(&parts->year, token->number);
}

/* A word; *used says how many tokens it took. */
static bool
put_word(struct reading *reading, const struct token *token, size_t left, size_t *used)
{
	int number = numeral(token);

	*used = 1;
	if (reading->slot == SLOT_MONTH && number > 0) {
		if (number == 10 && left > 1 && numeral(token + 1) > 0 && numeral(token + 1) < 3) {
			number += numeral(token + 1);
			*used = 2;
		}
		reading->slot = SLOT_ANY;
		return put(&reading->parts->month, number);
	}
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		if (!word_is(token, labels[i].word))
			continue;
		reading->slot = labels[i].slot;
		return true;
	}
	number = english_month(token);
	return number > 0 && put(&reading->parts->month, number);
}

/* "ngày 03/04/1980": the first word only says what the numbers are. */
static bool
labelled_numbers(const char *folded, struct gw_date_parts *out)
{
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		size_t len = strlen(labels[i].word);
		const char *rest = folded + len;

		if (strncmp(folded, labels[i].word, len) != 0 || (*rest != ' ' && *rest != ':'))
			continue;
		rest += strspn(rest, " :");
		return gw_date_numbers(rest, strlen(rest), out) == GW_DATE_OK &&
		       out->year_digits == 4 && (out->day > 0) == (labels[i].slot == SLOT_DAY) &&
		       (out->month > 0) == (labels[i].slot != SLOT_YEAR);
	}
	return false;
}

enum gw_date_found
gw_date_words(const char *folded, struct gw_date_parts *out)
{
	struct token tokens[TOKENS_MAX];
	struct reading reading = {.parts = out};
	size_t n = split(folded, tokens), used = 1;

	for (size_t i = 0; i < n; i++) {
		if (is_lunar(&tokens[i]))
			return GW_DATE_LUNAR;
		reading.named_month |= english_month(&tokens[i]) > 0;
	}
	if (labelled_numbers(folded, out))
		return GW_DATE_OK;
	*out = (struct gw_date_parts){0};
	for (size_t i = 0; i < n; i += used) {
		bool ok = tokens[i].number >= 0 ? put_number(&reading, &tokens[i])
						: put_word(&reading, &tokens[i], n - i, &used);

		if (!ok)
			return GW_DATE_WORDS;
		if (tokens[i].number >= 0)
			used = 1;
	}
	return reading.slot == SLOT_ANY && out->year > 0 ? GW_DATE_OK : GW_DATE_WORDS;
}
