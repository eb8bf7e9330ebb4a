#include "file/pattern.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "base/i18n.h"
#include "base/text.h"

#define PART "{part}"

enum { ENDING_MOST = 16 }; /* ".xlsx" */

static const char *const marks[] = {"xacnhan-", "confirm-"};
static const char *const unfinished[] = {".part",    ".tmp",      ".crdownload",
					 ".partial", ".filepart", ".opdownload"};
/* What Windows keeps in its folders. */
static const char *const windows[] = {"Thumbs.db", "ehthumbs.db", "desktop.ini"};

/* More stars than that no name needs, and each makes the search longer. */
static bool
is_cheap(const char *pattern)
{
	size_t stars = 0;

	for (const char *p = pattern; *p != '\0'; p++)
		stars += *p == '*';
	return stars <= 6;
}

bool
gw_pattern_valid(const char *pattern)
{
	const char *at = strstr(pattern, PART);
	size_t braces = 0;

	for (const char *p = pattern; *p != '\0'; p++)
		braces += *p == '{' || *p == '}';
	return strlen(pattern) < GW_FILE_NAME && is_cheap(pattern) &&
	       braces == (at == NULL ? 0U : 2U);
}

static bool
compose(const char *text, char out[GW_FILE_NAME])
{
	utf8proc_uint8_t *composed = NULL;
	utf8proc_ssize_t len = -1;

	if (gw_utf8_valid(text, strlen(text)))
		len = utf8proc_map((const utf8proc_uint8_t *)text, 0, &composed,
				   UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE);
	if (len >= 0 && len < GW_FILE_NAME)
		memcpy(out, composed, (size_t)len + 1);
	free(composed);
	return len >= 0 && len < GW_FILE_NAME;
}

static char
lower(char c)
{
	if (c < 'A' || c > 'Z')
		return c;
	return (char)(c - 'A' + 'a');
}

struct matching {
	const char *part; /* of the name; NULL: not met */
	size_t part_len;
};

static bool match(const char *pattern, const char *name, struct matching *m);

/* From the shortest text on; least is 1 where nothing is no match. */
static bool
match_any(const char *rest, const char *name, size_t least, struct matching *m)
{
	size_t len = strlen(name);

	for (size_t n = least; n <= len; n++) {
		if (!match(rest, name + n, m))
			continue;
		if (least > 0) {
			m->part = name;
			m->part_len = n;
		}
		return true;
	}
	return false;
}

/* What follows a * or a {part} that the pattern begins with; NULL: it begins with neither. */
static const char *
behind_any(const char *pattern, size_t *least)
{
	size_t stars = strspn(pattern, "*");

	*least = stars > 0 ? 0 : 1;
	if (stars > 0)
		return pattern + stars;
	return strncmp(pattern, PART, sizeof PART - 1) == 0 ? pattern + sizeof PART - 1 : NULL;
}

static bool
match(const char *pattern, const char *name, struct matching *m)
{
	for (; *pattern != '\0'; pattern++) {
		size_t n = 1, least;
		const char *rest = behind_any(pattern, &least);

		if (rest != NULL)
			return match_any(rest, name, least, m);
		if (*name == '\0' || (*pattern != '?' && lower(*pattern) != lower(*name)))
			return false;
		if (*pattern == '?')
			n = gw_utf8_next(name, strlen(name));
		name += n > 0 ? n : 1;
	}
	return *name == '\0';
}

