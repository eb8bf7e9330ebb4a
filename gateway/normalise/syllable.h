/*
 * A Vietnamese syllable, taken apart: letters, and a tone beside them.
 *
 * Who knows the parts can tell whether a word can be Vietnamese at all, and
 * where its tone mark belongs: hoà and hòa are the same letters and tone.
 */
#ifndef GW_SYLLABLE_H
#define GW_SYLLABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "normalise/fold.h"

/* "nghiêng" is the longest. */
enum { GW_SYLLABLE_LETTERS = 8, GW_SYLLABLE_TEXT = 3 * GW_SYLLABLE_LETTERS + 1 };

struct gw_syllable {
	/* One byte a letter: a to z, and ă A, â B, đ D, ê E, ô O, ơ P, ư U. */
	char letters[GW_SYLLABLE_LETTERS + 1];
	size_t count;
	int32_t tone; /* the combining mark; 0: none */
};

/*
 * Takes small letters apart, composed or not.  False: a letter that Vietnamese
 * does not have, two tones, or too long for a syllable.
 */
bool gw_syllable_take(struct gw_syllable *out, const char *text, size_t len);

/* True when beginning, rhyme and tone go together by the rules of spelling. */
bool gw_syllable_valid(const struct gw_syllable *syllable);

/*
 * Writes a valid syllable in NFC with its tone mark where tradition has it
 * (hòa, khỏe, thủy; quý, giàng), and a NUL.  Returns the length.
 */
size_t gw_syllable_write(const struct gw_syllable *syllable, char out[GW_SYLLABLE_TEXT]);

/*
 * Writes folded text with the tone marks of its syllables where tradition has
 * them; other words stay.  False: that is no other text, or there is no room.
 */
bool gw_syllables_write(const char *folded, char out[GW_FOLD_MAX + 1]);

/* True for the syllables that names and forms are mostly made of; text in small letters. */
bool gw_syllable_common(const char *text, size_t len);

#endif
