/*
 * Text for people in their language (gettext): msgids are English, the
 * catalogue is po/vi.po.  Vietnamese is the default; servers run in C.UTF-8,
 * so the language comes from the configuration and not from the locale.
 */
#ifndef GW_I18N_H
#define GW_I18N_H

#include <libintl.h>

#define _(text) gettext(text)
#define N_(text) text /* marked for the catalogue, translated where it is printed */

/* Sets the language, "vi" or "en"; anything else is taken for "vi".  Returns the one set. */
const char *gw_i18n_init(const char *language);

/* "vi" or "en". */
const char *gw_i18n_language(void);

#endif
