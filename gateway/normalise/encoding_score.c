#include <string.h>
#include <utf8proc.h>

#include "normalise/encoding.h"
#include "normalise/fold.h"
#include "normalise/syllable.h"

/*
 * What a word counts.  One that is no syllable may still be a name of another
 * language; letters and signs that Vietnamese does not have show that the text
 * is in another encoding.
 */
enum { COMMON = 8, VALID = 1, STRAY_WORD = 4, STRAY_SIGN = 16, SCORE_MAX = 1 << 20 };

enum { WORD_MAX = 64 };
enum { NO_BREAK_SPACE = 0xa0, DEGREE = 0xb0, FIRST_DASH = 0x2010 };

/* A word while it is read. */
struct word {
	char text[WORD_MAX]; /* in small letters */
	size_t len;
	bool marked, full;
};

static bool
is_letter(utf8proc_int32_t cp)
{
	utf8proc_category_t category = utf8proc_category(cp);

	return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_ME;
}

/* Dashes, quotes and dots, which text of any language has; below U+2010 are letters of the old
   encodings. */
static bool
is_mark_between(utf8proc_int32_t cp)
{
	return cp == NO_BREAK_SPACE || cp == DEGREE ||
	       (cp >= FIRST_DASH && utf8proc_category(cp) >= UTF8PROC_CATEGORY_PC &&
		utf8proc_category(cp) <= UTF8PROC_CATEGORY_PO);
}

static void
put(struct word *word, utf8proc_int32_t cp)
{
	utf8proc_uint8_t bytes[4];
	utf8proc_ssize_t n = utf8proc_encode_char(utf8proc_tolower(cp), bytes);

	word->full |= word->len + (size_t)n > WORD_MAX;
	if (word->full)
		return;
	memcpy(word->text + word->len, bytes, (size_t)n);
	word->len += (size_t)n;
	word->marked |= cp >= 0x80;
}

/* What is read so far. */
struct total {
	unsigned score, strays; /* what counts for it and against it */
	unsigned words;
};

static void
add_stray(struct total *total)
{
	if (total->strays < SCORE_MAX)
		total->strays += STRAY_SIGN;
}

static void
end_word(struct word *word, struct total *total)
{
	static const char d_stroke[] = "đ"; /* Đ/c, Đ. */
	struct gw_syllable syllable;

	if (!word->marked || total->score > SCORE_MAX || total->strays > SCORE_MAX) {
		*word = (struct word){.len = 0};
		return;
	}
	total->words++;
	if (word->len == strlen(d_stroke) && memcmp(word->text, d_stroke, word->len) == 0)
		total->score += VALID;
	else if (word->full || !gw_syllable_take(&syllable, word->text, word->len))
		add_stray(total);
	else if (!gw_syllable_valid(&syllable))
		total->strays += STRAY_WORD;
	else
		total->score += gw_syllable_common(word->text, word->len) ? COMMON : VALID;
	*word = (struct word){.len = 0};
}

static void
add_sign(utf8proc_int32_t cp, struct total *total)
{
	if (cp >= 0x80 && !is_mark_between(cp))
		add_stray(total);
}

void
gw_encoding_score(struct gw_reading *reading)
{
	const utf8proc_uint8_t *text = (const utf8proc_uint8_t *)reading->text;
	struct word word = {.len = 0};
	struct total total = {.score = 0};

	for (uint32_t i = 0; i < reading->len;) {
		utf8proc_int32_t cp;
		utf8proc_ssize_t n = utf8proc_iterate(text + i, reading->len - i, &cp);

		if (n <= 0) {
			add_stray(&total);
			break;
		}
		if (is_letter(cp)) {
			put(&word, cp);
		} else {
			end_word(&word, &total);
			add_sign(cp, &total);
		}
		i += (uint32_t)n;
	}
	end_word(&word, &total);
	reading->words = total.words;
	reading->whole = total.strays == 0;
	reading->score = total.score > total.strays ? total.score - total.strays : 0;
}
