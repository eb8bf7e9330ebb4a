/*
 * What fuzzers of messages as text share: room for one that is read, written,
 * read again and written again.
 */
#ifndef FUZZ_MESSAGE_H
#define FUZZ_MESSAGE_H

#include "base/arena.h"
#include "base/buf.h"
#include "fuzz.h"

struct fuzz_space {
	struct gw_arena arena;
	struct gw_buf first, second;
};

static inline void
space_make(struct fuzz_space *space)
{
	gw_arena_init(&space->arena, 4 * (size_t)FUZZ_MEMORY);
	gw_buf_init(&space->first, FUZZ_MEMORY);
	gw_buf_init(&space->second, FUZZ_MEMORY);
}

static inline void
space_drop(struct fuzz_space *space)
{
	gw_buf_release(&space->first);
	gw_buf_release(&space->second);
	gw_arena_release(&space->arena);
}

static inline void
require_written_the_same(const struct fuzz_space *space)
{
	require(space->first.len == space->second.len &&
		memcmp(space->first.data, space->second.data, space->first.len) == 0);
}

#endif
