#include "config/parts.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

enum { WORD_MAX = 48 };

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Letters to insert, drop, change or swap with their neighbour to make b of a. */
static size_t
edit_distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1];
	size_t *before = rows[0], *last = rows[1], *now = rows[2];
	size_t la = strlen(a), lb = strlen(b);

	if (la > WORD_MAX || lb > WORD_MAX)
		return WORD_MAX;
	for (size_t j = 0; j <= lb; j++)
		last[j] = before[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t *spare = before;

		now[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t change = last[j - 1] + (a[i - 1] != b[j - 1]);

			now[j] = least(change, least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[lb];
}

void
gw_nearest_init(struct gw_nearest *nearest, const char *word)
{
	size_t third = strlen(word) / 3;

	/* Farther than a third of the word is another word. */
	*nearest = (struct gw_nearest){.word = word, .distance = (third < 1 ? 1 : third) + 1};
}

void
gw_nearest_try(struct gw_nearest *nearest, const char *candidate)
{
	size_t distance = edit_distance(nearest->word, candidate);

	if (distance < nearest->distance) {
		nearest->distance = distance;
		nearest->best = candidate;
	}
}

const char *
gw_path_shown(const char *path)
{
	char here[4096];
	size_t len;

	if (getcwd(here, sizeof here) == NULL)
		return path;
	len = strlen(here);
	if (len > 1 && strncmp(path, here, len) == 0 && path[len] == '/' && path[len + 1] != '\0')
		return path + len + 1;
	return path;
}

char *
gw_path_absolute(const char *file, const char *path)
{
	char here[4096];
	char *dir, *joined, *whole;

	while (strncmp(path, "./", 2) == 0 && path[2] != '\0')
		path += 2;
	if (path[0] == '/')
		return strdup(path);
	dir = gw_path_dir(file);
	joined = dir == NULL ? NULL : gw_path_join(dir, path);
	if (dir != NULL && strcmp(dir, ".") == 0) {
		free(joined);
		joined = strdup(path);
	}
	free(dir);
	if (joined == NULL || joined[0] == '/')
		return joined;
	whole = getcwd(here, sizeof here) == NULL ? NULL : gw_path_join(here, joined);
	free(joined);
	return whole;
}

bool
gw_text_of(const char *text, const char *allowed, size_t max)
{
	size_t len = strlen(text);

	return len > 0 && len <= max && strspn(text, allowed) == len;
}

bool
gw_text_plain(const char *text)
{
	bool seen = false;

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == 0x7f)
			return false;
		seen = seen || c != ' ';
	}
	return seen;
}

bool
gw_source_name_ok(const char *name)
{
	return gw_text_of(name, GW_LOWER GW_DIGIT "-", GW_NAME_MAX);
}

static bool
host_loopback(const char *host)
{
	struct in6_addr six;
	struct in_addr four;

	if (strcasecmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

/* One "host", "host:port", "[::1]:port" or "::1", which is cut up. */
static bool
broker_loopback(char *broker)
{
	char *colon = strrchr(broker, ':');
	char *close = strchr(broker, ']');

	if (broker[0] == '[') {
		if (close == NULL || (close[1] != '\0' && close[1] != ':'))
			return false;
		*close = '\0';
		return host_loopback(broker + 1);
	}
	if (host_loopback(broker))
		return true;
	if (colon == NULL)
		return false;
	*colon = '\0';
	/* Only an address in brackets has a port behind several colons. */
	return strchr(broker, ':') == NULL && host_loopback(broker);
}

bool
gw_config_loopback(const char *brokers)
{
	char *copy = strdup(brokers);
	bool all = copy != NULL, any = false;
	char *rest = copy;

	while (all && rest != NULL) {
		char *broker = strsep(&rest, ",");

		size_t len;

		broker += strspn(broker, " ");
		for (len = strlen(broker); len > 0 && broker[len - 1] == ' ';)
			broker[--len] = '\0';
		any = true;
		all = broker_loopback(broker);
	}
	free(copy);
	return all && any;
}
