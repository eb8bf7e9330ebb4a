/*
 * Memory that is freed all at once.
 *
 * A batch owns one arena; all that the batch points to lives in it and dies
 * with gw_arena_reset(), which keeps the blocks for the next batch.  There is
 * no free for a single object.  The arena has a limit, so that a runaway
 * source fails instead of taking the host.
 */
#ifndef GW_ARENA_H
#define GW_ARENA_H

#include <stddef.h>

struct gw_arena_block;

struct gw_arena {
	struct gw_arena_block *first; /* all blocks, oldest first */
	struct gw_arena_block *now;   /* the one being filled */
	size_t held;                  /* bytes in all blocks */
	size_t limit;
};

/* limit in bytes; rounded up to one block. */
void gw_arena_init(struct gw_arena *arena, size_t limit);

/* Returns size > 0 uninitialised bytes, aligned for any type, or NULL past the limit. */
void *gw_arena_alloc(struct gw_arena *arena, size_t size);

/* The same, zeroed. */
void *gw_arena_zalloc(struct gw_arena *arena, size_t size);

/* Returns a NUL-terminated copy of text[0..len), or NULL past the limit. */
char *gw_arena_copy(struct gw_arena *arena, const char *text, size_t len);

/* Forgets every object; keeps the blocks. */
void gw_arena_reset(struct gw_arena *arena);

/* Gives everything back; the arena can be used again. */
void gw_arena_release(struct gw_arena *arena);

#endif