bool
gw_pattern_match(const char *pattern, const char *name, char part[GW_FILE_NAME])
{
	struct matching m = {.part = NULL};
	char wanted[GW_FILE_NAME], plain[GW_FILE_NAME];

	if (!compose(pattern, wanted) || !compose(name, plain) || !is_cheap(wanted) ||
	    !match(wanted, plain, &m))
		return false;
	if (m.part == NULL) {
		m.part = plain;
		m.part_len = strlen(plain);
	}
	for (size_t i = 0; i < m.part_len; i++)
		part[i] = lower(m.part[i]);
	part[m.part_len] = '\0';
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Compares the numbers that both begin with, and moves behind them. */
static int
compare_numbers(const char **a, const char **b)
{
	size_t m, n;
	int order;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	m = strspn(*a, "0123456789");
	n = strspn(*b, "0123456789");
	if (m != n)
		return m < n ? -1 : 1;
	order = memcmp(*a, *b, m);
	*a += m;
	*b += n;
	return order;
}

int
gw_pattern_compare(const char *a, const char *b)
{
	const char *p = a, *q = b;

	while (*p != '\0' && *q != '\0') {
		int order;

		if (is_digit(*p) && is_digit(*q)) {
			order = compare_numbers(&p, &q);
			if (order != 0)
				return order;
			continue;
		}
		order = (unsigned char)lower(*p) - (unsigned char)lower(*q);
		if (order != 0)
			return order;
		p++;
		q++;
	}
	if (*p != *q)
		return *p == '\0' ? -1 : 1;
	return strcmp(a, b);
}

bool
gw_name_ignored(const char *name)
{
	size_t len = strlen(name);

	if (name[0] == '.' || name[0] == '~')
		return true;
	for (size_t i = 0; i < sizeof unfinished / sizeof unfinished[0]; i++) {
		size_t n = strlen(unfinished[i]);

		if (len >= n && strcasecmp(name + len - n, unfinished[i]) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++)
		if (strcasecmp(name, windows[i]) == 0)
			return true;
	/* Where a file came from, as a copy from Windows leaves it beside the file. */
	return strstr(name, ":Zone.Identifier") != NULL;
}

bool
gw_name_plain(const char *name, char out[GW_FILE_NAME], bool *confirmed)
{
	*confirmed = false;
	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		size_t n = strlen(marks[i]);

		if (strncasecmp(name, marks[i], n) != 0 || name[n] == '\0')
			continue;
		*confirmed = true;
		name += n;
		break;
	}
	return compose(name, out);
}

/* Bytes of the character that a text begins with, 0: it is none that can be seen. */
static size_t
visible(const char *text)
{
	size_t left = strnlen(text, 4), n = 0;
	utf8proc_category_t category;
	int32_t code = 0;

	while (n < left && n < 4 && !gw_utf8_valid(text, n + 1))
		n++;
	n++;
	if (n > left || !gw_utf8_valid(text, n) ||
	    utf8proc_iterate((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)n, &code) < 0)
		return 0;
	category = utf8proc_category(code);
	return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_ZL ||
			       category == UTF8PROC_CATEGORY_ZP
		       ? 0
		       : n;
}

const char *
gw_name_odd(const char *name)
{
	size_t len = strlen(name);

	if (!gw_utf8_valid(name, len))
		return _("its name is not Unicode (UTF-8): give it another one");
	if (len > GW_FILE_NAME_TAKEN)
		return _("its name is longer than 230 bytes: give it a shorter one");
	for (size_t n; *name != '\0'; name += n) {
		n = visible(name);
		if (n == 0)
			return _("its name has a line break or another character that can't be "
				 "seen: give it another one");
	}
	return NULL;
}

void
gw_name_safe(const char *name, char out[GW_FILE_NAME])
{
	const char *dot = strrchr(name, '.');
	size_t ending = dot == NULL || strlen(dot) > ENDING_MOST ? 0 : strlen(dot), len = 0;

	while (*name != '\0') {
		size_t n = visible(name), step = n > 0 ? n : 1;

		if (len + step > GW_FILE_NAME_TAKEN - ending && strlen(name) > ending) {
			name += strlen(name) - ending;
			ending = 0;
			continue;
		}
		if (n > 0)
			memcpy(out + len, name, n);
		else
			out[len] = '_';
		len += step;
		name += step;
	}
	out[len] = '\0';
}
