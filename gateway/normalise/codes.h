/*
 * Code lists and code maps as tables for the rules: a spelling to a code.
 */
#ifndef GW_CODES_H
#define GW_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "normalise/normalise.h"

/* The two maps that a source may change between. */
#define GW_MAP_BEFORE "before-2025-07"
#define GW_MAP_AFTER "after-2025-07"

struct gw_area;
struct gw_code_list;
struct gw_commune;
struct gw_commune_text;
struct gw_communes;

/* A list of {code_list: name}, or the commune codes of a map; NULL: there is none. */
const struct gw_code_list *gw_codes_list(const struct gw_codes *codes, const char *name);
const struct gw_code_list *gw_codes_map(const struct gw_codes *codes, const char *map);

/* The communes of all maps, with names and heirs. */
const struct gw_communes *gw_codes_communes(const struct gw_codes *codes);

/* The districts and provinces of all maps, by all their names; NULL: none. */
const struct gw_area *gw_codes_areas(const struct gw_codes *codes);

/* A commune of this name that has the code in another map than this; NULL: none has. */
const struct gw_commune *gw_codes_commune_elsewhere(const struct gw_codes *codes,
						    const struct gw_code_list *map,
						    const char *code, struct gw_commune_text *text);

/* Appends the names of all lists (or maps) with commas, for messages. */
void gw_codes_names(const struct gw_codes *codes, bool maps, struct gw_buf *out);

const char *gw_code_list_name(const struct gw_code_list *list);

/* A hash of name and content, the same for the same files on every machine. */
uint64_t gw_code_list_hash(const struct gw_code_list *list);

/* The code for a spelling exactly as it stands, NUL-terminated and owned by the list; or NULL. */
const char *gw_code_exact(const struct gw_code_list *list, const char *text, size_t len);
/* The same, with white space, composition and case aside. */
const char *gw_code_find(const struct gw_code_list *list, const char *text, size_t len);

#endif
