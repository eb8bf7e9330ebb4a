/*
 * What bookmarks of several connectors have in common: places in the order of a
 * table, as texts, and the JSON that they are kept as.
 */
#ifndef GW_BOOKMARKS_H
#define GW_BOOKMARKS_H

#include "connector.h"

/* Cursor columns, then those of the key. */
enum { GW_VALUES_MAX = 10 };

/* Values as text, in the state itself, which can be copied and needs no release. */
struct gw_values {
	size_t count, used;
	size_t at[GW_VALUES_MAX];    /* where each begins */
	char bytes[GW_BOOKMARK_MAX]; /* NUL-terminated, one after another */
};

void gw_values_clear(struct gw_values *values);
/* Appends a copy; false: more than a bookmark holds. */
bool gw_values_add(struct gw_values *values, const char *text, size_t len);
/* Number i of them. */
const char *gw_values_get(const struct gw_values *values, size_t i);

struct json_t;

/* A list, the caller's; NULL: no memory, or one of them is no UTF-8. */
struct json_t *gw_values_json(const struct gw_values *values);
/* Appends those of the list; false: it is none, or holds something else. */
bool gw_values_take(const struct json_t *list, struct gw_values *out);

enum { GW_SHAPE_TEXT = 17 };

/* A hash as 16 hexadecimal digits, and back; false: these are none. */
void gw_shape_format(uint64_t shape, char out[GW_SHAPE_TEXT]);
bool gw_shape_parse(const char *text, uint64_t *out);

/* Which of the words it is; false: none. */
bool gw_word_find(const char *const *words, size_t count, const char *word, size_t *out);

/* Writes root, which it takes; GW_CONFIG: it is longer than a bookmark. */
enum gw_status gw_bookmark_write(struct json_t *root, struct gw_bookmark *out,
				 struct gw_error *err);
/* The same of a root that was packed with the lists "position" and "at"; NULL, or one of them left
   out: for want of memory, or GW_CONFIG since a value is no UTF-8. */
enum gw_status gw_bookmark_write_place(struct json_t *root, struct gw_bookmark *out,
				       struct gw_error *err);
/* The caller's; NULL: it is no JSON. */
struct json_t *gw_bookmark_load(const struct gw_bookmark *bookmark);

/* The bookmark itself, or NULL where there is none that the connector can tell of: one that nobody
   can read any more is no reason not to set another. */
typedef enum gw_status gw_describe_fn(const struct gw_bookmark *bookmark, char *out, size_t size,
				      struct gw_error *err);
const struct gw_bookmark *gw_bookmark_readable(const struct gw_bookmark *bookmark,
					       gw_describe_fn *describe);

/* The failures of a bookmark that is another connector's, and of a key that does not fit one. */
enum gw_status gw_bookmark_fail_other(struct gw_error *err);
enum gw_status gw_bookmark_fail_long(struct gw_error *err);

/* How far changes were read, for a person: the cursor's first value, none of a key. */
void gw_bookmark_tell(bool complete, const struct gw_values *position, char *out, size_t size);

#endif
