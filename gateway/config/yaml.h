/*
 * A YAML file as a tree whose every node knows its line and column.
 *
 * The reader of the tree asks for what it expects; what is missing, of another
 * type or unknown is refused with "file:line:column: found …, expected …".
 * Anchors, aliases, tags and several documents are refused: configuration
 * needs none of them.  The document owns all nodes.
 */
#ifndef GW_YAML_H
#define GW_YAML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum gw_yaml_kind { GW_YAML_SCALAR, GW_YAML_MAP, GW_YAML_LIST };

struct gw_yaml {
	enum gw_yaml_kind kind;
	unsigned line, column; /* from 1 */
	const char *file;
	const char *text;      /* of a scalar, NUL-terminated */
	bool quoted;           /* the scalar stood in quotes: it is text, whatever it looks like */
	size_t count;          /* entries of a map, items of a list */
	struct gw_yaml *items; /* values of a map or items of a list */
	struct gw_yaml *keys;  /* of a map: scalars, keys[i] belongs to items[i] */
};

struct gw_yaml_doc;

/* Reads a file of at most 1 MiB, nested at most 32 deep; a duplicate key is refused (GW_CONFIG). */
enum gw_status gw_yaml_read(const char *path, struct gw_yaml_doc **out, struct gw_error *err);
/* The same from memory; name stands for the path in messages. */
enum gw_status gw_yaml_parse(const char *name, const char *text, size_t len,
			     struct gw_yaml_doc **out, struct gw_error *err);
void gw_yaml_free(struct gw_yaml_doc *doc); /* NULL is allowed */

const struct gw_yaml *gw_yaml_root(const struct gw_yaml_doc *doc);

/* The value of a key, or NULL where the map has none. */
const struct gw_yaml *gw_yaml_get(const struct gw_yaml *map, const char *key);

/* GW_CONFIG with "file:line:column: " before the message. */
enum gw_status gw_yaml_fail(const struct gw_yaml *node, struct gw_error *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* One setting of a map: the same rows give parsing, defaults, limits, help and the manual. */
enum gw_option_type {
	GW_OPT_TEXT,     /* char *, owned by the struct */
	GW_OPT_INT,      /* int64_t within min..max */
	GW_OPT_BOOL,     /* bool */
	GW_OPT_DURATION, /* int64_t microseconds within min..max */
	GW_OPT_ENUM,     /* int, index into words */
	GW_OPT_PATH,     /* char *, made absolute against the file's folder */
	GW_OPT_NODE,     /* const struct gw_yaml *: read by a function of its own */
};

struct gw_option {
	const char *name;
	enum gw_option_type type;
	bool required;
	size_t offset;            /* of the field in the settings struct */
	const char *fallback;     /* text of the default; NULL: field left as it is */
	int64_t min, max;         /* INT: both 0 for no limit; DURATION: microseconds */
	const char *const *words; /* ENUM: ends with NULL */
	const char *help;         /* N_() */
};

/*
 * Fills settings from map by table (ends with a row whose name is NULL).  An
 * unknown key is refused and the nearest known one named.  A key without a value
 * (or with ~) is as good as absent.  TEXT and PATH fields must begin as NULL;
 * after a failure they are NULL again.
 */
enum gw_status gw_yaml_options(const struct gw_yaml *map, const struct gw_option *table,
			       void *settings, struct gw_error *err);

/* Frees the TEXT and PATH fields that gw_yaml_options filled. */
void gw_option_release(const struct gw_option *table, void *settings);

#endif
