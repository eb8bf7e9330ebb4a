/*
 * What fuzzers of bookmarks share: a bookmark of any bytes, and that two hold
 * the same values.
 */
#ifndef FUZZ_BOOKMARK_H
#define FUZZ_BOOKMARK_H

#include "bookmarks.h"
#include "fuzz.h"

/* Its length may be more than it holds. */
static inline struct gw_bookmark
bookmark_take(const uint8_t *data, size_t size)
{
	struct gw_bookmark bookmark = {.len = (uint32_t)size};

	memcpy(bookmark.bytes, data, size < sizeof bookmark.bytes ? size : sizeof bookmark.bytes);
	return bookmark;
}

static inline void
require_same_values(const struct gw_values *a, const struct gw_values *b)
{
	require(a->count == b->count);
	for (size_t i = 0; i < a->count; i++)
		require_same_text(gw_values_get(a, i), gw_values_get(b, i));
}

#endif
