#include "setup/answers.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/i18n.h"
#include "config/parts.h"

/* The next of the names that are separated by "; "; false: there is none. */
static bool
next_name(const char **at, char *out, size_t size)
{
	size_t len = strcspn(*at, ";");

	if (len == 0)
		return false;
	(void)snprintf(out, size, "%.*s", (int)len, *at);
	*at += len;
	*at += strspn(*at, "; ");
	return true;
}

/* The one driver that is called so, or has that in its name, and of two of these the Unicode one;
   how many come into question. */
static size_t
find(const char *installed, const char *word, char *out, size_t size)
{
	char name[GW_ANSWER_MAX];
	size_t count = 0;
	bool unicode = false;

	for (const char *at = installed; next_name(&at, name, sizeof name);) {
		if (strcasecmp(name, word) == 0) {
			(void)snprintf(out, size, "%s", name);
			return 1;
		}
		if (strcasestr(name, word) == NULL)
			continue;
		if (count++ == 0 || (!unicode && strcasestr(name, "unicode") != NULL))
			(void)snprintf(out, size, "%s", name);
		unicode = unicode || strcasestr(name, "unicode") != NULL;
	}
	return unicode && count == 2 ? 1 : count;
}

/* The driver of a product, by the first of its names that one is installed under. */
static bool
find_product(const char *installed, const char *product, char *out, size_t size)
{
	char word[GW_ANSWER_MAX];

	for (const char *at = product; next_name(&at, word, sizeof word);)
		if (find(installed, word, out, size) == 1)
			return true;
	out[0] = '\0';
	return false;
}

void
gw_ask_driver(const struct gw_answers *answers, const char *installed, char out[GW_ANSWER_MAX])
{
	out[0] = '\0';
	if (answers->text[GW_ASK_DRIVER][0] != '\0')
		memcpy(out, answers->text[GW_ASK_DRIVER], GW_ANSWER_MAX);
	else if (answers->product != NULL)
		(void)find_product(installed, answers->product, out, GW_ANSWER_MAX);
}

/* word becomes the installed driver that it means. */
static enum gw_status
resolve(const char *installed, char word[GW_ANSWER_MAX], struct gw_error *err)
{
	char found[GW_ANSWER_MAX];
	size_t count;

	if (word[0] == '/' || installed[0] == '\0')
		return GW_OK;
	count = find(installed, word, found, sizeof found);
	if (count == 0)
		return gw_fail(err, GW_CONFIG, _("no driver \"%s\" is installed; there are: %s"),
			       word, installed);
	if (count > 1)
		return gw_fail(err, GW_CONFIG, _("several drivers have \"%s\" in their name: %s"),
			       word, installed);
	memcpy(word, found, GW_ANSWER_MAX);
	return GW_OK;
}

enum gw_status
gw_ask_take_driver(struct gw_answers *answers, const char *installed, const char *typed,
		   struct gw_error *err)
{
	size_t len = strcspn(typed, "\r\n");
	char word[GW_ANSWER_MAX];

	while (len > 0 && typed[len - 1] == ' ')
		len--;
	if (len >= sizeof word)
		return gw_fail(err, GW_CONFIG, _("that is longer than %d bytes"),
			       GW_ANSWER_MAX - 1);
	(void)snprintf(word, sizeof word, "%.*s", (int)len, typed);
	if (len == 0)
		gw_ask_driver(answers, installed, word);
	if (word[0] == '\0')
		return gw_fail(err, GW_CONFIG, "%s", _("an answer is needed"));
	if (!gw_text_plain(word))
		return gw_fail(err, GW_CONFIG, "%s", _("one line of text is expected"));
	if (resolve(installed, word, err) != GW_OK)
		return err->status;
	memcpy(answers->text[GW_ASK_DRIVER], word, sizeof word);
	return GW_OK;
}
