/*
 * Any bytes as a commune's name: comparing stays within its bounds, and a name
 * with the word for its kind before it is still that name.
 */

#include "fuzz.h"
#include "normalise/commune.h"

#define KIND "X. "

enum { SIZE_MAX_BYTES = 4096, COMPARABLE = 60 };

static bool
is_named(const char *name, const char *text, size_t len)
{
	struct gw_commune_name known = {.name = name, .full_name = ""};
	const struct gw_commune commune = {.names = &known};
	struct gw_commune_text wanted;

	gw_commune_text(&wanted, text, (uint32_t)len);
	return gw_commune_named(&commune, &wanted);
}

/* True for text that is short enough to be folded, and does not fold to nothing. */
static bool
is_comparable(const char *name, size_t size)
{
	return size < COMPARABLE && gw_utf8_valid(name, size) &&
	       strpbrk(name, "abcdefghijklmnopqrstuvwxyz") != NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[sizeof KIND + SIZE_MAX_BYTES];
	char *name = text + sizeof KIND - 1;

	if (size > SIZE_MAX_BYTES)
		return 0;
	memcpy(text, KIND, sizeof KIND - 1);
	memcpy(name, data, size);
	name[size] = '\0';
	(void)is_named("Thọ Diên", name, size);
	if (is_comparable(name, size))
		require(is_named(name, text, strlen(text)));
	return 0;
}
