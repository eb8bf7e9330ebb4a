#include "base/beat.h"

#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { BEAT_EVERY_US = 1000000, LINE_MAX_BYTES = 4000 };

static struct {
	int fd;
	enum gw_at at;
	int64_t told_us;        /* when a sign was last written, monotonic */
	int64_t long_us;        /* what it allowed */
	enum gw_word_kind mood; /* good, hours or trouble: the last of them */
} teller = {.fd = -1};

static const char *const places[] = {
	[GW_AT_HERE] = "here",         [GW_AT_SOURCE] = "source",       [GW_AT_KAFKA] = "kafka",
	[GW_AT_REGISTRY] = "registry", [GW_AT_WAREHOUSE] = "warehouse",
};

const char *
gw_at_name(enum gw_at at)
{
	return places[at];
}

bool
gw_at_parse(const char *text, enum gw_at *out)
{
	for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
		if (text != NULL && strcmp(text, places[i]) == 0) {
			*out = (enum gw_at)i;
			return true;
		}
	return false;
}

void
gw_beat_to(int fd)
{
	teller.fd = fd;
	teller.at = GW_AT_HERE;
	teller.told_us = teller.long_us = 0;
	teller.mood = GW_WORD_OTHER;
}

/* A supervisor that is gone or does not read must not stop the flow: signs are dropped then. */
static void
write_sign(const char *line, size_t len)
{
	struct pollfd room = {.fd = teller.fd, .events = POLLOUT};

	if (poll(&room, 1, 0) == 1 && (room.revents & POLLOUT) != 0 &&
	    write(teller.fd, line, len) < 0)
		return;
}

void
gw_beat_long(enum gw_at at, int64_t us)
{
	char line[128];
	int64_t now;
	int len;

	teller.at = at;
	if (teller.fd < 0)
		return;
	now = gw_monotonic_us();
	if (now - teller.told_us < BEAT_EVERY_US && us <= teller.long_us)
		return;
	teller.told_us = now;
	teller.long_us = us;
	len = snprintf(line, sizeof line, "{\"beat\":\"%s\",\"within_ms\":%lld}\n", places[at],
		       (long long)(us / 1000));
	if (len > 0 && (size_t)len < sizeof line)
		write_sign(line, (size_t)len);
}

void
gw_beat(enum gw_at at)
{
	gw_beat_long(at, 0);
}

enum gw_at
gw_beat_at(void)
{
	return teller.at;
}

/* Said once, until something else is true. */
static void
change_mood(enum gw_word_kind mood, const char *line)
{
	if (teller.fd < 0 || teller.mood == mood)
		return;
	teller.mood = mood;
	if (write(teller.fd, line, strlen(line)) < 0)
		return;
}

void
gw_beat_good(void)
{
	change_mood(GW_WORD_GOOD, "{\"good\":true}\n");
}

void
gw_beat_hours(void)
{
	change_mood(GW_WORD_HOURS, "{\"hours\":true}\n");
}

void
gw_beat_trouble(const struct gw_error *err, int64_t next_us)
{
	bool valid = gw_utf8_valid(err->text, strlen(err->text));
	json_t *word;
	char *line;

	if (teller.fd < 0)
		return;
	word = json_pack("{s:s, s:s, s:s, s:I}", "trouble", gw_status_name(err->status), "with",
			 places[err->at], "text", valid ? err->text : "", "next_ms",
			 (json_int_t)(next_us / 1000));
	line = word == NULL ? NULL : json_dumps(word, JSON_COMPACT);
	json_decref(word);
	teller.mood = GW_WORD_TROUBLE;
	if (line != NULL && strlen(line) < LINE_MAX_BYTES)
		(void)dprintf(teller.fd, "%s\n", line);
	free(line);
}

static int64_t
duration(const json_t *object, const char *key)
{
	json_int_t ms = json_integer_value(json_object_get(object, key));

	return ms < 0 || ms > INT64_MAX / 1000 ? 0 : (int64_t)ms * 1000;
}

static enum gw_status
status_named(const char *name)
{
	for (enum gw_status status = GW_OK; status < GW_FATAL; status++)
		if (strcmp(name, gw_status_name(status)) == 0)
			return status;
	return GW_FATAL;
}

static void
take_object(const json_t *object, struct gw_word *out)
{
	const char *trouble = json_string_value(json_object_get(object, "trouble"));
	const char *text = json_string_value(json_object_get(object, "text"));

	if (gw_at_parse(json_string_value(json_object_get(object, "beat")), &out->at)) {
		out->kind = GW_WORD_BEAT;
		out->us = duration(object, "within_ms");
	} else if (json_is_true(json_object_get(object, "good"))) {
		out->kind = GW_WORD_GOOD;
	} else if (json_is_true(json_object_get(object, "hours"))) {
		out->kind = GW_WORD_HOURS;
	} else if (trouble != NULL &&
		   gw_at_parse(json_string_value(json_object_get(object, "with")), &out->at)) {
		out->kind = GW_WORD_TROUBLE;
		out->status = status_named(trouble);
		out->us = duration(object, "next_ms");
		(void)snprintf(out->text, sizeof out->text, "%s", text == NULL ? "" : text);
	}
}

void
gw_word_parse(const char *line, struct gw_word *out)
{
	json_t *object = json_loads(line, 0, NULL);

	*out = (struct gw_word){.kind = GW_WORD_OTHER};
	if (object != NULL)
		take_object(object, out);
	json_decref(object);
}
