/*
 * What our messages of JSON share: reading a member into a field of fixed size,
 * and the run that positions and events carry.  For kafka/, control/ and
 * dlq/ only.
 *
 * A reader that returns false found the member missing, of another type or out
 * of range, and left its output alone.
 */
#ifndef GW_KAFKA_JSON_H
#define GW_KAFKA_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kafka/position.h"

/* Parses text of at most max bytes as one object; NULL when it is not one. */
json_t *gw_json_parse(const char *text, size_t len, size_t max);

/* Appends object as compact text and drops the reference (NULL is allowed: no memory). */
enum gw_status gw_json_write(json_t *object, struct gw_buf *out, struct gw_error *err);

/* Text with its NUL into out[0..size). */
bool gw_json_text(const json_t *object, const char *name, char *out, size_t size);
bool gw_json_i64(const json_t *object, const char *name, int64_t min, int64_t *out);
bool gw_json_bool(const json_t *object, const char *name, bool *out);
/* One of the words: its index. */
bool gw_json_word(const json_t *object, const char *name, const char *const *words, size_t count,
		  size_t *out);
/* A string in arena, NULL for null; false: something else, or no memory. */
bool gw_json_copy(const json_t *value, struct gw_arena *arena, const char **out);
/* The same of a member. */
bool gw_json_optional(const json_t *object, const char *name, struct gw_arena *arena,
		      const char **out);
/* "2026-11-22T03:04:05.123456Z" as microseconds. */
bool gw_json_time(const json_t *object, const char *name, int64_t *out_us);
json_t *gw_json_time_new(int64_t us);

/* How often a run warned of what, as a list of objects; a new reference; NULL: no memory. */
json_t *gw_json_warnings_new(const struct gw_run *run);

/* A new reference; NULL: no memory. */
json_t *gw_json_run_new(const struct gw_run *run);
bool gw_json_run(const json_t *object, const char *name, struct gw_run *out);

#endif
