/*
 * What orders and corrections share: a JSON object sealed to a pull, as base64
 * text within a readable one, and keys in it.  For control/ and dlq/ only.
 */
#ifndef GW_SEALED_H
#define GW_SEALED_H

#include <jansson.h>
#include <stdbool.h>

#include "connector.h"
#include "kafka/position.h"

enum { GW_KEY_COLUMNS = 1024 }; /* a whole row, where nobody but the source knows its key */

/* Drops the reference to object (NULL is allowed: no memory); *out is a new text.  GW_CONFIG: the
   key is none. */
enum gw_status gw_sealed_new(json_t *object, const unsigned char pull_public[32], json_t **out,
			     struct gw_error *err);

/* The object in root's member of that name, a new reference; NULL: there is none, it is damaged or
   sealed to another key. */
json_t *gw_sealed_open(const json_t *root, const char *name, const struct gw_pull_keys *keys);

/* {"columns": […], "values": [[…], …]}, a new reference; NULL: no memory, or not UTF-8. */
json_t *gw_keys_json(const struct gw_keys *keys);
/* At most max keys, all in arena; false: not such an object. */
bool gw_keys_read(const json_t *object, size_t max, struct gw_arena *arena, struct gw_keys *out);

/* Bytes as base64 text; NULL: no memory. */
json_t *gw_base64_new(const unsigned char *bytes, size_t len);
/* The bytes of such a member, at most max, in arena; none (*len 0) for null.  False: it is missing
   or something else. */
bool gw_base64_read(const json_t *object, const char *name, size_t max, struct gw_arena *arena,
		    const unsigned char **out, size_t *len);

#endif
