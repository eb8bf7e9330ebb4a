#include "setup/meaning.h"

#include <string.h>

#include "base/text.h"
#include "normalise/encoding.h"
#include "normalise/rule.h"

/* Texts with marks that are looked at, how long they may be, and how many must agree. */
enum { LOOK_MAX = 100, TEXT_MAX = 512, GUESSES_MAX = 16, AGREE_LEAST = 3, READ_MEMORY = 1 << 20 };

struct votes {
	const struct gw_encoding *const *guesses;
	size_t count[GUESSES_MAX];
	size_t texts; /* that read as Vietnamese in some way */
};

/* 0 as soon as anything in it is no Vietnamese. */
static unsigned
score_of(const char *text, size_t len)
{
	struct gw_reading reading = {.text = text, .len = (uint32_t)len};

	gw_encoding_score(&reading);
	return reading.whole ? reading.score : 0;
}

/* How well the text reads in this encoding; 0: it can't be it. */
static unsigned
score_in(const struct gw_encoding *encoding, const struct gw_value *value, struct gw_arena *arena)
{
	struct gw_rule_context context = {.arena = arena, .encoding = encoding};
	struct gw_value copy = *value;
	struct gw_error err;

	if (gw_rule_find("encoding")->apply(&copy, &context, &err) != GW_OK || copy.kind != GW_TEXT)
		return 0;
	return score_of(copy.as.text, copy.len);
}

static void
vote(struct votes *votes, const struct gw_value *value, struct gw_arena *arena)
{
	unsigned best = score_of(value->as.text, value->len);
	size_t winner = GUESSES_MAX;

	for (size_t i = 0; i < GUESSES_MAX && votes->guesses[i] != NULL; i++) {
		unsigned score;

		/* Marks in ASCII are guessed at from no column: too much looks like them. */
		if (votes->guesses[i]->kind == GW_ENCODING_UNICODE ||
		    votes->guesses[i]->kind == GW_ENCODING_VIQR ||
		    votes->guesses[i]->kind == GW_ENCODING_GUESS)
			continue;
		score = score_in(votes->guesses[i], value, arena);
		if (score > best) {
			best = score;
			winner = i;
		}
	}
	votes->texts += best > 0;
	if (winner < GUESSES_MAX)
		votes->count[winner]++;
}

const char *
gw_sample_encoding(const struct gw_sample *sample, size_t column)
{
	struct votes votes = {.guesses = gw_encoding_guesses()};
	struct gw_arena arena;
	size_t looked = 0;

	gw_arena_init(&arena, READ_MEMORY);
	for (size_t r = 0; r < sample->nrows && looked < LOOK_MAX; r++) {
		const struct gw_value *value = gw_sample_value(sample, r, column);

		if (value->kind != GW_TEXT || value->len > TEXT_MAX ||
		    gw_ascii_run(value->as.text, value->len) == value->len)
			continue;
		looked++;
		gw_arena_reset(&arena);
		vote(&votes, value, &arena);
	}
	gw_arena_release(&arena);
	for (size_t i = 0; i < GUESSES_MAX && votes.guesses[i] != NULL; i++)
		if (votes.count[i] >= AGREE_LEAST && 2 * votes.count[i] > votes.texts)
			return votes.guesses[i]->name;
	return NULL;
}
