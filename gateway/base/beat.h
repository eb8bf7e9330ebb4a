/*
 * What a duty tells its supervisor over a pipe: that it goes on, with whom it is
 * busy, that all is well, or what is wrong; one JSON object a line.
 *
 * Whoever waits for another server, or works long, says so with gw_beat before it:
 * a duty that is silent for too long is taken for stuck and ended.  Without a
 * supervisor nothing is written.  No word holds a personal value or a secret.
 */
#ifndef GW_BEAT_H
#define GW_BEAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* With whom a duty is busy, so that trouble can be laid at the right door. */
enum gw_at { GW_AT_HERE, GW_AT_SOURCE, GW_AT_KAFKA, GW_AT_REGISTRY, GW_AT_WAREHOUSE };

/* "here", "source"...; false: text is none of them. */
const char *gw_at_name(enum gw_at at);
bool gw_at_parse(const char *text, enum gw_at *out);

/* Words go to this pipe from now on; -1: nowhere. */
void gw_beat_to(int fd);

/* A sign of life; cheap enough for every statement and every message. */
void gw_beat(enum gw_at at);

/* The same before something that may take up to us microseconds without another sign. */
void gw_beat_long(enum gw_at at, int64_t us);

/* What the last sign said; for those who look at something in between and go back. */
enum gw_at gw_beat_at(void);

/* A whole round of the duty's work has succeeded. */
void gw_beat_good(void);

/* Nothing is done now because the source is to be left alone at this hour. */
void gw_beat_hours(void);

/* The duty met err, and was busy then with err->at; it tries again by itself in next_us, or ends
 * (next_us 0). */
void gw_beat_trouble(const struct gw_error *err, int64_t next_us);

enum gw_word_kind { GW_WORD_OTHER, GW_WORD_BEAT, GW_WORD_GOOD, GW_WORD_HOURS, GW_WORD_TROUBLE };

struct gw_word {
	enum gw_word_kind kind;
	enum gw_at at;
	int64_t us; /* beat: how long it may be silent; trouble: until it tries again */
	enum gw_status status;
	char text[sizeof((struct gw_error *)0)->text];
};

/* Reads a line; what is none of these words is GW_WORD_OTHER. */
void gw_word_parse(const char *line, struct gw_word *out);

#endif
