#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define BLOCK_SIZE ((size_t)256 * 1024)

struct gw_arena_block {
	struct gw_arena_block *next;
	size_t size;
	size_t used;
	alignas(max_align_t) unsigned char data[];
};

void
gw_arena_init(struct gw_arena *arena, size_t limit)
{
	*arena = (struct gw_arena){.limit = limit < BLOCK_SIZE ? BLOCK_SIZE : limit};
}

/* Gives back the blocks behind the present one: kept ones that nothing uses. */
static void
drop_unused(struct gw_arena *arena)
{
	struct gw_arena_block **link = arena->now == NULL ? &arena->first : &arena->now->next;

	while (*link != NULL) {
		struct gw_arena_block *block = *link;

		*link = block->next;
		arena->held -= block->size;
		free(block);
	}
}

static struct gw_arena_block *
block_new(struct gw_arena *arena, size_t need)
{
	size_t size = need > BLOCK_SIZE ? need : BLOCK_SIZE;
	struct gw_arena_block *block;

	/* Blocks kept from a batch of other sizes must not keep this one out. */
	if (size > arena->limit - arena->held)
		drop_unused(arena);
	if (size > arena->limit - arena->held)
		return NULL;
	block = malloc(sizeof *block + size);
	if (block == NULL) {
		gw_memory_lost();
		return NULL;
	}
	*block = (struct gw_arena_block){.size = size};
	arena->held += size;
	return block;
}

/* Moves to a kept block with room, else puts a new one behind the present one. */
static struct gw_arena_block *
block_next(struct gw_arena *arena, size_t need)
{
	struct gw_arena_block *block = arena->now != NULL ? arena->now->next : arena->first;

	while (block != NULL && block->size < need)
		block = block->next;
	if (block != NULL) {
		block->used = 0;
		return arena->now = block;
	}
	block = block_new(arena, need);
	if (block == NULL)
		return NULL;
	if (arena->now == NULL) {
		block->next = arena->first;
		arena->first = block;
	} else {
		block->next = arena->now->next;
		arena->now->next = block;
	}
	return arena->now = block;
}

void *
gw_arena_alloc(struct gw_arena *arena, size_t size)
{
	const size_t mask = alignof(max_align_t) - 1;
	struct gw_arena_block *block = arena->now;
	size_t need = (size + mask) & ~mask;
	void *p;

	if (need < size || need == 0)
		return NULL;
	if (block == NULL || block->size - block->used < need)
		block = block_next(arena, need);
	if (block == NULL)
		return NULL;
	p = block->data + block->used;
	block->used += need;
	return p;
}

void *
gw_arena_zalloc(struct gw_arena *arena, size_t size)
{
	void *p = gw_arena_alloc(arena, size);

	return p == NULL ? NULL : memset(p, 0, size);
}

char *
gw_arena_copy(struct gw_arena *arena, const char *text, size_t len)
{
	char *copy = gw_arena_alloc(arena, len + 1);

	if (copy == NULL)
		return NULL;
	if (len > 0)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void
gw_arena_reset(struct gw_arena *arena)
{
	arena->now = NULL;
}

void
gw_arena_release(struct gw_arena *arena)
{
	struct gw_arena_block *block = arena->first;

	while (block != NULL) {
		struct gw_arena_block *next = block->next;

		free(block);
		block = next;
	}
	arena->first = arena->now = NULL;
	arena->held = 0;
}
