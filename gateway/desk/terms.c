#include "desk/terms.h"

#include <string.h>

#include "base/i18n.h"

const struct gw_term gw_letter_states[] = {
	{"open", N_("waits")},        {"fixed", N_("corrected")},     {"replayed", N_("sent for")},
	{"resolved", N_("resolved")}, {"discarded", N_("discarded")}, {NULL, NULL},
};

const struct gw_term gw_letter_reasons[] = {
	{"loaded", N_("it has come")},
	{"unchanged", N_("it has come, and changed nothing")},
	{"superseded", N_("newer data of this key was there already: nothing was changed")},
	{"deleted", N_("the row was deleted")},
	{"newer_letter", N_("a newer letter of the same row has taken its place")},
	{"--original", N_("where it is gone from the source, as it was set aside")},
	{NULL, NULL},
};

const char *
gw_term_of(const struct gw_term *terms, const char *code)
{
	for (size_t i = 0; terms[i].code != NULL; i++)
		if (strcmp(terms[i].code, code) == 0)
			return _(terms[i].title);
	return code;
}
