/*
 * The hash table under a code list: made once, then only read.
 */
#ifndef GW_CODE_TABLE_H
#define GW_CODE_TABLE_H

#include "normalise/codes.h"

struct gw_code_entry {
	const char *key; /* NULL: free */
	size_t len;
	const char *code;
};

struct gw_code_list {
	const char *name;
	struct gw_code_entry *entries; /* malloc, a power of two */
	size_t size, used;
	uint64_t hash;
	uint32_t place; /* among the lists, or among the maps */
};

/*
 * Adds key for code exactly as it stands; texts are copied into arena.  GW_CONFIG
 * (without a place): the key stands for another code already, which is named.
 */
enum gw_status gw_code_put(struct gw_code_list *list, struct gw_arena *arena, const char *key,
			   const char *code, struct gw_error *err);
/* The same for a spelling, to be found in any case and composition. */
enum gw_status gw_code_add(struct gw_code_list *list, struct gw_arena *arena, const char *key,
			   const char *code, struct gw_error *err);
void gw_code_release(struct gw_code_list *list);

#endif
