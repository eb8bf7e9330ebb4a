#include "base/i18n.h"

#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#ifndef GW_LOCALE_DIR
#define GW_LOCALE_DIR "/usr/share/locale"
#endif

static const char *current = "vi";

/*
 * A program that runs from its build folder finds its catalogue beside itself,
 * an installed one where it was installed.
 */
static void
bind_catalogue(void)
{
	char path[4096];
	ssize_t len = readlink("/proc/self/exe", path, sizeof path - 32);
	const char *dir = GW_LOCALE_DIR;

	if (len > 0) {
		path[len] = '\0';
		char *slash = strrchr(path, '/');
		if (slash != NULL) {
			memcpy(slash, "/locale", sizeof "/locale");
			if (access(path, R_OK) == 0)
				dir = path;
		}
	}
	bindtextdomain("songma", dir);
	bind_textdomain_codeset("songma", "UTF-8");
	textdomain("songma");
}

const char *
gw_i18n_init(const char *language)
{
	current = language != NULL && strcmp(language, "en") == 0 ? "en" : "vi";
	/* Numbers stay as C prints them: machine formats depend on it. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	(void)setlocale(LC_MESSAGES, "C.UTF-8");
	setenv("LANGUAGE", current, 1);
	bind_catalogue();
	return current;
}

const char *
gw_i18n_language(void)
{
	return current;
}
