/*
 * Two texts as names of people: what is a normal name is one again, its key has
 * no marks, and comparing them is the same both ways.  They stand apart by a NUL.
 */
#include "fuzz.h"
#include "normalise/person_name.h"
#include "normalise/syllable.h"

static void
check_normal(const char *text)
{
	char normal[GW_FOLD_MAX + 1], again[GW_FOLD_MAX + 1], key[GW_FOLD_MAX + 1];
	unsigned changes;

	if (gw_name_normal(text, strlen(text), normal, &changes) != GW_NAME_OK)
		return;
	require(gw_utf8_valid(normal, strlen(normal)));
	require(gw_name_normal(normal, strlen(normal), again, &changes) == GW_NAME_OK);
	require(changes == 0);
	require_same_text(normal, again);
	require(gw_name_compare(text, normal) == GW_NAME_SAME);
	require(gw_name_key(text, strlen(text), key));
	require(gw_utf8_valid(key, strlen(key)));
}

static void
check_syllable(const char *text)
{
	struct gw_syllable syllable, again;
	char written[GW_SYLLABLE_TEXT];
	size_t len;

	if (!gw_syllable_take(&syllable, text, strlen(text)) || !gw_syllable_valid(&syllable))
		return;
	len = gw_syllable_write(&syllable, written);
	require(gw_syllable_take(&again, written, len) && gw_syllable_valid(&again));
	require_same_text(syllable.letters, again.letters);
	require(syllable.tone == again.tone);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	const char *other;

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	other = strlen(text) < size ? text + strlen(text) + 1 : "";
	check_normal(text);
	check_syllable(text);
	require(gw_name_compare(text, other) == gw_name_compare(other, text));
	free(text);
	return 0;
}
