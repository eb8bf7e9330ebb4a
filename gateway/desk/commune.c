#include <stdint.h>
#include <string.h>

#include "base/i18n.h"
#include "desk/desk.h"
#include "desk/parts.h"
#include "normalise/fold.h"

/* "thọ diên" is in "Xuân Hòa (Thọ Diên cũ)", from the beginning of a word on. */
static bool
is_in(const char *name, const char *folded)
{
	char whole[GW_FOLD_MAX + 1];
	int len = name == NULL ? -1 : gw_text_fold(name, strlen(name), whole);
	const char *at = len < 0 ? NULL : strstr(whole, folded);

	while (at != NULL && at > whole && at[-1] != ' ' && at[-1] != '(')
		at = strstr(at + 1, folded);
	return at != NULL;
}

static void
count(struct gw_cause *cause, const char *state)
{
	cause->letters++;
	cause->open += strcmp(state, "open") == 0;
	cause->fixed += strcmp(state, "fixed") == 0;
	cause->replayed += strcmp(state, "replayed") == 0;
}

enum gw_status
gw_desk_in_commune(const struct gw_desk *desk, struct gw_letters *letters, const char *commune,
		   struct gw_error *err)
{
	size_t nletters = 0, ncauses = 0, old = SIZE_MAX;
	char folded[GW_FOLD_MAX + 1];

	if (!desk->may_reveal)
		return gw_fail(err, GW_CONFIG, "%s",
			       _("the commune stands in the sealed row: to open letters the secret "
				 "letter key is needed (keys.letter_secret_file)"));
	if (gw_text_fold(commune, strlen(commune), folded) <= 0)
		return gw_fail(err, GW_CONFIG, "%s", _("--commune is a code or a name"));
	for (size_t i = 0; i < letters->nletters; i++) {
		struct gw_filed letter = letters->letters[i];
		struct gw_cause *cause;

		if (!is_in(letter.unit, folded) &&
		    (letter.commune == NULL || strcmp(letter.commune, commune) != 0))
			continue;
		if (letter.cause != old) {
			old = letter.cause;
			letters->causes[ncauses] = letters->causes[old];
			cause = &letters->causes[ncauses++];
			cause->letters = cause->open = cause->fixed = cause->replayed = 0;
		}
		letter.cause = ncauses - 1;
		count(&letters->causes[ncauses - 1], letter.state);
		letters->letters[nletters++] = letter;
	}
	letters->nletters = nletters;
	letters->ncauses = ncauses;
	return GW_OK;
}
