#include "normalise/date.h"

#include <string.h>

enum { TOKENS_MAX = 20, CYCLE_YEARS = 60, CYCLE_FIRST = 4 };

#define NO_CYCLE (-1)

/* What the next number is. */
enum slot { SLOT_ANY, SLOT_DAY, SLOT_MONTH, SLOT_YEAR };

struct reading {
	struct gw_date_parts *parts;
	enum slot slot;
	bool named_month; /* an English name: numbers around it need no label */
	int cycle;        /* the year's place in the cycle of sixty; NO_CYCLE: it is not told */
};

static const struct {
	const char *word;
	enum slot slot;
} labels[] = {
	{"ngày", SLOT_DAY},    {"ngay", SLOT_DAY}, {"tháng", SLOT_MONTH},
	{"thang", SLOT_MONTH}, {"năm", SLOT_YEAR}, {"nam", SLOT_YEAR},
};

static const char *const months[] = {
	"january", "february", "march",     "april",   "may",      "june",
	"july",    "august",   "september", "october", "november", "december",
};

/* Splits at spaces and marks, and between letters and digits. */
static size_t
split(const char *folded, struct gw_date_token tokens[TOKENS_MAX])
{
	static const char marks[] = " ,-/.:()";
	static const char digits[] = "0123456789";
	size_t n = 0;

	while (folded += strspn(folded, marks), *folded != '\0') {
		size_t number = strspn(folded, digits);

		if (n == TOKENS_MAX || number > 4)
			return 0;
		tokens[n] = (struct gw_date_token){.text = folded, .number = -1, .len = number};
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
is_lunar(const struct gw_date_token *token)
{
	return gw_date_word_is(token, "âl") || gw_date_word_is(token, "al") ||
	       gw_date_word_is(token, "âm") || gw_date_word_is(token, "lịch") ||
	       gw_date_word_is(token, "giêng") || gw_date_word_is(token, "chạp");
}

/* An English month by its name or first three letters, or 0. */
static int
english_month(const struct gw_date_token *token)
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

static bool
put(int *where, int number)
{
	if (*where != 0 || number == 0)
		return false;
	*where = number;
	return true;
}

static bool
put_number(struct reading *reading, const struct gw_date_token *token)
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

/* A number in words, where one is expected: 0 tokens: it is none. */
static size_t
put_numeral(struct reading *reading, const struct gw_date_token *token, size_t left)
{
	int *where = reading->slot == SLOT_DAY     ? &reading->parts->day
		     : reading->slot == SLOT_MONTH ? &reading->parts->month
						   : &reading->parts->year;
	bool year = reading->slot == SLOT_YEAR;
	size_t used;
	int number;

	if (reading->slot == SLOT_ANY)
		return 0;
	used = gw_date_numeral(token, left, &number);
	/* "năm" is five, too: a year in words has its thousand. */
	if (used == 0 || (number >= 1000) != year || !put(where, number))
		return 0;
	if (year)
		reading->parts->year_digits = 4;
	reading->slot = SLOT_ANY;
	return used;
}

/* A word; *used says how many tokens it took. */
static bool
put_word(struct reading *reading, const struct gw_date_token *token, size_t left, size_t *used)
{
	int month;

	*used = put_numeral(reading, token, left);
	if (*used > 0)
		return true;
	*used = 1;
	if (reading->slot == SLOT_DAY &&
	    (gw_date_word_is(token, "mồng") || gw_date_word_is(token, "mùng")))
		return true;
	if (left > 1 && reading->cycle == NO_CYCLE &&
	    (reading->cycle = gw_date_cycle(token, token + 1)) != NO_CYCLE) {
		*used = 2;
		reading->slot = SLOT_YEAR;
		return true;
	}
	for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
		if (!gw_date_word_is(token, labels[i].word))
			continue;
		reading->slot = labels[i].slot;
		return true;
	}
	month = english_month(token);
	return month > 0 && put(&reading->parts->month, month);
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

/* The year as told twice: in the cycle and as a number. */
static bool
cycle_agrees(const struct reading *reading)
{
	int year = reading->parts->year;

	return reading->cycle == NO_CYCLE ||
	       (year >= CYCLE_FIRST && (year - CYCLE_FIRST) % CYCLE_YEARS == reading->cycle);
}

enum gw_date_found
gw_date_words(const char *folded, struct gw_date_parts *out)
{
	struct gw_date_token tokens[TOKENS_MAX];
	struct reading reading = {.parts = out, .cycle = NO_CYCLE};
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
	return reading.slot == SLOT_ANY && out->year > 0 && cycle_agrees(&reading) ? GW_DATE_OK
										   : GW_DATE_WORDS;
}
